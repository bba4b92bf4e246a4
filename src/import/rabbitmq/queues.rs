//! Queues: those that live on the same nodes are one object.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::import::answers::{self, Answers};
use crate::import::cluster_file::Objects;
use crate::import::found::Read;
use crate::import::names::Names;
use crate::language::codes::Code;
use crate::language::diagnostic::{Diagnostic, Diagnostics};

use super::outputs::{Node, QUEUES, Queue, STATUS};

/// Fewer members do not survive that one of them is stopped.
const ENOUGH: usize = 3;

/// Queues that the rules cannot tell apart.
struct Group<'a> {
    replicated: bool,
    members: Vec<&'a str>,
    queues: Vec<&'a Queue<'a>>,
}

/// Objects for all queues. `called` are the names of the nodes in the cluster file.
pub fn objects(
    queues: &[Queue<'_>],
    nodes: &[Node<'_>],
    called: &BTreeMap<&str, String>,
    answers: &mut Answers,
    names: &mut Names,
    notes: &mut Vec<String>,
) -> Result<Objects, Diagnostics> {
    let mut all = Diagnostics::default();
    let mut groups: Vec<Group<'_>> = Vec::new();
    let (mut of_clients, mut somewhere) = (Vec::new(), Vec::new());
    for queue in queues {
        let replicated = match queue.kind {
            "quorum" | "stream" => true,
            "classic" if queue.members.is_empty() => {
                somewhere.push(queue.name);
                continue;
            }
            "classic" => false,
            "rabbit_mqtt_qos0_queue" | "MQTT QoS 0" | "mqtt-qos0" => {
                of_clients.push(queue.name);
                continue;
            }
            _ => {
                let message = format!(
                    "`{}` is of the type {}: the rules are about quorum queues, streams and classic queues",
                    queue.name, queue.kind
                );
                all.push(Diagnostic::error(Code::OtherOutput, message).at(
                    queue.found.source,
                    queue.found.place(),
                    "",
                ));
                continue;
            }
        };
        if let Err(diagnostic) = fits(queue, replicated, nodes) {
            all.push(*diagnostic);
            continue;
        }
        let mut members = queue.members.clone();
        members.sort_unstable();
        members.dedup();
        let same =
            |group: &&mut Group<'_>| group.replicated == replicated && group.members == members;
        match groups.iter_mut().find(same) {
            Some(group) => group.queues.push(queue),
            None => groups.push(Group {
                replicated,
                members,
                queues: vec![queue],
            }),
        }
    }
    if all.has_errors() {
        return Err(all);
    }
    left_out(&of_clients, &somewhere, notes);
    groups.sort_by(|a, b| (b.replicated, &a.members).cmp(&(a.replicated, &b.members)));
    let mut objects = Vec::new();
    for group in &groups {
        match object(group, called, answers, names, notes) {
            Ok(object) => objects.push(object),
            Err(diagnostic) => all.push(*diagnostic),
        }
    }
    if all.has_errors() {
        Err(all)
    } else {
        Ok(objects)
    }
}

/// Whether a queue is of this cluster, and in the state in which the rules take it to be.
fn fits(queue: &Queue<'_>, replicated: bool, nodes: &[Node<'_>]) -> Read<()> {
    let at = |message: String| {
        Diagnostic::error(Code::OtherOutput, message).at(
            queue.found.source,
            queue.found.place(),
            "this queue",
        )
    };
    let serves = |node: &Node<'_>| node.series.is_some();
    let mut places = queue.members.iter().chain(&queue.leader);
    if let Some(stranger) = places.find(|name| nodes.iter().all(|node| node.name != **name)) {
        let message = format!(
            "`{}` lives on `{stranger}`, which is no node of the cluster",
            queue.name
        );
        return Err(Box::new(at(message).help(format!(
            "record what `{STATUS}` and `{QUEUES}` print one after the other, from the same node"
        ))));
    }
    let led = queue
        .leader
        .filter(|leader| queue.members.contains(leader))
        .and_then(|leader| nodes.iter().find(|node| node.name == leader));
    if !led.is_some_and(serves) {
        let message = format!("`{}` has no leader", queue.name);
        return Err(Box::new(at(message).help(
            "plan for a cluster whose queues are in order: wait for an election, or start the node that has the queue, and record again",
        )));
    }
    let behind = nodes.iter().find(|node| {
        replicated
            && serves(node)
            && !node.drained
            && queue.members.contains(&node.name)
            && !queue.online.contains(&node.name)
    });
    if let Some(node) = behind {
        let message = format!(
            "the replica of `{}` on `{}` is not online, though the node runs",
            queue.name, node.name
        );
        return Err(Box::new(at(message).help(
            "look at `rabbitmq-queues quorum_status`, and record again when all replicas are online",
        )));
    }
    Ok(())
}

fn object(
    group: &Group<'_>,
    called: &BTreeMap<&str, String>,
    answers: &mut Answers,
    names: &mut Names,
    notes: &mut Vec<String>,
) -> Read<(String, Map<String, Value>)> {
    let all: Vec<&str> = group.queues.iter().map(|queue| queue.name).collect();
    let kind = if group.replicated {
        "quorum"
    } else {
        "classic"
    };
    let name = if let [one] = all[..] {
        names.give(one, &format!("{kind}-queue"), notes)
    } else {
        let name = names.own(&format!("{kind}-queues"));
        notes.push(format!(
            "`{name}` stands for {}, which live on the same nodes",
            listed(&all)
        ));
        name
    };
    let replicated = group.replicated
        && (group.members.len() >= ENOUGH || !may_stop(group, &name, answers, notes)?);
    let mut members = group.members.iter().map(|member| &called[member]);
    let mut fields = Map::new();
    if !replicated {
        fields.insert("replicated".to_owned(), false.into());
    }
    let list: Vec<Value> = members.by_ref().map(|m| m.as_str().into()).collect();
    fields.insert("members".to_owned(), list.into());
    fields.insert("leader".to_owned(), called[leader(group)].as_str().into());
    Ok((name, fields))
}

/// The node that leads most of them.
fn leader<'a>(group: &Group<'a>) -> &'a str {
    let led = |name: &str| {
        group
            .queues
            .iter()
            .filter(|q| q.leader == Some(name))
            .count()
    };
    let mut most = group.members[0];
    for member in &group.members {
        if led(member) > led(most) {
            most = member;
        }
    }
    most
}

