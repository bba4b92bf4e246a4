//! The operator stops: what the events alone make of each state. For each state which things some run of the events breaks,
//! which some fair run never breaks, and which services are out in the ends that fair runs come to.

use crate::search::store::StateId;

use super::aftermath::Aftermath;
use super::ends::Ends;
use super::rows::{Row, Rows, all, has, or, without};

/// What events alone lead to, for each state of an [`Aftermath`].
pub(super) struct Stopped {
    /// What some run breaks, the state itself included.
    pub(super) possible: Rows,
    /// What some fair run never breaks, the state itself included.
    pub(super) avoidable: Rows,
    /// The services that are out in the end of some fair run (out again and again is out).
    pub(super) out_in_some: Rows,
    /// The services that are back for good in the end of some fair run.
    pub(super) back_in_some: Rows,
    /// The states in which a fair run can go round for ever through states that are not settled.
    pub(super) restless: Vec<StateId>,
}

impl Stopped {
    pub(super) fn new(after: &Aftermath<'_, '_, '_>) -> Self {
        let states = after.facts.len();
        let ends = Ends::new(&after.events, states);
        let mut found = Self {
            possible: after.broken.clone(),
            avoidable: Rows::empty(after.things(), states),
            out_in_some: Rows::empty(after.services.len(), states),
            back_in_some: Rows::empty(after.services.len(), states),
            restless: Vec::new(),
        };
        found.settled(after);
        found.rounds(after, &ends);
        found.backwards(after);
        found
    }

    /// Runs that stop where nothing fair is possible.
    fn settled(&mut self, after: &Aftermath<'_, '_, '_>) {
        let words = after.broken.row().len();
        let things = all(after.things(), words);
        let services = all(after.services.len(), after.out.row().len());
        for (state, facts) in after.facts.iter().enumerate() {
            if facts.settled {
                or(
                    self.avoidable.get_mut(state),
                    &without(&things, after.broken.get(state)),
                );
                or(self.out_in_some.get_mut(state), after.out.get(state));
                or(
                    self.back_in_some.get_mut(state),
                    &without(&services, after.out.get(state)),
                );
            }
        }
    }

    /// Runs that go round for ever.
    fn rounds(&mut self, after: &Aftermath<'_, '_, '_>, ends: &Ends<'_>) {
        if ends.rounds.is_empty() {
            return;
        }
        let steps = |id: StateId| after.fair_steps(id, false);
        let anywhere = |_: StateId, _: StateId| true;
        for component in ends.fair_rounds(&|_| true, &anywhere, &steps) {
            let mut out = after.out.row();
            for id in &component {
                or(&mut out, after.out.get(id.index()));
            }
            or(self.out_in_some.get_mut(component[0].index()), &out);
            if component.iter().any(|id| !after.facts[id.index()].settled) {
                self.restless.extend(component);
            }
        }
        for thing in 0..after.things() {
            let allowed = |id: StateId| !after.broken.has(id.index(), thing);
            let edge = |from: StateId, to: StateId| {
                !after.broken_on(from, to).is_some_and(|row| has(row, thing))
            };
            for component in ends.fair_rounds(&allowed, &edge, &steps) {
                self.avoidable.set(component[0].index(), thing);
            }
        }
        for service in 0..after.services.len() {
            let allowed = |id: StateId| !after.out.has(id.index(), service);
            for component in ends.fair_rounds(&allowed, &anywhere, &steps) {
                self.back_in_some.set(component[0].index(), service);
            }
        }
    }

    /// What is true after an event is true before it. Events lead to states that were found later, but for a few: from last
    /// to first, until nothing changes.
    fn backwards(&mut self, after: &Aftermath<'_, '_, '_>) {
        let mut changed = true;
        while changed {
            changed = false;
            for state in (0..after.facts.len()).rev() {
                let from = StateId(u32::try_from(state).unwrap_or(u32::MAX));
                for &to in after.events.successors(from) {
                    changed |= self.step_back(after, from, StateId(to));
                }
            }
        }
    }

    fn step_back(&mut self, after: &Aftermath<'_, '_, '_>, from: StateId, to: StateId) -> bool {
        let (here, there) = (from.index(), to.index());
        let mut changed = self.possible.add(here, there, &[]);
        let mut spoilt: Vec<&[u64]> = vec![after.broken.get(here)];
        if let Some(row) = after.broken_on(from, to) {
            let before: Row = self.possible.get(here).to_vec();
            or(self.possible.get_mut(here), row);
            changed |= before != self.possible.get(here);
            spoilt.push(row);
        }
        changed |= self.avoidable.add(here, there, &spoilt);
        changed |= self.out_in_some.add(here, there, &[]);
        changed | self.back_in_some.add(here, there, &[])
    }
}
