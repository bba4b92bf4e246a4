//! A ground model on packed states: which ground transitions are enabled by tables, what they change by masks. Symmetry, where
//! it is used, puts every successor into its canonical form.

use std::sync::{Mutex, PoisonError};

use crate::language::rules::{FieldType, InvariantId};
use crate::model::ground::Model;
use crate::model::instances::choices;

use super::conditions::Conditions;
use super::grounding::{Grounding, Moment, Scope};
use super::layout::{Cell, Layout};
use super::packed::{Edge, Marks, Packed};
use super::program::{Program, Registers};
use super::question::Question;
use super::term::{TRUE, Term, TermId, Terms};
use super::transitions::GroundTransition;
use super::watch::{Observed, Watch};

/// What a ground transition changes.
struct Change {
    instance: usize,
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

/// A ground model as words.
pub struct Ground<const W: usize> {
    first: [u64; W],
    conditions: Conditions,
    changes: Vec<Change>,
    question: Question,
    /// For each judged invariant that is no transition invariant its number; their conditions follow those of `changes`.
    invariants: Vec<usize>,
    /// Transition invariants: for each its number; the program gives for each whether it holds, and whether it is defined.
    between: Option<(Vec<usize>, Program)>,
    watch: Option<Watch>,
    observed: Mutex<Observed>,
}

/// What a thread needs.
#[derive(Default)]
pub struct Scratch {
    registers: Registers,
    answers: Vec<u64>,
    observed: Observed,
}

/// The terms of one ground model, before they are put into tables.
struct Compiled {
    terms: Terms,
    transitions: Vec<GroundTransition>,
    invariants: Vec<(usize, TermId)>,
    between: Vec<(usize, TermId, TermId)>,
    goal: TermId,
    defined: TermId,
}

impl<const W: usize> Ground<W> {
    /// Compiles the ground transitions that are wanted, and what is asked. None where a state does not fit `W` words.
    #[must_use]
    pub fn new(
        model: &Model,
        layout: &Layout,
        wanted: &dyn Fn(usize) -> bool,
        question: &Question,
        watched: bool,
    ) -> Option<Self> {
        let first = layout.initial(model);
        if first.len() > W {
            return None;
        }
        let mut words = [0; W];
        words[..first.len()].copy_from_slice(&first);
        let mut compiled = Compiled::new(model, layout, wanted, question);
        let changes = compiled
            .transitions
            .iter()
            .map(|transition| Change::new(&compiled.terms, transition))
            .collect();
        let between = (!compiled.between.is_empty()).then(|| {
            let numbers = compiled
                .between
                .iter()
                .map(|(number, ..)| *number)
                .collect();
            let results: Vec<TermId> = compiled
                .between
                .iter()
                .flat_map(|(_, holds, defined)| [*holds, *defined])
                .collect();
            (numbers, Program::new(&compiled.terms, &results))
        });
        let watch = watched.then(|| Watch::new(&mut compiled.terms, model, &compiled.transitions));
        let conditions = compiled.conditions();
        let invariants = compiled
            .invariants
            .iter()
            .map(|(number, _)| *number)
            .collect();
        Some(Self {
            first: words,
            conditions: Conditions::new(&mut compiled.terms, &conditions),
            changes,
            question: question.clone(),
            invariants,
            between,
            watch,
            observed: Mutex::default(),
        })
    }

    /// What was observed, after the threads gave it in.
    #[must_use]
    pub fn observed(self) -> Observed {
        self.observed
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// The successor by a ground transition that is enabled.
    #[inline]
    fn fire(&self, registers: &mut Registers, change: &Change, state: &[u64; W]) -> [u64; W] {
        let mut next = *state;
        for patch in &change.patches {
            let word = &mut next[patch.word as usize];
            *word = *word & patch.keep | patch.set;
        }
        if let Some((program, cells)) = &change.computed {
            program.run(registers, state, state);
            for (place, cell) in cells.iter().enumerate() {
                cell.put(&mut next, program.result(registers, place).cast_unsigned());
            }
        }
        next
    }

    /// What transition invariants say of a step.
    fn edge(&self, registers: &mut Registers, from: &[u64; W], to: [u64; W]) -> Edge<W> {
        let mut edge = Edge {
            to,
            broken: 0,
            undefined: false,
        };
        if let Some((numbers, program)) = &self.between {
            program.run(registers, &to, from);
            for (place, number) in numbers.iter().enumerate() {
                if program.result(registers, 2 * place) == 0 {
                    edge.broken |= 1 << number;
                }
                edge.undefined |= program.result(registers, 2 * place + 1) == 0;
            }
            edge.undefined &= self.question.definedness;
        }
        edge
    }

    fn marks(&self, answers: &[u64]) -> Marks {
        let after = self.changes.len();
        let holds = |place: usize| answers[place / 64] >> (place % 64) & 1 == 1;
        let mut marks = Marks {
            undefined: self.question.definedness && !holds(after),
            goal: self.question.goal && holds(after + 1),
            ..Marks::default()
        };
        for (place, number) in self.invariants.iter().enumerate() {
            if !holds(after + 2 + place) {
                marks.broken |= 1 << number;
            }
        }
        marks
    }
}

impl<const W: usize> Packed<W> for Ground<W> {
    type Scratch = Scratch;
    type Concrete = [u64; W];

