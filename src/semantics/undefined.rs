//! Why an expression or an effect has no value. Knows nothing of how values are found.

use std::fmt;

use crate::language::source::Span;

/// An expression without a value, or an assignment that its field cannot take.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Undefined {
    /// What is wrong.
    pub reason: UndefinedReason,
    /// Where: in the text of the rules, or in that of the plan or the option that the expression came from.
    pub span: Span,
}

/// What makes a value undefined.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UndefinedReason {
    /// An object was needed, and there was `none`.
    NoneDereferenced,
    /// An integer does not fit the type of the field or parameter that it is given to.
    OutOfRange {
        /// The integer.
        value: i64,
        /// The least that fits.
        low: i64,
        /// The greatest that fits.
        high: i64,
    },
    /// An integer needs more than 64 bits.
    Overflow,
    /// `none` was listed as a member of a set.
    NoneInSet,
}

impl UndefinedReason {
    /// The same with a place.
    #[must_use]
    pub const fn at(self, span: Span) -> Undefined {
        Undefined { reason: self, span }
    }
}

impl fmt::Display for UndefinedReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoneDereferenced => f.write_str("an object is needed here, and there is `none`"),
            Self::OutOfRange { value, low, high } => {
                write!(f, "{value} is not in {low}..{high}")
            }
            Self::Overflow => f.write_str("the integer needs more than 64 bits"),
            Self::NoneInSet => f.write_str("`none` cannot be a member of a set"),
        }
    }
}
