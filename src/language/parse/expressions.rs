//! Operands: names, paths, calls, quantifiers, sets, `if`. How operators join them is decided in `operators`.

use super::operators::Binding;
use super::{Parsed, Parser};
use crate::language::codes::Code;
use crate::language::diagnostic::Diagnostic;
use crate::language::source::Span;
use crate::language::syntax::{Binder, Expr, ExprKind, Name};
use crate::language::token::{Keyword, Problem, TokenKind};

/// An expression with what the parser must know about it.
pub(super) struct Tree {
    pub(super) expr: Expr,
    /// Where it stands, with its parentheses.
    pub(super) outer: Span,
    /// How many levels it has.
    pub(super) height: usize,
}

impl Parser<'_> {
    pub(super) fn expr(&mut self) -> Parsed<Expr> {
        self.tree().map(|tree| tree.expr)
    }

    pub(super) fn tree(&mut self) -> Parsed<Tree> {
        self.binary(Binding::Implies)
    }

    /// A primary with its path.
    pub(super) fn operand(&mut self) -> Parsed<Tree> {
        let mut tree = self.primary()?;
        while self.eat(TokenKind::Dot) {
            let field = self.name("the name of a field")?;
            let span = tree.outer.to(field.span);
            let kind = ExprKind::Field(Box::new(tree.expr), field);
            tree = self.grow(kind, span, tree.height)?;
        }
        Ok(tree)
    }

    fn primary(&mut self) -> Parsed<Tree> {
        match self.peek() {
            TokenKind::Word(word) => self.word(word),
            TokenKind::Int(_) if self.token().problem == Some(Problem::NumberTooLarge) => {
                self.leaf(ExprKind::Broken)
            }
            TokenKind::Int(value) => self.leaf(ExprKind::Int(value)),
            TokenKind::Minus => self.negative(),
            TokenKind::Name => self.name_or_call(),
            TokenKind::Quoted(inner) => {
                let text = self.source.slice(inner).to_owned();
                self.leaf(ExprKind::Quoted(text))
            }
            TokenKind::LeftParen => {
                let (inner, outer) = self.bracketed(TokenKind::RightParen, Self::tree)?;
                Ok(Tree { outer, ..inner })
            }
            TokenKind::LeftBrace => self.set(),
            _ => Err(self.unexpected("an expression")),
        }
    }

    fn leaf(&mut self, kind: ExprKind) -> Parsed<Tree> {
        let span = self.bump().span;
        self.grow(kind, span, 0)
    }

    fn word(&mut self, word: Keyword) -> Parsed<Tree> {
        match word {
            Keyword::True => self.leaf(ExprKind::Bool(true)),
            Keyword::False => self.leaf(ExprKind::Bool(false)),
            Keyword::None => self.leaf(ExprKind::None),
            Keyword::If => self.conditional(),
            Keyword::All | Keyword::Some => self.quantifier(),
            Keyword::Count => self.count(),
            Keyword::Old => self.old(),
            _ if self.misused.contains(&word) => self.leaf(ExprKind::Broken),
            _ => Err(self.unexpected("an expression")),
        }
    }

    fn negative(&mut self) -> Parsed<Tree> {
        let minus = self.bump().span;
        let TokenKind::Int(value) = self.peek() else {
            return Err(self.unexpected("a number after `-`"));
        };
        let kind = match self.token().problem {
            Some(Problem::NumberTooLarge) => ExprKind::Broken,
            _ => ExprKind::Int(-value),
        };
        let span = minus.to(self.bump().span);
        self.grow(kind, span, 0)
    }

    fn name_or_call(&mut self) -> Parsed<Tree> {
        if self.sees_nested_temporal() {
            return Err(self.nested_temporal());
        }
        let name = self.name("a name")?;
        if self.peek() != TokenKind::LeftParen {
            let span = name.span;
            return self.grow(ExprKind::Name(name.text), span, 0);
        }
        let (arguments, height) = self.arguments()?;
        let span = name.span.to(self.previous_span());
        self.grow(ExprKind::Call(name, arguments), span, height)
    }

    /// Arguments in parentheses, and the height of the highest.
    pub(super) fn arguments(&mut self) -> Parsed<(Vec<Expr>, usize)> {
        let (list, _) = self.bracketed(TokenKind::RightParen, |p| p.list(TokenKind::RightParen))?;
        Ok(list)
    }

    fn list(&mut self, close: TokenKind) -> Parsed<(Vec<Expr>, usize)> {
        let (mut members, mut height) = (Vec::new(), 0);
        if self.peek() == close {
            return Ok((members, height));
        }
        loop {
            let member = self.tree()?;
            height = height.max(member.height);
            members.push(member.expr);
            if !self.eat(TokenKind::Comma) {
                return Ok((members, height));
            }
        }
    }

    fn old(&mut self) -> Parsed<Tree> {
        let old = self.bump().span;
        self.needs(TokenKind::LeftParen)?;
        let (inner, outer) = self.bracketed(TokenKind::RightParen, Self::tree)?;
        let kind = ExprKind::Old(Box::new(inner.expr));
        self.grow(kind, old.to(outer), inner.height)
    }

    /// Fails where the next token is another, without taking it.
    pub(super) fn needs(&mut self, kind: TokenKind) -> Parsed<()> {
        if self.peek() == kind {
            return Ok(());
        }
        Err(self.unexpected(&format!("`{}`", kind.sign())))
    }

    fn conditional(&mut self) -> Parsed<Tree> {
        let open = self.bump().span;
        self.conditional_after(open)
    }

    /// `if a then b else c` behind its `if`; lines do not end in it before its `else`.
    fn conditional_after(&mut self, open: Span) -> Parsed<Tree> {
        self.brackets.push(TokenKind::Word(Keyword::Else));
        let (condition, then) = self.nest(|p| {
            let condition = p.tree()?;
            p.expect(TokenKind::Word(Keyword::Then))?;
            Ok((condition, p.tree()?))
        })?;
        let otherwise = if self.sees_else_if_in_one_word() {
            self.brackets.pop();
            let word = self.take_else_if_in_one_word();
            self.nest(|p| p.conditional_after(word))?
        } else {
            self.needs(TokenKind::Word(Keyword::Else))?;
            self.brackets.pop();
            self.bump();
            self.nest(Self::tree)?
        };
        let height = condition.height.max(then.height).max(otherwise.height);
        let span = open.to(otherwise.outer);
        let kind = ExprKind::If(
            Box::new(condition.expr),
            Box::new(then.expr),
            Box::new(otherwise.expr),
        );
        self.grow(kind, span, height)
    }

    pub(super) fn sees_else_if_in_one_word(&self) -> bool {
        let token = self.token();
        token.kind == TokenKind::Name
            && matches!(self.source.slice(token.span), "elif" | "elsif" | "elseif")
    }

    /// Tells that `elif` is two words, and takes it for them.
    pub(super) fn take_else_if_in_one_word(&mut self) -> Span {
        let span = self.bump().span;
        let word = self.source.slice(span);
        self.report(
            Diagnostic::error(
                Code::UnexpectedToken,
                format!("`{word}` is written as two words"),
            )
            .at(self.source, span, "expected `else if`")
            .help("write `else if`"),
        );
        span
    }

    fn quantifier(&mut self) -> Parsed<Tree> {
        let word = self.bump();
        self.nest(|p| {
            let (binder, height) = p.binder()?;
            p.expect(TokenKind::Colon)?;
            let body = p.tree()?;
            let span = word.span.to(body.outer);
            let inner = Box::new(body.expr);
            let kind = match word.kind {
                TokenKind::Word(Keyword::All) => ExprKind::All(binder, inner),
                _ => ExprKind::Some(binder, inner),
            };
            p.grow(kind, span, height.max(body.height))
        })
    }

    /// `n in node where …`, and its height.
    pub(super) fn binder(&mut self) -> Parsed<(Binder, usize)> {
        let mut names: Vec<Name> = vec![self.name("a name for the member")?];
        while self.eat(TokenKind::Comma) {
            names.push(self.name("a name for the member")?);
        }
        if self.peek() != TokenKind::Word(Keyword::In) {
            let (found, place) = (self.found(), self.here());
            let kind = names.last().map_or("node", |n| n.text.as_str()).to_owned();
            return Err(self.fail_at(place, |place, source| {
                Diagnostic::error(
                    Code::UnexpectedToken,
                    format!("expected `in`, found {found}"),
                )
                .at(source, place, "expected `in`")
                .help(format!("each member needs a name: `x in {kind}`"))
            }));
        }
        self.bump();
        let domain = self.binary(Binding::Sum)?;
        let mut height = domain.height;
        let mut filter = None;
        if self.eat(TokenKind::Word(Keyword::Where)) {
            let tree = self.tree()?;
            height = height.max(tree.height);
            filter = Some(Box::new(tree.expr));
        }
        let binder = Binder {
            names,
            domain: Box::new(domain.expr),
            filter,
        };
        Ok((binder, height))
    }

    /// Whether names and then `in` follow.
    fn sees_binder(&self) -> bool {
        let mut kinds = self.lexed.tokens[self.at..].iter().map(|t| t.kind);
        while kinds.next() == Some(TokenKind::Name) {
            match kinds.next() {
                Some(TokenKind::Comma) => {}
                other => return other == Some(TokenKind::Word(Keyword::In)),
            }
        }
        false
    }

    fn count(&mut self) -> Parsed<Tree> {
        let word = self.bump().span;
        self.needs(TokenKind::LeftParen)?;
        let ((kind, height), outer) = self.bracketed(TokenKind::RightParen, |p| {
            if p.sees_binder() {
                let (binder, height) = p.binder()?;
                return Ok((ExprKind::Count(binder), height));
            }
            let all = p.binary(Binding::Sum)?;
            Ok((ExprKind::CountAll(Box::new(all.expr)), all.height))
        })?;
        self.grow(kind, word.to(outer), height)
    }

    fn set(&mut self) -> Parsed<Tree> {
        let ((kind, height), outer) = self.bracketed(TokenKind::RightBrace, |p| {
            if p.sees_binder() {
                let (binder, height) = p.binder()?;
                return Ok((ExprKind::SetOf(binder), height));
            }
            let (members, height) = p.list(TokenKind::RightBrace)?;
            Ok((ExprKind::Set(members), height))
        })?;
        self.grow(kind, outer, height)
    }
}
