//! Policies, assumptions, invariants, temporal properties, goals and outages.

use indexmap::IndexMap;

use crate::language::codes::Code;
use crate::language::rules::{
    Activation, Assumption, Clause, Expr, FieldType, Goal, GoalId, Guard, Invariant, KindId,
    Outage, Policy, Temporal, TransitionId, Type, Variable,
};
use crate::language::source::Span;
use crate::language::syntax::{self, Formula, Name, Promise, TransitionClass};

use super::declared::{ParameterShape, number};
use super::expressions::Checker;
use super::names::{arguments_word, class_word, signature, wrong_count_message};
use super::walk;

/// Names that reports give to properties of their own. Invariants stand beside them; goals do not (a report names the goal
/// as a detail of `reachable` and `recoverable`), so that a goal may well be called `complete`.
const RESERVED: [&str; 6] = [
    "well_defined",
    "reachable",
    "recoverable",
    "safe",
    "never_refused",
    "complete",
];

/// What must be unique in a file and stands in no table of names.
#[derive(Default)]
pub(super) struct Seen {
    /// Policies by name.
    policies: IndexMap<String, Span>,
    /// Invariants, temporal properties and goals by name, with what they are.
    properties: IndexMap<String, (&'static str, Span)>,
    /// Kinds that have an outage.
    outages: IndexMap<KindId, Span>,
    /// The first goal declared `default`.
    default_goal: Option<(usize, Span)>,
}

impl Seen {
    /// The goal asked for where nobody names one.
    pub(super) fn default_goal(&self, goals: usize) -> Option<GoalId> {
        match (self.default_goal, goals) {
            (Some((index, _)), _) => Some(GoalId(number(index))),
            (None, 1) => Some(GoalId(0)),
            (None, _) => None,
        }
    }
}

impl Checker<'_> {
    /// Parameters as variables in scope; none where one has an error.
    pub(super) fn enter(
        &mut self,
        written: &[syntax::Parameter],
        shapes: &[ParameterShape],
    ) -> Option<Vec<Variable>> {
        let variables: Vec<Option<Variable>> = written
            .iter()
            .zip(shapes)
            .map(|(parameter, shape)| {
                self.declare(&parameter.name, shape.ty);
                let name = parameter.name.text.clone();
                shape.ty.map(|ty| Variable { name, ty })
            })
            .collect();
        variables.into_iter().collect()
    }

    /// A policy without its clauses.
    pub(super) fn policy(
        &mut self,
        doc: &str,
        name: &Name,
        activation: &syntax::Activation,
        seen: &mut Seen,
    ) -> Option<Policy> {
        if let Some(&earlier) = seen.policies.get(&name.text) {
            self.report
                .name_taken(&name.text, name.span, "a policy", Some(earlier));
        } else if self.table_has_room(seen.policies.len(), name.span, "policies") {
            seen.policies.insert(name.text.clone(), name.span);
        }
        Some(Policy {
            name: name.text.clone(),
            doc: doc.to_owned(),
            activation: self.activation(activation)?,
            clauses: Vec::new(),
            span: name.span,
        })
    }

    fn activation(&mut self, activation: &syntax::Activation) -> Option<Activation> {
        let condition = match activation {
            syntax::Activation::Off => return Some(Activation::Off),
            syntax::Activation::On => return Some(Activation::On),
            syntax::Activation::Where(condition) => self.whole(condition, Type::Bool)?,
        };
        if let Some((span, what)) = walk::not_static(&condition, self.declared) {
            self.report.error(
                Code::NotConstant,
                span,
                "whether a policy is on cannot depend on the state",
                what,
                "use params and numbers of objects only, as in `on where limit > 0`",
            );
            return None;
        }
        Some(Activation::Where(condition))
    }

    /// A clause of a policy; nothing is in scope before it.
    pub(super) fn clause(&mut self, clause: &syntax::Clause) -> Option<Clause> {
        let declared = self.declared;
        let action = self.clause_action(clause);
        let parameters = match action {
            Some(id) => match declared.transitions.get_index(id.index()) {
                Some((_, shape)) => shape.parameters.as_slice(),
                None => &[],
            },
            None => &[],
        };
        let mut arguments = Vec::with_capacity(clause.arguments.len());
        for (place, name) in clause.arguments.iter().enumerate() {
            let ty = parameters.get(place).and_then(|p| p.ty);
            if name.text == "_" {
                self.scope.skip(ty);
            } else {
                self.declare(name, ty);
            }
            arguments.push(ty.map(|ty| Variable {
                name: name.text.clone(),
                ty,
            }));
        }
        let guards: Vec<Option<Guard>> = clause
            .guards
            .iter()
            .map(|guard| self.guard(guard, None))
            .collect();
        Some(Clause {
            action: action?,
            arguments: arguments.into_iter().collect::<Option<_>>()?,
            guards: guards.into_iter().collect::<Option<_>>()?,
            slots: self.slots(clause.span),
        })
    }

