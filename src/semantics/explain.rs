//! Why a condition is false: for which objects, in which conjunct, and with which values. Knows nothing of how it is
//! told.
//!
//! The walk goes down to the smallest part that decides: the first false side of an `and`, the conclusion of an
//! `implies`, the first object for which an `all` fails, the body of a `let`. Below a `not` it looks for what is true
//! and should not be. It stops where several parts decide together (both sides of an `or`, all objects of a `some`).

use crate::language::rules::{
    BinaryOp, Binder, Domain, Expr, ExprKind, GoalId, InvariantId, TemporalId, Variable,
};
use crate::language::source::Source;
use crate::model::value::Value;

use super::evaluate::{Moment, Scope};
use super::interpreter::Interpreter;
use super::state::State;
use super::text::folded;

/// More values than this explain nothing.
const MOST_READINGS: usize = 12;

/// The smallest part of a condition that makes it false.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// The variables that the way there bound, with their values; of two with the same name the inner one.
    pub bindings: Vec<(String, String)>,
    /// A condition that is false, as written, on one line.
    pub conjunct: String,
    /// What the paths, calls, parameters and counts in it are.
    pub values: Vec<Reading>,
}

/// A part of an expression with its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// As written: `n.pending`.
    pub text: String,
    /// With values for its variables: `Node1.pending`.
    pub ground: String,
    /// The value; `?` where it is undefined.
    pub value: String,
}

impl Interpreter<'_> {
    /// Why a condition is false. Its variables 0, 1, 2, … are those of `bindings`; its spans point into `source`;
    /// `before` is what `old(..)` means.
    #[must_use]
    pub fn why_false(
        &self,
        state: &State,
        before: Option<&State>,
        condition: &Expr,
        source: &Source,
        bindings: &[(String, Value)],
    ) -> Explanation {
        let mut walk = Walk {
            interpreter: self,
            moment: self.moment(state, before),
            bindings: Vec::new(),
        };
        for (name, value) in bindings {
            walk.bind(name, value);
        }
        let values: Vec<Value> = bindings.iter().map(|(_, value)| value.clone()).collect();
        walk.dive(condition, false, &Scope::Arguments(&values), source)
    }

    /// Why an invariant is false for a choice of its parameters.
    #[must_use]
    pub fn explain_invariant(
        &self,
        state: &State,
        before: Option<&State>,
        invariant: InvariantId,
        choice: &[Value],
    ) -> Explanation {
        let invariant = &self.model.rules.invariants[invariant.index()];
        let bindings = named(&invariant.parameters, choice);
        let source = &self.model.rules.source;
        self.why_false(state, before, &invariant.condition, source, &bindings)
    }

    /// Why an operand of a temporal property is false for a choice of its parameters.
    #[must_use]
    pub fn explain_operand(
        &self,
        state: &State,
        property: TemporalId,
        operand: &Expr,
        choice: &[Value],
    ) -> Explanation {
        let bindings = named(
            &self.model.rules.temporal[property.index()].parameters,
            choice,
        );
        self.why_false(state, None, operand, &self.model.rules.source, &bindings)
    }

    /// Why a goal is false.
    #[must_use]
    pub fn explain_goal(&self, state: &State, goal: GoalId) -> Explanation {
        let condition = &self.model.rules.goals[goal.index()].condition;
        self.why_false(state, None, condition, &self.model.rules.source, &[])
    }

    /// Why a guard of a ground transition is false, by its place in [`Interpreter::guards`].
    #[must_use]
    pub fn explain_guard(&self, state: &State, instance: usize, guard: usize) -> Explanation {
        let instance = &self.model.instances[instance];
        let guard = &self.guards(instance.transition)[guard];
        let bindings = named(guard.parameters, &instance.arguments);
        let source = &self.model.rules.source;
        self.why_false(state, None, &guard.guard.condition, source, &bindings)
    }

    /// Why the condition of a plan's await, or of an option, is false; `source` is the text that it stands in.
    #[must_use]
    pub fn explain_await(&self, state: &State, condition: &Expr, source: &Source) -> Explanation {
        self.why_false(state, None, condition, source, &[])
    }
}

fn named(parameters: &[Variable], values: &[Value]) -> Vec<(String, Value)> {
    parameters
        .iter()
        .zip(values)
        .map(|(parameter, value)| (parameter.name.clone(), value.clone()))
        .collect()
}

/// The way down to the part that decides.
struct Walk<'a> {
    interpreter: &'a Interpreter<'a>,
    moment: Moment<'a>,
    bindings: Vec<(String, String)>,
}

