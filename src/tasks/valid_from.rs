//! Whether a plan is valid from given situations: whatever the events do, no step is refused or undefined, nothing breaks that
//! is not broken already, and in every fair run all steps are taken and the target holds from some point on. The same claims
//! as `verify` makes from the beginning of a cluster, for who takes over in the middle.

use std::ops::ControlFlow;

use indexmap::IndexSet;

use crate::model::plan::{Item, Plan};
use crate::search::budget::{Budget, Progress, Stop};
use crate::search::fairness::{FairStep, fair_components};
use crate::search::graph::Graph;
use crate::search::store::{Hasher, StateId};
use crate::search::system::Offer;
use crate::semantics::Interpreter;

use super::plan_system::{PlanMove, PlanState, PlanSystem, is_fair};
use super::program::{Position, Program};
use super::standing::Situation;
use super::target::Target;

/// A situation and the place in the plan.
type Node = (Situation, Position);

/// Whether a plan is valid from all of some situations; an error where a limit was reached first.
///
/// # Errors
/// The limit.
pub fn valid_from(
    interpreter: &Interpreter<'_>,
    plan: &Plan,
    from: &[Situation],
    target: &Target,
    budget: &mut dyn Budget,
) -> Result<bool, Stop> {
    let program = Program::new(plan);
    let system = PlanSystem::new(interpreter, &program);
    let start = |from: &Situation| (from.clone(), program.start());
    let mut nodes: IndexSet<Node, Hasher> = from.iter().map(start).collect();
    let mut graph = Graph::default();
    let mut fair: Vec<Vec<FairStep<PlanMove>>> = Vec::new();
    while let Some((here, position)) = nodes.get_index(fair.len()).cloned() {
        let progress = Progress {
            states: nodes.len(),
            ..Progress::default()
        };
        if let Some(stop) = budget.spend(progress) {
            return Err(stop);
        }
        if nodes.len() > budget.max_states() {
            return Err(Stop::States);
        }
        let state = PlanState {
            cluster: here.state.clone(),
            position,
        };
        let mut fine = target.holds(interpreter, &here.state).is_ok();
        let mut steps = Vec::new();
        system.expand_by_name(&state, &mut |offer| {
            let next = match offer {
                Offer::Transition(label, to) => {
                    to_node(&system, (&here, &state.position), label, to)
                }
                Offer::Finding(_) => None,
            };
            let Some((label, next)) = next else {
                fine = false;
                return ControlFlow::Break(());
            };
            let (place, _) = nodes.insert_full(next);
            let to = StateId(u32::try_from(place).unwrap_or(u32::MAX));
            graph.push(to);
            let is_fair = match label {
                PlanMove::Lane(_) => true,
                PlanMove::Event(event) => is_fair(interpreter, event),
            };
            if is_fair {
                steps.push(FairStep { label, to });
            }
            ControlFlow::Continue(())
        });
        if !fine {
            return Ok(false);
        }
        graph.end_row();
        fair.push(steps);
    }
    let is_done = |id: &StateId| {
        nodes.get_index(id.index()).is_some_and(|(here, position)| {
            program.done(position) && target.holds(interpreter, &here.state) == Ok(true)
        })
    };
    let steps = |id: StateId| fair[id.index()].clone();
    let ends = fair_components(&graph, nodes.len(), |_| true, steps);
    Ok(ends.iter().flatten().all(is_done))
}

/// Where a transition leads; none where it breaks something. A wait of the plan is no transition of the cluster.
fn to_node(
    system: &PlanSystem<'_, '_>,
    (here, at): (&Situation, &Position),
    label: PlanMove,
    to: PlanState,
) -> Option<(PlanMove, Node)> {
    let PlanState { cluster, position } = to;
    if let PlanMove::Lane(lane) = label
        && !matches!(system.program.next(at, lane), Some(Item::Step { .. }))
    {
        return Some((label, (here.clone(), position)));
    }
    let next = here.after(system.interpreter, cluster)?;
    Some((label, (next, position)))
}
