//! The exit status: what a script learns without reading anything. Documented in `docs/reports.md`.

use std::process::ExitCode;

use rollproof::language::diagnostic::{Diagnostic, Diagnostics};
use rollproof::tasks::outcome::Verdict;
use rollproof::tasks::request::TaskError;

/// How a run of the program ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// All that was asked holds.
    Holds = 0,
    /// Something is violated, or no plan exists.
    Violated = 1,
    /// The input or the usage is wrong, or the answer could not be written.
    Wrong = 2,
    /// A limit was reached before everything was established.
    Inconclusive = 3,
    /// A check of our own work failed.
    Internal = 4,
}

impl From<Verdict> for Status {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Holds => Self::Holds,
            Verdict::Violated => Self::Violated,
            Verdict::Inconclusive => Self::Inconclusive,
        }
    }
}

impl From<Status> for ExitCode {
    fn from(status: Status) -> Self {
        Self::from(status as u8)
    }
}

/// Why a command has no answer.
#[derive(Clone, Debug)]
pub enum Failure {
    /// The input or the usage is wrong.
    Input(Diagnostics),
    /// The answer could not be written, and why.
    Output(String),
    /// A check of our own work failed.
    Internal(String),
}

impl From<TaskError> for Failure {
    fn from(error: TaskError) -> Self {
        match error {
            TaskError::Input(diagnostics) => Self::Input(diagnostics),
            TaskError::Internal(message) => Self::Internal(message),
        }
    }
}

impl From<Diagnostic> for Failure {
    fn from(diagnostic: Diagnostic) -> Self {
        Self::Input(Diagnostics {
            list: vec![diagnostic],
        })
    }
}
