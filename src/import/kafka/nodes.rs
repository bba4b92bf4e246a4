//! Which nodes there are, what they are for, whether they run, and what.

use std::collections::BTreeSet;

use crate::import::answers::Answers;
use crate::import::found::Read;
use crate::import::only;
use crate::language::codes::Code;
use crate::language::diagnostic::{Diagnostic, Diagnostics};

use super::outputs::{Outputs, REPLICATION};
use super::release::{COVERED, Release};

/// Who has not fetched for so long is down. A follower that runs fetches every half second.
const SILENT_MS: i64 = 10_000;

/// A node as the cluster file has it.
#[derive(Debug)]
pub struct Node {
    pub id: u32,
    pub name: String,
    pub broker: bool,
    pub controller: bool,
    pub voter: bool,
    pub running: bool,
    pub release: Release,
}

/// All nodes, by id.
#[derive(Debug)]
pub struct Nodes {
    pub all: Vec<Node>,
}

impl Nodes {
    /// Puts together what the outputs tell.
    ///
    /// # Errors
    /// Where they do not fit together, or something has to be asked.
    pub fn read(
        outputs: &Outputs<'_>,
        answers: &mut Answers,
        notes: &mut Vec<String>,
    ) -> Result<Self, Diagnostics> {
        let status = &outputs.status;
        let hosts: BTreeSet<u32> = outputs
            .partitions
            .iter()
            .flat_map(|partition| partition.replicas.clone())
            .collect();
        let running = running(outputs).map_err(|diagnostic| only(*diagnostic))?;
        let mut ids: BTreeSet<u32> = hosts.union(&status.voters).copied().collect();
        ids.extend(&status.observers);
        let told = told(outputs);
        let mut all = Diagnostics::default();
        let mut nodes = Vec::new();
        let mut idle = Vec::new();
        // The first one whose release nobody tells by name.
        let mut taken: Option<String> = None;
        for id in ids {
            let voter = status.voters.contains(&id);
            let hosts_some = hosts.contains(&id);
            let mut node = Node {
                id,
                name: String::new(),
                broker: hosts_some || !voter,
                controller: voter,
                voter,
                running: running.contains(&id),
                release: Release::NEWEST,
            };
            node.name = name(&node);
            if !hosts_some && !voter {
                match role(&mut node, answers) {
                    Ok(true) => {}
                    Ok(false) => idle.push(format!("`{}`", node.name)),
                    Err(diagnostic) => all.push(*diagnostic),
                }
            }
            match release(&node, told, outputs, answers) {
                Ok((release, by_name)) => {
                    if !by_name && taken.is_none() {
                        taken = Some(node.name.clone());
                    }
                    nodes.push(Node { release, ..node });
                }
                Err(diagnostic) => {
                    all.push(*diagnostic);
                    // Of the others nothing else would be said.
                    if node.running {
                        break;
                    }
                }
            }
        }
        if let Err(diagnostic) = in_sync_run(outputs, &running) {
            all.push(*diagnostic);
        }
        if all.has_errors() {
            return Err(all);
        }
        if let (Some(told), Some(first)) = (told, taken) {
            notes.push(format!(
                "the node that was asked for its features runs {0}, and all others are taken to do so; \
                 say `--set {1}.release=…` for one that does not",
                told.text(),
                first
            ));
        }
        if !idle.is_empty() {
            notes.push(format!(
                "{} no partition and no vote: taken for brokers; say `--set broker1.role=controller` of a controller without a vote",
                idle.join(", ") + if idle.len() == 1 { " has" } else { " have" }
            ));
        }
        Ok(Self { all: nodes })
    }
}

/// Its name by its roles, as `process.roles` has them.
fn name(node: &Node) -> String {
    let role = match (node.broker, node.controller) {
        (true, true) => "node",
        (true, false) => "broker",
        _ => "controller",
    };
    format!("{role}{}", node.id)
}

/// Whoever follows the quorum without a vote and without a partition. Says whether the operator told what it is.
fn role(node: &mut Node, answers: &mut Answers) -> Read<bool> {
    let key = format!("{}.role", node.name);
    let Some(value) = answers.of(&key) else {
        return Ok(false);
    };
    match value.as_str() {
        "broker" => {}
        "controller" => {
            node.broker = false;
            node.controller = true;
        }
        _ => {
            let diagnostic = crate::import::answers::refused(&key, &value, "the role");
            return Err(Box::new(diagnostic.help("write `broker` or `controller`")));
        }
    }
    Ok(true)
}

