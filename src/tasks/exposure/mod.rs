//! Exposure: what faults, and slips of the operator, do at each position of a plan. Each answer is relative to the same
//! position without them, so that nobody is blamed for what the plan itself does.

mod abort;
mod aftermath;
mod blame;
mod carried_on;
mod cells;
mod contingency;
mod ends;
pub mod exposed;
pub mod findings;
mod naming;
mod path;
mod recovering;
mod recovery;
mod rows;
mod stopped;
pub mod strikes;
mod surely;
mod windows;
mod witness;

use crate::model::ground::{FaultBudget, Model};
use crate::model::plan::Plan;
use crate::search::budget::Budget;
use crate::search::store::StateId;
use crate::semantics::Interpreter;

use super::outcome::{Property, PropertyKind, Verdict};
use super::plan_system::PlanSystem;
use super::position::StepNumbers;
use super::program::Program;
use super::request::TaskError;
use super::target::Target;
use super::timeline::{Stay, with_stays};
use aftermath::Aftermath;
use blame::{Blamed, Fates};
use cells::{At, Struck, positions};
use contingency::Ways;
use findings::{Cell, Exposure, Figures, PlannedStep, PositionFindings};
use recovering::Recovering;
use strikes::Limits;
use witness::Witnesses;

/// What is asked about exposure.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Question {
    /// How many strikes at one position.
    pub limits: Limits,
    /// Of which cells the shortest runs are wanted.
    pub traces: Traces,
    /// What harm counts as a violation.
    pub deny: Option<Deny>,
    /// Whether it is wanted what to do then, and how to give up.
    pub book: bool,
    /// Whether only valid plans are asked about: others have to be mended first.
    pub of_valid_plans: bool,
}

/// What harm counts as a violation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deny {
    /// Any.
    Possible,
    /// What is sure to come.
    Certain,
}

/// Of which cells the shortest runs are wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Traces {
    /// Of none.
    #[default]
    None,
    /// Of all.
    All,
    /// Of the one at this position with these strikes.
    Of(CellName),
}

/// A cell as the user names it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CellName {
    /// `4`
    pub position: String,
    /// `crash(Node1)`
    pub strikes: Vec<String>,
}

impl CellName {
    /// Whether a cell is called so; strikes in any order.
    #[must_use]
    pub fn is(&self, found: &Exposure, cell: &Cell) -> bool {
        let sorted = |names: &[String]| {
            let mut names = names.to_vec();
            names.sort();
            names
        };
        found.positions[cell.position].name == self.position
            && sorted(&cell.strikes) == sorted(&self.strikes)
    }
}

/// Whether a plan does without the harm that is not allowed.
#[must_use]
pub fn property(found: &Exposure, deny: Deny) -> Property {
    let denied = found.cells.iter().filter(|cell| match deny {
        Deny::Possible => !cell.harm.is_none(),
        Deny::Certain => cell.harm.is_certain(),
    });
    let denied = denied.count();
    Property {
        name: "exposure".to_owned(),
        kind: PropertyKind::Exposure,
        verdict: match (denied, found.stopped) {
            (0, None) => Verdict::Holds,
            (0, Some(_)) => Verdict::Inconclusive,
            _ => Verdict::Violated,
        },
        count: (denied > 0).then_some(denied as u64),
        counterexample: None,
        witness: None,
    }
}

/// The model in which strikes are counted by who lets them strike.
#[must_use]
pub fn without_budget(model: &Model) -> Model {
    Model {
        faults: FaultBudget::Total(0),
        ..model.clone()
    }
}

