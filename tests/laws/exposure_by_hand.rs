//! What crashes do along plans that an independent program worked out: the oracle's own test.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use std::collections::BTreeSet;

use rollproof::language::source::Source;
use rollproof::model::cluster::read_cluster;
use rollproof::model::ground::Model;
use rollproof::model::loader::Loader;
use rollproof::model::settings::Overrides;

use crate::oracle::exposure::carried_on::Way;
use crate::oracle::exposure::runs::Budget;
use crate::oracle::exposure::{Asked, At, Blamed, Certainty, Exposure, exposure};
use crate::oracle::random::plan;
use crate::oracle::random::plans::text;

fn cluster(name: &str, policies: &[&str]) -> Model {
    let overrides = Overrides {
        policies: policies.iter().map(|p| ((*p).to_owned(), true)).collect(),
        ..Overrides::default()
    };
    let (model, found) = Loader::default().load_cluster(name, &overrides);
    model.unwrap_or_else(|| panic!("{found:?}"))
}

/// Nodes that are upgraded, and an EVS on each of the first ones.
fn upgraded(rules: &str, evs: usize) -> Model {
    let stamp = if rules == "exchange-2003" {
        r#", "stamp": "sp1""#
    } else {
        ""
    };
    let text = format!(
        r#"{{ "rules": "{rules}", "objects": {{
            "node": {{ "Node[1-4]": {{ "build": "sp1", "hotfix": true }} }},
            "evs": {{ "EVS[1-{evs}]": {{ "host": "Node[1-{evs}]", "build": "sp1"{stamp} }} }} }} }}"#
    );
    let (rules, found) = Loader::default().load_rules(rules);
    let rules = rules.unwrap_or_else(|| panic!("{found:?}"));
    let source = Source::new("upgraded.json", text);
    let (model, found) = read_cluster(&source, "upgraded", &rules, &Overrides::default());
    model.unwrap_or_else(|| panic!("{found:?}"))
}

fn judged(model: &Model, steps: &[String], faults: usize, recovery: bool) -> Exposure {
    let items: Vec<String> = steps.iter().map(|step| format!("\"{step}\"")).collect();
    let plan = plan(model, &text(&items)).unwrap();
    let asked = Asked {
        budget: Budget { faults, slips: 0 },
        recovery,
        limit: 20_000,
    };
    exposure(model, &plan, asked).unwrap()
}

/// What is done to each of some objects, one object after the other.
fn each(actions: &[&str], objects: &[&str]) -> Vec<String> {
    let mut all = Vec::new();
    for object in objects {
        all.extend(actions.iter().map(|action| format!("{action}({object})")));
    }
    all
}

const UPGRADE: [&str; 4] = ["apply_hotfix", "reboot", "install_sp1", "reboot"];

/// Where what breaks an invariant: position, strikes, what is broken.
fn broken(exposure: &Exposure) -> Vec<(usize, String, Blamed)> {
    let mut all = Vec::new();
    for (position, at) in exposure {
        for (names, cell) in &at.cells {
            if !cell.invariants.is_empty() {
                let place = position.parse().unwrap();
                all.push((place, names.join(", "), cell.invariants.clone()));
            }
        }
    }
    all.sort();
    all
}

#[test]
fn on_two_nodes_each_crash_has_its_window() {
    let model = cluster("exchange-core/n2-m1", &["drain"]);
    let mut steps = each(&UPGRADE, &["Node2"]);
    steps.extend(
        [
            "take_offline(EVS1)",
            "move(EVS1, Node2)",
            "upgrade_evs(EVS1)",
            "bring_online(EVS1)",
        ]
        .map(str::to_owned),
    );
    steps.extend(each(&UPGRADE, &["Node1"]));
    let found = judged(&model, &steps, 1, true);
    let certain = |name: &str| Blamed::from([(name.to_owned(), Certainty::Certain)]);
    let mismatched = |(position, node)| {
        let broken = certain("no_mismatched_failover");
        (position, format!("crash(Node{node})"), broken)
    };
    assert_eq!(
        broken(&found),
        [(4, 1), (5, 1), (9, 2), (10, 2), (11, 2)].map(mismatched)
    );
    for at in found.values() {
        for cell in at.cells.values() {
            let out = cell.services == certain("EVS1");
            assert_eq!(out, !cell.invariants.is_empty());
            assert!(out || cell.services.is_empty());
            assert!(!cell.unrecoverable);
        }
    }
    let rest: Vec<usize> = (1..=13).filter(|p| found[&p.to_string()].rest).collect();
    assert_eq!(rest, [1, 2, 3, 12, 13]);
}

