//! Nodes, as `kubectl get nodes -o json` tells of them.

use crate::import::found::{Found, Read};
use crate::language::codes::Code;
use crate::language::diagnostic::Diagnostic;

use super::release;
use super::resources::Resources;

/// A machine with a kubelet.
pub struct Node<'a> {
    /// Its name.
    pub name: &'a str,
    /// The minor version of its kubelet.
    pub kubelet: u32,
    /// Where that is told.
    pub version: Found<'a>,
    /// Whether it says that it is of the control plane.
    pub control_plane: bool,
    /// Whether it was cordoned.
    pub cordoned: bool,
    /// Whether its kubelet is ready.
    pub ready: bool,
    /// The taints that keep pods away, `key=value`, without those that come and go by themselves.
    pub taints: Vec<String>,
    /// What pods may take of it.
    pub allocatable: Resources,
    /// Whether kubeadm set it up.
    pub kubeadm: bool,
    /// Who runs the control plane, where that shows.
    pub provider: Option<Provider>,
}

/// Who runs a control plane that is not to be seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Provider {
    /// Its name.
    pub name: &'static str,
    /// How its control plane is upgraded.
    pub upgrade: &'static str,
}

const EKS: Provider = Provider {
    name: "Amazon EKS",
    upgrade: "aws eks update-cluster-version",
};
const GKE: Provider = Provider {
    name: "Google GKE",
    upgrade: "gcloud container clusters upgrade --master",
};
const AKS: Provider = Provider {
    name: "Azure AKS",
    upgrade: "az aks upgrade --control-plane-only",
};

const ROLES: [&str; 2] = [
    "node-role.kubernetes.io/control-plane",
    "node-role.kubernetes.io/master",
];

impl<'a> Node<'a> {
    /// Reads a node.
    pub fn read(found: Found<'a>) -> Read<Self> {
        let metadata = found.need("metadata")?;
        let status = found.need("status")?;
        let spec = found.get("spec");
        let name = metadata.need("name")?.text()?;
        let version = status.need("nodeInfo")?.need("kubeletVersion")?;
        let label = |key: &str| metadata.get("labels").and_then(|labels| labels.get(key));
        let annotation = |key: &str| metadata.get("annotations").and_then(|all| all.get(key));
        let provider = match version.text()? {
            text if text.contains("-eks-") => Some(EKS),
            text if text.contains("-gke.") => Some(GKE),
            _ => label("kubernetes.azure.com/cluster").map(|_| AKS),
        };
        let cordoned = spec.and_then(|spec| spec.get("unschedulable"));
        Ok(Self {
            name,
            kubelet: release::told(version, "the kubelet")?,
            version,
            control_plane: ROLES.iter().any(|role| label(role).is_some()),
            cordoned: cordoned.map_or(Ok(false), Found::flag)?,
            ready: ready(status, name)?,
            taints: taints(spec)?,
            allocatable: Resources::of(status.need("allocatable")?)?,
            kubeadm: annotation("kubeadm.alpha.kubernetes.io/cri-socket").is_some(),
            provider,
        })
    }

    /// Whether pods of applications may run on it: everywhere but on a control plane that is kept free of them.
    pub fn is_worker(&self) -> bool {
        let of_role = |taint: &String| ROLES.iter().any(|role| taint.starts_with(role));
        !self.taints.iter().any(of_role)
    }
}

fn ready(status: Found<'_>, name: &str) -> Read<bool> {
    for condition in status.need("conditions")?.items()? {
        if condition.need("type")?.text()? == "Ready" {
            return Ok(condition.need("status")?.text()? == "True");
        }
    }
    let message = format!("whether `{name}` is ready is not told");
    Err(Box::new(Diagnostic::error(Code::NotTold, message).at(
        status.source,
        status.place(),
        "a condition of the type `Ready` was expected in here",
    )))
}

fn taints(spec: Option<Found<'_>>) -> Read<Vec<String>> {
    let mut all = Vec::new();
    let Some(list) = spec.and_then(|spec| spec.get("taints")) else {
        return Ok(all);
    };
    for taint in list.items()? {
        let key = taint.need("key")?.text()?;
        let value = taint.get("value").map_or(Ok(""), Found::text)?;
        let hard = taint.need("effect")?.text()? != "PreferNoSchedule";
        if hard && !key.starts_with("node.kubernetes.io/") {
            all.push(format!("{key}={value}"));
        }
    }
    Ok(all)
}
