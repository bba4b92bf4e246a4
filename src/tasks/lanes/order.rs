//! Which elements of a plan come before which: a strict partial order, transitively closed. Knows no cluster.

use crate::model::plan::Item;

/// A set of numbers below a fixed one.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Numbers(Box<[u64]>);

impl Numbers {
    fn none(count: usize) -> Self {
        Self(vec![0; count.div_ceil(64)].into_boxed_slice())
    }

    fn has(&self, number: usize) -> bool {
        self.0[number / 64] >> (number % 64) & 1 == 1
    }

    fn insert(&mut self, number: usize) {
        self.0[number / 64] |= 1 << (number % 64);
    }

    fn remove(&mut self, number: usize) {
        self.0[number / 64] &= !(1 << (number % 64));
    }

    /// Adds all of another set; whether any was new.
    fn add(&mut self, other: &Self) -> bool {
        let mut any = false;
        for (word, more) in self.0.iter_mut().zip(&other.0) {
            any |= *more & !*word != 0;
            *word |= more;
        }
        any
    }

    fn len(&self) -> usize {
        self.0.iter().map(|word| word.count_ones() as usize).sum()
    }
}

/// A strict order on the numbers of elements.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// For each element all that come before it.
    before: Vec<Numbers>,
}

impl Order {
    /// No element before any other.
    #[must_use]
    pub fn none(count: usize) -> Self {
        Self {
            before: vec![Numbers::none(count); count],
        }
    }

    /// The order in which a plan has its steps and waits, numbered as in the file: what must be done before an element can be.
    #[must_use]
    pub fn of(items: &[Item], count: usize) -> Self {
        let mut order = Self::none(count);
        // An element may wait for one that stands behind it in the file.
        loop {
            let mut next = 0;
            let mut behind = Numbers::none(count);
            if !order.sequence(items, &mut next, &mut behind) {
                return order;
            }
        }
    }

    /// Notes what a sequence says; whether that was anything new. `behind` is what is done before, and then after it.
    fn sequence(&mut self, items: &[Item], next: &mut usize, behind: &mut Numbers) -> bool {
        let mut any = false;
        for item in items {
            match item {
                Item::Step { .. } | Item::Await { .. } | Item::AwaitSettled { .. } => {
                    any |= self.before[*next].add(behind);
                    behind.add(&self.before[*next].clone());
                    behind.insert(*next);
                    *next += 1;
                }
                Item::After { element, .. } => {
                    behind.add(&self.before[*element]);
                    behind.insert(*element);
                }
                Item::Parallel { lanes, .. } => {
                    let start = behind.clone();
                    for lane in lanes {
                        let mut inside = start.clone();
                        any |= self.sequence(lane, next, &mut inside);
                        behind.add(&inside);
                    }
                }
            }
        }
        any
    }

    /// How many elements there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.before.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.before.is_empty()
    }

    /// Whether one comes before another.
    #[must_use]
    pub fn has(&self, first: usize, then: usize) -> bool {
        self.before[then].has(first)
    }

    /// Puts one before another, and everything before that one as well. Both must be in this order already, or in none.
    pub fn put(&mut self, first: usize, then: usize) {
        let mut more = self.before[first].clone();
        more.insert(first);
        for element in 0..self.len() {
            if element == then || self.has(then, element) {
                self.before[element].add(&more);
            }
        }
    }

    /// How many pairs are ordered.
    #[must_use]
    pub fn pairs(&self) -> usize {
        self.before.iter().map(Numbers::len).sum()
    }

    /// The pairs with nothing between them: those that can be dropped one by one, so that what is left is an order.
    #[must_use]
    pub fn covers(&self) -> Vec<(usize, usize)> {
        let mut found = Vec::new();
        for then in 0..self.len() {
            let mut implied = Numbers::none(self.len());
            for between in 0..self.len() {
                if self.has(between, then) {
                    implied.add(&self.before[between]);
                }
            }
            found.extend(
                (0..self.len())
                    .filter(|first| self.has(*first, then) && !implied.has(*first))
                    .map(|first| (first, then)),
            );
        }
        found
    }

    /// The order without one of its [`Order::covers`].
    #[must_use]
    pub fn without(&self, (first, then): (usize, usize)) -> Self {
        let mut less = self.clone();
        less.before[then].remove(first);
        less
    }

    /// The order of all elements but one, which are numbered again.
    #[must_use]
    pub fn without_element(&self, element: usize) -> Self {
        let kept: Vec<usize> = (0..self.len()).filter(|e| *e != element).collect();
        self.among(&kept)
    }

    /// The order of some of the elements, numbered as they are listed.
    #[must_use]
    pub fn among(&self, kept: &[usize]) -> Self {
        let mut order = Self::none(kept.len());
        for (then, &old) in kept.iter().enumerate() {
            for (first, &before) in kept.iter().enumerate() {
                if self.has(before, old) {
                    order.before[then].insert(first);
                }
            }
        }
        order
    }

    /// All elements, each behind everything that comes before it; of those that could come next the smallest number.
    #[must_use]
    pub fn sequence_of_all(&self) -> Vec<usize> {
        let mut found = Vec::with_capacity(self.len());
        let mut done = Numbers::none(self.len());
        while let Some(next) = (0..self.len())
            .find(|&e| !done.has(e) && (0..self.len()).all(|b| !self.has(b, e) || done.has(b)))
        {
            done.insert(next);
            found.push(next);
        }
        found
    }

    /// The longest way through the order where each element takes so long.
    #[must_use]
    pub fn longest(&self, takes: &[u64]) -> u64 {
        let mut ends = vec![0u64; self.len()];
        for element in self.sequence_of_all() {
            let before = (0..self.len()).filter(|b| self.has(*b, element));
            let start = before.map(|b| ends[b]).max().unwrap_or(0);
            ends[element] = start.saturating_add(takes[element]);
        }
        ends.into_iter().max().unwrap_or(0)
    }

    /// As few chains as possible that have all elements (Dilworth 1950; by a maximum matching of elements with what comes
    /// next in their chain, Fulkerson 1956). `liking` orders what may come before an element in its chain; the smallest is
    /// tried first, and kept where that leaves as few chains.
    #[must_use]
    pub fn chains<K: Ord>(&self, liking: impl Fn(usize, usize) -> K) -> Vec<Vec<usize>> {
        let mut next: Vec<Option<usize>> = vec![None; self.len()];
        let choices: Vec<Vec<usize>> = (0..self.len())
            .map(|then| {
                let mut before: Vec<usize> =
                    (0..self.len()).filter(|b| self.has(*b, then)).collect();
                before.sort_by_key(|first| liking(*first, then));
                before
            })
            .collect();
        for then in 0..self.len() {
            let mut tried = Numbers::none(self.len());
            rematch(then, &choices, &mut next, &mut tried);
        }
        let follows: Vec<usize> = next.iter().flatten().copied().collect();
        let first = (0..self.len()).filter(|e| !follows.contains(e));
        first
            .map(|start| std::iter::successors(Some(start), |e| next[*e]).collect())
            .collect()
    }

    /// How many lanes are needed.
    #[must_use]
    pub fn width(&self) -> usize {
        self.chains(|first, _| std::cmp::Reverse(first)).len()
    }
}

