//! Why a run breaks a temporal property, in the JSON report.

use indexmap::IndexMap;
use serde::Serialize;

use crate::tasks::outcome::{Due, Treated, Treatment};

#[derive(Serialize)]
pub(super) struct Unkept<'a> {
    pub(super) property: &'a str,
    pub(super) doc: &'a str,
    pub(super) formula: &'a str,
    pub(super) bindings: IndexMap<&'a str, &'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) due: Option<FellDue<'a>>,
    pub(super) wanted: &'a str,
    pub(super) fair: Vec<Fair<'a>>,
}

/// Where a promise fell due.
#[derive(Serialize)]
pub(super) struct FellDue<'a> {
    after_step: usize,
    condition: &'a str,
}

impl<'a> FellDue<'a> {
    pub(super) fn of(due: &'a Due) -> Self {
        Self {
            after_step: due.step,
            condition: &due.condition,
        }
    }
}

/// Something fair, with one of the two reasons why it is not being cheated.
#[derive(Serialize)]
pub(super) struct Fair<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    taken_at_step: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    impossible_after_step: Option<usize>,
}

impl<'a> Fair<'a> {
    pub(super) fn of(treated: &'a Treated) -> Self {
        let (taken_at_step, impossible_after_step) = match treated.how {
            Treatment::Taken { step } => (Some(step), None),
            Treatment::Impossible { after } => (None, Some(after)),
        };
        Self {
            name: &treated.name,
            taken_at_step,
            impossible_after_step,
        }
    }
}
