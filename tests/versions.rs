//! Two versions of rules, from outside and on the shipped models: what differs is found, and only that.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::Arc;

use rollproof::language::mutation::mutants;
use rollproof::model::ground::Model;
use rollproof::model::loader::Loader;
use rollproof::model::settings::Overrides;
use rollproof::search::budget::{MaxStates, Unlimited};
use rollproof::tasks::difference::findings::{Finding, OnCluster, Sort};
use rollproof::tasks::difference::on_cluster;
use rollproof::tasks::effort::Effort;
use serde_json::Value;

fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("versions")
        .join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_rollproof"))
        .current_dir(folder)
        .env("ROLLPROOF_CACHE", "")
        .stdin(Stdio::null())
        .arg("regress")
        .args(arguments)
        .output()
        .unwrap()
}

fn json(folder: &Path, arguments: &[&str]) -> Value {
    let output = run(folder, &[arguments, &["--format", "json"]].concat());
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{output:?}"))
}

fn core() -> String {
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("models/exchange-core/exchange-core.rules");
    fs::read_to_string(path).unwrap()
}

/// The text with a piece of it replaced, which must be there.
fn replaced(text: &str, old: &str, new: &str) -> String {
    assert!(text.contains(old), "{old}");
    text.replace(old, new)
}

const TWO: &str = r#"{ "rules": "core", "objects": { "node": { "Node[1-2]": {} }, "evs": { "EVS1": { "host": "Node1" } } } }"#;

/// The core model in a folder, and other versions beside it.
fn versions(name: &str, others: &[(&str, String)]) -> PathBuf {
    let folder = folder(name);
    fs::write(folder.join("core.rules"), core()).unwrap();
    fs::write(folder.join("two.json"), TWO).unwrap();
    for (name, text) in others {
        fs::write(folder.join(name), text).unwrap();
    }
    folder
}

fn sorts(report: &Value) -> Vec<(String, String, u64)> {
    let differences = report["clusters"][0]["differences"].as_array().unwrap();
    let told = differences.iter().map(|found| {
        let word = |key: &str| found[key].as_str().unwrap().to_owned();
        let steps = found["run"]["steps"].as_array().map_or(0, Vec::len);
        (word("sort"), word("rule"), steps as u64)
    });
    told.collect()
}

fn found(sort: &str, rule: &str, steps: u64) -> (String, String, u64) {
    (sort.to_owned(), rule.to_owned(), steps)
}

#[test]
fn a_move_that_checks_nothing_mismatches_on_two_nodes() {
    let text = core();
    let start = text
        .find("  require not (crowded and hosts(to))\n")
        .unwrap();
    let end = start + text[start..].find("  e.host = to\n").unwrap();
    let careless = format!("{}{}", &text[..start], &text[end..]);
    let folder = versions("careless", &[("careless.rules", careless)]);
    let arguments = [
        "--new",
        "careless.rules",
        "./two.json",
        "--policy",
        "drain=on",
    ];
    let report = json(&folder, &arguments);
    assert_eq!(report["verdict"], "violated");
    assert_eq!(
        sorts(&report),
        [
            found("newly_violated", "no_mismatched_failover", 5),
            found("newly_allowed", "move", 1)
        ]
    );
    assert_eq!(report["clusters"][0]["plan_as_before"], 12);
}

#[test]
fn draining_refuses_more_violates_nothing_and_costs_nothing() {
    let drain = replaced(&core(), "policy drain {", "policy drain on by default {");
    let folder = versions("drain", &[("drain.rules", drain)]);
    let report = json(&folder, &["--new", "drain.rules", "./two.json"]);
    assert_eq!(
        sorts(&report),
        [
            found("newly_refused", "reboot", 0),
            found("newly_safe", "no_mismatched_failover", 6)
        ]
    );
    let refused = &report["clusters"][0]["differences"][0];
    assert_eq!(refused["new"], "refused: Node1 still hosts an EVS");
    assert!(refused["file"].as_str().unwrap().ends_with("drain.rules"));
    assert_eq!(report["clusters"][0]["plan_as_before"], 12);
    let text = core();
    let line = text[..text.find("before reboot(n) require").unwrap()]
        .lines()
        .count();
    assert_eq!(refused["line"], line);
}

