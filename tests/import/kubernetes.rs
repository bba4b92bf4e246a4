//! Kubernetes. No API server could be had: `three-and-three.json` and what is made here follow the API reference (Node v1, Pod
//! v1, PodDisruptionBudget policy/v1) in the form in which kubectl prints lists, with the names, labels, taints and static
//! pods that kubeadm makes. The budget of `budget-by-kubectl.json` is what kubectl 1.36 prints for
//! `create poddisruptionbudget web --selector=app=web --min-available=50% --dry-run=client -o json`.

mod budgets;
mod made;

use std::sync::Arc;

use rollproof::import::Imported;
use rollproof::language::diagnostic::Diagnostics;
use rollproof::language::source::Source;
use rollproof::search::budget::Unlimited;
use rollproof::tasks::effort::Effort;
use rollproof::tasks::outcome::Verdict;
use rollproof::tasks::plan;

use crate::reading::{diagnosis, loaded, read, recording};
use made::Made;

fn kubernetes(sources: &[Arc<Source>], answers: &[(&str, &str)]) -> Result<Imported, Diagnostics> {
    read("kubernetes", sources, answers)
}

fn three() -> Arc<Source> {
    recording("kubernetes/three-and-three.json")
}

/// The recording with a text replaced in it, everywhere.
fn with(old: &str, new: &str) -> Arc<Source> {
    let text = three().text.clone();
    assert!(text.contains(old), "{old}");
    Source::new("x", text.replace(old, new))
}

#[test]
fn a_cluster_of_kubeadm_becomes_a_cluster_file() {
    let imported = kubernetes(&[three()], &[]).unwrap();
    let expected = r#"{
  "description": "Imported from kubernetes/three-and-three.json.",
  "rules": "kubernetes",
  "params": { "target": 36 },
  "objects": {
    "node": {
      "master1": { "worker": false, "kubelet": 35 },
      "master2": { "worker": false, "kubelet": 35 },
      "master3": { "worker": false, "kubelet": 35 },
      "worker1": { "kubelet": 35 },
      "worker2": { "kubelet": 35 },
      "worker3": { "kubelet": 35 }
    },
    "control_plane": {
      "control-plane@master1": { "node": "master1", "api": 35, "controllers": 35 },
      "control-plane@master2": { "node": "master2", "api": 35, "controllers": 35 },
      "control-plane@master3": { "node": "master3", "api": 35, "controllers": 35 }
    },
    "app": {
      "shop/web": { "min_available": 2 }
    },
    "pod": {
      "shop/web-5d9c7b6f4-a9x21": { "app": "shop/web", "node": "worker1" },
      "shop/web-5d9c7b6f4-b9x22": { "app": "shop/web", "node": "worker2" },
      "shop/web-5d9c7b6f4-c9x23": { "app": "shop/web", "node": "worker3" }
    }
  }
}
"#;
    assert_eq!(imported.text, expected);
    let notes = imported.notes.join("\n");
    for wanted in [
        "kubelet_local_mode=true",
        "target=1.37",
        "left out: 2 pods that no budget protects",
        "--ignore-daemonsets",
        "--delete-emptydir-data",
    ] {
        assert!(notes.contains(wanted), "{wanted} is not in:\n{notes}");
    }
    assert_eq!(imported.notes.len(), 4, "{notes}");
    loaded(&imported);
}

#[test]
fn lists_of_their_own_and_single_objects_are_the_same_cluster() {
    let text = three().text.clone();
    let all: serde_json::Value = serde_json::from_str(&text).unwrap();
    let items = all["items"].as_array().unwrap();
    let of = |kind: &str| -> Vec<serde_json::Value> {
        items
            .iter()
            .filter(|item| item["kind"] == kind)
            .cloned()
            .collect()
    };
    let list = |kind: &str| {
        Source::new(
            kind,
            serde_json::json!({ "apiVersion": "v1", "kind": "List", "items": of(kind) })
                .to_string(),
        )
    };
    // `kubectl get --raw` gives lists whose items do not tell what they are.
    let raw = |kind: &str| {
        let mut items = of(kind);
        for item in &mut items {
            let item = item.as_object_mut().unwrap();
            item.remove("kind");
            item.remove("apiVersion");
        }
        Source::new(kind, serde_json::json!({ "apiVersion": "v1", "kind": format!("{kind}List"), "metadata": { "continue": "" }, "items": items }).to_string())
    };
    let single = Source::new("budget", of("PodDisruptionBudget")[0].to_string());
    let body = |imported: Imported| imported.text.split_once("\"rules\"").unwrap().1.to_owned();
    let whole = body(kubernetes(&[three()], &[]).unwrap());
    let apart = [list("PodDisruptionBudget"), list("Pod"), list("Node")];
    assert_eq!(body(kubernetes(&apart, &[]).unwrap()), whole);
    let mixed = [single, raw("Node"), raw("Pod")];
    assert_eq!(body(kubernetes(&mixed, &[]).unwrap()), whole);
    let one = mixed.map(|source| source.text.clone()).join("\n");
    assert_eq!(
        body(kubernetes(&[Source::new("-", one)], &[]).unwrap()),
        whole
    );
}

