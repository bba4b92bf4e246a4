//! Releases of etcd, and the classes into which the rules put them.

use crate::import::version::Version;

/// The first of each class, as `enum Release` of the rules has them.
const CLASSES: [(&str, (u32, u32)); 7] = [
    ("v3_5_1", (5, 1)),
    ("v3_5_20", (5, 20)),
    ("v3_5_24", (5, 24)),
    ("v3_5_26", (5, 26)),
    ("v3_6_0", (6, 0)),
    ("v3_6_11", (6, 11)),
    ("v3_7_0", (7, 0)),
];

/// What the rules cover, for messages.
pub const COVERED: &str = "the rules are about etcd 3.5.1 to 3.7";

/// A release that the rules cover, by its class.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Release(usize);

impl Release {
    /// The first patch of 3.5 whose members may stand beside 3.6.
    pub const LAST_OF_3_5: Self = Self(3);
    /// The first patch of 3.6 whose members may stand beside 3.7.
    pub const LAST_OF_3_6: Self = Self(5);
    /// The first whose v3store is right whatever its members ran before.
    pub const REPAIRS_SNAPSHOTS: Self = Self(2);

    /// The class of a version.
    pub fn of(version: Version) -> Option<Self> {
        if version.major != 3 || version.minor > 7 {
            return None;
        }
        let place = (version.minor, version.patch);
        CLASSES
            .iter()
            .rposition(|(_, first)| *first <= place)
            .map(Self)
    }

    /// Reads a version, or the name of a class.
    pub fn read(text: &str) -> Option<Self> {
        Version::read(&text.replace('_', ".")).and_then(Self::of)
    }

    /// The newest class of a minor.
    pub fn newest(minor: u32) -> Option<Self> {
        CLASSES
            .iter()
            .rposition(|(_, first)| first.0 == minor)
            .map(Self)
    }

    /// Its name in the rules.
    pub const fn name(self) -> &'static str {
        CLASSES[self.0].0
    }

    /// `3.5.26`, the first of the class.
    pub fn first(self) -> String {
        self.name().trim_start_matches('v').replace('_', ".")
    }

    /// 5 for 3.5.
    pub const fn minor(self) -> u32 {
        CLASSES[self.0].1.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_release_is_in_the_class_of_the_last_one_that_is_not_newer() {
        let class = |text| Release::read(text).map(Release::name);
        assert_eq!(class("3.5.1"), Some("v3_5_1"));
        assert_eq!(class("3.5.19"), Some("v3_5_1"));
        assert_eq!(class("3.5.20"), Some("v3_5_20"));
        assert_eq!(class("3.5.25"), Some("v3_5_24"));
        assert_eq!(class("3.5.99"), Some("v3_5_26"));
        assert_eq!(class("3.6.10"), Some("v3_6_0"));
        assert_eq!(class("3.6.11"), Some("v3_6_11"));
        assert_eq!(class("v3_6_11"), Some("v3_6_11"));
        assert_eq!(class("3.7.4"), Some("v3_7_0"));
        for text in [
            "3.4.23",
            "3.5.0",
            "3.8.0",
            "4.6.0",
            "2.3.8",
            "3.6.0-rc.1",
            "new",
        ] {
            assert_eq!(class(text), None, "{text}");
        }
    }

    #[test]
    fn the_named_classes_are_those_that_they_say() {
        assert_eq!(Release::LAST_OF_3_5.first(), "3.5.26");
        assert_eq!(Release::LAST_OF_3_6.first(), "3.6.11");
        assert_eq!(Release::REPAIRS_SNAPSHOTS.first(), "3.5.24");
        assert_eq!(Release::newest(6).map(Release::minor), Some(6));
        assert_eq!(Release::newest(8), None);
    }
}
