//! What is declared, as far as it could be read: the tables in which names are looked up while expressions are typed.
//!
//! Entries whose declaration had an error are there with no type, so that their uses do not become errors too.

use indexmap::IndexMap;

use crate::language::rules::{
    EnumId, Field, FieldId, FieldType, Kind, KindId, LetId, ParamId, Rules, TransitionClass,
    TransitionId, Type, Variable,
};
use crate::language::source::Span;

use super::types::TypeNames;

/// An enum.
pub(super) struct EnumShape {
    /// Whether `<` is defined.
    pub(super) ordered: bool,
    /// Its values with their places.
    pub(super) values: IndexMap<String, ValueShape>,
    /// Where its name stands; none where it was typed before.
    pub(super) span: Option<Span>,
}

/// A value of an enum.
pub(super) struct ValueShape {
    /// Where it is declared; none where it was typed before.
    pub(super) span: Option<Span>,
    /// What texts call it.
    pub(super) words: String,
}

/// A kind.
pub(super) struct KindShape {
    /// Its fields.
    pub(super) fields: IndexMap<String, FieldShape>,
    /// Whether an outage is declared for it.
    pub(super) outage: bool,
    /// Where its name stands.
    pub(super) span: Option<Span>,
}

/// A field of a kind.
#[derive(Clone, Copy)]
pub(super) struct FieldShape {
    /// Its type.
    pub(super) ty: Option<FieldType>,
    /// Whether it never changes.
    pub(super) fixed: bool,
    /// Where its name stands.
    pub(super) span: Option<Span>,
}

/// A parameter of the rules.
#[derive(Clone, Copy)]
pub(super) struct ParamShape {
    /// Its type.
    pub(super) ty: Option<FieldType>,
    /// Where its name stands.
    pub(super) span: Option<Span>,
}

/// A parameter of a let or a transition.
#[derive(Clone)]
pub(super) struct ParameterShape {
    /// Its name.
    pub(super) name: String,
    /// Its type.
    pub(super) ty: Option<FieldType>,
}

/// A let.
pub(super) struct LetShape {
    /// Its parameters.
    pub(super) parameters: Vec<ParameterShape>,
    /// Its type; none before it is known, and where it has an error.
    pub(super) result: Option<Type>,
    /// Whether it reads a field of an object.
    pub(super) reads_state: bool,
    /// How deep its evaluation nests, calls included.
    pub(super) depth: usize,
    /// How many parts its value has, the lets that it calls counted at each call.
    pub(super) size: u64,
    /// Where its name stands.
    pub(super) span: Option<Span>,
}

/// An action, event or fault.
pub(super) struct TransitionShape {
    /// Which of the three.
    pub(super) class: TransitionClass,
    /// Its parameters.
    pub(super) parameters: Vec<ParameterShape>,
    /// Where its name stands.
    pub(super) span: Option<Span>,
}

/// All that names can mean.
#[derive(Default)]
pub(super) struct Declared {
    /// In order of declaration, as all the others; the place is the id.
    pub(super) enums: IndexMap<String, EnumShape>,
    /// Kinds; enums and kinds share their names.
    pub(super) kinds: IndexMap<String, KindShape>,
    /// Parameters of the rules.
    pub(super) params: IndexMap<String, ParamShape>,
    /// Lets; params and lets share their names.
    pub(super) lets: IndexMap<String, LetShape>,
    /// Actions, events and faults.
    pub(super) transitions: IndexMap<String, TransitionShape>,
    /// For each name of an enum value the enums that have it.
    owners: IndexMap<String, Vec<EnumId>>,
}

/// A place in a table as an id. Tables are kept within 65,535 entries by those who fill them.
pub(super) fn number(index: usize) -> u16 {
    u16::try_from(index).unwrap_or(u16::MAX)
}

impl Declared {
    /// The tables of rules that were typed before.
    pub(super) fn of(rules: &Rules) -> Self {
        let mut declared = Self::default();
        for e in &rules.enums {
            let values = e.values.iter().zip(&e.words).map(|(name, words)| {
                let shape = ValueShape {
                    span: None,
                    words: words.clone(),
                };
                (name.clone(), shape)
            });
            declared.add_enum(
                &e.name,
                EnumShape {
                    ordered: e.ordered,
                    values: values.collect(),
                    span: None,
                },
            );
        }
        declared.kinds = rules
            .kinds
            .iter()
            .map(|kind| (kind.name.clone(), kind_shape(kind)))
            .collect();
        for (place, kind) in declared.kinds.values_mut().enumerate() {
            kind.outage = rules.outage(KindId(number(place))).is_some();
        }
        for param in &rules.params {
            let shape = ParamShape {
                ty: Some(param.ty),
                span: None,
            };
            declared.params.insert(param.name.clone(), shape);
        }
        for item in &rules.transitions {
            let shape = TransitionShape {
                class: item.class,
                parameters: parameter_shapes(&item.parameters),
                span: None,
            };
            declared.transitions.insert(item.name.clone(), shape);
        }
        for item in &rules.lets {
            // Only the checks of declarations ask for the last two, and those rules have passed them.
            let shape = LetShape {
                parameters: parameter_shapes(&item.parameters),
                result: Some(item.body.ty),
                reads_state: true,
                depth: 0,
                size: 0,
                span: None,
            };
            declared.lets.insert(item.name.clone(), shape);
        }
        declared
    }

