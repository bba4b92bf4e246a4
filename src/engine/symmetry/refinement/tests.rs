//! Refinement against all permutations, and against the forest where there is one.

use std::collections::BTreeSet;

use super::*;
use crate::engine::symmetry::classes::classes;
use crate::engine::symmetry::testing::{World, constant, named};
use crate::engine::testing::{core, model};

fn world(model: Model, names: &[&str]) -> (World, Refinement) {
    let classes = classes(&model, &named(&model, names), &constant(&model));
    let layout = Layout::new(&model, &|_, _| true);
    let refinement = Refinement::new(&model, &layout, &classes);
    (World::new(model, classes), refinement)
}

/// Checks a model against all permutations; the bound is never hit.
fn agrees(model: Model, names: &[&str], states: usize) {
    let (mut world, refinement) = world(model, names);
    let mut scratch = RefinementScratch::default();
    let mut other = RefinementScratch::default();
    world.check(
        states,
        &mut |state| refinement.canonical(&mut scratch, state),
        &mut |state| refinement.permutation(&mut other, state),
    );
    assert_eq!(scratch.bound_hits, 0);
}

#[test]
fn sets_circles_and_several_references_agree_with_all_permutations() {
    let cluster =
        r#"{ "rules": "test", "objects": { "rack": { "R[1-2]": {} }, "node": { "N[1-4]": {} } } }"#;
    for fields in [
        "next: node? = none",
        "next: node? = none; peers: set of node = {}; up: bool = true",
        "peers: set of node = {}",
        "racks: set of rack = {}; peers: set of node = {}",
        "a: rack? = none; b: rack? = none; up: bool = true",
    ] {
        let rules = format!(
            "rules test\nkind rack {{ up: bool = true; front: node? = none }}\nkind node {{ {fields} }}"
        );
        agrees(model(&rules, cluster), &[], 40);
        agrees(model(&rules, cluster), &["N2"], 40);
        agrees(model(&rules, cluster), &["R1"], 40);
    }
}

#[test]
fn the_core_model_agrees_too() {
    let cluster = r#"{ "rules": "exchange-core", "objects": { "node": { "Node[1-3]": {} },
        "evs": { "EVS[1-3]": { "host": "Node1" } } } }"#;
    agrees(core(cluster), &[], 60);
}

#[test]
fn states_of_which_nothing_can_be_told_apart_do_not_hit_the_bound() {
    let rules = "rules test\nkind node { next: node? = none; up: bool = true }";
    let cluster = r#"{ "rules": "test", "objects": { "node": { "N[1-10]": {} } } }"#;
    let (world, refinement) = world(model(rules, cluster), &[]);
    let mut scratch = RefinementScratch::default();
    let mut state = world.layout.initial(&world.model);
    refinement.canonical(&mut scratch, &mut state);
    // Five pairs that refer to each other.
    let field = crate::language::rules::FieldId(0);
    for node in 0..10u32 {
        let cell = world.layout.cell(ObjectId(node), field).unwrap();
        cell.put(&mut state, u64::from(node ^ 1));
    }
    refinement.canonical(&mut scratch, &mut state);
    assert_eq!(scratch.bound_hits, 0);
}

#[test]
fn beyond_the_bound_the_state_found_is_still_one_of_the_orbit() {
    // A regular graph without symmetry to cut the search by is hard to come by: a small bound does it as well.
    let rules = "rules test\nkind node { peers: set of node = {} }";
    let cluster = r#"{ "rules": "test", "objects": { "node": { "N[1-5]": {} } } }"#;
    let (mut world, refinement) = world(model(rules, cluster), &[]);
    for _ in 0..100 {
        let state = world.state();
        let mut search = Search {
            of: &refinement,
            state: &state,
            looked_at: BOUND - 1,
            bound_hit: false,
            least: None,
        };
        let colours = refinement.refined(&state, refinement.first_colours());
        search.explore(&colours, &[]);
        let found = search.least.expect("one state is looked at");
        assert_eq!(world.moved(&found.to, &state), found.state);
    }
}

#[test]
fn twins_can_change_places() {
    let rules = "rules test\nkind node { next: node? = none; up: bool = true }";
    let cluster = r#"{ "rules": "test", "objects": { "node": { "N[1-4]": {} } } }"#;
    let (mut world, refinement) = world(model(rules, cluster), &[]);
    let mut twins = Vec::new();
    let mut found = BTreeSet::new();
    for _ in 0..200 {
        let state = world.state();
        refinement.twins(&state, &mut twins);
        assert!(!twins[0], "nothing is before the first");
        for place in 1..4u32 {
            let mut to: Vec<ObjectId> = (0..4).map(ObjectId).collect();
            to.swap(place as usize, place as usize - 1);
            let same = world.moved(&to, &state) == state;
            assert_eq!(twins[place as usize], same);
            found.insert(same);
        }
    }
    assert_eq!(found.len(), 2);
}
