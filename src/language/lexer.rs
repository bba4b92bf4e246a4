//! Cuts a text into tokens, in one pass. Decides what is a word, a number, a text or a sign, and where lines begin;
//! knows no grammar. What is badly written keeps its place with a problem, which the parser tells when it gets there.

use std::sync::Arc;

use super::codes::Code;
use super::diagnostic::Diagnostic;
use super::source::{Source, Span};
use super::token::{Keyword, Problem, Token, TokenKind, begins_name, continues_name};

/// A line of a doc comment.
#[derive(Clone, Copy, Debug)]
pub(super) struct DocLine {
    /// What follows the slashes.
    pub(super) span: Span,
    /// Whether an empty line is above it.
    pub(super) blank_above: bool,
}

/// What a text is made of.
#[derive(Debug)]
pub(super) struct Lexed {
    /// The last one is `End`, and no other.
    pub(super) tokens: Vec<Token>,
    pub(super) docs: Vec<DocLine>,
}

/// The signs of the language; those that begin another one stand after it.
const SIGNS: &[(&str, TokenKind)] = &[
    ("==", TokenKind::Equal),
    ("!=", TokenKind::NotEqual),
    ("<=", TokenKind::LessEqual),
    (">=", TokenKind::GreaterEqual),
    ("..", TokenKind::Range),
    ("(", TokenKind::LeftParen),
    (")", TokenKind::RightParen),
    ("{", TokenKind::LeftBrace),
    ("}", TokenKind::RightBrace),
    (",", TokenKind::Comma),
    (":", TokenKind::Colon),
    (";", TokenKind::Semicolon),
    (".", TokenKind::Dot),
    ("?", TokenKind::Question),
    ("=", TokenKind::Assign),
    ("<", TokenKind::Less),
    (">", TokenKind::Greater),
    ("+", TokenKind::Plus),
    ("-", TokenKind::Minus),
];

/// What people bring from other languages: read as what it means there, and told what it is here.
const FOREIGN: &[(&str, TokenKind, &str)] = &[
    ("===", TokenKind::Equal, "write `==`"),
    (
        "..=",
        TokenKind::Range,
        "write `..`: both ends are included",
    ),
    ("&&", TokenKind::Word(Keyword::And), "write `and`"),
    ("||", TokenKind::Word(Keyword::Or), "write `or`"),
    (
        "=>",
        TokenKind::Word(Keyword::Implies),
        "write `implies`, or `>=` for \"at least\"",
    ),
    ("->", TokenKind::Word(Keyword::Implies), "write `implies`"),
    ("<>", TokenKind::NotEqual, "write `!=`"),
    ("=<", TokenKind::LessEqual, "write `<=`"),
    (":=", TokenKind::Assign, "write `=`"),
    (
        "+=",
        TokenKind::Assign,
        "write the field on both sides: `e.load = e.load + 1`",
    ),
    (
        "-=",
        TokenKind::Assign,
        "write the field on both sides: `e.load = e.load - 1`",
    ),
    ("&", TokenKind::Word(Keyword::And), "write `and`"),
    ("|", TokenKind::Word(Keyword::Or), "write `or`"),
    ("!", TokenKind::Word(Keyword::Not), "write `not`"),
    ("≤", TokenKind::LessEqual, "write `<=`"),
    ("≥", TokenKind::GreaterEqual, "write `>=`"),
    ("≠", TokenKind::NotEqual, "write `!=`"),
    ("−", TokenKind::Minus, "write `-`"),
    ("–", TokenKind::Minus, "write `-`"),
    ("∧", TokenKind::Word(Keyword::And), "write `and`"),
    ("∨", TokenKind::Word(Keyword::Or), "write `or`"),
    ("¬", TokenKind::Word(Keyword::Not), "write `not`"),
    ("→", TokenKind::Word(Keyword::Implies), "write `implies`"),
    ("⇒", TokenKind::Word(Keyword::Implies), "write `implies`"),
    ("∈", TokenKind::Word(Keyword::In), "write `in`"),
];

