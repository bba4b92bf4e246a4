//! What `vault operator members`, `vault operator raft list-peers`, `vault status` and the two of autopilot print as JSON,
//! told apart and read. `bao` of OpenBao prints the same.

use crate::import::found::{Found, Read};
use crate::import::only;
use crate::language::codes::Code;
use crate::language::diagnostic::{Diagnostic, Diagnostics};
use crate::model::json::JsonKind;

/// The commands whose outputs are read.
pub const MEMBERS: &str = "vault operator members -format=json";
pub const PEERS: &str = "vault operator raft list-peers -format=json";
pub const STATUS: &str = "vault status -format=json";
const STATE: &str = "vault operator raft autopilot state -format=json";
const CONFIG: &str = "vault operator raft autopilot get-config -format=json";

/// A node that the active one hears from, or the active one.
pub struct Member<'a> {
    /// What its machine is called.
    pub hostname: &'a str,
    /// Host and port for the other nodes, without the scheme.
    pub address: &'a str,
    /// Whether it is the active one.
    pub active: bool,
    /// Whether it has been heard from.
    pub heard: bool,
    /// What it runs; Vault tells it from 1.11 on.
    pub version: Option<Found<'a>>,
    /// What autopilot takes for its version.
    pub upgrade_version: Option<&'a str>,
    /// The redundancy zone (Enterprise).
    pub zone: Option<&'a str>,
    /// Where it stands.
    pub found: Found<'a>,
}

/// A server of raft.
pub struct Peer<'a> {
    /// Its name in raft.
    pub id: &'a str,
    /// Host and port.
    pub address: &'a str,
    /// Whether it has a vote.
    pub voter: bool,
    /// Whether it is the leader.
    pub leader: bool,
    /// Where it stands.
    pub found: Found<'a>,
}

/// A server as autopilot sees it.
pub struct Watched<'a> {
    /// What raft has of it.
    pub peer: Peer<'a>,
    /// Whether it answers, and keeps up.
    pub healthy: bool,
    /// What it runs; Vault tells it from 1.11 on.
    pub version: Option<Found<'a>>,
}

/// What a node says of itself and of the cluster.
pub struct Status<'a> {
    /// Whether nodes unseal themselves.
    pub auto_unseal: bool,
    /// Whether it is Vault Enterprise.
    pub enterprise: bool,
    /// `raft`, `consul`, …
    pub storage: &'a str,
    /// Where the active node is, without the scheme.
    pub leader: Option<&'a str>,
    /// Where it stands.
    pub found: Found<'a>,
}

/// All outputs.
pub struct Outputs<'a> {
    /// The nodes.
    pub members: Vec<Member<'a>>,
    /// The servers of raft; none where raft is not used.
    pub peers: Vec<Peer<'a>>,
    /// What autopilot says of them, where it was asked.
    pub watched: Vec<Watched<'a>>,
    /// Whether the automated upgrades of Enterprise are on, where that was told.
    pub automated: Option<bool>,
    /// The status of one node.
    pub status: Status<'a>,
    /// The names of the texts.
    pub files: Vec<&'a str>,
}

/// The outputs by what they are.
#[derive(Default)]
struct Sorted<'a> {
    members: Option<Found<'a>>,
    peers: Option<Found<'a>>,
    state: Option<Found<'a>>,
    config: Option<Found<'a>>,
    status: Option<Found<'a>>,
}

impl<'a> Sorted<'a> {
    /// Puts an output to its like.
    fn add(&mut self, output: Found<'a>) -> Read<()> {
        // What `vault read` and the HTTP API print has the same under `data`.
        let data = output.get("data").unwrap_or(output);
        let (slot, what, body) = if any(data, ["Nodes", "nodes"]).is_some() {
            (&mut self.members, "what `operator members` prints", data)
        } else if let Some(config) = data.get("config").filter(|c| c.get("servers").is_some()) {
            (&mut self.peers, "the list of raft peers", config)
        } else if any(data, ["Servers", "servers"]).is_some() {
            (&mut self.state, "the state of autopilot", data)
        } else if data.get("cleanup_dead_servers").is_some() {
            (&mut self.config, "the configuration of autopilot", data)
        } else if data.get("sealed").is_some() {
            (&mut self.status, "the status", data)
        } else {
            return Err(Box::new(neither(output)));
        };
        if let Some(first) = slot {
            let message = format!("{what} is given twice");
            return Err(Box::new(
                Diagnostic::error(Code::OtherOutput, message)
                    .at(output.source, output.place(), "given again")
                    .also(first.source, first.place(), "first given here")
                    .help("name the newer one only; the status of one node is enough"),
            ));
        }
        *slot = Some(body);
        Ok(())
    }
}

