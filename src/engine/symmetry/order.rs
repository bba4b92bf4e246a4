//! Which kinds the rules use in the order of the cluster, so that their objects cannot change places. Knows no state and
//! no object.
//!
//! Rules name no object, and compare objects only for equality; two things are left that can tell a first object from a
//! second one: a quantifier that stops early where judging a member may be undefined (see [`Definedness`]), and a loop one
//! pass of which meets what another has written.

use std::collections::{BTreeMap, BTreeSet};

use crate::engine::definedness::{Definedness, kind_of};
use crate::language::rules::{
    Binder, Constant, Domain, Effect, Expr, ExprKind, FieldId, KindId, LetId, ParamId, Rules, Slot,
};
use crate::language::visit;
use crate::model::ground::Model;

/// Why the order of a kind's objects matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ordered {
    /// A quantifier stops early, and may be undefined for a member.
    Quantifier,
    /// The passes of a loop may meet what others have written.
    Loop,
}

impl Ordered {
    /// The reason in words.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::Quantifier => {
                "`all` or `some` stops at the first that settles it, and may be undefined for another"
            }
            Self::Loop => "the passes of a `for` may depend on their order",
        }
    }
}

type Field = (KindId, FieldId);

/// The kinds whose order matters in the rules and the policies that are on, with the reasons.
#[must_use]
pub fn ordered_kinds(model: &Model) -> BTreeSet<(KindId, Ordered)> {
    let rules = &*model.rules;
    let mut look = Definedness::new(model);
    let mut loops = BTreeSet::new();
    for transition in &rules.transitions {
        for guard in &transition.guards {
            look.may_be_undefined(&guard.condition, &transition.parameters);
        }
        effects(&transition.effects, &mut |part| match part {
            Part::Expr(expr) => {
                look.may_be_undefined(expr, &transition.parameters);
            }
            Part::Loop(binder, body) => {
                look.choice_may_be_undefined(binder, &transition.parameters);
                if !Passes::of(rules, binder, body).commute(body) {
                    loops.extend(kind_of(&binder.domain));
                }
            }
        });
    }
    let on = rules.policies.iter().zip(&model.policies);
    for (policy, _) in on.filter(|(_, on)| **on) {
        for clause in &policy.clauses {
            for guard in &clause.guards {
                look.may_be_undefined(&guard.condition, &clause.arguments);
            }
        }
    }
    for invariant in &rules.invariants {
        look.may_be_undefined(&invariant.condition, &invariant.parameters);
    }
    for property in &rules.temporal {
        for operand in property.promise.operands() {
            look.may_be_undefined(operand, &property.parameters);
        }
    }
    for goal in &rules.goals {
        look.may_be_undefined(&goal.condition, &[]);
    }
    for outage in &rules.outages {
        look.may_be_undefined(&outage.condition, std::slice::from_ref(&outage.parameter));
    }
    let quantifiers = look.ordered().iter().map(|&k| (k, Ordered::Quantifier));
    let loops = loops.into_iter().map(|k| (k, Ordered::Loop));
    quantifiers.chain(loops).collect()
}

/// A part of effects.
enum Part<'a> {
    /// An expression that is evaluated, not counting those of binders.
    Expr(&'a Expr),
    /// A loop; its parts follow.
    Loop(&'a Binder, &'a [Effect]),
}

/// Shows all parts of effects, those inside others too.
fn effects<'a>(list: &'a [Effect], show: &mut dyn FnMut(Part<'a>)) {
    for effect in list {
        match effect {
            Effect::Assign { object, value, .. } => {
                show(Part::Expr(object));
                show(Part::Expr(value));
            }
            Effect::If {
                condition,
                then,
                otherwise,
            } => {
                show(Part::Expr(condition));
                effects(then, show);
                effects(otherwise, show);
            }
            Effect::For { binder, body } => {
                show(Part::Loop(binder, body));
                effects(body, show);
            }
        }
    }
}

