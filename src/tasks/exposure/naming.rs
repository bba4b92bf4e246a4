//! Findings by name.

use super::aftermath::Aftermath;
use super::blame::Blamed as Blame;
use super::carried_on::{INCOMPLETE, REFUSED};
use super::cells::Struck;
use super::findings::{Blamed, Cell, Consequence, ConsequenceKind, Harm};
use super::rows::{bits, has};
use super::strikes::Strike;

/// What some strikes do at a position, without any run that shows it.
pub(super) fn cell(after: &Aftermath<'_, '_, '_>, struck: &Struck, blamed: &Blame) -> Cell {
    let interpreter = after.system.interpreter;
    let Blame {
        blame,
        recoverable,
        lost,
    } = blamed;
    let service = |place: usize| interpreter.object_name(after.services[place]).to_owned();
    let thing = |place: usize| thing(after, place);
    let way = blame.plan.way.map(|way| match way {
        REFUSED => ConsequenceKind::Refused,
        INCOMPLETE => ConsequenceKind::Incomplete,
        _ => ConsequenceKind::Undefined,
    });
    let breaks = bits(&blame.plan.breaks).map(|place| ConsequenceKind::Breaks(thing(place)));
    Cell {
        position: struck.position,
        strikes: struck
            .strikes
            .iter()
            .map(|strike| strike.name(interpreter))
            .collect(),
        texts: struck
            .strikes
            .iter()
            .map(|strike| text(after, struck, *strike))
            .collect(),
        harm: Harm {
            broken: all(&blame.possible, &blame.certain, &thing),
            surely: blame.surely,
            out: all(&blame.out_possible, &blame.out_certain, &service),
            unrecoverable: lost.map(|certain| Blamed {
                name: "recoverable".to_owned(),
                certain,
                witness: None,
            }),
        },
        plan: way
            .into_iter()
            .chain(breaks)
            .map(|kind| Consequence {
                kind,
                witness: None,
            })
            .collect(),
        recoverable: *recoverable,
        contingency: Vec::new(),
    }
}

fn all(possible: &[u64], certain: &[u64], name: &dyn Fn(usize) -> String) -> Vec<Blamed> {
    bits(possible)
        .map(|place| Blamed {
            name: name(place),
            certain: has(certain, place),
            witness: None,
        })
        .collect()
}

/// A thing that can break.
pub(super) fn thing(after: &Aftermath<'_, '_, '_>, place: usize) -> String {
    let invariants = &after.system.interpreter.model().rules.invariants;
    let invariant = invariants.get(place);
    invariant.map_or_else(|| "well_defined".to_owned(), |i| i.name.clone())
}

/// A strike in the rules' words.
fn text(after: &Aftermath<'_, '_, '_>, struck: &Struck, strike: Strike) -> String {
    let interpreter = after.system.interpreter;
    // Texts may tell values; those right after the strikes are as good as any.
    let state = struck
        .entries
        .keys()
        .next()
        .and_then(|id| after.store.get(*id));
    let describe = |instance: usize| match state {
        Some(state) => interpreter.describe(&state.cluster, instance),
        None => interpreter.name(instance),
    };
    match strike {
        Strike::Fault(fault) | Strike::Fails(fault) => describe(fault),
        Strike::Omitted(action) => format!("left out: {}", interpreter.name(action)),
        Strike::Twice(action) => format!("done twice: {}", interpreter.name(action)),
        Strike::Instead { action, other } => format!(
            "{} instead of {}",
            interpreter.name(other),
            interpreter.name(action)
        ),
    }
}
