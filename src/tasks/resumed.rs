//! `verify --at`: the rest of a plan from one of its positions, from a cluster as it is now, or from every state in which the
//! plan can be there. The rest is a plan, and a state is a cluster: what is asked of them is asked by `verify`. Somebody who looks
//! at a cluster sees the waits before the next steps again; what is expected is wherever a run of the plan is, waits seen or not.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use crate::language::codes::Code;
use crate::language::diagnostic::Diagnostic;
use crate::model::ground::Model;
use crate::model::plan::{Item, Plan};
use crate::search::budget::{Budget, Stop};
use crate::search::explore::{Exploration, Stored, Visitor, explore};
use crate::search::store::StateId;
use crate::search::system::{Offer, System};
use crate::semantics::{Interpreter, State};

use super::check::overall;
use super::observed::{Observed, Whereabouts, beginning_at, compared, with_values_of};
use super::outcome::{Answer, Property, PropertyKind, SearchStats, Task, Trace, Verdict};
use super::plan_system::{PlanMove, PlanState, PlanSystem};
use super::position::{NextSteps, StepNumbers};
use super::program::{Position, Program};
use super::request::{Asked, TaskError, remarks, summary};
use super::rest::{earliest, rest, steps_left};
use super::trace::replayed;
use super::verify::{no_goal, property_names, verify};

/// Where a plan is.
#[derive(Clone, Copy, Debug)]
pub struct Midway<'q> {
    /// The steps about to be taken: `4`, `2+5`, and one more than the last step after it.
    pub at: &'q str,
    /// The cluster as it is, with the name that it was read by; none for every state that the plan expects there.
    pub observed: Option<(&'q str, &'q Model)>,
}

/// Verifies the rest of a plan. Faults are not looked at.
///
/// # Errors
/// Where the plan has no such position, the observed cluster is another one, or as `verify` does.
pub fn resumed(
    model: &Model,
    plan: &Plan,
    midway: Midway<'_>,
    asked: &Asked,
    budget: &mut dyn Budget,
) -> Result<Answer, TaskError> {
    asked.check_names(&property_names(model))?;
    if model.goal.is_none() && asked.wants("complete") {
        return Err(no_goal(model).into());
    }
    let now = match midway.observed {
        Some((_, observed)) => Some(with_values_of(model, observed).map_err(TaskError::Input)?),
        None => None,
    };
    let interpreter = Interpreter::new(model);
    let program = Program::new(plan);
    let numbers = StepNumbers::new(&program);
    let next = numbers.named(midway.at);
    let next = next.ok_or_else(|| no_position(midway.at, &program, &numbers))?;
    let here = earliest(&program, &numbers, &next)
        .ok_or_else(|| no_position(midway.at, &program, &numbers))?;
    let system = UpTo {
        inner: PlanSystem::new(&interpreter, &program),
        left: steps_left(&program, &numbers, &here),
        numbers: &numbers,
    };
    let expected = Expected::of(&system, plan, &next, budget);
    let step = |number: &u32| {
        let place = (*number as usize).saturating_sub(1);
        let step = numbers.steps().get(place);
        (
            *number,
            step.map_or(String::new(), |s| interpreter.name(*s)),
        )
    };
    let mut whereabouts = Whereabouts {
        position: numbers.name(&next),
        next: next.0.iter().map(step).collect(),
        steps: numbers.steps().len(),
        expected: expected.states().len() as u64,
        stopped: expected.found.stopped,
        observed: None,
    };
    let asked = &Asked {
        exposure: None,
        ..asked.clone()
    };
    let mut answer = match (&now, midway.observed) {
        (Some(now), Some((name, _))) => {
            let rest = expected.plan_from(&here);
            let mut observed = expected.beside(name, now);
            waits_first(&system.inner, &rest.items, &mut observed.waits);
            whereabouts.observed = Some(observed);
            verify(now, &rest, asked, budget)?
        }
        _ if expected.at.is_empty() && expected.found.stopped.is_none() => {
            return Err(nobody_comes(midway.at).into());
        }
        _ => expected.rest(asked, budget)?,
    };
    // What the rules assume is about clusters as they are before an upgrade.
    answer.warnings = remarks(&interpreter);
    answer.whereabouts = Some(whereabouts);
    Ok(answer)
}

