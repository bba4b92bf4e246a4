//! Plan files: how steps, awaits and lanes are read for a ground model. Decides what is a plan, not whether it is a good one.

use std::collections::HashMap;
use std::sync::Arc;

use crate::language::codes::Code;
use crate::language::diagnostic::Diagnostics;
use crate::language::parse::{parse_expression, parse_step};
use crate::language::rules::{Expr, KindId, TransitionClass, TransitionId, Type};
use crate::language::source::{Source, Span};
use crate::language::suggest;
use crate::language::syntax::Step;
use crate::language::typing::{self, Objects};

use super::constant::Constants;
use super::ground::Model;
use super::json::{self, Json, JsonKind, Key, Text};
use super::plan::{Item, Plan};
use super::settings::Settings;
use super::shape::Shape;
use super::unescaped;

mod after;

/// How many steps, waits and lanes a plan may have.
const MAX_ITEMS: usize = 10_000;

/// What a plan says about the cluster that it is for.
pub(super) struct Outline<'j> {
    /// The name of the cluster and its place.
    pub(super) cluster: (&'j str, Span),
    /// What the plan changes about it.
    pub(super) settings: Settings,
}

/// Reads a plan for a model. The plan's own settings are taken to be in the model already.
#[must_use]
pub fn read_plan(source: &Arc<Source>, name: &str, model: &Model) -> (Option<Plan>, Diagnostics) {
    let (json, mut diagnostics) = json::read(source, "a plan");
    let Some(json) = json else {
        return (None, diagnostics);
    };
    let (outline, found) = outline(source, &json);
    diagnostics.extend(found);
    let (plan, found) = steps(source, &json, name, model);
    diagnostics.extend(found);
    (
        plan.filter(|_| outline.is_some() && !diagnostics.has_errors()),
        diagnostics,
    )
}

/// What can be said about a plan before its cluster is known.
pub(super) fn outline<'j>(
    source: &Arc<Source>,
    json: &'j Json,
) -> (Option<Outline<'j>>, Diagnostics) {
    let mut shape = Shape::new(source);
    let Some(members) = shape.object("a plan", json) else {
        return (None, shape.diagnostics);
    };
    if shape.is_another_kind(json, "plan", "steps") {
        return (None, shape.diagnostics);
    }
    shape.only_keys(
        "a plan",
        members,
        &["cluster", "steps", "params", "policies", "goal"],
    );
    let settings = Settings::read(&mut shape, json);
    shape.required("the plan", json, "steps");
    let cluster = shape
        .required("the plan", json, "cluster")
        .and_then(|value| Some((shape.text("`cluster`", value)?, value.span)));
    (
        cluster.map(|cluster| Outline { cluster, settings }),
        shape.diagnostics,
    )
}

/// Reads the steps of a plan for a model.
pub(super) fn steps(
    source: &Arc<Source>,
    json: &Json,
    name: &str,
    model: &Model,
) -> (Option<Plan>, Diagnostics) {
    let mut reader = Reader {
        shape: Shape::new(source),
        text: unescaped::unescaped(source, json),
        model,
        objects: ObjectNames::of(model),
        left: MAX_ITEMS,
        labels: Vec::new(),
        sought: Vec::new(),
        elements: 0,
    };
    let items = json.get("steps").and_then(|list| {
        let elements = reader.shape.array("`steps`", list)?;
        reader.sequence(elements)
    });
    let items = items.map(|mut items| {
        reader.resolve(&mut items);
        items
    });
    let plan = items.map(|items| Plan {
        name: name.to_owned(),
        items,
        source: reader.text,
    });
    let diagnostics = reader.shape.diagnostics;
    (plan.filter(|_| !diagnostics.has_errors()), diagnostics)
}

/// The objects of a model by name.
struct ObjectNames<'a> {
    model: &'a Model,
    places: HashMap<&'a str, u32>,
}

impl<'a> ObjectNames<'a> {
    fn of(model: &'a Model) -> Self {
        let names = model.objects.iter().map(|object| object.name.as_str());
        Self {
            model,
            places: names.zip(0..).collect(),
        }
    }
}

impl Objects for ObjectNames<'_> {
    fn find(&self, name: &str) -> Option<(u32, KindId)> {
        let place = *self.places.get(name)?;
        Some((place, self.model.objects.get(place as usize)?.kind))
    }

    fn names(&self) -> Vec<String> {
        self.model
            .objects
            .iter()
            .map(|object| object.name.clone())
            .collect()
    }
}

struct Reader<'a> {
    shape: Shape<'a>,
    /// The text with its escapes resolved, every place as in the original.
    text: Arc<Source>,
    model: &'a Model,
    objects: ObjectNames<'a>,
    /// How many items may still come.
    left: usize,
    /// The labels so far.
    labels: Vec<after::Labelled>,
    /// What each `after` so far waits for.
    sought: Vec<after::Sought>,
    /// How many steps and waits there are so far.
    elements: usize,
}

