//! Values without objects: booleans, integers in their range, enum values; from JSON and from the command line.

use crate::language::codes::Code;
use crate::language::rules::{Constant, FieldType, KindId, Rules};
use crate::language::suggest;

use super::json::{Json, JsonKind};
use super::value::Value;

/// Why a value does not fit its type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Misfit {
    /// Which code it has in a file.
    pub(super) code: Code,
    /// What is wrong, in one line.
    pub(super) message: String,
    /// What is said beside the underline.
    pub(super) label: String,
    /// What to write instead.
    pub(super) help: Option<String>,
}

/// The value of a JSON value, which is called `what` in messages. References and sets are not read here.
pub(super) fn from_json(
    rules: &Rules,
    ty: FieldType,
    what: &str,
    json: &Json,
) -> Result<Value, Misfit> {
    match (ty, &json.kind) {
        (FieldType::Bool, JsonKind::Bool(value)) => Ok(Value::Bool(*value)),
        (FieldType::Range(from, to), JsonKind::Number(written)) => integer(what, written, from, to),
        (FieldType::Enum(_), JsonKind::String(text)) => enum_value(rules, ty, what, &text.text),
        _ => {
            let expected = expected(rules, ty);
            Err(Misfit {
                code: Code::WrongJsonType,
                message: format!("{what} must be {expected}, not {}", json.describe()),
                label: format!("expected {expected}"),
                help: None,
            })
        }
    }
}

/// The value of a text of the command line.
pub(super) fn from_text(
    rules: &Rules,
    ty: FieldType,
    what: &str,
    text: &str,
) -> Result<Value, Misfit> {
    match (ty, text) {
        (FieldType::Bool, "true" | "on") => Ok(Value::Bool(true)),
        (FieldType::Bool, "false" | "off") => Ok(Value::Bool(false)),
        (FieldType::Range(from, to), _) => integer(what, text, from, to),
        (FieldType::Enum(_), _) => enum_value(rules, ty, what, text),
        _ => Err(not_a(what, &expected(rules, ty), text)),
    }
}

/// A value that the rules give.
pub(super) const fn from_constant(constant: Constant) -> Value {
    match constant {
        Constant::Bool(value) => Value::Bool(value),
        Constant::Int(value) => Value::Int(value),
        Constant::Enum(id, place) => Value::Enum(id, place),
        Constant::None => Value::None,
        Constant::EmptySet => Value::Set(Vec::new()),
    }
}

/// What a field of the type takes, in the words of messages.
pub(super) fn expected(rules: &Rules, ty: FieldType) -> String {
    let kind_name = |kind: KindId| rules.kinds.get(kind.index()).map_or("?", |k| &k.name);
    match ty {
        FieldType::Bool => "`true` or `false`".to_owned(),
        FieldType::Range(from, to) => format!("a whole number from {from} to {to}"),
        FieldType::Enum(id) => {
            let name = rules.enums.get(id.index()).map_or("?", |e| &e.name);
            format!("a value of `{name}` in quotes")
        }
        FieldType::Object(kind) => format!("the name of a `{}`", kind_name(kind)),
        FieldType::Optional(kind) => format!("the name of a `{}` or `null`", kind_name(kind)),
        FieldType::Set(kind) => format!("a list of names of `{}`", kind_name(kind)),
    }
}

fn not_a(what: &str, expected: &str, written: &str) -> Misfit {
    Misfit {
        code: Code::WrongJsonType,
        message: format!("{what} must be {expected}, not `{written}`"),
        label: format!("expected {expected}"),
        help: None,
    }
}

fn integer(what: &str, written: &str, from: i64, to: i64) -> Result<Value, Misfit> {
    let digits = written.strip_prefix('-').unwrap_or(written);
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(not_a(
            what,
            &format!("a whole number from {from} to {to}"),
            written,
        ));
    }
    match written.parse::<i64>() {
        Ok(value) if (from..=to).contains(&value) => Ok(Value::Int(value)),
        _ => Err(Misfit {
            code: Code::ValueOutOfRange,
            message: format!("{what} must be from {from} to {to}, not {written}"),
            label: format!("not in {from}..{to}"),
            help: None,
        }),
    }
}

fn enum_value(rules: &Rules, ty: FieldType, what: &str, written: &str) -> Result<Value, Misfit> {
    let FieldType::Enum(id) = ty else {
        return Err(not_a(what, &expected(rules, ty), written));
    };
    let values = rules
        .enums
        .get(id.index())
        .map_or(&[] as &[String], |e| &e.values);
    let place = values.iter().position(|v| v == written);
    if let Some(place) = place.and_then(|p| u16::try_from(p).ok()) {
        return Ok(Value::Enum(id, place));
    }
    let name = rules.enums.get(id.index()).map_or("?", |e| &e.name);
    Err(Misfit {
        code: Code::ValueOutOfRange,
        message: format!("{what} has the unknown value `{written}`"),
        label: format!("not a value of `{name}`"),
        help: suggest::help(
            written,
            &format!("values of `{name}`"),
            values.iter().map(String::as_str),
        ),
    })
}
