//! What a plan can do next, and what that takes: the space that is searched. A node is the states that are possible at a position
//! and the moment on the clock. An edge is a step, before which the operator may wait for everything to settle; or the end
//! of the plan. Waiting is a choice everywhere, because it takes time.

use std::collections::HashMap;

use indexmap::IndexSet;

use crate::language::rules::TransitionClass;
use crate::language::source::Span;
use crate::model::plan::Item;
use crate::model::value::ObjectId;
use crate::search::budget::{Budget, Stop};
use crate::search::label_setting::{Cost, Edge, Space};
use crate::search::store::Hasher;

use super::super::exposure::exposed::Exposed;
use super::super::plan_system::of_class;
use super::estimate::Estimate;
use super::measure::{Figures, Measure, Objective};
use super::nominal::{Moment, Nominal, Passed, Until};
use super::possible::Possible;
use super::rename::{Places, Rename, renamed};

/// A step, and the set of states in which it is attempted; none at the end of the plan.
type Attempted = Option<(usize, usize)>;

/// What is done along an edge, by the names of the node that it leaves.
#[derive(Clone, Debug)]
pub(super) struct Hop {
    /// Whether the operator waits first.
    waits: bool,
    /// The step; none at the end of the plan.
    step: Option<usize>,
    /// Who changes places after it.
    places: Option<Places>,
}

/// A node: the set of states, and the clock. The order of events is part of it where that matters.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Node {
    set: usize,
    moment: Moment,
}

/// The space of one question.
pub(super) struct Plans<'s, 'a, 'm> {
    pub(super) possible: Possible<'a, 'm>,
    pub(super) nominal: Nominal,
    exposed: Exposed<'s, 'a, 'm>,
    rename: Option<Rename>,
    objective: &'s Objective,
    estimate: &'s Estimate,
    actions: Vec<usize>,
    /// Whether the order in which events happened is part of nodes.
    ordered: bool,
    nodes: IndexSet<Node, Hasher>,
    /// Who changes places before the first step.
    first_places: Option<Places>,
    /// For a set, and a step that may fail with the set in which it is attempted.
    harms: HashMap<(usize, Attempted), bool, Hasher>,
}

impl<'s, 'a, 'm> Plans<'s, 'a, 'm> {
    pub(super) fn new(
        possible: Possible<'a, 'm>,
        exposed: Exposed<'s, 'a, 'm>,
        (objective, estimate): (&'s Objective, &'s Estimate),
        ordered: bool,
    ) -> Self {
        let interpreter = possible.interpreter;
        let rename = Rename::new(interpreter.model());
        Self {
            nominal: Nominal::new(interpreter, ordered),
            exposed,
            rename: rename.filter(|_| !ordered),
            objective,
            estimate,
            actions: of_class(interpreter, TransitionClass::Action),
            ordered,
            nodes: IndexSet::default(),
            first_places: None,
            harms: HashMap::default(),
            possible,
        }
    }

    /// Whether positions that differ by names only are one.
    pub(super) const fn renames(&self) -> bool {
        self.rename.is_some()
    }

    /// Whether the search has to begin again with the order of events as part of nodes.
    pub(super) const fn wants_order(&self) -> bool {
        self.nominal.order_matters && !self.ordered
    }

    /// The number of a node, and who changed places.
    fn node(&mut self, set: usize, moment: Moment) -> (usize, Option<Places>) {
        let (set, moment, places) = match &mut self.rename {
            Some(rename) => rename.canonical(&mut self.possible, set, moment),
            None => (set, moment, None),
        };
        let (place, _) = self.nodes.insert_full(Node { set, moment });
        (place, places)
    }

    /// The clock, unless it met something that it cannot go on with.
    fn run(&mut self, from: &Moment, until: Until) -> Result<Option<(Moment, Passed)>, Stop> {
        let found = self.nominal.run(&mut self.possible, from, until);
        if self.wants_order() {
            return Err(Stop::Interrupted);
        }
        if self.nominal.gave_up {
            return Err(Stop::NodeSize);
        }
        Ok(found)
    }

    /// Whether one fault may do harm at a position with these states, where a step is attempted in those.
    fn is_exposed(
        &mut self,
        set: usize,
        attempted: Attempted,
        budget: &mut dyn Budget,
    ) -> Result<bool, Stop> {
        if !self.objective.measures().contains(&Measure::Exposure) {
            return Ok(false);
        }
        let attempted = attempted.filter(|(action, _)| self.exposed.may_fail(*action));
        if let Some(known) = self.harms.get(&(set, attempted)) {
            return Ok(*known);
        }
        let possible = &self.possible;
        let states = |set: usize| -> Vec<&crate::semantics::State> {
            let members = possible.members(set).iter();
            members.map(|id| possible.state(*id)).collect()
        };
        let attempted_in = attempted.map(|(action, set)| (action, states(set)));
        let attempt = attempted_in
            .as_ref()
            .map(|(action, states)| (*action, states.as_slice()));
        let found = self.exposed.is_exposed(&states(set), attempt, budget)?;
        self.harms.insert((set, attempted), found);
        Ok(found)
    }

