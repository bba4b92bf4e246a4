//! Which rules does nobody test? Each is taken out or made weaker in turn, and the cases of the suite are asked until one
//! notices. What none notices is a missing case.

use std::sync::Arc;

use crate::language::mutation::{Mutant, mutants};
use crate::language::rules::{Rules, TransitionClass};
use crate::language::source::{Source, Span};
use crate::model::ground::{FaultBudget, Model};
use crate::model::loader::{CaseInput, Loader};
use crate::model::plan::Item;
use crate::model::settings::Overrides;
use crate::model::suite::{Case, Suite, Task};
use crate::search::budget::{Budget, Pilot, Stop};
use crate::tasks::effort::Effort;
use crate::tasks::outcome::Verdict;
use crate::tasks::request::TaskError;

use super::digest::Digest;
use super::expectation::differences;
use super::shared_budget::{Share, SharedBudget};
use super::suggestion::{Looked, Suggestion, suggestion};
use super::{answer, in_order, load};

/// What is asked of the mutants.
#[derive(Clone, Debug)]
pub struct Mutating {
    /// How each case is searched for, and on how many threads all together.
    pub effort: Effort,
    /// Whether to look for a case that would notice.
    pub suggest: bool,
    /// The score in percent that is enough; all of them where none is given.
    pub at_least: Option<u32>,
    /// All clusters up to a size. A change that makes no difference on these, and none that is found on the clusters of the
    /// suite, is taken for no change.
    pub clusters: Vec<Model>,
}

/// How well a suite watches over its rules.
#[derive(Clone, Debug)]
pub struct Score {
    /// The suite.
    pub subject: String,
    /// Holds where enough mutants are noticed.
    pub verdict: Verdict,
    /// The score that is enough, in percent.
    pub at_least: u32,
    /// How many cases the suite has.
    pub cases: usize,
    /// In the order of the rules.
    pub mutants: Vec<Tried>,
    /// Cases that are not as expected with the rules as they are: then nothing was tried.
    pub unexpected: Vec<String>,
    /// The limit that ended it early.
    pub stopped: Option<Stop>,
}

/// A mutant, and who notices it.
#[derive(Clone, Debug)]
pub struct Tried {
    /// What was changed.
    pub mutant: Mutant,
    /// The rules.
    pub source: Arc<Source>,
    /// What became of it.
    pub fate: Fate,
}

/// What became of a mutant.
#[derive(Clone, Debug)]
pub enum Fate {
    /// This case notices it.
    Noticed(String),
    /// No case does; how one could, where that was asked and found.
    Survives(Option<Box<Suggestion>>),
    /// It makes no difference on any cluster up to the size that was asked for, and none that was found on those of the suite.
    Equivalent,
    /// A limit ended it before anybody noticed.
    Open(Stop),
}

impl Score {
    /// How many mutants count: those that are known to be noticed or not.
    #[must_use]
    pub fn counted(&self) -> usize {
        let counts = |tried: &&Tried| matches!(tried.fate, Fate::Noticed(_) | Fate::Survives(_));
        self.mutants.iter().filter(counts).count()
    }

    /// How many are noticed.
    #[must_use]
    pub fn noticed(&self) -> usize {
        let noticed = |tried: &&Tried| matches!(tried.fate, Fate::Noticed(_));
        self.mutants.iter().filter(noticed).count()
    }

    /// The score in percent, rounded down.
    #[must_use]
    pub fn percent(&self) -> u32 {
        let percent = (self.noticed() * 100).checked_div(self.counted());
        percent.map_or(100, |p| u32::try_from(p).unwrap_or(100))
    }
}

/// A case with what it found with the rules as they are.
struct Asked<'s> {
    case: &'s Case,
    input: CaseInput,
    digest: Digest,
}

