//! Where in a packed state each field is. A state is a row of 64-bit words; knows values and their codes, and no rule.
//!
//! Objects come in the order of the cluster, each with its changing fields side by side: its *record*. All records of a kind
//! are laid out alike, and a record of at most 64 bits lies within one word. After the objects come the faults left. Codes
//! count from 0, as many bits as the greatest needs (none where only one value is possible):
//!
//! | type | code |
//! | --- | --- |
//! | `bool` | 0 is `false` |
//! | `low..high` | the distance from `low` |
//! | enum | the place of the value |
//! | reference | the place of the object among those of its kind; `none` comes after them |
//! | set | one bit for each object of its kind, a cell of its own |

use crate::language::rules::{FieldId, FieldType, KindId, TransitionId};
use crate::model::ground::{FaultBudget, Model};
use crate::model::value::{ObjectId, Value};

/// A run of bits within one word of a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cell {
    /// The word.
    pub word: u32,
    /// The lowest bit.
    pub shift: u8,
    /// How many bits, at most 64; none where there is only one value.
    pub width: u8,
}

/// Where everything is.
#[derive(Clone, Debug)]
pub struct Layout {
    /// For each kind its fields.
    kinds: Vec<Record>,
    /// For each object the word and the bit where its record begins.
    bases: Vec<(u32, u8)>,
    /// For each object its kind.
    kind_of: Vec<KindId>,
    counters: Vec<Cell>,
    total: bool,
    words: usize,
    bits: usize,
}

/// The fields of one kind.
#[derive(Clone, Debug, Default)]
struct Record {
    fields: Vec<Option<Place>>,
    /// Its words, the last of them perhaps in part.
    words: u32,
    /// Its bits where it fits one word.
    bits: u32,
}

/// Where a field is, relative to its record.
#[derive(Clone, Copy, Debug)]
struct Place {
    word: u32,
    shift: u8,
    /// Of a scalar; of one member where it is a set.
    width: u8,
    /// How many members a set can have.
    members: Option<u32>,
}

impl Cell {
    /// The bits in their word.
    #[must_use]
    pub const fn mask(self) -> u64 {
        low_bits(self.width).wrapping_shl(self.shift as u32)
    }

    /// The code in a state.
    #[must_use]
    pub fn get(self, state: &[u64]) -> u64 {
        if self.width == 0 {
            return 0;
        }
        (state[self.word as usize] >> self.shift) & low_bits(self.width)
    }

    /// Writes a code.
    pub fn put(self, state: &mut [u64], code: u64) {
        if self.width == 0 {
            return;
        }
        let word = &mut state[self.word as usize];
        *word = (*word & !self.mask()) | (code << self.shift & self.mask());
    }
}

/// The lowest bits.
const fn low_bits(width: u8) -> u64 {
    if width >= 64 {
        u64::MAX
    } else {
        (1 << width) - 1
    }
}

/// How many bits the greatest code needs.
#[must_use]
pub const fn bits_for(greatest: u64) -> u8 {
    (u64::BITS - greatest.leading_zeros()) as u8
}

impl Layout {
    /// The layout of the fields that `kept` names; the others keep their first values for ever.
    #[must_use]
    pub fn new(model: &Model, kept: &dyn Fn(KindId, FieldId) -> bool) -> Self {
        let kinds: Vec<Record> = (0u16..)
            .map(KindId)
            .zip(&model.rules.kinds)
            .map(|(id, kind)| {
                let mut room = Room::default();
                let fields = (0u16..).map(FieldId).zip(&kind.fields);
                let fields = fields
                    .map(|(field, declared)| {
                        (!declared.fixed && kept(id, field)).then(|| room.place(model, declared.ty))
                    })
                    .collect();
                Record {
                    fields,
                    words: room.word + u32::from(room.bit > 0),
                    bits: if room.word == 0 { room.bit } else { 64 },
                }
            })
            .collect();
        let mut room = Room::default();
        let kind_of: Vec<KindId> = model.objects.iter().map(|object| object.kind).collect();
        let bases = kind_of
            .iter()
            .map(|kind| room.record(&kinds[kind.index()]))
            .collect();
        let budget = match &model.faults {
            FaultBudget::Total(all) => std::slice::from_ref(all),
            FaultBudget::Each(each) => each,
        };
        let counters = budget
            .iter()
            .map(|&most| room.cell(bits_for(u64::from(most))))
            .collect();
        Self {
            kinds,
            bases,
            kind_of,
            counters,
            total: matches!(model.faults, FaultBudget::Total(_)),
            words: room.word as usize + usize::from(room.bit > 0),
            bits: room.word as usize * 64 + room.bit as usize,
        }
    }

