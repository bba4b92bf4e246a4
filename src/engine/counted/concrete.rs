//! States with real names, for traces: which object is which of the individuals of a counted state, and the ground transition
//! that a counted one stands for. Knows no property.

use crate::engine::packed::{Edge, Marks};
use crate::language::rules::FieldType;
use crate::model::ground::Model;
use crate::model::value::{ObjectId, Value};

use super::Counted;
use super::code::{NOTHING, Range, Step};
use super::encode::order;
use super::machine::{Machine, Scratch};
use super::shape::Shape;
use super::view::{Group, Individual, NONE};

/// A state of the cluster in which every object has its own record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Concrete {
    /// For each object its record; 0 for those that lie in the header.
    records: Vec<u64>,
    /// For each object what it stands under.
    parents: Vec<Option<ObjectId>>,
    header: Vec<u64>,
}

impl Counted<'_> {
    /// The state that the cluster describes.
    pub(super) fn described(&self) -> Concrete {
        self.described_by(self.model)
    }

    /// The state that a cluster with the same objects describes.
    pub(super) fn described_by(&self, model: &Model) -> Concrete {
        let objects = (0u32..).map(ObjectId).take(self.model.objects.len());
        let in_forest = |object: &ObjectId| self.shape.class_of[object.index()].is_some();
        Concrete {
            records: objects
                .clone()
                .map(|o| {
                    if in_forest(&o) {
                        self.shape.first_record(model, o)
                    } else {
                        0
                    }
                })
                .collect(),
            parents: objects
                .map(|object| self.shape.first_parent(model, object))
                .collect(),
            header: self.shape.header.initial(model),
        }
    }

    /// Writes a state down in canonical form; says whether it fits.
    pub(super) fn encode(&self, scratch: &mut Scratch, at: &Concrete, words: &mut [u64]) -> bool {
        self.load_apart(scratch, at);
        let Scratch { view, encoder, .. } = scratch;
        for individual in 0..view.individuals.len() as u32 {
            view.change(individual);
        }
        encoder.encode(&self.shape, view, words)
    }

    /// Makes every object an individual, in the order of the cluster.
    fn load_apart(&self, scratch: &mut Scratch, at: &Concrete) {
        let view = &mut scratch.view;
        view.clear();
        scratch.once.fill(None);
        view.header.copy_from_slice(&at.header);
        view.header_before.copy_from_slice(&at.header);
        let forest = self.forest();
        for (place, object) in (0u32..).zip(forest.clone()) {
            view.named[object.index()] = place;
        }
        for (place, object) in (0u32..).zip(forest) {
            let class = self.shape.class_of[object.index()].unwrap_or(0);
            let kind = self.shape.classes[class as usize].kind;
            let parent = at.parents[object.index()].map_or(NONE, |p| view.named[p.index()]);
            let record = at.records[object.index()];
            // Groups of one that nothing is left of, and that are not passed over.
            view.groups.push(Group {
                record,
                class,
                count: 1,
                len: 1,
                parent: 0,
                split: 1,
                kind,
            });
            view.individuals.push(Individual {
                record,
                parent,
                group: place,
                origin: parent,
                kind,
                children: 0,
                changed: false,
                touched: false,
            });
        }
    }

    /// The objects of the forest in the order of the cluster.
    fn forest(&self) -> impl Iterator<Item = ObjectId> + Clone + '_ {
        let objects = (0u32..).map(ObjectId).zip(&self.shape.class_of);
        objects.filter_map(|(object, class)| class.map(|_| object))
    }

    pub(super) fn step_from<const W: usize>(
        &self,
        scratch: &mut Scratch,
        at: &Concrete,
        wanted: &mut dyn FnMut(&Edge<W>) -> bool,
    ) -> Option<(usize, Concrete)> {
        let mut words = [0; W];
        if !self.encode(scratch, at, &mut words) {
            return None;
        }
        let trees: Vec<Vec<Group>> = (0..scratch.view.individuals.len() as u32)
            .map(|individual| scratch.encoder.tree(individual).to_vec())
            .collect();
        self.load(scratch, &words);
        let names = Names::new(self, scratch, at, &trees);
        let mut best: Option<usize> = None;
        let mut marks = Marks::default();
        self.fire(scratch, &mut marks, &mut |step, machine, edge: Edge<W>| {
            if !wanted(&edge) {
                return;
            }
            let arguments = names.arguments(step, machine);
            let instance = self.model.instance(step.id, &arguments);
            best = [best, instance].into_iter().flatten().min();
        });
        let instance = best?;
        Some((instance, self.after(scratch, at, instance)?))
    }

    /// The state after a ground transition.
    fn after(&self, scratch: &mut Scratch, at: &Concrete, instance: usize) -> Option<Concrete> {
        let ground = &self.model.instances[instance];
        let step = &self.steps[ground.transition.index()];
        self.load_apart(scratch, at);
        let ranges = step.parameters.iter().zip(&ground.arguments);
        let arguments: Vec<i64> = ranges
            .map(|(range, value)| self.bound(scratch, *range, value))
            .collect();
        self.machine(scratch).take_with(step, &arguments).ok()?;
        let mut after = at.clone();
        after.header.copy_from_slice(&scratch.view.header);
        let objects: Vec<ObjectId> = self.forest().collect();
        for (object, individual) in objects.iter().zip(&scratch.view.individuals) {
            after.records[object.index()] = individual.record;
            after.parents[object.index()] = objects.get(individual.parent as usize).copied();
        }
        Some(after)
    }

    /// An argument as the rules see it where every object is an individual.
    fn bound(&self, scratch: &Scratch, range: Range, value: &Value) -> i64 {
        match (range, value) {
            (Range::Objects { kind, .. }, Value::Object(object)) => {
                let shape = self.shape.kind(kind);
                if shape.in_forest {
                    i64::from(scratch.view.named[object.index()])
                } else {
                    i64::from(object.0 - shape.first)
                }
            }
            (_, Value::Bool(truth)) => i64::from(*truth),
            (_, Value::Int(number)) => *number,
            (_, Value::Enum(_, place)) => i64::from(*place),
            (_, Value::Object(_) | Value::None | Value::Set(_)) => NOTHING,
        }
    }
}

