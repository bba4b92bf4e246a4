//! Types in the user's words, and which type is accepted where another is expected. Knows no syntax.

use crate::language::rules::{EnumId, FieldType, KindId, Rules, Type};

/// The names that types are made of.
pub(super) trait TypeNames {
    /// The name of a kind.
    fn kind_name(&self, kind: KindId) -> &str;
    /// The name of an enum.
    fn enum_name(&self, id: EnumId) -> &str;
}

impl TypeNames for Rules {
    fn kind_name(&self, kind: KindId) -> &str {
        self.kinds.get(kind.index()).map_or("", |k| &k.name)
    }

    fn enum_name(&self, id: EnumId) -> &str {
        self.enums.get(id.index()).map_or("", |e| &e.name)
    }
}

impl Rules {
    /// A type as the user would say it: `node`, `node?`, `set of node`, an integer.
    #[must_use]
    pub fn type_name(&self, ty: Type) -> String {
        type_name(self, ty)
    }

    /// A type as the user would write it: as [`Rules::type_name`], and `0..7`.
    #[must_use]
    pub fn field_type_name(&self, ty: FieldType) -> String {
        field_type_name(self, ty)
    }
}

/// A type as the user would say it.
pub(super) fn type_name(names: &impl TypeNames, ty: Type) -> String {
    match ty {
        Type::Bool => "bool".to_owned(),
        Type::Int => "an integer".to_owned(),
        Type::Enum(id) => names.enum_name(id).to_owned(),
        Type::Object(kind) => names.kind_name(kind).to_owned(),
        Type::Optional(kind) => format!("{}?", names.kind_name(kind)),
        Type::Set(kind) => format!("set of {}", names.kind_name(kind)),
    }
}

/// A type as the user would write it.
pub(super) fn field_type_name(names: &impl TypeNames, ty: FieldType) -> String {
    match ty {
        FieldType::Range(low, high) => format!("{low}..{high}"),
        other => type_name(names, other.into()),
    }
}

/// A type for the middle of a message: in backticks, except where it is prose.
pub(super) fn quoted(names: &impl TypeNames, ty: Type) -> String {
    match ty {
        Type::Int => type_name(names, ty),
        _ => format!("`{}`", type_name(names, ty)),
    }
}

/// Whether a value of type `found` may stand where `expected` is: the same type, or an object for an optional.
pub(super) fn accepts(expected: Type, found: Type) -> bool {
    expected == found || matches!((expected, found), (Type::Optional(a), Type::Object(b)) if a == b)
}

/// The type that holds the values of both.
pub(super) fn join(a: Type, b: Type) -> Option<Type> {
    if accepts(a, b) {
        Some(a)
    } else if accepts(b, a) {
        Some(b)
    } else {
        None
    }
}

/// What to write instead of `words`, which is of type `found`, where `expected` belongs.
pub(super) fn mismatch_help(
    names: &impl TypeNames,
    expected: Type,
    found: Type,
    words: &str,
) -> String {
    let plain = match words.trim_matches('`') {
        "this" => "…",
        words => words,
    };
    match (expected, found) {
        (Type::Bool, Type::Int | Type::Enum(_) | Type::Object(_)) => {
            format!("a condition belongs here: compare it, as in `{plain} == …`")
        }
        (Type::Bool, Type::Optional(_)) => {
            format!("a condition belongs here: compare it, as in `{plain} != none`")
        }
        (Type::Bool, Type::Set(_)) => {
            format!("a condition belongs here, such as `count({plain}) > 0`")
        }
        (Type::Object(a), Type::Optional(b)) if a == b => format!(
            "it may be `none`: declare the target as `{kind}?`, or bind the object first with `n in {kind} where n == {plain}`",
            kind = names.kind_name(a)
        ),
        (Type::Set(a), Type::Object(b) | Type::Optional(b)) if a == b => {
            format!("write `{{{plain}}}` for the set with just this member")
        }
        (Type::Object(a) | Type::Optional(a), Type::Set(b)) if a == b => {
            format!("bind a member first, as in `n in {plain}`")
        }
        _ => format!("write something that is {} here", quoted(names, expected)),
    }
}
