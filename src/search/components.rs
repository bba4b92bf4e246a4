//! Strongly connected components: Tarjan's algorithm (SIAM J. Comput. 1972), with a stack of its own instead of recursion.

use super::graph::Graph;
use super::store::StateId;

/// The strongly connected components of the part of `graph` that `included` names, each sorted by id, in the order of their
/// smallest member.
#[must_use]
pub fn components(
    graph: &Graph,
    states: usize,
    included: impl Fn(StateId) -> bool,
) -> Vec<Vec<StateId>> {
    let mut search = Tarjan {
        index: vec![UNSEEN; states],
        low: vec![0; states],
        on_stack: vec![false; states],
        stack: Vec::new(),
        next: 0,
        found: Vec::new(),
    };
    for id in (0..states)
        .filter_map(|i| u32::try_from(i).ok())
        .map(StateId)
    {
        if search.index[id.index()] == UNSEEN && included(id) {
            search.walk(graph, id, &included);
        }
    }
    for component in &mut search.found {
        component.sort_unstable();
    }
    search
        .found
        .sort_unstable_by_key(|component| component.first().copied());
    search.found
}

const UNSEEN: u32 = u32::MAX;

struct Tarjan {
    /// The order of discovery.
    index: Vec<u32>,
    /// The smallest index that can be reached through the subtree and one edge more.
    low: Vec<u32>,
    on_stack: Vec<bool>,
    /// States of components that are not complete yet.
    stack: Vec<StateId>,
    next: u32,
    found: Vec<Vec<StateId>>,
}

impl Tarjan {
    fn walk(&mut self, graph: &Graph, root: StateId, included: &impl Fn(StateId) -> bool) {
        // Each frame is a state and the number of its edges that were followed.
        let mut frames = vec![(root, 0)];
        self.enter(root);
        while let Some(frame) = frames.last_mut() {
            let (here, edge) = *frame;
            if let Some(&to) = graph.successors(here).get(edge) {
                frame.1 += 1;
                let to = StateId(to);
                if !included(to) {
                    continue;
                }
                if self.index[to.index()] == UNSEEN {
                    self.enter(to);
                    frames.push((to, 0));
                } else if self.on_stack[to.index()] {
                    self.low[here.index()] = self.low[here.index()].min(self.index[to.index()]);
                }
            } else {
                frames.pop();
                if let Some(&(parent, _)) = frames.last() {
                    self.low[parent.index()] = self.low[parent.index()].min(self.low[here.index()]);
                }
                self.leave(here);
            }
        }
    }

    fn enter(&mut self, id: StateId) {
        self.index[id.index()] = self.next;
        self.low[id.index()] = self.next;
        self.on_stack[id.index()] = true;
        self.stack.push(id);
        self.next += 1;
    }

    fn leave(&mut self, id: StateId) {
        if self.low[id.index()] != self.index[id.index()] {
            return;
        }
        let mut component = Vec::new();
        while let Some(member) = self.stack.pop() {
            self.on_stack[member.index()] = false;
            component.push(member);
            if member == id {
                break;
            }
        }
        self.found.push(component);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn graph(rows: &[&[u32]]) -> Graph {
        let mut graph = Graph::default();
        for row in rows {
            for &to in *row {
                graph.push(StateId(to));
            }
            graph.end_row();
        }
        graph
    }

    fn ids(components: &[Vec<StateId>]) -> Vec<Vec<u32>> {
        components
            .iter()
            .map(|c| c.iter().map(|id| id.0).collect())
            .collect()
    }

    #[test]
    fn rings_are_components_and_tails_stand_alone() {
        let graph = graph(&[&[1], &[2, 3], &[0], &[4], &[3], &[5]]);
        assert_eq!(
            ids(&components(&graph, 6, |_| true)),
            [vec![0, 1, 2], vec![3, 4], vec![5]]
        );
    }

    #[test]
    fn what_is_left_out_breaks_the_ring() {
        let graph = graph(&[&[1], &[2], &[0]]);
        assert_eq!(
            ids(&components(&graph, 3, |id| id.0 != 1)),
            [vec![0], vec![2]]
        );
    }

    #[test]
    fn a_chain_of_a_million_states_needs_no_recursion() {
        let mut graph = Graph::default();
        for i in 1..=1_000_000 {
            graph.push(StateId(i % 1_000_000));
            graph.end_row();
        }
        assert_eq!(components(&graph, 1_000_000, |_| true).len(), 1);
    }
}