impl<'s> Asked<'s> {
    fn of(((case, input), digest): ((&'s Case, CaseInput), Digest)) -> Self {
        Self {
            case,
            input,
            digest,
        }
    }
}

/// Tries all mutants of all rules that the suite is about.
///
/// # Errors
/// Where a case cannot be read, or a trace does not replay.
pub fn mutate(
    suite: &Suite,
    loader: &mut Loader,
    overrides: &Overrides,
    mutating: &Mutating,
    budget: &mut (dyn Budget + Send),
) -> Result<Score, TaskError> {
    let inputs = load(suite, loader, overrides, true)?;
    let threads = mutating.effort.threads();
    let effort = Effort {
        threads: 1,
        ..mutating.effort
    };
    let shared = SharedBudget::new(budget);
    let first = in_order(
        &inputs,
        threads,
        &|(case, input)| {
            let answer = answer(case, input, effort, &mut Share::of_case(case, &shared))?;
            Ok(Digest::of(&answer))
        },
        &|digest: &Digest| !digest.is_repeatable(),
    )?;
    let stopped = first.iter().find_map(|digest| {
        let stopped = digest.stopped;
        stopped.filter(|_| !digest.is_repeatable())
    });
    let cases = inputs.len();
    let both = inputs.into_iter().zip(first);
    let mut asked: Vec<Asked<'_>> = both.map(Asked::of).collect();
    let mut score = Score {
        subject: suite.name.clone(),
        verdict: Verdict::Inconclusive,
        at_least: mutating.at_least.unwrap_or(100),
        cases,
        mutants: Vec::new(),
        unexpected: unexpected(&asked),
        stopped,
    };
    if score.stopped.is_some() || !score.unexpected.is_empty() {
        if !score.unexpected.is_empty() {
            score.verdict = Verdict::Violated;
        }
        return Ok(score);
    }
    // Whoever answers at once is asked first.
    asked.sort_by_key(|asked| asked.digest.transitions.max(asked.digest.states));
    let mut work = Vec::new();
    for rules in rulebooks(&asked) {
        work.extend(mutants(&rules).into_iter().map(|m| (rules.clone(), m)));
    }
    let trying = Trying {
        asked: &asked,
        effort,
        suggest: mutating.suggest,
        clusters: &mutating.clusters,
        budget: &shared,
    };
    score.mutants = in_order(
        &work,
        threads,
        &|(rules, mutant)| trying.tried(rules, mutant),
        &|tried: &Tried| matches!(tried.fate, Fate::Open(stop) if is_over(stop)),
    )?;
    score.stopped = score.mutants.iter().find_map(|tried| match tried.fate {
        Fate::Open(stop) => Some(stop),
        _ => None,
    });
    score.verdict = if score.stopped.is_some() {
        Verdict::Inconclusive
    } else if score.noticed() * 100 >= score.counted() * score.at_least as usize {
        Verdict::Holds
    } else {
        Verdict::Violated
    };
    Ok(score)
}

const fn is_over(stop: Stop) -> bool {
    matches!(stop, Stop::Interrupted | Stop::Time | Stop::Memory)
}

fn unexpected(asked: &[Asked<'_>]) -> Vec<String> {
    let unexpected = asked
        .iter()
        .filter(|asked| !differences(&asked.case.expect, &asked.digest).is_empty());
    unexpected
        .map(|asked| asked.case.name.value.clone())
        .collect()
}

/// The rules that cases are about, each once.
fn rulebooks(asked: &[Asked<'_>]) -> Vec<Arc<Rules>> {
    let mut found: Vec<Arc<Rules>> = Vec::new();
    for asked in asked {
        let rules = &asked.input.model.rules;
        if !found.iter().any(|known| Arc::ptr_eq(known, rules)) {
            found.push(rules.clone());
        }
    }
    found.sort_by(|a, b| a.source.name.cmp(&b.source.name));
    found
}

struct Trying<'a, 'b, 's> {
    asked: &'a [Asked<'s>],
    effort: Effort,
    suggest: bool,
    clusters: &'a [Model],
    budget: &'a SharedBudget<'b>,
}

impl Trying<'_, '_, '_> {
    fn tried(&self, rules: &Arc<Rules>, mutant: &Mutant) -> Result<Tried, TaskError> {
        let changed = Arc::new(mutant.applied(rules));
        let fate = self.fate(rules, mutant, &changed)?;
        Ok(Tried {
            mutant: mutant.clone(),
            source: rules.source.clone(),
            fate,
        })
    }

    fn fate(
        &self,
        rules: &Arc<Rules>,
        mutant: &Mutant,
        changed: &Arc<Rules>,
    ) -> Result<Fate, TaskError> {
        let about = |asked: &&Asked<'_>| Arc::ptr_eq(&asked.input.model.rules, rules);
        for asked in self.asked.iter().filter(about) {
            if !can_matter(asked, rules, mutant) {
                continue;
            }
            match self.notices(asked, changed)? {
                Notice::Yes => return Ok(Fate::Noticed(asked.case.name.value.clone())),
                Notice::No => {}
                Notice::Stopped(stop) => return Ok(Fate::Open(stop)),
            }
        }
        if !self.suggest && self.clusters.is_empty() {
            return Ok(Fate::Survives(None));
        }
        let more = self.clusters.iter();
        let more: Vec<&Model> = more
            .filter(|model| Arc::ptr_eq(&model.rules, rules))
            .collect();
        let of_suite = self.asked.iter().filter(about);
        let of_suite: Vec<&Model> = of_suite.map(|asked| &asked.input.model).collect();
        let mut none_up_to_the_size = !more.is_empty();
        // All clusters up to a size first: the smallest one shows it best.
        for clusters in [&more, &of_suite] {
            let budget = &mut Share::new(self.budget);
            match suggestion(clusters, changed, self.effort, budget)? {
                Looked::Found(found) => {
                    return Ok(Fate::Survives(Some(found).filter(|_| self.suggest)));
                }
                Looked::Nothing => {}
                // A cluster of the suite that is too large to compare takes nothing from what is known up to the size.
                Looked::Unknown => none_up_to_the_size &= !std::ptr::eq(clusters, &more),
            }
        }
        Ok(if none_up_to_the_size {
            Fate::Equivalent
        } else {
            Fate::Survives(None)
        })
    }

    /// Whether a case is not as expected with the changed rules.
    fn notices(&self, asked: &Asked<'_>, changed: &Arc<Rules>) -> Result<Notice, TaskError> {
        let input = CaseInput {
            model: Model {
                rules: changed.clone(),
                ..asked.input.model.clone()
            },
            ..asked.input.clone()
        };
        let usual = usize::try_from(asked.digest.states).unwrap_or(usize::MAX);
        let mut whole = Share::of_case(asked.case, self.budget);
        let own = whole.max_states();
        // A rule less may let in any number of states; a case that usually has few will not be asked for ever.
        let states = usual.saturating_mul(20).saturating_add(10_000);
        let mut pilot = Pilot {
            states: states.min(own),
            within: &mut whole,
        };
        let found = Digest::of(&answer(asked.case, &input, self.effort, &mut pilot)?);
        Ok(match found.stopped {
            None => Notice::of(!differences(&asked.case.expect, &found).is_empty()),
            Some(stop) if is_over(stop) => Notice::Stopped(stop),
            // A search that was ended has found at least so many states.
            Some(_) if asked.digest.stopped.is_none() => {
                let expected = asked.case.expect.states.as_ref();
                Notice::of(expected.is_some_and(|states| found.states > states.value))
            }
            Some(_) => Notice::of(!differences(&asked.case.expect, &found).is_empty()),
        })
    }
}

enum Notice {
    Yes,
    No,
    Stopped(Stop),
}

impl Notice {
    const fn of(yes: bool) -> Self {
        if yes { Self::Yes } else { Self::No }
    }
}

/// Whether a case can come out otherwise at all: the policy is on, the step can be taken, the fault can strike.
fn can_matter(asked: &Asked<'_>, rules: &Rules, mutant: &Mutant) -> bool {
    let model = &asked.input.model;
    if mutant
        .policy()
        .is_some_and(|policy| !model.policies[policy])
    {
        return false;
    }
    let Some(transition) = mutant.transition(rules) else {
        return true;
    };
    let class = rules.transitions[transition.index()].class;
    let faults = match &model.faults {
        FaultBudget::Total(all) => *all > 0,
        FaultBudget::Each(each) => each.iter().any(|n| *n > 0),
    };
    let exposed = asked.case.faults_along_the_plan().is_some();
    let along = match (asked.case.task, &asked.input.plan) {
        (Task::Verify, Some(plan)) if class == TransitionClass::Action => {
            // Exposure asks for other ways to the goal.
            exposed || takes(&plan.items, model, transition)
        }
        (Task::Verify, _) if class == TransitionClass::Fault => exposed,
        (Task::Plan, _) if class == TransitionClass::Fault => false,
        (Task::Check, _) if class == TransitionClass::Fault => faults,
        _ => true,
    };
    along && model.instances.iter().any(|i| i.transition == transition)
}

fn takes(items: &[Item], model: &Model, wanted: crate::language::rules::TransitionId) -> bool {
    items.iter().any(|item| match item {
        Item::Step { instance, .. } => model.instances[*instance].transition == wanted,
        Item::Parallel { lanes, .. } => lanes.iter().any(|lane| takes(lane, model, wanted)),
        Item::Await { .. } | Item::AwaitSettled { .. } | Item::After { .. } => false,
    })
}

impl Tried {
    /// The text that changes, and where it stands.
    #[must_use]
    pub fn place(&self) -> (&Source, Span) {
        (&self.source, self.mutant.span)
    }
}
