//! Every state is stored once and named by a dense [`StateId`], in the order of discovery. What a search knows about a state
//! (its parent, its edges, its verdicts) is kept in side tables that the id indexes.

use std::hash::Hash;

use indexmap::IndexSet;

pub use crate::engine::hasher::Hasher;

/// A stored state, by its place in the order of discovery.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StateId(pub u32);

impl StateId {
    /// As an index into a side table.
    #[must_use]
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// All states found so far.
#[derive(Clone, Debug)]
pub struct StateStore<S> {
    states: IndexSet<S, Hasher>,
}

impl<S: Eq + Hash> Default for StateStore<S> {
    fn default() -> Self {
        Self {
            states: IndexSet::default(),
        }
    }
}

impl<S: Eq + Hash> StateStore<S> {
    /// How many states there are; never more than `u32::MAX`, see [`StateStore::insert`].
    #[must_use]
    pub fn len(&self) -> usize {
        self.states.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.states.is_empty()
    }

    /// The state with that id.
    #[must_use]
    pub fn get(&self, id: StateId) -> Option<&S> {
        self.states.get_index(id.index())
    }

    /// The id of a state, where it is stored.
    #[must_use]
    pub fn find(&self, state: &S) -> Option<StateId> {
        let place = self.states.get_index_of(state)?;
        u32::try_from(place).ok().map(StateId)
    }

    /// Stores a state where there is room: its id, and whether it is new. `None` where it is new and `capacity` states are
    /// stored already.
    pub fn insert(&mut self, state: S, capacity: usize) -> Option<(StateId, bool)> {
        let capacity = capacity.min(u32::MAX as usize);
        if self.states.len() >= capacity {
            return self.find(&state).map(|id| (id, false));
        }
        let (place, new) = self.states.insert_full(state);
        u32::try_from(place).ok().map(|id| (StateId(id), new))
    }
}
