//! All that `verify` says, on the product of cluster states and positions in the plan.

use std::collections::{BTreeMap, BTreeSet};

use rollproof::language::rules::TransitionClass;
use rollproof::model::ground::Model;
use rollproof::model::plan::{Item, Plan};

use super::check::Violations;
use super::evaluate::State;
use super::fair::{Node, a_fair_run_never_gets_good, fair_bad_cycles};
use super::position::Position;
use super::step::{
    Attempt, attempt, class, goal, holds, initial, is_fair, settled, wrong_between, wrong_in,
};

/// What `verify` has to say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verified {
    pub states: usize,
    /// In the order of the rules.
    pub invariants: Vec<Violations>,
    pub well_defined: Violations,
    /// The refused step is one of the steps.
    pub refused: Violations,
    pub complete: bool,
    /// Whether a fair run goes round for ever and never gets done.
    pub lasso: bool,
    /// Whether a run stops before the end of the plan with nothing left that could happen.
    pub stuck: bool,
}

impl Verified {
    /// Whether nothing is violated.
    pub fn safe(&self) -> bool {
        self.well_defined.count == 0 && self.invariants.iter().all(|v| v.count == 0)
    }

    /// Whether the plan is.
    pub fn valid(&self) -> bool {
        self.safe() && self.refused.count == 0 && self.complete
    }
}

/// What becomes of the next item of a lane.
pub fn attempt_item(model: &Model, state: &State, item: &Item) -> Attempt {
    let waited = |over| {
        if over {
            Attempt::Taken(state.clone())
        } else {
            Attempt::Blocked
        }
    };
    match item {
        Item::Step { instance, .. } => attempt(model, state, *instance),
        Item::AwaitSettled { .. } => waited(settled(model, state)),
        Item::Await { condition, .. } => {
            holds(model, state, condition).map_or(Attempt::Undefined, waited)
        }
        Item::After { .. } | Item::Parallel { .. } => {
            unreachable!("lanes are entered and waited for, not taken")
        }
    }
}

/// The events that may happen in a state, with the states after them; none where one has no value.
pub fn events(model: &Model, state: &State) -> (Vec<(usize, State)>, bool) {
    let mut taken = Vec::new();
    let mut undefined = false;
    for instance in 0..model.instances.len() {
        if class(model, instance) == TransitionClass::Event {
            match attempt(model, state, instance) {
                Attempt::Taken(next) => taken.push((instance, next)),
                Attempt::Undefined => undefined = true,
                Attempt::Blocked | Attempt::Refused => {}
            }
        }
    }
    (taken, undefined)
}

struct Product<'a> {
    model: &'a Model,
    items: &'a [Item],
    known: BTreeMap<(State, Position), usize>,
    list: Vec<(State, Position)>,
    depth: Vec<usize>,
    nodes: Vec<Node>,
    found: Verified,
    /// Some run ends in a refusal, or in a step that has no value.
    ended: bool,
}

/// Judges a plan over every interleaving; none where there are more states than the limit.
pub fn verify(model: &Model, plan: &Plan, limit: usize) -> Option<Verified> {
    runs(model, plan, limit).map(|runs| runs.found)
}

/// All runs of a plan, and what is said of them.
pub struct Runs {
    pub found: Verified,
    /// The states that were met.
    pub list: Vec<(State, Position)>,
    pub nodes: Vec<Node>,
}

/// The runs of a plan; none where there are more states than the limit.
pub fn runs(model: &Model, plan: &Plan, limit: usize) -> Option<Runs> {
    let start = (initial(model), Position::start(&plan.items));
    runs_from(model, plan, vec![start], limit)
}

/// The same from some states at some positions.
pub fn runs_from(
    model: &Model,
    plan: &Plan,
    starts: Vec<(State, Position)>,
    limit: usize,
) -> Option<Runs> {
    let mut product = Product {
        model,
        items: &plan.items,
        known: BTreeMap::new(),
        list: Vec::new(),
        depth: Vec::new(),
        nodes: Vec::new(),
        found: Verified {
            invariants: vec![Violations::default(); model.rules.invariants.len()],
            ..Verified::default()
        },
        ended: false,
    };
    for (state, position) in starts {
        product.number(state, position, 0);
    }
    while product.nodes.len() < product.list.len() {
        product.expand(product.nodes.len());
        if product.list.len() > limit {
            return None;
        }
    }
    let Product {
        nodes,
        mut found,
        ended,
        list,
        ..
    } = product;
    found.states = list.len();
    found.complete = !ended && !a_fair_run_never_gets_good(&nodes);
    found.lasso = !fair_bad_cycles(&nodes).is_empty();
    found.stuck = nodes
        .iter()
        .zip(&list)
        .any(|(node, (_, at))| node.owed.is_empty() && !node.good && !at.done(&plan.items));
    Some(Runs { found, list, nodes })
}

impl Product<'_> {
    fn number(&mut self, state: State, position: Position, depth: usize) -> usize {
        let next = self.known.len();
        let key = (state, position);
        let number = *self.known.entry(key.clone()).or_insert(next);
        if number == next {
            self.list.push(key);
            self.depth.push(depth);
        }
        number
    }

    fn expand(&mut self, from: usize) {
        let (state, position) = self.list[from].clone();
        let depth = self.depth[from];
        let done = position.done(self.items);
        let wrong = wrong_in(self.model, &state);
        for place in &wrong.invariants {
            self.found.invariants[*place].add(depth);
        }
        let goal = goal(self.model, &state);
        let mut undefined = wrong.undefined || goal.is_err();
        let mut node = Node {
            good: done && goal == Ok(true),
            ..Node::default()
        };

        let (events, no_value) = events(self.model, &state);
        undefined |= no_value;
        let mut undefined_after = false;
        for (instance, next) in events {
            undefined_after |= self.judge_step(&state, &next, depth);
            let to = self.number(next, position.clone(), depth + 1);
            let owed = is_fair(self.model, instance).then_some(instance);
            node.owed.extend(owed);
            node.edges.push((owed, to));
        }
        for (lane, (item, after)) in position.next(self.items).into_iter().enumerate() {
            match attempt_item(self.model, &state, item) {
                Attempt::Blocked => {}
                Attempt::Refused => {
                    self.found.refused.add(depth + 1);
                    self.ended = true;
                }
                Attempt::Undefined => {
                    undefined = true;
                    self.ended = true;
                }
                Attempt::Taken(next) => {
                    if matches!(item, Item::Step { .. }) {
                        undefined_after |= self.judge_step(&state, &next, depth);
                    }
                    let to = self.number(next, after, depth + 1);
                    let owed = self.model.instances.len() + lane;
                    node.owed.insert(owed);
                    node.edges.push((Some(owed), to));
                }
            }
        }
        if undefined || undefined_after {
            self.found.well_defined.add(depth + usize::from(!undefined));
        }
        self.nodes.push(node);
    }

    /// Judges a step, and says whether a transition invariant has no value for it.
    fn judge_step(&mut self, before: &State, after: &State, depth: usize) -> bool {
        let wrong = wrong_between(self.model, before, after);
        for place in &wrong.invariants {
            self.found.invariants[*place].add(depth + 1);
        }
        wrong.undefined
    }
}

/// What events can make of some states, these included.
pub fn reached(model: &Model, states: &BTreeSet<State>) -> BTreeSet<State> {
    let mut all = states.clone();
    let mut open: Vec<State> = states.iter().cloned().collect();
    while let Some(state) = open.pop() {
        for (_, next) in events(model, &state).0 {
            if all.insert(next.clone()) {
                open.push(next);
            }
        }
    }
    all
}
