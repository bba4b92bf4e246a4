//! The lines of an output with their places, as they would be in a pipe.

use std::sync::Arc;

use crate::import::found::Read;
use crate::language::codes::Code;
use crate::language::diagnostic::Diagnostic;
use crate::language::source::{Source, Span};

/// A line without what redis-cli puts around it for a terminal.
#[derive(Clone, Copy, Debug)]
pub struct Line<'a> {
    /// The output.
    pub source: &'a Arc<Source>,
    /// The text.
    pub text: &'a str,
    start: usize,
}

impl<'a> Line<'a> {
    /// The lines of an output.
    ///
    /// # Errors
    /// Where there are none, or the last one does not end.
    pub fn all(source: &'a Arc<Source>) -> Read<Vec<Self>> {
        let text = source.text.as_str();
        if text.trim().is_empty() {
            let message = format!("`{}` is empty", source.name);
            return Err(Box::new(Diagnostic::error(Code::EmptyFile, message)));
        }
        let mut lines = Vec::new();
        let mut start = 0;
        for line in text.split_inclusive('\n') {
            let whole = Self {
                source,
                text: line.trim_end(),
                start,
            };
            start += line.len();
            lines.push(whole.piped());
            if !line.ends_with('\n') {
                let message = "the last line does not end: the text is cut off";
                return Err(Box::new(
                    whole
                        .wrong(message)
                        .help("record it again: redis-cli ends every line"),
                ));
            }
        }
        Ok(lines)
    }

    /// `1)  1) "name"` is `name`.
    fn piped(self) -> Self {
        let mut rest = self.text.trim_start();
        let mut numbered = false;
        while let Some((number, after)) = rest.split_once(')') {
            if number.is_empty() || !number.bytes().all(|b| b.is_ascii_digit()) {
                break;
            }
            numbered = true;
            rest = after.trim_start();
        }
        if !numbered {
            return self;
        }
        let text = rest
            .strip_prefix('"')
            .and_then(|rest| rest.strip_suffix('"'))
            .or_else(|| rest.strip_prefix("(integer) "))
            .unwrap_or(rest);
        let skipped = self.text.len() - rest.len() + rest.find(text).unwrap_or(0);
        self.part(skipped, text.len())
    }

    /// A piece of it.
    pub fn part(self, start: usize, length: usize) -> Self {
        Self {
            text: self.text.get(start..start + length).unwrap_or(""),
            start: self.start + start,
            ..self
        }
    }

    /// What follows a beginning.
    pub fn after(self, beginning: &str) -> Option<Self> {
        let rest = self.text.strip_prefix(beginning)?;
        Some(self.part(beginning.len(), rest.len()))
    }

    /// Where it stands.
    pub fn span(self) -> Span {
        let at = |place: usize| u32::try_from(place).unwrap_or(u32::MAX);
        // Something has to be underlined where the text is empty.
        Span::new(at(self.start), at(self.start + self.text.len().max(1)))
    }

    /// Whether it is a whole number that is not negative.
    pub fn is_number(self) -> bool {
        !self.text.is_empty() && self.text.bytes().all(|b| b.is_ascii_digit())
    }

    /// A whole number that is not negative.
    pub fn number(self) -> Read<u32> {
        let digits = Some(self.text).filter(|_| self.is_number());
        digits
            .and_then(|digits| digits.parse().ok())
            .ok_or_else(|| Box::new(self.wrong("a whole number was expected")))
    }

    /// The diagnostic that it is not what was expected.
    pub fn wrong(self, message: impl Into<String>) -> Diagnostic {
        self.told(Code::OtherOutput, message)
    }

    /// A diagnostic about it.
    pub fn told(self, code: Code, message: impl Into<String>) -> Diagnostic {
        Diagnostic::error(code, message).at(self.source, self.span(), "")
    }
}
