//! What can strike at a point of a plan: faults of the rules, and slips of the operator.

use crate::language::rules::{FieldType, TransitionClass};
use crate::model::ground::Instance;
use crate::model::plan::Item;
use crate::model::value::Value;
use crate::semantics::{Fired, Interpreter, State};

use super::super::plan_system::{PlanState, PlanSystem, of_class};
use super::super::program::Position;

/// Something that goes wrong at a position.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Strike {
    /// A ground fault of the rules.
    Fault(usize),
    /// The step that is being attempted fails half-way, which is a fault of the rules as well.
    Fails(usize),
    /// The operator leaves out a step.
    Omitted(usize),
    /// The operator takes a step twice.
    Twice(usize),
    /// The operator takes a step on another object of the kind.
    Instead {
        /// The ground action of the plan.
        action: usize,
        /// What is done instead.
        other: usize,
    },
}

/// How many strikes there may be at one position.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// Faults of the rules.
    pub faults: u32,
    /// Slips of the operator.
    pub slips: u32,
}

impl Limits {
    /// Room for just these.
    #[must_use]
    pub fn of(strikes: &[Strike]) -> Self {
        let slips = strikes.iter().filter(|strike| strike.is_slip()).count();
        let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        Self {
            faults: count(strikes.len() - slips),
            slips: count(slips),
        }
    }

    /// What is left of it after these.
    #[must_use]
    pub fn less(self, strikes: &[Strike]) -> Self {
        let gone = Self::of(strikes);
        Self {
            faults: self.faults.saturating_sub(gone.faults),
            slips: self.slips.saturating_sub(gone.slips),
        }
    }
}

impl Strike {
    /// Whether it is the operator's.
    #[must_use]
    pub const fn is_slip(self) -> bool {
        !matches!(self, Self::Fault(_) | Self::Fails(_))
    }

    /// `crash(Node1)`, `omitted reboot(Node1)`
    #[must_use]
    pub fn name(self, interpreter: &Interpreter<'_>) -> String {
        match self {
            Self::Fault(fault) | Self::Fails(fault) => interpreter.name(fault),
            Self::Omitted(action) => format!("omitted {}", interpreter.name(action)),
            Self::Twice(action) => format!("twice {}", interpreter.name(action)),
            Self::Instead { action, other } => format!(
                "{} instead of {}",
                interpreter.name(other),
                interpreter.name(action)
            ),
        }
    }
}

/// A strike at a state.
pub(super) struct Hit {
    pub(super) strike: Strike,
    /// Where it leads.
    pub(super) to: PlanState,
    /// The states of the cluster that its transitions lead through, the last one included; none where it is none.
    pub(super) through: Vec<State>,
}

/// The strikes of one plan.
pub(super) struct Strikes<'s, 'a, 'm> {
    system: &'s PlanSystem<'a, 'm>,
    /// The faults that strike by themselves.
    faults: Vec<usize>,
    /// The failures of actions.
    failures: Vec<usize>,
}

impl<'s, 'a, 'm> Strikes<'s, 'a, 'm> {
    pub(super) fn new(system: &'s PlanSystem<'a, 'm>) -> Self {
        let model = system.interpreter.model();
        let is_failure = |fault: &usize| {
            let transition = model.instances[*fault].transition;
            let declared = &model.rules.transitions[transition.index()];
            declared.failure_of.is_some()
        };
        let all = of_class(system.interpreter, TransitionClass::Fault);
        let (failures, faults) = all.into_iter().partition(is_failure);
        Self {
            system,
            faults,
            failures,
        }
    }

    /// What can strike at a point, and where it leads.
    pub(super) fn at(&self, state: &PlanState, left: Limits) -> Vec<Hit> {
        let mut found = Vec::new();
        if left.faults > 0 {
            for &fault in &self.faults {
                if let Fired::Successor(cluster) =
                    self.system.interpreter.strike(&state.cluster, fault)
                {
                    let position = state.position.clone();
                    found.push(hit(Strike::Fault(fault), position, vec![cluster]));
                }
            }
            for lane in 0..self.system.program.lanes.len() {
                self.failures(state, lane, &mut found);
            }
        }
        if left.slips > 0 {
            for lane in 0..self.system.program.lanes.len() {
                self.slips(state, lane, &mut found);
            }
        }
        found
    }

    /// The failures of the step that a lane attempts. Who does not notice takes it for done.
    fn failures(&self, state: &PlanState, lane: usize, found: &mut Vec<Hit>) {
        let (interpreter, program) = (self.system.interpreter, self.system.program);
        let Some(&Item::Step { instance, .. }) = program.next(&state.position, lane) else {
            return;
        };
        let model = interpreter.model();
        let attempted = &model.instances[instance];
        for &fault in &self.failures {
            let failure = &model.instances[fault];
            let declared = &model.rules.transitions[failure.transition.index()];
            if declared.failure_of == Some(attempted.transition)
                && failure.arguments == attempted.arguments
                && let Fired::Successor(cluster) = interpreter.strike(&state.cluster, fault)
            {
                let position = program.advance(&state.position, lane);
                found.push(hit(Strike::Fails(fault), position, vec![cluster]));
            }
        }
    }

    /// The slips of a lane whose next element is a step that can be taken.
    fn slips(&self, state: &PlanState, lane: usize, found: &mut Vec<Hit>) {
        let (interpreter, program) = (self.system.interpreter, self.system.program);
        let Some(&Item::Step { instance, .. }) = program.next(&state.position, lane) else {
            return;
        };
        let action = instance;
        let Fired::Successor(once) = interpreter.fire(&state.cluster, action) else {
            return;
        };
        let position = program.advance(&state.position, lane);
        found.push(Hit {
            strike: Strike::Omitted(action),
            to: PlanState {
                cluster: state.cluster.clone(),
                position: position.clone(),
            },
            through: Vec::new(),
        });
        if let Fired::Successor(twice) = interpreter.fire(&once, action) {
            let through = vec![once, twice];
            found.push(hit(Strike::Twice(action), position.clone(), through));
        }
        for other in others(interpreter, action) {
            if let Fired::Successor(cluster) = interpreter.fire(&state.cluster, other) {
                let strike = Strike::Instead { action, other };
                found.push(hit(strike, position.clone(), vec![cluster]));
            }
        }
    }
}

/// A strike whose transitions lead through these states, to the last of them.
fn hit(strike: Strike, position: Position, through: Vec<State>) -> Hit {
    let cluster = through[through.len() - 1].clone();
    Hit {
        strike,
        to: PlanState { cluster, position },
        through,
    }
}

/// The same action with exactly one object for another of its kind.
fn others(interpreter: &Interpreter<'_>, action: usize) -> Vec<usize> {
    let model = interpreter.model();
    let Instance {
        transition,
        arguments,
    } = &model.instances[action];
    let parameters = &model.rules.transitions[transition.index()].parameters;
    let mut found = Vec::new();
    for (place, parameter) in parameters.iter().enumerate() {
        let (FieldType::Object(kind) | FieldType::Optional(kind)) = parameter.ty else {
            continue;
        };
        if arguments[place] == Value::None {
            continue;
        }
        for object in model.objects_of(kind).map(Value::Object) {
            if object != arguments[place] {
                let mut changed = arguments.clone();
                changed[place] = object;
                found.extend(model.instance(*transition, &changed));
            }
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}
