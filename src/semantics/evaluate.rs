//! The value of an expression in a state. Knows neither guards nor effects nor properties.

use std::cmp::Ordering;

use crate::language::rules::{
    BinaryOp, Binder, Constant, Domain, Expr, ExprKind, FieldId, FieldType, KindId, LetId, Slot,
};
use crate::language::source::Span;
use crate::model::ground::Model;
use crate::model::value::{ObjectId, Value};

use super::state::{Layout, State};
use super::undefined::{Undefined, UndefinedReason};

/// The variables that an expression sees. Scopes live on the stack of the walk: a binder adds one variable to the scope
/// outside, and a let sees nothing but its own arguments.
pub(super) enum Scope<'a> {
    /// The parameters of a declaration: slots 0, 1, 2, …
    Arguments(&'a [Value]),
    /// One variable more.
    Bound {
        /// Its slot.
        slot: Slot,
        /// Its value.
        value: &'a Value,
        /// The variables outside.
        outer: &'a Self,
    },
}

impl Scope<'_> {
    /// The value of a variable; none where it is not bound here.
    pub(super) fn get(&self, wanted: Slot) -> Option<&Value> {
        let mut scope = self;
        loop {
            match scope {
                Self::Arguments(values) => return values.get(wanted.index()),
                Self::Bound { slot, value, .. } if *slot == wanted => return Some(value),
                Self::Bound { outer, .. } => scope = outer,
            }
        }
    }
}

/// What expressions are evaluated in: a state, and in transition invariants the one before it.
#[derive(Clone, Copy)]
pub(super) struct Moment<'a> {
    pub(super) model: &'a Model,
    pub(super) layout: &'a Layout,
    pub(super) now: &'a State,
    /// What `old(..)` means; `now` itself where there is none.
    pub(super) before: Option<&'a State>,
}

impl<'a> Moment<'a> {
    /// The value of an expression.
    pub(super) fn value(&self, expr: &Expr, scope: &Scope<'_>) -> Result<Value, Undefined> {
        match &expr.kind {
            ExprKind::Constant(constant) => Ok(constant_value(*constant)),
            ExprKind::Variable(slot) => Ok(scope
                .get(*slot)
                .expect("a variable stands only where it is bound")
                .clone()),
            ExprKind::Object(place) => Ok(Value::Object(ObjectId(*place))),
            ExprKind::Param(id) => Ok(self.model.params[id.index()].clone()),
            ExprKind::Field(object, kind, field) => {
                let object = self.object(object, scope)?;
                Ok(self.field(object, *kind, *field))
            }
            ExprKind::Call(id, arguments) => self.call(*id, arguments, scope),
            ExprKind::Old(inner) => self.old().value(inner, scope),
            ExprKind::Not(inner) => Ok(Value::Bool(!self.holds(inner, scope)?)),
            ExprKind::Binary(op, left, right) => self.binary(*op, left, right, expr.span, scope),
            ExprKind::If(condition, then, otherwise) => {
                let chosen = if self.holds(condition, scope)? {
                    then
                } else {
                    otherwise
                };
                self.value(chosen, scope)
            }
            ExprKind::All(binder, body) => {
                let failing =
                    self.first_member(binder, scope, |inner| Ok(!self.holds(body, inner)?))?;
                Ok(Value::Bool(failing.is_none()))
            }
            ExprKind::Some(binder, body) => {
                let witness = self.first_member(binder, scope, |inner| self.holds(body, inner))?;
                Ok(Value::Bool(witness.is_some()))
            }
            ExprKind::Count(binder) => self.count(binder, scope),
            ExprKind::CountKind(kind) => Ok(number(self.model.objects_of(*kind).count())),
            ExprKind::CountSet(set) => Ok(number(self.set(set, scope)?.len())),
            ExprKind::Set(members) => self.listed(members, scope),
            ExprKind::SetOf(binder) => Ok(Value::Set(self.members(binder, scope)?)),
        }
    }

    /// Whether a condition holds.
    pub(super) fn holds(&self, expr: &Expr, scope: &Scope<'_>) -> Result<bool, Undefined> {
        let value = self.value(expr, scope)?;
        debug_assert!(
            matches!(value, Value::Bool(_)),
            "conditions are of type bool"
        );
        Ok(value == Value::Bool(true))
    }

    /// The object that an expression names: undefined where it is `none`.
    pub(super) fn object(&self, expr: &Expr, scope: &Scope<'_>) -> Result<ObjectId, Undefined> {
        match self.value(expr, scope)? {
            Value::Object(object) => Ok(object),
            _ => Err(UndefinedReason::NoneDereferenced.at(expr.span)),
        }
    }

