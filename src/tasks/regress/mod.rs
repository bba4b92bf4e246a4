//! `regress`: the cases of a suite against what they expect.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::language::codes::Code;
use crate::language::diagnostic::{Diagnostic, Diagnostics};
use crate::language::source::{Source, Span};
use crate::language::suggest;
use crate::model::fingerprint;
use crate::model::ground::Model;
use crate::model::loader::{CaseInput, Loader};
use crate::model::settings::Overrides;
use crate::model::suite::{Case, Suite, Task};
use crate::search::budget::{Budget, Stop};

use crate::tasks::check::{self, check};
use crate::tasks::effort::{Effort, Reductions};
use crate::tasks::exposure::strikes::Limits;
use crate::tasks::exposure::{Question, Traces};
use crate::tasks::outcome::{Answer, CaseAnswer, Difference, Evidence, SuiteAnswer, Verdict};
use crate::tasks::plan::plan;
use crate::tasks::request::{Asked, TaskError};
use crate::tasks::verify::{self, verify};

pub mod digest;
pub(crate) mod expectation;
pub mod mutation;
pub(crate) mod shared_budget;
pub mod suggestion;

use digest::Digest;
use expectation::differences;
use shared_budget::{Share, SharedBudget};

/// How the cases of a suite are run.
#[derive(Clone, Copy)]
pub struct Running<'a> {
    /// How each is searched for, and on how many threads all together.
    pub effort: Effort,
    /// What earlier runs of the program found.
    pub memory: Option<&'a dyn Memory>,
}

/// What earlier runs of the program found, by the fingerprint of everything that a case depends on.
pub trait Memory: Sync {
    /// What the program is: another version may find something else.
    fn program(&self) -> &str;

    /// The digest of an answer, and its JSON report.
    fn recall(&self, key: &str) -> Option<(Digest, String)>;
}

/// Runs the cases of a suite, each with the whole budget, until the budget says stop.
///
/// # Errors
/// Where a case cannot be read (all of them are told), or a trace does not replay.
pub fn regress(
    suite: &Suite,
    loader: &mut Loader,
    overrides: &Overrides,
    running: Running<'_>,
    budget: &mut (dyn Budget + Send),
) -> Result<SuiteAnswer, TaskError> {
    let inputs = load(suite, loader, overrides, true)?;
    let effort = running.effort;
    let workers = effort.threads().min(inputs.len()).max(1);
    let each = Effort {
        threads: (effort.threads() / workers).max(1),
        ..effort
    };
    let budget = SharedBudget::new(budget);
    let run = |(case, input): &(&Case, CaseInput)| {
        let key = key(suite, case, input, overrides, each, &budget, running.memory);
        let remembered = running.memory.and_then(|memory| memory.recall(&key));
        let (digest, evidence) = match remembered {
            Some((digest, text)) => (digest, Evidence::Remembered(text)),
            None => {
                let answer = answer(case, input, each, &mut Share::of_case(case, &budget))?;
                (Digest::of(&answer), Evidence::Fresh(Box::new(answer)))
            }
        };
        let differences = differences(&case.expect, &digest);
        Ok(CaseAnswer {
            name: case.name.value.clone(),
            task: case.task,
            subject: case.target.value.clone(),
            place: case.name.span,
            rule: rule(&input.model, &differences, &digest),
            differences,
            digest,
            evidence,
            key,
        })
    };
    // Whoever presses Ctrl-C means all of it, and a limit of time or memory is met by the next case as well.
    let is_last = |case: &CaseAnswer| {
        let stopped = case.digest.stopped;
        matches!(stopped, Some(Stop::Interrupted | Stop::Time | Stop::Memory))
    };
    let cases = in_order(&inputs, workers, &run, &is_last)?;
    let names_not_run: Vec<String> = inputs[cases.len()..]
        .iter()
        .map(|(case, _)| case.name.value.clone())
        .collect();
    let not_run = names_not_run.len();
    let verdict = if cases.iter().any(CaseAnswer::is_different) {
        Verdict::Violated
    } else if not_run > 0 || cases.iter().any(CaseAnswer::is_open) {
        Verdict::Inconclusive
    } else {
        Verdict::Holds
    };
    Ok(SuiteAnswer {
        subject: suite.name.clone(),
        verdict,
        cases,
        not_run,
        names_not_run,
        source: suite.source.clone(),
    })
}

/// The invariant that a difference is about: that of which another verdict was expected, else the first that is violated.
fn rule(model: &Model, differences: &[Difference], digest: &Digest) -> Option<(Arc<Source>, Span)> {
    if differences.is_empty() {
        return None;
    }
    let invariants = &model.rules.invariants;
    let named = invariants.iter().find(|invariant| {
        let what = format!("verdict of {}", invariant.name);
        differences.iter().any(|difference| difference.what == what)
    });
    let violated = invariants.iter().find(|invariant| {
        let judged = digest.property(&invariant.name);
        judged.is_some_and(|judged| judged.verdict == Verdict::Violated)
    });
    let found = named.or(violated)?;
    Some((model.rules.source.clone(), found.condition.span))
}

