//! What the operator wants left out: names of a product's indices or topics, which may be out of service meanwhile.

use crate::language::codes::Code;
use crate::language::diagnostic::Diagnostic;

use super::answers::Answers;
use super::found::Read;

/// The names of `--set leave_out=NAME,NAME*`.
#[derive(Debug, Default)]
pub struct LeaveOut {
    /// Each with whether something had that name.
    patterns: Vec<(String, bool)>,
}

impl LeaveOut {
    /// What was given; nothing where it was not.
    pub fn read(answers: &mut Answers) -> Self {
        let given = answers.of("leave_out").unwrap_or_default();
        let patterns = given
            .split(',')
            .map(str::trim)
            .filter(|name| !name.is_empty());
        Self {
            patterns: patterns.map(|name| (name.to_owned(), false)).collect(),
        }
    }

    /// Whether it is to be left out.
    pub fn has(&mut self, name: &str) -> bool {
        let mut found = false;
        for (pattern, used) in &mut self.patterns {
            let fits = match pattern.strip_suffix('*') {
                Some(begin) => name.starts_with(begin),
                None => name == pattern,
            };
            *used |= fits;
            found |= fits;
        }
        found
    }

    /// Fails where a name was of no use: it may be misspelt.
    pub fn all_are_of_use(&self, what: &str) -> Read<()> {
        let Some((pattern, _)) = self.patterns.iter().find(|(_, used)| !used) else {
            return Ok(());
        };
        let message = format!("`--set leave_out={pattern}` names no {what} that is there");
        Err(Box::new(Diagnostic::error(Code::BadOption, message).help(
            format!("write names of {what}s with commas between; a name may end in `*`"),
        )))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_may_end_in_a_star_and_must_be_of_use() {
        let given = [("leave_out".to_owned(), "logs-*, tmp".to_owned())];
        let mut answers = Answers::new(&given).unwrap_or_else(|found| panic!("{found:?}"));
        let mut out = LeaveOut::read(&mut answers);
        assert!(out.has("logs-1") && !out.has("log") && !out.has("tmp2"));
        assert!(out.all_are_of_use("index").is_err());
        assert!(out.has("tmp"));
        assert!(out.all_are_of_use("index").is_ok());
        let mut none = Answers::new(&[]).unwrap_or_else(|found| panic!("{found:?}"));
        assert!(!LeaveOut::read(&mut none).has("a"));
    }
}
