//! All that `check` says, counted on the whole graph of reachable states.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use rollproof::model::ground::Model;

use super::evaluate::State;
use super::step::{Attempt, Wrong, attempt, goal, initial, wrong_between, wrong_in};

/// How often something is violated, and after how many steps first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Violations {
    pub count: u64,
    pub shortest: Option<usize>,
}

impl Violations {
    /// One more, found after so many steps.
    pub fn add(&mut self, steps: usize) {
        self.count += 1;
        self.shortest = Some(self.shortest.map_or(steps, |s| s.min(steps)));
    }
}

/// What `check` has to say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checked {
    pub states: u64,
    pub transitions: u64,
    pub depth: usize,
    /// In the order of the rules.
    pub invariants: Vec<Violations>,
    pub well_defined: Violations,
    /// Whether the first state itself violates something.
    pub wrong_at_once: bool,
    /// Length of the shortest run to the goal without a violation.
    pub witness: Option<usize>,
    /// States reached without a violation from which the goal is not reached without one.
    pub doomed: Violations,
}

/// The reachable states and the transitions between them.
pub struct Graph {
    /// In breadth-first order.
    pub states: Vec<State>,
    pub depth: Vec<usize>,
    /// For each state the ground transitions with their targets.
    pub edges: Vec<Vec<(usize, usize)>>,
    /// For each state whether some guard or effect has no value.
    pub undefined: Vec<bool>,
}

/// Everything that the rules allow; none where there are more states than the limit.
pub fn explore(model: &Model, limit: usize) -> Option<Graph> {
    let graph = explore_some(model, limit);
    (graph.edges.len() == graph.states.len()).then_some(graph)
}

/// What the rules allow; not all of it where there are more states than the limit.
pub fn explore_some(model: &Model, limit: usize) -> Graph {
    let first = initial(model);
    let mut number = BTreeMap::from([(first.clone(), 0)]);
    let mut graph = Graph {
        states: vec![first],
        depth: vec![0],
        edges: Vec::new(),
        undefined: Vec::new(),
    };
    while graph.edges.len() < graph.states.len() && graph.states.len() <= limit {
        let from = graph.edges.len();
        let state = graph.states[from].clone();
        let mut edges = Vec::new();
        let mut undefined = false;
        for instance in 0..model.instances.len() {
            match attempt(model, &state, instance) {
                Attempt::Blocked | Attempt::Refused => {}
                Attempt::Undefined => undefined = true,
                Attempt::Taken(next) => {
                    let known = number.len();
                    let to = *number.entry(next.clone()).or_insert(known);
                    if to == known {
                        graph.states.push(next);
                        graph.depth.push(graph.depth[from] + 1);
                    }
                    edges.push((instance, to));
                }
            }
        }
        graph.edges.push(edges);
        graph.undefined.push(undefined);
    }
    graph
}

/// Judges everything on the graph.
pub fn check(model: &Model, graph: &Graph) -> Checked {
    let mut checked = Checked {
        states: graph.states.len() as u64,
        transitions: graph.edges.iter().map(|e| e.len() as u64).sum(),
        depth: graph.depth.iter().copied().max().unwrap_or(0),
        invariants: vec![Violations::default(); model.rules.invariants.len()],
        ..Checked::default()
    };
    let mut clean_states = Vec::new();
    let mut clean_edges: Vec<Vec<usize>> = Vec::new();
    for (from, state) in graph.states.iter().enumerate() {
        let depth = graph.depth[from];
        let Wrong {
            invariants,
            mut undefined,
        } = wrong_in(model, state);
        for place in &invariants {
            checked.invariants[*place].add(depth);
        }
        undefined |= graph.undefined[from] || goal(model, state).is_err();
        clean_states.push(invariants.is_empty() && !undefined);
        let mut shown_after = undefined.then_some(depth);
        let mut clean = Vec::new();
        for (_, to) in &graph.edges[from] {
            let wrong = wrong_between(model, state, &graph.states[*to]);
            for place in &wrong.invariants {
                checked.invariants[*place].add(depth + 1);
            }
            if wrong.undefined && shown_after.is_none() {
                shown_after = Some(depth + 1);
            }
            if !wrong.any() {
                clean.push(*to);
            }
        }
        clean_edges.push(clean);
        if let Some(steps) = shown_after {
            checked.well_defined.add(steps);
        }
    }
    checked.wrong_at_once = !clean_states[0];
    if clean_states[0] {
        judge_goal(model, graph, &clean_states, &clean_edges, &mut checked);
    }
    checked
}

/// Looks for the goal among what is reached without a violation.
fn judge_goal(
    model: &Model,
    graph: &Graph,
    clean: &[bool],
    edges: &[Vec<usize>],
    checked: &mut Checked,
) {
    let mut steps = BTreeMap::from([(0, 0)]);
    let mut queue = VecDeque::from([0]);
    while let Some(from) = queue.pop_front() {
        for to in &edges[from] {
            if clean[*to] && !steps.contains_key(to) {
                steps.insert(*to, steps[&from] + 1);
                queue.push_back(*to);
            }
        }
    }
    let mut saved: BTreeSet<usize> = steps
        .keys()
        .copied()
        .filter(|s| goal(model, &graph.states[*s]) == Ok(true))
        .collect();
    checked.witness = saved.iter().map(|s| steps[s]).min();
    loop {
        let before = saved.len();
        for from in steps.keys() {
            if edges[*from].iter().any(|to| saved.contains(to)) {
                saved.insert(*from);
            }
        }
        if saved.len() == before {
            break;
        }
    }
    for (state, after) in &steps {
        if !saved.contains(state) {
            checked.doomed.add(*after);
        }
    }
}
