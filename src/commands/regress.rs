//! `regress`: the cases of a suite, and what is remembered and written of them.

use rollproof::language::codes::Code;
use rollproof::language::diagnostic::Diagnostic;
use rollproof::language::source::Source;
use rollproof::model::ground::Model;
use rollproof::model::lookup::Location;
use rollproof::model::settings::Overrides;
use rollproof::model::suite::rewritten::{Edit, rewritten};
use rollproof::model::suite::{Suite, read_suite};
use rollproof::report::json;
use rollproof::tasks;
use rollproof::tasks::outcome::{Evidence, SuiteAnswer, Task};
use rollproof::tasks::regress::mutation::Mutating;
use rollproof::tasks::regress::{Memory, Running, load};

use super::arguments::Regress;
use super::ask::spare_what_was_read;
use super::cache::Cache;
use super::exit::{Failure, Status};
use super::output;
use super::regressed::Regressed;
use super::session::Session;
use super::sizes;
use super::versions;

/// `regress SUITE`
pub fn regress(session: &mut Session, regress: &Regress) -> Result<Status, Failure> {
    if regress.versions.are_asked() {
        return versions::regress(session, regress);
    }
    let found = session.loader.load_suite(the_only(&regress.subjects)?);
    let suite = session.loaded(found)?;
    refuse_faults(&suite, regress)?;
    for (_, path) in &regress.outputs {
        spare_what_was_read(session, path, "--output", "answer")?;
    }
    let overrides = regress.changes.overrides();
    if regress.bless {
        can_be_blessed(&suite, &overrides)?;
    }
    if regress.up_to.is_some() && !regress.mutation.mutate {
        return Err(Diagnostic::error(
            Code::BadOption,
            "`--up-to` is for two versions of the rules, or for `--mutate`",
        )
        .help("leave it out, or name another version with `--old`, `--new` or `--git`")
        .into());
    }
    if regress.mutation.mutate {
        return mutate(session, regress, &suite, &overrides);
    }
    let cache = if regress.no_cache {
        None
    } else {
        Cache::of_user()
    };
    let mut limits = Session::limits(&regress.search);
    let running = Running {
        effort: regress.search.effort(),
        memory: cache.as_ref().map(|cache| cache as &dyn Memory),
    };
    let answer = tasks::regress::regress(
        &suite,
        &mut session.loader,
        &overrides,
        running,
        &mut limits,
    )?;
    if let Some(cache) = &cache {
        remember(cache, &answer);
    }
    let found = Regressed::Suite(&answer);
    let status = session.tell_regressed(&found, regress.all, &regress.outputs, &mut limits)?;
    if answer.remembered() > 0 && output::is_watched() {
        session.remark(&format!(
            "{} of {} cases are as an earlier run found them, and nothing they depend on has changed; `--no-cache` asks anew",
            answer.remembered(),
            answer.cases.len()
        ));
    }
    if regress.bless {
        return bless(session, &suite, &answer);
    }
    Ok(status)
}

/// Faults are for cases that let them strike.
fn refuse_faults(suite: &Suite, regress: &Regress) -> Result<(), Failure> {
    let with_faults = regress.changes.faults.is_some_and(|faults| faults > 0);
    let without = suite.cases.iter().find(|case| case.task != Task::Check);
    if let (true, Some(case)) = (with_faults, without) {
        let (name, task) = (&case.name.value, case.task.key());
        let message = format!(
            "`--faults` is only for suites of `check`: the case `{name}` asks `{task}`, which never uses faults"
        );
        return Err(Diagnostic::error(Code::BadOption, message)
            .at(
                &suite.source,
                case.name.span,
                format!("this case asks `{task}`"),
            )
            .help(
                "leave `--faults` out, and write `\"faults\": N` in the cases that check clusters",
            )
            .into());
    }
    Ok(())
}

