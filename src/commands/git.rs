//! Texts as they are in commits, asked of the `git` program. Nothing is written, and nothing is fetched.

use std::path::Path;
use std::process::Command;

use rollproof::language::codes::Code;
use rollproof::language::diagnostic::Diagnostic;

use super::exit::Failure;

/// Two commits, or one and what is on the disk.
pub struct Revisions {
    /// Of the old text.
    pub base: String,
    /// Of the new one; none for the disk.
    pub head: Option<String>,
}

impl Revisions {
    /// `main`, `main..`, `v1.0..HEAD`
    pub fn of(text: &str) -> Result<Self, Failure> {
        let (base, head) = text.split_once("..").unwrap_or((text, ""));
        let wrong = |part: &str| part.starts_with(['-', '.']) || part.contains(':');
        if base.is_empty() || wrong(base) || wrong(head) {
            return Err(Diagnostic::error(
                Code::BadOption,
                format!("`{text}` names no two commits"),
            )
            .help("write `--git BASE..HEAD`, such as `--git main..HEAD`, or `--git main` for what is on the disk now")
            .into());
        }
        Ok(Self {
            base: base.to_owned(),
            head: (!head.is_empty()).then(|| head.to_owned()),
        })
    }
}

/// The text that a file has in a commit.
pub fn text(path: &Path, revision: &str) -> Result<String, Failure> {
    let folder = match path.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    };
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let output = Command::new("git")
        .arg("-C")
        .arg(folder)
        .args(["show", "--end-of-options"])
        .arg(format!("{revision}:./{name}"))
        .output();
    let shown = path.display();
    match output {
        Ok(output) if output.status.success() => String::from_utf8(output.stdout).map_err(|_| {
            let message = format!("`{shown}` is not text in the commit `{revision}`");
            Diagnostic::error(Code::NotText, message).into()
        }),
        Ok(output) => {
            let words = String::from_utf8_lossy(&output.stderr);
            let words = words.lines().next().unwrap_or("it does not say why");
            let message = format!("git has no `{shown}` in the commit `{revision}`: {words}");
            Err(Diagnostic::error(Code::FileNotRead, message).into())
        }
        Err(error) => {
            let message = format!("the program `git` cannot be run: {error}");
            Err(Diagnostic::error(Code::FileNotRead, message).into())
        }
    }
}
