//! Where a plan is in the JSON report.

use serde::Serialize;
use serde_json::Value;

use crate::report::words;
use crate::tasks::observed::{FieldDifference, Observed, Whereabouts};

use super::scalar;

#[derive(Serialize)]
pub(super) struct Position<'a> {
    at: &'a str,
    steps: usize,
    next: Vec<Next<'a>>,
    expected_states: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    stopped_by: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    observed: Option<Beside<'a>>,
}

#[derive(Serialize)]
struct Next<'a> {
    number: u32,
    name: &'a str,
}

#[derive(Serialize)]
struct Beside<'a> {
    cluster: &'a str,
    waits: &'a [String],
    as_expected: Option<bool>,
    differences: Vec<Differs<'a>>,
}

#[derive(Serialize)]
struct Differs<'a> {
    object: &'a str,
    field: &'a str,
    observed: Value,
    nearest: Value,
    expected: Vec<Value>,
}

impl<'a> Position<'a> {
    pub(super) fn of(whereabouts: &'a Whereabouts) -> Self {
        let next = whereabouts.next.iter().map(|(number, name)| Next {
            number: *number,
            name,
        });
        Self {
            at: &whereabouts.position,
            steps: whereabouts.steps,
            next: next.collect(),
            expected_states: whereabouts.expected,
            stopped_by: whereabouts.stopped.map(words::stop),
            observed: whereabouts.observed.as_ref().map(Beside::of),
        }
    }
}

impl<'a> Beside<'a> {
    fn of(observed: &'a Observed) -> Self {
        let differs = |d: &'a FieldDifference| Differs {
            object: &d.object,
            field: &d.field,
            observed: scalar(&d.observed),
            nearest: scalar(&d.nearest),
            expected: d.expected.iter().map(|value| scalar(value)).collect(),
        };
        Self {
            cluster: &observed.name,
            waits: &observed.waits,
            as_expected: observed.as_expected,
            differences: observed.differences.iter().map(differs).collect(),
        }
    }
}
