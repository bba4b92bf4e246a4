//! What correct rules become.

use crate::language::rules::{
    Activation, BinaryOp, Constant, Domain, Effect, ExprKind, FieldType, GuardKind, KindId, LetId,
    Slot, TemplatePart, Transition, TransitionClass, Type,
};

use super::rules;

#[test]
fn enum_values_take_the_enum_that_is_expected() {
    let rules = rules(
        "action f(n: node, p: Power) {\n  require p == up and down != p else \"{Light.up}\"\n  n.power = if n.build >= sp1 then up else p\n}\n",
    );
    let action = &rules.transitions[2];
    let Effect::Assign { value, .. } = &action.effects[0] else {
        unreachable!("the effect is an assignment");
    };
    let ExprKind::If(_, then, otherwise) = &value.kind else {
        unreachable!("the value is an `if`");
    };
    let power = rules.enums.iter().position(|e| e.name == "Power");
    assert!(
        matches!(then.kind, ExprKind::Constant(Constant::Enum(id, 0)) if Some(id.index()) == power)
    );
    assert!(matches!(otherwise.kind, ExprKind::Variable(Slot(1))));
}

#[test]
fn several_names_become_quantifiers_inside_each_other_and_the_filter_goes_to_the_last() {
    let rules = rules("goal g { all a, b in node where a != b: a.build == b.build }");
    let goal = &rules.goals[0];
    assert_eq!(goal.slots, 2);
    let ExprKind::All(outer, inner) = &goal.condition.kind else {
        unreachable!("the goal is a quantifier");
    };
    let ExprKind::All(inner, _) = &inner.kind else {
        unreachable!("its body is a quantifier");
    };
    assert_eq!((outer.name.as_str(), outer.slot), ("a", Slot(0)));
    assert_eq!((inner.name.as_str(), inner.slot), ("b", Slot(1)));
    assert!(outer.filter.is_none() && inner.filter.is_some());
    assert!(matches!(inner.domain, Domain::Kind(KindId(0))));
}

#[test]
fn every_binder_has_a_slot_of_its_own_after_the_parameters() {
    let rules = rules(
        "action f(n: node, e: evs) {\n  await (all x in node: x.hotfix) or (some y in e.owners: y == n)\n  for z in evs where z.host == n { z.online = false }\n}\n",
    );
    let action = &rules.transitions[2];
    assert_eq!(action.slots, 5);
    let Effect::For { binder, .. } = &action.effects[0] else {
        unreachable!("the effect is a loop");
    };
    assert_eq!(binder.slot, Slot(4));
}

#[test]
fn a_skipped_argument_keeps_its_slot() {
    let rules = rules(
        "action move(e: evs, to: node) {\n  e.host = to\n}\npolicy p on where limit > 0 and count(node) > 2 {\n  before move(_, n) {\n    require n.hotfix else \"{n} has no hotfix\"\n    await n.power == up\n  }\n}\n",
    );
    let policy = &rules.policies[0];
    assert!(matches!(policy.activation, Activation::Where(_)));
    let clause = &policy.clauses[0];
    assert_eq!(
        clause.action,
        rules.transition("move").expect("declared above")
    );
    assert_eq!((clause.arguments[0].name.as_str(), clause.slots), ("_", 2));
    let ExprKind::Field(object, ..) = &clause.guards[0].condition.kind else {
        unreachable!("the first guard reads a field");
    };
    assert!(matches!(object.kind, ExprKind::Variable(Slot(1))));
    assert!(matches!(clause.guards[0].kind, GuardKind::Require(_)));
    assert!(matches!(clause.guards[1].kind, GuardKind::Await));
}

#[test]
fn lets_have_their_types_whatever_the_order_of_declaration() {
    let rules = rules(
        "let ready(e: evs) = fit(target(e))\nlet target(e: evs) = if e.online then e.host else e.standby\nlet fit(n: node?) = n != none and n.build == sp1\nlet empty(e: evs) = e.owners - {e.host} + {} == {}\n",
    );
    let types: Vec<Type> = rules.lets.iter().map(|l| l.body.ty).collect();
    let optional = Type::Optional(KindId(0));
    assert_eq!(
        types,
        [Type::Bool, Type::Bool, optional, Type::Bool, Type::Bool]
    );
    let ExprKind::Call(called, _) = &rules.lets[1].body.kind else {
        unreachable!("the body is a call");
    };
    assert_eq!(*called, LetId(3));
}

#[test]
fn conditions_of_a_block_keep_their_order() {
    let rules = rules("goal g {\n  limit > 0\n  limit > 1; limit > 2\n}\n");
    let mut numbers = Vec::new();
    let mut open = vec![&rules.goals[0].condition];
    while let Some(expr) = open.pop() {
        match &expr.kind {
            ExprKind::Binary(BinaryOp::And, a, b) => open.extend([&**b, &**a]),
            ExprKind::Binary(_, _, number) => numbers.push(match number.kind {
                ExprKind::Constant(Constant::Int(n)) => n,
                _ => -1,
            }),
            _ => numbers.push(-1),
        }
    }
    assert_eq!(numbers, [0, 1, 2]);
    assert!(
        rules
            .source
            .slice(rules.goals[0].condition.span)
            .ends_with("limit > 2")
    );
}

