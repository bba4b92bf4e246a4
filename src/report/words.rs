//! Small things in words: numbers, durations, sizes, and text that a stranger wrote. Knows no answer.

use std::borrow::Cow;
use std::fmt::Write as _;

use crate::search::budget::Stop;

/// The widest line that reports write, where the words allow it.
pub const WIDTH: usize = 100;

/// The text with nothing in it that could drive a terminal: control characters as their pictures, and the marks that
/// turn the direction of writing as the replacement character. Line ends count as control characters.
#[must_use]
pub fn visible(text: &str) -> Cow<'_, str> {
    if text.chars().all(|c| shown(c) == c) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().map(shown).collect())
}

/// What stands for a character on a terminal; the character itself where it is harmless.
#[must_use]
pub fn shown(c: char) -> char {
    match c {
        '\u{0}'..='\u{1f}' => char::from_u32(0x2400 + c as u32).unwrap_or('\u{fffd}'),
        '\u{7f}' => '\u{2421}',
        '\u{80}'..='\u{9f}' => '\u{fffd}',
        // Line separators, and what overrides, embeds or isolates a direction of writing.
        '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => '\u{fffd}',
        _ => c,
    }
}

/// `12,345`
#[must_use]
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `1 state`, `2 states`, `3 properties`
#[must_use]
pub fn count(number: u64, noun: &str) -> String {
    if number == 1 {
        return format!("1 {noun}");
    }
    let number = grouped(number);
    match noun.strip_suffix('y') {
        Some(stem) => format!("{number} {stem}ies"),
        None => format!("{number} {noun}s"),
    }
}

/// How long: `0 min`, `30 s`, `2 min`, `1 min 30 s`, `1 h 05 min`, `2 d 3 h`.
#[must_use]
pub fn duration(seconds: u64) -> String {
    let (d, h, min, s) = (
        seconds / 86_400,
        seconds / 3_600 % 24,
        seconds / 60 % 60,
        seconds % 60,
    );
    let mut text = String::new();
    // Writing to a text cannot fail.
    let _ = match (d, h, min, s) {
        (0, 0, 0, 0) => write!(text, "0 min"),
        (0, 0, 0, s) => write!(text, "{s} s"),
        (0, 0, min, 0) => write!(text, "{min} min"),
        (0, 0, min, s) => write!(text, "{min} min {s:02} s"),
        (0, h, 0, 0) => write!(text, "{h} h"),
        (0, h, min, 0) => write!(text, "{h} h {min:02} min"),
        (0, h, min, s) => write!(text, "{h} h {min:02} min {s:02} s"),
        (d, 0, 0, 0) => write!(text, "{d} d"),
        (d, h, 0, 0) => write!(text, "{d} d {h} h"),
        (d, h, min, _) => write!(text, "{d} d {h} h {min:02} min"),
    };
    text
}

/// When, on a clock that begins at 0: `1:05`, or `1:05:30` where seconds matter.
#[must_use]
pub fn clock(seconds: u64, with_seconds: bool) -> String {
    let (h, min, s) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    if with_seconds {
        format!("{h}:{min:02}:{s:02}")
    } else {
        format!("{h}:{min:02}")
    }
}

/// `85 MB`, in powers of 1000 as disk makers and most tools count.
#[must_use]
pub fn bytes(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{} kB", bytes / 1_000),
        1_000_000..1_000_000_000 => format!("{} MB", bytes / 1_000_000),
        _ => format!("{}.{} GB", bytes / 1_000_000_000, bytes / 100_000_000 % 10),
    }
}

/// What ended a search early, as the user asked for it.
#[must_use]
pub const fn stop(stop: Stop) -> &'static str {
    match stop {
        Stop::States => "--max-states",
        Stop::Memory => "--max-memory",
        Stop::Time => "--timeout",
        Stop::Interrupted => "Ctrl-C",
        Stop::NodeSize => "the number of states between two steps",
        Stop::ModelSize => "the size of the model",
    }
}

/// Packs pieces into lines of at most [`WIDTH`] characters, the first line beginning after `indent` characters, and each
/// further line indented by as many blanks. A piece is never broken.
#[must_use]
pub fn flow(pieces: &[String], separator: &str, indent: usize) -> String {
    let mut text = String::new();
    let mut column = indent;
    for (i, piece) in pieces.iter().enumerate() {
        let width = piece.chars().count();
        if i > 0 {
            if column + separator.chars().count() + width > WIDTH {
                text.push_str(separator.trim_end());
                text.push('\n');
                text.push_str(&" ".repeat(indent));
                column = indent;
            } else {
                text.push_str(separator);
                column += separator.chars().count();
            }
        }
        text.push_str(piece);
        column += width;
    }
    text
}

/// Breaks a text at its blanks into lines of at most [`WIDTH`] characters, as [`flow`] does.
#[must_use]
pub fn wrapped(text: &str, indent: usize) -> String {
    let words: Vec<String> = text
        .split_whitespace()
        .map(|word| visible(word).into_owned())
        .collect();
    flow(&words, " ", indent)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_and_counted() {
        assert_eq!(grouped(0), "0");
        assert_eq!(grouped(999), "999");
        assert_eq!(grouped(1_234_567), "1,234,567");
        assert_eq!(count(1, "property"), "1 property");
        assert_eq!(count(5_000, "property"), "5,000 properties");
        assert_eq!(count(0, "state"), "0 states");
    }

    #[test]
    fn durations_say_what_matters_and_no_more() {
        let cases = [
            (0, "0 min"),
            (30, "30 s"),
            (120, "2 min"),
            (90, "1 min 30 s"),
            (3_600, "1 h"),
            (3_900, "1 h 05 min"),
            (3_661, "1 h 01 min 01 s"),
            (86_400, "1 d"),
            (97_200, "1 d 3 h"),
            (97_260, "1 d 3 h 01 min"),
        ];
        for (seconds, text) in cases {
            assert_eq!(duration(seconds), text);
        }
        assert_eq!(clock(3_900, false), "1:05");
        assert_eq!(clock(3_901, true), "1:05:01");
    }

    #[test]
    fn no_character_that_drives_a_terminal_is_left() {
        assert_eq!(visible("a\u{1b}[31mb\r\n"), "a␛[31mb␍␊");
        assert_eq!(visible("\u{202e}x\u{9b}\u{7f}"), "\u{fffd}x\u{fffd}␡");
        assert!(matches!(visible("Zürich → 東京"), Cow::Borrowed(_)));
    }

    #[test]
    fn lines_are_broken_between_words_only() {
        let text = wrapped(&"word ".repeat(60), 4);
        assert!(text.lines().count() > 2);
        assert!(text.lines().all(|l| l.chars().count() <= WIDTH));
        assert!(text.lines().skip(1).all(|l| l.starts_with("    word")));
        let long = "x".repeat(300);
        assert_eq!(wrapped(&long, 4), long);
    }

    #[test]
    fn sizes_have_a_unit_that_fits() {
        assert_eq!(bytes(999), "999 B");
        assert_eq!(bytes(85_400_000), "85 MB");
        assert_eq!(bytes(2_140_000_000), "2.1 GB");
    }
}
