//! From text to the syntax tree, by recursive descent. Always yields a tree, with all mistakes of the text beside it, one
//! message each. Decides only how things are written; which names exist and which types agree is not known here.
//!
//! A part that cannot be read fails (`Failed`) after its message is given; the nearest statement, field or
//! declaration catches that, skips to its own end and leaves `Broken` or nothing in its place.

mod blocks;
mod cursor;
mod declarations;
mod expressions;
mod kinds;
mod operators;
mod policies;
mod recovery;
mod statements;
mod templates;
mod temporal;

use std::sync::Arc;

use super::codes::Code;
use super::diagnostic::{Diagnostic, Diagnostics};
use super::lexer::{Lexed, lex};
use super::source::{Source, Span};
use super::syntax::{Declaration, Expr, ExprKind, RulesFile, Step};
use super::token::{Keyword, Token, TokenKind};

pub use super::token::is_name;

/// How deeply parentheses, blocks, `not`, `if` and their like may stand inside each other.
pub const MAX_NESTING: usize = 200;

/// How deep the tree of one expression may be. Chains such as `a + b + c` are trees as deep as they are long, and all that
/// walk over a tree later do so by recursion.
pub const MAX_HEIGHT: usize = 1000;

/// A part could not be read, and its message was given.
#[derive(Debug)]
struct Failed;

type Parsed<T> = Result<T, Failed>;

struct Parser<'a> {
    source: &'a Arc<Source>,
    lexed: Lexed,
    /// The next token, by its place.
    at: usize,
    /// The token with which the current statement, field or declaration begins: no line ends before it.
    item: usize,
    /// How much was told before that.
    told_before: usize,
    /// How many blocks are open.
    blocks: usize,
    /// What closes the brackets that the current expression or list has opened, inside which lines do not end: `else` for
    /// an `if` expression. Blocks are not among them.
    brackets: Vec<TokenKind>,
    /// Whether the text is one piece, without lines.
    piece: bool,
    depth: usize,
    diagnostics: Diagnostics,
    /// Keywords used as names that were told already.
    misused: Vec<Keyword>,
    /// Declarations found inside blocks.
    hoisted: Vec<Declaration>,
    /// Lines of doc comments that belong to the file.
    file_docs: usize,
    /// The token with which the current declaration begins, and the last one that was found to be nested too deeply.
    declaration: usize,
    too_deep: Option<usize>,
    /// Where a block was found to be not closed.
    unclosed_at: Option<usize>,
    /// How far the first token of the current declaration is indented.
    indentation: usize,
    /// Where the last declaration ended.
    last_end: Option<Span>,
}

impl<'a> Parser<'a> {
    fn new(source: &'a Arc<Source>, span: Span, piece: bool) -> Self {
        Self {
            source,
            lexed: lex(source, span),
            at: 0,
            item: 0,
            told_before: 0,
            blocks: 0,
            brackets: Vec::new(),
            piece,
            depth: 0,
            diagnostics: Diagnostics::default(),
            misused: Vec::new(),
            hoisted: Vec::new(),
            file_docs: 0,
            declaration: 0,
            too_deep: None,
            unclosed_at: None,
            indentation: 0,
            last_end: None,
        }
    }

    /// The place of all tokens.
    fn everything(&self) -> Span {
        let tokens = &self.lexed.tokens;
        let place = |token: Option<&Token>| token.map_or(Span::default(), |t| t.span);
        place(tokens.first()).to(place(tokens.last()))
    }

    /// What is left over at the end of a piece is an error.
    fn end_of_piece(&mut self, what: &str) -> Parsed<()> {
        match self.peek() {
            TokenKind::End => Ok(()),
            _ => Err(self.unexpected(&format!("the end of the {what}"))),
        }
    }
}

/// Reads a rules file. There is always a tree; it stands for the whole file where no diagnostic is an error.
#[must_use]
pub fn parse_rules(source: &Arc<Source>) -> (RulesFile, Diagnostics) {
    let end = u32::try_from(source.text.len()).unwrap_or(u32::MAX);
    let mut parser = Parser::new(source, Span::new(0, end), false);
    let file = parser.file();
    (file, parser.diagnostics)
}

/// Reads the piece of a text in `span` as one expression; places are those of the whole text.
#[must_use]
pub fn parse_expression(source: &Arc<Source>, span: Span) -> (Expr, Diagnostics) {
    parse_nested_expression(source, span, 0)
}

/// The same inside something that is already `depth` levels deep.
fn parse_nested_expression(source: &Arc<Source>, span: Span, depth: usize) -> (Expr, Diagnostics) {
    let mut parser = Parser::new(source, span, true);
    parser.depth = depth;
    let expr = parser
        .expr()
        .and_then(|expr| parser.end_of_piece("expression").map(|()| expr))
        .unwrap_or(Expr {
            kind: ExprKind::Broken,
            span: parser.everything(),
        });
    (expr, parser.diagnostics)
}

/// Reads the piece of a text in `span` as a step of a plan, `move(EVS2, Node2)`; places are those of the whole text.
#[must_use]
pub fn parse_step(source: &Arc<Source>, span: Span) -> (Option<Step>, Diagnostics) {
    let mut parser = Parser::new(source, span, true);
    let step = parser.step().ok();
    (step, parser.diagnostics)
}

impl Parser<'_> {
    fn step(&mut self) -> Parsed<Step> {
        let action = self.name("an action")?;
        if self.peek() != TokenKind::LeftParen {
            let place = self.here();
            let found = self.found();
            return Err(self.fail_at(place, |place, source| {
                Diagnostic::error(
                    Code::UnexpectedToken,
                    format!("expected `(`, found {found}"),
                )
                .at(source, place, "expected `(`")
                .help(format!(
                    "a step is an action with its arguments: `{}(…)`",
                    action.text
                ))
            }));
        }
        let (arguments, _) = self.arguments()?;
        let step = Step {
            span: action.span.to(self.previous_span()),
            action,
            arguments,
        };
        self.end_of_piece("step")?;
        Ok(step)
    }
}

#[cfg(test)]
mod tests;
