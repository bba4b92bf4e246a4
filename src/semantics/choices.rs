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

#[cfg(test)]
mod tests {
    use super::super::Interpreter;
    use super::super::testing::model;
    use super::*;

    #[test]
    fn choices_come_in_the_order_of_ground_transitions() {
        let rules = r"
            rules choices
            enum Level { low, high }
            kind rack { up: bool = true }
            kind node { up: bool = true }
            event go(n: node?, b: bool, l: Level, i: -1..1) { when b }
            invariant all_of_it(n: node?, b: bool, l: Level, i: -1..1) { b }
        ";
        let model = model(
            rules,
            r#"{ "rules": "test", "objects": { "rack": { "R": {} }, "node": { "N[1-2]": {} } } }"#,
        );
        let parameters = &model.rules.invariants[0].parameters;
        let mut choice = first(&model, parameters).unwrap();
        let mut all = vec![choice.clone()];
        while advance(&model, parameters, &mut choice) {
            all.push(choice.clone());
        }
        let ground: Vec<_> = model
            .instances
            .iter()
            .map(|i| i.arguments.clone())
            .collect();
        assert_eq!(all.len(), 3 * 2 * 2 * 3);
        assert_eq!(all, ground);
        assert_eq!(
            Interpreter::new(&model).name(ground.len() - 1),
            "go(none, true, high, 1)"
        );
    }

    #[test]
    fn no_objects_are_no_choices() {
        let rules = r"
            rules nothing
            kind node { up: bool = true }
            invariant one(n: node) { n.up }
            invariant none_at_all { false }
            invariant perhaps(n: node?) { n != none }
        ";
        let model = model(rules, r#"{ "rules": "test", "objects": {} }"#);
        let choices =
            [0, 1, 2].map(|i: usize| first(&model, &model.rules.invariants[i].parameters));
        assert_eq!(choices, [None, Some(vec![]), Some(vec![Value::None])]);
    }
}
