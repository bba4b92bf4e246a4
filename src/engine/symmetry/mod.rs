//! Objects that can change places without anybody noticing: which these are ([`classes`]), and one representative for all
//! states that differ only by that ([`forest`], exact and fast where references make a forest; [`refinement`] otherwise).
//! Knows the rules and the layout of states, and no search.

pub mod classes;
pub mod forest;
pub mod order;
pub mod permute;
pub mod refinement;
#[cfg(test)]
mod testing;

use std::collections::BTreeSet;

use classes::{Classes, linked};
use forest::{Forest, ForestScratch};
use permute::{Permute, laid_out};
use refinement::{Refinement, RefinementScratch};

use super::layout::Layout;
use crate::language::rules::{FieldId, KindId};
use crate::language::visit;
use crate::model::ground::Model;
use crate::model::value::ObjectId;

/// The symmetry of a model.
#[derive(Clone, Debug)]
pub struct Symmetry {
    classes: Classes,
    canonical: Canonical,
    permute: Permute,
}

/// How representatives are found.
#[derive(Clone, Debug)]
enum Canonical {
    Forest(Forest),
    Refinement(Refinement),
}

/// Room to work in, for one thread.
#[derive(Clone, Debug)]
pub enum Scratch {
    /// For forests.
    Forest(Box<ForestScratch>),
    /// For all else.
    Refinement(RefinementScratch),
}

impl Symmetry {
    /// What can change places where the objects of `named` cannot, in states of this layout; none where nothing can.
    ///
    /// A changing field that the layout leaves out is taken to be of no influence, unless no transition writes it: then it
    /// is taken for a fixed one.
    #[must_use]
    pub fn new(model: &Model, layout: &Layout, named: &BTreeSet<ObjectId>) -> Option<Self> {
        let rules = &model.rules;
        let written: BTreeSet<(KindId, FieldId)> = rules
            .transitions
            .iter()
            .flat_map(|transition| visit::written(&transition.effects))
            .collect();
        let constant = |kind: KindId, field: FieldId| {
            rules.kinds[kind.index()].fields[field.index()].fixed
                || !written.contains(&(kind, field)) && !laid_out(model, layout, kind, field)
        };
        let permute = Permute::new(model, layout);
        let both = linked(model, named, &constant);
        let one_by_one = classes::classes(model, named, &constant);
        for classes in [both, one_by_one.clone()] {
            if classes.list.is_empty() {
                return None;
            }
            if let Some(forest) = Forest::new(model, layout, &classes, &constant) {
                return Some(Self {
                    classes,
                    canonical: Canonical::Forest(forest),
                    permute,
                });
            }
        }
        Some(Self {
            canonical: Canonical::Refinement(Refinement::new(model, layout, &one_by_one)),
            classes: one_by_one,
            permute,
        })
    }

    /// The interchangeable objects.
    #[must_use]
    pub const fn classes(&self) -> &Classes {
        &self.classes
    }

    /// Whether a representative always is that of its whole orbit.
    #[must_use]
    pub const fn exact(&self) -> bool {
        matches!(self.canonical, Canonical::Forest(_))
    }

    /// Moves objects about.
    #[must_use]
    pub const fn permute(&self) -> &Permute {
        &self.permute
    }

    /// Room to work in.
    #[must_use]
    pub fn scratch(&self) -> Scratch {
        match &self.canonical {
            Canonical::Forest(forest) => Scratch::Forest(Box::new(forest.scratch())),
            Canonical::Refinement(_) => Scratch::Refinement(RefinementScratch::default()),
        }
    }

    /// Turns a state into the representative of its orbit.
    #[inline]
    pub fn canonical(&self, scratch: &mut Scratch, state: &mut [u64]) {
        match (&self.canonical, scratch) {
            (Canonical::Forest(forest), Scratch::Forest(scratch)) => {
                forest.canonical(scratch, state);
            }
            (Canonical::Refinement(refinement), Scratch::Refinement(scratch)) => {
                refinement.canonical(scratch, state);
            }
            _ => debug_assert!(false, "the scratch is from the same symmetry"),
        }
    }

