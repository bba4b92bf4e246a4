//! What to do when something struck: for each cell in which somebody is hurt the shortest valid ways to the goal, by what the
//! operator can see once things have settled.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::language::rules::FieldId;
use crate::model::plan::Item;
use crate::model::value::{ObjectId, Value};
use crate::search::budget::Budget;
use crate::search::store::{Hasher, StateId};
use crate::semantics::{Interpreter, State};

use super::super::program::Program;
use super::super::request::TaskError;
use super::super::standing::{Situation, model_at};
use super::super::target::Target;
use super::super::timeline::timeline;
use super::super::valid_from::valid_from;
use super::super::way::{Way, plan_of, way};
use super::aftermath::Aftermath;
use super::blame::Fates;
use super::findings::{Branch, BranchWay, Sight};

/// Ways that were looked for already.
pub(super) struct Ways<'w, 'a, 'm> {
    after: &'w Aftermath<'w, 'a, 'm>,
    target: Target,
    known: HashMap<State, Way, Hasher>,
}

/// States with one way for all of them.
struct Group {
    states: Vec<State>,
    way: Way,
}

impl<'w, 'a, 'm> Ways<'w, 'a, 'm> {
    pub(super) fn new(after: &'w Aftermath<'w, 'a, 'm>, target: Target) -> Self {
        Self {
            after,
            target,
            known: HashMap::default(),
        }
    }

    /// The ways from everything that events can end in, from some states; each covers the ends that it was verified from.
    pub(super) fn from(
        &mut self,
        states: &[StateId],
        fates: &Fates,
        budget: &mut dyn Budget,
    ) -> Result<Vec<Branch>, TaskError> {
        let ends = self.ends(states, fates);
        let mut groups: Vec<Group> = Vec::new();
        for end in ends {
            let found = self.way(&end, budget)?;
            let mut joined = false;
            for group in &mut groups {
                if self.serves(&group.way, &found, &end, budget) {
                    group.states.push(end.clone());
                    joined = true;
                    break;
                }
            }
            if !joined {
                groups.push(Group {
                    states: vec![end],
                    way: found,
                });
            }
        }
        let sights = self.sights(&groups);
        Ok(groups
            .into_iter()
            .zip(sights)
            .map(|(group, sight)| Branch {
                when: sight,
                ends: group.states.len(),
                way: self.told(&group),
            })
            .collect())
    }

    fn interpreter(&self) -> &'a Interpreter<'m> {
        self.after.system.interpreter
    }

    /// The states that fair runs of the events end in, or go round in.
    fn ends(&self, states: &[StateId], fates: &Fates) -> Vec<State> {
        let mut open = states.to_vec();
        let mut met: BTreeSet<StateId> = open.iter().copied().collect();
        let mut ends = BTreeSet::new();
        while let Some(id) = open.pop() {
            let is_end =
                self.after.facts[id.index()].settled || fates.stopped.restless.contains(&id);
            if let Some(state) = self.after.store.get(id).filter(|_| is_end) {
                ends.insert(state.cluster.clone());
            }
            for &to in self.after.events.successors(id) {
                if met.insert(StateId(to)) {
                    open.push(StateId(to));
                }
            }
        }
        ends.into_iter().collect()
    }

    fn way(&mut self, end: &State, budget: &mut dyn Budget) -> Result<Way, TaskError> {
        if let Some(known) = self.known.get(end) {
            return Ok(known.clone());
        }
        let found = way(self.interpreter(), end, &self.target, budget)?;
        self.known.insert(end.clone(), found.clone());
        Ok(found)
    }

    /// Whether a way serves a state as well as the one that was found for it.
    fn serves(&self, other: &Way, own: &Way, end: &State, budget: &mut dyn Budget) -> bool {
        match (other, own) {
            (Way::Found { items, cost }, Way::Found { cost: own_cost, .. }) => {
                let from = [Situation::taken_over(self.interpreter(), end.clone())];
                let plan = plan_of(items);
                cost == own_cost
                    && valid_from(self.interpreter(), &plan, &from, &self.target, budget)
                        == Ok(true)
            }
            (Way::None, Way::None) => true,
            (Way::Unknown(stop), Way::Unknown(other)) => stop == other,
            _ => false,
        }
    }