    /// How many words a state has; at least 1.
    #[must_use]
    pub fn words(&self) -> usize {
        self.words.max(1)
    }

    /// How many bits a state takes, gaps included.
    #[must_use]
    pub const fn bits(&self) -> usize {
        self.bits
    }

    /// Where a field is that is no set; none where it never changes.
    #[must_use]
    pub fn cell(&self, object: ObjectId, field: FieldId) -> Option<Cell> {
        let place = self.place(object, field)?;
        debug_assert!(place.members.is_none(), "sets have a cell for each member");
        Some(self.at(object, place, 0))
    }

    /// Where a set says whether the object of that place among those of its kind is a member.
    #[must_use]
    pub fn member(&self, object: ObjectId, field: FieldId, place: u32) -> Option<Cell> {
        let set = self.place(object, field)?;
        debug_assert!(
            set.members.is_some_and(|members| place < members),
            "the object is of the kind of the set's members"
        );
        Some(self.at(object, set, place))
    }

    /// The record of an object as one cell, where it fits a word.
    #[must_use]
    pub fn record(&self, object: ObjectId) -> Option<Cell> {
        let record = &self.kinds[self.kind_of[object.index()].index()];
        let (word, shift) = self.bases[object.index()];
        (record.words <= 1).then_some(Cell {
            word,
            shift,
            width: record.bits as u8,
        })
    }

    /// The faults left of a kind of fault.
    #[must_use]
    pub fn counter(&self, fault: TransitionId) -> Option<Cell> {
        let place = if self.total { 0 } else { fault.index() };
        self.counters.get(place).copied()
    }

    /// All counters of faults left.
    #[must_use]
    pub fn counters(&self) -> &[Cell] {
        &self.counters
    }

    /// The value of a field in a state; one that is not part of states has its first value.
    #[must_use]
    pub fn value(&self, model: &Model, state: &[u64], object: ObjectId, field: FieldId) -> Value {
        let described = &model.objects[object.index()];
        let ty = model.rules.kinds[described.kind.index()].fields[field.index()].ty;
        if let FieldType::Set(of) = ty {
            let mut members = (0u32..).zip(model.objects_of(of)).peekable();
            let is_laid_out = members
                .peek()
                .is_some_and(|_| self.member(object, field, 0).is_some());
            if is_laid_out {
                let is_member = |(place, _): &(u32, ObjectId)| {
                    let cell = self.member(object, field, *place);
                    cell.is_some_and(|cell| cell.get(state) == 1)
                };
                return Value::Set(
                    members
                        .filter(is_member)
                        .map(|(_, member)| member)
                        .collect(),
                );
            }
        } else if let Some(cell) = self.cell(object, field) {
            return value(model, ty, cell.get(state));
        }
        described.values[field.index()].clone()
    }

    /// The state that the cluster describes.
    #[must_use]
    pub fn initial(&self, model: &Model) -> Vec<u64> {
        let mut state = vec![0; self.words()];
        for (id, object) in (0u32..).map(ObjectId).zip(&model.objects) {
            for (field, value) in (0u16..).map(FieldId).zip(&object.values) {
                self.write(model, &mut state, (id, field), value);
            }
        }
        let budget = match &model.faults {
            FaultBudget::Total(all) => std::slice::from_ref(all),
            FaultBudget::Each(each) => each,
        };
        for (counter, &most) in self.counters.iter().zip(budget) {
            counter.put(&mut state, u64::from(most));
        }
        state
    }

