//! Whether a single fault does harm at a position of which only the states are known, and the step about to be taken: for who
//! looks for a plan and has no whole one yet. The claims are those of `blame.rs`, and everything is remembered by state, because
//! many positions have states in common.

use std::collections::BTreeSet;

use indexmap::IndexMap;

use crate::language::rules::TransitionClass;
use crate::search::budget::{Budget, Stop};
use crate::search::store::{Hasher, StateId};
use crate::semantics::{Fired, State};

use super::super::plan_system::{PlanState, PlanSystem, of_class};
use super::super::target::Target;
use super::aftermath::Aftermath;
use super::recovery::{Recoverable, Recovery};
use super::rows::{Row, all, and, clear, is_empty, or, without};
use super::stopped::Stopped;

/// What is known so far.
pub struct Exposed<'s, 'a, 'm> {
    /// Of the cluster with a plan that has no steps.
    system: &'s PlanSystem<'a, 'm>,
    /// Says what is broken between states.
    judge: Aftermath<'s, 'a, 'm>,
    recovery: Recovery<'a, 'm>,
    faults: Vec<usize>,
    known: IndexMap<State, Known, Hasher>,
}

/// What events make of a state, as in [`Stopped`].
struct Known {
    broken: Row,
    possible: Row,
    avoidable: Row,
    out_in_some: Row,
    back_in_some: Row,
    to: Vec<usize>,
    recovers: Option<Recoverable>,
}

/// The same of several states.
struct Summary {
    possible: Row,
    avoidable: Row,
    out_in_some: Row,
    back_in_some: Row,
}

/// A state that a fault leads to, with what it breaks on the way.
type Entry = (usize, Row);

impl<'s, 'a, 'm> Exposed<'s, 'a, 'm> {
    /// Nothing is known yet. The goal is most likely reached in states that are like `near`.
    #[must_use]
    pub fn new(system: &'s PlanSystem<'a, 'm>, target: Target, near: &State) -> Self {
        let interpreter = system.interpreter;
        Self {
            judge: Aftermath::nothing(system),
            recovery: Recovery::towards(interpreter, target, near),
            faults: of_class(interpreter, TransitionClass::Fault),
            system,
            known: IndexMap::default(),
        }
    }

