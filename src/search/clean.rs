//! The part of a packed system that runs without a violation can reach: what breaks something leads nowhere.

use crate::engine::packed::{Edge, Marks, Packed};

/// A system without transitions that break something, or out of states that do. Such states are still met, and are no goals.
pub struct Clean<'a, P> {
    /// The whole system.
    pub system: &'a P,
}

impl<const W: usize, P: Packed<W>> Packed<W> for Clean<'_, P> {
    type Scratch = (P::Scratch, Vec<Edge<W>>);
    type Concrete = P::Concrete;

    fn scratch(&self) -> Self::Scratch {
        (self.system.scratch(), Vec::new())
    }

    fn initial(&self) -> [u64; W] {
        self.system.initial()
    }

    fn expand(
        &self,
        (scratch, edges): &mut Self::Scratch,
        state: &[u64; W],
        offer: &mut impl FnMut(Edge<W>),
    ) -> Marks {
        edges.clear();
        let mut marks = self.system.expand(scratch, state, &mut |edge| {
            if edge.is_clean() {
                edges.push(edge);
            }
        });
        if marks.is_clean() {
            edges.drain(..).for_each(offer);
        } else {
            marks.goal = false;
        }
        marks
    }

    fn first(&self) -> P::Concrete {
        self.system.first()
    }

    fn step(
        &self,
        (scratch, _): &mut Self::Scratch,
        at: &P::Concrete,
        wanted: &mut dyn FnMut(&Edge<W>) -> bool,
    ) -> Option<(usize, P::Concrete)> {
        let mut clean = |edge: &Edge<W>| edge.is_clean() && wanted(edge);
        self.system.step(scratch, at, &mut clean)
    }
}
