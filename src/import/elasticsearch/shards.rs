//! Thousands of shards, of which a few objects say the same.
//!
//! No rule lets a shard hinder another one: what can become of a shard depends on where its own copies are. Shards with their
//! copies on the same nodes are one object; and in a cluster of more than a few nodes, those with copies on nodes of the same
//! versions are one as well.

use std::collections::{BTreeMap, BTreeSet};

use crate::import::found::Read;
use crate::import::leave_out::LeaveOut;
use crate::language::codes::Code;
use crate::language::diagnostic::Diagnostic;

use super::outputs::{Copy, Node, State};

/// So many objects, and so many nodes with data, are written as they are.
const FEW_SHARDS: usize = 6;
const FEW_NODES: usize = 3;

/// Where the copies of a shard are. The numbers are those of nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Placed {
    /// Who has the primary.
    pub primary: usize,
    /// Whether it is to have a replica.
    pub replicas: bool,
    /// Who has that.
    pub replica: Option<usize>,
}

/// What was made of the shards.
#[derive(Debug, Default)]
pub struct Folded {
    /// The objects, each with the name of a shard that it stands for.
    pub kept: Vec<(String, Placed)>,
    /// For people.
    pub notes: Vec<String>,
}

/// All copies of a shard.
struct Shard<'a> {
    name: String,
    index: &'a str,
    copies: Vec<&'a Copy<'a>>,
}

