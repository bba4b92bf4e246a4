//! The states of the cluster that schedules meet, by numbers, and what every ground transition does in each of them: the
//! interpreter is asked once. Knows no plan and no clock.

use std::rc::Rc;

use indexmap::IndexSet;

use crate::language::rules::TransitionClass;
use crate::search::store::Hasher;
use crate::semantics::{Fired, Interpreter};
use crate::tasks::standing::Situation;
use crate::tasks::target::Target;

/// What becomes of a ground transition in a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// It leads to this state.
    To(u32),
    /// It is not possible, or not yet.
    Waits,
    /// It is refused.
    Refused,
    /// It is undefined, or what it leads to violates something.
    Broken,
}

/// What is known of a state.
pub(super) struct Known {
    /// Whether the goal holds.
    pub goal: bool,
    /// Whether no fair event is possible.
    pub settled: bool,
    /// For each ground transition; faults wait.
    pub outcomes: Vec<Outcome>,
}

/// A ground model, and the states met so far.
pub(super) struct Cluster<'a, 'm> {
    pub interpreter: &'a Interpreter<'m>,
    target: Target,
    states: IndexSet<Situation, Hasher>,
    known: Vec<Option<Rc<Known>>>,
    /// The ground actions, in order.
    pub actions: Vec<usize>,
    /// The ground events, in order.
    pub events: Vec<usize>,
    /// Those of them that are fair.
    pub fair: Vec<usize>,
    /// For each ground transition how long it takes, in seconds.
    pub takes: Vec<u64>,
}

impl<'a, 'm> Cluster<'a, 'm> {
    pub(super) fn new(interpreter: &'a Interpreter<'m>, target: Target) -> Self {
        let model = interpreter.model();
        let of = |instance: usize| {
            let transition = model.instances[instance].transition;
            &model.rules.transitions[transition.index()]
        };
        let all = || 0..model.instances.len();
        let class = |class: TransitionClass| all().filter(move |i| of(*i).class == class);
        Self {
            interpreter,
            target,
            states: IndexSet::default(),
            known: Vec::new(),
            actions: class(TransitionClass::Action).collect(),
            events: class(TransitionClass::Event).collect(),
            fair: class(TransitionClass::Event)
                .filter(|i| of(*i).fair)
                .collect(),
            takes: all().map(|i| of(i).takes).collect(),
        }
    }

    /// The first state; none where something is violated in it.
    pub(super) fn initial(&mut self) -> Option<u32> {
        let first = Situation::in_order(self.interpreter, self.interpreter.initial())?;
        self.number(first)
    }

    /// The number of a state; none where it is not defined there whether the goal holds.
    fn number(&mut self, situation: Situation) -> Option<u32> {
        if let Some(place) = self.states.get_index_of(&situation) {
            return u32::try_from(place).ok();
        }
        self.target.holds(self.interpreter, &situation.state).ok()?;
        let (place, _) = self.states.insert_full(situation);
        self.known.push(None);
        u32::try_from(place).ok()
    }

    /// The state of a number.
    pub(super) fn state(&self, number: u32) -> &Situation {
        &self.states[number as usize]
    }

    /// What is known of a state.
    pub(super) fn known(&mut self, number: u32) -> Rc<Known> {
        if let Some(known) = &self.known[number as usize] {
            return known.clone();
        }
        let here = self.state(number).clone();
        let mut outcomes = vec![Outcome::Waits; self.takes.len()];
        for instance in self
            .actions
            .iter()
            .chain(&self.events)
            .copied()
            .collect::<Vec<_>>()
        {
            outcomes[instance] = match self.interpreter.fire(&here.state, instance) {
                Fired::Successor(next) => here
                    .after(self.interpreter, next)
                    .and_then(|next| self.number(next))
                    .map_or(Outcome::Broken, Outcome::To),
                Fired::Refused(_) => Outcome::Refused,
                Fired::Undefined(_) => Outcome::Broken,
                Fired::Blocked(_) | Fired::Disabled(_) | Fired::NoFaultsLeft => Outcome::Waits,
            };
        }
        let known = Rc::new(Known {
            goal: self.target.holds(self.interpreter, &here.state) == Ok(true),
            settled: self.interpreter.settled(&here.state),
            outcomes,
        });
        self.known[number as usize] = Some(known.clone());
        known
    }
}
