//! `new`: lays out a folder to start from. Writes over nothing.

use std::fs::{self, File};
use std::io::{ErrorKind, Write as _};
use std::path::Path;

use rollproof::language::codes::Code;
use rollproof::language::diagnostic::Diagnostic;
use rollproof::language::suggest;
use rollproof::model::library::Library;
use rollproof::model::template::{Starter, StarterFile};
use rollproof::report::starter;

use super::arguments::New;
use super::exit::{Failure, Status};
use super::session::Session;

/// `new DIR`
pub fn new(session: &Session, new: &New) -> Result<Status, Failure> {
    let found = match &new.like {
        None => Starter::template(),
        Some(name) => like(name, session.loader.library())?,
    };
    refuse_what_is_there(&new.folder)?;
    for file in &found.files {
        write(&new.folder, file)?;
    }
    let folder = new.folder.to_string_lossy();
    session.write(
        |_| starter::json(&found, &folder),
        |_| starter::human(&found, &folder),
    )?;
    Ok(Status::Holds)
}

fn like(name: &str, library: &Library) -> Result<Starter, Failure> {
    let models = library.models();
    if let Some(model) = models.iter().find(|model| model.name == name) {
        return Ok(Starter::like(model, library));
    }
    let mut diagnostic = Diagnostic::error(
        Code::UnknownModel,
        format!("the library has no model `{name}`"),
    );
    let names = || models.iter().map(|model| model.name.as_str());
    // The name of a cluster or a plan has that of its model before the slash.
    let of = name.split('/').next().unwrap_or(name);
    let help = if names().any(|name| name == of) {
        Some(format!("a model is copied as a whole: write `--like {of}`"))
    } else {
        let all: Vec<&str> = names().collect();
        suggest::help(name, "models", all)
    };
    diagnostic.help.extend(help);
    Err(diagnostic.into())
}

/// Fails unless the folder is empty or not there.
fn refuse_what_is_there(folder: &Path) -> Result<(), Failure> {
    let shown = folder.display();
    let wrong = |message: String| {
        let help = "name a folder that is not there yet, or an empty one; nothing was written";
        Failure::from(Diagnostic::error(Code::NotWritten, message).help(help))
    };
    if folder.as_os_str().is_empty() {
        return Err(wrong("the folder has no name".to_owned()));
    }
    match fs::read_dir(folder) {
        Ok(mut entries) => match entries.next() {
            None => Ok(()),
            Some(_) => Err(wrong(format!("there is something in `{shown}` already"))),
        },
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        Err(_) if folder.is_file() => Err(wrong(format!("`{shown}` is a file, not a folder"))),
        Err(error) => Err(wrong(format!("`{shown}` cannot be looked into: {error}"))),
    }
}

fn write(folder: &Path, file: &StarterFile) -> Result<(), Failure> {
    let path = folder.join(&file.path);
    let parent = path.parent().unwrap_or(folder);
    // `create_new`: what somebody else has put there since is not written over either.
    let written = fs::create_dir_all(parent)
        .and_then(|()| File::create_new(&path))
        .and_then(|mut to| {
            to.write_all(file.text.as_bytes())?;
            to.flush()
        });
    written.map_err(|error| {
        let message = format!("`{}` cannot be written: {error}", path.display());
        Failure::Output(message)
    })
}
