//! What is asked, in terms of the searches: check, verify, plan, regress.

pub mod belief;
pub mod check;
pub mod cluster_system;
mod complete;
mod expectation;
pub mod judge;
pub mod mattering;
pub mod outcome;
pub mod plan;
pub mod plan_system;
pub mod program;
pub mod regress;
pub mod request;
pub mod timeline;
pub mod trace;
pub mod verify;