    /// Adds an enum whose name is free.
    pub(super) fn add_enum(&mut self, name: &str, shape: EnumShape) {
        let id = EnumId(number(self.enums.len()));
        for value in shape.values.keys() {
            self.owners.entry(value.clone()).or_default().push(id);
        }
        self.enums.insert(name.to_owned(), shape);
    }

    /// The enum of that name.
    pub(super) fn enum_id(&self, name: &str) -> Option<EnumId> {
        self.enums.get_index_of(name).map(|i| EnumId(number(i)))
    }

    /// The kind of that name.
    pub(super) fn kind_id(&self, name: &str) -> Option<KindId> {
        self.kinds.get_index_of(name).map(|i| KindId(number(i)))
    }

    /// The parameter of that name.
    pub(super) fn param(&self, name: &str) -> Option<(ParamId, ParamShape)> {
        let (index, _, shape) = self.params.get_full(name)?;
        Some((ParamId(number(index)), *shape))
    }

    /// The let of that name.
    pub(super) fn let_(&self, name: &str) -> Option<(LetId, &LetShape)> {
        let (index, _, shape) = self.lets.get_full(name)?;
        Some((LetId(number(index)), shape))
    }

    /// The action, event or fault of that name.
    pub(super) fn transition(&self, name: &str) -> Option<(TransitionId, &TransitionShape)> {
        let (index, _, shape) = self.transitions.get_full(name)?;
        Some((TransitionId(number(index)), shape))
    }

    /// The field of that name of a kind.
    pub(super) fn field(&self, kind: KindId, name: &str) -> Option<(FieldId, FieldShape)> {
        let (_, shape) = self.kinds.get_index(kind.index())?;
        let (index, _, field) = shape.fields.get_full(name)?;
        Some((FieldId(number(index)), *field))
    }

    /// The type of a field.
    pub(super) fn field_type(&self, kind: KindId, field: FieldId) -> Option<FieldType> {
        let (_, shape) = self.kinds.get_index(kind.index())?;
        shape.fields.get_index(field.index())?.1.ty
    }

    /// The names of the fields of a kind.
    pub(super) fn field_names(&self, kind: KindId) -> Vec<&str> {
        self.kinds
            .get_index(kind.index())
            .map_or_else(Vec::new, |(_, shape)| {
                shape.fields.keys().map(String::as_str).collect()
            })
    }

    /// The place of a value in its enum.
    pub(super) fn value(&self, id: EnumId, name: &str) -> Option<u16> {
        let (_, shape) = self.enums.get_index(id.index())?;
        shape.values.get_index_of(name).map(number)
    }

    /// The names of the values of an enum.
    pub(super) fn value_names(&self, id: EnumId) -> Vec<&str> {
        self.enums
            .get_index(id.index())
            .map_or_else(Vec::new, |(_, shape)| {
                shape.values.keys().map(String::as_str).collect()
            })
    }

    /// Whether `<` is defined on an enum.
    pub(super) fn ordered(&self, id: EnumId) -> bool {
        self.enums
            .get_index(id.index())
            .is_some_and(|(_, shape)| shape.ordered)
    }

    /// The enums that have a value of that name.
    pub(super) fn owners(&self, value: &str) -> &[EnumId] {
        self.owners.get(value).map_or(&[], Vec::as_slice)
    }

    /// The names of all types that may be written.
    pub(super) fn type_names(&self) -> impl Iterator<Item = &str> {
        let declared = self.kinds.keys().chain(self.enums.keys());
        declared.map(String::as_str).chain(["bool"])
    }

    /// What a name means already that a new param, let or variable may not mean, with its place.
    pub(super) fn taken(&self, name: &str) -> Option<(String, Option<Span>)> {
        if let Some(shape) = self.kinds.get(name) {
            return Some(("a kind".to_owned(), shape.span));
        }
        if let Some(shape) = self.enums.get(name) {
            return Some(("an enum".to_owned(), shape.span));
        }
        if let Some(&owner) = self.owners(name).first() {
            let (owner_name, shape) = self.enums.get_index(owner.index())?;
            let span = shape.values.get(name).and_then(|value| value.span);
            return Some((format!("a value of `{owner_name}`"), span));
        }
        if let Some(shape) = self.params.get(name) {
            return Some(("a param".to_owned(), shape.span));
        }
        let shape = self.lets.get(name)?;
        Some(("a let".to_owned(), shape.span))
    }
}

impl TypeNames for Declared {
    fn kind_name(&self, kind: KindId) -> &str {
        self.kinds
            .get_index(kind.index())
            .map_or("", |(name, _)| name)
    }

    fn enum_name(&self, id: EnumId) -> &str {
        self.enums
            .get_index(id.index())
            .map_or("", |(name, _)| name)
    }
}

fn kind_shape(kind: &Kind) -> KindShape {
    let field = |f: &Field| FieldShape {
        ty: Some(f.ty),
        fixed: f.fixed,
        span: None,
    };
    KindShape {
        fields: kind
            .fields
            .iter()
            .map(|f| (f.name.clone(), field(f)))
            .collect(),
        outage: false,
        span: None,
    }
}

fn parameter_shapes(variables: &[Variable]) -> Vec<ParameterShape> {
    variables
        .iter()
        .map(|v| ParameterShape {
            name: v.name.clone(),
            ty: Some(v.ty),
        })
        .collect()
}
