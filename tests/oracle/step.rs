//! What becomes of an attempt at a ground transition, and what is false or undefined in a state and between two.

use std::collections::BTreeSet;

use rollproof::language::rules::{
    Effect, Expr, Guard, GuardKind, Invariant, Temporal, TransitionClass, TransitionId,
};
use rollproof::model::ground::{FaultBudget, Model};
use rollproof::model::value::Value;

use super::evaluate::{Scope, State, Undefined, choices, fitting};

/// What becomes of an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Attempt {
    /// An `await` or a `when` is false, or no fault is left.
    Blocked,
    /// A `require` is false.
    Refused,
    /// A guard or an effect has no value.
    Undefined,
    /// It happens, and this is the state after it.
    Taken(State),
}

/// The first state.
pub fn initial(model: &Model) -> State {
    State {
        fields: model.objects.iter().map(|o| o.values.clone()).collect(),
        faults: match &model.faults {
            FaultBudget::Total(n) => vec![*n],
            FaultBudget::Each(each) => each.clone(),
        },
    }
}

/// Tries the ground transition of that place.
pub fn attempt(model: &Model, state: &State, instance: usize) -> Attempt {
    let ground = &model.instances[instance];
    let transition = &model.rules.transitions[ground.transition.index()];
    let mut next = state.clone();
    if transition.class == TransitionClass::Fault {
        let left = match model.faults {
            FaultBudget::Total(_) => &mut next.faults[0],
            FaultBudget::Each(_) => &mut next.faults[ground.transition.index()],
        };
        if *left == 0 {
            return Attempt::Blocked;
        }
        *left -= 1;
    }
    let scope = Scope::new(model, state, &ground.arguments);
    for guard in guards(model, ground.transition) {
        match scope.truth(&guard.condition) {
            Ok(true) => {}
            // Only operators are refused.
            Ok(false) if transition.class == TransitionClass::Fault => return Attempt::Blocked,
            Ok(false) if matches!(guard.kind, GuardKind::Require(_)) => return Attempt::Refused,
            Ok(false) => return Attempt::Blocked,
            Err(Undefined) => return Attempt::Undefined,
        }
    }
    match run(model, &transition.effects, &mut next, &scope) {
        Ok(()) => Attempt::Taken(next),
        Err(Undefined) => Attempt::Undefined,
    }
}

/// All guards in the order in which they are asked: awaits, those of policies; requires, those of policies. An action fails
/// where it can be done.
pub fn guards(model: &Model, transition: TransitionId) -> Vec<&Guard> {
    let failing = model.rules.transitions[transition.index()].failure_of;
    let transition = failing.unwrap_or(transition);
    let own = &model.rules.transitions[transition.index()].guards;
    let mut all: Vec<&Guard> = own.iter().collect();
    for (policy, on) in model.rules.policies.iter().zip(&model.policies) {
        for clause in &policy.clauses {
            if *on && clause.action == transition {
                all.extend(&clause.guards);
            }
        }
    }
    let (requires, mut ordered): (Vec<&Guard>, Vec<&Guard>) = all
        .into_iter()
        .partition(|guard| matches!(guard.kind, GuardKind::Require(_)));
    ordered.extend(requires);
    ordered
}

fn run(
    model: &Model,
    effects: &[Effect],
    state: &mut State,
    outer: &Scope<'_>,
) -> Result<(), Undefined> {
    for effect in effects {
        let seen = state.clone();
        let scope = Scope {
            now: &seen,
            ..outer.clone()
        };
        match effect {
            Effect::Assign {
                object,
                kind,
                field,
                value,
                ..
            } => {
                let object = scope.object(object)?;
                let ty = model.rules.kinds[kind.index()].fields[field.index()].ty;
                let value = fitting(scope.value(value)?, ty)?;
                state.fields[object.index()][field.index()] = value;
            }
            Effect::If {
                condition,
                then,
                otherwise,
            } => {
                let branch = if scope.truth(condition)? {
                    then
                } else {
                    otherwise
                };
                run(model, branch, state, &scope)?;
            }
            Effect::For { binder, body } => {
                for id in scope.members(binder)? {
                    run(model, body, state, &scope.bind(binder, id))?;
                }
            }
        }
    }
    Ok(())
}

