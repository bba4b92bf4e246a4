//! What is asked, in terms of the searches: check, verify, plan, regress.

pub mod belief;
pub mod check;
mod complete;
pub mod effort;
mod expectation;
pub mod explored;
pub mod exposure;
pub mod judge;
pub mod mattering;
pub mod outcome;
mod packing;
pub mod plan;
mod plan_symmetry;
pub mod plan_system;
pub mod position;
pub mod program;
mod real_names;
pub mod regress;
pub mod request;
pub mod standing;
pub mod target;
mod temporal;
pub mod timeline;
pub mod trace;
pub mod valid_from;
pub mod verify;
pub mod way;
