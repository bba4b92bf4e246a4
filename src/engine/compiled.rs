//! A question about a ground model as terms: its ground transitions, what is judged of a state, what is judged of a step.

use crate::language::rules::{Expr, FieldType, Variable};
use crate::model::ground::Model;
use crate::model::instances::choices;

use super::grounding::{Grounding, Moment, Scope, Uncompiled};
use super::layout::Layout;
use super::packed::MOST_INVARIANTS;
use super::question::Question;
use super::term::{TRUE, TermId, Terms};
use super::transitions::GroundTransition;

/// The terms of one ground model.
pub struct Compiled {
    /// All terms.
    pub terms: Terms,
    /// The ground transitions that are wanted.
    pub transitions: Vec<GroundTransition>,
    /// The judged invariants that are no transition invariants: number, and whether it holds wherever it is defined.
    pub invariants: Vec<(usize, TermId)>,
    /// The judged transition invariants: number, whether it holds, whether it is defined.
    pub between: Vec<(usize, TermId, TermId)>,
    /// Whether the goal holds and is defined.
    pub goal: TermId,
    /// Whether what is judged of a state is defined in it: invariants, promises, the goal.
    pub judged: TermId,
    /// Whether nothing undefined is evaluated in a state, its transitions included.
    pub defined: TermId,
}

impl Compiled {
    /// Writes out what a question needs; `may_go_on` is asked all the while.
    ///
    /// # Errors
    /// Where that is too much, or takes too long.
    pub fn new(
        model: &Model,
        layout: &Layout,
        wanted: &dyn Fn(usize) -> bool,
        question: &Question,
        may_go_on: &mut dyn FnMut() -> bool,
    ) -> Result<Self, Uncompiled> {
        if model.rules.invariants.len() > MOST_INVARIANTS {
            return Err(Uncompiled::TooLarge);
        }
        let mut grounding = Grounding::new(model, layout, may_go_on);
        let mut transitions = Vec::new();
        for instance in (0..model.instances.len()).filter(|instance| wanted(*instance)) {
            transitions.push(GroundTransition::new(&mut grounding, instance));
            proceed(&grounding)?;
        }
        let mut invariants = Vec::new();
        let mut between = Vec::new();
        let mut defined: Vec<TermId> = Vec::new();
        for (number, invariant) in model.rules.invariants.iter().enumerate() {
            if !question.invariants[number] {
                continue;
            }
            let (parameters, condition) = (&invariant.parameters, &invariant.condition);
            let (holds, is_defined) = judged(&mut grounding, parameters, condition)?;
            if invariant.transition {
                between.push((number, holds, is_defined));
            } else {
                invariants.push((number, holds));
                defined.push(is_defined);
            }
        }
        // Temporal properties are judged elsewhere, but what is undefined in them is undefined here.
        let temporal = model.rules.temporal.iter().filter(|_| question.definedness);
        for (property, operand) in
            temporal.flat_map(|p| p.promise.operands().into_iter().map(move |o| (p, o)))
        {
            let (_, is_defined) = judged(&mut grounding, &property.parameters, operand)?;
            defined.push(is_defined);
        }
        let mut goal = TRUE;
        if question.goal
            && let Some(id) = model.goal
        {
            let condition = &model.rules.goals[id.index()].condition;
            let scope = Scope::default();
            let (holds, is_defined) = grounding.condition(condition, &scope, Moment::default());
            goal = grounding.terms.and(holds, is_defined);
            defined.push(is_defined);
        }
        proceed(&grounding)?;
        let mut terms = grounding.terms;
        let judged = terms.all(defined);
        let mut defined = vec![judged];
        for transition in &transitions {
            defined.push(terms.not(transition.undefined));
        }
        let defined = terms.all(defined);
        Ok(Self {
            terms,
            transitions,
            invariants,
            between,
            goal,
            judged,
            defined,
        })
    }

    /// Instances, then whether all is defined, the goal, the invariants.
    #[must_use]
    pub fn conditions(&self) -> Vec<TermId> {
        let mut list: Vec<TermId> = self.transitions.iter().map(|t| t.enabled).collect();
        list.extend([self.defined, self.goal]);
        list.extend(self.invariants.iter().map(|(_, holds)| *holds));
        list
    }
}

/// Whether a condition holds for every choice of its parameters for which it is defined, and whether it is defined for all.
fn judged(
    grounding: &mut Grounding<'_>,
    parameters: &[Variable],
    condition: &Expr,
) -> Result<(TermId, TermId), Uncompiled> {
    let types: Vec<FieldType> = parameters.iter().map(|p| p.ty).collect();
    let mut all_hold = Vec::new();
    let mut all_defined = Vec::new();
    for choice in choices(grounding.model, &types) {
        let scope = Scope::new(grounding, &types, &choice);
        let moment = Moment::default();
        let (holds, defined) = grounding.condition(condition, &scope, moment);
        let undefined = grounding.terms.not(defined);
        all_hold.push(grounding.terms.or(holds, undefined));
        all_defined.push(defined);
        proceed(grounding)?;
    }
    Ok((
        grounding.terms.all(all_hold),
        grounding.terms.all(all_defined),
    ))
}

fn proceed(grounding: &Grounding<'_>) -> Result<(), Uncompiled> {
    grounding.given_up.map_or(Ok(()), Err)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::testing::model;

    #[test]
    fn whoever_does_not_want_to_wait_is_heard_within_one_expression() {
        let rules = "rules many\nkind node { v: 0..9 = 0 }\n\
            invariant q { all a, b, c, d in node: a.v + b.v < c.v + d.v }";
        let cluster = r#"{ "rules": "test", "objects": { "node": { "N[1-100]": {} } } }"#;
        let model = model(rules, cluster);
        let layout = Layout::new(&model, &|_, _| true);
        let question = Question {
            invariants: vec![true],
            goal: false,
            definedness: false,
        };
        let mut asked = 0;
        let mut may_go_on = || {
            asked += 1;
            asked < 10
        };
        let compiled = Compiled::new(&model, &layout, &|_| true, &question, &mut may_go_on);
        assert_eq!(compiled.err(), Some(Uncompiled::Interrupted));
        assert_eq!(asked, 10, "after no there is no other question");
    }
}
