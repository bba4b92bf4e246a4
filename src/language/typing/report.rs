//! How typing tells about mistakes: every diagnostic gets its code, place, label and help. Knows no rule of typing.

use std::sync::Arc;

use crate::language::codes::Code;
use crate::language::diagnostic::{Diagnostic, Diagnostics};
use crate::language::source::{Source, Span};
use crate::language::suggest;

/// Names longer than this get no suggestion: the distance of two names costs the product of their lengths.
const LONGEST_SUGGESTED: usize = 64;
/// After so many diagnostics no more spellings are looked for, so that a garbled file stays cheap.
const MOST_SUGGESTIONS: usize = 200;
/// How many candidates are compared with a name that was not found: a cluster can have very many objects.
const MOST_CANDIDATES: usize = 2_000;
/// Longer pieces of the text are not repeated in messages.
const LONGEST_WORDS: usize = 60;

/// Collects diagnostics about one text.
pub(super) struct Reporter<'a> {
    /// The text.
    pub(super) source: &'a Arc<Source>,
    /// What was found so far.
    pub(super) diagnostics: Diagnostics,
}

impl<'a> Reporter<'a> {
    /// About this text, with nothing found yet.
    pub(super) fn new(source: &'a Arc<Source>) -> Self {
        Self {
            source,
            diagnostics: Diagnostics::default(),
        }
    }

    /// Tells of an error.
    pub(super) fn error(
        &mut self,
        code: Code,
        span: Span,
        message: impl Into<String>,
        label: impl Into<String>,
        help: impl Into<String>,
    ) {
        let diagnostic = Diagnostic::error(code, message)
            .at(self.source, span, label)
            .help(help);
        self.diagnostics.push(diagnostic);
    }

    /// Tells of something that stands but is hardly meant.
    pub(super) fn warning(
        &mut self,
        code: Code,
        span: Span,
        message: impl Into<String>,
        label: impl Into<String>,
        help: impl Into<String>,
    ) {
        let diagnostic = Diagnostic::warning(code, message)
            .at(self.source, span, label)
            .help(help);
        self.diagnostics.push(diagnostic);
    }

    /// Points at another place that matters for the last diagnostic.
    pub(super) fn also(&mut self, span: Option<Span>, label: impl Into<String>) {
        if let (Some(span), Some(last)) = (span, self.diagnostics.list.pop()) {
            let last = last.also(self.source, span, label);
            self.diagnostics.push(last);
        }
    }

    /// A name is declared that is `taken` already.
    pub(super) fn name_taken(
        &mut self,
        name: &str,
        span: Span,
        taken: &str,
        earlier: Option<Span>,
    ) {
        self.error(
            Code::NameTaken,
            span,
            format!("`{name}` is already {taken}"),
            "this name is taken",
            "choose another name",
        );
        self.also(earlier, "first declared here");
    }

    /// There is more of something than can be numbered.
    pub(super) fn too_many(&mut self, span: Span, what: &str, most: usize) {
        self.error(
            Code::NumberTooLarge,
            span,
            format!("more than {most} {what}"),
            "one too many",
            "split the rules, or ask whether they were generated as intended",
        );
    }

    /// The help line for a name that was not found; `otherwise` where there is nothing to suggest.
    pub(super) fn suggest<'n>(
        &self,
        name: &str,
        what: &str,
        candidates: impl IntoIterator<Item = &'n str>,
        otherwise: &str,
    ) -> String {
        if name.len() > LONGEST_SUGGESTED || self.diagnostics.list.len() > MOST_SUGGESTIONS {
            return otherwise.to_owned();
        }
        let candidates: Vec<&str> = candidates
            .into_iter()
            .filter(|candidate| candidate.len() <= LONGEST_SUGGESTED)
            .take(MOST_CANDIDATES)
            .collect();
        suggest::help(name, what, candidates.iter().copied())
            .unwrap_or_else(|| otherwise.to_owned())
    }

    /// The text at a place in backticks, where it is short enough to be repeated in a message.
    pub(super) fn words(&self, span: Span) -> String {
        let words = self.source.slice(span);
        if words.is_empty() || words.len() > LONGEST_WORDS || words.contains('\n') {
            "this".to_owned()
        } else {
            format!("`{words}`")
        }
    }
}
