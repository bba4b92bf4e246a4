//! `check`: explores everything that the rules allow, and judges every property on the whole graph. States that violate
//! something are expanded like any other, so that one property never hides another.

use crate::language::rules::GoalId;
use crate::search::budget::Budget;
use crate::search::explore::{Exploration, Stored, Visitor, explore};
use crate::search::graph::can_reach;
use crate::search::store::StateId;
use crate::semantics::{Interpreter, State};

use super::cluster_system::{ClusterSystem, Finding};
use super::judge::{Judge, Record};
use super::mattering::Mattering;
use super::outcome::{
    Answer, Counterexample, Property, PropertyKind, Reason, SearchStats, Task, Verdict,
};
use super::request::{Asked, TaskError, remarks, summary, undefined_in_words};
use super::trace::{Move, replayed};
use crate::model::ground::Model;

/// Checks everything that is asked of a ground model.
///
/// # Errors
/// Where a property does not exist, or a trace does not replay.
pub fn check(model: &Model, asked: &Asked, budget: &mut dyn Budget) -> Result<Answer, TaskError> {
    let interpreter = Interpreter::new(model);
    asked.check_names(&property_names(model))?;
    let goal = model
        .goal
        .filter(|_| asked.wants("reachable") || asked.wants("recoverable"));
    let system = ClusterSystem {
        interpreter: &interpreter,
    };
    let mut observer = Observer {
        // The goal and `well_defined` depend on every invariant, asked for or not.
        judge: Judge::new(
            &interpreter,
            asked,
            goal.is_some() || asked.wants("well_defined"),
        ),
        mattering: Mattering::new(&interpreter),
    };
    let found = explore(&system, &mut observer, budget);
    let checked = Checked {
        system,
        found,
        judge: observer.judge,
    };
    let mut properties = checked.invariants(asked)?;
    if asked.wants("well_defined") {
        properties.push(checked.well_defined()?);
    }
    if let Some(goal) = goal {
        properties.extend(checked.goal(goal, asked)?);
    }
    let mut warnings = remarks(&interpreter);
    if checked.found.stopped.is_none() {
        warnings.extend(observer.mattering.warnings());
    }
    Ok(Answer {
        task: Task::Check,
        subject: model.name.clone(),
        model: summary(&interpreter),
        verdict: overall(&properties),
        properties,
        warnings,
        search: stats(&checked.found),
        plan: None,
        timeline: None,
    })
}

/// Everything that `check` can judge of a ground model.
pub(super) fn property_names(model: &Model) -> Vec<String> {
    let mut names: Vec<String> = model
        .rules
        .invariants
        .iter()
        .map(|i| i.name.clone())
        .collect();
    names.push("well_defined".to_owned());
    if model.goal.is_some() {
        names.extend(["reachable".to_owned(), "recoverable".to_owned()]);
    }
    names
}

/// Violated where anything is; else inconclusive where anything is.
#[must_use]
pub fn overall(properties: &[Property]) -> Verdict {
    let any = |verdict| properties.iter().any(|p| p.verdict == verdict);
    if any(Verdict::Violated) {
        Verdict::Violated
    } else if any(Verdict::Inconclusive) {
        Verdict::Inconclusive
    } else {
        Verdict::Holds
    }
}

/// The numbers of a breadth-first exploration.
#[must_use]
pub fn stats<S: crate::search::system::System>(found: &Exploration<S>) -> SearchStats {
    SearchStats {
        states: found.store.len() as u64,
        transitions: found.transitions,
        depth: found.depth,
        reductions: Vec::new(),
        stopped: found.stopped,
    }
}

struct Observer<'a, 'm> {
    judge: Judge<'a, 'm>,
    mattering: Mattering<'a, 'm>,
}

impl<'a, 'm> Visitor<ClusterSystem<'a, 'm>> for Observer<'a, 'm> {
    fn state(&mut self, id: StateId, state: &State) {
        self.judge.state(id, state);
    }

    fn transition(
        &mut self,
        from: Stored<'_, ClusterSystem<'a, 'm>>,
        &instance: &usize,
        to: Stored<'_, ClusterSystem<'a, 'm>>,
    ) {
        self.mattering.happened(instance);
        self.judge
            .transition((from.id, from.state), (to.id, to.state));
    }

    fn finding(&mut self, at: Stored<'_, ClusterSystem<'a, 'm>>, finding: Finding) {
        match finding {
            Finding::Stopped { instance, guard } => self.mattering.stopped(instance, guard),
            Finding::Undefined {
                instance,
                undefined,
            } => {
                let name = || self.mattering.name(instance);
                self.judge.undefined(at.id, name, undefined);
            }
        }
    }
}

struct Checked<'a, 'm> {
    system: ClusterSystem<'a, 'm>,
    found: Exploration<ClusterSystem<'a, 'm>>,
    judge: Judge<'a, 'm>,
}

impl Checked<'_, '_> {
    /// What can be said of something that was not found to be violated.
    fn unless_stopped(&self) -> Verdict {
        if self.found.stopped.is_some() {
            Verdict::Inconclusive
        } else {
            Verdict::Holds
        }
    }

    /// A count, where it is known: none so far is no count.
    fn counted(&self, count: u64) -> Option<u64> {
        (self.found.stopped.is_none() || count > 0).then_some(count)
    }

    fn invariants(&self, asked: &Asked) -> Result<Vec<Property>, TaskError> {
        let rules = &self.system.model().rules;
        self.judge
            .records
            .iter()
            .filter(|record| asked.wants(&rules.invariants[record.invariant.index()].name))
            .map(|record| self.invariant(record))
            .collect()
    }

