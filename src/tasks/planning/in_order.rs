//! The cheapest plan by name. Of all plans that cost as little: the one with the fewest steps that are about something else
//! than the step before, and of those the one whose steps come first in order of declaration.

use crate::model::value::{ObjectId, Value};
use crate::search::budget::{Budget, Stop};
use crate::search::first_in_order::{Step, Sums, Walk, Walked, first_in_order};

use super::positions::{Place, Positions, Subject};
use super::renaming::Names;

/// So many places are looked at to find out how few changes of subject there can be. Beyond that each step is about the same
/// as the one before it wherever some cheapest plan goes on so.
const MOST_PLACES: usize = 50_000;

/// The actions of the plan, in order.
pub(super) fn by_name(
    positions: &Positions<'_>,
    cost: u32,
    budget: &mut dyn Budget,
) -> Result<Vec<usize>, Stop> {
    let Some(first) = positions.first_place() else {
        return Ok(Vec::new());
    };
    let start = || At {
        place: first.clone(),
        last: None,
    };
    let mut walk = Plans {
        positions,
        same_first: false,
    };
    let mut places = MOST_PLACES;
    let mut changes = walk.bound(&start()).map_or(0, |bound| bound.changes);
    loop {
        let most = Sums { cost, changes };
        match first_in_order(&mut walk, start(), most, &mut places, budget) {
            Walked::Path(steps) => return Ok(steps),
            Walked::None => changes += 1,
            Walked::TooMany => break,
            Walked::Stopped(stop) => return Err(stop),
        }
    }
    walk.same_first = true;
    let most = Sums {
        cost,
        changes: u32::MAX,
    };
    match first_in_order(&mut walk, start(), most, &mut usize::MAX.clone(), budget) {
        Walked::Path(steps) => Ok(steps),
        Walked::Stopped(stop) => Err(stop),
        Walked::None | Walked::TooMany => Err(Stop::NodeSize),
    }
}

/// A position, and what the last step was about.
struct At {
    place: Place,
    last: Option<Subject>,
}

/// All plans, step by step.
struct Plans<'p, 'm> {
    positions: &'p Positions<'m>,
    /// Whether steps about the same as the last one come first.
    same_first: bool,
}

impl At {
    /// The object that the last step was about.
    fn marked(&self) -> Option<ObjectId> {
        match &self.last {
            Some(Some(Value::Object(object))) => Some(*object),
            _ => None,
        }
    }
}

impl Walk for Plans<'_, '_> {
    type Place = At;
    /// The representative with the place of the marked object in it, and what else the last step may have been about.
    type Key = (Place, Option<ObjectId>, Option<Subject>);
    type Label = usize;

    fn steps(&mut self, at: &At) -> Vec<Step<usize, At>> {
        let names = Names::Real { apart: at.marked() };
        let mut actions = self.positions.candidates(&at.place.belief, names);
        let is_other = |action: usize| {
            at.last
                .as_ref()
                .is_some_and(|last| last != self.positions.subject(action))
        };
        if self.same_first {
            actions.sort_by_key(|&action| (is_other(action), action));
        }
        let positions = self.positions;
        let steps = actions.into_iter().flat_map(|action| {
            let next = positions.next(&at.place, action).into_iter();
            let adds = Sums {
                cost: positions.cost(action),
                changes: u32::from(is_other(action)),
            };
            next.map(move |place| Step {
                label: action,
                adds,
                to: At {
                    place,
                    last: Some(positions.subject(action).clone()),
                },
            })
        });
        steps.collect()
    }

    fn key(&mut self, at: &At) -> Self::Key {
        let marked = at.marked();
        let (belief, marked) = self.positions.representative_with(&at.place.belief, marked);
        let other = at.last.clone().filter(|_| marked.is_none());
        let kept = at.place.kept;
        (Place { belief, kept }, marked, other)
    }

    fn is_goal(&mut self, at: &At) -> bool {
        self.positions.is_end(&at.place)
    }

    fn bound(&mut self, at: &At) -> Option<Sums> {
        let bound = self.positions.bound(&at.place, at.marked())?;
        let without_change = at.last.is_none() || bound.asked;
        Some(Sums {
            cost: bound.cost,
            changes: bound.subjects.saturating_sub(u32::from(without_change)),
        })
    }
}
