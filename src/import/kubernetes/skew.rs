//! The version skew that a cluster begins with: where it is beyond what is supported, no plan could mend that by going on.

use crate::import::found::{Found, Read};
use crate::language::codes::Code;
use crate::language::diagnostic::Diagnostic;

use super::control_plane::ControlPlane;
use super::node::Node;

/// How many minor versions a kubelet may be older than an API server: from 1.25 on, and so for all that are covered.
const KUBELET: u32 = 3;

/// Who talks to whom.
#[derive(Clone, Copy)]
pub struct Reach {
    /// Kubelets of control-plane nodes to their own API server.
    pub kubelets_local: bool,
    /// Controller managers and schedulers to their own API server.
    pub controllers_local: bool,
}

/// Fails where something is beyond the version skew policy already.
pub fn within(
    nodes: &[Node<'_>],
    planes: &[ControlPlane<'_>],
    managed: Option<u32>,
    reach: Reach,
) -> Read<()> {
    for one in planes {
        for other in planes {
            of_planes(one, other, reach)?;
        }
    }
    for node in nodes {
        if let Some(api) = managed {
            of_kubelet(node, api, "that you name", false)?;
        }
        let own = planes.iter().any(|plane| plane.node == node.name);
        for plane in planes {
            let foreign = own && plane.node != node.name;
            if !(foreign && reach.kubelets_local) {
                of_kubelet(node, plane.api, &format!("of `{}`", plane.node), foreign)?;
            }
        }
    }
    Ok(())
}

fn of_planes(one: &ControlPlane<'_>, other: &ControlPlane<'_>, reach: Reach) -> Read<()> {
    let of = format!("of `{}`", other.node);
    if one.api > other.api + 1 {
        let what = format!("the API server of `{}` is at 1.{}", one.node, one.api);
        let rule = "they may be one minor version apart";
        return Err(Box::new(beyond(one.found, &what, other.api, &of, rule)));
    }
    if reach.controllers_local && one.node != other.node {
        return Ok(());
    }
    let (minor, rule) = if one.highest > other.api {
        (one.highest, "they must not be newer")
    } else if one.controllers + 1 < other.api {
        (one.controllers, "they may be one minor version older")
    } else {
        return Ok(());
    };
    let what = format!(
        "controller manager and scheduler of `{}` are at 1.{minor}",
        one.node
    );
    let mut diagnostic = beyond(one.found, &what, other.api, &of, rule);
    if !reach.controllers_local && one.node != other.node {
        diagnostic = diagnostic.help(
            "where they talk to the API server of their own node only: `--set controllers_local=true`",
        );
    }
    Err(Box::new(diagnostic))
}

/// `foreign` where the API server is that of another control-plane node.
fn of_kubelet(node: &Node<'_>, api: u32, of: &str, foreign: bool) -> Read<()> {
    let what = format!("the kubelet of `{}` is at 1.{}", node.name, node.kubelet);
    if node.kubelet > api {
        let rule = "it must not be newer";
        let mut diagnostic = beyond(node.version, &what, api, of, rule);
        if foreign {
            diagnostic = diagnostic.help(
                "where it talks to the API server of its own node only: `--set kubelet_local_mode=true`",
            );
        }
        return Err(Box::new(diagnostic));
    }
    if node.kubelet + KUBELET < api {
        let rule = "it may be three minor versions older at most";
        return Err(Box::new(beyond(node.version, &what, api, of, rule)));
    }
    Ok(())
}

fn beyond(at: Found<'_>, what: &str, api: u32, of: &str, rule: &str) -> Diagnostic {
    let message = format!("{what}, and the API server {of} at 1.{api}: {rule}");
    Diagnostic::error(Code::OtherOutput, message)
        .at(at.source, at.place(), "")
        .help("mend that first, as kubernetes.io/releases/version-skew-policy says: the rules begin with what is supported")
}
