//! A moment of a schedule, by the clock of the timeline: fair events take their `takes` and happen as soon as they can, other
//! events do not happen, and a step takes effect at its end.

use super::beliefs::Beliefs;
use super::cluster::{Cluster, Outcome};

/// More events than this in one instant go round.
const MOST_IN_AN_INSTANT: usize = 10_000;

/// A step under way.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Running {
    /// How long it still takes.
    pub left: u64,
    /// The ground action.
    pub step: usize,
}

/// What decides how a schedule can go on.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Moment {
    /// The cluster as the clock has it.
    pub state: u32,
    /// What may be the case otherwise.
    pub belief: u32,
    /// In order of their ends.
    pub running: Vec<Running>,
    /// For each fair event how long it still takes, where it is possible.
    pub timers: Vec<Option<u64>>,
    /// The fair events, by their places, in the order in which they go first; empty where that never matters.
    order: Vec<usize>,
    /// Steps that could have begun, or would have been refused, since the last step ended: an operator who waits for one
    /// would have begun it, so that it cannot begin before another step has ended.
    pub passed: Vec<usize>,
    /// Whether a step has ended, or a wait, in this instant; also the first moment.
    pub fresh: bool,
}

/// The clock, with all that it meets.
pub(super) struct Clock<'a, 'm> {
    pub cluster: Cluster<'a, 'm>,
    pub beliefs: Beliefs,
    /// Which of the events that are due goes first is part of a moment.
    in_order: bool,
    /// It has been seen that this matters.
    order_matters: bool,
    /// Something was left out: events that go round in no time, or steps that end together where it matters which is first.
    left_out: bool,
}

impl<'a, 'm> Clock<'a, 'm> {
    pub(super) fn new(cluster: Cluster<'a, 'm>, in_order: bool) -> Self {
        Self {
            cluster,
            beliefs: Beliefs::default(),
            in_order,
            order_matters: false,
            left_out: false,
        }
    }

    /// Whether moments have to be told apart by which event goes first, and were not.
    pub(super) const fn asks_for_order(&self) -> bool {
        self.order_matters && !self.in_order
    }

    /// Whether something was left out that may be a schedule.
    pub(super) const fn left_out(&self) -> bool {
        self.left_out
    }

    /// The first moment; none where something is violated in it.
    pub(super) fn initial(&mut self) -> Option<Moment> {
        let state = self.cluster.initial()?;
        let belief = self.beliefs.initial(&mut self.cluster, state)?;
        let events = self.cluster.fair.len();
        let moment = Moment {
            state,
            belief,
            running: Vec::new(),
            timers: vec![None; events],
            order: if self.in_order {
                (0..events).collect()
            } else {
                Vec::new()
            },
            passed: Vec::new(),
            fresh: true,
        };
        self.due_events(moment)
    }

    /// Lets all happen that is due.
    fn due_events(&mut self, mut moment: Moment) -> Option<Moment> {
        for _ in 0..MOST_IN_AN_INSTANT {
            self.set_timers(&mut moment);
            let is_due = |event: &usize| moment.timers[*event] == Some(0);
            let due: Vec<usize> = if self.in_order {
                moment.order.iter().copied().filter(is_due).collect()
            } else {
                (0..moment.timers.len()).filter(is_due).collect()
            };
            let Some(&first) = due.first() else {
                return Some(moment);
            };
            let events: Vec<usize> = due.iter().map(|e| self.cluster.fair[*e]).collect();
            if !self.in_order && !self.any_order(moment.state, &events) {
                self.order_matters = true;
            }
            moment.timers[first] = None;
            if self.in_order {
                moment.order.retain(|event| *event != first);
                moment.order.push(first);
            }
            let event = self.cluster.fair[first];
            let known = self.cluster.known(moment.state);
            if let Outcome::To(state) = known.outcomes[event] {
                moment.state = state;
            }
        }
        self.left_out = true;
        None
    }

    fn set_timers(&mut self, moment: &mut Moment) {
        let known = self.cluster.known(moment.state);
        for (timer, event) in moment.timers.iter_mut().zip(&self.cluster.fair) {
            *timer = match (known.outcomes[*event], *timer) {
                (Outcome::To(_), Some(time)) => Some(time),
                (Outcome::To(_), None) => Some(self.cluster.takes[*event]),
                _ => None,
            };
        }
    }

