//! What can be said of an expression, and of effects, when only the fields of a few objects are known. Everything else may be
//! anything: the answers are an over-approximation of what can happen, never less than it.

use std::collections::BTreeSet;

use crate::language::rules::{
    BinaryOp, Binder, Constant, Domain, Effect, Expr, ExprKind, FieldId, FieldType, KindId, Slot,
};
use crate::model::ground::Model;
use crate::model::value::{ObjectId, Value};

/// A value that may be unknown. What would be undefined is unknown.
pub type Partial = Option<Value>;

/// The values of the objects that are known, one after the other: one for each of their fields, fixed ones included.
pub type Record = Vec<Value>;

/// Branches of effects beyond this are not followed.
const MOST_BRANCHES: usize = 4096;

/// The view of a model that knows a few objects.
#[derive(Clone, Copy)]
pub struct View<'m> {
    /// The model.
    pub model: &'m Model,
    /// The objects whose records are known, no two of them the same.
    pub known: &'m [ObjectId],
}

/// Bound variables by slot.
#[derive(Clone, Debug, Default)]
pub struct Variables(Vec<Partial>);

impl Variables {
    /// Parameters in order.
    #[must_use]
    pub fn new(arguments: &[Value]) -> Self {
        Self(arguments.iter().cloned().map(Some).collect())
    }

    fn get(&self, slot: Slot) -> Partial {
        self.0.get(slot.index()).cloned().flatten()
    }

    fn set(&mut self, slot: Slot, value: Partial) {
        if self.0.len() <= slot.index() {
            self.0.resize(slot.index() + 1, None);
        }
        self.0[slot.index()] = value;
    }
}

