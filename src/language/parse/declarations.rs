//! The file and its declarations: which one begins where, to which the doc comments belong, and how each is headed.

use super::{Failed, Parsed, Parser};
use crate::language::codes::Code;
use crate::language::diagnostic::Diagnostic;
use crate::language::source::Span;
use crate::language::suggest::closest;
use crate::language::syntax::{Declaration, Item, Name, RulesFile, Template, TransitionClass};
use crate::language::token::{Keyword, TokenKind};

/// The words that begin declarations.
const DECLARATIONS: &[(&str, Keyword)] = &[
    ("action", Keyword::Action),
    ("assume", Keyword::Assume),
    ("default", Keyword::Default),
    ("enum", Keyword::Enum),
    ("event", Keyword::Event),
    ("fault", Keyword::Fault),
    ("goal", Keyword::Goal),
    ("invariant", Keyword::Invariant),
    ("kind", Keyword::Kind),
    ("let", Keyword::Let),
    ("outage", Keyword::Outage),
    ("param", Keyword::Param),
    ("policy", Keyword::Policy),
    ("property", Keyword::Property),
];

impl Parser<'_> {
    pub(super) fn file(&mut self) -> RulesFile {
        let before = self.doc_lines(0, self.token().docs as usize);
        let name = self.header();
        let mut file = RulesFile {
            doc: self.file_doc(before, name.is_some()),
            name,
            declarations: Vec::new(),
        };
        loop {
            match self.token().kind {
                TokenKind::End => return file,
                TokenKind::Semicolon => {
                    self.bump();
                }
                _ => self.top_level(&mut file.declarations),
            }
        }
    }

    fn top_level(&mut self, declarations: &mut Vec<Declaration>) {
        let start = self.at;
        match self.declaration() {
            Ok(declaration) => {
                self.last_end = Some(self.previous_span());
                declarations.push(declaration);
                declarations.append(&mut self.hoisted);
                self.finish_declaration();
            }
            Err(Failed) => {
                declarations.append(&mut self.hoisted);
                self.at = self
                    .at
                    .max(start + usize::from(self.token().kind != TokenKind::End));
                self.recover_declaration();
            }
        }
    }

    fn finish_declaration(&mut self) {
        let token = self.token();
        if token.first_on_line || matches!(token.kind, TokenKind::End | TokenKind::Semicolon) {
            return;
        }
        self.unexpected("the end of the line");
        let declares = |(_, word): &(&str, Keyword)| token.kind == TokenKind::Word(*word);
        if !DECLARATIONS.iter().any(declares) {
            self.recover_declaration();
        }
    }

    fn header(&mut self) -> Option<Name> {
        let token = self.token();
        let next = self.second();
        let slip = token.kind == TokenKind::Name
            && matches!(next.kind, TokenKind::Name)
            && closest(self.source.slice(token.span), ["rules"]).is_some();
        if slip {
            self.report(
                Diagnostic::error(
                    Code::NoRulesHeader,
                    format!(
                        "`{}` does not begin a rules file",
                        self.source.slice(token.span)
                    ),
                )
                .at(self.source, token.span, "expected `rules`")
                .help("did you mean `rules`?"),
            );
        } else if token.kind != TokenKind::Word(Keyword::Rules) {
            let place = token.span;
            self.fail_at(place, |place, source| {
                Diagnostic::error(Code::NoRulesHeader, "the `rules NAME` line is missing")
                    .at(source, place, "expected `rules` and a name")
                    .help("begin the file with a line such as `rules my_product`")
            });
            if !self.begins_declaration(self.at) {
                self.recover_declaration();
            }
            return None;
        }
        self.bump();
        let name = self.declared_name("the name of the rules");
        if name.is_err() || !(self.line_ends() || self.peek() == TokenKind::Semicolon) {
            if name.is_ok() {
                self.unexpected("the end of the line");
            }
            self.recover_line();
        }
        name.ok()
    }

    /// The doc comment of the file, before its header or directly after it with an empty line below.
    fn file_doc(&mut self, before: String, header: bool) -> String {
        let from = self.previous().map_or(0, |t| t.docs as usize);
        let to = self.token().docs as usize;
        if !header || from >= to {
            self.file_docs = if header { from } else { 0 };
            return if header { before } else { String::new() };
        }
        let lines = &self.lexed.docs[from..to];
        let block = 1 + lines[1..]
            .iter()
            .take_while(|line| !line.blank_above)
            .count();
        let last = self.token();
        let below = from + block < to || last.blank_above || last.kind == TokenKind::End;
        self.file_docs = if below { from + block } else { from };
        if before.is_empty() {
            self.doc_lines(from, self.file_docs)
        } else {
            before
        }
    }

    fn doc_lines(&self, from: usize, to: usize) -> String {
        let lines: Vec<&str> = self.lexed.docs[from.min(to)..to]
            .iter()
            .map(|line| {
                let text = self.source.slice(line.span);
                text.strip_prefix(' ').unwrap_or(text).trim_end()
            })
            .collect();
        lines.join("\n")
    }

    /// The doc comment that belongs to the next token: the last block of lines above it.
    pub(super) fn doc(&self) -> String {
        let to = self.token().docs as usize;
        let from = self.previous().map_or(0, |t| t.docs as usize);
        let from = from.max(self.file_docs).min(to);
        let lines = &self.lexed.docs[from..to];
        let block = lines.iter().rposition(|line| line.blank_above).unwrap_or(0);
        self.doc_lines(from + block, to)
    }

    pub(super) fn declaration(&mut self) -> Parsed<Declaration> {
        let doc = self.doc();
        let start = self.token().span;
        self.begin_item();
        self.declaration = self.at;
        self.indentation = self.indentation_of(self.at);
        let item = if self.sees_transition_invariant() {
            self.bump();
            self.bump();
            self.invariant(true)?
        } else {
            let word = self.declaration_word()?;
            self.item(word)?
        };
        let span = start.to(self.previous_span());
        Ok(Declaration { doc, span, item })
    }

    fn sees_transition_invariant(&self) -> bool {
        let token = self.token();
        token.kind == TokenKind::Name
            && self.second().kind == TokenKind::Word(Keyword::Invariant)
            && self.source.slice(token.span) == "transition"
    }

    /// Takes the word that begins a declaration, also where it is misspelt.
    fn declaration_word(&mut self) -> Parsed<Keyword> {
        let token = self.token();
        if let TokenKind::Word(word) = token.kind
            && DECLARATIONS.iter().any(|&(_, known)| known == word)
        {
            self.bump();
            return Ok(word);
        }
        let words = DECLARATIONS.iter().map(|&(text, _)| text);
        let written = self.source.slice(token.span);
        let near = if token.kind == TokenKind::Name && self.sees_what_is_declared() {
            closest(written, words)
        } else {
            None
        };
        let Some(&(text, word)) = DECLARATIONS.iter().find(|(text, _)| Some(*text) == near) else {
            return Err(self.no_declaration());
        };
        self.report(
            Diagnostic::error(
                Code::UnexpectedToken,
                format!("`{written}` does not begin a declaration"),
            )
            .at(self.source, token.span, format!("expected `{text}`"))
            .help(format!("did you mean `{text}`?")),
        );
        self.bump();
        Ok(word)
    }

    /// Whether the token after the next may stand behind the word of a declaration.
    fn sees_what_is_declared(&self) -> bool {
        let next = self.second();
        !next.first_on_line
            && matches!(
                next.kind,
                TokenKind::Name | TokenKind::Word(_) | TokenKind::Text(_) | TokenKind::LeftParen
            )
    }

    fn no_declaration(&mut self) -> Failed {
        let token = self.token();
        let last_end = self.last_end;
        let closing = token.kind == TokenKind::RightBrace;
        let found = match token.kind {
            TokenKind::Text(_) => "a text".to_owned(),
            _ => format!(
                "`{}`",
                crate::language::lexer::clip(self.source.slice(token.span))
            ),
        };
        if self.tell_problem() {
            return Failed;
        }
        let told = if closing {
            Diagnostic::error(Code::UnexpectedToken, "`}` closes nothing").at(
                self.source,
                token.span,
                "no block is open here",
            )
        } else {
            Diagnostic::error(
                Code::UnexpectedToken,
                format!("expected a declaration, found {found}"),
            )
            .at(self.source, token.span, "expected a declaration")
            .help("a declaration begins with `enum`, `param`, `kind`, `let`, `action`, `event`, `fault`, `policy`, `assume`, `invariant`, `property`, `goal` or `outage`")
        };
        self.report(match last_end {
            Some(end) => told.also(self.source, end, "the declaration before ends here"),
            None => told,
        });
        Failed
    }

    fn item(&mut self, word: Keyword) -> Parsed<Item> {
        match word {
            Keyword::Action => self.transition(TransitionClass::Action),
            Keyword::Event => self.transition(TransitionClass::Event),
            Keyword::Fault => self.transition(TransitionClass::Fault),
            Keyword::Enum => self.enumeration(),
            Keyword::Kind => self.kind(),
            Keyword::Param => self.param(),
            Keyword::Let => self.definition(),
            Keyword::Policy => self.policy(),
            Keyword::Assume => self.assumption(),
            Keyword::Invariant => self.invariant(false),
            Keyword::Property => self.property(),
            Keyword::Default => {
                self.expect(TokenKind::Word(Keyword::Goal))?;
                self.goal(true)
            }
            Keyword::Goal => self.goal(false),
            _ => self.outage(),
        }
    }

    fn definition(&mut self) -> Parsed<Item> {
        let name = self.declared_name("a name")?;
        let Ok(parameters) = self.optional_parameters() else {
            return Ok(Item::Let {
                name,
                parameters: Vec::new(),
                body: self.broken(),
            });
        };
        let body = if self.peek() == TokenKind::Equal {
            let span = self.bump().span;
            self.report(
                Diagnostic::error(Code::UnexpectedToken, "`==` compares, it does not define")
                    .at(self.source, span, "expected `=`")
                    .help("write `=`"),
            );
            self.expr_or_broken()
        } else if self.expect(TokenKind::Assign).is_ok() {
            self.expr_or_broken()
        } else {
            self.recover_line();
            self.broken()
        };
        Ok(Item::Let {
            name,
            parameters,
            body,
        })
    }

    fn transition(&mut self, class: TransitionClass) -> Parsed<Item> {
        let name = self.declared_name("a name")?;
        let parameters = if self.peek() == TokenKind::LeftParen {
            self.parameters()?
        } else {
            let failed = self.unexpected("`(`");
            if !self.recover_to_block() {
                return Err(failed);
            }
            Vec::new()
        };
        let fair = self.sees_name("fair").then(|| self.bump().span);
        if let (Some(span), TransitionClass::Action | TransitionClass::Fault) = (fair, class) {
            self.report(
                Diagnostic::error(Code::UnexpectedToken, "only events are `fair`")
                    .at(self.source, span, "not an event")
                    .help("leave `fair` out, or make it an `event`"),
            );
        }
        let body = self.block(Self::statement)?;
        Ok(Item::Transition {
            class,
            name,
            parameters,
            fair,
            body,
        })
    }

    fn assumption(&mut self) -> Parsed<Item> {
        let text = match self.template() {
            Ok(text) => text,
            Err(failed) if !self.recover_to_block() => return Err(failed),
            Err(_) => self.no_text(),
        };
        let conditions = self.conditions()?;
        Ok(Item::Assume { text, conditions })
    }

    /// The text that stands where one is missing.
    pub(super) fn no_text(&self) -> Template {
        let end = self.previous_span().end;
        Template {
            parts: Vec::new(),
            span: Span::new(end, end),
        }
    }

    fn invariant(&mut self, transition: bool) -> Parsed<Item> {
        let name = self.declared_name("a name")?;
        let parameters = self.optional_parameters()?;
        let conditions = self.conditions()?;
        Ok(Item::Invariant {
            transition,
            name,
            parameters,
            conditions,
        })
    }

    fn goal(&mut self, default: bool) -> Parsed<Item> {
        let name = self.declared_name("a name")?;
        let conditions = self.conditions()?;
        Ok(Item::Goal {
            default,
            name,
            conditions,
        })
    }

    fn outage(&mut self) -> Parsed<Item> {
        self.needs(TokenKind::LeftParen)?;
        let open = self.token().span;
        let told = self.diagnostics.list.len();
        let mut parameters = self.parameters()?;
        let list = open.to(self.previous_span());
        if parameters.len() != 1 && told == self.diagnostics.list.len() {
            let diagnostic = Diagnostic::error(
                Code::UnexpectedToken,
                "an outage has one parameter: the service",
            )
            .at(self.source, list, "expected one parameter")
            .help("write `outage(e: KIND) { … }`");
            self.report(diagnostic);
        }
        let conditions = self.conditions()?;
        match parameters.drain(..).next() {
            Some(parameter) => Ok(Item::Outage {
                parameter,
                conditions,
            }),
            None => Err(Failed),
        }
    }
}
