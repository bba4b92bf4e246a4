//! Temporal properties: one operator at the top of a block. Its words mean something only where they stand, and may be names
//! elsewhere.

use super::{Failed, Parsed, Parser};
use crate::language::codes::Code;
use crate::language::diagnostic::Diagnostic;
use crate::language::source::Span;
use crate::language::syntax::{Expr, ExprKind, Formula, Item, Promise};
use crate::language::token::{Keyword, Token, TokenKind};

impl Parser<'_> {
    /// `property NAME(…) { … }` behind its first word.
    pub(super) fn property(&mut self) -> Parsed<Item> {
        let name = self.declared_name("a name")?;
        let parameters = self.optional_parameters()?;
        let formulas = self.block(|parser| Some(parser.formula()))?;
        Ok(Item::Property {
            name,
            parameters,
            formulas,
        })
    }

    fn formula(&mut self) -> Formula {
        let start = self.token().span;
        let promise = if self.sees_operator("eventually") {
            self.bump();
            self.operand_of_formula().map(Promise::Eventually)
        } else if self.sees_operator("always") {
            self.always()
        } else {
            self.leads_to()
        };
        Formula {
            promise,
            span: start.to(self.previous_span()),
        }
    }

    fn always(&mut self) -> Option<Promise<Expr>> {
        let always = self.bump().span;
        if self.token().kind == TokenKind::Name
            && self.source.slice(self.token().span) == "eventually"
        {
            self.bump();
            return self.operand_of_formula().map(Promise::AlwaysEventually);
        }
        self.report(
            Diagnostic::error(Code::NoTemporal, "what is always true is an invariant")
                .at(self.source, always, "expected `always eventually`")
                .help("declare it as `invariant NAME { … }`, or write `always eventually …`"),
        );
        self.operand_of_formula();
        None
    }

    fn leads_to(&mut self) -> Option<Promise<Expr>> {
        let due = self.expr_or_broken();
        let mut is_broken = matches!(due.kind, ExprKind::Broken);
        let ended = self.token().first_on_line
            || matches!(
                self.token().kind,
                TokenKind::Semicolon | TokenKind::RightBrace | TokenKind::End
            );
        if !ended && !self.sees_leads_to() {
            self.unexpected("`leads to`");
            self.recover_line();
            is_broken = true;
        }
        // It may stand on the next line, also behind a condition that cannot be read.
        if self.sees_leads_to() {
            self.bump();
            self.bump();
            let wanted = self.operand_of_formula()?;
            return (!is_broken).then_some(Promise::LeadsTo(due, wanted));
        }
        if !is_broken && !self.told_of_no_promise() {
            self.report(
                Diagnostic::error(Code::NoTemporal, "a property says when its condition holds")
                    .at(self.source, due.span, "no temporal operator")
                    .help("write `eventually P`, `always eventually P` or `P leads to Q`; what is true in every state is an `invariant`"),
            );
        }
        None
    }

    /// Whether this property was told to be without a promise already: of several lines the first is enough.
    fn told_of_no_promise(&self) -> bool {
        let start = self.lexed.tokens[self.declaration].span.start;
        self.diagnostics.list.last().is_some_and(|told| {
            let place = told.primary.as_ref().map(|label| label.span.start);
            told.code == Code::NoTemporal && place.is_some_and(|place| place > start)
        })
    }

    /// A condition behind a temporal operator; it may stand on the next line.
    fn operand_of_formula(&mut self) -> Option<Expr> {
        if self.token().kind == TokenKind::RightBrace {
            self.unexpected("a condition");
            return None;
        }
        if !self.begins_declaration(self.at) {
            self.item = self.at;
        }
        let operand = self.expr_or_broken();
        (!matches!(operand.kind, ExprKind::Broken)).then_some(operand)
    }

    /// Whether the next token is that word and does not stand for a value of that name.
    fn sees_operator(&self, word: &str) -> bool {
        let next = self.second();
        let is_value = next.kind.continues_line()
            || next.kind == TokenKind::Assign
            || self.leads_to_at(self.at + 1)
            || word == "always" && self.calls_always();
        self.token().kind == TokenKind::Name
            && self.source.slice(self.token().span) == word
            && !is_value
    }

    /// `always(n)` may be a let; `always (…)` and `always(eventually …)` are not.
    fn calls_always(&self) -> bool {
        let (here, next) = (self.token(), self.second());
        let inside = self.lexed.tokens.get(self.at + 2);
        next.kind == TokenKind::LeftParen
            && next.span.start == here.span.end
            && inside.is_none_or(|token| self.source.slice(token.span) != "eventually")
    }

    /// `leads to`, whatever line it is on.
    fn sees_leads_to(&self) -> bool {
        self.leads_to_at(self.at)
    }

    fn leads_to_at(&self, at: usize) -> bool {
        let is = |token: Option<&Token>, word: &str| {
            token.is_some_and(|token| {
                token.kind == TokenKind::Name && self.source.slice(token.span) == word
            })
        };
        let tokens = &self.lexed.tokens;
        is(tokens.get(at), "leads") && is(tokens.get(at + 1), "to")
    }

    /// Whether `eventually` or `always` stands inside a condition, with something behind it that it is to say something of.
    pub(super) fn sees_nested_temporal(&self) -> bool {
        let token = self.token();
        if token.kind != TokenKind::Name
            || !matches!(self.source.slice(token.span), "eventually" | "always")
        {
            return false;
        }
        let next = self.second();
        let apart = next.span.start > token.span.end;
        if next.first_on_line || self.leads_to_at(self.at + 1) {
            return false;
        }
        match next.kind {
            TokenKind::Name | TokenKind::Int(_) | TokenKind::Quoted(_) => true,
            // `always (…)` is meant, `always(…)` may be a let.
            TokenKind::LeftParen => apart,
            TokenKind::Word(word) => {
                matches!(
                    word,
                    Keyword::All
                        | Keyword::Some
                        | Keyword::Count
                        | Keyword::False
                        | Keyword::None
                        | Keyword::Old
                        | Keyword::True
                ) || word == Keyword::Not && !self.sees_not_in(self.at + 1)
            }
            _ => false,
        }
    }

    fn sees_not_in(&self, at: usize) -> bool {
        let next = self.lexed.tokens.get(at + 1);
        next.is_some_and(|token| token.kind == TokenKind::Word(Keyword::In))
    }

    pub(super) fn nested_temporal(&mut self) -> Failed {
        let place = self.token().span;
        let word = self.source.slice(place).to_owned();
        self.fail_at(place, |place, source| {
            misplaced(&word).at(source, place, "inside a condition")
        })
    }

    /// What to tell where `leads to` stands and something else was expected.
    pub(super) fn leads_to_out_of_place(&self) -> Option<Diagnostic> {
        if self.line_ends() || !self.sees_leads_to() {
            return None;
        }
        let place: Span = self.token().span.to(self.second().span);
        Some(misplaced("leads to").at(self.source, place, "inside a condition"))
    }
}

fn misplaced(word: &str) -> Diagnostic {
    Diagnostic::error(
        Code::MisplacedTemporal,
        format!("`{word}` stands only at the top of a property, once"),
    )
    .help("write `property NAME { … }` with one of `eventually P`, `always eventually P` and `P leads to Q`; P and Q are conditions on one state, and it must hold for each choice of its parameters")
}
