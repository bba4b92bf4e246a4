//! The words and signs of the language, and what each says about the line that it stands in. Knows no grammar.

use super::source::Span;

macro_rules! keywords {
    ($($name:ident = $text:literal;)*) => {
        /// A word that can never be a name.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(super) enum Keyword {
            $($name,)*
        }

        impl Keyword {
            /// The keyword that is written so.
            pub(super) fn of(text: &str) -> Option<Self> {
                match text {
                    $($text => Some(Self::$name),)*
                    _ => None,
                }
            }

            /// As it is written.
            pub(super) const fn text(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)*
                }
            }
        }
    };
}

keywords! {
    Action = "action";
    All = "all";
    And = "and";
    Assume = "assume";
    Await = "await";
    Bool = "bool";
    Count = "count";
    Default = "default";
    Else = "else";
    Enum = "enum";
    Event = "event";
    False = "false";
    Fault = "fault";
    For = "for";
    Goal = "goal";
    If = "if";
    Implies = "implies";
    In = "in";
    Interrupts = "interrupts";
    Invariant = "invariant";
    Kind = "kind";
    Let = "let";
    None = "none";
    Not = "not";
    Of = "of";
    Old = "old";
    Or = "or";
    Ordered = "ordered";
    Outage = "outage";
    Param = "param";
    Policy = "policy";
    Property = "property";
    Require = "require";
    Rules = "rules";
    Set = "set";
    Some = "some";
    Text = "text";
    Then = "then";
    Takes = "takes";
    True = "true";
    When = "when";
    Where = "where";
}

impl Keyword {
    /// Whether people are likely to have meant a name of their own: nouns, not the words that hold expressions together.
    pub(super) const fn sounds_like_a_name(self) -> bool {
        !matches!(
            self,
            Self::And
                | Self::Else
                | Self::For
                | Self::If
                | Self::Implies
                | Self::In
                | Self::Let
                | Self::Not
                | Self::Of
                | Self::Or
                | Self::Then
                | Self::When
                | Self::Where
                | Self::Await
                | Self::Require
        )
    }
}

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TokenKind {
    Word(Keyword),
    Name,
    Int(i64),
    /// A text, with the place of what stands between its quotes.
    Text(Span),
    /// A quoted name, with the place of what stands between its quotes.
    Quoted(Span),
    LeftParen,
    RightParen,
    LeftBrace,
    RightBrace,
    Comma,
    Colon,
    Semicolon,
    Dot,
    Range,
    Question,
    Assign,
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    Plus,
    Minus,
    /// Nothing that the language knows; its problem says why.
    Bad,
    End,
}

impl TokenKind {
    /// Whether a line that ends in this token goes on in the next.
    pub(super) const fn leaves_line_open(self) -> bool {
        use Keyword::{And, Else, Implies, In, Not, Or, Where};
        self.is_comparison()
            || matches!(
                self,
                Self::Comma
                    | Self::Colon
                    | Self::Assign
                    | Self::Plus
                    | Self::Minus
                    | Self::Word(And | Or | Implies | Not | In | Else | Where)
            )
    }

    /// Whether a line that begins with this token goes on from the one before; `not in` is the parser's to see.
    pub(super) const fn continues_line(self) -> bool {
        use Keyword::{And, Else, Implies, In, Or};
        self.is_comparison()
            || matches!(
                self,
                Self::Plus | Self::Dot | Self::Word(And | Or | Implies | Else | In)
            )
    }

    const fn is_comparison(self) -> bool {
        matches!(
            self,
            Self::Equal
                | Self::NotEqual
                | Self::Less
                | Self::LessEqual
                | Self::Greater
                | Self::GreaterEqual
        )
    }

    /// How messages speak of the sign; empty for what has a text of its own.
    pub(super) const fn sign(self) -> &'static str {
        match self {
            Self::LeftParen => "(",
            Self::RightParen => ")",
            Self::LeftBrace => "{",
            Self::RightBrace => "}",
            Self::Comma => ",",
            Self::Colon => ":",
            Self::Range => "..",
            Self::Assign => "=",
            Self::Word(keyword) => keyword.text(),
            _ => "",
        }
    }
}

/// Why a token is not well written, though it may be clear what was meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Problem {
    /// A character that means nothing.
    Character,
    /// An operator of other languages, by its place in the lexer's table.
    Operator(u8),
    /// A typographic quote.
    Quote,
    /// A blank before the token that is not one of the keyboard's.
    Blank,
    UnterminatedText,
    UnterminatedName,
    NumberTooLarge,
}

/// A word, number, text or sign with its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) kind: TokenKind,
    pub(super) span: Span,
    /// Whether it is the first on its line.
    pub(super) first_on_line: bool,
    /// Whether an empty line is above it.
    pub(super) blank_above: bool,
    /// How many lines of doc comments stand before it, from the beginning of the text.
    pub(super) docs: u32,
    pub(super) problem: Option<Problem>,
}

/// Whether a name may begin so.
pub(super) fn begins_name(c: char) -> bool {
    c == '_' || c.is_alphabetic()
}

/// Whether a name may go on so.
pub(super) fn continues_name(c: char) -> bool {
    begins_name(c) || c.is_ascii_digit()
}

/// Whether `text` can be written as a name in expressions and steps; an object of another name is written in quotes.
#[must_use]
pub fn is_name(text: &str) -> bool {
    text.chars().next().is_some_and(begins_name)
        && text.chars().all(continues_name)
        && Keyword::of(text).is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_the_parser_reads_as_a_name_is_one() {
        for name in ["a", "_", "Node1", "größe", "fixed", "min"] {
            assert!(is_name(name), "{name}");
        }
        for other in ["", "1a", "web-1", "a b", "node.x", "some", "text", "a'"] {
            assert!(!is_name(other), "{other}");
        }
    }
}
