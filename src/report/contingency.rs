//! The book for the night: what to do when something strikes, where to stop, until when to give up, and how. Markdown, to be
//! printed or put beside the ticket.

use std::fmt::Write as _;

use crate::tasks::exposure::findings::{
    Branch, BranchWay, Cell, Exposure, PositionFindings, Sight, Window,
};
use crate::tasks::outcome::{Answer, Timeline, TimelineItem};

use super::exposure::{harm, lost, steps, then};
use super::words::{clock, duration, stop, visible};

/// The book about a plan.
#[must_use]
pub fn book(answer: &Answer, found: &Exposure) -> String {
    let mut text = String::new();
    // Writing to a text cannot fail.
    let _ = head(&mut text, answer, found);
    let _ = at_a_glance(&mut text, found);
    let _ = windows(&mut text, found);
    let _ = giving_up(&mut text, found);
    text
}

fn head(text: &mut String, answer: &Answer, found: &Exposure) -> std::fmt::Result {
    let model = &answer.model;
    let objects: Vec<String> = model
        .objects
        .iter()
        .map(|(kind, number)| format!("{number} × {}", plain(kind)))
        .collect();
    writeln!(
        text,
        "# If something goes wrong: {}\n",
        plain(&answer.subject)
    )?;
    writeln!(
        text,
        "For this cluster only: {}; rules {}; policies on: {}. Made by rollproof {}.\n",
        objects.join(", "),
        plain(&model.rules),
        if model.policies.is_empty() {
            "none".to_owned()
        } else {
            plain(&model.policies.join(", "))
        },
        env!("CARGO_PKG_VERSION"),
    )?;
    writeln!(
        text,
        "Every way below was verified from every state that it is for, whatever the events do and whenever they come. \
         Another fault on the way is not covered.\n"
    )?;
    if let Some(stopped) = found.stopped {
        writeln!(
            text,
            "**This book is not complete:** {} ended the search.\n",
            stop(stopped)
        )?;
    }
    Ok(())
}

fn at_a_glance(text: &mut String, found: &Exposure) -> std::fmt::Result {
    writeln!(text, "## Step by step\n")?;
    writeln!(
        text,
        "| before step | | may strike and hurt | one may |\n| --- | --- | --- | --- |"
    )?;
    for (place, position) in found.positions.iter().enumerate() {
        let strikes: Vec<String> = found
            .cells
            .iter()
            .filter(|cell| cell.position == place && !cell.harm.is_none())
            .map(|cell| {
                let sure = if cell.harm.is_certain() {
                    " (surely)"
                } else {
                    ""
                };
                format!("{}{sure}", plain(&cell.strikes.join(" and ")))
            })
            .collect();
        let mut may = Vec::new();
        if position.rest {
            may.push("stop and sleep");
        }
        match found
            .abort
            .as_ref()
            .and_then(|abort| abort.possible.get(place))
        {
            Some(Some(true)) => may.push("give up"),
            Some(None) => may.push("perhaps give up (not known)"),
            Some(Some(false)) | None => {}
        }
        writeln!(
            text,
            "| {} | {} | {} | {} |",
            position.name,
            next(found, position),
            strikes.join(", "),
            may.join(", ")
        )?;
    }
    writeln!(text)
}

/// The steps about to be taken.
fn next(found: &Exposure, position: &PositionFindings) -> String {
    if position.next.is_empty() {
        return "after the last step".to_owned();
    }
    let steps = position
        .next
        .iter()
        .filter_map(|n| found.steps.get(*n as usize - 1));
    let names: Vec<String> = steps
        .map(|step| format!("`{}`", plain(&step.name)))
        .collect();
    names.join(", ")
}

fn windows(text: &mut String, found: &Exposure) -> std::fmt::Result {
    writeln!(text, "## When something strikes\n")?;
    if found.windows.is_empty() && found.stopped.is_some() {
        return writeln!(text, "What strikes do is not known.\n");
    }
    if found.windows.is_empty() {
        return writeln!(
            text,
            "Nothing that may strike hurts anybody who would not be without it.\n"
        );
    }
    for window in &found.windows {
        let first = &found.cells[window.cells[0]];
        let mut title = steps(found, window);
        title.replace_range(..1, "A");
        writeln!(
            text,
            "### {title} ({}): {}\n",
            duration(window.seconds),
            plain(&first.texts.join(", and "))
        )?;
        for line in harm(first).into_iter().chain(then(first)) {
            writeln!(text, "- {line}")?;
        }
        writeln!(text)?;
        if first.harm.unrecoverable.is_some() {
            writeln!(
                text,
                "From step {} on there may be no way to the goal any more.\n",
                found.positions[first.position].name
            )?;
        }
        ways(text, found, window)?;
    }
    Ok(())
}

