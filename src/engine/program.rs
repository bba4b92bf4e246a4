//! Terms as straight-line programs over registers: for whatever does not fit a table. Knows terms and words, and no rules.

use super::term::{Term, TermId, Terms};

/// A program that computes one or several terms.
#[derive(Clone, Debug, Default)]
pub struct Program {
    steps: Vec<Step>,
    operands: Vec<u32>,
    results: Vec<u32>,
}

/// Writes the register of its own number.
#[derive(Clone, Copy, Debug)]
enum Step {
    Constant(i64),
    Read {
        word: u32,
        shift: u8,
        mask: u64,
        low: i64,
        old: bool,
    },
    Not(u32),
    /// Over `operands[from..to]`.
    All(u32, u32),
    Any(u32, u32),
    Count(u32, u32),
    Equal(u32, u32),
    Less(u32, u32),
    Add(u32, u32),
    Subtract(u32, u32),
    SumFits(u32, u32),
    DifferenceFits(u32, u32),
    If(u32, u32, u32),
    Case(u32, u32, u32),
}

/// The registers of a program.
pub type Registers = Vec<i64>;

impl Program {
    /// The program for some terms.
    #[must_use]
    pub fn new(terms: &Terms, wanted: &[TermId]) -> Self {
        let mut order: Vec<TermId> = Vec::new();
        let mut seen = std::collections::BTreeSet::new();
        let mut stack: Vec<TermId> = wanted.to_vec();
        while let Some(id) = stack.pop() {
            if seen.insert(id) {
                stack.extend(terms.parts(id));
            }
        }
        // What a term is made of has smaller numbers, so that this order computes parts first.
        order.extend(seen);
        let register = |id: &TermId| order.binary_search(id).map_or(0, |place| place as u32);
        let mut program = Self::default();
        for id in &order {
            let step = program.step(terms.get(*id), &register);
            program.steps.push(step);
        }
        program.results = wanted.iter().map(register).collect();
        program
    }

    fn step(&mut self, term: &Term, register: &impl Fn(&TermId) -> u32) -> Step {
        let mut list = |parts: &[TermId]| {
            let from = self.operands.len() as u32;
            self.operands.extend(parts.iter().map(register));
            (from, self.operands.len() as u32)
        };
        match term {
            Term::Constant(value) => Step::Constant(*value),
            Term::Read { cell, low, old } => Step::Read {
                word: cell.word,
                shift: cell.shift,
                mask: cell.mask() >> cell.shift,
                low: *low,
                old: *old,
            },
            Term::Not(a) => Step::Not(register(a)),
            Term::And(parts) => {
                let (from, to) = list(parts);
                Step::All(from, to)
            }
            Term::Or(parts) => {
                let (from, to) = list(parts);
                Step::Any(from, to)
            }
            Term::Count(parts) => {
                let (from, to) = list(parts);
                Step::Count(from, to)
            }
            Term::Equal(a, b) => Step::Equal(register(a), register(b)),
            Term::Less(a, b) => Step::Less(register(a), register(b)),
            Term::Add(a, b) => Step::Add(register(a), register(b)),
            Term::Subtract(a, b) => Step::Subtract(register(a), register(b)),
            Term::SumFits(a, b) => Step::SumFits(register(a), register(b)),
            Term::DifferenceFits(a, b) => Step::DifferenceFits(register(a), register(b)),
            Term::If(a, b, c) => Step::If(register(a), register(b), register(c)),
            Term::Case(place, branches) => {
                let (from, to) = list(branches);
                Step::Case(register(place), from, to)
            }
        }
    }

    /// How many steps it has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.steps.len()
    }

    /// Whether it has none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// Computes everything in a state, and in the one before it.
    pub fn run(&self, registers: &mut Registers, state: &[u64], before: &[u64]) {
        registers.clear();
        registers.reserve(self.steps.len());
        for step in &self.steps {
            let value = self.value(*step, registers, state, before);
            registers.push(value);
        }
    }

    /// The value of the wanted term of that place.
    #[must_use]
    pub fn result(&self, registers: &Registers, place: usize) -> i64 {
        registers[self.results[place] as usize]
    }

    /// The value of the only wanted term.
    pub fn only(&self, registers: &mut Registers, state: &[u64]) -> i64 {
        self.run(registers, state, state);
        self.result(registers, 0)
    }

    fn value(&self, step: Step, registers: &[i64], state: &[u64], before: &[u64]) -> i64 {
        let at = |register: u32| registers[register as usize];
        let list = |from: u32, to: u32| &self.operands[from as usize..to as usize];
        match step {
            Step::Constant(value) => value,
            Step::Read {
                word,
                shift,
                mask,
                low,
                old,
            } => {
                let words = if old { before } else { state };
                low.wrapping_add_unsigned(words[word as usize] >> shift & mask)
            }
            Step::Not(a) => at(a) ^ 1,
            Step::All(from, to) => i64::from(list(from, to).iter().all(|r| at(*r) != 0)),
            Step::Any(from, to) => i64::from(list(from, to).iter().any(|r| at(*r) != 0)),
            Step::Count(from, to) => list(from, to)
                .iter()
                .fold(0, |sum: i64, r| sum.wrapping_add(at(*r))),
            Step::Equal(a, b) => i64::from(at(a) == at(b)),
            Step::Less(a, b) => i64::from(at(a) < at(b)),
            Step::Add(a, b) => at(a).wrapping_add(at(b)),
            Step::Subtract(a, b) => at(a).wrapping_sub(at(b)),
            Step::SumFits(a, b) => i64::from(at(a).checked_add(at(b)).is_some()),
            Step::DifferenceFits(a, b) => i64::from(at(a).checked_sub(at(b)).is_some()),
            Step::If(a, b, c) => at(if at(a) != 0 { b } else { c }),
            Step::Case(place, from, to) => {
                let branches = list(from, to);
                let chosen = usize::try_from(at(place))
                    .ok()
                    .and_then(|p| branches.get(p));
                chosen.map_or(0, |r| at(*r))
            }
        }
    }
}