    fn scratch(&self) -> Scratch {
        Scratch::default()
    }

    fn initial(&self) -> [u64; W] {
        self.first
    }

    #[inline]
    fn expand(
        &self,
        scratch: &mut Scratch,
        state: &[u64; W],
        offer: &mut impl FnMut(Edge<W>),
    ) -> Marks {
        let Scratch {
            registers,
            answers,
            observed,
        } = scratch;
        if let Some(watch) = &self.watch {
            watch.observe(registers, answers, state, observed);
        }
        self.conditions.answer(registers, state, answers);
        let marks = self.marks(answers);
        for (word, answer) in answers.iter().enumerate() {
            let mut left = *answer;
            while left != 0 {
                let number = word * 64 + left.trailing_zeros() as usize;
                left &= left - 1;
                let Some(change) = self.changes.get(number) else {
                    break;
                };
                let next = self.fire(registers, change, state);
                offer(self.edge(registers, state, next));
            }
        }
        marks
    }

    fn absorb(&self, scratch: Scratch) {
        if let Some(watch) = &self.watch {
            let mut all = self.observed.lock().unwrap_or_else(PoisonError::into_inner);
            watch.gather(&scratch.observed, &mut all);
        }
    }

    fn first(&self) -> [u64; W] {
        self.first
    }

    fn step(
        &self,
        scratch: &mut Scratch,
        at: &[u64; W],
        wanted: &mut dyn FnMut(&Edge<W>) -> bool,
    ) -> Option<(usize, [u64; W])> {
        let Scratch {
            registers, answers, ..
        } = scratch;
        self.conditions.answer(registers, at, answers);
        for (number, change) in self.changes.iter().enumerate() {
            if answers[number / 64] >> (number % 64) & 1 == 0 {
                continue;
            }
            let next = self.fire(registers, change, at);
            let edge = self.edge(registers, at, next);
            if wanted(&edge) {
                return Some((change.instance, next));
            }
        }
        None
    }
}

impl Compiled {
    fn new(
        model: &Model,
        layout: &Layout,
        wanted: &dyn Fn(usize) -> bool,
        question: &Question,
    ) -> Self {
        let mut grounding = Grounding::new(model, layout);
        let transitions: Vec<GroundTransition> = (0..model.instances.len())
            .filter(|instance| wanted(*instance))
            .map(|instance| GroundTransition::new(&mut grounding, instance))
            .collect();
        let mut invariants = Vec::new();
        let mut between = Vec::new();
        let mut defined: Vec<TermId> = Vec::new();
        for (number, invariant) in model.rules.invariants.iter().enumerate() {
            if !question.invariants[number] {
                continue;
            }
            let id = InvariantId(u16::try_from(number).unwrap_or(u16::MAX));
            let (holds, is_defined) = judged(&mut grounding, id);
            if invariant.transition {
                between.push((number, holds, is_defined));
            } else {
                invariants.push((number, holds));
                defined.push(is_defined);
            }
        }
        let mut goal = TRUE;
        if question.goal
            && let Some(id) = model.goal
        {
            let condition = &model.rules.goals[id.index()].condition;
            let scope = Scope::default();
            let (holds, is_defined) = grounding.condition(condition, &scope, Moment::default());
            goal = grounding.terms.and(holds, is_defined);
            defined.push(is_defined);
        }
        let mut terms = grounding.terms;
        for transition in &transitions {
            defined.push(terms.not(transition.undefined));
        }
        let defined = terms.all(defined);
        Self {
            terms,
            transitions,
            invariants,
            between,
            goal,
            defined,
        }
    }

    /// Instances, then whether all is defined, the goal, the invariants.
    fn conditions(&self) -> Vec<TermId> {
        let mut list: Vec<TermId> = self.transitions.iter().map(|t| t.enabled).collect();
        list.extend([self.defined, self.goal]);
        list.extend(self.invariants.iter().map(|(_, holds)| *holds));
        list
    }
}

/// Whether an invariant holds for every choice for which it is defined, and whether it is defined for all.
fn judged(grounding: &mut Grounding<'_>, id: InvariantId) -> (TermId, TermId) {
    let invariant = &grounding.model.rules.invariants[id.index()];
    let types: Vec<FieldType> = invariant.parameters.iter().map(|p| p.ty).collect();
    let mut all_hold = Vec::new();
    let mut all_defined = Vec::new();
    for choice in choices(grounding.model, &types) {
        let scope = Scope::new(grounding, &types, &choice);
        let moment = Moment::default();
        let (holds, defined) = grounding.condition(&invariant.condition, &scope, moment);
        let undefined = grounding.terms.not(defined);
        all_hold.push(grounding.terms.or(holds, undefined));
        all_defined.push(defined);
    }
    (
        grounding.terms.all(all_hold),
        grounding.terms.all(all_defined),
    )
}

impl Change {
    fn new(terms: &Terms, transition: &GroundTransition) -> Self {
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
}
