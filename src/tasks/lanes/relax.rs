//! The least order of a valid plan's steps that stays valid, in the sense that no further ordered pair can be dropped: a
//! minimal deordering (Bäckström, "Computational aspects of reordering plans", JAIR 9, 1998). The shortest of all orders, or
//! one with the fewest pairs, is as hard as planning and not what is looked for.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use crate::language::codes::Code;
use crate::language::diagnostic::Diagnostic;
use crate::language::source::Span;
use crate::model::ground::Model;
use crate::model::plan::{Item, Plan};
use crate::search::budget::{Budget, Stop};
use crate::semantics::Interpreter;
use crate::tasks::outcome::{FoundPlan, PlanItem, Relaxed, Timeline, TimelineItem, Verdict};
use crate::tasks::plan::validity;
use crate::tasks::program::Program;
use crate::tasks::request::TaskError;
use crate::tasks::standing::Situation;
use crate::tasks::target::Target;
use crate::tasks::timeline::timeline;
use crate::tasks::valid_from::valid_from;
use crate::tasks::verify::{no_goal, verify};
use crate::tasks::way::plan_of;

use super::order::Order;
use super::written::{told, written};

/// Relaxes the order of a plan, for so many lanes where that is said; none where the plan is not valid.
///
/// # Errors
/// Where no goal is named, the plan has more lanes already, or what was found does not verify.
pub fn relaxed(
    model: &Model,
    plan: &Plan,
    lanes: Option<usize>,
    budget: &mut dyn Budget,
) -> Result<Option<Relaxed>, TaskError> {
    Ok(with_order(model, plan, lanes, budget)?.map(|(relaxed, _)| relaxed))
}

/// What a plan consists of: its steps and waits, and their order.
pub(super) type Ordered = (Vec<Item>, Order);

/// The same with the elements and their order.
fn with_order(
    model: &Model,
    plan: &Plan,
    lanes: Option<usize>,
    budget: &mut dyn Budget,
) -> Result<Option<(Relaxed, Ordered)>, TaskError> {
    let interpreter = Interpreter::new(model);
    let goal = model.goal.ok_or_else(|| no_goal(model))?;
    let program = Program::new(plan);
    let elements: Vec<Item> = (0..program.elements())
        .filter_map(|number| program.element(number).cloned())
        .collect();
    let order = Order::of(&plan.items, elements.len());
    let width = order.width();
    if let Some(most) = lanes.filter(|most| *most < width) {
        return Err(too_many_lanes(width, most).into());
    }
    let Some(from) = Situation::in_order(&interpreter, interpreter.initial()) else {
        return Ok(None);
    };
    let mut judge = Judge {
        interpreter: &interpreter,
        from: [from],
        target: Target::Goal(goal),
        budget,
        open: None,
        over: None,
    };
    let first = judge.is_valid(&plan.items);
    if !first && judge.open.is_none() {
        return Ok(None);
    }
    let pairs = order.pairs();
    let waits = waits(&elements).len();
    let mut search = Relaxing {
        judge,
        lanes,
        schedule: None,
        elements,
        order,
    };
    if first {
        search.relax();
    }
    let Relaxing {
        judge,
        elements,
        order,
        ..
    } = search;
    let items = if first {
        written(&interpreter, &elements, &order)
    } else {
        plan.items.clone()
    };
    let before = Before {
        duration: duration(&timeline(&interpreter, &program)),
        pairs,
        waits,
        lanes,
    };
    let ordered = (elements, order);
    let relaxed = before.relaxed(&interpreter, &items, &ordered, (judge.open, judge.budget))?;
    Ok(Some((relaxed, ordered)))
}

/// What was known of a plan before it was relaxed.
struct Before {
    duration: Option<u64>,
    pairs: usize,
    waits: usize,
    lanes: Option<usize>,
}

impl Before {
    /// What it has become, verified in full.
    fn relaxed(
        &self,
        interpreter: &Interpreter<'_>,
        items: &[Item],
        (elements, order): &Ordered,
        (mut open, budget): (Option<Stop>, &mut dyn Budget),
    ) -> Result<Relaxed, TaskError> {
        let model = interpreter.model();
        let found = plan_of(items);
        let verified = verify(model, &found, &validity(model), budget)?;
        match verified.verdict {
            Verdict::Violated => {
                return Err(TaskError::Internal(
                    "the relaxed plan does not verify".to_owned(),
                ));
            }
            Verdict::Inconclusive => open = open.or(verified.search.stopped),
            Verdict::Holds => {}
        }
        let left = waits(elements).len();
        Ok(Relaxed {
            plan: FoundPlan {
                items: told(interpreter, items),
                cost: cost(model, elements),
                steps: elements.len() - left,
                cluster: model.name.clone(),
            },
            lanes: order.width(),
            most_lanes: self.lanes,
            before: self.duration,
            timeline: timeline(interpreter, &Program::new(&found)),
            pairs: (self.pairs, order.pairs()),
            waits: (self.waits, left),
            properties: verified.properties,
            stopped: open,
        })
    }
}

