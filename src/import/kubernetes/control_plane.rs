//! Control planes: the static pods of API server, controller manager and scheduler on their nodes, or what a provider runs.

use crate::import::answers::Answers;
use crate::import::found::{Found, Read};
use crate::import::names::Names;
use crate::language::codes::Code;
use crate::language::diagnostic::Diagnostic;

use super::node::{Node, Provider};
use super::pod::Pod;
use super::release;

/// The control plane of one node.
pub struct ControlPlane<'a> {
    /// Its name.
    pub name: String,
    /// That of its node.
    pub node: &'a str,
    /// The minor version of its API server.
    pub api: u32,
    /// The lower one of its controller manager and its scheduler.
    pub controllers: u32,
    /// The higher one.
    pub highest: u32,
    /// Whether all of it runs.
    pub up: bool,
    /// Where it is told of.
    pub found: Found<'a>,
}

const PARTS: [&str; 4] = [
    "kube-apiserver",
    "kube-controller-manager",
    "kube-scheduler",
    "etcd",
];

/// Which part of a control plane a pod is.
fn part(pod: &Pod<'_>) -> Read<Option<&'static str>> {
    if !pod.mirror || pod.namespace != "kube-system" {
        return Ok(None);
    }
    for part in PARTS {
        if pod.labels.get("component") == Some(part) || pod.image_of(part)?.is_some() {
            return Ok(Some(part));
        }
    }
    Ok(None)
}

/// All that are to be seen, in the order of their nodes.
pub fn all<'a>(
    nodes: &[Node<'a>],
    pods: &[Pod<'a>],
    answers: &mut Answers,
    names: &mut Names,
    notes: &mut Vec<String>,
) -> Read<Vec<ControlPlane<'a>>> {
    let mut parts = Vec::new();
    for pod in pods {
        if let Some(part) = part(pod)? {
            parts.push((part, pod));
        }
    }
    let mut all = Vec::new();
    for node in nodes {
        let own: Vec<(&str, &Pod<'a>)> = parts
            .iter()
            .filter(|(_, pod)| pod.node_name() == Some(node.name))
            .copied()
            .collect();
        let has_api = own.iter().any(|(part, _)| *part == PARTS[0]);
        if node.control_plane || has_api {
            all.push(one(node, &own, answers, names, notes)?);
        }
    }
    if !all.is_empty() && parts.iter().all(|(part, _)| *part != "etcd") {
        notes.push(
            "no pod of etcd is in the outputs: the rules have it on the control-plane nodes, where it restarts with the API server"
                .to_owned(),
        );
    }
    Ok(all)
}

fn one<'a>(
    node: &Node<'a>,
    own: &[(&str, &Pod<'a>)],
    answers: &mut Answers,
    names: &mut Names,
    notes: &mut Vec<String>,
) -> Read<ControlPlane<'a>> {
    let pod_of = |wanted: &str| {
        own.iter()
            .find(|(part, _)| *part == wanted)
            .map(|(_, pod)| *pod)
    };
    let minor_of = |part: &str| -> Read<Option<u32>> {
        match pod_of(part) {
            Some(pod) => match pod.image_of(part)? {
                Some(image) => release::of_image(image),
                None => Ok(None),
            },
            None => Ok(None),
        }
    };
    let found = pod_of(PARTS[0]).map_or(node.version, |pod| pod.found);
    let mut asked = |key: &str, part: &str| -> Read<u32> {
        if let Some((key, value)) = answers.of_one(node.name, key) {
            return release::given(&key, &value);
        }
        let message = format!("the version of the {part} of `{}` is not told", node.name);
        Err(Box::new(
            Diagnostic::error(Code::NotTold, message)
                .at(found.source, found.place(), "of this control-plane node")
                .help("static pods of the namespace `kube-system` with a version in their image tell it; `-A` lists all namespaces")
                .help(format!("or say it by name: `--set {}.{key}=1.{}`", node.name, node.kubelet)),
        ))
    };
    let api = match minor_of(PARTS[0])? {
        Some(api) => api,
        None => asked("api", "API server")?,
    };
    let (managers, schedulers) = (minor_of(PARTS[1])?, minor_of(PARTS[2])?);
    let (lower, higher) = match (managers, schedulers) {
        (Some(one), Some(other)) => (one.min(other), one.max(other)),
        _ => {
            let value = asked("controllers", "controller manager and scheduler")?;
            (value, value)
        }
    };
    if lower != higher {
        notes.push(format!(
            "controller manager and scheduler of `{}` are at 1.{lower} and 1.{higher}: the rules upgrade both in one step, from 1.{lower}",
            node.name
        ));
    }
    let silent: Vec<&str> = own
        .iter()
        .filter(|(part, pod)| matches!(*part, "kube-apiserver" | "etcd") && !pod.ready)
        .map(|(part, _)| *part)
        .collect();
    let up = silent.is_empty() && node.ready;
    if !silent.is_empty() {
        notes.push(format!(
            "{} of `{}` not ready: taken to be restarting, and to come back by itself",
            silent.join(" and "),
            node.name
        ));
    }
    Ok(ControlPlane {
        name: names.own(&format!("control-plane@{}", node.name)),
        node: node.name,
        api,
        controllers: lower,
        highest: higher,
        up,
        found,
    })
}

/// What is asked where no control plane is to be seen: the version to which its provider has brought it.
pub fn managed(nodes: &[Node<'_>], answers: &mut Answers, notes: &mut Vec<String>) -> Read<u32> {
    let provider: Option<Provider> = nodes.iter().find_map(|node| node.provider);
    let highest = nodes.iter().map(|node| node.kubelet).max().unwrap_or(28);
    if let Some(value) = answers.of("api") {
        let api = release::given("api", &value)?;
        notes.push(format!(
            "{} runs the control plane: it is taken to be at 1.{api} already, and only the nodes are planned",
            provider.map_or("somebody else", |provider| provider.name)
        ));
        if provider.is_some() {
            notes.push(
                "a managed node is replaced rather than upgraded in place: take the new machine for its upgraded kubelet"
                    .to_owned(),
            );
        }
        return Ok(api);
    }
    let message = match provider {
        Some(provider) => format!(
            "no control-plane node is in the outputs: {} runs it, and upgrades it by a way of its own",
            provider.name
        ),
        None => "no control-plane node is in the outputs".to_owned(),
    };
    let mut diagnostic = Diagnostic::error(Code::NotTold, message);
    if let Some(provider) = provider {
        diagnostic = diagnostic.help(format!(
            "upgrade the control plane first, one minor version at a time, with `{}`",
            provider.upgrade
        ));
    } else {
        diagnostic = diagnostic.help(
            "control-plane nodes have the label `node-role.kubernetes.io/control-plane`; `kubectl get nodes` without a selector lists them",
        );
    }
    Err(Box::new(diagnostic.help(format!(
        "where somebody else runs it, say at which version it is, and only the nodes are planned: `--set api=1.{}`",
        (highest + 1).min(*release::MINORS.end())
    ))))
}
