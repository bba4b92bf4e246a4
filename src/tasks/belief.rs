//! What the planner knows at a position of a plan: the states that the cluster may be in when the next step is taken,
//! whatever the events do and whenever they come.

use std::cell::Cell;

use indexmap::IndexSet;

use crate::search::best_first::{Expansion, Space};
use crate::search::fairness::{FairStep, fair_components};
use crate::search::graph::Graph;
use crate::search::store::{Hasher, StateId};
use crate::semantics::{Fired, Interpreter, State};

use super::plan_system::{events, is_fair, of_class};
use super::standing::Situation;
use super::target::Target;
use crate::engine::projection::Projection;
use crate::language::rules::TransitionClass;
use crate::model::value::ObjectId;

/// The states that the cluster may be in at a position, in order and without doubles.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Belief {
    states: Vec<Situation>,
    /// Every fair run of the events settles here and stays settled, so that the operator may wait for it; `states` are the
    /// settled ones. Otherwise `states` are all that the events can reach.
    waited: bool,
}

impl Belief {
    /// Its state, where there is only one.
    #[must_use]
    pub fn only(&self) -> Option<&State> {
        match self.states.as_slice() {
            [only] => Some(&only.state),
            _ => None,
        }
    }

    /// The belief with another state in the place of its only one; others stay as they are.
    #[must_use]
    pub fn with_only(mut self, state: State) -> Self {
        if let [only] = self.states.as_mut_slice() {
            only.state = state;
        }
        self
    }
}

/// All beliefs of a ground model, joined by the operator's steps.
pub struct Beliefs<'a, 'm> {
    interpreter: &'a Interpreter<'m>,
    target: Target,
    /// Where the plan begins; none where something is broken there that must not be.
    from: Option<Vec<Situation>>,
    actions: Vec<usize>,
    events: Vec<usize>,
    estimate: Projection,
    gave_up: Cell<bool>,
}

/// A belief that events make larger than this is not followed, and nothing is called cheapest or impossible then.
const MOST_STATES: usize = 200_000;

/// What the events make of a set of states.
struct Closure {
    states: IndexSet<Situation, Hasher>,
    graph: Graph,
    /// For each state the fair events that are possible.
    fair: Vec<Vec<FairStep<usize>>>,
}

impl<'a, 'm> Beliefs<'a, 'm> {
    /// The beliefs on the ways from some situations to a target; `None` where `may_go_on` says that there is no time for them.
    #[must_use]
    pub fn new(
        interpreter: &'a Interpreter<'m>,
        target: Target,
        from: Option<Vec<Situation>>,
        may_go_on: &mut dyn FnMut() -> bool,
    ) -> Option<Self> {
        let model = interpreter.model();
        let estimate = Projection::new(model, &target.necessary(model), may_go_on)?;
        Some(Self {
            interpreter,
            target,
            from,
            actions: of_class(interpreter, TransitionClass::Action),
            events: events(interpreter),
            estimate,
            gave_up: Cell::new(false),
        })
    }

    /// The ground actions, in order.
    #[must_use]
    pub fn actions(&self) -> &[usize] {
        &self.actions
    }

    /// How many services are out in the worst of the states of a belief.
    #[must_use]
    pub fn services_out(&self, belief: &Belief) -> u64 {
        let services = self.interpreter.services();
        let out = |here: &Situation| {
            let is_out =
                |service: &&ObjectId| self.interpreter.outage(&here.state, **service) != Ok(false);
            services.iter().filter(is_out).count() as u64
        };
        belief.states.iter().map(out).max().unwrap_or(0)
    }

    /// Whether a belief was too large to follow.
    #[must_use]
    pub fn gave_up(&self) -> bool {
        self.gave_up.get()
    }

    fn estimate_of(&self, situation: &Situation) -> Option<u32> {
        let value = |object, field| self.interpreter.value(&situation.state, object, field);
        self.estimate.cost_to_goal(value)
    }

    /// The belief before the first step, and whether there is anything to wait for.
    #[must_use]
    pub fn initially(&self) -> Option<(Belief, bool)> {
        self.close(self.from.clone()?)
    }

    /// The belief at a position where the states are these before any event; `None` where some run of the events violates
    /// something. Also whether there is anything to wait for.
    #[must_use]
    pub fn close(&self, states: Vec<Situation>) -> Option<(Belief, bool)> {
        let closure = self.closure(states)?;
        let all_settled = closure.fair.iter().all(Vec::is_empty);
        let belief = |mut states: Vec<Situation>, waited: bool| {
            states.sort_unstable();
            Belief { states, waited }
        };
        if all_settled || !closure.comes_to_rest() {
            let states = closure.states.into_iter().collect();
            return Some((belief(states, all_settled), false));
        }
        let for_good = closure.stays_at_rest();
        let count = closure.states.len();
        let settled = closure.fair.iter().map(Vec::is_empty);
        let settled = closure.states.into_iter().zip(settled);
        let mut states: Vec<Situation> = settled
            .filter_map(|(state, settled)| settled.then_some(state))
            .collect();
        if !for_good {
            // Whoever has seen everything settled goes on before, or after, an event that is not fair unsettles it again.
            states = self.closure(states)?.states.into_iter().collect();
        }
        let waits = states.len() < count;
        Some((belief(states, for_good), waits))
    }

