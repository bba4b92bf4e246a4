//! What may be the case while several steps are under way, whatever the events do and whenever they come, and whenever each
//! step takes effect: pairs of the steps that have taken effect already, and a state of the cluster.
//!
//! A step that begins on the clock comes, in the order that the plan says, behind all steps that have ended, and beside all
//! that are under way. So when a step has ended, only pairs in which it has taken effect go on; every fair run must come to
//! such a pair.

use std::collections::HashMap;

use indexmap::IndexSet;

use crate::search::fairness::{FairStep, fair_components};
use crate::search::graph::Graph;
use crate::search::store::{Hasher, StateId};

use super::cluster::{Cluster, Outcome};

/// More pairs than this are not followed, and nothing is called best or impossible then.
const MOST_PAIRS: usize = 200_000;

/// A set of the steps under way, by their places.
type Steps = u64;

/// What may be the case: closed under events and under steps that take effect.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Belief {
    /// The steps under way, in order.
    running: Vec<usize>,
    /// Which of them have taken effect, and the state; in order.
    pairs: Vec<(Steps, u32)>,
}

/// Where fair runs can stay for ever: which steps have taken effect there, and whether the goal holds all the time.
type Stays = Vec<(Steps, bool)>;

/// What happens to a belief.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Change {
    Begin(usize),
    End(usize),
    Settle,
}

/// All beliefs met so far, by numbers.
#[derive(Default)]
pub(super) struct Beliefs {
    beliefs: IndexSet<Belief, Hasher>,
    changes: HashMap<(u32, Change), Option<u32>, Hasher>,
    stays: HashMap<u32, Stays, Hasher>,
    gave_up: bool,
}

impl Beliefs {
    /// Whether a belief was too large to follow.
    pub(super) const fn gave_up(&self) -> bool {
        self.gave_up
    }

    /// The belief before the first step; none where some run of the events violates something.
    pub(super) fn initial(&mut self, cluster: &mut Cluster<'_, '_>, state: u32) -> Option<u32> {
        self.close(cluster, Vec::new(), vec![(0, state)])
    }

    /// The belief when a step has begun; none where in some run it, or another, is refused or undefined or breaks something.
    pub(super) fn begin(
        &mut self,
        cluster: &mut Cluster<'_, '_>,
        belief: u32,
        step: usize,
    ) -> Option<u32> {
        self.remembered(belief, Change::Begin(step), |beliefs| {
            let Belief { mut running, pairs } = beliefs.beliefs[belief as usize].clone();
            let place = running.partition_point(|other| *other < step);
            running.insert(place, step);
            let low = (1 << place) - 1;
            let moved = |steps: Steps| (steps & low) | (steps & !low) << 1;
            let pairs = pairs.into_iter().map(|(s, state)| (moved(s), state));
            beliefs.close(cluster, running, pairs.collect())
        })
    }

    /// The belief when a step has ended; none where some fair run never lets it take effect.
    pub(super) fn end(
        &mut self,
        cluster: &mut Cluster<'_, '_>,
        belief: u32,
        step: usize,
    ) -> Option<u32> {
        self.remembered(belief, Change::End(step), |beliefs| {
            let running = &beliefs.beliefs[belief as usize].running;
            let place = running.iter().position(|other| *other == step)?;
            let has = |steps: Steps| steps >> place & 1 == 1;
            let stays = beliefs.stays(cluster, belief);
            if !stays.iter().all(|(steps, _)| has(*steps)) {
                return None;
            }
            let Belief { mut running, pairs } = beliefs.beliefs[belief as usize].clone();
            running.remove(place);
            let low = (1 << place) - 1;
            let pairs = pairs.into_iter().filter(|(steps, _)| has(*steps));
            let mut pairs: Vec<(Steps, u32)> = pairs
                .map(|(steps, state)| ((steps & low) | (steps >> 1 & !low), state))
                .collect();
            pairs.sort_unstable();
            pairs.dedup();
            beliefs.number(Belief { running, pairs })
        })
    }

    /// The belief when nothing is under way and somebody has waited until nothing moves; none where that may never be.
    pub(super) fn settle(&mut self, cluster: &mut Cluster<'_, '_>, belief: u32) -> Option<u32> {
        self.remembered(belief, Change::Settle, |beliefs| {
            let (graph, mut fair) = beliefs.graph(cluster, belief);
            let pairs = beliefs.beliefs[belief as usize].pairs.clone();
            let mut settled = Vec::new();
            for (place, (_, state)) in pairs.iter().enumerate() {
                if cluster.known(*state).settled {
                    settled.push((0, *state));
                    // Seeing it leaves every component.
                    fair[place].push(FairStep {
                        label: usize::MAX,
                        to: StateId(u32::MAX),
                    });
                }
            }
            let steps = |id: StateId| fair[id.index()].clone();
            if !fair_components(&graph, pairs.len(), |_| true, steps).is_empty() {
                return None;
            }
            beliefs.close(cluster, Vec::new(), settled)
        })
    }

