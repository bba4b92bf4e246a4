//! Where reading goes on after a mistake: at the end of the statement, of the block, or at the next declaration. Decides
//! how much of the text one mistake may cost; gives no messages.

use super::Parser;
use crate::language::syntax::{Expr, ExprKind};
use crate::language::token::{Keyword, TokenKind};

/// How far ahead a closing bracket is looked for, so that hostile texts stay linear.
const LOOKAHEAD: usize = 1000;

impl Parser<'_> {
    /// Skips to the end of the statement that cannot be read: to `;`, `}` or the beginning of a line that does not continue
    /// it. Brackets that it opened and closes further down belong to it, and so do blocks.
    pub(super) fn recover_line(&mut self) {
        if let Some(end) = self.end_of_brackets() {
            self.at = end;
        }
        self.brackets.clear();
        let from = self.at;
        loop {
            let token = self.token();
            match token.kind {
                TokenKind::End | TokenKind::Semicolon => return,
                TokenKind::RightBrace if self.closes_block() => return,
                _ if token.first_on_line && !self.goes_on_broken(from) => return,
                TokenKind::LeftBrace => self.skip_braces(self.second().first_on_line),
                _ => self.at += 1,
            }
        }
    }

    /// Skips to the block behind a head that cannot be read: a brace that is next, or the last on the line. Where there is
    /// none, to the end of the line. Whether there is one.
    pub(super) fn recover_to_block(&mut self) -> bool {
        if self.brackets.is_empty() && self.peek() == TokenKind::LeftBrace {
            return true;
        }
        let mut ahead = self.at;
        while let Some(token) = self.lexed.tokens.get(ahead) {
            if token.kind == TokenKind::End || (token.first_on_line && ahead > self.at) {
                break;
            }
            let last = self
                .lexed
                .tokens
                .get(ahead + 1)
                .is_none_or(|next| next.first_on_line);
            if token.kind == TokenKind::LeftBrace && last {
                self.brackets.clear();
                self.at = ahead;
                return true;
            }
            ahead += 1;
        }
        self.recover_line();
        false
    }

    /// Skips to the next declaration at the beginning of a line.
    pub(super) fn recover_declaration(&mut self) {
        self.brackets.clear();
        while self.token().kind != TokenKind::End && !self.begins_declaration(self.at) {
            self.at += 1;
        }
    }

    /// Reads an expression; where that fails, the rest of the statement is lost with it.
    pub(super) fn expr_or_broken(&mut self) -> Expr {
        let start = self.here();
        self.expr().unwrap_or_else(|_| {
            self.recover_line();
            Expr {
                kind: ExprKind::Broken,
                span: start.to(self.previous_span()),
            }
        })
    }

    /// Whether a closing brace is that of a block, and not one that was left over in a line.
    fn closes_block(&self) -> bool {
        let next = self.second();
        self.token().first_on_line
            || next.first_on_line
            || matches!(
                next.kind,
                TokenKind::End
                    | TokenKind::Semicolon
                    | TokenKind::RightBrace
                    | TokenKind::Word(Keyword::Else)
            )
    }

    /// Whether a line belongs to the broken one before it.
    fn goes_on_broken(&self, from: usize) -> bool {
        let second = self.second();
        let then = self.token().kind == TokenKind::Word(Keyword::Then)
            && !matches!(second.kind, TokenKind::Text(_) | TokenKind::Quoted(_));
        let outside = self.blocks == 0
            && !self.begins_declaration(self.at)
            && self.indentation_of(self.at) > self.indentation;
        self.continues_line()
            || then
            || outside
            || (self.at > from
                && self.previous().is_some_and(|t| t.kind.leaves_line_open())
                && !self.begins_statement(self.at)
                && !self.begins_declaration(self.at))
    }

    /// The place behind the bracket that closes the outermost open one, where it comes before anything that looks like
    /// another statement.
    fn end_of_brackets(&self) -> Option<usize> {
        let mut open: Vec<TokenKind> = self
            .brackets
            .iter()
            .copied()
            .filter(|close| matches!(close, TokenKind::RightParen | TokenKind::RightBrace))
            .collect();
        if open.is_empty() {
            return None;
        }
        for index in self.at..self.lexed.tokens.len().min(self.at + LOOKAHEAD) {
            let token = self.lexed.tokens[index];
            let other = self.begins_statement(index) || self.begins_declaration(index);
            if token.first_on_line && other {
                return None;
            }
            match token.kind {
                TokenKind::End | TokenKind::Semicolon | TokenKind::Assign => return None,
                TokenKind::LeftParen => open.push(TokenKind::RightParen),
                TokenKind::LeftBrace => open.push(TokenKind::RightBrace),
                TokenKind::RightParen | TokenKind::RightBrace => {
                    if open.pop() != Some(token.kind) {
                        return None;
                    }
                    if open.is_empty() {
                        return Some(index + 1);
                    }
                }
                _ => {}
            }
        }
        None
    }

    /// Skips a brace with all up to the one that closes it. A `block` goes on over lines, up to the next declaration where
    /// nothing closes it; another brace is skipped alone where nothing closes it on its line.
    pub(super) fn skip_braces(&mut self, block: bool) {
        let limit = if block { usize::MAX } else { LOOKAHEAD };
        let mut depth = 0_usize;
        for index in (self.at..self.lexed.tokens.len()).take(limit) {
            let token = self.lexed.tokens[index];
            let inside = index > self.at;
            let ends = if block {
                self.begins_declaration(index)
            } else {
                token.first_on_line
            };
            if token.kind == TokenKind::End || (inside && ends) {
                self.at = if block { index } else { self.at + 1 };
                return;
            }
            match token.kind {
                TokenKind::LeftBrace => depth += 1,
                TokenKind::RightBrace => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                self.at = index + 1;
                return;
            }
        }
        self.at += 1;
    }

    /// Whether a declaration begins with that token: at the beginning of a line, and not a keyword that is used as a name.
    pub(super) fn begins_declaration(&self, index: usize) -> bool {
        use Keyword as K;
        let tokens = &self.lexed.tokens;
        let (Some(token), Some(next)) = (tokens.get(index), tokens.get(index + 1)) else {
            return false;
        };
        if !token.first_on_line || next.first_on_line {
            return false;
        }
        let named = matches!(next.kind, TokenKind::Name | TokenKind::Word(_));
        match token.kind {
            TokenKind::Word(
                K::Action
                | K::Enum
                | K::Event
                | K::Fault
                | K::Goal
                | K::Invariant
                | K::Kind
                | K::Let
                | K::Param
                | K::Policy
                | K::Property,
            ) => named,
            TokenKind::Word(K::Outage) => next.kind == TokenKind::LeftParen,
            TokenKind::Word(K::Assume) => {
                matches!(next.kind, TokenKind::Text(_) | TokenKind::Quoted(_))
            }
            TokenKind::Word(K::Default) => next.kind == TokenKind::Word(K::Goal),
            TokenKind::Name => {
                next.kind == TokenKind::Word(K::Invariant)
                    && self.source.slice(token.span) == "transition"
            }
            _ => false,
        }
    }

    /// Whether a line that begins with that token is a statement of its own, whatever is open before it.
    fn begins_statement(&self, index: usize) -> bool {
        use Keyword as K;
        let tokens = &self.lexed.tokens;
        let (Some(token), Some(next)) = (tokens.get(index), tokens.get(index + 1)) else {
            return false;
        };
        let before_text = matches!(next.kind, TokenKind::Text(_));
        match token.kind {
            TokenKind::Word(
                K::Await | K::Require | K::When | K::Takes | K::Interrupts | K::For,
            ) => token.first_on_line,
            TokenKind::Word(K::Text | K::Then) => token.first_on_line && before_text,
            _ => false,
        }
    }
}