/// The states in which the cluster may be when a plan is somewhere; a limit where it was reached first.
///
/// # Errors
/// Where the plan has no such position, or no run comes to it.
pub fn states_at(
    model: &Model,
    plan: &Plan,
    at: &str,
    budget: &mut dyn Budget,
) -> Result<Result<Vec<State>, Stop>, TaskError> {
    let interpreter = Interpreter::new(model);
    let program = Program::new(plan);
    let numbers = StepNumbers::new(&program);
    let next = numbers.named(at);
    let next = next.ok_or_else(|| no_position(at, &program, &numbers))?;
    let here =
        earliest(&program, &numbers, &next).ok_or_else(|| no_position(at, &program, &numbers))?;
    let system = UpTo {
        inner: PlanSystem::new(&interpreter, &program),
        left: steps_left(&program, &numbers, &here),
        numbers: &numbers,
    };
    let expected = Expected::of(&system, plan, &next, budget);
    if let Some(stop) = expected.found.stopped {
        return Ok(Err(stop));
    }
    if expected.at.is_empty() {
        return Err(nobody_comes(at).into());
    }
    Ok(Ok(expected.states().into_iter().cloned().collect()))
}

fn no_position(at: &str, program: &Program<'_>, numbers: &StepNumbers) -> Diagnostic {
    let steps = numbers.steps().len();
    let diagnostic = Diagnostic::error(
        Code::BadOption,
        format!(
            "the plan is never at `{at}`: these are not the steps that are next at one of its points"
        ),
    );
    let after = steps + 1;
    let diagnostic = diagnostic.help(match steps {
        0 => "the plan has no steps: it is always at `1`".to_owned(),
        _ => format!(
            "write the number of the step about to be taken, {}, or {after} after the last one; steps count in the order of the file, waits do not",
            if steps == 1 { "1".to_owned() } else { format!("1 to {steps}") }
        ),
    });
    match several_next(program, numbers) {
        Some(example) => diagnostic.help(format!(
            "where lanes go on side by side, join the next step of each that has one left: `{example}`"
        )),
        None => diagnostic,
    }
}

/// The first position at which several steps are next.
fn several_next(program: &Program<'_>, numbers: &StepNumbers) -> Option<String> {
    let mut here = program.start();
    loop {
        let next = numbers.next_steps(program, &here);
        if next.0.len() > 1 {
            return Some(numbers.name(&next));
        }
        let lane = (0..program.lanes.len()).find(|lane| program.next(&here, *lane).is_some())?;
        here = program.advance(&here, lane);
    }
}

fn nobody_comes(at: &str) -> Diagnostic {
    Diagnostic::error(
        Code::BadOption,
        format!("no run of the plan comes to `{at}`: it ends before"),
    )
    .help("`verify` without `--at` says where it ends")
    .help(
        "`--observed CLUSTER` verifies the rest from a cluster as it is, wherever that comes from",
    )
}

/// Notes the waits before the first step of each lane; whether there is a step at all.
fn waits_first(system: &PlanSystem<'_, '_>, items: &[Item], found: &mut Vec<String>) -> bool {
    items.iter().any(|item| match item {
        Item::Step { .. } => true,
        Item::Await { .. } | Item::AwaitSettled { .. } | Item::After { .. } => {
            found.push(system.item_name(item));
            false
        }
        Item::Parallel { lanes, .. } => {
            let mut stops = false;
            for lane in lanes {
                stops |= waits_first(system, lane, found);
            }
            stops
        }
    })
}

/// A plan up to a position: the steps that are left there are not taken.
struct UpTo<'a, 'm> {
    inner: PlanSystem<'a, 'm>,
    left: BTreeSet<u32>,
    numbers: &'a StepNumbers,
}

impl System for UpTo<'_, '_> {
    type State = PlanState;
    type Label = PlanMove;
    type Finding = ();

    fn initial(&self) -> PlanState {
        self.inner.initial()
    }

    fn expand(&self, state: &PlanState, offer: &mut dyn FnMut(Offer<Self>) -> ControlFlow<()>) {
        let is_left = |label: &PlanMove| match label {
            PlanMove::Lane(lane) => {
                let number = self.numbers.at(self.inner.program, &state.position, *lane);
                number.is_some_and(|number| self.left.contains(&number))
            }
            PlanMove::Event(_) => false,
        };
        self.inner.expand(state, &mut |found| match found {
            Offer::Transition(label, to) if !is_left(&label) => offer(Offer::Transition(label, to)),
            // Nothing is asked of what is behind, and what is ahead is asked for by itself.
            Offer::Transition(..) | Offer::Finding(_) => ControlFlow::Continue(()),
        });
    }
}

