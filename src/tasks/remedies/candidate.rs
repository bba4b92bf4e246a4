//! What could be otherwise about a cluster and its rules, in the order of trying; and the model where it is.

use crate::language::rules::{
    GuardKind, KindId, ParamId, PolicyId, Template, TemplatePart, TransitionClass,
};
use crate::language::source::{Source, Span};
use crate::model::ground::Model;
use crate::model::value::Value;

use super::findings::{Change, Place};

/// Something that could be otherwise.
#[derive(Clone, Debug)]
pub(super) enum Candidate {
    /// One more object of a kind.
    Another(KindId),
    /// A policy off.
    Off(PolicyId),
    /// A parameter flipped.
    Flipped(ParamId),
    /// Without a guard of an action, its own or one that a policy adds to it.
    Without(Guard),
}

/// A guard of an action.
#[derive(Clone, Debug)]
pub(super) struct Guard {
    /// The action's name.
    action: String,
    policy: Option<PolicyId>,
    kind: GuardKind,
    condition: Span,
    /// The whole statement, by which it is known.
    span: Span,
}

/// All candidates of a model: missing spares, policies that are on, parameters, requirements; each in the order of the
/// rules, requirements that policies add after those of the rules. Where a policy adds only one, its name stands for it.
pub(super) fn candidates(model: &Model) -> Vec<Candidate> {
    let rules = &model.rules;
    let kinds = (0u16..).map(KindId).take(rules.kinds.len());
    let policies = || {
        let all = (0u16..).map(PolicyId).zip(&rules.policies);
        all.filter(|(id, _)| model.policies[id.index()])
    };
    let params = (0u16..).map(ParamId).zip(&model.params);
    let flags = params.filter(|(_, value)| matches!(value, Value::Bool(_)));
    kinds
        .map(Candidate::Another)
        .chain(policies().map(|(id, _)| Candidate::Off(id)))
        .chain(flags.map(|(id, _)| Candidate::Flipped(id)))
        .chain(own_guards(model).map(Candidate::Without))
        .chain(policies().flat_map(|(id, _)| {
            let added = added_guards(model, id);
            let several = added.len() > 1;
            added
                .into_iter()
                .filter(move |_| several)
                .map(Candidate::Without)
        }))
        .collect()
}

fn own_guards(model: &Model) -> impl Iterator<Item = Guard> {
    let actions = model.rules.transitions.iter();
    actions
        .filter(|t| t.class == TransitionClass::Action)
        .flat_map(|action| {
            action.guards.iter().map(|guard| Guard {
                action: action.name.clone(),
                policy: None,
                kind: guard.kind.clone(),
                condition: guard.condition.span,
                span: guard.span,
            })
        })
}

fn added_guards(model: &Model, policy: PolicyId) -> Vec<Guard> {
    let mut added = Vec::new();
    for clause in &model.rules.policies[policy.index()].clauses {
        let action = &model.rules.transitions[clause.action.index()];
        if action.class != TransitionClass::Action {
            continue;
        }
        added.extend(clause.guards.iter().map(|guard| Guard {
            action: action.name.clone(),
            policy: Some(policy),
            kind: guard.kind.clone(),
            condition: guard.condition.span,
            span: guard.span,
        }));
    }
    added
}

impl Candidate {
    /// The model where it is otherwise, and what that is; none where that cannot be.
    pub(super) fn applied(&self, model: &Model) -> Option<(Model, Change)> {
        let rules = &model.rules;
        match self {
            Self::Another(kind) => {
                let (larger, addition) = model.with_another(*kind)?;
                let change = Change::Object {
                    kind: rules.kinds[kind.index()].name.clone(),
                    name: addition.name,
                    like: addition.like,
                };
                Some((larger, change))
            }
            Self::Off(id) => {
                let policy = &rules.policies[id.index()];
                let change = Change::Policy {
                    name: policy.name.clone(),
                    doc: policy.doc.clone(),
                    place: place(&rules.source, policy.span),
                };
                Some((model.without_policy(*id), change))
            }
            Self::Flipped(id) => {
                let flipped = model.with_flipped(*id)?;
                let param = &rules.params[id.index()];
                let change = Change::Param {
                    name: param.name.clone(),
                    doc: param.doc.clone(),
                    value: flipped.params[id.index()] == Value::Bool(true),
                    place: place(&rules.source, param.span),
                };
                Some((flipped, change))
            }
            Self::Without(guard) => Some((model.without_guard(guard.span), guard.told(model))),
        }
    }

    /// Whether no plan is lost by it: what is valid stays valid, and the same. So of a `require`: it holds wherever a valid
    /// plan takes its step. Not of an `await`, without which a step may come too early.
    pub(super) fn only_allows(&self, model: &Model) -> bool {
        let is_require = |guard: &Guard| matches!(guard.kind, GuardKind::Require(_));
        match self {
            Self::Without(guard) => is_require(guard),
            Self::Off(id) => added_guards(model, *id).iter().all(is_require),
            Self::Another(_) | Self::Flipped(_) => false,
        }
    }

    /// Whether the other is a part of it: a policy that is off has no requirements.
    pub(super) fn covers(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Off(policy), Self::Without(guard)) => guard.policy == Some(*policy),
            _ => false,
        }
    }
}

impl Guard {
    fn told(&self, model: &Model) -> Change {
        let source = &model.rules.source;
        let (word, message) = match &self.kind {
            GuardKind::Require(message) => ("require", Some(written(source, message))),
            GuardKind::Await | GuardKind::When => ("await", None),
        };
        Change::Requirement {
            word,
            condition: folded(source, self.condition),
            message,
            action: self.action.clone(),
            policy: self
                .policy
                .map(|id| model.rules.policies[id.index()].name.clone()),
            place: place(source, self.span),
        }
    }
}

fn place(source: &Source, span: Span) -> Place {
    Place {
        file: source.name.clone(),
        line: source.position(span.start).0,
    }
}

/// A message as it is written: nobody knows yet about whom it will be.
fn written(source: &Source, template: &Template) -> String {
    let parts = template.parts.iter().map(|part| match part {
        TemplatePart::Text(text) => text.clone(),
        TemplatePart::Expr(expr) => format!("{{{}}}", folded(source, expr.span)),
    });
    parts.collect()
}

fn folded(source: &Source, span: Span) -> String {
    let words: Vec<&str> = source.slice(span).split_whitespace().collect();
    words.join(" ")
}
