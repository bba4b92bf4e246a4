//! Several operators at once, in the JSON report.

use serde::Serialize;

use crate::report::words::stop;
use crate::tasks::outcome::{Answer, Relaxed, Verdict};

use super::run::{Clock, Found};

#[derive(Serialize)]
pub(super) struct LessOrder<'a> {
    plan: Found<'a>,
    timeline: Clock<'a>,
    operators: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    most_operators: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    duration_before_seconds: Option<u64>,
    ordered_pairs_before: usize,
    ordered_pairs: usize,
    waits_before: usize,
    waits: usize,
    least: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    ended_by: Option<&'static str>,
}

impl<'a> LessOrder<'a> {
    pub(super) fn of(relaxed: &'a Relaxed) -> Self {
        Self {
            plan: Found::of(&relaxed.plan),
            timeline: Clock::of(&relaxed.timeline),
            operators: relaxed.lanes,
            most_operators: relaxed.most_lanes,
            duration_before_seconds: relaxed.before,
            ordered_pairs_before: relaxed.pairs.0,
            ordered_pairs: relaxed.pairs.1,
            waits_before: relaxed.waits.0,
            waits: relaxed.waits.1,
            least: relaxed.stopped.is_none(),
            ended_by: relaxed.stopped.map(stop),
        }
    }
}

/// For how many operators a plan was looked for.
#[derive(Serialize)]
pub(super) struct Lanes {
    operators: usize,
    at_least_seconds: u64,
    soonest: bool,
    left_out: bool,
    none_for_one: bool,
}

impl Lanes {
    pub(super) fn of(answer: &Answer) -> Option<Self> {
        let scheduled = answer.scheduled?;
        Some(Self {
            operators: scheduled.lanes,
            at_least_seconds: scheduled.at_least,
            soonest: answer.verdict == Verdict::Holds && answer.plan.is_some(),
            left_out: scheduled.left_out,
            none_for_one: scheduled.none_for_one,
        })
    }
}
