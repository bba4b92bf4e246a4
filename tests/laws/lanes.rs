//! A plan in lanes with less order is valid, and has no pair and no wait that it could do without.

use std::collections::BTreeSet;

use rollproof::language::source::{Source, Span};
use rollproof::model::ground::Model;
use rollproof::model::plan::{Item, Plan};
use rollproof::model::settings::Overrides;
use rollproof::report::plan_file;
use rollproof::search::budget::Unlimited;
use rollproof::tasks::effort::Effort;
use rollproof::tasks::lanes::plan::plan_in_lanes;
use rollproof::tasks::lanes::relax::relaxed;
use rollproof::tasks::outcome::{FoundPlan, Verdict};

use crate::answers::program_plans;
use crate::cases::{for_all, same};
use crate::oracle::position::Position;
use crate::oracle::random::fleet::fleet;
use crate::oracle::random::plan as read_plan;
use crate::oracle::schedules::best;
use crate::oracle::verify::verify;

/// How many states the oracle may look at.
const MAX_STATES: usize = 20_000;

/// A plan as the file that is written of it.
pub fn read(model: &Model, found: &FoundPlan) -> Result<(String, Plan), String> {
    let text = plan_file::text(found, "random", &Overrides::default());
    let plan = read_plan(model, &text)?;
    Ok((text, plan))
}

/// The steps and waits of a plan.
fn elements<'i>(items: &'i [Item], found: &mut Vec<&'i Item>) {
    for item in items {
        match item {
            Item::Parallel { lanes, .. } => lanes.iter().for_each(|lane| elements(lane, found)),
            Item::After { .. } => {}
            element => found.push(element),
        }
    }
}

/// All pairs of elements of which the second never comes without the first, by going through the plan in every way.
fn ordered(items: &[Item]) -> BTreeSet<(usize, usize)> {
    let mut all = Vec::new();
    elements(items, &mut all);
    let number = |item: &Item| all.iter().position(|other| std::ptr::eq(*other, item));
    let start = (Position::start(items), 0u64);
    let mut seen = BTreeSet::from([start.clone()]);
    let mut open = vec![start];
    while let Some((position, done)) = open.pop() {
        for (item, after) in position.next(items) {
            let next = (after, done | 1 << number(item).expect("it is one of them"));
            if seen.insert(next.clone()) {
                open.push(next);
            }
        }
    }
    let pair = |(first, then): &(usize, usize)| {
        first != then
            && seen
                .iter()
                .all(|(_, done)| done >> then & 1 == 0 || done >> first & 1 == 1)
    };
    let count = all.len();
    let pairs = (0..count).flat_map(|then| (0..count).map(move |first| (first, then)));
    pairs.filter(pair).collect()
}

/// How many can go on side by side at most, by trying all sets.
fn width(count: usize, order: &BTreeSet<(usize, usize)>) -> u32 {
    let sets = 0u64..1 << count;
    let free = |set: &u64| {
        order
            .iter()
            .all(|(a, b)| set >> a & 1 == 0 || set >> b & 1 == 0)
    };
    sets.filter(free).map(u64::count_ones).max().unwrap_or(0)
}

/// A plan with a lane for each element, which waits for all that come before it.
fn each_in_a_lane(elements: &[Item], order: &BTreeSet<(usize, usize)>) -> Plan {
    let span = Span::default();
    let lane = |then: usize| {
        let before = order.iter().filter(move |pair| pair.1 == then);
        let mut lane: Vec<Item> = before
            .map(|(first, _)| Item::After {
                element: *first,
                text: String::new(),
                span,
            })
            .collect();
        lane.push(elements[then].clone());
        lane
    };
    Plan {
        name: "each in a lane".to_owned(),
        items: vec![Item::Parallel {
            lanes: (0..elements.len()).map(lane).collect(),
            span,
        }],
        source: Source::new("each in a lane", ""),
    }
}

fn is_valid(model: &Model, plan: &Plan) -> Result<bool, String> {
    let judged = verify(model, plan, MAX_STATES).ok_or("too many states for the oracle")?;
    Ok(judged.valid())
}

#[test]
fn a_relaxed_order_is_valid_and_no_pair_or_wait_can_be_dropped() {
    let relaxations = std::cell::Cell::new(0);
    for_all(40, |tape| {
        let nodes = tape.between(1, 3);
        let most = if nodes == 3 { 2 } else { 4 };
        let question = fleet(tape, nodes, most);
        let most = [None, None, Some(1), Some(2)][tape.below(4)];
        let about = |plan: &str, e: String| {
            format!("{e}\n\n{}\n{}\n{plan}\n", question.rules, question.cluster)
        };
        let model = question.model()?;
        let Some(found) = program_plans(&model)?.plan else {
            return Ok(());
        };
        let (text, plan) = read(&model, &found)?;
        let less = relaxed(&model, &plan, most, &mut Unlimited);
        let less = less.map_err(|e| about(&text, format!("no answer: {e:?}")))?;
        let less =
            less.ok_or_else(|| about(&text, "the plan is said not to be valid".to_owned()))?;
        let (text, plan) = read(&model, &less.plan).map_err(|e| about(&text, e))?;
        let judge = || -> Result<(), String> {
            same("valid", true, is_valid(&model, &plan)?)?;
            let order = ordered(&plan.items);
            let mut all = Vec::new();
            elements(&plan.items, &mut all);
            let all: Vec<Item> = all.into_iter().cloned().collect();
            same("ordered pairs", order.len(), less.pairs.1)?;
            let lanes = width(all.len(), &order);
            same("lanes", lanes as usize, less.lanes)?;
            let fits = |lanes: u32| most.is_none_or(|most| lanes as usize <= most);
            same("no more lanes than operators", true, fits(lanes))?;
            if less.pairs.1 < less.pairs.0 {
                relaxations.set(relaxations.get() + 1);
            }
            let as_it_is = each_in_a_lane(&all, &order);
            same("the order is valid", true, is_valid(&model, &as_it_is)?)?;
            for pair in &order {
                let mut fewer = order.clone();
                fewer.remove(pair);
                let is_closed = (0..all.len())
                    .all(|e| !fewer.contains(&(pair.0, e)) || !fewer.contains(&(e, pair.1)));
                if is_closed && fits(width(all.len(), &fewer)) {
                    let shorter = each_in_a_lane(&all, &fewer);
                    let what = format!("valid without {pair:?}");
                    same(&what, false, is_valid(&model, &shorter)?)?;
                }
            }
            let waits = (0..all.len()).filter(|e| !matches!(all[*e], Item::Step { .. }));
            for wait in waits {
                let kept: Vec<usize> = (0..all.len()).filter(|e| *e != wait).collect();
                let items: Vec<Item> = kept.iter().map(|e| all[*e].clone()).collect();
                let place = |e: usize| kept.iter().position(|k| *k == e);
                let pairs = order
                    .iter()
                    .filter_map(|(a, b)| Some((place(*a)?, place(*b)?)));
                let shorter = each_in_a_lane(&items, &pairs.collect());
                same("valid without a wait", false, is_valid(&model, &shorter)?)?;
            }
            Ok(())
        };
        judge().map_err(|e| about(&text, e))
    });
    assert!(relaxations.get() > 10, "{} relaxations", relaxations.get());
}

