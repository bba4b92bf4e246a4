//! Kubernetes: `kubectl get nodes,pods,pdb -A -o json`, as a cluster for the rules `kubernetes`.
//!
//! A cluster with hundreds of pods becomes a small one: nodes, control planes, and of the pods those that may hold up a drain.

mod budget;
mod control_plane;
mod node;
mod outputs;
mod pod;
mod release;
mod resources;
mod room;
mod skew;
mod workloads;

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::{Map, Value};

use crate::language::codes::Code;
use crate::language::diagnostic::{Diagnostic, Diagnostics};
use crate::language::source::Source;

use super::answers::{self, Answers};
use super::cluster_file::{ClusterFile, Objects};
use super::found::{Found, Read};
use super::json_outputs::JsonOutputs;
use super::names::Names;
use super::{Imported, only};
use budget::Budget;
use control_plane::ControlPlane;
use node::Node;
use outputs::{COMMAND, Outputs};
use pod::Pod;
use skew::Reach;
use workloads::counted;

/// How many pods the rules give a node room for where nothing else is said.
const ROOM: usize = 10;

/// The largest that they know.
const MOST: usize = 500;

/// Reads the lists.
pub fn read(sources: &[Arc<Source>], answers: &mut Answers) -> Result<Imported, Diagnostics> {
    let values = JsonOutputs::read(sources)?;
    let mut notes = Vec::new();
    let outputs = Outputs::read(&values.found(), &mut notes)?;
    let mut all = Diagnostics::default();
    let mut nodes = each(&outputs.nodes, Node::read, &mut all);
    let pods = each(&outputs.pods, Pod::read, &mut all);
    let budgets = each(&outputs.budgets, Budget::read, &mut all);
    if all.has_errors() {
        return Err(all);
    }
    nodes.sort_by_key(|node| node.name);
    whole(&nodes, &pods, &budgets, &mut notes).map_err(|diagnostic| only(*diagnostic))?;
    let mut description: BTreeSet<&str> = BTreeSet::new();
    description.extend(sources.iter().map(|source| source.name.as_str()));
    let description: Vec<&str> = description.into_iter().collect();
    let description = format!("Imported from {}.", description.join(" and "));
    written(description, &nodes, &pods, &budgets, answers, &mut notes)
        .map(|file| Imported {
            text: file.text(),
            notes,
        })
        .map_err(|diagnostic| only(*diagnostic))
}

