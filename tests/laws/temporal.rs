//! Temporal properties of random rulebooks: the program agrees with an oracle that walks lassos one by one, and each lasso that
//! it prints is one.

use rollproof::language::rules::{Promise, Temporal};
use rollproof::model::ground::Model;
use rollproof::search::budget::MaxStates;
use rollproof::tasks::check::check as program_check;
use rollproof::tasks::effort::Reductions;
use rollproof::tasks::outcome::{Answer, Trace, Verdict};

use crate::answers::{
    asking, asking_with, program_checks, program_plans, program_verifies, property, same_verdict,
    traces,
};
use crate::cases::{CASES, Case, MAX_STATES, for_all, same};
use crate::check::{agree, reductions_agree};
use crate::oracle::check::check;
use crate::oracle::evaluate::{Scope, State, choices};
use crate::oracle::plan::{Planned, cheapest};
use crate::oracle::random::{plan, plans};
use crate::oracle::replay::replay;
use crate::oracle::step::{Attempt, attempt, initial, is_fair};
use crate::oracle::temporal::{Found, judge, nodes};
use crate::oracle::verify::runs;
use crate::oracle::words;
use crate::plan::{self as planned, MAX_SETS};

/// The program's verdict on a property is the oracle's. Its way to where a run goes round is no shorter. (Where a run can stay
/// in one of the states that it goes round in, the program does not stop before that one.)
fn agrees(found: Found, name: &str, answer: &Answer) -> Result<(), String> {
    same_verdict(answer, name, found == Found::Holds)?;
    let against = property(answer, name)?.counterexample.as_ref();
    let round = against.and_then(|c| c.trace.cycle);
    match found {
        Found::Broken(steps) => {
            let fits = round.is_some_and(|round| round >= steps);
            same(
                &format!("way to where `{name}` breaks, {steps} or {round:?}"),
                true,
                fits,
            )
        }
        Found::NoValue => same(&format!("lasso against `{name}`"), None, round),
        Found::Holds => Ok(()),
    }
}

#[test]
fn temporal_properties_of_check_agree_with_the_oracle() {
    // How many hold, are broken by a run that goes round, by one that stays, and have no value.
    let seen = std::cell::RefCell::new([0; 4]);
    for_all(2 * CASES, |tape| {
        let Some(case) = Case::temporal(tape, "obj_")? else {
            return Ok(());
        };
        let nodes = nodes(&case.model, &case.graph);
        let states: Vec<&State> = case.graph.states.iter().collect();
        let answer = program_checks(&case.model, &asking(&[]))?;
        for promised in &case.model.rules.temporal {
            let Some(found) = judge(&case.model, promised, &states, &nodes) else {
                continue;
            };
            agrees(found, &promised.name, &answer).map_err(|e| case.about("", e))?;
            let kind = match found {
                Found::Holds => 0,
                Found::Broken(_) => {
                    let against = property(&answer, &promised.name)?.counterexample.as_ref();
                    let trace = &against.ok_or("no lasso")?.trace;
                    is_lasso(&case.model, promised, trace).map_err(|e| case.about("", e))?;
                    if trace.cycle == Some(trace.steps.len()) {
                        2
                    } else {
                        1
                    }
                }
                Found::NoValue => 3,
            };
            seen.borrow_mut()[kind] += 1;
        }
        Ok(())
    });
    let seen = seen.into_inner();
    let enough = seen
        .iter()
        .zip([200, 20, 200, 2])
        .all(|(found, least)| *found >= least);
    assert!(enough, "one sided: {seen:?}");
}

/// Whether a printed lasso is fair and breaks a promise, for some choice of the parameters.
fn is_lasso(model: &Model, promised: &Temporal, trace: &Trace) -> Result<(), String> {
    replay(model, None, trace)?;
    let (states, taken) = walk(model, trace)?;
    let back = trace.cycle.ok_or("the run goes round nowhere")?;
    let round = &states[back..];
    for instance in (0..model.instances.len()).filter(|i| is_fair(model, *i)) {
        let stays_possible = round
            .iter()
            .all(|state| matches!(attempt(model, state, instance), Attempt::Taken(_)));
        if stays_possible && !taken[back..].contains(&instance) {
            return Err(format!(
                "{} is put off for ever",
                words::instance(model, instance)
            ));
        }
    }
    let breaks = choices(model, &promised.parameters).iter().any(|choice| {
        let truth = |state: &State, operand| Scope::new(model, state, choice).truth(operand);
        let unkept = |from: usize| {
            let mut rest = states[from..].iter();
            rest.all(|state| truth(state, promised.promise.wanted()) == Ok(false))
        };
        match &promised.promise {
            Promise::Eventually(_) => unkept(0),
            Promise::AlwaysEventually(_) => unkept(back),
            Promise::LeadsTo(due, _) => {
                (0..=back).any(|place| truth(&states[place], due) == Ok(true) && unkept(place))
            }
        }
    });
    if breaks {
        Ok(())
    } else {
        Err("the run keeps the promise".to_owned())
    }
}

/// The states along a trace of `check`, and what is taken between them.
fn walk(model: &Model, trace: &Trace) -> Result<(Vec<State>, Vec<usize>), String> {
    let mut states = vec![initial(model)];
    let mut taken = Vec::new();
    for step in &trace.steps {
        let mut instances = 0..model.instances.len();
        let named = instances.find(|i| words::instance(model, *i) == step.name);
        let instance = named.ok_or_else(|| format!("there is no `{}`", step.name))?;
        let here = states.last().ok_or("no state")?;
        let Attempt::Taken(next) = attempt(model, here, instance) else {
            return Err(format!("`{}` is not possible", step.name));
        };
        states.push(next);
        taken.push(instance);
    }
    Ok((states, taken))
}

