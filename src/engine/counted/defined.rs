//! What decides where guards are judged: whether they are always defined, which parameters they need, and how much work they
//! are. Answers carefully where it cannot say. Knows types, and no state.

use crate::engine::definedness::Definedness;
use crate::language::rules::{Expr, ExprKind, LetId, Variable};
use crate::language::visit::children;
use crate::model::ground::Model;

/// What is known so far, so that each let is looked at once.
pub(super) struct Knowledge<'m> {
    model: &'m Model,
    definedness: Definedness<'m>,
    costs: Vec<Option<u64>>,
}

/// What is known of a guard.
#[derive(Clone, Copy)]
pub(super) struct Known {
    /// Whether it has a value in every state.
    pub(super) total: bool,
    /// How much work it is, roughly: passes over kinds and sets count most.
    pub(super) cost: u64,
    /// How many of the first parameters it needs.
    pub(super) parameters: usize,
}

impl<'m> Knowledge<'m> {
    pub(super) fn new(model: &'m Model) -> Self {
        Self {
            model,
            definedness: Definedness::new(model),
            costs: vec![None; model.rules.lets.len()],
        }
    }

    /// What is known of a guard in a declaration with these parameters.
    pub(super) fn of(&mut self, expr: &Expr, parameters: &[Variable]) -> Known {
        Known {
            total: !self.definedness.may_be_undefined(expr, parameters),
            cost: self.cost(expr),
            parameters: needed(expr, parameters.len()),
        }
    }

    fn cost(&mut self, expr: &Expr) -> u64 {
        let mut cost = 1u64;
        for child in children(expr) {
            cost = cost.saturating_add(self.cost(child));
        }
        match &expr.kind {
            ExprKind::All(..) | ExprKind::Some(..) | ExprKind::Count(_) | ExprKind::SetOf(_) => {
                cost.saturating_mul(8)
            }
            ExprKind::Call(id, _) => cost.saturating_add(self.of_let(*id)),
            _ => cost,
        }
    }

    fn of_let(&mut self, id: LetId) -> u64 {
        if let Some(cost) = self.costs[id.index()] {
            return cost;
        }
        let model = self.model;
        let cost = self.cost(&model.rules.lets[id.index()].body);
        self.costs[id.index()] = Some(cost);
        cost
    }
}

/// How many of the first `parameters` variables an expression needs.
fn needed(expr: &Expr, parameters: usize) -> usize {
    let own = match expr.kind {
        ExprKind::Variable(slot) if slot.index() < parameters => slot.index() + 1,
        _ => 0,
    };
    let inner = children(expr).into_iter().map(|e| needed(e, parameters));
    inner.fold(own, usize::max)
}
