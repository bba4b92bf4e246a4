//! What can be asked of `regress`.

use std::path::PathBuf;

use clap::{Args, ValueEnum as _};

use rollproof::model::sizes::Sizes;

use super::{Changes, Format, Search};

/// `regress SUITE`
#[derive(Debug, Args)]
pub struct Regress {
    /// A suite: a file, a name of the library, or `-` for standard input; between two versions of rules suites, clusters and
    /// plans
    #[arg(value_name = "SUITE|CLUSTER", required = true)]
    pub subjects: Vec<String>,
    /// Tell every case, not only those that are not as expected
    #[arg(long)]
    pub all: bool,
    /// Write what came out into the suite, as what is expected from now on
    #[arg(long)]
    pub bless: bool,
    /// Ask every case anew, and remember nothing
    #[arg(long)]
    pub no_cache: bool,
    /// Write the answer to a file as well, such as junit=report.xml or sarif=rules.sarif (may be given several times)
    #[arg(long = "output", value_name = "FORMAT=FILE", value_parser = output)]
    pub outputs: Vec<(Format, PathBuf)>,
    /// Which versions of the rules.
    #[command(flatten)]
    pub versions: Versions,
    /// With two versions of the rules or with --mutate: try all clusters up to this size, with these policies on and off
    #[arg(long, value_name = "KIND=N,…", value_parser = sizes)]
    pub up_to: Option<Sizes>,
    /// Which changes of the rules.
    #[command(flatten)]
    pub mutation: Mutation,
    /// What is different from the files.
    #[command(flatten)]
    pub changes: Changes,
    /// How long, and how.
    #[command(flatten)]
    pub search: Search,
}

/// Two versions of the rules.
#[derive(Debug, Args)]
#[command(next_help_heading = "Between two versions of the rules")]
pub struct Versions {
    /// The old rules, in the place of those that clusters name
    #[arg(long, value_name = "OLD.rules", conflicts_with = "git")]
    pub old: Option<String>,
    /// The new rules, in the place of those that clusters name
    #[arg(long, value_name = "NEW.rules", conflicts_with = "git")]
    pub new: Option<String>,
    /// The old rules as they are in the commit BASE, the new ones as in HEAD, or as they are now
    #[arg(long, value_name = "BASE[..HEAD]")]
    pub git: Option<String>,
}

/// `node=4,evs=2,drain`
fn sizes(text: &str) -> Result<Sizes, String> {
    let expected = || {
        "write how many objects of each kind there may be, and policies to turn on and off, such as node=4,evs=2,drain"
            .to_owned()
    };
    let mut sizes = Sizes::default();
    for piece in text.split(',').map(str::trim) {
        match piece.split_once('=') {
            Some((kind, most)) => {
                let most: u32 = most.parse().map_err(|_| expected())?;
                if most == 0 || most > 64 || sizes.kinds.iter().any(|(known, _)| known == kind) {
                    return Err(expected());
                }
                sizes.kinds.push((kind.to_owned(), most));
            }
            None if piece.is_empty() => return Err(expected()),
            None => sizes.policies.push(piece.to_owned()),
        }
    }
    if sizes.kinds.is_empty() || sizes.policies.len() > 8 {
        return Err(expected());
    }
    Ok(sizes)
}

/// Rules with one thing taken out.
#[derive(Debug, Args)]
#[command(next_help_heading = "Which rules does nobody test?")]
pub struct Mutation {
    /// Take out or weaken each rule in turn, and tell which of these changes no case notices
    #[arg(long, conflicts_with_all = ["old", "new", "git", "bless"])]
    pub mutate: bool,
    /// Look for a case that would notice
    #[arg(long, requires = "mutate")]
    pub suggest: bool,
    /// How many percent must be noticed (100 by default)
    #[arg(long, value_name = "PERCENT", requires = "mutate", value_parser = clap::value_parser!(u32).range(0..=100))]
    pub at_least: Option<u32>,
}

impl Versions {
    /// Whether two versions are to be compared.
    pub const fn are_asked(&self) -> bool {
        self.old.is_some() || self.new.is_some() || self.git.is_some()
    }
}

/// `junit=report.xml`
fn output(text: &str) -> Result<(Format, PathBuf), String> {
    let expected = || {
        let all = Format::value_variants().iter().map(|format| format.text());
        let all = all.collect::<Vec<_>>().join(", ");
        format!("write FORMAT=FILE, such as junit=report.xml; formats: {all}")
    };
    let (name, file) = text.split_once('=').ok_or_else(expected)?;
    let format = Format::value_variants()
        .iter()
        .find(|format| format.text() == name);
    match format {
        Some(format) if !file.is_empty() && file != "-" => Ok((*format, file.into())),
        _ => Err(expected()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_kinds_with_numbers_and_policies() {
        let found = sizes("node=4, evs=2,drain").unwrap();
        assert_eq!(found.kinds, [("node".to_owned(), 4), ("evs".to_owned(), 2)]);
        assert_eq!(found.policies, ["drain"]);
        for wrong in [
            "",
            "drain",
            "node=0",
            "node=1,node=2",
            "node=x",
            "node=65",
            "node=1,",
        ] {
            assert!(sizes(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn outputs_are_a_format_and_a_file() {
        let found = output("sarif=a=b.sarif").unwrap();
        assert_eq!(found, (Format::Sarif, PathBuf::from("a=b.sarif")));
        for wrong in ["sarif", "sarif=", "sarif=-", "pdf=x"] {
            assert!(output(wrong).is_err(), "{wrong}");
        }
    }
}