/// What the best plan costs, of what was imported.
pub fn cost(imported: &Imported) -> Option<u32> {
    let answer = plan::plan(&loaded(imported), &Effort::default(), &mut Unlimited).unwrap();
    assert!(answer.plan.is_some() || answer.verdict == Verdict::Violated);
    answer.plan.map(|plan| plan.cost)
}

#[test]
fn three_and_three_have_a_plan() {
    let imported = kubernetes(&[three()], &[]).unwrap();
    assert_eq!(cost(&imported), Some(24));
}

/// Hundreds of pods, of which none is in the way.
#[test]
fn three_and_thirty_with_hundreds_of_pods_are_a_small_model() {
    let mut made = Made::new(3, 30, "v1.34.2");
    for app in 0..20 {
        made.app(&format!("app{app}"), 9, 30);
        made.budget_of(&format!("app{app}"), r#""maxUnavailable":1"#);
    }
    made.app("free", 150, 30);
    let imported = made.import(&[]).unwrap();
    let notes = imported.notes.join("\n");
    assert!(
        notes.contains("left out: 180 pods of 20 budgets"),
        "{notes}"
    );
    assert!(
        notes.contains("left out: 150 pods that no budget protects"),
        "{notes}"
    );
    let model = loaded(&imported);
    assert_eq!(model.objects.len(), 36, "{}", imported.text);
    assert_eq!(cost(&imported), Some(105));
    // One of them that allows no eviction is in the way, and is there.
    made.app("single", 1, 30);
    made.budget_of("single", r#""minAvailable":1"#);
    let imported = made.import(&[]).unwrap();
    assert_eq!(cost(&imported), None);
    assert!(imported.text.contains("shop/single-0"));
}

#[test]
fn where_pods_may_find_no_room_that_is_asked() {
    let mut made = Made::new(1, 2, "v1.35.0");
    // 25 of 100 thousandths of a CPU on one node, and 20 on the other: it has 4.
    made.app("web", 45, 1);
    assert_eq!(
        diagnosis(made.import(&[])),
        "I0004 the pods of `worker01` may find no room elsewhere when it is drained: they need 4.5 CPU, and 4.0 CPU is free at made:16:143"
    );
    loaded(&made.import(&[("room", "enough")]).unwrap());
    assert!(diagnosis(made.import(&[("room", "plenty")])).contains("`--set room=plenty`"));
    // A node more is room enough, unless two are drained at once.
    made.node("worker03", "v1.35.0", "", "", "True");
    loaded(&made.import(&[]).unwrap());
    assert!(diagnosis(made.import(&[("nodes_at_once", "2")])).contains("may find no room"));
    // One that is kept for other pods is none.
    let mut made = Made::new(1, 1, "v1.35.0");
    made.node(
        "worker02",
        "v1.35.0",
        "",
        r#""taints":[{"key":"gpu","value":"yes","effect":"NoSchedule"}]"#,
        "True",
    );
    made.app("web", 1, 1);
    assert!(
        diagnosis(made.import(&[]))
            .contains("they need room for 1 pods, and room for 0 pods is free")
    );
}

#[test]
fn an_upgrade_that_has_begun_goes_on() {
    let mut made = Made::new(0, 2, "v1.35.0");
    made.node(
        "master1",
        "v1.35.0",
        r#""labels":{"node-role.kubernetes.io/control-plane":""},"#,
        "",
        "True",
    );
    made.control_plane("master1", "v1.36.1");
    let imported = made.import(&[]).unwrap();
    assert!(
        imported.text.contains(r#""target": 36"#),
        "{}",
        imported.text
    );
    assert!(imported.text.contains(r#""api": 36, "controllers": 36"#));
    // It takes pods, for it has no taint.
    assert!(
        imported.text.contains(r#""master1": { "kubelet": 35 }"#),
        "{}",
        imported.text
    );
    loaded(&imported);
    assert!(diagnosis(made.import(&[("target", "1.35")])).contains("is below 1.36"));
    let on = made.import(&[("target", "1.37")]).unwrap();
    assert!(on.text.contains(r#""target": 37"#));
}

#[test]
fn what_is_down_cordoned_or_restarting_is_so_in_the_file() {
    let mut made = Made::new(1, 1, "v1.35.0");
    made.node("worker02", "v1.35.0", "", r#""unschedulable":true"#, "True");
    made.node("worker03", "v1.35.0", "", "", "Unknown");
    let imported = made.import(&[]).unwrap();
    assert!(
        imported
            .text
            .contains(r#""worker02": { "kubelet": 35, "cordoned": true }"#),
        "{}",
        imported.text
    );
    assert!(
        imported
            .text
            .contains(r#""worker03": { "kubelet": 35, "state": "down" }"#),
        "{}",
        imported.text
    );
    assert!(
        imported
            .notes
            .iter()
            .any(|n| n.contains("`worker03` is not ready"))
    );
    loaded(&imported);
    let text = made.source().text.replacen(
        r#""phase":"Running","conditions":[{"type":"Ready","status":"True"}]"#,
        r#""phase":"Running""#,
        1,
    );
    let imported = kubernetes(&[Source::new("x", text)], &[]).unwrap();
    assert!(
        imported.text.contains(r#""controllers": 35, "up": false"#),
        "{}",
        imported.text
    );
    assert!(
        imported
            .notes
            .iter()
            .any(|n| n.contains("kube-apiserver of `master1` not ready")),
        "{:?}",
        imported.notes
    );
}

#[test]
fn versions_that_the_rules_do_not_cover_are_errors_with_their_line() {
    assert_eq!(
        diagnosis(Made::new(0, 1, "v1.27.16").import(&[])),
        "I0003 the kubelet v1.27.16 is not covered: the rules are about releases of Kubernetes from 1.28 to 1.40 at made:2:143"
    );
    let of = |version: &str| {
        let found = Made::new(1, 1, version).import(&[]).expect_err(version);
        found.list[0].message.clone()
    };
    assert!(of("v1.41.0").contains("v1.41.0 is not covered"));
    assert!(of("v1.36.0-rc.1").contains("v1.36.0-rc.1 is not covered"));
    let source = with(
        "registry.k8s.io/kube-apiserver:v1.35.2",
        "registry.k8s.io/kube-apiserver:v1.27.0",
    );
    assert!(
        diagnosis(kubernetes(&[source], &[])).contains("kube-apiserver v1.27.0 is not covered")
    );
    assert!(diagnosis(kubernetes(&[three()], &[("target", "3.6")])).contains("`--set target=3.6`"));
    assert_eq!(
        diagnosis(Made::new(1, 1, "v1.40.0").import(&[])),
        "I0003 everything is at 1.40, and 1.41 is not covered: the rules are about releases of Kubernetes from 1.28 to 1.40"
    );
}

#[test]
fn a_skew_beyond_what_is_supported_is_an_error() {
    let skew = |kubelet: &str, api: &str, answers: &[(&str, &str)]| {
        let mut made = Made::new(2, 1, "v1.35.0");
        made.node("worker09", kubelet, "", "", "True");
        let text = made.source().text.replace(
            r#""containers":[{"name":"kube-apiserver","image":"registry.k8s.io/kube-apiserver:v1.35.0"}]},
"status":{"phase":"Running","conditions":[{"type":"Ready","status":"True"}]}},
{"apiVersion":"v1","kind":"Pod","metadata":{"annotations":{"kubernetes.io/config.mirror":"1"},"labels":{"component":"kube-controller-manager"},"name":"kube-controller-manager-master2""#,
            &format!(r#""containers":[{{"name":"kube-apiserver","image":"registry.k8s.io/kube-apiserver:{api}"}}]}},
"status":{{"phase":"Running","conditions":[{{"type":"Ready","status":"True"}}]}}}},
{{"apiVersion":"v1","kind":"Pod","metadata":{{"annotations":{{"kubernetes.io/config.mirror":"1"}},"labels":{{"component":"kube-controller-manager"}},"name":"kube-controller-manager-master2""#),
        );
        kubernetes(&[Source::new("x", text)], answers)
    };
    loaded(&skew("v1.35.0", "v1.35.9", &[]).unwrap());
    loaded(&skew("v1.33.0", "v1.36.0", &[]).unwrap());
    assert!(diagnosis(skew("v1.36.0", "v1.36.0", &[])).contains(
        "the kubelet of `worker09` is at 1.36, and the API server of `master1` at 1.35: it must not be newer"
    ));
    assert!(
        diagnosis(skew("v1.31.0", "v1.35.0", &[])).contains("three minor versions older at most")
    );
    assert!(diagnosis(skew("v1.35.0", "v1.37.0", &[])).contains("one minor version apart"));
    assert!(
        diagnosis(skew("v1.34.0", "v1.34.0", &[]))
            .contains("controller manager and scheduler of `master2` are at 1.35")
    );

    // kubernetes#127316: the kubelet of a control-plane node that was upgraded before the others.
    let mut made = Made::new(1, 1, "v1.35.0");
    made.node(
        "master2",
        "v1.36.0",
        r#""labels":{"node-role.kubernetes.io/control-plane":""},"#,
        "",
        "True",
    );
    made.control_plane("master2", "v1.36.0");
    let found = made.import(&[]).expect_err("it may reach an older one");
    assert!(
        found.list[0]
            .help
            .iter()
            .any(|help| help.contains("--set kubelet_local_mode=true")),
        "{found:?}"
    );
    loaded(&made.import(&[("kubelet_local_mode", "true")]).unwrap());
}

#[test]
fn a_control_plane_that_somebody_else_runs_is_asked_for() {
    for (version, who, how) in [
        (
            "v1.33.5-eks-113cf36",
            "Amazon EKS",
            "aws eks update-cluster-version",
        ),
        (
            "v1.33.5-gke.1080000",
            "Google GKE",
            "gcloud container clusters upgrade",
        ),
    ] {
        let made = Made::new(0, 3, version);
        let found = made
            .import(&[])
            .expect_err("no control plane is to be seen");
        assert!(found.list[0].message.contains(who), "{found:?}");
        let help = found.list[0].help.join("\n");
        assert!(
            help.contains(how) && help.contains("--set api=1.34"),
            "{help}"
        );
        let imported = made.import(&[("api", "1.34")]).unwrap();
        assert!(
            imported.text.contains(r#""target": 34"#),
            "{}",
            imported.text
        );
        assert_eq!(cost(&imported), Some(9));
        assert!(
            diagnosis(made.import(&[("api", "1.34"), ("target", "1.35")]))
                .contains("not in your hands")
        );
        assert!(diagnosis(made.import(&[("api", "1.32")])).contains("it must not be newer"));
    }
    let found = Made::new(0, 1, "v1.33.5")
        .import(&[])
        .expect_err("nor here");
    assert_eq!(
        found.list[0].message,
        "no control-plane node is in the outputs"
    );
}

#[test]
fn control_planes_without_static_pods_are_asked_for() {
    let mut made = Made::new(0, 1, "v1.34.1+k3s1");
    made.node(
        "server1",
        "v1.34.1+k3s1",
        r#""labels":{"node-role.kubernetes.io/control-plane":"true"},"#,
        "",
        "True",
    );
    assert!(
        diagnosis(made.import(&[]))
            .starts_with("I0004 the version of the API server of `server1` is not told")
    );
    let imported = made
        .import(&[("api", "1.34"), ("server1.controllers", "1.34")])
        .unwrap();
    assert!(
        imported.text.contains(r#""api": 34, "controllers": 34"#),
        "{}",
        imported.text
    );
    assert!(imported.notes.iter().any(|n| n.contains("no pod of etcd")));
    loaded(&imported);
}

#[test]
fn what_is_no_output_of_kubectl_is_refused() {
    for text in ["{}", "[]", "3", r#"{"rules": "kubernetes", "objects": {}}"#] {
        assert_eq!(
            diagnosis(kubernetes(&[Source::new("x", text)], &[])),
            "I0002 this is no object of Kubernetes at x:1:1",
            "{text}"
        );
    }
    for text in ["", " \n", "NAME   STATUS   ROLES", "apiVersion: v1"] {
        assert!(
            kubernetes(&[Source::new("x", text)], &[]).is_err(),
            "{text}"
        );
    }
    let refused = |text: &str| diagnosis(kubernetes(&[Source::new("x", text)], &[]));
    assert!(
        refused(r#"{"kind":"Status","message":"pods is forbidden"}"#).contains("pods is forbidden")
    );
    assert!(
        refused(r#"{"kind":"Deployment","apiVersion":"apps/v1"}"#).contains("this is a Deployment")
    );
    assert!(
        refused(r#"{"kind":"PodList","apiVersion":"v1","metadata":{"continue":"abc"},"items":[]}"#)
            .contains("not all there is")
    );
    let found = kubernetes(
        &[Source::new(
            "x",
            r#"{"kind":"List","apiVersion":"v1","items":[]}"#,
        )],
        &[],
    );
    assert_eq!(found.expect_err("it is empty").list.len(), 2);
}

#[test]
fn outputs_that_do_not_fit_together_are_refused() {
    let twice = diagnosis(kubernetes(&[three(), three()], &[]).map_err(|mut found| {
        found.list.truncate(1);
        found
    }));
    assert!(twice.contains("`master1` is there twice"), "{twice}");
    assert!(
        diagnosis(
            kubernetes(
                &[with(r#""nodeName": "worker3""#, r#""nodeName": "other""#)],
                &[]
            )
            .map_err(|mut found| {
                found.list.truncate(1);
                found
            })
        )
        .contains("is on `other`, which is no node of the outputs")
    );
    assert!(
        diagnosis(kubernetes(
            &[with(
                r#""namespace": "kube-system""#,
                r#""namespace": "default""#
            )],
            &[]
        ))
        .contains("not of all namespaces")
    );
    for (old, new, message) in [
        (
            r#""kubeletVersion": "v1.35.2""#,
            r#""kubeletVersion": 1.35"#,
            "a text was expected, not a number",
        ),
        (
            r#""nodeInfo""#,
            r#""info""#,
            "the key `nodeInfo` is missing",
        ),
        (
            r#""policy/v1""#,
            r#""policy/v1beta1""#,
            "PodDisruptionBudget is read as policy/v1 only",
        ),
        (
            r#""pods": "110""#,
            r#""pods": "many""#,
            "a quantity such as",
        ),
        (
            r#""minAvailable": "50%""#,
            r#""minAvailable": []"#,
            "a number was expected",
        ),
        (
            r#""app": "web","#,
            r#""app": 1,"#,
            "a text was expected, not a number",
        ),
    ] {
        let found = kubernetes(&[with(old, new)], &[]).expect_err(message);
        assert!(
            found.list[0].message.contains(message),
            "{message}: {found:?}"
        );
        assert!(found.list[0].primary.is_some(), "{found:?}");
    }
}

#[test]
fn outputs_that_were_cut_off_anywhere_are_refused() {
    let made = Made::new(1, 1, "v1.35.0").source();
    for end in 0..made.text.len() {
        let cut = Source::new("cut", &made.text[..end]);
        assert!(kubernetes(&[cut], &[]).is_err(), "{end}");
    }
}

#[test]
fn answers_that_nothing_asks_for_or_that_make_no_sense_are_refused() {
    let with = |name: &str, value: &str| diagnosis(kubernetes(&[three()], &[(name, value)]));
    assert!(with("kubelet_localmode", "true").contains("nothing asks for `kubelet_localmode`"));
    assert!(with("shop/other.keep", "true").contains("nothing asks for"));
    assert!(with("keep", "yes").contains("`--set keep=yes`"));
    assert!(with("nodes_at_once", "10").contains("`--set nodes_at_once=10`"));
    assert!(with("controllers_local", "1").contains("`--set controllers_local=1`"));
    let imported = kubernetes(
        &[three()],
        &[
            ("nodes_at_once", "0"),
            ("controllers_local", "false"),
            ("kubelet_local_mode", "true"),
            ("room", "enough"),
        ],
    )
    .unwrap();
    assert!(imported.text.contains(r#""params": { "target": 36, "kubelet_local_mode": true, "controllers_local": false, "nodes_at_once": 0 }"#), "{}", imported.text);
    loaded(&imported);
}
