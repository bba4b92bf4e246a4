//! Failover cluster instances of SQL Server: what the cluster's own cmdlets tell, as a cluster for the rules
//! `sql-server-fci`.
//!
//! A failover cluster knows groups and possible owners, and neither releases nor what is installed: these are asked for.

mod outputs;
mod release;

use std::collections::BTreeSet;
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
pub use outputs::{GROUPS, NODES, OWNERS};
use outputs::{Group, Outputs, State, same};

/// Reads the outputs.
pub fn read(sources: &[Arc<Source>], answers: &mut Answers) -> Result<Imported, Diagnostics> {
    let values = JsonOutputs::read(sources)?;
    let outputs = Outputs::read(&values.found())?;
    let mut notes = Vec::new();
    let files: BTreeSet<&str> = sources.iter().map(|source| source.name.as_str()).collect();
    let files: Vec<&str> = files.into_iter().collect();
    let description = format!("Imported from {}.", files.join(" and "));
    written(description, &outputs, answers, &mut notes)
        .map(|file| Imported {
            text: file.text(),
            notes,
        })
        .map_err(|diagnostic| only(*diagnostic))
}

fn written(
    description: String,
    outputs: &Outputs<'_>,
    answers: &mut Answers,
    notes: &mut Vec<String>,
) -> Read<ClusterFile> {
    let groups = groups(outputs, notes)?;
    let params = releases(answers, notes)?;
    let mut names = Names::default();
    let names_of: Vec<(&str, String)> = outputs
        .nodes
        .iter()
        .map(|node| (node.name, names.give(node.name, "node", notes)))
        .collect();
    let mut instances = Objects::new();
    for group in groups {
        let wanted = wanted_name(group, outputs);
        let name = names.give(wanted, "instance", notes);
        let fields = instance(group, &name, outputs, &names_of, answers, notes)?;
        instances.push((name, fields));
    }
    let mut nodes = Objects::new();
    for (node, (_, name)) in outputs.nodes.iter().zip(&names_of) {
        let mut all = Map::new();
        if !node.up {
            all.insert("up".to_owned(), false.into());
            notes.push(format!(
                "`{name}` is down: it is to be repaired before setup"
            ));
        }
        nodes.push((name.clone(), all));
    }
    Ok(ClusterFile {
        description,
        rules: "sql-server-fci",
        params,
        objects: vec![("node", nodes), ("instance", instances)],
    })
}

/// The groups with an instance: those with a resource of SQL Server, or, where no resources are told, with its usual name.
fn groups<'o, 'a>(outputs: &'o Outputs<'a>, notes: &mut Vec<String>) -> Read<Vec<&'o Group<'a>>> {
    let of_kind = |group: &Group<'_>, kind: &str| {
        outputs
            .resources
            .iter()
            .any(|resource| resource.kind == kind && resource.group == group.name)
    };
    let has_instance = |group: &Group<'_>| {
        of_kind(group, "SQL Server")
            || outputs.resources.is_empty() && in_parentheses(group.name).is_some()
    };
    let (found, others): (Vec<&Group<'a>>, Vec<&Group<'a>>) =
        outputs.groups.iter().partition(|group| has_instance(group));
    let core = ["Cluster Group", "Available Storage"];
    for group in others {
        if of_kind(group, "SQL Server Availability Group") {
            notes.push(format!(
                "`{}` is left out: it is an availability group, of which the rules know nothing; upgrades have an order of their own there",
                group.name
            ));
        } else if !core.contains(&group.name) {
            notes.push(format!(
                "`{}` is left out: it is no instance of SQL Server",
                group.name
            ));
        }
    }
    if found.is_empty() {
        let message = "no group of the outputs is an instance of SQL Server";
        return Err(Box::new(
            Diagnostic::error(Code::NotTold, message)
                .help("such groups are called `SQL Server (INSTANCE)`")
                .help("where they have other names, add what `Get-ClusterResource | ConvertTo-Json` prints"),
        ));
    }
    Ok(found)
}

/// The instance in `SQL Server (INSTANCE)`.
fn in_parentheses(name: &str) -> Option<&str> {
    name.strip_prefix("SQL Server (")?.strip_suffix(')')
}

/// What operators call it: the instance by its group, or by its resource, or the group.
fn wanted_name<'a>(group: &Group<'a>, outputs: &Outputs<'a>) -> &'a str {
    let mut resources = outputs.resources.iter();
    let resource =
        resources.find(|resource| resource.kind == "SQL Server" && resource.group == group.name);
    in_parentheses(group.name)
        .or_else(|| in_parentheses(resource?.name))
        .unwrap_or(group.name)
}

