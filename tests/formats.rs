//! What `regress` writes for other programs has the structure that these require: JUnit, SARIF 2.1.0, workflow annotations,
//! Markdown.
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
kind web { open: bool = true }
action close(w: web) { require w.open else \"{w} is <closed> & \\\"done\\\"\"; w.open = false }
action look(w: web) { require w.open else \"closed\" }
invariant some_open { some w in web: w.open }
goal shut { some w in web: not w.open }
";
const CLUSTER: &str = r#"{ "rules": "shop", "objects": { "web": { "W[1-2]": {} } } }"#;
const SUITE: &str = r#"{ "cases": [
    { "name": "right", "check": "two", "expect": { "verdict": "violated" } },
    { "name": "wrong: <a> & \"b\", 100%", "check": "two", "expect": { "properties": { "some_open": "holds" } } } ] }
"#;

fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("formats")
        .join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    for (name, text) in [
        ("shop.rules", RULES),
        ("two.json", CLUSTER),
        ("suite.json", SUITE),
    ] {
        fs::write(folder.join(name), text).unwrap();
    }
    folder
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_rollproof"))
        .current_dir(folder)
        .env("ROLLPROOF_CACHE", "")
        .stdin(Stdio::null())
        .args(arguments)
        .output()
        .unwrap()
}

/// The three things that `regress` tells, each with something to complain about.
const QUESTIONS: [&[&str]; 3] = [
    &["regress", "./suite.json"],
    &[
        "regress",
        "./suite.json",
        "./two.json",
        "--new",
        "new.rules",
    ],
    &["regress", "./good.json", "--mutate", "--suggest"],
];

fn asked(name: &str) -> PathBuf {
    let folder = folder(name);
    let new = RULES.replace(
        "require w.open else \"closed\"",
        "require not w.open else \"open\"",
    );
    fs::write(folder.join("new.rules"), new).unwrap();
    let good = SUITE.replace("\"holds\"", "\"violated\"");
    fs::write(folder.join("good.json"), good).unwrap();
    folder
}

/// An element of XML with what is in it.
#[derive(Debug)]
struct Element {
    name: String,
    attributes: Vec<(String, String)>,
    children: Vec<Element>,
    text: String,
}

impl Element {
    fn get(&self, name: &str) -> &str {
        let found = self.attributes.iter().find(|(key, _)| key == name);
        &found
            .unwrap_or_else(|| panic!("{} has no {name}", self.name))
            .1
    }

    fn all(&self, name: &str) -> usize {
        let own = usize::from(self.name == name);
        own + self.children.iter().map(|c| c.all(name)).sum::<usize>()
    }
}

/// A small parser of XML that takes nothing but what is well formed.
fn xml(text: &str) -> Element {
    let rest = text
        .strip_prefix("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n")
        .unwrap();
    let (element, rest) = element(rest);
    assert_eq!(rest.trim(), "");
    element
}

fn element(text: &str) -> (Element, &str) {
    let text = text.trim_start().strip_prefix('<').unwrap();
    let end = text.find([' ', '>', '/']).unwrap();
    let (name, mut rest) = text.split_at(end);
    let mut found = Element {
        name: name.to_owned(),
        attributes: Vec::new(),
        children: Vec::new(),
        text: String::new(),
    };
    loop {
        rest = rest.trim_start();
        if let Some(rest) = rest.strip_prefix("/>") {
            return (found, rest);
        }
        if let Some(inside) = rest.strip_prefix('>') {
            rest = inside;
            break;
        }
        let (key, value) = rest.split_once("=\"").unwrap();
        let (value, behind) = value.split_once('"').unwrap();
        assert!(
            found.attributes.iter().all(|(known, _)| known != key),
            "{key} twice"
        );
        found.attributes.push((key.to_owned(), unescaped(value)));
        rest = behind;
    }
    loop {
        let (words, behind) = rest.split_at(rest.find('<').unwrap());
        found.text.push_str(&unescaped(words));
        if let Some(behind) = behind.strip_prefix(&format!("</{name}>")) {
            return (found, behind);
        }
        let (child, behind) = element(behind);
        found.children.push(child);
        rest = behind;
    }
}

