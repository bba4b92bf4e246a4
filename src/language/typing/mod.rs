//! From the syntax tree to typed rules: every name is looked up and every type agrees, or a diagnostic says why not.
//!
//! Works in three passes: what is declared (`declarations`), the lets in the order of need (`lets`), and then
//! everything else in source order. All errors are told in one run; what had an error once is silently of any type.
//! Knows no concrete object, except by name through [`Objects`], for the expressions of plans and options.

mod arguments;
mod binders;
mod constants;
mod cycles;
mod declarations;
mod declared;
mod expressions;
mod failures;
mod lets;
mod names;
mod operators;
mod properties;
mod report;
mod scope;
mod statements;
#[cfg(test)]
mod tests;
mod types;
mod walk;

use std::sync::Arc;

use super::diagnostic::Diagnostics;
use super::rules::{Enum, Expr, KindId, Rules, TransitionId, Type};
use super::source::Source;
use super::syntax::{self, Declaration, Item, RulesFile};

use declarations::Collected;
use declared::{Declared, ParameterShape};
use expressions::Checker;
use properties::Seen;

/// The objects that expressions of plans and options may name.
pub trait Objects {
    /// The place and kind of an object.
    fn find(&self, name: &str) -> Option<(u32, KindId)>;
    /// All names, for "did you mean".
    fn names(&self) -> Vec<String>;
}

/// For expressions that stand beside no cluster.
#[derive(Clone, Copy, Debug)]
pub struct NoObjects;

impl Objects for NoObjects {
    fn find(&self, _: &str) -> Option<(u32, KindId)> {
        None
    }

    fn names(&self) -> Vec<String> {
        Vec::new()
    }
}

/// Types a rules file. The rules are usable only where no diagnostic, of the parser's included, is an error.
#[must_use]
pub fn check_rules(file: &RulesFile, source: &Arc<Source>) -> (Rules, Diagnostics) {
    let mut collected = declarations::collect(file, source);
    let mut diagnostics = std::mem::take(&mut collected.diagnostics);
    let mut rules = Rules {
        name: file.name.as_ref().map_or(String::new(), |n| n.text.clone()),
        doc: file.doc.clone(),
        source: source.clone(),
        enums: enums(&collected.declared),
        kinds: Vec::new(),
        params: Vec::new(),
        lets: Vec::new(),
        transitions: Vec::new(),
        policies: Vec::new(),
        assumptions: Vec::new(),
        invariants: Vec::new(),
        temporal: Vec::new(),
        goals: Vec::new(),
        default_goal: None,
        outages: Vec::new(),
    };
    let (lets, found) = lets::check_lets(file, source, &mut collected);
    rules.lets = lets;
    diagnostics.extend(found);
    let mut pass = Pass {
        collected: &collected,
        source,
        seen: Seen::default(),
        goals: 0,
        rules: &mut rules,
        diagnostics: &mut diagnostics,
    };
    for (declaration, parameters) in file.declarations.iter().zip(&collected.parameters) {
        pass.declaration(declaration, parameters);
    }
    failures::restrict(pass.rules);
    let default_goal = pass.seen.default_goal(pass.goals);
    rules.default_goal = default_goal;
    (rules, diagnostics)
}

fn enums(declared: &Declared) -> Vec<Enum> {
    declared
        .enums
        .iter()
        .map(|(name, shape)| Enum {
            name: name.clone(),
            ordered: shape.ordered,
            values: shape.values.keys().cloned().collect(),
            words: shape.values.values().map(|v| v.words.clone()).collect(),
        })
        .collect()
}

/// The last pass: all declarations but enums and lets, in source order.
struct Pass<'a> {
    collected: &'a Collected,
    source: &'a Arc<Source>,
    seen: Seen,
    /// How many goals there were so far, those with errors included.
    goals: usize,
    rules: &'a mut Rules,
    diagnostics: &'a mut Diagnostics,
}

