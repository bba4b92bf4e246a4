//! The documents cannot go stale. A document is read as its reader reads it, from top to bottom: the files that it tells to
//! write are written, and each console session runs on the files as they are at that place. Rules that stand alone must
//! have no errors.
//!
//! Files are named in the line before their block, which begins with one of these:
//!
//! - ``Write `pair.json` `` makes or replaces the file,
//! - ``Add to `ledger.rules` `` puts the block after what the file holds, with an empty line between,
//! - ``Change `ledger.rules` `` takes the block for a difference: the lines with `-` and those without a mark must stand in
//!   the file once, together, and are replaced by those with `+` and those without a mark.
//!
//! With `TRYCMD=overwrite` the outputs in the documents are written anew.

#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot read its files has failed"
)]

use std::path::{Path, PathBuf};

use rollproof::language::read_rules;
use rollproof::language::source::Source;

#[test]
fn the_sessions_of_the_readme_run_as_written() {
    follow("README.md");
}

#[test]
fn whoever_follows_the_tutorial_sees_what_it_shows() {
    follow("docs/tutorial.md");
}

#[test]
fn the_examples_of_the_meaning_come_out_as_written() {
    follow("docs/meaning.md");
}

#[test]
fn what_is_said_of_exposure_comes_out_as_written() {
    follow("docs/exposure.md");
}

#[test]
fn whoever_maintains_rules_sees_what_is_shown() {
    follow("docs/maintainers.md");
}

#[test]
fn the_sessions_of_the_pages_about_kafka_and_its_like_run_as_written() {
    for product in ["kafka", "kubernetes", "elasticsearch", "sql-server-fci"] {
        follow(&format!("docs/library/{product}.md"));
    }
}

#[test]
fn the_best_plans_come_out_as_written() {
    follow("docs/planning.md");
}

#[test]
fn the_page_about_etcd_shows_what_comes_out() {
    follow("docs/library/etcd.md");
}

#[test]
fn the_page_about_redis_shows_what_comes_out() {
    follow("docs/library/redis.md");
}

#[test]
fn the_page_about_rabbitmq_shows_what_comes_out() {
    follow("docs/library/rabbitmq.md");
}

#[test]
fn the_page_about_vault_shows_what_comes_out() {
    follow("docs/library/vault.md");
}

#[test]
fn rules_in_documents_have_no_errors() {
    let mut alone = 0;
    for document in documents() {
        for block in blocks(&document.text) {
            if block.language == "rules" && block.file.is_none() {
                alone += 1;
                let place = format!("{}:{}", document.path, block.line);
                assert_readable(&place, &block.lines.concat());
            }
        }
    }
    assert!(alone > 5, "the examples of docs/language.md are missing");
}

#[test]
fn links_between_documents_lead_somewhere() {
    for document in documents() {
        let folder = root().join(&document.path);
        let folder = folder.parent().unwrap();
        for target in links(&document.text) {
            let file = target.split('#').next().unwrap();
            assert!(
                file.is_empty() || folder.join(file).exists(),
                "{}: nothing is at {target}",
                document.path
            );
        }
    }
}

struct Document {
    /// From the root of the repository.
    path: String,
    text: String,
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn document(path: &str) -> Document {
    Document {
        path: path.to_owned(),
        text: std::fs::read_to_string(root().join(path)).unwrap(),
    }
}

/// The README and everything in docs, in order.
fn documents() -> Vec<Document> {
    let mut paths = vec!["README.md".to_owned()];
    for folder in ["docs", "docs/library"] {
        for entry in std::fs::read_dir(root().join(folder)).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            if name.ends_with(".md") {
                paths.push(format!("{folder}/{name}"));
            }
        }
    }
    paths.sort();
    paths.iter().map(|path| document(path)).collect()
}

/// A fenced block of a document.
struct Block {
    language: String,
    /// What the line before it says about a file.
    file: Option<(Mode, String)>,
    /// The line of the opening fence, from 1.
    line: usize,
    /// What is between the fences, each line with its end.
    lines: Vec<String>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    Write,
    Add,
    Change,
}

