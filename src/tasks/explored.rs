//! Everything that `check` asks of a packed system, whatever it packs and however it is reduced: counts, and shortest runs as
//! ground transitions. Puts nothing into words.

use crate::engine::packed::{Marks, Packed};
use crate::search::backward::{Aim, Backward};
use crate::search::budget::{Budget, Stop, Unlimited};
use crate::search::clean::Clean;
use crate::search::levels::{Levels, Seen};

/// A run as ground transitions, by their places in the model.
pub type Run = Vec<usize>;

/// What is looked for.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// For each invariant whether a shortest run against it is wanted, and whether it is a transition invariant.
    pub invariants: &'a [(bool, bool)],
    /// Whether a shortest run to something undefined is.
    pub well_defined: bool,
    /// Whether it is asked if the goal can be reached.
    pub reachable: bool,
    /// Whether it is asked if it can always be reached.
    pub recoverable: bool,
}

/// What came out.
#[derive(Clone, Debug, Default)]
pub struct Explored {
    /// States stored.
    pub states: u64,
    /// Transitions offered.
    pub transitions: u64,
    /// Levels after the first.
    pub depth: u32,
    /// Bytes of the state table.
    pub bytes: u64,
    /// What ended the exploration early.
    pub stopped: Option<Stop>,
    /// Whether states were wider than what they were packed into; then nothing else means anything.
    pub overflow: bool,
    /// For each invariant how often it is broken, and a shortest run where one is wanted.
    pub invariants: Vec<(u64, Option<Run>)>,
    /// In how many states something undefined is evaluated, and a shortest run: whether the last transition is what is
    /// undefined, and the run.
    pub undefined: (u64, Option<(bool, Run)>),
    /// About runs without a violation.
    pub goal: Goal,
}

/// What can be said of a goal; only runs without a violation count.
#[derive(Clone, Debug, Default)]
pub struct Goal {
    /// Whether the first state violates something.
    pub wrong_at_once: bool,
    /// A shortest run to the goal.
    pub witness: Option<Run>,
    /// How many states it cannot be reached from; none where that is not known.
    pub doomed: Option<u64>,
    /// A shortest run to such a state.
    pub doom: Option<Run>,
    /// What ended the search for them early.
    pub stopped: Option<Stop>,
}

/// Explores a system, and asks.
pub fn explored<const W: usize, P: Packed<W>>(
    system: &P,
    wanted: &Wanted<'_>,
    threads: usize,
    budget: &mut dyn Budget,
) -> Explored {
    let levels = Levels::explore(system, threads, budget);
    let tally = &levels.tally;
    let mut found = Explored {
        states: levels.states.len() as u64,
        transitions: tally.transitions,
        depth: u32::try_from(levels.depth).unwrap_or(u32::MAX),
        bytes: levels.table.bytes() as u64,
        stopped: levels.stopped,
        overflow: tally.overflow,
        ..Explored::default()
    };
    if found.overflow {
        return found;
    }
    let backward = Backward {
        system,
        levels: &levels,
        threads,
    };
    for (number, (is_wanted, between)) in wanted.invariants.iter().enumerate() {
        let seen = tally.of(number);
        let run = match seen.first {
            Some(level) if *is_wanted => against(&backward, level, number, *between),
            _ => None,
        };
        found.invariants.push((seen.count, run));
    }
    found.undefined.0 = tally.undefined.count;
    if wanted.well_defined {
        found.undefined.1 = undefined(&backward);
    }
    if wanted.reachable || wanted.recoverable {
        found.goal = if tally.unclean == 0 {
            goal(&backward, wanted, budget)
        } else {
            // What was counted is known; the table is not needed any more.
            let stopped = levels.stopped;
            drop(levels);
            among_the_clean(system, wanted, stopped, threads, budget)
        };
    }
    found
}

