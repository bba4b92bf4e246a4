//! What goes against the direction of transitions, over explored levels: from where a goal can still be reached, and shortest
//! runs to what was found. Edges are not stored: a level is expanded again, and states are known by their slots in the table.
//!
//! A shortest run is the first in the order of ground transitions among all shortest ones, whatever the order in which states
//! were stored: from the end backwards, each level is marked with the states from which the end can be reached in the levels
//! left; then the first transition into the marked part is taken, level by level.

use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering};

use crate::engine::packed::{Edge, Marks as Judged, Packed};
use crate::engine::store::{Marks, Table};

use super::budget::{Budget, Progress, Stop};
use super::levels::{CHUNK, Levels, SHARED};

/// States that are looked up together, so that the table's cache misses overlap.
const TOGETHER: usize = 8;

/// A transition by the slot that it leads to.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// The slot; none where the state is not stored because a limit was reached.
    pub slot: Option<usize>,
    /// The transition invariants that it breaks.
    pub broken: u128,
    /// Whether one is undefined on it.
    pub undefined: bool,
}

impl Target {
    fn is_in(&self, marked: &Marks) -> bool {
        self.slot.is_some_and(|slot| marked.get(slot))
    }
}

/// A stored state with its slot.
pub struct Place<'s, const W: usize> {
    /// Its slot.
    pub slot: usize,
    /// Itself.
    pub state: &'s [u64; W],
}

/// What a run is to end with.
pub enum Aim<'a> {
    /// A state; the slot and what was judged are shown.
    State(&'a (dyn Fn(usize, &Judged) -> bool + Sync)),
    /// A transition.
    Transition(Wanted<'a>),
}

/// Says of a transition, by the transition invariants that it breaks and whether one is undefined, whether it is wanted.
type Wanted<'a> = &'a (dyn Fn(u128, bool) -> bool + Sync);

/// What can be met on the way to an aim: for each slot one more than the level in which it is met, 0 where it is not.
struct Way(Vec<AtomicU32>);

impl Way {
    fn new(slot_count: usize) -> Self {
        Self((0..slot_count).map(|_| AtomicU32::new(0)).collect())
    }

    fn add(&self, slot: usize, level: usize) {
        self.0[slot].store(Self::entry(level), Ordering::Relaxed);
    }

    fn passes(&self, slot: Option<usize>, level: usize) -> bool {
        slot.is_some_and(|slot| self.0[slot].load(Ordering::Relaxed) == Self::entry(level))
    }

    fn entry(level: usize) -> u32 {
        u32::try_from(level).map_or(u32::MAX, |level| level.saturating_add(1))
    }
}

/// Explored levels, to be looked at again.
pub struct Backward<'a, const W: usize, P> {
    /// The system.
    pub system: &'a P,
    /// What was explored of it.
    pub levels: &'a Levels<W>,
    /// On how many threads.
    pub threads: usize,
}

/// Where the goal can still be reached.
pub struct Saved {
    /// By slot.
    pub saved: Marks,
    /// How many states that break nothing cannot reach it.
    pub doomed: u64,
    /// The first of the shortest runs to a goal, where it was asked for.
    pub witness: Option<Vec<usize>>,
}

