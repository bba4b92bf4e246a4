//! Random plans: most follow a run of the cluster for a while, because blind ones end at their first step.

use rollproof::language::rules::{FieldType, TransitionClass};
use rollproof::model::ground::Model;
use rollproof::model::value::Value;

use super::super::step::{Attempt, attempt, class, initial, is_fair};
use super::super::words;
use super::tape::Tape;

/// A plan for a model, as text.
pub fn plan(tape: &mut Tape<'_>, model: &Model) -> String {
    let steps = walk(tape, model);
    let mut items = Vec::new();
    let mut rest = steps.as_slice();
    while !rest.is_empty() {
        if rest.len() > 1 && tape.percent(25) {
            let (lanes, after) = rest.split_at(tape.between(2, rest.len().min(4)));
            let (left, right) = lanes.split_at(tape.between(1, lanes.len() - 1));
            let (mut left, mut right) = (left.to_vec(), right.to_vec());
            if tape.percent(50) {
                waiting(tape, &mut left, &mut right, items.len());
            }
            items.push(format!(
                "{{ \"parallel\": [ [{}], [{}] ] }}",
                left.join(", "),
                nested(tape, &right)
            ));
            rest = after;
        } else {
            items.push(rest[0].clone());
            rest = &rest[1..];
        }
    }
    text(&items)
}

/// Lets a lane wait for another.
fn waiting(tape: &mut Tape<'_>, left: &mut [String], right: &mut Vec<String>, number: usize) {
    let place = tape.below(left.len());
    let element = &mut left[place];
    let label = format!("\"label\": \"{number}\"");
    *element = match element.strip_suffix('}') {
        Some(wait) => format!("{wait}, {label} }}"),
        None => format!("{{ \"step\": {element}, {label} }}"),
    };
    let place = tape.below(right.len() + 1);
    right.insert(place, format!("{{ \"after\": \"{number}\" }}"));
}

/// A plan file with these items.
pub fn text(items: &[String]) -> String {
    format!(
        "{{ \"cluster\": \"random\", \"steps\": [ {} ] }}",
        items.join(", ")
    )
}

/// A step as an item of a plan file.
pub fn step(model: &Model, instance: usize) -> String {
    format!("\"{}\"", words::instance(model, instance))
}

/// Waiting until nothing goes on.
pub const SETTLED: &str = "{ \"await\": \"settled\" }";

fn nested(tape: &mut Tape<'_>, lane: &[String]) -> String {
    if lane.len() > 1 && tape.percent(30) {
        let (left, right) = lane.split_at(1);
        return format!(
            "{{ \"parallel\": [ [{}], [], [{}] ] }}",
            left.join(", "),
            right.join(", ")
        );
    }
    lane.join(", ")
}

/// Steps of one run: mostly such as are possible where the run has come to.
fn walk(tape: &mut Tape<'_>, model: &Model) -> Vec<String> {
    let actions: Vec<usize> = (0..model.instances.len())
        .filter(|i| class(model, *i) == TransitionClass::Action)
        .collect();
    let mut state = initial(model);
    let mut items = Vec::new();
    for _ in 0..tape.between(0, 5) {
        if tape.percent(50) {
            for _ in 0..8 {
                let next = (0..model.instances.len())
                    .filter(|i| is_fair(model, *i))
                    .find_map(|i| taken(attempt(model, &state, i)));
                let Some(next) = next else { break };
                state = next;
            }
            if tape.percent(70) {
                items.push(SETTLED.to_owned());
            }
        }
        if tape.percent(8) {
            items.extend(condition(tape, model));
        }
        let changing: Vec<usize> = actions
            .iter()
            .copied()
            .filter(|i| taken(attempt(model, &state, *i)).is_some_and(|next| next != state))
            .collect();
        let pool = if tape.percent(12) {
            &actions
        } else {
            &changing
        };
        let Some(instance) = tape.one(pool).copied() else {
            break;
        };
        items.push(step(model, instance));
        if let Attempt::Taken(next) = attempt(model, &state, instance) {
            state = next;
        }
    }
    items
}

fn taken(attempt: Attempt) -> Option<super::super::evaluate::State> {
    match attempt {
        Attempt::Taken(next) => Some(next),
        _ => None,
    }
}

/// Waiting until some field has some value.
fn condition(tape: &mut Tape<'_>, model: &Model) -> Option<String> {
    let place = tape.below(model.objects.len());
    let object = &model.objects[place];
    let fields = &model.rules.kinds[object.kind.index()].fields;
    let field = &fields[tape.below(fields.len())];
    let name = words::value(
        model,
        &Value::Object(rollproof::model::value::ObjectId(
            u32::try_from(place).ok()?,
        )),
    );
    let value = match field.ty {
        FieldType::Bool => "true".to_owned(),
        FieldType::Range(low, _) => low.to_string(),
        FieldType::Enum(id) => words::value(model, &Value::Enum(id, 0)),
        FieldType::Optional(_) => "none".to_owned(),
        FieldType::Set(_) => "{}".to_owned(),
        FieldType::Object(_) => name.clone(),
    };
    // Without a kind in common an object is compared with itself by no rule.
    if matches!(field.ty, FieldType::Object(kind) if kind != object.kind) {
        return None;
    }
    let compared = if tape.percent(50) { "==" } else { "!=" };
    Some(format!(
        "{{ \"await\": \"{name}.{} {compared} {value}\" }}",
        field.name
    ))
}
