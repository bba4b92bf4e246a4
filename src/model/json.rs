//! JSON with places: every value and key keeps where it stands. Decides what is JSON, not what any key means.
//!
//! The grammar is `serde_json`'s. Each level is read into raw values that borrow from the text, so that their places
//! are known, and the levels are limited; the work is at most the size of the text times that limit.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::error::Category;
use serde_json::value::RawValue;

use crate::language::codes::Code;
use crate::language::diagnostic::{Diagnostic, Diagnostics};
use crate::language::source::{Source, Span};

/// The size of a JSON text that is still read, in bytes.
pub const MAX_BYTES: usize = 64 << 20;
/// How deeply lists and objects may be nested.
const MAX_DEPTH: usize = 64;
/// How many values a text may hold: far more than any cluster needs, and little enough for the memory.
const MAX_VALUES: usize = 2_000_000;

/// A JSON value with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Json {
    /// The value.
    pub kind: JsonKind,
    /// Where it stands, quotes, brackets and braces included.
    pub span: Span,
}

/// The forms of JSON values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JsonKind {
    /// `null`
    Null,
    /// `true`, `false`
    Bool(bool),
    /// A number as it was written.
    Number(String),
    /// A text.
    String(Text),
    /// `[…]`
    Array(Vec<Json>),
    /// `{…}`, in the order of the text; a key that was given twice is there once.
    Object(Vec<(Key, Json)>),
}

/// A JSON text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// What it says.
    pub text: String,
    /// Whether that is what stands between the quotes, letter by letter (no escapes).
    pub verbatim: bool,
}

/// A key of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// What it says.
    pub text: String,
    /// Whether that is what stands between the quotes, letter by letter (no escapes).
    pub verbatim: bool,
    /// Where it stands, quotes included.
    pub span: Span,
}

impl Json {
    /// The text, where the value is one.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match &self.kind {
            JsonKind::String(text) => Some(&text.text),
            _ => None,
        }
    }

    /// The value of a key, where the value is an object that has it.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Self> {
        match &self.kind {
            JsonKind::Object(members) => members.iter().find(|(k, _)| k.text == key),
            _ => None,
        }
        .map(|(_, value)| value)
    }

    /// What the value is, in the words of messages.
    #[must_use]
    pub const fn describe(&self) -> &'static str {
        match &self.kind {
            JsonKind::Null => "`null`",
            JsonKind::Bool(_) => "`true` or `false`",
            JsonKind::Number(_) => "a number",
            JsonKind::String(_) => "a text",
            JsonKind::Array(_) => "a list `[…]`",
            JsonKind::Object(_) => "an object `{…}`",
        }
    }
}

/// The place inside the quotes of a text, where `range` is in what it says; all of it where escapes move the letters.
#[must_use]
pub fn inside(span: Span, verbatim: bool, range: &std::ops::Range<usize>) -> Span {
    let offset =
        |at: usize| u32::try_from(at).map_or(span.end, |at| (span.start + 1 + at).min(span.end));
    if verbatim {
        Span::new(offset(range.start), offset(range.end))
    } else {
        span
    }
}

/// Reads a text as JSON; `wanted` is what the text should be, for messages (`a cluster`). A tree comes with errors where keys were given twice or texts could not be read.
#[must_use]
pub fn read(source: &Arc<Source>, wanted: &str) -> (Option<Json>, Diagnostics) {
    let mut diagnostics = Diagnostics::default();
    let Some(text) = body(source, &mut diagnostics) else {
        return (None, diagnostics);
    };
    let whole: &RawValue = match serde_json::from_str(text) {
        Ok(raw) => raw,
        Err(error) => {
            let rules = rules_instead(source, text, wanted);
            diagnostics.push(rules.unwrap_or_else(|| syntax_error(source, text, &error)));
            return (None, diagnostics);
        }
    };
    let mut reader = Reader {
        source,
        left: MAX_VALUES,
        diagnostics,
    };
    let json = reader.value(whole.get(), MAX_DEPTH);
    (json, reader.diagnostics)
}

/// Reads a text that holds JSON values one after the other, as programs print them; at least one, or an error.
#[must_use]
pub fn read_all(source: &Arc<Source>) -> (Vec<Json>, Diagnostics) {
    let mut diagnostics = Diagnostics::default();
    let Some(text) = body(source, &mut diagnostics) else {
        return (Vec::new(), diagnostics);
    };
    let mut reader = Reader {
        source,
        left: MAX_VALUES,
        diagnostics,
    };
    let mut found = Vec::new();
    for value in serde_json::Deserializer::from_str(text).into_iter::<&RawValue>() {
        match value {
            Ok(raw) => found.extend(reader.value(raw.get(), MAX_DEPTH)),
            Err(error) => {
                reader.push(syntax_error(source, text, &error));
                break;
            }
        }
    }
    (found, reader.diagnostics)
}

