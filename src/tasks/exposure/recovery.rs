//! The operator notices: whether the goal can still be reached from a state, without breaking anything that is not broken
//! already. What is broken when the search begins may stay so until it holds once.
//!
//! Looking for a way goes towards the states of the plan without strikes, from which the plan itself reaches the goal; most
//! ways are a repair and a step or two. Where there is none the search ends with everything that can be reached, and all of
//! that is lost. Both are remembered.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, HashSet};

use crate::language::rules::{InvariantId, TransitionClass};
use crate::model::value::Value;
use crate::search::budget::{Budget, Progress, Stop};
use crate::search::store::{Hasher, StateId};
use crate::semantics::{Fired, Interpreter, State};

use super::super::plan_system::of_class;
use super::aftermath::Aftermath;
use super::rows::is_empty;

/// Ground invariants that are false: which, and for which choice of parameters.
type Standing = Vec<(InvariantId, Vec<Value>)>;

/// A state with what was broken when the operator noticed, and has been ever since.
type Node = (State, Standing);

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
    moves: Vec<usize>,
    saved: HashSet<Node, Hasher>,
    lost: HashSet<Node, Hasher>,
    /// States from which the plan itself reaches the goal.
    planned: Vec<State>,
}

impl<'a, 'm> Recovery<'a, 'm> {
    /// Nothing is known but what the plan itself reaches.
    pub(super) fn new(after: &Aftermath<'_, 'a, 'm>) -> Self {
        let interpreter = after.system.interpreter;
        let mut moves = of_class(interpreter, TransitionClass::Action);
        moves.extend(of_class(interpreter, TransitionClass::Event));
        let mut found = Self {
            interpreter,
            moves,
            saved: HashSet::default(),
            lost: HashSet::default(),
            planned: Vec::new(),
        };
        for (state, reaches) in reaches_goal(after).into_iter().enumerate() {
            let id = StateId(u32::try_from(state).unwrap_or(u32::MAX));
            if let Some(state) = after.store.get(id).filter(|_| reaches)
                && found
                    .standing(&state.cluster)
                    .is_some_and(|standing| standing.is_empty())
            {
                found.saved.insert((state.cluster.clone(), Vec::new()));
                found.planned.push(state.cluster.clone());
            }
        }
        found
    }

    /// Whether the goal can be reached from a state; `near` is a state to look at first.
    pub(super) fn from(&mut self, state: &State, budget: &mut dyn Budget) -> Recoverable {
        let standing = self.false_now(state);
        let first: Node = (state.clone(), standing);
        if self.saved.contains(&first) {
            return Recoverable::Yes;
        }
        if self.lost.contains(&first) {
            return Recoverable::No;
        }
        self.search(first, budget)
    }

    /// Best first by the fields that differ from the nearest state of the plan; ties in the order in which states are met.
    fn search(&mut self, first: Node, budget: &mut dyn Budget) -> Recoverable {
        let near = self.near(&first.0);
        let mut nodes: Vec<(Node, usize)> = vec![(first.clone(), 0)];
        let mut places: HashMap<Node, usize, Hasher> = HashMap::default();
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
            if self.is_goal(&here.0) || self.saved.contains(&here) {
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
                open.push(Reverse((next.0.distance(&near), number)));
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
    fn save(&mut self, nodes: &[(Node, usize)], place: usize) {
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
        let goal = self.interpreter.model().goal;
        goal.is_some_and(|goal| self.interpreter.goal(state, goal) == Ok(true))
    }

    /// What actions and events lead to without breaking anything more.
    fn successors(&self, (state, standing): &Node) -> Vec<Node> {
        let mut found = Vec::new();
        for &instance in &self.moves {
            let Fired::Successor(next) = self.interpreter.fire(state, instance) else {
                continue;
            };
            if !self.is_clean_between(state, &next) {
                continue;
            }
            let Some(now) = self.standing(&next) else {
                continue;
            };
            if now.iter().all(|instance| standing.contains(instance)) {
                found.push((next, now));
            }
        }
        found
    }

    fn is_clean_between(&self, before: &State, after: &State) -> bool {
        let invariants = &self.interpreter.model().rules.invariants;
        (0u16..)
            .map(InvariantId)
            .zip(invariants)
            .filter(|(_, invariant)| invariant.transition)
            .all(|(id, _)| self.interpreter.judge_between(before, after, id).holds())
    }

    /// The ground invariants that are false in a state; none where something is undefined.
    fn standing(&self, state: &State) -> Option<Standing> {
        let model = self.interpreter.model();
        let goal = model.goal.map(|goal| self.interpreter.goal(state, goal));
        let undefined_move = || {
            let undefined = |&instance: &usize| {
                matches!(self.interpreter.fire(state, instance), Fired::Undefined(_))
            };
            self.moves.iter().any(undefined)
        };
        if matches!(goal, Some(Err(_))) || undefined_move() {
            return None;
        }
        let mut clean = true;
        for (id, invariant) in (0u16..).map(InvariantId).zip(&model.rules.invariants) {
            if !invariant.transition {
                let judgement = self.interpreter.judge(state, id);
                if judgement.undefined.is_some() {
                    return None;
                }
                clean &= judgement.holds();
            }
        }
        Some(if clean {
            Vec::new()
        } else {
            self.false_now(state)
        })
    }

    /// The ground invariants that are false in a state.
    fn false_now(&self, state: &State) -> Standing {
        let invariants = &self.interpreter.model().rules.invariants;
        (0u16..)
            .map(InvariantId)
            .zip(invariants)
            .filter(|(_, invariant)| !invariant.transition)
            .flat_map(|(id, _)| {
                let choices = self.interpreter.false_choices(state, id);
                choices.into_iter().map(move |choice| (id, choice))
            })
            .collect()
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
