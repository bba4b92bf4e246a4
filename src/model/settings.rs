//! Parameters, policies, faults and goal: who may give them, and which of them counts. A cluster gives them, its plan
//! may override them, then a suite's case, then the command line.

use std::ops::Range;
use std::sync::Arc;

use crate::language::codes::Code;
use crate::language::diagnostic::{Diagnostic, Diagnostics};
use crate::language::rules::{Activation, FieldType, GoalId, Rules, TransitionClass};
use crate::language::source::{Source, Span};
use crate::language::suggest;

use super::constant::{Constants, NoValue};
use super::ground::FaultBudget;
use super::json::{Json, JsonKind};
use super::scalar::{self, Misfit};
use super::shape::Shape;
use super::value::Value;

/// How many faults a budget may allow: more never matters where each spends one.
pub const MAX_FAULTS: u64 = 1_000_000;

/// What the command line changes about a cluster.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Overrides {
    /// `--policy drain=off`
    pub policies: Vec<(String, bool)>,
    /// `--param limit=2`
    pub params: Vec<(String, String)>,
    /// `--faults 1`
    pub faults: Option<u32>,
    /// `--goal complete`
    pub goal: Option<String>,
}

/// The settings that one text, or the command line, gives. Names are not looked up yet.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    policies: Vec<Setting<bool>>,
    params: Vec<Setting<Given>>,
    faults: Option<Faults>,
    goal: Option<Setting<()>>,
}

#[derive(Clone, Debug)]
struct Setting<T> {
    name: String,
    value: T,
    place: Option<Place>,
}

/// Where a setting stands; none for the command line.
#[derive(Clone, Debug)]
struct Place {
    source: Arc<Source>,
    name: Span,
    value: Span,
}

#[derive(Clone, Debug)]
enum Given {
    Json(Json),
    Text(String),
}

#[derive(Clone, Debug)]
enum Faults {
    Total(u32),
    Each(Vec<Setting<u32>>),
}

/// The settings that count.
#[derive(Clone, Debug)]
pub(super) struct Settled {
    pub(super) params: Vec<Value>,
    pub(super) policies: Vec<bool>,
    pub(super) faults: FaultBudget,
    pub(super) goal: Option<GoalId>,
}

impl From<&Overrides> for Settings {
    fn from(overrides: &Overrides) -> Self {
        fn option<T>(name: &str, value: T) -> Setting<T> {
            Setting {
                name: name.to_owned(),
                value,
                place: None,
            }
        }
        Self {
            policies: overrides
                .policies
                .iter()
                .map(|(name, on)| option(name, *on))
                .collect(),
            params: overrides
                .params
                .iter()
                .map(|(name, text)| option(name, Given::Text(text.clone())))
                .collect(),
            faults: overrides.faults.map(Faults::Total),
            goal: overrides.goal.as_ref().map(|name| option(name, ())),
        }
    }
}

impl Settings {
    /// The keys that [`Settings::read`] reads.
    pub(super) const KEYS: [&'static str; 4] = ["params", "policies", "faults", "goal"];

    /// How many faults of all kinds together may strike, where that is given.
    pub(super) const fn total_faults(&self) -> Option<u32> {
        match self.faults {
            Some(Faults::Total(total)) => Some(total),
            Some(Faults::Each(_)) | None => None,
        }
    }

    /// Reads the settings of an object; what they mean is seen when the rules are known.
    pub(super) fn read(shape: &mut Shape<'_>, whole: &Json) -> Self {
        let mut settings = Self::default();
        for (name, place, value) in entries(shape, "`params`", whole.get("params")) {
            let value = Given::Json(value.clone());
            settings.params.push(Setting { name, value, place });
        }
        for (name, place, value) in entries(shape, "`policies`", whole.get("policies")) {
            if let Some(value) = shape.boolean(&format!("the policy `{name}`"), value) {
                settings.policies.push(Setting { name, value, place });
            }
        }
        settings.faults = whole
            .get("faults")
            .and_then(|json| read_faults(shape, json));
        settings.goal = whole.get("goal").and_then(|json| {
            let name = shape.text("`goal`", json)?.to_owned();
            let place = Some(at(shape.source, json.span, json.span));
            Some(Setting {
                name,
                value: (),
                place,
            })
        });
        settings
    }
}

fn read_faults(shape: &mut Shape<'_>, json: &Json) -> Option<Faults> {
    let narrow = |count: u64| u32::try_from(count).unwrap_or(u32::MAX);
    if !matches!(json.kind, JsonKind::Object(_)) {
        let total = shape.count("`faults`", json, MAX_FAULTS)?;
        return Some(Faults::Total(narrow(total)));
    }
    let mut each = Vec::new();
    for (name, place, value) in entries(shape, "`faults`", Some(json)) {
        if let Some(count) = shape.count(&format!("the number of `{name}`"), value, MAX_FAULTS) {
            each.push(Setting {
                name,
                value: narrow(count),
                place,
            });
        }
    }
    Some(Faults::Each(each))
}

const fn placed(source: Arc<Source>, name: Span, value: Span) -> Place {
    Place {
        source,
        name,
        value,
    }
}

fn at(source: &Arc<Source>, name: Span, value: Span) -> Place {
    placed(source.clone(), name, value)
}

fn entries<'j>(
    shape: &mut Shape<'_>,
    what: &str,
    json: Option<&'j Json>,
) -> Vec<(String, Option<Place>, &'j Json)> {
    let Some(members) = json.and_then(|json| shape.object(what, json)) else {
        return Vec::new();
    };
    let entry = |(key, value): &'j (super::json::Key, Json)| {
        (
            key.text.clone(),
            Some(at(shape.source, key.span, value.span)),
            value,
        )
    };
    members.iter().map(entry).collect()
}

