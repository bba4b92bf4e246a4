//! All expressions of a syntax tree.

use rollproof::language::syntax::{
    Activation, Binder, Expr, ExprKind, Item, RulesFile, Statement, StatementKind, Template,
    TemplatePart,
};

/// The expressions met so far, the outer before the inner.
#[derive(Default)]
pub struct Exprs<'a> {
    pub all: Vec<&'a Expr>,
}

impl<'a> Exprs<'a> {
    pub fn of(file: &'a RulesFile) -> Self {
        let mut exprs = Self::default();
        for declaration in &file.declarations {
            exprs.item(&declaration.item);
        }
        exprs
    }

    fn item(&mut self, item: &'a Item) {
        match item {
            Item::Enum { .. } => {}
            Item::Param { default, .. } => self.exprs(default),
            Item::Kind { fields, .. } => fields.iter().for_each(|f| self.exprs(&f.default)),
            Item::Let { body, .. } => self.expr(body),
            Item::Transition { body, .. } => self.statements(body),
            Item::Policy {
                activation,
                clauses,
                ..
            } => {
                if let Activation::Where(condition) = activation {
                    self.expr(condition);
                }
                clauses.iter().for_each(|c| self.statements(&c.guards));
            }
            Item::Assume { text, conditions } => {
                self.template(text);
                self.exprs(conditions);
            }
            Item::Property { formulas, .. } => {
                for promise in formulas.iter().filter_map(|f| f.promise.as_ref()) {
                    promise.operands().into_iter().for_each(|e| self.expr(e));
                }
            }
            Item::Invariant { conditions, .. }
            | Item::Goal { conditions, .. }
            | Item::Outage { conditions, .. } => self.exprs(conditions),
        }
    }

    fn statements(&mut self, statements: &'a [Statement]) {
        for statement in statements {
            self.statement(&statement.kind);
        }
    }

    fn statement(&mut self, statement: &'a StatementKind) {
        match statement {
            StatementKind::Text(text) | StatementKind::Then(text) => self.template(text),
            StatementKind::Takes(_) | StatementKind::Cost(_) => {}
            StatementKind::Interrupts(e, _) | StatementKind::Await(e) | StatementKind::When(e) => {
                self.expr(e);
            }
            StatementKind::Require(e, text) => {
                self.expr(e);
                self.template(text);
            }
            StatementKind::MayFail(text, left) => {
                text.iter().for_each(|text| self.template(text));
                self.statements(left);
            }
            StatementKind::Assign(target, value) => {
                self.expr(target);
                self.expr(value);
            }
            StatementKind::If(e, then, otherwise) => {
                self.expr(e);
                self.statements(then);
                self.statements(otherwise);
            }
            StatementKind::For(binder, body) => {
                self.binder(binder);
                self.statements(body);
            }
        }
    }

    fn template(&mut self, text: &'a Template) {
        for part in &text.parts {
            if let TemplatePart::Expr(expr) = part {
                self.expr(expr);
            }
        }
    }

    fn exprs(&mut self, exprs: impl IntoIterator<Item = &'a Expr>) {
        exprs.into_iter().for_each(|e| self.expr(e));
    }

    fn binder(&mut self, binder: &'a Binder) {
        self.expr(&binder.domain);
        self.exprs(binder.filter.as_deref());
    }

    fn expr(&mut self, expr: &'a Expr) {
        self.all.push(expr);
        match &expr.kind {
            ExprKind::Bool(_)
            | ExprKind::Int(_)
            | ExprKind::None
            | ExprKind::Name(_)
            | ExprKind::Quoted(_)
            | ExprKind::Broken => {}
            ExprKind::Field(inner, _)
            | ExprKind::Old(inner)
            | ExprKind::Not(inner)
            | ExprKind::CountAll(inner) => self.expr(inner),
            ExprKind::Call(_, members) | ExprKind::Set(members) => self.exprs(members),
            ExprKind::Binary(_, a, b) => self.exprs([&**a, b]),
            ExprKind::If(a, b, c) => self.exprs([&**a, b, c]),
            ExprKind::All(binder, body) | ExprKind::Some(binder, body) => {
                self.binder(binder);
                self.expr(body);
            }
            ExprKind::Count(binder) | ExprKind::SetOf(binder) => self.binder(binder),
        }
    }
}
