//! Walks a printed trace: each step it names must be possible, and change exactly what it says.

use std::collections::BTreeSet;

use rollproof::language::rules::TransitionClass;
use rollproof::model::ground::Model;
use rollproof::model::plan::{Item, Plan};
use rollproof::tasks::outcome::{Actor, Change, Trace, TraceStep};

use super::evaluate::State;
use super::position::Position;
use super::step::{Attempt, attempt, class, initial};
use super::verify::attempt_item;
use super::words;

/// Where a run may be: two lanes may offer steps of the same name.
type Places = BTreeSet<(State, Position)>;

/// The states in which a trace of `check` ends (one), or of `verify` (one for each way to read it).
pub fn replay(model: &Model, plan: Option<&Plan>, trace: &Trace) -> Result<Vec<State>, String> {
    let items = plan.map_or(&[][..], |plan| &plan.items);
    let mut places = BTreeSet::from([(initial(model), Position::start(items))]);
    let mut visited = Vec::new();
    for (number, step) in trace.steps.iter().enumerate() {
        visited.push(places.clone());
        let next = follow(model, plan, &places, step);
        if next.is_empty() {
            return Err(format!(
                "step {} `{}` is not possible so: {step:?}",
                number + 1,
                step.name
            ));
        }
        places = next;
    }
    visited.push(places.clone());
    if let Some(back) = trace.cycle {
        let begin = visited
            .get(back)
            .ok_or("the cycle begins after the trace ends")?;
        if begin.is_disjoint(&places) {
            return Err("the cycle does not come back to where it begins".to_owned());
        }
    }
    Ok(places.into_iter().map(|(state, _)| state).collect())
}

fn follow(model: &Model, plan: Option<&Plan>, places: &Places, step: &TraceStep) -> Places {
    let mut next = Places::new();
    for (state, position) in places {
        for instance in 0..model.instances.len() {
            let class = class(model, instance);
            if words::instance(model, instance) == step.name
                && step.refused.is_none()
                && actor(class) == step.actor
                && may_happen(class, plan)
                && let Attempt::Taken(after) = attempt(model, state, instance)
                && changes(model, state, &after) == step.changes
            {
                next.insert((after, position.clone()));
            }
        }
        let items = plan.map_or(&[][..], |plan| &plan.items);
        for (item, after_item) in position.next(items) {
            if item_name(model, item) != step.name || step.actor != Actor::Operator {
                continue;
            }
            match attempt_item(model, state, item) {
                Attempt::Taken(after)
                    if step.refused.is_none() && changes(model, state, &after) == step.changes =>
                {
                    next.insert((after, after_item));
                }
                Attempt::Refused if step.refused.is_some() && step.changes.is_empty() => {
                    next.insert((state.clone(), position.clone()));
                }
                _ => {}
            }
        }
    }
    next
}

/// Whether it happens without the plan: in `check` everything does, in `verify` events do.
fn may_happen(class: TransitionClass, plan: Option<&Plan>) -> bool {
    plan.is_none() || class == TransitionClass::Event
}

fn actor(class: TransitionClass) -> Actor {
    match class {
        TransitionClass::Action => Actor::Operator,
        TransitionClass::Event => Actor::Environment,
        TransitionClass::Fault => Actor::Fault,
    }
}

fn item_name(model: &Model, item: &Item) -> String {
    match item {
        Item::Step { instance, .. } => words::instance(model, *instance),
        Item::AwaitSettled { .. } => "await settled".to_owned(),
        Item::Await { text, .. } => format!("await {text}"),
        Item::After { .. } | Item::Parallel { .. } => String::new(),
    }
}

/// The fields that differ between two states, in the order of objects and fields.
pub fn changes(model: &Model, before: &State, after: &State) -> Vec<Change> {
    let mut all = Vec::new();
    for (place, object) in model.objects.iter().enumerate() {
        for (field, declared) in model.rules.kinds[object.kind.index()]
            .fields
            .iter()
            .enumerate()
        {
            let (from, to) = (&before.fields[place][field], &after.fields[place][field]);
            if from != to {
                all.push(Change {
                    object: object.name.clone(),
                    field: declared.name.clone(),
                    from: words::plain(model, from),
                    to: words::plain(model, to),
                });
            }
        }
    }
    all
}
