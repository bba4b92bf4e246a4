//! Releases of Kafka, and the levels of `metadata.version`, by which `kafka-features.sh` tells them.

use crate::import::version::Version;

/// The releases, as `enum Release` of the rules has them, with the newest level that each supports in production
/// (apache/kafka, `MetadataVersion.java`).
const RELEASES: [(u32, u32, u32); 7] = [
    (3, 7, 19),
    (3, 8, 20),
    (3, 9, 21),
    (4, 0, 25),
    (4, 1, 27),
    (4, 2, 29),
    (4, 3, 30),
];

/// For each release the level of its IV0 (the same).
const FIRST_LEVELS: [(&str, u32); 14] = [
    ("3.1", 2),
    ("3.2", 3),
    ("3.3", 4),
    ("3.4", 8),
    ("3.5", 9),
    ("3.6", 12),
    ("3.7", 15),
    ("3.8", 20),
    ("3.9", 21),
    ("4.0", 22),
    ("4.1", 26),
    ("4.2", 28),
    ("4.3", 30),
    // Above all that are covered: what there is of it is no level of those.
    ("4.4", 31),
];

/// The oldest level that 4.0 and later support: 3.3-IV3.
pub const OLDEST_FOR_4: u32 = 7;

/// What the rules cover, for messages.
pub const COVERED: &str = "the rules are about Kafka 3.7 to 4.3";

/// A release that the rules cover.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Release(usize);

impl Release {
    /// The newest that is covered.
    pub const NEWEST: Self = Self(RELEASES.len() - 1);
    /// The first without ZooKeeper.
    pub const V4_0: Self = Self(3);

    /// Reads `3.9.1` or `3.9`.
    pub fn read(text: &str) -> Option<Self> {
        let version = Version::read(text)?;
        let is = |(major, minor, _): &(u32, u32, u32)| {
            (*major, *minor) == (version.major, version.minor)
        };
        RELEASES.iter().position(is).map(Self)
    }

    /// The release whose newest level this is.
    pub fn of_newest(level: u32) -> Option<Self> {
        RELEASES
            .iter()
            .position(|(_, _, newest)| *newest == level)
            .map(Self)
    }

    /// The first release that supports a level. Whatever supports it supports the newest level of that one, and nothing else
    /// does.
    pub fn supporting(level: u32) -> Option<Self> {
        RELEASES
            .iter()
            .position(|(_, _, newest)| *newest >= level)
            .map(Self)
    }

    /// The newest level that it supports.
    pub const fn newest_level(self) -> u32 {
        RELEASES[self.0].2
    }

    /// Its name in the rules.
    pub fn name(self) -> String {
        format!("v{}_{}", RELEASES[self.0].0, RELEASES[self.0].1)
    }

    /// `3.9`.
    pub fn text(self) -> String {
        format!("{}.{}", RELEASES[self.0].0, RELEASES[self.0].1)
    }
}

/// The level of what `kafka-features.sh` calls `3.9-IV0`, or `UNKNOWN 30` where the tool is older than the cluster.
pub fn level(text: &str) -> Option<u32> {
    if let Some(number) = text.strip_prefix("UNKNOWN ") {
        return number.parse().ok().filter(|level| *level > 0);
    }
    if text == "3.0-IV1" {
        return Some(1);
    }
    let (release, place) = text.split_once("-IV")?;
    let first = FIRST_LEVELS.iter().position(|(name, _)| *name == release)?;
    let place: u32 = place.parse().ok()?;
    let level = FIRST_LEVELS[first].1.checked_add(place)?;
    let next = FIRST_LEVELS.get(first + 1)?.1;
    (level < next).then_some(level)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_those_of_kafka() {
        for (text, expected) in [
            ("3.0-IV1", 1),
            ("3.3-IV3", 7),
            ("3.5-IV2", 11),
            ("3.7-IV4", 19),
            ("3.9-IV0", 21),
            ("4.0-IV3", 25),
            ("4.2-IV1", 29),
            ("4.3-IV0", 30),
            ("UNKNOWN 30", 30),
        ] {
            assert_eq!(level(text), Some(expected), "{text}");
        }
        for text in [
            "3.9-IV1",
            "4.4-IV0",
            "UNKNOWN 0",
            "UNKNOWN",
            "3.9",
            "",
            "0",
            "4.1-IV-1",
        ] {
            assert_eq!(level(text), None, "{text}");
        }
    }

    #[test]
    fn releases_are_told_by_the_newest_level() {
        assert_eq!(
            Release::of_newest(25).map(Release::text),
            Some("4.0".to_owned())
        );
        assert_eq!(Release::of_newest(24), None);
        assert_eq!(
            Release::supporting(7).map(Release::name),
            Some("v3_7".to_owned())
        );
        assert_eq!(Release::supporting(22), Some(Release::V4_0));
        assert_eq!(Release::supporting(31), None);
        assert_eq!(Release::read("4.3.1"), Some(Release::NEWEST));
        assert_eq!(Release::read("3.6.2"), None);
        assert_eq!(Release::NEWEST.newest_level(), 30);
    }
}
