//! Known answers: the counts that independent programs made of the core model, the lengths of plans worked out by hand, and
//! the suites of every shipped model and of every rule shape.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use rollproof::model::ground::Model;
use rollproof::model::library::Library;
use rollproof::model::loader::Loader;
use rollproof::model::settings::Overrides;
use rollproof::search::budget::Unlimited;
use rollproof::tasks::check::check;
use rollproof::tasks::effort::{Effort, Reductions};
use rollproof::tasks::outcome::{Answer, Property, Verdict};
use rollproof::tasks::plan::plan;
use rollproof::tasks::regress::{Running, regress};
use rollproof::tasks::request::Asked;

/// The question that counts every state.
fn every_state() -> Asked {
    let effort = Effort {
        threads: 2,
        reductions: Reductions::NONE,
        ..Effort::default()
    };
    Asked {
        effort,
        ..Asked::default()
    }
}

/// A row of the table: nodes, EVSs, faults, drain; states, transitions, depth, length of the shortest way to the goal;
/// mismatched states, double-hosted states, length of the shortest violation.
type Row = (usize, usize, u32, bool, [u64; 4], [u64; 2], Option<usize>);

const ROWS: [Row; 11] = [
    (2, 1, 0, true, [176, 462, 17, 16], [0, 0], None),
    (2, 1, 0, false, [368, 1218, 18, 16], [44, 0], Some(6)),
    (2, 1, 1, true, [704, 2084, 19, 16], [62, 0], Some(6)),
    (3, 1, 0, true, [2256, 9732, 23, 22], [0, 0], None),
    (3, 2, 0, true, [6816, 26688, 28, 26], [0, 0], None),
    (4, 1, 0, true, [25216, 152_224, 29, 28], [0, 0], None),
    (4, 2, 0, true, [119_424, 726_624, 34, 32], [0, 0], None),
    (
        4,
        2,
        0,
        false,
        [799_744, 6_491_264, 36, 32],
        [210_544, 199_936],
        Some(2),
    ),
    (
        4,
        2,
        1,
        true,
        [1_024_704, 6_904_224, 36, 32],
        [194_816, 262_464],
        Some(2),
    ),
    (4, 3, 0, true, [384_576, 1_991_664, 39, 36], [0, 0], None),
    (5, 2, 0, true, [1_696_000, 14_087_360, 40, 38], [0, 0], None),
];

fn core(nodes: usize, evs: usize, faults: u32, policies: &[&str]) -> Model {
    let folder = tempfolder();
    let path = folder.join(format!(
        "n{nodes}-m{evs}-f{faults}-{}.json",
        policies.join("-")
    ));
    let text = format!(
        r#"{{ "rules": "exchange-core", "objects": {{ "node": {{ "Node[1-{nodes}]": {{}} }},
            "evs": {{ "EVS[1-{evs}]": {{ "host": "Node[1-{evs}]" }} }} }} }}"#
    );
    std::fs::write(&path, text).unwrap();
    let overrides = Overrides {
        policies: policies.iter().map(|p| ((*p).to_owned(), true)).collect(),
        faults: Some(faults),
        ..Overrides::default()
    };
    let mut loader = Loader::default();
    let (model, diagnostics) = loader.load_cluster(&path.display().to_string(), &overrides);
    model.unwrap_or_else(|| panic!("{diagnostics:?}"))
}

fn tempfolder() -> std::path::PathBuf {
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("known_answers");
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

fn property<'a>(answer: &'a Answer, name: &str) -> &'a Property {
    answer.properties.iter().find(|p| p.name == name).unwrap()
}

fn trace_length(property: &Property) -> Option<usize> {
    property
        .counterexample
        .as_ref()
        .map(|c| c.trace.steps.len())
}

fn assert_row(
    &(
        nodes,
        evs,
        faults,
        drain,
        [states, transitions, depth, goal],
        [mismatched, double],
        first_bad,
    ): &Row,
) {
    let policies: &[&str] = if drain { &["drain"] } else { &[] };
    let model = core(nodes, evs, faults, policies);
    let answer = check(&model, &every_state(), &mut Unlimited).unwrap();
    let name = format!("{nodes}/{evs} f={faults} drain={drain}");
    let search = &answer.search;
    assert_eq!(
        (search.states, search.transitions, u64::from(search.depth)),
        (states, transitions, depth),
        "{name}"
    );
    let witness = property(&answer, "reachable").witness.as_ref().unwrap();
    assert_eq!(witness.steps.len() as u64, goal, "{name}");
    let invariants = [
        property(&answer, "no_mismatched_failover"),
        property(&answer, "no_double_hosting"),
    ];
    assert_eq!(
        invariants.map(|p| p.count),
        [Some(mismatched), Some(double)],
        "{name}"
    );
    let nearest = invariants.into_iter().filter_map(trace_length).min();
    assert_eq!(nearest, first_bad, "{name}");
    assert_eq!(
        property(&answer, "well_defined").verdict,
        Verdict::Holds,
        "{name}"
    );
    assert_eq!(
        property(&answer, "recoverable").verdict,
        Verdict::Holds,
        "{name}"
    );
}

#[test]
fn the_core_model_has_the_counts_that_independent_programs_made() {
    for row in &ROWS[..7] {
        assert_row(row);
    }
}

#[test]
fn the_core_model_has_its_count_at_four_nodes_without_drain() {
    assert_row(&ROWS[7]);
}

#[test]
fn the_core_model_has_its_count_at_four_nodes_with_a_crash() {
    assert_row(&ROWS[8]);
}