    fn invariant(&self, record: &Record) -> Result<Property, TaskError> {
        let interpreter = self.system.interpreter;
        let declared = &self.system.model().rules.invariants[record.invariant.index()];
        let counterexample = match &record.first {
            None => None,
            Some(violation) => {
                let path = self.found.path_on(violation.at, violation.after);
                let last = violation.after.unwrap_or(violation.at);
                let (at, after) = (self.state(violation.at)?, self.state(last)?);
                let before = violation.after.map(|_| at);
                Some(Counterexample {
                    trace: replayed(interpreter, &self.run(&path)?, Some(after))?,
                    reason: Reason::False {
                        invariant: declared.name.clone(),
                        doc: declared.doc.clone(),
                    },
                    explanation: Some(interpreter.explain_invariant(
                        after,
                        before,
                        record.invariant,
                        &violation.choice,
                    )),
                })
            }
        };
        Ok(Property {
            name: declared.name.clone(),
            kind: if declared.transition {
                PropertyKind::TransitionInvariant
            } else {
                PropertyKind::Invariant
            },
            verdict: if counterexample.is_some() {
                Verdict::Violated
            } else {
                self.unless_stopped()
            },
            count: self.counted(record.violations),
            counterexample,
            witness: None,
        })
    }

    fn well_defined(&self) -> Result<Property, TaskError> {
        let depth = |id| self.found.path(id).len();
        let counterexample = match self.judge.nearest_undefined(depth) {
            None => None,
            Some(first) => Some(Counterexample {
                trace: self.trace(&self.found.path_on(first.at, first.after))?,
                reason: Reason::Undefined {
                    place: first.place.clone(),
                    what: undefined_in_words(&self.system.model().rules.source, &first.undefined),
                },
                explanation: None,
            }),
        };
        Ok(Property {
            name: "well_defined".to_owned(),
            kind: PropertyKind::WellDefined,
            verdict: if counterexample.is_some() {
                Verdict::Violated
            } else {
                self.unless_stopped()
            },
            count: self.counted(self.judge.undefined_states),
            counterexample,
            witness: None,
        })
    }

    /// `reachable` and `recoverable`: both about runs without any violation, asked for or not.
    fn goal(&self, goal: GoalId, asked: &Asked) -> Result<Vec<Property>, TaskError> {
        let states = self.found.store.len();
        let clean = |from, to| self.judge.clean(from, to);
        let initial_is_clean = !self.judge.violating[0];
        let paths = self.found.graph.shortest_paths(
            StateId(0),
            if initial_is_clean { states } else { 0 },
            clean,
        );
        let is_goal = |id: &StateId| self.judge.goal_holds[id.index()];
        let nearest = paths.order.iter().copied().find(is_goal);
        let name = &self.system.model().rules.goals[goal.index()].name;
        let mut properties = Vec::new();
        if asked.wants("reachable") {
            let unreachable =
                nearest.is_none() && (self.found.stopped.is_none() || !initial_is_clean);
            properties.push(Property {
                name: "reachable".to_owned(),
                kind: PropertyKind::Reachable,
                verdict: if nearest.is_some() {
                    Verdict::Holds
                } else if unreachable {
                    Verdict::Violated
                } else {
                    Verdict::Inconclusive
                },
                count: None,
                counterexample: unreachable.then(|| Counterexample {
                    trace: super::outcome::Trace::default(),
                    reason: Reason::Unreachable { goal: name.clone() },
                    explanation: None,
                }),
                witness: nearest.map(|id| self.trace(&paths.path(id))).transpose()?,
            });
        }
        if asked.wants("recoverable") {
            let reversed = self.found.graph.reversed(states);
            let goals = paths.order.iter().copied().filter(is_goal);
            let saved = can_reach(&reversed, states, goals, clean);
            let doomed = |id: &&StateId| !saved[id.index()];
            let count = paths.order.iter().filter(doomed).count() as u64;
            // An unexpanded state may have a way to the goal that was not seen.
            let conclusive = self.found.stopped.is_none();
            let first = paths.order.iter().find(doomed).copied();
            let counterexample = match first {
                Some(id) if conclusive => Some(self.doomed(&paths.path(id), name)?),
                None if !initial_is_clean => Some(self.doomed(&[StateId(0)], name)?),
                _ => None,
            };
            properties.push(Property {
                name: "recoverable".to_owned(),
                kind: PropertyKind::Recoverable,
                verdict: if counterexample.is_some() {
                    Verdict::Violated
                } else {
                    self.unless_stopped()
                },
                count: conclusive.then_some(count),
                counterexample,
                witness: None,
            });
        }
        Ok(properties)
    }

    fn doomed(&self, path: &[StateId], goal: &str) -> Result<Counterexample, TaskError> {
        let trace = self.trace(path)?;
        Ok(Counterexample {
            reason: Reason::Doomed {
                goal: goal.to_owned(),
                step: trace.steps.last().map(|step| step.name.clone()),
            },
            trace,
            explanation: None,
        })
    }

    fn state(&self, id: StateId) -> Result<&State, TaskError> {
        self.found
            .store
            .get(id)
            .ok_or_else(|| TaskError::Internal("a state of a trace is not stored".to_owned()))
    }

    fn run(&self, path: &[StateId]) -> Result<Vec<Move>, TaskError> {
        let labels = self
            .found
            .labels(&self.system, path, |_, _, _| true)
            .ok_or_else(|| TaskError::Internal("a trace is not connected".to_owned()))?;
        Ok(labels
            .into_iter()
            .map(|instance| Move::Transition {
                instance,
                lane: String::new(),
            })
            .collect())
    }

    fn trace(&self, path: &[StateId]) -> Result<super::outcome::Trace, TaskError> {
        let end = match path.last() {
            Some(&id) => Some(self.state(id)?),
            None => None,
        };
        replayed(self.system.interpreter, &self.run(path)?, end)
    }
}
