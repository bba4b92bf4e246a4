//! A* (Hart, Nilsson, Raphael 1968) that goes on until every node that can be on a cheapest path has been expanded, so that
//! ties can be broken by something else than luck.

use std::collections::BTreeMap;
use std::hash::Hash;

use super::budget::{Budget, Progress, Stop};
use super::store::{StateId, StateStore};

/// A space of nodes joined by edges with costs of at least 1.
pub trait Space {
    /// A node; equal nodes are one node.
    type Node: Clone + Eq + Hash;
    /// What an edge is called.
    type Label: Clone;

    /// Where the search begins.
    fn start(&self) -> Option<Self::Node>;

    /// Offers every edge of a node with its cost; the same in the same order every time. Asks now and then whether to go on,
    /// and stops where not.
    fn expand(&mut self, node: &Self::Node, expansion: &mut Expansion<'_, Self>);

    /// Whether the search may end here.
    fn is_goal(&mut self, node: &Self::Node) -> bool;

    /// A lower bound on the cost from here to a goal; `None` where no goal can be reached.
    fn estimate(&mut self, node: &Self::Node) -> Option<u32>;
}

/// Takes the edges of one node.
pub struct Expansion<'b, P: Space + ?Sized> {
    edges: Vec<(P::Label, u32, P::Node)>,
    budget: &'b mut dyn Budget,
    progress: Progress,
    stopped: Option<Stop>,
}

impl<'b, P: Space + ?Sized> Expansion<'b, P> {
    /// An edge; a cost of 0 counts as 1.
    pub fn offer(&mut self, label: P::Label, cost: u32, to: P::Node) {
        self.edges.push((label, cost.max(1), to));
    }

    /// Whether the budget lets the expansion go on.
    pub fn may_go_on(&mut self) -> bool {
        self.stopped = self.stopped.or_else(|| self.budget.spend(self.progress));
        self.stopped.is_none()
    }
}

/// Every cheapest path at once.
pub struct Cheapest<L> {
    /// Their cost.
    pub cost: u32,
    /// Edges on cheapest paths, by the node they leave. Costs are at least 1, so there is no circle.
    pub edges: Vec<Vec<Edge<L>>>,
    /// For each node whether it is a goal reached at that cost.
    pub goals: Vec<bool>,
}

/// An edge of the space.
#[derive(Clone, Debug)]
pub struct Edge<L> {
    /// What it is called.
    pub label: L,
    /// Where it leads; nodes are numbered in the order of discovery, the start is 0.
    pub to: usize,
}

/// How a best-first search ended.
pub struct BestFirst<L> {
    /// The cheapest paths; none where there is no path to a goal, or where the search was stopped.
    pub cheapest: Option<Cheapest<L>>,
    /// Nodes stored.
    pub nodes: usize,
    /// Nodes expanded.
    pub expanded: usize,
    /// Edges seen.
    pub edges: u64,
    /// The cost of the cheapest path; without one the greatest cost that the search came to.
    pub reached: u32,
    /// Why it ended early, if it did: then nothing may be called cheapest, or impossible.
    pub stopped: Option<Stop>,
}

struct Record<L> {
    cost: u32,
    estimate: u32,
    expanded: bool,
    goal: bool,
    /// The node before it on a cheapest path so far; the start is before itself.
    from: usize,
    edges: Vec<(L, u32, usize)>,
}

/// Searches for all cheapest paths from the start to a goal.
pub fn best_first<P: Space>(space: &mut P, budget: &mut dyn Budget) -> BestFirst<P::Label> {
    let (mut found, search) = searched(space, budget, true);
    if found.goal && found.outcome.stopped.is_none() {
        found.outcome.cheapest = Some(search.cheapest(found.outcome.reached));
    }
    found.outcome
}

/// What a search for the cost alone came to.
pub struct LeastCost<P: Space> {
    /// The cost of a cheapest path; none where there is no path to a goal, or where the search was stopped.
    pub cost: Option<u32>,
    /// How it went.
    pub outcome: BestFirst<P::Label>,
    /// The nodes of a path to the one with the least estimate of all, the start included.
    pub nearest: Vec<P::Node>,
}

/// Searches for the cost of a cheapest path. Ends at the first goal.
pub fn least_cost<P: Space>(space: &mut P, budget: &mut dyn Budget) -> LeastCost<P> {
    let (found, search) = searched(space, budget, false);
    let is_found = found.goal && found.outcome.stopped.is_none();
    LeastCost {
        cost: is_found.then_some(found.outcome.reached),
        outcome: found.outcome,
        nearest: search.path_to_nearest(),
    }
}

/// How a search went, and whether it came to a goal.
struct Searched<L> {
    outcome: BestFirst<L>,
    goal: bool,
}

