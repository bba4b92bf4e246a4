//! What of a model is a forest: which objects are kept by count, which field says under which other object one stands, and
//! where the other fields are. Knows types and first values, and no rule.
//!
//! Objects that something tells apart from the others of their kind are a *class* of one. A kind some of whose objects are
//! interchangeable is *anonymous*. A kind has at most one field that refers to an anonymous kind, its *tree field*: its objects
//! stand under what they refer to. Anonymous kinds and kinds with a tree field are in the forest; all objects of other kinds
//! lie flat in the header of a state, as in a packed one, the faults left with them.

use crate::engine::layout::{Layout, bits_for, code, greatest_code};
use crate::engine::symmetry::classes::Classes;
use crate::language::rules::{FieldId, FieldType, KindId};
use crate::model::ground::Model;
use crate::model::value::{ObjectId, Value};

/// The static structure of all states.
#[derive(Debug)]
pub(super) struct Shape {
    pub(super) kinds: Vec<KindShape>,
    /// Those that never stand under another object come first.
    pub(super) classes: Vec<Class>,
    /// How many of the classes never stand under another object: the others may.
    pub(super) rooted: usize,
    /// For each object of the forest its class.
    pub(super) class_of: Vec<Option<u32>>,
    /// The flat objects and the faults left.
    pub(super) header: Layout,
    /// How many bits the class of a tree that may stand under another, but does not, takes.
    pub(super) loose_tag: u8,
}

/// The fields of a kind.
#[derive(Debug)]
pub(super) struct KindShape {
    pub(super) in_forest: bool,
    pub(super) anonymous: bool,
    /// Its first object.
    pub(super) first: u32,
    /// How many objects it has.
    pub(super) len: u32,
    pub(super) places: Vec<Place>,
    /// How many bits the record of an object in the forest takes.
    pub(super) bits: u8,
    /// What its objects stand under.
    pub(super) under: Option<KindId>,
    /// Whether objects can stand under those of this kind.
    pub(super) has_children: bool,
    /// How many bits the class of a child takes.
    pub(super) child_tag: u8,
    /// The classes of its children.
    pub(super) children: Vec<u32>,
}

/// Where a field is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// It never changes.
    Fixed,
    /// It says what the object stands under.
    Tree,
    /// A code in the record.
    Code { shift: u8, width: u8 },
    /// A set in the record, one bit for each member.
    Members { shift: u8, count: u8 },
    /// In the header.
    Header,
}

/// Interchangeable objects, or one that is not.
#[derive(Debug)]
pub(super) struct Class {
    pub(super) kind: KindId,
    pub(super) members: Vec<ObjectId>,
    /// Its place among the classes that stand under the same kind.
    pub(super) tag: u32,
}

impl Class {
    /// The only object, where it has an identity.
    pub(super) fn single(&self) -> Option<ObjectId> {
        match self.members[..] {
            [only] => Some(only),
            _ => None,
        }
    }
}

impl Shape {
    /// The structure; none where references among interchangeable objects form no forest, a record is wider than a word, or
    /// something fixed tells objects of a class apart.
    pub(super) fn new(model: &Model, classes: &Classes) -> Option<Self> {
        let crowds = classes.list.iter().map(|class| &class.objects);
        let crowds: Vec<&Vec<ObjectId>> = crowds.filter(|objects| objects.len() > 1).collect();
        let mut anonymous = vec![false; model.rules.kinds.len()];
        for crowd in &crowds {
            let kind = model.objects.get(crowd[0].index())?.kind;
            anonymous[kind.index()] = true;
            let mut others = crowd.iter().map(|o| model.objects.get(o.index()));
            if !others.all(|o| o.is_some_and(|o| o.kind == kind)) {
                return None;
            }
        }
        let mut kinds = kinds(model, &anonymous)?;
        if !is_acyclic(&kinds) {
            return None;
        }
        let classes = in_order(model, &kinds, &crowds)?;
        let rooted = |class: &Class| kinds[class.kind.index()].under.is_none();
        let rooted = classes.iter().filter(|class| rooted(class)).count();
        let mut shape = Self {
            class_of: vec![None; model.objects.len()],
            header: Layout::new(model, &|kind, _| !kinds[kind.index()].in_forest),
            loose_tag: bits_for((classes.len() - rooted).saturating_sub(1) as u64),
            kinds: Vec::new(),
            classes,
            rooted,
        };
        for (id, class) in (0u32..).zip(&mut shape.classes) {
            for member in &class.members {
                if shape.class_of[member.index()].replace(id).is_some() {
                    return None;
                }
            }
            if let Some(under) = kinds[class.kind.index()].under {
                let children = &mut kinds[under.index()].children;
                class.tag = children.len() as u32;
                children.push(id);
            }
        }
        for kind in &mut kinds {
            kind.has_children = !kind.children.is_empty();
            kind.child_tag = bits_for(kind.children.len().saturating_sub(1) as u64);
        }
        shape.kinds = kinds;
        shape.fixed_fields_agree(model).then_some(shape)
    }

