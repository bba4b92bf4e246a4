//! Thousands of partitions, of which a few objects say the same.
//!
//! Partitions with the same replicas, the same of them in sync, are one object. Where many sets of brokers overlap, one object
//! with all these brokers says the same for all partitions, or something worse: it takes writes while no more of its brokers are
//! out of sync than any of the partitions can do without.

use std::collections::{BTreeMap, BTreeSet};

use crate::import::found::Read;
use crate::import::leave_out::LeaveOut;
use crate::language::codes::Code;
use crate::language::diagnostic::Diagnostic;

use super::outputs::Partition;

/// So many sets of brokers that overlap are written as they are.
const FEW: usize = 4;

/// An object of the cluster file.
#[derive(Debug, PartialEq, Eq)]
pub struct Kept {
    /// The name of a partition that it stands for, or none where it stands for many sets of brokers.
    pub name: Option<String>,
    /// All brokers.
    pub replicas: BTreeSet<u32>,
    /// Those in sync.
    pub isr: BTreeSet<u32>,
    /// How many must be.
    pub min: u32,
}

/// The objects, and what has to be said.
#[derive(Debug, Default)]
pub struct Folded {
    pub kept: Vec<Kept>,
    pub notes: Vec<String>,
}

/// Folds all partitions; `all` keeps one object for each set of brokers.
pub fn fold(partitions: &[Partition<'_>], out: &mut LeaveOut, all: bool) -> Read<Folded> {
    let mut folded = Folded::default();
    let mut left: BTreeMap<&str, usize> = BTreeMap::new();
    let mut exact: BTreeMap<(BTreeSet<u32>, BTreeSet<u32>), (u32, String)> = BTreeMap::new();
    let mut fragile: Vec<&Partition<'_>> = Vec::new();
    for partition in partitions {
        if out.has(partition.topic) {
            *left.entry(partition.topic).or_default() += 1;
            continue;
        }
        if slack(partition.replicas.len(), partition.min).is_none() {
            fragile.push(partition);
            continue;
        }
        let name = format!("{}-{}", partition.topic, partition.number);
        let key = (partition.replicas.clone(), partition.isr.clone());
        let kept = exact.entry(key).or_insert((0, name));
        // Who keeps the stricter promise keeps the other one as well.
        kept.0 = kept.0.max(partition.min);
    }
    if let Some(first) = fragile.first() {
        return Err(asked(first, &fragile));
    }
    let count = partitions.len() - left.values().sum::<usize>();
    if !left.is_empty() {
        let names: Vec<String> = left.keys().map(|name| format!("`{name}`")).collect();
        folded.notes.push(format!(
            "left out, nothing is said about what becomes of {}: {}",
            if left.len() == 1 { "it" } else { "them" },
            names.join(", ")
        ));
    }
    let exact = exact
        .into_iter()
        .map(|((replicas, isr), (min, name))| Kept {
            name: Some(name),
            replicas,
            isr,
            min,
        });
    let mut worse = false;
    for group in groups(exact.collect()) {
        match merged(&group).filter(|_| !all) {
            Some(one) if alike(&group) => folded.kept.push(one),
            Some(one) if group.len() > FEW => {
                worse = true;
                folded.kept.push(one);
            }
            _ => folded.kept.extend(group),
        }
    }
    if count > folded.kept.len() {
        folded.notes.push(format!(
            "{count} partitions are {} object{}: those on the same brokers are one{}",
            folded.kept.len(),
            if folded.kept.len() == 1 { "" } else { "s" },
            if folded.kept.iter().any(|kept| kept.name.is_none()) {
                ", and those on sets of brokers that overlap are one with all these brokers"
            } else {
                ""
            }
        ));
    }
    if worse {
        folded.notes.push(
            "not all of these brokers share a partition: that too many are out of sync is taken for the worse; \
             say `--set partitions=all` to keep all sets of brokers apart"
                .to_owned(),
        );
    }
    Ok(folded)
}

/// How many of the replicas a partition can do without.
fn slack(replicas: usize, min: u32) -> Option<usize> {
    let min = usize::try_from(min).ok()?;
    replicas.checked_sub(min).filter(|slack| *slack > 0)
}

/// Sets of brokers that overlap, directly or by others.
fn groups(exact: Vec<Kept>) -> Vec<Vec<Kept>> {
    let mut groups: Vec<(BTreeSet<u32>, Vec<Kept>)> = Vec::new();
    for kept in exact {
        let overlaps =
            |group: &mut (BTreeSet<u32>, Vec<Kept>)| !group.0.is_disjoint(&kept.replicas);
        let mut joined: (BTreeSet<u32>, Vec<Kept>) = (kept.replicas.clone(), Vec::new());
        for (brokers, members) in groups.extract_if(.., overlaps) {
            joined.0.extend(brokers);
            joined.1.extend(members);
        }
        joined.1.push(kept);
        groups.push(joined);
    }
    groups.sort_by(|a, b| a.0.cmp(&b.0));
    groups.into_iter().map(|(_, members)| members).collect()
}

/// One object for a group; none where that would be too few in sync already, or where there is nothing to join.
fn merged(group: &[Kept]) -> Option<Kept> {
    if group.len() < 2 {
        return None;
    }
    let replicas: BTreeSet<u32> = group
        .iter()
        .flat_map(|kept| kept.replicas.clone())
        .collect();
    let out: BTreeSet<u32> = group
        .iter()
        .flat_map(|kept| kept.replicas.difference(&kept.isr).copied())
        .collect();
    let spare = group
        .iter()
        .filter_map(|kept| slack(kept.replicas.len(), kept.min))
        .min()?;
    let isr: BTreeSet<u32> = replicas.difference(&out).copied().collect();
    let min = u32::try_from(replicas.len() - spare).ok()?;
    (out.len() <= spare).then_some(Kept {
        name: None,
        replicas,
        isr,
        min,
    })
}

/// Whether any two of the brokers share a partition that can do without one of them only. One object is then no worse.
fn alike(group: &[Kept]) -> bool {
    let brokers: BTreeSet<u32> = group
        .iter()
        .flat_map(|kept| kept.replicas.clone())
        .collect();
    let shared = |a: &u32, b: &u32| {
        group.iter().any(|kept| {
            slack(kept.replicas.len(), kept.min) == Some(1)
                && kept.replicas.contains(a)
                && kept.replicas.contains(b)
        })
    };
    brokers
        .iter()
        .all(|a| brokers.iter().all(|b| a >= b || shared(a, b)))
}

/// Topics that take no writes while one of their brokers is down, whatever is done.
fn asked(first: &Partition<'_>, fragile: &[&Partition<'_>]) -> Box<Diagnostic> {
    let topics: BTreeSet<&str> = fragile.iter().map(|partition| partition.topic).collect();
    let replicas = first.replicas.len();
    let message = format!(
        "`{}` takes no writes while one of its brokers is down: {replicas} replica{}, min.insync.replicas={}",
        first.topic,
        if replicas == 1 { "" } else { "s" },
        first.min
    );
    let list: Vec<&str> = topics.iter().copied().collect();
    Box::new(
        Diagnostic::error(Code::NotTold, message)
            .at(first.at.source, first.at.span(), "this partition")
            .help("give it another replica, or a lower min.insync.replicas, and ask again")
            .help(format!(
                "or say that it may be out of service: `--set leave_out={}`",
                list.join(",")
            )),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(replicas: &[u32], isr: &[u32], min: u32) -> Kept {
        Kept {
            name: Some("t-0".to_owned()),
            replicas: replicas.iter().copied().collect(),
            isr: isr.iter().copied().collect(),
            min,
        }
    }

    #[test]
    fn sets_of_brokers_that_overlap_are_one_group() {
        let all = vec![
            kept(&[1, 2], &[1, 2], 1),
            kept(&[5, 6], &[5, 6], 1),
            kept(&[3, 4], &[3, 4], 1),
            kept(&[2, 3], &[2, 3], 1),
        ];
        let sizes: Vec<usize> = groups(all).iter().map(Vec::len).collect();
        assert_eq!(sizes, [3, 1]);
    }

    #[test]
    fn one_object_for_many_is_never_better_than_they_are() {
        let group = [
            kept(&[1, 2, 3], &[1, 2, 3], 2),
            kept(&[2, 3, 4], &[2, 3], 2),
        ];
        let one = merged(&group).map(|one| (one.replicas.len(), one.isr.len(), one.min));
        assert_eq!(one, Some((4, 3, 3)));
        // 1 and 4 may both be out of sync.
        assert!(!alike(&group));
        let more = [
            kept(&[1, 2, 3], &[1, 2, 3], 2),
            kept(&[1, 3, 4], &[1, 3, 4], 2),
            kept(&[2, 3, 4], &[2, 3, 4], 2),
        ];
        assert!(alike(&more));
        // Those that can do without two do not make others do so.
        let mixed = [kept(&[1, 2, 3], &[1, 2, 3], 1), kept(&[2, 3], &[2, 3], 1)];
        assert_eq!(merged(&mixed).map(|one| one.min), Some(2));
        let too_few = [kept(&[1, 2, 3], &[1, 2], 2), kept(&[2, 3, 4], &[2, 3], 2)];
        assert_eq!(merged(&too_few), None);
    }
}
