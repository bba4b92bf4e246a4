//! The verdicts in words: one line for each property, and the last line of a report. Never says more than was proved.

use crate::tasks::outcome::{Answer, Property, PropertyKind, Task, Verdict};

use super::front;
use super::lanes;
use super::paint::Paint;
use super::summary;
use super::words::{count, flow, grouped, stop, visible};

/// A mark and a word, in its colour; the word padded to the longest one.
pub(super) fn mark(verdict: Verdict, paint: Paint) -> String {
    match verdict {
        Verdict::Holds => paint.good("✓ holds       "),
        Verdict::Violated => paint.bad("✗ violated    "),
        Verdict::Inconclusive => paint.open("? inconclusive"),
    }
}

/// All properties with their verdicts, one to a line; none where nothing was asked.
pub(super) fn table(answer: &Answer, paint: Paint) -> Option<String> {
    if answer.properties.is_empty() {
        return None;
    }
    let width = answer
        .properties
        .iter()
        .map(|p| p.name.chars().count())
        .max()
        .unwrap_or(0);
    let mut text = String::new();
    for property in &answer.properties {
        let details = details(answer, property);
        let line = format!(
            "  {}  {:width$}  {}",
            mark(property.verdict, paint),
            visible(&property.name),
            flow(&details, ", ", 20 + width),
        );
        text.push_str(line.trim_end());
        text.push('\n');
    }
    Some(text)
}

/// What is known beside the verdict.
fn details(answer: &Answer, property: &Property) -> Vec<String> {
    let mut details = Vec::new();
    let goal = answer.model.goal.as_deref().map(visible);
    if let (
        PropertyKind::Reachable | PropertyKind::Recoverable | PropertyKind::Complete,
        Some(goal),
    ) = (property.kind, &goal)
    {
        details.push(format!("goal {goal}"));
    }
    if let Some(number) = property.count.filter(|n| *n > 0) {
        let counted = match property.kind {
            PropertyKind::Recoverable => count(number, "doomed state"),
            PropertyKind::TransitionInvariant => format!("in {}", count(number, "transition")),
            PropertyKind::Exposure => count(number, "cell"),
            _ => format!("in {}", count(number, "state")),
        };
        details.push(format!("{counted}{}", up_to(answer)));
    }
    if let Some(witness) = &property.witness {
        details.push(format!(
            "shortest run {}",
            count(witness.steps.len() as u64, "step")
        ));
    }
    details
}

/// The last lines: what was established, and how far it reaches.
pub(super) fn last_lines(answer: &Answer, paint: Paint) -> String {
    let line = match answer.task {
        Task::Plan => plan(answer, paint),
        Task::Check | Task::Verify => properties(answer, paint),
    };
    let mut search = vec![
        count(answer.search.states, "state"),
        count(answer.search.transitions, "transition"),
        format!("depth {}", answer.search.depth),
    ];
    if !answer.search.reductions.is_empty() {
        let names = answer.search.reductions.iter().map(|r| r.name.as_str());
        search.push(format!(
            "reduced by {}",
            names.collect::<Vec<_>>().join(" and ")
        ));
    }
    let mut pieces = vec![summary::bounds(answer), search.join(", ")];
    pieces.extend(by_name(answer));
    let bounds = flow(&pieces, "; ", 2);
    format!("{line}\n  {}\n", paint.faint(&bounds))
}

/// How the temporal properties were judged, and which reductions are not used for them.
fn by_name(answer: &Answer) -> Option<String> {
    let temporal = |p: &Property| p.kind == PropertyKind::Temporal;
    if !answer.properties.iter().any(temporal) {
        return None;
    }
    let search = &answer.search;
    let (not_used, states) = match &search.by_name {
        Some(by_name) => (
            &by_name.not_used,
            format!(" on {}", count(by_name.states, "state")),
        ),
        None => (&search.not_used, String::new()),
    };
    let names: Vec<&str> = not_used.iter().map(|reduction| reduction.name).collect();
    let without = if names.is_empty() {
        String::new()
    } else {
        format!(", without {}", names.join(", "))
    };
    Some(format!(
        "temporal properties judged by name{states}{without}"
    ))
}

