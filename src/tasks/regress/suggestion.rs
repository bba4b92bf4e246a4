//! A case that would notice a change of the rules: on the smallest cluster on which the change makes a difference, a plan that
//! leads there where one shows it, else what `check` says.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use crate::language::rules::{Activation, Rules};
use crate::language::source::Source;
use crate::model::ground::{FaultBudget, Model};
use crate::model::plan_file::read_plan;
use crate::search::budget::{Budget, Pilot};
use crate::semantics::Interpreter;
use crate::tasks::check::check;
use crate::tasks::difference::findings::Finding;
use crate::tasks::difference::on_cluster;
use crate::tasks::difference::sizes::Known;
use crate::tasks::effort::{Effort, Reductions};
use crate::tasks::outcome::{Actor, Trace};
use crate::tasks::request::{Asked, TaskError};
use crate::tasks::verify::verify;

use super::digest::Digest;
use super::expectation::between;

/// States that a comparison may take before a larger cluster is tried.
const STATES: usize = 20_000;

/// What makes the difference, and a case that notices.
#[derive(Clone, Debug)]
pub struct Suggestion {
    /// The cluster.
    pub cluster: String,
    /// The difference.
    pub finding: Finding,
    /// The plan, as a file has it, where one shows the difference.
    pub plan: Option<Value>,
    /// The case, as a suite has it; none where neither a plan nor `check` comes out otherwise.
    pub case: Option<Value>,
}

/// What came of looking for one.
pub(super) enum Looked {
    /// This shows the difference.
    Found(Box<Suggestion>),
    /// There is no difference on any of the clusters.
    Nothing,
    /// Some clusters were too large to tell.
    Unknown,
}

/// Looks on clusters, smallest first.
pub(super) fn suggestion(
    clusters: &[&Model],
    changed: &Arc<Rules>,
    effort: Effort,
    budget: &mut dyn Budget,
) -> Result<Looked, TaskError> {
    let mut known = Known::default();
    let mut unknown = false;
    let mut clusters: Vec<&Model> = clusters.to_vec();
    clusters.sort_by_key(|model| (model.objects.len(), model.instances.len()));
    for old in clusters {
        if !known.is_new(&[old]) {
            continue;
        }
        let new = Model {
            rules: changed.clone(),
            ..old.clone()
        };
        let mut pilot = Pilot {
            states: STATES.min(budget.max_states()),
            within: budget,
        };
        let found = on_cluster(old, &new, effort, &mut pilot)?;
        let shortest = found
            .findings
            .iter()
            .filter(|finding| finding.run.is_some())
            .min_by_key(|finding| finding.run.as_ref().map(|run| run.steps.len()));
        if let Some(finding) = shortest {
            let (plan, case) = case(old, &new, finding, effort, budget)?;
            return Ok(Looked::Found(Box::new(Suggestion {
                cluster: old.name.clone(),
                finding: finding.clone(),
                plan,
                case,
            })));
        }
        // What has no run to show is a difference all the same.
        unknown |= found.stopped.is_some() || !found.findings.is_empty();
    }
    Ok(if unknown {
        Looked::Unknown
    } else {
        Looked::Nothing
    })
}

type PlanAndCase = (Option<Value>, Option<Value>);

