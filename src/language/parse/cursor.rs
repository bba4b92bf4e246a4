//! Where the parser stands: the next token, the line rule, and the messages about what was expected there.

use std::sync::Arc;

use super::{Failed, Parsed, Parser};
use crate::language::codes::Code;
use crate::language::diagnostic::Diagnostic;
use crate::language::lexer::{clip, diagnostic};
use crate::language::source::{Source, Span};
use crate::language::suggest::closest;
use crate::language::syntax::Name;
use crate::language::token::{Keyword, Token, TokenKind};

/// Words of other languages, and what they are here.
const FOREIGN_WORDS: &[(&str, &str)] = &[
    ("forall", "all"),
    ("every", "all"),
    ("each", "all"),
    ("exists", "some"),
    ("any", "some"),
    ("is", "=="),
    ("equals", "=="),
    ("unless", "if not"),
];

/// The words that hold expressions together.
const CONNECTIVES: &[&str] = &["and", "or", "not", "implies", "then", "else", "where"];

impl Parser<'_> {
    /// The next token, whatever line it is on.
    pub(super) fn token(&self) -> Token {
        self.lexed.tokens[self.at]
    }

    /// The kind of the token after the next.
    pub(super) fn second(&self) -> Token {
        let last = self.lexed.tokens.len() - 1;
        self.lexed.tokens[(self.at + 1).min(last)]
    }

    pub(super) fn previous(&self) -> Option<Token> {
        Some(self.lexed.tokens[self.at.checked_sub(1)?])
    }

    /// Where the token before the next is.
    pub(super) fn previous_span(&self) -> Span {
        self.previous().map_or(Span::default(), |t| t.span)
    }

    /// Whether the line ends before the next token.
    pub(super) fn line_ends(&self) -> bool {
        let token = self.token();
        token.kind == TokenKind::End
            || (token.first_on_line
                && self.at != self.item
                && !self.piece
                && self.brackets.is_empty()
                && !self.previous().is_some_and(|t| t.kind.leaves_line_open())
                && !self.continues_line())
    }

    /// Whether the next token, at the beginning of a line, continues the line before.
    pub(super) fn continues_line(&self) -> bool {
        let kind = self.token().kind;
        kind.continues_line()
            || (kind == TokenKind::Word(Keyword::Not)
                && self.second().kind == TokenKind::Word(Keyword::In))
    }

    /// The kind of the next token on this line; `End` where there is none.
    pub(super) fn peek(&self) -> TokenKind {
        if self.line_ends() {
            TokenKind::End
        } else {
            self.token().kind
        }
    }

    pub(super) fn sees(&self, keyword: Keyword) -> bool {
        self.peek() == TokenKind::Word(keyword)
    }

    /// Whether the next token on this line is that name, which means something only where it stands.
    pub(super) fn sees_name(&self, text: &str) -> bool {
        self.peek() == TokenKind::Name && self.source.slice(self.token().span) == text
    }

    /// Takes the next token, and tells what is wrong with it.
    pub(super) fn bump(&mut self) -> Token {
        let token = self.token();
        self.tell_problem();
        if token.kind != TokenKind::End {
            self.at += 1;
        }
        token
    }

    pub(super) fn eat(&mut self, kind: TokenKind) -> bool {
        let found = kind != TokenKind::End && self.peek() == kind;
        if found {
            self.bump();
        }
        found
    }

    pub(super) fn expect(&mut self, kind: TokenKind) -> Parsed<Token> {
        if self.peek() == kind {
            return Ok(self.bump());
        }
        Err(self.unexpected(&format!("`{}`", kind.sign())))
    }

    /// Reads something between brackets, inside which lines do not end.
    pub(super) fn bracketed<T>(
        &mut self,
        close: TokenKind,
        inside: impl FnOnce(&mut Self) -> Parsed<T>,
    ) -> Parsed<(T, Span)> {
        let open = self.bump().span;
        self.brackets.push(close);
        let value = self.nest(inside)?;
        let end = self.close(close, open)?;
        Ok((value, open.to(end)))
    }

    fn close(&mut self, close: TokenKind, open: Span) -> Parsed<Span> {
        if self.peek() == close {
            self.brackets.pop();
            return Ok(self.bump().span);
        }
        let (found, foreign) = (self.found(), self.foreign_word());
        let sign = close.sign();
        let place = self.here();
        Err(self.fail_at(place, |place, source| {
            let told = Diagnostic::error(
                Code::UnexpectedToken,
                format!("expected `{sign}`, found {found}"),
            )
            .at(source, place, format!("expected `{sign}`"))
            .also(source, open, "opened here");
            match foreign {
                Some(help) => told.help(help),
                None => told,
            }
        }))
    }

    /// Goes one level deeper.
    pub(super) fn nest<T>(&mut self, inside: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        if self.depth >= super::MAX_NESTING {
            return Err(self.too_deep());
        }
        self.depth += 1;
        let value = inside(self);
        self.depth -= 1;
        value
    }

    /// Told once for each declaration: what is deep is deep in many places.
    pub(super) fn too_deep(&mut self) -> Failed {
        if self.too_deep.replace(self.declaration) == Some(self.declaration) {
            return Failed;
        }
        let place = self.previous_span();
        self.report(
            Diagnostic::error(
                Code::NestedTooDeeply,
                format!("nested more than {} levels deep", super::MAX_NESTING),
            )
            .at(self.source, place, "too deep here")
            .help("name a part of it with `let`"),
        );
        Failed
    }

    pub(super) fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// Tells what is wrong with the next token, once; whether something was.
    pub(super) fn tell_problem(&mut self) -> bool {
        let before = self.previous().map_or(0, |t| t.span.end);
        let token = &mut self.lexed.tokens[self.at];
        let Some(problem) = token.problem.take() else {
            return false;
        };
        let told = diagnostic(self.source, problem, token.span, before);
        self.report(told);
        true
    }

    /// Where something is missing or wrong: the next token, or behind the last one where the line ends.
    pub(super) fn here(&self) -> Span {
        let token = self.token();
        let behind = token.kind == TokenKind::End
            || (token.first_on_line && self.at != self.item && !self.piece);
        match self.previous() {
            Some(_) if token.kind == TokenKind::End && self.piece => token.span,
            Some(previous) if behind => Span::new(previous.span.end, previous.span.end),
            _ => token.span,
        }
    }

    /// What messages call the next token.
    pub(super) fn found(&self) -> String {
        let token = self.token();
        if token.kind == TokenKind::End {
            let what = if self.piece {
                "the end"
            } else {
                "the end of the file"
            };
            return what.to_owned();
        }
        if self.line_ends() {
            return "the end of the line".to_owned();
        }
        match token.kind {
            TokenKind::Text(_) => "a text".to_owned(),
            _ => format!("`{}`", clip(self.source.slice(token.span))),
        }
    }

    /// Tells that something else was expected; where the token is badly written, that is told instead.
    pub(super) fn unexpected(&mut self, expected: &str) -> Failed {
        let found = self.found();
        let help = self.foreign_word().or_else(|| self.taken_word());
        let place = self.here();
        self.fail_at(place, |place, source| {
            let told = Diagnostic::error(
                Code::UnexpectedToken,
                format!("expected {expected}, found {found}"),
            )
            .at(source, place, format!("expected {expected}"));
            match help {
                Some(help) => told.help(help),
                None => told,
            }
        })
    }

    /// From here on mistakes have nothing to do with those before.
    pub(super) fn begin_item(&mut self) {
        self.item = self.at;
        self.settle();
    }

    /// The same behind a block, inside of a statement.
    pub(super) fn settle(&mut self) {
        self.told_before = self.diagnostics.list.len();
    }

    /// Fails with a message of its own; where the next token is badly written, that is told instead. Nothing is told where
    /// the same statement has a mistake already: reading on behind one, in the hope that it meant this or that, is a guess.
    pub(super) fn fail_at(
        &mut self,
        place: Span,
        told: impl FnOnce(Span, &Arc<Source>) -> Diagnostic,
    ) -> Failed {
        let guessed = self.diagnostics.list.len() > self.told_before;
        let badly_written = !guessed && !self.line_ends() && self.tell_problem();
        if !guessed && !badly_written {
            let told = match self.leads_to_out_of_place() {
                Some(misplaced) => misplaced,
                None => told(place, self.source),
            };
            self.report(told);
        }
        Failed
    }

    /// Help for a word of another language, or a slip of the pen, at the next token or the one before.
    fn foreign_word(&self) -> Option<String> {
        if self.peek() == TokenKind::End {
            return None;
        }
        let word = |token: Token| match token.kind {
            TokenKind::Name => Some(self.source.slice(token.span)),
            _ => None,
        };
        let previous = self.previous().and_then(word);
        let next = word(self.token());
        for written in [previous, next].into_iter().flatten() {
            if let Some((_, here)) = FOREIGN_WORDS.iter().find(|(w, _)| *w == written) {
                return Some(format!("did you mean `{here}`?"));
            }
        }
        let near = closest(next?, CONNECTIVES.iter().copied())?;
        Some(format!("did you mean `{near}`?"))
    }

    fn taken_word(&self) -> Option<String> {
        match self.peek() {
            TokenKind::Word(word) if word.sounds_like_a_name() => Some(format!(
                "`{}` is a word of the language and cannot be a name",
                word.text()
            )),
            _ => None,
        }
    }

    /// A name. A keyword in its place is told, once in a file, and taken for the name that was meant.
    pub(super) fn name(&mut self, expected: &str) -> Parsed<Name> {
        match self.peek() {
            TokenKind::Name => {}
            TokenKind::Word(word) if word.sounds_like_a_name() => self.tell_misused(word),
            TokenKind::Int(_) if self.digits_before_name() => return Err(self.bad_name(expected)),
            _ => return Err(self.unexpected(expected)),
        }
        let span = self.bump().span;
        Ok(Name {
            text: self.source.slice(span).to_owned(),
            span,
        })
    }

    fn tell_misused(&mut self, word: Keyword) {
        if self.misused.contains(&word) {
            return;
        }
        self.misused.push(word);
        let text = word.text();
        self.report(
            Diagnostic::error(
                Code::UnexpectedToken,
                format!("`{text}` is a word of the language and cannot be a name"),
            )
            .at(self.source, self.token().span, "not a name")
            .help(format!("choose another name, such as `{text}_`")),
        );
    }

    fn digits_before_name(&self) -> bool {
        let (first, second) = (self.token(), self.second());
        matches!(second.kind, TokenKind::Name | TokenKind::Word(_))
            && first.span.end == second.span.start
    }

    fn bad_name(&mut self, expected: &str) -> Failed {
        let place = self.token().span.to(self.second().span);
        let expected = expected.to_owned();
        self.fail_at(place, |place, source| {
            Diagnostic::error(
                Code::UnexpectedToken,
                format!("`{}` cannot be a name", clip(source.slice(place))),
            )
            .at(source, place, format!("expected {expected}"))
            .help("names begin with a letter or `_`")
        })
    }

    /// A name that is being declared; people give those the hyphens of file and host names.
    pub(super) fn declared_name(&mut self, expected: &str) -> Parsed<Name> {
        let mut name = self.name(expected)?;
        let mut hyphens = false;
        while self.token().kind == TokenKind::Minus
            && self.token().span.start == name.span.end
            && self.second().span.start == self.token().span.end
            && matches!(
                self.second().kind,
                TokenKind::Name | TokenKind::Word(_) | TokenKind::Int(_)
            )
        {
            self.bump();
            name.span = name.span.to(self.bump().span);
            hyphens = true;
        }
        if hyphens {
            let written = self.source.slice(name.span);
            name.text = written.replace('-', "_");
            self.report(
                Diagnostic::error(
                    Code::UnexpectedToken,
                    format!("`{}` cannot be a name", clip(written)),
                )
                .at(self.source, name.span, "`-` is no part of a name")
                .help(format!("write `{}`", clip(&name.text))),
            );
        }
        Ok(name)
    }
}
