//! A lower bound on the cost to a goal: for each object by itself what its way to the goal costs where all other objects do
//! whatever helps, and the sum of these. Every action is charged to one object only, so that the sum is a lower bound
//! (cost partitioning: Katz and Domshlak, "Optimal admissible composition of abstraction heuristics", AIJ 2010, section 3);
//! each table is the exact cost in a projection, so that the bound is consistent as well.

use std::collections::BTreeSet;

use indexmap::IndexMap;

use crate::language::rules::{Expr, ExprKind, FieldId, Transition, TransitionClass};
use crate::language::visit;
use crate::model::ground::{Instance, Model};
use crate::model::value::{ObjectId, Value};

use super::partial::{Record, Variables, View};

/// An object with more records than this is left out: its way is taken to cost nothing.
const MOST_RECORDS: usize = 20_000;

/// For each object a table of costs.
pub struct Projection {
    tables: Vec<Table>,
}

/// The costs of one object by its record; `None` where the goal cannot be reached from it.
struct Table {
    object: ObjectId,
    costs: IndexMap<Record, Option<u32>>,
}

/// What the records of one object lead to.
struct Records {
    object: ObjectId,
    edges: IndexMap<Record, Vec<(usize, usize)>>,
}

impl Projection {
    /// The tables for a model and a condition to be reached, which has no variables. Objects whose records are too many have none. `None` where `may_go_on`, asked all
    /// the while, says that there is no time for it.
    #[must_use]
    pub fn new(model: &Model, goal: &Expr, may_go_on: &mut dyn FnMut() -> bool) -> Option<Self> {
        let mut explored = Vec::new();
        for (object, writers) in (0u32..).map(ObjectId).zip(writers(model)) {
            let mut in_time = true;
            let mut ask = || {
                in_time = in_time && may_go_on();
                in_time
            };
            explored.extend(records(
                &View {
                    model,
                    known: &[object],
                },
                &writers,
                &mut ask,
            ));
            if !in_time {
                return None;
            }
        }
        let charged = charges(model, &explored);
        let tables = explored
            .into_iter()
            .map(|records| table(model, goal, records, &charged))
            .collect();
        Some(Self { tables })
    }

    /// A lower bound on the cost from a state to the goal; `None` where the goal cannot be reached from it. `value` reads a
    /// field of the state.
    #[must_use]
    pub fn cost_to_goal(&self, value: impl Fn(ObjectId, FieldId) -> Value) -> Option<u32> {
        let mut sum = 0u32;
        for table in &self.tables {
            let fields = table.costs.first().map_or(0, |(record, _)| record.len());
            let record: Record = (0..)
                .map(FieldId)
                .take(fields)
                .map(|field| value(table.object, field))
                .collect();
            match table.costs.get(&record) {
                Some(Some(cost)) => sum = sum.saturating_add(*cost),
                Some(None) => return None,
                // Not reachable from the first record: nothing is claimed.
                None => {}
            }
        }
        Some(sum)
    }
}

/// Everything that can become of an object's record, from its first values; `None` where that is too much, or takes too long.
fn records(
    view: &View<'_>,
    writers: &[usize],
    may_go_on: &mut dyn FnMut() -> bool,
) -> Option<Records> {
    let model = view.model;
    let object = view.known[0];
    let first = model.objects[object.index()].values.clone();
    let mut edges: IndexMap<Record, Vec<(usize, usize)>> = IndexMap::from([(first, Vec::new())]);
    let mut next = 0;
    while let Some((record, _)) = edges.get_index(next) {
        let record = record.clone();
        let mut out = Vec::new();
        for &place in writers {
            if !may_go_on() {
                return None;
            }
            for successor in successors(view, &record, &model.instances[place])? {
                if successor != record {
                    out.push((place, place_of(&mut edges, successor)));
                }
            }
        }
        if edges.len() > MOST_RECORDS {
            return None;
        }
        edges[next] = out;
        next += 1;
    }
    Some(Records { object, edges })
}

/// The place of a record, which is added without edges where it is new.
fn place_of(edges: &mut IndexMap<Record, Vec<(usize, usize)>>, record: Record) -> usize {
    let entry = edges.entry(record);
    let place = entry.index();
    entry.or_default();
    place
}

