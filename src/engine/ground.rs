//! A ground model on packed states: which ground transitions are enabled by tables, what they change by masks. Symmetry, where
//! it is used, puts every successor into its canonical form.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::model::ground::Model;
use crate::model::value::ObjectId;

use super::change::Change;
use super::compiled::Compiled;
use super::conditions::Conditions;
use super::layout::Layout;
use super::packed::{Edge, Marks, Packed};
use super::program::{Program, Registers};
use super::question::Question;
use super::representatives::Representatives;
use super::stubborn::{Stubborn, StubbornScratch};
use super::symmetry::{self, Symmetry};
use super::term::TermId;
use super::watch::{Observed, Watch};

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
    symmetry: Option<(Symmetry, Representatives)>,
    bound_hits: AtomicU64,
    stubborn: Option<Stubborn>,
    left_out: AtomicU64,
}

/// A state of the cluster with its real names.
#[derive(Clone, Debug)]
pub struct Concrete<const W: usize> {
    state: [u64; W],
    /// Where representatives are not always those of whole orbits: for each object the place that it has in the one that was
    /// stored on the way here. The representative of the state itself may be another one.
    places: Option<Vec<ObjectId>>,
}

/// What a thread needs.
pub struct Scratch {
    registers: Registers,
    answers: Vec<u64>,
    observed: Option<Observed>,
    symmetry: Option<symmetry::Scratch>,
    /// For each object of the state at hand whether it is the twin of the one before it.
    twins: Vec<bool>,
    stubborn: StubbornScratch,
    left_out: u64,
}

