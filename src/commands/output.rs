//! Standard output and error, and the files that are written. A reader who has left is no error; a full disk is.

use std::fs::File;
use std::io::{self, IsTerminal, Write};
use std::path::Path;

use anstream::{AutoStream, ColorChoice};

use rollproof::report::paint::Paint;

use super::arguments::Colour;
use super::exit::Failure;

/// Whether to colour what goes to standard output.
pub fn answer_paint(colour: Colour) -> Paint {
    Paint::new(coloured(colour, AutoStream::choice(&io::stdout())))
}

/// Whether to colour what goes to standard error.
pub fn message_paint(colour: Colour) -> Paint {
    Paint::new(coloured(colour, AutoStream::choice(&io::stderr())))
}

/// Whether somebody watches standard error.
pub fn is_watched() -> bool {
    io::stderr().is_terminal()
}

fn coloured(colour: Colour, automatic: ColorChoice) -> bool {
    match colour {
        Colour::Auto => automatic != ColorChoice::Never,
        Colour::Always => true,
        Colour::Never => false,
    }
}

/// Writes an answer for people to standard output.
pub fn answer(text: &str, colour: Colour) -> Result<(), Failure> {
    let choice = passing(answer_paint(colour));
    written(&mut AutoStream::new(io::stdout(), choice), text)
}

/// Writes an answer for programs to standard output, as it is.
pub fn json(text: &str) -> Result<(), Failure> {
    written(&mut io::stdout(), text)
}

fn written(stream: &mut impl Write, text: &str) -> Result<(), Failure> {
    match stream
        .write_all(text.as_bytes())
        .and_then(|()| stream.flush())
    {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Failure::Output(format!(
            "the answer cannot be written: {error}"
        ))),
        _ => Ok(()),
    }
}

/// Writes a message to standard error. There is nobody left to tell where that fails.
pub fn message(text: &str, colour: Colour) {
    let choice = passing(message_paint(colour));
    let _ = AutoStream::new(io::stderr(), choice).write_all(text.as_bytes());
}

/// What is written holds the colours that were asked for and no others: nothing has to be taken out.
fn passing(paint: Paint) -> ColorChoice {
    if paint.is_coloured() {
        ColorChoice::Always
    } else {
        ColorChoice::AlwaysAnsi
    }
}

/// Writes a file.
pub fn file(path: &Path, text: &str) -> Result<(), Failure> {
    let written = File::create(path).and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        file.flush()
    });
    written.map_err(|error| {
        let message = format!("`{}` cannot be written: {error}", path.display());
        Failure::Output(message)
    })
}
