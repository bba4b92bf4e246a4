//! Temporal properties of `check`: all that the rules allow on a cluster, explored by the interpreter with every edge kept.

use std::ops::ControlFlow;

use crate::language::rules::{TemporalId, TransitionClass};
use crate::search::budget::Budget;
use crate::search::explore::{Exploration, Stored, Visitor, explore};
use crate::search::graph::Graph;
use crate::search::store::StateId;
use crate::search::system::{Offer, System};
use crate::semantics::{Fired, Interpreter, State};

use super::super::outcome::SearchStats;
use super::super::plan_system::is_fair;
use super::super::request::{Asked, TaskError};
use super::super::trace::Move;
use super::{Judged, Runs, judged, not_used};

/// Judges temporal properties of a cluster. With what was searched for it.
pub(in super::super) fn of_cluster(
    interpreter: &Interpreter<'_>,
    properties: &[TemporalId],
    asked: &Asked,
    budget: &mut dyn Budget,
) -> Result<(Judged, SearchStats), TaskError> {
    let system = Everything { interpreter };
    let mut labels = Labels(Vec::new());
    let found = explore(&system, &mut labels, budget);
    let runs = ClusterRuns {
        interpreter,
        found,
        labels: labels.0,
    };
    let judged = judged(&runs, properties, runs.found.stopped, budget)?;
    let stats = SearchStats {
        states: runs.found.store.len() as u64,
        transitions: runs.found.transitions,
        depth: runs.found.depth,
        stopped: judged.stopped,
        not_used: not_used(asked.effort.reductions),
        ..SearchStats::default()
    };
    Ok((judged, stats))
}

/// Actions, events and faults, as the interpreter sees them.
struct Everything<'i, 'm> {
    interpreter: &'i Interpreter<'m>,
}

impl System for Everything<'_, '_> {
    type State = State;
    /// A ground transition.
    type Label = u32;
    type Finding = ();

    fn initial(&self) -> State {
        self.interpreter.initial()
    }

    fn expand(&self, state: &State, offer: &mut dyn FnMut(Offer<Self>) -> ControlFlow<()>) {
        let instances = self.interpreter.model().instances.len();
        for label in (0u32..).take(instances) {
            if let Fired::Successor(next) = self.interpreter.fire(state, label as usize)
                && offer(Offer::Transition(label, next)).is_break()
            {
                return;
            }
        }
    }
}

/// What does each edge.
struct Labels(Vec<u32>);

impl Visitor<Everything<'_, '_>> for Labels {
    fn state(&mut self, _: StateId, _: &State) {}

    fn transition(
        &mut self,
        _: Stored<'_, Everything<'_, '_>>,
        label: &u32,
        _: Stored<'_, Everything<'_, '_>>,
    ) {
        self.0.push(*label);
    }

    fn finding(&mut self, _: Stored<'_, Everything<'_, '_>>, (): ()) {}
}

struct ClusterRuns<'i, 'm> {
    interpreter: &'i Interpreter<'m>,
    found: Exploration<Everything<'i, 'm>>,
    labels: Vec<u32>,
}

impl Runs for ClusterRuns<'_, '_> {
    type Label = u32;

    fn interpreter(&self) -> &Interpreter<'_> {
        self.interpreter
    }

    fn graph(&self) -> &Graph {
        &self.found.graph
    }

    fn labels(&self) -> &[u32] {
        &self.labels
    }

    fn states(&self) -> usize {
        self.found.store.len()
    }

    fn cluster(&self, id: StateId) -> Result<&State, TaskError> {
        self.found
            .store
            .get(id)
            .ok_or_else(|| TaskError::Internal("a state of a trace is not stored".to_owned()))
    }

    fn is_fair(&self, label: u32) -> bool {
        is_fair(self.interpreter, label as usize)
    }

    fn is_free(&self, label: u32) -> bool {
        let model = self.interpreter.model();
        let transition = model.instances[label as usize].transition;
        model.rules.transitions[transition.index()].class == TransitionClass::Action
    }

    fn as_move(&self, _: StateId, label: u32) -> Result<Move, TaskError> {
        Ok(Move::Transition {
            instance: label as usize,
            lane: String::new(),
        })
    }

    fn name(&self, _: StateId, label: u32) -> Result<String, TaskError> {
        Ok(self.interpreter.name(label as usize))
    }
}
