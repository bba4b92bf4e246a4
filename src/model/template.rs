//! What a person starts from: a small rulebook with its cluster, plans and suite, or a copy of one of the library. Texts
//! with their places in a folder; whoever calls writes them.

use super::library::{Library, LibraryModel, path_of};
use super::lookup::FileKind;

/// A file to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StarterFile {
    /// Where it goes, seen from the folder of all of them, with `/` between.
    pub path: String,
    /// What is in it.
    pub text: String,
}

/// The files of a start, and the first of them to ask about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Starter {
    /// The files. Names in them lead to one another.
    pub files: Vec<StarterFile>,
    /// The path of the cluster to begin with.
    pub cluster: String,
}

impl Starter {
    /// A made-up product, with comments for whoever puts another in its place.
    #[must_use]
    pub fn template() -> Self {
        let files = [
            ("README.md", include_str!("template/README.md")),
            ("product.rules", include_str!("template/product.rules")),
            (
                "clusters/pair.json",
                include_str!("template/clusters/pair.json"),
            ),
            ("plans/pair.json", include_str!("template/plans/pair.json")),
            (
                "plans/not-emptied.json",
                include_str!("template/plans/not-emptied.json"),
            ),
            ("suite.json", include_str!("template/suite.json")),
        ];
        Self {
            files: files.map(|(path, text)| file(path, text)).into(),
            cluster: "clusters/pair.json".to_owned(),
        }
    }

    /// A copy of a model of the library. Its folder has the library's layout, so that its names lead to its own files.
    #[must_use]
    pub fn like(model: &LibraryModel, library: &Library) -> Self {
        let cluster = first_cluster(model, library);
        let readme = include_str!("template/like.md")
            .replace("{name}", &model.name)
            .replace("{cluster}", &cluster);
        let mut files = vec![file("README.md", &readme)];
        let of_model = library.files_of(&model.name);
        files.extend(of_model.map(|(path, text)| file(path, text)));
        Self { files, cluster }
    }
}

fn file(path: &str, text: &str) -> StarterFile {
    StarterFile {
        path: path.to_owned(),
        text: text.to_owned(),
    }
}

/// The cluster to begin with: of those that have a plan of their own name, which is the documented way for them, the one
/// whose plan is the shortest text.
fn first_cluster(model: &LibraryModel, library: &Library) -> String {
    let length = |plan: &&String| {
        let path = path_of(FileKind::Plan, plan);
        path.and_then(|path| library.text(&path)).map(str::len)
    };
    let planned = model.clusters.iter().filter(|c| model.plans.contains(c));
    let first = planned.min_by_key(length).or(model.clusters.first());
    let path = first.and_then(|name| path_of(FileKind::Cluster, name));
    let own = path.as_deref().and_then(|path| path.split_once('/'));
    own.map_or_else(String::new, |(_, own)| own.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_has_the_files_of_its_model_and_of_no_other() {
        let library = Library::of([
            ("m/m.rules", "rules m\n"),
            ("m/clusters/a.json", "{}"),
            ("m/clusters/large.json", "{}"),
            ("m/clusters/small.json", "{}"),
            ("m/plans/large.json", "{ \"steps\": [] }"),
            ("m/plans/small.json", "{}"),
            ("m/suite.json", "{}"),
            ("mm/mm.rules", "rules mm\n"),
        ]);
        let starter = Starter::like(&library.models()[0], &library);
        let paths: Vec<&str> = starter.files.iter().map(|f| f.path.as_str()).collect();
        assert_eq!(
            paths,
            [
                "README.md",
                "clusters/a.json",
                "clusters/large.json",
                "clusters/small.json",
                "m.rules",
                "plans/large.json",
                "plans/small.json",
                "suite.json"
            ]
        );
        assert_eq!(starter.cluster, "clusters/small.json");
        let readme = &starter.files[0].text;
        assert!(readme.contains("rollproof check m.rules") && !readme.contains('{'));
    }
}
