//! What is asked, in terms of the searches: check, verify, plan, regress.

pub mod outcome;
