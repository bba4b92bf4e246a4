//! What `_cat/nodes`, `_cat/shards`, `_cluster/settings` and `/` answer as JSON, told apart and read.

use std::collections::BTreeMap;

use crate::import::found::{Found, Read};
use crate::import::only;
use crate::language::codes::Code;
use crate::language::diagnostic::{Diagnostic, Diagnostics};
use crate::model::json::JsonKind;

use super::release::{COVERED, Release};

/// The requests whose answers are read.
pub const NODES: &str =
    "curl -s 'HOST:9200/_cat/nodes?format=json&h=name,version,node.role,master'";
pub const SHARDS: &str =
    "curl -s 'HOST:9200/_cat/shards?format=json&h=index,shard,prirep,state,node'";
pub const SETTINGS: &str = "curl -s 'HOST:9200/_cluster/settings?flat_settings=true'";

/// A column has other names that can be asked for.
const NAME: [&str; 2] = ["name", "n"];
const VERSION: [&str; 2] = ["version", "v"];
const ROLE: [&str; 4] = ["node.role", "r", "role", "nodeRole"];
const MASTER: [&str; 4] = ["master", "cluster_manager", "m", "cm"];
const INDEX: [&str; 3] = ["index", "i", "idx"];
const SHARD: [&str; 3] = ["shard", "s", "sh"];
const PRIREP: [&str; 4] = ["prirep", "p", "pr", "primaryOrReplica"];
const STATE: [&str; 2] = ["state", "st"];
const NODE: [&str; 2] = ["node", "n"];

/// A node that is a member.
pub struct Node<'a> {
    pub name: &'a str,
    pub release: Release,
    pub master_eligible: bool,
    /// Whether it votes, and is never elected.
    pub voting_only: bool,
    pub data: bool,
    /// Whether it is the elected master.
    pub master: bool,
    pub found: Found<'a>,
}

/// A copy of a shard.
pub struct Copy<'a> {
    pub index: &'a str,
    pub number: &'a str,
    pub primary: bool,
    pub state: State,
    /// The name of its node.
    pub node: Option<&'a str>,
    /// The name of the node to which it is on its way.
    pub to: Option<&'a str>,
    pub found: Found<'a>,
}

/// The state of a copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Started,
    Relocating,
    Initializing,
    Unassigned,
}

/// All outputs.
pub struct Outputs<'a> {
    pub nodes: Vec<Node<'a>>,
    pub copies: Vec<Copy<'a>>,
    /// What is set, flat, transient before persistent.
    pub settings: BTreeMap<String, Found<'a>>,
    /// The name of the cluster, where it is told.
    pub name: Option<&'a str>,
    /// The names of the outputs.
    pub files: Vec<&'a str>,
}

/// What an output is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Nodes,
    Shards,
    Settings,
    Root,
}

impl<'a> Outputs<'a> {
    /// Tells the outputs apart, whatever their order, and reads them.
    ///
    /// # Errors
    /// Where one is something else, or missing, or they do not fit together.
    pub fn read(outputs: &[Found<'a>]) -> Result<Self, Diagnostics> {
        let known = told_apart(outputs)?;
        let one = |kind| {
            let found = known.iter().find(|(k, _)| *k == kind);
            found.map(|(_, found)| *found)
        };
        let mut all = Diagnostics::default();
        let nodes = one(Kind::Nodes).map_or_else(|| Ok(Vec::new()), nodes);
        let copies = one(Kind::Shards).map_or_else(|| Ok(Vec::new()), |list| rows(list, copy));
        let settings = one(Kind::Settings).map_or_else(|| Ok(BTreeMap::new()), settings);
        let name = one(Kind::Root).map(name).transpose();
        match (nodes, copies, settings, name) {
            (Ok(nodes), Ok(copies), Ok(settings), Ok(name)) => Ok(Self {
                nodes,
                copies,
                settings,
                name,
                files: known.iter().map(|(_, f)| f.source.name.as_str()).collect(),
            }),
            (nodes, copies, settings, name) => {
                let found = [
                    nodes.err(),
                    copies.err(),
                    settings.map_err(|d| only(*d)).err(),
                ];
                for found in found.into_iter().flatten() {
                    all.extend(found);
                }
                all.extend(name.map_err(|d| only(*d)).err().unwrap_or_default());
                Err(all)
            }
        }
    }
}

/// Each output with what it is; all that are needed are there, and none twice.
fn told_apart<'a>(outputs: &[Found<'a>]) -> Result<Vec<(Kind, Found<'a>)>, Diagnostics> {
    let mut all = Diagnostics::default();
    let mut known: Vec<(Kind, Found<'a>)> = Vec::new();
    for output in outputs {
        match kind(*output) {
            Ok(kind) => {
                if let Some((_, first)) = known.iter().find(|(other, _)| *other == kind) {
                    let message = "the same output is given twice";
                    all.push(
                        Diagnostic::error(Code::OtherOutput, message)
                            .at(output.source, output.place(), "given again")
                            .also(first.source, first.place(), "first given here")
                            .help("name the newer one only"),
                    );
                }
                known.push((kind, *output));
            }
            Err(diagnostic) => all.push(*diagnostic),
        }
    }
    let one = |kind| {
        known
            .iter()
            .find(|(k, _)| *k == kind)
            .map(|(_, found)| *found)
    };
    for (kind, what, why, command) in [
        (Kind::Nodes, "_cat/nodes", "what the nodes run", NODES),
        (Kind::Shards, "_cat/shards", "where the shards are", SHARDS),
        (
            Kind::Settings,
            "_cluster/settings",
            "whether shards are allocated",
            SETTINGS,
        ),
    ] {
        if !all.has_errors() && one(kind).is_none() {
            let message = format!("no answer of `{what}` is given: it is not told {why}");
            all.push(
                Diagnostic::error(Code::NotTold, message)
                    .help(format!("add what `{command}` prints")),
            );
        }
    }
    if all.has_errors() {
        return Err(all);
    }
    Ok(known)
}

/// The first of the names of a column that is there.
fn column<'a>(row: Found<'a>, names: &[&str]) -> Option<Found<'a>> {
    names.iter().find_map(|name| row.get(name))
}

