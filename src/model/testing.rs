//! Small rules and helpers that the tests of this room share. Knows nothing that is compiled into the program.

use crate::language::diagnostic::{Diagnostic, Diagnostics};
use crate::language::rules::{
    Activation, Constant, Enum, EnumId, Expr, ExprKind, Field, FieldType, Goal, GoalId, Kind,
    KindId, Param, Policy, Rules, Transition, TransitionClass, Type, Variable,
};
use crate::language::source::{Source, Span};

/// What a diagnostic underlines; empty where it has no place.
pub(super) fn underlined(diagnostic: &Diagnostic) -> String {
    diagnostic
        .primary
        .as_ref()
        .map(|label| label.source.slice(label.span).to_owned())
        .unwrap_or_default()
}

/// Message and underlined text of each diagnostic.
pub(super) fn findings(diagnostics: &Diagnostics) -> Vec<(String, String)> {
    diagnostics
        .list
        .iter()
        .map(|d| (d.message.clone(), underlined(d)))
        .collect()
}

fn variable(name: &str, ty: FieldType) -> Variable {
    Variable {
        name: name.into(),
        ty,
    }
}

fn field(name: &str, ty: FieldType, default: Option<Constant>) -> Field {
    Field {
        name: name.into(),
        doc: String::new(),
        fixed: false,
        ty,
        default,
    }
}

fn transition(name: &str, class: TransitionClass, parameters: Vec<Variable>) -> Transition {
    Transition {
        name: name.into(),
        doc: String::new(),
        class,
        fair: false,
        slots: parameters.len(),
        parameters,
        guards: Vec::new(),
        effects: Vec::new(),
        text: None,
        then: Vec::new(),
        takes: 0,
        interrupts: Vec::new(),
        cost: 1,
        span: Span::new(0, 5),
    }
}

fn goal(name: &str) -> Goal {
    Goal {
        name: name.into(),
        doc: String::new(),
        condition: Expr {
            kind: ExprKind::Constant(Constant::Bool(true)),
            ty: Type::Bool,
            span: Span::default(),
        },
        slots: 0,
    }
}

/// Rules built by hand, so that this room's tests need no parser: nodes with one field of each scalar type, EVSs with
/// one field of each type of reference.
pub(super) fn small_rules() -> Rules {
    let (node, evs) = (KindId(0), KindId(1));
    let build = FieldType::Enum(EnumId(0));
    let policy = |name: &str, activation| Policy {
        name: name.into(),
        doc: String::new(),
        activation,
        clauses: Vec::new(),
    };
    Rules {
        name: "small".into(),
        doc: String::new(),
        source: Source::new("small.rules", "rules small\n"),
        enums: vec![Enum {
            name: "Build".into(),
            ordered: true,
            values: vec!["rtm".into(), "sp1".into()],
        }],
        kinds: vec![
            Kind {
                name: "node".into(),
                doc: String::new(),
                fields: vec![
                    field("build", build, Some(Constant::Enum(EnumId(0), 0))),
                    field("pending", FieldType::Bool, Some(Constant::Bool(false))),
                    field("level", FieldType::Range(0, 7), Some(Constant::Int(3))),
                ],
            },
            Kind {
                name: "evs".into(),
                doc: String::new(),
                fields: vec![
                    field("host", FieldType::Object(node), None),
                    field("spare", FieldType::Optional(node), Some(Constant::None)),
                    field("owners", FieldType::Set(node), Some(Constant::EmptySet)),
                ],
            },
        ],
        params: vec![Param {
            name: "limit".into(),
            doc: String::new(),
            ty: FieldType::Range(0, 1000),
            default: Some(Constant::Int(0)),
        }],
        lets: Vec::new(),
        transitions: vec![
            transition(
                "move",
                TransitionClass::Action,
                vec![
                    variable("e", FieldType::Object(evs)),
                    variable("to", FieldType::Object(node)),
                ],
            ),
            transition(
                "boot",
                TransitionClass::Event,
                vec![variable("n", FieldType::Object(node))],
            ),
            transition(
                "crash",
                TransitionClass::Fault,
                vec![variable("n", FieldType::Object(node))],
            ),
        ],
        policies: vec![
            policy("drain", Activation::Off),
            policy("calm", Activation::On),
        ],
        assumptions: Vec::new(),
        invariants: Vec::new(),
        goals: vec![goal("upgraded"), goal("complete")],
        default_goal: Some(GoalId(0)),
        outages: Vec::new(),
    }
}
