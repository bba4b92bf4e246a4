//! One try: is there a valid plan for this model? Any will do, so the search runs straight for the goal, and takes states
//! that differ only by the names of like objects for one. What it proves is the same as `plan` proves.

use crate::engine::symmetry::Symmetry;
use crate::model::ground::Model;
use crate::model::value::{ObjectId, Value};
use crate::search::best_first::{Expansion, Space};
use crate::search::budget::{Budget, Progress, Stop};
use crate::search::first_path::first_path;
use crate::semantics::{Interpreter, State};
use crate::tasks::belief::{Belief, Beliefs};
use crate::tasks::outcome::{FoundPlan, SearchStats};
use crate::tasks::plan::{put_plan, with_waits, without_plan};
use crate::tasks::request::TaskError;
use crate::tasks::standing::Situation;
use crate::tasks::target::Target;
use crate::tasks::words::Words;

use std::collections::BTreeSet;

/// How a try came out.
pub(super) enum Attempt {
    /// With a plan, which was verified.
    Plan(FoundPlan),
    /// No plan exists.
    None,
    /// A limit came first.
    Stopped(Stop),
}

/// Tries once; says also how many positions were looked at.
pub(super) fn attempt(
    model: &Model,
    budget: &mut dyn Budget,
) -> Result<(Attempt, usize), TaskError> {
    let Some(goal) = model.goal else {
        return Ok((Attempt::None, 0));
    };
    let interpreter = Interpreter::new(model);
    let mut stopped = None;
    let mut may_go_on = || {
        stopped = stopped.or_else(|| budget.spend(Progress::default()));
        stopped.is_none()
    };
    let from = Situation::in_order(&interpreter, interpreter.initial()).map(|from| vec![from]);
    let target = Target::Goal(goal);
    let Some(beliefs) = Beliefs::new(&interpreter, target, from, &mut may_go_on) else {
        let stop = stopped.unwrap_or(Stop::Interrupted);
        return Ok((Attempt::Stopped(stop), 0));
    };
    let mut quotient = Quotient::new(&interpreter, beliefs);
    let found = first_path(&mut quotient, budget);
    if quotient.beliefs.gave_up() {
        return Ok((Attempt::Stopped(Stop::NodeSize), found.nodes));
    }
    let Some((steps, cost)) = found.path else {
        let came = found.stopped.map_or(Attempt::None, Attempt::Stopped);
        return Ok((came, found.nodes));
    };
    let lost = || TaskError::Internal("a plan up to names has no steps by name".to_owned());
    let steps = quotient.by_name(&steps).ok_or_else(lost)?;
    let items = with_waits(&quotient.beliefs, &steps);
    let mut answer = without_plan(&interpreter, SearchStats::default());
    put_plan(&interpreter, &mut answer, (items, cost), budget)?;
    let SearchStats { stopped, .. } = answer.search;
    Ok(match (answer.plan, stopped) {
        (Some(plan), _) => (Attempt::Plan(plan), found.nodes),
        (None, stopped) => {
            let stop = stopped.unwrap_or(Stop::Interrupted);
            (Attempt::Stopped(stop), found.nodes)
        }
    })
}

/// The beliefs of a model up to the names of like objects, where that can be told exactly.
struct Quotient<'a, 'm> {
    interpreter: &'a Interpreter<'m>,
    beliefs: Beliefs<'a, 'm>,
    words: Words,
    symmetry: Option<Symmetry>,
}

impl<'a, 'm> Quotient<'a, 'm> {
    fn new(interpreter: &'a Interpreter<'m>, beliefs: Beliefs<'a, 'm>) -> Self {
        let model = interpreter.model();
        let words = Words::new(model);
        let symmetry =
            Symmetry::new(model, &words.layout, &BTreeSet::new()).filter(Symmetry::exact);
        Self {
            interpreter,
            beliefs,
            words,
            symmetry,
        }
    }

    /// The belief that stands for all that differ by names only. Of several states each belief stands for itself.
    fn representative(&self, belief: Belief) -> Belief {
        let renamed = belief.only().and_then(|state| self.canonical(state));
        match renamed {
            Some(state) => belief.with_only(state),
            None => belief,
        }
    }

    fn canonical(&self, state: &State) -> Option<State> {
        let symmetry = self.symmetry.as_ref()?;
        let mut words = self.words.packed(self.interpreter, state);
        symmetry.canonical(&mut symmetry.scratch(), &mut words);
        Some(self.words.unpacked(self.interpreter, state, &words))
    }

    /// The places that objects have in the representative of a belief; none where all keep theirs.
    fn places(&self, belief: &Belief) -> Option<Vec<ObjectId>> {
        let symmetry = self.symmetry.as_ref()?;
        let words = self.words.packed(self.interpreter, belief.only()?);
        Some(symmetry.permutation(&mut symmetry.scratch(), &words))
    }

    fn next(&self, belief: &Belief, action: usize) -> Option<Belief> {
        let after = self.beliefs.after(belief, action)?;
        self.beliefs.close(after).map(|(next, _)| next)
    }

    /// The steps of the cluster itself that steps between representatives stand for.
    fn by_name(&self, steps: &[usize]) -> Option<Vec<usize>> {
        let model = self.interpreter.model();
        // For each object of a representative the object of the cluster that it stands for.
        let count = u32::try_from(model.objects.len()).ok()?;
        let mut stands_for: Vec<ObjectId> = (0..count).map(ObjectId).collect();
        let mut here = self.beliefs.initially()?.0;
        let mut named = Vec::with_capacity(steps.len());
        for &action in steps {
            if let Some(places) = self.places(&here) {
                let before = stands_for.clone();
                for (object, place) in before.iter().zip(&places) {
                    *stands_for.get_mut(place.index())? = *object;
                }
            }
            here = self.representative(here);
            let instance = model.instances.get(action)?;
            let arguments: Option<Vec<Value>> = instance
                .arguments
                .iter()
                .map(|argument| match argument {
                    Value::Object(id) => stands_for.get(id.index()).copied().map(Value::Object),
                    other => Some(other.clone()),
                })
                .collect();
            named.push(model.instance(instance.transition, &arguments?)?);
            here = self.next(&here, action)?;
        }
        Some(named)
    }
}

impl Space for Quotient<'_, '_> {
    type Node = Belief;
    type Label = usize;

    fn start(&self) -> Option<Belief> {
        let (belief, _) = self.beliefs.initially()?;
        Some(self.representative(belief))
    }

    fn expand(&mut self, belief: &Belief, expansion: &mut Expansion<'_, Self>) {
        let model = self.interpreter.model();
        for &action in self.beliefs.actions() {
            if !expansion.may_go_on() {
                return;
            }
            if let Some(next) = self.next(belief, action) {
                let transition = model.instances[action].transition;
                let cost = model.rules.transitions[transition.index()].cost;
                expansion.offer(action, cost, self.representative(next));
            }
        }
    }

    fn is_goal(&mut self, belief: &Belief) -> bool {
        self.beliefs.is_goal(belief)
    }

    fn estimate(&mut self, belief: &Belief) -> Option<u32> {
        self.beliefs.estimate(belief)
    }
}
