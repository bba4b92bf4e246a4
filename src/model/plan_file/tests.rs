//! Plans as they are read, and what is told of those that cannot be.

use super::*;
use crate::language::read_rules;
use crate::model::cluster::{Overrides, read_cluster};
use crate::model::testing::findings;

const RULES: &str = "rules small
enum Power { up, down }
kind node { power: Power = up }
kind evs { host: node }
let first(n: node) = n.power == up
action move(e: evs, to: node?) { e.host = e.host }
action wait(minutes: 0..5) { require minutes > 0 else \"no\" }
event boot(n: node) { when n.power == down; n.power = up }
fault crash(n: node) { n.power = down }
";
const CLUSTER: &str = r#"{"rules": "small", "objects": {"node": {"Node[1-3]": {}, "web-\"1\"": {}}, "evs": {"E1": {"host": "Node1"}}}}"#;

fn model() -> Model {
    let (rules, found) = read_rules(&Source::new("small.rules", RULES));
    assert!(found.list.is_empty(), "{:?}", findings(&found));
    let source = Source::new("c.json", CLUSTER);
    let (model, found) = read_cluster(
        &source,
        "c",
        &Arc::new(rules.unwrap()),
        &Overrides::default(),
    );
    assert!(found.list.is_empty(), "{:?}", findings(&found));
    model.unwrap()
}

fn plan(steps: &str) -> (Option<Plan>, Diagnostics) {
    let source = Source::new(
        "p.json",
        format!("{{\"cluster\": \"c\", \"steps\": {steps}}}"),
    );
    read_plan(&source, "p", &model())
}

fn found(steps: &str) -> Vec<(String, String)> {
    let (plan, diagnostics) = plan(steps);
    assert!(plan.is_none());
    findings(&diagnostics)
}

fn one(message: &str, underlined: &str) -> Vec<(String, String)> {
    vec![(message.to_owned(), underlined.to_owned())]
}

#[test]
fn steps_waits_and_lanes_are_read() {
    let (plan, diagnostics) = plan(
        r#"["move(E1, Node2)", {"await": "settled"}, {"await": "Node1.power == up and first(Node2)"},
                {"parallel": [["wait(1)", {"parallel": [["wait(2)"]]}], []]}, "move(E1, none)"]"#,
    );
    assert!(diagnostics.list.is_empty(), "{:?}", findings(&diagnostics));
    let plan = plan.unwrap();
    let model = model();
    let Item::Step { instance, span } = plan.items[0] else {
        panic!()
    };
    let instance = &model.instances[instance];
    assert_eq!(
        model.rules.transitions[instance.transition.index()].name,
        "move"
    );
    assert_eq!(plan.source.slice(span), "\"move(E1, Node2)\"");
    assert!(matches!(plan.items[1], Item::AwaitSettled { .. }));
    let Item::Await {
        condition, text, ..
    } = &plan.items[2]
    else {
        panic!()
    };
    assert_eq!(plan.source.slice(condition.span), text);
    let Item::Parallel { lanes, .. } = &plan.items[3] else {
        panic!()
    };
    assert_eq!(lanes.iter().map(Vec::len).collect::<Vec<_>>(), [2, 0]);
}

