//! Elasticsearch and OpenSearch: `_cat/nodes`, `_cat/shards` and `_cluster/settings`, as a cluster for the rules
//! `elasticsearch`.

mod outputs;
mod release;
mod shards;
mod step;

use std::sync::Arc;

use serde_json::{Map, Value};

use crate::language::codes::Code;
use crate::language::diagnostic::{Diagnostic, Diagnostics};
use crate::language::source::Source;

use super::answers::{self, Answers};
use super::cluster_file::{ClusterFile, Objects, imported_from};
use super::found::Read;
use super::json_outputs::JsonOutputs;
use super::leave_out::LeaveOut;
use super::names::Names;
use super::{Imported, only};
pub use outputs::{NODES, SETTINGS, SHARDS};
use outputs::{Node, Outputs};
use shards::Folded;
use step::Step;

/// What decides whether shards are allocated.
const ENABLE: &str = "cluster.routing.allocation.enable";

/// Reads the outputs.
pub fn read(sources: &[Arc<Source>], answers: &mut Answers) -> Result<Imported, Diagnostics> {
    let values = JsonOutputs::read(sources)?;
    let outputs = Outputs::read(&values.found())?;
    let mut notes = Vec::new();
    written(&outputs, answers, &mut notes)
        .map(|file| Imported {
            text: file.text(),
            notes,
        })
        .map_err(|diagnostic| only(*diagnostic))
}

fn written(
    outputs: &Outputs<'_>,
    answers: &mut Answers,
    notes: &mut Vec<String>,
) -> Read<ClusterFile> {
    let step = Step::read(&outputs.nodes, answers, notes)?;
    enough_to_elect(&outputs.nodes)?;
    let mut out = LeaveOut::read(answers);
    let every = every_shard(answers)?;
    let Folded {
        kept,
        notes: about_shards,
    } = shards::fold(&outputs.copies, &outputs.nodes, &mut out, every)?;
    out.all_are_of_use("index")?;
    let only_primaries = only_primaries(outputs)?;
    notes.extend(about_shards);
    let mut names = Names::default();
    let nodes: Vec<String> = outputs
        .nodes
        .iter()
        .map(|node| names.give(node.name, "node", notes))
        .collect();
    let mut cluster = Map::new();
    match outputs.nodes.iter().position(|node| node.master) {
        Some(master) => {
            cluster.insert("master".to_owned(), nodes[master].as_str().into());
        }
        None => {
            notes.push("no node is the elected master: the cluster elects one first".to_owned());
        }
    }
    if only_primaries {
        cluster.insert("only_primaries".to_owned(), true.into());
    }
    let shards: Objects = kept
        .into_iter()
        .map(|(name, placed)| {
            let mut fields = Map::new();
            if !placed.replicas {
                fields.insert("replicas".to_owned(), 0.into());
            }
            fields.insert("primary".to_owned(), nodes[placed.primary].as_str().into());
            if let Some(replica) = placed.replica {
                fields.insert("replica".to_owned(), nodes[replica].as_str().into());
            }
            (names.give(&name, "shard", notes), fields)
        })
        .collect();
    let cluster_name = match outputs.name {
        Some(name) => names.give(name, "cluster", notes),
        None => names.own("cluster"),
    };
    notes.extend(not_covered(outputs, &step));
    let objects = outputs.nodes.iter().zip(nodes);
    let objects = objects
        .map(|(node, name)| (name, fields(node, &step)))
        .collect();
    Ok(ClusterFile {
        description: imported_from(outputs.files.iter().copied()),
        rules: "elasticsearch",
        params: params(&step),
        objects: vec![
            ("node", objects),
            ("cluster", vec![(cluster_name, cluster)]),
            ("shard", shards),
        ],
    })
}

fn params(step: &Step) -> Map<String, Value> {
    let mut params = Map::new();
    params.insert("from".to_owned(), step.name(step.from).into());
    params.insert("to".to_owned(), step.name(step.to).into());
    if step.from.opensearch() {
        params.insert("opensearch".to_owned(), true.into());
    }
    if step.from.major() == step.to.major() {
        params.insert("major_step".to_owned(), false.into());
    }
    params
}

