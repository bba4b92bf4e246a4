//! The cheapest valid plan of a cluster in order, on packed states: what it costs is found among representatives of orbits,
//! and then the plan itself, by name, among all that cost so little.

mod alternatives;
mod cheapest;
mod in_order;
pub mod kept;
mod nearest;
mod positions;
mod renaming;
mod waits;

use crate::engine::grounding::Uncompiled;
use crate::model::plan::Item;
use crate::search::best_first::{BestFirst, least_cost};
use crate::search::budget::{Budget, Progress, Stop};
use crate::semantics::{Interpreter, State};

use super::outcome::SearchStats;
use super::request::TaskError;
use alternatives::alternatives;
use cheapest::Quotient;
use in_order::by_name;
use kept::Kept;
use positions::Positions;

/// What came out.
pub struct Found {
    /// The steps and the waits of the cheapest plan, and its cost; none where there is no valid plan, or the search ended
    /// early.
    pub plan: Option<(Vec<Item>, u32)>,
    /// The next best plans that differ by more than names and the order of independent steps, each with its cost.
    pub alternatives: Vec<(Vec<Item>, u32)>,
    /// Whether the search for them came to its own limit.
    pub cut_short: bool,
    /// How it was searched for.
    pub search: SearchStats,
    /// Where no plan comes to the goal: the steps after which the estimate is least, by their ground actions, and that
    /// estimate.
    pub nearest: Option<(Vec<usize>, u32)>,
    /// Whether something is wrong before any step is taken.
    pub broken_from_the_start: bool,
}

/// What a plan is asked for.
pub struct Wanted<'q> {
    /// Where it begins: the states that the cluster may be in; none for its first one. All of them are in order.
    pub from: Option<&'q [State]>,
    /// What it has to keep.
    pub kept: &'q Kept,
    /// How many other plans are wanted besides the cheapest.
    pub alternatives: usize,
    /// Whether states are taken up to the names of interchangeable objects.
    pub symmetry: bool,
}

/// Finds the cheapest valid plan to the goal of a model. None where the model is too large to be written out.
///
/// # Errors
/// Where the steps that were found make no plan.
pub fn cheapest_plan(
    interpreter: &Interpreter<'_>,
    wanted: &Wanted<'_>,
    budget: &mut dyn Budget,
) -> Result<Option<Found>, TaskError> {
    let mut stopped = None;
    let mut may_go_on = || {
        stopped = stopped.or_else(|| budget.spend(Progress::default()));
        stopped.is_none()
    };
    let positions = match Positions::new(interpreter, wanted, &mut may_go_on) {
        Ok(positions) => positions,
        Err(Uncompiled::TooLarge) => return Ok(None),
        Err(Uncompiled::Interrupted) => {
            return Ok(Some(Found::without(SearchStats {
                stopped: Some(stopped.unwrap_or(Stop::Interrupted)),
                ..SearchStats::default()
            })));
        }
    };
    let mut quotient = Quotient::new(&positions);
    let found = least_cost(&mut quotient, budget);
    let mut search = stats(&positions, &found.outcome);
    if positions.gave_up() {
        search.stopped = search.stopped.or(Some(Stop::NodeSize));
    }
    let Some(cost) = found.cost.filter(|_| search.stopped.is_none()) else {
        let nearest = found.nearest.last().and_then(|last| {
            let left = positions.bound(last, None)?.cost;
            let steps = nearest::by_name(&positions, &found.nearest)?;
            let instances = steps.iter().map(|&action| positions.instance(action));
            Some((instances.collect(), left))
        });
        return Ok(Some(Found {
            nearest: nearest.filter(|_| search.stopped.is_none()),
            broken_from_the_start: positions.start().is_none(),
            ..Found::without(search)
        }));
    };
    let mut answer = Found::without(search);
    match by_name(&positions, cost, budget) {
        Ok(steps) => {
            answer.plan = Some((items(&positions, &steps)?, cost));
            if wanted.alternatives > 0 {
                let best = (steps.as_slice(), cost);
                match alternatives(&positions, best, wanted.alternatives, budget) {
                    Ok(found) => {
                        // A belief too large to follow may have hidden one.
                        answer.cut_short = found.cut_short || positions.gave_up();
                        for (steps, cost) in found.plans {
                            answer.alternatives.push((items(&positions, &steps)?, cost));
                        }
                    }
                    // The best plan is known all the same.
                    Err(_) => answer.cut_short = true,
                }
            }
        }
        Err(stop) => answer.search.stopped = Some(stop),
    }
    Ok(Some(answer))
}

/// The items of a plan of some steps.
fn items(positions: &Positions<'_>, steps: &[usize]) -> Result<Vec<Item>, TaskError> {
    let lost = || TaskError::Internal("the steps that were found make no plan".to_owned());
    waits::fewest(positions, steps).ok_or_else(lost)
}

impl Found {
    const fn without(search: SearchStats) -> Self {
        Self {
            plan: None,
            alternatives: Vec::new(),
            cut_short: false,
            search,
            nearest: None,
            broken_from_the_start: false,
        }
    }
}

fn stats<L>(positions: &Positions<'_>, found: &BestFirst<L>) -> SearchStats {
    SearchStats {
        states: found.nodes as u64,
        transitions: found.edges,
        depth: found.reached,
        stopped: found.stopped,
        reductions: positions.reductions(),
        ..SearchStats::default()
    }
}
