//! Searches on any transition system: breadth-first, strongly connected components, best-first. Knows no cluster: its own
//! tests use puzzles.

pub mod backward;
pub mod best_first;
pub mod budget;
pub mod clean;
pub mod components;
pub mod explore;
pub mod fairness;
pub mod first_in_order;
pub mod graph;
pub mod label_setting;
pub mod levels;
pub mod liveness;
pub mod soonest_first;
pub mod store;
pub mod system;
pub mod tie_break;
