//! Random small rulebooks as text, with a cluster and plans, so that the parser and the type checker have their part.
//! Everything is decided by a tape of numbers; a shorter tape, or one of smaller numbers, is a smaller question.

pub mod cluster;
pub mod expressions;
pub mod plans;
pub mod rules;
pub mod statements;
pub mod tape;

use std::sync::Arc;

use rollproof::language::diagnostic::Diagnostics;
use rollproof::language::read_rules;
use rollproof::language::source::Source;
use rollproof::model::cluster::{Overrides, read_cluster};
use rollproof::model::ground::Model;
use rollproof::model::plan::Plan;
use rollproof::model::plan_file::read_plan;

use super::check::{Graph, explore_some};
use super::step;
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
    let book = rules::rulebook(tape);
    let cluster = cluster::cluster(tape, &book, prefix);
    let trial = trial(&book, &cluster).model()?;
    // Where there are very many states, those that come first say enough.
    let graph = explore_some(&trial, LOOKED_AT);

    let mut rules = book.text.clone();
    let mut chosen = 0;
    for (place, invariant) in book.invariants.iter().enumerate() {
        let weight = match share_of_violations(&trial, &graph, place) {
            _ if chosen > 2 => 0,
            Share::None => 30,
            Share::Some => 85,
            Share::AtOnce => 4,
        };
        if tape.percent(weight) {
            chosen += 1;
            rules += invariant;
        }
    }
    let goal = &book.goals[choose_goal(tape, &trial, &graph, book.goals.len())];
    let other = "goal other {\n  false\n}\n";
    rules += &format!("{other}default goal reached {{\n{goal}}}\n");
    Ok(Question { rules, cluster })
}

/// How many states are looked at before properties are chosen.
const LOOKED_AT: usize = 300;

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

/// Where something is the case.
enum Share {
    None,
    Some,
    AtOnce,
}

impl Share {
    fn of(mut all: impl Iterator<Item = bool>) -> Self {
        match (all.next(), all.any(|one| one)) {
            (Some(true), _) => Self::AtOnce,
            (_, true) => Self::Some,
            _ => Self::None,
        }
    }
}

fn share_of_violations(model: &Model, graph: &Graph, place: usize) -> Share {
    let mut alone = model.clone();
    let mut rules = (*model.rules).clone();
    rules.invariants = vec![rules.invariants[place].clone()];
    let transition = rules.invariants[0].transition;
    alone.rules = Arc::new(rules);
    if !transition {
        return Share::of(graph.states.iter().map(|s| step::wrong_in(&alone, s).any()));
    }
    let edges = graph
        .edges
        .iter()
        .enumerate()
        .flat_map(|(from, edges)| edges.iter().map(move |(_, to)| (from, *to)));
    Share::of(edges.map(|(from, to)| {
        step::wrong_between(&alone, &graph.states[from], &graph.states[to]).any()
    }))
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
