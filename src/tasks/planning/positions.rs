//! What the planner knows at a position of a plan, on packed states: the states that the cluster may be in when the next step
//! is taken, whatever the events do and whenever they come. The same as [`crate::tasks::belief`] says by the interpreter.

use std::cell::{Cell, RefCell};

use indexmap::IndexSet;

use crate::engine::estimate::{Bound, Estimate};
use crate::engine::grounding::Uncompiled;
use crate::engine::layout::Layout;
use crate::engine::moves::{Moves, Room, Words};
use crate::language::rules::FieldId;
use crate::model::ground::Model;
use crate::model::value::{ObjectId, Value};
use crate::search::components::components;
use crate::search::fairness::{FairStep, fair_components};
use crate::search::graph::Graph;
use crate::search::store::{Hasher, StateId};
use crate::semantics::Interpreter;
use crate::tasks::outcome::Reduction;
use crate::tasks::target::Target;
use crate::tasks::words::Words as StateWords;

use super::Wanted;
use super::kept::Kept;
use super::renaming::{Names, Renaming};

/// Where a plan is: what the cluster may be like, and how far along it is in what it has to keep.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Place {
    pub(super) belief: Belief,
    pub(super) kept: u32,
}

/// The states that the cluster may be in at a position, in order and without doubles.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Belief {
    pub(super) states: Vec<Words>,
    /// Every fair run of the events settles here and stays settled, so that the operator may wait for it; `states` are the
    /// settled ones. Otherwise `states` are all that the events can reach.
    pub(super) waited: bool,
}

/// A belief, and whether there is anything to wait for.
pub(super) struct Closed {
    pub(super) belief: Belief,
    pub(super) waits: bool,
}

/// Whether the operator waits for the cluster to settle, where that is possible.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Waiting {
    /// He does.
    Yes,
    /// He goes on at once.
    No,
}

/// What a step is about: its first argument, if it has any.
pub(super) type Subject = Option<Value>;

/// The positions of all plans for a model.
pub(super) struct Positions<'m> {
    model: &'m Model,
    /// The states that it begins with, before any event.
    from: Vec<Words>,
    kept: Kept,
    layout: Layout,
    moves: Moves,
    renaming: Renaming,
    estimate: Estimate,
    /// For each action its cost.
    costs: Vec<u32>,
    /// For each action what it is about.
    subjects: Vec<Subject>,
    instances: Vec<usize>,
    room: RefCell<Room>,
    gave_up: Cell<bool>,
}

/// A belief that events make larger than this is not followed, and nothing is called cheapest or impossible then.
const MOST_STATES: usize = 200_000;

/// What the events make of a set of states.
struct Closure {
    states: IndexSet<Words, Hasher>,
    graph: Graph,
    /// For each state the fair events that are possible.
    fair: Vec<Vec<FairStep<usize>>>,
    /// For each state whether the goal holds.
    goal: Vec<bool>,
}

impl<'m> Positions<'m> {
    /// For a model and its goal.
    ///
    /// # Errors
    /// Where the model is too large to be written out, or `may_go_on` says that there is no time.
    pub(super) fn new(
        interpreter: &Interpreter<'m>,
        wanted: &Wanted<'_>,
        may_go_on: &mut dyn FnMut() -> bool,
    ) -> Result<Self, Uncompiled> {
        let model = interpreter.model();
        let layout = Layout::new(model, &|_, _| true);
        let moves = Moves::new(model, &layout, may_go_on)?;
        let instances: Vec<usize> = moves.actions().collect();
        let rule = |instance: usize| {
            let transition = model.instances[instance].transition;
            &model.rules.transitions[transition.index()]
        };
        // Every step counts, also where the rules say that it costs nothing: otherwise a plan could go round for ever.
        let price = |instance: usize| rule(instance).cost.max(1);
        let goal = model.goal.ok_or(Uncompiled::TooLarge)?;
        let necessary = Target::Goal(goal).necessary(model);
        let estimate =
            Estimate::new(model, &necessary, &price, may_go_on).ok_or(Uncompiled::Interrupted)?;
        let renaming = if wanted.symmetry {
            Renaming::new(model, &layout, &instances, wanted.kept.steps())
        } else {
            Renaming::default()
        };
        let words = StateWords::new(model);
        let mut from: Vec<Words> = match wanted.from {
            None => vec![layout.initial(model).into_boxed_slice()],
            Some(states) => states
                .iter()
                .map(|state| words.packed(interpreter, state).into_boxed_slice())
                .collect(),
        };
        from.sort_unstable();
        from.dedup();
        Ok(Self {
            model,
            from,
            kept: wanted.kept.clone(),
            costs: instances.iter().map(|&instance| price(instance)).collect(),
            subjects: instances
                .iter()
                .map(|&instance| model.instances[instance].arguments.first().cloned())
                .collect(),
            layout,
            moves,
            renaming,
            estimate,
            instances,
            room: RefCell::default(),
            gave_up: Cell::new(false),
        })
    }

