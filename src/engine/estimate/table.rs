//! Exact costs to the goal in a model that knows one or two objects and forgets the rest.

use std::collections::{BTreeSet, HashMap};

use indexmap::IndexMap;

use super::owners::transition;
use super::renaming::{Renaming, mentioned};
use crate::engine::hasher::Hasher;
use crate::engine::partial::{Record, Variables, View};
use crate::language::rules::{Expr, TransitionClass};
use crate::model::ground::{Instance, Model};
use crate::model::value::ObjectId;

/// Records beyond this are too many for one table.
const MOST_RECORDS: usize = 20_000;

/// What all tables are about.
pub(super) struct Projection<'a> {
    pub(super) model: &'a Model,
    pub(super) goal: &'a Expr,
    /// For each object the ground transitions that may change it.
    pub(super) writers: &'a [Vec<usize>],
    /// Who pays for a ground action, and how much.
    pub(super) pays: &'a dyn Fn(usize) -> Option<(ObjectId, u32)>,
}

/// Costs by record; `None` where the goal cannot be reached from it.
pub(super) struct Table {
    pub(super) costs: HashMap<Record, Option<u32>, Hasher>,
}

/// The records that were found, each with the ground transitions out of it and where they lead.
type Records = IndexMap<Record, Vec<(usize, usize)>, Hasher>;

impl Projection<'_> {
    /// What the first of the known objects has to pay, for everything that can become of the `seeds`. The outer `None` is for
    /// no time, the inner one for too many records; `room` is for those of all tables.
    pub(super) fn table(
        &self,
        renaming: &Renaming,
        known: &[ObjectId],
        seeds: Vec<Record>,
        room: &mut usize,
        may_go_on: &mut dyn FnMut() -> bool,
    ) -> Option<Option<Table>> {
        let view = View {
            model: self.model,
            known,
        };
        let mut writers: Vec<usize> = Vec::new();
        for object in known {
            writers.extend(&self.writers[object.index()]);
        }
        writers.sort_unstable();
        writers.dedup();
        let mut records = Records::default();
        for seed in seeds {
            records.entry(seed).or_default();
        }
        let most = MOST_RECORDS.min(*room);
        let mut next = 0;
        while let Some((record, _)) = records.get_index(next) {
            let record = record.clone();
            let mentioned = mentioned(&record);
            let mut out = Vec::new();
            for &place in &writers {
                if !may_go_on() {
                    return None;
                }
                let instance = &self.model.instances[place];
                if renaming.is_repeated(known, &mentioned, instance) {
                    continue;
                }
                let Some(successors) = successors(&view, &record, instance) else {
                    return Some(None);
                };
                for successor in successors {
                    let successor = renaming.renamed(known, known, successor);
                    if successor != record {
                        let entry = records.entry(successor);
                        let to = entry.index();
                        entry.or_default();
                        out.push((place, to));
                    }
                }
            }
            if records.len() > most {
                return Some(None);
            }
            records[next] = out;
            next += 1;
        }
        *room -= records.len();
        Some(Some(self.costs(&view, records)))
    }

    /// Costs to the goal, backwards from the records at which it may hold.
    fn costs(&self, view: &View<'_>, records: Records) -> Table {
        let focus = view.known[0];
        let count = records.len();
        let mut backwards: Vec<Vec<(usize, u32)>> = vec![Vec::new(); count];
        for (from, edges) in records.values().enumerate() {
            for &(place, to) in edges {
                let price = match (self.pays)(place) {
                    Some((owner, price)) if owner == focus => price,
                    _ => 0,
                };
                backwards[to].push((from, price));
            }
        }
        let mut costs: Vec<Option<u32>> = vec![None; count];
        let mut open: BTreeSet<(u32, usize)> = BTreeSet::new();
        for (place, record) in records.keys().enumerate() {
            if view.holds(record, &mut Variables::default(), self.goal) != Some(false) {
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
            costs: records.into_keys().zip(costs).collect(),
        }
    }
}

/// What can become of a record by a ground transition; `None` where that is too much to list.
fn successors(view: &View<'_>, record: &Record, instance: &Instance) -> Option<BTreeSet<Record>> {
    let rule = transition(view.model, instance);
    let mut variables = Variables::new(&instance.arguments);
    let own = rule.guards.iter().map(|guard| &guard.condition);
    let policies = view.model.rules.policies.iter().zip(&view.model.policies);
    let added = policies
        .filter(|(_, on)| **on && rule.class == TransitionClass::Action)
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
    view.after(record, &mut variables, &rule.effects)
}
