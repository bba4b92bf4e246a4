//! The oracle of exposure on rulebooks so small that the answer is plain.

use std::collections::BTreeSet;

use crate::oracle::exposure::carried_on::Way;
use crate::oracle::exposure::runs::Budget;
use crate::oracle::exposure::{Asked, Blamed, Cell, Certainty, Exposure, exposure};
use crate::oracle::random::{Question, plan};

/// Two nodes; rules without their first line, steps as a plan file has them.
fn judged(rules: &str, steps: &str, faults: usize, slips: usize) -> Result<Exposure, String> {
    let question = Question {
        rules: format!("rules hand\n{rules}\n"),
        cluster: r#"{ "rules": "hand", "objects": { "node": { "N[1-2]": {} } } }"#.to_owned(),
    };
    let model = question.model()?;
    let text = format!(r#"{{ "cluster": "random", "steps": [ {steps} ] }}"#);
    let plan = plan(&model, &text)?;
    let asked = Asked {
        budget: Budget { faults, slips },
        recovery: true,
        limit: 1000,
    };
    exposure(&model, &plan, asked).ok_or_else(|| "too large".to_owned())
}

/// What a cell says; nothing where there is no such cell.
fn cell(found: &Exposure, position: &str, strikes: &[&str]) -> Option<Cell> {
    let names: Vec<String> = strikes.iter().map(|&name| name.to_owned()).collect();
    found.get(position)?.cells.get(&names).cloned()
}

fn blamed(name: &str, certainty: Certainty) -> Blamed {
    Blamed::from([(name.to_owned(), certainty)])
}

fn broken(name: &str, certainty: Certainty) -> Cell {
    Cell {
        invariants: blamed(name, certainty),
        certain: certainty == Certainty::Certain,
        ..Cell::default()
    }
}

const COUNTERS: &str = "
    kind node { n: 0..3 = 0 }
    action bump(n: node) { n.n = n.n + 1 }
    goal any { true }";

#[test]
fn positions_are_named_by_the_steps_ahead() -> Result<(), String> {
    let steps = r#""bump(N1)", { "await": "settled" },
        { "parallel": [ ["bump(N1)", "bump(N1)"], [{ "await": "settled" }, "bump(N2)", { "await": "settled" }], [] ] },
        "bump(N2)", { "await": "settled" }"#;
    let found = judged(COUNTERS, steps, 0, 0)?;
    let names: Vec<&String> = found.keys().collect();
    assert_eq!(names, ["1", "2", "2+4", "3", "3+4", "4", "5", "6"]);
    assert!(found.values().all(|at| at.cells.is_empty() && at.rest));
    Ok(())
}

#[test]
fn a_step_is_left_out_done_twice_or_done_to_another() -> Result<(), String> {
    let rules = "
        kind node { n: 0..3 = 0 }
        action bump(n: node) { require n.n < 2 else \"no\"; n.n = n.n + 1 }
        invariant low(n: node) { n.n < 2 }
        goal all_bumped { all n in node: n.n == 1 }";
    let found = judged(rules, r#""bump(N1)", "bump(N2)""#, 0, 1)?;
    let incomplete = Cell {
        ways: BTreeSet::from([Way::Incomplete]),
        ..Cell::default()
    };
    let twice = Cell {
        unrecoverable: true,
        ways: incomplete.ways.clone(),
        ..broken("low", Certainty::Certain)
    };
    assert_eq!(
        cell(&found, "1", &["omitted bump(N1)"]),
        Some(incomplete.clone())
    );
    assert_eq!(cell(&found, "1", &["twice bump(N1)"]), Some(twice));
    // The second node is bumped again by the plan: what breaks then is only to be blamed on who carries on.
    let other = Cell {
        ways: BTreeSet::from([Way::Incomplete, Way::Breaks("low".to_owned())]),
        ..Cell::default()
    };
    assert_eq!(
        cell(&found, "1", &["bump(N2) instead of bump(N1)"]),
        Some(other)
    );
    assert_eq!(found["1"].cells.len(), 3);
    assert!(found["3"].cells.is_empty());

    // Behind a wait nothing is slipped, and a second time that is refused is none.
    let once = "
        kind node { n: 0..3 = 0 }
        action bump(n: node) { require n.n < 1 else \"no\"; n.n = n.n + 1 }
        goal any { true }";
    let found = judged(once, r#"{ "await": "N1.n == 1" }, "bump(N1)""#, 0, 2)?;
    assert!(found["1"].cells.is_empty());
    let found = judged(once, r#""bump(N1)", "bump(N2)""#, 0, 2)?;
    assert_eq!(cell(&found, "1", &["twice bump(N1)"]), None);
    let both = ["omitted bump(N1)", "omitted bump(N2)"];
    assert_eq!(cell(&found, "1", &both), Some(Cell::default()));
    Ok(())
}

#[test]
fn what_is_possible_anyway_is_only_blamed_where_it_gets_certain() -> Result<(), String> {
    let rules = "
        kind node { up: bool = true; worn: bool = false }
        event wear(n: node) { when n.up; n.worn = true }
        event rot(n: node) fair { when not n.up; n.worn = true }
        fault crash(n: node) { n.up = false }
        invariant new(n: node) { not n.worn }
        goal any { true }";
    let found = judged(rules, "", 1, 0)?;
    let crashed = cell(&found, "1", &["crash(N1)"]);
    assert_eq!(crashed, Some(broken("new", Certainty::Certain)));
    Ok(())
}

#[test]
fn a_strike_breaks_what_compares_before_and_after() -> Result<(), String> {
    let rules = "
        kind node { n: 0..3 = 0 }
        action bump(n: node) { n.n = n.n + 1 }
        fault reset(n: node) { when n.n > 0; n.n = 0 }
        transition invariant forwards(n: node) { n.n >= old(n.n) }
        goal any { true }";
    let found = judged(rules, r#""bump(N2)""#, 1, 0)?;
    assert!(found["1"].cells.is_empty());
    let reset = cell(&found, "2", &["reset(N2)"]);
    assert_eq!(reset, Some(broken("forwards", Certainty::Certain)));
    Ok(())
}

#[test]
fn out_again_and_again_is_out() -> Result<(), String> {
    let rules = "
        kind node { state: 0..3 = 0 }
        fault flap(n: node) { when n.state == 0; n.state = 1 }
        event on(n: node) fair { when n.state == 1; n.state = 2 }
        event off(n: node) fair { when n.state == 2; n.state = 1 }
        GIVE_UP
        outage(n: node) { n.state == 2 or n.state == 3 and GONE }
        goal any { true }";
    let give_up = "event give_up(n: node) { when n.state == 2; n.state = 3 }";
    let service = |found: &Exposure| cell(found, "1", &["flap(N1)"]).map(|cell| cell.services);
    let text = |give_up: &str, gone: &str| rules.replace("GIVE_UP", give_up).replace("GONE", gone);

    let found = judged(&text("", "true"), "", 1, 0)?;
    assert_eq!(service(&found), Some(blamed("N1", Certainty::Certain)));
    let found = judged(&text(give_up, "true"), "", 1, 0)?;
    assert_eq!(service(&found), Some(blamed("N1", Certainty::Certain)));
    let found = judged(&text(give_up, "false"), "", 1, 0)?;
    assert_eq!(service(&found), Some(blamed("N1", Certainty::Possible)));
    assert!(!found["1"].rest);
    Ok(())
}

#[test]
fn what_is_false_already_may_stay_so_until_it_is_repaired() -> Result<(), String> {
    let rules = "
        kind node { up: bool = true; fine: bool = true }
        fault crash(n: node) { when n.up; n.up = false; n.fine = false }
        action repair(n: node) { require not n.up else \"no\"; n.up = true }
        action polish(n: node) { require n.up else \"no\"; SPOILT n.fine = true }
        invariant fine(n: node) { n.fine }
        goal whole { all n in node: n.up and n.fine }";
    let crashed = |spoilt: &str| -> Result<Option<bool>, String> {
        let found = judged(&rules.replace("SPOILT", spoilt), "", 1, 0)?;
        Ok(cell(&found, "1", &["crash(N1)"]).map(|cell| cell.unrecoverable))
    };
    assert_eq!(crashed("")?, Some(false));
    // Another one is spoilt on the way.
    assert_eq!(
        crashed("for m in node where m != n { m.fine = false };")?,
        Some(true)
    );
    Ok(())
}

#[test]
fn two_strikes_are_blamed_for_what_one_does_not_do() -> Result<(), String> {
    let rules = "
        kind node { up: bool = true }
        fault crash(n: node) { when n.up; n.up = false }
        invariant served { some n in node: n.up }
        invariant first { all n in node: n.up }
        goal any { true }";
    let found = judged(rules, "", 2, 0)?;
    let one = cell(&found, "1", &["crash(N1)"]);
    assert_eq!(one, Some(broken("first", Certainty::Certain)));
    // That something is broken for certain is known of one crash already.
    let both = Cell {
        certain: false,
        ..broken("served", Certainty::Certain)
    };
    assert_eq!(cell(&found, "1", &["crash(N1)", "crash(N2)"]), Some(both));
    Ok(())
}

#[test]
fn one_of_two_may_be_certain_where_neither_is() -> Result<(), String> {
    let rules = "
        kind node { at: 0..3 = 0 }
        fault hit(n: node) { when n.at == 0; n.at = 1 }
        event left(n: node) fair { when n.at == 1; n.at = 2 }
        event right(n: node) fair { when n.at == 1; n.at = 3 }
        invariant not_left(n: node) { n.at != 2 }
        invariant not_right(n: node) { n.at != 3 }
        goal any { true }";
    let found = judged(rules, "", 1, 0)?;
    let mut either = blamed("not_left", Certainty::Possible);
    either.extend(blamed("not_right", Certainty::Possible));
    let expected = Cell {
        invariants: either,
        certain: true,
        ..Cell::default()
    };
    let hit = cell(&found, "1", &["hit(N1)"]);
    assert_eq!(hit, Some(expected));
    Ok(())
}

#[test]
fn a_refused_rest_is_not_stuck_as_well() -> Result<(), String> {
    let rules = "
        kind node { up: bool = true; new: bool = false }
        fault crash(n: node) { when n.up; n.up = false }
        action upgrade(n: node) { CLAUSE; n.new = true }
        goal upgraded { some n in node: n.new }";
    let ways = |clause: &str| -> Result<Option<BTreeSet<Way>>, String> {
        let found = judged(&rules.replace("CLAUSE", clause), r#""upgrade(N1)""#, 1, 0)?;
        Ok(cell(&found, "1", &["crash(N1)"]).map(|cell| cell.ways))
    };
    let refused = ways("require n.up else \"no\"")?;
    assert_eq!(refused, Some(BTreeSet::from([Way::Refused])));
    let blocked = ways("await n.up")?;
    assert_eq!(blocked, Some(BTreeSet::from([Way::Incomplete])));
    Ok(())
}

#[test]
fn what_has_no_value_after_a_strike_is_blamed_on_it() -> Result<(), String> {
    let rules = "
        kind node { peer: node? = none; n: 0..1 = 0; up: bool = true }
        fault hit(n: node) { when n.n == 0; n.n = 1 }
        fault wild(n: node) { n.n = n.n - 1 }
        action bump(n: node) { await n.n < 2; n.n = n.n + 1 }
        LOOK
        goal any { true }";
    let look = |look: &str| judged(&rules.replace("LOOK", look), r#""bump(N1)""#, 1, 0);
    let undefined_step = Cell {
        ways: BTreeSet::from([Way::Undefined]),
        ..Cell::default()
    };
    let found = look("")?;
    assert_eq!(
        cell(&found, "1", &["hit(N1)"]),
        Some(undefined_step.clone())
    );
    assert_eq!(cell(&found, "1", &["hit(N2)"]), Some(Cell::default()));
    // A fault that has no value does not strike.
    assert_eq!(cell(&found, "1", &["wild(N1)"]), None);

    for of in [
        "event see(n: node) { when n.n == 1 and n.peer.up; n.up = false }",
        "outage(n: node) { n.n == 1 and n.peer.up }",
        "invariant seen(n: node) { n.n == 1 implies n.peer.up }",
        "transition invariant seen(n: node) { n.n == 1 implies n.peer.up }",
    ] {
        let hit = cell(&look(of)?, "1", &["hit(N2)"]);
        let expected = broken("well_defined", Certainty::Certain);
        assert_eq!(hit.map(|cell| cell.invariants), Some(expected.invariants));
    }
    Ok(())
}

#[test]
fn each_lane_slips_for_itself() -> Result<(), String> {
    let steps = r#"{ "parallel": [ ["bump(N1)"], [{ "await": "N1.n == 1" }, "bump(N2)"] ] }"#;
    let found = judged(COUNTERS, steps, 0, 1)?;
    let strikes = |position: &str| -> Vec<String> {
        found[position]
            .cells
            .keys()
            .map(|names| names.concat())
            .collect()
    };
    // The second lane still waits for the first one.
    let of = |right: &str, wrong: &str| {
        [
            format!("{wrong} instead of {right}"),
            format!("omitted {right}"),
            format!("twice {right}"),
        ]
    };
    assert_eq!(strikes("1+2"), of("bump(N1)", "bump(N2)"));
    assert_eq!(strikes("2"), of("bump(N2)", "bump(N1)"));
    let stuck = Some(BTreeSet::from([Way::Incomplete]));
    let ways = |name: &str| cell(&found, "1+2", &[name]).map(|cell| cell.ways);
    assert_eq!(ways("omitted bump(N1)"), stuck);
    assert_eq!(ways("twice bump(N1)"), stuck);
    Ok(())
}

#[test]
fn where_nobody_repairs_the_goal_is_lost() -> Result<(), String> {
    let rules = "
        kind node { up: bool = true; new: bool = false }
        fault crash(n: node) { when n.up; n.up = false }
        action upgrade(n: node) { require n.up else \"no\"; n.new = true }
        goal upgraded { all n in node: n.new }";
    let found = judged(rules, r#""upgrade(N1)", "upgrade(N2)""#, 1, 0)?;
    let lost =
        |position: &str, strike: &str| cell(&found, position, &[strike]).map(|c| c.unrecoverable);
    assert_eq!(lost("1", "crash(N1)"), Some(true));
    assert_eq!(lost("2", "crash(N1)"), Some(false));
    assert_eq!(lost("2", "crash(N2)"), Some(true));
    let rest: Vec<bool> = found.values().map(|at| at.rest).collect();
    assert_eq!(rest, [false, false, true]);
    Ok(())
}
