//! The operator notices: whether the goal can still be reached from a state, without breaking anything that is not broken
//! already. What is broken when the search begins may stay so until it holds once; along each step the broken can only get
//! less, so that a state alone says what may be broken in it.
//!
//! Looking for a way goes towards the states of the plan without strikes, from which the plan itself reaches the goal; most
//! ways are a repair and a step or two. Where there is none the search ends with everything that can be reached, and all of
//! that is lost. Both are remembered, for all states that are equal up to the names of interchangeable objects.

use std::cell::RefCell;
use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap, HashSet};

use crate::engine::glance::Glance;
use crate::engine::symmetry::{Scratch, Symmetry};
use crate::language::rules::TransitionClass;
use crate::model::value::ObjectId;
use crate::search::budget::{Budget, Progress, Stop};
use crate::search::store::{Hasher, StateId};
use crate::semantics::{Fired, Interpreter, State};

use super::super::plan_system::{MANY_EVENTS, of_class};
use super::super::standing::Situation;
use super::super::target::Target;
use super::super::words::Words;
use super::aftermath::Aftermath;
use super::rows::is_empty;

/// What is the same for all states that are equal up to names.
type Orbit = Vec<u64>;

/// Whether the goal can still be reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recoverable {
    /// Yes, from every state that was asked about.
    Yes,
    /// Not from some.
    No,
    /// A limit was reached before that was known.
    Unknown(Stop),
}

/// Remembers what was found out so far.
pub(super) struct Recovery<'a, 'm> {
    interpreter: &'a Interpreter<'m>,
    target: Option<Target>,
    /// Actions and events, in order.
    moves: Vec<usize>,
    services: Vec<ObjectId>,
    words: Words,
    /// Which of the moves are worth trying.
    glance: Option<Glance>,
    symmetry: Option<(Symmetry, RefCell<Scratch>)>,
    saved: HashSet<Orbit, Hasher>,
    lost: HashSet<Orbit, Hasher>,
    /// States to look for first.
    near: Vec<State>,
}

/// A state that was met in a search, and the one before it.
struct Met {
    state: State,
    before: usize,
    /// What is broken there, once that was looked at.
    situation: Option<Situation>,
}

impl<'a, 'm> Recovery<'a, 'm> {
    /// Nothing is known but what the plan itself reaches.
    pub(super) fn new(after: &Aftermath<'_, 'a, 'm>) -> Self {
        let interpreter = after.system.interpreter;
        let target = interpreter.model().goal.map(Target::Goal);
        let mut found = Self::nothing(interpreter, target);
        for (state, reaches) in reaches_goal(after).into_iter().enumerate() {
            let id = StateId(u32::try_from(state).unwrap_or(u32::MAX));
            if let Some(state) = after.store.get(id).filter(|_| reaches)
                && found.moves_in(&state.cluster).is_some()
                && Situation::in_order(interpreter, state.cluster.clone()).is_some()
            {
                found.saved.insert(found.orbit(&state.cluster));
                found.near.push(state.cluster.clone());
            }
        }
        found
    }

    /// Nothing is known on the ways to a target, which looks most like a certain state.
    pub(super) fn towards(interpreter: &'a Interpreter<'m>, target: Target, near: &State) -> Self {
        let mut found = Self::nothing(interpreter, Some(target));
        found.near.push(near.clone());
        found
    }

    fn nothing(interpreter: &'a Interpreter<'m>, target: Option<Target>) -> Self {
        let mut moves = of_class(interpreter, TransitionClass::Action);
        moves.extend(of_class(interpreter, TransitionClass::Event));
        moves.sort_unstable();
        let model = interpreter.model();
        let words = Words::new(model);
        let is_move = |instance: usize| moves.binary_search(&instance).is_ok();
        let glance = (moves.len() >= MANY_EVENTS)
            .then(|| Glance::new(model, &words.layout, &is_move, &mut || true))
            .flatten();
        // Targets treat all objects alike that have the same first values, and goals all.
        let symmetry = match &target {
            Some(Target::Aborted(_)) | None => None,
            Some(Target::Goal(_)) => Symmetry::new(model, &words.layout, &BTreeSet::new()),
        };
        let with_room = |symmetry: Symmetry| {
            let scratch = RefCell::new(symmetry.scratch());
            (symmetry, scratch)
        };
        Self {
            interpreter,
            target,
            glance,
            symmetry: symmetry.map(with_room),
            words,
            moves,
            services: interpreter.services(),
            saved: HashSet::default(),
            lost: HashSet::default(),
            near: Vec::new(),
        }
    }

    /// Whether the target can be reached from a state.
    pub(super) fn from(&mut self, state: &State, budget: &mut dyn Budget) -> Recoverable {
        let orbit = self.orbit(state);
        if self.saved.contains(&orbit) {
            return Recoverable::Yes;
        }
        if self.lost.contains(&orbit) {
            return Recoverable::No;
        }
        self.search(state, budget)
    }

    fn orbit(&self, state: &State) -> Orbit {
        let mut words = self.words.packed(self.interpreter, state);
        if let Some((symmetry, scratch)) = &self.symmetry {
            symmetry.canonical(&mut scratch.borrow_mut(), &mut words);
        }
        words
    }

