//! Weighted A* (Pohl 1970) that takes the first path that it comes upon: seldom the cheapest one, and found after a small part
//! of the search for that. Where there is no path it looks at everything, as any search must.

use std::collections::BTreeMap;

use super::best_first::{Expansion, Space};
use super::budget::{Budget, Progress, Stop};
use super::store::{StateId, StateStore};

/// How much more what is left to do counts than what was done.
const HASTE: u32 = 3;

/// How a search for any path ended.
pub struct FirstPath<L> {
    /// The edges of a path from the start to a goal, and its cost.
    pub path: Option<(Vec<L>, u32)>,
    /// Nodes stored.
    pub nodes: usize,
    /// Why it ended early, if it did: then there may be a path although none was found.
    pub stopped: Option<Stop>,
}

struct Record<L> {
    cost: u32,
    estimate: u32,
    expanded: bool,
    goal: bool,
    /// The node that it was reached from, and by which edge; none for the start.
    from: Option<(usize, L)>,
}

/// Searches for a path from the start to a goal.
pub fn first_path<P: Space>(space: &mut P, budget: &mut dyn Budget) -> FirstPath<P::Label> {
    let mut search = Search::<P> {
        store: StateStore::default(),
        records: Vec::new(),
        open: BTreeMap::new(),
        edges: 0,
    };
    let mut path = None;
    let mut stopped = None;
    if let Some(start) = space.start() {
        stopped = search.admit(space, start, (0, None), usize::MAX);
    }
    while stopped.is_none()
        && let Some(node) = search.pop()
    {
        if search.records[node].goal {
            path = Some((search.path(node), search.records[node].cost));
            break;
        }
        stopped = search.expand(space, node, budget);
    }
    FirstPath {
        path,
        nodes: search.records.len(),
        stopped,
    }
}

struct Search<P: Space> {
    store: StateStore<P::Node>,
    records: Vec<Record<P::Label>>,
    /// Nodes that are not expanded yet, some of them twice: by their worth, then by discovery, the latest first.
    open: BTreeMap<(u32, u32), Vec<usize>>,
    edges: u64,
}

impl<P: Space> Search<P> {
    /// Takes a node in, or a cheaper way to one that was not expanded; says why where that cannot be.
    fn admit(
        &mut self,
        space: &mut P,
        node: P::Node,
        (cost, from): (u32, Option<(usize, P::Label)>),
        capacity: usize,
    ) -> Option<Stop> {
        let Some((id, new)) = self.store.insert(node, capacity) else {
            return Some(Stop::States);
        };
        let place = id.index();
        if new {
            let Some(node) = self.store.get(id) else {
                return Some(Stop::States);
            };
            let estimate = space.estimate(node);
            self.records.push(Record {
                cost,
                estimate: estimate.unwrap_or(u32::MAX),
                // From where there is no way to a goal nothing is looked at.
                expanded: estimate.is_none(),
                goal: estimate.is_some() && space.is_goal(node),
                from,
            });
        } else {
            let record = &mut self.records[place];
            if record.expanded || cost >= record.cost {
                return None;
            }
            record.cost = cost;
            record.from = from;
        }
        let record = &self.records[place];
        if !record.expanded {
            let left = record.estimate.saturating_mul(HASTE);
            let worth = (record.cost.saturating_add(left), record.estimate);
            self.open.entry(worth).or_default().push(place);
        }
        None
    }

    fn pop(&mut self) -> Option<usize> {
        loop {
            let mut entry = self.open.first_entry()?;
            let place = entry.get_mut().pop();
            if entry.get().is_empty() {
                entry.remove();
            }
            match place {
                Some(place) if !self.records[place].expanded => return Some(place),
                _ => {}
            }
        }
    }

    fn expand(&mut self, space: &mut P, place: usize, budget: &mut dyn Budget) -> Option<Stop> {
        let id = u32::try_from(place).ok().map(StateId);
        let Some(node) = id.and_then(|id| self.store.get(id).cloned()) else {
            return Some(Stop::States);
        };
        self.records[place].expanded = true;
        let capacity = budget.max_states();
        let cost = self.records[place].cost;
        let progress = Progress {
            states: self.records.len(),
            transitions: self.edges,
            depth: cost,
            ..Progress::default()
        };
        let mut expansion = Expansion::new(budget, progress);
        space.expand(&node, &mut expansion);
        let offers = match expansion.taken() {
            Ok(offers) => offers,
            Err(stop) => return Some(stop),
        };
        for (label, price, to) in offers {
            self.edges += 1;
            let way = (cost.saturating_add(price), Some((place, label)));
            let stop = self.admit(space, to, way, capacity);
            if stop.is_some() {
                return stop;
            }
        }
        None
    }

    /// The edges that lead to a node.
    fn path(&self, mut place: usize) -> Vec<P::Label> {
        let mut path = Vec::new();
        while let Some((from, label)) = &self.records[place].from {
            path.push(label.clone());
            place = *from;
        }
        path.reverse();
        path
    }
}

#[cfg(test)]
mod tests {
    use super::super::budget::{MaxStates, Unlimited};
    use super::*;

    /// From 1 by doubling (cost 3) and adding one (cost 1), no further than a target.
    struct Count {
        target: u32,
        goal: bool,
    }

    impl Space for Count {
        type Node = u32;
        type Label = char;

        fn start(&self) -> Option<u32> {
            Some(1)
        }

        fn expand(&mut self, &node: &u32, expansion: &mut Expansion<'_, Self>) {
            for (label, cost, to) in [('d', 3, node * 2), ('a', 1, node + 1)] {
                if to <= self.target && expansion.may_go_on() {
                    expansion.offer(label, cost, to);
                }
            }
        }

        fn is_goal(&mut self, &node: &u32) -> bool {
            self.goal && node == self.target
        }

        fn estimate(&mut self, &node: &u32) -> Option<u32> {
            Some(self.target.saturating_sub(node).min(1))
        }
    }

    #[test]
    fn a_path_leads_to_the_goal_and_has_the_cost_that_is_told() {
        let mut space = Count {
            target: 23,
            goal: true,
        };
        let found = first_path(&mut space, &mut Unlimited);
        let (path, cost) = found.path.unwrap();
        let walk = |(at, spent), label: &char| match label {
            'd' => (at * 2, spent + 3),
            _ => (at + 1, spent + 1),
        };
        assert_eq!(path.iter().fold((1, 0), walk), (23, cost));
        assert_eq!(found.stopped, None);
    }

    #[test]
    fn without_a_path_everything_was_looked_at_and_a_limit_is_told() {
        let mut space = Count {
            target: 23,
            goal: false,
        };
        let all = first_path(&mut space, &mut Unlimited);
        assert!(all.path.is_none() && all.stopped.is_none());
        assert_eq!(all.nodes, 23);
        let few = first_path(&mut space, &mut MaxStates(5));
        assert!(few.path.is_none());
        assert_eq!((few.nodes, few.stopped), (5, Some(Stop::States)));
    }
}