/// Lays the layers over each other, later ones counting more. Everything in them is checked, overridden or not.
/// `cluster` is where a parameter without any value is missed.
pub(super) fn settle(
    rules: &Rules,
    of_kind: &[Range<u32>],
    layers: &[&Settings],
    cluster: (&Arc<Source>, Span),
) -> (Settled, Diagnostics) {
    let mut settling = Settling {
        rules,
        diagnostics: Diagnostics::default(),
    };
    let params = settling.params(layers, cluster);
    let policies = settling.policies(layers, of_kind, &params);
    let mut faults = FaultBudget::Total(0);
    let mut goal = rules.default_goal;
    for layer in layers {
        if let Some(given) = &layer.faults {
            faults = settling.faults(given);
        }
        if let Some(given) = &layer.goal {
            goal = settling.goal(given).or(goal);
        }
    }
    let settled = Settled {
        params,
        policies,
        faults,
        goal,
    };
    (settled, settling.diagnostics)
}

struct Settling<'a> {
    rules: &'a Rules,
    diagnostics: Diagnostics,
}

impl Settling<'_> {
    fn params(&mut self, layers: &[&Settings], cluster: (&Arc<Source>, Span)) -> Vec<Value> {
        let rules = self.rules;
        let mut values: Vec<Option<Value>> = rules
            .params
            .iter()
            .map(|p| p.default.map(scalar::from_constant))
            .collect();
        let mut given = vec![false; values.len()];
        for setting in layers.iter().flat_map(|layer| &layer.params) {
            let Some(id) = rules.param(&setting.name) else {
                self.unknown(
                    setting,
                    "parameter",
                    rules.params.iter().map(|p| p.name.as_str()),
                );
                continue;
            };
            given[id.index()] = true;
            let what = format!("the parameter `{}`", setting.name);
            let ty = rules.params[id.index()].ty;
            match read_param(rules, ty, &what, &setting.value) {
                Ok(value) => values[id.index()] = Some(value),
                Err(misfit) => self.misfit(setting.place.as_ref(), misfit),
            }
        }
        let mut settled = Vec::with_capacity(values.len());
        for ((param, value), given) in rules.params.iter().zip(values).zip(given) {
            if value.is_none() && !given {
                let message = format!("the parameter `{}` has no value", param.name);
                let help = format!(
                    "add `\"{}\"` to `\"params\"`: {}",
                    param.name,
                    scalar::expected(rules, param.ty)
                );
                self.diagnostics.push(
                    Diagnostic::error(Code::MissingValue, message)
                        .at(cluster.0, cluster.1, "not given by this cluster")
                        .help(help),
                );
            }
            // A value that nobody reads: with a diagnostic there is no model.
            settled.push(value.unwrap_or(Value::None));
        }
        settled
    }

    fn policies(
        &mut self,
        layers: &[&Settings],
        of_kind: &[Range<u32>],
        params: &[Value],
    ) -> Vec<bool> {
        let rules = self.rules;
        let mut given: Vec<Option<bool>> = vec![None; rules.policies.len()];
        for setting in layers.iter().flat_map(|layer| &layer.policies) {
            match rules.policy(&setting.name) {
                Some(id) => given[id.index()] = Some(setting.value),
                None => self.unknown(
                    setting,
                    "policy",
                    rules.policies.iter().map(|p| p.name.as_str()),
                ),
            }
        }
        if self.diagnostics.has_errors() {
            return vec![false; given.len()];
        }
        let constants = Constants {
            rules,
            params,
            of_kind,
        };
        let mut on = Vec::with_capacity(given.len());
        for (policy, given) in rules.policies.iter().zip(given) {
            let by_default = match &policy.activation {
                Activation::Off => Ok(false),
                Activation::On => Ok(true),
                Activation::Where(condition) => constants
                    .value(condition)
                    .map(|value| value == Value::Bool(true))
                    .map_err(|why| (condition.span, why)),
            };
            on.push(match (given, by_default) {
                (Some(given), _) => given,
                (None, Ok(by_default)) => by_default,
                (None, Err((span, why))) => {
                    self.activation(&policy.name, span, why);
                    false
                }
            });
        }
        on
    }

    fn activation(&mut self, policy: &str, span: Span, why: NoValue) {
        let label = match why {
            NoValue::NotConstant => "reads more than parameters and numbers of objects",
            NoValue::Undefined => "undefined for this cluster",
            NoValue::TooLong => "takes too long",
        };
        let message = format!("whether the policy `{policy}` is on cannot be told");
        self.diagnostics.push(
            Diagnostic::error(Code::NotConstant, message)
                .at(&self.rules.source, span, label)
                .help(format!(
                    "say it in the cluster: `\"policies\": {{ \"{policy}\": true }}`"
                )),
        );
    }

    fn faults(&mut self, given: &Faults) -> FaultBudget {
        let rules = self.rules;
        let each = match given {
            Faults::Total(total) => return FaultBudget::Total(*total),
            Faults::Each(each) => each,
        };
        let mut budget = vec![0; rules.transitions.len()];
        let is_fault = |class| class == TransitionClass::Fault;
        for setting in each {
            let id = rules.transition(&setting.name);
            match id.filter(|id| is_fault(rules.transitions[id.index()].class)) {
                Some(id) => budget[id.index()] = setting.value,
                None => {
                    let faults = rules.transitions.iter().filter(|t| is_fault(t.class));
                    self.unknown(setting, "fault", faults.map(|t| t.name.as_str()));
                }
            }
        }
        FaultBudget::Each(budget)
    }

    fn goal(&mut self, setting: &Setting<()>) -> Option<GoalId> {
        let found = self.rules.goal(&setting.name);
        if found.is_none() {
            self.unknown(
                setting,
                "goal",
                self.rules.goals.iter().map(|g| g.name.as_str()),
            );
        }
        found
    }

    fn unknown<'n, T>(
        &mut self,
        setting: &Setting<T>,
        what: &str,
        known: impl Iterator<Item = &'n str> + Clone,
    ) {
        let plural = if what == "policy" {
            "policies".to_owned()
        } else {
            format!("{what}s")
        };
        let rules = &self.rules.name;
        let help = suggest::help(&setting.name, &format!("{plural} of `{rules}`"), known);
        let misfit = Misfit {
            code: Code::UnknownKind,
            message: format!("the rules `{rules}` have no {what} `{}`", setting.name),
            label: "not known".to_owned(),
            help,
        };
        let place = setting
            .place
            .clone()
            .map(|p| placed(p.source, p.value, p.name));
        self.misfit(place.as_ref(), misfit);
    }

    fn misfit(&mut self, place: Option<&Place>, misfit: Misfit) {
        let mut diagnostic = match place {
            Some(place) => Diagnostic::error(misfit.code, misfit.message).at(
                &place.source,
                place.value,
                misfit.label,
            ),
            None => Diagnostic::error(Code::BadOption, misfit.message),
        };
        diagnostic.help.extend(misfit.help);
        self.diagnostics.push(diagnostic);
    }
}

fn read_param(rules: &Rules, ty: FieldType, what: &str, given: &Given) -> Result<Value, Misfit> {
    match given {
        Given::Json(json) => scalar::from_json(rules, ty, what, json),
        Given::Text(text) => scalar::from_text(rules, ty, what, text),
    }
}
