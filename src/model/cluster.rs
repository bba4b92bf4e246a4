//! Cluster files: the concrete machines. With the rules they become a ground model.

use std::sync::Arc;

use crate::language::diagnostic::Diagnostics;
use crate::language::rules::Rules;
use crate::language::source::{Source, Span};

use super::field_value;
use super::ground::Model;
use super::instances::instances;
use super::json::{self, Json};
use super::objects::Objects;
use super::settings::{self, Settings};
use super::shape::Shape;

pub use super::settings::Overrides;

/// Reads a cluster of the given rules. There is a model where no diagnostic is an error.
#[must_use]
pub fn read_cluster(
    source: &Arc<Source>,
    name: &str,
    rules: &Arc<Rules>,
    overrides: &Overrides,
) -> (Option<Model>, Diagnostics) {
    let (json, mut diagnostics) = json::read(source, "a cluster");
    let Some(json) = json else {
        return (None, diagnostics);
    };
    let (rules_name, found) = outline(source, &json);
    diagnostics.extend(found);
    if rules_name.is_none() && json.get("objects").is_none() {
        return (None, diagnostics);
    }
    let (model, found) = ground(source, &json, name, rules, &[&Settings::from(overrides)]);
    diagnostics.extend(found);
    (model.filter(|_| !diagnostics.has_errors()), diagnostics)
}

/// What can be said about a cluster before its rules are known: its keys, and which rules it asks for.
pub(super) fn outline<'j>(
    source: &Arc<Source>,
    json: &'j Json,
) -> (Option<(&'j str, Span)>, Diagnostics) {
    let mut shape = Shape::new(source);
    let Some(members) = shape.object("a cluster", json) else {
        return (None, shape.diagnostics);
    };
    if shape.is_another_kind(json, "cluster", "objects") {
        return (None, shape.diagnostics);
    }
    let [params, policies, faults, goal] = Settings::KEYS;
    shape.only_keys(
        "a cluster",
        members,
        &["rules", "objects", params, policies, faults, goal],
    );
    let rules = shape
        .required("the cluster", json, "rules")
        .and_then(|value| Some((shape.text("`rules`", value)?, value.span)));
    shape.required("the cluster", json, "objects");
    (rules, shape.diagnostics)
}

/// Rules and cluster together. `layers` override the settings of the cluster, later ones counting more.
pub(super) fn ground(
    source: &Arc<Source>,
    json: &Json,
    name: &str,
    rules: &Arc<Rules>,
    layers: &[&Settings],
) -> (Option<Model>, Diagnostics) {
    let mut shape = Shape::new(source);
    let own = Settings::read(&mut shape, json);
    let mut objects = Objects::read(&mut shape, rules, json.get("objects"));
    field_value::fill(&mut shape, rules, &mut objects);
    let mut diagnostics = shape.diagnostics;

    let all: Vec<&Settings> = std::iter::once(&own)
        .chain(layers.iter().copied())
        .collect();
    let missed = json
        .get("params")
        .map_or(Span::new(json.span.start, json.span.start + 1), |p| p.span);
    let (settled, found) = settings::settle(rules, &objects.of_kind, &all, (source, missed));
    diagnostics.extend(found);
    if diagnostics.has_errors() {
        return (None, diagnostics);
    }
    let instances = match instances(rules, &objects.of_kind) {
        Ok(instances) => instances,
        Err(too_many) => {
            diagnostics.push(*too_many);
            return (None, diagnostics);
        }
    };
    let model = Model {
        rules: rules.clone(),
        objects: objects.list,
        of_kind: objects.of_kind,
        params: settled.params,
        policies: settled.policies,
        faults: settled.faults,
        goal: settled.goal,
        instances,
        name: name.to_owned(),
    };
    (Some(model), diagnostics)
}

#[cfg(test)]
mod tests;
