//! What a search is asked to judge. What is not asked is not evaluated.

/// What is to be judged of states and transitions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// For each invariant of the rules, transition invariants included, whether it is judged.
    pub invariants: Vec<bool>,
    /// Whether the goal of the model is.
    pub goal: bool,
    /// Whether it matters that something is undefined.
    pub definedness: bool,
}
