//! `plan --minimize` and `plan --pareto`: the best plans by what matters to the operator. Exact over all plans whose steps come
//! one after the other and whose only waits are `settled`; a wait may stand before any step. A plan is valid whatever
//! events do and whenever they come. Its times are those that `verify` tells: one run, in which every fair event takes its
//! `takes`.
//!
//! Every plan goes through `verify` in full before anyone sees it, and what `verify` tells of it is what the search said.

mod estimate;
pub mod measure;
mod nominal;
mod possible;
mod relevant;
mod rename;
mod space;

use std::collections::HashMap;

use crate::language::codes::Code;
use crate::language::diagnostic::Diagnostic;
use crate::language::rules::{Transition, TransitionClass};
use crate::language::source::{Source, Span};
use crate::model::ground::Model;
use crate::model::plan::{Item, Plan};
use crate::search::budget::{Budget, Stop};
use crate::search::label_setting::{Cost, front};
use crate::search::store::Hasher;
use crate::semantics::Interpreter;

use super::effort::Effort;
use super::exposure::exposed::Exposed;
use super::exposure::strikes::Limits;
use super::exposure::{Question, without_budget};
use super::outcome::{Answer, FoundPlan, PlanItem, Reduction, SearchStats, Verdict};
use super::plan::{plan, validity};
use super::plan_system::PlanSystem;
use super::program::Program;
use super::request::{Asked, TaskError};
use super::target::Target;
use super::verify::{no_goal, verify};
use estimate::{Estimate, priced};
use measure::{Figures, Measure, Objective};
use possible::Possible;
use space::{Hop, Plans};

/// The best plans.
#[derive(Clone, Debug)]
pub struct Optimum {
    /// By what.
    pub objective: Objective,
    /// One plan; of a front one for each point, by the first measure. None where a limit was reached first.
    pub points: Vec<Point>,
    /// The point that was asked for, by its place.
    pub chosen: Option<usize>,
}

/// One of the best plans.
#[derive(Clone, Debug)]
pub struct Point {
    /// What it comes to, as `verify` tells it.
    pub figures: Figures,
    /// The plan.
    pub plan: FoundPlan,
    /// All that `verify` said of it.
    verified: Box<Answer>,
}

/// Finds the best plans; where there is none, the answer is that of [`plan`].
///
/// # Errors
/// Where no goal is named, no valid plan can be told on the clock, or a plan that was found does not verify or comes to
/// something else.
pub fn optimal(
    model: &Model,
    objective: &Objective,
    point: Option<usize>,
    effort: &Effort,
    budget: &mut dyn Budget,
) -> Result<Answer, TaskError> {
    if model.goal.is_none() {
        return Err(no_goal(model).into());
    }
    measurable(model, objective)?;
    let first = if objective.measures().first() == Some(&Measure::Steps) {
        plan(&priced(model, |_| 1), effort, budget)?
    } else {
        plan(model, effort, budget)?
    };
    // The search for the cheapest plan waits only where everything stays settled. Where events that are not fair may unsettle
    // it again, a wait is worth trying all the same.
    let may_wait = first.verdict == Verdict::Violated
        && first.properties.is_empty()
        && !objective.is_free_of_time()
        && has_unfair_events(model);
    if first.verdict != Verdict::Holds && !may_wait {
        return Ok(first);
    }
    let found = if objective.is_free_of_time() {
        let plans = first.plan.iter();
        Found {
            plans: plans.map(|plan| items_of(model, plan)).collect(),
            stats: first.search.clone(),
        }
    } else {
        search(model, objective, budget)?
    };
    if may_wait && found.plans.is_empty() && found.stats.stopped.is_none() {
        return Ok(first);
    }
    let mut answer = Answer {
        verdict: Verdict::Holds,
        furthest: None,
        search: found.stats,
        plan: None,
        timeline: None,
        ..first
    };
    if answer.search.stopped.is_none() && found.plans.is_empty() {
        return Err(off_the_clock().into());
    }
    let mut points = Vec::with_capacity(found.plans.len());
    for (items, expected) in found.plans {
        match judged(model, objective, items, expected, budget)? {
            Ok(point) => points.push(point),
            Err(stop) => answer.search.stopped = answer.search.stopped.or(Some(stop)),
        }
    }
    if answer.search.stopped.is_some() {
        answer.verdict = Verdict::Inconclusive;
        answer.properties = Vec::new();
        points = Vec::new();
    }
    let chosen = match objective {
        Objective::InOrder(_) => Some(0),
        Objective::Front(_) => point.map(|number| number.wrapping_sub(1)),
    };
    let chosen = chosen.filter(|_| !points.is_empty());
    if let Some(place) = chosen {
        let Some(point) = points.get(place) else {
            return Err(no_such_point(points.len()).into());
        };
        answer.plan = Some(point.plan.clone());
        answer.timeline = point.verified.timeline.clone();
    }
    let told = points.get(chosen.unwrap_or(0));
    if let Some(point) = told {
        answer.properties = point.verified.properties.clone();
    }
    let steps = points.iter().map(|point| point.figures.steps);
    answer.search.depth = steps.max().unwrap_or(0);
    answer.optimum = Some(Optimum {
        objective: objective.clone(),
        points,
        chosen,
    });
    Ok(answer)
}

