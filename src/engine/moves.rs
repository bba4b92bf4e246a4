//! Actions and events on packed states, for searches that hold sets of states and let the operator and the events move in
//! turn: which steps are possible, which wait, what the events can do, and whether a state is in order.

use crate::language::rules::TransitionClass;
use crate::model::ground::Model;

use super::change::Change;
use super::compiled::Compiled;
use super::conditions::Conditions;
use super::grounding::Uncompiled;
use super::layout::Layout;
use super::program::{Program, Registers};
use super::question::Question;
use super::term::{FALSE, TermId};
use super::transitions::GroundTransition;

/// A packed state.
pub type Words = Box<[u64]>;

/// The actions and the events of a ground model; faults are none of either.
pub struct Moves {
    actions: Vec<Change>,
    events: Vec<Change>,
    fair: Vec<bool>,
    /// The events, then whether the state is in order, then whether the goal holds.
    by_themselves: Conditions,
    /// The actions.
    possible: Conditions,
    /// The actions that wait.
    waiting: Conditions,
    /// Whether all transition invariants hold and are defined; none where there are none.
    between: Option<Program>,
}

/// Room to work in.
#[derive(Default)]
pub struct Room {
    registers: Registers,
    answers: Vec<u64>,
    /// The last state whose actions were asked for: one after the other is asked about.
    asked: Option<Words>,
    /// The answers about it.
    possible: Vec<u64>,
}

/// What is to be known of a state when nobody does anything.
pub struct Look {
    /// The events that are possible, by their numbers, in order.
    pub events: Vec<usize>,
    /// Whether all invariants hold, and nothing that is judged, and no event, is undefined.
    pub in_order: bool,
    /// Whether the goal holds.
    pub goal: bool,
}

impl Moves {
    /// Writes out a model; `may_go_on` is asked all the while.
    ///
    /// # Errors
    /// Where that is too much, or takes too long.
    pub fn new(
        model: &Model,
        layout: &Layout,
        may_go_on: &mut dyn FnMut() -> bool,
    ) -> Result<Self, Uncompiled> {
        let class = |instance: usize| {
            let transition = model.instances[instance].transition;
            model.rules.transitions[transition.index()].class
        };
        let question = Question {
            invariants: vec![true; model.rules.invariants.len()],
            goal: true,
            definedness: true,
        };
        let wanted = |instance: usize| class(instance) != TransitionClass::Fault;
        let compiled = Compiled::new(model, layout, &wanted, &question, may_go_on)?;
        let Compiled {
            mut terms,
            transitions,
            invariants,
            between,
            goal,
            judged,
            ..
        } = compiled;
        let is_event =
            |transition: &GroundTransition| class(transition.instance) == TransitionClass::Event;
        let (events, actions): (Vec<_>, Vec<_>) = transitions.into_iter().partition(is_event);
        let holds = invariants.iter().map(|(_, holds)| *holds);
        let mut in_order: Vec<TermId> = holds.chain([judged]).collect();
        let undefined = events.iter().map(|event| event.undefined);
        let undefined: Vec<TermId> = undefined.filter(|term| *term != FALSE).collect();
        in_order.extend(undefined.into_iter().map(|term| terms.not(term)));
        let in_order = terms.all(in_order);
        let enabled = |list: &[GroundTransition]| -> Vec<TermId> {
            list.iter().map(|transition| transition.enabled).collect()
        };
        let mut by_themselves = enabled(&events);
        by_themselves.extend([in_order, goal]);
        let possible = enabled(&actions);
        let waiting: Vec<TermId> = actions.iter().map(|action| action.blocked).collect();
        let between = (!between.is_empty()).then(|| {
            let all = terms.all(
                between
                    .iter()
                    .flat_map(|(_, holds, defined)| [*holds, *defined]),
            );
            Program::new(&terms, &[all])
        });
        let fair = |event: &GroundTransition| {
            let transition = model.instances[event.instance].transition;
            model.rules.transitions[transition.index()].fair
        };
        Ok(Self {
            fair: events.iter().map(fair).collect(),
            actions: actions.iter().map(|a| Change::new(&terms, a)).collect(),
            events: events.iter().map(|e| Change::new(&terms, e)).collect(),
            by_themselves: Conditions::new(&mut terms, &by_themselves),
            possible: Conditions::new(&mut terms, &possible),
            waiting: Conditions::new(&mut terms, &waiting),
            between,
        })
    }

