//! The one alias for the hasher of hash tables: fxhash (the user's choice; listed as unmaintained, RUSTSEC-2025-0057, without a
//! known fault), with its result mixed. Nothing depends on the order of a hash table, so that replacing it changes no answer.
//! The state store has its own.

use std::hash::{self, BuildHasherDefault};

use fxhash::FxHasher;

/// The hasher.
pub type Hasher = BuildHasherDefault<Mixed>;

/// fxhash multiplies, so that the upper bits of a word never come down to the lower ones of the result, by which tables choose
/// their places: packed states that differ in their upper halves alone would all fall into one place.
#[derive(Default)]
pub struct Mixed(FxHasher);

impl hash::Hasher for Mixed {
    fn write(&mut self, bytes: &[u8]) {
        hash::Hasher::write(&mut self.0, bytes);
    }

    fn write_u8(&mut self, value: u8) {
        hash::Hasher::write_u8(&mut self.0, value);
    }

    fn write_u16(&mut self, value: u16) {
        hash::Hasher::write_u16(&mut self.0, value);
    }

    fn write_u32(&mut self, value: u32) {
        hash::Hasher::write_u32(&mut self.0, value);
    }

    fn write_u64(&mut self, value: u64) {
        hash::Hasher::write_u64(&mut self.0, value);
    }

    fn write_usize(&mut self, value: usize) {
        hash::Hasher::write_usize(&mut self.0, value);
    }

    fn finish(&self) -> u64 {
        let hash = hash::Hasher::finish(&self.0);
        let hash = (hash ^ (hash >> 32)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        hash ^ (hash >> 32)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::hash::BuildHasher;

    use super::*;

    #[test]
    fn words_that_differ_in_any_bits_spread_over_the_places_of_a_table() {
        for shift in 0..=52 {
            let hash = |word: u64| Hasher::default().hash_one([word << shift, 1].as_slice());
            let places: BTreeSet<u64> = (0..4096).map(|word| hash(word) % 4096).collect();
            // Of 4,096 places random ones would leave a third empty.
            assert!(places.len() > 2000, "{shift}: {}", places.len());
        }
    }
}
