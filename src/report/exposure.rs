//! What faults do along a plan, for people: a table of steps and strikes, the windows of harm in words, the worst first, where
//! one may stop, and the runs that were asked for.

use crate::tasks::exposure::findings::{
    Blamed, Cell, Consequence, ConsequenceKind, Exposure, Recoverable, Window, Witness,
};
use crate::tasks::outcome::{Answer, Trace};

use super::paint::Paint;
use super::words::{WIDTH, count, duration, flow, grouped, stop, visible, wrapped};
use super::{answer as evidence, trace};

/// More strikes than this do not fit a table beside each other.
const COLUMNS: usize = 26;
/// So many windows are told; JSON has all.
const WINDOWS: usize = 10;

/// The sections about exposure.
pub(super) fn sections(answer: &Answer, found: &Exposure, paint: Paint) -> Vec<String> {
    let mut sections = Vec::new();
    let strikes = strikes_in_words(found);
    if let Some(stopped) = found.stopped.filter(|_| found.cells.is_empty()) {
        sections.push(format!(
            "{} to {strikes}: not established, {} ended the search\n",
            paint.open("exposure"),
            stop(stopped)
        ));
        return sections;
    }
    if found.tried == 0 {
        sections.push(format!("exposure to {strikes}: nothing can strike\n"));
        return sections;
    }
    let columns = Column::all(found);
    let mut text = format!("{} to {strikes}\n", paint.strong("exposure"));
    if let Some(stopped) = found.stopped {
        let open = format!(
            "not through, {} ended the search: it is not known everywhere whether the goal can still be reached",
            stop(stopped)
        );
        text.push_str(&format!("  {}\n", paint.open(&wrapped(&open, 2))));
    }
    let harmful = columns.iter().filter(|column| column.is_harmful());
    if harmful.count() > 0 {
        text.push_str(&table(found, &columns, paint));
    }
    text.push_str(&windows(found, paint));
    text.push_str(&plan_stops(found, &columns));
    text.push_str(&rests(found));
    text.push_str(&no_return(found));
    text.push_str(&figures(answer, found));
    sections.push(text);
    for cell in &found.cells {
        sections.extend(runs(found, cell, paint));
    }
    sections
}

/// `1 fault`, `2 faults or slips`
fn strikes_in_words(found: &Exposure) -> String {
    let (faults, slips) = (found.limits.faults, found.limits.slips);
    let mut parts = Vec::new();
    if faults > 0 {
        parts.push(count(u64::from(faults), "fault"));
    }
    if slips > 0 {
        parts.push(count(u64::from(slips), "slip"));
    }
    if parts.is_empty() {
        return "no fault".to_owned();
    }
    format!("{} at one step", parts.join(" and "))
}

/// Strikes with what they do at each position. Strikes that do the same everywhere share one.
struct Column {
    strikes: Vec<String>,
    marks: Vec<Mark>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Mark {
    Nothing,
    PlanStops,
    Possible,
    Certain,
}

impl Mark {
    fn of(cell: &Cell) -> Self {
        if cell.harm.is_certain() {
            Self::Certain
        } else if !cell.harm.is_none() {
            Self::Possible
        } else {
            Self::PlanStops
        }
    }

    fn text(self, paint: Paint) -> String {
        match self {
            Self::Nothing => paint.faint("·"),
            Self::PlanStops => "-".to_owned(),
            Self::Possible => paint.open("?"),
            Self::Certain => paint.bad("✗"),
        }
    }
}

impl Column {
    fn all(found: &Exposure) -> Vec<Self> {
        let mut columns: Vec<Self> = Vec::new();
        for cell in &found.cells {
            let name = cell.strikes.join(" + ");
            let place = columns.iter().position(|column| column.strikes[0] == name);
            let place = place.unwrap_or_else(|| {
                columns.push(Self {
                    strikes: vec![name],
                    marks: vec![Mark::Nothing; found.positions.len()],
                });
                columns.len() - 1
            });
            columns[place].marks[cell.position] = Mark::of(cell);
        }
        let mut merged: Vec<Self> = Vec::new();
        for column in columns {
            match merged.iter_mut().find(|other| other.marks == column.marks) {
                Some(other) => other.strikes.extend(column.strikes),
                None => merged.push(column),
            }
        }
        merged
    }

