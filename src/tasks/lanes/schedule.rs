//! The best schedule for several operators: soonest done, then with the fewest steps, then with the fewest waits, and safe in
//! every interleaving of the order that it says. Knows no answer.

use crate::engine::chains::Chains;
use crate::engine::estimate;
use crate::language::rules::FieldId;
use crate::language::source::Span;
use crate::model::ground::Model;
use crate::model::plan::Item;
use crate::model::value::ObjectId;
use crate::search::budget::Stop;
use crate::search::soonest_first::{Price, Ways};
use crate::semantics::Interpreter;
use crate::tasks::target::Target;

use super::cluster::Cluster;
use super::moment::{Clock, Moment};
use super::order::Order;

/// What an operator, or all of them, do at a moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Act {
    /// These begin, and time passes until these end.
    Begin(Vec<usize>, Vec<usize>),
    /// This takes no time.
    Instant(usize),
    /// All wait until nothing moves any more.
    Settle,
}

/// All schedules for so many lanes.
pub(super) struct Schedules<'a, 'm> {
    clock: Clock<'a, 'm>,
    lanes: usize,
    estimate: Estimate,
}

impl<'a, 'm> Schedules<'a, 'm> {
    pub(super) fn new(
        interpreter: &'a Interpreter<'m>,
        target: Target,
        estimate: Estimate,
        (lanes, in_order): (usize, bool),
    ) -> Self {
        let cluster = Cluster::new(interpreter, target);
        Self {
            clock: Clock::new(cluster, in_order),
            lanes,
            estimate,
        }
    }

    /// Whether moments have to be told apart by which event goes first, and were not.
    pub(super) const fn asks_for_order(&self) -> bool {
        self.clock.asks_for_order()
    }

    /// Whether something was left out that may be a schedule.
    pub(super) const fn left_out(&self) -> bool {
        self.clock.left_out()
    }

    /// The estimate, for another search.
    pub(super) fn into_estimate(self) -> Estimate {
        self.estimate
    }

    /// Offers what comes of beginning some of the steps that can begin, in order, beside those that are chosen already.
    fn begin_some(
        &mut self,
        here: &Moment,
        possible: &[usize],
        chosen: &mut Vec<usize>,
        offer: &mut dyn FnMut(Act, Price, Moment),
    ) {
        if let Some((time, ended, next)) = self.clock.later(here) {
            let steps = u32::try_from(chosen.len()).unwrap_or(u32::MAX);
            offer(Act::Begin(chosen.clone(), ended), (time, steps, 0), next);
        }
        if here.running.len() >= self.lanes {
            return;
        }
        for (place, &step) in possible.iter().enumerate() {
            if let Some(begun) = self.clock.begun(here, step) {
                chosen.push(step);
                self.begin_some(&begun, &possible[place..], chosen, offer);
                chosen.pop();
            }
        }
    }
}

impl Ways for Schedules<'_, '_> {
    type Node = Moment;
    type Label = Act;

    fn start(&mut self) -> Option<Moment> {
        self.clock.initial()
    }

    fn expand(&mut self, here: &Moment, offer: &mut dyn FnMut(Act, Price, Moment)) {
        let possible = self.clock.possible(here);
        let (instant, lasting): (Vec<usize>, Vec<usize>) = possible
            .into_iter()
            .partition(|step| self.clock.cluster.takes[*step] == 0);
        if here.running.len() < self.lanes {
            for step in instant {
                if let Some(next) = self.clock.instant(here, step) {
                    offer(Act::Instant(step), (0, 1, 0), next);
                }
            }
        }
        // Who waits begins to wait when the last step has ended.
        if here.running.is_empty()
            && here.fresh
            && let Some((time, next)) = self.clock.settled(here)
            && next != *here
        {
            offer(Act::Settle, (time, 0, 1), next);
        }
        self.begin_some(here, &lasting, &mut Vec::new(), offer);
    }

    fn is_goal(&mut self, here: &Moment) -> bool {
        self.clock.is_goal(here)
    }

