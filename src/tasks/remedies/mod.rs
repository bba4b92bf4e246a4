//! Why there is no plan: the smallest changes of the cluster and its rules with which there is one. Each is proved by a plan
//! that was verified; what a limit cut short is said to be not known.

mod attempt;
mod candidate;
pub mod findings;

use crate::model::ground::Model;
use crate::search::budget::{Budget, Pilot, Stop};

use super::effort::Effort;
use super::outcome::{Answer, Verdict};
use super::plan::plan;
use super::request::TaskError;
use attempt::{Attempt, attempt};
use candidate::{Candidate, candidates};
use findings::{Change, End, Remedies, Remedy};

/// The most positions that one try looks at.
const ONE_TRY: usize = 20_000;
/// The most positions that all tries look at together.
const ALL_TRIES: usize = 200_000;

/// Finds the cheapest valid plan; where it is proved that there is none, also what would let one exist.
///
/// # Errors
/// As of [`plan`].
pub fn plan_or_remedies(
    model: &Model,
    effort: &Effort,
    budget: &mut dyn Budget,
) -> Result<Answer, TaskError> {
    let answer = plan(model, effort, budget)?;
    with_remedies(model, answer, effort, budget)
}

/// An answer of `plan`; where that is that there is no plan, with what would let one exist.
///
/// # Errors
/// Where a plan that was found does not verify.
pub fn with_remedies(
    model: &Model,
    mut answer: Answer,
    effort: &Effort,
    budget: &mut dyn Budget,
) -> Result<Answer, TaskError> {
    // What is violated before any step was told already: there the cluster is at fault, and no rule stands in the way.
    if answer.verdict == Verdict::Violated && answer.properties.is_empty() {
        answer.remedies = Some(remedies(model, effort, budget)?);
    }
    Ok(answer)
}

/// What would let a plan exist for a model that has none.
///
/// # Errors
/// Where a plan that was found does not verify.
pub fn remedies(
    model: &Model,
    effort: &Effort,
    budget: &mut dyn Budget,
) -> Result<Remedies, TaskError> {
    let candidates = candidates(model);
    let mut search = Search {
        model,
        effort,
        candidates: &candidates,
        budget,
        left: ALL_TRIES,
        found: Remedies::default(),
        useless: Vec::new(),
    };
    search.singles()?;
    if search.found.found.is_empty() && search.found.ended.is_none() {
        search.found.pairs = true;
        search.pairs()?;
    }
    let mut found = search.found;
    found.best = best(&found.found);
    Ok(found)
}

/// The remedy whose plan is worth showing: the first that only needs more objects, else the cheapest.
fn best(found: &[Remedy]) -> Option<usize> {
    let more = |remedy: &Remedy| {
        let mut changes = remedy.changes.iter();
        changes.all(|change| matches!(change, Change::Object { .. }))
    };
    let cheapest = || {
        let costs = found.iter().enumerate();
        costs.min_by_key(|(place, remedy)| (remedy.plan.cost, *place))
    };
    found
        .iter()
        .position(more)
        .or_else(|| cheapest().map(|(place, _)| place))
}

struct Search<'a> {
    model: &'a Model,
    effort: &'a Effort,
    candidates: &'a [Candidate],
    budget: &'a mut dyn Budget,
    /// How many positions may still be looked at.
    left: usize,
    found: Remedies,
    /// The candidates that do not help by themselves.
    useless: Vec<usize>,
}

/// What is known of a set of candidates.
enum Known {
    Helps(Remedy),
    Useless,
    Unknown(Vec<Change>),
    /// One of them cannot be otherwise, or there is no budget left for it.
    NotTried,
}

