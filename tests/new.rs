//! Whoever starts with `new` starts with something that passes, and that stands alone: every name in it leads to a file of
//! the same folder.

#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot read its files has failed"
)]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use rollproof::language::diagnostic::Diagnostics;
use rollproof::model::library::Library;
use rollproof::model::loader::Loader;
use rollproof::model::lookup::Location;
use rollproof::model::settings::Overrides;

fn run(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_rollproof"))
        .args(arguments)
        .current_dir(folder)
        .env("ROLLPROOF_CACHE", "")
        .output()
        .unwrap()
}

fn passes(folder: &Path, arguments: &[&str]) {
    let output = run(folder, arguments);
    let told = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(
        output.status.success(),
        "{arguments:?} in {}: {}{}",
        folder.display(),
        told(&output.stdout),
        told(&output.stderr)
    );
}

/// What `new` writes with these options, in a folder of this test's own.
fn started(name: &str, options: &[&str]) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("new");
    std::fs::create_dir_all(&folder).unwrap();
    let _ = std::fs::remove_dir_all(folder.join(name));
    passes(&folder, &[&["new", name], options].concat());
    folder.join(name)
}

/// The commands that the README of a start tells to type, without what they are for.
fn told_commands(folder: &Path) -> Vec<Vec<String>> {
    let readme = std::fs::read_to_string(folder.join("README.md")).unwrap();
    let commands = readme.lines().filter_map(|line| {
        let command = line.strip_prefix("    rollproof ")?;
        let command = command.split("  ").next().unwrap();
        Some(command.split(' ').map(str::to_owned).collect())
    });
    commands.collect()
}

fn models() -> Vec<String> {
    let models = Library::built_in().models();
    models.into_iter().map(|model| model.name).collect()
}

#[test]
fn every_command_of_the_template_passes() {
    let folder = started("template", &[]);
    let commands = told_commands(&folder);
    assert_eq!(commands.len(), 5);
    for command in &commands {
        let words: Vec<&str> = command.iter().map(String::as_str).collect();
        passes(&folder, &words);
    }
}

#[test]
fn the_suite_of_the_template_tests_its_rules() {
    let folder = started("mutated", &[]);
    passes(
        &folder,
        &["regress", "suite.json", "--mutate", "--at-least", "85"],
    );
}

#[test]
fn a_copy_of_any_model_can_be_planned_at_once() {
    for model in models() {
        let folder = started(&format!("plan-{model}"), &["--like", &model]);
        let commands = told_commands(&folder);
        assert_eq!(commands.len(), 3);
        for command in &commands {
            let words: Vec<&str> = command.iter().map(String::as_str).collect();
            // The suites of the library are run where they are.
            if words[0] != "regress" {
                passes(&folder, &words);
            }
        }
    }
}

#[test]
fn the_suite_of_a_copy_passes() {
    let folder = started("exchange-2000", &["--like", "exchange-2000"]);
    passes(&folder, &["regress", "suite.json"]);
}

#[test]
fn every_name_in_a_copy_leads_to_the_copy() {
    let mut wrong = Vec::new();
    for model in models() {
        let folder = started(&format!("load-{model}"), &["--like", &model]);
        let mut loader = Loader::default();
        wrong.extend(load_all(&mut loader, &folder, &model));
        for input in loader.read() {
            let here = matches!(&input.location, Location::File(path) if path.starts_with(&folder));
            if !here {
                wrong.push(format!("{model} reads {}", input.location.path()));
            }
        }
        let rules = std::fs::read_dir(folder.join("clusters")).unwrap().count();
        assert!(loader.read().len() > rules, "{model}");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Loads everything in a folder; what is wrong with it.
fn load_all(loader: &mut Loader, folder: &Path, model: &str) -> Vec<String> {
    let none = Overrides::default();
    let mut wrong = Vec::new();
    let mut told = |found: &Diagnostics| {
        let list = found.list.iter();
        wrong.extend(list.map(|d| format!("{model}: {}", d.message)));
    };
    for cluster in json_files(&folder.join("clusters")) {
        told(&loader.load_cluster(&cluster, &none).1);
    }
    for plan in json_files(&folder.join("plans")) {
        told(&loader.load_plan(&plan, &none).1);
    }
    let (suite, found) = loader.load_suite(folder.join("suite.json").to_str().unwrap());
    told(&found);
    let suite = suite.unwrap();
    for case in &suite.cases {
        told(&loader.load_case(&suite, case, &none).1);
    }
    wrong
}

fn json_files(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut paths: Vec<String> = entries
        .map(|entry| entry.unwrap().path().to_str().unwrap().to_owned())
        .collect();
    paths.sort();
    paths
}
