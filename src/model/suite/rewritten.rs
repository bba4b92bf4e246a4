//! A suite with other expectations, as its author formatted it: only the values that change are written anew.

use crate::language::source::Span;

use super::Verdict;

/// What a suite should say instead of a value that it expects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// Where the value stands.
    pub span: Span,
    /// The new value as JSON; none where there is nothing to expect any more.
    pub value: Option<String>,
}

/// What can be expected, as JSON.
pub trait Json {
    /// The text in a suite.
    fn json(&self) -> String;
}

impl Json for Verdict {
    fn json(&self) -> String {
        format!("\"{}\"", self.text())
    }
}

impl Json for u64 {
    fn json(&self) -> String {
        self.to_string()
    }
}

impl Json for String {
    fn json(&self) -> String {
        serde_json::Value::from(self.as_str()).to_string()
    }
}

/// The text with the edits made. An expectation that has nothing left in it gets the verdict that `otherwise` gives for its
/// place, for a case must expect something.
#[must_use]
pub fn rewritten(text: &str, edits: &[Edit], otherwise: &[(Span, Verdict)]) -> String {
    let mut edits: Vec<&Edit> = edits.iter().collect();
    edits.sort_by_key(|edit| std::cmp::Reverse(edit.span.start));
    let mut left: Vec<&(Span, Verdict)> = otherwise.iter().collect();
    left.sort_by_key(|(span, _)| std::cmp::Reverse(span.start));
    let mut left = left.into_iter().peekable();
    let mut text = text.to_owned();
    // From the end to the beginning, so that the places of what is still to be edited stay true.
    for edit in edits {
        while let Some((span, verdict)) = left.next_if(|(span, _)| span.start > edit.span.start) {
            fill(&mut text, *span, *verdict);
        }
        let (start, end) = (edit.span.start as usize, edit.span.end as usize);
        match &edit.value {
            Some(value) => text.replace_range(start..end, value),
            None => remove(&mut text, start, end),
        }
    }
    for (span, verdict) in left {
        fill(&mut text, *span, *verdict);
    }
    text
}

/// Takes a member of an object away, with its key and one comma, and an object that has no other member with it.
fn remove(text: &mut String, start: usize, end: usize) {
    let before = text[..start].trim_end();
    let key = before.strip_suffix(':').unwrap_or(before).trim_end();
    let start = opening_quote(key);
    let before = text[..start].trim_end();
    let after = text[end..].trim_start();
    if before.ends_with(',') {
        let from = before.len() - 1;
        text.replace_range(from..end, "");
    } else if let Some(rest) = after.strip_prefix(',') {
        let to = text.len() - rest.trim_start().len();
        text.replace_range(start..to, "");
    } else if before.ends_with('{')
        && before[..before.len() - 1].trim_end().ends_with(':')
        && after.starts_with('}')
        && !is_expectation(before)
    {
        let (from, to) = (before.len() - 1, text.len() - after.len() + 1);
        remove(text, from, to);
    } else {
        text.replace_range(start..end, "");
    }
}

/// Whether what ends with this opening brace is the `expect` of a case, which stays.
fn is_expectation(before: &str) -> bool {
    let before = before.trim_end_matches('{').trim_end();
    let before = before.trim_end_matches(':').trim_end();
    before.ends_with("\"expect\"")
}

/// Where the string begins that the text ends with.
fn opening_quote(text: &str) -> usize {
    let mut end = text.len().saturating_sub(1);
    while let Some(quote) = text[..end].rfind('"') {
        let escapes = text[..quote].chars().rev().take_while(|c| *c == '\\');
        if escapes.count() % 2 == 0 {
            return quote;
        }
        end = quote;
    }
    0
}

/// Puts a verdict into an expectation that begins at this place and has nothing in it.
fn fill(text: &mut String, span: Span, verdict: Verdict) {
    let start = span.start as usize;
    let Some(inside) = text[start..].strip_prefix('{') else {
        return;
    };
    let rest = inside.trim_start();
    if rest.starts_with('}') {
        let end = text.len() - rest.len();
        let member = format!(" \"verdict\": {} ", verdict.json());
        text.replace_range(start + 1..end, &member);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The text with what stands between « and » replaced, or removed.
    fn edited(marked: &str, values: &[Option<&str>]) -> String {
        let mut text = String::new();
        let mut edits = Vec::new();
        let mut values = values.iter();
        let mut start = 0;
        for c in marked.chars() {
            let here = u32::try_from(text.len()).unwrap();
            match c {
                '«' => start = here,
                '»' => edits.push(Edit {
                    span: Span::new(start, here),
                    value: values.next().unwrap().map(str::to_owned),
                }),
                c => text.push(c),
            }
        }
        let place = text.find("{ \"expect").map_or(0, |at| at + 12);
        let place = u32::try_from(place).unwrap();
        let expect = [(Span::new(place, place), Verdict::Violated)];
        rewritten(&text, &edits, &expect)
    }

    #[test]
    fn values_are_replaced_and_nothing_else() {
        assert_eq!(
            edited(
                "{ \"a\" :  «12» ,\n \"b\": «\"holds\"» }",
                &[Some("7"), Some("\"violated\"")]
            ),
            "{ \"a\" :  7 ,\n \"b\": \"violated\" }"
        );
    }

    #[test]
    fn members_go_with_their_comma() {
        assert_eq!(edited("{ \"a\": «1», \"b\": 2 }", &[None]), "{ \"b\": 2 }");
        assert_eq!(edited("{ \"a\": 1, \"b\": «2» }", &[None]), "{ \"a\": 1 }");
        assert_eq!(
            edited("{ \"a\": 1, \"b\\\"c\" : «2», \"d\": 3 }", &[None]),
            "{ \"a\": 1, \"d\": 3 }"
        );
        assert_eq!(
            edited("{ \"a\": «1», \"b\": «2», \"c\": 3 }", &[None, None]),
            "{ \"c\": 3 }"
        );
    }

    #[test]
    fn an_object_goes_with_its_last_member() {
        assert_eq!(
            edited(
                "{ \"x\": { \"a\": «1», \"b\": «2» }, \"y\": 3 }",
                &[None, None]
            ),
            "{ \"y\": 3 }"
        );
    }

    #[test]
    fn an_expectation_is_never_left_empty() {
        assert_eq!(
            edited("{ \"expect\": { \"cost\": «12» } }", &[None]),
            "{ \"expect\": { \"verdict\": \"violated\" } }"
        );
        assert_eq!(
            edited(
                "{ \"expect\": { \"trace_steps\": { \"safe\": «12» } } }",
                &[None]
            ),
            "{ \"expect\": { \"verdict\": \"violated\" } }"
        );
    }
}
