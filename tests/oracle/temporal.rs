//! Temporal properties by looking for lassos one by one, written from `docs/meaning.md`: no components, no masks over the whole
//! graph. From each state that a run can come to without keeping its promise, all ways round are walked, with what is still owed
//! carried along.

use std::collections::BTreeSet;

use rollproof::language::rules::{Promise, Temporal};
use rollproof::model::ground::Model;

use super::check::Graph;
use super::evaluate::{Scope, State, Undefined, choices};
use super::fair::Node;
use super::step::is_fair;

/// What becomes of a temporal property.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// Every fair run keeps it.
    Holds,
    /// Some fair run breaks it. So many steps lead to where it goes round, or stays.
    Broken(usize),
    /// No run through states where all has a value breaks it, but something in it has none somewhere.
    NoValue,
}

/// How many states and owed things a way round may pass through before the question is given up.
const MOST_WALKED: usize = 200_000;

/// Judges a property on a graph whose states are all reachable from the first; none where that takes too long.
pub fn judge(
    model: &Model,
    property: &Temporal,
    states: &[&State],
    nodes: &[Node],
) -> Option<Found> {
    let mut nearest: Option<usize> = None;
    let mut no_value = false;
    for choice in choices(model, &property.parameters) {
        let mut due = BTreeSet::new();
        let mut open = BTreeSet::new();
        for (place, state) in states.iter().enumerate() {
            let scope = Scope::new(model, state, &choice);
            let falls_due = match &property.promise {
                Promise::Eventually(_) => Ok(place == 0),
                Promise::AlwaysEventually(_) => Ok(true),
                Promise::LeadsTo(premise, _) => scope.truth(premise),
            };
            match (falls_due, scope.truth(property.promise.wanted())) {
                (Ok(falls_due), Ok(false)) => {
                    open.insert(place);
                    if falls_due {
                        due.insert(place);
                    }
                }
                (Ok(_), Ok(true)) => {}
                (Err(Undefined), _) | (_, Err(Undefined)) => no_value = true,
            }
        }
        let mut walked = 0;
        for (place, steps) in ways(nodes, &due, &open) {
            let stays = nodes[place].owed.is_empty();
            if nearest.is_none_or(|least| steps < least)
                && (stays || comes_round(nodes, &open, place, &mut walked)?)
            {
                nearest = Some(steps);
            }
        }
    }
    Some(match nearest {
        Some(steps) => Found::Broken(steps),
        None if no_value => Found::NoValue,
        None => Found::Holds,
    })
}

/// The states that a run can be in while its promise is due and not kept, each with the least number of steps to be there.
fn ways(nodes: &[Node], due: &BTreeSet<usize>, open: &BTreeSet<usize>) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut known = BTreeSet::new();
    // A run, by its last state and whether the promise is owed there.
    let mut level: BTreeSet<(usize, bool)> = BTreeSet::from([(0, false)]);
    level.extend(due.contains(&0).then_some((0, true)));
    for steps in 0.. {
        let mut next = BTreeSet::new();
        for &(place, owed) in &level {
            if !known.insert((place, owed)) {
                continue;
            }
            if owed {
                found.push((place, steps));
            }
            for &(_, to) in &nodes[place].edges {
                if owed {
                    next.extend(open.contains(&to).then_some((to, true)));
                } else {
                    next.insert((to, false));
                    next.extend(due.contains(&to).then_some((to, true)));
                }
            }
        }
        if next.is_empty() {
            break;
        }
        level = next;
        if level.iter().all(|run| known.contains(run)) {
            break;
        }
    }
    found
}

/// Whether a run can go from a state back to it without leaving what is open, and owe nothing: each thing that is possible in
/// the state is taken on the way, or is seen impossible.
fn comes_round(
    nodes: &[Node],
    open: &BTreeSet<usize>,
    home: usize,
    walked: &mut usize,
) -> Option<bool> {
    let mut known: BTreeSet<(usize, Vec<usize>)> = BTreeSet::new();
    let mut list = vec![(home, nodes[home].owed.iter().copied().collect::<Vec<_>>())];
    while let Some((place, owed)) = list.pop() {
        for &(does, to) in &nodes[place].edges {
            if !open.contains(&to) {
                continue;
            }
            let left: Vec<usize> = owed
                .iter()
                .copied()
                .filter(|thing| does != Some(*thing) && nodes[to].owed.contains(thing))
                .collect();
            if to == home && left.is_empty() {
                return Some(true);
            }
            *walked += 1;
            if *walked > MOST_WALKED {
                return None;
            }
            if known.insert((to, left.clone())) {
                list.push((to, left));
            }
        }
    }
    Some(false)
}

/// What the rules allow on a cluster, with what is owed in it: fair events, and nothing of what operators do.
pub fn nodes(model: &Model, graph: &Graph) -> Vec<Node> {
    let of = |edges: &Vec<(usize, usize)>| {
        let fair = |instance: usize| is_fair(model, instance).then_some(instance);
        Node {
            owed: edges.iter().filter_map(|(i, _)| fair(*i)).collect(),
            edges: edges.iter().map(|(i, to)| (fair(*i), *to)).collect(),
            good: false,
        }
    };
    graph.edges.iter().map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(edges: &[(Option<usize>, usize)]) -> Node {
        Node {
            owed: edges.iter().filter_map(|(does, _)| *does).collect(),
            edges: edges.to_vec(),
            good: false,
        }
    }

    #[test]
    fn a_way_round_takes_what_is_owed_or_sees_it_impossible() {
        let both = [0, 1].into();
        let round = |nodes: &[Node]| comes_round(nodes, &both, 0, &mut 0);
        assert_eq!(
            round(&[node(&[(None, 1), (Some(0), 2)]), node(&[(None, 0)])]),
            Some(true)
        );
        let stays = [
            node(&[(None, 1), (Some(0), 2)]),
            node(&[(None, 0), (Some(0), 2)]),
        ];
        assert_eq!(round(&stays), Some(false));
        // Two things, one taken on each of two loops through the first state.
        let loops = [
            node(&[(Some(0), 0), (Some(1), 1)]),
            node(&[(Some(0), 1), (Some(1), 0)]),
        ];
        assert_eq!(round(&loops), Some(true));
    }
}
