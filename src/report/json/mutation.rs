//! Which rules does nobody test, in the JSON report.

use serde::Serialize;
use serde_json::Value;

use crate::report::Loaded;
use crate::report::words::stop;
use crate::tasks::regress::mutation::{Fate, Score, Tried};
use crate::tasks::regress::suggestion::Suggestion;

use super::diagnostics::{self, Diagnostic};
use super::run::Run;
use super::versions::Place;
use super::{Head, Read, Volatile, inputs};

#[derive(Serialize)]
pub(super) struct Report<'a> {
    #[serde(flatten)]
    head: Head<'a>,
    subject: &'a str,
    verdict: &'static str,
    inputs: Vec<Read>,
    cases: usize,
    score: Percent,
    mutants: Vec<Mutated<'a>>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    unexpected: &'a [String],
    diagnostics: Vec<Diagnostic<'a>>,
    volatile: Volatile,
}

#[derive(Serialize)]
struct Percent {
    noticed: usize,
    counted: usize,
    percent: u32,
    at_least: u32,
}

#[derive(Serialize)]
struct Mutated<'a> {
    rule: &'a str,
    change: &'static str,
    text: &'a str,
    #[serde(flatten)]
    place: Place<'a>,
    fate: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    case: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stopped_by: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    suggestion: Option<Suggested<'a>>,
}

#[derive(Serialize)]
struct Suggested<'a> {
    cluster: &'a str,
    sort: String,
    what: &'a str,
    old: &'a str,
    new: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    run: Option<Run<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    plan: Option<&'a Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    case: Option<&'a Value>,
}

impl<'a> Report<'a> {
    pub(super) fn of(score: &'a Score, loaded: Loaded<'a>, volatile: Volatile) -> Self {
        Self {
            head: Head::of("regress"),
            subject: &score.subject,
            verdict: score.verdict.text(),
            inputs: inputs(loaded),
            cases: score.cases,
            score: Percent {
                noticed: score.noticed(),
                counted: score.counted(),
                percent: score.percent(),
                at_least: score.at_least,
            },
            mutants: score.mutants.iter().map(Mutated::of).collect(),
            unexpected: &score.unexpected,
            diagnostics: diagnostics::all(loaded.warnings),
            volatile,
        }
    }
}

impl<'a> Mutated<'a> {
    fn of(tried: &'a Tried) -> Self {
        let (source, span) = tried.place();
        let mut told = Self {
            rule: &tried.mutant.rule,
            change: tried.mutant.change,
            text: source.slice(span),
            place: Place::of(source, span),
            fate: "noticed",
            case: None,
            stopped_by: None,
            suggestion: None,
        };
        match &tried.fate {
            Fate::Noticed(case) => told.case = Some(case),
            Fate::Survives(suggestion) => {
                told.fate = "survives";
                told.suggestion = suggestion.as_deref().map(Suggested::of);
            }
            Fate::Equivalent => told.fate = "equivalent",
            Fate::Open(limit) => {
                told.fate = "open";
                told.stopped_by = Some(stop(*limit));
            }
        }
        told
    }
}

impl<'a> Suggested<'a> {
    fn of(suggestion: &'a Suggestion) -> Self {
        let finding = &suggestion.finding;
        Self {
            cluster: &suggestion.cluster,
            sort: finding.sort.text().replace(' ', "_"),
            what: &finding.what,
            old: &finding.old,
            new: &finding.new,
            run: finding.run.as_ref().map(Run::of),
            plan: suggestion.plan.as_ref(),
            case: suggestion.case.as_ref(),
        }
    }
}
