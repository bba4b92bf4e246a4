//! What a state, or a step, is judged by: conditions, invariants, operands of temporal properties, goals, outages, assumptions. Knows no search.

use crate::language::rules::{Expr, GoalId, InvariantId, TemporalId};
use crate::model::value::{ObjectId, Value};

use super::choices;
use super::evaluate::{Moment, Scope};
use super::interpreter::{Fired, Interpreter};
use super::state::State;
use super::undefined::Undefined;

/// What an invariant comes to. One choice of its parameters may make it false and another undefined; neither hides the other.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Judgement {
    /// The first choice for which it is false.
    pub false_for: Option<Vec<Value>>,
    /// Why it is undefined, for the first choice for which it is.
    pub undefined: Option<Undefined>,
}

impl Judgement {
    /// Whether it holds for every choice.
    #[must_use]
    pub const fn holds(&self) -> bool {
        self.false_for.is_none() && self.undefined.is_none()
    }
}

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

    /// Judges an invariant for every choice of its parameters, in the order of ground transitions.
    #[must_use]
    pub fn judge(&self, state: &State, invariant: InvariantId) -> Judgement {
        self.judge_all(&self.moment(state, None), invariant)
    }

    /// The same for a transition invariant, between a state and its successor.
    #[must_use]
    pub fn judge_between(
        &self,
        before: &State,
        after: &State,
        invariant: InvariantId,
    ) -> Judgement {
        self.judge_all(&self.moment(after, Some(before)), invariant)
    }

    /// Every choice of its parameters for which an invariant is false in a state, in the order of ground transitions.
    #[must_use]
    pub fn false_choices(&self, state: &State, invariant: InvariantId) -> Vec<Vec<Value>> {
        let invariant = &self.model.rules.invariants[invariant.index()];
        let parameters = &invariant.parameters;
        let mut found = Vec::new();
        let mut next = choices::first(self.model, parameters);
        while let Some(mut choice) = next {
            if self.holds(state, &invariant.condition, &choice) == Ok(false) {
                found.push(choice.clone());
            }
            next = choices::advance(self.model, parameters, &mut choice).then_some(choice);
        }
        found
    }

    fn judge_all(&self, moment: &Moment<'_>, invariant: InvariantId) -> Judgement {
        let invariant = &self.model.rules.invariants[invariant.index()];
        let parameters = &invariant.parameters;
        let mut judgement = Judgement::default();
        let mut next = choices::first(self.model, parameters);
        while let Some(mut choice) = next {
            match moment.holds(&invariant.condition, &Scope::Arguments(&choice)) {
                Ok(true) => {}
                Ok(false) if judgement.false_for.is_none() => {
                    judgement.false_for = Some(choice.clone());
                }
                Ok(false) => {}
                Err(why) => judgement.undefined = judgement.undefined.or(Some(why)),
            }
            next = choices::advance(self.model, parameters, &mut choice).then_some(choice);
        }
        judgement
    }

    /// Why an operand of a temporal property is undefined in a state, for the first choice of its parameters for which one is.
    #[must_use]
    pub fn undefined_operand(&self, state: &State, property: TemporalId) -> Option<Undefined> {
        let property = &self.model.rules.temporal[property.index()];
        let moment = self.moment(state, None);
        let mut next = choices::first(self.model, &property.parameters);
        while let Some(mut choice) = next {
            let scope = Scope::Arguments(&choice);
            for operand in property.promise.operands() {
                if let Err(why) = moment.holds(operand, &scope) {
                    return Some(why);
                }
            }
            next =
                choices::advance(self.model, &property.parameters, &mut choice).then_some(choice);
        }
        None
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

#[cfg(test)]
mod tests {
    use super::super::Assessment;
    use super::super::testing::{field, model, named, object};
    use super::super::undefined::UndefinedReason;
    use super::*;

    const RULES: &str = r#"
        rules properties
        kind node { up: bool = true; next: node? = none; stamp: 0..9 = 3 }
        kind rack { fixed wide: bool = true }
        event boot(n: node) fair { when not n.up; n.up = true }
        event odd(n: node) fair { when n.stamp == 9 and n.next.up; n.up = true }
        event fall(n: node) { when n.up; n.up = false }
        assume "at least two nodes" { count(node) >= 2 }
        assume "the first leads" { some n in node: n.next.up }
        invariant in_order(n: node, m: node) { n.stamp <= m.stamp }
        invariant follows(n: node) { n.next.up }
        transition invariant never_back(n: node) { n.stamp >= old(n.stamp); n.up or old(n.up) }
        goal running { all n in node: n.up }
        outage(n: node) { not n.up }
    "#;
    const CLUSTER: &str =
        r#"{ "rules": "test", "objects": { "node": { "A": {}, "B": {} }, "rack": { "R": {} } } }"#;

    #[test]
    fn the_first_choice_that_is_false_is_named() {
        let model = model(RULES, CLUSTER);
        let interpreter = Interpreter::new(&model);
        let (a, b) = (object(&model, "A"), object(&model, "B"));
        let initial = interpreter.initial();
        assert!(interpreter.judge(&initial, InvariantId(0)).holds());
        let state =
            interpreter.with_value(&initial, a, field(&model, "node", "stamp"), &Value::Int(2));
        let choice = vec![Value::Object(b), Value::Object(a)];
        let judgement = interpreter.judge(&state, InvariantId(0));
        assert_eq!(
            (judgement.false_for, judgement.undefined),
            (Some(choice), None)
        );
    }

    #[test]
    fn a_false_choice_and_an_undefined_one_are_both_told() {
        let model = model(RULES, CLUSTER);
        let interpreter = Interpreter::new(&model);
        let (a, b) = (object(&model, "A"), object(&model, "B"));
        let initial = interpreter.initial();
        let judgement = interpreter.judge(&initial, InvariantId(1));
        let undefined = judgement.undefined.unwrap();
        assert_eq!(undefined.reason, UndefinedReason::NoneDereferenced);
        assert_eq!(judgement.false_for, None);
        let state = interpreter.with_value(
            &initial,
            a,
            field(&model, "node", "up"),
            &Value::Bool(false),
        );
        let state =
            interpreter.with_value(&state, b, field(&model, "node", "next"), &Value::Object(a));
        let choice = vec![Value::Object(b)];
        let judgement = interpreter.judge(&state, InvariantId(1));
        assert_eq!(judgement.false_for, Some(choice));
        assert_eq!(
            judgement.undefined.unwrap().reason,
            UndefinedReason::NoneDereferenced
        );
    }

    #[test]
    fn old_is_the_state_before() {
        let model = model(RULES, CLUSTER);
        let interpreter = Interpreter::new(&model);
        let b = object(&model, "B");
        let before = interpreter.initial();
        let after =
            interpreter.with_value(&before, b, field(&model, "node", "stamp"), &Value::Int(2));
        let id = InvariantId(2);
        assert!(interpreter.judge_between(&after, &before, id).holds());
        let choice = Some(vec![Value::Object(b)]);
        assert_eq!(
            interpreter.judge_between(&before, &after, id).false_for,
            choice
        );
        let condition = &model.rules.invariants[2].condition;
        let bindings = [Value::Object(b)];
        assert_eq!(
            interpreter.holds_between(&before, &after, condition, &bindings),
            Ok(false)
        );
    }

    #[test]
    fn goals_and_outages_are_read_off_a_state() {
        let model = model(RULES, CLUSTER);
        let interpreter = Interpreter::new(&model);
        let (a, b, rack) = (
            object(&model, "A"),
            object(&model, "B"),
            object(&model, "R"),
        );
        let initial = interpreter.initial();
        let down = interpreter.with_value(
            &initial,
            a,
            field(&model, "node", "up"),
            &Value::Bool(false),
        );
        assert_eq!(interpreter.services(), [a, b]);
        assert_eq!(interpreter.goal(&initial, GoalId(0)), Ok(true));
        assert_eq!(interpreter.goal(&down, GoalId(0)), Ok(false));
        assert_eq!(
            [a, b, rack].map(|o| interpreter.outage(&down, o)),
            [Ok(true), Ok(false), Ok(false)]
        );
    }

    #[test]
    fn a_state_is_settled_where_no_fair_event_is_enabled() {
        let model = model(RULES, CLUSTER);
        let interpreter = Interpreter::new(&model);
        let a = object(&model, "A");
        let initial = interpreter.initial();
        assert_eq!(
            interpreter.assess(&initial, named(&interpreter, "fall(A)")),
            Assessment::Enabled
        );
        assert!(
            interpreter.settled(&initial),
            "an event that is not fair may never come"
        );
        let down = interpreter.with_value(
            &initial,
            a,
            field(&model, "node", "up"),
            &Value::Bool(false),
        );
        assert!(!interpreter.settled(&down));
        let odd =
            interpreter.with_value(&initial, a, field(&model, "node", "stamp"), &Value::Int(9));
        let event = named(&interpreter, "odd(A)");
        assert!(matches!(
            interpreter.assess(&odd, event),
            Assessment::Undefined(_)
        ));
        assert!(
            interpreter.settled(&odd),
            "an undefined event is not enabled"
        );
    }

    #[test]
    fn assumptions_are_judged_one_by_one() {
        let model = model(RULES, CLUSTER);
        let interpreter = Interpreter::new(&model);
        let judged = interpreter.assumptions(&interpreter.initial());
        assert_eq!(judged[0], (0, Ok(true)));
        assert!(matches!(judged[1], (1, Err(_))), "{judged:?}");
    }
}
