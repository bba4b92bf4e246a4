//! The cheapest valid plan, straight from the definition: the cheapest sequence of steps and `await settled` that is
//! valid whatever the events do, found by trying all of them on the sets of states that are possible before each item.

use std::collections::{BTreeMap, BTreeSet};

use rollproof::language::rules::TransitionClass;
use rollproof::model::ground::Model;
use rollproof::model::value::Value;

use super::evaluate::State;
use super::fair::{Node, a_fair_run_never_gets_good};
use super::step::{Attempt, attempt, class, initial, is_fair, settled, wrong_in};
use super::target::Target;
use super::verify::{events, reached};
use super::way::breaks;

/// What there is to be said about planning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Planned {
    /// The least cost, the number of changes of the first argument, and the steps of the smallest plan, as ground
    /// transitions.
    Cheapest {
        cost: u32,
        changes: u32,
        steps: Vec<usize>,
    },
    /// There is no valid plan.
    None,
    /// More sets of states than the limit.
    TooLarge,
}

/// The sets of states of a search, each with what was found out about it.
struct Beliefs<'a> {
    model: &'a Model,
    target: &'a Target,
    /// Closed under events; the value says whether nothing is violated on the way.
    clean: BTreeMap<BTreeSet<State>, bool>,
}

/// An order of plans: cost, changes of the first argument, steps. Waits cost nothing.
type Key = (u32, u32, Vec<usize>);
/// A set of states with the step that led there, and how many of the steps that have to be kept were taken.
type Place = (BTreeSet<State>, Option<usize>, usize);

/// The cheapest valid plan, and of those the first one.
pub fn cheapest(model: &Model, limit: usize) -> Planned {
    let first = initial(model);
    if wrong_in(model, &first).any() {
        return Planned::None;
    }
    cheapest_from(model, &first, &Target::goal(model), limit)
}

/// The same of the plans that have some steps in this order, with any others between them.
pub fn cheapest_with(model: &Model, kept: &[usize], limit: usize) -> Planned {
    let first = initial(model);
    if wrong_in(model, &first).any() {
        return Planned::None;
    }
    cheapest_keeping(model, &first, &Target::goal(model), kept, limit)
}

/// The same from a state to a target, for who takes over there: what is false already may stay so until it holds once.
pub fn cheapest_from(model: &Model, first: &State, target: &Target, limit: usize) -> Planned {
    cheapest_keeping(model, first, target, &[], limit)
}

fn cheapest_keeping(
    model: &Model,
    first: &State,
    target: &Target,
    kept: &[usize],
    limit: usize,
) -> Planned {
    let mut beliefs = Beliefs {
        model,
        target,
        clean: BTreeMap::new(),
    };
    let mut open: BTreeSet<(Key, Place)> = BTreeSet::new();
    let mut closed: BTreeSet<Place> = BTreeSet::new();
    let start = reached(model, &BTreeSet::from([first.clone()]));
    open.insert(((0, 0, Vec::new()), (start, None, 0)));
    while let Some((key, place)) = open.pop_first() {
        // The last step decides about the next change only by its first argument.
        let seen = place.clone();
        if closed.contains(&seen) || !beliefs.is_clean(&place.0) {
            continue;
        }
        closed.insert(seen);
        if closed.len() > limit {
            return Planned::TooLarge;
        }
        let is_reached = |state: &State| target.holds(model, state) == Ok(true);
        if place.2 == kept.len() && beliefs.every_fair_run_gets(&place.0, is_reached) {
            let (cost, changes, steps) = key;
            return Planned::Cheapest {
                cost,
                changes,
                steps,
            };
        }
        for (longer, next) in beliefs.successors(&key, &place, kept) {
            open.insert((longer, next));
        }
    }
    Planned::None
}

