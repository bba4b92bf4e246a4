//! No cluster, plan or suite makes the readers panic or think for long, however it is broken.

use std::sync::Arc;
use std::time::{Duration, Instant};

use proptest::prelude::*;
use rollproof::language::diagnostic::Diagnostics;
use rollproof::language::read_rules;
use rollproof::language::rules::Rules;
use rollproof::language::source::Source;
use rollproof::model::cluster::{Overrides, read_cluster};
use rollproof::model::ground::Model;
use rollproof::model::lookup::Location;
use rollproof::model::plan_file::read_plan;
use rollproof::model::suite::read_suite;

const RULES: &str = "rules small
enum Power { up, down }
param limit: 0..9 = 0
kind node { power: Power = up; level: 0..7 = 3; spare: node? = none; peers: set of node = {} }
kind evs { host: node }
let is_up(n: node) = n.power == up
policy calm on where count(node) > limit { before wait(_) require limit > 0 else \"no\" }
action move(e: evs, to: node) { e.host = to }
action wait(minutes: 0..5) { await minutes >= 0 }
fault crash(n: node) { n.power = down }
default goal done { all n in node: is_up(n) }
goal other { some n in node: is_up(n) }
";

const CLUSTER: &str = r#"{ "rules": "small", "params": { "limit": 2 }, "policies": { "calm": true },
  "faults": { "crash": 1 }, "goal": "other",
  "objects": { "node": { "Node[1-3,07]": { "level": 7, "peers": ["Node[1-2]"] }, "web-\u00e9": { "spare": "Node1" } },
               "evs": { "E[1-2]": { "host": "Node[2-3]" } } } }"#;

const PLAN: &str = r#"{ "cluster": "small", "goal": "other", "params": { "limit": 1 }, "steps": [
  "move(E1, Node2)", { "await": "settled" }, { "await": "is_up(Node1) and 'web-\u00e9'.level > 2" },
  { "parallel": [ ["move(E1, 'web-\u00e9')"], [{ "parallel": [[], ["wait(3)"]] }] ] } ] }"#;

const SUITE: &str = r#"{ "cases": [ { "name": "a", "verify": "plan", "policies": { "calm": false }, "max_states": 9,
  "expect": { "verdict": "violated", "properties": { "safe": "holds" }, "trace_steps": { "safe": 3 },
              "because": { "complete": "Node1.power" }, "warnings": ["x"], "states": 12 } } ] }"#;

fn rules() -> Arc<Rules> {
    let (rules, diagnostics) = read_rules(&Source::new("small.rules", RULES));
    assert!(diagnostics.list.is_empty(), "{:?}", messages(&diagnostics));
    Arc::new(rules.expect("the rules have no mistakes"))
}

fn messages(diagnostics: &Diagnostics) -> Vec<&str> {
    diagnostics
        .list
        .iter()
        .map(|d| d.message.as_str())
        .collect()
}

fn cluster(text: &str) -> (Option<Model>, Diagnostics) {
    read_cluster(
        &Source::new("c.json", text),
        "c",
        &rules(),
        &Overrides::default(),
    )
}

/// What every answer owes: a value or a reason, in one line each, at places that exist, in time.
fn is_sound(present: bool, diagnostics: &Diagnostics, began: Instant) {
    assert_eq!(
        present,
        !diagnostics.has_errors(),
        "{:?}",
        messages(diagnostics)
    );
    for diagnostic in &diagnostics.list {
        assert!(!diagnostic.message.contains('\n'), "{}", diagnostic.message);
        for label in diagnostic.primary.iter().chain(&diagnostic.secondary) {
            let (start, end) = (label.span.start as usize, label.span.end as usize);
            assert!(
                label.source.text.get(start..end).is_some(),
                "{}",
                diagnostic.message
            );
        }
    }
    assert!(began.elapsed() < Duration::from_secs(5));
}

fn read_all(text: &str, model: &Model) {
    let began = Instant::now();
    let (found, diagnostics) = cluster(text);
    is_sound(found.is_some(), &diagnostics, began);
    let (found, diagnostics) = read_plan(&Source::new("p.json", text), "p", model);
    is_sound(found.is_some(), &diagnostics, began);
    let (found, diagnostics) =
        read_suite(&Source::new("s.json", text), "s", Location::StandardInput);
    is_sound(found.is_some(), &diagnostics, began);
}

