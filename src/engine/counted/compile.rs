//! From typed rules to the form in which they are evaluated on counted states. Decides what is constant, where fields are read,
//! and what is computed once for a state; knows no state.

use crate::engine::layout::{Cell, bits_for, code, greatest_code};
use crate::language::rules::{
    BinaryOp, Binder as RuleBinder, Constant, Domain, Expr, ExprKind, FieldId, FieldType, KindId,
    LetId, Type,
};
use crate::language::visit::children;
use crate::model::ground::Model;
use crate::model::value::{ObjectId, Value as ModelValue};

use super::code::{
    Argument, Binder, Bits, Body, Comparison, NOTHING, Num, Path, SetCode, SetForm, Value,
};
use super::shape::{Place, Shape};
use super::simplify::{comparison, connective, not, path};

/// What is known while rules are compiled.
pub(super) struct Compiler<'m> {
    pub(super) model: &'m Model,
    pub(super) shape: &'m Shape,
    /// The lets that are compiled so far.
    bodies: Vec<Option<Body>>,
    /// How many expressions are computed once for a state.
    pub(super) once: usize,
}

impl<'m> Compiler<'m> {
    pub(super) fn new(model: &'m Model, shape: &'m Shape) -> Self {
        Self {
            model,
            shape,
            bodies: vec![None; model.rules.lets.len()],
            once: 0,
        }
    }

    /// All lets.
    pub(super) fn bodies(mut self) -> (Vec<Body>, usize) {
        for id in (0u16..).map(LetId).take(self.model.rules.lets.len()) {
            self.body(id);
        }
        (self.bodies.into_iter().flatten().collect(), self.once)
    }

    /// An expression whose value is no set.
    pub(super) fn num(&mut self, expr: &Expr) -> Num {
        let code = self.form(expr);
        let costly = matches!(
            expr.kind,
            ExprKind::All(..) | ExprKind::Some(..) | ExprKind::Count(..)
        );
        if costly && !matches!(code, Num::Constant(_)) && is_closed(expr) {
            self.once += 1;
            return Num::Once(self.once - 1, Box::new(code));
        }
        code
    }

    fn boxed(&mut self, expr: &Expr) -> Box<Num> {
        Box::new(self.num(expr))
    }

    fn form(&mut self, expr: &Expr) -> Num {
        match &expr.kind {
            ExprKind::Constant(constant) => Num::Constant(constant_value(*constant)),
            ExprKind::Variable(slot) => Num::Variable(slot.index()),
            ExprKind::Object(object) => self.named(ObjectId(*object)),
            ExprKind::Param(id) => Num::Constant(model_value(&self.model.params[id.index()])),
            ExprKind::Field(object, kind, field) => {
                let object = self.boxed(object);
                self.field(object, *kind, *field)
            }
            ExprKind::Call(id, arguments) => match &self.body(*id).value {
                Value::Num(Num::Constant(value)) if arguments.is_empty() => Num::Constant(*value),
                _ => Num::Call(id.index(), self.arguments(*id, arguments)),
            },
            ExprKind::Old(inner) => match self.num(inner) {
                Num::Constant(value) => Num::Constant(value),
                code => Num::Old(Box::new(code)),
            },
            ExprKind::Not(inner) => not(self.num(inner)),
            ExprKind::Binary(op, left, right) => self.binary(*op, left, right),
            ExprKind::If(condition, then, otherwise) => match self.num(condition) {
                Num::Constant(0) => self.num(otherwise),
                Num::Constant(_) => self.num(then),
                code => Num::If(Box::new(code), self.boxed(then), self.boxed(otherwise)),
            },
            ExprKind::All(binder, body) => {
                let mut binder = self.binder(binder);
                let body = self.boxed(body);
                binder.narrow(&body, Comparison::Ne);
                Num::All(Box::new(binder), body)
            }
            ExprKind::Some(binder, body) => {
                let mut binder = self.binder(binder);
                let body = self.boxed(body);
                binder.narrow(&body, Comparison::Eq);
                Num::Some(Box::new(binder), body)
            }
            ExprKind::Count(binder) => Num::Count(Box::new(self.binder(binder))),
            ExprKind::CountKind(kind) => Num::Constant(i64::from(self.shape.kind(*kind).len)),
            ExprKind::CountSet(set) => Num::CountSet(Box::new(self.set(set))),
            // Sets have a form of their own; no expression of another type is one.
            ExprKind::Set(_) | ExprKind::SetOf(_) => Num::Constant(NOTHING),
        }
    }

