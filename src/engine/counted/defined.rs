//! Which expressions have a value whatever the state, and how much work they are. Answers carefully where it cannot say. Knows
//! types, and no state.

use crate::language::rules::{BinaryOp, Expr, ExprKind, FieldType, LetId, Rules, Type};
use crate::language::visit::children;

/// What is known of the lets so far, so that each is looked at once.
pub(super) struct Knowledge<'r> {
    rules: &'r Rules,
    lets: Vec<Option<Known>>,
}

/// What is known of an expression.
#[derive(Clone, Copy)]
pub(super) struct Known {
    /// It has a value in every state: nothing in it goes through a reference that may be `none`, calculates, or is checked
    /// against a range.
    pub(super) total: bool,
    /// How much work it is, roughly: passes over kinds and sets count most.
    pub(super) cost: u64,
    /// It needs no more than so many of the first variables, where it needs no others.
    pub(super) variables: usize,
}

impl<'r> Knowledge<'r> {
    pub(super) fn new(rules: &'r Rules) -> Self {
        let lets = vec![None; rules.lets.len()];
        Self { rules, lets }
    }

    /// What is known of an expression among whose variables the first `parameters` are those of its declaration.
    pub(super) fn of(&mut self, expr: &Expr, parameters: usize) -> Known {
        let mut known = Known {
            total: !self.may_be_undefined(expr),
            cost: 1,
            variables: 0,
        };
        if let ExprKind::Variable(slot) = expr.kind
            && slot.index() < parameters
        {
            known.variables = slot.index() + 1;
        }
        for child in children(expr) {
            let inner = self.of(child, parameters);
            known.total &= inner.total;
            known.cost = known.cost.saturating_add(inner.cost);
            known.variables = known.variables.max(inner.variables);
        }
        match &expr.kind {
            ExprKind::All(..) | ExprKind::Some(..) | ExprKind::Count(_) | ExprKind::SetOf(_) => {
                known.cost = known.cost.saturating_mul(8);
            }
            ExprKind::Call(id, _) => {
                let body = self.of_let(*id);
                known.total &= body.total;
                known.cost = known.cost.saturating_add(body.cost);
            }
            _ => {}
        }
        known
    }

    fn of_let(&mut self, id: LetId) -> Known {
        if let Some(known) = self.lets[id.index()] {
            return known;
        }
        let rules = self.rules;
        let known = self.of(&rules.lets[id.index()].body, 0);
        self.lets[id.index()] = Some(known);
        known
    }

    /// Whether an expression may have no value though its parts have theirs.
    fn may_be_undefined(&self, expr: &Expr) -> bool {
        let optional = |e: &&Expr| matches!(e.ty, Type::Optional(_));
        match &expr.kind {
            ExprKind::Field(..) | ExprKind::Set(_) => children(expr).iter().any(optional),
            ExprKind::Binary(BinaryOp::Add | BinaryOp::Sub, ..) => expr.ty == Type::Int,
            ExprKind::Call(id, _) => self.rules.lets[id.index()]
                .parameters
                .iter()
                .any(|parameter| matches!(parameter.ty, FieldType::Range(..))),
            _ => false,
        }
    }
}
