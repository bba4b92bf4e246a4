//! Which rules does nobody test: of the shipped models nearly all are, and what is said of small rules is right.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use std::fs;
use std::path::Path;

use rollproof::model::loader::Loader;
use rollproof::model::settings::Overrides;
use rollproof::search::budget::{MaxStates, Unlimited};
use rollproof::tasks::effort::Effort;
use rollproof::tasks::outcome::Verdict;
use rollproof::tasks::regress::mutation::{Fate, Mutating, Score, mutate};

fn mutating(suggest: bool) -> Mutating {
    Mutating {
        effort: Effort::default(),
        suggest,
        at_least: Some(95),
        clusters: Vec::new(),
    }
}

fn score(argument: &str, mutating: &Mutating) -> Score {
    let mut loader = Loader::default();
    let (suite, diagnostics) = loader.load_suite(argument);
    let suite = suite.unwrap_or_else(|| panic!("{diagnostics:?}"));
    mutate(
        &suite,
        &mut loader,
        &Overrides::default(),
        mutating,
        &mut Unlimited,
    )
    .unwrap_or_else(|error| panic!("{error:?}"))
}

/// The changes that nobody notices, in a few words.
fn survivors(score: &Score) -> Vec<String> {
    let survives = score
        .mutants
        .iter()
        .filter(|tried| !matches!(tried.fate, Fate::Noticed(_)));
    survives
        .map(|tried| {
            let (source, span) = tried.place();
            let text = source.slice(span).split_whitespace().collect::<Vec<_>>();
            format!(
                "{}: {}: {}",
                tried.mutant.rule,
                tried.mutant.change,
                text.join(" ")
            )
        })
        .collect()
}

