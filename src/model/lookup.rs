//! Where a name leads: which file or library entry is meant by an argument, or by a name inside a file. Reads a
//! neighbouring file only to tell what kind it is.

use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::language::codes::Code;
use crate::language::diagnostic::Diagnostic;
use crate::language::suggest;

use super::files;
use super::library::{self, Library};

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// Rules.
    Rules,
    /// A cluster.
    Cluster,
    /// A plan.
    Plan,
    /// A suite.
    Suite,
    /// What a tool of a product printed.
    Output,
}

impl FileKind {
    /// The word for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Rules => "rules",
            Self::Cluster => "cluster",
            Self::Plan => "plan",
            Self::Suite => "suite",
            Self::Output => "output",
        }
    }

    /// Where a file of the kind may be, seen from the folder of the file that names it; beside it comes first.
    fn neighbours(self, name: &str) -> Vec<String> {
        match self {
            Self::Rules => vec![format!("{name}.rules"), format!("../{name}.rules")],
            Self::Cluster | Self::Plan => {
                let folder = if self == Self::Cluster {
                    "clusters"
                } else {
                    "plans"
                };
                vec![
                    format!("{name}.json"),
                    format!("{folder}/{name}.json"),
                    format!("../{folder}/{name}.json"),
                ]
            }
            Self::Suite | Self::Output => Vec::new(),
        }
    }

    /// Whether a text may be of the kind: JSON of another kind is not, and what cannot be read may be.
    fn fits(self, text: &str) -> bool {
        let Ok(keys) = serde_json::from_str::<TopLevel>(text) else {
            return true;
        };
        let found = [
            (Self::Cluster, keys.objects.is_some()),
            (Self::Plan, keys.steps.is_some()),
            (Self::Suite, keys.cases.is_some()),
        ];
        found.contains(&(self, true)) || !found.iter().any(|(_, present)| *present)
    }
}

/// The keys by which the kinds of JSON files are told apart.
#[derive(Deserialize)]
struct TopLevel {
    objects: Option<IgnoredAny>,
    steps: Option<IgnoredAny>,
    cases: Option<IgnoredAny>,
}

/// Where a text is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Location {
    /// What the caller sends.
    StandardInput,
    /// A path in the library.
    Library(String),
    /// A file.
    File(PathBuf),
}

impl Location {
    /// What messages call the text.
    #[must_use]
    pub fn path(&self) -> String {
        match self {
            Self::StandardInput => "<stdin>".to_owned(),
            Self::Library(path) => format!("models/{path}"),
            Self::File(path) => path.display().to_string(),
        }
    }

    /// What reports call it: the name that commands take.
    #[must_use]
    pub fn name(&self, kind: FileKind) -> String {
        match self {
            Self::Library(path) => library::name_of(kind, path).unwrap_or_else(|| self.path()),
            _ => self.path(),
        }
    }

    /// The location that a relative path leads to from the folder of this one; `..` may not leave the library.
    fn beside(&self, relative: &str) -> Option<Self> {
        match self {
            Self::StandardInput => Some(Self::File(walk(Path::new(""), relative))),
            Self::File(path) => Some(Self::File(walk(
                path.parent().unwrap_or(Path::new("")),
                relative,
            ))),
            Self::Library(path) => {
                let mut folders: Vec<&str> = path.split('/').collect();
                folders.pop();
                for part in relative.split('/') {
                    match part {
                        "." => {}
                        ".." => {
                            folders.pop()?;
                        }
                        part => folders.push(part),
                    }
                }
                Some(Self::Library(folders.join("/")))
            }
        }
    }

    fn exists(&self, library: &Library) -> bool {
        match self {
            Self::StandardInput => true,
            Self::Library(path) => library.text(path).is_some(),
            Self::File(path) => path.is_file(),
        }
    }

    fn is(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::File(a), Self::File(b)) => match (a.canonicalize(), b.canonicalize()) {
                (Ok(a), Ok(b)) => a == b,
                _ => a == b,
            },
            _ => self == other,
        }
    }

    fn fits(&self, kind: FileKind, library: &Library) -> bool {
        match self {
            Self::StandardInput => true,
            Self::Library(path) => library.text(path).is_some_and(|text| kind.fits(text)),
            Self::File(path) => files::read_file(path, "", files::Encoding::Utf8)
                .map_or(true, |text| kind.fits(&text)),
        }
    }
}

impl Location {
    /// Whether there is a text of the kind: JSON with the key that only this kind has.
    pub(super) fn is_surely(&self, kind: FileKind, library: &Library) -> bool {
        let text = match self {
            Self::StandardInput => return false,
            Self::Library(path) => library.text(path).map(str::to_owned),
            Self::File(path) => files::read_file(path, "", files::Encoding::Utf8).ok(),
        };
        let keys = text.and_then(|text| serde_json::from_str::<TopLevel>(&text).ok());
        keys.is_some_and(|keys| match kind {
            FileKind::Suite => keys.cases.is_some(),
            FileKind::Plan => keys.steps.is_some(),
            FileKind::Cluster => keys.objects.is_some(),
            FileKind::Rules | FileKind::Output => false,
        })
    }
}

