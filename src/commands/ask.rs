//! The commands: load, ask, tell.

use std::path::Path;

use rollproof::language::codes::Code;
use rollproof::language::diagnostic::Diagnostic;
use rollproof::language::rules::TransitionClass;
use rollproof::language::suggest;
use rollproof::model::loader::Input;
use rollproof::model::lookup::Location;
use rollproof::model::schema;
use rollproof::model::settings::Overrides;
use rollproof::report::{contingency, plan_file, reference};
use rollproof::tasks;
use rollproof::tasks::exposure::CellName;
use rollproof::tasks::exposure::findings::Exposure;
use rollproof::tasks::optimal::measure::Objective;
use rollproof::tasks::outcome::FoundPlan;
use rollproof::tasks::plan::Order;
use rollproof::tasks::request::Asked;

use super::arguments::{Changes, Check, Explain, Models, Plan, SchemaOf, Search, Verify};
use super::continued;
use super::destination;
use super::exit::{Failure, Status};
use super::keep;
use super::lanes;
use super::midway;
use super::output;
use super::session::Session;
use super::temporal;

/// `check CLUSTER`, or `check FILE.rules`
pub fn check(session: &mut Session, check: &Check) -> Result<Status, Failure> {
    if check.subject.ends_with(".rules") {
        return check_rules(session, check);
    }
    let found = session
        .loader
        .load_cluster(&check.subject, &check.changes.overrides());
    let model = session.loaded(found)?;
    session.assume(check.strict, &model)?;
    temporal::refuse_reductions(&model, &check.asked, &check.search)?;
    let mut limits = Session::limits(&check.search);
    let answer = tasks::check::check(&model, &asked(&check.asked, &check.search), &mut limits)?;
    session.tell(&answer, check.witness, &mut limits)
}

/// Rules alone: are there mistakes in them?
fn check_rules(session: &mut Session, check: &Check) -> Result<Status, Failure> {
    let asks_more = !check.asked.properties.is_empty() || check.witness;
    if asks_more || check.strict || check.changes.overrides() != Overrides::default() {
        return Err(Diagnostic::error(
            Code::BadOption,
            "rules alone have no states: this option needs a cluster",
        )
        .help(format!(
            "leave the option out to check `{}` for mistakes, or name a cluster",
            check.subject
        ))
        .into());
    }
    let found = session.loader.load_rules(&check.subject);
    let rules = session.loaded(found)?;
    session.tell_sound(&reference::sound_rules(&rules))
}

/// `verify PLAN`
pub fn verify(session: &mut Session, verify: &Verify) -> Result<Status, Failure> {
    let found = session
        .loader
        .load_plan(&verify.subject, &verify.changes.overrides());
    let (model, plan) = session.loaded(found)?;
    session.assume(verify.strict, &model)?;
    temporal::refuse_reductions(&model, &verify.asked, &verify.search)?;
    lanes::refuse_without_relaxing(verify)?;
    lanes::needs_a_file(verify.output.as_deref())?;
    if let Some(path) = &verify.output {
        spare_what_was_read(session, path, "-o", "plan")?;
    }
    if midway::is_asked(verify) {
        return midway::verify(session, verify, &model, &plan);
    }
    if let Some(path) = &verify.exposure.contingency {
        spare_what_was_read(session, path, "--contingency", "book")?;
    }
    let mut limits = Session::limits(&verify.search);
    let classes = model.rules.transitions.iter().map(|t| t.class);
    let asked = Asked {
        exposure: verify.exposure.question(
            verify.changes.faults,
            classes
                .into_iter()
                .any(|class| class == TransitionClass::Fault),
            verify.asked.properties.is_empty(),
            session.is_json(),
        ),
        ..asked(&verify.asked, &verify.search)
    };
    let mut answer = tasks::verify::verify(&model, &plan, &asked, &mut limits)?;
    if verify.relax.relax_order {
        lanes::add_relaxed(&mut answer, &model, &plan, &verify.relax, &mut limits)?;
    }
    if let (Some(cell), Some(found)) = (&verify.exposure.trace, &answer.exposure) {
        is_a_cell(cell, found)?;
    }
    let status = session.tell(&answer, false, &mut limits)?;
    if let (Some(path), Some(found)) = (&verify.exposure.contingency, &answer.exposure) {
        output::file(path, &contingency::book(&answer, found))?;
    }
    if let (Some(path), Some(found)) = (&verify.output, &answer.relaxed) {
        let settings = lanes::settings(session, &model);
        write_plan(session, path, &found.plan, &found.plan.cluster, &settings)?;
    }
    Ok(status)
}

