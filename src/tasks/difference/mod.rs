//! Two versions of rules: what does one allow, refuse or make happen that the other does not? On one cluster the answer is
//! complete: nothing is called the same that was not seen to be, in every state that both reach by the same runs.

pub mod compared;
pub mod findings;
mod matched;
mod product;
pub mod sizes;
mod told;
mod verdicts;
mod wording;

use crate::model::ground::Model;
use crate::search::budget::Budget;

use super::effort::Effort;
use super::request::{TaskError, summary};

use findings::{Finding, OnCluster, Sort};
use matched::Matched;
use product::product;

/// What differs between two versions of the rules on one cluster, which was grounded with both.
///
/// # Errors
/// Where a run does not replay.
pub fn on_cluster(
    old: &Model,
    new: &Model,
    effort: Effort,
    budget: &mut dyn Budget,
) -> Result<OnCluster, TaskError> {
    let matched = Matched::new(old, new);
    let mut told = OnCluster {
        subject: new.name.clone(),
        model: summary(&matched.new),
        findings: Vec::new(),
        apart: matched.apart.clone(),
        states: None,
        up_to_names: false,
        plan_as_before: None,
        stopped: None,
    };
    if matched.says_the_same() {
        // Costs are no part of what is explored.
        verdicts::plans(old, new, effort, &mut told, budget)?;
        return Ok(told);
    }
    told.findings.extend(goal_changed(&matched));
    told.findings.extend(promises_changed(&matched));
    told.findings.extend(judged_by_one(&matched));
    if matched.agree(&matched.old.initial(), &matched.new.initial()) {
        let found = product(&matched, effort.reductions.symmetry, budget)?;
        told.findings.extend(found.findings);
        told.states = Some(found.states);
        told.up_to_names = found.up_to_names;
        told.stopped = found.stopped;
    } else {
        told.findings.push(start_changed(&matched));
    }
    if told.stopped.is_none() && !told.findings.is_empty() {
        verdicts::checks(old, new, effort, &mut told, budget)?;
    }
    if told.stopped.is_none() {
        verdicts::plans(old, new, effort, &mut told, budget)?;
    }
    told.findings.sort_by_key(|finding| finding.sort);
    Ok(told)
}

/// Another goal is asked for, and not one that both versions have under its name.
fn goal_changed(matched: &Matched<'_>) -> Option<Finding> {
    let asked = |model: &Model| {
        let goal = model
            .goal
            .map(|id| model.rules.goals[id.index()].name.clone());
        goal.unwrap_or_else(|| "none".to_owned())
    };
    let (old, new) = (asked(matched.old.model()), asked(matched.new.model()));
    let both = |name: &str| {
        let goal = matched.goals.iter().find(|goal| goal.name == name);
        goal.is_some_and(|goal| goal.old.is_some() && goal.new.is_some())
    };
    // Goals of both are compared state by state.
    let told = both(&old) || both(&new);
    (old != new && !told).then(|| Finding {
        sort: Sort::GoalChanged,
        rule: new.clone(),
        what: "the goal that is asked for".to_owned(),
        old,
        new,
        run: None,
        states: None,
        place: None,
    })
}

/// Promises are compared word by word: what they promise is about whole runs.
fn promises_changed(matched: &Matched<'_>) -> Vec<Finding> {
    let place = |model: &Model, name: &str| {
        let found = model.rules.temporal.iter().find(|t| t.name == name);
        found.map(|t| (model.rules.source.clone(), t.formula))
    };
    let words = |found: &Option<(std::sync::Arc<crate::language::source::Source>, _)>| {
        found.as_ref().map_or_else(
            || "not there".to_owned(),
            |(source, span)| {
                let words = source.slice(*span).split_whitespace();
                words.collect::<Vec<_>>().join(" ")
            },
        )
    };
    let changed = matched.promises.iter().filter_map(|name| {
        let old = place(matched.old.model(), name);
        let new = place(matched.new.model(), name);
        // Where fields differ nothing is the same word by word, and the words can still be.
        (matched.aligned || words(&old) != words(&new)).then(|| Finding {
            sort: Sort::PromiseChanged,
            rule: name.clone(),
            what: name.clone(),
            old: words(&old),
            new: words(&new),
            run: None,
            states: None,
            place: new.or(old),
        })
    });
    changed.collect()
}

/// Invariants that only one version has. That they hold where they are is no reason not to tell that they come or go.
fn judged_by_one(matched: &Matched<'_>) -> Vec<Finding> {
    let one = matched.invariants.iter().filter_map(|invariant| {
        let (sort, version, id) = match (invariant.old, invariant.new) {
            (Some(id), None) => (Sort::NoLongerJudged, &matched.old, id),
            (None, Some(id)) => (Sort::NewlyJudged, &matched.new, id),
            _ => return None,
        };
        let rules = &version.model().rules;
        let words = |there: bool| if there { "an invariant" } else { "not there" }.to_owned();
        Some(Finding {
            sort,
            rule: invariant.name.clone(),
            what: invariant.name.clone(),
            old: words(invariant.old.is_some()),
            new: words(invariant.new.is_some()),
            run: None,
            states: None,
            place: Some((
                rules.source.clone(),
                rules.invariants[id.index()].condition.span,
            )),
        })
    });
    one.collect()
}

fn start_changed(matched: &Matched<'_>) -> Finding {
    let (old, new) = (matched.old.initial(), matched.new.initial());
    let differing = matched.differing(&old, &new);
    let said = |side: fn(&(String, String, String)) -> String| {
        differing.iter().map(side).collect::<Vec<_>>().join(", ")
    };
    Finding {
        sort: Sort::StartChanged,
        rule: "start".to_owned(),
        what: "the first state".to_owned(),
        old: said(|(field, old, _)| format!("{field} = {old}")),
        new: said(|(field, _, new)| format!("{field} = {new}")),
        run: None,
        states: None,
        place: None,
    }
}
