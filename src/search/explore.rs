//! Breadth-first exploration of everything that can be reached. One loop: pop, expand, admit, record.

use std::ops::ControlFlow;

use super::budget::{Budget, Progress, Stop};
use super::graph::Graph;
use super::store::{StateId, StateStore};
use super::system::{Offer, System};

/// Is told of everything that an exploration meets, in breadth-first order.
pub trait Visitor<S: System> {
    /// A state was stored; ids come in order.
    fn state(&mut self, id: StateId, state: &S::State);

    /// A transition was seen, to a state that is stored (perhaps long ago).
    fn transition(&mut self, from: Stored<'_, S>, label: &S::Label, to: Stored<'_, S>);

    /// A finding was made about a state.
    fn finding(&mut self, at: Stored<'_, S>, finding: S::Finding);
}

/// A state with its id.
pub struct Stored<'a, S: System> {
    /// Its name.
    pub id: StateId,
    /// Itself.
    pub state: &'a S::State,
}

/// What was explored.
pub struct Exploration<S: System> {
    /// The states.
    pub store: StateStore<S::State>,
    /// The edges.
    pub graph: Graph,
    /// For each state the state it was first reached from (itself for the initial one): a shortest path, backwards.
    pub parents: Vec<StateId>,
    /// For each state and transition one, self-loops and doubles included.
    pub transitions: u64,
    /// Breadth-first levels after the first.
    pub depth: u32,
    /// Why it ended early, if it did: then some states were not expanded, and nothing may be called impossible.
    pub stopped: Option<Stop>,
}

/// Explores breadth-first from the initial state.
pub fn explore<S: System>(
    system: &S,
    visitor: &mut dyn Visitor<S>,
    budget: &mut dyn Budget,
) -> Exploration<S> {
    let mut found = Exploration {
        store: StateStore::default(),
        graph: Graph::default(),
        parents: Vec::new(),
        transitions: 0,
        depth: 0,
        stopped: None,
    };
    let initial = system.initial();
    visitor.state(StateId(0), &initial);
    found.parents.push(StateId(0));
    found.store.insert(initial, usize::MAX);

    let mut offers = Vec::new();
    let mut next = StateId(0);
    let mut level_end = 1;
    while let Some(state) = found.store.get(next).cloned() {
        if next.index() == level_end {
            found.depth += 1;
            level_end = found.store.len();
        }
        found.stopped = budget.spend(progress(&found, next));
        if found.stopped.is_some() {
            break;
        }
        let here = || Stored {
            id: next,
            state: &state,
        };
        let now = progress(&found, next);
        let mut stopped = None;
        system.expand(&state, &mut |offer| {
            match offer {
                Offer::Transition(label, successor) => offers.push((label, successor)),
                Offer::Finding(finding) => visitor.finding(here(), finding),
            }
            // A state of a large cluster takes long to expand.
            stopped = budget.spend(now);
            proceed(stopped.is_none())
        });
        if stopped.is_some() {
            // Half an expansion is none.
            found.stopped = stopped;
            break;
        }
        for (label, successor) in offers.drain(..) {
            let Some((id, new)) = found.store.insert(successor, budget.max_states()) else {
                found.stopped = Some(Stop::States);
                break;
            };
            if new {
                found.parents.push(next);
            }
            let Some(to) = found.store.get(id) else { break };
            if new {
                visitor.state(id, to);
                // So does judging all that it leads to.
                found.stopped = budget.spend(now);
            }
            found.transitions += 1;
            found.graph.push(id);
            visitor.transition(here(), &label, Stored { id, state: to });
            if found.stopped.is_some() {
                break;
            }
        }
        if found.stopped.is_some() {
            // A state with some of its edges would look like one with all of them.
            found.graph.drop_row();
            break;
        }
        found.graph.end_row();
        next = StateId(next.0 + 1);
    }
    found
}

fn progress<S: System>(found: &Exploration<S>, next: StateId) -> Progress {
    Progress {
        states: found.store.len(),
        frontier: found.store.len() - next.index(),
        transitions: found.transitions,
        depth: found.depth,
    }
}

fn proceed(go_on: bool) -> ControlFlow<()> {
    if go_on {
        ControlFlow::Continue(())
    } else {
        ControlFlow::Break(())
    }
}

impl<S: System> Exploration<S> {
    /// The states on a shortest path from the initial state to `id`, both included.
    #[must_use]
    pub fn path(&self, id: StateId) -> Vec<StateId> {
        let mut path = vec![id];
        let mut here = id;
        while let Some(&parent) = self.parents.get(here.index())
            && parent != here
        {
            path.push(parent);
            here = parent;
        }
        path.reverse();
        path
    }

    /// The same, and perhaps one transition on.
    #[must_use]
    pub fn path_on(&self, id: StateId, after: Option<StateId>) -> Vec<StateId> {
        let mut path = self.path(id);
        path.extend(after);
        path
    }

