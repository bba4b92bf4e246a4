//! Rules in the form in which they are evaluated on counted states: names are gone, fields are places of records, what is
//! constant is computed. Knows no state.
//!
//! Every scalar is an `i64`: 0 and 1 for truth, the place of a value of an enum, the integer itself. An object of the forest is
//! the number of an individual of the view, any other object its place among those of its kind; `none` is -1.

use crate::engine::layout::Cell;
use crate::language::rules::{KindId, TransitionClass, TransitionId};

/// What stands for `none`.
pub(super) const NOTHING: i64 = -1;

/// An expression whose value is no set.
#[derive(Clone, Debug)]
pub(super) enum Num {
    Constant(i64),
    Variable(usize),
    /// A code in the record of an individual.
    Record(Box<Self>, Bits),
    /// What an individual stands under.
    Under(Box<Self>),
    /// What is the same for all objects of a class, by class.
    ByClass(Box<Self>, Box<[i64]>),
    /// A code in the header, by the object's place.
    Header(Box<Self>, Box<[Cell]>, Bits),
    /// A fixed field of a flat object, by its place.
    ByPlace(Box<Self>, Box<[i64]>),
    /// The individual that is the object of this place: a reference to an object of the forest that is kept as a code.
    Individual(Box<Self>, KindId),
    Call(usize, Box<[Argument]>),
    Old(Box<Self>),
    Not(Box<Self>),
    And(Box<Self>, Box<Self>),
    Or(Box<Self>, Box<Self>),
    Compare(Comparison, Box<Self>, Box<Self>),
    Add(Box<Self>, Box<Self>),
    Subtract(Box<Self>, Box<Self>),
    If(Box<Self>, Box<Self>, Box<Self>),
    All(Box<Binder>, Box<Self>),
    Some(Box<Binder>, Box<Self>),
    Count(Box<Binder>),
    CountSet(Box<SetCode>),
    In(Box<Self>, Box<SetCode>),
    SameSet(Box<SetCode>, Box<SetCode>),
    /// An expression without free variables: computed once for a state.
    Once(usize, Box<Self>),
    /// `e.host`, where `host` is a tree field.
    Path(Path),
    /// `e.host.power`
    Field(Path, Bits),
    /// `e.host.power == up`
    Test(Comparison, Path, Bits, i64),
    /// `e.host == n`
    Paths(Comparison, Path, Path),
    /// `e.host.build == e.build`
    Fields(Comparison, Box<(Path, Bits, Path, Bits)>),
}

/// What a variable stands under, so many steps up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Path {
    pub(super) slot: u32,
    pub(super) up: u32,
}

/// How a code becomes a value.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bits {
    pub(super) shift: u8,
    pub(super) mask: u64,
    /// What the code 0 stands for.
    pub(super) low: i64,
    /// The code that stands for `none`.
    pub(super) none: Option<u64>,
}

impl Bits {
    /// The value of a code.
    pub(super) fn value(self, code: u64) -> i64 {
        if self.none == Some(code) {
            return NOTHING;
        }
        self.low.wrapping_add_unsigned(code)
    }

