//! From typed expressions to ground terms: variables become constants, binders are written out, lets are put in place. An
//! expression becomes its value and a second term that says where it is defined. Knows no transition.

use indexmap::IndexMap;

use crate::language::rules::{
    BinaryOp, Binder, Constant, Domain, Expr, ExprKind, FieldId, FieldType, KindId, LetId, Slot,
    Type,
};
use crate::model::ground::Model;
use crate::model::value::{ObjectId, Value};

use super::hasher::Hasher;
use super::layout::{Layout, code, greatest_code};
use super::term::{FALSE, TRUE, TermId, Terms};

/// More terms than this are not written out.
const MOST_TERMS: usize = 20_000_000;
/// So many expressions are ground between two questions whether to go on.
const ASK_EVERY: u32 = 256;

/// Why a model was not written out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Uncompiled {
    /// It is too large.
    TooLarge,
    /// Whoever asks did not want to wait any longer.
    Interrupted,
}

/// A value: a set has a boolean for each object of its kind.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Ground {
    /// Anything but a set.
    Scalar(TermId),
    /// Which objects are members.
    Set(Vec<TermId>),
}

/// A value with the condition under which it is one.
#[derive(Clone, Debug)]
pub struct Known {
    /// The value; anything where it is not defined.
    pub value: Ground,
    /// Whether it is defined.
    pub defined: TermId,
}

/// The values of variables by slot.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Scope(Vec<Option<Ground>>);

/// A place that effects write: the field of an object, or whether a set in it has the object of that place as a member. A field
/// that the layout leaves out has no cell, and what was written to it may still be read by the next effect.
pub type Spot = (ObjectId, FieldId, Option<u32>);

/// What places hold after the effects so far; the others hold what the state says.
pub type Written = IndexMap<Spot, TermId, Hasher>;

/// Where an expression is evaluated.
#[derive(Clone, Copy, Default)]
pub struct Moment<'w> {
    /// What was written since the state.
    pub written: Option<&'w Written>,
    /// Whether the state before is meant.
    pub old: bool,
}

/// Turns the expressions of one ground model into terms.
pub struct Grounding<'m> {
    /// The model.
    pub model: &'m Model,
    /// Where its fields are.
    pub layout: &'m Layout,
    /// The terms so far.
    pub terms: Terms,
    /// Why nothing more is written out, where that is so; what was ground since then means nothing.
    pub given_up: Option<Uncompiled>,
    /// Asked all the while whether to go on: one quantifier inside another may take for ever.
    may_go_on: &'m mut (dyn FnMut() -> bool + 'm),
    asked: u32,
    /// Lets with arguments, in states to which nothing was written.
    calls: IndexMap<(LetId, Scope, bool), Known, Hasher>,
}

impl Scope {
    /// The arguments of a ground transition, or of a choice of parameters.
    #[must_use]
    pub fn new(grounding: &mut Grounding<'_>, types: &[FieldType], arguments: &[Value]) -> Self {
        let ground = |(ty, value): (&FieldType, &Value)| {
            Some(Ground::Scalar(grounding.value_of(*ty, value)))
        };
        Self(types.iter().zip(arguments).map(ground).collect())
    }

    /// With one variable more.
    #[must_use]
    pub fn with(&self, slot: Slot, value: TermId) -> Self {
        let mut scope = self.clone();
        if scope.0.len() <= slot.index() {
            scope.0.resize(slot.index() + 1, None);
        }
        scope.0[slot.index()] = Some(Ground::Scalar(value));
        scope
    }

    fn get(&self, slot: Slot) -> Ground {
        let bound = self.0.get(slot.index()).cloned().flatten();
        bound.expect("a variable stands only where it is bound")
    }
}

impl Known {
    /// The term of a value that is no set.
    #[must_use]
    pub fn scalar(&self) -> TermId {
        match &self.value {
            Ground::Scalar(term) => *term,
            Ground::Set(_) => FALSE,
        }
    }