    /// For each action its place among the instances of the model, in order.
    pub fn actions(&self) -> impl Iterator<Item = usize> {
        self.actions.iter().map(|action| action.instance)
    }

    /// The number of the action that is a ground transition.
    #[must_use]
    pub fn number_of(&self, instance: usize) -> Option<usize> {
        self.actions
            .binary_search_by_key(&instance, |action| action.instance)
            .ok()
    }

    /// Whether an event is fair.
    #[must_use]
    pub fn is_fair(&self, event: usize) -> bool {
        self.fair[event]
    }

    /// What is to be known of a state when nobody does anything.
    #[must_use]
    pub fn look(&self, room: &mut Room, state: &[u64]) -> Look {
        self.by_themselves
            .answer(&mut room.registers, state, &mut room.answers);
        let count = self.events.len();
        let holds = |place: usize| room.answers[place / 64] >> (place % 64) & 1 == 1;
        Look {
            events: ones(&room.answers, count),
            in_order: holds(count),
            goal: holds(count + 1),
        }
    }

    /// The actions that are possible in a state, by their numbers, in order.
    #[must_use]
    pub fn possible(&self, room: &mut Room, state: &[u64]) -> Vec<usize> {
        self.ask(room, state);
        ones(&room.possible, self.actions.len())
    }

    fn ask(&self, room: &mut Room, state: &[u64]) {
        if room.asked.as_deref() != Some(state) {
            self.possible
                .answer(&mut room.registers, state, &mut room.possible);
            room.asked = Some(state.into());
        }
    }

    /// The actions that wait in a state, by their numbers, in order.
    #[must_use]
    pub fn waiting(&self, room: &mut Room, state: &[u64]) -> Vec<usize> {
        self.waiting
            .answer(&mut room.registers, state, &mut room.answers);
        ones(&room.answers, self.actions.len())
    }

    /// Whether an action is possible in a state.
    #[must_use]
    pub fn is_possible(&self, room: &mut Room, state: &[u64], action: usize) -> bool {
        self.ask(room, state);
        room.possible[action / 64] >> (action % 64) & 1 == 1
    }

    /// Whether an action waits in a state.
    #[must_use]
    pub fn waits(&self, room: &mut Room, state: &[u64], action: usize) -> bool {
        self.waiting
            .answer(&mut room.registers, state, &mut room.answers);
        room.answers[action / 64] >> (action % 64) & 1 == 1
    }

    /// The state after an action that is possible; none where that breaks a transition invariant.
    #[must_use]
    pub fn act(&self, room: &mut Room, state: &[u64], action: usize) -> Option<Words> {
        self.apply(room, state, &self.actions[action])
    }

    /// The state after an event that is possible; none where that breaks a transition invariant.
    #[must_use]
    pub fn happen(&self, room: &mut Room, state: &[u64], event: usize) -> Option<Words> {
        self.apply(room, state, &self.events[event])
    }

    fn apply(&self, room: &mut Room, state: &[u64], change: &Change) -> Option<Words> {
        let mut next: Words = state.into();
        change.apply(&mut room.registers, &mut next);
        if let Some(between) = &self.between {
            between.run(&mut room.registers, &next, state);
            if between.result(&room.registers, 0) == 0 {
                return None;
            }
        }
        Some(next)
    }
}

/// The places of the bits that are set, among the first `count`.
fn ones(answers: &[u64], count: usize) -> Vec<usize> {
    let mut found = Vec::new();
    for (word, bits) in answers.iter().enumerate() {
        let mut left = *bits;
        while left != 0 {
            let place = word * 64 + left.trailing_zeros() as usize;
            left &= left - 1;
            if place >= count {
                return found;
            }
            found.push(place);
        }
    }
    found
}