    /// For each group by which fields to tell its states from those of the others; nothing where there are no others.
    fn sights(&self, groups: &[Group]) -> Vec<Vec<Vec<Sight>>> {
        let all: Vec<&State> = groups.iter().flat_map(|group| &group.states).collect();
        let fields = self.differing(&all);
        groups
            .iter()
            .enumerate()
            .map(|(place, group)| {
                let others: Vec<&State> = groups
                    .iter()
                    .enumerate()
                    .filter(|(other, _)| *other != place)
                    .flat_map(|(_, group)| &group.states)
                    .collect();
                if others.is_empty() {
                    return Vec::new();
                }
                let chosen = self.telling(&fields, &group.states, &others);
                let mut sights: Vec<Vec<Sight>> = Vec::new();
                for state in &group.states {
                    let sight = chosen
                        .iter()
                        .map(|field| self.sight(state, *field))
                        .collect();
                    if !sights.contains(&sight) {
                        sights.push(sight);
                    }
                }
                sights
            })
            .collect()
    }

    /// The fields in which some of the states differ.
    fn differing(&self, states: &[&State]) -> Vec<(ObjectId, FieldId)> {
        let Some((first, rest)) = states.split_first() else {
            return Vec::new();
        };
        let mut found = BTreeSet::new();
        for state in rest {
            for change in self.interpreter().changes(first, state) {
                found.insert((change.object, change.field));
            }
        }
        found.into_iter().collect()
    }

    /// The fewest fields that tell some states from others: one, else two, else all that differ.
    fn telling(
        &self,
        fields: &[(ObjectId, FieldId)],
        own: &[State],
        others: &[&State],
    ) -> Vec<(ObjectId, FieldId)> {
        let values = |state: &State, chosen: &[(ObjectId, FieldId)]| -> Vec<Value> {
            let value = |(object, field): &(ObjectId, FieldId)| {
                self.interpreter().value(state, *object, *field)
            };
            chosen.iter().map(value).collect()
        };
        let tell = |chosen: &[(ObjectId, FieldId)]| {
            let seen: Vec<Vec<Value>> = own.iter().map(|state| values(state, chosen)).collect();
            !others
                .iter()
                .any(|state| seen.contains(&values(state, chosen)))
        };
        let one = fields.iter().map(|field| vec![*field]);
        let two = fields.iter().enumerate().flat_map(|(place, first)| {
            let rest = fields[place + 1..].iter();
            rest.map(move |second| vec![*first, *second])
        });
        let few = one.chain(two).find(|chosen| tell(chosen));
        few.unwrap_or_else(|| fields.to_vec())
    }

    fn sight(&self, state: &State, (object, field): (ObjectId, FieldId)) -> Sight {
        let interpreter = self.interpreter();
        let described = &interpreter.model().objects[object.index()];
        let fields = &interpreter.model().rules.kinds[described.kind.index()].fields;
        Sight {
            field: format!("{}.{}", described.name, fields[field.index()].name),
            value: interpreter.show(&interpreter.value(state, object, field)),
        }
    }

    fn told(&self, group: &Group) -> BranchWay {
        match &group.way {
            Way::Found { items, cost } => {
                let model = model_at(self.interpreter(), &group.states[0]);
                let here = Interpreter::new(&model);
                let plan = plan_of(items);
                BranchWay::Plan {
                    cost: *cost,
                    steps: items
                        .iter()
                        .map(|item| match item {
                            Item::Step { instance, .. } => Some(here.name(*instance)),
                            _ => None,
                        })
                        .collect(),
                    clock: timeline(&here, &Program::new(&plan)),
                }
            }
            Way::None => BranchWay::None,
            Way::Unknown(stop) => BranchWay::Unknown(*stop),
        }
    }
}

/// Branches by the same ways and sights, of several cells: told once.
pub(super) fn same(left: &[Branch], right: &[Branch]) -> bool {
    let told = |branches: &[Branch]| -> BTreeMap<String, Vec<Option<String>>> {
        branches
            .iter()
            .map(|branch| (format!("{:?}", branch.when), branch.way.steps().to_vec()))
            .collect()
    };
    told(left) == told(right)
}