fn properties(answer: &Answer, paint: Paint) -> String {
    let with = |verdict| {
        answer
            .properties
            .iter()
            .filter(|p| p.verdict == verdict)
            .count() as u64
    };
    let all = answer.properties.len() as u64;
    let (violated, open) = (with(Verdict::Violated), with(Verdict::Inconclusive));
    match answer.verdict {
        Verdict::Violated => {
            let open = match open {
                0 => String::new(),
                n => format!("; {} not established, {}", grouped(n), stopped(answer)),
            };
            let what = format!("{} of {}", grouped(violated), count(all, "property"));
            format!(
                "{}: {what}{}{open}",
                paint.bad("violated"),
                not_valid(answer)
            )
        }
        Verdict::Holds => {
            let what = if valid(answer) {
                format!(
                    "{} is valid: safe, never refused, complete",
                    subject(answer)
                )
            } else if all == 1 {
                "the property that was asked for".to_owned()
            } else {
                format!("all {}", count(all, "property"))
            };
            let states = match answer.search.states {
                1 => format!("in the only state{}", up_to(answer)),
                n => format!("in every one of {}{}", count(n, "state"), up_to(answer)),
            };
            format!("{}: {what}, {states}", paint.good("holds"))
        }
        Verdict::Inconclusive => format!(
            "{}: {}; nothing violated so far",
            paint.open("inconclusive"),
            stopped(answer)
        ),
    }
}

/// What a number of states leaves out.
fn up_to(answer: &Answer) -> &'static str {
    let used = |name: &str| answer.search.reductions.iter().any(|r| r.name == name);
    match (used("slice"), used("symmetry")) {
        (true, true) => " that can matter, up to symmetry",
        (true, false) => " that can matter",
        (false, true) => " up to symmetry",
        (false, false) => "",
    }
}

/// Whether a plan is known to be valid: it was found, or all three claims about it were asked for and hold.
pub(super) fn valid(answer: &Answer) -> bool {
    if answer.task == Task::Plan {
        return answer.verdict == Verdict::Holds && answer.plan.is_some();
    }
    let holds = |kind| {
        let mut of_kind = answer.properties.iter().filter(|p| p.kind == kind);
        of_kind.any(|p| p.verdict == Verdict::Holds)
    };
    answer.task == Task::Verify
        && holds(PropertyKind::Safe)
        && holds(PropertyKind::NeverRefused)
        && holds(PropertyKind::Complete)
}

fn not_valid(answer: &Answer) -> String {
    match answer.task {
        Task::Verify if is_against(answer) => format!("; {} is not valid", subject(answer)),
        Task::Verify | Task::Check | Task::Plan => String::new(),
    }
}

/// What was verified.
fn subject(answer: &Answer) -> &'static str {
    match answer.whereabouts {
        Some(_) => "the rest of the plan",
        None => "the plan",
    }
}

/// Whether something is violated that makes a plan valid; temporal properties do not.
fn is_against(answer: &Answer) -> bool {
    let mut violated = answer.properties.iter();
    let beside = [PropertyKind::Temporal, PropertyKind::Exposure];
    violated.any(|p| p.verdict == Verdict::Violated && !beside.contains(&p.kind))
}

fn plan(answer: &Answer, paint: Paint) -> String {
    if let Some(line) = answer
        .optimum
        .as_ref()
        .and_then(|best| front::last_line(best, paint))
    {
        return line;
    }
    if let Some(line) = lanes::last_line(answer, paint) {
        return line;
    }
    match (answer.verdict, &answer.plan) {
        (Verdict::Holds, Some(plan)) => format!(
            "{}: {}, cost {}, optimal",
            paint.good("plan"),
            count(plan.steps as u64, "step"),
            plan.cost
        ),
        (Verdict::Violated, _) if !answer.properties.is_empty() => format!(
            "{}: the cluster violates something before any step",
            paint.bad("no plan exists")
        ),
        (Verdict::Violated, _) => format!(
            "{}: every order of steps was tried",
            paint.bad("no plan exists")
        ),
        _ => {
            let open = match answer.optimum {
                Some(_) => "which plan is the best",
                None => "whether a plan exists",
            };
            let inconclusive = paint.open("inconclusive");
            format!(
                "{inconclusive}: {}; {open} is not established",
                stopped(answer)
            )
        }
    }
}

/// `stopped by --max-states after 5,000 states`
pub(super) fn stopped(answer: &Answer) -> String {
    let states = count(answer.search.states, "state");
    match answer.search.stopped {
        Some(limit) => format!("stopped by {} after {states}", stop(limit)),
        None => format!("the search ended after {states}"),
    }
}