#[test]
fn everything_that_a_transition_says_is_kept() {
    let rules = rules(
        "outage(e: evs) { not e.online }\n\
         action f(e: evs, to: node?) {\n  text \"Move {e}\"\n  then \"look\"\n  then \"again\"\n  takes 2 min\n  cost 3\n  interrupts e for 30 s\n  require to != none else \"no\"\n  e.standby = to\n  e.owners = e.owners + {e.host}\n}\n\
         fault crash(n: node) {\n  when n.power == up\n  n.power = down\n}\n",
    );
    let action = &rules.transitions[2];
    assert!(action.text.is_some());
    assert_eq!((action.then.len(), action.takes, action.cost), (2, 120, 3));
    assert_eq!(action.interrupts[0].seconds, 30);
    assert_eq!(action.parameters[1].ty, FieldType::Optional(KindId(0)));
    assert_eq!(action.effects.len(), 2);
    assert!(matches!(
        rules.transitions[3].guards[0].kind,
        GuardKind::When
    ));
    assert_eq!(rules.outages[0].kind, KindId(1));
    assert_eq!(rules.transitions[3].cost, 1);
    assert!(rules.transitions[1].fair && !rules.transitions[3].fair);
}

#[test]
fn the_default_goal_is_the_one_declared_so_or_the_only_one() {
    let one = rules("goal a { true }");
    assert_eq!(one.default_goal, one.goal("a"));
    let several = rules("goal a { true }\ndefault goal b { true }");
    assert_eq!(several.default_goal, several.goal("b"));
    let none = rules("goal complete { true }\ngoal upgraded { true }");
    assert_eq!(none.default_goal, None);
}

#[test]
fn old_reads_the_state_before_in_transition_invariants() {
    let rules = rules(
        "transition invariant grows(n: node) { old(n.stamp) <= n.stamp and (old(hosts(n)) implies hosts(n)) }",
    );
    assert!(rules.invariants[0].transition);
    assert_eq!(rules.invariants[0].parameters[0].name, "n");
}

#[test]
fn types_are_named_in_the_words_of_the_rules() {
    let rules = rules("");
    let node = KindId(0);
    assert_eq!(rules.type_name(Type::Int), "an integer");
    assert_eq!(rules.type_name(Type::Optional(node)), "node?");
    assert_eq!(rules.type_name(Type::Set(node)), "set of node");
    assert_eq!(rules.field_type_name(FieldType::Range(0, 7)), "0..7");
    assert_eq!(rules.field_type_name(FieldType::Bool), "bool");
}

#[test]
fn each_way_to_fail_is_a_fault_behind_its_action() {
    let rules = rules(
        "policy first { before f(m, _) await m.power == up }\n\
         action f(n: node, hot: bool) {\n  text \"Patch {n}\"\n  takes 2 min\n  cost 3\n  await n.power == up\n  require not n.hotfix else \"no\"\n\
         may fail { n.stamp = 1 }\n  may fail \"{n} is lost\" { }\n  n.hotfix = true\n}\n\
         action g() {\n  may fail { }\n}\n\
         policy second { before g() await limit > 0 }\n",
    );
    let names: Vec<&str> = rules.transitions.iter().map(|t| t.name.as_str()).collect();
    assert_eq!(
        names,
        [
            "reboot",
            "boot",
            "f",
            "f fails",
            "f fails (2)",
            "g",
            "g fails"
        ]
    );
    let (action, fault) = (&rules.transitions[2], &rules.transitions[3]);
    assert_eq!(fault.failure_of, rules.transition("f"));
    assert_eq!(rules.transitions[6].failure_of, rules.transition("g"));
    assert_eq!(action.failure_of, None);
    assert_eq!(fault.class, TransitionClass::Fault);
    assert_eq!((fault.takes, fault.effects.len()), (0, 1));
    assert_eq!(fault.parameters.len(), 2);
    let spans = |t: &Transition| t.guards.iter().map(|g| g.span).collect::<Vec<_>>();
    assert_eq!(spans(action), spans(fault));
    let last = |t: &Transition| match t.text.as_ref().map(|text| &text.parts[..]) {
        Some([.., TemplatePart::Text(last)]) => last.clone(),
        other => format!("{other:?}"),
    };
    assert_eq!(last(fault), ": fails half-way");
    assert_eq!(last(&rules.transitions[4]), " is lost");
    assert!(rules.transitions[6].text.is_none());
    let clauses = |policy: usize| {
        let clauses = rules.policies[policy].clauses.iter();
        clauses.map(|c| c.action.index()).collect::<Vec<_>>()
    };
    assert_eq!(clauses(0), [2, 3, 4]);
    assert_eq!(clauses(1), [5, 6]);
}
