//! Keys as ranks among the objects of a level: records of any size, any number of objects. Knows no order of places.

use std::cmp::Ordering;

use super::shape::{Level, Link};
use super::{ForestScratch, low_bits};

/// What has to be known of a level beside its shape.
#[derive(Clone, Debug)]
pub(super) struct Ranked {
    /// For each level for each chunk of a record the bits that are no reference.
    masks: Vec<Vec<u64>>,
}

/// Room to work in.
#[derive(Clone, Debug, Default)]
pub(super) struct Room {
    /// For each level: what is compared first, so many words for each object.
    words: Vec<Vec<u64>>,
    /// For each level: its objects in the order of their keys.
    order: Vec<Vec<u32>>,
    /// For each level: the ranks of its objects, by what they refer to, and then in order.
    ranks: Vec<Vec<u32>>,
    /// For each level: where the ranks of those begin that refer to an object; at the end where the last end.
    starts: Vec<Vec<u32>>,
}

impl Room {
    pub(super) fn new(levels: &[Level]) -> Self {
        let each = |size: &dyn Fn(&Level) -> usize| -> Vec<Vec<u32>> {
            levels.iter().map(|level| vec![0; size(level)]).collect()
        };
        Self {
            words: levels
                .iter()
                .map(|level| vec![0; level.count * (level.chunks + 1)])
                .collect(),
            order: levels
                .iter()
                .map(|level| (0..level.count as u32).collect())
                .collect(),
            ranks: each(&|level| level.count),
            starts: each(&|level| {
                let tree = level.tree.as_ref();
                tree.map_or(0, |tree| levels[tree.target].count + 3)
            }),
        }
    }
}

impl Ranked {
    pub(super) fn new(levels: &[Level]) -> Self {
        let masks = levels.iter().map(|level| {
            let mut masks = vec![u64::MAX; level.chunks];
            if let Some(tree) = &level.tree
                && let Link::Changing {
                    chunk,
                    shift,
                    width,
                } = tree.link
            {
                masks[chunk] = !low_bits(width).wrapping_shl(u32::from(shift));
            }
            masks
        });
        Self {
            masks: masks.collect(),
        }
    }

    /// Reads records, references and keys.
    pub(super) fn look(&self, levels: &[Level], scratch: &mut ForestScratch, state: &[u64]) {
        let mut begin = 0;
        for (number, level) in levels.iter().enumerate() {
            let records = &mut scratch.records[begin..][..level.cells.len()];
            begin += level.cells.len();
            for (record, cell) in records.iter_mut().zip(&level.cells) {
                *record = cell.get(state);
            }
            let codes = &mut scratch.codes[level.slot..][..level.count];
            self.words(level, number, (records, codes), &mut scratch.ranked);
            let keys = &mut scratch.keys[level.slot..][..level.count];
            rank(levels, number, &mut scratch.ranked, keys);
            if let Some(tree) = &level.tree {
                let targets = levels[tree.target].count + 1;
                hang(&mut scratch.ranked, number, (codes, keys), targets);
            }
        }
    }

    /// What is compared first, and what objects refer to.
    fn words(
        &self,
        level: &Level,
        number: usize,
        (records, codes): (&[u64], &mut [u64]),
        room: &mut Room,
    ) {
        let words = room.words[number].chunks_exact_mut(level.chunks + 1);
        for (at, (words, record)) in words.zip(records.chunks_exact(level.chunks)).enumerate() {
            for ((word, bits), mask) in words.iter_mut().zip(record).zip(&self.masks[number]) {
                *word = bits & mask;
            }
            let mut class = 0;
            if let Some(tree) = &level.tree {
                codes[at] = match &tree.link {
                    Link::Changing {
                        chunk,
                        shift,
                        width,
                    } => record[*chunk].wrapping_shr(u32::from(*shift)) & low_bits(*width),
                    Link::Fixed(fixed) => fixed[at],
                };
                class = tree.class_of_code[codes[at] as usize];
            }
            words[level.chunks] = level.class_of[at] << 32 | class;
        }
    }
}

/// Ranks the objects of a level, from 0; equal objects have the same rank.
fn rank(levels: &[Level], number: usize, room: &mut Room, keys: &mut [u64]) {
    let level = &levels[number];
    let mut order = std::mem::take(&mut room.order[number]);
    let width = level.chunks + 1;
    let words = &room.words[number];
    let compare = |&a: &u32, &b: &u32| {
        let (a, b) = (a as usize, b as usize);
        let own = words[a * width..][..width].cmp(&words[b * width..][..width]);
        level.children.iter().fold(own, |order, &child| {
            order.then_with(|| {
                let below = |object: usize| {
                    let starts = &room.starts[child];
                    &room.ranks[child][starts[object] as usize..starts[object + 1] as usize]
                };
                below(a).cmp(below(b))
            })
        })
    };
    order.sort_unstable_by(compare);
    let mut rank = 0;
    for (at, place) in order.iter().enumerate() {
        if at > 0 && compare(&order[at - 1], place) != Ordering::Equal {
            rank += 1;
        }
        keys[*place as usize] = rank;
    }
    room.order[number] = order;
}

/// Lists the ranks of a level by what its objects refer to, each list in order.
fn hang(room: &mut Room, number: usize, (codes, keys): (&[u64], &[u64]), targets: usize) {
    let starts = &mut room.starts[number][..=targets + 1];
    starts.fill(0);
    // Two further on: the running starts are written one further on than they are needed at the end.
    for &code in codes {
        starts[code as usize + 2] += 1;
    }
    for at in 1..starts.len() {
        starts[at] += starts[at - 1];
    }
    let ranks = &mut room.ranks[number];
    for &object in &room.order[number] {
        let start = &mut starts[codes[object as usize] as usize + 1];
        ranks[*start as usize] = keys[object as usize] as u32;
        *start += 1;
    }
}
