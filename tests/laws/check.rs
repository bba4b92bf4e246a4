//! `check` counts and finds what the oracle counts and finds.

use rollproof::tasks::effort::Reductions;
use rollproof::tasks::outcome::Answer;

use crate::answers::{
    asking, asking_with, program_checks, property, same_but_for_counts, same_length, same_verdict,
    same_violations, traces,
};
use crate::cases::{CASES, Case, for_all, same};
use crate::oracle::check::{Checked, check};
use crate::oracle::replay::replay;

#[test]
fn check_agrees_with_the_oracle() {
    for_all(CASES, |tape| {
        let Some(case) = Case::from(tape)? else {
            return Ok(());
        };
        let ours = check(&case.model, &case.graph);
        let answer = program_checks(&case.model, &asking(&[]))?;
        agree(&case, &ours, &answer).map_err(|e| case.about("", e))
    });
}

/// The oracle's numbers are those of an answer.
pub fn agree(case: &Case, ours: &Checked, answer: &Answer) -> Result<(), String> {
    same("states", ours.states, answer.search.states)?;
    same("transitions", ours.transitions, answer.search.transitions)?;
    same("depth", ours.depth, answer.search.depth as usize)?;
    for (invariant, violations) in case.model.rules.invariants.iter().zip(&ours.invariants) {
        same_violations(answer, &invariant.name, *violations)?;
    }
    same_violations(answer, "well_defined", ours.well_defined)?;
    let reachable = ours.witness.is_some();
    same_verdict(answer, "reachable", reachable)?;
    if reachable {
        let witness = property(answer, "reachable")?.witness.as_ref();
        same(
            "length of the witness",
            ours.witness,
            witness.map(|w| w.steps.len()),
        )?;
    }
    if ours.wrong_at_once {
        same_verdict(answer, "recoverable", false)?;
    } else {
        same_violations(answer, "recoverable", ours.doomed)?;
    }
    for name in ["reachable", "recoverable"] {
        if ours.wrong_at_once {
            let at_once = crate::oracle::check::Violations {
                count: 1,
                shortest: Some(0),
            };
            same_length(answer, name, at_once)?;
        }
    }
    Ok(())
}

#[test]
fn every_trace_of_check_replays() {
    for_all(CASES, |tape| {
        let Some(case) = Case::from(tape)? else {
            return Ok(());
        };
        let answer = program_checks(&case.model, &asking(&[]))?;
        for (name, trace) in traces(&answer) {
            replay(&case.model, None, trace)
                .map_err(|e| case.about("", format!("the trace of `{name}`: {e}")))?;
        }
        Ok(())
    });
}

#[test]
fn asking_for_one_property_of_check_gives_the_same_verdict() {
    for_all(CASES / 3, |tape| {
        let Some(case) = Case::from(tape)? else {
            return Ok(());
        };
        let all = program_checks(&case.model, &asking(&[]))?;
        for expected in &all.properties {
            let one = program_checks(&case.model, &asking(&[&expected.name]))?;
            same(&expected.name, 1, one.properties.len()).map_err(|e| case.about("", e))?;
            let found = format!("{:?}", one.properties);
            same(&expected.name, format!("[{expected:?}]"), found)
                .map_err(|e| case.about("", e))?;
        }
        Ok(())
    });
}

/// Which reductions may be used, in every combination.
const COMBINATIONS: [(bool, bool, bool); 8] = [
    (false, false, false),
    (true, false, false),
    (false, true, false),
    (false, false, true),
    (true, true, false),
    (true, false, true),
    (false, true, true),
    (true, true, true),
];

#[test]
fn reductions_and_threads_change_no_verdict_and_no_length() {
    for_all(CASES, |tape| {
        let Some(case) = Case::from(tape)? else {
            return Ok(());
        };
        reductions_agree(&case)
    });
}

/// With all combinations of reductions, with equal records counted, and on several threads everything has the same verdict and
/// runs of the same length as without any.
pub fn reductions_agree(case: &Case) -> Result<(), String> {
    let plain = program_checks(&case.model, &asking(&[]))?;
    let mut questions: Vec<Vec<&str>> = vec![Vec::new()];
    questions.extend(plain.properties.iter().map(|p| vec![p.name.as_str()]));
    for names in &questions {
        for (symmetry, slice, stubborn) in COMBINATIONS {
            let reductions = Reductions {
                symmetry,
                slice,
                stubborn,
            };
            let reduced = program_checks(&case.model, &asking_with(names, reductions, 1))?;
            let about = format!("{names:?} with {reductions:?}");
            same_but_for_counts(&plain, &reduced).map_err(|e| case.about(&about, e))?;
            if symmetry {
                let mut counting = asking_with(names, reductions, 2);
                counting.effort.fleet = 0;
                let counted = program_checks(&case.model, &counting)?;
                same_but_for_counts(&plain, &counted)
                    .map_err(|e| case.about(&format!("{about}, counted"), e))?;
            }
            let threaded = program_checks(&case.model, &asking_with(names, reductions, 3))?;
            same(
                "answer on three threads",
                format!("{:?}", reduced.properties),
                format!("{:?}", threaded.properties),
            )
            .map_err(|e| case.about(&about, e))?;
        }
    }
    Ok(())
}
