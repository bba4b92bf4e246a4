//! Temporal properties of `verify`: all runs of a plan, in which the steps of the lanes are owed as fair events are. A lane
//! whose step is refused or undefined goes no further; the rest of the cluster does.

use crate::language::rules::TemporalId;
use crate::search::budget::Budget;
use crate::search::graph::Graph;
use crate::search::store::StateId;
use crate::semantics::{Interpreter, State};

use super::super::plan_system::{PlanMove, is_fair};
use super::super::request::TaskError;
use super::super::trace::Move;
use super::super::verify::Verified;
use super::{Judged, Runs, judged};

/// Judges temporal properties of the runs of a plan; `labels` says what does each edge.
pub(in super::super) fn of_plan(
    verified: &Verified<'_, '_>,
    labels: &[PlanMove],
    properties: &[TemporalId],
    budget: &mut dyn Budget,
) -> Result<Judged, TaskError> {
    let runs = PlannedRuns { verified, labels };
    judged(&runs, properties, verified.found.stopped, budget)
}

struct PlannedRuns<'v, 'a, 'm> {
    verified: &'v Verified<'a, 'm>,
    labels: &'v [PlanMove],
}

impl Runs for PlannedRuns<'_, '_, '_> {
    type Label = PlanMove;

    fn interpreter(&self) -> &Interpreter<'_> {
        self.verified.system.interpreter
    }

    fn graph(&self) -> &Graph {
        &self.verified.found.graph
    }

    fn labels(&self) -> &[PlanMove] {
        self.labels
    }

    fn states(&self) -> usize {
        self.verified.found.store.len()
    }

    fn cluster(&self, id: StateId) -> Result<&State, TaskError> {
        Ok(&self.verified.state(id)?.cluster)
    }

    fn is_fair(&self, label: PlanMove) -> bool {
        match label {
            PlanMove::Lane(_) => true,
            PlanMove::Event(instance) => is_fair(self.interpreter(), instance),
        }
    }

    fn is_free(&self, _: PlanMove) -> bool {
        false
    }

    fn as_move(&self, from: StateId, label: PlanMove) -> Result<Move, TaskError> {
        self.verified.as_move(from, label)
    }

    fn name(&self, from: StateId, label: PlanMove) -> Result<String, TaskError> {
        match label {
            PlanMove::Event(instance) => Ok(self.interpreter().name(instance)),
            PlanMove::Lane(lane) => self.verified.next_step(from, lane),
        }
    }
}