    /// Whether some fault does harm at a position. `states` are those that the cluster can be in there; an action may fail in
    /// those in which it is attempted.
    ///
    /// # Errors
    /// The limit that was reached first.
    pub fn is_exposed(
        &mut self,
        states: &[&State],
        attempted: Option<(usize, &[&State])>,
        budget: &mut dyn Budget,
    ) -> Result<bool, Stop> {
        let places = self.places(states, budget)?;
        let mut without_faults = self.nothing();
        for place in &places {
            self.add(&mut without_faults, *place, None);
        }
        let recovers = self.all_recover(&places, budget)?;
        for fault in self.faults.clone() {
            let entries = match self.attempt(fault) {
                None => self.entries(states, fault, budget)?,
                Some((transition, arguments)) => {
                    let model = self.system.interpreter.model();
                    let is_it = |action: &usize| {
                        let attempted = &model.instances[*action];
                        attempted.transition == transition && attempted.arguments == arguments
                    };
                    match attempted.filter(|(action, _)| is_it(action)) {
                        Some((_, states)) => self.entries(states, fault, budget)?,
                        None => continue,
                    }
                }
            };
            if self.harms(&without_faults, recovers, &entries, budget)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Whether some fault depends on which step is attempted.
    #[must_use]
    pub fn may_fail(&self, action: usize) -> bool {
        let model = self.system.interpreter.model();
        let attempted = &model.instances[action];
        self.faults.iter().any(|fault| {
            self.attempt(*fault).is_some_and(|(transition, arguments)| {
                transition == attempted.transition && arguments == attempted.arguments
            })
        })
    }

    /// The action that a fault is a failure of, with its arguments.
    fn attempt(
        &self,
        fault: usize,
    ) -> Option<(
        crate::language::rules::TransitionId,
        &'m [crate::model::value::Value],
    )> {
        let model = self.system.interpreter.model();
        let instance = &model.instances[fault];
        let declared = &model.rules.transitions[instance.transition.index()];
        let of = declared.failure_of?;
        Some((of, &instance.arguments))
    }

    /// The states that a fault leads to from some states.
    fn entries(
        &mut self,
        states: &[&State],
        fault: usize,
        budget: &mut dyn Budget,
    ) -> Result<Vec<Entry>, Stop> {
        let interpreter = self.system.interpreter;
        let mut struck = Vec::new();
        for from in states {
            if let Fired::Successor(to) = interpreter.strike(from, fault) {
                let between = self.judge.broken_by(from, &to);
                let from = self.known.get(*from).map(|known| known.broken.clone());
                let mut broken = from.unwrap_or_else(|| self.judge.broken.row());
                or(&mut broken, &between);
                struck.push((to, broken));
            }
        }
        let to: Vec<&State> = struck.iter().map(|(to, _)| to).collect();
        let places = self.places(&to, budget)?;
        let mut entries = Vec::with_capacity(struck.len());
        for (place, (_, mut broken)) in places.into_iter().zip(struck) {
            or(&mut broken, &self.known[place].broken);
            entries.push((place, broken));
        }
        Ok(entries)
    }

    /// Whether anything comes of a fault that would not come without it.
    fn harms(
        &mut self,
        without_faults: &Summary,
        recovers: Recoverable,
        entries: &[Entry],
        budget: &mut dyn Budget,
    ) -> Result<bool, Stop> {
        if entries.is_empty() {
            return Ok(false);
        }
        let mut with = self.nothing();
        for (place, broken) in entries {
            self.add(&mut with, *place, Some(broken));
        }
        let mut possible = without(&with.possible, &without_faults.possible);
        let certain = without(&without_faults.avoidable, &with.avoidable);
        or(&mut possible, &certain);
        // Of itself it is none of the things that break.
        clear(&mut possible, self.judge.anything());
        let out_possible = without(&with.out_in_some, &without_faults.out_in_some);
        let out_certain = without(&without_faults.back_in_some, &with.back_in_some);
        if [possible, out_possible, out_certain]
            .iter()
            .any(|row| !is_empty(row))
        {
            return Ok(true);
        }
        let places: Vec<usize> = entries.iter().map(|(place, _)| *place).collect();
        let lost = self.all_recover(&places, budget)? == Recoverable::No;
        Ok(lost && recovers == Recoverable::Yes)
    }

    fn nothing(&self) -> Summary {
        Summary {
            possible: self.judge.broken.row(),
            avoidable: self.judge.broken.row(),
            out_in_some: self.judge.out.row(),
            back_in_some: self.judge.out.row(),
        }
    }

    /// Adds a state, with what was broken on the way to it.
    fn add(&self, summary: &mut Summary, place: usize, past: Option<&Row>) {
        let known = &self.known[place];
        or(&mut summary.possible, &known.possible);
        let mut avoidable = known.avoidable.clone();
        if let Some(broken) = past {
            or(&mut summary.possible, broken);
            let things = all(self.judge.things(), broken.len());
            and(&mut avoidable, &without(&things, broken));
        }
        or(&mut summary.avoidable, &avoidable);
        or(&mut summary.out_in_some, &known.out_in_some);
        or(&mut summary.back_in_some, &known.back_in_some);
    }

    /// Whether the goal can be reached from some states and everything that events make of them.
    fn all_recover(
        &mut self,
        places: &[usize],
        budget: &mut dyn Budget,
    ) -> Result<Recoverable, Stop> {
        let mut open = places.to_vec();
        let mut met = BTreeSet::new();
        let mut found = Recoverable::Yes;
        while let Some(place) = open.pop() {
            if !met.insert(place) {
                continue;
            }
            let known = self.known[place].recovers;
            let recovers = match known {
                Some(known) => known,
                None => {
                    let state = self.known.get_index(place).map(|(state, _)| state.clone());
                    match state {
                        Some(state) => self.recovery.from(&state, budget),
                        None => Recoverable::No,
                    }
                }
            };
            self.known[place].recovers = Some(recovers);
            match recovers {
                Recoverable::Yes => {}
                Recoverable::No => found = Recoverable::No,
                Recoverable::Unknown(stop) => return Err(stop),
            }
            open.extend(&self.known[place].to);
        }
        Ok(found)
    }

    /// The places of states, after finding out about those that are new.
    fn places(&mut self, states: &[&State], budget: &mut dyn Budget) -> Result<Vec<usize>, Stop> {
        let new: Vec<&State> = states
            .iter()
            .copied()
            .filter(|state| !self.known.contains_key(*state))
            .collect();
        if !new.is_empty() {
            self.find_out(&new, budget)?;
        }
        let places = states.iter();
        Ok(places
            .filter_map(|state| self.known.get_index_of(*state))
            .collect())
    }

    fn find_out(&mut self, new: &[&State], budget: &mut dyn Budget) -> Result<(), Stop> {
        let position = self.system.program.start();
        let mut after = Aftermath::nothing(self.system);
        for state in new {
            let state = PlanState {
                cluster: (*state).clone(),
                position: position.clone(),
            };
            after.add(state, budget);
        }
        after.explore(budget, false);
        if let Some(stop) = after.stopped {
            return Err(stop);
        }
        let stopped = Stopped::new(&after);
        let ids = || (0u32..).map(StateId).take(after.facts.len());
        let first = self.known.len();
        let mut places = Vec::with_capacity(after.facts.len());
        for id in ids() {
            let Some(state) = after.store.get(id) else {
                continue;
            };
            let entry = self.known.entry(state.cluster.clone());
            places.push(entry.index());
            entry.or_insert_with(|| Known {
                broken: after.broken.get(id.index()).to_vec(),
                possible: stopped.possible.get(id.index()).to_vec(),
                avoidable: stopped.avoidable.get(id.index()).to_vec(),
                out_in_some: stopped.out_in_some.get(id.index()).to_vec(),
                back_in_some: stopped.back_in_some.get(id.index()).to_vec(),
                to: Vec::new(),
                recovers: None,
            });
        }
        for (id, &place) in ids().zip(&places) {
            if place >= first {
                let to = after.events.successors(id).iter();
                self.known[place].to = to.map(|to| places[*to as usize]).collect();
            }
        }
        Ok(())
    }
}
