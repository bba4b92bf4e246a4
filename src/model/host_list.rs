//! Host lists, the notation of cluster shells: `rack[1-2]-node[01-10]`. Knows names, not objects.

use std::ops::Range;

/// How many characters a name may have.
const MAX_NAME: usize = 255;
/// Numbers have at most so many digits, which keeps them inside 64 bits.
const MAX_DIGITS: usize = 18;

/// A host list that was read but not expanded: it costs no more memory than its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostList<'a> {
    parts: Vec<Part<'a>>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part<'a> {
    Text(&'a str),
    Numbers(Vec<Numbers>),
}

/// `01-10`, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Numbers {
    from: u64,
    to: u64,
    /// Shorter numbers are filled with zeros to so many digits.
    width: usize,
}

impl Numbers {
    const fn count(self) -> u64 {
        self.to - self.from + 1
    }
}

/// Why a host list cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Malformed {
    /// What is wrong, as the end of a sentence.
    pub problem: &'static str,
    /// Where, in bytes of the text.
    pub range: Range<usize>,
    /// What is wrong: a name, or how a list of names is written.
    pub flaw: Flaw,
}

/// What is wrong with a host list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// Its brackets.
    Brackets,
    /// It cannot be a name, with brackets or without.
    Name,
}

impl<'a> HostList<'a> {
    /// Reads a name or a list of names.
    ///
    /// # Errors
    /// Where the text is empty or has characters that no name has, or its brackets are not lists of numbers and ranges.
    pub fn parse(text: &'a str) -> Result<Self, Malformed> {
        if text.is_empty() {
            return Err(no_name("a name cannot be empty", 0..0));
        }
        for (at, c) in text.char_indices() {
            if let Some(problem) = forbidden(c) {
                return Err(no_name(problem, at..at + c.len_utf8()));
            }
        }
        let mut parts = Vec::new();
        let mut at = 0;
        while let Some(found) = text[at..].find(['[', ']']) {
            let open = at + found;
            if text.as_bytes()[open] == b']' {
                return Err(malformed("no `[` opens this", open..open + 1));
            }
            if open > at {
                parts.push(Part::Text(&text[at..open]));
            }
            let Some(length) = text[open..].find(']') else {
                return Err(malformed("no `]` closes this", open..open + 1));
            };
            parts.push(Part::Numbers(bracket(text, open + 1..open + length)?));
            at = open + length + 1;
        }
        if at < text.len() {
            parts.push(Part::Text(&text[at..]));
        }
        let list = Self { parts };
        if list.longest_name() > MAX_NAME {
            return Err(no_name("a name has at most 255 characters", 0..text.len()));
        }
        Ok(list)
    }

    /// How many names the list stands for; the largest number where it is beyond counting.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.parts.iter().fold(1, |count: u64, part| match part {
            Part::Text(_) => count,
            Part::Numbers(numbers) => {
                let own = numbers
                    .iter()
                    .fold(0, |sum: u64, n| sum.saturating_add(n.count()));
                count.saturating_mul(own)
            }
        })
    }

    /// The names in order, the last bracket changing fastest. Callers look at [`HostList::count`] first.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        let mut names = vec![String::new()];
        for part in &self.parts {
            names = match part {
                Part::Text(text) => names.into_iter().map(|name| name + text).collect(),
                Part::Numbers(numbers) => extended(&names, numbers),
            };
        }
        names
    }

    fn longest_name(&self) -> usize {
        let longest = |part: &Part<'_>| match part {
            Part::Text(text) => text.chars().count(),
            Part::Numbers(numbers) => numbers
                .iter()
                .map(|n| n.width.max(n.to.to_string().len()))
                .max()
                .unwrap_or(0),
        };
        self.parts.iter().map(longest).sum()
    }
}

fn extended(names: &[String], numbers: &[Numbers]) -> Vec<String> {
    let mut longer = Vec::new();
    for name in names {
        for range in numbers {
            let width = range.width;
            longer.extend((range.from..=range.to).map(|n| format!("{name}{n:0width$}")));
        }
    }
    longer
}

fn bracket(text: &str, inside: Range<usize>) -> Result<Vec<Numbers>, Malformed> {
    let mut found = Vec::new();
    let mut at = inside.start;
    for piece in text[inside].split(',') {
        found.push(numbers(piece, at)?);
        at += piece.len() + 1;
    }
    Ok(found)
}

/// `7` or `01-10`, which starts at byte `at` of the text.
fn numbers(piece: &str, at: usize) -> Result<Numbers, Malformed> {
    let Some((from, to)) = piece.split_once('-') else {
        let value = number(piece, at)?;
        return Ok(Numbers {
            from: value,
            to: value,
            width: piece.len(),
        });
    };
    let range = Numbers {
        from: number(from, at)?,
        to: number(to, at + from.len() + 1)?,
        // A first number without a leading zero is not padded: `[8-12]`; `[08-12]` is.
        width: if from.starts_with('0') { from.len() } else { 1 },
    };
    let whole = at..at + piece.len();
    if range.from > range.to {
        return Err(malformed("a range goes upwards", whole));
    }
    if to.starts_with('0') && to.len() > 1 && to.len() != from.len() {
        return Err(malformed("both ends of a range are padded alike", whole));
    }
    Ok(range)
}

