//! `check`: explores everything that the rules allow, and judges every property on the whole graph. States that violate
//! something are expanded like any other, so that one property never hides another.

use crate::engine::question::Question;
use crate::language::diagnostic::Diagnostic;
use crate::language::rules::{GoalId, InvariantId, TemporalId};
use crate::model::ground::Model;
use crate::search::budget::Budget;
use crate::semantics::{Fired, Interpreter, State, Undefined};

use super::explored::{Explored, Run, Wanted};
use super::outcome::{
    Answer, Counterexample, Property, PropertyKind, Reason, SearchStats, Task, Trace, Verdict,
};
use super::packing::{Packed, packed};
use super::request::{Asked, TaskError, remarks, summary, undefined_in_words};
use super::temporal;
use super::trace::{Move, replayed};

/// Checks everything that is asked of a ground model.
///
/// # Errors
/// Where a property does not exist, or a trace does not replay.
pub fn check(model: &Model, asked: &Asked, budget: &mut dyn Budget) -> Result<Answer, TaskError> {
    let interpreter = Interpreter::new(model);
    asked.check_names(&property_names(model))?;
    let temporal = temporal::wanted(model, asked);
    if !asked.properties.is_empty() && asked.properties.iter().all(|p| is_temporal(model, p)) {
        return only_temporal(&interpreter, &temporal, asked, budget);
    }
    let (question, invariants) = question(model, asked);
    let wanted = Wanted {
        invariants: &invariants,
        well_defined: asked.wants("well_defined"),
        reachable: question.goal && asked.wants("reachable"),
        recoverable: question.goal && asked.wants("recoverable"),
    };
    let Packed {
        found,
        mut search,
        warnings,
    } = packed(&interpreter, &question, &wanted, asked, budget);
    let checked = Checked {
        interpreter: &interpreter,
        found,
    };
    let mut properties = checked.invariants(asked)?;
    if asked.wants("well_defined") {
        properties.push(checked.well_defined()?);
    }
    if let Some(goal) = model.goal {
        properties.extend(checked.goal(goal, asked)?);
    }
    let mut told = remarks(&interpreter);
    told.extend(warnings);
    if !temporal.is_empty() {
        let (judged, by_name) = temporal::of_cluster(&interpreter, &temporal, asked, budget)?;
        properties.extend(judged.properties);
        told.extend(judged.warnings);
        search.stopped = search.stopped.or(by_name.stopped);
        search.by_name = Some(Box::new(by_name));
    }
    Ok(answer(&interpreter, properties, told, search))
}

/// Temporal properties are judged by themselves: nothing else has to be searched for them.
fn only_temporal(
    interpreter: &Interpreter<'_>,
    wanted: &[TemporalId],
    asked: &Asked,
    budget: &mut dyn Budget,
) -> Result<Answer, TaskError> {
    let (judged, search) = temporal::of_cluster(interpreter, wanted, asked, budget)?;
    let mut told = remarks(interpreter);
    told.extend(judged.warnings);
    Ok(answer(interpreter, judged.properties, told, search))
}

fn answer(
    interpreter: &Interpreter<'_>,
    properties: Vec<Property>,
    warnings: Vec<Diagnostic>,
    search: SearchStats,
) -> Answer {
    Answer {
        task: Task::Check,
        subject: interpreter.model().name.clone(),
        whereabouts: None,
        model: summary(interpreter),
        verdict: overall(&properties),
        properties,
        warnings,
        search,
        plan: None,
        timeline: None,
        exposure: None,
        furthest: None,
        alternatives: None,
        remedies: None,
        optimum: None,
        relaxed: None,
        scheduled: None,
    }
}

/// Whether a property is a temporal one.
fn is_temporal(model: &Model, name: &str) -> bool {
    model.rules.temporal.iter().any(|t| t.name == name)
}

