//! Everything that can become of a cluster at any point of a plan, with and without strikes: one graph for all of them. A
//! strike leaves no mark in a state, so that what different strikes lead to is explored once.
//!
//! The first states are those of the plan without strikes. All states are expanded by events and by the lanes of the plan,
//! with edges of both sorts apart: an operator who stops sees the events alone.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use crate::language::rules::InvariantId;
use crate::model::plan::Item;
use crate::model::value::ObjectId;
use crate::search::budget::{Budget, Progress, Stop};
use crate::search::fairness::FairStep;
use crate::search::graph::Graph;
use crate::search::store::{StateId, StateStore};
use crate::search::system::Offer;
use crate::semantics::State;

use super::super::plan_system::{
    Attempt, PlanFinding, PlanMove, PlanState, PlanSystem, attempt, is_fair,
};
use super::rows::{Row, Rows, is_empty, or, set};

/// The graph, and what is true of each state by itself.
pub(super) struct Aftermath<'s, 'a, 'm> {
    pub(super) system: &'s PlanSystem<'a, 'm>,
    pub(super) store: StateStore<PlanState>,
    pub(super) events: Graph,
    pub(super) lanes: Graph,
    /// For each state of the plan without strikes the one it was first reached from.
    pub(super) parents: Vec<StateId>,
    /// So many states are those of the plan without strikes.
    pub(super) planned: usize,
    /// The invariants that are false, after them whether something is undefined, and last whether any of these is so.
    pub(super) broken: Rows,
    /// What transitions break between two states, where they break anything.
    pub(super) broken_between: BTreeMap<(StateId, StateId), Row>,
    pub(super) services: Vec<ObjectId>,
    /// The services that are out.
    pub(super) out: Rows,
    pub(super) facts: Vec<Facts>,
    /// Why exploring ended early, if it did: then nothing may be called impossible.
    pub(super) stopped: Option<Stop>,
}

/// What is true of a state and its place in the plan.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Facts {
    /// No fair event is possible.
    pub(super) settled: bool,
    /// Nor can any lane go on.
    pub(super) quiet: bool,
    /// All steps are behind, and the goal holds.
    pub(super) done: bool,
    /// The goal holds.
    pub(super) goal: bool,
    /// A lane's next step is refused.
    pub(super) refused: bool,
    /// A lane's next element has no meaning.
    pub(super) undefined_step: bool,
}

impl<'s, 'a, 'm> Aftermath<'s, 'a, 'm> {
    /// The runs of the plan without strikes.
    pub(super) fn of_plan(system: &'s PlanSystem<'a, 'm>, budget: &mut dyn Budget) -> Self {
        let mut found = Self::nothing(system);
        found.store.insert(system.first(), usize::MAX);
        found.explore(budget, true);
        found.planned = found.store.len();
        found
    }

    /// No states yet.
    pub(super) fn nothing(system: &'s PlanSystem<'a, 'm>) -> Self {
        let invariants = system.interpreter.model().rules.invariants.len();
        let services = system.interpreter.services();
        Self {
            system,
            store: StateStore::default(),
            events: Graph::default(),
            lanes: Graph::default(),
            parents: vec![StateId(0)],
            planned: 0,
            broken: Rows::new(invariants + 2),
            broken_between: BTreeMap::new(),
            out: Rows::new(services.len()),
            services,
            facts: Vec::new(),
            stopped: None,
        }
    }

    /// How many things can break: the invariants, that everything is defined, and that nothing breaks.
    pub(super) fn things(&self) -> usize {
        self.anything() + 1
    }

    /// The thing that breaks where any other does: each run may break another one.
    pub(super) fn anything(&self) -> usize {
        self.undefined() + 1
    }

    /// The thing that breaks where something is undefined.
    fn undefined(&self) -> usize {
        self.system.interpreter.model().rules.invariants.len()
    }