/// Who runs: who has fetched from the leader lately.
fn running(outputs: &Outputs<'_>) -> Read<BTreeSet<u32>> {
    let status = &outputs.status;
    let all = status.voters.union(&status.observers).copied();
    if let Some(table) = &outputs.replication {
        let lately = |id: &u32| {
            let time = table.fetched.get(id).copied().unwrap_or(-1);
            time >= 0 && table.now.saturating_sub(time) <= SILENT_MS
        };
        return Ok(all.filter(lately).collect());
    }
    if (0..=SILENT_MS).contains(&status.lag) {
        return Ok(all.collect());
    }
    let message = "a controller is behind, and it is not told which one";
    Err(Box::new(
        Diagnostic::error(Code::NotTold, message)
            .at(status.at.source, status.at.span(), "this quorum")
            .help(format!("add what `{REPLICATION}` prints")),
    ))
}

/// The release of the node that was asked for its features, where all that were asked have the same.
fn told(outputs: &Outputs<'_>) -> Option<Release> {
    let mut newest = outputs.supported.iter().map(|supported| supported.newest);
    let first = newest.next()?;
    newest
        .all(|other| other == first)
        .then(|| Release::of_newest(first))
        .flatten()
}

/// Its release, and whether the operator told it.
fn release(
    node: &Node,
    told: Option<Release>,
    outputs: &Outputs<'_>,
    answers: &mut Answers,
) -> Read<(Release, bool)> {
    // What answered runs: it says nothing about what is installed on a node that does not.
    let given = if node.running {
        answers.of_one(&node.name, "release")
    } else {
        let own = format!("{}.release", node.name);
        answers.of(&own).map(|value| (own, value))
    };
    if let Some((key, value)) = given {
        return covered(&key, &value).map(|release| (release, true));
    }
    let (message, help) = match (node.running, told) {
        (true, Some(told)) => return Ok((told, false)),
        (true, None) => (
            format!("which release `{}` runs is not told", node.name),
            "say it for all, `--set release=3.9`, or for one",
        ),
        (false, _) => (
            format!(
                "`{}` does not run, and which release is installed is not told",
                node.name
            ),
            "start it, and ask again; or say it",
        ),
    };
    let supported = &outputs.supported[0];
    let key = &node.name;
    if node.running && outputs.supported.len() == 1 {
        let at = supported.newest_at;
        let message = format!(
            "no release that is covered supports up to `{}` and no further: {COVERED}",
            at.text
        );
        return Err(Box::new(
            Diagnostic::error(Code::UnknownVersion, message)
                .at(at.source, at.span(), "")
                .help(
                    "where one that is covered runs nevertheless, say which: `--set release=3.9`",
                ),
        ));
    }
    let at = supported.at;
    Err(Box::new(
        Diagnostic::error(Code::NotTold, message)
            .at(at.source, at.span(), "this is of one node that runs")
            .help(format!("{help}: `--set {key}.release=3.9`")),
    ))
}

/// A release that the operator gives.
pub fn covered(key: &str, value: &str) -> Read<Release> {
    Release::read(value).ok_or_else(|| {
        let message =
            format!("`--set {key}={value}` names a release that is not covered: {COVERED}");
        Box::new(
            Diagnostic::error(Code::UnknownVersion, message)
                .help(format!("write a release such as `--set {key}=3.9`")),
        )
    })
}

/// Who is in an ISR runs, or is the last one in it.
fn in_sync_run(outputs: &Outputs<'_>, running: &BTreeSet<u32>) -> Read<()> {
    for partition in &outputs.partitions {
        let down = partition.isr.iter().find(|id| !running.contains(id));
        if let Some(down) = down
            && partition.isr.len() > 1
        {
            let message = format!("node {down} is in the ISR, and the quorum does not see it");
            return Err(Box::new(
                Diagnostic::error(Code::OtherOutput, message)
                    .at(partition.at.source, partition.at.span(), "in this one")
                    .also(
                        outputs.status.at.source,
                        outputs.status.at.span(),
                        "of this quorum",
                    )
                    .help("record all outputs one after the other, of the same cluster"),
            ));
        }
    }
    Ok(())
}
