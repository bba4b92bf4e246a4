//! Whether a plan that is never refused gets done: in every fair run all steps are taken, and the goal holds from some point
//! on. The counterexample is a run that is stuck, or a fair lasso.

use crate::language::rules::GuardKind;
use crate::model::plan::{Item, Plan};
use crate::search::fairness::{FairStep, Hop, fair_components, fair_cycle};
use crate::search::store::StateId;
use crate::semantics::Explanation;

use super::outcome::{Counterexample, Reason};
use super::plan_system::{PlanMove, PlanState, PlanSystem};
use super::request::TaskError;
use super::trace::{Move, replayed};
use super::verify::Verified;

/// Looks for a fair run that does not get done.
pub(super) struct Incomplete<'v, 'a, 'm> {
    run: &'v Verified<'a, 'm>,
}

impl<'v, 'a, 'm> Incomplete<'v, 'a, 'm> {
    /// The nearest fair run that is stuck or goes round; none where every fair run gets done.
    pub(super) fn of(run: &'v Verified<'a, 'm>) -> Result<Option<Counterexample>, TaskError> {
        let this = Self { run };
        let states = run.found.store.len();
        // A state that was not expanded (a limit was reached) may have fair transitions that were not seen.
        let expanded = run.found.graph.rows();
        let seen = |id: StateId| id.index() < expanded;
        let components = fair_components(&run.found.graph, states, seen, |id| this.steps(id));
        let mut nearest: Option<(StateId, bool, Vec<StateId>)> = None;
        for component in components {
            let Some(&bad) = component.iter().find(|&&id| !this.is_done(id)) else {
                continue;
            };
            let stuck = component
                .iter()
                .copied()
                .find(|&id| !this.is_done(id) && this.steps(id).is_empty());
            let candidate = (stuck.unwrap_or(bad), stuck.is_some(), component);
            if nearest.as_ref().is_none_or(|(id, ..)| candidate.0 < *id) {
                nearest = Some(candidate);
            }
        }
        match nearest {
            None => Ok(None),
            Some((id, true, _)) => this.stuck(id).map(Some),
            Some((id, false, component)) => this.cycle(id, &component).map(Some),
        }
    }

    fn steps(&self, id: StateId) -> Vec<FairStep<PlanMove>> {
        match self.run.found.store.get(id) {
            Some(state) => self
                .run
                .system
                .fair_steps(state, |to| self.run.found.store.find(to)),
            None => Vec::new(),
        }
    }

    /// All steps are behind, and the goal holds.
    fn is_done(&self, id: StateId) -> bool {
        let all_taken = self
            .run
            .found
            .store
            .get(id)
            .is_some_and(|state| self.run.system.program.done(&state.position));
        all_taken && self.run.judge.goal_holds[id.index()]
    }

    fn stuck(&self, id: StateId) -> Result<Counterexample, TaskError> {
        let path = self.run.found.path(id);
        let trace = self.run.trace(&path, None)?;
        let end = PlanState {
            cluster: self.run.end(&path)?,
            position: self.run.state(id)?.position.clone(),
        };
        let (waiting, why) = waiting(&self.run.system, self.run.plan, &end);
        if waiting.is_empty() {
            return Ok(Counterexample {
                trace,
                reason: Reason::GoalFalse { goal: self.goal() },
                explanation: self.goal_explained(&end),
            });
        }
        Ok(Counterexample {
            trace,
            reason: Reason::Stuck { waiting },
            explanation: why,
        })
    }

