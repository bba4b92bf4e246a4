//! The laws are worth something only where the questions reach what they are about.

use std::cell::RefCell;
use std::collections::BTreeMap;

use rollproof::tasks::effort::Reductions;

use crate::answers::{asking_with, program_checks};
use crate::cases::{CASES, Case, MAX_STATES, for_all};
use crate::oracle::check::{Checked, check};
use crate::oracle::plan::{Planned, cheapest};
use crate::oracle::random::{plan, plans};
use crate::oracle::verify::{Verified, verify};

/// How often each thing must come up at least.
const LEAST: [(&str, u32); 19] = [
    ("cases", 150),
    ("invariant violated after some steps", 20),
    ("transition invariant violated", 10),
    ("undefined", 20),
    ("undefined after some steps", 10),
    ("doomed beside the goal", 10),
    ("action fails half-way", 20),
    ("goal reached", 40),
    ("goal after 3 steps or more", 10),
    ("trace of 6 steps or more", 5),
    ("plan unsafe", 20),
    ("plan refused", 20),
    ("plan stuck", 20),
    ("plan goes round for ever", 10),
    ("plan valid", 20),
    ("plan valid with 2 items or more", 5),
    ("plan found with 1 step or more", 20),
    ("plan found with 3 steps or more", 5),
    ("no plan exists", 30),
];

#[derive(Default)]
struct Tally(RefCell<BTreeMap<&'static str, u32>>);

impl Tally {
    fn when(&self, name: &'static str, seen: bool) {
        *self.0.borrow_mut().entry(name).or_default() += u32::from(seen);
    }

    fn checked(&self, case: &Case, found: &Checked) {
        let rules = &case.model.rules;
        self.when("cases", true);
        for (invariant, violations) in rules.invariants.iter().zip(&found.invariants) {
            let violated = violations.shortest > Some(0);
            self.when(
                "invariant violated after some steps",
                violated && !invariant.transition,
            );
            self.when(
                "transition invariant violated",
                violated && invariant.transition,
            );
            self.when("trace of 6 steps or more", violations.shortest > Some(5));
        }
        self.when("undefined", found.well_defined.count > 0);
        self.when(
            "undefined after some steps",
            found.well_defined.shortest > Some(0),
        );
        self.when(
            "doomed beside the goal",
            found.doomed.count > 0 && found.witness.is_some(),
        );
        let fails = |(instance, _): &(usize, usize)| {
            let transition = case.model.instances[*instance].transition;
            rules.transitions[transition.index()].failure_of.is_some()
        };
        let failed = case.graph.edges.iter().flatten().any(fails);
        self.when("action fails half-way", failed);
        self.when("goal reached", found.witness.is_some());
        self.when("goal after 3 steps or more", found.witness > Some(2));
        self.when("trace of 6 steps or more", found.witness > Some(5));
        self.when("trace of 6 steps or more", found.doomed.shortest > Some(5));
        self.when(
            "trace of 6 steps or more",
            found.well_defined.shortest > Some(5),
        );
    }

    fn verified(&self, items: usize, found: &Verified) {
        self.when("plan unsafe", !found.safe());
        self.when("plan refused", found.refused.count > 0);
        self.when("plan stuck", found.stuck);
        self.when("plan goes round for ever", found.lasso);
        self.when("plan valid", found.valid());
        self.when(
            "plan valid with 2 items or more",
            found.valid() && items > 1,
        );
    }

    fn planned(&self, found: &Planned) {
        self.when("no plan exists", *found == Planned::None);
        if let Planned::Cheapest { steps, .. } = found {
            self.when("plan found with 1 step or more", !steps.is_empty());
            self.when("plan found with 3 steps or more", steps.len() > 2);
        }
    }
}

#[test]
fn the_questions_reach_what_the_laws_are_about() {
    let tally = Tally::default();
    for_all(CASES, |tape| {
        let Some(case) = Case::from(tape)? else {
            return Ok(());
        };
        tally.checked(&case, &check(&case.model, &case.graph));
        for _ in 0..3 {
            let read = plan(&case.model, &plans::plan(tape, &case.model))?;
            if let Some(found) = verify(&case.model, &read, 2 * MAX_STATES) {
                tally.verified(read.items.len(), &found);
            }
        }
        tally.planned(&cheapest(&case.model, 300));
        Ok(())
    });
    let tally = tally.0.into_inner();
    let missed: Vec<_> = LEAST
        .iter()
        .filter(|(name, least)| tally.get(name).copied().unwrap_or(0) < *least)
        .collect();
    assert!(missed.is_empty(), "too few of {missed:?}: {tally:#?}");
}

/// How often each reduction must leave something out at least; of stubborn sets see [`crate::flags`].
const LEAST_REDUCED: [(&str, u32); 3] = [
    ("symmetry", 100),
    ("slice", 50),
    ("equal records counted", 50),
];

#[test]
fn the_questions_reach_what_reductions_leave_out() {
    let tally = Tally::default();
    for_all(CASES, |tape| {
        let Some(case) = Case::from(tape)? else {
            return Ok(());
        };
        let reduced = |names: &[&str], fleet: usize| -> Result<(), String> {
            let mut asked = asking_with(names, Reductions::default(), 1);
            asked.effort.fleet = fleet;
            let answer = program_checks(&case.model, &asked)?;
            for reduction in &answer.search.reductions {
                for (name, _) in LEAST_REDUCED {
                    tally.when(name, reduction.name == name);
                }
                let counted = reduction.left_out.contains("as one with a count");
                tally.when("equal records counted", counted);
            }
            Ok(())
        };
        for invariant in &case.model.rules.invariants {
            reduced(&[&invariant.name], usize::MAX)?;
        }
        reduced(&[], 0)
    });
    let tally = tally.0.into_inner();
    let missed: Vec<_> = LEAST_REDUCED
        .iter()
        .filter(|(name, least)| tally.get(name).copied().unwrap_or(0) < *least)
        .collect();
    assert!(missed.is_empty(), "too few of {missed:?}: {tally:#?}");
}
