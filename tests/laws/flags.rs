//! Rulebooks of flags that are mostly set once: what stubborn sets are for. Random rulebooks of the whole language hardly ever
//! have steps that do not depend on each other.

use std::cell::Cell;

use rollproof::tasks::effort::Reductions;
use rollproof::tasks::outcome::Verdict;

use crate::answers::{asking, asking_with, program_checks, same_verdict};
use crate::cases::{CASES, Case, for_all};
use crate::oracle::random::tape::Tape;

#[test]
fn the_order_of_independent_steps_changes_no_verdict() {
    let left_out = Cell::new(0);
    let violated = Cell::new(0);
    for_all(CASES, |tape| {
        let (rules, cluster) = flags(tape);
        let Ok(case) = Case::written(&rules, &cluster) else {
            return Ok(());
        };
        for invariant in &case.model.rules.invariants {
            let names = [invariant.name.as_str()];
            let plain = program_checks(&case.model, &asking(&names))?;
            for (symmetry, slice) in [(false, false), (true, false), (true, true)] {
                let stubborn = Reductions {
                    symmetry,
                    slice,
                    stubborn: true,
                };
                let reduced = program_checks(&case.model, &asking_with(&names, stubborn, 1))?;
                let holds = plain.verdict == Verdict::Holds;
                same_verdict(&reduced, &invariant.name, holds)
                    .map_err(|e| case.about(&format!("{stubborn:?}"), e))?;
                let used = reduced.search.reductions.iter();
                let used = used.filter(|r| r.name == "stubborn").count();
                left_out.set(left_out.get() + used);
                violated.set(violated.get() + usize::from(!holds));
            }
        }
        Ok(())
    });
    let found = (left_out.get(), violated.get());
    assert!(found.0 > 200 && found.1 > 200, "too few of {found:?}");
}

/// One or two objects with flags, and actions that set some where others are set or not.
fn flags(tape: &mut Tape<'_>) -> (String, String) {
    let flags = tape.between(3, 7);
    let fields: Vec<String> = (0..flags).map(|n| format!("b{n}: bool = false")).collect();
    let mut rules = format!("rules flags\nkind thing {{ {} }}\n", fields.join("; "));
    let literal = |tape: &mut Tape<'_>, object: &str| {
        let not = if tape.percent(35) { "not " } else { "" };
        format!("{not}{object}.b{}", tape.below(flags))
    };
    for number in 0..tape.between(3, 8) {
        rules += &format!("action t{number}(x: thing) {{\n");
        for _ in 0..tape.below(3) {
            rules += &format!("  await {}\n", literal(tape, "x"));
        }
        if tape.percent(15) {
            rules += &format!("  await all y in thing: {}\n", literal(tape, "y"));
        }
        for _ in 0..tape.between(1, 2) {
            let value = if tape.percent(85) { "true" } else { "false" };
            rules += &format!("  x.b{} = {value}\n", tape.below(flags));
        }
        rules += "}\n";
    }
    for number in 0..3 {
        let (first, second) = (literal(tape, "x"), literal(tape, "y"));
        let binder = if tape.percent(50) {
            "x, y in thing"
        } else {
            "x in thing"
        };
        let second = if binder == "x in thing" {
            second.replace('y', "x")
        } else {
            second
        };
        rules += &format!("invariant inv{number} {{ all {binder}: not ({first} and {second}) }}\n");
    }
    rules += "goal done { all x in thing: x.b0 }\n";
    let count = tape.between(1, 2);
    let cluster =
        format!(r#"{{ "rules": "flags", "objects": {{ "thing": {{ "T[1-{count}]": {{}} }} }} }}"#);
    (rules, cluster)
}
