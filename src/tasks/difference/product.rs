//! The states that both versions reach by the same runs, breadth first, and what they say otherwise there. A run goes on only
//! where both take the same step and agree on what comes of it, so the first difference of each sort has a shortest run.

use std::cell::RefCell;
use std::ops::ControlFlow;

use indexmap::IndexMap;

use crate::engine::symmetry::{Scratch, Symmetry};
use crate::language::rules::TransitionClass;
use crate::search::budget::Budget;
use crate::search::explore::{Exploration, Stored, Visitor, explore};
use crate::search::store::StateId;
use crate::search::system::{Offer, System};
use crate::semantics::{Fired, Interpreter, Judgement, State};
use crate::tasks::outcome::Trace;
use crate::tasks::request::TaskError;
use crate::tasks::trace::{Move, replayed};
use crate::tasks::words::Words;

use super::findings::{Finding, Sort};
use super::matched::{Matched, Step};

/// A state of both versions: the old one's, and the new one's where it is not the same.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Pair {
    pub(super) old: State,
    pub(super) new: Option<State>,
}

impl Pair {
    pub(super) fn new_state(&self) -> &State {
        self.new.as_ref().unwrap_or(&self.old)
    }
}

/// What is said otherwise in a state: the sort, the declaration, and the step, where it is about one.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Said {
    pub(super) sort: Sort,
    pub(super) rule: String,
    pub(super) about: About,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum About {
    /// The place among the steps.
    Step(usize),
    /// The place among the invariants. After a step, where it is a transition invariant.
    Invariant(usize, Option<usize>),
    /// The place among the goals.
    Goal(usize),
    /// The place among the services.
    Service(usize),
}

/// What was explored.
pub(super) struct Product {
    pub(super) findings: Vec<Finding>,
    pub(super) states: u64,
    pub(super) up_to_names: bool,
    pub(super) stopped: Option<crate::search::budget::Stop>,
}

/// Explores the common runs of two versions that begin alike.
pub(super) fn product(
    matched: &Matched<'_>,
    symmetric: bool,
    budget: &mut dyn Budget,
) -> Result<Product, TaskError> {
    let symmetry = if symmetric { matched.symmetry() } else { None };
    let scratch = symmetry.as_ref().map(|(_, symmetry)| symmetry.scratch());
    let system = Common {
        matched,
        symmetry,
        scratch: RefCell::new(scratch),
    };
    let mut seen = Seen::default();
    let explored = explore(&system, &mut seen, budget);
    let mut findings = Vec::with_capacity(seen.first.len());
    for (at, said, states) in seen.first.values() {
        findings.push(system.finding(&explored, *at, said, *states)?);
    }
    Ok(Product {
        findings,
        states: explored.store.len() as u64,
        up_to_names: system.symmetry.is_some(),
        stopped: explored.stopped,
    })
}

/// The first of each sort and declaration, with the number of states in which it is said.
#[derive(Default)]
struct Seen {
    first: IndexMap<(Sort, String), (StateId, Said, u64)>,
    /// The state at hand, and what was said of it so far.
    here: Option<StateId>,
    said: Vec<(Sort, String)>,
}

impl<'a, 'm> Visitor<Common<'a, 'm>> for Seen {
    fn state(&mut self, _: StateId, _: &Pair) {}

    fn transition(
        &mut self,
        _: Stored<'_, Common<'a, 'm>>,
        _: &usize,
        _: Stored<'_, Common<'a, 'm>>,
    ) {
    }

    fn finding(&mut self, at: Stored<'_, Common<'a, 'm>>, said: Said) {
        if self.here != Some(at.id) {
            self.here = Some(at.id);
            self.said.clear();
        }
        let key = (said.sort, said.rule.clone());
        if self.said.contains(&key) {
            return;
        }
        self.said.push(key.clone());
        self.first.entry(key).or_insert((at.id, said, 0)).2 += 1;
    }
}

/// The steps that both versions take alike.
pub(super) struct Common<'a, 'm> {
    pub(super) matched: &'a Matched<'m>,
    symmetry: Option<(Words, Symmetry)>,
    scratch: RefCell<Option<Scratch>>,
}

impl System for Common<'_, '_> {
    type State = Pair;
    type Label = usize;
    type Finding = Said;

    fn initial(&self) -> Pair {
        self.canonical(self.first())
    }

