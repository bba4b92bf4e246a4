//! Forests against all permutations, and against counts that others have found.

use std::collections::BTreeSet;

use super::*;
use crate::engine::symmetry::classes::{classes, linked};
use crate::engine::symmetry::testing::{World, constant, named};
use crate::engine::testing::{core, model};

fn core_cluster(nodes: usize, evs: usize) -> String {
    format!(
        r#"{{ "rules": "exchange-core", "objects": {{ "node": {{ "Node[1-{nodes}]": {{}} }},
        "evs": {{ "EVS[1-{evs}]": {{ "host": "Node[1-{evs}]" }} }} }} }}"#
    )
}

/// A world with the classes that fixed references link, the forest and the forest by ranks.
fn forests(model: Model, names: &[&str]) -> (World, [Forest; 2]) {
    let constant = constant(&model);
    let classes = linked(&model, &named(&model, names), &constant);
    let layout = Layout::new(&model, &|_, _| true);
    let forest = Forest::new(&model, &layout, &classes, &constant).expect("it is a forest");
    let ranked = forest.clone().with_ranks().expect("ranks take few bits");
    (World::new(model, classes), [forest, ranked])
}

fn agrees(model: Model, names: &[&str], packed: bool, states: usize) {
    let (mut world, forests) = forests(model, names);
    assert_eq!(matches!(forests[0].keys, Keys::Packed(_)), packed);
    for forest in &forests {
        let mut scratch = forest.scratch();
        let mut other = forest.scratch();
        world.check(
            states,
            &mut |state| forest.canonical(&mut scratch, state),
            &mut |state| forest.permutation(&mut other, state),
        );
        twins_are_twins(&mut world, forest, states);
    }
}

/// Twins are just those that a permutation exchanges, with all that hangs on them and nothing else.
fn twins_are_twins(world: &mut World, forest: &Forest, states: usize) {
    let mut scratch = forest.scratch();
    let mut twins = Vec::new();
    for _ in 0..states {
        let mut state = world.state();
        forest.canonical(&mut scratch, &mut state);
        forest.twins(&mut scratch, &state, &mut twins);
        let stays: Vec<_> = world
            .group
            .iter()
            .filter(|to| world.moved(to, &state) == state)
            .collect();
        let mut expected = vec![false; twins.len()];
        for class in &world.classes.list {
            for (&before, &object) in class.objects.iter().zip(&class.objects[1..]) {
                expected[object.index()] = stays.iter().any(|to| {
                    to[object.index()] == before
                        && (0u32..).map(ObjectId).zip(to.iter()).all(|(id, place)| {
                            id == *place || world.hangs_on(id, [before, object], &state)
                        })
                });
            }
        }
        assert_eq!(twins, expected, "{state:x?}");
    }
}

#[test]
fn the_core_model_agrees_with_all_permutations() {
    agrees(core(&core_cluster(3, 2)), &[], true, 300);
    agrees(core(&core_cluster(4, 3)), &[], true, 100);
}

#[test]
fn named_objects_keep_their_places() {
    agrees(core(&core_cluster(4, 3)), &["Node2", "EVS3"], true, 200);
    agrees(
        core(&core_cluster(4, 3)),
        &["Node1", "Node2", "Node3"],
        true,
        100,
    );
    agrees(
        core(&core_cluster(3, 3)),
        &["Node1", "Node2", "Node3"],
        true,
        100,
    );
}

const DEEP: &str = "rules deep
    kind zone { up: bool = true; fixed size: 0..1 = 0 }
    kind rack { up: bool = true; zone: zone }
    kind node { up: bool = true; rack: rack? = none }
    kind replica { level: 0..2 = 0; host: node? = none; fixed large: bool = false }
    fault crash(r: replica) { when r.level > 0; r.level = 0 }";

#[test]
fn a_forest_of_four_levels_agrees_with_all_permutations() {
    let cluster = |large: &str| {
        format!(
            r#"{{ "rules": "deep", "faults": 3, "objects": {{ "zone": {{ "Z[1-2]": {{}} }},
            "rack": {{ "R[1-3]": {{ "zone": "Z1" }} }}, "node": {{ "N[1-3]": {{}} }},
            "replica": {{ "A[1-2]": {{}}, "B[1-2]": {{ "large": {large} }} }} }} }}"#
        )
    };
    agrees(model(DEEP, &cluster("true")), &[], true, 60);
    agrees(model(DEEP, &cluster("true")), &["R2", "A1"], true, 60);
    agrees(model(DEEP, &cluster("false")), &["N1"], true, 20);
}

