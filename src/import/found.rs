//! A value of an output with the text that it stands in, so that whatever is wrong with it can be shown.

use std::sync::Arc;

use crate::language::codes::Code;
use crate::language::diagnostic::Diagnostic;
use crate::language::source::{Source, Span};
use crate::model::json::{Json, JsonKind};

/// What was read, or what is wrong with it.
pub type Read<T> = Result<T, Box<Diagnostic>>;

/// A value and its text.
#[derive(Clone, Copy, Debug)]
pub struct Found<'a> {
    /// The output.
    pub source: &'a Arc<Source>,
    /// The value.
    pub json: &'a Json,
}

impl<'a> Found<'a> {
    /// The value of a key, where there is one that is not `null`.
    pub fn get(self, key: &str) -> Option<Self> {
        let json = self.json.get(key)?;
        (json.kind != JsonKind::Null).then_some(Self { json, ..self })
    }

    /// The value of a key that must be there.
    pub fn need(self, key: &str) -> Read<Self> {
        if !matches!(self.json.kind, JsonKind::Object(_)) {
            return Err(self.other("an object `{…}`"));
        }
        self.get(key).ok_or_else(|| {
            let message = format!("the key `{key}` is missing");
            Box::new(Diagnostic::error(Code::OtherOutput, message).at(
                self.source,
                self.begin(),
                format!("`{key}` was expected in here"),
            ))
        })
    }

    /// The elements of a list.
    pub fn items(self) -> Read<impl Iterator<Item = Self>> {
        match &self.json.kind {
            JsonKind::Array(items) => Ok(items.iter().map(move |json| Self { json, ..self })),
            _ => Err(self.other("a list `[…]`")),
        }
    }

    /// A text.
    pub fn text(self) -> Read<&'a str> {
        self.json.text().ok_or_else(|| self.other("a text"))
    }

    /// `true` or `false`.
    pub fn flag(self) -> Read<bool> {
        match self.json.kind {
            JsonKind::Bool(value) => Ok(value),
            _ => Err(self.other("`true` or `false`")),
        }
    }

    /// A whole number of 64 bits that is not negative.
    pub fn number(self) -> Read<u64> {
        match &self.json.kind {
            JsonKind::Number(digits) => digits
                .parse()
                .map_err(|_| self.other("a whole number of 64 bits")),
            _ => Err(self.other("a number")),
        }
    }

    /// The diagnostic that something else was expected here.
    pub fn other(self, wanted: &str) -> Box<Diagnostic> {
        let message = format!("{} was expected, not {}", wanted, self.json.describe());
        Box::new(Diagnostic::error(Code::OtherOutput, message).at(self.source, self.place(), ""))
    }

    /// The place that is underlined: all of it, or where it begins where it is long.
    pub fn place(self) -> Span {
        match self.json.kind {
            JsonKind::Array(_) | JsonKind::Object(_) => self.begin(),
            _ => self.json.span,
        }
    }

    fn begin(self) -> Span {
        let start = self.json.span.start;
        Span::new(start, (start + 1).min(self.json.span.end))
    }
}
