//! What is told about exposure: data only.

use super::super::outcome::{Reason, Timeline, Trace};
pub use super::recovery::Recoverable;
use super::strikes::Limits;
use crate::search::budget::Stop;
use crate::semantics::Explanation;

/// What faults do at each position of a plan.
#[derive(Clone, Debug)]
pub struct Exposure {
    /// How many strikes there may be at one position.
    pub limits: Limits,
    /// The steps of the plan in the order of their numbers.
    pub steps: Vec<PlannedStep>,
    /// In the order of the plan; the last is the one after the last step.
    pub positions: Vec<PositionFindings>,
    /// What strikes have a consequence, in the order of positions.
    pub cells: Vec<Cell>,
    /// How many sets of strikes there are at all positions together, those without a consequence included.
    pub tried: usize,
    /// The worst first.
    pub windows: Vec<Window>,
    /// Whether and how to give up; none where the rules do not say what that would be.
    pub abort: Option<Abort>,
    /// For comparing plans.
    pub figures: Figures,
    /// The limit that ended the search early: then what is not told is not known.
    pub stopped: Option<Stop>,
}

/// A step of the plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedStep {
    /// `move(EVS1, Node2)`
    pub name: String,
}

/// A point of the plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PositionFindings {
    /// `4`, `2+5`.
    pub name: String,
    /// The numbers of the steps about to be taken.
    pub next: Vec<u32>,
    /// How long it lasts, in seconds, by the times in the rules.
    pub seconds: u64,
    /// Whether one may stop here: nothing is exposed, nothing is out, nothing moves by itself.
    pub rest: bool,
    /// A shortest run to each state of the position in which something that is told strikes (where traces are wanted).
    pub runs: Vec<Trace>,
}

/// What some strikes do at a position. What fewer of them do already is told there.
#[derive(Clone, Debug)]
pub struct Cell {
    /// The position, by its place in [`Exposure::positions`].
    pub position: usize,
    /// `crash(Node1)`; several for several strikes.
    pub strikes: Vec<String>,
    /// The same in the rules' words.
    pub texts: Vec<String>,
    /// Who is hurt.
    pub harm: Harm,
    /// What comes of the rest of the plan where the operator does not notice.
    pub plan: Vec<Consequence>,
    /// Whether the goal can still be reached where the operator does notice.
    pub recoverable: Recoverable,
    /// What to do then, by what is to be seen (where that is wanted, and somebody is hurt).
    pub contingency: Vec<Branch>,
}

/// What to do in one of several cases.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Branch {
    /// How to tell it from the others: in any of these cases, each with all of its sights. Empty where there are no others.
    pub when: Vec<Vec<Sight>>,
    /// How many states it covers; the way was verified from each.
    pub ends: usize,
    /// What to do.
    pub way: BranchWay,
}

/// Something to be seen in the cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sight {
    /// `EVS1.host`
    pub field: String,
    /// `Node3`
    pub value: String,
}

/// The shortest way from a state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BranchWay {
    /// A valid plan.
    Plan {
        /// The sum of the costs of its steps.
        cost: u32,
        /// Its steps; none for a wait until nothing moves by itself.
        steps: Vec<Option<String>>,
        /// The same on the clock, with words and what to look at.
        clock: Timeline,
    },
    /// No plan is valid whatever the events do.
    None,
    /// A limit was reached first.
    Unknown(Stop),
}

impl BranchWay {
    /// The steps and waits of the plan, where there is one.
    #[must_use]
    pub fn steps(&self) -> &[Option<String>] {
        match self {
            Self::Plan { steps, .. } => steps,
            Self::None | Self::Unknown(_) => &[],
        }
    }
}

/// Giving up: until when that is possible, and how.
#[derive(Clone, Debug)]
pub struct Abort {
    /// For each position whether what it means to have given up can still be reached without breaking anything; none where
    /// a limit was reached first.
    pub possible: Vec<Option<bool>>,
    /// The shortest ways from positions, where wanted: by the place of the position.
    pub ways: Vec<(usize, Vec<Branch>)>,
}

/// Who is hurt by strikes, where the operator stops.
#[derive(Clone, Debug, Default)]
pub struct Harm {
    /// What is broken: invariants, transition invariants, `well_defined`.
    pub broken: Vec<Blamed>,
    /// Whether every fair run breaks one of these (or of what fewer of the strikes break), perhaps each another.
    pub surely: bool,
    /// Services that are out in the end.
    pub out: Vec<Blamed>,
    /// The goal cannot be reached any more from some state (surely: from every one), and could without the strikes.
    pub unrecoverable: Option<Blamed>,
}

