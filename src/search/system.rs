//! The narrow waist: what a search sees of a model.

use std::hash::Hash;
use std::ops::ControlFlow;

/// A transition system with one initial state. `expand` must be a function of the state alone, and must make its offers in
/// the same order every time: that order is the tie-break of every search.
pub trait System {
    /// A state; equal states are one state.
    type State: Clone + Eq + Hash;
    /// What a transition is called.
    type Label: Clone + PartialEq;
    /// Something to be noted about a state that is not a transition, such as a refusal.
    type Finding;

    /// The initial state.
    fn initial(&self) -> Self::State;

    /// Offers every transition and every finding of `state`, until an offer is answered by a break (a limit was reached, or
    /// what was looked for is found).
    fn expand(&self, state: &Self::State, offer: &mut dyn FnMut(Offer<Self>) -> ControlFlow<()>);
}

/// What [`System::expand`] offers.
pub enum Offer<S: System + ?Sized> {
    /// A transition to a state, which may be the state itself.
    Transition(S::Label, S::State),
    /// Something to be noted.
    Finding(S::Finding),
}