#[test]
fn temporal_properties_of_verify_agree_with_the_oracle() {
    for_all(CASES, |tape| {
        let Some(case) = Case::temporal(tape, "obj_")? else {
            return Ok(());
        };
        for _ in 0..3 {
            let text = plans::plan(tape, &case.model);
            let read = plan(&case.model, &text)?;
            let Some(runs) = runs(&case.model, &read, 2 * MAX_STATES) else {
                continue;
            };
            let answer = program_verifies(&case.model, &read, &asking(&[]))?;
            let states: Vec<&State> = runs.list.iter().map(|(state, _)| state).collect();
            for promised in &case.model.rules.temporal {
                if let Some(found) = judge(&case.model, promised, &states, &runs.nodes) {
                    agrees(found, &promised.name, &answer).map_err(|e| case.about(&text, e))?;
                }
            }
            for (name, trace) in traces(&answer) {
                replay(&case.model, Some(&read), trace)
                    .map_err(|e| case.about(&text, format!("the trace of `{name}`: {e}")))?;
            }
            // Temporal properties are no part of what makes a plan valid, and change nothing about it.
            let valid = ["safe", "never_refused", "complete"];
            let alone = program_verifies(&case.model, &read, &asking(&valid))?;
            same_verdict(&answer, "complete", runs.found.complete)
                .and_then(|()| same_verdict(&alone, "complete", runs.found.complete))
                .map_err(|e| case.about(&text, e))?;
        }
        Ok(())
    });
}

/// Operands without a value violate `well_defined`, in whatever way states are stored.
#[test]
fn beside_temporal_properties_check_says_what_the_oracle_says() {
    for_all(CASES / 3, |tape| {
        let Some(case) = Case::temporal(tape, "obj_")? else {
            return Ok(());
        };
        let ours = check(&case.model, &case.graph);
        let answer = program_checks(&case.model, &asking(&[]))?;
        agree(&case, &ours, &answer).map_err(|e| case.about("", e))?;
        reductions_agree(&case)
    });
}

#[test]
fn reductions_that_may_be_used_change_nothing_about_temporal_properties() {
    for_all(CASES / 3, |tape| {
        let Some(case) = Case::temporal(tape, "obj_")? else {
            return Ok(());
        };
        let plain = program_checks(&case.model, &asking(&[]))?;
        let reduced = program_checks(&case.model, &asking_with(&[], Reductions::default(), 2))?;
        for promised in &case.model.rules.temporal {
            let alone = program_checks(&case.model, &asking(&[&promised.name]))?;
            let expected = format!("{:?}", property(&plain, &promised.name)?);
            for answer in [&reduced, &alone] {
                let found = format!("{:?}", property(answer, &promised.name)?);
                same(&promised.name, expected.clone(), found).map_err(|e| case.about("", e))?;
            }
        }
        Ok(())
    });
}

#[test]
fn where_a_limit_is_reached_nothing_temporal_holds_and_what_is_violated_is() {
    for_all(CASES / 3, |tape| {
        let Some(case) = Case::temporal(tape, "obj_")? else {
            return Ok(());
        };
        let states = case.graph.states.len();
        let names: Vec<&str> = case
            .model
            .rules
            .temporal
            .iter()
            .map(|t| t.name.as_str())
            .collect();
        let whole = program_checks(&case.model, &asking(&names))?;
        for most in [1, states / 3, states / 2, states - 1] {
            if most == 0 || most >= states {
                continue;
            }
            let cut = program_check(&case.model, &asking(&names), &mut MaxStates(most))
                .map_err(|error| format!("no answer: {error:?}"))?;
            for found in &cut.properties {
                let expected = property(&whole, &found.name)?.verdict;
                let wrong = match found.verdict {
                    Verdict::Holds => true,
                    Verdict::Violated => expected != Verdict::Violated,
                    Verdict::Inconclusive => false,
                };
                if wrong {
                    let what = format!("{} with {most} states: {:?}", found.name, found.verdict);
                    return Err(case.about("", what));
                }
            }
        }
        Ok(())
    });
}

#[test]
fn renaming_objects_changes_nothing_temporal_but_names() {
    for_all(CASES / 3, |tape| {
        let mut again = tape.clone();
        let (Some(case), Some(other)) = (
            Case::temporal(tape, "obj_")?,
            Case::temporal(&mut again, "ren_")?,
        ) else {
            return Ok(());
        };
        let ours = format!("{:?}", program_checks(&case.model, &asking(&[]))?);
        let theirs = format!("{:?}", program_checks(&other.model, &asking(&[]))?);
        same("answers", ours.replace("obj_", "ren_"), theirs).map_err(|e| case.about("", e))
    });
}

/// No plan is chosen by its promises, but where one has no value the plan is not safe.
#[test]
fn plans_are_found_beside_temporal_properties() {
    for_all(CASES / 3, |tape| {
        let Some(case) = Case::temporal(tape, "obj_")? else {
            return Ok(());
        };
        let ours = cheapest(&case.model, MAX_SETS);
        if ours == Planned::TooLarge {
            return Ok(());
        }
        let answer = program_plans(&case.model)?;
        planned::agree(&case.model, &ours, &answer).map_err(|e| case.about("", e))
    });
}
