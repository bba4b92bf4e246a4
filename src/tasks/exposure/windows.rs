//! Stretches of the plan in which the same strikes do the same harm, how long they last, and what to compare plans by.

use std::collections::BTreeSet;

use crate::search::store::StateId;

use super::super::timeline::Stay;
use super::aftermath::Aftermath;
use super::cells::At;
use super::findings::{Cell, Figures, PositionFindings, Window};

/// For each position those that a step leads to.
pub(super) fn steps_between(
    after: &Aftermath<'_, '_, '_>,
    positions: &[At],
) -> BTreeSet<(usize, usize)> {
    let mut place = vec![0; after.planned];
    for (number, at) in positions.iter().enumerate() {
        for id in &at.states {
            place[id.index()] = number;
        }
    }
    let mut found = BTreeSet::new();
    for from in 0..after.planned {
        let id = StateId(u32::try_from(from).unwrap_or(u32::MAX));
        for &to in after.lanes.successors(id) {
            found.insert((place[from], place[to as usize]));
        }
    }
    found
}

/// The windows of harm, the worst first.
pub(super) fn windows(
    cells: &[Cell],
    positions: &[PositionFindings],
    between: &BTreeSet<(usize, usize)>,
) -> Vec<Window> {
    let mut found: Vec<Window> = Vec::new();
    let mut taken = vec![false; cells.len()];
    for first in 0..cells.len() {
        if taken[first] || cells[first].harm.is_none() {
            continue;
        }
        taken[first] = true;
        let mut window = vec![first];
        let mut next = 0;
        while let Some(&here) = window.get(next) {
            for other in 0..cells.len() {
                let (a, b) = (cells[here].position, cells[other].position);
                let near = between.contains(&(a, b)) || between.contains(&(b, a));
                if near
                    && !taken[other]
                    && cells[other].strikes == cells[here].strikes
                    && cells[other].says_the_same(&cells[here])
                {
                    taken[other] = true;
                    window.push(other);
                }
            }
            next += 1;
        }
        window.sort_unstable();
        let seconds = window
            .iter()
            .map(|cell| positions[cells[*cell].position].seconds)
            .sum();
        found.push(Window {
            cells: window,
            seconds,
        });
    }
    found.sort_by_key(|window| {
        let cell = &cells[window.cells[0]];
        let harm = &cell.harm;
        let certain = harm.broken.iter().chain(&harm.out).filter(|b| b.certain);
        std::cmp::Reverse((
            harm.is_certain(),
            harm.unrecoverable.is_some(),
            certain.count(),
            harm.broken.len() + harm.out.len(),
            window.seconds,
            std::cmp::Reverse(window.cells[0]),
        ))
    });
    found
}

/// What to compare plans by. `place` gives the position of a stay.
pub(super) fn figures(
    cells: &[Cell],
    stays: &[Stay],
    place: impl Fn(&Stay) -> Option<usize>,
    clock_ran_out: bool,
) -> Figures {
    let at = |wanted: &dyn Fn(&Cell) -> bool| -> BTreeSet<usize> {
        cells
            .iter()
            .filter(|cell| wanted(cell))
            .map(|cell| cell.position)
            .collect()
    };
    let possible = at(&|cell| !cell.harm.is_none());
    let certain = at(&|cell| cell.harm.is_certain());
    let seconds = |exposed: &BTreeSet<usize>| {
        stays
            .iter()
            .filter(|stay| stay.out || place(stay).is_some_and(|at| exposed.contains(&at)))
            .map(|stay| stay.seconds)
            .sum()
    };
    let breaks = |cell: &Cell| !cell.harm.broken.is_empty();
    let surely = |cell: &Cell| cell.harm.surely;
    let count = |wanted: &dyn Fn(&Cell) -> bool| {
        let pairs = cells.iter().filter(|cell| wanted(cell)).count();
        (at(wanted).len(), pairs)
    };
    Figures {
        exposed_possible: seconds(&possible),
        exposed_certain: seconds(&certain),
        breaking: count(&breaks),
        surely_breaking: count(&surely),
        clock_ran_out,
    }
}
