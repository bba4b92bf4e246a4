//! What is left of a plan at a position.

use std::collections::BTreeSet;

use crate::language::source::Span;
use crate::model::plan::Item;

use super::position::{NextSteps, StepNumbers};
use super::program::{Op, Position, Program};

/// The earliest place in a plan where these steps are next: no wait has been seen since the last step of its lane. None where
/// they never are together.
#[must_use]
pub fn earliest(
    program: &Program<'_>,
    numbers: &StepNumbers,
    next: &NextSteps,
) -> Option<Position> {
    let finder = Finder { program, numbers };
    let wanted = next.0.iter().copied().collect();
    let mut behind = vec![0; program.lanes.len()];
    finder.stand(0, &wanted, &mut behind);
    for lane in 0..behind.len() {
        finder.catch_up(lane, &mut behind);
    }
    let at = program.at(behind);
    (program.is_in_order(&at) && numbers.next_steps(program, &at) == *next).then_some(at)
}

/// What is left there. It has all lanes, empty ones too, so that lanes keep their names.
#[must_use]
pub fn rest(program: &Program<'_>, at: &Position) -> Vec<Item> {
    let mut numbers = Vec::new();
    let mut count = 0;
    // Elements count from the first that is left; what is behind has been waited for.
    for element in 0..program.elements() {
        let is_left = !program.is_behind(at, element);
        numbers.push(is_left.then_some(count));
        count += usize::from(is_left);
    }
    left_in(program, at, 0, &numbers)
}

fn left_in(
    program: &Program<'_>,
    at: &Position,
    lane: usize,
    numbers: &[Option<usize>],
) -> Vec<Item> {
    let behind = program.behind(at, lane);
    program.lanes[lane].ops[behind..]
        .iter()
        .filter_map(|op| match op {
            Op::Do(item) => Some((*item).clone()),
            Op::Fork(children) => Some(Item::Parallel {
                lanes: children
                    .clone()
                    .map(|c| left_in(program, at, c, numbers))
                    .collect(),
                span: Span::default(),
            }),
            Op::After { element, text } => numbers[*element].map(|element| Item::After {
                element,
                text: (*text).to_owned(),
                span: Span::default(),
            }),
        })
        .collect()
}

/// The numbers of the steps that are left there.
#[must_use]
pub fn steps_left(program: &Program<'_>, numbers: &StepNumbers, at: &Position) -> BTreeSet<u32> {
    let finder = Finder { program, numbers };
    let mut left = BTreeSet::new();
    let mut open = vec![0];
    while let Some(lane) = open.pop() {
        let behind = program.behind(at, lane);
        let ops = program.lanes[lane].ops.iter().enumerate().skip(behind);
        for (place, op) in ops {
            match op {
                Op::Do(_) => left.extend(finder.steps(lane, place, op)),
                Op::Fork(children) => open.extend(children.clone()),
                Op::After { .. } => {}
            }
        }
    }
    left
}

/// Looks for the place of each lane directly after the last step that it has behind it.
struct Finder<'a, 'p> {
    program: &'a Program<'p>,
    numbers: &'a StepNumbers,
}

impl Finder<'_, '_> {
    /// Places a lane, and those that it has forked, where its steps up to the first wanted one are behind; all where none is.
    fn stand(&self, lane: usize, wanted: &BTreeSet<u32>, behind: &mut [u32]) {
        let mut last = None;
        for (place, op) in self.program.lanes[lane].ops.iter().enumerate() {
            let steps = self.steps(lane, place, op);
            if steps.is_empty() {
                continue;
            }
            if steps.is_disjoint(wanted) {
                last = Some((place, op));
                continue;
            }
            if let Op::Fork(children) = op {
                let mut first = BTreeSet::new();
                children.clone().for_each(|c| self.first(c, &mut first));
                let is_running = steps.intersection(wanted).ne(first.iter());
                if is_running {
                    behind[lane] = number(place);
                    for child in children.clone() {
                        self.stand(child, wanted, behind);
                    }
                    return;
                }
            }
            break;
        }
        match last {
            None => {}
            Some((place, Op::Do(_) | Op::After { .. })) => behind[lane] = number(place + 1),
            // A wait at the end of one of its lanes may be left.
            Some((place, Op::Fork(children))) => {
                behind[lane] = number(place);
                for child in children.clone() {
                    self.stand(child, &BTreeSet::new(), behind);
                }
            }
        }
    }

