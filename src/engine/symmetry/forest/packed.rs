//! Keys as packed numbers: an object's own record, and above it for each kind that refers to it how many of its objects do,
//! by their keys. Knows how many bits that takes, and no order of places.
//!
//! Counting makes the order of those that refer irrelevant without sorting them. What is counted by is the key itself where
//! it can take few values, and otherwise its rank among the keys of its kind in the same state.

use super::shape::{Level, Link, Tree};
use super::{ForestScratch, low_bits};
use crate::engine::layout::bits_for;

/// Counting by keys themselves may take that many bits even where ranks take fewer: it needs no sorting.
const CHEAP: u32 = 24;

/// How keys are packed, for each level.
#[derive(Clone, Debug)]
pub(super) struct Packed {
    levels: Vec<Pack>,
}

#[derive(Clone, Debug)]
struct Pack {
    /// For each object the word and the bit where its record begins.
    cells: Vec<(u32, u32)>,
    /// The bits of a record.
    mask: u64,
    /// What refers to the objects has to be added to their keys.
    has_children: bool,
    /// Where objects of one level are told apart: for each object the bits that do it.
    class: Option<Vec<u64>>,
    key_bits: u8,
    refers: Refers,
}

/// What is done about the reference of a level.
#[derive(Clone, Debug)]
enum Refers {
    /// It has none.
    No,
    /// A fixed one.
    Fixed { codes: Vec<u64>, count: Counted },
    /// One in the record, which goes out of the key.
    Changing {
        shift: u32,
        code: u64,
        /// The bits of the record below the reference, and above.
        below: u64,
        above: u64,
        width: u32,
        /// For each code the bits of the key that it leaves, where there are any.
        class: Option<Vec<u64>>,
        count: Counted,
    },
}

/// How an object is counted in the key of what it refers to.
#[derive(Clone, Copy, Debug)]
struct Counted {
    /// The slot of the first object that can be referred to.
    target: usize,
    /// Where the first count begins.
    base: u32,
    /// How many bits each count has.
    bits: u32,
    /// Whether it is counted by rank.
    ranked: bool,
}

impl Packed {
    /// A way to pack keys into 64 bits; none where they take more.
    pub(super) fn new(levels: &[Level]) -> Option<Self> {
        let mut packs: Vec<Pack> = Vec::new();
        // For each level the bits of a key that are not yet taken.
        let mut taken: Vec<u32> = levels.iter().map(own_bits).collect::<Option<_>>()?;
        for (level, place) in levels.iter().zip(0..) {
            let bits = taken[place];
            if bits > u64::BITS {
                return None;
            }
            let count = match &level.tree {
                Some(tree) => Some(counted(levels, (level, bits), tree, &mut taken)?),
                None => None,
            };
            packs.push(pack(level, bits, count));
        }
        Some(Self { levels: packs })
    }

    /// How many bits the keys of a level have.
    pub(super) fn key_bits(&self, level: usize) -> u8 {
        self.levels[level].key_bits
    }

    /// Reads records, references and keys.
    pub(super) fn look(&self, levels: &[Level], scratch: &mut ForestScratch, state: &[u64]) {
        let ForestScratch {
            records,
            codes,
            keys,
            sums,
            sorting,
            ..
        } = scratch;
        sums.fill(0);
        let mut records = &mut records[..];
        for (level, pack) in levels.iter().zip(&self.levels) {
            let (own, others) = records.split_at_mut(level.count);
            records = others;
            let keys = &mut keys[level.slot..][..level.count];
            for (record, &(word, shift)) in own.iter_mut().zip(&pack.cells) {
                *record = state[word as usize].wrapping_shr(shift) & pack.mask;
            }
            let codes = &mut codes[level.slot..][..level.count];
            pack.keys(own, codes, keys);
            if let Some(class) = &pack.class {
                for (key, class) in keys.iter_mut().zip(class) {
                    *key |= class;
                }
            }
            if pack.has_children {
                for (key, sum) in keys.iter_mut().zip(&sums[level.slot..]) {
                    *key |= sum;
                }
            }
            if let Refers::Fixed { count, .. } | Refers::Changing { count, .. } = &pack.refers {
                count.add(codes, keys, sums, sorting);
            }
        }
    }
}

