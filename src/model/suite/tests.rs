//! Suites as they are read, and what is told of those that cannot be.

use super::*;
use crate::model::testing::findings;

fn found(case: &str) -> Vec<(String, String)> {
    let source = Source::new("s.json", format!("{{\"cases\": [{case}]}}"));
    let (suite, diagnostics) = read_suite(&source, "s", Location::StandardInput);
    assert_eq!(suite.is_none(), diagnostics.has_errors());
    findings(&diagnostics)
}

fn one(message: &str, underlined: &str) -> Vec<(String, String)> {
    vec![(message.to_owned(), underlined.to_owned())]
}

#[test]
fn a_case_is_read_with_its_places() {
    let text = r#"{"$schema": "x", "cases": [{"name": "a", "verify": "two-node", "policies": {"drain": false},
            "max_states": 10, "expect": {"verdict": "violated", "properties": {"safe": "holds"}, "refused": "no",
            "trace_steps": {"never_refused": 3}, "because": {"complete": "Node1.pending"}, "warnings": ["few"]}}]}"#;
    let source = Source::new("s.json", text);
    let (suite, diagnostics) = read_suite(&source, "s", Location::StandardInput);
    assert!(diagnostics.list.is_empty(), "{:?}", findings(&diagnostics));
    let case = &suite.unwrap().cases[0];
    assert_eq!(
        (case.task, case.target.value.as_str()),
        (Task::Verify, "two-node")
    );
    assert_eq!(source.slice(case.target.span), "\"two-node\"");
    assert_eq!(case.max_states.as_ref().map(|n| n.value), Some(10));
    let expect = &case.expect;
    assert_eq!(
        expect.verdict.as_ref().map(|v| v.value),
        Some(Verdict::Violated)
    );
    assert_eq!(source.slice(expect.trace_steps[0].1.span), "3");
    assert_eq!(expect.because[0].1.value, "Node1.pending");
    assert_eq!(expect.properties[0].0.value, "safe");
    assert_eq!(expect.warnings.as_ref().map(|w| w.value.len()), Some(1));
}

#[test]
fn a_case_asks_exactly_one_thing_and_expects_something() {
    assert_eq!(
        found(r#"{"name": "a", "expect": {"verdict": "holds"}}"#),
        one("the case asks nothing", "{")
    );
    let both = r#"{"name": "a", "check": "c", "plan": "d", "expect": {"verdict": "holds"}}"#;
    assert_eq!(
        found(both),
        one("the case asks more than one thing", "\"d\"")
    );
    assert_eq!(
        found(r#"{"name": "a", "check": "c", "expect": {}}"#),
        one("the case expects nothing", "{}")
    );
    assert_eq!(
        found(r#"{"name": "a", "check": "c"}"#),
        one("the case has no `expect`", "{")
    );
    assert_eq!(
        found("3"),
        one("a case must be an object `{…}`, not a number", "3")
    );
}

#[test]
fn what_the_task_cannot_tell_is_not_expected_of_it() {
    let case = r#"{"name": "a", "check": "c", "expect": {"cost": 3}}"#;
    assert_eq!(found(case), one("`check` cannot tell `cost`", "\"cost\""));
    let case =
        r#"{"name": "a", "plan": "c", "expect": {"costs": 3, "verdict": "hold", "cost": -1}}"#;
    let messages: Vec<String> = found(case).into_iter().map(|f| f.0).collect();
    assert_eq!(
        messages,
        [
            "`expect` has no key `costs`",
            "`hold` is not a verdict",
            "`cost` must be from 0 to 9007199254740992, not -1"
        ]
    );
}

#[test]
fn a_plan_is_searched_for_without_faults_and_verified_with_a_number_of_them() {
    let case = |asks: &str, faults: &str| {
        format!(r#"{{"name": "a", {asks}, "faults": {faults}, "expect": {{"verdict": "holds"}}}}"#)
    };
    let (check, verify, plan) = (r#""check": "c""#, r#""verify": "p""#, r#""plan": "c""#);
    let message = "`plan` lets no fault strike: what it says is about runs without any";
    assert_eq!(found(&case(plan, "1")), one(message, "\"faults\""));
    let each = r#"{"crash": 1}"#;
    let message = "`verify` counts faults of all kinds together";
    assert_eq!(found(&case(verify, each)), one(message, each));
    for (asks, faults) in [(check, "1"), (check, each), (verify, "1")] {
        assert_eq!(found(&case(asks, faults)), []);
    }
}

#[test]
fn exposure_is_asked_for_where_it_is_named_or_expected() {
    let faults = |case: &str| {
        let source = Source::new("s.json", format!("{{\"cases\": [{case}]}}"));
        let (suite, _) = read_suite(&source, "s", Location::StandardInput);
        suite.unwrap().cases[0].faults_along_the_plan()
    };
    let case = |more: &str| format!(r#"{{"name": "a", "verify": "p", {more}}}"#);
    assert_eq!(faults(&case(r#""expect": {"verdict": "holds"}"#)), None);
    assert_eq!(faults(&case(r#""expect": {"exposure": []}"#)), Some(1));
    let two = r#""faults": 2, "expect": {"exposure": ["4 crash(A): b"]}"#;
    assert_eq!(faults(&case(two)), Some(2));
    let check = r#"{"name": "a", "check": "c", "faults": 1, "expect": {"verdict": "holds"}}"#;
    assert_eq!(faults(check), None);
}

#[test]
fn a_suite_that_would_try_nothing_is_an_error() {
    assert_eq!(found(""), one("the suite has no cases", "[]"));
    let case = r#"{"name": "a", "check": "c", "max_states": 0, "expect": {"verdict": "holds"}}"#;
    let message = "`max_states` must be at least 1: a search stores its first state";
    assert_eq!(found(case), one(message, "0"));
}

#[test]
fn two_cases_of_one_name_are_an_error_with_both_places() {
    let case = r#"{"name": "a", "check": "c", "expect": {"verdict": "holds"}}"#;
    assert_eq!(
        found(&format!("{case}, {case}")),
        one("two cases are named `a`", "\"a\"")
    );
}
