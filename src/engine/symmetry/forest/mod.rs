//! The exact representative of a state where references among interchangeable objects make a forest: trees are compared
//! from the leaves up, and objects take the places of their class in the order found (Aho, Hopcroft and Ullman's test for
//! the isomorphism of trees). Knows the shape of the forest and one state at a time.
//!
//! Two steps: from the leaves up every object gets a key, equal for two objects of a class exactly where what is known of
//! them and of all that refers to them is equal; then from the roots down each class is sorted by what its objects refer to
//! and by their keys. Keys are numbers packed from records and counts where they fit (`packed`), ranks otherwise
//! (`ranked`).

mod packed;
mod ranked;
mod shape;
#[cfg(test)]
mod tests;

use packed::Packed;
use ranked::Ranked;
use shape::{Level, Link, levels};

use super::classes::{Classes, Constant};
use crate::engine::layout::{Layout, bits_for};
use crate::model::ground::Model;
use crate::model::value::ObjectId;

/// So many objects of a class find their places by counting, more by sorting.
const FEW: usize = 12;

/// Finds representatives.
#[derive(Clone, Debug)]
pub struct Forest {
    /// Each before the one that it refers to.
    levels: Vec<Level>,
    /// For each level how its objects are sorted, and written.
    plans: Vec<Plan>,
    keys: Keys,
    objects: usize,
    /// Entries of tables with one for each object of each level, and one for `none`.
    slots: usize,
    /// All bits of the records, where these are single cells and a state has two words at most.
    whole: Option<u128>,
}

/// Where keys come from.
#[derive(Clone, Debug)]
enum Keys {
    Packed(Packed),
    Ranked(Ranked),
}

/// How the objects of a level are sorted, and written.
#[derive(Clone, Copy, Debug, Default)]
struct Plan {
    /// Where the key begins in what is sorted; below it is the place in the class.
    key: u32,
    /// Where the new code of the reference begins, above the key.
    code: u32,
    /// The bits of the place in the class.
    place: u64,
    /// The reference that is written anew.
    reference: Option<Reference>,
}

/// A reference in a record.
#[derive(Clone, Copy, Debug)]
struct Reference {
    chunk: usize,
    shift: u32,
    /// The other bits of its chunk.
    keep: u64,
}

/// Room to work in, for one thread.
#[derive(Clone, Debug, Default)]
pub struct ForestScratch {
    /// The records, all chunks of an object side by side.
    records: Vec<u64>,
    /// By slot: what an object refers to.
    codes: Vec<u64>,
    /// By slot: the key.
    keys: Vec<u64>,
    /// By slot: what those that refer to an object add to its key.
    sums: Vec<u64>,
    /// By slot: the place that an object moves to; `none` stays.
    places: Vec<u64>,
    /// What is being sorted.
    sorting: Vec<u64>,
    ranked: ranked::Room,
}

impl Forest {
    /// For a model whose references among interchangeable objects make a forest; none for others.
    #[must_use]
    pub fn new(
        model: &Model,
        layout: &Layout,
        classes: &Classes,
        constant: Constant<'_>,
    ) -> Option<Self> {
        let levels = levels(model, layout, classes, constant)?;
        let packed = Packed::new(&levels).and_then(|packed| {
            let plans = plans(&levels, |level| packed.key_bits(level))?;
            Some((Keys::Packed(packed), plans))
        });
        let (keys, plans) = match packed {
            Some(found) => found,
            None => {
                let plans = plans(&levels, |level| bits_for(levels[level].count as u64))?;
                (Keys::Ranked(Ranked::new(&levels)), plans)
            }
        };
        Some(Self {
            whole: whole(&levels, layout.words()),
            slots: levels.iter().map(|level| level.count + 1).sum(),
            levels,
            plans,
            keys,
            objects: model.objects.len(),
        })
    }

    /// The same with ranks for keys, whatever they could be packed into.
    #[cfg(test)]
    pub(super) fn with_ranks(mut self) -> Option<Self> {
        let levels = &self.levels;
        self.plans = plans(levels, |level| bits_for(levels[level].count as u64))?;
        self.keys = Keys::Ranked(Ranked::new(levels));
        Some(self)
    }

    /// Room to work in.
    #[must_use]
    pub fn scratch(&self) -> ForestScratch {
        let records = self.levels.iter().map(|level| level.cells.len()).sum();
        let most = self.levels.iter().map(|level| level.count).max();
        let mut places = Vec::with_capacity(self.slots);
        for level in &self.levels {
            places.extend(0..=level.count as u64);
        }
        ForestScratch {
            records: vec![0; records],
            codes: vec![0; self.slots],
            keys: vec![0; self.slots],
            sums: vec![0; self.slots],
            places,
            sorting: vec![0; most.unwrap_or(0)],
            ranked: ranked::Room::new(&self.levels),
        }
    }

