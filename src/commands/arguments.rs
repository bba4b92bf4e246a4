//! What can be asked on the command line, in the user's words. Knows no file and no answer.

use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};

use rollproof::model::settings::Overrides;
use rollproof::tasks::effort::{Effort, Reductions};
use rollproof::tasks::exposure::strikes::Limits;
use rollproof::tasks::exposure::{CellName, Deny, Question, Traces};

use super::lanes::Relax;
use super::quantity;

mod best;
mod regress;

pub use best::Best;
pub use regress::Regress;

/// Prove a rolling upgrade safe before anyone touches the cluster.
///
/// rollproof reads the rules of a clustered product, one concrete cluster and perhaps a plan, and tries every order in
/// which steps, reboots and failovers can happen. Where something can go wrong it shows the shortest way there.
#[derive(Debug, Parser)]
#[command(
    name = "rollproof",
    version,
    max_term_width = 100,
    after_help = "\
Examples:
  rollproof plan exchange-2003/two-node        the shortest safe way to upgrade a built-in cluster
  rollproof verify my-plan.json                is my own plan safe, never refused and complete?
  rollproof models                             what is built in

Exit status: 0 all that was asked holds, 1 something is violated or no plan exists, 2 the input or the usage is
wrong, 3 a limit was reached first, 4 an internal check failed."
)]
pub struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// How to tell the answer.
    #[command(flatten)]
    pub output: Output,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Explore everything that the rules allow on a cluster
    #[command(after_help = "\
Examples:
  rollproof check exchange-core/n2-m1 --policy drain=on
  rollproof check my-product.rules             are there mistakes in the rules?")]
    Check(Check),
    /// Ask of a plan: is it safe, never refused, complete?
    #[command(after_help = "\
Example:
  rollproof verify exchange-2003/two-node")]
    Verify(Verify),
    /// Find the shortest valid plan for a cluster, as a runbook
    #[command(after_help = "\
Example:
  rollproof plan exchange-2003/four-node --goal complete -o plan.json")]
    Plan(Plan),
    /// Compare the cases of a suite with what it expects, or two versions of rules with each other
    #[command(after_help = "\
Examples:
  rollproof regress exchange-2003
  rollproof regress ./suite.json --bless       what came out is what is expected from now on
  rollproof regress ./suite.json --mutate      which rules does nobody test?
  rollproof regress ./suite.json --git main    what does my change of the rules break?
  rollproof regress --old old.rules --new new.rules exchange-core/n2-m1")]
    Regress(Regress),
    /// Start rules of your own: lay out a folder with a cluster, a plan and a suite that pass
    #[command(after_help = "\
Examples:
  rollproof new my-product
  rollproof new my-product --like etcd         begin with a copy of the built-in rules of etcd")]
    New(New),
    /// Make a cluster file of what the product's own tools print
    #[command(after_help = "\
Examples:
  etcdctl endpoint status --cluster -w json > status.json
  etcdctl member list -w json > members.json
  rollproof import etcd status.json members.json -o cluster.json
  rollproof plan cluster.json")]
    Import(Import),
    /// List the built-in models with their clusters and plans
    #[command(after_help = "\
Example:
  rollproof models --format json
  rollproof models --schema cluster my.rules > cluster.schema.json")]
    Models(Models),
    /// Explain the code of a diagnostic at length
    #[command(after_help = "\
Example:
  rollproof explain C0004")]
    Explain(Explain),
}

impl Command {
    /// Its name, for reports.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Check(_) => "check",
            Self::Verify(_) => "verify",
            Self::Plan(_) => "plan",
            Self::Regress(_) => "regress",
            Self::New(_) => "new",
            Self::Import(_) => "import",
            Self::Models(_) => "models",
            Self::Explain(_) => "explain",
        }
    }
}

/// `check CLUSTER`
#[derive(Debug, Args)]
pub struct Check {
    /// A cluster: a file, a name of the library, or `-` for standard input; or a file of rules
    #[arg(value_name = "CLUSTER|FILE.rules")]
    pub subject: String,
    /// Which properties.
    #[command(flatten)]
    pub asked: Asked,
    /// Show the shortest run to the goal as well
    #[arg(long)]
    pub witness: bool,
    /// Take assumptions of the rules that do not hold for errors
    #[arg(long)]
    pub strict: bool,
    /// What is different from the files.
    #[command(flatten)]
    pub changes: Changes,
    /// How long, and how.
    #[command(flatten)]
    pub search: Search,
}