/// Everything in which a plan can be at a position: cluster, and the waits that were seen. A lane may have seen a wait before
/// another lane took its last step.
struct Expected<'s, 'a, 'm> {
    system: &'s UpTo<'a, 'm>,
    plan: &'s Plan,
    found: Exploration<UpTo<'a, 'm>>,
    /// Those of the states found in which these steps are next.
    at: Vec<StateId>,
}

struct Silent;

impl<'a, 'm> Visitor<UpTo<'a, 'm>> for Silent {
    fn state(&mut self, _: StateId, _: &PlanState) {}

    fn transition(
        &mut self,
        _: Stored<'_, UpTo<'a, 'm>>,
        _: &PlanMove,
        _: Stored<'_, UpTo<'a, 'm>>,
    ) {
    }

    fn finding(&mut self, _: Stored<'_, UpTo<'a, 'm>>, (): ()) {}
}

impl<'s, 'a, 'm> Expected<'s, 'a, 'm> {
    fn of(
        system: &'s UpTo<'a, 'm>,
        plan: &'s Plan,
        next: &NextSteps,
        budget: &mut dyn Budget,
    ) -> Self {
        let found = explore(system, &mut Silent, budget);
        let ids = (0..found.store.len()).filter_map(|id| u32::try_from(id).ok().map(StateId));
        let program = system.inner.program;
        let is_there = |id: &StateId| {
            let state = found.store.get(*id);
            state.is_some_and(|s| system.numbers.next_steps(program, &s.position) == *next)
        };
        let at = ids.filter(is_there).collect();
        Self {
            system,
            plan,
            found,
            at,
        }
    }

    /// The states of the cluster among them, in the order in which they were found.
    fn states(&self) -> Vec<&State> {
        let stored = self.at.iter().filter_map(|id| self.found.store.get(*id));
        let mut seen = BTreeSet::new();
        stored
            .map(|state| &state.cluster)
            .filter(|state| seen.insert(*state))
            .collect()
    }

    fn plan_from(&self, at: &Position) -> Plan {
        Plan {
            name: self.plan.name.clone(),
            items: rest(self.system.inner.program, at),
            source: self.plan.source.clone(),
        }
    }

    /// A cluster as it is, beside these.
    fn beside(&self, name: &str, now: &Model) -> Observed {
        let differences = compared(self.system.inner.interpreter, &self.states(), now);
        let as_expected = if self.at.is_empty() {
            None
        } else if differences.is_empty() {
            Some(true)
        } else {
            self.found.stopped.is_none().then_some(false)
        };
        Observed {
            name: name.to_owned(),
            waits: Vec::new(),
            as_expected,
            differences,
        }
    }

    /// Enough of them that events and waits lead from these to all others.
    fn sources(&self) -> Vec<StateId> {
        let mut covered = vec![false; self.found.store.len()];
        let mut sources = Vec::new();
        for &id in &self.at {
            if covered[id.index()] {
                continue;
            }
            sources.push(id);
            let mut open = vec![id];
            while let Some(id) = open.pop() {
                if std::mem::replace(&mut covered[id.index()], true)
                    || id.index() >= self.found.graph.rows()
                {
                    continue;
                }
                // No step is taken from here on.
                open.extend(
                    self.found
                        .graph
                        .successors(id)
                        .iter()
                        .map(|to| StateId(*to)),
                );
            }
        }
        sources
    }

    /// Verifies the rest from each of them. Its runs begin where the plan begins.
    fn rest(&self, asked: &Asked, budget: &mut dyn Budget) -> Result<Answer, TaskError> {
        let mut all: Option<Answer> = None;
        for id in self.sources() {
            let Some(state) = self.found.store.get(id) else {
                continue;
            };
            let model = beginning_at(self.system.inner.interpreter, &state.cluster);
            let rest = self.plan_from(&state.position);
            let mut answer = verify(&model, &rest, asked, budget)?;
            let way = self.way(id)?;
            for property in &mut answer.properties {
                if let Some(counterexample) = &mut property.counterexample {
                    counterexample.trace = joined(&way, &counterexample.trace);
                }
            }
            let stopped = answer.search.stopped;
            all = Some(match all {
                None => answer,
                Some(before) => both(before, answer),
            });
            if stopped.is_some() {
                break;
            }
        }
        let mut answer = match all {
            Some(answer) => answer,
            None => self.nothing_known(asked),
        };
        if let Some(stop) = self.found.stopped {
            open(&mut answer, stop);
        }
        if let Some(stop) = answer.search.stopped {
            open(&mut answer, stop);
        }
        Ok(answer)
    }

