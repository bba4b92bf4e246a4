//! `plan --lanes K`: the plan for K operators at once that is done soonest, and of those the one with the fewest steps.

use crate::model::ground::Model;
use crate::model::plan::{Item, Plan};
use crate::search::budget::{Budget, Pilot, Progress};
use crate::search::soonest_first::{Found, Price, soonest_first};
use crate::semantics::Interpreter;
use crate::tasks::effort::Effort;
use crate::tasks::outcome::{Answer, FoundPlan, Relaxed, Scheduled, SearchStats, Verdict};
use crate::tasks::plan::{plan, validity, without_plan};
use crate::tasks::program::Program;
use crate::tasks::request::TaskError;
use crate::tasks::target::Target;
use crate::tasks::timeline::timeline;
use crate::tasks::verify::{no_goal, verify};
use crate::tasks::way::plan_of;

use super::relax::{Ordered, cost, found_with_order, tidied};
use super::schedule::{Act, Estimate, Schedules, elements};
use super::written::{told, written};

/// How many moments are looked at where there is no plan for one operator.
const MOST_WITHOUT_HOPE: usize = 100_000;

/// Finds the plan for so many operators that is done soonest.
///
/// # Errors
/// Where no goal is named, or a plan that was found does not verify or takes another time on the clock.
pub fn plan_in_lanes(
    model: &Model,
    lanes: usize,
    effort: &Effort,
    budget: &mut dyn Budget,
) -> Result<Answer, TaskError> {
    let interpreter = Interpreter::new(model);
    let goal = model.goal.ok_or_else(|| no_goal(model))?;
    let target = Target::Goal(goal);
    // The cheapest plan for one operator, with less order, is mostly good and never out of reach.
    let (known, none_for_one) = known(model, lanes, effort, budget)?;
    // Where there is none for one operator, there is hardly one for several: with lanes a plan can go by which event comes first.
    let most = budget.max_states();
    let states = if none_for_one {
        MOST_WITHOUT_HOPE.min(most)
    } else {
        most
    };
    let budget = &mut Pilot {
        states,
        within: budget,
    };
    let mut stopped = None;
    let mut may_go_on = || {
        stopped = stopped.or_else(|| budget.spend(Progress::default()));
        stopped.is_none()
    };
    let Some(estimate) = Estimate::new(model, &target, &mut may_go_on) else {
        let search = SearchStats {
            stopped,
            ..SearchStats::default()
        };
        let mut answer = without_plan(&interpreter, search);
        answer.scheduled = Some(Scheduled {
            lanes,
            ..Scheduled::default()
        });
        if let Some((relaxed, ordered)) = known {
            let found = (relaxed.timeline.duration, ordered);
            put_schedule(&interpreter, &mut answer, found, (lanes, target), budget)?;
        }
        return Ok(answer);
    };
    let below = known.as_ref().map(|(relaxed, _)| price(relaxed));
    let mut schedules = Schedules::new(&interpreter, target.clone(), estimate, (lanes, false));
    let mut found = soonest_first(&mut schedules, below, budget);
    if schedules.asks_for_order() {
        let estimate = schedules.into_estimate();
        schedules = Schedules::new(&interpreter, target.clone(), estimate, (lanes, true));
        found = soonest_first(&mut schedules, below, budget);
    }
    let mut answer = without_plan(&interpreter, stats(&found));
    let (seconds, ..) = found.at_least;
    answer.scheduled = Some(Scheduled {
        lanes,
        at_least: seconds,
        left_out: schedules.left_out(),
        none_for_one,
    });
    let found = match (&found.best, known) {
        (Some(((seconds, ..), acts)), _) => Some((*seconds, elements(acts))),
        (None, Some((relaxed, ordered))) => Some((relaxed.timeline.duration, ordered)),
        (None, None) => None,
    };
    match found {
        Some(found) => put_schedule(&interpreter, &mut answer, found, (lanes, target), budget)?,
        None if schedules.left_out() => answer.verdict = Verdict::Inconclusive,
        None => {}
    }
    Ok(answer)
}

/// A plan for so many operators that is valid, if not the best; also whether it is proved that there is none for one.
fn known(
    model: &Model,
    lanes: usize,
    effort: &Effort,
    budget: &mut dyn Budget,
) -> Result<(Option<(Relaxed, Ordered)>, bool), TaskError> {
    let alone = plan(model, effort, budget)?;
    let Some(found) = alone.plan else {
        return Ok((None, alone.verdict == Verdict::Violated));
    };
    let relaxed = found_with_order(model, &found, Some(lanes), budget)?;
    let is_valid = |relaxed: &Relaxed| {
        let mut properties = relaxed.properties.iter();
        properties.all(|property| property.verdict == Verdict::Holds)
    };
    let relaxed = relaxed.filter(|(relaxed, _)| is_valid(relaxed) && !relaxed.timeline.broken_off);
    Ok((relaxed, false))
}

/// What a search would have to pay for it.
fn price(relaxed: &Relaxed) -> Price {
    let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    let steps = number(relaxed.plan.steps);
    (relaxed.timeline.duration, steps, number(relaxed.waits.1))
}

fn stats(found: &Found<Act>) -> SearchStats {
    SearchStats {
        states: found.nodes as u64,
        transitions: found.edges,
        depth: found.depth,
        stopped: found.stopped,
        ..SearchStats::default()
    }
}

/// Puts a schedule into the answer as a plan, with as little order as says the same on the clock, verified in full. It is the
/// best where the search was through.
fn put_schedule(
    interpreter: &Interpreter<'_>,
    answer: &mut Answer,
    (seconds, ordered): (u64, Ordered),
    (lanes, target): (usize, Target),
    budget: &mut dyn Budget,
) -> Result<(), TaskError> {
    let model = interpreter.model();
    let (elements, order) = tidied(interpreter, ordered, (lanes, target), budget);
    let items = written(interpreter, &elements, &order);
    let plan = Plan {
        name: model.name.clone(),
        ..plan_of(&items)
    };
    let verified = verify(model, &plan, &validity(model), budget)?;
    if verified.verdict == Verdict::Violated {
        return Err(TaskError::Internal(
            "the plan that was found does not verify".to_owned(),
        ));
    }
    if verified.search.stopped.is_some() {
        answer.verdict = Verdict::Inconclusive;
        answer.search.stopped = answer.search.stopped.or(verified.search.stopped);
        return Ok(());
    }
    let clock = timeline(interpreter, &Program::new(&plan));
    if clock.broken_off || clock.duration != seconds {
        return Err(TaskError::Internal(format!(
            "the plan that was found takes {} s on the clock, not {seconds} s",
            clock.duration
        )));
    }
    answer.verdict = match answer.search.stopped {
        None => Verdict::Holds,
        Some(_) => Verdict::Inconclusive,
    };
    answer.properties = verified.properties;
    answer.timeline = Some(clock);
    answer.plan = Some(FoundPlan {
        items: told(interpreter, &items),
        cost: cost(model, &elements),
        steps: elements
            .iter()
            .filter(|item| matches!(item, Item::Step { .. }))
            .count(),
        cluster: model.name.clone(),
    });
    Ok(())
}
