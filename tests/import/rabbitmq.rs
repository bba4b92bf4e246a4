//! RabbitMQ. The recordings in `tests/import/rabbitmq` are of real clusters of three nodes, made by `record-rabbitmq.sh`.

use std::sync::Arc;

use rollproof::import::Imported;
use rollproof::language::diagnostic::Diagnostics;
use rollproof::language::source::Source;

use crate::reading::{diagnosis, loaded, read, recording};

/// The status of the cluster and the queues.
fn both(folder: &str) -> Vec<Arc<Source>> {
    ["cluster_status.json", "list_queues.json"]
        .map(|file| recording(&format!("rabbitmq/{folder}/{file}")))
        .to_vec()
}

fn rabbitmq(sources: &[Arc<Source>], answers: &[(&str, &str)]) -> Result<Imported, Diagnostics> {
    read("rabbitmq", sources, answers)
}

/// A recording with something else in it, which must be there.
fn replaced(source: &Source, old: &str, new: &str) -> Arc<Source> {
    assert!(source.text.contains(old), "{old}");
    Source::new("x", source.text.replace(old, new))
}

/// A cluster of nodes with releases, each with flags of a state and a stability, and queues on nodes.
fn made(
    nodes: &[(&str, &str)],
    flags: &[(&str, &str, &str)],
    queues: &[(&str, &str, &[&str])],
) -> Vec<Arc<Source>> {
    let joined = |texts: Vec<String>| texts.join(",\n");
    let names = |names: &[&str]| {
        let names: Vec<String> = names.iter().map(|name| format!("\"{name}\"")).collect();
        format!("[{}]", names.join(","))
    };
    let all: Vec<&str> = nodes.iter().map(|(name, _)| *name).collect();
    let versions = nodes
        .iter()
        .map(|(name, version)| format!(r#""{name}":{{"rabbitmq_version":"{version}"}}"#));
    let flags = flags.iter().map(|(name, state, stability)| {
        format!(r#"{{"name":"{name}","state":"{state}","stability":"{stability}"}}"#)
    });
    let queues = queues.iter().map(|(name, kind, members)| {
        format!(
            r#"{{"name":"{name}","type":"{kind}","members":{0},"online":{0},"leader":"{1}"}}"#,
            names(members),
            members[0]
        )
    });
    vec![
        Source::new(
            "status",
            format!(
                "{{\"disk_nodes\":{0},\"running_nodes\":{0},\"versions\":{{{1}}},\"feature_flags\":[\n{2}]}}",
                names(&all),
                joined(versions.collect()),
                joined(flags.collect())
            ),
        ),
        Source::new("queues", format!("[\n{}]", joined(queues.collect()))),
    ]
}

const THREE: [&str; 3] = ["a", "b", "c"];

/// Three nodes of a release, with a quorum queue on all of them.
fn three(release: &str, flags: &[(&str, &str, &str)]) -> Vec<Arc<Source>> {
    made(
        &THREE.map(|name| (name, release)),
        flags,
        &[("orders", "quorum", &THREE)],
    )
}

#[test]
fn a_real_cluster_of_three_becomes_a_cluster_file() {
    let imported = rabbitmq(&both("three-3.10.8"), &[]).unwrap();
    let expected = r#"{
  "description": "Imported from rabbitmq/three-3.10.8/cluster_status.json and rabbitmq/three-3.10.8/list_queues.json.",
  "rules": "rabbitmq",
  "params": { "target": "v3_11", "via": "v3_11" },
  "objects": {
    "node": {
      "rabbit1@localhost": { "series": "v3_10" },
      "rabbit2@localhost": { "series": "v3_10" },
      "rabbit3@localhost": { "series": "v3_10" }
    },
    "flag": {
      "enabled-flags": { "since": "v3_10", "stable": "v3_10", "required": "v3_11", "enabled": true },
      "flags-of-3.11": { "since": "v3_11", "stable": "v3_11", "required": "v3_12" }
    },
    "queue": {
      "quorum-queues": { "members": ["rabbit1@localhost","rabbit2@localhost","rabbit3@localhost"], "leader": "rabbit1@localhost" }
    }
  }
}
"#;
    assert_eq!(imported.text, expected);
    let notes = imported.notes.join("\n");
    for wanted in ["target=", "needs_majority=false", "`log`", "3 queues"] {
        assert!(notes.contains(wanted), "{wanted} is not in:\n{notes}");
    }
    loaded(&imported);
}

#[test]
fn newer_releases_tell_where_a_classic_queue_lives() {
    for (folder, answers) in [
        ("three-4.0.5", [].as_slice()),
        ("three-4.3.6", &[("target", "4.3")]),
    ] {
        let imported = rabbitmq(&both(folder), answers).unwrap();
        assert!(
            imported
                .text
                .contains(r#""log": { "replicated": false, "members": ["rabbit1@localhost"]"#),
            "{}",
            imported.text
        );
        loaded(&imported);
    }
}

#[test]
fn the_order_of_the_outputs_the_number_of_files_and_banners_do_not_matter() {
    let [status, queues] = both("three-4.0.5").try_into().unwrap();
    let one = |first: &Source, second: &Source| {
        let text = format!("{}\n{}", first.text, second.text);
        rabbitmq(&[Source::new("<stdin>", text)], &[]).unwrap()
    };
    assert_eq!(one(&status, &queues), one(&queues, &status));
    let with = Source::new(
        "<stdin>",
        format!(
            "Cluster status of node rabbit1@localhost ...\n{}Timeout: 60.0 seconds ...\nListing queues for vhost / ...\n{}",
            status.text, queues.text
        ),
    );
    assert_eq!(rabbitmq(&[with], &[]).unwrap(), one(&status, &queues));
    let flags = recording("rabbitmq/three-4.0.5/list_feature_flags.json");
    let all = rabbitmq(&[flags, queues.clone(), status.clone()], &[]).unwrap();
    assert_eq!(all.notes, one(&status, &queues).notes);
    // A virtual host to an output: the queues of all are there.
    let more = Source::new("more", queues.text.replace("log", "log2"));
    let imported = rabbitmq(&[status, queues, more], &[]).unwrap();
    assert!(
        imported.text.contains("\"classic-queues\""),
        "{}",
        imported.text
    );
}

#[test]
fn flags_are_put_together_by_the_series_that_requires_them() {
    let flags = [
        ("quorum_queue", "enabled", "stable"),
        ("maintenance_mode_status", "disabled", "stable"),
        ("user_limits", "disabled", "stable"),
        ("stream_queue", "disabled", "stable"),
        ("of_a_plugin", "disabled", "stable"),
    ];
    let imported = rabbitmq(&three("3.10.8", &flags), &[("target", "3.12")]).unwrap();
    for wanted in [
        r#""flags-for-3.11": { "since": "v3_10", "stable": "v3_10", "required": "v3_11" }"#,
        r#""flags-for-3.12": { "since": "v3_10", "stable": "v3_10", "required": "v3_12" }"#,
        r#""flags-of-3.11": { "since": "v3_11", "stable": "v3_11", "required": "v3_12" }"#,
        r#""flags-of-3.12": { "since": "v3_12", "stable": "v3_12", "required": "v4_0" }"#,
        r#""target": "v3_12", "via": "v3_11""#,
    ] {
        assert!(
            imported.text.contains(wanted),
            "{wanted}: {}",
            imported.text
        );
    }
    let notes = imported.notes.join("\n");
    assert!(
        notes.contains(
            "3 feature flags to be enabled: `maintenance_mode_status`, `user_limits`, `of_a_plugin`"
        ),
        "{notes}"
    );
    assert!(
        notes.contains("which series requires the feature flag `of_a_plugin` is not known"),
        "{notes}"
    );
    loaded(&imported);
}

#[test]
fn khepri_is_left_alone_until_a_series_requires_it() {
    let text = |release: &str, state: &str, target: &str| {
        let imported = rabbitmq(
            &three(release, &[("khepri_db", state, "experimental")]),
            &[("target", target)],
        )
        .unwrap();
        loaded(&imported);
        imported.text
    };
    assert!(!text("3.13.7", "disabled", "4.2").contains("khepri"));
    assert!(text("3.13.7", "enabled", "4.2").contains(
        r#""khepri_db": { "since": "v3_13", "stable": "v4_0", "required": "v4_3", "enabled": true, "early": true }"#
    ));
    assert!(
        text("3.13.7", "disabled", "4.3")
            .contains(r#""khepri_db": { "since": "v3_13", "stable": "v4_0", "required": "v4_3" }"#)
    );
    assert!(text("4.0.5", "enabled", "4.2").contains(
        r#""khepri_db": { "since": "v4_0", "stable": "v4_0", "required": "v4_3", "enabled": true }"#
    ));
}

#[test]
fn other_experiments_are_taken_for_the_worse_where_they_are_enabled() {
    let flags = [
        ("tried", "enabled", "experimental"),
        ("untried", "disabled", "experimental"),
    ];
    let imported = rabbitmq(&three("4.0.5", &flags), &[]).unwrap();
    assert!(
        imported.text.contains(r#""enabled": true, "early": true"#),
        "{}",
        imported.text
    );
    assert!(!imported.text.contains("untried"), "{}", imported.text);
    loaded(&imported);
    let imported = rabbitmq(&three("4.0.5", &flags), &[("tried.early", "false")]).unwrap();
    assert!(!imported.text.contains("early"), "{}", imported.text);
}

#[test]
fn every_series_has_a_usual_target() {
    for (release, target) in [
        ("3.10.25", "v3_11"),
        ("3.11.28", "v3_12"),
        ("3.12.14", "v3_13"),
        ("3.13.7", "v4_2"),
        ("4.0.9", "v4_2"),
        ("4.1.4", "v4_2"),
        ("4.2.1", "v4_3"),
    ] {
        let imported = rabbitmq(&three(release, &[]), &[]).unwrap();
        assert!(
            imported
                .text
                .contains(&format!(r#""target": "{target}", "via": "{target}""#)),
            "{}",
            imported.text
        );
        loaded(&imported);
    }
    assert_eq!(
        diagnosis(rabbitmq(&three("4.3.6", &[]), &[])),
        "I0004 what the nodes are to run is not known: they run 4.3 already, the last series that the rules know"
    );
}

#[test]
fn an_upgrade_that_has_begun_goes_on_to_what_it_began() {
    let nodes = [("a", "4.0.5"), ("b", "3.13.7"), ("c", "3.13.7")];
    let flags = [
        ("message_containers", "enabled", "required"),
        ("rabbitmq_4.0.0", "unavailable", "stable"),
    ];
    let queues: [(&str, &str, &[&str]); 1] = [("orders", "quorum", &THREE)];
    let imported = rabbitmq(&made(&nodes, &flags, &queues), &[]).unwrap();
    assert!(
        imported.text.contains(r#""target": "v4_0", "via": "v4_0""#),
        "{}",
        imported.text
    );
    loaded(&imported);
    let imported = rabbitmq(&made(&nodes, &flags, &queues), &[("target", "4.2")]).unwrap();
    assert!(
        imported.text.contains(r#""target": "v4_2", "via": "v4_0""#),
        "{}",
        imported.text
    );
    assert!(
        diagnosis(rabbitmq(&three("3.13.7", &flags), &[])).starts_with(
            "I0002 some node does not know the feature flag `rabbitmq_4.0.0` at status:"
        )
    );
    let nodes = [("a", "4.3.6"), ("b", "3.13.7"), ("c", "3.13.7")];
    assert!(
        diagnosis(rabbitmq(&made(&nodes, &[], &queues), &[]))
            .starts_with("I0002 nodes run 3.13 and 4.3, between which no upgrade is supported")
    );
}

#[test]
fn targets_that_cannot_be_reached_are_refused() {
    let with = |target: &str| diagnosis(rabbitmq(&both("three-3.10.8"), &[("target", target)]));
    assert!(with("3.13").contains("more than two upgrades away from 3.10"));
    assert!(with("3.9").contains("not covered"));
    assert!(with("5.0").contains("not covered"));
    let down = diagnosis(rabbitmq(&both("three-4.0.5"), &[("target", "3.13")]));
    assert!(down.contains("downgrades are not supported"), "{down}");
}

#[test]
fn nodes_that_are_down_or_drained_are_seen() {
    let [status, queues] = both("three-4.0.5").try_into().unwrap();
    let down = Source::new(
        "down",
        status.text.replace(
            r#""running_nodes":["rabbit3@localhost","#,
            r#""running_nodes":["#,
        ),
    );
    assert_ne!(down.text, status.text);
    assert!(
        diagnosis(rabbitmq(&[down.clone(), queues.clone()], &[])).starts_with(
            "I0004 `rabbit3@localhost` does not run: what is installed there is not told at down:"
        )
    );
    let answers = [("rabbit3@localhost.release", "4.0.5")];
    let imported = rabbitmq(&[down, queues.clone()], &answers).unwrap();
    assert!(
        imported
            .text
            .contains(r#""rabbit3@localhost": { "series": "v4_0", "health": "stopped" }"#),
        "{}",
        imported.text
    );
    loaded(&imported);

    let drained = replaced(
        &status,
        r#""rabbit2@localhost":"not under maintenance""#,
        r#""rabbit2@localhost":"marked for maintenance""#,
    );
    let imported = rabbitmq(&[drained, queues], &[]).unwrap();
    assert!(
        imported
            .text
            .contains(r#""rabbit2@localhost": { "series": "v4_0", "health": "maintenance" }"#),
        "{}",
        imported.text
    );
    loaded(&imported);
}

#[test]
fn queues_with_few_members_are_asked_about() {
    let nodes = THREE.map(|name| (name, "4.0.5"));
    let queues: [(&str, &str, &[&str]); 2] =
        [("orders", "quorum", &["a", "b"]), ("log", "quorum", &THREE)];
    let outputs = made(&nodes, &[], &queues);
    assert_eq!(
        diagnosis(rabbitmq(&outputs, &[])),
        "I0004 `orders` has 2 members: it is offline while a node of it is down at queues:2:1"
    );
    assert!(rabbitmq(&outputs, &[("orders.may_stop", "false")]).is_err());
    let imported = rabbitmq(&outputs, &[("orders.may_stop", "true")]).unwrap();
    assert!(
        imported.text.contains(r#""orders": { "replicated": false"#),
        "{}",
        imported.text
    );
    loaded(&imported);
}

#[test]
fn many_queues_become_few_objects() {
    let names: Vec<String> = (0..500).map(|n| format!("q{n}")).collect();
    let queues: Vec<(&str, &str, &[&str])> = names
        .iter()
        .enumerate()
        .map(|(place, name)| match place % 3 {
            0 => (name.as_str(), "classic", &THREE[..1]),
            _ => (name.as_str(), "quorum", &THREE[..]),
        })
        .collect();
    let nodes = THREE.map(|name| (name, "4.0.5"));
    let imported = rabbitmq(&made(&nodes, &[], &queues), &[]).unwrap();
    assert_eq!(imported.text.matches("\"leader\"").count(), 2);
    loaded(&imported);
}

#[test]
fn queues_that_are_not_in_order_are_refused() {
    let [status, queues] = both("three-4.0.5").try_into().unwrap();
    let order = r#""name":"orders","type":"quorum","members":["rabbit1@localhost","rabbit3@localhost","rabbit2@localhost"],"online":["rabbit1@localhost","rabbit3@localhost","rabbit2@localhost"],"leader":"rabbit1@localhost""#;
    let with = |old: &str, new: &str| {
        let changed = order.replace(old, new);
        assert_ne!(changed, order);
        diagnosis(rabbitmq(
            &[status.clone(), replaced(&queues, order, &changed)],
            &[],
        ))
    };
    let leader = r#""leader":"rabbit1@localhost""#;
    assert!(with(leader, r#""leader":"""#).starts_with("I0002 `orders` has no leader at x:"));
    assert!(
        with(leader, r#""leader":"rabbit9@localhost""#).contains("which is no node of the cluster")
    );
    assert!(
        with(r#""online":["rabbit1@localhost","#, r#""online":["#).contains(
            "the replica of `orders` on `rabbit1@localhost` is not online, though the node runs"
        )
    );
    assert!(with("\"quorum\"", "\"unheard\"").contains("of the type unheard"));
    assert!(with(r#","leader""#, r#","led""#).contains("the key `leader` is missing"));
    assert!(with("\"quorum\"", "3").contains("a text was expected"));
}

#[test]
fn what_no_output_tells_is_asked_for_by_name() {
    let [status, queues] = both("three-3.10.8").try_into().unwrap();
    assert_eq!(
        diagnosis(rabbitmq(std::slice::from_ref(&queues), &[])),
        "I0004 no status of the cluster is given"
    );
    assert_eq!(
        diagnosis(rabbitmq(std::slice::from_ref(&status), &[])),
        "I0004 no list of queues is given: where quorum queues live is not known"
    );
    let none = Source::new("none", "[\n]\n");
    loaded(&rabbitmq(&[status.clone(), none], &[]).unwrap());
    assert!(
        diagnosis(rabbitmq(&[status.clone(), queues, status], &[]))
            .starts_with("I0002 the status of the cluster is given twice")
    );
}

#[test]
fn outputs_that_do_not_fit_together_are_refused() {
    let [status, queues] = both("three-4.0.5").try_into().unwrap();
    let flags = recording("rabbitmq/three-4.0.5/list_feature_flags.json");
    let other = replaced(
        &flags,
        r#""khepri_db","state":"disabled""#,
        r#""khepri_db","state":"enabled""#,
    );
    assert!(
        diagnosis(rabbitmq(&[status.clone(), queues.clone(), other], &[])).starts_with(
            "I0002 the feature flag `khepri_db` is enabled here, and disabled in the status of the cluster at x:"
        )
    );
    let strange = replaced(&flags, "khepri_db", "khepri_dc");
    assert!(
        diagnosis(rabbitmq(&[status.clone(), queues.clone(), strange], &[]))
            .contains("`khepri_dc` is not in the status")
    );
    for (old, new, message) in [
        (
            r#""partitions":{}"#,
            r#""partitions":{"a":["b"]}"#,
            "the network is split",
        ),
        (
            r#""khepri_db","state":"disabled""#,
            r#""khepri_db","state":"state_changing""#,
            "is state_changing",
        ),
        (
            r#""rabbit1@localhost":"not under maintenance""#,
            r#""rabbit1@localhost":"tired""#,
            "was expected",
        ),
        (
            r#""running_nodes":["rabbit3@localhost","#,
            r#""running_nodes":["rabbit4@localhost","#,
            "runs, and is no node of the cluster",
        ),
    ] {
        let found =
            rabbitmq(&[replaced(&status, old, new), queues.clone()], &[]).expect_err(message);
        let found = &found.list;
        assert!(
            found.iter().any(|d| d.message.contains(message)),
            "{found:?}"
        );
    }
}

#[test]
fn versions_that_the_rules_do_not_cover_are_errors_with_their_line() {
    for version in ["3.9.29", "4.4.0", "4.2.0-rc.1", "", "5"] {
        let nodes = [("a", "3.13.7"), ("b", version), ("c", "3.13.7")];
        assert_eq!(
            diagnosis(rabbitmq(&made(&nodes, &[], &[]), &[])),
            format!(
                "I0003 RabbitMQ {version} is not covered: the rules are about RabbitMQ 3.10 to 4.3 at status:2:25"
            )
        );
    }
}

#[test]
fn what_is_no_output_of_rabbitmqctl_is_refused() {
    let neither = "I0002 this is no status of a cluster, list of feature flags or list of queues of RabbitMQ at x:1:1";
    for text in ["{}", "[[]]", "3", r#"[{"name": 1}]"#] {
        assert_eq!(
            diagnosis(rabbitmq(&[Source::new("x", text)], &[])),
            neither,
            "{text}"
        );
    }
    let quorum = r#"[{"Node Name":"rabbit1@localhost","Raft State":"leader"}]"#;
    assert!(diagnosis(rabbitmq(&[Source::new("x", quorum)], &[])).contains("quorum_status"));
    for text in [
        "",
        " \n",
        "Error: unable to connect",
        "Timeout: 60.0 seconds ...\n",
    ] {
        assert!(rabbitmq(&[Source::new("x", text)], &[]).is_err(), "{text}");
    }
}

#[test]
fn outputs_that_were_cut_off_anywhere_are_refused() {
    let outputs = both("three-3.10.8");
    for place in 0..outputs.len() {
        let whole = outputs[place].text.trim();
        for end in 0..whole.len() {
            let mut cut = outputs.clone();
            cut[place] = Source::new("cut", &whole[..end]);
            let found = rabbitmq(&cut, &[]).expect_err("this was cut off");
            assert!(found.has_errors(), "{place} {end}");
        }
    }
}

#[test]
fn answers_that_nothing_asks_for_or_that_make_no_sense_are_refused() {
    let with =
        |name: &str, value: &str| diagnosis(rabbitmq(&both("three-3.10.8"), &[(name, value)]));
    assert!(with("needs_majorities", "true").contains("nothing asks for"));
    assert!(with("needs_majority", "no").contains("`--set needs_majority=no`"));
    assert!(with("rabbit1@localhost.release", "3.10.8").contains("nothing asks for"));
}
