//! What a ground transition does to a packed state: masks where that is the same in all states, a program otherwise.

use super::layout::Cell;
use super::program::{Program, Registers};
use super::term::{Term, TermId, Terms};
use super::transitions::GroundTransition;

/// What a ground transition changes.
pub struct Change {
    /// The ground transition, by its place among the instances of the model.
    pub instance: usize,
    /// `word & keep | set`, for words whose change is the same in all states.
    patches: Vec<Patch>,
    /// Cells that depend on the state.
    computed: Option<(Program, Vec<Cell>)>,
}

#[derive(Clone, Copy)]
struct Patch {
    word: u32,
    keep: u64,
    set: u64,
}

impl Change {
    /// The effects of a transition.
    #[must_use]
    pub fn new(terms: &Terms, transition: &GroundTransition) -> Self {
        let mut patches: Vec<Patch> = Vec::new();
        let mut open = Vec::new();
        for (cell, code) in &transition.writes {
            let Term::Constant(code) = terms.get(*code) else {
                open.push((*cell, *code));
                continue;
            };
            let set = code.cast_unsigned() << cell.shift & cell.mask();
            match patches.iter_mut().find(|patch| patch.word == cell.word) {
                Some(patch) => {
                    patch.keep &= !cell.mask();
                    patch.set |= set;
                }
                None => patches.push(Patch {
                    word: cell.word,
                    keep: !cell.mask(),
                    set,
                }),
            }
        }
        let computed = (!open.is_empty()).then(|| {
            let (cells, codes): (Vec<Cell>, Vec<TermId>) = open.into_iter().unzip();
            (Program::new(terms, &codes), cells)
        });
        Self {
            instance: transition.instance,
            patches,
            computed,
        }
    }

    /// Turns a state in which the transition is enabled into the one after it.
    #[inline]
    pub fn apply(&self, registers: &mut Registers, state: &mut [u64]) {
        // All values are those of the state before, so the program runs first.
        if let Some((program, _)) = &self.computed {
            program.run(registers, state, state);
        }
        for patch in &self.patches {
            let word = &mut state[patch.word as usize];
            *word = *word & patch.keep | patch.set;
        }
        if let Some((program, cells)) = &self.computed {
            for (place, cell) in cells.iter().enumerate() {
                cell.put(state, program.result(registers, place).cast_unsigned());
            }
        }
    }
}