/// What is to be judged, and for each invariant whether a run against it is wanted and whether it is a transition invariant.
fn question(model: &Model, asked: &Asked) -> (Question, Vec<(bool, bool)>) {
    // The goal and `well_defined` depend on every invariant, and `well_defined` on the goal, asked for or not.
    let all = asked.wants("well_defined")
        || model.goal.is_some() && (asked.wants("reachable") || asked.wants("recoverable"));
    let declared = &model.rules.invariants;
    let question = Question {
        invariants: declared
            .iter()
            .map(|i| all || asked.wants(&i.name))
            .collect(),
        goal: all && model.goal.is_some(),
        definedness: all,
    };
    let wanted = declared
        .iter()
        .map(|i| (asked.wants(&i.name), i.transition));
    (question, wanted.collect())
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
    names.extend(model.rules.temporal.iter().map(|t| t.name.clone()));
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

struct Checked<'a, 'm> {
    interpreter: &'a Interpreter<'m>,
    found: Explored,
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
        let declared = self.interpreter.model().rules.invariants.iter();
        (0u16..)
            .map(InvariantId)
            .zip(declared)
            .filter(|(_, invariant)| asked.wants(&invariant.name))
            .map(|(id, _)| self.invariant(id))
            .collect()
    }

    fn invariant(&self, id: InvariantId) -> Result<Property, TaskError> {
        let declared = &self.interpreter.model().rules.invariants[id.index()];
        let (count, run) = match self.found.invariants.get(id.index()) {
            Some((count, run)) => (*count, run.as_ref()),
            None => (0, None),
        };
        if count > 0 && run.is_none() {
            return Err(lost("an invariant is broken"));
        }
        let counterexample = run.map(|run| self.against(id, run)).transpose()?;
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
            count: self.counted(count),
            counterexample,
            witness: None,
        })
    }

    /// A run against an invariant, as the reference interpreter sees it.
    fn against(&self, id: InvariantId, run: &Run) -> Result<Counterexample, TaskError> {
        let declared = &self.interpreter.model().rules.invariants[id.index()];
        let (before, after) = self.end(run)?;
        let (judgement, before) = match &before {
            Some(before) if declared.transition => (
                self.interpreter.judge_between(before, &after, id),
                Some(before),
            ),
            _ => (self.interpreter.judge(&after, id), None),
        };
        let choice = judgement.false_for.ok_or_else(|| {
            TaskError::Internal("an invariant holds where the search found it broken".to_owned())
        })?;
        Ok(Counterexample {
            trace: self.trace(run)?,
            reason: Reason::False {
                invariant: declared.name.clone(),
                doc: declared.doc.clone(),
            },
            explanation: Some(
                self.interpreter
                    .explain_invariant(&after, before, id, &choice),
            ),
        })
    }

    fn well_defined(&self) -> Result<Property, TaskError> {
        let (count, first) = &self.found.undefined;
        if *count > 0 && first.is_none() {
            return Err(lost("something is undefined"));
        }
        let counterexample = match first {
            None => None,
            Some((between, run)) => {
                let (place, undefined) = self.undefined(*between, run)?;
                let source = &self.interpreter.model().rules.source;
                Some(Counterexample {
                    trace: self.trace(run)?,
                    reason: Reason::Undefined {
                        place,
                        what: undefined_in_words(source, &undefined),
                    },
                    explanation: None,
                })
            }
        };
        Ok(Property {
            name: "well_defined".to_owned(),
            kind: PropertyKind::WellDefined,
            verdict: if counterexample.is_some() {
                Verdict::Violated
            } else {
                self.unless_stopped()
            },
            count: self.counted(*count),
            counterexample,
            witness: None,
        })
    }

    /// The first undefined thing at the end of a run: an invariant, the goal, a transition; or a transition invariant on the
    /// last step.
    fn undefined(&self, between: bool, run: &Run) -> Result<(String, Undefined), TaskError> {
        let interpreter = self.interpreter;
        let rules = &interpreter.model().rules;
        let (before, after) = self.end(run)?;
        let invariants = (0u16..).map(InvariantId).zip(&rules.invariants);
        for (id, invariant) in invariants.filter(|(_, i)| i.transition == between) {
            let (judgement, what) = match &before {
                Some(before) if between => {
                    let judgement = interpreter.judge_between(before, &after, id);
                    (judgement, "transition invariant")
                }
                _ => (interpreter.judge(&after, id), "invariant"),
            };
            if let Some(undefined) = judgement.undefined {
                return Ok((format!("{what} {}", invariant.name), undefined));
            }
        }
        for (id, property) in (0u16..).map(TemporalId).zip(&rules.temporal) {
            if let (false, Some(undefined)) = (between, interpreter.undefined_operand(&after, id)) {
                return Ok((format!("property {}", property.name), undefined));
            }
        }
        if let Some(goal) = interpreter.model().goal
            && let Err(undefined) = interpreter.goal(&after, goal)
        {
            return Ok((
                format!("goal {}", rules.goals[goal.index()].name),
                undefined,
            ));
        }
        for instance in 0..interpreter.model().instances.len() {
            if let Fired::Undefined(undefined) = interpreter.fire(&after, instance) {
                return Ok((interpreter.name(instance), undefined));
            }
        }
        Err(TaskError::Internal(
            "all is defined where the search found something undefined".to_owned(),
        ))
    }

    /// `reachable` and `recoverable`: both about runs without any violation, asked for or not.
    fn goal(&self, goal: GoalId, asked: &Asked) -> Result<Vec<Property>, TaskError> {
        let name = &self.interpreter.model().rules.goals[goal.index()].name;
        let found = &self.found.goal;
        let mut properties = Vec::new();
        if asked.wants("reachable") {
            let unreachable =
                found.witness.is_none() && (found.stopped.is_none() || found.wrong_at_once);
            properties.push(Property {
                name: "reachable".to_owned(),
                kind: PropertyKind::Reachable,
                verdict: if found.witness.is_some() {
                    Verdict::Holds
                } else if unreachable {
                    Verdict::Violated
                } else {
                    Verdict::Inconclusive
                },
                count: None,
                counterexample: unreachable.then(|| Counterexample {
                    trace: Trace::default(),
                    reason: Reason::Unreachable { goal: name.clone() },
                    explanation: None,
                }),
                witness: match &found.witness {
                    Some(run) => Some(self.trace(run)?),
                    None => None,
                },
            });
        }
        if asked.wants("recoverable") {
            if found.doomed.is_some_and(|count| count > 0) && found.doom.is_none() {
                return Err(lost("the goal cannot be reached any more"));
            }
            let counterexample = match &found.doom {
                Some(run) => Some(self.doomed(run, name)?),
                None if found.wrong_at_once => Some(self.doomed(&Run::new(), name)?),
                None => None,
            };
            properties.push(Property {
                name: "recoverable".to_owned(),
                kind: PropertyKind::Recoverable,
                verdict: match (&counterexample, found.stopped) {
                    (Some(_), _) => Verdict::Violated,
                    (None, Some(_)) => Verdict::Inconclusive,
                    (None, None) => Verdict::Holds,
                },
                count: found.doomed,
                counterexample,
                witness: None,
            });
        }
        Ok(properties)
    }

    fn doomed(&self, run: &Run, goal: &str) -> Result<Counterexample, TaskError> {
        let trace = self.trace(run)?;
        Ok(Counterexample {
            reason: Reason::Doomed {
                goal: goal.to_owned(),
                step: trace.steps.last().map(|step| step.name.clone()),
            },
            trace,
            explanation: None,
        })
    }

    /// The last state of a run, and the one before it.
    fn end(&self, run: &Run) -> Result<(Option<State>, State), TaskError> {
        let initial = self.interpreter.initial();
        let mut states = self.interpreter.replay(&initial, run)?;
        let last = states.pop().unwrap_or(initial);
        Ok((states.pop(), last))
    }

    fn trace(&self, run: &Run) -> Result<Trace, TaskError> {
        let moves: Vec<Move> = run
            .iter()
            .map(|&instance| Move::Transition {
                instance,
                lane: String::new(),
            })
            .collect();
        replayed(self.interpreter, &moves, None)
    }
}

/// A finding without a run to it is a mistake of ours.
fn lost(what: &str) -> TaskError {
    TaskError::Internal(format!("{what}, and no run to it was found"))
}
