//! What transitions do, told by small rulebooks.

use super::super::testing::{field, model, named, object, read};
use super::super::undefined::UndefinedReason;
use super::*;

const GUARDS: &str = r#"
    rules guards
    kind node { up: bool = true; busy: bool = false; next: node? = none }
    action stop(n: node) {
      require not n.busy       else "{n} is busy"
      await   n.up
      require n.next == none   else "{n} leads to {n.next}"
      await   n.next == none or n.next.up
      n.up = false
    }
    policy second on by default {
      before stop(m) {
        require m.next != none or m.up else "second: {m}"
        await m.next.up or not m.busy
      }
    }
    policy first on by default { before stop(m) await m.up }
    policy unused { before stop(m) await false }
"#;

const ONE: &str = r#"{ "rules": "test", "objects": { "node": { "A": {} } } }"#;
const TWO: &str = r#"{ "rules": "test", "objects": { "node": { "A": {}, "B": {} } } }"#;

#[test]
fn awaits_come_before_requires_and_own_guards_before_those_of_policies() {
    let model = model(GUARDS, ONE);
    let interpreter = Interpreter::new(&model);
    let order: Vec<(Option<&str>, String)> = interpreter
        .guards(TransitionId(0))
        .iter()
        .map(|g| {
            let policy = g
                .policy
                .map(|p| model.rules.policies[p.index()].name.as_str());
            (
                policy,
                model.rules.source.slice(g.guard.condition.span).to_owned(),
            )
        })
        .collect();
    let expected = [
        (None, "n.up"),
        (None, "n.next == none or n.next.up"),
        (Some("second"), "m.next.up or not m.busy"),
        (Some("first"), "m.up"),
        (None, "not n.busy"),
        (None, "n.next == none"),
        (Some("second"), "m.next != none or m.up"),
    ];
    assert_eq!(order, expected.map(|(p, text)| (p, text.to_owned())));
}

#[test]
fn the_first_guard_that_does_not_hold_decides() {
    let rules = r#"
        rules order
        kind node { up: bool = true; busy: bool = false }
        action stop(n: node) {
          require not n.busy else "{n} is busy"
          await n.up
          n.up = false
        }
        event wake(n: node) { when not n.up; when not n.busy; n.up = true }
    "#;
    let model = model(rules, ONE);
    let interpreter = Interpreter::new(&model);
    let (stop, wake) = (
        named(&interpreter, "stop(A)"),
        named(&interpreter, "wake(A)"),
    );
    let up_and_idle = interpreter.initial();
    let a = object(&model, "A");
    let busy = interpreter.with_value(
        &up_and_idle,
        a,
        field(&model, "node", "busy"),
        &Value::Bool(true),
    );
    let down_and_busy =
        interpreter.with_value(&busy, a, field(&model, "node", "up"), &Value::Bool(false));
    assert_eq!(interpreter.assess(&up_and_idle, stop), Assessment::Enabled);
    assert_eq!(interpreter.assess(&busy, stop), Assessment::Refused(1));
    assert_eq!(interpreter.message(&busy, stop, 1), "A is busy");
    assert_eq!(
        interpreter.assess(&down_and_busy, stop),
        Assessment::Blocked(0)
    );
    assert_eq!(interpreter.assess(&busy, wake), Assessment::Disabled(0));
    assert_eq!(
        interpreter.assess(&down_and_busy, wake),
        Assessment::Disabled(1)
    );
    assert_eq!(interpreter.fire(&busy, stop), Fired::Refused(1));
}

