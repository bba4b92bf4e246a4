//! The house: which room may know which. One crate gives no help from the compiler, so this reads the `use` lines.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::{Path, PathBuf};

/// The rooms in the order of the pipeline; each knows only those before it. `commands` and `main` are the last room.
const ROOMS: [&str; 9] = [
    "language",
    "model",
    "semantics",
    "engine",
    "search",
    "tasks",
    "report",
    "import",
    "commands",
];

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn room_sources(room: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(room);
    if folder.is_dir() {
        sources(&folder)
    } else {
        Vec::new()
    }
}

/// The code without the test module at its end, comments and doc comments.
fn code(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap();
    let production = text.split("#[cfg(test)]\nmod tests").next().unwrap_or("");
    production
        .lines()
        .map(|line| line.split("//").next().unwrap_or(""))
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn every_room_knows_only_the_rooms_before_it() {
    let mut wrong = Vec::new();
    let mut looked_at = 0;
    for (place, room) in ROOMS.iter().enumerate() {
        for path in room_sources(room) {
            looked_at += 1;
            let code = code(&path);
            for later in &ROOMS[place + 1..] {
                for name in [format!("crate::{later}::"), format!("rollproof::{later}::")] {
                    if code.contains(&name) {
                        wrong.push(format!("{} uses {name}", path.display()));
                    }
                }
            }
        }
    }
    assert!(looked_at > 30, "only {looked_at} files were found");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_interpreter_and_the_engine_share_nothing_but_the_ground_model() {
    for (room, other) in [("semantics", "engine"), ("engine", "semantics")] {
        for path in room_sources(room) {
            let code = code(&path);
            assert!(
                !code.contains(&format!("crate::{other}")),
                "{} uses {other}",
                path.display()
            );
        }
    }
}

/// What the searches may know of the engine: words, and where they are kept.
const WORDS: [&str; 3] = ["packed", "store", "hasher"];

#[test]
fn the_search_knows_no_cluster() {
    for path in room_sources("search") {
        let mut code = code(&path);
        for file in WORDS {
            code = code.replace(&format!("crate::engine::{file}"), "");
        }
        for room in ["language", "model", "semantics", "engine"] {
            assert!(
                !code.contains(&format!("crate::{room}")),
                "{} uses {room}",
                path.display()
            );
        }
    }
}

#[test]
fn what_the_search_knows_of_the_engine_knows_no_cluster_either() {
    let engine = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/engine");
    let wordy = |path: &PathBuf| {
        let inside = path.strip_prefix(&engine).unwrap().iter().next().unwrap();
        let name = inside.to_string_lossy();
        WORDS.contains(&name.trim_end_matches(".rs"))
    };
    let files: Vec<PathBuf> = room_sources("engine").into_iter().filter(wordy).collect();
    assert!(files.len() > WORDS.len(), "{files:?}");
    for path in files {
        let code = code(&path);
        for room in ["language", "model", "engine"] {
            assert!(
                !code.contains(&format!("crate::{room}")),
                "{}",
                path.display()
            );
        }
    }
}

#[test]
fn foreign_formats_know_no_rules_and_no_answer() {
    let files = room_sources("import");
    assert!(!files.is_empty());
    for path in files {
        let code = code(&path);
        for room in ["semantics", "engine", "search", "tasks", "report"] {
            assert!(
                !code.contains(&format!("crate::{room}")),
                "{} uses {room}",
                path.display()
            );
        }
    }
}

#[test]
fn every_file_says_what_it_is_about() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for path in sources(&source) {
        let text = fs::read_to_string(&path).unwrap();
        assert!(
            text.starts_with("//! "),
            "{} does not begin with a `//!` line",
            path.display()
        );
    }
}

#[test]
fn the_hasher_has_one_alias() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let users: Vec<PathBuf> = sources(&source)
        .into_iter()
        .filter(|path| code(path).contains("fxhash"))
        .collect();
    assert_eq!(users.len(), 1, "{users:?}");
    assert!(users[0].ends_with("engine/hasher.rs"));
}
