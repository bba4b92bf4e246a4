//! What the readers of clusters, plans and suites share: JSON values of the expected type, keys that are known.

use std::sync::Arc;

use crate::language::codes::Code;
use crate::language::diagnostic::{Diagnostic, Diagnostics};
use crate::language::source::{Source, Span};
use crate::language::suggest;

use super::json::{Json, JsonKind, Key};

/// A reader of one JSON text, with what it found wrong.
pub(super) struct Shape<'a> {
    /// The text.
    pub(super) source: &'a Arc<Source>,
    /// What was found wrong.
    pub(super) diagnostics: Diagnostics,
}

impl<'a> Shape<'a> {
    pub(super) fn new(source: &'a Arc<Source>) -> Self {
        Self {
            source,
            diagnostics: Diagnostics::default(),
        }
    }

    /// Adds an error with its place.
    pub(super) fn error(
        &mut self,
        code: Code,
        message: impl Into<String>,
        span: Span,
        label: impl Into<String>,
    ) {
        self.push(code, message, span, label, None);
    }

    /// Adds an error with its place and what to write instead.
    pub(super) fn push(
        &mut self,
        code: Code,
        message: impl Into<String>,
        span: Span,
        label: impl Into<String>,
        help: Option<String>,
    ) {
        let mut diagnostic = Diagnostic::error(code, message).at(self.source, span, label);
        diagnostic.help.extend(help);
        self.diagnostics.push(diagnostic);
    }

    /// Says that `what` is of another type than was expected.
    pub(super) fn wrong_type(&mut self, what: &str, json: &Json, expected: &str) {
        let message = format!("{what} must be {expected}, not {}", json.describe());
        self.error(
            Code::WrongJsonType,
            message,
            json.span,
            format!("expected {expected}"),
        );
    }

    pub(super) fn object<'j>(&mut self, what: &str, json: &'j Json) -> Option<&'j [(Key, Json)]> {
        let JsonKind::Object(members) = &json.kind else {
            self.wrong_type(what, json, "an object `{…}`");
            return None;
        };
        Some(members)
    }

    pub(super) fn array<'j>(&mut self, what: &str, json: &'j Json) -> Option<&'j [Json]> {
        let JsonKind::Array(elements) = &json.kind else {
            self.wrong_type(what, json, "a list `[…]`");
            return None;
        };
        Some(elements)
    }

    pub(super) fn text<'j>(&mut self, what: &str, json: &'j Json) -> Option<&'j str> {
        let text = json.text();
        if text.is_none() {
            self.wrong_type(what, json, "a text");
        }
        text
    }

    pub(super) fn boolean(&mut self, what: &str, json: &Json) -> Option<bool> {
        let JsonKind::Bool(value) = json.kind else {
            self.wrong_type(what, json, "`true` or `false`");
            return None;
        };
        Some(value)
    }

    /// A whole number from 0 up to `limit`.
    pub(super) fn count(&mut self, what: &str, json: &Json, limit: u64) -> Option<u64> {
        let JsonKind::Number(written) = &json.kind else {
            self.wrong_type(what, json, "a whole number");
            return None;
        };
        let number = written.parse().ok().filter(|n| *n <= limit);
        if number.is_none() {
            let digits = written.strip_prefix('-').unwrap_or(written);
            if digits.bytes().all(|b| b.is_ascii_digit()) {
                let message = format!("{what} must be from 0 to {limit}, not {written}");
                self.error(Code::ValueOutOfRange, message, json.span, "out of range");
            } else {
                let message = format!("{what} must be a whole number, not {written}");
                self.error(
                    Code::WrongJsonType,
                    message,
                    json.span,
                    "expected a whole number",
                );
            }
        }
        number
    }

    /// Says that a file is of another kind where it is one at first sight; `key` is what the wanted kind has.
    pub(super) fn is_another_kind(&mut self, json: &Json, wanted: &str, key: &str) -> bool {
        let kinds = [
            ("cluster", "objects"),
            ("plan", "steps"),
            ("suite", "cases"),
        ];
        if json.get(key).is_some() {
            return false;
        }
        let Some((kind, found)) = kinds
            .iter()
            .find_map(|(kind, key)| Some((kind, json.get(key)?)))
        else {
            return false;
        };
        let message = format!("this is a {kind}, not a {wanted}");
        let label = format!("only a {kind} has this");
        self.error(
            Code::WrongJsonType,
            message,
            Span::new(found.span.start, found.span.start + 1),
            label,
        );
        true
    }

    /// Checks that every key is one of `known`; `$schema` and `description` may stand in every file.
    pub(super) fn only_keys(&mut self, what: &str, members: &[(Key, Json)], known: &[&str]) {
        for (key, value) in members {
            match key.text.as_str() {
                "$schema" | "description" => {
                    self.text(&format!("`{}`", key.text), value);
                }
                name if known.contains(&name) => {}
                name => self.unknown(
                    Code::UnknownKey,
                    &format!("{what} has no key `{name}`"),
                    key.span,
                    name,
                    "keys",
                    known,
                ),
            }
        }
    }

    /// Says that a name is none of `known`.
    pub(super) fn unknown(
        &mut self,
        code: Code,
        message: &str,
        span: Span,
        name: &str,
        what: &str,
        known: &[&str],
    ) {
        let help = suggest::help(name, what, known.iter().copied());
        self.push(code, message, span, "not known", help);
    }

    /// The value of a key that must be there.
    pub(super) fn required<'j>(
        &mut self,
        what: &str,
        whole: &'j Json,
        key: &str,
    ) -> Option<&'j Json> {
        let found = whole.get(key);
        if found.is_none() {
            let start = Span::new(whole.span.start, whole.span.start + 1);
            let message = format!("{what} has no `{key}`");
            self.error(
                Code::MissingKey,
                message,
                start,
                format!("`\"{key}\"` is missing in here"),
            );
        }
        found
    }
}