impl<'a> Outputs<'a> {
    /// Tells the outputs apart, whatever their order, and reads them.
    ///
    /// # Errors
    /// Where one is something else, or missing.
    pub fn read(outputs: &[Found<'a>]) -> Result<Self, Diagnostics> {
        let mut all = Diagnostics::default();
        let mut sorted = Sorted::default();
        for output in outputs {
            if let Err(diagnostic) = sorted.add(*output) {
                all.push(*diagnostic);
            }
        }
        if all.has_errors() {
            return Err(all);
        }
        let missing = |message: &str, command: &str| {
            only(
                Diagnostic::error(Code::NotTold, message)
                    .help(format!("add what `{command}` prints")),
            )
        };
        let Some(members) = sorted.members else {
            let message = "no list of members is given: nothing else tells which node is active, and what each of them runs";
            return Err(missing(message, MEMBERS));
        };
        let Some(status) = sorted.status else {
            let message = "no status is given: nothing else tells the storage, and whether nodes unseal themselves";
            return Err(missing(message, STATUS));
        };
        let mut keep = |diagnostic: Box<Diagnostic>| all.push(*diagnostic);
        let members = read_all(any(members, ["Nodes", "nodes"]), member, &mut keep);
        let peers = sorted.peers.and_then(|config| config.get("servers"));
        let mut peers = read_all(peers, peer, &mut keep);
        let watched = sorted
            .state
            .map_or_else(Vec::new, |state| servers(state, &mut keep));
        if sorted.peers.is_none() {
            peers = watched.iter().map(|one| one.peer.copied()).collect();
        }
        let automated = automated(sorted.state, sorted.config).map_err(&mut keep);
        let status = self::status(status, sorted.state).map_err(&mut keep);
        if all.has_errors() {
            return Err(all);
        }
        let (Ok(status), Ok(automated)) = (status, automated) else {
            return Err(all);
        };
        if status.storage == "raft" && peers.is_empty() {
            let message = "no list of raft peers is given: nodes that are down or sealed are not among the members, and votes are not told there";
            return Err(missing(message, PEERS));
        }
        let mut files: Vec<&str> = outputs.iter().map(|o| o.source.name.as_str()).collect();
        files.sort_unstable();
        files.dedup();
        Ok(Self {
            members,
            peers,
            watched,
            automated,
            status,
            files,
        })
    }
}

impl Peer<'_> {
    const fn copied(&self) -> Self {
        Self { ..*self }
    }
}

/// The value of a key that is written in two ways: the API has small letters, `-format=json` of older releases large ones.
fn any<'a>(found: Found<'a>, keys: [&str; 2]) -> Option<Found<'a>> {
    keys.into_iter().find_map(|key| found.get(key))
}

fn need<'a>(found: Found<'a>, keys: [&str; 2]) -> Read<Found<'a>> {
    any(found, keys).map_or_else(|| found.need(keys[1]), Ok)
}

/// A text that is neither missing nor empty.
fn filled<'a>(found: Found<'a>, keys: [&str; 2]) -> Read<Option<&'a str>> {
    let text = any(found, keys).map(Found::text).transpose()?;
    Ok(text.filter(|text| !text.is_empty()))
}

fn read_all<'a, T>(
    list: Option<Found<'a>>,
    one: fn(Found<'a>) -> Read<T>,
    keep: &mut impl FnMut(Box<Diagnostic>),
) -> Vec<T> {
    let Some(list) = list else { return Vec::new() };
    let items = match list.items() {
        Ok(items) => items,
        Err(diagnostic) => {
            keep(diagnostic);
            return Vec::new();
        }
    };
    let read: Vec<T> = items
        .filter_map(|item| one(item).map_err(&mut *keep).ok())
        .collect();
    if read.is_empty() {
        let message = "this list is empty";
        keep(Box::new(Diagnostic::error(Code::OtherOutput, message).at(
            list.source,
            list.place(),
            "",
        )));
    }
    read
}

fn member(item: Found<'_>) -> Read<Member<'_>> {
    let version = item.get("version");
    Ok(Member {
        hostname: item.need("hostname")?.text()?,
        address: host(item.need("cluster_address")?.text()?),
        active: item.need("active_node")?.flag()?,
        heard: item.get("last_echo").is_some(),
        version: version.filter(|version| version.json.text() != Some("")),
        upgrade_version: filled(item, ["upgrade_version", "upgrade_version"])?,
        zone: filled(item, ["redundancy_zone", "redundancy_zone"])?,
        found: item,
    })
}

fn peer(item: Found<'_>) -> Read<Peer<'_>> {
    Ok(Peer {
        id: item.need("node_id")?.text()?,
        address: host(item.need("address")?.text()?),
        voter: item.need("voter")?.flag()?,
        leader: item.need("leader")?.flag()?,
        found: item,
    })
}

/// The servers of autopilot, by their ids.
fn servers<'a>(state: Found<'a>, keep: &mut impl FnMut(Box<Diagnostic>)) -> Vec<Watched<'a>> {
    let read = need(state, ["Servers", "servers"]).and_then(|servers| {
        let JsonKind::Object(fields) = &servers.json.kind else {
            return Err(servers.other("an object `{…}`"));
        };
        let all = fields.iter().map(|(_, json)| Found { json, ..servers });
        all.map(watched).collect()
    });
    read.map_err(keep).unwrap_or_default()
}

