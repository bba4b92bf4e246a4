//! Exposure: known answers, worked out by hand and by programs that were written independently.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;

use rollproof::language::read_rules;
use rollproof::language::source::Source;
use rollproof::model::cluster::read_cluster;
use rollproof::model::ground::Model;
use rollproof::model::loader::Loader;
use rollproof::model::plan::{Item, Plan};
use rollproof::model::plan_file::read_plan;
use rollproof::model::settings::Overrides;
use rollproof::report::contingency::book;
use rollproof::search::budget::{MaxStates, Unlimited};
use rollproof::semantics::Interpreter;
use rollproof::tasks::exposure::findings::Exposure;
use rollproof::tasks::exposure::strikes::Limits;
use rollproof::tasks::exposure::{Deny, Question, Traces, exposure};
use rollproof::tasks::outcome::Verdict;
use rollproof::tasks::request::Asked;
use rollproof::tasks::target::Target;
use rollproof::tasks::verify::verify;
use rollproof::tasks::way::{Way, way};

fn plan(name: &str, drain: bool) -> (Model, Plan) {
    let overrides = Overrides {
        policies: vec![("drain".to_owned(), drain)],
        ..Overrides::default()
    };
    let (found, diagnostics) = Loader::default().load_plan(name, &overrides);
    found.unwrap_or_else(|| panic!("{diagnostics:?}"))
}

/// A cluster and a plan for it, as JSON.
fn given(cluster: &str, steps: &str) -> (Model, Plan) {
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("exposure");
    std::fs::create_dir_all(&folder).unwrap();
    // Tests run side by side: each question has a file of its own.
    let mut hasher = DefaultHasher::new();
    (cluster, steps).hash(&mut hasher);
    let file = folder.join(format!("{:x}.json", hasher.finish()));
    std::fs::write(&file, cluster).unwrap();
    let (model, diagnostics) =
        Loader::default().load_cluster(file.to_str().unwrap(), &Overrides::default());
    let model = model.unwrap_or_else(|| panic!("{diagnostics:?}"));
    let text = format!(r#"{{ "cluster": "c", "steps": {steps} }}"#);
    let (plan, diagnostics) = read_plan(&Source::new("plan.json", text), "plan", &model);
    let plan = plan.unwrap_or_else(|| panic!("{diagnostics:?}"));
    (model, plan)
}

/// Four nodes all at SP1, with so many EVSs on the first of them.
fn all_at_sp1(rules: &str, evss: usize) -> (Model, Plan) {
    let (node, evs) = match rules {
        "exchange-2003" => (
            r#"{ "build": "sp1", "hotfix": true }"#,
            r#""build": "sp1", "stamp": "sp1""#,
        ),
        _ => (r#"{ "build": "sp1", "hotfix": true }"#, r#""build": "sp1""#),
    };
    let cluster = format!(
        r#"{{ "rules": "{rules}", "objects": {{ "node": {{ "Node[1-4]": {node} }},
            "evs": {{ "EVS[1-{evss}]": {{ {evs}, "host": "Node[1-{evss}]" }} }} }} }}"#
    );
    given(&cluster, "[]")
}

