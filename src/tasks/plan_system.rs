//! A ground model under a plan as a transition system: the lanes of the plan and the events, in every order. No faults.

use std::ops::ControlFlow;

use crate::engine::glance::Glance;
use crate::language::rules::TransitionClass;
use crate::model::plan::Item;
use crate::model::value::ObjectId;
use crate::search::fairness::FairStep;
use crate::search::system::{Offer, System};
use crate::semantics::{Assessment, Fired, Interpreter, State, Undefined};

use super::plan_symmetry::PlanSymmetry;
use super::program::{Position, Program};
use super::trace::Move;
use super::words::Words;

/// A ground model and a plan for it.
pub struct PlanSystem<'a, 'm> {
    /// The meaning.
    pub interpreter: &'a Interpreter<'m>,
    /// The plan.
    pub program: &'a Program<'a>,
    /// Where the runs begin.
    pub initial: State,
    events: Vec<usize>,
    /// Which of many events are worth trying.
    look: Option<(Words, Glance)>,
    /// Where states stand for their orbits.
    pub(super) symmetry: Option<PlanSymmetry<'a, 'm>>,
}

/// A state of the cluster and the position in each lane.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PlanState {
    /// The cluster.
    pub cluster: State,
    /// The plan.
    pub position: Position,
}

/// A transition under a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PlanMove {
    /// The lane takes its next step, or sees what it waits for.
    Lane(usize),
    /// A ground event.
    Event(usize),
}

/// Something to be noted about a state under a plan.
#[derive(Clone, Debug)]
pub enum PlanFinding {
    /// The next step of the lane is refused.
    Refused {
        /// The lane.
        lane: usize,
        /// The ground action.
        instance: usize,
    },
    /// The next step or wait of the lane is undefined.
    UndefinedStep {
        /// The lane.
        lane: usize,
        /// Why.
        undefined: Undefined,
    },
    /// An event is undefined.
    UndefinedEvent {
        /// The ground event.
        instance: usize,
        /// Why.
        undefined: Undefined,
    },
}

/// What the next element of a lane comes to.
pub enum Attempt {
    /// It is taken.
    Taken(State),
    /// It waits.
    Waits,
    /// It is refused.
    Refused(usize),
    /// It has no meaning here.
    Undefined(Undefined),
}

/// From so many events on it pays to look which are possible before they are tried.
pub(super) const MANY_EVENTS: usize = 64;

/// The ground transitions that are events, in order.
#[must_use]
pub fn events(interpreter: &Interpreter<'_>) -> Vec<usize> {
    of_class(interpreter, TransitionClass::Event)
}

/// The ground transitions of a class, in order.
#[must_use]
pub fn of_class(interpreter: &Interpreter<'_>, class: TransitionClass) -> Vec<usize> {
    let model = interpreter.model();
    (0..model.instances.len())
        .filter(|&i| {
            let transition = model.instances[i].transition;
            model.rules.transitions[transition.index()].class == class
        })
        .collect()
}

/// Whether a ground transition is a fair event.
#[must_use]
pub fn is_fair(interpreter: &Interpreter<'_>, instance: usize) -> bool {
    let model = interpreter.model();
    let transition = model.instances[instance].transition;
    model.rules.transitions[transition.index()].fair
}

/// Tries an element of a plan that is not a fork.
#[must_use]
pub fn attempt(interpreter: &Interpreter<'_>, state: &State, item: &Item) -> Attempt {
    match item {
        Item::Step { instance, .. } => match interpreter.fire(state, *instance) {
            Fired::Successor(next) => Attempt::Taken(next),
            Fired::Refused(guard) => Attempt::Refused(guard),
            Fired::Undefined(undefined) => Attempt::Undefined(undefined),
            Fired::Blocked(_) | Fired::Disabled(_) | Fired::NoFaultsLeft => Attempt::Waits,
        },
        Item::AwaitSettled { .. } => {
            if interpreter.settled(state) {
                Attempt::Taken(state.clone())
            } else {
                Attempt::Waits
            }
        }
        Item::Await { condition, .. } => match interpreter.holds(state, condition, &[]) {
            Ok(true) => Attempt::Taken(state.clone()),
            Ok(false) => Attempt::Waits,
            Err(undefined) => Attempt::Undefined(undefined),
        },
        // Whether these are passed is decided by the position alone.
        Item::After { .. } | Item::Parallel { .. } => Attempt::Waits,
    }
}

