//! Questions about typed expressions that are answered by looking at every part of them.

use super::rules::{Binder, Domain, Effect, Expr, ExprKind, FieldId, KindId, Rules};

/// Whether `wanted` is true of an expression or any part of it, the bodies of the lets that it calls included.
#[must_use]
pub fn any(rules: &Rules, expr: &Expr, wanted: &dyn Fn(&Expr) -> bool) -> bool {
    if wanted(expr) {
        return true;
    }
    let within = |e: &Expr| any(rules, e, wanted);
    let called = match &expr.kind {
        ExprKind::Call(id, _) => within(&rules.lets[id.index()].body),
        _ => false,
    };
    called || children(expr).into_iter().any(within)
}

/// The expressions directly inside; the bodies of lets are not.
#[must_use]
pub fn children(expr: &Expr) -> Vec<&Expr> {
    match &expr.kind {
        ExprKind::Constant(_)
        | ExprKind::Variable(_)
        | ExprKind::Object(_)
        | ExprKind::Param(_)
        | ExprKind::CountKind(_) => Vec::new(),
        ExprKind::Field(inner, _, _)
        | ExprKind::Old(inner)
        | ExprKind::Not(inner)
        | ExprKind::CountSet(inner) => vec![inner],
        ExprKind::Call(_, list) | ExprKind::Set(list) => list.iter().collect(),
        ExprKind::Binary(_, a, b) => vec![a, b],
        ExprKind::If(a, b, c) => vec![a, b, c],
        ExprKind::All(binder, body) | ExprKind::Some(binder, body) => {
            let mut list = inside(binder);
            list.push(body);
            list
        }
        ExprKind::Count(binder) | ExprKind::SetOf(binder) => inside(binder),
    }
}

/// The expressions directly inside a binder.
fn inside(binder: &Binder) -> Vec<&Expr> {
    let domain = match &binder.domain {
        Domain::Kind(_) => None,
        Domain::Set(set) => Some(&**set),
    };
    domain.into_iter().chain(binder.filter.as_deref()).collect()
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
