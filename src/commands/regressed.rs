//! What `regress` found, in every form that it can be told in.

use rollproof::report::ci::{self, Listing};
use rollproof::report::json::{self, Volatile};
use rollproof::report::paint::Paint;
use rollproof::report::{Loaded, mutation, suite, versions};
use rollproof::tasks::difference::findings::Compared;
use rollproof::tasks::outcome::{SuiteAnswer, Verdict};
use rollproof::tasks::regress::mutation::Score;

use super::arguments::Format;

/// What was found.
pub enum Regressed<'a> {
    /// How the cases of a suite came out.
    Suite(&'a SuiteAnswer),
    /// What differs between two versions of rules.
    Versions(&'a Compared),
    /// Which changes of the rules a suite notices.
    Score(&'a Score),
}

impl Regressed<'_> {
    /// The verdict of the whole.
    pub const fn verdict(&self) -> Verdict {
        match self {
            Self::Suite(found) => found.verdict,
            Self::Versions(found) => found.verdict,
            Self::Score(found) => found.verdict,
        }
    }

    /// The text in a format; for people all items or those that matter, in colours or not.
    pub fn text(
        &self,
        format: Format,
        loaded: Loaded<'_>,
        volatile: Volatile,
        (all, paint): (bool, Paint),
    ) -> String {
        match (format, self) {
            (Format::Human, Self::Suite(found)) => suite::render(found, all, paint),
            (Format::Human, Self::Versions(found)) => versions::render(found, paint),
            (Format::Human, Self::Score(found)) => mutation::render(found, all, paint),
            (Format::Json, Self::Suite(found)) => json::suite(found, loaded, volatile),
            (Format::Json, Self::Versions(found)) => json::versions(found, loaded, volatile),
            (Format::Json, Self::Score(found)) => json::mutation(found, loaded, volatile),
            (Format::Junit, _) => ci::junit(&self.listing()),
            (Format::Sarif, _) => ci::sarif(&self.listing()),
            (Format::Github, _) => ci::github(&self.listing()),
            (Format::Markdown, _) => ci::markdown(&self.listing()),
        }
    }

    fn listing(&self) -> Listing {
        match self {
            Self::Suite(found) => Listing::of_suite(found),
            Self::Versions(found) => Listing::of_versions(found),
            Self::Score(found) => Listing::of_score(found),
        }
    }
}
