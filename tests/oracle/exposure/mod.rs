//! What faults and slips do at each position of a plan, straight from the definition: every place where they may strike is
//! tried, and every question is asked of a graph that is made for it.

pub mod carried_on;
pub mod contingency;
pub mod positions;
pub mod recovery;
pub mod runs;
pub mod stopped;
pub mod strikes;
pub mod world;

use std::collections::{BTreeMap, BTreeSet};

use rollproof::model::ground::Model;
use rollproof::model::plan::{Item, Plan};

use super::fair::a_fair_run_never_gets_good;
use super::target::Target;
use carried_on::{Way, ways};
use positions::{Node, name, without_faults};
use recovery::Recovery;
use runs::{Budget, Runs, Struck, is_part};
use stopped::{Stopped, must_break, stopped};
use world::World;

/// How sure it is that something is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Certainty {
    Possible,
    Certain,
}

/// Names, each with how sure it is.
pub type Blamed = BTreeMap<String, Certainty>;

/// What is to be blamed on some strikes at a position, and on no fewer of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cell {
    /// Invariants, transition invariants and `well_defined`.
    pub invariants: Blamed,
    /// Whether every fair run breaks one of them, no matter which.
    pub certain: bool,
    /// Services that are out in the end.
    pub services: Blamed,
    /// Whether the goal may be out of reach for an operator who notices.
    pub unrecoverable: bool,
    /// How the rest of the plan may go wrong for an operator who does not.
    pub ways: BTreeSet<Way>,
}

impl Cell {
    /// Whether somebody is hurt: a plan that just stops hurts nobody.
    pub fn is_exposed(&self) -> bool {
        !self.invariants.is_empty() || !self.services.is_empty() || self.unrecoverable
    }
}

/// What strikes do at a position.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct At {
    /// By the names of what struck.
    pub cells: BTreeMap<Vec<String>, Cell>,
    /// Whether the plan can rest here for any time.
    pub rest: bool,
}

impl At {
    /// Whether some strikes do harm.
    pub fn is_exposed(&self) -> bool {
        self.cells.values().any(Cell::is_exposed)
    }
}

/// By the names of positions.
pub type Exposure = BTreeMap<String, At>;

/// What is asked.
#[derive(Clone, Copy, Debug)]
pub struct Asked {
    pub budget: Budget,
    /// Whether it is asked if the goal can still be reached: that takes all that the rules allow.
    pub recovery: bool,
    /// How many states, nodes and places there may be.
    pub limit: usize,
}

/// Judges a plan at all of its positions; none where that is too large.
pub fn exposure(model: &Model, plan: &Plan, asked: Asked) -> Option<Exposure> {
    let mut judge = Judge {
        world: World::new(model),
        recovery: Recovery::towards(Target::goal(model)),
        items: &plan.items,
        asked,
    };
    let positions = without_faults(&mut judge.world, &plan.items, asked.limit)?;
    let mut all = Exposure::new();
    for (numbers, nodes) in positions {
        let cells = judge.cells(&nodes)?;
        let rest = judge.can_rest(&nodes)?;
        all.insert(name(&numbers), At { cells, rest });
    }
    Some(all)
}

/// What is so whoever is to blame for it.
struct Raw {
    stopped: Stopped,
    recoverable: bool,
    ways: BTreeSet<Way>,
}

struct Judge<'a> {
    world: World,
    recovery: Recovery,
    items: &'a [Item],
    asked: Asked,
}

