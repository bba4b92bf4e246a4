//! The head of a report: what was asked, of what. A claim holds for this and nothing else.

use crate::model::loader::Input;
use crate::tasks::outcome::{Answer, ModelSummary, Task};

use super::paint::Paint;
use super::words::{flow, visible};

/// What was asked of what, and what was read for it, in a few lines.
pub(super) fn head(answer: &Answer, inputs: &[Input], paint: Paint) -> String {
    let title = format!("{} {}", answer.task.key(), visible(&answer.subject));
    let lines: Vec<String> = [files(inputs), sizes(answer), choices(&answer.model)]
        .into_iter()
        .filter(|pieces| !pieces.is_empty())
        .map(|pieces| format!("  {}\n", paint.faint(&flow(&pieces, " · ", 2))))
        .collect();
    format!("{}\n{}", paint.strong(&title), lines.concat())
}

/// `read four-node.json`, `my.rules`
fn files(inputs: &[Input]) -> Vec<String> {
    let path = |input: &Input| visible(&input.location.path()).into_owned();
    let mut pieces: Vec<String> = inputs.iter().map(path).collect();
    if let Some(first) = pieces.first_mut() {
        first.insert_str(0, "read ");
    }
    pieces
}

/// `rules exchange-core`, `2 × node`, `faults 0`, `goal upgraded`
fn sizes(answer: &Answer) -> Vec<String> {
    let model = &answer.model;
    let mut pieces = vec![format!("rules {}", visible(&model.rules))];
    pieces.extend(objects(model));
    pieces.push(faults(answer));
    if let Some(goal) = &model.goal {
        pieces.push(format!("goal {}", visible(goal)));
    }
    pieces
}

/// `policies on: drain, one_upgrade`, `limit = 2`
fn choices(model: &ModelSummary) -> Vec<String> {
    let mut pieces = Vec::new();
    if !model.policies.is_empty() {
        pieces.push(format!(
            "policies on: {}",
            visible(&model.policies.join(", "))
        ));
    }
    for (name, value) in &model.params {
        pieces.push(format!("{} = {}", visible(name), visible(value)));
    }
    pieces
}

fn objects(model: &ModelSummary) -> Vec<String> {
    model
        .objects
        .iter()
        .map(|(kind, number)| format!("{number} × {}", visible(kind)))
        .collect()
}

/// The faults that were let strike: the cluster's budget in `check`, none elsewhere.
fn faults(answer: &Answer) -> String {
    match answer.task {
        Task::Check => format!("faults {}", visible(&answer.model.faults)),
        Task::Verify | Task::Plan => "no faults".to_owned(),
    }
}

/// How far a claim reaches: `for 2 × node, 1 × evs, faults 0 only`.
pub(super) fn bounds(answer: &Answer) -> String {
    let mut pieces = objects(&answer.model);
    pieces.push(faults(answer));
    format!("for this cluster only: {}", pieces.join(", "))
}
