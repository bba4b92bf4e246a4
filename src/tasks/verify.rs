//! `verify`: a plan under every interleaving of its lanes and the events, without faults. Safe, never refused, complete.

use crate::language::codes::Code;
use crate::language::diagnostic::Diagnostic;
use crate::model::ground::Model;
use crate::model::plan::{Item, Plan};
use crate::search::budget::{Budget, Stop};
use crate::search::explore::{Exploration, Stored, Visitor, explore};
use crate::search::store::StateId;
use crate::semantics::{Interpreter, Undefined};

use super::check::overall;
use super::complete::Incomplete;
use super::judge::{Judge, Violation};
use super::outcome::{
    Answer, Counterexample, Property, PropertyKind, Reason, SearchStats, Task, Verdict,
};
use super::plan_system::{PlanFinding, PlanMove, PlanState, PlanSystem};
use super::program::Program;
use super::request::{Asked, TaskError, remarks, summary, undefined_in_words};
use super::timeline::timeline;
use super::trace::{Move, refusal, replayed};

/// Verifies a plan for a ground model.
///
/// # Errors
/// Where no goal is named, a property does not exist, or a trace does not replay.
pub fn verify(
    model: &Model,
    plan: &Plan,
    asked: &Asked,
    budget: &mut dyn Budget,
) -> Result<Answer, TaskError> {
    let interpreter = Interpreter::new(model);
    asked.check_names(&property_names(model))?;
    if model.goal.is_none() && asked.wants("complete") {
        return Err(no_goal(model).into());
    }
    let program = Program::new(plan);
    let system = PlanSystem::new(&interpreter, &program);
    let mut observer = Observer {
        interpreter: &interpreter,
        program: &program,
        judge: Judge::new(
            &interpreter,
            asked,
            asked.wants("safe") || asked.wants("well_defined"),
        ),
        refused: None,
        ended: None,
    };
    let found = explore(&system, &mut observer, budget);
    let run = Verified {
        plan,
        system,
        found,
        judge: observer.judge,
        refused: observer.refused,
        ended: observer.ended,
    };
    let properties = run.properties(asked)?;
    Ok(Answer {
        task: Task::Verify,
        subject: plan.name.clone(),
        model: summary(&interpreter),
        verdict: overall(&properties),
        properties,
        warnings: remarks(&interpreter),
        search: stats(&run.found),
        plan: None,
        timeline: Some(timeline(&interpreter, &program)),
    })
}

/// The numbers of a breadth-first exploration.
fn stats(found: &Exploration<PlanSystem<'_, '_>>) -> SearchStats {
    SearchStats {
        states: found.store.len() as u64,
        transitions: found.transitions,
        depth: found.depth,
        stopped: found.stopped,
        ..SearchStats::default()
    }
}

/// What to tell somebody whose rules have several goals and no default.
#[must_use]
pub fn no_goal(model: &Model) -> Diagnostic {
    let names: Vec<String> = model
        .rules
        .goals
        .iter()
        .map(|goal| format!("`{}`", goal.name))
        .collect();
    let diagnostic = Diagnostic::error(
        Code::BadOption,
        "no goal is named, and the rules have no default",
    );
    if names.is_empty() {
        diagnostic.help("declare what upgraded means in the rules: `default goal upgraded { … }`")
    } else {
        diagnostic.help(format!(
            "name one with --goal, or as `goal` in the cluster: {}",
            names.join(", ")
        ))
    }
}

/// Everything that `verify` can judge of a ground model.
pub(super) fn property_names(model: &Model) -> Vec<String> {
    let builtin = ["safe", "never_refused", "complete"].map(str::to_owned);
    let declared = model.rules.invariants.iter().map(|i| i.name.clone());
    builtin
        .into_iter()
        .chain(declared)
        .chain(["well_defined".to_owned()])
        .collect()
}

/// A step that ended a run.
#[derive(Clone, Debug)]
struct Ended {
    at: StateId,
    lane: usize,
    undefined: Undefined,
}

struct Observer<'a, 'm> {
    interpreter: &'a Interpreter<'m>,
    program: &'a Program<'a>,
    judge: Judge<'a, 'm>,
    /// The first refusal: state, lane, ground action.
    refused: Option<(StateId, usize, usize)>,
    /// The first undefined step.
    ended: Option<Ended>,
}

impl<'a, 'm> Visitor<PlanSystem<'a, 'm>> for Observer<'a, 'm> {
    fn state(&mut self, id: StateId, state: &PlanState) {
        self.judge.state(id, &state.cluster);
    }

    fn transition(
        &mut self,
        from: Stored<'_, PlanSystem<'a, 'm>>,
        label: &PlanMove,
        to: Stored<'_, PlanSystem<'a, 'm>>,
    ) {
        // Waiting is no transition of the cluster: nothing is judged between a state and itself.
        if let PlanMove::Lane(lane) = *label
            && !matches!(
                self.program.next(&from.state.position, lane),
                Some(Item::Step { .. })
            )
        {
            return;
        }
        let before = (from.id, &from.state.cluster);
        self.judge.transition(before, (to.id, &to.state.cluster));
    }

