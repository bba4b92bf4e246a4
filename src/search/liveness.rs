//! Promises about runs, on an explored graph: wherever something falls due, what is wanted holds then or later, in every fair
//! run. `eventually P` falls due in the first state, `always eventually P` in every state, `P leads to Q` where P holds.
//!
//! A promise is broken by a run that comes to a state where it is due and not kept, goes on through states where it is not
//! kept, and ends in a component of those that can hold a fair run: a *lasso*. Whether a component can is decided in
//! `fairness`, with what is possible in the whole graph: leaving the states where the promise is not kept is a way out like
//! any other, and whoever is owed a way out that stays open gets it. So joins, rings and loops on one state need no care, which
//! searches that carry "not yet" along the paths of a graph get wrong: they do not see that a path joins another, or closes.
//!
//! Runs may also stop where nothing fair is possible; then the last state lasts for ever.

use std::collections::VecDeque;

use super::fairness::{FairStep, Hop, fair_components, fair_cycle};
use super::graph::Graph;
use super::store::StateId;

/// An explored graph in which promises are judged.
pub struct Live<'g, F> {
    /// The edges.
    pub graph: &'g Graph,
    /// How many states there are, those that were not expanded included.
    pub states: usize,
    /// The fair transitions that are possible in a state.
    pub steps: F,
}

/// Where a promise falls due, and where it is kept, for each state.
#[derive(Clone, Copy)]
pub struct Promised<'p> {
    /// Whether it falls due here.
    pub due: &'p [bool],
    /// Whether it is kept here.
    pub kept: &'p [bool],
}

/// A way to where a fair run can stay for ever without keeping a promise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// From the first state to the one that the run comes back to, or stays in; a shortest way.
    pub stem: Vec<StateId>,
    /// The place in it from which on the promise is due and not kept.
    pub since: usize,
    /// What the run goes round in; empty where it stays in the last state.
    component: Vec<StateId>,
}

impl<L: Ord + Clone, F: Fn(StateId) -> Vec<FairStep<L>>> Live<'_, F> {
    /// The nearest way to break a promise; none where every fair run keeps it. States that were not expanded are passed over:
    /// nothing is known of what is possible there.
    pub fn broken(&self, promised: Promised<'_>) -> Option<Broken> {
        let rows = self.graph.rows();
        let open = |id: StateId| id.index() < rows && !promised.kept[id.index()];
        let falls_due = |id: StateId| open(id) && promised.due[id.index()];
        if !self.ids().any(falls_due) {
            return None;
        }
        let components = fair_components(self.graph, self.states, open, &self.steps);
        let mut ends: Vec<Option<usize>> = vec![None; self.states];
        for (number, component) in components.iter().enumerate() {
            // Where nothing fair is possible a run can stay, which is easier to see than a cycle.
            let stays = |id: &&StateId| (self.steps)(**id).is_empty();
            let staying: Vec<&StateId> = component.iter().filter(stays).collect();
            let chosen = if staying.is_empty() {
                component.iter().collect()
            } else {
                staying
            };
            for id in chosen {
                ends[id.index()] = Some(number);
            }
        }
        let is_end = |id: StateId| ends[id.index()].is_some();
        let stem = self.shortest(&open, &falls_due, &is_end)?;
        let last = stem.last().copied()?;
        let component = match ends[last.index()] {
            Some(number) if !(self.steps)(last).is_empty() => components[number].clone(),
            _ => Vec::new(),
        };
        let kept = stem.iter().rposition(|&id| !open(id));
        let from = kept.map_or(0, |place| place + 1);
        let since = stem[from..].iter().position(|&id| falls_due(id))? + from;
        Some(Broken {
            stem,
            since,
            component,
        })
    }

    /// What the run goes round in, from the last state of the stem back to it; empty where it stays there.
    pub fn cycle(&self, broken: &Broken) -> Vec<Hop<L>> {
        match broken.stem.last() {
            Some(&last) if !broken.component.is_empty() => {
                let through = (last, last);
                fair_cycle(
                    self.graph,
                    self.states,
                    &broken.component,
                    through,
                    &self.steps,
                )
            }
            _ => Vec::new(),
        }
    }

    fn ids(&self) -> impl Iterator<Item = StateId> {
        (0..self.states)
            .filter_map(|place| u32::try_from(place).ok())
            .map(StateId)
    }

    /// A shortest way from the first state to an end: first anywhere, then, from some state on in which the promise falls due,
    /// only where it is open.
    fn shortest(
        &self,
        open: &dyn Fn(StateId) -> bool,
        falls_due: &dyn Fn(StateId) -> bool,
        is_end: &dyn Fn(StateId) -> bool,
    ) -> Option<Vec<StateId>> {
        // Two copies of each state: one where this promise is owed, one where another may still be kept before it. Parents by
        // copy; the first state is its own.
        let mut parents: [Vec<Option<(StateId, bool)>>; 2] =
            [vec![None; self.states], vec![None; self.states]];
        let mut queue = VecDeque::new();
        let first = StateId(0);
        let mut come = |from: Option<(StateId, bool)>, to: StateId, queue: &mut VecDeque<_>| {
            let owed = from.is_some_and(|(_, owed)| owed);
            let copies = [
                (true, if owed { open(to) } else { falls_due(to) }),
                (false, !owed),
            ];
            for (copy, _) in copies.into_iter().filter(|(_, comes)| *comes) {
                let parent = &mut parents[usize::from(copy)][to.index()];
                if parent.is_none() {
                    *parent = Some(from.unwrap_or((to, copy)));
                    queue.push_back((to, copy));
                }
            }
        };
        come(None, first, &mut queue);
        let mut found = None;
        while let Some((id, owed)) = queue.pop_front() {
            if owed && is_end(id) {
                found = Some((id, owed));
                break;
            }
            for &to in self.graph.successors(id) {
                come(Some((id, owed)), StateId(to), &mut queue);
            }
        }
        let mut here = found?;
        let mut way = vec![here.0];
        while let Some(parent) = parents[usize::from(here.1)][here.0.index()]
            && parent != here
        {
            way.push(parent.0);
            here = parent;
        }
        way.reverse();
        Some(way)
    }
}

#[cfg(test)]
mod tests;
