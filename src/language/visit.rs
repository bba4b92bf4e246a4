//! Questions about typed expressions that are answered by looking at every part of them.

use super::rules::{Binder, Domain, Effect, Expr, ExprKind, FieldId, KindId, Rules};

/// Whether `wanted` is true of an expression or any part of it, the bodies of the lets that it calls included.
#[must_use]
pub fn any(rules: &Rules, expr: &Expr, wanted: &dyn Fn(&Expr) -> bool) -> bool {
    if wanted(expr) {
        return true;
    }
    let within = |e: &Expr| any(rules, e, wanted);
    match &expr.kind {
        ExprKind::Constant(_)
        | ExprKind::Variable(_)
        | ExprKind::Object(_)
        | ExprKind::Param(_)
        | ExprKind::CountKind(_) => false,
        ExprKind::Field(e, ..) | ExprKind::Old(e) | ExprKind::Not(e) | ExprKind::CountSet(e) => {
            within(e)
        }
        ExprKind::Call(id, arguments) => {
            within(&rules.lets[id.index()].body) || arguments.iter().any(within)
        }
        ExprKind::Binary(_, left, right) => within(left) || within(right),
        ExprKind::If(condition, then, otherwise) => {
            within(condition) || within(then) || within(otherwise)
        }
        ExprKind::All(binder, body) | ExprKind::Some(binder, body) => {
            any_in_binder(binder, &within) || within(body)
        }
        ExprKind::Count(binder) | ExprKind::SetOf(binder) => any_in_binder(binder, &within),
        ExprKind::Set(members) => members.iter().any(within),
    }
}

fn any_in_binder(binder: &Binder, within: &dyn Fn(&Expr) -> bool) -> bool {
    let domain = match &binder.domain {
        Domain::Kind(_) => false,
        Domain::Set(set) => within(set),
    };
    domain || binder.filter.as_deref().is_some_and(within)
}

/// The fields that effects assign to.
#[must_use]
pub fn written(effects: &[Effect]) -> Vec<(KindId, FieldId)> {
    let mut fields = Vec::new();
    for effect in effects {
        match effect {
            Effect::Assign { kind, field, .. } => fields.push((*kind, *field)),
            Effect::If {
                then, otherwise, ..
            } => {
                fields.extend(written(then));
                fields.extend(written(otherwise));
            }
            Effect::For { body, .. } => fields.extend(written(body)),
        }
    }
    fields
}

/// The objects that effects assign to, as written, with their kinds.
#[must_use]
pub fn targets(effects: &[Effect]) -> Vec<(&Expr, KindId)> {
    let mut found = Vec::new();
    for effect in effects {
        match effect {
            Effect::Assign { object, kind, .. } => found.push((object, *kind)),
            Effect::If {
                then, otherwise, ..
            } => {
                found.extend(targets(then));
                found.extend(targets(otherwise));
            }
            Effect::For { body, .. } => found.extend(targets(body)),
        }
    }
    found
}