/// Joins with as few `..` in the result as possible, because users read it.
fn walk(folder: &Path, relative: &str) -> PathBuf {
    let mut path = folder.to_path_buf();
    for part in Path::new(relative).components() {
        use std::path::Component;
        let leaves_named_folder =
            matches!(path.components().next_back(), Some(Component::Normal(_)));
        match part {
            Component::CurDir => {}
            Component::ParentDir if leaves_named_folder => {
                path.pop();
            }
            part => path.push(part),
        }
    }
    path
}

/// Whether a word is a path and not a name of the library.
fn is_path(word: &str) -> bool {
    let starts = ["/", "./", "../", ".\\", "..\\"]
        .iter()
        .any(|start| word.starts_with(start));
    let ends = [".json", ".rules"]
        .iter()
        .any(|ending| word.ends_with(ending));
    starts || ends || Path::new(word).is_absolute()
}

/// What an argument of the command line means.
pub(super) fn of_argument(
    kind: FileKind,
    argument: &str,
    library: &Library,
) -> Result<Location, Box<Diagnostic>> {
    if argument == "-" {
        return Ok(Location::StandardInput);
    }
    if is_path(argument) {
        return Ok(Location::File(PathBuf::from(argument)));
    }
    let path = library::path_of(kind, argument).filter(|path| library.text(path).is_some());
    path.map(Location::Library)
        .ok_or_else(|| not_in_library(kind, argument, library))
}

/// What a name inside the file at `base` means.
pub(super) fn of_name(
    kind: FileKind,
    name: &str,
    base: &Location,
    library: &Library,
) -> Result<Location, Box<Diagnostic>> {
    if is_path(name) {
        // A path is taken at its word: whether it can be read is seen when it is read.
        return base
            .beside(name)
            .ok_or_else(|| not_found(kind, name, &[], library));
    }
    let neighbours: Vec<Location> = kind
        .neighbours(name)
        .iter()
        .filter_map(|path| base.beside(path))
        .collect();
    let is_meant = |location: &&Location| {
        location.exists(library) && !location.is(base) && location.fits(kind, library)
    };
    if let Some(found) = neighbours.iter().find(is_meant) {
        return Ok(found.clone());
    }
    let path = library::path_of(kind, name).filter(|path| library.text(path).is_some());
    path.map(Location::Library)
        .ok_or_else(|| not_found(kind, name, &neighbours, library))
}

fn not_in_library(kind: FileKind, argument: &str, library: &Library) -> Box<Diagnostic> {
    let word = kind.word();
    let shown = printable(argument);
    let mut diagnostic = Diagnostic::error(
        Code::UnknownModel,
        format!("the library has no {word} `{shown}`"),
    );
    let names = library.names(kind);
    let of_model: Vec<&str> = names
        .iter()
        .map(String::as_str)
        .filter(|name| name.starts_with(&format!("{argument}/")))
        .collect();
    let help = if of_model.is_empty() {
        suggest::help(
            argument,
            &format!("in the library ({word})"),
            names.iter().map(String::as_str),
        )
    } else {
        suggest::help(
            "",
            &format!("{word} files of `{shown}`"),
            of_model.iter().copied(),
        )
    };
    diagnostic.help.extend(help);
    for ending in ["", ".json", ".rules"] {
        let path = format!("./{argument}{ending}");
        if Path::new(&path).is_file() {
            diagnostic = diagnostic.help(format!("to read the file, write `{}`", printable(&path)));
        }
    }
    Box::new(diagnostic)
}

fn not_found(
    kind: FileKind,
    name: &str,
    places: &[Location],
    library: &Library,
) -> Box<Diagnostic> {
    let word = kind.word();
    let message = match kind {
        FileKind::Rules => format!("no rules `{}` were found", printable(name)),
        _ => format!("no {word} `{}` was found", printable(name)),
    };
    let mut diagnostic = Diagnostic::error(Code::UnknownModel, message);
    let mut known = library.names(kind);
    known.extend(places.iter().flat_map(names_beside));
    if let Some(near) = suggest::closest(name, known.iter().map(String::as_str)) {
        diagnostic = diagnostic.help(format!("did you mean `{near}`?"));
    }
    let looked: Vec<String> = places
        .iter()
        .map(|place| format!("`{}`", place.path()))
        .collect();
    if !looked.is_empty() {
        diagnostic = diagnostic.help(format!(
            "looked for {}, and in the library",
            looked.join(", ")
        ));
    }
    Box::new(diagnostic)
}

/// The names of the files in the folder where a file was looked for, in order.
fn names_beside(place: &Location) -> Vec<String> {
    /// A folder with more files than this gives no suggestions worth their time.
    const MOST: usize = 1000;
    let Location::File(path) = place else {
        return Vec::new();
    };
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let entries = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .take(MOST);
    let mut names: Vec<String> = entries
        .filter(|entry| Path::new(&entry.file_name()).extension() == path.extension())
        .filter_map(|entry| {
            Some(
                Path::new(&entry.file_name())
                    .file_stem()?
                    .to_str()?
                    .to_owned(),
            )
        })
        .collect();
    names.sort();
    names
}

