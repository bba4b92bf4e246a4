//! What can be read off a typed expression as a whole: how deep it nests, and whether it reads a field.

use crate::language::rules::{Expr, ExprKind, LetId};
use crate::language::source::Span;
use crate::language::visit::children;

use super::declared::Declared;

/// How deep an expression may nest, the bodies of the lets that it calls included. It keeps every later recursion over
/// expressions within the stack.
pub(super) const DEEPEST: usize = 1_000;

/// How many parts an expression may have, the bodies of the lets that it calls counted at each call. It keeps lets that call
/// each other twice, forty deep, from taking for ever.
pub(super) const LARGEST: u64 = 100_000;

/// How deep an expression nests, the bodies of lets included.
pub(super) fn depth(expr: &Expr, declared: &Declared) -> usize {
    let called = match &expr.kind {
        ExprKind::Call(id, _) => shape(declared, *id).map_or(0, |s| s.depth),
        _ => 0,
    };
    let inner = children(expr).into_iter().map(|e| depth(e, declared)).max();
    1 + inner.unwrap_or(0).max(called)
}

/// How many parts an expression has, the bodies of lets counted at each call; beyond `u64::MAX` that.
pub(super) fn size(expr: &Expr, declared: &Declared) -> u64 {
    let called = match &expr.kind {
        ExprKind::Call(id, _) => shape(declared, *id).map_or(0, |s| s.size),
        _ => 0,
    };
    children(expr)
        .into_iter()
        .map(|e| size(e, declared))
        .fold(called.saturating_add(1), u64::saturating_add)
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
