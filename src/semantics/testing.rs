//! Small models from text, for the tests of this room.

use std::sync::Arc;

use crate::language::diagnostic::Diagnostics;
use crate::language::read_rules;
use crate::language::rules::FieldId;
use crate::language::source::Source;
use crate::model::cluster::read_cluster;
use crate::model::ground::Model;
use crate::model::settings::Overrides;
use crate::model::value::{ObjectId, Value};

use super::{Interpreter, State};

/// The ground model of two texts without mistakes.
pub(super) fn model(rules: &str, cluster: &str) -> Model {
    let source = Source::new("test.rules", rules);
    let (rules, diagnostics) = read_rules(&source);
    assert_no_errors(&diagnostics);
    let rules = Arc::new(rules.expect("a text without errors becomes rules"));
    let source = Source::new("test.json", cluster);
    let (model, diagnostics) = read_cluster(&source, "test", &rules, &Overrides::default());
    assert_no_errors(&diagnostics);
    model.expect("a cluster without errors becomes a model")
}

#[track_caller]
fn assert_no_errors(diagnostics: &Diagnostics) {
    let told = diagnostics.list.iter().map(|d| {
        let place = d
            .primary
            .as_ref()
            .map(|label| label.source.position(label.span.start));
        format!("{place:?}: {}", d.message)
    });
    let told: Vec<String> = told.collect();
    assert!(!diagnostics.has_errors(), "{told:#?}");
}

/// The object of that name.
pub(super) fn object(model: &Model, name: &str) -> ObjectId {
    model
        .object(name)
        .expect("the test names an object of its cluster")
}

/// The field of that name.
pub(super) fn field(model: &Model, kind: &str, name: &str) -> FieldId {
    let kind = model
        .rules
        .kind(kind)
        .expect("the test names a kind of its rules");
    let fields = &model.rules.kinds[kind.index()].fields;
    let place = fields.iter().position(|f| f.name == name);
    let place = place.and_then(|place| u16::try_from(place).ok());
    FieldId(place.expect("the test names a field of the kind"))
}

/// The value of a field, all by name.
pub(super) fn read(
    interpreter: &Interpreter<'_>,
    state: &State,
    name: &str,
    field_name: &str,
) -> Value {
    let model = interpreter.model();
    let object = object(model, name);
    let kind = &model.rules.kinds[model.objects[object.index()].kind.index()].name;
    interpreter.value(state, object, field(model, kind, field_name))
}

/// The ground transition of that name.
pub(super) fn named(interpreter: &Interpreter<'_>, name: &str) -> usize {
    let count = interpreter.model().instances.len();
    let found = (0..count).find(|&i| interpreter.name(i) == name);
    found.expect("the test names a ground transition")
}
