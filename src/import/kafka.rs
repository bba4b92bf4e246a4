//! Kafka in KRaft mode: `kafka-metadata-quorum.sh`, `kafka-features.sh` and `kafka-topics.sh`, as a cluster for the rules
//! `kafka`.

mod lines;
mod nodes;
mod outputs;
mod partitions;
mod release;
mod step;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::{Map, Value};

use crate::language::diagnostic::Diagnostics;
use crate::language::source::Source;

use super::answers::{self, Answers};
use super::cluster_file::{ClusterFile, imported_from};
use super::found::Read;
use super::leave_out::LeaveOut;
use super::names::Names;
use super::{Imported, only};
use nodes::{Node, Nodes};
use outputs::Outputs;
pub use outputs::{FEATURES, REPLICATION, STATUS, TOPICS};
use partitions::{Folded, Kept};
use release::Release;
use step::Step;

/// Reads the outputs.
pub fn read(sources: &[Arc<Source>], answers: &mut Answers) -> Result<Imported, Diagnostics> {
    let outputs = Outputs::read(sources)?;
    let mut notes = Vec::new();
    let nodes = Nodes::read(&outputs, answers, &mut notes)?;
    let files = imported_from(sources.iter().map(|source| source.name.as_str()));
    written(&outputs, &nodes, files, answers, &mut notes)
        .map(|file| Imported {
            text: file.text(),
            notes,
        })
        .map_err(|diagnostic| only(*diagnostic))
}

fn written(
    outputs: &Outputs<'_>,
    nodes: &Nodes,
    description: String,
    answers: &mut Answers,
    notes: &mut Vec<String>,
) -> Read<ClusterFile> {
    let step = Step::read(outputs, &nodes.all, answers, notes)?;
    let mut out = LeaveOut::read(answers);
    let every = every_set(answers)?;
    let Folded { kept, notes: about } = partitions::fold(&outputs.partitions, &mut out, every)?;
    out.all_are_of_use("topic")?;
    notes.extend(about);
    let mut names = Names::default();
    let called: BTreeMap<u32, String> = nodes
        .all
        .iter()
        .map(|node| (node.id, names.own(&node.name)))
        .collect();
    let mut params = Map::new();
    params.insert("from".to_owned(), step.from.name().into());
    params.insert("to".to_owned(), step.to.name().into());
    if zk_migration(&step, answers, notes)? {
        params.insert("zk_migration".to_owned(), true.into());
    }
    let mut metadata = Map::new();
    metadata.insert("finalized".to_owned(), step.finalized.name().into());
    let objects = nodes
        .all
        .iter()
        .map(|node| (called[&node.id].clone(), fields(node)));
    let objects = objects.collect();
    let metadata = vec![(names.own("cluster"), metadata)];
    let partitions = kept.into_iter().map(|kept| {
        let name = kept.name.clone();
        let fields = partition(&kept, &called);
        (names.own(name.as_deref().unwrap_or("partitions")), fields)
    });
    let partitions = partitions.collect();
    Ok(ClusterFile {
        description,
        rules: "kafka",
        params,
        objects: vec![
            ("node", objects),
            ("metadata", metadata),
            ("partition", partitions),
        ],
    })
}

/// Defaults of the rules are left out.
fn fields(node: &Node) -> Map<String, Value> {
    let mut fields = Map::new();
    for (key, wanted) in [
        ("broker", node.broker),
        ("controller", node.controller),
        ("voter", node.voter),
    ] {
        if wanted {
            fields.insert(key.to_owned(), true.into());
        }
    }
    fields.insert("release".to_owned(), node.release.name().into());
    fields.insert("registered".to_owned(), node.release.name().into());
    if !node.running {
        fields.insert("state".to_owned(), "stopped".into());
    }
    fields
}

fn partition(kept: &Kept, called: &BTreeMap<u32, String>) -> Map<String, Value> {
    let list = |ids: &BTreeSet<u32>| {
        let names = ids.iter().filter_map(|id| called.get(id));
        Value::from(names.map(String::as_str).collect::<Vec<&str>>())
    };
    let mut fields = Map::new();
    fields.insert("replicas".to_owned(), list(&kept.replicas));
    fields.insert("min_insync_replicas".to_owned(), kept.min.into());
    fields.insert("isr".to_owned(), list(&kept.isr));
    fields
}

fn every_set(answers: &mut Answers) -> Read<bool> {
    match answers.of("partitions").as_deref() {
        None => Ok(false),
        Some("all") => Ok(true),
        Some(value) => Err(Box::new(
            answers::refused("partitions", value, "what is kept apart")
                .help("write `--set partitions=all` to keep all sets of brokers apart"),
        )),
    }
}

/// ZooKeeper ends with 3.9. That a migration goes on is the exception; Kafka refuses to finalize then.
fn zk_migration(step: &Step, answers: &mut Answers, notes: &mut Vec<String>) -> Read<bool> {
    if step.from >= Release::V4_0 {
        return Ok(false);
    }
    if let Some(value) = answers.of("zk_migration") {
        return answers::flag("zk_migration", &value);
    }
    notes.push(
        "that ZooKeeper is not being migrated from is taken for granted; say `--set zk_migration=true` where it is"
            .to_owned(),
    );
    Ok(false)
}
