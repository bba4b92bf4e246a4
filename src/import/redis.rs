//! Redis and Valkey: `INFO` of each instance, with what Sentinels know of them or `CLUSTER NODES`, as a cluster for the rules
//! `redis`.
//!
//! What none of them tells is taken for the worse of what may be: a plan that holds then holds for what is.

mod cluster;
mod info;
mod lines;
mod node;
mod outputs;
mod release;
mod sentinel;
mod shards;
mod watched;

use std::sync::Arc;

use serde_json::{Map, Value};

use crate::language::codes::Code;
use crate::language::diagnostic::{Diagnostic, Diagnostics};
use crate::language::source::Source;

use super::answers::{self, Answers};
use super::cluster_file::ClusterFile;
use super::found::Read;
use super::names::Names;
use super::{Imported, only};
use outputs::{Outputs, missing};
use release::{COVERED, Release};
use shards::{Instance, Shard, covered};

/// What a replica has where nobody says anything else.
const USUAL_PRIORITY: u32 = 100;

/// Reads all outputs.
pub fn read(sources: &[Arc<Source>], answers: &mut Answers) -> Result<Imported, Diagnostics> {
    let outputs = Outputs::read(sources)?;
    let mut notes = Vec::new();
    let mut names = Names::default();
    let in_cluster = !outputs.nodes.is_empty();
    if let (Some(node), Some(watched)) = (outputs.nodes.first(), outputs.watched.first()) {
        let message = "the nodes of a cluster are watched by no Sentinel: these are two clusters";
        return Err(only(
            watched
                .line
                .wrong(message)
                .also(node.line.source, node.line.span(), "a node of a cluster")
                .help("import one of them"),
        ));
    }
    all_are_there(&outputs)?;
    let shards = if in_cluster {
        cluster::shards(&outputs, answers, &mut names, &mut notes)?
    } else {
        sentinel::shards(&outputs, answers, &mut names, &mut notes)?
    };
    let mut files: Vec<&str> = sources.iter().map(|source| source.name.as_str()).collect();
    files.sort_unstable();
    let description = format!("Imported from {}.", files.join(" and "));
    written(description, in_cluster, shards, answers, &mut notes)
        .map(|file| Imported {
            text: file.text(),
            notes,
        })
        .map_err(|diagnostic| only(*diagnostic))
}

/// Each of the two kinds of outputs has to be there.
fn all_are_there(outputs: &Outputs<'_>) -> Result<(), Diagnostics> {
    let known = !outputs.nodes.is_empty() || !outputs.watched.is_empty();
    if outputs.infos.is_empty() {
        if !known {
            return Err(missing(
                "a Sentinel's own INFO does not tell of the instances",
                &[
                    "for each instance: `redis-cli -h HOST INFO`",
                    "and of a Sentinel: `redis-cli -p 26379 SENTINEL MASTERS` and `SENTINEL REPLICAS NAME`",
                ],
            ));
        }
        let help = if outputs.nodes.is_empty() {
            "add what `redis-cli -h HOST INFO` prints of each instance, or `redis-cli -p 26379 SENTINEL INFO-CACHE` of all"
        } else {
            "add what `redis-cli --cluster call HOST:PORT INFO` prints"
        };
        return Err(missing("no INFO tells what the instances run", &[help]));
    }
    if known {
        return Ok(());
    }
    if outputs.infos.iter().any(|info| info.in_cluster) {
        return Err(missing(
            "nothing tells which nodes make a shard",
            &["add what `redis-cli -h HOST CLUSTER NODES` prints of one node"],
        ));
    }
    Err(missing(
        "nothing tells which instances make a shard, and what it is called",
        &[
            "add what `redis-cli -p 26379 SENTINEL MASTERS` and `SENTINEL REPLICAS NAME` print",
            "primaries and replicas without a Sentinel are written by hand, as docs/clusters.md says",
        ],
    ))
}

