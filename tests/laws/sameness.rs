//! What may not make a difference: asking twice, and the names of objects. And what may make it in one direction only: a
//! stricter policy.

use std::collections::BTreeSet;

use rollproof::tasks::outcome::Answer;

use crate::answers::{asking, program_checks, program_plans, program_verifies};
use crate::cases::{CASES, Case, MAX_STATES, for_all, same};
use crate::oracle::check::explore;
use crate::oracle::random::tape::Tape;
use crate::oracle::random::{plan, plans, question};

/// Everything the program has to say about a case.
fn answers(case: &Case, tape: &mut Tape<'_>) -> Result<Vec<Answer>, String> {
    let mut all = vec![program_checks(&case.model, &asking(&[]))?];
    let read = plan(&case.model, &plans::plan(tape, &case.model))?;
    all.push(program_verifies(&case.model, &read, &asking(&[]))?);
    all.push(program_plans(&case.model)?);
    Ok(all)
}

#[test]
fn the_same_question_has_the_same_answer() {
    for_all(CASES / 2, |tape| {
        let Some(case) = Case::from(tape)? else {
            return Ok(());
        };
        let (first, second) = (answers(&case, &mut tape.clone())?, answers(&case, tape)?);
        let same_text = same("answers", format!("{first:?}"), format!("{second:?}"));
        same_text.map_err(|e| case.about("", e))
    });
}

#[test]
fn renaming_objects_changes_nothing_but_names() {
    for_all(CASES / 2, |tape| {
        let mut again = tape.clone();
        let Some(case) = Case::from(tape)? else {
            return Ok(());
        };
        let renamed = question(&mut again, "ren_")?;
        let model = renamed.model()?;
        let graph = explore(&model, MAX_STATES).ok_or("renaming made it larger")?;
        let other = Case {
            question: renamed,
            model,
            graph,
        };
        let ours = format!("{:?}", answers(&case, tape)?);
        let theirs = format!("{:?}", answers(&other, &mut again)?);
        same("answers", ours.replace("obj_", "ren_"), theirs).map_err(|e| case.about("", e))
    });
}

#[test]
fn a_stricter_policy_never_adds_a_reachable_state() {
    for_all(CASES, |tape| {
        let Some(case) = Case::from(tape)? else {
            return Ok(());
        };
        let all: BTreeSet<_> = case.graph.states.iter().collect();
        for place in 0..case.model.policies.len() {
            let mut stricter = case.model.clone();
            stricter.policies[place] = true;
            let graph = explore(&stricter, MAX_STATES).ok_or("a policy made it larger")?;
            let fewer: BTreeSet<_> = graph.states.iter().collect();
            same("all states are old ones", true, fewer.is_subset(&all))?;
            let answer = program_checks(&stricter, &asking(&["well_defined"]))?;
            same("states", fewer.len() as u64, answer.search.states)
                .map_err(|e| case.about("", e))?;
        }
        Ok(())
    });
}
