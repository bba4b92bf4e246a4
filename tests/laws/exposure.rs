//! What strikes do along random plans is what the oracle says.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use rollproof::model::ground::Model;
use rollproof::model::plan::Plan;
use rollproof::search::budget::Unlimited;
use rollproof::tasks::exposure;
use rollproof::tasks::exposure::findings::{self, ConsequenceKind};
use rollproof::tasks::exposure::strikes::Limits;

use crate::cases::{CASES, for_all, same};
use crate::oracle::exposure::carried_on::Way;
use crate::oracle::exposure::positions::beginnings;
use crate::oracle::exposure::runs::Budget;
use crate::oracle::exposure::{self as oracle, Asked, At, Blamed, Cell, Certainty, Exposure};
use crate::oracle::random::hazards::hazards;
use crate::oracle::random::tape::Tape;
use crate::oracle::random::{Question, plan, plans, question};

/// How many nodes, places and states a question may have; larger ones are passed over.
const LARGEST: usize = 400;

/// The program's answer in the oracle's words.
fn program_exposes(
    model: &Model,
    plan: &Plan,
    faults: usize,
    slips: usize,
) -> Result<Exposure, String> {
    let count = |number: usize| u32::try_from(number).map_err(|e| e.to_string());
    let question = exposure::Question {
        limits: Limits {
            faults: count(faults)?,
            slips: count(slips)?,
        },
        // Each run that is shown is replayed on the way.
        traces: exposure::Traces::All,
        ..exposure::Question::default()
    };
    let found = exposure::exposure(model, plan, &question, &mut Unlimited)
        .map_err(|error| format!("{error:?}"))?;
    let mut all = Exposure::new();
    for (place, position) in found.positions.iter().enumerate() {
        let cells = found.cells.iter().filter(|cell| cell.position == place);
        let cells = cells.map(|cell| {
            let mut names = cell.strikes.clone();
            names.sort();
            (names, in_our_words(cell))
        });
        let at = At {
            cells: cells.collect(),
            rest: position.rest,
        };
        all.insert(position.name.clone(), at);
    }
    Ok(all)
}

fn in_our_words(cell: &findings::Cell) -> Cell {
    let blamed = |list: &[findings::Blamed]| -> Blamed {
        let certainty = |certain: bool| {
            if certain {
                Certainty::Certain
            } else {
                Certainty::Possible
            }
        };
        list.iter()
            .map(|blamed| (blamed.name.clone(), certainty(blamed.certain)))
            .collect()
    };
    let way = |consequence: &findings::Consequence| match &consequence.kind {
        ConsequenceKind::Refused => Way::Refused,
        ConsequenceKind::Undefined => Way::Undefined,
        ConsequenceKind::Incomplete => Way::Incomplete,
        ConsequenceKind::Breaks(name) => Way::Breaks(name.clone()),
    };
    Cell {
        invariants: blamed(&cell.harm.broken),
        certain: cell.harm.surely,
        services: blamed(&cell.harm.out),
        unrecoverable: cell.harm.unrecoverable.is_some(),
        ways: cell.plan.iter().map(way).collect(),
    }
}

/// A question with strikes that bite, a plan, and what the oracle says.
struct Judged {
    question: Question,
    model: Model,
    text: String,
    plan: Plan,
    budget: Budget,
    ours: Exposure,
}

impl Judged {
    /// None where it is too large.
    fn from(tape: &mut Tape<'_>) -> Result<Option<Self>, String> {
        let mut question = question(tape, "obj_")?;
        question.rules += &hazards(tape, &question.model()?);
        let model = question.model()?;
        let (mut text, mut read) = plan_for(tape, &model)?;
        // Plans of one step have little to strike at.
        for _ in 0..3 {
            if beginnings(&read.items).len() < 2 {
                (text, read) = plan_for(tape, &model)?;
            }
        }
        let budget = Budget {
            faults: [1, 1, 2, 0][tape.below(4)],
            slips: [0, 1, 0, 2][tape.below(4)],
        };
        let asked = Asked {
            budget,
            recovery: true,
            limit: LARGEST,
        };
        let ours = oracle::exposure(&model, &read, asked);
        Ok(ours.map(|ours| Self {
            question,
            model,
            text,
            plan: read,
            budget,
            ours,
        }))
    }

