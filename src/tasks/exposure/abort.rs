//! Giving up: from which positions of a plan one can still get back to where nothing was begun. The step after which one cannot
//! is the point of no return.

use crate::engine::projection::Projection;
use crate::search::budget::{Budget, Pilot, Progress};
use crate::search::store::StateId;

use super::super::request::TaskError;
use super::super::target::Target;
use super::aftermath::Aftermath;
use super::blame::Fates;
use super::cells::At;
use super::contingency::Ways;
use super::findings::{Abort, Branch, Recoverable};
use super::recovery::Recovery;

/// So many states are looked at to find out whether one can still give up, unless the whole book is wanted.
const GLANCE: usize = 20_000;

/// Whether one can give up at each position, and how where `book` says that this is wanted. None where the rules do not say
/// what it means.
pub(super) fn abort(
    after: &Aftermath<'_, '_, '_>,
    at: &[At],
    fates: &Fates,
    book: bool,
    budget: &mut dyn Budget,
) -> Result<Option<Abort>, TaskError> {
    let interpreter = after.system.interpreter;
    let Some(target) = Target::aborted(interpreter.model()) else {
        return Ok(None);
    };
    let condition = target.necessary(interpreter.model());
    let mut may_go_on = || budget.spend(Progress::default()).is_none();
    let estimate = Projection::new(interpreter.model(), &condition, &mut may_go_on);
    let mut recovery = Recovery::towards(interpreter, target.clone(), &interpreter.initial());
    let mut possible = Vec::new();
    for position in at {
        let mut any = Some(false);
        for id in &position.states {
            let Some(state) = after.store.get(*id) else {
                continue;
            };
            let value = |object, field| interpreter.value(&state.cluster, object, field);
            let hopeless = estimate
                .as_ref()
                .is_some_and(|estimate| estimate.cost_to_goal(value).is_none());
            let here = if hopeless {
                Recoverable::No
            } else if book {
                recovery.from(&state.cluster, budget)
            } else {
                let states = GLANCE.min(budget.max_states());
                let within = &mut *budget;
                recovery.from(&state.cluster, &mut Pilot { states, within })
            };
            any = match (any, here) {
                (Some(true), _) | (_, Recoverable::Yes) => Some(true),
                (None, _) | (_, Recoverable::Unknown(_)) => None,
                (Some(false), Recoverable::No) => Some(false),
            };
        }
        possible.push(any);
    }
    let mut found = Abort {
        possible,
        ways: Vec::new(),
    };
    if book {
        let mut ways = Ways::new(after, target);
        for (place, position) in at.iter().enumerate() {
            if found.possible[place] == Some(false) {
                continue;
            }
            let states: Vec<StateId> = position.states.clone();
            let branches: Vec<Branch> = ways.from(&states, fates, budget)?;
            found.ways.push((place, branches));
        }
    }
    Ok(Some(found))
}
