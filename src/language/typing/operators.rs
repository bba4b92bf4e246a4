//! Operators: which types they join, and which comparisons can never come out differently.

use crate::language::codes::Code;
use crate::language::rules::{BinaryOp, Constant, Expr, ExprKind, FieldType, Type};
use crate::language::source::Span;
use crate::language::syntax;

use super::expressions::{Checker, Hint, typed};
use super::types::{TypeNames, join, quoted};

impl Checker<'_> {
    /// An operator with its two operands.
    pub(super) fn binary(
        &mut self,
        op: BinaryOp,
        left: &syntax::Expr,
        right: &syntax::Expr,
        span: Span,
        hint: Hint,
    ) -> Option<Expr> {
        match op {
            BinaryOp::And | BinaryOp::Or | BinaryOp::Implies => {
                let (first, rest) = chain(op, left, right, span, is_logical);
                let first = self.check(first, Type::Bool);
                let rest: Vec<_> = rest
                    .into_iter()
                    .map(|link| (link, self.check(link.right, Type::Bool)))
                    .collect();
                rest.into_iter().try_fold(first?, |left, (link, right)| {
                    Some(join_operands(link.op, left, right?, Type::Bool, link.span))
                })
            }
            BinaryOp::Add | BinaryOp::Sub => {
                let (first, rest) = chain(op, left, right, span, is_sum);
                self.sum(first, &rest, hint)
            }
            BinaryOp::In => self.membership(left, right, span),
            _ => self.comparison(op, left, right, span),
        }
    }

    fn comparison(
        &mut self,
        op: BinaryOp,
        left: &syntax::Expr,
        right: &syntax::Expr,
        span: Span,
    ) -> Option<Expr> {
        let (left, right) = self.infer_both(left, right, Hint::Unknown, |ty| ty);
        let ordering = !matches!(op, BinaryOp::Eq | BinaryOp::Ne);
        if let (true, Some(one)) = (ordering, left.as_ref().or(right.as_ref())) {
            let ty = one.ty;
            self.ordered(ty, span)?;
        }
        let (left, right) = (left?, right?);
        if join(left.ty, right.ty).is_none() {
            self.cannot_compare(&left, &right);
            return None;
        }
        self.settled_comparison(op, &left, &right, span);
        self.settled_comparison(mirrored(op), &right, &left, span);
        Some(join_operands(op, left, right, Type::Bool, span))
    }

    fn cannot_compare(&mut self, left: &Expr, right: &Expr) {
        let (a, b) = (
            quoted(self.declared, left.ty),
            quoted(self.declared, right.ty),
        );
        let help = match (left.ty, right.ty) {
            (Type::Object(k) | Type::Optional(k), Type::Set(s)) if k == s => {
                format!(
                    "ask whether it is a member: `{} in …`",
                    self.plain(left.span)
                )
            }
            (Type::Set(s), Type::Object(k) | Type::Optional(k)) if k == s => {
                format!(
                    "ask whether it is a member: `{} in …`",
                    self.plain(right.span)
                )
            }
            _ => "compare values of one type".to_owned(),
        };
        self.report.error(
            Code::WrongType,
            right.span,
            format!("{a} and {b} cannot be compared"),
            format!("this is {b}"),
            help,
        );
        self.report.also(Some(left.span), format!("this is {a}"));
    }

    /// The text at a place without backticks, or an ellipsis.
    fn plain(&self, span: Span) -> String {
        match self.report.words(span).trim_matches('`') {
            "this" => "…".to_owned(),
            words => words.to_owned(),
        }
    }

    /// `<` and its like need an order.
    fn ordered(&mut self, ty: Type, span: Span) -> Option<()> {
        let (ordered, help) = match ty {
            Type::Int => (true, String::new()),
            Type::Enum(id) => {
                let name = self.declared.enum_name(id);
                let help = format!("declare the order: `enum {name} ordered {{ … }}`, least first");
                (self.declared.ordered(id), help)
            }
            Type::Set(_) => (
                false,
                "compare how many there are: `count(…) < count(…)`".to_owned(),
            ),
            _ => (
                false,
                "only integers and enums declared `ordered` have an order; use `==` or `!=`"
                    .to_owned(),
            ),
        };
        if ordered {
            return Some(());
        }
        let ty = quoted(self.declared, ty);
        self.report.error(
            Code::NotOrdered,
            span,
            format!("values of {ty} have no order"),
            "an order is asked for here",
            help,
        );
        None
    }

    /// Warns where the right side is a constant that the left side can never equal.
    fn settled_comparison(&mut self, op: BinaryOp, left: &Expr, right: &Expr, span: Span) {
        match &right.kind {
            ExprKind::Constant(Constant::Int(value)) => {
                let Some((low, high)) = self.bounds(left) else {
                    return;
                };
                if (low..=high).contains(value) {
                    return;
                }
                let less = *value > high;
                let always = match op {
                    BinaryOp::Eq => false,
                    BinaryOp::Ne => true,
                    BinaryOp::Lt | BinaryOp::Le => less,
                    _ => !less,
                };
                let words = self.report.words(left.span);
                self.report.warning(
                    Code::OutOfRange,
                    right.span,
                    format!("{words} is {low}..{high}, so this comparison is always {always}"),
                    format!("never within {low}..{high}"),
                    "compare with a number of the range, or widen the range where it is declared",
                );
            }
            ExprKind::Constant(Constant::None) => {
                if let Type::Object(kind) = left.ty {
                    let kind = self.declared.kind_name(kind);
                    let words = self.report.words(left.span);
                    self.report.warning(
                        Code::WrongType,
                        span,
                        format!("{words} is a `{kind}`, which is never `none`"),
                        "always comes out the same",
                        format!("declare it as `{kind}?` where it can be `none`"),
                    );
                }
            }
            _ => {}
        }
    }

    /// The range of a field, param or variable that has one.
    fn bounds(&self, expr: &Expr) -> Option<(i64, i64)> {
        let ty = match &expr.kind {
            ExprKind::Field(_, kind, field) => self.declared.field_type(*kind, *field),
            ExprKind::Variable(slot) => self.scope.type_of(*slot),
            ExprKind::Param(id) => self.declared.params.get_index(id.index())?.1.ty,
            ExprKind::Old(inner) => return self.bounds(inner),
            _ => None,
        };
        match ty {
            Some(FieldType::Range(low, high)) => Some((low, high)),
            _ => None,
        }
    }

    /// Whether the constants that `value` can be fit the type of `target`; tells where not.
    pub(super) fn in_range(&mut self, value: &Expr, ty: FieldType, target: &str) -> bool {
        let FieldType::Range(low, high) = ty else {
            return true;
        };
        match &value.kind {
            ExprKind::Constant(Constant::Int(number)) if !(low..=high).contains(number) => {
                let near = (*number).clamp(low, high);
                self.report.error(
                    Code::OutOfRange,
                    value.span,
                    format!("{number} is outside `{low}..{high}`, the range of `{target}`"),
                    "outside the range",
                    format!("write a number of the range, such as {near}, or widen it where it is declared"),
                );
                false
            }
            ExprKind::If(_, then, otherwise) => {
                let first = self.in_range(then, ty, target);
                self.in_range(otherwise, ty, target) && first
            }
            _ => true,
        }
    }

    fn membership(
        &mut self,
        left: &syntax::Expr,
        right: &syntax::Expr,
        span: Span,
    ) -> Option<Expr> {
        if let syntax::ExprKind::Name(name) = &right.kind
            && self.scope.find(name).is_none()
            && self.declared.kind_id(name).is_some()
        {
            self.infer(left, Hint::Any);
            self.report.error(
                Code::WrongType,
                right.span,
                format!("`{name}` is a kind, and every object of it would be in it"),
                "a set is expected after `in`",
                format!("quantify instead, as in `some x in {name}: …`, or name a field of type `set of {name}`"),
            );
            return None;
        }
        let member = |ty| match ty {
            Type::Set(kind) => Type::Optional(kind),
            other => other,
        };
        let set_hint = |ty| match ty {
            Type::Object(kind) | Type::Optional(kind) => Type::Set(kind),
            other => other,
        };
        let (left, right) = if self.stands_alone(right) {
            let right = self.infer(right, Hint::Unknown);
            let hint = Hint::from(right.as_ref().map(|e| member(e.ty)));
            (self.infer(left, hint), right)
        } else {
            let left = self.infer(left, Hint::Unknown);
            let hint = Hint::from(left.as_ref().map(|e| set_hint(e.ty)));
            (left, self.infer(right, hint))
        };
        let (left, right) = (left?, right?);
        let Type::Set(kind) = right.ty else {
            let ty = quoted(self.declared, right.ty);
            self.report.error(
                Code::WrongType,
                right.span,
                format!("expected a set after `in`, found {ty}"),
                format!("this is {ty}"),
                format!(
                    "compare with `==`, or write `{{{}}}` for a set",
                    self.plain(right.span)
                ),
            );
            return None;
        };
        if !matches!(left.ty, Type::Object(k) | Type::Optional(k) if k == kind) {
            self.mismatch(left.span, Type::Object(kind), left.ty);
            return None;
        }
        Some(join_operands(BinaryOp::In, left, right, Type::Bool, span))
    }

    /// A chain of `+` and `-`: first the operand that stands alone gives its type to the others.
    fn sum(&mut self, first: &syntax::Expr, rest: &[Link<'_>], hint: Hint) -> Option<Expr> {
        let operands: Vec<&syntax::Expr> = std::iter::once(first)
            .chain(rest.iter().map(|link| link.right))
            .collect();
        let guide = operands
            .iter()
            .position(|operand| self.stands_alone(operand))
            .unwrap_or(0);
        let guide_typed = self.infer(operands[guide], hint);
        // A single object beside a set is told about below, in the words of the operator.
        let neighbour = Hint::from(guide_typed.as_ref().map(|e| match e.ty {
            Type::Object(kind) | Type::Optional(kind) => Type::Set(kind),
            other => other,
        }));
        let mut typed: Vec<Option<Expr>> = Vec::with_capacity(operands.len());
        let mut guide_typed = Some(guide_typed);
        for (place, operand) in operands.into_iter().enumerate() {
            typed.push(if place == guide {
                guide_typed.take().flatten()
            } else {
                self.infer(operand, neighbour)
            });
        }
        let mut typed = typed.into_iter();
        let first = typed.next()?;
        rest.iter()
            .zip(typed)
            .try_fold(first?, |left, (link, right)| {
                self.add(link.op, left, right?, link.span)
            })
    }

    fn add(&mut self, op: BinaryOp, left: Expr, right: Expr, span: Span) -> Option<Expr> {
        if left.ty == right.ty && matches!(left.ty, Type::Int | Type::Set(_)) {
            let ty = left.ty;
            return Some(join_operands(op, left, right, ty, span));
        }
        let sign = if op == BinaryOp::Add { "+" } else { "-" };
        let (wrong, other) = match (left.ty, right.ty) {
            (Type::Int | Type::Set(_), _) => (&right, &left),
            _ => (&left, &right),
        };
        let ty = quoted(self.declared, wrong.ty);
        let other_ty = quoted(self.declared, other.ty);
        let words = self.plain(wrong.span);
        let help = match (wrong.ty, other.ty) {
            (Type::Object(a) | Type::Optional(a), Type::Set(b)) if a == b => {
                format!("write `{{{words}}}` for the set with just this member")
            }
            (Type::Bool, _) => format!("a condition counts as `if {words} then 1 else 0`"),
            _ => format!("`{sign}` is for two integers, or for two sets of one kind"),
        };
        self.report.error(
            Code::WrongType,
            wrong.span,
            format!("`{sign}` cannot join {other_ty} and {ty}"),
            format!("this is {ty}"),
            help,
        );
        self.report
            .also(Some(other.span), format!("this is {other_ty}"));
        None
    }
}

