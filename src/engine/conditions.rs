//! Many conditions at once, by tables where they fit and by a program where they do not: a row of bits for each state.

use super::program::{Program, Registers};
use super::tables::Tables;
use super::term::{TermId, Terms};

/// Numbered conditions.
pub enum Conditions {
    /// Up to 64 of them.
    One(Tables<1>),
    /// Up to 128.
    Two(Tables<2>),
    /// Up to 256.
    Four(Tables<4>),
    /// Up to 512.
    Eight(Tables<8>),
    /// Up to 1024.
    Sixteen(Tables<16>),
    /// Too many for tables, or too large: all of them in one program.
    Computed(Program, usize),
}

impl Conditions {
    /// Compiles conditions.
    #[must_use]
    pub fn new(terms: &mut Terms, conditions: &[TermId]) -> Self {
        let tables = match conditions.len() {
            0..=64 => Tables::new(terms, conditions).map(Self::One),
            65..=128 => Tables::new(terms, conditions).map(Self::Two),
            129..=256 => Tables::new(terms, conditions).map(Self::Four),
            257..=512 => Tables::new(terms, conditions).map(Self::Eight),
            513..=1024 => Tables::new(terms, conditions).map(Self::Sixteen),
            _ => None,
        };
        tables.unwrap_or_else(|| Self::Computed(Program::new(terms, conditions), conditions.len()))
    }

    /// Which hold in a state: bit `i % 64` of word `i / 64`. Bits beyond the last condition mean nothing.
    #[inline]
    pub fn answer(&self, registers: &mut Registers, state: &[u64], answers: &mut Vec<u64>) {
        answers.clear();
        match self {
            Self::One(tables) => answers.extend(tables.answer(registers, state)),
            Self::Two(tables) => answers.extend(tables.answer(registers, state)),
            Self::Four(tables) => answers.extend(tables.answer(registers, state)),
            Self::Eight(tables) => answers.extend(tables.answer(registers, state)),
            Self::Sixteen(tables) => answers.extend(tables.answer(registers, state)),
            Self::Computed(program, count) => {
                program.run(registers, state, state);
                answers.resize(count.div_ceil(64), 0);
                for place in 0..*count {
                    let bit = u64::from(program.result(registers, place) != 0);
                    answers[place / 64] |= bit << (place % 64);
                }
            }
        }
    }
}
