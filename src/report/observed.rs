//! Where a plan is, and a cluster as it is beside what the plan expects there. Says nothing of what comes of it.

use crate::tasks::observed::{FieldDifference, Observed, Whereabouts};

use super::paint::Paint;
use super::words::{WIDTH, count, grouped, stop, visible, wrapped};

/// Of more values than this only the first are told.
const MOST_VALUES: usize = 4;

/// The position, and what differs.
pub(super) fn section(whereabouts: &Whereabouts, paint: Paint) -> String {
    let place = wrapped(&place(whereabouts), 2);
    let mut text = format!("  {}\n", paint.strong(&place));
    let so_far = match whereabouts.stopped {
        Some(limit) => format!(" so far, {}", stopped(limit)),
        None => String::new(),
    };
    let states = count(whereabouts.expected, "state");
    let Some(observed) = &whereabouts.observed else {
        let from = match (whereabouts.expected, whereabouts.stopped) {
            (0, Some(limit)) => format!("no run of the plan came there, {}", stopped(limit)),
            (1, None) => "from the only state in which the plan can be there".to_owned(),
            _ => format!("from every one of the {states} in which the plan can be there{so_far}"),
        };
        text.push_str(&format!("  {}\n", wrapped(&from, 2)));
        return text;
    };
    if !observed.waits.is_empty() {
        let waits = format!("to be seen before that: {}", observed.waits.join(", "));
        text.push_str(&format!("  {}\n", wrapped(&waits, 2)));
    }
    text.push_str(&format!(
        "  {}\n",
        beside(whereabouts, observed, &states, &so_far, paint)
    ));
    for line in aligned(&observed.differences) {
        text.push_str(&format!("      {line}\n"));
    }
    text
}

fn stopped(limit: crate::search::budget::Stop) -> String {
    format!("stopped by {}", stop(limit))
}

/// `before step 3 of 5: upgrade(web2)`
fn place(whereabouts: &Whereabouts) -> String {
    let all = grouped(whereabouts.steps as u64);
    let numbers: Vec<String> = whereabouts
        .next
        .iter()
        .map(|(number, _)| number.to_string())
        .collect();
    let names: Vec<String> = whereabouts
        .next
        .iter()
        .map(|(_, name)| visible(name).into_owned())
        .collect();
    match numbers.as_slice() {
        [] if whereabouts.steps == 0 => "the plan has no steps".to_owned(),
        [] => format!(
            "after the last of {}",
            count(whereabouts.steps as u64, "step")
        ),
        [number] => format!("before step {number} of {all}: {}", names.concat()),
        [first @ .., last] => format!(
            "before steps {} and {last} of {all}: {}",
            first.join(", "),
            names.join(", ")
        ),
    }
}

fn beside(
    whereabouts: &Whereabouts,
    observed: &Observed,
    states: &str,
    so_far: &str,
    paint: Paint,
) -> String {
    let name = visible(&observed.name);
    match (observed.as_expected, whereabouts.expected) {
        (Some(true), 1) if so_far.is_empty() => {
            paint.good(&format!("✓ {name} is as the plan expects"))
        }
        (Some(true), _) => paint.good(&format!(
            "✓ {name} is as the plan expects, one of {states}{so_far}"
        )),
        (Some(false), 1) => paint.bad(&format!("≠ {name} is not as the plan expects")),
        (Some(false), _) => paint.bad(&format!(
            "≠ {name} is none of the {states} that the plan expects; from the nearest it differs in"
        )),
        (None, 0) if so_far.is_empty() => paint.bad(&format!(
            "≠ no run of the plan comes there: nothing is expected of {name}"
        )),
        (None, 0) => paint.open(&format!("? nothing is expected of {name}{so_far}")),
        (None, _) => paint.open(&format!(
            "? {name} is none of the {states} that the plan expects{so_far}; from the nearest it differs in"
        )),
    }
}