fn kind(output: Found<'_>) -> Read<Kind> {
    if let JsonKind::Array(items) = &output.json.kind {
        // A cluster has a node, and need not have a shard.
        let Some(json) = items.first() else {
            return Ok(Kind::Shards);
        };
        let row = Found { json, ..output };
        // `p` is the port of a node as well.
        let copy = column(row, &[PRIREP[0], PRIREP[2], PRIREP[3]]).is_some();
        if copy || row.get("p").is_some() && column(row, &STATE).is_some() {
            return Ok(Kind::Shards);
        }
        if row.get("disk.indices").is_some()
            || row.get("disk.avail").is_some() && row.get("name").is_none()
        {
            return Err(neither(
                output,
                "this is what `_cat/allocation` answers: the rules know no disks, leave it out",
            ));
        }
        if [&NAME[..], &VERSION, &ROLE]
            .iter()
            .any(|names| column(row, names).is_some())
        {
            return Ok(Kind::Nodes);
        }
    }
    if output.get("persistent").is_some() || output.get("transient").is_some() {
        return Ok(Kind::Settings);
    }
    if output
        .get("version")
        .is_some_and(|version| version.get("number").is_some())
    {
        return Ok(Kind::Root);
    }
    if let Some(error) = output.get("error") {
        let reason = error
            .get("reason")
            .or(Some(error))
            .and_then(|r| r.json.text());
        let message = format!(
            "this is no answer, but an error: {}",
            reason.unwrap_or("see there")
        );
        return Err(Box::new(
            Diagnostic::error(Code::OtherOutput, message)
                .at(output.source, error.place(), "")
                .help("with security on, curl needs `-u USER` and `https://`"),
        ));
    }
    Err(neither(
        output,
        "this is no answer of `_cat/nodes`, `_cat/shards` or `_cluster/settings`",
    ))
}

fn neither(output: Found<'_>, message: &str) -> Box<Diagnostic> {
    let mut diagnostic =
        Diagnostic::error(Code::OtherOutput, message).at(output.source, output.place(), "");
    for command in [NODES, SHARDS, SETTINGS] {
        diagnostic = diagnostic.help(format!("`{command}` is read"));
    }
    Box::new(diagnostic)
}

/// All rows of a table.
fn rows<'a, T>(
    table: Found<'a>,
    row: impl Fn(Found<'a>) -> Read<T>,
) -> Result<Vec<T>, Diagnostics> {
    let mut all = Diagnostics::default();
    let mut read = Vec::new();
    for item in table.items().map_err(|diagnostic| only(*diagnostic))? {
        match row(item) {
            Ok(row) => read.push(row),
            Err(diagnostic) => all.push(*diagnostic),
        }
        // What is wrong with the first rows is wrong with all of them.
        if all.list.len() >= 3 {
            break;
        }
    }
    if all.has_errors() { Err(all) } else { Ok(read) }
}

/// The text of a column that must be there.
fn cell<'a>(row: Found<'a>, names: &[&str], command: &str) -> Read<Found<'a>> {
    if !matches!(row.json.kind, JsonKind::Object(_)) {
        return Err(row.other("an object `{…}`"));
    }
    column(row, names).ok_or_else(|| {
        let message = format!("the column `{}` is missing", names[0]);
        Box::new(
            Diagnostic::error(Code::OtherOutput, message)
                .at(row.source, row.place(), "it was expected in here")
                .help(format!("`{command}` asks for it")),
        )
    })
}

