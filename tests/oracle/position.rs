//! Where the operators are in a plan with lanes.

use rollproof::model::plan::Item;

/// A place in a sequence, and in each lane of the lanes that are under way there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    at: usize,
    lanes: Vec<Position>,
}

impl Position {
    /// At the first item.
    pub fn start(items: &[Item]) -> Self {
        Self::entering(items, 0)
    }

    /// At an item, past all lanes that have nothing in them.
    fn entering(items: &[Item], at: usize) -> Self {
        if let Some(Item::Parallel { lanes, .. }) = items.get(at) {
            let starts: Vec<Self> = lanes.iter().map(|lane| Self::start(lane)).collect();
            if starts
                .iter()
                .zip(lanes)
                .all(|(start, lane)| start.done(lane))
            {
                return Self::entering(items, at + 1);
            }
            return Self { at, lanes: starts };
        }
        Self {
            at,
            lanes: Vec::new(),
        }
    }

    /// Whether nothing is left to do.
    pub fn done(&self, items: &[Item]) -> bool {
        self.at >= items.len()
    }

    /// The steps about to be taken, one for each lane that has any left: waits are passed over.
    pub fn ahead<'i>(&self, items: &'i [Item]) -> Vec<&'i Item> {
        let Some(Item::Parallel { lanes, .. }) = items.get(self.at) else {
            return first_steps(items.get(self.at..).unwrap_or_default());
        };
        let under_way: Vec<&Item> = lanes
            .iter()
            .zip(&self.lanes)
            .flat_map(|(lane, place)| place.ahead(lane))
            .collect();
        if under_way.is_empty() {
            return first_steps(items.get(self.at + 1..).unwrap_or_default());
        }
        under_way
    }

    /// Whether all steps and waits up to one of them are behind, of which so many come before these items.
    fn has_done(&self, items: &[Item], element: usize, mut first: usize) -> bool {
        for (place, item) in items.iter().enumerate() {
            let inside = elements(std::slice::from_ref(item));
            if element < first + inside {
                return match item {
                    Item::Parallel { lanes, .. } if place == self.at => {
                        lanes.iter().zip(&self.lanes).any(|(lane, at)| {
                            let inside = elements(lane);
                            let is_here = (first..first + inside).contains(&element);
                            let done = is_here && at.has_done(lane, element, first);
                            first += inside;
                            done
                        })
                    }
                    _ => place < self.at,
                };
            }
            first += inside;
        }
        false
    }

    /// The same position past every `after` that waits for nothing any more.
    fn past_waits(self, items: &[Item]) -> Self {
        let mut here = self;
        loop {
            let passes = here
                .in_lanes(items)
                .into_iter()
                .find_map(|(item, next)| match item {
                    Item::After { element, .. } if here.has_done(items, *element, 0) => Some(next),
                    _ => None,
                });
            match passes {
                Some(next) => here = next,
                None => return here,
            }
        }
    }

    /// What comes next in each lane, with the position after it: what waits for another lane, waits.
    pub fn next<'i>(&self, items: &'i [Item]) -> Vec<(&'i Item, Self)> {
        let found = self.in_lanes(items).into_iter();
        found
            .filter(|(item, _)| !matches!(item, Item::After { .. }))
            .map(|(item, after)| (item, after.past_waits(items)))
            .collect()
    }

    /// The same with elements that wait for another lane, as if they were there to be taken.
    fn in_lanes<'i>(&self, items: &'i [Item]) -> Vec<(&'i Item, Self)> {
        match items.get(self.at) {
            None => Vec::new(),
            Some(Item::Parallel { lanes, .. }) => {
                let mut found = Vec::new();
                for (number, lane) in lanes.iter().enumerate() {
                    for (item, inner) in self.lanes[number].in_lanes(lane) {
                        let mut after = self.clone();
                        after.lanes[number] = inner;
                        let over = after
                            .lanes
                            .iter()
                            .zip(lanes)
                            .all(|(place, lane)| place.done(lane));
                        let after = if over {
                            Self::entering(items, self.at + 1)
                        } else {
                            after
                        };
                        found.push((item, after));
                    }
                }
                found
            }
            Some(item) => vec![(item, Self::entering(items, self.at + 1))],
        }
    }
}

/// The steps that a sequence begins with: of lanes the first of each.
fn first_steps(items: &[Item]) -> Vec<&Item> {
    for item in items {
        let first = match item {
            Item::Step { .. } => vec![item],
            Item::Parallel { lanes, .. } => {
                lanes.iter().flat_map(|lane| first_steps(lane)).collect()
            }
            Item::AwaitSettled { .. } | Item::Await { .. } | Item::After { .. } => Vec::new(),
        };
        if !first.is_empty() {
            return first;
        }
    }
    Vec::new()
}

/// How many steps and waits there are.
fn elements(items: &[Item]) -> usize {
    let counts = items.iter().map(|item| match item {
        Item::Step { .. } | Item::AwaitSettled { .. } | Item::Await { .. } => 1,
        Item::Parallel { lanes, .. } => lanes.iter().map(|lane| elements(lane)).sum(),
        Item::After { .. } => 0,
    });
    counts.sum()
}

/// How many steps there are.
pub fn steps(items: &[Item]) -> u32 {
    items
        .iter()
        .map(|item| match item {
            Item::Step { .. } => 1,
            Item::Parallel { lanes, .. } => lanes.iter().map(|lane| steps(lane)).sum(),
            _ => 0,
        })
        .sum()
}

impl Position {
    /// The numbers of the steps that are next, where the first step of these items is that one: what each lane does first of
    /// all that it has left, waits apart; what comes behind lanes, where none of them has a step left.
    pub fn next_steps(&self, items: &[Item], first: u32) -> Vec<u32> {
        let mut number = first + steps(&items[..self.at.min(items.len())]);
        for (place, item) in items.iter().enumerate().skip(self.at) {
            match item {
                Item::Step { .. } => return vec![number],
                Item::Parallel { lanes, .. } => {
                    let mut found = Vec::new();
                    for (lane_number, lane) in lanes.iter().enumerate() {
                        let start = Self::start(lane);
                        let is_here = place == self.at;
                        let at = if is_here {
                            &self.lanes[lane_number]
                        } else {
                            &start
                        };
                        found.extend(at.next_steps(lane, number));
                        number += steps(lane);
                    }
                    if !found.is_empty() {
                        return found;
                    }
                }
                _ => {}
            }
        }
        Vec::new()
    }

    /// How many items are behind, those of lanes included.
    pub fn behind(&self, items: &[Item]) -> usize {
        let all = |items: &[Item]| Self::all(items);
        let inside = match items.get(self.at) {
            Some(Item::Parallel { lanes, .. }) => {
                let places = self.lanes.iter().zip(lanes);
                places.map(|(place, lane)| place.behind(lane)).sum()
            }
            _ => 0,
        };
        all(&items[..self.at.min(items.len())]) + inside
    }

    fn all(items: &[Item]) -> usize {
        items
            .iter()
            .map(|item| match item {
                Item::Parallel { lanes, .. } => {
                    1 + lanes.iter().map(|lane| Self::all(lane)).sum::<usize>()
                }
                _ => 1,
            })
            .sum()
    }
}
