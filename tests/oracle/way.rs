//! Plans for who takes over a cluster as it is. What is broken already may stay so until it holds once; nothing else may break.

use std::collections::BTreeMap;

use rollproof::model::ground::Model;

use super::evaluate::State;
use super::fair::{Node, a_fair_run_never_gets_good};
use super::step::{Attempt, attempt, false_choices, is_fair, settled, wrong_between, wrong_in};
use super::target::Target;
use super::verify::events;

/// Whether something is broken between two states or in the second that was not broken in the first. What was broken, has
/// held and is broken again counts; so only the state before matters.
pub fn breaks(model: &Model, before: &State, after: &State) -> bool {
    wrong_between(model, before, after).any()
        || wrong_in(model, after).undefined
        || !false_choices(model, after).is_subset(&false_choices(model, before))
}

/// Whether a sequence of steps and waits (none) is valid from a state, whatever the events do.
pub fn is_valid_from(
    model: &Model,
    items: &[Option<usize>],
    first: &State,
    target: &Target,
) -> bool {
    let start = (first.clone(), 0);
    let mut places = BTreeMap::from([(start.clone(), 0)]);
    let mut list = vec![start];
    let mut graph: Vec<Node> = Vec::new();
    while graph.len() < list.len() {
        let (state, at) = list[graph.len()].clone();
        let Ok(reached) = target.holds(model, &state) else {
            return false;
        };
        let (happens, undefined) = events(model, &state);
        if undefined || happens.iter().any(|(_, to)| breaks(model, &state, to)) {
            return false;
        }
        let mut next: Vec<(Option<usize>, (State, usize))> = happens
            .into_iter()
            .map(|(event, to)| (is_fair(model, event).then_some(event), (to, at)))
            .collect();
        let operator = Some(model.instances.len());
        match items.get(at) {
            Some(None) if settled(model, &state) => {
                next.push((operator, (state.clone(), at + 1)));
            }
            None | Some(None) => {}
            Some(Some(step)) => match attempt(model, &state, *step) {
                Attempt::Blocked => {}
                Attempt::Refused | Attempt::Undefined => return false,
                Attempt::Taken(to) => {
                    if breaks(model, &state, &to) {
                        return false;
                    }
                    next.push((operator, (to, at + 1)));
                }
            },
        }
        let mut node = Node {
            good: reached && at == items.len(),
            ..Node::default()
        };
        for (owed, to) in next {
            let place = *places.entry(to.clone()).or_insert_with(|| {
                list.push(to);
                list.len() - 1
            });
            node.owed.extend(owed);
            node.edges.push((owed, place));
        }
        graph.push(node);
    }
    !a_fair_run_never_gets_good(&graph)
}
