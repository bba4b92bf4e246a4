//! SARIF 2.1.0, the form in which code review shows what an analysis found at its line: what is not as it should be, with the
//! places in the rules.

use indexmap::IndexMap;
use serde_json::{Value, json};

use super::listing::{Item, Level, Listing, Outcome, Place};

/// The whole log.
#[must_use]
pub fn sarif(listing: &Listing) -> String {
    let told: Vec<&Item> = listing
        .items
        .iter()
        .filter(|item| !matches!(item.outcome, Outcome::Passed | Outcome::Skipped))
        .collect();
    let mut rules: IndexMap<&str, &str> = IndexMap::new();
    for item in &told {
        rules.entry(&item.sort).or_insert(item.sort_text);
    }
    let results: Vec<Value> = told
        .iter()
        .map(|item| result(item, rules.get_index_of(item.sort.as_str()).unwrap_or(0)))
        .collect();
    let rules: Vec<Value> = rules
        .iter()
        .map(|(id, text)| json!({ "id": id, "shortDescription": { "text": text } }))
        .collect();
    let open = told.iter().any(|item| item.outcome == Outcome::Open);
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "rollproof",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": rules,
            } },
            "columnKind": "unicodeCodePoints",
            "invocations": [{ "executionSuccessful": !open }],
            "results": results,
        }],
    });
    crate::report::json::text(&log)
}

fn result(item: &Item, rule: usize) -> Value {
    let level = match item.outcome {
        Outcome::Failed(Level::Error) => "error",
        Outcome::Failed(Level::Warning) | Outcome::Open => "warning",
        Outcome::Failed(Level::Note) => "note",
        Outcome::Passed | Outcome::Skipped => "none",
    };
    let detail = item.detail.trim_end();
    let message = if detail.is_empty() {
        format!("{} ({})", item.message, item.group)
    } else {
        format!("{} ({})\n{detail}", item.message, item.group)
    };
    let mut result = json!({
        "ruleId": item.sort,
        "ruleIndex": rule,
        "level": level,
        "message": { "text": message },
        "partialFingerprints": { "rollproof/v1": format!("{}/{}/{}", item.sort, item.group, item.name) },
    });
    if let Some(place) = &item.place {
        result["locations"] = json!([{ "physicalLocation": location(place) }]);
    }
    result
}

fn location(place: &Place) -> Value {
    json!({
        "artifactLocation": { "uri": uri(&place.file) },
        "region": {
            "startLine": place.start.0,
            "startColumn": place.start.1,
            "endLine": place.end.0,
            "endColumn": place.end.1,
        },
    })
}

/// A path as a relative reference; an absolute one as `file:`.
fn uri(path: &str) -> String {
    let slashed = path.replace('\\', "/");
    let relative = slashed.strip_prefix("./").unwrap_or(&slashed);
    let mut found = String::new();
    if relative.starts_with('/') {
        found.push_str("file://");
    } else if relative
        .split('/')
        .next()
        .is_some_and(|first| first.contains(':'))
    {
        found.push_str("file:///");
    }
    for byte in relative.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' | b':' => {
                found.push(char::from(byte));
            }
            byte => found.push_str(&format!("%{byte:02X}")),
        }
    }
    found
}