/// A shortest run that breaks an invariant.
fn against<const W: usize, P: Packed<W>>(
    backward: &Backward<'_, W, P>,
    level: usize,
    number: usize,
    between: bool,
) -> Option<Run> {
    let bit = 1u128 << number;
    if between {
        let aim = |broken: u128, _: bool| broken & bit != 0;
        run_to(backward, level, &Aim::Transition(&aim))
    } else {
        let aim = |_: usize, marks: &Marks| marks.broken & bit != 0;
        run_to(backward, level, &Aim::State(&aim))
    }
}

/// A shortest run to something undefined.
fn undefined<const W: usize, P: Packed<W>>(backward: &Backward<'_, W, P>) -> Option<(bool, Run)> {
    let tally = &backward.levels.tally;
    let length = |seen: Seen, steps: usize| seen.first.map(|level| level + steps);
    let at = length(tally.undefined_at, 0);
    let between = length(tally.undefined_between, 1);
    match (at, between) {
        (Some(level), between) if between.is_none_or(|steps| level <= steps) => {
            let aim = |_: usize, marks: &Marks| marks.undefined;
            run_to(backward, level, &Aim::State(&aim)).map(|run| (false, run))
        }
        (_, Some(steps)) => {
            let aim = |_: u128, undefined: bool| undefined;
            run_to(backward, steps - 1, &Aim::Transition(&aim)).map(|run| (true, run))
        }
        _ => None,
    }
}

/// What was found is told, however long it takes to find the way there again: it is never longer than the search was.
fn run_to<const W: usize, P: Packed<W>>(
    backward: &Backward<'_, W, P>,
    level: usize,
    aim: &Aim<'_>,
) -> Option<Run> {
    backward.run_to(level, aim, &mut Unlimited).ok().flatten()
}

/// The goal where something is violated: runs without a violation are explored by themselves.
fn among_the_clean<const W: usize, P: Packed<W>>(
    system: &P,
    wanted: &Wanted<'_>,
    stopped: Option<Stop>,
    threads: usize,
    budget: &mut dyn Budget,
) -> Goal {
    if let Some(Stop::Time | Stop::Memory | Stop::Interrupted) = stopped {
        return Goal {
            stopped,
            ..Goal::default()
        };
    }
    let clean = Clean { system };
    let levels = Levels::explore(&clean, threads, budget);
    let backward = Backward {
        system: &clean,
        levels: &levels,
        threads,
    };
    let mut found = goal(&backward, wanted, budget);
    found.wrong_at_once = levels.tally.clean == 0 && levels.stopped.is_none();
    found
}

/// The goal in a system without violations.
fn goal<const W: usize, P: Packed<W>>(
    backward: &Backward<'_, W, P>,
    wanted: &Wanted<'_>,
    budget: &mut dyn Budget,
) -> Goal {
    let levels = backward.levels;
    let mut found = Goal {
        stopped: levels.stopped,
        ..Goal::default()
    };
    let nearest = levels.tally.goals.first.filter(|_| wanted.reachable);
    let witness = |budget: &mut dyn Budget| {
        let aim = |_: usize, marks: &Marks| marks.goal;
        let way = |level| backward.run_to(level, &Aim::State(&aim), budget);
        nearest.map(way).transpose().ok().flatten().flatten()
    };
    // An unexpanded state may have a way to the goal that was not seen.
    if !wanted.recoverable || found.stopped.is_some() {
        found.witness = witness(&mut Unlimited);
        return found;
    }
    let saved = match backward.recoverable(nearest, budget) {
        Ok(saved) => saved,
        Err(stop) => {
            found.stopped = Some(stop);
            found.witness = witness(&mut Unlimited);
            return found;
        }
    };
    found.witness = saved.witness;
    found.doomed = Some(saved.doomed);
    if saved.doomed > 0 {
        let doomed = |slot: usize, marks: &Marks| marks.is_clean() && !saved.saved.get(slot);
        if let Ok(Some(level)) = backward.first_level(&doomed, &mut Unlimited) {
            found.doom = run_to(backward, level, &Aim::State(&doomed));
        }
    }
    found
}