    fn expand(&self, pair: &Pair, offer: &mut dyn FnMut(Offer<Self>) -> ControlFlow<()>) {
        for said in self.judged(pair) {
            if offer(Offer::Finding(said)).is_break() {
                return;
            }
        }
        for place in 0..self.matched.steps.len() {
            let (said, next) = self.step(pair, place);
            for said in said {
                if offer(Offer::Finding(said)).is_break() {
                    return;
                }
            }
            if let Some(next) = next
                && offer(Offer::Transition(place, self.canonical(next))).is_break()
            {
                return;
            }
        }
    }
}

/// What one version says of a step.
pub(super) enum Outcome {
    Absent,
    Fired(Fired),
}

impl Outcome {
    pub(super) fn of(
        interpreter: &Interpreter<'_>,
        state: &State,
        instance: Option<usize>,
    ) -> Self {
        instance.map_or(Self::Absent, |i| Self::Fired(interpreter.fire(state, i)))
    }
}

impl Common<'_, '_> {
    fn first(&self) -> Pair {
        Pair {
            old: self.matched.old.initial(),
            new: (!self.matched.aligned).then(|| self.matched.new.initial()),
        }
    }

    fn canonical(&self, pair: Pair) -> Pair {
        let (Some((words, symmetry)), Some(scratch)) =
            (&self.symmetry, &mut *self.scratch.borrow_mut())
        else {
            return pair;
        };
        let packed = words.packed(&self.matched.old, &pair.old);
        let mut found = packed.clone();
        symmetry.canonical(scratch, &mut found);
        if found == packed {
            return pair;
        }
        Pair {
            old: words.unpacked(&self.matched.old, &pair.old, &found),
            new: None,
        }
    }

