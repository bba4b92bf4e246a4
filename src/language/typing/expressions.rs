//! From an expression as written to a typed one. What names, operators and quantifiers mean is in the files beside this.
//!
//! Every function returns none where an error was told (or the parser told one): what is around it then stays silent.

use std::sync::Arc;

use crate::language::codes::Code;
use crate::language::rules::{
    Constant, EnumId, Expr, ExprKind, KindId, Slot, Template, TemplatePart, Type,
};
use crate::language::source::{Source, Span};
use crate::language::syntax;

use super::Objects;
use super::declared::Declared;
use super::report::Reporter;
use super::scope::Scope;
use super::types::{accepts, join, mismatch_help, quoted, type_name};
use super::walk;

/// What is known of the type of an expression before looking at it; enum values, `none` and `{}` need it.
#[derive(Clone, Copy)]
pub(super) enum Hint {
    /// Nothing.
    Unknown,
    /// Nothing, because of an error that was told already.
    Any,
    /// It will stand beside, or become, a value of this type.
    Type(Type),
}

impl From<Option<Type>> for Hint {
    /// The hint that a neighbour gives: where the neighbour has an error, anything goes.
    fn from(ty: Option<Type>) -> Self {
        ty.map_or(Self::Any, Self::Type)
    }
}

/// Types the expressions of one declaration, step or option.
pub(super) struct Checker<'a> {
    /// What names can mean.
    pub(super) declared: &'a Declared,
    /// The objects that may be named; none inside rules.
    pub(super) objects: Option<&'a dyn Objects>,
    /// Where mistakes go.
    pub(super) report: Reporter<'a>,
    /// The variables in scope.
    pub(super) scope: Scope,
    /// Whether `old` may be used here.
    pub(super) old: bool,
}

impl<'a> Checker<'a> {
    /// For a declaration of the rules, with no variables yet.
    pub(super) fn new(declared: &'a Declared, source: &'a Arc<Source>) -> Self {
        Self {
            declared,
            objects: None,
            report: Reporter::new(source),
            scope: Scope::default(),
            old: false,
        }
    }

    /// Types a whole expression that must be of type `expected`.
    pub(super) fn whole(&mut self, expr: &syntax::Expr, expected: Type) -> Option<Expr> {
        let typed = self.check(expr, expected)?;
        self.not_too_deep(typed)
    }

    /// Types a whole expression whose type nothing tells.
    pub(super) fn whole_of_any_type(&mut self, expr: &syntax::Expr) -> Option<Expr> {
        let typed = self.infer(expr, Hint::Unknown)?;
        self.not_too_deep(typed)
    }

    fn not_too_deep(&mut self, expr: Expr) -> Option<Expr> {
        if walk::depth(&expr, self.declared) <= walk::DEEPEST {
            return self.not_too_large(expr);
        }
        self.report.error(
            Code::NestedTooDeeply,
            expr.span,
            format!(
                "this nests deeper than {} levels, the lets that it calls included",
                walk::DEEPEST
            ),
            "nested too deeply",
            "call fewer lets one inside the other, or write long chains as a quantifier",
        );
        None
    }

    fn not_too_large(&mut self, expr: Expr) -> Option<Expr> {
        if walk::size(&expr, self.declared) <= walk::LARGEST {
            return Some(expr);
        }
        self.report.error(
            Code::NestedTooDeeply,
            expr.span,
            format!(
                "this has more than {} parts, the lets that it calls counted at each call",
                walk::LARGEST
            ),
            "too large",
            "call each let once, or write what repeats as a quantifier",
        );
        None
    }

    /// How many slots the declaration at `span` uses.
    pub(super) fn slots(&mut self, span: Span) -> usize {
        let slots = self.scope.slots();
        let most = usize::from(u16::MAX);
        if slots > most {
            self.report
                .too_many(span, "variables in one declaration", most);
        }
        slots
    }

    /// Types an expression that must be of type `expected`.
    pub(super) fn check(&mut self, expr: &syntax::Expr, expected: Type) -> Option<Expr> {
        let typed = self.infer(expr, Hint::Type(expected))?;
        if accepts(expected, typed.ty) {
            return Some(typed);
        }
        if matches!(typed.kind, ExprKind::Constant(Constant::None)) {
            self.never_none(typed.span, expected);
        } else {
            self.mismatch(typed.span, expected, typed.ty);
        }
        None
    }