    /// Gives a field the value; one that never changes stays as it is.
    fn write(
        &self,
        model: &Model,
        state: &mut [u64],
        (object, field): (ObjectId, FieldId),
        value: &Value,
    ) {
        let Some(place) = self.place(object, field) else {
            return;
        };
        let kind = self.kind_of[object.index()];
        let ty = model.rules.kinds[kind.index()].fields[field.index()].ty;
        if let (FieldType::Set(of), Value::Set(members)) = (ty, value) {
            for member in members {
                let first = model.of_kind[of.index()].start;
                self.at(object, place, member.0.saturating_sub(first))
                    .put(state, 1);
            }
        } else if let Some(code) = code(model, ty, value) {
            self.at(object, place, 0).put(state, code);
        }
    }

    fn place(&self, object: ObjectId, field: FieldId) -> Option<Place> {
        self.kinds[self.kind_of[object.index()].index()].fields[field.index()]
    }

    fn at(&self, object: ObjectId, place: Place, member: u32) -> Cell {
        let (word, bit) = self.bases[object.index()];
        let shift = u32::from(bit) + u32::from(place.shift) + member;
        // Records and sets that do not fit one word begin at one, so that only these run over its end.
        Cell {
            word: word + place.word + shift / 64,
            shift: (shift % 64) as u8,
            width: place.width,
        }
    }
}

/// The code of a value; none where it is not of the type, or a set.
#[must_use]
pub fn code(model: &Model, ty: FieldType, value: &Value) -> Option<u64> {
    match (ty, value) {
        (FieldType::Bool, Value::Bool(truth)) => Some(u64::from(*truth)),
        (FieldType::Range(low, high), Value::Int(number)) => {
            (low..=high).contains(number).then(|| number.abs_diff(low))
        }
        (FieldType::Enum(_), Value::Enum(_, place)) => Some(u64::from(*place)),
        (FieldType::Object(kind) | FieldType::Optional(kind), Value::Object(object)) => {
            let range = &model.of_kind[kind.index()];
            range
                .contains(&object.0)
                .then(|| u64::from(object.0 - range.start))
        }
        (FieldType::Optional(kind), Value::None) => Some(model.of_kind[kind.index()].len() as u64),
        _ => None,
    }
}

/// The value of a code of a type that is no set.
#[must_use]
pub fn value(model: &Model, ty: FieldType, code: u64) -> Value {
    let object = |kind: KindId| {
        let all = &model.of_kind[kind.index()];
        let place = u32::try_from(code)
            .ok()
            .and_then(|place| all.start.checked_add(place));
        let found = place.filter(|object| all.contains(object));
        found.map_or(Value::None, |object| Value::Object(ObjectId(object)))
    };
    match ty {
        FieldType::Bool => Value::Bool(code != 0),
        FieldType::Range(low, _) => Value::Int(low.wrapping_add_unsigned(code)),
        FieldType::Enum(id) => Value::Enum(id, u16::try_from(code).unwrap_or(u16::MAX)),
        FieldType::Object(kind) | FieldType::Optional(kind) => object(kind),
        FieldType::Set(_) => Value::Set(Vec::new()),
    }
}

/// The greatest code of a type; of one member for a set.
#[must_use]
pub fn greatest_code(model: &Model, ty: FieldType) -> u64 {
    let objects = |kind: KindId| model.of_kind[kind.index()].len() as u64;
    match ty {
        FieldType::Bool | FieldType::Set(_) => 1,
        FieldType::Range(low, high) => high.abs_diff(low),
        FieldType::Enum(id) => {
            (model.rules.enums[id.index()].values.len() as u64).saturating_sub(1)
        }
        FieldType::Object(kind) => objects(kind).saturating_sub(1),
        FieldType::Optional(kind) => objects(kind),
    }
}

/// The next free bit.
#[derive(Default)]
struct Room {
    word: u32,
    bit: u32,
}

impl Room {
    fn next_word(&mut self) {
        if self.bit > 0 {
            self.word += 1;
            self.bit = 0;
        }
    }

    /// The place for so many bits, in one word where they fit one.
    fn take(&mut self, bits: u32) -> (u32, u8) {
        if self.bit + bits > 64 {
            self.next_word();
        }
        let place = (self.word, self.bit as u8);
        let end = self.bit + bits;
        self.word += end / 64;
        self.bit = end % 64;
        place
    }

    fn cell(&mut self, width: u8) -> Cell {
        let (word, shift) = self.take(u32::from(width));
        Cell { word, shift, width }
    }