    /// What is said otherwise of a state itself.
    fn judged(&self, pair: &Pair) -> Vec<Said> {
        let Matched { old, new, .. } = self.matched;
        let mut said = Vec::new();
        for (place, invariant) in self.matched.invariants.iter().enumerate() {
            let is_between = |interpreter: &Interpreter<'_>, id: Option<_>| {
                id.is_some_and(|id: crate::language::rules::InvariantId| {
                    interpreter.model().rules.invariants[id.index()].transition
                })
            };
            if invariant.same || is_between(old, invariant.old) || is_between(new, invariant.new) {
                continue;
            }
            let a = invariant.old.map(|id| old.judge(&pair.old, id));
            let b = invariant.new.map(|id| new.judge(pair.new_state(), id));
            let sorts = judgements(&a.unwrap_or_default(), &b.unwrap_or_default());
            said.extend(sorts.into_iter().map(|sort| Said {
                sort,
                rule: invariant.name.clone(),
                about: About::Invariant(place, None),
            }));
        }
        for (place, goal) in self.matched.goals.iter().enumerate() {
            // A goal of one version only changes nothing, unless it is asked for; then the goal that is asked for changes.
            let (Some(a), Some(b), false) = (goal.old, goal.new, goal.same) else {
                continue;
            };
            let asked = (old.model().goal == Some(a), new.model().goal == Some(b));
            let a = old.goal(&pair.old, a).ok();
            let b = new.goal(pair.new_state(), b).ok();
            if a != b || asked.0 != asked.1 {
                said.push(Said {
                    sort: Sort::GoalChanged,
                    rule: goal.name.clone(),
                    about: About::Goal(place),
                });
            }
        }
        for (place, (a, b, same)) in self.matched.services.iter().enumerate() {
            if !*same && old.outage(&pair.old, *a).ok() != new.outage(pair.new_state(), *b).ok() {
                said.push(Said {
                    sort: Sort::OutageChanged,
                    rule: self.kind_of(*a),
                    about: About::Service(place),
                });
            }
        }
        said
    }

    fn kind_of(&self, object: crate::model::value::ObjectId) -> String {
        let model = self.matched.old.model();
        let kind = model.objects[object.index()].kind;
        model.rules.kinds[kind.index()].name.clone()
    }

    /// What is said otherwise of a step, and where it leads where both take it and agree.
    pub(super) fn step(&self, pair: &Pair, place: usize) -> (Vec<Said>, Option<Pair>) {
        let Matched { old, new, .. } = self.matched;
        let step = &self.matched.steps[place];
        let about = |sort| Said {
            sort,
            rule: self.rule(step),
            about: About::Step(place),
        };
        let was = Outcome::of(old, &pair.old, step.old);
        let (said, next) = if step.same {
            let Outcome::Fired(Fired::Successor(next)) = was else {
                return (Vec::new(), None);
            };
            let next = Pair {
                old: next,
                new: None,
            };
            (Vec::new(), next)
        } else {
            let is = Outcome::of(new, pair.new_state(), step.new);
            let sort = self.compared(pair, step, &was, &is);
            let said: Vec<Said> = sort.into_iter().map(about).collect();
            let (Outcome::Fired(Fired::Successor(a)), Outcome::Fired(Fired::Successor(b))) =
                (was, is)
            else {
                return (said, None);
            };
            if !self.matched.agree(&a, &b) {
                return (said, None);
            }
            let new = (!self.matched.aligned).then_some(b);
            (said, Pair { old: a, new })
        };
        let mut said = said;
        said.extend(self.judged_between(pair, &next, place));
        (said, Some(next))
    }

    /// What transition invariants say otherwise of a step that both take.
    fn judged_between(&self, from: &Pair, to: &Pair, step: usize) -> Vec<Said> {
        let Matched { old, new, .. } = self.matched;
        let mut said = Vec::new();
        for (place, invariant) in self.matched.invariants.iter().enumerate() {
            if invariant.same {
                continue;
            }
            let a = invariant
                .old
                .filter(|id| old.model().rules.invariants[id.index()].transition);
            let b = invariant
                .new
                .filter(|id| new.model().rules.invariants[id.index()].transition);
            if a.is_none() && b.is_none() {
                continue;
            }
            let a = a.map(|id| old.judge_between(&from.old, &to.old, id));
            let b = b.map(|id| new.judge_between(from.new_state(), to.new_state(), id));
            let sorts = judgements(&a.unwrap_or_default(), &b.unwrap_or_default());
            said.extend(sorts.into_iter().map(|sort| Said {
                sort,
                rule: invariant.name.clone(),
                about: About::Invariant(place, Some(step)),
            }));
        }
        said
    }

    fn rule(&self, step: &Step) -> String {
        let name = |interpreter: &Interpreter<'_>, instance: usize| {
            let model = interpreter.model();
            let transition = model.instances[instance].transition;
            model.rules.transitions[transition.index()].name.clone()
        };
        let new = step.new.map(|place| name(&self.matched.new, place));
        let old = step.old.map(|place| name(&self.matched.old, place));
        new.or(old).unwrap_or_default()
    }

    pub(super) fn class(&self, step: &Step) -> [Option<(TransitionClass, bool)>; 2] {
        let of = |interpreter: &Interpreter<'_>, instance: usize| {
            let model = interpreter.model();
            let transition = model.instances[instance].transition;
            let declared = &model.rules.transitions[transition.index()];
            (declared.class, declared.fair)
        };
        [
            step.old.map(|place| of(&self.matched.old, place)),
            step.new.map(|place| of(&self.matched.new, place)),
        ]
    }

    fn compared(&self, pair: &Pair, step: &Step, was: &Outcome, is: &Outcome) -> Option<Sort> {
        use Fired::{Blocked, Refused, Successor, Undefined};
        use Outcome::Fired as F;
        let classes = self.class(step);
        let by_operator = |class: Option<(TransitionClass, bool)>| {
            class.is_some_and(|(class, _)| class == TransitionClass::Action)
        };
        let action = by_operator(classes[0]) || by_operator(classes[1]);
        match (was, is) {
            (F(Undefined(_)), F(Undefined(_))) => None,
            (_, F(Undefined(_))) => Some(Sort::NewlyUndefined),
            (F(Undefined(_)), _) => Some(Sort::NewlyDefined),
            (F(Successor(a)), F(Successor(b))) => {
                let other = !self.matched.agree(a, b);
                match (other, classes[0] == classes[1]) {
                    (false, true) => None,
                    (true, true) if action => Some(Sort::EffectChanged),
                    _ => Some(Sort::EventChanged),
                }
            }
            _ if !action => {
                let happens = |outcome: &Outcome| matches!(outcome, F(Successor(_)));
                (happens(was) != happens(is)).then_some(Sort::EventChanged)
            }
            (F(Refused(a)), F(Refused(b))) => {
                let message =
                    |interpreter: &Interpreter<'_>, state, instance: Option<usize>, at| {
                        instance.map(|instance| interpreter.message(state, instance, at))
                    };
                let old = message(&self.matched.old, &pair.old, step.old, *a);
                let new = message(&self.matched.new, pair.new_state(), step.new, *b);
                (old != new).then_some(Sort::MessageChanged)
            }
            (F(Successor(_) | Blocked(_)), F(Refused(_))) => Some(Sort::NewlyRefused),
            (F(Successor(_) | Refused(_)), F(Blocked(_))) => Some(Sort::NewlyAwaited),
            (_, F(Successor(_))) => Some(Sort::NewlyAllowed),
            // Nobody can do any more what is no longer there.
            (F(Successor(_)), _) => Some(Sort::NewlyRefused),
            _ => None,
        }
    }
}

