//! Small questions that the second opinion and the program once answered differently, each as a claim.

use std::sync::Arc;

use rollproof::language::read_rules;
use rollproof::language::source::Source;
use rollproof::model::cluster::{Overrides, read_cluster};
use rollproof::model::ground::Model;
use rollproof::model::plan::Plan;
use rollproof::model::plan_file::read_plan;
use rollproof::search::budget::Unlimited;
use rollproof::tasks::check::check;
use rollproof::tasks::outcome::{Answer, Property, Verdict};
use rollproof::tasks::request::Asked;
use rollproof::tasks::verify::verify;

fn model(rules: &str, objects: &str) -> Model {
    let (rules, found) = read_rules(&Source::new("found.rules", format!("rules found\n{rules}")));
    assert!(!found.has_errors(), "{found:?}");
    let rules = Arc::new(rules.expect("nothing is wrong with them"));
    let text = format!(r#"{{ "rules": "found", "objects": {objects} }}"#);
    let source = Source::new("found.json", text);
    let (model, found) = read_cluster(&source, "found", &rules, &Overrides::default());
    assert!(!found.has_errors(), "{found:?}");
    model.expect("nothing is wrong with it")
}

fn plan(model: &Model, steps: &str) -> Plan {
    let text = format!(r#"{{ "cluster": "found", "steps": {steps} }}"#);
    let (plan, found) = read_plan(&Source::new("plan.json", text), "plan", model);
    assert!(!found.has_errors(), "{found:?}");
    plan.expect("nothing is wrong with it")
}

fn checked(model: &Model) -> Answer {
    check(model, &Asked::default(), &mut Unlimited).expect("the question can be asked")
}

fn verified(model: &Model, steps: &str) -> Answer {
    verify(
        model,
        &plan(model, steps),
        &Asked::default(),
        &mut Unlimited,
    )
    .expect("the question can be asked")
}

fn property<'a>(answer: &'a Answer, name: &str) -> &'a Property {
    answer
        .properties
        .iter()
        .find(|p| p.name == name)
        .expect("it is judged")
}

#[test]
fn waiting_is_no_transition_that_a_transition_invariant_judges() {
    let model = model(
        "kind node { steps: 0..3 = 0 }
         action go(n: node) { n.steps = n.steps + 1 }
         transition invariant forward(n: node) { n.steps > old(n.steps) }
         goal gone { all n in node: n.steps == 1 }",
        r#"{ "node": { "N": {} } }"#,
    );
    let answer = verified(
        &model,
        r#"[ { "await": "settled" }, "go(N)", { "await": "N.steps == 1" } ]"#,
    );
    assert_eq!(answer.verdict, Verdict::Holds);
}

#[test]
fn a_schedule_that_goes_round_is_broken_off_where_it_does() {
    let model = model(
        "kind node { lamp: bool = false; done: bool = false }
         action finish(n: node) { n.done = true }
         event blink(n: node) fair { takes 1 min; when true; n.lamp = not n.lamp }
         goal dark { all n in node: n.done and not n.lamp and n.lamp }",
        r#"{ "node": { "N": {} } }"#,
    );
    let timeline = verified(&model, r#"["finish(N)"]"#).timeline.unwrap();
    assert!(timeline.broken_off);
    assert_eq!(timeline.duration, 120);
}

#[test]
fn a_false_choice_of_an_invariant_hides_no_undefined_one() {
    // `follows` is undefined for A, and false for B.
    let model = model(
        "kind node { next: node? = none }
         invariant follows(n: node) { n.next.next == n }
         goal alone { all n in node: n.next == none }",
        r#"{ "node": { "A": {}, "B": { "next": "C" }, "C": { "next": "C" } } }"#,
    );
    let answer = checked(&model);
    assert_eq!(property(&answer, "follows").verdict, Verdict::Violated);
    assert_eq!(property(&answer, "well_defined").verdict, Verdict::Violated);
}

const UNDEFINED_BETWEEN: &str = "
    kind node { next: node? = none; up: bool = true }
    action stop(n: node) { require n.up else \"down\"; n.up = false }
    action leave(n: node) { require n.next == none else \"gone\"; n.next = n }
    transition invariant reads_next(n: node) { n.up != old(n.up) implies n.next.up == n.up }
    goal gone { all n in node: n.next == n and n.up }";

#[test]
fn the_trace_of_an_undefined_transition_invariant_ends_with_the_transition() {
    let model = model(UNDEFINED_BETWEEN, r#"{ "node": { "N": {} } }"#);
    let answer = checked(&model);
    let trace = &property(&answer, "well_defined")
        .counterexample
        .as_ref()
        .unwrap()
        .trace;
    let names: Vec<&str> = trace.steps.iter().map(|step| step.name.as_str()).collect();
    assert_eq!(names, ["stop(N)"]);
}

#[test]
fn a_run_that_avoids_an_undefined_transition_is_without_a_violation() {
    let model = model(UNDEFINED_BETWEEN, r#"{ "node": { "N": {} } }"#);
    let answer = checked(&model);
    assert_eq!(property(&answer, "reachable").verdict, Verdict::Holds);
}
