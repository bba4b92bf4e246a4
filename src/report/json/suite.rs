//! The answer of `regress` in the JSON report.

use serde::Serialize;
use serde_json::Value;

use crate::report::Loaded;
use crate::tasks::outcome::{Answer, CaseAnswer, Difference, Evidence, SuiteAnswer};

use super::answer::Body;
use super::diagnostics::{self, Diagnostic};
use super::{Head, Read, Volatile, inputs};

#[derive(Serialize)]
pub(super) struct Report<'a> {
    #[serde(flatten)]
    head: Head<'a>,
    subject: &'a str,
    verdict: &'static str,
    inputs: Vec<Read>,
    cases: Vec<Case<'a>>,
    not_run: usize,
    diagnostics: Vec<Diagnostic<'a>>,
    volatile: WithMemory,
}

#[derive(Serialize)]
struct WithMemory {
    #[serde(flatten)]
    volatile: Volatile,
    remembered: usize,
}

#[derive(Serialize)]
struct Case<'a> {
    name: &'a str,
    command: &'static str,
    subject: &'a str,
    as_expected: bool,
    differences: Vec<Differing<'a>>,
    answer: Told<'a>,
}

/// The same, whether it was found now or earlier.
#[derive(Serialize)]
#[serde(untagged)]
enum Told<'a> {
    Now(Box<Body<'a>>),
    Earlier(Value),
}

/// The answer of a case as the report tells it, for a later run.
pub(super) fn of_case(answer: &Answer) -> String {
    super::text(&Body::of(answer, None))
}

#[derive(Serialize)]
struct Differing<'a> {
    what: &'a str,
    expected: &'a str,
    found: &'a str,
}

impl<'a> Report<'a> {
    pub(super) fn of(answer: &'a SuiteAnswer, loaded: Loaded<'a>, volatile: Volatile) -> Self {
        Self {
            head: Head::of("regress"),
            subject: &answer.subject,
            verdict: answer.verdict.text(),
            inputs: inputs(loaded),
            cases: answer.cases.iter().map(Case::of).collect(),
            not_run: answer.not_run,
            diagnostics: diagnostics::all(loaded.warnings),
            volatile: WithMemory {
                volatile,
                remembered: answer.remembered(),
            },
        }
    }
}

impl<'a> Case<'a> {
    fn of(case: &'a CaseAnswer) -> Self {
        let differing = |d: &'a Difference| Differing {
            what: &d.what,
            expected: &d.expected,
            found: &d.found,
        };
        Self {
            name: &case.name,
            command: case.task.key(),
            subject: &case.subject,
            as_expected: case.differences.is_empty(),
            differences: case.differences.iter().map(differing).collect(),
            answer: match &case.evidence {
                Evidence::Fresh(answer) => Told::Now(Box::new(Body::of(answer, None))),
                Evidence::Remembered(text) => {
                    Told::Earlier(serde_json::from_str(text).unwrap_or_default())
                }
            },
        }
    }
}
