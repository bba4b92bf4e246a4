//! What differs between two versions of rules: data only; the report room puts it into words.

use std::sync::Arc;

use super::sizes::Tried;
use crate::language::source::{Source, Span};
use crate::search::budget::Stop;
use crate::tasks::outcome::{Difference, ModelSummary, Task, Trace, Verdict};

/// Two versions of rules compared.
#[derive(Clone, Debug)]
pub struct Compared {
    /// What the old version is called.
    pub old: String,
    /// What the new version is called.
    pub new: String,
    /// Holds where nothing differs.
    pub verdict: Verdict,
    /// The clusters, each with what differs on it.
    pub clusters: Vec<OnCluster>,
    /// The cases of the suite, each with what came out otherwise.
    pub cases: Vec<OnCase>,
    /// What came of trying all clusters up to a size, where that was asked for.
    pub sizes: Option<Tried>,
}

/// What differs on a cluster.
#[derive(Clone, Debug)]
pub struct OnCluster {
    /// The cluster.
    pub subject: String,
    /// With the new rules.
    pub model: ModelSummary,
    /// What was found, most serious first, and of each sort in the order of the shortest run.
    pub findings: Vec<Finding>,
    /// Fields that only one version has; states are compared without them.
    pub apart: Vec<String>,
    /// How many states both versions reach by the same runs; none where the rules say the same and nothing had to be explored.
    pub states: Option<u64>,
    /// Whether states stand for all that are equal up to the names of objects.
    pub up_to_names: bool,
    /// What the best plan costs with both versions, where it was asked for and is the same.
    pub plan_as_before: Option<u32>,
    /// The limit that ended the comparison early.
    pub stopped: Option<Stop>,
}

/// What came out of a case with either version.
#[derive(Clone, Debug)]
pub struct OnCase {
    /// Its name.
    pub name: String,
    /// What it asks.
    pub task: Task,
    /// Of what.
    pub subject: String,
    /// What came out otherwise: `expected` is what the old rules give, `found` what the new ones do.
    pub changes: Vec<Difference>,
    /// The runs that show what is violated by one version and not by the other, with the name of the property, and whether
    /// the new one violates it.
    pub runs: Vec<(String, bool, Trace)>,
    /// A limit ended one of the two early.
    pub stopped: Option<Stop>,
}

/// Something that one version does and the other does not.
#[derive(Clone, Debug)]
pub struct Finding {
    /// What sort of difference.
    pub sort: Sort,
    /// The action, event, invariant, goal or kind that it is about.
    pub rule: String,
    /// With its arguments, where it has some.
    pub what: String,
    /// What the old rules say.
    pub old: String,
    /// What the new rules say.
    pub new: String,
    /// A shortest run after which they say so; none where it is about all runs.
    pub run: Option<Trace>,
    /// In how many states it is so.
    pub states: Option<u64>,
    /// What decides in the rules: the new ones where they do, else the old ones.
    pub place: Option<(Arc<Source>, Span)>,
}

/// A sort of difference, most serious first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Sort {
    /// The first states differ: there is no common run.
    StartChanged,
    /// Something holds no more.
    NewlyViolated,
    /// The goal cannot be reached any more.
    GoalUnreachable,
    /// There is no plan any more.
    PlanGone,
    /// Something has no value any more.
    NewlyUndefined,
    /// What was taken, or awaited, is refused.
    NewlyRefused,
    /// What was taken, or refused, is awaited.
    NewlyAwaited,
    /// What was not taken is taken.
    NewlyAllowed,
    /// It is refused with another message.
    MessageChanged,
    /// An action leads elsewhere.
    EffectChanged,
    /// An event or a fault comes where it did not, comes no more, leads elsewhere, or is fair or not.
    EventChanged,
    /// A goal holds in other states.
    GoalChanged,
    /// A service is out in other states.
    OutageChanged,
    /// A promise is another.
    PromiseChanged,
    /// Something is no longer judged.
    NoLongerJudged,
    /// Something is judged that was not.
    NewlyJudged,
    /// The best plan costs more.
    PlanLonger,
    /// The best plan costs less.
    PlanShorter,
    /// There is a plan now.
    PlanFound,
    /// The goal can be reached now.
    GoalReachable,
    /// Something has a value now.
    NewlyDefined,
    /// Something that was violated holds.
    NewlySafe,
}

impl Sort {
    /// All of them.
    pub const ALL: [Self; 22] = [
        Self::StartChanged,
        Self::NewlyViolated,
        Self::GoalUnreachable,
        Self::PlanGone,
        Self::NewlyUndefined,
        Self::NewlyRefused,
        Self::NewlyAwaited,
        Self::NewlyAllowed,
        Self::MessageChanged,
        Self::EffectChanged,
        Self::EventChanged,
        Self::GoalChanged,
        Self::OutageChanged,
        Self::PromiseChanged,
        Self::NoLongerJudged,
        Self::NewlyJudged,
        Self::PlanLonger,
        Self::PlanShorter,
        Self::PlanFound,
        Self::GoalReachable,
        Self::NewlyDefined,
        Self::NewlySafe,
    ];

    /// In reports for people.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::StartChanged => "starts otherwise",
            Self::NewlyViolated => "newly violated",
            Self::GoalUnreachable => "goal newly unreachable",
            Self::PlanGone => "no plan any more",
            Self::NewlyUndefined => "newly undefined",
            Self::NewlyRefused => "newly refused",
            Self::NewlyAwaited => "newly awaited",
            Self::NewlyAllowed => "newly allowed",
            Self::MessageChanged => "message changed",
            Self::EffectChanged => "effect changed",
            Self::EventChanged => "event changed",
            Self::GoalChanged => "goal changed",
            Self::OutageChanged => "outage changed",
            Self::PromiseChanged => "promise changed",
            Self::NoLongerJudged => "no longer judged",
            Self::NewlyJudged => "newly judged",
            Self::PlanLonger => "best plan longer",
            Self::PlanShorter => "best plan shorter",
            Self::PlanFound => "plan newly possible",
            Self::GoalReachable => "goal newly reachable",
            Self::NewlyDefined => "newly defined",
            Self::NewlySafe => "newly safe",
        }
    }
}

impl OnCluster {
    /// Whether the two versions are known to be the same here.
    #[must_use]
    pub fn is_same(&self) -> bool {
        self.findings.is_empty() && self.stopped.is_none()
    }
}
