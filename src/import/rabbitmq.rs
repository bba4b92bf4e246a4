//! RabbitMQ: `rabbitmqctl cluster_status` and `list_queues`, as a cluster for the rules `rabbitmq`.
//!
//! What neither tells is taken for the worse of what may be: a plan that holds then holds for what is.

mod banner;
mod flags;
mod outputs;
mod queues;
mod series;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::{Map, Value};

use crate::language::codes::Code;
use crate::language::diagnostic::{Diagnostic, Diagnostics};
use crate::language::source::Source;

use super::answers::{self, Answers};
use super::cluster_file::{ClusterFile, Objects};
use super::found::Read;
use super::json_outputs::JsonOutputs;
use super::names::Names;
use super::{Imported, only};
use flags::Way;
use outputs::{Node, Outputs};
use series::{COVERED, Series};

/// A node as the cluster file has it.
struct Member<'a> {
    node: &'a Node<'a>,
    name: String,
    series: Series,
}

/// Reads all outputs.
pub fn read(sources: &[Arc<Source>], answers: &mut Answers) -> Result<Imported, Diagnostics> {
    let sources: Vec<Arc<Source>> = sources.iter().map(banner::blank).collect();
    let values = JsonOutputs::read(&sources)?;
    let outputs = Outputs::read(&values.found())?;
    let (mut names, mut notes) = (Names::default(), Vec::new());
    let members = members(&outputs.nodes, answers, &mut names, &mut notes)?;
    let way = way(&members, &outputs, answers, &mut notes).map_err(|found| only(*found))?;
    let needs_majority =
        needs_majority(&outputs, &way, answers, &mut notes).map_err(|found| only(*found))?;
    let flags = flags::objects(&outputs.flags, &way, answers, &mut names, &mut notes)
        .map_err(|found| only(*found))?;
    let called: BTreeMap<&str, String> = members
        .iter()
        .map(|member| (member.node.name, member.name.clone()))
        .collect();
    let queues = queues::objects(
        &outputs.queues,
        &outputs.nodes,
        &called,
        answers,
        &mut names,
        &mut notes,
    )?;
    warn(&outputs, &way, &mut notes);
    let files: BTreeSet<&str> = sources.iter().map(|source| source.name.as_str()).collect();
    let files: Vec<&str> = files.into_iter().collect();
    let file = ClusterFile {
        description: format!("Imported from {}.", files.join(" and ")),
        rules: "rabbitmq",
        params: params(&way, needs_majority),
        objects: vec![
            ("node", members.iter().map(object).collect::<Objects>()),
            ("flag", flags),
            ("queue", queues),
        ],
    };
    Ok(Imported {
        text: file.text(),
        notes,
    })
}

fn params(way: &Way, needs_majority: bool) -> Map<String, Value> {
    let mut params = Map::new();
    params.insert("target".to_owned(), way.target().name().into());
    params.insert("via".to_owned(), way.first().name().into());
    if !needs_majority {
        params.insert("needs_majority".to_owned(), false.into());
    }
    params
}

fn object(member: &Member<'_>) -> (String, Map<String, Value>) {
    let mut fields = Map::new();
    fields.insert("series".to_owned(), member.series.name().into());
    if member.node.series.is_none() {
        fields.insert("health".to_owned(), "stopped".into());
    } else if member.node.drained {
        fields.insert("health".to_owned(), "maintenance".into());
    }
    (member.name.clone(), fields)
}

fn members<'a>(
    nodes: &'a [Node<'a>],
    answers: &mut Answers,
    names: &mut Names,
    notes: &mut Vec<String>,
) -> Result<Vec<Member<'a>>, Diagnostics> {
    let mut all = Diagnostics::default();
    let mut members = Vec::new();
    for node in nodes {
        let name = names.give(node.name, "node", notes);
        match series(node, &name, answers, notes) {
            Ok(series) => members.push(Member { node, name, series }),
            Err(diagnostic) => all.push(*diagnostic),
        }
    }
    if all.has_errors() {
        Err(all)
    } else {
        Ok(members)
    }
}

fn series(
    node: &Node<'_>,
    name: &str,
    answers: &mut Answers,
    notes: &mut Vec<String>,
) -> Read<Series> {
    if let Some(series) = node.series {
        return Ok(series);
    }
    if let Some((key, value)) = answers.of_one(name, "release") {
        notes.push(format!(
            "`{name}` does not run: it is taken to be stopped, with {value} installed"
        ));
        return covered(&key, &value);
    }
    let message = format!("`{name}` does not run: what is installed there is not told");
    Err(Box::new(
        Diagnostic::error(Code::NotTold, message)
            .at(
                node.found.source,
                node.found.place(),
                "not among `running_nodes`",
            )
            .help("start it, and record all outputs again")
            .help(format!(
                "or say which release is installed: `--set {name}.release=3.13.7`"
            )),
    ))
}