    fn clause_action(&mut self, clause: &syntax::Clause) -> Option<TransitionId> {
        let declared = self.declared;
        let name = &clause.action;
        let Some((id, shape)) = declared.transition(&name.text) else {
            let actions = declared
                .transitions
                .iter()
                .filter(|(_, shape)| shape.class == TransitionClass::Action);
            let names: Vec<&str> = actions.map(|(name, _)| name.as_str()).collect();
            let help =
                self.report
                    .suggest(&name.text, "actions", names, "declare the action first");
            self.report.error(
                Code::UnknownName,
                name.span,
                format!("unknown action `{}`", name.text),
                "not found",
                help,
            );
            return None;
        };
        if shape.class != TransitionClass::Action {
            let class = class_word(shape.class);
            self.report.error(
                Code::UnknownName,
                name.span,
                format!(
                    "`{}` is {class}, and policies restrict actions only",
                    name.text
                ),
                format!("this is {class}"),
                "restrict the action that leads to it",
            );
            self.report.also(shape.span, "declared here");
            return None;
        }
        if clause.arguments.len() != shape.parameters.len() {
            let given = clause.arguments.len();
            self.report.error(
                Code::WrongArguments,
                name.span,
                wrong_count_message(&name.text, shape.parameters.len(), given),
                arguments_word(given),
                format!(
                    "the action is `{}`; `_` stands for an argument that does not matter",
                    signature(declared, &name.text, &shape.parameters)
                ),
            );
            self.report.also(shape.span, "declared here");
            // The names that are there still get their types.
        }
        Some(id)
    }

    /// `assume "text" { … }`
    pub(super) fn assumption(
        &mut self,
        text: &syntax::Template,
        conditions: &[syntax::Expr],
        span: Span,
    ) -> Option<Assumption> {
        let written = text;
        let text = self.template(text);
        let condition = self.block(conditions, written.span, "this assumption", "assume \"…\"");
        Some(Assumption {
            text: text?,
            condition: condition?,
            slots: self.slots(written.span),
            span,
        })
    }

    /// An invariant whose parameters are in scope.
    pub(super) fn invariant(
        &mut self,
        doc: &str,
        (transition, name): (bool, &Name),
        parameters: Option<Vec<Variable>>,
        conditions: &[syntax::Expr],
        seen: &mut Seen,
    ) -> Option<Invariant> {
        self.not_reserved(name);
        self.property_name(name, "an invariant", seen);
        self.old = transition;
        let what = format!("the invariant `{}`", name.text);
        let condition = self.block(conditions, name.span, &what, "invariant NAME");
        self.old = false;
        Some(Invariant {
            name: name.text.clone(),
            doc: doc.to_owned(),
            transition,
            parameters: parameters?,
            condition: condition?,
            slots: self.slots(name.span),
        })
    }

    /// A temporal property whose parameters are in scope.
    pub(super) fn temporal(
        &mut self,
        doc: &str,
        name: &Name,
        parameters: Option<Vec<Variable>>,
        formulas: &[Formula],
        seen: &mut Seen,
    ) -> Option<Temporal> {
        self.not_reserved(name);
        self.property_name(name, "a property", seen);
        let [first, rest @ ..] = formulas else {
            self.report.error(
                Code::EmptyDeclaration,
                name.span,
                format!("the property `{}` says nothing", name.text),
                "no condition",
                "write what it promises: `property NAME { eventually … }`",
            );
            return None;
        };
        if let (Some(second), Some(_)) = (rest.first(), &first.promise) {
            self.report.error(
                Code::NoTemporal,
                second.span,
                "a property makes one promise",
                "the second one",
                "make it a property of its own; conditions are joined by `and`",
            );
            self.report.also(Some(first.span), "the first one");
        }
        let promise = first.promise.as_ref()?;
        let mut typed: Vec<Option<Expr>> = promise
            .operands()
            .into_iter()
            .map(|operand| self.whole(operand, Type::Bool))
            .collect();
        let wanted = typed.pop()?;
        let promise = match promise {
            Promise::Eventually(_) => Promise::Eventually(wanted?),
            Promise::AlwaysEventually(_) => Promise::AlwaysEventually(wanted?),
            Promise::LeadsTo(..) => Promise::LeadsTo(typed.pop()??, wanted?),
        };
        Some(Temporal {
            name: name.text.clone(),
            doc: doc.to_owned(),
            parameters: parameters?,
            promise,
            slots: self.slots(name.span),
            span: name.span,
            formula: first.span,
        })
    }