    fn named(&self, object: ObjectId) -> Num {
        let id = self.model.objects[object.index()].kind;
        let kind = self.shape.kind(id);
        let place = Num::Constant(i64::from(object.0 - kind.first));
        if kind.in_forest {
            Num::Individual(Box::new(place), id)
        } else {
            place
        }
    }

    /// The value of a field that is no set.
    fn field(&self, object: Box<Num>, kind: KindId, field: FieldId) -> Num {
        let ty = self.model.rules.kinds[kind.index()].fields[field.index()].ty;
        let forest = self.shape.kind(kind).in_forest;
        let code = match self.shape.kind(kind).places[field.index()] {
            Place::Tree => {
                return match path(&object) {
                    Some(Path { slot, up }) => Num::Path(Path { slot, up: up + 1 }),
                    None => Num::Under(object),
                };
            }
            Place::Code { shift, .. } => {
                let bits = self.bits(ty, shift);
                match path(&object) {
                    Some(path) => Num::Field(path, bits),
                    None => Num::Record(object, bits),
                }
            }
            Place::Header => {
                let cells = self.cells(kind, field);
                Num::Header(object, cells, self.bits(ty, 0))
            }
            Place::Fixed if forest => {
                let classes = &self.shape.classes;
                let values = classes.iter().map(|class| {
                    let value = (class.kind == kind)
                        .then(|| self.fixed(ty, class.members[0], field))
                        .flatten();
                    value.unwrap_or(NOTHING)
                });
                Num::ByClass(object, values.collect())
            }
            Place::Fixed | Place::Members { .. } => {
                let objects = self.model.objects_of(kind);
                let values = objects.map(|o| self.fixed(ty, o, field).unwrap_or(NOTHING));
                Num::ByPlace(object, values.collect())
            }
        };
        match self.individuals(ty) {
            Some(kind) => Num::Individual(Box::new(code), kind),
            None => code,
        }
    }

    /// The kind that a reference is to, where it is in the forest.
    pub(super) fn individuals(&self, ty: FieldType) -> Option<KindId> {
        match ty {
            FieldType::Object(kind) | FieldType::Optional(kind) => {
                self.shape.kind(kind).in_forest.then_some(kind)
            }
            _ => None,
        }
    }

    /// How the code of a field is read.
    pub(super) fn bits(&self, ty: FieldType, shift: u8) -> Bits {
        let greatest = greatest_code(self.model, ty);
        let width = bits_for(greatest);
        Bits {
            shift,
            mask: if width >= 64 {
                u64::MAX
            } else {
                (1 << width) - 1
            },
            low: match ty {
                FieldType::Range(low, _) => low,
                _ => 0,
            },
            none: matches!(ty, FieldType::Optional(_)).then_some(greatest),
        }
    }

    /// Where a field of flat objects is, for each of them.
    pub(super) fn cells(&self, kind: KindId, field: FieldId) -> Box<[Cell]> {
        let objects = self.model.objects_of(kind);
        objects
            .filter_map(|object| self.shape.header.cell(object, field))
            .collect()
    }

    /// Where the members of a set of flat objects are, for each of them.
    pub(super) fn member_cells(
        &self,
        kind: KindId,
        field: FieldId,
        of: KindId,
    ) -> Box<[Box<[Cell]>]> {
        let members = 0..self.shape.kind(of).len;
        let objects = self.model.objects_of(kind);
        objects
            .map(|object| {
                let cell = |place| self.shape.header.member(object, field, place);
                members.clone().filter_map(cell).collect()
            })
            .collect()
    }

