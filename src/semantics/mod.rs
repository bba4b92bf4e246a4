//! The reference interpreter: the meaning of a ground model, written to be read. Knows no engine and no search.
//!
//! A tree walk over the typed rules, with nothing cached and nothing clever. It replays every trace before anyone sees
//! it, and it is the oracle of the tests.

mod choices;
mod evaluate;
mod explain;
mod interpreter;
mod offender;
mod properties;
mod replay;
mod state;
#[cfg(test)]
mod testing;
mod text;
mod undefined;

pub use explain::{Explanation, Reading};
pub use interpreter::{Assessment, Change, Fired, GroundGuard, Interpreter};
pub use properties::Judgement;
pub use replay::{ReplayError, ReplayFailure};
pub use state::State;
pub use undefined::{Undefined, UndefinedReason};