#[test]
fn labels_are_unique_and_say_which_step_is_meant() {
    for_all(15, |tape| {
        let question = fleet(tape, 2, 4);
        let model = question.model()?;
        let Some(found) = program_plans(&model)?.plan else {
            return Ok(());
        };
        let (_, plan) = read(&model, &found)?;
        // The plan twice: every step is taken two times.
        let twice: Vec<Item> = plan.items.iter().chain(&plan.items).cloned().collect();
        let mut before = BTreeSet::new();
        for then in 1..twice.len() {
            before.extend((0..then).map(|first| (first, then)));
        }
        let items = each_in_a_lane(&twice, &before).items;
        let interpreter = rollproof::semantics::Interpreter::new(&model);
        let order = rollproof::tasks::lanes::order::Order::of(&items, twice.len());
        same("pairs", before.len(), order.pairs())?;
        let all = order.sequence_of_all();
        let odd: Vec<usize> = all.iter().copied().filter(|e| e % 2 == 1).collect();
        let mut less = rollproof::tasks::lanes::order::Order::none(twice.len());
        odd.windows(2).for_each(|two| less.put(two[0], two[1]));
        less.put(0, odd[odd.len() - 1]);
        let items = rollproof::tasks::lanes::written::written(&interpreter, &twice, &less);
        let found = FoundPlan {
            items: rollproof::tasks::lanes::written::told(&interpreter, &items),
            ..found
        };
        let (_, back) = read(&model, &found)?;
        same(
            "pairs that are read",
            less.pairs(),
            ordered(&back.items).len(),
        )
    });
}

#[test]
fn a_plan_for_several_operators_is_valid_and_none_is_done_sooner() {
    let compared = std::cell::RefCell::new([0u32; 4]);
    for_all(40, |tape| {
        let nodes = tape.between(1, 2);
        let question = fleet(tape, nodes, if nodes == 1 { 4 } else { 2 });
        let lanes = tape.between(1, 2);
        let model = question.model()?;
        let about = |e: String| {
            format!(
                "{lanes} lanes: {e}\n\n{}\n{}\n",
                question.rules, question.cluster
            )
        };
        let answer = plan_in_lanes(&model, lanes, &Effort::default(), &mut Unlimited);
        let answer = answer.map_err(|e| about(format!("no answer: {e:?}")))?;
        let scheduled = answer.scheduled.ok_or("nothing is said of lanes")?;
        let Some(found) = &answer.plan else {
            if scheduled.left_out {
                return Ok(());
            }
            let other = best(&model, lanes, None, (3, 1_500));
            let Some(other) = other else { return Ok(()) };
            compared.borrow_mut()[0] += 1;
            return same("schedules where there is no plan", None, other).map_err(about);
        };
        same("verdict", Verdict::Holds, answer.verdict).map_err(about)?;
        let (text, plan) = read(&model, found)?;
        let about = |e: String| about(format!("{e}\n{text}"));
        same("valid", true, is_valid(&model, &plan)?).map_err(about)?;
        let order = ordered(&plan.items);
        let mut all = Vec::new();
        elements(&plan.items, &mut all);
        let width = width(all.len(), &order) as usize;
        same("no more lanes than operators", true, width <= lanes).map_err(about)?;
        let clock = answer.timeline.ok_or("nothing is said of the clock")?;
        let interpreter = rollproof::semantics::Interpreter::new(&model);
        let program = rollproof::tasks::program::Program::new(&plan);
        let again = rollproof::tasks::timeline::timeline(&interpreter, &program);
        same("clock", again.duration, clock.duration).map_err(about)?;
        let price = (clock.duration, found.steps);
        let bounds = (found.steps + 1, 2_500);
        match best(&model, lanes, Some(price), bounds) {
            None => return Ok(()),
            Some(Some(_)) if scheduled.left_out => return Ok(()),
            Some(better) => same("a better schedule", None, better).map_err(about)?,
        }
        compared.borrow_mut()[lanes] += 1;
        compared.borrow_mut()[3] += u32::from(width > 1);
        Ok(())
    });
    let [none, one, two, wide] = *compared.borrow();
    assert!(none > 1 && one > 4 && two > 4 && wide > 2, "{compared:?}");
}
