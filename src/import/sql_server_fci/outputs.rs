//! What `Get-ClusterNode`, `Get-ClusterGroup`, `Get-ClusterResource` and `Get-ClusterOwnerNode` give to `ConvertTo-Json`, told
//! apart and read.
//!
//! `ConvertTo-Json` writes one object without a list around it, enums as numbers unless it is told otherwise, and objects that
//! are too deep as their names.

use crate::import::found::{Found, Read};
use crate::import::only;
use crate::language::codes::Code;
use crate::language::diagnostic::{Diagnostic, Diagnostics};
use crate::model::json::JsonKind;

/// The commands whose outputs are read.
pub const NODES: &str = "Get-ClusterNode | ConvertTo-Json";
pub const GROUPS: &str = "Get-ClusterGroup | ConvertTo-Json";
pub const OWNERS: &str = "Get-ClusterResource | ? ResourceType -eq 'SQL Server' | Get-ClusterOwnerNode | ConvertTo-Json -Depth 4";

/// A node of the cluster.
pub struct Node<'a> {
    pub name: &'a str,
    pub up: bool,
    pub found: Found<'a>,
}

/// What a group is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Online,
    PartialOnline,
    Other(&'static str),
}

/// A group that moves as a whole.
pub struct Group<'a> {
    pub name: &'a str,
    pub owner: &'a str,
    pub state: State,
    pub found: Found<'a>,
}

/// A resource, and the group that it is in.
pub struct Resource<'a> {
    pub name: &'a str,
    pub kind: &'a str,
    pub group: &'a str,
}

/// Which nodes may own something.
pub struct Owners<'a> {
    pub of: &'a str,
    /// The group of the resource, where that is told.
    pub group: Option<&'a str>,
    pub nodes: Vec<&'a str>,
    pub found: Found<'a>,
}

/// All of them.
#[derive(Default)]
pub struct Outputs<'a> {
    pub nodes: Vec<Node<'a>>,
    pub groups: Vec<Group<'a>>,
    pub resources: Vec<Resource<'a>>,
    pub owners: Vec<Owners<'a>>,
    /// The names of the cluster that they tell.
    clusters: Vec<(&'a str, Found<'a>)>,
}

impl<'a> Outputs<'a> {
    /// Tells the outputs apart, whatever their order, and reads them.
    ///
    /// # Errors
    /// Where one is something else, or missing, or they are of different clusters.
    pub fn read(outputs: &[Found<'a>]) -> Result<Self, Diagnostics> {
        let mut all = Diagnostics::default();
        let mut read = Self::default();
        for output in outputs {
            for item in items(*output) {
                if let Err(diagnostic) = read.add(item) {
                    all.push(*diagnostic);
                    break;
                }
            }
        }
        if all.has_errors() {
            return Err(all);
        }
        read.fit_together()
            .map_err(|diagnostic| only(*diagnostic))?;
        Ok(read)
    }

    fn add(&mut self, item: Found<'a>) -> Read<()> {
        let has = |key| item.get(key).is_some();
        if has("OwnerNodes") {
            self.owners.push(owners(item)?);
        } else if has("ResourceType") && has("OwnerGroup") {
            self.resources.push(Resource {
                name: item.need("Name")?.text()?,
                kind: name(item.need("ResourceType")?)?,
                group: name(item.need("OwnerGroup")?)?,
            });
        } else if has("OwnerNode") && has("State") {
            self.groups.push(Group {
                name: item.need("Name")?.text()?,
                owner: name(item.need("OwnerNode")?)?,
                state: group_state(item.need("State")?)?,
                found: item,
            });
        } else if has("Name") && has("State") && !has("ResourceType") {
            self.nodes.push(node(item)?);
        } else {
            return Err(neither(item));
        }
        if let Some(cluster) = item.get("Cluster") {
            self.clusters.push((name(cluster)?, item));
        }
        Ok(())
    }

    fn fit_together(&self) -> Read<()> {
        let missing = [
            (NODES, self.nodes.is_empty()),
            (GROUPS, self.groups.is_empty()),
        ];
        for (command, missing) in missing {
            if missing {
                let message = format!("no output of `{command}` is given");
                return Err(Box::new(
                    Diagnostic::error(Code::NotTold, message).help("add what it prints"),
                ));
            }
        }
        if let Some((first, at)) = self.clusters.first()
            && let Some((other, found)) = self.clusters.iter().find(|(other, _)| other != first)
        {
            let message = format!("the outputs are of two clusters, `{first}` and `{other}`");
            return Err(Box::new(
                Diagnostic::error(Code::OtherOutput, message)
                    .at(found.source, found.place(), format!("of `{other}`"))
                    .also(at.source, at.place(), format!("of `{first}`")),
            ));
        }
        let nodes = self.nodes.iter().map(|node| (node.name, node.found));
        let groups = self.groups.iter().map(|group| (group.name, group.found));
        each_once(nodes, "node")?;
        each_once(groups, "group")?;
        let owners = self.groups.iter().map(|group| (group.owner, group.found));
        let may = self
            .owners
            .iter()
            .flat_map(|owners| owners.nodes.iter().map(|name| (*name, owners.found)));
        for (owner, found) in owners.chain(may) {
            if self.nodes.iter().all(|node| !same(node.name, owner)) {
                let message = format!("`{owner}` is no node of the outputs");
                return Err(Box::new(
                    Diagnostic::error(Code::OtherOutput, message)
                        .at(found.source, found.place(), "it is an owner of this")
                        .help("record all outputs one after the other, and of one cluster"),
                ));
            }
        }
        Ok(())
    }

    /// A node as it is written in the list of nodes.
    pub fn node(&self, name: &str) -> Option<&Node<'a>> {
        self.nodes.iter().find(|node| same(node.name, name))
    }
}

