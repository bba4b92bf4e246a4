//! The operator carries on without noticing: what may happen to the rest of the plan.

use std::collections::{BTreeMap, BTreeSet};

use rollproof::model::plan::Item;

use super::super::fair::{Node as FairNode, a_fair_run_never_gets_good};
use super::super::step::{Attempt, goal};
use super::super::verify::attempt_item;
use super::positions::Node;
use super::world::{Things, World};

/// How the rest of a plan may go wrong, in the order in which it is told.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Way {
    /// A step is refused.
    Refused,
    /// A step has no value.
    Undefined,
    /// A run that does not end so is stuck, or goes on for ever, or ends without the goal.
    Incomplete,
    /// An invariant, a transition invariant or `well_defined` is broken on the way.
    Breaks(String),
}

/// What may become of a plan on its way.
pub enum After {
    /// An event or an item of a lane leads on.
    Moves {
        /// What was owed by it.
        owed: Option<usize>,
        to: Node,
        /// What is broken between the two.
        wrong: Things,
    },
    /// A lane ends the run here.
    Ends { owed: usize, way: Way },
}

impl After {
    pub fn to(self) -> Option<Node> {
        match self {
            Self::Moves { to, .. } => Some(to),
            Self::Ends { .. } => None,
        }
    }
}

/// What the events and the operators may do next.
pub fn onwards(world: &mut World, items: &[Item], (state, position): &Node) -> Vec<After> {
    let mut all: Vec<After> = world
        .facts(*state)
        .events
        .iter()
        .map(|event| After::Moves {
            owed: event.owed,
            to: (event.to, position.clone()),
            wrong: event.wrong.clone(),
        })
        .collect();
    for (lane, (item, after)) in position.next(items).into_iter().enumerate() {
        // An operator who may try does so sooner or later, whatever becomes of it.
        let owed = world.model.instances.len() + lane;
        match attempt_item(&world.model, world.state(*state), item) {
            Attempt::Blocked => {}
            Attempt::Refused => all.push(After::Ends {
                owed,
                way: Way::Refused,
            }),
            Attempt::Undefined => all.push(After::Ends {
                owed,
                way: Way::Undefined,
            }),
            Attempt::Taken(next) => {
                let to = world.number(next);
                let wrong = match item {
                    Item::Step { .. } => world.wrong_between(*state, to),
                    // Waiting is no step of the cluster.
                    _ => Things::new(),
                };
                all.push(After::Moves {
                    owed: Some(owed),
                    to: (to, after),
                    wrong,
                });
            }
        }
    }
    all
}

/// All ways in which the rest of the plan may go wrong from there; none where there is too much of it.
pub fn ways(
    world: &mut World,
    items: &[Item],
    from: &BTreeSet<Node>,
    limit: usize,
) -> Option<BTreeSet<Way>> {
    let mut list: Vec<Node> = from.iter().cloned().collect();
    let mut places: BTreeMap<Node, usize> = list.iter().cloned().zip(0..).collect();
    let mut graph: Vec<FairNode> = Vec::new();
    let mut found = BTreeSet::new();
    let mut ended = Vec::new();
    while graph.len() < list.len() {
        let node = list[graph.len()].clone();
        let broken = world.facts(node.0).wrong.clone();
        found.extend(broken.into_iter().map(Way::Breaks));
        let mut here = FairNode {
            good: node.1.done(items) && goal(&world.model, world.state(node.0)) == Ok(true),
            ..FairNode::default()
        };
        for after in onwards(world, items, &node) {
            match after {
                After::Moves { owed, to, wrong } => {
                    found.extend(wrong.into_iter().map(Way::Breaks));
                    let place = *places.entry(to.clone()).or_insert_with(|| {
                        list.push(to);
                        list.len() - 1
                    });
                    here.owed.extend(owed);
                    here.edges.push((owed, place));
                }
                After::Ends { owed, way } => {
                    found.insert(way);
                    here.owed.insert(owed);
                    ended.push((graph.len(), owed));
                }
            }
        }
        graph.push(here);
        if list.len() > limit {
            return None;
        }
    }
    // A run that ends in a refusal is refused, and not stuck as well.
    let end = graph.len();
    for (place, owed) in ended {
        graph[place].edges.push((Some(owed), end));
    }
    graph.push(FairNode {
        good: true,
        ..FairNode::default()
    });
    if a_fair_run_never_gets_good(&graph) {
        found.insert(Way::Incomplete);
    }
    Some(found)
}
