//! Statements of actions, events, faults and policies. Which of them may stand where is not decided here.

use super::{Failed, Parsed, Parser};
use crate::language::codes::Code;
use crate::language::diagnostic::Diagnostic;
use crate::language::lexer::clip;
use crate::language::source::Span;
use crate::language::suggest::closest;
use crate::language::syntax::{Duration, Expr, ExprKind, Statement, StatementKind, Template};
use crate::language::token::{Keyword, Token, TokenKind};

/// The words that begin statements; `cost` and `may` are names elsewhere.
const STATEMENTS: &[(&str, TokenKind)] = &[
    ("text", TokenKind::Word(Keyword::Text)),
    ("then", TokenKind::Word(Keyword::Then)),
    ("takes", TokenKind::Word(Keyword::Takes)),
    ("cost", TokenKind::Name),
    ("interrupts", TokenKind::Word(Keyword::Interrupts)),
    ("await", TokenKind::Word(Keyword::Await)),
    ("require", TokenKind::Word(Keyword::Require)),
    ("when", TokenKind::Word(Keyword::When)),
    ("may", TokenKind::Name),
    ("if", TokenKind::Word(Keyword::If)),
    ("for", TokenKind::Word(Keyword::For)),
];

/// No step of a plan takes a hundred years; sums of durations stay far within 64 bits.
const LONGEST_SECONDS: u64 = 100 * 365 * 24 * 3600;

