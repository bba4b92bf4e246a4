//! The explored graph by state ids alone: edges in rows, and what can be asked of them without looking at a state.

use std::collections::VecDeque;

use super::store::StateId;

/// Edges in rows: the successors of state `i` are `targets[offsets[i]..offsets[i + 1]]`, self-loops and doubles included.
/// States that were not expanded have no row.
#[derive(Clone, Debug)]
pub struct Graph {
    offsets: Vec<usize>,
    targets: Vec<u32>,
}

impl Default for Graph {
    fn default() -> Self {
        Self {
            offsets: vec![0],
            targets: Vec::new(),
        }
    }
}

impl Graph {
    /// Adds an edge to the row under construction.
    pub fn push(&mut self, to: StateId) {
        self.targets.push(to.0);
    }

    /// Ends the row under construction.
    pub fn end_row(&mut self) {
        self.offsets.push(self.targets.len());
    }

    /// Forgets the row under construction.
    pub fn drop_row(&mut self) {
        let end = self.offsets.last().copied().unwrap_or(0);
        self.targets.truncate(end);
    }

    /// How many rows there are: the number of expanded states.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.offsets.len() - 1
    }

    /// The successors of a state in the order of its offers; none where it was not expanded.
    #[must_use]
    pub fn successors(&self, id: StateId) -> &[u32] {
        &self.targets[self.row(id)]
    }

    /// The places of the edges of a state among all edges.
    #[must_use]
    pub fn row(&self, id: StateId) -> std::ops::Range<usize> {
        match (
            self.offsets.get(id.index()),
            self.offsets.get(id.index() + 1),
        ) {
            (Some(&start), Some(&end)) => start..end,
            _ => 0..0,
        }
    }

    /// The edges turned round, for `states` states.
    #[must_use]
    pub fn reversed(&self, states: usize) -> Self {
        let mut offsets = vec![0usize; states + 1];
        for &to in &self.targets {
            offsets[to as usize + 1] += 1;
        }
        for i in 0..states {
            offsets[i + 1] += offsets[i];
        }
        let mut next = offsets.clone();
        let mut targets = vec![0u32; self.targets.len()];
        for from in 0..self.rows() {
            for &to in &self.targets[self.offsets[from]..self.offsets[from + 1]] {
                let slot = &mut next[to as usize];
                targets[*slot] = u32::try_from(from).expect("state ids fit 32 bits");
                *slot += 1;
            }
        }
        Self { offsets, targets }
    }

    /// Breadth-first from `start` along the edges that `allowed` lets through: for each of `states` states its parent on a
    /// shortest path (itself for `start`), `None` where it is out of reach. Of several parents the one met first.
    #[must_use]
    pub fn shortest_paths(
        &self,
        start: StateId,
        states: usize,
        allowed: impl Fn(StateId, StateId) -> bool,
    ) -> ShortestPaths {
        let mut parents: Vec<Option<StateId>> = vec![None; states];
        let mut order = Vec::new();
        let mut queue = VecDeque::new();
        if start.index() < states {
            parents[start.index()] = Some(start);
            queue.push_back(start);
        }
        while let Some(from) = queue.pop_front() {
            order.push(from);
            for &to in self.successors(from) {
                let to = StateId(to);
                if parents[to.index()].is_none() && allowed(from, to) {
                    parents[to.index()] = Some(from);
                    queue.push_back(to);
                }
            }
        }
        ShortestPaths { parents, order }
    }
}

/// What [`Graph::shortest_paths`] found.
#[derive(Clone, Debug)]
pub struct ShortestPaths {
    parents: Vec<Option<StateId>>,
    /// The states reached, nearest first.
    pub order: Vec<StateId>,
}

impl ShortestPaths {
    /// Whether a state is in reach.
    #[must_use]
    pub fn reached(&self, id: StateId) -> bool {
        self.parents.get(id.index()).is_some_and(Option::is_some)
    }

    /// The states from the start to `id`, both included; empty where it is out of reach.
    #[must_use]
    pub fn path(&self, id: StateId) -> Vec<StateId> {
        let mut path = Vec::new();
        let mut here = id;
        while let Some(Some(parent)) = self.parents.get(here.index()).copied() {
            path.push(here);
            if parent == here {
                break;
            }
            here = parent;
        }
        path.reverse();
        path
    }
}

/// All states from which one of `targets` can be reached along edges that `allowed` lets through.
#[must_use]
pub fn can_reach(
    reversed: &Graph,
    states: usize,
    targets: impl Iterator<Item = StateId>,
    allowed: impl Fn(StateId, StateId) -> bool,
) -> Vec<bool> {
    let mut reaches = vec![false; states];
    let mut stack: Vec<StateId> = Vec::new();
    for target in targets {
        if !std::mem::replace(&mut reaches[target.index()], true) {
            stack.push(target);
        }
    }
    while let Some(to) = stack.pop() {
        for &from in reversed.successors(to) {
            let from = StateId(from);
            if !reaches[from.index()] && allowed(from, to) {
                reaches[from.index()] = true;
                stack.push(from);
            }
        }
    }
    reaches
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 0 → 1 → 2 → 0, 1 → 3, 3 → 3
    fn ring_with_a_tail() -> Graph {
        let mut graph = Graph::default();
        for row in [&[1][..], &[2, 3], &[0], &[3]] {
            for &to in row {
                graph.push(StateId(to));
            }
            graph.end_row();
        }
        graph
    }

    #[test]
    fn reversing_turns_every_edge_round() {
        let reversed = ring_with_a_tail().reversed(4);
        assert_eq!(reversed.successors(StateId(3)), [1, 3]);
        assert_eq!(reversed.successors(StateId(0)), [2]);
        assert_eq!(reversed.reversed(4).successors(StateId(1)), [2, 3]);
    }

    #[test]
    fn shortest_paths_keep_to_the_allowed_edges() {
        let graph = ring_with_a_tail();
        let all = graph.shortest_paths(StateId(0), 4, |_, _| true);
        assert_eq!(all.path(StateId(3)), [StateId(0), StateId(1), StateId(3)]);
        let some = graph.shortest_paths(StateId(0), 4, |_, to| to != StateId(3));
        assert!(!some.reached(StateId(3)));
        assert!(some.path(StateId(3)).is_empty());
    }

    #[test]
    fn backward_reachability_finds_exactly_those_that_can_get_there() {
        let graph = ring_with_a_tail();
        let reversed = graph.reversed(4);
        let to_tail = can_reach(&reversed, 4, [StateId(3)].into_iter(), |_, _| true);
        assert_eq!(to_tail, [true; 4]);
        let to_ring = can_reach(&reversed, 4, [StateId(0)].into_iter(), |_, _| true);
        assert_eq!(to_ring, [true, true, true, false]);
    }
}
