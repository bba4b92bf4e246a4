//! Conditions in small parts: a conjunction of terms each of which reads few bits. Where a reference is followed, the condition
//! is split by where it points (`e.host.up` is, for each node, "`e.host` is another node, or this one is up").

use std::collections::{BTreeMap, BTreeSet};

use super::layout::Cell;
use super::term::{FALSE, TRUE, Term, TermId, Terms};

/// A condition that falls into more parts than this is left as it is.
const MOST_PARTS: usize = 2048;

/// A condition as a conjunction.
#[derive(Clone, Debug, Default)]
pub struct Conjuncts {
    /// Parts that read few bits.
    pub small: Vec<TermId>,
    /// Parts that read more, and could not be split.
    pub large: Vec<TermId>,
}

/// The cells that a term reads.
#[must_use]
pub fn support(terms: &Terms, id: TermId) -> BTreeSet<Cell> {
    let mut cells = BTreeSet::new();
    let mut seen = BTreeSet::new();
    let mut stack = vec![id];
    while let Some(id) = stack.pop() {
        if !seen.insert(id) {
            continue;
        }
        match terms.get(id) {
            Term::Read { cell, .. } => {
                cells.insert(*cell);
            }
            _ => stack.extend(terms.parts(id)),
        }
    }
    cells
}

/// How many bits some cells have.
#[must_use]
pub fn bits<'c>(cells: impl IntoIterator<Item = &'c Cell>) -> u32 {
    cells.into_iter().map(|cell| u32::from(cell.width)).sum()
}

/// Splits a condition into parts that read at most `most_bits` bits.
#[must_use]
pub fn conjuncts(terms: &mut Terms, root: TermId, most_bits: u32) -> Conjuncts {
    let mut found = Conjuncts::default();
    let mut stack = vec![root];
    let mut split = 0;
    while let Some(id) = stack.pop() {
        if id == TRUE {
            continue;
        }
        if let Some(parts) = conjunction(terms, id) {
            stack.extend(parts);
            continue;
        }
        if bits(&support(terms, id)) <= most_bits {
            found.small.push(id);
            continue;
        }
        split += 1;
        let parts = if split > MOST_PARTS {
            None
        } else {
            distributed(terms, id).or_else(|| by_reference(terms, id))
        };
        match parts {
            Some(parts) => stack.extend(parts),
            None => found.large.push(id),
        }
    }
    for list in [&mut found.small, &mut found.large] {
        list.sort_unstable();
        list.dedup();
    }
    found
}

/// The parts of a conjunction, as such or as the opposite of a disjunction.
fn conjunction(terms: &mut Terms, id: TermId) -> Option<Vec<TermId>> {
    match terms.get(id).clone() {
        Term::And(parts) => Some(parts.to_vec()),
        Term::Not(inner) => match terms.get(inner).clone() {
            Term::Or(parts) => Some(parts.iter().map(|part| terms.not(*part)).collect()),
            _ => None,
        },
        _ => None,
    }
}

/// `a or (b and c)` is `(a or b) and (a or c)`.
fn distributed(terms: &mut Terms, id: TermId) -> Option<Vec<TermId>> {
    let Term::Or(parts) = terms.get(id).clone() else {
        return None;
    };
    let (place, inner) = parts
        .iter()
        .enumerate()
        .find_map(|(place, part)| conjunction(terms, *part).map(|inner| (place, inner)))?;
    let mut others = parts.to_vec();
    others.remove(place);
    let split = inner.into_iter().map(|part| {
        let mut list = others.clone();
        list.push(part);
        terms.any(list)
    });
    Some(split.collect())
}

/// Splits by the value of a cell that chooses among others.
fn by_reference(terms: &mut Terms, id: TermId) -> Option<Vec<TermId>> {
    let pivot = pivot(terms, id)?;
    let (low, high) = terms.bounds(pivot);
    let mut parts = Vec::new();
    for value in low..=high {
        let value = terms.constant(value);
        let here = terms.equal(pivot, value);
        let elsewhere = terms.not(here);
        let rest = restricted(terms, id, pivot, value);
        parts.push(terms.or(elsewhere, rest));
    }
    Some(parts)
}

/// The first reference in a term that is followed.
fn pivot(terms: &Terms, id: TermId) -> Option<TermId> {
    let mut seen = BTreeSet::new();
    let mut stack = vec![id];
    let mut first: Option<TermId> = None;
    while let Some(id) = stack.pop() {
        if !seen.insert(id) {
            continue;
        }
        if let Term::Case(place, _) = terms.get(id)
            && matches!(terms.get(*place), Term::Read { .. })
        {
            first = Some(first.map_or(*place, |known| known.min(*place)));
        }
        stack.extend(terms.parts(id));
    }
    first
}

/// A term where another one is known to have a value.
fn restricted(terms: &mut Terms, id: TermId, known: TermId, value: TermId) -> TermId {
    let mut below = BTreeSet::new();
    let mut stack = vec![id];
    while let Some(id) = stack.pop() {
        if below.insert(id) {
            stack.extend(terms.parts(id));
        }
    }
    // Parts have smaller numbers than what they are parts of.
    let mut replaced: BTreeMap<TermId, TermId> = BTreeMap::new();
    for id in below {
        let new = if id == known {
            value
        } else {
            rebuilt(terms, id, &replaced)
        };
        replaced.insert(id, new);
    }
    replaced.get(&id).copied().unwrap_or(FALSE)
}

/// The same term over other parts.
fn rebuilt(terms: &mut Terms, id: TermId, parts: &BTreeMap<TermId, TermId>) -> TermId {
    let new = |id: &TermId| parts.get(id).copied().unwrap_or(*id);
    match terms.get(id).clone() {
        Term::Constant(_) | Term::Read { .. } => id,
        Term::Not(a) => terms.not(new(&a)),
        Term::And(list) => terms.all(list.iter().map(new)),
        Term::Or(list) => terms.any(list.iter().map(new)),
        Term::Count(list) => terms.count(list.iter().map(new)),
        Term::Equal(a, b) => terms.equal(new(&a), new(&b)),
        Term::Less(a, b) => terms.less(new(&a), new(&b)),
        Term::Add(a, b) => terms.add(new(&a), new(&b)),
        Term::Subtract(a, b) => terms.subtract(new(&a), new(&b)),
        Term::SumFits(a, b) => terms.fits(new(&a), new(&b), false),
        Term::DifferenceFits(a, b) => terms.fits(new(&a), new(&b), true),
        Term::If(a, b, c) => terms.choose(new(&a), new(&b), new(&c)),
        Term::Case(place, branches) => {
            let branches: Vec<TermId> = branches.iter().map(new).collect();
            terms.case(new(&place), &branches)
        }
    }
}