    /// Whether a belief was too large to follow.
    pub(super) const fn gave_up(&self) -> bool {
        self.gave_up.get()
    }

    /// What was made use of.
    pub(super) fn reductions(&self) -> Vec<Reduction> {
        self.renaming.reductions(self.model)
    }

    /// The place of an action among the instances of the model.
    pub(super) fn instance(&self, action: usize) -> usize {
        self.instances[action]
    }

    /// Which rule an action is an instance of.
    pub(super) fn transition(&self, action: usize) -> u32 {
        u32::from(self.model.instances[self.instances[action]].transition.0)
    }

    /// What an action costs.
    pub(super) fn cost(&self, action: usize) -> u32 {
        self.costs[action]
    }

    /// What an action is about.
    pub(super) fn subject(&self, action: usize) -> &Subject {
        &self.subjects[action]
    }

    /// The states before anything happens.
    pub(super) fn first(&self) -> Vec<Words> {
        self.from.clone()
    }

    /// Where a plan begins; none where something is broken there, or by the events.
    pub(super) fn first_place(&self) -> Option<Place> {
        let belief = self.start()?.belief;
        Some(Place { belief, kept: 0 })
    }

    /// The places to which an action leads, with what is known of the cluster there; none where it is no valid step.
    pub(super) fn next(&self, place: &Place, action: usize) -> Vec<Place> {
        let along = self.kept.after(place.kept, self.instances[action]);
        if along.is_empty() {
            return Vec::new();
        }
        let after = self.after(&place.belief, action);
        let Some(closed) = after.and_then(|states| self.close(states, Waiting::Yes)) else {
            return Vec::new();
        };
        let place = |kept: u32| Place {
            belief: closed.belief.clone(),
            kept,
        };
        along.into_iter().map(place).collect()
    }

    /// Whether a plan may end at a place.
    pub(super) fn is_end(&self, place: &Place) -> bool {
        self.kept.is_complete(place.kept) && self.is_goal(&place.belief)
    }

    /// The belief before the first step; none where something is broken there, or by the events.
    pub(super) fn start(&self) -> Option<Closed> {
        self.close(self.first(), Waiting::Yes)
    }

    /// The belief at a position where the states are these before any event; `None` where some run of the events violates
    /// something.
    pub(super) fn close(&self, states: Vec<Words>, waiting: Waiting) -> Option<Closed> {
        let closure = self.closure(states)?;
        let all_settled = closure.fair.iter().all(Vec::is_empty);
        let belief = |mut states: Vec<Words>, waited: bool| {
            self.renaming.replace(&mut states);
            Belief { states, waited }
        };
        if all_settled || waiting == Waiting::No || !closure.comes_to_rest() {
            let states = closure.states.into_iter().collect();
            return Some(Closed {
                belief: belief(states, all_settled),
                waits: false,
            });
        }
        let for_good = closure.stays_at_rest();
        let count = closure.states.len();
        let settled = closure.fair.iter().map(Vec::is_empty);
        let settled = closure.states.into_iter().zip(settled);
        let mut states: Vec<Words> = settled
            .filter_map(|(state, settled)| settled.then_some(state))
            .collect();
        if !for_good {
            // Whoever has seen everything settled goes on before, or after, an event that is not fair unsettles it again.
            states = self.closure(states)?.states.into_iter().collect();
        }
        let waits = states.len() < count;
        Some(Closed {
            belief: belief(states, for_good),
            waits,
        })
    }

    /// Everything that events can do from a set of states; `None` where that violates something.
    ///
    /// Where no run goes round in a circle, not even up to what no step can name, each run ends, and fairness asks nothing of
    /// single events: then one state of each orbit is enough. Otherwise it matters which event is put off.
    fn closure(&self, states: Vec<Words>) -> Option<Closure> {
        if self.renaming.can_replace() {
            let mut few = states.clone();
            self.renaming.replace(&mut few);
            let closure = self.closure_up_to(few, true)?;
            if closure.ends() {
                return Some(closure);
            }
        }
        self.closure_up_to(states, false)
    }

