//! Exposure: known answers, worked out by hand and by programs that were written independently.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use std::collections::BTreeMap;

use rollproof::model::ground::Model;
use rollproof::model::loader::Loader;
use rollproof::model::plan::Plan;
use rollproof::model::settings::Overrides;
use rollproof::search::budget::Unlimited;
use rollproof::tasks::exposure::findings::Exposure;
use rollproof::tasks::exposure::strikes::Limits;
use rollproof::tasks::exposure::{Question, Traces, exposure};

fn plan(name: &str, drain: bool) -> (Model, Plan) {
    let overrides = Overrides {
        policies: vec![("drain".to_owned(), drain)],
        ..Overrides::default()
    };
    let (found, diagnostics) = Loader::default().load_plan(name, &overrides);
    found.unwrap_or_else(|| panic!("{diagnostics:?}"))
}

fn exposed((model, plan): &(Model, Plan), faults: u32, traces: Traces) -> Exposure {
    let question = Question {
        limits: Limits { faults, slips: 0 },
        traces,
    };
    let found = exposure(model, plan, &question, &mut Unlimited).unwrap();
    assert_eq!(found.stopped, None);
    found
}

/// For each position and strike the invariants that may be broken.
fn broken(found: &Exposure) -> BTreeMap<(usize, String), Vec<String>> {
    let mut broken = BTreeMap::new();
    for cell in &found.cells {
        let names: Vec<String> = cell.harm.broken.iter().map(|b| b.name.clone()).collect();
        if !names.is_empty() {
            let position = found.positions[cell.position].name.parse().unwrap();
            broken.insert((position, cell.strikes.join(" ")), names);
        }
    }
    broken
}

fn rests(found: &Exposure) -> Vec<&str> {
    let rests = found.positions.iter().filter(|position| position.rest);
    rests.map(|position| position.name.as_str()).collect()
}

/// At 4 and 5 Node2 is at SP1 and EVS1, at RTM, still runs on Node1: a crash of Node1 lets it fail over to the wrong build.
/// At 9, 10 and 11 EVS1 is at SP1 and Node1 is not. At 6 to 8 it is offline, and nothing offline runs on a wrong build.
#[test]
fn two_nodes_are_exposed_while_the_other_node_has_the_other_build() {
    let found = exposed(&plan("exchange-core/n2-m1", true), 1, Traces::All);
    let expected = [
        (4, "crash(Node1)"),
        (5, "crash(Node1)"),
        (9, "crash(Node2)"),
        (10, "crash(Node2)"),
        (11, "crash(Node2)"),
    ];
    let expected: BTreeMap<(usize, String), Vec<String>> = expected
        .into_iter()
        .map(|(at, crash)| {
            let broken = vec!["no_mismatched_failover".to_owned()];
            ((at, crash.to_owned()), broken)
        })
        .collect();
    assert_eq!(broken(&found), expected);
    assert!(
        found
            .cells
            .iter()
            .all(|cell| cell.harm.unrecoverable.is_none())
    );
    assert_eq!(rests(&found), ["1", "2", "3", "12", "13"]);
    assert_eq!(found.windows.len(), 2);
    let windows: Vec<usize> = found.windows.iter().map(|w| w.cells.len()).collect();
    assert_eq!(
        windows,
        [3, 2],
        "the longer one is the worse of two that are alike"
    );
}

/// The figures of the three ways to upgrade four nodes from the article's point of departure.
#[test]
fn three_plans_for_four_nodes_are_told_apart_by_their_exposure() {
    let plans = [
        ("four-node-as-printed", (11, 19), 7),
        ("four-node-node4-first", (11, 18), 2),
        ("four-node-onto-node4", (10, 16), 2),
    ];
    for (name, possible, certain) in plans {
        let found = exposed(
            &plan(&format!("exchange-2003/{name}"), true),
            1,
            Traces::All,
        );
        assert_eq!(found.positions.len(), 13, "{name}");
        assert_eq!(found.figures.breaking, possible, "{name}");
        assert_eq!(found.figures.surely_breaking.0, certain, "{name}");
        let first = found.positions.iter().position(|p| p.name == "1");
        assert!(
            found
                .cells
                .iter()
                .any(|cell| Some(cell.position) == first && !cell.harm.is_none()),
            "{name}: failover takes any empty node that is up, so there is exposure before the first step already"
        );
    }
}
