//! The cluster states that have turned up, by numbers, with what is to be said about each: every question is asked once.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use rollproof::model::ground::{FaultBudget, Model};
use rollproof::model::value::{ObjectId, Value};

use super::super::evaluate::{Scope, State};
use super::super::fair::Node as FairNode;
use super::super::step::{self, false_choices, is_fair, wrong_between, wrong_in};
use super::super::verify::events;

/// The name of what is broken where something has no value.
pub const WELL_DEFINED: &str = "well_defined";

/// Invariants, transition invariants and `well_defined`, by name.
pub type Things = BTreeSet<String>;

/// Something that the cluster does by itself.
#[derive(Clone, Debug)]
pub struct Event {
    /// Which fair event it is; none where it is not fair.
    pub owed: Option<usize>,
    pub to: usize,
    /// What is broken between the two states.
    pub wrong: Things,
}

/// What is to be said about a state.
#[derive(Debug)]
pub struct Facts {
    pub events: Vec<Event>,
    /// What is broken in it.
    pub wrong: Things,
    /// The services that are out.
    pub out: BTreeSet<String>,
    /// The invariants that are false, each for one choice of its parameters.
    pub false_for: BTreeSet<(usize, usize)>,
}

impl Facts {
    /// The fair events that are possible.
    pub fn owed(&self) -> BTreeSet<usize> {
        self.events.iter().filter_map(|event| event.owed).collect()
    }

    /// Whether nothing is.
    pub fn settled(&self) -> bool {
        self.owed().is_empty()
    }
}

/// The states of a model.
pub struct World {
    pub model: Model,
    states: Vec<State>,
    numbers: BTreeMap<State, usize>,
    facts: BTreeMap<usize, Rc<Facts>>,
}

impl World {
    /// A world in which any fault may strike once, again and again: who counts them is not the cluster.
    pub fn new(model: &Model) -> Self {
        let mut model = model.clone();
        model.faults = FaultBudget::Total(1);
        Self {
            model,
            states: Vec::new(),
            numbers: BTreeMap::new(),
            facts: BTreeMap::new(),
        }
    }

    pub fn initial(&mut self) -> usize {
        let first = step::initial(&self.model);
        self.number(first)
    }

    /// The number of a state.
    pub fn number(&mut self, mut state: State) -> usize {
        state.faults = vec![1];
        if let Some(known) = self.numbers.get(&state) {
            return *known;
        }
        let number = self.states.len();
        self.states.push(state.clone());
        self.numbers.insert(state, number);
        number
    }

    pub fn state(&self, number: usize) -> &State {
        &self.states[number]
    }

    pub fn facts(&mut self, number: usize) -> Rc<Facts> {
        if let Some(known) = self.facts.get(&number) {
            return Rc::clone(known);
        }
        let state = self.states[number].clone();
        let (taken, undefined) = events(&self.model, &state);
        let mut wrong = self.things(&wrong_in(&self.model, &state));
        let (out, no_value) = outages(&self.model, &state);
        if undefined || no_value {
            wrong.insert(WELL_DEFINED.to_owned());
        }
        let mut all = Vec::new();
        for (instance, next) in taken {
            let to = self.number(next);
            all.push(Event {
                owed: is_fair(&self.model, instance).then_some(instance),
                to,
                wrong: self.wrong_between(number, to),
            });
        }
        let facts = Rc::new(Facts {
            events: all,
            wrong,
            out,
            false_for: false_choices(&self.model, &state),
        });
        self.facts.insert(number, Rc::clone(&facts));
        facts
    }

    /// What is broken between two states.
    pub fn wrong_between(&self, before: usize, after: usize) -> Things {
        self.things(&wrong_between(
            &self.model,
            &self.states[before],
            &self.states[after],
        ))
    }

    fn things(&self, wrong: &step::Wrong) -> Things {
        let invariants = &self.model.rules.invariants;
        let mut all: Things = wrong
            .invariants
            .iter()
            .map(|place| invariants[*place].name.clone())
            .collect();
        if wrong.undefined {
            all.insert(WELL_DEFINED.to_owned());
        }
        all
    }

    /// What events can make of some states, these included.
    pub fn reached(&mut self, from: &BTreeSet<usize>) -> BTreeSet<usize> {
        let mut all = from.clone();
        let mut open: Vec<usize> = from.iter().copied().collect();
        while let Some(state) = open.pop() {
            for event in &self.facts(state).events {
                if all.insert(event.to) {
                    open.push(event.to);
                }
            }
        }
        all
    }

    /// These states with the events between them that are wanted, for questions about fair runs. What is owed is owed
    /// whether it is wanted or not.
    pub fn event_graph(
        &mut self,
        states: &BTreeSet<usize>,
        wanted: impl Fn(&Event) -> bool,
        good: impl Fn(&Facts) -> bool,
    ) -> Vec<FairNode> {
        let places: BTreeMap<usize, usize> = states.iter().copied().zip(0..).collect();
        states
            .iter()
            .map(|state| {
                let facts = self.facts(*state);
                let inside = facts.events.iter().filter(|event| wanted(event));
                FairNode {
                    owed: facts.owed(),
                    edges: inside
                        .filter_map(|event| Some((event.owed, *places.get(&event.to)?)))
                        .collect(),
                    good: good(&facts),
                }
            })
            .collect()
    }
}

/// The services that are out in a state, and whether that has no value for some object.
fn outages(model: &Model, state: &State) -> (BTreeSet<String>, bool) {
    let mut out = BTreeSet::new();
    let mut undefined = false;
    for outage in &model.rules.outages {
        for id in model.objects_of(outage.kind) {
            match Scope::new(model, state, &[Value::Object(id)]).truth(&outage.condition) {
                Ok(true) => {
                    out.insert(service(model, id));
                }
                Ok(false) => {}
                Err(_) => undefined = true,
            }
        }
    }
    (out, undefined)
}

fn service(model: &Model, id: ObjectId) -> String {
    model.objects[id.index()].name.clone()
}