#[test]
fn the_core_model_has_its_counts_at_four_nodes_with_three_servers_and_at_five() {
    assert_row(&ROWS[9]);
    assert_row(&ROWS[10]);
}

#[test]
fn the_core_model_has_eight_million_states_at_five_nodes_with_three_servers() {
    let model = core(5, 3, 0, &["drain"]);
    let asked = Asked {
        properties: vec!["no_mismatched_failover".to_owned()],
        ..every_state()
    };
    let answer = check(&model, &asked, &mut Unlimited).unwrap();
    let search = &answer.search;
    assert_eq!(
        (search.states, search.transitions, search.depth),
        (8_402_880, 66_010_800, 45)
    );
    assert_eq!(answer.verdict, Verdict::Holds);
    assert_eq!(search.table_bytes, Some(8 << 24));
}

#[test]
fn without_repair_the_doomed_states_are_counted() {
    for (nodes, evs, [states, transitions, depth, goal], doomed) in [
        (2, 1, [480, 1194, 18, 16], 286),
        (3, 1, [7776, 31_602, 24, 22], 5088),
        (3, 2, [34_944, 140_568, 29, 26], 17_952),
    ] {
        let model = core(nodes, evs, 1, &["drain", "no_repair"]);
        let answer = check(&model, &every_state(), &mut Unlimited).unwrap();
        let search = &answer.search;
        assert_eq!(
            (search.states, search.transitions, u64::from(search.depth)),
            (states, transitions, depth)
        );
        let witness = property(&answer, "reachable").witness.as_ref().unwrap();
        assert_eq!(witness.steps.len() as u64, goal);
        let recoverable = property(&answer, "recoverable");
        assert_eq!(recoverable.verdict, Verdict::Violated);
        assert_eq!(recoverable.count, Some(doomed));
    }
}

#[test]
fn the_shortest_plans_have_the_lengths_worked_out_by_hand() {
    for (nodes, evs, cost) in [
        (2, 1, 12),
        (3, 1, 16),
        (3, 2, 20),
        (4, 1, 20),
        (4, 2, 24),
        (2, 2, 17),
        (8, 4, 48),
        (12, 6, 72),
        (20, 10, 120),
    ] {
        let model = core(nodes, evs, 0, &["drain"]);
        let answer = plan(&model, &Effort::default(), &mut Unlimited).unwrap();
        let found = answer.plan.as_ref().map(|plan| (plan.cost, plan.steps));
        assert_eq!(found, Some((cost, cost as usize)), "{nodes}/{evs}");
        assert_eq!(answer.verdict, Verdict::Holds);
    }
    let full = core(3, 3, 0, &["drain"]);
    let none = plan(&full, &Effort::default(), &mut Unlimited).unwrap();
    assert_eq!(none.verdict, Verdict::Violated);
    assert!(none.plan.is_none() && none.search.stopped.is_none());
}

#[test]
fn one_node_at_a_time_costs_no_step_thanks_to_waits() {
    let mut loader = Loader::default();
    let overrides = Overrides {
        policies: vec![("drain".to_owned(), true), ("one_offline".to_owned(), true)],
        params: vec![("limit".to_owned(), "1".to_owned())],
        ..Overrides::default()
    };
    for (cluster, cost) in [("n2-m1", 12), ("n2-m2", 17), ("n3-m1", 16), ("n4-m3", 28)] {
        let cluster = format!("exchange-core/{cluster}");
        let (model, diagnostics) = loader.load_cluster(&cluster, &overrides);
        let model = model.unwrap_or_else(|| panic!("{diagnostics:?}"));
        let answer = plan(&model, &Effort::default(), &mut Unlimited).unwrap();
        assert_eq!(answer.plan.map(|plan| plan.cost), Some(cost), "{cluster}");
    }
}

fn assert_suite(argument: &str, at_least: usize) {
    let mut loader = Loader::default();
    let (suite, diagnostics) = loader.load_suite(argument);
    let suite = suite.unwrap_or_else(|| panic!("{diagnostics:?}"));
    let answer = regress(
        &suite,
        &mut loader,
        &Overrides::default(),
        Running {
            effort: Effort::default(),
            memory: None,
        },
        &mut Unlimited,
    )
    .unwrap();
    let different: Vec<_> = answer
        .cases
        .iter()
        .filter(|case| !case.differences.is_empty())
        .map(|case| (&case.name, &case.differences))
        .collect();
    assert!(different.is_empty(), "{argument}: {different:#?}");
    assert!(
        answer.cases.len() >= at_least,
        "{argument} has {} cases",
        answer.cases.len()
    );
}

#[test]
fn every_shipped_model_passes_its_suite() {
    let names: Vec<String> = Library::built_in()
        .models()
        .into_iter()
        .map(|model| model.name.clone())
        .collect();
    assert_eq!(
        names,
        [
            "elasticsearch",
            "etcd",
            "exchange-2000",
            "exchange-2003",
            "exchange-core",
            "kafka",
            "kubernetes",
            "rabbitmq",
            "redis",
            "sql-server-fci",
            "vault",
        ]
    );
    for name in names {
        assert_suite(&name, 8);
    }
}

#[test]
fn every_rule_shape_passes_its_suite() {
    for shape in [
        "version-stamp",
        "skew-window",
        "feature-level",
        "capacity",
        "quorum",
        "mutual-exclusion",
        "election",
    ] {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/shapes");
        assert_suite(&format!("{folder}/{shape}/suite.json"), 2);
    }
}
