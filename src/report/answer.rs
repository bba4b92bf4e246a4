//! An answer for people: what was asked, the verdicts, the evidence against what is violated, and the last word.

use crate::semantics::{Explanation, Reading};
use crate::tasks::outcome::{Answer, Counterexample, Property, Reason, Task, Trace, Verdict};

use super::paint::Paint;
use super::words::{WIDTH, count, flow, visible, wrapped};
use super::{
    Loaded, alternatives, diagnostics, exposure, front, lanes, observed, promise, remedies,
    runbook, summary, trace, verdict,
};

/// What the reader wants to see beside the verdicts.
#[derive(Clone, Copy, Debug)]
pub struct View<'a> {
    /// What the answer rests on.
    pub loaded: Loaded<'a>,
    /// Colours.
    pub paint: Paint,
    /// The shortest run to the goal as well.
    pub witness: bool,
}

/// The whole report.
#[must_use]
pub fn render(answer: &Answer, view: View<'_>) -> String {
    let paint = view.paint;
    let mut sections = vec![summary::head(answer, view.loaded.inputs, paint)];
    if let Some(whereabouts) = &answer.whereabouts {
        sections.push(observed::section(whereabouts, paint));
    }
    // A plan that was found has all properties: that is what it means to be found.
    if answer.task != Task::Plan || answer.verdict != Verdict::Holds {
        sections.extend(verdict::table(answer, paint));
    }
    sections.extend(evidence(answer, paint));
    if view.witness {
        sections.extend(answer.properties.iter().filter_map(|p| witness(p, paint)));
    }
    if answer.task == Task::Plan {
        sections.extend(front::section(answer, paint));
        sections.extend(runbook::steps(answer, paint));
        sections.extend(alternatives::section(answer, paint));
        sections.extend(runbook::furthest(answer, paint));
        sections.extend(remedies::section(answer, paint));
    }
    sections.extend(runbook::totals(answer));
    sections.extend(lanes::relaxed(answer, paint));
    if let Some(found) = &answer.exposure {
        sections.extend(exposure::sections(answer, found, paint));
    }
    sections.extend(warnings(answer, view));
    sections.push(verdict::last_lines(answer, paint));
    sections.join("\n")
}

/// A section for each violated property. Where two have the same run, it is shown once.
fn evidence(answer: &Answer, paint: Paint) -> Vec<String> {
    let mut shown: Vec<(&str, &Trace)> = Vec::new();
    let mut sections = Vec::new();
    for property in &answer.properties {
        if property.verdict != Verdict::Violated {
            continue;
        }
        let Some(counterexample) = &property.counterexample else {
            continue;
        };
        let run = &counterexample.trace;
        let earlier = shown
            .iter()
            .find(|(_, other)| *other == run && !run.steps.is_empty())
            .map(|(name, _)| *name);
        if earlier.is_none() {
            shown.push((&property.name, run));
        }
        sections.push(section(property, counterexample, earlier, paint));
    }
    sections
}

fn section(
    property: &Property,
    counterexample: &Counterexample,
    earlier: Option<&str>,
    paint: Paint,
) -> String {
    let run = &counterexample.trace;
    let refused = run.steps.last().is_some_and(|last| last.refused.is_some());
    let when = match run.steps.len() {
        0 => "at once".to_owned(),
        n if refused => format!("at step {n}"),
        n => format!("after {}", count(n as u64, "step")),
    };
    let title = format!("✗ {}, {when}", visible(&property.name));
    let mut text = format!("{}\n", paint.bad(&title));
    match (earlier, &counterexample.reason) {
        (Some(name), _) => text.push_str(&format!("      the same run as for {}\n", visible(name))),
        // There is no run to show: that is the point.
        (None, Reason::Unreachable { .. }) if run.steps.is_empty() => {}
        (None, _) => text.push_str(&trace::steps(run, paint)),
    }
    let why = why(
        Some(&counterexample.reason),
        counterexample.explanation.as_ref(),
        run,
        paint,
    );
    if !run.steps.is_empty() && !why.is_empty() {
        text.push('\n');
    }
    text + &why
}

/// Why a run shows what it should, below it.
pub(super) fn why(
    told: Option<&Reason>,
    explanation: Option<&Explanation>,
    run: &Trace,
    paint: Paint,
) -> String {
    let mut text = String::new();
    for line in told.map_or_else(Vec::new, |told| reason(told, run)) {
        let indent = 4 + line.chars().take_while(|c| *c == ' ').count();
        text.push_str(&format!(
            "{}{}\n",
            " ".repeat(indent),
            wrapped(&line, indent)
        ));
    }
    if let Some(explanation) = explanation {
        text.push_str(&explain(explanation, paint));
    }
    text
}

