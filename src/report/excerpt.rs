//! The few lines of a source that a diagnostic is about, safe to draw: long lines are cut to what is pointed at, and
//! spans lie inside the text whatever they were.
//!
//! The drawing itself is the library's; it panics on spans beyond the text and would print megabytes of one line.

use std::ops::Range;
use std::sync::Arc;

use crate::language::diagnostic::Label;
use crate::language::source::Source;

/// The most characters of one line that are shown.
const LINE: usize = 120;
/// How much of a cut line is shown before what is pointed at.
const LEAD: usize = 40;
/// A span over more lines than this is shown by its first line.
const LINES: usize = 12;

/// A piece of one source.
pub(super) struct Excerpt<'a> {
    /// The source's name.
    pub name: &'a str,
    /// Line and column of the first label.
    pub position: (usize, usize),
    /// What they would be if the cut lines were the real ones.
    pub cut_position: (usize, usize),
    /// The number of the first line in `text`.
    pub first_line: usize,
    /// The lines, cut.
    pub text: String,
    /// For each label its place in `text` and what is said beside it; the first label's first.
    pub marks: Vec<(Range<usize>, &'a str)>,
}

/// The excerpt in which all of these labels are marked. They must be of one source.
pub(super) fn of<'a>(source: &'a Arc<Source>, labels: &[&'a Label]) -> Excerpt<'a> {
    let spans: Vec<Range<usize>> = labels.iter().map(|l| clamp(&source.text, l)).collect();
    let position = spans.first().map_or((1, 1), |s| place(source, s.start));
    let from = spans
        .iter()
        .map(|s| line_start(&source.text, s.start))
        .min();
    let to = spans.iter().map(|s| line_end(&source.text, s.end)).max();
    let (from, to) = (from.unwrap_or(0), to.unwrap_or(0));
    let mut excerpt = Excerpt {
        name: &source.name,
        position,
        cut_position: position,
        first_line: place(source, from).0,
        text: String::new(),
        marks: labels.iter().map(|l| (0..0, l.text.as_str())).collect(),
    };
    let mut start = from;
    for line in source.text[from..to].split('\n') {
        if start > from {
            excerpt.text.push('\n');
        }
        copy_line(&mut excerpt, &spans, start, line);
        start += line.len() + 1;
    }
    for (mark, _) in &mut excerpt.marks {
        mark.end = mark.end.max(mark.start);
    }
    let column = excerpt.marks.first().map_or(1, |(mark, _)| {
        let begin = line_start(&excerpt.text, mark.start);
        excerpt.text[begin..mark.start].chars().count() + 1
    });
    excerpt.cut_position = (position.0, column);
    excerpt
}

/// Copies a line, or what matters of it, and moves the ends of the spans that lie on it.
fn copy_line(excerpt: &mut Excerpt<'_>, spans: &[Range<usize>], start: usize, line: &str) {
    let line_range = start..=start + line.len();
    let line = line.strip_suffix('\r').unwrap_or(line);
    let first = spans
        .iter()
        .flat_map(|s| [s.start, s.end])
        .filter(|p| line_range.contains(p))
        .min();
    let lead = first.map_or(0, |p| line[..(p - start).min(line.len())].chars().count());
    let skip = if line.chars().nth(LINE).is_some() {
        lead.saturating_sub(LEAD)
    } else {
        0
    };
    if skip > 0 {
        excerpt.text.push('…');
    }
    let mut cut_at = start;
    let begin = excerpt.text.len();
    let mut moved = vec![None; spans.len() * 2];
    let mut note = |offset: usize, at: usize| {
        for (i, span) in spans.iter().enumerate() {
            for (half, end) in [span.start, span.end].into_iter().enumerate() {
                if end >= offset && line_range.contains(&end) {
                    moved[2 * i + half] = Some(at);
                }
            }
        }
    };
    note(start, begin);
    for (offset, c) in line.char_indices().skip(skip).take(LINE) {
        note(start + offset, excerpt.text.len());
        // The library draws tabs and control characters safely; what it does not know is made safe here.
        excerpt
            .text
            .push(if c == '\t' { c } else { super::words::shown(c) });
        cut_at = start + offset + c.len_utf8();
    }
    note(cut_at, excerpt.text.len());
    if cut_at < start + line.len() && skip + LINE < line.chars().count() {
        excerpt.text.push('…');
    }
    for (i, (mark, _)) in excerpt.marks.iter_mut().enumerate() {
        mark.start = moved[2 * i].unwrap_or(mark.start);
        mark.end = moved[2 * i + 1].unwrap_or(mark.end);
    }
}

/// The span of a label inside the text, on character boundaries, and not over too many lines.
fn clamp(text: &str, label: &Label) -> Range<usize> {
    let start = boundary(text, label.span.start as usize);
    let mut end = boundary(text, label.span.end as usize).max(start);
    if text[start..end].matches('\n').take(LINES).count() == LINES {
        end = line_end(text, start);
    }
    start..end
}

fn boundary(text: &str, offset: usize) -> usize {
    let mut offset = offset.min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    offset
}

fn line_start(text: &str, offset: usize) -> usize {
    text[..offset].rfind('\n').map_or(0, |i| i + 1)
}

fn line_end(text: &str, offset: usize) -> usize {
    text[offset..].find('\n').map_or(text.len(), |i| offset + i)
}

fn place(source: &Source, offset: usize) -> (usize, usize) {
    source.position(u32::try_from(offset).unwrap_or(u32::MAX))
}