fn releases(answers: &mut Answers, notes: &mut Vec<String>) -> Read<Map<String, Value>> {
    let Some(from) = answers.of("from") else {
        let message = "which release of SQL Server is upgraded is not told: a failover cluster does not know it";
        return Err(Box::new(
            Diagnostic::error(Code::NotTold, message)
                .help("`SELECT SERVERPROPERTY('ProductVersion')` tells it: 13 is 2016, 14 is 2017, 15 is 2019, 16 is 2022")
                .help("give it by name: `--set from=2019`"),
        ));
    };
    let old = release::given("from", &from)?;
    let new = match answers.of("to") {
        Some(to) => release::given("to", &to)?,
        None => {
            notes.push(format!(
                "the target is SQL Server {}: another one is given with `--set to=…`",
                release::year(release::NEWEST)
            ));
            release::NEWEST
        }
    };
    if old >= new {
        let message = format!(
            "from SQL Server {} to {} is no upgrade",
            release::year(old),
            release::year(new)
        );
        return Err(Box::new(Diagnostic::error(Code::BadOption, message).help(
            "the rules are about a later release, and not about cumulative updates",
        )));
    }
    Ok([("from", old), ("to", new)]
        .into_iter()
        .map(|(key, place)| (key.to_owned(), release::name(place).into()))
        .collect())
}

fn instance(
    group: &Group<'_>,
    name: &str,
    outputs: &Outputs<'_>,
    names: &[(&str, String)],
    answers: &mut Answers,
    notes: &mut Vec<String>,
) -> Read<Map<String, Value>> {
    running(group, outputs, notes)?;
    let all: Vec<&str> = names.iter().map(|(_, name)| name.as_str()).collect();
    let owners = match told(name, "owners", &all, answers)? {
        Some(owners) => owners,
        None => possible_owners(group, name, outputs, names)?,
    };
    let upgraded = told(name, "upgraded", &all, answers)?;
    let nodes = match told(name, "nodes", &all, answers)? {
        Some(nodes) => nodes,
        None => installed(group, name, &all, &owners, upgraded.as_deref())?,
    };
    if upgraded.is_none() {
        notes.push(format!(
            "`{name}` is taken to be upgraded nowhere yet: say `--set {name}.upgraded=NODE,NODE` where it was"
        ));
    }
    let upgraded = upgraded.unwrap_or_default();
    let owner = names.iter().find(|(node, _)| same(node, group.owner));
    let owner = owner.map_or("", |(_, name)| name.as_str());
    fit_together(
        group,
        name,
        &nodes,
        &[("owners", &owners), ("upgraded", &upgraded)],
    )?;
    if !owners.contains(&owner) {
        let message = format!("`{owner}` owns `{name}`, and is none of its possible owners");
        return Err(Box::new(
            Diagnostic::error(Code::OtherOutput, message)
                .at(group.found.source, group.found.place(), "this group")
                .help("record all outputs one after the other, while nothing moves"),
        ));
    }
    let mut fields = Map::new();
    let list = |nodes: &[&str]| Value::from(nodes.to_vec());
    fields.insert("nodes".to_owned(), list(&nodes));
    if !upgraded.is_empty() {
        fields.insert("upgraded".to_owned(), list(&upgraded));
    }
    fields.insert("owners".to_owned(), list(&owners));
    fields.insert("owner".to_owned(), owner.into());
    if upgraded.contains(&owner) {
        fields.insert("database_new".to_owned(), true.into());
    }
    Ok(fields)
}

/// On which nodes it is installed: on all, where all may own it but those on which it was upgraded.
fn installed<'n>(
    group: &Group<'_>,
    name: &str,
    all: &[&'n str],
    owners: &[&str],
    upgraded: Option<&[&str]>,
) -> Read<Vec<&'n str>> {
    let left: Vec<&str> = all
        .iter()
        .filter(|node| !owners.contains(node))
        .copied()
        .collect();
    let accounted = |node: &&str| upgraded.is_some_and(|upgraded| upgraded.contains(node));
    let Some(other) = left.iter().find(|node| !accounted(node)) else {
        return Ok(all.to_vec());
    };
    let message = format!(
        "`{other}` is no possible owner of `{name}`: whether it is not installed there, or was upgraded there already, is not told"
    );
    Err(Box::new(
        Diagnostic::error(Code::NotTold, message)
            .at(group.found.source, group.found.place(), "of this group")
            .help(format!(
                "say on which nodes it is installed: `--set {name}.nodes={}`",
                owners.join(",")
            ))
            .help(format!(
                "or where it was upgraded: `--set {name}.upgraded={}`",
                left.join(",")
            )),
    ))
}