impl<const W: usize> Ground<W> {
    /// A system from its terms. None where a state does not fit `W` words.
    #[must_use]
    pub fn new(
        model: &Model,
        layout: &Layout,
        compiled: &mut Compiled,
        question: &Question,
    ) -> Option<Self> {
        let first = layout.initial(model);
        if first.len() > W {
            return None;
        }
        let mut words = [0; W];
        words[..first.len()].copy_from_slice(&first);
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
            watch: None,
            observed: Mutex::default(),
            symmetry: None,
            bound_hits: AtomicU64::new(0),
            stubborn: None,
            left_out: AtomicU64::new(0),
        })
    }

    /// The same, with one state for each orbit.
    #[must_use]
    pub fn reduced(mut self, model: &Model, layout: &Layout, symmetry: Symmetry) -> Self {
        let instances = self.changes.iter().map(|change| change.instance);
        let representatives = Representatives::new(model, layout, &symmetry, instances);
        self.symmetry = Some((symmetry, representatives));
        self
    }

    /// How often the bound on the search for a representative was hit.
    #[must_use]
    pub fn bound_hits(&self) -> u64 {
        self.bound_hits.load(Ordering::Relaxed)
    }

    /// Takes only the transitions of stubborn sets, or all again.
    pub fn stubborn(&mut self, stubborn: Option<Stubborn>) {
        self.stubborn = stubborn;
        self.count_anew();
    }

    /// Forgets what was counted so far.
    pub fn count_anew(&mut self) {
        self.left_out = AtomicU64::new(0);
        self.bound_hits = AtomicU64::new(0);
    }

    /// How many transitions stubborn sets left out.
    #[must_use]
    pub fn left_out(&self) -> u64 {
        self.left_out.load(Ordering::Relaxed)
    }

    /// Begins to watch the rules, or to watch others.
    pub fn watch(&mut self, watch: Option<Watch>) {
        self.watch = watch;
    }

    /// What was observed so far, by threads that gave it in.
    #[must_use]
    pub fn observed(&self) -> Observed {
        let all = self.observed.lock();
        all.unwrap_or_else(PoisonError::into_inner).clone()
    }

    #[inline]
    fn canonical(&self, scratch: &mut Option<symmetry::Scratch>, state: [u64; W]) -> [u64; W] {
        let mut state = state;
        if let (Some((symmetry, _)), Some(scratch)) = (&self.symmetry, scratch) {
            symmetry.canonical(scratch, &mut state);
        }
        state
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
    type Concrete = Concrete<W>;

    fn scratch(&self) -> Scratch {
        Scratch {
            registers: Registers::new(),
            answers: Vec::new(),
            observed: None,
            symmetry: self
                .symmetry
                .as_ref()
                .map(|(symmetry, _)| symmetry.scratch()),
            twins: Vec::new(),
            stubborn: StubbornScratch::default(),
            left_out: 0,
        }
    }

    fn observer(&self) -> Scratch {
        Scratch {
            observed: self.watch.is_some().then(Observed::default),
            ..self.scratch()
        }
    }

    fn initial(&self) -> [u64; W] {
        self.canonical(&mut self.scratch().symmetry, self.first)
    }

    #[inline]
    fn expand(
        &self,
        scratch: &mut Scratch,
        state: &[u64; W],
        offer: &mut impl FnMut(Edge<W>),
    ) -> Marks {
        if let (Some(watch), Some(seen)) = (&self.watch, &mut scratch.observed) {
            watch.observe(&mut scratch.registers, &mut scratch.answers, state, seen);
        }
        self.conditions
            .answer(&mut scratch.registers, state, &mut scratch.answers);
        if let (Some((symmetry, _)), Some(own)) = (&self.symmetry, &mut scratch.symmetry) {
            symmetry.twins(own, state, &mut scratch.twins);
        }
        let marks = self.marks(&scratch.answers);
        let fewer = self.stubborn.as_ref().map_or(0, |stubborn| {
            stubborn.reduce(&mut scratch.stubborn, state, &mut scratch.answers)
        });
        scratch.left_out += fewer as u64;
        for word in 0..scratch.answers.len() {
            let mut left = scratch.answers[word];
            while left != 0 {
                let number = word * 64 + left.trailing_zeros() as usize;
                left &= left - 1;
                let Some(change) = self.changes.get(number) else {
                    break;
                };
                // The twin of what is in a stubborn set need not be in it.
                if let Some((_, representatives)) = &self.symmetry
                    && fewer == 0
                    && representatives.has_twin(number, &scratch.twins, state)
                {
                    continue;
                }
                let mut next = *state;
                change.apply(&mut scratch.registers, &mut next);
                let mut edge = self.edge(&mut scratch.registers, state, next);
                edge.to = self.canonical(&mut scratch.symmetry, next);
                offer(edge);
            }
        }
        marks
    }

    fn absorb(&self, scratch: Scratch) {
        if let Some(own) = &scratch.symmetry {
            self.bound_hits
                .fetch_add(own.bound_hits(), Ordering::Relaxed);
        }
        self.left_out.fetch_add(scratch.left_out, Ordering::Relaxed);
        if let (Some(watch), Some(seen)) = (&self.watch, &scratch.observed) {
            let mut all = self.observed.lock().unwrap_or_else(PoisonError::into_inner);
            watch.gather(seen, &mut all);
        }
    }

    fn first(&self) -> Concrete<W> {
        let places = self.symmetry.as_ref().filter(|(s, _)| !s.exact());
        Concrete {
            state: self.first,
            places: places.map(|(s, _)| s.permutation(&mut s.scratch(), &self.first)),
        }
    }

    fn step(
        &self,
        scratch: &mut Scratch,
        at: &Concrete<W>,
        wanted: &mut dyn FnMut(&Edge<W>) -> bool,
    ) -> Option<(usize, Concrete<W>)> {
        self.conditions
            .answer(&mut scratch.registers, &at.state, &mut scratch.answers);
        for (number, change) in self.changes.iter().enumerate() {
            if scratch.answers[number / 64] >> (number % 64) & 1 == 0 {
                continue;
            }
            let mut next = at.state;
            change.apply(&mut scratch.registers, &mut next);
            let mut edge = self.edge(&mut scratch.registers, &at.state, next);
            let stored = self.as_stored(at, next);
            edge.to = self.canonical(&mut scratch.symmetry, stored);
            if wanted(&edge) {
                let places = self.places_after(scratch, at, &stored);
                let next = Concrete {
                    state: next,
                    places,
                };
                return Some((change.instance, next));
            }
        }
        None
    }
}

impl<const W: usize> Ground<W> {
    /// A successor as the search met it, which went on from the representative.
    fn as_stored(&self, at: &Concrete<W>, next: [u64; W]) -> [u64; W] {
        let mut stored = next;
        if let (Some((symmetry, _)), Some(places)) = (&self.symmetry, &at.places) {
            symmetry.permute().apply(places, &next, &mut stored);
        }
        stored
    }

    /// The places of objects in the representative of such a successor.
    fn places_after(
        &self,
        scratch: &mut Scratch,
        at: &Concrete<W>,
        stored: &[u64; W],
    ) -> Option<Vec<ObjectId>> {
        let (symmetry, _) = self.symmetry.as_ref()?;
        let moved = symmetry.permutation(scratch.symmetry.as_mut()?, stored);
        let places = at.places.as_ref()?.iter();
        Some(places.map(|place| moved[place.index()]).collect())
    }
}