    fn cost(&self, passed: Passed, exposed: bool, step: Option<usize>, waits: bool) -> Cost {
        let model = self.possible.interpreter.model();
        let declared = step.map(|step| {
            let transition = model.instances[step].transition;
            model.rules.transitions[transition.index()].cost
        });
        self.objective.cost(&Figures {
            cost: declared.map_or(0, u64::from),
            steps: u32::from(step.is_some()),
            waits: u32::from(waits),
            duration: passed.seconds,
            downtime: passed.downtime,
            exposure: if exposed { passed.seconds } else { passed.out },
        })
    }

    /// All steps that may be taken from a set of states at a moment, after a wait that took so long.
    fn steps(
        &mut self,
        (set, from): (usize, usize),
        (moment, passed, waits): (&Moment, Passed, bool),
        budget: &mut dyn Budget,
        edges: &mut Vec<Edge<Hop>>,
    ) -> Result<(), Stop> {
        for place in 0..self.actions.len() {
            let action = self.actions[place];
            let Some(next) = self.possible.after(from, action, budget)? else {
                continue;
            };
            let Some((then, took)) = self.run(moment, Until::Step(action))? else {
                continue;
            };
            let exposed = self.is_exposed(set, Some((action, from)), budget)?;
            let cost = self.cost(passed.and(took), exposed, Some(action), waits);
            let (to, places) = self.node(next, then);
            edges.push(Edge {
                label: Hop {
                    waits,
                    step: Some(action),
                    places,
                },
                cost,
                to: Some(to),
            });
        }
        Ok(())
    }

    /// The items of a plan with the names of the cluster.
    pub(super) fn items(&self, hops: &[Hop]) -> Option<Vec<Item>> {
        let span = Span::default();
        let model = self.possible.interpreter.model();
        // For each place of the node at hand the object that stands there.
        let mut objects: Vec<ObjectId> = (0u32..).map(ObjectId).take(model.objects.len()).collect();
        let go_on = |objects: &mut Vec<ObjectId>, places: &Option<Places>| {
            if let Some(places) = places {
                let before = objects.clone();
                for (place, object) in before.into_iter().enumerate() {
                    objects[places[place].index()] = object;
                }
            }
        };
        go_on(&mut objects, &self.first_places);
        let mut items = Vec::new();
        for hop in hops {
            if hop.waits {
                items.push(Item::AwaitSettled { span });
            }
            if let Some(step) = hop.step {
                let instance = renamed(model, step, &objects)?;
                items.push(Item::Step { instance, span });
            }
            go_on(&mut objects, &hop.places);
        }
        Some(items)
    }
}

impl Space for Plans<'_, '_, '_> {
    type Label = Hop;

    fn start(&mut self, budget: &mut dyn Budget) -> Result<Option<usize>, Stop> {
        let initial = self.possible.interpreter.initial();
        let initial = self.possible.id(&initial);
        let Some(set) = self.possible.closed(vec![initial], budget)? else {
            return Ok(None);
        };
        let moment = self.nominal.first(&mut self.possible, initial);
        let (node, places) = self.node(set, moment);
        self.first_places = places;
        Ok(Some(node))
    }

    fn edges(&mut self, node: usize, budget: &mut dyn Budget) -> Result<Vec<Edge<Hop>>, Stop> {
        let mut edges = Vec::new();
        let Some(Node { set, moment }) = self.nodes.get_index(node).cloned() else {
            return Ok(edges);
        };
        if self.possible.is_done(set)
            && let Some((_, took)) = self.run(&moment, Until::Goal)?
        {
            let exposed = self.is_exposed(set, None, budget)?;
            edges.push(Edge {
                label: Hop {
                    waits: false,
                    step: None,
                    places: None,
                },
                cost: self.cost(took, exposed, None, false),
                to: None,
            });
        }
        self.steps(
            (set, set),
            (&moment, Passed::default(), false),
            budget,
            &mut edges,
        )?;
        if let Some(settled) = self.possible.settled(set, budget)?
            && let Some((then, took)) = self.run(&moment, Until::Settled)?
        {
            self.steps((set, settled), (&then, took, true), budget, &mut edges)?;
        }
        Ok(edges)
    }

    fn estimate(&mut self, node: usize) -> Option<Cost> {
        let node = self.nodes.get_index(node)?;
        let interpreter = self.possible.interpreter;
        let state = self.possible.state(node.moment.state);
        let figures = self.estimate.from(interpreter, state)?;
        Some(self.objective.cost(&figures))
    }
}
