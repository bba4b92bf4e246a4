//! Conditions by table: many conditions at once, each a conjunction of parts that read few bits. Parts that read the same few
//! cells share one table; its row, found by these bits, says for every condition whether its parts hold there. All conditions
//! together are the conjunction of one row of each table. Knows terms and words, and no rules.

use std::collections::{BTreeMap, BTreeSet};

use super::conjuncts::{bits, conjuncts, support};
use super::layout::Cell;
use super::program::{Program, Registers};
use super::term::{TermId, Terms};

/// A table is found by at most so many bits, and a part that reads more is computed.
const MOST_BITS: u32 = 10;
/// All tables together have at most so many words: more than that is slower than computing.
const MOST_WORDS: usize = 1 << 20;

/// For each of `B * 64` conditions whether it holds.
pub type Answers<const B: usize> = [u64; B];

/// Conditions as tables.
pub struct Tables<const B: usize> {
    tables: Vec<Table<B>>,
    /// Parts that do not fit tables, by condition.
    rest: Vec<(usize, Program)>,
}

struct Table<const B: usize> {
    /// Which bits of a state make up the number of the row.
    pieces: Vec<Piece>,
    rows: Vec<Answers<B>>,
}

/// Bits of a word that stand side by side.
#[derive(Clone, Copy, Debug)]
struct Piece {
    word: u32,
    shift: u32,
    mask: u64,
    to: u32,
}

impl<const B: usize> Tables<B> {
    /// The tables for some conditions; none where they are too many or would take too much room.
    #[must_use]
    pub fn new(terms: &mut Terms, conditions: &[TermId]) -> Option<Self> {
        if conditions.len() > B * 64 {
            return None;
        }
        let mut users: BTreeMap<TermId, Answers<B>> = BTreeMap::new();
        let mut rest = Vec::new();
        for (number, condition) in conditions.iter().enumerate() {
            let parts = conjuncts(terms, *condition, MOST_BITS);
            for part in parts.small {
                users.entry(part).or_insert([0; B])[number / 64] |= 1 << (number % 64);
            }
            if !parts.large.is_empty() {
                rest.push((number, parts.large));
            }
        }
        let mut tables: Vec<Table<B>> = Vec::new();
        let parts: Vec<(TermId, BTreeSet<Cell>)> = users
            .keys()
            .map(|part| (*part, support(terms, *part)))
            .collect();
        let groups = grouped(&parts);
        let words: usize = groups.iter().map(|(cells, _)| B << bits(cells)).sum();
        if words > MOST_WORDS {
            return None;
        }
        let scratch_words = parts
            .iter()
            .flat_map(|(_, cells)| cells)
            .map(|cell| cell.word as usize + 1)
            .max()
            .unwrap_or(1);
        for (cells, members) in groups {
            let mut table = Table::new(&cells);
            for member in members {
                let (part, own) = &parts[member];
                table.exclude(terms, *part, own, &users[part], scratch_words);
            }
            tables.push(table);
        }
        tables.sort_by_key(|table| table.pieces.len());
        let rest = rest
            .into_iter()
            .map(|(number, parts)| {
                let all = terms.all(parts);
                (number, Program::new(terms, &[all]))
            })
            .collect();
        Some(Self { tables, rest })
    }

    /// Which conditions hold in a state.
    #[inline]
    pub fn answer(&self, registers: &mut Registers, state: &[u64]) -> Answers<B> {
        let mut answers = [u64::MAX; B];
        for table in &self.tables {
            let row = table.row(state);
            for (answer, holds) in answers.iter_mut().zip(row) {
                *answer &= holds;
            }
        }
        for (number, program) in &self.rest {
            let bit = 1 << (number % 64);
            if answers[number / 64] & bit != 0 && program.only(registers, state) == 0 {
                answers[number / 64] &= !bit;
            }
        }
        answers
    }
}

