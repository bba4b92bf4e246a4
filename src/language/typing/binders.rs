//! What quantifiers, counts, set comprehensions and loops range over, and the variables that they bind.

use crate::language::codes::Code;
use crate::language::rules::{Binder, Domain, Expr, ExprKind, FieldType, KindId, Slot, Type};
use crate::language::source::Span;
use crate::language::syntax::{self, Name};
use crate::language::visit;

use super::expressions::{Checker, Hint, typed};
use super::types::quoted;

/// How many names one binder may bind: each becomes a quantifier inside the one before.
const MOST_NAMES: usize = 8;

/// A binder whose variables are in scope until its mark is released.
pub(super) struct Bound {
    /// One for each name, the outermost first, the filter with the innermost; none where there was an error.
    pub(super) binders: Option<Vec<Binder>>,
    /// What was in scope before.
    pub(super) mark: usize,
}

impl Checker<'_> {
    /// Brings a variable into scope, unless its name is taken.
    pub(super) fn declare(&mut self, name: &Name, ty: Option<FieldType>) -> Slot {
        let taken = match self.scope.find(&name.text) {
            Some(binding) => Some(("a variable here".to_owned(), Some(binding.span))),
            None => self.declared.taken(&name.text),
        };
        if let Some((what, earlier)) = taken {
            self.report
                .name_taken(&name.text, name.span, &what, earlier);
        }
        self.scope.bind(name, ty)
    }

    /// The names of a binder, brought into scope; the filter sees them all.
    pub(super) fn bind(&mut self, binder: &syntax::Binder) -> Bound {
        let domain = self.domain(&binder.domain);
        let mark = self.scope.mark();
        let kind = domain.as_ref().map(|(_, kind)| FieldType::Object(*kind));
        let few = self.few_enough(binder, domain.as_ref().map(|(domain, _)| domain));
        let slots: Vec<_> = binder
            .names
            .iter()
            .map(|name| (self.declare(name, kind), name.text.clone()))
            .collect();
        let filter = match &binder.filter {
            Some(filter) => self.check(filter, Type::Bool).map(|f| Some(Box::new(f))),
            None => Some(None),
        };
        let binders = match (domain, filter, few) {
            (Some((domain, _)), Some(filter), true) => Some(nest(slots, &domain, filter)),
            _ => None,
        };
        Bound { binders, mark }
    }

    /// Several names share a domain, which is then written once for each: it must be cheap to repeat.
    fn few_enough(&mut self, binder: &syntax::Binder, domain: Option<&Domain>) -> bool {
        let [_, second, ..] = binder.names.as_slice() else {
            return true;
        };
        let (span, what) = if let Some(name) = binder.names.get(MOST_NAMES) {
            (
                name.span,
                format!("more than {MOST_NAMES} names are bound at once"),
            )
        } else if matches!(domain, Some(Domain::Set(set)) if ranges(set)) {
            (
                second.span,
                "several names range over a set that is itself written with a binder".to_owned(),
            )
        } else {
            return true;
        };
        self.report.error(
            Code::NestedTooDeeply,
            span,
            what,
            "one name too many",
            "write one quantifier inside the other, or name the set with a `let`",
        );
        false
    }

    /// A kind or a set.
    fn domain(&mut self, domain: &syntax::Expr) -> Option<(Domain, KindId)> {
        if let syntax::ExprKind::Name(name) = &domain.kind
            && self.scope.find(name).is_none()
        {
            if let Some(kind) = self.declared.kind_id(name) {
                return Some((Domain::Kind(kind), kind));
            }
            if !self.is_known_value(name) {
                self.unknown_domain(name, domain.span);
                return None;
            }
        }
        let set = self.infer(domain, Hint::Unknown)?;
        let Type::Set(kind) = set.ty else {
            let ty = quoted(self.declared, set.ty);
            self.report.error(
                Code::WrongType,
                set.span,
                format!("expected a kind or a set, found {ty}"),
                format!("this is {ty}"),
                "range over a kind, as in `n in node`, or over a field of type `set of node`",
            );
            return None;
        };
        Some((Domain::Set(Box::new(set)), kind))
    }

    fn unknown_domain(&mut self, name: &str, span: Span) {
        if self.declared.enum_id(name).is_some() {
            self.report.error(
                Code::WrongType,
                span,
                format!("`{name}` is an enum, and only kinds and sets can be ranged over"),
                "this is an enum",
                "name the values one by one, joined by `and` or `or`",
            );
            return;
        }
        let kinds = self.declared.kinds.keys().map(String::as_str);
        let names = kinds.chain(self.scope.names());
        let help = self
            .report
            .suggest(name, "kinds and variables", names, "declare a kind first");
        self.report.error(
            Code::UnknownName,
            span,
            format!("unknown kind or set `{name}`"),
            "neither a kind nor a set in scope",
            help,
        );
    }

    /// `all` and `some`.
    pub(super) fn quantifier(
        &mut self,
        binder: &syntax::Binder,
        body: &syntax::Expr,
        span: Span,
        build: fn(Binder, Box<Expr>) -> ExprKind,
    ) -> Option<Expr> {
        let bound = self.bind(binder);
        let body = self.check(body, Type::Bool);
        self.scope.release(bound.mark);
        let mut expr = body?;
        for binder in bound.binders?.into_iter().rev() {
            expr = typed(build(binder, Box::new(expr)), Type::Bool, span);
        }
        Some(expr)
    }

    /// A binder of exactly one name, for `count` and sets.
    fn one_name(&mut self, binder: &syntax::Binder, what: &str, help: &str) -> Option<Binder> {
        let bound = self.bind(binder);
        self.scope.release(bound.mark);
        if let [_, second, ..] = binder.names.as_slice() {
            self.report.error(
                Code::WrongArguments,
                second.span,
                format!("{what} goes over one name, {} given", binder.names.len()),
                "one name too many",
                help,
            );
            return None;
        }
        bound.binders?.pop()
    }

    /// `count(n in node where …)`
    pub(super) fn count(&mut self, binder: &syntax::Binder, span: Span) -> Option<Expr> {
        let help = "ask for the second inside: `count(a in … where some b in …: …)`";
        let binder = self.one_name(binder, "`count`", help)?;
        Some(typed(ExprKind::Count(binder), Type::Int, span))
    }

    /// `{n in node where …}`
    pub(super) fn set_of(&mut self, binder: &syntax::Binder, span: Span) -> Option<Expr> {
        let help = "ask for the second inside: `{a in … where some b in …: …}`";
        let binder = self.one_name(binder, "a set", help)?;
        let kind = match &binder.domain {
            Domain::Kind(kind) => *kind,
            Domain::Set(set) => match set.ty {
                Type::Set(kind) => kind,
                _ => return None,
            },
        };
        Some(typed(ExprKind::SetOf(binder), Type::Set(kind), span))
    }

    /// `count(node)`, `count(e.owners)`
    pub(super) fn count_all(&mut self, what: &syntax::Expr, span: Span) -> Option<Expr> {
        let kind = match self.domain(what)? {
            (Domain::Kind(kind), _) => ExprKind::CountKind(kind),
            (Domain::Set(set), _) => ExprKind::CountSet(set),
        };
        Some(typed(kind, Type::Int, span))
    }
}

/// One binder for each name, the filter with the last.
fn nest(slots: Vec<(Slot, String)>, domain: &Domain, filter: Option<Box<Expr>>) -> Vec<Binder> {
    let mut binders: Vec<Binder> = slots
        .into_iter()
        .map(|(slot, name)| Binder {
            slot,
            name,
            domain: domain.clone(),
            filter: None,
        })
        .collect();
    if let Some(last) = binders.last_mut() {
        last.filter = filter;
    }
    binders
}

/// Whether an expression has a binder in it.
fn ranges(expr: &Expr) -> bool {
    matches!(
        expr.kind,
        ExprKind::All(..) | ExprKind::Some(..) | ExprKind::Count(_) | ExprKind::SetOf(_)
    ) || visit::children(expr).into_iter().any(ranges)
}