/// Pieces that meant something somewhere.
const PIECES: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\"",
    "\\",
    "\\u0041",
    "\\ud800",
    "null",
    "true",
    "-1",
    "1e999",
    "99999999999999999999",
    "Node[1-1000000000]",
    "[0-9]",
    "[9-1]",
    "'",
    "(",
    "é",
    "\u{feff}",
    "\u{7f}",
    "\"objects\": ",
    "\"steps\": ",
    "\"cases\": ",
    "\"node\": {",
    "settled",
    "not ",
    " == ",
    "\n",
    "//",
];

#[derive(Clone, Debug)]
enum Change {
    Insert(usize, &'static str),
    Remove(usize, usize),
    Repeat(usize, usize, usize),
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        (0..1000_usize, prop::sample::select(PIECES))
            .prop_map(|(at, piece)| Change::Insert(at, piece)),
        (0..1000_usize, 1..20_usize).prop_map(|(at, length)| Change::Remove(at, length)),
        (0..1000_usize, 1..20_usize, 1..100_usize)
            .prop_map(|(at, length, times)| Change::Repeat(at, length, times)),
    ]
}

fn changed(text: &str, changes: &[Change]) -> String {
    let mut letters: Vec<char> = text.chars().collect();
    for change in changes {
        let end = letters.len();
        match *change {
            Change::Insert(at, piece) => {
                let at = at.min(end);
                letters.splice(at..at, piece.chars());
            }
            Change::Remove(at, length) => {
                letters.drain(at.min(end)..(at + length).min(end));
            }
            Change::Repeat(at, length, times) => {
                let piece: Vec<char> = letters[at.min(end)..(at + length).min(end)].to_vec();
                let at = at.min(end);
                letters.splice(at..at, piece.repeat(times));
            }
        }
    }
    letters.into_iter().collect()
}

proptest! {
    #[test]
    fn broken_files_are_answered(text in prop::sample::select(&[CLUSTER, PLAN, SUITE][..]), changes in prop::collection::vec(change(), 1..6)) {
        let model = cluster(CLUSTER).0.expect("the cluster is sound");
        read_all(&changed(text, &changes), &model);
    }

    #[test]
    fn any_text_is_answered(text in ".{0,200}") {
        let model = cluster(CLUSTER).0.expect("the cluster is sound");
        read_all(&text, &model);
    }
}

#[test]
fn the_files_that_are_broken_here_are_sound_before() {
    let (model, diagnostics) = cluster(CLUSTER);
    assert!(diagnostics.list.is_empty(), "{:?}", messages(&diagnostics));
    let (_, diagnostics) = read_plan(&Source::new("p.json", PLAN), "p", &model.unwrap());
    assert!(diagnostics.list.is_empty(), "{:?}", messages(&diagnostics));
    let (_, diagnostics) = read_suite(&Source::new("s.json", SUITE), "s", Location::StandardInput);
    assert!(diagnostics.list.is_empty(), "{:?}", messages(&diagnostics));
}

#[test]
fn large_and_deep_files_are_answered_in_time() {
    let (model, _) = cluster(CLUSTER);
    let model = model.unwrap();
    let many = format!(
        "{{\"rules\": \"small\", \"objects\": {{\"node\": {{{}\"a\": {{}}}}}}}}",
        "\"Node[1-3]\": {}, ".repeat(20_000)
    );
    let deep = format!("{{\"steps\": {}", "[{\"parallel\": [".repeat(100_000));
    let wide = format!(
        "{{\"cluster\": \"c\", \"steps\": [{}\"wait(1)\"]}}",
        "\"mvoe(E1, Nod2)\", ".repeat(9_000)
    );
    let condition = format!(
        "{{\"cluster\": \"c\", \"steps\": [{{\"await\": \"{}\"}}]}}",
        "(".repeat(100_000)
    );
    for text in [many, deep, wide, condition] {
        read_all(&text, &model);
    }
}
