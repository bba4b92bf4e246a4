//! How little a mistake costs: the rest of the file is read as if it were not there.

use super::{action, errors, rules, show};
use crate::language::syntax::{Item, RulesFile, TypeExprKind};

fn names(file: &RulesFile) -> Vec<&str> {
    file.declarations
        .iter()
        .map(|d| match &d.item {
            Item::Enum { name, .. }
            | Item::Param { name, .. }
            | Item::Kind { name, .. }
            | Item::Let { name, .. }
            | Item::Transition { name, .. }
            | Item::Policy { name, .. }
            | Item::Invariant { name, .. }
            | Item::Property { name, .. }
            | Item::Goal { name, .. } => name.text.as_str(),
            Item::Assume { .. } => "assume",
            Item::Outage { .. } => "outage",
        })
        .collect()
}

#[test]
fn a_broken_statement_costs_only_itself() {
    for (broken, left) in [
        ("await (e.a", "await ?; "),
        ("await f(e.a,", "await ?; "),
        ("await e.a e.b", "await e.a; "),
        ("await f(a b,\n   c, d)", "await ?; "),
        ("await e in {a b}", "await ?; "),
        ("frobnicate {\n e.y = 1\n}", ""),
        ("require (e.a else \"no\"", "require ? else ; "),
        ("takes 2 parsecs", ""),
        ("text 'it isn't'", ""),
        ("if a b {\n e.y = 1\n}", "if a {e.y = 1} else {}; "),
        ("for n of node {\n n.y = 1\n}", ""),
        ("may fial {\n e.x = 1\n}", "may fail  {e.x = 1}; "),
        ("may fail 5 {\n e.x = 1\n}", "may fail  {e.x = 1}; "),
        (
            "may fail \"no\" or {\n e.x = 1\n}",
            "may fail no {e.x = 1}; ",
        ),
        ("may fail \"no\"", ""),
        ("@ @ @", ""),
        ("e.y = @", "e.y = ?; "),
        ("e.y = a +", "e.y = ?; "),
    ] {
        let (shown, messages) = action(&format!("{broken}\nawait e.z\ne.x = 1"));
        assert_eq!(messages.len(), 1, "{broken}: {messages:#?}");
        assert_eq!(shown, format!("{left}await e.z; e.x = 1"), "{broken}");
    }
}

#[test]
fn an_open_parenthesis_does_not_swallow_the_assignment_below() {
    let (shown, messages) = action("require (a else \"b\"\ne.x = 1");
    assert_eq!(messages.len(), 1);
    assert_eq!(shown, "require ? else ; e.x = 1");
}

#[test]
fn a_broken_declaration_leaves_the_others() {
    for broken in [
        "kind { a: bool }",
        "param limit",
        "param limit: 0..",
        "let x",
        "let x = ",
        "action f(e evs) { }",
        "action f { e.x = 1 }",
        "goal { a }",
        "enum { a }",
        "policy p on { }",
        "assume { a }",
        "%%%",
        "\"text\"",
        "foo bar baz {\n  quux\n}",
        "invariant i(a: ) { b }",
        "kind k {\n b bool\n",
    ] {
        let (file, messages) = rules(&format!("rules x\nkind a {{ }}\n{broken}\nkind z {{ }}\n"));
        let told = if broken.starts_with("kind k") { 2 } else { 1 };
        assert_eq!(messages.len(), told, "{broken}: {messages:#?}");
        let names = names(&file);
        assert_eq!(
            (names.first(), names.last()),
            (Some(&"a"), Some(&"z")),
            "{broken}"
        );
    }
}

#[test]
fn what_was_declared_stays_known_though_its_type_or_value_is_broken() {
    let (file, messages) = rules(
        "rules x\nparam p: 0..\nlet l(n: node) = )\nkind k {\n a: set node\n b: bool\n}\naction f(e evs, n: node) { }\nenum E { a, 1, b }",
    );
    assert_eq!(messages.len(), 5, "{messages:#?}");
    assert_eq!(names(&file), ["p", "l", "k", "f", "E"]);
    let items: Vec<_> = file.declarations.iter().map(|d| &d.item).collect();
    assert!(matches!(items[0], Item::Param { ty, .. } if ty.kind == TypeExprKind::Broken));
    assert!(
        matches!(items[1], Item::Let { body, parameters, .. } if show(body) == "?" && parameters.len() == 1)
    );
    assert!(matches!(items[2], Item::Kind { fields, .. }
        if fields.len() == 2 && fields[0].ty.kind == TypeExprKind::Broken));
    assert!(matches!(items[3], Item::Transition { parameters, .. }
        if parameters.len() == 2 && parameters[0].ty.kind == TypeExprKind::Broken));
    assert!(matches!(items[4], Item::Enum { values, .. } if values.len() == 3));
}

#[test]
fn a_block_that_is_not_closed_ends_at_the_next_declaration() {
    let (file, messages) =
        rules("rules x\naction f() {\n if a {\n  e.x = 1\n\nkind node {\n a: bool\n}\n");
    assert_eq!(messages, ["a block is not closed @ e.x = 1^"]);
    assert_eq!(names(&file), ["f", "node"]);
}

#[test]
fn a_declaration_inside_a_block_is_told_and_read() {
    let (file, messages) =
        rules("rules x\naction f() {\n  let y = 1\n  e.x = y\n}\nkind node { }\n");
    assert_eq!(
        messages,
        ["`let` is a declaration, and stands outside of blocks @ let"]
    );
    assert_eq!(names(&file), ["f", "y", "node"]);
}

#[test]
fn every_mistake_of_a_file_is_told_in_one_run() {
    let messages = errors(
        "enum A { 1 }\nparam p 0..1\naction f() {\n await = 1\n e.x == 2\n require a\n text 'b'\n}\ngoal g {\n a &&\n b\n c < d < e\n}\n",
    );
    assert_eq!(messages.len(), 8, "{messages:#?}");
}
