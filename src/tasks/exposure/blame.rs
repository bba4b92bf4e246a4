//! What strikes are to blame for: what comes of a position with them and would not without.

use crate::search::budget::Budget;
use crate::search::store::StateId;

use super::aftermath::Aftermath;
use super::carried_on::{BREAKS, INCOMPLETE, REFUSED, UNDEFINED, carried_on};
use super::cells::{At, Past, Struck};
use super::recovering::Recovering;
use super::recovery::Recoverable;
use super::rows::{Row, and, clear, has, is_empty, or, without};
use super::stopped::Stopped;
use super::strikes::Strike;
use super::surely::OneOf;

/// What some strikes do at a position. Rows of things that break (see [`Aftermath::things`]) and of services.
#[derive(Clone, Debug, Default)]
pub(super) struct Blame {
    /// Where the operator stops, some run breaks these.
    pub(super) possible: Row,
    /// Every fair run does.
    pub(super) certain: Row,
    /// Every fair run breaks one of these, perhaps each another.
    pub(super) surely: bool,
    /// Some fair run ends with these services out.
    pub(super) out_possible: Row,
    /// Every fair run does.
    pub(super) out_certain: Row,
    /// Where the operator carries on.
    pub(super) plan: PlanBlame,
}

/// What the rest of the plan comes to.
#[derive(Clone, Debug, Default)]
pub(super) struct PlanBlame {
    /// Some of [`REFUSED`], [`UNDEFINED`], [`INCOMPLETE`].
    pub(super) ways: Vec<usize>,
    /// What it breaks that the events alone do not.
    pub(super) breaks: Row,
}

impl Blame {
    /// Whether anybody is hurt who would not be without the strikes.
    pub(super) fn is_harmless(&self) -> bool {
        is_empty(&self.possible) && !self.surely && is_empty(&self.out_possible)
    }
}

/// The same, and whether the goal can still be reached.
#[derive(Clone, Debug)]
pub(super) struct Blamed {
    pub(super) blame: Blame,
    /// From everything that events make of it.
    pub(super) recoverable: Recoverable,
    /// Whether the strikes are to blame that it cannot, and whether it cannot from any state.
    pub(super) lost: Option<bool>,
}

impl Blamed {
    /// What each set of strikes is to blame for, in the order of `struck`; of what fewer of them do already nothing.
    pub(super) fn all(
        fates: &Fates,
        recovering: &mut Recovering<'_, '_, '_>,
        positions: &[At],
        struck: &[Struck],
        budget: &mut dyn Budget,
    ) -> Vec<Self> {
        let blames = fates.blames(recovering.after, positions, struck);
        let without: Vec<Recoverable> = positions
            .iter()
            .map(|at| recovering.all_recover(at.states.iter().copied(), budget))
            .collect();
        let recovered: Vec<(Recoverable, Option<bool>)> = struck
            .iter()
            .map(|cell| {
                let recoverable = recovering.all_recover(cell.entries.keys().copied(), budget);
                let blamed =
                    recoverable == Recoverable::No && without[cell.position] == Recoverable::Yes;
                let lost_from_all = || recovering.none_recovers(cell.entries.keys().copied());
                (recoverable, blamed.then(lost_from_all))
            })
            .collect();
        let places = 0..struck.len();
        places
            .zip(blames)
            .map(|(place, blame)| {
                let (recoverable, lost) = recovered[place];
                let mut by_fewer =
                    fewer(struck, place).filter(|other| recovered[*other].1.is_some());
                let lost = lost.filter(|_| by_fewer.next().is_none());
                Self {
                    blame,
                    recoverable,
                    lost,
                }
            })
            .collect()
    }

    /// Whether nobody is hurt who would not be without the strikes.
    pub(super) fn is_harmless(&self) -> bool {
        self.blame.is_harmless() && self.lost.is_none()
    }
}

/// The places of those with some of the strikes of another at the same position.
fn fewer(struck: &[Struck], place: usize) -> impl Iterator<Item = usize> + '_ {
    let cell = &struck[place];
    // They stand before it.
    let same = (0..place).rev().take_while(move |other| {
        cell.strikes.len() > 1 && struck[*other].position == cell.position
    });
    same.filter(move |other| is_less(&struck[*other].strikes, &cell.strikes))
}

/// What the events, or the rest of the plan, make of each state.
pub(super) struct Fates {
    pub(super) stopped: Stopped,
    pub(super) carried_on: super::rows::Rows,
}

/// What can be said of some states at once.
struct Summary {
    possible: Row,
    certain: Row,
    out_possible: Row,
    out_certain: Row,
    plan: Row,
}

impl Fates {
    pub(super) fn new(after: &Aftermath<'_, '_, '_>) -> Self {
        Self {
            stopped: Stopped::new(after),
            carried_on: carried_on(after),
        }
    }

