//! The best way to a goal where ways are compared by several numbers in turn: first the time, then what was done in it. A*
//! with an estimate that never says too much; nodes are opened again where a better way to them turns up, so that the
//! estimate need not be consistent (Hart, Nilsson and Raphael 1968). Knows no clock and no cluster.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::hash::Hash;

use indexmap::IndexMap;

use super::budget::{Budget, Progress, Stop};
use super::store::Hasher;

/// What a way costs; the first number counts most.
pub type Price = (u64, u32, u32);

/// Something that is searched.
pub trait Ways {
    /// Where one can be.
    type Node: Clone + Eq + Hash;
    /// What leads from one to another.
    type Label: Clone;

    /// The first node; none where there is no way from there.
    fn start(&mut self) -> Option<Self::Node>;
    /// Offers every step from a node: what it is, what it costs, where it leads.
    fn expand(&mut self, node: &Self::Node, offer: &mut dyn FnMut(Self::Label, Price, Self::Node));
    /// Whether a node is a goal.
    fn is_goal(&mut self, node: &Self::Node) -> bool;
    /// No more than what the way from a node to a goal costs; none where there is no way.
    fn estimate(&mut self, node: &Self::Node) -> Option<Price>;
    /// Whether the search has to be given up.
    fn gave_up(&self) -> Option<Stop>;
}

/// What was found.
#[derive(Clone, Debug)]
pub struct Found<L> {
    /// The price and the labels of the best way; of equally good ones the one that was found first.
    pub best: Option<(Price, Vec<L>)>,
    /// No way costs less than that.
    pub at_least: Price,
    /// Nodes stored.
    pub nodes: usize,
    /// Steps looked at.
    pub edges: u64,
    /// Steps on the longest way that was followed.
    pub depth: u32,
    /// The limit that ended the search.
    pub stopped: Option<Stop>,
}

struct Record<L> {
    price: Price,
    estimate: Price,
    from: Option<(usize, L)>,
    depth: u32,
    open: bool,
}

const fn plus(a: Price, b: Price) -> Price {
    (
        a.0.saturating_add(b.0),
        a.1.saturating_add(b.1),
        a.2.saturating_add(b.2),
    )
}

/// A node in the queue: its total, and of equal ones the one that is nearest to its end first, then the one met first.
type Entry = Reverse<(Price, Reverse<Price>, usize)>;

/// The nodes met so far.
struct Met<W: Ways> {
    records: IndexMap<W::Node, Record<W::Label>, Hasher>,
    open: BinaryHeap<Entry>,
    below: Option<Price>,
}

impl<W: Ways> Met<W> {
    /// Notes a way to a node, where it is better than those that were known and not too dear.
    fn admit(
        &mut self,
        ways: &mut W,
        node: W::Node,
        (price, depth): (Price, u32),
        from: Option<(usize, W::Label)>,
    ) {
        let known = self.records.get_full_mut(&node);
        let estimate = match &known {
            Some((_, _, known)) if price >= known.price => return,
            Some((_, _, known)) => known.estimate,
            None => match ways.estimate(&node) {
                Some(estimate) => estimate,
                None => return,
            },
        };
        let total = plus(price, estimate);
        if self.below.is_some_and(|most| total >= most) {
            return;
        }
        let record = Record {
            price,
            estimate,
            from,
            depth,
            open: true,
        };
        let (place, _) = self.records.insert_full(node, record);
        self.open.push(Reverse((total, Reverse(price), place)));
    }

    /// The next node to be looked at, with its total.
    fn next(&mut self) -> Option<(Price, usize)> {
        while let Some(Reverse((total, Reverse(price), place))) = self.open.pop() {
            if let Some((_, record)) = self.records.get_index_mut(place)
                && record.open
                && record.price == price
            {
                record.open = false;
                return Some((total, place));
            }
        }
        None
    }
}