fn has_unfair_events(model: &Model) -> bool {
    let mut transitions = model.rules.transitions.iter();
    transitions.any(|t| t.class == TransitionClass::Event && !t.fair)
}

/// Whether plans can differ in what is asked for.
fn measurable(model: &Model, objective: &Objective) -> Result<(), Diagnostic> {
    let rules = &model.rules;
    let has_outage = !rules.outages.is_empty();
    let faults = |t: &Transition| t.class == TransitionClass::Fault;
    let has_faults = rules.transitions.iter().any(faults);
    for measure in objective.measures() {
        let (is_known, missing, help) = match measure {
            Measure::Downtime => (
                has_outage,
                "`outage`",
                "say in the rules when an object gives no service: `outage(e: evs) { not e.online }`",
            ),
            Measure::Exposure => (
                has_outage || has_faults,
                "`fault` and no `outage`",
                "say in the rules what can break: `fault crash(n: node) { when n.up; n.up = false }`",
            ),
            Measure::Cost | Measure::Steps | Measure::Duration => continue,
        };
        if !is_known {
            let message =
                format!("all plans have the same {measure}: the rules declare no {missing}");
            return Err(Diagnostic::error(Code::BadOption, message).help(help));
        }
    }
    Ok(())
}

/// What a search found: plans with what they come to where that was asked for.
struct Found {
    plans: Vec<(Vec<Item>, Option<Cost>)>,
    stats: SearchStats,
}

fn search(
    model: &Model,
    objective: &Objective,
    budget: &mut dyn Budget,
) -> Result<Found, TaskError> {
    let model = without_budget(model);
    let interpreter = Interpreter::new(&model);
    let goal = model.goal.ok_or_else(|| no_goal(&model))?;
    let estimate = match Estimate::new(&model, goal, budget) {
        Ok(estimate) => estimate,
        Err(stop) => {
            let stats = SearchStats {
                stopped: Some(stop),
                ..SearchStats::default()
            };
            let plans = Vec::new();
            return Ok(Found { plans, stats });
        }
    };
    let nothing = plan_of(&model, Vec::new());
    let program = Program::new(&nothing);
    let system = PlanSystem::new(&interpreter, &program);
    for ordered in [false, true] {
        let near = interpreter.initial();
        let exposed = Exposed::new(&system, Target::Goal(goal), &near);
        let possible = Possible::new(&interpreter, goal);
        let mut plans = Plans::new(possible, exposed, (objective, &estimate), ordered);
        let found = front(&mut plans, objective.objectives(), budget);
        if plans.wants_order() {
            continue;
        }
        let items = |hops: &[Hop]| {
            let lost = || TaskError::Internal("a plan up to names has no steps by name".to_owned());
            plans.items(hops).ok_or_else(lost)
        };
        let symmetry = plans.renames().then(|| Reduction {
            name: "symmetry".to_owned(),
            left_out: "positions that are equal up to the names of interchangeable objects"
                .to_owned(),
        });
        let paths = found.paths.iter();
        let all: Result<Vec<_>, TaskError> = paths
            .map(|path| Ok((items(&path.edges)?, Some(path.cost))))
            .collect();
        return Ok(Found {
            plans: all?,
            stats: SearchStats {
                states: found.nodes as u64,
                transitions: found.edges,
                stopped: found.stopped,
                reductions: symmetry.into_iter().collect(),
                ..SearchStats::default()
            },
        });
    }
    Err(TaskError::Internal(
        "the order of events matters where it is known".to_owned(),
    ))
}