/// The same for a plan that was found for one operator.
///
/// # Errors
/// As above.
pub fn relaxed_found(
    model: &Model,
    found: &FoundPlan,
    lanes: Option<usize>,
    budget: &mut dyn Budget,
) -> Result<Option<Relaxed>, TaskError> {
    Ok(found_with_order(model, found, lanes, budget)?.map(|(relaxed, _)| relaxed))
}

/// The same with the elements and their order.
pub(super) fn found_with_order(
    model: &Model,
    found: &FoundPlan,
    lanes: Option<usize>,
    budget: &mut dyn Budget,
) -> Result<Option<(Relaxed, Ordered)>, TaskError> {
    let interpreter = Interpreter::new(model);
    let span = Span::default();
    let mut items = Vec::with_capacity(found.items.len());
    for item in &found.items {
        items.push(match item {
            PlanItem::Step(name) => {
                let mut all = 0..model.instances.len();
                let instance = all.find(|instance| interpreter.name(*instance) == *name);
                let instance = instance.ok_or_else(|| {
                    TaskError::Internal(format!("the plan that was found has no step `{name}`"))
                })?;
                Item::Step { instance, span }
            }
            _ => Item::AwaitSettled { span },
        });
    }
    let plan = Plan {
        name: found.cluster.clone(),
        ..plan_of(&items)
    };
    with_order(model, &plan, lanes, budget)
}

fn too_many_lanes(width: usize, most: usize) -> Diagnostic {
    Diagnostic::error(
        Code::BadOption,
        format!("the plan needs {width} operators already, which is more than `--lanes {most}`"),
    )
    .help("an order is only relaxed here: nothing that goes on side by side is put one after the other")
}

/// How long a plan takes, where the clock came to its end.
fn duration(timeline: &Timeline) -> Option<u64> {
    (!timeline.broken_off).then_some(timeline.duration)
}

fn waits(elements: &[Item]) -> Vec<usize> {
    (0..elements.len())
        .filter(|element| !matches!(elements[*element], Item::Step { .. }))
        .collect()
}

pub(super) fn cost(model: &Model, elements: &[Item]) -> u32 {
    let costs = elements.iter().map(|item| match item {
        Item::Step { instance, .. } => {
            let transition = model.instances[*instance].transition;
            model.rules.transitions[transition.index()].cost
        }
        _ => 0,
    });
    costs.fold(0, u32::saturating_add)
}

/// Lets a valid schedule take no service offline before its time, where that costs no time, and then relaxes its order as far
/// as the clock does the same with it.
pub(super) fn tidied(
    interpreter: &Interpreter<'_>,
    (elements, order): Ordered,
    (lanes, target): (usize, Target),
    budget: &mut dyn Budget,
) -> Ordered {
    let Some(from) = Situation::in_order(interpreter, interpreter.initial()) else {
        return (elements, order);
    };
    let mut search = Relaxing {
        judge: Judge {
            interpreter,
            from: [from],
            target,
            budget,
            open: None,
            over: None,
        },
        lanes: Some(lanes),
        schedule: None,
        elements,
        order,
    };
    search.delay();
    let items = written(interpreter, &search.elements, &search.order);
    search.schedule = Some(steps_on_the_clock(interpreter, &items));
    search.relax();
    (search.elements, search.order)
}

/// When which step begins and ends.
fn steps_on_the_clock(interpreter: &Interpreter<'_>, items: &[Item]) -> Vec<(u64, u64, String)> {
    let clock = timeline(interpreter, &Program::new(&plan_of(items)));
    let steps = clock
        .entries
        .into_iter()
        .filter_map(|entry| match entry.what {
            TimelineItem::Step { name, .. } => Some((entry.start, entry.end, name)),
            TimelineItem::Wait { .. } => None,
        });
    let mut steps: Vec<(u64, u64, String)> = steps.collect();
    steps.push((clock.duration, clock.duration, String::new()));
    steps.sort_unstable();
    steps
}

/// Says of a plan whether it is valid.
struct Judge<'a, 'm, 'b> {
    interpreter: &'a Interpreter<'m>,
    from: [Situation; 1],
    target: Target,
    budget: &'b mut dyn Budget,
    /// A limit that kept some question open.
    open: Option<Stop>,
    /// The limit that leaves no time for any more.
    over: Option<Stop>,
}

