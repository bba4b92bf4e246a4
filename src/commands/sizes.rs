//! `--up-to`: all clusters up to a size, read with one version of the rules or two.

use std::sync::Arc;

use rollproof::language::codes::Code;
use rollproof::language::diagnostic::{Diagnostic, Diagnostics};
use rollproof::language::source::Source;
use rollproof::model::cluster::read_cluster;
use rollproof::model::ground::Model;
use rollproof::model::settings::Overrides;
use rollproof::model::sizes::{Base, Sizes, clusters};

use super::exit::Failure;

/// The text of the cluster among those that something was made of.
pub fn cluster_text(sources: &[Arc<Source>]) -> Option<Arc<Source>> {
    let objects = |source: &&Arc<Source>| {
        let json = serde_json::from_str::<serde_json::Value>(&source.text);
        json.is_ok_and(|json| json.get("objects").is_some())
    };
    sources.iter().find(objects).cloned()
}

/// `node=4, evs=2, drain on and off`
pub fn in_words(sizes: &Sizes) -> String {
    let kinds = sizes
        .kinds
        .iter()
        .map(|(kind, most)| format!("{kind}={most}"));
    let policies = sizes
        .policies
        .iter()
        .map(|policy| format!("{policy} on and off"));
    kinds.chain(policies).collect::<Vec<_>>().join(", ")
}

/// All clusters up to a size with the old and with the new rules.
pub fn pairs(
    base: Option<Arc<Source>>,
    known: &[(&Model, &Model)],
    sizes: &Sizes,
    overrides: &Overrides,
) -> Result<(String, Vec<(Model, Model)>), Failure> {
    let (Some(source), Some((old, new))) = (base, known.first()) else {
        return Err(nothing_to_start_from().into());
    };
    let base = Base {
        source,
        models: known.iter().map(|(_, new)| *new).collect(),
    };
    let mut pairs = Vec::new();
    for made in clusters(&base, &new.rules, sizes)? {
        let read = |rules| {
            let (model, found) = read_cluster(&made.source, &made.name, rules, overrides);
            model.ok_or_else(|| Failure::Input(explained(found)))
        };
        pairs.push((read(&old.rules)?, read(&new.rules)?));
    }
    Ok((in_words(sizes), pairs))
}

/// All clusters up to a size.
pub fn models(
    base: Option<Arc<Source>>,
    known: &[&Model],
    sizes: &Sizes,
    overrides: &Overrides,
) -> Result<Vec<Model>, Failure> {
    let pairs: Vec<(&Model, &Model)> = known.iter().map(|model| (*model, *model)).collect();
    let (_, pairs) = self::pairs(base, &pairs, sizes, overrides)?;
    Ok(pairs.into_iter().map(|(_, model)| model).collect())
}

fn nothing_to_start_from() -> Diagnostic {
    Diagnostic::error(
        Code::BadOption,
        "`--up-to` takes settings and initial values from a cluster, and none is named",
    )
    .help("name a cluster, a plan or a suite")
}

/// A cluster that was made up is nobody's mistake; what to do about it is said all the same.
fn explained(mut found: Diagnostics) -> Diagnostics {
    for diagnostic in &mut found.list {
        let note = "this is a cluster that `--up-to` made of the first one that is named: its objects of other kinds stay";
        diagnostic.help.push(note.to_owned());
    }
    found
}
