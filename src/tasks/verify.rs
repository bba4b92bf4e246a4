//! `verify`: a plan under every interleaving of its lanes and the events, without faults. Safe, never refused, complete.

use crate::language::codes::Code;
use crate::language::diagnostic::Diagnostic;
use crate::model::ground::Model;
use crate::model::plan::{Item, Plan};
use crate::search::budget::{Budget, Pilot, Stop};
use crate::search::components::components;
use crate::search::explore::{Exploration, Stored, Visitor, explore};
use crate::search::store::StateId;
use crate::semantics::{Interpreter, Undefined};

use super::check::overall;
use super::complete::Incomplete;
use super::exposure;
use super::judge::{Judge, Violation};
use super::outcome::{
    Answer, Counterexample, Property, PropertyKind, Reason, Reduction, SearchStats, Task, Verdict,
};
use super::plan_symmetry::PlanSymmetry;
use super::plan_system::{PlanFinding, PlanMove, PlanState, PlanSystem};
use super::program::Program;
use super::request::{Asked, TaskError, remarks, summary, undefined_in_words};
use super::temporal;
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
    let run = Verified::of(&interpreter, plan, &program, asked, budget);
    let mut properties = run.properties(asked)?;
    let mut search = run.stats();
    let promised = temporal::wanted(model, asked);
    if !promised.is_empty() {
        let judged = temporal::of_plan(&run, &run.labels, &promised, budget)?;
        properties.extend(judged.properties);
        search.stopped = search.stopped.or(judged.stopped);
        let mut not_used = temporal::not_used(asked.effort.reductions);
        not_used.retain(|reduction| reduction.name == "symmetry");
        search.not_used.extend(not_used);
    }
    let is_valid = properties
        .iter()
        .all(|p| p.verdict == Verdict::Holds || p.kind == PropertyKind::Temporal);
    let exposure = asked
        .exposure
        .as_ref()
        .filter(|question| is_valid || !question.of_valid_plans)
        .map(|question| exposure::exposure(model, plan, question, budget))
        .transpose()?;
    let deny = asked.exposure.as_ref().and_then(|question| question.deny);
    if let (Some(found), Some(deny)) = (&exposure, deny) {
        properties.push(exposure::property(found, deny));
    }
    let mut verdict = overall(&properties);
    if verdict == Verdict::Holds && exposure.as_ref().is_some_and(|e| e.stopped.is_some()) {
        verdict = Verdict::Inconclusive;
    }
    Ok(Answer {
        task: Task::Verify,
        subject: plan.name.clone(),
        whereabouts: None,
        model: summary(&interpreter),
        verdict,
        properties,
        warnings: remarks(&interpreter),
        search,
        plan: None,
        timeline: Some(timeline(&interpreter, &program)),
        exposure,
        furthest: None,
        alternatives: None,
        remedies: None,
        optimum: None,
        relaxed: None,
        scheduled: None,
    })
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
        .chain(model.rules.temporal.iter().map(|t| t.name.clone()))
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
    /// What does each edge, where temporal properties ask for it.
    labels: Option<Vec<PlanMove>>,
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
        if let Some(labels) = &mut self.labels {
            labels.push(*label);
        }
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
    labels: Vec<PlanMove>,
    refused: Option<(StateId, usize, usize)>,
    ended: Option<Ended>,
}

impl<'a, 'm> Verified<'a, 'm> {
    /// Explores all runs of a plan. Most plans leave little choice, and few states are better told by their own names; where
    /// there are many, one for each orbit is looked at first.
    fn of(
        interpreter: &'a Interpreter<'m>,
        plan: &'a Plan,
        program: &'a Program<'a>,
        asked: &Asked,
        budget: &mut dyn Budget,
    ) -> Self {
        // Fairness is about objects by name.
        let by_name = !temporal::wanted(interpreter.model(), asked).is_empty();
        if asked.effort.reductions.symmetry && !by_name {
            let most = budget.max_states();
            let mut few = Pilot {
                states: asked.effort.plain.min(most),
                within: budget,
            };
            let run = Self::explore(interpreter, plan, program, asked, false, &mut few);
            if run.found.stopped != Some(Stop::States) || few.states == most {
                return run;
            }
            let run = Self::explore(interpreter, plan, program, asked, true, budget);
            if !run.asks_for_names(asked) {
                return run;
            }
        }
        Self::explore(interpreter, plan, program, asked, false, budget)
    }

