//! What `new` has laid out, and what to type next.

use std::borrow::Cow;

use serde::Serialize;

use crate::model::template::Starter;

use super::json;
use super::words::{count, visible};

/// Folders with more files than this are told by their number.
const LISTED: usize = 3;

/// For people.
#[must_use]
pub fn human(starter: &Starter, folder: &str) -> String {
    let mut text = format!("new {}\n", visible(folder));
    for line in lines(starter) {
        text.push_str(&format!("  {}\n", visible(&within(folder, &line))));
    }
    text.push_str("\nnext\n");
    let next = next(starter, folder);
    let width = next
        .iter()
        .map(|(command, _)| command.chars().count())
        .max();
    for (command, what) in &next {
        let command = visible(command);
        let width = width.unwrap_or_default();
        text.push_str(&format!("  {command:width$}  {what}\n"));
    }
    text
}

/// For programs.
#[must_use]
pub fn json(starter: &Starter, folder: &str) -> String {
    #[derive(Serialize)]
    struct New<'a> {
        folder: &'a str,
        files: Vec<String>,
        next: Vec<String>,
    }
    let files = starter.files.iter();
    let new = New {
        folder,
        files: files.map(|file| within(folder, &file.path)).collect(),
        next: next(starter, folder).into_iter().map(|n| n.0).collect(),
    };
    json::list("new", "new", &new)
}

/// The files, and the number of them where a folder has many.
fn lines(starter: &Starter) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for file in &starter.files {
        let Some((folder, _)) = file.path.split_once('/') else {
            lines.push(file.path.clone());
            continue;
        };
        let within = format!("{folder}/");
        let inside = starter.files.iter().map(|f| &f.path);
        let number = inside.filter(|path| path.starts_with(&within)).count();
        if number <= LISTED {
            lines.push(file.path.clone());
        } else {
            let line = format!("{within}  {}", count(number as u64, "file"));
            if lines.last() != Some(&line) {
                lines.push(line);
            }
        }
    }
    lines
}

fn within(folder: &str, path: &str) -> String {
    format!("{}/{path}", folder.trim_end_matches('/'))
}

/// What to type next, with what it is for.
fn next(starter: &Starter, folder: &str) -> Vec<(String, &'static str)> {
    let cluster = typed(&within(folder, &starter.cluster)).into_owned();
    let suite = typed(&within(folder, "suite.json")).into_owned();
    vec![
        (
            format!("rollproof check {cluster}"),
            "can anything that the rules allow go wrong?",
        ),
        (
            format!("rollproof plan {cluster}"),
            "the shortest safe way, as a runbook",
        ),
        (
            format!("rollproof regress {suite}"),
            "does everything come out as expected?",
        ),
    ]
}

/// A path as it is typed: in quotes where a shell would take it apart, never like an option.
fn typed(path: &str) -> Cow<'_, str> {
    let plain = |c: char| c.is_alphanumeric() || "/._-\\:+@,".contains(c);
    let path: Cow<'_, str> = if path.starts_with('-') {
        format!("./{path}").into()
    } else {
        path.into()
    };
    if path.chars().all(plain) {
        path
    } else {
        format!("'{}'", path.replace('\'', r"'\''")).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_shell_would_take_apart_is_quoted() {
        assert_eq!(typed("a/b.json"), "a/b.json");
        assert_eq!(typed("my product/b.json"), "'my product/b.json'");
        assert_eq!(typed("it's/b.json"), r"'it'\''s/b.json'");
        assert_eq!(typed("-x/b.json"), "./-x/b.json");
    }

    #[test]
    fn paths_have_one_slash_between() {
        assert_eq!(within("a/", "b"), "a/b");
        assert_eq!(within(".", "b"), "./b");
        assert_eq!(within("/", "b"), "/b");
    }

    #[test]
    fn large_folders_are_told_by_their_number() {
        let files = ["a/1", "a/2", "a/3", "a/4", "b/1", "c"];
        let starter = Starter {
            files: files
                .map(|path| crate::model::template::StarterFile {
                    path: path.to_owned(),
                    text: String::new(),
                })
                .into(),
            cluster: "b/1".to_owned(),
        };
        assert_eq!(lines(&starter), ["a/  4 files", "b/1", "c"]);
    }
}
