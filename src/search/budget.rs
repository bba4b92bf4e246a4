//! Limits of a search. The searches do not know the clock, the memory or the keyboard: they ask.

use serde::{Deserialize, Serialize};

/// Why a search ended before it was through.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stop {
    /// `--max-states`
    States,
    /// `--max-memory`
    Memory,
    /// `--timeout`
    Time,
    /// Ctrl-C.
    Interrupted,
    /// One node of the search is larger than what can be followed.
    NodeSize,
    /// The model is larger than what can be written out.
    ModelSize,
}

/// How far a search has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// States stored.
    pub states: usize,
    /// States stored and not yet expanded.
    pub frontier: usize,
    /// Transitions seen.
    pub transitions: u64,
    /// Breadth-first level, or cost bound.
    pub depth: u32,
}

/// What a search may spend, asked at every expansion.
pub trait Budget {
    /// The most states that may be stored.
    fn max_states(&self) -> usize;

    /// Whether to stop now; also the place where progress is shown. Called often, so it must be cheap most of the time.
    fn spend(&mut self, progress: Progress) -> Option<Stop>;

    /// Is told what is worth knowing before a search that may take long.
    fn announce(&mut self, _text: &str) {}
}

/// No limits.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unlimited;

impl Budget for Unlimited {
    fn max_states(&self) -> usize {
        usize::MAX
    }

    fn spend(&mut self, _: Progress) -> Option<Stop> {
        None
    }
}

/// Fewer states, and whatever else ends the search that this one is a part of.
pub struct Pilot<'b> {
    /// The most states.
    pub states: usize,
    /// The whole budget.
    pub within: &'b mut dyn Budget,
}

impl Budget for Pilot<'_> {
    fn max_states(&self) -> usize {
        self.states
    }

    fn spend(&mut self, _: Progress) -> Option<Stop> {
        self.within.spend(Progress::default())
    }
}

/// A number of states and nothing else: a limit that ends at the same state on every run.
#[derive(Clone, Copy, Debug)]
pub struct MaxStates(pub usize);

impl Budget for MaxStates {
    fn max_states(&self) -> usize {
        self.0
    }

    fn spend(&mut self, _: Progress) -> Option<Stop> {
        None
    }
}
