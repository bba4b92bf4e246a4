//! The points of a plan by the numbers of the steps about to be taken. Steps are numbered from 1 in the order of the file,
//! waits have no number: two points that differ only by waits are one position.

use std::collections::BTreeSet;
use std::fmt;

use crate::model::plan::Item;

use super::program::{Op, Position, Program};

/// A point of a plan: the numbers of the steps that the lanes take next; none after the last step.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NextSteps(pub Vec<u32>);

/// The steps of a plan with their numbers.
pub struct StepNumbers {
    /// For each lane and each of its elements the number of the step; 0 where it is none.
    numbers: Vec<Vec<u32>>,
    /// The ground action of each step; step `n` stands at `n - 1`.
    steps: Vec<usize>,
}

impl StepNumbers {
    /// Numbers the steps of a plan.
    #[must_use]
    pub fn new(program: &Program<'_>) -> Self {
        let mut found = Self {
            numbers: program
                .lanes
                .iter()
                .map(|lane| vec![0; lane.ops.len()])
                .collect(),
            steps: Vec::new(),
        };
        found.number(program, 0);
        found
    }

    fn number(&mut self, program: &Program<'_>, lane: usize) {
        for (place, op) in program.lanes[lane].ops.iter().enumerate() {
            match op {
                Op::Do(Item::Step { instance, .. }) => {
                    self.steps.push(*instance);
                    self.numbers[lane][place] = u32::try_from(self.steps.len()).unwrap_or(u32::MAX);
                }
                Op::Do(_) | Op::After { .. } => {}
                Op::Fork(children) => {
                    for child in children.clone() {
                        self.number(program, child);
                    }
                }
            }
        }
    }

    /// The ground actions of the steps, in the order of their numbers.
    #[must_use]
    pub fn steps(&self) -> &[usize] {
        &self.steps
    }

    /// The number of an element of a lane, where that is a step.
    #[must_use]
    pub fn of(&self, lane: usize, place: usize) -> Option<u32> {
        let number = self.numbers.get(lane)?.get(place).copied();
        number.filter(|number| *number > 0)
    }

    /// The number of the element that a lane is at, where that is a step.
    #[must_use]
    pub fn at(&self, program: &Program<'_>, position: &Position, lane: usize) -> Option<u32> {
        self.of(lane, program.behind(position, lane))
    }

    /// The steps that the lanes take next.
    #[must_use]
    pub fn next_steps(&self, program: &Program<'_>, position: &Position) -> NextSteps {
        let mut found = BTreeSet::new();
        self.from(
            program,
            Some(position),
            (0, program.behind(position, 0)),
            &mut found,
        );
        NextSteps(found.into_iter().collect())
    }

    /// The first steps of a lane from one of its elements on; `position` where the element may be a fork that is running.
    fn from(
        &self,
        program: &Program<'_>,
        position: Option<&Position>,
        (lane, place): (usize, usize),
        found: &mut BTreeSet<u32>,
    ) {
        for (place, op) in program.lanes[lane].ops.iter().enumerate().skip(place) {
            match op {
                Op::Do(Item::Step { .. }) => {
                    found.insert(self.numbers[lane][place]);
                    return;
                }
                Op::Do(_) | Op::After { .. } => {}
                Op::Fork(children) => {
                    let before = found.len();
                    let running = position.filter(|at| program.behind(at, lane) == place);
                    for child in children.clone() {
                        let from = running.map_or(0, |at| program.behind(at, child));
                        self.from(program, running, (child, from), found);
                    }
                    if found.len() > before {
                        return;
                    }
                }
            }
        }
    }

    /// The position of that name, as [`StepNumbers::name`] writes it; none for what is no such list of numbers. Whether the
    /// plan can be there is not looked at.
    #[must_use]
    pub fn named(&self, text: &str) -> Option<NextSteps> {
        let numbers: Option<BTreeSet<u32>> = text
            .split('+')
            .map(|number| number.parse().ok().filter(|_| !number.starts_with('+')))
            .collect();
        let numbers = numbers?;
        let last = u32::try_from(self.steps.len()).ok()?;
        match numbers.last() {
            Some(end) if *end == last + 1 && numbers.len() == 1 => Some(NextSteps::default()),
            Some(end) if *end <= last && !numbers.contains(&0) => {
                Some(NextSteps(numbers.into_iter().collect()))
            }
            _ => None,
        }
    }

    /// The name of a position: `4`, `2+5`, and after the last step the number that the next one would have.
    #[must_use]
    pub fn name(&self, position: &NextSteps) -> String {
        if position.0.is_empty() {
            return (self.steps.len() + 1).to_string();
        }
        position.to_string()
    }
}

impl fmt::Display for NextSteps {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, number) in self.0.iter().enumerate() {
            if place > 0 {
                f.write_str("+")?;
            }
            write!(f, "{number}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::source::{Source, Span};
    use crate::model::plan::Plan;

    const STEP: Item = Item::Step {
        instance: 7,
        span: Span { start: 0, end: 0 },
    };
    const WAIT: Item = Item::AwaitSettled {
        span: Span { start: 0, end: 0 },
    };

    fn parallel(lanes: Vec<Vec<Item>>) -> Item {
        Item::Parallel {
            lanes,
            span: Span::default(),
        }
    }

    /// The names of the positions on the way, where always the first lane that can goes on (outer lanes before inner ones).
    fn names(items: Vec<Item>) -> Vec<String> {
        let plan = Plan {
            name: "test".to_owned(),
            items,
            source: Source::new("test", ""),
        };
        let program = Program::new(&plan);
        let numbers = StepNumbers::new(&program);
        let mut here = program.start();
        let mut found = Vec::new();
        loop {
            found.push(numbers.name(&numbers.next_steps(&program, &here)));
            let lanes = 0..program.lanes.len();
            let Some(lane) = lanes
                .into_iter()
                .find(|l| program.next(&here, *l).is_some())
            else {
                return found;
            };
            here = program.advance(&here, lane);
        }
    }

    #[test]
    fn waits_have_no_number_and_the_end_is_one_more_than_the_last_step() {
        assert_eq!(
            names(vec![WAIT, STEP, STEP, WAIT]),
            ["1", "1", "2", "3", "3"]
        );
        assert_eq!(names(vec![]), ["1"]);
    }

    #[test]
    fn lanes_are_named_by_what_each_takes_next() {
        let lanes = parallel(vec![vec![STEP, WAIT], vec![WAIT, STEP, STEP]]);
        assert_eq!(
            names(vec![STEP, WAIT, lanes, WAIT, STEP]),
            ["1", "2+3", "2+3", "3", "3", "3", "4", "5", "5", "6"]
        );
    }

    #[test]
    fn hollow_lanes_are_passed_over() {
        let hollow = parallel(vec![vec![WAIT], vec![parallel(vec![])]]);
        let nested = parallel(vec![
            vec![parallel(vec![vec![STEP], vec![STEP]])],
            vec![STEP],
        ]);
        assert_eq!(
            names(vec![hollow, nested]),
            ["1+2+3", "1+2+3", "1+2", "2", "4"]
        );
    }
}
