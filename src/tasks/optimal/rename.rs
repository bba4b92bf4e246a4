//! Nodes up to the names of interchangeable objects. The state on the clock decides who changes places with whom; the states that
//! are possible and the timers move along. So two nodes that differ only by names mostly become one, and no two others do.

use std::collections::HashMap;
use std::rc::Rc;

use crate::engine::symmetry::{Scratch, Symmetry};
use crate::model::ground::{Instance, Model};
use crate::model::value::{ObjectId, Value};
use crate::search::store::Hasher;

use super::super::words::Words;
use super::nominal::Moment;
use super::possible::{Id, Possible};

/// For each object the place that it gets.
pub(super) type Places = Rc<[ObjectId]>;

/// Changes names.
pub(super) struct Rename {
    words: Words,
    symmetry: Symmetry,
    scratch: Scratch,
    /// The permutations that were met, by number: what they make of states.
    permutations: HashMap<Places, usize, Hasher>,
    moved: HashMap<(Id, usize), Id, Hasher>,
    moved_sets: HashMap<(usize, usize), usize, Hasher>,
    places: HashMap<Id, Option<Places>, Hasher>,
}

impl Rename {
    /// None where nothing can change places.
    pub(super) fn new(model: &Model) -> Option<Self> {
        let words = Words::new(model);
        let symmetry = Symmetry::new(model, &words.layout, &std::collections::BTreeSet::new())?;
        Some(Self {
            scratch: symmetry.scratch(),
            words,
            symmetry,
            permutations: HashMap::default(),
            moved: HashMap::default(),
            moved_sets: HashMap::default(),
            places: HashMap::default(),
        })
    }

    /// A node that differs by names only, and who went where; none where all keep their places.
    pub(super) fn canonical(
        &mut self,
        possible: &mut Possible<'_, '_>,
        set: usize,
        moment: Moment,
    ) -> (usize, Moment, Option<Places>) {
        let Some(places) = self.places(possible, moment.state) else {
            return (set, moment, None);
        };
        let number = self.permutations.len();
        let permutation = *self.permutations.entry(places.clone()).or_insert(number);
        let known = self.moved_sets.get(&(set, permutation)).copied();
        let moved = known.unwrap_or_else(|| {
            let members = possible.members(set).to_vec();
            let members = members
                .into_iter()
                .map(|id| self.moved(possible, id, &places, permutation))
                .collect();
            possible.set(members)
        });
        self.moved_sets.insert((set, permutation), moved);
        let model = possible.interpreter.model();
        let instance = |event: usize| renamed(model, event, &places).unwrap_or(event);
        let timers = moment.timers.iter();
        let mut timers: Vec<(usize, u64)> = timers
            .map(|(event, left)| (instance(*event), *left))
            .collect();
        timers.sort_unstable();
        let moment = Moment {
            state: self.moved(possible, moment.state, &places, permutation),
            timers,
            order: moment.order.into_iter().map(instance).collect(),
        };
        (moved, moment, Some(places))
    }

    /// Who goes where in a state; none where all keep their places.
    fn places(&mut self, possible: &Possible<'_, '_>, state: Id) -> Option<Places> {
        if let Some(known) = self.places.get(&state) {
            return known.clone();
        }
        let words = self
            .words
            .packed(possible.interpreter, possible.state(state));
        let places = self.symmetry.permutation(&mut self.scratch, &words);
        let stay = (0u32..)
            .zip(&places)
            .all(|(object, place)| place.0 == object);
        let found = (!stay).then(|| places.into());
        self.places.insert(state, found.clone());
        found
    }

    fn moved(
        &mut self,
        possible: &mut Possible<'_, '_>,
        id: Id,
        places: &[ObjectId],
        permutation: usize,
    ) -> Id {
        if let Some(known) = self.moved.get(&(id, permutation)) {
            return *known;
        }
        let interpreter = possible.interpreter;
        let state = possible.state(id).clone();
        let words = self.words.packed(interpreter, &state);
        let mut out = words.clone();
        self.symmetry.permute().apply(places, &words, &mut out);
        let found = possible.id(&self.words.unpacked(interpreter, &state, &out));
        self.moved.insert((id, permutation), found);
        found
    }
}

/// A ground transition with other objects.
pub(super) fn renamed(model: &Model, instance: usize, places: &[ObjectId]) -> Option<usize> {
    let Instance {
        transition,
        arguments,
    } = &model.instances[instance];
    let moved = arguments.iter().map(|value| match value {
        Value::Object(object) => Value::Object(places[object.index()]),
        other => other.clone(),
    });
    model.instance(*transition, &moved.collect::<Vec<_>>())
}
