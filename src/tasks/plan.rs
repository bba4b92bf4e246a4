//! `plan`: the cheapest valid plan, whatever the events do and whenever they come; or the proof that there is none.

use crate::language::rules::GoalId;
use crate::language::source::{Source, Span};
use crate::model::ground::Model;
use crate::model::plan::{Item, Plan};
use crate::search::best_first::{BestFirst, best_first};
use crate::search::budget::{Budget, Progress, Stop};
use crate::search::tie_break::choose;
use crate::semantics::Interpreter;

use super::belief::Beliefs;
use super::effort::{Effort, Reductions};
use super::outcome::{
    Alternative, Alternatives, Answer, FoundPlan, Furthest, PlanItem, Property, PropertyKind,
    SearchStats, Task, Verdict,
};
use super::planning::kept::Kept;
use super::planning::{Wanted, cheapest_plan};
use super::request::{Asked, TaskError, remarks, summary};
use super::standing::Situation;
use super::target::Target;
use super::verify::{no_goal, property_names, verify};

/// Finds the cheapest valid plan for a ground model.
///
/// # Errors
/// Where no goal is named, or a plan that was found does not verify.
pub fn plan(model: &Model, effort: &Effort, budget: &mut dyn Budget) -> Result<Answer, TaskError> {
    plan_for(model, &Order::default(), effort, budget)
}

/// What else is wanted of a plan.
#[derive(Clone, Debug, Default)]
pub struct Order {
    /// The steps that it has to have.
    pub kept: Kept,
    /// How many other plans are wanted besides the cheapest.
    pub alternatives: usize,
}

/// Finds the cheapest valid plan of those that an order asks for.
///
/// # Errors
/// As of [`plan`].
pub fn plan_for(
    model: &Model,
    order: &Order,
    effort: &Effort,
    budget: &mut dyn Budget,
) -> Result<Answer, TaskError> {
    let interpreter = Interpreter::new(model);
    let goal = model.goal.ok_or_else(|| no_goal(model))?;
    // Without any reduction the plan is found by the interpreter alone, state by state and name by name.
    let symmetry = effort.reductions.symmetry;
    let is_free = order.kept == Kept::default() && order.alternatives == 0;
    let found = if is_free && effort.reductions == Reductions::NONE {
        None
    } else {
        let wanted = Wanted {
            from: None,
            kept: &order.kept,
            alternatives: order.alternatives,
            symmetry,
        };
        cheapest_plan(&interpreter, &wanted, budget)?
    };
    let Some(found) = found else {
        if !is_free {
            let search = SearchStats {
                stopped: Some(Stop::ModelSize),
                ..SearchStats::default()
            };
            return Ok(without_plan(&interpreter, search));
        }
        return by_the_interpreter(&interpreter, goal, budget);
    };
    let mut answer = without_plan(&interpreter, found.search);
    answer.furthest = found.nearest.map(|(steps, left)| Furthest {
        steps: steps.iter().map(|step| interpreter.name(*step)).collect(),
        left,
    });
    if let Some((items, cost)) = found.plan {
        let plan = Plan {
            name: model.name.clone(),
            items,
            source: Source::new("the plan found", ""),
        };
        let first = verified(model, &plan, budget)?;
        put_verified(&interpreter, &mut answer, &plan, (first, cost));
        if order.alternatives > 0 && answer.plan.is_some() {
            let mut plans = Vec::new();
            let mut cut_short = found.cut_short;
            for (items, cost) in found.alternatives {
                let plan = Plan {
                    name: model.name.clone(),
                    items,
                    source: Source::new("another plan found", ""),
                };
                let verified = verified(model, &plan, budget)?;
                let mut other = without_plan(&interpreter, SearchStats::default());
                put_verified(&interpreter, &mut other, &plan, (verified, cost));
                // A limit ended the verification: what was not verified is not told.
                cut_short |= other.plan.is_none();
                plans.extend(other.plan.map(|plan| Alternative {
                    plan,
                    timeline: other.timeline,
                }));
            }
            answer.alternatives = Some(Alternatives { plans, cut_short });
        }
    } else if found.broken_from_the_start {
        answer.properties = violated_from_the_start(model, budget)?;
    }
    Ok(answer)
}

/// The same without the engine: on all states as they are.
fn by_the_interpreter(
    interpreter: &Interpreter<'_>,
    goal: GoalId,
    budget: &mut dyn Budget,
) -> Result<Answer, TaskError> {
    let model = interpreter.model();
    let mut stopped = None;
    let mut may_go_on = || {
        stopped = stopped.or_else(|| budget.spend(Progress::default()));
        stopped.is_none()
    };
    let from = Situation::in_order(interpreter, interpreter.initial()).map(|from| vec![from]);
    let target = Target::Goal(goal);
    let Some(mut beliefs) = Beliefs::new(interpreter, target, from, &mut may_go_on) else {
        let search = SearchStats {
            stopped,
            ..SearchStats::default()
        };
        return Ok(without_plan(interpreter, search));
    };
    let mut found = best_first(&mut beliefs, budget);
    if beliefs.gave_up() {
        found.stopped = found.stopped.or(Some(Stop::NodeSize));
        found.cheapest = None;
    }
    let mut answer = without_plan(interpreter, stats(&found));
    match found.cheapest {
        Some(cheapest) => {
            let subject = |&action: &usize| model.instances[action].arguments.first().cloned();
            let steps = choose(&cheapest, subject, |&action| action);
            let items = with_waits(&beliefs, &steps);
            put_plan(interpreter, &mut answer, (items, cheapest.cost), budget)?;
        }
        None if found.stopped.is_none() && beliefs.initially().is_none() => {
            answer.properties = violated_from_the_start(model, budget)?;
        }
        None => {}
    }
    Ok(answer)
}