impl<'a, 'm> PlanSystem<'a, 'm> {
    /// All runs of a plan from the first state of the cluster.
    #[must_use]
    pub fn new(interpreter: &'a Interpreter<'m>, program: &'a Program<'a>) -> Self {
        let events = events(interpreter);
        let look = (events.len() >= MANY_EVENTS)
            .then(|| {
                let model = interpreter.model();
                let words = Words::new(model);
                let is_event = |instance: usize| events.binary_search(&instance).is_ok();
                let glance = Glance::new(model, &words.layout, &is_event, &mut || true)?;
                Some((words, glance))
            })
            .flatten();
        Self {
            interpreter,
            program,
            initial: interpreter.initial(),
            events,
            look,
            symmetry: None,
        }
    }

    /// The events that are worth trying in a state, and whether it is known that all invariants hold there and nothing is
    /// undefined; none where nobody looked.
    pub(super) fn look(&self, state: &State) -> Option<(Vec<usize>, bool)> {
        let (words, glance) = self.look.as_ref()?;
        Some(glance.at(&words.packed(self.interpreter, state)))
    }

    /// The same with one state for each orbit, at each position of the plan; whether there is anything to be gained.
    pub(super) fn reduce(&mut self) -> bool {
        self.symmetry = PlanSymmetry::new(self.interpreter, self.program);
        self.symmetry.is_some()
    }

    /// The state that stands for the orbit of another.
    pub(super) fn canonical(&self, state: PlanState) -> PlanState {
        match &self.symmetry {
            Some(symmetry) => PlanState {
                cluster: symmetry.canonical(state.cluster, &state.position),
                position: state.position,
            },
            None => state,
        }
    }

    /// For each object its place in the state that stands for the orbit; none where all keep theirs.
    pub(super) fn places(&self, state: &PlanState) -> Option<Vec<ObjectId>> {
        let symmetry = self.symmetry.as_ref()?;
        symmetry.places(&state.cluster, &state.position)
    }

    /// Whether an event has no value in a state.
    pub(super) fn has_undefined_event(&self, state: &State) -> bool {
        let look = self.look(state);
        if look.as_ref().is_some_and(|(_, in_order)| *in_order) {
            return false;
        }
        let worth = look.map(|(events, _)| events);
        let mut events = worth.as_ref().unwrap_or(&self.events).iter();
        events.any(|event| {
            let fired = self.interpreter.fire(state, *event);
            matches!(fired, Fired::Undefined(_))
        })
    }

    /// An element of the plan as it is written.
    pub(super) fn item_name(&self, item: &Item) -> String {
        match item {
            Item::Step { instance, .. } => self.interpreter.name(*instance),
            Item::AwaitSettled { .. } => "await settled".to_owned(),
            Item::Await { text, .. } => format!("await {text}"),
            Item::After { text, .. } => format!("after {text}"),
            Item::Parallel { .. } => "parallel".to_owned(),
        }
    }

    /// A transition as a step of a run.
    pub(super) fn as_move(&self, from: &Position, label: PlanMove) -> Move {
        match label {
            PlanMove::Event(instance) => Move::Transition {
                instance,
                lane: String::new(),
            },
            PlanMove::Lane(lane) => {
                let name = self.program.lanes[lane].name.clone();
                match self.program.next(from, lane) {
                    Some(Item::Step { instance, .. }) => Move::Transition {
                        instance: *instance,
                        lane: name,
                    },
                    Some(Item::Await { text, .. }) => Move::Waited {
                        until: text.clone(),
                        lane: name,
                    },
                    _ => Move::Waited {
                        until: "settled".to_owned(),
                        lane: name,
                    },
                }
            }
        }
    }

    /// The first state with its real names.
    pub(super) fn first(&self) -> PlanState {
        PlanState {
            cluster: self.initial.clone(),
            position: self.program.start(),
        }
    }

    /// The steps of lanes and the fair events that are possible in a state: what may not be put off for ever.
    #[must_use]
    pub fn fair_moves(&self, state: &PlanState) -> Vec<(PlanMove, PlanState)> {
        let mut moves = Vec::new();
        self.expand(state, &mut |offer| {
            if let Offer::Transition(label, to) = offer {
                let fair = match label {
                    PlanMove::Lane(_) => true,
                    PlanMove::Event(instance) => is_fair(self.interpreter, instance),
                };
                if fair {
                    moves.push((label, to));
                }
            }
            ControlFlow::Continue(())
        });
        moves
    }

