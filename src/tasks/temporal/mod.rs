//! Temporal properties, decided on an explored graph by the real names of objects: `eventually`, `always eventually` and
//! `leads to`, each for every choice of its parameters. Where the graph comes from is told in `cluster` (`check`) and `planned`
//! (`verify`); what a broken promise looks like in `lasso`.
//!
//! No reduction is used. Fairness is about each object by its name, so that among orbits one node that starts again and again
//! looks like all of them starting; and which runs are fair depends on transitions that change nothing that is asked about.

mod cluster;
mod lasso;
mod planned;

use crate::language::codes::Code;
use crate::language::diagnostic::Diagnostic;
use crate::language::rules::{FieldType, Promise, Temporal, TemporalId};
use crate::model::ground::Model;
use crate::model::instances::choices;
use crate::model::value::Value;
use crate::search::budget::{Budget, Progress, Stop};
use crate::search::fairness::FairStep;
use crate::search::graph::Graph;
use crate::search::liveness::{Broken, Live, Promised};
use crate::search::store::StateId;
use crate::semantics::{Interpreter, State, Undefined};

use super::effort::Reductions;
use super::outcome::{Counterexample, NotUsed, Property, PropertyKind, Reason, Verdict};
use super::request::{Asked, TaskError, undefined_in_words};
use super::trace::Move;

pub(super) use cluster::of_cluster;
pub(super) use planned::of_plan;

/// So many states are judged between two questions whether to go on.
const ASK_EVERY: usize = 64;

/// Runs whose graph was explored.
trait Runs {
    /// What does a transition.
    type Label: Copy + Ord;

    fn interpreter(&self) -> &Interpreter<'_>;

    /// The edges; a state that was not expanded has none.
    fn graph(&self) -> &Graph;

    /// For each edge what does it.
    fn labels(&self) -> &[Self::Label];

    /// How many states are stored.
    fn states(&self) -> usize;

    /// The cluster in a state.
    fn cluster(&self, id: StateId) -> Result<&State, TaskError>;

    /// Whether it happens sooner or later where it stays possible.
    fn is_fair(&self, label: Self::Label) -> bool;

    /// Whether somebody does it who owes nothing.
    fn is_free(&self, label: Self::Label) -> bool;

    /// As a step of a run.
    fn as_move(&self, from: StateId, label: Self::Label) -> Result<Move, TaskError>;

    /// As messages call it.
    fn name(&self, from: StateId, label: Self::Label) -> Result<String, TaskError>;

    /// The transitions of a state.
    fn edges(&self, id: StateId) -> impl Iterator<Item = (Self::Label, StateId)> {
        let row = self.graph().row(id);
        let labels = self.labels().get(row).unwrap_or(&[]);
        let successors = self.graph().successors(id);
        labels
            .iter()
            .copied()
            .zip(successors.iter().copied().map(StateId))
    }

    /// The fair ones among them.
    fn fair_steps(&self, id: StateId) -> Vec<FairStep<Self::Label>> {
        self.edges(id)
            .filter(|(label, _)| self.is_fair(*label))
            .map(|(label, to)| FairStep { label, to })
            .collect()
    }
}

/// What was established about temporal properties.
#[derive(Default)]
pub(super) struct Judged {
    /// In order of declaration.
    pub(super) properties: Vec<Property>,
    /// Promises that only operators could keep.
    pub(super) warnings: Vec<Diagnostic>,
    /// Why the last of them are not judged.
    pub(super) stopped: Option<Stop>,
}

/// The temporal properties that are asked for.
pub(super) fn wanted(model: &Model, asked: &Asked) -> Vec<TemporalId> {
    (0u16..)
        .map(TemporalId)
        .zip(&model.rules.temporal)
        .filter(|(_, property)| asked.wants(&property.name))
        .map(|(id, _)| id)
        .collect()
}

/// The reductions that may be used and are not, with the reasons.
pub(super) fn not_used(reductions: Reductions) -> Vec<NotUsed> {
    let all = [
        (
            reductions.symmetry,
            "symmetry",
            "a temporal property is judged, and fairness is about each object by its name",
        ),
        (
            reductions.slice,
            "slice",
            "a temporal property is judged, and which runs are fair depends on every transition",
        ),
        (
            reductions.stubborn,
            "stubborn",
            "a temporal property is judged, and it does not keep the runs that go on for ever",
        ),
    ];
    all.into_iter()
        .filter(|(allowed, ..)| *allowed)
        .map(|(_, name, why)| NotUsed { name, why })
        .collect()
}

/// Judges temporal properties on a graph. Where the exploration was cut short, what is broken is told, and nothing holds.
fn judged<R: Runs>(
    runs: &R,
    properties: &[TemporalId],
    stopped: Option<Stop>,
    budget: &mut dyn Budget,
) -> Result<Judged, TaskError> {
    let mut judging = Judging {
        runs,
        budget,
        stopped,
        // Judging takes as long as exploring did.
        given_up: !matches!(
            stopped,
            None | Some(Stop::States | Stop::NodeSize | Stop::ModelSize)
        ),
    };
    let mut found = Judged::default();
    for &id in properties {
        let (property, warning) = judging.property(id)?;
        found.properties.push(property);
        found.warnings.extend(warning);
    }
    found.stopped = judging.stopped;
    Ok(found)
}

