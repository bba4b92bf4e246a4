//! What expressions mean, one by one.

use std::fmt::Write as _;

use super::super::Interpreter;
use super::super::testing::{model, object};
use super::*;
use crate::language::rules::GoalId;

const KINDS: &str = "
    rules values
    enum Build ordered { rtm, sp1, sp2 }
    param limit: 0..9 = 4
    kind node { build: Build = rtm; up: bool = true; next: node? = none; peers: set of node = {}; load: 0..9 = 0 }
    let one = count(node) - count(node) + 1
    let same(a: node, b: node, c: node) = a == b and b == c
    let small(x: 0..2) = true
";
const CLUSTER: &str = r#"{ "rules": "test", "objects": { "node": {
    "A": { "next": "B", "peers": ["C", "A"], "load": 2 },
    "B": { "build": "sp1", "up": false },
    "C": { "build": "sp2", "peers": ["B"] } } } }"#;

/// The value of an expression for a node `n`, and where it has none, the reason and the place.
fn value_for(n: &str, expr: &str) -> Result<Value, (UndefinedReason, String)> {
    let model = model(
        &format!("{KINDS}\ninvariant probe(n: node) {{ ({expr}) == ({expr}) }}"),
        CLUSTER,
    );
    let interpreter = Interpreter::new(&model);
    let ExprKind::Binary(BinaryOp::Eq, probed, _) = &model.rules.invariants[0].condition.kind
    else {
        panic!("the probe is a comparison");
    };
    let bindings = [Value::Object(object(&model, n))];
    interpreter
        .evaluate(&interpreter.initial(), probed, &bindings)
        .map_err(|u| (u.reason, model.rules.source.slice(u.span).to_owned()))
}

fn objects(names: &[u32]) -> Value {
    Value::Set(names.iter().map(|&i| ObjectId(i)).collect())
}

#[test]
fn operators_mean_what_they_say() {
    for (expr, expected) in [
        ("n.load + limit - 7", Value::Int(-1)),
        ("n.build < Build.sp1", Value::Bool(true)),
        ("n.build >= n.next.build", Value::Bool(false)),
        ("n.load <= 2 and n.load > 1", Value::Bool(true)),
        ("n.next == none", Value::Bool(false)),
        ("n.next.next", Value::None),
        ("n.next.next == none", Value::Bool(true)),
        ("n in n.peers", Value::Bool(true)),
        ("n.next not in n.peers", Value::Bool(true)),
        ("n.next.next in n.peers", Value::Bool(false)),
        ("n.up implies n.next.up", Value::Bool(false)),
        ("if n.up then 3 else one", Value::Int(3)),
        ("one", Value::Int(1)),
        ("same(n, n, n)", Value::Bool(true)),
    ] {
        assert_eq!(value_for("A", expr), Ok(expected), "{expr}");
    }
}

#[test]
fn sets_have_no_doubles_and_the_order_of_the_cluster() {
    for (expr, expected) in [
        ("n.peers", objects(&[0, 2])),
        ("n.peers + {n.next, n}", objects(&[0, 1, 2])),
        ("n.peers - {n, n}", objects(&[2])),
        ("n.peers - n.peers", objects(&[])),
        ("{m in node where m.up}", objects(&[0, 2])),
        ("{m in n.peers where m != n}", objects(&[2])),
        ("count(n.peers)", Value::Int(2)),
        ("count(m in node where m.build > Build.rtm)", Value::Int(2)),
        ("count(node)", Value::Int(3)),
        ("{n.next, n} == {n, n.next, n}", Value::Bool(true)),
    ] {
        assert_eq!(value_for("A", expr), Ok(expected), "{expr}");
    }
}

#[test]
fn connectives_and_quantifiers_stop_at_what_decides() {
    for (expr, expected) in [
        ("n.next == none or n.next.up", true),
        ("n.next != none and n.next.up", false),
        ("n.next != none implies n.next.up", true),
        ("if n.next == none then true else n.next.up", true),
        ("all m in node: m.load > 5 and n.next.up", false),
        ("some m in node: m.load == 2 or n.next.up", true),
    ] {
        assert_eq!(value_for("B", expr), Ok(Value::Bool(expected)), "{expr}");
    }
    for expr in [
        "n.next.up and n.next != none",
        "all m in node: m.up implies n.next.up",
    ] {
        let place = (UndefinedReason::NoneDereferenced, "n.next".to_owned());
        assert_eq!(value_for("B", expr), Err(place), "{expr}");
    }
}

#[test]
fn what_has_no_value_says_why_and_where() {
    let range = UndefinedReason::OutOfRange {
        value: 4,
        low: 0,
        high: 2,
    };
    for (expr, reason, place) in [
        ("n.next.up", UndefinedReason::NoneDereferenced, "n.next"),
        ("{n, n.next}", UndefinedReason::NoneInSet, "n.next"),
        (
            "9223372036854775807 + one",
            UndefinedReason::Overflow,
            "9223372036854775807 + one",
        ),
        (
            "-9223372036854775807 - one - one",
            UndefinedReason::Overflow,
            "-9223372036854775807 - one - one",
        ),
        ("small(limit)", range, "limit"),
    ] {
        assert_eq!(
            value_for("B", expr),
            Err((reason, place.to_owned())),
            "{expr}"
        );
    }
}

#[test]
fn inner_variables_do_not_leak_and_outer_ones_are_seen() {
    let expr = "count(m in node where some k in m.peers: k != n and k != m)";
    assert_eq!(value_for("A", expr), Ok(Value::Int(2)));
    assert_eq!(value_for("C", expr), Ok(Value::Int(1)));
}

#[test]
fn the_deepest_rules_that_are_accepted_fit_on_the_stack() {
    let mut rules =
        "rules deep\nkind node { up: bool = true }\nlet l0(n: node) = not n.up\n".to_owned();
    for level in 1..=450 {
        let below = level - 1;
        writeln!(rules, "let l{level}(n: node) = all m in node: l{below}(m)").unwrap();
    }
    rules.push_str("goal deep { all n in node: l450(n) }");
    let model = model(
        &rules,
        r#"{ "rules": "test", "objects": { "node": { "A": {} } } }"#,
    );
    let interpreter = Interpreter::new(&model);
    let initial = interpreter.initial();
    assert_eq!(interpreter.goal(&initial, GoalId(0)), Ok(false));
    assert_eq!(
        interpreter.explain_goal(&initial, GoalId(0)).conjunct,
        "not n.up"
    );
}
