//! Positions that differ only by the names of interchangeable objects, and what stands for them.
//!
//! There are two ways. All names of a belief can be changed alike: every plan for the one is a plan for the other with the same
//! change (`representative`). And objects that no step can name can be renamed in each state by itself: a step does the same
//! to both states, and each plan treats them alike, so that one state of such an orbit says all (`replace`).

use std::cell::RefCell;
use std::collections::BTreeSet;

use crate::engine::layout::Layout;
use crate::engine::moves::Words;
use crate::engine::representatives::Representatives;
use crate::engine::symmetry::{Scratch, Symmetry};
use crate::model::ground::Model;
use crate::model::value::{ObjectId, Value};
use crate::tasks::outcome::Reduction;

use super::positions::Belief;

/// What the names in a belief mean.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Names {
    /// It is the representative of its orbit.
    Representative,
    /// Each object has its own; this one is told apart even from those that are identical to it.
    Real { apart: Option<ObjectId> },
}

/// What can change names.
#[derive(Default)]
pub(super) struct Renaming {
    symmetry: Option<(Symmetry, Representatives)>,
    /// Of objects that no step can name.
    passive: Option<Symmetry>,
    room: RefCell<Room>,
}

/// Room to work in.
#[derive(Default)]
struct Room {
    symmetry: Option<Scratch>,
    passive: Option<Scratch>,
}

impl Renaming {
    /// For the actions that may be steps, and those that must be: objects that these name keep their names.
    pub(super) fn new(
        model: &Model,
        layout: &Layout,
        actions: &[usize],
        kept: impl Iterator<Item = usize>,
    ) -> Self {
        let mut named = BTreeSet::new();
        name_all(model, kept, &mut named);
        let symmetry = Symmetry::new(model, layout, &named).map(|symmetry| {
            let actions = actions.iter().copied();
            let representatives = Representatives::new(model, layout, &symmetry, actions);
            (symmetry, representatives)
        });
        name_all(model, actions.iter().copied(), &mut named);
        let passive = Symmetry::new(model, layout, &named);
        let room = Room {
            symmetry: symmetry.as_ref().map(|(symmetry, _)| symmetry.scratch()),
            passive: passive.as_ref().map(Symmetry::scratch),
        };
        Self {
            symmetry,
            passive,
            room: RefCell::new(room),
        }
    }

    /// What was made use of.
    pub(super) fn reductions(&self, model: &Model) -> Vec<Reduction> {
        let symmetry = self.symmetry.iter();
        let classes = symmetry.map(|(symmetry, _)| {
            let classes = symmetry.classes().list.iter().map(|class| {
                let kind = &model.rules.kinds[class.kind.index()].name;
                format!("{} × {kind}", class.objects.len())
            });
            Reduction {
                name: "symmetry".to_owned(),
                left_out: format!(
                    "states that are equal up to the names of interchangeable objects ({})",
                    classes.collect::<Vec<_>>().join(", ")
                ),
            }
        });
        classes.collect()
    }

    /// Whether there are objects that no step can name and that can change places.
    pub(super) const fn can_replace(&self) -> bool {
        self.passive.is_some()
    }

    /// Each state by its representative up to what no step can name, in order and without doubles.
    pub(super) fn replace(&self, states: &mut Vec<Words>) {
        for state in &mut *states {
            self.replace_one(state);
        }
        states.sort_unstable();
        states.dedup();
    }

    /// A state by its representative up to what no step can name.
    pub(super) fn replace_one(&self, state: &mut Words) {
        if let (Some(passive), Some(scratch)) = (&self.passive, &mut self.room.borrow_mut().passive)
        {
            passive.canonical(scratch, state);
        }
    }

