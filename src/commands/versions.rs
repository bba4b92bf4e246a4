//! `regress` between two versions of rules: which texts these are, and of what they are asked.

use rollproof::language::codes::Code;
use rollproof::language::diagnostic::{Diagnostic, Diagnostics};
use rollproof::model::ground::Model;
use rollproof::model::loader::{Input, Loader};
use rollproof::model::lookup::{FileKind, Location};
use rollproof::model::settings::Overrides;
use rollproof::tasks::difference::compared::{Versions, compare};
use rollproof::tasks::regress::load;
use rollproof::tasks::request::TaskError;

use super::arguments::Regress;
use super::ask::spare_what_was_read;
use super::exit::{Failure, Status};
use super::git::{self, Revisions};
use super::regressed::Regressed;
use super::session::Session;
use super::sizes;

/// Compares two versions of rules on suites, clusters and plans.
pub fn regress(session: &mut Session, regress: &Regress) -> Result<Status, Failure> {
    refuse(regress)?;
    let overrides = regress.changes.overrides();
    let mut before = Loader::default();
    let names = prepare(session, &mut before, regress)?;
    let mut clusters: Vec<(Model, Model)> = Vec::new();
    let mut suites = Vec::new();
    let mut bases = Vec::new();
    for subject in &regress.subjects {
        let kind = session.loader.kind_of(subject);
        if kind == FileKind::Suite {
            let found = session.loader.load_suite(subject);
            suites.push(session.loaded(found)?);
            continue;
        }
        let found = model(&mut session.loader, kind, subject, &overrides);
        let new = session.loaded(found)?;
        bases.extend(sizes::cluster_text(session.loader.used()));
        let old = read_with_old_rules(model(&mut before, kind, subject, &overrides))?;
        clusters.push((old, new));
    }
    let mut cases = Vec::new();
    for suite in &suites {
        let new = load(suite, &mut session.loader, &overrides, false)?;
        let old = load(suite, &mut before, &overrides, false);
        let old = old.map_err(|error| match error {
            TaskError::Input(found) => Failure::Input(of_old_rules(found)),
            TaskError::Internal(message) => Failure::Internal(message),
        })?;
        let pairs = new.into_iter().zip(old);
        cases.extend(pairs.map(|((case, new), (_, old))| (case, old, new)));
    }
    bases.extend(
        cases
            .iter()
            .filter_map(|(_, _, new)| sizes::cluster_text(&new.sources)),
    );
    let sizes = match &regress.up_to {
        Some(up_to) => {
            let pairs = clusters.iter().map(|(old, new)| (old, new));
            let of_cases = cases.iter().map(|(_, old, new)| (&old.model, &new.model));
            let pairs: Vec<(&Model, &Model)> = pairs.chain(of_cases).collect();
            let base = bases.first().cloned();
            Some(sizes::pairs(base, &pairs, up_to, &overrides)?)
        }
        None => None,
    };
    session.loader.also_read(before.read());
    for (_, path) in &regress.outputs {
        spare_what_was_read(session, path, "--output", "answer")?;
    }
    let versions = Versions {
        names,
        clusters,
        cases,
        sizes,
    };
    let mut limits = Session::limits(&regress.search);
    let found = compare(&versions, regress.search.effort(), &mut limits)?;
    let found = Regressed::Versions(&found);
    session.tell_regressed(&found, false, &regress.outputs, &mut limits)
}

/// Options about what a suite expects say nothing here, and what is read twice cannot come from standard input.
fn refuse(regress: &Regress) -> Result<(), Failure> {
    if regress.subjects.iter().any(|subject| subject == "-") {
        return Err(Diagnostic::error(
            Code::BadOption,
            "two versions of rules read everything twice, and standard input can be read only once",
        )
        .help("put it into a file, and name that")
        .into());
    }
    let option = if regress.bless {
        "--bless"
    } else if regress.all {
        "--all"
    } else {
        return Ok(());
    };
    Err(Diagnostic::error(
        Code::BadOption,
        format!("`{option}` is about what a suite expects, and two versions of rules are compared with each other"),
    )
    .help(format!("leave `{option}` out, or `--old`, `--new` and `--git`"))
    .into())
}

/// Has each loader read its version of the rules; what the two are called.
fn prepare(
    session: &mut Session,
    before: &mut Loader,
    regress: &Regress,
) -> Result<(String, String), Failure> {
    let versions = &regress.versions;
    if let Some(git) = &versions.git {
        let revisions = Revisions::of(git)?;
        for path in rules_of(regress)? {
            let Location::File(file) = &path.location else {
                continue;
            };
            let called = |revision: &str| format!("{}@{revision}", path.name);
            let old = git::text(file, &revisions.base)?;
            before.replace(path.location.clone(), &called(&revisions.base), old);
            if let Some(head) = &revisions.head {
                let new = git::text(file, head)?;
                let location = path.location.clone();
                session.loader.replace(location, &path.name, new);
            }
        }
        let head = revisions.head.unwrap_or_else(|| "now".to_owned());
        return Ok((revisions.base, head));
    }
    let mut called = [
        (&versions.old, "the named rules"),
        (&versions.new, "the named rules"),
    ]
    .map(|(argument, otherwise)| argument.clone().unwrap_or_else(|| otherwise.to_owned()));
    if let Some(new) = &versions.new {
        let found = session.loader.use_rules(new);
        session.loaded(found)?;
    }
    if let Some(old) = &versions.old {
        read_with_old_rules(before.use_rules(old))?;
    }
    let [old, new] = &mut called;
    Ok((std::mem::take(old), std::mem::take(new)))
}

/// The files of rules that everything is about.
fn rules_of(regress: &Regress) -> Result<Vec<Input>, Failure> {
    let mut probe = Loader::default();
    let overrides = Overrides::default();
    for subject in &regress.subjects {
        // What cannot be read is told when it is read.
        match probe.kind_of(subject) {
            FileKind::Suite => {
                if let Some(suite) = probe.load_suite(subject).0 {
                    for case in &suite.cases {
                        let _ = probe.load_case(&suite, case, &overrides);
                    }
                }
            }
            kind => drop(model(&mut probe, kind, subject, &overrides)),
        }
    }
    let rules = probe.read().iter().filter(|input| {
        input.kind == FileKind::Rules && matches!(input.location, Location::File(_))
    });
    let rules: Vec<Input> = rules.cloned().collect();
    if rules.is_empty() {
        return Err(Diagnostic::error(
            Code::BadOption,
            "`--git` compares rules in files, and nothing that is named has any",
        )
        .help("the library has no history: name a suite or a cluster in a file, or the rules with `--old` and `--new`")
        .into());
    }
    Ok(rules)
}

fn model(
    loader: &mut Loader,
    kind: FileKind,
    subject: &str,
    overrides: &Overrides,
) -> (Option<Model>, Diagnostics) {
    if kind == FileKind::Plan {
        let (found, diagnostics) = loader.load_plan(subject, overrides);
        return (found.map(|(model, _)| model), diagnostics);
    }
    loader.load_cluster(subject, overrides)
}

/// What the old rules make of something; their warnings are of no interest any more.
fn read_with_old_rules<T>((found, all): (Option<T>, Diagnostics)) -> Result<T, Failure> {
    match found {
        Some(found) if !all.has_errors() => Ok(found),
        _ => Err(Failure::Input(of_old_rules(all))),
    }
}

fn of_old_rules(mut found: Diagnostics) -> Diagnostics {
    for diagnostic in &mut found.list {
        let note = "this is so with the old rules; states are compared where both versions can read the cluster";
        diagnostic.help.push(note.to_owned());
    }
    found
}