/// Looks for a chain to put an element into, moving others to other chains; whether there is one.
fn rematch(
    then: usize,
    choices: &[Vec<usize>],
    next: &mut [Option<usize>],
    tried: &mut Numbers,
) -> bool {
    // An explicit stack: alternating ways may be as long as the plan.
    let mut way: Vec<(usize, usize)> = vec![(then, 0)];
    while let Some((element, choice)) = way.pop() {
        let Some(&first) = choices[element].get(choice) else {
            continue;
        };
        way.push((element, choice + 1));
        if tried.has(first) {
            continue;
        }
        tried.insert(first);
        match next[first] {
            Some(other) => way.push((other, 0)),
            None => {
                for &(element, choice) in &way {
                    next[choices[element][choice - 1]] = Some(element);
                }
                return true;
            }
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(count: usize, pairs: &[(usize, usize)]) -> Order {
        let mut order = Order::none(count);
        for (first, then) in pairs {
            order.put(*first, *then);
        }
        order
    }

    #[test]
    fn orders_are_closed_and_covers_are_what_they_consist_of() {
        let order = order(4, &[(2, 3), (0, 1), (1, 2)]);
        assert_eq!(order.pairs(), 6);
        assert_eq!(order.covers(), [(0, 1), (1, 2), (2, 3)]);
        let less = order.without((1, 2));
        assert_eq!(less.covers(), [(0, 1), (0, 2), (1, 3), (2, 3)]);
        assert_eq!(less.width(), 2);
        assert_eq!(less.longest(&[1, 10, 20, 3]), 24);
        assert_eq!(less.without_element(0).covers(), [(0, 2), (1, 2)]);
    }

    #[test]
    fn there_are_as_few_chains_as_there_are_elements_side_by_side() {
        // All orders on five elements that respect their numbers: compared with the largest set without an order.
        let pairs: Vec<(usize, usize)> = (0..5)
            .flat_map(|then| (0..then).map(move |first| (first, then)))
            .collect();
        for chosen in 0u32..1 << pairs.len() {
            let listed = pairs.iter().enumerate();
            let some: Vec<(usize, usize)> = listed
                .filter(|(place, _)| chosen >> place & 1 == 1)
                .map(|(_, pair)| *pair)
                .collect();
            let order = order(5, &some);
            let chains = order.chains(|first, _| std::cmp::Reverse(first));
            for chain in &chains {
                assert!(chain.windows(2).all(|two| order.has(two[0], two[1])));
            }
            let mut all: Vec<usize> = chains.iter().flatten().copied().collect();
            all.sort_unstable();
            assert_eq!(all, [0, 1, 2, 3, 4]);
            let side_by_side = |set: &u32| {
                let inside = |e: usize| set >> e & 1 == 1;
                pairs
                    .iter()
                    .all(|(a, b)| !(inside(*a) && inside(*b) && order.has(*a, *b)))
            };
            let widest = (0u32..1 << 5)
                .filter(side_by_side)
                .map(u32::count_ones)
                .max();
            assert_eq!(widest, u32::try_from(chains.len()).ok(), "{some:?}");
        }
    }
}
