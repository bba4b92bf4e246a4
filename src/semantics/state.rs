//! States and their layout: which bytes hold which field. Knows values, and no rule.
//!
//! A state is one slice of bytes. First come the objects in the order of the cluster, each with its fields that are not
//! fixed in order of declaration, then the faults left: one counter for a total budget, one for each transition where
//! the budget is by fault. A field or counter takes as many whole bytes as its greatest code needs, most significant
//! first, none at all where only one value is possible, and at most eight; a set takes one bit for each object of its
//! kind. Codes count from 0:
//!
//! | type | code |
//! | --- | --- |
//! | `bool` | 0 is `false` |
//! | `low..high` | the distance from `low` |
//! | enum | the place of the value |
//! | reference | the place of the object among those of its kind; `none` comes after them |
//! | set | bit `i % 8` of byte `i / 8` is the object of place `i` |

use std::ops::Range;

use crate::language::rules::{EnumId, FieldId, FieldType, KindId, TransitionId};
use crate::model::ground::{FaultBudget, Model};
use crate::model::value::{ObjectId, Value};

/// The values of all fields that can change, and the faults left.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct State(Box<[u8]>);

impl State {
    /// By how many bytes two states of one model differ: how far they are apart, roughly.
    #[must_use]
    pub fn distance(&self, other: &Self) -> usize {
        self.0.iter().zip(&other.0).filter(|(a, b)| a != b).count()
    }
}

/// Where in a state each field is.
#[derive(Debug)]
pub(super) struct Layout {
    /// For each object where its fields begin.
    bases: Vec<usize>,
    /// For each kind and field where it is in the object; none where it is fixed.
    kinds: Vec<Vec<Option<Cell>>>,
    /// The faults left.
    counters: Vec<Bytes>,
    /// Whether one counter stands for all faults.
    total: bool,
    /// The size of a state.
    size: usize,
}

/// A run of bytes: relative to its object, or to the state where it is a counter.
#[derive(Clone, Copy, Debug)]
struct Bytes {
    offset: usize,
    width: usize,
}

#[derive(Clone, Copy, Debug)]
struct Cell {
    bytes: Bytes,
    encoding: Encoding,
}

#[derive(Clone, Copy, Debug)]
enum Encoding {
    Bool,
    Int {
        low: i64,
        high: i64,
    },
    Enum {
        id: EnumId,
        count: u16,
    },
    /// `first` is the first object of the kind, `count` how many there are.
    Object {
        first: u32,
        count: u32,
    },
    Optional {
        first: u32,
        count: u32,
    },
    Set {
        first: u32,
        count: u32,
    },
}

impl Layout {
    pub(super) fn new(model: &Model) -> Self {
        let mut sizes = Vec::new();
        let mut kinds = Vec::new();
        for kind in &model.rules.kinds {
            let mut size = 0;
            let cells = kind.fields.iter().map(|field| {
                (!field.fixed).then(|| {
                    let encoding = Encoding::new(model, field.ty);
                    let bytes = Bytes::after(&mut size, encoding.width());
                    Cell { bytes, encoding }
                })
            });
            kinds.push(cells.collect());
            sizes.push(size);
        }
        let mut size = 0;
        let mut bases = Vec::with_capacity(model.objects.len());
        for object in &model.objects {
            bases.push(size);
            size += sizes[object.kind.index()];
        }
        let budget = match &model.faults {
            FaultBudget::Total(all) => std::slice::from_ref(all),
            FaultBudget::Each(each) => each,
        };
        let counters = budget
            .iter()
            .map(|&most| Bytes::after(&mut size, width_of(u64::from(most))))
            .collect();
        Self {
            bases,
            kinds,
            counters,
            total: matches!(model.faults, FaultBudget::Total(_)),
            size,
        }
    }

