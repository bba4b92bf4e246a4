//! Vault and OpenBao: `operator members`, the raft peers and `status`, as a cluster for the rules `vault`.
//!
//! The members are those whom the active node hears from. Whoever else is among the raft peers is down or sealed.

mod outputs;
mod release;

use std::sync::Arc;

use serde_json::{Map, Value};

use crate::language::codes::Code;
use crate::language::diagnostic::{Diagnostic, Diagnostics};
use crate::language::source::Source;

use super::answers::{self, Answers};
use super::cluster_file::{ClusterFile, Objects};
use super::found::{Found, Read};
use super::json_outputs::JsonOutputs;
use super::names::Names;
use super::version::Version;
use super::{Imported, only};
pub use outputs::{MEMBERS, PEERS, STATUS};
use outputs::{Member, Outputs, Peer};
use release::Versions;

/// A node as the cluster file has it.
struct Node {
    name: String,
    version: Version,
    health: &'static str,
    voter: bool,
    active: bool,
    /// What autopilot takes for its version.
    upgrade_version: Option<String>,
}

/// Reads the outputs.
pub fn read(sources: &[Arc<Source>], answers: &mut Answers) -> Result<Imported, Diagnostics> {
    let values = JsonOutputs::read(sources)?;
    let outputs = Outputs::read(&values.found())?;
    let mut notes = Vec::new();
    let mut names = Names::default();
    one_active(&outputs).map_err(|diagnostic| only(*diagnostic))?;
    let nodes = nodes(&outputs, answers, &mut names, &mut notes)?;
    written(&outputs, &nodes, answers, &mut names, &mut notes)
        .map(|file| Imported {
            text: file.text(),
            notes,
        })
        .map_err(|diagnostic| only(*diagnostic))
}

/// All outputs name the same active node: they are of one cluster, and of one time.
fn one_active(outputs: &Outputs<'_>) -> Read<()> {
    let mut active = outputs.members.iter().filter(|member| member.active);
    let again = "record the outputs again, one after the other";
    let Some(first) = active.next() else {
        let at = outputs.members[0].found;
        let message = "none of the members is active";
        return Err(Box::new(
            Diagnostic::error(Code::OtherOutput, message)
                .at(at.source, at.place(), "the first of them")
                .help(again),
        ));
    };
    let differ = |at: Found<'_>, message: &str, text: &str| {
        Box::new(
            Diagnostic::error(Code::OtherOutput, message)
                .at(at.source, at.place(), text)
                .also(
                    first.found.source,
                    first.found.place(),
                    "this node is active",
                )
                .help(again),
        )
    };
    if let Some(second) = active.next() {
        return Err(differ(
            second.found,
            "two members are active",
            "and so is this one",
        ));
    }
    if outputs
        .status
        .leader
        .is_some_and(|leader| leader != first.address)
    {
        let message =
            "the status is of another cluster, or another node became active between the outputs";
        return Err(differ(
            outputs.status.found,
            message,
            "`leader_cluster_address` names another node",
        ));
    }
    let leader = outputs.peers.iter().find(|peer| peer.leader);
    if let Some(leader) = leader.filter(|leader| leader.address != first.address) {
        let message = "the raft peers are of another cluster, or another node became active between the outputs";
        return Err(differ(leader.found, message, "this peer is the leader"));
    }
    Ok(())
}

