//! Of all cheapest paths the one that comes first in order: depth first, with bounds on two sums (cost, then changes), and
//! with the nodes from which it turned out that no path keeps the bounds (a transposition table, as in the iterative deepening
//! of Reinefeld and Marsland, "Enhanced iterative-deepening search", 1994).

use std::collections::HashMap;
use std::hash::Hash;

use super::budget::{Budget, Progress, Stop};
use super::store::Hasher;

/// A space that is walked through by name.
pub trait Walk {
    /// Where one is.
    type Place;
    /// What is the same for places that have the same ways on, up to names.
    type Key: Eq + Hash;
    /// What a step is called.
    type Label: Clone;

    /// The steps out of a place in order, with what they add to both sums. Cost is at least 1.
    fn steps(&mut self, place: &Self::Place) -> Vec<Step<Self::Label, Self::Place>>;

    /// The key of a place.
    fn key(&mut self, place: &Self::Place) -> Self::Key;

    /// Whether a path may end here.
    fn is_goal(&mut self, place: &Self::Place) -> bool;

    /// The least that is still to be added to both sums; `None` where no path ends.
    fn bound(&mut self, place: &Self::Place) -> Option<Sums>;
}

/// A step of a walk.
pub struct Step<L, P> {
    /// What it is called.
    pub label: L,
    /// What it adds.
    pub adds: Sums,
    /// Where it leads.
    pub to: P,
}

/// The two sums.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    /// The first.
    pub cost: u32,
    /// The second.
    pub changes: u32,
}

/// How a walk ended.
#[derive(Debug, PartialEq, Eq)]
pub enum Walked<L> {
    /// With a path.
    Path(Vec<L>),
    /// No path keeps the bounds.
    None,
    /// More places were looked at than was allowed.
    TooMany,
    /// The budget ended.
    Stopped(Stop),
}

/// A place on the way, with what is left of its steps.
struct Frame<L, P, K> {
    key: (K, u32),
    left: Sums,
    steps: std::vec::IntoIter<Step<L, P>>,
}

/// The first path in order from `start` that adds no more than `most` to either sum; `places` limits how many places are
/// looked at, and is reduced by those that were.
pub fn first_in_order<W: Walk>(
    walk: &mut W,
    start: W::Place,
    most: Sums,
    places: &mut usize,
    budget: &mut dyn Budget,
) -> Walked<W::Label> {
    // For places from which no path was found within what was left of the cost, the most that was left of the changes.
    let mut failed: HashMap<(W::Key, u32), u32, Hasher> = HashMap::default();
    let mut path: Vec<W::Label> = Vec::new();
    let mut frames: Vec<Frame<W::Label, W::Place, W::Key>> = Vec::new();
    let mut next = Some((start, most));
    let mut looked_at = 0;
    loop {
        if let Some((place, left)) = next.take() {
            if walk.is_goal(&place) {
                return Walked::Path(path);
            }
            let key = (walk.key(&place), left.cost);
            let known = failed.get(&key).is_some_and(|most| *most >= left.changes);
            if !known {
                looked_at += 1;
                let progress = Progress {
                    states: looked_at,
                    frontier: frames.len(),
                    transitions: 0,
                    depth: most.cost,
                };
                if let Some(stop) = budget.spend(progress) {
                    return Walked::Stopped(stop);
                }
                if *places == 0 {
                    return Walked::TooMany;
                }
                *places -= 1;
            }
            let steps = if known {
                Vec::new()
            } else {
                walk.steps(&place)
            };
            let steps = steps.into_iter();
            frames.push(Frame { key, left, steps });
        }
        let Some(frame) = frames.last_mut() else {
            return Walked::None;
        };
        let left = frame.left;
        let follow = frame.steps.by_ref().find_map(|step| {
            let bound = walk.bound(&step.to)?;
            let left = Sums {
                cost: left.cost.checked_sub(step.adds.cost)?,
                changes: left.changes.checked_sub(step.adds.changes)?,
            };
            let keeps = bound.cost <= left.cost && bound.changes <= left.changes;
            keeps.then_some((step.label, step.to, left))
        });
        match follow {
            Some((label, to, left)) => {
                path.push(label);
                next = Some((to, left));
            }
            None => {
                if let Some(Frame { key, left, .. }) = frames.pop() {
                    let most = failed.entry(key).or_insert(left.changes);
                    *most = (*most).max(left.changes);
                }
                path.pop();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::budget::Unlimited;
    use super::*;

    /// On a grid from (0, 0) to (2, 2) by steps right and up; a change is a step in another direction.
    struct Grid;

    #[derive(Clone, Copy)]
    struct At {
        x: u32,
        y: u32,
        last: Option<char>,
    }

    impl Walk for Grid {
        type Place = At;
        type Key = (u32, u32, Option<char>);
        type Label = char;

        fn steps(&mut self, at: &At) -> Vec<Step<char, At>> {
            // Up comes first, but goes astray at the left edge.
            [('u', 0, 1), ('r', 1, 0)]
                .into_iter()
                .map(|(label, right, up)| Step {
                    label,
                    adds: Sums {
                        cost: 1,
                        changes: u32::from(at.last.is_some_and(|last| last != label)),
                    },
                    to: At {
                        x: at.x + right,
                        y: at.y + up,
                        last: Some(label),
                    },
                })
                .filter(|step| (step.to.x, step.to.y) != (0, 2))
                .collect()
        }

        fn key(&mut self, at: &At) -> Self::Key {
            (at.x, at.y, at.last)
        }

        fn is_goal(&mut self, at: &At) -> bool {
            (at.x, at.y) == (2, 2)
        }

        fn bound(&mut self, at: &At) -> Option<Sums> {
            let cost = 2u32.checked_sub(at.x)? + 2u32.checked_sub(at.y)?;
            Some(Sums { cost, changes: 0 })
        }
    }

    fn walked(changes: u32, mut places: usize) -> Walked<char> {
        let start = At {
            x: 0,
            y: 0,
            last: None,
        };
        let most = Sums { cost: 4, changes };
        first_in_order(&mut Grid, start, most, &mut places, &mut Unlimited)
    }

    #[test]
    fn the_first_path_within_the_bounds_is_found() {
        assert_eq!(walked(9, 100), Walked::Path(vec!['u', 'r', 'u', 'r']));
        assert_eq!(walked(2, 100), Walked::Path(vec!['u', 'r', 'r', 'u']));
        assert_eq!(walked(1, 100), Walked::Path(vec!['r', 'r', 'u', 'u']));
        assert_eq!(walked(0, 100), Walked::None);
    }

    #[test]
    fn a_limit_is_not_taken_for_an_answer() {
        assert_eq!(walked(0, 2), Walked::TooMany);
    }
}
