//! What symmetry must leave: the orbits of the core model and of its fleets, as two independent programs counted them.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use rollproof::model::ground::Model;
use rollproof::model::loader::Loader;
use rollproof::model::settings::Overrides;
use rollproof::search::budget::Unlimited;
use rollproof::tasks::check::check;
use rollproof::tasks::effort::{Effort, Reductions};
use rollproof::tasks::outcome::{Answer, Verdict};
use rollproof::tasks::request::Asked;

/// Nodes, EVSs, faults, drain; orbits, depth of the quotient where it is known.
type Row = (usize, usize, u32, bool, u64, Option<u32>);

const ROWS: [Row; 13] = [
    (2, 1, 0, true, 88, Some(16)),
    (2, 1, 0, false, 184, None),
    (2, 1, 1, true, 352, None),
    (3, 1, 0, true, 420, None),
    (3, 2, 0, true, 612, None),
    (4, 1, 0, true, 1456, None),
    (4, 2, 0, true, 2982, Some(32)),
    (4, 2, 0, false, 21_594, Some(36)),
    (4, 2, 1, true, 26_125, Some(35)),
    (4, 3, 0, true, 3268, None),
    (5, 2, 0, true, 10_472, None),
    (5, 3, 0, true, 15_918, Some(42)),
    (6, 3, 0, true, 55_888, Some(48)),
];

fn core(nodes: usize, evs: usize, faults: u32, policies: &[&str], limit: usize) -> Model {
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("orbits");
    std::fs::create_dir_all(&folder).unwrap();
    let name = format!("{nodes}-{evs}-{faults}-{limit}-{}.json", policies.join("-"));
    let path = folder.join(name);
    let text = format!(
        r#"{{ "rules": "exchange-core", "objects": {{ "node": {{ "Node[1-{nodes}]": {{}} }},
            "evs": {{ "EVS[1-{evs}]": {{ "host": "Node[1-{evs}]" }} }} }} }}"#
    );
    std::fs::write(&path, text).unwrap();
    let overrides = Overrides {
        policies: policies.iter().map(|p| ((*p).to_owned(), true)).collect(),
        params: vec![("limit".to_owned(), limit.to_string())],
        faults: Some(faults),
        ..Overrides::default()
    };
    let (model, diagnostics) =
        Loader::default().load_cluster(&path.display().to_string(), &overrides);
    model.unwrap_or_else(|| panic!("{diagnostics:?}"))
}

/// With symmetry alone; from so many ground transitions on with equal records counted.
fn up_to_symmetry(model: &Model, properties: &[&str], fleet: usize) -> Answer {
    let asked = Asked {
        exposure: None,
        properties: properties.iter().map(|&name| name.to_owned()).collect(),
        effort: Effort {
            threads: 2,
            reductions: Reductions {
                symmetry: true,
                ..Reductions::NONE
            },
            fleet,
            ..Effort::default()
        },
    };
    check(model, &asked, &mut Unlimited).unwrap()
}

/// Never, and always.
const COUNTED: [usize; 2] = [usize::MAX, 0];

#[test]
fn the_core_model_has_the_orbits_that_two_programs_counted() {
    for (nodes, evs, faults, drain, orbits, depth) in ROWS {
        let policies: &[&str] = if drain { &["drain"] } else { &[] };
        let model = core(nodes, evs, faults, policies, 0);
        for fleet in COUNTED {
            let search = up_to_symmetry(&model, &[], fleet).search;
            let name = format!("{nodes}/{evs} f={faults} drain={drain} counted from {fleet}");
            assert_eq!(search.states, orbits, "{name}");
            assert_eq!(search.depth, depth.unwrap_or(search.depth), "{name}");
            assert_eq!(search.reductions[0].name, "symmetry");
        }
    }
}

#[test]
fn eight_nodes_with_four_servers_have_the_orbits_that_were_counted() {
    let model = core(8, 4, 0, &["drain"], 0);
    let search = up_to_symmetry(&model, &["no_double_hosting"], usize::MAX).search;
    assert_eq!((search.states, search.depth), (685_734, 64));
}

#[test]
fn fleets_have_the_orbits_that_were_counted() {
    for (nodes, evs, faults, orbits, goal) in [
        (10, 5, 0, 6009, 80),
        (20, 10, 0, 26_009, 160),
        (30, 15, 0, 59_959, 240),
    ] {
        let model = core(nodes, evs, faults, &["drain", "one_offline"], 2);
        let answer = up_to_symmetry(&model, &[], 0);
        assert_eq!(answer.search.states, orbits, "{nodes}/{evs}");
        let reachable = answer.properties.iter().find(|p| p.name == "reachable");
        let witness = reachable.unwrap().witness.as_ref().unwrap();
        assert_eq!(witness.steps.len(), goal, "{nodes}/{evs}");
        assert_eq!(answer.verdict, Verdict::Holds);
    }
}

#[test]
fn a_fleet_that_may_lose_a_node_has_the_orbits_that_were_counted() {
    let model = core(10, 5, 1, &["drain", "one_offline"], 2);
    for fleet in COUNTED {
        let search = up_to_symmetry(&model, &["no_double_hosting"], fleet).search;
        assert_eq!(search.states, 132_791);
    }
}

#[test]
fn shards_that_references_hold_in_their_places_are_no_fleet() {
    let (model, found) = Loader::default().load_cluster("redis/cluster-3", &Overrides::default());
    let model = model.unwrap_or_else(|| panic!("{found:?}"));
    let states = |fleet| {
        up_to_symmetry(&model, &["no_older_replica"], fleet)
            .search
            .states
    };
    let by_forms = states(usize::MAX);
    assert_eq!(states(1), by_forms);
    // Counting what can be counted, the replicas of each shard, leaves the shards apart.
    assert!(states(0) > by_forms);
}
