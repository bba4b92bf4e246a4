//! A plan on the clock, one item at a time: the schedule of [`timeline`](super::super::timeline) for a plan without lanes. Fair
//! events take their `takes`, other events do not happen, and a step takes effect at the end of its own.
//!
//! Of events that are due at the same time the schedule takes first the one that has not happened for longest. That seldom
//! matters; where it does is noticed, and only then it has to be part of what two moments are compared by.

use std::collections::HashSet;

use crate::search::store::Hasher;
use crate::semantics::Interpreter;

use super::possible::{Id, Outcome, Possible};

/// What happens until an item is done; more than that is not followed.
const MOST_HAPPENINGS: usize = 20_000;
/// So many orders of events that are due at the same time are compared.
const MOST_ORDERS: usize = 200;
/// After so many happenings it is asked whether they go round.
const FEW_HAPPENINGS: usize = 16;

/// The seconds until a fair event happens, for those that are possible, in the order of the events.
pub(super) type Timers = Vec<(usize, u64)>;

/// A moment between two items.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Moment {
    pub(super) state: Id,
    pub(super) timers: Timers,
    /// All fair events, the one that has not happened for longest first; nothing where that is not asked.
    pub(super) order: Vec<usize>,
}

/// What an item takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Passed {
    pub(super) seconds: u64,
    /// Seconds in which some service is out.
    pub(super) out: u64,
    /// Seconds that services are out, summed over services, interruptions included.
    pub(super) downtime: u64,
}

impl Passed {
    pub(super) const fn and(self, other: Self) -> Self {
        Self {
            seconds: self.seconds.saturating_add(other.seconds),
            out: self.out.saturating_add(other.out),
            downtime: self.downtime.saturating_add(other.downtime),
        }
    }
}

/// What the clock runs for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Until {
    /// No fair event is possible.
    Settled,
    /// The step took effect.
    Step(usize),
    /// The goal holds.
    Goal,
}

/// Runs the clock.
pub(super) struct Nominal {
    takes: Vec<u64>,
    /// Whether each ground transition interrupts anything.
    interrupts: Vec<bool>,
    /// Whether the order in which events happened is part of moments.
    ordered: bool,
    /// Whether it ever mattered which of the events that were due at the same time came first.
    pub(super) order_matters: bool,
    /// Whether an item took more than is followed.
    pub(super) gave_up: bool,
    /// Whether the clock ever stood still although the plan goes on.
    pub(super) stood_still: bool,
}

/// What decides how the schedule goes on.
type Met = (Id, Timers, Vec<usize>, Option<u64>);

/// What comes of events that are due at the same time: state, timers, seconds of interruptions.
type Burst = (Id, Timers, u64);

impl Nominal {
    pub(super) fn new(interpreter: &Interpreter<'_>, ordered: bool) -> Self {
        let model = interpreter.model();
        let instances = model.instances.iter();
        let transitions = instances.map(|i| &model.rules.transitions[i.transition.index()]);
        Self {
            takes: transitions.clone().map(|t| t.takes).collect(),
            interrupts: transitions.map(|t| !t.interrupts.is_empty()).collect(),
            ordered,
            order_matters: false,
            gave_up: false,
            stood_still: false,
        }
    }

    /// The moment before the first item.
    pub(super) fn first(&self, possible: &mut Possible<'_, '_>, state: Id) -> Moment {
        let order = if self.ordered {
            possible.fair_events()
        } else {
            Vec::new()
        };
        Moment {
            state,
            timers: self.timers(possible, state, &[]),
            order,
        }
    }

    /// The timers in a state: those that run go on, others begin, and those of events that are not possible are dropped.
    fn timers(
        &self,
        possible: &mut Possible<'_, '_>,
        state: Id,
        running: &[(usize, u64)],
    ) -> Timers {
        let fair = possible.facts(state).fair();
        fair.map(|(event, _)| {
            let known = running.iter().find(|(other, _)| *other == event);
            known.copied().unwrap_or((event, self.takes[event]))
        })
        .collect()
    }

    /// Runs until an item is done: the moment after it, and what it took. None where the clock never comes there.
    pub(super) fn run(
        &mut self,
        possible: &mut Possible<'_, '_>,
        from: &Moment,
        until: Until,
    ) -> Option<(Moment, Passed)> {
        let mut here = from.clone();
        let mut passed = Passed::default();
        let mut running: Option<u64> = None;
        let mut met: HashSet<Met, Hasher> = HashSet::default();
        for happenings in 0..MOST_HAPPENINGS {
            let mut now = || {
                let now = (here.state, here.timers.clone(), here.order.clone(), running);
                met.insert(now)
            };
            // What goes round goes round for ever, so that without an order it is early enough to see it later.
            let round = (self.ordered || happenings > FEW_HAPPENINGS) && !now();
            // Whether a round is one depends on the order in which events come.
            self.order_matters |= round;
            if !round && self.happens(possible, &mut here, &mut passed) {
                continue;
            }
            if running.is_none() {
                match self.begins(possible, here.state, until) {
                    Begins::Done => return Some((here, passed)),
                    Begins::Runs(0) => return self.ended(possible, here, passed, until),
                    Begins::Runs(seconds) => {
                        running = Some(seconds);
                        continue;
                    }
                    Begins::Waits => {}
                    Begins::Never => return self.stands_still(),
                }
            }
            let timers = here.timers.iter().map(|(_, left)| *left).filter(|_| !round);
            let Some(next) = running.into_iter().chain(timers).min() else {
                return self.stands_still();
            };
            pass(possible, &mut here, &mut passed, next);
            running = running.map(|left| left - next);
            if running == Some(0) {
                return self.ended(possible, here, passed, until);
            }
        }
        self.gave_up = true;
        None
    }

