//! Stubborn sets: of transitions that do not depend on each other, one order instead of all (Valmari, "Stubborn sets for
//! reduced state space generation", 1991). For invariants of states only; whether a state that breaks one can be reached is
//! the same, the length of the way is not.
//!
//! In a state, a set of ground transitions is *stubborn* here where
//! 1. with an enabled transition it has all that depend on it: one of the two writes what the other reads or writes;
//! 2. with a disabled one it has all that could enable it: some guard of it is false, and all that write what that guard reads;
//! 3. some transition of it is enabled, and each enabled one is *invisible* (writes nothing that is judged) and makes
//!    *progress* (see below).
//!
//! It is enough to take the enabled transitions of a stubborn set T. Let a₁…aₙ lead from a state to one that breaks an
//! invariant. If some aᵢ is in T, the first such one is independent of those before it (1, 2: none of them is in T), so it can
//! be taken first, and what is left is shorter. If none is, then any enabled t of T is independent of all of them (it stays
//! enabled, by 1), so a₁…aₙ can be taken after t and leads to a state that differs by t alone; t is invisible, so that the
//! same invariant is broken. What is left is as long, but that cannot go on for ever: t makes progress. No cycle proviso on the
//! search is needed, and nothing depends on its order (Siegel, CAV 2019, and Neele, Valmari and Willemse, 2020, are about
//! provisos that do, and about preserving more than invariants).
//!
//! *Progress*: a cell is one-way where whatever writes it writes the same constant. A transition makes progress in a state
//! where it writes such a cell and its constant is not there yet. How many one-way cells have their constants never becomes
//! smaller, and grows with every such step.
//!
//! With symmetry the set is chosen in the state that stands for its orbit; the argument is about paths of the quotient then.

use std::collections::{BTreeMap, BTreeSet};

use super::compiled::Compiled;
use super::conjuncts::support;
use super::layout::Cell;
use super::program::{Program, Registers};
use super::term::{FALSE, Term, TermId};
use super::transitions::GroundTransition;

/// For more ground transitions than this the table of dependences is too large.
const MOST_TRANSITIONS: usize = 4096;

/// What there is to know about the dependences of some ground transitions, numbered from 0.
pub struct Stubborn {
    /// For each the others that depend on it.
    dependent: Vec<Vec<u32>>,
    /// For each its guards: whether one holds, and what could make it hold.
    guards: Vec<Vec<(Program, Vec<u32>)>>,
    /// For each the one-way cells that it writes, with their constants; none where it is visible, or writes none.
    progress: Vec<Vec<(Cell, u64)>>,
}

/// Room to work in.
#[derive(Clone, Debug, Default)]
pub struct StubbornScratch {
    members: Vec<bool>,
    open: Vec<u32>,
    registers: Registers,
}

impl Stubborn {
    /// The dependences of what was compiled; none where no transition could ever go first.
    #[must_use]
    pub fn new(compiled: &Compiled) -> Option<Self> {
        let terms = &compiled.terms;
        let count = compiled.transitions.len();
        if count > MOST_TRANSITIONS {
            return None;
        }
        let progress = progress(compiled);
        if progress.iter().all(Vec::is_empty) {
            return None;
        }
        let access = Access::new(compiled);
        let guards = compiled.transitions.iter().map(|ground| {
            let guards = ground
                .guards
                .iter()
                .flat_map(|(holds, defined)| [*holds, *defined]);
            let all = [ground.budget].into_iter().chain(guards);
            all.chain([ground.effects_defined])
                .filter(|term| terms.known(*term) != Some(1))
                .map(|term| {
                    (
                        Program::new(terms, &[term]),
                        access.enabling(compiled, term),
                    )
                })
                .collect()
        });
        Some(Self {
            guards: guards.collect(),
            dependent: access.dependent(count),
            progress,
        })
    }

    /// Leaves of the enabled transitions only those of a stubborn set that is smaller, where there is one: how many it takes
    /// away.
    pub fn reduce(
        &self,
        scratch: &mut StubbornScratch,
        state: &[u64],
        enabled: &mut [u64],
    ) -> usize {
        let is_enabled = |number: usize| enabled[number / 64] >> (number % 64) & 1 == 1;
        let count = self.progress.len();
        let all = (0..count).filter(|number| is_enabled(*number)).count();
        for seed in 0..count {
            if !is_enabled(seed) || !self.may_go_first(seed, state) {
                continue;
            }
            if let Some(few) = self.closure(scratch, seed, state, &is_enabled)
                && few < all
            {
                for number in 0..count {
                    if !scratch.members[number] {
                        enabled[number / 64] &= !(1 << (number % 64));
                    }
                }
                return all - few;
            }
        }
        0
    }

