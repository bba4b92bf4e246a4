//! Where a way leads: to a goal of the rules, or back to where nothing was begun.

use crate::language::rules::{
    BinaryOp, Constant, Expr, ExprKind, FieldId, FieldType, GoalId, Type,
};
use crate::language::source::Span;
use crate::model::ground::Model;
use crate::model::value::{ObjectId, Value};
use crate::semantics::{Interpreter, State, Undefined};

/// What must hold at the end of a way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// A goal of the rules.
    Goal(GoalId),
    /// Each service has its first values again, but for its references, and is not out.
    Aborted(Vec<(ObjectId, FieldId, Value)>),
}

/// The goal of the rules that says what an upgrade that was given up is.
pub const ABORT: &str = "abort";

impl Target {
    /// What it means to give up an upgrade that began with the first values of a cluster: the goal `abort` where the rules
    /// have one. None where they say neither that nor what a service is.
    #[must_use]
    pub fn aborted(model: &Model) -> Option<Self> {
        let goals = (0u16..).map(GoalId).zip(&model.rules.goals);
        if let Some((id, _)) = goals.into_iter().find(|(_, goal)| goal.name == ABORT) {
            return Some(Self::Goal(id));
        }
        let mut values = Vec::new();
        let mut any = false;
        for (object, described) in (0u32..).map(ObjectId).zip(&model.objects) {
            if model.rules.outage(described.kind).is_none() {
                continue;
            }
            any = true;
            let fields = &model.rules.kinds[described.kind.index()].fields;
            for ((id, field), value) in (0u16..).map(FieldId).zip(fields).zip(&described.values) {
                let is_reference = matches!(
                    field.ty,
                    FieldType::Object(_) | FieldType::Optional(_) | FieldType::Set(_)
                );
                if !field.fixed && !is_reference {
                    values.push((object, id, value.clone()));
                }
            }
        }
        any.then_some(Self::Aborted(values))
    }

    /// A condition without variables that holds wherever it is reached.
    #[must_use]
    pub fn necessary(&self, model: &Model) -> Expr {
        match self {
            Self::Goal(goal) => model.rules.goals[goal.index()].condition.clone(),
            Self::Aborted(values) => values
                .iter()
                .filter_map(|(object, field, value)| is_value(model, *object, *field, value))
                .reduce(and)
                .unwrap_or_else(|| boolean(ExprKind::Constant(Constant::Bool(true)))),
        }
    }

    /// Whether it is reached.
    ///
    /// # Errors
    /// Where that has no value.
    pub fn holds(&self, interpreter: &Interpreter<'_>, state: &State) -> Result<bool, Undefined> {
        match self {
            Self::Goal(goal) => interpreter.goal(state, *goal),
            Self::Aborted(values) => {
                let is_first = |(object, field, value): &(ObjectId, FieldId, Value)| {
                    interpreter.value(state, *object, *field) == *value
                };
                if !values.iter().all(is_first) {
                    return Ok(false);
                }
                for service in interpreter.services() {
                    if interpreter.outage(state, service)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
        }
    }
}

fn boolean(kind: ExprKind) -> Expr {
    Expr {
        kind,
        ty: Type::Bool,
        span: Span::default(),
    }
}

fn and(left: Expr, right: Expr) -> Expr {
    boolean(ExprKind::Binary(
        BinaryOp::And,
        Box::new(left),
        Box::new(right),
    ))
}

/// `Node1.build == rtm`; none of a value that rules cannot name.
fn is_value(model: &Model, object: ObjectId, field: FieldId, value: &Value) -> Option<Expr> {
    let kind = model.objects[object.index()].kind;
    let ty = Type::from(model.rules.kinds[kind.index()].fields[field.index()].ty);
    let constant = match value {
        Value::Bool(truth) => Constant::Bool(*truth),
        Value::Int(number) => Constant::Int(*number),
        Value::Enum(of, place) => Constant::Enum(*of, *place),
        Value::Object(_) | Value::None | Value::Set(_) => return None,
    };
    let expr = |kind, ty| Expr {
        kind,
        ty,
        span: Span::default(),
    };
    let object = expr(ExprKind::Object(object.0), Type::Object(kind));
    let read = expr(ExprKind::Field(Box::new(object), kind, field), ty);
    Some(boolean(ExprKind::Binary(
        BinaryOp::Eq,
        Box::new(read),
        Box::new(expr(ExprKind::Constant(constant), ty)),
    )))
}
