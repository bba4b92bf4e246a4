//! One bit for each slot of a table, set by several threads.

use std::sync::atomic::{AtomicU64, Ordering};

/// A set of slots of one table, as long as the table does not grow.
///
/// A bit publishes no other memory (all accesses are relaxed): where one thread's marks guide another, the threads meet in
/// between.
#[derive(Debug)]
pub struct Marks {
    words: Vec<AtomicU64>,
}

impl Marks {
    /// No slot out of so many, see [`super::Table::slot_count`].
    #[must_use]
    pub fn new(slot_count: usize) -> Self {
        let mut words = Vec::new();
        words.resize_with(slot_count.div_ceil(64), AtomicU64::default);
        Self { words }
    }

    /// Adds a slot: whether it was not there. Of several threads that add one at once, exactly one is told so.
    #[inline]
    pub fn set(&self, slot: usize) -> bool {
        let (word, bit) = self.place(slot);
        // Most marks that are set again were set long ago: reading them does not take the cache line from other threads.
        word.load(Ordering::Relaxed) & bit == 0 && word.fetch_or(bit, Ordering::Relaxed) & bit == 0
    }

    /// Whether a slot is there.
    #[inline]
    #[must_use]
    pub fn get(&self, slot: usize) -> bool {
        let (word, bit) = self.place(slot);
        word.load(Ordering::Relaxed) & bit != 0
    }

    /// How many slots are there.
    #[must_use]
    pub fn count(&self) -> usize {
        self.words
            .iter()
            .map(|word| word.load(Ordering::Relaxed).count_ones() as usize)
            .sum()
    }

    #[inline]
    fn place(&self, slot: usize) -> (&AtomicU64, u64) {
        (&self.words[slot / 64], 1 << (slot % 64))
    }
}
