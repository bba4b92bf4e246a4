//! Versions as products write them: `3.5.21`.

use std::fmt;

/// Three numbers, the last of which may be left out by who writes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    /// The first number.
    pub major: u32,
    /// The second.
    pub minor: u32,
    /// The third; 0 where there is none.
    pub patch: u32,
}

impl Version {
    /// Reads `3.5.21`, `3.5` or `v3.5.21`; nothing with more behind it: a release candidate is no release.
    pub fn read(text: &str) -> Option<Self> {
        let mut parts = text.strip_prefix('v').unwrap_or(text).split('.');
        let mut next = || parts.next().map(number);
        let (major, minor) = (next()??, next()??);
        let patch = match next() {
            Some(patch) => patch?,
            None => 0,
        };
        parts.next().is_none().then_some(Self {
            major,
            minor,
            patch,
        })
    }
}

/// Digits only: `parse` would take a sign as well.
fn number(text: &str) -> Option<u32> {
    let digits = text.bytes().all(|b| b.is_ascii_digit());
    text.parse().ok().filter(|_| digits)
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_numbers_and_nothing_else() {
        let read = |text| Version::read(text).map(|v| (v.major, v.minor, v.patch));
        assert_eq!(read("3.5.21"), Some((3, 5, 21)));
        assert_eq!(read("v3.6"), Some((3, 6, 0)));
        for text in [
            "",
            "3",
            "3.",
            "3.5.",
            "3.5.1.2",
            "3.+5.1",
            "3.5.1-rc.0",
            "3.5.99999999999",
            "3.6.x",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
