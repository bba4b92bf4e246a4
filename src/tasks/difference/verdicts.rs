//! What comes out of `check` and `plan` with either version.

use crate::model::ground::Model;
use crate::search::budget::Budget;
use crate::tasks::check::check;
use crate::tasks::effort::Effort;
use crate::tasks::outcome::{Answer, Property, Verdict};
use crate::tasks::plan::plan;
use crate::tasks::request::{Asked, TaskError};

use super::findings::{Finding, OnCluster, Sort};

/// Properties that are violated with one version and hold with the other.
pub(super) fn checks(
    old: &Model,
    new: &Model,
    effort: Effort,
    told: &mut OnCluster,
    budget: &mut dyn Budget,
) -> Result<(), TaskError> {
    let asked = Asked {
        effort,
        ..Asked::default()
    };
    let was = check(old, &asked, budget)?;
    let is = check(new, &asked, budget)?;
    let stopped = was.search.stopped.or(is.search.stopped);
    told.stopped = told.stopped.or(stopped);
    let mut names: Vec<&str> = is.properties.iter().map(|p| p.name.as_str()).collect();
    for property in &was.properties {
        if !names.contains(&property.name.as_str()) {
            names.push(&property.name);
        }
    }
    for name in names {
        let found = |answer: &Answer| answer.properties.iter().find(|p| p.name == name).cloned();
        if let Some(finding) = compared(name, found(&was), found(&is)) {
            // What is said otherwise already in a state that both reach needs no longer run.
            let known = |other: &&Finding| other.sort == finding.sort && other.rule == finding.rule;
            if !told.findings.iter().any(|other| known(&other)) {
                told.findings.push(finding);
            }
        }
    }
    Ok(())
}

fn compared(name: &str, was: Option<Property>, is: Option<Property>) -> Option<Finding> {
    let verdict = |property: &Option<Property>| property.as_ref().map(|p| p.verdict);
    let violated = |property: &Option<Property>| verdict(property) == Some(Verdict::Violated);
    let open = |property: &Option<Property>| verdict(property) == Some(Verdict::Inconclusive);
    if violated(&was) == violated(&is) || open(&was) || open(&is) {
        return None;
    }
    let goal = name == "reachable";
    let sort = match (violated(&is), goal) {
        (true, true) => Sort::GoalUnreachable,
        (true, false) => Sort::NewlyViolated,
        (false, true) => Sort::GoalReachable,
        (false, false) => Sort::NewlySafe,
    };
    let words = |property: &Option<Property>| {
        verdict(property)
            .map_or("not there", Verdict::text)
            .to_owned()
    };
    let (old, new) = (words(&was), words(&is));
    let against = if violated(&is) { is.clone() } else { was };
    let run = if sort == Sort::GoalReachable {
        is.and_then(|property| property.witness)
    } else {
        against
            .and_then(|property| property.counterexample)
            .map(|counterexample| counterexample.trace)
    };
    Some(Finding {
        sort,
        rule: name.to_owned(),
        what: name.to_owned(),
        old,
        new,
        run,
        states: None,
        place: None,
    })
}

/// Whether the best plan is another one. Not asked where no goal is, and where neither runs nor costs differ.
pub(super) fn plans(
    old: &Model,
    new: &Model,
    effort: Effort,
    told: &mut OnCluster,
    budget: &mut dyn Budget,
) -> Result<(), TaskError> {
    let costs = |model: &Model| -> Vec<(String, u32)> {
        let transitions = model.rules.transitions.iter();
        let mut costs: Vec<_> = transitions.map(|t| (t.name.clone(), t.cost)).collect();
        costs.sort();
        costs
    };
    let wanted = old.goal.is_some() && new.goal.is_some();
    if !wanted || told.findings.is_empty() && costs(old) == costs(new) {
        return Ok(());
    }
    let was = plan(old, &effort, budget)?;
    let is = plan(new, &effort, budget)?;
    let stopped = was.search.stopped.or(is.search.stopped);
    told.stopped = told.stopped.or(stopped);
    if stopped.is_some() {
        return Ok(());
    }
    let cost = |answer: &Answer| answer.plan.as_ref().map(|plan| plan.cost);
    let sort = match (cost(&was), cost(&is)) {
        (Some(_), None) => Sort::PlanGone,
        (None, Some(_)) => Sort::PlanFound,
        (Some(was), Some(is)) if was < is => Sort::PlanLonger,
        (Some(was), Some(is)) if was > is => Sort::PlanShorter,
        (cost, _) => {
            told.plan_as_before = cost;
            return Ok(());
        }
    };
    let words = |answer: &Answer| {
        cost(answer).map_or_else(|| "no plan".to_owned(), |cost| format!("cost {cost}"))
    };
    told.findings.push(Finding {
        sort,
        rule: "plan".to_owned(),
        what: "the best plan".to_owned(),
        old: words(&was),
        new: words(&is),
        run: None,
        states: None,
        place: None,
    });
    Ok(())
}
