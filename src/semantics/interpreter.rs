//! Transitions of a ground model: which are enabled in a state, why others are not, and what they change. Knows no
//! property, and not who asks.

use crate::language::rules::{
    Effect, FieldId, Guard, GuardKind, KindId, PolicyId, Transition, TransitionClass, TransitionId,
    Variable,
};
use crate::language::source::Span;
use crate::model::ground::{Instance, Model};
use crate::model::value::{ObjectId, Value};

use super::evaluate::{Moment, Scope, admit};
use super::state::{Layout, State};
use super::undefined::Undefined;

/// The meaning of one ground model.
#[derive(Debug)]
pub struct Interpreter<'m> {
    pub(super) model: &'m Model,
    pub(super) layout: Layout,
    /// For each transition its guards in the order of judgement.
    guards: Vec<Vec<GroundGuard<'m>>>,
    /// The ground transitions that are fair events.
    pub(super) fair: Vec<usize>,
}

/// A guard of a transition, its own or one that a policy adds. Parameters and arguments have the same slots in both.
#[derive(Clone, Copy, Debug)]
pub struct GroundGuard<'m> {
    /// The policy that adds it; none where it is the transition's own.
    pub policy: Option<PolicyId>,
    /// The guard.
    pub guard: &'m Guard,
    /// What the transition or the policy calls the arguments.
    pub parameters: &'m [Variable],
}

/// What a state says about a ground transition. Numbers are places in [`Interpreter::guards`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Assessment {
    /// All guards hold.
    Enabled,
    /// This await is the first that is false.
    Blocked(usize),
    /// All awaits hold, and this require is the first that does not.
    Refused(usize),
    /// This `when` is the first that is false, or the first guard of a failing action.
    Disabled(usize),
    /// A fault whose budget is spent; its guards are not looked at.
    NoFaultsLeft,
    /// A guard has no value, and those before it hold.
    Undefined(Undefined),
}

/// What comes of a ground transition in a state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fired {
    /// It is enabled and leads here.
    Successor(State),
    /// As in [`Assessment::Blocked`].
    Blocked(usize),
    /// As in [`Assessment::Refused`].
    Refused(usize),
    /// As in [`Assessment::Disabled`].
    Disabled(usize),
    /// As in [`Assessment::NoFaultsLeft`].
    NoFaultsLeft,
    /// A guard or an effect has no value.
    Undefined(Undefined),
}

/// A field that differs between two states.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The object.
    pub object: ObjectId,
    /// The field of its kind.
    pub field: FieldId,
    /// The value in the state before.
    pub from: Value,
    /// The value in the state after.
    pub to: Value,
}

impl<'m> Interpreter<'m> {
    /// The interpreter of a ground model.
    #[must_use]
    pub fn new(model: &'m Model) -> Self {
        let transitions = (0u16..).map(TransitionId).zip(&model.rules.transitions);
        let guards = transitions
            .map(|(id, t)| ground_guards(model, id, t))
            .collect();
        let is_fair = |instance: &Instance| {
            let transition = &model.rules.transitions[instance.transition.index()];
            transition.fair && transition.class == TransitionClass::Event
        };
        let fair = (0..model.instances.len())
            .filter(|&i| is_fair(&model.instances[i]))
            .collect();
        Self {
            model,
            layout: Layout::new(model),
            guards,
            fair,
        }
    }