/// A cell that nothing is told of has no run to show.
fn is_a_cell(name: &CellName, found: &Exposure) -> Result<(), Failure> {
    if found.stopped.is_some() || found.cells.iter().any(|cell| name.is(found, cell)) {
        return Ok(());
    }
    let written =
        |position: &str, strikes: &[String]| format!("{position} {}", strikes.join(" + "));
    let wanted = written(&name.position, &name.strikes);
    let names: Vec<String> = found
        .cells
        .iter()
        .map(|cell| written(&found.positions[cell.position].name, &cell.strikes))
        .collect();
    let mut diagnostic = Diagnostic::error(
        Code::BadOption,
        format!("nothing comes of `{wanted}`: there is no run to show"),
    );
    let names = names.iter().map(String::as_str);
    diagnostic
        .help
        .extend(suggest::help(&wanted, "cells", names));
    Err(diagnostic.into())
}

/// `plan CLUSTER`
pub fn plan(session: &mut Session, plan: &Plan) -> Result<Status, Failure> {
    refuse_faults("plan", &plan.changes)?;
    lanes::needs_a_file(plan.output.as_deref())?;
    lanes::refuse_together(plan)?;
    if let Some(from) = &plan.from {
        return continued::plan(session, plan, from);
    }
    let objective = plan.best.objective()?;
    if let (Some(Objective::Front(_)), None, Some(_)) = (&objective, plan.best.point, &plan.output)
    {
        return Err(Diagnostic::error(
            Code::BadOption,
            "`-o` writes one plan, and `--pareto` finds several",
        )
        .help("name the point whose plan is to be written, such as `--point 1`")
        .into());
    }
    let subject = plan.subject.as_deref().unwrap_or_default();
    let overrides = plan.changes.overrides();
    let found = session.loader.load_cluster(subject, &overrides);
    let model = session.loaded(found)?;
    if let Some(path) = &plan.output {
        spare_what_was_read(session, path, "-o", "plan")?;
    }
    session.assume(plan.strict, &model)?;
    let mut limits = Session::limits(&plan.search);
    let effort = plan.search.effort();
    let mut order = Order::default();
    if let Some(steps) = &plan.keep {
        order.kept = keep::kept(session, &model, steps)?;
    }
    order.alternatives = plan.alternatives.map_or(0, |count| usize::from(count) - 1);
    let mut answer = if let Some(objective) = &objective {
        let point = plan.best.point;
        let answer = tasks::optimal::optimal(&model, objective, point, &effort, &mut limits)?;
        if plan.no_remedies {
            answer
        } else {
            tasks::remedies::with_remedies(&model, answer, &effort, &mut limits)?
        }
    } else if let (Some(lanes), false) = (plan.relax.most_lanes(), plan.relax.relax_order) {
        tasks::lanes::plan::plan_in_lanes(&model, lanes, &effort, &mut limits)?
    } else if plan.keep.is_some() || plan.alternatives.is_some() {
        tasks::plan::plan_for(&model, &order, &effort, &mut limits)?
    } else if plan.no_remedies {
        tasks::plan::plan(&model, &effort, &mut limits)?
    } else {
        tasks::remedies::plan_or_remedies(&model, &effort, &mut limits)?
    };
    if plan.relax.relax_order {
        lanes::relax_found(&mut answer, &model, &plan.relax, &mut limits)?;
    }
    let status = session.tell(&answer, false, &mut limits)?;
    let found = match &answer.relaxed {
        Some(relaxed) => Some(&relaxed.plan),
        None => answer.plan.as_ref(),
    };
    if let (Some(path), Some(found)) = (&plan.output, found) {
        write_plan(session, path, found, subject, &overrides)?;
    }
    Ok(status)
}