fn exposed((model, plan): &(Model, Plan), faults: u32, traces: Traces) -> Exposure {
    let question = Question {
        limits: Limits { faults, slips: 0 },
        traces,
        ..Question::default()
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

/// With `anti_affinity` a failover takes an occupied node only where no empty one is up. Of three EVSs on four nodes the
/// first crash fills the empty node, and the second leaves none: an EVS lands on an occupied node although everything was
/// done right. With two EVSs there is room for both. On the core model one crash is enough, and the pairs add nothing to it.
#[test]
fn two_crashes_put_two_evss_on_one_node_where_three_are_on_four() {
    let two = exposed(&all_at_sp1("exchange-2003", 2), 2, Traces::All);
    assert!(two.tried > 4, "single crashes and pairs were tried");
    assert!(broken(&two).is_empty());
    let three = exposed(&all_at_sp1("exchange-2003", 3), 2, Traces::All);
    let found = broken(&three);
    assert_eq!(found.len(), 6, "each pair of crashes: {found:?}");
    assert!(
        found
            .keys()
            .all(|(_, strikes)| strikes.matches("crash(").count() == 2)
    );
    let cell = three
        .cells
        .iter()
        .find(|cell| !cell.harm.broken.is_empty())
        .unwrap();
    let shown = cell.harm.broken[0].witness.as_ref().unwrap();
    let steps: Vec<&str> = shown
        .steps
        .steps
        .iter()
        .map(|step| step.name.as_str())
        .collect();
    assert_eq!(
        steps
            .iter()
            .filter(|name| name.starts_with("crash("))
            .count(),
        2,
        "{steps:?}"
    );
    assert!(steps.last().unwrap().starts_with("failover("), "{steps:?}");
    let core = exposed(&all_at_sp1("exchange-core", 2), 1, Traces::All);
    let strikes: Vec<(usize, String)> = broken(&core).into_keys().collect();
    assert_eq!(
        strikes,
        [
            (1, "crash(Node1)".to_owned()),
            (1, "crash(Node2)".to_owned())
        ]
    );
}

/// What EVS1 says in the directory cannot be taken back, so that the upgrade of it is a point of no return. Where EVS1 is
/// taken offline and both nodes are upgraded before it, SP1 on the second node is one: EVS1 has no node left to run on.
#[test]
fn the_upgrade_of_an_evs_and_of_the_last_old_node_are_points_of_no_return() {
    let found = exposed(&plan("exchange-core/n2-m1", true), 1, Traces::None);
    let place = found.no_return().unwrap();
    assert_eq!(found.positions[place].name, "8");
    assert_eq!(found.steps[6].name, "upgrade_evs(EVS1)");

    let cluster = r#"{ "rules": "exchange-core", "policies": { "drain": true },
        "objects": { "node": { "Node[1-2]": {} }, "evs": { "EVS1": { "host": "Node1" } } } }"#;
    let steps = r#"[ "apply_hotfix(Node2)", "reboot(Node2)", "install_sp1(Node2)", "reboot(Node2)", "take_offline(EVS1)",
        "move(EVS1, Node2)", "apply_hotfix(Node1)", "reboot(Node1)", "install_sp1(Node1)", "reboot(Node1)",
        "upgrade_evs(EVS1)", "bring_online(EVS1)" ]"#;
    let found = exposed(&given(cluster, steps), 1, Traces::None);
    let place = found.no_return().unwrap();
    assert_eq!(found.positions[place].name, "10");
    assert_eq!(found.steps[8].name, "install_sp1(Node1)");
}

/// Ways back and ways on: each was verified on its way out, and here they are what a person would do.
#[test]
fn the_book_tells_ways_on_and_ways_back() {
    let (model, plan) = plan("exchange-core/n2-m1", true);
    let question = Question {
        limits: Limits {
            faults: 1,
            slips: 0,
        },
        book: true,
        ..Question::default()
    };
    let found = exposure(&model, &plan, &question, &mut Unlimited).unwrap();
    let cell = |position: &str| {
        let mut cells = found.cells.iter();
        cells
            .find(|cell| found.positions[cell.position].name == position && !cell.harm.is_none())
            .unwrap()
    };
    // EVS1 at RTM failed over to Node2 at SP1, whose last reboot is still due: it is upgraded there, and Node1 after it.
    let branches = &cell("4").contingency;
    assert_eq!(branches.len(), 1);
    let steps = branches[0].way.steps();
    assert!(
        steps.contains(&Some("repair(Node1)".to_owned())),
        "{steps:?}"
    );
    assert!(
        steps.contains(&Some("upgrade_evs(EVS1)".to_owned())),
        "{steps:?}"
    );
    let abort = found.abort.as_ref().unwrap();
    let back = |position: &str| {
        let place = found.positions.iter().position(|p| p.name == position);
        let mut ways = abort.ways.iter();
        let found = ways.find(|(at, _)| Some(*at) == place);
        found.map(|(_, branches)| branches[0].way.steps().to_vec())
    };
    // EVS1 is offline on Node1, which still has the old build.
    assert_eq!(back("6"), Some(vec![Some("bring_online(EVS1)".to_owned())]));
    assert_eq!(back("1"), Some(vec![]), "nothing was begun");
    assert_eq!(back("8"), None, "after the point of no return");
}