#[test]
fn racks_change_places_together_with_their_nodes() {
    let rules = "rules racks
        kind rack { up: bool = true }
        kind node { up: bool = true; fixed rack: rack }
        kind evs { online: bool = true; host: node? = none }";
    let cluster = |racks: &str| {
        format!(
            r#"{{ "rules": "racks", "objects": {{ "rack": {{ "R[1-3]": {{}} }},
            "node": {{ {racks} }}, "evs": {{ "E[1-2]": {{}} }} }} }}"#
        )
    };
    let zipped = cluster(r#""N[1-3]": { "rack": "R[1-3]" }, "M[1-3]": { "rack": "R[1-3]" }"#);
    let racks = model(rules, &zipped);
    let (world, _) = forests(racks.clone(), &[]);
    assert_eq!(world.group.len(), 6 * 8 * 2);
    assert!((world.classes.log10_permutations() - 96f64.log10()).abs() < 1e-9);
    agrees(racks.clone(), &[], true, 200);
    agrees(racks, &["M2"], true, 200);
    let uneven = cluster(r#""N[1-3]": { "rack": "R[1-3]" }, "M": { "rack": "R2" }"#);
    agrees(model(rules, &uneven), &[], true, 200);
}

#[test]
fn records_of_several_words_are_ranked() {
    let rules = "rules wide
        kind port { up: bool = true }
        kind node { up: bool = true; ports: set of port = {}; next: rack? = none }
        kind rack { up: bool = true }";
    let ports: Vec<String> = (1..=70).map(|i| format!("P{i}")).collect();
    let ports: Vec<&str> = ports.iter().map(String::as_str).collect();
    let cluster = r#"{ "rules": "wide", "objects": { "port": { "P[1-70]": {} },
        "rack": { "R[1-2]": {} }, "node": { "N[1-4]": {} } } }"#;
    agrees(model(rules, cluster), &ports, false, 50);
}

#[test]
fn other_shapes_are_no_forests() {
    for fields in [
        "next: node? = none",
        "a: rack; b: rack",
        "a: rack; fixed b: rack",
        "racks: set of rack = {}",
    ] {
        let rules = format!("rules no\nkind rack {{ up: bool = true }}\nkind node {{ {fields} }}");
        let given = match fields.contains("a:") {
            true => r#""a": "R1", "b": "R[1-2]""#,
            false => "",
        };
        let cluster = format!(
            r#"{{ "rules": "no", "objects": {{ "rack": {{ "R[1-2]": {{}} }}, "node": {{ "N[1-2]": {{ {given} }} }} }} }}"#
        );
        let model = model(&rules, &cluster);
        let constant = constant(&model);
        let layout = Layout::new(&model, &|_, _| true);
        let classes = linked(&model, &BTreeSet::new(), &constant);
        assert!(!classes.list.is_empty());
        let forest = Forest::new(&model, &layout, &classes, &constant);
        assert!(forest.is_none(), "{fields}");
    }
}

#[test]
fn references_to_objects_that_keep_their_places_make_no_trees() {
    let rules = "rules still
        kind rack { up: bool = true }
        kind node { a: rack; b: rack; racks: set of rack = {}; up: bool = true }";
    let cluster = r#"{ "rules": "still", "objects": { "rack": { "R[1-2]": {} }, "node": { "N[1-4]": { "a": "R1", "b": "R2" } } } }"#;
    agrees(model(rules, cluster), &["R1"], true, 200);
}

/// The core model by hand: every transition of it, on the codes of the layout.
struct ByHand {
    layout: Layout,
    nodes: Vec<ObjectId>,
    evs: Vec<ObjectId>,
    first_node: u32,
}

impl ByHand {
    fn get(&self, state: &[u64], object: ObjectId, field: u16) -> u64 {
        let cell = self
            .layout
            .cell(object, crate::language::rules::FieldId(field));
        cell.map_or(0, |cell| cell.get(state))
    }

