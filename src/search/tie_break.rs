//! Of all cheapest paths the one with the fewest changes of subject, and of those the one whose labels come first in order.

use super::best_first::Cheapest;

/// The labels of the chosen path. `subject` is what a step is about; `order` ranks the labels, no two edges of a node alike.
#[must_use]
pub fn choose<L: Clone, G: PartialEq + Clone>(
    cheapest: &Cheapest<L>,
    subject: impl Fn(&L) -> G,
    order: impl Fn(&L) -> usize,
) -> Vec<L> {
    let changes = fewest_changes(cheapest, &subject);
    let mut path = Vec::new();
    let mut here = 0;
    let mut last: Option<G> = None;
    while !cheapest.goals[here] {
        let best = cheapest.edges[here]
            .iter()
            .enumerate()
            .filter_map(|(place, edge)| {
                let rest = changes[here][place]?;
                let now = u32::from(last.as_ref().is_some_and(|l| *l != subject(&edge.label)));
                Some((rest + now, order(&edge.label), edge))
            })
            .min_by_key(|&(changes, order, _)| (changes, order));
        let Some((_, _, edge)) = best else { break };
        last = Some(subject(&edge.label));
        path.push(edge.label.clone());
        here = edge.to;
    }
    path
}

/// For each edge the fewest changes of subject on a way to a goal that begins with it, not counting the one that the edge
/// itself may be.
fn fewest_changes<L, G: PartialEq>(
    cheapest: &Cheapest<L>,
    subject: &impl Fn(&L) -> G,
) -> Vec<Vec<Option<u32>>> {
    let nodes = cheapest.edges.len();
    let mut changes: Vec<Vec<Option<u32>>> = cheapest
        .edges
        .iter()
        .map(|edges| vec![None; edges.len()])
        .collect();
    for node in ordered(cheapest) {
        for (place, edge) in cheapest.edges[node].iter().enumerate() {
            changes[node][place] = if cheapest.goals[edge.to] {
                Some(0)
            } else {
                let about = subject(&edge.label);
                cheapest.edges[edge.to]
                    .iter()
                    .zip(&changes[edge.to])
                    .filter_map(|(next, rest)| {
                        Some((*rest)? + u32::from(subject(&next.label) != about))
                    })
                    .min()
            };
        }
    }
    debug_assert_eq!(changes.len(), nodes);
    changes
}

/// The nodes that the start leads to, successors before their predecessors (the edges have no circle).
fn ordered<L>(cheapest: &Cheapest<L>) -> Vec<usize> {
    let mut done = vec![false; cheapest.edges.len()];
    let mut order = Vec::new();
    let mut stack = vec![(0, 0)];
    if cheapest.edges.is_empty() {
        return order;
    }
    done[0] = true;
    while let Some(frame) = stack.last_mut() {
        let (node, edge) = *frame;
        if let Some(edge) = cheapest.edges[node].get(edge) {
            frame.1 += 1;
            if !std::mem::replace(&mut done[edge.to], true) {
                stack.push((edge.to, 0));
            }
        } else {
            order.push(node);
            stack.pop();
        }
    }
    order
}

#[cfg(test)]
mod tests {
    use super::super::best_first::Edge;
    use super::*;

    /// Labels are (subject, order); a row for each node.
    fn paths(rows: &[&[((char, usize), usize)]], goal: usize) -> Cheapest<(char, usize)> {
        Cheapest {
            cost: 0,
            edges: rows
                .iter()
                .map(|row| row.iter().map(|&(label, to)| Edge { label, to }).collect())
                .collect(),
            goals: (0..rows.len()).map(|i| i == goal).collect(),
        }
    }

    #[test]
    fn fewer_changes_of_subject_win_over_order() {
        // Interleaving of a1 a2 with b1 b2 on a grid: a a b b or b b a a, both with one change; order takes a first.
        let grid = paths(
            &[
                &[(('a', 1), 1), (('b', 0), 3)],
                &[(('a', 3), 2), (('b', 0), 4)],
                &[(('b', 0), 5)],
                &[(('a', 1), 4), (('b', 2), 6)],
                &[(('a', 3), 5), (('b', 2), 7)],
                &[(('b', 2), 8)],
                &[(('a', 1), 7)],
                &[(('a', 3), 8)],
                &[],
            ],
            8,
        );
        let path = choose(&grid, |l| l.0, |l| l.1);
        assert_eq!(path, [('b', 0), ('b', 2), ('a', 1), ('a', 3)]);
    }

    #[test]
    fn a_start_that_is_a_goal_needs_no_step() {
        assert!(choose(&paths(&[&[]], 0), |l| l.0, |l| l.1).is_empty());
    }
}