/// Why the run is a counterexample, in words; a line each.
fn reason(reason: &Reason, run: &Trace) -> Vec<String> {
    match reason {
        Reason::False { invariant, doc } => match doc.trim() {
            "" => vec![format!("`{invariant}` is false now.")],
            doc => vec![format!("{invariant}: {doc}")],
        },
        Reason::Undefined { place, what } => {
            vec![format!("In {place} something is undefined: {what}")]
        }
        Reason::Unreachable { goal } => {
            vec![format!(
                "No run reaches the goal `{goal}` without a violation."
            )]
        }
        Reason::Doomed { goal, step } => vec![match step {
            Some(step) => format!(
                "After `{step}` the goal `{goal}` can no longer be reached without a violation."
            ),
            None => format!(
                "From the beginning the goal `{goal}` cannot be reached without a violation."
            ),
        }],
        Reason::Refused { step, message } => {
            if run.steps.last().is_some_and(|last| last.refused.is_some()) {
                Vec::new()
            } else {
                vec![format!("`{step}` is refused: {message}")]
            }
        }
        Reason::Stuck { waiting } => stuck("Nothing moves any more:", waiting),
        Reason::GoalFalse { goal } => {
            vec![format!(
                "All steps are taken, and the goal `{goal}` is false for ever."
            )]
        }
        Reason::Cycle { goal, waiting } => {
            let mut lines = match goal {
                Some(goal) => vec![format!(
                    "All steps are taken, but the goal `{goal}` fails again and again."
                )],
                None => Vec::new(),
            };
            if !waiting.is_empty() {
                lines.extend(stuck("While this goes round:", waiting));
            }
            lines
        }
        Reason::Unkept { .. } => promise::unkept(reason, run),
    }
}

fn stuck(lead: &str, waiting: &[(String, String)]) -> Vec<String> {
    let mut lines = vec![lead.to_owned()];
    for (step, until) in waiting {
        lines.push(if step.starts_with("await ") {
            format!("  `{step}` waits for ever.")
        } else {
            format!("  `{step}` waits for ever for `{until}`.")
        });
    }
    lines
}

/// `for e = EVS1: e.build is sp1, e.host.build is rtm`, and below it the condition that they make false.
fn explain(explanation: &Explanation, paint: Paint) -> String {
    let bindings: Vec<String> = explanation
        .bindings
        .iter()
        .map(|(name, value)| visible(&format!("{name} = {value}")).into_owned())
        .collect();
    let lead = match bindings.as_slice() {
        [] => String::new(),
        _ => format!("for {}: ", bindings.join(", ")),
    };
    let values: Vec<String> = explanation.values.iter().map(reading).collect();
    let condition = format!("false: {}", explanation.conjunct);
    let condition = wrapped(&condition, 4);
    if values.is_empty() && lead.is_empty() {
        return format!("    {condition}\n");
    }
    let indent = 4 + lead.chars().count();
    let indent = if indent > WIDTH / 2 { 4 } else { indent };
    let values = flow(&values, ", ", indent);
    format!("    {}{values}\n    {condition}\n", paint.strong(&lead))
}

/// `e.host.build is rtm`
fn reading(reading: &Reading) -> String {
    let Reading { text, value, .. } = reading;
    visible(&format!("{text} is {value}")).into_owned()
}

/// The shortest run to the goal.
fn witness(property: &Property, paint: Paint) -> Option<String> {
    let run = property.witness.as_ref()?;
    let title = format!(
        "✓ {}, in {}",
        visible(&property.name),
        count(run.steps.len() as u64, "step")
    );
    Some(format!(
        "{}\n{}",
        paint.good(&title),
        trace::steps(run, paint)
    ))
}

/// Warnings: what never mattered in a line each, everything else in full.
fn warnings(answer: &Answer, view: View<'_>) -> Option<String> {
    let paint = view.paint;
    let all = view.loaded.warnings.iter().chain(&answer.warnings);
    let (brief, full): (Vec<_>, Vec<_>) = all.partition(|w| w.code.text().starts_with('W'));
    if brief.is_empty() && full.is_empty() {
        return None;
    }
    let mut text = String::new();
    for warning in full {
        text.push_str(&diagnostics::one(warning, paint));
        text.push_str("\n\n");
    }
    for warning in brief {
        let word = paint.open(&format!("warning[{}]", warning.code.text()));
        text.push_str(&format!("{word}: {}\n", diagnostics::brief(warning)));
    }
    Some(format!("{}\n", text.trim_end()))
}

#[cfg(test)]
mod tests;