fn case(
    old: &Model,
    new: &Model,
    finding: &Finding,
    effort: Effort,
    budget: &mut dyn Budget,
) -> Result<PlanAndCase, TaskError> {
    let run = finding.run.as_ref();
    for steps in run.map(|run| plans(old, run, finding)).unwrap_or_default() {
        let plan = json!({ "cluster": old.name, "steps": steps });
        let source = Source::new("plan", plan.to_string());
        let (Some(with_old), Some(with_new)) = (
            read_plan(&source, "plan", old).0,
            read_plan(&source, "plan", new).0,
        ) else {
            continue;
        };
        let asked = Asked {
            effort,
            ..Asked::default()
        };
        let was = Digest::of(&verify(old, &with_old, &asked, budget)?);
        let is = Digest::of(&verify(new, &with_new, &asked, budget)?);
        if was.stopped.is_none() && is.stopped.is_none() && !between(&was, &is).is_empty() {
            let number = steps.iter().filter(|step| step.is_string()).count();
            let mut plan = json!({ "cluster": old.name });
            add_settings(old, &mut plan);
            plan["steps"] = Value::Array(steps);
            let case = json!({
                "name": format!("{}, step {}", finding.what, number),
                "verify": "PLAN",
                "expect": expected(&was, &is),
            });
            return Ok((Some(plan), Some(case)));
        }
    }
    let asked = Asked {
        effort: Effort {
            reductions: Reductions::NONE,
            ..effort
        },
        ..Asked::default()
    };
    let mut pilot = Pilot {
        states: STATES.min(budget.max_states()),
        within: budget,
    };
    let was = Digest::of(&check(old, &asked, &mut pilot)?);
    let is = Digest::of(&check(new, &asked, &mut pilot)?);
    if was.stopped.is_some() {
        return Ok((None, None));
    }
    let mut expect = expected(&was, &is);
    if between(&was, &is).is_empty() {
        if (was.states, was.transitions) == (is.states, is.transitions) {
            return Ok((None, None));
        }
        expect["states"] = was.states.into();
        expect["transitions"] = was.transitions.into();
    }
    let mut case =
        json!({ "name": format!("everything that {} allows", old.name), "check": old.name });
    add_settings(old, &mut case);
    case["expect"] = expect;
    Ok((None, Some(case)))
}

/// The operator's steps of a run, with the step that the difference is about, with and without waits for what happens by
/// itself. None where faults strike.
fn plans(model: &Model, run: &Trace, finding: &Finding) -> Vec<Vec<Value>> {
    let mut steps: Vec<Value> = Vec::new();
    let settled = || json!({ "await": "settled" });
    for step in &run.steps {
        match step.actor {
            Actor::Operator => steps.push(step.name.clone().into()),
            Actor::Environment if steps.last() != Some(&settled()) => steps.push(settled()),
            Actor::Environment => {}
            Actor::Fault => return Vec::new(),
        }
    }
    let interpreter = Interpreter::new(model);
    let names = (0..model.instances.len()).map(|place| interpreter.name(place));
    if names.into_iter().any(|name| name == finding.what) {
        steps.push(finding.what.clone().into());
    }
    let without: Vec<Value> = steps.iter().filter(|s| s.is_string()).cloned().collect();
    let mut waiting = steps.clone();
    waiting.push(settled());
    vec![without, steps, waiting]
}

/// What the case expects: the verdicts and the refusal that the change would change, and the verdict of the whole.
fn expected(was: &Digest, is: &Digest) -> Value {
    let mut expect = Map::new();
    expect.insert("verdict".to_owned(), was.verdict.text().into());
    let changed: Map<String, Value> = was
        .properties
        .iter()
        .filter(|p| is.property(&p.name).map(|other| other.verdict) != Some(p.verdict))
        .map(|p| (p.name.clone(), p.verdict.text().into()))
        .collect();
    if !changed.is_empty() {
        expect.insert("properties".to_owned(), Value::Object(changed));
    }
    let refused = was
        .property("never_refused")
        .and_then(|p| p.refused.clone());
    if let Some(message) = refused {
        expect.insert("refused".to_owned(), message.into());
    }
    Value::Object(expect)
}

/// The settings of a model that are not those of its rules.
fn add_settings(model: &Model, json: &mut Value) {
    let rules = &model.rules;
    let policies = rules.policies.iter().zip(&model.policies);
    let policies: Map<String, Value> = policies
        .filter(|(policy, on)| matches!(policy.activation, Activation::On) != **on)
        .map(|(policy, on)| (policy.name.clone(), (*on).into()))
        .collect();
    if !policies.is_empty() {
        json["policies"] = Value::Object(policies);
    }
    let interpreter = Interpreter::new(model);
    let params = rules.params.iter().zip(&model.params);
    let params: Map<String, Value> = params
        .map(|(param, value)| {
            let text = interpreter.show(value);
            let value = match (text.parse::<i64>(), text.parse::<bool>()) {
                (Ok(number), _) => number.into(),
                (_, Ok(truth)) => truth.into(),
                _ => text.into(),
            };
            (param.name.clone(), value)
        })
        .collect();
    if !params.is_empty() {
        json["params"] = Value::Object(params);
    }
    if let FaultBudget::Total(faults) = model.faults
        && faults > 0
    {
        json["faults"] = faults.into();
    }
    if let Some(goal) = model.goal
        && rules.default_goal != Some(goal)
    {
        json["goal"] = rules.goals[goal.index()].name.clone().into();
    }
}