/// `verify PLAN`
#[derive(Debug, Args)]
pub struct Verify {
    /// A plan: a file, a name of the library, or `-` for standard input
    #[arg(value_name = "PLAN")]
    pub subject: String,
    /// Which properties.
    #[command(flatten)]
    pub asked: Asked,
    /// Where the plan is.
    #[command(flatten)]
    pub midway: Midway,
    /// What faults do along the plan.
    #[command(flatten)]
    pub exposure: Exposure,
    /// The plan in lanes.
    #[command(flatten)]
    pub relax: Relax,
    /// Write the plan in lanes to this file
    #[arg(
        short,
        long,
        value_name = "FILE",
        help_heading = "Several operators at once"
    )]
    pub output: Option<std::path::PathBuf>,
    /// Take assumptions of the rules that do not hold for errors
    #[arg(long)]
    pub strict: bool,
    /// What is different from the files.
    #[command(flatten)]
    pub changes: Changes,
    /// How long, and how.
    #[command(flatten)]
    pub search: Search,
}

/// Where the plan is, where only the rest of it is asked about.
#[derive(Debug, Args)]
#[command(next_help_heading = "In the middle of the plan")]
pub struct Midway {
    /// Verify the rest, from before this step (2+5 where two lanes are; one more than the last step after it)
    #[arg(long, value_name = "STEP", allow_negative_numbers = true)]
    pub at: Option<String>,
    /// Compare this cluster, as it is now, with what the plan expects there, and verify the rest from it
    #[arg(long, value_name = "CLUSTER")]
    pub observed: Option<String>,
}

/// What is asked about faults along a plan, beside `--faults`.
#[derive(Debug, Args)]
#[command(
    next_help_heading = "Exposure to faults (--faults N strike at one step; 1 by default, 0 for none)"
)]
pub struct Exposure {
    /// Let the operator slip N times at one step: leave a step out, do it twice, do it on another object
    #[arg(long, value_name = "N", value_parser = quantity::faults, allow_negative_numbers = true)]
    pub slips: Option<u32>,
    /// Take harm that faults may do (or surely do) for a violation
    #[arg(long, value_name = "HARM", num_args = 0..=1, default_missing_value = "possible", require_equals = true)]
    pub deny_exposure: Option<Denied>,
    /// Show the shortest runs of what strikes do at a step, such as '4 crash(Node1)'
    #[arg(long, value_name = "CELL", value_parser = cell)]
    pub trace: Option<CellName>,
    /// Write a book of what to do when something strikes, and of how to give up
    #[arg(long, value_name = "FILE.md")]
    pub contingency: Option<std::path::PathBuf>,
}

/// What harm is a violation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Denied {
    /// What may come
    Possible,
    /// What is sure to come
    Certain,
}

impl Exposure {
    /// For the tasks; none where nothing is asked. `declares_faults` says whether the rules have any, `all` whether all
    /// properties are asked for.
    pub fn question(
        &self,
        faults: Option<u32>,
        declares_faults: bool,
        all: bool,
        traces: bool,
    ) -> Option<Question> {
        let named = self.slips.is_some()
            || self.deny_exposure.is_some()
            || self.trace.is_some()
            || self.contingency.is_some();
        let by_default = u32::from(declares_faults && (all || named));
        let limits = Limits {
            faults: faults.unwrap_or(by_default),
            slips: self.slips.unwrap_or(0),
        };
        let asked = limits != Limits::default() || self.deny_exposure.is_some();
        asked.then(|| Question {
            limits,
            traces: match &self.trace {
                Some(cell) => Traces::Of(cell.clone()),
                None if traces => Traces::All,
                None => Traces::None,
            },
            deny: self.deny_exposure.map(|denied| match denied {
                Denied::Possible => Deny::Possible,
                Denied::Certain => Deny::Certain,
            }),
            book: self.contingency.is_some(),
            of_valid_plans: faults.is_none() && !named,
        })
    }
}

/// `plan CLUSTER`
#[derive(Debug, Args)]
pub struct Plan {
    /// A cluster: a file, a name of the library, or `-` for standard input
    #[arg(
        value_name = "CLUSTER",
        required_unless_present = "from",
        conflicts_with = "from"
    )]
    pub subject: Option<String>,
    /// Go on from the middle of a plan (`PLAN@STEP`: that step is about to be taken), or take over a cluster as it is
    #[arg(long, value_name = "PLAN@STEP|CLUSTER", conflicts_with = "keep")]
    pub from: Option<String>,
    /// Keep to these steps in this order, others between them: `"take_offline(EVS1), move(EVS1, Node4)"`; where a hole `…` is
    /// written, others come only there
    #[arg(long, value_name = "STEPS")]
    pub keep: Option<String>,
    /// Tell this many of the best plans, that differ by more than names and the order of independent steps
    #[arg(long, value_name = "N", conflicts_with = "from", value_parser = clap::value_parser!(u16).range(1..=100))]
    pub alternatives: Option<u16>,
    /// What the plan is the best by.
    #[command(flatten)]
    pub best: Best,
    /// Where no plan exists, do not look for what would let one exist
    #[arg(long)]
    pub no_remedies: bool,
    /// The plan in lanes.
    #[command(flatten)]
    pub relax: Relax,
    /// Write the plan to this file, for `verify`
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<std::path::PathBuf>,
    /// Take assumptions of the rules that do not hold for errors
    #[arg(long)]
    pub strict: bool,
    /// What is different from the files.
    #[command(flatten)]
    pub changes: Changes,
    /// How long, and how.
    #[command(flatten)]
    pub search: Search,
}