    /// Tells that `none` stands where an object must.
    fn never_none(&mut self, span: Span, expected: Type) {
        let kind = type_name(self.declared, expected);
        self.report.error(
            Code::WrongType,
            span,
            format!("expected `{kind}`, found `none`"),
            "there must be an object here",
            format!("declare it as `{kind}?` where there can be none"),
        );
    }

    /// Tells that the value at `span` is not of the expected type.
    pub(super) fn mismatch(&mut self, span: Span, expected: Type, found: Type) {
        let help = mismatch_help(self.declared, expected, found, &self.report.words(span));
        let expected = quoted(self.declared, expected);
        let found = quoted(self.declared, found);
        self.report.error(
            Code::WrongType,
            span,
            format!("expected {expected}, found {found}"),
            format!("this is {found}"),
            help,
        );
    }

    /// Types an expression; enum values, `none` and `{}` take their type from the hint.
    pub(super) fn infer(&mut self, expr: &syntax::Expr, hint: Hint) -> Option<Expr> {
        use syntax::ExprKind as Written;
        let span = expr.span;
        match &expr.kind {
            Written::Bool(value) => Some(constant(Constant::Bool(*value), Type::Bool, span)),
            Written::Int(value) => Some(constant(Constant::Int(*value), Type::Int, span)),
            Written::None => self.none(span, hint),
            Written::Name(name) => self.name(name, span, hint),
            Written::Quoted(name) => self.quoted_object(name, span),
            Written::Field(base, field) => self.field(base, field, span),
            Written::Call(name, arguments) => self.call(name, arguments, span),
            Written::Old(inner) => self.old(inner, span, hint),
            Written::Not(inner) => {
                let inner = self.check(inner, Type::Bool)?;
                Some(typed(ExprKind::Not(Box::new(inner)), Type::Bool, span))
            }
            Written::Binary(op, left, right) => self.binary(*op, left, right, span, hint),
            Written::If(condition, then, otherwise) => {
                self.conditional(condition, then, otherwise, span, hint)
            }
            Written::All(binder, body) => self.quantifier(binder, body, span, ExprKind::All),
            Written::Some(binder, body) => self.quantifier(binder, body, span, ExprKind::Some),
            Written::Count(binder) => self.count(binder, span),
            Written::CountAll(what) => self.count_all(what, span),
            Written::Set(members) => self.set(members, span, hint),
            Written::SetOf(binder) => self.set_of(binder, span),
            Written::Broken => None,
        }
    }

    /// Whether an expression has a type without a hint: enum values, `none` and `{}` have not.
    pub(super) fn stands_alone(&self, expr: &syntax::Expr) -> bool {
        use syntax::{BinaryOp, ExprKind as Written};
        match &expr.kind {
            Written::None => false,
            Written::Name(name) => {
                self.is_known_value(name) || self.declared.owners(name).is_empty()
            }
            Written::Set(members) => members.iter().any(|m| self.stands_alone(m)),
            Written::If(_, a, b) | Written::Binary(BinaryOp::Add | BinaryOp::Sub, a, b) => {
                self.stands_alone(a) || self.stands_alone(b)
            }
            Written::Old(inner) => self.stands_alone(inner),
            _ => true,
        }
    }

    /// Types two expressions that should agree: first the one that stands alone, then the other with its type as the hint.
    /// The results are in the order of the operands.
    pub(super) fn infer_both(
        &mut self,
        left: &syntax::Expr,
        right: &syntax::Expr,
        hint: Hint,
        carry: impl Fn(Type) -> Type,
    ) -> (Option<Expr>, Option<Expr>) {
        let neighbour = |first: &Option<Expr>| Hint::from(first.as_ref().map(|e| carry(e.ty)));
        if !self.stands_alone(left) && self.stands_alone(right) {
            let second = self.infer(right, hint);
            let first = self.infer(left, neighbour(&second));
            (first, second)
        } else {
            let first = self.infer(left, hint);
            let second = self.infer(right, neighbour(&first));
            (first, second)
        }
    }