    fn summary<'r>(
        &self,
        after: &Aftermath<'_, '_, '_>,
        states: impl Iterator<Item = (StateId, Option<&'r Past>)>,
    ) -> Summary {
        let things = super::rows::all(after.things(), after.broken.row().len());
        let services = super::rows::all(after.services.len(), after.out.row().len());
        let mut avoidable = after.broken.row();
        let mut back = after.out.row();
        let mut found = Summary {
            possible: after.broken.row(),
            certain: Vec::new(),
            out_possible: after.out.row(),
            out_certain: Vec::new(),
            plan: self.carried_on.row(),
        };
        for (id, past) in states {
            let place = id.index();
            or(&mut found.possible, self.stopped.possible.get(place));
            let mut row = self.stopped.avoidable.get(place).to_vec();
            if let Some(past) = past {
                and(&mut row, &past.unbroken);
                or(&mut found.possible, &past.broken);
            }
            or(&mut avoidable, &row);
            or(&mut found.out_possible, self.stopped.out_in_some.get(place));
            or(&mut back, self.stopped.back_in_some.get(place));
            or(&mut found.plan, self.carried_on.get(place));
        }
        found.certain = without(&things, &avoidable);
        found.out_certain = without(&services, &back);
        found
    }

    /// Whether events come to an end in every fair run from a position.
    pub(super) fn comes_to_rest(&self, at: &At) -> bool {
        !at.states
            .iter()
            .any(|id| self.stopped.restless.contains(id))
    }

    /// What each set of strikes is to blame for, in the order of `struck`; of what fewer of them do already nothing.
    fn blames(
        &self,
        after: &Aftermath<'_, '_, '_>,
        positions: &[At],
        struck: &[Struck],
    ) -> Vec<Blame> {
        let without_strikes: Vec<Summary> = positions
            .iter()
            .map(|at| self.summary(after, at.states.iter().map(|id| (*id, None))))
            .collect();
        let whole: Vec<Blame> = struck
            .iter()
            .map(|cell| {
                let entries = cell.entries.iter().map(|(id, past)| (*id, Some(past)));
                let with = self.summary(after, entries);
                let without = &without_strikes[cell.position];
                let mut blame = blame(after, &with, without);
                blame.surely = if is_empty(&blame.possible) {
                    false
                } else if is_empty(&without.possible) {
                    blame.surely
                } else {
                    // What the position breaks without strikes does not count.
                    let one_of = OneOf::new(after, blame.possible.clone());
                    let states = &positions[cell.position].states;
                    one_of.is_sure(states, &cell.strikes) && !one_of.is_sure(states, &[])
                };
                blame
            })
            .collect();
        (0..struck.len())
            .map(|place| {
                let blame = whole[place].clone();
                fewer(struck, place).fold(blame, |blame, other| less(&blame, &whole[other]))
            })
            .collect()
    }
}

fn blame(after: &Aftermath<'_, '_, '_>, with: &Summary, without_strikes: &Summary) -> Blame {
    let certain = without(&with.certain, &without_strikes.certain);
    let mut possible = without(&with.possible, &without_strikes.possible);
    or(&mut possible, &certain);
    let out_certain = without(&with.out_certain, &without_strikes.out_certain);
    let mut out_possible = without(&with.out_possible, &without_strikes.out_possible);
    or(&mut out_possible, &out_certain);
    let mut breaks = after.broken.row();
    for thing in 0..after.anything() {
        let comes = has(&with.plan, BREAKS + thing) && !has(&without_strikes.plan, BREAKS + thing);
        if comes && !has(&with.possible, thing) {
            super::rows::set(&mut breaks, thing);
        }
    }
    let ways = [REFUSED, UNDEFINED, INCOMPLETE]
        .into_iter()
        .filter(|way| has(&with.plan, *way) && !has(&without_strikes.plan, *way))
        .collect();
    named(
        after,
        Blame {
            possible,
            certain,
            surely: false,
            out_possible,
            out_certain,
            plan: PlanBlame { ways, breaks },
        },
    )
}

/// Keeps apart that anything breaks: of itself it is none of the things that are told.
fn named(after: &Aftermath<'_, '_, '_>, mut blame: Blame) -> Blame {
    let anything = after.anything();
    blame.surely = has(&blame.certain, anything);
    clear(&mut blame.certain, anything);
    clear(&mut blame.possible, anything);
    blame
}

/// Without what fewer strikes are to blame for with the same certainty.
fn less(blame: &Blame, fewer: &Blame) -> Blame {
    let certain = without(&blame.certain, &fewer.certain);
    let mut possible = without(&blame.possible, &fewer.possible);
    or(&mut possible, &certain);
    let out_certain = without(&blame.out_certain, &fewer.out_certain);
    let mut out_possible = without(&blame.out_possible, &fewer.out_possible);
    or(&mut out_possible, &out_certain);
    Blame {
        surely: blame.surely && !fewer.surely,
        certain,
        possible,
        out_possible,
        out_certain,
        plan: PlanBlame {
            ways: blame
                .plan
                .ways
                .iter()
                .copied()
                .filter(|way| !fewer.plan.ways.contains(way))
                .collect(),
            breaks: without(&blame.plan.breaks, &fewer.plan.breaks),
        },
    }
}

/// Whether the first strikes are some of the second and not all; both are in order.
pub(super) fn is_less(fewer: &[Strike], all: &[Strike]) -> bool {
    let mut rest = all.iter();
    fewer.len() < all.len() && fewer.iter().all(|strike| rest.any(|other| other == strike))
}
