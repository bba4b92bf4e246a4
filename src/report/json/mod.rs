//! The JSON report: stable, versioned, documented in `docs/reports.md`. Only this room knows its shape.
//!
//! The types here are the contract; they are written by hand so that answers may change without changing what programs
//! read. Keys come in the order of the fields. What may differ between two runs is under `volatile` and nowhere else.

mod answer;
mod diagnostics;
mod exposure;
mod lanes;
mod mutation;
mod observed;
mod optimum;
mod promise;
mod remedies;
mod run;
mod suite;
mod versions;

pub(super) use run::Item;
use serde::Serialize;
use serde_json::Value;

use crate::language::diagnostic::Diagnostic;
use crate::model::loader::Input;
use crate::tasks::difference::findings::Compared;
use crate::tasks::outcome::{Answer, SuiteAnswer};
use crate::tasks::regress::mutation::Score;

use super::Loaded;

/// The version of the report's shape: it grows when something that was there changes or goes.
pub const SCHEMA: u32 = 1;

/// What differs from run to run.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Volatile {
    /// How long it took.
    pub seconds: f64,
    /// The most memory the program had.
    pub peak_bytes: u64,
}

/// What every report begins with.
#[derive(Serialize)]
struct Head<'a> {
    tool: &'static str,
    version: &'static str,
    schema: u32,
    command: &'a str,
}

impl<'a> Head<'a> {
    const fn of(command: &'a str) -> Self {
        Self {
            tool: "rollproof",
            version: env!("CARGO_PKG_VERSION"),
            schema: SCHEMA,
            command,
        }
    }
}

/// The report of `check`, `verify` and `plan`.
#[must_use]
pub fn answer(answer: &Answer, loaded: Loaded<'_>, volatile: Volatile) -> String {
    text(&answer::Report::of(answer, loaded, volatile))
}

/// The report of `regress`.
#[must_use]
pub fn suite(answer: &SuiteAnswer, loaded: Loaded<'_>, volatile: Volatile) -> String {
    text(&suite::Report::of(answer, loaded, volatile))
}

/// The report of `regress` between two versions of rules.
#[must_use]
pub fn versions(found: &Compared, loaded: Loaded<'_>, volatile: Volatile) -> String {
    text(&versions::Report::of(found, loaded, volatile))
}

/// The report of `regress --mutate`.
#[must_use]
pub fn mutation(score: &Score, loaded: Loaded<'_>, volatile: Volatile) -> String {
    text(&mutation::Report::of(score, loaded, volatile))
}

/// The answer of a case in that report, for a later run that needs not ask again.
#[must_use]
pub fn of_case(answer: &Answer) -> String {
    suite::of_case(answer)
}

/// The report where nothing was asked because the input is wrong, or where only the input was to be checked.
#[must_use]
pub fn diagnostics(command: &str, list: &[Diagnostic]) -> String {
    text(&diagnostics::Report::of(command, list))
}

/// The report where an internal check failed.
#[must_use]
pub fn internal(command: &str, message: &str) -> String {
    #[derive(Serialize)]
    struct Report<'a> {
        #[serde(flatten)]
        head: Head<'a>,
        verdict: &'static str,
        message: &'a str,
    }
    text(&Report {
        head: Head::of(command),
        verdict: "internal_error",
        message,
    })
}

/// A list that is no verdict: the built-in models, the diagnostics' codes.
#[must_use]
pub fn list<T: Serialize>(command: &str, key: &str, items: &T) -> String {
    let mut report = serde_json::Map::new();
    if let Ok(Value::Object(head)) = serde_json::to_value(Head::of(command)) {
        report.extend(head);
    }
    if let Ok(items) = serde_json::to_value(items) {
        report.insert(key.to_owned(), items);
    }
    text(&report)
}

pub(super) fn text<T: Serialize>(report: &T) -> String {
    let mut text = serde_json::to_string_pretty(report)
        .expect("a report has text keys and numbers that JSON can write");
    text.push('\n');
    text
}

/// A value in words as a cluster file would have it.
pub(super) fn scalar(text: &str) -> Value {
    match (text.parse::<bool>(), text.parse::<i64>()) {
        (Ok(value), _) => Value::Bool(value),
        (_, Ok(number)) => Value::Number(number.into()),
        _ => Value::String(text.to_owned()),
    }
}

/// Something that was read.
#[derive(Serialize)]
struct Read {
    kind: &'static str,
    path: String,
}

fn inputs(loaded: Loaded<'_>) -> Vec<Read> {
    let read = |input: &Input| Read {
        kind: input.kind.word(),
        path: input.location.path(),
    };
    loaded.inputs.iter().map(read).collect()
}