    fn finding(&mut self, at: Stored<'_, PlanSystem<'a, 'm>>, finding: PlanFinding) {
        match finding {
            PlanFinding::Refused { lane, instance } => {
                self.refused.get_or_insert((at.id, lane, instance));
            }
            PlanFinding::UndefinedStep { lane, undefined } => {
                self.ended.get_or_insert(Ended {
                    at: at.id,
                    lane,
                    undefined,
                });
                let place = || "the next step of the plan".to_owned();
                self.judge.undefined(at.id, place, undefined);
            }
            PlanFinding::UndefinedEvent {
                instance,
                undefined,
            } => {
                let place = || self.interpreter.name(instance);
                self.judge.undefined(at.id, place, undefined);
            }
        }
    }
}

pub(super) struct Verified<'a, 'm> {
    pub(super) plan: &'a Plan,
    pub(super) system: PlanSystem<'a, 'm>,
    pub(super) found: Exploration<PlanSystem<'a, 'm>>,
    pub(super) judge: Judge<'a, 'm>,
    refused: Option<(StateId, usize, usize)>,
    ended: Option<Ended>,
}

impl<'a, 'm> Verified<'a, 'm> {
    fn properties(&self, asked: &Asked) -> Result<Vec<Property>, TaskError> {
        let mut invariants = self.invariants()?;
        if asked.wants("safe") || asked.wants("well_defined") {
            invariants.push(self.well_defined()?);
        }
        let mut properties = Vec::new();
        if asked.wants("safe") {
            properties.push(self.safe(&invariants));
        }
        if asked.wants("never_refused") {
            properties.push(self.property(
                "never_refused",
                PropertyKind::NeverRefused,
                self.refusal()?,
            ));
        }
        if asked.wants("complete") {
            let against = self.incomplete()?;
            properties.push(self.property("complete", PropertyKind::Complete, against));
        }
        properties.extend(invariants.into_iter().filter(|p| asked.wants(&p.name)));
        Ok(properties)
    }

    fn property(
        &self,
        name: &str,
        kind: PropertyKind,
        counterexample: Option<Counterexample>,
    ) -> Property {
        let verdict = match (&counterexample, self.found.stopped) {
            (Some(_), _) => Verdict::Violated,
            (None, Some(_)) => Verdict::Inconclusive,
            (None, None) => Verdict::Holds,
        };
        Property {
            name: name.to_owned(),
            kind,
            verdict,
            count: None,
            counterexample,
            witness: None,
        }
    }

    /// A property with its count, where that is known: none so far is no count.
    fn counted(&self, count: u64, property: Property) -> Property {
        Property {
            count: (self.found.stopped.is_none() || count > 0).then_some(count),
            ..property
        }
    }

    /// The nearest of the violations of invariants and `well_defined`.
    fn safe(&self, invariants: &[Property]) -> Property {
        let nearest = invariants
            .iter()
            .filter_map(|p| p.counterexample.as_ref())
            .min_by_key(|c| c.trace.steps.len());
        self.property("safe", PropertyKind::Safe, nearest.cloned())
    }

    fn invariants(&self) -> Result<Vec<Property>, TaskError> {
        let rules = &self.system.interpreter.model().rules;
        self.judge
            .records
            .iter()
            .map(|record| {
                let declared = &rules.invariants[record.invariant.index()];
                let kind = if declared.transition {
                    PropertyKind::TransitionInvariant
                } else {
                    PropertyKind::Invariant
                };
                let against = match &record.first {
                    Some(violation) => Some(self.violation(record.invariant, violation)?),
                    None => None,
                };
                Ok(self.counted(
                    record.violations,
                    self.property(&declared.name, kind, against),
                ))
            })
            .collect()
    }

    fn violation(
        &self,
        invariant: crate::language::rules::InvariantId,
        violation: &Violation,
    ) -> Result<Counterexample, TaskError> {
        let interpreter = self.system.interpreter;
        let declared = &interpreter.model().rules.invariants[invariant.index()];
        let path = self.found.path_on(violation.at, violation.after);
        let last = violation.after.unwrap_or(violation.at);
        let at = &self.state(violation.at)?.cluster;
        let after = &self.state(last)?.cluster;
        Ok(Counterexample {
            trace: self.trace(&path, None)?,
            reason: Reason::False {
                invariant: declared.name.clone(),
                doc: declared.doc.clone(),
            },
            explanation: Some(interpreter.explain_invariant(
                after,
                violation.after.map(|_| at),
                invariant,
                &violation.choice,
            )),
        })
    }

    fn well_defined(&self) -> Result<Property, TaskError> {
        let depth = |id| self.found.path(id).len();
        let against = match self.judge.nearest_undefined(depth) {
            None => None,
            Some(first) => Some(Counterexample {
                trace: self.trace(&self.found.path_on(first.at, first.after), None)?,
                reason: Reason::Undefined {
                    place: first.place.clone(),
                    what: self.undefined(&first.undefined),
                },
                explanation: None,
            }),
        };
        let property = self.property("well_defined", PropertyKind::WellDefined, against);
        Ok(self.counted(self.judge.undefined_states, property))
    }