    /// Everything that events can do from a set of states; `None` where that violates something.
    fn closure(&self, states: Vec<Situation>) -> Option<Closure> {
        let mut closure = Closure {
            states: states.into_iter().collect(),
            graph: Graph::default(),
            fair: Vec::new(),
        };
        let mut next = 0;
        while let Some(here) = closure.states.get_index(next).cloned() {
            self.target.holds(self.interpreter, &here.state).ok()?;
            let mut fair = Vec::new();
            for &event in &self.events {
                match self.interpreter.fire(&here.state, event) {
                    Fired::Successor(to) => {
                        let to = here.after(self.interpreter, to)?;
                        let (place, _) = closure.states.insert_full(to);
                        let to = StateId(u32::try_from(place).ok()?);
                        closure.graph.push(to);
                        if is_fair(self.interpreter, event) {
                            fair.push(FairStep { label: event, to });
                        }
                    }
                    Fired::Undefined(_) => return None,
                    Fired::Blocked(_)
                    | Fired::Refused(_)
                    | Fired::Disabled(_)
                    | Fired::NoFaultsLeft => {}
                }
            }
            closure.graph.end_row();
            closure.fair.push(fair);
            next += 1;
            if closure.states.len() > MOST_STATES {
                self.gave_up.set(true);
                return None;
            }
        }
        Some(closure)
    }

    /// The states after a step that may be taken here in every run; `None` where some run refuses it, gives it no meaning,
    /// never lets it be taken, or violates something by it.
    #[must_use]
    pub fn after(&self, belief: &Belief, action: usize) -> Option<Vec<Situation>> {
        let mut after = Vec::with_capacity(belief.states.len());
        let mut blocked = false;
        for here in &belief.states {
            match self.interpreter.fire(&here.state, action) {
                Fired::Successor(next) => after.push(here.after(self.interpreter, next)?),
                // Where the operator has waited nothing fair is left that could end another wait.
                Fired::Blocked(_) if !belief.waited => blocked = true,
                _ => return None,
            }
        }
        if blocked && !self.taken_in_every_fair_run(belief, action) {
            return None;
        }
        after.sort_unstable();
        after.dedup();
        Some(after)
    }

    /// Whether no fair run of the events puts a step off for ever.
    fn taken_in_every_fair_run(&self, belief: &Belief, action: usize) -> bool {
        let Some(closure) = self.closure(belief.states.clone()) else {
            return false;
        };
        let steps = |id: StateId| {
            let mut steps = closure.fair[id.index()].clone();
            let possible = closure.states.get_index(id.index()).is_some_and(|here| {
                let fired = self.interpreter.fire(&here.state, action);
                matches!(fired, Fired::Successor(_))
            });
            if possible {
                // The step leaves every component: it is taken once.
                steps.push(FairStep {
                    label: action,
                    to: StateId(u32::MAX),
                });
            }
            steps
        };
        fair_components(&closure.graph, closure.states.len(), |_| true, steps).is_empty()
    }
}

impl Closure {
    /// Whether every fair run comes by a settled state, so that a wait for it ends.
    fn comes_to_rest(&self) -> bool {
        let steps = |id: StateId| {
            let mut steps = self.fair[id.index()].clone();
            if steps.is_empty() {
                // The wait leaves every component: it ends once. Its label is none of an event.
                steps.push(FairStep {
                    label: usize::MAX,
                    to: StateId(u32::MAX),
                });
            }
            steps
        };
        fair_components(&self.graph, self.states.len(), |_| true, steps).is_empty()
    }

    /// Whether nothing that has settled moves on to what has not.
    fn stays_at_rest(&self) -> bool {
        let settled = |id: StateId| self.fair[id.index()].is_empty();
        let mut ids = (0..).take(self.states.len()).map(StateId);
        ids.all(|id| {
            let mut successors = self.graph.successors(id).iter();
            !settled(id) || successors.all(|&to| settled(StateId(to)))
        })
    }
}

impl Space for Beliefs<'_, '_> {
    type Node = Belief;
    type Label = usize;

    fn start(&self) -> Option<Belief> {
        self.initially().map(|(belief, _)| belief)
    }

    fn expand(&mut self, belief: &Belief, expansion: &mut Expansion<'_, Self>) {
        let model = self.interpreter.model();
        for &action in &self.actions {
            if !expansion.may_go_on() {
                return;
            }
            let Some(after) = self.after(belief, action) else {
                continue;
            };
            if let Some((next, _)) = self.close(after) {
                let transition = model.instances[action].transition;
                let cost = model.rules.transitions[transition.index()].cost;
                expansion.offer(action, cost, next);
            }
        }
    }

    fn is_goal(&mut self, belief: &Belief) -> bool {
        let holds = |here: &Situation| self.target.holds(self.interpreter, &here.state) == Ok(true);
        if belief.waited || belief.states.iter().all(holds) {
            return belief.states.iter().all(holds);
        }
        let Some(closure) = self.closure(belief.states.clone()) else {
            return false;
        };
        let fair = |id: StateId| closure.fair[id.index()].clone();
        fair_components(&closure.graph, closure.states.len(), |_| true, fair)
            .iter()
            .flatten()
            .all(|&id| closure.states.get_index(id.index()).is_some_and(holds))
    }

    fn estimate(&mut self, belief: &Belief) -> Option<u32> {
        let mut most = 0;
        for state in &belief.states {
            most = most.max(self.estimate_of(state)?);
        }
        Some(most)
    }
}
