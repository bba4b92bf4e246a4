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

    /// What comes next in each lane, with the position after it.
    pub fn next<'i>(&self, items: &'i [Item]) -> Vec<(&'i Item, Self)> {
        match items.get(self.at) {
            None => Vec::new(),
            Some(Item::Parallel { lanes, .. }) => {
                let mut found = Vec::new();
                for (number, lane) in lanes.iter().enumerate() {
                    for (item, inner) in self.lanes[number].next(lane) {
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
            Item::AwaitSettled { .. } | Item::Await { .. } => Vec::new(),
        };
        if !first.is_empty() {
            return first;
        }
    }
    Vec::new()
}
