//! A ground model as a transition system: everything that the rules allow, in every order.

use std::ops::ControlFlow;

use crate::model::ground::Model;
use crate::search::system::{Offer, System};
use crate::semantics::{Fired, Interpreter, State, Undefined};

/// Everything that the rules of a ground model allow. Labels are ground transitions by their place in
/// [`Model::instances`], offered in that order.
pub struct ClusterSystem<'a, 'm> {
    /// The meaning.
    pub interpreter: &'a Interpreter<'m>,
}

impl<'m> ClusterSystem<'_, 'm> {
    /// The ground model.
    #[must_use]
    pub fn model(&self) -> &'m Model {
        self.interpreter.model()
    }
}

/// What is to be noted about a state.
#[derive(Clone, Debug)]
pub enum Finding {
    /// A guard of an action does not hold: the first in the order of judgement.
    Stopped {
        /// The ground action.
        instance: usize,
        /// The guard, by its place in [`Interpreter::guards`].
        guard: usize,
    },
    /// A guard or an effect is undefined.
    Undefined {
        /// The ground transition.
        instance: usize,
        /// Why.
        undefined: Undefined,
    },
}

impl System for ClusterSystem<'_, '_> {
    type State = State;
    type Label = usize;
    type Finding = Finding;

    fn initial(&self) -> State {
        self.interpreter.initial()
    }

    fn expand(&self, state: &State, offer: &mut dyn FnMut(Offer<Self>) -> ControlFlow<()>) {
        for instance in 0..self.model().instances.len() {
            let answer = match self.interpreter.fire(state, instance) {
                Fired::Successor(next) => offer(Offer::Transition(instance, next)),
                Fired::Blocked(guard) | Fired::Refused(guard) => {
                    offer(Offer::Finding(Finding::Stopped { instance, guard }))
                }
                Fired::Disabled(_) | Fired::NoFaultsLeft => continue,
                Fired::Undefined(undefined) => offer(Offer::Finding(Finding::Undefined {
                    instance,
                    undefined,
                })),
            };
            if answer.is_break() {
                return;
            }
        }
    }
}
