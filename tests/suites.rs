//! Suites in use: what is told, what is remembered between runs, and what `--bless` writes.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

const RULES: &str = "\
rules shop
kind web { open: bool = true; ready: bool = false }
policy calm { before close(w) require count(x in web where x.open) > 1 else \"the last one stays open\" }
policy idle { before prepare(w) require not w.open else \"{w} is open\" }
action close(w: web) { require w.open else \"{w} is closed\"; w.open = false }
action prepare(w: web) { require not w.ready else \"{w} is ready\"; w.ready = true }
invariant some_open { some w in web: w.open }
default goal done { all w in web: w.ready }
fault fire(w: web) { when w.open; w.open = false }
";
const CLUSTER: &str = r#"{ "rules": "shop", "objects": { "web": { "W[1-2]": {} } } }"#;
const PLAN: &str =
    r#"{ "cluster": "two", "steps": [ "prepare(W1)", "close(W1)", "prepare(W2)" ] }"#;
const SUITE: &str = r#"{ "cases": [
    { "name": "everything", "check": "two",
      "expect": { "verdict": "violated",   "properties": { "some_open": "violated" }, "states": 16 } },
    { "name": "calm", "check": "two", "policies": { "calm": true }, "expect": { "verdict": "holds" } },
    { "name": "a plan", "verify": "plan", "expect": { "verdict": "holds" } },
    { "name": "a plan under fire", "verify": "plan", "faults": 1,
      "expect": { "exposure": [ "3, 4 fire(W2): surely some_open" ] } },
    { "name": "the shortest", "plan": "two", "expect": { "cost": 2, "steps": 2 } } ] }
"#;

struct Shop {
    folder: PathBuf,
}

impl Shop {
    fn new(name: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR"))
            .join("suites")
            .join(name);
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        let shop = Self { folder };
        shop.write("shop.rules", RULES);
        shop.write("two.json", CLUSTER);
        shop.write("plan.json", PLAN);
        shop.write("suite.json", SUITE);
        shop
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.folder.join(name), text).unwrap();
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.folder.join(name)).unwrap()
    }

    fn run(&self, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_rollproof"))
            .current_dir(&self.folder)
            .env("ROLLPROOF_CACHE", self.folder.join("cache"))
            .stdin(Stdio::null())
            .args(["regress", "./suite.json"])
            .args(arguments)
            .output()
            .unwrap()
    }

    fn json(&self, arguments: &[&str]) -> Value {
        let output = self.run(&[arguments, &["--format", "json"]].concat());
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// How many cases an earlier run has found.
    fn remembered(&self) -> u64 {
        self.json(&[])["volatile"]["remembered"].as_u64().unwrap()
    }

    fn entries(&self) -> Vec<PathBuf> {
        let mut files: Vec<PathBuf> = fs::read_dir(self.folder.join("cache"))
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect();
        files.sort();
        files
    }
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

#[test]
fn only_what_is_not_as_expected_is_told() {
    let shop = Shop::new("told");
    let output = shop.run(&[]);
    assert_eq!(
        text(&output.stdout),
        "regress ./suite.json\n\nas expected: 5 cases\n"
    );
    let all = shop.run(&["--all"]);
    assert_eq!(text(&all.stdout).matches('✓').count(), 5, "{all:?}");
    shop.write("suite.json", &SUITE.replace("\"cost\": 2", "\"cost\": 3"));
    let output = shop.run(&[]);
    assert_eq!(output.status.code(), Some(1));
    let told = text(&output.stdout);
    assert!(told.contains("cost: expected 3, found 2"), "{told}");
    assert!(!told.contains("a plan"), "{told}");
}

#[test]
fn what_is_remembered_is_what_would_be_found() {
    let shop = Shop::new("remembered");
    let mut first = shop.json(&[]);
    let mut second = shop.json(&[]);
    assert_eq!(first["volatile"]["remembered"], 0);
    assert_eq!(second["volatile"]["remembered"], 5);
    for report in [&mut first, &mut second] {
        report["volatile"] = Value::Null;
    }
    assert_eq!(first, second);
    assert_eq!(shop.json(&["--no-cache"])["volatile"]["remembered"], 0);
    assert_eq!(shop.json(&["--threads", "1"])["volatile"]["remembered"], 5);
    assert_eq!(shop.json(&["--no-reduce"])["volatile"]["remembered"], 0);
    assert_eq!(
        shop.json(&["--max-states", "1000"])["volatile"]["remembered"],
        0
    );
}

#[test]
fn a_change_asks_anew_what_depends_on_it_and_nothing_else() {
    let shop = Shop::new("changed");
    assert_eq!(shop.remembered(), 0);
    shop.write("plan.json", &PLAN.replace("\"close(W1)\", ", ""));
    assert_eq!(shop.remembered(), 3, "two cases verify the plan");
    shop.write("plan.json", PLAN);
    assert_eq!(shop.remembered(), 5, "what was found before is still true");
    shop.write("two.json", &CLUSTER.replace("[1-2]", "[1-3]"));
    assert_eq!(shop.remembered(), 0, "every case is about the cluster");
    shop.write("two.json", CLUSTER);
    shop.write(
        "suite.json",
        &SUITE.replace("\"calm\": true", "\"calm\": false"),
    );
    assert_eq!(shop.remembered(), 4, "one case asks something else");
    shop.write("suite.json", &SUITE.replace("\"cost\": 2", "\"cost\": 7"));
    assert_eq!(
        shop.remembered(),
        5,
        "another expectation asks nothing else"
    );
    shop.write("suite.json", SUITE);
    shop.write(
        "shop.rules",
        &RULES.replace("fault fire", "/// Smoke.\nfault fire"),
    );
    assert_eq!(shop.remembered(), 0, "every case is about the rules");
}

#[test]
fn what_is_damaged_is_not_believed() {
    let shop = Shop::new("damaged");
    assert_eq!(shop.remembered(), 0);
    let sound = shop.json(&[])["cases"].clone();
    let entries = shop.entries();
    assert_eq!(entries.len(), 5);
    let damages: [fn(&str) -> String; 5] = [
        |_| String::new(),
        |text| text[..text.len() / 2].to_owned(),
        |text| {
            text.replace("holds", "violated")
                .replace("\"cost\":2", "\"cost\":3")
        },
        |text| text.replacen('\n', "\n ", 1),
        |text| format!("{text}\n"),
    ];
    for damage in damages {
        for entry in &entries {
            let text = fs::read_to_string(entry).unwrap();
            fs::write(entry, damage(&text)).unwrap();
        }
        let report = shop.json(&[]);
        let left = report["volatile"]["remembered"].as_u64().unwrap();
        let whole = entries.iter().filter(|entry| {
            let text = fs::read_to_string(entry).unwrap();
            damage(&text) == text
        });
        assert!(left <= whole.count() as u64, "{left} were believed");
        assert_eq!(report["cases"], sound);
    }
    // One answer in the place of another.
    fs::copy(&entries[0], &entries[1]).unwrap();
    let report = shop.json(&[]);
    assert_eq!(report["volatile"]["remembered"], 4);
    assert_eq!(report["cases"], sound);
}

#[test]
fn blessing_writes_what_came_out_and_leaves_the_rest_alone() {
    let shop = Shop::new("blessed");
    let wrong = SUITE
        .replace("\"states\": 16", "\"states\": 15")
        .replace("3, 4 fire(W2)", "3 fire(W2)")
        .replace("\"cost\": 2, \"steps\": 2", "\"steps\": 4");
    shop.write("suite.json", &wrong);
    let output = shop.run(&["--bless"]);
    assert_eq!(output.status.code(), Some(0));
    assert!(text(&output.stdout).contains("states: expected 15, found 16"));
    assert!(
        text(&output.stderr).contains("3 expectations were written into `./suite.json`"),
        "{output:?}"
    );
    let right = SUITE.replace("\"cost\": 2, ", "");
    assert_eq!(shop.read("suite.json"), right);
    assert_eq!(shop.run(&[]).status.code(), Some(0));
    assert_eq!(shop.run(&["--bless"]).status.code(), Some(0));
    assert_eq!(shop.read("suite.json"), right);
}

#[test]
fn what_a_limit_ended_is_not_blessed() {
    let shop = Shop::new("limited");
    let output = shop.run(&["--bless", "--max-states", "3"]);
    assert_eq!(output.status.code(), Some(3));
    assert_eq!(shop.read("suite.json"), SUITE);
}

#[test]
fn only_a_suite_that_asks_for_itself_is_blessed() {
    let shop = Shop::new("refused");
    let output = shop.run(&["--bless", "--policy", "calm=on"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("leave the options out"));
    let output = Command::new(env!("CARGO_BIN_EXE_rollproof"))
        .args(["regress", "exchange-core", "--bless"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("not a file"), "{output:?}");
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let shop = Shop::new("threads");
    let mut reports: Vec<Value> = ["1", "2", "7"]
        .iter()
        .map(|threads| shop.json(&["--no-cache", "--threads", threads]))
        .collect();
    for report in &mut reports {
        report["volatile"] = Value::Null;
    }
    assert_eq!(reports[0], reports[1]);
    assert_eq!(reports[0], reports[2]);
}