/// What an invariant says otherwise; one that is not there says nothing.
fn judgements(was: &Judgement, is: &Judgement) -> Vec<Sort> {
    let mut sorts = Vec::new();
    match (was.false_for.is_some(), is.false_for.is_some()) {
        (false, true) => sorts.push(Sort::NewlyViolated),
        (true, false) => sorts.push(Sort::NewlySafe),
        _ => {}
    }
    match (was.undefined.is_some(), is.undefined.is_some()) {
        (false, true) => sorts.push(Sort::NewlyUndefined),
        (true, false) => sorts.push(Sort::NewlyDefined),
        _ => {}
    }
    sorts
}

impl Common<'_, '_> {
    /// A finding with its run by the names of the cluster, replayed with both versions.
    fn finding(
        &self,
        explored: &Exploration<Self>,
        at: StateId,
        said: &Said,
        states: u64,
    ) -> Result<Finding, TaskError> {
        let lost = || TaskError::Internal("a run to a difference is not connected".to_owned());
        let (steps, pair) = self.walk(explored, at).ok_or_else(lost)?;
        let said = self.found_again(&pair, said).ok_or_else(lost)?;
        let mut run = self.replayed(&steps)?;
        let mut told = self.told(&pair, &said);
        if let About::Invariant(place, Some(step)) = said.about {
            // A transition invariant is broken by a step more.
            let mut on = steps.clone();
            on.push(step);
            run = self.replayed(&on)?;
            told.what = self.matched.invariants[place].name.clone();
        }
        Ok(Finding {
            sort: said.sort,
            rule: said.rule,
            what: told.what,
            old: told.old,
            new: told.new,
            run: Some(run),
            states: Some(states),
            place: told.place,
        })
    }

    /// The steps of a run to a stored state, and the state with the names of the cluster.
    fn walk(&self, explored: &Exploration<Self>, at: StateId) -> Option<(Vec<usize>, Pair)> {
        let mut here = self.first();
        let mut steps = Vec::new();
        for id in explored.path(at).into_iter().skip(1) {
            let wanted = explored.store.get(id)?;
            let (place, next) = (0..self.matched.steps.len()).find_map(|place| {
                let next = self.step(&here, place).1?;
                (self.canonical(next.clone()) == *wanted).then_some((place, next))
            })?;
            steps.push(place);
            here = next;
        }
        Some((steps, here))
    }

    /// The same difference in a state that is equal up to names.
    fn found_again(&self, pair: &Pair, said: &Said) -> Option<Said> {
        let is_it = |other: &Said| {
            other.sort == said.sort
                && other.rule == said.rule
                && std::mem::discriminant(&other.about) == std::mem::discriminant(&said.about)
        };
        let steps = 0..self.matched.steps.len();
        self.judged(pair)
            .into_iter()
            .find(is_it)
            .or_else(|| steps.flat_map(|place| self.step(pair, place).0).find(is_it))
    }

    fn replayed(&self, steps: &[usize]) -> Result<Trace, TaskError> {
        let moves = |side: fn(&Step) -> Option<usize>| -> Option<Vec<Move>> {
            let instances = steps.iter().map(|place| side(&self.matched.steps[*place]));
            instances
                .map(|instance| {
                    let lane = String::new();
                    instance.map(|instance| Move::Transition { instance, lane })
                })
                .collect()
        };
        let lost = || TaskError::Internal("a common run has a step of one version".to_owned());
        let old = moves(|step| step.old).ok_or_else(lost)?;
        let new = moves(|step| step.new).ok_or_else(lost)?;
        replayed(&self.matched.old, &old, None)?;
        replayed(&self.matched.new, &new, None)
    }
}
