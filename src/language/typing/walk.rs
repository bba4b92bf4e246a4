//! What can be read off a typed expression as a whole: how deep it nests, and whether it reads a field.

use crate::language::rules::{Binder, Domain, Expr, ExprKind, LetId};
use crate::language::source::Span;

use super::declared::Declared;

/// How deep an expression may nest, the bodies of the lets that it calls included. It keeps every later recursion over
/// expressions within the stack.
pub(super) const DEEPEST: usize = 1_000;

/// The expressions directly inside.
pub(super) fn children(expr: &Expr) -> Vec<&Expr> {
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

/// How deep an expression nests, the bodies of lets included.
pub(super) fn depth(expr: &Expr, declared: &Declared) -> usize {
    let called = match &expr.kind {
        ExprKind::Call(id, _) => shape(declared, *id).map_or(0, |s| s.depth),
        _ => 0,
    };
    let inner = children(expr).into_iter().map(|e| depth(e, declared)).max();
    1 + inner.unwrap_or(0).max(called)
}

/// Whether the value of an expression depends on a field of an object.
pub(super) fn reads_state(expr: &Expr, declared: &Declared) -> bool {
    match &expr.kind {
        ExprKind::Field(..) => true,
        ExprKind::Call(id, _) if shape(declared, *id).is_none_or(|s| s.reads_state) => true,
        _ => children(expr)
            .into_iter()
            .any(|inner| reads_state(inner, declared)),
    }
}

/// The first part of an expression that is more than parameters and numbers of objects, and what it is.
pub(super) fn not_static(expr: &Expr, declared: &Declared) -> Option<(Span, &'static str)> {
    match &expr.kind {
        ExprKind::Field(..) => Some((expr.span, "this reads a field")),
        ExprKind::Call(id, _) if shape(declared, *id).is_none_or(|s| s.reads_state) => {
            Some((expr.span, "this let reads a field"))
        }
        ExprKind::All(..) | ExprKind::Some(..) | ExprKind::Count(_) | ExprKind::SetOf(_) => {
            Some((expr.span, "this goes through the objects"))
        }
        _ => children(expr)
            .into_iter()
            .find_map(|inner| not_static(inner, declared)),
    }
}

fn shape(declared: &Declared, id: LetId) -> Option<&super::declared::LetShape> {
    declared.lets.get_index(id.index()).map(|(_, shape)| shape)
}
