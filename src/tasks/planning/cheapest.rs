//! Positions up to the names of interchangeable objects, for the search that finds what the cheapest plan costs.

use crate::search::best_first::{Expansion, Space};

use super::positions::{Belief, Names, Positions, Waiting};

/// The positions of all plans, one for each orbit.
pub(super) struct Quotient<'p, 'm> {
    positions: &'p Positions<'m>,
}

impl<'p, 'm> Quotient<'p, 'm> {
    pub(super) const fn new(positions: &'p Positions<'m>) -> Self {
        Self { positions }
    }
}

impl Space for Quotient<'_, '_> {
    type Node = Belief;
    type Label = ();

    fn start(&self) -> Option<Belief> {
        let start = self.positions.start()?;
        Some(self.positions.representative(start.belief))
    }

    fn expand(&mut self, belief: &Belief, expansion: &mut Expansion<'_, Self>) {
        for action in self.positions.candidates(belief, Names::Representative) {
            if !expansion.may_go_on() {
                return;
            }
            let after = self.positions.after(belief, action);
            let closed = after.and_then(|states| self.positions.close(states, Waiting::Yes));
            if let Some(closed) = closed {
                let next = self.positions.representative(closed.belief);
                expansion.offer((), self.positions.cost(action), next);
            }
        }
    }

    fn is_goal(&mut self, belief: &Belief) -> bool {
        self.positions.is_goal(belief)
    }

    fn estimate(&mut self, belief: &Belief) -> Option<u32> {
        self.positions.bound(belief, None).map(|bound| bound.cost)
    }
}
