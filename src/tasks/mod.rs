//! What is asked, in terms of the searches: check, verify, plan, regress.

pub mod check;
pub mod cluster_system;
pub mod judge;
pub mod mattering;
pub mod outcome;
pub mod program;
pub mod request;
pub mod trace;
