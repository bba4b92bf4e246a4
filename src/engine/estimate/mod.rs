//! A lower bound on the cost to a goal, derived from any rules.
//!
//! For each object by itself, and for each object together with one that it refers to, there is a table of the exact cost to
//! the goal in a model that forgets everything else (a projection: whatever is forgotten does what helps). Each action is
//! paid for by one object only, its *owner*, so that the costs of different objects may be added (cost partitioning: Katz and
//! Domshlak, "Optimal admissible composition of abstraction heuristics", AIJ 2010, section 3). Of the tables of one object
//! the greatest cost counts.
//!
//! Interchangeable objects share their tables: a permutation of them is an automorphism of the projection as well.

mod owners;
mod renaming;
mod table;

use std::collections::BTreeSet;

use indexmap::IndexMap;

use super::partial::Record;
use super::symmetry::classes::{add_named, classes};
use crate::language::rules::{Expr, FieldId, FieldType, KindId};
use crate::model::ground::Model;
use crate::model::value::{ObjectId, Value};
use owners::{owners, writers};
use renaming::Renaming;
use table::{Projection, Table};

/// All tables together have at most so many records; what does not fit is taken to cost nothing.
const MOST_RECORDS: usize = 400_000;

/// A lower bound on the cost to one goal.
pub struct Estimate {
    renaming: Renaming,
    /// For each object that stands for its class: its table, if there is one.
    alone: IndexMap<ObjectId, Table>,
    /// For such an object, and another that stands for what it refers to: their table.
    paired: IndexMap<(ObjectId, ObjectId), Table>,
    /// For each kind its fields that refer to one object.
    references: Vec<Vec<FieldId>>,
    /// For each object its kind.
    kind_of: Vec<KindId>,
    /// For each object whether all that it pays for has it as the first argument.
    is_subject: Vec<bool>,
    /// For each kind the number of its fields.
    fields: Vec<u16>,
}

/// What is known of the way to the goal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bound {
    /// It costs at least so much.
    pub cost: u32,
    /// Steps with at least so many different first arguments are on it.
    pub subjects: u32,
    /// Whether steps about the object that was asked about are certainly among them.
    pub asked: bool,
}

impl Estimate {
    /// The tables for a model and a condition to be reached, which has no variables; `price` is the cost of a ground action.
    /// `None` where `may_go_on`, asked all the while, says that there is no time for it.
    #[must_use]
    pub fn new(
        model: &Model,
        goal: &Expr,
        price: &dyn Fn(usize) -> u32,
        may_go_on: &mut dyn FnMut() -> bool,
    ) -> Option<Self> {
        let mut named = BTreeSet::new();
        add_named(model, goal, &mut named);
        let is_fixed = |kind: KindId, field: FieldId| {
            model.rules.kinds[kind.index()].fields[field.index()].fixed
        };
        let classes = classes(model, &named, &is_fixed);
        let renaming = Renaming::new(model, &classes);
        let writers = writers(model);
        let owners = owners(model, &writers, &renaming);
        let references: Vec<Vec<FieldId>> = model
            .rules
            .kinds
            .iter()
            .map(|kind| {
                let fields = (0u16..).map(FieldId).zip(&kind.fields);
                let refers = |ty| matches!(ty, FieldType::Object(_) | FieldType::Optional(_));
                fields
                    .filter(|(_, field)| refers(field.ty))
                    .map(|(id, _)| id)
                    .collect()
            })
            .collect();
        let mut is_subject = vec![true; model.objects.len()];
        for (instance, owner) in model.instances.iter().zip(&owners) {
            if let Some(owner) = owner
                && instance.arguments.first() != Some(&Value::Object(*owner))
            {
                is_subject[owner.index()] = false;
            }
        }
        let mut estimate = Self {
            alone: IndexMap::new(),
            paired: IndexMap::new(),
            references,
            kind_of: model.objects.iter().map(|object| object.kind).collect(),
            is_subject,
            fields: model
                .rules
                .kinds
                .iter()
                .map(|kind| u16::try_from(kind.fields.len()).unwrap_or(u16::MAX))
                .collect(),
            renaming,
        };
        let pays = |instance: usize| owners[instance].map(|owner| (owner, price(instance)));
        let projection = Projection {
            model,
            goal,
            writers: &writers,
            pays: &pays,
        };
        estimate.fill(&projection, may_go_on)?;
        Some(estimate)
    }