/// The text without its mark of byte order, where it is not too large and not empty.
fn body<'a>(source: &'a Arc<Source>, diagnostics: &mut Diagnostics) -> Option<&'a str> {
    let text = source.text.strip_prefix('\u{feff}').unwrap_or(&source.text);
    if text.len() > MAX_BYTES {
        let message = format!("`{}` is larger than 64 MiB", source.name);
        diagnostics.push(Diagnostic::error(Code::FileTooLarge, message));
        return None;
    }
    if text.trim().is_empty() {
        let message = format!("`{}` has nothing in it", source.name);
        diagnostics.push(
            Diagnostic::error(Code::EmptyFile, message).help("the smallest JSON file is `{}`"),
        );
        return None;
    }
    Some(text)
}

/// Where the text begins as rules do, says so: nothing about JSON would help.
fn rules_instead(source: &Arc<Source>, text: &str, wanted: &str) -> Option<Diagnostic> {
    let mut at = source.text.len() - text.len();
    for line in text.split_inclusive('\n') {
        let code = line.trim();
        if code.is_empty() || code.starts_with("//") {
            at += line.len();
            continue;
        }
        let name = code.strip_prefix("rules")?;
        let begins_name = |c: char| c.is_alphabetic() || c == '_';
        if !name.starts_with(char::is_whitespace) || !name.trim_start().starts_with(begins_name) {
            return None;
        }
        let message = format!("this is a rules file, not {wanted}");
        let start = at + line.len() - line.trim_start().len();
        let help = "rules are named inside a cluster: `{ \"rules\": …, \"objects\": { … } }`";
        return Some(
            Diagnostic::error(Code::WrongJsonType, message)
                .at(source, place(start, "rules".len()), "rules begin like this")
                .help(help),
        );
    }
    None
}

fn syntax_error(source: &Arc<Source>, text: &str, error: &serde_json::Error) -> Diagnostic {
    let before = source.text.len() - text.len();
    let (at, label) = if error.classify() == Category::Eof {
        (text.trim_end().len(), "the text ends here")
    } else {
        (offset_of(text, error), "")
    };
    let length = text[at..]
        .chars()
        .next()
        .filter(|c| *c != '\n')
        .map_or(0, char::len_utf8);
    let length = if label.is_empty() { length } else { 0 };
    let full = error.to_string();
    let reason = full.split(" at line ").next().unwrap_or_default();
    let (reason, help) = in_our_words(reason, &text[at..]);
    let mut diagnostic = Diagnostic::error(Code::JsonSyntax, format!("this is not JSON: {reason}"))
        .at(source, place(before + at, length), label);
    diagnostic.help.extend(help.map(str::to_owned));
    diagnostic
}

/// The parser's reasons, as a sentence for those who never saw its source.
fn in_our_words<'a>(reason: &'a str, rest: &str) -> (&'a str, Option<&'static str>) {
    if rest.starts_with("//") || rest.starts_with("/*") || rest.starts_with('#') {
        return (
            "a comment",
            Some("JSON has no comments; use the key `\"description\"`"),
        );
    }
    match reason {
        "trailing comma" => ("nothing follows the comma", Some("remove the last comma")),
        "trailing characters" => ("something follows its end", None),
        "key must be a string" if rest.starts_with('}') => {
            ("nothing follows the comma", Some("remove the last comma"))
        }
        "key must be a string" => ("a key must be a text", Some("write keys in double quotes")),
        "expected value" => ("a value was expected", Some("write texts in double quotes")),
        "expected ident" => ("`true`, `false` or `null` was expected", None),
        "EOF while parsing a string" => {
            ("it stops inside a text", Some("close the text with `\"`"))
        }
        "EOF while parsing a list" => ("it stops inside a list", Some("close the list with `]`")),
        "EOF while parsing an object" => (
            "it stops inside an object",
            Some("close the object with `}`"),
        ),
        "EOF while parsing a value" => ("it stops where a value was expected", None),
        other => (other, None),
    }
}

/// The parser counts lines from 1 and bytes in them; the place that it means may be just behind a letter.
fn offset_of(text: &str, error: &serde_json::Error) -> usize {
    let line_start = match error.line() {
        0 | 1 => 0,
        line => text
            .match_indices('\n')
            .nth(line - 2)
            .map_or(text.len(), |(at, _)| at + 1),
    };
    let mut at = (line_start + error.column().saturating_sub(1)).min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

fn place(start: usize, length: usize) -> Span {
    let narrow = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    Span::new(narrow(start), narrow(start + length))
}

struct Reader<'a> {
    source: &'a Arc<Source>,
    /// How many values may still come.
    left: usize,
    diagnostics: Diagnostics,
}

