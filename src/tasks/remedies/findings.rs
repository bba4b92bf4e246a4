//! What would let a plan exist. Data only; the report room puts it into words.

use crate::search::budget::Stop;
use crate::tasks::outcome::FoundPlan;

/// What was found out about a cluster without a valid plan.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Remedies {
    /// What helps, each proved by a plan: smallest sets first, then missing spares, policies, parameters, requirements.
    pub found: Vec<Remedy>,
    /// The remedy whose plan is worth showing, by its place: the first missing spare, else the cheapest.
    pub best: Option<usize>,
    /// What may help or not: the search for a plan came to the limit of one try.
    pub unknown: Vec<Vec<Change>>,
    /// How many sets were tried and do not help.
    pub useless: usize,
    /// Whether pairs were tried, because nothing helps by itself.
    pub pairs: bool,
    /// Why it was not looked at further.
    pub ended: Option<End>,
}

/// Why not everything was tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// A limit of the whole run.
    Limit(Stop),
    /// All tries together came to their own limit.
    Enough,
}

/// A smallest set of changes with which there is a plan: with each of them alone there is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remedy {
    /// One change, or two.
    pub changes: Vec<Change>,
    /// The plan that proves it, the cheapest there is.
    pub plan: FoundPlan,
}

/// Something that could be otherwise, in the words of the rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// One more object of a kind.
    Object {
        /// The kind.
        kind: String,
        /// A name that is free.
        name: String,
        /// The object whose values it has where its kind has no defaults.
        like: Option<String>,
    },
    /// A policy that is on, off.
    Policy {
        /// Its name.
        name: String,
        /// Its doc comment.
        doc: String,
        /// Where it is declared.
        place: Place,
    },
    /// A parameter with its other value.
    Param {
        /// Its name.
        name: String,
        /// Its doc comment.
        doc: String,
        /// The value that it would have.
        value: bool,
        /// Where it is declared.
        place: Place,
    },
    /// Without one `require` or `await`.
    Requirement {
        /// `require` or `await`.
        word: &'static str,
        /// The condition as written.
        condition: String,
        /// The message of a `require` as written.
        message: Option<String>,
        /// The action that asks it.
        action: String,
        /// The policy that adds it.
        policy: Option<String>,
        /// Where it is written.
        place: Place,
    },
}

/// A place in the rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The file.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
}
