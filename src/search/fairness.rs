//! Runs that go on for ever under weak fairness: what is fair and stays possible happens sooner or later.
//!
//! A run that stays in a strongly connected component for ever can be fair if and only if every fair label is either not
//! possible in some state of the component, or is taken by an edge inside it. It is enough to look at maximal components:
//! a label that is possible in every state of a component and never taken inside it is so in every part of it as well. A run
//! may also stop where nothing fair is possible; such a state is a component without edges of which the same is true.

use super::components::components;
use super::graph::{Graph, ShortestPaths};
use super::store::StateId;

/// A fair transition that is possible in a state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FairStep<L> {
    /// What must not be put off for ever.
    pub label: L,
    /// Where it leads.
    pub to: StateId,
}

/// The components (of the part of the graph that `included` names) in which a fair run can stay for ever, sorted by their
/// smallest state. `steps` gives the fair transitions of a state.
#[must_use]
pub fn fair_components<L: Ord + Clone>(
    graph: &Graph,
    states: usize,
    included: impl Fn(StateId) -> bool,
    steps: impl Fn(StateId) -> Vec<FairStep<L>>,
) -> Vec<Vec<StateId>> {
    let mut found = components(graph, states, included);
    found.retain(|component| is_fair(component, &steps));
    found
}

fn is_fair<L: Ord + Clone>(
    component: &[StateId],
    steps: &impl Fn(StateId) -> Vec<FairStep<L>>,
) -> bool {
    // Labels that are possible in every state looked at so far and were not taken inside; almost always soon empty.
    let mut starved: Option<Vec<L>> = None;
    let mut taken: Vec<L> = Vec::new();
    for &state in component {
        let steps = steps(state);
        for step in &steps {
            if component.binary_search(&step.to).is_ok() && !taken.contains(&step.label) {
                taken.push(step.label.clone());
            }
        }
        let possible = |label: &L| steps.iter().any(|step| step.label == *label);
        match &mut starved {
            None => starved = Some(steps.iter().map(|step| step.label.clone()).collect()),
            Some(starved) => starved.retain(possible),
        }
        if let Some(starved) = &mut starved {
            starved.retain(|label| !taken.contains(label));
            if starved.is_empty() {
                return true;
            }
        }
    }
    false
}

/// A step of a cycle: to a state, by a certain fair transition or by any.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hop<L> {
    /// The fair transition that must be the one; `None` where any transition will do (and no fair one does).
    pub label: Option<L>,
    /// Where it leads.
    pub to: StateId,
}

/// A cycle through a fair component, from one of its states back to it, that passes `visit` and treats every fair label as
/// fairness asks: it is not possible somewhere on the way, or it is taken.
///
/// Empty where the component has no edge inside (then the run stops there).
#[must_use]
pub fn fair_cycle<L: Ord + Clone>(
    graph: &Graph,
    states: usize,
    component: &[StateId],
    (start, visit): (StateId, StateId),
    steps: impl Fn(StateId) -> Vec<FairStep<L>>,
) -> Vec<Hop<L>> {
    let inside = |id: StateId| component.binary_search(&id).is_ok();
    let has_edge = component
        .iter()
        .any(|&from| graph.successors(from).iter().any(|&to| inside(StateId(to))));
    if !has_edge {
        return Vec::new();
    }
    let mut walk = Walk {
        graph,
        states,
        component,
        steps: &steps,
        here: start,
        hops: Vec::new(),
    };
    walk.go(visit);
    let mut labels: Vec<L> = component
        .iter()
        .flat_map(|&state| steps(state))
        .map(|step| step.label)
        .collect();
    labels.sort_unstable();
    labels.dedup();
    for label in labels {
        let treated = |id: StateId| !steps(id).iter().any(|step| step.label == label);
        let on_the_way = walk
            .hops
            .iter()
            .any(|hop| treated(hop.to) || hop.label.as_ref() == Some(&label));
        if !treated(start) && !on_the_way {
            walk.treat(&label);
        }
    }
    walk.back(start);
    walk.hops
}

struct Walk<'a, L, F> {
    graph: &'a Graph,
    states: usize,
    component: &'a [StateId],
    steps: &'a F,
    here: StateId,
    hops: Vec<Hop<L>>,
}

