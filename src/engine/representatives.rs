//! Of the ground transitions that differ only by which of several identical objects they name, one. Knows where references
//! are; which objects are identical in a state it is told.

use crate::language::rules::{FieldId, FieldType};
use crate::model::ground::Model;
use crate::model::value::{ObjectId, Value};

use super::layout::{Cell, Layout};
use super::symmetry::Symmetry;

/// Which objects ground transitions name, and what these refer to.
pub struct Representatives {
    /// For each object the one before it in its class.
    before: Vec<Option<ObjectId>>,
    /// For each object where it says to which objects it refers.
    references: Vec<Vec<Reference>>,
    /// For each ground transition the objects that it names.
    named: Vec<Vec<ObjectId>>,
}

/// A reference of an object.
enum Reference {
    /// It never changes.
    Fixed(ObjectId),
    /// By a cell, to an object of the kind that begins with this one; `count` of them.
    Changing { cell: Cell, first: u32, count: u32 },
}

/// References are followed so far; whoever refers further is taken to be concerned.
const MOST_STEPS: usize = 8;

impl Representatives {
    /// For some ground transitions, numbered from 0.
    #[must_use]
    pub fn new(
        model: &Model,
        layout: &Layout,
        symmetry: &Symmetry,
        instances: impl Iterator<Item = usize>,
    ) -> Self {
        let mut before = vec![None; model.objects.len()];
        for class in &symmetry.classes().list {
            for pair in class.objects.windows(2) {
                before[pair[1].index()] = Some(pair[0]);
            }
        }
        let references = (0u32..)
            .map(ObjectId)
            .zip(&model.objects)
            .map(|(id, object)| {
                let declared = &model.rules.kinds[object.kind.index()].fields;
                let fields = (0u16..).map(FieldId).zip(declared);
                fields
                    .filter_map(|(field, declared)| match declared.ty {
                        FieldType::Object(of) | FieldType::Optional(of) => {
                            let range = &model.of_kind[of.index()];
                            match layout.cell(id, field) {
                                Some(cell) => Some(Reference::Changing {
                                    cell,
                                    first: range.start,
                                    count: range.end - range.start,
                                }),
                                None => match object.values[field.index()] {
                                    Value::Object(to) => Some(Reference::Fixed(to)),
                                    _ => None,
                                },
                            }
                        }
                        _ => None,
                    })
                    .collect()
            })
            .collect();
        let named = instances
            .map(|instance| {
                let arguments = model.instances[instance].arguments.iter();
                arguments
                    .filter_map(|value| match value {
                        Value::Object(object) => Some(*object),
                        _ => None,
                    })
                    .collect()
            })
            .collect();
        Self {
            before,
            references,
            named,
        }
    }

    /// Whether a ground transition leads to the same orbit as the one that names the twin of one of its objects: that object
    /// is identical to its twin in this state, and nothing else that is named has to do with either.
    #[inline]
    #[must_use]
    pub fn has_twin(&self, number: usize, twins: &[bool], state: &[u64]) -> bool {
        let named = &self.named[number];
        named.iter().any(|object| {
            twins.get(object.index()) == Some(&true)
                && self.before[object.index()].is_some_and(|twin| {
                    let others = named.iter().filter(|other| *other != object);
                    !others
                        .into_iter()
                        .any(|other| self.concerns(*other, *object, twin, state, MOST_STEPS))
                })
        })
    }

    /// The same for a state with its real names: `least` is for each object the first of those that it is identical to. So of
    /// transitions that lead to one orbit the first is kept.
    #[must_use]
    pub fn has_smaller(&self, number: usize, least: &[ObjectId], state: &[u64]) -> bool {
        let named = &self.named[number];
        named.iter().any(|object| {
            let twin = least[object.index()];
            let mut others = named.iter().filter(|other| *other != object);
            twin != *object
                && !others.any(|other| self.concerns(*other, *object, twin, state, MOST_STEPS))
        })
    }

    /// For each object the first of those that it is identical to, in a state whose representative has each object at its
    /// place in `places` and has these `twins`. The object `apart` is identical to none: somebody knows it by name.
    #[must_use]
    pub fn least(
        &self,
        places: &[ObjectId],
        twins: &[bool],
        apart: Option<ObjectId>,
    ) -> Vec<ObjectId> {
        let mut first: Vec<Option<ObjectId>> = vec![None; places.len()];
        let objects = (0u32..).map(ObjectId).zip(places);
        let least = objects.map(|(object, place)| {
            if Some(object) == apart {
                return object;
            }
            let head = self.head(*place, twins);
            *first[head.index()].get_or_insert(object)
        });
        least.collect()
    }

    /// The first of the places in a representative whose objects are identical to the one at a place.
    #[must_use]
    pub fn head(&self, place: ObjectId, twins: &[bool]) -> ObjectId {
        let mut head = place;
        while let Some(before) =
            self.before[head.index()].filter(|_| twins.get(head.index()) == Some(&true))
        {
            head = before;
        }
        head
    }

    /// Whether an object is one of two, or refers to one of them, directly or not.
    fn concerns(
        &self,
        object: ObjectId,
        one: ObjectId,
        two: ObjectId,
        state: &[u64],
        steps: usize,
    ) -> bool {
        if object == one || object == two || steps == 0 {
            return true;
        }
        self.references[object.index()].iter().any(|reference| {
            let to = match reference {
                Reference::Fixed(to) => Some(*to),
                Reference::Changing { cell, first, count } => {
                    let place = cell.get(state);
                    (place < u64::from(*count)).then(|| ObjectId(first.wrapping_add(place as u32)))
                }
            };
            to.is_some_and(|to| self.concerns(to, one, two, state, steps - 1))
        })
    }
}