/// A plan as the search found it, verified in full; or the limit that was reached first.
fn judged(
    model: &Model,
    objective: &Objective,
    items: Vec<Item>,
    expected: Option<Cost>,
    budget: &mut dyn Budget,
) -> Result<Result<Point, Stop>, TaskError> {
    let is_front = matches!(objective, Objective::Front(_));
    let by_exposure = is_front || objective.measures().contains(&Measure::Exposure);
    let asked = Asked {
        exposure: by_exposure.then(|| Question {
            limits: Limits {
                faults: 1,
                slips: 0,
            },
            ..Question::default()
        }),
        ..validity(model)
    };
    let plan = plan_of(model, items);
    let verified = verify(model, &plan, &asked, budget)?;
    let told = verified.exposure.as_ref();
    if let Some(stop) = verified.search.stopped.or(told.and_then(|e| e.stopped)) {
        return Ok(Err(stop));
    }
    if verified.verdict != Verdict::Holds {
        return Err(TaskError::Internal(
            "the plan that was found does not verify".to_owned(),
        ));
    }
    let figures = figures(model, &plan, &verified);
    if expected.is_some_and(|expected| expected != objective.cost(&figures)) {
        return Err(TaskError::Internal(format!(
            "the plan that was found comes to something else: {expected:?} was expected of {figures:?}"
        )));
    }
    Ok(Ok(Point {
        figures,
        plan: found_plan(model, &plan, &figures),
        verified: Box::new(verified),
    }))
}

/// What a plan comes to, by what `verify` tells of it.
fn figures(model: &Model, plan: &Plan, verified: &Answer) -> Figures {
    let mut figures = Figures::default();
    for item in &plan.items {
        if let Item::Step { instance, .. } = item {
            let transition = model.instances[*instance].transition;
            figures.cost += u64::from(model.rules.transitions[transition.index()].cost);
            figures.steps += 1;
        } else {
            figures.waits += 1;
        }
    }
    if let Some(timeline) = &verified.timeline {
        figures.duration = timeline.duration;
        figures.downtime = timeline.downtime.iter().map(|d| d.seconds).sum();
    }
    if let Some(exposure) = &verified.exposure {
        figures.exposure = exposure.figures.exposed_possible;
    }
    figures
}

fn plan_of(model: &Model, items: Vec<Item>) -> Plan {
    Plan {
        name: model.name.clone(),
        items,
        source: Source::new("the plan found", ""),
    }
}

fn found_plan(model: &Model, plan: &Plan, figures: &Figures) -> FoundPlan {
    let interpreter = Interpreter::new(model);
    let items = plan.items.iter().map(|item| match item {
        Item::Step { instance, .. } => PlanItem::Step(interpreter.name(*instance)),
        _ => PlanItem::AwaitSettled,
    });
    FoundPlan {
        items: items.collect(),
        cost: u32::try_from(figures.cost).unwrap_or(u32::MAX),
        steps: figures.steps as usize,
        cluster: model.name.clone(),
    }
}

/// The items of a plan that is told by names.
fn items_of(model: &Model, plan: &FoundPlan) -> (Vec<Item>, Option<Cost>) {
    let interpreter = Interpreter::new(model);
    let span = Span::default();
    let names: HashMap<String, usize, Hasher> = (0..model.instances.len())
        .map(|instance| (interpreter.name(instance), instance))
        .collect();
    let items = plan.items.iter().filter_map(|item| match item {
        PlanItem::Step(name) => {
            let instance = *names.get(name)?;
            Some(Item::Step { instance, span })
        }
        PlanItem::AwaitSettled => Some(Item::AwaitSettled { span }),
        // Plans for one operator have no other items.
        _ => None,
    });
    (items.collect(), None)
}

fn off_the_clock() -> Diagnostic {
    Diagnostic::error(
        Code::BadOption,
        "the clock stands still on every valid plan, so that none is the best by its times",
    )
    .help("an event undoes what a step waits for before the step ends, or events go round in no time; leave `--minimize` out for the cheapest plan")
}

fn no_such_point(points: usize) -> Diagnostic {
    Diagnostic::error(
        Code::BadOption,
        format!("the front has no such point: they are numbered from 1 to {points}"),
    )
    .help("leave `--point` out to see all of them")
}
