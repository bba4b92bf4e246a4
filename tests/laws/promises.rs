//! Temporal properties of rulebooks written by hand: where other model checkers are known to have gone wrong, and where the
//! meaning has its corners. Each is judged by the oracle as well.

use rollproof::language::codes::Code;
use rollproof::model::ground::Model;
use rollproof::search::budget::MaxStates;
use rollproof::tasks::check::check as program_check;
use rollproof::tasks::effort::Reductions;
use rollproof::tasks::outcome::{Answer, Reason, Treatment, Verdict};

use crate::answers::{asking, asking_with, program_checks, program_verifies, property};
use crate::oracle::check::explore;
use crate::oracle::random::{Question, plan};
use crate::oracle::temporal::{Found, judge, nodes};

fn model(rules: &str, objects: &str, faults: u32) -> Result<Model, String> {
    let question = Question {
        rules: format!("rules hand\n{rules}\n"),
        cluster: format!(
            r#"{{ "rules": "hand", "faults": {faults}, "objects": {{ {objects} }} }}"#
        ),
    };
    question.model()
}

/// The answer of `check` with everything that may be used, after the verdicts were compared: those that the model is meant to
/// show, the oracle's, and those without reductions.
fn judged(model: &Model, expected: &[(&str, bool)]) -> Result<Answer, String> {
    let graph = explore(model, 5_000).ok_or("too many states")?;
    let nodes = nodes(model, &graph);
    let states: Vec<_> = graph.states.iter().collect();
    let everything = asking_with(&[], Reductions::default(), 2);
    let answer = program_checks(model, &everything)?;
    let plain = program_checks(model, &asking(&[]))?;
    for &(name, holds) in expected {
        let mut all = model.rules.temporal.iter();
        let promised = all.find(|t| t.name == name).ok_or("no such property")?;
        let ours = judge(model, promised, &states, &nodes).ok_or("too long for the oracle")?;
        let verdict = property(&answer, name)?.verdict;
        let wanted = if holds {
            Verdict::Holds
        } else {
            Verdict::Violated
        };
        assert_eq!((name, verdict), (name, wanted));
        assert_eq!((name, ours == Found::Holds), (name, holds));
        assert_eq!(property(&plain, name)?.verdict, wanted);
    }
    Ok(answer)
}

/// The steps of the run against a property, and how many come before it goes round.
fn lasso(answer: &Answer, name: &str) -> Result<(Vec<String>, Option<usize>), String> {
    let against = property(answer, name)?
        .counterexample
        .as_ref()
        .ok_or("no run")?;
    let steps = against.trace.steps.iter().map(|step| step.name.clone());
    Ok((steps.collect(), against.trace.cycle))
}

const TWO: &str = r#""worker": { "A": {}, "B": {} }"#;
const ONE: &str = r#""worker": { "A": {} }"#;

/// stateright's documentation says that `eventually` properties are only checked on acyclic paths and that the bits carried along
/// them are lost where paths join: "false negatives".
#[test]
fn stateright_eventually_where_ways_join() -> Result<(), String> {
    let rules = "
        enum Place { start, good, bad, joined }
        kind worker { at: Place = start }
        event by_good(w: worker) fair { when w.at == start; w.at = good }
        event by_bad(w: worker) fair { when w.at == start; w.at = bad }
        event join(w: worker) fair { when w.at == good or w.at == bad; w.at = joined }
        property met(w: worker) { eventually w.at == good }
        property joins(w: worker) { eventually w.at == joined }
        goal g { all w in worker: w.at == joined }";
    let answer = judged(&model(rules, ONE, 0)?, &[("met", false), ("joins", true)])?;
    let (steps, cycle) = lasso(&answer, "met")?;
    assert_eq!(steps, ["by_bad(A)", "join(A)"]);
    assert_eq!(cycle, Some(2), "the run stays where the ways join");
    Ok(())
}

/// The same gap: on a ring there is no last state at which a promise that was not kept would be noticed.
#[test]
fn stateright_eventually_on_a_ring() -> Result<(), String> {
    let rules = "
        kind worker { at: 0..3 = 0 }
        event turn(w: worker) fair { when w.at < 2; w.at = w.at + 1 }
        event back(w: worker) fair { when w.at == 2; w.at = 1 }
        event leave(w: worker) { when w.at == 2; w.at = 3 }
        event rest(w: worker) fair { when w.at == 3; w.at = 3 }
        property leaves(w: worker) { eventually w.at == 3 }
        property goes(w: worker) { eventually w.at == 2 }
        property returns(w: worker) { w.at == 2 leads to w.at == 1 }
        goal g { true }";
    let expected = [("leaves", false), ("goes", true), ("returns", false)];
    let answer = judged(&model(rules, ONE, 0)?, &expected)?;
    let (steps, cycle) = lasso(&answer, "leaves")?;
    assert_eq!((steps.len(), cycle), (3, Some(1)));
    // At rest for ever, by a loop on one state.
    let (steps, cycle) = lasso(&answer, "returns")?;
    assert_eq!(steps.last().map(String::as_str), Some("rest(A)"));
    assert_eq!(cycle, Some(3));
    Ok(())
}

