//! A run in words: who does what, and only what changes. Knows no property.

use crate::tasks::outcome::{Actor, Change, PlanItem, Trace, TraceStep};

use super::paint::Paint;
use super::words::{WIDTH, count, flow, visible, wrapped};

/// A run of more steps than this is shown in full only at its end.
const LONG: usize = 30;
/// So many last steps of a long run are shown in full.
const END: usize = 10;
/// Blanks before the words of a step: number, who, and what is between.
const INDENT: usize = 21;

/// The steps of a run, numbered, with a mark around what goes round for ever.
pub(super) fn steps(trace: &Trace, paint: Paint) -> String {
    if trace.steps.is_empty() {
        return "      in the first state, before anything happens\n".to_owned();
    }
    let full_from = if trace.steps.len() > LONG {
        trace.steps.len() - END
    } else {
        0
    };
    let mut text = String::new();
    for (place, step) in trace.steps.iter().enumerate() {
        if trace.cycle == Some(place) {
            text.push_str("      ╭─ from here on for ever\n");
        }
        text.push_str(&one(place + 1, step, place >= full_from, paint));
    }
    match trace.cycle {
        Some(place) if place < trace.steps.len() => {
            text.push_str(&format!("      ╰─ and again from step {}\n", place + 1));
        }
        Some(_) => text.push_str("      and so it stays for ever\n"),
        None => {}
    }
    if full_from > 0 {
        let note = format!(
            "only the last {END} of {} are shown with what they change; `--format json` has it all",
            count(trace.steps.len() as u64, "step")
        );
        text.push_str(&format!("      {}\n", paint.faint(&note)));
    }
    text
}

/// A step: its words, and below them its name and what it changes where `full` says so.
fn one(number: usize, step: &TraceStep, full: bool, paint: Paint) -> String {
    let who = who(step);
    let padding = " ".repeat(12usize.saturating_sub(who.chars().count()));
    let who = match step.actor {
        Actor::Operator => who,
        Actor::Environment => paint.environment(&who),
        Actor::Fault => paint.bad(&who),
    };
    let name = visible(&step.name);
    let words = if step.text.is_empty() {
        &step.name
    } else {
        &step.text
    };
    let mut text = format!("  {number:>5}  {who}{padding}{}\n", wrapped(words, INDENT));
    if full {
        let named = (*words != step.name).then(|| name.clone().into_owned());
        let changes = step.changes.iter().map(change);
        let pieces: Vec<String> = named.iter().cloned().chain(changes).collect();
        if !pieces.is_empty() {
            let blanks = " ".repeat(INDENT);
            let flowed = flow(&pieces, "  ", INDENT);
            let (name, rest) = flowed.split_at(named.map_or(0, |n| n.len()));
            text.push_str(&format!("{blanks}{}{rest}\n", paint.faint(name)));
        }
    }
    if let Some(message) = &step.refused {
        let blanks = " ".repeat(INDENT);
        let message = wrapped(message, INDENT + 9);
        text.push_str(&format!("{blanks}{} {message}\n", paint.bad("refused:")));
    }
    text
}

fn who(step: &TraceStep) -> String {
    match step.actor {
        Actor::Operator if step.lane.is_empty() => "operator".to_owned(),
        Actor::Operator => format!("lane {}", visible(&step.lane)),
        Actor::Environment => "by itself".to_owned(),
        Actor::Fault => "fault".to_owned(),
    }
}

/// `Node1.power: up → rebooting`
fn change(change: &Change) -> String {
    let Change {
        object,
        field,
        from,
        to,
    } = change;
    visible(&format!("{object}.{field}: {from} → {to}")).into_owned()
}

/// A plan as a list of its items, one to a line.
pub(super) fn items(items: &[PlanItem]) -> String {
    let mut text = String::new();
    sequence(items, "", &mut 0, &mut text);
    text
}

/// The items of a lane, with its name; empty outside lanes.
fn sequence(items: &[PlanItem], lane: &str, number: &mut usize, text: &mut String) {
    let front = match lane {
        "" => String::new(),
        lane => format!("lane {lane}  "),
    };
    for item in items {
        let item = match item {
            PlanItem::Labelled { item, .. } => item,
            item => item,
        };
        let mut wait = |until: &str| {
            text.push_str(&format!("         {front}wait until {}\n", visible(until)));
        };
        match item {
            PlanItem::Step(name) => {
                *number += 1;
                text.push_str(&format!("  {number:>5}  {front}{}\n", visible(name)));
            }
            PlanItem::AwaitSettled => wait("nothing moves by itself"),
            PlanItem::Await(until) => wait(until),
            PlanItem::After(step) => wait(&format!("{step} is done")),
            PlanItem::Labelled { .. } => {}
            PlanItem::Parallel(lanes) => {
                for (place, items) in (1..).zip(lanes) {
                    let name = match lane {
                        "" => place.to_string(),
                        lane => format!("{lane}.{place}"),
                    };
                    sequence(items, &name, number, text);
                }
            }
        }
    }
}

const _: () = assert!(INDENT < WIDTH, "the words of a step need room");
