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

#[cfg(test)]
mod tests {
    use super::super::testing::{model, named};
    use super::super::undefined::UndefinedReason;
    use super::*;

    const RULES: &str = r"
        rules replays
        kind node { load: 0..1 = 0 }
        event fill(n: node) { n.load = n.load + 1 }
        event drain(n: node) { when n.load == 1; n.load = 0 }
    ";
    const CLUSTER: &str = r#"{ "rules": "test", "objects": { "node": { "A": {} } } }"#;

    #[test]
    fn a_replay_shows_every_state_on_the_way() {
        let model = model(RULES, CLUSTER);
        let interpreter = Interpreter::new(&model);
        let (fill, drain) = (
            named(&interpreter, "fill(A)"),
            named(&interpreter, "drain(A)"),
        );
        let start = interpreter.initial();
        let full = interpreter.apply(&start, fill).unwrap();
        let states = interpreter.replay(&start, &[fill, drain, fill]);
        assert_eq!(
            states,
            Ok(vec![start.clone(), full.clone(), start.clone(), full])
        );
        assert_eq!(interpreter.replay(&start, &[]), Ok(vec![start]));
    }

    #[test]
    fn a_step_that_cannot_be_taken_is_told_with_its_place() {
        let model = model(RULES, CLUSTER);
        let interpreter = Interpreter::new(&model);
        let (fill, drain) = (
            named(&interpreter, "fill(A)"),
            named(&interpreter, "drain(A)"),
        );
        let failure = |run: &[usize]| interpreter.replay(&interpreter.initial(), run).unwrap_err();
        let disabled = failure(&[fill, drain, drain]);
        assert_eq!(disabled.step, 2);
        assert_eq!(
            disabled.failure,
            ReplayFailure::NotEnabled(Assessment::Disabled(0))
        );
        let full = failure(&[fill, fill]);
        assert_eq!(full.step, 1);
        let ReplayFailure::Undefined(undefined) = full.failure else {
            panic!("2 is not in 0..1: {full:?}");
        };
        assert!(matches!(
            undefined.reason,
            UndefinedReason::OutOfRange { value: 2, .. }
        ));
        assert_eq!(failure(&[99]).failure, ReplayFailure::NoSuchInstance);
    }
}
