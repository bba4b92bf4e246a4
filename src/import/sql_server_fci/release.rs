//! Releases of SQL Server, by their years or their major versions.

use crate::import::found::Read;
use crate::language::codes::Code;
use crate::language::diagnostic::Diagnostic;

/// What the rules are about, with the major versions that servers tell.
const RELEASES: [(&str, &str, &str); 4] = [
    ("sql2016", "2016", "13"),
    ("sql2017", "2017", "14"),
    ("sql2019", "2019", "15"),
    ("sql2022", "2022", "16"),
];

/// The place of a release, the oldest first: `2019`, `sql2019`, `15` and `15.0.4430.1` are one.
pub fn given(key: &str, value: &str) -> Read<usize> {
    let major = value.split('.').next().unwrap_or(value);
    let plain = value.to_ascii_lowercase();
    let fits = |(name, year, number): &(&str, &str, &str)| {
        *name == plain || *year == plain || *number == major
    };
    RELEASES.iter().position(fits).ok_or_else(|| {
        let message = format!(
            "`--set {key}={value}` names a release that is not covered: the rules are about SQL Server 2016, 2017, 2019 and 2022"
        );
        Box::new(
            Diagnostic::error(Code::UnknownVersion, message)
                .help(format!("write the year, such as `--set {key}=2019`")),
        )
    })
}

/// Its name in the rules.
pub const fn name(place: usize) -> &'static str {
    RELEASES[place].0
}

/// Its year.
pub const fn year(place: usize) -> &'static str {
    RELEASES[place].1
}

/// The newest.
pub const NEWEST: usize = RELEASES.len() - 1;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_release_is_its_year_or_its_number() {
        for text in ["2019", "sql2019", "SQL2019", "15", "15.0.4430.1"] {
            assert_eq!(
                given("from", text).ok().map(name),
                Some("sql2019"),
                "{text}"
            );
        }
        for text in ["2014", "12.0", "2025", "", "20190"] {
            assert!(given("from", text).is_err(), "{text}");
        }
    }
}
