//! Texts with expressions in braces. Reads them in place, so that what is told about an expression points into the text.

use super::{Parser, parse_nested_expression};
use crate::language::codes::Code;
use crate::language::diagnostic::Diagnostic;
use crate::language::source::Span;
use crate::language::syntax::{Template, TemplatePart};

/// What a text is made of while it is read.
#[derive(Default)]
struct Parts {
    done: Vec<TemplatePart>,
    text: String,
}

impl Parts {
    fn expr(&mut self, part: TemplatePart) {
        self.flush();
        self.done.push(part);
    }

    fn flush(&mut self) {
        if !self.text.is_empty() {
            self.done
                .push(TemplatePart::Text(std::mem::take(&mut self.text)));
        }
    }
}

impl Parser<'_> {
    /// The text in `span` with its quotes, `inner` without them.
    pub(super) fn template_in(&mut self, span: Span, inner: Span) -> Template {
        let text = self.source.slice(inner);
        let mut parts = Parts::default();
        let told = self.diagnostics.list.len();
        let mut at = 0;
        while let Some(c) = text[at..].chars().next() {
            let rest = &text[at..];
            let start = inner.start + offset(at);
            if rest.starts_with("{{") || rest.starts_with("}}") {
                parts.text.push(c);
                at += 2;
            } else if c == '{' {
                let Some(length) = expression_length(&rest[1..]) else {
                    self.bad_template(start, "`{` is not closed in this text", "{{");
                    break;
                };
                parts.expr(self.inserted(Span::new(start + 1, start + 1 + offset(length))));
                at += length + 2;
            } else if c == '}' {
                if self.diagnostics.list.len() == told {
                    self.bad_template(start, "`}` without a `{` before it", "}}");
                }
                at += 1;
            } else if c == '\\' {
                at += self.escape(rest, start, &mut parts.text);
            } else {
                parts.text.push(c);
                at += c.len_utf8();
            }
        }
        parts.flush();
        Template {
            parts: parts.done,
            span,
        }
    }

    fn inserted(&mut self, place: Span) -> TemplatePart {
        if self.source.slice(place).trim().is_empty() {
            self.report(
                Diagnostic::error(Code::BadTemplate, "nothing between the braces")
                    .at(
                        self.source,
                        Span::new(place.start - 1, place.end + 1),
                        "expected an expression",
                    )
                    .help("write `{{}}` for braces as they are"),
            );
            return TemplatePart::Expr(self.broken());
        }
        let (expr, told) = parse_nested_expression(self.source, place, self.depth);
        // The text is one thing to mend.
        self.diagnostics.list.extend(told.list.into_iter().take(1));
        TemplatePart::Expr(expr)
    }

    fn bad_template(&mut self, start: u32, message: &str, escaped: &str) {
        self.report(
            Diagnostic::error(Code::BadTemplate, message)
                .at(self.source, Span::new(start, start + 1), "does not match")
                .help(format!("write `{escaped}` for a brace as it is")),
        );
    }

    /// A backslash and what it escapes; how many bytes they are.
    fn escape(&mut self, rest: &str, start: u32, text: &mut String) -> usize {
        let escaped = rest.chars().nth(1);
        let length = 1 + escaped.map_or(0, char::len_utf8);
        if let Some(c @ ('"' | '\\')) = escaped {
            text.push(c);
            return length;
        }
        let place = Span::new(start, start + offset(length));
        self.report(
            Diagnostic::error(
                Code::UnexpectedCharacter,
                format!("`{}` is not known in a text", self.source.slice(place)),
            )
            .at(self.source, place, "escapes nothing")
            .help("write `\\\\` for a backslash, and `\\\"` for a quote"),
        );
        text.extend(escaped);
        length
    }
}

/// How far the expression goes, up to the brace that closes the text's; a set has braces of its own.
fn expression_length(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for (index, c) in text.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => return Some(index),
            '}' => depth -= 1,
            _ => {}
        }
    }
    None
}

fn offset(bytes: usize) -> u32 {
    u32::try_from(bytes).unwrap_or(u32::MAX)
}
