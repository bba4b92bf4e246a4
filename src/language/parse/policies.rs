//! Policies: when they are on, and what they add to which action.

use super::{Parsed, Parser};
use crate::language::codes::Code;
use crate::language::diagnostic::Diagnostic;
use crate::language::suggest::closest;
use crate::language::syntax::{Activation, Clause, Item, Name, Statement};
use crate::language::token::{Keyword, TokenKind};

impl Parser<'_> {
    pub(super) fn policy(&mut self) -> Parsed<Item> {
        let name = self.declared_name("a name")?;
        let activation = self.activation()?;
        let clauses = self.block(Self::clause)?;
        Ok(Item::Policy {
            name,
            activation,
            clauses,
        })
    }

    fn activation(&mut self) -> Parsed<Activation> {
        if !self.sees_name("on") {
            return Ok(Activation::Off);
        }
        self.bump();
        if self.eat(TokenKind::Word(Keyword::Where)) {
            return match self.expr() {
                Ok(condition) => Ok(Activation::Where(condition)),
                Err(failed) if !self.recover_to_block() => Err(failed),
                Err(_) => Ok(Activation::Where(self.broken())),
            };
        }
        let by = self.sees_name("by");
        if by {
            self.bump();
        }
        if !by || !self.sees(Keyword::Default) {
            let failed = self.unexpected("`by default` or `where` and a condition");
            if !self.sees(Keyword::Default) {
                return match self.recover_to_block() {
                    true => Ok(Activation::On),
                    false => Err(failed),
                };
            }
        }
        self.bump();
        Ok(Activation::On)
    }

    fn clause(&mut self) -> Option<Clause> {
        let start = self.token().span;
        let Ok((action, arguments)) = self.clause_head() else {
            self.recover_line();
            return None;
        };
        let guards = if self.peek() == TokenKind::LeftBrace {
            self.block(Self::statement).unwrap_or_default()
        } else if self.line_ends() {
            self.unexpected("`require`, `await` or `{`");
            Vec::new()
        } else {
            self.statement().into_iter().collect::<Vec<Statement>>()
        };
        let span = start.to(self.previous_span());
        Some(Clause {
            action,
            arguments,
            guards,
            span,
        })
    }

    fn clause_head(&mut self) -> Parsed<(Name, Vec<Name>)> {
        let token = self.token();
        let written = self.source.slice(token.span);
        let meant = written == "before" || closest(written, ["before"]).is_some();
        if token.kind != TokenKind::Name || !meant {
            return Err(self.unexpected("`before` and an action"));
        }
        if written != "before" {
            self.report(
                Diagnostic::error(
                    Code::UnexpectedToken,
                    format!("`{written}` does not begin a clause of a policy"),
                )
                .at(self.source, token.span, "expected `before`")
                .help("did you mean `before`?"),
            );
        }
        self.bump();
        let action = self.name("an action")?;
        self.needs(TokenKind::LeftParen)?;
        let (arguments, _) = self.bracketed(TokenKind::RightParen, Self::clause_arguments)?;
        Ok((action, arguments))
    }

    fn clause_arguments(&mut self) -> Parsed<Vec<Name>> {
        let mut arguments = Vec::new();
        if self.peek() == TokenKind::RightParen {
            return Ok(arguments);
        }
        loop {
            arguments.push(self.name("a name for the argument, or `_`")?);
            if self.peek() == TokenKind::Colon {
                let colon = self.bump().span;
                let ty = self.type_expr()?;
                self.report(
                    Diagnostic::error(
                        Code::UnexpectedToken,
                        "the arguments of a clause have no types: the action declares them",
                    )
                    .at(self.source, colon.to(ty.span), "not needed here")
                    .help("leave the type out"),
                );
            }
            if !self.eat(TokenKind::Comma) {
                return Ok(arguments);
            }
        }
    }
}
