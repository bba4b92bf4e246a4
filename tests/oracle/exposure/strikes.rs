//! What may strike at a node of a plan: faults, steps that fail, and slips of the operator.

use rollproof::language::rules::TransitionClass;
use rollproof::model::ground::{Instance, Model};
use rollproof::model::plan::Item;
use rollproof::model::value::Value;

use super::super::evaluate::State;
use super::super::position::Position;
use super::super::step::{Attempt, attempt, class};
use super::super::words::instance as name_of;
use super::positions::Node;
use super::world::{Things, World};

/// Which budget a strike is paid from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Payer {
    Faults,
    Slips,
}

/// Who pays and what it is called.
pub type Strike = (Payer, String);

/// A strike that is possible at a node.
pub struct Blow {
    pub strike: Strike,
    pub to: Node,
    /// What is broken by the strike itself: between states, and in those that it passes.
    pub wrong: Things,
}

/// All strikes that are possible at a node.
pub fn blows(world: &mut World, items: &[Item], node: &Node) -> Vec<Blow> {
    let mut all = faults(world, node);
    all.extend(failures(world, items, node));
    all.extend(slips(world, items, node));
    all
}

/// Faults whose guards hold. One that has no value is none.
fn faults(world: &mut World, (state, position): &Node) -> Vec<Blow> {
    let mut all = Vec::new();
    for instance in 0..world.model.instances.len() {
        if class(&world.model, instance) == TransitionClass::Fault
            && let Some(next) = taken(world, *state, instance)
        {
            let strike = (Payer::Faults, name_of(&world.model, instance));
            all.push(blow(world, strike, *state, vec![next], position.clone()));
        }
    }
    all
}

/// Steps that are attempted and fail. No rulebook can say yet that an action may.
fn failures(_: &mut World, _: &[Item], _: &Node) -> Vec<Blow> {
    Vec::new()
}

/// What an operator may do instead of a step that comes next, and could be taken.
fn slips(world: &mut World, items: &[Item], (state, position): &Node) -> Vec<Blow> {
    let mut all = Vec::new();
    for (item, after) in position.next(items) {
        let Item::Step { instance, .. } = item else {
            continue;
        };
        let Some(once) = taken(world, *state, *instance) else {
            continue;
        };
        let right = name_of(&world.model, *instance);
        let mut slip = |world: &mut World, words: String, passed: Vec<State>| {
            let strike = (Payer::Slips, words);
            all.push(blow(world, strike, *state, passed, after.clone()));
        };
        slip(world, format!("omitted {right}"), Vec::new());
        if let Attempt::Taken(twice) = attempt(&world.model, &once, *instance) {
            slip(world, format!("twice {right}"), vec![once, twice]);
        }
        for other in others(&world.model, *instance) {
            if let Some(next) = taken(world, *state, other) {
                let wrong = name_of(&world.model, other);
                slip(world, format!("{wrong} instead of {right}"), vec![next]);
            }
        }
    }
    all
}

fn taken(world: &World, state: usize, instance: usize) -> Option<State> {
    match attempt(&world.model, world.state(state), instance) {
        Attempt::Taken(next) => Some(next),
        _ => None,
    }
}

/// The strike that passes these states, one after the other.
fn blow(
    world: &mut World,
    strike: Strike,
    from: usize,
    passed: Vec<State>,
    position: Position,
) -> Blow {
    let mut wrong = Things::new();
    let mut at = from;
    for state in passed {
        let next = world.number(state);
        wrong.extend(world.wrong_between(at, next));
        wrong.extend(world.facts(next).wrong.iter().cloned());
        at = next;
    }
    Blow {
        strike,
        to: (at, position),
        wrong,
    }
}

/// The same action with one object taken for another of its kind.
fn others(model: &Model, right: usize) -> Vec<usize> {
    let Instance {
        transition,
        arguments,
    } = &model.instances[right];
    (0..model.instances.len())
        .filter(|other| {
            let other = &model.instances[*other];
            let differ: Vec<usize> = (0..arguments.len())
                .filter(|place| other.arguments.get(*place) != arguments.get(*place))
                .collect();
            other.transition == *transition
                && differ.len() == 1
                && are_objects(&arguments[differ[0]], &other.arguments[differ[0]])
        })
        .collect()
}

/// Both are: `none` is no object that could be mistaken for one.
fn are_objects(left: &Value, right: &Value) -> bool {
    matches!((left, right), (Value::Object(_), Value::Object(_)))
}
