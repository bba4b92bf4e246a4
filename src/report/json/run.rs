//! Runs, plans and the clock in the JSON report.

use indexmap::IndexMap;
use serde::Serialize;

use crate::tasks::outcome::{Actor, Change, FoundPlan, PlanItem, Timeline, TimelineItem, Trace};

#[derive(Serialize)]
pub(super) struct Run<'a> {
    steps: Vec<Step<'a>>,
    /// How many steps come before what goes round for ever.
    #[serde(skip_serializing_if = "Option::is_none")]
    cycle_start: Option<usize>,
}

#[derive(Serialize)]
struct Step<'a> {
    actor: &'static str,
    name: &'a str,
    text: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    lane: &'a str,
    changes: Vec<Changed<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refused: Option<&'a str>,
}

#[derive(Serialize)]
struct Changed<'a> {
    field: String,
    from: &'a str,
    to: &'a str,
}

impl<'a> Changed<'a> {
    fn of(change: &'a Change) -> Self {
        Self {
            field: format!("{}.{}", change.object, change.field),
            from: &change.from,
            to: &change.to,
        }
    }
}

impl<'a> Run<'a> {
    pub(super) fn of(trace: &'a Trace) -> Self {
        let steps = trace.steps.iter().map(|step| Step {
            actor: match step.actor {
                Actor::Operator => "operator",
                Actor::Environment => "environment",
                Actor::Fault => "fault",
            },
            name: &step.name,
            text: &step.text,
            lane: &step.lane,
            changes: step.changes.iter().map(Changed::of).collect(),
            refused: step.refused.as_deref(),
        });
        Self {
            steps: steps.collect(),
            cycle_start: trace.cycle,
        }
    }
}

#[derive(Serialize)]
pub(super) struct Found<'a> {
    cluster: &'a str,
    steps: Vec<Item<'a>>,
    cost: u32,
}

/// An item of a plan as it stands in a plan file.
#[derive(Serialize)]
#[serde(untagged)]
pub(in crate::report) enum Item<'a> {
    Step(&'a str),
    Labelled {
        step: &'a str,
        label: &'a str,
    },
    Await {
        #[serde(rename = "await")]
        until: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        label: Option<&'a str>,
    },
    After {
        after: &'a str,
    },
    Parallel {
        parallel: Vec<Vec<Item<'a>>>,
    },
}

impl<'a> Item<'a> {
    pub(in crate::report) fn of(item: &'a PlanItem) -> Self {
        match item {
            PlanItem::Step(name) => Self::Step(name),
            PlanItem::AwaitSettled => Self::wait("settled"),
            PlanItem::Await(until) => Self::wait(until),
            PlanItem::After(after) => Self::After { after },
            PlanItem::Labelled { label, item } => match Self::of(item) {
                Self::Step(step) => Self::Labelled { step, label },
                Self::Await { until, .. } => Self::Await {
                    until,
                    label: Some(label),
                },
                other => other,
            },
            PlanItem::Parallel(lanes) => Self::Parallel {
                parallel: lanes
                    .iter()
                    .map(|lane| lane.iter().map(Self::of).collect())
                    .collect(),
            },
        }
    }

    pub(in crate::report) const fn wait(until: &'a str) -> Self {
        Self::Await { until, label: None }
    }
}

impl<'a> Found<'a> {
    pub(super) fn of(plan: &'a FoundPlan) -> Self {
        Self {
            cluster: &plan.cluster,
            steps: plan.items.iter().map(Item::of).collect(),
            cost: plan.cost,
        }
    }
}

#[derive(Serialize)]
pub(super) struct Clock<'a> {
    duration_seconds: u64,
    broken_off: bool,
    downtime: IndexMap<&'a str, u64>,
    entries: Vec<Entry<'a>>,
}

#[derive(Serialize)]
struct Entry<'a> {
    start: u64,
    end: u64,
    #[serde(skip_serializing_if = "str::is_empty")]
    lane: &'a str,
    #[serde(flatten)]
    what: What<'a>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum What<'a> {
    Step {
        name: &'a str,
        text: &'a str,
        then: &'a [String],
    },
    Wait {
        wait_until: &'a str,
        events: &'a [String],
    },
}

impl<'a> Clock<'a> {
    pub(super) fn of(timeline: &'a Timeline) -> Self {
        let entries = timeline.entries.iter().map(|entry| Entry {
            start: entry.start,
            end: entry.end,
            lane: &entry.lane,
            what: match &entry.what {
                TimelineItem::Step { name, text, then } => What::Step { name, text, then },
                TimelineItem::Wait { until, events } => What::Wait {
                    wait_until: until,
                    events,
                },
            },
        });
        let downtime = timeline.downtime.iter();
        Self {
            duration_seconds: timeline.duration,
            broken_off: timeline.broken_off,
            downtime: downtime.map(|d| (d.service.as_str(), d.seconds)).collect(),
            entries: entries.collect(),
        }
    }
}
