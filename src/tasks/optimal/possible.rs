//! Which states a cluster may be in at a position of a plan, whatever the events do and whenever they come, and which items
//! may come next there: the same claims as `verify` makes of a whole plan, made of one position at a time. Sets of states are
//! closed under events. Everything is remembered.

use std::collections::HashMap;

use indexmap::{IndexMap, IndexSet};

use crate::language::rules::GoalId;
use crate::model::ground::Model;
use crate::search::budget::{Budget, Progress, Stop};
use crate::search::fairness::{FairStep, fair_components};
use crate::search::graph::Graph;
use crate::search::store::{Hasher, StateId};
use crate::semantics::{Fired, Interpreter, State};

use super::super::plan_system::{events, is_fair};
use super::super::standing::{Situation, Standing};
use super::relevant::Relevant;

/// A set with more states than this is not followed.
const MOST_STATES: usize = 200_000;

/// A state, by its number.
pub(super) type Id = u32;

/// Everything met so far.
pub(super) struct Possible<'a, 'm> {
    pub(super) interpreter: &'a Interpreter<'m>,
    goal: GoalId,
    relevant: Relevant,
    /// All events with whether each is fair.
    events: Vec<(usize, bool)>,
    /// Whether anything is judged between two states.
    judges_between: bool,
    states: IndexSet<State, Hasher>,
    facts: Vec<Option<Facts>>,
    outcomes: HashMap<(Id, usize), Outcome, Hasher>,
    sets: IndexMap<Box<[Id]>, Known, Hasher>,
    after: HashMap<(usize, usize), Option<usize>, Hasher>,
}

/// What is true of a state by itself.
#[derive(Clone, Debug)]
pub(super) struct Facts {
    /// Nothing is broken or undefined in it, nor by an event.
    sound: bool,
    pub(super) goal: bool,
    /// The events that are possible, with whether they are fair and where they lead.
    events: Vec<(usize, bool, Id)>,
    /// How many services are out.
    pub(super) out: u64,
}

/// What comes of an action in a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    To(Id),
    Waits,
    /// It is refused, has no meaning, or breaks something.
    Wrong,
}

/// What is known of a set.
#[derive(Clone, Debug, Default)]
struct Known {
    done: Option<bool>,
    settled: Option<Option<usize>>,
}

impl Facts {
    /// The fair events that are possible, with where they lead.
    pub(super) fn fair(&self) -> impl Iterator<Item = (usize, Id)> + '_ {
        let fair = self.events.iter().filter(|(_, fair, _)| *fair);
        fair.map(|(event, _, to)| (*event, *to))
    }

    pub(super) fn is_settled(&self) -> bool {
        self.fair().next().is_none()
    }
}

impl<'a, 'm> Possible<'a, 'm> {
    pub(super) fn new(interpreter: &'a Interpreter<'m>, goal: GoalId) -> Self {
        let model: &Model = interpreter.model();
        let events = events(interpreter).into_iter();
        Self {
            interpreter,
            goal,
            relevant: Relevant::new(model, goal),
            events: events
                .map(|event| (event, is_fair(interpreter, event)))
                .collect(),
            judges_between: model.rules.invariants.iter().any(|i| i.transition),
            states: IndexSet::default(),
            facts: Vec::new(),
            outcomes: HashMap::default(),
            sets: IndexMap::default(),
            after: HashMap::default(),
        }
    }

    /// The number of a state; those that differ in nothing that matters have the same.
    pub(super) fn id(&mut self, state: &State) -> Id {
        let state = self.relevant.kept(self.interpreter, state);
        let (place, new) = self.states.insert_full(state);
        if new {
            self.facts.push(None);
        }
        u32::try_from(place).unwrap_or(Id::MAX)
    }

    pub(super) fn state(&self, id: Id) -> &State {
        &self.states[id as usize]
    }

    /// The fair events, in order.
    pub(super) fn fair_events(&self) -> Vec<usize> {
        let fair = self.events.iter().filter(|(_, fair)| *fair);
        fair.map(|(event, _)| *event).collect()
    }