/// Cuts the piece of the text that `span` covers, as far as it is one.
pub(super) fn lex(source: &Source, span: Span) -> Lexed {
    let boundary = |offset: u32| {
        let within = source.text.len().min(offset as usize);
        let mut backwards = (0..=within).rev();
        backwards
            .find(|&at| source.text.is_char_boundary(at))
            .unwrap_or(0)
    };
    let (start, end) = (boundary(span.start), boundary(span.end));
    let mut lexer = Lexer {
        text: &source.text,
        at: start,
        end: end.max(start),
        out: Lexed {
            tokens: Vec::new(),
            docs: Vec::new(),
        },
        newlines: 0,
        first_on_line: true,
        odd_blank: false,
    };
    lexer.run();
    lexer.out
}

struct Lexer<'a> {
    text: &'a str,
    at: usize,
    end: usize,
    out: Lexed,
    /// Line ends since the last token or comment.
    newlines: u32,
    first_on_line: bool,
    odd_blank: bool,
}

impl<'a> Lexer<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..self.end).unwrap_or("")
    }

    fn run(&mut self) {
        if self.at == 0 && self.rest().starts_with('\u{feff}') {
            self.at += '\u{feff}'.len_utf8();
        }
        while let Some(c) = self.rest().chars().next() {
            match c {
                '\n' => {
                    self.at += 1;
                    self.newlines += 1;
                    self.first_on_line = true;
                }
                ' ' | '\t' | '\r' => self.at += 1,
                '/' if self.rest().starts_with("//") => self.comment(),
                '0'..='9' => self.number(),
                '"' => self.text('"', '"'),
                '“' | '”' | '„' | '«' => self.text(c, '”'),
                '\'' | '‘' | '’' => self.quoted(c),
                c if begins_name(c) => self.word(),
                c if c.is_whitespace() || matches!(c, '\u{200b}' | '\u{feff}') => {
                    self.at += c.len_utf8();
                    self.odd_blank = true;
                }
                _ => self.sign(c),
            }
        }
        self.push(TokenKind::End, 0, None);
    }

    /// Adds the token of the next `length` bytes.
    fn push(&mut self, kind: TokenKind, length: usize, problem: Option<Problem>) {
        let span = span(self.at, self.at + length);
        let odd_blank = self.odd_blank && kind != TokenKind::End;
        self.out.tokens.push(Token {
            kind,
            span,
            first_on_line: self.first_on_line,
            blank_above: self.newlines > 1,
            docs: u32::try_from(self.out.docs.len()).unwrap_or(u32::MAX),
            problem: problem.or(odd_blank.then_some(Problem::Blank)),
        });
        self.at += length;
        self.newlines = 0;
        self.first_on_line = false;
        self.odd_blank = false;
    }

    fn line(&self) -> &'a str {
        let rest = self.rest();
        let line = rest.find('\n').map_or(rest, |end| &rest[..end]);
        line.strip_suffix('\r').unwrap_or(line)
    }

    fn comment(&mut self) {
        let line = self.line();
        if line.starts_with("///") && !line.starts_with("////") {
            self.out.docs.push(DocLine {
                span: span(self.at + 3, self.at + line.len()),
                blank_above: self.newlines > 1,
            });
        }
        self.newlines = 0;
        self.at += line.len();
    }

    fn word(&mut self) {
        let rest = self.rest();
        let length = rest.find(|c| !continues_name(c)).unwrap_or(rest.len());
        let kind = Keyword::of(&rest[..length]).map_or(TokenKind::Name, TokenKind::Word);
        self.push(kind, length, None);
    }

    fn number(&mut self) {
        let rest = self.rest();
        let length = rest
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(rest.len());
        match rest[..length].parse() {
            Ok(value) => self.push(TokenKind::Int(value), length, None),
            Err(_) => self.push(
                TokenKind::Int(i64::MAX),
                length,
                Some(Problem::NumberTooLarge),
            ),
        }
    }

    fn text(&mut self, open: char, close: char) {
        let mut escaped = false;
        let ends = |c: char| {
            if escaped {
                escaped = false;
                return false;
            }
            escaped = c == '\\';
            c == '"' || c == close || (open == '«' && c == '»')
        };
        let odd = (open != '"').then_some(Problem::Quote);
        self.between_quotes(open, ends, TokenKind::Text, odd, Problem::UnterminatedText);
    }

    fn quoted(&mut self, open: char) {
        let odd = (open != '\'').then_some(Problem::Quote);
        let ends = |c: char| c == '\'' || (open != '\'' && c == '’');
        self.between_quotes(
            open,
            ends,
            TokenKind::Quoted,
            odd,
            Problem::UnterminatedName,
        );
    }

    fn between_quotes(
        &mut self,
        open: char,
        ends: impl FnMut(char) -> bool,
        kind: fn(Span) -> TokenKind,
        odd: Option<Problem>,
        unterminated: Problem,
    ) {
        let line = self.line();
        let before = open.len_utf8();
        let Some(length) = line[before..].find(ends) else {
            self.push(TokenKind::Bad, line.trim_end().len(), Some(unterminated));
            return;
        };
        let inner = span(self.at + before, self.at + before + length);
        let close = line[before + length..]
            .chars()
            .next()
            .map_or(0, char::len_utf8);
        self.push(kind(inner), before + length + close, odd);
    }

    fn sign(&mut self, c: char) {
        let rest = self.rest();
        let foreign = FOREIGN.iter().position(|(s, _, _)| rest.starts_with(s));
        let own = SIGNS.iter().find(|(s, _)| rest.starts_with(s));
        match (own, foreign) {
            // `!` is foreign where it is not the beginning of `!=`, `===` is foreign though it begins with `==`.
            (Some(&(sign, kind)), foreign)
                if foreign.is_none_or(|f| FOREIGN[f].0.len() <= sign.len()) =>
            {
                self.push(kind, sign.len(), None);
            }
            (_, Some(index)) => {
                let (sign, kind, _) = FOREIGN[index];
                let problem = u8::try_from(index).map_or(Problem::Character, Problem::Operator);
                self.push(kind, sign.len(), Some(problem));
            }
            _ => self.push(TokenKind::Bad, c.len_utf8(), Some(Problem::Character)),
        }
    }
}