    /// The fields of a kind.
    pub(super) fn kind(&self, kind: KindId) -> &KindShape {
        &self.kinds[kind.index()]
    }

    /// The record of an object as the cluster describes it.
    pub(super) fn first_record(&self, model: &Model, object: ObjectId) -> u64 {
        let described = &model.objects[object.index()];
        let kind = described.kind;
        let declared = &model.rules.kinds[kind.index()].fields;
        let mut record = 0;
        for ((place, field), value) in self
            .kind(kind)
            .places
            .iter()
            .zip(declared)
            .zip(&described.values)
        {
            match (place, value) {
                (Place::Code { shift, .. }, value) => {
                    record |= code(model, field.ty, value).unwrap_or(0) << shift;
                }
                (Place::Members { shift, .. }, Value::Set(members)) => {
                    let first = first_of(self, field.ty);
                    for member in members {
                        record |= 1 << (u32::from(*shift) + (member.0 - first));
                    }
                }
                _ => {}
            }
        }
        record
    }

    /// What an object stands under as the cluster describes it.
    pub(super) fn first_parent(&self, model: &Model, object: ObjectId) -> Option<ObjectId> {
        let described = &model.objects[object.index()];
        let places = &self.kind(described.kind).places;
        let field = places.iter().position(|place| *place == Place::Tree)?;
        match described.values[field] {
            Value::Object(parent) => Some(parent),
            _ => None,
        }
    }

    /// Whether nothing fixed tells the objects of a class apart.
    fn fixed_fields_agree(&self, model: &Model) -> bool {
        let crowd = |object: &ObjectId| {
            let class = self.class_of[object.index()]?;
            let class = &self.classes[class as usize];
            (class.members.len() > 1).then_some(class)
        };
        model.objects.iter().all(|object| {
            let fields = &model.rules.kinds[object.kind.index()].fields;
            let fixed = fields.iter().zip(&object.values).filter(|(f, _)| f.fixed);
            fixed.into_iter().all(|(_, value)| match value {
                Value::Object(target) => crowd(target).is_none(),
                Value::Set(members) => members.iter().all(|member| {
                    crowd(member).is_none_or(|class| {
                        class
                            .members
                            .iter()
                            .all(|other| members.binary_search(other).is_ok())
                    })
                }),
                _ => true,
            })
        }) && self.classes.iter().all(|class| {
            let fields = &model.rules.kinds[class.kind.index()].fields;
            let first = &model.objects[class.members[0].index()].values;
            class.members.iter().all(|member| {
                let values = &model.objects[member.index()].values;
                (0..fields.len()).all(|f| !fields[f].fixed || values[f] == first[f])
            })
        })
    }
}

/// The first object of the kind that a set ranges over.
fn first_of(shape: &Shape, ty: FieldType) -> u32 {
    match ty {
        FieldType::Set(kind) => shape.kind(kind).first,
        _ => 0,
    }
}

