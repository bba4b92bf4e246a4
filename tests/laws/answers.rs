//! Asking the program, and reading its answers.

use rollproof::model::ground::Model;
use rollproof::model::plan::Plan;
use rollproof::search::budget::Unlimited;
use rollproof::semantics::Interpreter;
use rollproof::tasks::check::check;
use rollproof::tasks::continued::plan_from;
use rollproof::tasks::effort::{Effort, Reductions};
use rollproof::tasks::outcome::{Answer, Property, Trace, Verdict};
use rollproof::tasks::plan::{Order, plan, plan_for};
use rollproof::tasks::planning::kept::{Element, Kept};
use rollproof::tasks::request::{Asked, TaskError};
use rollproof::tasks::verify::verify;

use crate::cases::same;
use crate::oracle::check::Violations;

fn told(answer: Result<Answer, TaskError>) -> Result<Answer, String> {
    answer.map_err(|error| format!("no answer: {error:?}"))
}

/// What is asked for, by name; nothing for everything. Without reductions, so that numbers are of all states.
pub fn asking(names: &[&str]) -> Asked {
    asking_with(names, Reductions::NONE, 1)
}

/// The same with reductions, on so many threads.
pub fn asking_with(names: &[&str], reductions: Reductions, threads: usize) -> Asked {
    Asked {
        properties: names.iter().map(|&n| n.to_owned()).collect(),
        effort: Effort {
            threads,
            reductions,
            ..Effort::default()
        },
        exposure: None,
    }
}

/// The program's `check`.
pub fn program_checks(model: &Model, asked: &Asked) -> Result<Answer, String> {
    told(check(model, asked, &mut Unlimited))
}

/// The program's `verify`.
pub fn program_verifies(model: &Model, plan: &Plan, asked: &Asked) -> Result<Answer, String> {
    told(verify(model, plan, asked, &mut Unlimited))
}

/// The program's `plan`.
pub fn program_plans(model: &Model) -> Result<Answer, String> {
    program_plans_with(model, Reductions::default())
}

/// The program's `plan` with some reductions.
pub fn program_plans_with(model: &Model, reductions: Reductions) -> Result<Answer, String> {
    let effort = Effort {
        reductions,
        ..Effort::default()
    };
    told(plan(model, &effort, &mut Unlimited))
}

/// The program's `plan --keep`, with any steps between those that are kept.
pub fn program_keeps(model: &Model, steps: &[usize]) -> Result<Answer, String> {
    let mut elements = vec![Element::Hole];
    for step in steps {
        elements.extend([Element::Step(*step), Element::Hole]);
    }
    let order = Order {
        kept: Kept::new(elements),
        alternatives: 0,
    };
    told(plan_for(model, &order, &Effort::default(), &mut Unlimited))
}

/// The program's `plan --alternatives`.
pub fn program_lists(model: &Model, count: usize) -> Result<Answer, String> {
    let order = Order {
        alternatives: count,
        ..Order::default()
    };
    told(plan_for(model, &order, &Effort::default(), &mut Unlimited))
}

/// The program's `plan --from` of the cluster as it is.
pub fn program_takes_over(model: &Model) -> Result<Answer, String> {
    let first = Interpreter::new(model).initial();
    told(plan_from(
        model,
        &[first],
        &Effort::default(),
        &mut Unlimited,
    ))
}

/// The property of that name.
pub fn property<'a>(answer: &'a Answer, name: &str) -> Result<&'a Property, String> {
    let found = answer.properties.iter().find(|p| p.name == name);
    found.ok_or_else(|| format!("nothing is said about `{name}`"))
}

/// Whether the oracle's numbers are those of a property.
pub fn same_violations(answer: &Answer, name: &str, ours: Violations) -> Result<(), String> {
    same_verdict(answer, name, ours.count == 0)?;
    let theirs = property(answer, name)?;
    same(
        &format!("count of `{name}`"),
        ours.count,
        theirs.count.unwrap_or(0),
    )?;
    same_length(answer, name, ours)
}

/// Whether the oracle's shortest run is as long as the counterexample of a property.
pub fn same_length(answer: &Answer, name: &str, ours: Violations) -> Result<(), String> {
    let theirs = property(answer, name)?;
    let steps = theirs.counterexample.as_ref().map(|c| c.trace.steps.len());
    same(
        &format!("length of the trace of `{name}`"),
        ours.shortest,
        steps,
    )
}

/// Whether the oracle's verdict is that of a property.
pub fn same_verdict(answer: &Answer, name: &str, holds: bool) -> Result<(), String> {
    let ours = if holds {
        Verdict::Holds
    } else {
        Verdict::Violated
    };
    same(
        &format!("verdict of `{name}`"),
        ours,
        property(answer, name)?.verdict,
    )
}

/// Every trace in an answer, with the name of its property.
pub fn traces(answer: &Answer) -> Vec<(&str, &Trace)> {
    let mut all = Vec::new();
    for property in &answer.properties {
        all.extend(
            property
                .witness
                .iter()
                .map(|trace| (property.name.as_str(), trace)),
        );
        all.extend(
            property
                .counterexample
                .iter()
                .map(|c| (property.name.as_str(), &c.trace)),
        );
    }
    all
}

/// Verdicts and the lengths of runs agree.
pub fn same_but_for_counts(plain: &Answer, reduced: &Answer) -> Result<(), String> {
    for found in &reduced.properties {
        let expected = property(plain, &found.name)?;
        same(&found.name, expected.verdict, found.verdict)?;
        let steps = |p: &Property| {
            let witness = p.witness.as_ref().map(|trace| trace.steps.len());
            let against = p.counterexample.as_ref().map(|c| c.trace.steps.len());
            (witness, against)
        };
        same(&found.name, steps(expected), steps(found))?;
    }
    Ok(())
}