/// Something that strikes are to blame for.
#[derive(Clone, Debug)]
pub struct Blamed {
    /// An invariant or a service.
    pub name: String,
    /// Whether every fair run comes to it, and not just some.
    pub certain: bool,
    /// How, where traces are wanted.
    pub witness: Option<Witness>,
}

/// What can come of the rest of a plan.
#[derive(Clone, Debug)]
pub struct Consequence {
    /// What.
    pub kind: ConsequenceKind,
    /// How, where traces are wanted.
    pub witness: Option<Witness>,
}

/// A way in which the rest of a plan goes wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConsequenceKind {
    /// A step is refused.
    Refused,
    /// A step has no meaning.
    Undefined,
    /// It waits or goes round for ever, or the goal is not reached.
    Incomplete,
    /// It breaks this.
    Breaks(String),
}

/// A shortest run that shows something: one of the runs to the position, and what comes then.
#[derive(Clone, Debug)]
pub struct Witness {
    /// Which of [`PositionFindings::runs`].
    pub run: usize,
    /// The steps after it, from the first strike on.
    pub steps: Trace,
    /// Why it shows it.
    pub reason: Option<Reason>,
    /// Which values do.
    pub explanation: Option<Explanation>,
}

/// A stretch of the plan in which the same strikes do the same harm.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Window {
    /// The cells, by their places in [`Exposure::cells`], one for each position of the stretch.
    pub cells: Vec<usize>,
    /// How long it lasts, in seconds.
    pub seconds: u64,
}

/// Figures for comparing plans.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// Seconds in which some strikes may do harm, or a service is out.
    pub exposed_possible: u64,
    /// Seconds in which some strikes surely do harm, or a service is out.
    pub exposed_certain: u64,
    /// Positions at which something may be broken, and how many sets of strikes do it there.
    pub breaking: (usize, usize),
    /// Positions at which something is surely broken, and how many sets of strikes do it there.
    pub surely_breaking: (usize, usize),
    /// Whether the clock came to the end of the plan; else the seconds are those until then.
    pub clock_ran_out: bool,
}

impl Exposure {
    /// The first position from which nobody gets back to where nothing was begun, in every one of its states; none where
    /// there is none, and where it is not known of an earlier one whether one gets back.
    #[must_use]
    pub fn no_return(&self) -> Option<usize> {
        let possible = &self.abort.as_ref()?.possible;
        let place = possible.iter().position(|p| *p != Some(true))?;
        (possible[place] == Some(false)).then_some(place)
    }

    /// The step after which nobody gets back, by its place in [`Exposure::steps`]; none where that is not one step: before
    /// the first, or where lanes have forked.
    #[must_use]
    pub fn no_return_step(&self) -> Option<usize> {
        let step = self.no_return()?.checked_sub(1)?;
        let number = u32::try_from(step + 1).ok()?;
        let in_sequence = (1..=number)
            .zip(&self.positions)
            .all(|(number, position)| position.next == [number]);
        let forked =
            |position: &PositionFindings| position.next.len() > 1 && position.next[0] <= number;
        (in_sequence && !self.positions.iter().any(forked)).then_some(step)
    }
}

impl Harm {
    /// Whether nobody is hurt.
    #[must_use]
    pub fn is_none(&self) -> bool {
        self.broken.is_empty()
            && !self.surely
            && self.out.is_empty()
            && self.unrecoverable.is_none()
    }

    /// Whether somebody is hurt in every fair run.
    #[must_use]
    pub fn is_certain(&self) -> bool {
        let blamed = self.out.iter().chain(&self.unrecoverable);
        self.surely || blamed.into_iter().any(|blamed| blamed.certain)
    }
}

impl Cell {
    /// Whether two cells tell the same, whatever shows it.
    #[must_use]
    pub fn says_the_same(&self, other: &Self) -> bool {
        fn told(list: &[Blamed]) -> Vec<(&str, bool)> {
            list.iter().map(|b| (b.name.as_str(), b.certain)).collect()
        }
        let kinds = |cell: &Self| -> Vec<ConsequenceKind> {
            cell.plan.iter().map(|c| c.kind.clone()).collect()
        };
        told(&self.harm.broken) == told(&other.harm.broken)
            && self.harm.surely == other.harm.surely
            && told(&self.harm.out) == told(&other.harm.out)
            && self.harm.unrecoverable.is_some() == other.harm.unrecoverable.is_some()
            && kinds(self) == kinds(other)
    }
}
