//! Two versions of rules over the cases of a suite and over clusters: each case and each cluster once, several at a time.

use crate::model::ground::Model;
use crate::model::loader::CaseInput;
use crate::model::suite::Case;
use crate::search::budget::{Budget, Stop};
use crate::tasks::effort::Effort;
use crate::tasks::outcome::{Answer, Trace, Verdict};
use crate::tasks::regress::digest::Digest;
use crate::tasks::regress::shared_budget::{Share, SharedBudget};
use crate::tasks::regress::{answer, expectation, in_order};
use crate::tasks::request::TaskError;

use super::findings::{Compared, OnCase, OnCluster};
use super::{on_cluster, sizes};

/// A cluster with the old rules, and with the new ones.
pub type BothModels = (Model, Model);

/// What is compared.
pub struct Versions<'s> {
    /// What the old and the new version are called.
    pub names: (String, String),
    /// The clusters.
    pub clusters: Vec<BothModels>,
    /// The cases of a suite, read with the old rules and with the new ones.
    pub cases: Vec<(&'s Case, CaseInput, CaseInput)>,
    /// All clusters up to a size, smallest first, with the size in words.
    pub sizes: Option<(String, Vec<BothModels>)>,
}

/// Compares everything. Clusters of cases are compared as well, each once.
///
/// # Errors
/// Where a run does not replay.
pub fn compare(
    versions: &Versions<'_>,
    effort: Effort,
    budget: &mut (dyn Budget + Send),
) -> Result<Compared, TaskError> {
    let mut clusters: Vec<(&Model, &Model)> = Vec::new();
    let of_cases = versions.cases.iter();
    let of_cases = of_cases.map(|(_, old, new)| (&old.model, &new.model));
    let named = versions.clusters.iter().map(|(old, new)| (old, new));
    for (old, new) in named.chain(of_cases) {
        let known = |(a, b): &(&Model, &Model)| is_one(a, old) && is_one(b, new);
        if !clusters.iter().any(known) {
            clusters.push((old, new));
        }
    }
    let threads = effort.threads();
    let alone = Effort {
        threads: 1,
        ..effort
    };
    let budget = SharedBudget::new(budget);
    let clusters = in_order(
        &clusters,
        threads,
        &|(old, new)| on_cluster(old, new, alone, &mut Share::new(&budget)),
        &|found: &OnCluster| is_over(found.stopped),
    )?;
    let cases = in_order(
        &versions.cases,
        threads,
        &|(case, old, new)| on_case(case, old, new, alone, &budget),
        &|found: &OnCase| is_over(found.stopped),
    )?;
    let sizes = match &versions.sizes {
        Some((up_to, pairs)) => Some(sizes::smallest(
            up_to,
            pairs,
            effort,
            &mut Share::new(&budget),
        )?),
        None => None,
    };
    let differs = clusters.iter().any(|found| !found.findings.is_empty())
        || cases.iter().any(|found| !found.changes.is_empty())
        || sizes.as_ref().is_some_and(|tried| tried.found.is_some());
    let open = clusters.iter().any(|found| found.stopped.is_some())
        || cases.iter().any(|found| found.stopped.is_some())
        || sizes.as_ref().is_some_and(|tried| tried.stopped.is_some());
    let (old, new) = versions.names.clone();
    Ok(Compared {
        old,
        new,
        verdict: if differs {
            Verdict::Violated
        } else if open {
            Verdict::Inconclusive
        } else {
            Verdict::Holds
        },
        clusters,
        cases,
        sizes,
    })
}

/// What ended this ends everything after it.
const fn is_over(stopped: Option<Stop>) -> bool {
    matches!(stopped, Some(Stop::Interrupted | Stop::Time | Stop::Memory))
}

/// Whether two ground models are of one cluster with the same settings.
fn is_one(a: &Model, b: &Model) -> bool {
    a.objects == b.objects
        && a.params == b.params
        && a.policies == b.policies
        && a.faults == b.faults
        && a.goal == b.goal
        && a.name == b.name
}

fn on_case(
    case: &Case,
    old: &CaseInput,
    new: &CaseInput,
    effort: Effort,
    budget: &SharedBudget<'_>,
) -> Result<OnCase, TaskError> {
    let was = answer(case, old, effort, &mut Share::of_case(case, budget))?;
    let is = answer(case, new, effort, &mut Share::of_case(case, budget))?;
    let (was_digest, is_digest) = (Digest::of(&was), Digest::of(&is));
    let stopped = was_digest.stopped.or(is_digest.stopped);
    let changes = if stopped.is_some() {
        Vec::new()
    } else {
        expectation::between(&was_digest, &is_digest)
    };
    Ok(OnCase {
        name: case.name.value.clone(),
        task: case.task,
        subject: case.target.value.clone(),
        changes,
        runs: runs(&was, &is),
        stopped,
    })
}

/// The runs against what one version violates and the other does not.
fn runs(was: &Answer, is: &Answer) -> Vec<(String, bool, Trace)> {
    let violated = |answer: &Answer, name: &str| {
        let mut properties = answer.properties.iter();
        properties.any(|p| p.name == name && p.verdict == Verdict::Violated)
    };
    let against = |answer: &Answer, other: &Answer, new: bool| -> Vec<(String, bool, Trace)> {
        let properties = answer.properties.iter();
        properties
            .filter(|p| !violated(other, &p.name))
            .filter_map(|p| {
                let trace = p.counterexample.as_ref()?.trace.clone();
                Some((p.name.clone(), new, trace))
            })
            .collect()
    };
    let mut runs = against(is, was, true);
    runs.extend(against(was, is, false));
    runs
}
