//! Shortest runs that show what strikes do, told: to the position, the strikes with what happens in between, and what comes
//! then. Every one is replayed on its way out.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use indexmap::IndexMap;

use crate::language::rules::InvariantId;
use crate::model::ground::{FaultBudget, Model};
use crate::model::plan::{Item, Plan};
use crate::search::budget::{Budget, Progress};
use crate::search::store::StateId;
use crate::search::system::Offer;
use crate::semantics::{Explanation, Interpreter};

use super::super::complete::waiting;
use super::super::outcome::{Reason, Trace};
use super::super::plan_system::{Attempt, PlanMove, PlanState, attempt};
use super::super::request::TaskError;
use super::super::trace::{Move, refusal, replayed};
use super::Traces;
use super::aftermath::Aftermath;
use super::blame::Blamed as Blame;
use super::cells::{At, Struck};
use super::findings::{ConsequenceKind, Exposure, Witness};
use super::naming::thing;
use super::path::{Hop, Path, Paths, Target};
use super::recovering::Recovering;
use super::rows::bits;
use super::strikes::Strike;

/// What is needed to tell runs.
pub(super) struct Witnesses<'s, 'a, 'm> {
    plan: &'s Plan,
    after: &'s Aftermath<'s, 'a, 'm>,
    paths: Paths<'s, 'a, 'm>,
}

/// Why the end of a run shows something.
#[derive(Default)]
struct Told {
    reason: Option<Reason>,
    explanation: Option<Explanation>,
    refused: Option<Move>,
}

impl<'s, 'a, 'm> Witnesses<'s, 'a, 'm> {
    pub(super) fn new(
        plan: &'s Plan,
        after: &'s Aftermath<'s, 'a, 'm>,
        recovering: &'s Recovering<'s, 'a, 'm>,
    ) -> Self {
        Self {
            plan,
            after,
            paths: Paths::new(after, recovering),
        }
    }

    /// Puts the runs that are wanted into the findings.
    pub(super) fn put(
        &self,
        found: &mut Exposure,
        (at, struck, blamed): (&[At], &[Struck], &[Blame]),
        kept: &[usize],
        wanted: &Traces,
        budget: &mut dyn Budget,
    ) -> Result<(), TaskError> {
        let mut runs: BTreeMap<usize, IndexMap<StateId, usize>> = BTreeMap::new();
        for (number, &place) in kept.iter().enumerate() {
            let cell = &found.cells[number];
            let is_wanted = match wanted {
                Traces::None => false,
                Traces::All => true,
                Traces::Of(name) => name.is(found, cell),
            };
            if !is_wanted {
                continue;
            }
            if let Some(stop) = budget.spend(Progress::default()) {
                found.stopped = found.stopped.or(Some(stop));
                break;
            }
            let struck = &struck[place];
            let runs = runs.entry(struck.position).or_default();
            let mut show = |target: Target| self.show(&at[struck.position], struck, target, runs);
            let blame = &blamed[place].blame;
            let cell = &mut found.cells[number];
            for (blamed, thing) in cell.harm.broken.iter_mut().zip(bits(&blame.possible)) {
                blamed.witness = show(Target::Broken(thing))?;
            }
            for (blamed, service) in cell.harm.out.iter_mut().zip(bits(&blame.out_possible)) {
                blamed.witness = show(Target::Out(service))?;
            }
            if let Some(lost) = &mut cell.harm.unrecoverable {
                lost.witness = show(Target::Lost)?;
            }
            for consequence in &mut cell.plan {
                let target = match &consequence.kind {
                    ConsequenceKind::Refused => Target::Refused,
                    ConsequenceKind::Undefined => Target::Undefined,
                    ConsequenceKind::Incomplete => Target::Incomplete,
                    ConsequenceKind::Breaks(name) => {
                        let mut things = bits(&blame.plan.breaks);
                        match things.find(|place| thing(self.after, *place) == *name) {
                            Some(place) => Target::PlanBreaks(place),
                            None => continue,
                        }
                    }
                };
                consequence.witness = show(target)?;
            }
        }
        for (position, runs) in runs {
            for (&id, _) in &runs {
                let run = replayed(self.after.system.interpreter, &self.to_position(id)?, None)?;
                found.positions[position].runs.push(run);
            }
        }
        Ok(())
    }

