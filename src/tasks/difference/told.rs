//! A difference in words: what each version says, and the place in the rules that decides.

use std::sync::Arc;

use crate::language::rules::{GoalId, InvariantId, TransitionClass};
use crate::language::source::{Source, Span};
use crate::semantics::{Fired, Interpreter, State};
use crate::tasks::request::undefined_in_words;

use super::matched::{Matched, Step};
use super::product::{About, Common, Outcome, Pair, Said};

/// What is told of a difference.
pub(super) struct Told {
    pub(super) what: String,
    pub(super) old: String,
    pub(super) new: String,
    pub(super) place: Option<(Arc<Source>, Span)>,
}

impl Common<'_, '_> {
    pub(super) fn told(&self, pair: &Pair, said: &Said) -> Told {
        let Matched { old, new, .. } = self.matched;
        match said.about {
            About::Step(place) => self.told_of_step(pair, &self.matched.steps[place]),
            About::Invariant(place, step) => {
                let invariant = &self.matched.invariants[place];
                let after = step.and_then(|step| self.step(pair, step).1);
                let says = |interpreter: &Interpreter<'_>, id, states: [&State; 2]| {
                    judgement_in_words(interpreter, id, states, step.is_some())
                };
                let after = after.as_ref().unwrap_or(pair);
                let place = |interpreter: &Interpreter<'_>, id: Option<InvariantId>| {
                    let rules = &interpreter.model().rules;
                    id.map(|id| {
                        (
                            rules.source.clone(),
                            rules.invariants[id.index()].condition.span,
                        )
                    })
                };
                Told {
                    what: invariant.name.clone(),
                    old: says(old, invariant.old, [&pair.old, &after.old]),
                    new: says(new, invariant.new, [pair.new_state(), after.new_state()]),
                    place: place(new, invariant.new).or_else(|| place(old, invariant.old)),
                }
            }
            About::Goal(place) => self.told_of_goal(pair, place),
            About::Service(place) => self.told_of_service(pair, place),
        }
    }

    fn told_of_goal(&self, pair: &Pair, place: usize) -> Told {
        let Matched { old, new, .. } = self.matched;
        let goal = &self.matched.goals[place];
        let says = |interpreter: &Interpreter<'_>, state: &State, id: Option<GoalId>| {
            let asked = interpreter.model().goal == id;
            let holds = match id.map(|id| interpreter.goal(state, id)) {
                None => "not there",
                Some(Ok(true)) => "holds",
                Some(Ok(false)) => "does not hold",
                Some(Err(_)) => "undefined",
            };
            format!("{holds}{}", if asked { ", asked for" } else { "" })
        };
        let rules = &new.model().rules;
        let span = |id: GoalId| rules.goals[id.index()].condition.span;
        Told {
            what: goal.name.clone(),
            old: says(old, &pair.old, goal.old),
            new: says(new, pair.new_state(), goal.new),
            place: goal.new.map(|id| (rules.source.clone(), span(id))),
        }
    }

    fn told_of_service(&self, pair: &Pair, place: usize) -> Told {
        let Matched { old, new, .. } = self.matched;
        let (a, b, _) = self.matched.services[place];
        let says = |interpreter: &Interpreter<'_>, state: &State, object| {
            match interpreter.outage(state, object) {
                Ok(true) => "out",
                Ok(false) => "in service",
                Err(_) => "undefined",
            }
            .to_owned()
        };
        let model = new.model();
        let outage = model.rules.outage(model.objects[b.index()].kind);
        Told {
            what: old.object_name(a).to_owned(),
            old: says(old, &pair.old, a),
            new: says(new, pair.new_state(), b),
            place: outage.map(|o| (model.rules.source.clone(), o.condition.span)),
        }
    }

    fn told_of_step(&self, pair: &Pair, step: &Step) -> Told {
        let Matched { old, new, .. } = self.matched;
        let was = Outcome::of(old, &pair.old, step.old);
        let is = Outcome::of(new, pair.new_state(), step.new);
        let classes = self.class(step);
        let name = step.new.map(|i| new.name(i));
        let mut told = Told {
            what: name
                .or_else(|| step.old.map(|i| old.name(i)))
                .unwrap_or_default(),
            old: in_words(old, &pair.old, step.old, &was),
            new: in_words(new, pair.new_state(), step.new, &is),
            place: decides(new, step.new, &is).or_else(|| decides(old, step.old, &was)),
        };
        if told.old == told.new && classes[0] != classes[1] {
            let class = |class: Option<(TransitionClass, bool)>| match class {
                Some((TransitionClass::Action, _)) => "an action",
                Some((TransitionClass::Fault, _)) => "a fault",
                Some((TransitionClass::Event, true)) => "a fair event",
                Some((TransitionClass::Event, false)) => "an event that is not fair",
                None => "not there",
            };
            told.old = class(classes[0]).to_owned();
            told.new = class(classes[1]).to_owned();
        }
        // Where the new rules just let it happen, what stood in the way is in the old ones.
        if matches!(is, Outcome::Fired(Fired::Successor(_))) {
            told.place = decides(new, step.new, &is);
        }
        told
    }
}

