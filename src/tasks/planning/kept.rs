//! Steps that a plan has to keep: an order of steps with holes between them, and how far along it a plan is.

/// What a plan has to look like: steps, and holes that any steps may fill.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept(Vec<Element>);

/// A part of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Element {
    /// This ground action, and nothing else.
    Step(usize),
    /// Any steps, or none.
    Hole,
}

impl Default for Kept {
    fn default() -> Self {
        Self(vec![Element::Hole])
    }
}

impl Kept {
    /// These elements, in this order.
    #[must_use]
    pub const fn new(elements: Vec<Element>) -> Self {
        Self(elements)
    }

    /// The ground actions that are kept.
    pub fn steps(&self) -> impl Iterator<Item = usize> {
        self.0.iter().filter_map(|element| match element {
            Element::Step(instance) => Some(*instance),
            Element::Hole => None,
        })
    }

    /// How far along a plan can be after a ground action, where it was `at` before.
    pub(super) fn after(&self, at: u32, instance: usize) -> Vec<u32> {
        let mut found = Vec::new();
        for (place, element) in (0u32..).zip(&self.0).skip(at as usize) {
            match element {
                Element::Hole => found.push(place),
                Element::Step(kept) => {
                    if *kept == instance {
                        found.push(place + 1);
                    }
                    break;
                }
            }
        }
        found
    }

    /// The ground actions that are still to come.
    pub(super) fn left(&self, at: u32) -> impl Iterator<Item = usize> {
        self.0
            .iter()
            .skip(at as usize)
            .filter_map(|element| match element {
                Element::Step(instance) => Some(*instance),
                Element::Hole => None,
            })
    }

    /// Whether a plan has all of it.
    pub(super) fn is_complete(&self, at: u32) -> bool {
        self.left(at).next().is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holes_take_any_steps_and_steps_take_their_own() {
        use Element::{Hole, Step};
        let kept = Kept::new(vec![Step(1), Hole, Step(2), Step(3)]);
        assert_eq!(kept.after(0, 2), [0u32; 0], "it begins with step 1");
        assert_eq!(kept.after(0, 1), [1]);
        assert_eq!(kept.after(1, 7), [1], "the hole takes it");
        assert_eq!(kept.after(1, 2), [1, 3], "the hole, or the step itself");
        assert_eq!(kept.after(3, 7), [0u32; 0], "nothing comes between 2 and 3");
        assert!(kept.is_complete(4) && !kept.is_complete(3));
        assert!(Kept::default().is_complete(0));
    }
}