impl Judge<'_, '_, '_> {
    /// Whether a plan is known to be valid.
    fn is_valid(&mut self, items: &[Item]) -> bool {
        if self.over.is_some() {
            return false;
        }
        let plan = plan_of(items);
        match valid_from(
            self.interpreter,
            &plan,
            &self.from,
            &self.target,
            self.budget,
        ) {
            Ok(valid) => valid,
            Err(stop) => {
                self.open = self.open.or(Some(stop));
                if !matches!(stop, Stop::States | Stop::NodeSize) {
                    self.over = Some(stop);
                }
                false
            }
        }
    }
}

/// A valid plan on its way to fewer ordered pairs.
struct Relaxing<'a, 'm, 'b> {
    judge: Judge<'a, 'm, 'b>,
    lanes: Option<usize>,
    /// When which step has to begin and end on the clock, where that must stay as it is.
    schedule: Option<Vec<(u64, u64, String)>>,
    elements: Vec<Item>,
    order: Order,
}

impl Relaxing<'_, '_, '_> {
    /// Drops waits and ordered pairs until none can be dropped.
    fn relax(&mut self) {
        self.drop_waits();
        // What could not be dropped once may go when other pairs have gone: asked again, until nothing goes any more.
        loop {
            let mut kept = BTreeSet::new();
            let mut any = false;
            while self.drop_pair(&mut kept) {
                any = true;
            }
            any |= self.drop_waits();
            if !any {
                return;
            }
        }
    }

    /// Puts steps behind others where services are out for a shorter time then, and all is done as soon.
    fn delay(&mut self) {
        let interpreter = self.judge.interpreter;
        let clock = |elements: &[Item], order: &Order| {
            let plan = plan_of(&written(interpreter, elements, order));
            let clock = timeline(interpreter, &Program::new(&plan));
            let out: u64 = clock.downtime.iter().map(|service| service.seconds).sum();
            (!clock.broken_off).then_some((clock.duration, out))
        };
        let Some((duration, mut least)) = clock(&self.elements, &self.order) else {
            return;
        };
        for then in (0..self.elements.len()).rev() {
            for first in (0..self.elements.len()).rev() {
                let is_free =
                    first != then && !self.order.has(first, then) && !self.order.has(then, first);
                if least == 0 || !is_free {
                    continue;
                }
                let mut order = self.order.clone();
                order.put(first, then);
                let Some((time, out)) = clock(&self.elements, &order) else {
                    continue;
                };
                if time != duration || out >= least {
                    continue;
                }
                let elements = std::mem::take(&mut self.elements);
                let valid = self.is_valid(&elements, &order);
                self.elements = elements;
                if valid {
                    (self.order, least) = (order, out);
                }
            }
        }
    }

    /// Leaves out the waits that the plan can do without, from last to first; whether there was any.
    fn drop_waits(&mut self) -> bool {
        let mut any = false;
        for wait in waits(&self.elements).into_iter().rev() {
            let mut elements = self.elements.clone();
            elements.remove(wait);
            let order = self.order.without_element(wait);
            if self.is_valid(&elements, &order) {
                (self.elements, self.order, any) = (elements, order, true);
            }
        }
        any
    }

    /// Drops one pair, of those that can be dropped the one that leaves the shortest way through the order; whether there is
    /// any. Those that cannot are noted.
    fn drop_pair(&mut self, kept: &mut BTreeSet<(usize, usize)>) -> bool {
        let takes: Vec<u64> = self.elements.iter().map(|item| self.takes(item)).collect();
        let mut choices: Vec<(u64, (usize, usize), Order)> = Vec::new();
        for pair in self.order.covers() {
            if kept.contains(&pair) {
                continue;
            }
            let order = self.order.without(pair);
            if self.lanes.is_none_or(|most| order.width() <= most) {
                choices.push((order.longest(&takes), pair, order));
            }
        }
        choices.sort_by_key(|(longest, (first, then), _)| (*longest, Reverse((*then, *first))));
        for (_, pair, order) in choices {
            let elements = std::mem::take(&mut self.elements);
            let valid = self.is_valid(&elements, &order);
            self.elements = elements;
            if valid {
                self.order = order;
                return true;
            }
            kept.insert(pair);
        }
        false
    }

    fn takes(&self, item: &Item) -> u64 {
        match item {
            Item::Step { instance, .. } => {
                let model = self.judge.interpreter.model();
                let transition = model.instances[*instance].transition;
                model.rules.transitions[transition.index()].takes
            }
            _ => 0,
        }
    }

    fn is_valid(&mut self, elements: &[Item], order: &Order) -> bool {
        let interpreter = self.judge.interpreter;
        let items = written(interpreter, elements, order);
        let schedule = self.schedule.as_ref();
        schedule.is_none_or(|steps| *steps == steps_on_the_clock(interpreter, &items))
            && self.judge.is_valid(&items)
    }
}
