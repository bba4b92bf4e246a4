//! What runs that go on for ever come to, in graphs most of which do not go round: the strongly connected parts that do are
//! found once, and only these are looked at by the general method (`search::fairness`).

use crate::search::components::components;
use crate::search::fairness::{FairStep, fair_components};
use crate::search::graph::Graph;
use crate::search::store::StateId;

use super::super::plan_system::PlanMove;

/// A graph with the states that lie on a cycle.
pub(super) struct Ends<'g> {
    graph: &'g Graph,
    states: usize,
    /// The components that go round, and for each state whether it is in one.
    pub(super) rounds: Vec<Vec<StateId>>,
    in_round: Vec<bool>,
}

impl<'g> Ends<'g> {
    pub(super) fn new(graph: &'g Graph, states: usize) -> Self {
        let itself = |id: StateId| graph.successors(id).contains(&id.0);
        let mut rounds = components(graph, states, |_| true);
        rounds.retain(|component| component.len() > 1 || itself(component[0]));
        let mut in_round = vec![false; states];
        for id in rounds.iter().flatten() {
            in_round[id.index()] = true;
        }
        Self {
            graph,
            states,
            rounds,
            in_round,
        }
    }

    /// The parts in which a fair run can go round for ever without leaving what is allowed.
    pub(super) fn fair_rounds(
        &self,
        allowed: &dyn Fn(StateId) -> bool,
        allowed_edge: &dyn Fn(StateId, StateId) -> bool,
        steps: &dyn Fn(StateId) -> Vec<FairStep<PlanMove>>,
    ) -> Vec<Vec<StateId>> {
        if self.rounds.is_empty() {
            return Vec::new();
        }
        let included = |id: StateId| self.in_round[id.index()] && allowed(id);
        // What is not allowed stays possible, and is not taken.
        let steps = |id: StateId| {
            let mut steps = steps(id);
            for step in &mut steps {
                if step.to.index() < self.states && !allowed_edge(id, step.to) {
                    step.to = StateId(u32::MAX);
                }
            }
            steps
        };
        let mut kept = Graph::default();
        for row in 0..self.states {
            let from = StateId(u32::try_from(row).unwrap_or(u32::MAX));
            if self.in_round[row] {
                for &to in self.graph.successors(from) {
                    if allowed_edge(from, StateId(to)) {
                        kept.push(StateId(to));
                    }
                }
            }
            kept.end_row();
        }
        let mut found = fair_components(&kept, self.states, included, steps);
        let itself = |id: StateId| kept.successors(id).contains(&id.0);
        // A state to stop in is no round; the caller knows those.
        found.retain(|component| component.len() > 1 || itself(component[0]));
        found
    }
}
