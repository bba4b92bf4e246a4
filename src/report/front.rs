//! The best plans side by side: a table of what each comes to, and a small chart of two measures against each other. Knows how
//! text is laid out, and not how plans are found.

use crate::tasks::optimal::measure::{Measure, Objective};
use crate::tasks::optimal::{Optimum, Point};
use crate::tasks::outcome::Answer;

use super::paint::Paint;
use super::words::{count, duration, grouped};

/// The rows and columns of a chart.
const ROWS: usize = 10;
const COLUMNS: usize = 48;

/// The table, and the chart where there is something to compare; none where nobody asked for several plans.
pub(super) fn section(answer: &Answer, paint: Paint) -> Option<String> {
    let optimum = answer.optimum.as_ref()?;
    let Objective::Front(measures) = &optimum.objective else {
        return None;
    };
    if optimum.points.is_empty() {
        return None;
    }
    let mut text = table(optimum, measures, paint);
    if let (true, [first, second, ..]) = (optimum.points.len() > 1, measures.as_slice()) {
        text.push('\n');
        text.push_str(&chart(&optimum.points, *first, *second));
    }
    if optimum.chosen.is_none() {
        let which = match optimum.points.len() {
            1 => "the plan",
            _ => "the plan of point 1",
        };
        text.push_str(&format!(
            "\n  `--point 1` shows {which}, `-o` with it writes it\n"
        ));
    }
    Some(text)
}

/// `plan: best by downtime, then steps: 19 min, 12 steps`
pub(super) fn last_line(optimum: &Optimum, paint: Paint) -> Option<String> {
    match &optimum.objective {
        Objective::InOrder(measures) => {
            let point = optimum.points.first()?;
            let mut names: Vec<&str> = measures.iter().map(|m| m.name()).collect();
            let mut values: Vec<String> = measures.iter().map(|m| in_words(point, *m)).collect();
            let decided = matches!(measures[..], [Measure::Cost]);
            if !decided && !measures.contains(&Measure::Steps) {
                names.push(Measure::Steps.name());
                values.push(in_words(point, Measure::Steps));
            }
            Some(format!(
                "{}: best by {}: {}",
                paint.good("plan"),
                names.join(", then "),
                values.join(", ")
            ))
        }
        Objective::Front(measures) if !optimum.points.is_empty() => Some(format!(
            "{}: {} of {}, exact",
            paint.good("front"),
            count(optimum.points.len() as u64, "point"),
            listed(measures),
        )),
        Objective::Front(_) => None,
    }
}

/// `duration, downtime and exposure`
fn listed(measures: &[Measure]) -> String {
    match measures {
        [] => String::new(),
        [only] => only.name().to_owned(),
        [all @ .., last] => {
            let all: Vec<&str> = all.iter().map(|m| m.name()).collect();
            format!("{} and {last}", all.join(", "))
        }
    }
}

/// A figure of a plan.
fn in_words(point: &Point, measure: Measure) -> String {
    let value = point.figures.of(measure);
    match measure {
        Measure::Steps => count(value, "step"),
        Measure::Cost => format!("cost {}", grouped(value)),
        Measure::Duration | Measure::Downtime | Measure::Exposure => duration(value),
    }
}

/// The same without a unit that the head of the column has.
fn value(value: u64, measure: Measure) -> String {
    if measure.is_time() {
        duration(value)
    } else {
        grouped(value)
    }
}

/// All points with all measures, those that were asked for first.
fn table(optimum: &Optimum, asked: &[Measure], paint: Paint) -> String {
    let mut columns = asked.to_vec();
    let rest = [
        Measure::Duration,
        Measure::Downtime,
        Measure::Exposure,
        Measure::Steps,
    ];
    columns.extend(rest.into_iter().filter(|m| !asked.contains(m)));
    let width = |column: &Measure| {
        let values = optimum.points.iter();
        let values = values.map(|p| value(p.figures.of(*column), *column).chars().count());
        values.chain([column.name().len()]).max().unwrap_or(0)
    };
    let widths: Vec<usize> = columns.iter().map(width).collect();
    let row = |first: &str, cells: Vec<String>| {
        let cells = cells.iter().zip(&widths);
        let cells: Vec<String> = cells
            .map(|(cell, width)| format!("{cell:>width$}"))
            .collect();
        format!("  {first:>5}  {}", cells.join("  "))
    };
    let heads = columns.iter().map(|m| m.name().to_owned()).collect();
    let mut text = format!("{}\n", paint.strong(&row("point", heads)));
    for (place, point) in optimum.points.iter().enumerate() {
        let cells = columns.iter().map(|m| value(point.figures.of(*m), *m));
        let mark = if optimum.chosen == Some(place) {
            "→ "
        } else {
            ""
        };
        let number = format!("{mark}{}", place + 1);
        text.push_str(&format!("{}\n", row(&number, cells.collect())));
    }
    text
}

