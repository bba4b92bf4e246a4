//! Diagnostics in the JSON report.

use serde::Serialize;

use crate::language::diagnostic::{self, Label, Severity};

use super::Head;

#[derive(Serialize)]
pub(super) struct Report<'a> {
    #[serde(flatten)]
    head: Head<'a>,
    verdict: &'static str,
    diagnostics: Vec<Diagnostic<'a>>,
}

impl<'a> Report<'a> {
    pub(super) fn of(command: &'a str, list: &'a [diagnostic::Diagnostic]) -> Self {
        let wrong = list.iter().any(|d| d.severity == Severity::Error);
        Self {
            head: Head::of(command),
            verdict: if wrong { "input_error" } else { "holds" },
            diagnostics: all(list),
        }
    }
}

/// A diagnostic; the place is left out where there is none.
#[derive(Serialize)]
pub(super) struct Diagnostic<'a> {
    code: &'static str,
    severity: &'static str,
    message: &'a str,
    #[serde(flatten)]
    place: Option<Place<'a>>,
    labels: Vec<Labelled<'a>>,
    help: &'a [String],
}

#[derive(Serialize)]
struct Place<'a> {
    file: &'a str,
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
}

#[derive(Serialize)]
struct Labelled<'a> {
    #[serde(flatten)]
    place: Place<'a>,
    primary: bool,
    text: &'a str,
}

impl<'a> Place<'a> {
    fn of(label: &'a Label) -> Self {
        let (line, column) = label.source.position(label.span.start);
        let end = label.span.end.max(label.span.start);
        let (end_line, end_column) = label.source.position(end);
        Self {
            file: &label.source.name,
            line,
            column,
            end_line,
            end_column,
        }
    }
}

impl<'a> Diagnostic<'a> {
    fn of(diagnostic: &'a diagnostic::Diagnostic) -> Self {
        let labelled = |primary| {
            move |label: &'a Label| Labelled {
                place: Place::of(label),
                primary,
                text: &label.text,
            }
        };
        let primary = diagnostic.primary.iter().map(labelled(true));
        let secondary = diagnostic.secondary.iter().map(labelled(false));
        Self {
            code: diagnostic.code.text(),
            severity: match diagnostic.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
            },
            message: &diagnostic.message,
            place: diagnostic.primary.as_ref().map(Place::of),
            labels: primary.chain(secondary).collect(),
            help: &diagnostic.help,
        }
    }
}

pub(super) fn all<'a>(
    list: impl IntoIterator<Item = &'a diagnostic::Diagnostic>,
) -> Vec<Diagnostic<'a>> {
    list.into_iter().map(Diagnostic::of).collect()
}

#[cfg(test)]
mod tests {
    use crate::language::codes::Code;
    use crate::language::diagnostic::Diagnostic;
    use crate::language::source::{Source, Span};

    #[test]
    fn a_diagnostic_has_its_place_and_all_labels() {
        let source = Source::new("c.json", "{\n  \"é\": 1\n}");
        let list = [Diagnostic::error(Code::UnknownKey, "nothing reads `é`")
            .at(&source, Span::new(4, 8), "here")
            .also(&source, Span::new(0, 1), "in this")
            .help("take it out")];
        let json: serde_json::Value =
            serde_json::from_str(&super::super::diagnostics("check", &list)).unwrap();
        assert_eq!(json["verdict"], "input_error");
        assert_eq!(
            json["diagnostics"],
            serde_json::json!([{
                "code": "C0001", "severity": "error", "message": "nothing reads `é`",
                "file": "c.json", "line": 2, "column": 3, "end_line": 2, "end_column": 6,
                "labels": [
                    { "file": "c.json", "line": 2, "column": 3, "end_line": 2, "end_column": 6, "primary": true, "text": "here" },
                    { "file": "c.json", "line": 1, "column": 1, "end_line": 1, "end_column": 2, "primary": false, "text": "in this" }
                ],
                "help": ["take it out"]
            }])
        );
    }

    #[test]
    fn only_errors_make_the_input_wrong() {
        let warning = [Diagnostic::warning(Code::NeverEnabled, "w")];
        let text = super::super::diagnostics("check", &warning);
        let json: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(json["verdict"], "holds");
        assert!(json["diagnostics"][0].get("line").is_none());
    }
}
