//! States in which equal records are kept once, with their number: what a state costs depends on how many *different* records
//! it has, not on how many nodes. The rules are evaluated on these states as they are: one object stands for all that are like
//! it.
//!
//! Needs the classes of interchangeable objects, and that references to them form a forest (see `shape`). Assumes of the classes
//! that every permutation within them leaves the rules alone, and that whether a value is undefined does not depend on the order
//! in which the objects of a class are passed over.

mod code;
mod compile;
mod concrete;
mod defined;
mod encode;
mod fire;
mod machine;
#[cfg(test)]
mod reference;
mod sets;
mod shape;
mod simplify;
mod steps;
mod view;

use crate::language::rules::TransitionId;
use crate::model::ground::Model;

use super::packed::{Edge, MOST_INVARIANTS, Marks, Packed};
use super::question::Question;
use super::symmetry::classes::Classes;
use code::{Body, Condition, Step, Together};
use compile::Compiler;
pub use concrete::Concrete;
use defined::Knowledge;
pub use machine::Scratch;
use machine::{Machine, Undefined};
use shape::Shape;

/// A model as a transition system on counted states.
#[derive(Debug)]
pub struct Counted<'m> {
    model: &'m Model,
    question: Question,
    shape: Shape,
    steps: Vec<Step>,
    together: Vec<Together>,
    /// The invariants that are evaluated, with their bits; the bit is empty where only definedness is question.
    invariants: Vec<(u128, Condition)>,
    goal: Option<Condition>,
    lets: Vec<Body>,
    /// How many values are computed once for a state.
    once: usize,
}

impl<'m> Counted<'m> {
    /// The transition system of a model whose objects change places one by one (the classes of [`classes`], where only fixed
    /// fields are constant). Judges what the question asks and nothing else; where it asks for definedness, all invariants and
    /// the goal are evaluated.
    ///
    /// None where references form no forest, a record is wider than a word, something fixed tells the objects of a class apart,
    /// or the rules have more invariants than marks can carry.
    ///
    /// [`classes`]: super::symmetry::classes::classes
    #[must_use]
    pub fn new(model: &'m Model, classes: &Classes, question: &Question) -> Option<Self> {
        if model.rules.invariants.len() > MOST_INVARIANTS {
            return None;
        }
        let shape = Shape::new(model, classes)?;
        let mut compiler = Compiler::new(model, &shape);
        let mut knowledge = Knowledge::new(model);
        let steps: Vec<Step> = (0u16..)
            .map(TransitionId)
            .take(model.rules.transitions.len())
            .map(|id| compiler.step(id, &mut knowledge))
            .collect();
        let mut invariants = Vec::new();
        for (place, invariant) in model.rules.invariants.iter().enumerate() {
            let judged = question.invariants.get(place) == Some(&true);
            if judged || question.definedness {
                let condition = compiler.condition(
                    &invariant.parameters,
                    &invariant.condition,
                    invariant.slots,
                    invariant.transition,
                );
                invariants.push((u128::from(judged) << place, condition));
            }
        }
        // Temporal properties are judged elsewhere, but what is undefined in them is undefined here.
        for property in model.rules.temporal.iter().filter(|_| question.definedness) {
            for operand in property.promise.operands() {
                let (parameters, slots) = (&property.parameters, property.slots);
                invariants.push((0, compiler.condition(parameters, operand, slots, false)));
            }
        }
        let goal = model.goal.filter(|_| question.goal || question.definedness);
        let goal = goal.map(|goal| {
            let goal = &model.rules.goals[goal.index()];
            compiler.condition(&[], &goal.condition, goal.slots, false)
        });
        let (lets, once) = compiler.bodies();
        Some(Self {
            model,
            question: question.clone(),
            shape,
            together: Together::all(&steps),
            steps,
            invariants,
            goal,
            lets,
            once,
        })
    }

    /// How many words the state that the cluster describes takes; those that follow may take more (see [`Marks::overflow`]).
    #[must_use]
    pub fn words_needed(&self) -> usize {
        let mut scratch = self.room();
        let first = self.described();
        let mut words = vec![0; self.shape.header.words()];
        while !self.encode(&mut scratch, &first, &mut words) {
            words.push(0);
        }
        words.len()
    }