    /// The state that the cluster describes.
    pub(super) fn initial(&self, model: &Model) -> State {
        let mut state = State(vec![0; self.size].into_boxed_slice());
        for (id, object) in (0u32..).map(ObjectId).zip(&model.objects) {
            for (field, value) in (0u16..).map(FieldId).zip(&object.values) {
                if self.cell(object.kind, field).is_some() {
                    let fits = self.write(&mut state, id, object.kind, field, value);
                    debug_assert!(fits, "a cluster's first values are of their fields' types");
                }
            }
        }
        let budget = match &model.faults {
            FaultBudget::Total(all) => std::slice::from_ref(all),
            FaultBudget::Each(each) => each,
        };
        for (counter, &most) in self.counters.iter().zip(budget) {
            counter.put(&mut state.0, 0, u64::from(most));
        }
        state
    }

    /// The value of a field; none where the field is fixed.
    pub(super) fn read(
        &self,
        state: &State,
        object: ObjectId,
        kind: KindId,
        field: FieldId,
    ) -> Option<Value> {
        let cell = self.cell(kind, field)?;
        let base = self.bases[object.index()];
        Some(match cell.encoding {
            Encoding::Set { first, .. } => set_of(&state.0[cell.bytes.range(base)], first),
            encoding => encoding.value(cell.bytes.get(&state.0, base)),
        })
    }

    /// Gives a field a value; says whether the field can have it, and leaves the state alone where it cannot.
    pub(super) fn write(
        &self,
        state: &mut State,
        object: ObjectId,
        kind: KindId,
        field: FieldId,
        value: &Value,
    ) -> bool {
        let Some(cell) = self.cell(kind, field) else {
            return false;
        };
        let base = self.bases[object.index()];
        if let (Encoding::Set { first, count }, Value::Set(members)) = (cell.encoding, value) {
            return put_set(&mut state.0[cell.bytes.range(base)], first, count, members);
        }
        match cell.encoding.code(value) {
            Some(code) => {
                cell.bytes.put(&mut state.0, base, code);
                true
            }
            None => false,
        }
    }

    /// The faults left: one number for a total budget, else one for each transition.
    pub(super) fn faults_left(&self, state: &State) -> Vec<u32> {
        self.counters.iter().map(|c| c.count(state)).collect()
    }

    /// How often this fault may still strike.
    pub(super) fn budget(&self, state: &State, fault: TransitionId) -> u32 {
        self.counter(fault).map_or(0, |c| c.count(state))
    }

    /// Takes one from the budget of this fault.
    pub(super) fn spend(&self, state: &mut State, fault: TransitionId) {
        if let Some(counter) = self.counter(fault) {
            let left = counter.get(&state.0, 0);
            counter.put(&mut state.0, 0, left.saturating_sub(1));
        }
    }

    fn counter(&self, fault: TransitionId) -> Option<Bytes> {
        let place = if self.total { 0 } else { fault.index() };
        self.counters.get(place).copied()
    }

    fn cell(&self, kind: KindId, field: FieldId) -> Option<Cell> {
        self.kinds[kind.index()][field.index()]
    }
}

impl Bytes {
    /// The next `width` bytes after `size`, which grows by them.
    fn after(size: &mut usize, width: usize) -> Self {
        let offset = *size;
        *size += width;
        Self { offset, width }
    }

    fn range(self, base: usize) -> Range<usize> {
        let start = base + self.offset;
        start..start + self.width
    }

    fn get(self, state: &[u8], base: usize) -> u64 {
        state[self.range(base)]
            .iter()
            .fold(0, |code, &byte| code << 8 | u64::from(byte))
    }

    fn put(self, state: &mut [u8], base: usize, code: u64) {
        let bytes = code.to_be_bytes();
        state[self.range(base)].copy_from_slice(&bytes[bytes.len() - self.width..]);
    }

    /// As a counter of faults.
    fn count(self, state: &State) -> u32 {
        u32::try_from(self.get(&state.0, 0)).unwrap_or(u32::MAX)
    }
}

