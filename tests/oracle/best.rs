//! The best plans, straight from the definition: all sequences of steps and waits up to some length, each judged as a whole.
//! Whether a plan is valid is the oracle's word; what it comes to is what the program's `verify` tells of it.

use std::collections::BTreeSet;

use rollproof::language::rules::TransitionClass;
use rollproof::language::source::{Source, Span};
use rollproof::model::ground::Model;
use rollproof::model::plan::{Item, Plan};
use rollproof::search::budget::Unlimited;
use rollproof::tasks::exposure::Question;
use rollproof::tasks::exposure::strikes::Limits;
use rollproof::tasks::optimal::measure::Figures;
use rollproof::tasks::request::Asked;
use rollproof::tasks::verify as program;

use super::evaluate::State;
use super::step::{Attempt, attempt, class, goal, initial, settled};
use super::verify::{reached, verify};
use super::way::breaks;

/// All valid plans that are no longer than so many steps, with what they come to.
#[derive(Debug, Default)]
pub struct Plans {
    pub all: Vec<(Figures, Vec<Item>)>,
    /// The number of steps up to which every plan was tried.
    pub complete: u32,
    /// Whether there are no more, however long.
    pub exhausted: bool,
}

/// A beginning of a plan, and the states that are possible after it.
type Beginning = (Vec<Item>, BTreeSet<State>);

/// Tries everything, until more than so many beginnings were tried.
pub fn plans(model: &Model, most: usize) -> Result<Plans, String> {
    let mut found = Plans::default();
    let first = reached(model, &BTreeSet::from([initial(model)]));
    let mut level: Vec<Beginning> = vec![(Vec::new(), first)];
    let mut tried = 0;
    for steps in 0.. {
        found.complete = steps;
        for (items, states) in &level {
            found.all.extend(judged(model, items, states)?);
        }
        let mut next = Vec::new();
        for (items, states) in &level {
            next.extend(longer(model, items, states));
            if tried + next.len() > most {
                return Ok(found);
            }
        }
        tried += next.len();
        if next.is_empty() {
            found.exhausted = true;
            return Ok(found);
        }
        level = next;
    }
    Ok(found)
}

/// One step more, with and without a wait before it, unless that is refused or undefined somewhere, or breaks something.
fn longer(model: &Model, items: &[Item], states: &BTreeSet<State>) -> Vec<Beginning> {
    let span = Span::default();
    let at_rest: BTreeSet<State> = states
        .iter()
        .filter(|state| settled(model, state))
        .cloned()
        .collect();
    let mut starts = vec![(items.to_vec(), states.clone())];
    if !at_rest.is_empty() && at_rest.len() < states.len() {
        let mut items = items.to_vec();
        items.push(Item::AwaitSettled { span });
        starts.push((items, reached(model, &at_rest)));
    }
    let mut all = Vec::new();
    for (items, states) in starts {
        for instance in 0..model.instances.len() {
            if class(model, instance) != TransitionClass::Action {
                continue;
            }
            if let Some(after) = after(model, &states, instance) {
                let mut items = items.clone();
                items.push(Item::Step { instance, span });
                all.push((items, after));
            }
        }
    }
    all
}

/// The states after a step.
fn after(model: &Model, states: &BTreeSet<State>, step: usize) -> Option<BTreeSet<State>> {
    let mut next = BTreeSet::new();
    for state in states {
        match attempt(model, state, step) {
            Attempt::Taken(after) if breaks(model, state, &after) => return None,
            Attempt::Taken(after) => {
                next.insert(after);
            }
            Attempt::Blocked => {}
            Attempt::Refused | Attempt::Undefined => return None,
        }
    }
    (!next.is_empty()).then(|| reached(model, &next))
}

/// A plan, where it is valid and the clock comes to its end.
fn judged(
    model: &Model,
    items: &[Item],
    states: &BTreeSet<State>,
) -> Result<Option<(Figures, Vec<Item>)>, String> {
    if states.iter().all(|state| goal(model, state) != Ok(true)) {
        return Ok(None);
    }
    let plan = Plan {
        name: "tried".to_owned(),
        items: items.to_vec(),
        source: Source::new("tried", ""),
    };
    let ours = verify(model, &plan, 5_000).ok_or("a plan has too many states")?;
    if !ours.valid() {
        return Ok(None);
    }
    Ok(figures(model, &plan)?.map(|figures| (figures, items.to_vec())))
}

/// What the program tells of a plan; nothing where its clock stands still.
pub fn figures(model: &Model, plan: &Plan) -> Result<Option<Figures>, String> {
    let asked = Asked {
        properties: vec!["safe".to_owned()],
        exposure: Some(Question {
            limits: Limits {
                faults: 1,
                slips: 0,
            },
            ..Question::default()
        }),
        ..Asked::default()
    };
    let told = program::verify(model, plan, &asked, &mut Unlimited);
    let told = told.map_err(|error| format!("no answer: {error:?}"))?;
    let (Some(timeline), Some(exposure)) = (told.timeline, told.exposure) else {
        return Err("`verify` tells no times".to_owned());
    };
    if timeline.broken_off {
        return Ok(None);
    }
    let mut figures = Figures {
        duration: timeline.duration,
        downtime: timeline.downtime.iter().map(|d| d.seconds).sum(),
        exposure: exposure.figures.exposed_possible,
        ..Figures::default()
    };
    for item in &plan.items {
        if let Item::Step { instance, .. } = item {
            let transition = model.instances[*instance].transition;
            figures.cost += u64::from(model.rules.transitions[transition.index()].cost);
            figures.steps += 1;
        } else {
            figures.waits += 1;
        }
    }
    Ok(Some(figures))
}
