//! The rest of a plan, from what is expected and from what is, comes out as the oracle says of all runs from there.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use rollproof::model::ground::Model;
use rollproof::model::plan::Plan;
use rollproof::search::budget::Unlimited;
use rollproof::tasks::outcome::{Answer, Verdict};
use rollproof::tasks::resumed::{Midway, resumed};

use crate::answers::{asking, same_verdict, traces};
use crate::cases::{CASES, Case, MAX_STATES, for_all, same};
use crate::oracle::evaluate::State;
use crate::oracle::position::{Position, steps};
use crate::oracle::random::tape::Tape;
use crate::oracle::random::{plan, plans};
use crate::oracle::replay::replay;
use crate::oracle::step::initial;
use crate::oracle::verify::{Verified, runs_from};

/// All that a plan comes to, by the steps that are next.
type Positions = BTreeMap<String, BTreeSet<(State, Position)>>;

/// How often a verdict was compared, and how often it was a violation.
#[derive(Default)]
struct Tally(RefCell<BTreeMap<&'static str, u32>>);

impl Tally {
    fn when(&self, name: &'static str, seen: bool) {
        *self.0.borrow_mut().entry(name).or_default() += u32::from(seen);
    }

    fn least(&self, least: &[(&str, u32)]) {
        let seen = self.0.borrow();
        let missed: Vec<_> = least
            .iter()
            .filter(|(name, least)| seen.get(name).copied().unwrap_or(0) < *least)
            .collect();
        assert!(missed.is_empty(), "{missed:?} of {seen:?}");
    }
}

fn positions(case: &Case, read: &Plan) -> Option<Positions> {
    let start = (initial(&case.model), Position::start(&read.items));
    let met = runs_from(&case.model, read, vec![start], MAX_STATES)?.list;
    let mut found = Positions::new();
    for (state, position) in met {
        let next = position.next_steps(&read.items, 1);
        let name = if next.is_empty() {
            (steps(&read.items) + 1).to_string()
        } else {
            let numbers: Vec<String> = next.iter().map(u32::to_string).collect();
            numbers.join("+")
        };
        found.entry(name).or_default().insert((state, position));
    }
    Some(found)
}

fn program(model: &Model, read: &Plan, midway: Midway<'_>) -> Result<Answer, String> {
    resumed(model, read, midway, &asking(&[]), &mut Unlimited)
        .map_err(|error| format!("no answer: {error:?}"))
}

fn agree(model: &Model, ours: &Verified, answer: &Answer) -> Result<(), String> {
    for (invariant, violations) in model.rules.invariants.iter().zip(&ours.invariants) {
        same_verdict(answer, &invariant.name, violations.count == 0)?;
    }
    same_verdict(answer, "well_defined", ours.well_defined.count == 0)?;
    same_verdict(answer, "safe", ours.safe())?;
    same_verdict(answer, "never_refused", ours.refused.count == 0)?;
    same_verdict(answer, "complete", ours.complete)?;
    let verdict = if ours.valid() {
        Verdict::Holds
    } else {
        Verdict::Violated
    };
    same("verdict of the rest", verdict, answer.verdict)
}

/// Asks about all positions of some random plans.
fn for_all_positions(
    law: impl Fn(
        &Case,
        &Plan,
        (&str, &BTreeSet<(State, Position)>),
        &mut Tape<'_>,
    ) -> Result<(), String>,
) {
    for_all(CASES, |tape| {
        let Some(case) = Case::from(tape)? else {
            return Ok(());
        };
        for _ in 0..2 {
            let text = plans::plan(tape, &case.model);
            let read = plan(&case.model, &text)?;
            let Some(positions) = positions(&case, &read) else {
                continue;
            };
            for (name, nodes) in &positions {
                law(&case, &read, (name, nodes), tape)
                    .map_err(|e| case.about(&text, format!("at {name}: {e}")))?;
            }
        }
        Ok(())
    });
}

#[test]
fn the_rest_from_what_is_expected_agrees_with_the_oracle() {
    let tally = Tally::default();
    for_all_positions(|case, read, (name, nodes), _| {
        let model = &case.model;
        let starts = nodes.iter().cloned().collect();
        let runs = runs_from(model, read, starts, 2 * MAX_STATES);
        let Some(ours) = runs.map(|runs| runs.found) else {
            return Ok(());
        };
        let midway = Midway {
            at: name,
            observed: None,
        };
        let answer = program(model, read, midway)?;
        agree(model, &ours, &answer)?;
        let states: BTreeSet<&State> = nodes.iter().map(|(state, _)| state).collect();
        let told = answer.whereabouts.as_ref().map(|w| w.expected);
        same("expected states", Some(states.len() as u64), told)?;
        for (_, trace) in traces(&answer) {
            replay(model, Some(read), trace)?;
        }
        let is_midway = name != "1";
        tally.when("midway", is_midway);
        tally.when("lanes", name.contains('+'));
        tally.when("unsafe", is_midway && !ours.safe());
        tally.when("refused", is_midway && ours.refused.count > 0);
        tally.when("incomplete", is_midway && !ours.complete);
        tally.when("valid", is_midway && ours.valid());
        Ok(())
    });
    tally.least(&[
        ("midway", 300),
        ("lanes", 50),
        ("unsafe", 30),
        ("refused", 30),
        ("incomplete", 30),
        ("valid", 30),
    ]);
}

#[test]
fn the_rest_from_what_is_agrees_with_the_oracle() {
    let tally = Tally::default();
    for_all_positions(|case, read, (name, nodes), tape| {
        let model = &case.model;
        let Some(state) = tape.one(&case.graph.states).cloned() else {
            return Ok(());
        };
        let mut now = model.clone();
        for (object, values) in now.objects.iter_mut().zip(&state.fields) {
            object.values.clone_from(values);
        }
        let state = State {
            faults: initial(model).faults,
            ..state
        };
        // Directly after the last step of each lane.
        let earliest = nodes.iter().map(|(_, position)| position);
        let earliest = earliest.min_by_key(|position| position.behind(&read.items));
        let Some(earliest) = earliest else {
            return Ok(());
        };
        let starts = vec![(state.clone(), earliest.clone())];
        let runs = runs_from(model, read, starts, 2 * MAX_STATES);
        let Some(ours) = runs.map(|runs| runs.found) else {
            return Ok(());
        };
        let midway = Midway {
            at: name,
            observed: Some(("now", &now)),
        };
        let answer = program(model, read, midway)?;
        agree(model, &ours, &answer)?;
        let told = answer.whereabouts.and_then(|w| w.observed);
        let told = told.ok_or("nothing is said of the observed cluster")?;
        let differs = |other: &State| {
            let pairs = other
                .fields
                .iter()
                .flatten()
                .zip(state.fields.iter().flatten());
            pairs.filter(|(a, b)| a != b).count()
        };
        let nearest = nodes.iter().map(|(other, _)| differs(other)).min();
        same("differences", nearest, Some(told.differences.len()))?;
        same("as expected", Some(nearest == Some(0)), told.as_expected)?;
        tally.when("as expected", nearest == Some(0));
        tally.when("different", nearest > Some(0));
        tally.when("different and valid", nearest > Some(0) && ours.valid());
        tally.when("different and not", nearest > Some(0) && !ours.valid());
        Ok(())
    });
    tally.least(&[
        ("as expected", 100),
        ("different", 200),
        ("different and valid", 10),
        ("different and not", 100),
    ]);
}
