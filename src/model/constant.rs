//! Constant expressions: the conditions under which policies are on, and the arguments of plan steps. They read
//! parameters and count objects, but no field, so they need no state.

use std::ops::Range;

use crate::language::rules::{BinaryOp, Binder, Domain, Expr, ExprKind, KindId, LetId, Rules};

use super::scalar;
use super::value::{ObjectId, Value};

/// How many steps an evaluation may take: lets can double the work with every line.
const MAX_STEPS: u32 = 1_000_000;
/// How deeply expressions and lets may be nested, so that the stack lasts.
const MAX_DEPTH: u32 = 600;

/// Why a constant has no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NoValue {
    /// It reads a field, or something else that only a state has.
    NotConstant,
    /// It is undefined: beyond 64 bits.
    Undefined,
    /// It takes too long.
    TooLong,
}

/// What constants may read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Constants<'a> {
    pub(super) rules: &'a Rules,
    /// For each parameter its value.
    pub(super) params: &'a [Value],
    /// For each kind its objects.
    pub(super) of_kind: &'a [Range<u32>],
}

impl Constants<'_> {
    /// The value of an expression without variables of its own declaration.
    pub(super) fn value(&self, expr: &Expr) -> Result<Value, NoValue> {
        let mut run = Run {
            constants: self,
            steps: MAX_STEPS,
            depth: MAX_DEPTH,
        };
        run.value(expr, &mut Vec::new())
    }
}

struct Run<'a> {
    constants: &'a Constants<'a>,
    steps: u32,
    depth: u32,
}

/// A value for each slot that is bound.
type Slots = Vec<Option<Value>>;