fn unescaped(text: &str) -> String {
    assert!(!text.contains(['<', '>']), "{text}");
    let mut found = String::new();
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once('&') {
        let (entity, behind) = behind.split_once(';').unwrap();
        found.push_str(before);
        found.push_str(match entity {
            "amp" => "&",
            "lt" => "<",
            "gt" => ">",
            "quot" => "\"",
            "#10" => "\n",
            "#9" => "\t",
            other => panic!("&{other};"),
        });
        rest = behind;
    }
    found + rest
}

#[test]
fn junit_is_well_formed_and_its_counts_are_right() {
    let folder = asked("junit");
    for question in QUESTIONS {
        let output = run(&folder, &[question, &["--format", "junit"]].concat());
        let text = String::from_utf8(output.stdout).unwrap();
        let root = xml(&text);
        assert_eq!(root.name, "testsuites");
        let mut cases = 0;
        for suite in &root.children {
            assert_eq!(suite.name, "testsuite");
            assert!(!suite.get("name").is_empty());
            for (attribute, element) in [
                ("tests", "testcase"),
                ("failures", "failure"),
                ("errors", "error"),
                ("skipped", "skipped"),
            ] {
                let counted = suite.get(attribute).parse::<usize>().unwrap();
                assert_eq!(counted, suite.all(element), "{attribute} in {text}");
            }
            let mut names: Vec<&str> = suite.children.iter().map(|c| c.get("name")).collect();
            let all = names.len();
            names.sort_unstable();
            names.dedup();
            assert_eq!(names.len(), all, "two cases have one name in {text}");
            for case in &suite.children {
                assert!(!case.get("classname").is_empty());
                assert!(case.children.len() <= 1);
                for outcome in case.children.iter().filter(|o| o.name != "skipped") {
                    assert!(!outcome.get("message").is_empty() && !outcome.get("type").is_empty());
                }
            }
            cases += suite.children.len();
        }
        assert_eq!(root.get("tests").parse::<usize>().unwrap(), cases);
        assert!(root.all("failure") > 0, "{text}");
        assert_eq!(output.status.code(), Some(1));
    }
    let output = run(&folder, &["regress", "./suite.json", "--format", "junit"]);
    let root = xml(&String::from_utf8(output.stdout).unwrap());
    let names: Vec<&str> = root.children[0]
        .children
        .iter()
        .map(|c| c.get("name"))
        .collect();
    assert_eq!(names, ["right", "wrong: <a> & \"b\", 100%"]);
}

#[test]
fn sarif_has_what_its_schema_requires() {
    let folder = asked("sarif");
    for question in QUESTIONS {
        let output = run(&folder, &[question, &["--format", "sarif"]].concat());
        let log: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(log["version"], "2.1.0");
        assert!(log["$schema"].as_str().unwrap().contains("sarif-2.1.0"));
        let runs = log["runs"].as_array().unwrap();
        assert_eq!(runs.len(), 1);
        let driver = &runs[0]["tool"]["driver"];
        assert_eq!(driver["name"], "rollproof");
        let rules = driver["rules"].as_array().unwrap();
        assert_eq!(runs[0]["columnKind"], "unicodeCodePoints");
        assert_eq!(runs[0]["invocations"][0]["executionSuccessful"], true);
        let results = runs[0]["results"].as_array().unwrap();
        assert!(!results.is_empty());
        let mut in_rules = 0;
        for result in results {
            let level = result["level"].as_str().unwrap();
            assert!(["none", "note", "warning", "error"].contains(&level));
            assert!(!result["message"]["text"].as_str().unwrap().is_empty());
            let rule = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
            assert_eq!(rules[rule]["id"], result["ruleId"]);
            assert!(rules[rule]["shortDescription"]["text"].is_string());
            for location in result["locations"].as_array().into_iter().flatten() {
                let place = &location["physicalLocation"];
                let file = place["artifactLocation"]["uri"].as_str().unwrap();
                assert!(folder.join(file).is_file(), "{file}");
                let number = |key: &str| place["region"][key].as_u64().unwrap();
                assert!(number("startLine") >= 1 && number("startColumn") >= 1);
                assert!(
                    (number("startLine"), number("startColumn"))
                        < (number("endLine"), number("endColumn"))
                );
                in_rules += usize::from(file.ends_with(".rules"));
            }
        }
        assert!(
            in_rules > 0,
            "no result is at its line of the rules: {log:#}"
        );
    }
}

