//! Where a way leads.

use rollproof::language::rules::FieldType;
use rollproof::model::ground::Model;
use rollproof::model::value::{ObjectId, Value};

use super::evaluate::{Scope, State, Undefined};
use super::step::holds;

/// What must hold in the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// A goal of the rules, by its place.
    Goal(usize),
    /// Every service has its first values again, but for its references, and is not out.
    Aborted,
}

impl Target {
    /// The goal that is asked for.
    pub fn goal(model: &Model) -> Self {
        Self::Goal(model.goal.expect("the question has a goal").index())
    }

    /// What it is to have given up; none where the rules say neither that nor what a service is.
    pub fn aborted(model: &Model) -> Option<Self> {
        let named = model.rules.goals.iter().position(|g| g.name == "abort");
        let services = model.rules.outages.iter().any(|outage| {
            let mut objects = model.objects.iter();
            objects.any(|object| object.kind == outage.kind)
        });
        named
            .map(Self::Goal)
            .or_else(|| services.then_some(Self::Aborted))
    }

    /// Whether it is reached.
    pub fn holds(&self, model: &Model, state: &State) -> Result<bool, Undefined> {
        match self {
            Self::Goal(place) => holds(model, state, &model.rules.goals[*place].condition),
            Self::Aborted => {
                if !has_first_values(model, state) {
                    return Ok(false);
                }
                for (id, object) in (0..).map(ObjectId).zip(&model.objects) {
                    for outage in &model.rules.outages {
                        let scope = Scope::new(model, state, &[Value::Object(id)]);
                        if outage.kind == object.kind && scope.truth(&outage.condition)? {
                            return Ok(false);
                        }
                    }
                }
                Ok(true)
            }
        }
    }
}

fn has_first_values(model: &Model, state: &State) -> bool {
    model
        .objects
        .iter()
        .zip(&state.fields)
        .all(|(object, now)| {
            let is_service = model.rules.outages.iter().any(|o| o.kind == object.kind);
            let fields = &model.rules.kinds[object.kind.index()].fields;
            let mut values = fields.iter().zip(&object.values).zip(now);
            !is_service
                || values.all(|((field, first), now)| {
                    let refers = matches!(
                        field.ty,
                        FieldType::Object(_) | FieldType::Optional(_) | FieldType::Set(_)
                    );
                    field.fixed || refers || first == now
                })
        })
}
