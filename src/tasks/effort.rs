//! How an answer is searched for: on how many threads, and with which reductions. None of it changes an answer.

/// How hard to search.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Effort {
    /// On how many threads; 0 for as many as the machine has.
    pub threads: usize,
    /// Which reductions may be used, where they are sound for what is asked.
    pub reductions: Reductions,
    /// From so many ground transitions on, symmetry keeps equal records as one with a count, where that leaves no symmetry out:
    /// going through all transitions in each state costs more then. With 0 wherever records can be counted.
    pub fleet: usize,
    /// So many states of a plan are explored as they are, before reductions are tried.
    pub plain: usize,
}

impl Default for Effort {
    fn default() -> Self {
        Self {
            threads: 0,
            reductions: Reductions::default(),
            fleet: 500,
            plain: 5_000,
        }
    }
}

/// Which reductions may be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reductions {
    /// One state for all that are equal up to the names of interchangeable objects.
    pub symmetry: bool,
    /// Without what cannot influence what is asked.
    pub slice: bool,
    /// Of steps that do not depend on each other, one order instead of all.
    pub stubborn: bool,
}

impl Default for Reductions {
    fn default() -> Self {
        Self {
            symmetry: true,
            slice: true,
            stubborn: true,
        }
    }
}

impl Reductions {
    /// No reduction at all.
    pub const NONE: Self = Self {
        symmetry: false,
        slice: false,
        stubborn: false,
    };
}

impl Effort {
    /// On how many threads.
    #[must_use]
    pub fn threads(&self) -> usize {
        match self.threads {
            0 => std::thread::available_parallelism().map_or(1, usize::from),
            threads => threads,
        }
    }
}
