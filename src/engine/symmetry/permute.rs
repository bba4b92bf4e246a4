//! States with their objects at other places. Knows where references are, and not which permutations are of use.

use crate::engine::layout::{Cell, Layout};
use crate::language::rules::{FieldId, FieldType, KindId};
use crate::model::ground::Model;
use crate::model::value::ObjectId;

/// Where the fields of an object are in a state, by what a permutation does to them.
#[derive(Clone, Debug, Default)]
pub(super) struct Fields {
    /// Neither references nor sets.
    pub(super) plain: Vec<Cell>,
    /// References, each with the kind that it refers to.
    pub(super) references: Vec<(Cell, KindId)>,
    /// Sets, each with its kind and a cell for each possible member.
    pub(super) sets: Vec<(Vec<Cell>, KindId)>,
}

/// Moves objects about.
#[derive(Clone, Debug)]
pub struct Permute {
    /// For each object its fields; those of one kind have the same fields in the same order.
    pub(super) fields: Vec<Fields>,
    /// For each kind its first object and how many there are.
    pub(super) kinds: Vec<(u32, u32)>,
}

/// Whether a field is part of states.
pub(super) fn laid_out(model: &Model, layout: &Layout, kind: KindId, field: FieldId) -> bool {
    let Some(first) = model.objects_of(kind).next() else {
        return false;
    };
    match model.rules.kinds[kind.index()].fields[field.index()].ty {
        FieldType::Set(of) => {
            !model.of_kind[of.index()].is_empty() && layout.member(first, field, 0).is_some()
        }
        _ => layout.cell(first, field).is_some(),
    }
}

impl Permute {
    /// For the states of a layout.
    #[must_use]
    pub fn new(model: &Model, layout: &Layout) -> Self {
        let fields = (0u32..).map(ObjectId).zip(&model.objects);
        let fields = fields
            .map(|(id, object)| {
                let mut found = Fields::default();
                let declared = &model.rules.kinds[object.kind.index()].fields;
                for (field, declared) in (0u16..).map(FieldId).zip(declared) {
                    if laid_out(model, layout, object.kind, field) {
                        found.add(model, layout, (id, field), declared.ty);
                    }
                }
                found
            })
            .collect();
        let kinds = model.of_kind.iter();
        Self {
            fields,
            kinds: kinds.map(|r| (r.start, r.len() as u32)).collect(),
        }
    }

    /// The state in which every object is at the place that `to` gives it, what refers to it included. Only faults left and
    /// such are taken from `out` as they are there; objects keep their kinds.
    pub fn apply(&self, to: &[ObjectId], state: &[u64], out: &mut [u64]) {
        for (from, to_place) in self.fields.iter().zip(to) {
            let at = &self.fields[to_place.index()];
            for (from, at) in from.plain.iter().zip(&at.plain) {
                at.put(out, from.get(state));
            }
            for ((from, kind), (at, _)) in from.references.iter().zip(&at.references) {
                let code = from.get(state);
                at.put(out, self.moved(to, *kind, code));
            }
            for ((from, kind), (at, _)) in from.sets.iter().zip(&at.sets) {
                for (code, cell) in (0u64..).zip(from) {
                    let moved = self.moved(to, *kind, code);
                    at[moved as usize].put(out, cell.get(state));
                }
            }
        }
    }

    /// The code of a reference after the move.
    fn moved(&self, to: &[ObjectId], kind: KindId, code: u64) -> u64 {
        let (first, count) = self.kinds[kind.index()];
        if code < u64::from(count) {
            u64::from(to[first as usize + code as usize].0 - first)
        } else {
            code
        }
    }
}

impl Fields {
    fn add(
        &mut self,
        model: &Model,
        layout: &Layout,
        (id, field): (ObjectId, FieldId),
        ty: FieldType,
    ) {
        if let FieldType::Set(kind) = ty {
            let members = 0..model.of_kind[kind.index()].len() as u32;
            let cells = members.filter_map(|place| layout.member(id, field, place));
            self.sets.push((cells.collect(), kind));
            return;
        }
        let Some(cell) = layout.cell(id, field) else {
            return;
        };
        match ty {
            FieldType::Object(kind) | FieldType::Optional(kind) => {
                self.references.push((cell, kind));
            }
            _ => self.plain.push(cell),
        }
    }
}