/// Folds all shards; `all` keeps one object for each place that differs.
pub fn fold(
    copies: &[Copy<'_>],
    nodes: &[Node<'_>],
    out: &mut LeaveOut,
    all: bool,
) -> Read<Folded> {
    let mut folded = Folded::default();
    let mut left: BTreeMap<&str, usize> = BTreeMap::new();
    let mut exact: BTreeMap<Placed, String> = BTreeMap::new();
    let mut told = Told::default();
    let mut count = 0;
    for shard in shards(copies) {
        if out.has(shard.index) {
            *left.entry(shard.index).or_default() += 1;
            continue;
        }
        count += 1;
        for placed in shard.placed(nodes, &mut told)? {
            exact.entry(placed).or_insert_with(|| shard.name.clone());
        }
    }
    told.notes(&mut folded.notes);
    if !left.is_empty() {
        let shards: usize = left.values().sum();
        folded.notes.push(format!(
            "{shards} shard{} of {} left out: nothing is said about what becomes of them",
            plural(shards),
            some(left.keys().map(|name| format!("`{name}`")))
        ));
    }
    let data = nodes.iter().filter(|node| node.data).count();
    let few = all || exact.len() <= FEW_SHARDS && data <= FEW_NODES;
    let kept = if few { exact } else { alike(exact, nodes) };
    if count > kept.len() {
        folded.notes.push(if few {
            format!(
                "{count} shards are {} object{}: those with copies on the same nodes are one",
                kept.len(),
                plural(kept.len())
            )
        } else {
            format!(
                "{count} shards are {} object{}: those with copies on nodes of the same versions are one; \
                 wait for all of them to recover wherever the plan waits, and before each node is stopped",
                kept.len(),
                plural(kept.len())
            )
        });
    }
    folded.kept = kept
        .into_iter()
        .map(|(placed, name)| (name, placed))
        .collect();
    folded.kept.sort();
    Ok(folded)
}

/// One for each way in which the versions of a shard's nodes can be: on nodes of the same versions, a shard can be brought from
/// any place to any other one, by hand and by what recovers, so that what can become of one can become of the other. Shards
/// without a replica have to be moved one by one, so that each node has its own.
fn alike(exact: BTreeMap<Placed, String>, nodes: &[Node<'_>]) -> BTreeMap<Placed, String> {
    let release = |node: usize| nodes[node].release;
    let mut seen = BTreeSet::new();
    exact
        .into_iter()
        .filter(|(placed, _)| {
            !placed.replicas || seen.insert((release(placed.primary), placed.replica.map(release)))
        })
        .collect()
}

/// The copies by shard, in the order of the names.
fn shards<'a>(copies: &'a [Copy<'a>]) -> Vec<Shard<'a>> {
    let mut by_name: BTreeMap<(&str, &str), Vec<&Copy<'_>>> = BTreeMap::new();
    for copy in copies {
        by_name
            .entry((copy.index, copy.number))
            .or_default()
            .push(copy);
    }
    by_name
        .into_iter()
        .map(|((index, number), copies)| Shard {
            name: format!("{index}/{number}"),
            index,
            copies,
        })
        .collect()
}

impl Shard<'_> {
    /// Where it is, or may be: what is on its way is taken to be at both ends.
    fn placed(&self, nodes: &[Node<'_>], told: &mut Told) -> Read<Vec<Placed>> {
        let mut primaries = self.copies.iter().filter(|copy| copy.primary);
        let (Some(primary), again) = (primaries.next(), primaries.next()) else {
            return Err(self.wrong(
                self.copies[0],
                "has no primary here",
                "give the whole answer of `_cat/shards`",
            ));
        };
        if let Some(again) = again {
            return Err(self.wrong(
                again,
                "has two primaries",
                "give the answer of `_cat/shards` once",
            ));
        }
        if matches!(primary.state, State::Unassigned | State::Initializing) {
            let help = if primary.state == State::Initializing {
                "wait until it has started, and ask again".to_owned()
            } else {
                format!(
                    "start the node that has its data, and ask again; or leave it out: `--set leave_out={}`",
                    self.index
                )
            };
            return Err(self.wrong(primary, "is red: nobody serves its primary", &help));
        }
        let from = ends(primary, nodes, told)?;
        let replicas: Vec<&&Copy<'_>> = self.copies.iter().filter(|copy| !copy.primary).collect();
        let mut places = Vec::new();
        for replica in &replicas {
            if matches!(replica.state, State::Started | State::Relocating) {
                places.push(ends(replica, nodes, told)?);
            }
        }
        told.missing += replicas.len() - places.len();
        told.more += usize::from(replicas.len() > 1);
        told.moving += usize::from(
            self.copies
                .iter()
                .any(|copy| copy.state == State::Relocating),
        );
        if replicas.is_empty() {
            told.bare.insert(self.index.to_owned());
        }
        let to: Vec<Option<usize>> = match places.iter().min() {
            Some(ends) => ends.iter().copied().map(Some).collect(),
            None => vec![None],
        };
        let mut all = Vec::new();
        for &primary in &from {
            for &replica in &to {
                let replica = replica.filter(|replica| *replica != primary);
                all.push(Placed {
                    primary,
                    replicas: !replicas.is_empty(),
                    replica,
                });
            }
        }
        Ok(all)
    }

    fn wrong(&self, copy: &Copy<'_>, what: &str, help: &str) -> Box<Diagnostic> {
        Box::new(
            Diagnostic::error(
                Code::OtherOutput,
                format!("the shard `{}` {what}", self.name),
            )
            .at(copy.found.source, copy.found.place(), "")
            .help(help),
        )
    }
}

/// The node of a copy, and the one to which it is on its way.
fn ends(copy: &Copy<'_>, nodes: &[Node<'_>], told: &mut Told) -> Read<Vec<usize>> {
    let mut ends = Vec::new();
    for name in [copy.node, copy.to].into_iter().flatten() {
        let Some(place) = nodes.iter().position(|node| node.name == name) else {
            let message = format!("a shard is on `{name}`, which `_cat/nodes` does not list");
            return Err(Box::new(
                Diagnostic::error(Code::OtherOutput, message)
                    .at(copy.found.source, copy.found.place(), "this one")
                    .help("ask both one after the other, of the same cluster, while no node comes or goes"),
            ));
        };
        if !nodes[place].data {
            let message = format!("a shard is on `{name}`, which has no role that holds data");
            return Err(Box::new(
                Diagnostic::error(Code::OtherOutput, message)
                    .at(copy.found.source, copy.found.place(), "this one")
                    .also(
                        nodes[place].found.source,
                        nodes[place].found.place(),
                        "its node",
                    ),
            ));
        }
        told.on.insert(place);
        ends.push(place);
    }
    Ok(ends)
}

/// What has to be said about shards.
#[derive(Default)]
struct Told {
    on: BTreeSet<usize>,
    missing: usize,
    more: usize,
    moving: usize,
    bare: BTreeSet<String>,
}

impl Told {
    fn notes(&self, notes: &mut Vec<String>) {
        if !self.bare.is_empty() {
            let names = some(self.bare.iter().map(|name| format!("`{name}`")));
            let list: Vec<&str> = self.bare.iter().take(5).map(String::as_str).collect();
            notes.push(format!(
                "without a replica: {names}; a node is stopped only after their shards were moved away. \
                 Give them a replica first (index.number_of_replicas), or leave out what may be red for a while: `--set leave_out={}`",
                list.join(",")
            ));
        }
        if self.missing > 0 {
            notes.push(format!(
                "{} replica{} not assigned, or still recovering: taken to be missing",
                self.missing,
                if self.missing == 1 { " is" } else { "s are" }
            ));
        }
        if self.moving > 0 {
            notes.push(format!(
                "{} shard{} being moved: taken to be at both ends",
                self.moving,
                if self.moving == 1 { " is" } else { "s are" }
            ));
        }
        if self.more > 0 {
            notes.push(format!(
                "{} shard{} more than one replica: taken to have one, which is the worse",
                self.more,
                if self.more == 1 { " has" } else { "s have" }
            ));
        }
    }
}

fn plural(count: usize) -> &'static str {
    if count == 1 { "" } else { "s" }
}

/// The first few of many.
fn some(names: impl ExactSizeIterator<Item = String>) -> String {
    let more = names.len().saturating_sub(5);
    let few: Vec<String> = names.take(5).collect();
    let few = few.join(", ");
    if more > 0 {
        format!("{few} and {more} more")
    } else {
        few
    }
}
