//! A plan for the person who carries it out: steps with their times, what to wait for, what to look at afterwards, and
//! what it costs in time and downtime. Knows no property.

use crate::tasks::outcome::{Answer, Timeline, TimelineEntry, TimelineItem};

use super::paint::Paint;
use super::trace;
use super::verdict;
use super::words::{clock, count, duration, flow, visible, wrapped};

/// The steps of the plan that was found; none where there is none.
pub(super) fn steps(answer: &Answer, paint: Paint) -> Option<String> {
    let plan = answer.plan.as_ref()?;
    let text = match &answer.timeline {
        Some(timeline) if !timeline.broken_off => {
            entries(timeline, answer.model.goal.as_deref(), paint)
        }
        _ => trace::items(&plan.items),
    };
    if plan.steps == 0 {
        let lead = "  no step is needed: the goal holds, or comes about by itself\n";
        return Some(format!("{lead}{text}"));
    }
    Some(text)
}

/// How near to the goal a valid plan comes where none comes to it.
pub(super) fn furthest(answer: &Answer, paint: Paint) -> Option<String> {
    let furthest = answer.furthest.as_ref()?;
    if furthest.steps.is_empty() {
        let line = "no valid plan comes any nearer to the goal than the cluster is already";
        return Some(format!("{}\n", paint.strong(line)));
    }
    let steps = count(furthest.steps.len() as u64, "step");
    let left = match furthest.left {
        0 => String::new(),
        left => format!("; what is left then costs {left} at least, and no valid plan does it"),
    };
    let lead = format!("the furthest that a valid plan comes: {steps}{left}");
    let names: Vec<String> = furthest
        .steps
        .iter()
        .map(|name| visible(name).into_owned())
        .collect();
    Some(format!(
        "{}\n  {}\n",
        paint.strong(&wrapped(&lead, 0)),
        wrapped(&names.join(", "), 2)
    ))
}

/// The steps on the clock, one below the other, and when all is done.
pub(super) fn entries(timeline: &Timeline, goal: Option<&str>, paint: Paint) -> String {
    let columns = Columns::of(timeline);
    let names: Vec<&str> = timeline.entries.iter().filter_map(step_name).collect();
    let mut text = String::new();
    let mut number = 0;
    for entry in &timeline.entries {
        let label = match entry.what {
            TimelineItem::Step { .. } => {
                number += 1;
                number.to_string()
            }
            TimelineItem::Wait { .. } => String::new(),
        };
        text.push_str(&columns.entry(&label, entry, &names, paint));
    }
    if let Some(goal) = goal.filter(|_| !timeline.entries.is_empty()) {
        let front = columns.front("", timeline.duration, "");
        text.push_str(&format!("{front}done: the goal {} holds\n", visible(goal)));
    }
    text
}

/// What stands before the words of an entry.
struct Columns {
    /// Whether anything takes time at all.
    timed: bool,
    /// Whether seconds matter.
    seconds: bool,
    /// The width of the widest lane; 0 without lanes.
    lane: usize,
    /// The width of the latest time.
    clock: usize,
}

impl Columns {
    fn of(timeline: &Timeline) -> Self {
        let entries = &timeline.entries;
        let begin = entries.iter().map(|e| e.start);
        let times: Vec<u64> = begin.chain([timeline.duration]).collect();
        let seconds = times.iter().any(|time| time % 60 != 0);
        let latest = times.into_iter().max().unwrap_or(0);
        Self {
            timed: timeline.duration > 0,
            seconds,
            lane: entries
                .iter()
                .map(|e| e.lane.chars().count())
                .max()
                .unwrap_or(0),
            clock: clock(latest, seconds).len(),
        }
    }

    /// Number, time and lane.
    fn front(&self, label: &str, time: u64, lane: &str) -> String {
        let mut front = format!("  {label:>4}  ");
        if self.timed {
            let time = clock(time, self.seconds);
            front.push_str(&format!("{time:>width$}  ", width = self.clock));
        }
        if self.lane > 0 {
            let lane = match lane {
                "" => String::new(),
                lane => format!("lane {}", visible(lane)),
            };
            front.push_str(&format!("{lane:width$}  ", width = self.lane + 5));
        }
        front
    }

    fn entry(&self, label: &str, entry: &TimelineEntry, names: &[&str], paint: Paint) -> String {
        let front = self.front(label, entry.start, &entry.lane);
        let indent = front.chars().count();
        let takes = match entry.end.saturating_sub(entry.start) {
            0 => String::new(),
            seconds => format!(" ({})", duration(seconds)),
        };
        let mut lines = Vec::new();
        match &entry.what {
            TimelineItem::Step { name, text, then } => {
                let words = if text.is_empty() { name } else { text };
                lines.push(wrapped(&format!("{words}{takes}"), indent));
                if words != name {
                    lines.push(paint.faint(&visible(name)));
                }
                lines.extend(
                    then.iter()
                        .map(|t| wrapped(&format!("then: {t}"), indent + 6)),
                );
            }
            TimelineItem::Wait { until, events } => {
                // A step waits for whatever it needs: the events say what that is.
                let lead = match until.as_str() {
                    "settled" => "wait until nothing moves by itself".to_owned(),
                    step if names.contains(&step) => "wait".to_owned(),
                    condition => condition_in_words(condition),
                };
                let ended_by = match events.as_slice() {
                    [] => String::new(),
                    events => format!(": {}", events.join("; ")),
                };
                lines.push(wrapped(&format!("{lead}{takes}{ended_by}"), indent));
            }
        }
        let blanks = " ".repeat(indent);
        format!("{front}{}\n", lines.join(&format!("\n{blanks}")))
    }
}

/// What a wait is for, where that is no step.
fn condition_in_words(condition: &str) -> String {
    if let Some(goal) = condition.strip_prefix("goal ") {
        return format!("wait until the goal {goal} holds");
    }
    match condition.strip_prefix("after ") {
        Some("settled") => {
            "wait until another lane has seen that nothing moves by itself".to_owned()
        }
        Some(step) => format!("wait until {step} is done"),
        None => format!("wait until {condition}"),
    }
}

fn step_name(entry: &TimelineEntry) -> Option<&str> {
    match &entry.what {
        TimelineItem::Step { name, .. } => Some(name),
        TimelineItem::Wait { .. } => None,
    }
}

/// How long it takes, and which service is out for how long; none where nothing is known or nothing takes time.
pub(super) fn totals(answer: &Answer) -> Option<String> {
    let timeline = answer.timeline.as_ref()?;
    if timeline.broken_off && verdict::valid(answer) {
        return Some("  times are not known: events go round for ever\n".to_owned());
    }
    if timeline.broken_off {
        let reached = duration(timeline.duration);
        return Some(format!(
            "  the clock stands still after {reached}: the plan goes no further\n"
        ));
    }
    if timeline.duration == 0 && timeline.downtime.iter().all(|d| d.seconds == 0) {
        return None;
    }
    // The clock follows one run out of many: the longest may take longer, and no fault strikes in it.
    let total = duration(timeline.duration);
    let mut text = format!("  total time  {total} in one run, by the times in the rules\n");
    if !timeline.downtime.is_empty() {
        let services: Vec<String> = timeline
            .downtime
            .iter()
            .map(|d| match d.seconds {
                0 => format!("{} none", visible(&d.service)),
                seconds => format!("{} {}", visible(&d.service), duration(seconds)),
            })
            .collect();
        let services = flow(&services, ", ", 14);
        text.push_str(&format!("  downtime    {services} in that run\n"));
    }
    Some(text)
}