/// The answer while there is no plan: there is none, or the search was not through.
pub(super) fn without_plan(interpreter: &Interpreter<'_>, search: SearchStats) -> Answer {
    Answer {
        task: Task::Plan,
        subject: interpreter.model().name.clone(),
        whereabouts: None,
        model: summary(interpreter),
        verdict: if search.stopped.is_some() {
            Verdict::Inconclusive
        } else {
            Verdict::Violated
        },
        properties: Vec::new(),
        warnings: remarks(interpreter),
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

/// Puts a plan into the answer, with as few waits as it can do with, verified in full.
pub(super) fn put_plan(
    interpreter: &Interpreter<'_>,
    answer: &mut Answer,
    (items, cost): (Vec<Item>, u32),
    budget: &mut dyn Budget,
) -> Result<(), TaskError> {
    let (plan, verified) = with_fewest_waits(interpreter.model(), items, budget)?;
    put_verified(interpreter, answer, &plan, (verified, cost));
    Ok(())
}

/// Puts a plan into the answer that was verified in full, with its cost.
fn put_verified(
    interpreter: &Interpreter<'_>,
    answer: &mut Answer,
    plan: &Plan,
    (verified, cost): (Answer, u32),
) {
    if verified.search.stopped.is_some() {
        answer.verdict = Verdict::Inconclusive;
        answer.search.stopped = verified.search.stopped;
        return;
    }
    answer.verdict = verified.verdict;
    answer.properties = verified.properties;
    answer.timeline = verified.timeline;
    put_items(interpreter, answer, plan, cost);
}

/// Puts the items of a plan into the answer.
pub(super) fn put_items(
    interpreter: &Interpreter<'_>,
    answer: &mut Answer,
    plan: &Plan,
    cost: u32,
) {
    let items: Vec<PlanItem> = plan
        .items
        .iter()
        .map(|item| match item {
            Item::Step { instance, .. } => PlanItem::Step(interpreter.name(*instance)),
            _ => PlanItem::AwaitSettled,
        })
        .collect();
    answer.plan = Some(FoundPlan {
        cost,
        steps: items
            .iter()
            .filter(|item| matches!(item, PlanItem::Step(_)))
            .count(),
        items,
        cluster: interpreter.model().name.clone(),
    });
}

/// What `verify` says of a plan that was found.
fn verified(model: &Model, plan: &Plan, budget: &mut dyn Budget) -> Result<Answer, TaskError> {
    let answer = verify(model, plan, &validity(model), budget)?;
    if answer.verdict == Verdict::Violated {
        return Err(TaskError::Internal(
            "the plan that was found does not verify".to_owned(),
        ));
    }
    Ok(answer)
}

/// What is violated before any step is taken: then no order of steps can help.
fn violated_from_the_start(
    model: &Model,
    budget: &mut dyn Budget,
) -> Result<Vec<Property>, TaskError> {
    let nothing = Plan {
        name: model.name.clone(),
        items: Vec::new(),
        source: Source::new("no steps", ""),
    };
    let mut properties = verify(model, &nothing, &validity(model), budget)?.properties;
    properties.retain(|p| p.verdict == Verdict::Violated && p.kind != PropertyKind::Complete);
    Ok(properties)
}

/// What makes a plan valid. Temporal properties are for `verify`: no plan is chosen by them.
pub(super) fn validity(model: &Model) -> Asked {
    let mut properties = property_names(model);
    properties.retain(|name| model.rules.temporal.iter().all(|t| t.name != *name));
    Asked {
        properties,
        ..Asked::default()
    }
}

fn stats<L>(found: &BestFirst<L>) -> SearchStats {
    SearchStats {
        states: found.nodes as u64,
        transitions: found.edges,
        depth: found.reached,
        stopped: found.stopped,
        ..SearchStats::default()
    }
}

/// The steps with a wait before each where the search waited for something.
pub(super) fn with_waits(beliefs: &Beliefs<'_, '_>, steps: &[usize]) -> Vec<Item> {
    let span = Span::default();
    let mut items = Vec::new();
    let mut here = beliefs.initially();
    for &instance in steps {
        if here.as_ref().is_some_and(|(_, waits)| *waits) {
            items.push(Item::AwaitSettled { span });
        }
        items.push(Item::Step { instance, span });
        here = here
            .and_then(|(belief, _)| beliefs.after(&belief, instance))
            .and_then(|states| beliefs.close(states));
    }
    items
}

/// Drops the waits that `verify` can spare, from last to first.
fn with_fewest_waits(
    model: &Model,
    items: Vec<Item>,
    budget: &mut dyn Budget,
) -> Result<(Plan, Answer), TaskError> {
    let mut plan = Plan {
        name: model.name.clone(),
        items,
        source: Source::new("the plan found", ""),
    };
    let mut answer = verified(model, &plan, budget)?;
    for place in (0..plan.items.len()).rev() {
        if !matches!(plan.items[place], Item::AwaitSettled { .. }) {
            continue;
        }
        let mut shorter = plan.clone();
        shorter.items.remove(place);
        let verified = verify(model, &shorter, &validity(model), budget)?;
        match verified.search.stopped {
            Some(Stop::States) | None => {}
            Some(_) => return Ok((plan, verified)),
        }
        if verified.verdict == Verdict::Holds {
            plan = shorter;
            answer = verified;
        }
    }
    Ok((plan, answer))
}