    fn is_harmful(&self) -> bool {
        self.marks.iter().any(|mark| *mark >= Mark::Possible)
    }
}

/// Steps below each other, strikes that do harm beside each other.
fn table(found: &Exposure, columns: &[Column], paint: Paint) -> String {
    let harmful: Vec<&Column> = columns.iter().filter(|c| c.is_harmful()).collect();
    if harmful.len() > COLUMNS {
        return String::new();
    }
    let mut text = String::new();
    for (column, letter) in harmful.iter().zip('a'..='z') {
        let names: Vec<String> = column
            .strikes
            .iter()
            .map(|s| visible(s).into_owned())
            .collect();
        text.push_str(&format!("  {letter}  {}\n", flow(&names, ", ", 5)));
    }
    let width = found.positions.iter().map(|p| p.name.chars().count()).max();
    let width = width.unwrap_or(0).max(5);
    let letters: Vec<String> = ('a'..='z').take(harmful.len()).map(String::from).collect();
    text.push_str(&format!("\n  {:>width$}  {}\n", "step", letters.join(" ")));
    for (place, position) in found.positions.iter().enumerate() {
        let marks: Vec<String> = harmful.iter().map(|c| c.marks[place].text(paint)).collect();
        let steps: Vec<String> = match position.next.as_slice() {
            [] => vec!["after the last step".to_owned()],
            next => next
                .iter()
                .filter_map(|number| found.steps.get(*number as usize - 1))
                .map(|step| visible(&step.name).into_owned())
                .collect(),
        };
        let steps = steps.join(" | ");
        let mut rest = if position.rest { "  (rest)" } else { "" }.to_owned();
        if found.no_return_step() == Some(place) {
            rest.push_str("  (no return)");
        }
        let line = format!(
            "  {:>width$}  {}  {}{rest}",
            position.name,
            marks.join(" "),
            steps
        );
        text.push_str(line.trim_end());
        text.push('\n');
    }
    let legend = "✗ surely does harm, ? may do harm, - stops the plan only";
    text.push_str(&format!("  {:>width$}  {}\n\n", "", paint.faint(legend)));
    text
}

/// The windows of harm; those in which other strikes do the same at the same steps are told together.
fn windows(found: &Exposure, paint: Paint) -> String {
    let mut told: Vec<(&Window, Vec<String>)> = Vec::new();
    for window in &found.windows {
        let cell = &found.cells[window.cells[0]];
        let strikes = cell.strikes.join(" and ");
        let same = told.iter_mut().find(|(other, _)| {
            positions(found, other) == positions(found, window)
                && found.cells[other.cells[0]].says_the_same(cell)
        });
        match same {
            Some((_, all)) => all.push(strikes),
            None => told.push((window, vec![strikes])),
        }
    }
    if told.is_empty() && found.stopped.is_some() {
        return "  no window so far\n".to_owned();
    }
    if told.is_empty() {
        return format!(
            "  {}\n",
            paint.good("no window: whatever strikes, nobody is hurt who would not be without it")
        );
    }
    let mut text = String::new();
    for (window, strikes) in told.iter().take(WINDOWS) {
        let cell = &found.cells[window.cells[0]];
        let mark = Mark::of(cell).text(paint);
        let title = format!(
            "{}, {}: {}",
            steps(found, window),
            duration(window.seconds),
            strikes.join(", or ")
        );
        text.push_str(&format!("  {mark} {}\n", wrapped(&title, 4)));
        for line in harm(cell).into_iter().chain(then(cell)) {
            text.push_str(&format!("      {}\n", wrapped(&line, 6)));
        }
    }
    if told.len() > WINDOWS {
        text.push_str(&format!(
            "    and {} more; `--format json` has all\n",
            count((told.len() - WINDOWS) as u64, "window")
        ));
    }
    let (window, _) = &told[0];
    let cell = &found.cells[window.cells[0]];
    let name = format!(
        "{} {}",
        found.positions[cell.position].name,
        cell.strikes.join(" + ")
    );
    text.push_str(&format!(
        "    {}\n",
        paint.faint(&format!("`--trace '{}'` shows how", visible(&name)))
    ));
    text
}

fn positions(found: &Exposure, window: &Window) -> Vec<usize> {
    let cells = window.cells.iter();
    cells.map(|cell| found.cells[*cell].position).collect()
}

/// `at step 4`, `at steps 4 to 6`, `at steps 2+5, 3+5`
pub(super) fn steps(found: &Exposure, window: &Window) -> String {
    let places = positions(found, window);
    let name = |place: usize| found.positions[place].name.as_str();
    let is_sequence = places.windows(2).all(|pair| pair[1] == pair[0] + 1)
        && places
            .iter()
            .all(|place| found.positions[*place].next.len() <= 1);
    match (places.as_slice(), is_sequence) {
        ([one], _) => format!("at step {}", name(*one)),
        ([first, .., last], true) => format!("at steps {} to {}", name(*first), name(*last)),
        (all, _) => {
            let names: Vec<&str> = all.iter().map(|place| name(*place)).collect();
            format!("at steps {}", names.join(", "))
        }
    }
}

/// Who is hurt, in words; what is sure first.
pub(super) fn harm(cell: &Cell) -> Vec<String> {
    let harm = &cell.harm;
    let named = |list: &[Blamed], certain: bool| -> Vec<String> {
        let some = list.iter().filter(|blamed| blamed.certain == certain);
        some.map(|blamed| visible(&blamed.name).into_owned())
            .collect()
    };
    let mut lines = Vec::new();
    for (certain, word) in [(true, "surely"), (false, "perhaps")] {
        let mut parts = Vec::new();
        let broken = named(&harm.broken, certain);
        if !broken.is_empty() {
            let each = if !certain && harm.surely && harm.broken.iter().all(|b| !b.certain) {
                " (one of them surely)"
            } else {
                ""
            };
            parts.push(format!("breaks {}{each}", broken.join(", ")));
        }
        let out = named(&harm.out, certain);
        if !out.is_empty() {
            parts.push(format!("leaves {} out", out.join(", ")));
        }
        if !parts.is_empty() {
            lines.push(format!("{word} {}", parts.join(", ")));
        }
    }
    if harm.surely && harm.broken.is_empty() {
        lines.push("surely breaks one of what fewer strikes may break".to_owned());
    }
    lines
}

/// What comes then.
pub(super) fn then(cell: &Cell) -> Vec<String> {
    let mut lines = Vec::new();
    if !cell.plan.is_empty() {
        let ways: Vec<String> = cell.plan.iter().map(way).collect();
        lines.push(format!("who carries on: {}", ways.join(", ")));
    }
    lines.push(match cell.recoverable {
        Recoverable::Yes => "who notices can still reach the goal".to_owned(),
        Recoverable::No => "who notices may not reach the goal any more".to_owned(),
        Recoverable::Unknown(_) => "whether the goal can still be reached is not known".to_owned(),
    });
    lines
}

fn way(consequence: &Consequence) -> String {
    match &consequence.kind {
        ConsequenceKind::Refused => "a step is refused".to_owned(),
        ConsequenceKind::Undefined => "a step has no meaning".to_owned(),
        ConsequenceKind::Incomplete => "the plan never gets done".to_owned(),
        ConsequenceKind::Breaks(name) => format!("breaks {}", visible(name)),
    }
}

/// Strikes that hurt nobody and spoil the rest of the plan.
fn plan_stops(found: &Exposure, columns: &[Column]) -> String {
    let cells = found.cells.iter().filter(|cell| cell.harm.is_none());
    let number = cells.count();
    if number == 0 {
        return String::new();
    }
    let quiet = columns.iter().filter(|column| !column.is_harmful());
    let strikes: Vec<&str> = quiet
        .flat_map(|column| column.strikes.iter().map(String::as_str))
        .collect();
    let only = match strikes.len() {
        0 => String::new(),
        1 => format!(" ({} nowhere does more)", strikes[0]),
        2..=6 => format!(" ({} nowhere do more)", strikes.join(", ")),
        more => format!(" ({} of them nowhere do more)", grouped(more as u64)),
    };
    let what = count(number as u64, "strike");
    let text = format!(
        "{what} of {} only spoil the rest of the plan{only}",
        grouped(found.tried as u64)
    );
    format!("  - {}\n", wrapped(&text, 4))
}

fn rests(found: &Exposure) -> String {
    let names: Vec<String> = found
        .positions
        .iter()
        .filter(|position| position.rest)
        .map(|position| {
            if position.next.is_empty() {
                "after the last step".to_owned()
            } else {
                position.name.clone()
            }
        })
        .collect();
    if names.is_empty() {
        return "\n  rest points nowhere: at each step something is out, moves or is exposed\n"
            .to_owned();
    }
    format!("\n  rest points before step {}\n", flow(&names, ", ", 26))
}

/// After which step nobody gets back; nothing where the rules do not say what that would be.
fn no_return(found: &Exposure) -> String {
    let Some(abort) = &found.abort else {
        return String::new();
    };
    let text = match found.no_return() {
        Some(0) => "from the beginning".to_owned(),
        Some(_) => match found.no_return_step() {
            Some(step) => format!("after {}", visible(&found.steps[step].name)),
            None => format!("at step {}", lost(found).join(", ")),
        },
        None if abort.possible.contains(&None) => {
            "not known; `--contingency FILE.md` looks further".to_owned()
        }
        None => "nowhere: one can give up at every step".to_owned(),
    };
    format!("  no return   {}\n", wrapped(&text, 14))
}

/// The positions from which nobody gets back.
pub(super) fn lost(found: &Exposure) -> Vec<&str> {
    let possible = found.abort.iter().flat_map(|abort| &abort.possible);
    let positions = found.positions.iter().zip(possible);
    let lost = positions.filter(|(_, possible)| **possible == Some(false));
    lost.map(|(position, _)| position.name.as_str()).collect()
}

fn figures(answer: &Answer, found: &Exposure) -> String {
    let figures = &found.figures;
    let total = answer
        .timeline
        .as_ref()
        .map_or(0, |timeline| timeline.duration);
    let until = if figures.clock_ran_out {
        ""
    } else {
        ", until the clock stands still"
    };
    let text = format!(
        "{} perhaps, {} surely, of {}{until}",
        duration(figures.exposed_possible),
        duration(figures.exposed_certain),
        duration(total)
    );
    format!("  exposed     {}\n", wrapped(&text, 14))
}

/// The runs of a cell, where they are there.
fn runs(found: &Exposure, cell: &Cell, paint: Paint) -> Vec<String> {
    let position = &found.positions[cell.position];
    let mut sections: Vec<(Vec<String>, &Witness)> = Vec::new();
    let harm = &cell.harm;
    let blamed = harm
        .broken
        .iter()
        .map(|b| (format!("breaks {}", b.name), &b.witness))
        .chain(
            harm.out
                .iter()
                .map(|b| (format!("leaves {} out", b.name), &b.witness)),
        )
        .chain(
            harm.unrecoverable
                .iter()
                .map(|b| ("leaves no way to the goal".to_owned(), &b.witness)),
        );
    let plan = cell
        .plan
        .iter()
        .map(|c| (format!("who carries on: {}", way(c)), &c.witness));
    for (what, witness) in blamed.chain(plan) {
        let Some(witness) = witness else { continue };
        let same = sections
            .iter_mut()
            .find(|(_, other)| other.run == witness.run && other.steps == witness.steps);
        match same {
            Some((all, _)) => all.push(what),
            None => sections.push((vec![what], witness)),
        }
    }
    sections
        .into_iter()
        .map(|(what, witness)| {
            let mut run = position.runs.get(witness.run).cloned().unwrap_or_default();
            run.steps.extend(witness.steps.steps.iter().cloned());
            let title = format!(
                "step {}, {}: {}",
                position.name,
                cell.strikes.join(" and "),
                what.join(", ")
            );
            section(&title, &run, witness, paint)
        })
        .collect()
}

fn section(title: &str, run: &Trace, witness: &Witness, paint: Paint) -> String {
    let mut text = format!("{}\n", paint.bad(&format!("✗ {}", wrapped(title, 2))));
    text.push_str(&trace::steps(run, paint));
    let why = evidence::why(
        witness.reason.as_ref(),
        witness.explanation.as_ref(),
        run,
        paint,
    );
    if !why.is_empty() {
        text.push('\n');
        text.push_str(&why);
    }
    text
}

const _: () = assert!(COLUMNS * 2 < WIDTH, "the marks of a step fit a line");