    fn with(&self, state: &[u64], changes: &[(ObjectId, u16, u64)]) -> Vec<u64> {
        let mut after = state.to_vec();
        for &(object, field, code) in changes {
            let cell = self
                .layout
                .cell(object, crate::language::rules::FieldId(field));
            if let Some(cell) = cell {
                cell.put(&mut after, code);
            }
        }
        after
    }

    /// Node: build, hotfix, pending, power (up, rebooting, down). EVS: build, online, host.
    fn successors(&self, s: &[u64], drain: bool) -> Vec<Vec<u64>> {
        let crowded = self.nodes.len() > 2;
        let host = |e| ObjectId(self.first_node + self.get(s, e, 2) as u32);
        let hosts = |n| self.evs.iter().any(|&e| host(e) == n);
        let other = |n, e| self.evs.iter().any(|&o| o != e && host(o) == n);
        let up = |n| self.get(s, n, 3) == 0;
        let mut out = Vec::new();
        for &n in &self.nodes {
            let [build, hotfix, pending] = [0, 1, 2].map(|f| self.get(s, n, f));
            if up(n) && hotfix == 0 {
                out.push(self.with(s, &[(n, 1, 1), (n, 2, 1)]));
            }
            if up(n) && !(drain && hosts(n)) {
                out.push(self.with(s, &[(n, 3, 1), (n, 2, 0)]));
            }
            if up(n) && hotfix == 1 && pending == 0 && build == 0 && !hosts(n) {
                out.push(self.with(s, &[(n, 0, 1), (n, 2, 1)]));
            }
            if !up(n) {
                out.push(self.with(s, &[(n, 3, 0)]));
            }
        }
        for &e in &self.evs {
            let (build, online, at) = (self.get(s, e, 0), self.get(s, e, 1) == 1, host(e));
            let fits = |n| self.get(s, n, 0) == build && self.get(s, n, 2) == 0;
            if online && up(at) {
                out.push(self.with(s, &[(e, 1, 0)]));
            }
            if !online && up(at) && build == 0 && self.get(s, at, 0) == 1 && self.get(s, at, 2) == 0
            {
                out.push(self.with(s, &[(e, 0, 1)]));
            }
            if !online && up(at) && fits(at) && !(crowded && other(at, e)) {
                out.push(self.with(s, &[(e, 1, 1)]));
            }
            for &to in self.nodes.iter().filter(|&&to| to != at && up(to)) {
                let moves = up(at) && !(crowded && other(to, e)) && (!online || fits(to));
                if moves || !up(at) {
                    out.push(self.with(s, &[(e, 2, u64::from(to.0 - self.first_node))]));
                }
            }
        }
        out
    }
}

/// How many orbits of the core model without faults are reachable.
fn orbits(nodes: usize, evs: usize, drain: bool) -> usize {
    let model = core(&core_cluster(nodes, evs));
    let constant = constant(&model);
    let layout = Layout::new(&model, &|_, _| true);
    let all = classes(&model, &BTreeSet::new(), &constant);
    let forest = Forest::new(&model, &layout, &all, &constant).expect("it is a forest");
    let kind = |name| model.rules.kind(name).expect("a kind of the core model");
    let by_hand = ByHand {
        nodes: model.objects_of(kind("node")).collect(),
        evs: model.objects_of(kind("evs")).collect(),
        first_node: model.of_kind[kind("node").index()].start,
        layout,
    };
    let mut scratch = forest.scratch();
    let mut first = by_hand.layout.initial(&model);
    forest.canonical(&mut scratch, &mut first);
    let mut seen = BTreeSet::from([first.clone()]);
    let mut open = vec![first];
    while let Some(state) = open.pop() {
        for mut next in by_hand.successors(&state, drain) {
            forest.canonical(&mut scratch, &mut next);
            if seen.insert(next.clone()) {
                open.push(next);
            }
        }
    }
    seen.len()
}

#[test]
fn the_core_model_has_the_orbits_that_others_have_counted() {
    assert_eq!(orbits(2, 1, true), 88);
    assert_eq!(orbits(2, 1, false), 184);
    assert_eq!(orbits(3, 1, true), 420);
    assert_eq!(orbits(3, 2, true), 612);
    assert_eq!(orbits(4, 2, true), 2982);
    assert_eq!(orbits(5, 3, true), 15918);
}
