//! Runs of a plan by the names of the cluster, found again along stored states that may have others: a state that stands for
//! its orbit has its objects at other places.

use std::ops::ControlFlow;

use crate::model::ground::{Instance, Model};
use crate::model::value::{ObjectId, Value};
use crate::search::store::StateId;
use crate::search::system::Offer;
use crate::semantics::State;

use super::plan_system::{PlanMove, PlanState};
use super::request::TaskError;
use super::verify::Verified;

/// Which object of the cluster stands at which place of a stored state; at first each at its own.
#[derive(Default)]
struct Names(Option<Vec<ObjectId>>);

impl Names {
    /// Objects change places once more.
    fn go_on(&mut self, places: Option<Vec<ObjectId>>) {
        self.0 = match (self.0.take(), places) {
            (Some(before), Some(places)) => {
                Some(before.iter().map(|place| places[place.index()]).collect())
            }
            (before, places) => before.or(places),
        };
    }

    /// A transition of the stored state by the names of the cluster. Steps of the plan keep theirs.
    fn real(&self, model: &Model, label: PlanMove) -> Option<PlanMove> {
        let (PlanMove::Event(instance), Some(places)) = (label, &self.0) else {
            return Some(label);
        };
        let Instance {
            transition,
            arguments,
        } = &model.instances[instance];
        let real = |value: &Value| match value {
            Value::Object(place) => {
                let object = (0u32..).zip(places).find(|(_, to)| *to == place);
                object.map(|(object, _)| Value::Object(ObjectId(object)))
            }
            other => Some(other.clone()),
        };
        let arguments: Option<Vec<Value>> = arguments.iter().map(real).collect();
        model
            .instance(*transition, &arguments?)
            .map(PlanMove::Event)
    }
}

impl Verified<'_, '_> {
    /// The transitions along a path of stored states, and the states with their real names that they lead through. The walk
    /// goes along the stored states, as the search did, and keeps which object stands for which.
    pub(super) fn realised(
        &self,
        path: &[StateId],
    ) -> Result<(Vec<PlanMove>, Vec<PlanState>), TaskError> {
        let lost = || TaskError::Internal("a trace is not connected".to_owned());
        let mut labels = Vec::with_capacity(path.len());
        let mut here = self.system.first();
        let mut names = Names::default();
        names.go_on(self.system.places(&here));
        let mut states = vec![here.clone()];
        for pair in path.windows(2) {
            let wanted = self.state(pair[1])?;
            let (label, to) = self
                .transition(self.state(pair[0])?, &|_, to| {
                    self.system.canonical(to.clone()) == *wanted
                })
                .ok_or_else(lost)?;
            let label = names
                .real(self.system.interpreter.model(), label)
                .ok_or_else(lost)?;
            let real = self.transition(&here, &|other, _| *other == label);
            here = real.ok_or_else(lost)?.1;
            names.go_on(self.system.places(&to));
            labels.push(label);
            states.push(here.clone());
        }
        Ok((labels, states))
    }

    /// The first transition out of a state that is wanted, by the names of that state.
    fn transition(
        &self,
        from: &PlanState,
        wanted: &dyn Fn(&PlanMove, &PlanState) -> bool,
    ) -> Option<(PlanMove, PlanState)> {
        let mut first = None;
        self.system.expand_by_name(from, &mut |found| match found {
            Offer::Transition(label, to) if wanted(&label, &to) => {
                first = Some((label, to));
                ControlFlow::Break(())
            }
            _ => ControlFlow::Continue(()),
        });
        first
    }

    /// The cluster at the end of a path, with real names.
    pub(super) fn end(&self, path: &[StateId]) -> Result<State, TaskError> {
        let (_, mut states) = self.realised(path)?;
        let last = states.pop();
        last.map(|state| state.cluster)
            .ok_or_else(|| TaskError::Internal("a trace has no state".to_owned()))
    }
}