fn nodes(
    outputs: &Outputs<'_>,
    answers: &mut Answers,
    names: &mut Names,
    notes: &mut Vec<String>,
) -> Result<Vec<Node>, Diagnostics> {
    let mut all = Diagnostics::default();
    let mut nodes = Vec::new();
    let mut keep = |node: Read<Node>| match node {
        Ok(node) => nodes.push(node),
        Err(diagnostic) => all.push(*diagnostic),
    };
    for (place, member) in outputs.members.iter().enumerate() {
        let same = |other: &&Member<'_>| other.address == member.address;
        if let Some(first) = outputs.members[..place].iter().find(same) {
            let message = format!("two members have the address {}", member.address);
            let at = member.found;
            keep(Err(Box::new(
                Diagnostic::error(Code::OtherOutput, message)
                    .at(at.source, at.place(), "this one")
                    .also(first.found.source, first.found.place(), "and this one"),
            )));
            continue;
        }
        let peer = outputs
            .peers
            .iter()
            .find(|peer| peer.address == member.address);
        if peer.is_none() && !outputs.peers.is_empty() {
            let message = format!(
                "`{}` is a member, and not among the raft peers",
                member.hostname
            );
            let at = member.found;
            keep(Err(Box::new(
                Diagnostic::error(Code::OtherOutput, message)
                    .at(at.source, at.place(), format!("no peer has the address {}", member.address))
                    .help("record both outputs one after the other, while nobody adds or removes nodes"),
            )));
            continue;
        }
        let name = name(member, peer, &outputs.members, names, notes);
        keep(answering(name, member, peer, outputs, answers));
    }
    if all.has_errors() {
        return Err(all);
    }
    let heard = |peer: &Peer<'_>| outputs.members.iter().any(|m| m.address == peer.address);
    for peer in outputs.peers.iter().filter(|peer| !heard(peer)) {
        let name = names.give(peer.id, "node", notes);
        match silent(name, peer, outputs, answers, notes) {
            Ok(node) => nodes.push(node),
            Err(diagnostic) => all.push(*diagnostic),
        }
    }
    if all.has_errors() {
        return Err(all);
    }
    nodes.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(nodes)
}

/// The name of the machine; where several nodes share one, that in raft, or the address.
fn name(
    member: &Member<'_>,
    peer: Option<&Peer<'_>>,
    all: &[Member<'_>],
    names: &mut Names,
    notes: &mut Vec<String>,
) -> String {
    let same = all.iter().filter(|other| other.hostname == member.hostname);
    if same.count() == 1 {
        return names.give(member.hostname, "node", notes);
    }
    let own = peer.map_or(member.address, |peer| peer.id);
    let note = format!(
        "several nodes run on `{}`: they are called by {}",
        member.hostname,
        peer.map_or("their addresses", |_| "what they are called in raft")
    );
    if !notes.contains(&note) {
        notes.push(note);
    }
    names.give(own, "node", notes)
}

/// A node that the active one hears from, and that is unsealed therefore.
fn answering(
    name: String,
    member: &Member<'_>,
    peer: Option<&Peer<'_>>,
    outputs: &Outputs<'_>,
    answers: &mut Answers,
) -> Read<Node> {
    let watched = outputs
        .watched
        .iter()
        .find(|one| one.peer.address == member.address);
    let doubt = if !member.active && !member.heard {
        Some("has never been heard from")
    } else if watched.is_some_and(|one| !one.healthy) {
        Some("is not healthy, as autopilot sees it")
    } else {
        None
    };
    let health = match doubt {
        None => "unsealed",
        Some(doubt) => {
            let Some((key, value)) = answers.of_one(&name, "health") else {
                let at = member.found;
                let message = format!("`{name}` {doubt}: whether it is unsealed is not known");
                return Err(Box::new(
                    Diagnostic::error(Code::NotTold, message)
                        .at(at.source, at.place(), "this member")
                        .help("wait until it is healthy, and record the outputs again")
                        .help(format!(
                            "or say what `vault status` on it shows: `--set {name}.health=sealed`"
                        )),
                ));
            };
            health(&key, &value)?
        }
    };
    let told = member
        .version
        .or_else(|| watched.and_then(|one| one.version));
    let why = "there is no `version` in here: Vault before 1.11 does not tell it";
    let version = version(&name, told, (member.found, why), answers)?;
    Ok(Node {
        version,
        health,
        voter: peer.is_none_or(|peer| peer.voter),
        active: member.active,
        upgrade_version: member.upgrade_version.map(str::to_owned),
        name,
    })
}

/// A raft peer that the active node does not hear from.
fn silent(
    name: String,
    peer: &Peer<'_>,
    outputs: &Outputs<'_>,
    answers: &mut Answers,
    notes: &mut Vec<String>,
) -> Read<Node> {
    let health = match answers.of_one(&name, "health") {
        Some((key, value)) => health(&key, &value)?,
        None => {
            notes.push(format!(
                "`{name}` is a raft peer that the active node does not hear from: it is taken to be stopped; say `--set {name}.health=sealed` where it runs"
            ));
            "stopped"
        }
    };
    let watched = outputs
        .watched
        .iter()
        .find(|one| one.peer.address == peer.address);
    let told = watched.and_then(|one| one.version);
    let why = "no member has the address of this peer: it is down or sealed";
    let version = version(&name, told, (peer.found, why), answers)?;
    Ok(Node {
        name,
        version,
        health,
        voter: peer.voter,
        active: false,
        upgrade_version: None,
    })
}

fn health(key: &str, value: &str) -> Read<&'static str> {
    let all = ["unsealed", "sealed", "stopped"];
    let known = all.into_iter().find(|known| *known == value);
    known.ok_or_else(|| {
        let diagnostic = answers::refused(key, value, "the health of a node");
        Box::new(diagnostic.help("write `unsealed`, `sealed` or `stopped`"))
    })
}