    /// The members that a binder passes over, in the order of the cluster.
    pub(super) fn members(
        &self,
        binder: &Binder,
        scope: &Scope<'_>,
    ) -> Result<Vec<ObjectId>, Undefined> {
        let mut members = Vec::new();
        self.each_member(binder, scope, |object, _| {
            members.push(object);
            Ok(false)
        })?;
        Ok(members)
    }

    /// The first member for which `found` says yes.
    pub(super) fn first_member(
        &self,
        binder: &Binder,
        scope: &Scope<'_>,
        mut found: impl FnMut(&Scope<'_>) -> Result<bool, Undefined>,
    ) -> Result<Option<ObjectId>, Undefined> {
        self.each_member(binder, scope, |_, inner| found(inner))
    }

    /// Shows the members one by one until `enough` says yes, and returns the one where it did.
    fn each_member(
        &self,
        binder: &Binder,
        scope: &Scope<'_>,
        mut enough: impl FnMut(ObjectId, &Scope<'_>) -> Result<bool, Undefined>,
    ) -> Result<Option<ObjectId>, Undefined> {
        let mut is_last = |object: ObjectId| {
            let value = Value::Object(object);
            let inner = Scope::Bound {
                slot: binder.slot,
                value: &value,
                outer: scope,
            };
            match &binder.filter {
                Some(filter) if !self.holds(filter, &inner)? => Ok(false),
                _ => enough(object, &inner),
            }
        };
        match &binder.domain {
            Domain::Kind(kind) => {
                for object in self.model.objects_of(*kind) {
                    if is_last(object)? {
                        return Ok(Some(object));
                    }
                }
            }
            Domain::Set(set) => {
                for object in self.set(set, scope)? {
                    if is_last(object)? {
                        return Ok(Some(object));
                    }
                }
            }
        }
        Ok(None)
    }

    /// The value of a field, fixed or not.
    pub(super) fn field(&self, object: ObjectId, kind: KindId, field: FieldId) -> Value {
        self.layout
            .read(self.now, object, kind, field)
            .unwrap_or_else(|| self.model.objects[object.index()].values[field.index()].clone())
    }

    /// The state before, as the present one.
    pub(super) fn old(&self) -> Self {
        Self {
            now: self.before.unwrap_or(self.now),
            ..*self
        }
    }

    /// The arguments of a let, each checked against the type of its parameter.
    pub(super) fn arguments(
        &self,
        id: LetId,
        arguments: &[Expr],
        scope: &Scope<'_>,
    ) -> Result<Vec<Value>, Undefined> {
        (0..arguments.len())
            .map(|place| self.argument(id, arguments, place, scope))
            .collect()
    }

    fn argument(
        &self,
        id: LetId,
        arguments: &[Expr],
        place: usize,
        scope: &Scope<'_>,
    ) -> Result<Value, Undefined> {
        let argument = &arguments[place];
        let parameter = &self.model.rules.lets[id.index()].parameters[place];
        admit(self.value(argument, scope)?, parameter.ty, argument.span)
    }

    /// The value of a let: its arguments first, then its body, which sees nothing else.
    fn call(&self, id: LetId, arguments: &[Expr], scope: &Scope<'_>) -> Result<Value, Undefined> {
        let body = &self.model.rules.lets[id.index()].body;
        match arguments.len() {
            0 => self.value(body, &Scope::Arguments(&[])),
            // Most lets have one parameter, and need no vector for it.
            1 => {
                let only = self.argument(id, arguments, 0, scope)?;
                self.value(body, &Scope::Arguments(std::slice::from_ref(&only)))
            }
            _ => {
                let values = self.arguments(id, arguments, scope)?;
                self.value(body, &Scope::Arguments(&values))
            }
        }
    }

    fn binary(
        &self,
        op: BinaryOp,
        left: &Expr,
        right: &Expr,
        span: Span,
        scope: &Scope<'_>,
    ) -> Result<Value, Undefined> {
        let truth = match op {
            BinaryOp::And => self.holds(left, scope)? && self.holds(right, scope)?,
            BinaryOp::Or => self.holds(left, scope)? || self.holds(right, scope)?,
            BinaryOp::Implies => !self.holds(left, scope)? || self.holds(right, scope)?,
            _ => {
                let left = self.value(left, scope)?;
                let right = self.value(right, scope)?;
                return strict(op, left, right).ok_or(UndefinedReason::Overflow.at(span));
            }
        };
        Ok(Value::Bool(truth))
    }

    fn count(&self, binder: &Binder, scope: &Scope<'_>) -> Result<Value, Undefined> {
        let mut counted = 0;
        self.each_member(binder, scope, |_, _| {
            counted += 1;
            Ok(false)
        })?;
        Ok(number(counted))
    }

    fn set(&self, expr: &Expr, scope: &Scope<'_>) -> Result<Vec<ObjectId>, Undefined> {
        let value = self.value(expr, scope)?;
        debug_assert!(
            matches!(value, Value::Set(_)),
            "the operand is of a set type"
        );
        match value {
            Value::Set(members) => Ok(members),
            _ => Ok(Vec::new()),
        }
    }

    fn listed(&self, members: &[Expr], scope: &Scope<'_>) -> Result<Value, Undefined> {
        let mut set = Vec::with_capacity(members.len());
        for member in members {
            match self.value(member, scope)? {
                Value::Object(object) => set.push(object),
                _ => return Err(UndefinedReason::NoneInSet.at(member.span)),
            }
        }
        Ok(set_value(set))
    }
}

/// A value on its way into a field or a parameter: undefined where it is an integer out of range.
pub(super) fn admit(value: Value, ty: FieldType, span: Span) -> Result<Value, Undefined> {
    match (&value, ty) {
        (&Value::Int(value), FieldType::Range(low, high)) if value < low || value > high => {
            Err(UndefinedReason::OutOfRange { value, low, high }.at(span))
        }
        _ => Ok(value),
    }
}

/// The value of a constant.
pub(super) fn constant_value(constant: Constant) -> Value {
    match constant {
        Constant::Bool(truth) => Value::Bool(truth),
        Constant::Int(number) => Value::Int(number),
        Constant::Enum(id, place) => Value::Enum(id, place),
        Constant::None => Value::None,
        Constant::EmptySet => Value::Set(Vec::new()),
    }
}

/// Operators that need both operands; none where the integer needs more than 64 bits.
fn strict(op: BinaryOp, left: Value, right: Value) -> Option<Value> {
    let ordering = order(&left, &right);
    let truth = match op {
        BinaryOp::Eq => left == right,
        BinaryOp::Ne => left != right,
        BinaryOp::Lt => ordering == Ordering::Less,
        BinaryOp::Le => ordering != Ordering::Greater,
        BinaryOp::Gt => ordering == Ordering::Greater,
        BinaryOp::Ge => ordering != Ordering::Less,
        // `none` is in no set.
        BinaryOp::In => match (left, right) {
            (Value::Object(object), Value::Set(members)) => members.contains(&object),
            _ => false,
        },
        BinaryOp::Add => return plus(left, right),
        BinaryOp::Sub => return minus(left, right),
        BinaryOp::And | BinaryOp::Or | BinaryOp::Implies => {
            debug_assert!(
                false,
                "connectives stop early, and are evaluated where they stand"
            );
            false
        }
    };
    Some(Value::Bool(truth))
}

/// The order of integers, and of enum values by their place.
fn order(left: &Value, right: &Value) -> Ordering {
    match (left, right) {
        (Value::Int(left), Value::Int(right)) => left.cmp(right),
        (Value::Enum(_, left), Value::Enum(_, right)) => left.cmp(right),
        _ => Ordering::Equal,
    }
}

/// The sum of integers, the union of sets.
fn plus(left: Value, right: Value) -> Option<Value> {
    match (left, right) {
        (Value::Int(left), Value::Int(right)) => left.checked_add(right).map(Value::Int),
        (Value::Set(mut left), Value::Set(right)) => {
            left.extend(right);
            Some(set_value(left))
        }
        (left, _) => Some(left),
    }
}

/// The difference of integers or sets.
fn minus(left: Value, right: Value) -> Option<Value> {
    match (left, right) {
        (Value::Int(left), Value::Int(right)) => left.checked_sub(right).map(Value::Int),
        (Value::Set(mut left), Value::Set(right)) => {
            left.retain(|member| right.binary_search(member).is_err());
            Some(Value::Set(left))
        }
        (left, _) => Some(left),
    }
}

fn set_value(mut members: Vec<ObjectId>) -> Value {
    members.sort_unstable();
    members.dedup();
    Value::Set(members)
}

fn number(count: usize) -> Value {
    Value::Int(i64::try_from(count).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests;