/// `new DIR`
#[derive(Debug, Args)]
pub struct New {
    /// The folder to lay out: one that is not there yet, or an empty one
    #[arg(value_name = "DIR")]
    pub folder: std::path::PathBuf,
    /// Begin with a copy of the rules, clusters, plans and suite of this model of the library
    #[arg(long, value_name = "NAME")]
    pub like: Option<String>,
}

/// `import PRODUCT FILE…`
#[derive(Debug, Args)]
pub struct Import {
    /// The product, by the name of its rules: etcd
    pub product: String,
    /// What its tools printed, in any order: files, or `-` for standard input
    #[arg(value_name = "FILE|-")]
    pub files: Vec<String>,
    /// Write the cluster to this file, not to standard output
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<std::path::PathBuf>,
    /// Say what the outputs do not tell (may be given several times)
    #[arg(long, value_name = "NAME=VALUE", value_parser = answer)]
    pub set: Vec<(String, String)>,
}

/// `models`
#[derive(Debug, Args)]
pub struct Models {
    /// Print the JSON Schema of this kind of file instead, for editors
    #[arg(long, value_enum, value_name = "KIND")]
    pub schema: Option<SchemaOf>,
    /// The rules that the schema is for: a file, or a name of the library
    #[arg(value_name = "RULES", requires = "schema")]
    pub rules: Option<String>,
}

/// Files that have a schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SchemaOf {
    /// Clusters for RULES
    Cluster,
    /// Plans for RULES
    Plan,
    /// Suites, whatever the rules
    Suite,
}

/// `explain CODE`
#[derive(Debug, Args)]
pub struct Explain {
    /// A code such as R0010
    pub code: String,
}

/// Which properties are asked for.
#[derive(Debug, Args)]
pub struct Asked {
    /// Ask for this property only (may be given several times)
    #[arg(long = "property", value_name = "NAME")]
    pub properties: Vec<String>,
}

/// What is different from what the files say.
#[derive(Debug, Args)]
#[command(next_help_heading = "Instead of what the files say")]
pub struct Changes {
    /// Turn a policy on or off
    #[arg(long = "policy", value_name = "NAME=on|off", value_parser = policy)]
    policies: Vec<(String, bool)>,
    /// Set a parameter of the rules
    #[arg(long = "param", value_name = "NAME=VALUE", value_parser = parameter)]
    params: Vec<(String, String)>,
    /// How many faults may strike
    #[arg(long, value_name = "N", value_parser = quantity::faults, allow_negative_numbers = true)]
    pub faults: Option<u32>,
    /// Ask for this goal
    #[arg(long, value_name = "GOAL")]
    pub goal: Option<String>,
}

impl Changes {
    /// For the model room.
    pub fn overrides(&self) -> Overrides {
        Overrides {
            policies: self.policies.clone(),
            params: self.params.clone(),
            faults: self.faults,
            goal: self.goal.clone(),
        }
    }
}

/// How a search is carried out, and when it gives up.
#[derive(Debug, Args)]
#[command(next_help_heading = "Search")]
pub struct Search {
    /// Store at most so many states
    #[arg(long, value_name = "N", value_parser = quantity::states, allow_negative_numbers = true)]
    pub max_states: Option<u64>,
    /// Stop where the program needs more memory, such as 512M or 2G
    #[arg(long, value_name = "SIZE", value_parser = quantity::bytes, allow_negative_numbers = true)]
    pub max_memory: Option<u64>,
    /// Stop after this time, such as 30s or 5m
    #[arg(long, value_name = "TIME", value_parser = quantity::duration, allow_negative_numbers = true)]
    pub timeout: Option<Duration>,
    /// Search on so many threads (all processors by default); the answer is the same
    #[arg(long, value_name = "N", value_parser = quantity::threads, allow_negative_numbers = true)]
    pub threads: Option<usize>,
    /// Use these reductions only, where they are sound for what is asked
    #[arg(
        long,
        value_name = "NAMES",
        value_delimiter = ',',
        conflicts_with = "no_reduce"
    )]
    pub reduce: Option<Vec<Reduction>>,
    /// Turn every reduction off, and count every state
    #[arg(long)]
    pub no_reduce: bool,
}