    fn set(self) -> Vec<TermId> {
        match self.value {
            Ground::Set(members) => members,
            Ground::Scalar(_) => Vec::new(),
        }
    }
}

/// What the code 0 of a type stands for.
#[must_use]
pub const fn lowest(ty: FieldType) -> i64 {
    match ty {
        FieldType::Range(low, _) => low,
        _ => 0,
    }
}

fn always(value: TermId) -> Known {
    Known {
        value: Ground::Scalar(value),
        defined: TRUE,
    }
}

impl<'m> Grounding<'m> {
    /// Nothing is ground yet.
    #[must_use]
    pub fn new(
        model: &'m Model,
        layout: &'m Layout,
        may_go_on: &'m mut (dyn FnMut() -> bool + 'm),
    ) -> Self {
        Self {
            model,
            layout,
            terms: Terms::new(),
            given_up: None,
            may_go_on,
            asked: 0,
            calls: IndexMap::default(),
        }
    }

    /// Whether nothing more is to be written out.
    fn gives_up(&mut self) -> bool {
        self.asked = self.asked.wrapping_add(1);
        if self.given_up.is_none() && self.asked.is_multiple_of(ASK_EVERY) {
            if self.terms.len() > MOST_TERMS {
                self.given_up = Some(Uncompiled::TooLarge);
            } else if !(self.may_go_on)() {
                self.given_up = Some(Uncompiled::Interrupted);
            }
        }
        self.given_up.is_some()
    }

    /// The term of a constant value of a type.
    fn value_of(&mut self, ty: FieldType, value: &Value) -> TermId {
        let number = match value {
            Value::Int(number) => *number,
            _ => code(self.model, ty, value).map_or(0, u64::cast_signed),
        };
        self.terms.constant(number)
    }

    /// A condition, with where it is defined.
    pub fn condition(
        &mut self,
        expr: &Expr,
        scope: &Scope,
        moment: Moment<'_>,
    ) -> (TermId, TermId) {
        let known = self.value(expr, scope, moment);
        (known.scalar(), known.defined)
    }

    /// The value of an expression.
    pub fn value(&mut self, expr: &Expr, scope: &Scope, moment: Moment<'_>) -> Known {
        if self.gives_up() {
            return always(FALSE);
        }
        self.form(expr, scope, moment)
    }

    fn form(&mut self, expr: &Expr, scope: &Scope, moment: Moment<'_>) -> Known {
        match &expr.kind {
            ExprKind::Constant(constant) => self.constant(*constant, expr.ty),
            ExprKind::Variable(slot) => Known {
                value: scope.get(*slot),
                defined: TRUE,
            },
            ExprKind::Object(place) => self.named(ObjectId(*place)),
            ExprKind::Param(id) => {
                let ty = self.model.rules.params[id.index()].ty;
                let value = self.model.params[id.index()].clone();
                always(self.value_of(ty, &value))
            }
            ExprKind::Field(object, kind, field) => {
                let (object, defined) = self.object(object, *kind, scope, moment);
                Known {
                    value: self.field(object, *kind, *field, moment),
                    defined,
                }
            }
            ExprKind::Call(id, arguments) => self.call(*id, arguments, scope, moment),
            ExprKind::Old(inner) => {
                let before = Moment {
                    written: None,
                    old: true,
                };
                self.value(inner, scope, before)
            }
            ExprKind::Not(inner) => {
                let (value, defined) = self.condition(inner, scope, moment);
                Known {
                    value: Ground::Scalar(self.terms.not(value)),
                    defined,
                }
            }
            ExprKind::Binary(op, left, right) => self.binary(*op, left, right, scope, moment),
            ExprKind::If(condition, then, otherwise) => {
                self.conditional(condition, then, otherwise, scope, moment)
            }
            ExprKind::All(binder, body) => self.quantified(binder, body, true, scope, moment),
            ExprKind::Some(binder, body) => self.quantified(binder, body, false, scope, moment),
            ExprKind::Count(binder) => {
                let (members, defined) = self.members(binder, scope, moment);
                Known {
                    value: Ground::Scalar(self.terms.count(members)),
                    defined,
                }
            }
            ExprKind::CountKind(kind) => {
                let count = self.model.of_kind[kind.index()].len() as i64;
                always(self.terms.constant(count))
            }
            ExprKind::CountSet(set) => {
                let set = self.value(set, scope, moment);
                let defined = set.defined;
                Known {
                    value: Ground::Scalar(self.terms.count(set.set())),
                    defined,
                }
            }
            ExprKind::Set(members) => self.listed(members, expr.ty, scope, moment),
            ExprKind::SetOf(binder) => {
                let (members, defined) = self.members(binder, scope, moment);
                Known {
                    value: Ground::Set(members),
                    defined,
                }
            }
        }
    }

    fn named(&mut self, object: ObjectId) -> Known {
        let kind = self.model.objects[object.index()].kind;
        let first = self.model.of_kind[kind.index()].start;
        always(self.terms.constant(i64::from(object.0 - first)))
    }

    fn objects(&self, kind: KindId) -> usize {
        self.model.of_kind[kind.index()].len()
    }

    fn constant(&mut self, constant: Constant, ty: Type) -> Known {
        match (constant, ty) {
            (Constant::Bool(truth), _) => always(Terms::truth(truth)),
            (Constant::Int(number), _) => always(self.terms.constant(number)),
            (Constant::Enum(_, place), _) => always(self.terms.constant(i64::from(place))),
            (Constant::None, Type::Optional(kind) | Type::Object(kind)) => {
                let none = self.objects(kind) as i64;
                always(self.terms.constant(none))
            }
            (Constant::EmptySet, Type::Set(kind)) => Known {
                value: Ground::Set(vec![FALSE; self.objects(kind)]),
                defined: TRUE,
            },
            (Constant::None | Constant::EmptySet, _) => always(FALSE),
        }
    }

    /// The place of the object that an expression names; undefined where it is `none`.
    pub fn object(
        &mut self,
        expr: &Expr,
        kind: KindId,
        scope: &Scope,
        moment: Moment<'_>,
    ) -> (TermId, TermId) {
        let known = self.value(expr, scope, moment);
        let place = known.scalar();
        let none = self.terms.constant(self.objects(kind) as i64);
        let is_some = self.terms.less(place, none);
        (place, self.terms.and(known.defined, is_some))
    }

    /// The field of the object at a place.
    fn field(
        &mut self,
        object: TermId,
        kind: KindId,
        field: FieldId,
        moment: Moment<'_>,
    ) -> Ground {
        let ty = self.model.rules.kinds[kind.index()].fields[field.index()].ty;
        let objects: Vec<ObjectId> = match self.terms.known(object) {
            Some(place) => {
                let all = &self.model.of_kind[kind.index()];
                let place = u32::try_from(place).ok().map(|place| all.start + place);
                let found = place.filter(|object| all.contains(object));
                found.map(ObjectId).into_iter().collect()
            }
            None => self.model.objects_of(kind).collect(),
        };
        let is_known = self.terms.known(object).is_some();
        let pick = |this: &mut Self, values: &[TermId]| {
            if is_known {
                values.first().copied().unwrap_or(FALSE)
            } else {
                this.terms.case(object, values)
            }
        };
        if let FieldType::Set(of) = ty {
            let members = (0..self.objects(of) as u32)
                .map(|member| {
                    let values: Vec<TermId> = objects
                        .iter()
                        .map(|object| self.member(*object, field, member, moment))
                        .collect();
                    pick(self, &values)
                })
                .collect();
            return Ground::Set(members);
        }
        let values: Vec<TermId> = objects
            .iter()
            .map(|object| self.read(*object, field, ty, moment))
            .collect();
        Ground::Scalar(pick(self, &values))
    }

    /// What a field holds that is no set.
    pub fn read(
        &mut self,
        object: ObjectId,
        field: FieldId,
        ty: FieldType,
        moment: Moment<'_>,
    ) -> TermId {
        let written = moment.written.and_then(|w| w.get(&(object, field, None)));
        if let Some(written) = written {
            return *written;
        }
        let Some(cell) = self.layout.cell(object, field) else {
            let value = self.model.objects[object.index()].values[field.index()].clone();
            return self.value_of(ty, &value);
        };
        let low = lowest(ty);
        // Cells without bits have no place of their own.
        if cell.width == 0 {
            return self.terms.constant(low);
        }
        let greatest = greatest_code(self.model, ty);
        self.terms.read(cell, low, greatest, moment.old)
    }

    /// Whether the set in a field has the object of that place as a member.
    pub fn member(
        &mut self,
        object: ObjectId,
        field: FieldId,
        place: u32,
        moment: Moment<'_>,
    ) -> TermId {
        let written = moment
            .written
            .and_then(|w| w.get(&(object, field, Some(place))));
        if let Some(written) = written {
            return *written;
        }
        let Some(cell) = self.layout.member(object, field, place) else {
            let value = &self.model.objects[object.index()].values[field.index()];
            let kind = self.model.objects[object.index()].kind;
            let ty = self.model.rules.kinds[kind.index()].fields[field.index()].ty;
            return match (value, ty) {
                (Value::Set(members), FieldType::Set(of)) => {
                    let first = self.model.of_kind[of.index()].start;
                    Terms::truth(members.contains(&ObjectId(first + place)))
                }
                _ => FALSE,
            };
        };
        self.terms.read(cell, 0, 1, moment.old)
    }

    /// Whether a value is one that a field or parameter of a type can take.
    pub fn admitted(&mut self, value: TermId, ty: FieldType) -> TermId {
        let FieldType::Range(low, high) = ty else {
            return TRUE;
        };
        let low = self.terms.constant(low);
        let high = self.terms.constant(high);
        let below = self.terms.less(value, low);
        let above = self.terms.less(high, value);
        let outside = self.terms.or(below, above);
        self.terms.not(outside)
    }

    fn call(&mut self, id: LetId, arguments: &[Expr], scope: &Scope, moment: Moment<'_>) -> Known {
        let model = self.model;
        let declared = &model.rules.lets[id.index()];
        let mut defined = TRUE;
        let mut values = Vec::with_capacity(arguments.len());
        for (argument, parameter) in arguments.iter().zip(&declared.parameters) {
            let known = self.value(argument, scope, moment);
            let mut here = known.defined;
            if let Ground::Scalar(value) = known.value {
                let admitted = self.admitted(value, parameter.ty);
                here = self.terms.and(here, admitted);
            }
            // All arguments are evaluated first, in order: each of them must be defined.
            defined = self.terms.and(defined, here);
            values.push(Some(known.value));
        }
        let inside = Scope(values);
        let body = if moment.written.is_none() {
            let key = (id, inside, moment.old);
            match self.calls.get(&key) {
                Some(known) => known.clone(),
                None => {
                    let known = self.value(&declared.body, &key.1, moment);
                    self.calls.insert(key, known.clone());
                    known
                }
            }
        } else {
            self.value(&declared.body, &inside, moment)
        };
        Known {
            value: body.value,
            defined: self.terms.and(defined, body.defined),
        }
    }

    fn conditional(
        &mut self,
        condition: &Expr,
        then: &Expr,
        otherwise: &Expr,
        scope: &Scope,
        moment: Moment<'_>,
    ) -> Known {
        let (condition, defined) = self.condition(condition, scope, moment);
        let then = self.value(then, scope, moment);
        let otherwise = self.value(otherwise, scope, moment);
        let chosen = self
            .terms
            .choose(condition, then.defined, otherwise.defined);
        let defined = self.terms.and(defined, chosen);
        let value = match (then.value, otherwise.value) {
            (Ground::Set(a), Ground::Set(b)) => {
                let members = a.into_iter().zip(b);
                Ground::Set(
                    members
                        .map(|(a, b)| self.terms.choose(condition, a, b))
                        .collect(),
                )
            }
            (Ground::Scalar(a), Ground::Scalar(b)) => {
                Ground::Scalar(self.terms.choose(condition, a, b))
            }
            (a, _) => a,
        };
        Known { value, defined }
    }

    fn binary(
        &mut self,
        op: BinaryOp,
        left: &Expr,
        right: &Expr,
        scope: &Scope,
        moment: Moment<'_>,
    ) -> Known {
        let a = self.value(left, scope, moment);
        let b = self.value(right, scope, moment);
        if let BinaryOp::And | BinaryOp::Or | BinaryOp::Implies = op {
            return self.connective(op, &a, &b);
        }
        let mut defined = self.terms.and(a.defined, b.defined);
        let value = match (op, a.value, b.value) {
            (BinaryOp::Eq, a, b) => Ground::Scalar(self.same(a, b)),
            (BinaryOp::Ne, a, b) => {
                let same = self.same(a, b);
                Ground::Scalar(self.terms.not(same))
            }
            (BinaryOp::In, Ground::Scalar(object), Ground::Set(members)) => {
                Ground::Scalar(self.is_member(object, &members))
            }
            (BinaryOp::Add, Ground::Set(a), Ground::Set(b)) => {
                let pairs = a.into_iter().zip(b);
                Ground::Set(pairs.map(|(a, b)| self.terms.or(a, b)).collect())
            }
            (BinaryOp::Sub, Ground::Set(a), Ground::Set(b)) => {
                let pairs = a.into_iter().zip(b);
                let without = |(a, b): (TermId, TermId)| {
                    let not = self.terms.not(b);
                    self.terms.and(a, not)
                };
                Ground::Set(pairs.map(without).collect())
            }
            (op, Ground::Scalar(a), Ground::Scalar(b)) => {
                if let BinaryOp::Add | BinaryOp::Sub = op {
                    let fits = self.terms.fits(a, b, op == BinaryOp::Sub);
                    defined = self.terms.and(defined, fits);
                }
                Ground::Scalar(self.numeric(op, a, b))
            }
            (_, a, _) => a,
        };
        Known { value, defined }
    }

    fn numeric(&mut self, op: BinaryOp, a: TermId, b: TermId) -> TermId {
        match op {
            BinaryOp::Lt => self.terms.less(a, b),
            BinaryOp::Gt => self.terms.less(b, a),
            BinaryOp::Le => {
                let above = self.terms.less(b, a);
                self.terms.not(above)
            }
            BinaryOp::Ge => {
                let below = self.terms.less(a, b);
                self.terms.not(below)
            }
            BinaryOp::Add => self.terms.add(a, b),
            BinaryOp::Sub => self.terms.subtract(a, b),
            _ => FALSE,
        }
    }

    /// Connectives stop early: what is not evaluated need not be defined.
    fn connective(&mut self, op: BinaryOp, a: &Known, b: &Known) -> Known {
        let (left, right) = (a.scalar(), b.scalar());
        let (value, stops) = match op {
            BinaryOp::And => (self.terms.and(left, right), self.terms.not(left)),
            BinaryOp::Or => (self.terms.or(left, right), left),
            _ => (self.terms.implies(left, right), self.terms.not(left)),
        };
        let rest = self.terms.or(stops, b.defined);
        Known {
            value: Ground::Scalar(value),
            defined: self.terms.and(a.defined, rest),
        }
    }

    fn same(&mut self, a: Ground, b: Ground) -> TermId {
        match (a, b) {
            (Ground::Scalar(a), Ground::Scalar(b)) => self.terms.equal(a, b),
            (Ground::Set(a), Ground::Set(b)) => {
                let pairs = a.into_iter().zip(b);
                let each: Vec<TermId> = pairs.map(|(a, b)| self.terms.equal(a, b)).collect();
                self.terms.all(each)
            }
            _ => FALSE,
        }
    }

    /// `none` is in no set.
    fn is_member(&mut self, object: TermId, members: &[TermId]) -> TermId {
        let mut found = Vec::with_capacity(members.len());
        for (place, member) in (0i64..).zip(members) {
            let place = self.terms.constant(place);
            let same = self.terms.equal(object, place);
            found.push(self.terms.and(same, *member));
        }
        self.terms.any(found)
    }

    fn listed(&mut self, members: &[Expr], ty: Type, scope: &Scope, moment: Moment<'_>) -> Known {
        let Type::Set(kind) = ty else {
            return always(FALSE);
        };
        let mut set = vec![FALSE; self.objects(kind)];
        let mut defined = TRUE;
        for member in members {
            let (object, here) = self.object(member, kind, scope, moment);
            defined = self.terms.and(defined, here);
            for (place, known) in (0i64..).zip(&mut set) {
                let place = self.terms.constant(place);
                let same = self.terms.equal(object, place);
                *known = self.terms.or(*known, same);
            }
        }
        Known {
            value: Ground::Set(set),
            defined,
        }
    }

    /// What a binder ranges over: each object of the kind, with whether it belongs to the domain; and whether that is defined.
    fn domain(
        &mut self,
        binder: &Binder,
        scope: &Scope,
        moment: Moment<'_>,
    ) -> (Vec<TermId>, TermId) {
        match &binder.domain {
            Domain::Kind(kind) => (vec![TRUE; self.objects(*kind)], TRUE),
            Domain::Set(set) => {
                let known = self.value(set, scope, moment);
                let defined = known.defined;
                (known.set(), defined)
            }
        }
    }

    /// For each object of the kind whether it is passed over; and whether all filters that are asked are defined.
    pub fn members(
        &mut self,
        binder: &Binder,
        scope: &Scope,
        moment: Moment<'_>,
    ) -> (Vec<TermId>, TermId) {
        let (domain, mut defined) = self.domain(binder, scope, moment);
        let Some(filter) = &binder.filter else {
            return (domain, defined);
        };
        let mut members = Vec::with_capacity(domain.len());
        for (place, belongs) in (0i64..).zip(domain) {
            if belongs == FALSE {
                members.push(FALSE);
                continue;
            }
            let object = self.terms.constant(place);
            let inner = scope.with(binder.slot, object);
            let (holds, here) = self.condition(filter, &inner, moment);
            let here = self.terms.implies(belongs, here);
            defined = self.terms.and(defined, here);
            members.push(self.terms.and(belongs, holds));
        }
        (members, defined)
    }

    /// `all` and `some`: member by member, until one decides.
    fn quantified(
        &mut self,
        binder: &Binder,
        body: &Expr,
        all: bool,
        scope: &Scope,
        moment: Moment<'_>,
    ) -> Known {
        let (domain, domain_defined) = self.domain(binder, scope, moment);
        let mut parts = Vec::with_capacity(domain.len());
        // For each member: whether the filter is defined, whether the body is asked, whether it is defined, whether it decides.
        let mut asked = Vec::with_capacity(domain.len());
        for (place, belongs) in (0i64..).zip(domain) {
            if belongs == FALSE {
                continue;
            }
            let object = self.terms.constant(place);
            let inner = scope.with(binder.slot, object);
            let (passes, filter_defined) = match &binder.filter {
                Some(filter) => self.condition(filter, &inner, moment),
                None => (TRUE, TRUE),
            };
            let passes = self.terms.and(belongs, passes);
            let filter_defined = self.terms.implies(belongs, filter_defined);
            let (holds, body_defined) = self.condition(body, &inner, moment);
            let decides = if all { self.terms.not(holds) } else { holds };
            let decides = self.terms.and(passes, decides);
            let body_defined = self.terms.implies(passes, body_defined);
            let here = self.terms.and(filter_defined, body_defined);
            parts.push(decides);
            asked.push((here, decides));
        }
        let mut defined = TRUE;
        for (here, decides) in asked.into_iter().rev() {
            let rest = self.terms.or(decides, defined);
            defined = self.terms.and(here, rest);
        }
        let found = self.terms.any(parts);
        let value = if all { self.terms.not(found) } else { found };
        Known {
            value: Ground::Scalar(value),
            defined: self.terms.and(domain_defined, defined),
        }
    }
}
