//! Cleverness about ground models: estimates, and in time packed states, compiled guards, reductions and the state store.

pub mod chains;
pub mod change;
pub mod compiled;
pub mod conditions;
pub mod conjuncts;
pub mod counted;
pub mod definedness;
pub mod estimate;
pub mod glance;
pub mod ground;
pub mod grounding;
pub mod hasher;
pub mod layout;
pub mod moves;
pub mod packed;
pub mod partial;
pub mod program;
pub mod projection;
pub mod question;
pub mod representatives;
pub mod slice;
pub mod store;
pub mod stubborn;
pub mod symmetry;
pub mod tables;
pub mod term;
#[cfg(test)]
mod testing;
pub mod transitions;
pub mod watch;
