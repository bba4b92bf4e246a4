//! Rows of bits: for each node of a graph which of some numbered things are true of it.

/// Rows of equal length, one after the other.
#[derive(Clone, Debug)]
pub(super) struct Rows {
    words: usize,
    data: Vec<u64>,
}

/// A row by itself.
pub(super) type Row = Vec<u64>;

impl Rows {
    /// No rows yet, each of which will have so many bits.
    pub(super) fn new(bits: usize) -> Self {
        Self {
            words: bits.div_ceil(64).max(1),
            data: Vec::new(),
        }
    }

    /// So many rows without any bit set.
    pub(super) fn empty(bits: usize, rows: usize) -> Self {
        let mut found = Self::new(bits);
        found.data.resize(found.words * rows, 0);
        found
    }

    /// A row of this length with no bit set.
    pub(super) fn row(&self) -> Row {
        vec![0; self.words]
    }

    pub(super) fn push(&mut self, row: &[u64]) {
        debug_assert_eq!(row.len(), self.words, "rows are of one length");
        self.data.extend_from_slice(row);
    }

    pub(super) fn get(&self, row: usize) -> &[u64] {
        &self.data[row * self.words..(row + 1) * self.words]
    }

    pub(super) fn get_mut(&mut self, row: usize) -> &mut [u64] {
        &mut self.data[row * self.words..(row + 1) * self.words]
    }

    pub(super) fn has(&self, row: usize, bit: usize) -> bool {
        has(self.get(row), bit)
    }

    pub(super) fn set(&mut self, row: usize, bit: usize) {
        set(self.get_mut(row), bit);
    }

    /// Adds to one row the bits of another that are not in `but`; whether that changed it.
    pub(super) fn add(&mut self, to: usize, from: usize, but: &[&[u64]]) -> bool {
        let (to, from) = (to * self.words, from * self.words);
        let mut changed = false;
        for word in 0..self.words {
            let mut new = self.data[from + word];
            for row in but {
                new &= !row[word];
            }
            let before = self.data[to + word];
            self.data[to + word] = before | new;
            changed |= before | new != before;
        }
        changed
    }
}

pub(super) fn has(row: &[u64], bit: usize) -> bool {
    row[bit / 64] >> (bit % 64) & 1 == 1
}

pub(super) fn set(row: &mut [u64], bit: usize) {
    row[bit / 64] |= 1 << (bit % 64);
}

pub(super) fn clear(row: &mut [u64], bit: usize) {
    row[bit / 64] &= !(1 << (bit % 64));
}

/// The bits that are set, in order.
pub(super) fn bits(row: &[u64]) -> impl Iterator<Item = usize> + '_ {
    row.iter().enumerate().flat_map(|(word, &bits)| {
        (0..64)
            .filter(move |bit| bits >> bit & 1 == 1)
            .map(move |bit| word * 64 + bit)
    })
}

pub(super) fn or(to: &mut [u64], from: &[u64]) {
    for (to, from) in to.iter_mut().zip(from) {
        *to |= from;
    }
}

pub(super) fn and(to: &mut [u64], from: &[u64]) {
    for (to, from) in to.iter_mut().zip(from) {
        *to &= from;
    }
}

pub(super) fn without(row: &[u64], but: &[u64]) -> Row {
    row.iter().zip(but).map(|(row, but)| row & !but).collect()
}

/// The first bits of a row that has so many.
pub(super) fn all(count: usize, words: usize) -> Row {
    let mut row = vec![0; words];
    (0..count).for_each(|bit| set(&mut row, bit));
    row
}

pub(super) fn is_empty(row: &[u64]) -> bool {
    row.iter().all(|word| *word == 0)
}
