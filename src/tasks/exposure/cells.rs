//! Positions and what strikes at them: for each position of the plan and each set of strikes the states right after the last
//! of them.

use indexmap::IndexMap;

use crate::search::budget::Budget;
use crate::search::store::StateId;

use super::super::position::{NextSteps, StepNumbers};
use super::aftermath::Aftermath;
use super::rows::{Row, all, or, without};
use super::strikes::{Limits, Strike, Strikes};

/// States, and for each what was not broken on some way to it since the position without strikes.
type Unbroken = IndexMap<StateId, Row>;

/// A position of the plan.
pub(super) struct At {
    /// The steps about to be taken.
    pub(super) next: NextSteps,
    /// The states that the plan without strikes can be in.
    pub(super) states: Vec<StateId>,
}

/// A set of strikes at a position.
pub(super) struct Struck {
    /// The position, by its place among all.
    pub(super) position: usize,
    /// The strikes in order; one that struck twice stands twice.
    pub(super) strikes: Vec<Strike>,
    /// The states right after the last strike.
    pub(super) entries: Unbroken,
    /// What the last strike itself breaks between the states around it.
    pub(super) by_strike: Row,
}

/// The positions of a plan in order; the last is the one after the last step.
pub(super) fn positions(after: &Aftermath<'_, '_, '_>, numbers: &StepNumbers) -> Vec<At> {
    let mut found: IndexMap<NextSteps, Vec<StateId>> = IndexMap::new();
    for id in (0..u32::try_from(after.planned).unwrap_or(u32::MAX)).map(StateId) {
        if let Some(state) = after.store.get(id) {
            let next = numbers.next_steps(after.system.program, &state.position);
            found.entry(next).or_default().push(id);
        }
    }
    let mut found: Vec<At> = found
        .into_iter()
        .map(|(next, states)| At { next, states })
        .collect();
    found.sort_by(|a, b| (a.next.0.is_empty(), &a.next).cmp(&(b.next.0.is_empty(), &b.next)));
    found
}

/// A strike that leads from a state of a cell to a state of another one.
struct Entry {
    to: StateId,
    unbroken: Row,
    broken: Row,
}

/// Lets everything strike at every position, and explores what it leads to.
pub(super) fn struck(
    after: &mut Aftermath<'_, '_, '_>,
    positions: &[At],
    limits: Limits,
    budget: &mut dyn Budget,
) -> Vec<Struck> {
    let things = all(after.things(), after.broken.row().len());
    let mut found: Vec<Struck> = Vec::new();
    let mut level: Vec<(usize, Vec<Strike>, Unbroken)> = positions
        .iter()
        .enumerate()
        .map(|(place, at)| {
            let unbroken = |id: &StateId| (*id, without(&things, after.broken.get(id.index())));
            (place, Vec::new(), at.states.iter().map(unbroken).collect())
        })
        .collect();
    for number in 1..=limits.faults + limits.slips {
        let hits = hits(after, &level, limits, budget);
        after.explore(budget, false);
        if after.stopped.is_some() {
            return found;
        }
        let last = number == limits.faults + limits.slips;
        level = Vec::new();
        for ((position, strikes), hits) in hits {
            let mut entries = Unbroken::new();
            let mut by_strike = after.broken.row();
            for hit in hits {
                let unbroken = without(&hit.unbroken, after.broken.get(hit.to.index()));
                let row = entries.entry(hit.to).or_insert_with(|| after.broken.row());
                or(row, &unbroken);
                or(&mut by_strike, &hit.broken);
            }
            if !last {
                level.push((position, strikes.clone(), closed(after, &entries)));
            }
            found.push(Struck {
                position,
                strikes,
                entries,
                by_strike,
            });
        }
    }
    found.sort_by(|a, b| {
        (a.position, a.strikes.len(), &a.strikes).cmp(&(b.position, b.strikes.len(), &b.strikes))
    });
    found
}

/// One strike more than before.
fn hits(
    after: &mut Aftermath<'_, '_, '_>,
    level: &[(usize, Vec<Strike>, Unbroken)],
    limits: Limits,
    budget: &mut dyn Budget,
) -> IndexMap<(usize, Vec<Strike>), Vec<Entry>> {
    let strikes = Strikes::new(after.system);
    let mut found: IndexMap<(usize, Vec<Strike>), Vec<Entry>> = IndexMap::new();
    for (position, before, states) in level {
        let left = limits.less(before);
        for (&id, unbroken) in states {
            let Some(from) = after.store.get(id).cloned() else {
                continue;
            };
            for hit in strikes.at(&from, left) {
                let broken = after.broken_through(&from.cluster, &hit.through);
                let Some(to) = after.add(hit.to, budget) else {
                    return found;
                };
                let mut strikes = before.clone();
                strikes.push(hit.strike);
                strikes.sort_unstable();
                let unbroken = without(unbroken, &broken);
                found.entry((*position, strikes)).or_default().push(Entry {
                    to,
                    unbroken,
                    broken,
                });
            }
        }
    }
    found
}

/// Everything that events lead to, with what was not broken on some way there.
fn closed(after: &Aftermath<'_, '_, '_>, entries: &Unbroken) -> Unbroken {
    let mut found = entries.clone();
    let mut open: Vec<StateId> = entries.keys().copied().collect();
    while let Some(from) = open.pop() {
        let unbroken = found[&from].clone();
        for &to in after.events.successors(from) {
            let to = StateId(to);
            let mut row = without(&unbroken, after.broken.get(to.index()));
            if let Some(broken) = after.broken_on(from, to) {
                row = without(&row, broken);
            }
            match found.get_mut(&to) {
                None => {
                    found.insert(to, row);
                    open.push(to);
                }
                Some(known) => {
                    let before = known.clone();
                    or(known, &row);
                    if before != *known {
                        open.push(to);
                    }
                }
            }
        }
    }
    found
}