#[test]
fn rules_that_are_written_otherwise_do_not_differ() {
    let text = core();
    // Declarations in another order: everything from the first action on, backwards.
    let whole: Vec<&str> = text.split("\n\n").collect();
    let first = whole
        .iter()
        .position(|block| block.contains("\naction ") || block.starts_with("action "))
        .unwrap();
    let mut blocks = whole.clone();
    blocks[first..].reverse();
    let reordered = blocks.join("\n\n");
    let renamed = text
        .replace("hosts_another", "keeps_other")
        .replace("hosts(", "keeps(");
    let de_morgan = replaced(
        &text,
        "require not (crowded and hosts(to))",
        "require not crowded or not hosts(to)",
    );
    let de_morgan = replaced(
        &de_morgan,
        "require e.host != to ",
        "require not (e.host == to) ",
    );
    let folder = versions(
        "same",
        &[
            ("reordered.rules", reordered),
            ("renamed.rules", renamed),
            ("de_morgan.rules", de_morgan),
        ],
    );
    for new in ["reordered.rules", "renamed.rules", "de_morgan.rules"] {
        for policy in ["drain=on", "drain=off"] {
            let arguments = [
                "--new",
                new,
                "./two.json",
                "exchange-core/n3-m2",
                "--policy",
                policy,
            ];
            let report = json(&folder, &arguments);
            assert_eq!(report["verdict"], "holds", "{new}: {report:#}");
            let clusters = report["clusters"].as_array().unwrap();
            assert!(clusters.iter().all(|c| c["same"] == true), "{new}");
            // Other names of lets and another order say the same word by word.
            let explored = clusters[0]["common_states"].as_u64();
            assert_eq!(explored.is_some(), new == "de_morgan.rules", "{new}");
        }
    }
    let output = run(&folder, &["--new", "de_morgan.rules", "./two.json"]);
    let told = String::from_utf8(output.stdout).unwrap();
    assert!(told.contains("no difference on ./two.json"), "{told}");
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn a_field_that_only_one_version_has_is_told() {
    let more = replaced(
        &core(),
        "  pending: bool  = false",
        "  counted: 0..1 = 0\n  pending: bool  = false",
    );
    let folder = versions("field", &[("more.rules", more)]);
    let report = json(&folder, &["--new", "more.rules", "./two.json"]);
    assert_eq!(report["verdict"], "holds");
    let told = report["clusters"][0]["compared_without"][0]
        .as_str()
        .unwrap();
    assert_eq!(told, "`node.counted: 0..1` is only in the new rules");
}

#[test]
fn the_first_states_may_differ_already() {
    let other = replaced(&core(), "  online: bool  = true", "  online: bool  = false");
    let folder = versions("start", &[("other.rules", other)]);
    let report = json(&folder, &["--new", "other.rules", "./two.json"]);
    let found = &report["clusters"][0]["differences"][0];
    assert_eq!(found["sort"], "starts_otherwise");
    assert_eq!(found["old"], "EVS1.online = true");
    assert_eq!(found["new"], "EVS1.online = false");
}

#[test]
fn the_smallest_cluster_that_differs_is_found() {
    let crowded = replaced(
        &core(),
        "require not (crowded and hosts(to))",
        "require not (count(node) > 3 and hosts(to))",
    );
    let folder = versions("sizes", &[("crowded.rules", crowded)]);
    let arguments = [
        "--new",
        "crowded.rules",
        "./two.json",
        "--up-to",
        "node=2,evs=2,drain",
    ];
    let report = json(&folder, &arguments);
    assert_eq!(report["verdict"], "holds");
    assert!(report["sizes"]["smallest"].is_null());
    // One or two nodes with one or two EVSs, on one node or two, emptied first or not.
    assert_eq!(report["sizes"]["clusters"], 2 * (1 + 1 + 1 + 2));
    let arguments = [
        "--new",
        "crowded.rules",
        "./two.json",
        "--up-to",
        "node=4,evs=2",
    ];
    let report = json(&folder, &arguments);
    assert_eq!(report["verdict"], "violated");
    let smallest = &report["sizes"]["smallest"];
    assert_eq!(smallest["model"]["objects"]["node"], 3);
    assert_eq!(smallest["model"]["objects"]["evs"], 2);
    assert_eq!(smallest["differences"][1]["rule"], "move");
}

#[test]
fn git_gives_the_old_rules() {
    let folder = versions("git", &[]);
    let git = |arguments: &[&str]| {
        let done = Command::new("git")
            .current_dir(&folder)
            .args([
                "-c",
                "user.name=t",
                "-c",
                "user.email=t@t",
                "-c",
                "init.defaultBranch=main",
            ])
            .args(arguments)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        done.is_ok_and(|status| status.success())
    };
    if !git(&["init"]) {
        // Without the program there is nothing to ask it.
        return;
    }
    let suite = r#"{ "cases": [ { "name": "all", "check": "two", "expect": { "verdict": "violated" } } ] }"#;
    fs::write(folder.join("suite.json"), suite).unwrap();
    assert!(git(&["add", "."]) && git(&["commit", "-m", "first"]));
    let drain = replaced(&core(), "policy drain {", "policy drain on by default {");
    fs::write(folder.join("core.rules"), &drain).unwrap();
    let report = json(&folder, &["./suite.json", "--git", "HEAD"]);
    assert_eq!(sorts(&report)[0], found("newly_refused", "reboot", 0));
    assert_eq!(report["cases"][0]["changes"][0]["what"], "verdict");
    assert_eq!(report["cases"][0]["changes"][0]["old"], "violated");
    assert_eq!(report["cases"][0]["changes"][0]["new"], "holds");
    assert_eq!(
        json(&folder, &["./suite.json", "--git", "HEAD..HEAD"])["verdict"],
        "holds"
    );
    assert!(git(&["commit", "-am", "second"]));
    assert_eq!(
        json(&folder, &["./suite.json", "--git", "HEAD~1..HEAD"])["verdict"],
        "violated"
    );
    for wrong in ["nowhere", "--output=x", "..HEAD", "HEAD:core.rules"] {
        let output = run(&folder, &["./suite.json", &format!("--git={wrong}")]);
        assert_eq!(output.status.code(), Some(2), "{wrong}");
    }
    let output = run(&folder, &["exchange-core", "--git", "HEAD"]);
    assert_eq!(output.status.code(), Some(2), "the library has no history");
}

#[test]
fn a_limit_is_no_sameness() {
    let other = replaced(
        &core(),
        "require not (crowded and hosts(to))",
        "require not crowded or not hosts(to)",
    );
    let folder = versions("limit", &[("other.rules", other)]);
    let arguments = ["--new", "other.rules", "./two.json", "--max-states", "20"];
    let output = run(&folder, &arguments);
    assert_eq!(output.status.code(), Some(3));
    let told = String::from_utf8(output.stdout).unwrap();
    assert!(!told.contains("no difference on"), "{told}");
}

/// What a change of `exchange-2003` must be noticed as.
struct Row {
    /// The row of the table in the design.
    seed: &'static str,
    rule: &'static str,
    /// What is dropped begins so.
    dropped: &'static str,
    cluster: &'static str,
    sort: Sort,
    /// The rule that says something else.
    told: &'static str,
}

const fn row(
    seed: &'static str,
    [rule, dropped]: [&'static str; 2],
    cluster: &'static str,
    sort: Sort,
    told: &'static str,
) -> Row {
    Row {
        seed,
        rule,
        dropped,
        cluster,
        sort,
        told,
    }
}

const SEEDS: [Row; 24] = [
    row(
        "S1",
        ["move", "require e.exchange implies e.build"],
        "two-node",
        Sort::NewlyAllowed,
        "move",
    ),
    row(
        "S1",
        ["bring_online", "require e.build == e.host"],
        "two-node",
        Sort::NewlyAllowed,
        "bring_online",
    ),
    row(
        "S2",
        ["install_sp1", "require n.hotfix"],
        "two-node",
        Sort::NewlyAllowed,
        "install_sp1",
    ),
    row(
        "S2",
        ["install_sp1", "require not n.pending"],
        "two-node",
        Sort::NewlyAllowed,
        "install_sp1",
    ),
    row(
        "S2",
        ["install_sp1", "n.pending = true"],
        "two-node",
        Sort::EffectChanged,
        "install_sp1",
    ),
    row(
        "S3",
        ["reboot", "n.power   = rebooting"],
        "two-node",
        Sort::EffectChanged,
        "reboot",
    ),
    row(
        "S3",
        ["boot", "boot"],
        "two-node",
        Sort::EventChanged,
        "boot",
    ),
    row(
        "S5",
        ["backup_evs", "require e.exchange"],
        "two-node",
        Sort::NewlyAllowed,
        "backup_evs",
    ),
    row(
        "S5",
        ["install_sp1", "n.backup  = false"],
        "two-node",
        Sort::EffectChanged,
        "install_sp1",
    ),
    row(
        "S5",
        ["bring_online", "e.stamp  = e.host.build"],
        "two-node",
        Sort::EffectChanged,
        "bring_online",
    ),
    row(
        "S6",
        ["move", "require not (crowded"],
        "four-node",
        Sort::NewlyAllowed,
        "move",
    ),
    row(
        "S6",
        ["bring_online", "require not (crowded"],
        "two-on-one",
        Sort::NewlyAllowed,
        "bring_online",
    ),
    row(
        "S7",
        ["take_offline", "e.exchange = false"],
        "two-node",
        Sort::EffectChanged,
        "take_offline",
    ),
    row(
        "S7",
        ["evs_upgraded", "e.build     = sp1"],
        "two-node",
        Sort::EventChanged,
        "evs_upgraded",
    ),
    row(
        "S8",
        ["upgrade_evs", "require console != none"],
        "two-node",
        Sort::NewlyUndefined,
        "upgrade_evs",
    ),
    row(
        "S8",
        ["upgrade_evs", "require console.build"],
        "two-node",
        Sort::MessageChanged,
        "upgrade_evs",
    ),
    row(
        "S8",
        ["upgrade_evs", "require e.host.build"],
        "two-node",
        Sort::MessageChanged,
        "upgrade_evs",
    ),
    row(
        "S9",
        ["upgrade_evs", "require not e.exchange"],
        "two-node-undrained",
        Sort::NewlyAllowed,
        "upgrade_evs",
    ),
    row(
        "S9",
        ["upgrade_evs", "require e.base"],
        "two-node",
        Sort::NewlyAllowed,
        "upgrade_evs",
    ),
    row(
        "S10",
        ["take_offline", "require e.exchange"],
        "two-node",
        Sort::NewlyAllowed,
        "take_offline",
    ),
    row(
        "S17",
        ["move", "await   not e.upgrading"],
        "two-node",
        Sort::NewlyAllowed,
        "move",
    ),
    row(
        "S17",
        ["bring_online", "await   not e.upgrading"],
        "two-node",
        Sort::NewlyRefused,
        "bring_online",
    ),
    row(
        "S17",
        ["one_upgrade", "await not (some other"],
        "two-nodes-two-evs",
        Sort::NewlyAllowed,
        "upgrade_evs",
    ),
    row(
        "S18",
        ["failover", "when    anti_affinity"],
        "four-node-undrained",
        Sort::EventChanged,
        "failover",
    ),
];

/// A cluster of the library, or one that none of them is.
fn cluster(name: &str) -> Model {
    let mut loader = Loader::default();
    let off = Overrides {
        policies: vec![("drain".to_owned(), false)],
        ..Overrides::default()
    };
    let (found, diagnostics) = match name {
        // Nodes are rebooted under their EVSs.
        "four-node-undrained" => loader.load_cluster("exchange-2003/four-node", &off),
        "two-node-undrained" => loader.load_cluster("exchange-2003/two-node", &off),
        // Three nodes, and both EVSs offline on one of them, as a failover may leave them.
        "two-on-one" => {
            let path = folder("two-on-one").join("c.json");
            let text = r#"{ "rules": "exchange-2003", "objects": { "node": { "Node[1-3]": {} },
                "evs": { "EVS1": { "host": "Node1", "exchange": false }, "EVS2": { "host": "Node1", "exchange": false } } } }"#;
            fs::write(&path, text).unwrap();
            loader.load_cluster(path.to_str().unwrap(), &Overrides::default())
        }
        name => loader.load_cluster(&format!("exchange-2003/{name}"), &Overrides::default()),
    };
    found.unwrap_or_else(|| panic!("{diagnostics:?}"))
}

