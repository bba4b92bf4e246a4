//! What two versions of rules say otherwise: pairs of equal states, breadth first, with nothing left out.

use std::collections::{BTreeMap, BTreeSet};

use rollproof::language::rules::{GuardKind, TemplatePart, TransitionClass};
use rollproof::model::ground::Model;

use super::evaluate::{Scope, State, Undefined};
use super::step::{self, Attempt};
use super::words;

/// What is said otherwise, and after how many steps first.
pub type Said = BTreeMap<(&'static str, String), usize>;

/// Everything that is said otherwise after a run of both. Both are about the same objects and the same ground transitions.
/// None where there are more states than the limit.
pub fn difference(old: &Model, new: &Model, limit: usize) -> Option<Said> {
    let mut said = Said::new();
    let mut known = BTreeSet::from([step::initial(old)]);
    let mut level = vec![step::initial(old)];
    let mut depth = 0;
    while !level.is_empty() {
        let mut next = Vec::new();
        for state in &level {
            in_state(old, new, state, depth, &mut said);
            for instance in 0..old.instances.len() {
                let was = step::attempt(old, state, instance);
                let is = step::attempt(new, state, instance);
                if let Some(sort) = compared(old, new, state, instance, (&was, &is)) {
                    note(&mut said, sort, name(new, instance), depth);
                }
                if let (Attempt::Taken(a), Attempt::Taken(b)) = (was, is)
                    && a == b
                {
                    between(old, new, (state, &a), depth, &mut said);
                    if known.insert(a.clone()) {
                        next.push(a);
                    }
                }
            }
        }
        if known.len() > limit {
            return None;
        }
        level = next;
        depth += 1;
    }
    Some(said)
}

fn note(said: &mut Said, sort: &'static str, rule: String, depth: usize) {
    said.entry((sort, rule)).or_insert(depth);
}

fn name(model: &Model, instance: usize) -> String {
    let transition = model.instances[instance].transition;
    model.rules.transitions[transition.index()].name.clone()
}

fn compared(
    old: &Model,
    new: &Model,
    state: &State,
    instance: usize,
    both: (&Attempt, &Attempt),
) -> Option<&'static str> {
    use Attempt::{Blocked, Refused, Taken, Undefined};
    let action = step::class(old, instance) == TransitionClass::Action;
    match both {
        (Undefined, Undefined) => None,
        (_, Undefined) => Some("newly undefined"),
        (Undefined, _) => Some("newly defined"),
        (Taken(a), Taken(b)) => {
            let fair = step::is_fair(old, instance) != step::is_fair(new, instance);
            match (a != b, fair) {
                (false, false) => None,
                (true, _) if action => Some("effect changed"),
                _ => Some("event changed"),
            }
        }
        (a, b) if !action => {
            let taken = |attempt: &Attempt| matches!(attempt, Taken(_));
            (taken(a) != taken(b)).then_some("event changed")
        }
        (Refused, Refused) => {
            let messages = [old, new].map(|model| message(model, state, instance));
            (messages[0] != messages[1]).then_some("message changed")
        }
        (_, Refused) => Some("newly refused"),
        (Taken(_) | Refused, Blocked) => Some("newly awaited"),
        (Blocked, Blocked) => None,
        (_, Taken(_)) => Some("newly allowed"),
    }
}

/// What the first require that does not hold says.
fn message(model: &Model, state: &State, instance: usize) -> String {
    let ground = &model.instances[instance];
    let scope = Scope::new(model, state, &ground.arguments);
    for guard in step::guards(model, ground.transition) {
        if let (GuardKind::Require(message), Ok(false)) =
            (&guard.kind, scope.truth(&guard.condition))
        {
            let parts = message.parts.iter().map(|part| match part {
                TemplatePart::Text(text) => text.clone(),
                TemplatePart::Expr(expr) => match scope.value(expr) {
                    Ok(value) => words::plain(model, &value),
                    Err(Undefined) => "?".to_owned(),
                },
            });
            return parts.collect();
        }
    }
    String::new()
}

fn in_state(old: &Model, new: &Model, state: &State, depth: usize, said: &mut Said) {
    judged(old, new, (state, None), depth, said);
    for (place, goal) in old.rules.goals.iter().enumerate() {
        let holds =
            |model: &Model| step::holds(model, state, &model.rules.goals[place].condition).ok();
        if holds(old) != holds(new) {
            note(said, "goal changed", goal.name.clone(), depth);
        }
    }
}

fn between(old: &Model, new: &Model, step: (&State, &State), depth: usize, said: &mut Said) {
    judged(old, new, (step.1, Some(step.0)), depth, said);
}

/// What invariants say otherwise; one that the other version has not is true there.
fn judged(
    old: &Model,
    new: &Model,
    (now, before): (&State, Option<&State>),
    depth: usize,
    said: &mut Said,
) {
    let names = old.rules.invariants.iter().chain(&new.rules.invariants);
    let names: BTreeSet<&str> = names.map(|invariant| invariant.name.as_str()).collect();
    for name in names {
        let verdict = |model: &Model| {
            let invariants = model.rules.invariants.iter();
            let found = invariants
                .filter(|i| i.name == name && i.transition == before.is_some())
                .flat_map(|i| step::verdicts(model, i, now, before));
            let found: Vec<_> = found.collect();
            (found.contains(&Ok(false)), found.contains(&Err(Undefined)))
        };
        let (was, is) = (verdict(old), verdict(new));
        for (was, is, sorts) in [
            (was.0, is.0, ["newly violated", "newly safe"]),
            (was.1, is.1, ["newly undefined", "newly defined"]),
        ] {
            if was != is {
                note(said, sorts[usize::from(was)], name.to_owned(), depth);
            }
        }
    }
}