    fn about(&self, complaint: &str) -> String {
        let Question { rules, cluster } = &self.question;
        let Budget { faults, slips } = self.budget;
        let text = &self.text;
        format!("{complaint}\n\nfaults {faults}, slips {slips}\n{rules}\n{cluster}\n{text}\n")
    }
}

/// A random plan.
pub fn plan_for(tape: &mut Tape<'_>, model: &Model) -> Result<(String, Plan), String> {
    let text = plans::plan(tape, model);
    let read = plan(model, &text)?;
    Ok((text, read))
}

#[test]
fn exposure_agrees_with_the_oracle() {
    for_all(CASES, |tape| {
        let Some(judged) = Judged::from(tape)? else {
            return Ok(());
        };
        let Budget { faults, slips } = judged.budget;
        let theirs = program_exposes(&judged.model, &judged.plan, faults, slips)?;
        agree(&judged.ours, &theirs).map_err(|complaint| judged.about(&complaint))
    });
}

/// Whether both say the same; the first difference is told.
fn agree(ours: &Exposure, theirs: &Exposure) -> Result<(), String> {
    let names = |all: &Exposure| -> Vec<String> { all.keys().cloned().collect() };
    same("positions", names(ours), names(theirs))?;
    for (position, our_place) in ours {
        let their_place = &theirs[position];
        let none = Cell::default();
        let strikes: BTreeSet<&Vec<String>> = our_place
            .cells
            .keys()
            .chain(their_place.cells.keys())
            .collect();
        for names in strikes {
            let cell = |place: &At| place.cells.get(names).unwrap_or(&none).clone();
            same(
                &format!("{} at position {position}", names.join(", ")),
                cell(our_place),
                cell(their_place),
            )?;
        }
        same(
            &format!("rest at position {position}"),
            our_place.rest,
            their_place.rest,
        )?;
    }
    Ok(())
}

/// A law about questions that nothing happens in would say little.
#[test]
fn the_questions_bite() {
    let shares: RefCell<BTreeMap<&str, usize>> = RefCell::default();
    for_all(CASES, |tape| {
        let Some(judged) = Judged::from(tape)? else {
            return Ok(());
        };
        for what in bites(&judged) {
            *shares.borrow_mut().entry(what).or_default() += 1;
        }
        Ok(())
    });
    let shares = shares.into_inner();
    let share = |what: &str| shares.get(what).copied().unwrap_or(0);
    assert!(share("judged") > 0, "{shares:?}");
    let enough =
        |what: &str, of_a_hundred: usize| 100 * share(what) >= of_a_hundred * share("judged");
    assert!(enough("exposed", 40), "{shares:?}");
    assert!(enough("service out", 8), "{shares:?}");
    assert!(enough("unrecoverable", 4), "{shares:?}");
    assert!(enough("plan broken", 15), "{shares:?}");
    assert!(enough("harm of several", 4), "{shares:?}");
    assert!(enough("rest", 10), "{shares:?}");
}

/// What turns up somewhere in an answer.
fn bites(judged: &Judged) -> BTreeSet<&'static str> {
    let mut found = BTreeSet::from(["judged"]);
    let mut add = |what, is: bool| {
        if is {
            found.insert(what);
        }
    };
    for at in judged.ours.values() {
        add("rest", at.rest);
        for (names, cell) in &at.cells {
            let sure = |blamed: &Blamed, how| blamed.values().any(|certainty| *certainty == how);
            add("exposed", cell.is_exposed());
            add(
                "broken for certain",
                sure(&cell.invariants, Certainty::Certain),
            );
            add(
                "perhaps broken",
                sure(&cell.invariants, Certainty::Possible),
            );
            add(
                "one of several",
                cell.certain && !sure(&cell.invariants, Certainty::Certain),
            );
            add("no value", cell.invariants.contains_key("well_defined"));
            add("service out", !cell.services.is_empty());
            add("unrecoverable", cell.unrecoverable);
            add("plan broken", !cell.ways.is_empty());
            add("harm of several", names.len() > 1 && cell.is_exposed());
        }
    }
    found
}
