//! Test reports as `JUnit` writes them and every CI system reads them: a suite for each group, a test case for each item.

use indexmap::IndexMap;

use super::listing::{Item, Listing, Outcome};

/// The whole document. Times are not in it: two runs write the same.
#[must_use]
pub fn junit(listing: &Listing) -> String {
    let mut groups: IndexMap<&str, Vec<&Item>> = IndexMap::new();
    for item in &listing.items {
        groups.entry(&item.group).or_default().push(item);
    }
    let all: Vec<&Item> = listing.items.iter().collect();
    let mut text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned();
    text.push_str(&format!(
        "<testsuites name=\"{}\" {}>\n",
        escaped(&listing.title),
        counts(&all)
    ));
    for (group, items) in &groups {
        text.push_str(&format!(
            "  <testsuite name=\"{}\" {}>\n",
            escaped(group),
            counts(items)
        ));
        for item in items {
            text.push_str(&case(item));
        }
        text.push_str("  </testsuite>\n");
    }
    text.push_str("</testsuites>\n");
    text
}

/// What is not known is an error: nobody may take it for a success.
fn counts(items: &[&Item]) -> String {
    let count = |wanted: fn(&Outcome) -> bool| items.iter().filter(|i| wanted(&i.outcome)).count();
    format!(
        "tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\"",
        items.len(),
        count(|outcome| matches!(outcome, Outcome::Failed(_))),
        count(|outcome| matches!(outcome, Outcome::Open)),
        count(|outcome| matches!(outcome, Outcome::Skipped)),
    )
}

fn case(item: &Item) -> String {
    let place = item.place.as_ref().map_or_else(String::new, |place| {
        format!(
            " file=\"{}\" line=\"{}\"",
            escaped(&place.file),
            place.start.0
        )
    });
    let head = format!(
        "    <testcase classname=\"{}\" name=\"{}\"{place}",
        escaped(&item.group),
        escaped(&item.name)
    );
    let element = match item.outcome {
        Outcome::Passed => return format!("{head}/>\n"),
        Outcome::Failed(_) => "failure",
        Outcome::Open => "error",
        Outcome::Skipped => {
            let message = escaped(&item.message);
            return format!("{head}>\n      <skipped message=\"{message}\"/>\n    </testcase>\n");
        }
    };
    let at = item.place.as_ref().map_or_else(String::new, |place| {
        format!("{}:{}:{}\n", place.file, place.start.0, place.start.1)
    });
    format!(
        "{head}>\n      <{element} message=\"{}\" type=\"{}\">{}</{element}>\n    </testcase>\n",
        escaped(&item.message),
        escaped(&item.sort),
        escaped(&format!("{at}{}", item.detail))
    )
}

/// A text in XML 1.0, inside an attribute or an element. Characters that no document may have are shown as a question mark.
fn escaped(text: &str) -> String {
    let mut found = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => found.push_str("&amp;"),
            '<' => found.push_str("&lt;"),
            '>' => found.push_str("&gt;"),
            '"' => found.push_str("&quot;"),
            '\n' => found.push_str("&#10;"),
            '\t' => found.push_str("&#9;"),
            '\u{0}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => found.push('?'),
            c => found.push(c),
        }
    }
    found
}