    fn cycle(&self, bad: StateId, component: &[StateId]) -> Result<Counterexample, TaskError> {
        let found = &self.run.found;
        let steps = |id| self.steps(id);
        let entry = component.first().copied().unwrap_or(bad);
        let through = (entry, bad);
        let hops = fair_cycle(&found.graph, found.store.len(), component, through, steps);
        let mut run = self.stem(entry)?;
        let stem = run.len();
        let mut here = entry;
        for hop in &hops {
            run.push(self.run.as_move(here, self.label(here, hop)?)?);
            here = hop.to;
        }
        let end = &self.run.state(here)?.cluster;
        let mut trace = replayed(self.run.system.interpreter, &run, Some(end))?;
        trace.cycle = Some(stem);
        let all_taken = component.iter().any(|&id| {
            let state = found.store.get(id);
            state.is_some_and(|state| self.run.system.program.done(&state.position))
        });
        // The step is possible now and then; where it waits is what has to be told.
        let mut waiting = Vec::new();
        let mut why = None;
        for &id in component {
            if waiting.is_empty() {
                (waiting, why) =
                    self::waiting(&self.run.system, self.run.plan, self.run.state(id)?);
            }
        }
        Ok(Counterexample {
            trace,
            reason: Reason::Cycle {
                goal: all_taken.then(|| self.goal()),
                waiting,
            },
            explanation: if all_taken {
                self.goal_explained(self.run.state(bad)?)
            } else {
                why
            },
        })
    }

    fn stem(&self, entry: StateId) -> Result<Vec<Move>, TaskError> {
        let found = &self.run.found;
        let path = found.path(entry);
        let labels = found
            .labels(&self.run.system, &path, |_, _, _| true)
            .ok_or_else(|| TaskError::Internal("a trace is not connected".to_owned()))?;
        path.iter()
            .zip(labels)
            .map(|(&from, label)| self.run.as_move(from, label))
            .collect()
    }

    /// The transition of a hop: the fair one that it must be, or the first that leads there.
    fn label(&self, from: StateId, hop: &Hop<PlanMove>) -> Result<PlanMove, TaskError> {
        let wanted = |label: &PlanMove| hop.label.is_none_or(|must| must == *label);
        self.run
            .found
            .labels(&self.run.system, &[from, hop.to], |_, label, _| {
                wanted(label)
            })
            .and_then(|labels| labels.first().copied())
            .ok_or_else(|| TaskError::Internal("a cycle is not connected".to_owned()))
    }

    fn goal(&self) -> String {
        let model = self.run.system.interpreter.model();
        model
            .goal
            .map(|goal| model.rules.goals[goal.index()].name.clone())
            .unwrap_or_default()
    }

    fn goal_explained(&self, state: &PlanState) -> Option<Explanation> {
        let interpreter = self.run.system.interpreter;
        let state = &state.cluster;
        interpreter
            .model()
            .goal
            .filter(|&goal| interpreter.goal(state, goal) == Ok(false))
            .map(|goal| interpreter.explain_goal(state, goal))
    }
}

/// The steps that wait with their awaits, and which values make the first await false.
pub(super) fn waiting(
    system: &PlanSystem<'_, '_>,
    plan: &Plan,
    state: &PlanState,
) -> (Vec<(String, String)>, Option<Explanation>) {
    let interpreter = system.interpreter;
    let rules = &interpreter.model().rules;
    let mut waiting = Vec::new();
    let mut why = None;
    for (_, item, guard) in system.waiting(state) {
        let (until, explanation) = match (item, guard) {
            (Item::Step { instance, .. }, Some(guard)) => {
                let transition = interpreter.model().instances[*instance].transition;
                let condition = &interpreter.guards(transition)[guard].guard;
                debug_assert!(matches!(condition.kind, GuardKind::Await));
                let why = interpreter.explain_guard(&state.cluster, *instance, guard);
                let written = rules.source.slice(condition.condition.span);
                (with_values(written, &why), Some(why))
            }
            (
                Item::Await {
                    condition, text, ..
                },
                _,
            ) => (
                text.clone(),
                Some(interpreter.explain_await(&state.cluster, condition, &plan.source)),
            ),
            _ => ("settled".to_owned(), None),
        };
        waiting.push((system.item_name(item), until));
        why = why.or(explanation);
    }
    (waiting, why)
}

/// A condition of the rules with the values that make it false: `not b.locked` says little without them.
fn with_values(written: &str, why: &Explanation) -> String {
    let values: Vec<String> = why
        .values
        .iter()
        .filter(|reading| reading.ground != reading.text)
        .map(|reading| format!("{} is {}", reading.ground, reading.value))
        .collect();
    let folded = written.split_whitespace().collect::<Vec<_>>().join(" ");
    if values.is_empty() {
        folded
    } else {
        format!("{folded} ({})", values.join(", "))
    }
}
