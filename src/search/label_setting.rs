//! Multi-objective search by setting labels, as NAMOA* does (Mandow and Pérez de la Cruz, "Multiobjective A* search with
//! consistent heuristics", JACM 2010): every cost on the front, each with one path. Labels leave the queue in lexicographic
//! order of cost plus estimate, so that no label that left it is ever worse than one that comes later.
//!
//! The first numbers of a cost are the *objectives*: a path is on the front where no other is as good in all of them and
//! better in one. The numbers after them settle ties, one after the other. With one objective the front is one path: the
//! best in the order of all numbers.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::budget::{Budget, Progress, Stop};

/// The most numbers in a cost.
pub const MOST_NUMBERS: usize = 8;

/// What a path costs: its objectives, the numbers that settle ties, and zeros.
pub type Cost = [u64; MOST_NUMBERS];

/// An edge of the space.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edge<L> {
    /// What it is called.
    pub label: L,
    /// What it costs.
    pub cost: Cost,
    /// Where it leads; none where the path may end with it.
    pub to: Option<usize>,
}

/// A space of nodes with numbers. Every edge between nodes costs more than nothing in some number.
pub trait Space {
    /// What an edge is called.
    type Label: Clone;

    /// Where the search begins; none where nothing is allowed from the start.
    ///
    /// # Errors
    /// The limit that was reached first.
    fn start(&mut self, budget: &mut dyn Budget) -> Result<Option<usize>, Stop>;

    /// The edges of a node, the same in the same order every time.
    ///
    /// # Errors
    /// The limit that was reached first.
    fn edges(
        &mut self,
        node: usize,
        budget: &mut dyn Budget,
    ) -> Result<Vec<Edge<Self::Label>>, Stop>;

    /// In each number a lower bound on what is still to come from a node, no greater than that of an edge and of where it leads
    /// together; none where no path ends from there.
    fn estimate(&mut self, node: usize) -> Option<Cost>;
}

/// A path on the front.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Path<L> {
    /// What it costs.
    pub cost: Cost,
    /// Its edges.
    pub edges: Vec<L>,
}

/// How a search ended.
#[derive(Clone, Debug)]
pub struct Front<L> {
    /// By the first objective, then by the others. Nothing where the search was stopped: it may not be called a front.
    pub paths: Vec<Path<L>>,
    /// Nodes met.
    pub nodes: usize,
    /// Labels that left the queue.
    pub labels: u64,
    /// Edges seen.
    pub edges: u64,
    /// Why it ended early, if it did.
    pub stopped: Option<Stop>,
}

/// Whether a cost is as good as another in all objectives, and not behind where they are equal.
#[must_use]
pub fn covers(objectives: usize, one: &Cost, other: &Cost) -> bool {
    let (first, ties) = one.split_at(objectives);
    let (others, other_ties) = other.split_at(objectives);
    let mut pairs = first.iter().zip(others);
    pairs.all(|(a, b)| a <= b) && (first != others || ties <= other_ties)
}

/// The sum of two costs.
#[must_use]
pub fn sum(one: &Cost, other: &Cost) -> Cost {
    std::array::from_fn(|place| one[place].saturating_add(other[place]))
}

/// A way to a node.
struct Label {
    cost: Cost,
    /// None for the end of a path.
    node: Option<usize>,
    /// The label before it and the place of the edge among those of its node; none at the start.
    before: Option<(usize, usize)>,
}

/// What is known of a node.
struct Known<L> {
    estimate: Option<Cost>,
    edges: Option<Vec<Edge<L>>>,
    /// The labels that no other one of the node covers.
    labels: Vec<(Cost, usize)>,
}

struct Search<'s, S: Space> {
    space: &'s mut S,
    objectives: usize,
    nodes: Vec<Option<Known<S::Label>>>,
    met: usize,
    all: Vec<Label>,
    open: BinaryHeap<Reverse<(Cost, usize)>>,
    ends: Vec<(Cost, usize)>,
    taken: u64,
    edges: u64,
}

/// Searches for all costs on the front.
pub fn front<S: Space>(
    space: &mut S,
    objectives: usize,
    budget: &mut dyn Budget,
) -> Front<S::Label> {
    let mut search = Search {
        space,
        objectives: objectives.clamp(1, MOST_NUMBERS),
        nodes: Vec::new(),
        met: 0,
        all: Vec::new(),
        open: BinaryHeap::new(),
        ends: Vec::new(),
        taken: 0,
        edges: 0,
    };
    let stopped = search.run(budget).err();
    let paths = match stopped {
        Some(_) => Vec::new(),
        None => search.ends.iter().map(|end| search.path(*end)).collect(),
    };
    Front {
        paths,
        nodes: search.met,
        labels: search.taken,
        edges: search.edges,
        stopped,
    }
}

