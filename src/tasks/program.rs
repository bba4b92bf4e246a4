//! A plan as lanes with positions: who is where, who may go next, and when lanes join.

use std::ops::Range;

use crate::model::plan::{Item, Plan};

/// A plan laid out for execution: lane 0 is the outermost sequence, and lanes of a `parallel` follow their sequence.
pub struct Program<'p> {
    /// All lanes.
    pub lanes: Vec<Lane<'p>>,
}

/// A sequence of the plan.
pub struct Lane<'p> {
    /// Its elements.
    pub ops: Vec<Op<'p>>,
    /// `2`, or `2.1` for a lane inside a lane; empty for the outermost sequence.
    pub name: String,
    /// The lane and the place in it where this one was forked; none for the outermost.
    parent: Option<(usize, usize)>,
}

/// An element of a lane.
pub enum Op<'p> {
    /// A step or a wait.
    Do(&'p Item),
    /// Lanes that run until all are through.
    Fork(Range<usize>),
}

/// For each lane how many of its elements are behind it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Position(Box<[u32]>);

impl<'p> Program<'p> {
    /// Lays out a plan.
    #[must_use]
    pub fn new(plan: &'p Plan) -> Self {
        let mut program = Self {
            lanes: vec![Lane {
                ops: Vec::new(),
                name: String::new(),
                parent: None,
            }],
        };
        program.fill(0, &plan.items);
        program
    }

    /// Fills a lane; the lanes of one fork stand side by side in the table, and what they fork follows behind them.
    fn fill(&mut self, lane: usize, items: &'p [Item]) {
        for (place, item) in items.iter().enumerate() {
            let op = match item {
                Item::Step { .. } | Item::Await { .. } | Item::AwaitSettled { .. } => Op::Do(item),
                Item::Parallel { lanes, .. } => {
                    let block = self.reserve(lanes.len(), lane, place);
                    for (child, items) in block.clone().zip(lanes) {
                        self.fill(child, items);
                    }
                    Op::Fork(block)
                }
            };
            self.lanes[lane].ops.push(op);
        }
    }

    fn reserve(&mut self, lanes: usize, parent: usize, place: usize) -> Range<usize> {
        let start = self.lanes.len();
        let prefix = match self.lanes[parent].name.as_str() {
            "" => String::new(),
            name => format!("{name}."),
        };
        self.lanes.extend((1..=lanes).map(|number| Lane {
            ops: Vec::new(),
            name: format!("{prefix}{number}"),
            parent: Some((parent, place)),
        }));
        start..self.lanes.len()
    }

    /// Before the first step.
    #[must_use]
    pub fn start(&self) -> Position {
        self.joined(Position(vec![0; self.lanes.len()].into_boxed_slice()))
    }

    /// The position with so many elements of each lane behind it.
    #[must_use]
    pub fn at(&self, behind: Vec<u32>) -> Position {
        self.joined(Position(behind.into_boxed_slice()))
    }

    /// Whether every lane is through.
    #[must_use]
    pub fn done(&self, position: &Position) -> bool {
        self.at_end(position, 0)
    }