fn searched<P: Space>(
    space: &mut P,
    budget: &mut dyn Budget,
    ties: bool,
) -> (Searched<P::Label>, Search<P>) {
    let mut search = Search::<P> {
        store: StateStore::default(),
        records: Vec::new(),
        open: BTreeMap::new(),
        expanded: 0,
        edges: 0,
        ties,
    };
    if let Some(start) = space.start() {
        search.admit(space, start, (0, 0), usize::MAX);
    }
    let mut goal = None;
    let mut reached = 0;
    let mut stopped = None;
    while let Some((total, node)) = search.pop() {
        if goal.is_some_and(|cost| total > cost) {
            break;
        }
        reached = reached.max(search.records[node].cost);
        stopped = budget.spend(search.progress(total));
        if stopped.is_some() {
            break;
        }
        if search.records[node].goal {
            goal = Some(total);
            if !ties {
                break;
            }
        } else {
            stopped = search.expand(space, node, budget);
            if stopped.is_some() {
                break;
            }
        }
    }
    let outcome = BestFirst {
        nodes: search.records.len(),
        expanded: search.expanded,
        edges: search.edges,
        reached: goal.unwrap_or(reached),
        cheapest: None,
        stopped,
    };
    let found = Searched {
        outcome,
        goal: goal.is_some(),
    };
    (found, search)
}

struct Search<P: Space> {
    store: StateStore<P::Node>,
    records: Vec<Record<P::Label>>,
    /// Nodes by cost plus estimate, then by how little is left to do, then by discovery. May hold a node again at a higher
    /// cost than it has by now; such entries are passed over.
    open: BTreeMap<(u32, u32), Vec<usize>>,
    expanded: usize,
    edges: u64,
    /// Whether edges are kept, to find all cheapest paths afterwards.
    ties: bool,
}

impl<P: Space> Search<P> {
    /// Stores a node reached at `cost` from another one; its number, or `None` where there is no room.
    fn admit(
        &mut self,
        space: &mut P,
        node: P::Node,
        (cost, from): (u32, usize),
        capacity: usize,
    ) -> Option<usize> {
        let (StateId(id), new) = self.store.insert(node, capacity)?;
        let id = id as usize;
        if new {
            let node = self.store.get(StateId(u32::try_from(id).ok()?))?;
            let estimate = space.estimate(node);
            let goal = estimate.is_some() && space.is_goal(node);
            self.records.push(Record {
                cost,
                estimate: estimate.unwrap_or(u32::MAX),
                expanded: false,
                goal,
                from,
                edges: Vec::new(),
            });
            if estimate.is_some() {
                self.enqueue(id);
            }
        } else if cost < self.records[id].cost {
            self.records[id].cost = cost;
            self.records[id].from = from;
            if self.records[id].estimate != u32::MAX {
                self.records[id].expanded = false;
                self.enqueue(id);
            }
        }
        Some(id)
    }

    fn enqueue(&mut self, id: usize) {
        let record = &self.records[id];
        let key = (record.cost.saturating_add(record.estimate), record.estimate);
        self.open.entry(key).or_default().push(id);
    }

    fn pop(&mut self) -> Option<(u32, usize)> {
        loop {
            let mut entry = self.open.first_entry()?;
            let (total, estimate) = *entry.key();
            let id = entry.get_mut().pop();
            if entry.get().is_empty() {
                entry.remove();
            }
            let Some(id) = id else { continue };
            let record = &self.records[id];
            if !record.expanded && record.cost.saturating_add(estimate) == total {
                return Some((total, id));
            }
        }
    }

    /// Follows every edge of a node, or says why not: no room for a successor, or no budget.
    fn expand(&mut self, space: &mut P, id: usize, budget: &mut dyn Budget) -> Option<Stop> {
        let node = u32::try_from(id)
            .ok()
            .and_then(|id| self.store.get(StateId(id)).cloned());
        let Some(node) = node else {
            return Some(Stop::States);
        };
        let capacity = budget.max_states();
        let cost = self.records[id].cost;
        self.expanded += 1;
        self.records[id].expanded = true;
        let mut expansion = Expansion {
            edges: Vec::new(),
            progress: self.progress(cost),
            budget,
            stopped: None,
        };
        space.expand(&node, &mut expansion);
        if expansion.stopped.is_some() {
            return expansion.stopped;
        }
        let offers = expansion.edges;
        let mut edges = Vec::with_capacity(offers.len());
        for (label, price, to) in offers {
            self.edges += 1;
            let reached = (cost.saturating_add(price), id);
            let Some(to) = self.admit(space, to, reached, capacity) else {
                return Some(Stop::States);
            };
            if self.ties {
                edges.push((label, price, to));
            }
        }
        self.records[id].edges = edges;
        None
    }

