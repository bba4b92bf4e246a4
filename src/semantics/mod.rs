//! To be written.

/// Stands in until the interpreter is here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// Variables and the objects they stand for.
    pub bindings: Vec<(String, String)>,
    /// The condition that is false, as written.
    pub conjunct: String,
    /// Paths in it, with the objects in place of the variables, and their values.
    pub values: Vec<(String, String)>,
}