    fn place(&mut self, model: &Model, ty: FieldType) -> Place {
        let width = bits_for(greatest_code(model, ty));
        let members = match ty {
            FieldType::Set(kind) => Some(model.of_kind[kind.index()].len() as u32),
            _ => None,
        };
        let (word, shift) = self.take(members.unwrap_or(u32::from(width)));
        Place {
            word,
            shift,
            width,
            members,
        }
    }

    fn record(&mut self, record: &Record) -> (u32, u8) {
        if record.words <= 1 {
            return self.take(record.bits);
        }
        self.next_word();
        let base = (self.word, 0);
        self.word += record.words;
        base
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::testing::model;

    const RULES: &str = r"
        rules layout
        enum Level { low, middle, high }
        kind rack { size: 0..1 = 0 }
        kind node {
          wide:   -5..300 = -5
          only:   4..4 = 4
          level:  Level = middle
          fixed home: rack
          next:   node? = none
          peers:  set of node = {}
          up:     bool = true
        }
        fault crash(n: node) { when n.up; n.up = false }
    ";

    fn cluster(nodes: u32) -> String {
        format!(
            r#"{{ "rules": "test", "faults": 3, "objects": {{ "rack": {{ "R": {{}} }},
            "node": {{ "N[1-{nodes}]": {{ "home": "R" }}, "M": {{ "home": "R", "peers": ["N1", "N9"], "next": "N4" }} }} }} }}"#
        )
    }

    #[test]
    fn no_two_cells_share_a_bit_and_none_runs_over_the_end_of_a_word() {
        for nodes in [9, 62, 63, 64, 130] {
            let model = model(RULES, &cluster(nodes));
            let layout = Layout::new(&model, &|_, _| true);
            let mut taken = vec![0u64; layout.words()];
            let mut cells = layout.counters().to_vec();
            cells.extend(layout.cell(ObjectId(0), FieldId(0)));
            for node in model.objects_of(KindId(1)) {
                cells.extend([0, 1, 2, 4, 6].map(|f| layout.cell(node, FieldId(f)).unwrap()));
                let member = |place| layout.member(node, FieldId(5), place).unwrap();
                cells.extend((0..nodes).map(member));
            }
            for cell in cells {
                assert!(
                    u32::from(cell.shift) + u32::from(cell.width) <= 64,
                    "{cell:?}"
                );
                let word = &mut taken[cell.word as usize];
                assert_eq!(*word & cell.mask(), 0, "{nodes} nodes: {cell:?}");
                *word |= cell.mask();
            }
        }
    }

    #[test]
    fn the_first_state_has_the_codes_of_the_cluster() {
        let model = model(RULES, &cluster(9));
        let layout = Layout::new(&model, &|_, _| true);
        let state = layout.initial(&model);
        let last = ObjectId(10);
        let code = |object, field| layout.cell(object, FieldId(field)).unwrap().get(&state);
        assert_eq!(code(ObjectId(1), 4), 10, "none comes after all objects");
        assert_eq!((code(last, 0), code(last, 2), code(last, 4)), (0, 1, 3));
        let members: Vec<u64> = (0..10)
            .map(|place| layout.member(last, FieldId(5), place).unwrap().get(&state))
            .collect();
        assert_eq!(members, [1, 0, 0, 0, 0, 0, 0, 0, 1, 0]);
        assert_eq!(layout.counters()[0].get(&state), 3);
        assert_eq!(layout.cell(last, FieldId(3)), None, "a fixed field");
    }

    #[test]
    fn fields_that_are_left_out_take_no_room() {
        let model = model(RULES, &cluster(9));
        let all = Layout::new(&model, &|_, _| true);
        let few = Layout::new(&model, &|_, field| field != FieldId(5));
        assert!(few.bits() < all.bits());
        assert_eq!(few.cell(ObjectId(1), FieldId(6)).unwrap().width, 1);
    }

    #[test]
    fn a_cell_is_read_back_as_it_was_written() {
        let cell = Cell {
            word: 1,
            shift: 60,
            width: 4,
        };
        let mut state = [u64::MAX; 2];
        cell.put(&mut state, 5);
        assert_eq!((cell.get(&state), state[0]), (5, u64::MAX));
        assert_eq!(state[1], u64::MAX >> 4 | 5 << 60);
    }
}
