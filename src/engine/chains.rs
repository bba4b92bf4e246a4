//! A lower bound on the time to a goal, however many operators there are: for each object by itself how soon its record can
//! become one at which the goal may hold, where all other objects do whatever helps.
//!
//! What is done to one object may overlap: a step that can begin at one record may end at a later one. So nothing is said to
//! end sooner than it takes from the first record at which it may be possible; of fair events, which begin anew whenever they
//! become impossible, from the first such record since when they have been possible all the time.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};

use indexmap::IndexMap;

use crate::language::rules::{Expr, ExprKind, FieldId, Transition, TransitionClass};
use crate::language::visit;
use crate::model::ground::{Instance, Model};
use crate::model::value::{ObjectId, Value};

use super::hasher::Hasher;
use super::partial::{Record, Variables, View};

/// An object with more records than this is left out: nothing is claimed about it.
const MOST_RECORDS: usize = 500;

/// For each object how its record can change.
pub struct Chains {
    objects: Vec<Ways>,
}

/// A record, and the changes that were under way where somebody asked.
type Begun = (usize, Vec<usize>);

/// What can become of one object.
struct Ways {
    object: ObjectId,
    /// The ground transitions that may change it.
    writers: Vec<usize>,
    records: IndexMap<Record, bool>,
    /// For each record what leads from it: a place in `changes`, and a record.
    edges: Vec<Vec<(usize, usize)>>,
    changes: Vec<Changing>,
    /// The time to the goal from there.
    known: RefCell<HashMap<Begun, Option<u64>, Hasher>>,
}

/// A ground transition that may change an object.
struct Changing {
    takes: u64,
    /// For each record the records at which it may have begun where it ends there.
    begins: HashMap<usize, Vec<usize>, Hasher>,
}

impl Chains {
    /// For a model and a condition to be reached, which has no variables. `None` where `may_go_on`, asked all the while, says
    /// that there is no time for it.
    #[must_use]
    pub fn new(model: &Model, goal: &Expr, may_go_on: &mut dyn FnMut() -> bool) -> Option<Self> {
        let mut objects = Vec::new();
        for (object, writers) in (0u32..).map(ObjectId).zip(writers(model)) {
            if !may_go_on() {
                return None;
            }
            let view = View {
                model,
                known: &[object],
            };
            objects.extend(Ways::new(&view, object, writers, goal));
        }
        Some(Self { objects })
    }

    /// A lower bound on the time from a state to the goal, in seconds; `None` where the goal cannot be reached. `value` reads a
    /// field; `under_way` are ground transitions that have begun, with the time since then.
    #[must_use]
    pub fn time_to_goal(
        &self,
        value: impl Fn(ObjectId, FieldId) -> Value,
        under_way: &[(usize, u64)],
    ) -> Option<u64> {
        let mut most = 0;
        for ways in &self.objects {
            let fields = ways.records.first().map_or(0, |(record, _)| record.len());
            let record: Record = (0..)
                .map(FieldId)
                .take(fields)
                .map(|field| value(ways.object, field))
                .collect();
            // A record that was not met is one about which nothing is claimed.
            if let Some(place) = ways.records.get_index_of(&record) {
                let mut begun = Vec::new();
                let mut longest = 0;
                for (instance, since) in under_way {
                    if let Ok(change) = ways.writers.binary_search(instance) {
                        begun.push(change);
                        longest = longest.max(*since);
                    }
                }
                begun.sort_unstable();
                // As if the record had been the same ever since the first of them began, and all had begun then.
                let time = ways.time_from(place, begun)?;
                most = most.max(time.saturating_sub(longest));
            }
        }
        Some(most)
    }
}

impl Ways {
    fn new(view: &View<'_>, object: ObjectId, writers: Vec<usize>, goal: &Expr) -> Option<Self> {
        let model = view.model;
        let first = model.objects[object.index()].values.clone();
        let mut records: IndexMap<Record, bool> = IndexMap::new();
        let is_goal =
            |record: &Record| view.holds(record, &mut Variables::default(), goal) != Some(false);
        records.insert(first.clone(), is_goal(&first));
        let mut edges = Vec::new();
        let mut possible: Vec<Vec<bool>> = vec![Vec::new(); writers.len()];
        while let Some((record, _)) = records.get_index(edges.len()) {
            let record = record.clone();
            let mut out = Vec::new();
            for (place, &writer) in writers.iter().enumerate() {
                let instance = &model.instances[writer];
                let may_be = may_be_possible(view, &record, instance);
                possible[place].push(may_be);
                if !may_be {
                    continue;
                }
                let mut variables = Variables::new(&instance.arguments);
                let effects = &transition(model, instance).effects;
                for after in view.after(&record, &mut variables, effects)? {
                    if after != record {
                        let found = records.get_index_of(&after);
                        let to = found.unwrap_or_else(|| {
                            let goal = is_goal(&after);
                            records.insert_full(after, goal).0
                        });
                        out.push((place, to));
                    }
                }
            }
            if records.len() > MOST_RECORDS {
                return None;
            }
            edges.push(out);
        }
        let changes = writers
            .iter()
            .zip(&possible)
            .map(|(writer, possible)| {
                let transition = transition(model, &model.instances[*writer]);
                let stays = transition.class == TransitionClass::Event;
                Changing {
                    takes: transition.takes,
                    begins: begins(&edges, possible, stays),
                }
            })
            .collect();
        Some(Self {
            object,
            writers,
            records,
            edges,
            changes,
            known: RefCell::default(),
        })
    }

