//! A second opinion on the meaning of rules: plain loops over plain maps, written from the design alone. It shares nothing
//! with the program but the parsed rules and the ground model, uses no reduction, and does not care how long it takes.

pub mod best;
pub mod check;
pub mod difference;
pub mod evaluate;
pub mod exposure;
pub mod fair;
pub mod plan;
pub mod position;
pub mod random;
pub mod replay;
pub mod schedules;
pub mod step;
pub mod target;
pub mod temporal;
pub mod verify;
pub mod way;
pub mod words;