    /// Notes that something is broken where anything is.
    fn with_anything(&self, mut row: Row) -> Row {
        if !is_empty(&row) {
            set(&mut row, self.anything());
        }
        row
    }

    /// Adds a state; none where there is no room.
    pub(super) fn add(&mut self, state: PlanState, budget: &dyn Budget) -> Option<StateId> {
        let added = self.store.insert(state, budget.max_states());
        if added.is_none() {
            self.stopped = Some(Stop::States);
        }
        added.map(|(id, _)| id)
    }

    /// Expands all states that are not expanded yet, and what they lead to.
    pub(super) fn explore(&mut self, budget: &mut dyn Budget, keep_parents: bool) {
        while self.stopped.is_none() {
            let next = StateId(u32::try_from(self.facts.len()).unwrap_or(u32::MAX));
            let Some(state) = self.store.get(next).cloned() else {
                return;
            };
            self.stopped = budget.spend(Progress {
                states: self.store.len(),
                frontier: self.store.len() - self.facts.len(),
                ..Progress::default()
            });
            if self.stopped.is_some() {
                return;
            }
            self.expand(next, &state, budget, keep_parents);
        }
    }

    fn expand(&mut self, id: StateId, state: &PlanState, budget: &dyn Budget, keep_parents: bool) {
        let system = self.system;
        let mut facts = Facts {
            settled: true,
            quiet: true,
            ..Facts::default()
        };
        let (mut broken, out) = self.judged(&state.cluster, &mut facts);
        facts.done = facts.goal && system.program.done(&state.position);
        let mut by_event = Vec::new();
        let mut by_lane = Vec::new();
        system.expand_by_name(state, &mut |offer| {
            match offer {
                Offer::Transition(PlanMove::Event(event), to) => {
                    if is_fair(system.interpreter, event) {
                        facts.settled = false;
                        facts.quiet = false;
                    }
                    by_event.push(to);
                }
                Offer::Transition(PlanMove::Lane(lane), to) => {
                    facts.quiet = false;
                    let item = system.program.next(&state.position, lane);
                    by_lane.push((to, matches!(item, Some(Item::Step { .. }))));
                }
                Offer::Finding(PlanFinding::Refused { .. }) => facts.refused = true,
                Offer::Finding(PlanFinding::UndefinedStep { .. }) => facts.undefined_step = true,
                Offer::Finding(PlanFinding::UndefinedEvent { .. }) => {
                    set(&mut broken, self.undefined());
                }
            }
            ControlFlow::Continue(())
        });
        for to in by_event {
            self.edge((id, state), (to, true), budget, keep_parents, true);
        }
        for (to, is_step) in by_lane {
            self.edge((id, state), (to, is_step), budget, keep_parents, false);
        }
        self.events.end_row();
        self.lanes.end_row();
        self.broken.push(&self.with_anything(broken));
        self.out.push(&out);
        self.facts.push(facts);
    }

    /// Adds an edge to a state, which may be new; `judged` where it is a transition of the cluster.
    fn edge(
        &mut self,
        (from, before): (StateId, &PlanState),
        (to, judged): (PlanState, bool),
        budget: &dyn Budget,
        keep_parents: bool,
        event: bool,
    ) {
        let broken = judged.then(|| self.broken_by(&before.cluster, &to.cluster));
        let known = self.store.len();
        let Some(to) = self.add(to, budget) else {
            return;
        };
        if keep_parents && self.store.len() > known {
            self.parents.push(from);
        }
        if let Some(broken) = broken.filter(|row| !is_empty(row)) {
            self.broken_between.insert((from, to), broken);
        }
        let graph = if event {
            &mut self.events
        } else {
            &mut self.lanes
        };
        graph.push(to);
    }