/// Searches for the best way that costs less than `below`, where that is given: with none, no way does.
pub fn soonest_first<W: Ways>(
    ways: &mut W,
    below: Option<Price>,
    budget: &mut dyn Budget,
) -> Found<W::Label> {
    let mut found = Found {
        best: None,
        at_least: (0, 0, 0),
        nodes: 0,
        edges: 0,
        depth: 0,
        stopped: None,
    };
    let mut met: Met<W> = Met {
        records: IndexMap::default(),
        open: BinaryHeap::new(),
        below,
    };
    if let Some(start) = ways.start() {
        met.admit(ways, start, ((0, 0, 0), 0), None);
    }
    while let Some((total, place)) = met.next() {
        let Some((node, record)) = met.records.get_index(place) else {
            continue;
        };
        let (node, price, depth) = (node.clone(), record.price, record.depth);
        found.at_least = found.at_least.max(total);
        found.depth = found.depth.max(depth);
        let progress = Progress {
            states: met.records.len(),
            frontier: met.open.len(),
            transitions: found.edges,
            depth,
        };
        found.stopped = ways.gave_up().or_else(|| budget.spend(progress));
        if found.stopped.is_none() && met.records.len() > budget.max_states() {
            found.stopped = Some(Stop::States);
        }
        if found.stopped.is_some() {
            break;
        }
        if ways.is_goal(&node) {
            found.best = Some((price, way_to(&met.records, place)));
            break;
        }
        let mut offers = Vec::new();
        ways.expand(&node, &mut |label, step, to| offers.push((label, step, to)));
        for (label, step, to) in offers {
            found.edges += 1;
            let way = (plus(price, step), depth + 1);
            met.admit(ways, to, way, Some((place, label)));
        }
    }
    if let (None, None, Some(below)) = (&found.best, found.stopped, below) {
        found.at_least = below;
    }
    if ways.gave_up().is_some() {
        found.stopped = found.stopped.or(ways.gave_up());
        found.best = None;
    }
    found.nodes = met.records.len();
    found
}

/// The labels of the way to a node.
fn way_to<N, L: Clone>(records: &IndexMap<N, Record<L>, Hasher>, place: usize) -> Vec<L> {
    let mut labels = Vec::new();
    let mut here = place;
    while let Some((_, record)) = records.get_index(here)
        && let Some((from, label)) = &record.from
    {
        labels.push(label.clone());
        here = *from;
    }
    labels.reverse();
    labels
}

#[cfg(test)]
mod tests {
    use super::super::budget::{MaxStates, Unlimited};
    use super::*;

    /// From 1 to a target: doubling takes 3 minutes, adding one a minute and two steps.
    struct Count {
        target: u64,
        informed: bool,
    }

    impl Ways for Count {
        type Node = u64;
        type Label = char;

        fn start(&mut self) -> Option<u64> {
            Some(1)
        }
        fn expand(&mut self, &node: &u64, offer: &mut dyn FnMut(char, Price, u64)) {
            if node <= self.target {
                offer('*', (3, 1, 0), node * 2);
                offer('+', (1, 2, 0), node + 1);
            }
        }
        fn is_goal(&mut self, &node: &u64) -> bool {
            node == self.target
        }
        fn estimate(&mut self, &node: &u64) -> Option<Price> {
            // Never too much, and not consistent: odd numbers say nothing.
            let left = self.target.checked_sub(node)?;
            let says = self.informed && node % 2 == 0;
            Some((if says { left.min(3) } else { 0 }, 0, 0))
        }
        fn gave_up(&self) -> Option<Stop> {
            None
        }
    }

    #[test]
    fn the_first_number_counts_most_and_then_the_next() {
        for informed in [false, true] {
            let mut ways = Count {
                target: 8,
                informed,
            };
            // Three times one and doubled: 6 minutes. One by one it takes 7, doubled three times 9.
            let found = soonest_first(&mut ways, None, &mut Unlimited);
            let (price, labels) = found.best.unwrap();
            assert_eq!(
                (price, labels.iter().collect::<String>().as_str()),
                ((6, 7, 0), "+++*")
            );
            assert_eq!(found.at_least, price);
        }
    }

    #[test]
    fn of_ways_that_take_as_long_the_one_with_fewer_steps_is_taken() {
        // To 4: +++ takes 3 minutes in 6 steps, +* 4 minutes; to 2: + takes 1, * takes 3.
        let mut ways = Count {
            target: 4,
            informed: true,
        };
        let found = soonest_first(&mut ways, None, &mut Unlimited);
        assert_eq!(found.best.unwrap().0, (3, 6, 0));
    }

    #[test]
    fn only_what_costs_less_is_looked_for() {
        for informed in [false, true] {
            let mut ways = Count {
                target: 8,
                informed,
            };
            let found = soonest_first(&mut ways, Some((6, 8, 0)), &mut Unlimited);
            assert_eq!(found.best.unwrap().0, (6, 7, 0));
            let found = soonest_first(&mut ways, Some((6, 7, 0)), &mut Unlimited);
            assert!(found.best.is_none() && found.stopped.is_none());
            assert_eq!(found.at_least, (6, 7, 0));
        }
    }

    #[test]
    fn no_way_is_told_apart_from_no_answer() {
        let mut ways = Count {
            target: 0,
            informed: false,
        };
        let none = soonest_first(&mut ways, None, &mut Unlimited);
        assert!(none.best.is_none() && none.stopped.is_none());
        let mut ways = Count {
            target: 1000,
            informed: false,
        };
        let cut = soonest_first(&mut ways, None, &mut MaxStates(10));
        assert!(cut.best.is_none());
        assert_eq!(cut.stopped, Some(Stop::States));
    }
}