#[test]
fn annotations_are_one_line_each() {
    let folder = asked("github");
    for question in QUESTIONS {
        let output = run(&folder, &[question, &["--format", "github"]].concat());
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(text.lines().count() > 1);
        for line in text.lines() {
            let (properties, _) = line.strip_prefix("::").unwrap().split_once("::").unwrap();
            let (command, properties) = properties.split_once(' ').unwrap();
            assert!(["error", "warning", "notice"].contains(&command), "{line}");
            for property in properties.split(',') {
                let (key, value) = property.split_once('=').unwrap();
                let keys = ["file", "line", "endLine", "col", "endColumn", "title"];
                assert!(keys.contains(&key) && !value.is_empty(), "{line}");
                assert!(!value.contains(':'), "{line}");
            }
        }
    }
    let output = run(&folder, &["regress", "./suite.json", "--format", "github"]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(
        text.contains("title=wrong%3A <a> & \"b\"%2C 100%25::"),
        "{text}"
    );
}

#[test]
fn markdown_has_a_row_for_each_failure() {
    let folder = asked("markdown");
    for question in QUESTIONS {
        let output = run(&folder, &[question, &["--format", "markdown"]].concat());
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(text.starts_with("### regress "), "{text}");
        let rows: Vec<&str> = text.lines().filter(|line| line.starts_with("| ")).collect();
        assert!(rows.len() > 2, "{text}");
        for row in rows {
            let bare = row.replace("\\|", "");
            assert_eq!(bare.matches('|').count(), 6, "{row}");
        }
        assert_eq!(
            text.matches("<details>").count(),
            text.matches("</details>").count()
        );
    }
}

#[test]
fn any_number_of_files_is_written_beside_the_answer() {
    let folder = asked("files");
    let arguments = [
        "regress",
        "./suite.json",
        "--output",
        "junit=a.xml",
        "--output",
        "sarif=a.sarif",
        "--output",
        "json=a.json",
        "--output",
        "human=a.txt",
    ];
    let output = run(&folder, &arguments);
    assert_eq!(output.status.code(), Some(1));
    let read = |name: &str| fs::read_to_string(folder.join(name)).unwrap();
    assert_eq!(read("a.txt"), String::from_utf8(output.stdout).unwrap());
    xml(&read("a.xml"));
    for name in ["a.sarif", "a.json"] {
        serde_json::from_str::<Value>(&read(name)).unwrap();
    }
}

#[test]
fn a_format_that_says_nothing_is_refused() {
    let folder = asked("refused");
    for arguments in [
        &["check", "./two.json", "--format", "sarif"][..],
        &["regress", "./suite.json", "--output", "junit"],
        &["regress", "./suite.json", "--output", "pdf=a.pdf"],
        &["regress", "./suite.json", "--output", "json=suite.json"],
    ] {
        let output = run(&folder, arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
    }
    assert_eq!(
        fs::read_to_string(folder.join("suite.json")).unwrap(),
        SUITE
    );
}

#[test]
fn what_a_limit_ended_is_no_success() {
    let folder = asked("limited");
    let limited = ["regress", "./suite.json", "--max-states", "1"];
    let output = run(&folder, &[&limited[..], &["--format", "junit"]].concat());
    assert_eq!(output.status.code(), Some(3));
    let root = xml(&String::from_utf8(output.stdout).unwrap());
    assert!(root.all("error") > 0);
    let output = run(&folder, &[&limited[..], &["--format", "sarif"]].concat());
    let log: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        log["runs"][0]["invocations"][0]["executionSuccessful"],
        false
    );
}