    /// The value of a fixed field, references as places.
    fn fixed(&self, ty: FieldType, object: ObjectId, field: FieldId) -> Option<i64> {
        let value = &self.model.objects[object.index()].values[field.index()];
        Some(self.bits(ty, 0).value(code(self.model, ty, value)?))
    }

    /// The members of a fixed set by their places.
    fn fixed_members(&self, of: KindId, object: ObjectId, field: FieldId) -> Box<[u64]> {
        let kind = self.shape.kind(of);
        let mut bits = vec![0; kind.len.div_ceil(64) as usize];
        if let ModelValue::Set(members) = &self.model.objects[object.index()].values[field.index()]
        {
            for member in members {
                let place = (member.0 - kind.first) as usize;
                bits[place / 64] |= 1u64 << (place % 64);
            }
        }
        bits.into()
    }

    fn body(&mut self, id: LetId) -> &Body {
        let declared = &self.model.rules.lets[id.index()];
        if self.bodies[id.index()].is_none() {
            let value = match declared.body.ty {
                Type::Set(_) => Value::Set(self.set(&declared.body)),
                _ => Value::Num(self.num(&declared.body)),
            };
            let slots = declared.slots;
            self.bodies[id.index()] = Some(Body { value, slots });
        }
        self.bodies[id.index()]
            .as_ref()
            .expect("it was compiled just now")
    }

    fn arguments(&mut self, id: LetId, arguments: &[Expr]) -> Box<[Argument]> {
        let parameters = &self.model.rules.lets[id.index()].parameters;
        arguments
            .iter()
            .zip(parameters)
            .map(|(argument, parameter)| match parameter.ty {
                FieldType::Set(_) => Argument::Set(self.set(argument)),
                ty => Argument::Num(self.num(argument), range_of(ty)),
            })
            .collect()
    }

    fn binary(&mut self, op: BinaryOp, left: &Expr, right: &Expr) -> Num {
        let of_sets = matches!(left.ty, Type::Set(_));
        let compare = match op {
            BinaryOp::And | BinaryOp::Or | BinaryOp::Implies => {
                let left = self.num(left);
                let right = self.num(right);
                return connective(op, left, right);
            }
            BinaryOp::In => return Num::In(self.boxed(left), Box::new(self.set(right))),
            BinaryOp::Add => return Num::Add(self.boxed(left), self.boxed(right)),
            BinaryOp::Sub => return Num::Subtract(self.boxed(left), self.boxed(right)),
            BinaryOp::Eq | BinaryOp::Ne if of_sets => {
                let same = Num::SameSet(Box::new(self.set(left)), Box::new(self.set(right)));
                return if op == BinaryOp::Eq { same } else { not(same) };
            }
            BinaryOp::Eq => Comparison::Eq,
            BinaryOp::Ne => Comparison::Ne,
            BinaryOp::Lt => Comparison::Lt,
            BinaryOp::Le => Comparison::Le,
            BinaryOp::Gt => Comparison::Gt,
            BinaryOp::Ge => Comparison::Ge,
        };
        let left = self.num(left);
        let right = self.num(right);
        comparison(compare, left, right)
    }

    pub(super) fn binder(&mut self, binder: &RuleBinder) -> Binder {
        let (kind, within) = match &binder.domain {
            Domain::Kind(kind) => (*kind, None),
            Domain::Set(set) => {
                let set = self.set(set);
                (set.of, Some(set))
            }
        };
        let filter = binder.filter.as_ref().map(|filter| self.num(filter));
        let mut code = Binder {
            slot: binder.slot.index(),
            kind,
            within,
            filter: None,
            under: None,
        };
        if let Some(filter) = &filter {
            code.narrow(filter, Comparison::Eq);
        }
        code.filter = filter;
        code
    }

