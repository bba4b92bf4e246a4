//! For whom a condition that does not hold fails. Texts about it may name them.

use crate::language::rules::{Expr, ExprKind, Template, TemplatePart};
use crate::language::visit;
use crate::model::value::Value;

use super::evaluate::{Moment, Scope};

impl Moment<'_> {
    /// The arguments, and after them for each quantifier at the end of a condition that does not hold the first object for
    /// which it does not. What has no value here is `none`.
    pub(super) fn with_offenders(
        &self,
        arguments: &[Value],
        condition: &Expr,
        text: &Template,
    ) -> Vec<Value> {
        let mut bindings = arguments.to_vec();
        let slots = text.parts.iter().filter_map(|part| match part {
            TemplatePart::Text(_) => None,
            TemplatePart::Expr(expr) => Some(slots(expr)),
        });
        bindings.resize(slots.max().unwrap_or(0).max(bindings.len()), Value::None);
        for (binder, body) in condition.quantifiers_at_the_end() {
            let scope = Scope::Arguments(&bindings);
            let offender = self.first_member(binder, &scope, |inner| Ok(!self.holds(body, inner)?));
            let Ok(Some(offender)) = offender else {
                break;
            };
            let slot = binder.slot.index();
            bindings.resize(bindings.len().max(slot + 1), Value::None);
            bindings[slot] = Value::Object(offender);
        }
        bindings
    }
}

/// How many slots an expression needs.
fn slots(expr: &Expr) -> usize {
    let own = match expr.kind {
        ExprKind::Variable(slot) => slot.index() + 1,
        _ => 0,
    };
    let inside = visit::children(expr).into_iter().map(slots);
    inside.max().unwrap_or(0).max(own)
}
