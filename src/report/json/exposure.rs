//! What faults do along a plan in the JSON report.

use indexmap::IndexMap;
use serde::Serialize;

use crate::report::words;
use crate::tasks::exposure::findings::{
    Blamed, Branch, BranchWay, Cell, Consequence, ConsequenceKind, Exposure, PositionFindings,
    Recoverable, Sight, Window, Witness,
};

use super::answer::{Explained, Why};
use super::run::{Clock, Item, Run};

#[derive(Serialize)]
pub(super) struct Exposed<'a> {
    faults: u32,
    slips: u32,
    /// Sets of strikes at all positions, harmless ones included.
    tried: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    stopped_by: Option<&'static str>,
    steps: Vec<&'a str>,
    positions: Vec<Position<'a>>,
    cells: Vec<Told<'a>>,
    windows: Vec<Stretch<'a>>,
    figures: Figures,
}

#[derive(Serialize)]
struct Figures {
    exposed_seconds: u64,
    surely_exposed_seconds: u64,
    breaking_positions: usize,
    breaking_cells: usize,
    surely_breaking_positions: usize,
    surely_breaking_cells: usize,
    clock_ran_out: bool,
}

#[derive(Serialize)]
struct Position<'a> {
    name: &'a str,
    next: &'a [u32],
    seconds: u64,
    rest: bool,
    /// Whether one can still give up; null where that is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    abort_possible: Option<Option<bool>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    abort: Vec<Case<'a>>,
    runs: Vec<Run<'a>>,
}

#[derive(Serialize)]
struct Told<'a> {
    position: &'a str,
    strikes: &'a [String],
    texts: &'a [String],
    exposed: bool,
    surely: bool,
    breaks: Vec<Blame<'a>>,
    surely_breaks_one: bool,
    leaves_out: Vec<Blame<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unrecoverable: Option<Blame<'a>>,
    carrying_on: Vec<Way<'a>>,
    recoverable: Option<bool>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    contingency: Vec<Case<'a>>,
}

/// What to do in one of several cases.
#[derive(Serialize)]
struct Case<'a> {
    /// In any of these, each with all of its sights; empty where there is no other case.
    when: Vec<IndexMap<&'a str, &'a str>>,
    ends: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    plan: Option<Vec<Item<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cost: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    timeline: Option<Clock<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stopped_by: Option<&'static str>,
}

impl<'a> Case<'a> {
    fn of(branch: &'a Branch) -> Self {
        let sights = |all: &'a Vec<Sight>| {
            let pairs = all.iter().map(|s| (s.field.as_str(), s.value.as_str()));
            pairs.collect()
        };
        let mut case = Self {
            when: branch.when.iter().map(sights).collect(),
            ends: branch.ends,
            plan: None,
            cost: None,
            timeline: None,
            stopped_by: None,
        };
        match &branch.way {
            BranchWay::Plan { cost, steps, clock } => {
                let item = |step: &'a Option<String>| match step {
                    Some(name) => Item::Step(name),
                    None => Item::wait("settled"),
                };
                case.plan = Some(steps.iter().map(item).collect());
                case.cost = Some(*cost);
                case.timeline = Some(Clock::of(clock));
            }
            BranchWay::None => {}
            BranchWay::Unknown(stopped) => case.stopped_by = Some(words::stop(*stopped)),
        }
        case
    }
}

#[derive(Serialize)]
struct Blame<'a> {
    name: &'a str,
    certain: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    trace: Option<Shown<'a>>,
}

#[derive(Serialize)]
struct Way<'a> {
    way: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    breaks: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    trace: Option<Shown<'a>>,
}

/// The steps after one of the runs to the position.
#[derive(Serialize)]
struct Shown<'a> {
    run: usize,
    #[serde(flatten)]
    steps: Run<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<Why<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    explanation: Option<Explained<'a>>,
}

#[derive(Serialize)]
struct Stretch<'a> {
    strikes: &'a [String],
    positions: Vec<&'a str>,
    seconds: u64,
    surely: bool,
    /// Places in `cells`.
    cells: &'a [usize],
}