    /// Turns a state into the representative of its orbit.
    pub fn canonical(&self, scratch: &mut ForestScratch, state: &mut [u64]) {
        self.look(scratch, state);
        if self.arrange(scratch) {
            self.write(scratch, state);
        }
    }

    /// For each object the place that it has in the representative.
    #[must_use]
    pub fn permutation(&self, scratch: &mut ForestScratch, state: &[u64]) -> Vec<ObjectId> {
        self.look(scratch, state);
        self.arrange(scratch);
        let mut to: Vec<ObjectId> = (0u32..).map(ObjectId).take(self.objects).collect();
        for level in &self.levels {
            for place in 0..level.count {
                let moved = scratch.places[level.slot + place] as u32;
                to[level.first as usize + place] = ObjectId(level.first + moved);
            }
        }
        to
    }

    /// For each object of a representative whether it is the twin of the object at the place before in its class: both
    /// refer to the same, and are alike together with all that refers to them, so that the two trees can change places and
    /// the state stays what it is. `out` is filled anew.
    pub fn twins(&self, scratch: &mut ForestScratch, state: &[u64], out: &mut Vec<bool>) {
        out.clear();
        out.resize(self.objects, false);
        self.look(scratch, state);
        for level in &self.levels {
            let (codes, keys) = (&scratch.codes[level.slot..], &scratch.keys[level.slot..]);
            for class in &level.classes {
                for (&before, &place) in class.iter().zip(&class[1..]) {
                    let (a, b) = (before as usize, place as usize);
                    out[level.first as usize + b] = codes[a] == codes[b] && keys[a] == keys[b];
                }
            }
        }
    }

    /// Reads records, references and keys.
    fn look(&self, scratch: &mut ForestScratch, state: &[u64]) {
        match &self.keys {
            Keys::Packed(packed) => packed.look(&self.levels, scratch, state),
            Keys::Ranked(ranked) => ranked.look(&self.levels, scratch, state),
        }
    }

    /// Gives every object its place, from the roots down; whether one moves.
    fn arrange(&self, scratch: &mut ForestScratch) -> bool {
        let mut any = false;
        for (level, plan) in self.levels.iter().zip(&self.plans).rev() {
            for class in &level.classes {
                any |= self.sort(level, plan, class, scratch);
            }
        }
        any
    }

    /// Gives the objects of a class their places; whether one moves.
    #[inline]
    fn sort(&self, level: &Level, plan: &Plan, class: &[u32], scratch: &mut ForestScratch) -> bool {
        let items = &mut scratch.sorting[..class.len()];
        let keys = &scratch.keys[level.slot..][..level.count];
        for ((at, item), &place) in (0u64..).zip(&mut *items).zip(class) {
            *item = keys[place as usize].wrapping_shl(plan.key) | at;
        }
        if let Some(tree) = &level.tree {
            let target = &self.levels[tree.target];
            let codes = &scratch.codes[level.slot..][..level.count];
            let new = &scratch.places[target.slot..][..=target.count];
            for (item, &place) in items.iter_mut().zip(class) {
                let code = new[codes[place as usize] as usize];
                *item |= code.wrapping_shl(plan.code);
            }
        }
        let places = &mut scratch.places[level.slot..][..level.count];
        if class.len() <= FEW {
            return by_counting(items, class, places);
        }
        sort_nearly_sorted(items);
        let mut moved = false;
        for (&item, &place) in items.iter().zip(class) {
            let from = class[(item & plan.place) as usize];
            places[from as usize] = u64::from(place);
            moved |= from != place;
        }
        moved
    }

    /// Writes every record to its place, and the references anew.
    fn write(&self, scratch: &ForestScratch, state: &mut [u64]) {
        match (state, &self.whole) {
            ([word], Some(mask)) => {
                let rest = *word & !(*mask as u64);
                *word = self.written(scratch, rest, |to, bits, at| *to |= bits.wrapping_shl(at));
            }
            ([low, high], Some(mask)) => {
                let rest = (u128::from(*high) << 64 | u128::from(*low)) & !mask;
                let all = self.written(scratch, rest, |to, bits, at| {
                    *to |= u128::from(bits).wrapping_shl(at);
                });
                *low = all as u64;
                *high = (all >> 64) as u64;
            }
            (state, _) => self.write_words(scratch, state),
        }
    }

