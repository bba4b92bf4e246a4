//! The state store: which packed states have been seen, exactly, in one flat table with open addressing and linear probing.
//! States stand inline as they are; nothing is a fingerprint. It must not know what the bits of a state mean.
//!
//! Four things make it fast (figures in `docs/performance.md`): huge pages, so that a random slot costs one miss of the cache
//! and none of the address translation; prefetching by [`Batch`], so that these misses overlap; positions from the *high* bits
//! of the hash, so that growth reads the old table and writes the new one in order; and nothing but the state in a slot where
//! a state is one word. This is the folklore table of Maier, Sanders and Dementiev, "Concurrent hash tables: fast and
//! general?(!)", ACM TOPC 2019, section 4, without growth while others insert: a breadth-first search has its own points
//! where all threads meet.
//!
//! A slot never becomes empty and never changes its state until the table grows. So a probe that saw a slot taken may pass it
//! for good, a state has exactly one slot, and side tables ([`Marks`]) may use its number.

mod batch;
mod marks;
mod memory;
mod mix;
mod narrow;
#[cfg(test)]
mod tests;
mod wide;

use std::io;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

pub use batch::Batch;
pub use marks::Marks;

use memory::Memory;
use narrow::Narrow;
use wide::Wide;

/// Slots of the smallest table. The part that may still be filled when growth falls due holds the batches of some 150
/// threads, so that a thread which asks [`Table::is_full`] before each batch always finds room.
const FEWEST_SLOTS: usize = 1 << 14;

/// What became of a state that was put into the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Put {
    /// It was not there; now it is, at this slot.
    New(usize),
    /// It was there already, at this slot.
    Seen(usize),
}

/// A table of states of `W` words. All operations but growth and clearing may be called from several threads.
#[derive(Debug)]
pub struct Table<const W: usize> {
    memory: Memory<W>,
    /// For states of one word: whether the state of all zeros is in the table, which no slot can say.
    zero: AtomicBool,
    taken: OwnLine,
}

/// The count of the states, away from the cache line that every probe reads: threads write it.
#[derive(Debug, Default)]
#[repr(align(128))]
struct OwnLine(AtomicUsize);

impl<const W: usize> Table<W> {
    /// An empty table of the smallest size. As with a `Vec`, the program ends where even that much memory is not to be had.
    #[must_use]
    pub fn new() -> Self {
        Self {
            memory: Memory::new(FEWEST_SLOTS)
                .unwrap_or_else(|_| std::alloc::handle_alloc_error(Memory::<W>::layout())),
            zero: AtomicBool::new(false),
            taken: OwnLine::default(),
        }
    }

    /// How many states there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.taken.0.load(Ordering::Relaxed)
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many slots there are.
    #[must_use]
    pub fn slots(&self) -> usize {
        self.memory.slots()
    }

    /// How many numbers of slots there are, for side tables: one more than slots, since the state of all zeros of one word
    /// has the number [`Table::slots`].
    #[must_use]
    pub fn slot_count(&self) -> usize {
        self.slots() + 1
    }

    /// Bytes of memory mapped.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.memory.bytes()
    }

    /// Whether growth is due: more than 70 % of the slots are taken. Linear probing beyond that is slow; until then a failed
    /// search looks at six slots, most often in one cache line. To be asked before each [`Batch::flush`].
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.len() > self.slots() / 10 * 7
    }

    /// Whether so many states more leave the table less than [full](Table::is_full).
    #[must_use]
    pub fn has_room_for(&self, states: usize) -> bool {
        self.len().saturating_add(states) <= self.slots() / 10 * 7
    }

    /// Doubles the table. All numbers of slots change. The old memory is given back only after the new one is filled.
    ///
    /// # Errors
    ///
    /// Where the memory is not to be had; the table is as before then.
    pub fn grow(&mut self) -> io::Result<()> {
        let larger = Memory::new(self.slots().saturating_mul(2))?;
        if W == 1 {
            Narrow::new(&self.memory).migrate(Narrow::new(&larger));
        } else {
            Wide::new(&self.memory).migrate(Wide::new(&larger));
        }
        self.memory = larger;
        Ok(())
    }

    /// Removes all states and keeps the memory.
    pub fn clear(&mut self) {
        for word in self.memory.words() {
            word.store(0, Ordering::Relaxed);
        }
        *self.zero.get_mut() = false;
        *self.taken.0.get_mut() = 0;
    }

    /// The hash of a state, which the other operations ask for.
    #[inline]
    #[must_use]
    pub fn hash(state: &[u64; W]) -> u64 {
        mix::hash(state)
    }

    /// Asks for the slots where a state with that hash will be looked for, ahead of time.
    #[inline]
    pub fn prefetch(&self, hash: u64) {
        if W == 1 {
            Narrow::new(&self.memory).prefetch(hash);
        } else {
            Wide::new(&self.memory).prefetch(hash);
        }
    }

    /// Finds a state or puts it there; `hash` is [`Table::hash`] of it. Of several threads that put the same state at once,
    /// exactly one is told that it is new.
    #[inline]
    pub fn put(&self, hash: u64, state: &[u64; W]) -> Put {
        let put = self.put_uncounted(hash, state);
        if let Put::New(_) = put {
            self.count(1);
        }
        put
    }

    /// Finds the slot of a state. What another thread is putting at the same time may be found or not.
    #[inline]
    #[must_use]
    pub fn find(&self, hash: u64, state: &[u64; W]) -> Option<usize> {
        if W != 1 {
            Wide::new(&self.memory).find(hash, state)
        } else if state[0] != 0 {
            Narrow::new(&self.memory).find(hash, state[0])
        } else {
            self.zero.load(Ordering::Relaxed).then(|| self.slots())
        }
    }

    /// The state at a slot, `None` where the slot is empty (or there is no slot of that number).
    #[must_use]
    pub fn state(&self, slot: usize) -> Option<[u64; W]> {
        if W != 1 {
            Wide::new(&self.memory).state(slot)
        } else if slot != self.slots() {
            Narrow::new(&self.memory).state(slot).map(|word| [word; W])
        } else {
            self.zero.load(Ordering::Relaxed).then_some([0; W])
        }
    }

    #[inline]
    fn put_uncounted(&self, hash: u64, state: &[u64; W]) -> Put {
        if W != 1 {
            Wide::new(&self.memory).put(hash, state)
        } else if state[0] != 0 {
            Narrow::new(&self.memory).put(hash, state[0])
        } else if self.zero.swap(true, Ordering::Relaxed) {
            Put::Seen(self.slots())
        } else {
            Put::New(self.slots())
        }
    }

    #[inline]
    fn count(&self, new: usize) {
        self.taken.0.fetch_add(new, Ordering::Relaxed);
    }
}

impl<const W: usize> Default for Table<W> {
    fn default() -> Self {
        Self::new()
    }
}

/// The slot that a hash names first: its highest bits, as many as there are slots. `slots` is a power of two, at least two.
#[inline]
fn home(hash: u64, slots: usize) -> usize {
    // Both counts are of the bits of a `usize`, which may be fewer than those of the hash.
    hash.wrapping_shr(slots.leading_zeros() + 1 + (u64::BITS - usize::BITS)) as usize
}

/// Every slot is taken by another state: [`Table::is_full`] was not asked before the batch.
#[cold]
fn no_room() -> ! {
    unreachable!("whoever puts states grows the table when it is full")
}
