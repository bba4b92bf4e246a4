//! Ground terms: expressions over the cells of a state, without variables, binders or objects. Equal terms are one term, and
//! what can be known without a state is folded away. Knows no rules.
//!
//! Values are 64-bit integers: 0 and 1 for booleans, places for enums and references. Arithmetic wraps; whether it may is a
//! term of its own ([`Terms::fits`]).

use indexmap::IndexSet;

use super::hasher::Hasher;
use super::layout::Cell;

/// A term, by its place in [`Terms`]. What it is made of has smaller numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TermId(pub u32);

/// The forms of terms.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Term {
    /// A constant.
    Constant(i64),
    /// The code of a cell, counted from `low`; of the state before where `old`.
    Read {
        /// Where.
        cell: Cell,
        /// What the code 0 stands for.
        low: i64,
        /// Whether the state before is meant.
        old: bool,
    },
    /// Of a boolean.
    Not(TermId),
    /// Of booleans, two or more, sorted.
    And(Box<[TermId]>),
    /// Of booleans, two or more, sorted.
    Or(Box<[TermId]>),
    /// Whether two values are equal; the smaller term first.
    Equal(TermId, TermId),
    /// Whether the first is less.
    Less(TermId, TermId),
    /// The wrapped sum.
    Add(TermId, TermId),
    /// The wrapped difference.
    Subtract(TermId, TermId),
    /// Whether the sum fits 64 bits.
    SumFits(TermId, TermId),
    /// Whether the difference fits 64 bits.
    DifferenceFits(TermId, TermId),
    /// How many of the booleans are true.
    Count(Box<[TermId]>),
    /// One of two values by a boolean.
    If(TermId, TermId, TermId),
    /// The value at the place that the first term gives; anything where there is no such place.
    Case(TermId, Box<[TermId]>),
}

/// A store of terms.
#[derive(Debug, Default)]
pub struct Terms {
    terms: IndexSet<Term, Hasher>,
    /// For each term the least and the greatest value that it can have.
    bounds: Vec<(i64, i64)>,
}

/// The term that is always 0, or false.
pub const FALSE: TermId = TermId(0);
/// The term that is always 1, or true.
pub const TRUE: TermId = TermId(1);

impl Terms {
    /// A store with the two constants.
    #[must_use]
    pub fn new() -> Self {
        let mut terms = Self::default();
        terms.constant(0);
        terms.constant(1);
        terms
    }

    /// How many terms there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.terms.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// The form of a term.
    #[must_use]
    pub fn get(&self, id: TermId) -> &Term {
        &self.terms[id.0 as usize]
    }

    /// The least and the greatest value that a term can have.
    #[must_use]
    pub fn bounds(&self, id: TermId) -> (i64, i64) {
        self.bounds[id.0 as usize]
    }

    /// The value of a term that has only one.
    #[must_use]
    pub fn known(&self, id: TermId) -> Option<i64> {
        match self.get(id) {
            Term::Constant(value) => Some(*value),
            _ => None,
        }
    }

    /// A constant.
    pub fn constant(&mut self, value: i64) -> TermId {
        self.insert(Term::Constant(value), (value, value))
    }

    /// `false` or `true`.
    #[must_use]
    pub const fn truth(value: bool) -> TermId {
        if value { TRUE } else { FALSE }
    }

    /// The value of a cell whose greatest code is given.
    pub fn read(&mut self, cell: Cell, low: i64, greatest: u64, old: bool) -> TermId {
        if cell.width == 0 {
            return self.constant(low);
        }
        let high = low.wrapping_add_unsigned(greatest);
        self.insert(Term::Read { cell, low, old }, (low, high))
    }

    /// The opposite of a boolean.
    pub fn not(&mut self, a: TermId) -> TermId {
        match self.get(a) {
            Term::Constant(value) => Self::truth(*value == 0),
            Term::Not(inner) => *inner,
            _ => self.boolean(Term::Not(a)),
        }
    }

    /// Whether both hold.
    pub fn and(&mut self, a: TermId, b: TermId) -> TermId {
        self.all([a, b])
    }

    /// Whether one holds.
    pub fn or(&mut self, a: TermId, b: TermId) -> TermId {
        self.any([a, b])
    }

    /// Whether the first holds only where the second does.
    pub fn implies(&mut self, a: TermId, b: TermId) -> TermId {
        let not = self.not(a);
        self.or(not, b)
    }

    /// Whether all hold.
    pub fn all(&mut self, parts: impl IntoIterator<Item = TermId>) -> TermId {
        match self.flattened(parts, TRUE, |term| match term {
            Term::And(parts) => Some(parts),
            _ => None,
        }) {
            None => FALSE,
            Some(list) => match list[..] {
                [] => TRUE,
                [only] => only,
                _ => self.boolean(Term::And(list.into())),
            },
        }
    }

