//! The hash of a packed state. The table takes positions from its *high* bits; states differ in few bits anywhere.

/// "moremur", a finaliser with the shape of MurmurHash3's whose constants were searched for better avalanche: Pelle Evensen,
/// "Stronger, better, morer, Moremur; a better Murmur3-type mixer", mostlymangling.blogspot.com, December 2019.
const FIRST: u64 = 0x3C79_AC49_2BA7_B653;
const SECOND: u64 = 0x1C69_B3F7_4AC4_AE35;

/// Joins words: odd, with no pattern in its bits (2^64 divided by the golden ratio; Knuth, TAOCP 3, section 6.4).
const JOIN: u64 = 0x9E37_79B9_7F4A_7C15;

/// Mixes all words. Every step can be undone, so that states of one word never share a hash, nor do states that differ in one
/// word only; all others share one by accident.
#[inline]
pub(super) fn hash<const W: usize>(state: &[u64; W]) -> u64 {
    let mut words = state.iter();
    let mut joined = words.next().copied().unwrap_or_default();
    for word in words {
        let spread = joined.wrapping_mul(JOIN);
        joined = spread ^ (spread >> 32) ^ word;
    }
    finish(joined)
}

#[inline]
fn finish(mut word: u64) -> u64 {
    word = (word ^ (word >> 27)).wrapping_mul(FIRST);
    word = (word ^ (word >> 33)).wrapping_mul(SECOND);
    word ^ (word >> 27)
}

#[cfg(test)]
mod tests {
    use super::hash;

    /// The part of 2^14 slots that `states` name, each state one.
    fn used(states: impl Iterator<Item = u64>) -> usize {
        let mut slots = vec![false; 1 << 14];
        for hash in states {
            slots[usize::try_from(hash >> 50).unwrap_or_default()] = true;
        }
        slots.into_iter().filter(|used| *used).count()
    }

    #[test]
    fn states_that_differ_in_few_bits_spread_over_the_slots() {
        // 2^14 balls thrown at random into 2^14 bins use 63.2 % of them, 10,357, give or take 60.
        let near = 10_100..10_600;
        for shift in [0, 10, 20, 30, 40, 50] {
            assert!(near.contains(&used((0..1 << 14).map(|i: u64| hash(&[i << shift])))));
            assert!(near.contains(&used((0..1 << 14).map(|i: u64| hash(&[i << shift, 7])))));
            assert!(near.contains(&used((0..1 << 14).map(|i: u64| hash(&[7, i << shift])))));
            assert!(near.contains(&used(
                (0..1 << 14).map(|i: u64| { hash(&[i << shift, i << shift]) })
            )));
            assert!(near.contains(&used(
                (0..1 << 14).map(|i: u64| { hash(&[(i & 127) << shift, 0, i >> 7]) })
            )));
        }
    }

    #[test]
    fn every_bit_of_a_state_moves_about_half_of_the_hash() {
        for place in 0..128 {
            let mut moved = 0;
            for i in 0..256_u64 {
                let state = [i.wrapping_mul(0x1234_5678_9ABC_DEF1), i];
                let mut other = state;
                other[place / 64] ^= 1 << (place % 64);
                moved += (hash(&state) ^ hash(&other)).count_ones();
            }
            let mean = f64::from(moved) / 256.0;
            assert!((29.0..35.0).contains(&mean), "bit {place} moves {mean}");
        }
    }
}
