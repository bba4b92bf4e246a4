//! A cluster as it is in the middle of a plan, beside what the plan expects there. Says what differs, not what comes of it.

use std::collections::BTreeSet;

use crate::language::codes::Code;
use crate::language::diagnostic::{Diagnostic, Diagnostics};
use crate::language::rules::{FieldId, KindId};
use crate::model::ground::{Model, Object};
use crate::model::value::{ObjectId, Value};
use crate::search::budget::Stop;
use crate::semantics::{Interpreter, State};

/// How many names a message lists.
const MOST_NAMES: usize = 8;

/// A point of a plan, and how the cluster is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Whereabouts {
    /// As the user named it: `4`, `2+5`, and one more than the last step after it.
    pub position: String,
    /// The steps that are next, with their numbers.
    pub next: Vec<(u32, String)>,
    /// How many steps the plan has.
    pub steps: usize,
    /// In how many states the plan can be there.
    pub expected: u64,
    /// The limit that was reached before all of these were known.
    pub stopped: Option<Stop>,
    /// The cluster as it is, where that was given.
    pub observed: Option<Observed>,
}

/// A cluster as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Observed {
    /// The file, as the user named it.
    pub name: String,
    /// The waits that stand before the next steps: whoever goes on from here sees them first.
    pub waits: Vec<String>,
    /// Whether the plan can be in this state there; none where a limit was reached before that was known, and where no run of
    /// the plan comes there.
    pub as_expected: Option<bool>,
    /// The fields that differ from the nearest of the states that the plan expects.
    pub differences: Vec<FieldDifference>,
}

/// A field that is not as expected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldDifference {
    /// `Node1`
    pub object: String,
    /// `power`
    pub field: String,
    /// The value that it has.
    pub observed: String,
    /// The value that it has in the nearest expected state.
    pub nearest: String,
    /// The values that it has in any of the expected states.
    pub expected: Vec<String>,
}

/// The cluster of a plan with the values of another cluster file.
///
/// # Errors
/// Where the other file has other rules, or other objects.
pub fn with_values_of(model: &Model, observed: &Model) -> Result<Model, Diagnostics> {
    let mut diagnostics = Diagnostics::default();
    if model.rules.source.text != observed.rules.source.text {
        diagnostics.push(other_rules(model, observed));
        return Err(diagnostics);
    }
    for (kind, declared) in (0u16..).map(KindId).zip(&model.rules.kinds) {
        let names = |of: &Model| -> Vec<String> {
            let objects = of.objects_of(kind);
            let name = |id: ObjectId| of.objects.get(id.index()).map(|o| o.name.clone());
            objects.filter_map(name).collect()
        };
        let (ours, theirs) = (names(model), names(observed));
        let lacks = without(&ours, &theirs);
        let adds = without(&theirs, &ours);
        if !lacks.is_empty() || !adds.is_empty() {
            diagnostics.push(other_objects(
                &declared.name,
                model,
                observed,
                (lacks, adds),
            ));
        }
    }
    if diagnostics.has_errors() {
        return Err(diagnostics);
    }
    let mut changed = model.clone();
    for object in &mut changed.objects {
        if let Some(now) = observed.object(&object.name) {
            let values = observed.objects[now.index()].values.iter();
            object.values = values.map(|v| renumbered(v, observed, model)).collect();
        }
    }
    Ok(changed)
}

/// The names that others have not.
fn without(names: &[String], others: &[String]) -> Vec<String> {
    let others: BTreeSet<&String> = others.iter().collect();
    let missing = names.iter().filter(|name| !others.contains(name));
    missing.cloned().collect()
}

fn other_rules(model: &Model, observed: &Model) -> Diagnostic {
    let (ours, theirs) = (&model.rules, &observed.rules);
    let message = if ours.name == theirs.name {
        format!(
            "`{}` is a cluster of other rules: `{}` and `{}` are not the same",
            observed.name, theirs.source.name, ours.source.name
        )
    } else {
        format!(
            "`{}` is a cluster of the rules `{}`, and the plan is for `{}`",
            observed.name, theirs.name, ours.name
        )
    };
    Diagnostic::error(Code::OtherCluster, message).help(format!(
        "an observed cluster has the rules and the objects of the cluster of the plan, `{}`, and their values as they are now",
        model.name
    ))
}

