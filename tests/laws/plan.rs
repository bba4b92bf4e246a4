//! `plan` finds a plan where the oracle finds one, of the same cost, and it is valid.

use rollproof::model::ground::Model;
use rollproof::tasks::outcome::{Answer, PlanItem, Verdict};

use rollproof::tasks::effort::Reductions;

use crate::answers::{asking, program_plans, program_plans_with, program_verifies};
use crate::cases::{CASES, Case, MAX_STATES, for_all, same};
use crate::oracle::plan::{Planned, cheapest};
use crate::oracle::random::plan as read_plan;
use crate::oracle::random::plans::{SETTLED, text};
use crate::oracle::verify::verify;
use crate::oracle::words;

/// How many sets of states the oracle may look at.
pub const MAX_SETS: usize = 300;

#[test]
fn plan_agrees_with_the_oracle() {
    for_all(CASES, |tape| {
        let Some(case) = Case::from(tape)? else {
            return Ok(());
        };
        let ours = cheapest(&case.model, MAX_SETS);
        if ours == Planned::TooLarge {
            return Ok(());
        }
        let answer = program_plans(&case.model)?;
        agree(&case.model, &ours, &answer).map_err(|e| case.about("", e))
    });
}

#[test]
fn the_plan_is_the_same_with_and_without_reductions() {
    for_all(CASES, |tape| {
        let Some(case) = Case::from(tape)? else {
            return Ok(());
        };
        if cheapest(&case.model, MAX_SETS) == Planned::TooLarge {
            return Ok(());
        }
        let slow = program_plans_with(&case.model, Reductions::NONE)?;
        let by_name = Reductions {
            symmetry: false,
            ..Reductions::default()
        };
        for reductions in [by_name, Reductions::default()] {
            let fast = program_plans_with(&case.model, reductions)?;
            same("plan", &slow.plan, &fast.plan).map_err(|e| case.about("", e))?;
            same("verdict", slow.verdict, fast.verdict).map_err(|e| case.about("", e))?;
        }
        Ok(())
    });
}

/// What the oracle found is what the program found.
pub fn agree(model: &Model, ours: &Planned, answer: &Answer) -> Result<(), String> {
    let Planned::Cheapest { cost, steps, .. } = ours else {
        same("plan", &None, &answer.plan)?;
        return same("verdict", Verdict::Violated, answer.verdict);
    };
    same("verdict", Verdict::Holds, answer.verdict)?;
    let Some(found) = &answer.plan else {
        return Err(format!(
            "the program found no plan, the oracle one that costs {cost}"
        ));
    };
    same("cost", *cost, found.cost)?;
    let expected: Vec<String> = steps.iter().map(|i| words::instance(model, *i)).collect();
    let their_steps = found.items.iter().filter_map(|item| match item {
        PlanItem::Step(name) => Some(name.clone()),
        PlanItem::AwaitSettled => None,
    });
    same("steps", expected, their_steps.collect())?;
    same("number of steps", steps.len(), found.steps)
}

/// The items of a found plan, as a plan file writes them.
fn items(found: &[PlanItem]) -> Vec<String> {
    let item = |item: &PlanItem| match item {
        PlanItem::Step(name) => format!("\"{name}\""),
        PlanItem::AwaitSettled => SETTLED.to_owned(),
    };
    found.iter().map(item).collect()
}

#[test]
fn a_plan_that_is_found_is_valid_and_waits_nowhere_in_vain() {
    for_all(CASES, |tape| {
        let Some(case) = Case::from(tape)? else {
            return Ok(());
        };
        let Some(found) = program_plans(&case.model)?.plan else {
            return Ok(());
        };
        let items = items(&found.items);
        let whole = text(&items);
        let read = read_plan(&case.model, &whole)?;
        let answer = program_verifies(&case.model, &read, &asking(&[]))?;
        same("the program's verdict", Verdict::Holds, answer.verdict)
            .map_err(|e| case.about(&whole, e))?;
        let Some(ours) = verify(&case.model, &read, 2 * MAX_STATES) else {
            return Ok(());
        };
        same("the oracle's verdict", true, ours.valid()).map_err(|e| case.about(&whole, e))?;
        for (place, item) in items.iter().enumerate() {
            if item == SETTLED {
                let mut fewer = items.clone();
                fewer.remove(place);
                let shorter = read_plan(&case.model, &text(&fewer))?;
                let spared = verify(&case.model, &shorter, 2 * MAX_STATES);
                if spared.is_some_and(|v| v.valid()) {
                    return Err(case.about(&whole, format!("item {} can be spared", place + 1)));
                }
            }
        }
        Ok(())
    });
}
