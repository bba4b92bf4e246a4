//! Whether every fair run breaks one of some things, perhaps each another. Where a position without strikes breaks nothing
//! that is a thing of its own (see [`Aftermath::anything`]); elsewhere, which is rare, it is found out for each set of things.

use std::collections::HashSet;

use crate::search::store::{Hasher, StateId};

use super::aftermath::Aftermath;
use super::ends::Ends;
use super::rows::{Row, is_empty};
use super::strikes::{Limits, Strike, Strikes};

/// Some things that break.
pub(super) struct OneOf<'s, 'a, 'm> {
    after: &'s Aftermath<'s, 'a, 'm>,
    things: Row,
    /// From which states some fair run of the events breaks none of them.
    avoidable: Vec<bool>,
}

impl<'s, 'a, 'm> OneOf<'s, 'a, 'm> {
    pub(super) fn new(after: &'s Aftermath<'s, 'a, 'm>, things: Row) -> Self {
        let states = after.facts.len();
        let mut found = Self {
            after,
            things,
            avoidable: vec![false; states],
        };
        let ids = || (0..u32::try_from(states).unwrap_or(u32::MAX)).map(StateId);
        for id in ids() {
            found.avoidable[id.index()] = after.facts[id.index()].settled && found.is_fine(id);
        }
        let ends = Ends::new(&after.events, states);
        let rounds = ends.fair_rounds(
            &|id| found.is_fine(id),
            &|from, to| found.is_fine_between(from, to),
            &|id| after.fair_steps(id, false),
        );
        for round in rounds {
            found.avoidable[round[0].index()] = true;
        }
        let mut changed = true;
        while changed {
            changed = false;
            for id in ids() {
                let on = |to: &u32| {
                    found.avoidable[*to as usize] && found.is_fine_between(id, StateId(*to))
                };
                if !found.avoidable[id.index()]
                    && found.is_fine(id)
                    && after.events.successors(id).iter().any(on)
                {
                    found.avoidable[id.index()] = true;
                    changed = true;
                }
            }
        }
        found
    }

    /// Whether every fair run in which all of the strikes struck breaks one of the things, from some states on.
    pub(super) fn is_sure(&self, states: &[StateId], strikes: &[Strike]) -> bool {
        let may = Strikes::new(self.after.system);
        let fine = states.iter().filter(|id| self.is_fine(**id));
        let mut open: Vec<(StateId, Vec<Strike>)> =
            fine.map(|id| (*id, strikes.to_vec())).collect();
        let mut met: HashSet<(StateId, Vec<Strike>), Hasher> = open.iter().cloned().collect();
        while let Some((id, left)) = open.pop() {
            if left.is_empty() {
                if self.avoidable[id.index()] {
                    return false;
                }
                continue;
            }
            let mut next: Vec<(StateId, Vec<Strike>)> = Vec::new();
            for &to in self.after.events.successors(id) {
                if self.is_fine_between(id, StateId(to)) {
                    next.push((StateId(to), left.clone()));
                }
            }
            if let Some(state) = self.after.store.get(id) {
                for hit in may.at(state, Limits::of(&left)) {
                    let broken = self.after.broken_through(&state.cluster, &hit.through);
                    let which = left.iter().position(|other| *other == hit.strike);
                    if let (Some(which), Some(to)) = (which, self.after.store.find(&hit.to))
                        && self.is_none_of(&broken)
                    {
                        let mut left = left.clone();
                        left.remove(which);
                        next.push((to, left));
                    }
                }
            }
            for point in next {
                if self.is_fine(point.0) && met.insert(point.clone()) {
                    open.push(point);
                }
            }
        }
        true
    }

    fn is_fine(&self, id: StateId) -> bool {
        self.is_none_of(self.after.broken.get(id.index()))
    }

    fn is_fine_between(&self, from: StateId, to: StateId) -> bool {
        let broken = self.after.broken_on(from, to);
        broken.is_none_or(|row| self.is_none_of(row))
    }

    fn is_none_of(&self, row: &[u64]) -> bool {
        let both: Row = row.iter().zip(&self.things).map(|(a, b)| a & b).collect();
        is_empty(&both)
    }
}