    /// The records at their places, all added to one number by `add`. Only where records are single cells.
    #[inline]
    fn written<N>(&self, scratch: &ForestScratch, mut all: N, add: impl Fn(&mut N, u64, u32)) -> N {
        let mut records = &scratch.records[..];
        for (level, plan) in self.levels.iter().zip(&self.plans) {
            let places = &scratch.places[level.slot..][..level.count];
            let (own, others) = records.split_at(level.count);
            records = others;
            if let Some(Reference { shift, keep, .. }) = plan.reference
                && let Some(tree) = &level.tree
            {
                let codes = &scratch.codes[level.slot..][..level.count];
                let target = &self.levels[tree.target];
                let new = &scratch.places[target.slot..][..=target.count];
                for ((&record, &place), &code) in own.iter().zip(places).zip(codes) {
                    let bits = record & keep | new[code as usize].wrapping_shl(shift);
                    add(&mut all, bits, level.bits[place as usize]);
                }
            } else {
                for (&record, &place) in own.iter().zip(places) {
                    add(&mut all, record, level.bits[place as usize]);
                }
            }
        }
        all
    }

    /// The same for states of any size, and records of several words.
    fn write_words(&self, scratch: &ForestScratch, state: &mut [u64]) {
        let mut records = &scratch.records[..];
        for (level, plan) in self.levels.iter().zip(&self.plans) {
            let places = &scratch.places[level.slot..][..level.count];
            let codes = &scratch.codes[level.slot..][..level.count];
            let (own, others) = records.split_at(level.cells.len());
            records = others;
            for ((record, &place), &code) in own.chunks_exact(level.chunks).zip(places).zip(codes) {
                let cells = &level.cells[place as usize * level.chunks..][..level.chunks];
                for ((cell, &bits), at) in cells.iter().zip(record).zip(0..) {
                    let mut bits = bits;
                    if let Some(Reference { chunk, shift, keep }) = plan.reference
                        && chunk == at
                        && let Some(tree) = &level.tree
                    {
                        let new = &scratch.places[self.levels[tree.target].slot..];
                        bits = bits & keep | new[code as usize].wrapping_shl(shift);
                    }
                    if cell.width > 0 {
                        let word = &mut state[cell.word as usize];
                        *word = *word & !cell.mask() | bits.wrapping_shl(u32::from(cell.shift));
                    }
                }
            }
        }
    }
}

/// Gives the objects of a small class their places, each by how many items are less than its own; whether one moves. No
/// branch depends on the items, which all differ.
#[inline]
fn by_counting(items: &[u64], class: &[u32], places: &mut [u64]) -> bool {
    let mut moved = 0;
    for (item, &from) in items.iter().zip(class) {
        let less = items.iter().fold(0u64, |less, other| {
            less.wrapping_add(u64::from(other < item))
        });
        let place = class[less as usize];
        places[from as usize] = u64::from(place);
        moved |= from ^ place;
    }
    moved != 0
}

/// Sorts by insertion as long as little is out of place: a successor differs from a sorted state in few objects.
fn sort_nearly_sorted(items: &mut [u64]) {
    let mut patience = items.len().saturating_mul(8);
    for place in 1..items.len() {
        let item = items[place];
        let mut at = place;
        while at > 0 && items[at - 1] > item {
            items[at] = items[at - 1];
            at -= 1;
        }
        items[at] = item;
        patience = patience.saturating_sub(place - at);
        if patience == 0 {
            items.sort_unstable();
            return;
        }
    }
}

/// How levels are sorted whose keys take so many bits; none where it is more than fit.
fn plans(levels: &[Level], key_bits: impl Fn(usize) -> u8) -> Option<Vec<Plan>> {
    levels
        .iter()
        .enumerate()
        .map(|(number, level)| {
            let key = u32::from(level.place_bits());
            let code = key + u32::from(key_bits(number));
            let all = code + u32::from(level.code_bits());
            (all <= u64::BITS && code < u64::BITS).then(|| Plan {
                key,
                code,
                place: low_bits(level.place_bits()),
                reference: reference(level),
            })
        })
        .collect()
}

fn reference(level: &Level) -> Option<Reference> {
    match level.tree.as_ref()?.link {
        Link::Changing {
            chunk,
            shift,
            width,
        } => Some(Reference {
            chunk,
            shift: u32::from(shift),
            keep: !low_bits(width).wrapping_shl(u32::from(shift)),
        }),
        Link::Fixed(_) => None,
    }
}

/// All bits of the records, where these are single cells within two words.
fn whole(levels: &[Level], words: usize) -> Option<u128> {
    let fits = words <= 2 && levels.iter().all(|level| level.chunks == 1);
    fits.then(|| {
        let cells = levels
            .iter()
            .flat_map(|level| level.cells.iter().zip(&level.bits));
        cells.fold(0, |all, (cell, &at)| {
            all | u128::from(low_bits(cell.width)).wrapping_shl(at)
        })
    })
}

/// The lowest bits.
const fn low_bits(width: u8) -> u64 {
    if width >= 64 {
        u64::MAX
    } else {
        (1u64 << width).wrapping_sub(1)
    }
}
