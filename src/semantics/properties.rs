//! What a state, or a step, is judged by: conditions, invariants, goals, outages, assumptions. Knows no search.

use crate::language::rules::{Expr, GoalId, InvariantId};
use crate::model::value::{ObjectId, Value};

use super::choices;
use super::evaluate::{Moment, Scope};
use super::interpreter::{Fired, Interpreter};
use super::state::State;
use super::undefined::Undefined;

impl Interpreter<'_> {
    /// The value of an expression whose variables 0, 1, 2, … are bound to `bindings`.
    ///
    /// # Errors
    /// Where it is undefined.
    pub fn evaluate(
        &self,
        state: &State,
        expr: &Expr,
        bindings: &[Value],
    ) -> Result<Value, Undefined> {
        self.moment(state, None)
            .value(expr, &Scope::Arguments(bindings))
    }

    /// Whether a condition holds whose variables 0, 1, 2, … are bound to `bindings`.
    ///
    /// # Errors
    /// Where it is undefined.
    pub fn holds(&self, state: &State, expr: &Expr, bindings: &[Value]) -> Result<bool, Undefined> {
        self.moment(state, None)
            .holds(expr, &Scope::Arguments(bindings))
    }

    /// Whether a condition holds between a state and its successor: `old(..)` is evaluated in the former.
    ///
    /// # Errors
    /// Where it is undefined.
    pub fn holds_between(
        &self,
        before: &State,
        after: &State,
        expr: &Expr,
        bindings: &[Value],
    ) -> Result<bool, Undefined> {
        self.moment(after, Some(before))
            .holds(expr, &Scope::Arguments(bindings))
    }

    /// The first choice of parameters, in the order of ground transitions, for which an invariant is false.
    ///
    /// # Errors
    /// Where no choice makes it false and it is undefined for one: what the first such choice says.
    pub fn violations(
        &self,
        state: &State,
        invariant: InvariantId,
    ) -> Result<Option<Vec<Value>>, Undefined> {
        self.first_violation(&self.moment(state, None), invariant)
    }

    /// The same for a transition invariant, between a state and its successor.
    ///
    /// # Errors
    /// As [`Interpreter::violations`].
    pub fn violations_between(
        &self,
        before: &State,
        after: &State,
        invariant: InvariantId,
    ) -> Result<Option<Vec<Value>>, Undefined> {
        self.first_violation(&self.moment(after, Some(before)), invariant)
    }

    fn first_violation(
        &self,
        moment: &Moment<'_>,
        invariant: InvariantId,
    ) -> Result<Option<Vec<Value>>, Undefined> {
        let invariant = &self.model.rules.invariants[invariant.index()];
        let parameters = &invariant.parameters;
        let Some(mut choice) = choices::first(self.model, parameters) else {
            return Ok(None);
        };
        let mut undefined = None;
        loop {
            match moment.holds(&invariant.condition, &Scope::Arguments(&choice)) {
                Ok(true) => {}
                Ok(false) => return Ok(Some(choice)),
                Err(why) => undefined = undefined.or(Some(why)),
            }
            if !choices::advance(self.model, parameters, &mut choice) {
                return undefined.map_or(Ok(None), Err);
            }
        }
    }

    /// Whether a goal holds.
    ///
    /// # Errors
    /// Where it is undefined.
    pub fn goal(&self, state: &State, goal: GoalId) -> Result<bool, Undefined> {
        self.holds(state, &self.model.rules.goals[goal.index()].condition, &[])
    }

    /// The objects of which the rules say when they give no service, in the order of the cluster.
    #[must_use]
    pub fn services(&self) -> Vec<ObjectId> {
        (0u32..)
            .map(ObjectId)
            .zip(&self.model.objects)
            .filter(|(_, object)| self.model.rules.outage(object.kind).is_some())
            .map(|(id, _)| id)
            .collect()
    }

    /// Whether an object gives no service; an object of a kind without an outage always gives it.
    ///
    /// # Errors
    /// Where that is undefined.
    pub fn outage(&self, state: &State, object: ObjectId) -> Result<bool, Undefined> {
        let kind = self.model.objects[object.index()].kind;
        match self.model.rules.outage(kind) {
            Some(outage) => self.holds(state, &outage.condition, &[Value::Object(object)]),
            None => Ok(false),
        }
    }

    /// Whether no fair event is enabled; one that is undefined, in its guards or its effects, is not.
    #[must_use]
    pub fn settled(&self, state: &State) -> bool {
        !self
            .fair
            .iter()
            .any(|&event| matches!(self.fire(state, event), Fired::Successor(_)))
    }

    /// The services that a ground transition interrupts, with the seconds; those that are undefined are left out.
    #[must_use]
    pub fn interruptions(&self, state: &State, instance: usize) -> Vec<(ObjectId, u64)> {
        let ground = &self.model.instances[instance];
        let interrupts = &self.model.rules.transitions[ground.transition.index()].interrupts;
        interrupts
            .iter()
            .filter_map(|interrupt| {
                match self.evaluate(state, &interrupt.object, &ground.arguments) {
                    Ok(Value::Object(object)) => Some((object, interrupt.seconds)),
                    _ => None,
                }
            })
            .collect()
    }

    /// For each assumption of the rules whether it holds; they are meant for the initial state.
    #[must_use]
    pub fn assumptions(&self, state: &State) -> Vec<(usize, Result<bool, Undefined>)> {
        let assumptions = self.model.rules.assumptions.iter().enumerate();
        assumptions
            .map(|(i, a)| (i, self.holds(state, &a.condition, &[])))
            .collect()
    }
}
