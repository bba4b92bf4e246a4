//! What would let a plan exist, in the JSON report.

use serde::Serialize;

use crate::report::remedies::ended;
use crate::tasks::remedies::findings::{Change, Place, Remedies, Remedy};

use super::run::Item;

#[derive(Serialize)]
pub(super) struct Remedied<'a> {
    found: Vec<Helps<'a>>,
    not_known: Vec<Vec<Changed<'a>>>,
    do_not_help: usize,
    pairs_tried: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    ended_by: Option<&'static str>,
}

#[derive(Serialize)]
struct Helps<'a> {
    changes: Vec<Changed<'a>>,
    plan: Proof<'a>,
}

/// The plan as it stands in a plan file; of which cluster, the changes say.
#[derive(Serialize)]
struct Proof<'a> {
    steps: Vec<Item<'a>>,
    cost: u32,
}

/// A change; `type` says which keys are there.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Changed<'a> {
    Object {
        kind: &'a str,
        name: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        like: Option<&'a str>,
    },
    Policy {
        name: &'a str,
        doc: &'a str,
        on: bool,
        #[serde(flatten)]
        place: Written<'a>,
    },
    Param {
        name: &'a str,
        doc: &'a str,
        value: bool,
        #[serde(flatten)]
        place: Written<'a>,
    },
    Requirement {
        word: &'a str,
        condition: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        message: Option<&'a str>,
        action: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        policy: Option<&'a str>,
        #[serde(flatten)]
        place: Written<'a>,
    },
}

#[derive(Serialize)]
struct Written<'a> {
    file: &'a str,
    line: usize,
}

impl<'a> Written<'a> {
    fn of(place: &'a Place) -> Self {
        Self {
            file: &place.file,
            line: place.line,
        }
    }
}

impl<'a> Changed<'a> {
    fn of(change: &'a Change) -> Self {
        match change {
            Change::Object { kind, name, like } => Self::Object {
                kind,
                name,
                like: like.as_deref(),
            },
            Change::Policy { name, doc, place } => Self::Policy {
                name,
                doc,
                on: false,
                place: Written::of(place),
            },
            Change::Param {
                name,
                doc,
                value,
                place,
            } => Self::Param {
                name,
                doc,
                value: *value,
                place: Written::of(place),
            },
            Change::Requirement {
                word,
                condition,
                message,
                action,
                policy,
                place,
            } => Self::Requirement {
                word,
                condition,
                message: message.as_deref(),
                action,
                policy: policy.as_deref(),
                place: Written::of(place),
            },
        }
    }

    fn all(changes: &'a [Change]) -> Vec<Self> {
        changes.iter().map(Self::of).collect()
    }
}

impl<'a> Remedied<'a> {
    pub(super) fn of(remedies: &'a Remedies) -> Self {
        let helps = |remedy: &'a Remedy| Helps {
            changes: Changed::all(&remedy.changes),
            plan: Proof {
                steps: remedy.plan.items.iter().map(Item::of).collect(),
                cost: remedy.plan.cost,
            },
        };
        let unknown = remedies.unknown.iter();
        Self {
            found: remedies.found.iter().map(helps).collect(),
            not_known: unknown.map(|changes| Changed::all(changes)).collect(),
            do_not_help: remedies.useless,
            pairs_tried: remedies.pairs,
            ended_by: remedies.ended.map(ended),
        }
    }
}
