//! A comment for a merge request: the summary, a table of what is not as it should be, and the rest behind a fold.

use super::listing::{Item, Level, Listing, Outcome};

/// The whole comment.
#[must_use]
pub fn markdown(listing: &Listing) -> String {
    let told: Vec<&Item> = listing
        .items
        .iter()
        .filter(|item| !matches!(item.outcome, Outcome::Passed | Outcome::Skipped))
        .collect();
    let mut text = format!(
        "### {}\n\n{}\n",
        inline(&listing.title),
        inline(&listing.summary)
    );
    if told.is_empty() {
        return text;
    }
    text.push_str("\n| | what | on | why | where |\n| --- | --- | --- | --- | --- |\n");
    for item in &told {
        let place = item.place.as_ref().map_or_else(String::new, |place| {
            format!("`{}:{}`", code(&place.file), place.start.0)
        });
        text.push_str(&format!(
            "| {} | {} | {} | {} | {place} |\n",
            mark(item.outcome),
            inline(&item.name),
            inline(&item.group),
            inline(&item.message)
        ));
    }
    for item in told.iter().filter(|item| !item.detail.is_empty()) {
        let fence = fence(&item.detail);
        text.push_str(&format!(
            "\n<details><summary>{}</summary>\n\n{fence}\n{}\n{fence}\n\n</details>\n",
            inline(&item.name),
            item.detail.trim_end()
        ));
    }
    text
}

const fn mark(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Failed(Level::Error) => "❌",
        Outcome::Failed(Level::Warning) => "⚠️",
        Outcome::Failed(Level::Note) => "ℹ️",
        Outcome::Open => "❔",
        Outcome::Passed | Outcome::Skipped => "",
    }
}

/// A text of one line with nothing in it that Markdown or HTML would take for a sign.
fn inline(text: &str) -> String {
    let mut found = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => found.push_str("&lt;"),
            '>' => found.push_str("&gt;"),
            '&' => found.push_str("&amp;"),
            '\\' | '`' | '*' | '_' | '|' | '[' | ']' | '#' | '~' => {
                found.push('\\');
                found.push(c);
            }
            c if c.is_control() => found.push(' '),
            c => found.push(c),
        }
    }
    found
}

/// A text between two backticks in a table.
fn code(text: &str) -> String {
    text.replace(['`', '\n', '\r'], " ").replace('|', "\\|")
}

/// A fence that the text does not close.
fn fence(text: &str) -> String {
    let mut longest = 2;
    let mut here = 0;
    for c in text.chars() {
        here = if c == '`' { here + 1 } else { 0 };
        longest = longest.max(here);
    }
    "`".repeat(longest + 1)
}
