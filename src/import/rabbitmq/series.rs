//! The series of RabbitMQ that the rules cover, and the upgrades between them that its makers support.

use crate::import::version::Version;

/// In their order, as `enum Series` of the rules has them.
const ALL: [(u32, u32); 8] = [
    (3, 10),
    (3, 11),
    (3, 12),
    (3, 13),
    (4, 0),
    (4, 1),
    (4, 2),
    (4, 3),
];

/// What the rules cover, for messages.
pub const COVERED: &str = "the rules are about RabbitMQ 3.10 to 4.3";

/// A series that the rules cover.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Series(usize);

impl Series {
    /// The first one whose nodes may have Khepri and be upgraded with it.
    pub const FIRST_WITH_KHEPRI: Self = Self(4);
    /// The first one in which mirrored classic queues are no longer mirrored.
    pub const FIRST_WITHOUT_MIRRORS: Self = Self(4);
    /// The last one, which does not start without Khepri.
    pub const LAST: Self = Self(7);

    /// Reads a release (`3.13.7`), a series (`3.13`), or its name in the rules (`v3_13`).
    pub fn read(text: &str) -> Option<Self> {
        let version = Version::read(&text.replace('_', "."))?;
        Self::of(version.major, version.minor)
    }

    fn of(major: u32, minor: u32) -> Option<Self> {
        ALL.iter().position(|s| *s == (major, minor)).map(Self)
    }

    /// Its name in the rules.
    pub fn name(self) -> String {
        format!("v{}", self.text().replace('.', "_"))
    }

    /// `3.13`.
    pub fn text(self) -> String {
        let (major, minor) = ALL[self.0];
        format!("{major}.{minor}")
    }

    /// Whether an upgrade to that series is supported, as `path` of the rules has it.
    pub fn goes_to(self, to: Self) -> bool {
        let (last_of_3, last_hop) = (Self(3), Self(6));
        if self < last_of_3 {
            to.0 == self.0 + 1
        } else if self < last_hop {
            to > self && to <= last_hop
        } else {
            to.0 == self.0 + 1
        }
    }

    /// The newest series to which an upgrade is supported.
    pub fn furthest(self) -> Option<Self> {
        Self::every().rev().find(|to| self.goes_to(*to))
    }

    /// What comes between this one and another that cannot be reached in one upgrade, but in two; the newest.
    pub fn between(self, to: Self) -> Option<Self> {
        Self::every()
            .rev()
            .find(|via| self.goes_to(*via) && via.goes_to(to))
    }

    /// The one after it.
    pub fn next(self) -> Option<Self> {
        (self < Self::LAST).then_some(Self(self.0 + 1))
    }

    /// All of them.
    pub fn every() -> impl DoubleEndedIterator<Item = Self> {
        (0..ALL.len()).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_series_is_read_from_a_release() {
        let read = |text| Series::read(text).map(Series::name);
        assert_eq!(read("3.10.8").as_deref(), Some("v3_10"));
        assert_eq!(read("3.13").as_deref(), Some("v3_13"));
        assert_eq!(read("v4_2").as_deref(), Some("v4_2"));
        assert_eq!(read("4.3.6").as_deref(), Some("v4_3"));
        for text in ["3.9.29", "4.4.0", "5.0.0", "4.2.0-rc.1", "later", ""] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn upgrades_are_those_of_the_table() {
        let hops = |from: &str| -> Vec<String> {
            let from = Series::read(from).expect("a series");
            let to = Series::every().filter(|to| from.goes_to(*to));
            to.map(Series::text).collect()
        };
        assert_eq!(hops("3.10"), ["3.11"]);
        assert_eq!(hops("3.11"), ["3.12"]);
        assert_eq!(hops("3.12"), ["3.13"]);
        assert_eq!(hops("3.13"), ["4.0", "4.1", "4.2"]);
        assert_eq!(hops("4.0"), ["4.1", "4.2"]);
        assert_eq!(hops("4.1"), ["4.2"]);
        assert_eq!(hops("4.2"), ["4.3"]);
        assert!(hops("4.3").is_empty());
        assert_eq!(Series::LAST.text(), "4.3");
        assert_eq!(Series::FIRST_WITH_KHEPRI.text(), "4.0");
        assert_eq!(Series::FIRST_WITHOUT_MIRRORS.text(), "4.0");
    }

    #[test]
    fn two_upgrades_have_the_newest_series_between() {
        let between = |from: &str, to: &str| {
            let (from, to) = (Series::read(from)?, Series::read(to)?);
            from.between(to).map(Series::text)
        };
        assert_eq!(between("3.10", "3.12").as_deref(), Some("3.11"));
        assert_eq!(between("3.12", "4.2").as_deref(), Some("3.13"));
        assert_eq!(between("3.13", "4.3").as_deref(), Some("4.2"));
        assert_eq!(between("3.10", "3.13"), None);
        assert_eq!(between("3.12", "4.3"), None);
    }
}
