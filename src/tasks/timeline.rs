//! A plan on the clock: one schedule in which every fair event takes its `takes`, other events do not happen, and the
//! operators lose no time. A step's effect is at the end of its `takes`; while it runs the cluster is in the state before it.

use std::collections::HashSet;

use crate::model::plan::Item;
use crate::search::store::Hasher;
use crate::semantics::{Interpreter, State};

use super::outcome::{Downtime, Timeline, TimelineEntry, TimelineItem};
use super::plan_system::{Attempt, attempt, events, is_fair};
use super::program::{Op, Position, Program};

/// A schedule with more happenings than this is not told.
const MOST_HAPPENINGS: usize = 100_000;

/// A time in which the plan stays where it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stay {
    /// Where.
    pub position: Position,
    /// How long, in seconds.
    pub seconds: u64,
    /// Whether some service is out.
    pub out: bool,
}

/// Runs a plan by the clock, until the goal holds after its last step (or nothing happens any more).
#[must_use]
pub fn timeline(interpreter: &Interpreter<'_>, program: &Program<'_>) -> Timeline {
    with_stays(interpreter, program).0
}

/// The same, with where the plan was all the while.
#[must_use]
pub fn with_stays(interpreter: &Interpreter<'_>, program: &Program<'_>) -> (Timeline, Vec<Stay>) {
    let mut clock = Clock {
        interpreter,
        program,
        now: 0,
        state: interpreter.initial(),
        position: program.start(),
        lanes: vec![
            LaneState::Idle {
                since: 0,
                happened: Vec::new()
            };
            program.lanes.len()
        ],
        events: events(interpreter)
            .into_iter()
            .filter(|&event| is_fair(interpreter, event))
            .map(|event| (event, None))
            .collect(),
        downtime: vec![0; interpreter.services().len()],
        after_last_step: (0, Vec::new()),
        stays: Vec::new(),
        timeline: Timeline::default(),
    };
    clock.timeline.broken_off = !clock.run();
    let services = interpreter.services();
    clock.timeline.duration = clock.now;
    clock.timeline.downtime = services
        .iter()
        .zip(&clock.downtime)
        .map(|(&service, &seconds)| Downtime {
            service: interpreter.object_name(service).to_owned(),
            seconds,
        })
        .collect();
    clock.timeline.entries.sort_by_key(|entry| entry.start);
    (clock.timeline, clock.stays)
}

#[derive(Clone)]
enum LaneState {
    /// Ready for its next element since then; events that happened in the meantime.
    Idle { since: u64, happened: Vec<String> },
    /// A step that ends then.
    Running { instance: usize, end: u64 },
}

/// What decides how the schedule goes on: states of cluster and plan, and for each event and each lane how long it takes yet.
type Moment = (State, Position, Vec<usize>, Vec<Option<u64>>);

struct Clock<'a, 'm> {
    interpreter: &'a Interpreter<'m>,
    program: &'a Program<'a>,
    now: u64,
    state: State,
    position: Position,
    lanes: Vec<LaneState>,
    /// Fair events, and for those that are possible when they happen.
    events: Vec<(usize, Option<u64>)>,
    /// For each service the seconds it was out.
    downtime: Vec<u64>,
    /// When the last step was done, and the events since then.
    after_last_step: (u64, Vec<String>),
    /// Where the plan was so far.
    stays: Vec<Stay>,
    timeline: Timeline,
}

impl Clock<'_, '_> {
    /// Whether the plan came to its end.
    fn run(&mut self) -> bool {
        let mut met: HashSet<Moment, Hasher> = HashSet::default();
        for _ in 0..MOST_HAPPENINGS {
            self.set_timers();
            // Events that go round in no time come back to the same moment; steps go on all the same.
            let round = !met.insert(self.moment());
            if let Some(place) = self.due_event().filter(|_| !round) {
                self.happen(place);
                continue;
            }
            match self.start_lanes() {
                None => return false,
                Some(true) => continue,
                Some(false) => {}
            }
            if self.program.done(&self.position) && self.goal() {
                self.wait_for_the_goal();
                return true;
            }
            let next = if round {
                self.next_end()
            } else {
                self.next_time()
            };
            let Some(next) = next else {
                return !round && self.program.done(&self.position);
            };
            self.pass_time(next);
            if !self.end_lanes() {
                return false;
            }
        }
        false
    }

