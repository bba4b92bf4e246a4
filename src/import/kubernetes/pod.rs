//! Pods, as `kubectl get pods -o json` tells of them, and what `kubectl drain` does with them.

use crate::import::found::{Found, Read};
use crate::model::json::JsonKind;

use super::resources::Resources;

/// A pod.
pub struct Pod<'a> {
    /// Its namespace.
    pub namespace: &'a str,
    /// Its name.
    pub name: &'a str,
    /// The node that it was scheduled to.
    pub node: Option<Found<'a>>,
    /// Its labels.
    pub labels: Labels<'a>,
    /// The kind of its controller.
    pub controller: Option<&'a str>,
    /// Whether it is the image of a static pod: its node runs it, and no API server can evict it.
    pub mirror: bool,
    /// Whether all its containers have ended for good.
    pub finished: bool,
    /// Whether it is being deleted.
    pub leaving: bool,
    /// Whether it is ready.
    pub ready: bool,
    /// Whether it has a volume that goes with it.
    pub local_storage: bool,
    /// What it asks for.
    pub requests: Resources,
    /// Where it stands.
    pub found: Found<'a>,
}

/// Labels, or none.
#[derive(Clone, Copy)]
pub struct Labels<'a>(Option<Found<'a>>);

impl<'a> Labels<'a> {
    /// The value of a label.
    pub fn get(self, key: &str) -> Option<&'a str> {
        self.0?.get(key)?.json.text()
    }
}

impl<'a> Pod<'a> {
    /// Reads a pod.
    pub fn read(found: Found<'a>) -> Read<Self> {
        let metadata = found.need("metadata")?;
        let spec = found.need("spec")?;
        let status = found.need("status")?;
        let annotations = metadata.get("annotations");
        let phase = status.get("phase").map_or(Ok("Unknown"), Found::text)?;
        let ready = !matches!(phase, "Succeeded" | "Failed") && ready(status)?;
        let node = spec.get("nodeName");
        if let Some(node) = node {
            node.text()?;
        }
        let labels = metadata.get("labels");
        if let Some(labels) = labels {
            texts(labels)?;
        }
        Ok(Self {
            namespace: metadata.need("namespace")?.text()?,
            name: metadata.need("name")?.text()?,
            node: node.filter(|node| node.json.text() != Some("")),
            labels: Labels(labels),
            controller: controller(metadata)?,
            mirror: annotations.is_some_and(|all| all.get("kubernetes.io/config.mirror").is_some()),
            finished: matches!(phase, "Succeeded" | "Failed"),
            leaving: metadata.get("deletionTimestamp").is_some(),
            ready,
            local_storage: local_storage(spec)?,
            requests: requests(spec)?,
            found,
        })
    }

    /// As people write it.
    pub fn full_name(&self) -> String {
        format!("{}/{}", self.namespace, self.name)
    }

    /// The name of its node.
    pub fn node_name(&self) -> Option<&'a str> {
        self.node.and_then(|node| node.json.text())
    }

    /// Whether `kubectl drain` evicts it: it leaves static pods and those of DaemonSets where they are. Pods that have ended
    /// go without a question.
    pub fn is_evicted(&self) -> bool {
        !self.mirror && !self.finished && !self.leaving && self.controller != Some("DaemonSet")
    }

    /// The image of its container of a name.
    pub fn image_of(&self, container: &str) -> Read<Option<Found<'a>>> {
        let Some(containers) = self.found.need("spec")?.get("containers") else {
            return Ok(None);
        };
        for each in containers.items()? {
            if each.need("name")?.text()? == container {
                return each.need("image").map(Some);
            }
        }
        Ok(None)
    }
}

fn ready(status: Found<'_>) -> Read<bool> {
    let Some(conditions) = status.get("conditions") else {
        return Ok(false);
    };
    for condition in conditions.items()? {
        if condition.need("type")?.text()? == "Ready" {
            return Ok(condition.need("status")?.text()? == "True");
        }
    }
    Ok(false)
}

fn controller(metadata: Found<'_>) -> Read<Option<&str>> {
    let Some(owners) = metadata.get("ownerReferences") else {
        return Ok(None);
    };
    for owner in owners.items()? {
        if owner.get("controller").map_or(Ok(false), Found::flag)? {
            return owner.need("kind")?.text().map(Some);
        }
    }
    Ok(None)
}

fn local_storage(spec: Found<'_>) -> Read<bool> {
    let Some(volumes) = spec.get("volumes") else {
        return Ok(false);
    };
    Ok(volumes
        .items()?
        .any(|volume| volume.get("emptyDir").is_some()))
}

/// All containers together, but for those that are through before the others begin.
fn requests(spec: Found<'_>) -> Read<Resources> {
    let asked = |of: Found<'_>| match of.get("resources").and_then(|all| all.get("requests")) {
        Some(requests) => Resources::of(requests),
        None => Ok(Resources::default()),
    };
    let one = Resources {
        pods: 1,
        ..Resources::default()
    };
    let overhead = match spec.get("overhead") {
        Some(overhead) => Resources::of(overhead)?,
        None => Resources::default(),
    };
    if spec
        .get("resources")
        .is_some_and(|all| all.get("requests").is_some())
    {
        return Ok(asked(spec)? + overhead + one);
    }
    let (mut all, mut before) = (Resources::default(), Resources::default());
    for container in spec.need("containers")?.items()? {
        all = all + asked(container)?;
    }
    if let Some(containers) = spec.get("initContainers") {
        for container in containers.items()? {
            // One that is always restarted runs beside the others.
            match container
                .get("restartPolicy")
                .map(Found::text)
                .transpose()?
            {
                Some("Always") => all = all + asked(container)?,
                _ => before = before.max(asked(container)?),
            }
        }
    }
    Ok(all.max(before) + overhead + one)
}

/// Fails where the values are not all texts.
fn texts(found: Found<'_>) -> Read<()> {
    let JsonKind::Object(members) = &found.json.kind else {
        return Err(found.other("an object `{…}`"));
    };
    for (_, json) in members {
        Found { json, ..found }.text()?;
    }
    Ok(())
}
