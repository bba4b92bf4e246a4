//! Which expressions may be undefined, and which quantifiers therefore depend on the order of objects. Static and
//! conservative: knows types and bounds, and no state.
//!
//! `all` and `some` stop at the first member that settles them. Where judging a member may be undefined, the order of the
//! members decides whether that member is met at all, so that the result depends on it. Counts, filtered sets and the choice
//! of a loop's objects look at every member: undefined for one is undefined for all, in whatever order.

use std::collections::BTreeSet;

use crate::language::rules::{
    BinaryOp, Binder, Constant, Domain, Expr, ExprKind, FieldType, KindId, LetId, Type, Variable,
};
use crate::model::ground::Model;
use crate::model::value::Value;

/// Looks at expressions one by one, and remembers what it found about lets.
pub struct Definedness<'m> {
    model: &'m Model,
    /// For each let whether its body may be undefined.
    lets: Vec<Option<bool>>,
    /// The kinds whose order matters to some quantifier looked at so far.
    ordered: BTreeSet<KindId>,
}

/// What is known where an expression stands.
#[derive(Clone, Copy)]
struct Context<'a> {
    /// The parameters of the declaration.
    parameters: &'a [Variable],
    /// Variables and fields that are certainly not `none`.
    known: &'a [&'a Expr],
}

impl<'m> Definedness<'m> {
    /// Nothing looked at yet.
    #[must_use]
    pub fn new(model: &'m Model) -> Self {
        Self {
            model,
            lets: vec![None; model.rules.lets.len()],
            ordered: BTreeSet::new(),
        }
    }

    /// Whether an expression may be undefined in some state. `parameters` are those of the declaration around it; none are
    /// needed, but they bound integers.
    pub fn may_be_undefined(&mut self, expr: &Expr, parameters: &[Variable]) -> bool {
        let context = Context {
            parameters,
            known: &[],
        };
        self.undefined(expr, context)
    }

    /// Whether what a binder chooses may be undefined.
    pub fn choice_may_be_undefined(&mut self, binder: &Binder, parameters: &[Variable]) -> bool {
        let context = Context {
            parameters,
            known: &[],
        };
        let domain = self.domain(binder, context);
        domain | self.filter(binder, context)
    }

    /// The kinds over which some quantifier passes, of the expressions looked at so far, whose result depends on the order
    /// of the objects.
    #[must_use]
    pub const fn ordered(&self) -> &BTreeSet<KindId> {
        &self.ordered
    }

    /// Every part is looked at, whatever is found in the others.
    fn undefined(&mut self, expr: &Expr, context: Context<'_>) -> bool {
        match &expr.kind {
            ExprKind::Constant(_)
            | ExprKind::Variable(_)
            | ExprKind::Object(_)
            | ExprKind::Param(_)
            | ExprKind::CountKind(_) => false,
            ExprKind::Field(object, _, _) => {
                self.undefined(object, context) | context.may_be_none(object)
            }
            ExprKind::Call(id, arguments) => self.call(*id, arguments, context),
            // What is known is known of the state after.
            ExprKind::Old(inner) => self.undefined(
                inner,
                Context {
                    known: &[],
                    ..context
                },
            ),
            ExprKind::Not(inner) | ExprKind::CountSet(inner) => self.undefined(inner, context),
            ExprKind::Binary(op, left, right) => self.binary(*op, (left, right), expr, context),
            ExprKind::If(condition, then, otherwise) => {
                self.undefined(condition, context)
                    | self.given(condition, true, then, context)
                    | self.given(condition, false, otherwise, context)
            }
            ExprKind::All(binder, body) | ExprKind::Some(binder, body) => {
                let domain = self.domain(binder, context);
                let member = self.filter(binder, context)
                    | match &binder.filter {
                        Some(filter) => self.given(filter, true, body, context),
                        None => self.undefined(body, context),
                    };
                if member {
                    self.ordered.extend(kind_of(&binder.domain));
                }
                domain | member
            }
            ExprKind::Count(binder) | ExprKind::SetOf(binder) => {
                let domain = self.domain(binder, context);
                domain | self.filter(binder, context)
            }
            ExprKind::Set(members) => members.iter().fold(false, |found, member| {
                found | self.undefined(member, context) | context.may_be_none(member)
            }),
        }
    }

    fn domain(&mut self, binder: &Binder, context: Context<'_>) -> bool {
        match &binder.domain {
            Domain::Kind(_) => false,
            Domain::Set(set) => self.undefined(set, context),
        }
    }

    fn filter(&mut self, binder: &Binder, context: Context<'_>) -> bool {
        binder
            .filter
            .as_ref()
            .is_some_and(|filter| self.undefined(filter, context))
    }

