//! Two versions of rules on all clusters up to a size, the smallest first, until one shows a difference.

use std::collections::HashSet;

use crate::engine::hasher::Hasher;
use crate::engine::symmetry::Symmetry;
use crate::model::ground::Model;
use crate::search::budget::{Budget, Stop};
use crate::semantics::Interpreter;
use crate::tasks::effort::Effort;
use crate::tasks::request::TaskError;
use crate::tasks::words::Words;

use super::findings::OnCluster;
use super::on_cluster;

/// What came of trying sizes.
#[derive(Clone, Debug)]
pub struct Tried {
    /// Up to which size, in words.
    pub up_to: String,
    /// How many clusters were compared, those that are equal up to names once.
    pub clusters: usize,
    /// The smallest cluster that shows a difference, by its place among all that were compared.
    pub found: Option<OnCluster>,
    /// The limit that ended it early.
    pub stopped: Option<Stop>,
}

/// Compares on each pair of models in turn until one differs.
///
/// # Errors
/// Where a run does not replay.
pub fn smallest(
    up_to: &str,
    pairs: &[(Model, Model)],
    effort: Effort,
    budget: &mut dyn Budget,
) -> Result<Tried, TaskError> {
    let mut known = Known::default();
    let mut tried = Tried {
        up_to: up_to.to_owned(),
        clusters: 0,
        found: None,
        stopped: None,
    };
    for (old, new) in pairs {
        if !known.is_new(&[old, new]) {
            continue;
        }
        tried.clusters += 1;
        let found = on_cluster(old, new, effort, budget)?;
        let stopped = found.stopped;
        if !found.findings.is_empty() {
            tried.found = Some(found);
            return Ok(tried);
        }
        if stopped.is_some() {
            tried.stopped = stopped;
            return Ok(tried);
        }
    }
    Ok(tried)
}

/// Clusters that were seen, up to the names of their objects.
#[derive(Default)]
pub struct Known(HashSet<String, Hasher>);

impl Known {
    /// Whether no cluster that is equal up to names was seen, with none of its versions.
    pub fn is_new(&mut self, versions: &[&Model]) -> bool {
        let keys: Vec<String> = versions.iter().map(|model| Self::key(model)).collect();
        self.0.insert(keys.join("\n"))
    }

    fn key(model: &Model) -> String {
        let interpreter = Interpreter::new(model);
        let words = Words::new(model);
        let mut first = words.packed(&interpreter, &interpreter.initial());
        // Where nothing can change places each cluster is one of its own.
        if let Some(symmetry) =
            Symmetry::new(model, &words.layout, &std::collections::BTreeSet::new())
        {
            symmetry.canonical(&mut symmetry.scratch(), &mut first);
        }
        let fixed: Vec<String> = model
            .objects
            .iter()
            .map(|object| {
                let fields = &model.rules.kinds[object.kind.index()].fields;
                let values = fields.iter().zip(&object.values);
                let fixed: Vec<_> = values.filter(|(f, _)| f.fixed).map(|(_, v)| v).collect();
                format!("{:?} {fixed:?}", object.kind)
            })
            .collect();
        let settings = format!("{:?} {:?} {:?}", model.params, model.policies, model.faults);
        format!("{first:?} {fixed:?} {settings}")
    }
}