/// Both orders cost the same, and the repair is declared first. But it takes two hours, in which the service could be back.
#[test]
fn of_ways_that_cost_the_same_the_one_that_brings_services_back_first_is_told() {
    let rules = r#"rules ways
kind node { up: bool = false }
kind app { ok: bool = false }
action repair(n: node) { takes 2 h; require not n.up else "up"; n.up = true }
action restart(a: app) { takes 1 min; require not a.ok else "ok"; a.ok = true }
outage(a: app) { not a.ok }
goal fine { all n in node: n.up; all a in app: a.ok }
"#;
    let (rules, found) = read_rules(&Source::new("ways.rules", rules.to_owned()));
    assert!(!found.has_errors(), "{found:?}");
    let cluster = r#"{ "rules": "ways", "objects": { "node": { "N": {} }, "app": { "A": {} } } }"#;
    let source = Source::new("ways.json", cluster.to_owned());
    let (model, found) = read_cluster(
        &source,
        "ways",
        &Arc::new(rules.unwrap()),
        &Overrides::default(),
    );
    assert!(!found.has_errors(), "{found:?}");
    let model = model.unwrap();
    let interpreter = Interpreter::new(&model);
    let target = Target::Goal(model.goal.unwrap());
    let found = way(
        &interpreter,
        &interpreter.initial(),
        &target,
        &mut Unlimited,
    )
    .unwrap();
    let Way::Found { items, cost } = found else {
        panic!("{found:?}")
    };
    let names: Vec<String> = items
        .iter()
        .map(|item| match item {
            Item::Step { instance, .. } => interpreter.name(*instance),
            _ => "wait".to_owned(),
        })
        .collect();
    assert_eq!(
        (names.as_slice(), cost),
        (["restart(A)", "repair(N)"].map(String::from).as_slice(), 2)
    );
}

/// Where a limit ends the search nothing may sound as if it were known: neither on the terminal nor in the book.
#[test]
fn a_limit_never_sounds_like_safety() {
    let (model, plan) = plan("exchange-core/n2-m1", true);
    let question = Question {
        limits: Limits {
            faults: 1,
            slips: 0,
        },
        deny: Some(Deny::Possible),
        book: true,
        ..Question::default()
    };
    let asked = Asked {
        exposure: Some(question),
        ..Asked::default()
    };
    let answer = verify(&model, &plan, &asked, &mut MaxStates(20)).unwrap();
    assert_eq!(answer.verdict, Verdict::Inconclusive);
    let property = answer.properties.iter().find(|p| p.name == "exposure");
    assert_eq!(property.unwrap().verdict, Verdict::Inconclusive);
    let found = answer.exposure.as_ref().unwrap();
    assert!(found.stopped.is_some());
    assert!(!found.positions.iter().any(|position| position.rest));
    let book = book(&answer, found);
    assert!(
        book.contains("not complete") && book.contains("is not known"),
        "{book}"
    );
    assert!(!book.contains("hurts anybody"), "{book}");
}

/// A step is only called the point of no return where it is known of all before it that one gets back.
#[test]
fn what_is_not_known_is_no_way_back() {
    let mut found = exposed(&plan("exchange-core/n2-m1", true), 1, Traces::None);
    assert_eq!(found.no_return_step(), Some(6));
    found.abort.as_mut().unwrap().possible[3] = None;
    assert_eq!((found.no_return(), found.no_return_step()), (None, None));
}
