//! The next best plans: those that differ by more than the names of interchangeable objects and the order of independent steps.
//!
//! Two steps are independent at a position if both orders are valid there and lead to the same. Plans are listed depth first,
//! cost by cost; of plans that differ by the order of independent steps one is met (sleep sets: Godefroid, "Partial-order
//! methods for the verification of concurrent systems", LNCS 1032, 1996, chapter 5, with independence where it is asked).

use crate::search::budget::{Budget, Progress, Stop};

use super::positions::{Place, Positions};
use super::renaming::Names;

/// So many positions are looked at.
const MOST_PLACES: usize = 200_000;

/// What was found.
pub(super) struct Alternatives {
    /// The actions of each plan, with its cost; the cheapest first.
    pub(super) plans: Vec<(Vec<usize>, u32)>,
    /// Whether there may be others as cheap: the search for them came to its own limit.
    pub(super) cut_short: bool,
}

/// What is the same for plans that differ by names and by the order of independent steps: the transitions and where they lead,
/// in an order that depends on neither.
type Signature = Vec<(u32, Place)>;

struct Search<'p, 'm> {
    positions: &'p Positions<'m>,
    wanted: usize,
    found: Vec<(Signature, Vec<usize>, u32)>,
    left: usize,
}

/// A position on the way.
struct Frame {
    place: Place,
    /// What is left to be spent.
    left: u32,
    /// Steps that were taken care of elsewhere.
    asleep: Vec<usize>,
    steps: std::vec::IntoIter<usize>,
    /// Steps that were followed from here.
    done: Vec<usize>,
}

/// Up to `wanted` plans besides the best one, which is given with its cost.
pub(super) fn alternatives(
    positions: &Positions<'_>,
    (best, cost): (&[usize], u32),
    wanted: usize,
    budget: &mut dyn Budget,
) -> Result<Alternatives, Stop> {
    let mut search = Search {
        positions,
        wanted: wanted + 1,
        found: Vec::new(),
        left: MOST_PLACES,
    };
    search.note(best.to_vec(), cost);
    let mut most = cost;
    let mut cut_short = false;
    // What costs more than twice as much is no alternative.
    while search.found.len() < search.wanted && most <= cost.saturating_mul(2) {
        if !search.of_cost(most, budget)? {
            cut_short = true;
            break;
        }
        most += 1;
    }
    let plans = search.found.into_iter().skip(1);
    Ok(Alternatives {
        plans: plans.map(|(_, steps, cost)| (steps, cost)).collect(),
        cut_short,
    })
}

impl Search<'_, '_> {
    /// Meets all plans of exactly this cost, or as many as are wanted; whether there was room for it.
    fn of_cost(&mut self, cost: u32, budget: &mut dyn Budget) -> Result<bool, Stop> {
        let Some(start) = self.positions.first_place() else {
            return Ok(true);
        };
        let mut path: Vec<usize> = Vec::new();
        let mut frames = vec![self.frame(start, cost, Vec::new())];
        while let Some(frame) = frames.last_mut() {
            let Some(action) = frame.steps.next() else {
                frames.pop();
                path.pop();
                continue;
            };
            if frame.asleep.contains(&action) {
                continue;
            }
            let Some(left) = frame.left.checked_sub(self.positions.cost(action)) else {
                continue;
            };
            let here = frame.place.clone();
            let others: Vec<usize> = frame.asleep.iter().chain(&frame.done).copied().collect();
            let next = self.positions.next(&here, action);
            if !next.is_empty() {
                frame.done.push(action);
            }
            for place in next {
                if let Some(stop) = budget.spend(Progress {
                    states: MOST_PLACES - self.left,
                    frontier: frames.len(),
                    transitions: 0,
                    depth: cost,
                }) {
                    return Err(stop);
                }
                let within = self
                    .positions
                    .bound(&place, None)
                    .is_some_and(|b| b.cost <= left);
                let circle = frames.iter().any(|frame| frame.place == place);
                if !within || circle {
                    continue;
                }
                if self.positions.is_end(&place) {
                    if left == 0 {
                        path.push(action);
                        self.note(path.clone(), cost);
                        path.pop();
                        if self.found.len() >= self.wanted {
                            return Ok(true);
                        }
                    }
                    continue;
                }
                if self.left == 0 {
                    return Ok(false);
                }
                self.left -= 1;
                let asleep = others.iter().copied();
                let asleep = asleep.filter(|&other| self.commute(&here, other, action));
                let asleep = asleep.collect();
                path.push(action);
                frames.push(self.frame(place, left, asleep));
                // A step leads to several places only by how far along it is in what has to be kept; one is followed.
                break;
            }
        }
        Ok(true)
    }

    fn frame(&self, place: Place, left: u32, asleep: Vec<usize>) -> Frame {
        let names = Names::Real { apart: None };
        let steps = self.positions.candidates(&place.belief, names).into_iter();
        Frame {
            place,
            left,
            asleep,
            steps,
            done: Vec::new(),
        }
    }

    /// Whether two steps are independent at a place.
    fn commute(&self, at: &Place, one: usize, other: usize) -> bool {
        let both = |first: usize, second: usize| -> Vec<Place> {
            let next = self.positions.next(at, first).into_iter();
            next.flat_map(|place| self.positions.next(&place, second))
                .collect()
        };
        let found = both(one, other);
        !found.is_empty() && found == both(other, one)
    }

    /// Keeps a plan that is not like any that was found.
    fn note(&mut self, steps: Vec<usize>, cost: u32) {
        let Some(signature) = self.signature(&steps) else {
            return;
        };
        if self.found.iter().all(|(known, ..)| *known != signature) {
            self.found.push((signature, steps, cost));
        }
    }

    /// Of the steps that can come first, again and again the one with the least transition that leads to the least
    /// representative.
    fn signature(&self, steps: &[usize]) -> Option<Signature> {
        let mut left = steps.to_vec();
        let mut here = self.positions.first_place()?;
        let mut signature = Vec::with_capacity(steps.len());
        while !left.is_empty() {
            let mut best: Option<(u32, Place, usize, Place)> = None;
            for place in 0..left.len() {
                let Some(next) = self.first(&here, &left, place) else {
                    continue;
                };
                let transition = self.positions.transition(left[place]);
                let representative = self.positions.representative(next.clone());
                let is_less = best.as_ref().is_none_or(|(least, known, ..)| {
                    (transition, &representative) < (*least, known)
                });
                if is_less {
                    best = Some((transition, representative, place, next));
                }
            }
            let (transition, representative, place, next) = best?;
            left.remove(place);
            signature.push((transition, representative));
            here = next;
        }
        Some(signature)
    }

    /// Where the step at a place of what is left leads if it can come first: it is independent of all before it.
    fn first(&self, here: &Place, left: &[usize], place: usize) -> Option<Place> {
        let wanted = left[place];
        let mut at = here.clone();
        for &before in &left[..place] {
            if !self.commute(&at, before, wanted) {
                return None;
            }
            at = self.positions.next(&at, before).into_iter().next()?;
        }
        self.positions.next(here, wanted).into_iter().next()
    }
}
