//! Compares what came out of a case with what its suite expects. What the suite does not mention is not compared.

use std::fmt::Display;

use crate::language::codes::Code;
use crate::model::suite::{ByProperty, Expect, Spanned};

use super::outcome::{Answer, Difference, Property, Reason};

/// Everything that is not as expected, in the order of the keys in the reference.
#[must_use]
pub fn differences(expect: &Expect, answer: &Answer) -> Vec<Difference> {
    let mut comparison = Comparison {
        answer,
        differences: Vec::new(),
    };
    comparison.verdicts(expect);
    comparison.evidence(expect);
    comparison.numbers(expect);
    comparison.warnings(expect);
    comparison.differences
}

struct Comparison<'a> {
    answer: &'a Answer,
    differences: Vec<Difference>,
}

impl Comparison<'_> {
    fn compare<T: PartialEq + Display>(&mut self, what: String, expected: &T, found: Option<T>) {
        if found.as_ref() != Some(expected) {
            self.differences.push(Difference {
                what,
                expected: expected.to_string(),
                found: found.map_or_else(|| "nothing".to_owned(), |found| found.to_string()),
            });
        }
    }

    fn one<T: PartialEq + Display + Clone>(
        &mut self,
        what: &str,
        expected: Option<&Spanned<T>>,
        found: Option<T>,
    ) {
        if let Some(expected) = expected {
            self.compare(what.to_owned(), &expected.value, found);
        }
    }

    fn each<T: PartialEq + Display + Clone>(
        &mut self,
        what: &str,
        expected: &ByProperty<T>,
        found: impl Fn(&Property) -> Option<T>,
    ) {
        for (name, expected) in expected {
            let property = self.property(&name.value);
            let found = property.and_then(&found);
            self.compare(format!("{what} of {}", name.value), &expected.value, found);
        }
    }

    fn property(&self, name: &str) -> Option<&Property> {
        self.answer.properties.iter().find(|p| p.name == name)
    }

    fn verdicts(&mut self, expect: &Expect) {
        self.one(
            "verdict",
            expect.verdict.as_ref(),
            Some(self.answer.verdict),
        );
        self.each("verdict", &expect.properties, |p| Some(p.verdict));
    }

    fn evidence(&mut self, expect: &Expect) {
        let refused = self
            .property("never_refused")
            .and_then(|p| p.counterexample.as_ref())
            .and_then(|c| match &c.reason {
                Reason::Refused { message, .. } => Some(message.clone()),
                _ => None,
            });
        self.one("refusal", expect.refused.as_ref(), refused);
        self.each("steps of the trace", &expect.trace_steps, |property| {
            let counterexample = property.counterexample.as_ref()?;
            // A refused step is tried, not taken.
            let taken = counterexample
                .trace
                .steps
                .iter()
                .filter(|step| step.refused.is_none());
            Some(taken.count() as u64)
        });
        for (name, expected) in &expect.because {
            let why = self.property(&name.value).map(why).unwrap_or_default();
            if !why.contains(&expected.value) {
                self.differences.push(Difference {
                    what: format!("reason of {}", name.value),
                    expected: expected.value.clone(),
                    found: if why.is_empty() {
                        "nothing".to_owned()
                    } else {
                        why
                    },
                });
            }
        }
    }

    fn numbers(&mut self, expect: &Expect) {
        let answer = self.answer;
        let search = &answer.search;
        self.one("states", expect.states.as_ref(), Some(search.states));
        self.one(
            "transitions",
            expect.transitions.as_ref(),
            Some(search.transitions),
        );
        self.one(
            "depth",
            expect.depth.as_ref(),
            Some(u64::from(search.depth)),
        );
        self.each("violating states", &expect.violating_states, |p| p.count);
        let count = |name| self.property(name).and_then(|p| p.count);
        let doomed = count("recoverable");
        self.one("doomed states", expect.doomed_states.as_ref(), doomed);
        let witness = self
            .property("reachable")
            .and_then(|p| p.witness.as_ref())
            .map(|trace| trace.steps.len() as u64);
        self.one(
            "steps of the witness",
            expect.witness_steps.as_ref(),
            witness,
        );
        let plan = answer.plan.as_ref();
        self.one(
            "cost",
            expect.cost.as_ref(),
            plan.map(|p| u64::from(p.cost)),
        );
        self.one("steps", expect.steps.as_ref(), plan.map(|p| p.steps as u64));
    }

    fn warnings(&mut self, expect: &Expect) {
        let Some(expected) = &expect.warnings else {
            return;
        };
        let listed = |texts: Vec<&str>| match texts.as_slice() {
            [] => "none".to_owned(),
            texts => texts.join("; "),
        };
        let found = self
            .answer
            .warnings
            .iter()
            .filter(|warning| warning.code == Code::AssumptionFails)
            .map(|warning| {
                warning
                    .message
                    .trim_start_matches(super::request::ASSUMPTION)
            })
            .collect();
        let expected = expected
            .value
            .iter()
            .map(|text| text.value.as_str())
            .collect();
        self.compare(
            "assumptions that fail".to_owned(),
            &listed(expected),
            Some(listed(found)),
        );
    }
}

/// Everything that a counterexample says of why it is one.
fn why(property: &Property) -> String {
    let Some(counterexample) = &property.counterexample else {
        return String::new();
    };
    let mut parts = Vec::new();
    match &counterexample.reason {
        Reason::Stuck { waiting } | Reason::Cycle { waiting, .. } => {
            parts.extend(
                waiting
                    .iter()
                    .map(|(step, until)| format!("{step} waits for {until}")),
            );
        }
        Reason::Refused { message, .. } => parts.push(message.clone()),
        Reason::Undefined { place, what } => parts.push(format!("{place}: {what}")),
        Reason::Doomed { step, .. } => parts.extend(step.clone()),
        Reason::Unkept {
            bindings, wanted, ..
        } => {
            parts.push(format!("never {wanted}"));
            let bindings = bindings.iter();
            parts.extend(bindings.map(|(name, value)| format!("{name} = {value}")));
        }
        Reason::False { .. } | Reason::Unreachable { .. } | Reason::GoalFalse { .. } => {}
    }
    if let Some(explanation) = &counterexample.explanation {
        parts.push(explanation.conjunct.clone());
        parts.extend(
            explanation
                .bindings
                .iter()
                .map(|(name, value)| format!("{name} = {value}")),
        );
        for reading in &explanation.values {
            parts.push(format!("{} is {}", reading.ground, reading.value));
        }
    }
    parts.join("; ")
}
