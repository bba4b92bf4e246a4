//! Where random decisions come from: a list of numbers that is read once. Past its end every decision is the first,
//! simplest one.

/// A list of numbers, read from the beginning.
#[derive(Clone)]
pub struct Tape<'t> {
    numbers: &'t [u32],
    at: usize,
}

impl<'t> Tape<'t> {
    /// At the beginning.
    pub const fn new(numbers: &'t [u32]) -> Self {
        Self { numbers, at: 0 }
    }

    fn next(&mut self) -> u32 {
        let number = self.numbers.get(self.at).copied().unwrap_or(0);
        self.at += 1;
        number
    }

    /// A number below `n`; 0 where `n` is.
    pub fn below(&mut self, n: usize) -> usize {
        if n < 2 {
            return 0;
        }
        self.next() as usize % n
    }

    /// A number from `low` to `high`.
    pub fn between(&mut self, low: usize, high: usize) -> usize {
        low + self.below(high - low + 1)
    }

    /// Something of small weight that is not done where the tape has ended.
    pub fn percent(&mut self, weight: u32) -> bool {
        self.next() % 100 >= 100 - weight
    }

    /// One of these, where there is any.
    pub fn one<'a, T>(&mut self, items: &'a [T]) -> Option<&'a T> {
        let place = self.below(items.len());
        items.get(place)
    }
}