    /// How soon the goal can hold where the object has this record and some changes have begun; none where it never can.
    fn time_from(&self, start: usize, begun: Vec<usize>) -> Option<u64> {
        let key = (start, begun);
        if let Some(known) = self.known.borrow().get(&key) {
            return *known;
        }
        let time = self.search(start, &key.1);
        self.known.borrow_mut().insert(key, time);
        time
    }

    /// The earliest times of all records, until one is a goal. What a change needs is the earliest of several records, one of
    /// which is reached at the latest together with where it ends; so the first time that is found is not always the earliest,
    /// and times are lowered until none is.
    fn search(&self, start: usize, begun: &[usize]) -> Option<u64> {
        let mut times: Vec<Option<u64>> = vec![None; self.records.len()];
        times[start] = Some(0);
        let mut open = BTreeSet::from([(0, start)]);
        let mut again = true;
        while again {
            again = false;
            while let Some((time, from)) = open.pop_first() {
                if times[from] != Some(time) {
                    continue;
                }
                for &(place, to) in &self.edges[from] {
                    let change = &self.changes[place];
                    let begins = change.begins.get(&from).into_iter().flatten();
                    let first = begins.filter_map(|record| times[*record]).min();
                    let first = if begun.contains(&place) {
                        0
                    } else {
                        first.unwrap_or(0)
                    };
                    let end = time.max(first.saturating_add(change.takes));
                    if times[to].is_none_or(|known| end < known) {
                        times[to] = Some(end);
                        open.insert((end, to));
                        again = true;
                    }
                }
            }
            if again {
                let reached = times.iter().enumerate();
                open = reached
                    .filter_map(|(record, time)| time.map(|time| (time, record)))
                    .collect();
            }
        }
        let goals = self.records.values().zip(&times);
        goals
            .filter(|(is_goal, _)| **is_goal)
            .filter_map(|(_, time)| *time)
            .min()
    }
}

/// For each record at which a change may end those at which it may have begun: from which there is a way, where it has to stay
/// possible through such records only.
fn begins(
    edges: &[Vec<(usize, usize)>],
    possible: &[bool],
    stays: bool,
) -> HashMap<usize, Vec<usize>, Hasher> {
    let mut before: Vec<Vec<usize>> = vec![Vec::new(); edges.len()];
    for (from, out) in edges.iter().enumerate() {
        for (_, to) in out {
            if !stays || possible[from] {
                before[*to].push(from);
            }
        }
    }
    let ends = (0..edges.len()).filter(|record| possible[*record]);
    ends.map(|end| {
        let mut met = vec![false; edges.len()];
        let mut open = vec![end];
        while let Some(record) = open.pop() {
            if !std::mem::replace(&mut met[record], true) {
                open.extend(&before[record]);
            }
        }
        let found = (0..edges.len()).filter(|record| met[*record] && possible[*record]);
        (end, found.collect())
    })
    .collect()
}

fn transition<'m>(model: &'m Model, instance: &Instance) -> &'m Transition {
    &model.rules.transitions[instance.transition.index()]
}

/// Whether all guards may hold, where only this object is known.
fn may_be_possible(view: &View<'_>, record: &Record, instance: &Instance) -> bool {
    let rules = &view.model.rules;
    let mut variables = Variables::new(&instance.arguments);
    let own = transition(view.model, instance).guards.iter();
    let added = rules
        .policies
        .iter()
        .zip(&view.model.policies)
        .filter(|(_, on)| **on)
        .flat_map(|(policy, _)| &policy.clauses)
        .filter(|clause| clause.action == instance.transition)
        .flat_map(|clause| &clause.guards);
    own.chain(added)
        .all(|guard| view.holds(record, &mut variables, &guard.condition) != Some(false))
}

/// For each object the actions and fair events whose effects may touch it, in order: on the clock nothing else happens.
fn writers(model: &Model) -> Vec<Vec<usize>> {
    let mut writers: Vec<Vec<usize>> = vec![Vec::new(); model.objects.len()];
    for (place, instance) in model.instances.iter().enumerate() {
        let transition = transition(model, instance);
        if transition.class != TransitionClass::Action && !transition.fair {
            continue;
        }
        for (target, kind) in visit::targets(&transition.effects) {
            let certain = match target.kind {
                ExprKind::Variable(slot) => instance.arguments.get(slot.index()),
                _ => None,
            };
            let touched: Vec<usize> = match certain {
                Some(Value::Object(object)) => vec![object.index()],
                Some(_) => Vec::new(),
                None => model.objects_of(kind).map(ObjectId::index).collect(),
            };
            for object in touched {
                if writers[object].last() != Some(&place) {
                    writers[object].push(place);
                }
            }
        }
    }
    writers
}
