//! `verify PLAN --at STEP`: the rest of a plan, and a cluster as it is.

use rollproof::language::codes::Code;
use rollproof::language::diagnostic::Diagnostic;
use rollproof::model::ground::Model;
use rollproof::model::plan::Plan;
use rollproof::tasks;
use rollproof::tasks::resumed::Midway;

use super::arguments::Verify;
use super::ask;
use super::exit::{Failure, Status};
use super::session::Session;

/// Whether only the rest of the plan is asked about.
pub fn is_asked(verify: &Verify) -> bool {
    verify.midway.at.is_some() || verify.midway.observed.is_some()
}

/// Verifies the rest of a plan that was loaded.
pub fn verify(
    session: &mut Session,
    verify: &Verify,
    model: &Model,
    plan: &Plan,
) -> Result<Status, Failure> {
    let Some(at) = &verify.midway.at else {
        return Err(Diagnostic::error(
            Code::BadOption,
            "`--observed` without `--at`: the plan has to be somewhere while the cluster is as it is",
        )
        .help("add the number of the step about to be taken, such as `--at 3`; steps count in the order of the file, waits do not")
        .into());
    };
    without_faults(verify)?;
    let overrides = verify.changes.overrides();
    let observed = match &verify.midway.observed {
        None => None,
        Some(name) if name == "-" && verify.subject == "-" => {
            return Err(Diagnostic::error(
                Code::BadOption,
                "the plan and the observed cluster cannot both come from standard input",
            )
            .help("write one of them to a file, and name the file")
            .into());
        }
        Some(name) => {
            let found = session.loader.load_cluster(name, &overrides);
            let shown = if name == "-" { "<stdin>" } else { name };
            Some((shown, session.loaded(found)?))
        }
    };
    let midway = Midway {
        at,
        observed: observed.as_ref().map(|(name, model)| (*name, model)),
    };
    let asked = ask::asked(&verify.asked, &verify.search);
    let mut limits = Session::limits(&verify.search);
    let answer = tasks::resumed::resumed(model, plan, midway, &asked, &mut limits)?;
    session.tell(&answer, false, &mut limits)
}

/// To ignore faults that somebody asks about would be to say more than was proved.
fn without_faults(verify: &Verify) -> Result<(), Failure> {
    // As if there were faults, and only what is named were asked: whatever is named asks about them.
    let exposure = &verify.exposure;
    let question = exposure.question(verify.changes.faults, true, false, false);
    if question.is_none() {
        return Ok(());
    }
    Err(Diagnostic::error(
        Code::BadOption,
        "`--at` is about runs without faults and slips",
    )
    .help("leave out what asks about them (`--faults`, `--slips`, …); without `--at` that tells the exposure at every step")
    .into())
}
