//! What a plan can be chosen by.

use std::fmt;

use crate::search::label_setting::{Cost, MOST_NUMBERS};

/// A figure of a plan, the less the better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Measure {
    /// The sum of the costs that actions declare, 1 where they declare none.
    Cost,
    /// How many steps there are; waits are none.
    Steps,
    /// Seconds until the goal holds, by the times in the rules.
    Duration,
    /// Seconds that services are out, summed over services, interruptions included.
    Downtime,
    /// Seconds in which one fault may do harm, or a service is out.
    Exposure,
}

impl Measure {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Cost,
        Self::Steps,
        Self::Duration,
        Self::Downtime,
        Self::Exposure,
    ];

    /// As it is written on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Cost => "cost",
            Self::Steps => "steps",
            Self::Duration => "duration",
            Self::Downtime => "downtime",
            Self::Exposure => "exposure",
        }
    }

    /// Whether it is seconds.
    #[must_use]
    pub const fn is_time(self) -> bool {
        matches!(self, Self::Duration | Self::Downtime | Self::Exposure)
    }
}

impl fmt::Display for Measure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Objective {
    /// The best plan by the first measure, of those the best by the second, and so on; then the fewest steps.
    InOrder(Vec<Measure>),
    /// For each combination of these that no plan betters in all, a plan with the fewest steps.
    Front(Vec<Measure>),
}

impl Objective {
    /// The measures, in order.
    #[must_use]
    pub fn measures(&self) -> &[Measure] {
        match self {
            Self::InOrder(measures) | Self::Front(measures) => measures,
        }
    }

    /// Whether it is the only measure, and one that waits do not count for: then the plan waits wherever it has to.
    pub(super) fn is_free_of_time(&self) -> bool {
        let Self::InOrder(measures) = self else {
            return false;
        };
        matches!(measures[..], [Measure::Cost | Measure::Steps])
    }

    /// How many numbers of a cost are compared each by itself.
    pub(super) fn objectives(&self) -> usize {
        match self {
            Self::InOrder(_) => 1,
            Self::Front(measures) => measures.len(),
        }
    }

    /// The figures as a cost: what is asked for first, then steps and waits.
    pub(super) fn cost(&self, figures: &Figures) -> Cost {
        let mut cost = Cost::default();
        let ties = [u64::from(figures.steps), u64::from(figures.waits)];
        let asked = self.measures().iter().map(|measure| figures.of(*measure));
        for (place, number) in cost.iter_mut().zip(asked.chain(ties)) {
            *place = number;
        }
        cost
    }
}

// All measures, steps and waits have room.
const _: () = assert!(Measure::ALL.len() + 2 <= MOST_NUMBERS);

/// What a plan, or a part of one, comes to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Figures {
    /// As of [`Measure::Cost`].
    pub cost: u64,
    /// As of [`Measure::Steps`].
    pub steps: u32,
    /// How many waits for everything to settle there are.
    pub waits: u32,
    /// Seconds.
    pub duration: u64,
    /// Seconds.
    pub downtime: u64,
    /// Seconds; none where nobody asked.
    pub exposure: u64,
}

impl Figures {
    /// One of them.
    #[must_use]
    pub fn of(&self, measure: Measure) -> u64 {
        match measure {
            Measure::Cost => self.cost,
            Measure::Steps => u64::from(self.steps),
            Measure::Duration => self.duration,
            Measure::Downtime => self.downtime,
            Measure::Exposure => self.exposure,
        }
    }
}