    /// The labels along a path of states: for each pair the first transition that leads from one to the other, and is
    /// accepted. Labels are not stored, they are found again by expanding. `None` where a pair is not connected.
    pub fn labels(
        &self,
        system: &S,
        path: &[StateId],
        accept: impl Fn(&S::State, &S::Label, &S::State) -> bool,
    ) -> Option<Vec<S::Label>> {
        path.windows(2)
            .map(|pair| {
                let (from, to) = (self.store.get(pair[0])?, self.store.get(pair[1])?);
                let mut label = None;
                system.expand(from, &mut |offer| {
                    if let Offer::Transition(name, state) = offer
                        && state == *to
                        && accept(from, &name, to)
                    {
                        label = Some(name);
                    }
                    proceed(label.is_none())
                });
                label
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::budget::{MaxStates, Unlimited};
    use super::*;

    /// Two jugs of 5 and 3 litres: fill, empty, pour.
    struct Jugs;

    impl System for Jugs {
        type State = (u8, u8);
        type Label = &'static str;
        type Finding = u8;

        fn initial(&self) -> Self::State {
            (0, 0)
        }

        fn expand(
            &self,
            &(a, b): &Self::State,
            offer: &mut dyn FnMut(Offer<Self>) -> ControlFlow<()>,
        ) {
            if a == 4 && offer(Offer::Finding(b)).is_break() {
                return;
            }
            let over = a.min(3 - b);
            let back = b.min(5 - a);
            for (label, state) in [
                ("fill big", (5, b)),
                ("fill small", (a, 3)),
                ("empty big", (0, b)),
                ("empty small", (a, 0)),
                ("pour over", (a - over, b + over)),
                ("pour back", (a + back, b - back)),
            ] {
                if offer(Offer::Transition(label, state)).is_break() {
                    return;
                }
            }
        }
    }

    #[derive(Default)]
    struct Seen {
        states: usize,
        transitions: u64,
        findings: Vec<(StateId, u8)>,
    }

    impl Visitor<Jugs> for Seen {
        fn state(&mut self, id: StateId, _: &(u8, u8)) {
            assert_eq!(id.index(), self.states);
            self.states += 1;
        }
        fn transition(&mut self, _: Stored<'_, Jugs>, _: &&'static str, _: Stored<'_, Jugs>) {
            self.transitions += 1;
        }
        fn finding(&mut self, at: Stored<'_, Jugs>, finding: u8) {
            self.findings.push((at.id, finding));
        }
    }

    #[test]
    fn the_jugs_measure_four_litres_in_six_steps() {
        let mut seen = Seen::default();
        let found = explore(&Jugs, &mut seen, &mut Unlimited);
        assert_eq!(found.stopped, None);
        assert_eq!((found.store.len(), seen.states), (16, 16));
        assert_eq!((found.transitions, seen.transitions), (96, 96));
        let first = seen.findings[0].0;
        let path = found.path(first);
        assert_eq!(path.len(), 7);
        let labels = found.labels(&Jugs, &path, |_, _, _| true).unwrap();
        assert_eq!(
            labels,
            [
                "fill big",
                "pour over",
                "empty small",
                "pour over",
                "fill big",
                "pour over"
            ]
        );
    }

    /// Runs out at a certain question.
    struct Questions(u32);

    impl Budget for Questions {
        fn max_states(&self) -> usize {
            usize::MAX
        }
        fn spend(&mut self, _: Progress) -> Option<Stop> {
            self.0 = self.0.saturating_sub(1);
            (self.0 == 0).then_some(Stop::Time)
        }
    }

    #[test]
    fn a_budget_that_runs_out_within_a_state_leaves_that_state_unexpanded() {
        for questions in 2..=7 {
            let mut seen = Seen::default();
            let found = explore(&Jugs, &mut seen, &mut Questions(questions));
            assert_eq!(found.stopped, Some(Stop::Time));
            assert_eq!(
                (found.graph.rows(), found.transitions, seen.transitions),
                (0, 0, 0)
            );
        }
        // One question for the state, six for its edges, two for the new states that they lead to.
        let found = explore(&Jugs, &mut Seen::default(), &mut Questions(9));
        assert_eq!((found.graph.rows(), found.store.len()), (0, 3));
        let found = explore(&Jugs, &mut Seen::default(), &mut Questions(10));
        assert_eq!((found.graph.rows(), found.transitions), (1, 6));
        assert_eq!(found.graph.reversed(3).successors(StateId(0)).len(), 4);
    }

    #[test]
    fn a_limit_on_states_stops_the_search_and_is_told() {
        let found = explore(&Jugs, &mut Seen::default(), &mut MaxStates(5));
        assert_eq!(found.stopped, Some(Stop::States));
        assert_eq!(found.store.len(), 5);
        let exact = explore(&Jugs, &mut Seen::default(), &mut MaxStates(16));
        assert_eq!(exact.stopped, None);
    }
}
