//! Versions of Elasticsearch and OpenSearch, the minors that the rules have, and which step a rolling upgrade may take.

use crate::import::version::Version;

/// The minors of each major, as `enum Version` of the rules has them.
const MINORS: [(bool, u32, u32); 6] = [
    (false, 7, 17),
    (false, 8, 19),
    (false, 9, 4),
    (true, 1, 3),
    (true, 2, 19),
    (true, 3, 8),
];

/// What the rules cover, for messages.
pub const COVERED: &str = "the rules are about Elasticsearch 7.0 to 9.4 and OpenSearch 1.0 to 3.8";

/// A version that the rules cover. No major number is that of both products.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Release(Version);

impl Release {
    /// Reads a version.
    pub fn read(text: &str) -> Option<Self> {
        let version = Version::read(text)?;
        let covered =
            |(_, major, last): &(bool, u32, u32)| version.major == *major && version.minor <= *last;
        MINORS.iter().any(covered).then_some(Self(version))
    }

    /// Whether it is OpenSearch.
    pub const fn opensearch(self) -> bool {
        self.0.major < 7
    }

    /// The major number.
    pub const fn major(self) -> u32 {
        self.0.major
    }

    /// Whether both have the same minor.
    pub const fn same_minor(self, other: Self) -> bool {
        self.0.major == other.0.major && self.0.minor == other.0.minor
    }

    /// The name of its minor in the rules.
    pub fn name(self) -> String {
        let kind = if self.opensearch() {
            "opensearch_"
        } else {
            "v"
        };
        format!("{kind}{}_{}", self.0.major, self.0.minor)
    }

    /// `8.19.2`.
    pub fn text(self) -> String {
        self.0.to_string()
    }

    /// `8.19`.
    pub fn minor(self) -> String {
        format!("{}.{}", self.0.major, self.0.minor)
    }

    /// The last minor of its major that the rules know.
    fn last(major: u32) -> Option<Self> {
        let (_, major, minor) = *MINORS.iter().find(|(_, m, _)| *m == major)?;
        let patch = 0;
        Some(Self(Version {
            major,
            minor,
            patch,
        }))
    }

    /// Where an upgrade goes that nobody has said: to the last minor, and from there to that of the next major.
    pub fn next(self) -> Option<Self> {
        let last = Self::last(self.0.major)?;
        if self.0.minor < last.0.minor {
            return Some(last);
        }
        Self::last(self.0.major + 1).filter(|next| next.opensearch() == self.opensearch())
    }

    /// What has to be installed first where a rolling upgrade to another one is not one step. To a newer minor it is; the next
    /// major takes the last minor of the one before. (OpenSearch 2 takes any of 1.)
    pub fn first_to(self, to: Self) -> Option<Self> {
        let (from, to) = (self.0, to.0);
        let last = Self::last(from.major)?;
        let may = from.minor == last.0.minor || from.major == 1;
        if from.major == to.major || may && to.major == from.major + 1 {
            None
        } else if from.minor == last.0.minor {
            Self::last(from.major + 1)
        } else {
            Some(last)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Release {
        Release::read(text).unwrap_or_else(|| panic!("{text}"))
    }

    #[test]
    fn versions_are_in_the_class_of_their_minor() {
        assert_eq!(read("8.19.2").name(), "v8_19");
        assert_eq!(read("2.19").name(), "opensearch_2_19");
        assert!(read("3.0.0").opensearch() && !read("7.17.29").opensearch());
        for text in [
            "6.8.23",
            "7.18.0",
            "9.5.0",
            "4.0.0",
            "3.9.0",
            "8.19.2-SNAPSHOT",
            "",
        ] {
            assert_eq!(Release::read(text), None, "{text}");
        }
    }

    #[test]
    fn a_step_is_to_a_later_minor_or_from_the_last_one_to_the_next_major() {
        let first = |from, to| read(from).first_to(read(to)).map(Release::minor);
        assert_eq!(first("8.1.0", "8.15.3"), None);
        assert_eq!(first("7.17.9", "8.19.0"), None);
        assert_eq!(first("7.16.0", "8.19.0"), Some("7.17".to_owned()));
        assert_eq!(first("8.18.1", "9.1.0"), Some("8.19".to_owned()));
        assert_eq!(first("8.19.1", "9.4.0"), None);
        assert_eq!(first("7.17.9", "9.0.0"), Some("8.19".to_owned()));
        assert_eq!(first("1.1.0", "2.19.0"), None);
        assert_eq!(first("2.18.0", "3.0.0"), Some("2.19".to_owned()));
        assert_eq!(first("2.19.1", "3.8.0"), None);
    }

    #[test]
    fn the_next_one_is_the_last_minor_and_then_the_next_major() {
        let next = |from| read(from).next().map(Release::minor);
        assert_eq!(next("8.15.0"), Some("8.19".to_owned()));
        assert_eq!(next("8.19.3"), Some("9.4".to_owned()));
        assert_eq!(next("9.4.0"), None);
        assert_eq!(next("2.19.0"), Some("3.8".to_owned()));
        assert_eq!(next("3.8.0"), None);
    }
}
