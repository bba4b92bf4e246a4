//! A plan as lanes with positions: who is where, who may go next, when lanes join and when one waits for another.

use std::ops::Range;

use crate::model::plan::{Item, Plan};

/// A plan laid out for execution: lane 0 is the outermost sequence, and lanes of a `parallel` follow their sequence.
pub struct Program<'p> {
    /// All lanes.
    pub lanes: Vec<Lane<'p>>,
    /// For each step or wait, in the order of the file, its lane and its place there.
    elements: Vec<(usize, usize)>,
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
    /// Until a step or wait of another lane is done.
    After {
        /// Its number.
        element: usize,
        /// How the plan names it.
        text: &'p str,
    },
}

/// For each lane how many of its elements are behind it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Position(Box<[u32]>);

impl Lane<'_> {
    /// The lane and the place in it where this one was forked; none for the outermost.
    #[must_use]
    pub const fn parent(&self) -> Option<(usize, usize)> {
        self.parent
    }
}

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
            elements: Vec::new(),
        };
        program.fill(0, &plan.items);
        program
    }

    /// Fills a lane; the lanes of one fork stand side by side in the table, and what they fork follows behind them.
    fn fill(&mut self, lane: usize, items: &'p [Item]) {
        for (place, item) in items.iter().enumerate() {
            let op = match item {
                Item::Step { .. } | Item::Await { .. } | Item::AwaitSettled { .. } => {
                    self.elements.push((lane, place));
                    Op::Do(item)
                }
                Item::After { element, text, .. } => Op::After {
                    element: *element,
                    text,
                },
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
            Some(Op::Fork(_) | Op::After { .. }) | None => None,
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
                    Op::Fork(_) | Op::After { .. } => None,
                })
        })
    }

    /// How many steps and waits there are.
    #[must_use]
    pub fn elements(&self) -> usize {
        self.elements.len()
    }

    /// The step or wait of a number.
    #[must_use]
    pub fn element(&self, number: usize) -> Option<&'p Item> {
        let (lane, place) = *self.elements.get(number)?;
        match self.lanes[lane].ops.get(place) {
            Some(Op::Do(item)) => Some(item),
            _ => None,
        }
    }

    /// The lane of a step or wait, and its place there.
    #[must_use]
    pub fn place_of(&self, element: usize) -> Option<(usize, usize)> {
        self.elements.get(element).copied()
    }

    /// Whether a step or wait is behind its lane.
    #[must_use]
    pub fn is_behind(&self, position: &Position, element: usize) -> bool {
        let place = self.elements.get(element);
        place.is_some_and(|(lane, place)| position.0[*lane] as usize > *place)
    }

    /// Whether nobody went past an element that waited for another lane.
    #[must_use]
    pub fn is_in_order(&self, position: &Position) -> bool {
        self.lanes.iter().zip(&position.0).all(|(lane, behind)| {
            lane.ops[..*behind as usize].iter().all(|op| match op {
                Op::After { element, .. } => self.is_behind(position, *element),
                Op::Do(_) | Op::Fork(_) => true,
            })
        })
    }

    /// Elements that the lane has behind it.
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

    /// Moves every sequence past the forks whose lanes are all through, and past what other lanes have done that it waits
    /// for; inner ones first, since they stand behind their parents in the table, and again where that brings a sequence to
    /// the next.
    fn joined(&self, mut position: Position) -> Position {
        loop {
            let mut moved = false;
            for lane in (0..self.lanes.len()).rev() {
                let passes = match self.lanes[lane].ops.get(position.0[lane] as usize) {
                    Some(Op::Fork(lanes)) => {
                        lanes.clone().all(|child| self.at_end(&position, child))
                    }
                    Some(Op::After { element, .. }) => self.is_behind(&position, *element),
                    Some(Op::Do(_)) | None => false,
                };
                if passes {
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
    fn a_lane_that_waits_for_another_goes_on_when_that_is_beyond_the_step() {
        let after = |element: usize| Item::After {
            element,
            text: String::new(),
            span: Span::default(),
        };
        let plan = plan(vec![
            parallel(vec![
                vec![step(10), parallel(vec![vec![step(11)], vec![]]), step(12)],
                vec![after(1), after(0), step(13), after(2)],
            ]),
            step(14),
        ]);
        let program = Program::new(&plan);
        let lane = |n: usize, i: usize| (n.to_string(), i);
        let mut here = program.start();
        assert_eq!(ready(&program, &here), [lane(1, 10)]);
        here = program.advance(&here, 1);
        assert_eq!(ready(&program, &here), [("1.1".to_owned(), 11)]);
        assert!(program.is_behind(&here, 0) && !program.is_behind(&here, 1));
        here = program.advance(&here, 3);
        assert_eq!(ready(&program, &here), [lane(1, 12), lane(2, 13)]);
        here = program.advance(&here, 2);
        assert_eq!(ready(&program, &here), [lane(1, 12)]);
        here = program.advance(&here, 1);
        assert_eq!(ready(&program, &here), [(String::new(), 14)]);
        assert!(program.is_in_order(&here));
        // The second lane cannot be through before the first took its last step.
        assert!(!program.is_in_order(&program.at(vec![0, 2, 4, 1, 0])));
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