/// While the operator stops nothing is hurt: the product refuses the next step, or the plan waits for the node.
#[test]
fn a_crash_before_the_first_step_hurts_only_who_carries_on() {
    let model = cluster("exchange-core/n2-m1", &["drain"]);
    let found = judged(&model, &each(&UPGRADE, &["Node2"]), 1, true);
    let ways = |node: usize| &found["1"].cells[&vec![format!("crash(Node{node})")]].ways;
    let mismatched = Way::Breaks("no_mismatched_failover".to_owned());
    assert_eq!(*ways(1), BTreeSet::from([Way::Refused, mismatched]));
    // Without the crash this plan does not reach the goal either.
    assert_eq!(*ways(2), BTreeSet::new());
}

/// Positions and crashes that may break something, and the positions where one of them is sure to.
fn counted(steps: &[String]) -> [usize; 3] {
    let model = cluster("exchange-2003/four-node", &[]);
    assert_eq!(steps.len(), 12);
    let found = judged(&model, steps, 1, false);
    assert_eq!(found.len(), 13);
    let cells = broken(&found);
    let positions: BTreeSet<usize> = cells.iter().map(|(position, ..)| *position).collect();
    let sure = |at: &&At| at.cells.values().any(|cell| cell.certain);
    [
        positions.len(),
        cells.len(),
        found.values().filter(sure).count(),
    ]
}

fn evs_2(to: &str) -> Vec<String> {
    vec![
        "take_offline(EVS2)".to_owned(),
        format!("move(EVS2, {to})"),
        format!("upgrade_evs(EVS2, {to})"),
        "bring_online(EVS2)".to_owned(),
    ]
}

#[test]
fn on_four_nodes_the_order_of_the_article_is_the_one_most_exposed() {
    let mut article = evs_2("Node2");
    for action in UPGRADE {
        article.extend(each(&[action], &["Node3", "Node4"]));
    }
    assert_eq!(counted(&article), [11, 19, 7]);

    let around = |to: &str| {
        [
            each(&UPGRADE, &["Node4"]),
            evs_2(to),
            each(&UPGRADE, &["Node3"]),
        ]
        .concat()
    };
    assert_eq!(counted(&around("Node2")), [11, 18, 2]);
    assert_eq!(counted(&around("Node4")), [10, 16, 2]);
}

#[test]
fn two_crashes_put_three_evss_on_two_nodes() {
    let nothing: [String; 0] = [];
    let step = ["backup_node(Node1)".to_owned()];
    for steps in [&nothing[..], &step[..]] {
        let two = judged(&upgraded("exchange-2003", 2), steps, 2, false);
        assert!(
            two.values()
                .all(|at| !at.is_exposed() && at.cells.len() == 10)
        );

        let three = judged(&upgraded("exchange-2003", 3), steps, 2, false);
        let double = Blamed::from([("no_double_hosting".to_owned(), Certainty::Certain)]);
        let cells = broken(&three);
        assert_eq!(cells.len(), 6 * three.len());
        assert!(
            cells
                .iter()
                .all(|(_, names, broken)| names.contains(", ") && *broken == double)
        );
    }
}

#[test]
fn one_crash_is_enough_where_a_failover_goes_anywhere() {
    let found = judged(&upgraded("exchange-core", 2), &[], 2, true);
    let double = Blamed::from([("no_double_hosting".to_owned(), Certainty::Possible)]);
    let expected = [1, 2].map(|node| (1, format!("crash(Node{node})"), double.clone()));
    assert_eq!(broken(&found), expected);
}
