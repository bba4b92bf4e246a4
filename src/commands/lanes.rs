//! Several operators at once: `--relax-order` and `--lanes K`.

use std::num::NonZeroUsize;
use std::path::Path;

use clap::Args;
use rollproof::language::codes::Code;
use rollproof::language::diagnostic::Diagnostic;
use rollproof::model::ground::Model;
use rollproof::model::plan;
use rollproof::model::settings::Overrides;
use rollproof::search::budget::Budget;
use rollproof::semantics::Interpreter;
use rollproof::tasks;
use rollproof::tasks::outcome::{Answer, Relaxed, Verdict};
use rollproof::tasks::request::summary;

use super::arguments::{Plan, Verify};
use super::exit::Failure;
use super::quantity;
use super::session::Session;

/// How much order a plan has.
#[derive(Debug, Args)]
#[command(next_help_heading = "Several operators at once")]
pub struct Relax {
    /// Put the plan into lanes, with as little order as it can do with
    #[arg(long)]
    pub relax_order: bool,
    /// For so many operators at once
    #[arg(long, value_name = "K", value_parser = quantity::lanes, allow_negative_numbers = true)]
    pub lanes: Option<NonZeroUsize>,
}

impl Relax {
    /// For the tasks.
    pub fn most_lanes(&self) -> Option<usize> {
        self.lanes.map(NonZeroUsize::get)
    }
}

/// Refuses what says nothing about a plan that is verified as a whole.
pub fn refuse_without_relaxing(verify: &Verify) -> Result<(), Failure> {
    let (option, help) = match (&verify.relax, &verify.output) {
        (
            Relax {
                relax_order: true, ..
            },
            _,
        ) => {
            if verify.midway.at.is_none() && verify.midway.observed.is_none() {
                return Ok(());
            }
            let message = "`--relax-order` is about a whole plan, and `--at` about the rest of it";
            return Err(Diagnostic::error(Code::BadOption, message)
                .help("leave one of them out")
                .into());
        }
        (Relax { lanes: Some(_), .. }, _) => (
            "--lanes",
            "`rollproof plan CLUSTER --lanes K` finds a plan for several operators",
        ),
        (_, Some(_)) => ("-o", "a plan that is only verified is on file already"),
        _ => return Ok(()),
    };
    Err(Diagnostic::error(
        Code::BadOption,
        format!("`{option}` needs `--relax-order` here: it is about the plan in lanes"),
    )
    .help("add `--relax-order`")
    .help(help)
    .into())
}

/// Refuses what cannot be asked together.
pub fn refuse_together(plan: &Plan) -> Result<(), Failure> {
    let for_several = plan.relax.lanes.is_some() && !plan.relax.relax_order;
    let (option, other) = match plan {
        Plan { from: Some(_), .. } if plan.relax.relax_order => ("--relax-order", "--from"),
        Plan { from: Some(_), .. } if for_several => ("--lanes", "--from"),
        Plan { keep: Some(_), .. } if for_several => ("--lanes", "--keep"),
        Plan {
            alternatives: Some(_),
            ..
        } if for_several => ("--lanes", "--alternatives"),
        Plan { best, .. } if for_several && !best.minimize.is_empty() => ("--lanes", "--minimize"),
        Plan { best, .. } if for_several && !best.pareto.is_empty() => ("--lanes", "--pareto"),
        Plan { best, relax, .. } if relax.relax_order && !best.pareto.is_empty() => {
            ("--relax-order", "--pareto")
        }
        _ => return Ok(()),
    };
    Err(Diagnostic::error(
        Code::BadOption,
        format!("`{option}` and `{other}` do not go together"),
    )
    .help("leave one of them out")
    .into())
}

/// Puts the plan with as little order as it can do with into an answer about it.
pub fn add_relaxed(
    answer: &mut Answer,
    model: &Model,
    plan: &plan::Plan,
    relax: &Relax,
    limits: &mut dyn Budget,
) -> Result<(), Failure> {
    let relaxed = tasks::lanes::relax::relaxed(model, plan, relax.most_lanes(), limits)?;
    put(answer, relaxed);
    Ok(())
}

/// The same for a plan that was found for one operator, where there is one.
pub fn relax_found(
    answer: &mut Answer,
    model: &Model,
    relax: &Relax,
    limits: &mut dyn Budget,
) -> Result<(), Failure> {
    if let Some(found) = &answer.plan {
        let most = relax.most_lanes();
        let relaxed = tasks::lanes::relax::relaxed_found(model, found, most, limits)?;
        put(answer, relaxed);
    }
    Ok(())
}

fn put(answer: &mut Answer, relaxed: Option<Relaxed>) {
    if let Some(stop) = relaxed.as_ref().and_then(|relaxed| relaxed.stopped) {
        answer.search.stopped.get_or_insert(stop);
        if answer.verdict == Verdict::Holds {
            answer.verdict = Verdict::Inconclusive;
        }
    }
    answer.relaxed = relaxed;
}

/// What a plan file has to change about its cluster so that a plan is for this model.
pub fn settings(session: &mut Session, model: &Model) -> Overrides {
    let (base, _) = session
        .loader
        .load_cluster(&model.name, &Overrides::default());
    let params = |model: &Model| summary(&Interpreter::new(model)).params;
    let goal = |model: &Model| summary(&Interpreter::new(model)).goal;
    let policies = model.rules.policies.iter().zip(&model.policies);
    let policies = policies.enumerate().map(|(place, (policy, on))| {
        let before = base.as_ref().map(|base| base.policies[place]);
        ((policy.name.clone(), *on), before == Some(*on))
    });
    let known = base.as_ref().map_or_else(Vec::new, params);
    Overrides {
        policies: policies.filter(|(_, same)| !same).map(|(p, _)| p).collect(),
        params: params(model)
            .into_iter()
            .filter(|param| !known.contains(param))
            .collect(),
        faults: None,
        goal: goal(model).filter(|name| base.as_ref().and_then(goal).as_ref() != Some(name)),
    }
}

/// Refuses standard output for a plan.
pub fn needs_a_file(output: Option<&Path>) -> Result<(), Failure> {
    if output == Some(Path::new("-")) {
        return Err(
            Diagnostic::error(Code::BadOption, "`-o` needs the name of a file")
                .help("`--format json` tells the plan on standard output")
                .into(),
        );
    }
    Ok(())
}
