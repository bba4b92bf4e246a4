//! Sets of objects in a counted state. A set of anonymous objects says for each individual, and for what is left of each group,
//! whether it is in; whoever is split off later is in if what it comes from was. Knows neither guards nor properties.

use crate::engine::layout::Cell;
use crate::language::rules::KindId;

use super::code::{NOTHING, Num, SetCode, SetForm, Value};
use super::machine::{Machine, Undefined};

/// The members of a set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Members {
    /// By their places among the objects of their kind, as bits: of a kind whose objects all have identities.
    Places(Vec<u64>),
    /// Of an anonymous kind: as seen when there were `horizon` individuals.
    Seen {
        horizon: u32,
        members: Vec<(u32, u32)>,
    },
}

impl Members {
    /// Whether the object of that place is a member.
    pub(super) fn has_place(&self, place: u32) -> bool {
        match self {
            Self::Places(bits) => bits
                .get(place as usize / 64)
                .is_some_and(|word| word >> (place % 64) & 1 == 1),
            Self::Seen { .. } => false,
        }
    }
}

impl Machine<'_> {
    /// The value of an expression that is a set.
    pub(super) fn set(&mut self, code: &SetCode) -> Result<Members, Undefined> {
        match &code.form {
            SetForm::Constant(bits) => self.fixed(code.of, bits),
            SetForm::Variable(slot) => {
                let place = self.scratch.variables[self.scratch.base + slot];
                Ok(self.scratch.sets[place as usize].clone())
            }
            SetForm::Record(object, shift, count) => {
                let object = self.object(object)?;
                let record = self.record(object);
                let mask = mask(*count);
                Ok(Members::Places(vec![record >> shift & mask]))
            }
            SetForm::ByClass(object, members) => {
                let object = self.object(object)?;
                let group = self.scratch.view.individuals[object as usize].group;
                let class = self.scratch.view.groups[group as usize].class;
                self.fixed(code.of, &members[class as usize])
            }
            SetForm::Header(object, cells) => {
                let object = self.object(object)?;
                Ok(Members::Places(bits_of(
                    &cells[object as usize],
                    self.header(),
                )))
            }
            SetForm::ByPlace(object, members) => {
                let object = self.object(object)?;
                self.fixed(code.of, &members[object as usize])
            }
            SetForm::Call(id, arguments) => {
                self.in_frame(*id, arguments, |machine, body| match &body.value {
                    Value::Set(code) => machine.set(code),
                    Value::Num(_) => Err(Undefined),
                })
            }
            SetForm::Old(inner) => {
                let outside = std::mem::replace(&mut self.scratch.before, true);
                let members = self.set(inner);
                self.scratch.before = outside;
                members
            }
            SetForm::If(condition, then, otherwise) => {
                let chosen = if self.num(condition)? == 0 {
                    otherwise
                } else {
                    then
                };
                self.set(chosen)
            }
            SetForm::Union(left, right) => self.combined(left, right, |left, right| left || right),
            SetForm::Difference(left, right) => {
                self.combined(left, right, |left, right| left && !right)
            }
            SetForm::Listed(members) => self.listed(code.of, members),
            SetForm::Where(binder) => {
                let mut chosen = Collected::new(self, code.of);
                self.members(binder, &mut |machine, object, _| {
                    chosen.add(machine, object);
                    Ok(false)
                })?;
                Ok(chosen.members)
            }
        }
    }

    fn listed(&mut self, of: KindId, members: &[Num]) -> Result<Members, Undefined> {
        let mut objects = Vec::with_capacity(members.len());
        for member in members {
            match self.num(member)? {
                NOTHING => return Err(Undefined),
                object => objects.push(object),
            }
        }
        self.collect(of, |_, object| objects.contains(&object))
    }

    fn combined(
        &mut self,
        left: &SetCode,
        right: &SetCode,
        is_in: impl Fn(bool, bool) -> bool,
    ) -> Result<Members, Undefined> {
        let of = left.of;
        let left = self.set(left)?;
        let right = self.set(right)?;
        self.collect(of, |machine, object| {
            is_in(
                machine.has(of, &left, object),
                machine.has(of, &right, object),
            )
        })
    }

    /// The objects of these places as a set.
    fn fixed(&mut self, of: KindId, places: &[u64]) -> Result<Members, Undefined> {
        if !self.code.shape.kind(of).anonymous {
            return Ok(Members::Places(places.to_vec()));
        }
        let all = Members::Places(places.to_vec());
        self.collect(of, |machine, object| {
            let place = machine.first_place(of, object as u32);
            all.has_place(place)
        })
    }

    /// The objects of a kind that are chosen.
    fn collect(
        &mut self,
        of: KindId,
        mut chosen: impl FnMut(&mut Machine<'_>, i64) -> bool,
    ) -> Result<Members, Undefined> {
        let mut collected = Collected::new(self, of);
        self.each(of, &mut |machine, object, _| {
            if chosen(machine, object) {
                collected.add(machine, object);
            }
            Ok(false)
        })?;
        Ok(collected.members)
    }

    /// Shows every object of a kind, equal ones once.
    fn each(
        &mut self,
        kind: KindId,
        visit: &mut dyn FnMut(&mut Machine<'_>, i64, i64) -> Result<bool, Undefined>,
    ) -> Result<bool, Undefined> {
        let shape = self.code.shape.kind(kind);
        if shape.in_forest {
            return self.pass(kind, &mut |machine, individual, weight| {
                visit(machine, i64::from(individual), weight)
            });
        }
        for place in 0..shape.len {
            if visit(self, i64::from(place), 1)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Whether an object is a member.
    pub(super) fn has(&self, of: KindId, set: &Members, object: i64) -> bool {
        let Ok(object) = u32::try_from(object) else {
            return false;
        };
        if self.code.shape.kind(of).in_forest {
            self.is_member(of, set, object)
        } else {
            set.has_place(object)
        }
    }

    /// Whether an individual is a member.
    pub(super) fn is_member(&self, of: KindId, set: &Members, individual: u32) -> bool {
        match set {
            Members::Places(_) => set.has_place(self.first_place(of, individual)),
            Members::Seen { horizon, members } => {
                members.contains(&self.scratch.view.seen_from(individual, *horizon))
            }
        }
    }

    /// The place of an individual among the objects of its kind; of an anonymous one the place of the first of its class.
    pub(super) fn first_place(&self, of: KindId, individual: u32) -> u32 {
        let group = self.scratch.view.individuals[individual as usize].group;
        let class = self.scratch.view.groups[group as usize].class;
        let first = self.code.shape.classes[class as usize].members[0];
        first.0 - self.code.shape.kind(of).first
    }

    /// How many members a set has.
    pub(super) fn size(&mut self, of: KindId, set: &Members) -> Result<i64, Undefined> {
        if let Members::Places(bits) = set {
            return Ok(bits.iter().map(|word| i64::from(word.count_ones())).sum());
        }
        let mut size = 0;
        self.each(of, &mut |machine, object, weight| {
            if machine.has(of, set, object) {
                size += weight;
            }
            Ok(false)
        })?;
        Ok(size)
    }

    /// Whether two sets have the same members.
    pub(super) fn same(
        &mut self,
        of: KindId,
        left: &Members,
        right: &Members,
    ) -> Result<bool, Undefined> {
        let differ = self.each(of, &mut |machine, object, _| {
            Ok(machine.has(of, left, object) != machine.has(of, right, object))
        })?;
        Ok(!differ)
    }

    /// A set of objects whose kind is not anonymous, as bits.
    pub(super) fn places(&mut self, code: &SetCode) -> Result<Vec<u64>, Undefined> {
        match self.set(code)? {
            Members::Places(bits) => Ok(bits),
            Members::Seen { .. } => Err(Undefined),
        }
    }
}

/// A set that is being collected.
struct Collected {
    members: Members,
    of: KindId,
}

impl Collected {
    fn new(machine: &Machine<'_>, of: KindId) -> Self {
        let kind = machine.code.shape.kind(of);
        let members = if kind.anonymous {
            Members::Seen {
                horizon: machine.scratch.view.individuals.len() as u32,
                members: Vec::new(),
            }
        } else {
            Members::Places(vec![0; kind.len.div_ceil(64) as usize])
        };
        Self { members, of }
    }

    fn add(&mut self, machine: &Machine<'_>, object: i64) {
        let Ok(object) = u32::try_from(object) else {
            return;
        };
        match &mut self.members {
            Members::Places(bits) => {
                let place = if machine.code.shape.kind(self.of).in_forest {
                    machine.first_place(self.of, object)
                } else {
                    object
                };
                bits[place as usize / 64] |= 1 << (place % 64);
            }
            Members::Seen { horizon, members } => {
                members.push(machine.scratch.view.seen_from(object, *horizon));
            }
        }
    }
}

/// So many of the lowest bits.
pub(super) const fn mask(count: u8) -> u64 {
    if count >= 64 {
        u64::MAX
    } else {
        (1 << count) - 1
    }
}

/// The members whose cells are set.
fn bits_of(cells: &[Cell], header: &[u64]) -> Vec<u64> {
    let mut bits = vec![0; cells.len().div_ceil(64)];
    for (place, cell) in cells.iter().enumerate() {
        bits[place / 64] |= cell.get(header) << (place % 64);
    }
    bits
}