impl Run<'_> {
    fn value(&mut self, expr: &Expr, slots: &mut Slots) -> Result<Value, NoValue> {
        self.steps = self.steps.checked_sub(1).ok_or(NoValue::TooLong)?;
        self.depth = self.depth.checked_sub(1).ok_or(NoValue::TooLong)?;
        let value = self.kind(&expr.kind, slots);
        self.depth += 1;
        value
    }

    fn kind(&mut self, kind: &ExprKind, slots: &mut Slots) -> Result<Value, NoValue> {
        match kind {
            ExprKind::Constant(constant) => Ok(scalar::from_constant(*constant)),
            ExprKind::Variable(slot) => {
                let bound = slots.get(slot.index()).cloned().flatten();
                bound.ok_or(NoValue::NotConstant)
            }
            ExprKind::Object(place) => Ok(Value::Object(ObjectId(*place))),
            ExprKind::Param(id) => {
                let value = self.constants.params.get(id.index()).cloned();
                value.ok_or(NoValue::NotConstant)
            }
            ExprKind::Call(id, arguments) => self.call(*id, arguments, slots),
            ExprKind::Not(operand) => Ok(Value::Bool(!self.truth(operand, slots)?)),
            ExprKind::Binary(op, left, right) => self.binary(*op, left, right, slots),
            ExprKind::If(condition, then, otherwise) => {
                let chosen = if self.truth(condition, slots)? {
                    then
                } else {
                    otherwise
                };
                self.value(chosen, slots)
            }
            ExprKind::All(binder, body) => {
                let fails = self.first(binder, slots, |run, slots| Ok(!run.truth(body, slots)?))?;
                Ok(Value::Bool(!fails))
            }
            ExprKind::Some(binder, body) => {
                let holds = self.first(binder, slots, |run, slots| run.truth(body, slots))?;
                Ok(Value::Bool(holds))
            }
            ExprKind::Count(binder) => {
                let mut count = 0;
                self.first(binder, slots, |_, _| {
                    count += 1;
                    Ok(false)
                })?;
                Ok(Value::Int(count))
            }
            ExprKind::CountKind(kind) => {
                let objects = self.objects(*kind);
                Ok(Value::Int(
                    i64::from(objects.end) - i64::from(objects.start),
                ))
            }
            ExprKind::Field(..)
            | ExprKind::Old(_)
            | ExprKind::CountSet(_)
            | ExprKind::Set(_)
            | ExprKind::SetOf(_) => Err(NoValue::NotConstant),
        }
    }

    fn truth(&mut self, expr: &Expr, slots: &mut Slots) -> Result<bool, NoValue> {
        match self.value(expr, slots)? {
            Value::Bool(value) => Ok(value),
            _ => Err(NoValue::NotConstant),
        }
    }

    fn objects(&self, kind: KindId) -> Range<u32> {
        self.constants
            .of_kind
            .get(kind.index())
            .cloned()
            .unwrap_or(0..0)
    }

    fn call(&mut self, id: LetId, arguments: &[Expr], slots: &mut Slots) -> Result<Value, NoValue> {
        let rules = self.constants.rules;
        let called = rules.lets.get(id.index()).ok_or(NoValue::NotConstant)?;
        let mut own = Slots::with_capacity(arguments.len());
        for argument in arguments {
            own.push(Some(self.value(argument, slots)?));
        }
        self.value(&called.body, &mut own)
    }

    /// Whether `found` says yes for some member; stops at the first.
    fn first(
        &mut self,
        binder: &Binder,
        slots: &mut Slots,
        mut found: impl FnMut(&mut Self, &mut Slots) -> Result<bool, NoValue>,
    ) -> Result<bool, NoValue> {
        let Domain::Kind(kind) = &binder.domain else {
            return Err(NoValue::NotConstant);
        };
        let slot = binder.slot.index();
        if slots.len() <= slot {
            slots.resize(slot + 1, None);
        }
        for object in self.objects(*kind) {
            self.steps = self.steps.checked_sub(1).ok_or(NoValue::TooLong)?;
            slots[slot] = Some(Value::Object(ObjectId(object)));
            let meets = match &binder.filter {
                Some(filter) => self.truth(filter, slots)?,
                None => true,
            };
            if meets && found(self, slots)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn binary(
        &mut self,
        op: BinaryOp,
        left: &Expr,
        right: &Expr,
        slots: &mut Slots,
    ) -> Result<Value, NoValue> {
        let stops_at = match op {
            BinaryOp::And | BinaryOp::Implies => Some(false),
            BinaryOp::Or => Some(true),
            _ => None,
        };
        if let Some(stop) = stops_at {
            let left = self.truth(left, slots)?;
            if left == stop {
                return Ok(Value::Bool(op != BinaryOp::And));
            }
            return Ok(Value::Bool(self.truth(right, slots)?));
        }
        let (left, right) = (self.value(left, slots)?, self.value(right, slots)?);
        combine(op, &left, &right)
    }
}

fn combine(op: BinaryOp, left: &Value, right: &Value) -> Result<Value, NoValue> {
    let order = match (left, right) {
        (Value::Int(l), Value::Int(r)) => Some(l.cmp(r)),
        (Value::Enum(_, l), Value::Enum(_, r)) => Some(l.cmp(r)),
        _ => None,
    };
    let compared = |holds: fn(std::cmp::Ordering) -> bool| {
        order
            .map(holds)
            .map(Value::Bool)
            .ok_or(NoValue::NotConstant)
    };
    match (op, left, right) {
        (BinaryOp::Eq, ..) => Ok(Value::Bool(left == right)),
        (BinaryOp::Ne, ..) => Ok(Value::Bool(left != right)),
        (BinaryOp::Lt, ..) => compared(std::cmp::Ordering::is_lt),
        (BinaryOp::Le, ..) => compared(std::cmp::Ordering::is_le),
        (BinaryOp::Gt, ..) => compared(std::cmp::Ordering::is_gt),
        (BinaryOp::Ge, ..) => compared(std::cmp::Ordering::is_ge),
        (BinaryOp::Add, Value::Int(l), Value::Int(r)) => {
            l.checked_add(*r).map(Value::Int).ok_or(NoValue::Undefined)
        }
        (BinaryOp::Sub, Value::Int(l), Value::Int(r)) => {
            l.checked_sub(*r).map(Value::Int).ok_or(NoValue::Undefined)
        }
        _ => Err(NoValue::NotConstant),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::rules::{Constant, ParamId, Slot, Type};
    use crate::language::source::Span;
    use crate::model::testing::small_rules;

    fn expr(kind: ExprKind, ty: Type) -> Expr {
        Expr {
            kind,
            ty,
            span: Span::default(),
        }
    }

    fn int(value: i64) -> Expr {
        expr(ExprKind::Constant(Constant::Int(value)), Type::Int)
    }

    fn binary(op: BinaryOp, left: Expr, right: Expr) -> Expr {
        expr(
            ExprKind::Binary(op, Box::new(left), Box::new(right)),
            Type::Bool,
        )
    }

    fn value(expr: &Expr) -> Result<Value, NoValue> {
        let rules = small_rules();
        let constants = Constants {
            rules: &rules,
            params: &[Value::Int(2)],
            of_kind: &[0..3, 3..4],
        };
        constants.value(expr)
    }

    #[test]
    fn parameters_and_counts_have_values() {
        let limit = expr(ExprKind::Param(ParamId(0)), Type::Int);
        let nodes = expr(ExprKind::CountKind(KindId(0)), Type::Int);
        let sum = binary(BinaryOp::Add, limit, nodes);
        assert_eq!(value(&sum), Ok(Value::Int(5)));
        assert_eq!(
            value(&binary(BinaryOp::Gt, sum, int(4))),
            Ok(Value::Bool(true))
        );
    }

    #[test]
    fn logic_stops_early_and_overflow_is_undefined() {
        let truth = |b| expr(ExprKind::Constant(Constant::Bool(b)), Type::Bool);
        let undefined = || {
            binary(
                BinaryOp::Lt,
                binary(BinaryOp::Add, int(i64::MAX), int(1)),
                int(0),
            )
        };
        assert_eq!(value(&undefined()), Err(NoValue::Undefined));
        assert_eq!(
            value(&binary(BinaryOp::And, truth(false), undefined())),
            Ok(Value::Bool(false))
        );
        assert_eq!(
            value(&binary(BinaryOp::Or, truth(true), undefined())),
            Ok(Value::Bool(true))
        );
        assert_eq!(
            value(&binary(BinaryOp::Implies, truth(false), undefined())),
            Ok(Value::Bool(true))
        );
        assert_eq!(
            value(&binary(BinaryOp::Implies, truth(true), truth(false))),
            Ok(Value::Bool(false))
        );
        assert_eq!(
            value(&binary(BinaryOp::Or, truth(false), truth(false))),
            Ok(Value::Bool(false))
        );
    }

    #[test]
    fn quantifiers_range_over_the_objects_of_a_kind() {
        let binder = |filter| Binder {
            slot: Slot(0),
            name: "n".into(),
            domain: Domain::Kind(KindId(0)),
            filter,
        };
        let n = expr(ExprKind::Variable(Slot(0)), Type::Object(KindId(0)));
        let first = expr(ExprKind::Object(0), Type::Object(KindId(0)));
        let others = binary(BinaryOp::Ne, n, first);
        let count = expr(
            ExprKind::Count(binder(Some(Box::new(others.clone())))),
            Type::Int,
        );
        assert_eq!(value(&count), Ok(Value::Int(2)));
        let some = expr(
            ExprKind::Some(binder(None), Box::new(others.clone())),
            Type::Bool,
        );
        let all = expr(ExprKind::All(binder(None), Box::new(others)), Type::Bool);
        assert_eq!(
            (value(&some), value(&all)),
            (Ok(Value::Bool(true)), Ok(Value::Bool(false)))
        );
    }

    #[test]
    fn nesting_beyond_the_stack_is_refused() {
        let mut deep = int(1);
        for _ in 0..5_000 {
            deep = binary(BinaryOp::Sub, deep, int(1));
        }
        assert_eq!(value(&deep), Err(NoValue::TooLong));
        // Dropped level by level: the tree itself is deeper than the stack of a test.
        let mut rest = deep;
        while let ExprKind::Binary(_, left, _) = rest.kind {
            rest = *left;
        }
    }
}
