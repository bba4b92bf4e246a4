//! What `regress` found as a list of items: what each is about, how it came out, and the place that explains it.

use crate::language::source::{Source, Span};
use crate::report::mutation::described as mutant_in_words;
use crate::report::paint::Paint;
use crate::report::suite::found as came_out;
use crate::report::trace;
use crate::report::versions::described as cluster_in_words;
use crate::report::words::stop;
use crate::tasks::difference::findings::{Compared, Finding, OnCase, OnCluster, Sort};
use crate::tasks::outcome::{CaseAnswer, SuiteAnswer, Verdict};
use crate::tasks::regress::mutation::{Fate, Score, Tried};

/// A list of items.
#[derive(Clone, Debug)]
pub struct Listing {
    /// What was asked: `regress exchange-2003`.
    pub title: String,
    /// How it came out in one line.
    pub summary: String,
    /// The verdict of the whole.
    pub verdict: Verdict,
    /// The items.
    pub items: Vec<Item>,
}

/// An item.
#[derive(Clone, Debug)]
pub struct Item {
    /// What sort of item: `case`, `newly_refused`, `mutant`.
    pub sort: String,
    /// The same in words.
    pub sort_text: &'static str,
    /// What it belongs to: the suite, the cluster, the rulebook.
    pub group: String,
    /// What it is about; no two items of a group have the same.
    pub name: String,
    /// How it came out.
    pub outcome: Outcome,
    /// Why, in one line; empty where it passed.
    pub message: String,
    /// Why, at length; may be empty.
    pub detail: String,
    /// The place that explains it.
    pub place: Option<Place>,
}

/// How an item came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// As it should.
    Passed,
    /// Not as it should.
    Failed(Level),
    /// It is not known.
    Open,
    /// It was not asked.
    Skipped,
}

/// How serious a failure is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// It should not be.
    Error,
    /// Look at it.
    Warning,
    /// Worth knowing.
    Note,
}

/// A place in a file; lines and columns from 1, columns in characters, the end after the last one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// As messages call it.
    pub file: String,
    /// First line and column.
    pub start: (usize, usize),
    /// Last line, and the column after the last character.
    pub end: (usize, usize),
}

impl Place {
    fn of(source: &Source, span: Span) -> Self {
        Self {
            file: source.name.clone(),
            start: source.position(span.start),
            end: source.position(span.end),
        }
    }
}

impl Listing {
    /// The cases of a suite.
    #[must_use]
    pub fn of_suite(answer: &SuiteAnswer) -> Self {
        let mut items: Vec<Item> = answer
            .cases
            .iter()
            .map(|case| of_case(answer, case))
            .collect();
        for name in &answer.names_not_run {
            items.push(Item {
                sort: "case".to_owned(),
                sort_text: "not as expected",
                group: answer.subject.clone(),
                name: name.clone(),
                outcome: Outcome::Skipped,
                message: "not run, a limit ended the suite".to_owned(),
                detail: String::new(),
                place: None,
            });
        }
        Self {
            title: format!("regress {}", answer.subject),
            summary: crate::report::suite::last_line(answer, Paint::PLAIN),
            verdict: answer.verdict,
            items,
        }
    }

    /// The clusters and cases on which two versions of rules were compared.
    #[must_use]
    pub fn of_versions(found: &Compared) -> Self {
        let mut items = Vec::new();
        for cluster in &found.clusters {
            of_cluster(cluster, &mut items);
        }
        if let Some(tried) = &found.sizes {
            match (&tried.found, tried.stopped) {
                (Some(cluster), _) => of_cluster(cluster, &mut items),
                (None, stopped) => items.push(Item {
                    sort: "sizes".to_owned(),
                    sort_text: "not compared to the end",
                    group: format!("all clusters up to {}", tried.up_to),
                    name: "no difference".to_owned(),
                    outcome: stopped.map_or(Outcome::Passed, |_| Outcome::Open),
                    message: stopped.map_or_else(String::new, |limit| {
                        format!("not compared to the end, {} ended it", stop(limit))
                    }),
                    detail: String::new(),
                    place: None,
                }),
            }
        }
        items.extend(found.cases.iter().map(|case| of_compared_case(found, case)));
        Self {
            title: format!("regress {} → {}", found.old, found.new),
            summary: crate::report::versions::last_line(found, Paint::PLAIN),
            verdict: found.verdict,
            items,
        }
    }

    /// The changes of rules that a suite notices or not.
    #[must_use]
    pub fn of_score(score: &Score) -> Self {
        let mut items: Vec<Item> = score.mutants.iter().map(of_mutant).collect();
        for name in &score.unexpected {
            items.push(Item {
                sort: "case".to_owned(),
                sort_text: "not as expected",
                group: score.subject.clone(),
                name: name.clone(),
                outcome: Outcome::Failed(Level::Error),
                message: "not as expected with the rules as they are".to_owned(),
                detail: String::new(),
                place: None,
            });
        }
        Self {
            title: format!("regress {} --mutate", score.subject),
            summary: crate::report::mutation::last_line(score, Paint::PLAIN),
            verdict: score.verdict,
            items,
        }
    }
}

