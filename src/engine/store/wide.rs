//! Slots of states of several words: a header and the words. It decides how such slots are searched, claimed and published.
//!
//! The header is 0 where the slot is empty, otherwise the hash with its two lowest bits replaced: [`TAKEN`], and [`WRITING`]
//! as long as the words are not all there. Whoever swaps the header from 0 writes the words and then publishes the header; who
//! meets the same hash still being written waits for that, and then reads the words. A different hash needs no waiting and no
//! look at the words.

use std::sync::atomic::Ordering;

use super::memory::{Memory, Record, prefetch};
use super::{Put, home, no_room};

/// The slot belongs to a state.
const TAKEN: u64 = 1;

/// Not all words of the state are written yet.
const WRITING: u64 = 2;

/// So often a thread looks again before it lets others run: the writer needs some nanoseconds, unless it was put to sleep.
const MOST_SPINS: u32 = 64;

#[derive(Clone, Copy)]
pub(super) struct Wide<'t, const W: usize> {
    slots: &'t [Record<W>],
}

impl<'t, const W: usize> Wide<'t, W> {
    #[inline]
    pub fn new(memory: &'t Memory<W>) -> Self {
        Self {
            slots: memory.records(),
        }
    }

    /// The slots from the home of a hash on, each once. The mask makes the bounds check go away.
    #[inline]
    fn probe(self, hash: u64) -> impl Iterator<Item = (usize, &'t Record<W>)> {
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
            prefetch(&slot.header);
            // Slots are not aligned to cache lines; where the last word shares the header's, this costs one instruction.
            if let Some(last) = slot.words.last() {
                prefetch(last);
            }
        }
    }

    #[inline]
    pub fn put(self, hash: u64, state: &[u64; W]) -> Put {
        let published = published(hash);
        for (slot, record) in self.probe(hash) {
            // Acquire, here and where the swap fails: whoever reads a published header reads the words behind it.
            let mut header = record.header.load(Ordering::Acquire);
            if header == 0 {
                match record.header.compare_exchange(
                    0,
                    published | WRITING,
                    Ordering::Relaxed,
                    Ordering::Acquire,
                ) {
                    Ok(_) => {
                        record.write(state);
                        record.header.store(published, Ordering::Release);
                        return Put::New(slot);
                    }
                    Err(newest) => header = newest,
                }
            }
            if record.holds(header, published, state) {
                return Put::Seen(slot);
            }
        }
        no_room()
    }

    #[inline]
    pub fn find(self, hash: u64, state: &[u64; W]) -> Option<usize> {
        let published = published(hash);
        for (slot, record) in self.probe(hash) {
            let header = record.header.load(Ordering::Acquire);
            if header == 0 {
                return None;
            }
            if record.holds(header, published, state) {
                return Some(slot);
            }
        }
        None
    }

    pub fn state(self, slot: usize) -> Option<[u64; W]> {
        let record = self.slots.get(slot)?;
        let header = record.header.load(Ordering::Acquire);
        (header != 0).then(|| {
            record.wait(header);
            record.read()
        })
    }

    /// Copies all states into the empty slots of a larger table, while nobody else uses either. The header still has the bits
    /// of the hash that name a slot, so that nothing is hashed again.
    pub fn migrate(self, larger: Wide<'_, W>) {
        for record in self.slots {
            let header = record.header.load(Ordering::Relaxed);
            if header != 0 {
                larger.place(header, &record.read());
            }
        }
    }

    /// Takes the first empty slot: the state is known not to be there, and no other thread is.
    fn place(self, header: u64, state: &[u64; W]) {
        for (_, record) in self.probe(header) {
            if record.header.load(Ordering::Relaxed) == 0 {
                record.write(state);
                record.header.store(header, Ordering::Relaxed);
                return;
            }
        }
        no_room()
    }
}

/// The header of a state whose words are all there.
#[inline]
fn published(hash: u64) -> u64 {
    (hash & !(TAKEN | WRITING)) | TAKEN
}

impl<const W: usize> Record<W> {
    /// Whether the slot, whose header was read as `header`, holds that state, whose header is `published` once it is there.
    #[inline]
    fn holds(&self, header: u64, published: u64, state: &[u64; W]) -> bool {
        if header & !WRITING != published {
            return false;
        }
        self.wait(header);
        self.read() == *state
    }

    /// Returns when the words may be read. The owner of the slot does nothing in between that could wait for others.
    #[inline]
    fn wait(&self, mut header: u64) {
        let mut spins = 0;
        while header & WRITING != 0 {
            if spins < MOST_SPINS {
                spins += 1;
                std::hint::spin_loop();
            } else {
                std::thread::yield_now();
            }
            header = self.header.load(Ordering::Acquire);
        }
    }

    #[inline]
    fn write(&self, state: &[u64; W]) {
        for (word, value) in self.words.iter().zip(state) {
            word.store(*value, Ordering::Relaxed);
        }
    }

    #[inline]
    fn read(&self) -> [u64; W] {
        std::array::from_fn(|word| self.words[word].load(Ordering::Relaxed))
    }
}