impl Beliefs<'_> {
    /// Everything that one more item may lead to.
    fn successors(
        &self,
        key: &Key,
        (states, last, had): &Place,
        kept: &[usize],
    ) -> Vec<(Key, Place)> {
        let model = self.model;
        let mut all = Vec::new();
        if let Some(next) = self.after(
            states,
            |state| {
                if settled(model, state) {
                    Attempt::Taken(state.clone())
                } else {
                    Attempt::Blocked
                }
            },
            false,
        ) {
            all.push((key.clone(), (next, *last, *had)));
        }
        for instance in 0..model.instances.len() {
            if class(model, instance) != TransitionClass::Action {
                continue;
            }
            if let Some(next) = self.after(states, |state| attempt(model, state, instance), true) {
                let cost =
                    model.rules.transitions[model.instances[instance].transition.index()].cost;
                let changed = last
                    .is_some_and(|l| first_argument(model, l) != first_argument(model, instance));
                let mut steps = key.2.clone();
                steps.push(instance);
                let key = (key.0 + cost, key.1 + u32::from(changed), steps);
                let had = had + usize::from(kept.get(*had) == Some(&instance));
                all.push((key, (next, Some(instance), had)));
            }
        }
        all
    }

    /// The states that are possible after an item; none where it may be refused, have no value or wait for ever, or
    /// where it breaks something.
    fn after(
        &self,
        states: &BTreeSet<State>,
        item: impl Fn(&State) -> Attempt,
        judged: bool,
    ) -> Option<BTreeSet<State>> {
        let mut next = BTreeSet::new();
        let mut possible = BTreeSet::new();
        for state in states {
            match item(state) {
                Attempt::Blocked => {}
                Attempt::Refused | Attempt::Undefined => return None,
                Attempt::Taken(after) => {
                    if judged && breaks(self.model, state, &after) {
                        return None;
                    }
                    possible.insert(state.clone());
                    next.insert(after);
                }
            }
        }
        self.every_fair_run_takes(states, &possible)
            .then(|| reached(self.model, &next))
    }

    /// Whether the events violate nothing from these states on, and nothing that is asked has no value.
    fn is_clean(&mut self, states: &BTreeSet<State>) -> bool {
        if let Some(known) = self.clean.get(states) {
            return *known;
        }
        let clean = states.iter().all(|state| {
            let (events, undefined) = events(self.model, state);
            !undefined
                && self.target.holds(self.model, state).is_ok()
                && events
                    .iter()
                    .all(|(_, next)| !breaks(self.model, state, next))
        });
        self.clean.insert(states.clone(), clean);
        clean
    }

    /// Whether every fair run of the events ends where `good` is true for ever.
    fn every_fair_run_gets(&self, states: &BTreeSet<State>, good: impl Fn(&State) -> bool) -> bool {
        !a_fair_run_never_gets_good(&self.graph(states, good, &BTreeSet::new()))
    }

    /// Whether every fair run takes an item that is possible in some of the states.
    fn every_fair_run_takes(&self, states: &BTreeSet<State>, possible: &BTreeSet<State>) -> bool {
        !a_fair_run_never_gets_good(&self.graph(states, |_| false, possible))
    }

    /// The states with the events between them. Where the item is possible it leads away to where all is good.
    fn graph(
        &self,
        states: &BTreeSet<State>,
        good: impl Fn(&State) -> bool,
        possible: &BTreeSet<State>,
    ) -> Vec<Node> {
        let number: BTreeMap<&State, usize> = states.iter().zip(0..).collect();
        let item = self.model.instances.len();
        let away = states.len();
        let mut nodes: Vec<Node> = states
            .iter()
            .map(|state| {
                let mut node = Node {
                    good: good(state),
                    ..Node::default()
                };
                for (instance, next) in events(self.model, state).0 {
                    let owed = is_fair(self.model, instance).then_some(instance);
                    node.owed.extend(owed);
                    node.edges.push((owed, number[&next]));
                }
                if possible.contains(state) {
                    node.owed.insert(item);
                    node.edges.push((Some(item), away));
                }
                node
            })
            .collect();
        nodes.push(Node {
            good: true,
            ..Node::default()
        });
        nodes
    }
}

fn first_argument(model: &Model, instance: usize) -> Option<&Value> {
    model.instances[instance].arguments.first()
}