    /// Whether one holds.
    pub fn any(&mut self, parts: impl IntoIterator<Item = TermId>) -> TermId {
        match self.flattened(parts, FALSE, |term| match term {
            Term::Or(parts) => Some(parts),
            _ => None,
        }) {
            None => TRUE,
            Some(list) => match list[..] {
                [] => FALSE,
                [only] => only,
                _ => self.boolean(Term::Or(list.into())),
            },
        }
    }

    /// The parts of a list of the same connective, sorted and without doubles and the neutral constant; none where the other
    /// constant decides, or a term stands beside its opposite.
    fn flattened(
        &self,
        parts: impl IntoIterator<Item = TermId>,
        neutral: TermId,
        inner: impl Fn(&Term) -> Option<&[TermId]>,
    ) -> Option<Vec<TermId>> {
        let mut list = Vec::new();
        for part in parts {
            match inner(self.get(part)) {
                Some(parts) => list.extend_from_slice(parts),
                None => list.push(part),
            }
        }
        list.sort_unstable();
        list.dedup();
        list.retain(|part| *part != neutral);
        let decided = |part: &TermId| match self.get(*part) {
            Term::Constant(_) => true,
            Term::Not(of) => list.binary_search(of).is_ok(),
            _ => false,
        };
        (!list.iter().any(decided)).then_some(list)
    }

    /// Whether two values are equal.
    pub fn equal(&mut self, a: TermId, b: TermId) -> TermId {
        let (a, b) = (a.min(b), a.max(b));
        let ((low_a, high_a), (low_b, high_b)) = (self.bounds(a), self.bounds(b));
        if a == b {
            return TRUE;
        }
        if high_a < low_b || high_b < low_a || (self.known(a).is_some() && self.known(b).is_some())
        {
            return FALSE;
        }
        let is_truth = |(low, high): (i64, i64)| low >= 0 && high <= 1;
        for (constant, other) in [(a, b), (b, a)] {
            if let Some(value) = self.known(constant) {
                if is_truth(self.bounds(other)) {
                    return if value == 1 { other } else { self.not(other) };
                }
                if let Some(pushed) = self.pushed_down(other, |terms, x| terms.equal(constant, x)) {
                    return pushed;
                }
            }
        }
        self.boolean(Term::Equal(a, b))
    }

    /// An operation on a value that is chosen from several is chosen from the operation on each. Only for operations whose
    /// other operands are constant, so that terms do not grow.
    fn pushed_down(
        &mut self,
        of: TermId,
        mut each: impl FnMut(&mut Self, TermId) -> TermId,
    ) -> Option<TermId> {
        match self.get(of).clone() {
            Term::Case(place, branches) => {
                let branches: Vec<TermId> = branches.iter().map(|b| each(self, *b)).collect();
                Some(self.case(place, &branches))
            }
            Term::If(condition, then, otherwise) => {
                let (then, otherwise) = (each(self, then), each(self, otherwise));
                Some(self.choose(condition, then, otherwise))
            }
            _ => None,
        }
    }

    /// Whether the first is less.
    pub fn less(&mut self, a: TermId, b: TermId) -> TermId {
        let ((low_a, high_a), (low_b, high_b)) = (self.bounds(a), self.bounds(b));
        if high_a < low_b {
            return TRUE;
        }
        if a == b || low_a >= high_b {
            return FALSE;
        }
        if self.known(a).is_some()
            && let Some(pushed) = self.pushed_down(b, |terms, x| terms.less(a, x))
        {
            return pushed;
        }
        if self.known(b).is_some()
            && let Some(pushed) = self.pushed_down(a, |terms, x| terms.less(x, b))
        {
            return pushed;
        }
        self.boolean(Term::Less(a, b))
    }

    /// The sum; means something only where [`Terms::fits`] holds.
    pub fn add(&mut self, a: TermId, b: TermId) -> TermId {
        if let (Some(a), Some(b)) = (self.known(a), self.known(b)) {
            return self.constant(a.wrapping_add(b));
        }
        let bounds = self.sum_bounds(a, b).unwrap_or((i64::MIN, i64::MAX));
        self.insert(Term::Add(a, b), bounds)
    }

    /// The difference; means something only where [`Terms::fits`] holds.
    pub fn subtract(&mut self, a: TermId, b: TermId) -> TermId {
        if let (Some(a), Some(b)) = (self.known(a), self.known(b)) {
            return self.constant(a.wrapping_sub(b));
        }
        if b == FALSE {
            return a;
        }
        let bounds = self.difference_bounds(a, b).unwrap_or((i64::MIN, i64::MAX));
        self.insert(Term::Subtract(a, b), bounds)
    }

