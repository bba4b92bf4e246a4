//! Enums, kinds, parameters and types: what declares the values that the rules speak of.

use super::{Failed, Parsed, Parser};
use crate::language::codes::Code;
use crate::language::diagnostic::Diagnostic;
use crate::language::syntax::{
    EnumValue, Expr, ExprKind, Field, Item, Name, Parameter, TemplatePart, TypeExpr, TypeExprKind,
};
use crate::language::token::{Keyword, TokenKind};

impl Parser<'_> {
    pub(super) fn enumeration(&mut self) -> Parsed<Item> {
        let name = self.declared_name("a name")?;
        let ordered = self.eat(TokenKind::Word(Keyword::Ordered));
        let values = self.block(Self::enum_values)?;
        Ok(Item::Enum {
            name,
            ordered,
            values: values.into_iter().flatten().collect(),
        })
    }

    /// The values of one line.
    fn enum_values(&mut self) -> Option<Vec<EnumValue>> {
        let mut values = Vec::new();
        loop {
            let place = self.token().span;
            match self.enum_value() {
                Ok(value) => values.push(value),
                Err(Failed) => {
                    // The value is kept as it is written, so that nothing else is said about it.
                    values.push(EnumValue {
                        name: Name {
                            text: self.source.slice(place).to_owned(),
                            span: place,
                        },
                        words: None,
                    });
                    self.skip_to_comma();
                }
            }
            let next = self.token();
            let separated = self.eat(TokenKind::Comma);
            let more = self.token();
            let over =
                more.first_on_line || matches!(more.kind, TokenKind::RightBrace | TokenKind::End);
            if separated && !over {
                continue;
            }
            if separated || next.first_on_line || next.kind != TokenKind::Name {
                return Some(values);
            }
            self.unexpected("`,`");
        }
    }

    fn enum_value(&mut self) -> Parsed<EnumValue> {
        let name = self.declared_name("the name of a value")?;
        let text = matches!(self.peek(), TokenKind::Text(_) | TokenKind::Quoted(_));
        let words = if text && !self.token().first_on_line {
            self.words()
        } else {
            None
        };
        Ok(EnumValue { name, words })
    }

    /// What texts call a value. It says the same in every state.
    fn words(&mut self) -> Option<String> {
        let Ok(text) = self.template() else {
            self.skip_to_comma();
            return None;
        };
        let wrong = match text.parts.as_slice() {
            [TemplatePart::Text(words)] if !words.trim().is_empty() => return Some(words.clone()),
            [] | [TemplatePart::Text(_)] => "the words for a value are missing",
            _ => "the words for a value are always the same",
        };
        self.report(
            Diagnostic::error(Code::BadTemplate, wrong)
                .at(self.source, text.span, "words without `{…}` were expected")
                .help("write what texts are to call the value, `v3_6 \"3.6\"`; without it they use its name"),
        );
        None
    }

    /// Skips the rest of a member of a list that cannot be read, up to the comma or closing bracket on its line.
    fn skip_to_comma(&mut self) {
        let start = self.at;
        loop {
            let token = self.token();
            let ends = matches!(
                token.kind,
                TokenKind::Comma
                    | TokenKind::RightBrace
                    | TokenKind::RightParen
                    | TokenKind::LeftBrace
                    | TokenKind::Semicolon
                    | TokenKind::End
            );
            if ends || (token.first_on_line && self.at > start) {
                return;
            }
            self.at += 1;
        }
    }

    pub(super) fn kind(&mut self) -> Parsed<Item> {
        let name = self.declared_name("a name")?;
        let fields = self.block(Self::fields)?;
        Ok(Item::Kind {
            name,
            fields: fields.into_iter().flatten().collect(),
        })
    }

    /// The fields of one line, where a comma was taken for the end of one.
    fn fields(&mut self) -> Option<Vec<Field>> {
        let mut fields = Vec::new();
        loop {
            match self.field() {
                Ok(field) => fields.push(field),
                Err(Failed) => self.recover_line(),
            }
            if self.peek() != TokenKind::Comma {
                return Some(fields);
            }
            let comma = self.bump().span;
            let more = self.token();
            self.report(
                Diagnostic::error(Code::UnexpectedToken, "fields are not separated by commas")
                    .at(self.source, comma, "not needed here")
                    .help("write each field on a line of its own, or `;` between them"),
            );
            if more.first_on_line || matches!(more.kind, TokenKind::RightBrace | TokenKind::End) {
                return Some(fields);
            }
        }
    }

    fn field(&mut self) -> Parsed<Field> {
        let doc = self.doc();
        let fixed = self.sees_name("fixed") && self.second().kind != TokenKind::Colon;
        if fixed {
            self.bump();
        }
        let name = self.declared_name("the name of a field")?;
        let (ty, default) = self.typed();
        Ok(Field {
            doc,
            fixed,
            name,
            ty,
            default,
        })
    }

    pub(super) fn param(&mut self) -> Parsed<Item> {
        let name = self.declared_name("a name")?;
        let (ty, default) = self.typed();
        Ok(Item::Param { name, ty, default })
    }

    /// `: type = value`; what cannot be read is broken, so that the name stays known.
    fn typed(&mut self) -> (TypeExpr, Option<Expr>) {
        let ty = self.expect(TokenKind::Colon).and_then(|_| self.type_expr());
        let Ok(ty) = ty else {
            self.recover_line();
            return (self.broken_type(), None);
        };
        let default = self.eat(TokenKind::Assign).then(|| self.expr_or_broken());
        (ty, default)
    }

    fn broken_type(&self) -> TypeExpr {
        TypeExpr {
            kind: TypeExprKind::Broken,
            span: self.previous_span(),
        }
    }

    /// The expression that stands where none can be read.
    pub(super) fn broken(&self) -> Expr {
        Expr {
            kind: ExprKind::Broken,
            span: self.previous_span(),
        }
    }

    pub(super) fn type_expr(&mut self) -> Parsed<TypeExpr> {
        let start = self.token().span;
        let kind = match self.peek() {
            TokenKind::Word(Keyword::Bool) => {
                self.bump();
                TypeExprKind::Named(Name {
                    text: Keyword::Bool.text().to_owned(),
                    span: start,
                })
            }
            TokenKind::Word(Keyword::Set) => {
                self.bump();
                self.expect(TokenKind::Word(Keyword::Of))?;
                TypeExprKind::Set(self.name("a kind")?)
            }
            TokenKind::Int(_) | TokenKind::Minus => {
                let low = self.bound()?;
                self.expect(TokenKind::Range)?;
                TypeExprKind::Range(low, self.bound()?)
            }
            TokenKind::End => return Err(self.unexpected("a type")),
            _ => {
                let name = self.name("a type")?;
                if self.eat(TokenKind::Question) {
                    TypeExprKind::Optional(name)
                } else {
                    TypeExprKind::Named(name)
                }
            }
        };
        let span = start.to(self.previous_span());
        Ok(TypeExpr { kind, span })
    }

    pub(super) fn whole_number(&mut self) -> Parsed<i64> {
        match self.peek() {
            TokenKind::Int(value) if self.token().problem.is_none() => {
                self.bump();
                Ok(value)
            }
            _ => Err(self.unexpected("a number")),
        }
    }

    fn bound(&mut self) -> Parsed<i64> {
        let negative = self.eat(TokenKind::Minus);
        let value = self.whole_number()?;
        Ok(if negative { -value } else { value })
    }

    pub(super) fn optional_parameters(&mut self) -> Parsed<Vec<Parameter>> {
        if self.peek() == TokenKind::LeftParen {
            self.parameters()
        } else {
            Ok(Vec::new())
        }
    }

    /// `(e: evs, to: node)`. Fails only where what follows the list cannot be found.
    pub(super) fn parameters(&mut self) -> Parsed<Vec<Parameter>> {
        let mut parameters = Vec::new();
        let read = self.bracketed(TokenKind::RightParen, |p| {
            p.parameter_list(&mut parameters);
            Ok(())
        });
        if let Err(failed) = read {
            let follows =
                |p: &Self| matches!(p.token().kind, TokenKind::LeftBrace | TokenKind::Assign);
            if follows(self) {
                self.brackets.clear();
            } else if !self.recover_to_block() {
                return Err(failed);
            }
        }
        Ok(parameters)
    }

    fn parameter_list(&mut self, parameters: &mut Vec<Parameter>) {
        if self.peek() == TokenKind::RightParen {
            return;
        }
        loop {
            parameters.extend(self.parameter());
            if !self.eat(TokenKind::Comma) {
                return;
            }
        }
    }

    fn parameter(&mut self) -> Option<Parameter> {
        let Ok(name) = self.declared_name("the name of a parameter") else {
            self.skip_to_comma();
            return None;
        };
        let ty = self
            .expect(TokenKind::Colon)
            .and_then(|_| self.type_expr())
            .unwrap_or_else(|_| {
                self.skip_to_comma();
                self.broken_type()
            });
        Some(Parameter { name, ty })
    }
}
