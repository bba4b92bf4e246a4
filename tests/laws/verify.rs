//! `verify` says about random plans what the oracle says.

use rollproof::model::plan::Plan;
use rollproof::tasks::effort::Reductions;
use rollproof::tasks::outcome::{Answer, Verdict};

use crate::answers::{
    asking, asking_with, program_verifies, same_but_for_counts, same_length, same_verdict,
    same_violations, traces,
};
use crate::cases::{CASES, Case, MAX_STATES, for_all, same};
use crate::oracle::check::Violations;
use crate::oracle::random::tape::Tape;
use crate::oracle::random::{plan, plans};
use crate::oracle::replay::replay;
use crate::oracle::verify::{Verified, verify};

/// A plan, its text, and what the oracle says; none where the product is too large.
type Judged = (String, Plan, Verified);

fn judged(case: &Case, tape: &mut Tape<'_>) -> Result<Option<Judged>, String> {
    let text = plans::plan(tape, &case.model);
    let read = plan(&case.model, &text)?;
    Ok(verify(&case.model, &read, 2 * MAX_STATES).map(|found| (text, read, found)))
}

#[test]
fn verify_agrees_with_the_oracle() {
    for_all(CASES, |tape| {
        let Some(case) = Case::from(tape)? else {
            return Ok(());
        };
        for _ in 0..3 {
            let Some((text, read, ours)) = judged(&case, tape)? else {
                continue;
            };
            let answer = program_verifies(&case.model, &read, &asking(&[]))?;
            agree(&case, &ours, &answer).map_err(|e| case.about(&text, e))?;
        }
        Ok(())
    });
}

fn agree(case: &Case, ours: &Verified, answer: &Answer) -> Result<(), String> {
    for (invariant, violations) in case.model.rules.invariants.iter().zip(&ours.invariants) {
        same_violations(answer, &invariant.name, *violations)?;
    }
    same_violations(answer, "well_defined", ours.well_defined)?;
    same_verdict(answer, "safe", ours.safe())?;
    same_verdict(answer, "never_refused", ours.refused.count == 0)?;
    same_length(answer, "never_refused", ours.refused)?;
    same_verdict(answer, "complete", ours.complete)?;
    let verdict = if ours.valid() {
        Verdict::Holds
    } else {
        Verdict::Violated
    };
    same("verdict of the plan", verdict, answer.verdict)?;
    let shortest = ours
        .invariants
        .iter()
        .chain([&ours.well_defined])
        .filter_map(|v| v.shortest);
    same_length(
        answer,
        "safe",
        Violations {
            count: 0,
            shortest: shortest.min(),
        },
    )
}

#[test]
fn every_trace_of_verify_replays() {
    for_all(CASES, |tape| {
        let Some(case) = Case::from(tape)? else {
            return Ok(());
        };
        for _ in 0..3 {
            let Some((text, read, _)) = judged(&case, tape)? else {
                continue;
            };
            let answer = program_verifies(&case.model, &read, &asking(&[]))?;
            for (name, trace) in traces(&answer) {
                replay(&case.model, Some(&read), trace)
                    .map_err(|e| case.about(&text, format!("the trace of `{name}`: {e}")))?;
            }
        }
        Ok(())
    });
}

#[test]
fn asking_for_one_property_of_a_plan_gives_the_same_verdict() {
    for_all(CASES / 3, |tape| {
        let Some(case) = Case::from(tape)? else {
            return Ok(());
        };
        let Some((text, read, _)) = judged(&case, tape)? else {
            return Ok(());
        };
        let all = program_verifies(&case.model, &read, &asking(&[]))?;
        for expected in &all.properties {
            let one = program_verifies(&case.model, &read, &asking(&[&expected.name]))?;
            let found = format!("{:?}", one.properties);
            same(&expected.name, format!("[{expected:?}]"), found)
                .map_err(|e| case.about(&text, e))?;
        }
        Ok(())
    });
}

#[test]
fn symmetry_changes_no_verdict_of_a_plan_and_no_length() {
    for_all(CASES, |tape| {
        let Some(case) = Case::from(tape)? else {
            return Ok(());
        };
        for _ in 0..3 {
            let Some((text, read, _)) = judged(&case, tape)? else {
                continue;
            };
            let all = program_verifies(&case.model, &read, &asking(&[]))?;
            let symmetric = Reductions {
                symmetry: true,
                ..Reductions::NONE
            };
            let mut questions: Vec<Vec<&str>> = vec![Vec::new()];
            questions.extend(all.properties.iter().map(|p| vec![p.name.as_str()]));
            for names in &questions {
                let mut asked = asking_with(names, symmetric, 1);
                asked.effort.plain = 0;
                let reduced = program_verifies(&case.model, &read, &asked)?;
                same_but_for_counts(&all, &reduced)
                    .map_err(|e| case.about(&format!("{text}\n{names:?}"), e))?;
                for (name, trace) in traces(&reduced) {
                    replay(&case.model, Some(&read), trace)
                        .map_err(|e| case.about(&text, format!("the trace of `{name}`: {e}")))?;
                }
            }
        }
        Ok(())
    });
}