fn of_case(answer: &SuiteAnswer, case: &CaseAnswer) -> Item {
    let lines: Vec<String> = case
        .differences
        .iter()
        .map(|d| format!("{}: expected {}, found {}", d.what, d.expected, d.found))
        .collect();
    let outcome = if case.is_open() {
        Outcome::Open
    } else if case.is_different() {
        Outcome::Failed(Level::Error)
    } else {
        Outcome::Passed
    };
    Item {
        sort: "case".to_owned(),
        sort_text: "not as expected",
        group: answer.subject.clone(),
        name: case.name.clone(),
        outcome,
        message: lines.first().cloned().unwrap_or_default(),
        detail: if lines.is_empty() {
            String::new()
        } else {
            let asked = format!("{} {}: {}", case.task.key(), case.subject, came_out(case));
            format!("{asked}\n{}", lines.join("\n"))
        },
        place: case
            .rule
            .as_ref()
            .map(|(source, span)| Place::of(source, *span))
            .or_else(|| Some(Place::of(&answer.source, case.place))),
    }
}

fn of_cluster(cluster: &OnCluster, items: &mut Vec<Item>) {
    let group = cluster_in_words(cluster);
    let mut item = |sort: &str, sort_text, name: String, outcome, message: String| {
        items.push(Item {
            sort: sort.to_owned(),
            sort_text,
            group: group.clone(),
            name,
            outcome,
            message,
            detail: String::new(),
            place: None,
        });
    };
    if let Some(limit) = cluster.stopped {
        let message = format!("not compared to the end, {} ended it", stop(limit));
        let name = "compared to the end".to_owned();
        item(
            "limit",
            "not compared to the end",
            name,
            Outcome::Open,
            message,
        );
    }
    if cluster.is_same() {
        let name = "no difference".to_owned();
        item(
            "same",
            "no difference",
            name,
            Outcome::Passed,
            String::new(),
        );
    }
    for finding in &cluster.findings {
        items.push(of_finding(&group, finding));
    }
}

const fn level(sort: Sort) -> Level {
    match sort {
        Sort::StartChanged
        | Sort::NewlyViolated
        | Sort::GoalUnreachable
        | Sort::PlanGone
        | Sort::NewlyUndefined => Level::Error,
        Sort::PlanShorter
        | Sort::PlanFound
        | Sort::GoalReachable
        | Sort::NewlyDefined
        | Sort::NewlyJudged
        | Sort::NewlySafe => Level::Note,
        _ => Level::Warning,
    }
}

fn of_finding(group: &str, finding: &Finding) -> Item {
    let run = finding.run.as_ref();
    let run = run.map(|run| format!("\n{}", trace::steps(run, Paint::PLAIN)));
    Item {
        sort: finding.sort.text().replace(' ', "_"),
        sort_text: finding.sort.text(),
        group: group.to_owned(),
        name: format!("{}: {}", finding.sort.text(), finding.what),
        outcome: Outcome::Failed(level(finding.sort)),
        message: format!(
            "{}: {}; old: {}; new: {}",
            finding.sort.text(),
            finding.what,
            finding.old,
            finding.new
        ),
        detail: format!(
            "old  {}\nnew  {}{}",
            finding.old,
            finding.new,
            run.unwrap_or_default()
        ),
        place: finding
            .place
            .as_ref()
            .map(|(source, span)| Place::of(source, *span)),
    }
}

fn of_compared_case(found: &Compared, case: &OnCase) -> Item {
    let lines: Vec<String> = case
        .changes
        .iter()
        .map(|change| format!("{}: {} → {}", change.what, change.expected, change.found))
        .collect();
    let outcome = match (case.stopped, lines.is_empty()) {
        (Some(_), _) => Outcome::Open,
        (None, true) => Outcome::Passed,
        (None, false) => Outcome::Failed(Level::Warning),
    };
    Item {
        sort: "case_changed".to_owned(),
        sort_text: "comes out otherwise",
        group: format!("cases, {} → {}", found.old, found.new),
        name: case.name.clone(),
        outcome,
        message: lines.first().cloned().unwrap_or_default(),
        detail: lines.join("\n"),
        place: None,
    }
}

fn of_mutant(tried: &Tried) -> Item {
    let (source, span) = tried.place();
    let place = Place::of(source, span);
    let (line, column) = place.start;
    let words = source.slice(span).split_whitespace();
    let words = words.collect::<Vec<_>>().join(" ");
    let outcome = match tried.fate {
        Fate::Noticed(_) => Outcome::Passed,
        Fate::Survives(_) => Outcome::Failed(Level::Warning),
        Fate::Equivalent => Outcome::Skipped,
        Fate::Open(_) => Outcome::Open,
    };
    let detail = match &tried.fate {
        Fate::Survives(Some(suggestion)) => [&suggestion.plan, &suggestion.case]
            .into_iter()
            .flatten()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join("\n"),
        _ => String::new(),
    };
    Item {
        sort: "mutant".to_owned(),
        sort_text: "nobody tests this",
        group: source.name.clone(),
        name: format!("{} ({line}:{column})", mutant_in_words(&tried.mutant)),
        message: match &tried.fate {
            Fate::Noticed(_) => String::new(),
            Fate::Survives(_) => {
                format!("no case notices that {} in `{words}`", tried.mutant.change)
            }
            Fate::Equivalent => "makes no difference on any cluster up to the size".to_owned(),
            Fate::Open(limit) => format!("not tried to the end, {} ended it", stop(*limit)),
        },
        outcome,
        detail,
        place: Some(place),
    }
}
