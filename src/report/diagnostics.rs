//! Diagnostics for people: code, message, place, underlined source, help. Knows no answer.

use std::sync::Arc;

use annotate_snippets::{Annotation, AnnotationKind, Group, Level, Renderer, Snippet};

use crate::language::diagnostic::{Diagnostic, Label, Severity};
use crate::language::source::Source;

use super::excerpt::{self, Excerpt};
use super::paint::Paint;
use super::words::{WIDTH, count, grouped, visible};

/// The most diagnostics that are shown: who has more mistakes mends the first ones first.
const SHOWN: usize = 50;

/// All diagnostics, errors first, with a last line that counts them; empty where there are none.
#[must_use]
pub fn render(list: &[Diagnostic], paint: Paint) -> String {
    let mut text = String::new();
    let ordered = errors_first(list);
    for diagnostic in ordered.iter().take(SHOWN) {
        text.push_str(&one(diagnostic, paint));
        text.push_str("\n\n");
    }
    if ordered.len() > SHOWN {
        let more = grouped((ordered.len() - SHOWN) as u64);
        text.push_str(&format!("… and {more} more\n\n"));
    }
    text.push_str(&last_line(list, paint));
    text
}

/// One diagnostic as rustc draws it, without a line end.
#[must_use]
pub fn one(diagnostic: &Diagnostic, paint: Paint) -> String {
    let renderer = if paint.is_coloured() {
        Renderer::styled()
    } else {
        Renderer::plain()
    };
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let title = level
        .primary_title(visible(&diagnostic.message))
        .id(diagnostic.code.text());
    let excerpts: Vec<Excerpt<'_>> = by_source(diagnostic)
        .into_iter()
        .map(|(source, labels)| excerpt::of(source, &labels))
        .collect();
    let mut group = Group::with_title(title);
    for (i, excerpt) in excerpts.iter().enumerate() {
        group = group.element(snippet(excerpt, i == 0 && diagnostic.primary.is_some()));
    }
    for help in &diagnostic.help {
        group = group.element(Level::HELP.message(visible(help)));
    }
    let mut text = renderer.term_width(WIDTH + 40).render(&[group]);
    for excerpt in excerpts.iter().filter(|e| e.position != e.cut_position) {
        text = text.replacen(
            &place(excerpt, excerpt.cut_position),
            &place(excerpt, excerpt.position),
            1,
        );
    }
    text
}

/// `cluster.json:3:7`
fn place(excerpt: &Excerpt<'_>, (line, column): (usize, usize)) -> String {
    format!("{}:{line}:{column}", visible(excerpt.name))
}

/// One diagnostic in one line: `cluster.json:3:7: no such object`.
#[must_use]
pub fn brief(diagnostic: &Diagnostic) -> String {
    let message = visible(&diagnostic.message);
    match &diagnostic.primary {
        Some(label) => {
            let (line, column) = label.source.position(label.span.start);
            let name = visible(&label.source.name);
            format!("{name}:{line}:{column}: {message}")
        }
        None => message.into_owned(),
    }
}

/// An excerpt with its marks; the first is the place to mend where `primary` says so.
fn snippet<'a>(excerpt: &'a Excerpt<'a>, primary: bool) -> Snippet<'a, Annotation<'a>> {
    let marks = excerpt.marks.iter().enumerate().map(|(i, (range, text))| {
        let kind = if primary && i == 0 {
            AnnotationKind::Primary
        } else {
            AnnotationKind::Context
        };
        kind.span(range.clone())
            .label((!text.is_empty()).then(|| visible(text)))
    });
    Snippet::source(excerpt.text.as_str())
        .path(visible(excerpt.name))
        .line_start(excerpt.first_line)
        .annotations(marks)
}

/// The labels by their sources, the primary label's source first, otherwise in order of appearance.
fn by_source(diagnostic: &Diagnostic) -> Vec<(&Arc<Source>, Vec<&Label>)> {
    let mut groups: Vec<(&Arc<Source>, Vec<&Label>)> = Vec::new();
    for label in diagnostic.primary.iter().chain(&diagnostic.secondary) {
        match groups
            .iter_mut()
            .find(|(s, _)| Arc::ptr_eq(s, &label.source))
        {
            Some((_, labels)) => labels.push(label),
            None => groups.push((&label.source, vec![label])),
        }
    }
    groups
}

fn errors_first(list: &[Diagnostic]) -> Vec<&Diagnostic> {
    let mut ordered: Vec<&Diagnostic> = list.iter().collect();
    ordered.sort_by_key(|d| d.severity);
    ordered
}

/// `error: 3 errors, 1 warning in cluster.json`
fn last_line(list: &[Diagnostic], paint: Paint) -> String {
    let errors = list
        .iter()
        .filter(|d| d.severity == Severity::Error)
        .count();
    let warnings = list.len() - errors;
    let mut counts = Vec::new();
    if errors > 0 {
        counts.push(count(errors as u64, "error"));
    }
    if warnings > 0 {
        counts.push(count(warnings as u64, "warning"));
    }
    let word = match (errors, warnings) {
        (0, 0) => return String::new(),
        (0, _) => paint.open("warning"),
        _ => paint.bad("error"),
    };
    format!("{word}: {}{}\n", counts.join(", "), whereabouts(list))
}