const RULES: &str = "\
rules shop
kind web { open: bool = true }
action close(w: web) {
  require w.open else \"closed\"
  require count(x in web where x.open) > 1 else \"the last one\"
  w.open = false
}
policy never { before close(_) require false else \"never\" }
invariant some_open { some w in web: w.open }
goal shut { some w in web: not w.open }
";

fn shop(name: &str, suite: &str) -> String {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("mutation")
        .join(name);
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("shop.rules"), RULES).unwrap();
    let cluster = r#"{ "rules": "shop", "objects": { "web": { "W[1-2]": {} } } }"#;
    fs::write(folder.join("two.json"), cluster).unwrap();
    let path = folder.join("suite.json");
    fs::write(&path, format!("{{ \"cases\": [ {suite} ] }}")).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn what_no_case_notices_is_listed_and_a_case_is_suggested() {
    let case = r#"{ "name": "all", "check": "two", "expect": { "verdict": "holds" } }"#;
    let found = score(&shop("listed", case), &mutating(true));
    assert_eq!(
        survivors(&found),
        [
            "close: the require is dropped: require w.open else \"closed\"",
            "never: the require is dropped: require false else \"never\"",
            "some_open: the invariant is dropped: some w in web: w.open",
        ]
    );
    // The second require is noticed, for the last one would be closed; so is the effect, for the goal would not be reached.
    assert_eq!((found.noticed(), found.counted()), (2, 5));
    assert_eq!((found.percent(), found.verdict), (40, Verdict::Violated));
    let Fate::Survives(Some(suggestion)) = &found.mutants[0].fate else {
        panic!("{:?}", found.mutants[0].fate);
    };
    let plan = suggestion.plan.as_ref().unwrap();
    assert_eq!(plan["steps"], serde_json::json!(["close(W1)", "close(W1)"]));
    assert_eq!(
        suggestion.case.as_ref().unwrap()["expect"]["refused"],
        "closed"
    );
}

#[test]
fn the_suggested_cases_notice() {
    let case = r#"{ "name": "all", "check": "two", "expect": { "verdict": "holds" } },
        { "name": "twice", "verify": "twice", "expect": { "refused": "closed" } },
        { "name": "never", "check": "two", "policies": { "never": true }, "expect": { "properties": { "reachable": "violated" } } }"#;
    let path = shop("noticed", case);
    let plan = r#"{ "cluster": "two", "steps": [ "close(W1)", "close(W1)" ] }"#;
    fs::write(Path::new(&path).with_file_name("twice.json"), plan).unwrap();
    let found = score(&path, &mutating(false));
    assert_eq!(survivors(&found).len(), 1, "{:?}", survivors(&found));
}

#[test]
fn a_suite_that_is_not_as_expected_is_not_asked() {
    let case = r#"{ "name": "all", "check": "two", "expect": { "verdict": "violated" } }"#;
    let found = score(&shop("unexpected", case), &mutating(false));
    assert_eq!(found.unexpected, ["all"]);
    assert_eq!(found.verdict, Verdict::Violated);
    assert!(found.mutants.is_empty());
}

#[test]
fn a_limit_on_states_is_no_notice() {
    let case = r#"{ "name": "all", "check": "two", "expect": { "verdict": "holds" } }"#;
    let mut loader = Loader::default();
    let suite = loader.load_suite(&shop("limited", case)).0.unwrap();
    let found = mutate(
        &suite,
        &mut loader,
        &Overrides::default(),
        &mutating(false),
        &mut MaxStates(2),
    )
    .unwrap();
    // Two states, up to names, are all that there are; without the second require there are three.
    assert_eq!(found.noticed(), 1, "{:?}", survivors(&found));
}

#[test]
fn the_suites_of_the_shipped_models_watch_over_nearly_all_of_their_rules() {
    // Those of etcd, Redis and Elasticsearch take longer: `rollproof regress NAME --mutate` asks them.
    for (model, at_least) in [
        ("exchange-2000", 95),
        ("exchange-core", 95),
        ("exchange-2003", 95),
        ("kafka", 95),
        ("kubernetes", 95),
        ("rabbitmq", 95),
        ("sql-server-fci", 95),
        ("vault", 90),
    ] {
        let asked = Mutating {
            at_least: Some(at_least),
            ..mutating(false)
        };
        let found = score(model, &asked);
        assert_eq!(
            found.verdict,
            Verdict::Holds,
            "{model}: {} %: {:#?}",
            found.percent(),
            survivors(&found)
        );
    }
}

#[test]
fn what_makes_no_difference_up_to_a_size_does_not_count() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("mutation")
        .join("equivalent");
    fs::create_dir_all(&folder).unwrap();
    // The second condition says nothing that the first does not.
    let rules = RULES.replace(
        "  require w.open else \"closed\"\n",
        "  require w.open else \"closed\"\n  require w.open else \"closed\"\n",
    );
    fs::write(folder.join("shop.rules"), rules).unwrap();
    let cluster = r#"{ "rules": "shop", "objects": { "web": { "W[1-2]": {} } } }"#;
    fs::write(folder.join("two.json"), cluster).unwrap();
    let suite =
        r#"{ "cases": [ { "name": "all", "check": "two", "expect": { "verdict": "holds" } } ] }"#;
    fs::write(folder.join("suite.json"), suite).unwrap();
    let run = |more: &[&str]| {
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_rollproof"))
            .current_dir(&folder)
            .env("ROLLPROOF_CACHE", "")
            .args(["regress", "./suite.json", "--mutate", "--format", "json"])
            .args(more)
            .output()
            .unwrap();
        let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        let mutants = report["mutants"].as_array().unwrap().clone();
        let fates = mutants
            .iter()
            .map(|m| m["fate"].as_str().unwrap().to_owned());
        fates.collect::<Vec<_>>()
    };
    let without = run(&[]);
    assert!(!without.contains(&"equivalent".to_owned()), "{without:?}");
    let with = run(&["--up-to", "web=3,never"]);
    assert_eq!(with[..2], ["equivalent", "equivalent"], "{with:?}");
    // So is the invariant: the rules never break it.
    assert_eq!(with.last().unwrap(), "equivalent");
    assert_eq!(with.iter().filter(|fate| *fate == "equivalent").count(), 3);
}