#[test]
fn an_undefined_guard_counts_only_where_those_before_it_hold() {
    let model = model(GUARDS, ONE);
    let interpreter = Interpreter::new(&model);
    let stop = named(&interpreter, "stop(A)");
    let initial = interpreter.initial();
    let Assessment::Undefined(undefined) = interpreter.assess(&initial, stop) else {
        panic!("`m.next.up` needs an object");
    };
    assert_eq!(undefined.reason, UndefinedReason::NoneDereferenced);
    assert_eq!(model.rules.source.slice(undefined.span), "m.next");
    let up = field(&model, "node", "up");
    let down = interpreter.with_value(&initial, object(&model, "A"), up, &Value::Bool(false));
    assert_eq!(interpreter.assess(&down, stop), Assessment::Blocked(0));
}

#[test]
fn each_assignment_sees_those_above_it() {
    let rules = r#"
        rules chain
        kind node { a: 0..9 = 1; b: 0..9 = 0 }
        event go(n: node) { n.a = n.a + 1; n.b = n.a + n.a; if n.b == 4 { n.a = 9 } else { n.a = 0 } }
    "#;
    let model = model(rules, ONE);
    let interpreter = Interpreter::new(&model);
    let Fired::Successor(next) = interpreter.fire(&interpreter.initial(), 0) else {
        panic!("nothing forbids it");
    };
    assert_eq!(read(&interpreter, &next, "A", "a"), Value::Int(9));
    assert_eq!(read(&interpreter, &next, "A", "b"), Value::Int(4));
}

#[test]
fn a_field_out_of_range_is_undefined_even_where_a_later_assignment_would_mend_it() {
    let rules = r#"
        rules chain
        kind node { a: 0..3 = 3 }
        event go(n: node) { n.a = n.a + 1; n.a = 0 }
    "#;
    let model = model(rules, ONE);
    let interpreter = Interpreter::new(&model);
    let Fired::Undefined(undefined) = interpreter.fire(&interpreter.initial(), 0) else {
        panic!("4 is not in 0..3");
    };
    let reason = UndefinedReason::OutOfRange {
        value: 4,
        low: 0,
        high: 3,
    };
    assert_eq!(undefined.reason, reason);
    assert_eq!(model.rules.source.slice(undefined.span), "n.a = n.a + 1");
}

#[test]
fn a_loop_chooses_its_objects_before_the_first_pass() {
    let rules = r#"
        rules loops
        kind node { on: bool = true; rank: 0..9 = 0 }
        event go(n: node) {
          for m in node where n.on {
            n.on = false
            m.rank = 7
          }
        }
    "#;
    let model = model(rules, TWO);
    let interpreter = Interpreter::new(&model);
    let next = interpreter.apply(&interpreter.initial(), 0).unwrap();
    assert_eq!(read(&interpreter, &next, "A", "rank"), Value::Int(7));
    assert_eq!(read(&interpreter, &next, "B", "rank"), Value::Int(7));
    let again = interpreter.apply(&next, 0).unwrap();
    assert_eq!(again, next);
}

const FAULTS: &str = r#"
    rules faults
    kind node { up: bool = true }
    event boot(n: node) { when not n.up; n.up = true }
    fault crash(n: node) { when n.up; n.up = false }
    fault flicker(n: node) { when n.up; n.up = true }
"#;

#[test]
fn a_total_budget_is_spent_by_any_fault() {
    let model = model(
        FAULTS,
        r#"{ "rules": "test", "faults": 1, "objects": { "node": { "A": {} } } }"#,
    );
    let interpreter = Interpreter::new(&model);
    let initial = interpreter.initial();
    assert_eq!(interpreter.faults_left(&initial), [1]);
    let next = interpreter
        .apply(&initial, named(&interpreter, "flicker(A)"))
        .unwrap();
    assert_eq!(interpreter.faults_left(&next), [0]);
    let crash = named(&interpreter, "crash(A)");
    assert_eq!(interpreter.assess(&next, crash), Assessment::NoFaultsLeft);
    assert_ne!(initial, next, "the faults left are part of the state");
}

