//! The operator notices: whether some run gets to the goal, or to another target, and breaks nothing more on its way.

use std::collections::{BTreeMap, BTreeSet};

use rollproof::language::rules::TransitionClass;

use super::super::step::{Attempt, attempt, class};
use super::super::target::Target;
use super::world::{WELL_DEFINED, World};

/// For each state that was asked for, or met on the way, whether the target can be reached.
pub struct Recovery {
    target: Target,
    known: BTreeMap<usize, bool>,
}

impl Recovery {
    /// Nothing is known.
    pub const fn towards(target: Target) -> Self {
        Self {
            target,
            known: BTreeMap::new(),
        }
    }

    /// Whether it can from any of these states; none where there are too many to tell.
    pub fn is_possible_from_some(
        &mut self,
        world: &mut World,
        states: &BTreeSet<usize>,
        limit: usize,
    ) -> Option<bool> {
        self.explore(world, states, limit)?;
        Some(states.iter().any(|state| self.known[state]))
    }

    /// Whether it can from every one of these states; none where there are too many to tell.
    pub fn is_possible_from(
        &mut self,
        world: &mut World,
        states: &BTreeSet<usize>,
        limit: usize,
    ) -> Option<bool> {
        self.explore(world, states, limit)?;
        Some(states.iter().all(|state| self.known[state]))
    }

    /// Finds out about these states and all that actions and events make of them.
    fn explore(&mut self, world: &mut World, states: &BTreeSet<usize>, limit: usize) -> Option<()> {
        let unknown = |state: &&usize| !self.known.contains_key(state);
        let mut ways: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        let mut open: Vec<usize> = states.iter().filter(unknown).copied().collect();
        while let Some(state) = open.pop() {
            if ways.contains_key(&state) || self.known.contains_key(&state) {
                continue;
            }
            let next = without_more_harm(world, state);
            open.extend(&next);
            ways.insert(state, next);
            if ways.len() > limit {
                return None;
            }
        }
        for state in ways.keys() {
            let there = self.target.holds(&world.model, world.state(*state)) == Ok(true);
            self.known.insert(*state, there);
        }
        let mut changed = true;
        while changed {
            changed = false;
            for (state, next) in &ways {
                if !self.known[state] && next.iter().any(|to| self.known[to]) {
                    self.known.insert(*state, true);
                    changed = true;
                }
            }
        }
        Some(())
    }
}

/// Where actions and events lead without breaking anything that was whole. What has been false all the time may stay so;
/// what was false and has been true in between counts as whole, so that only the state before matters.
fn without_more_harm(world: &mut World, from: usize) -> Vec<usize> {
    let before = world.facts(from);
    let mut all = Vec::new();
    for instance in 0..world.model.instances.len() {
        if class(&world.model, instance) == TransitionClass::Fault {
            continue;
        }
        let Attempt::Taken(next) = attempt(&world.model, world.state(from), instance) else {
            continue;
        };
        let to = world.number(next);
        let after = world.facts(to);
        if after.false_for.is_subset(&before.false_for)
            && !after.wrong.contains(WELL_DEFINED)
            && world.wrong_between(from, to).is_empty()
        {
            all.push(to);
        }
    }
    all
}
