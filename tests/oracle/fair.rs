//! Runs that go on for ever, or stop, although nothing that is owed is left out: weak fairness, by brute force.

use std::collections::BTreeSet;

/// A state of a small graph in which some things are owed: what stays possible happens sooner or later.
#[derive(Clone, Debug, Default)]
pub struct Node {
    /// What is owed and possible here, by numbers of the caller's.
    pub owed: BTreeSet<usize>,
    /// Where it goes, and which of the owed things that does (none for what is not owed).
    pub edges: Vec<(Option<usize>, usize)>,
    /// Whether a run that stays here has got what it is for.
    pub good: bool,
}

/// Whether some fair run stays for ever where it is not good: it stops there, or goes round through there. All nodes are
/// taken to be reachable.
pub fn a_fair_run_never_gets_good(nodes: &[Node]) -> bool {
    nodes.iter().any(|node| node.owed.is_empty() && !node.good)
        || !fair_bad_cycles(nodes).is_empty()
}

/// The states that are not good and to which a fair run returns again and again.
pub fn fair_bad_cycles(nodes: &[Node]) -> Vec<usize> {
    let reach: Vec<Vec<bool>> = (0..nodes.len()).map(|n| reached(nodes, n)).collect();
    let returns = |bad: &usize| !nodes[*bad].good && reach[*bad][*bad];
    (0..nodes.len())
        .filter(returns)
        .filter(|bad| {
            let together: Vec<bool> = (0..nodes.len())
                .map(|n| reach[*bad][n] && reach[n][*bad])
                .collect();
            is_fair(nodes, &together)
        })
        .collect()
}

/// Whether a run that visits all of these and takes all edges between them, again and again, owes nothing: each thing is
/// taken, or is impossible somewhere.
fn is_fair(nodes: &[Node], together: &[bool]) -> bool {
    let inside = || {
        nodes
            .iter()
            .zip(together)
            .filter(|(_, inside)| **inside)
            .map(|(node, _)| node)
    };
    let owed: BTreeSet<usize> = inside()
        .flat_map(|node| node.owed.iter().copied())
        .collect();
    owed.iter().all(|thing| {
        inside().any(|node| {
            let taken =
                |(does, to): &(Option<usize>, usize)| *does == Some(*thing) && together[*to];
            !node.owed.contains(thing) || node.edges.iter().any(taken)
        })
    })
}

/// What is reached from a state by at least one edge.
fn reached(nodes: &[Node], from: usize) -> Vec<bool> {
    let mut found = vec![false; nodes.len()];
    let mut open = vec![from];
    while let Some(n) = open.pop() {
        for (_, to) in &nodes[n].edges {
            if !found[*to] {
                found[*to] = true;
                open.push(*to);
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(owed: &[usize], edges: &[(Option<usize>, usize)], good: bool) -> Node {
        Node {
            owed: owed.iter().copied().collect(),
            edges: edges.to_vec(),
            good,
        }
    }

    #[test]
    fn what_stays_possible_is_taken() {
        let nodes = [
            node(&[0], &[(Some(0), 1), (None, 0)], false),
            node(&[], &[], true),
        ];
        assert!(!a_fair_run_never_gets_good(&nodes));
    }

    #[test]
    fn what_comes_and_goes_may_be_missed_for_ever() {
        let nodes = [
            node(&[0, 1], &[(Some(0), 2), (Some(1), 1)], false),
            node(&[1], &[(Some(1), 0)], false),
            node(&[], &[], true),
        ];
        assert_eq!(fair_bad_cycles(&nodes), vec![0, 1]);
    }

    #[test]
    fn a_run_stops_where_nothing_is_owed() {
        let nodes = [node(&[], &[(None, 1)], false), node(&[], &[], true)];
        assert!(a_fair_run_never_gets_good(&nodes));
    }
}
