//! `--minimize`, `--pareto`, `--point`: what a plan is the best by.

use clap::{Args, ValueEnum};

use rollproof::language::codes::Code;
use rollproof::language::diagnostic::Diagnostic;
use rollproof::tasks::optimal::measure::{Measure, Objective};

use super::super::quantity;

/// What a plan is the best by.
#[derive(Debug, Args)]
#[command(next_help_heading = "What counts")]
pub struct Best {
    /// Find the best plan by these, the first of them first (cost by default); then the one with the fewest steps
    #[arg(
        long,
        value_name = "MEASURES",
        value_delimiter = ',',
        conflicts_with_all = ["pareto", "from", "keep", "alternatives"]
    )]
    pub minimize: Vec<Measured>,
    /// Find every compromise between these: the plans that no other plan betters in all of them
    #[arg(
        long,
        value_name = "MEASURES",
        value_delimiter = ',',
        conflicts_with_all = ["from", "keep", "alternatives"]
    )]
    pub pareto: Vec<Measured>,
    /// Of these show the plan of one
    #[arg(long, value_name = "N", requires = "pareto", value_parser = quantity::point, allow_negative_numbers = true)]
    pub point: Option<usize>,
}

/// A figure of plans by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Measured {
    /// The sum of the costs that actions declare, 1 where they declare none
    Cost,
    /// The number of steps
    Steps,
    /// The time until the goal holds
    Duration,
    /// The time that services are out, summed over services
    Downtime,
    /// The time in which one fault may do harm, or a service is out
    Exposure,
}

impl Measured {
    const fn measure(self) -> Measure {
        match self {
            Self::Cost => Measure::Cost,
            Self::Steps => Measure::Steps,
            Self::Duration => Measure::Duration,
            Self::Downtime => Measure::Downtime,
            Self::Exposure => Measure::Exposure,
        }
    }
}

impl Best {
    /// For the tasks; none where nothing is asked.
    ///
    /// # Errors
    /// Where a measure is named twice, or there is nothing to compromise between.
    pub fn objective(&self) -> Result<Option<Objective>, Diagnostic> {
        let (option, list) = if self.pareto.is_empty() {
            ("--minimize", &self.minimize)
        } else {
            ("--pareto", &self.pareto)
        };
        let measures: Vec<Measure> = list.iter().map(|m| m.measure()).collect();
        let mut places = measures.iter().enumerate();
        if let Some((_, twice)) = places.find(|(place, m)| measures[..*place].contains(m)) {
            let message = format!("`{option}` names `{twice}` twice");
            let diagnostic = Diagnostic::error(Code::BadOption, message);
            return Err(diagnostic.help("name each measure once"));
        }
        if let [only] = self.pareto[..] {
            let only = only.measure();
            let message = format!("`--pareto {only}` has nothing to compare `{only}` with");
            let diagnostic = Diagnostic::error(Code::BadOption, message);
            return Err(diagnostic.help(format!(
                "name another measure, such as `--pareto {only},steps`, or ask for `--minimize {only}`"
            )));
        }
        Ok(if !self.pareto.is_empty() {
            Some(Objective::Front(measures))
        } else if measures.is_empty() {
            None
        } else {
            Some(Objective::InOrder(measures))
        })
    }
}