impl Encoding {
    fn new(model: &Model, ty: FieldType) -> Self {
        let objects = |kind: KindId| {
            let range = model.of_kind.get(kind.index()).cloned().unwrap_or(0..0);
            (range.start, range.end.saturating_sub(range.start))
        };
        match ty {
            FieldType::Bool => Self::Bool,
            FieldType::Range(low, high) => Self::Int { low, high },
            FieldType::Enum(id) => {
                let values = model.rules.enums[id.index()].values.len();
                let count = u16::try_from(values).unwrap_or(u16::MAX);
                Self::Enum { id, count }
            }
            FieldType::Object(kind) => {
                let (first, count) = objects(kind);
                Self::Object { first, count }
            }
            FieldType::Optional(kind) => {
                let (first, count) = objects(kind);
                Self::Optional { first, count }
            }
            FieldType::Set(kind) => {
                let (first, count) = objects(kind);
                Self::Set { first, count }
            }
        }
    }

    /// How many bytes it takes.
    fn width(self) -> usize {
        match self {
            Self::Bool => 1,
            Self::Int { low, high } => width_of(high.abs_diff(low)),
            Self::Enum { count, .. } => width_of(u64::from(count.saturating_sub(1))),
            Self::Object { count, .. } => width_of(u64::from(count.saturating_sub(1))),
            Self::Optional { count, .. } => width_of(u64::from(count)),
            Self::Set { count, .. } => count.div_ceil(8) as usize,
        }
    }

    /// The code of a value; none where it is not of the type. Sets have bits instead.
    fn code(self, value: &Value) -> Option<u64> {
        match (self, value) {
            (Self::Bool, Value::Bool(truth)) => Some(u64::from(*truth)),
            (Self::Int { low, high }, Value::Int(number)) => {
                (low..=high).contains(number).then(|| number.abs_diff(low))
            }
            (Self::Enum { id, count }, Value::Enum(of, place)) => {
                (id == *of && *place < count).then_some(u64::from(*place))
            }
            (
                Self::Object { first, count } | Self::Optional { first, count },
                Value::Object(object),
            ) => place_in(*object, first, count).map(u64::from),
            (Self::Optional { count, .. }, Value::None) => Some(u64::from(count)),
            _ => None,
        }
    }

    /// The value of a code. Sets have bits instead.
    fn value(self, code: u64) -> Value {
        let object = |first: u32| ObjectId(first.saturating_add(u32::try_from(code).unwrap_or(0)));
        match self {
            Self::Bool => Value::Bool(code != 0),
            Self::Int { low, .. } => Value::Int(low.wrapping_add_unsigned(code)),
            Self::Enum { id, .. } => Value::Enum(id, u16::try_from(code).unwrap_or(0)),
            Self::Optional { count, .. } if code == u64::from(count) => Value::None,
            Self::Object { first, .. } | Self::Optional { first, .. } => {
                Value::Object(object(first))
            }
            Self::Set { .. } => Value::Set(Vec::new()),
        }
    }
}

/// How many bytes the greatest code needs.
const fn width_of(most: u64) -> usize {
    (u64::BITS - most.leading_zeros()).div_ceil(8) as usize
}

fn place_in(object: ObjectId, first: u32, count: u32) -> Option<u32> {
    object.0.checked_sub(first).filter(|&place| place < count)
}

fn set_of(bits: &[u8], first: u32) -> Value {
    let mut members = Vec::new();
    for (byte, base) in bits.iter().zip((first..).step_by(8)) {
        members.extend(
            (0..8)
                .filter(|bit| byte >> bit & 1 == 1)
                .map(|bit| ObjectId(base + bit)),
        );
    }
    Value::Set(members)
}

fn put_set(bits: &mut [u8], first: u32, count: u32, members: &[ObjectId]) -> bool {
    if members.iter().any(|&m| place_in(m, first, count).is_none()) {
        return false;
    }
    bits.fill(0);
    for place in members.iter().filter_map(|&m| place_in(m, first, count)) {
        bits[place as usize / 8] |= 1 << (place % 8);
    }
    true
}