/// What is written never takes the place of what was read.
pub(super) fn spare_what_was_read(
    session: &Session,
    path: &Path,
    option: &str,
    what: &str,
) -> Result<(), Failure> {
    let is_it = |input: &Input| match &input.location {
        Location::File(read) => destination::is_same_file(path, read),
        Location::Library(_) | Location::StandardInput => false,
    };
    let Some(input) = session.loader.read().iter().find(|input| is_it(input)) else {
        return Ok(());
    };
    let (path, word) = (path.display(), input.kind.word());
    let message = format!("`{option} {path}` would write the {what} over the {word} that was read");
    let own = match what {
        "plan" => "plan.json",
        "answer" => "junit=report.xml",
        "cluster" => "cluster.json",
        _ => "book.md",
    };
    Err(Diagnostic::error(Code::BadOption, message)
        .help(format!(
            "give the {what} a file of its own, such as `{option} {own}`"
        ))
        .into())
}

fn write_plan(
    session: &Session,
    path: &Path,
    found: &FoundPlan,
    subject: &str,
    overrides: &Overrides,
) -> Result<(), Failure> {
    let cluster = if subject == "-" {
        session.remark(&format!(
            "the cluster came from standard input: put its name under `cluster` in `{}` before you verify it",
            path.display()
        ));
        subject.to_owned()
    } else {
        destination::seen_from(path, &found.cluster)
    };
    output::file(path, &plan_file::text(found, &cluster, overrides))
}

/// `models`
pub fn models(session: &mut Session, models: &Models) -> Result<Status, Failure> {
    if let Some(kind) = models.schema {
        return json_schema(session, kind, models.rules.as_deref());
    }
    let models = session.loader.library().models();
    session.write(
        |_| reference::models_json(&models),
        |_| reference::models(&models),
    )?;
    Ok(Status::Holds)
}

/// A schema is JSON in either format.
fn json_schema(
    session: &mut Session,
    kind: SchemaOf,
    rules: Option<&str>,
) -> Result<Status, Failure> {
    let schema = match (kind, rules) {
        (SchemaOf::Suite, _) => schema::of_suites(),
        (SchemaOf::Cluster | SchemaOf::Plan, None) => {
            let diagnostic = Diagnostic::error(
                Code::BadOption,
                "the schema of clusters and plans depends on the rules, and none are named",
            )
            .help("name them: `rollproof models --schema cluster exchange-2003`");
            return Err(diagnostic.into());
        }
        (kind, Some(rules)) => {
            let found = session.loader.load_rules(rules);
            let rules = session.loaded(found)?;
            if kind == SchemaOf::Cluster {
                schema::of_clusters(&rules)
            } else {
                schema::of_plans(&rules)
            }
        }
    };
    session.write(
        |_| reference::schema(&schema),
        |_| reference::schema(&schema),
    )?;
    Ok(Status::Holds)
}

/// `explain CODE`
pub fn explain(session: &Session, explain: &Explain) -> Result<Status, Failure> {
    let wanted = explain.code.trim();
    let mut all = Code::ALL.iter();
    let Some(&code) = all.find(|code| code.text().eq_ignore_ascii_case(wanted)) else {
        let mut diagnostic =
            Diagnostic::error(Code::BadOption, format!("there is no code `{wanted}`"));
        let codes = Code::ALL.iter().map(|code| code.text());
        diagnostic
            .help
            .extend(suggest::help(wanted, "codes", codes));
        return Err(diagnostic.into());
    };
    session.write(
        |_| reference::explanation_json(code),
        |_| reference::explanation(code),
    )?;
    Ok(Status::Holds)
}

pub(super) fn asked(asked: &super::arguments::Asked, search: &Search) -> Asked {
    Asked {
        properties: asked.properties.clone(),
        effort: search.effort(),
        exposure: None,
    }
}

/// Plans are searched for without faults. To ignore them would be to say more than was proved.
fn refuse_faults(command: &str, changes: &Changes) -> Result<(), Failure> {
    match changes.faults {
        None | Some(0) => Ok(()),
        Some(_) => Err(Diagnostic::error(
            Code::BadOption,
            format!("`{command}` lets no fault strike: what it says is about runs without any"),
        )
        .help("leave `--faults` out; `rollproof verify PLAN --faults N` tells what faults do along a plan, `rollproof check CLUSTER --faults N` what they do in a cluster")
        .into()),
    }
}
