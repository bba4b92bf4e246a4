//! Why there is no plan: what would let one exist, in the rules' words, and the plan of the best of it.

use crate::tasks::outcome::{Answer, FoundPlan};
use crate::tasks::remedies::findings::{Change, End, Place, Remedies, Remedy};

use super::paint::Paint;
use super::trace;
use super::words::{count, grouped, stop, wrapped};

/// What was found; none where nobody looked.
pub(super) fn section(answer: &Answer, paint: Paint) -> Option<String> {
    let remedies = answer.remedies.as_ref()?;
    let mut text = format!("{}\n", paint.strong(lead(remedies)));
    for remedy in &remedies.found {
        text.push_str(&one(remedy, paint));
    }
    for line in rest(remedies) {
        text.push_str(&format!("  {}\n", wrapped(&line, 2)));
    }
    if let Some(best) = remedies.best.and_then(|best| remedies.found.get(best)) {
        let title = format!(
            "the cheapest plan {}: {}",
            all(&best.changes),
            length(&best.plan)
        );
        text.push_str(&format!("\n{}\n", paint.strong(&wrapped(&title, 0))));
        text.push_str(&trace::items(&best.plan.items));
    }
    Some(text)
}

fn lead(remedies: &Remedies) -> &'static str {
    match (remedies.found.is_empty(), remedies.pairs) {
        (false, false) => "what stands in the way: with any one of these changes there is a plan",
        (false, true) => {
            "what stands in the way: with any one of these pairs of changes there is a plan"
        }
        (true, _) => "what stands in the way: no change was found with which there is a plan",
    }
}

/// A remedy: what changes, and below each change what the rules say of it.
fn one(remedy: &Remedy, paint: Paint) -> String {
    let title = format!("{}: {}", all(&remedy.changes), length(&remedy.plan));
    let mut text = format!("  {} {}\n", paint.good("✓"), wrapped(&title, 4));
    for line in remedy.changes.iter().filter_map(said) {
        text.push_str(&format!("      {}\n", paint.faint(&wrapped(&line, 6))));
    }
    text
}

/// `28 steps`, `3 steps, cost 7`
fn length(plan: &FoundPlan) -> String {
    let steps = count(plan.steps as u64, "step");
    if plan.cost as usize == plan.steps {
        steps
    } else {
        format!("{steps}, cost {}", plan.cost)
    }
}

fn all(changes: &[Change]) -> String {
    if let [
        Change::Object { kind, name, .. },
        Change::Object { name: other, .. },
    ] = changes
        && changes.iter().all(|c| is_of_kind(c, kind))
    {
        return format!("with two more of {kind} ({name}, {other})");
    }
    changes.iter().map(words).collect::<Vec<_>>().join(", and ")
}

fn is_of_kind(change: &Change, wanted: &str) -> bool {
    matches!(change, Change::Object { kind, .. } if kind == wanted)
}

/// `with one more node (Node4)`
fn words(change: &Change) -> String {
    match change {
        Change::Object { kind, name, like } => match like {
            Some(like) => format!("with one more {kind} ({name}, like {like})"),
            None => format!("with one more {kind} ({name})"),
        },
        Change::Policy { name, .. } => format!("without policy {name}"),
        Change::Param { name, value, .. } => format!("with {name} = {value}"),
        Change::Requirement {
            word,
            condition,
            action,
            policy,
            ..
        } => match policy {
            Some(policy) => format!("without `{word} {condition}` of policy {policy} in {action}"),
            None => format!("without `{word} {condition}` in {action}"),
        },
    }
}

/// What the rules say of it, and where.
fn said(change: &Change) -> Option<String> {
    let (said, place) = match change {
        Change::Object { .. } => return None,
        Change::Policy { doc, place, .. } | Change::Param { doc, place, .. } => {
            (doc.trim().to_owned(), place)
        }
        Change::Requirement { message, place, .. } => {
            let quoted = message.as_ref().map(|message| format!("\"{message}\""));
            (quoted.unwrap_or_default(), place)
        }
    };
    let Place { file, line } = place;
    Some(format!("{said} ({file}:{line})").trim_start().to_owned())
}

/// What is not known, what does not help, and why it was not looked at further.
fn rest(remedies: &Remedies) -> Vec<String> {
    let mut lines = Vec::new();
    if !remedies.unknown.is_empty() {
        let unknown: Vec<String> = remedies.unknown.iter().map(|set| all(set)).collect();
        lines.push(format!(
            "not known, too many states for one try: {}",
            unknown.join("; ")
        ));
    }
    if remedies.useless > 0 {
        let what = match (remedies.useless, remedies.pairs) {
            (1, _) => "1 change does not help".to_owned(),
            (n, true) => format!(
                "{} changes and pairs of changes do not help",
                grouped(n as u64)
            ),
            (n, false) => format!("{} changes do not help", grouped(n as u64)),
        };
        lines.push(what);
    }
    if let Some(end) = remedies.ended {
        lines.push(format!("not looked at further: {}", ended(end)));
    }
    lines
}

/// Why it was not looked at further.
pub(super) const fn ended(end: End) -> &'static str {
    match end {
        End::Limit(limit) => stop(limit),
        End::Enough => "the limit on all tries together",
    }
}
