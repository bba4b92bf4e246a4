//! Expressions and steps of plans, which know the objects of a cluster by name.

use crate::language::diagnostic::Diagnostics;
use crate::language::parse::{parse_expression, parse_step};
use crate::language::rules::{Constant, Expr, ExprKind, KindId, Type};
use crate::language::source::{Source, Span};
use crate::language::typing::{NoObjects, Objects, check_arguments, check_expression};

use super::{rules, told};

const ACTION: &str = "action act(e: evs, to: node?, p: Power, stamp: 0..9, force: bool) {\n  e.host.stamp = stamp\n}\n";

/// Two nodes, one of them with the name of an enum value, and an EVS with the name of a param.
struct Cluster;

impl Objects for Cluster {
    fn find(&self, name: &str) -> Option<(u32, KindId)> {
        let place = self.names().iter().position(|n| n == name)?;
        let kind = KindId(u16::from(place > 2));
        u32::try_from(place).ok().map(|place| (place, kind))
    }

    fn names(&self) -> Vec<String> {
        ["Node1", "up", "web-1.eu", "EVS1", "limit"]
            .map(str::to_owned)
            .to_vec()
    }
}

fn expression(text: &str) -> (Option<(Expr, usize)>, Diagnostics) {
    let source = Source::new("plan.json", text);
    let span = Span::new(0, u32::try_from(text.len()).expect("tests are short"));
    let (expr, parsed) = parse_expression(&source, span);
    assert!(parsed.list.is_empty(), "{text}");
    check_expression(&rules(ACTION), &Cluster, &expr, Type::Bool, &source)
}

fn step(text: &str) -> (Option<Vec<Expr>>, Vec<String>) {
    let source = Source::new("plan.json", text);
    let span = Span::new(0, u32::try_from(text.len()).expect("tests are short"));
    let (step, parsed) = parse_step(&source, span);
    assert!(parsed.list.is_empty(), "{text}");
    let step = step.expect("it was parsed");
    let rules = rules(ACTION);
    let action = rules.transition(&step.action.text).expect("it is declared");
    let (values, found) = check_arguments(&rules, &Cluster, action, &step, &source);
    let lines = found.list.iter().map(told).collect();
    (values, lines)
}

#[test]
fn an_object_goes_before_a_param_and_an_enum_value() {
    let (typed, found) = expression(
        "limit.online and Node1.power == Power.up and up.power == 'web-1.eu'.power and all n in node: n.build == sp1",
    );
    let told: Vec<String> = found.list.iter().map(told).collect();
    let (_, slots) = typed.unwrap_or_else(|| unreachable!("{told:?}"));
    assert_eq!(slots, 1);
}

#[test]
fn an_unknown_object_is_told_with_the_likely_one() {
    let (typed, found) = expression("Node2.hotfix");
    assert!(typed.is_none());
    assert_eq!(
        told(&found.list[0]),
        "error R0010 unknown name `Node2`\n  at Node2: not found in scope\n  did you mean `Node1`?"
    );
    let (_, found) = expression("'web-2.eu'.hotfix");
    assert_eq!(
        told(&found.list[0]),
        "error C0004 the cluster has no object `web-2.eu`\n  at 'web-2.eu': not an object\n  did you mean `web-1.eu`?"
    );
}

#[test]
fn an_option_without_a_cluster_uses_the_rules_alone() {
    let source = Source::new("--option", "count(node) > limit");
    let (expr, _) = parse_expression(&source, Span::new(0, 19));
    let (typed, found) = check_expression(&rules(""), &NoObjects, &expr, Type::Bool, &source);
    assert!(typed.is_some() && found.list.is_empty());
}

#[test]
fn arguments_of_a_step_are_objects_and_constants() {
    let (values, told) = step("act(EVS1, 'web-1.eu', up, 9, true)");
    let values = values.unwrap_or_else(|| unreachable!("{told:?}"));
    assert!(matches!(values[0].kind, ExprKind::Object(3)));
    assert!(matches!(values[1].kind, ExprKind::Object(2)));
    assert!(matches!(
        values[2].kind,
        ExprKind::Constant(Constant::Enum(_, 0))
    ));
    assert!(matches!(
        values[3].kind,
        ExprKind::Constant(Constant::Int(9))
    ));
    let (values, _) = step("act(limit, none, Power.down, 0, false)");
    let values = values.expect("all of them fit");
    assert!(matches!(values[0].kind, ExprKind::Object(4)));
    assert!(matches!(values[1].kind, ExprKind::Constant(Constant::None)));
    assert!(matches!(
        values[2].kind,
        ExprKind::Constant(Constant::Enum(_, 2))
    ));
}

#[test]
fn every_wrong_argument_of_a_step_is_told() {
    let (values, told) = step("act(none, EVS1, sp1, 10, Node1.hotfix)");
    assert!(values.is_none());
    assert_eq!(
        told,
        [
            "error P0001 `none` cannot be the argument `e`\n  at none: not the name of a `evs`\n  write the name of a `evs`",
            "error R0012 expected `node`, but `EVS1` is `evs`\n  at EVS1: this is `evs`\n  objects of kind `node`: `Node1`, `up`, `web-1.eu`",
            "error P0001 `sp1` cannot be the argument `p`\n  at sp1: not a value of `Power` (`up`, `rebooting`, `down`)\n  write a value of `Power` (`up`, `rebooting`, `down`)",
            "error R0017 10 is outside `0..9`, the range of `stamp`\n  at 10: outside the range\n  write a number of the range, such as 9, or widen it where it is declared",
            "error P0001 `Node1.hotfix` cannot be the argument `force`\n  at Node1.hotfix: not `true` or `false`\n  write `true` or `false`",
        ]
    );
    let (_, told) = step("act(EVS2)");
    assert_eq!(
        told,
        [
            "error C0004 the cluster has no `evs` called `EVS2`\n  at EVS2: not an object\n  did you mean `EVS1`?",
            "error R0015 `act` takes 5 arguments, 1 given\n  at act(EVS2): 1 argument\n  the action is `act(e: evs, to: node?, p: Power, stamp: 0..9, force: bool)`",
        ]
    );
}
