//! Orbits by trying all permutations, for the tests of this room.

use std::collections::BTreeSet;

use super::classes::Classes;
use super::permute::Permute;
use crate::engine::layout::{Layout, greatest_code};
use crate::language::rules::{FieldId, FieldType, KindId};
use crate::model::ground::Model;
use crate::model::value::{ObjectId, Value};

/// A model with its layout, classes and all permutations.
pub(super) struct World {
    pub(super) model: Model,
    pub(super) layout: Layout,
    pub(super) classes: Classes,
    pub(super) permute: Permute,
    pub(super) group: Vec<Vec<ObjectId>>,
    seed: u64,
}

/// Whether a field is declared fixed.
pub(super) fn constant(model: &Model) -> impl Fn(KindId, FieldId) -> bool + use<> {
    let rules = model.rules.clone();
    move |kind, field| rules.kinds[kind.index()].fields[field.index()].fixed
}

/// The objects of these names.
pub(super) fn named(model: &Model, names: &[&str]) -> BTreeSet<ObjectId> {
    names
        .iter()
        .map(|name| model.object(name).expect("the name is in the cluster"))
        .collect()
}

impl World {
    pub(super) fn new(model: Model, classes: Classes) -> Self {
        let layout = Layout::new(&model, &|_, _| true);
        let permute = Permute::new(&model, &layout);
        let identity: Vec<ObjectId> = (0u32..).map(ObjectId).take(model.objects.len()).collect();
        let mut group = vec![identity];
        for class in &classes.list {
            let orders = orders(&class.objects);
            group = group
                .into_iter()
                .flat_map(|to| {
                    orders.iter().map(move |order| {
                        let mut to = to.clone();
                        for (from, place) in class.objects.iter().zip(order) {
                            to[from.index()] = *place;
                        }
                        to
                    })
                })
                .collect();
        }
        group.retain(|to| keeps_fixed_references(&model, to));
        Self {
            layout,
            permute,
            group,
            model,
            classes,
            seed: 0x9E37_79B9_7F4A_7C15,
        }
    }

    /// A number below `bound`.
    pub(super) fn below(&mut self, bound: u64) -> u64 {
        self.seed ^= self.seed << 13;
        self.seed ^= self.seed >> 7;
        self.seed ^= self.seed << 17;
        (self.seed >> 11) % bound
    }

    /// Any state.
    pub(super) fn state(&mut self) -> Vec<u64> {
        let mut state = self.layout.initial(&self.model);
        for id in (0u32..).map(ObjectId).take(self.model.objects.len()) {
            let kind = self.model.objects[id.index()].kind;
            let types: Vec<FieldType> = self.model.rules.kinds[kind.index()]
                .fields
                .iter()
                .map(|field| field.ty)
                .collect();
            for (field, ty) in (0u16..).map(FieldId).zip(types) {
                let most = greatest_code(&self.model, ty);
                if let FieldType::Set(of) = ty {
                    for member in 0..self.model.of_kind[of.index()].len() as u32 {
                        let code = self.below(2);
                        if let Some(cell) = self.layout.member(id, field, member) {
                            cell.put(&mut state, code);
                        }
                    }
                } else if let Some(cell) = self.layout.cell(id, field) {
                    let code = self.below(most + 1);
                    cell.put(&mut state, code);
                }
            }
        }
        state
    }

    /// A state with its objects at other places.
    pub(super) fn moved(&self, to: &[ObjectId], state: &[u64]) -> Vec<u64> {
        let mut moved = state.to_vec();
        self.permute.apply(to, state, &mut moved);
        moved
    }

    /// What an object refers to that can change places.
    pub(super) fn parent(&self, object: ObjectId, state: &[u64]) -> Option<ObjectId> {
        let moves = |id: &ObjectId| self.classes.list.iter().any(|c| c.objects.contains(id));
        let fixed = self.model.objects[object.index()].values.iter();
        let kind = &self.model.rules.kinds[self.model.objects[object.index()].kind.index()];
        let fixed = fixed.zip(&kind.fields).filter(|(_, field)| field.fixed);
        let fixed = fixed.filter_map(|(value, _)| match value {
            Value::Object(id) => Some(*id),
            _ => None,
        });
        let fields = &self.permute.fields[object.index()];
        let changing = fields.references.iter().filter_map(|(cell, kind)| {
            let (first, count) = self.permute.kinds[kind.index()];
            let code = cell.get(state) as u32;
            (code < count).then_some(ObjectId(first + code))
        });
        fixed.chain(changing).find(moves)
    }

    /// Whether the object is one of these, or refers to one, or to one that does, and so on.
    pub(super) fn hangs_on(&self, object: ObjectId, on: [ObjectId; 2], state: &[u64]) -> bool {
        on.contains(&object)
            || self
                .parent(object, state)
                .is_some_and(|parent| self.hangs_on(parent, on, state))
    }

    /// Checks a way to find representatives on random states, against all permutations.
    pub(super) fn check(
        &mut self,
        states: usize,
        canonical: &mut dyn FnMut(&mut [u64]),
        permutation: &mut dyn FnMut(&[u64]) -> Vec<ObjectId>,
    ) {
        assert!(self.group.len() > 1, "something can change places");
        for _ in 0..states {
            let state = self.state();
            let mut least = state.clone();
            canonical(&mut least);
            let mut in_orbit = false;
            for to in &self.group {
                let moved = self.moved(to, &state);
                in_orbit |= moved == least;
                let mut other = moved;
                canonical(&mut other);
                assert_eq!(other, least, "{state:x?} moved by {to:?}");
            }
            assert!(in_orbit, "{state:x?} became {least:x?}");
            let to = permutation(&state);
            assert_eq!(self.moved(&to, &state), least, "{state:x?} by {to:?}");
            assert!(self.group.contains(&to), "{to:?}");
        }
    }
}

fn keeps_fixed_references(model: &Model, to: &[ObjectId]) -> bool {
    (0u32..)
        .map(ObjectId)
        .zip(&model.objects)
        .all(|(id, object)| {
            let there = &model.objects[to[id.index()].index()];
            let fields = &model.rules.kinds[object.kind.index()].fields;
            object
                .values
                .iter()
                .zip(&there.values)
                .zip(fields)
                .filter(|(_, field)| field.fixed)
                .all(|((here, there), _)| match here {
                    Value::Object(target) => *there == Value::Object(to[target.index()]),
                    here => here == there,
                })
        })
}

fn orders(objects: &[ObjectId]) -> Vec<Vec<ObjectId>> {
    if objects.is_empty() {
        return vec![Vec::new()];
    }
    let mut all = Vec::new();
    for (place, &first) in objects.iter().enumerate() {
        let mut others = objects.to_vec();
        others.remove(place);
        for mut order in orders(&others) {
            order.insert(0, first);
            all.push(order);
        }
    }
    all
}