impl Pass<'_> {
    fn declaration(&mut self, declaration: &Declaration, parameters: &[ParameterShape]) {
        let doc = declaration.doc.as_str();
        let mut checker = Checker::new(&self.collected.declared, self.source);
        match &declaration.item {
            Item::Enum { .. } | Item::Let { .. } => {}
            Item::Param { name, default, .. } => {
                let param = checker.param(doc, name, default.as_ref());
                self.rules.params.extend(param);
            }
            Item::Kind { name, fields } => {
                self.rules.kinds.extend(checker.kind(doc, name, fields));
            }
            Item::Transition {
                class,
                name,
                parameters: written,
                fair,
                body,
            } => {
                let variables = checker.enter(written, parameters);
                let written = statements::Written {
                    doc,
                    class: *class,
                    name,
                    fair: *fair,
                    body,
                };
                let transitions = checker.transition(&written, variables);
                self.rules.transitions.extend(transitions);
            }
            Item::Policy { .. } => return self.policy(doc, &declaration.item),
            _ => self.property(&mut checker, declaration, parameters),
        }
        self.diagnostics.extend(checker.report.diagnostics);
    }

    /// Each clause has variables of its own.
    fn policy(&mut self, doc: &str, item: &Item) {
        let Item::Policy {
            name,
            activation,
            clauses,
        } = item
        else {
            return;
        };
        let declared = &self.collected.declared;
        let mut checker = Checker::new(declared, self.source);
        let policy = checker.policy(doc, name, activation, &mut self.seen);
        self.diagnostics.extend(checker.report.diagnostics);
        let mut typed = Vec::with_capacity(clauses.len());
        for clause in clauses {
            let mut checker = Checker::new(declared, self.source);
            typed.extend(checker.clause(clause));
            self.diagnostics.extend(checker.report.diagnostics);
        }
        self.rules.policies.extend(policy.map(|mut policy| {
            policy.clauses = typed;
            policy
        }));
    }

    fn property(
        &mut self,
        checker: &mut Checker<'_>,
        declaration: &Declaration,
        parameters: &[ParameterShape],
    ) {
        let doc = declaration.doc.as_str();
        let seen = &mut self.seen;
        match &declaration.item {
            Item::Assume { text, conditions } => {
                let assumption = checker.assumption(text, conditions, declaration.span);
                self.rules.assumptions.extend(assumption);
            }
            Item::Invariant {
                transition,
                name,
                parameters: written,
                conditions,
            } => {
                let variables = checker.enter(written, parameters);
                let head = (*transition, name);
                let invariant = checker.invariant(doc, head, variables, conditions, seen);
                self.rules.invariants.extend(invariant);
            }
            Item::Property {
                name,
                parameters: written,
                formulas,
            } => {
                let variables = checker.enter(written, parameters);
                let temporal = checker.temporal(doc, name, variables, formulas, seen);
                self.rules.temporal.extend(temporal);
            }
            Item::Goal {
                default,
                name,
                conditions,
            } => {
                let goal = checker.goal(doc, (*default, name), conditions, self.goals, seen);
                self.goals += 1;
                self.rules.goals.extend(goal);
            }
            Item::Outage {
                parameter,
                conditions,
            } => {
                let variables = checker.enter(std::slice::from_ref(parameter), parameters);
                let outage = checker.outage(parameter, variables, conditions, seen);
                self.rules.outages.extend(outage);
            }
            _ => {}
        }
    }
}

/// Types an expression of a plan or an option against rules without errors. The number is that of the slots that its
/// quantifiers use.
#[must_use]
pub fn check_expression(
    rules: &Rules,
    objects: &dyn Objects,
    expr: &syntax::Expr,
    expected: Type,
    source: &Arc<Source>,
) -> (Option<(Expr, usize)>, Diagnostics) {
    let declared = Declared::of(rules);
    let mut checker = Checker::new(&declared, source);
    checker.objects = Some(objects);
    let typed = checker.whole(expr, expected);
    let slots = checker.slots(expr.span);
    (typed.map(|e| (e, slots)), checker.report.diagnostics)
}

/// Types the arguments of a step of a plan, one for each parameter of the action: objects and constants.
#[must_use]
pub fn check_arguments(
    rules: &Rules,
    objects: &dyn Objects,
    transition: TransitionId,
    step: &syntax::Step,
    source: &Arc<Source>,
) -> (Option<Vec<Expr>>, Diagnostics) {
    let declared = Declared::of(rules);
    let mut checker = Checker::new(&declared, source);
    checker.objects = Some(objects);
    let arguments = match declared.transitions.get_index(transition.index()) {
        Some((name, shape)) => checker.arguments(name, shape, step),
        None => None,
    };
    (arguments, checker.report.diagnostics)
}
