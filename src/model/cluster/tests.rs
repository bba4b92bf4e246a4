//! Clusters as they are read, and what is told of those that cannot be.

use super::*;
use crate::language::codes::Code;
use crate::language::rules::{
    Activation, BinaryOp, Constant, Expr, ExprKind, GoalId, ParamId, Type,
};
use crate::model::ground::FaultBudget;
use crate::model::testing::{findings, small_rules};
use crate::model::value::{ObjectId, Value};

fn cluster(text: &str, overrides: &Overrides) -> (Option<Model>, Diagnostics) {
    read_cluster(
        &Source::new("c.json", text),
        "c",
        &Arc::new(small_rules()),
        overrides,
    )
}

fn model(text: &str) -> Model {
    let (model, diagnostics) = cluster(text, &Overrides::default());
    assert!(diagnostics.list.is_empty(), "{:?}", findings(&diagnostics));
    model.unwrap()
}

/// Findings in a cluster whose objects are these.
fn in_objects(objects: &str) -> Vec<(String, String)> {
    let (model, diagnostics) = cluster(
        &format!("{{\"rules\": \"small\", \"objects\": {objects}}}"),
        &Overrides::default(),
    );
    assert!(model.is_none());
    findings(&diagnostics)
}

fn in_settings(settings: &str) -> Vec<(String, String)> {
    let (model, diagnostics) = cluster(
        &format!("{{\"rules\": \"small\", \"objects\": {{}}, {settings}}}"),
        &Overrides::default(),
    );
    assert!(model.is_none());
    findings(&diagnostics)
}

fn help(objects: &str) -> String {
    let text = format!("{{\"rules\": \"small\", \"objects\": {objects}}}");
    cluster(&text, &Overrides::default()).1.list[0]
        .help
        .join("\n")
}

fn one(message: &str, underlined: &str) -> Vec<(String, String)> {
    vec![(message.to_owned(), underlined.to_owned())]
}

const NODES: &str = r#"{"rules": "small", "objects": {
        "evs": {"EVS[1-2]": {"host": "Node[2-3]", "spare": "Node1", "owners": ["Node3", "Node[1-3]"]}, "solo": {"host": "Node1", "spare": null}},
        "node": {"Node[1-3]": {"build": "sp1"}, "web-1.eu": {"level": 7, "pending": true}}}}"#;

#[test]
fn kinds_come_in_order_of_declaration_and_objects_in_that_of_the_cluster() {
    let model = model(NODES);
    let names: Vec<&str> = model.objects.iter().map(|o| o.name.as_str()).collect();
    assert_eq!(
        names,
        [
            "Node1", "Node2", "Node3", "web-1.eu", "EVS1", "EVS2", "solo"
        ]
    );
    assert_eq!(model.of_kind, [0..4, 4..7]);
    assert_eq!(model.name, "c");
}

#[test]
fn references_are_zipped_or_broadcast_and_sets_belong_to_every_object() {
    let model = model(NODES);
    let node = |n| Value::Object(ObjectId(n));
    let all = Value::Set(vec![ObjectId(0), ObjectId(1), ObjectId(2)]);
    assert_eq!(model.objects[4].values, [node(1), node(0), all.clone()]);
    assert_eq!(model.objects[5].values, [node(2), node(0), all]);
    assert_eq!(
        model.objects[6].values,
        [node(0), Value::None, Value::Set(vec![])]
    );
    let web = &model.objects[3].values;
    assert_eq!(web[1..], [Value::Bool(true), Value::Int(7)]);
    assert_eq!(
        model.objects[0].values[2],
        Value::Int(3),
        "the default of the rules"
    );
}

#[test]
fn every_instance_is_found_again_by_its_arguments() {
    let model = model(NODES);
    assert_eq!(model.instances.len(), 3 * 4 + 4 + 4);
    for (place, instance) in model.instances.iter().enumerate() {
        assert_eq!(
            model.instance(instance.transition, &instance.arguments),
            Some(place)
        );
    }
    assert_eq!(
        model.instance(model.instances[0].transition, &[Value::None]),
        None
    );
}

#[test]
fn settings_have_defaults_and_later_layers_count_more() {
    let settings = r#"{"rules": "small", "objects": {}, "params": {"limit": 2}, "policies": {"drain": true},
            "faults": {"crash": 2}, "goal": "backed_up"}"#;
    let given = model(settings);
    assert_eq!(given.params, [Value::Int(2)]);
    assert_eq!(given.policies, [true, true]);
    assert_eq!(given.faults, FaultBudget::Each(vec![0, 0, 2]));
    assert_eq!(given.goal, Some(GoalId(1)));
    let bare = model(r#"{"rules": "small", "objects": {}}"#);
    assert_eq!(
        (bare.params, bare.policies),
        (vec![Value::Int(0)], vec![false, true])
    );
    assert_eq!(
        (bare.faults, bare.goal),
        (FaultBudget::Total(0), Some(GoalId(0)))
    );
    let overrides = Overrides {
        policies: vec![("drain".into(), false)],
        params: vec![("limit".into(), "7".into())],
        faults: Some(3),
        goal: Some("upgraded".into()),
    };
    let over = cluster(settings, &overrides).0.unwrap();
    assert_eq!(
        (over.params, over.policies),
        (vec![Value::Int(7)], vec![false, true])
    );
    assert_eq!(
        (over.faults, over.goal),
        (FaultBudget::Total(3), Some(GoalId(0)))
    );
}

