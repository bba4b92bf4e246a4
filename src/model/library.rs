//! The models that are compiled into the program. Knows their files, not what is in them.

use std::borrow::Cow;
use std::collections::BTreeMap;

use rust_embed::RustEmbed;

use crate::language::parse::parse_rules;
use crate::language::source::Source;

use super::lookup::FileKind;

#[derive(RustEmbed)]
#[folder = "models/"]
struct Files;

/// A set of models: `NAME/NAME.rules`, `NAME/clusters/`, `NAME/plans/` and `NAME/suite.json`.
#[derive(Clone, Debug, Default)]
pub struct Library {
    files: BTreeMap<String, Cow<'static, str>>,
}

/// What the library has for one product.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LibraryModel {
    /// Its name, which is that of its rules.
    pub name: String,
    /// The first paragraph of what the rules say about themselves.
    pub doc: String,
    /// Its clusters, by the names that commands take (`exchange-2003/two-node`).
    pub clusters: Vec<String>,
    /// Its plans, likewise.
    pub plans: Vec<String>,
    /// Whether it has a suite.
    pub suite: bool,
}

impl Library {
    /// The library of the program.
    #[must_use]
    pub fn built_in() -> Self {
        let files =
            Files::iter().filter(|path| path.ends_with(".rules") || path.ends_with(".json"));
        let texts = files.filter_map(|path| {
            let text = String::from_utf8(Files::get(&path)?.data.into_owned()).ok()?;
            Some((path.replace('\\', "/"), Cow::Owned(text)))
        });
        Self {
            files: texts.collect(),
        }
    }

    /// A library of these files, each with its path and text.
    pub fn of(files: impl IntoIterator<Item = (&'static str, &'static str)>) -> Self {
        let files = files.into_iter();
        Self {
            files: files
                .map(|(path, text)| (path.to_owned(), Cow::Borrowed(text)))
                .collect(),
        }
    }

    /// The text of a file, by its path in the library.
    #[must_use]
    pub fn text(&self, path: &str) -> Option<&str> {
        self.files.get(path).map(AsRef::as_ref)
    }

    /// The files of a model in order of their paths, which are seen from its folder.
    pub fn files_of<'a>(&'a self, model: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.files.iter().filter_map(move |(path, text)| {
            let own = path.strip_prefix(model)?.strip_prefix('/')?;
            Some((own, text.as_ref()))
        })
    }

    /// The names of everything of a kind, as commands take them.
    #[must_use]
    pub fn names(&self, kind: FileKind) -> Vec<String> {
        self.files
            .keys()
            .filter_map(|path| name_of(kind, path))
            .collect()
    }

    /// The models in order of their names.
    #[must_use]
    pub fn models(&self) -> Vec<LibraryModel> {
        let of = |kind, model: &str| {
            let within = format!("{model}/");
            let names = self.names(kind).into_iter();
            names
                .filter(|name| name.starts_with(&within))
                .collect::<Vec<_>>()
        };
        let models = self.names(FileKind::Rules).into_iter();
        models
            .map(|name| LibraryModel {
                doc: self
                    .text(&path_of(FileKind::Rules, &name).unwrap_or_default())
                    .map_or_else(String::new, first_paragraph),
                clusters: of(FileKind::Cluster, &name),
                plans: of(FileKind::Plan, &name),
                suite: self.text(&format!("{name}/suite.json")).is_some(),
                name,
            })
            .collect()
    }
}

/// The path of what a name stands for; none where a name of that form cannot be of the kind.
pub(super) fn path_of(kind: FileKind, name: &str) -> Option<String> {
    match (kind, name.split_once('/')) {
        (FileKind::Rules, None) => Some(format!("{name}/{name}.rules")),
        (FileKind::Suite, None) => Some(format!("{name}/suite.json")),
        (FileKind::Cluster, Some((model, own))) => Some(format!("{model}/clusters/{own}.json")),
        (FileKind::Plan, Some((model, own))) => Some(format!("{model}/plans/{own}.json")),
        _ => None,
    }
}

/// The name by which commands take a file of the kind.
pub(super) fn name_of(kind: FileKind, path: &str) -> Option<String> {
    let (model, rest) = path.split_once('/')?;
    let own = |folder: &str| {
        let own = rest.strip_prefix(folder)?.strip_suffix(".json")?;
        Some(format!("{model}/{own}"))
    };
    match kind {
        FileKind::Rules => (rest.strip_suffix(".rules") == Some(model)).then(|| model.to_owned()),
        FileKind::Suite => (rest == "suite.json").then(|| model.to_owned()),
        FileKind::Cluster => own("clusters/"),
        FileKind::Plan => own("plans/"),
        FileKind::Output => None,
    }
}

/// The first paragraph of what rules say about themselves, in its lines.
fn first_paragraph(rules: &str) -> String {
    let (file, _) = parse_rules(&Source::new("", rules));
    let lines = file
        .doc
        .lines()
        .map(str::trim)
        .take_while(|line| !line.is_empty());
    lines.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_paths_are_each_others_inverse() {
        for (kind, name) in [
            (FileKind::Rules, "m"),
            (FileKind::Cluster, "m/two-node"),
            (FileKind::Plan, "m/two-node"),
            (FileKind::Suite, "m"),
        ] {
            assert_eq!(
                name_of(kind, &path_of(kind, name).unwrap()).as_deref(),
                Some(name)
            );
        }
        assert_eq!(path_of(FileKind::Cluster, "m"), None);
        assert_eq!(name_of(FileKind::Rules, "m/other.rules"), None);
    }

    #[test]
    fn models_are_listed_with_the_doc_of_their_rules() {
        let library = Library::of([
            (
                "m/m.rules",
                "rules m\n\n/// About\n/// it.\n\n/// Not this.\nenum A { b }\n",
            ),
            ("m/clusters/a.json", "{}"),
            ("m/plans/b.json", "{}"),
            ("m/suite.json", "{}"),
            ("mm/mm.rules", "rules mm\n"),
        ]);
        let models = library.models();
        assert_eq!(models.len(), 2);
        assert_eq!(models[0].doc, "About\nit.");
        assert_eq!(
            (&models[0].clusters, &models[0].plans),
            (&vec!["m/a".to_owned()], &vec!["m/b".to_owned()])
        );
        assert!(models[0].suite && !models[1].suite);
    }
}
