//! Lower bounds on what is still to come: of steps, of their costs, and of the time that they take one after the other. Each is a
//! sum of what every object needs by itself ([`Projection`]), with another price of steps. Of downtime and exposure nothing is
//! known before.

use std::sync::Arc;

use crate::engine::projection::Projection;
use crate::language::rules::GoalId;
use crate::model::ground::Model;
use crate::search::budget::{Budget, Progress, Stop};
use crate::semantics::{Interpreter, State};

use super::super::target::Target;
use super::measure::Figures;

/// The tables.
pub(super) struct Estimate {
    cost: Projection,
    steps: Projection,
    takes: Projection,
}

impl Estimate {
    /// For the ways to a goal.
    ///
    /// # Errors
    /// The limit that was reached first.
    pub(super) fn new(model: &Model, goal: GoalId, budget: &mut dyn Budget) -> Result<Self, Stop> {
        let goal = Target::Goal(goal).necessary(model);
        let mut table = |model: &Model| {
            let mut stopped = None;
            let mut may_go_on = || {
                stopped = stopped.or_else(|| budget.spend(Progress::default()));
                stopped.is_none()
            };
            let found = Projection::new(model, &goal, &mut may_go_on);
            found.ok_or_else(|| stopped.unwrap_or(Stop::Interrupted))
        };
        Ok(Self {
            cost: table(model)?,
            steps: table(&priced(model, |_| 1))?,
            takes: table(&priced(model, |takes| {
                u32::try_from(takes).unwrap_or(u32::MAX)
            }))?,
        })
    }

    /// What is still to come at least from a state of the measured run; none where the goal cannot be reached.
    pub(super) fn from(&self, interpreter: &Interpreter<'_>, state: &State) -> Option<Figures> {
        let value = |object, field| interpreter.value(state, object, field);
        Some(Figures {
            cost: u64::from(self.cost.cost_to_goal(value)?),
            steps: self.steps.cost_to_goal(value)?,
            duration: u64::from(self.takes.cost_to_goal(value)?),
            ..Figures::default()
        })
    }
}

/// The model with other costs of actions, by what they take.
pub(super) fn priced(model: &Model, price: impl Fn(u64) -> u32) -> Model {
    let mut rules = (*model.rules).clone();
    for transition in &mut rules.transitions {
        transition.cost = price(transition.takes);
    }
    Model {
        rules: Arc::new(rules),
        ..model.clone()
    }
}
