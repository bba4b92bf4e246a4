//! What is told to the person who made a mistake: where, what was expected, what to write instead.

use std::sync::Arc;

use super::codes::Code;
use super::source::{Source, Span};

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Nothing can be answered until this is mended.
    Error,
    /// The answer stands, but it may not be what was meant.
    Warning,
}

/// An underlined place with a few words beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// The text that is pointed into.
    pub source: Arc<Source>,
    /// The place.
    pub span: Span,
    /// What is said beside the underline; may be empty.
    pub text: String,
}

/// One thing to mend. The message is one line, starts in lower case, and has the user's own words in backticks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// The stable code that `rollproof explain` knows.
    pub code: Code,
    /// Error or warning.
    pub severity: Severity,
    /// What is wrong, in one line.
    pub message: String,
    /// The place to mend; none for mistakes that have no place, such as a missing file.
    pub primary: Option<Label>,
    /// Other places that matter, such as an earlier declaration.
    pub secondary: Vec<Label>,
    /// What to write instead, one line each.
    pub help: Vec<String>,
}

impl Diagnostic {
    /// An error without a place.
    pub fn error(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            severity: Severity::Error,
            message: message.into(),
            primary: None,
            secondary: Vec::new(),
            help: Vec::new(),
        }
    }

    /// A warning without a place.
    pub fn warning(code: Code, message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Warning,
            ..Self::error(code, message)
        }
    }

    /// Points at the place to mend.
    #[must_use]
    pub fn at(mut self, source: &Arc<Source>, span: Span, text: impl Into<String>) -> Self {
        self.primary = Some(Label {
            source: source.clone(),
            span,
            text: text.into(),
        });
        self
    }

    /// Points at another place that matters.
    #[must_use]
    pub fn also(mut self, source: &Arc<Source>, span: Span, text: impl Into<String>) -> Self {
        self.secondary.push(Label {
            source: source.clone(),
            span,
            text: text.into(),
        });
        self
    }

    /// Says what to write instead.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help.push(text.into());
        self
    }
}

/// A value together with everything that was found wrong on the way; the value is usable where no diagnostic is an error.
#[derive(Clone, Debug, Default)]
pub struct Diagnostics {
    /// In the order of discovery.
    pub list: Vec<Diagnostic>,
}

impl Diagnostics {
    /// Adds one.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.list.push(diagnostic);
    }

    /// Adds all of another list.
    pub fn extend(&mut self, other: Self) {
        self.list.extend(other.list);
    }

    /// Whether anything is an error.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.list.iter().any(|d| d.severity == Severity::Error)
    }
}
