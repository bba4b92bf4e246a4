//! As few waits as a plan can do with: from last to first each is dropped where the plan stays valid without it.

use crate::language::source::Span;
use crate::model::plan::Item;

use super::positions::{Belief, Positions, Waiting};

/// A wait is kept where without it a position had more states than this.
const MOST_AT_ONCE: usize = 64;
/// A wait is kept where without it all positions together had more states than this: whoever verifies the plan goes through
/// them all.
const MOST_IN_ALL: usize = 2_000;

/// The plan of some steps with a wait before each where the search waited, and then without those that it can do without;
/// none where the steps make no valid plan.
pub(super) fn fewest(positions: &Positions<'_>, steps: &[usize]) -> Option<Vec<Item>> {
    let mut plan = Plan::new(positions, steps)?;
    for place in (0..steps.len()).rev() {
        plan.try_without(place);
    }
    Some(plan.items())
}

/// A plan and what is known at each of its positions.
struct Plan<'p, 'm> {
    positions: &'p Positions<'m>,
    steps: &'p [usize],
    /// For each step whether the operator waits before it.
    waits: Vec<bool>,
    /// What is known when each step is taken, and after the last one.
    beliefs: Vec<Belief>,
    /// How many states these are.
    states: usize,
}

impl<'p, 'm> Plan<'p, 'm> {
    fn new(positions: &'p Positions<'m>, steps: &'p [usize]) -> Option<Self> {
        let mut here = positions.start()?;
        let mut waits = Vec::with_capacity(steps.len());
        let mut beliefs = vec![here.belief.clone()];
        for &action in steps {
            waits.push(here.waits);
            let after = positions.after(&here.belief, action)?;
            here = positions.close(after, Waiting::Yes)?;
            beliefs.push(here.belief.clone());
        }
        let states = beliefs.iter().map(|belief| belief.states.len()).sum();
        Some(Self {
            positions,
            steps,
            waits,
            beliefs,
            states,
        })
    }

    /// Drops the wait before a step, if there is one and the plan stays valid.
    fn try_without(&mut self, place: usize) {
        if !self.waits[place] {
            return;
        }
        let Some(beliefs) = self.without(place) else {
            return;
        };
        let end = place + beliefs.len();
        let before: usize = self.beliefs[place..end]
            .iter()
            .map(|b| b.states.len())
            .sum();
        let after: usize = beliefs.iter().map(|belief| belief.states.len()).sum();
        if self.states - before + after > MOST_IN_ALL {
            return;
        }
        self.states = self.states - before + after;
        self.waits[place] = false;
        self.beliefs.splice(place..end, beliefs);
    }

    /// What is known at the positions from a step on, without the wait before it, up to where nothing changes any more; none
    /// where the plan is not valid then.
    fn without(&self, place: usize) -> Option<Vec<Belief>> {
        let reached = match place.checked_sub(1) {
            Some(before) => self
                .positions
                .after(&self.beliefs[before], self.steps[before])?,
            None => self.positions.first(),
        };
        let mut found = vec![self.positions.close(reached, Waiting::No)?.belief];
        for (place, &action) in self.steps.iter().enumerate().skip(place) {
            let here = found.last()?;
            if here.states.len() > MOST_AT_ONCE {
                return None;
            }
            let after = self.positions.after(here, action)?;
            // After the last step whoever reads the plan waits for the goal, so nothing has to be waited for.
            let waits = self.waits.get(place + 1).is_none_or(|waits| *waits);
            let waiting = if waits { Waiting::Yes } else { Waiting::No };
            let next = self.positions.close(after, waiting)?.belief;
            if next == self.beliefs[place + 1] {
                return Some(found);
            }
            found.push(next);
        }
        let end = found.last()?;
        self.positions.is_goal(end).then_some(found)
    }

    fn items(&self) -> Vec<Item> {
        let span = Span::default();
        let mut items = Vec::new();
        for (&action, waits) in self.steps.iter().zip(&self.waits) {
            if *waits {
                items.push(Item::AwaitSettled { span });
            }
            let instance = self.positions.instance(action);
            items.push(Item::Step { instance, span });
        }
        items
    }
}
