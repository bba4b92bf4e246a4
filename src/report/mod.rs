//! Answers and diagnostics for people and for programs. Puts into words what the tasks established; decides nothing.
//!
//! Everything is a function from data to text: no file, no terminal, no clock. Whoever calls says whether to colour.

use crate::language::diagnostic::Diagnostic;
use crate::model::loader::Input;

mod alternatives;
pub mod answer;
pub mod ci;
pub mod contingency;
pub mod diagnostics;
mod excerpt;
mod exposure;
mod front;
pub mod json;
mod lanes;
pub mod mutation;
mod observed;
pub mod paint;
pub mod plan_file;
pub mod progress;
mod promise;
pub mod reference;
mod remedies;
pub mod runbook;
pub mod suite;
mod summary;
#[cfg(test)]
mod testing;
mod trace;
mod verdict;
pub mod versions;
pub mod words;

/// What an answer rests on.
#[derive(Clone, Copy, Debug, Default)]
pub struct Loaded<'a> {
    /// What was read.
    pub inputs: &'a [Input],
    /// What was found on the way; no errors.
    pub warnings: &'a [Diagnostic],
}