/// A reduction by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Reduction {
    /// One state for all that are equal up to the names of interchangeable objects
    Symmetry,
    /// Without what cannot influence what is asked
    Slice,
    /// Of steps that do not depend on each other, one order instead of all
    Stubborn,
}

impl Search {
    /// For the tasks.
    pub fn effort(&self) -> Effort {
        let may = |reduction| match &self.reduce {
            _ if self.no_reduce => false,
            Some(only) => only.contains(&reduction),
            None => true,
        };
        Effort {
            threads: self.threads.unwrap_or(0),
            reductions: Reductions {
                symmetry: may(Reduction::Symmetry),
                slice: may(Reduction::Slice),
                stubborn: may(Reduction::Stubborn),
            },
            ..Effort::default()
        }
    }
}

/// How the answer is told.
#[derive(Clone, Copy, Debug, Args)]
#[command(next_help_heading = "Output")]
pub struct Output {
    /// For people, or for programs
    #[arg(long, global = true, value_enum, default_value_t = Format::Human)]
    pub format: Format,
    /// Colours
    #[arg(long, global = true, value_enum, default_value_t = Colour::Auto, value_name = "WHEN")]
    pub color: Colour,
}

/// For whom an answer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people
    Human,
    /// For programs; nothing but JSON on standard output
    Json,
    /// A test report for CI systems (regress)
    Junit,
    /// For code review, with places in the rules (regress)
    Sarif,
    /// Annotations of a workflow (regress)
    Github,
    /// A comment for a merge request (regress)
    Markdown,
}

impl Format {
    /// Its name on the command line.
    pub const fn text(self) -> &'static str {
        match self {
            Self::Human => "human",
            Self::Json => "json",
            Self::Junit => "junit",
            Self::Sarif => "sarif",
            Self::Github => "github",
            Self::Markdown => "markdown",
        }
    }
}

/// When to colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Colour {
    /// On a terminal
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// `4 crash(Node1)`, `4: crash(Node1) + crash(Node2)`
fn cell(text: &str) -> Result<CellName, String> {
    let expected = || {
        "write the step and what strikes there, such as '4 crash(Node1)' or '4 crash(Node1) + crash(Node2)'"
            .to_owned()
    };
    let (position, strikes) = text.trim().split_once([' ', ':']).ok_or_else(expected)?;
    let strikes: Vec<String> = strikes.split(" + ").map(|s| s.trim().to_owned()).collect();
    if position.is_empty() || strikes.iter().any(String::is_empty) {
        return Err(expected());
    }
    Ok(CellName {
        position: position.to_owned(),
        strikes,
    })
}

fn policy(text: &str) -> Result<(String, bool), String> {
    let expected = || "write NAME=on or NAME=off, such as drain=off".to_owned();
    let (name, value) = text.split_once('=').ok_or_else(expected)?;
    match value {
        "on" | "true" => Ok((name.to_owned(), true)),
        "off" | "false" => Ok((name.to_owned(), false)),
        _ => Err(expected()),
    }
}

fn answer(text: &str) -> Result<(String, String), String> {
    let expected = || "write NAME=VALUE, such as target=3.6.11".to_owned();
    let (name, value) = text.split_once('=').ok_or_else(expected)?;
    if name.is_empty() || value.is_empty() {
        return Err(expected());
    }
    Ok((name.to_owned(), value.to_owned()))
}

fn parameter(text: &str) -> Result<(String, String), String> {
    let expected = || "write NAME=VALUE, such as limit=2".to_owned();
    let (name, value) = text.split_once('=').ok_or_else(expected)?;
    if name.is_empty() || value.is_empty() {
        return Err(expected());
    }
    Ok((name.to_owned(), value.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn the_definition_is_sound() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn every_command_has_an_example() {
        for command in Arguments::command().get_subcommands() {
            let help = command.get_after_help().map(ToString::to_string);
            let call = format!("rollproof {}", command.get_name());
            assert!(help.is_some_and(|h| h.contains(&call)), "{call}");
        }
    }

    #[test]
    fn policies_and_parameters_are_name_and_value() {
        assert_eq!(policy("drain=off"), Ok(("drain".to_owned(), false)));
        assert_eq!(policy("drain=on"), Ok(("drain".to_owned(), true)));
        assert!(policy("drain").is_err());
        assert!(policy("drain=maybe").is_err());
        assert_eq!(parameter("a=b=c"), Ok(("a".to_owned(), "b=c".to_owned())));
        assert!(parameter("a=").is_err());
        assert!(parameter("=b").is_err());
    }
}
