//! The next best plans, each with what it costs and its steps.

use crate::tasks::outcome::{Alternative, Answer, PlanItem};

use super::paint::Paint;
use super::words::{count, duration, visible, wrapped};

/// What was found besides the best plan; none where nobody asked.
pub(super) fn section(answer: &Answer, paint: Paint) -> Option<String> {
    let found = answer.alternatives.as_ref()?;
    let lead = match (found.plans.is_empty(), found.cut_short) {
        (true, false) => "no other plan that costs up to twice as much",
        (true, true) => "no other plan was found, and the search for them came to its limit",
        (false, false) => "the next best plans",
        (false, true) => "other plans; the search came to its limit, there may be others as cheap",
    };
    let mut text = format!("{}\n", paint.strong(lead));
    for (number, alternative) in (2..).zip(&found.plans) {
        text.push_str(&one(number, alternative));
    }
    Some(text)
}

fn one(number: usize, alternative: &Alternative) -> String {
    let Alternative { plan, timeline } = alternative;
    let mut facts = vec![
        count(plan.steps as u64, "step"),
        format!("cost {}", plan.cost),
    ];
    if let Some(timeline) = timeline.as_ref().filter(|timeline| !timeline.broken_off) {
        let downtime: u64 = timeline
            .downtime
            .iter()
            .map(|service| service.seconds)
            .sum();
        if timeline.duration > 0 {
            facts.push(format!("total time {}", duration(timeline.duration)));
            facts.push(format!("downtime {}", duration(downtime)));
        }
    }
    let steps: Vec<String> = plan
        .items
        .iter()
        .map(|item| match item {
            PlanItem::Step(name) => visible(name).into_owned(),
            // Plans for one operator have no other items.
            _ => "wait".to_owned(),
        })
        .collect();
    format!(
        "  {number}  {}\n     {}\n",
        wrapped(&facts.join(", "), 5),
        wrapped(&steps.join(", "), 5)
    )
}