    /// A run of the plan to one of these states.
    fn way(&self, id: StateId) -> Result<Trace, TaskError> {
        let path = self.found.path(id);
        let labels = self
            .found
            .labels(self.system, &path, |_, _, _| true)
            .ok_or_else(|| TaskError::Internal("a trace is not connected".to_owned()))?;
        let mut run = Vec::with_capacity(labels.len());
        for (from, label) in path.iter().zip(labels) {
            let from = self.found.store.get(*from);
            let from = from.ok_or_else(|| {
                TaskError::Internal("a state of a trace is not stored".to_owned())
            })?;
            run.push(self.system.inner.as_move(&from.position, label));
        }
        let end = self.found.store.get(id).map(|state| &state.cluster);
        replayed(self.system.inner.interpreter, &run, end)
    }

    /// The answer where a limit was reached before the plan came there.
    fn nothing_known(&self, asked: &Asked) -> Answer {
        let model = self.system.inner.interpreter.model();
        let kind = |name: &str| match name {
            "safe" => PropertyKind::Safe,
            "never_refused" => PropertyKind::NeverRefused,
            "complete" => PropertyKind::Complete,
            "well_defined" => PropertyKind::WellDefined,
            name => {
                let mut invariants = model.rules.invariants.iter();
                match invariants.find(|invariant| invariant.name == name) {
                    Some(invariant) if invariant.transition => PropertyKind::TransitionInvariant,
                    _ => PropertyKind::Invariant,
                }
            }
        };
        let names = property_names(model).into_iter();
        let properties = names.filter(|name| asked.wants(name)).map(|name| Property {
            kind: kind(&name),
            name,
            verdict: Verdict::Inconclusive,
            count: None,
            counterexample: None,
            witness: None,
        });
        Answer {
            task: Task::Verify,
            subject: self.plan.name.clone(),
            whereabouts: None,
            model: summary(self.system.inner.interpreter),
            verdict: Verdict::Inconclusive,
            properties: properties.collect(),
            warnings: Vec::new(),
            search: SearchStats {
                states: self.found.store.len() as u64,
                transitions: self.found.transitions,
                depth: self.found.depth,
                stopped: self.found.stopped,
                ..SearchStats::default()
            },
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
}

/// A run, and one that begins where it ends.
fn joined(way: &Trace, on: &Trace) -> Trace {
    Trace {
        steps: way.steps.iter().chain(&on.steps).cloned().collect(),
        cycle: on.cycle.map(|place| place + way.steps.len()),
    }
}

/// What holds from both of two states. The states that two searches met are counted twice where both met them, and so nothing
/// is said of how many violate something.
fn both(first: Answer, second: Answer) -> Answer {
    let pairs = first.properties.into_iter().zip(second.properties);
    let properties: Vec<Property> = pairs.map(|(a, b)| either(a, b)).collect();
    let (a, b) = (first.search, second.search);
    let mut reductions = a.reductions;
    for reduction in b.reductions {
        if !reductions.contains(&reduction) {
            reductions.push(reduction);
        }
    }
    Answer {
        verdict: overall(&properties),
        properties,
        search: SearchStats {
            states: a.states + b.states,
            transitions: a.transitions + b.transitions,
            depth: a.depth.max(b.depth),
            reductions,
            canonical_forms: a.canonical_forms + b.canonical_forms,
            stopped: a.stopped.or(b.stopped),
            ..SearchStats::default()
        },
        ..first
    }
}

fn either(a: Property, b: Property) -> Property {
    let verdict = match (a.verdict, b.verdict) {
        (Verdict::Violated, _) | (_, Verdict::Violated) => Verdict::Violated,
        (Verdict::Inconclusive, _) | (_, Verdict::Inconclusive) => Verdict::Inconclusive,
        (Verdict::Holds, Verdict::Holds) => Verdict::Holds,
    };
    let none = a.count == Some(0) && b.count == Some(0);
    let shortest = [a.counterexample, b.counterexample]
        .into_iter()
        .flatten()
        .min_by_key(|found| found.trace.steps.len());
    Property {
        verdict,
        count: none.then_some(0),
        counterexample: shortest,
        ..a
    }
}

/// Nothing holds where a limit kept us from some of the states.
fn open(answer: &mut Answer, stop: Stop) {
    for property in &mut answer.properties {
        if property.verdict == Verdict::Holds {
            property.verdict = Verdict::Inconclusive;
        }
        property.count = property.count.filter(|count| *count > 0);
    }
    answer.search.stopped.get_or_insert(stop);
    answer.verdict = overall(&answer.properties);
}