    /// Whether it makes no difference which of some ground transitions goes first.
    fn any_order(&mut self, state: u32, transitions: &[usize]) -> bool {
        let after = |clock: &mut Self, state: u32, transition: usize| match clock
            .cluster
            .known(state)
            .outcomes[transition]
        {
            Outcome::To(next) => Some(next),
            _ => None,
        };
        for (place, first) in transitions.iter().enumerate() {
            for second in &transitions[place + 1..] {
                let one = after(self, state, *first).and_then(|s| after(self, s, *second));
                let other = after(self, state, *second).and_then(|s| after(self, s, *first));
                if one.is_none() || one != other {
                    return false;
                }
            }
        }
        true
    }

    /// What begins at a moment: a step that takes no time, which is done at once.
    pub(super) fn instant(&mut self, moment: &Moment, step: usize) -> Option<Moment> {
        let Outcome::To(state) = self.cluster.known(moment.state).outcomes[step] else {
            return None;
        };
        let begun = self.beliefs.begin(&mut self.cluster, moment.belief, step)?;
        let belief = self.beliefs.end(&mut self.cluster, begun, step)?;
        self.due_events(Moment {
            state,
            belief,
            passed: Vec::new(),
            fresh: true,
            ..moment.clone()
        })
    }

    /// The moment, in the same instant, at which a step that takes time has begun.
    pub(super) fn begun(&mut self, moment: &Moment, step: usize) -> Option<Moment> {
        let belief = self.beliefs.begin(&mut self.cluster, moment.belief, step)?;
        let mut next = Moment {
            belief,
            ..moment.clone()
        };
        let left = self.cluster.takes[step];
        next.running.push(Running { left, step });
        next.running.sort_unstable();
        Some(next)
    }

    /// Lets time pass until something ends or happens: how long, the steps that have ended, and the moment then.
    pub(super) fn later(&mut self, moment: &Moment) -> Option<(u64, Vec<usize>, Moment)> {
        let ends = moment.running.iter().map(|running| running.left);
        let passed = ends.chain(moment.timers.iter().flatten().copied()).min()?;
        let mut next = moment.clone();
        for running in &mut next.running {
            running.left -= passed;
        }
        for timer in next.timers.iter_mut().flatten() {
            *timer -= passed;
        }
        let ended: Vec<usize> = next
            .running
            .iter()
            .take_while(|running| running.left == 0)
            .map(|running| running.step)
            .collect();
        next.running.retain(|running| running.left > 0);
        if !self.any_order(next.state, &ended) {
            self.left_out = true;
            return None;
        }
        for &step in &ended {
            let Outcome::To(state) = self.cluster.known(next.state).outcomes[step] else {
                return None;
            };
            next.state = state;
            next.belief = self.beliefs.end(&mut self.cluster, next.belief, step)?;
        }
        next.fresh = !ended.is_empty();
        next.passed = if next.fresh {
            Vec::new()
        } else {
            self.passed(moment)
        };
        Some((passed, ended, self.due_events(next)?))
    }

    /// What cannot begin after this moment before another step has ended.
    fn passed(&mut self, moment: &Moment) -> Vec<usize> {
        let known = self.cluster.known(moment.state);
        let actions = self.cluster.actions.iter().copied();
        actions
            .filter(|step| {
                known.outcomes[*step] != Outcome::Waits || moment.passed.binary_search(step).is_ok()
            })
            .collect()
    }

    /// The moment at which nothing moves any more, where nothing is under way: how long that takes, and what is then.
    pub(super) fn settled(&mut self, moment: &Moment) -> Option<(u64, Moment)> {
        let belief = self.beliefs.settle(&mut self.cluster, moment.belief)?;
        let mut here = moment.clone();
        let mut time = 0u64;
        for _ in 0..MOST_IN_AN_INSTANT {
            if self.cluster.known(here.state).settled {
                let settled = Moment {
                    belief,
                    passed: Vec::new(),
                    fresh: true,
                    ..here
                };
                return Some((time, settled));
            }
            let (passed, _, next) = self.later(&here)?;
            time = time.saturating_add(passed);
            here = next;
        }
        self.left_out = true;
        None
    }

    /// The steps that can begin at a moment by the clock, in order.
    pub(super) fn possible(&mut self, moment: &Moment) -> Vec<usize> {
        let known = self.cluster.known(moment.state);
        let actions = self.cluster.actions.iter().copied();
        actions
            .filter(|step| {
                matches!(known.outcomes[*step], Outcome::To(_))
                    && moment.passed.binary_search(step).is_err()
            })
            .collect()
    }

    /// Whether the plan may end at a moment, and does so on the clock.
    pub(super) fn is_goal(&mut self, moment: &Moment) -> bool {
        moment.running.is_empty()
            && self.cluster.known(moment.state).goal
            && self.beliefs.is_goal(&mut self.cluster, moment.belief)
    }
}
