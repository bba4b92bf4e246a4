//! One record for all that differ only by the names of interchangeable objects.

use std::collections::BTreeSet;

use crate::engine::partial::Record;
use crate::engine::symmetry::classes::Classes;
use crate::model::ground::{Instance, Model};
use crate::model::value::{ObjectId, Value};

/// The interchangeable objects of a model.
pub(super) struct Renaming {
    /// For each object its class.
    class_of: Vec<Option<usize>>,
    /// Their members, in order.
    members: Vec<Vec<ObjectId>>,
}

impl Renaming {
    pub(super) fn new(model: &Model, classes: &Classes) -> Self {
        Self {
            class_of: classes.by_object(model.objects.len()),
            members: classes.list.iter().map(|c| c.objects.clone()).collect(),
        }
    }

    /// Whether an object keeps its name.
    pub(super) fn keeps_its_name(&self, object: ObjectId) -> bool {
        self.class_of[object.index()].is_none()
    }

    /// The object whose tables are those of its whole class.
    pub(super) fn stands_for(&self, object: ObjectId) -> ObjectId {
        self.class_of[object.index()].map_or(object, |class| self.members[class][0])
    }

    /// Two different objects that stand for a pair from the classes of two that stand for theirs; none where there are not two.
    pub(super) fn pair(&self, one: ObjectId, other: ObjectId) -> Option<(ObjectId, ObjectId)> {
        if one != other {
            return Some((one, other));
        }
        let class = self.class_of[one.index()]?;
        self.members[class].get(1).map(|second| (one, *second))
    }

    /// A record of the objects `known` as one of the objects `named`, which are of the same classes. All other objects that
    /// it mentions get the first free names of their classes, in the order in which it mentions them. That is a permutation
    /// within the classes; two records that become one are of one orbit.
    pub(super) fn renamed(
        &self,
        known: &[ObjectId],
        named: &[ObjectId],
        mut record: Record,
    ) -> Record {
        let mut names: Vec<(ObjectId, ObjectId)> =
            known.iter().copied().zip(named.iter().copied()).collect();
        for value in &mut record {
            match value {
                Value::Object(object) => *object = self.name(&mut names, *object),
                Value::Set(members) => {
                    for member in members.iter_mut() {
                        *member = self.name(&mut names, *member);
                    }
                    members.sort_unstable();
                }
                _ => {}
            }
        }
        record
    }

    fn name(&self, names: &mut Vec<(ObjectId, ObjectId)>, object: ObjectId) -> ObjectId {
        if let Some((_, name)) = names.iter().find(|(from, _)| *from == object) {
            return *name;
        }
        let Some(class) = self.class_of[object.index()] else {
            return object;
        };
        let is_free = |name: &&ObjectId| names.iter().all(|(_, taken)| taken != *name);
        let name = self.members[class].iter().find(is_free).copied();
        let name = name.unwrap_or(object);
        names.push((object, name));
        name
    }

    /// Whether a ground transition does the same to a record, up to names, as one that comes before it: it names an object
    /// that the record does not mention, and not the first such of its class.
    pub(super) fn is_repeated(
        &self,
        known: &[ObjectId],
        mentioned: &BTreeSet<ObjectId>,
        instance: &Instance,
    ) -> bool {
        let mut taken: Vec<ObjectId> = Vec::new();
        for argument in &instance.arguments {
            let Value::Object(object) = argument else {
                continue;
            };
            let Some(class) = self.class_of[object.index()] else {
                continue;
            };
            let is_new = |object: &ObjectId| {
                !known.contains(object) && !mentioned.contains(object) && !taken.contains(object)
            };
            if !is_new(object) {
                continue;
            }
            if self.members[class].iter().find(|member| is_new(member)) != Some(object) {
                return true;
            }
            taken.push(*object);
        }
        false
    }
}

/// The objects that a record mentions.
pub(super) fn mentioned(record: &Record) -> BTreeSet<ObjectId> {
    let mut found = BTreeSet::new();
    for value in record {
        match value {
            Value::Object(object) => {
                found.insert(*object);
            }
            Value::Set(members) => found.extend(members),
            _ => {}
        }
    }
    found
}