/// Defaults of the rules are left out.
fn fields(node: &Node<'_>, step: &Step) -> Map<String, Value> {
    let mut fields = Map::new();
    if !node.master_eligible {
        fields.insert("master_eligible".to_owned(), false.into());
    }
    if !node.data {
        fields.insert("data".to_owned(), false.into());
    }
    fields.insert("version".to_owned(), step.name(node.release).into());
    fields
}

fn every_shard(answers: &mut Answers) -> Read<bool> {
    match answers.of("shards").as_deref() {
        None => Ok(false),
        Some("all") => Ok(true),
        Some(value) => Err(Box::new(
            answers::refused("shards", value, "what is kept apart")
                .help("write `--set shards=all` to keep shards on different nodes apart"),
        )),
    }
}

/// Whether replicas are not allocated at present.
fn only_primaries(outputs: &Outputs<'_>) -> Read<bool> {
    let Some(found) = outputs.settings.get(ENABLE) else {
        return Ok(false);
    };
    match found.text()? {
        "all" => Ok(false),
        "primaries" => Ok(true),
        other => {
            let message = format!("{ENABLE} is `{other}`: the rules know `all` and `primaries`");
            Err(Box::new(
                Diagnostic::error(Code::OtherOutput, message)
                    .at(found.source, found.place(), "")
                    .help(format!(
                        "set it to `primaries` or back to `all`, and ask again: `{SETTINGS}`"
                    )),
            ))
        }
    }
}

/// The rules elect voting-only nodes as well. That is no better than what happens, so long as each majority has another one.
fn enough_to_elect(nodes: &[Node<'_>]) -> Read<()> {
    let voters = nodes.iter().filter(|node| node.master_eligible).count();
    let mut only = nodes.iter().filter(|node| node.voting_only);
    let Some(first) = only.next() else {
        return Ok(());
    };
    if only.count() < voters / 2 {
        return Ok(());
    }
    let message = "most voters are voting-only nodes, which the rules do not know";
    Err(Box::new(
        Diagnostic::error(Code::OtherOutput, message)
            .at(first.found.source, first.found.place(), "the first of them")
            .help("the rules are about clusters in which each majority can elect one of its own"),
    ))
}

/// What the rules know nothing about.
fn not_covered(outputs: &Outputs<'_>, step: &Step) -> Vec<String> {
    let mut notes = vec![
        "nodes that are down are not listed by `_cat/nodes`: start them first, or there are more than the plan knows"
            .to_owned(),
    ];
    let set = |found: &&(&String, &super::found::Found<'_>)| found.1.json.text() != Some("");
    let begins = [
        "cluster.routing.allocation.exclude.",
        "cluster.routing.allocation.include.",
        "cluster.routing.allocation.require.",
        "cluster.routing.allocation.awareness.",
        "cluster.routing.allocation.total_shards_per_node",
    ];
    let settings: Vec<String> = outputs
        .settings
        .iter()
        .filter(|(name, _)| begins.iter().any(|begin| name.starts_with(begin)))
        .collect::<Vec<_>>()
        .iter()
        .filter(set)
        .map(|(name, _)| format!("`{name}`"))
        .collect();
    if !settings.is_empty() {
        notes.push(format!(
            "{} not covered: a replica is taken to go to any node with data",
            settings.join(", ") + if settings.len() == 1 { " is" } else { " are" }
        ));
    }
    if step.from.major() != step.to.major() {
        notes.push(format!(
            "indices that are too old for {} keep its nodes from starting, and none of these answers tells of them",
            step.to.minor()
        ));
    }
    if outputs.nodes.iter().any(|node| node.voting_only) {
        notes.push(
            "voting-only nodes are not covered: they are taken to be ordinary master-eligible ones"
                .to_owned(),
        );
    }
    notes
}