#[test]
fn a_budget_by_fault_is_spent_by_that_fault_only() {
    let cluster = r#"{ "rules": "test", "faults": { "crash": 300, "flicker": 1 }, "objects": { "node": { "A": {} } } }"#;
    let model = model(FAULTS, cluster);
    let interpreter = Interpreter::new(&model);
    let initial = interpreter.initial();
    assert_eq!(interpreter.faults_left(&initial), [0, 300, 1]);
    let crashed = interpreter
        .apply(&initial, named(&interpreter, "crash(A)"))
        .unwrap();
    assert_eq!(interpreter.faults_left(&crashed), [0, 299, 1]);
    let booted = interpreter
        .apply(&crashed, named(&interpreter, "boot(A)"))
        .unwrap();
    assert_eq!(
        interpreter.faults_left(&booted),
        [0, 299, 1],
        "an event spends nothing"
    );
}

#[test]
fn changes_name_every_field_that_differs() {
    let model = model(FAULTS, TWO);
    let interpreter = Interpreter::new(&model);
    let before = interpreter.initial();
    let after = interpreter
        .apply(&before, named(&interpreter, "crash(B)"))
        .unwrap();
    let change = Change {
        object: object(&model, "B"),
        field: FieldId(0),
        from: Value::Bool(true),
        to: Value::Bool(false),
    };
    assert_eq!(interpreter.changes(&before, &after), [change]);
    assert_eq!(interpreter.changes(&after, &after), []);
}

#[test]
fn a_failure_strikes_where_its_action_could_be_done_and_budget_is_left() {
    let rules = r#"
        rules failing
        kind node { up: bool = true; new: bool = false; broken: bool = false }
        action patch(n: node) {
          text "Patch {n}"
          require not n.new else "{n} is new"
          await n.up
          may fail { n.broken = true; n.up = false }
          may fail "{n} stays as it is" { }
          n.new = true
        }
        policy sound on by default { before patch(m) require not m.broken else "{m} is broken" }
    "#;
    let cluster = |faults: &str| {
        format!(
            r#"{{ "rules": "test", "faults": {faults}, "objects": {{ "node": {{ "A": {{}} }} }} }}"#
        )
    };
    let model = model(
        rules,
        &cluster(r#"{ "patch fails": 1, "patch fails (2)": 1 }"#),
    );
    let interpreter = Interpreter::new(&model);
    let breaks = named(&interpreter, "patch(A) fails");
    let stays = named(&interpreter, "patch(A) fails (2)");
    let first = interpreter.initial();
    assert_eq!(
        interpreter.describe(&first, breaks),
        "Patch A: fails half-way"
    );
    assert_eq!(interpreter.describe(&first, stays), "A stays as it is");
    let a = object(&model, "A");
    let with = |name: &str, value| {
        let field = field(&model, "node", name);
        interpreter.with_value(&first, a, field, &Value::Bool(value))
    };
    // Awaits, then requires, then those of policies: as the action asks, but nobody is refused.
    assert_eq!(
        interpreter.assess(&with("up", false), breaks),
        Assessment::Disabled(0)
    );
    assert_eq!(
        interpreter.assess(&with("new", true), breaks),
        Assessment::Disabled(1)
    );
    assert_eq!(
        interpreter.assess(&with("broken", true), breaks),
        Assessment::Disabled(2)
    );
    let Fired::Successor(broken) = interpreter.fire(&first, breaks) else {
        unreachable!("nothing is in the way");
    };
    let changed: Vec<_> = interpreter.changes(&first, &broken);
    assert_eq!(changed.len(), 2);
    assert_eq!(interpreter.fire(&broken, breaks), Fired::NoFaultsLeft);
    let Fired::Successor(same) = interpreter.fire(&first, stays) else {
        unreachable!("nothing is in the way");
    };
    assert!(interpreter.changes(&first, &same).is_empty());
    assert_eq!(interpreter.fire(&same, stays), Fired::NoFaultsLeft);
    assert_eq!(interpreter.assess(&same, breaks), Assessment::Enabled);
}
