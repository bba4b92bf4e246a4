//! A quick look at a state: which ground transitions are worth trying there, and whether anything is wrong with it. For
//! searches that go on by the interpreter, where most of many transitions are not possible in any one state.
//!
//! A look never says that a transition is not worth trying where it is possible or undefined, and never says that a state is
//! in order where an invariant is false or undefined; whoever looks tries the rest by the interpreter.

use std::cell::RefCell;

use crate::model::ground::Model;

use super::compiled::Compiled;
use super::conditions::Conditions;
use super::grounding::Uncompiled;
use super::layout::Layout;
use super::program::Registers;
use super::question::Question;
use super::term::TermId;

/// The conditions of some ground transitions, and of a state that is in order.
pub struct Glance {
    conditions: Conditions,
    instances: Vec<usize>,
    /// Registers and answers, used again and again.
    room: RefCell<(Registers, Vec<u64>)>,
}

impl Glance {
    /// A look at the transitions that are wanted; `may_go_on` is asked all the while. None where that is too much.
    #[must_use]
    pub fn new(
        model: &Model,
        layout: &Layout,
        wanted: &dyn Fn(usize) -> bool,
        may_go_on: &mut dyn FnMut() -> bool,
    ) -> Option<Self> {
        let invariants = &model.rules.invariants;
        let question = Question {
            invariants: invariants.iter().map(|i| !i.transition).collect(),
            goal: false,
            definedness: true,
        };
        let compiled: Result<Compiled, Uncompiled> =
            Compiled::new(model, layout, wanted, &question, may_go_on);
        let Compiled {
            mut terms,
            transitions,
            invariants,
            defined,
            ..
        } = compiled.ok()?;
        let in_order = terms.all(invariants.iter().map(|(_, holds)| *holds));
        let in_order = terms.and(in_order, defined);
        let mut conditions: Vec<TermId> = transitions
            .iter()
            .map(|transition| terms.or(transition.enabled, transition.undefined))
            .collect();
        conditions.push(in_order);
        Some(Self {
            conditions: Conditions::new(&mut terms, &conditions),
            instances: transitions.iter().map(|t| t.instance).collect(),
            room: RefCell::new((Registers::new(), Vec::new())),
        })
    }

    /// The transitions that are possible or undefined in a state, in order; and whether all invariants hold in it and nothing
    /// is undefined, these transitions included.
    #[must_use]
    pub fn at(&self, state: &[u64]) -> (Vec<usize>, bool) {
        let mut room = self.room.borrow_mut();
        let (registers, answers) = &mut *room;
        self.conditions.answer(registers, state, answers);
        let holds = |place: usize| answers[place / 64] >> (place % 64) & 1 == 1;
        let mut found = Vec::new();
        for (word, bits) in answers.iter().enumerate() {
            let mut left = *bits;
            while left != 0 {
                let place = word * 64 + left.trailing_zeros() as usize;
                left &= left - 1;
                match self.instances.get(place) {
                    Some(instance) => found.push(*instance),
                    None => break,
                }
            }
        }
        (found, holds(self.instances.len()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::testing::model;

    #[test]
    fn what_is_possible_or_undefined_is_worth_trying_and_nothing_else() {
        let rules = "rules glance\nkind node { up: bool = true; next: node? = none; v: 0..2 = 2 }\n\
            event fall(n: node) { when n.up; n.up = false }\n\
            event rise(n: node) { when not n.up; n.up = true }\n\
            event odd(n: node) { when n.next.up; n.up = false }\n\
            event more(n: node) { when n.v > 0; n.v = n.v + 1 }\n\
            invariant alive(n: node) { n.up }\n\
            goal g { all n in node: n.up }";
        let cluster = r#"{ "rules": "test", "objects": { "node": { "A": { "next": "B" }, "B": { "up": false } } } }"#;
        let model = model(rules, cluster);
        let layout = Layout::new(&model, &|_, _| true);
        let glance = Glance::new(&model, &layout, &|_| true, &mut || true).unwrap();
        let (worth, in_order) = glance.at(&layout.initial(&model));
        // fall(A), rise(B), odd(B) (undefined), more(A) and more(B) (undefined in their effects).
        assert_eq!(worth, [0, 3, 5, 6, 7]);
        assert!(!in_order);
    }
}