/// What a version says of a step, in words.
fn in_words(
    interpreter: &Interpreter<'_>,
    state: &State,
    instance: Option<usize>,
    outcome: &Outcome,
) -> String {
    let (Some(instance), Outcome::Fired(fired)) = (instance, outcome) else {
        return "not there".to_owned();
    };
    let model = interpreter.model();
    let transition = model.instances[instance].transition;
    let action = model.rules.transitions[transition.index()].class == TransitionClass::Action;
    match fired {
        Fired::Successor(next) => {
            let changes: Vec<String> = interpreter
                .changes(state, next)
                .iter()
                .map(|change| {
                    let kind = model.objects[change.object.index()].kind;
                    let fields = &model.rules.kinds[kind.index()].fields;
                    format!(
                        "{}.{} = {}",
                        interpreter.object_name(change.object),
                        fields[change.field.index()].name,
                        interpreter.show(&change.to)
                    )
                })
                .collect();
            let word = if action { "taken" } else { "happens" };
            if changes.is_empty() {
                format!("{word}, nothing changes")
            } else {
                format!("{word}: {}", changes.join(", "))
            }
        }
        Fired::Refused(guard) => {
            format!("refused: {}", interpreter.message(state, instance, *guard))
        }
        Fired::Blocked(guard) => {
            format!("awaits {}", interpreter.message(state, instance, *guard))
        }
        Fired::Disabled(_) | Fired::NoFaultsLeft => "does not happen".to_owned(),
        Fired::Undefined(why) => {
            format!(
                "undefined: {}",
                undefined_in_words(&model.rules.source, why)
            )
        }
    }
}

/// The guard that decides, or the whole declaration.
fn decides(
    interpreter: &Interpreter<'_>,
    instance: Option<usize>,
    outcome: &Outcome,
) -> Option<(Arc<Source>, Span)> {
    let (instance, Outcome::Fired(fired)) = (instance?, outcome) else {
        return None;
    };
    let model = interpreter.model();
    let transition = model.instances[instance].transition;
    let span = match fired {
        Fired::Refused(guard) | Fired::Blocked(guard) | Fired::Disabled(guard) => {
            interpreter.guards(transition)[*guard].guard.span
        }
        Fired::Undefined(why) => why.span,
        Fired::Successor(_) | Fired::NoFaultsLeft => {
            model.rules.transitions[transition.index()].span
        }
    };
    Some((model.rules.source.clone(), span))
}

/// What a version says of an invariant, in words.
fn judgement_in_words(
    interpreter: &Interpreter<'_>,
    id: Option<InvariantId>,
    [before, after]: [&State; 2],
    between: bool,
) -> String {
    let Some(id) = id else {
        return "not there".to_owned();
    };
    let judgement = if between {
        interpreter.judge_between(before, after, id)
    } else {
        interpreter.judge(before, id)
    };
    let declared = &interpreter.model().rules.invariants[id.index()];
    match (judgement.false_for, judgement.undefined) {
        (Some(choice), _) if choice.is_empty() => "violated".to_owned(),
        (Some(choice), _) => {
            let names = declared.parameters.iter().zip(&choice);
            let names: Vec<String> = names
                .map(|(p, value)| format!("{} = {}", p.name, interpreter.show(value)))
                .collect();
            format!("violated for {}", names.join(", "))
        }
        (None, Some(_)) => "undefined".to_owned(),
        (None, None) => "holds".to_owned(),
    }
}
