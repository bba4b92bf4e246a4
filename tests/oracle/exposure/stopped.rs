//! The operator stops after the last strike: what the events may break then, and what they must.

use std::collections::BTreeSet;

use super::super::fair::a_fair_run_never_gets_good;
use super::runs::{Runs, Struck};
use super::world::{Facts, Things, World};

/// What becomes of the cluster by itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stopped {
    /// What is broken in some run.
    pub possible: Things,
    /// What is broken in every fair run.
    pub certain: Things,
    /// The services that are out in the end, or again and again, in some fair run.
    pub out_in_some: BTreeSet<String>,
    /// The services that are in every one.
    pub out_in_every: BTreeSet<String>,
}

/// About all runs in which all of these strike and nothing else.
pub fn stopped(world: &mut World, runs: &Runs, struck: &Struck) -> Stopped {
    let with = runs.with(struck);
    let mut found = Stopped {
        possible: broken(world, runs, &with),
        ..Stopped::default()
    };
    for thing in found.possible.clone() {
        if must_break(world, runs, struck, &Things::from([thing.clone()])) {
            found.certain.insert(thing);
        }
    }
    let states = states_of(runs, runs.after(struck));
    let mut services = BTreeSet::new();
    for state in &states {
        services.extend(world.facts(*state).out.iter().cloned());
    }
    for service in services {
        let in_service = |facts: &Facts| !facts.out.contains(&service);
        // A fair run in which it is not in service from some point on.
        let all = world.event_graph(&states, |_| true, in_service);
        if a_fair_run_never_gets_good(&all) {
            found.out_in_some.insert(service.clone());
        }
        // A fair run that stays where it is in service.
        let inside: BTreeSet<usize> = states
            .iter()
            .copied()
            .filter(|state| in_service(&world.facts(*state)))
            .collect();
        let some = world.event_graph(&inside, |_| true, |_| false);
        if !a_fair_run_never_gets_good(&some) {
            found.out_in_every.insert(service);
        }
    }
    found
}

/// What is broken somewhere in these places or between them.
fn broken(world: &mut World, runs: &Runs, with: &BTreeSet<usize>) -> Things {
    let mut all = Things::new();
    for place in with {
        let (state, _) = runs.places[*place].node;
        all.extend(world.facts(state).wrong.iter().cloned());
        let edges = runs.edges[*place].iter();
        for edge in edges.filter(|edge| with.contains(&edge.to)) {
            all.extend(edge.wrong.iter().cloned());
        }
    }
    all
}

/// Whether every fair run in which all of these strike, and nothing else, breaks some of the things.
pub fn must_break(world: &mut World, runs: &Runs, struck: &Struck, things: &Things) -> bool {
    let with = runs.with(struck);
    let mut whole = |place: usize| {
        let (state, _) = runs.places[place].node;
        with.contains(&place) && world.facts(state).wrong.is_disjoint(things)
    };
    let mut spared: BTreeSet<usize> = (0..runs.beginnings).filter(|p| whole(*p)).collect();
    let mut open: Vec<usize> = spared.iter().copied().collect();
    while let Some(place) = open.pop() {
        for edge in &runs.edges[place] {
            if edge.wrong.is_disjoint(things) && whole(edge.to) && spared.insert(edge.to) {
                open.push(edge.to);
            }
        }
    }
    let all_struck = runs.after(struck);
    let states = states_of(runs, all_struck.into_iter().filter(|p| spared.contains(p)));
    let graph = world.event_graph(&states, |event| event.wrong.is_disjoint(things), |_| false);
    !a_fair_run_never_gets_good(&graph)
}

fn states_of(runs: &Runs, places: impl IntoIterator<Item = usize>) -> BTreeSet<usize> {
    places
        .into_iter()
        .map(|place| runs.places[place].node.0)
        .collect()
}
