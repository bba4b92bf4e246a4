//! `plan --from`: from the middle of a plan, or from a cluster as it is.

use rollproof::language::codes::Code;
use rollproof::language::diagnostic::Diagnostic;
use rollproof::model::ground::Model;
use rollproof::semantics::{Interpreter, State};
use rollproof::tasks;

use super::arguments::Plan;
use super::exit::{Failure, Status};
use super::session::Session;

/// Finds the cheapest plan from there.
pub fn plan(session: &mut Session, plan: &Plan, from: &str) -> Result<Status, Failure> {
    if plan.output.is_some() {
        return Err(Diagnostic::error(
            Code::BadOption,
            "`-o` with `--from`: a plan file begins with the first values of a cluster, and this plan begins elsewhere",
        )
        .help("`--format json` tells the plan on standard output")
        .help("write a cluster file with the values as they are now, and plan for that: `rollproof plan now.json -o rest.json`")
        .into());
    }
    let overrides = plan.changes.overrides();
    let mut limits = Session::limits(&plan.search);
    let (model, states) = match from.rsplit_once('@') {
        Some((name, at)) => {
            let found = session.loader.load_plan(name, &overrides);
            let (model, begun) = session.loaded(found)?;
            let states = tasks::resumed::states_at(&model, &begun, at, &mut limits)?;
            (model, states)
        }
        None => {
            let found = session.loader.load_cluster(from, &overrides);
            let model = session.loaded(found)?;
            let states = Ok(vec![first(&model)]);
            (model, states)
        }
    };
    let mut answer = match states {
        Ok(states) => {
            let effort = plan.search.effort();
            tasks::continued::plan_from(&model, &states, &effort, &mut limits)?
        }
        Err(stop) => tasks::continued::not_known(&model, stop),
    };
    answer.subject = format!("--from {from}");
    session.tell(&answer, false, &mut limits)
}

fn first(model: &Model) -> State {
    Interpreter::new(model).initial()
}
