//! The words in which the program names values and ground transitions, for comparing traces.

use rollproof::model::ground::Model;
use rollproof::model::value::{ObjectId, Value};

/// An object as plans and steps write it.
pub fn object(model: &Model, id: ObjectId) -> String {
    let name = &model.objects[id.index()].name;
    if name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
        name.clone()
    } else {
        format!("'{name}'")
    }
}

/// A value.
pub fn value(model: &Model, value: &Value) -> String {
    match value {
        Value::Bool(b) => b.to_string(),
        Value::Int(i) => i.to_string(),
        Value::Enum(id, place) => model.rules.enums[id.index()].values[usize::from(*place)].clone(),
        Value::Object(id) => object(model, *id),
        Value::None => "none".to_owned(),
        Value::Set(ids) => {
            let members: Vec<String> = ids.iter().map(|id| object(model, *id)).collect();
            format!("{{{}}}", members.join(", "))
        }
    }
}

/// A value for reading: no name is quoted.
pub fn plain(model: &Model, shown: &Value) -> String {
    value(model, shown).replace('\'', "")
}

/// A ground transition: `move(EVS1, Node2)`.
pub fn instance(model: &Model, place: usize) -> String {
    let ground = &model.instances[place];
    let arguments: Vec<String> = ground.arguments.iter().map(|v| value(model, v)).collect();
    let name = &model.rules.transitions[ground.transition.index()].name;
    // `act fails (2)` of `a` is `act(a) fails (2)`.
    let (name, behind) = name.split_at(name.find(' ').unwrap_or(name.len()));
    format!("{name}({}){behind}", arguments.join(", "))
}