/// Two measures against each other; the best corner is at the lower left. Points have their numbers where these are short.
fn chart(points: &[Point], across: Measure, up: Measure) -> String {
    let values = |measure: Measure| points.iter().map(move |p| p.figures.of(measure));
    let range = |measure: Measure| {
        let least = values(measure).min().unwrap_or(0);
        (least, values(measure).max().unwrap_or(0))
    };
    let (left, right) = range(across);
    let (low, high) = range(up);
    let mut cells = vec![vec![' '; COLUMNS]; ROWS];
    let mut several = false;
    for (place, point) in points.iter().enumerate() {
        let column = scaled(point.figures.of(across), (left, right), COLUMNS);
        let row = ROWS - 1 - scaled(point.figures.of(up), (low, high), ROWS);
        let cell = &mut cells[row][column];
        several |= *cell != ' ';
        *cell = if *cell == ' ' { mark(place) } else { '*' };
    }
    let (top, bottom) = (value(high, up), value(low, up));
    let margin = top.chars().count().max(bottom.chars().count());
    let mut text = format!("  {:>margin$} {up}\n", "");
    for (row, cells) in cells.iter().enumerate() {
        let (label, axis) = match row {
            0 => (top.as_str(), '┤'),
            row if row + 1 == ROWS && low != high => (bottom.as_str(), '┤'),
            _ => ("", '│'),
        };
        let line: String = cells.iter().collect();
        let line = format!("  {label:>margin$} {axis} {line}");
        text.push_str(&format!("{}\n", line.trim_end()));
    }
    let (first, last) = (value(left, across), value(right, across));
    let gap = COLUMNS.saturating_sub(first.chars().count() + last.chars().count());
    let rule = "─".repeat(COLUMNS + 1);
    text.push_str(&format!("  {:margin$} └{rule}\n", ""));
    text.push_str(&format!(
        "  {:margin$}   {first}{:gap$}{last} {across}\n",
        "", ""
    ));
    if several {
        text.push_str(&format!("  {:margin$}   * several points\n", ""));
    }
    text
}

/// `1` to `9`, then letters.
fn mark(place: usize) -> char {
    let marks = ('1'..='9').chain('a'..='z');
    marks.into_iter().nth(place).unwrap_or('*')
}

/// Which of so many cells a value falls into.
fn scaled(value: u64, (least, most): (u64, u64), cells: usize) -> usize {
    let (offset, width) = (value.saturating_sub(least), most.saturating_sub(least));
    if width == 0 {
        return 0;
    }
    let last = cells as u128 - 1;
    let place = (u128::from(offset) * last + u128::from(width) / 2) / u128::from(width);
    usize::try_from(place.min(last)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_fall_into_the_first_and_the_last_cell() {
        assert_eq!(scaled(5, (5, 5), 10), 0);
        assert_eq!(scaled(5, (5, 14), 10), 0);
        assert_eq!(scaled(14, (5, 14), 10), 9);
        assert_eq!(scaled(9, (5, 14), 10), 4);
        assert_eq!(scaled(u64::MAX, (0, u64::MAX), 48), 47);
    }

    #[test]
    fn points_have_a_mark_each_for_a_while() {
        assert_eq!([0, 8, 9, 34, 35].map(mark), ['1', '9', 'a', 'z', '*']);
    }

    #[test]
    fn measures_are_listed_as_people_do() {
        assert_eq!(listed(&[Measure::Cost, Measure::Steps]), "cost and steps");
        assert_eq!(
            listed(&Measure::ALL[2..]),
            "duration, downtime and exposure"
        );
    }
}