/// The likely spelling of a file that is not there.
pub(super) fn near_file(path: &Path) -> Option<String> {
    let names = names_beside(&Location::File(path.to_path_buf()));
    let stem = path.file_stem()?.to_str()?;
    let near = suggest::closest(stem, names.iter().map(String::as_str))?;
    let mut found = path.to_path_buf();
    found.set_file_name(near);
    if let Some(extension) = path.extension() {
        found.as_mut_os_string().push(".");
        found.as_mut_os_string().push(extension);
    }
    Some(found.display().to_string())
}

/// Messages are one line.
fn printable(word: &str) -> String {
    word.chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn library() -> Library {
        Library::of([
            ("m/m.rules", "rules m"),
            ("m/clusters/two.json", r#"{"objects": {}}"#),
            ("m/clusters/solo.json", r#"{"objects": {}}"#),
            ("m/plans/two.json", r#"{"steps": []}"#),
            ("m/plans/two-complete.json", r#"{"steps": []}"#),
            ("m/suite.json", r#"{"cases": []}"#),
        ])
    }

    fn found(kind: FileKind, name: &str, base: &str) -> String {
        match of_name(kind, name, &Location::Library(base.into()), &library()) {
            Ok(location) => location.path(),
            Err(diagnostic) => format!("{}; {}", diagnostic.message, diagnostic.help.join("; ")),
        }
    }

    #[test]
    fn an_argument_with_an_ending_or_a_path_is_a_file() {
        let location = |argument| of_argument(FileKind::Cluster, argument, &library()).unwrap();
        assert_eq!(location("-"), Location::StandardInput);
        assert_eq!(location("two.json"), Location::File("two.json".into()));
        assert_eq!(location("./two"), Location::File("./two".into()));
        assert_eq!(location("/two"), Location::File("/two".into()));
        assert_eq!(
            location("m/two"),
            Location::Library("m/clusters/two.json".into())
        );
    }

    #[test]
    fn an_unknown_argument_is_told_what_there_is() {
        let error = |argument| of_argument(FileKind::Cluster, argument, &library()).unwrap_err();
        assert_eq!(
            error("m/twoo").message,
            "the library has no cluster `m/twoo`"
        );
        assert_eq!(error("m/twoo").help, ["did you mean `m/two`?"]);
        assert_eq!(error("m").help, ["cluster files of `m`: `m/solo`, `m/two`"]);
        assert_eq!(error("Cargo").help.len(), 1);
        assert_eq!(
            error("Cargo.toml").help.last().unwrap(),
            "to read the file, write `./Cargo.toml`"
        );
    }

    #[test]
    fn a_name_is_looked_up_as_the_kind_that_its_key_asks_for() {
        assert_eq!(
            found(FileKind::Cluster, "two", "m/plans/two.json"),
            "models/m/clusters/two.json"
        );
        assert_eq!(
            found(FileKind::Cluster, "two", "m/plans/two-complete.json"),
            "models/m/clusters/two.json"
        );
        assert_eq!(
            found(FileKind::Plan, "two", "m/suite.json"),
            "models/m/plans/two.json"
        );
        assert_eq!(
            found(FileKind::Cluster, "solo", "m/suite.json"),
            "models/m/clusters/solo.json"
        );
        assert_eq!(
            found(FileKind::Rules, "m", "m/clusters/two.json"),
            "models/m/m.rules"
        );
        assert_eq!(
            found(
                FileKind::Cluster,
                "../clusters/two.json",
                "m/plans/two.json"
            ),
            "models/m/clusters/two.json"
        );
        assert_eq!(
            found(FileKind::Cluster, "m/solo", "other.json"),
            "models/m/clusters/solo.json"
        );
    }

    #[test]
    fn a_name_that_leads_nowhere_says_where_it_was_looked_for() {
        assert_eq!(
            found(FileKind::Rules, "mm", "m/clusters/two.json"),
            "no rules `mm` were found; \
             looked for `models/m/clusters/mm.rules`, `models/m/mm.rules`, and in the library"
        );
        assert_eq!(
            found(FileKind::Cluster, "../../../x.json", "m/plans/two.json"),
            "no cluster `../../../x.json` was found; "
        );
    }

    #[test]
    fn paths_are_joined_with_as_few_dots_as_possible() {
        assert_eq!(
            walk(Path::new("a/plans"), "../clusters/x.json"),
            Path::new("a/clusters/x.json")
        );
        assert_eq!(walk(Path::new(""), "../x.json"), Path::new("../x.json"));
        assert_eq!(
            walk(Path::new(".."), "../x.json"),
            Path::new("../../x.json")
        );
        assert_eq!(walk(Path::new("a"), "./x.json"), Path::new("a/x.json"));
    }
}