/// Symmetry and liveness do not go together in TLC (tlaplus/tlaplus#59, #644) and Rumur (Smattr/rumur#12, #51): among orbits
/// one worker that works again and again looks like all of them.
#[test]
fn tlc_and_rumur_a_starved_process_among_interchangeable_ones() -> Result<(), String> {
    let rules = "
        kind worker { busy: bool = false }
        event begin(w: worker) fair { when all x in worker: not x.busy; w.busy = true }
        event end(w: worker) fair { when w.busy; w.busy = false }
        property served(w: worker) { always eventually w.busy }
        property somebody { always eventually some w in worker: w.busy }
        goal g { true }";
    let model = model(rules, TWO, 0)?;
    let answer = judged(&model, &[("served", false), ("somebody", true)])?;
    let (steps, cycle) = lasso(&answer, "served")?;
    assert_eq!(steps, ["begin(B)", "end(B)"]);
    assert_eq!(cycle, Some(0));
    let against = property(&answer, "served")?.counterexample.as_ref();
    let Some(Reason::Unkept { fair, bindings, .. }) = against.map(|c| &c.reason) else {
        return Err("another reason".to_owned());
    };
    assert_eq!(bindings, &[("w".to_owned(), "A".to_owned())]);
    let told: Vec<_> = fair.iter().map(|t| (t.name.as_str(), t.how)).collect();
    let expected = [
        ("begin(A)", Treatment::Impossible { after: 1 }),
        ("begin(B)", Treatment::Taken { step: 1 }),
        ("end(B)", Treatment::Taken { step: 2 }),
    ];
    assert_eq!(told, expected);
    Ok(())
}

/// The other way round: what is fair to each by name looks unfair among orbits, where the two flags are one.
#[test]
fn tlc_and_rumur_a_process_that_is_served_although_its_orbit_goes_round_without_it()
-> Result<(), String> {
    let rules = "
        kind worker { on: bool = false }
        event turn(w: worker) fair { w.on = not w.on }
        property lit(w: worker) { always eventually w.on }
        property dark { always eventually all w in worker: not w.on }
        goal g { true }";
    // Each is lit again and again; but they may take turns so that never both are dark.
    let answer = judged(&model(rules, TWO, 0)?, &[("lit", true), ("dark", false)])?;
    let used = |name: &str| answer.search.reductions.iter().any(|r| r.name == name);
    assert!(used("symmetry"), "for the rest it is sound");
    let by_name = answer.search.by_name.as_ref().ok_or("nothing by name")?;
    let off: Vec<&str> = by_name.not_used.iter().map(|r| r.name).collect();
    assert_eq!(off, ["symmetry", "slice", "stubborn"]);
    assert_eq!(by_name.states, 4);
    Ok(())
}

#[test]
fn fairness_is_owed_to_each_instance_and_only_while_it_stays_possible() -> Result<(), String> {
    let rules = "
        kind worker { on: bool = false; open: bool = true; seen: bool = false }
        event see(w: worker) fair { when w.open; w.seen = true }
        event blink(w: worker) fair { w.open = not w.open }
        event spin(w: worker) { w.on = not w.on }
        property seen(w: worker) { eventually w.seen }
        property blinks(w: worker) { w.open leads to not w.open }
        property spins(w: worker) { eventually w.on }
        goal g { true }";
    let expected = [("seen", false), ("blinks", true), ("spins", false)];
    judged(&model(rules, ONE, 0)?, &expected).map(|_| ())
}

#[test]
fn faults_strike_as_often_as_the_budget_says_and_no_more() -> Result<(), String> {
    let rules = "
        kind worker { up: bool = true }
        event boot(w: worker) fair { when not w.up; w.up = true }
        event doze(w: worker) { when w.up; w.up = true }
        fault crash(w: worker) { when w.up; w.up = false }
        property comes_back(w: worker) { not w.up leads to w.up }
        property settles { eventually all w in worker: w.up }
        property never_down(w: worker) { always eventually w.up }
        property fails { eventually some w in worker: not w.up }
        goal g { true }";
    let expected = [
        ("comes_back", true),
        ("settles", true),
        ("never_down", true),
        ("fails", false),
    ];
    judged(&model(rules, TWO, 2)?, &expected).map(|_| ())
}

