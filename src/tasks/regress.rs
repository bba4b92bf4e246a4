//! `regress`: the cases of a suite against what they expect.

use crate::language::codes::Code;
use crate::language::diagnostic::{Diagnostic, Diagnostics};
use crate::language::suggest;
use crate::model::loader::{CaseInput, Loader};
use crate::model::settings::Overrides;
use crate::model::suite::{Case, Suite, Task};
use crate::search::budget::{Budget, Progress, Stop};

use super::check::{self, check};
use super::effort::{Effort, Reductions};
use super::expectation::differences;
use super::outcome::{Answer, CaseAnswer, SuiteAnswer, Verdict};
use super::plan::plan;
use super::request::{Asked, TaskError};
use super::verify::{self, verify};

/// Runs the cases of a suite, each with the whole budget, until the budget says stop.
///
/// # Errors
/// Where a case cannot be read (all of them are told), or a trace does not replay.
pub fn regress(
    suite: &Suite,
    loader: &mut Loader,
    overrides: &Overrides,
    effort: Effort,
    budget: &mut dyn Budget,
) -> Result<SuiteAnswer, TaskError> {
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
            .flat_map(|input| unknown_properties(suite, case, input))
        {
            diagnostics.push(diagnostic);
        }
        inputs.extend(input.map(|input| (case, input)));
    }
    if diagnostics.has_errors() {
        return Err(TaskError::Input(diagnostics));
    }
    let mut cases = Vec::with_capacity(inputs.len());
    for (case, input) in &inputs {
        let answered = run(case, input, effort, budget)?;
        let stopped = answered.answer.search.stopped;
        cases.push(answered);
        // Whoever presses Ctrl-C means all of it, and a limit of time or memory is met by the next case as well.
        if matches!(stopped, Some(Stop::Interrupted | Stop::Time | Stop::Memory)) {
            break;
        }
    }
    let not_run = inputs.len() - cases.len();
    let stopped =
        |case: &CaseAnswer| case.answer.search.stopped.is_some() && !case.differences.is_empty();
    let verdict = if cases
        .iter()
        .any(|case| !case.differences.is_empty() && !stopped(case))
    {
        Verdict::Violated
    } else if not_run > 0 || cases.iter().any(stopped) {
        Verdict::Inconclusive
    } else {
        Verdict::Holds
    };
    Ok(SuiteAnswer {
        subject: suite.name.clone(),
        verdict,
        cases,
        not_run,
    })
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

fn run(
    case: &Case,
    input: &CaseInput,
    effort: Effort,
    budget: &mut dyn Budget,
) -> Result<CaseAnswer, TaskError> {
    let mut budget = CaseBudget {
        most: case
            .max_states
            .as_ref()
            .and_then(|most| usize::try_from(most.value).ok()),
        whole: budget,
    };
    let mut effort = effort;
    if case.expect.counts() {
        // Who expects numbers of states means all of them.
        effort.reductions = Reductions::NONE;
    }
    let answer = ask(case.task, input, effort, &mut budget)?;
    Ok(CaseAnswer {
        name: case.name.value.clone(),
        task: case.task,
        subject: case.target.value.clone(),
        differences: differences(&case.expect, &answer),
        answer,
    })
}

fn ask(
    task: Task,
    input: &CaseInput,
    effort: Effort,
    budget: &mut dyn Budget,
) -> Result<Answer, TaskError> {
    let asked = Asked {
        effort,
        ..Asked::default()
    };
    match (task, &input.plan) {
        (Task::Check, _) => check(&input.model, &asked, budget),
        (Task::Plan, _) => plan(&input.model, &asked.effort, budget),
        (Task::Verify, Some(plan)) => verify(&input.model, plan, &asked, budget),
        (Task::Verify, None) => Err(TaskError::Internal(
            "a case that verifies has no plan".to_owned(),
        )),
    }
}

/// The budget of the run, with the case's own limit on states.
struct CaseBudget<'a> {
    most: Option<usize>,
    whole: &'a mut dyn Budget,
}

impl Budget for CaseBudget<'_> {
    fn max_states(&self) -> usize {
        self.most.unwrap_or(usize::MAX).min(self.whole.max_states())
    }

    fn spend(&mut self, progress: Progress) -> Option<Stop> {
        self.whole.spend(progress)
    }
}