/// Which changes of the rules does the suite notice?
fn mutate(
    session: &mut Session,
    regress: &Regress,
    suite: &Suite,
    overrides: &Overrides,
) -> Result<Status, Failure> {
    let clusters = match &regress.up_to {
        Some(up_to) => {
            let inputs = load(suite, &mut session.loader, overrides, true)?;
            let base = inputs
                .iter()
                .find_map(|(_, input)| sizes::cluster_text(&input.sources));
            let models: Vec<&Model> = inputs.iter().map(|(_, input)| &input.model).collect();
            sizes::models(base, &models, up_to, overrides)?
        }
        None => Vec::new(),
    };
    let mutating = Mutating {
        clusters,
        effort: regress.search.effort(),
        suggest: regress.mutation.suggest,
        at_least: regress.mutation.at_least,
    };
    let mut limits = Session::limits(&regress.search);
    let loader = &mut session.loader;
    let score = tasks::regress::mutation::mutate(suite, loader, overrides, &mutating, &mut limits)?;
    let found = Regressed::Score(&score);
    session.tell_regressed(&found, regress.all, &regress.outputs, &mut limits)
}

/// One suite at a time: what is expected of two stands in two files.
fn the_only(subjects: &[String]) -> Result<&str, Failure> {
    match subjects {
        [subject] => Ok(subject),
        _ => Err(Diagnostic::error(
            Code::BadOption,
            "`regress` compares one suite with what it expects",
        )
        .help("ask for one at a time; several are for two versions of rules (`--old`, `--new`, `--git`)")
        .into()),
    }
}

fn remember(cache: &Cache, answer: &SuiteAnswer) {
    let mut kept = false;
    for case in &answer.cases {
        if let Evidence::Fresh(found) = &case.evidence
            && case.digest.is_repeatable()
        {
            cache.keep(&case.key, &case.digest, json::of_case(found));
            kept = true;
        }
    }
    if kept {
        cache.tidy();
    }
}

/// Only a file can be written, and only what the suite itself asks can be expected.
fn can_be_blessed(suite: &Suite, overrides: &Overrides) -> Result<(), Failure> {
    if *overrides != Overrides::default() {
        return Err(Diagnostic::error(
            Code::BadOption,
            "`--bless` writes what the suite expects, and the command line changes what it asks",
        )
        .help("leave the options out, or write them into the cases")
        .into());
    }
    match &suite.location {
        Location::File(_) => Ok(()),
        Location::Library(_) | Location::StandardInput => Err(Diagnostic::error(
            Code::BadOption,
            format!(
                "`--bless` writes into the suite, and `{}` is not a file",
                suite.name
            ),
        )
        .help("copy it to a file, and name that")
        .into()),
    }
}

/// Writes what came out into the suite. A case that a limit ended too early stays as it is.
fn bless(session: &Session, suite: &Suite, answer: &SuiteAnswer) -> Result<Status, Failure> {
    let Location::File(path) = &suite.location else {
        return Ok(answer.verdict.into());
    };
    let different = || answer.cases.iter().filter(|case| case.is_different());
    let edits: Vec<Edit> = different()
        .flat_map(|case| case.differences.iter().map(|d| d.edit.clone()))
        .collect();
    if !edits.is_empty() {
        let verdicts: Vec<_> = different()
            .filter_map(|case| {
                let asked = suite.cases.iter().find(|c| c.name.value == case.name)?;
                Some((asked.expect.span, case.digest.verdict))
            })
            .collect();
        let text = rewritten(&suite.source.text, &edits, &verdicts);
        let source = Source::new(suite.source.name.clone(), text);
        if read_suite(&source, &suite.name, suite.location.clone())
            .0
            .is_none()
        {
            let message = "the suite would not be readable any more";
            return Err(Failure::Internal(message.to_owned()));
        }
        output::file(path, &source.text)?;
    }
    session.remark(&match edits.len() {
        0 => "nothing was to be written".to_owned(),
        1 => format!("1 expectation was written into `{}`", path.display()),
        many => format!("{many} expectations were written into `{}`", path.display()),
    });
    let open = answer.not_run > 0 || answer.cases.iter().any(|case| case.is_open());
    Ok(if open {
        Status::Inconclusive
    } else {
        Status::Holds
    })
}