    /// What a lane does next, where it is its turn: its sequence has been forked and is not through.
    #[must_use]
    pub fn next(&self, position: &Position, lane: usize) -> Option<&'p Item> {
        if !self.active(position, lane) {
            return None;
        }
        match self.lanes[lane].ops.get(position.0[lane] as usize) {
            Some(Op::Do(item)) => Some(item),
            Some(Op::Fork(_)) | None => None,
        }
    }

    /// The position after the lane did what was next.
    #[must_use]
    pub fn advance(&self, position: &Position, lane: usize) -> Position {
        let mut position = position.clone();
        position.0[lane] += 1;
        self.joined(position)
    }

    /// All steps and waits that no lane has behind it.
    pub fn left(&self, position: &Position) -> impl Iterator<Item = &'p Item> + use<'_, 'p> {
        let lanes = self.lanes.iter().zip(position.0.clone());
        lanes.flat_map(|(lane, behind)| {
            lane.ops[behind as usize..]
                .iter()
                .filter_map(|op| match op {
                    Op::Do(item) => Some(*item),
                    Op::Fork(_) => None,
                })
        })
    }

    /// Steps and waits that the lane has behind it.
    #[must_use]
    pub fn behind(&self, position: &Position, lane: usize) -> usize {
        position.0[lane] as usize
    }

    fn active(&self, position: &Position, lane: usize) -> bool {
        let mut lane = lane;
        while let Some((parent, place)) = self.lanes[lane].parent {
            if position.0[parent] as usize != place {
                return false;
            }
            lane = parent;
        }
        true
    }

    fn at_end(&self, position: &Position, lane: usize) -> bool {
        position.0[lane] as usize == self.lanes[lane].ops.len()
    }

    /// Moves every sequence past the forks whose lanes are all through; inner ones first, since they stand behind their
    /// parents in the table, and again where passing one fork brings a sequence to the next.
    fn joined(&self, mut position: Position) -> Position {
        loop {
            let mut moved = false;
            for lane in (0..self.lanes.len()).rev() {
                if let Some(Op::Fork(lanes)) = self.lanes[lane].ops.get(position.0[lane] as usize)
                    && lanes.clone().all(|child| self.at_end(&position, child))
                {
                    position.0[lane] += 1;
                    moved = true;
                }
            }
            if !moved {
                return position;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::source::{Source, Span};

    fn step(instance: usize) -> Item {
        Item::Step {
            instance,
            span: Span::default(),
        }
    }

    fn parallel(lanes: Vec<Vec<Item>>) -> Item {
        Item::Parallel {
            lanes,
            span: Span::default(),
        }
    }

    fn plan(items: Vec<Item>) -> Plan {
        Plan {
            name: "test".to_owned(),
            items,
            source: Source::new("test", ""),
        }
    }

    fn ready(program: &Program<'_>, position: &Position) -> Vec<(String, usize)> {
        (0..program.lanes.len())
            .filter_map(|lane| match program.next(position, lane) {
                Some(Item::Step { instance, .. }) => {
                    Some((program.lanes[lane].name.clone(), *instance))
                }
                _ => None,
            })
            .collect()
    }

    #[test]
    fn lanes_go_on_independently_and_the_sequence_waits_for_all() {
        let plan = plan(vec![
            step(0),
            parallel(vec![
                vec![step(1), parallel(vec![vec![step(2)], vec![step(3)]])],
                vec![step(4)],
            ]),
            step(5),
        ]);
        let program = Program::new(&plan);
        let mut here = program.start();
        assert_eq!(ready(&program, &here), [(String::new(), 0)]);
        here = program.advance(&here, 0);
        assert_eq!(
            ready(&program, &here),
            [("1".to_owned(), 1), ("2".to_owned(), 4)]
        );
        here = program.advance(&here, 1);
        let both = [
            ("2".to_owned(), 4),
            ("1.1".to_owned(), 2),
            ("1.2".to_owned(), 3),
        ];
        assert_eq!(ready(&program, &here), both);
        for lane in [3, 4, 2] {
            assert!(!program.done(&here));
            here = program.advance(&here, lane);
        }
        assert_eq!(ready(&program, &here), [(String::new(), 5)]);
        here = program.advance(&here, 0);
        assert!(program.done(&here));
    }

    #[test]
    fn empty_lanes_and_empty_plans_are_through_at_once() {
        let nothing = plan(vec![]);
        let program = Program::new(&nothing);
        assert!(program.done(&program.start()));
        let hollow = plan(vec![
            parallel(vec![vec![], vec![parallel(vec![])]]),
            step(7),
        ]);
        let program = Program::new(&hollow);
        assert_eq!(ready(&program, &program.start()), [(String::new(), 7)]);
    }
}
