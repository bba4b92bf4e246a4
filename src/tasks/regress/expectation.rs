//! Compares what came out of a case with what its suite expects. What the suite does not mention is not compared.

use std::fmt::Display;

use crate::language::source::Span;
use crate::model::suite::rewritten::{Edit, Json};
use crate::model::suite::{ByProperty, Expect, Spanned};
use crate::tasks::outcome::Difference;

use super::digest::{Digest, Judged};

/// Everything that is not as expected, in the order of the keys in the reference.
#[must_use]
pub fn differences(expect: &Expect, digest: &Digest) -> Vec<Difference> {
    let mut comparison = Comparison {
        digest,
        differences: Vec::new(),
    };
    comparison.verdicts(expect);
    comparison.evidence(expect);
    comparison.numbers(expect);
    comparison.lists(expect);
    comparison.differences
}

struct Comparison<'a> {
    digest: &'a Digest,
    differences: Vec<Difference>,
}

impl Comparison<'_> {
    fn differ(
        &mut self,
        what: String,
        expected: String,
        found: Option<String>,
        (span, json): (Span, Option<String>),
    ) {
        self.differences.push(Difference {
            what,
            expected,
            found: found.unwrap_or_else(|| "nothing".to_owned()),
            edit: Edit { span, value: json },
        });
    }

    fn compare<T: PartialEq + Display + Json>(
        &mut self,
        what: String,
        expected: &Spanned<T>,
        found: Option<T>,
    ) {
        if found.as_ref() != Some(&expected.value) {
            let json = found.as_ref().map(Json::json);
            let found = found.map(|found| found.to_string());
            let edit = (expected.span, json);
            self.differ(what, expected.value.to_string(), found, edit);
        }
    }

    fn one<T: PartialEq + Display + Json>(
        &mut self,
        what: &str,
        expected: Option<&Spanned<T>>,
        found: Option<T>,
    ) {
        if let Some(expected) = expected {
            self.compare(what.to_owned(), expected, found);
        }
    }

    fn each<T: PartialEq + Display + Json>(
        &mut self,
        what: &str,
        expected: &ByProperty<T>,
        found: impl Fn(&Judged) -> Option<T>,
    ) {
        for (name, expected) in expected {
            let property = self.digest.property(&name.value);
            let found = property.and_then(&found);
            self.compare(format!("{what} of {}", name.value), expected, found);
        }
    }

    fn verdicts(&mut self, expect: &Expect) {
        let verdict = self.digest.verdict;
        self.one("verdict", expect.verdict.as_ref(), Some(verdict));
        self.each("verdict", &expect.properties, |p| Some(p.verdict));
    }

    fn evidence(&mut self, expect: &Expect) {
        let refused = self.digest.property("never_refused");
        let refused = refused.and_then(|p| p.refused.clone());
        self.one("refusal", expect.refused.as_ref(), refused);
        self.each("steps of the trace", &expect.trace_steps, |p| p.steps);
        for (name, expected) in &expect.because {
            let property = self.digest.property(&name.value);
            let why = property.map(|p| p.why.as_slice()).unwrap_or_default();
            let told = why.join("; ");
            if !told.contains(&expected.value) {
                let first = why.first().map(Json::json);
                self.differ(
                    format!("reason of {}", name.value),
                    expected.value.clone(),
                    Some(told).filter(|told| !told.is_empty()),
                    (expected.span, first),
                );
            }
        }
    }

    fn numbers(&mut self, expect: &Expect) {
        let digest = self.digest;
        self.one("states", expect.states.as_ref(), Some(digest.states));
        self.one(
            "transitions",
            expect.transitions.as_ref(),
            Some(digest.transitions),
        );
        self.one("depth", expect.depth.as_ref(), Some(digest.depth));
        self.each("violating states", &expect.violating_states, |p| p.count);
        let doomed = digest.property("recoverable").and_then(|p| p.count);
        self.one("doomed states", expect.doomed_states.as_ref(), doomed);
        self.one(
            "steps of the witness",
            expect.witness_steps.as_ref(),
            digest.witness_steps,
        );
        let plan = digest.plan;
        self.one("cost", expect.cost.as_ref(), plan.map(|p| p.cost));
        self.one("steps", expect.steps.as_ref(), plan.map(|p| p.steps));
    }

    fn lists(&mut self, expect: &Expect) {
        let digest = self.digest;
        self.list(
            "assumptions that fail",
            expect.warnings.as_ref(),
            Some(&digest.assumptions),
        );
        self.list(
            "windows of exposure",
            expect.exposure.as_ref(),
            digest.windows.as_ref(),
        );
    }

    fn list(
        &mut self,
        what: &str,
        expected: Option<&Spanned<Vec<Spanned<String>>>>,
        found: Option<&Vec<String>>,
    ) {
        let Some(expected) = expected else {
            return;
        };
        let wanted: Vec<&str> = expected.value.iter().map(|t| t.value.as_str()).collect();
        if found.is_some_and(|found| *found == wanted) {
            return;
        }
        let listed = |texts: &[&str]| match texts {
            [] => "none".to_owned(),
            texts => texts.join("; "),
        };
        let json = found.map(|found| {
            let texts: Vec<String> = found.iter().map(Json::json).collect();
            format!("[ {} ]", texts.join(", "))
        });
        let found = found.map(|found| {
            let found: Vec<&str> = found.iter().map(String::as_str).collect();
            listed(&found)
        });
        let edit = (expected.span, json);
        self.differ(what.to_owned(), listed(&wanted), found, edit);
    }
}

/// What came out otherwise: verdicts, the refusal, the plan, what assumptions fail, and windows of exposure. Numbers of states
/// and lengths of traces are not: they change with every rule.
#[must_use]
pub fn between(old: &Digest, new: &Digest) -> Vec<Difference> {
    let mut found = Vec::new();
    let mut differ = |what: String, old: Option<String>, new: Option<String>| {
        if old != new {
            let word = |text: Option<String>| text.unwrap_or_else(|| "nothing".to_owned());
            found.push(Difference {
                what,
                expected: word(old),
                found: word(new),
                edit: Edit {
                    span: Span::default(),
                    value: None,
                },
            });
        }
    };
    let verdict = |digest: &Digest| Some(digest.verdict.to_string());
    differ("verdict".to_owned(), verdict(old), verdict(new));
    let mut names: Vec<&str> = new.properties.iter().map(|p| p.name.as_str()).collect();
    for property in &old.properties {
        if !names.contains(&property.name.as_str()) {
            names.push(&property.name);
        }
    }
    for name in names {
        let verdict = |digest: &Digest| digest.property(name).map(|p| p.verdict.to_string());
        differ(format!("verdict of {name}"), verdict(old), verdict(new));
    }
    let refused = |digest: &Digest| digest.property("never_refused")?.refused.clone();
    differ("refusal".to_owned(), refused(old), refused(new));
    let cost = |digest: &Digest| digest.plan.map(|plan| plan.cost.to_string());
    differ("cost".to_owned(), cost(old), cost(new));
    let assumptions = |digest: &Digest| Some(digest.assumptions.join("; "));
    differ(
        "assumptions that fail".to_owned(),
        assumptions(old),
        assumptions(new),
    );
    let windows = |digest: &Digest| digest.windows.as_ref().map(|windows| windows.join("; "));
    differ("windows of exposure".to_owned(), windows(old), windows(new));
    found
}
