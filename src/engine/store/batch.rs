//! Pending find-or-puts: each is hashed and its slot asked for when it is pushed, and run together with the others, when the
//! slots have arrived. It decides nothing about the table.

use super::{Put, Table};

/// How many wait for each other: enough to cover the latency of memory. In the bare loop of `benches/store`, 8 take half as
/// long again, 16 a tenth, and 64 are no faster.
const MOST_PENDING: usize = 32;

/// States of `W` words to be put into a table, each with a tag of the caller's.
#[derive(Debug)]
pub struct Batch<const W: usize, T: Copy> {
    pending: Vec<Pending<W, T>>,
}

#[derive(Clone, Copy, Debug)]
struct Pending<const W: usize, T> {
    hash: u64,
    state: [u64; W],
    tag: T,
}

impl<const W: usize, T: Copy> Batch<W, T> {
    /// Nothing pending.
    #[must_use]
    pub fn new() -> Self {
        Self {
            pending: Vec::with_capacity(MOST_PENDING),
        }
    }

    /// Whether it is time to flush. Pushing on is slower and nothing worse.
    #[inline]
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.pending.len() >= MOST_PENDING
    }

    /// How many are pending.
    #[must_use]
    pub fn len(&self) -> usize {
        self.pending.len()
    }

    /// Whether nothing is pending.
    #[inline]
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.pending.is_empty()
    }

    /// Adds a state and asks for its slot. The table may grow before the flush.
    #[inline]
    pub fn push(&mut self, table: &Table<W>, state: [u64; W], tag: T) {
        let hash = Table::hash(&state);
        table.prefetch(hash);
        self.pending.push(Pending { hash, state, tag });
    }

    /// Runs what is pending, in the order of the pushes: `then(state, tag, slot, new)` for each. The table is not
    /// [full](Table::is_full) when this begins.
    #[inline]
    pub fn flush(&mut self, table: &Table<W>, mut then: impl FnMut(&[u64; W], T, usize, bool)) {
        let mut added = 0_usize;
        for Pending { hash, state, tag } in self.pending.drain(..) {
            let (slot, new) = match table.put_uncounted(hash, &state) {
                Put::New(slot) => (slot, true),
                Put::Seen(slot) => (slot, false),
            };
            added = added.wrapping_add(usize::from(new));
            then(&state, tag, slot, new);
        }
        if added != 0 {
            table.count(added);
        }
    }
}

impl<const W: usize, T: Copy> Default for Batch<W, T> {
    fn default() -> Self {
        Self::new()
    }
}