    fn none(&mut self, span: Span, hint: Hint) -> Option<Expr> {
        match hint {
            Hint::Type(Type::Object(kind) | Type::Optional(kind)) => {
                Some(constant(Constant::None, Type::Optional(kind), span))
            }
            Hint::Type(other) => {
                let expected = quoted(self.declared, other);
                self.report.error(
                    Code::WrongType,
                    span,
                    format!("expected {expected}, found `none`"),
                    "`none` is the value of an optional reference",
                    format!("write something that is {expected} here"),
                );
                None
            }
            Hint::Unknown => {
                self.report.error(
                    Code::WrongType,
                    span,
                    "nothing tells of which kind this `none` is",
                    "no type can be told here",
                    "write `none` where an optional reference is expected, as in `e.standby == none`",
                );
                None
            }
            Hint::Any => None,
        }
    }

    fn old(&mut self, inner: &syntax::Expr, span: Span, hint: Hint) -> Option<Expr> {
        if !self.old {
            self.report.error(
                Code::MisplacedOld,
                span,
                "`old` has a meaning only in a transition invariant, and not inside another `old`",
                "there is no state before here",
                "write the condition as `transition invariant NAME { … }`, or leave `old` out",
            );
            return self.infer(inner, hint);
        }
        self.old = false;
        let value = self.infer(inner, hint);
        self.old = true;
        let value = value?;
        if !walk::reads_state(&value, self.declared) {
            let words = self.report.words(value.span);
            self.report.error(
                Code::MisplacedOld,
                span,
                format!("`old` changes nothing here: no field is read inside it, so {words} is the same before and after"),
                "the same as without `old`",
                "put the whole path inside: `old(e.build)`, not `old(e).build`",
            );
            return None;
        }
        let ty = value.ty;
        Some(typed(ExprKind::Old(Box::new(value)), ty, span))
    }

    fn conditional(
        &mut self,
        condition: &syntax::Expr,
        then: &syntax::Expr,
        otherwise: &syntax::Expr,
        span: Span,
        hint: Hint,
    ) -> Option<Expr> {
        let condition = self.check(condition, Type::Bool);
        let (then, otherwise) = match hint {
            Hint::Type(_) => (self.infer(then, hint), self.infer(otherwise, hint)),
            _ => self.infer_both(then, otherwise, hint, |ty| ty),
        };
        let (condition, then, otherwise) = (condition?, then?, otherwise?);
        let Some(ty) = join(then.ty, otherwise.ty) else {
            let first = quoted(self.declared, then.ty);
            let second = quoted(self.declared, otherwise.ty);
            self.report.error(
                Code::WrongType,
                otherwise.span,
                format!(
                    "the branches of this `if` differ: {first} after `then`, {second} after `else`"
                ),
                format!("this is {second}"),
                "write values of one type in both branches",
            );
            self.report
                .also(Some(then.span), format!("this is {first}"));
            return None;
        };
        let parts = (Box::new(condition), Box::new(then), Box::new(otherwise));
        Some(typed(ExprKind::If(parts.0, parts.1, parts.2), ty, span))
    }

    fn set(&mut self, members: &[syntax::Expr], span: Span, hint: Hint) -> Option<Expr> {
        let mut hint = hint;
        let mut kind = match hint {
            Hint::Type(Type::Set(kind)) => Some(kind),
            _ => None,
        };
        if members.is_empty() {
            return self.empty_set(span, hint);
        }
        let mut list = Vec::with_capacity(members.len());
        let mut broken = false;
        for member in members {
            let expected = match kind {
                Some(kind) => Hint::Type(Type::Object(kind)),
                None => hint,
            };
            let member = self
                .infer(member, expected)
                .and_then(|m| self.member(m, kind));
            match member {
                Some(member) => {
                    if let Type::Object(k) | Type::Optional(k) = member.ty {
                        kind = kind.or(Some(k));
                    }
                    list.push(member);
                }
                None => {
                    broken = true;
                    hint = Hint::Any;
                }
            }
        }
        let kind = kind.filter(|_| !broken)?;
        Some(typed(ExprKind::Set(list), Type::Set(kind), span))
    }

