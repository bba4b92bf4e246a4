//! What can influence an answer: the cone of influence of what is asked. A cell is relevant where something that is judged
//! reads it, or a ground transition that writes a relevant cell reads it, in its guards or for what it writes there. A
//! transition that writes no relevant cell changes nothing that matters, and is left out: every run has one without such
//! steps that looks the same, and a shortest one has none.
//!
//! Whether something is undefined is judged like anything else: where it is asked for, all that may be undefined is read.

use std::collections::BTreeSet;

use crate::language::rules::{FieldId, FieldType, KindId, TransitionId};
use crate::model::ground::Model;
use crate::model::value::ObjectId;

use super::compiled::Compiled;
use super::layout::{Cell, Layout};
use super::term::{FALSE, Term, TermId, Terms};

/// What matters, by field and by transition: symmetric objects keep the same fields.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Slice {
    /// Fields of which some object's cell is relevant.
    pub fields: BTreeSet<(KindId, FieldId)>,
    /// Transitions of which some instance is relevant.
    pub transitions: BTreeSet<TransitionId>,
}

impl Slice {
    /// The cone of influence of what was compiled. Where it matters whether something is undefined, whatever may be is kept.
    #[must_use]
    pub fn new(model: &Model, layout: &Layout, compiled: &Compiled, definedness: bool) -> Self {
        let mut cone = Cone::default();
        let terms = &compiled.terms;
        let judged = compiled.invariants.iter().map(|(_, holds)| *holds);
        let between = compiled.between.iter().flat_map(|(_, a, b)| [*a, *b]);
        for term in judged
            .chain(between)
            .chain([compiled.goal, compiled.defined])
        {
            cone.read(terms, term);
        }
        let mut transitions = BTreeSet::new();
        loop {
            let before = (transitions.len(), cone.cells.len());
            for ground in &compiled.transitions {
                let transition = model.instances[ground.instance].transition;
                if definedness && ground.undefined != FALSE {
                    transitions.insert(transition);
                }
                for (cell, code) in &ground.writes {
                    if cone.cells.contains(cell) {
                        transitions.insert(transition);
                        cone.read(terms, *code);
                    }
                }
                if transitions.contains(&transition) {
                    cone.read(terms, ground.enabled);
                }
            }
            if (transitions.len(), cone.cells.len()) == before {
                break;
            }
        }
        Self {
            fields: fields(model, layout, &cone.cells),
            transitions,
        }
    }

    /// The fields that are left out, of those that may change, and the transitions; as they are written in the rules.
    #[must_use]
    pub fn left_out(&self, model: &Model) -> (Vec<String>, Vec<String>) {
        let rules = &model.rules;
        let mut fields = Vec::new();
        for (kind, declared) in (0u16..).map(KindId).zip(&rules.kinds) {
            for (field, changing) in (0u16..).map(FieldId).zip(&declared.fields) {
                let is_there = !model.of_kind[kind.index()].is_empty();
                if is_there && !changing.fixed && !self.fields.contains(&(kind, field)) {
                    fields.push(format!("{}.{}", declared.name, changing.name));
                }
            }
        }
        let all = (0u16..).map(TransitionId).zip(&rules.transitions);
        let transitions = all
            .filter(|(id, _)| model.instances.iter().any(|i| i.transition == *id))
            .filter(|(id, _)| !self.transitions.contains(id))
            .map(|(_, transition)| transition.name.clone());
        (fields, transitions.collect())
    }
}

/// Relevant cells, and the terms that were looked at.
#[derive(Default)]
struct Cone {
    cells: BTreeSet<Cell>,
    seen: BTreeSet<TermId>,
}

impl Cone {
    fn read(&mut self, terms: &Terms, id: TermId) {
        let mut stack = vec![id];
        while let Some(id) = stack.pop() {
            if !self.seen.insert(id) {
                continue;
            }
            match terms.get(id) {
                Term::Read { cell, .. } => {
                    self.cells.insert(*cell);
                }
                _ => stack.extend(terms.parts(id)),
            }
        }
    }
}

/// The fields that have relevant cells.
fn fields(model: &Model, layout: &Layout, cells: &BTreeSet<Cell>) -> BTreeSet<(KindId, FieldId)> {
    let mut found = BTreeSet::new();
    for (object, described) in (0u32..).map(ObjectId).zip(&model.objects) {
        let declared = &model.rules.kinds[described.kind.index()].fields;
        for (field, changing) in (0u16..).map(FieldId).zip(declared) {
            let is_relevant = match changing.ty {
                _ if changing.fixed => false,
                FieldType::Set(of) => (0..model.of_kind[of.index()].len() as u32).any(|place| {
                    let cell = layout.member(object, field, place);
                    cell.is_some_and(|cell| cells.contains(&cell))
                }),
                _ => {
                    let cell = layout.cell(object, field);
                    cell.is_some_and(|cell| cells.contains(&cell))
                }
            };
            if is_relevant {
                found.insert((described.kind, field));
            }
        }
    }
    found
}
