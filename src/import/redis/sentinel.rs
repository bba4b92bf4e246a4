//! Instances that Sentinels watch.

use std::collections::BTreeSet;

use crate::import::answers::Answers;
use crate::import::names::Names;
use crate::language::codes::Code;
use crate::language::diagnostic::Diagnostics;

use super::lines::Line;
use super::outputs::{Outputs, missing};
use super::shards::{Instance, Listed, Shard};
use super::watched::{Role, Watched};

const ASK: &str =
    "`redis-cli -h HOST INFO`, or a Sentinel: `redis-cli -p 26379 SENTINEL INFO-CACHE`";

/// A primary, and how many replicas it is to have.
struct Primary<'a, 'b> {
    watched: &'b Watched<'a>,
    replicas: Line<'a>,
}

/// A shard for each primary.
pub fn shards<'a>(
    outputs: &Outputs<'a>,
    answers: &mut Answers,
    names: &mut Names,
    notes: &mut Vec<String>,
) -> Result<Vec<Shard<'a>>, Diagnostics> {
    let mut all = Diagnostics::default();
    let mut primaries: Vec<Primary<'a, '_>> = Vec::new();
    for watched in &outputs.watched {
        if let Role::Primary { replicas } = watched.role {
            let same = |known: &&Primary<'a, '_>| known.watched.name.text == watched.name.text;
            if let Some(first) = primaries.iter().find(same) {
                let first = first.watched.line;
                all.push(
                    watched
                        .line
                        .wrong(format!("`{}` is told of twice", watched.name.text))
                        .also(first.source, first.span(), "first told here")
                        .help("one Sentinel is enough: `redis-cli -p 26379 SENTINEL MASTERS`"),
                );
            } else {
                primaries.push(Primary { watched, replicas });
            }
        }
    }
    if primaries.is_empty() {
        return Err(missing(
            "no Sentinel tells the names of what it watches",
            &[
                "add what `redis-cli -p 26379 SENTINEL MASTERS` prints, and `SENTINEL REPLICAS NAME` of each name",
            ],
        ));
    }
    primaries.sort_by_key(|primary| primary.watched.name.text);
    let mut seen = BTreeSet::new();
    let mut shards = Vec::new();
    for primary in &primaries {
        seen.insert(primary.watched.run_id);
        match shard(outputs, primary, primaries.len(), answers, names, notes) {
            Ok(shard) => shards.push(shard),
            Err(found) => all.extend(found),
        }
    }
    for watched in &outputs.watched {
        let Role::Replica { follows, .. } = &watched.role else {
            continue;
        };
        seen.insert(watched.run_id);
        if primaries.len() > 1 && !primaries.iter().any(|p| p.watched.address == *follows) {
            let message = format!("this replica follows {follows}, which is no primary here");
            all.push(watched.line.wrong(message).help(
                "give SENTINEL MASTERS and SENTINEL REPLICAS of the same Sentinel; wait where a failover is under way",
            ));
        }
    }
    for info in &outputs.infos {
        if info.in_cluster {
            let message = "this instance is a node of a cluster, which no Sentinel watches";
            all.push(info.line.wrong(message));
        } else if !seen.contains(info.run_id.text) {
            let message = "no Sentinel knows this instance by its `run_id`";
            all.push(info.run_id.wrong(message).help(
                "record all outputs one after the other; an instance that was restarted is known by its new `run_id` after some seconds",
            ));
        }
    }
    if all.has_errors() {
        Err(all)
    } else {
        Ok(shards)
    }
}

/// The primary and its replicas: as many as the Sentinel says that there are.
fn members<'o, 'a>(
    outputs: &'o Outputs<'a>,
    primary: &Primary<'a, 'o>,
    shards: usize,
) -> Result<Vec<&'o Watched<'a>>, Diagnostics> {
    let mut all = Diagnostics::default();
    let told = primary.watched;
    let mut members = vec![told];
    for watched in &outputs.watched {
        let Role::Replica { follows, .. } = &watched.role else {
            continue;
        };
        // With one primary only, it can follow no other for long.
        if shards == 1 || *follows == told.address {
            if let Some(first) = members
                .iter()
                .find(|known| known.address == watched.address)
            {
                all.push(
                    watched
                        .line
                        .wrong(format!("{} is told of twice", watched.address))
                        .also(first.line.source, first.line.span(), "first told here"),
                );
            }
            members.push(watched);
        }
    }
    let wanted = primary.replicas.number().unwrap_or(0) as usize;
    let found = members.len() - 1;
    if found != wanted {
        let name = told.name.text;
        let message =
            format!("`{name}` has {wanted} replicas by SENTINEL MASTERS, and {found} are told of");
        all.push(
            primary
                .replicas
                .told(Code::NotTold, message)
                .help(format!(
                    "add what `redis-cli -p 26379 SENTINEL REPLICAS {name}` prints, all of it and of the same time"
                ))
                .help("one shard of several is had with `SENTINEL MASTER NAME` in the place of `SENTINEL MASTERS`"),
        );
    }
    if all.has_errors() {
        Err(all)
    } else {
        Ok(members)
    }
}

fn shard<'o, 'a>(
    outputs: &'o Outputs<'a>,
    primary: &Primary<'a, 'o>,
    shards: usize,
    answers: &mut Answers,
    names: &mut Names,
    notes: &mut Vec<String>,
) -> Result<Shard<'a>, Diagnostics> {
    let told = primary.watched;
    let mut members = members(outputs, primary, shards)?;
    let mut all = Diagnostics::default();
    members[1..].sort_by(|a, b| a.address.cmp(&b.address));
    let name = names.give(told.name.text, "shard", notes);
    let mut instances = Vec::new();
    for watched in members {
        let (follows, priority) = match &watched.role {
            Role::Primary { .. } => (None, None),
            Role::Replica { priority, .. } => (Some(told.address.clone()), Some(*priority)),
        };
        let listed = Listed {
            name: names.give(&watched.address, "instance", notes),
            line: watched.line,
            primary: follows.is_none(),
            follows,
            down: watched.down,
            priority,
            ask: ASK,
        };
        let of_it = |info: &&super::info::Info<'a>| info.run_id.text == watched.run_id;
        let info = outputs.infos.iter().find(of_it);
        if info.is_none() && watched.down {
            notes.push(format!(
                "where `{}` is gone for good, let the Sentinels forget it: `SENTINEL RESET {name}`",
                listed.name
            ));
        }
        match Instance::of(listed, info, answers, notes) {
            Ok(instance) => instances.push(instance),
            Err(diagnostic) => all.push(*diagnostic),
        }
    }
    if all.has_errors() {
        return Err(all);
    }
    Ok(Shard {
        name,
        line: told.line,
        instances,
    })
}
