//! The run that breaks a promise: the way there, what goes round, and for everything fair why it is not being cheated.

use crate::language::rules::{Promise, TemporalId};
use crate::model::value::Value;
use crate::search::fairness::Hop;
use crate::search::store::StateId;

use super::super::outcome::{Counterexample, Due, Reason, Trace, Treated, Treatment};
use super::super::request::TaskError;
use super::super::trace::{Move, replayed};
use super::{Against, Runs, live};

/// A broken promise in words, replayed.
pub(super) fn told<R: Runs>(
    runs: &R,
    id: TemporalId,
    against: &Against,
) -> Result<Counterexample, TaskError> {
    let lasso = Lasso::of(runs, against)?;
    let mut trace = lasso.trace()?;
    trace.cycle = Some(lasso.stem);
    let interpreter = runs.interpreter();
    let rules = &interpreter.model().rules;
    let declared = &rules.temporal[id.index()];
    let written = |span| {
        rules
            .source
            .slice(span)
            .split_whitespace()
            .collect::<Vec<_>>()
    };
    let wanted = declared.promise.wanted();
    let bindings = declared.parameters.iter().zip(&against.choice);
    let show = |value: &Value| interpreter.show(value);
    let last = lasso.states.get(lasso.stem).copied().unwrap_or(StateId(0));
    let explanation = interpreter.explain_operand(runs.cluster(last)?, id, wanted, &against.choice);
    Ok(Counterexample {
        trace,
        reason: Reason::Unkept {
            property: declared.name.clone(),
            doc: declared.doc.clone(),
            formula: written(declared.formula).join(" "),
            bindings: bindings
                .map(|(parameter, value)| (parameter.name.clone(), show(value)))
                .collect(),
            due: match &declared.promise {
                Promise::LeadsTo(due, _) => Some(Due {
                    step: against.broken.since,
                    condition: written(due.span).join(" "),
                }),
                Promise::Eventually(_) | Promise::AlwaysEventually(_) => None,
            },
            wanted: written(wanted.span).join(" "),
            fair: lasso.treated()?,
        },
        explanation: Some(explanation),
    })
}

/// A shortest way to a state, in words.
pub(super) fn way_to<R: Runs>(runs: &R, to: StateId) -> Result<Trace, TaskError> {
    let paths = runs
        .graph()
        .shortest_paths(StateId(0), runs.states(), |_, _| true);
    let lasso = Lasso {
        runs,
        stem: 0,
        states: paths.path(to),
        labels: Vec::new(),
    };
    lasso.with_labels(&[])?.trace()
}

/// Whether a broken promise could still be kept where the run stays, and only by somebody who owes nothing.
pub(super) fn waits_for_operators<R: Runs>(runs: &R, against: &Against) -> bool {
    let Some(&last) = against.broken.stem.last() else {
        return false;
    };
    let kept = |without: bool| {
        let mut seen = vec![false; runs.states()];
        seen[last.index()] = true;
        let mut open = vec![last];
        while let Some(id) = open.pop() {
            if against.marks.kept[id.index()] {
                return true;
            }
            for (label, to) in runs.edges(id) {
                let passes = !(without && runs.is_free(label));
                if passes && !std::mem::replace(&mut seen[to.index()], true) {
                    open.push(to);
                }
            }
        }
        false
    };
    kept(false) && !kept(true)
}

struct Lasso<'r, R: Runs> {
    runs: &'r R,
    /// How many steps come before the state that the run comes back to, or stays in.
    stem: usize,
    states: Vec<StateId>,
    /// Between each state and the next.
    labels: Vec<R::Label>,
}

impl<'r, R: Runs> Lasso<'r, R> {
    fn of(runs: &'r R, against: &Against) -> Result<Self, TaskError> {
        let hops = live(runs).cycle(&against.broken);
        let stem = &against.broken.stem;
        let mut states = stem.clone();
        states.extend(hops.iter().map(|hop| hop.to));
        if states.last() != stem.last() {
            return Err(TaskError::Internal(
                "a run does not come back to where it goes round".to_owned(),
            ));
        }
        let lasso = Lasso {
            runs,
            stem: stem.len().saturating_sub(1),
            states,
            labels: Vec::new(),
        };
        lasso.with_labels(&hops)
    }

    /// What does each step: what the cycle asks for, or the first that leads there.
    fn with_labels(mut self, hops: &[Hop<R::Label>]) -> Result<Self, TaskError> {
        let wanted = |step: usize| {
            let hop = step
                .checked_sub(self.stem)
                .and_then(|place| hops.get(place));
            hop.and_then(|hop| hop.label)
        };
        let mut labels = Vec::with_capacity(self.states.len());
        for (step, pair) in self.states.windows(2).enumerate() {
            let found = self.runs.edges(pair[0]).find(|(label, to)| {
                *to == pair[1] && wanted(step).is_none_or(|wanted| wanted == *label)
            });
            let Some((label, _)) = found else {
                return Err(TaskError::Internal("a lasso is not connected".to_owned()));
            };
            labels.push(label);
        }
        self.labels = labels;
        Ok(self)
    }

    fn trace(&self) -> Result<Trace, TaskError> {
        let steps = self.states.iter().zip(&self.labels);
        let moves: Vec<Move> = steps
            .map(|(&from, &label)| self.runs.as_move(from, label))
            .collect::<Result<_, _>>()?;
        let Some(&last) = self.states.last() else {
            return Err(TaskError::Internal(
                "a state of a trace is not stored".to_owned(),
            ));
        };
        replayed(
            self.runs.interpreter(),
            &moves,
            Some(self.runs.cluster(last)?),
        )
    }

    /// For everything fair that is possible where the run goes round: it is taken there, or it is not always possible.
    fn treated(&self) -> Result<Vec<Treated>, TaskError> {
        let round = &self.states[self.stem..];
        let mut possible: Vec<(R::Label, StateId)> = Vec::new();
        for &id in round {
            possible.extend(self.runs.fair_steps(id).iter().map(|step| (step.label, id)));
        }
        possible.sort_unstable();
        possible.dedup_by_key(|(label, _)| *label);
        let mut treated = Vec::with_capacity(possible.len());
        for (label, at) in possible {
            let taken = self.labels[self.stem..]
                .iter()
                .position(|taken| *taken == label);
            let impossible = round.iter().position(|&id| {
                self.runs
                    .fair_steps(id)
                    .iter()
                    .all(|step| step.label != label)
            });
            let how = match (taken, impossible) {
                (Some(place), _) => Treatment::Taken {
                    step: self.stem + place + 1,
                },
                (None, Some(place)) => Treatment::Impossible {
                    after: self.stem + place,
                },
                (None, None) => {
                    return Err(TaskError::Internal(
                        "a run puts something fair off for ever".to_owned(),
                    ));
                }
            };
            treated.push(Treated {
                name: self.runs.name(at, label)?,
                how,
            });
        }
        Ok(treated)
    }
}