impl View<'_> {
    /// Where in a record the value of a known object's field is.
    fn place(&self, object: ObjectId, field: FieldId) -> Option<usize> {
        let mut before = 0;
        for known in self.known {
            if *known == object {
                return Some(before + field.index());
            }
            before += self.model.objects[known.index()].values.len();
        }
        None
    }

    /// Whether a condition holds: `None` where it may or may not.
    #[must_use]
    pub fn holds(&self, record: &Record, variables: &mut Variables, expr: &Expr) -> Option<bool> {
        match self.value(record, variables, expr) {
            Some(Value::Bool(holds)) => Some(holds),
            _ => None,
        }
    }

    fn value(&self, record: &Record, variables: &mut Variables, expr: &Expr) -> Partial {
        match &expr.kind {
            ExprKind::Constant(constant) => Some(of_constant(*constant)),
            ExprKind::Variable(slot) => variables.get(*slot),
            ExprKind::Object(place) => Some(Value::Object(ObjectId(*place))),
            ExprKind::Param(id) => self.model.params.get(id.index()).cloned(),
            ExprKind::Field(object, kind, field) => {
                let object = self.value(record, variables, object);
                self.field(record, object.as_ref(), *kind, *field)
            }
            ExprKind::Call(id, arguments) => {
                let mut inner = Variables::default();
                for (slot, argument) in (0..).zip(arguments) {
                    inner.set(Slot(slot), self.value(record, variables, argument));
                }
                self.value(record, &mut inner, &self.model.rules.lets[id.index()].body)
            }
            // Only transition invariants have it, and nothing here asks about those.
            ExprKind::Old(_) => None,
            ExprKind::Not(inner) => self
                .holds(record, variables, inner)
                .map(|holds| Value::Bool(!holds)),
            ExprKind::Binary(op, left, right) => self.binary(record, variables, *op, left, right),
            ExprKind::If(condition, then, otherwise) => {
                match self.holds(record, variables, condition) {
                    Some(true) => self.value(record, variables, then),
                    Some(false) => self.value(record, variables, otherwise),
                    None => {
                        let then = self.value(record, variables, then)?;
                        let otherwise = self.value(record, variables, otherwise)?;
                        (then == otherwise).then_some(then)
                    }
                }
            }
            ExprKind::All(binder, body) => self
                .every(record, variables, binder, body, false)
                .map(|some_false| Value::Bool(!some_false)),
            ExprKind::Some(binder, body) => self
                .every(record, variables, binder, body, true)
                .map(Value::Bool),
            ExprKind::Count(binder) => {
                let members = self.members(record, variables, binder)?;
                let certain = members.iter().all(|(_, certain)| *certain);
                let count = i64::try_from(members.len()).ok()?;
                certain.then_some(Value::Int(count))
            }
            ExprKind::CountKind(kind) => {
                let count = self.model.objects_of(*kind).count();
                i64::try_from(count).ok().map(Value::Int)
            }
            ExprKind::CountSet(set) => match self.value(record, variables, set)? {
                Value::Set(members) => i64::try_from(members.len()).ok().map(Value::Int),
                _ => None,
            },
            ExprKind::Set(members) => {
                let mut set = BTreeSet::new();
                for member in members {
                    match self.value(record, variables, member)? {
                        Value::Object(object) => set.insert(object),
                        _ => return None,
                    };
                }
                Some(Value::Set(set.into_iter().collect()))
            }
            ExprKind::SetOf(binder) => {
                let members = self.members(record, variables, binder)?;
                let certain = members.iter().all(|(_, certain)| *certain);
                certain.then(|| Value::Set(members.into_iter().map(|(object, _)| object).collect()))
            }
        }
    }

    fn field(
        &self,
        record: &Record,
        object: Option<&Value>,
        kind: KindId,
        field: FieldId,
    ) -> Partial {
        let Some(&Value::Object(object)) = object else {
            return None;
        };
        if let Some(place) = self.place(object, field) {
            return record.get(place).cloned();
        }
        let fixed = self.model.rules.kinds[kind.index()].fields[field.index()].fixed;
        let values = &self.model.objects.get(object.index())?.values;
        fixed.then(|| values.get(field.index()).cloned()).flatten()
    }

    fn binary(
        &self,
        record: &Record,
        variables: &mut Variables,
        op: BinaryOp,
        left: &Expr,
        right: &Expr,
    ) -> Partial {
        if let BinaryOp::And | BinaryOp::Or | BinaryOp::Implies = op {
            let left = self.holds(record, variables, left);
            let right = self.holds(record, variables, right);
            return connective(op, left, right).map(Value::Bool);
        }
        let left = self.value(record, variables, left)?;
        let right = self.value(record, variables, right)?;
        apply(op, left, right)
    }

    /// Whether some member's body is `wanted`: known where one certainly is, or where all certainly are not.
    fn every(
        &self,
        record: &Record,
        variables: &mut Variables,
        binder: &Binder,
        body: &Expr,
        wanted: bool,
    ) -> Option<bool> {
        let members = self.members(record, variables, binder)?;
        let mut answer = Some(false);
        for (member, certain) in members {
            variables.set(binder.slot, Some(Value::Object(member)));
            match self.holds(record, variables, body) {
                Some(holds) if holds == wanted && certain => return Some(true),
                Some(holds) if holds != wanted => {}
                _ => answer = None,
            }
        }
        answer
    }

    /// The objects that a binder may pass over, each with whether it certainly does; `None` where they are not known.
    fn members(
        &self,
        record: &Record,
        variables: &mut Variables,
        binder: &Binder,
    ) -> Option<Vec<(ObjectId, bool)>> {
        let domain: Vec<ObjectId> = match &binder.domain {
            Domain::Kind(kind) => self.model.objects_of(*kind).collect(),
            Domain::Set(set) => match self.value(record, variables, set)? {
                Value::Set(members) => members,
                _ => return None,
            },
        };
        let mut members = Vec::new();
        for object in domain {
            let Some(filter) = &binder.filter else {
                members.push((object, true));
                continue;
            };
            variables.set(binder.slot, Some(Value::Object(object)));
            match self.holds(record, variables, filter) {
                Some(true) => members.push((object, true)),
                Some(false) => {}
                None => members.push((object, false)),
            }
        }
        Some(members)
    }

    /// The records that effects may leave behind; `None` where they are too many to list.
    #[must_use]
    pub fn after(
        &self,
        record: &Record,
        variables: &mut Variables,
        effects: &[Effect],
    ) -> Option<BTreeSet<Record>>
    where
        Record: Ord,
    {
        let mut records = BTreeSet::from([record.clone()]);
        for effect in effects {
            let mut next = BTreeSet::new();
            for record in &records {
                next.extend(self.one(record, variables, effect)?);
                if next.len() > MOST_BRANCHES {
                    return None;
                }
            }
            records = next;
        }
        Some(records)
    }

    fn one(
        &self,
        record: &Record,
        variables: &mut Variables,
        effect: &Effect,
    ) -> Option<BTreeSet<Record>> {
        match effect {
            Effect::Assign {
                object,
                kind,
                field,
                value,
                ..
            } => {
                let target = self.value(record, variables, object);
                let value = self.value(record, variables, value);
                self.assigned(record, target.as_ref(), (*kind, *field), value)
            }
            Effect::If {
                condition,
                then,
                otherwise,
            } => match self.holds(record, variables, condition) {
                Some(true) => self.after(record, variables, then),
                Some(false) => self.after(record, variables, otherwise),
                None => {
                    let mut records = self.after(record, variables, then)?;
                    records.extend(self.after(record, variables, otherwise)?);
                    Some(records)
                }
            },
            Effect::For { binder, body } => {
                let members = self.members(record, variables, binder)?;
                let mut records = BTreeSet::from([record.clone()]);
                for (member, certain) in members {
                    variables.set(binder.slot, Some(Value::Object(member)));
                    let mut next = BTreeSet::new();
                    for record in &records {
                        next.extend(self.after(record, variables, body)?);
                    }
                    if !certain {
                        next.extend(records);
                    }
                    if next.len() > MOST_BRANCHES {
                        return None;
                    }
                    records = next;
                }
                Some(records)
            }
        }
    }

    fn assigned(
        &self,
        record: &Record,
        target: Option<&Value>,
        (kind, field): (KindId, FieldId),
        value: Partial,
    ) -> Option<BTreeSet<Record>> {
        // Each known object that may be meant, and whether none but it can be.
        let (meant, certain): (Vec<ObjectId>, bool) = match target {
            Some(&Value::Object(object)) if self.known.contains(&object) => (vec![object], true),
            Some(_) => (Vec::new(), true),
            None => {
                let of_kind = |known: &&ObjectId| self.model.objects[known.index()].kind == kind;
                let meant = self.known.iter().filter(of_kind).copied();
                (meant.collect(), false)
            }
        };
        let mut records = BTreeSet::new();
        if !certain || meant.is_empty() {
            records.insert(record.clone());
        }
        if meant.is_empty() {
            return Some(records);
        }
        let ty = self.model.rules.kinds[kind.index()].fields[field.index()].ty;
        let values = match value {
            Some(value) => vec![value],
            None => self.domain(ty)?,
        };
        for value in values {
            // An integer out of range would be undefined, and then there is no transition.
            if let (FieldType::Range(low, high), Value::Int(n)) = (ty, &value)
                && !(low..=high).contains(n)
            {
                continue;
            }
            for object in &meant {
                let mut next = record.clone();
                if let Some(place) = self.place(*object, field) {
                    next[place] = value.clone();
                }
                records.insert(next);
            }
        }
        Some(records)
    }

    /// Every value of a type; `None` where they are too many.
    fn domain(&self, ty: FieldType) -> Option<Vec<Value>> {
        let objects = |kind| self.model.objects_of(kind).map(Value::Object);
        let values: Vec<Value> = match ty {
            FieldType::Bool => vec![Value::Bool(false), Value::Bool(true)],
            FieldType::Range(low, high) => {
                let few = high.checked_sub(low)? < 64;
                few.then(|| (low..=high).map(Value::Int).collect())?
            }
            FieldType::Enum(id) => (0..)
                .zip(&self.model.rules.enums[id.index()].values)
                .map(|(place, _)| Value::Enum(id, place))
                .collect(),
            FieldType::Object(kind) => objects(kind).collect(),
            FieldType::Optional(kind) => objects(kind).chain([Value::None]).collect(),
            FieldType::Set(_) => return None,
        };
        (values.len() <= MOST_BRANCHES).then_some(values)
    }
}

