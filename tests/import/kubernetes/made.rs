//! Lists of nodes, pods and budgets that are made up, as short as they may be.

use std::sync::Arc;

use rollproof::import::Imported;
use rollproof::language::diagnostic::Diagnostics;
use rollproof::language::source::Source;

use super::kubernetes;

/// Lists that are made up: `master1`, … and `worker01`, …
#[derive(Clone)]
pub struct Made {
    pub items: Vec<String>,
}

impl Made {
    pub fn new(masters: usize, workers: usize, version: &str) -> Self {
        let mut made = Self { items: Vec::new() };
        for number in 1..=masters {
            let name = format!("master{number}");
            made.node(&name, version, r#""labels":{"node-role.kubernetes.io/control-plane":""},"#,
                r#""taints":[{"key":"node-role.kubernetes.io/control-plane","effect":"NoSchedule"}]"#, "True");
            made.control_plane(&name, version);
        }
        for number in 1..=workers {
            made.node(&format!("worker{number:02}"), version, "", "", "True");
        }
        made.pod(
            "kube-system",
            "kube-proxy",
            "worker01",
            "",
            "DaemonSet",
            true,
        );
        made
    }

    pub fn node(&mut self, name: &str, version: &str, metadata: &str, spec: &str, ready: &str) {
        self.items.push(format!(
            r#"{{"apiVersion":"v1","kind":"Node","metadata":{{{metadata}"annotations":{{"kubeadm.alpha.kubernetes.io/cri-socket":"x"}},"name":"{name}"}},"spec":{{{spec}}},
"status":{{"allocatable":{{"cpu":"4","memory":"16Gi","pods":"110"}},"conditions":[{{"type":"Ready","status":"{ready}"}}],"nodeInfo":{{"kubeletVersion":"{version}"}}}}}}"#
        ));
    }

    pub fn control_plane(&mut self, node: &str, version: &str) {
        for part in [
            "kube-apiserver",
            "kube-controller-manager",
            "kube-scheduler",
            "etcd",
        ] {
            self.items.push(format!(
                r#"{{"apiVersion":"v1","kind":"Pod","metadata":{{"annotations":{{"kubernetes.io/config.mirror":"1"}},"labels":{{"component":"{part}"}},"name":"{part}-{node}","namespace":"kube-system",
"ownerReferences":[{{"kind":"Node","name":"{node}","controller":true}}]}},"spec":{{"nodeName":"{node}","containers":[{{"name":"{part}","image":"registry.k8s.io/{part}:{version}"}}]}},
"status":{{"phase":"Running","conditions":[{{"type":"Ready","status":"True"}}]}}}}"#
            ));
        }
    }

    pub fn pod(
        &mut self,
        namespace: &str,
        name: &str,
        node: &str,
        app: &str,
        controller: &str,
        ready: bool,
    ) {
        let owner = if controller.is_empty() {
            String::new()
        } else {
            format!(
                r#","ownerReferences":[{{"kind":"{controller}","name":"c","controller":true}}]"#
            )
        };
        let ready = if ready { "True" } else { "False" };
        self.items.push(format!(
            r#"{{"apiVersion":"v1","kind":"Pod","metadata":{{"labels":{{"app":"{app}","tier":"front"}},"name":"{name}","namespace":"{namespace}"{owner}}},
"spec":{{"nodeName":"{node}","containers":[{{"name":"c","image":"i","resources":{{"requests":{{"cpu":"100m","memory":"64Mi"}}}}}}]}},
"status":{{"phase":"Running","conditions":[{{"type":"Ready","status":"{ready}"}}]}}}}"#
        ));
    }

    /// `number` pods of an application, one after the other on the workers.
    pub fn app(&mut self, app: &str, number: usize, workers: usize) {
        for place in 0..number {
            let node = format!("worker{:02}", place % workers + 1);
            self.pod(
                "shop",
                &format!("{app}-{place}"),
                &node,
                app,
                "ReplicaSet",
                true,
            );
        }
    }

    pub fn budget(&mut self, name: &str, spec: &str) {
        self.items.push(format!(
            r#"{{"apiVersion":"policy/v1","kind":"PodDisruptionBudget","metadata":{{"name":"{name}","namespace":"shop"}},"spec":{{{spec}}}}}"#
        ));
    }

    pub fn budget_of(&mut self, app: &str, wanted: &str) {
        self.budget(
            app,
            &format!(r#"{wanted},"selector":{{"matchLabels":{{"app":"{app}"}}}}"#),
        );
    }

    pub fn source(&self) -> Arc<Source> {
        Source::new(
            "made",
            format!(
                r#"{{"apiVersion":"v1","kind":"List","items":[{}]}}"#,
                self.items.join(",\n")
            ),
        )
    }

    pub fn import(&self, answers: &[(&str, &str)]) -> Result<Imported, Diagnostics> {
        kubernetes(&[self.source()], answers)
    }
}