    fn moment(&self) -> Moment {
        let left = |time: u64| time.saturating_sub(self.now);
        let events = self.events.iter().map(|(_, timer)| timer.map(left));
        let lanes = self.lanes.iter().map(|lane| match lane {
            LaneState::Running { end, .. } => Some(left(*end)),
            LaneState::Idle { .. } => None,
        });
        let order = self.events.iter().map(|(event, _)| *event).collect();
        let left = events.chain(lanes).collect();
        (self.state.clone(), self.position.clone(), order, left)
    }

    /// What happened by itself after the last step, until the goal held.
    fn wait_for_the_goal(&mut self) {
        let model = self.interpreter.model();
        let goal = model
            .goal
            .map(|goal| model.rules.goals[goal.index()].name.clone());
        let (since, events) = self.after_last_step.clone();
        if let Some(goal) = goal.filter(|_| since < self.now) {
            let until = format!("goal {goal}");
            self.enter(0, since, self.now, TimelineItem::Wait { until, events });
        }
    }

    fn goal(&self) -> bool {
        let goal = self.interpreter.model().goal;
        goal.is_some_and(|goal| self.interpreter.goal(&self.state, goal) == Ok(true))
    }

    fn takes(&self, instance: usize) -> u64 {
        let model = self.interpreter.model();
        let transition = model.instances[instance].transition;
        model.rules.transitions[transition.index()].takes
    }

    /// Starts the timers of events that became possible, and drops those of events that are not any more.
    fn set_timers(&mut self) {
        for place in 0..self.events.len() {
            let (event, timer) = self.events[place];
            let possible = matches!(
                self.interpreter.fire(&self.state, event),
                crate::semantics::Fired::Successor(_)
            );
            self.events[place].1 = match (possible, timer) {
                (false, _) => None,
                (true, Some(time)) => Some(time),
                (true, None) => Some(self.now.saturating_add(self.takes(event))),
            };
        }
    }

    fn due_event(&self) -> Option<usize> {
        let due = |(_, timer): &(usize, Option<u64>)| timer.is_some_and(|time| time <= self.now);
        self.events.iter().position(due)
    }

    fn happen(&mut self, place: usize) {
        // Of events that are due at the same time the one that has not happened for longest comes first.
        let (event, _) = self.events.remove(place);
        self.events.push((event, None));
        if let crate::semantics::Fired::Successor(next) = self.interpreter.fire(&self.state, event)
        {
            let text = self.interpreter.describe(&self.state, event);
            self.after_last_step.1.push(text.clone());
            for lane in &mut self.lanes {
                if let LaneState::Idle { happened, .. } = lane {
                    happened.push(text.clone());
                }
            }
            self.interrupt(event);
            self.state = next;
        }
    }

    /// Lets every idle lane begin what it can; `None` where a step is refused, else whether any began.
    fn start_lanes(&mut self) -> Option<bool> {
        let mut any = false;
        for lane in 0..self.lanes.len() {
            let (Some(item), LaneState::Idle { since, happened }) =
                (self.program.next(&self.position, lane), &self.lanes[lane])
            else {
                continue;
            };
            // A wait of the plan is told even where the clock has nothing to wait for: safety may depend on it.
            let of_the_plan = !matches!(item, Item::Step { .. });
            let waited = (of_the_plan || *since < self.now).then(|| (*since, happened.clone()));
            match attempt(self.interpreter, &self.state, item) {
                Attempt::Waits => continue,
                Attempt::Refused(_) | Attempt::Undefined(_) => return None,
                Attempt::Taken(_) => {}
            }
            any = true;
            if let Some((since, events)) = waited {
                self.enter(
                    lane,
                    since,
                    self.now,
                    TimelineItem::Wait {
                        until: self.until(item),
                        events,
                    },
                );
            }
            match item {
                // What takes no time is done at once, and what comes of it at once comes before anybody else begins.
                Item::Step { instance, .. } if self.takes(*instance) == 0 => {
                    self.begin(lane, *instance);
                    return Some(true);
                }
                Item::Step { instance, .. } => self.begin(lane, *instance),
                _ => self.step_behind(lane),
            }
        }
        Some(any)
    }

    fn begin(&mut self, lane: usize, instance: usize) {
        let end = self.now.saturating_add(self.takes(instance));
        let step = TimelineItem::Step {
            name: self.interpreter.name(instance),
            text: self.interpreter.describe(&self.state, instance),
            then: self.interpreter.then(&self.state, instance),
        };
        self.enter(lane, self.now, end, step);
        self.lanes[lane] = LaneState::Running { instance, end };
        if end == self.now {
            self.end_step(lane, instance);
        }
    }

