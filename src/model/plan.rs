//! Plans: the operator's steps for one cluster, in sequence and in parallel lanes. Knows nothing of how they were written.

use std::sync::Arc;

use crate::language::rules::Expr;
use crate::language::source::{Source, Span};

/// A plan for one ground model.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Its name for reports: the path or library name it was read by.
    pub name: String,
    /// The steps of the outermost sequence.
    pub items: Vec<Item>,
    /// The text that the spans point into.
    pub source: Arc<Source>,
}

/// One element of a sequence.
#[derive(Clone, Debug)]
pub enum Item {
    /// An action with its arguments, by its place in [`super::ground::Model::instances`].
    Step {
        /// The ground action.
        instance: usize,
        /// Where it is written.
        span: Span,
    },
    /// `{ "await": "settled" }`: until no fair event is enabled.
    AwaitSettled {
        /// Where it is written.
        span: Span,
    },
    /// `{ "await": "Node3.power == up" }`
    Await {
        /// The condition; it has no variables, and names objects as [`crate::language::rules::ExprKind::Object`].
        condition: Expr,
        /// How many slots it uses (quantifiers inside it).
        slots: usize,
        /// The condition as it was written.
        text: String,
        /// Where it is written.
        span: Span,
    },
    /// `{ "after": "reboot(Node1)" }`: until that element of another lane is done.
    After {
        /// Its number: steps and waits count from 0 in the order of the file.
        element: usize,
        /// The step, or the label, as it was written.
        text: String,
        /// Where it is written.
        span: Span,
    },
    /// `{ "parallel": [ […], […] ] }`: lanes that go on independently; the sequence goes on when all are through.
    Parallel {
        /// Each lane is a sequence.
        lanes: Vec<Vec<Item>>,
        /// Where it is written.
        span: Span,
    },
}