    fn may_go_first(&self, number: usize, state: &[u64]) -> bool {
        let cells = self.progress[number].iter();
        cells
            .into_iter()
            .any(|(cell, code)| cell.get(state) != *code)
    }

    /// The smallest set with a transition that conditions 1 and 2 allow (for the first guard that is false): how many of it are
    /// enabled, or none where one of these may not go first.
    fn closure(
        &self,
        scratch: &mut StubbornScratch,
        seed: usize,
        state: &[u64],
        is_enabled: &impl Fn(usize) -> bool,
    ) -> Option<usize> {
        let StubbornScratch {
            members,
            open,
            registers,
        } = scratch;
        members.clear();
        members.resize(self.progress.len(), false);
        open.clear();
        members[seed] = true;
        open.push(seed as u32);
        let mut few = 0;
        while let Some(number) = open.pop() {
            let number = number as usize;
            let needed: &[u32] = if is_enabled(number) {
                few += 1;
                if !self.may_go_first(number, state) {
                    return None;
                }
                &self.dependent[number]
            } else {
                let mut guards = self.guards[number].iter();
                let first = guards.find(|(holds, _)| holds.only(registers, state) == 0);
                // A transition that is not enabled has a guard that is false.
                &first?.1
            };
            for other in needed {
                if !std::mem::replace(&mut members[*other as usize], true) {
                    open.push(*other);
                }
            }
        }
        Some(few)
    }
}

/// Which ground transitions read and write a cell.
#[derive(Default)]
struct Access {
    readers: BTreeMap<Cell, BTreeSet<u32>>,
    writers: BTreeMap<Cell, BTreeSet<u32>>,
}

impl Access {
    fn new(compiled: &Compiled) -> Self {
        let mut access = Self::default();
        for (number, ground) in (0u32..).zip(&compiled.transitions) {
            let written = ground.writes.iter().map(|(_, code)| *code);
            for term in written.chain([ground.enabled]) {
                for cell in support(&compiled.terms, term) {
                    access.readers.entry(cell).or_default().insert(number);
                }
            }
            for (cell, _) in &ground.writes {
                access.writers.entry(*cell).or_default().insert(number);
            }
        }
        access
    }

    /// All that write what a term reads.
    fn enabling(&self, compiled: &Compiled, term: TermId) -> Vec<u32> {
        let cells = support(&compiled.terms, term);
        let writers = cells.iter().filter_map(|cell| self.writers.get(cell));
        let all: BTreeSet<u32> = writers.flatten().copied().collect();
        all.into_iter().collect()
    }

    /// For each transition those of which it writes what they read or write, or the other way round.
    fn dependent(&self, count: usize) -> Vec<Vec<u32>> {
        let mut dependent = vec![BTreeSet::new(); count];
        let nobody = BTreeSet::new();
        for (cell, writers) in &self.writers {
            let readers = self.readers.get(cell).unwrap_or(&nobody);
            let others: BTreeSet<u32> = readers.union(writers).copied().collect();
            for writer in writers {
                dependent[*writer as usize].extend(&others);
            }
            for other in others {
                dependent[other as usize].extend(writers);
            }
        }
        let lists = dependent.into_iter().map(|set| set.into_iter().collect());
        lists.collect()
    }
}

/// For each ground transition the one-way cells that it writes; none where it writes something that is judged.
fn progress(compiled: &Compiled) -> Vec<Vec<(Cell, u64)>> {
    let mut visible = BTreeSet::new();
    for (_, holds) in &compiled.invariants {
        visible.extend(support(&compiled.terms, *holds));
    }
    let one_way = one_way(compiled);
    let of = |ground: &GroundTransition| {
        if ground.writes.iter().any(|(cell, _)| visible.contains(cell)) {
            return Vec::new();
        }
        let cells = ground.writes.iter().map(|(cell, _)| cell);
        let found = cells.filter_map(|cell| one_way.get(cell).map(|code| (*cell, *code)));
        found.collect()
    };
    compiled.transitions.iter().map(of).collect()
}

/// Cells that are only ever written with one constant, with its code.
fn one_way(compiled: &Compiled) -> BTreeMap<Cell, u64> {
    let mut found: BTreeMap<Cell, Option<TermId>> = BTreeMap::new();
    for ground in compiled
        .transitions
        .iter()
        .filter(|ground| ground.enabled != FALSE)
    {
        for (cell, code) in &ground.writes {
            let known = found.entry(*cell).or_insert(Some(*code));
            if *known != Some(*code) {
                *known = None;
            }
        }
    }
    let constant = |(cell, code): (Cell, Option<TermId>)| match compiled.terms.get(code?) {
        Term::Constant(code) => Some((cell, code.cast_unsigned())),
        _ => None,
    };
    found.into_iter().filter_map(constant).collect()
}