/// Which objects are in which group.
struct Names<'n> {
    model: &'n Model,
    shape: &'n Shape,
    /// For each group its objects, in the order of the cluster.
    of_group: Vec<Vec<ObjectId>>,
    parents: &'n [Option<ObjectId>],
}

impl<'n> Names<'n> {
    /// `trees` has for each object of the forest its tree.
    fn new(
        counted: &'n Counted<'_>,
        scratch: &Scratch,
        at: &'n Concrete,
        trees: &[Vec<Group>],
    ) -> Self {
        let groups = &scratch.view.groups;
        let mut group_of: Vec<Option<u32>> = vec![None; at.parents.len()];
        let objects: Vec<ObjectId> = counted.forest().collect();
        let mut tree_of: Vec<&[Group]> = vec![&[]; at.parents.len()];
        for (object, tree) in objects.iter().zip(trees) {
            tree_of[object.index()] = tree;
        }
        let mut of_group = vec![Vec::new(); groups.len()];
        for object in &objects {
            // From the object up to the first that is named, and down again.
            let mut path = vec![*object];
            while let Some(last) = path.last()
                && group_of[last.index()].is_none()
                && let Some(parent) = at.parents[last.index()]
            {
                path.push(parent);
            }
            for next in path.iter().rev() {
                if group_of[next.index()].is_none() {
                    let parent = at.parents[next.index()];
                    let above = parent.map_or(Some(NONE), |p| group_of[p.index()]);
                    let tree = tree_of[next.index()];
                    group_of[next.index()] = above.and_then(|above| alike(groups, above, tree));
                }
            }
        }
        for object in objects {
            if let Some(group) = group_of[object.index()] {
                of_group[group as usize].push(object);
            }
        }
        Self {
            model: counted.model,
            shape: &counted.shape,
            of_group,
            parents: &at.parents,
        }
    }

    /// The least ground arguments that are alike those to which the variables of a step are bound.
    fn arguments(&self, step: &Step, machine: &Machine<'_>) -> Vec<Value> {
        let mut named = Vec::new();
        let types = &self.model.rules.transitions[step.id.index()].parameters;
        let values = step
            .parameters
            .iter()
            .zip(types)
            .zip(&machine.scratch.variables);
        values
            .map(|((range, declared), &value)| match *range {
                Range::Objects { .. } if value == NOTHING => Value::None,
                Range::Objects { kind, .. } => {
                    let shape = self.shape.kind(kind);
                    if shape.in_forest {
                        let individuals = &machine.scratch.view.individuals;
                        Value::Object(self.name(individuals, &mut named, value as u32))
                    } else {
                        Value::Object(ObjectId(shape.first + value as u32))
                    }
                }
                Range::Numbers(..) => number(declared.ty, value),
            })
            .collect()
    }

    /// The least object that an individual can be, given those that have a name already.
    fn name(
        &self,
        individuals: &[Individual],
        named: &mut Vec<(u32, ObjectId)>,
        individual: u32,
    ) -> ObjectId {
        let find = |named: &[(u32, ObjectId)], individual: u32| {
            let found = named.iter().find(|(i, _)| *i == individual);
            found.map(|(_, object)| *object)
        };
        if let Some(object) = find(named, individual) {
            return object;
        }
        let fits = |object: ObjectId| {
            let mut at = (individual, Some(object));
            while let (individual, Some(object)) = at {
                match find(named, individual) {
                    Some(name) => return name == object,
                    None if named.iter().any(|(_, name)| *name == object) => return false,
                    None => {}
                }
                let above = individuals[individual as usize].origin;
                if above == NONE {
                    return true;
                }
                at = (above, self.parents[object.index()]);
            }
            false
        };
        let candidates = &self.of_group[individuals[individual as usize].group as usize];
        let chosen = candidates.iter().copied().find(|object| fits(*object));
        let chosen = chosen.expect("a group has as many objects as individuals can be split off");
        let mut at = (individual, Some(chosen));
        while let (individual, Some(object)) = at
            && find(named, individual).is_none()
        {
            named.push((individual, object));
            let above = individuals[individual as usize].origin;
            if above == NONE {
                break;
            }
            at = (above, self.parents[object.index()]);
        }
        chosen
    }
}

/// The value of a parameter that is no reference.
fn number(ty: FieldType, value: i64) -> Value {
    match ty {
        FieldType::Bool => Value::Bool(value != 0),
        FieldType::Enum(id) => Value::Enum(id, u16::try_from(value).unwrap_or(u16::MAX)),
        _ => Value::Int(value),
    }
}

/// The group under `above` whose trees are like this one.
fn alike(groups: &[Group], above: u32, tree: &[Group]) -> Option<u32> {
    let mut at = if above == NONE { 0 } else { above + 1 };
    let end = if above == NONE {
        groups.len() as u32
    } else {
        above + groups[above as usize].len
    };
    while at < end {
        let group = &groups[at as usize..];
        if order(group, tree).is_eq() {
            return Some(at);
        }
        at += group[0].len;
    }
    None
}
