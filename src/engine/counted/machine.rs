//! Passing over objects, and the values of expressions in a counted state: the objects that are bound already are looked at one
//! by one, and of the others one of each group stands for all that are left. Knows neither guards nor properties.

use crate::language::rules::KindId;

use super::Counted;
use super::code::{Argument, Binder, Bits, Body, NOTHING, Num, Path, Range, Value};
use super::sets::Members;
use super::view::{NONE, View};

/// Something undefined was evaluated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Undefined;

/// What one thread works with.
#[derive(Debug)]
pub struct Scratch {
    pub(super) view: View,
    /// The variables of the declarations and lets that are being evaluated, one frame after the other.
    pub(super) variables: Vec<i64>,
    /// Where the frame on top begins.
    pub(super) base: usize,
    /// The sets that variables stand for.
    pub(super) sets: Vec<Members>,
    /// The values that are computed once for a state, as far as they are.
    pub(super) once: Vec<Option<i64>>,
    /// Whether the state before is meant.
    pub(super) before: bool,
    pub(super) encoder: super::encode::Encoder,
}

/// The rules at work on the state in the scratch.
pub(super) struct Machine<'a> {
    pub(super) code: &'a Counted<'a>,
    pub(super) scratch: &'a mut Scratch,
}

/// Shown an individual and how many it stands for; says whether that was enough.
pub(super) type Visit<'v> =
    &'v mut dyn FnMut(&mut Machine<'_>, u32, i64) -> Result<bool, Undefined>;