    /// Best first by the fields that differ from the nearest state of the plan; ties in the order in which states are met. A
    /// state may be met in a way that breaks something before it is met in one that does not, so it counts as met where the
    /// way to it was looked at.
    fn search(&mut self, first: &State, budget: &mut dyn Budget) -> Recoverable {
        let near = self.nearest(first);
        let mut met = vec![Met {
            state: first.clone(),
            before: 0,
            situation: None,
        }];
        let mut orbits: HashSet<Orbit, Hasher> = HashSet::default();
        let mut open = BinaryHeap::from([Reverse((0, 0usize))]);
        while let Some(Reverse((_, place))) = open.pop() {
            let stop = budget.spend(Progress {
                states: orbits.len(),
                frontier: open.len(),
                ..Progress::default()
            });
            if let Some(stop) = stop {
                return Recoverable::Unknown(stop);
            }
            let orbit = self.orbit(&met[place].state);
            if orbits.contains(&orbit) || self.lost.contains(&orbit) {
                continue;
            }
            let Some(moves) = self.look(&mut met, place) else {
                continue;
            };
            if self.is_target(&met[place].state) || self.saved.contains(&orbit) {
                self.save(&met, place);
                return Recoverable::Yes;
            }
            if orbits.len() >= budget.max_states() {
                return Recoverable::Unknown(Stop::States);
            }
            orbits.insert(orbit);
            for instance in moves {
                if let Fired::Successor(state) = self.interpreter.fire(&met[place].state, instance)
                {
                    open.push(Reverse((state.distance(&near), met.len())));
                    met.push(Met {
                        state,
                        before: place,
                        situation: None,
                    });
                }
            }
        }
        self.lost.extend(orbits);
        Recoverable::No
    }

    /// The moves to try in a state that was met; none where the way to it breaks something, or something is undefined in it.
    /// Only the state that the search begins with may have undefined values.
    fn look(&self, met: &mut [Met], place: usize) -> Option<Vec<usize>> {
        let state = met[place].state.clone();
        if place == 0 {
            met[0].situation = Some(Situation::taken_over(self.interpreter, state));
            return Some(self.moves.clone());
        }
        let moves = self.moves_in(&state)?;
        let before = met[met[place].before].situation.as_ref()?;
        let here = before.after(self.interpreter, state)?;
        met[place].situation = Some(here);
        Some(moves)
    }

    /// The moves to try in a state; none where an event or an outage has no value in it. An action that has none hurts nobody
    /// who does not take it.
    fn moves_in(&self, state: &State) -> Option<Vec<usize>> {
        let (moves, in_order) = match &self.glance {
            Some(glance) => glance.at(&self.words.packed(self.interpreter, state)),
            None => (self.moves.clone(), false),
        };
        let is_undefined = |instance: usize| {
            self.is_event(instance)
                && matches!(self.interpreter.fire(state, instance), Fired::Undefined(_))
        };
        let mut services = self.services.iter();
        let defined = (in_order || !moves.iter().any(|instance| is_undefined(*instance)))
            && services.all(|service| self.interpreter.outage(state, *service).is_ok());
        defined.then_some(moves)
    }

    fn is_event(&self, instance: usize) -> bool {
        let model = self.interpreter.model();
        let transition = model.instances[instance].transition;
        model.rules.transitions[transition.index()].class == TransitionClass::Event
    }

    /// All states on the way to a place are saved.
    fn save(&mut self, met: &[Met], place: usize) {
        let mut here = place;
        loop {
            let orbit = self.orbit(&met[here].state);
            self.saved.insert(orbit);
            if here == met[here].before {
                return;
            }
            here = met[here].before;
        }
    }

    /// The state to look for that differs in the fewest fields; the first of several.
    fn nearest(&self, state: &State) -> State {
        let all = self.near.iter();
        let near = all.min_by_key(|near| near.distance(state));
        near.unwrap_or(state).clone()
    }

    fn is_target(&self, state: &State) -> bool {
        let target = self.target.as_ref();
        target.is_some_and(|target| target.holds(self.interpreter, state) == Ok(true))
    }
}

/// For each state of the plan without strikes whether some run of the plan goes on to the goal without breaking anything.
fn reaches_goal(after: &Aftermath<'_, '_, '_>) -> Vec<bool> {
    let clean = |id: usize| is_empty(after.broken.get(id));
    let mut reaches: Vec<bool> = (0..after.planned)
        .map(|id| after.facts[id].goal && clean(id))
        .collect();
    let mut changed = true;
    while changed {
        changed = false;
        for state in (0..after.planned).rev() {
            let from = StateId(u32::try_from(state).unwrap_or(u32::MAX));
            let successors = [&after.lanes, &after.events].map(|graph| graph.successors(from));
            let on = successors.into_iter().flatten().any(|&to| {
                reaches.get(to as usize) == Some(&true)
                    && after.broken_on(from, StateId(to)).is_none()
            });
            if on && clean(state) && !reaches[state] {
                reaches[state] = true;
                changed = true;
            }
        }
    }
    reaches
}