/// What the passes of one loop write.
struct Passes<'r> {
    rules: &'r Rules,
    /// The variable of the loop.
    variable: Slot,
    /// Everything written.
    written: BTreeSet<Field>,
    /// What every pass writes of its own object only.
    own: BTreeSet<Field>,
    /// Lets that were looked at, with the parameters that are the pass's own object, and what was found.
    lets: BTreeMap<(LetId, BTreeSet<Slot>), bool>,
}

impl<'r> Passes<'r> {
    fn of(rules: &'r Rules, binder: &Binder, body: &[Effect]) -> Self {
        let written: BTreeSet<Field> = visit::written(body).into_iter().collect();
        let mut own = written.clone();
        each_assignment(body, &mut |object, field, _| {
            if object.kind_is_variable() != Some(binder.slot) {
                own.remove(&field);
            }
        });
        Self {
            rules,
            variable: binder.slot,
            written,
            own,
            lets: BTreeMap::new(),
        }
    }

    /// Whether the passes can be made in any order. It is enough that no pass reads what another writes, and that what
    /// several passes may write gets the same value from all.
    fn commute(&mut self, body: &[Effect]) -> bool {
        let mut inside = BTreeSet::from([self.variable]);
        let mut expressions = Vec::new();
        effects(body, &mut |part| match part {
            Part::Expr(expr) => expressions.push(expr),
            Part::Loop(binder, _) => {
                inside.insert(binder.slot);
                expressions.extend(binder.filter.as_deref());
                if let Domain::Set(set) = &binder.domain {
                    expressions.push(set);
                }
            }
        });
        let own = BTreeSet::from([self.variable]);
        let apart = expressions
            .into_iter()
            .all(|expr| self.keeps_apart(expr, &own));
        apart && self.agree(body, &inside)
    }

    /// Whether an expression reads nothing that other passes write. `own` are the variables that are the pass's own object.
    fn keeps_apart(&mut self, expr: &Expr, own: &BTreeSet<Slot>) -> bool {
        match &expr.kind {
            ExprKind::Field(object, kind, field) if self.written.contains(&(*kind, *field)) => {
                self.own.contains(&(*kind, *field))
                    && object
                        .kind_is_variable()
                        .is_some_and(|slot| own.contains(&slot))
            }
            ExprKind::Call(id, arguments) => {
                let within: BTreeSet<Slot> = (0u16..)
                    .map(Slot)
                    .zip(arguments)
                    .filter(|(_, argument)| {
                        argument
                            .kind_is_variable()
                            .is_some_and(|slot| own.contains(&slot))
                    })
                    .map(|(slot, _)| slot)
                    .collect();
                arguments.iter().all(|a| self.keeps_apart(a, own)) && self.let_apart(*id, within)
            }
            _ => visit::children(expr)
                .into_iter()
                .all(|child| self.keeps_apart(child, own)),
        }
    }

    fn let_apart(&mut self, id: LetId, own: BTreeSet<Slot>) -> bool {
        if let Some(&found) = self.lets.get(&(id, own.clone())) {
            return found;
        }
        let rules = self.rules;
        let found = self.keeps_apart(&rules.lets[id.index()].body, &own);
        self.lets.insert((id, own), found);
        found
    }

    /// Whether what is written of other objects than the pass's own is one value that is the same in all passes.
    fn agree(&self, body: &[Effect], inside: &BTreeSet<Slot>) -> bool {
        let mut values: BTreeMap<Field, Steady> = BTreeMap::new();
        let mut agree = true;
        each_assignment(body, &mut |_, field, value| {
            if !self.own.contains(&field) {
                agree &= match steady(value, inside) {
                    Some(value) => *values.entry(field).or_insert(value) == value,
                    None => false,
                };
            }
        });
        agree
    }
}

/// A value that is the same in all passes.
#[derive(Clone, Copy, PartialEq)]
enum Steady {
    Constant(Constant),
    Param(ParamId),
    Variable(Slot),
}