fn each<'a, T>(
    list: &[Found<'a>],
    read: fn(Found<'a>) -> Read<T>,
    all: &mut Diagnostics,
) -> Vec<T> {
    let mut read_ones = Vec::new();
    for found in list {
        match read(*found) {
            Ok(one) => read_ones.push(one),
            Err(diagnostic) => all.push(*diagnostic),
        }
    }
    read_ones
}

/// Fails where the outputs are of different clusters, or not of all namespaces.
fn whole(
    nodes: &[Node<'_>],
    pods: &[Pod<'_>],
    budgets: &[Budget<'_>],
    notes: &mut Vec<String>,
) -> Read<()> {
    for pod in pods {
        let Some(at) = pod.node else { continue };
        let name = at.text()?;
        if !pod.finished && nodes.iter().all(|node| node.name != name) {
            let message = format!(
                "`{}` is on `{name}`, which is no node of the outputs",
                pod.full_name()
            );
            return Err(Box::new(
                Diagnostic::error(Code::OtherOutput, message)
                    .at(at.source, at.place(), "")
                    .help(format!("record all at once: `{COMMAND}`")),
            ));
        }
    }
    if pods.iter().all(|pod| pod.namespace != "kube-system") {
        let message = "no pod of the namespace `kube-system` is in the outputs: they are not of all namespaces";
        return Err(Box::new(
            Diagnostic::error(Code::NotTold, message)
                .help(format!("`{COMMAND}` lists all, by its `-A`")),
        ));
    }
    if budgets.is_empty() {
        notes.push(
            "no PodDisruptionBudget is in the outputs: taken that there is none; `kubectl get pdb -A -o json` lists them"
                .to_owned(),
        );
    }
    Ok(())
}

fn written(
    description: String,
    nodes: &[Node<'_>],
    pods: &[Pod<'_>],
    budgets: &[Budget<'_>],
    answers: &mut Answers,
    notes: &mut Vec<String>,
) -> Read<ClusterFile> {
    let mut names = Names::default();
    let names_of: Vec<String> = nodes
        .iter()
        .map(|node| names.give(node.name, "node", notes))
        .collect();
    let planes = control_plane::all(nodes, pods, answers, &mut names, notes)?;
    let managed = if planes.is_empty() {
        Some(control_plane::managed(nodes, answers, notes)?)
    } else {
        None
    };
    let params = params(nodes, &planes, managed, answers, notes)?;
    room_is_enough(nodes, pods, answers)?;
    let places = nodes.iter().filter(|node| node.ready && node.is_worker());
    let apps = workloads::kept(budgets, pods, places.count(), answers, notes)?;
    drain(pods, budgets, notes);
    let room = apps.iter().map(|app| app.pods.len()).sum::<usize>();
    let mut file = Cluster::default();
    for (node, name) in nodes.iter().zip(&names_of) {
        file.node(node, name, room, notes);
    }
    if let Some(api) = managed {
        file.managed(api, &mut names);
    }
    let name_of = |node: &str| {
        let place = nodes.iter().position(|other| other.name == node);
        place
            .map(|place| names_of[place].as_str())
            .unwrap_or_default()
    };
    for plane in &planes {
        file.plane(plane, name_of(plane.node));
    }
    for app in &apps {
        let name = names.give(&app.name, "app", notes);
        file.apps.push((
            name.clone(),
            fields(&[("min_available", app.min_available.into())]),
        ));
        for pod in &app.pods {
            let own = names.give(&pod.full_name(), "pod", notes);
            let node = name_of(pod.node_name().unwrap_or_default());
            let all = fields(&[("app", name.as_str().into()), ("node", node.into())]);
            file.pods.push((own, all));
        }
    }
    Ok(ClusterFile {
        description,
        rules: "kubernetes",
        params,
        objects: file.objects(),
    })
}

fn params(
    nodes: &[Node<'_>],
    planes: &[ControlPlane<'_>],
    managed: Option<u32>,
    answers: &mut Answers,
    notes: &mut Vec<String>,
) -> Read<Map<String, Value>> {
    let reach = reach(nodes, managed.is_some(), answers, notes)?;
    skew::within(nodes, planes, managed, reach)?;
    let target = target(nodes, planes, managed, answers, notes)?;
    let mut params = fields(&[("target", target.into())]);
    if reach.kubelets_local {
        params.insert("kubelet_local_mode".to_owned(), true.into());
    }
    if !reach.controllers_local {
        params.insert("controllers_local".to_owned(), false.into());
    }
    let at_once = at_once(answers)?;
    if at_once != 1 {
        params.insert("nodes_at_once".to_owned(), at_once.into());
    }
    Ok(params)
}

fn room_is_enough(nodes: &[Node<'_>], pods: &[Pod<'_>], answers: &mut Answers) -> Read<()> {
    match answers.of("room").as_deref() {
        Some("enough") => Ok(()),
        Some(value) => {
            let diagnostic = answers::refused("room", value, "the room for pods that are evicted");
            Err(Box::new(diagnostic.help("write `--set room=enough`")))
        }
        None => match at_once(answers)? {
            0 => room::is_enough(nodes, pods, nodes.len()),
            at_once => room::is_enough(nodes, pods, at_once),
        },
    }
}

/// The objects by their kinds.
#[derive(Default)]
struct Cluster {
    nodes: Objects,
    planes: Objects,
    apps: Objects,
    pods: Objects,
}

impl Cluster {
    fn node(&mut self, node: &Node<'_>, name: &str, room: usize, notes: &mut Vec<String>) {
        let mut all = Map::new();
        let mut add = |key: &str, value: Value| drop(all.insert(key.to_owned(), value));
        if !node.is_worker() {
            add("worker", false.into());
        } else if room > ROOM {
            add("room", room.min(MOST).into());
        }
        add("kubelet", node.kubelet.into());
        if !node.ready {
            add("state", "down".into());
            notes.push(format!(
                "`{name}` is not ready: taken to be down, and to need a repair"
            ));
        }
        if node.cordoned {
            add("cordoned", true.into());
            notes.push(format!(
                "`{name}` is cordoned: in the end it is to be uncordoned, as all nodes are"
            ));
        }
        self.nodes.push((name.to_owned(), all));
    }

    fn plane(&mut self, plane: &ControlPlane<'_>, node: &str) {
        let mut all = fields(&[
            ("node", node.into()),
            ("api", plane.api.into()),
            ("controllers", plane.controllers.into()),
        ]);
        if !plane.up {
            all.insert("up".to_owned(), false.into());
        }
        self.planes.push((plane.name.clone(), all));
    }

    /// The rules have a control plane on a node. That of a provider is on one where nothing is left to do.
    fn managed(&mut self, api: u32, names: &mut Names) {
        let node = names.own("managed-control-plane");
        let all = fields(&[("worker", false.into()), ("kubelet", api.into())]);
        self.nodes.push((node.clone(), all));
        let all = fields(&[
            ("node", node.into()),
            ("api", api.into()),
            ("controllers", api.into()),
        ]);
        self.planes.push((names.own("managed-api"), all));
    }

    fn objects(self) -> Vec<(&'static str, Objects)> {
        let mut all = vec![("node", self.nodes), ("control_plane", self.planes)];
        if !self.apps.is_empty() {
            all.push(("app", self.apps));
            all.push(("pod", self.pods));
        }
        all
    }
}

/// Which API servers are talked to, the worse of what may be.
fn reach(
    nodes: &[Node<'_>],
    managed: bool,
    answers: &mut Answers,
    notes: &mut Vec<String>,
) -> Read<Reach> {
    if managed {
        return Ok(Reach {
            kubelets_local: false,
            controllers_local: true,
        });
    }
    let mut told = |key: &str| -> Read<Option<bool>> {
        let value = answers.of(key);
        value.map(|value| answers::flag(key, &value)).transpose()
    };
    let kubelets = told("kubelet_local_mode")?;
    let controllers = told("controllers_local")?;
    if kubelets.is_none() {
        notes.push(
            "whether kubelets of control-plane nodes talk to their own API server only (ControlPlaneKubeletLocalMode) is not told: \
             they are taken to reach all; say `--set kubelet_local_mode=true` where they do"
                .to_owned(),
        );
    }
    let kubeadm = nodes.iter().any(|node| node.kubeadm);
    if controllers.is_none() && !kubeadm {
        notes.push(
            "whether controller managers and schedulers talk to the API server of their own node is not told: they are taken to \
             reach all; say `--set controllers_local=true` where they do"
                .to_owned(),
        );
    }
    Ok(Reach {
        kubelets_local: kubelets.unwrap_or(false),
        controllers_local: controllers.unwrap_or(kubeadm),
    })
}

/// Where the upgrade goes: to the newest that anything runs already, or to the next minor.
fn target(
    nodes: &[Node<'_>],
    planes: &[ControlPlane<'_>],
    managed: Option<u32>,
    answers: &mut Answers,
    notes: &mut Vec<String>,
) -> Read<u32> {
    let mut minors: Vec<u32> = nodes.iter().map(|node| node.kubelet).collect();
    minors.extend(
        planes
            .iter()
            .flat_map(|p| [p.api, p.controllers, p.highest]),
    );
    minors.extend(managed);
    let lowest = minors.iter().copied().min().unwrap_or(28);
    let highest = minors.iter().copied().max().unwrap_or(28);
    if let Some(value) = answers.of("target") {
        let target = release::given("target", &value)?;
        if target < highest {
            let message = format!(
                "`--set target={value}` is below 1.{highest}, which something runs already"
            );
            return Err(Box::new(
                Diagnostic::error(Code::BadOption, message)
                    .help("there is no way back to an older minor version"),
            ));
        }
        if let Some(api) = managed.filter(|api| *api < target) {
            let message = format!(
                "`--set target={value}` is above the control plane, which is at 1.{api} and not in your hands"
            );
            return Err(Box::new(
                Diagnostic::error(Code::BadOption, message)
                    .help("have it upgraded first, and say so with `--set api=…`"),
            ));
        }
        return Ok(target);
    }
    let target = if lowest < highest || managed.is_some() {
        highest
    } else {
        highest + 1
    };
    if !release::MINORS.contains(&target) {
        let message = format!(
            "everything is at 1.{highest}, and 1.{target} is not covered: {}",
            release::COVERED
        );
        return Err(Box::new(
            Diagnostic::error(Code::UnknownVersion, message)
                .help("a copy of the rules can go further: `rollproof new DIR --like kubernetes`"),
        ));
    }
    let why = if lowest < highest {
        format!(", since 1.{lowest} to 1.{highest} are there now")
    } else {
        String::new()
    };
    // A target beyond a control plane that somebody else runs would be refused.
    let other = match managed {
        Some(_) => String::new(),
        None => format!(
            ": another one is given with `--set target=1.{}`",
            target.min(39) + 1
        ),
    };
    notes.push(format!("the target is 1.{target}{why}{other}"));
    Ok(target)
}

/// How many nodes are drained at once.
fn at_once(answers: &mut Answers) -> Read<usize> {
    let Some(value) = answers.of("nodes_at_once") else {
        return Ok(1);
    };
    value
        .parse()
        .ok()
        .filter(|number| *number <= 9)
        .ok_or_else(|| {
            let diagnostic =
                answers::refused("nodes_at_once", &value, "the number of nodes at once");
            Box::new(diagnostic.help("write a whole number from 1 to 9, or 0 for any number"))
        })
}

/// What a drain of these pods needs, and what it leaves.
fn drain(pods: &[Pod<'_>], budgets: &[Budget<'_>], notes: &mut Vec<String>) {
    let evicted = || {
        pods.iter()
            .filter(|pod| pod.is_evicted() && pod.node.is_some())
    };
    let free = evicted().filter(|pod| !budgets.iter().any(|budget| budget.selects(pod)));
    let free = free.count();
    if free > 0 {
        notes.push(format!(
            "left out: {} that no budget protects, so that nothing holds up their eviction",
            counted(free, "pod")
        ));
    }
    let mut flags = Vec::new();
    if pods.iter().any(|pod| pod.controller == Some("DaemonSet")) {
        flags.push("`--ignore-daemonsets`");
    }
    if evicted().any(|pod| pod.local_storage) {
        flags.push("`--delete-emptydir-data` (what is in their emptyDir volumes is lost)");
    }
    let alone: Vec<String> = evicted()
        .filter(|pod| pod.controller.is_none())
        .map(Pod::full_name)
        .collect();
    if !alone.is_empty() {
        flags.push("`--force`");
    }
    if !flags.is_empty() {
        notes.push(format!(
            "`kubectl drain` needs {} here",
            flags.join(" and ")
        ));
    }
    if !alone.is_empty() {
        let more = if alone.len() > 3 { ", …" } else { "" };
        let some: Vec<&str> = alone.iter().take(3).map(String::as_str).collect();
        notes.push(format!(
            "nobody creates these anew when they are evicted, for they have no controller: `{}`{more}",
            some.join("`, `")
        ));
    }
}

fn fields(list: &[(&str, Value)]) -> Map<String, Value> {
    list.iter()
        .map(|(key, value)| ((*key).to_owned(), value.clone()))
        .collect()
}
