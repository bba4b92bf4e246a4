//! Cleverness about ground models: estimates, and in time packed states, compiled guards, reductions and the state store.

pub mod layout;
pub mod packed;
pub mod partial;
pub mod projection;
pub mod store;
#[cfg(test)]
mod testing;
