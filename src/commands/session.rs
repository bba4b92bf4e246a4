//! One run of the program: what was read, how the answer is told, and what is said where there is none.

use std::path::PathBuf;

use rollproof::language::codes::Code;
use rollproof::language::diagnostic::{Diagnostic, Diagnostics, Severity};
use rollproof::model::ground::Model;
use rollproof::model::loader::Loader;
use rollproof::report::answer::View;
use rollproof::report::json::{self, Volatile};
use rollproof::report::paint::Paint;
use rollproof::report::{Loaded, answer, diagnostics};
use rollproof::semantics::Interpreter;
use rollproof::tasks::outcome::Answer;
use rollproof::tasks::request::failing_assumptions;

use super::arguments::{Arguments, Format, Output, Search};
use super::budget::{Limits, interruption};
use super::exit::{Failure, Status};
use super::output;
use super::regressed::Regressed;

/// What the commands share.
pub struct Session {
    /// Reads what is asked about.
    pub loader: Loader,
    /// Warnings about what was read.
    warnings: Vec<Diagnostic>,
    command: &'static str,
    output: Output,
}

impl Session {
    /// A run that has read nothing yet.
    pub fn new(arguments: &Arguments) -> Self {
        Self {
            loader: Loader::default(),
            warnings: Vec::new(),
            command: arguments.command.name(),
            output: arguments.output,
        }
    }

    /// Only `regress` finds what is told at places, case by case.
    pub fn can_be_told(&self) -> Result<(), Failure> {
        let format = self.output.format;
        if matches!(format, Format::Human | Format::Json) || self.command == "regress" {
            return Ok(());
        }
        let (format, command) = (format.text(), self.command);
        Err(Diagnostic::error(
            Code::BadOption,
            format!("`{command}` cannot tell its answer as `{format}`: that is for `regress`"),
        )
        .help("write `--format human` or `--format json`")
        .into())
    }

    /// What was loaded, where it has no errors; its warnings are told with the answer.
    pub fn loaded<T>(&mut self, (found, mut all): (Option<T>, Diagnostics)) -> Result<T, Failure> {
        match found {
            Some(found) if !all.has_errors() => {
                self.warnings.append(&mut all.list);
                Ok(found)
            }
            _ if all.has_errors() => Err(Failure::Input(all)),
            _ => Err(Failure::Internal(
                "the input could not be read, and nothing says why".to_owned(),
            )),
        }
    }

    /// Fails where assumptions of the rules must hold and do not.
    pub fn assume(&self, strict: bool, model: &Model) -> Result<(), Failure> {
        if !strict {
            return Ok(());
        }
        let mut list = failing_assumptions(&Interpreter::new(model));
        for diagnostic in &mut list {
            diagnostic.severity = Severity::Error;
        }
        if list.is_empty() {
            Ok(())
        } else {
            Err(Failure::Input(Diagnostics { list }))
        }
    }

    /// The limits of the search that begins now. From here on Ctrl-C ends the search, not the program.
    pub fn limits(search: &Search) -> Limits {
        Limits::new(search, interruption(), output::is_watched())
    }

    /// Tells an answer.
    pub fn tell(
        &self,
        answer: &Answer,
        witness: bool,
        limits: &mut Limits,
    ) -> Result<Status, Failure> {
        let volatile = end(limits);
        self.write(
            |loaded| json::answer(answer, loaded, volatile),
            |loaded| {
                let paint = output::answer_paint(self.output.color);
                let view = View {
                    loaded,
                    paint,
                    witness,
                };
                answer::render(answer, view)
            },
        )?;
        Ok(answer.verdict.into())
    }

    /// Tells what `regress` found: to standard output, and to the files that were asked for.
    pub fn tell_regressed(
        &self,
        found: &Regressed<'_>,
        all: bool,
        outputs: &[(Format, PathBuf)],
        limits: &mut Limits,
    ) -> Result<Status, Failure> {
        let volatile = end(limits);
        let loaded = Loaded {
            inputs: self.loader.read(),
            warnings: &self.warnings,
        };
        for (format, path) in outputs {
            let text = found.text(*format, loaded, volatile, (all, Paint::PLAIN));
            output::file(path, &text)?;
        }
        let paint = output::answer_paint(self.output.color);
        let text = found.text(self.output.format, loaded, volatile, (all, paint));
        match self.output.format {
            Format::Human => output::answer(&text, self.output.color)?,
            _ => output::json(&text)?,
        }
        Ok(found.verdict().into())
    }

    /// Tells that the input has no errors: warnings, and a last line for people.
    pub fn tell_sound(&self, last_line: &str) -> Result<Status, Failure> {
        self.write(
            |loaded| json::diagnostics(self.command, loaded.warnings),
            |loaded| {
                let paint = output::answer_paint(self.output.color);
                let warnings = diagnostics::render(loaded.warnings, paint);
                format!("{warnings}{last_line}\n")
            },
        )?;
        Ok(Status::Holds)
    }

    /// Whether the answer is for programs.
    pub const fn is_json(&self) -> bool {
        matches!(self.output.format, Format::Json)
    }

    /// Writes to standard output, in one of two forms.
    pub fn write(
        &self,
        json: impl FnOnce(Loaded<'_>) -> String,
        human: impl FnOnce(Loaded<'_>) -> String,
    ) -> Result<(), Failure> {
        let loaded = Loaded {
            inputs: self.loader.read(),
            warnings: &self.warnings,
        };
        match self.output.format {
            Format::Json => output::json(&json(loaded)),
            _ => output::answer(&human(loaded), self.output.color),
        }
    }

    /// Tells why there is no answer. JSON goes to standard output, words go to standard error.
    pub fn fail(&self, failure: Failure) -> Status {
        let (told, status) = match failure {
            Failure::Input(mut found) => {
                found.list.splice(0..0, self.warnings.iter().cloned());
                (self.fail_input(&found), Status::Wrong)
            }
            Failure::Output(message) => {
                let diagnostic = Diagnostic::error(Code::NotWritten, message);
                self.say(&[diagnostic]);
                (Ok(()), Status::Wrong)
            }
            Failure::Internal(message) => (self.fail_internal(&message), Status::Internal),
        };
        if let Err(Failure::Output(message)) = told {
            self.say(&[Diagnostic::error(Code::NotWritten, message)]);
        }
        status
    }

    fn fail_input(&self, found: &Diagnostics) -> Result<(), Failure> {
        match self.output.format {
            Format::Json => output::json(&json::diagnostics(self.command, &found.list)),
            _ => {
                self.say(&found.list);
                Ok(())
            }
        }
    }

    fn fail_internal(&self, message: &str) -> Result<(), Failure> {
        let text = format!(
            "internal error: {}\nNo answer can be trusted. Please report this with the files that were asked about.\n",
            rollproof::report::words::visible(message)
        );
        output::message(&text, self.output.color);
        match self.output.format {
            Format::Json => output::json(&json::internal(self.command, message)),
            _ => Ok(()),
        }
    }

    /// Diagnostics on standard error.
    fn say(&self, list: &[Diagnostic]) {
        let paint = output::message_paint(self.output.color);
        output::message(&diagnostics::render(list, paint), self.output.color);
    }

    /// A remark on standard error.
    pub fn remark(&self, text: &str) {
        let text = rollproof::report::words::visible(text);
        output::message(&format!("note: {text}\n"), self.output.color);
    }
}

/// Ends a search: the progress line goes, and the clock is read.
fn end(limits: &mut Limits) -> Volatile {
    limits.finish();
    Volatile {
        seconds: limits.elapsed().as_secs_f64(),
        peak_bytes: limits.peak(),
    }
}
