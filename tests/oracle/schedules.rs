//! All schedules for so many operators, one step after the other in the order of their beginnings, each behind all that has
//! ended when it begins: by trying all of them, judged by the oracle's `verify` and the program's clock.

use rollproof::language::rules::TransitionClass;
use rollproof::language::source::{Source, Span};
use rollproof::model::ground::Model;
use rollproof::model::plan::{Item, Plan};
use rollproof::semantics::Interpreter;
use rollproof::tasks::outcome::{Timeline, TimelineItem};
use rollproof::tasks::program::Program;
use rollproof::tasks::timeline::timeline;

use super::step::class;
use super::verify::verify;

/// Makespan and number of steps.
pub type Price = (u64, usize);

/// An element with the elements that come before it.
#[derive(Clone)]
struct Element {
    item: Item,
    before: Vec<usize>,
    /// When it begins and ends on the clock.
    start: u64,
    end: u64,
}

struct Search<'m> {
    model: &'m Model,
    interpreter: Interpreter<'m>,
    lanes: usize,
    actions: Vec<usize>,
    most_steps: usize,
    /// The best so far; nothing that is no better is looked at.
    best: Option<Price>,
    /// How many plans may still be looked at.
    left: usize,
}

/// The best of all schedules that are better than `below` and have no more than so many steps; an error where there are more
/// than `limit`.
pub fn best(
    model: &Model,
    lanes: usize,
    below: Option<Price>,
    (most_steps, limit): (usize, usize),
) -> Option<Option<Price>> {
    let actions =
        (0..model.instances.len()).filter(|i| class(model, *i) == TransitionClass::Action);
    let mut search = Search {
        model,
        interpreter: Interpreter::new(model),
        lanes,
        actions: actions.collect(),
        most_steps,
        best: below,
        left: limit,
    };
    search.go_on(&[])?;
    Some(search.best.filter(|best| Some(*best) != below))
}

impl Search<'_> {
    fn plan(elements: &[Element]) -> Plan {
        let span = Span::default();
        let lane = |element: &Element| {
            let after = element.before.iter().map(|before| Item::After {
                element: *before,
                text: String::new(),
                span,
            });
            after.chain([element.item.clone()]).collect()
        };
        Plan {
            name: "schedule".to_owned(),
            items: vec![Item::Parallel {
                lanes: elements.iter().map(lane).collect(),
                span,
            }],
            source: Source::new("schedule", ""),
        }
    }

    /// None where there are too many.
    fn go_on(&mut self, so_far: &[Element]) -> Option<()> {
        self.left = self.left.checked_sub(1)?;
        let plan = Self::plan(so_far);
        let judged = verify(self.model, &plan, 5_000)?;
        if !judged.safe() || judged.refused.count > 0 {
            return Some(());
        }
        let steps = so_far
            .iter()
            .filter(|e| matches!(e.item, Item::Step { .. }))
            .count();
        if judged.complete {
            let clock = timeline(&self.interpreter, &Program::new(&plan));
            let price = (clock.duration, steps);
            if !clock.broken_off && self.best.is_none_or(|best| price < best) {
                self.best = Some(price);
            }
        }
        let span = Span::default();
        let last_start = so_far.iter().map(|e| e.start).max().unwrap_or(0);
        let mut moments: Vec<u64> = so_far.iter().map(|e| e.end).chain([0]).collect();
        moments.sort_unstable();
        moments.dedup();
        for moment in moments {
            let before: Vec<usize> = (0..so_far.len())
                .filter(|e| so_far[*e].end <= moment)
                .collect();
            let mut items: Vec<Item> = self
                .actions
                .iter()
                .map(|instance| Item::Step {
                    instance: *instance,
                    span,
                })
                .collect();
            let just_waited =
                matches!(so_far.last(), Some(last) if !matches!(last.item, Item::Step { .. }));
            if before.len() == so_far.len() && !just_waited {
                items.push(Item::AwaitSettled { span });
            }
            for item in items {
                let is_step = matches!(item, Item::Step { .. });
                if is_step && steps == self.most_steps {
                    continue;
                }
                let mut next = so_far.to_vec();
                next.push(Element {
                    item,
                    before: before.clone(),
                    start: 0,
                    end: 0,
                });
                if let Some(next) = self.on_the_clock(next, so_far)
                    && let Some(new) = next.last()
                    && new.start >= last_start
                    // Behind all that has ended when it begins.
                    && so_far.iter().all(|e| e.end > new.start || e.end <= moment)
                    && so_far.iter().filter(|e| e.end > new.start).count() < self.lanes
                    && self.best.is_none_or(|best| (new.end, steps + usize::from(is_step)) <= best)
                {
                    self.go_on(&next)?;
                }
            }
        }
        Some(())
    }

    /// When the elements begin and end; none where the last of them never begins, or others change.
    fn on_the_clock(&self, mut next: Vec<Element>, so_far: &[Element]) -> Option<Vec<Element>> {
        let clock = timeline(&self.interpreter, &Program::new(&Self::plan(&next)));
        for (place, element) in next.iter_mut().enumerate() {
            let lane = (place + 1).to_string();
            let (start, end) = times(&clock, &lane, &element.item)?;
            (element.start, element.end) = (start, end);
        }
        let same = so_far
            .iter()
            .zip(&next)
            .all(|(a, b)| (a.start, a.end) == (b.start, b.end));
        same.then_some(next)
    }
}

/// When a lane's element begins and ends: a wait ends when it is over.
fn times(clock: &Timeline, lane: &str, item: &Item) -> Option<(u64, u64)> {
    let mut entries = clock.entries.iter().filter(|entry| entry.lane == lane);
    let is_step = matches!(item, Item::Step { .. });
    let entry = entries.rfind(|entry| match &entry.what {
        TimelineItem::Step { .. } => is_step,
        TimelineItem::Wait { until, .. } => !is_step && until == "settled",
    })?;
    Some(if is_step {
        (entry.start, entry.end)
    } else {
        (entry.end, entry.end)
    })
}
