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
        let mut text = format!("{}\n  {}\n", model.name, wrapped(&model.doc, 2));
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