    /// An expression whose value is a set.
    pub(super) fn set(&mut self, expr: &Expr) -> SetCode {
        let of = match expr.ty {
            Type::Set(kind) | Type::Object(kind) | Type::Optional(kind) => kind,
            _ => KindId(0),
        };
        let form = match &expr.kind {
            ExprKind::Variable(slot) => SetForm::Variable(slot.index()),
            ExprKind::Field(object, kind, field) => self.set_field(object, *kind, *field, of),
            ExprKind::Call(id, arguments) => {
                self.body(*id);
                SetForm::Call(id.index(), self.arguments(*id, arguments))
            }
            ExprKind::Old(inner) => SetForm::Old(Box::new(self.set(inner))),
            ExprKind::If(condition, then, otherwise) => SetForm::If(
                self.num(condition),
                Box::new(self.set(then)),
                Box::new(self.set(otherwise)),
            ),
            ExprKind::Binary(BinaryOp::Add, left, right) => {
                SetForm::Union(Box::new(self.set(left)), Box::new(self.set(right)))
            }
            ExprKind::Binary(BinaryOp::Sub, left, right) => {
                SetForm::Difference(Box::new(self.set(left)), Box::new(self.set(right)))
            }
            ExprKind::Set(members) => {
                SetForm::Listed(members.iter().map(|member| self.num(member)).collect())
            }
            ExprKind::SetOf(binder) => SetForm::Where(Box::new(self.binder(binder))),
            _ => SetForm::Constant(Box::default()),
        };
        SetCode { of, form }
    }

    fn set_field(&mut self, object: &Expr, kind: KindId, field: FieldId, of: KindId) -> SetForm {
        let object = self.num(object);
        let forest = self.shape.kind(kind).in_forest;
        match self.shape.kind(kind).places[field.index()] {
            Place::Members { shift, count } => SetForm::Record(object, shift, count),
            Place::Header => SetForm::Header(object, self.member_cells(kind, field, of)),
            _ if forest => {
                let classes = self.shape.classes.iter();
                let members = classes.map(|class| {
                    if class.kind == kind {
                        self.fixed_members(of, class.members[0], field)
                    } else {
                        Box::default()
                    }
                });
                SetForm::ByClass(object, members.collect())
            }
            _ => {
                let objects = self.model.objects_of(kind);
                let members = objects.map(|object| self.fixed_members(of, object, field));
                SetForm::ByPlace(object, members.collect())
            }
        }
    }
}

/// The range that a value must be in.
pub(super) const fn range_of(ty: FieldType) -> Option<(i64, i64)> {
    match ty {
        FieldType::Range(low, high) => Some((low, high)),
        _ => None,
    }
}

fn constant_value(constant: Constant) -> i64 {
    match constant {
        Constant::Bool(truth) => i64::from(truth),
        Constant::Int(number) => number,
        Constant::Enum(_, place) => i64::from(place),
        Constant::None | Constant::EmptySet => NOTHING,
    }
}

/// The value of a parameter of the rules: never an object.
fn model_value(value: &ModelValue) -> i64 {
    match value {
        ModelValue::Bool(truth) => i64::from(*truth),
        ModelValue::Int(number) => *number,
        ModelValue::Enum(_, place) => i64::from(*place),
        ModelValue::Object(_) | ModelValue::None | ModelValue::Set(_) => NOTHING,
    }
}

/// Whether an expression has no free variables.
fn is_closed(expr: &Expr) -> bool {
    let mut used = Vec::new();
    let mut bound = Vec::new();
    variables(expr, &mut used, &mut bound);
    used.iter().all(|slot| bound.contains(slot))
}

/// The variables that stand in an expression, and those that it binds: each has a number of its own in its declaration.
fn variables(expr: &Expr, used: &mut Vec<usize>, bound: &mut Vec<usize>) {
    match &expr.kind {
        ExprKind::Variable(slot) => used.push(slot.index()),
        ExprKind::All(binder, _)
        | ExprKind::Some(binder, _)
        | ExprKind::Count(binder)
        | ExprKind::SetOf(binder) => bound.push(binder.slot.index()),
        _ => {}
    }
    for child in children(expr) {
        variables(child, used, bound);
    }
}
