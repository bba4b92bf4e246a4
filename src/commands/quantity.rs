//! Sizes, durations and numbers as users write them: `2G`, `512M`, `30s`, `5m`. A limit is never 0: a search under it
//! would establish nothing.

use std::num::NonZeroUsize;
use std::time::Duration;

use rollproof::model::settings::MAX_FAULTS;

/// More threads than this are a slip of the finger.
const MAX_THREADS: usize = 1024;
/// More operators than this are a slip of the finger.
const MAX_LANES: usize = 1000;

/// A duration: a number with `ms`, `s`, `m` (or `min`) or `h`; seconds where there is no unit.
pub fn duration(text: &str) -> Result<Duration, String> {
    let units = [
        ("ms", 1),
        ("s", 1_000),
        ("min", 60_000),
        ("m", 60_000),
        ("h", 3_600_000),
        ("", 1_000),
    ];
    let found = scaled(text, &units).filter(|time| *time > 0);
    found
        .map(Duration::from_millis)
        .ok_or_else(|| "write a number above 0 with `s`, `m` or `h`, such as 30s or 5m".to_owned())
}

/// A size in bytes: a number with `K`, `M`, `G` or `T`, in powers of 1000 (`Ki`, `Mi`, … of 1024); a `B` may follow.
pub fn bytes(text: &str) -> Result<u64, String> {
    let bare = text.strip_suffix(['B', 'b']).unwrap_or(text);
    let units = [
        ("Ki", 1 << 10),
        ("Mi", 1 << 20),
        ("Gi", 1 << 30),
        ("Ti", 1 << 40),
        ("K", 1_000),
        ("k", 1_000),
        ("M", 1_000_000),
        ("G", 1_000_000_000),
        ("T", 1_000_000_000_000),
        ("", 1),
    ];
    let found = scaled(bare, &units).filter(|size| *size > 0);
    found.ok_or_else(|| "write a number above 0 with `M` or `G`, such as 512M or 2G".to_owned())
}

/// A number of states, at least 1: a search stores its first one.
pub fn states(text: &str) -> Result<u64, String> {
    let found = scaled(text, &[("", 1)]).filter(|number| *number > 0);
    found.ok_or_else(|| "write a whole number above 0, such as 1000000".to_owned())
}

/// A number of threads: at least 1, and no more than anybody has processors.
pub fn threads(text: &str) -> Result<usize, String> {
    let number = scaled(text, &[("", 1)]).and_then(|number| usize::try_from(number).ok());
    let found = number.filter(|number| (1..=MAX_THREADS).contains(number));
    found.ok_or_else(|| format!("write a whole number from 1 to {MAX_THREADS}"))
}

/// The number of a point, from 1 on.
pub fn point(text: &str) -> Result<usize, String> {
    let number = scaled(text, &[("", 1)]).and_then(|number| usize::try_from(number).ok());
    let found = number.filter(|number| *number > 0);
    found.ok_or_else(|| "write the number of a point, such as 1".to_owned())
}

/// A number of operators: at least 1, and no more than anybody can keep an eye on.
pub fn lanes(text: &str) -> Result<NonZeroUsize, String> {
    let number = scaled(text, &[("", 1)]).and_then(|number| usize::try_from(number).ok());
    let found = number.filter(|number| *number <= MAX_LANES);
    let found = found.and_then(NonZeroUsize::new);
    found.ok_or_else(|| format!("write a whole number from 1 to {MAX_LANES}"))
}

/// A number of faults, at most as many as a cluster file may allow.
pub fn faults(text: &str) -> Result<u32, String> {
    let number = scaled(text, &[("", 1)]).and_then(|number| u32::try_from(number).ok());
    let found = number.filter(|number| u64::from(*number) <= MAX_FAULTS);
    found.ok_or_else(|| format!("write a whole number from 0 to {MAX_FAULTS}"))
}

/// The number times what its unit stands for; the first unit that ends the text counts.
fn scaled(text: &str, units: &[(&str, u64)]) -> Option<u64> {
    units.iter().find_map(|(unit, scale)| {
        let digits = text.strip_suffix(unit)?.trim_end();
        let digits = Some(digits).filter(|d| d.bytes().all(|b| b.is_ascii_digit()))?;
        digits.parse::<u64>().ok()?.checked_mul(*scale)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_units() {
        assert_eq!(duration("30s"), Ok(Duration::from_secs(30)));
        assert_eq!(duration("5m"), Ok(Duration::from_secs(300)));
        assert_eq!(duration("5 min"), Ok(Duration::from_secs(300)));
        assert_eq!(duration("2h"), Ok(Duration::from_secs(7_200)));
        assert_eq!(duration("250ms"), Ok(Duration::from_millis(250)));
        assert_eq!(duration("7"), Ok(Duration::from_secs(7)));
        for wrong in [
            "",
            "s",
            "-1s",
            "+1s",
            "1.5h",
            "5 weeks",
            "99999999999999999999h",
            "0",
            "0s",
        ] {
            assert!(duration(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn sizes_have_units() {
        assert_eq!(bytes("2G"), Ok(2_000_000_000));
        assert_eq!(bytes("512MB"), Ok(512_000_000));
        assert_eq!(bytes("1GiB"), Ok(1 << 30));
        assert_eq!(bytes("100"), Ok(100));
        for wrong in ["", "G", "-2G", "2X", "99999999T", "0", "0G"] {
            assert!(bytes(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn numbers_are_told_their_range() {
        assert_eq!((faults("0"), faults("1000000")), (Ok(0), Ok(1_000_000)));
        for wrong in ["", "x", "-1", "1000001", "99999999999", "1.5"] {
            let told = Err("write a whole number from 0 to 1000000".to_owned());
            assert_eq!(faults(wrong), told, "{wrong}");
        }
        assert_eq!(states("1"), Ok(1));
        assert!(states("0").is_err() && states("-1").is_err() && states("x").is_err());
    }
}