impl<'a> Exposed<'a> {
    pub(super) fn of(found: &'a Exposure) -> Self {
        let name = |cell: &usize| found.positions[found.cells[*cell].position].name.as_str();
        let stretch = |window: &'a Window| {
            let first = &found.cells[window.cells[0]];
            Stretch {
                strikes: &first.strikes,
                positions: window.cells.iter().map(name).collect(),
                seconds: window.seconds,
                surely: first.harm.is_certain(),
                cells: &window.cells,
            }
        };
        let figures = &found.figures;
        Self {
            faults: found.limits.faults,
            slips: found.limits.slips,
            tried: found.tried,
            stopped_by: found.stopped.map(words::stop),
            steps: found.steps.iter().map(|step| step.name.as_str()).collect(),
            positions: (0..found.positions.len())
                .map(|place| Position::of(found, place))
                .collect(),
            cells: found
                .cells
                .iter()
                .map(|cell| Told::of(found, cell))
                .collect(),
            windows: found.windows.iter().map(stretch).collect(),
            figures: Figures {
                exposed_seconds: figures.exposed_possible,
                surely_exposed_seconds: figures.exposed_certain,
                breaking_positions: figures.breaking.0,
                breaking_cells: figures.breaking.1,
                surely_breaking_positions: figures.surely_breaking.0,
                surely_breaking_cells: figures.surely_breaking.1,
                clock_ran_out: figures.clock_ran_out,
            },
        }
    }
}

impl<'a> Position<'a> {
    fn of(found: &'a Exposure, place: usize) -> Self {
        let position: &PositionFindings = &found.positions[place];
        let abort = found.abort.as_ref();
        let ways = abort.and_then(|abort| abort.ways.iter().find(|(at, _)| *at == place));
        Self {
            abort_possible: abort.and_then(|abort| abort.possible.get(place).copied()),
            abort: ways.map_or_else(Vec::new, |(_, ways)| ways.iter().map(Case::of).collect()),
            name: &position.name,
            next: &position.next,
            seconds: position.seconds,
            rest: position.rest,
            runs: position.runs.iter().map(Run::of).collect(),
        }
    }
}

impl<'a> Told<'a> {
    fn of(found: &'a Exposure, cell: &'a Cell) -> Self {
        let all = |list: &'a [Blamed]| list.iter().map(Blame::of).collect();
        Self {
            position: &found.positions[cell.position].name,
            strikes: &cell.strikes,
            texts: &cell.texts,
            exposed: !cell.harm.is_none(),
            surely: cell.harm.is_certain(),
            breaks: all(&cell.harm.broken),
            surely_breaks_one: cell.harm.surely,
            leaves_out: all(&cell.harm.out),
            unrecoverable: cell.harm.unrecoverable.as_ref().map(Blame::of),
            carrying_on: cell.plan.iter().map(Way::of).collect(),
            recoverable: match cell.recoverable {
                Recoverable::Yes => Some(true),
                Recoverable::No => Some(false),
                Recoverable::Unknown(_) => None,
            },
            contingency: cell.contingency.iter().map(Case::of).collect(),
        }
    }
}

impl<'a> Blame<'a> {
    fn of(blamed: &'a Blamed) -> Self {
        Self {
            name: &blamed.name,
            certain: blamed.certain,
            trace: blamed.witness.as_ref().map(Shown::of),
        }
    }
}

impl<'a> Way<'a> {
    fn of(consequence: &'a Consequence) -> Self {
        let (way, breaks) = match &consequence.kind {
            ConsequenceKind::Refused => ("refused", None),
            ConsequenceKind::Undefined => ("undefined", None),
            ConsequenceKind::Incomplete => ("incomplete", None),
            ConsequenceKind::Breaks(name) => ("breaks", Some(name.as_str())),
        };
        Self {
            way,
            breaks,
            trace: consequence.witness.as_ref().map(Shown::of),
        }
    }
}

impl<'a> Shown<'a> {
    fn of(witness: &'a Witness) -> Self {
        Self {
            run: witness.run,
            steps: Run::of(&witness.steps),
            reason: witness.reason.as_ref().map(Why::of),
            explanation: witness.explanation.as_ref().map(Explained::of),
        }
    }
}
