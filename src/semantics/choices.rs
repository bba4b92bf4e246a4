//! The choices of values for parameters, in the order of ground instances. Knows no state.

use crate::language::rules::{FieldType, Variable};
use crate::model::ground::Model;
use crate::model::value::{ObjectId, Value};

/// The first choice; none where a parameter has no value at all (a reference to a kind without objects).
pub(super) fn first(model: &Model, parameters: &[Variable]) -> Option<Vec<Value>> {
    parameters.iter().map(|p| least(model, p.ty)).collect()
}

/// Turns a choice into the next one, the last parameter changing fastest; says whether there was one.
pub(super) fn advance(model: &Model, parameters: &[Variable], choice: &mut [Value]) -> bool {
    for (value, parameter) in choice.iter_mut().zip(parameters).rev() {
        if let Some(next) = successor(model, parameter.ty, value) {
            *value = next;
            return true;
        }
        if let Some(least) = least(model, parameter.ty) {
            *value = least;
        }
    }
    false
}

/// The first value of a type: objects before `none`, `false` before `true`.
fn least(model: &Model, ty: FieldType) -> Option<Value> {
    match ty {
        FieldType::Bool => Some(Value::Bool(false)),
        FieldType::Range(low, high) => (low <= high).then_some(Value::Int(low)),
        FieldType::Enum(id) => Some(Value::Enum(id, 0)),
        FieldType::Object(kind) => model.objects_of(kind).next().map(Value::Object),
        FieldType::Optional(kind) => Some(
            model
                .objects_of(kind)
                .next()
                .map_or(Value::None, Value::Object),
        ),
        // Parameters are never sets.
        FieldType::Set(_) => None,
    }
}

/// The value after another; none after the last.
fn successor(model: &Model, ty: FieldType, value: &Value) -> Option<Value> {
    match (ty, value) {
        (FieldType::Bool, Value::Bool(false)) => Some(Value::Bool(true)),
        (FieldType::Range(_, high), &Value::Int(number)) => {
            (number < high).then(|| Value::Int(number + 1))
        }
        (FieldType::Enum(_), &Value::Enum(id, place)) => {
            let count = model.rules.enums[id.index()].values.len();
            (usize::from(place) + 1 < count).then(|| Value::Enum(id, place + 1))
        }
        (FieldType::Object(kind) | FieldType::Optional(kind), &Value::Object(object)) => {
            let next = ObjectId(object.0 + 1);
            let of_kind = &model.of_kind[kind.index()];
            if of_kind.contains(&next.0) {
                Some(Value::Object(next))
            } else {
                matches!(ty, FieldType::Optional(_)).then_some(Value::None)
            }
        }
        _ => None,
    }
}