    /// Room for one thread.
    fn room(&self) -> Scratch {
        Scratch {
            view: view::View::new(&self.shape),
            variables: Vec::new(),
            base: 0,
            sets: Vec::new(),
            once: vec![None; self.once],
            before: false,
            encoder: encode::Encoder::default(),
        }
    }

    fn machine<'a>(&'a self, scratch: &'a mut Scratch) -> Machine<'a> {
        Machine {
            code: self,
            scratch,
        }
    }

    /// Judges the state in the scratch.
    fn judge(&self, scratch: &mut Scratch) -> Marks {
        let mut machine = self.machine(scratch);
        let mut marks = Marks::default();
        for (bit, invariant) in self.invariants.iter().filter(|(_, i)| !i.transition) {
            let judgement = machine.judge(invariant, self.question.definedness);
            if judgement.broken {
                marks.broken |= bit;
            }
            marks.undefined |= judgement.undefined;
        }
        if let Some(goal) = &self.goal {
            match machine.holds(goal) {
                Ok(holds) => marks.goal = holds && self.question.goal,
                Err(Undefined) => marks.undefined = true,
            }
        }
        marks.undefined &= self.question.definedness;
        marks
    }

    /// Fires every transition from the state in the scratch, and shows the edge, with the machine still in the successor.
    /// Marks what is undefined, and whether a successor did not fit.
    fn fire<const W: usize>(
        &self,
        scratch: &mut Scratch,
        marks: &mut Marks,
        show: &mut dyn FnMut(&Step, &Machine<'_>, Edge<W>),
    ) {
        let between: Vec<&(u128, Condition)> = self
            .invariants
            .iter()
            .filter(|(_, i)| i.transition)
            .collect();
        let mut overflow = false;
        for together in &self.together {
            let mut machine = self.machine(scratch);
            let undefined = machine.fire_all(&self.steps, together, &mut |machine, step| {
                let mut edge = Edge {
                    to: [0; W],
                    broken: 0,
                    undefined: false,
                };
                let Scratch { view, encoder, .. } = machine.scratch;
                if !encoder.encode(&self.shape, view, &mut edge.to) {
                    overflow = true;
                    return;
                }
                if !between.is_empty() {
                    machine.between(&between, self.question.definedness, &mut edge);
                }
                show(step, machine, edge);
            });
            marks.undefined |= undefined && self.question.definedness;
        }
        marks.overflow |= overflow;
    }

    /// Reads a state into the scratch.
    fn load(&self, scratch: &mut Scratch, state: &[u64]) {
        let mut remaining = std::mem::take(&mut scratch.encoder.remaining);
        encode::decode(&self.shape, state, &mut scratch.view, &mut remaining);
        scratch.encoder.remaining = remaining;
        scratch.once.fill(None);
    }
}

impl Machine<'_> {
    /// Judges the transition invariants between the state before and the one now.
    fn between<const W: usize>(
        &mut self,
        invariants: &[&(u128, Condition)],
        definedness: bool,
        edge: &mut Edge<W>,
    ) {
        // The arguments of the transition are still wanted when its other choices come.
        let outside = std::mem::take(&mut self.scratch.variables);
        for (bit, invariant) in invariants {
            let judgement = self.judge(invariant, definedness);
            if judgement.broken {
                edge.broken |= bit;
            }
            edge.undefined |= judgement.undefined && definedness;
        }
        self.scratch.variables = outside;
    }
}