/// Puts parts together that read the same cells, or few more: for each group its cells and its members. Large parts first, so
/// that small ones find a table that reads their cells already.
fn grouped(parts: &[(TermId, BTreeSet<Cell>)]) -> Vec<(BTreeSet<Cell>, Vec<usize>)> {
    let mut order: Vec<usize> = (0..parts.len()).collect();
    order.sort_by_key(|&place| {
        let cells = &parts[place].1;
        (std::cmp::Reverse(bits(cells)), cells.clone(), place)
    });
    let mut groups: Vec<(BTreeSet<Cell>, Vec<usize>)> = Vec::new();
    for place in order {
        let cells = &parts[place].1;
        let growth = |group: &BTreeSet<Cell>| bits(cells.difference(group));
        let best = groups
            .iter()
            .enumerate()
            .filter(|(_, (group, _))| bits(group) + growth(group) <= MOST_BITS)
            .min_by_key(|(number, (group, _))| (growth(group), *number))
            .map(|(number, _)| number);
        match best {
            Some(number) => {
                let group = &mut groups[number];
                group.0.extend(cells.iter().copied());
                group.1.push(place);
            }
            None => groups.push((cells.clone(), vec![place])),
        }
    }
    groups
}

impl<const B: usize> Table<B> {
    /// A table that excludes nothing.
    fn new(cells: &BTreeSet<Cell>) -> Self {
        let mut pieces: Vec<Piece> = Vec::new();
        let mut to = 0;
        for cell in cells.iter().filter(|cell| cell.width > 0) {
            let (shift, width) = (u32::from(cell.shift), u32::from(cell.width));
            match pieces.last_mut() {
                Some(last)
                    if last.word == cell.word && last.shift + last.mask.count_ones() == shift =>
                {
                    last.mask = last.mask << width | ((1 << width) - 1);
                }
                _ => pieces.push(Piece {
                    word: cell.word,
                    shift,
                    mask: (1 << width) - 1,
                    to,
                }),
            }
            to += width;
        }
        Self {
            pieces,
            rows: vec![[u64::MAX; B]; 1 << to],
        }
    }

    /// Where a part does not hold, its users do not.
    fn exclude(
        &mut self,
        terms: &Terms,
        part: TermId,
        own: &BTreeSet<Cell>,
        users: &Answers<B>,
        words: usize,
    ) {
        let program = Program::new(terms, &[part]);
        let mut registers = Registers::new();
        let mut state = vec![0; words];
        for number in 0..1u64 << bits(own) {
            let mut left = number;
            let mut fixed = 0;
            let mut wanted = 0;
            state.fill(0);
            for cell in own {
                cell.put(&mut state, left);
                left = left.checked_shr(u32::from(cell.width)).unwrap_or(0);
            }
            for piece in &self.pieces {
                let bits_of_own = own
                    .iter()
                    .filter(|cell| cell.word == piece.word)
                    .fold(0, |mask, cell| mask | cell.mask());
                fixed |= (bits_of_own >> piece.shift & piece.mask) << piece.to;
                wanted |= (state[piece.word as usize] >> piece.shift & piece.mask) << piece.to;
            }
            if program.only(&mut registers, &state) != 0 {
                continue;
            }
            // All rows that agree with the state in the cells of the part.
            let all = self.rows.len() as u64 - 1;
            let free = all & !fixed;
            let mut others = 0;
            loop {
                let row = &mut self.rows[(wanted | others) as usize];
                for (row, user) in row.iter_mut().zip(users) {
                    *row &= !user;
                }
                others = (others.wrapping_sub(free)) & free;
                if others == 0 {
                    break;
                }
            }
        }
    }

    #[inline]
    fn row(&self, state: &[u64]) -> &Answers<B> {
        let mut number = 0;
        for piece in &self.pieces {
            number |= (state[piece.word as usize] >> piece.shift & piece.mask) << piece.to;
        }
        &self.rows[number as usize]
    }
}
