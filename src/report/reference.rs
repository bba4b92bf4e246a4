//! What the program knows without being asked about a cluster: its models, its codes, and what a sound rules file has.

use serde::Serialize;

use crate::language::codes::Code;
use crate::language::rules::{Rules, TransitionClass};
use crate::model::library::LibraryModel;

use super::json;
use super::words::{count, visible, wrapped};

/// The built-in models with the names that the commands take.
#[must_use]
pub fn models(models: &[LibraryModel]) -> String {
    let mut sections = Vec::with_capacity(models.len());
    for model in models {
        let mut text = format!(
            "{}\n  {}\n",
            model.name,
            wrapped(&first_words(&model.doc), 2)
        );
        let suite: Vec<String> = model
            .suite
            .then(|| model.name.clone())
            .into_iter()
            .collect();
        for (title, names) in [
            ("check, plan", &model.clusters),
            ("verify", &model.plans),
            ("regress", &suite),
        ] {
            for (i, name) in names.iter().enumerate() {
                let title = if i == 0 { title } else { "" };
                text.push_str(&format!("  {title:11}  {name}\n"));
            }
        }
        sections.push(text);
    }
    sections.join("\n")
}

/// The lines of a doc up to the first that ends a sentence, or up to an empty one: what follows may be a table.
fn first_words(doc: &str) -> String {
    let mut words = String::new();
    for line in doc.trim_start().lines().map(str::trim) {
        if line.is_empty() {
            break;
        }
        words.push_str(line);
        words.push(' ');
        if line.ends_with('.') {
            break;
        }
    }
    words.trim_end().to_owned()
}

/// The same for programs.
#[must_use]
pub fn models_json(models: &[LibraryModel]) -> String {
    #[derive(Serialize)]
    struct Model<'a> {
        name: &'a str,
        doc: &'a str,
        clusters: &'a [String],
        plans: &'a [String],
        suite: bool,
    }
    let models: Vec<Model<'_>> = models
        .iter()
        .map(|model| Model {
            name: &model.name,
            doc: &model.doc,
            clusters: &model.clusters,
            plans: &model.plans,
            suite: model.suite,
        })
        .collect();
    json::list("models", "models", &models)
}

/// A schema as a file of its own.
#[must_use]
pub fn schema(schema: &serde_json::Value) -> String {
    format!("{schema:#}\n")
}

/// A code at length.
#[must_use]
pub fn explanation(code: Code) -> String {
    let explanation = match code.explanation().trim() {
        "" => String::new(),
        text => format!("\n{text}\n"),
    };
    format!("{}: {}\n{explanation}", code.text(), code.title())
}

/// The same for programs.
#[must_use]
pub fn explanation_json(code: Code) -> String {
    #[derive(Serialize)]
    struct Explained {
        code: &'static str,
        title: &'static str,
        explanation: &'static str,
    }
    let explained = Explained {
        code: code.text(),
        title: code.title(),
        explanation: code.explanation().trim(),
    };
    json::list("explain", "explanation", &explained)
}

/// What a rules file without errors has in it, in one line.
#[must_use]
pub fn sound_rules(rules: &Rules) -> String {
    let of = |class| {
        rules
            .transitions
            .iter()
            .filter(|t| t.class == class)
            .count()
    };
    let parts = [
        (rules.kinds.len(), "kind"),
        (of(TransitionClass::Action), "action"),
        (of(TransitionClass::Event), "event"),
        (of(TransitionClass::Fault), "fault"),
        (rules.policies.len(), "policy"),
        (rules.invariants.len(), "invariant"),
        (rules.temporal.len(), "temporal property"),
        (rules.goals.len(), "goal"),
    ];
    let counted: Vec<String> = parts
        .iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, noun)| count(*number as u64, noun))
        .collect();
    let name = visible(&rules.name);
    if counted.is_empty() {
        format!("no errors in the rules {name}")
    } else {
        format!("no errors in the rules {name}: {}", counted.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_doc_the_list_shows_the_first_sentence() {
        let doc = "Upgrades: from 1\nto 2.\nSources:\n  book  \"A. B\"\n";
        assert_eq!(first_words(doc), "Upgrades: from 1 to 2.");
        assert_eq!(first_words("No stop\n\nMore."), "No stop");
        assert_eq!(first_words(""), "");
        let model = LibraryModel {
            name: "m".to_owned(),
            doc: doc.to_owned(),
            clusters: Vec::new(),
            plans: Vec::new(),
            suite: false,
        };
        assert_eq!(
            models(std::slice::from_ref(&model)),
            "m\n  Upgrades: from 1 to 2.\n"
        );
        assert!(models_json(&[model]).contains("Sources:"));
    }
}
