//! The value of an expression in a state, by walking its tree. Knows no transitions.

use std::collections::BTreeMap;

use rollproof::language::rules::{
    BinaryOp, Binder, Constant, Domain, Expr, ExprKind, FieldType, Slot, Variable,
};
use rollproof::model::ground::Model;
use rollproof::model::value::{ObjectId, Value};

/// The values of all fields of all objects, and the faults left.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct State {
    /// For each object the values of its fields.
    pub fields: Vec<Vec<Value>>,
    /// One number for all faults together, or one for each transition.
    pub faults: Vec<u32>,
}

/// There is no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Undefined;

/// The values of variables.
pub type Variables = BTreeMap<Slot, Value>;

/// What an expression is evaluated in.
#[derive(Clone)]
pub struct Scope<'a> {
    pub model: &'a Model,
    pub now: &'a State,
    /// The state before, in transition invariants.
    pub before: Option<&'a State>,
    pub variables: Variables,
}

impl<'a> Scope<'a> {
    /// A scope whose first variables have these values.
    pub fn new(model: &'a Model, now: &'a State, arguments: &[Value]) -> Self {
        Self {
            model,
            now,
            before: None,
            variables: arguments
                .iter()
                .enumerate()
                .map(|(slot, value)| (slot_number(slot), value.clone()))
                .collect(),
        }
    }

    fn with(&self, slot: Slot, value: Value) -> Self {
        let mut inner = self.clone();
        inner.variables.insert(slot, value);
        inner
    }

    /// Whether a condition holds.
    pub fn truth(&self, expr: &Expr) -> Result<bool, Undefined> {
        match self.value(expr)? {
            Value::Bool(b) => Ok(b),
            other => unreachable!("a condition is a bool, not {other:?}"),
        }
    }

    /// The object that an expression denotes; `none` has no fields.
    pub fn object(&self, expr: &Expr) -> Result<ObjectId, Undefined> {
        match self.value(expr)? {
            Value::Object(id) => Ok(id),
            Value::None => Err(Undefined),
            other => unreachable!("an object is expected, not {other:?}"),
        }
    }

    fn int(&self, expr: &Expr) -> Result<i64, Undefined> {
        match self.value(expr)? {
            Value::Int(i) => Ok(i),
            other => unreachable!("an integer is expected, not {other:?}"),
        }
    }

    fn set(&self, expr: &Expr) -> Result<Vec<ObjectId>, Undefined> {
        match self.value(expr)? {
            Value::Set(members) => Ok(members),
            other => unreachable!("a set is expected, not {other:?}"),
        }
    }

    /// The objects that a binder binds, each passing the filter.
    pub fn members(&self, binder: &Binder) -> Result<Vec<ObjectId>, Undefined> {
        let mut members = Vec::new();
        for id in self.domain(&binder.domain)? {
            if self.passes(binder, id)? {
                members.push(id);
            }
        }
        Ok(members)
    }

    fn domain(&self, domain: &Domain) -> Result<Vec<ObjectId>, Undefined> {
        match domain {
            Domain::Kind(kind) => Ok(self.model.objects_of(*kind).collect()),
            Domain::Set(set) => self.set(set),
        }
    }

    fn passes(&self, binder: &Binder, id: ObjectId) -> Result<bool, Undefined> {
        match &binder.filter {
            Some(filter) => self.bind(binder, id).truth(filter),
            None => Ok(true),
        }
    }

    /// The scope in which a binder's variable is an object.
    pub fn bind(&self, binder: &Binder, id: ObjectId) -> Self {
        self.with(binder.slot, Value::Object(id))
    }

    /// The value of an expression.
    pub fn value(&self, expr: &Expr) -> Result<Value, Undefined> {
        Ok(match &expr.kind {
            ExprKind::Constant(constant) => of_constant(*constant),
            ExprKind::Variable(slot) => self.variables[slot].clone(),
            ExprKind::Object(id) => Value::Object(ObjectId(*id)),
            ExprKind::Param(id) => self.model.params[id.index()].clone(),
            ExprKind::Field(object, _, field) => {
                self.now.fields[self.object(object)?.index()][field.index()].clone()
            }
            ExprKind::Call(id, arguments) => {
                let called = &self.model.rules.lets[id.index()];
                let mut inner = Scope::new(self.model, self.now, &[]);
                for (slot, (argument, variable)) in
                    arguments.iter().zip(&called.parameters).enumerate()
                {
                    let value = fitting(self.value(argument)?, variable.ty)?;
                    inner.variables.insert(slot_number(slot), value);
                }
                inner.value(&called.body)?
            }
            ExprKind::Old(inner) => {
                let mut earlier = self.clone();
                earlier.now = self
                    .before
                    .expect("`old` stands in transition invariants only");
                earlier.value(inner)?
            }
            ExprKind::Not(inner) => Value::Bool(!self.truth(inner)?),
            ExprKind::Binary(op, left, right) => self.binary(*op, left, right)?,
            ExprKind::If(condition, then, otherwise) => self.value(if self.truth(condition)? {
                then
            } else {
                otherwise
            })?,
            ExprKind::All(binder, body) => Value::Bool(!self.some(binder, body, false)?),
            ExprKind::Some(binder, body) => Value::Bool(self.some(binder, body, true)?),
            ExprKind::Count(binder) => number(self.members(binder)?.len()),
            ExprKind::CountKind(kind) => number(self.model.objects_of(*kind).count()),
            ExprKind::CountSet(set) => number(self.set(set)?.len()),
            ExprKind::Set(members) => {
                let ids: Result<Vec<ObjectId>, Undefined> =
                    members.iter().map(|member| self.object(member)).collect();
                in_order(ids?)
            }
            ExprKind::SetOf(binder) => in_order(self.members(binder)?),
        })
    }

