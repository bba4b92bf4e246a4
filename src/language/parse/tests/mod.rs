//! What the parser reads, what it says, and what it saves. The helpers write trees and messages as short texts.

mod constructs;
mod explanations;
mod hostile;
mod messages;
mod recovery;

use std::sync::Arc;

use super::{parse_expression, parse_rules};
use crate::language::diagnostic::Diagnostic;
use crate::language::source::{Source, Span};
use crate::language::syntax::{
    BinaryOp, Binder, Expr, ExprKind, Item, RulesFile, Statement, StatementKind, Template,
    TemplatePart,
};

fn whole(source: &Source) -> Span {
    Span::new(0, u32::try_from(source.text.len()).unwrap())
}

/// An expression in full parentheses.
fn show(expr: &Expr) -> String {
    match &expr.kind {
        ExprKind::Bool(value) => value.to_string(),
        ExprKind::Int(value) => value.to_string(),
        ExprKind::None => "none".to_owned(),
        ExprKind::Name(name) => name.clone(),
        ExprKind::Quoted(name) => format!("'{name}'"),
        ExprKind::Field(object, field) => format!("{}.{}", show(object), field.text),
        ExprKind::Call(name, arguments) => format!("{}({})", name.text, list(arguments)),
        ExprKind::Old(inner) => format!("old({})", show(inner)),
        ExprKind::Not(inner) => format!("(not {})", show(inner)),
        ExprKind::Binary(op, a, b) => format!("({} {} {})", show(a), sign(*op), show(b)),
        ExprKind::If(a, b, c) => format!("(if {} then {} else {})", show(a), show(b), show(c)),
        ExprKind::All(over, body) => format!("(all {}: {})", binder(over), show(body)),
        ExprKind::Some(over, body) => format!("(some {}: {})", binder(over), show(body)),
        ExprKind::Count(over) => format!("count({})", binder(over)),
        ExprKind::CountAll(inner) => format!("count({})", show(inner)),
        ExprKind::Set(members) => format!("{{{}}}", list(members)),
        ExprKind::SetOf(over) => format!("{{{}}}", binder(over)),
        ExprKind::Broken => "?".to_owned(),
    }
}

fn list(exprs: &[Expr]) -> String {
    exprs.iter().map(show).collect::<Vec<_>>().join(", ")
}

fn binder(over: &Binder) -> String {
    let names: Vec<_> = over.names.iter().map(|n| n.text.as_str()).collect();
    let filter = over
        .filter
        .as_ref()
        .map(|f| format!(" where {}", show(f)))
        .unwrap_or_default();
    format!("{} in {}{filter}", names.join(", "), show(&over.domain))
}

fn sign(op: BinaryOp) -> &'static str {
    match op {
        BinaryOp::And => "and",
        BinaryOp::Or => "or",
        BinaryOp::Implies => "implies",
        BinaryOp::Eq => "==",
        BinaryOp::Ne => "!=",
        BinaryOp::Lt => "<",
        BinaryOp::Le => "<=",
        BinaryOp::Gt => ">",
        BinaryOp::Ge => ">=",
        BinaryOp::Add => "+",
        BinaryOp::Sub => "-",
        BinaryOp::In => "in",
    }
}

fn template(text: &Template) -> String {
    text.parts
        .iter()
        .map(|part| match part {
            TemplatePart::Text(text) => text.clone(),
            TemplatePart::Expr(expr) => format!("<{}>", show(expr)),
        })
        .collect()
}

/// Statements, with `;` between.
fn body(statements: &[Statement]) -> String {
    let all: Vec<_> = statements.iter().map(statement).collect();
    all.join("; ")
}

fn statement(statement: &Statement) -> String {
    match &statement.kind {
        StatementKind::Text(text) => format!("text {}", template(text)),
        StatementKind::Then(text) => format!("then {}", template(text)),
        StatementKind::Takes(time) => format!("takes {}", time.seconds),
        StatementKind::Cost(cost) => format!("cost {cost}"),
        StatementKind::Interrupts(e, time) => format!("interrupts {} {}", show(e), time.seconds),
        StatementKind::Await(e) => format!("await {}", show(e)),
        StatementKind::Require(e, text) => format!("require {} else {}", show(e), template(text)),
        StatementKind::When(e) => format!("when {}", show(e)),
        StatementKind::MayFail(text, left) => {
            let text = text.as_ref().map(template).unwrap_or_default();
            format!("may fail {text} {{{}}}", body(left))
        }
        StatementKind::Assign(target, value) => format!("{} = {}", show(target), show(value)),
        StatementKind::If(e, then, otherwise) => {
            format!(
                "if {} {{{}}} else {{{}}}",
                show(e),
                body(then),
                body(otherwise)
            )
        }
        StatementKind::For(over, inner) => format!("for {} {{{}}}", binder(over), body(inner)),
    }
}

/// A message with what it underlines; where that is nothing, with the line before it and `^`.
fn told(source: &Source, diagnostic: &Diagnostic) -> String {
    let span = diagnostic.primary.as_ref().unwrap().span;
    let place = if span.start == span.end {
        let before = &source.text[..span.start as usize];
        let line = before.rsplit('\n').next().unwrap_or("");
        format!("{}^", line.trim_start())
    } else {
        source.slice(span).to_owned()
    };
    format!("{} @ {place}", diagnostic.message)
}

fn rules(text: &str) -> (RulesFile, Vec<String>) {
    let source = Source::new("x.rules", text);
    let (file, diagnostics) = parse_rules(&source);
    let messages = diagnostics.list.iter().map(|d| told(&source, d)).collect();
    (file, messages)
}

/// What is said about a text without its header line.
fn errors(text: &str) -> Vec<String> {
    rules(&format!("rules x\n{text}")).1
}

/// What is said about a text, whole.
fn diagnostics(text: &str) -> Vec<Diagnostic> {
    let source = Source::new("x.rules", format!("rules x\n{text}"));
    parse_rules(&source).1.list
}

/// The items of a text that has no mistakes.
fn items(text: &str) -> Vec<Item> {
    let (file, messages) = rules(&format!("rules x\n{text}"));
    assert_eq!(messages, [""; 0], "{text}");
    file.declarations.into_iter().map(|d| d.item).collect()
}

/// The statements of an action with these lines, and what is said about them.
fn action(lines: &str) -> (String, Vec<String>) {
    let (file, messages) = rules(&format!("rules x\naction f(e: evs) {{\n{lines}\n}}\n"));
    let shown = match file.declarations.first().map(|d| &d.item) {
        Some(Item::Transition { body: lines, .. }) => body(lines),
        other => format!("{other:?}"),
    };
    (shown, messages)
}

fn expression_source(text: &str) -> Arc<Source> {
    Source::new("x", text)
}

/// An expression that has no mistakes, in full parentheses.
fn expr(text: &str) -> String {
    let source = expression_source(text);
    let (expr, diagnostics) = parse_expression(&source, whole(&source));
    let messages: Vec<_> = diagnostics.list.iter().map(|d| told(&source, d)).collect();
    assert_eq!(messages, [""; 0], "{text}");
    show(&expr)
}

/// What is said about an expression.
fn expr_errors(text: &str) -> Vec<String> {
    let source = expression_source(text);
    let (_, diagnostics) = parse_expression(&source, whole(&source));
    diagnostics.list.iter().map(|d| told(&source, d)).collect()
}
