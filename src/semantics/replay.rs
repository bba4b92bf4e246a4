//! Runs a trace again, step by step, before anyone sees it. Knows not where the trace came from.

use super::interpreter::{Assessment, Interpreter};
use super::state::State;
use super::undefined::Undefined;

/// A run that the rules do not allow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReplayError {
    /// The step, counted from 0.
    pub step: usize,
    /// Why it cannot be taken there.
    pub failure: ReplayFailure,
}

/// Why a step of a run cannot be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReplayFailure {
    /// The model has no ground transition of that number.
    NoSuchInstance,
    /// It is not enabled.
    NotEnabled(Assessment),
    /// An effect is undefined.
    Undefined(Undefined),
}

impl Interpreter<'_> {
    /// Judges and applies each ground transition of a run. The states on the way: `start` first, one more for each step.
    ///
    /// # Errors
    /// At the first step that cannot be taken.
    pub fn replay(&self, start: &State, run: &[usize]) -> Result<Vec<State>, ReplayError> {
        let mut states = Vec::with_capacity(run.len() + 1);
        let mut state = start.clone();
        for (step, &instance) in run.iter().enumerate() {
            let next = self
                .step(&state, instance)
                .map_err(|failure| ReplayError { step, failure })?;
            states.push(std::mem::replace(&mut state, next));
        }
        states.push(state);
        Ok(states)
    }

    fn step(&self, state: &State, instance: usize) -> Result<State, ReplayFailure> {
        if instance >= self.model.instances.len() {
            return Err(ReplayFailure::NoSuchInstance);
        }
        match self.assess(state, instance) {
            Assessment::Enabled => self
                .apply(state, instance)
                .map_err(ReplayFailure::Undefined),
            other => Err(ReplayFailure::NotEnabled(other)),
        }
    }
}