    /// What a wait was for: the plan's own words, or the awaits of a step.
    fn until(&self, item: &Item) -> String {
        match item {
            Item::Await { text, .. } => text.clone(),
            Item::Step { instance, .. } => self.interpreter.name(*instance),
            Item::AwaitSettled { .. } | Item::After { .. } | Item::Parallel { .. } => {
                "settled".to_owned()
            }
        }
    }

    fn enter(&mut self, lane: usize, start: u64, end: u64, what: TimelineItem) {
        let lane = self.program.lanes[lane].name.clone();
        self.timeline.entries.push(TimelineEntry {
            start,
            end,
            lane,
            what,
        });
    }

    fn next_time(&self) -> Option<u64> {
        let events = self.events.iter().filter_map(|e| e.1);
        self.next_end().into_iter().chain(events).min()
    }

    /// When the next of the steps that are running ends.
    fn next_end(&self) -> Option<u64> {
        let ends = self.lanes.iter().filter_map(|lane| match lane {
            LaneState::Running { end, .. } => Some(*end),
            LaneState::Idle { .. } => None,
        });
        ends.min()
    }

    fn pass_time(&mut self, to: u64) {
        let passed = to.saturating_sub(self.now);
        let mut out = false;
        for (service, seconds) in self
            .interpreter
            .services()
            .into_iter()
            .zip(&mut self.downtime)
        {
            if self.interpreter.outage(&self.state, service) == Ok(true) {
                *seconds = seconds.saturating_add(passed);
                out = true;
            }
        }
        self.stays.push(Stay {
            position: self.position.clone(),
            seconds: passed,
            out,
        });
        self.now = to;
    }

    /// Ends the steps that are due; false where one of them cannot take effect any more.
    fn end_lanes(&mut self) -> bool {
        for lane in 0..self.lanes.len() {
            if let LaneState::Running { instance, end } = self.lanes[lane]
                && end <= self.now
                && !self.end_step(lane, instance)
            {
                return false;
            }
        }
        true
    }

    fn end_step(&mut self, lane: usize, instance: usize) -> bool {
        let crate::semantics::Fired::Successor(next) = self.interpreter.fire(&self.state, instance)
        else {
            return false;
        };
        self.interrupt(instance);
        self.state = next;
        self.step_behind(lane);
        true
    }

    /// An element of a lane is done; other lanes that were forked or joined by that begin to wait now.
    fn step_behind(&mut self, lane: usize) {
        let before = self.position.clone();
        self.position = self.program.advance(&before, lane);
        self.after_last_step = (self.now, Vec::new());
        for other in 0..self.lanes.len() {
            let fresh = other == lane
                || self.program.behind(&before, other)
                    != self.program.behind(&self.position, other)
                || (self.program.next(&before, other).is_none()
                    && self.program.next(&self.position, other).is_some());
            if fresh {
                self.waited_for_others(other, lane, &before);
                self.lanes[other] = LaneState::Idle {
                    since: self.now,
                    happened: Vec::new(),
                };
            }
        }
    }

    /// Tells what a lane waited for that other lanes have done, even where it did not have to wait on the clock: the order is
    /// what makes the plan safe.
    fn waited_for_others(&mut self, lane: usize, goes_on: usize, before: &Position) {
        let from = self.program.behind(before, lane);
        let to = self.program.behind(&self.position, lane);
        for place in from..to {
            // Only what the lane was at kept it waiting so far.
            let since = match &self.lanes[lane] {
                LaneState::Idle { since, .. } if place == from && lane != goes_on => *since,
                _ => self.now,
            };
            if let Op::After { element, .. } = self.program.lanes[lane].ops[place] {
                let until = match self.program.element(element) {
                    Some(item) => format!("after {}", self.until(item)),
                    None => continue,
                };
                let events = Vec::new();
                self.enter(lane, since, self.now, TimelineItem::Wait { until, events });
            }
        }
    }

    /// Counts the interruptions of a transition, where the service was not out anyway while it ran.
    fn interrupt(&mut self, instance: usize) {
        for (service, seconds) in self.interpreter.interruptions(&self.state, instance) {
            if self.interpreter.outage(&self.state, service) != Ok(true)
                && let Some(place) = self
                    .interpreter
                    .services()
                    .iter()
                    .position(|s| *s == service)
            {
                self.downtime[place] = self.downtime[place].saturating_add(seconds);
            }
        }
    }
}
