//! A JSON text whose texts say what they mean: escapes are resolved in place, and every place stays what it was.
//!
//! The language reads steps and conditions out of plan files by their places. What an escape stands for is never longer
//! than the escape, so the resolved text fits between the same quotes, filled up with spaces.

use std::sync::Arc;

use crate::language::source::Source;

use super::json::{Json, JsonKind};

/// The resolved text; the very same source where nothing is escaped.
pub(super) fn unescaped(source: &Arc<Source>, json: &Json) -> Arc<Source> {
    let mut parts = Parts {
        original: &source.text,
        resolved: String::new(),
        done: 0,
    };
    parts.value(json);
    if parts.done == 0 {
        return source.clone();
    }
    let Parts {
        mut resolved, done, ..
    } = parts;
    resolved.push_str(source.text.get(done..).unwrap_or_default());
    Source::new(source.name.clone(), resolved)
}

struct Parts<'a> {
    original: &'a str,
    resolved: String,
    /// How much of the original is in `resolved`.
    done: usize,
}

impl Parts<'_> {
    fn value(&mut self, json: &Json) {
        match &json.kind {
            JsonKind::String(text) if !text.verbatim => {
                let (start, end) = (
                    json.span.start as usize + 1,
                    (json.span.end as usize).saturating_sub(1),
                );
                let Some(before) = self.original.get(self.done..start) else {
                    return;
                };
                self.resolved.push_str(before);
                // A line break here would shift the lines of everything below.
                self.resolved.extend(
                    text.text
                        .chars()
                        .map(|c| if c.is_control() { ' ' } else { c }),
                );
                self.resolved.extend(std::iter::repeat_n(
                    ' ',
                    end.saturating_sub(self.resolved.len()),
                ));
                self.done = end;
            }
            JsonKind::Array(elements) => elements.iter().for_each(|element| self.value(element)),
            JsonKind::Object(members) => members.iter().for_each(|(_, value)| self.value(value)),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::json;

    #[test]
    fn escapes_are_resolved_and_places_stay() {
        let source = Source::new("p", r#"{"a": ["m(\u0041\"é\n)", 1, "x\\"], "b": "y"}"#);
        let resolved = unescaped(&source, &json::read(&source, "a plan").0.unwrap());
        assert_eq!(
            resolved.text,
            "{\"a\": [\"m(A\"é )       \", 1, \"x\\ \"], \"b\": \"y\"}"
        );
        assert_eq!(resolved.text.len(), source.text.len());
        assert_eq!(resolved.text.find("\"y\""), source.text.find("\"y\""));
    }

    #[test]
    fn a_text_without_escapes_is_its_own_resolution() {
        let source = Source::new("p", r#"["é"]"#);
        assert!(Arc::ptr_eq(
            &source,
            &unescaped(&source, &json::read(&source, "a plan").0.unwrap())
        ));
    }
}