impl<L: PartialEq, F: Fn(StateId) -> Vec<FairStep<L>>> Walk<'_, L, F> {
    fn is_inside(&self, id: StateId) -> bool {
        self.component.binary_search(&id).is_ok()
    }

    fn paths(&self) -> ShortestPaths {
        let inside = |_: StateId, id: StateId| self.is_inside(id);
        self.graph.shortest_paths(self.here, self.states, inside)
    }

    /// The shortest way inside the component; nothing where we are there.
    fn go(&mut self, to: StateId) {
        self.along(&self.paths().path(to));
    }

    fn along(&mut self, path: &[StateId]) {
        for &to in path.iter().skip(1) {
            // A fair transition that leads there is taken rather than another: then it is taken.
            let fair = (self.steps)(self.here)
                .into_iter()
                .find(|step| step.to == to);
            self.hops.push(Hop {
                label: fair.map(|step| step.label),
                to,
            });
            self.here = to;
        }
    }

    /// To the nearest state where the label is not possible, or from which it leads to a state inside; then it is taken.
    fn treat(&mut self, label: &L) {
        let paths = self.paths();
        for &id in &paths.order {
            let of_label = (self.steps)(id)
                .into_iter()
                .find(|step| step.label == *label);
            match of_label {
                None => return self.along(&paths.path(id)),
                Some(step) if self.is_inside(step.to) => {
                    self.along(&paths.path(id));
                    self.here = step.to;
                    self.hops.push(Hop {
                        label: Some(step.label),
                        to: step.to,
                    });
                    return;
                }
                Some(_) => {}
            }
        }
    }

    /// Back to where the walk began, by at least one step.
    fn back(&mut self, start: StateId) {
        if self.hops.is_empty() {
            let next = self.graph.successors(start).iter().map(|&to| StateId(to));
            let first = next.into_iter().find(|to| self.is_inside(*to));
            self.along(&first.map_or_else(Vec::new, |to| vec![start, to]));
        }
        self.go(start);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows of (label, target); capital labels are fair.
    struct Puzzle(Vec<Vec<(char, u32)>>);

    impl Puzzle {
        fn graph(&self) -> Graph {
            let mut graph = Graph::default();
            for row in &self.0 {
                for &(_, to) in row {
                    graph.push(StateId(to));
                }
                graph.end_row();
            }
            graph
        }

        fn steps(&self, id: StateId) -> Vec<FairStep<char>> {
            self.0[id.index()]
                .iter()
                .filter(|(label, _)| label.is_uppercase())
                .map(|&(label, to)| FairStep {
                    label,
                    to: StateId(to),
                })
                .collect()
        }

        fn fair(&self) -> Vec<Vec<u32>> {
            fair_components(&self.graph(), self.0.len(), |_| true, |id| self.steps(id))
                .into_iter()
                .map(|c| c.into_iter().map(|id| id.0).collect())
                .collect()
        }
    }

    #[test]
    fn a_fair_way_out_that_stays_open_is_taken_sooner_or_later() {
        // 0 and 1 go round by an unfair step; X leads out of both.
        let puzzle = Puzzle(vec![
            vec![('a', 1), ('X', 2)],
            vec![('a', 0), ('X', 2)],
            vec![],
        ]);
        assert_eq!(puzzle.fair(), [vec![2]]);
    }

    #[test]
    fn a_way_out_that_closes_again_and_again_need_not_be_taken() {
        let puzzle = Puzzle(vec![vec![('a', 1), ('X', 2)], vec![('a', 0)], vec![]]);
        assert_eq!(puzzle.fair(), [vec![0, 1], vec![2]]);
    }

    #[test]
    fn a_state_where_only_unfair_things_can_happen_may_last_for_ever() {
        let puzzle = Puzzle(vec![vec![('a', 1)], vec![]]);
        assert_eq!(puzzle.fair(), [vec![0], vec![1]]);
    }

    #[test]
    fn a_fair_cycle_takes_every_label_that_is_always_possible() {
        // X and Y both possible everywhere; a cycle must take both.
        let puzzle = Puzzle(vec![
            vec![('X', 1), ('Y', 2)],
            vec![('X', 0), ('Y', 1)],
            vec![('X', 2), ('Y', 0)],
        ]);
        assert_eq!(puzzle.fair(), [vec![0, 1, 2]]);
        let component = [StateId(0), StateId(1), StateId(2)];
        let cycle = fair_cycle(
            &puzzle.graph(),
            3,
            &component,
            (StateId(0), StateId(1)),
            |id| puzzle.steps(id),
        );
        let mut here = StateId(0);
        let mut taken = Vec::new();
        for hop in &cycle {
            assert!(puzzle.graph().successors(here).contains(&hop.to.0));
            taken.extend(hop.label);
            here = hop.to;
        }
        assert_eq!(here, StateId(0));
        assert!(cycle.iter().any(|hop| hop.to == StateId(1)));
        assert!(taken.contains(&'X') && taken.contains(&'Y'), "{taken:?}");
    }

    #[test]
    fn a_loop_on_one_state_is_a_cycle_of_one_step() {
        let puzzle = Puzzle(vec![vec![('a', 0)]]);
        let cycle = fair_cycle(
            &puzzle.graph(),
            1,
            &[StateId(0)],
            (StateId(0), StateId(0)),
            |id| puzzle.steps(id),
        );
        assert_eq!(cycle.len(), 1);
        let none = Puzzle(vec![vec![]]);
        assert!(
            fair_cycle(
                &none.graph(),
                1,
                &[StateId(0)],
                (StateId(0), StateId(0)),
                |id| none.steps(id)
            )
            .is_empty()
        );
    }
}