/// One operator of a chain with what stands to its right, and the place of the chain so far.
#[derive(Clone, Copy)]
struct Link<'e> {
    op: BinaryOp,
    right: &'e syntax::Expr,
    span: Span,
}

/// The chain `a + b - c` as its first operand and the links after it, so that long chains need no recursion.
fn chain<'e>(
    op: BinaryOp,
    left: &'e syntax::Expr,
    right: &'e syntax::Expr,
    span: Span,
    belongs: fn(BinaryOp) -> bool,
) -> (&'e syntax::Expr, Vec<Link<'e>>) {
    let mut links = vec![Link { op, right, span }];
    let mut first = left;
    while let syntax::ExprKind::Binary(op, left, right) = &first.kind {
        if !belongs(*op) {
            break;
        }
        let (op, span) = (*op, first.span);
        links.push(Link { op, right, span });
        first = left;
    }
    links.reverse();
    (first, links)
}

const fn is_logical(op: BinaryOp) -> bool {
    matches!(op, BinaryOp::And | BinaryOp::Or | BinaryOp::Implies)
}

const fn is_sum(op: BinaryOp) -> bool {
    matches!(op, BinaryOp::Add | BinaryOp::Sub)
}

fn join_operands(op: BinaryOp, left: Expr, right: Expr, ty: Type, span: Span) -> Expr {
    let kind = ExprKind::Binary(op, Box::new(left), Box::new(right));
    typed(kind, ty, span)
}

/// The operator that says the same with the operands exchanged.
const fn mirrored(op: BinaryOp) -> BinaryOp {
    match op {
        BinaryOp::Lt => BinaryOp::Gt,
        BinaryOp::Le => BinaryOp::Ge,
        BinaryOp::Gt => BinaryOp::Lt,
        BinaryOp::Ge => BinaryOp::Le,
        other => other,
    }
}
