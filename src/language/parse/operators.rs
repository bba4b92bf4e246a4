//! Operators and what binds how strongly. Decides the shape of `a and not b == c + d`, and that comparisons do not chain.

use super::expressions::Tree;
use super::{Failed, Parsed, Parser};
use crate::language::codes::Code;
use crate::language::diagnostic::Diagnostic;
use crate::language::source::Span;
use crate::language::syntax::{BinaryOp, Expr, ExprKind};
use crate::language::token::{Keyword, TokenKind};

/// How strongly operators bind, from the weakest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Binding {
    Implies,
    Or,
    And,
    Comparison,
    Sum,
    Operand,
}

impl Binding {
    const fn tighter(self) -> Self {
        match self {
            Self::Implies => Self::Or,
            Self::Or => Self::And,
            Self::And => Self::Comparison,
            Self::Comparison => Self::Sum,
            Self::Sum | Self::Operand => Self::Operand,
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Operator {
    Binary(BinaryOp),
    NotIn,
    /// `=`, where `==` was meant.
    Assign,
}

impl Parser<'_> {
    /// An expression whose operators bind at least so strongly.
    pub(super) fn binary(&mut self, weakest: Binding) -> Parsed<Tree> {
        let mut left = self.negation(weakest)?;
        while let Some((operator, binding)) = self.operator() {
            if binding < weakest {
                break;
            }
            self.take_operator(operator);
            let right = match binding {
                Binding::Implies => self.nest(|p| p.binary(Binding::Implies))?,
                _ => self.binary(binding.tighter())?,
            };
            left = self.join(left, operator, right)?;
            if binding == Binding::Comparison
                && let Some((_, Binding::Comparison)) = self.operator()
            {
                left = self.chained(&left)?;
            }
        }
        Ok(left)
    }

    fn negation(&mut self, weakest: Binding) -> Parsed<Tree> {
        if !self.sees(Keyword::Not) {
            return self.operand();
        }
        let not = self.bump().span;
        if weakest > Binding::Comparison {
            self.report(
                Diagnostic::error(
                    Code::UnexpectedToken,
                    "`not` stands here only in parentheses",
                )
                .at(self.source, not, "binds weaker than what is before it")
                .help("write `(not …)`"),
            );
        }
        let inner = self.nest(|p| p.binary(Binding::Comparison))?;
        let span = not.to(inner.outer);
        self.grow(ExprKind::Not(Box::new(inner.expr)), span, inner.height)
    }

    fn operator(&self) -> Option<(Operator, Binding)> {
        use BinaryOp as B;
        let (op, binding) = match self.peek() {
            TokenKind::Word(Keyword::Implies) => (B::Implies, Binding::Implies),
            TokenKind::Word(Keyword::Or) => (B::Or, Binding::Or),
            TokenKind::Word(Keyword::And) => (B::And, Binding::And),
            TokenKind::Equal => (B::Eq, Binding::Comparison),
            TokenKind::NotEqual => (B::Ne, Binding::Comparison),
            TokenKind::Less => (B::Lt, Binding::Comparison),
            TokenKind::LessEqual => (B::Le, Binding::Comparison),
            TokenKind::Greater => (B::Gt, Binding::Comparison),
            TokenKind::GreaterEqual => (B::Ge, Binding::Comparison),
            TokenKind::Word(Keyword::In) => (B::In, Binding::Comparison),
            TokenKind::Plus => (B::Add, Binding::Sum),
            TokenKind::Minus => (B::Sub, Binding::Sum),
            TokenKind::Assign => return Some((Operator::Assign, Binding::Comparison)),
            TokenKind::Word(Keyword::Not) if self.second().kind == TokenKind::Word(Keyword::In) => {
                return Some((Operator::NotIn, Binding::Comparison));
            }
            _ => return None,
        };
        Some((Operator::Binary(op), binding))
    }

    fn take_operator(&mut self, operator: Operator) {
        let foreign = self.token().problem.is_some();
        let span = self.bump().span;
        match operator {
            Operator::NotIn => {
                self.bump();
            }
            Operator::Assign if !foreign => self.report(
                Diagnostic::error(Code::UnexpectedToken, "`=` assigns, it does not compare")
                    .at(self.source, span, "expected `==`")
                    .help("write `==`"),
            ),
            _ => {}
        }
    }

    fn join(&mut self, left: Tree, operator: Operator, right: Tree) -> Parsed<Tree> {
        let span = left.outer.to(right.outer);
        let op = match operator {
            Operator::Binary(op) => op,
            Operator::NotIn => BinaryOp::In,
            Operator::Assign => BinaryOp::Eq,
        };
        let height = left.height.max(right.height);
        let kind = ExprKind::Binary(op, Box::new(left.expr), Box::new(right.expr));
        let joined = self.grow(kind, span, height)?;
        if operator == Operator::NotIn {
            let height = joined.height;
            return self.grow(ExprKind::Not(Box::new(joined.expr)), span, height);
        }
        Ok(joined)
    }

    /// `a < b < c`: told once, however long it goes on, with what it should be.
    fn chained(&mut self, first: &Tree) -> Parsed<Tree> {
        let (second, middle) = (self.token().span, self.previous_operand(&first.expr));
        if let Some((operator, _)) = self.operator() {
            self.bump();
            if operator == Operator::NotIn {
                self.bump();
            }
        }
        let third = self.binary(Binding::Sum)?;
        let mut told = Diagnostic::error(Code::MixedComparison, "comparisons do not chain").at(
            self.source,
            second,
            "a second comparison",
        );
        let right = Span::new(second.start, third.outer.end);
        let (start, end) = (self.source.slice(first.outer), self.source.slice(right));
        let short = |text: &str| text.len() <= 60 && !text.contains('\n');
        if let Some(middle) = middle.filter(|m| short(m) && short(start) && short(end)) {
            told = told.help(format!("write `{start} and {middle} {end}`"));
        }
        self.report(told);
        let mut span = first.outer.to(third.outer);
        while let Some((operator, Binding::Comparison)) = self.operator() {
            self.bump();
            if operator == Operator::NotIn {
                self.bump();
            }
            span = span.to(self.binary(Binding::Sum)?.outer);
        }
        Ok(Tree {
            expr: Expr {
                kind: ExprKind::Broken,
                span,
            },
            outer: span,
            height: 1,
        })
    }

    /// What stands right of the comparison that was just read, as it is written.
    fn previous_operand(&self, comparison: &Expr) -> Option<String> {
        match &comparison.kind {
            ExprKind::Binary(_, _, right) => Some(self.source.slice(right.span).to_owned()),
            ExprKind::Not(inner) => self.previous_operand(inner),
            _ => None,
        }
    }

    /// A node one higher than its highest part.
    pub(super) fn grow(&mut self, kind: ExprKind, span: Span, height: usize) -> Parsed<Tree> {
        if height >= super::MAX_HEIGHT {
            self.report(
                Diagnostic::error(
                    Code::NestedTooDeeply,
                    format!(
                        "an expression of more than {} operators in a row",
                        super::MAX_HEIGHT
                    ),
                )
                .at(self.source, self.previous_span(), "too long here")
                .help("name a part of it with `let`"),
            );
            return Err(Failed);
        }
        Ok(Tree {
            expr: Expr { kind, span },
            outer: span,
            height: height + 1,
        })
    }
}
