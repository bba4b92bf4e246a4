//! Runs in words. Every run is replayed by the reference interpreter here, on its way out.

use crate::semantics::{Interpreter, State};

use super::outcome::{Actor, Change, Trace, TraceStep};
use super::request::TaskError;
use crate::language::rules::TransitionClass;

/// A step of a run, before it is put into words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Move {
    /// A ground transition, with the lane of the plan that takes it (empty where none does).
    Transition {
        /// Its place among the ground transitions.
        instance: usize,
        /// The lane.
        lane: String,
    },
    /// The operator has seen what a plan awaits.
    Waited {
        /// What, as written in the plan.
        until: String,
        /// The lane.
        lane: String,
    },
    /// The operator leaves out a step of the plan; nothing changes.
    Omitted {
        /// The ground action.
        instance: usize,
        /// The lane.
        lane: String,
    },
    /// The operator tries a step and it is refused; nothing changes.
    Refused {
        /// The ground action.
        instance: usize,
        /// The lane.
        lane: String,
    },
}

/// Replays a run from the initial state, and puts it into words.
///
/// # Errors
/// [`TaskError::Internal`] where the interpreter does not go along, or does not arrive at `end`.
pub fn replayed(
    interpreter: &Interpreter<'_>,
    run: &[Move],
    end: Option<&State>,
) -> Result<Trace, TaskError> {
    let instances: Vec<usize> = run
        .iter()
        .filter_map(|step| match step {
            Move::Transition { instance, .. } => Some(*instance),
            Move::Waited { .. } | Move::Omitted { .. } | Move::Refused { .. } => None,
        })
        .collect();
    let mut states = interpreter
        .replay(&interpreter.initial(), &instances)?
        .into_iter()
        .skip(1);
    let mut state = interpreter.initial();
    let mut steps = Vec::with_capacity(run.len());
    for step in run {
        let next = match step {
            Move::Transition { .. } => states.next(),
            Move::Waited { .. } | Move::Omitted { .. } | Move::Refused { .. } => None,
        };
        steps.push(in_words(interpreter, &state, step, next.as_ref())?);
        if let Some(next) = next {
            state = next;
        }
    }
    if end.is_some_and(|end| *end != state) {
        return Err(TaskError::Internal(
            "a trace replays to another state than the search found".to_owned(),
        ));
    }
    Ok(Trace { steps, cycle: None })
}

fn in_words(
    interpreter: &Interpreter<'_>,
    state: &State,
    step: &Move,
    next: Option<&State>,
) -> Result<TraceStep, TaskError> {
    Ok(match step {
        Move::Transition { instance, lane } => TraceStep {
            actor: actor(interpreter, *instance),
            name: interpreter.name(*instance),
            text: interpreter.describe(state, *instance),
            lane: lane.clone(),
            changes: next.map_or_else(Vec::new, |next| changes(interpreter, state, next)),
            refused: None,
        },
        Move::Waited { until, lane } => TraceStep {
            actor: Actor::Operator,
            name: format!("await {until}"),
            text: format!("Wait until {until}"),
            lane: lane.clone(),
            changes: Vec::new(),
            refused: None,
        },
        Move::Omitted { instance, lane } => TraceStep {
            actor: Actor::Operator,
            name: format!("omitted {}", interpreter.name(*instance)),
            text: format!("Leave out: {}", interpreter.describe(state, *instance)),
            lane: lane.clone(),
            changes: Vec::new(),
            refused: None,
        },
        Move::Refused { instance, lane } => TraceStep {
            actor: Actor::Operator,
            name: interpreter.name(*instance),
            text: interpreter.describe(state, *instance),
            lane: lane.clone(),
            changes: Vec::new(),
            refused: Some(
                refusal(interpreter, state, *instance)
                    .ok_or_else(|| TaskError::Internal("a refusal does not replay".to_owned()))?,
            ),
        },
    })
}

/// The message with which a ground action is refused in a state; none where it is not.
#[must_use]
pub fn refusal(interpreter: &Interpreter<'_>, state: &State, instance: usize) -> Option<String> {
    match interpreter.fire(state, instance) {
        crate::semantics::Fired::Refused(guard) => {
            Some(interpreter.message(state, instance, guard))
        }
        _ => None,
    }
}

fn actor(interpreter: &Interpreter<'_>, instance: usize) -> Actor {
    let model = interpreter.model();
    let transition = model.instances[instance].transition;
    match model.rules.transitions[transition.index()].class {
        TransitionClass::Action => Actor::Operator,
        TransitionClass::Event => Actor::Environment,
        TransitionClass::Fault => Actor::Fault,
    }
}

fn changes(interpreter: &Interpreter<'_>, before: &State, after: &State) -> Vec<Change> {
    let model = interpreter.model();
    interpreter
        .changes(before, after)
        .into_iter()
        .map(|change| {
            let object = &model.objects[change.object.index()];
            let kind = &model.rules.kinds[object.kind.index()];
            Change {
                object: object.name.clone(),
                field: kind.fields[change.field.index()].name.clone(),
                from: interpreter.show(&change.from),
                to: interpreter.show(&change.to),
            }
        })
        .collect()
}
