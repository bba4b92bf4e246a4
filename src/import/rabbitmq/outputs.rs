//! What `rabbitmqctl cluster_status`, `list_feature_flags` and `list_queues` print as JSON, told apart and read.

use crate::import::found::{Found, Read};
use crate::import::only;
use crate::language::codes::Code;
use crate::language::diagnostic::{Diagnostic, Diagnostics};
use crate::model::json::JsonKind;

use super::series::{COVERED, Series};

/// The commands whose outputs are read.
pub const STATUS: &str = "rabbitmqctl cluster_status --formatter json";
const FLAGS: &str = "rabbitmqctl list_feature_flags name state stability --formatter json";
pub const QUEUES: &str = "rabbitmqctl list_queues name type members online leader --formatter json";

/// A node of the cluster.
pub struct Node<'a> {
    /// Its name.
    pub name: &'a str,
    /// What it runs; none where it is down.
    pub series: Option<Series>,
    /// Whether it was drained.
    pub drained: bool,
    /// Where it is named.
    pub found: Found<'a>,
}

/// A feature flag.
pub struct Flag<'a> {
    /// Its name.
    pub name: &'a str,
    /// `enabled`, `disabled`, `unavailable`.
    pub state: &'a str,
    /// `required`, `stable`, `experimental`; none where the columns leave it out.
    pub stability: Option<&'a str>,
    /// Where it stands.
    pub found: Found<'a>,
}

/// A queue.
pub struct Queue<'a> {
    /// Its name.
    pub name: &'a str,
    /// `quorum`, `stream`, `classic`, and what else there is.
    pub kind: &'a str,
    /// The nodes that it lives on; empty where the release does not tell them.
    pub members: Vec<&'a str>,
    /// Those whose replica runs.
    pub online: Vec<&'a str>,
    /// The node that leads it.
    pub leader: Option<&'a str>,
    /// Where it stands.
    pub found: Found<'a>,
}

/// All outputs.
pub struct Outputs<'a> {
    /// The status of the cluster.
    pub status: Found<'a>,
    /// Its nodes.
    pub nodes: Vec<Node<'a>>,
    /// All feature flags that the node that was asked knows.
    pub flags: Vec<Flag<'a>>,
    /// The queues.
    pub queues: Vec<Queue<'a>>,
    /// How many alarms there are.
    pub alarms: usize,
}

