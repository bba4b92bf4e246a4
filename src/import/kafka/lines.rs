//! Lines of text as Kafka's tools print them: `Key: value`, with tabs between, or spaces where they were copied from a terminal.

use std::sync::Arc;

use crate::import::found::Read;
use crate::language::codes::Code;
use crate::language::diagnostic::Diagnostic;
use crate::language::source::{Source, Span};

/// A piece of an output.
#[derive(Clone, Copy, Debug)]
pub struct Piece<'a> {
    /// The output.
    pub source: &'a Arc<Source>,
    /// The text.
    pub text: &'a str,
    /// Its first byte.
    start: usize,
}

impl<'a> Piece<'a> {
    /// All lines that say something: no blank ones, and none of those that loggers put between.
    ///
    /// # Errors
    /// Where the text ends within a line: it was cut off.
    pub fn lines(source: &'a Arc<Source>) -> Read<Vec<Self>> {
        let text = source.text.as_str();
        let mut lines = Vec::new();
        let mut start = 0;
        for line in text.split_inclusive('\n') {
            let piece = Self {
                source,
                text: line.trim_end(),
                start,
            };
            start += line.len();
            if piece.text.is_empty() || is_logged(piece.text) {
                continue;
            }
            if !line.ends_with('\n') {
                let message = "the text ends within a line: it was cut off";
                return Err(Box::new(
                    Diagnostic::error(Code::OtherOutput, message)
                        .at(source, piece.span(), "the last line")
                        .help("record it anew; where it is whole, end it with a new line"),
                ));
            }
            lines.push(piece);
        }
        Ok(lines)
    }

    /// Where it is.
    pub fn span(self) -> Span {
        let place = |byte: usize| u32::try_from(byte).unwrap_or(u32::MAX);
        Span::new(place(self.start), place(self.start + self.text.len()))
    }

    /// What is between white space.
    pub fn words(self) -> impl Iterator<Item = Self> {
        let begin = self.text.as_ptr() as usize;
        self.text.split_whitespace().map(move |text| Self {
            text,
            start: self.start + (text.as_ptr() as usize - begin),
            ..self
        })
    }

    /// A part of it.
    fn part(self, from: usize, to: usize) -> Self {
        let text = self.text.get(from..to).unwrap_or_default();
        let blank = text.len() - text.trim_start().len();
        Self {
            text: text.trim(),
            start: self.start + from + blank,
            ..self
        }
    }

    /// The values of a line of keys. `last` is the key whose value is the rest of the line. A value of none of the keys, and a
    /// key that is there twice, are wrong.
    pub fn fields(self, keys: &[&'static str], last: &str) -> Read<Fields<'a>> {
        let mut found: Vec<(&'static str, usize, usize)> = Vec::new();
        for word in self.words() {
            let at = word.start - self.start;
            if !word.text.ends_with(':') || found.last().is_some_and(|(key, ..)| *key == last) {
                continue;
            }
            let end = at + word.text.len();
            let fits = |key: &&&'static str| {
                let begin = self.text[..end].strip_suffix(**key);
                begin.is_some_and(|text| text.is_empty() || text.ends_with(char::is_whitespace))
            };
            // `Adding Replicas:` ends as `Replicas:` does.
            let key = keys.iter().filter(fits).max_by_key(|key| key.len());
            let Some(key) = key else {
                return Err(word.wrong(format!("`{}` is no key of this line", word.text)));
            };
            if found.iter().any(|(known, ..)| known == key) {
                return Err(word.wrong(format!("`{key}` is there twice in this line")));
            }
            found.push((*key, end - key.len(), end));
        }
        let begin = found
            .first()
            .map_or(self.text.len(), |(_, begin, _)| *begin);
        let before = self.part(0, begin);
        if !before.text.is_empty() {
            return Err(before.wrong("this is no line of Kafka's tools".to_owned()));
        }
        let ends = found
            .iter()
            .skip(1)
            .map(|(_, begin, _)| *begin)
            .chain([self.text.len()]);
        let values = found
            .iter()
            .zip(ends)
            .map(|((key, _, from), to)| (*key, self.part(*from, to)));
        Ok(Fields {
            line: self,
            values: values.collect(),
        })
    }

    /// Numbers with commas between.
    pub fn numbers(self) -> Read<Vec<u32>> {
        let list = self
            .text
            .split(',')
            .map(str::trim)
            .filter(|text| !text.is_empty());
        list.map(|text| text.parse().ok())
            .collect::<Option<Vec<u32>>>()
            .ok_or_else(|| self.wrong(format!("`{}` is no list of node ids", self.text)))
    }

    /// A number.
    pub fn number<T: std::str::FromStr>(self) -> Read<T> {
        self.text
            .parse()
            .map_err(|_| self.wrong(format!("`{}` is no number", self.text)))
    }

    /// The diagnostic that something else was expected here.
    pub fn wrong(self, message: String) -> Box<Diagnostic> {
        Box::new(Diagnostic::error(Code::OtherOutput, message).at(self.source, self.span(), ""))
    }
}

/// The keys of a line with their values.
pub struct Fields<'a> {
    /// The line.
    pub line: Piece<'a>,
    values: Vec<(&'static str, Piece<'a>)>,
}

impl<'a> Fields<'a> {
    /// The value of a key, if it is there.
    pub fn get(&self, key: &str) -> Option<Piece<'a>> {
        self.values
            .iter()
            .find(|(known, _)| *known == key)
            .map(|(_, value)| *value)
    }