impl<S: Space> Search<'_, S> {
    fn run(&mut self, budget: &mut dyn Budget) -> Result<(), Stop> {
        let Some(start) = self.space.start(budget)? else {
            return Ok(());
        };
        self.admit(Some(start), Cost::default(), None, budget)?;
        while let Some(Reverse((total, label))) = self.open.pop() {
            if let Some(stop) = budget.spend(self.progress()) {
                return Err(stop);
            }
            let is_open = self.is_kept(label);
            if !is_open || self.is_beaten(&total) {
                continue;
            }
            self.taken += 1;
            match self.all[label].node {
                None => self.ends.push((total, label)),
                Some(node) => self.expand(node, label, budget)?,
            }
        }
        Ok(())
    }

    fn progress(&self) -> Progress {
        Progress {
            states: self.met,
            frontier: self.open.len(),
            transitions: self.edges,
            depth: 0,
        }
    }

    /// Whether no label of its node that was found later covers a label.
    fn is_kept(&self, label: usize) -> bool {
        let Some(node) = self.all[label].node else {
            return true;
        };
        let known = self.nodes.get(node).and_then(Option::as_ref);
        known.is_some_and(|known| known.labels.iter().any(|(_, kept)| *kept == label))
    }

    /// Whether a path that was found is as good as whatever comes of such a total.
    fn is_beaten(&self, total: &Cost) -> bool {
        let mut ends = self.ends.iter();
        ends.any(|(end, _)| covers(self.objectives, end, total))
    }

    fn expand(&mut self, node: usize, label: usize, budget: &mut dyn Budget) -> Result<(), Stop> {
        let known = |search: &Self| {
            let known = search.nodes.get(node).and_then(Option::as_ref);
            known.and_then(|known| known.edges.as_ref().map(Vec::len))
        };
        if known(self).is_none() {
            let edges = self.space.edges(node, budget)?;
            self.edges += edges.len() as u64;
            if let Some(Some(known)) = self.nodes.get_mut(node) {
                known.edges = Some(edges);
            }
        }
        for place in 0..known(self).unwrap_or(0) {
            let edges = self.nodes[node].as_ref().and_then(|k| k.edges.as_ref());
            let Some((to, cost)) = edges.map(|edges| (edges[place].to, edges[place].cost)) else {
                continue;
            };
            let cost = sum(&self.all[label].cost, &cost);
            self.admit(to, cost, Some((label, place)), budget)?;
        }
        Ok(())
    }

    /// Notes a way to a node, or to the end of a path, unless one that is known covers it.
    fn admit(
        &mut self,
        node: Option<usize>,
        cost: Cost,
        before: Option<(usize, usize)>,
        budget: &mut dyn Budget,
    ) -> Result<(), Stop> {
        let mut total = cost;
        let label = self.all.len();
        if let Some(node) = node {
            self.meet(node, budget)?;
            let objectives = self.objectives;
            let Some(Some(known)) = self.nodes.get_mut(node) else {
                return Ok(());
            };
            let Some(estimate) = known.estimate else {
                return Ok(());
            };
            total = sum(&cost, &estimate);
            let mut labels = known.labels.iter();
            if labels.any(|(other, _)| covers(objectives, other, &cost)) {
                return Ok(());
            }
            let mut ends = self.ends.iter();
            if ends.any(|(end, _)| covers(objectives, end, &total)) {
                return Ok(());
            }
            known
                .labels
                .retain(|(other, _)| !covers(objectives, &cost, other));
            known.labels.push((cost, label));
        } else if self.is_beaten(&total) {
            return Ok(());
        }
        self.all.push(Label { cost, node, before });
        self.open.push(Reverse((total, label)));
        Ok(())
    }

    /// Makes room for a node.
    fn meet(&mut self, node: usize, budget: &dyn Budget) -> Result<(), Stop> {
        if self.nodes.len() <= node {
            self.nodes.resize_with(node + 1, || None);
        }
        if self.nodes[node].is_none() {
            if self.met >= budget.max_states() {
                return Err(Stop::States);
            }
            self.met += 1;
            self.nodes[node] = Some(Known {
                estimate: self.space.estimate(node),
                edges: None,
                labels: Vec::new(),
            });
        }
        Ok(())
    }

    fn path(&self, (cost, end): (Cost, usize)) -> Path<S::Label> {
        let mut edges = Vec::new();
        let mut here = end;
        while let Some((before, place)) = self.all[here].before {
            let node = self.all[before].node;
            let known = node.and_then(|node| self.nodes[node].as_ref());
            if let Some(all) = known.and_then(|known| known.edges.as_ref()) {
                edges.push(all[place].label.clone());
            }
            here = before;
        }
        edges.reverse();
        Path { cost, edges }
    }
}