    fn call(&mut self, id: LetId, arguments: &[Expr], context: Context<'_>) -> bool {
        let model = self.model;
        let called = &model.rules.lets[id.index()];
        let mut found = false;
        for (argument, parameter) in arguments.iter().zip(&called.parameters) {
            found |= self.undefined(argument, context);
            if let FieldType::Range(low, high) = parameter.ty {
                let (least, most) = self.bounds(argument, context);
                found |= least < i128::from(low) || most > i128::from(high);
            }
        }
        let body = match self.lets[id.index()] {
            Some(body) => body,
            None => {
                let body = self.may_be_undefined(&called.body, &called.parameters);
                self.lets[id.index()] = Some(body);
                body
            }
        };
        found | body
    }

    fn binary(
        &mut self,
        op: BinaryOp,
        (left, right): (&Expr, &Expr),
        whole: &Expr,
        context: Context<'_>,
    ) -> bool {
        let first = self.undefined(left, context);
        let second = match op {
            BinaryOp::And | BinaryOp::Implies => self.given(left, true, right, context),
            BinaryOp::Or => self.given(left, false, right, context),
            BinaryOp::Add | BinaryOp::Sub if whole.ty == Type::Int => {
                let (least, most) = self.bounds(whole, context);
                let overflow = least < i128::from(i64::MIN) || most > i128::from(i64::MAX);
                self.undefined(right, context) | overflow
            }
            _ => self.undefined(right, context),
        };
        first | second
    }

    /// The same as [`Self::undefined`] where a condition is known to be true, or false.
    fn given(&mut self, condition: &Expr, truth: bool, expr: &Expr, context: Context<'_>) -> bool {
        let mut known = context.known.to_vec();
        learn(condition, truth, &mut known);
        self.undefined(
            expr,
            Context {
                known: &known,
                ..context
            },
        )
    }

    /// Bounds on an integer, in case it is defined. Those of a sum may exceed what an integer can be.
    fn bounds(&self, expr: &Expr, context: Context<'_>) -> (i128, i128) {
        let model = self.model;
        let range = |ty: FieldType| match ty {
            FieldType::Range(low, high) => (i128::from(low), i128::from(high)),
            _ => ANY,
        };
        let objects = |kind: KindId| model.of_kind[kind.index()].len() as i128;
        match &expr.kind {
            ExprKind::Constant(Constant::Int(number)) => (i128::from(*number), i128::from(*number)),
            ExprKind::Param(id) => match model.params[id.index()] {
                Value::Int(number) => (i128::from(number), i128::from(number)),
                _ => ANY,
            },
            ExprKind::Variable(slot) => context
                .parameters
                .get(slot.index())
                .map_or(ANY, |variable| range(variable.ty)),
            ExprKind::Field(_, kind, field) => {
                range(model.rules.kinds[kind.index()].fields[field.index()].ty)
            }
            ExprKind::Old(inner) => self.bounds(inner, context),
            ExprKind::If(_, then, otherwise) => {
                let (a, b) = (self.bounds(then, context), self.bounds(otherwise, context));
                (a.0.min(b.0), a.1.max(b.1))
            }
            ExprKind::Binary(op @ (BinaryOp::Add | BinaryOp::Sub), left, right) => {
                let (a, b) = (self.bounds(left, context), self.bounds(right, context));
                if *op == BinaryOp::Add {
                    (a.0.saturating_add(b.0), a.1.saturating_add(b.1))
                } else {
                    (a.0.saturating_sub(b.1), a.1.saturating_sub(b.0))
                }
            }
            ExprKind::CountKind(kind) => (objects(*kind), objects(*kind)),
            ExprKind::Count(binder) => (0, kind_of(&binder.domain).map_or(ANY.1, objects)),
            ExprKind::CountSet(set) => match set.ty {
                Type::Set(kind) => (0, objects(kind)),
                _ => (0, ANY.1),
            },
            _ => ANY,
        }
    }
}

/// Any integer.
const ANY: (i128, i128) = (i64::MIN as i128, i64::MAX as i128);

impl Context<'_> {
    fn may_be_none(&self, object: &Expr) -> bool {
        matches!(object.ty, Type::Optional(_)) && !self.known.iter().any(|k| same_path(k, object))
    }
}

/// The kind of the objects that a binder ranges over.
#[must_use]
pub fn kind_of(domain: &Domain) -> Option<KindId> {
    match domain {
        Domain::Kind(kind) => Some(*kind),
        Domain::Set(set) => match set.ty {
            Type::Set(kind) => Some(kind),
            _ => None,
        },
    }
}

