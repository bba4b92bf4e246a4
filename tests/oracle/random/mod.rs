//! Random small rulebooks as text, with a cluster and plans, so that the parser and the type checker have their part.
//! Everything is decided by a tape of numbers; a shorter tape, or one of smaller numbers, is a smaller question.

pub mod calm;
pub mod cluster;
pub mod expressions;
pub mod fleet;
pub mod hazards;
pub mod plans;
pub mod promises;
pub mod rules;
pub mod statements;
pub mod tape;
pub mod timed;

use std::collections::BTreeSet;
use std::sync::Arc;

use rollproof::language::diagnostic::Diagnostics;
use rollproof::language::read_rules;
use rollproof::language::source::Source;
use rollproof::model::cluster::{Overrides, read_cluster};
use rollproof::model::ground::Model;
use rollproof::model::plan::Plan;
use rollproof::model::plan_file::read_plan;
use rollproof::model::value::Value;

use super::check::{Graph, explore_some};
use super::step;
use super::words;
use tape::Tape;

/// A rulebook and a cluster, as text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    pub rules: String,
    pub cluster: String,
}

/// The question that a tape decides. `prefix` begins the name of every object.
///
/// Random properties are mostly false at once, or never, and one of each says as much as all of them. So most of those
/// that are chosen change on the way.
pub fn question(tape: &mut Tape<'_>, prefix: &str) -> Result<Question, String> {
    question_with(tape, prefix, false)
}

/// The same with temporal properties.
pub fn temporal_question(tape: &mut Tape<'_>, prefix: &str) -> Result<Question, String> {
    question_with(tape, prefix, true)
}

fn question_with(tape: &mut Tape<'_>, prefix: &str, temporal: bool) -> Result<Question, String> {
    let mut book = rules::rulebook(tape);
    let promises = if temporal {
        promises::promises(&mut book, tape)
    } else {
        String::new()
    };
    let cluster = cluster::cluster(tape, &book, prefix);
    let trial = trial(&book, &cluster).model()?;
    // Where there are very many states, those that come first say enough.
    let graph = explore_some(&trial, LOOKED_AT);

    let mut rules = book.text.clone();
    let mut chosen = 0;
    for (place, invariant) in book.invariants.iter().enumerate() {
        let weight = match share_of_violations(&trial, &graph, place) {
            _ if chosen > 2 => 0,
            Share::None => 25,
            Share::From(1) => 20,
            Share::From(_) => 90,
            Share::AtOnce => 4,
        };
        if tape.percent(weight) {
            chosen += 1;
            rules += invariant;
        }
    }
    let goal = if tape.percent(if book.lively { 60 } else { 10 }) {
        farthest(&trial, &graph)
    } else {
        book.goals[choose_goal(tape, &trial, &graph, book.goals.len())].clone()
    };
    let other = "goal other {\n  false\n}\n";
    rules += &format!("{other}default goal reached {{\n{goal}}}\n{promises}");
    Ok(Question { rules, cluster })
}

/// How many states are looked at before properties are chosen.
const LOOKED_AT: usize = 600;

/// All properties at once, so that they can be chosen by what they say.
fn trial(book: &rules::Rulebook, cluster: &str) -> Question {
    let mut rules = book.text.clone() + &book.invariants.concat();
    rules += "goal reached { true }\n";
    for (place, goal) in book.goals.iter().enumerate() {
        rules += &format!("goal trial{place} {{\n{goal}}}\n");
    }
    Question {
        rules,
        cluster: cluster.to_owned(),
    }
}

/// Where something is the case: nowhere, after so many steps first, or in the first state.
enum Share {
    None,
    From(usize),
    AtOnce,
}

/// Where an invariant is false or has no value.
fn share_of_violations(model: &Model, graph: &Graph, place: usize) -> Share {
    let mut alone = model.clone();
    let mut rules = (*model.rules).clone();
    rules.invariants = vec![rules.invariants[place].clone()];
    let transition = rules.invariants[0].transition;
    alone.rules = Arc::new(rules);
    let wrong = |from: &usize| {
        let state = &graph.states[*from];
        if !transition {
            return step::wrong_in(&alone, state).any();
        }
        let edges = graph.edges.get(*from).into_iter().flatten();
        edges
            .into_iter()
            .any(|(_, to)| step::wrong_between(&alone, state, &graph.states[*to]).any())
    };
    match (0..graph.states.len())
        .find(wrong)
        .map(|first| graph.depth[first])
    {
        None => Share::None,
        Some(0) if !transition => Share::AtOnce,
        Some(depth) => Share::From(depth + usize::from(transition)),
    }
}

/// Often the goal that is farthest away, otherwise any, most of them out of reach or reached at once.
fn choose_goal(tape: &mut Tape<'_>, model: &Model, graph: &Graph, candidates: usize) -> usize {
    let depth_of = |place: usize| {
        // The first goal is the one that every cluster asks for.
        let goal = &model.rules.goals[place + 1].condition;
        let first = graph
            .states
            .iter()
            .position(|s| step::holds(model, s, goal) == Ok(true));
        first.map(|state| graph.depth[state])
    };
    if tape.percent(20) {
        return tape.below(candidates);
    }
    (0..candidates)
        .max_by_key(|place| depth_of(*place))
        .unwrap_or(0)
}

/// A goal that is reached last of all: how many objects have which values.
fn farthest(model: &Model, graph: &Graph) -> String {
    let mut lines = "  true\n".to_owned();
    let Some(state) = graph.states.last() else {
        return lines;
    };
    for (number, kind) in model.rules.kinds.iter().enumerate() {
        for (place, field) in kind.fields.iter().enumerate() {
            let objects = || {
                model
                    .objects
                    .iter()
                    .zip(&state.fields)
                    .filter(|(o, _)| o.kind.index() == number)
            };
            let values: BTreeSet<&Value> = objects().map(|(_, values)| &values[place]).collect();
            for value in values {
                if matches!(value, Value::Bool(_) | Value::Int(_) | Value::Enum(..)) {
                    let count = objects()
                        .filter(|(_, values)| values[place] == *value)
                        .count();
                    lines += &format!(
                        "  count(far in {} where far.{} == {}) == {count}\n",
                        kind.name,
                        field.name,
                        words::value(model, value)
                    );
                }
            }
        }
    }
    lines
}

impl Question {
    /// Reads both texts.
    pub fn model(&self) -> Result<Model, String> {
        let (rules, found) = read_rules(&Source::new("random.rules", self.rules.clone()));
        let rules = sound(rules, &found, &self.rules)?;
        let source = Source::new("random.json", self.cluster.clone());
        let (model, found) =
            read_cluster(&source, "random", &Arc::new(rules), &Overrides::default());
        sound(model, &found, &format!("{}\n{}", self.rules, self.cluster))
    }
}

/// Reads a plan.
pub fn plan(model: &Model, text: &str) -> Result<Plan, String> {
    let (plan, found) = read_plan(&Source::new("plan.json", text), "plan", model);
    sound(plan, &found, text)
}

fn sound<T>(item: Option<T>, found: &Diagnostics, text: &str) -> Result<T, String> {
    let describe = || {
        let mut all = String::new();
        for diagnostic in &found.list {
            let at = diagnostic.primary.as_ref().map(|label| {
                (
                    label.source.position(label.span.start),
                    label.source.slice(label.span),
                )
            });
            all += &format!(
                "{:?}: {} at {at:?}\n",
                diagnostic.severity, diagnostic.message
            );
        }
        format!("{all}{text}")
    };
    if found.has_errors() {
        return Err(describe());
    }
    item.ok_or_else(describe)
}