    fn closure_up_to(&self, states: Vec<Words>, renamed: bool) -> Option<Closure> {
        let room = &mut *self.room.borrow_mut();
        let mut closure = Closure {
            states: states.into_iter().collect(),
            graph: Graph::default(),
            fair: Vec::new(),
            goal: Vec::new(),
        };
        let mut next = 0;
        while let Some(here) = closure.states.get_index(next).cloned() {
            let look = self.moves.look(room, &here);
            if !look.in_order {
                return None;
            }
            closure.goal.push(look.goal);
            let mut fair = Vec::new();
            for event in look.events {
                let mut to = self.moves.happen(room, &here, event)?;
                if renamed {
                    self.renaming.replace_one(&mut to);
                }
                let (place, _) = closure.states.insert_full(to);
                let to = StateId(u32::try_from(place).ok()?);
                closure.graph.push(to);
                if self.moves.is_fair(event) {
                    fair.push(FairStep { label: event, to });
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

    /// The actions that are perhaps possible, in order. Of those that differ only by which of several identical objects they
    /// name, the first.
    pub(super) fn candidates(&self, belief: &Belief, names: Names) -> Vec<usize> {
        let room = &mut *self.room.borrow_mut();
        let Some(first) = belief.states.first() else {
            return Vec::new();
        };
        let mut found = self.moves.possible(room, first);
        if !belief.waited {
            found.extend(self.moves.waiting(room, first));
            found.sort_unstable();
        }
        if let [only] = belief.states.as_slice() {
            self.renaming.first_of_twins(only, names, &mut found);
        }
        found
    }

    /// The states after a step that may be taken here in every run; `None` where some run refuses it, gives it no meaning,
    /// never lets it be taken, or violates something by it.
    pub(super) fn after(&self, belief: &Belief, action: usize) -> Option<Vec<Words>> {
        let mut after = Vec::with_capacity(belief.states.len());
        let mut blocked = false;
        {
            let room = &mut *self.room.borrow_mut();
            for here in &belief.states {
                if self.moves.is_possible(room, here, action) {
                    after.push(self.moves.act(room, here, action)?);
                } else if !belief.waited && self.moves.waits(room, here, action) {
                    // Where the operator has waited nothing fair is left that could end another wait.
                    blocked = true;
                } else {
                    return None;
                }
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
        let mut room = self.room.borrow_mut();
        let possible: Vec<bool> = closure
            .states
            .iter()
            .map(|state| self.moves.is_possible(&mut room, state, action))
            .collect();
        let steps = |id: StateId| {
            let mut steps = closure.fair[id.index()].clone();
            if possible[id.index()] {
                // The step leaves every component: it is taken once. Its label is none of an event.
                steps.push(FairStep {
                    label: usize::MAX,
                    to: StateId(u32::MAX),
                });
            }
            steps
        };
        fair_components(&closure.graph, closure.states.len(), |_| true, steps).is_empty()
    }

    /// Whether a plan may end here: every fair run of the events comes to the goal and stays there.
    pub(super) fn is_goal(&self, belief: &Belief) -> bool {
        let holds = |state: &Words| self.moves.look(&mut self.room.borrow_mut(), state).goal;
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
            .all(|id| closure.goal[id.index()])
    }

    /// What is known of the way from here to the goal; `None` where it cannot be reached.
    pub(super) fn bound(&self, place: &Place, asked: Option<ObjectId>) -> Option<Bound> {
        let mut most = Bound::default();
        for state in &place.belief.states {
            let value = |object: ObjectId, field: FieldId| {
                self.layout.value(self.model, state, object, field)
            };
            let bound = self.estimate.of(&value, asked)?;
            most.cost = most.cost.max(bound.cost);
            if bound.subjects > most.subjects || most.subjects == 0 {
                most.subjects = bound.subjects;
                most.asked = bound.asked;
            }
        }
        let kept = self.kept.left(place.kept);
        let kept = kept.filter_map(|instance| self.moves.number_of(instance));
        most.cost = most.cost.max(kept.map(|action| self.costs[action]).sum());
        Some(most)
    }

    /// The place that stands for all that differ by names only.
    pub(super) fn representative(&self, place: Place) -> Place {
        Place {
            belief: self.renaming.representative(place.belief),
            ..place
        }
    }

    /// The same of a belief together with an object that is marked in it.
    pub(super) fn representative_with(
        &self,
        belief: &Belief,
        marked: Option<ObjectId>,
    ) -> (Belief, Option<ObjectId>) {
        self.renaming.representative_with(belief, marked)
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

    /// Whether no run goes round in a circle.
    fn ends(&self) -> bool {
        let ids = || (0..).take(self.states.len()).map(StateId);
        ids().all(|id| !self.graph.successors(id).contains(&id.0))
            && components(&self.graph, self.states.len(), |_| true)
                .iter()
                .all(|component| component.len() == 1)
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
