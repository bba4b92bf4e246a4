//! The narrow waist between the engine and the searches that run on it: transition systems whose states are words. Knows
//! neither rules nor searches.

/// The highest number of invariants that marks can carry.
pub const MOST_INVARIANTS: usize = 128;

/// A transition system on states of `W` words, reduced or not. A state stands for its orbit where symmetry is used.
pub trait Packed<const W: usize>: Sync {
    /// What one thread needs for its work.
    type Scratch: Send;
    /// A state of the cluster with its real names, for traces.
    type Concrete: Clone;

    /// Room for one thread.
    fn scratch(&self) -> Self::Scratch;

    /// The same for a thread that explores, and may note things on the way.
    fn observer(&self) -> Self::Scratch {
        self.scratch()
    }

    /// The state to begin with, in canonical form.
    fn initial(&self) -> [u64; W];

    /// Judges a state, and offers every transition out of it. A function of the state alone.
    fn expand(
        &self,
        scratch: &mut Self::Scratch,
        state: &[u64; W],
        offer: &mut impl FnMut(Edge<W>),
    ) -> Marks;

    /// Takes back what a thread noted on the way; called once for each thread that explored with an [`Packed::observer`].
    fn absorb(&self, _scratch: Self::Scratch) {}

    /// The state that the cluster describes.
    fn first(&self) -> Self::Concrete;

    /// The first ground transition, in the order of the model, that is `wanted` (it leads to the canonical form of a state),
    /// with the state it leads to.
    fn step(
        &self,
        scratch: &mut Self::Scratch,
        at: &Self::Concrete,
        wanted: &mut dyn FnMut(&Edge<W>) -> bool,
    ) -> Option<(usize, Self::Concrete)>;
}

/// A transition to a state in canonical form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Edge<const W: usize> {
    /// Where it leads.
    pub to: [u64; W],
    /// The transition invariants that it breaks, as bits in the order of declaration of all invariants.
    pub broken: u128,
    /// Whether a transition invariant is undefined on it.
    pub undefined: bool,
}

impl<const W: usize> Edge<W> {
    /// Whether it can be part of a run without a violation.
    #[must_use]
    pub const fn is_clean(&self) -> bool {
        self.broken == 0 && !self.undefined
    }
}

/// What is to be known about one state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Marks {
    /// The invariants that are false, as bits in the order of declaration of all invariants.
    pub broken: u128,
    /// Whether something undefined was evaluated: an invariant, the goal, a guard or an effect.
    pub undefined: bool,
    /// Whether the goal holds.
    pub goal: bool,
    /// Whether a successor did not fit `W` words; then it was not offered, and nothing may be concluded.
    pub overflow: bool,
}

impl Marks {
    /// Whether the state can be part of a run without a violation.
    #[must_use]
    pub const fn is_clean(&self) -> bool {
        self.broken == 0 && !self.undefined
    }
}