/// Fails where something of an instance is on a node on which it is not installed.
fn fit_together(
    group: &Group<'_>,
    name: &str,
    nodes: &[&str],
    lists: &[(&str, &[&str])],
) -> Read<()> {
    for (key, list) in lists {
        if let Some(other) = list.iter().find(|node| !nodes.contains(node)) {
            let message =
                format!("`{other}` is among the {key} of `{name}`, which is not installed there");
            return Err(Box::new(
                Diagnostic::error(Code::OtherOutput, message)
                    .at(group.found.source, group.found.place(), "of this group")
                    .help(format!(
                        "say on which nodes it is installed: `--set {name}.nodes=NODE,NODE`"
                    )),
            ));
        }
    }
    Ok(())
}

/// The rules begin with instances that run.
fn running(group: &Group<'_>, outputs: &Outputs<'_>, notes: &mut Vec<String>) -> Read<()> {
    let name = group.name;
    let wrong = match group.state {
        State::Other(state) => {
            format!("`{name}` is {state}: the rules begin with instances that run")
        }
        _ if outputs.node(group.owner).is_some_and(|node| !node.up) => {
            format!(
                "`{name}` is on `{}`, which is down: it moves, or the outputs are of different moments",
                group.owner
            )
        }
        State::PartialOnline => {
            notes.push(format!(
                "`{name}` is PartialOnline: something of it does not run; see to that before the upgrade"
            ));
            return Ok(());
        }
        State::Online => return Ok(()),
    };
    Err(Box::new(
        Diagnostic::error(Code::OtherOutput, wrong)
            .at(group.found.source, group.found.place(), "this group")
            .help(format!(
                "`Start-ClusterGroup '{name}'`, or wait, and record the outputs again"
            )),
    ))
}

fn possible_owners<'n>(
    group: &Group<'_>,
    name: &str,
    outputs: &Outputs<'_>,
    names: &'n [(&str, String)],
) -> Read<Vec<&'n str>> {
    let resources = outputs.resources.iter();
    let resource = resources
        .filter(|resource| resource.group == group.name && resource.kind == "SQL Server")
        .map(|resource| resource.name)
        .next();
    let fits = |of: &str, in_group: Option<&str>| match in_group {
        Some(in_group) => in_group == group.name,
        // The name of a resource: `SQL Server` for the default instance, and `SQL Server (NAME)` for others.
        None => {
            resource == Some(of)
                || resource.is_none()
                    && in_parentheses(of).or((of == "SQL Server").then_some("MSSQLSERVER"))
                        == Some(in_parentheses(group.name).unwrap_or(name))
        }
    };
    let told = outputs
        .owners
        .iter()
        .find(|owners| fits(owners.of, owners.group));
    let Some(told) = told else {
        let message = format!("the possible owners of `{name}` are not told");
        return Err(Box::new(
            Diagnostic::error(Code::NotTold, message)
                .at(group.found.source, group.found.place(), "of this group")
                .help(format!("add what `{OWNERS}` prints"))
                .help(format!("or say them by name: `--set {name}.owners=all`, or with commas between: `--set {name}.owners={}`", group.owner)),
        ));
    };
    let may = |node: &&(&str, String)| told.nodes.iter().any(|owner| same(owner, node.0));
    Ok(names
        .iter()
        .filter(may)
        .map(|(_, name)| name.as_str())
        .collect())
}

/// A list of nodes that the operator gives: with commas between, `all` or `none`.
fn told<'n>(
    instance: &str,
    key: &str,
    all: &[&'n str],
    answers: &mut Answers,
) -> Read<Option<Vec<&'n str>>> {
    let Some((key, value)) = answers.of_one(instance, key) else {
        return Ok(None);
    };
    match value.as_str() {
        "all" => return Ok(Some(all.to_vec())),
        "none" => return Ok(Some(Vec::new())),
        _ => {}
    }
    let given: Vec<&str> = value.split(',').map(str::trim).collect();
    let known = |name: &&str| all.iter().any(|node| same(node, name));
    if let Some(other) = given.iter().find(|name| !known(name)) {
        let diagnostic = answers::refused(&key, &value, "the nodes");
        return Err(Box::new(diagnostic.help(format!(
            "`{other}` is none of them: there are `{}`",
            all.join("`, `")
        ))));
    }
    let nodes = all
        .iter()
        .filter(|node| given.iter().any(|name| same(node, name)));
    Ok(Some(nodes.copied().collect()))
}