fn nodes(table: Found<'_>) -> Result<Vec<Node<'_>>, Diagnostics> {
    let mut nodes = rows(table, node)?;
    nodes.sort_by_key(|node| node.name);
    let mut all = Diagnostics::default();
    for pair in nodes.windows(2) {
        if pair[0].name == pair[1].name {
            let message = format!(
                "two nodes have the name `{}`: where a shard is can't be told",
                pair[0].name
            );
            all.push(
                Diagnostic::error(Code::OtherOutput, message)
                    .at(pair[1].found.source, pair[1].found.place(), "this one")
                    .also(pair[0].found.source, pair[0].found.place(), "and this one")
                    .help("give each node a `node.name` of its own"),
            );
        }
    }
    if all.has_errors() {
        Err(all)
    } else {
        Ok(nodes)
    }
}

fn node(row: Found<'_>) -> Read<Node<'_>> {
    let name = cell(row, &NAME, NODES)?.text()?;
    let at = cell(row, &VERSION, NODES)?;
    let version = at.text()?;
    let release = Release::read(version).ok_or_else(|| {
        let message = format!("version {version} is not covered: {COVERED}");
        Box::new(Diagnostic::error(Code::UnknownVersion, message).at(at.source, at.place(), ""))
    })?;
    let at = cell(row, &ROLE, NODES)?;
    let roles = at.text()?;
    let unknown = roles.chars().find(|c| !"cdfhilmrstvw-".contains(*c));
    if roles.is_empty() || unknown.is_some() {
        let message = format!("the roles `{roles}` are not known");
        return Err(Box::new(
            Diagnostic::error(Code::OtherOutput, message)
                .at(at.source, at.place(), "")
                .help(
                    "`node.role` has a letter for each role, such as `m` and `d`, or `-` for none",
                ),
        ));
    }
    let at = cell(row, &MASTER, NODES)?;
    let master = match at.text()? {
        "*" => true,
        "-" => false,
        _ => return Err(at.other("`*` for the elected master, or `-`")),
    };
    Ok(Node {
        name,
        release,
        master_eligible: roles.contains('m') || roles.contains('v'),
        voting_only: roles.contains('v'),
        data: roles.contains(['d', 's', 'h', 'w', 'c', 'f']),
        master,
        found: row,
    })
}

fn copy(row: Found<'_>) -> Read<Copy<'_>> {
    let index = cell(row, &INDEX, SHARDS)?.text()?;
    let number = cell(row, &SHARD, SHARDS)?.text()?;
    let at = cell(row, &PRIREP, SHARDS)?;
    let primary = match at.text()? {
        "p" => true,
        "r" => false,
        _ => return Err(at.other("`p` or `r`")),
    };
    let at = cell(row, &STATE, SHARDS)?;
    let state = match at.text()? {
        "STARTED" => State::Started,
        "RELOCATING" => State::Relocating,
        "INITIALIZING" => State::Initializing,
        "UNASSIGNED" => State::Unassigned,
        _ => return Err(at.other("`STARTED`, `RELOCATING`, `INITIALIZING` or `UNASSIGNED`")),
    };
    let (node, to) = if state == State::Unassigned {
        (None, None)
    } else {
        let at = cell(row, &NODE, SHARDS)?;
        let text = at.text()?;
        match (state, text.split_once(" -> ")) {
            // `a -> 10.0.0.2 3nHtxtsYQpq b`: the address, the id and the name of where it goes.
            (State::Relocating, Some((from, to))) => match to.splitn(3, ' ').nth(2) {
                Some(name) => (Some(from), Some(name)),
                None => return Err(at.other("`NODE -> IP ID NODE`")),
            },
            (State::Relocating, None) => return Err(at.other("`NODE -> IP ID NODE`")),
            _ => (Some(text), None),
        }
    };
    Ok(Copy {
        index,
        number,
        primary,
        state,
        node,
        to,
        found: row,
    })
}

/// Settings with dots or as objects in objects, flat.
fn settings(output: Found<'_>) -> Read<BTreeMap<String, Found<'_>>> {
    let mut flat = BTreeMap::new();
    // What is transient counts more.
    for part in ["defaults", "persistent", "transient"] {
        if let Some(found) = output.get(part) {
            flatten("", found, &mut flat)?;
        }
    }
    Ok(flat)
}

fn flatten<'a>(begin: &str, found: Found<'a>, flat: &mut BTreeMap<String, Found<'a>>) -> Read<()> {
    let JsonKind::Object(entries) = &found.json.kind else {
        if begin.is_empty() {
            return Err(found.other("an object `{…}`"));
        }
        flat.insert(begin.to_owned(), found);
        return Ok(());
    };
    for (key, json) in entries {
        let name = if begin.is_empty() {
            key.text.clone()
        } else {
            format!("{begin}.{}", key.text)
        };
        flatten(&name, Found { json, ..found }, flat)?;
    }
    Ok(())
}

fn name(root: Found<'_>) -> Read<&str> {
    root.need("cluster_name")?.text()
}
