//! `plan --from`: the cheapest plan from the middle of another one, or from a cluster as it is. What is broken there already
//! may stay so until it holds once.

use crate::language::source::Source;
use crate::model::ground::Model;
use crate::model::plan::{Item, Plan};
use crate::search::budget::{Budget, Stop};
use crate::semantics::{Interpreter, State};

use super::effort::Effort;
use super::outcome::{Answer, SearchStats, Verdict};
use super::plan::{put_items, without_plan};
use super::planning::kept::Kept;
use super::planning::{Found, Wanted, cheapest_plan};
use super::program::Program;
use super::request::TaskError;
use super::standing::{Situation, model_at};
use super::target::Target;
use super::timeline::timeline;
use super::valid_from::valid_from;
use super::verify::no_goal;
use super::way::{Way, way_from};

/// Finds the cheapest plan that is valid from all of some states.
///
/// # Errors
/// Where no goal is named, or what was found does not verify.
pub fn plan_from(
    model: &Model,
    states: &[State],
    effort: &Effort,
    budget: &mut dyn Budget,
) -> Result<Answer, TaskError> {
    let interpreter = Interpreter::new(model);
    let target = Target::Goal(model.goal.ok_or_else(|| no_goal(model))?);
    let taken_over = |state: &State| Situation::taken_over(&interpreter, state.clone());
    let from: Vec<Situation> = states.iter().map(taken_over).collect();
    let in_order = states
        .iter()
        .all(|state| Situation::in_order(&interpreter, state.clone()).is_some());
    let found = if in_order {
        let wanted = Wanted {
            from: Some(states),
            kept: &Kept::default(),
            alternatives: 0,
            symmetry: effort.reductions.symmetry,
        };
        cheapest_plan(&interpreter, &wanted, budget)?
    } else {
        None
    };
    let Found { plan, search, .. } = match found {
        Some(found) => found,
        None => by_the_interpreter(&interpreter, &from, &target, budget)?,
    };
    let mut answer = without_plan(&interpreter, search);
    let (Some((items, cost)), Some(first)) = (plan, states.first()) else {
        return Ok(answer);
    };
    let plan = Plan {
        name: model.name.clone(),
        items,
        source: Source::new("the plan found", ""),
    };
    match valid_from(&interpreter, &plan, &from, &target, budget) {
        Ok(true) => {}
        Ok(false) => {
            return Err(TaskError::Internal(
                "the plan that was found does not verify".to_owned(),
            ));
        }
        Err(stop) => {
            answer.verdict = Verdict::Inconclusive;
            answer.search.stopped = Some(stop);
            return Ok(answer);
        }
    }
    // The clock runs from the first of the states.
    let here = model_at(&interpreter, first);
    answer.verdict = Verdict::Holds;
    answer.timeline = Some(timeline(&Interpreter::new(&here), &Program::new(&plan)));
    put_items(&interpreter, &mut answer, &plan, cost);
    Ok(answer)
}

/// The answer where a limit came before the states were known that a plan has to begin in.
#[must_use]
pub fn not_known(model: &Model, stop: Stop) -> Answer {
    let search = SearchStats {
        stopped: Some(stop),
        ..SearchStats::default()
    };
    without_plan(&Interpreter::new(model), search)
}

/// The same where something is broken already, by the interpreter alone.
fn by_the_interpreter(
    interpreter: &Interpreter<'_>,
    from: &[Situation],
    target: &Target,
    budget: &mut dyn Budget,
) -> Result<Found, TaskError> {
    let found = |plan: Option<(Vec<Item>, u32)>, stopped| Found {
        plan,
        alternatives: Vec::new(),
        cut_short: false,
        search: SearchStats {
            stopped,
            ..SearchStats::default()
        },
        nearest: None,
        broken_from_the_start: false,
    };
    Ok(match way_from(interpreter, from, target, budget)? {
        Way::Found { items, cost } => found(Some((items, cost)), None),
        Way::None => found(None, None),
        Way::Unknown(stop) => found(None, Some(stop)),
    })
}