    /// The code of a value that the field can take.
    pub(super) fn code(self, value: i64) -> u64 {
        match self.none {
            Some(none) if value == NOTHING => none,
            _ => value.wrapping_sub(self.low) as u64,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Comparison {
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
}

/// An argument of a let.
#[derive(Clone, Debug)]
pub(super) enum Argument {
    /// With the range that it must be in.
    Num(Num, Option<(i64, i64)>),
    Set(SetCode),
}

/// An expression whose value is a set.
#[derive(Clone, Debug)]
pub(super) struct SetCode {
    pub(super) of: KindId,
    pub(super) form: SetForm,
}

#[derive(Clone, Debug)]
pub(super) enum SetForm {
    /// The objects of these places.
    Constant(Box<[u64]>),
    Variable(usize),
    /// A run of bits in the record of an individual.
    Record(Num, u8, u8),
    /// The same for all objects of a class, by class.
    ByClass(Num, Box<[Box<[u64]>]>),
    /// In the header: for each place of the object the cells of the members.
    Header(Num, Box<[Box<[Cell]>]>),
    ByPlace(Num, Box<[Box<[u64]>]>),
    Call(usize, Box<[Argument]>),
    Old(Box<SetCode>),
    If(Num, Box<SetCode>, Box<SetCode>),
    Union(Box<SetCode>, Box<SetCode>),
    Difference(Box<SetCode>, Box<SetCode>),
    Listed(Box<[Num]>),
    Where(Box<Binder>),
}

/// What a variable ranges over.
#[derive(Clone, Debug)]
pub(super) struct Binder {
    pub(super) slot: usize,
    pub(super) kind: KindId,
    /// The set, where it is not all objects of the kind.
    pub(super) within: Option<SetCode>,
    pub(super) filter: Option<Num>,
    /// The variable that a member stands under, where nothing else matters of the others.
    pub(super) under: Option<usize>,
}

/// A let: its value and how many variables it uses.
#[derive(Clone, Debug)]
pub(super) struct Body {
    pub(super) value: Value,
    pub(super) slots: usize,
}

#[derive(Clone, Debug)]
pub(super) enum Value {
    Num(Num),
    Set(SetCode),
}

/// What a parameter ranges over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Range {
    Numbers(i64, i64),
    Objects { kind: KindId, optional: bool },
}

/// A condition on every choice of parameters.
#[derive(Clone, Debug)]
pub(super) struct Condition {
    pub(super) parameters: Vec<Range>,
    pub(super) holds: Num,
    pub(super) slots: usize,
    pub(super) transition: bool,
}

/// An action, event or fault.
#[derive(Clone, Debug)]
pub(super) struct Step {
    pub(super) id: TransitionId,
    pub(super) class: TransitionClass,
    pub(super) parameters: Vec<Range>,
    /// Guards that are always defined, as are all before them in the order of judgement: for each number of parameters that are
    /// bound those that need no more, the cheap ones first.
    pub(super) early: Vec<Vec<Num>>,
    /// The others, in the order of judgement.
    pub(super) late: Vec<Num>,
    pub(super) effects: Vec<EffectCode>,
    pub(super) slots: usize,
}

/// Transitions whose first parameter ranges over the same, so that one pass does for all; at most 64.
#[derive(Debug)]
pub(super) struct Together {
    pub(super) first: Option<Range>,
    pub(super) steps: Vec<usize>,
    pub(super) slots: usize,
}

impl Together {
    /// All of them, in order of their first ones.
    pub(super) fn all(steps: &[Step]) -> Vec<Self> {
        let mut all: Vec<Self> = Vec::new();
        for (place, step) in steps.iter().enumerate() {
            let first = step.parameters.first().copied();
            let mut known = all.iter_mut();
            match known.find(|known| known.first == first && known.steps.len() < 64) {
                Some(known) => {
                    known.steps.push(place);
                    known.slots = known.slots.max(step.slots);
                }
                None => all.push(Self {
                    first,
                    steps: vec![place],
                    slots: step.slots,
                }),
            }
        }
        all
    }
}

#[derive(Clone, Debug)]
pub(super) enum EffectCode {
    Assign { object: Num, target: Target },
    If(Num, Vec<Self>, Vec<Self>),
    For(Binder, Vec<Self>),
}

/// What is assigned to.
#[derive(Clone, Debug)]
pub(super) enum Target {
    Tree(Num),
    /// With the range that the value must be in, and the kind in the forest that a reference is to.
    Record(Num, Bits, Option<(i64, i64)>, Option<KindId>),
    Members(SetCode, u8, u8),
    Header(Num, Box<[Cell]>, Bits, Option<(i64, i64)>, Option<KindId>),
    HeaderMembers(SetCode, Box<[Box<[Cell]>]>),
}