    /// The same with stored states.
    #[must_use]
    pub fn fair_steps(
        &self,
        state: &PlanState,
        find: impl Fn(&PlanState) -> Option<crate::search::store::StateId>,
    ) -> Vec<FairStep<PlanMove>> {
        self.fair_moves(state)
            .into_iter()
            // A successor that is not stored (a limit was reached) cannot be inside any component.
            .map(|(label, to)| FairStep {
                label,
                to: find(&to).unwrap_or(crate::search::store::StateId(u32::MAX)),
            })
            .collect()
    }

    /// The lanes whose next element waits, with the guard that is false where it is an action's.
    #[must_use]
    pub fn waiting(&self, state: &PlanState) -> Vec<(usize, &'a Item, Option<usize>)> {
        (0..self.program.lanes.len())
            .filter_map(|lane| {
                let item = self.program.next(&state.position, lane)?;
                match attempt(self.interpreter, &state.cluster, item) {
                    Attempt::Waits => {}
                    Attempt::Taken(_) | Attempt::Refused(_) | Attempt::Undefined(_) => return None,
                }
                let guard = match item {
                    Item::Step { instance, .. } => {
                        match self.interpreter.assess(&state.cluster, *instance) {
                            Assessment::Blocked(guard) => Some(guard),
                            _ => None,
                        }
                    }
                    _ => None,
                };
                Some((lane, item, guard))
            })
            .collect()
    }
}

impl System for PlanSystem<'_, '_> {
    type State = PlanState;
    type Label = PlanMove;
    type Finding = PlanFinding;

    fn initial(&self) -> PlanState {
        self.canonical(self.first())
    }

    fn expand(&self, state: &PlanState, offer: &mut dyn FnMut(Offer<Self>) -> ControlFlow<()>) {
        self.expand_by_name(state, &mut |found| {
            offer(match found {
                Offer::Transition(label, to) => Offer::Transition(label, self.canonical(to)),
                finding @ Offer::Finding(_) => finding,
            })
        });
    }
}

impl<'a> PlanSystem<'a, '_> {
    /// Offers everything with its real names.
    pub(super) fn expand_by_name(
        &self,
        state: &PlanState,
        offer: &mut dyn FnMut(Offer<Self>) -> ControlFlow<()>,
    ) {
        for lane in 0..self.program.lanes.len() {
            if let Some(item) = self.program.next(&state.position, lane)
                && let Some(found) = self.lane(state, lane, item)
                && offer(found).is_break()
            {
                return;
            }
        }
        let worth = self.look(&state.cluster).map(|(events, _)| events);
        for &instance in worth.as_ref().unwrap_or(&self.events) {
            if let Some(found) = self.event(state, instance)
                && offer(found).is_break()
            {
                return;
            }
        }
    }

    fn lane(&self, state: &PlanState, lane: usize, item: &'a Item) -> Option<Offer<Self>> {
        match (attempt(self.interpreter, &state.cluster, item), item) {
            (Attempt::Taken(cluster), _) => {
                let position = self.program.advance(&state.position, lane);
                let next = PlanState { cluster, position };
                Some(Offer::Transition(PlanMove::Lane(lane), next))
            }
            (Attempt::Refused(_), &Item::Step { instance, .. }) => {
                Some(Offer::Finding(PlanFinding::Refused { lane, instance }))
            }
            (Attempt::Undefined(undefined), _) => {
                Some(Offer::Finding(PlanFinding::UndefinedStep {
                    lane,
                    undefined,
                }))
            }
            (Attempt::Waits | Attempt::Refused(_), _) => None,
        }
    }

    fn event(&self, state: &PlanState, instance: usize) -> Option<Offer<Self>> {
        match self.interpreter.fire(&state.cluster, instance) {
            Fired::Successor(cluster) => {
                let position = state.position.clone();
                let next = PlanState { cluster, position };
                Some(Offer::Transition(PlanMove::Event(instance), next))
            }
            Fired::Undefined(undefined) => Some(Offer::Finding(PlanFinding::UndefinedEvent {
                instance,
                undefined,
            })),
            Fired::Blocked(_) | Fired::Refused(_) | Fired::Disabled(_) | Fired::NoFaultsLeft => {
                None
            }
        }
    }
}