/// The operator owes nothing in `check`, and whoever relies on one is told so; in `verify` a step that stays possible is taken.
#[test]
fn operators_owe_nothing_in_check_and_their_steps_in_verify() -> Result<(), String> {
    let rules = "
        kind worker { new: bool = false; up: bool = true }
        action upgrade(w: worker) { await w.up; require not w.new else \"done\"; w.new = true; w.up = false }
        event boot(w: worker) fair { when not w.up; w.up = true }
        event burn(w: worker) { when w.new; w.up = false }
        property upgraded { eventually all w in worker: w.new }
        property burns { eventually some w in worker: w.new and not w.up }
        property up(w: worker) { always eventually w.up }
        goal g { all w in worker: w.new }";
    let model = model(rules, TWO, 0)?;
    let answer = judged(
        &model,
        &[("upgraded", false), ("burns", false), ("up", true)],
    )?;
    let owes: Vec<&str> = answer
        .warnings
        .iter()
        .filter(|w| w.code == Code::OperatorOwesNothing)
        .map(|w| w.message.split('`').nth(1).unwrap_or_default())
        .collect();
    assert_eq!(owes, ["upgraded", "burns"]);
    let read = plan(
        &model,
        r#"{ "cluster": "hand", "steps": [ "upgrade(A)", "upgrade(B)" ] }"#,
    )?;
    let answer = program_verifies(&model, &read, &asking(&[]))?;
    assert_eq!(answer.verdict, Verdict::Holds);
    assert!(answer.warnings.is_empty());
    assert_eq!(property(&answer, "upgraded")?.verdict, Verdict::Holds);
    Ok(())
}

/// A run that ends refused is not complete, and what it does not get done it does not get done.
#[test]
fn a_lane_that_is_refused_goes_no_further_and_the_cluster_does() -> Result<(), String> {
    let rules = "
        kind worker { new: bool = false; up: bool = true }
        action upgrade(w: worker) { require not w.new else \"done\"; w.new = true; w.up = false }
        event boot(w: worker) fair { when not w.up; w.up = true }
        property upgraded { eventually all w in worker: w.new }
        property up { always eventually all w in worker: w.up }
        goal g { all w in worker: w.new }";
    let model = model(rules, TWO, 0)?;
    let read = plan(
        &model,
        r#"{ "cluster": "hand", "steps": [ "upgrade(A)", "upgrade(A)", "upgrade(B)" ] }"#,
    )?;
    let answer = program_verifies(&model, &read, &asking(&[]))?;
    let verdict = |name| property(&answer, name).map(|p| p.verdict);
    assert_eq!(verdict("never_refused")?, Verdict::Violated);
    assert_eq!(verdict("upgraded")?, Verdict::Violated);
    assert_eq!(verdict("up")?, Verdict::Holds);
    Ok(())
}

/// Nothing holds of a promise in which something has no value, and `well_defined` says so as well.
#[test]
fn an_operand_without_a_value_breaks_the_promise_and_well_defined() -> Result<(), String> {
    let rules = "
        kind worker { next: worker? = none; up: bool = true }
        event lose(w: worker) { w.next = none }
        event point(w: worker) fair { when w.next == none; w.next = w }
        property linked(w: worker) { eventually w.next.up }
        property asked(w: worker) { w.up leads to (w.next != none and w.next.up) }
        goal g { true }";
    let model = model(rules, ONE, 0)?;
    let answer = judged(&model, &[("linked", false), ("asked", true)])?;
    let against = property(&answer, "linked")?.counterexample.as_ref();
    assert!(matches!(
        against.map(|c| &c.reason),
        Some(Reason::Undefined { place, .. }) if place == "property linked"
    ));
    let defined = property(&answer, "well_defined")?;
    assert_eq!(defined.verdict, Verdict::Violated);
    assert_eq!(defined.count, Some(1));
    Ok(())
}

#[test]
fn where_a_limit_is_reached_a_promise_is_open_unless_it_is_seen_broken() -> Result<(), String> {
    let rules = "
        kind worker { n: 0..9 = 0; on: bool = false }
        event grow(w: worker) { when w.n < 9; w.n = w.n + 1 }
        property never(w: worker) { eventually w.on }
        property trivial(w: worker) { eventually not w.on }
        goal g { true }";
    let model = model(rules, ONE, 0)?;
    let answer = program_check(&model, &asking(&["never", "trivial"]), &mut MaxStates(4));
    let answer = answer.map_err(|error| format!("{error:?}"))?;
    assert_eq!(property(&answer, "never")?.verdict, Verdict::Violated);
    assert_eq!(property(&answer, "trivial")?.verdict, Verdict::Inconclusive);
    assert_eq!(answer.verdict, Verdict::Violated);
    assert!(answer.search.stopped.is_some());
    Ok(())
}

#[test]
fn a_promise_to_nobody_is_kept() -> Result<(), String> {
    let rules = "
        kind worker { on: bool = false }
        kind ghost { on: bool = false }
        property haunted(g: ghost) { eventually g.on }
        property all_lit { eventually all w in worker: w.on }
        goal g { true }";
    let none = model(rules, "", 0)?;
    judged(&none, &[("haunted", true), ("all_lit", true)])?;
    let some = model(rules, ONE, 0)?;
    let answer = judged(&some, &[("haunted", true), ("all_lit", false)])?;
    // Nothing ever happens: the run stays in the first state.
    assert_eq!(lasso(&answer, "all_lit")?, (Vec::new(), Some(0)));
    Ok(())
}