    /// Makes the tables, as many as there is room for; `None` where there is no time.
    fn fill(
        &mut self,
        projection: &Projection<'_>,
        may_go_on: &mut dyn FnMut() -> bool,
    ) -> Option<()> {
        let model = projection.model;
        let mut room = MOST_RECORDS;
        let all = || (0u32..).map(ObjectId).take(model.objects.len());
        let mut groups: IndexMap<ObjectId, Vec<ObjectId>> = IndexMap::new();
        for object in all() {
            let group = groups.entry(self.renaming.stands_for(object));
            group.or_default().push(object);
        }
        for (&focus, members) in &groups {
            let seeds: Vec<Record> = members
                .iter()
                .map(|&object| {
                    self.renaming
                        .renamed(&[object], &[focus], first_values(model, &[object]))
                })
                .collect();
            if let Some(table) =
                projection.table(&self.renaming, &[focus], seeds, &mut room, may_go_on)?
            {
                self.alone.insert(focus, table);
            }
        }
        for (&focus, members) in &groups {
            let kind = model.objects[focus.index()].kind;
            let targets: BTreeSet<KindId> = self.references[kind.index()]
                .iter()
                .filter_map(|field| {
                    match model.rules.kinds[kind.index()].fields[field.index()].ty {
                        FieldType::Object(of) | FieldType::Optional(of) => Some(of),
                        _ => None,
                    }
                })
                .collect();
            for (&context, others) in &groups {
                if !targets.contains(&model.objects[context.index()].kind) {
                    continue;
                }
                let Some((focus, context)) = self.renaming.pair(focus, context) else {
                    continue;
                };
                let mut seeds = BTreeSet::new();
                for &object in members {
                    for &other in others.iter().filter(|other| **other != object) {
                        let known = [object, other];
                        let values = first_values(model, &known);
                        seeds.insert(self.renaming.renamed(&known, &[focus, context], values));
                    }
                }
                let known = [focus, context];
                let seeds = seeds.into_iter().collect();
                if let Some(table) =
                    projection.table(&self.renaming, &known, seeds, &mut room, may_go_on)?
                {
                    self.paired.insert((focus, context), table);
                }
            }
        }
        Some(())
    }

    /// What is known of the way from a state to the goal; `None` where the goal cannot be reached from it. `value` reads a
    /// field of the state, `asked` is an object of interest.
    #[must_use]
    pub fn of(
        &self,
        value: &dyn Fn(ObjectId, FieldId) -> Value,
        asked: Option<ObjectId>,
    ) -> Option<Bound> {
        let mut bound = Bound::default();
        for (object, kind) in (0u32..).map(ObjectId).zip(&self.kind_of) {
            let cost = self.of_object(value, object, *kind)?;
            bound.cost = bound.cost.saturating_add(cost);
            if cost > 0 && self.is_subject[object.index()] {
                bound.subjects += 1;
                bound.asked |= asked == Some(object);
            }
        }
        Some(bound)
    }

    /// What the object itself has to pay at least; `None` where the goal cannot be reached.
    fn of_object(
        &self,
        value: &dyn Fn(ObjectId, FieldId) -> Value,
        object: ObjectId,
        kind: KindId,
    ) -> Option<u32> {
        let focus = self.renaming.stands_for(object);
        let read = |object: ObjectId| {
            let count = self.fields[self.kind_of[object.index()].index()];
            (0..count)
                .map(FieldId)
                .map(move |field| value(object, field))
        };
        let own: Record = read(object).collect();
        let mut greatest = 0;
        let mut found = false;
        for field in &self.references[kind.index()] {
            let Some(&Value::Object(other)) = own.get(field.index()) else {
                continue;
            };
            let Some(pair) = (other != object)
                .then(|| self.renaming.pair(focus, self.renaming.stands_for(other)))
                .flatten()
            else {
                continue;
            };
            let Some(table) = self.paired.get(&pair) else {
                continue;
            };
            let record = own.iter().cloned().chain(read(other)).collect();
            let record = self
                .renaming
                .renamed(&[object, other], &[pair.0, pair.1], record);
            if let Some(cost) = table.costs.get(&record) {
                greatest = greatest.max((*cost)?);
                found = true;
            }
        }
        if !found && let Some(table) = self.alone.get(&focus) {
            let record = self.renaming.renamed(&[object], &[focus], own);
            // A record that no table has was not reachable from the first one: nothing is claimed.
            if let Some(cost) = table.costs.get(&record) {
                greatest = (*cost)?;
            }
        }
        Some(greatest)
    }
}

/// The first values of some objects, one after the other.
fn first_values(model: &Model, objects: &[ObjectId]) -> Record {
    let values = objects
        .iter()
        .map(|o| model.objects[o.index()].values.iter());
    values.flatten().cloned().collect()
}