    /// Whether nothing is under way, and in every fair run the goal holds from some point on.
    pub(super) fn is_goal(&mut self, cluster: &mut Cluster<'_, '_>, belief: u32) -> bool {
        self.beliefs[belief as usize].running.is_empty()
            && self.stays(cluster, belief).iter().all(|(_, goal)| *goal)
    }

    fn remembered(
        &mut self,
        belief: u32,
        change: Change,
        compute: impl FnOnce(&mut Self) -> Option<u32>,
    ) -> Option<u32> {
        if let Some(known) = self.changes.get(&(belief, change)) {
            return *known;
        }
        let found = compute(self);
        self.changes.insert((belief, change), found);
        found
    }

    fn number(&mut self, belief: Belief) -> Option<u32> {
        u32::try_from(self.beliefs.insert_full(belief).0).ok()
    }

    /// Adds everything that events and the steps under way can do; none where that breaks something.
    fn close(
        &mut self,
        cluster: &mut Cluster<'_, '_>,
        running: Vec<usize>,
        pairs: Vec<(Steps, u32)>,
    ) -> Option<u32> {
        let mut found: IndexSet<(Steps, u32), Hasher> = pairs.into_iter().collect();
        let mut next = 0;
        while let Some(&(steps, state)) = found.get_index(next) {
            next += 1;
            let known = cluster.known(state);
            for (place, step) in running.iter().enumerate() {
                if steps >> place & 1 == 1 {
                    continue;
                }
                match known.outcomes[*step] {
                    Outcome::To(to) => {
                        found.insert((steps | 1 << place, to));
                    }
                    Outcome::Waits => {}
                    Outcome::Refused | Outcome::Broken => return None,
                }
            }
            for event in &cluster.events {
                match known.outcomes[*event] {
                    Outcome::To(to) => {
                        found.insert((steps, to));
                    }
                    Outcome::Waits | Outcome::Refused => {}
                    Outcome::Broken => return None,
                }
            }
            if found.len() > MOST_PAIRS {
                self.gave_up = true;
                return None;
            }
        }
        let mut pairs: Vec<(Steps, u32)> = found.into_iter().collect();
        pairs.sort_unstable();
        self.number(Belief { running, pairs })
    }

    /// What leads from pair to pair, and what of it must not be put off for ever: events by themselves, steps by their places
    /// behind all ground transitions.
    fn graph(
        &self,
        cluster: &mut Cluster<'_, '_>,
        belief: u32,
    ) -> (Graph, Vec<Vec<FairStep<usize>>>) {
        let Belief { running, pairs } = &self.beliefs[belief as usize];
        let place_of = |pair: (Steps, u32)| {
            let place = pairs.binary_search(&pair).ok();
            StateId(
                place
                    .and_then(|p| u32::try_from(p).ok())
                    .unwrap_or(u32::MAX),
            )
        };
        let mut graph = Graph::default();
        let mut fair = Vec::with_capacity(pairs.len());
        for &(steps, state) in pairs {
            let known = cluster.known(state);
            let mut moves = Vec::new();
            for (place, step) in running.iter().enumerate() {
                if let (0, Outcome::To(to)) = (steps >> place & 1, known.outcomes[*step]) {
                    let to = place_of((steps | 1 << place, to));
                    graph.push(to);
                    let label = cluster.takes.len() + place;
                    moves.push(FairStep { label, to });
                }
            }
            for event in &cluster.events {
                if let Outcome::To(to) = known.outcomes[*event] {
                    let to = place_of((steps, to));
                    graph.push(to);
                    if cluster.fair.binary_search(event).is_ok() {
                        moves.push(FairStep { label: *event, to });
                    }
                }
            }
            graph.end_row();
            fair.push(moves);
        }
        (graph, fair)
    }

    fn stays(&mut self, cluster: &mut Cluster<'_, '_>, belief: u32) -> Stays {
        if let Some(known) = self.stays.get(&belief) {
            return known.clone();
        }
        let (graph, fair) = self.graph(cluster, belief);
        let pairs = &self.beliefs[belief as usize].pairs;
        let steps = |id: StateId| fair[id.index()].clone();
        let components = fair_components(&graph, pairs.len(), |_| true, steps);
        let found: Stays = components
            .iter()
            .map(|component| {
                let goal = component.iter().all(|id| {
                    let (_, state) = pairs[id.index()];
                    cluster.known(state).goal
                });
                (pairs[component[0].index()].0, goal)
            })
            .collect();
        self.stays.insert(belief, found.clone());
        found
    }
}
