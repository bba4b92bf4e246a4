//! A representative of a state whatever its references are: colours of objects are refined by what they refer to and by
//! what refers to them, and where that leaves objects of one class alike, each in turn is told apart from the others
//! (individualisation and refinement: McKay and Piperno, "Practical graph isomorphism II", JSC 2014). The least state found
//! is the representative. Knows one state at a time.
//!
//! The search is cut where two objects can change places and the state stays what it is, and below the second of two
//! objects that lead to the same state. Beyond a bound of states looked at it stops: then the result is some state of the
//! orbit, and perhaps not the same for every state of it.

use std::collections::BTreeSet;

use super::classes::Classes;
use super::permute::Permute;
use crate::engine::layout::Layout;
use crate::language::rules::KindId;
use crate::model::ground::Model;
use crate::model::value::ObjectId;

/// How many states are looked at to find the least.
const BOUND: usize = 64;

/// Finds representatives.
#[derive(Clone, Debug)]
pub struct Refinement {
    permute: Permute,
    /// The objects of each class.
    classes: Vec<Vec<ObjectId>>,
    /// For each object its class; those that keep their places have one of their own.
    class_of: Vec<usize>,
}

/// Room to work in, for one thread.
#[derive(Clone, Debug, Default)]
pub struct RefinementScratch {
    /// How often the bound was hit, and the representative perhaps is not that of the whole orbit.
    pub bound_hits: u64,
}

/// A search for the least state of an orbit.
struct Search<'a> {
    of: &'a Refinement,
    state: &'a [u64],
    looked_at: usize,
    bound_hit: bool,
    least: Option<Leaf>,
}

/// A state of the orbit, and how it came about.
#[derive(Clone)]
struct Leaf {
    state: Vec<u64>,
    to: Vec<ObjectId>,
}

/// What an object looks like to those who know colours.
type Look = (usize, Vec<u64>, Vec<u64>, Vec<Vec<u64>>, Vec<(usize, u64)>);

impl Refinement {
    /// For a model with these classes, whose permutations all are automorphisms.
    #[must_use]
    pub fn new(model: &Model, layout: &Layout, classes: &Classes) -> Self {
        let by_object = classes.by_object(model.objects.len());
        let mut next = classes.list.len();
        let class_of = by_object.into_iter().map(|class| {
            class.unwrap_or_else(|| {
                next += 1;
                next - 1
            })
        });
        Self {
            permute: Permute::new(model, layout),
            class_of: class_of.collect(),
            classes: classes.list.iter().map(|c| c.objects.clone()).collect(),
        }
    }

    /// Turns a state into the representative of its orbit.
    pub fn canonical(&self, scratch: &mut RefinementScratch, state: &mut [u64]) {
        let leaf = self.least(scratch, state);
        state.copy_from_slice(&leaf.state);
    }

    /// For each object the place that it has in the representative.
    #[must_use]
    pub fn permutation(&self, scratch: &mut RefinementScratch, state: &[u64]) -> Vec<ObjectId> {
        self.least(scratch, state).to
    }

    /// For each object of a state whether it is the twin of the object at the place before in its class: the two can
    /// change places and the state stays what it is. `out` is filled anew.
    pub fn twins(&self, state: &[u64], out: &mut Vec<bool>) {
        out.clear();
        out.resize(self.class_of.len(), false);
        for class in &self.classes {
            for (&before, &object) in class.iter().zip(&class[1..]) {
                out[object.index()] = self.swappable(state, before, object);
            }
        }
    }

    fn least(&self, scratch: &mut RefinementScratch, state: &[u64]) -> Leaf {
        let mut search = Search {
            of: self,
            state,
            looked_at: 0,
            bound_hit: false,
            least: None,
        };
        let colours = self.refined(state, self.first_colours());
        search.explore(&colours, &[]);
        scratch.bound_hits += u64::from(search.bound_hit);
        search
            .least
            .expect("the first way down always ends in a state")
    }

    /// Objects of one class are alike. A colour is the number of objects with lesser colours, so that refining keeps the
    /// order of those told apart already.
    fn first_colours(&self) -> Vec<usize> {
        positions(&self.class_of)
    }

    /// The coarsest colours at least as fine as these under which equal colours mean the same view of the state.
    fn refined(&self, state: &[u64], mut colours: Vec<usize>) -> Vec<usize> {
        loop {
            let next = positions(&self.looks(state, &colours));
            if next == colours {
                return colours;
            }
            colours = next;
        }
    }