fn number(digits: &str, at: usize) -> Result<u64, Malformed> {
    let here = at..at + digits.len();
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(malformed("a number was expected", here));
    }
    if digits.len() > MAX_DIGITS {
        return Err(malformed("a number this long cannot be counted to", here));
    }
    digits
        .parse()
        .map_err(|_| malformed("a number was expected", here))
}

const fn malformed(problem: &'static str, range: Range<usize>) -> Malformed {
    Malformed {
        problem,
        range,
        flaw: Flaw::Brackets,
    }
}

const fn no_name(problem: &'static str, range: Range<usize>) -> Malformed {
    Malformed {
        problem,
        range,
        flaw: Flaw::Name,
    }
}

/// Why no name has this character, where none has.
fn forbidden(c: char) -> Option<&'static str> {
    match c {
        // Plan steps and conditions write names between apostrophes, and have no escapes.
        '\'' => Some("a name cannot have an apostrophe"),
        c if c.is_control() => Some("a name cannot have control characters"),
        c if is_invisible(c) => Some("a name cannot have invisible characters"),
        _ => None,
    }
}

/// Whether a character can stand in a message as it is.
pub(super) fn is_seen(c: char) -> bool {
    !c.is_control() && !is_invisible(c)
}

/// Characters that nobody sees, or that change the order in which others are shown: with them two names could look the
/// same, or a plan read otherwise than it is carried out.
const fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{ad}'
            | '\u{34f}'
            | '\u{61c}'
            | '\u{115f}'..='\u{1160}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{3164}'
            | '\u{feff}'
            | '\u{ffa0}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e007f}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Vec<String> {
        HostList::parse(text).unwrap().names()
    }

    fn problem(text: &str) -> (&'static str, &str) {
        let malformed = HostList::parse(text).unwrap_err();
        (malformed.problem, &text[malformed.range])
    }

    #[test]
    fn ranges_expand_in_order_and_the_last_bracket_changes_fastest() {
        assert_eq!(names("Node1"), ["Node1"]);
        assert_eq!(names("Node[1-3,7]"), ["Node1", "Node2", "Node3", "Node7"]);
        assert_eq!(
            names("r[1-2]-n[9-10].eu"),
            ["r1-n9.eu", "r1-n10.eu", "r2-n9.eu", "r2-n10.eu"]
        );
        assert_eq!(names("web-1.eu, Köln"), ["web-1.eu, Köln"]);
    }

    #[test]
    fn zero_padding_is_kept() {
        assert_eq!(names("n[08-10,1]"), ["n08", "n09", "n10", "n1"]);
        assert_eq!(names("n[098-101]"), ["n098", "n099", "n100", "n101"]);
        assert_eq!(names("n[007]"), ["n007"]);
        assert_eq!(names("n[0-2]"), ["n0", "n1", "n2"]);
    }

    #[test]
    fn malformed_lists_are_pointed_into() {
        assert_eq!(problem("Node[1-"), ("no `]` closes this", "["));
        assert_eq!(problem("Node1]"), ("no `[` opens this", "]"));
        assert_eq!(problem("Node[3-1]"), ("a range goes upwards", "3-1"));
        assert_eq!(problem("Node[1,x]"), ("a number was expected", "x"));
        assert_eq!(problem("Node[]"), ("a number was expected", ""));
        assert_eq!(problem("Node[1, 2]"), ("a number was expected", " 2"));
        assert_eq!(problem("Node[1-2-3]"), ("a number was expected", "2-3"));
        assert_eq!(
            problem("Node[1-010]"),
            ("both ends of a range are padded alike", "1-010")
        );
        assert_eq!(
            problem("N[1-9999999999999999999]").0,
            "a number this long cannot be counted to"
        );
        assert_eq!(
            problem("a\tb"),
            ("a name cannot have control characters", "\t")
        );
        assert_eq!(problem("").0, "a name cannot be empty");
        assert_eq!(
            problem(&"x".repeat(256)).0,
            "a name has at most 255 characters"
        );
    }

    #[test]
    fn a_name_that_no_plan_could_write_or_nobody_could_see_is_refused() {
        assert_eq!(problem("O'Hara"), ("a name cannot have an apostrophe", "'"));
        for c in [
            '\u{200b}', '\u{202e}', '\u{2064}', '\u{2069}', '\u{feff}', '\u{ad}',
        ] {
            let name = format!("Node{c}1");
            let malformed = HostList::parse(&name).unwrap_err();
            assert_eq!(malformed.problem, "a name cannot have invisible characters");
            assert_eq!(
                (&name[malformed.range], malformed.flaw),
                (&*c.to_string(), Flaw::Name)
            );
        }
        assert_eq!(names("Zürich-東京 \"a\""), ["Zürich-東京 \"a\""]);
        assert_eq!(HostList::parse("N[").unwrap_err().flaw, Flaw::Brackets);
    }

    #[test]
    fn a_list_of_billions_is_counted_without_being_expanded() {
        assert_eq!(
            HostList::parse("N[1-1000000000]").unwrap().count(),
            1_000_000_000
        );
        let beyond = "[0-999999999999999999]".repeat(5);
        assert_eq!(HostList::parse(&beyond).unwrap().count(), u64::MAX);
    }
}