    fn estimate(&mut self, here: &Moment) -> Option<Price> {
        self.estimate.of(&self.clock, here, self.lanes)
    }

    fn gave_up(&self) -> Option<Stop> {
        self.clock.beliefs.gave_up().then_some(Stop::NodeSize)
    }
}

/// Lower bounds on what is left of a schedule.
pub(super) struct Estimate {
    /// The operators' minutes that are left.
    work: estimate::Estimate,
    /// The steps that are left.
    steps: estimate::Estimate,
    /// The time that the slowest object needs.
    chains: Chains,
}

impl Estimate {
    /// `None` where there is no time for it.
    pub(super) fn new(
        model: &Model,
        target: &Target,
        may_go_on: &mut dyn FnMut() -> bool,
    ) -> Option<Self> {
        let goal = target.necessary(model);
        let takes = |instance: usize| {
            let transition = model.instances[instance].transition;
            let takes = model.rules.transitions[transition.index()].takes;
            u32::try_from(takes).unwrap_or(u32::MAX)
        };
        Some(Self {
            work: estimate::Estimate::new(model, &goal, &takes, may_go_on)?,
            steps: estimate::Estimate::new(model, &goal, &|_| 1, may_go_on)?,
            chains: Chains::new(model, &goal, may_go_on)?,
        })
    }

    fn of(&self, clock: &Clock<'_, '_>, here: &Moment, lanes: usize) -> Option<Price> {
        let cluster = &clock.cluster;
        let state = &cluster.state(here.state).state;
        let value =
            |object: ObjectId, field: FieldId| cluster.interpreter.value(state, object, field);
        // What is under way has cost some of its time already, and all of its step.
        let running = here.running.iter();
        let mut under_way: Vec<(usize, u64)> = running
            .map(|running| (running.step, cluster.takes[running.step] - running.left))
            .collect();
        let begun: u64 = under_way.iter().map(|(_, since)| since).sum();
        let work = u64::from(self.work.of(&value, None)?.cost).saturating_sub(begun);
        let steps = self.steps.of(&value, None)?.cost;
        let running = u32::try_from(here.running.len()).unwrap_or(u32::MAX);
        under_way.extend(
            cluster
                .fair
                .iter()
                .zip(&here.timers)
                .filter_map(|(event, timer)| Some((*event, cluster.takes[*event] - (*timer)?))),
        );
        let longest = here.running.iter().map(|running| running.left).max();
        let time = longest
            .unwrap_or(0)
            .max(work.div_ceil(lanes as u64))
            .max(self.chains.time_to_goal(value, &under_way)?);
        Some((time, steps.saturating_sub(running), 0))
    }
}

/// The elements of a schedule, and the order that it says: each begins behind all that have ended.
pub(super) fn elements(acts: &[Act]) -> (Vec<Item>, Order) {
    let span = Span::default();
    let mut items = Vec::new();
    let mut before: Vec<Vec<usize>> = Vec::new();
    let mut ended: Vec<usize> = Vec::new();
    let mut running: Vec<(usize, usize)> = Vec::new();
    let mut add = |item: Item, ended: &[usize]| {
        items.push(item);
        before.push(ended.to_vec());
        items.len() - 1
    };
    for act in acts {
        match act {
            Act::Begin(begun, over) => {
                for &instance in begun {
                    let element = add(Item::Step { instance, span }, &ended);
                    running.push((instance, element));
                }
                for step in over {
                    // Of two that are the same the one that began first ends first.
                    if let Some(place) = running.iter().position(|(other, _)| other == step) {
                        ended.push(running.remove(place).1);
                    }
                }
            }
            Act::Instant(instance) => {
                let instance = *instance;
                let element = add(Item::Step { instance, span }, &ended);
                ended.push(element);
            }
            Act::Settle => {
                let element = add(Item::AwaitSettled { span }, &ended);
                ended.push(element);
            }
        }
    }
    let mut order = Order::none(items.len());
    for (then, before) in before.iter().enumerate() {
        before.iter().for_each(|first| order.put(*first, then));
    }
    (items, order)
}
