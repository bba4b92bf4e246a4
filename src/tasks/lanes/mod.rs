//! Several operators at once: the least order of a plan's steps that stays valid, and the soonest plan for so many lanes.

mod beliefs;
mod cluster;
mod moment;
pub mod order;
pub mod plan;
pub mod relax;
mod schedule;
pub mod written;