impl<const W: usize> Packed<W> for Counted<'_> {
    type Scratch = Scratch;
    type Concrete = Concrete;

    fn scratch(&self) -> Scratch {
        self.room()
    }

    fn initial(&self) -> [u64; W] {
        let mut words = [0; W];
        let fits = self.encode(&mut self.room(), &self.described(), &mut words);
        debug_assert!(fits, "the caller asked how many words are needed");
        words
    }

    fn expand(
        &self,
        scratch: &mut Scratch,
        state: &[u64; W],
        offer: &mut impl FnMut(Edge<W>),
    ) -> Marks {
        self.load(scratch, state);
        let mut marks = self.judge(scratch);
        self.fire(scratch, &mut marks, &mut |_, _, edge| offer(edge));
        marks
    }

    fn first(&self) -> Concrete {
        self.described()
    }

    fn step(
        &self,
        scratch: &mut Scratch,
        at: &Concrete,
        wanted: &mut dyn FnMut(&Edge<W>) -> bool,
    ) -> Option<(usize, Concrete)> {
        self.step_from::<W>(scratch, at, wanted)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::reference::{everything, one_by_one};
    use super::*;
    use crate::engine::testing::core;

    /// The core model with so many nodes and EVSs, and settings as JSON.
    fn fleet(nodes: u32, servers: u32, settings: &str) -> Model {
        core(&format!(
            r#"{{ "rules": "exchange-core", {settings}, "objects": {{ "node": {{ "Node[1-{nodes}]": {{}} }},
            "evs": {{ "EVS[1-{servers}]": {{ "host": "Node[1-{servers}]" }} }} }} }}"#
        ))
    }

    /// How many states there are, how deep, how far the first goal is, and how many break each of the first two invariants.
    fn explore<const W: usize>(model: &Model) -> (usize, usize, Option<usize>, [usize; 2]) {
        let counted = Counted::new(model, &one_by_one(model, &[]), &everything(model)).unwrap();
        let mut scratch = Packed::<W>::scratch(&counted);
        let initial: [u64; W] = counted.initial();
        let mut seen = HashSet::from([initial]);
        let mut level = vec![initial];
        let (mut depth, mut goal, mut broken) = (0, None, [0, 0]);
        while !level.is_empty() {
            let mut next = Vec::new();
            for state in &level {
                let marks = counted.expand(&mut scratch, state, &mut |edge| {
                    if seen.insert(edge.to) {
                        next.push(edge.to);
                    }
                });
                assert!(!marks.overflow && !marks.undefined);
                for (place, count) in broken.iter_mut().enumerate() {
                    *count += usize::from(marks.broken >> place & 1 == 1);
                }
                if marks.goal && goal.is_none() {
                    goal = Some(depth);
                }
            }
            depth += usize::from(!next.is_empty());
            level = next;
        }
        (seen.len(), depth, goal, broken)
    }

    const DRAIN: &str = r#""policies": { "drain": true }"#;

    #[test]
    fn the_orbits_of_the_core_model_come_out() {
        let off = r#""policies": { "drain": false }"#;
        let fault = r#""faults": 1, "policies": { "drain": true }"#;
        for (nodes, servers, settings, orbits, depth, goal) in [
            (2, 1, DRAIN, 88, 16, 16),
            (2, 1, off, 184, 0, 16),
            (2, 1, fault, 352, 0, 16),
            (3, 1, DRAIN, 420, 0, 22),
            (3, 2, DRAIN, 612, 0, 26),
            (4, 1, DRAIN, 1456, 0, 28),
            (4, 2, DRAIN, 2982, 32, 32),
            (4, 2, off, 21594, 36, 32),
            (4, 2, fault, 26125, 35, 32),
            (4, 3, DRAIN, 3268, 0, 36),
            (5, 2, DRAIN, 10472, 0, 38),
            (5, 3, DRAIN, 15918, 42, 42),
        ] {
            let found = explore::<2>(&fleet(nodes, servers, settings));
            assert_eq!(
                (found.0, found.2),
                (orbits, Some(goal)),
                "{nodes}/{servers} {settings}"
            );
            assert!(
                depth == 0 || found.1 == depth,
                "{nodes}/{servers}: {found:?}"
            );
        }
    }

    const MAINTENANCE: &str =
        r#""params": { "limit": 2 }, "policies": { "drain": true, "one_offline": true }"#;

    #[test]
    fn the_orbits_of_fleets_come_out() {
        let found = explore::<4>(&fleet(10, 5, MAINTENANCE));
        assert_eq!((found.0, found.2), (6009, Some(80)));
        let found = explore::<4>(&fleet(20, 10, MAINTENANCE));
        assert_eq!((found.0, found.2), (26009, Some(160)));
    }
}