impl Judge<'_> {
    /// What any strikes do to runs that begin at these nodes.
    fn cells(&mut self, nodes: &BTreeSet<Node>) -> Option<BTreeMap<Vec<String>, Cell>> {
        let Asked { budget, limit, .. } = self.asked;
        let runs = Runs::from(&mut self.world, self.items, nodes, budget, limit)?;
        let mut alone: BTreeMap<Struck, Cell> = BTreeMap::new();
        let nothing = self.raw(&runs, &Struck::new())?;
        for struck in runs.cells() {
            if !struck.is_empty() {
                let raw = self.raw(&runs, &struck)?;
                let mut cell = blame(&raw, &nothing);
                let things = cell.invariants.keys().cloned().collect();
                cell.certain = must_break(&mut self.world, &runs, &struck, &things)
                    && !must_break(&mut self.world, &runs, &Struck::new(), &things);
                alone.insert(struck, cell);
            }
        }
        let mut cells = BTreeMap::new();
        for (struck, cell) in &alone {
            let parts: Vec<&Cell> = alone
                .iter()
                .filter(|(part, _)| is_part(part, struck))
                .map(|(_, cell)| cell)
                .collect();
            let mut names: Vec<String> = struck.iter().map(|(_, name)| name.clone()).collect();
            names.sort();
            cells.insert(names, more_than(cell, &parts));
        }
        Some(cells)
    }

    /// What is so after these strikes, blamed or not.
    fn raw(&mut self, runs: &Runs, struck: &Struck) -> Option<Raw> {
        let limit = self.asked.limit;
        let after = runs.after(struck);
        let nodes: BTreeSet<Node> = after.iter().map(|p| runs.places[*p].node.clone()).collect();
        let states: BTreeSet<usize> = nodes.iter().map(|(state, _)| *state).collect();
        let recoverable = if self.asked.recovery {
            self.recovery
                .is_possible_from(&mut self.world, &states, limit)?
        } else {
            true
        };
        Some(Raw {
            stopped: stopped(&mut self.world, runs, struck),
            recoverable,
            ways: ways(&mut self.world, self.items, &nodes, limit)?,
        })
    }

    /// Whether the events come to rest here in every fair run, with no service out, and nothing that strikes then does harm.
    fn can_rest(&mut self, nodes: &BTreeSet<Node>) -> Option<bool> {
        let states: BTreeSet<usize> = nodes.iter().map(|(state, _)| *state).collect();
        let graph = self
            .world
            .event_graph(&states, |_| true, |facts| facts.settled());
        let settled: BTreeSet<usize> = states
            .iter()
            .copied()
            .filter(|state| self.world.facts(*state).settled())
            .collect();
        let stays = self.world.reached(&settled) == settled;
        let out = settled
            .iter()
            .any(|state| !self.world.facts(*state).out.is_empty());
        if a_fair_run_never_gets_good(&graph) || !stays || out {
            return Some(false);
        }
        let resting: BTreeSet<Node> = nodes
            .iter()
            .filter(|(state, _)| settled.contains(state))
            .cloned()
            .collect();
        let cells = self.cells(&resting)?;
        Some(!cells.values().any(Cell::is_exposed))
    }
}

/// What is to be blamed on the strikes: what is not so without them.
fn blame(raw: &Raw, nothing: &Raw) -> Cell {
    let (with, without) = (&raw.stopped, &nothing.stopped);
    let ways = raw.ways.difference(&nothing.ways).filter(|way| match way {
        Way::Breaks(thing) => !with.possible.contains(thing),
        _ => true,
    });
    Cell {
        invariants: blamed(
            [&with.possible, &with.certain],
            [&without.possible, &without.certain],
        ),
        certain: false,
        services: blamed(
            [&with.out_in_some, &with.out_in_every],
            [&without.out_in_some, &without.out_in_every],
        ),
        unrecoverable: !raw.recoverable && nothing.recoverable,
        ways: ways.cloned().collect(),
    }
}

/// Names that are possible or certain with the strikes, and not without.
fn blamed(with: [&BTreeSet<String>; 2], without: [&BTreeSet<String>; 2]) -> Blamed {
    let mut all = Blamed::new();
    for (place, certainty) in [Certainty::Possible, Certainty::Certain]
        .into_iter()
        .enumerate()
    {
        for name in with[place].difference(without[place]) {
            all.insert(name.clone(), certainty);
        }
    }
    all
}

/// What fewer strikes do not do already, as surely.
fn more_than(cell: &Cell, parts: &[&Cell]) -> Cell {
    let more = |of: fn(&Cell) -> &Blamed| -> Blamed {
        let known = |name: &String, certainty: Certainty| {
            let mut found = parts.iter().filter_map(|part| of(part).get(name));
            found.any(|already| *already >= certainty)
        };
        of(cell)
            .iter()
            .filter(|(name, certainty)| !known(name, **certainty))
            .map(|(name, certainty)| (name.clone(), *certainty))
            .collect()
    };
    let known_way = |way: &Way| parts.iter().any(|part| part.ways.contains(way));
    Cell {
        invariants: more(|cell| &cell.invariants),
        certain: cell.certain && !parts.iter().any(|part| part.certain),
        services: more(|cell| &cell.services),
        unrecoverable: cell.unrecoverable && !parts.iter().any(|part| part.unrecoverable),
        ways: cell
            .ways
            .iter()
            .filter(|way| !known_way(way))
            .cloned()
            .collect(),
    }
}
