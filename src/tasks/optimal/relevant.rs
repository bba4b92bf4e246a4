//! Fields that nothing looks at: two states that differ only in these have the same future, the same harm and the same times.
//! A field is looked at where a guard, an invariant, a promise, the goal, an outage or an interruption reads it, or an effect
//! for what it writes into another such field, or anything that might be undefined.

use std::cell::RefCell;
use std::collections::BTreeSet;

use crate::language::rules::{
    BinaryOp, Domain, Effect, Expr, ExprKind, FieldId, FieldType, GoalId, KindId, Rules, Type,
};
use crate::language::visit;
use crate::model::ground::Model;
use crate::model::value::{ObjectId, Value};
use crate::semantics::{Interpreter, State};

/// What can be forgotten.
pub(super) struct Relevant {
    /// Fields of objects, with the value that they are given instead: the same for all objects of a kind.
    forgotten: Vec<(ObjectId, FieldId, Value)>,
}

impl Relevant {
    pub(super) fn new(model: &Model, goal: GoalId) -> Self {
        let looked_at = looked_at(model, goal);
        let mut forgotten = Vec::new();
        for (object, described) in (0u32..).map(ObjectId).zip(&model.objects) {
            let kind = described.kind;
            let first = model.objects_of(kind).next().unwrap_or(object);
            let fields = &model.rules.kinds[kind.index()].fields;
            for (field, declared) in (0u16..).map(FieldId).zip(fields) {
                if !declared.fixed && !looked_at.contains(&(kind, field)) {
                    let value = model.objects[first.index()].values[field.index()].clone();
                    forgotten.push((object, field, value));
                }
            }
        }
        Self { forgotten }
    }

    /// The state that stands for all that differ from it in nothing that is looked at.
    pub(super) fn kept(&self, interpreter: &Interpreter<'_>, state: &State) -> State {
        let mut kept = state.clone();
        for (object, field, value) in &self.forgotten {
            if interpreter.value(&kept, *object, *field) != *value {
                kept = interpreter.with_value(&kept, *object, *field, value);
            }
        }
        kept
    }
}

/// The fields that something looks at.
fn looked_at(model: &Model, goal: GoalId) -> BTreeSet<(KindId, FieldId)> {
    let rules = &model.rules;
    let mut look = Look {
        rules,
        found: RefCell::default(),
    };
    for transition in &rules.transitions {
        for guard in &transition.guards {
            look.at(&guard.condition);
        }
        for interrupt in &transition.interrupts {
            look.at(&interrupt.object);
        }
    }
    let policies = rules.policies.iter().zip(&model.policies);
    for (policy, _) in policies.filter(|(_, on)| **on) {
        for guard in policy.clauses.iter().flat_map(|clause| &clause.guards) {
            look.at(&guard.condition);
        }
    }
    for invariant in &rules.invariants {
        look.at(&invariant.condition);
    }
    for operand in rules.temporal.iter().flat_map(|t| t.promise.operands()) {
        look.at(operand);
    }
    for outage in &rules.outages {
        look.at(&outage.condition);
    }
    look.at(&rules.goals[goal.index()].condition);
    loop {
        let before = look.found.borrow().len();
        for transition in &rules.transitions {
            look.at_effects(&transition.effects);
        }
        if look.found.borrow().len() == before {
            return look.found.into_inner();
        }
    }
}

struct Look<'r> {
    rules: &'r Rules,
    found: RefCell<BTreeSet<(KindId, FieldId)>>,
}

impl Look<'_> {
    fn at(&mut self, expr: &Expr) {
        let note = |part: &Expr| {
            if let ExprKind::Field(_, kind, field) = &part.kind {
                self.found.borrow_mut().insert((*kind, *field));
            }
            false
        };
        // Nothing is wanted: every part is looked at.
        let _ = visit::any(self.rules, expr, &note);
    }

    /// Looks at what decides about what matters in some effects; whether anything in them does.
    fn at_effects(&mut self, effects: &[Effect]) -> bool {
        let mut any = false;
        for effect in effects {
            any |= self.at_effect(effect);
        }
        any
    }

    fn at_effect(&mut self, effect: &Effect) -> bool {
        match effect {
            Effect::Assign {
                object,
                kind,
                field,
                value,
                ..
            } => {
                let ty = self.rules.kinds[kind.index()].fields[field.index()].ty;
                let may_not_fit = matches!(ty, FieldType::Range(..) | FieldType::Object(_))
                    && !matches!(value.kind, ExprKind::Constant(_));
                let matters = self.found.borrow().contains(&(*kind, *field))
                    || may_not_fit && value.ty != Type::from(ty)
                    || matches!(ty, FieldType::Range(..)) && may_not_fit
                    || matches!(object.ty, Type::Optional(_))
                    || self.may_be_undefined(object)
                    || self.may_be_undefined(value);
                if matters {
                    self.at(object);
                    self.at(value);
                }
                matters
            }
            Effect::If {
                condition,
                then,
                otherwise,
            } => {
                let then = self.at_effects(then);
                let otherwise = self.at_effects(otherwise);
                let matters = then || otherwise || self.may_be_undefined(condition);
                if matters {
                    self.at(condition);
                }
                matters
            }
            Effect::For { binder, body } => {
                let body = self.at_effects(body);
                let domain = match &binder.domain {
                    Domain::Kind(_) => None,
                    Domain::Set(set) => Some(&**set),
                };
                let chosen: Vec<&Expr> =
                    domain.into_iter().chain(binder.filter.as_deref()).collect();
                let matters = body || chosen.iter().any(|expr| self.may_be_undefined(expr));
                if matters {
                    chosen.into_iter().for_each(|expr| self.at(expr));
                }
                matters
            }
        }
    }

    /// Whether an expression is of a form that can be undefined.
    fn may_be_undefined(&self, expr: &Expr) -> bool {
        let optional = |expr: &Expr| matches!(expr.ty, Type::Optional(_));
        visit::any(self.rules, expr, &|part| match &part.kind {
            ExprKind::Field(inner, _, _) => optional(inner),
            ExprKind::Binary(BinaryOp::Add | BinaryOp::Sub, _, _) => part.ty == Type::Int,
            ExprKind::Set(members) => members.iter().any(optional),
            _ => false,
        })
    }
}