/// What is certainly not `none` where a condition is true, or false.
fn learn<'e>(condition: &'e Expr, truth: bool, known: &mut Vec<&'e Expr>) {
    match &condition.kind {
        ExprKind::Not(inner) => learn(inner, !truth, known),
        ExprKind::Binary(op, left, right) => match (op, truth) {
            (BinaryOp::And, true) | (BinaryOp::Or, false) => {
                learn(left, truth, known);
                learn(right, truth, known);
            }
            (BinaryOp::Implies, false) => {
                learn(left, true, known);
                learn(right, false, known);
            }
            (BinaryOp::Ne, true) | (BinaryOp::Eq, false) => {
                if is_none(left) {
                    known.push(right);
                } else if is_none(right) {
                    known.push(left);
                }
            }
            _ => {}
        },
        _ => {}
    }
}

fn is_none(expr: &Expr) -> bool {
    matches!(expr.kind, ExprKind::Constant(Constant::None))
}

/// Whether both are the same variable, or the same field of the same path.
fn same_path(a: &Expr, b: &Expr) -> bool {
    match (&a.kind, &b.kind) {
        (ExprKind::Variable(a), ExprKind::Variable(b)) => a == b,
        (ExprKind::Field(a, _, f), ExprKind::Field(b, _, g)) => f == g && same_path(a, b),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::testing::model;

    /// Whether each invariant of a model may be undefined, and whether the order of its nodes matters to it.
    fn judged(invariants: &str) -> Vec<(bool, bool)> {
        let rules = format!(
            "rules definedness
            param limit: 0..10 = 3
            kind node {{ up: bool = true; level: 0..7 = 0
              next: node? = none; home: node; peers: set of node = {{}} }}
            let near(i: 0..8) = i + 1 > 2
            let far(n: node) = n.next.up
            {invariants}"
        );
        let cluster =
            r#"{ "rules": "test", "objects": { "node": { "N[1-2]": { "home": "N1" } } } }"#;
        let model = model(&rules, cluster);
        let invariants = model.rules.invariants.iter();
        invariants
            .map(|invariant| {
                let mut look = Definedness::new(&model);
                let undefined = look.may_be_undefined(&invariant.condition, &invariant.parameters);
                (undefined, !look.ordered().is_empty())
            })
            .collect()
    }

    #[test]
    fn references_without_none_are_defined() {
        let found = judged(
            "invariant a(n: node) { n.home.home.up }
             invariant b(n: node) { all m in n.peers: m.home.up and {m.home} == {m} }",
        );
        assert_eq!(found, [(false, false); 2]);
    }

    #[test]
    fn none_is_met_where_nothing_guards_against_it() {
        let found = judged(
            "invariant a(n: node) { n.next.up }
             invariant b { all n in node: n.next.up }
             invariant c { some n in node where n.next.up: n.up }
             invariant d { all n in node: far(n) }
             invariant e { all n in node: {n.next} == n.peers }
             invariant f(n: node?) { n.up }
             invariant g { count(n in node where n.next.up) == 0 }",
        );
        let ordered = (true, true);
        let plain = (true, false);
        let expected = [plain, ordered, ordered, ordered, ordered, plain, plain];
        assert_eq!(found, expected);
    }

    #[test]
    fn guards_against_none_count_where_they_stand_before() {
        let found = judged(
            "invariant a { all n in node: n.next != none and n.next.up }
             invariant b { all n in node: n.next == none or n.next.up }
             invariant c { all n in node: none != n.next implies n.next.up }
             invariant d { all n in node where n.next != none and n.up: n.next.up }
             invariant e { all n in node: if n.next == none then n.up else n.next.up }
             invariant f { all n in node: not (n.next == none) and n.next.up }",
        );
        assert_eq!(found, [(false, false); 6]);
        let found = judged(
            "invariant a { all n in node: n.next.up and n.next != none }
             invariant b { all n in node: n.next != none or n.next.up }
             invariant c { all n in node: n.next != none and n.next.next.up }
             invariant d { all n in node: n.home.next != none and n.next.up }
             invariant e { all n in node: if n.next == none then n.next.up else n.up }",
        );
        assert_eq!(found, [(true, true); 5]);
    }

    #[test]
    fn what_is_known_now_is_not_known_of_the_state_before() {
        let found = judged(
            "transition invariant a { all n in node: n.next != none implies old(n.next.up) }
             transition invariant b { all n in node: old(n.next != none and n.next.up) }",
        );
        assert_eq!(found, [(true, true), (false, false)]);
    }

    #[test]
    fn integers_are_bounded_by_their_fields() {
        let found = judged(
            "invariant a { all n in node: n.level + limit - count(node) < 9 }
             invariant b { all n in node: n.level + 9223372036854775807 > 0 }
             invariant c { all n in node: near(n.level + 1) }
             invariant d { all n in node: near(n.level + 2) }
             invariant e { all n in node: near(count(m in node where m.up)) and near(count(n.peers)) }",
        );
        let (no, yes) = ((false, false), (true, true));
        assert_eq!(found, [no, yes, no, yes, no]);
    }
}
