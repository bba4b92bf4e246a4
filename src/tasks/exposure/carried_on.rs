//! The operator carries on without noticing: whether the rest of the plan, taken from each state, can be refused, get stuck,
//! or break something.

use crate::search::graph::Graph;
use crate::search::store::StateId;

use super::aftermath::Aftermath;
use super::ends::Ends;
use super::rows::{Rows, or, set};

/// A step can be refused.
pub(super) const REFUSED: usize = 0;
/// A step or a wait can be undefined.
pub(super) const UNDEFINED: usize = 1;
/// Some fair run does not get done.
pub(super) const INCOMPLETE: usize = 2;
/// From here on the things that can break.
pub(super) const BREAKS: usize = 3;

/// What the rest of the plan can come to, for each state of an [`Aftermath`]: the bits above.
pub(super) fn carried_on(after: &Aftermath<'_, '_, '_>) -> Rows {
    let states = after.facts.len();
    let mut found = Rows::empty(BREAKS + after.things(), states);
    for (state, facts) in after.facts.iter().enumerate() {
        let row = found.get_mut(state);
        if facts.refused {
            set(row, REFUSED);
        }
        if facts.undefined_step {
            set(row, UNDEFINED);
        }
        // What cannot go on because it is refused is told as that.
        if facts.quiet && !facts.done && !facts.refused && !facts.undefined_step {
            set(row, INCOMPLETE);
        }
        for thing in super::rows::bits(after.broken.get(state)) {
            set(row, BREAKS + thing);
        }
    }
    let both = both(after);
    let ends = Ends::new(&both, states);
    let steps = |id: StateId| after.fair_steps(id, true);
    for component in ends.fair_rounds(&|_| true, &|_, _| true, &steps) {
        if component.iter().any(|id| !after.facts[id.index()].done) {
            found.set(component[0].index(), INCOMPLETE);
        }
    }
    let mut changed = true;
    while changed {
        changed = false;
        for state in (0..states).rev() {
            let from = StateId(u32::try_from(state).unwrap_or(u32::MAX));
            for &to in both.successors(from) {
                changed |= found.add(state, to as usize, &[]);
                if let Some(row) = after.broken_on(from, StateId(to)) {
                    let before = found.get(state).to_vec();
                    let mut shifted = vec![0; before.len()];
                    super::rows::bits(row).for_each(|thing| set(&mut shifted, BREAKS + thing));
                    or(found.get_mut(state), &shifted);
                    changed |= before != found.get(state);
                }
            }
        }
    }
    found
}

/// Events and lanes together.
pub(super) fn both(after: &Aftermath<'_, '_, '_>) -> Graph {
    let mut both = Graph::default();
    for state in 0..after.facts.len() {
        let from = StateId(u32::try_from(state).unwrap_or(u32::MAX));
        for graph in [&after.lanes, &after.events] {
            for &to in graph.successors(from) {
                both.push(StateId(to));
            }
        }
        both.end_row();
    }
    both
}