    pub(super) fn facts(&mut self, id: Id) -> &Facts {
        let place = id as usize;
        if self.facts[place].is_none() {
            let found = self.found_out(id);
            self.facts[place] = Some(found);
        }
        self.facts[place].get_or_insert_with(|| Facts {
            sound: false,
            goal: false,
            events: Vec::new(),
            out: 0,
        })
    }

    fn found_out(&mut self, id: Id) -> Facts {
        let interpreter = self.interpreter;
        let state = self.state(id).clone();
        let goal = interpreter.goal(&state, self.goal);
        let mut sound = goal.is_ok() && Situation::in_order(interpreter, state.clone()).is_some();
        let mut events = Vec::new();
        for place in 0..self.events.len() {
            let (event, fair) = self.events[place];
            match interpreter.fire(&state, event) {
                Fired::Successor(to) => {
                    sound = sound && self.holds_between(&state, &to);
                    events.push((event, fair, self.id(&to)));
                }
                Fired::Undefined(_) => sound = false,
                Fired::Blocked(_)
                | Fired::Refused(_)
                | Fired::Disabled(_)
                | Fired::NoFaultsLeft => {}
            }
        }
        let services = interpreter.services();
        let out = services
            .iter()
            .filter(|service| interpreter.outage(&state, **service) == Ok(true));
        Facts {
            sound,
            goal: goal == Ok(true),
            events,
            out: out.count() as u64,
        }
    }

    /// Whether a transition between two states breaks nothing between them.
    fn holds_between(&self, from: &State, to: &State) -> bool {
        if !self.judges_between {
            return true;
        }
        let here = Situation {
            state: from.clone(),
            standing: Standing::default(),
        };
        here.after(self.interpreter, to.clone()).is_some()
    }

    /// What comes of an action in a state.
    pub(super) fn outcome(&mut self, id: Id, action: usize) -> Outcome {
        if let Some(known) = self.outcomes.get(&(id, action)) {
            return *known;
        }
        let state = self.state(id).clone();
        let found = match self.interpreter.fire(&state, action) {
            Fired::Successor(to) if self.holds_between(&state, &to) => Outcome::To(self.id(&to)),
            Fired::Blocked(_) => Outcome::Waits,
            _ => Outcome::Wrong,
        };
        self.outcomes.insert((id, action), found);
        found
    }

    /// The states of a set, in order.
    pub(super) fn members(&self, set: usize) -> &[Id] {
        self.sets.get_index(set).map_or(&[], |(members, _)| members)
    }

    /// The set of these states, which is closed under events.
    pub(super) fn set(&mut self, mut members: Vec<Id>) -> usize {
        members.sort_unstable();
        members.dedup();
        let entry = self.sets.entry(members.into_boxed_slice());
        let place = entry.index();
        entry.or_default();
        place
    }

    /// All that events make of some states; none where that breaks anything.
    ///
    /// # Errors
    /// The limit that was reached first.
    pub(super) fn closed(
        &mut self,
        from: Vec<Id>,
        budget: &mut dyn Budget,
    ) -> Result<Option<usize>, Stop> {
        let mut met: IndexSet<Id, Hasher> = from.into_iter().collect();
        let mut next = 0;
        while let Some(&here) = met.get_index(next) {
            let facts = self.facts(here);
            if !facts.sound {
                return Ok(None);
            }
            met.extend(facts.events.iter().map(|(_, _, to)| *to));
            if met.len() > MOST_STATES {
                return Err(Stop::NodeSize);
            }
            if let Some(stop) = budget.spend(Progress::default()) {
                return Err(stop);
            }
            next += 1;
        }
        Ok(Some(self.set(met.into_iter().collect())))
    }

    /// The set at the position after a step that may be taken in every run; none where some run refuses it, gives it no
    /// meaning, never lets it be taken, or breaks something by it.
    ///
    /// # Errors
    /// The limit that was reached first.
    pub(super) fn after(
        &mut self,
        set: usize,
        action: usize,
        budget: &mut dyn Budget,
    ) -> Result<Option<usize>, Stop> {
        if let Some(known) = self.after.get(&(set, action)) {
            return Ok(*known);
        }
        let found = self.after_step(set, action, budget)?;
        self.after.insert((set, action), found);
        Ok(found)
    }

