//! JSON with its places, and what is told of what is no JSON.

use super::*;
use crate::model::testing::{findings, underlined};

fn read_text(text: &str) -> (Option<Json>, Diagnostics, Arc<Source>) {
    let source = Source::new("x.json", text);
    let (json, diagnostics) = read(&source, "a cluster");
    (json, diagnostics, source)
}

fn finding(text: &str) -> (String, String) {
    let (_, diagnostics, _) = read_text(text);
    findings(&diagnostics).remove(0)
}

#[test]
fn every_value_and_key_knows_its_place() {
    let text = "\u{feff}{ \"é\": [1, \"b\\n\", true], \"x\": null }";
    let (json, diagnostics, source) = read_text(text);
    assert!(diagnostics.list.is_empty());
    let json = json.unwrap();
    let JsonKind::Object(members) = &json.kind else {
        panic!()
    };
    assert_eq!(source.slice(members[0].0.span), "\"é\"");
    assert_eq!(source.slice(members[1].1.span), "null");
    let JsonKind::Array(elements) = &members[0].1.kind else {
        panic!()
    };
    let slices: Vec<&str> = elements.iter().map(|e| source.slice(e.span)).collect();
    assert_eq!(slices, ["1", "\"b\\n\"", "true"]);
    assert_eq!(elements[1].text(), Some("b\n"));
}

#[test]
fn syntax_errors_point_at_the_place() {
    let (message, place) = finding("{\n  \"a\": 1\n  \"b\": 2 }");
    assert_eq!(message, "this is not JSON: expected `,` or `}`");
    assert_eq!(place, "\"");
    let (_, diagnostics, source) = read_text("{\n  \"a\": 1\n  \"b\": 2 }");
    let label = diagnostics.list[0].primary.clone().unwrap();
    assert_eq!(source.position(label.span.start), (3, 3));
    assert_eq!(
        finding("[1, /* x */ 2]"),
        ("this is not JSON: a comment".into(), "/".into())
    );
    assert_eq!(
        finding("[1] x"),
        (
            "this is not JSON: something follows its end".into(),
            "x".into()
        )
    );
    assert_eq!(
        finding("{'a': 1}"),
        ("this is not JSON: a key must be a text".into(), "'".into())
    );
}

#[test]
fn a_text_that_stops_in_the_middle_is_pointed_at_where_it_ends() {
    let (_, diagnostics, source) = read_text("{\n \"a\": [1,\n\n");
    assert_eq!(
        findings(&diagnostics)[0].0,
        "this is not JSON: it stops where a value was expected"
    );
    let label = diagnostics.list[0].primary.clone().unwrap();
    assert_eq!(source.position(label.span.start), (2, 10));
}

#[test]
fn a_key_given_twice_is_an_error_with_both_places() {
    let (json, diagnostics, source) = read_text("{\"a\": 1, \"b\": {\"a\": 2}, \"\\u0061\": 3}");
    assert_eq!(
        findings(&diagnostics),
        [(
            "the key `a` is given twice".to_owned(),
            "\"\\u0061\"".to_owned()
        )]
    );
    assert_eq!(source.slice(diagnostics.list[0].secondary[0].span), "\"a\"");
    assert_eq!(underlined(&diagnostics.list[0]), "\"\\u0061\"");
    assert!(json.is_some());
}

#[test]
fn an_empty_text_and_a_lone_surrogate_are_refused() {
    assert_eq!(finding(" \n").0, "`x.json` has nothing in it");
    assert_eq!(finding("[\"\\ud800\"]").1, "\"\\ud800\"");
}

#[test]
fn rules_in_place_of_json_are_told_apart() {
    let rules = "\n/// Doc {\n  rules small // x\nkind node {}\n";
    let expected = "this is a rules file, not a cluster";
    assert_eq!(finding(rules), (expected.into(), "rules".into()));
    assert_eq!(finding("\u{feff}rules x").0, expected);
    for text in ["rules", "rules: 3", "rulesx y", "// rules x"] {
        assert!(finding(text).0.starts_with("this is not JSON"), "{text}");
    }
}

#[test]
fn deep_nesting_ends_at_the_limit() {
    let nested = |levels: usize| "[".repeat(levels) + &"]".repeat(levels);
    assert!(read_text(&nested(64)).1.list.is_empty());
    assert_eq!(
        finding(&nested(65)).0,
        "this is not JSON for a cluster: nested too deeply"
    );
    assert!(read_text(&nested(1_000_000)).1.has_errors());
}

#[test]
fn too_many_values_end_the_reading() {
    let text = format!("[{}0]", "0,".repeat(MAX_VALUES));
    assert_eq!(finding(&text).0, "`x.json` holds more than 2000000 values");
}