    fn progress(&self, total: u32) -> Progress {
        Progress {
            states: self.records.len(),
            frontier: self.records.len() - self.expanded,
            transitions: self.edges,
            depth: total,
        }
    }

    /// A cheapest path to the expanded node with the least estimate; of several the one that costs least, then the first found.
    fn path_to_nearest(&self) -> Vec<P::Node> {
        let expanded = self.records.iter().enumerate().filter(|(_, r)| r.expanded);
        let nearest = expanded.min_by_key(|(id, record)| (record.estimate, record.cost, *id));
        let Some((mut here, _)) = nearest else {
            return Vec::new();
        };
        let mut path = Vec::new();
        loop {
            let id = u32::try_from(here).unwrap_or(u32::MAX);
            path.extend(self.store.get(StateId(id)).cloned());
            let before = self.records[here].from;
            if before == here {
                break;
            }
            here = before;
        }
        path.reverse();
        path
    }

    /// Keeps the edges that lie on a path of that cost to a goal.
    fn cheapest(self, cost: u32) -> Cheapest<P::Label> {
        let records = self.records;
        let tight = |from: usize, price: u32, to: usize| {
            records[from].expanded && records[from].cost.saturating_add(price) == records[to].cost
        };
        let mut before: Vec<Vec<usize>> = vec![Vec::new(); records.len()];
        for (from, record) in records.iter().enumerate() {
            for &(_, price, to) in &record.edges {
                if tight(from, price, to) {
                    before[to].push(from);
                }
            }
        }
        let goals: Vec<bool> = records.iter().map(|r| r.goal && r.cost == cost).collect();
        let mut useful = goals.clone();
        let mut stack: Vec<usize> = (0..records.len()).filter(|&i| goals[i]).collect();
        while let Some(to) = stack.pop() {
            for &from in &before[to] {
                if !std::mem::replace(&mut useful[from], true) {
                    stack.push(from);
                }
            }
        }
        let edges = records
            .iter()
            .enumerate()
            .map(|(from, record)| {
                record
                    .edges
                    .iter()
                    .filter(|&&(_, price, to)| useful[to] && tight(from, price, to))
                    .map(|(label, _, to)| Edge {
                        label: label.clone(),
                        to: *to,
                    })
                    .collect()
            })
            .collect();
        Cheapest { cost, edges, goals }
    }
}

#[cfg(test)]
mod tests {
    use super::super::budget::{MaxStates, Unlimited};
    use super::*;

    /// From 1 by doubling (cost 3) and adding one (cost 1) to a target.
    struct Count {
        target: u32,
        informed: bool,
    }

    impl Space for Count {
        type Node = u32;
        type Label = &'static str;

        fn start(&self) -> Option<u32> {
            Some(1)
        }
        fn expand(&mut self, &node: &u32, expansion: &mut Expansion<'_, Self>) {
            if node <= self.target {
                expansion.offer("double", 3, node * 2);
                expansion.offer("add", 1, node + 1);
            }
        }
        fn is_goal(&mut self, &node: &u32) -> bool {
            node == self.target
        }
        fn estimate(&mut self, &node: &u32) -> Option<u32> {
            if node > self.target {
                None
            } else {
                Some(u32::from(self.informed && node < self.target))
            }
        }
    }

    fn blind(target: u32) -> Count {
        Count {
            target,
            informed: false,
        }
    }

    #[test]
    fn the_cheapest_way_is_found_with_and_without_an_estimate() {
        for informed in [false, true] {
            let mut space = Count {
                target: 10,
                informed,
            };
            // 1 +1+1+1+1 (5) *2 (10): 4 + 3
            let found = best_first(&mut space, &mut Unlimited);
            assert_eq!(found.cheapest.unwrap().cost, 7);
        }
    }

    #[test]
    fn all_cheapest_ways_are_kept() {
        // 6 = 1+1+1 doubled (2 + 3) or 1 + 5 (5).
        let cheapest = best_first(&mut blind(6), &mut Unlimited).cheapest.unwrap();
        assert_eq!(cheapest.cost, 5);
        let doubles: usize = cheapest
            .edges
            .iter()
            .flatten()
            .filter(|e| e.label == "double")
            .count();
        assert_eq!(doubles, 1);
        assert_eq!(cheapest.goals.iter().filter(|&&g| g).count(), 1);
    }

    #[test]
    fn no_way_is_told_apart_from_no_answer() {
        let none = best_first(&mut blind(0), &mut Unlimited);
        assert!(none.cheapest.is_none() && none.stopped.is_none());
        let cut = best_first(&mut blind(1000), &mut MaxStates(10));
        assert!(cut.cheapest.is_none());
        assert_eq!(cut.stopped, Some(Stop::States));
    }
}