/// What to do in a window; positions with the same branches are told together.
fn ways(text: &mut String, found: &Exposure, window: &Window) -> std::fmt::Result {
    let mut told: Vec<(&Cell, Vec<&str>)> = Vec::new();
    for cell in window.cells.iter().map(|cell| &found.cells[*cell]) {
        let name = found.positions[cell.position].name.as_str();
        match told
            .iter_mut()
            .find(|(other, _)| same(&other.contingency, &cell.contingency))
        {
            Some((_, names)) => names.push(name),
            None => told.push((cell, vec![name])),
        }
    }
    for (cell, names) in told {
        writeln!(
            text,
            "**Struck before step {}.** Stop, and wait until nothing moves by itself.\n",
            names.join(", ")
        )?;
        branches(text, &cell.contingency)?;
    }
    Ok(())
}

fn same(left: &[Branch], right: &[Branch]) -> bool {
    left.len() == right.len()
        && left
            .iter()
            .zip(right)
            .all(|(a, b)| a.when == b.when && a.way.steps() == b.way.steps())
}

fn branches(text: &mut String, branches: &[Branch]) -> std::fmt::Result {
    if branches.is_empty() {
        return writeln!(text, "Nothing is known about what to do.\n");
    }
    for branch in branches {
        let case = case(&branch.when);
        match &branch.way {
            BranchWay::Plan { steps, cost, clock } if steps.iter().any(Option::is_some) => {
                writeln!(text, "{case}: cost {cost}, {}\n", duration(clock.duration))?;
                runbook(text, clock)?;
            }
            BranchWay::Plan { .. } => {
                writeln!(text, "{case}: nothing needs to be done, only waited for.\n")?;
            }
            BranchWay::None => writeln!(
                text,
                "{case}: **no way is safe whatever the events do.** All were tried.\n"
            )?,
            BranchWay::Unknown(stopped) => writeln!(
                text,
                "{case}: not known, {} ended the search.\n",
                stop(*stopped)
            )?,
        }
    }
    Ok(())
}

/// `If EVS1.host is Node3`
fn case(when: &[Vec<Sight>]) -> String {
    let sight = |sight: &Sight| format!("`{}` is `{}`", plain(&sight.field), plain(&sight.value));
    let cases: Vec<String> = when
        .iter()
        .map(|all| all.iter().map(sight).collect::<Vec<_>>().join(" and "))
        .collect();
    if cases.is_empty() {
        "Then".to_owned()
    } else {
        format!("If {}", cases.join(", or if "))
    }
}

/// Steps with their times, words, and what to look at afterwards.
fn runbook(text: &mut String, timeline: &Timeline) -> std::fmt::Result {
    let mut number = 0;
    for entry in &timeline.entries {
        let at = clock(entry.start, false);
        match &entry.what {
            TimelineItem::Step {
                name,
                text: words,
                then,
            } => {
                number += 1;
                writeln!(text, "{number}. {at} {} (`{}`)", plain(words), plain(name))?;
                for line in then {
                    writeln!(text, "   - {}", plain(line))?;
                }
            }
            TimelineItem::Wait { until, events } => {
                let events = if events.is_empty() {
                    String::new()
                } else {
                    format!(": {}", plain(&events.join("; ")))
                };
                let until = match until.strip_prefix("after ") {
                    Some(step) => format!("{step} is done"),
                    None => until.clone(),
                };
                let wait = format!("{at} wait until {}{events}", plain(&until));
                let lead = if number == 0 { "" } else { "   " };
                writeln!(text, "{lead}- {wait}")?;
            }
        }
    }
    writeln!(text)
}

fn giving_up(text: &mut String, found: &Exposure) -> std::fmt::Result {
    let Some(abort) = &found.abort else {
        return Ok(());
    };
    writeln!(text, "## Giving up\n")?;
    match found.no_return() {
        Some(0) => writeln!(text, "There is nothing to go back to from the beginning.\n")?,
        Some(_) => match found.no_return_step() {
            Some(step) => writeln!(
                text,
                "The point of no return is step {}, `{}`: after it nobody gets back.\n",
                step + 1,
                plain(&found.steps[step].name)
            )?,
            None => writeln!(
                text,
                "Nobody gets back at step {}.\n",
                lost(found).join(", ")
            )?,
        },
        None if abort.possible.contains(&None) => {
            writeln!(text, "It is not known from which steps one gets back.\n")?;
        }
        None => writeln!(text, "One can give up at every step.\n")?,
    }
    let mut told: Vec<(&[Branch], Vec<&str>)> = Vec::new();
    for (place, branches) in &abort.ways {
        let name = found.positions[*place].name.as_str();
        match told.iter_mut().find(|(other, _)| same(other, branches)) {
            Some((_, names)) => names.push(name),
            None => told.push((branches, vec![name])),
        }
    }
    for (list, names) in told {
        writeln!(
            text,
            "**Before step {}.** Wait until nothing moves by itself.\n",
            names.join(", ")
        )?;
        branches(text, list)?;
    }
    Ok(())
}

/// Words that a stranger wrote, with nothing in them that Markdown would take for its own.
fn plain(text: &str) -> String {
    let mut found = String::new();
    for character in visible(text).chars() {
        if matches!(character, '`' | '*' | '[' | ']' | '<' | '>' | '|' | '#') {
            found.push('\\');
        }
        found.push(character);
    }
    found
}
