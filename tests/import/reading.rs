//! What the tests of all products share: recordings, imports with answers, and what is wrong with them.

use std::path::Path;
use std::sync::Arc;

use rollproof::import::{Imported, import, product};
use rollproof::language::diagnostic::Diagnostics;
use rollproof::language::source::Source;
use rollproof::model::ground::Model;
use rollproof::model::loader::Loader;
use rollproof::model::lookup::Location;
use rollproof::model::settings::Overrides;

/// A file of `tests/import`.
pub fn recording(name: &str) -> Arc<Source> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/import");
    Source::new(name, std::fs::read_to_string(folder.join(name)).unwrap())
}

/// What becomes of outputs and of names with values that the operator gives.
pub fn read(
    name: &str,
    sources: &[Arc<Source>],
    answers: &[(&str, &str)],
) -> Result<Imported, Diagnostics> {
    let answers: Vec<(String, String)> = answers
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    import(product(name).unwrap(), sources, &answers)
}

/// The model of the file, which must be one.
pub fn loaded(imported: &Imported) -> Model {
    let mut loader = Loader::default();
    loader.replace(
        Location::File("it.json".into()),
        "it.json",
        imported.text.clone(),
    );
    let (model, found) = loader.load_cluster("it.json", &Overrides::default());
    assert!(!found.has_errors(), "{found:?}\n{}", imported.text);
    model.unwrap()
}

/// The code, the message and the place of the only diagnostic.
pub fn diagnosis(result: Result<Imported, Diagnostics>) -> String {
    let found = result.expect_err("this is no cluster").list;
    assert_eq!(found.len(), 1, "{found:?}");
    let only = &found[0];
    let place = only.primary.as_ref().map(|label| {
        let (line, column) = label.source.position(label.span.start);
        format!(" at {}:{line}:{column}", label.source.name)
    });
    assert!(!only.help.is_empty() || place.is_some(), "{only:?}");
    format!(
        "{} {}{}",
        only.code.text(),
        only.message,
        place.unwrap_or_default()
    )
}
