//! The program agrees with a second opinion on random rulebooks, and keeps its laws.

mod oracle;

#[path = "laws/answers.rs"]
mod answers;
#[path = "laws/best.rs"]
mod best;
#[path = "laws/cases.rs"]
mod cases;
#[path = "laws/check.rs"]
mod check;
#[path = "laws/contingency.rs"]
mod contingency;
#[path = "laws/difference.rs"]
mod difference;
#[path = "laws/exposure.rs"]
mod exposure;
#[path = "laws/exposure_by_hand.rs"]
mod exposure_by_hand;
#[path = "laws/exposure_small.rs"]
mod exposure_small;
#[path = "laws/flags.rs"]
mod flags;
#[path = "laws/hand.rs"]
mod hand;
#[path = "laws/lanes.rs"]
mod lanes;
#[path = "laws/limits.rs"]
mod limits;
#[path = "laws/passengers.rs"]
mod passengers;
#[path = "laws/plan.rs"]
mod plan;
#[path = "laws/promises.rs"]
mod promises;
#[path = "laws/reach.rs"]
mod reach;
#[path = "laws/resumed.rs"]
mod resumed;
#[path = "laws/sameness.rs"]
mod sameness;
#[path = "laws/temporal.rs"]
mod temporal;
#[path = "laws/verify.rs"]
mod verify;