    /// What is broken in a state, and which services are out; whether the goal holds.
    fn judged(&self, state: &State, facts: &mut Facts) -> (Row, Row) {
        let interpreter = self.system.interpreter;
        let model = interpreter.model();
        let (mut broken, mut out) = (self.broken.row(), self.out.row());
        let undefined = self.undefined();
        let in_order = self
            .system
            .look(state)
            .is_some_and(|(_, in_order)| in_order);
        let judged = (0u16..).map(InvariantId).zip(&model.rules.invariants);
        for (id, invariant) in judged.filter(|_| !in_order) {
            if invariant.transition {
                continue;
            }
            let judgement = interpreter.judge(state, id);
            if judgement.false_for.is_some() {
                set(&mut broken, id.index());
            }
            if judgement.undefined.is_some() {
                set(&mut broken, undefined);
            }
        }
        for (place, &service) in self.services.iter().enumerate() {
            match interpreter.outage(state, service) {
                Ok(true) => set(&mut out, place),
                Ok(false) => {}
                Err(_) => set(&mut broken, undefined),
            }
        }
        // A goal that has no value is the operator's concern, who stopped.
        let goal = model.goal.map(|goal| interpreter.goal(state, goal));
        facts.goal = goal == Some(Ok(true));
        (broken, out)
    }

    /// What a strike breaks before it comes to its last state: between the states that it leads through, and in those on the
    /// way.
    pub(super) fn broken_through(&self, from: &State, through: &[State]) -> Row {
        let mut broken = self.broken.row();
        let mut before = from;
        for (place, state) in through.iter().enumerate() {
            or(&mut broken, &self.broken_by(before, state));
            if place + 1 < through.len() {
                let (mut row, _) = self.judged(state, &mut Facts::default());
                if self.system.has_undefined_event(state) {
                    set(&mut row, self.undefined());
                }
                or(&mut broken, &self.with_anything(row));
            }
            before = state;
        }
        broken
    }

    /// What a transition of the cluster breaks between two states.
    pub(super) fn broken_by(&self, before: &State, after: &State) -> Row {
        let interpreter = self.system.interpreter;
        let model = interpreter.model();
        let mut broken = self.broken.row();
        for (id, invariant) in (0u16..).map(InvariantId).zip(&model.rules.invariants) {
            if !invariant.transition {
                continue;
            }
            let judgement = interpreter.judge_between(before, after, id);
            if judgement.false_for.is_some() {
                set(&mut broken, id.index());
            }
            if judgement.undefined.is_some() {
                set(&mut broken, self.undefined());
            }
        }
        self.with_anything(broken)
    }

    /// The fair transitions that are possible in a state; with those of the lanes, or the events alone.
    pub(super) fn fair_steps(&self, id: StateId, with_lanes: bool) -> Vec<FairStep<PlanMove>> {
        let Some(state) = self.store.get(id) else {
            return Vec::new();
        };
        let mut steps = self.system.fair_steps(state, |to| self.store.find(to));
        steps.retain(|step| with_lanes || matches!(step.label, PlanMove::Event(_)));
        if with_lanes {
            steps.extend(self.ends(state));
        }
        steps
    }

    /// The lanes whose next element is refused or has no meaning: to try it may not be put off for ever, and ends the run.
    fn ends<'t>(
        &'t self,
        state: &'t PlanState,
    ) -> impl Iterator<Item = FairStep<PlanMove>> + use<'t, 's, 'a, 'm> {
        let (interpreter, program) = (self.system.interpreter, self.system.program);
        let ends = (0..program.lanes.len()).filter(move |lane| {
            let item = program.next(&state.position, *lane);
            item.is_some_and(|item| {
                let attempt = attempt(interpreter, &state.cluster, item);
                matches!(attempt, Attempt::Refused(_) | Attempt::Undefined(_))
            })
        });
        ends.map(|lane| FairStep {
            label: PlanMove::Lane(lane),
            to: StateId(u32::MAX),
        })
    }

    /// What a transition that was explored breaks.
    pub(super) fn broken_on(&self, from: StateId, to: StateId) -> Option<&Row> {
        self.broken_between.get(&(from, to))
    }
}