struct Judging<'r, 'b, R> {
    runs: &'r R,
    budget: &'b mut dyn Budget,
    stopped: Option<Stop>,
    given_up: bool,
}

/// For each state whether a promise falls due there, and whether it is kept.
struct Marks {
    due: Vec<bool>,
    kept: Vec<bool>,
}

/// A promise that is broken for a choice of the parameters.
struct Against {
    choice: Vec<Value>,
    broken: Broken,
    marks: Marks,
}

impl<R: Runs> Judging<'_, '_, R> {
    fn property(&mut self, id: TemporalId) -> Result<(Property, Option<Diagnostic>), TaskError> {
        let runs = self.runs;
        let model = runs.interpreter().model();
        let declared = &model.rules.temporal[id.index()];
        let types: Vec<FieldType> = declared.parameters.iter().map(|p| p.ty).collect();
        let live = live(runs);
        let mut nearest: Option<Against> = None;
        let mut undefined: Option<(StateId, Undefined)> = None;
        for choice in choices(model, &types) {
            if self.asks_to_stop() {
                break;
            }
            let Some(marks) = self.marks(declared, &choice, &mut undefined)? else {
                break;
            };
            let promised = Promised {
                due: &marks.due,
                kept: &marks.kept,
            };
            let Some(broken) = live.broken(promised) else {
                continue;
            };
            let is_nearer = |than: &Against| broken.stem.len() < than.broken.stem.len();
            if nearest.as_ref().is_none_or(is_nearer) {
                nearest = Some(Against {
                    choice,
                    broken,
                    marks,
                });
            }
        }
        let mut warning = None;
        let counterexample = match (nearest, undefined) {
            (Some(against), _) => {
                if lasso::waits_for_operators(runs, &against) {
                    warning = Some(owes_nothing(model, declared));
                }
                Some(lasso::told(runs, id, &against)?)
            }
            (None, Some((at, undefined))) => Some(Counterexample {
                trace: lasso::way_to(runs, at)?,
                reason: Reason::Undefined {
                    place: format!("property {}", declared.name),
                    what: undefined_in_words(&model.rules.source, &undefined),
                },
                explanation: None,
            }),
            (None, None) => None,
        };
        let property = Property {
            name: declared.name.clone(),
            kind: PropertyKind::Temporal,
            verdict: match (&counterexample, self.stopped) {
                (Some(_), _) => Verdict::Violated,
                (None, Some(_)) => Verdict::Inconclusive,
                (None, None) => Verdict::Holds,
            },
            count: None,
            counterexample,
            witness: None,
        };
        Ok((property, warning))
    }

    fn asks_to_stop(&mut self) -> bool {
        if !self.given_up {
            let progress = Progress {
                states: self.runs.states(),
                transitions: self.runs.labels().len() as u64,
                ..Progress::default()
            };
            if let Some(stop) = self.budget.spend(progress) {
                self.stopped = Some(stop);
                self.given_up = true;
            }
        }
        self.given_up
    }

    /// Judges the operands in every state; none where a limit was reached. Where one is undefined the promise is neither due nor
    /// broken, and cannot hold: the nearest such state is noted.
    fn marks(
        &mut self,
        declared: &Temporal,
        choice: &[Value],
        undefined: &mut Option<(StateId, Undefined)>,
    ) -> Result<Option<Marks>, TaskError> {
        let states = self.runs.states();
        let mut marks = Marks {
            due: Vec::with_capacity(states),
            kept: Vec::with_capacity(states),
        };
        let ids = (0..states).filter_map(|place| u32::try_from(place).ok());
        for id in ids.map(StateId) {
            if id.index() % ASK_EVERY == 0 && self.asks_to_stop() {
                return Ok(None);
            }
            let interpreter = self.runs.interpreter();
            let cluster = self.runs.cluster(id)?;
            let wanted = interpreter.holds(cluster, declared.promise.wanted(), choice);
            let due = match &declared.promise {
                Promise::Eventually(_) => Ok(id == StateId(0)),
                Promise::AlwaysEventually(_) => Ok(true),
                Promise::LeadsTo(due, _) => interpreter.holds(cluster, due, choice),
            };
            let (due, kept) = match (due, wanted) {
                (Ok(due), Ok(kept)) => (due, kept),
                (Err(why), _) | (_, Err(why)) => {
                    if undefined.as_ref().is_none_or(|(first, _)| id < *first) {
                        *undefined = Some((id, why));
                    }
                    (false, true)
                }
            };
            marks.due.push(due);
            marks.kept.push(kept);
        }
        Ok(Some(marks))
    }
}

/// The graph of runs with what is fair in it.
fn live<R: Runs>(runs: &R) -> Live<'_, impl Fn(StateId) -> Vec<FairStep<R::Label>>> {
    Live {
        graph: runs.graph(),
        states: runs.states(),
        steps: |id| runs.fair_steps(id),
    }
}

/// What to tell of a promise that waits for somebody who owes nothing.
fn owes_nothing(model: &Model, declared: &Temporal) -> Diagnostic {
    let name = &declared.name;
    Diagnostic::warning(
        Code::OperatorOwesNothing,
        format!("`{name}` waits for operators, who owe nothing in `check`: ask `verify` about a plan, or `recoverable` about a goal"),
    )
    .at(
        &model.rules.source,
        declared.span,
        "only operators could keep this",
    )
}