    /// The model that it gives meaning to.
    #[must_use]
    pub const fn model(&self) -> &'m Model {
        self.model
    }

    /// The state that the cluster describes.
    #[must_use]
    pub fn initial(&self) -> State {
        self.layout.initial(self.model)
    }

    /// The value of a field; fixed ones are the same in all states.
    #[must_use]
    pub fn value(&self, state: &State, object: ObjectId, field: FieldId) -> Value {
        let kind = self.model.objects[object.index()].kind;
        self.moment(state, None).field(object, kind, field)
    }

    /// The state with one field changed, for tests. A field that is fixed or of another type stays as it is.
    #[must_use]
    pub fn with_value(
        &self,
        state: &State,
        object: ObjectId,
        field: FieldId,
        value: &Value,
    ) -> State {
        let kind = self.model.objects[object.index()].kind;
        let mut changed = state.clone();
        let fits = self.layout.write(&mut changed, object, kind, field, value);
        debug_assert!(fits, "the field can have the value");
        changed
    }

    /// The faults left: one number for a total budget, else one for each transition of the rules.
    #[must_use]
    pub fn faults_left(&self, state: &State) -> Vec<u32> {
        self.layout.faults_left(state)
    }

    /// The guards of a transition in the order of judgement: awaits, then requires, in both first its own in source
    /// order, then those of the policies that are on in order of declaration. Events and faults have their `when`s.
    #[must_use]
    pub fn guards(&self, transition: TransitionId) -> &[GroundGuard<'m>] {
        &self.guards[transition.index()]
    }

    /// Judges the guards of a ground transition in order; the first that does not hold decides.
    #[must_use]
    pub fn assess(&self, state: &State, instance: usize) -> Assessment {
        let transition = self.model.instances[instance].transition;
        let fault = self.transition(instance).class == TransitionClass::Fault;
        if fault && self.layout.budget(state, transition) == 0 {
            return Assessment::NoFaultsLeft;
        }
        self.assess_guards(state, instance)
    }

    fn assess_guards(&self, state: &State, instance: usize) -> Assessment {
        let Instance {
            transition,
            arguments,
        } = &self.model.instances[instance];
        let fault = self.transition(instance).class == TransitionClass::Fault;
        let moment = self.moment(state, None);
        let scope = Scope::Arguments(arguments);
        for (place, GroundGuard { guard, .. }) in self.guards(*transition).iter().enumerate() {
            match moment.holds(&guard.condition, &scope) {
                Ok(true) => {}
                Ok(false) => {
                    return match guard.kind {
                        // Nobody waits for a fault, and nobody refuses it.
                        _ if fault => Assessment::Disabled(place),
                        GuardKind::Await => Assessment::Blocked(place),
                        GuardKind::Require(_) => Assessment::Refused(place),
                        GuardKind::When => Assessment::Disabled(place),
                    };
                }
                Err(undefined) => return Assessment::Undefined(undefined),
            }
        }
        Assessment::Enabled
    }

    /// The state after a ground transition, whether or not its guards hold. A fault spends its budget.
    ///
    /// # Errors
    /// Where an effect has no value, or one that its field cannot take.
    pub fn apply(&self, state: &State, instance: usize) -> Result<State, Undefined> {
        let arguments = &self.model.instances[instance].arguments;
        let transition = self.transition(instance);
        let mut next = state.clone();
        self.run(&mut next, &transition.effects, &Scope::Arguments(arguments))?;
        if transition.class == TransitionClass::Fault {
            self.layout
                .spend(&mut next, self.model.instances[instance].transition);
        }
        Ok(next)
    }

    /// Judges a ground transition, and applies it where it is enabled.
    #[must_use]
    pub fn fire(&self, state: &State, instance: usize) -> Fired {
        self.outcome(state, instance, self.assess(state, instance))
    }

    /// The same for a fault whose budget is looked after elsewhere: where its guards hold it strikes.
    #[must_use]
    pub fn strike(&self, state: &State, fault: usize) -> Fired {
        self.outcome(state, fault, self.assess_guards(state, fault))
    }

    fn outcome(&self, state: &State, instance: usize, assessment: Assessment) -> Fired {
        match assessment {
            Assessment::Enabled => match self.apply(state, instance) {
                Ok(next) => Fired::Successor(next),
                Err(undefined) => Fired::Undefined(undefined),
            },
            Assessment::Blocked(guard) => Fired::Blocked(guard),
            Assessment::Refused(guard) => Fired::Refused(guard),
            Assessment::Disabled(guard) => Fired::Disabled(guard),
            Assessment::NoFaultsLeft => Fired::NoFaultsLeft,
            Assessment::Undefined(undefined) => Fired::Undefined(undefined),
        }
    }

    /// The fields that differ between two states, in the order of the cluster and of declaration.
    #[must_use]
    pub fn changes(&self, before: &State, after: &State) -> Vec<Change> {
        let mut changes = Vec::new();
        for (object, described) in (0u32..).map(ObjectId).zip(&self.model.objects) {
            let fields = &self.model.rules.kinds[described.kind.index()].fields;
            for (field, _) in (0u16..).map(FieldId).zip(fields) {
                let from = self.value(before, object, field);
                let to = self.value(after, object, field);
                if from != to {
                    changes.push(Change {
                        object,
                        field,
                        from,
                        to,
                    });
                }
            }
        }
        changes
    }

    /// The action, event or fault that a ground transition is an instance of.
    pub(super) fn transition(&self, instance: usize) -> &'m Transition {
        let id = self.model.instances[instance].transition;
        &self.model.rules.transitions[id.index()]
    }

    pub(super) const fn moment<'a>(
        &'a self,
        now: &'a State,
        before: Option<&'a State>,
    ) -> Moment<'a> {
        Moment {
            model: self.model,
            layout: &self.layout,
            now,
            before,
        }
    }

    /// Effects from top to bottom; each sees those above it.
    fn run(
        &self,
        state: &mut State,
        effects: &[Effect],
        scope: &Scope<'_>,
    ) -> Result<(), Undefined> {
        for effect in effects {
            match effect {
                Effect::Assign {
                    object,
                    kind,
                    field,
                    value,
                    span,
                } => {
                    let moment = self.moment(state, None);
                    let object = moment.object(object, scope)?;
                    let value = moment.value(value, scope)?;
                    self.assign(state, (object, *kind, *field), value, *span)?;
                }
                Effect::If {
                    condition,
                    then,
                    otherwise,
                } => {
                    let holds = self.moment(state, None).holds(condition, scope)?;
                    self.run(state, if holds { then } else { otherwise }, scope)?;
                }
                Effect::For { binder, body } => {
                    // Chosen before the first pass: what the body changes does not change over what it runs.
                    for object in self.moment(state, None).members(binder, scope)? {
                        let value = Value::Object(object);
                        let inner = Scope::Bound {
                            slot: binder.slot,
                            value: &value,
                            outer: scope,
                        };
                        self.run(state, body, &inner)?;
                    }
                }
            }
        }
        Ok(())
    }

    /// Gives a field a value. Types agree, so that only an integer can be one that the field cannot take.
    fn assign(
        &self,
        state: &mut State,
        (object, kind, field): (ObjectId, KindId, FieldId),
        value: Value,
        span: Span,
    ) -> Result<(), Undefined> {
        let ty = self.model.rules.kinds[kind.index()].fields[field.index()].ty;
        let value = admit(value, ty, span)?;
        let fits = self.layout.write(state, object, kind, field, &value);
        debug_assert!(fits, "assignments agree with the types of their fields");
        Ok(())
    }
}

/// The guards of a transition in the order of judgement.
fn ground_guards<'m>(
    model: &'m Model,
    id: TransitionId,
    transition: &'m Transition,
) -> Vec<GroundGuard<'m>> {
    let own = transition.guards.iter().map(|guard| GroundGuard {
        policy: None,
        guard,
        parameters: &transition.parameters,
    });
    let policies = (0u16..).map(PolicyId).zip(&model.rules.policies);
    let added = policies
        .filter(|(policy, _)| model.policies.get(policy.index()) == Some(&true))
        .flat_map(|(id, policy)| policy.clauses.iter().map(move |clause| (id, clause)))
        .filter(|(_, clause)| clause.action == id)
        .flat_map(|(policy, clause)| {
            clause.guards.iter().map(move |guard| GroundGuard {
                policy: Some(policy),
                guard,
                parameters: &clause.arguments,
            })
        });
    let (requires, mut guards): (Vec<_>, Vec<_>) = own
        .chain(added)
        .partition(|g| matches!(g.guard.kind, GuardKind::Require(_)));
    guards.extend(requires);
    guards
}

#[cfg(test)]
mod tests;