/// What strikes do at each position of a plan.
///
/// # Errors
/// Where a run does not replay.
pub fn exposure(
    model: &Model,
    plan: &Plan,
    question: &Question,
    budget: &mut dyn Budget,
) -> Result<Exposure, TaskError> {
    let model = without_budget(model);
    let interpreter = Interpreter::new(&model);
    let program = Program::new(plan);
    let numbers = StepNumbers::new(&program);
    let system = PlanSystem::new(&interpreter, &program);
    let mut after = Aftermath::of_plan(&system, budget);
    let at = positions(&after, &numbers);
    let struck = cells::struck(&mut after, &at, question.limits, budget);
    let settled = settled_only(&after, &at);
    let struck_settled = cells::struck(&mut after, &settled, question.limits, budget);

    let (timeline, stays) = with_stays(&interpreter, &program);
    let place = |stay: &Stay| {
        let next = numbers.next_steps(&program, &stay.position);
        at.iter().position(|at| at.next == next)
    };
    let mut found = unexplored(&interpreter, &numbers, &at, question.limits);
    found.tried = struck.len();
    found.stopped = after.stopped;
    for stay in &stays {
        if let Some(place) = place(stay) {
            found.positions[place].seconds += stay.seconds;
        }
    }
    if found.stopped.is_some() {
        return Ok(found);
    }

    let fates = Fates::new(&after);
    let mut recovering = Recovering::new(&after);
    let blamed = Blamed::all(&fates, &mut recovering, &at, &struck, budget);
    let blamed_settled = Blamed::all(&fates, &mut recovering, &settled, &struck_settled, budget);
    found.stopped = recovering.stopped();
    let mut kept = Vec::new();
    for (place, (struck, blamed)) in struck.iter().zip(&blamed).enumerate() {
        let cell = naming::cell(&after, struck, blamed);
        if !cell.harm.is_none() || !cell.plan.is_empty() {
            found.cells.push(cell);
            kept.push(place);
        }
    }
    let witnesses = Witnesses::new(plan, &after, &recovering);
    witnesses.put(
        &mut found,
        (&at, &struck, &blamed),
        &kept,
        &question.traces,
        budget,
    )?;
    found.abort = abort::abort(&after, &at, &fates, question.book, budget)?;
    if question.book {
        let entries = |cell: usize| struck[kept[cell]].entries.keys().copied().collect();
        contingencies(&mut found, &after, &fates, &entries, budget)?;
    }
    let between = windows::steps_between(&after, &at);
    found.windows = windows::windows(&found.cells, &found.positions, &between);
    found.figures = windows::figures(&found.cells, &stays, place, !timeline.broken_off);
    for (position, (settled, at)) in settled.iter().zip(&at).enumerate() {
        let may =
            found.stopped.is_none() && fates.comes_to_rest(at) && may_stop_here(&after, settled);
        let harmless =
            |(cell, blamed): (&Struck, &Blamed)| cell.position != position || blamed.is_harmless();
        found.positions[position].rest =
            may && struck_settled.iter().zip(&blamed_settled).all(harmless);
    }
    Ok(found)
}

/// The plan and its positions, of which nothing is said yet.
fn unexplored(
    interpreter: &Interpreter<'_>,
    numbers: &StepNumbers,
    at: &[At],
    limits: Limits,
) -> Exposure {
    let step = |step: &usize| PlannedStep {
        name: interpreter.name(*step),
    };
    let position = |at: &At| PositionFindings {
        name: numbers.name(&at.next),
        next: at.next.0.clone(),
        seconds: 0,
        rest: false,
        runs: Vec::new(),
    };
    Exposure {
        limits,
        steps: numbers.steps().iter().map(step).collect(),
        positions: at.iter().map(position).collect(),
        cells: Vec::new(),
        tried: 0,
        windows: Vec::new(),
        abort: None,
        figures: Figures::default(),
        stopped: None,
    }
}

/// What to do after each strike that hurts somebody. `entries` gives the states right after the strikes of a cell.
fn contingencies(
    found: &mut Exposure,
    after: &Aftermath<'_, '_, '_>,
    fates: &Fates,
    entries: &dyn Fn(usize) -> Vec<StateId>,
    budget: &mut dyn Budget,
) -> Result<(), TaskError> {
    let Some(goal) = after.system.interpreter.model().goal else {
        return Ok(());
    };
    let mut ways = Ways::new(after, Target::Goal(goal));
    for (place, cell) in found.cells.iter_mut().enumerate() {
        if !cell.harm.is_none() {
            cell.contingency = ways.from(&entries(place), fates, budget)?;
        }
    }
    Ok(())
}

/// The same positions, with those of their states in which nothing moves by itself.
fn settled_only(after: &Aftermath<'_, '_, '_>, at: &[At]) -> Vec<At> {
    at.iter()
        .map(|at| At {
            next: at.next.clone(),
            states: at
                .states
                .iter()
                .copied()
                .filter(|id| {
                    after
                        .facts
                        .get(id.index())
                        .is_some_and(|facts| facts.settled)
                })
                .collect(),
        })
        .collect()
}

/// Whether a position stays at rest, with no service out. Given are its settled states.
fn may_stop_here(after: &Aftermath<'_, '_, '_>, at: &At) -> bool {
    let stays = |id: &StateId| {
        let mut successors = after.events.successors(*id).iter();
        successors.all(|to| after.facts[*to as usize].settled)
    };
    let is_up = |id: &StateId| rows::is_empty(after.out.get(id.index()));
    !at.states.is_empty() && at.states.iter().all(|id| stays(id) && is_up(id))
}