    const fn stands_still<T>(&mut self) -> Option<T> {
        self.stood_still = true;
        None
    }

    fn begins(&self, possible: &mut Possible<'_, '_>, state: Id, until: Until) -> Begins {
        let done = match until {
            Until::Settled => possible.facts(state).is_settled(),
            Until::Goal => possible.facts(state).goal,
            Until::Step(step) => {
                return match possible.outcome(state, step) {
                    Outcome::To(_) => Begins::Runs(self.takes[step]),
                    Outcome::Waits => Begins::Waits,
                    Outcome::Wrong => Begins::Never,
                };
            }
        };
        if done { Begins::Done } else { Begins::Waits }
    }

    /// The step takes effect, where it still can.
    fn ended(
        &mut self,
        possible: &mut Possible<'_, '_>,
        mut here: Moment,
        mut passed: Passed,
        until: Until,
    ) -> Option<(Moment, Passed)> {
        let Until::Step(step) = until else {
            return None;
        };
        let Outcome::To(to) = possible.outcome(here.state, step) else {
            return self.stands_still();
        };
        let interrupted = self.interrupted(possible, here.state, step);
        passed.downtime = passed.downtime.saturating_add(interrupted);
        here.timers = self.timers(possible, to, &here.timers);
        here.state = to;
        Some((here, passed))
    }

    /// Lets the next event that is due happen; whether there was one.
    fn happens(
        &mut self,
        possible: &mut Possible<'_, '_>,
        here: &mut Moment,
        passed: &mut Passed,
    ) -> bool {
        let due = here.timers.iter().filter(|(_, left)| *left == 0);
        let due: Vec<usize> = due.map(|(event, _)| *event).collect();
        let mut in_order = here.order.iter().filter(|event| due.contains(event));
        let Some(event) = in_order.next().or_else(|| due.first()).copied() else {
            return false;
        };
        if due.len() > 1 && !self.ordered {
            let mut orders = MOST_ORDERS;
            let burst = (here.state, here.timers.clone(), 0);
            self.order_matters |= self.outcome(possible, burst, &mut orders).is_none();
        }
        let burst = (here.state, here.timers.clone(), 0);
        if let Some((state, timers, interrupted)) = self.happened(possible, &burst, event) {
            here.state = state;
            here.timers = timers;
            passed.downtime = passed.downtime.saturating_add(interrupted);
        }
        if self.ordered {
            here.order.retain(|other| *other != event);
            here.order.push(event);
        }
        true
    }

    /// What comes of one event.
    fn happened(
        &self,
        possible: &mut Possible<'_, '_>,
        (state, timers, interrupted): &Burst,
        event: usize,
    ) -> Option<Burst> {
        let found = possible
            .facts(*state)
            .fair()
            .find(|(other, _)| *other == event);
        let (_, to) = found?;
        let seconds = self.interrupted(possible, *state, event);
        let mut left = timers.clone();
        left.retain(|(other, _)| *other != event);
        let timers = self.timers(possible, to, &left);
        Some((to, timers, interrupted.saturating_add(seconds)))
    }

    /// The seconds of interruptions of a transition: of services that are not out anyway while it runs.
    fn interrupted(&self, possible: &Possible<'_, '_>, state: Id, instance: usize) -> u64 {
        if !self.interrupts[instance] {
            return 0;
        }
        let interpreter = possible.interpreter;
        let state = possible.state(state);
        let services = interpreter.services();
        let all = interpreter.interruptions(state, instance).into_iter();
        let counted = all.filter(|(service, _)| {
            services.contains(service) && interpreter.outage(state, *service) != Ok(true)
        });
        counted.fold(0, |sum, (_, seconds)| seconds.saturating_add(sum))
    }

    /// What comes of all events that are due, where that is the same whichever comes first.
    fn outcome(
        &self,
        possible: &mut Possible<'_, '_>,
        burst: Burst,
        orders: &mut usize,
    ) -> Option<Burst> {
        let due = burst.1.iter().filter(|(_, left)| *left == 0);
        let due: Vec<usize> = due.map(|(event, _)| *event).collect();
        if due.is_empty() {
            return Some(burst);
        }
        *orders = orders.checked_sub(1)?;
        let mut found: Option<Burst> = None;
        for event in due {
            let next = self.happened(possible, &burst, event)?;
            let end = self.outcome(possible, next, orders)?;
            match &found {
                Some(other) if *other != end => return None,
                _ => found = Some(end),
            }
        }
        found
    }
}

/// Whether an item begins, or is done.
enum Begins {
    Done,
    /// A step of so many seconds.
    Runs(u64),
    Waits,
    Never,
}

fn pass(possible: &mut Possible<'_, '_>, here: &mut Moment, passed: &mut Passed, seconds: u64) {
    let out = possible.facts(here.state).out;
    *passed = passed.and(Passed {
        seconds,
        out: if out > 0 { seconds } else { 0 },
        downtime: out.saturating_mul(seconds),
    });
    for (_, left) in &mut here.timers {
        *left = left.saturating_sub(seconds);
    }
}