fn of_constant(constant: Constant) -> Value {
    match constant {
        Constant::Bool(value) => Value::Bool(value),
        Constant::Int(value) => Value::Int(value),
        Constant::Enum(id, place) => Value::Enum(id, place),
        Constant::None => Value::None,
        Constant::EmptySet => Value::Set(Vec::new()),
    }
}

fn connective(op: BinaryOp, left: Option<bool>, right: Option<bool>) -> Option<bool> {
    // Each is an `or` of operands that may be negated.
    let (left, right, negate) = match op {
        BinaryOp::And => (left.map(|l| !l), right.map(|r| !r), true),
        BinaryOp::Implies => (left.map(|l| !l), right, false),
        _ => (left, right, false),
    };
    let either = match (left, right) {
        (Some(true), _) | (_, Some(true)) => Some(true),
        (Some(false), Some(false)) => Some(false),
        _ => None,
    };
    either.map(|e| e != negate)
}

fn apply(op: BinaryOp, left: Value, right: Value) -> Partial {
    let bool = |holds| Some(Value::Bool(holds));
    match (op, left, right) {
        (BinaryOp::Eq, left, right) => bool(left == right),
        (BinaryOp::Ne, left, right) => bool(left != right),
        (BinaryOp::In, member, Value::Set(set)) => {
            bool(matches!(member, Value::Object(object) if set.contains(&object)))
        }
        (BinaryOp::Add, Value::Int(left), Value::Int(right)) => {
            left.checked_add(right).map(Value::Int)
        }
        (BinaryOp::Sub, Value::Int(left), Value::Int(right)) => {
            left.checked_sub(right).map(Value::Int)
        }
        (BinaryOp::Add, Value::Set(left), Value::Set(right)) => {
            let union: BTreeSet<ObjectId> = left.into_iter().chain(right).collect();
            Some(Value::Set(union.into_iter().collect()))
        }
        (BinaryOp::Sub, Value::Set(left), Value::Set(right)) => Some(Value::Set(
            left.into_iter().filter(|o| !right.contains(o)).collect(),
        )),
        (op, Value::Int(left), Value::Int(right)) => bool(compare(op, &left, &right)?),
        (op, Value::Enum(_, left), Value::Enum(_, right)) => bool(compare(op, &left, &right)?),
        _ => None,
    }
}

fn compare<T: Ord>(op: BinaryOp, left: &T, right: &T) -> Option<bool> {
    match op {
        BinaryOp::Lt => Some(left < right),
        BinaryOp::Le => Some(left <= right),
        BinaryOp::Gt => Some(left > right),
        BinaryOp::Ge => Some(left >= right),
        _ => None,
    }
}
