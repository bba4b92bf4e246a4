//! Blocks: braces around items that end with their lines. Decides when a block is over, also where its brace is missing.

use super::{Failed, Parsed, Parser};
use crate::language::codes::Code;
use crate::language::diagnostic::Diagnostic;
use crate::language::source::Span;
use crate::language::syntax::{Expr, ExprKind, Item};
use crate::language::token::TokenKind;

impl Parser<'_> {
    /// Reads a block. An item that cannot be read costs only itself.
    pub(super) fn block<T>(&mut self, item: fn(&mut Self) -> Option<T>) -> Parsed<Vec<T>> {
        let open = self.open_block()?;
        let mut items = Vec::new();
        if self.depth >= super::MAX_NESTING {
            self.too_deep();
            if self
                .previous()
                .is_some_and(|t| t.kind == TokenKind::LeftBrace)
            {
                self.at -= 1;
                self.skip_braces(true);
            }
            return Ok(items);
        }
        self.depth += 1;
        self.blocks += 1;
        while self.block_goes_on(open) {
            let start = self.at;
            self.begin_item();
            items.extend(item(self));
            self.finish_item(start);
        }
        self.depth -= 1;
        self.blocks -= 1;
        self.settle();
        Ok(items)
    }

    /// Conditions, one a line.
    pub(super) fn conditions(&mut self) -> Parsed<Vec<Expr>> {
        self.block(|parser| Some(parser.condition()))
    }

    fn condition(&mut self) -> Expr {
        use crate::language::token::Keyword::{Await, Require, When};
        if let TokenKind::Word(word @ (Await | Require | When)) = self.token().kind {
            let span = self.bump().span;
            let text = word.text();
            self.report(
                Diagnostic::error(
                    Code::UnexpectedToken,
                    format!("a condition stands here without `{text}`"),
                )
                .at(self.source, span, "not a part of a condition")
                .help(format!("leave `{text}` out")),
            );
            let expr = self.expr_or_broken();
            self.recover_line();
            return expr;
        }
        self.expr_or_broken()
    }

    fn open_block(&mut self) -> Parsed<Span> {
        if self.peek() == TokenKind::LeftBrace {
            return Ok(self.bump().span);
        }
        let token = self.token();
        if token.kind != TokenKind::LeftBrace {
            let failed = self.unexpected("`{`");
            if self.line_ends() && self.is_indented_below() {
                // The lines below are those of the block.
                return Ok(self.here());
            }
            if self.recover_to_block() {
                return Ok(self.bump().span);
            }
            return Err(failed);
        }
        self.report(
            Diagnostic::error(
                Code::UnexpectedToken,
                "`{` stands at the end of the line before it",
            )
            .at(self.source, token.span, "on a line of its own")
            .also(self.source, self.here(), "expected here"),
        );
        Ok(self.bump().span)
    }

    /// Whether the next line is indented further than the line that ends here.
    fn is_indented_below(&self) -> bool {
        let mut lines = self.lexed.tokens[..self.at].iter();
        let Some(head) = lines.rposition(|t| t.first_on_line) else {
            return false;
        };
        self.token().kind != TokenKind::End
            && !self.begins_declaration(self.at)
            && self.indentation_of(self.at) > self.indentation_of(head)
    }

    /// Whether another item follows; takes the closing brace where none does.
    fn block_goes_on(&mut self, open: Span) -> bool {
        loop {
            match self.token().kind {
                TokenKind::Semicolon => {
                    self.bump();
                }
                TokenKind::RightBrace => {
                    self.bump();
                    return false;
                }
                TokenKind::End => {
                    self.unclosed(open);
                    return false;
                }
                _ if !self.begins_declaration(self.at) => return true,
                _ if self.indentation_of(self.at) <= self.indentation => {
                    self.unclosed(open);
                    return false;
                }
                _ => self.hoist(),
            }
        }
    }

    /// A block that is not closed is told once: the innermost, which is the one to look at.
    fn unclosed(&mut self, open: Span) {
        if self.unclosed_at == Some(self.at) {
            return;
        }
        self.unclosed_at = Some(self.at);
        let place = self.here();
        let found = self.found();
        self.report(
            Diagnostic::error(Code::UnexpectedToken, "a block is not closed")
                .at(self.source, place, format!("expected `}}` before {found}"))
                .also(self.source, open, "the block was opened here"),
        );
    }

    /// A declaration inside a block: told, and read as if it stood outside.
    fn hoist(&mut self) {
        let token = self.token();
        let word = self.source.slice(token.span).to_owned();
        self.report(
            Diagnostic::error(
                Code::MisplacedStatement,
                format!("`{word}` is a declaration, and stands outside of blocks"),
            )
            .at(self.source, token.span, "not in here")
            .help("move it before or after the declaration that it is in"),
        );
        let (outer, start) = (self.indentation, self.at);
        let read = self.nest(Self::declaration);
        self.indentation = outer;
        match read {
            Ok(mut declaration) => {
                // It may use the parameters of what it stands in, which would be told as unknown.
                if let Item::Let { body, .. } = &mut declaration.item {
                    body.kind = ExprKind::Broken;
                }
                self.hoisted.push(declaration);
                self.finish_item(start);
            }
            Err(Failed) => {
                self.at = self.at.max(start + 1);
                self.recover_line();
            }
        }
    }

    /// An item ends at the end of its line, at `;` or at the end of the block.
    pub(super) fn finish_item(&mut self, start: usize) {
        let token = self.token();
        let ended = token.first_on_line
            || matches!(
                token.kind,
                TokenKind::Semicolon | TokenKind::RightBrace | TokenKind::End
            );
        if self.at > start && ended {
            return;
        }
        if self.at == start {
            // Whatever cannot begin an item was told; it must not be met again.
            self.at += usize::from(token.kind != TokenKind::End);
        } else {
            self.unexpected("the end of the line");
        }
        self.recover_line();
    }

    /// How far the line of that token is indented.
    pub(super) fn indentation_of(&self, index: usize) -> usize {
        let start = self.lexed.tokens[index].span.start as usize;
        let before = self.source.text.get(..start).unwrap_or("");
        before.len() - before.trim_end_matches([' ', '\t']).len()
    }
}