fn watched(server: Found<'_>) -> Read<Watched<'_>> {
    let status = need(server, ["Status", "status"])?;
    // As raft-autopilot has them; the last is of Enterprise, for a node that is to stay without a vote.
    let (voter, leader) = match status.text()? {
        "leader" => (true, true),
        "voter" => (true, false),
        "non-voter" | "staging" | "none" => (false, false),
        other => {
            let message = format!("`{other}` is no status of a server that is known here");
            return Err(Box::new(
                Diagnostic::error(Code::OtherOutput, message)
                    .at(status.source, status.place(), "")
                    .help("known are leader, voter, non-voter, staging and none"),
            ));
        }
    };
    let version = any(server, ["Version", "version"]);
    Ok(Watched {
        peer: Peer {
            id: need(server, ["ID", "id"])?.text()?,
            address: host(need(server, ["Address", "address"])?.text()?),
            voter,
            leader,
            found: server,
        },
        healthy: need(server, ["Healthy", "healthy"])?.flag()?,
        version: version.filter(|version| version.json.text() != Some("")),
    })
}

/// Whether autopilot migrates to newer nodes: what it says it does, or how it is configured.
fn automated(state: Option<Found<'_>>, config: Option<Found<'_>>) -> Read<Option<bool>> {
    if let Some(off) = config.and_then(|config| config.get("disable_upgrade_migration")) {
        return off.flag().map(|off| Some(!off));
    }
    let info = state.and_then(upgrade_info);
    let status = info.map(|info| filled(info, ["Status", "status"]));
    Ok(status
        .transpose()?
        .flatten()
        .map(|status| status != "disabled"))
}

/// Enterprise only.
fn upgrade_info(state: Found<'_>) -> Option<Found<'_>> {
    any(state, ["Upgrade", "upgrade_info"])
}

fn status<'a>(status: Found<'a>, state: Option<Found<'a>>) -> Read<Status<'a>> {
    let refused = |at: Found<'_>, message: &str, help: String| {
        let diagnostic = Diagnostic::error(Code::OtherOutput, message);
        Err(Box::new(
            diagnostic.at(at.source, at.place(), "").help(help),
        ))
    };
    let sealed = status.need("sealed")?;
    if sealed.flag()? {
        let message = "this is the status of a sealed node, which does not know who is active";
        return refused(sealed, message, format!("ask an unsealed one: `{STATUS}`"));
    }
    let enabled = status.need("ha_enabled")?;
    if !enabled.flag()? {
        let message = "this node is not in high availability";
        let help = "the rules are about nodes that take over from each other; a node that stands alone is down while it is upgraded";
        return refused(enabled, message, help.to_owned());
    }
    let seal = status.need("type")?.text()?;
    let recovery = status.get("recovery_seal");
    let recovery = recovery.map_or(Ok(false), Found::flag)?;
    let version = status.need("version")?.text()?;
    Ok(Status {
        // Older releases tell the type of the recovery keys, and only the flag says that there are some.
        auto_unseal: seal != "shamir" || recovery,
        enterprise: version.contains("+ent") || state.and_then(upgrade_info).is_some(),
        storage: status.need("storage_type")?.text()?,
        leader: filled(status, ["leader_cluster_address", "leader_cluster_address"])?.map(host),
        found: status,
    })
}

/// `127.0.0.1:8201` of `https://127.0.0.1:8201/`.
fn host(address: &str) -> &str {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    rest.trim_end_matches('/')
}

fn neither(output: Found<'_>) -> Diagnostic {
    let message = "this is nothing that is read of Vault";
    Diagnostic::error(Code::OtherOutput, message)
        .at(output.source, output.place(), "")
        .help(format!("`{MEMBERS}` prints an object with the key `Nodes`"))
        .help(format!(
            "`{PEERS}` prints one with `data`, `config` and `servers`"
        ))
        .help(format!("`{STATUS}` prints one with the key `sealed`"))
        .help(format!("`{STATE}` and `{CONFIG}` are read as well"))
}
