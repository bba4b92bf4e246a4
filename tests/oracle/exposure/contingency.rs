//! What to do when something struck, or to give up: where the events end, and what the cheapest ways from there cost.

use std::collections::{BTreeMap, BTreeSet};

use super::super::fair::fair_bad_cycles;
use super::super::plan::{Planned, cheapest_from};
use super::super::target::Target;
use super::world::World;

/// The states that runs of the events end in, or go round in for ever, from some states.
pub fn ends(world: &mut World, from: &BTreeSet<usize>) -> BTreeSet<usize> {
    let all = world.reached(from);
    let graph = world.event_graph(&all, |_| true, |_| false);
    let list: Vec<usize> = all.into_iter().collect();
    let rounds: BTreeSet<usize> = fair_bad_cycles(&graph).into_iter().collect();
    (0..list.len())
        .filter(|place| graph[*place].owed.is_empty() || rounds.contains(place))
        .map(|place| list[place])
        .collect()
}

/// What the cheapest ways to a target cost, for each state that was asked for.
pub struct Costs {
    pub target: Target,
    known: BTreeMap<usize, Option<u32>>,
}

impl Costs {
    /// Nothing is known.
    pub const fn towards(target: Target) -> Self {
        Self {
            target,
            known: BTreeMap::new(),
        }
    }

    /// What the cheapest way costs, where there is one; none where that takes too long to find out.
    pub fn from(&mut self, world: &World, state: usize, limit: usize) -> Option<Option<u32>> {
        if let Some(known) = self.known.get(&state) {
            return Some(*known);
        }
        let cost = match cheapest_from(&world.model, world.state(state), &self.target, limit) {
            Planned::Cheapest { cost, .. } => Some(cost),
            Planned::None => None,
            Planned::TooLarge => return None,
        };
        self.known.insert(state, cost);
        Some(cost)
    }
}