fn kinds(model: &Model, anonymous: &[bool]) -> Option<Vec<KindShape>> {
    let mut kinds = Vec::new();
    for (id, declared) in (0u16..).map(KindId).zip(&model.rules.kinds) {
        let mut under = None;
        for field in declared.fields.iter().filter(|field| !field.fixed) {
            let (FieldType::Object(to) | FieldType::Optional(to) | FieldType::Set(to)) = field.ty
            else {
                continue;
            };
            let is_set = matches!(field.ty, FieldType::Set(_));
            if anonymous[to.index()] && (is_set || under.replace(to).is_some()) {
                return None;
            }
        }
        let in_forest = anonymous[id.index()] || under.is_some();
        let range = &model.of_kind[id.index()];
        let mut kind = KindShape {
            in_forest,
            anonymous: anonymous[id.index()],
            first: range.start,
            len: range.len() as u32,
            places: Vec::new(),
            bits: 0,
            under,
            has_children: false,
            child_tag: 0,
            children: Vec::new(),
        };
        for field in (0u16..).map(FieldId).take(declared.fields.len()) {
            let place = kind.place(model, id, field, anonymous)?;
            kind.places.push(place);
        }
        kinds.push(kind);
    }
    Some(kinds)
}

impl KindShape {
    /// The next place of the record; none where the record becomes wider than a word.
    fn place(
        &mut self,
        model: &Model,
        id: KindId,
        field: FieldId,
        anonymous: &[bool],
    ) -> Option<Place> {
        let declared = &model.rules.kinds[id.index()].fields[field.index()];
        if declared.fixed {
            return Some(Place::Fixed);
        }
        if !self.in_forest {
            return Some(Place::Header);
        }
        let shift = self.bits;
        let (width, place) = match declared.ty {
            FieldType::Object(kind) | FieldType::Optional(kind) if anonymous[kind.index()] => {
                return Some(Place::Tree);
            }
            FieldType::Set(kind) => {
                let count = u8::try_from(model.of_kind[kind.index()].len()).ok()?;
                (count, Place::Members { shift, count })
            }
            ty => {
                let width = bits_for(greatest_code(model, ty));
                (width, Place::Code { shift, width })
            }
        };
        self.bits = self.bits.checked_add(width).filter(|&bits| bits <= 64)?;
        // Nothing is shifted by a whole word: a place without bits may stand at the end of a full record.
        match place {
            Place::Code { width: 0, .. } => Some(Place::Code { shift: 0, width: 0 }),
            Place::Members { count: 0, .. } => Some(Place::Members { shift: 0, count: 0 }),
            _ => Some(place),
        }
    }
}

/// Whether no kind stands under itself, by however many others.
fn is_acyclic(kinds: &[KindShape]) -> bool {
    (0..kinds.len()).all(|start| {
        let mut at = kinds[start].under;
        for _ in 0..=kinds.len() {
            match at {
                Some(kind) => at = kinds[kind.index()].under,
                None => return true,
            }
        }
        false
    })
}

/// The classes of all objects of the forest: those that never stand under another first, then by their first objects.
fn in_order(model: &Model, kinds: &[KindShape], crowds: &[&Vec<ObjectId>]) -> Option<Vec<Class>> {
    let mut in_crowd = vec![false; model.objects.len()];
    let mut classes = Vec::new();
    for crowd in crowds {
        let mut members = (*crowd).clone();
        members.sort_unstable();
        for member in &members {
            if std::mem::replace(&mut in_crowd[member.index()], true) {
                return None;
            }
        }
        classes.push(members);
    }
    for (id, object) in (0u32..).map(ObjectId).zip(&model.objects) {
        if kinds[object.kind.index()].in_forest && !in_crowd[id.index()] {
            classes.push(vec![id]);
        }
    }
    let mut classes: Vec<Class> = classes
        .into_iter()
        .map(|members| Class {
            kind: model.objects[members[0].index()].kind,
            members,
            tag: 0,
        })
        .collect();
    classes.sort_by_key(|class| (kinds[class.kind.index()].under.is_some(), class.members[0]));
    Some(classes)
}
