//! Shortest paths that show what strikes do: from a state of a position, through the strikes with what events do in between,
//! to what has to be shown.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashSet};

use crate::search::store::{Hasher, StateId};

use super::aftermath::Aftermath;
use super::carried_on::both;
use super::cells::{At, Struck};
use super::ends::Ends;
use super::recovering::Recovering;
use super::rows::has;
use super::strikes::{Limits, Strike, Strikes};

/// What a run has to come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Target {
    /// The events break this.
    Broken(usize),
    /// The service is out in the end.
    Out(usize),
    /// The goal is out of reach.
    Lost,
    /// The rest of the plan breaks this.
    PlanBreaks(usize),
    Refused,
    Undefined,
    Incomplete,
}

impl Target {
    /// Whether the operator carries on.
    const fn is_of_the_plan(self) -> bool {
        !matches!(self, Self::Broken(_) | Self::Out(_) | Self::Lost)
    }
}

/// A step of a run.
#[derive(Clone, Copy, Debug)]
pub(super) enum Hop {
    Any,
    Event,
    Lane,
    Strike(Strike),
}

/// A point of the search for a run.
struct Point {
    id: StateId,
    /// The strikes that are left.
    left: Vec<Strike>,
    before: Option<(usize, Hop)>,
    /// Whether what has to break was broken on the way: by what led here, or before the last strike.
    breaks: bool,
}

/// A run from a state of the position.
pub(super) struct Path {
    pub(super) first: StateId,
    pub(super) hops: Vec<(Hop, StateId)>,
}

/// What is needed to find them.
pub(super) struct Paths<'s, 'a, 'm> {
    after: &'s Aftermath<'s, 'a, 'm>,
    recovering: &'s Recovering<'s, 'a, 'm>,
    /// States on cycles in which a fair run can go round for ever, and of these with the lanes of the plan those in which
    /// it is never done.
    out_rounds: HashSet<StateId, Hasher>,
    undone_rounds: HashSet<StateId, Hasher>,
    /// For each state of the plan without strikes how far it is from the beginning.
    depth: Vec<usize>,
}

impl<'s, 'a, 'm> Paths<'s, 'a, 'm> {
    pub(super) fn new(
        after: &'s Aftermath<'s, 'a, 'm>,
        recovering: &'s Recovering<'s, 'a, 'm>,
    ) -> Self {
        let mut depth = Vec::with_capacity(after.planned);
        for (id, parent) in after.parents.iter().enumerate().take(after.planned) {
            depth.push(if parent.index() == id {
                0
            } else {
                depth[parent.index()] + 1
            });
        }
        let states = after.facts.len();
        let rounds = |graph, lanes: bool| {
            let steps = |id: StateId| after.fair_steps(id, lanes);
            Ends::new(graph, states).fair_rounds(&|_| true, &|_, _| true, &steps)
        };
        let out = rounds(&after.events, false).into_iter().flatten().collect();
        let undone = rounds(&both(after), true)
            .into_iter()
            .filter(|round| round.iter().any(|id| !after.facts[id.index()].done))
            .flatten()
            .collect();
        Self {
            after,
            recovering,
            out_rounds: out,
            undone_rounds: undone,
            depth,
        }
    }

    /// By cost from the beginning of the plan, ties in the order in which points are met.
    pub(super) fn shortest(&self, at: &At, struck: &Struck, target: Target) -> Option<Path> {
        let strikes = Strikes::new(self.after.system);
        let mut points: Vec<Point> = Vec::new();
        let mut open = BinaryHeap::new();
        for &id in &at.states {
            open.push(Reverse((self.depth[id.index()], points.len())));
            points.push(Point {
                id,
                left: struck.strikes.clone(),
                before: None,
                breaks: false,
            });
        }
        let mut met: HashSet<(StateId, Vec<Strike>, bool), Hasher> = HashSet::default();
        while let Some(Reverse((cost, place))) = open.pop() {
            let Point {
                id, left, breaks, ..
            } = &points[place];
            let (id, left) = (*id, left.clone());
            let was = *breaks || matches!(target, Target::Broken(_)) && self.is_target(id, target);
            if left.is_empty() && (was || self.is_target(id, target)) {
                return Some(Path::to(&points, place));
            }
            if !met.insert((id, left.clone(), was)) {
                continue;
            }
            let mut go = |hop, to, left: Vec<Strike>, breaks| {
                open.push(Reverse((cost + 1, points.len())));
                points.push(Point {
                    id: to,
                    left,
                    before: Some((place, hop)),
                    breaks: breaks || was,
                });
            };
            let breaks = |to| match target {
                Target::Broken(thing) | Target::PlanBreaks(thing) => {
                    let row = self.after.broken_on(id, to);
                    row.is_some_and(|row| has(row, thing))
                }
                _ => false,
            };
            if left.is_empty() && target.is_of_the_plan() {
                for &to in self.after.lanes.successors(id) {
                    go(Hop::Lane, StateId(to), Vec::new(), breaks(StateId(to)));
                }
            }
            for &to in self.after.events.successors(id) {
                go(Hop::Event, StateId(to), left.clone(), breaks(StateId(to)));
            }
            let state = self.after.store.get(id)?;
            for hit in strikes.at(state, Limits::of(&left)) {
                let (strike, to) = (hit.strike, hit.to);
                let Some(which) = left.iter().position(|other| *other == strike) else {
                    continue;
                };
                let breaks = match target {
                    Target::Broken(thing) => {
                        let row = self.after.broken_through(&state.cluster, &hit.through);
                        has(&row, thing)
                    }
                    _ => false,
                };
                let mut left = left.clone();
                left.remove(which);
                if let Some(to) = self.after.store.find(&to) {
                    go(Hop::Strike(strike), to, left, breaks);
                }
            }
        }
        None
    }

    fn is_target(&self, id: StateId, target: Target) -> bool {
        let after = self.after;
        let facts = after.facts[id.index()];
        match target {
            Target::Broken(thing) | Target::PlanBreaks(thing) => {
                after.broken.has(id.index(), thing)
            }
            Target::Out(service) => {
                after.out.has(id.index(), service)
                    && (facts.settled || self.out_rounds.contains(&id))
            }
            Target::Lost => self.recovering.is_lost(id),
            Target::Refused => facts.refused,
            Target::Undefined => facts.undefined_step,
            Target::Incomplete => {
                let stuck = facts.quiet && !facts.refused && !facts.undefined_step;
                !facts.done && (stuck || self.undone_rounds.contains(&id))
            }
        }
    }

    /// Whether a fair run of the plan can go round for ever through a state without getting done.
    pub(super) fn goes_round(&self, id: StateId) -> bool {
        self.undone_rounds.contains(&id)
    }
}

impl Path {
    fn to(points: &[Point], place: usize) -> Self {
        let mut hops = Vec::new();
        let mut here = &points[place];
        while let Some((before, hop)) = here.before {
            hops.push((hop, here.id));
            here = &points[before];
        }
        hops.reverse();
        Self {
            first: here.id,
            hops,
        }
    }
}