fn span(start: usize, end: usize) -> Span {
    let clip = |offset| u32::try_from(offset).unwrap_or(u32::MAX);
    Span::new(clip(start), clip(end))
}

/// What is said about a badly written token; `previous` is the end of the token before it.
pub(super) fn diagnostic(
    source: &Arc<Source>,
    problem: Problem,
    place: Span,
    previous: u32,
) -> Diagnostic {
    let written = source.slice(place);
    match problem {
        Problem::Operator(index) => {
            let help = FOREIGN[usize::from(index)].2;
            Diagnostic::error(
                Code::UnexpectedCharacter,
                format!("`{written}` is not an operator of this language"),
            )
            .at(source, place, "not known here")
            .help(help)
        }
        Problem::Quote => Diagnostic::error(
            Code::UnexpectedCharacter,
            "typographic quotes do not begin a text",
        )
        .at(source, place, "not a plain quote")
        .help("write `\"` before and after a text"),
        Problem::Blank => odd_blank(source, previous, place.start),
        Problem::UnterminatedText => Diagnostic::error(
            Code::UnterminatedText,
            "a text ends on the line on which it begins",
        )
        .at(source, place, "no closing `\"`")
        .help("write `\"` where the text ends; a quote inside a text is written `\\\"`"),
        Problem::UnterminatedName => Diagnostic::error(
            Code::UnterminatedText,
            "a quoted name ends on the line on which it begins",
        )
        .at(source, place, "no closing `'`")
        .help("write `'` where the name ends; texts stand in double quotes"),
        Problem::NumberTooLarge => Diagnostic::error(
            Code::NumberTooLarge,
            format!("the number `{}` is too large", clip(written)),
        )
        .at(source, place, format!("larger than {}", i64::MAX)),
        Problem::Character => character(source, place),
    }
}

fn odd_blank(source: &Arc<Source>, from: u32, to: u32) -> Diagnostic {
    let gap = source.slice(Span::new(from, to));
    let found = gap
        .char_indices()
        .find(|(_, c)| !c.is_ascii())
        .map_or((0, ' '), |found| found);
    let start = from + u32::try_from(found.0).unwrap_or(0);
    let end = (start + u32::try_from(found.1.len_utf8()).unwrap_or(1)).min(to);
    Diagnostic::error(
        Code::UnexpectedCharacter,
        format!("an unusual blank, U+{:04X}", u32::from(found.1)),
    )
    .at(source, Span::new(start, end), "not a plain blank")
    .help("write a plain blank")
}