impl Parser<'_> {
    /// Reads a statement; nothing where not even its beginning can be read.
    pub(super) fn statement(&mut self) -> Option<Statement> {
        let start = self.token().span;
        let kind = self.statement_kind();
        let Ok(kind) = kind else {
            self.recover_line();
            return None;
        };
        let span = start.to(self.previous_span());
        Some(Statement { kind, span })
    }

    fn statement_kind(&mut self) -> Parsed<StatementKind> {
        let token = self.token();
        match token.kind {
            TokenKind::Name if self.sees_statement_word(token) => self.misspelt(token),
            TokenKind::Name if self.sees_else_if_in_one_word() => Err(self.lone_else("elif")),
            TokenKind::Name => self.assignment(),
            kind if STATEMENTS.iter().any(|&(_, word)| word == kind) => {
                self.bump();
                self.worded("", kind)
            }
            TokenKind::Word(Keyword::Else) => Err(self.lone_else("else")),
            TokenKind::Word(word) if word.sounds_like_a_name() => self.assignment(),
            _ => Err(self.no_statement()),
        }
    }

    /// Whether a name is followed by what no assignment goes on with: it stands for the word of a statement.
    fn sees_statement_word(&self, token: Token) -> bool {
        let next = self.second();
        let begins_operand = matches!(
            next.kind,
            TokenKind::Name
                | TokenKind::Int(_)
                | TokenKind::Text(_)
                | TokenKind::Quoted(_)
                | TokenKind::Word(_)
        );
        let parenthesis = next.kind == TokenKind::LeftParen && next.span.start > token.span.end;
        !next.first_on_line
            && !next.kind.continues_line()
            && !self.sees_else_if_in_one_word()
            && (begins_operand || parenthesis)
    }

    /// `cost` or `may`, or the word that was meant.
    fn misspelt(&mut self, token: Token) -> Parsed<StatementKind> {
        let written = self.source.slice(token.span);
        if let "cost" | "may" = written {
            self.bump();
            return self.worded(written, TokenKind::Name);
        }
        let near = closest(written, STATEMENTS.iter().map(|&(text, _)| text));
        let Some(&(text, kind)) = STATEMENTS.iter().find(|(text, _)| Some(*text) == near) else {
            return Err(self.no_statement());
        };
        self.report(
            Diagnostic::error(
                Code::UnexpectedToken,
                format!("`{written}` does not begin a statement"),
            )
            .at(self.source, token.span, format!("expected `{text}`"))
            .help(format!("did you mean `{text}`?")),
        );
        self.bump();
        self.worded(text, kind)
    }

    /// A statement behind its word.
    fn worded(&mut self, text: &str, word: TokenKind) -> Parsed<StatementKind> {
        Ok(match word {
            TokenKind::Word(Keyword::Text) => StatementKind::Text(self.template()?),
            TokenKind::Word(Keyword::Then) => StatementKind::Then(self.template()?),
            TokenKind::Word(Keyword::Takes) => StatementKind::Takes(self.duration()?),
            TokenKind::Word(Keyword::Interrupts) => {
                let service = self.expr()?;
                self.expect(TokenKind::Word(Keyword::For))?;
                StatementKind::Interrupts(service, self.duration()?)
            }
            TokenKind::Word(Keyword::Await) => {
                let condition = self.expr_or_broken();
                self.needless_else("await");
                StatementKind::Await(condition)
            }
            TokenKind::Word(Keyword::When) => {
                let condition = self.expr_or_broken();
                self.needless_else("when");
                StatementKind::When(condition)
            }
            TokenKind::Word(Keyword::Require) => self.requirement(),
            TokenKind::Word(Keyword::If) => self.choice()?,
            TokenKind::Word(Keyword::For) => self.repetition()?,
            _ if text == "may" => self.failure()?,
            _ => self.cost()?,
        })
    }

    /// `may fail "…" { … }` behind its `may`. A mistake in its head costs not its block.
    fn failure(&mut self) -> Parsed<StatementKind> {
        if self.sees_name("fail") {
            self.bump();
        } else {
            let failed = self.unexpected("`fail`");
            if !self.recover_to_block() {
                return Err(failed);
            }
        }
        let text = match self.peek() {
            TokenKind::Text(_) | TokenKind::Quoted(_) => match self.template() {
                Ok(text) => Some(text),
                Err(failed) if !self.recover_to_block() => return Err(failed),
                Err(_) => None,
            },
            _ => None,
        };
        let effects = self.block(Self::statement)?;
        Ok(StatementKind::MayFail(text, effects))
    }

    fn cost(&mut self) -> Parsed<StatementKind> {
        Ok(StatementKind::Cost(self.whole_number()?))
    }

    fn requirement(&mut self) -> StatementKind {
        let condition = self.expr_or_broken();
        if self.eat(TokenKind::Word(Keyword::Else)) {
            let text = self.template().unwrap_or_else(|_| {
                self.recover_line();
                self.no_text()
            });
            return StatementKind::Require(condition, text);
        }
        if let TokenKind::Text(_) = self.peek() {
            self.unexpected("`else` before the message");
            let text = self.template().unwrap_or_else(|_| self.no_text());
            return StatementKind::Require(condition, text);
        }
        if let (TokenKind::Text(inner), true) = (self.token().kind, self.line_ends()) {
            // The message on a line of its own, its `else` forgotten.
            self.no_message(self.no_text().span);
            let span = self.bump().span;
            return StatementKind::Require(condition, self.template_in(span, inner));
        }
        let none = self.no_text();
        if matches!(condition.kind, ExprKind::Broken) {
            return StatementKind::Require(condition, none);
        }
        if self.line_ends() || matches!(self.peek(), TokenKind::Semicolon | TokenKind::RightBrace) {
            self.no_message(none.span);
        } else {
            self.unexpected("`else` and the message of the refusal");
            self.recover_line();
        }
        StatementKind::Require(condition, none)
    }

    fn no_message(&mut self, place: Span) {
        self.report(
            Diagnostic::error(
                Code::UnexpectedToken,
                "a `require` without the message of its refusal",
            )
            .at(self.source, place, "expected `else \"…\"`")
            .help("write `else` and what the product says when it refuses; or `await`, where the operator waits instead"),
        );
    }

    fn needless_else(&mut self, word: &str) {
        if !self.sees(Keyword::Else) {
            return;
        }
        let place = self.bump().span;
        self.report(
            Diagnostic::error(
                Code::UnexpectedToken,
                format!("`{word}` refuses nothing, and has no `else`"),
            )
            .at(self.source, place, "not needed here")
            .help("leave it out, or write `require` where the product refuses"),
        );
        self.recover_line();
    }

    fn assignment(&mut self) -> Parsed<StatementKind> {
        let target = self.operand()?.expr;
        if !matches!(
            target.kind,
            ExprKind::Name(_) | ExprKind::Field(..) | ExprKind::Broken
        ) {
            return Err(self.not_assignable(&target));
        }
        let next = self.token();
        if self.peek() == TokenKind::Equal {
            self.bump();
            self.report(
                Diagnostic::error(Code::UnexpectedToken, "`==` compares, it does not assign")
                    .at(self.source, next.span, "expected `=`")
                    .help("write `=` to change the field; a condition begins with `await`, `require` or `when`"),
            );
        } else if let TokenKind::Plus | TokenKind::Minus = next.kind
            && self.second().kind == TokenKind::Assign
        {
            self.bump();
        } else if next.kind == TokenKind::Assign && self.line_ends() {
            self.unexpected("`=`");
            self.bump();
        } else if !self.eat(TokenKind::Assign) {
            return Err(self.condition_alone(target.span));
        }
        let value = self.expr_or_broken();
        Ok(StatementKind::Assign(target, value))
    }

    fn not_assignable(&mut self, target: &Expr) -> Failed {
        let assigned = matches!(self.peek(), TokenKind::Assign);
        if !assigned {
            return self.condition_alone(target.span);
        }
        self.fail_at(target.span, |place, source| {
            Diagnostic::error(
                Code::UnexpectedToken,
                format!("`{}` cannot be assigned to", clip(source.slice(place))),
            )
            .at(source, place, "not a field")
            .help("only fields change: `e.host = to`")
        })
    }

    fn condition_alone(&mut self, begin: Span) -> Failed {
        if self.line_ends() || self.token().kind.continues_line() {
            return self.fail_at(begin, |place, source| {
                Diagnostic::error(
                    Code::UnexpectedToken,
                    format!("`{}` alone is no statement", clip(source.slice(place))),
                )
                .at(source, place, "neither an assignment nor a condition")
                .help("a field is changed by `=`; a condition begins with `await`, `require` or `when`")
            });
        }
        self.unexpected("`=`")
    }

    fn no_statement(&mut self) -> Failed {
        let (found, place) = (self.found(), self.token().span);
        self.fail_at(place, |place, source| {
            Diagnostic::error(
                Code::UnexpectedToken,
                format!("expected a statement, found {found}"),
            )
            .at(source, place, "expected a statement")
            .help("a condition begins with `await`, `require` or `when`; a field is changed by `e.host = to`")
        })
    }

    fn lone_else(&mut self, word: &str) -> Failed {
        let place = self.token().span;
        self.fail_at(place, |place, source| {
            Diagnostic::error(Code::UnexpectedToken, format!("`{word}` without an `if`")).at(
                source,
                place,
                "no `if` block ends before this",
            )
        })
    }

    fn choice(&mut self) -> Parsed<StatementKind> {
        let condition = match self.expr() {
            Ok(condition) => condition,
            Err(failed) if !self.recover_to_block() => return Err(failed),
            Err(_) => self.broken(),
        };
        let then = self.block(Self::statement)?;
        let otherwise = self.otherwise()?;
        Ok(StatementKind::If(condition, then, otherwise))
    }

    fn otherwise(&mut self) -> Parsed<Vec<Statement>> {
        let start = self.token().span;
        if self.sees_else_if_in_one_word() {
            self.take_else_if_in_one_word();
        } else if self.token().kind != TokenKind::Word(Keyword::Else) {
            return Ok(Vec::new());
        } else {
            self.bump();
            if !self.sees(Keyword::If) {
                return self.block(Self::statement);
            }
            self.bump();
        }
        let start = Span::new(start.end, start.end).to(self.previous_span());
        let kind = self.nest(Self::choice)?;
        let span = start.to(self.previous_span());
        Ok(vec![Statement { kind, span }])
    }

    fn repetition(&mut self) -> Parsed<StatementKind> {
        let read = self.binder();
        let Ok((binder, _)) = read else {
            // Its body speaks of a variable that nobody knows.
            if self.recover_to_block() {
                self.skip_braces(true);
            }
            return Err(Failed);
        };
        let body = self.block(Self::statement)?;
        Ok(StatementKind::For(binder, body))
    }

    fn duration(&mut self) -> Parsed<Duration> {
        if !matches!(self.peek(), TokenKind::Int(_)) {
            return Err(self.unexpected("a duration such as `2 min`"));
        }
        let value = self.whole_number()?;
        let number = self.previous_span();
        if self.peek() != TokenKind::Name {
            let place = self.here();
            return Err(self.fail_at(place, |place, source| {
                let written = source.slice(number);
                Diagnostic::error(Code::UnexpectedToken, "a duration without its unit")
                    .at(source, place, "expected `s`, `min` or `h`")
                    .help(format!(
                        "write `{written} s`, `{written} min` or `{written} h`"
                    ))
            }));
        }
        let unit = self.bump().span;
        let span = number.to(unit);
        let seconds = self.seconds(value, number, unit)?;
        Ok(Duration { seconds, span })
    }

    fn seconds(&mut self, value: i64, number: Span, unit: Span) -> Parsed<u64> {
        let per_unit = match self.source.slice(unit) {
            "s" => 1,
            "min" => 60,
            "h" => 3600,
            other => {
                let told = Diagnostic::error(
                    Code::UnexpectedToken,
                    format!("`{}` is not a unit of time", clip(other)),
                )
                .at(self.source, unit, "expected `s`, `min` or `h`");
                let near = match other.as_bytes().first() {
                    Some(b's') => "did you mean `s`?",
                    Some(b'm') => "did you mean `min`?",
                    Some(b'h') => "did you mean `h`?",
                    _ => "the units are `s`, `min` and `h`",
                };
                self.report(told.help(near));
                return Err(Failed);
            }
        };
        let seconds = u64::try_from(value)
            .ok()
            .and_then(|v| v.checked_mul(per_unit));
        match seconds {
            Some(seconds) if seconds <= LONGEST_SECONDS => Ok(seconds),
            _ => {
                self.report(
                    Diagnostic::error(Code::NumberTooLarge, "a duration of more than 100 years")
                        .at(self.source, number, "too large"),
                );
                Err(Failed)
            }
        }
    }

    /// A text in double quotes.
    pub(super) fn template(&mut self) -> Parsed<Template> {
        match self.peek() {
            TokenKind::Text(inner) => {
                let span = self.bump().span;
                Ok(self.template_in(span, inner))
            }
            TokenKind::Quoted(inner) => {
                let place = self.token().span;
                if self.second().first_on_line || self.second().kind == TokenKind::LeftBrace {
                    let foreign = self.token().problem.is_some();
                    self.bump();
                    if !foreign {
                        self.report(single_quotes(self.source, place));
                    }
                    return Ok(self.template_in(place, inner));
                }
                // An apostrophe in the text ended it; what follows is not to be read.
                Err(self.fail_at(place, |place, source| single_quotes(source, place)))
            }
            _ => Err(self.unexpected("a text in double quotes")),
        }
    }
}

fn single_quotes(
    source: &std::sync::Arc<crate::language::source::Source>,
    place: Span,
) -> Diagnostic {
    Diagnostic::error(Code::UnexpectedToken, "a text stands in double quotes")
        .at(source, place, "single quotes are for names of objects")
        .help("write `\"` before and after the text")
}