    fn looks(&self, state: &[u64], colours: &[usize]) -> Vec<Look> {
        let mut into: Vec<Vec<(usize, u64)>> = vec![Vec::new(); colours.len()];
        let mut looks = Vec::with_capacity(colours.len());
        for (object, fields) in self.permute.fields.iter().enumerate() {
            let plain = fields.plain.iter().map(|cell| cell.get(state)).collect();
            let mut references = Vec::with_capacity(fields.references.len());
            for (place, (cell, kind)) in fields.references.iter().enumerate() {
                let target = self.target(*kind, cell.get(state));
                references.push(target.map_or(u64::MAX, |t| colours[t] as u64));
                if let Some(target) = target {
                    into[target].push((place, colours[object] as u64));
                }
            }
            let mut sets = Vec::with_capacity(fields.sets.len());
            for (place, (cells, kind)) in fields.sets.iter().enumerate() {
                let mut members = Vec::new();
                for (code, cell) in (0u64..).zip(cells) {
                    if cell.get(state) == 1
                        && let Some(target) = self.target(*kind, code)
                    {
                        members.push(colours[target] as u64);
                        into[target]
                            .push((fields.references.len() + place, colours[object] as u64));
                    }
                }
                members.sort_unstable();
                sets.push(members);
            }
            looks.push((colours[object], plain, references, sets, Vec::new()));
        }
        for (look, mut list) in looks.iter_mut().zip(into) {
            list.sort_unstable();
            look.4 = list;
        }
        looks
    }

    fn target(&self, kind: KindId, code: u64) -> Option<usize> {
        let (first, count) = self.permute.kinds[kind.index()];
        (code < u64::from(count)).then_some(first as usize + code as usize)
    }

    /// Whether two objects can change places and the state stays what it is.
    fn swappable(&self, state: &[u64], a: ObjectId, b: ObjectId) -> bool {
        let mut to: Vec<ObjectId> = (0u32..).map(ObjectId).take(self.class_of.len()).collect();
        to.swap(a.index(), b.index());
        let mut swapped = state.to_vec();
        self.permute.apply(&to, state, &mut swapped);
        swapped == state
    }

    /// The first colour that several objects have, with these objects.
    fn alike(&self, colours: &[usize]) -> Option<Vec<ObjectId>> {
        let mut seen = BTreeSet::new();
        let shared = colours
            .iter()
            .filter(|colour| !seen.insert(**colour))
            .min()?;
        let objects = (0u32..).map(ObjectId).zip(colours);
        Some(
            objects
                .filter(|(_, colour)| *colour == shared)
                .map(|(id, _)| id)
                .collect(),
        )
    }

    /// The state in which the objects of each class stand in the order of their colours, all of which differ.
    fn leaf(&self, state: &[u64], colours: &[usize]) -> Leaf {
        let mut to: Vec<ObjectId> = (0u32..).map(ObjectId).take(colours.len()).collect();
        for class in &self.classes {
            let mut sorted = class.clone();
            sorted.sort_by_key(|id| colours[id.index()]);
            for (from, place) in sorted.into_iter().zip(class) {
                to[from.index()] = *place;
            }
        }
        let mut moved = state.to_vec();
        self.permute.apply(&to, state, &mut moved);
        Leaf { state: moved, to }
    }
}

impl Search<'_> {
    /// Looks at all ways to tell objects apart. Returns the first state found, and whether it is one of `known`: then this
    /// part of the search mirrors the one in which that was found, and was left. None where the bound was hit before.
    fn explore(&mut self, colours: &[usize], known: &[Vec<u64>]) -> Option<(Vec<u64>, bool)> {
        let Some(alike) = self.of.alike(colours) else {
            return self.look_at(colours, known);
        };
        let mut firsts: Vec<Vec<u64>> = Vec::new();
        let mut tried: Vec<ObjectId> = Vec::new();
        for object in alike {
            let mirrored = tried
                .iter()
                .any(|&other| self.of.swappable(self.state, other, object));
            if mirrored {
                continue;
            }
            let first = tried.is_empty();
            tried.push(object);
            let apart = self.of.refined(self.state, apart(colours, object));
            let (found, left) = self.explore(&apart, if first { known } else { &firsts })?;
            if first && left {
                return Some((found, true));
            }
            if !left {
                firsts.push(found);
            }
        }
        firsts.into_iter().next().map(|first| (first, false))
    }

    fn look_at(&mut self, colours: &[usize], known: &[Vec<u64>]) -> Option<(Vec<u64>, bool)> {
        if self.looked_at == BOUND {
            self.bound_hit = true;
            return None;
        }
        self.looked_at += 1;
        let leaf = self.of.leaf(self.state, colours);
        let first = leaf.state.clone();
        if self.least.as_ref().is_none_or(|least| first < least.state) {
            self.least = Some(leaf);
        }
        let left = known.contains(&first);
        Some((first, left))
    }
}

/// Colours in which an object comes before those that it was like.
fn apart(colours: &[usize], object: ObjectId) -> Vec<usize> {
    let own = colours[object.index()];
    let mut colours: Vec<usize> = colours.to_vec();
    for (place, colour) in colours.iter_mut().enumerate() {
        if *colour == own && place != object.index() {
            *colour += 1;
        }
    }
    colours
}

/// For each item how many are less.
fn positions<T: Ord>(items: &[T]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..items.len()).collect();
    order.sort_by(|&a, &b| items[a].cmp(&items[b]));
    let mut positions = vec![0; items.len()];
    let mut less = 0;
    for (at, &item) in order.iter().enumerate() {
        if at > 0 && items[order[at - 1]] != items[item] {
            less = at;
        }
        positions[item] = less;
    }
    positions
}

#[cfg(test)]
mod tests;
