//! What differs between two versions of rules, in the JSON report.

use serde::Serialize;

use crate::language::source::{Source, Span};
use crate::report::Loaded;
use crate::tasks::difference::findings::{Compared, Finding, OnCase, OnCluster};
use crate::tasks::outcome::Difference;

use super::diagnostics::{self, Diagnostic};
use super::run::Run;
use super::{Head, Read, Volatile, answer, inputs};

#[derive(Serialize)]
pub(super) struct Report<'a> {
    #[serde(flatten)]
    head: Head<'a>,
    old: &'a str,
    new: &'a str,
    verdict: &'static str,
    inputs: Vec<Read>,
    clusters: Vec<Cluster<'a>>,
    cases: Vec<Case<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sizes: Option<Sizes<'a>>,
    diagnostics: Vec<Diagnostic<'a>>,
    volatile: Volatile,
}

#[derive(Serialize)]
struct Sizes<'a> {
    up_to: &'a str,
    clusters: usize,
    smallest: Option<Cluster<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stopped_by: Option<&'static str>,
}

#[derive(Serialize)]
struct Cluster<'a> {
    subject: &'a str,
    model: answer::Model<'a>,
    same: bool,
    differences: Vec<Differing<'a>>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    compared_without: &'a [String],
    common_states: Option<u64>,
    up_to_names: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    plan_as_before: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stopped_by: Option<&'static str>,
}

#[derive(Serialize)]
struct Differing<'a> {
    sort: String,
    rule: &'a str,
    what: &'a str,
    old: &'a str,
    new: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    states: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    run: Option<Run<'a>>,
    #[serde(flatten)]
    place: Option<Place<'a>>,
}

/// A place in a text, as diagnostics have it.
#[derive(Serialize)]
pub(super) struct Place<'a> {
    file: &'a str,
    line: usize,
    column: usize,
}

impl<'a> Place<'a> {
    pub(super) fn of(source: &'a Source, span: Span) -> Self {
        let (line, column) = source.position(span.start);
        Self {
            file: &source.name,
            line,
            column,
        }
    }
}

#[derive(Serialize)]
struct Case<'a> {
    name: &'a str,
    command: &'static str,
    subject: &'a str,
    changes: Vec<Changed<'a>>,
    runs: Vec<Against<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stopped_by: Option<&'static str>,
}

#[derive(Serialize)]
struct Changed<'a> {
    what: &'a str,
    old: &'a str,
    new: &'a str,
}

#[derive(Serialize)]
struct Against<'a> {
    property: &'a str,
    rules: &'static str,
    trace: Run<'a>,
}

impl<'a> Report<'a> {
    pub(super) fn of(found: &'a Compared, loaded: Loaded<'a>, volatile: Volatile) -> Self {
        Self {
            head: Head::of("regress"),
            old: &found.old,
            new: &found.new,
            verdict: found.verdict.text(),
            inputs: inputs(loaded),
            clusters: found.clusters.iter().map(Cluster::of).collect(),
            cases: found.cases.iter().map(Case::of).collect(),
            sizes: found.sizes.as_ref().map(|tried| Sizes {
                up_to: &tried.up_to,
                clusters: tried.clusters,
                smallest: tried.found.as_ref().map(Cluster::of),
                stopped_by: tried.stopped.map(crate::report::words::stop),
            }),
            diagnostics: diagnostics::all(loaded.warnings),
            volatile,
        }
    }
}

impl<'a> Cluster<'a> {
    fn of(found: &'a OnCluster) -> Self {
        Self {
            subject: &found.subject,
            model: answer::Model::of(&found.model),
            same: found.is_same(),
            differences: found.findings.iter().map(Differing::of).collect(),
            compared_without: &found.apart,
            common_states: found.states,
            up_to_names: found.up_to_names,
            plan_as_before: found.plan_as_before,
            stopped_by: found.stopped.map(crate::report::words::stop),
        }
    }
}

impl<'a> Differing<'a> {
    fn of(finding: &'a Finding) -> Self {
        Self {
            sort: finding.sort.text().replace(' ', "_"),
            rule: &finding.rule,
            what: &finding.what,
            old: &finding.old,
            new: &finding.new,
            states: finding.states,
            run: finding.run.as_ref().map(Run::of),
            place: finding
                .place
                .as_ref()
                .map(|(source, span)| Place::of(source, *span)),
        }
    }
}

impl<'a> Case<'a> {
    fn of(case: &'a OnCase) -> Self {
        let changed = |change: &'a Difference| Changed {
            what: &change.what,
            old: &change.expected,
            new: &change.found,
        };
        Self {
            name: &case.name,
            command: case.task.key(),
            subject: &case.subject,
            changes: case.changes.iter().map(changed).collect(),
            runs: case
                .runs
                .iter()
                .map(|(property, new, trace)| Against {
                    property,
                    rules: if *new { "new" } else { "old" },
                    trace: Run::of(trace),
                })
                .collect(),
            stopped_by: case.stopped.map(crate::report::words::stop),
        }
    }
}
