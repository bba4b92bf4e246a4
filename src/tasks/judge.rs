//! Judges the states and transitions of a plan as they are met: invariants, transition invariants, `well_defined` and the goal.
//! (`check` is judged by the engine.)

use crate::language::rules::{GoalId, InvariantId, TemporalId};
use crate::search::store::StateId;
use crate::semantics::{Interpreter, State, Undefined};

use super::request::Asked;

/// What was found about an invariant.
#[derive(Clone, Debug)]
pub struct Record {
    /// Which one.
    pub invariant: InvariantId,
    /// In how many states, or between how many pairs of states (counted once for each transition), it is false.
    pub violations: u64,
    /// The first violation in breadth-first order.
    pub first: Option<Violation>,
}

/// A violation of an invariant.
#[derive(Clone, Copy, Debug)]
pub struct Violation {
    /// The state, or the one before the transition.
    pub at: StateId,
    /// For a transition invariant the state after it.
    pub after: Option<StateId>,
}

/// Where something undefined was evaluated.
#[derive(Clone, Debug)]
pub struct UndefinedAt {
    /// The state, or the one before the transition.
    pub at: StateId,
    /// For a transition invariant the state after it.
    pub after: Option<StateId>,
    /// What was evaluated: a ground transition, a step, a property.
    pub place: String,
    /// Why it is undefined.
    pub undefined: Undefined,
}

/// Everything judged so far.
pub struct Judge<'a, 'm> {
    interpreter: &'a Interpreter<'m>,
    goal: Option<GoalId>,
    all: bool,
    /// One for each invariant that is judged.
    pub records: Vec<Record>,
    /// The undefined value in the first of the states.
    undefined: Option<UndefinedAt>,
    /// The first undefined transition invariant.
    undefined_between: Option<UndefinedAt>,
    /// In how many states something undefined was evaluated, transitions out of them included.
    pub undefined_states: u64,
    /// For each state whether the goal holds.
    pub goal_holds: Vec<bool>,
    undefined_in: Vec<bool>,
}

impl<'a, 'm> Judge<'a, 'm> {
    /// Judges the invariants that are asked for, or all of them where `all` says that other answers depend on them.
    #[must_use]
    pub fn new(interpreter: &'a Interpreter<'m>, asked: &Asked, all: bool) -> Self {
        let rules = &interpreter.model().rules;
        let records = rules
            .invariants
            .iter()
            .zip(0..)
            .filter(|(invariant, _)| all || asked.wants(&invariant.name))
            .map(|(_, id)| Record {
                invariant: InvariantId(id),
                violations: 0,
                first: None,
            })
            .collect();
        Self {
            interpreter,
            goal: interpreter.model().goal,
            all,
            records,
            undefined: None,
            undefined_between: None,
            undefined_states: 0,
            goal_holds: Vec::new(),
            undefined_in: Vec::new(),
        }
    }

    /// Judges a state; states come in the order of their ids.
    pub fn state(&mut self, id: StateId, state: &State) {
        let interpreter = self.interpreter;
        let rules = &interpreter.model().rules;
        self.undefined_in.push(false);
        for place in 0..self.records.len() {
            let invariant = self.records[place].invariant;
            let declared = &rules.invariants[invariant.index()];
            if declared.transition {
                continue;
            }
            let judgement = interpreter.judge(state, invariant);
            if judgement.false_for.is_some() {
                let record = &mut self.records[place];
                record.violations += 1;
                record.first.get_or_insert(Violation {
                    at: id,
                    after: None,
                });
            }
            if let Some(undefined) = judgement.undefined {
                self.undefined(id, || format!("invariant {}", declared.name), undefined);
            }
        }
        for (property, temporal) in (0u16..).map(TemporalId).zip(&rules.temporal) {
            // Where only some invariants are judged, nothing else is.
            if self.all
                && let Some(undefined) = interpreter.undefined_operand(state, property)
            {
                self.undefined(id, || format!("property {}", temporal.name), undefined);
            }
        }
        let goal = self.goal.map(|goal| (goal, interpreter.goal(state, goal)));
        self.goal_holds.push(matches!(goal, Some((_, Ok(true)))));
        if let Some((goal, Err(undefined))) = goal {
            let name = &rules.goals[goal.index()].name;
            self.undefined(id, || format!("goal {name}"), undefined);
        }
    }

    /// Judges a transition between two stored states.
    pub fn transition(&mut self, before: (StateId, &State), after: (StateId, &State)) {
        let interpreter = self.interpreter;
        for place in 0..self.records.len() {
            let invariant = self.records[place].invariant;
            let declared = &interpreter.model().rules.invariants[invariant.index()];
            if !declared.transition {
                continue;
            }
            let judgement = interpreter.judge_between(before.1, after.1, invariant);
            if judgement.false_for.is_some() {
                let record = &mut self.records[place];
                record.violations += 1;
                record.first.get_or_insert(Violation {
                    at: before.0,
                    after: Some(after.0),
                });
            }
            if let Some(undefined) = judgement.undefined {
                self.count_undefined(before.0);
                self.undefined_between.get_or_insert_with(|| UndefinedAt {
                    at: before.0,
                    after: Some(after.0),
                    place: format!("transition invariant {}", declared.name),
                    undefined,
                });
            }
        }
    }

    /// Notes that something undefined was evaluated in a state.
    pub fn undefined(&mut self, at: StateId, place: impl FnOnce() -> String, undefined: Undefined) {
        self.count_undefined(at);
        // A state is judged before earlier ones are expanded, so the first to be met need not be the nearest.
        if self.undefined.as_ref().is_none_or(|first| at < first.at) {
            self.undefined = Some(UndefinedAt {
                at,
                after: None,
                place: place(),
                undefined,
            });
        }
    }

    fn count_undefined(&mut self, at: StateId) {
        if !std::mem::replace(&mut self.undefined_in[at.index()], true) {
            self.undefined_states += 1;
        }
    }

    /// The undefined value with the shortest way to it; `depth` is the length of the way to a state.
    pub fn nearest_undefined(&self, depth: impl Fn(StateId) -> usize) -> Option<&UndefinedAt> {
        let length = |found: &&UndefinedAt| depth(found.at) + usize::from(found.after.is_some());
        self.undefined
            .iter()
            .chain(&self.undefined_between)
            .min_by_key(length)
    }
}
