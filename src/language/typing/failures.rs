//! `may fail { … }` on an action: what becomes of an attempt that breaks off half-way. Each is a fault of its own, with the
//! guards of its action (the operator would not try otherwise), so that nothing behind this room has to know of it.

use crate::language::rules::{
    Effect, Rules, Template, TemplatePart, Transition, TransitionClass, TransitionId,
};
use crate::language::source::Span;
use crate::language::syntax::{self, Statement, StatementKind};

use super::expressions::Checker;

/// A `may fail` of an action.
pub(super) struct Failure {
    text: Option<Template>,
    effects: Vec<Effect>,
    span: Span,
}

/// Whether a statement says how an action can fail.
pub(super) const fn is_failure(statement: &Statement) -> bool {
    matches!(statement.kind, StatementKind::MayFail(..))
}

/// What a failure of an action is called, by its place among those of the action. A space is in no name that a file can
/// declare, so that it is always free.
pub(super) fn name(action: &str, place: usize) -> String {
    match place {
        0 => format!("{action} fails"),
        _ => format!("{action} fails ({})", place + 1),
    }
}

impl Checker<'_> {
    /// A `may fail` with the parameters of its action in scope.
    pub(super) fn failure(
        &mut self,
        text: Option<&syntax::Template>,
        effects: &[Statement],
        span: Span,
    ) -> Option<Failure> {
        let text = text.map(|text| self.template(text));
        let effects = self.effects(effects);
        Some(Failure {
            text: match text {
                Some(text) => Some(text?),
                None => None,
            },
            effects: effects?,
            span,
        })
    }
}

impl Failure {
    /// The fault. What the action takes, costs, interrupts and asks to look at afterwards is of the action that succeeds.
    pub(super) fn of(self, id: TransitionId, action: &Transition, place: usize) -> Transition {
        Transition {
            name: name(&action.name, place),
            doc: String::new(),
            class: TransitionClass::Fault,
            fair: false,
            parameters: action.parameters.clone(),
            failure_of: Some(id),
            guards: action.guards.clone(),
            effects: self.effects,
            text: self.text.or_else(|| action.text.as_ref().map(half_way)),
            then: Vec::new(),
            takes: 0,
            interrupts: Vec::new(),
            cost: 1,
            slots: action.slots,
            span: self.span,
        }
    }
}

/// The words of an action for the case that it fails.
fn half_way(text: &Template) -> Template {
    let mut text = text.clone();
    let told = ": fails half-way".to_owned();
    text.parts.push(TemplatePart::Text(told));
    text
}

/// Policies ask of an attempt that fails what they ask of one that succeeds.
pub(super) fn restrict(rules: &mut Rules) {
    let failures: Vec<(TransitionId, TransitionId)> = (0..)
        .zip(&rules.transitions)
        .filter_map(|(place, t)| Some((t.failure_of?, TransitionId(place))))
        .collect();
    for policy in &mut rules.policies {
        let mut clauses = Vec::with_capacity(policy.clauses.len());
        for clause in policy.clauses.drain(..) {
            let action = clause.action;
            clauses.push(clause.clone());
            clauses.extend(
                failures
                    .iter()
                    .filter(|(of, _)| *of == action)
                    .map(|(_, failure)| {
                        let mut same = clause.clone();
                        same.action = *failure;
                        same
                    }),
            );
        }
        policy.clauses = clauses;
    }
}