    /// Whether a sum (or a difference where `subtract`) fits 64 bits.
    pub fn fits(&mut self, a: TermId, b: TermId, subtract: bool) -> TermId {
        let (bounds, term) = if subtract {
            (self.difference_bounds(a, b), Term::DifferenceFits(a, b))
        } else {
            (self.sum_bounds(a, b), Term::SumFits(a, b))
        };
        if bounds.is_some() {
            TRUE
        } else if self.known(a).is_some() && self.known(b).is_some() {
            FALSE
        } else {
            self.boolean(term)
        }
    }

    fn sum_bounds(&self, a: TermId, b: TermId) -> Option<(i64, i64)> {
        let ((low_a, high_a), (low_b, high_b)) = (self.bounds(a), self.bounds(b));
        Some((low_a.checked_add(low_b)?, high_a.checked_add(high_b)?))
    }

    fn difference_bounds(&self, a: TermId, b: TermId) -> Option<(i64, i64)> {
        let ((low_a, high_a), (low_b, high_b)) = (self.bounds(a), self.bounds(b));
        Some((low_a.checked_sub(high_b)?, high_a.checked_sub(low_b)?))
    }

    /// How many of the booleans are true.
    pub fn count(&mut self, parts: impl IntoIterator<Item = TermId>) -> TermId {
        let mut certain = 0;
        let mut open = Vec::new();
        for part in parts {
            match self.known(part) {
                Some(value) => certain += value,
                None => open.push(part),
            }
        }
        open.sort_unstable();
        let counted = match open[..] {
            [] => return self.constant(certain),
            [only] => only,
            _ => {
                let most = i64::try_from(open.len()).unwrap_or(i64::MAX);
                self.insert(Term::Count(open.into()), (0, most))
            }
        };
        if certain == 0 {
            return counted;
        }
        let certain = self.constant(certain);
        self.add(certain, counted)
    }

    /// One of two values.
    pub fn choose(&mut self, condition: TermId, then: TermId, otherwise: TermId) -> TermId {
        if condition == TRUE || then == otherwise {
            return then;
        }
        if condition == FALSE {
            return otherwise;
        }
        let is_truth = |(low, high): (i64, i64)| low >= 0 && high <= 1;
        let ((low_a, high_a), (low_b, high_b)) = (self.bounds(then), self.bounds(otherwise));
        if is_truth((low_a, high_a)) && is_truth((low_b, high_b)) {
            // As connectives, so that guards fall apart into parts.
            let first = self.implies(condition, then);
            let second = self.or(condition, otherwise);
            return self.and(first, second);
        }
        let bounds = (low_a.min(low_b), high_a.max(high_b));
        self.insert(Term::If(condition, then, otherwise), bounds)
    }

    /// The value at a place.
    pub fn case(&mut self, place: TermId, branches: &[TermId]) -> TermId {
        if let Some(known) = self.known(place) {
            let found = usize::try_from(known).ok().and_then(|p| branches.get(p));
            return found.copied().unwrap_or(FALSE);
        }
        match branches {
            [] => FALSE,
            [first, rest @ ..] if rest.iter().all(|b| b == first) => *first,
            _ => {
                let each = branches.iter().map(|b| self.bounds(*b));
                let bounds = each.fold((i64::MAX, i64::MIN), |(low, high), (l, h)| {
                    (low.min(l), high.max(h))
                });
                self.insert(Term::Case(place, branches.into()), bounds)
            }
        }
    }

    fn boolean(&mut self, term: Term) -> TermId {
        self.insert(term, (0, 1))
    }

    fn insert(&mut self, term: Term, bounds: (i64, i64)) -> TermId {
        let (place, new) = self.terms.insert_full(term);
        if new {
            self.bounds.push(bounds);
        }
        TermId(u32::try_from(place).expect("a limit on terms is kept by whoever makes them"))
    }

    /// The terms that a term is made of.
    #[must_use]
    pub fn parts(&self, id: TermId) -> Vec<TermId> {
        match self.get(id) {
            Term::Constant(_) | Term::Read { .. } => Vec::new(),
            Term::Not(a) => vec![*a],
            Term::And(list) | Term::Or(list) | Term::Count(list) => list.to_vec(),
            Term::Equal(a, b)
            | Term::Less(a, b)
            | Term::Add(a, b)
            | Term::Subtract(a, b)
            | Term::SumFits(a, b)
            | Term::DifferenceFits(a, b) => vec![*a, *b],
            Term::If(a, b, c) => vec![*a, *b, *c],
            Term::Case(place, branches) => {
                let mut list = vec![*place];
                list.extend_from_slice(branches);
                list
            }
        }
    }
}
