//! Of all cheapest ways the one on which services are out for the least time: who repairs a cluster brings them back first. Time
//! is that of the steps alone; it settles ties, and nothing else.

use crate::model::ground::Model;
use crate::search::best_first::{Cheapest, Space as _};

use super::belief::{Belief, Beliefs};

/// Among more nodes than this nobody looks.
const MOST_NODES: usize = 5_000;

/// The steps of the way with the least time out; ties by the order of declaration. None where there are too many.
#[must_use]
pub fn soonest(
    model: &Model,
    beliefs: &Beliefs<'_, '_>,
    cheapest: &Cheapest<usize>,
) -> Option<Vec<usize>> {
    if cheapest.edges.len() > MOST_NODES {
        return None;
    }
    let (met, order) = walked(beliefs, cheapest)?;
    // For each node the time out from there on, and the edge to take.
    let mut best: Vec<Option<(u64, usize)>> = vec![None; cheapest.edges.len()];
    for &node in &order {
        if cheapest.goals[node] {
            best[node] = Some((0, 0));
            continue;
        }
        let out = beliefs.services_out(met[node].as_ref()?);
        let edges = cheapest.edges[node].iter().enumerate();
        let through = edges.filter_map(|(place, edge)| {
            let transition = model.instances[edge.label].transition;
            let takes = model.rules.transitions[transition.index()].takes.max(1);
            let rest = best[edge.to]?.0;
            Some((
                out.saturating_mul(takes).saturating_add(rest),
                edge.label,
                place,
            ))
        });
        best[node] = through.min().map(|(time, _, place)| (time, place));
    }
    let mut steps = Vec::new();
    let mut here = 0;
    while !cheapest.goals[here] {
        let edge = &cheapest.edges[here][best[here]?.1];
        steps.push(edge.label);
        here = edge.to;
    }
    Some(steps)
}

/// The beliefs of the nodes on cheapest ways, and these nodes with each after all that it leads to.
fn walked(
    beliefs: &Beliefs<'_, '_>,
    cheapest: &Cheapest<usize>,
) -> Option<(Vec<Option<Belief>>, Vec<usize>)> {
    let mut met: Vec<Option<Belief>> = vec![None; cheapest.edges.len()];
    met[0] = Some(beliefs.start()?);
    let mut order = Vec::new();
    // A node with the number of its edges that were followed.
    let mut open = vec![(0, 0)];
    while let Some((node, followed)) = open.last_mut() {
        let (here, next) = (*node, *followed);
        *followed += 1;
        match cheapest.edges[here]
            .get(next)
            .filter(|_| !cheapest.goals[here])
        {
            None => {
                order.push(here);
                open.pop();
            }
            Some(edge) if met[edge.to].is_none() => {
                let after = beliefs.after(met[here].as_ref()?, edge.label)?;
                met[edge.to] = Some(beliefs.close(after)?.0);
                open.push((edge.to, 0));
            }
            Some(_) => {}
        }
    }
    Some((met, order))
}