#[cfg(test)]
mod tests {
    use super::super::budget::{MaxStates, Unlimited};
    use super::*;

    /// Towns along a road: to the next town on foot (1 euro, 5 hours) or by cab (4 euros, 1 hour), two towns on by train (6
    /// euros, 1 hour), and for nothing to the same town by a walk round it.
    struct Road {
        towns: usize,
        informed: bool,
    }

    fn cost(money: u64, hours: u64) -> Cost {
        let mut cost = Cost::default();
        (cost[0], cost[1], cost[2]) = (money, hours, 1);
        cost
    }

    impl Space for Road {
        type Label = &'static str;

        fn start(&mut self, _: &mut dyn Budget) -> Result<Option<usize>, Stop> {
            Ok(Some(0))
        }

        fn edges(
            &mut self,
            node: usize,
            _: &mut dyn Budget,
        ) -> Result<Vec<Edge<&'static str>>, Stop> {
            let edge = |label, cost, to| Edge { label, cost, to };
            if node == self.towns {
                return Ok(vec![edge("arrive", Cost::default(), None)]);
            }
            let mut edges = vec![
                edge("round", cost(0, 0), Some(node)),
                edge("walk", cost(1, 5), Some(node + 1)),
                edge("cab", cost(4, 1), Some(node + 1)),
            ];
            if node + 2 <= self.towns {
                edges.push(edge("train", cost(6, 1), Some(node + 2)));
            }
            Ok(edges)
        }

        fn estimate(&mut self, node: usize) -> Option<Cost> {
            let left = (self.towns - node) as u64;
            let mut least = Cost::default();
            if self.informed {
                (least[0], least[1], least[2]) = (left, left.div_ceil(2), left.div_ceil(2));
            }
            Some(least)
        }
    }

    fn costs(towns: usize, objectives: usize, informed: bool) -> Vec<(u64, u64, u64)> {
        let mut road = Road { towns, informed };
        let found = front(&mut road, objectives, &mut Unlimited);
        assert_eq!(found.stopped, None);
        let costs = found.paths.iter().map(|path| path.cost);
        costs.map(|cost| (cost[0], cost[1], cost[2])).collect()
    }

    /// All ways without walking round, by hand.
    fn by_hand(towns: usize) -> Vec<(u64, u64, u64)> {
        let mut ways = vec![Vec::new(); towns + 1];
        ways[0].push((0, 0, 0));
        for town in 0..towns {
            for (money, hours, steps) in ways[town].clone() {
                ways[town + 1].push((money + 1, hours + 5, steps + 1));
                ways[town + 1].push((money + 4, hours + 1, steps + 1));
                if town + 2 <= towns {
                    ways[town + 2].push((money + 6, hours + 1, steps + 1));
                }
            }
        }
        let mut all = ways.remove(towns);
        all.sort_unstable();
        all.dedup();
        let is_beaten = |one: &(u64, u64, u64)| {
            let mut others = all.iter();
            others.any(|other| {
                other != one
                    && other.0 <= one.0
                    && other.1 <= one.1
                    && ((other.0, other.1) != (one.0, one.1) || other.2 < one.2)
            })
        };
        all.iter().filter(|way| !is_beaten(way)).copied().collect()
    }

    #[test]
    fn the_front_is_that_of_all_ways() {
        for towns in 0..7 {
            for informed in [false, true] {
                assert_eq!(costs(towns, 2, informed), by_hand(towns), "{towns} towns");
            }
        }
        assert!(by_hand(6).len() > 5, "there is something to choose from");
    }

    #[test]
    fn one_objective_has_one_best_way() {
        assert_eq!(costs(4, 1, false), [(4, 20, 4)]);
        assert_eq!(costs(4, 1, true), [(4, 20, 4)]);
    }

    #[test]
    fn paths_add_up_to_their_costs() {
        let mut road = Road {
            towns: 5,
            informed: true,
        };
        for path in front(&mut road, 2, &mut Unlimited).paths {
            let price = |label: &&str| match *label {
                "walk" => cost(1, 5),
                "cab" => cost(4, 1),
                "train" => cost(6, 1),
                _ => Cost::default(),
            };
            let all = path.edges.iter().map(price);
            assert_eq!(all.fold(Cost::default(), |a, b| sum(&a, &b)), path.cost);
            assert_eq!(path.edges.last(), Some(&"arrive"));
        }
    }

    #[test]
    fn what_was_stopped_is_no_front() {
        let mut road = Road {
            towns: 50,
            informed: false,
        };
        let found = front(&mut road, 2, &mut MaxStates(10));
        assert_eq!(found.stopped, Some(Stop::States));
        assert!(found.paths.is_empty());
    }
}