impl Reader<'_> {
    /// Where a piece that was borrowed from the text stands in it.
    fn span(&self, raw: &str) -> Span {
        let start = raw
            .as_ptr()
            .addr()
            .saturating_sub(self.source.text.as_ptr().addr());
        place(start, raw.len())
    }

    fn value(&mut self, raw: &str, depth: usize) -> Option<Json> {
        let span = self.span(raw);
        let kind = match raw.as_bytes().first()? {
            b'n' => JsonKind::Null,
            b't' => JsonKind::Bool(true),
            b'f' => JsonKind::Bool(false),
            b'"' => {
                let (text, verbatim) = self.string(raw)?;
                JsonKind::String(Text { text, verbatim })
            }
            b'[' | b'{' if depth == 0 => {
                let message = "this is not JSON for a cluster: nested too deeply";
                let limit = format!("more than {MAX_DEPTH} levels");
                self.push(Diagnostic::error(Code::JsonSyntax, message).at(
                    self.source,
                    place(span.start as usize, 1),
                    limit,
                ));
                return None;
            }
            b'[' => JsonKind::Array(self.array(raw, depth)?),
            b'{' => JsonKind::Object(self.object(raw, depth)?),
            _ => JsonKind::Number(raw.to_owned()),
        };
        Some(Json { kind, span })
    }

    fn push(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    fn string(&mut self, raw: &str) -> Option<(String, bool)> {
        let quoted = raw.strip_prefix('"').and_then(|r| r.strip_suffix('"'))?;
        if !quoted.contains('\\') {
            return Some((quoted.to_owned(), true));
        }
        if let Ok(text) = serde_json::from_str(raw) {
            return Some((text, false));
        }
        let message = "this is not JSON: an escape that stands for no character";
        self.push(Diagnostic::error(Code::JsonSyntax, message).at(self.source, self.span(raw), ""));
        None
    }

    fn array(&mut self, raw: &str, depth: usize) -> Option<Vec<Json>> {
        let mut deserializer = serde_json::Deserializer::from_str(raw);
        let Ok(elements) = Elements(self.left).deserialize(&mut deserializer) else {
            return self.too_many(raw);
        };
        self.left -= elements.len();
        // What cannot be read is left out: its diagnostic was given, and the rest is worth a look.
        Some(
            elements
                .into_iter()
                .filter_map(|element| self.value(element.get(), depth - 1))
                .collect(),
        )
    }

    fn object(&mut self, raw: &str, depth: usize) -> Option<Vec<(Key, Json)>> {
        let mut deserializer = serde_json::Deserializer::from_str(raw);
        let Ok(members) = Members(self.left).deserialize(&mut deserializer) else {
            return self.too_many(raw);
        };
        self.left -= members.len();
        let mut found: Vec<(Key, Json)> = Vec::with_capacity(members.len());
        let mut places: HashMap<String, Span> = HashMap::with_capacity(members.len());
        for (key, value) in members {
            let span = self.span(key.get());
            let Some((text, verbatim)) = self.string(key.get()) else {
                continue;
            };
            if let Some(first) = places.get(&text) {
                let diagnostic = Diagnostic::error(
                    Code::DuplicateKey,
                    format!("the key `{text}` is given twice"),
                )
                .at(self.source, span, "given again")
                .also(self.source, *first, "first given here");
                self.push(diagnostic);
                continue;
            }
            places.insert(text.clone(), span);
            if let Some(value) = self.value(value.get(), depth - 1) {
                found.push((
                    Key {
                        text,
                        verbatim,
                        span,
                    },
                    value,
                ));
            }
        }
        Some(found)
    }

    /// The grammar was checked before: only the number of values can be wrong here.
    fn too_many<T>(&mut self, raw: &str) -> Option<T> {
        let message = format!("`{}` holds more than {MAX_VALUES} values", self.source.name);
        let span = self.span(raw);
        self.push(Diagnostic::error(Code::FileTooLarge, message).at(
            self.source,
            place(span.start as usize, 1),
            "too many in here",
        ));
        None
    }
}

/// The elements of a list, at most so many.
struct Elements(usize);

impl<'de> DeserializeSeed<'de> for Elements {
    type Value = Vec<&'de RawValue>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Elements {
    type Value = Vec<&'de RawValue>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Self::Value, A::Error> {
        let mut found = Vec::new();
        while let Some(element) = access.next_element()? {
            if found.len() >= self.0 {
                return Err(A::Error::custom("too many values"));
            }
            found.push(element);
        }
        Ok(found)
    }
}

/// The members of an object, at most so many.
struct Members(usize);

impl<'de> DeserializeSeed<'de> for Members {
    type Value = Vec<(&'de RawValue, &'de RawValue)>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Members {
    type Value = Vec<(&'de RawValue, &'de RawValue)>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Self::Value, A::Error> {
        let mut found = Vec::new();
        while let Some(member) = access.next_entry()? {
            if found.len() >= self.0 {
                return Err(A::Error::custom("too many values"));
            }
            found.push(member);
        }
        Ok(found)
    }
}

#[cfg(test)]
mod tests;
