//! How near a plan comes to the goal where none comes to it: by name, what the search found among representatives.

use crate::model::value::ObjectId;

use super::positions::{Belief, Names, Positions, Waiting};

/// The actions of a way along some representatives, the first of which is that of the start; none where it is not one.
pub(super) fn by_name(positions: &Positions<'_>, path: &[Belief]) -> Option<Vec<usize>> {
    let mut here = positions.start()?.belief;
    let mut steps = Vec::new();
    for wanted in path.iter().skip(1) {
        let apart: Option<ObjectId> = None;
        let candidates = positions.candidates(&here, Names::Real { apart });
        let (action, next) = candidates.into_iter().find_map(|action| {
            let after = positions.after(&here, action)?;
            let next = positions.close(after, Waiting::Yes)?.belief;
            (positions.representative(next.clone()) == *wanted).then_some((action, next))
        })?;
        steps.push(action);
        here = next;
    }
    Some(steps)
}
