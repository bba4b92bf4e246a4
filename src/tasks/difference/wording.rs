//! What a ground model says, word by word, without the names that do not matter: those of variables and of lets. Two models that
//! say the same mean the same; two that do not may mean the same all the same.

use std::cell::RefCell;
use std::fmt::Write as _;

use crate::language::rules::{
    Binder, Constant, Domain, Effect, Expr, ExprKind, FieldType, GuardKind, LetId, Template,
    TemplatePart, TransitionId,
};
use crate::model::fingerprint;
use crate::model::ground::Model;
use crate::semantics::Interpreter;

/// The wording of one model.
pub(super) struct Wording<'a, 'm> {
    interpreter: &'a Interpreter<'m>,
    model: &'m Model,
    /// The fingerprints of lets that were called so far: a let that calls others twice each would grow beyond all bounds.
    lets: RefCell<Vec<Option<String>>>,
}

impl<'a, 'm> Wording<'a, 'm> {
    pub(super) fn new(interpreter: &'a Interpreter<'m>) -> Self {
        let model = interpreter.model();
        Self {
            interpreter,
            model,
            lets: RefCell::new(vec![None; model.rules.lets.len()]),
        }
    }

    /// Guards in the order of judgement, those of policies included, and effects.
    pub(super) fn transition(&self, id: TransitionId) -> String {
        let transition = &self.model.rules.transitions[id.index()];
        let mut text = format!("{:?} {} ", transition.class, transition.fair);
        for parameter in &transition.parameters {
            self.ty(parameter.ty, &mut text);
        }
        for ground in self.interpreter.guards(id) {
            match &ground.guard.kind {
                GuardKind::Await => text.push_str("\nawait "),
                GuardKind::When => text.push_str("\nwhen "),
                GuardKind::Require(message) => {
                    text.push_str("\nrequire ");
                    self.template(message, &mut text);
                }
            }
            self.expr(&ground.guard.condition, &mut text);
        }
        self.effects(&transition.effects, &mut text);
        text
    }

