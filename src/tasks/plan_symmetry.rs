//! Which objects can change places at a position of a plan. Steps that are taken name nobody any more: the classes grow as the
//! plan goes on. The automorphisms at a position keep what is left of the plan, so that states of one orbit have the same
//! future up to names.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::rc::Rc;

use indexmap::IndexMap;

use crate::engine::symmetry::Symmetry;
use crate::engine::symmetry::classes::add_named;
use crate::model::plan::Item;
use crate::model::value::{ObjectId, Value};
use crate::semantics::{Interpreter, State};

use super::program::{Position, Program};
use super::words::Words;

/// The symmetry of each position.
pub struct PlanSymmetry<'a, 'm> {
    interpreter: &'a Interpreter<'m>,
    program: &'a Program<'a>,
    words: Words,
    /// By what is named, and by position: many positions name the same.
    by_names: RefCell<IndexMap<BTreeSet<ObjectId>, Option<Rc<Symmetry>>>>,
    by_position: RefCell<IndexMap<Position, Option<Rc<Symmetry>>>>,
    /// Whether a state got other names so far.
    renamed: Cell<bool>,
}

impl<'a, 'm> PlanSymmetry<'a, 'm> {
    /// The symmetry of a plan; none where nothing can change places even after the last step.
    #[must_use]
    pub fn new(interpreter: &'a Interpreter<'m>, program: &'a Program<'a>) -> Option<Self> {
        let model = interpreter.model();
        let words = Words::new(model);
        Symmetry::new(model, &words.layout, &BTreeSet::new()).map(|_| Self {
            interpreter,
            program,
            words,
            by_names: RefCell::default(),
            by_position: RefCell::default(),
            renamed: Cell::new(false),
        })
    }

    /// The state that stands for all that differ by the names of objects which nothing that is left names.
    #[must_use]
    pub fn canonical(&self, state: State, position: &Position) -> State {
        let Some(symmetry) = self.at(position) else {
            return state;
        };
        let words = self.words.packed(self.interpreter, &state);
        let mut found = words.clone();
        symmetry.canonical(&mut symmetry.scratch(), &mut found);
        if found == words {
            state
        } else {
            self.renamed.set(true);
            self.words.unpacked(self.interpreter, &state, &found)
        }
    }

    /// For each object the place that it has in the state that stands for the orbit of another; none where all keep theirs.
    pub fn places(&self, state: &State, position: &Position) -> Option<Vec<ObjectId>> {
        let symmetry = self.at(position)?;
        Some(symmetry.permutation(
            &mut symmetry.scratch(),
            &self.words.packed(self.interpreter, state),
        ))
    }

    /// Whether a state got other names so far: then a run among the states need not be one of the cluster, name by name.
    pub fn renamed(&self) -> bool {
        self.renamed.get()
    }

    fn at(&self, position: &Position) -> Option<Rc<Symmetry>> {
        if let Some(known) = self.by_position.borrow().get(position) {
            return known.clone();
        }
        let model = self.interpreter.model();
        let mut named = BTreeSet::new();
        for item in self.program.left(position) {
            match item {
                Item::Step { instance, .. } => {
                    let arguments = model.instances[*instance].arguments.iter();
                    named.extend(arguments.filter_map(|argument| match argument {
                        Value::Object(object) => Some(*object),
                        _ => None,
                    }));
                }
                Item::Await { condition, .. } => add_named(model, condition, &mut named),
                Item::AwaitSettled { .. } | Item::After { .. } | Item::Parallel { .. } => {}
            }
        }
        let mut by_names = self.by_names.borrow_mut();
        let found = by_names.entry(named).or_insert_with_key(|named| {
            Symmetry::new(model, &self.words.layout, named).map(Rc::new)
        });
        let found = found.clone();
        self.by_position
            .borrow_mut()
            .insert(position.clone(), found.clone());
        found
    }
}
