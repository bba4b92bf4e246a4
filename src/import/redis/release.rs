//! Releases of Redis and Valkey, and the classes into which the rules put them.

use crate::import::version::Version;

/// A class of releases, as `enum Release` of the rules has it.
struct Class {
    name: &'static str,
    valkey: bool,
    /// The first and the last minor.
    first: (u32, u32),
    last: (u32, u32),
    /// The version of the RDB format that they write.
    rdb: u32,
}

const fn class(
    name: &'static str,
    valkey: bool,
    first: (u32, u32),
    last: (u32, u32),
    rdb: u32,
) -> Class {
    Class {
        name,
        valkey,
        first,
        last,
        rdb,
    }
}

const CLASSES: [Class; 6] = [
    class("redis_6_2", false, (6, 2), (6, 2), 9),
    class("redis_7_0", false, (7, 0), (7, 0), 10),
    class("redis_7_2", false, (7, 2), (7, 2), 11),
    class("valkey_7_2", true, (7, 2), (8, 1), 11),
    class("redis_7_4", false, (7, 4), (8, 0), 12),
    class("valkey_9_0", true, (9, 0), (9, 1), 80),
];

/// What the rules cover, for messages.
pub const COVERED: &str = "the rules are about Redis 6.2 to 8.0 and Valkey 7.2 to 9.1";

/// A release that the rules cover, by its class.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Release(usize);

impl Release {
    /// The class of a version.
    pub fn of(valkey: bool, version: Version) -> Option<Self> {
        let minor = (version.major, version.minor);
        CLASSES
            .iter()
            .position(|c| c.valkey == valkey && c.first <= minor && minor <= c.last)
            .map(Self)
    }

    /// Reads `redis-7.2.4` or `valkey-8.1`, or the name of a class.
    pub fn read(text: &str) -> Option<Self> {
        let (valkey, version) = match text.strip_prefix("valkey") {
            Some(version) => (true, version),
            None => (false, text.strip_prefix("redis")?),
        };
        let version = version.strip_prefix(['-', '_'])?.replace('_', ".");
        Version::read(&version).and_then(|version| Self::of(valkey, version))
    }

    /// The newest class of the same product.
    pub fn newest(self) -> Self {
        let own = CLASSES[self.0].valkey;
        CLASSES
            .iter()
            .rposition(|class| class.valkey == own)
            .map_or(self, Self)
    }

    /// Whether it reads the data that the other one writes: `reads` of the rules.
    pub const fn reads(self, writer: Self) -> bool {
        let (own, other) = (CLASSES[self.0].rdb, CLASSES[writer.0].rdb);
        // From 12 on Redis goes on by itself.
        other <= own && !(own == 80 && other == 12)
    }

    /// The version of the RDB format that it writes.
    pub const fn rdb(self) -> u32 {
        CLASSES[self.0].rdb
    }

    /// Its name in the rules.
    pub const fn name(self) -> &'static str {
        CLASSES[self.0].name
    }

    /// `Valkey 7.2-8.1`, as the texts of the rules have it.
    pub fn told(self) -> String {
        let class = &CLASSES[self.0];
        let product = if class.valkey { "Valkey" } else { "Redis" };
        let (first, last) = (class.first, class.last);
        if first == last {
            return format!("{product} {}.{}", first.0, first.1);
        }
        format!("{product} {}.{}-{}.{}", first.0, first.1, last.0, last.1)
    }

    /// `valkey-8.1`, as it is given with `--set`.
    pub fn given(self) -> String {
        let class = &CLASSES[self.0];
        let product = if class.valkey { "valkey" } else { "redis" };
        format!("{product}-{}.{}", class.last.0, class.last.1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_release_is_in_the_class_of_its_product_and_minor() {
        let class = |text| Release::read(text).map(Release::name);
        assert_eq!(class("redis-6.2.18"), Some("redis_6_2"));
        assert_eq!(class("redis-7.0.15"), Some("redis_7_0"));
        assert_eq!(class("redis-7.2"), Some("redis_7_2"));
        assert_eq!(class("redis_7_4"), Some("redis_7_4"));
        assert_eq!(class("redis-8.0.2"), Some("redis_7_4"));
        assert_eq!(class("valkey-7.2.5"), Some("valkey_7_2"));
        assert_eq!(class("valkey-8.0.1"), Some("valkey_7_2"));
        assert_eq!(class("valkey-8.1.1"), Some("valkey_7_2"));
        assert_eq!(class("valkey_9_0"), Some("valkey_9_0"));
        assert_eq!(class("valkey-9.1.2"), Some("valkey_9_0"));
        for text in [
            "7.0.15",
            "redis",
            "redis-",
            "redis7.0",
            "redis-6.0.16",
            "redis-7.1.0",
            "redis-8.2.0",
            "valkey-7.0.0",
            "valkey-8.2.0",
            "valkey-9.2.0",
            "keydb-6.3.4",
            "redis-7.0.0-rc1",
        ] {
            assert_eq!(class(text), None, "{text}");
        }
        for place in 0..CLASSES.len() {
            let release = Release(place);
            assert_eq!(Release::read(release.name()), Some(release));
            assert_eq!(Release::read(&release.given()), Some(release));
        }
    }

    #[test]
    fn a_release_reads_what_older_ones_write_but_valkey_9_not_redis_7_4() {
        let release = |text| Release::read(text).unwrap_or(Release(0));
        let reads = |reader, writer| release(reader).reads(release(writer));
        assert!(reads("redis-7.0", "redis-6.2"));
        assert!(!reads("redis-6.2", "redis-7.0"));
        assert!(reads("redis-7.2", "valkey-8.1") && reads("valkey-8.1", "redis-7.2"));
        assert!(reads("redis-8.0", "valkey-8.1") && !reads("valkey-8.1", "redis-8.0"));
        assert!(reads("valkey-9.0", "valkey-8.1") && !reads("valkey-9.0", "redis-7.4"));
        assert!(!reads("redis-8.0", "valkey-9.0"));
    }

    #[test]
    fn the_newest_is_of_the_same_product() {
        let newest = |text| Release::read(text).map(|release| release.newest().name());
        assert_eq!(newest("redis-6.2"), Some("redis_7_4"));
        assert_eq!(newest("valkey-7.2"), Some("valkey_9_0"));
    }
}
