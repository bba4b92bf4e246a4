//! `plan` finds a plan where the oracle finds one, of the same cost, and it is valid.

use std::collections::BTreeSet;

use rollproof::model::ground::Model;
use rollproof::tasks::outcome::{Answer, PlanItem, Verdict};

use rollproof::language::rules::TransitionClass;
use rollproof::tasks::effort::Reductions;

use crate::answers::{
    asking, program_keeps, program_lists, program_plans, program_plans_with, program_takes_over,
    program_verifies,
};
use crate::cases::{CASES, Case, MAX_STATES, for_all, same};
use crate::oracle::plan::{Planned, cheapest, cheapest_from, cheapest_with};
use crate::oracle::random::plan as read_plan;
use crate::oracle::random::plans::{SETTLED, text};
use crate::oracle::step::initial;
use crate::oracle::target::Target;
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

#[test]
fn a_plan_that_keeps_to_steps_agrees_with_the_oracle() {
    for_all(CASES / 2, |tape| {
        let Some(case) = Case::from(tape)? else {
            return Ok(());
        };
        let Planned::Cheapest { steps, .. } = cheapest(&case.model, MAX_SETS) else {
            return Ok(());
        };
        let actions = (0..case.model.instances.len()).filter(|&i| {
            let transition = case.model.instances[i].transition;
            case.model.rules.transitions[transition.index()].class == TransitionClass::Action
        });
        let mut orders: Vec<Vec<usize>> = actions.map(|action| vec![action]).collect();
        orders.push(steps.iter().rev().take(2).copied().collect());
        for kept in orders {
            let ours = cheapest_with(&case.model, &kept, MAX_SETS);
            if ours == Planned::TooLarge {
                continue;
            }
            let answer = program_keeps(&case.model, &kept)?;
            let about = format!("kept: {kept:?}");
            agree(&case.model, &ours, &answer).map_err(|e| case.about(&about, e))?;
        }
        Ok(())
    });
}

#[test]
fn a_cluster_that_is_taken_over_as_it_is_agrees_with_the_oracle() {
    for_all(CASES, |tape| {
        let Some(case) = Case::from(tape)? else {
            return Ok(());
        };
        let model = &case.model;
        let ours = cheapest_from(model, &initial(model), &Target::goal(model), MAX_SETS);
        let cost = match &ours {
            Planned::Cheapest { cost, .. } => Some(*cost),
            Planned::None => None,
            Planned::TooLarge => return Ok(()),
        };
        let answer = program_takes_over(model)?;
        same("cost", cost, answer.plan.map(|plan| plan.cost)).map_err(|e| case.about("", e))
    });
}

#[test]
fn other_plans_are_valid_and_cost_no_less() {
    for_all(CASES / 2, |tape| {
        let Some(case) = Case::from(tape)? else {
            return Ok(());
        };
        if cheapest(&case.model, MAX_SETS) == Planned::TooLarge {
            return Ok(());
        }
        let answer = program_lists(&case.model, 4)?;
        let Some(best) = &answer.plan else {
            return Ok(());
        };
        let others = answer.alternatives.ok_or("nothing is said about others")?;
        let mut seen = vec![(best.cost, items(&best.items))];
        for other in &others.plans {
            let whole = text(&items(&other.plan.items));
            let read = read_plan(&case.model, &whole)?;
            let Some(ours) = verify(&case.model, &read, 2 * MAX_STATES) else {
                continue;
            };
            same("validity", true, ours.valid()).map_err(|e| case.about(&whole, e))?;
            seen.push((other.plan.cost, items(&other.plan.items)));
        }
        same(
            "order of costs",
            true,
            seen.is_sorted_by_key(|(cost, _)| *cost),
        )?;
        let different: BTreeSet<&Vec<String>> = seen.iter().map(|(_, items)| items).collect();
        same("different plans", seen.len(), different.len()).map_err(|e| case.about("", e))
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
        _ => None,
    });
    same("steps", expected, their_steps.collect())?;
    same("number of steps", steps.len(), found.steps)
}

/// The items of a found plan, as a plan file writes them.
fn items(found: &[PlanItem]) -> Vec<String> {
    let item = |item: &PlanItem| match item {
        PlanItem::Step(name) => format!("\"{name}\""),
        PlanItem::AwaitSettled => SETTLED.to_owned(),
        lanes => unreachable!("{lanes:?} in a plan for one operator"),
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
