//! The ground model: rules and one cluster together. Everything later rooms need, and nothing of how it was written.

use std::cmp::Ordering;
use std::ops::Range;
use std::sync::Arc;

use crate::language::rules::{GoalId, KindId, Rules, TransitionId};

use super::value::{ObjectId, Value};

/// Rules with the objects, parameters and policies of one cluster.
#[derive(Clone, Debug)]
pub struct Model {
    /// The rules.
    pub rules: Arc<Rules>,
    /// The objects: kinds in order of declaration, and within a kind in the order of the cluster.
    pub objects: Vec<Object>,
    /// For each kind the objects that are of it.
    pub of_kind: Vec<Range<u32>>,
    /// For each parameter of the rules its value.
    pub params: Vec<Value>,
    /// For each policy whether it is on.
    pub policies: Vec<bool>,
    /// How many faults may strike.
    pub faults: FaultBudget,
    /// The goal that is asked for.
    pub goal: Option<GoalId>,
    /// Ground transitions: in order of declaration, then of their arguments, the first argument changing slowest.
    /// Objects come in the order of the cluster, `none` after them, `false` before `true`.
    pub instances: Vec<Instance>,
    /// What is special about the cluster and the user should know before anything else.
    pub name: String,
}

/// An object with its first values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Object {
    /// Its name, unique in the cluster.
    pub name: String,
    /// Its kind.
    pub kind: KindId,
    /// For each field of the kind, fixed ones included, its first value.
    pub values: Vec<Value>,
}

/// How many faults may strike in a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FaultBudget {
    /// So many of any kind together.
    Total(u32),
    /// So many for each transition of the rules that is a fault (0 for all other transitions), in order of declaration.
    Each(Vec<u32>),
}

/// A ground transition: `move(EVS1, Node2)`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Instance {
    /// The action, event or fault.
    pub transition: TransitionId,
    /// A value for each parameter.
    pub arguments: Vec<Value>,
}

impl Model {
    /// The objects of a kind, in order.
    pub fn objects_of(&self, kind: KindId) -> impl Iterator<Item = ObjectId> + use<> {
        self.of_kind
            .get(kind.index())
            .cloned()
            .unwrap_or(0..0)
            .map(ObjectId)
    }

    /// The object of that name.
    #[must_use]
    pub fn object(&self, name: &str) -> Option<ObjectId> {
        let place = self.objects.iter().position(|o| o.name == name)?;
        u32::try_from(place).ok().map(ObjectId)
    }

    /// The ground transition with these arguments, by its place in [`Model::instances`].
    #[must_use]
    pub fn instance(&self, transition: TransitionId, arguments: &[Value]) -> Option<usize> {
        self.instances
            .binary_search_by(|i| {
                i.transition
                    .cmp(&transition)
                    .then_with(|| order_of_arguments(&i.arguments, arguments))
            })
            .ok()
    }
}

/// The order of instances: `none` after all objects, everything else by its place.
fn order_of_arguments(left: &[Value], right: &[Value]) -> Ordering {
    left.iter().map(rank).cmp(right.iter().map(rank))
}

fn rank(value: &Value) -> i64 {
    match value {
        Value::Bool(b) => i64::from(*b),
        Value::Int(i) => *i,
        Value::Enum(_, place) => i64::from(*place),
        Value::Object(id) => i64::from(id.0),
        Value::None | Value::Set(_) => i64::MAX,
    }
}
