//! Slots of states of one word: the slot is the state, and 0 is an empty slot (the table keeps the state of all zeros beside
//! the slots). It decides how such slots are searched and claimed.
//!
//! All accesses are relaxed: a slot is one word, so that no other memory has to be published with it. That a slot still looks
//! empty to one thread after another has taken it does no harm, as the claim is a compare-and-swap, which sees the newest
//! value.

use std::sync::atomic::{AtomicU64, Ordering};

use super::memory::{Memory, prefetch};
use super::{Put, home, mix, no_room};

#[derive(Clone, Copy)]
pub(super) struct Narrow<'t> {
    slots: &'t [AtomicU64],
}

impl<'t> Narrow<'t> {
    #[inline]
    pub fn new<const W: usize>(memory: &'t Memory<W>) -> Self {
        Self {
            slots: memory.words(),
        }
    }

    /// The slots from the home of a hash on, each once. The mask makes the bounds check go away.
    #[inline]
    fn probe(self, hash: u64) -> impl Iterator<Item = (usize, &'t AtomicU64)> {
        let slots = self.slots;
        let first = home(hash, slots.len());
        (0..slots.len()).map(move |step| {
            let slot = first.wrapping_add(step) & slots.len().wrapping_sub(1);
            (slot, &slots[slot])
        })
    }

    #[inline]
    pub fn prefetch(self, hash: u64) {
        if let Some((_, slot)) = self.probe(hash).next() {
            prefetch(slot);
        }
    }

    #[inline]
    pub fn put(self, hash: u64, state: u64) -> Put {
        for (slot, word) in self.probe(hash) {
            let mut found = word.load(Ordering::Relaxed);
            if found == 0 {
                match word.compare_exchange(0, state, Ordering::Relaxed, Ordering::Relaxed) {
                    Ok(_) => return Put::New(slot),
                    Err(newest) => found = newest,
                }
            }
            if found == state {
                return Put::Seen(slot);
            }
        }
        no_room()
    }

    #[inline]
    pub fn find(self, hash: u64, state: u64) -> Option<usize> {
        for (slot, word) in self.probe(hash) {
            match word.load(Ordering::Relaxed) {
                0 => return None,
                found if found == state => return Some(slot),
                _ => {}
            }
        }
        None
    }

    pub fn state(self, slot: usize) -> Option<u64> {
        let state = self.slots.get(slot)?.load(Ordering::Relaxed);
        (state != 0).then_some(state)
    }

    /// Copies all states into the empty slots of a larger table, while nobody else uses either.
    pub fn migrate(self, larger: Narrow<'_>) {
        for word in self.slots {
            let state = word.load(Ordering::Relaxed);
            if state != 0 {
                larger.place(mix::hash(&[state]), state);
            }
        }
    }

    /// Takes the first empty slot: the state is known not to be there, and no other thread is.
    fn place(self, hash: u64, state: u64) {
        for (_, word) in self.probe(hash) {
            if word.load(Ordering::Relaxed) == 0 {
                word.store(state, Ordering::Relaxed);
                return;
            }
        }
        no_room()
    }
}