    /// A goal; `index` is its place among the goals.
    pub(super) fn goal(
        &mut self,
        doc: &str,
        (default, name): (bool, &Name),
        conditions: &[syntax::Expr],
        index: usize,
        seen: &mut Seen,
    ) -> Option<Goal> {
        self.property_name(name, "a goal", seen);
        match seen.default_goal {
            Some((_, first)) if default => {
                self.report.error(
                    Code::SeveralDefaultGoals,
                    name.span,
                    format!("`{}` is a second default goal", name.text),
                    "the second one",
                    "leave `default` out of all but one; clusters and plans name the others",
                );
                self.report.also(Some(first), "the first one");
            }
            None if default => seen.default_goal = Some((index, name.span)),
            _ => {}
        }
        let what = format!("the goal `{}`", name.text);
        let condition = self.block(conditions, name.span, &what, "goal NAME");
        Some(Goal {
            name: name.text.clone(),
            doc: doc.to_owned(),
            condition: condition?,
            slots: self.slots(name.span),
        })
    }

    /// An outage whose parameter is in scope.
    pub(super) fn outage(
        &mut self,
        parameter: &syntax::Parameter,
        variables: Option<Vec<Variable>>,
        conditions: &[syntax::Expr],
        seen: &mut Seen,
    ) -> Option<Outage> {
        let span = parameter.name.span.to(parameter.ty.span);
        let condition = self.block(conditions, span, "this outage", "outage(x: KIND)");
        let variable = variables?.pop()?;
        let FieldType::Object(kind) = variable.ty else {
            self.report.error(
                Code::WrongType,
                parameter.ty.span,
                "only objects of a kind can be out of service",
                "not a kind",
                "take an object, as in `outage(e: evs) { … }`",
            );
            return None;
        };
        if let Some(&earlier) = seen.outages.get(&kind) {
            let (name, _) = self.declared.kinds.get_index(kind.index())?;
            self.report.error(
                Code::NameTaken,
                span,
                format!("`{name}` has an outage already"),
                "the second one",
                "join the two by `or` in one outage",
            );
            self.report.also(Some(earlier), "the first one");
            return None;
        }
        seen.outages.insert(kind, span);
        Some(Outage {
            kind,
            parameter: variable,
            condition: condition?,
            slots: self.slots(span),
        })
    }

    /// Invariants and temporal properties stand beside what reports judge of their own accord.
    fn not_reserved(&mut self, name: &Name) {
        if RESERVED.contains(&name.text.as_str()) {
            self.report.error(
                Code::ReservedName,
                name.span,
                format!("`{}` is the name of a built-in property", name.text),
                "reserved",
                "choose another name; reports use this one themselves",
            );
        }
    }

    fn property_name(&mut self, name: &Name, what: &'static str, seen: &mut Seen) {
        if let Some(&(taken, earlier)) = seen.properties.get(&name.text) {
            self.report
                .name_taken(&name.text, name.span, taken, Some(earlier));
        } else if self.table_has_room(seen.properties.len(), name.span, "invariants and goals") {
            seen.properties.insert(name.text.clone(), (what, name.span));
        }
    }

    fn table_has_room(&mut self, entries: usize, span: Span, what: &str) -> bool {
        let most = usize::from(u16::MAX);
        if entries == most {
            self.report.too_many(span, what, most);
        }
        entries < most
    }

    /// A block of conditions that must not be empty.
    fn block(
        &mut self,
        conditions: &[syntax::Expr],
        span: Span,
        what: &str,
        form: &str,
    ) -> Option<Expr> {
        if conditions.is_empty() {
            self.report.error(
                Code::EmptyDeclaration,
                span,
                format!("{what} says nothing"),
                "no condition",
                format!("write at least one condition: `{form} {{ … }}`"),
            );
            return None;
        }
        self.conditions(conditions)
    }
}
