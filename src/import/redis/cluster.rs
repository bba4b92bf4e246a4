//! The nodes of a Redis or Valkey Cluster.

use crate::import::answers::Answers;
use crate::import::names::Names;
use crate::language::codes::Code;
use crate::language::diagnostic::{Diagnostic, Diagnostics};

use super::info::Info;
use super::node::{Node, SLOTS};
use super::outputs::Outputs;
use super::shards::{Instance, Listed, Shard};

const ASK: &str = "`redis-cli --cluster call HOST:PORT INFO`";

/// A shard for each primary that has slots.
pub fn shards<'a>(
    outputs: &Outputs<'a>,
    answers: &mut Answers,
    names: &mut Names,
    notes: &mut Vec<String>,
) -> Result<Vec<Shard<'a>>, Diagnostics> {
    let mut all = Diagnostics::default();
    if let Err(diagnostic) = covered(&outputs.nodes) {
        all.push(diagnostic);
    }
    let infos = matched(outputs, &mut all);
    let mut primaries = primaries(&outputs.nodes, &mut all, notes);
    if all.has_errors() {
        return Err(all);
    }
    primaries.sort_by_key(|node| node.slots.iter().min().copied());
    let mut shards = Vec::new();
    for (place, primary) in primaries.into_iter().enumerate() {
        let mut members = vec![primary];
        members.extend(
            outputs
                .nodes
                .iter()
                .filter(|node| node.follows == Some(primary.id)),
        );
        members[1..].sort_by_key(|node| node.address);
        let name = names.own(&format!("shard{}", place + 1));
        let mut instances = Vec::new();
        for node in members {
            let listed = listed(node, primary, names, notes);
            let info = infos
                .iter()
                .find(|(id, _)| *id == node.id)
                .map(|(_, info)| *info);
            match Instance::of(listed, info, answers, notes) {
                Ok(mut instance) => {
                    // Replicas of a cluster have no priority, but for this.
                    instance.priority = Some(0).filter(|_| node.never);
                    instances.push(instance);
                }
                Err(diagnostic) => all.push(*diagnostic),
            }
        }
        shards.push(Shard {
            name,
            line: primary.line,
            instances,
        });
    }
    if all.has_errors() {
        Err(all)
    } else {
        Ok(shards)
    }
}

/// The primaries that have slots. A replica must follow one of them.
fn primaries<'n, 'a>(
    nodes: &'n [Node<'a>],
    all: &mut Diagnostics,
    notes: &mut Vec<String>,
) -> Vec<&'n Node<'a>> {
    let mut primaries: Vec<&Node<'a>> = Vec::new();
    for node in nodes {
        let followed = |id| {
            nodes
                .iter()
                .any(|n| n.primary && n.id == id && !n.slots.is_empty())
        };
        if node.primary && node.slots.is_empty() {
            if nodes.iter().any(|other| other.follows == Some(node.id)) {
                all.push(node.line.wrong("this primary has replicas, and no slots"));
            } else {
                notes.push(format!(
                    "`{}` has no slots, and is left out: it can be upgraded at any time",
                    node.address
                ));
            }
        } else if node.primary {
            primaries.push(node);
        } else if !node.follows.is_some_and(followed) {
            let message = "the primary of this replica is not told of, or has no slots";
            all.push(
                node.line
                    .wrong(message)
                    .help("give all lines of CLUSTER NODES, of a node that knows all"),
            );
        }
    }
    primaries
}

/// What the nodes tell of one of them.
fn listed<'a>(
    node: &Node<'a>,
    primary: &Node<'a>,
    names: &mut Names,
    notes: &mut Vec<String>,
) -> Listed<'a> {
    let host = node.host.as_deref().unwrap_or(node.address);
    Listed {
        name: names.give(host, "instance", notes),
        line: node.line,
        primary: node.primary,
        follows: Some(primary.address.to_owned()).filter(|_| !node.primary),
        down: false,
        priority: None,
        ask: ASK,
    }
}

/// Without all slots, primaries are missing.
fn covered(nodes: &[Node<'_>]) -> Result<(), Diagnostic> {
    let mut owners: Vec<Option<&Node<'_>>> = vec![None; SLOTS];
    for node in nodes.iter().filter(|node| node.primary) {
        for slot in node.slots.iter().flat_map(|(first, last)| *first..=*last) {
            if let Some(other) = owners[slot].replace(node) {
                let message = format!("slot {slot} has two primaries");
                let other = other.line;
                return Err(node.line.wrong(message).also(
                    other.source,
                    other.span(),
                    "this one, too",
                ));
            }
        }
    }
    let Some(slot) = owners.iter().position(Option::is_none) else {
        return Ok(());
    };
    let message = format!("no primary has slot {slot}: lines are missing, or the cluster is down");
    let last = nodes.last().map_or_else(
        || Diagnostic::error(Code::OtherOutput, message.clone()),
        |node| node.line.wrong(message.clone()),
    );
    Err(last.help("give all lines of CLUSTER NODES; `redis-cli --cluster check HOST:PORT` tells of slots without a primary"))
}

/// The INFO of each node, by the address before it. The one that redis-cli was given by its name is the one that is left over.
fn matched<'a, 'b>(
    outputs: &'b Outputs<'a>,
    all: &mut Diagnostics,
) -> Vec<(&'a str, &'b Info<'a>)> {
    let mut known = Vec::new();
    let mut unknown = Vec::new();
    for info in &outputs.infos {
        if !info.in_cluster {
            let message = "this instance is no node of a cluster";
            all.push(info.line.wrong(message).help(
                "give CLUSTER NODES of clusters only, and SENTINEL MASTERS of what Sentinels watch",
            ));
            continue;
        }
        let Some(address) = info.address else {
            let message = "nothing tells which node of the cluster this is";
            all.push(info.line.told(Code::NotTold, message).help(format!(
                "{ASK} prints the INFO of all nodes, with their addresses"
            )));
            continue;
        };
        let fits = |node: &&Node<'a>| {
            node.address == address.text || node.host.as_deref() == Some(address.text)
        };
        match outputs.nodes.iter().find(fits) {
            Some(node) => known.push((node.id, info)),
            None => unknown.push((address, info)),
        }
    }
    let left = |node: &&Node<'a>| known.iter().all(|(id, _)| *id != node.id);
    let rest: Vec<&Node<'a>> = outputs.nodes.iter().filter(left).collect();
    if let ([(address, info)], [node]) = (unknown.as_slice(), rest.as_slice()) {
        let port = |text: &str| text.rsplit(':').next().map(str::to_owned);
        if port(address.text) == port(node.address) {
            known.push((node.id, *info));
            return known;
        }
    }
    for (address, _) in unknown {
        let message = format!("no node of the cluster has the address {}", address.text);
        all.push(address.wrong(message).help(
            "give redis-cli an address as CLUSTER NODES has it, and both outputs of the same cluster and time",
        ));
    }
    known
}