#[test]
fn quoted_names_and_escapes_are_read() {
    let (plan, diagnostics) =
        plan(r#"["move(E1, 'web-\"1\"')", {"await": "'web-\"1\"'.power == up"}]"#);
    assert!(diagnostics.list.is_empty(), "{:?}", findings(&diagnostics));
    let plan = plan.unwrap();
    let Item::Await { condition, .. } = &plan.items[1] else {
        panic!()
    };
    assert_eq!(plan.source.slice(condition.span), "'web-\"1\"'.power == up");
}

#[test]
fn all_mistakes_of_a_plan_are_found_at_once_where_they_are() {
    let found = found(
        r#"["mve(E1, Node2)", "boot(Node1)", "crash(Node1)", "move(E1, Node9)", "wait(1)", "move(E1)"]"#,
    );
    let underlined: Vec<&str> = found.iter().map(|(_, place)| place.as_str()).collect();
    assert_eq!(underlined[..4], ["mve", "boot", "crash", "Node9"]);
    assert_eq!(found.len(), 5);
    assert_eq!(found[0].0, "the rules `small` have no action `mve`");
    assert_eq!(found[1].0, "`boot` is an event, not an action");
    assert_eq!(found[2].0, "`crash` is a fault, not an action");
}

#[test]
fn a_fault_in_a_plan_leads_to_the_command_that_explores_it() {
    let (_, diagnostics) = plan(r#"["crash(Node1)"]"#);
    let help = diagnostics.list[0].help.join("; ");
    assert!(
        help.contains("rollproof check CLUSTER --faults 1"),
        "{help}"
    );
}

#[test]
fn in_a_text_with_escapes_the_whole_text_is_underlined() {
    assert_eq!(
        found(r#"["move\u0028E1, Node9)"]"#)[0].1,
        r#""move\u0028E1, Node9)""#
    );
    assert_eq!(
        found(r#"["move(E1,\nNode1)"]"#)[0].0,
        "a step is one line without control characters"
    );
}

#[test]
fn an_argument_that_only_a_state_knows_is_refused() {
    assert_eq!(
        found(r#"["move(E1, E1.host)"]"#),
        one("`E1.host` cannot be the argument `to`", "E1.host")
    );
}

#[test]
fn an_argument_beyond_its_range_is_refused() {
    let found = found(r#"["wait(6)"]"#);
    assert_eq!(found.len(), 1);
    assert!(found[0].1.contains('6'), "{found:?}");
}

#[test]
fn what_is_neither_step_nor_await_nor_lanes_is_refused() {
    assert_eq!(found("[3]"), one("a step cannot be a number", "3"));
    assert_eq!(found("[[]]"), one("a step cannot be a list `[…]`", "[]"));
    assert_eq!(
        found("[{}]"),
        one("a step in braces has exactly one key", "{}")
    );
    assert_eq!(
        found(r#"[{"paralel": []}]"#),
        one("a step in braces has no key `paralel`", "\"paralel\"")
    );
    assert_eq!(
        found(r#"[{"parallel": "x"}]"#),
        one("`parallel` must be a list of lanes, not a text", "\"x\"")
    );
    assert_eq!(
        found(r#"[{"parallel": ["wait(1)"]}]"#),
        one("a lane must be a list of steps, not a text", "\"wait(1)\"")
    );
    assert_eq!(
        found(r#"[{"await": 3}]"#),
        one("an await must be a condition in quotes, not a number", "3")
    );
    assert_eq!(
        found("{}"),
        one("`steps` must be a list `[…]`, not an object `{…}`", "{}")
    );
}

#[test]
fn an_await_must_be_a_condition() {
    let found =
        found(r#"[{"await": "Node1.power"}, {"await": ""}, {"await": "Node1.powr == up"}]"#);
    assert_eq!(found.len(), 3, "{found:?}");
    assert_eq!(found[0].1, "Node1.power");
    assert_eq!(found[2].1, "powr");
}

#[test]
fn a_plan_beyond_the_limit_is_refused() {
    let steps = vec!["\"wait(1)\""; MAX_ITEMS + 1].join(",");
    assert_eq!(
        found(&format!("[{steps}]"))[0].0,
        "a plan has at most 10000 steps and lanes"
    );
    let lanes = vec!["[]"; MAX_ITEMS].join(",");
    assert_eq!(found(&format!("[{{\"parallel\": [{lanes}]}}]")).len(), 1);
}

#[test]
fn a_cluster_in_place_of_a_plan_is_told_apart() {
    let (plan, diagnostics) = read_plan(&Source::new("c.json", CLUSTER), "c", &model());
    assert!(plan.is_none());
    assert_eq!(
        findings(&diagnostics),
        one("this is a cluster, not a plan", "{")
    );
}

#[test]
fn a_lane_waits_for_a_step_by_its_name_or_by_a_label() {
    let (plan, diagnostics) = plan(
        r#"["wait(1)", {"parallel": [
            [{"step": "wait(2)", "label": "again"}, {"parallel": [["wait(3)"], ["wait(2)"]]}],
            [{"after": " again "}, {"await": "settled", "label": "calm"}, {"after": "wait( 3 )"}],
            [{"after": "calm"}]]}]"#,
    );
    assert!(diagnostics.list.is_empty(), "{:?}", findings(&diagnostics));
    let plan = plan.unwrap();
    let mut awaited = Vec::new();
    let mut open: Vec<&Item> = plan.items.iter().collect();
    while let Some(item) = open.pop() {
        match item {
            Item::After { element, text, .. } => awaited.push((text.as_str(), *element)),
            Item::Parallel { lanes, .. } => open.extend(lanes.iter().flatten()),
            _ => {}
        }
    }
    awaited.sort_by_key(|(_, element)| *element);
    assert_eq!(awaited, [("again", 1), ("wait( 3 )", 2), ("calm", 4)]);
}

/// Message and underlined text, where two lanes have these elements.
fn lanes(first: &str, second: &str) -> Vec<(String, String)> {
    found(&format!(
        r#"["wait(1)", {{"parallel": [[{first}], [{second}]]}}, "wait(5)"]"#
    ))
}

#[test]
fn waiting_for_what_is_not_clear_or_not_there_is_refused() {
    let after = |text: &str| format!(r#"{{"after": "{text}"}}"#);
    assert_eq!(
        lanes(r#""wait(2)""#, &after("wait(3)")),
        one(
            "the plan never takes the step `wait(3)`",
            r#"{"after": "wait(3)"}"#
        )
    );
    assert_eq!(
        lanes(r#""wait(2)", "wait(2)""#, &after("wait(2)")),
        one(
            "the plan takes the step `wait(2)` 2 times",
            r#"{"after": "wait(2)"}"#
        )
    );
    assert_eq!(
        lanes(r#"{"step": "wait(2)", "label": "second"}"#, &after("secnd")),
        one("no step has the label `secnd`", r#"{"after": "secnd"}"#)
    );
    assert_eq!(
        lanes(r#""wait(2)""#, r#"{"after": ["wait(2)"]}"#),
        one(
            "`after` must be a step or a label in quotes, not a list `[…]`",
            r#"["wait(2)"]"#
        )
    );
    assert_eq!(lanes(r#""wait(2)""#, &after("wait(2")).len(), 1);
    assert_eq!(lanes(r#""wait(2)""#, &after("wait(9)")).len(), 1);
    assert_eq!(
        lanes(r#""wait(2)""#, &after("boot(Node1)")),
        one("`boot` is an event, not an action", "boot")
    );
}

#[test]
fn waiting_in_vain_and_for_ever_is_refused() {
    let after = |text: &str| format!(r#"{{"after": "{text}"}}"#);
    for done in ["wait(1)", "wait(3)"] {
        assert_eq!(
            lanes(r#""wait(2)""#, &format!(r#""wait(3)", {}"#, after(done))),
            one(
                &format!("`{done}` is done anyway before this is reached"),
                &after(done)
            )
        );
    }
    for never in ["wait(5)", "wait(3)"] {
        assert_eq!(
            lanes(r#""wait(2)""#, &format!(r#"{}, "wait(3)""#, after(never))),
            one(
                &format!("`{never}` comes only after this, which would wait for it for ever"),
                &after(never)
            )
        );
    }
    let (_, diagnostics) = plan(
        r#"[{"parallel": [
            [{"after": "wait(2)"}, {"parallel": [["wait(1)"], []]}, "wait(4)"],
            [{"after": "wait(1)"}, "wait(2)"],
            [{"after": "wait(4)"}, "wait(3)"]]}]"#,
    );
    let found = &diagnostics.list;
    assert_eq!(
        findings(&diagnostics),
        one(
            "waiting for `wait(2)` and `wait(1)` goes round: none of them is ever done",
            &after("wait(2)")
        )
    );
    assert_eq!(found[0].secondary.len(), 1);
}

#[test]
fn labels_are_told_apart() {
    let labelled = |label: &str| format!(r#"{{"step": "wait(2)", "label": {label}}}"#);
    for odd in [r#""""#, r#""wait(2)""#, r#""a\u0007""#] {
        assert_eq!(
            lanes(&labelled(odd), ""),
            one(
                "a label is a text without parentheses and control characters",
                odd
            )
        );
    }
    assert_eq!(
        lanes(&labelled(r#""x""#), &labelled(r#"" x""#)),
        one("the label `x` is given twice", r#"" x""#)
    );
    assert_eq!(
        lanes(r#"{"parallel": [], "label": "x"}"#, ""),
        one("`parallel` cannot have a label", r#""x""#)
    );
    assert_eq!(lanes(r#"{"step": "wait(2)", "label": 3}"#, "").len(), 1);
    assert_eq!(
        lanes(r#"{"step": 3}"#, ""),
        one("`step` must be a text, not a number", "3")
    );
    assert_eq!(lanes(r#"{"label": "x"}"#, "").len(), 1);
}
