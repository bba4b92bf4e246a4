//! The operator notices: whether the goal can still be reached from a state, without breaking anything that is not broken
//! already. What is broken when the search begins may stay so until it holds once.
//!
//! Looking for a way goes towards the states of the plan without strikes, from which the plan itself reaches the goal; most
//! ways are a repair and a step or two. Where there is none the search ends with everything that can be reached, and all of
//! that is lost. Both are remembered.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, HashSet};

use crate::language::rules::TransitionClass;
use crate::search::budget::{Budget, Progress, Stop};
use crate::search::store::{Hasher, StateId};
use crate::semantics::{Fired, Interpreter, State};

use super::super::plan_system::of_class;
use super::super::standing::Situation;
use super::super::target::Target;
use super::aftermath::Aftermath;
use super::rows::is_empty;

/// Whether the goal can still be reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recoverable {
    /// Yes, from every state that was asked about.
    Yes,
    /// Not from some.
    No,
    /// A limit was reached before that was known.
    Unknown(Stop),
}

/// Remembers what was found out so far.
pub(super) struct Recovery<'a, 'm> {
    interpreter: &'a Interpreter<'m>,
    target: Option<Target>,
    moves: Vec<usize>,
    saved: HashSet<Situation, Hasher>,
    lost: HashSet<Situation, Hasher>,
    /// States from which the plan itself reaches the goal.
    planned: Vec<State>,
}

impl<'a, 'm> Recovery<'a, 'm> {
    /// Nothing is known but what the plan itself reaches.
    pub(super) fn new(after: &Aftermath<'_, 'a, 'm>) -> Self {
        let interpreter = after.system.interpreter;
        let target = interpreter.model().goal.map(Target::Goal);
        let mut found = Self::nothing(interpreter, target);
        for (state, reaches) in reaches_goal(after).into_iter().enumerate() {
            let id = StateId(u32::try_from(state).unwrap_or(u32::MAX));
            if let Some(state) = after.store.get(id).filter(|_| reaches)
                && found.is_defined(&state.cluster)
                && let Some(here) = Situation::in_order(interpreter, state.cluster.clone())
            {
                found.saved.insert(here);
                found.planned.push(state.cluster.clone());
            }
        }
        found
    }

    /// Nothing is known on the ways to a target, which looks most like a certain state.
    pub(super) fn towards(interpreter: &'a Interpreter<'m>, target: Target, near: &State) -> Self {
        let mut found = Self::nothing(interpreter, Some(target));
        found.planned.push(near.clone());
        found
    }

    fn nothing(interpreter: &'a Interpreter<'m>, target: Option<Target>) -> Self {
        let mut moves = of_class(interpreter, TransitionClass::Action);
        moves.extend(of_class(interpreter, TransitionClass::Event));
        Self {
            interpreter,
            target,
            moves,
            saved: HashSet::default(),
            lost: HashSet::default(),
            planned: Vec::new(),
        }
    }

    /// Whether the target can be reached from a state; `near` is a state to look at first.
    pub(super) fn from(&mut self, state: &State, budget: &mut dyn Budget) -> Recoverable {
        let first = Situation::taken_over(self.interpreter, state.clone());
        if self.saved.contains(&first) {
            return Recoverable::Yes;
        }
        if self.lost.contains(&first) {
            return Recoverable::No;
        }
        self.search(first, budget)
    }

    /// Best first by the fields that differ from the nearest state of the plan; ties in the order in which states are met.
    fn search(&mut self, first: Situation, budget: &mut dyn Budget) -> Recoverable {
        let near = self.near(&first.state);
        let mut nodes: Vec<(Situation, usize)> = vec![(first.clone(), 0)];
        let mut places: HashMap<Situation, usize, Hasher> = HashMap::default();
        places.insert(first, 0);
        let mut open = BinaryHeap::from([Reverse((0, 0usize))]);
        while let Some(Reverse((_, place))) = open.pop() {
            let stop = budget.spend(Progress {
                states: nodes.len(),
                frontier: open.len(),
                ..Progress::default()
            });
            if let Some(stop) = stop {
                return Recoverable::Unknown(stop);
            }
            let here = nodes[place].0.clone();
            if self.is_goal(&here.state) || self.saved.contains(&here) {
                self.save(&nodes, place);
                return Recoverable::Yes;
            }
            if self.lost.contains(&here) {
                continue;
            }
            for next in self.successors(&here) {
                if places.contains_key(&next) {
                    continue;
                }
                if nodes.len() >= budget.max_states() {
                    return Recoverable::Unknown(Stop::States);
                }
                let number = nodes.len();
                places.insert(next.clone(), number);
                open.push(Reverse((next.state.distance(&near), number)));
                nodes.push((next, place));
            }
        }
        self.lost.extend(nodes.into_iter().map(|(node, _)| node));
        Recoverable::No
    }

    /// The state of the plan that differs in the fewest fields; the first of several.
    fn near(&self, state: &State) -> State {
        let all = self.planned.iter();
        let near = all.min_by_key(|planned| planned.distance(state));
        near.unwrap_or(state).clone()
    }

    /// All states on the way to a place are saved.
    fn save(&mut self, nodes: &[(Situation, usize)], place: usize) {
        let mut here = place;
        loop {
            self.saved.insert(nodes[here].0.clone());
            if here == nodes[here].1 {
                return;
            }
            here = nodes[here].1;
        }
    }

    fn is_goal(&self, state: &State) -> bool {
        let target = self.target.as_ref();
        target.is_some_and(|target| target.holds(self.interpreter, state) == Ok(true))
    }

    /// What actions and events lead to without breaking anything more.
    fn successors(&self, here: &Situation) -> Vec<Situation> {
        let mut found = Vec::new();
        for &instance in &self.moves {
            if let Fired::Successor(next) = self.interpreter.fire(&here.state, instance)
                && self.is_defined(&next)
                && let Some(next) = here.after(self.interpreter, next)
            {
                found.push(next);
            }
        }
        found
    }

    /// Whether the goal and all transitions have a meaning in a state.
    fn is_defined(&self, state: &State) -> bool {
        let target = self.target.as_ref();
        let undefined = |&instance: &usize| {
            matches!(self.interpreter.fire(state, instance), Fired::Undefined(_))
        };
        target.is_none_or(|target| target.holds(self.interpreter, state).is_ok())
            && !self.moves.iter().any(undefined)
    }
}

/// For each state of the plan without strikes whether some run of the plan goes on to the goal without breaking anything.
fn reaches_goal(after: &Aftermath<'_, '_, '_>) -> Vec<bool> {
    let clean = |id: usize| is_empty(after.broken.get(id));
    let mut reaches: Vec<bool> = (0..after.planned)
        .map(|id| after.facts[id].goal && clean(id))
        .collect();
    let mut changed = true;
    while changed {
        changed = false;
        for state in (0..after.planned).rev() {
            let from = StateId(u32::try_from(state).unwrap_or(u32::MAX));
            let successors = [&after.lanes, &after.events].map(|graph| graph.successors(from));
            let on = successors.into_iter().flatten().any(|&to| {
                reaches.get(to as usize) == Some(&true)
                    && after.broken_on(from, StateId(to)).is_none()
            });
            if on && clean(state) && !reaches[state] {
                reaches[state] = true;
                changed = true;
            }
        }
    }
    reaches
}
