//! Colours, where they are asked for. Knows roles, not answers.

use anstyle::{AnsiColor, Style};

/// Puts colours around words, or leaves them as they are.
#[derive(Clone, Copy, Debug)]
pub struct Paint {
    colour: bool,
}

impl Paint {
    /// Without colours.
    pub const PLAIN: Self = Self { colour: false };

    /// With colours where `colour` says so.
    #[must_use]
    pub const fn new(colour: bool) -> Self {
        Self { colour }
    }

    /// Whether colours are asked for.
    #[must_use]
    pub const fn is_coloured(self) -> bool {
        self.colour
    }

    /// What is as it should be.
    #[must_use]
    pub fn good(self, text: &str) -> String {
        self.styled(AnsiColor::Green.on_default().bold(), text)
    }

    /// What is not as it should be.
    #[must_use]
    pub fn bad(self, text: &str) -> String {
        self.styled(AnsiColor::Red.on_default().bold(), text)
    }

    /// What is not known.
    #[must_use]
    pub fn open(self, text: &str) -> String {
        self.styled(AnsiColor::Yellow.on_default().bold(), text)
    }

    /// What happens by itself.
    #[must_use]
    pub fn environment(self, text: &str) -> String {
        self.styled(AnsiColor::Cyan.on_default(), text)
    }

    /// What to see first.
    #[must_use]
    pub fn strong(self, text: &str) -> String {
        self.styled(Style::new().bold(), text)
    }

    /// What to see last.
    #[must_use]
    pub fn faint(self, text: &str) -> String {
        self.styled(Style::new().dimmed(), text)
    }

    fn styled(self, style: Style, text: &str) -> String {
        if self.colour && !text.is_empty() {
            format!("{style}{text}{style:#}")
        } else {
            text.to_owned()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escape_sequences_appear_only_where_they_are_asked_for() {
        assert_eq!(Paint::PLAIN.bad("x"), "x");
        assert!(Paint::new(true).bad("x").starts_with('\u{1b}'));
        assert!(Paint::new(true).bad("x").ends_with("\u{1b}[0m"));
    }
}