fn other_objects(
    kind: &str,
    model: &Model,
    observed: &Model,
    (lacks, adds): (Vec<String>, Vec<String>),
) -> Diagnostic {
    let mut said = Vec::new();
    if !lacks.is_empty() {
        said.push(format!("lacks {}", listed(&lacks)));
    }
    if !adds.is_empty() {
        said.push(format!("has {}", listed(&adds)));
    }
    let message = format!(
        "`{}` has other objects of kind `{kind}` than the cluster of the plan: it {}",
        observed.name,
        said.join(", and ")
    );
    Diagnostic::error(Code::OtherCluster, message).help(format!(
        "write the objects of `{}`, all of them, with their values as they are now",
        model.name
    ))
}

fn listed(names: &[String]) -> String {
    let shown: Vec<String> = names
        .iter()
        .take(MOST_NAMES)
        .map(|n| format!("`{n}`"))
        .collect();
    match names.len().saturating_sub(MOST_NAMES) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

/// A value of one model in the numbers of another that has the same objects, perhaps in another order.
fn renumbered(value: &Value, from: &Model, to: &Model) -> Value {
    let object = |id: &ObjectId| {
        from.objects
            .get(id.index())
            .and_then(|o| to.object(&o.name))
    };
    match value {
        Value::Object(id) => object(id).map_or(Value::None, Value::Object),
        Value::Set(members) => {
            let members: BTreeSet<ObjectId> = members.iter().filter_map(object).collect();
            Value::Set(members.into_iter().collect())
        }
        value @ (Value::Bool(_) | Value::Int(_) | Value::Enum(..) | Value::None) => value.clone(),
    }
}

/// A model whose first state is this one.
#[must_use]
pub fn beginning_at(interpreter: &Interpreter<'_>, state: &State) -> Model {
    let mut model = interpreter.model().clone();
    for (id, object) in (0u32..).map(ObjectId).zip(&mut model.objects) {
        let fields = (0u16..).map(FieldId).zip(&mut object.values);
        for (field, value) in fields {
            *value = interpreter.value(state, id, field);
        }
    }
    model
}

/// Compares a cluster as it is with the states that are expected. Of the expected states that differ in fewest fields, the
/// first counts.
#[must_use]
pub fn compared(
    interpreter: &Interpreter<'_>,
    expected: &[&State],
    now: &Model,
) -> Vec<FieldDifference> {
    let nearest = expected
        .iter()
        .map(|state| (differing(interpreter, state, now), *state))
        .min_by_key(|(fields, _)| fields.len());
    let Some((fields, nearest)) = nearest else {
        return Vec::new();
    };
    let show = |value: &Value| interpreter.show(value);
    fields
        .into_iter()
        .map(|(id, field)| {
            let object: &Object = &now.objects[id.index()];
            let declared = &now.rules.kinds[object.kind.index()].fields[field.index()];
            let mut values: Vec<Value> = Vec::new();
            for state in expected {
                let value = interpreter.value(state, id, field);
                if !values.contains(&value) {
                    values.push(value);
                }
            }
            FieldDifference {
                object: object.name.clone(),
                field: declared.name.clone(),
                observed: show(&object.values[field.index()]),
                nearest: show(&interpreter.value(nearest, id, field)),
                expected: values.iter().map(show).collect(),
            }
        })
        .collect()
}

/// The fields, fixed ones included, whose values are not those of a state.
fn differing(
    interpreter: &Interpreter<'_>,
    state: &State,
    now: &Model,
) -> Vec<(ObjectId, FieldId)> {
    let objects = (0u32..).map(ObjectId).zip(&now.objects);
    objects
        .flat_map(|(id, object)| {
            let fields = (0u16..).map(FieldId).zip(&object.values);
            fields
                .filter(move |(field, value)| interpreter.value(state, id, *field) != **value)
                .map(move |(field, _)| (id, field))
        })
        .collect()
}
