//! Workflow annotations: lines that a runner of GitHub Actions (or of what understands its commands) shows at their places.

use crate::tasks::outcome::Verdict;

use super::listing::{Item, Level, Listing, Outcome};

/// One command a line, and one for the whole.
#[must_use]
pub fn github(listing: &Listing) -> String {
    let mut text = String::new();
    for item in &listing.items {
        let command = match item.outcome {
            Outcome::Failed(Level::Error) => "error",
            Outcome::Failed(Level::Warning) | Outcome::Open => "warning",
            Outcome::Failed(Level::Note) => "notice",
            Outcome::Passed | Outcome::Skipped => continue,
        };
        let properties = properties(item);
        let message = if item.detail.is_empty() {
            item.message.clone()
        } else {
            format!("{}\n{}", item.message, item.detail)
        };
        text.push_str(&format!("::{command} {properties}::{}\n", data(&message)));
    }
    let command = match listing.verdict {
        Verdict::Holds => "notice",
        Verdict::Violated => "error",
        Verdict::Inconclusive => "warning",
    };
    let title = property(&listing.title);
    text.push_str(&format!(
        "::{command} title={title}::{}\n",
        data(&listing.summary)
    ));
    text
}

fn properties(item: &Item) -> String {
    let mut all = Vec::new();
    if let Some(place) = &item.place {
        all.push(format!("file={}", property(&place.file)));
        all.push(format!("line={}", place.start.0));
        all.push(format!("endLine={}", place.end.0));
        // Columns are for places within one line.
        if place.start.0 == place.end.0 {
            all.push(format!("col={}", place.start.1));
            all.push(format!("endColumn={}", place.end.1));
        }
    }
    all.push(format!("title={}", property(&item.name)));
    all.join(",")
}

fn data(text: &str) -> String {
    text.trim_end()
        .replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