impl Search<'_> {
    fn singles(&mut self) -> Result<(), TaskError> {
        let all = 0..self.candidates.len();
        self.each_with(&[], &all.collect::<Vec<_>>())
    }

    fn pairs(&mut self) -> Result<(), TaskError> {
        let useless = self.useless.clone();
        for (place, &first) in useless.iter().enumerate() {
            // Of objects two may be missing; everything else can be otherwise once.
            let twice = matches!(self.candidates[first], Candidate::Another(_));
            let others = useless[place + usize::from(!twice)..].iter().copied();
            let others: Vec<usize> = others
                .filter(|&other| !self.candidates[first].covers(&self.candidates[other]))
                .collect();
            self.each_with(&[first], &others)?;
        }
        Ok(())
    }

    /// Tries each of some candidates, together with what is otherwise anyway. Those that only allow more are tried all
    /// together first: where that does not help, none of them does.
    fn each_with(&mut self, with: &[usize], each: &[usize]) -> Result<(), TaskError> {
        let only_allows = |&place: &usize| self.candidates[place].only_allows(self.model);
        let (allowing, others): (Vec<usize>, Vec<usize>) =
            each.iter().partition(|&place| only_allows(place));
        let mut known = Vec::with_capacity(each.len());
        for &place in &others {
            known.push((place, self.together(with, &[place])?));
        }
        self.halves(with, &allowing, &mut known)?;
        // In the order of the candidates, whatever they were tried with.
        known.sort_by_key(|(place, _)| *place);
        for (place, outcome) in known {
            match outcome {
                Known::Helps(remedy) => self.found.found.push(remedy),
                Known::Unknown(changes) => self.found.unknown.push(changes),
                Known::Useless => {
                    self.found.useless += 1;
                    if with.is_empty() {
                        self.useless.push(place);
                    }
                }
                Known::NotTried => {}
            }
        }
        Ok(())
    }

    fn halves(
        &mut self,
        with: &[usize],
        allowing: &[usize],
        known: &mut Vec<(usize, Known)>,
    ) -> Result<(), TaskError> {
        if let [] | [_] = allowing {
            for &place in allowing {
                known.push((place, self.together(with, &[place])?));
            }
            return Ok(());
        }
        match self.together(with, allowing)? {
            Known::Useless => {
                known.extend(allowing.iter().map(|&place| (place, Known::Useless)));
            }
            Known::Helps(_) => {
                let (first, second) = allowing.split_at(allowing.len() / 2);
                self.halves(with, first, known)?;
                self.halves(with, second, known)?;
            }
            Known::Unknown(_) | Known::NotTried => {
                for &place in allowing {
                    known.push((place, self.together(with, &[place])?));
                }
            }
        }
        Ok(())
    }

    /// Whether there is a plan where some candidates are otherwise together.
    fn together(&mut self, with: &[usize], more: &[usize]) -> Result<Known, TaskError> {
        if self.found.ended.is_some() {
            return Ok(Known::NotTried);
        }
        let mut model = self.model.clone();
        let mut changes = Vec::with_capacity(with.len() + more.len());
        for &place in with.iter().chain(more) {
            let Some((changed, change)) = self.candidates[place].applied(&model) else {
                return Ok(Known::NotTried);
            };
            model = changed;
            changes.push(change);
        }
        let states = ONE_TRY.min(self.left).min(self.budget.max_states());
        let mut within = Pilot {
            states,
            within: &mut *self.budget,
        };
        let (came, positions) = attempt(&model, self.effort, &mut within)?;
        let last = self.left < ONE_TRY;
        self.left = self.left.saturating_sub(positions);
        Ok(match came {
            Attempt::Plan(plan) => Known::Helps(Remedy { changes, plan }),
            Attempt::None => Known::Useless,
            Attempt::Stopped(stop @ (Stop::Time | Stop::Memory | Stop::Interrupted)) => {
                self.found.ended = Some(End::Limit(stop));
                Known::NotTried
            }
            Attempt::Stopped(Stop::States) if last => {
                self.found.ended = Some(End::Enough);
                Known::NotTried
            }
            Attempt::Stopped(_) => Known::Unknown(changes),
        })
    }
}