/// `Node3.power   down   expected up or rebooting`
fn aligned(differences: &[FieldDifference]) -> Vec<String> {
    let field = |d: &FieldDifference| {
        let name = format!("{}.{}", d.object, d.field);
        visible(&name).into_owned()
    };
    let width = |of: &dyn Fn(&FieldDifference) -> String| {
        let widths = differences.iter().map(|d| of(d).chars().count());
        widths.max().unwrap_or(0)
    };
    let value = |d: &FieldDifference| visible(&d.observed).into_owned();
    let (names, values) = (width(&field), width(&value));
    differences
        .iter()
        .map(|d| {
            let (name, value) = (field(d), value(d));
            let indent = 6 + names + 2 + values + 2;
            let expected = format!("expected {}", expected(d));
            let expected = wrapped(&expected, indent.min(WIDTH / 2));
            format!("{name:names$}  {value:values$}  {expected}")
        })
        .collect()
}

/// The values that are expected; where the observed one is among them, the one that fits the others.
fn expected(difference: &FieldDifference) -> String {
    let nearest = visible(&difference.nearest).into_owned();
    if difference.expected.contains(&difference.observed) {
        return format!("{nearest} together with the others");
    }
    let mut shown: Vec<String> = difference
        .expected
        .iter()
        .take(MOST_VALUES)
        .map(|value| visible(value).into_owned())
        .collect();
    match difference.expected.len().saturating_sub(MOST_VALUES) {
        0 => {}
        more => shown.push(format!("{more} other values")),
    }
    match shown.as_slice() {
        [first @ .., last] if !first.is_empty() => format!("{} or {last}", first.join(", ")),
        _ => shown.concat(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::budget::Stop;

    fn difference(field: &str, observed: &str, expected: &[&str]) -> FieldDifference {
        FieldDifference {
            object: "Node1".to_owned(),
            field: field.to_owned(),
            observed: observed.to_owned(),
            nearest: expected.first().copied().unwrap_or_default().to_owned(),
            expected: expected.iter().map(|v| (*v).to_owned()).collect(),
        }
    }

    fn shown(expected: u64, stopped: Option<Stop>, observed: Option<Observed>) -> String {
        let whereabouts = Whereabouts {
            position: "2+5".to_owned(),
            next: vec![
                (2, "reboot(Node1)".to_owned()),
                (5, "reboot(Node2)".to_owned()),
            ],
            steps: 7,
            expected,
            stopped,
            observed,
        };
        section(&whereabouts, Paint::new(false))
    }

    #[test]
    fn differences_say_what_was_expected() {
        let observed = Observed {
            name: "now.json".to_owned(),
            as_expected: Some(false),
            waits: vec!["await settled".to_owned()],
            differences: vec![
                difference("power", "down", &["up", "rebooting"]),
                difference("build", "sp1", &["rtm", "sp1"]),
                difference("n", "9", &["1", "2", "3", "4", "5", "6"]),
            ],
        };
        assert_eq!(
            shown(12, None, Some(observed)),
            "  before steps 2 and 5 of 7: reboot(Node1), reboot(Node2)\n  \
             to be seen before that: await settled\n  \
             ≠ now.json is none of the 12 states that the plan expects; from the nearest it differs in\n      \
             Node1.power  down  expected up or rebooting\n      \
             Node1.build  sp1   expected rtm together with the others\n      \
             Node1.n      9     expected 1, 2, 3, 4 or 2 other values\n"
        );
    }

    #[test]
    fn what_is_not_known_is_not_said() {
        let observed = |as_expected| {
            Some(Observed {
                name: "now.json".to_owned(),
                as_expected,
                waits: Vec::new(),
                differences: Vec::new(),
            })
        };
        let lines = |text: String| text.lines().skip(1).collect::<Vec<_>>().join("\n");
        let stop = Some(Stop::States);
        for (text, expected) in [
            (
                shown(1, None, observed(Some(true))),
                "  ✓ now.json is as the plan expects",
            ),
            (
                shown(3, None, observed(Some(true))),
                "  ✓ now.json is as the plan expects, one of 3 states",
            ),
            (
                shown(0, None, observed(None)),
                "  ≠ no run of the plan comes there: nothing is expected of now.json",
            ),
            (
                shown(0, stop, observed(None)),
                "  ? nothing is expected of now.json so far, stopped by --max-states",
            ),
            (
                shown(1, None, None),
                "  from the only state in which the plan can be there",
            ),
            (
                shown(2, stop, None),
                "  from every one of the 2 states in which the plan can be there so far, stopped by --max-states",
            ),
            (
                shown(0, stop, None),
                "  no run of the plan came there, stopped by --max-states",
            ),
        ] {
            assert_eq!(lines(text), expected);
        }
    }
}
