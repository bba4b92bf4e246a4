//! The text of a cluster file, one object to a line, as people write it.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde_json::{Map, Value};

/// Objects by name, with their fields.
pub type Objects = Vec<(String, Map<String, Value>)>;

/// What a cluster file holds.
#[derive(Clone, Debug, Default)]
pub struct ClusterFile {
    /// For people.
    pub description: String,
    /// The rules by name.
    pub rules: &'static str,
    /// The parameters.
    pub params: Map<String, Value>,
    /// For each kind its objects with their fields.
    pub objects: Vec<(&'static str, Objects)>,
}

impl ClusterFile {
    /// The whole file.
    pub fn text(&self) -> String {
        let mut text = String::from("{\n");
        let quoted = |text: &str| Value::from(text).to_string();
        // Writing to a text cannot fail.
        let _ = writeln!(text, "  \"description\": {},", quoted(&self.description));
        let _ = writeln!(text, "  \"rules\": {},", quoted(self.rules));
        if !self.params.is_empty() {
            let _ = writeln!(text, "  \"params\": {},", line(&self.params));
        }
        text.push_str("  \"objects\": {");
        for (place, (kind, objects)) in self.objects.iter().enumerate() {
            let _ = write!(text, "{}\n    {}: {{", comma(place), quoted(kind));
            for (place, (name, fields)) in objects.iter().enumerate() {
                let _ = write!(
                    text,
                    "{}\n      {}: {}",
                    comma(place),
                    quoted(name),
                    line(fields)
                );
            }
            text.push_str("\n    }");
        }
        text.push_str("\n  }\n}\n");
        text
    }
}

/// What a file says of where it comes from: `Imported from a, b and c.`
pub fn imported_from<'a>(files: impl IntoIterator<Item = &'a str>) -> String {
    let files: Vec<&str> = files
        .into_iter()
        .collect::<BTreeSet<&str>>()
        .into_iter()
        .collect();
    let listed = match files.split_last() {
        Some((last, [])) => (*last).to_owned(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
        None => String::new(),
    };
    format!("Imported from {listed}.")
}

const fn comma(place: usize) -> &'static str {
    if place == 0 { "" } else { "," }
}

fn line(fields: &Map<String, Value>) -> String {
    if fields.is_empty() {
        return "{}".to_owned();
    }
    let fields: Vec<String> = fields
        .iter()
        .map(|(name, value)| format!("{}: {value}", Value::from(name.as_str())))
        .collect();
    format!("{{ {} }}", fields.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_listed_in_order_and_once() {
        assert_eq!(imported_from(["b", "a", "b"]), "Imported from a and b.");
        assert_eq!(imported_from(["c", "b", "a"]), "Imported from a, b and c.");
        assert_eq!(imported_from(["-"]), "Imported from -.");
    }

    #[test]
    fn a_cluster_file_has_an_object_to_a_line() {
        let fields = |text| serde_json::from_str::<Map<String, Value>>(text).unwrap_or_default();
        let file = ClusterFile {
            description: "\"mine\"".to_owned(),
            rules: "r",
            params: fields(r#"{"n":3}"#),
            objects: vec![
                (
                    "a",
                    vec![
                        ("x".to_owned(), fields(r#"{"up":true,"n":null}"#)),
                        ("y".to_owned(), Map::new()),
                    ],
                ),
                ("b", vec![("z".to_owned(), Map::new())]),
            ],
        };
        let expected = "{\n  \"description\": \"\\\"mine\\\"\",\n  \"rules\": \"r\",\n  \"params\": { \"n\": 3 },\n  \"objects\": {\n    \"a\": {\n      \
            \"x\": { \"up\": true, \"n\": null },\n      \"y\": {}\n    },\n    \"b\": {\n      \"z\": {}\n    }\n  }\n}\n";
        assert_eq!(file.text(), expected);
    }
}
