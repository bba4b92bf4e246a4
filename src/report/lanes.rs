//! Several operators at once: what a plan with less order comes to, for people.

use crate::tasks::outcome::{Answer, Relaxed, Verdict};

use super::paint::Paint;
use super::runbook;
use super::trace;
use super::verdict;
use super::words::{count, duration, flow, stop, visible};

/// The plan with as little order as it can do with; none where that was not asked for.
pub(super) fn relaxed(answer: &Answer, paint: Paint) -> Option<String> {
    let relaxed = answer.relaxed.as_ref()?;
    let mut text = format!("{}\n", title(relaxed, paint));
    let (before, after) = relaxed.pairs;
    let mut pieces = vec![format!(
        "{after} of {} {} left",
        count(before as u64, "ordered pair"),
        if after == 1 { "is" } else { "are" }
    )];
    let (waits, left) = relaxed.waits;
    if left < waits {
        pieces.push(format!("{left} of {}", count(waits as u64, "wait")));
    }
    pieces.push(match (relaxed.stopped, relaxed.most_lanes) {
        (Some(limit), _) => format!(
            "whether that is the least is not known: {} came first",
            stop(limit)
        ),
        (None, Some(most)) => format!(
            "none can be dropped without breaking the plan or needing more than {}",
            count(most as u64, "operator")
        ),
        (None, None) => "none can be dropped without breaking the plan".to_owned(),
    });
    text.push_str(&format!("  {}\n\n", flow(&pieces, "; ", 2)));
    text.push_str(&if relaxed.timeline.broken_off {
        trace::items(&relaxed.plan.items)
    } else {
        runbook::entries(&relaxed.timeline, answer.model.goal.as_deref(), paint)
    });
    text.push_str(&downtime(answer, relaxed).unwrap_or_default());
    Some(text)
}

/// How long services are out, and how long they were: less order keeps nobody from beginning early.
fn downtime(answer: &Answer, relaxed: &Relaxed) -> Option<String> {
    let before = answer.timeline.as_ref().filter(|t| !t.broken_off)?;
    let pairs = relaxed.timeline.downtime.iter().zip(&before.downtime);
    let time = |seconds| match seconds {
        0 => "none".to_owned(),
        seconds => duration(seconds),
    };
    let services: Vec<String> = pairs
        .filter(|(after, before)| after.seconds + before.seconds > 0)
        .map(|(after, before)| {
            let service = visible(&after.service);
            let (after, before) = (time(after.seconds), time(before.seconds));
            if after == before {
                format!("{service} {after}")
            } else {
                format!("{service} {after} instead of {before}")
            }
        })
        .collect();
    let told = !relaxed.timeline.broken_off && !services.is_empty();
    let services = flow(&services, ", ", 14);
    told.then(|| format!("\n  downtime    {services} in that run\n"))
}

/// How many operators, and how long it takes them.
fn title(relaxed: &Relaxed, paint: Paint) -> String {
    let operators = match relaxed.lanes {
        0 | 1 => "In order: the steps have to come one after the other".to_owned(),
        lanes => format!("In lanes: {} at once", count(lanes as u64, "operator")),
    };
    let after = relaxed.timeline.duration;
    let time = match relaxed.before {
        _ if relaxed.timeline.broken_off => String::new(),
        Some(before) if before != after => {
            format!(", {} instead of {}", duration(after), duration(before))
        }
        _ if after > 0 => format!(", {}", duration(after)),
        _ => String::new(),
    };
    paint.strong(&format!("{operators}{time}"))
}

/// The last word on a plan for several operators; none where that was not asked for, or where there is nothing to say about
/// several.
pub(super) fn last_line(answer: &Answer, paint: Paint) -> Option<String> {
    let scheduled = answer.scheduled?;
    let operators = count(scheduled.lanes as u64, "operator");
    match (answer.verdict, &answer.plan, &answer.timeline) {
        (Verdict::Holds, Some(plan), Some(timeline)) => {
            let soonest = if timeline.duration == 0 {
                "nothing takes time, no plan has fewer steps".to_owned()
            } else {
                let time = duration(timeline.duration);
                format!("{time}, none is done sooner, and of those none has fewer steps")
            };
            Some(format!(
                "{}: {} for {operators}, {soonest}",
                paint.good("plan"),
                count(plan.steps as u64, "step"),
            ))
        }
        (Verdict::Inconclusive, Some(plan), Some(timeline)) => Some(format!(
            "{}: {}\n  the best plan that is known for {operators} takes {} in {}; none takes less than {}",
            paint.open("inconclusive"),
            verdict::stopped(answer),
            duration(timeline.duration),
            count(plan.steps as u64, "step"),
            duration(scheduled.at_least)
        )),
        (Verdict::Inconclusive, None, _) => {
            if scheduled.none_for_one {
                return Some(format!(
                    "{}: no plan exists for one operator, and none for {} was found\n  among {}; `plan` without `--lanes` says what stands in the way",
                    paint.open("inconclusive"),
                    scheduled.lanes,
                    count(answer.search.states, "state")
                ));
            }
            let ended = if answer.search.stopped.is_none() && scheduled.left_out {
                "there are schedules that were left out, and no other is valid".to_owned()
            } else {
                verdict::stopped(answer)
            };
            Some(format!(
                "{}: {ended}; no plan for {operators} takes less than {}",
                paint.open("inconclusive"),
                duration(scheduled.at_least)
            ))
        }
        _ => None,
    }
}
