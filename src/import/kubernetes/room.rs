//! Whether the pods of a node that is drained fit elsewhere. The rules count room in pods, and know neither CPU nor memory:
//! where these might be short, that is asked.

use crate::import::found::Read;
use crate::language::codes::Code;
use crate::language::diagnostic::Diagnostic;

use super::node::Node;
use super::pod::Pod;
use super::resources::Resources;

/// What leaves a node when it is drained, and what is free on it.
struct Load {
    leaves: Resources,
    free: Resources,
}

/// Fails where the sums say that the pods of nodes that are drained together do not fit on the others.
pub fn is_enough(nodes: &[Node<'_>], pods: &[Pod<'_>], at_once: usize) -> Read<()> {
    let loads: Vec<Load> = nodes.iter().map(|node| load(node, pods)).collect();
    for (node, load) in nodes.iter().zip(&loads) {
        // Pods go where the taints are that they tolerate already, or none.
        let fits = |other: &Node<'_>| other.taints.iter().all(|t| node.taints.contains(t));
        let others = nodes.iter().zip(&loads);
        let others = others.filter(|(other, _)| other.name != node.name && fits(other));
        let (leave, free): (Vec<Resources>, Vec<Resources>) =
            others.map(|(_, load)| (load.leaves, load.free)).unzip();
        // With it, those may be drained that hurt most.
        let more = at_once.saturating_sub(1);
        let wanted = load.leaves + largest(&leave, more);
        let all = free
            .iter()
            .fold(Resources::default(), |sum, one| sum + *one);
        let Some(short) = (all - largest(&free, more)).short_of(wanted) else {
            continue;
        };
        let message = format!(
            "the pods of `{}` may find no room elsewhere when it is drained: {short}",
            node.name
        );
        return Err(Box::new(
            Diagnostic::error(Code::NotTold, message)
                .at(node.version.source, node.version.place(), "of this node")
                .help("what is evicted then stays pending: add a node, or scale something down, and record the outputs again")
                .help("where there will be room, such as by an autoscaler that adds nodes: `--set room=enough`"),
        ));
    }
    Ok(())
}

fn load(node: &Node<'_>, pods: &[Pod<'_>]) -> Load {
    let (mut leaves, mut used) = (Resources::default(), Resources::default());
    for pod in pods {
        if pod.finished || pod.node_name() != Some(node.name) {
            continue;
        }
        used = used + pod.requests;
        if pod.is_evicted() {
            leaves = leaves + pod.requests;
        }
    }
    let open = node.ready && !node.cordoned && node.is_worker();
    let free = Resources::default().max(node.allocatable - used);
    Load {
        leaves,
        free: if open { free } else { Resources::default() },
    }
}

/// The sum of so many, of each resource its largest.
fn largest(all: &[Resources], number: usize) -> Resources {
    let sum = |of: fn(&Resources) -> i128| {
        let mut values: Vec<i128> = all.iter().map(of).collect();
        values.sort_unstable_by(|a, b| b.cmp(a));
        values.into_iter().take(number).sum()
    };
    Resources {
        pods: sum(|one| one.pods),
        cpu: sum(|one| one.cpu),
        memory: sum(|one| one.memory),
    }
}