    /// Lets other lanes see the waits, or take the steps, that a lane has been waiting for, and be through where the lane went
    /// on behind them.
    fn catch_up(&self, lane: usize, behind: &mut [u32]) {
        for op in &self.program.lanes[lane].ops[..behind[lane] as usize] {
            match op {
                Op::After { element, .. } => {
                    if let Some((other, place)) = self.program.place_of(*element) {
                        self.pass(other, place + 1, behind);
                    }
                }
                Op::Fork(children) => {
                    for child in children.clone() {
                        self.pass(child, self.program.lanes[child].ops.len(), behind);
                    }
                }
                Op::Do(_) => {}
            }
        }
    }

    /// Takes a lane to a place, and all that it needs for that.
    fn pass(&self, lane: usize, to: usize, behind: &mut [u32]) {
        let from = behind[lane] as usize;
        if from >= to {
            return;
        }
        if let Some((parent, fork)) = self.program.lanes[lane].parent() {
            self.pass(parent, fork, behind);
        }
        behind[lane] = number(to);
        self.catch_up(lane, behind);
    }

    /// The steps in an element of a lane.
    fn steps(&self, lane: usize, place: usize, op: &Op<'_>) -> BTreeSet<u32> {
        match op {
            Op::Do(_) => self.numbers.of(lane, place).into_iter().collect(),
            Op::After { .. } => BTreeSet::new(),
            Op::Fork(children) => children
                .clone()
                .flat_map(|child| {
                    let ops = self.program.lanes[child].ops.iter().enumerate();
                    ops.flat_map(move |(place, op)| self.steps(child, place, op))
                })
                .collect(),
        }
    }

    /// The steps with which a lane begins.
    fn first(&self, lane: usize, found: &mut BTreeSet<u32>) {
        let before = found.len();
        for (place, op) in self.program.lanes[lane].ops.iter().enumerate() {
            match op {
                Op::Do(_) => found.extend(self.numbers.of(lane, place)),
                Op::After { .. } => {}
                Op::Fork(children) => children.clone().for_each(|c| self.first(c, found)),
            }
            if found.len() > before {
                return;
            }
        }
    }
}

