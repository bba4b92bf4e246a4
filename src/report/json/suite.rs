//! The answer of `regress` in the JSON report.

use serde::Serialize;

use crate::report::Loaded;
use crate::tasks::outcome::{CaseAnswer, Difference, SuiteAnswer};

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
    volatile: Volatile,
}

#[derive(Serialize)]
struct Case<'a> {
    name: &'a str,
    command: &'static str,
    subject: &'a str,
    as_expected: bool,
    differences: Vec<Differing<'a>>,
    answer: Body<'a>,
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
            volatile,
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
            answer: Body::of(&case.answer, None),
        }
    }
}