/// Whether replicated queues with too few members may be offline for a while. It is an error where nobody says so.
fn may_stop(
    group: &Group<'_>,
    name: &str,
    answers: &mut Answers,
    notes: &mut Vec<String>,
) -> Read<bool> {
    if let Some((key, value)) = answers.of_one(name, "may_stop")
        && answers::flag(&key, &value)?
    {
        notes.push(format!("`{name}` is offline while a node of it is down"));
        return Ok(true);
    }
    let members = group.members.len();
    let message = format!(
        "`{name}` has {members} member{}: it is offline while a node of it is down",
        if members == 1 { "" } else { "s" }
    );
    let found = group.queues[0].found;
    Err(Box::new(
        Diagnostic::error(Code::NotTold, message)
            .at(found.source, found.place(), "this queue")
            .help("give it more members first: `rabbitmq-queues grow NODE all`; for a stream `rabbitmq-streams add_replica`")
            .help(format!("or say that it may be offline: `--set {name}.may_stop=true`")),
    ))
}

fn left_out(of_clients: &[&str], somewhere: &[&str], notes: &mut Vec<String>) {
    if !of_clients.is_empty() {
        notes.push(format!(
            "left out: {}, which live and end with the connection of a client",
            listed(of_clients)
        ));
    }
    if !somewhere.is_empty() {
        notes.push(format!(
            "left out: {}, classic ones that are offline while their node is down; this release does not tell which that is",
            listed(somewhere)
        ));
    }
}

/// The number of queues, and the first names.
fn listed(names: &[&str]) -> String {
    const SHOWN: usize = 3;
    let shown: Vec<String> = names.iter().take(SHOWN).map(|n| format!("`{n}`")).collect();
    let more = if names.len() > SHOWN { ", …" } else { "" };
    let s = if names.len() == 1 { "" } else { "s" };
    format!("{} queue{s} ({}{more})", names.len(), shown.join(", "))
}
