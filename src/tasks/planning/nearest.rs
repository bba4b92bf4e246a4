//! How near a plan comes to the goal where none comes to it: by name, what the search found among representatives.

use crate::model::value::ObjectId;

use super::positions::{Place, Positions};
use super::renaming::Names;

/// The actions of a way along some representatives, the first of which is that of the start; none where it is not one.
pub(super) fn by_name(positions: &Positions<'_>, path: &[Place]) -> Option<Vec<usize>> {
    let mut here = positions.first_place()?;
    let mut steps = Vec::new();
    for wanted in path.iter().skip(1) {
        let apart: Option<ObjectId> = None;
        let candidates = positions.candidates(&here.belief, Names::Real { apart });
        let is_wanted = |next: &Place| positions.representative(next.clone()) == *wanted;
        let (action, next) = candidates.into_iter().find_map(|action| {
            let next = positions.next(&here, action).into_iter().find(is_wanted)?;
            Some((action, next))
        })?;
        steps.push(action);
        here = next;
    }
    Some(steps)
}
