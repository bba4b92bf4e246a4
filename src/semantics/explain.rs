//! Why a condition is false: for which objects, in which conjunct, and with which values. Knows nothing of how it is
//! told.
//!
//! The walk goes down to the smallest part that decides: the first false side of an `and`, the conclusion of an
//! `implies`, the first object for which an `all` fails, the body of a `let`. Below a `not` it looks for what is true
//! and should not be. It stops where several parts decide together (both sides of an `or`, all objects of a `some`).

use crate::language::rules::{
    BinaryOp, Binder, Domain, Expr, ExprKind, GoalId, InvariantId, Variable,
};
use crate::language::source::Source;
use crate::model::value::Value;

use super::evaluate::{Moment, Scope};
use super::interpreter::Interpreter;
use super::state::State;
use super::text::folded;

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

    /// Reads what stands in an expression. The bodies of quantifiers have no single value and are passed over.
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
            ExprKind::All(binder, _) | ExprKind::Some(binder, _) => {
                if let Domain::Set(set) = &binder.domain {
                    self.collect(set, scope, source, values);
                }
            }
            ExprKind::Set(members) => {
                for member in members {
                    self.collect(member, scope, source, values);
                }
            }
            ExprKind::Constant(_) | ExprKind::Object(_) | ExprKind::Variable(_) => {}
        }
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