    /// A condition with what its parameters range over.
    pub(super) fn condition<'t>(
        &self,
        parameters: impl Iterator<Item = &'t FieldType>,
        condition: &Expr,
    ) -> String {
        let mut text = String::new();
        for ty in parameters {
            self.ty(*ty, &mut text);
        }
        self.expr(condition, &mut text);
        text
    }

    fn template(&self, template: &Template, text: &mut String) {
        for part in &template.parts {
            match part {
                TemplatePart::Text(words) => _ = write!(text, "{words:?}"),
                TemplatePart::Expr(expr) => self.expr(expr, text),
            }
        }
    }

    fn effects(&self, effects: &[Effect], text: &mut String) {
        for effect in effects {
            match effect {
                Effect::Assign {
                    object,
                    kind,
                    field,
                    value,
                    ..
                } => {
                    text.push_str("\nset ");
                    self.expr(object, text);
                    let kind = &self.model.rules.kinds[kind.index()];
                    _ = write!(text, ".{} ", kind.fields[field.index()].name);
                    self.expr(value, text);
                }
                Effect::If {
                    condition,
                    then,
                    otherwise,
                } => {
                    text.push_str("\nif ");
                    self.expr(condition, text);
                    text.push('{');
                    self.effects(then, text);
                    text.push_str("}{");
                    self.effects(otherwise, text);
                    text.push('}');
                }
                Effect::For { binder, body } => {
                    text.push_str("\nfor ");
                    self.binder(binder, text);
                    text.push('{');
                    self.effects(body, text);
                    text.push('}');
                }
            }
        }
    }

    fn binder(&self, binder: &Binder, text: &mut String) {
        _ = write!(text, "{} ", binder.slot.0);
        match &binder.domain {
            Domain::Kind(kind) => text.push_str(&self.model.rules.kinds[kind.index()].name),
            Domain::Set(set) => self.expr(set, text),
        }
        if let Some(filter) = &binder.filter {
            text.push_str(" where ");
            self.expr(filter, text);
        }
    }

    fn ty(&self, ty: FieldType, text: &mut String) {
        let rules = &self.model.rules;
        let kind = |id: crate::language::rules::KindId| rules.kinds[id.index()].name.as_str();
        _ = match ty {
            FieldType::Bool => write!(text, "bool "),
            FieldType::Range(low, high) => write!(text, "{low}..{high} "),
            FieldType::Enum(id) => write!(text, "{} ", rules.enums[id.index()].name),
            FieldType::Object(id) => write!(text, "{} ", kind(id)),
            FieldType::Optional(id) => write!(text, "{}? ", kind(id)),
            FieldType::Set(id) => write!(text, "set {} ", kind(id)),
        };
    }

    fn call(&self, id: LetId) -> String {
        if let Some(known) = &self.lets.borrow()[id.index()] {
            return known.clone();
        }
        let mut text = String::new();
        self.expr(&self.model.rules.lets[id.index()].body, &mut text);
        let found = fingerprint::of([text.as_str()]);
        self.lets.borrow_mut()[id.index()] = Some(found.clone());
        found
    }

    fn constant(&self, constant: Constant, text: &mut String) {
        _ = match constant {
            Constant::Bool(value) => write!(text, "{value}"),
            Constant::Int(value) => write!(text, "{value}"),
            Constant::Enum(id, place) => {
                let declared = &self.model.rules.enums[id.index()];
                write!(
                    text,
                    "{}.{}",
                    declared.name, declared.values[place as usize]
                )
            }
            Constant::None => write!(text, "none"),
            Constant::EmptySet => write!(text, "empty"),
        };
    }

    fn list(&self, word: &str, list: &[&Expr], text: &mut String) {
        text.push_str(word);
        text.push('(');
        for expr in list {
            self.expr(expr, text);
            text.push(',');
        }
        text.push(')');
    }

    fn expr(&self, expr: &Expr, text: &mut String) {
        let rules = &self.model.rules;
        match &expr.kind {
            ExprKind::Constant(constant) => self.constant(*constant, text),
            ExprKind::Variable(slot) => _ = write!(text, "${}", slot.0),
            ExprKind::Object(place) => _ = write!(text, "#{place}"),
            // What the cluster gives counts, not what it is called.
            ExprKind::Param(id) => {
                text.push_str(&self.interpreter.show(&self.model.params[id.index()]));
            }
            ExprKind::Field(object, kind, field) => {
                self.expr(object, text);
                let kind = &rules.kinds[kind.index()];
                _ = write!(text, ".{}", kind.fields[field.index()].name);
            }
            ExprKind::Call(id, arguments) => {
                let called = self.call(*id);
                self.list(&called, &arguments.iter().collect::<Vec<_>>(), text);
            }
            ExprKind::Old(inner) => self.list("old", &[inner], text),
            ExprKind::Not(inner) => self.list("not", &[inner], text),
            ExprKind::Binary(operator, a, b) => self.list(&format!("{operator:?}"), &[a, b], text),
            ExprKind::If(a, b, c) => self.list("if", &[a, b, c], text),
            ExprKind::All(binder, body) => self.bound("all", binder, Some(body), text),
            ExprKind::Some(binder, body) => self.bound("some", binder, Some(body), text),
            ExprKind::Count(binder) => self.bound("count", binder, None, text),
            ExprKind::SetOf(binder) => self.bound("set", binder, None, text),
            ExprKind::CountKind(kind) => {
                _ = write!(text, "count {}", rules.kinds[kind.index()].name);
            }
            ExprKind::CountSet(inner) => self.list("count", &[inner], text),
            ExprKind::Set(members) => self.list("set", &members.iter().collect::<Vec<_>>(), text),
        }
    }

    fn bound(&self, word: &str, binder: &Binder, body: Option<&Expr>, text: &mut String) {
        _ = write!(text, "{word}[");
        self.binder(binder, text);
        text.push(':');
        if let Some(body) = body {
            self.expr(body, text);
        }
        text.push(']');
    }
}