/// As the output tells it, or as it was given.
fn version(
    name: &str,
    told: Option<Found<'_>>,
    (at, why): (Found<'_>, &str),
    answers: &mut Answers,
) -> Read<Version> {
    if let Some(told) = told {
        return release::read(told);
    }
    let Some((key, value)) = answers.of_one(name, "version") else {
        let message = format!("what `{name}` runs is not told");
        return Err(Box::new(
            Diagnostic::error(Code::NotTold, message)
                .at(at.source, at.place(), why)
                .help(format!(
                    "say which version is installed: `--set {name}.version=1.17.3`"
                )),
        ));
    };
    release::given(&key, &value)
}

/// The cluster file of nodes that are known.
fn written(
    outputs: &Outputs<'_>,
    nodes: &[Node],
    answers: &mut Answers,
    names: &mut Names,
    notes: &mut Vec<String>,
) -> Read<ClusterFile> {
    let raft = !outputs.peers.is_empty();
    let running: Vec<Version> = nodes.iter().map(|node| node.version).collect();
    let versions = Versions::of(&running, answers, notes)?;
    of_one_cluster(outputs, &running)?;
    if raft {
        enough_voters(outputs, nodes)?;
    } else {
        notes.push(format!(
            "with {} for storage, `operator members` lists only nodes that the active one hears from: {} here; where there are more, unseal them and record it again",
            outputs.status.storage,
            nodes.len()
        ));
    }
    let mut cluster = fields(&[]);
    if !raft {
        cluster.insert("raft".to_owned(), false.into());
    }
    if raft && outputs.status.enterprise && automated(outputs, nodes, answers, notes)? {
        cluster.insert("autopilot".to_owned(), true.into());
    }
    if data(nodes, &versions, answers, notes)? == "next" {
        cluster.insert("data".to_owned(), "next".into());
    }
    zones(outputs, notes);
    let name = names.own("vault");
    let backup = names.own(if raft { "backup.snap" } else { "backup" });
    let own = |node: &Node| (node.name.clone(), one(node, &name, &versions));
    let objects: Objects = nodes.iter().map(own).collect();
    let next = versions
        .next
        .map_or(String::new(), |next| format!(", the next one {next}"));
    Ok(ClusterFile {
        description: format!(
            "Imported from {}. The current version is {}{next}.",
            outputs.files.join(" and "),
            versions.current
        ),
        rules: "vault",
        params: fields(&[("auto_unseal", outputs.status.auto_unseal.into())]),
        objects: vec![
            ("cluster", vec![(name.clone(), cluster)]),
            ("node", objects),
            (
                "backup",
                vec![(backup, fields(&[("cluster", name.into())]))],
            ),
        ],
    })
}

/// A node with what differs from the defaults of the rules.
fn one(node: &Node, cluster: &str, versions: &Versions) -> Map<String, Value> {
    let mut all = fields(&[("cluster", cluster.into())]);
    let mut add = |key: &str, value: Value| drop(all.insert(key.to_owned(), value));
    if versions.name(node.version) == "next" {
        add("version", "next".into());
    }
    if node.health != "unsealed" {
        add("health", node.health.into());
    }
    if node.active {
        add("active", true.into());
    }
    if !node.voter {
        add("voter", false.into());
    }
    all
}

/// The status is of a node: it runs what one of the nodes runs.
fn of_one_cluster(outputs: &Outputs<'_>, running: &[Version]) -> Read<()> {
    let told = outputs.status.found.need("version")?;
    let text = told.text()?;
    // Unlike the members, the status tells what kind of pre-release or edition it is.
    let number = text.split(['+', '-']).next().and_then(Version::read);
    if number.is_some_and(|number| running.contains(&number)) {
        return Ok(());
    }
    let message = format!("the status is of a node with {text}, and no member runs that");
    Err(Box::new(
        Diagnostic::error(Code::OtherOutput, message)
            .at(told.source, told.place(), "")
            .help(format!(
                "record it and `{MEMBERS}` one after the other, of one cluster"
            )),
    ))
}

fn enough_voters(outputs: &Outputs<'_>, nodes: &[Node]) -> Read<()> {
    let voters = nodes.iter().filter(|node| node.voter).count();
    if voters >= 3 {
        return Ok(());
    }
    let at = outputs.peers[0].found;
    let message = format!("{voters} of the raft peers vote, and fewer than three survive no stop");
    Err(Box::new(
        Diagnostic::error(Code::OtherOutput, message)
            .at(at.source, at.place(), "the first peer")
            .help("the rules are about upgrades that keep a majority: add voters first"),
    ))
}

/// Whether the automated upgrades of Enterprise are on. They compare versions of their own, where those are configured.
fn automated(
    outputs: &Outputs<'_>,
    nodes: &[Node],
    answers: &mut Answers,
    notes: &mut Vec<String>,
) -> Read<bool> {
    let on = match (answers.of("autopilot"), outputs.automated) {
        (Some(value), _) => answers::flag("autopilot", &value)?,
        (None, Some(told)) => told,
        (None, None) => {
            notes.push(
                "Vault Enterprise, and whether its automated upgrades are on is not told: they are taken to be, as they are by default; \
                 say `--set autopilot=false`, or add what `vault operator raft autopilot get-config -format=json` prints"
                    .to_owned(),
            );
            true
        }
    };
    let differ = |a: &Node, b: &Node| {
        let told = a.upgrade_version.is_some() && b.upgrade_version.is_some();
        told && (a.upgrade_version == b.upgrade_version) != (a.version == b.version)
    };
    let both = nodes.iter().flat_map(|a| nodes.iter().map(move |b| (a, b)));
    if let Some((a, b)) = both.into_iter().find(|(a, b)| on && differ(a, b)) {
        let message = format!(
            "autopilot has versions of its own for `{}` and `{}` (`upgrade_version`), and the rules compare what they run",
            a.name, b.name
        );
        return Err(Box::new(Diagnostic::error(Code::OtherOutput, message).help(
            "turn the automated upgrades off, `vault operator raft autopilot set-config -disable-upgrade-migration=true`, and say `--set autopilot=false`",
        )));
    }
    Ok(on)
}

/// What the storage was upgraded to: what the active node runs, at least.
fn data(
    nodes: &[Node],
    versions: &Versions,
    answers: &mut Answers,
    notes: &mut Vec<String>,
) -> Read<&'static str> {
    let active = nodes.iter().find(|node| node.active);
    if active.is_some_and(|node| versions.name(node.version) == "next") {
        return Ok("next");
    }
    if nodes
        .iter()
        .all(|node| versions.name(node.version) == "current")
    {
        return Ok("current");
    }
    match answers.of("data").as_deref() {
        Some("next") => Ok("next"),
        Some("current") => Ok("current"),
        Some(other) => {
            let diagnostic = answers::refused("data", other, "the version of the storage");
            Err(Box::new(diagnostic.help("write `current` or `next`")))
        }
        None => {
            notes.push(
                "whether a newer node has been active before is not told: none is taken to have; say `--set data=next` where one was, \
                 and the storage is upgraded"
                    .to_owned(),
            );
            Ok("current")
        }
    }
}

/// The rules know nothing of zones, which give more votes than they count on.
fn zones(outputs: &Outputs<'_>, notes: &mut Vec<String>) {
    let mut zones: Vec<&str> = outputs.members.iter().filter_map(|m| m.zone).collect();
    zones.sort_unstable();
    zones.dedup();
    if zones.len() > 1 {
        notes.push(format!(
            "there are {} redundancy zones: that autopilot lets another node of a zone vote while its voter is down is not in the rules, which count on the voters of now",
            zones.len()
        ));
    }
}

fn fields(list: &[(&str, Value)]) -> Map<String, Value> {
    list.iter()
        .map(|(key, value)| ((*key).to_owned(), value.clone()))
        .collect()
}