fn blocks(text: &str) -> Vec<Block> {
    let mut found = Vec::new();
    let mut before = "";
    let mut lines = text.split_inclusive('\n').enumerate();
    while let Some((number, line)) = lines.next() {
        if let Some(language) = line.strip_prefix("```") {
            let content = lines.by_ref().map(|(_, line)| line);
            found.push(Block {
                language: language.trim_end().to_owned(),
                file: file_named(before),
                line: number + 1,
                lines: content
                    .take_while(|line| !line.starts_with("```"))
                    .map(str::to_owned)
                    .collect(),
            });
            before = "";
        } else if !line.trim().is_empty() {
            before = line;
        }
    }
    found
}

fn file_named(line: &str) -> Option<(Mode, String)> {
    let modes = [
        ("Write `", Mode::Write),
        ("Add to `", Mode::Add),
        ("Change `", Mode::Change),
    ];
    modes.iter().find_map(|(words, mode)| {
        let (name, _) = line.strip_prefix(words)?.split_once('`')?;
        Some((*mode, name.to_owned()))
    })
}

/// Does what a document says, in a folder of its own.
fn follow(path: &str) {
    let document = document(path);
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("docs")
        .join(path.trim_end_matches(".md"));
    let _ = std::fs::remove_dir_all(&folder);
    let files = folder.join("session.in");
    std::fs::create_dir_all(&files).unwrap();
    let mut text = document.text.clone();
    let mut sessions = 0;
    for place in 0..blocks(&text).len() {
        let block = &blocks(&text)[place];
        let position = format!("{path}:{}", block.line);
        if let Some((mode, name)) = &block.file {
            write(&position, *mode, &files.join(name), block);
        } else if block.language == "console" {
            sessions += 1;
            text = run(&folder, &text, block);
        }
    }
    assert!(sessions > 0, "{path} shows no session");
    if text != document.text {
        std::fs::write(root().join(path), &text).unwrap();
    }
    for entry in std::fs::read_dir(&files).unwrap() {
        let file = entry.unwrap().path();
        if file.extension().is_some_and(|ending| ending == "rules") {
            let rules = std::fs::read_to_string(&file).unwrap();
            assert_readable(&file.display().to_string(), &rules);
        }
    }
}

fn write(position: &str, mode: Mode, file: &Path, block: &Block) {
    let marked = |mark: char| -> String {
        let other = if mark == '-' { '+' } else { '-' };
        let kept = block.lines.iter().filter(|line| !line.starts_with(other));
        kept.map(|line| line.get(1..).unwrap_or("\n")).collect()
    };
    let content = match mode {
        Mode::Write => block.lines.concat(),
        Mode::Add => std::fs::read_to_string(file).unwrap() + "\n" + &block.lines.concat(),
        Mode::Change => {
            let old = std::fs::read_to_string(file).unwrap();
            let from = marked('-');
            assert_eq!(old.matches(&from).count(), 1, "{position}: {from}");
            old.replace(&from, &marked('+'))
        }
    };
    std::fs::write(file, content).unwrap();
}

/// Runs one session of a document, at its line so that differences are told with their places. The document after it, which
/// is another one only where outputs are overwritten.
fn run(folder: &Path, text: &str, block: &Block) -> String {
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let end = block.line + block.lines.len() + 1;
    let above = "\n".repeat(block.line - 1);
    let session: PathBuf = folder.join("session.md");
    std::fs::write(&session, above + &lines[block.line - 1..end].concat()).unwrap();
    trycmd::TestCases::new()
        .env("ROLLPROOF_CACHE", "")
        .case(&session)
        .run();
    let after = std::fs::read_to_string(&session).unwrap();
    let after = after.trim_start_matches('\n');
    let (head, tail) = (&lines[..block.line - 1], &lines[end..]);
    head.concat() + after + &tail.concat()
}

fn assert_readable(place: &str, rules: &str) {
    let source = Source::new(place, rules);
    let (rules, diagnostics) = read_rules(&source);
    let messages: Vec<&str> = diagnostics.list.iter().map(|d| &*d.message).collect();
    assert!(rules.is_some(), "{place}: {messages:?}");
}

/// The targets of links to files of the repository.
fn links(text: &str) -> Vec<&str> {
    text.split("](")
        .skip(1)
        .filter_map(|rest| rest.split(')').next())
        .filter(|target| !target.contains("://") && !target.contains(char::is_whitespace))
        .collect()
}