fn changed(model: &Model, row: &Row) -> Model {
    let rules = &model.rules;
    let all = mutants(rules);
    let mutant = all
        .iter()
        .find(|m| m.rule == row.rule && rules.source.slice(m.span).starts_with(row.dropped))
        .unwrap_or_else(|| panic!("{}: no {} in {}", row.seed, row.dropped, row.rule));
    Model {
        rules: Arc::new(mutant.applied(rules)),
        ..model.clone()
    }
}

fn told<'f>(found: &'f OnCluster, row: &Row) -> Option<&'f Finding> {
    let mut findings = found.findings.iter();
    findings.find(|finding| finding.sort == row.sort && finding.rule == row.told)
}

#[test]
fn every_rule_of_the_article_is_missed_as_what_it_is_in_at_most_ten_steps() {
    for row in &SEEDS {
        let old = cluster(row.cluster);
        let new = changed(&old, row);
        // The first difference of each sort is the shortest, however far the search goes on.
        let found = on_cluster(&old, &new, Effort::default(), &mut MaxStates(12_000)).unwrap();
        let finding = told(&found, row).unwrap_or_else(|| {
            let sorts: Vec<_> = found.findings.iter().map(|f| (f.sort, &f.rule)).collect();
            panic!("{} {}: {sorts:?}", row.seed, row.dropped)
        });
        let steps = finding.run.as_ref().unwrap().steps.len();
        assert!(steps <= 10, "{} {}: {steps} steps", row.seed, row.dropped);
    }
}

#[test]
fn a_model_does_not_differ_from_itself() {
    let model = cluster("two-node");
    let found = on_cluster(&model, &model.clone(), Effort::default(), &mut Unlimited).unwrap();
    assert!(found.is_same() && found.states.is_none());
}
