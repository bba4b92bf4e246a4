//! One try: is there a valid plan for this model?

use crate::model::ground::Model;
use crate::search::budget::{Budget, Stop};
use crate::tasks::effort::Effort;
use crate::tasks::outcome::{FoundPlan, Verdict};
use crate::tasks::plan::plan;
use crate::tasks::request::TaskError;

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
    effort: &Effort,
    budget: &mut dyn Budget,
) -> Result<(Attempt, usize), TaskError> {
    if model.goal.is_none() {
        return Ok((Attempt::None, 0));
    }
    let answer = plan(model, effort, budget)?;
    let positions = usize::try_from(answer.search.states).unwrap_or(usize::MAX);
    let came = match (answer.plan, answer.verdict, answer.search.stopped) {
        (Some(plan), ..) => Attempt::Plan(plan),
        (None, Verdict::Violated, None) => Attempt::None,
        (None, _, stopped) => Attempt::Stopped(stopped.unwrap_or(Stop::Interrupted)),
    };
    Ok((came, positions))
}
