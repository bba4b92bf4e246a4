//! What `regress` found in the forms that other programs show: test reports, code review, workflow annotations, comments. They
//! all are made of one list of items, so that none of them can say something else than another.

mod github;
mod junit;
mod listing;
mod markdown;
mod sarif;

pub use github::github;
pub use junit::junit;
pub use listing::{Item, Level, Listing, Outcome, Place};
pub use markdown::markdown;
pub use sarif::sarif;