impl Machine<'_> {
    pub(super) fn view(&mut self) -> &mut View {
        &mut self.scratch.view
    }

    /// Shows every object of a kind in the forest, equal ones once, until `visit` says that it was enough.
    pub(super) fn pass(&mut self, kind: KindId, visit: Visit<'_>) -> Result<bool, Undefined> {
        let known = self.scratch.view.individuals.len();
        for individual in 0..known {
            if self.scratch.view.individuals[individual].kind == kind
                && visit(self, individual as u32, 1)?
            {
                return Ok(true);
            }
        }
        for place in 0..self.scratch.view.of_kind[kind.index()].len() {
            let group = self.scratch.view.of_kind[kind.index()][place];
            if self.fresh(group, known, visit)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Shows what of a kind stands under an individual, as `pass` would.
    fn pass_under(
        &mut self,
        kind: KindId,
        above: u32,
        visit: Visit<'_>,
    ) -> Result<bool, Undefined> {
        for individual in 0..self.scratch.view.individuals.len() {
            let of = &self.scratch.view.individuals[individual];
            let parent = if self.scratch.before {
                of.origin
            } else {
                of.parent
            };
            if of.kind == kind && parent == above && visit(self, individual as u32, 1)? {
                return Ok(true);
            }
        }
        // What was not split off stands where it stood.
        let top = self.scratch.view.individuals[above as usize].group;
        let end = top + self.scratch.view.groups[top as usize].len;
        let mut group = top + 1;
        while group < end {
            let of = &self.scratch.view.groups[group as usize];
            let next = group + of.len;
            if of.kind == kind && self.one_of(group, above, 1, visit)? {
                return Ok(true);
            }
            group = next;
        }
        Ok(false)
    }

    /// Shows one of those of a group that are not split off: one for each of the `known` individuals that it may stand under,
    /// and one under what is split off for it.
    fn fresh(&mut self, group: u32, known: usize, visit: Visit<'_>) -> Result<bool, Undefined> {
        let parent = self.scratch.view.groups[group as usize].parent;
        if parent == NONE {
            return self.one_of(group, NONE, 1, visit);
        }
        for origin in 0..known {
            if self.scratch.view.individuals[origin].group == parent
                && self.one_of(group, origin as u32, 1, visit)?
            {
                return Ok(true);
            }
        }
        self.fresh(parent, known, &mut |machine, origin, weight| {
            machine.one_of(group, origin, weight, visit)
        })
    }

    fn one_of(
        &mut self,
        group: u32,
        origin: u32,
        weight: i64,
        visit: Visit<'_>,
    ) -> Result<bool, Undefined> {
        let left = self.scratch.view.left(group, origin);
        if left == 0 {
            return Ok(false);
        }
        let len = self.scratch.view.individuals.len();
        let individual = self.scratch.view.split(group, origin);
        let enough = visit(self, individual, weight * i64::from(left));
        self.scratch.view.join(len);
        enough
    }

    /// Shows every value of a parameter, equal ones once.
    pub(super) fn each_value(
        &mut self,
        range: Range,
        visit: &mut dyn FnMut(&mut Machine<'_>, i64) -> Result<bool, Undefined>,
    ) -> Result<bool, Undefined> {
        match range {
            Range::Numbers(low, high) => {
                for number in low..=high {
                    if visit(self, number)? {
                        return Ok(true);
                    }
                }
            }
            Range::Objects { kind, optional } => {
                let shape = self.code.shape.kind(kind);
                if shape.in_forest {
                    if self.pass(kind, &mut |machine, i, _| visit(machine, i64::from(i)))? {
                        return Ok(true);
                    }
                } else {
                    for place in 0..shape.len {
                        if visit(self, i64::from(place))? {
                            return Ok(true);
                        }
                    }
                }
                if optional {
                    return visit(self, NOTHING);
                }
            }
        }
        Ok(false)
    }

    /// Shows the members that a binder passes over, each bound to its variable, with how many it stands for.
    pub(super) fn members(
        &mut self,
        binder: &Binder,
        visit: &mut dyn FnMut(&mut Machine<'_>, i64, i64) -> Result<bool, Undefined>,
    ) -> Result<bool, Undefined> {
        let within = match &binder.within {
            Some(set) => Some(self.set(set)?),
            None => None,
        };
        let slot = binder.slot;
        let mut show = |machine: &mut Machine<'_>, member: i64, weight: i64| {
            let place = machine.scratch.base + slot;
            machine.scratch.variables[place] = member;
            match &binder.filter {
                Some(filter) if machine.num(filter)? == 0 => Ok(false),
                _ => visit(machine, member, weight),
            }
        };
        if let Some(above) = binder.under {
            let above = self.scratch.variables[self.scratch.base + above];
            if let Ok(above) = u32::try_from(above) {
                return self.pass_under(binder.kind, above, &mut |machine, individual, weight| {
                    show(machine, i64::from(individual), weight)
                });
            }
        }
        let shape = self.code.shape.kind(binder.kind);
        if shape.in_forest {
            return self.pass(
                binder.kind,
                &mut |machine, individual, weight| match &within {
                    Some(set) if !machine.is_member(binder.kind, set, individual) => Ok(false),
                    _ => show(machine, i64::from(individual), weight),
                },
            );
        }
        for place in 0..shape.len {
            let member = within.as_ref().is_none_or(|set| set.has_place(place));
            if member && show(self, i64::from(place), 1)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The value of an expression.
    pub(super) fn num(&mut self, code: &Num) -> Result<i64, Undefined> {
        match code {
            Num::Constant(value) => Ok(*value),
            Num::Variable(slot) => Ok(self.scratch.variables[self.scratch.base + slot]),
            Num::Path(path) => self.path(*path),
            Num::Field(path, bits) => self.field(*path, *bits),
            Num::Test(comparison, path, bits, value) => {
                let field = self.field(*path, *bits)?;
                Ok(i64::from(comparison.holds(field, *value)))
            }
            Num::Paths(comparison, left, right) => {
                let left = self.path(*left)?;
                let right = self.path(*right)?;
                Ok(i64::from(comparison.holds(left, right)))
            }
            Num::Not(inner) => Ok(i64::from(self.num(inner)? == 0)),
            Num::And(left, right) => match self.num(left)? {
                0 => Ok(0),
                _ => self.num(right),
            },
            Num::Or(left, right) => match self.num(left)? {
                0 => self.num(right),
                truth => Ok(truth),
            },
            other => self.passing(other),
        }
    }

    /// What a variable stands under.
    fn path(&self, path: Path) -> Result<i64, Undefined> {
        let mut at = self.scratch.variables[self.scratch.base + path.slot as usize];
        for _ in 0..path.up {
            at = self.parent(u32::try_from(at).map_err(|_| Undefined)?);
        }
        Ok(at)
    }

    /// A field of what a variable stands under.
    fn field(&self, path: Path, bits: Bits) -> Result<i64, Undefined> {
        let object = u32::try_from(self.path(path)?).map_err(|_| Undefined)?;
        let record = self.record(object);
        Ok(bits.value(record >> bits.shift & bits.mask))
    }

    #[inline(never)]
    fn passing(&mut self, code: &Num) -> Result<i64, Undefined> {
        match code {
            Num::Fields(comparison, both) => {
                let (left, bits, right, of) = **both;
                let left = self.field(left, bits)?;
                let right = self.field(right, of)?;
                Ok(i64::from(comparison.holds(left, right)))
            }
            Num::Record(object, bits) => {
                let object = self.object(object)?;
                let record = self.record(object);
                Ok(bits.value(record >> bits.shift & bits.mask))
            }
            Num::Under(object) => {
                let object = self.object(object)?;
                Ok(self.parent(object))
            }
            Num::Compare(comparison, left, right) => {
                let left = self.num(left)?;
                let right = self.num(right)?;
                Ok(i64::from(comparison.holds(left, right)))
            }
            Num::If(condition, then, otherwise) => match self.num(condition)? {
                0 => self.num(otherwise),
                _ => self.num(then),
            },
            Num::Call(id, arguments) => self.call(*id, arguments),
            Num::All(binder, body) => {
                let failed = self.members(binder, &mut |m, _, _| Ok(m.num(body)? == 0))?;
                Ok(i64::from(!failed))
            }
            Num::Some(binder, body) => {
                let found = self.members(binder, &mut |m, _, _| Ok(m.num(body)? != 0))?;
                Ok(i64::from(found))
            }
            Num::Count(binder) => {
                let mut count = 0;
                self.members(binder, &mut |_, _, weight| {
                    count += weight;
                    Ok(false)
                })?;
                Ok(count)
            }
            Num::Once(place, inner) => self.once(*place, inner),
            other => self.rarer(other),
        }
    }

    #[inline(never)]
    fn rarer(&mut self, code: &Num) -> Result<i64, Undefined> {
        match code {
            Num::ByClass(object, values) => {
                let object = self.object(object)?;
                let group = self.scratch.view.individuals[object as usize].group;
                Ok(values[self.scratch.view.groups[group as usize].class as usize])
            }
            Num::Header(object, cells, bits) => {
                let object = self.object(object)?;
                Ok(bits.value(cells[object as usize].get(self.header())))
            }
            Num::ByPlace(object, values) => Ok(values[self.object(object)? as usize]),
            Num::Individual(place, kind) => {
                let place = self.num(place)?;
                if place == NOTHING {
                    return Ok(NOTHING);
                }
                let object = self.code.shape.kind(*kind).first as usize + place as usize;
                Ok(i64::from(self.scratch.view.named[object]))
            }
            Num::Old(inner) => {
                let outside = std::mem::replace(&mut self.scratch.before, true);
                let value = self.num(inner);
                self.scratch.before = outside;
                value
            }
            Num::Add(left, right) => {
                let left = self.num(left)?;
                let right = self.num(right)?;
                left.checked_add(right).ok_or(Undefined)
            }
            Num::Subtract(left, right) => {
                let left = self.num(left)?;
                let right = self.num(right)?;
                left.checked_sub(right).ok_or(Undefined)
            }
            Num::CountSet(set) => {
                let members = self.set(set)?;
                self.size(set.of, &members)
            }
            Num::In(object, set) => {
                let object = self.num(object)?;
                let members = self.set(set)?;
                let is_member = object != NOTHING && self.has(set.of, &members, object);
                Ok(i64::from(is_member))
            }
            Num::SameSet(left, right) => {
                let of = left.of;
                let left = self.set(left)?;
                let right = self.set(right)?;
                Ok(i64::from(self.same(of, &left, &right)?))
            }
            _ => Ok(NOTHING),
        }
    }

    /// The object that an expression stands for: undefined where it is `none`.
    pub(super) fn object(&mut self, code: &Num) -> Result<u32, Undefined> {
        u32::try_from(self.num(code)?).map_err(|_| Undefined)
    }

    /// The record of an individual, at the moment that is meant.
    pub(super) fn record(&self, individual: u32) -> u64 {
        let view = &self.scratch.view;
        let individual = &view.individuals[individual as usize];
        if self.scratch.before {
            view.groups[individual.group as usize].record
        } else {
            individual.record
        }
    }

    /// What an individual stands under at that moment.
    fn parent(&self, individual: u32) -> i64 {
        let individual = &self.scratch.view.individuals[individual as usize];
        let parent = if self.scratch.before {
            individual.origin
        } else {
            individual.parent
        };
        if parent == NONE {
            NOTHING
        } else {
            i64::from(parent)
        }
    }

    /// The header at that moment.
    pub(super) fn header(&self) -> &[u64] {
        if self.scratch.before {
            &self.scratch.view.header_before
        } else {
            &self.scratch.view.header
        }
    }

    fn once(&mut self, place: usize, code: &Num) -> Result<i64, Undefined> {
        if !self.scratch.before && !self.scratch.view.is_pristine() {
            return self.num(code);
        }
        if let Some(value) = self.scratch.once[place] {
            return Ok(value);
        }
        let value = self.num(code)?;
        self.scratch.once[place] = Some(value);
        Ok(value)
    }

    fn call(&mut self, id: usize, arguments: &[Argument]) -> Result<i64, Undefined> {
        self.in_frame(id, arguments, |machine, body| match &body.value {
            Value::Num(code) => machine.num(code),
            Value::Set(_) => Ok(NOTHING),
        })
    }

    /// Evaluates the arguments of a let, and then with a frame of its own what `evaluate` takes of it.
    pub(super) fn in_frame<T>(
        &mut self,
        id: usize,
        arguments: &[Argument],
        evaluate: impl FnOnce(&mut Self, &Body) -> Result<T, Undefined>,
    ) -> Result<T, Undefined> {
        let code = self.code;
        let body = &code.lets[id];
        let base = self.scratch.variables.len();
        let sets = self.scratch.sets.len();
        self.scratch.variables.resize(base + body.slots, NOTHING);
        for (place, argument) in arguments.iter().enumerate() {
            let value = self.argument(argument);
            match value {
                Ok(value) => self.scratch.variables[base + place] = value,
                Err(undefined) => {
                    self.scratch.variables.truncate(base);
                    self.scratch.sets.truncate(sets);
                    return Err(undefined);
                }
            }
        }
        let outside = std::mem::replace(&mut self.scratch.base, base);
        let value = evaluate(self, body);
        self.scratch.base = outside;
        self.scratch.variables.truncate(base);
        self.scratch.sets.truncate(sets);
        value
    }

    fn argument(&mut self, argument: &Argument) -> Result<i64, Undefined> {
        match argument {
            Argument::Num(code, range) => {
                let value = self.num(code)?;
                admit(value, *range)
            }
            Argument::Set(code) => {
                let members = self.set(code)?;
                self.scratch.sets.push(members);
                Ok(self.scratch.sets.len() as i64 - 1)
            }
        }
    }
}

/// A value on its way into a field or a parameter: undefined where it is out of range.
pub(super) fn admit(value: i64, range: Option<(i64, i64)>) -> Result<i64, Undefined> {
    match range {
        Some((low, high)) if value < low || value > high => Err(Undefined),
        _ => Ok(value),
    }
}