fn steady(value: &Expr, inside: &BTreeSet<Slot>) -> Option<Steady> {
    match value.kind {
        ExprKind::Constant(constant) => Some(Steady::Constant(constant)),
        ExprKind::Param(id) => Some(Steady::Param(id)),
        ExprKind::Variable(slot) => (!inside.contains(&slot)).then_some(Steady::Variable(slot)),
        _ => None,
    }
}

fn each_assignment<'a>(body: &'a [Effect], show: &mut dyn FnMut(&'a Expr, Field, &'a Expr)) {
    for effect in body {
        match effect {
            Effect::Assign {
                object,
                kind,
                field,
                value,
                ..
            } => show(object, (*kind, *field), value),
            Effect::If {
                then, otherwise, ..
            } => {
                each_assignment(then, show);
                each_assignment(otherwise, show);
            }
            Effect::For { body, .. } => each_assignment(body, show),
        }
    }
}

/// The slot of an expression that is just a variable.
trait JustVariable {
    fn kind_is_variable(&self) -> Option<Slot>;
}

impl JustVariable for Expr {
    fn kind_is_variable(&self) -> Option<Slot> {
        match self.kind {
            ExprKind::Variable(slot) => Some(slot),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::testing::model;

    /// The kinds, by name, for which an action with these effects needs the order.
    fn ordered(effects: &str) -> Vec<(String, Ordered)> {
        let rules = format!(
            "rules order
            kind rack {{ up: bool = true; level: 0..7 = 0 }}
            kind node {{ up: bool = true; level: 0..7 = 0; next: node? = none; fixed home: rack }}
            let high(n: node) = n.level > 3
            let some_high = some n in node: n.level > 3
            action act(x: node, b: bool) {{ {effects} }}"
        );
        let cluster = r#"{ "rules": "test", "objects": { "rack": { "R": {} }, "node": { "N[1-2]": { "home": "R" } } } }"#;
        let model = model(&rules, cluster);
        ordered_kinds(&model)
            .into_iter()
            .map(|(kind, why)| (model.rules.kinds[kind.index()].name.clone(), why))
            .collect()
    }

    #[test]
    fn passes_that_keep_to_their_own_object_commute() {
        for effects in [
            "for n in node where n.up { n.up = false; n.level = 0 }",
            "for n in node where n.level < 7 { n.level = n.level + 1 }",
            "for n in node { if high(n) { n.level = 0 } }",
            "for n in node { n.up = n.next == none or n == x }",
            "for n in node { n.home.up = false }",
            "for n in node { n.home.up = b; n.up = b }",
            "for n in node { for m in node where m != n { m.up = false } }",
        ] {
            assert_eq!(ordered(effects), [], "{effects}");
        }
    }

    #[test]
    fn passes_that_meet_each_other_need_the_order() {
        let node = || vec![("node".to_owned(), Ordered::Loop)];
        for effects in [
            "for n in node { n.home.level = n.level }",
            "for n in node { n.home.level = n.home.level + 1 }",
            "for n in node { if some_high { n.level = 0 } }",
            "for n in node { n.up = x.up }",
            "for n in node { n.next = x; if n.next != none { n.next.up = false }; n.up = true }",
            "for n in node { if n.home.up { n.home.up = false; n.level = 1 } }",
            "for n in node { for m in node { m.next = n } }",
            "for n in node { if n.up { n.home.up = true } else { n.home.up = false } }",
            "for n in node { if high(x) { n.level = 0 } }",
        ] {
            assert_eq!(ordered(effects), node(), "{effects}");
        }
    }

    #[test]
    fn an_early_stop_before_an_undefined_member_needs_the_order() {
        let effects = "if all n in node: n.next.up { x.up = false }";
        assert_eq!(ordered(effects), [("node".to_owned(), Ordered::Quantifier)]);
        assert_eq!(ordered("for n in node where n.next.up { n.level = 0 }"), []);
    }
}
