//! Whatever the limit on states is: what is said of a part of the states is true of all of them.

use rollproof::search::budget::MaxStates;
use rollproof::tasks::check::check;
use rollproof::tasks::effort::Reductions;
use rollproof::tasks::outcome::{Answer, Verdict};

use crate::answers::{asking, asking_with, program_checks, property};
use crate::cases::{CASES, Case, for_all};
use crate::oracle::replay::replay;
use crate::oracle::step::{wrong_between, wrong_in};

#[test]
fn what_is_said_under_a_limit_is_true_without_it() {
    for_all(CASES / 2, |tape| {
        let Some(case) = Case::from(tape)? else {
            return Ok(());
        };
        let all = program_checks(&case.model, &asking(&[]))?;
        let mut limit = 1;
        while limit <= case.graph.states.len() {
            for reductions in [Reductions::NONE, Reductions::default()] {
                let asked = asking_with(&[], reductions, 2);
                let part = check(&case.model, &asked, &mut MaxStates(limit));
                let part = part.map_err(|e| format!("no answer: {e:?}"));
                let agrees = part.and_then(|part| follows(&case, &all, &part));
                agrees.map_err(|e| case.about(&format!("{limit} states, {reductions:?}"), e))?;
            }
            limit += 1 + limit / 8;
        }
        Ok(())
    });
}

/// What is established agrees, and every run is one.
fn follows(case: &Case, all: &Answer, part: &Answer) -> Result<(), String> {
    for found in &part.properties {
        let expected = property(all, &found.name)?.verdict;
        if found.verdict != Verdict::Inconclusive && found.verdict != expected {
            return Err(format!(
                "`{}` is {expected:?}, and {:?} was said",
                found.name, found.verdict
            ));
        }
        if let Some(against) = &found.counterexample {
            replay(&case.model, None, &against.trace)?;
        }
        if let Some(witness) = &found.witness {
            let states = replay(&case.model, None, witness)?;
            let clean = states.iter().all(|s| !wrong_in(&case.model, s).any())
                && states
                    .windows(2)
                    .all(|pair| !wrong_between(&case.model, &pair[0], &pair[1]).any());
            if !clean {
                return Err(format!("the witness breaks something: {witness:?}"));
            }
        }
    }
    Ok(())
}