/// The cluster file of shards that are known.
fn written(
    description: String,
    in_cluster: bool,
    mut shards: Vec<Shard<'_>>,
    answers: &mut Answers,
    notes: &mut Vec<String>,
) -> Read<ClusterFile> {
    for shard in &shards {
        usual_size(shard)?;
    }
    let target = target(&shards, answers, notes)?;
    let copies = copies(&shards, answers, notes)?;
    if !in_cluster {
        priorities(&mut shards, answers, notes)?;
    }
    let modules = shards.iter().flat_map(|shard| &shard.instances);
    if let Some(instance) = modules
        .filter(|instance| instance.modules)
        .min_by(|a, b| a.name.cmp(&b.name))
    {
        notes.push(format!(
            "`{}` has modules: whether they read each other's data is not covered",
            instance.name
        ));
    }
    let mut unsaid = false;
    let mut objects = (Vec::new(), Vec::new());
    for shard in &shards {
        let mut fields = Map::new();
        let mut add = |key: &str, value: Value| drop(fields.insert(key.to_owned(), value));
        if in_cluster {
            add("mode", "cluster".into());
        }
        if !persistent(shard, answers, &mut unsaid)? {
            add("persistent", false.into());
        }
        if shard.instances.len() != 2 {
            add("size", shard.instances.len().into());
        }
        objects.0.push((shard.name.clone(), fields));
        for instance in &shard.instances {
            objects
                .1
                .push((instance.name.clone(), fields_of(instance, shard)));
        }
    }
    if unsaid {
        notes.push(
            "whether instances have their data after a restart is not told: they are taken to have none; add what \
             `CONFIG GET save` prints, or say `--set persistent=true` where they have"
                .to_owned(),
        );
    }
    let mut params = Map::new();
    params.insert("target".to_owned(), target.name().into());
    if copies != 1 {
        params.insert("copies".to_owned(), copies.into());
    }
    Ok(ClusterFile {
        description,
        rules: "redis",
        params,
        objects: vec![("shard", objects.0), ("instance", objects.1)],
    })
}

/// Defaults of the rules are left out.
fn fields_of(instance: &Instance, shard: &Shard<'_>) -> Map<String, Value> {
    let mut fields = Map::new();
    let mut add = |key: &str, value: Value| drop(fields.insert(key.to_owned(), value));
    add("shard", shard.name.as_str().into());
    add("release", instance.release.name().into());
    if instance.primary {
        add("primary", true.into());
    }
    if let Some(priority) = instance.priority.filter(|p| *p != USUAL_PRIORITY) {
        add("priority", priority.into());
    }
    if !instance.up {
        add("up", false.into());
    }
    if !instance.data {
        add("data", false.into());
    }
    if !instance.linked {
        add("link", "down".into());
    }
    fields
}

fn usual_size(shard: &Shard<'_>) -> Read<()> {
    let size = shard.instances.len();
    if (2..=6).contains(&size) {
        return Ok(());
    }
    let name = &shard.name;
    let (message, help) = if size < 2 {
        (
            format!("`{name}` has no replica: nobody serves it while its primary is upgraded"),
            "add a replica first; the rules are about primaries with replicas",
        )
    } else {
        (
            format!("`{name}` has {size} instances, and the rules are about up to 6"),
            "write the cluster by hand, as docs/clusters.md says, with the replicas that matter",
        )
    };
    Err(Box::new(shard.line.wrong(message).help(help)))
}

