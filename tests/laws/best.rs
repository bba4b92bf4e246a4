//! `plan --minimize` and `plan --pareto` find what trying all plans finds.

use rollproof::search::budget::Unlimited;
use rollproof::tasks::effort::Effort;
use rollproof::tasks::optimal::measure::{Figures, Measure, Objective};
use rollproof::tasks::optimal::optimal;
use rollproof::tasks::outcome::{Answer, Verdict};
use rollproof::tasks::request::TaskError;

use crate::cases::{CASES, for_all};
use crate::oracle::best::{Plans, plans};
use crate::oracle::random::Question;
use crate::oracle::random::tape::Tape;
use crate::oracle::random::timed::timed;

/// How many beginnings of plans are tried.
const MOST: usize = 600;

/// Some of the measures in some order.
fn measures(tape: &mut Tape<'_>, count: usize) -> Vec<Measure> {
    let mut left = vec![
        Measure::Duration,
        Measure::Exposure,
        Measure::Downtime,
        Measure::Steps,
        Measure::Cost,
    ];
    let mut found = Vec::new();
    for _ in 0..count {
        let place = tape.below(left.len());
        found.push(left.remove(place));
    }
    found
}

/// What decides between plans. Where only costs or steps are asked for, nothing else does.
fn key(objective: &Objective, figures: &Figures) -> (Vec<u64>, [u32; 2]) {
    let measures = objective.measures();
    let values = measures.iter().map(|m| figures.of(*m)).collect();
    match objective {
        Objective::InOrder(only) if matches!(only[..], [Measure::Cost | Measure::Steps]) => {
            (values, [0, 0])
        }
        _ => (values, [figures.steps, figures.waits]),
    }
}

/// Whether a point is as good as another.
fn covers(one: &(Vec<u64>, [u32; 2]), other: &(Vec<u64>, [u32; 2])) -> bool {
    let mut pairs = one.0.iter().zip(&other.0);
    pairs.all(|(a, b)| a <= b) && (one.0 != other.0 || one.1 <= other.1)
}

fn agree(
    objective: &Objective,
    ours: &Plans,
    answer: &Result<Answer, TaskError>,
) -> Result<(), String> {
    let answer = match answer {
        Ok(answer) => answer,
        Err(TaskError::Input(_)) if ours.all.is_empty() => return Ok(()),
        Err(error) => return Err(format!("no answer: {error:?}")),
    };
    let Some(optimum) = &answer.optimum else {
        if answer.verdict == Verdict::Violated && ours.all.is_empty() {
            return Ok(());
        }
        return Err(format!(
            "{:?}, and the oracle has {} plans",
            answer.verdict,
            ours.all.len()
        ));
    };
    let keys = |figures: &Figures| key(objective, figures);
    let theirs: Vec<_> = optimum.points.iter().map(|p| keys(&p.figures)).collect();
    let all: Vec<_> = ours.all.iter().map(|(figures, _)| keys(figures)).collect();
    let least = all.iter().min();
    for (place, point) in theirs.iter().enumerate() {
        let steps = optimum.points[place].figures.steps;
        let known = steps <= ours.complete || ours.exhausted;
        if known && !all.contains(point) {
            return Err(format!("the oracle has no plan of {point:?}, only {all:?}"));
        }
        let mut others = theirs.iter().enumerate();
        if others.any(|(other, key)| other != place && covers(key, point)) {
            return Err(format!("{point:?} is worse than another of {theirs:?}"));
        }
    }
    match objective {
        Objective::InOrder(_) => {
            if theirs.len() != 1 || least.is_some_and(|least| *least < theirs[0]) {
                return Err(format!("the best is {least:?}, not {theirs:?}"));
            }
        }
        Objective::Front(_) => {
            let missing = all
                .iter()
                .find(|key| !theirs.iter().any(|p| covers(p, key)));
            if let Some(missing) = missing {
                return Err(format!("{missing:?} is missing from {theirs:?}"));
            }
        }
    }
    Ok(())
}

#[test]
fn the_best_plans_are_those_of_trying_all() {
    let mut told = [0, 0, 0];
    let counts = std::cell::RefCell::new(&mut told);
    for_all(CASES / 2, |tape| {
        let question = timed(tape);
        let model = question.model()?;
        let ours = plans(&model, MOST)?;
        let one = tape.between(1, 2);
        let two = tape.between(2, 3);
        let objectives = [
            Objective::InOrder(measures(tape, one)),
            Objective::Front(measures(tape, two)),
        ];
        for objective in &objectives {
            let answer = optimal(&model, objective, None, &Effort::default(), &mut Unlimited);
            agree(objective, &ours, &answer).map_err(|e| {
                let Question { rules, cluster } = &question;
                format!("{objective:?}: {e}\n\n{rules}\n{cluster}")
            })?;
            let points = answer.ok().and_then(|answer| answer.optimum);
            let points = points.map_or(0, |optimum| optimum.points.len());
            let mut counts = counts.borrow_mut();
            counts[0] += usize::from(points > 0 && !ours.all.is_empty());
            counts[1] += usize::from(points > 1);
            counts[2] += usize::from(ours.all.len() > 1);
        }
        Ok(())
    });
    let [plans, fronts, several] = told;
    assert!(plans > 100 && several > 100 && fronts > 8, "{told:?}");
}