    /// An undefined value comes from the rules, or from an await of the plan.
    fn undefined(&self, undefined: &Undefined) -> String {
        let rules = &self.system.interpreter.model().rules.source;
        let in_plan = self.ended.as_ref().is_some_and(|ended| {
            ended.undefined == *undefined
                && self.state(ended.at).is_ok_and(|state| {
                    let next = self.system.program.next(&state.position, ended.lane);
                    matches!(next, Some(Item::Await { .. }))
                })
        });
        undefined_in_words(if in_plan { &self.plan.source } else { rules }, undefined)
    }

    fn refusal(&self) -> Result<Option<Counterexample>, TaskError> {
        let Some((at, lane, instance)) = self.refused else {
            return Ok(None);
        };
        let interpreter = self.system.interpreter;
        let message = refusal(interpreter, &self.state(at)?.cluster, instance)
            .ok_or_else(|| TaskError::Internal("a refusal does not replay".to_owned()))?;
        let last = Move::Refused {
            instance,
            lane: self.system.program.lanes[lane].name.clone(),
        };
        Ok(Some(Counterexample {
            trace: self.trace(&self.found.path(at), Some(last))?,
            reason: Reason::Refused {
                step: interpreter.name(instance),
                message,
            },
            explanation: None,
        }))
    }

    /// The nearest reason why the plan is not complete: it is refused, has no meaning, gets stuck, or goes round.
    fn incomplete(&self) -> Result<Option<Counterexample>, TaskError> {
        if let Some(refused) = self.refusal()? {
            return Ok(Some(refused));
        }
        if let Some(ended) = &self.ended {
            return Ok(Some(Counterexample {
                trace: self.trace(&self.found.path(ended.at), None)?,
                reason: Reason::Undefined {
                    place: self.next_step(ended.at, ended.lane)?,
                    what: self.undefined(&ended.undefined),
                },
                explanation: None,
            }));
        }
        match self.found.stopped {
            // The search for runs that go on for ever takes as long as the exploration did.
            Some(Stop::Time | Stop::Memory | Stop::Interrupted) => Ok(None),
            Some(Stop::States | Stop::NodeSize | Stop::ModelSize) | None => Incomplete::of(self),
        }
    }

    fn next_step(&self, at: StateId, lane: usize) -> Result<String, TaskError> {
        let position = &self.state(at)?.position;
        Ok(self
            .system
            .program
            .next(position, lane)
            .map(|item| self.item_name(item))
            .unwrap_or_default())
    }

    /// An element of the plan as it is written.
    pub(super) fn item_name(&self, item: &Item) -> String {
        match item {
            Item::Step { instance, .. } => self.system.interpreter.name(*instance),
            Item::AwaitSettled { .. } => "await settled".to_owned(),
            Item::Await { text, .. } => format!("await {text}"),
            Item::Parallel { .. } => "parallel".to_owned(),
        }
    }

    pub(super) fn state(&self, id: StateId) -> Result<&PlanState, TaskError> {
        self.found
            .store
            .get(id)
            .ok_or_else(|| TaskError::Internal("a state of a trace is not stored".to_owned()))
    }

    /// A path through stored states, and perhaps a refused step after it, in words.
    pub(super) fn trace(
        &self,
        path: &[StateId],
        last: Option<Move>,
    ) -> Result<super::outcome::Trace, TaskError> {
        let labels = self
            .found
            .labels(&self.system, path, |_, _, _| true)
            .ok_or_else(|| TaskError::Internal("a trace is not connected".to_owned()))?;
        let mut run = Vec::with_capacity(labels.len() + 1);
        for (&from, label) in path.iter().zip(&labels) {
            run.push(self.as_move(from, *label)?);
        }
        run.extend(last);
        let end = match path.last() {
            Some(&id) => Some(&self.state(id)?.cluster),
            None => None,
        };
        replayed(self.system.interpreter, &run, end)
    }

    /// A transition of the search as a step of a run.
    pub(super) fn as_move(&self, from: StateId, label: PlanMove) -> Result<Move, TaskError> {
        let program = self.system.program;
        Ok(match label {
            PlanMove::Event(instance) => Move::Transition {
                instance,
                lane: String::new(),
            },
            PlanMove::Lane(lane) => {
                let name = program.lanes[lane].name.clone();
                match program.next(&self.state(from)?.position, lane) {
                    Some(Item::Step { instance, .. }) => Move::Transition {
                        instance: *instance,
                        lane: name,
                    },
                    Some(Item::Await { text, .. }) => Move::Waited {
                        until: text.clone(),
                        lane: name,
                    },
                    _ => Move::Waited {
                        until: "settled".to_owned(),
                        lane: name,
                    },
                }
            }
        })
    }
}