    /// The belief that stands for all that differ by names only. With several states it need not be a single one: the names
    /// are changed so that the least of their own representatives is among them.
    pub(super) fn representative(&self, mut belief: Belief) -> Belief {
        if let [only] = belief.states.as_mut_slice() {
            if let (Some((symmetry, _)), Some(scratch)) =
                (&self.symmetry, &mut self.room.borrow_mut().symmetry)
            {
                symmetry.canonical(scratch, only);
            }
            return belief;
        }
        match self.renamed(&belief) {
            Some((renamed, _)) => renamed,
            None => belief,
        }
    }

    /// A belief with all its names changed alike, and for each object its new place.
    fn renamed(&self, belief: &Belief) -> Option<(Belief, Vec<ObjectId>)> {
        let (symmetry, _) = self.symmetry.as_ref()?;
        let places = {
            let scratch = &mut self.room.borrow_mut().symmetry;
            let scratch = scratch.as_mut()?;
            let own = |state: &Words| {
                let mut own = state.clone();
                symmetry.canonical(scratch, &mut own);
                own
            };
            let own: Vec<Words> = belief.states.iter().map(own).collect();
            let (least, _) = own.iter().enumerate().min_by_key(|(_, own)| *own)?;
            symmetry.permutation(scratch, &belief.states[least])
        };
        let renamed = belief.states.iter().map(|state| {
            let mut renamed = state.clone();
            symmetry.permute().apply(&places, state, &mut renamed);
            renamed
        });
        let mut states = renamed.collect();
        self.replace(&mut states);
        let waited = belief.waited;
        Some((Belief { states, waited }, places))
    }

    /// The same together with an object that is marked in it: its place there, and with a single state the first of the places
    /// that are like that.
    pub(super) fn representative_with(
        &self,
        belief: &Belief,
        marked: Option<ObjectId>,
    ) -> (Belief, Option<ObjectId>) {
        let [only] = belief.states.as_slice() else {
            return match self.renamed(belief) {
                Some((renamed, places)) => (renamed, marked.map(|object| places[object.index()])),
                None => (belief.clone(), marked),
            };
        };
        let mut room = self.room.borrow_mut();
        let (Some((symmetry, representatives)), Some(scratch)) =
            (&self.symmetry, &mut room.symmetry)
        else {
            return (belief.clone(), marked);
        };
        let places = symmetry.permutation(scratch, only);
        let mut canonical: Words = only.clone();
        symmetry.permute().apply(&places, only, &mut canonical);
        let mut twins = Vec::new();
        symmetry.twins(scratch, &canonical, &mut twins);
        let head = marked.map(|object| representatives.head(places[object.index()], &twins));
        let found = Belief {
            states: vec![canonical],
            waited: belief.waited,
        };
        (found, head)
    }

    /// Of actions that differ only by which of several identical objects of a state they name, the first.
    pub(super) fn first_of_twins(&self, state: &Words, names: Names, actions: &mut Vec<usize>) {
        let mut room = self.room.borrow_mut();
        let (Some((symmetry, representatives)), Some(scratch)) =
            (&self.symmetry, &mut room.symmetry)
        else {
            return;
        };
        let mut twins = Vec::new();
        match names {
            Names::Representative => {
                symmetry.twins(scratch, state, &mut twins);
                actions.retain(|&action| !representatives.has_twin(action, &twins, state));
            }
            Names::Real { apart } => {
                let places = symmetry.permutation(scratch, state);
                let mut canonical: Words = state.clone();
                symmetry.permute().apply(&places, state, &mut canonical);
                symmetry.twins(scratch, &canonical, &mut twins);
                let least = representatives.least(&places, &twins, apart);
                actions.retain(|&action| !representatives.has_smaller(action, &least, state));
            }
        }
    }
}

/// The objects that transitions have as arguments.
fn name_all(model: &Model, instances: impl Iterator<Item = usize>, named: &mut BTreeSet<ObjectId>) {
    for instance in instances {
        let arguments = model.instances[instance].arguments.iter();
        named.extend(arguments.filter_map(|argument| match argument {
            Value::Object(object) => Some(*object),
            _ => None,
        }));
    }
}