#[test]
fn a_policy_is_on_where_its_condition_holds() {
    let int = |kind| {
        Box::new(Expr {
            kind,
            ty: Type::Int,
            span: Span::default(),
        })
    };
    let mut rules = small_rules();
    let above = ExprKind::Binary(
        BinaryOp::Gt,
        int(ExprKind::Param(ParamId(0))),
        int(ExprKind::Constant(Constant::Int(0))),
    );
    rules.policies[0].activation = Activation::Where(*int(above));
    let rules = Arc::new(rules);
    let on = |limit: &str| {
        let overrides = Overrides {
            params: vec![("limit".into(), limit.into())],
            ..Overrides::default()
        };
        let source = Source::new("c.json", r#"{"rules": "small", "objects": {}}"#);
        read_cluster(&source, "c", &rules, &overrides)
            .0
            .unwrap()
            .policies[0]
    };
    assert_eq!((on("0"), on("1")), (false, true));
}

#[test]
fn unknown_words_are_pointed_at() {
    assert_eq!(
        in_objects(r#"{"nodes": {}}"#),
        one("the rules `small` have no kind `nodes`", "\"nodes\"")
    );
    assert_eq!(
        in_objects(r#"{"node": {"A": {"biuld": "sp1"}}}"#),
        one("`node` has no field `biuld`", "\"biuld\"")
    );
    assert_eq!(
        help(r#"{"node": {"A": {"biuld": "sp1"}}}"#),
        "did you mean `build`?"
    );
    assert_eq!(
        in_settings(r#""polices": {}"#),
        one("a cluster has no key `polices`", "\"polices\"")
    );
    assert_eq!(
        in_settings(r#""params": {"limt": 1}"#),
        one("the rules `small` have no parameter `limt`", "\"limt\"")
    );
    assert_eq!(
        in_settings(r#""policies": {"drian": true}"#),
        one("the rules `small` have no policy `drian`", "\"drian\"")
    );
    assert_eq!(
        in_settings(r#""faults": {"boot": 1}"#),
        one("the rules `small` have no fault `boot`", "\"boot\"")
    );
    assert_eq!(
        in_settings(r#""goal": "done""#),
        one("the rules `small` have no goal `done`", "\"done\"")
    );
}

#[test]
fn values_must_fit_their_fields() {
    let node = |field: &str| in_objects(&format!(r#"{{"node": {{"A": {{{field}}}}}}}"#));
    assert_eq!(
        node(r#""build": "sp2""#),
        one("the field `build` has the unknown value `sp2`", "\"sp2\"")
    );
    assert_eq!(
        node(r#""build": 1"#),
        one(
            "the field `build` must be a value of `Build` in quotes, not a number",
            "1"
        )
    );
    assert_eq!(
        node(r#""pending": "no""#),
        one(
            "the field `pending` must be `true` or `false`, not a text",
            "\"no\""
        )
    );
    assert_eq!(
        node(r#""level": 8"#),
        one("the field `level` must be from 0 to 7, not 8", "8")
    );
    assert_eq!(node(r#""level": -99999999999999999999"#).len(), 1);
    assert_eq!(
        node(r#""level": 1.0"#),
        one(
            "the field `level` must be a whole number from 0 to 7, not `1.0`",
            "1.0"
        )
    );
    let settings =
        in_settings(r#""params": {"limit": 1001}, "policies": {"drain": "on"}, "faults": -1"#);
    let messages: Vec<&str> = settings
        .iter()
        .map(|(message, _)| message.as_str())
        .collect();
    assert_eq!(
        messages,
        [
            "the policy `drain` must be `true` or `false`, not a text",
            "`faults` must be from 0 to 1000000, not -1",
            "the parameter `limit` must be from 0 to 1000, not 1001",
        ]
    );
}

#[test]
fn references_must_name_objects_of_their_kind() {
    let evs = |fields: &str| {
        in_objects(&format!(
            r#"{{"node": {{"Node[1-3]": {{}}}}, "evs": {{"E[1-2]": {{{fields}}}}}}}"#
        ))
    };
    assert_eq!(
        evs(r#""host": "Node4""#),
        one("the cluster has no `node` named `Node4`", "\"Node4\"")
    );
    assert_eq!(
        evs(r#""host": "E1""#),
        one("`E1` is a `evs`, not a `node`", "\"E1\"")
    );
    assert_eq!(
        evs(r#""host": null"#),
        one(
            "the field `host` must be the name of a `node`, not `null`",
            "null"
        )
    );
    assert_eq!(
        evs(r#""host": "Node[1-3]""#),
        one(
            "`Node[1-3]` names 3 objects for the 2 of `E[1-2]`",
            "\"Node[1-3]\""
        )
    );
    assert_eq!(
        evs(""),
        one("`E[1-2]` has no value for `host`", "\"E[1-2]\"")
    );
    assert_eq!(
        evs(r#""host": "Node[1-""#),
        one(
            "the host list `Node[1-` cannot be read: no `]` closes this",
            "["
        )
    );
    assert_eq!(
        evs(r#""host": "Node1", "owners": ["Node9", 1]"#),
        [
            (
                "the cluster has no `node` named `Node9`".to_owned(),
                "\"Node9\"".to_owned()
            ),
            (
                "a member of the field `owners` must be a name, not a number".to_owned(),
                "1".to_owned()
            ),
        ]
    );
}

#[test]
fn a_bad_name_is_told_without_a_word_about_host_lists() {
    let named = |name: &str| in_objects(&format!(r#"{{"node": {{"{name}": {{}}}}}}"#));
    assert_eq!(named(""), one("a name cannot be empty", ""));
    assert_eq!(
        named("O'Hara"),
        one(
            "`O'Hara` cannot be a name: a name cannot have an apostrophe",
            "'"
        )
    );
    assert_eq!(
        named("a\\u0007"),
        one(
            "`a ` cannot be a name: a name cannot have control characters",
            "\"a\\u0007\""
        )
    );
    assert_eq!(
        named("Node\u{200b}1"),
        one(
            "`Node 1` cannot be a name: a name cannot have invisible characters",
            "\u{200b}"
        )
    );
    assert!(
        named(&"x".repeat(256))[0]
            .0
            .ends_with("a name has at most 255 characters")
    );
}

#[test]
fn names_are_unique_in_the_cluster() {
    let found =
        in_objects(r#"{"node": {"N[1-3]": {}, "N[3-4]": {}}, "evs": {"N1": {"host": "N2"}}}"#);
    let expected = [
        ("the object `N3` is given twice", "\"N[3-4]\""),
        ("the object `N1` is given twice", "\"N1\""),
    ];
    assert_eq!(found, expected.map(|(m, u)| (m.to_owned(), u.to_owned())));
}

#[test]
fn a_billion_objects_are_refused_at_once() {
    let found = in_objects(r#"{"node": {"N[1-1000000000]": {}, "M": {}}}"#);
    assert_eq!(
        found,
        one(
            "a cluster has at most 100000 objects",
            "\"N[1-1000000000]\""
        )
    );
    let sets = r#"{"node": {"N[1-50000]": {}}, "evs": {"E[1-50000]": {"host": "N1", "owners": ["N[1-50000]"]}}}"#;
    assert_eq!(
        in_objects(sets)[0].0,
        "a cluster has at most 8000000 field values, members of sets included"
    );
}

#[test]
fn a_cluster_without_its_keys_says_which() {
    let (_, diagnostics) = cluster("{}", &Overrides::default());
    let messages: Vec<String> = findings(&diagnostics).into_iter().map(|f| f.0).collect();
    assert_eq!(
        messages,
        ["the cluster has no `rules`", "the cluster has no `objects`"]
    );
    let (_, diagnostics) = cluster("[1]", &Overrides::default());
    assert_eq!(
        findings(&diagnostics),
        one("a cluster must be an object `{…}`, not a list `[…]`", "[1]")
    );
}

#[test]
fn a_wrong_option_is_said_without_a_place() {
    let overrides = Overrides {
        policies: vec![("drian".into(), true)],
        params: vec![("limit".into(), "many".into())],
        goal: Some("done".into()),
        ..Overrides::default()
    };
    let (model, diagnostics) = cluster(r#"{"rules": "small", "objects": {}}"#, &overrides);
    assert!(model.is_none());
    assert!(
        diagnostics
            .list
            .iter()
            .all(|d| d.code == Code::BadOption && d.primary.is_none())
    );
    let messages: Vec<String> = findings(&diagnostics).into_iter().map(|f| f.0).collect();
    assert_eq!(
        messages,
        [
            "the parameter `limit` must be a whole number from 0 to 1000, not `many`",
            "the rules `small` have no policy `drian`",
            "the rules `small` have no goal `done`",
        ]
    );
    assert_eq!(diagnostics.list[1].help, ["did you mean `drain`?"]);
}