    fn member(&mut self, member: Expr, kind: Option<KindId>) -> Option<Expr> {
        if matches!(member.kind, ExprKind::Constant(Constant::None)) {
            self.report.error(
                Code::WrongType,
                member.span,
                "`none` is no member of a set",
                "sets hold objects",
                "leave it out; the empty set is `{}`",
            );
            return None;
        }
        match (member.ty, kind) {
            (Type::Object(k) | Type::Optional(k), _) if kind.is_none_or(|kind| kind == k) => {
                Some(member)
            }
            (found, Some(kind)) => {
                self.mismatch(member.span, Type::Object(kind), found);
                None
            }
            (found, None) => {
                let found = quoted(self.declared, found);
                self.report.error(
                    Code::WrongType,
                    member.span,
                    format!("expected an object, found {found}"),
                    format!("this is {found}"),
                    "sets hold objects of one kind; compare with `or` where values are meant",
                );
                None
            }
        }
    }

    fn empty_set(&mut self, span: Span, hint: Hint) -> Option<Expr> {
        match hint {
            Hint::Type(ty @ Type::Set(_)) => Some(constant(Constant::EmptySet, ty, span)),
            Hint::Type(other) => {
                let expected = quoted(self.declared, other);
                self.report.error(
                    Code::WrongType,
                    span,
                    format!("expected {expected}, found the empty set"),
                    "this is a set",
                    format!("write something that is {expected} here"),
                );
                None
            }
            Hint::Unknown => {
                self.report.error(
                    Code::WrongType,
                    span,
                    "nothing tells of which kind this empty set is",
                    "no type can be told here",
                    "write `{}` where a set is expected, as in `s.owners == {}`",
                );
                None
            }
            Hint::Any => None,
        }
    }

    /// The lines of a block, joined by `and` from the first to the last. The joined tree is balanced: a block of any
    /// length nests only a few levels.
    pub(super) fn conditions(&mut self, conditions: &[syntax::Expr]) -> Option<Expr> {
        let parts: Vec<Option<Expr>> = conditions
            .iter()
            .map(|condition| self.whole(condition, Type::Bool))
            .collect();
        let mut parts: Vec<Expr> = parts.into_iter().collect::<Option<_>>()?;
        while parts.len() > 1 {
            let mut joined = Vec::with_capacity(parts.len().div_ceil(2));
            let mut rest = parts.into_iter();
            while let Some(left) = rest.next() {
                joined.push(match rest.next() {
                    Some(right) => {
                        let span = left.span.to(right.span);
                        let and = syntax::BinaryOp::And;
                        let kind = ExprKind::Binary(and, Box::new(left), Box::new(right));
                        typed(kind, Type::Bool, span)
                    }
                    None => left,
                });
            }
            parts = joined;
        }
        parts.pop()
    }

    /// Types the expressions of a text.
    pub(super) fn template(&mut self, template: &syntax::Template) -> Option<Template> {
        let parts: Vec<Option<TemplatePart>> = template
            .parts
            .iter()
            .map(|part| match part {
                syntax::TemplatePart::Text(text) => Some(TemplatePart::Text(text.clone())),
                syntax::TemplatePart::Expr(expr) => {
                    self.whole_of_any_type(expr).map(TemplatePart::Expr)
                }
            })
            .collect();
        let parts = parts.into_iter().collect::<Option<_>>()?;
        Some(Template { parts })
    }
}

/// A typed expression.
pub(super) fn typed(kind: ExprKind, ty: Type, span: Span) -> Expr {
    Expr { kind, ty, span }
}

/// A typed constant.
pub(super) fn constant(value: Constant, ty: Type, span: Span) -> Expr {
    typed(ExprKind::Constant(value), ty, span)
}

/// A variable as an expression.
pub(super) fn variable(slot: Slot, ty: Type, span: Span) -> Expr {
    typed(ExprKind::Variable(slot), ty, span)
}

/// A value of an enum as an expression.
pub(super) fn enum_value(id: EnumId, place: u16, span: Span) -> Expr {
    constant(Constant::Enum(id, place), Type::Enum(id), span)
}

/// An object by its place in the cluster as an expression.
pub(super) fn object(place: u32, kind: KindId, span: Span) -> Expr {
    typed(ExprKind::Object(place), Type::Object(kind), span)
}
