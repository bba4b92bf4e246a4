//! Positions up to the names of interchangeable objects, for the search that finds what the cheapest plan costs.

use crate::search::best_first::{Expansion, Space};

use super::positions::{Place, Positions};
use super::renaming::Names;

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
    type Node = Place;
    type Label = ();

    fn start(&self) -> Option<Place> {
        let start = self.positions.first_place()?;
        Some(self.positions.representative(start))
    }

    fn expand(&mut self, place: &Place, expansion: &mut Expansion<'_, Self>) {
        for action in self
            .positions
            .candidates(&place.belief, Names::Representative)
        {
            if !expansion.may_go_on() {
                return;
            }
            for next in self.positions.next(place, action) {
                let next = self.positions.representative(next);
                expansion.offer((), self.positions.cost(action), next);
            }
        }
    }

    fn is_goal(&mut self, place: &Place) -> bool {
        self.positions.is_end(place)
    }

    fn estimate(&mut self, place: &Place) -> Option<u32> {
        self.positions.bound(place, None).map(|bound| bound.cost)
    }
}
