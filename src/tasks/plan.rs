//! `plan`: the cheapest valid plan, whatever the events do and whenever they come; or the proof that there is none.

use crate::language::source::{Source, Span};
use crate::model::ground::Model;
use crate::model::plan::{Item, Plan};
use crate::search::best_first::{BestFirst, best_first};
use crate::search::budget::{Budget, Stop};
use crate::search::tie_break::choose;
use crate::semantics::Interpreter;

use super::belief::Beliefs;
use super::outcome::{Answer, FoundPlan, PlanItem, SearchStats, Task, Verdict};
use super::request::{Asked, TaskError, failing_assumptions, summary};
use super::verify::{no_goal, verify};

/// Finds the cheapest valid plan for a ground model.
///
/// # Errors
/// Where no goal is named, or a plan that was found does not verify.
pub fn plan(model: &Model, budget: &mut dyn Budget) -> Result<Answer, TaskError> {
    let interpreter = Interpreter::new(model);
    let goal = model.goal.ok_or_else(|| no_goal(model))?;
    let mut beliefs = Beliefs::new(&interpreter, goal);
    let mut found = best_first(&mut beliefs, budget);
    if beliefs.gave_up() {
        found.stopped = found.stopped.or(Some(Stop::NodeSize));
        found.cheapest = None;
    }
    let mut answer = Answer {
        task: Task::Plan,
        subject: model.name.clone(),
        model: summary(&interpreter),
        verdict: if found.stopped.is_some() {
            Verdict::Inconclusive
        } else {
            Verdict::Violated
        },
        properties: Vec::new(),
        warnings: failing_assumptions(&interpreter),
        search: stats(&found),
        plan: None,
        timeline: None,
    };
    let Some(cheapest) = found.cheapest else {
        return Ok(answer);
    };
    let subject = |&action: &usize| model.instances[action].arguments.first().cloned();
    let steps = choose(&cheapest, subject, |&action| action);
    let (plan, verified) = with_fewest_waits(model, with_waits(&beliefs, &steps), budget)?;
    if verified.search.stopped.is_some() {
        answer.verdict = Verdict::Inconclusive;
        answer.search.stopped = verified.search.stopped;
        return Ok(answer);
    }
    answer.verdict = verified.verdict;
    answer.properties = verified.properties;
    answer.timeline = verified.timeline;
    answer.plan = Some(FoundPlan {
        items: plan
            .items
            .iter()
            .map(|item| match item {
                Item::Step { instance, .. } => PlanItem::Step(interpreter.name(*instance)),
                _ => PlanItem::AwaitSettled,
            })
            .collect(),
        cost: cheapest.cost,
        steps: steps.len(),
        cluster: model.name.clone(),
    });
    Ok(answer)
}

fn stats<L>(found: &BestFirst<L>) -> SearchStats {
    SearchStats {
        states: found.nodes as u64,
        transitions: found.edges,
        depth: found.reached,
        reductions: Vec::new(),
        stopped: found.stopped,
    }
}

/// The steps with a wait before each where the search waited for something.
fn with_waits(beliefs: &Beliefs<'_, '_>, steps: &[usize]) -> Vec<Item> {
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
    let mut answer = verify(model, &plan, &Asked::default(), budget)?;
    if answer.verdict == Verdict::Violated {
        return Err(TaskError::Internal(
            "the plan that was found does not verify".to_owned(),
        ));
    }
    for place in (0..plan.items.len()).rev() {
        if !matches!(plan.items[place], Item::AwaitSettled { .. }) {
            continue;
        }
        let mut shorter = plan.clone();
        shorter.items.remove(place);
        let verified = verify(model, &shorter, &Asked::default(), budget)?;
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
