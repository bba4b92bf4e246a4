//! What the operator says beside the outputs: names with values, each for a question that the import may ask.

use crate::language::codes::Code;
use crate::language::diagnostic::{Diagnostic, Diagnostics};
use crate::language::suggest;

/// The names and values of `--set`.
pub struct Answers {
    given: Vec<(String, String)>,
    /// The names that were looked for.
    asked: Vec<String>,
}

impl Answers {
    /// What was given.
    ///
    /// # Errors
    /// Where a name is given twice.
    pub fn new(given: &[(String, String)]) -> Result<Self, Diagnostics> {
        for (place, (name, _)) in given.iter().enumerate() {
            if given[..place].iter().any(|(earlier, _)| earlier == name) {
                let message = format!("`--set {name}=…` is given twice");
                return Err(super::only(
                    Diagnostic::error(Code::BadOption, message).help("give each name once"),
                ));
            }
        }
        Ok(Self {
            given: given.to_vec(),
            asked: Vec::new(),
        })
    }

    /// What was given for a name.
    pub fn of(&mut self, name: &str) -> Option<String> {
        if !self.asked.iter().any(|asked| asked == name) {
            self.asked.push(name.to_owned());
        }
        let mut given = self.given.iter();
        given.find(|(n, _)| n == name).map(|(_, v)| v.clone())
    }

    /// What was given for one object, or for all.
    pub fn of_one(&mut self, object: &str, name: &str) -> Option<(String, String)> {
        let own = format!("{object}.{name}");
        let found = self.of(&own).map(|value| (own, value));
        let all = self.of(name).map(|value| (name.to_owned(), value));
        found.or(all)
    }

    /// Fails where something was given that nothing asked for.
    ///
    /// # Errors
    /// One for each such name.
    pub fn all_are_of_use(&self) -> Result<(), Diagnostics> {
        let mut all = Diagnostics::default();
        for (name, _) in &self.given {
            if self.asked.contains(name) {
                continue;
            }
            let message = format!("nothing asks for `{name}`: these outputs leave it no meaning");
            let mut diagnostic = Diagnostic::error(Code::BadOption, message);
            let asked = self.asked.iter().map(String::as_str);
            diagnostic.help.extend(suggest::help(name, "names", asked));
            all.push(diagnostic);
        }
        if all.has_errors() { Err(all) } else { Ok(()) }
    }
}

/// An answer that cannot be followed.
pub fn refused(name: &str, value: &str, wanted: &str) -> Box<Diagnostic> {
    let message = format!("`--set {name}={value}` gives {wanted} no value");
    Box::new(Diagnostic::error(Code::BadOption, message))
}

/// `true` or `false`.
pub fn flag(name: &str, value: &str) -> Result<bool, Box<Diagnostic>> {
    match value {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err(Box::new(refused(name, value, "a yes or no").help(format!(
            "write `--set {name}=true` or `--set {name}=false`"
        )))),
    }
}