fn transition<'m>(model: &'m Model, instance: &Instance) -> &'m Transition {
    &model.rules.transitions[instance.transition.index()]
}

/// For each object the ground transitions whose effects may touch it, in order. Faults are none: plans have none.
fn writers(model: &Model) -> Vec<Vec<usize>> {
    let mut writers = vec![Vec::new(); model.objects.len()];
    for (place, instance) in model.instances.iter().enumerate() {
        let transition = transition(model, instance);
        if transition.class == TransitionClass::Fault {
            continue;
        }
        for (target, kind) in visit::targets(&transition.effects) {
            match certain(target, instance) {
                Some(&Value::Object(object)) => note(&mut writers[object.index()], place),
                Some(_) => {}
                None => {
                    for object in model.objects_of(kind) {
                        note(&mut writers[object.index()], place);
                    }
                }
            }
        }
    }
    writers
}

fn note(writers: &mut Vec<usize>, place: usize) {
    if writers.last() != Some(&place) {
        writers.push(place);
    }
}

/// The object that a target certainly is: a parameter of the transition.
fn certain<'i>(target: &Expr, instance: &'i Instance) -> Option<&'i Value> {
    match target.kind {
        ExprKind::Variable(slot) => instance.arguments.get(slot.index()),
        _ => None,
    }
}

fn successors(view: &View<'_>, record: &Record, instance: &Instance) -> Option<BTreeSet<Record>> {
    let transition = transition(view.model, instance);
    let mut variables = Variables::new(&instance.arguments);
    let own = transition.guards.iter().map(|guard| &guard.condition);
    let added = view
        .model
        .rules
        .policies
        .iter()
        .zip(&view.model.policies)
        .filter(|(_, on)| **on)
        .flat_map(|(policy, _)| &policy.clauses)
        .filter(|clause| clause.action == instance.transition)
        .flat_map(|clause| &clause.guards)
        .map(|guard| &guard.condition);
    let impossible = own
        .chain(added)
        .any(|condition| view.holds(record, &mut variables, condition) == Some(false));
    if impossible {
        return Some(BTreeSet::new());
    }
    view.after(record, &mut variables, &transition.effects)
}

/// For each ground transition the one object whose table pays for it: the first that it changes.
fn charges(model: &Model, explored: &[Records]) -> Vec<Option<ObjectId>> {
    let mut charged = vec![None; model.instances.len()];
    for records in explored {
        for &(place, _) in records.edges.values().flatten() {
            charged[place].get_or_insert(records.object);
        }
    }
    charged
}

/// Costs to the goal, backwards from the records at which it may hold.
fn table(model: &Model, condition: &Expr, records: Records, charged: &[Option<ObjectId>]) -> Table {
    let view = View {
        model,
        known: &[records.object],
    };
    let count = records.edges.len();
    let mut backwards: Vec<Vec<(usize, u32)>> = vec![Vec::new(); count];
    for (from, edges) in records.edges.values().enumerate() {
        for &(place, to) in edges {
            let transition = transition(model, &model.instances[place]);
            let pays = transition.class == TransitionClass::Action
                && charged[place] == Some(records.object);
            backwards[to].push((from, if pays { transition.cost } else { 0 }));
        }
    }
    let mut costs: Vec<Option<u32>> = vec![None; count];
    let mut open: BTreeSet<(u32, usize)> = BTreeSet::new();
    for (place, record) in records.edges.keys().enumerate() {
        if view.holds(record, &mut Variables::default(), condition) != Some(false) {
            costs[place] = Some(0);
            open.insert((0, place));
        }
    }
    while let Some((cost, to)) = open.pop_first() {
        for &(from, price) in &backwards[to] {
            let through = cost.saturating_add(price);
            if costs[from].is_none_or(|known| through < known) {
                if let Some(known) = costs[from] {
                    open.remove(&(known, from));
                }
                costs[from] = Some(through);
                open.insert((through, from));
            }
        }
    }
    Table {
        object: records.object,
        costs: records.edges.into_keys().zip(costs).collect(),
    }
}
