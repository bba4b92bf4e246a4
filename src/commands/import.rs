//! `import`: what a product's own tools print becomes a cluster file.

use std::path::Path;

use rollproof::import;
use rollproof::language::codes::Code;
use rollproof::language::diagnostic::{Diagnostic, Diagnostics};
use rollproof::model::loader::Loader;
use rollproof::model::lookup::Location;
use rollproof::model::settings::Overrides;

use super::arguments::Import;
use super::ask::spare_what_was_read;
use super::exit::{Failure, Status};
use super::output;
use super::session::Session;

/// `import PRODUCT [FILE…|-] [-o FILE]`
pub fn import(session: &mut Session, import: &Import) -> Result<Status, Failure> {
    let product = import::product(&import.product).map_err(|diagnostic| *diagnostic)?;
    if import.files.is_empty() {
        let mut diagnostic =
            Diagnostic::error(Code::BadOption, "no output is named to import from");
        for (place, command) in product.commands.iter().enumerate() {
            diagnostic = diagnostic.help(format!("{command} > {}.json", place + 1));
        }
        let all = (1..=product.commands.len()).map(|place| format!("{place}.json"));
        let all: Vec<String> = all.collect();
        let (name, all) = (product.name, all.join(" "));
        return Err(diagnostic
            .help(format!(
                "rollproof import {name} {all} -o cluster.json; `-` reads standard input"
            ))
            .into());
    }
    if import.output.as_deref() == Some(Path::new("-")) {
        return Err(
            Diagnostic::error(Code::BadOption, "`-o` needs the name of a file")
                .help("without `-o` the cluster goes to standard output")
                .into(),
        );
    }
    let mut sources = Vec::new();
    let mut unread = Diagnostics::default();
    for file in &import.files {
        match session.loader.load_output(file) {
            Ok(source) => sources.push(source),
            Err(diagnostic) => unread.push(*diagnostic),
        }
    }
    if unread.has_errors() {
        return Err(Failure::Input(unread));
    }
    if let Some(path) = &import.output {
        spare_what_was_read(session, path, "-o", "cluster")?;
    }
    let imported = import::import(product, &sources, &import.set).map_err(Failure::Input)?;
    must_load(&imported.text)?;
    match &import.output {
        Some(path) => output::file(path, &imported.text)?,
        None => output::json(&imported.text)?,
    }
    for note in &imported.notes {
        session.remark(note);
    }
    if let Some(path) = &import.output {
        // Without the ending or a folder, the word would be a name of the library.
        let path = match path.display().to_string() {
            plain if plain.ends_with(".json") || plain.starts_with(['/', '.']) => plain,
            plain => format!("./{plain}"),
        };
        session.remark(&format!(
            "`{path}` is written; go on with `rollproof plan {path}`"
        ));
    }
    Ok(Status::Holds)
}

/// A cluster that does not load is no answer. Its own text is shown with what is wrong with it.
fn must_load(text: &str) -> Result<(), Failure> {
    const NAME: &str = "imported.json";
    let mut loader = Loader::default();
    loader.replace(Location::File(NAME.into()), NAME, text.to_owned());
    let (model, diagnostics) = loader.load_cluster(NAME, &Overrides::default());
    if model.is_some() && !diagnostics.has_errors() {
        return Ok(());
    }
    Err(Failure::Input(diagnostics))
}