/// Names of machines are the same in capitals.
pub fn same(one: &str, other: &str) -> bool {
    one.eq_ignore_ascii_case(other)
}

fn each_once<'a>(items: impl Iterator<Item = (&'a str, Found<'a>)>, what: &str) -> Read<()> {
    let mut known: Vec<(&str, Found<'_>)> = Vec::new();
    for (name, found) in items {
        if let Some((_, first)) = known.iter().find(|(other, _)| same(other, name)) {
            let message = format!("the {what} `{name}` is there twice");
            return Err(Box::new(
                Diagnostic::error(Code::OtherOutput, message)
                    .at(found.source, found.place(), "again")
                    .also(first.source, first.place(), "first here")
                    .help("name each output once"),
            ));
        }
        known.push((name, found));
    }
    Ok(())
}

/// One object, a list of them, or what older PowerShells make of a list: `{ "value": […], "Count": 2 }`.
fn items(output: Found<'_>) -> Vec<Found<'_>> {
    let wrapped = output.get("Count").and_then(|_| output.get("value"));
    let list = wrapped.unwrap_or(output);
    match list.items() {
        Ok(items) => items.collect(),
        Err(_) => vec![output],
    }
}

fn neither(item: Found<'_>) -> Box<Diagnostic> {
    let mut diagnostic = Diagnostic::error(
        Code::OtherOutput,
        "this is neither a node, nor a group, nor a list of owners of a failover cluster",
    )
    .at(item.source, item.place(), "");
    for command in [NODES, GROUPS, OWNERS] {
        diagnostic = diagnostic.help(format!("`{command}` is read"));
    }
    Box::new(diagnostic)
}

/// The name of an object, or the text that it became.
fn name(found: Found<'_>) -> Read<&str> {
    match found.json.kind {
        JsonKind::Object(_) => found.need("Name")?.text(),
        _ => found.text(),
    }
}

fn owners(item: Found<'_>) -> Read<Owners<'_>> {
    let of = item.need("ClusterObject")?;
    let is_group = of.get("IsCoreGroup").is_some() || of.get("GroupType").is_some();
    if is_group {
        let message = "these are the preferred owners of a group, and not the possible owners of its SQL Server";
        return Err(Box::new(
            Diagnostic::error(Code::OtherOutput, message)
                .at(item.source, item.place(), "")
                .help(format!("`{OWNERS}` lists those")),
        ));
    }
    let list = item.need("OwnerNodes")?;
    let nodes = match &list.json.kind {
        // A list that is too deep becomes one text.
        JsonKind::String(_) => list.text()?.split_whitespace().collect(),
        JsonKind::Object(_) => vec![name(list)?],
        _ => list.items()?.map(name).collect::<Read<_>>()?,
    };
    Ok(Owners {
        of: name(of)?,
        group: of.get("OwnerGroup").map(name).transpose()?,
        nodes,
        found: item,
    })
}

fn node(item: Found<'_>) -> Read<Node<'_>> {
    let name = item.need("Name")?.text()?;
    let up = match state(item.need("State")?, &["Up", "Down", "Paused", "Joining"])? {
        Some(0) => true,
        Some(1) => false,
        other => {
            let words = match other {
                Some(2) => "paused",
                Some(_) => "joining",
                None => "in an unknown state",
            };
            let message = format!(
                "`{name}` is {words}: the rules know nodes that are up, and nodes that are down"
            );
            return Err(Box::new(
                Diagnostic::error(Code::OtherOutput, message)
                    .at(item.source, item.place(), "this node")
                    .help(format!(
                        "`Resume-ClusterNode {name}`, or wait, and record the outputs again"
                    )),
            ));
        }
    };
    Ok(Node {
        name,
        up,
        found: item,
    })
}

fn group_state(at: Found<'_>) -> Read<State> {
    const STATES: [&str; 5] = ["Online", "Offline", "Failed", "PartialOnline", "Pending"];
    Ok(match state(at, &STATES)? {
        Some(0) => State::Online,
        Some(3) => State::PartialOnline,
        Some(place) => State::Other(STATES[place]),
        None => State::Other("Unknown"),
    })
}

/// The place of a state among those of its kind; none for `Unknown`, which is -1.
fn state(at: Found<'_>, states: &[&str]) -> Read<Option<usize>> {
    let place = match &at.json.kind {
        JsonKind::String(text) => {
            let place = states.iter().position(|state| *state == text.text);
            place.map(Some).or((text.text == "Unknown").then_some(None))
        }
        JsonKind::Number(digits) => match digits.parse::<usize>() {
            Ok(place) => (place < states.len()).then_some(Some(place)),
            Err(_) => (digits == "-1").then_some(None),
        },
        _ => None,
    };
    place.ok_or_else(|| {
        let wanted = format!(
            "a state (0 to {}, or `{}`)",
            states.len() - 1,
            states.join("`, `")
        );
        at.other(&wanted)
    })
}
