//! Expressions in their quickest form: what is constant is computed, comparisons of fields of what is bound take one step, and a
//! quantifier that only asks about what stands under an object notes that. Knows no state.

use crate::language::rules::BinaryOp;

use super::code::{Binder, Comparison, Num, Path};

impl Comparison {
    /// What holds where it does not.
    const fn negated(self) -> Self {
        match self {
            Self::Eq => Self::Ne,
            Self::Ne => Self::Eq,
            Self::Lt => Self::Ge,
            Self::Le => Self::Gt,
            Self::Gt => Self::Le,
            Self::Ge => Self::Lt,
        }
    }

    /// The same between the values the other way round.
    const fn turned(self) -> Self {
        match self {
            Self::Eq | Self::Ne => self,
            Self::Lt => Self::Gt,
            Self::Le => Self::Ge,
            Self::Gt => Self::Lt,
            Self::Ge => Self::Le,
        }
    }

    /// Whether it holds between two values.
    pub(super) const fn holds(self, left: i64, right: i64) -> bool {
        match self {
            Self::Eq => left == right,
            Self::Ne => left != right,
            Self::Lt => left < right,
            Self::Le => left <= right,
            Self::Gt => left > right,
            Self::Ge => left >= right,
        }
    }
}

impl Binder {
    /// Notes what a member has to stand under for a condition to go beyond its first part: of a conjunction with `Eq`, of a
    /// disjunction with `Ne`. What is judged before must be defined for every object, and so must the filter.
    pub(super) fn narrow(&mut self, condition: &Num, decides: Comparison) {
        if self.under.is_some() || self.filter.is_some() || self.within.is_some() {
            return;
        }
        match condition {
            Num::And(left, right) if decides == Comparison::Eq => {
                self.narrow(left, decides);
                if is_plain(left) {
                    self.narrow(right, decides);
                }
            }
            Num::Or(left, right) if decides == Comparison::Ne => {
                self.narrow(left, decides);
                if is_plain(left) {
                    self.narrow(right, decides);
                }
            }
            Num::Paths(comparison, left, right) if *comparison == decides => {
                let own = |path: &Path| path.slot as usize == self.slot && path.up == 1;
                let (own, above) = if own(left) {
                    (true, right)
                } else {
                    (own(right), left)
                };
                self.under = (own && above.up == 0).then_some(above.slot as usize);
            }
            _ => {}
        }
    }
}

/// Whether an expression compares what is bound, so that it always has a value.
fn is_plain(code: &Num) -> bool {
    matches!(code, Num::Paths(_, left, right) if left.up == 0 && right.up == 0)
}

/// An expression as a path.
pub(super) fn path(code: &Num) -> Option<Path> {
    match code {
        Num::Variable(slot) => Some(Path {
            slot: u32::try_from(*slot).ok()?,
            up: 0,
        }),
        Num::Path(path) => Some(*path),
        _ => None,
    }
}

/// A comparison in its quickest form.
pub(super) fn comparison(compare: Comparison, left: Num, right: Num) -> Num {
    match (&left, &right) {
        (Num::Constant(left), Num::Constant(right)) => {
            return Num::Constant(i64::from(compare.holds(*left, *right)));
        }
        (Num::Field(path, bits), Num::Constant(value)) => {
            return Num::Test(compare, *path, *bits, *value);
        }
        (Num::Constant(value), Num::Field(path, bits)) => {
            return Num::Test(compare.turned(), *path, *bits, *value);
        }
        (Num::Field(path, bits), Num::Field(other, of)) => {
            return Num::Fields(compare, Box::new((*path, *bits, *other, *of)));
        }
        _ => {}
    }
    match (path(&left), path(&right)) {
        (Some(left), Some(right)) => Num::Paths(compare, left, right),
        _ => Num::Compare(compare, Box::new(left), Box::new(right)),
    }
}

pub(super) fn not(code: Num) -> Num {
    match code {
        Num::Constant(value) => Num::Constant(i64::from(value == 0)),
        Num::Not(inner) => *inner,
        Num::Compare(compare, left, right) => Num::Compare(compare.negated(), left, right),
        Num::Test(compare, path, bits, value) => Num::Test(compare.negated(), path, bits, value),
        Num::Paths(compare, left, right) => Num::Paths(compare.negated(), left, right),
        Num::Fields(compare, both) => Num::Fields(compare.negated(), both),
        code => Num::Not(Box::new(code)),
    }
}

/// `and`, `or`, `implies`: where the left side is constant it decides, or the right side does.
pub(super) fn connective(op: BinaryOp, left: Num, right: Num) -> Num {
    let left = if op == BinaryOp::Implies {
        not(left)
    } else {
        left
    };
    match (op, left) {
        (BinaryOp::And, Num::Constant(0)) => Num::Constant(0),
        (BinaryOp::And, Num::Constant(_)) => right,
        (BinaryOp::And, left) => Num::And(Box::new(left), Box::new(right)),
        (_, Num::Constant(0)) => right,
        (_, Num::Constant(_)) => Num::Constant(1),
        (_, left) => Num::Or(Box::new(left), Box::new(right)),
    }
}