    /// Explores all runs of a plan, where asked for and sound with one state for each orbit at each position.
    fn explore(
        interpreter: &'a Interpreter<'m>,
        plan: &'a Plan,
        program: &'a Program<'a>,
        asked: &Asked,
        symmetry: bool,
        budget: &mut dyn Budget,
    ) -> Self {
        let mut system = PlanSystem::new(interpreter, program);
        let judge = Judge::new(
            interpreter,
            asked,
            asked.wants("safe") || asked.wants("well_defined"),
        );
        let rules = &interpreter.model().rules;
        let between =
            |record: &super::judge::Record| rules.invariants[record.invariant.index()].transition;
        // What is judged between two states needs both with the same names.
        if symmetry && !judge.records.iter().any(between) {
            system.reduce();
        }
        let mut observer = Observer {
            interpreter,
            program,
            judge,
            labels: (!temporal::wanted(interpreter.model(), asked).is_empty()).then(Vec::new),
            refused: None,
            ended: None,
        };
        let found = explore(&system, &mut observer, budget);
        Self {
            plan,
            system,
            found,
            judge: observer.judge,
            labels: observer.labels.unwrap_or_default(),
            refused: observer.refused,
            ended: observer.ended,
        }
    }

    /// Whether orbits do not say enough: a run may go round among them without going round, fairness is about objects by
    /// name, and so is what is undefined.
    fn asks_for_names(&self, asked: &Asked) -> bool {
        if !self.is_renamed() {
            return false;
        }
        let goes_round = || {
            let states = self.found.store.len();
            let itself = |id: u32| self.found.graph.successors(StateId(id)).contains(&id);
            components(&self.found.graph, states, |_| true)
                .iter()
                .any(|component| component.len() > 1 || itself(component[0].0))
        };
        // Where a limit was reached, there is nothing left to go round with.
        let is_open = self.found.stopped.is_none() && self.refused.is_none();
        self.judge.undefined_states > 0
            || self.ended.is_some()
            || asked.wants("complete") && is_open && goes_round()
    }

    /// Whether names were changed on the way.
    fn is_renamed(&self) -> bool {
        let symmetry = self.system.symmetry.as_ref();
        symmetry.is_some_and(PlanSymmetry::renamed)
    }

    fn stats(&self) -> SearchStats {
        let is_reduced = self.is_renamed();
        let reductions = is_reduced.then(|| Reduction {
            name: "symmetry".to_owned(),
            left_out: "states that are equal up to the names of interchangeable objects which no step that is left names"
                .to_owned(),
        });
        SearchStats {
            states: self.found.store.len() as u64,
            transitions: self.found.transitions,
            depth: self.found.depth,
            stopped: self.found.stopped,
            reductions: reductions.into_iter().collect(),
            canonical_forms: if is_reduced {
                self.found.transitions + 1
            } else {
                0
            },
            ..SearchStats::default()
        }
    }

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
        let (_, mut states) = self.realised(&path)?;
        let after = states.pop().map(|state| state.cluster);
        let after = after.ok_or_else(|| TaskError::Internal("a trace has no state".to_owned()))?;
        let before = states.pop().filter(|_| violation.after.is_some());
        let before = before.map(|state| state.cluster);
        let judgement = match &before {
            Some(before) => interpreter.judge_between(before, &after, invariant),
            None => interpreter.judge(&after, invariant),
        };
        let choice = judgement.false_for.ok_or_else(|| {
            TaskError::Internal("an invariant holds where the search found it broken".to_owned())
        })?;
        Ok(Counterexample {
            trace: self.trace(&path, None)?,
            reason: Reason::False {
                invariant: declared.name.clone(),
                doc: declared.doc.clone(),
            },
            explanation: Some(interpreter.explain_invariant(
                &after,
                before.as_ref(),
                invariant,
                &choice,
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
        let message = refusal(interpreter, &self.end(&self.found.path(at))?, instance)
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
            // Among orbits a run may go round without going round.
            Some(_) if self.is_renamed() => Ok(None),
            Some(Stop::States | Stop::NodeSize | Stop::ModelSize) | None => Incomplete::of(self),
        }
    }

    pub(super) fn next_step(&self, at: StateId, lane: usize) -> Result<String, TaskError> {
        let position = &self.state(at)?.position;
        Ok(self
            .system
            .program
            .next(position, lane)
            .map(|item| self.system.item_name(item))
            .unwrap_or_default())
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
        let (labels, states) = self.realised(path)?;
        let mut run = Vec::with_capacity(labels.len() + 1);
        for (&from, label) in path.iter().zip(&labels) {
            run.push(self.as_move(from, *label)?);
        }
        run.extend(last);
        let end = states.last().map(|state| &state.cluster);
        replayed(self.system.interpreter, &run, end)
    }

    /// A transition of the search as a step of a run.
    pub(super) fn as_move(&self, from: StateId, label: PlanMove) -> Result<Move, TaskError> {
        Ok(self.system.as_move(&self.state(from)?.position, label))
    }
}