/// Whether the ground transition is a fair event.
pub fn is_fair(model: &Model, instance: usize) -> bool {
    model.rules.transitions[model.instances[instance].transition.index()].fair
}

/// Who makes the ground transition happen.
pub fn class(model: &Model, instance: usize) -> TransitionClass {
    model.rules.transitions[model.instances[instance].transition.index()].class
}

/// What is wrong in a state or between two.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wrong {
    /// The invariants that are false for some choice, by their places.
    pub invariants: Vec<usize>,
    /// Whether one has no value for some choice.
    pub undefined: bool,
}

impl Wrong {
    /// Whether anything is.
    pub fn any(&self) -> bool {
        self.undefined || !self.invariants.is_empty()
    }
}

/// What is wrong in a state.
pub fn wrong_in(model: &Model, state: &State) -> Wrong {
    judge(model, state, None)
}

/// What is wrong between a state and its successor.
pub fn wrong_between(model: &Model, before: &State, after: &State) -> Wrong {
    judge(model, after, Some(before))
}

fn judge(model: &Model, now: &State, before: Option<&State>) -> Wrong {
    let mut wrong = Wrong::default();
    for (place, invariant) in model.rules.invariants.iter().enumerate() {
        if invariant.transition != before.is_some() {
            continue;
        }
        let found = verdicts(model, invariant, now, before);
        if found.contains(&Ok(false)) {
            wrong.invariants.push(place);
        }
        wrong.undefined |= found.contains(&Err(Undefined));
    }
    if before.is_none() {
        wrong.undefined |= model
            .rules
            .temporal
            .iter()
            .any(|property| operand_without_value(model, property, now));
    }
    wrong
}

/// Whether some operand of a temporal property has no value, for some choice.
fn operand_without_value(model: &Model, property: &Temporal, now: &State) -> bool {
    choices(model, &property.parameters).iter().any(|choice| {
        let scope = Scope::new(model, now, choice);
        let mut operands = property.promise.operands().into_iter();
        operands.any(|operand| scope.truth(operand).is_err())
    })
}

/// What an invariant says for each choice of its parameters.
pub fn verdicts(
    model: &Model,
    invariant: &Invariant,
    now: &State,
    before: Option<&State>,
) -> Vec<Result<bool, Undefined>> {
    choices(model, &invariant.parameters)
        .iter()
        .map(|choice: &Vec<Value>| {
            let mut scope = Scope::new(model, now, choice);
            scope.before = before;
            scope.truth(&invariant.condition)
        })
        .collect()
}

/// The invariants that are false in a state, by their places, each with the place of a choice of its parameters.
pub fn false_choices(model: &Model, state: &State) -> BTreeSet<(usize, usize)> {
    let mut all = BTreeSet::new();
    for (place, invariant) in model.rules.invariants.iter().enumerate() {
        if !invariant.transition {
            let verdicts = verdicts(model, invariant, state, None);
            all.extend(
                (0..verdicts.len())
                    .filter(|choice| verdicts[*choice] == Ok(false))
                    .map(|choice| (place, choice)),
            );
        }
    }
    all
}

/// Whether the goal holds in a state. Every generated question has one.
pub fn goal(model: &Model, state: &State) -> Result<bool, Undefined> {
    let id = model.goal.expect("the question has a goal");
    holds(model, state, &model.rules.goals[id.index()].condition)
}

/// Whether a condition without variables holds in a state.
pub fn holds(model: &Model, state: &State, condition: &Expr) -> Result<bool, Undefined> {
    Scope::new(model, state, &[]).truth(condition)
}

/// Whether no fair event is possible.
pub fn settled(model: &Model, state: &State) -> bool {
    (0..model.instances.len())
        .all(|i| !is_fair(model, i) || !matches!(attempt(model, state, i), Attempt::Taken(_)))
}