impl Walk<'_> {
    /// Finds the part of `expr` that makes it `truth`.
    fn dive(
        &mut self,
        expr: &Expr,
        truth: bool,
        scope: &Scope<'_>,
        source: &Source,
    ) -> Explanation {
        match &expr.kind {
            ExprKind::Not(inner) => self.dive(inner, !truth, scope, source),
            ExprKind::Binary(op, left, right) => {
                match self.decisive(*op, left, right, truth, scope) {
                    Some(side) => self.dive(side, truth, scope, source),
                    None => self.leaf(expr, truth, scope, source),
                }
            }
            ExprKind::If(condition, then, otherwise) => match self.moment.holds(condition, scope) {
                Ok(true) => self.dive(then, truth, scope, source),
                Ok(false) => self.dive(otherwise, truth, scope, source),
                Err(_) => self.leaf(expr, truth, scope, source),
            },
            ExprKind::All(binder, body) if !truth => {
                self.witness(expr, binder, body, truth, scope, source)
            }
            ExprKind::Some(binder, body) if truth => {
                self.witness(expr, binder, body, truth, scope, source)
            }
            ExprKind::Call(id, arguments) => {
                let Ok(values) = self.moment.arguments(*id, arguments, scope) else {
                    return self.leaf(expr, truth, scope, source);
                };
                let rules = &self.interpreter.model.rules;
                let called = &rules.lets[id.index()];
                for (parameter, value) in called.parameters.iter().zip(&values) {
                    self.bind(&parameter.name, value);
                }
                self.dive(
                    &called.body,
                    truth,
                    &Scope::Arguments(&values),
                    &rules.source,
                )
            }
            _ => self.leaf(expr, truth, scope, source),
        }
    }

    /// The side that alone makes a connective `truth`; none where both do, or where the operator is no connective.
    fn decisive<'e>(
        &self,
        op: BinaryOp,
        left: &'e Expr,
        right: &'e Expr,
        truth: bool,
        scope: &Scope<'_>,
    ) -> Option<&'e Expr> {
        match (op, truth) {
            (BinaryOp::And, false) | (BinaryOp::Or, true) => {
                let left_decides = self.moment.holds(left, scope).ok()? == truth;
                Some(if left_decides { left } else { right })
            }
            (BinaryOp::Implies, false) => Some(right),
            _ => None,
        }
    }

    /// The first object for which the body of a quantifier is `truth` becomes a binding.
    fn witness(
        &mut self,
        expr: &Expr,
        binder: &Binder,
        body: &Expr,
        truth: bool,
        scope: &Scope<'_>,
        source: &Source,
    ) -> Explanation {
        let moment = self.moment;
        let found = moment.first_member(binder, scope, |inner| {
            Ok(moment.holds(body, inner)? == truth)
        });
        let Ok(Some(object)) = found else {
            return self.leaf(expr, truth, scope, source);
        };
        let value = Value::Object(object);
        self.bind(&binder.name, &value);
        let inner = Scope::Bound {
            slot: binder.slot,
            value: &value,
            outer: scope,
        };
        self.dive(body, truth, &inner, source)
    }

    /// The end of the way: a condition that is false as it is written, or with a `not` before it.
    fn leaf(
        &mut self,
        expr: &Expr,
        truth: bool,
        scope: &Scope<'_>,
        source: &Source,
    ) -> Explanation {
        let text = folded(source, expr.span);
        let conjunct = match &expr.kind {
            _ if !truth => text,
            ExprKind::Binary(BinaryOp::And | BinaryOp::Or | BinaryOp::Implies, ..)
            | ExprKind::If(..) => format!("not ({text})"),
            _ => format!("not {text}"),
        };
        let mut values = Vec::new();
        self.collect(expr, scope, source, &mut values);
        Explanation {
            bindings: std::mem::take(&mut self.bindings),
            conjunct,
            values,
        }
    }

    /// Reads what stands in an expression; the body of a quantifier once for each member. The filters of counts are passed over.
    fn collect(&self, expr: &Expr, scope: &Scope<'_>, source: &Source, values: &mut Vec<Reading>) {
        match &expr.kind {
            ExprKind::Field(..)
            | ExprKind::Param(_)
            | ExprKind::Old(_)
            | ExprKind::Count(_)
            | ExprKind::CountKind(_)
            | ExprKind::CountSet(_)
            | ExprKind::SetOf(_) => self.read(expr, scope, source, values),
            ExprKind::Call(_, arguments) => {
                self.read(expr, scope, source, values);
                for argument in arguments {
                    self.collect(argument, scope, source, values);
                }
            }
            ExprKind::Not(inner) => self.collect(inner, scope, source, values),
            ExprKind::Binary(_, left, right) => {
                self.collect(left, scope, source, values);
                self.collect(right, scope, source, values);
            }
            ExprKind::If(condition, then, otherwise) => {
                for part in [condition, then, otherwise] {
                    self.collect(part, scope, source, values);
                }
            }
            ExprKind::All(binder, body) | ExprKind::Some(binder, body) => {
                if let Domain::Set(set) = &binder.domain {
                    self.collect(set, scope, source, values);
                }
                self.collect_members(binder, body, scope, source, values);
            }
            ExprKind::Set(members) => {
                for member in members {
                    self.collect(member, scope, source, values);
                }
            }
            ExprKind::Constant(_) | ExprKind::Object(_) | ExprKind::Variable(_) => {}
        }
    }

    /// Reads the body of a quantifier for each of its members, by their names.
    fn collect_members(
        &self,
        binder: &Binder,
        body: &Expr,
        scope: &Scope<'_>,
        source: &Source,
        values: &mut Vec<Reading>,
    ) {
        // What is undefined for a member ends the list; the rest is told all the same.
        let _ = self.moment.first_member(binder, scope, |inner| {
            let mut found = Vec::new();
            self.collect(body, inner, source, &mut found);
            for mut reading in found {
                reading.text.clone_from(&reading.ground);
                if !values.contains(&reading) {
                    values.push(reading);
                }
            }
            Ok(values.len() >= MOST_READINGS)
        });
        values.truncate(MOST_READINGS);
    }

    fn read(&self, expr: &Expr, scope: &Scope<'_>, source: &Source, values: &mut Vec<Reading>) {
        let ground = self.interpreter.ground_text(expr, scope, source);
        if values.iter().any(|known| known.ground == ground) {
            return;
        }
        let value = self.moment.value(expr, scope);
        values.push(Reading {
            text: folded(source, expr.span),
            ground,
            value: value.map_or_else(|_| "?".to_owned(), |v| self.interpreter.show(&v)),
        });
    }

    fn bind(&mut self, name: &str, value: &Value) {
        // `_` stands for an argument that the rules do not look at.
        if name == "_" {
            return;
        }
        let shown = self.interpreter.show(value);
        self.bindings.retain(|(known, _)| known != name);
        self.bindings.push((name.to_owned(), shown));
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{field, model, named, object};
    use super::*;

    const KINDS: &str = r#"
        rules why
        enum Build ordered { rtm, sp1 }
        param limit: 0..9 = 1
        kind node { build: Build = rtm; pending: bool = false; next: node? = none }
        kind evs { build: Build = rtm; online: bool = true; host: node }
        let hosts(n: node) = some e in evs: e.host == n
        let fits(e: evs, n: node) = not e.online or e.build == n.build
    "#;
    const CLUSTER: &str = r#"{ "rules": "test", "objects": {
        "node": { "Node1": { "pending": true }, "Node2": { "build": "sp1" } },
        "evs": { "EVS1": { "host": "Node1", "build": "sp1" }, "EVS2": { "host": "Node2", "build": "sp1" } } } }"#;

    /// Bindings, conjunct and values of the explanation of a goal, each on one line.
    fn why(condition: &str) -> (String, String, String) {
        let model = model(&format!("{KINDS}\ngoal probe {{ {condition} }}"), CLUSTER);
        let interpreter = Interpreter::new(&model);
        let initial = interpreter.initial();
        assert_eq!(
            interpreter.goal(&initial, GoalId(0)),
            Ok(false),
            "{condition}"
        );
        lines(interpreter.explain_goal(&initial, GoalId(0)))
    }

    fn lines(explanation: Explanation) -> (String, String, String) {
        let bindings = explanation
            .bindings
            .iter()
            .map(|(n, v)| format!("{n} = {v}"));
        let values = explanation
            .values
            .iter()
            .map(|r| format!("{} / {} is {}", r.text, r.ground, r.value));
        (
            bindings.collect::<Vec<_>>().join(", "),
            explanation.conjunct,
            values.collect::<Vec<_>>().join(", "),
        )
    }

    #[track_caller]
    fn assert_why(condition: &str, bindings: &str, conjunct: &str, values: &str) {
        let expected = (bindings.to_owned(), conjunct.to_owned(), values.to_owned());
        assert_eq!(why(condition), expected, "{condition}");
    }

    #[test]
    fn the_first_object_and_conjunct_that_fail_are_named() {
        assert_why(
            "all e in evs: e.online and e.build == e.host.build",
            "e = EVS1",
            "e.build == e.host.build",
            "e.build / EVS1.build is sp1, e.host.build / EVS1.host.build is rtm",
        );
        assert_why(
            "count(node) == 2\n all n in node: n.build >= Build.rtm and not n.pending",
            "n = Node1",
            "not n.pending",
            "n.pending / Node1.pending is true",
        );
    }

    #[test]
    fn an_implication_fails_in_its_conclusion() {
        assert_why(
            "all e in evs: e.online implies e.host.build == Build.sp1",
            "e = EVS1",
            "e.host.build == Build.sp1",
            "e.host.build / EVS1.host.build is rtm",
        );
    }

    #[test]
    fn a_let_explains_with_its_own_text_and_the_names_of_its_parameters() {
        assert_why(
            "all m in node: not hosts(m)",
            "m = Node1, n = Node1, e = EVS1",
            "not e.host == n",
            "e.host / EVS1.host is Node1",
        );
        assert_why(
            "all x in evs: all n in node: fits(x, n)",
            "x = EVS1, e = EVS1, n = Node1",
            "not e.online or e.build == n.build",
            "e.online / EVS1.online is true, e.build / EVS1.build is sp1, n.build / Node1.build is rtm",
        );
    }

    #[test]
    fn below_a_negation_the_part_that_is_true_is_named() {
        assert_why(
            "not (count(node) > limit + 4 or some n in node: n.pending)",
            "n = Node1",
            "not n.pending",
            "n.pending / Node1.pending is true",
        );
        assert_why(
            "not (count(node) == 2 and limit == 1)",
            "",
            "not (count(node) == 2 and limit == 1)",
            "count(node) / count(node) is 2, limit / limit is 1",
        );
    }

    #[test]
    fn an_alternative_is_explained_as_a_whole() {
        assert_why(
            "limit > 3 or count(n in node where n.pending) == 0",
            "",
            "limit > 3 or count(n in node where n.pending) == 0",
            "limit / limit is 1, count(n in node where n.pending) / count(n in node where n.pending) is 1",
        );
        assert_why(
            "some n in node: n.next != none",
            "",
            "some n in node: n.next != none",
            "Node1.next / Node1.next is none, Node2.next / Node2.next is none",
        );
    }

    #[test]
    fn a_choice_is_explained_by_the_side_that_was_chosen() {
        assert_why(
            "if limit == 1 then limit == 2 else true",
            "",
            "limit == 2",
            "limit / limit is 1",
        );
    }

    #[test]
    fn invariants_and_guards_bind_their_parameters() {
        let rules = format!(
            "{KINDS}
            action upgrade(n: node, console: node?) {{
              await not n.pending
              require console != none else \"outside\"
              n.build = sp1
            }}
            policy calm on by default {{ before upgrade(m, _) require not hosts(m) else \"busy\" }}
            invariant matched(e: evs) {{ e.build == e.host.build }}
            transition invariant never_back(e: evs) {{ e.build >= old(e.build) }}"
        );
        let model = model(&rules, CLUSTER);
        let interpreter = Interpreter::new(&model);
        let state = interpreter.initial();
        let upgrade = named(&interpreter, "upgrade(Node1, none)");
        let told = |guard| lines(interpreter.explain_guard(&state, upgrade, guard)).0;
        assert_eq!(told(0), "n = Node1, console = none");
        assert_eq!(told(2), "m = Node1, n = Node1, e = EVS1");
        let evs = object(&model, "EVS1");
        let choice = [Value::Object(evs)];
        let told = lines(interpreter.explain_invariant(&state, None, InvariantId(0), &choice));
        assert_eq!(told.0, "e = EVS1");
        let rtm = Value::Enum(crate::language::rules::EnumId(0), 0);
        let back = interpreter.with_value(&state, evs, field(&model, "evs", "build"), &rtm);
        let told =
            lines(interpreter.explain_invariant(&back, Some(&state), InvariantId(1), &choice));
        assert_eq!(told.1, "e.build >= old(e.build)");
        assert_eq!(
            told.2,
            "e.build / EVS1.build is rtm, old(e.build) / old(EVS1.build) is sp1"
        );
    }
}