/// What the cases are asked of, all of them, or everything that is wrong with them. `expecting` looks at the names in what is
/// expected as well.
///
/// # Errors
/// Where a case cannot be read.
pub fn load<'s>(
    suite: &'s Suite,
    loader: &mut Loader,
    overrides: &Overrides,
    expecting: bool,
) -> Result<Vec<(&'s Case, CaseInput)>, TaskError> {
    let mut inputs = Vec::with_capacity(suite.cases.len());
    let mut diagnostics = Diagnostics::default();
    for case in &suite.cases {
        let (input, found) = loader.load_case(suite, case, overrides);
        for diagnostic in found.list {
            // What is wrong with the rules or the command line is wrong for every case.
            if !diagnostics.list.contains(&diagnostic) {
                diagnostics.push(diagnostic);
            }
        }
        for diagnostic in input
            .iter()
            .filter(|_| expecting)
            .flat_map(|input| unknown_properties(suite, case, input))
        {
            diagnostics.push(diagnostic);
        }
        inputs.extend(input.map(|input| (case, input)));
    }
    if diagnostics.has_errors() {
        return Err(TaskError::Input(diagnostics));
    }
    Ok(inputs)
}

/// Does something with each of a list on some threads. The results are in the order of the list; after one that is the last
/// no other is begun.
///
/// # Errors
/// That of the first that fails.
pub(crate) fn in_order<T: Sync, R: Send>(
    list: &[T],
    workers: usize,
    run: &(dyn Fn(&T) -> Result<R, TaskError> + Sync),
    is_last: &(dyn Fn(&R) -> bool + Sync),
) -> Result<Vec<R>, TaskError> {
    let next = AtomicUsize::new(0);
    let over = AtomicBool::new(false);
    let results = Mutex::new(Vec::with_capacity(list.len()));
    let work = || {
        while !over.load(Ordering::SeqCst) {
            let place = next.fetch_add(1, Ordering::SeqCst);
            let Some(item) = list.get(place) else { break };
            let result = run(item);
            if result.as_ref().map_or(true, is_last) {
                over.store(true, Ordering::SeqCst);
            }
            let mut results = results.lock().unwrap_or_else(PoisonError::into_inner);
            results.push((place, result));
        }
    };
    std::thread::scope(|scope| {
        let others: Vec<_> = (1..workers).map(|_| scope.spawn(work)).collect();
        work();
        for other in others {
            if let Err(panic) = other.join() {
                std::panic::resume_unwind(panic);
            }
        }
    });
    let mut results = results.into_inner().unwrap_or_else(PoisonError::into_inner);
    results.sort_by_key(|(place, _)| *place);
    results.into_iter().map(|(_, result)| result).collect()
}

/// Expectations of properties that the case does not judge: slips of the pen, not differences.
fn unknown_properties(suite: &Suite, case: &Case, input: &CaseInput) -> Vec<Diagnostic> {
    let known = match case.task {
        Task::Check => check::property_names(&input.model),
        Task::Verify => verify::property_names(&input.model),
        Task::Plan => return Vec::new(),
    };
    let names = case.expect.property_names();
    let unknown = names
        .into_iter()
        .filter(|name| !known.contains(&name.value));
    unknown
        .map(|name| {
            let mut diagnostic = Diagnostic::error(
                Code::SuiteShape,
                format!("there is no property `{}` to expect here", name.value),
            )
            .at(&suite.source, name.span, "not judged by this case");
            let known = known.iter().map(String::as_str);
            diagnostic
                .help
                .extend(suggest::help(&name.value, "properties", known));
            diagnostic
        })
        .collect()
}

/// The fingerprint of everything that the answer of a case depends on. What is expected of it is not among that, but whether
/// states are counted is.
fn key(
    suite: &Suite,
    case: &Case,
    input: &CaseInput,
    overrides: &Overrides,
    effort: Effort,
    budget: &SharedBudget<'_>,
    memory: Option<&dyn Memory>,
) -> String {
    let Some(memory) = memory else {
        return String::new();
    };
    let text = &suite.source.text;
    let part = |from: u32, to: u32| text.get(from as usize..to as usize).unwrap_or_default();
    let asked = [
        memory.program().to_owned(),
        format!(
            "{:?} {:?} {}",
            case.expect.counts(),
            case.faults_along_the_plan(),
            budget.max_states()
        ),
        format!(
            "{:?}",
            Effort {
                threads: 0,
                ..effort
            }
        ),
        format!("{overrides:?}"),
        part(case.span.start, case.expect.span.start).to_owned(),
        part(case.expect.span.end, case.span.end).to_owned(),
    ];
    let files = input.sources.iter();
    let files = files.flat_map(|source| [source.name.as_str(), source.text.as_str()]);
    fingerprint::of(asked.iter().map(String::as_str).chain(files))
}

/// Asks what a case asks.
pub(crate) fn answer(
    case: &Case,
    input: &CaseInput,
    effort: Effort,
    budget: &mut dyn Budget,
) -> Result<Answer, TaskError> {
    let mut effort = effort;
    if case.expect.counts() {
        // Who expects numbers of states means all of them.
        effort.reductions = Reductions::NONE;
    }
    let asked = Asked {
        effort,
        exposure: case.faults_along_the_plan().map(|faults| Question {
            limits: Limits { faults, slips: 0 },
            traces: Traces::None,
            deny: None,
            book: false,
            of_valid_plans: false,
        }),
        ..Asked::default()
    };
    match (case.task, &input.plan) {
        (Task::Check, _) => check(&input.model, &asked, budget),
        (Task::Plan, _) => plan(&input.model, &asked.effort, budget),
        (Task::Verify, Some(plan)) => verify(&input.model, plan, &asked, budget),
        (Task::Verify, None) => Err(TaskError::Internal(
            "a case that verifies has no plan".to_owned(),
        )),
    }
}