    fn after_step(
        &mut self,
        set: usize,
        action: usize,
        budget: &mut dyn Budget,
    ) -> Result<Option<usize>, Stop> {
        let members = self.members(set).to_vec();
        let mut after = Vec::with_capacity(members.len());
        let mut waits = false;
        for &here in &members {
            match self.outcome(here, action) {
                Outcome::To(to) => after.push(to),
                Outcome::Waits => waits = true,
                Outcome::Wrong => return Ok(None),
            }
        }
        if waits {
            let possible: Vec<bool> = members
                .iter()
                .map(|here| matches!(self.outcome(*here, action), Outcome::To(_)))
                .collect();
            if !self.is_taken(&members, &possible) {
                return Ok(None);
            }
        }
        self.closed(after, budget)
    }

    /// The set after a wait for everything to settle; none where there is nothing to wait for, or some fair run never sees
    /// it.
    ///
    /// # Errors
    /// The limit that was reached first.
    pub(super) fn settled(
        &mut self,
        set: usize,
        budget: &mut dyn Budget,
    ) -> Result<Option<usize>, Stop> {
        if let Some(known) = self
            .sets
            .get_index(set)
            .and_then(|(_, known)| known.settled)
        {
            return Ok(known);
        }
        let members = self.members(set).to_vec();
        let settled: Vec<bool> = members
            .iter()
            .map(|here| self.facts(*here).is_settled())
            .collect();
        let all = settled.iter().all(|settled| *settled);
        let found = if all || !self.is_taken(&members, &settled) {
            None
        } else {
            let settled = members.iter().zip(settled).filter(|(_, settled)| *settled);
            self.closed(settled.map(|(here, _)| *here).collect(), budget)?
        };
        if let Some((_, known)) = self.sets.get_index_mut(set) {
            known.settled = Some(found);
        }
        Ok(found)
    }

    /// Whether in every fair run the goal holds from some point on.
    pub(super) fn is_done(&mut self, set: usize) -> bool {
        if let Some(known) = self.sets.get_index(set).and_then(|(_, known)| known.done) {
            return known;
        }
        let members = self.members(set).to_vec();
        let goal: Vec<bool> = members.iter().map(|here| self.facts(*here).goal).collect();
        let found = goal.iter().all(|goal| *goal) || {
            let (graph, fair) = self.graph(&members);
            let steps = |id: StateId| fair[id.index()].clone();
            let ends = fair_components(&graph, members.len(), |_| true, steps);
            ends.iter().flatten().all(|id| goal[id.index()])
        };
        if let Some((_, known)) = self.sets.get_index_mut(set) {
            known.done = Some(found);
        }
        found
    }

    /// Whether every fair run of the events comes by a state in which an item is possible, and takes it.
    fn is_taken(&mut self, members: &[Id], possible: &[bool]) -> bool {
        if !possible.contains(&true) {
            return false;
        }
        let (graph, fair) = self.graph(members);
        let steps = |id: StateId| {
            let mut steps = fair[id.index()].clone();
            if possible[id.index()] {
                // The item leaves every component: it is taken once.
                steps.push(FairStep {
                    label: usize::MAX,
                    to: StateId(u32::MAX),
                });
            }
            steps
        };
        fair_components(&graph, members.len(), |_| true, steps).is_empty()
    }

    /// The events between the states of a closed set, by their places, and the fair ones among them.
    fn graph(&mut self, members: &[Id]) -> (Graph, Vec<Vec<FairStep<usize>>>) {
        let mut graph = Graph::default();
        let mut all = Vec::with_capacity(members.len());
        for &here in members {
            let mut steps = Vec::new();
            for &(event, fair, to) in &self.facts(here).events {
                let place = members.binary_search(&to).unwrap_or(usize::MAX);
                let to = StateId(u32::try_from(place).unwrap_or(u32::MAX));
                graph.push(to);
                if fair {
                    steps.push(FairStep { label: event, to });
                }
            }
            graph.end_row();
            all.push(steps);
        }
        (graph, all)
    }
}