    /// For each object the place that it has in the representative of a state.
    #[must_use]
    pub fn permutation(&self, scratch: &mut Scratch, state: &[u64]) -> Vec<ObjectId> {
        match (&self.canonical, scratch) {
            (Canonical::Forest(forest), Scratch::Forest(scratch)) => {
                forest.permutation(scratch, state)
            }
            (Canonical::Refinement(refinement), Scratch::Refinement(scratch)) => {
                refinement.permutation(scratch, state)
            }
            _ => Vec::new(),
        }
    }

    /// For each object of a representative whether it is the twin of the object before it in its class: with all that
    /// refers to them in the forest, the two can change places and the state stays what it is. So a transition that names
    /// it, and names neither its twin nor anything that refers to one of the two, leads to the same orbit as the one that
    /// names the twin in its stead. `out` is filled anew.
    pub fn twins(&self, scratch: &mut Scratch, state: &[u64], out: &mut Vec<bool>) {
        match (&self.canonical, scratch) {
            (Canonical::Forest(forest), Scratch::Forest(scratch)) => {
                forest.twins(scratch, state, out);
            }
            (Canonical::Refinement(refinement), _) => refinement.twins(state, out),
            _ => debug_assert!(false, "the scratch is from the same symmetry"),
        }
    }
}

impl Scratch {
    /// How often a bound was hit, and the representative perhaps is not that of the whole orbit.
    #[must_use]
    pub const fn bound_hits(&self) -> u64 {
        match self {
            Self::Forest(_) => 0,
            Self::Refinement(scratch) => scratch.bound_hits,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::testing::model;

    fn symmetry(fields: &str, kept: &dyn Fn(FieldId) -> bool) -> Option<Symmetry> {
        let rules = format!(
            "rules test
            kind rack {{ up: bool = true }}
            kind node {{ up: bool = true; {fields} }}
            fault crash(n: node) {{ when n.up; n.up = false }}"
        );
        let cluster = r#"{ "rules": "test", "faults": 1, "objects": { "rack": { "R": {} },
            "node": { "N[1-2]": {}, "M[1-2]": { "up": false, "last": 1 } } } }"#;
        let model = model(&rules, cluster);
        let layout = Layout::new(&model, &|_, field| kept(field));
        Symmetry::new(&model, &layout, &BTreeSet::new())
    }

    #[test]
    fn forests_are_exact_and_other_shapes_are_not() {
        let found = symmetry("last: 0..1 = 0", &|_| true).expect("nodes are alike");
        assert!(found.exact());
        let found = symmetry("last: 0..1 = 0; next: node? = none", &|_| true);
        assert!(!found.expect("nodes are alike").exact());
    }

    #[test]
    fn a_field_that_is_left_out_splits_where_nothing_writes_it() {
        let classes = |kept: &dyn Fn(FieldId) -> bool| {
            let found = symmetry("last: 0..1 = 0", kept).expect("nodes are alike");
            found.classes().list.len()
        };
        assert_eq!(classes(&|_| true), 1, "it is part of states");
        assert_eq!(classes(&|field| field.0 == 0), 2, "it is as good as fixed");
        assert_eq!(classes(&|field| field.0 == 1), 1, "it has no influence");
    }

    #[test]
    fn no_symmetry_where_nothing_can_change_places() {
        let rules = "rules test\nkind node { up: bool = true; fixed place: 0..1 }";
        let cluster = r#"{ "rules": "test", "objects": { "node": { "N1": { "place": 0 }, "N2": { "place": 1 } } } }"#;
        let model = model(rules, cluster);
        let layout = Layout::new(&model, &|_, _| true);
        assert!(Symmetry::new(&model, &layout, &BTreeSet::new()).is_none());
    }
}