impl<const W: usize, P: Packed<W>> Backward<'_, W, P> {
    /// Marks all states from which a goal can be reached, level by level from the last, until nothing is added. Most
    /// transitions lead to the next level, so that there are few rounds. The first round finds the shortest run to a goal as
    /// well, where the level of the nearest one is given.
    ///
    /// # Errors
    /// Where the budget runs out.
    pub fn recoverable(
        &self,
        nearest: Option<usize>,
        budget: &mut dyn Budget,
    ) -> Result<Saved, Stop> {
        let saved = Marks::new(self.levels.table.slot_count());
        let way = Way::new(nearest.map_or(0, |_| self.levels.table.slot_count()));
        let mut is_first = true;
        loop {
            let changed = AtomicBool::new(false);
            for level in (0..=self.levels.last()).rev() {
                let on_the_way = nearest.filter(|nearest| is_first && level <= *nearest);
                self.level(
                    level,
                    &|slot| saved.get(slot),
                    &|place, judged, targets| {
                        if judged.goal || targets.iter().any(|to| to.is_in(&saved)) {
                            saved.set(place.slot);
                            changed.store(true, Ordering::Relaxed);
                        }
                        let is_on_it = on_the_way.is_some_and(|nearest| {
                            if level == nearest {
                                judged.goal
                            } else {
                                targets.iter().any(|to| way.passes(to.slot, level + 1))
                            }
                        });
                        if is_on_it {
                            way.add(place.slot, level);
                        }
                    },
                    budget,
                )?;
            }
            if !changed.load(Ordering::Relaxed) {
                break;
            }
            is_first = false;
        }
        let doomed = self.levels.tally.clean.saturating_sub(saved.count() as u64);
        let witness = nearest.and_then(|level| self.forward(&way, level, None));
        Ok(Saved {
            saved,
            doomed,
            witness,
        })
    }

    /// The first level that has a state as wanted.
    ///
    /// # Errors
    /// Where the budget runs out.
    pub fn first_level(
        &self,
        wanted: &(dyn Fn(usize, &Judged) -> bool + Sync),
        budget: &mut dyn Budget,
    ) -> Result<Option<usize>, Stop> {
        for level in 0..=self.levels.last() {
            let found = AtomicBool::new(false);
            self.level(
                level,
                &|_| found.load(Ordering::Relaxed),
                &|place, marks, _| {
                    if wanted(place.slot, marks) {
                        found.store(true, Ordering::Relaxed);
                    }
                },
                budget,
            )?;
            if found.into_inner() {
                return Ok(Some(level));
            }
        }
        Ok(None)
    }

    /// The first of the shortest runs to an aim that a level is known to have: its ground transitions. None where there is
    /// none, which would be a mistake of ours.
    ///
    /// # Errors
    /// Where the budget runs out.
    pub fn run_to(
        &self,
        level: usize,
        aim: &Aim<'_>,
        budget: &mut dyn Budget,
    ) -> Result<Option<Vec<usize>>, Stop> {
        let way = Way::new(self.levels.table.slot_count());
        for here in (0..=level).rev() {
            let visit = |place: &Place<'_, W>, judged: &Judged, targets: &[Target]| {
                let is_on_it = match aim {
                    _ if here < level => targets.iter().any(|to| way.passes(to.slot, here + 1)),
                    Aim::State(wanted) => wanted(place.slot, judged),
                    Aim::Transition(wanted) => {
                        let hit = |target: &Target| wanted(target.broken, target.undefined);
                        targets.iter().any(hit)
                    }
                };
                if is_on_it {
                    way.add(place.slot, here);
                }
            };
            self.level(here, &|_| false, &visit, budget)?;
        }
        let last = match aim {
            Aim::State(_) => None,
            Aim::Transition(wanted) => Some(*wanted),
        };
        Ok(self.forward(&way, level, last))
    }

    /// From the first state along a way, level by level, and perhaps one transition on.
    fn forward(&self, way: &Way, to: usize, last: Option<Wanted<'_>>) -> Option<Vec<usize>> {
        let mut scratch = self.system.scratch();
        let mut here = self.system.first();
        let mut run = Vec::with_capacity(to + 1);
        for level in 1..=to {
            let table = &self.levels.table;
            let mut wanted =
                |edge: &Edge<W>| way.passes(table.find(Table::hash(&edge.to), &edge.to), level);
            let (instance, to) = self.system.step(&mut scratch, &here, &mut wanted)?;
            run.push(instance);
            here = to;
        }
        if let Some(wanted) = last {
            let mut wanted = |edge: &Edge<W>| wanted(edge.broken, edge.undefined);
            let (instance, _) = self.system.step(&mut scratch, &here, &mut wanted)?;
            run.push(instance);
        }
        Some(run)
    }

    /// Looks at the states of a level again, but for those that `skip` knows by their slots.
    fn level(
        &self,
        level: usize,
        skip: &(dyn Fn(usize) -> bool + Sync),
        visit: &(dyn Fn(&Place<'_, W>, &Judged, &[Target]) + Sync),
        budget: &mut dyn Budget,
    ) -> Result<(), Stop> {
        let states = self.levels.level_states(level);
        let next = AtomicUsize::new(0);
        let stop = AtomicBool::new(false);
        let work = |go_on: &mut dyn FnMut() -> bool| {
            let mut look = Look {
                backward: self,
                scratch: self.system.scratch(),
                edges: Vec::new(),
                targets: Vec::new(),
            };
            loop {
                if stop.load(Ordering::Relaxed) {
                    return;
                }
                if !go_on() {
                    stop.store(true, Ordering::Relaxed);
                    return;
                }
                let from = next.fetch_add(CHUNK, Ordering::Relaxed);
                if from >= states.len() {
                    return;
                }
                for few in states[from..(from + CHUNK).min(states.len())].chunks(TOGETHER) {
                    look.at(few, skip, visit);
                }
            }
        };
        let mut stopped = None;
        let threads = if states.len() >= SHARED {
            self.threads.max(1)
        } else {
            1
        };
        std::thread::scope(|scope| {
            for _ in 1..threads {
                scope.spawn(|| work(&mut || true));
            }
            work(&mut || {
                stopped = budget.spend(Progress {
                    states: self.levels.states.len(),
                    frontier: self.levels.borders[level] + states.len()
                        - next.load(Ordering::Relaxed).min(states.len()),
                    transitions: self.levels.tally.transitions,
                    depth: u32::try_from(level).unwrap_or(u32::MAX),
                });
                stopped.is_none()
            });
        });
        stopped.map_or(Ok(()), Err)
    }
}

/// What one thread needs to look at states again.
struct Look<'b, 'a, const W: usize, P: Packed<W>> {
    backward: &'b Backward<'a, W, P>,
    scratch: P::Scratch,
    edges: Vec<(u64, Edge<W>)>,
    targets: Vec<Target>,
}

impl<const W: usize, P: Packed<W>> Look<'_, '_, W, P> {
    fn at(
        &mut self,
        states: &[[u64; W]],
        skip: &(dyn Fn(usize) -> bool + Sync),
        visit: &(dyn Fn(&Place<'_, W>, &Judged, &[Target]) + Sync),
    ) {
        let Backward { system, levels, .. } = self.backward;
        let table = &levels.table;
        let mut hashes = [0; TOGETHER];
        for (hash, state) in hashes.iter_mut().zip(states) {
            *hash = Table::hash(state);
            table.prefetch(*hash);
        }
        let mut judged = [(0, 0, Judged::default()); TOGETHER];
        self.edges.clear();
        for ((hash, state), judged) in hashes.iter().zip(states).zip(&mut judged) {
            let slot = table.find(*hash, state);
            // A state of a level is in the table.
            let slot = slot.filter(|slot| !skip(*slot));
            let marks = match slot {
                None => Judged::default(),
                Some(_) => system.expand(&mut self.scratch, state, &mut |edge| {
                    let hash = Table::hash(&edge.to);
                    table.prefetch(hash);
                    self.edges.push((hash, edge));
                }),
            };
            *judged = (slot.unwrap_or(usize::MAX), self.edges.len(), marks);
        }
        let mut from = 0;
        for (state, (slot, to, marks)) in states.iter().zip(judged) {
            if slot == usize::MAX {
                continue;
            }
            self.targets.clear();
            self.targets
                .extend(self.edges[from..to].iter().map(|(hash, edge)| Target {
                    slot: table.find(*hash, &edge.to),
                    broken: edge.broken,
                    undefined: edge.undefined,
                }));
            from = to;
            visit(&Place { slot, state }, &marks, &self.targets);
        }
    }
}