/// Where the upgrade goes: to the newest that any instance runs already, or to the newest of the same product.
fn target(shards: &[Shard<'_>], answers: &mut Answers, notes: &mut Vec<String>) -> Read<Release> {
    let instances = || shards.iter().flat_map(|shard| &shard.instances);
    let release = |instance: &Instance| instance.release;
    let oldest = instances().map(release).min();
    let newest = instances().map(release).max();
    let (Some(oldest), Some(newest)) = (oldest, newest) else {
        let message = "no instances are told of";
        return Err(Box::new(Diagnostic::error(Code::NotTold, message)));
    };
    let given = answers.of("target");
    let target = match &given {
        Some(value) => covered("target", value)?,
        None if oldest != newest => newest,
        None => newest.newest(),
    };
    let example =
        "say where the upgrade goes: `--set target=valkey-8.1.1`, `--set target=redis-7.2`";
    if oldest == target && newest == target {
        let message = format!(
            "all instances run {} already, and the rules do not tell its releases apart",
            target.told()
        );
        let code = if given.is_some() {
            Code::BadOption
        } else {
            Code::NotTold
        };
        return Err(Box::new(
            Diagnostic::error(code, message).help(COVERED).help(example),
        ));
    }
    for instance in instances() {
        let (name, runs) = (&instance.name, instance.release);
        if runs > target || !target.reads(runs) {
            let why = if runs > target {
                "is before it".to_owned()
            } else {
                format!("cannot read its data: RDB format {}", runs.rdb())
            };
            let message = format!(
                "`{name}` runs {}, and {}, the target, {why}",
                runs.told(),
                target.told()
            );
            return Err(Box::new(
                Diagnostic::error(Code::BadOption, message).help(example),
            ));
        }
    }
    if given.is_none() {
        notes.push(format!(
            "the target is {}: another one is given by name, such as `--set target=valkey-8.1.1` or `--set target=redis-7.2`",
            target.told()
        ));
    }
    Ok(target)
}

/// How many instances have to have the data at any time: two, where none would be missed for that.
fn copies(shards: &[Shard<'_>], answers: &mut Answers, notes: &mut Vec<String>) -> Read<u32> {
    if let Some(value) = answers.of("copies") {
        return value
            .parse()
            .ok()
            .filter(|copies| (1..=5).contains(copies))
            .ok_or_else(|| {
                let diagnostic = answers::refused("copies", &value, "the number of copies");
                Box::new(diagnostic.help("write a whole number from 1 to 5"))
            });
    }
    let with_data = |shard: &Shard<'_>| shard.instances.iter().filter(|i| i.data).count();
    if shards.iter().all(|shard| with_data(shard) >= 3) {
        notes.push(
            "two instances of a shard are to have the data at any time: say `--set copies=1` where one is enough"
                .to_owned(),
        );
        return Ok(2);
    }
    Ok(1)
}

/// A primary does not tell what it is preferred as when it is a replica.
fn priorities(
    shards: &mut [Shard<'_>],
    answers: &mut Answers,
    notes: &mut Vec<String>,
) -> Read<()> {
    let mut unsaid = Vec::new();
    for instance in shards.iter_mut().flat_map(|shard| &mut shard.instances) {
        if let Some((key, value)) = answers
            .of_one(&instance.name, "priority")
            .filter(|_| instance.primary)
        {
            let priority = value.parse().ok().filter(|p| *p <= 1000);
            instance.priority = Some(priority.ok_or_else(|| {
                let diagnostic = answers::refused(&key, &value, "a priority");
                Box::new(diagnostic.help("write a whole number from 0 to 1000"))
            })?);
        } else if instance.primary {
            unsaid.push(instance.name.clone());
        } else if let Some(priority) = instance.priority.filter(|p| *p > 1000) {
            let message = format!(
                "`{}` has the priority {priority}, and the rules are about up to 1000",
                instance.name
            );
            return Err(Box::new(Diagnostic::error(Code::OtherOutput, message)));
        }
    }
    if let Some(name) = unsaid.first() {
        notes.push(format!(
            "the `replica-priority` of primaries is not told: {USUAL_PRIORITY} is taken; say `--set {name}.priority=0` where it is another"
        ));
    }
    Ok(())
}

/// Whether all instances of a shard have their data after a restart: the worse is that they do not.
fn persistent(shard: &Shard<'_>, answers: &mut Answers, unsaid: &mut bool) -> Read<bool> {
    let answer = answers.of_one(&shard.name, "persistent");
    if shard.instances.iter().any(|i| i.persistent == Some(false)) {
        return Ok(false);
    }
    if shard.instances.iter().all(|i| i.persistent == Some(true)) {
        return Ok(true);
    }
    if let Some((key, value)) = answer {
        return answers::flag(&key, &value);
    }
    *unsaid = true;
    Ok(false)
}
