//! Which states of an aftermath the goal can be reached from, asked of sets of states with all that events make of them.

use std::collections::BTreeSet;

use crate::search::budget::{Budget, Stop};
use crate::search::store::StateId;

use super::aftermath::Aftermath;
use super::recovery::{Recoverable, Recovery};

/// What is known so far.
pub(super) struct Recovering<'s, 'a, 'm> {
    pub(super) after: &'s Aftermath<'s, 'a, 'm>,
    recovery: Recovery<'a, 'm>,
    known: Vec<Option<Recoverable>>,
}

impl<'s, 'a, 'm> Recovering<'s, 'a, 'm> {
    pub(super) fn new(after: &'s Aftermath<'s, 'a, 'm>) -> Self {
        Self {
            after,
            recovery: Recovery::new(after),
            known: vec![None; after.facts.len()],
        }
    }

    /// Whether the goal can be reached from some states and everything that events make of them.
    pub(super) fn all_recover(
        &mut self,
        states: impl Iterator<Item = StateId>,
        budget: &mut dyn Budget,
    ) -> Recoverable {
        let mut open: Vec<StateId> = states.collect();
        let mut met = BTreeSet::new();
        let mut all = Recoverable::Yes;
        while let Some(id) = open.pop() {
            if !met.insert(id) {
                continue;
            }
            all = match (all, self.recovers(id, budget)) {
                (_, Recoverable::No) | (Recoverable::No, _) => Recoverable::No,
                (Recoverable::Unknown(stop), _) | (_, Recoverable::Unknown(stop)) => {
                    Recoverable::Unknown(stop)
                }
                (Recoverable::Yes, Recoverable::Yes) => Recoverable::Yes,
            };
            let successors = self.after.events.successors(id);
            open.extend(successors.iter().map(|to| StateId(*to)));
        }
        all
    }

    /// Whether the goal is known to be out of reach from every one of some states.
    pub(super) fn none_recovers(&self, mut states: impl Iterator<Item = StateId>) -> bool {
        states.all(|id| self.is_lost(id))
    }

    /// Whether the goal is known to be out of reach from a state.
    pub(super) fn is_lost(&self, id: StateId) -> bool {
        self.known[id.index()] == Some(Recoverable::No)
    }

    /// The limit that left something unknown.
    pub(super) fn stopped(&self) -> Option<Stop> {
        self.known.iter().find_map(|known| match known {
            Some(Recoverable::Unknown(stop)) => Some(*stop),
            _ => None,
        })
    }

    fn recovers(&mut self, id: StateId, budget: &mut dyn Budget) -> Recoverable {
        if let Some(known) = self.known[id.index()] {
            return known;
        }
        let Some(state) = self.after.store.get(id) else {
            return Recoverable::Unknown(Stop::States);
        };
        let found = self.recovery.from(&state.cluster, budget);
        self.known[id.index()] = Some(found);
        found
    }
}