#[cfg(test)]
mod tests {
    use super::super::Interpreter;
    use super::super::testing::{field, model, object, read};
    use super::*;

    const RULES: &str = r"
        rules layout
        enum Level { low, middle, high }
        kind rack { size: 0..1 = 0 }
        kind node {
          wide:   -5..300 = -5
          only:   4..4 = 4
          huge:   -2147483648..2147483647 = 0
          level:  Level = middle
          fixed home: rack
          next:   node? = none
          peers:  set of node = {}
          up:     bool = true
        }
    ";
    const CLUSTER: &str = r#"{ "rules": "test", "objects": {
        "rack": { "R[1-3]": {} },
        "node": { "N[1-9]": { "home": "R2" }, "N10": { "home": "R3", "peers": ["N9", "N1"], "next": "N4" } } } }"#;

    #[test]
    fn every_value_of_a_field_is_read_back_and_leaves_the_others_alone() {
        let model = model(RULES, CLUSTER);
        let interpreter = Interpreter::new(&model);
        let initial = interpreter.initial();
        let n = |i: u32| ObjectId(object(&model, "N1").0 + i - 1);
        let cases: [(&str, Vec<Value>); 6] = [
            ("wide", [-4, 0, 300].map(Value::Int).to_vec()),
            (
                "huge",
                [-2_147_483_648, -1, 2_147_483_647].map(Value::Int).to_vec(),
            ),
            (
                "level",
                [0, 2].map(|place| Value::Enum(EnumId(0), place)).to_vec(),
            ),
            ("next", vec![Value::Object(n(1)), Value::Object(n(10))]),
            (
                "peers",
                vec![
                    Value::Set(vec![n(2), n(8), n(9)]),
                    Value::Set((1..=10).map(n).collect()),
                ],
            ),
            ("up", vec![Value::Bool(false)]),
        ];
        for (name, values) in cases {
            let id = field(&model, "node", name);
            for value in values {
                let changed = interpreter.with_value(&initial, n(3), id, &value);
                assert_eq!(interpreter.value(&changed, n(3), id), value, "{name}");
                let changes = interpreter.changes(&initial, &changed);
                assert_eq!(changes.len(), 1, "{name}: {changes:?}");
                assert_ne!(initial, changed);
            }
        }
    }

    #[test]
    fn the_initial_state_has_the_values_of_the_cluster() {
        let model = model(RULES, CLUSTER);
        let interpreter = Interpreter::new(&model);
        let initial = interpreter.initial();
        assert_eq!(read(&interpreter, &initial, "N1", "wide"), Value::Int(-5));
        assert_eq!(read(&interpreter, &initial, "N1", "only"), Value::Int(4));
        assert_eq!(read(&interpreter, &initial, "N1", "next"), Value::None);
        assert_eq!(
            read(&interpreter, &initial, "N1", "peers"),
            Value::Set(vec![])
        );
        assert_eq!(
            read(&interpreter, &initial, "N10", "home"),
            Value::Object(object(&model, "R3"))
        );
        assert_eq!(
            read(&interpreter, &initial, "N10", "next"),
            Value::Object(object(&model, "N4"))
        );
        let peers = vec![object(&model, "N1"), object(&model, "N9")];
        assert_eq!(
            read(&interpreter, &initial, "N10", "peers"),
            Value::Set(peers)
        );
    }

    #[test]
    fn a_field_takes_as_many_bytes_as_its_values_need() {
        let model = model(RULES, CLUSTER);
        let state = Interpreter::new(&model).initial();
        // A rack has one byte; a node 2 for `wide`, 0 for `only`, 4 for `huge`, 1 each for `level`, `next` and `up`, and
        // 2 for `peers`; no fault can strike.
        assert_eq!(state.0.len(), 3 + 10 * 11);
    }

    #[test]
    fn widths_grow_with_the_greatest_code() {
        assert_eq!([0, 1, 255, 256, u64::MAX].map(width_of), [0, 1, 1, 2, 8]);
    }
}