impl Reader<'_> {
    /// None where the plan is too long; steps that cannot be read are left out, with a diagnostic.
    fn sequence(&mut self, elements: &[Json]) -> Option<Vec<Item>> {
        let mut items = Vec::new();
        for element in elements {
            self.spend(element.span)?;
            match &element.kind {
                JsonKind::String(text) => {
                    let item = self.step(element.span, text);
                    items.extend(item);
                    self.elements += 1;
                }
                JsonKind::Object(_) => {
                    let item = self.object(element)?;
                    items.extend(item);
                }
                _ => {
                    let message = format!("a step cannot be {}", element.describe());
                    self.shape.push(
                        Code::PlanShape,
                        message,
                        element.span,
                        "not a step",
                        Some(HELP.to_owned()),
                    );
                }
            }
        }
        Some(items)
    }

    fn spend(&mut self, span: Span) -> Option<()> {
        let left = self.left.checked_sub(1);
        if left.is_none() {
            let message = format!("a plan has at most {MAX_ITEMS} steps and lanes");
            self.shape
                .error(Code::PlanShape, message, span, "too many from here on");
        }
        self.left = left?;
        Some(())
    }

    /// An await, lanes, or a step with a label; the outer option as in [`Reader::sequence`].
    fn object(&mut self, json: &Json) -> Option<Option<Item>> {
        let members = self.shape.object("a step", json)?;
        let unlabelled: Vec<&(Key, Json)> =
            members.iter().filter(|(k, _)| k.text != "label").collect();
        let [(key, value)] = unlabelled[..] else {
            let message = "a step in braces has exactly one key";
            self.shape.push(
                Code::PlanShape,
                message,
                json.span,
                "not a step",
                Some(HELP.to_owned()),
            );
            return Some(None);
        };
        if let Some(label) = json.get("label") {
            self.label(label, &key.text);
        }
        match key.text.as_str() {
            "step" => {
                let item = match &value.kind {
                    JsonKind::String(text) => self.step(value.span, text),
                    _ => {
                        self.shape.wrong_type("`step`", value, "a text");
                        None
                    }
                };
                self.elements += 1;
                Some(item)
            }
            "await" => {
                let item = self.wait(json.span, value);
                self.elements += 1;
                Some(item)
            }
            "after" => Some(self.after(json.span, value)),
            "parallel" => self.parallel(json.span, value),
            name => {
                let message = format!("a step in braces has no key `{name}`");
                self.shape.unknown(
                    Code::PlanShape,
                    &message,
                    key.span,
                    name,
                    "keys",
                    &["step", "await", "after", "parallel"],
                );
                Some(None)
            }
        }
    }

    fn parallel(&mut self, span: Span, json: &Json) -> Option<Option<Item>> {
        let JsonKind::Array(elements) = &json.kind else {
            let message = format!(
                "`parallel` must be a list of lanes, not {}",
                json.describe()
            );
            self.shape.push(
                Code::PlanShape,
                message,
                json.span,
                "expected lanes",
                Some(HELP.to_owned()),
            );
            return Some(None);
        };
        let mut lanes = Vec::with_capacity(elements.len().min(MAX_ITEMS));
        for lane in elements {
            self.spend(lane.span)?;
            if let JsonKind::Array(steps) = &lane.kind {
                lanes.push(self.sequence(steps)?);
            } else {
                let message = format!("a lane must be a list of steps, not {}", lane.describe());
                let help =
                    "write each lane in brackets: `[[\"a(Node1)\", \"b(Node1)\"], [\"a(Node2)\"]]`";
                self.shape.push(
                    Code::PlanShape,
                    message,
                    lane.span,
                    "expected a lane",
                    Some(help.to_owned()),
                );
            }
        }
        Some(Some(Item::Parallel { lanes, span }))
    }

    fn wait(&mut self, span: Span, json: &Json) -> Option<Item> {
        let JsonKind::String(text) = &json.kind else {
            let message = format!(
                "an await must be a condition in quotes, not {}",
                json.describe()
            );
            let help = "write `\"settled\"`, or a condition: `\"Node1.power == up\"`".to_owned();
            self.shape.push(
                Code::BadAwait,
                message,
                json.span,
                "expected a condition",
                Some(help),
            );
            return None;
        };
        if text.text.trim() == "settled" {
            return Some(Item::AwaitSettled { span });
        }
        let place = self.content(json.span, text, Code::BadAwait)?;
        let (parsed, found) = parse_expression(&self.text, place);
        let sound = self.adopt(found, json.span, text.verbatim);
        let checked = sound.then(|| {
            typing::check_expression(
                &self.model.rules,
                &self.objects,
                &parsed,
                Type::Bool,
                &self.text,
            )
        });
        let (checked, found) = checked?;
        self.adopt(found, json.span, text.verbatim);
        let (condition, slots) = checked?;
        Some(Item::Await {
            condition,
            slots,
            text: text.text.trim().to_owned(),
            span,
        })
    }

    fn step(&mut self, span: Span, text: &Text) -> Option<Item> {
        let place = self.content(span, text, Code::BadStep)?;
        let (step, found) = parse_step(&self.text, place);
        let sound = self.adopt(found, span, text.verbatim);
        let step = step.filter(|_| sound)?;
        let transition = self.action(&step, span, text.verbatim)?;
        let (arguments, found) = typing::check_arguments(
            &self.model.rules,
            &self.objects,
            transition,
            &step,
            &self.text,
        );
        let sound = self.adopt(found, span, text.verbatim);
        let instance = self.instance(transition, &arguments.filter(|_| sound)?, &step, span)?;
        Some(Item::Step { instance, span })
    }

    /// The action that a step names.
    fn action(&mut self, step: &Step, span: Span, verbatim: bool) -> Option<TransitionId> {
        let rules = &self.model.rules;
        let name = &step.action.text;
        let place = if verbatim { step.action.span } else { span };
        let found = rules.transition(name);
        let class = found
            .and_then(|id| rules.transitions.get(id.index()))
            .map(|t| t.class);
        let (message, help) = match class {
            Some(TransitionClass::Action) => return found,
            Some(TransitionClass::Event) => (
                format!("`{name}` is an event, not an action"),
                Some("it happens by itself: a plan can only await what it leads to".to_owned()),
            ),
            Some(TransitionClass::Fault) => (
                format!("`{name}` is a fault, not an action"),
                Some("it happens by itself: `rollproof check CLUSTER --faults 1` explores what it does".to_owned()),
            ),
            None => {
                let actions = rules
                    .transitions
                    .iter()
                    .filter(|t| t.class == TransitionClass::Action);
                let help = suggest::help(name, "actions", actions.map(|t| t.name.as_str()));
                (
                    format!("the rules `{}` have no action `{name}`", rules.name),
                    help,
                )
            }
        };
        self.shape
            .push(Code::UnknownAction, message, place, "not an action", help);
        None
    }

    /// The ground action with these arguments, which must be constants in their ranges.
    fn instance(
        &mut self,
        action: TransitionId,
        arguments: &[Expr],
        step: &Step,
        span: Span,
    ) -> Option<usize> {
        let constants = Constants {
            rules: &self.model.rules,
            params: &self.model.params,
            of_kind: &self.model.of_kind,
        };
        let mut values = Vec::with_capacity(arguments.len());
        for (argument, written) in arguments.iter().zip(&step.arguments) {
            let Ok(value) = constants.value(argument) else {
                let message = "an argument of a step must be a constant";
                let help = "a plan says beforehand what it does: name the object itself".to_owned();
                let place = if inside(span, written.span) {
                    written.span
                } else {
                    span
                };
                self.shape
                    .push(Code::BadStep, message, place, "not a constant", Some(help));
                return None;
            };
            values.push(value);
        }
        let found = self.model.instance(action, &values);
        if found.is_none() {
            let message = format!("`{}` has no such argument", step.action.text);
            let help = Some("an argument is outside the range of its parameter".to_owned());
            self.shape
                .push(Code::ValueOutOfRange, message, span, "out of range", help);
        }
        found
    }

    /// The place of what a text says, in [`Reader::text`].
    fn content(&mut self, span: Span, text: &Text, code: Code) -> Option<Span> {
        if text.text.chars().any(char::is_control) {
            let message = "a step is one line without control characters";
            self.shape
                .error(code, message, span, "control characters in here");
            return None;
        }
        let length = u32::try_from(text.text.len()).ok()?;
        Some(Span::new(
            span.start + 1,
            (span.start + 1 + length).min(span.end),
        ))
    }

    /// Takes over what the language found in a text, pointing into the original. False where it has errors.
    fn adopt(&mut self, found: Diagnostics, span: Span, verbatim: bool) -> bool {
        let sound = !found.has_errors();
        let original = self.shape.source;
        for mut diagnostic in found.list {
            let labels = diagnostic
                .primary
                .iter_mut()
                .chain(&mut diagnostic.secondary);
            for label in labels.filter(|label| Arc::ptr_eq(&label.source, &self.text)) {
                label.source = original.clone();
                if !verbatim {
                    label.span = span;
                }
            }
            self.shape.diagnostics.push(diagnostic);
        }
        sound
    }
}

const HELP: &str = "a step is `\"action(Object)\"`, `{ \"await\": \"condition\" }`, `{ \"after\": \"action(Object)\" }` or `{ \"parallel\": [[…], […]] }`";

const fn inside(outer: Span, inner: Span) -> bool {
    outer.start <= inner.start && inner.end <= outer.end
}

#[cfg(test)]
mod tests;
