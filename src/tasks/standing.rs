//! Who takes over a cluster in which something is broken already is not to blame for that: it may stay broken until it holds
//! once, and nothing else may break.

use crate::language::rules::{FieldId, InvariantId, TemporalId};
use crate::model::ground::Model;
use crate::model::value::{ObjectId, Value};
use crate::semantics::{Interpreter, State};

/// Ground invariants that have been false ever since somebody took over: which, and for which choice of parameters.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Standing(Vec<(InvariantId, Vec<Value>)>);

/// A state of the cluster, and what has been broken in it since somebody took over.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Situation {
    /// The cluster.
    pub state: State,
    /// What has been broken since then; nothing in a cluster that was taken over in order.
    pub standing: Standing,
}

impl Standing {
    /// Whether nothing is left of what was broken.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Situation {
    /// A cluster as it is taken over.
    #[must_use]
    pub fn taken_over(interpreter: &Interpreter<'_>, state: State) -> Self {
        let (standing, _) = broken(interpreter, &state);
        Self { state, standing }
    }

    /// A cluster in order; none where anything is broken in it.
    #[must_use]
    pub fn in_order(interpreter: &Interpreter<'_>, state: State) -> Option<Self> {
        let (standing, defined) = broken(interpreter, &state);
        (standing.is_empty() && defined).then_some(Self { state, standing })
    }

    /// What a transition to a state makes of it; none where that breaks anything more.
    #[must_use]
    pub fn after(&self, interpreter: &Interpreter<'_>, next: State) -> Option<Self> {
        let invariants = &interpreter.model().rules.invariants;
        let between = (0u16..).map(InvariantId).zip(invariants);
        let holds_between = between
            .filter(|(_, invariant)| invariant.transition)
            .all(|(id, _)| interpreter.judge_between(&self.state, &next, id).holds());
        if !holds_between {
            return None;
        }
        let (standing, defined) = broken(interpreter, &next);
        let known = |instance| self.standing.0.contains(instance);
        (defined && standing.0.iter().all(known)).then_some(Self {
            state: next,
            standing,
        })
    }
}

/// The model of a cluster that is taken over as it is: its first values are those of a state.
#[must_use]
pub fn model_at(interpreter: &Interpreter<'_>, state: &State) -> Model {
    let mut model = interpreter.model().clone();
    for (id, object) in (0u32..).map(ObjectId).zip(&mut model.objects) {
        for (field, value) in (0u16..).map(FieldId).zip(&mut object.values) {
            *value = interpreter.value(state, id, field);
        }
    }
    model
}

/// The ground invariants that are false in a state, and whether all invariants have a value in it.
fn broken(interpreter: &Interpreter<'_>, state: &State) -> (Standing, bool) {
    let mut found = Vec::new();
    let mut defined = true;
    let invariants = &interpreter.model().rules.invariants;
    for (id, invariant) in (0u16..).map(InvariantId).zip(invariants) {
        if invariant.transition {
            continue;
        }
        let judgement = interpreter.judge(state, id);
        defined &= judgement.undefined.is_none();
        if judgement.false_for.is_some() {
            let choices = interpreter.false_choices(state, id);
            found.extend(choices.into_iter().map(|choice| (id, choice)));
        }
    }
    // No plan is chosen by its promises, but nothing in them may be undefined.
    let promised = (0u16..)
        .map(TemporalId)
        .take(interpreter.model().rules.temporal.len());
    for id in promised {
        defined &= interpreter.undefined_operand(state, id).is_none();
    }
    (Standing(found), defined)
}