    /// A shortest run, as a run to the position and what comes then.
    fn show(
        &self,
        at: &At,
        struck: &Struck,
        target: Target,
        runs: &mut IndexMap<StateId, usize>,
    ) -> Result<Option<Witness>, TaskError> {
        let Some(path) = self.paths.shortest(at, struck, target) else {
            return Err(TaskError::Internal(format!(
                "no run shows what strikes are said to do: {target:?}"
            )));
        };
        let next = runs.len();
        let run = *runs.entry(path.first).or_insert(next);
        let mut moves = self.to_position(path.first)?;
        let prefix = moves.len();
        let mut here = path.first;
        for &(hop, to) in &path.hops {
            self.walk(here, hop, to, &mut moves)?;
            here = to;
        }
        let told = self.told(&path, target)?;
        moves.extend(told.refused);
        let budget = u32::try_from(struck.strikes.len()).unwrap_or(u32::MAX);
        let model = Model {
            faults: FaultBudget::Total(budget),
            ..self.after.system.interpreter.model().clone()
        };
        let trace = replayed(&Interpreter::new(&model), &moves, None)?;
        Ok(Some(Witness {
            run,
            steps: Trace {
                steps: trace.steps.into_iter().skip(prefix).collect(),
                cycle: None,
            },
            reason: told.reason,
            explanation: told.explanation,
        }))
    }

    /// The run to a state of the plan without strikes.
    fn to_position(&self, id: StateId) -> Result<Vec<Move>, TaskError> {
        let mut path = vec![id];
        let mut here = id;
        while self.after.parents[here.index()] != here {
            here = self.after.parents[here.index()];
            path.push(here);
        }
        path.reverse();
        let mut moves = Vec::new();
        for pair in path.windows(2) {
            self.walk(pair[0], Hop::Any, pair[1], &mut moves)?;
        }
        Ok(moves)
    }

    /// A hop as moves of a run.
    fn walk(
        &self,
        from: StateId,
        hop: Hop,
        to: StateId,
        moves: &mut Vec<Move>,
    ) -> Result<(), TaskError> {
        let lost = || TaskError::Internal("a run of strikes is not connected".to_owned());
        let system = self.after.system;
        let (from, to) = (self.state(from)?, self.state(to)?);
        let transition = |instance, lane| Move::Transition { instance, lane };
        match hop {
            Hop::Strike(Strike::Fault(fault)) => moves.push(transition(fault, String::new())),
            Hop::Strike(strike) => {
                // Of the lanes the one that went on.
                let behind = |at: &PlanState, lane| system.program.behind(&at.position, lane);
                let mut lanes = (0..system.program.lanes.len()).rev();
                let lane = lanes.find(|lane| behind(from, *lane) != behind(to, *lane));
                let name = lane.map(|lane| system.program.lanes[lane].name.clone());
                let name = name.unwrap_or_default();
                match strike {
                    Strike::Omitted(instance) => moves.push(Move::Omitted {
                        instance,
                        lane: name,
                    }),
                    Strike::Twice(action) => {
                        moves.push(transition(action, name.clone()));
                        moves.push(transition(action, name));
                    }
                    Strike::Instead { other: one, .. }
                    | Strike::Fails(one)
                    | Strike::Fault(one) => moves.push(transition(one, name)),
                }
            }
            Hop::Any | Hop::Event | Hop::Lane => {
                let mut label = None;
                system.expand_by_name(from, &mut |offer| match offer {
                    Offer::Transition(found, next)
                        if next == *to
                            && match found {
                                PlanMove::Event(_) => !matches!(hop, Hop::Lane),
                                PlanMove::Lane(_) => !matches!(hop, Hop::Event),
                            } =>
                    {
                        label = Some(found);
                        ControlFlow::Break(())
                    }
                    _ => ControlFlow::Continue(()),
                });
                moves.push(system.as_move(&from.position, label.ok_or_else(lost)?));
            }
        }
        Ok(())
    }

