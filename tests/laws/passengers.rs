//! Rulebooks where events move objects that no step can name, as pods and shards are: what the planner replaces each state of a
//! belief for. In random rulebooks of the whole language nearly everything is named by some step.

use std::cell::Cell;

use rollproof::tasks::effort::Reductions;
use rollproof::tasks::outcome::{Answer, PlanItem};

use crate::answers::{program_plans, program_plans_with};
use crate::cases::{CASES, Case, for_all, same};
use crate::oracle::plan::{Planned, cheapest};
use crate::oracle::random::tape::Tape;
use crate::plan::{MAX_SETS, agree};

#[test]
fn plans_do_not_depend_on_which_of_many_moves() {
    let (plans, none) = (Cell::new(0), Cell::new(0));
    for_all(CASES, |tape| {
        let (rules, cluster) = passengers(tape);
        let Ok(case) = Case::written(&rules, &cluster) else {
            return Ok(());
        };
        let ours = cheapest(&case.model, MAX_SETS);
        match &ours {
            Planned::TooLarge => return Ok(()),
            Planned::Cheapest { steps, .. } if !steps.is_empty() => plans.set(plans.get() + 1),
            Planned::Cheapest { .. } => {}
            Planned::None => none.set(none.get() + 1),
        }
        let answer = program_plans(&case.model)?;
        agree(&case.model, &ours, &answer).map_err(|e| case.about("", e))?;
        let slow = program_plans_with(&case.model, Reductions::NONE)?;
        // Waits are kept where there would be many states without them, which the reductions count differently.
        let steps = |answer: &Answer| -> Option<Vec<PlanItem>> {
            let items = answer.plan.as_ref()?.items.iter();
            Some(
                items
                    .filter(|item| matches!(item, PlanItem::Step(_)))
                    .cloned()
                    .collect(),
            )
        };
        same("steps", steps(&slow), steps(&answer)).map_err(|e| case.about("", e))
    });
    let found = (plans.get(), none.get());
    assert!(found.0 > 50 && found.1 > 50, "too few of {found:?}");
}

/// Nodes that steps are about, and two or three passengers on them that only events move.
fn passengers(tape: &mut Tape<'_>) -> (String, String) {
    let fair = |tape: &mut Tape<'_>| if tape.percent(80) { " fair" } else { "" };
    let mut pick = |some: &[&str]| tape.one(some).copied().unwrap_or("true").to_owned();
    let leaves = pick(&[
        "not p.on.up",
        "not p.on.open",
        "not p.on.up or not p.on.open",
        "p.s == 1",
    ]);
    let enters = pick(&[
        "n.up",
        "n.open",
        "n.up and n.open",
        "n.up and count(q in passenger where q.on == n) < 2",
        "n.new or n.open",
    ]);
    let works = pick(&["p.on != none", "p.on != none and p.on.up", "true"]);
    let rests = pick(&["false", "false", "p.on == none", "p.s == 2"]);
    let stops = pick(&[
        "true",
        "all p in passenger: p.on != none",
        "all p in passenger: p.on != n",
        "all m in node where m != n: m.up",
        "not n.open",
    ]);
    let word = pick(&["await", "require"]);
    let message = if word == "require" {
        " else \"no\""
    } else {
        ""
    };
    let unharmed = pick(&[
        "true",
        "count(p in passenger where p.on == none) < 2",
        "some p in passenger: p.on != none",
        "some p in passenger: p.s < 2 or p.on != none",
        "all p in passenger: p.s < 2 or p.on != none",
    ]);
    let reached = pick(&[
        "true",
        "all p in passenger: p.on != none",
        "all p in passenger: p.s == 0 or p.on != none",
    ]);
    let group = pick(&["false", "true"]);
    let (leave, enter, work) = (fair(tape), fair(tape), fair(tape));
    let rules = format!(
        "rules passengers\n\
         kind node {{ up: bool = true; open: bool = true; new: bool = false }}\n\
         kind passenger {{ fixed first: bool = false; on: node?; s: 0..2 = 0 }}\n\
         action close(n: node) {{ require n.open else \"closed\"; n.open = false }}\n\
         action open(n: node) {{ require not n.open else \"open\"; await n.new; n.open = true }}\n\
         action renew(n: node) {{ {word} {stops}{message}; require not n.new else \"new\"; n.new = true; n.up = false }}\n\
         event boot(n: node) fair {{ when not n.up; n.up = true }}\n\
         event leave(p: passenger){leave} {{ when p.on != none; when {leaves}; p.on = none; p.s = 0 }}\n\
         event enter(p: passenger, n: node){enter} {{ when p.on == none; when {enters}; p.on = n }}\n\
         event work(p: passenger){work} {{ when p.s < 2; when {works}; when p.first == {group} or p.s == 0; p.s = p.s + 1 }}\n\
         event rest(p: passenger) fair {{ when {rests}; when p.s > 0; p.s = 0 }}\n\
         invariant unharmed {{ {unharmed} }}\n\
         goal renewed {{ all n in node: n.new and n.up and n.open; {reached} }}\n"
    );
    let rules = rules.replace("; ", "\n");
    (rules, cluster(tape))
}

/// Two nodes, and one to three passengers on the first or nowhere.
fn cluster(tape: &mut Tape<'_>) -> String {
    let count = tape.between(1, 3);
    let on = |tape: &mut Tape<'_>| if tape.percent(70) { "\"N1\"" } else { "none" };
    let mut list = Vec::new();
    for number in 1..=count {
        let first = tape.percent(30);
        list.push(format!(
            r#""P{number}": {{ "on": {}, "first": {first} }}"#,
            on(tape)
        ));
    }
    format!(
        r#"{{ "rules": "passengers", "objects": {{ "node": {{ "N1": {{}}, "N2": {{}} }}, "passenger": {{ {} }} }} }}"#,
        list.join(", ")
    )
}
