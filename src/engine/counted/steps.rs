//! Transitions and properties in the form in which they are evaluated on counted states: which guards are judged early, in
//! which order, and what effects write. Knows no state.

use crate::language::rules::{
    Effect, Expr, FieldId, FieldType, Guard, GuardKind, KindId, Transition, TransitionId, Variable,
};

use super::code::{Condition, EffectCode, Num, Range, Step, Target};
use super::compile::{Compiler, range_of};
use super::defined::Knowledge;
use super::shape::Place;

impl Compiler<'_> {
    /// A condition on every choice of parameters.
    pub(super) fn condition(
        &mut self,
        parameters: &[Variable],
        condition: &Expr,
        slots: usize,
        transition: bool,
    ) -> Condition {
        Condition {
            parameters: self.ranges(parameters),
            holds: self.num(condition),
            slots,
            transition,
        }
    }

    /// A transition with the guards of the policies that are on.
    pub(super) fn step(&mut self, id: TransitionId, knowledge: &mut Knowledge<'_>) -> Step {
        let model = self.model;
        let transition = &model.rules.transitions[id.index()];
        let count = transition.parameters.len();
        let mut early: Vec<Vec<(u64, Num)>> = vec![Vec::new(); count + 1];
        let mut late = Vec::new();
        for guard in self.guards(id, transition) {
            let known = knowledge.of(&guard.condition, &transition.parameters);
            let code = self.num(&guard.condition);
            if known.total && late.is_empty() {
                early[known.parameters].push((known.cost, code));
            } else {
                late.push(code);
            }
        }
        for level in &mut early {
            level.sort_by_key(|(cost, _)| *cost);
        }
        let in_policies = model.rules.policies.iter().flat_map(|p| &p.clauses);
        let slots = in_policies
            .filter(|clause| clause.action == id)
            .map(|clause| clause.slots)
            .fold(transition.slots, usize::max);
        Step {
            id,
            class: transition.class,
            parameters: self.ranges(&transition.parameters),
            early: early
                .into_iter()
                .map(|level| level.into_iter().map(|(_, code)| code).collect())
                .collect(),
            late,
            effects: self.effects(&transition.effects),
            slots,
        }
    }

    /// The guards in the order of judgement: awaits, then requires, in both the transition's own first, then those of the
    /// policies that are on.
    fn guards<'g>(&self, id: TransitionId, transition: &'g Transition) -> Vec<&'g Guard>
    where
        Self: 'g,
    {
        let model = self.model;
        let policies = model.rules.policies.iter().zip(&model.policies);
        let added = policies
            .filter(|(_, on)| **on)
            .flat_map(|(policy, _)| &policy.clauses)
            .filter(|clause| clause.action == id)
            .flat_map(|clause| &clause.guards);
        let (requires, mut guards): (Vec<&Guard>, Vec<&Guard>) = transition
            .guards
            .iter()
            .chain(added)
            .partition(|guard| matches!(guard.kind, GuardKind::Require(_)));
        guards.extend(requires);
        guards
    }

    fn ranges(&self, parameters: &[Variable]) -> Vec<Range> {
        let range = |parameter: &Variable| match parameter.ty {
            FieldType::Bool => Range::Numbers(0, 1),
            FieldType::Range(low, high) => Range::Numbers(low, high),
            FieldType::Enum(id) => Range::Numbers(
                0,
                self.model.rules.enums[id.index()].values.len() as i64 - 1,
            ),
            FieldType::Object(kind) | FieldType::Set(kind) => Range::Objects {
                kind,
                optional: false,
            },
            FieldType::Optional(kind) => Range::Objects {
                kind,
                optional: true,
            },
        };
        parameters.iter().map(range).collect()
    }

    fn effects(&mut self, effects: &[Effect]) -> Vec<EffectCode> {
        effects.iter().map(|effect| self.effect(effect)).collect()
    }

    fn effect(&mut self, effect: &Effect) -> EffectCode {
        match effect {
            Effect::Assign {
                object,
                kind,
                field,
                value,
                ..
            } => EffectCode::Assign {
                object: self.num(object),
                target: self.target(*kind, *field, value),
            },
            Effect::If {
                condition,
                then,
                otherwise,
            } => EffectCode::If(
                self.num(condition),
                self.effects(then),
                self.effects(otherwise),
            ),
            Effect::For { binder, body } => {
                EffectCode::For(self.binder(binder), self.effects(body))
            }
        }
    }

    fn target(&mut self, kind: KindId, field: FieldId, value: &Expr) -> Target {
        let ty = self.model.rules.kinds[kind.index()].fields[field.index()].ty;
        let of = self.individuals(ty);
        match (self.shape.kind(kind).places[field.index()], ty) {
            (Place::Members { shift, count }, _) => Target::Members(self.set(value), shift, count),
            (Place::Header, FieldType::Set(members)) => {
                Target::HeaderMembers(self.set(value), self.member_cells(kind, field, members))
            }
            (Place::Code { shift, .. }, _) => {
                Target::Record(self.num(value), self.bits(ty, shift), range_of(ty), of)
            }
            (Place::Header, _) => Target::Header(
                self.num(value),
                self.cells(kind, field),
                self.bits(ty, 0),
                range_of(ty),
                of,
            ),
            // Nothing is assigned to a fixed field.
            (Place::Tree | Place::Fixed, _) => Target::Tree(self.num(value)),
        }
    }
}