    /// Whether the body is `wanted` for some member that passes the filter; stops at the first.
    fn some(&self, binder: &Binder, body: &Expr, wanted: bool) -> Result<bool, Undefined> {
        for id in self.domain(&binder.domain)? {
            if self.passes(binder, id)? && self.bind(binder, id).truth(body)? == wanted {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn binary(&self, op: BinaryOp, left: &Expr, right: &Expr) -> Result<Value, Undefined> {
        Ok(match op {
            BinaryOp::And => Value::Bool(self.truth(left)? && self.truth(right)?),
            BinaryOp::Or => Value::Bool(self.truth(left)? || self.truth(right)?),
            BinaryOp::Implies => Value::Bool(!self.truth(left)? || self.truth(right)?),
            BinaryOp::Eq => Value::Bool(self.value(left)? == self.value(right)?),
            BinaryOp::Ne => Value::Bool(self.value(left)? != self.value(right)?),
            BinaryOp::Lt => Value::Bool(self.rank(left)? < self.rank(right)?),
            BinaryOp::Le => Value::Bool(self.rank(left)? <= self.rank(right)?),
            BinaryOp::Gt => Value::Bool(self.rank(left)? > self.rank(right)?),
            BinaryOp::Ge => Value::Bool(self.rank(left)? >= self.rank(right)?),
            BinaryOp::In => {
                let member = self.value(left)?;
                let set = self.set(right)?;
                Value::Bool(set.iter().any(|id| Value::Object(*id) == member))
            }
            BinaryOp::Add | BinaryOp::Sub => self.sum(op, left, right)?,
        })
    }

    fn sum(&self, op: BinaryOp, left: &Expr, right: &Expr) -> Result<Value, Undefined> {
        let plus = op == BinaryOp::Add;
        if matches!(self.value(left)?, Value::Int(_)) {
            let (left, right) = (self.int(left)?, self.int(right)?);
            let sum = if plus {
                left.checked_add(right)
            } else {
                left.checked_sub(right)
            };
            return sum.map(Value::Int).ok_or(Undefined);
        }
        let (mut left, right) = (self.set(left)?, self.set(right)?);
        if plus {
            left.extend(right);
        } else {
            left.retain(|id| !right.contains(id));
        }
        Ok(in_order(left))
    }

    fn rank(&self, expr: &Expr) -> Result<i64, Undefined> {
        match self.value(expr)? {
            Value::Int(i) => Ok(i),
            Value::Enum(_, place) => Ok(i64::from(place)),
            other => unreachable!("only integers and enums are ordered, not {other:?}"),
        }
    }
}

/// The variable of that place.
fn slot_number(place: usize) -> Slot {
    Slot(u16::try_from(place).expect("declarations have few parameters"))
}

fn number(count: usize) -> Value {
    Value::Int(i64::try_from(count).expect("clusters are small"))
}

fn in_order(mut ids: Vec<ObjectId>) -> Value {
    ids.sort();
    ids.dedup();
    Value::Set(ids)
}

fn of_constant(constant: Constant) -> Value {
    match constant {
        Constant::Bool(b) => Value::Bool(b),
        Constant::Int(i) => Value::Int(i),
        Constant::Enum(id, place) => Value::Enum(id, place),
        Constant::None => Value::None,
        Constant::EmptySet => Value::Set(Vec::new()),
    }
}

/// The value, where a field or parameter of that type may have it.
pub fn fitting(value: Value, ty: FieldType) -> Result<Value, Undefined> {
    match (&value, ty) {
        (Value::Int(i), FieldType::Range(low, high)) if *i < low || *i > high => Err(Undefined),
        _ => Ok(value),
    }
}

/// All choices of values for some variables.
pub fn choices(model: &Model, variables: &[Variable]) -> Vec<Vec<Value>> {
    let mut all = vec![Vec::new()];
    for variable in variables {
        let mut longer = Vec::new();
        for choice in &all {
            for value in values(model, variable.ty) {
                let mut more: Vec<Value> = choice.clone();
                more.push(value);
                longer.push(more);
            }
        }
        all = longer;
    }
    all
}

fn values(model: &Model, ty: FieldType) -> Vec<Value> {
    match ty {
        FieldType::Bool => vec![Value::Bool(false), Value::Bool(true)],
        FieldType::Range(low, high) => (low..=high).map(Value::Int).collect(),
        FieldType::Enum(id) => (0..model.rules.enums[id.index()].values.len())
            .map(|place| Value::Enum(id, u16::try_from(place).expect("enums are small")))
            .collect(),
        FieldType::Object(kind) => model.objects_of(kind).map(Value::Object).collect(),
        FieldType::Optional(kind) => {
            let objects = model.objects_of(kind).map(Value::Object);
            objects.chain([Value::None]).collect()
        }
        FieldType::Set(_) => unreachable!("no parameter that is chosen is a set"),
    }
}