impl<'a> Outputs<'a> {
    /// Tells the outputs apart, whatever their order, and reads them.
    ///
    /// # Errors
    /// Where one is something else, or missing, or they do not fit together.
    pub fn read(outputs: &[Found<'a>]) -> Result<Self, Diagnostics> {
        let mut all = Diagnostics::default();
        let (mut status, mut lists) = (None::<Found<'a>>, Vec::new());
        let (mut queues, mut queues_are_given) = (Vec::new(), false);
        for output in outputs {
            match kind_of(*output) {
                Some(Kind::Status) => {
                    if let Some(first) = status {
                        let message = "the status of the cluster is given twice";
                        all.push(
                            Diagnostic::error(Code::OtherOutput, message)
                                .at(output.source, output.place(), "given again")
                                .also(first.source, first.place(), "first given here")
                                .help("one node tells of all: name the newer one only"),
                        );
                    }
                    status.get_or_insert(*output);
                }
                Some(Kind::Flags) => lists.push(*output),
                Some(Kind::Queues) => {
                    queues_are_given = true;
                    each(*output, queue, &mut queues, &mut all);
                }
                None => all.push(neither(*output)),
            }
        }
        if all.has_errors() {
            return Err(all);
        }
        let Some(status) = status else {
            return Err(missing("no status of the cluster is given", STATUS));
        };
        if !queues_are_given {
            let message = "no list of queues is given: where quorum queues live is not known";
            return Err(missing(message, QUEUES));
        }
        let nodes = nodes(status).unwrap_or_else(|found| {
            all.extend(found);
            Vec::new()
        });
        let mut flags = Vec::new();
        match status.need("feature_flags") {
            Ok(list) => each(list, flag, &mut flags, &mut all),
            Err(diagnostic) => all.push(*diagnostic),
        }
        for list in lists {
            let mut more = Vec::new();
            each(list, flag, &mut more, &mut all);
            for flag in &more {
                if let Err(diagnostic) = agree(flag, &flags, status) {
                    all.push(*diagnostic);
                }
            }
        }
        let alarms = alarms(status).unwrap_or_else(|diagnostic| {
            all.push(*diagnostic);
            0
        });
        if all.has_errors() {
            return Err(all);
        }
        Ok(Self {
            status,
            nodes,
            flags,
            queues,
            alarms,
        })
    }
}

enum Kind {
    Status,
    Flags,
    Queues,
}

fn kind_of(output: Found<'_>) -> Option<Kind> {
    if output.get("running_nodes").is_some() {
        return Some(Kind::Status);
    }
    let Ok(mut items) = output.items() else {
        return None;
    };
    let Some(first) = items.next() else {
        // There is always a feature flag, but not always a queue.
        return Some(Kind::Queues);
    };
    first.get("name")?;
    let has = |key| first.get(key).is_some();
    if has("state") && !has("type") {
        Some(Kind::Flags)
    } else if has("type") || has("messages") || has("members") || has("leader") {
        Some(Kind::Queues)
    } else {
        None
    }
}

fn neither(output: Found<'_>) -> Diagnostic {
    let first = output.items().ok().and_then(|mut items| items.next());
    let of_one_queue = first.is_some_and(|item| item.get("Node Name").is_some());
    let message = if of_one_queue {
        "this is what `rabbitmq-queues quorum_status` prints: it tells of one queue only"
    } else {
        "this is no status of a cluster, list of feature flags or list of queues of RabbitMQ"
    };
    Diagnostic::error(Code::OtherOutput, message)
        .at(output.source, output.place(), "")
        .help(format!(
            "`{STATUS}` prints an object with the key `running_nodes`"
        ))
        .help(format!(
            "`{QUEUES}` prints a list `[{{\"name\": …, \"type\": …}}, …]`"
        ))
}

fn missing(message: &str, command: &str) -> Diagnostics {
    only(Diagnostic::error(Code::NotTold, message).help(format!("add what `{command}` prints")))
}

/// Reads the items of a list, and keeps what is wrong with each.
fn each<'a, T>(
    list: Found<'a>,
    read: fn(Found<'a>) -> Read<T>,
    into: &mut Vec<T>,
    all: &mut Diagnostics,
) {
    let items = match list.items() {
        Ok(items) => items,
        Err(diagnostic) => return all.push(*diagnostic),
    };
    for item in items {
        match read(item) {
            Ok(item) => into.push(item),
            Err(diagnostic) => all.push(*diagnostic),
        }
    }
}

fn nodes(status: Found<'_>) -> Result<Vec<Node<'_>>, Diagnostics> {
    let mut all = Diagnostics::default();
    let mut listed: Vec<Found<'_>> = Vec::new();
    // There are no nodes with their tables in RAM since 4.3.
    for (key, wanted) in [("disk_nodes", true), ("ram_nodes", false)] {
        let list = if wanted {
            status.need(key).map_err(|diagnostic| only(*diagnostic))?
        } else if let Some(list) = status.get(key) {
            list
        } else {
            continue;
        };
        listed.extend(list.items().map_err(|diagnostic| only(*diagnostic))?);
    }
    let mut nodes: Vec<Node<'_>> = Vec::new();
    for found in listed.iter().copied() {
        match node(status, found) {
            Ok(node) if nodes.iter().any(|known| known.name == node.name) => {
                let message = format!("the node `{}` is listed twice", node.name);
                all.push(Diagnostic::error(Code::OtherOutput, message).at(
                    found.source,
                    found.place(),
                    "",
                ));
            }
            Ok(node) => nodes.push(node),
            Err(diagnostic) => all.push(*diagnostic),
        }
    }
    if nodes.is_empty() && !all.has_errors() {
        let message = "the cluster has no nodes";
        all.push(Diagnostic::error(Code::OtherOutput, message).at(
            status.source,
            status.place(),
            "",
        ));
    }
    let running = status.need("running_nodes").and_then(Found::items);
    for found in running.map_err(|diagnostic| only(*diagnostic))? {
        match found.text() {
            Ok(name) if listed.iter().any(|node| node.json.text() == Some(name)) => {}
            Ok(name) => {
                let message = format!("`{name}` runs, and is no node of the cluster");
                all.push(Diagnostic::error(Code::OtherOutput, message).at(
                    found.source,
                    found.place(),
                    "",
                ));
            }
            Err(diagnostic) => all.push(*diagnostic),
        }
    }
    if let Err(diagnostic) = whole(status) {
        all.push(*diagnostic);
    }
    nodes.sort_by(|a, b| a.name.cmp(b.name));
    if all.has_errors() {
        Err(all)
    } else {
        Ok(nodes)
    }
}

/// A network that is split is no state to begin an upgrade in.
fn whole(status: Found<'_>) -> Read<()> {
    let Some(found) = status.get("partitions") else {
        return Ok(());
    };
    let none = match &found.json.kind {
        JsonKind::Object(keys) => keys.is_empty(),
        JsonKind::Array(items) => items.is_empty(),
        _ => false,
    };
    if none {
        return Ok(());
    }
    let message = "the network is split: the rules are about clusters that are whole";
    Err(Box::new(
        Diagnostic::error(Code::OtherOutput, message)
            .at(found.source, found.place(), "the partitions")
            .help("heal it first, as rabbitmq.com/docs/partitions says, and record again"),
    ))
}

fn node<'a>(status: Found<'a>, found: Found<'a>) -> Read<Node<'a>> {
    let name = found.text()?;
    let mut running = false;
    for item in status.need("running_nodes")?.items()? {
        running |= item.text()? == name;
    }
    if !running {
        return Ok(Node {
            name,
            series: None,
            drained: false,
            found,
        });
    }
    let at = status
        .need("versions")?
        .need(name)?
        .need("rabbitmq_version")?;
    let version = at.text()?;
    let Some(series) = Series::read(version) else {
        let message = format!("RabbitMQ {version} is not covered: {COVERED}");
        return Err(Box::new(
            Diagnostic::error(Code::UnknownVersion, message).at(at.source, at.place(), ""),
        ));
    };
    let maintenance = status.get("maintenance_status").and_then(|m| m.get(name));
    let drained = match maintenance {
        None => false,
        Some(found) => match found.text()? {
            "not under maintenance" => false,
            "marked for maintenance" => true,
            _ => return Err(found.other("`not under maintenance` or `marked for maintenance`")),
        },
    };
    Ok(Node {
        name,
        series: Some(series),
        drained,
        found,
    })
}

fn alarms(status: Found<'_>) -> Read<usize> {
    status
        .get("alarms")
        .map_or(Ok(0), |alarms| Ok(alarms.items()?.count()))
}

fn flag(item: Found<'_>) -> Read<Flag<'_>> {
    let name = item.need("name")?.text()?;
    let at = item.need("state")?;
    let state = at.text()?;
    if !matches!(state, "enabled" | "disabled" | "unavailable") {
        let message = format!("the feature flag `{name}` is {state}: this is no state that lasts");
        return Err(Box::new(
            Diagnostic::error(Code::OtherOutput, message)
                .at(at.source, at.place(), "")
                .help("wait until it is enabled or disabled, and record again"),
        ));
    }
    Ok(Flag {
        name,
        state,
        stability: item.get("stability").map(Found::text).transpose()?,
        found: item,
    })
}

/// What a list of feature flags says must be what the status of the cluster says.
fn agree(flag: &Flag<'_>, flags: &[Flag<'_>], status: Found<'_>) -> Read<()> {
    let known = flags.iter().find(|known| known.name == flag.name);
    if known.is_some_and(|known| known.state == flag.state) {
        return Ok(());
    }
    let message = match known {
        Some(known) => format!(
            "the feature flag `{}` is {} here, and {} in the status of the cluster",
            flag.name, flag.state, known.state
        ),
        None => format!(
            "the feature flag `{}` is not in the status of the cluster",
            flag.name
        ),
    };
    let other = known.map_or(status, |known| known.found);
    Err(Box::new(
        Diagnostic::error(Code::OtherOutput, message)
            .at(flag.found.source, flag.found.place(), "")
            .also(other.source, other.place(), "the status")
            .help(format!(
                "record both one after the other, from the same node; `{STATUS}` alone will do as well, as it tells what `{FLAGS}` tells"
            )),
    ))
}

fn queue(item: Found<'_>) -> Read<Queue<'_>> {
    let with_command = |diagnostic: Box<Diagnostic>| {
        Box::new(diagnostic.help(format!("name the columns: `{QUEUES}`")))
    };
    let name = item.need("name").and_then(Found::text)?;
    let kind = item
        .need("type")
        .and_then(Found::text)
        .map_err(with_command)?;
    let column = |key| item.need(key).map_err(with_command);
    let leader = column("leader")?.text()?;
    Ok(Queue {
        name,
        kind,
        members: names(column("members")?)?,
        online: names(column("online")?)?,
        leader: Some(leader).filter(|leader| !leader.is_empty()),
        found: item,
    })
}

/// A list of nodes; an empty text stands for none.
fn names(found: Found<'_>) -> Read<Vec<&str>> {
    if found.json.text() == Some("") {
        return Ok(Vec::new());
    }
    found.items()?.map(Found::text).collect()
}