    /// The value of a key that must be there.
    pub fn need(&self, key: &str) -> Read<Piece<'a>> {
        self.get(key)
            .ok_or_else(|| self.line.wrong(format!("`{key}` is missing in this line")))
    }
}

/// `[2024-08-13 00:12:27,203] WARN [AdminClient …] …`, where standard error went into the same file. What is worse than a
/// warning is no such line: the output may not be whole.
fn is_logged(line: &str) -> bool {
    let dated = line.starts_with('[') && line[1..].starts_with(|c: char| c.is_ascii_digit());
    let after = line.split_once("] ").map_or("", |(_, after)| after);
    dated
        && ["WARN ", "INFO ", "DEBUG "]
            .iter()
            .any(|level| after.starts_with(level))
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEYS: [&str; 4] = ["Topic:", "Replicas:", "Adding Replicas:", "Configs:"];

    fn only(text: &str) -> (Arc<Source>, usize) {
        let source = Source::new("x", text);
        let count = Piece::lines(&source).unwrap_or_default().len();
        (source, count)
    }

    #[test]
    fn fields_are_told_with_tabs_and_with_spaces() {
        for text in [
            "\tTopic: a\tReplicas: 1,2\tAdding Replicas: \tConfigs: x=y: z\n",
            "  Topic: a Replicas: 1,2  Adding Replicas:  Configs: x=y: z\n",
        ] {
            let (source, _) = only(text);
            let lines = Piece::lines(&source).unwrap_or_default();
            let fields = lines[0]
                .fields(&KEYS, "Configs:")
                .unwrap_or_else(|d| panic!("{d:?}"));
            let value = |key| fields.need(key).map(|piece| piece.text).unwrap_or("?");
            assert_eq!(value("Topic:"), "a");
            assert_eq!(value("Adding Replicas:"), "");
            assert_eq!(value("Configs:"), "x=y: z");
            let replicas = fields.need("Replicas:").and_then(Piece::numbers);
            assert_eq!(replicas.unwrap_or_default(), [1, 2]);
            let at = fields.get("Replicas:").map(Piece::span).unwrap_or_default();
            assert_eq!(source.slice(at), "1,2");
        }
    }

    #[test]
    fn what_is_logged_is_passed_over_and_what_is_cut_off_is_not() {
        let logged = "[2024-08-13 00:12:27,203] WARN [AdminClient clientId=a] no.\n\nTopic: a\n";
        assert_eq!(only(logged).1, 1);
        assert_eq!(only("[2024-08-13 00:12:27,203] ERROR no.\n").1, 1);
        let (source, _) = only("Topic: a\nTopic: b");
        assert!(Piece::lines(&source).is_err());
    }

    #[test]
    fn what_is_no_key_is_told() {
        for text in ["x Topic: a\n", "Topic: a Topik: b\n", "Topic: a Topic: b\n"] {
            let (source, _) = only(text);
            let lines = Piece::lines(&source).unwrap_or_default();
            assert!(lines[0].fields(&KEYS, "Configs:").is_err(), "{text}");
        }
    }
}