fn character(source: &Arc<Source>, place: Span) -> Diagnostic {
    let written = source.slice(place);
    let c = written.chars().next().unwrap_or(' ');
    let shown = if c.is_control() {
        format!("the character U+{:04X}", u32::from(c))
    } else {
        format!("`{c}`")
    };
    let told = Diagnostic::error(
        Code::UnexpectedCharacter,
        format!("{shown} means nothing in this language"),
    )
    .at(source, place, "not known here");
    match c {
        '#' | '/' => told.help("a comment begins with `//`"),
        '[' | ']' => told.help("a set is written `{a, b}`"),
        '*' | '%' => told.help("there are only `+` and `-`"),
        _ => told,
    }
}

/// The beginning of a text that may be long.
pub(super) fn clip(text: &str) -> String {
    const LONGEST: usize = 40;
    if text.contains(['\n', '\r']) {
        // What goes on in the next line is told in one.
        return clip(&text.split_whitespace().collect::<Vec<_>>().join(" "));
    }
    if text.chars().count() <= LONGEST {
        return text.to_owned();
    }
    text.chars().take(LONGEST).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str) -> Vec<TokenKind> {
        let source = Source::new("x", text);
        lex(&source, span(0, text.len()))
            .tokens
            .iter()
            .map(|t| t.kind)
            .collect()
    }

    fn problems(text: &str) -> Vec<Option<Problem>> {
        let source = Source::new("x", text);
        lex(&source, span(0, text.len()))
            .tokens
            .iter()
            .map(|t| t.problem)
            .collect()
    }

    #[test]
    fn the_longest_sign_wins() {
        use TokenKind::{Assign, End, Equal, Int, Less, Minus, Name, Range};
        assert_eq!(
            kinds("0..7 a==b a=-1 x<-1"),
            [
                Int(0),
                Range,
                Int(7),
                Name,
                Equal,
                Name,
                Name,
                Assign,
                Minus,
                Int(1),
                Name,
                Less,
                Minus,
                Int(1),
                End
            ]
        );
        assert_eq!(problems("a == b != c >= d .. e"), [None; 10]);
    }

    #[test]
    fn operators_of_other_languages_are_read_as_what_they_mean() {
        for (text, kind) in [
            ("&&", TokenKind::Word(Keyword::And)),
            ("||", TokenKind::Word(Keyword::Or)),
            ("!", TokenKind::Word(Keyword::Not)),
            ("=>", TokenKind::Word(Keyword::Implies)),
            ("===", TokenKind::Equal),
            ("≠", TokenKind::NotEqual),
        ] {
            assert_eq!(kinds(text), [kind, TokenKind::End], "{text}");
            assert!(
                matches!(problems(text)[0], Some(Problem::Operator(_))),
                "{text}"
            );
        }
    }

    #[test]
    fn a_byte_order_mark_at_the_beginning_is_no_problem_and_elsewhere_it_is() {
        assert_eq!(problems("\u{feff}a"), [None, None]);
        assert_eq!(problems("a\u{feff} b"), [None, Some(Problem::Blank), None]);
    }

    #[test]
    fn lines_are_counted_across_carriage_returns_and_comments() {
        let source = Source::new("x", "a // one\r\n\r\n\tb\r\n/// doc \r\nc ////no\r\n");
        let lexed = lex(&source, span(0, source.text.len()));
        let seen: Vec<_> = lexed
            .tokens
            .iter()
            .map(|t| (source.slice(t.span), t.first_on_line, t.blank_above, t.docs))
            .collect();
        assert_eq!(
            seen,
            [
                ("a", true, false, 0),
                ("b", true, true, 0),
                ("c", true, false, 1),
                ("", true, false, 1)
            ]
        );
        assert_eq!(source.slice(lexed.docs[0].span), " doc ");
    }

    #[test]
    fn an_escaped_quote_does_not_end_a_text() {
        let text = r#""a \"b\" \\" c"#;
        assert_eq!(
            kinds(text),
            [
                TokenKind::Text(Span::new(1, 11)),
                TokenKind::Name,
                TokenKind::End
            ]
        );
    }

    #[test]
    fn a_piece_that_is_not_one_has_no_tokens() {
        let source = Source::new("x", "aé");
        assert_eq!(
            lex(&source, Span::new(2, 2)).tokens[0].span,
            Span::new(1, 1)
        );
        assert_eq!(lex(&source, Span::new(9, 12)).tokens.len(), 1);
        assert_eq!(lex(&source, Span::new(2, 1)).tokens.len(), 1);
    }
}
