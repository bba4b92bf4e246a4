//! etcd. The recordings in `tests/import/etcd` are of real clusters of three processes, made by `record-etcd.sh`: 3.5.1,
//! 3.5.16 and 3.5.30, a mixed one, one with a member down, one with a learner, and 3.4.23, which the rules do not cover. What
//! etcd 3.6 prints follows its source (`StatusResponse` in `api/etcdserverpb/rpc.proto`), as no build of it could be had.

use std::sync::Arc;

use rollproof::import::{Imported, product};
use rollproof::language::diagnostic::Diagnostics;
use rollproof::language::source::Source;

use crate::reading::{diagnosis, loaded, read, recording};

fn both(folder: &str) -> Vec<Arc<Source>> {
    ["status.json", "members.json"]
        .map(|file| recording(&format!("etcd/{folder}/{file}")))
        .to_vec()
}

fn etcd(sources: &[Arc<Source>], answers: &[(&str, &str)]) -> Result<Imported, Diagnostics> {
    read("etcd", sources, answers)
}

/// A status and a member list of members with a version, the first of them the leader; `more` goes into each status.
fn made(members: &[(&str, &str)], more: &str) -> Vec<Arc<Source>> {
    let status = members.iter().enumerate().map(|(id, (_, version))| {
        format!(
            r#"{{"Endpoint":"e","Status":{{"header":{{"cluster_id":7,"member_id":{},"raft_term":2}},"version":"{version}","leader":1,"raftTerm":2{more}}}}}"#,
            id + 1
        )
    });
    let list = members
        .iter()
        .enumerate()
        .map(|(id, (name, _))| format!(r#"{{"ID":{},"name":"{name}"}}"#, id + 1));
    let joined = |texts: Vec<String>| texts.join(",\n");
    vec![
        Source::new("status", format!("[{}]", joined(status.collect()))),
        Source::new(
            "members",
            format!(
                r#"{{"header":{{"cluster_id":7}},"members":[{}]}}"#,
                joined(list.collect())
            ),
        ),
    ]
}

#[test]
fn a_real_cluster_of_three_becomes_a_cluster_file() {
    let imported = etcd(&both("three-3.5.1"), &[]).unwrap();
    let expected = r#"{
  "description": "Imported from etcd/three-3.5.1/members.json and etcd/three-3.5.1/status.json.",
  "rules": "etcd",
  "params": { "target": "v3_6_11", "via": "v3_5_26", "size": 3 },
  "objects": {
    "cluster": {
      "etcd": { "version": 5 }
    },
    "member": {
      "infra1": { "cluster": "etcd", "release": "v3_5_1", "leader": true, "mislabelled": 2, "zombies": true },
      "infra2": { "cluster": "etcd", "release": "v3_5_1", "mislabelled": 2, "zombies": true },
      "infra3": { "cluster": "etcd", "release": "v3_5_1", "mislabelled": 2, "zombies": true }
    },
    "snapshot": {
      "backup.db": { "cluster": "etcd" }
    }
  }
}
"#;
    assert_eq!(imported.text, expected);
    let notes = imported.notes.join("\n");
    for wanted in ["target=", "3.5.26", "mislabelled=0", "zombies=false"] {
        assert!(notes.contains(wanted), "{wanted} is not in:\n{notes}");
    }
    loaded(&imported);
}

/// The text, which loads, and how many notes there are.
fn recorded(folder: &str, answers: &[(&str, &str)]) -> (String, usize) {
    let imported = etcd(&both(folder), answers).unwrap();
    loaded(&imported);
    (imported.text, imported.notes.len())
}

#[test]
fn what_newer_releases_print_is_read_as_well() {
    let (older, notes) = recorded("three-3.5.16", &[]);
    assert_eq!(
        older.matches(r#""release": "v3_5_1""#).count(),
        3,
        "{older}"
    );
    assert_eq!(notes, 4);
    let (newer, notes) = recorded("three-3.5.30", &[]);
    assert!(
        newer.contains(r#""target": "v3_6_11", "via": "v3_6_11", "size": 3"#),
        "{newer}"
    );
    assert_eq!(
        newer.matches(r#""release": "v3_5_26""#).count(),
        3,
        "{newer}"
    );
    // From 3.5.26 on there is nothing left to be taken for the worse.
    assert_eq!(notes, 1);
}

#[test]
fn a_cluster_half_way_to_another_patch_has_members_of_both() {
    let (text, _) = recorded("mixed-3.5.16-3.5.30", &[("target", "3.5.30")]);
    assert!(
        text.contains(r#""target": "v3_5_26", "via": "v3_5_26""#),
        "{text}"
    );
    assert!(
        text.contains(r#""infra1": { "cluster": "etcd", "release": "v3_5_26" }"#),
        "{text}"
    );
    assert_eq!(
        text.matches(r#""release": "v3_5_1", "#).count(),
        2,
        "{text}"
    );
    // The first member was the leader before it was stopped, or not; one of those that were not stopped is it now.
    assert_eq!(text.matches(r#""leader": true"#).count(), 1, "{text}");
}

#[test]
fn a_member_that_was_stopped_is_in_the_list_only() {
    let down = both("down-3.5.30");
    assert!(
        diagnosis(etcd(&down, &[]))
            .starts_with("I0004 `infra3` is in the member list, and no endpoint status")
    );
    let (text, _) = recorded("down-3.5.30", &[("infra3.release", "3.5.30")]);
    let stopped = r#""infra3": { "cluster": "etcd", "release": "v3_5_26", "health": "stopped" }"#;
    assert!(text.contains(stopped), "{text}");
}

#[test]
fn a_learner_is_no_voter() {
    let (text, notes) = recorded("learner-3.5.30", &[]);
    assert!(
        text.contains(r#""infra4": { "cluster": "etcd", "release": "v3_5_26", "learner": true }"#),
        "{text}"
    );
    assert!(text.contains(r#""size": 3"#), "{text}");
    assert_eq!(notes, 2);
    assert!(
        recorded("learner-3.5.30", &[("size", "4")])
            .0
            .contains(r#""size": 4"#)
    );
}

#[test]
fn the_order_of_the_outputs_and_the_number_of_files_do_not_matter() {
    let [status, members] = both("three-3.5.1").try_into().unwrap();
    let one = |first: &Source, second: &Source| {
        let text = format!("{}\n{}", first.text, second.text);
        etcd(&[Source::new("<stdin>", text)], &[]).unwrap()
    };
    assert_eq!(one(&status, &members), one(&members, &status));
    let two = etcd(&[members, status], &[]).unwrap();
    assert_eq!(two, etcd(&both("three-3.5.1"), &[]).unwrap());
}

#[test]
fn what_the_operator_knows_takes_the_place_of_what_was_taken_for_the_worse() {
    let answers = [
        ("mislabelled", "0"),
        ("infra2.mislabelled", "1"),
        ("zombies", "false"),
        ("target", "3.6.2"),
    ];
    let imported = etcd(&both("three-3.5.1"), &answers).unwrap();
    assert!(!imported.text.contains("zombies"), "{}", imported.text);
    assert_eq!(imported.text.matches("mislabelled").count(), 1);
    assert!(imported.text.contains(r#""target": "v3_6_0""#));
    assert_eq!(imported.notes.len(), 2, "{:?}", imported.notes);
    assert!(
        imported.notes[0].contains("3.6.2 is told as 3.6.0"),
        "{:?}",
        imported.notes
    );
    loaded(&imported);
    for first in ["3.6.0", "v3_6_0"] {
        let plain = etcd(&both("three-3.5.30"), &[("target", first)]).unwrap();
        assert!(plain.notes.is_empty(), "{:?}", plain.notes);
    }
}

#[test]
fn every_class_of_release_loads() {
    let versions = ["3.5.19", "3.5.20", "3.5.25", "3.5.26", "3.6.0", "3.6.12"];
    for version in versions {
        let members = [("a", version), ("b", version), ("c", version)];
        let imported = etcd(&made(&members, r#","storageVersion":"3.6.0""#), &[]).unwrap();
        let target = if version.starts_with("3.5") {
            "v3_6_11"
        } else {
            "v3_7_0"
        };
        assert!(
            imported.text.contains(&format!(r#""target": "{target}""#)),
            "{}",
            imported.text
        );
        loaded(&imported);
    }
}

#[test]
fn an_upgrade_that_has_begun_goes_on_to_what_it_began() {
    let members = [("a", "3.5.26"), ("b", "3.6.4"), ("etcd", "3.5.26")];
    let imported = etcd(&made(&members, r#","storageVersion":"3.5.0""#), &[]).unwrap();
    assert!(
        imported
            .text
            .contains(r#""target": "v3_6_0", "via": "v3_6_0""#),
        "{}",
        imported.text
    );
    // A member may have the name that the cluster would get.
    assert!(
        imported.text.contains(r#""cluster": "etcd-2""#),
        "{}",
        imported.text
    );
    loaded(&imported);
}

#[test]
fn members_without_a_name_of_their_own_get_their_number() {
    let members = [
        ("default", "3.5.26"),
        ("default", "3.5.26"),
        ("it's", "3.5.26"),
    ];
    let imported = etcd(&made(&members, ""), &[]).unwrap();
    for name in ["default-1", "default-2", "member-3"] {
        assert!(
            imported.text.contains(&format!("\"{name}\": {{")),
            "{}",
            imported.text
        );
    }
    assert_eq!(imported.notes.len(), 4, "{:?}", imported.notes);
    loaded(&imported);
}

#[test]
fn what_no_output_tells_is_asked_for_by_name() {
    let [status, list] = both("three-3.5.1").try_into().unwrap();
    assert_eq!(
        diagnosis(etcd(std::slice::from_ref(&status), &[])),
        "I0004 no member list is given: `endpoint status` does not tell the names of the members"
    );
    assert_eq!(
        diagnosis(etcd(std::slice::from_ref(&list), &[])),
        "I0004 no endpoint status is given: the member list does not tell what the members run"
    );

    let three = [("a", "3.5.26"), ("b", "3.5.26"), ("c", "3.5.26")];
    let some = [made(&three[..2], "").remove(0), made(&three, "").remove(1)];
    assert_eq!(
        diagnosis(etcd(&some, &[])),
        "I0004 `c` is in the member list, and no endpoint status tells of it at members:3:1"
    );
    let imported = etcd(&some, &[("c.release", "3.5.21")]).unwrap();
    assert!(
        imported
            .text
            .contains(r#""release": "v3_5_20", "health": "stopped""#),
        "{}",
        imported.text
    );
    loaded(&imported);
}

#[test]
fn what_etcdctl_before_3_6_leaves_out_and_a_downgrade_are_asked_for() {
    let newer = [("a", "3.6.11"), ("b", "3.6.11"), ("c", "3.6.11")];
    let found = etcd(&made(&newer, ""), &[]).expect_err("the storage version is missing");
    assert_eq!(found.list.len(), 3, "{found:?}");
    loaded(&etcd(&made(&newer, ""), &[("storage", "3.6")]).unwrap());

    let down =
        r#","storageVersion":"3.6.0","downgradeInfo":{"enabled":true,"targetVersion":"3.5.0"}"#;
    assert!(
        diagnosis(etcd(&made(&newer, down), &[]))
            .starts_with("I0004 the cluster version is not told")
    );
    assert_eq!(
        diagnosis(etcd(&made(&newer, down), &[("version", "3.6")])),
        "I0004 what the members are to run is not known: a downgrade is enabled"
    );
    let imported = etcd(
        &made(&newer, down),
        &[("version", "3.6"), ("target", "3.5.26")],
    )
    .unwrap();
    assert!(
        imported
            .text
            .contains(r#""version": 6, "downgrading": true, "downgrade_target": 5"#)
    );
    loaded(&imported);
}

#[test]
fn versions_that_the_rules_do_not_cover_are_errors_with_their_line() {
    let found = etcd(&both("three-3.4.23"), &[]).expect_err("3.4 is not covered");
    assert_eq!(found.list.len(), 3);
    assert!(
        found.list[0].message.contains("etcd 3.4.23 is not covered"),
        "{found:?}"
    );
    assert!(found.list[0].primary.is_some());

    for version in ["3.8.0", "3.5.0", "3.6.0-rc.1", "", "4.0.0"] {
        let members = [("a", "3.5.26"), ("b", version)];
        assert_eq!(
            diagnosis(etcd(&made(&members, ""), &[])),
            format!(
                "I0003 etcd {version} is not covered: the rules are about etcd 3.5.1 to 3.7 at status:2:91"
            )
        );
    }
}

#[test]
fn what_is_no_output_of_etcd_is_refused() {
    let [status, list] = both("three-3.5.1").try_into().unwrap();
    let neither = "I0002 this is neither an endpoint status nor a member list of etcd at x:1:1";
    for text in [
        "{}",
        "[]",
        "[[]]",
        "3",
        r#"{"rules": "etcd", "objects": {}}"#,
        r#"[{"Node": 1}]"#,
    ] {
        assert_eq!(
            diagnosis(etcd(&[Source::new("x", text)], &[])),
            neither,
            "{text}"
        );
    }
    let health = r#"[{"endpoint":"127.0.0.1:2379","health":true,"took":"1ms"}]"#;
    assert!(diagnosis(etcd(&[Source::new("x", health)], &[])).contains("endpoint health"));
    for text in ["", " \n", "+-----+", "ID, started"] {
        assert!(etcd(&[Source::new("x", text)], &[]).is_err(), "{text}");
    }
    let twice = etcd(&[list.clone(), status.clone(), list.clone()], &[]);
    assert!(diagnosis(twice).starts_with("I0002 the member list is given twice"));
}

#[test]
fn values_of_another_type_and_outputs_that_do_not_fit_together_are_refused() {
    let [status, list] = both("three-3.5.1").try_into().unwrap();
    let replaced = |source: &Source, old: &str, new: &str| {
        assert!(source.text.contains(old), "{old}");
        Source::new("x", source.text.replacen(old, new, 1))
    };
    let cases = [
        (
            replaced(&status, "\"version\":\"3.5.1\"", "\"version\":3.5"),
            "a text was expected, not a number",
        ),
        (
            replaced(
                &status,
                "\"leader\":15985099378392235387",
                "\"leader\":\"ddd\"",
            ),
            "a number was expected, not a text",
        ),
        (
            replaced(&status, "\"leader\":15985099378392235387", "\"leader\":-1"),
            "a whole number of 64 bits was expected",
        ),
        (
            replaced(&status, "\"raftTerm\":2", "\"raftTerm\":2.5"),
            "a whole number of 64 bits was expected",
        ),
        (
            replaced(&status, "\"Status\"", "\"Stat\""),
            "the key `Status` is missing",
        ),
        (
            replaced(
                &status,
                "\"cluster_id\":8323808018354915591",
                "\"cluster_id\":1",
            ),
            "the outputs are of two clusters",
        ),
        (
            replaced(
                &status,
                "\"member_id\":15985099378392235387",
                "\"member_id\":5",
            ),
            "this member is not in the member list",
        ),
    ];
    for (source, message) in cases {
        let found = etcd(&[source, list.clone()], &[]).expect_err(message);
        assert!(
            found.list[0].message.contains(message),
            "{message}: {found:?}"
        );
        assert!(found.list[0].primary.is_some(), "{found:?}");
    }
}

#[test]
fn outputs_that_were_cut_off_anywhere_are_refused() {
    let [status, list] = both("three-3.5.1").try_into().unwrap();
    let whole = status.text.trim_end();
    for end in 0..whole.len() {
        let cut = Source::new("cut", &whole[..end]);
        let found = etcd(&[cut, list.clone()], &[]).expect_err("this was cut off");
        assert!(found.has_errors(), "{end}");
    }
}

#[test]
fn answers_that_nothing_asks_for_or_that_make_no_sense_are_refused() {
    let with = |name: &str, value: &str| diagnosis(etcd(&both("three-3.5.1"), &[(name, value)]));
    assert!(with("mislabeled", "0").contains("nothing asks for `mislabeled`"));
    assert!(with("infra9.zombies", "true").contains("nothing asks for"));
    assert!(with("zombies", "no").contains("`--set zombies=no`"));
    assert!(with("mislabelled", "3").contains("`--set mislabelled=3`"));
    assert!(with("size", "0").contains("`--set size=0`"));
    assert!(with("target", "3.66").contains("not covered"));
    assert!(with("target", "3.7.0").contains("more than one minor above 3.5"));
    let twice = etcd(&both("three-3.5.1"), &[("size", "3"), ("size", "4")]);
    assert!(diagnosis(twice).contains("twice"));
}

#[test]
fn other_products_are_told_what_there_is() {
    let found = product("ectd").expect_err("there is no such product");
    assert_eq!(found.message, "nothing is imported of `ectd`");
    assert!(
        found.help.contains(&"did you mean `etcd`?".to_owned()),
        "{found:?}"
    );
    let names = "there are `elasticsearch`, `etcd`, `kafka`, `kubernetes`, `rabbitmq`, `redis`, `sql-server-fci`, `vault`";
    assert!(found.help.contains(&names.to_owned()), "{found:?}");
}