/// Where the upgrade goes: to the newest that any node runs already, or to the newest that all can be upgraded to.
fn way(
    members: &[Member<'_>],
    outputs: &Outputs<'_>,
    answers: &mut Answers,
    notes: &mut Vec<String>,
) -> Read<Way> {
    let series = || members.iter().map(|member| member.series);
    let lowest = series().min().unwrap_or(Series::LAST);
    let highest = series().max().unwrap_or(Series::LAST);
    if lowest != highest && !lowest.goes_to(highest) {
        let message = format!(
            "nodes run {} and {}, between which no upgrade is supported",
            lowest.text(),
            highest.text()
        );
        let status = outputs.status;
        return Err(Box::new(Diagnostic::error(Code::OtherOutput, message).at(
            status.source,
            status.place(),
            "",
        )));
    }
    let rounds = match answers.of("target") {
        Some(value) => asked(lowest, highest, &value, notes)?,
        None => vec![usual(lowest, highest, notes)?],
    };
    Ok(Way {
        lowest,
        highest,
        rounds,
    })
}

/// What is upgraded to where nobody says.
fn usual(lowest: Series, highest: Series, notes: &mut Vec<String>) -> Read<Series> {
    let newest = if highest > lowest {
        Some(highest)
    } else {
        lowest.furthest()
    };
    let Some(target) = newest else {
        let message = format!(
            "what the nodes are to run is not known: they run {} already, the last series that the rules know",
            lowest.text()
        );
        return Err(Box::new(Diagnostic::error(Code::NotTold, message).help(
            format!(
                "`--set target={}` plans what is left to do, such as enabling feature flags",
                lowest.text()
            ),
        )));
    };
    notes.push(format!(
        "the target is {}: another one is given with `--set target=SERIES`",
        target.text()
    ));
    Ok(target)
}

/// The rounds to what the operator asks for: one, or two.
fn asked(
    lowest: Series,
    highest: Series,
    value: &str,
    notes: &mut Vec<String>,
) -> Read<Vec<Series>> {
    let target = covered("target", value)?;
    if target < highest {
        let message = format!(
            "`--set target={value}` is older than {}, which a node runs: downgrades are not supported",
            highest.text()
        );
        return Err(Box::new(
            Diagnostic::error(Code::BadOption, message)
                .help(format!("write `--set target={}` or later", highest.text())),
        ));
    }
    if target == lowest || (lowest.goes_to(target) && (highest == lowest || highest == target)) {
        return Ok(vec![target]);
    }
    let via = if highest > lowest {
        Some(highest).filter(|via| via.goes_to(target))
    } else {
        lowest.between(target)
    };
    if let Some(via) = via {
        notes.push(format!(
            "all nodes run {1} before the first one gets {0}: {2} and {0} do not go together",
            target.text(),
            via.text(),
            lowest.text()
        ));
        return Ok(vec![via, target]);
    }
    let message = format!(
        "`--set target={value}` is more than two upgrades away from {}, which a node runs",
        lowest.text()
    );
    let next = lowest
        .furthest()
        .and_then(Series::furthest)
        .unwrap_or(highest);
    Err(Box::new(
        Diagnostic::error(Code::BadOption, message)
            .help(format!("`--set target={}` first", next.text())),
    ))
}

/// With Khepri there is no other way; with Mnesia it is the configuration's, which no output tells.
fn needs_majority(
    outputs: &Outputs<'_>,
    way: &Way,
    answers: &mut Answers,
    notes: &mut Vec<String>,
) -> Read<bool> {
    if flags::khepri(&outputs.flags) || way.target() == Series::LAST {
        return Ok(true);
    }
    if let Some(value) = answers.of("needs_majority") {
        return answers::flag("needs_majority", &value);
    }
    notes.push(
        "how network partitions are handled is not told: the nodes are taken to stop where no majority of them runs (pause_minority); \
         say `--set needs_majority=false` where `cluster_partition_handling` is something else"
            .to_owned(),
    );
    Ok(true)
}

/// What the rules do not know of.
fn warn(outputs: &Outputs<'_>, way: &Way, notes: &mut Vec<String>) {
    notes.push(
        "`list_queues` tells of one virtual host, `/` where none is named: give what it prints for each, with `--vhost`"
            .to_owned(),
    );
    let classic = outputs.queues.iter().any(|queue| queue.kind == "classic");
    let mirrors = way.lowest < Series::FIRST_WITHOUT_MIRRORS;
    if classic && mirrors && way.target() >= Series::FIRST_WITHOUT_MIRRORS {
        notes.push(
            "classic queues that are mirrored have one replica only from 4.0 on, and policies that mirror them have to go first; the rules do not know of it"
                .to_owned(),
        );
    }
    if outputs.alarms > 0 {
        notes.push(format!(
            "{} alarm{}: an upgrade begins when there are none; the rules do not know of them",
            outputs.alarms,
            if outputs.alarms == 1 {
                " is there"
            } else {
                "s are there"
            }
        ));
    }
}

/// A series that the operator gives.
fn covered(key: &str, value: &str) -> Read<Series> {
    Series::read(value).ok_or_else(|| {
        let message =
            format!("`--set {key}={value}` names a release that is not covered: {COVERED}");
        Box::new(
            Diagnostic::error(Code::UnknownVersion, message)
                .help(format!("write a release such as `--set {key}=4.2`")),
        )
    })
}