    fn state(&self, id: StateId) -> Result<&PlanState, TaskError> {
        self.after
            .store
            .get(id)
            .ok_or_else(|| TaskError::Internal("a state of a run is not stored".to_owned()))
    }

    /// Why the end of a run shows what it should.
    fn told(&self, path: &Path, target: Target) -> Result<Told, TaskError> {
        let last = path.hops.last().map_or(path.first, |(_, to)| *to);
        let end = self.state(last)?;
        let mut told = Told::default();
        match target {
            Target::Broken(thing) | Target::PlanBreaks(thing) => {
                self.broken(path, thing, &mut told)?;
            }
            Target::Lost => {
                let mut hops = path.hops.iter().rev();
                let strike = hops.find_map(|(hop, _)| match hop {
                    Hop::Strike(strike) => Some(strike.name(self.after.system.interpreter)),
                    _ => None,
                });
                told.reason = Some(Reason::Doomed {
                    goal: self.goal(),
                    step: strike,
                });
            }
            Target::Out(_) | Target::Undefined => {}
            Target::Refused => self.refused(end, &mut told),
            Target::Incomplete => {
                let (waits, why) = waiting(self.after.system, self.plan, end);
                told.explanation = why;
                told.reason = Some(if self.paths.goes_round(last) {
                    Reason::Cycle {
                        goal: waits.is_empty().then(|| self.goal()),
                        waiting: waits,
                    }
                } else if waits.is_empty() {
                    Reason::GoalFalse { goal: self.goal() }
                } else {
                    Reason::Stuck { waiting: waits }
                });
            }
        }
        Ok(told)
    }

    /// Which invariant is false, and why; nothing of what is undefined.
    fn broken(&self, path: &Path, thing: usize, told: &mut Told) -> Result<(), TaskError> {
        let interpreter = self.after.system.interpreter;
        let id = InvariantId(u16::try_from(thing).unwrap_or(u16::MAX));
        let Some(declared) = interpreter.model().rules.invariants.get(thing) else {
            return Ok(());
        };
        told.reason = Some(Reason::False {
            invariant: declared.name.clone(),
            doc: declared.doc.clone(),
        });
        let ids = std::iter::once(path.first).chain(path.hops.iter().map(|(_, to)| *to));
        let states: Vec<&PlanState> = ids.map(|id| self.state(id)).collect::<Result<_, _>>()?;
        // The last one is as a rule where it is false; a strike that does a step twice may break it on its way.
        for place in (0..states.len()).rev() {
            let now = &states[place].cluster;
            let before = place.checked_sub(1).map(|place| &states[place].cluster);
            let judgement = match before.filter(|_| declared.transition) {
                Some(before) => interpreter.judge_between(before, now, id),
                None if declared.transition => continue,
                None => interpreter.judge(now, id),
            };
            if let Some(choice) = judgement.false_for {
                let before = before.filter(|_| declared.transition);
                told.explanation = Some(interpreter.explain_invariant(now, before, id, &choice));
                return Ok(());
            }
        }
        Ok(())
    }

    fn refused(&self, end: &PlanState, told: &mut Told) {
        let system = self.after.system;
        let interpreter = system.interpreter;
        for lane in 0..system.program.lanes.len() {
            if let Some(item @ Item::Step { instance, .. }) =
                system.program.next(&end.position, lane)
                && let Attempt::Refused(_) = attempt(interpreter, &end.cluster, item)
                && let Some(message) = refusal(interpreter, &end.cluster, *instance)
            {
                told.refused = Some(Move::Refused {
                    instance: *instance,
                    lane: system.program.lanes[lane].name.clone(),
                });
                told.reason = Some(Reason::Refused {
                    step: interpreter.name(*instance),
                    message,
                });
                return;
            }
        }
    }

    fn goal(&self) -> String {
        let model = self.after.system.interpreter.model();
        let goal = model.goal.map(|goal| &model.rules.goals[goal.index()].name);
        goal.cloned().unwrap_or_default()
    }
}
