//! All runs of the events and the strikes from the nodes of a position: no step of the plan in between.

use std::collections::{BTreeMap, BTreeSet};

use rollproof::model::plan::Item;

use super::positions::Node;
use super::strikes::{Payer, Strike, blows};
use super::world::{Things, World};

/// What has struck, in the order of the names: an order of its own has it only in a run.
pub type Struck = Vec<Strike>;

/// Where a run may be.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    pub node: Node,
    pub struck: Struck,
}

/// From a place to the next.
pub struct Edge {
    pub to: usize,
    /// What is broken between the two.
    pub wrong: Things,
}

/// Everywhere that runs may be, and how they get there.
pub struct Runs {
    pub places: Vec<Place>,
    pub edges: Vec<Vec<Edge>>,
    /// How many of the places, the first ones, runs begin at.
    pub beginnings: usize,
}

/// How often something may strike.
#[derive(Clone, Copy, Debug)]
pub struct Budget {
    pub faults: usize,
    pub slips: usize,
}

impl Budget {
    fn allows(self, struck: &Struck) -> bool {
        let paid = |payer: Payer| struck.iter().filter(|strike| strike.0 == payer).count();
        paid(Payer::Faults) <= self.faults && paid(Payer::Slips) <= self.slips
    }
}

impl Runs {
    /// All of them; none where there are too many places.
    pub fn from(
        world: &mut World,
        items: &[Item],
        nodes: &BTreeSet<Node>,
        budget: Budget,
        limit: usize,
    ) -> Option<Self> {
        let begin = |node: &Node| Place {
            node: node.clone(),
            struck: Struck::new(),
        };
        let mut runs = Self {
            places: nodes.iter().map(begin).collect(),
            edges: Vec::new(),
            beginnings: nodes.len(),
        };
        let mut known: BTreeMap<Place, usize> = runs.places.iter().cloned().zip(0..).collect();
        while runs.edges.len() < runs.places.len() {
            let place = runs.places[runs.edges.len()].clone();
            let mut edges = Vec::new();
            for (next, wrong) in next(world, items, &place, budget) {
                let to = *known.entry(next.clone()).or_insert_with(|| {
                    runs.places.push(next);
                    runs.places.len() - 1
                });
                edges.push(Edge { to, wrong });
            }
            runs.edges.push(edges);
            if runs.places.len() > limit {
                return None;
            }
        }
        Some(runs)
    }

    /// Everything that may have struck, nothing among it.
    pub fn cells(&self) -> BTreeSet<Struck> {
        self.places.iter().map(|p| p.struck.clone()).collect()
    }

    /// Where a run is after all of these have struck.
    pub fn after(&self, struck: &Struck) -> Vec<usize> {
        (0..self.places.len())
            .filter(|place| self.places[*place].struck == *struck)
            .collect()
    }

    /// Where a run may be in which all of these strike, and nothing else, before or afterwards.
    pub fn with(&self, struck: &Struck) -> BTreeSet<usize> {
        let mut found: BTreeSet<usize> = self.after(struck).into_iter().collect();
        loop {
            let before: Vec<usize> = (0..self.places.len())
                .filter(|place| !found.contains(place))
                .filter(|place| self.edges[*place].iter().any(|e| found.contains(&e.to)))
                .collect();
            if before.is_empty() {
                return found;
            }
            found.extend(before);
        }
    }
}

fn next(world: &mut World, items: &[Item], place: &Place, budget: Budget) -> Vec<(Place, Things)> {
    let (state, position) = &place.node;
    let mut all = Vec::new();
    for event in &world.facts(*state).events {
        let next = Place {
            node: (event.to, position.clone()),
            struck: place.struck.clone(),
        };
        all.push((next, event.wrong.clone()));
    }
    for blow in blows(world, items, &place.node) {
        let mut struck = place.struck.clone();
        struck.push(blow.strike);
        struck.sort();
        if budget.allows(&struck) {
            let next = Place {
                node: blow.to,
                struck,
            };
            all.push((next, blow.wrong));
        }
    }
    all
}

/// Whether the one is a part of the other, and not all of it.
pub fn is_part(part: &Struck, whole: &Struck) -> bool {
    let count = |struck: &Struck, strike: &Strike| struck.iter().filter(|s| *s == strike).count();
    part != whole && part.iter().all(|s| count(part, s) <= count(whole, s))
}
