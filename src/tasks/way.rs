//! The cheapest valid plan from a cluster as it is to a target: for who takes over in the middle. What is broken already may
//! stay so until it holds once.

use crate::language::source::Source;
use crate::model::plan::{Item, Plan};
use crate::search::best_first::best_first;
use crate::search::budget::{Budget, Progress, Stop};
use crate::search::tie_break::choose;
use crate::semantics::{Interpreter, State};

use super::belief::Beliefs;
use super::plan::with_waits;
use super::request::TaskError;
use super::soonest::soonest;
use super::standing::{Situation, model_at};
use super::target::Target;
use super::valid_from::valid_from;

/// How it ended.
#[derive(Clone, Debug)]
pub enum Way {
    /// A plan, verified from the state.
    Found {
        /// Its steps and waits.
        items: Vec<Item>,
        /// The sum of the costs of its steps.
        cost: u32,
    },
    /// No plan is valid whatever the events do: all were tried.
    None,
    /// A limit was reached first.
    Unknown(Stop),
}

/// The cheapest valid plan from a state to a target.
///
/// # Errors
/// Where what was found does not verify.
pub fn way(
    interpreter: &Interpreter<'_>,
    state: &State,
    target: &Target,
    budget: &mut dyn Budget,
) -> Result<Way, TaskError> {
    let model = model_at(interpreter, state);
    let here = Interpreter::new(&model);
    let from = vec![Situation::taken_over(&here, here.initial())];
    way_from(&here, &from, target, budget)
}

/// The cheapest plan to a target that is valid from all of some situations.
///
/// # Errors
/// Where what was found does not verify.
pub fn way_from(
    here: &Interpreter<'_>,
    from: &[Situation],
    target: &Target,
    budget: &mut dyn Budget,
) -> Result<Way, TaskError> {
    let model = here.model();
    let mut stopped = None;
    let mut may_go_on = || {
        stopped = stopped.or_else(|| budget.spend(Progress::default()));
        stopped.is_none()
    };
    let found = Beliefs::new(here, target.clone(), Some(from.to_vec()), &mut may_go_on);
    let Some(mut beliefs) = found else {
        return Ok(Way::Unknown(stopped.unwrap_or(Stop::Interrupted)));
    };
    let found = best_first(&mut beliefs, budget);
    if beliefs.gave_up() {
        return Ok(Way::Unknown(Stop::NodeSize));
    }
    let Some(cheapest) = found.cheapest else {
        return Ok(found.stopped.map_or(Way::None, Way::Unknown));
    };
    let subject = |&action: &usize| model.instances[action].arguments.first().cloned();
    let steps = soonest(model, &beliefs, &cheapest)
        .unwrap_or_else(|| choose(&cheapest, subject, |&action| action));
    let items = with_waits(&beliefs, &steps);
    let valid = |items: &[Item], budget: &mut dyn Budget| {
        valid_from(here, &plan_of(items), from, target, budget)
    };
    let found = match valid(&items, budget) {
        Ok(true) => with_fewest_waits(items, valid, budget),
        Ok(false) => {
            return Err(TaskError::Internal(
                "the way that was found does not verify".to_owned(),
            ));
        }
        Err(stop) => Err(stop),
    };
    Ok(found.map_or_else(Way::Unknown, |items| Way::Found {
        items,
        cost: cheapest.cost,
    }))
}

/// A plan of these items.
#[must_use]
pub fn plan_of(items: &[Item]) -> Plan {
    Plan {
        name: "the way found".to_owned(),
        items: items.to_vec(),
        source: Source::new("the way found", ""),
    }
}

/// Drops the waits that the plan can do without, from last to first.
fn with_fewest_waits(
    mut items: Vec<Item>,
    valid: impl Fn(&[Item], &mut dyn Budget) -> Result<bool, Stop>,
    budget: &mut dyn Budget,
) -> Result<Vec<Item>, Stop> {
    for place in (0..items.len()).rev() {
        if !matches!(items[place], Item::AwaitSettled { .. }) {
            continue;
        }
        let mut shorter = items.clone();
        shorter.remove(place);
        if valid(&shorter, budget)? {
            items = shorter;
        }
    }
    Ok(items)
}
