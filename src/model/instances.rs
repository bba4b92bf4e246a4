//! Ground transitions: every action, event and fault with every choice of its arguments, in the order of the ground model.

use std::ops::Range;

use crate::language::codes::Code;
use crate::language::diagnostic::Diagnostic;
use crate::language::rules::{FieldType, KindId, Rules, Transition, TransitionId};

use super::ground::{Instance, Model};
use super::value::{ObjectId, Value};

/// How many ground transitions a cluster may have.
pub(super) const MAX_INSTANCES: u64 = 4_000_000;

/// All ground transitions, or the diagnostic that they are too many.
pub(super) fn instances(
    rules: &Rules,
    of_kind: &[Range<u32>],
) -> Result<Vec<Instance>, Box<Diagnostic>> {
    let mut total: u64 = 0;
    let mut largest: (u64, usize) = (0, 0);
    for (place, transition) in rules.transitions.iter().enumerate() {
        let own = count(rules, of_kind, transition);
        total = total.saturating_add(own);
        if own > largest.0 {
            largest = (own, place);
        }
    }
    if total > MAX_INSTANCES {
        return Err(Box::new(too_many(rules, largest)));
    }
    let mut found = Vec::with_capacity(usize::try_from(total).unwrap_or(0));
    for (place, transition) in (0..).zip(&rules.transitions) {
        let types: Vec<FieldType> = transition.parameters.iter().map(|p| p.ty).collect();
        found.extend(
            (0..count(rules, of_kind, transition)).map(|number| Instance {
                transition: TransitionId(place),
                arguments: arguments(rules, of_kind, &types, number),
            }),
        );
    }
    Ok(found)
}

/// All choices of values for parameters of some types, in the order of ground transitions.
pub fn choices<'m>(
    model: &'m Model,
    types: &'m [FieldType],
) -> impl Iterator<Item = Vec<Value>> + 'm {
    let sizes = types
        .iter()
        .map(|ty| size(&model.rules, &model.of_kind, *ty));
    let count = sizes.fold(1, u64::saturating_mul);
    (0..count).map(|number| arguments(&model.rules, &model.of_kind, types, number))
}

fn too_many(rules: &Rules, (count, place): (u64, usize)) -> Diagnostic {
    let message = format!("the cluster has more than {MAX_INSTANCES} ground transitions");
    let diagnostic = Diagnostic::error(Code::TooManyInstances, message);
    let Some(transition) = rules.transitions.get(place) else {
        return diagnostic;
    };
    diagnostic
        .at(&rules.source, transition.span, format!("{count} of them are of this one"))
        .help("use a cluster with fewer objects, or give the transition fewer parameters or smaller ranges")
}

/// How many ground transitions of this one there are.
fn count(rules: &Rules, of_kind: &[Range<u32>], transition: &Transition) -> u64 {
    let sizes = transition
        .parameters
        .iter()
        .map(|p| size(rules, of_kind, p.ty));
    sizes.fold(1, u64::saturating_mul)
}

/// How many values a parameter of the type can have.
fn size(rules: &Rules, of_kind: &[Range<u32>], ty: FieldType) -> u64 {
    let objects = |kind: KindId| {
        let objects = of_kind.get(kind.index()).cloned().unwrap_or(0..0);
        u64::from(objects.end.saturating_sub(objects.start))
    };
    match ty {
        FieldType::Bool => 2,
        FieldType::Range(from, to) if from <= to => from.abs_diff(to).saturating_add(1),
        FieldType::Enum(id) => rules
            .enums
            .get(id.index())
            .map_or(0, |e| e.values.len() as u64),
        FieldType::Object(kind) => objects(kind),
        FieldType::Optional(kind) => objects(kind) + 1,
        // Parameters are never sets; an empty range has no value.
        FieldType::Set(_) | FieldType::Range(..) => 0,
    }
}

/// The arguments of the instance with that number: digits of a number whose last digit changes fastest.
fn arguments(
    rules: &Rules,
    of_kind: &[Range<u32>],
    types: &[FieldType],
    mut number: u64,
) -> Vec<Value> {
    let mut values: Vec<Value> = types
        .iter()
        .rev()
        .map(|ty| {
            let size = size(rules, of_kind, *ty).max(1);
            let digit = number % size;
            number /= size;
            value(of_kind, *ty, digit)
        })
        .collect();
    values.reverse();
    values
}

fn value(of_kind: &[Range<u32>], ty: FieldType, digit: u64) -> Value {
    match ty {
        FieldType::Bool => Value::Bool(digit == 1),
        FieldType::Range(from, _) => Value::Int(from.saturating_add_unsigned(digit)),
        FieldType::Enum(id) => Value::Enum(id, u16::try_from(digit).unwrap_or(u16::MAX)),
        FieldType::Object(kind) | FieldType::Optional(kind) | FieldType::Set(kind) => {
            let objects = of_kind.get(kind.index()).cloned().unwrap_or(0..0);
            let object = u32::try_from(digit)
                .ok()
                .and_then(|d| objects.start.checked_add(d));
            match object {
                Some(object) if object < objects.end => Value::Object(ObjectId(object)),
                _ => Value::None,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::rules::Variable;
    use crate::model::testing::small_rules;

    fn with_parameters(types: &[FieldType]) -> Rules {
        let mut rules = small_rules();
        rules.transitions.truncate(1);
        rules.transitions[0].parameters = types
            .iter()
            .map(|ty| Variable {
                name: "x".into(),
                ty: *ty,
            })
            .collect();
        rules
    }

    #[test]
    fn the_first_argument_changes_slowest_and_none_comes_last() {
        let rules = with_parameters(&[FieldType::Optional(KindId(0)), FieldType::Bool]);
        let found: Vec<Vec<Value>> = instances(&rules, &[0..2, 2..2])
            .unwrap()
            .into_iter()
            .map(|i| i.arguments)
            .collect();
        let node = |n| Value::Object(ObjectId(n));
        let expected: Vec<Vec<Value>> = [node(0), node(1), Value::None]
            .into_iter()
            .flat_map(|first| [false, true].map(|b| vec![first.clone(), Value::Bool(b)]))
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn ranges_start_at_their_lower_end() {
        let rules = with_parameters(&[FieldType::Range(-1, 1)]);
        let found = instances(&rules, &[0..0, 0..0]).unwrap();
        let values: Vec<&Value> = found.iter().map(|i| &i.arguments[0]).collect();
        assert_eq!(values, [&Value::Int(-1), &Value::Int(0), &Value::Int(1)]);
    }

    #[test]
    fn too_many_instances_are_refused_before_they_are_built() {
        let rules = with_parameters(&[
            FieldType::Range(i64::MIN, i64::MAX),
            FieldType::Object(KindId(0)),
        ]);
        let error = instances(&rules, &[0..100_000, 0..0]).unwrap_err();
        assert_eq!(
            error.message,
            "the cluster has more than 4000000 ground transitions"
        );
        assert!(instances(&rules, &[0..0, 0..0]).unwrap().is_empty());
    }
}