/// ` in cluster.json`, ` in 3 files`, or nothing where no place is known.
fn whereabouts(list: &[Diagnostic]) -> String {
    let mut names: Vec<&str> = list
        .iter()
        .filter_map(|d| d.primary.as_ref())
        .map(|l| l.source.name.as_str())
        .collect();
    names.sort_unstable();
    names.dedup();
    match names.as_slice() {
        [] => String::new(),
        [name] => format!(" in {}", visible(name)),
        [first, second] => format!(" in {} and {}", visible(first), visible(second)),
        more => format!(" in {} files", more.len()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::codes::Code;
    use crate::language::source::Span;

    fn unknown_object() -> Diagnostic {
        let plan = Source::new(
            "plan.json",
            "{\n  \"steps\": [\n    \"move(EVS1, Nodee2)\"\n  ]\n}\n",
        );
        let cluster = Source::new("cluster.json", "{ \"objects\": {} }\n");
        Diagnostic::error(Code::UnknownObject, "no object is called `Nodee2`")
            .at(&plan, Span::new(31, 37), "not in the cluster")
            .also(&cluster, Span::new(2, 11), "the objects")
            .help("did you mean `Node2`?")
    }

    #[test]
    fn a_diagnostic_names_code_place_source_and_help() {
        let text = render(&[unknown_object()], Paint::PLAIN);
        assert_eq!(
            text,
            "\
error[C0004]: no object is called `Nodee2`
 --> plan.json:3:17
  |
3 |     \"move(EVS1, Nodee2)\"
  |                 ^^^^^^ not in the cluster
  |
 ::: cluster.json:1:3
  |
1 | { \"objects\": {} }
  |   --------- the objects
  |
  = help: did you mean `Node2`?

error: 1 error in plan.json
"
        );
    }

    #[test]
    fn colours_appear_only_where_they_are_asked_for() {
        assert!(!render(&[unknown_object()], Paint::PLAIN).contains('\u{1b}'));
        assert!(render(&[unknown_object()], Paint::new(true)).contains('\u{1b}'));
    }

    #[test]
    fn errors_come_before_warnings_and_both_are_counted() {
        let source = Source::new("cluster.json", "{}");
        let warning =
            Diagnostic::warning(Code::NeverEnabled, "second").at(&source, Span::new(0, 1), "");
        let error = Diagnostic::error(Code::UnknownKey, "first").at(&source, Span::new(0, 1), "");
        let text = render(&[warning, error.clone(), error], Paint::PLAIN);
        assert!(text.find("first").unwrap() < text.find("second").unwrap());
        assert!(text.ends_with("\nerror: 2 errors, 1 warning in cluster.json\n"));
    }

    #[test]
    fn a_mistake_without_a_place_is_told_all_the_same() {
        let text = render(
            &[Diagnostic::error(Code::FileNotRead, "cannot read `x.json`")],
            Paint::PLAIN,
        );
        assert_eq!(
            text,
            "error[F0001]: cannot read `x.json`\n\nerror: 1 error\n"
        );
    }

    #[test]
    fn thousands_of_mistakes_are_cut_short_and_counted() {
        let list = vec![unknown_object(); 1_000];
        let text = render(&list, Paint::PLAIN);
        assert_eq!(text.matches("error[C0004]").count(), SHOWN);
        assert!(text.contains("… and 950 more"));
        assert!(text.ends_with("error: 1,000 errors in plan.json\n"));
    }

    #[test]
    fn control_characters_of_a_source_never_reach_the_terminal() {
        let source = Source::new("a\u{1b}]0;b", "x\u{1b}[2J\u{9b}y\r\n\u{202e}z");
        let text = render(
            &[
                Diagnostic::error(Code::UnexpectedCharacter, "here: `\u{1b}`")
                    .at(&source, Span::new(0, 4), "\u{1b}[31m")
                    .help("\u{7}"),
            ],
            Paint::PLAIN,
        );
        assert!(
            text.chars().all(|c| c == '\n' || !c.is_control()),
            "{text:?}"
        );
    }

    #[test]
    fn a_long_line_is_cut_to_the_place() {
        let line = format!("{}needle{}", "é".repeat(50_000), "x".repeat(50_000));
        let source = Source::new("long.json", format!("first\n{line}\n"));
        let text = one(
            &Diagnostic::error(Code::JsonSyntax, "bad").at(
                &source,
                Span::new(100_006, 100_012),
                "here",
            ),
            Paint::PLAIN,
        );
        assert!(text.contains("long.json:2:50001"), "{text}");
        assert!(text.contains("needle"));
        assert!(text.contains("^^^^^^ here"));
        assert!(text.len() < 1_000);
    }

    #[test]
    fn no_span_is_too_wrong_to_be_drawn() {
        let texts = [
            "",
            "a",
            "é\n東京\n\nx",
            "a\r\nb\r\n",
            "\n\n\n",
            "\u{1b}\t\u{0}é",
        ];
        for text in texts {
            let source = Source::new("s", text);
            for start in 0..14 {
                for end in 0..14 {
                    let diagnostic = Diagnostic::error(Code::UnexpectedToken, "m")
                        .at(&source, Span::new(start, end), "p")
                        .also(&source, Span::new(end, start), "s")
                        .also(&source, Span::new(u32::MAX, u32::MAX), "");
                    assert!(one(&diagnostic, Paint::PLAIN).contains("error[R0004]"));
                }
            }
        }
    }

    #[test]
    fn a_span_over_many_lines_is_shown_by_its_first() {
        let source = Source::new("s", "line\n".repeat(5_000));
        let text = one(
            &Diagnostic::error(Code::UnexpectedToken, "m").at(
                &source,
                Span::new(5, 24_000),
                "all this",
            ),
            Paint::PLAIN,
        );
        assert!(text.lines().count() < 10, "{text}");
    }
}