fn number(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::source::Source;
    use crate::model::plan::Plan;

    /// A plan from a text: a step for each digit, `w` waits, `(` begins lanes, `|` parts them and `)` ends them.
    fn items(text: &mut std::str::Chars<'_>) -> (Vec<Item>, Option<char>) {
        let span = Span::default();
        let mut found = Vec::new();
        while let Some(c) = text.next() {
            found.push(match c {
                '(' => {
                    let mut lanes = Vec::new();
                    loop {
                        let (lane, end) = items(text);
                        lanes.push(lane);
                        if end != Some('|') {
                            break Item::Parallel { lanes, span };
                        }
                    }
                }
                'w' => Item::AwaitSettled { span },
                '|' | ')' => return (found, Some(c)),
                digit => Item::Step {
                    instance: digit as usize,
                    span,
                },
            });
        }
        (found, None)
    }

    fn written(items: &[Item]) -> String {
        items
            .iter()
            .map(|item| match item {
                Item::Step { instance, .. } => u8::try_from(*instance)
                    .map(char::from)
                    .map_or_else(|_| "?".to_owned(), |c| c.to_string()),
                Item::Parallel { lanes, .. } => {
                    let lanes: Vec<String> = lanes.iter().map(|lane| written(lane)).collect();
                    format!("({})", lanes.join("|"))
                }
                _ => "w".to_owned(),
            })
            .collect()
    }

    fn plan(text: &str) -> Plan {
        Plan {
            name: "test".to_owned(),
            items: items(&mut text.chars()).0,
            source: Source::new("test", ""),
        }
    }

    /// What is left at a position; the reason where there is no such position.
    fn left(text: &str, at: &str) -> String {
        let plan = plan(text);
        let program = Program::new(&plan);
        let numbers = StepNumbers::new(&program);
        let Some(next) = numbers.named(at) else {
            return "no position".to_owned();
        };
        let Some(at) = earliest(&program, &numbers, &next) else {
            return "never".to_owned();
        };
        let rest = written(&rest(&program, &at));
        let steps = steps_left(&program, &numbers, &at).len();
        let digits = rest.chars().filter(char::is_ascii_digit);
        assert_eq!(steps, digits.count(), "{text} at {at:?}");
        rest
    }

    #[test]
    fn waits_before_the_next_step_are_left() {
        assert_eq!(left("w1w2w3w", "1"), "w1w2w3w");
        assert_eq!(left("w1w2w3w", "2"), "w2w3w");
        assert_eq!(left("w1w2w3w", "4"), "w");
        assert_eq!(left("", "1"), "");
        for odd in ["0", "5", "", "x", "1+", "+1", "-1", "1+4", "4+5", "1.5"] {
            assert_eq!(left("w1w2w3w", odd), "no position", "{odd}");
        }
        assert_eq!(left("w1w2w3w", "1+2"), "never");
    }

    #[test]
    fn lanes_are_cut_each_by_itself_and_keep_their_places() {
        let text = "1(2w3w|w4|5)w6";
        assert_eq!(left(text, "1"), "1(2w3w|w4|5)w6");
        assert_eq!(left(text, "2+4+5"), "(2w3w|w4|5)w6");
        assert_eq!(left(text, "5+4+2"), "(2w3w|w4|5)w6");
        assert_eq!(left(text, "3+4+5"), "(w3w|w4|5)w6");
        assert_eq!(left(text, "3"), "(w3w||)w6");
        assert_eq!(left(text, "6"), "(w||)w6");
        assert_eq!(left(text, "7"), "");
        assert_eq!(left(text, "2+3"), "never");
        assert_eq!(left(text, "1+2"), "never");
        assert_eq!(left(text, "2+6"), "never");
    }

    #[test]
    fn what_a_lane_waited_for_is_behind_the_other_lane() {
        let mut lanes = plan("(w|1|2)3");
        let Some(Item::Parallel { lanes: inside, .. }) = lanes.items.first_mut() else {
            panic!()
        };
        let after = |element: usize| Item::After {
            element,
            text: String::new(),
            span: Span::default(),
        };
        inside[1].insert(0, after(0));
        inside[2].insert(0, after(1));
        let program = Program::new(&lanes);
        let numbers = StepNumbers::new(&program);
        let at = |text: &str| earliest(&program, &numbers, &numbers.named(text).unwrap());
        // Steps 1 and 2 come one after the other, so that step 1 cannot be next alone.
        assert!(at("1+2").is_some() && at("1").is_none());
        let at = at("2").unwrap();
        assert_eq!(written(&rest(&program, &at)), "(||2)3");
    }

    #[test]
    fn elements_are_counted_without_lanes_that_are_through() {
        let mut lanes = plan("(1|w)(2w|3)4");
        if let Some(Item::Parallel { lanes, .. }) = lanes.items.get_mut(1) {
            let after = Item::After {
                element: 3,
                text: String::new(),
                span: Span::default(),
            };
            lanes[1].insert(0, after);
        }
        let program = Program::new(&lanes);
        let numbers = StepNumbers::new(&program);
        let at = earliest(&program, &numbers, &numbers.named("3").unwrap()).unwrap();
        let rest = rest(&program, &at);
        let Some(Item::Parallel { lanes, .. }) = rest.first() else {
            panic!()
        };
        // The wait of the first lane is the first element that is left.
        assert!(matches!(lanes[1][0], Item::After { element: 0, .. }));
    }

    #[test]
    fn lanes_inside_lanes() {
        let text = "((1|2)3|4)(w|)5";
        assert_eq!(left(text, "1+2+4"), "((1|2)3|4)(w|)5");
        assert_eq!(left(text, "2+4"), "((|2)3|4)(w|)5");
        assert_eq!(left(text, "3+4"), "(3|4)(w|)5");
        assert_eq!(left(text, "1+2"), "((1|2)3|)(w|)5");
        assert_eq!(left(text, "5"), "(w|)5");
        assert_eq!(left(text, "6"), "");
        assert_eq!(left("w(w1|2)", "1+2"), "w(w1|2)");
    }
}