impl Pack {
    /// Codes, and keys as far as they depend on records alone.
    fn keys(&self, records: &[u64], codes: &mut [u64], keys: &mut [u64]) {
        match &self.refers {
            Refers::No => keys.copy_from_slice(records),
            Refers::Fixed { codes: fixed, .. } => {
                keys.copy_from_slice(records);
                codes.copy_from_slice(fixed);
            }
            Refers::Changing {
                shift,
                code: mask,
                below,
                above,
                width,
                class,
                ..
            } => {
                for ((&record, code), key) in records.iter().zip(&mut *codes).zip(&mut *keys) {
                    *code = record.wrapping_shr(*shift) & mask;
                    *key = record & below | record.wrapping_shr(*width) & above;
                }
                if let Some(class) = class {
                    for (code, key) in codes.iter().zip(keys) {
                        *key |= class[*code as usize];
                    }
                }
            }
        }
    }
}

impl Counted {
    /// Adds the objects of a level to what they refer to.
    fn add(self, codes: &[u64], keys: &[u64], sums: &mut [u64], sorting: &mut [u64]) {
        let sums = &mut sums[self.target..];
        let one = |digit: u64| {
            1u64.wrapping_shl(
                (digit as u32)
                    .wrapping_mul(self.bits)
                    .wrapping_add(self.base),
            )
        };
        if self.ranked {
            let sorted = &mut sorting[..keys.len()];
            sorted.copy_from_slice(keys);
            sorted.sort_unstable();
            for (code, key) in codes.iter().zip(keys) {
                let rank = sorted.partition_point(|other| other < key) as u64;
                let sum = &mut sums[*code as usize];
                *sum = sum.wrapping_add(one(rank));
            }
        } else {
            for (code, &key) in codes.iter().zip(keys) {
                let sum = &mut sums[*code as usize];
                *sum = sum.wrapping_add(one(key));
            }
        }
    }
}

/// How the objects of a level, with keys of so many bits, are counted; none where it takes too many.
fn counted(
    levels: &[Level],
    (level, bits): (&Level, u32),
    tree: &Tree,
    taken: &mut [u32],
) -> Option<Counted> {
    let count = u32::from(bits_for(level.count as u64));
    let keys = 1u64.checked_shl(bits).unwrap_or(u64::MAX);
    let ranks = level.count as u64;
    let ranked = keys > ranks && keys > u64::from(CHEAP / count);
    let digits = u32::try_from(if ranked { ranks } else { keys }).ok()?;
    let base = taken[tree.target];
    taken[tree.target] = base.checked_add(digits.checked_mul(count)?)?;
    Some(Counted {
        target: levels[tree.target].slot,
        base,
        bits: count,
        ranked,
    })
}

/// The bits of a key that an object needs for itself; none where its record is no cell.
fn own_bits(level: &Level) -> Option<u32> {
    if level.chunks != 1 {
        return None;
    }
    let record = u32::from(level.cells[0].width);
    let reference = level.tree.as_ref().map_or(0, |tree| match tree.link {
        Link::Changing { width, .. } => u32::from(width),
        Link::Fixed(_) => 0,
    });
    let classes = match &level.tree {
        Some(tree) => u32::from(tree_bits(tree)) + u32::from(level.class_bits()),
        None => u32::from(level.class_bits()),
    };
    Some(record - reference + classes)
}

/// The bits that remain of a reference. A fixed one is the same for all of a class.
fn tree_bits(tree: &Tree) -> u8 {
    match tree.link {
        Link::Changing { .. } => tree.class_bits(),
        Link::Fixed(_) => 0,
    }
}

fn pack(level: &Level, key_bits: u32, count: Option<Counted>) -> Pack {
    let record = level.cells[0].width;
    let mut next = u32::from(record);
    let refers = match (&level.tree, count) {
        (Some(tree), Some(count)) => match &tree.link {
            Link::Fixed(codes) => Refers::Fixed {
                codes: codes.clone(),
                count,
            },
            &Link::Changing { shift, width, .. } => {
                next -= u32::from(width);
                let below = low_bits(shift);
                let class = (tree.class_bits() > 0).then(|| {
                    let bits = tree.class_of_code.iter();
                    bits.map(|class| class.wrapping_shl(next)).collect()
                });
                let rest = low_bits(record - width);
                next += u32::from(tree.class_bits());
                Refers::Changing {
                    shift: u32::from(shift),
                    code: low_bits(width),
                    below,
                    above: rest & !below,
                    width: u32::from(width),
                    class,
                    count,
                }
            }
        },
        _ => Refers::No,
    };
    let class = (level.class_bits() > 0).then(|| {
        let bits = level.class_of.iter();
        bits.map(|class| class.wrapping_shl(next)).collect()
    });
    Pack {
        cells: level
            .cells
            .iter()
            .map(|cell| (cell.word, u32::from(cell.shift)))
            .collect(),
        mask: low_bits(record),
        has_children: !level.children.is_empty(),
        class,
        key_bits: key_bits as u8,
        refers,
    }
}
