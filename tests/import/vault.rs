//! Vault and OpenBao. No binary of either could be had for recordings. The files in `tests/import/vault` follow the samples
//! of the documentation, with hosts and versions made to fit each other: `members.json` that of `/sys/ha-status`, `peers.json`
//! and `state.json` those of `operator raft` (of Enterprise with its zones and upgrade info), `status.json` those of `status`
//! and `/sys/seal-status`, in the order of the fields in `api/sys_hastatus.go`, `api/sys_raft.go`, `api/sys_seal.go` and
//! `command/format.go` of hashicorp/vault; `openbao` has the fields of openbao/openbao.

use std::sync::Arc;

use rollproof::import::Imported;
use rollproof::language::diagnostic::Diagnostics;
use rollproof::language::source::Source;

use crate::reading::{diagnosis, loaded, read, recording};

fn of(folder: &str, files: &[&str]) -> Vec<Arc<Source>> {
    let file = |name: &&str| recording(&format!("vault/{folder}/{name}.json"));
    files.iter().map(file).collect()
}

fn three() -> Vec<Arc<Source>> {
    of("three", &["members", "peers", "status"])
}

fn enterprise() -> Vec<Arc<Source>> {
    of("enterprise", &["members", "state", "status"])
}

fn vault(sources: &[Arc<Source>], answers: &[(&str, &str)]) -> Result<Imported, Diagnostics> {
    read("vault", sources, answers)
}

/// The sources with one text of one of them replaced, once.
fn replaced(mut sources: Vec<Arc<Source>>, place: usize, old: &str, new: &str) -> Vec<Arc<Source>> {
    let text = &sources[place].text;
    assert!(text.contains(old), "{old} is not in {text}");
    sources[place] = Source::new("x", text.replacen(old, new, 1));
    sources
}

/// The member of a host, as it stands in the file, with the comma behind or before it.
fn without(sources: Vec<Arc<Source>>, host: &str) -> Vec<Arc<Source>> {
    let text = sources[0].text.clone();
    let start = text
        .find(&format!("    {{\n      \"hostname\": \"{host}\""))
        .unwrap();
    let end = start + text[start..].find("    }").unwrap() + "    }".len();
    let (start, end) = if text[end..].starts_with(',') {
        (start, end + 1)
    } else {
        (text[..start].rfind(',').unwrap(), end)
    };
    replaced(sources, 0, &text[start..end], "")
}

fn has(imported: &Imported, wanted: &str) {
    assert!(
        imported.text.contains(wanted),
        "{wanted} is not in {}",
        imported.text
    );
}

#[test]
fn three_nodes_with_raft_become_a_cluster_file() {
    let imported = vault(&three(), &[]).unwrap();
    let expected = r#"{
  "description": "Imported from vault/three/members.json and vault/three/peers.json and vault/three/status.json. The current version is 1.17.0.",
  "rules": "vault",
  "params": { "auto_unseal": false },
  "objects": {
    "cluster": {
      "vault": {}
    },
    "node": {
      "node1": { "cluster": "vault", "active": true },
      "node2": { "cluster": "vault" },
      "node3": { "cluster": "vault" }
    },
    "backup": {
      "backup.snap": { "cluster": "vault" }
    }
  }
}
"#;
    assert_eq!(imported.text, expected);
    assert!(imported.notes.is_empty(), "{:?}", imported.notes);
    loaded(&imported);
}

#[test]
fn the_order_of_the_outputs_and_the_number_of_files_do_not_matter() {
    let sources = three();
    let joined = |order: [usize; 3]| {
        let texts: Vec<&str> = order
            .iter()
            .map(|place| sources[*place].text.as_str())
            .collect();
        vault(&[Source::new("<stdin>", texts.join("\n"))], &[]).unwrap()
    };
    assert_eq!(joined([0, 1, 2]), joined([2, 1, 0]));
    let turned: Vec<Arc<Source>> = three().into_iter().rev().collect();
    assert_eq!(vault(&turned, &[]).unwrap(), vault(&three(), &[]).unwrap());
}

#[test]
fn autopilot_tells_the_peers_as_well_in_small_letters_and_in_large_ones() {
    let nodes = |imported: &Imported| imported.text.split_once("\"rules\"").unwrap().1.to_owned();
    let wanted = nodes(&vault(&three(), &[]).unwrap());
    let large = of("three", &["members", "state", "status"]);
    assert_eq!(nodes(&vault(&large, &[]).unwrap()), wanted);
    // As `vault read` and curl show it.
    let mut small = large[1].text.clone();
    for key in ["Servers", "Healthy", "Address", "Status", "Version", "ID"] {
        small = small.replace(
            &format!("\"{key}\""),
            &format!("\"{}\"", key.to_lowercase()),
        );
    }
    let small = Source::new("x", format!("{{\"data\": {small}}}"));
    let small = [large[0].clone(), small, large[2].clone()];
    assert_eq!(nodes(&vault(&small, &[]).unwrap()), wanted);
}

#[test]
fn storage_outside_has_no_peers_and_the_list_may_be_short() {
    let imported = vault(&of("consul", &["members", "status"]), &[]).unwrap();
    has(&imported, r#""params": { "auto_unseal": true }"#);
    has(&imported, r#""vault": { "raft": false }"#);
    has(
        &imported,
        r#""vault-b": { "cluster": "vault", "active": true }"#,
    );
    assert_eq!(imported.notes.len(), 1, "{:?}", imported.notes);
    assert!(imported.notes[0].contains("2 here"), "{:?}", imported.notes);
    loaded(&imported);
}

#[test]
fn an_upgrade_that_has_begun_goes_on_to_what_it_began() {
    let sources = of("openbao", &["members", "peers", "status"]);
    let imported = vault(&sources, &[]).unwrap();
    has(
        &imported,
        "The current version is 2.3.2, the next one 2.4.1.",
    );
    has(
        &imported,
        r#""bao_2": { "cluster": "vault", "version": "next" }"#,
    );
    has(
        &imported,
        r#""bao_1": { "cluster": "vault", "active": true }"#,
    );
    assert_eq!(imported.notes.len(), 3, "{:?}", imported.notes);
    loaded(&imported);
    let upgraded = vault(&sources, &[("data", "next"), ("target", "2.4.1")]).unwrap();
    has(&upgraded, r#""vault": { "data": "next" }"#);

    // The active node is a new one: it has upgraded the storage.
    let status = replaced(
        sources,
        2,
        "https://127.0.0.1:8201",
        "https://127.0.0.1:8203",
    );
    let peers = replaced(status, 1, "\"leader\": true", "\"leader\": false");
    let active = replaced(peers, 0, "\"active_node\": true", "\"active_node\": false");
    let heard = replaced(
        active,
        0,
        "\"last_echo\": null",
        "\"last_echo\": \"2026-05-23T15:51:19-07:00\"",
    );
    let second = heard[0].text.clone();
    let place = second.find("127.0.0.1:8203").unwrap();
    let (before, behind) = second.split_at(place);
    let mut sources = heard;
    sources[0] = Source::new(
        "x",
        format!("{before}{}", behind.replacen("false", "true", 1)),
    );
    let imported = vault(&sources, &[]).unwrap();
    has(
        &imported,
        r#""bao_2": { "cluster": "vault", "version": "next", "active": true }"#,
    );
    has(&imported, r#""vault": { "data": "next" }"#);
    assert_eq!(imported.notes.len(), 2, "{:?}", imported.notes);
}

#[test]
fn what_is_to_come_may_be_given_and_must_make_sense() {
    let imported = vault(&three(), &[("target", "1.17.3")]).unwrap();
    has(
        &imported,
        "The current version is 1.17.0, the next one 1.17.3.",
    );
    let done = vault(&three(), &[("target", "1.17.0")]).unwrap();
    has(
        &done,
        r#""node1": { "cluster": "vault", "version": "next", "active": true }"#,
    );
    has(&done, r#""vault": { "data": "next" }"#);
    let wrong = |sources: &[Arc<Source>], value| diagnosis(vault(sources, &[("target", value)]));
    assert!(wrong(&three(), "1.16.0").starts_with("I0003 `--set target=1.16.0` is older"));
    assert!(wrong(&three(), "new").starts_with("I0003 `--set target=new` names no release"));
    let begun = of("openbao", &["members", "peers", "status"]);
    assert!(wrong(&begun, "2.5.0").contains("is a third version: the nodes run 2.3.2, 2.4.1"));
    let third = replaced(
        three(),
        0,
        r#""version": "1.17.0""#,
        r#""version": "1.16.3""#,
    );
    let third = replaced(third, 0, r#""version": "1.17.0""#, r#""version": "1.17.3""#);
    assert!(
        diagnosis(vault(&third, &[])).starts_with("I0003 the nodes run 1.16.3, 1.17.0, 1.17.3")
    );
}

#[test]
fn the_automated_upgrades_of_enterprise_are_on_until_something_says_otherwise() {
    let on = r#""vault": { "autopilot": true }"#;
    let imported = vault(&enterprise(), &[]).unwrap();
    has(&imported, on);
    has(
        &imported,
        r#""vault_5": { "cluster": "vault", "version": "next", "voter": false }"#,
    );
    assert!(
        imported
            .notes
            .iter()
            .any(|n| n.contains("3 redundancy zones")),
        "{:?}",
        imported.notes
    );
    loaded(&imported);

    let off = [("autopilot", "false")];
    has(&vault(&enterprise(), &off).unwrap(), r#""vault": {}"#);
    let told = replaced(enterprise(), 1, "await-new-voters", "disabled");
    has(&vault(&told, &[]).unwrap(), r#""vault": {}"#);
    let configured = of("enterprise", &["members", "state", "status", "config"]);
    has(&vault(&configured, &[]).unwrap(), r#""vault": {}"#);

    // Nothing tells: they are on by default.
    let untold = replaced(
        three(),
        2,
        r#""version": "1.17.0""#,
        r#""version": "1.17.0+ent.hsm""#,
    );
    let imported = vault(&untold, &[]).unwrap();
    has(&imported, on);
    assert!(
        imported.notes[0].contains("--set autopilot=false"),
        "{:?}",
        imported.notes
    );
    assert!(!vault(&untold, &off).unwrap().text.contains("autopilot"));

    // A version that autopilot has of its own.
    let own = replaced(
        enterprise(),
        0,
        r#""upgrade_version": "1.17.5""#,
        r#""upgrade_version": "1.17.3""#,
    );
    assert!(diagnosis(vault(&own, &[])).contains("autopilot has versions of its own for"));
    loaded(&vault(&own, &off).unwrap());
}

#[test]
fn peers_that_are_not_heard_from_are_down() {
    let silent = without(three(), "node3");
    assert_eq!(
        diagnosis(vault(&silent, &[])),
        "I0004 what `node3` runs is not told at vault/three/peers.json:24:9"
    );
    let imported = vault(&silent, &[("node3.version", "1.17.0")]).unwrap();
    has(
        &imported,
        r#""node3": { "cluster": "vault", "health": "stopped" }"#,
    );
    assert!(
        imported.notes[0].contains("--set node3.health=sealed"),
        "{:?}",
        imported.notes
    );
    loaded(&imported);
    let sealed = [("node3.version", "1.17.0"), ("node3.health", "sealed")];
    has(&vault(&silent, &sealed).unwrap(), r#""health": "sealed""#);
    assert!(
        diagnosis(vault(&silent, &[sealed[0], ("health", "down")])).contains("`--set health=down`")
    );
    // Autopilot remembers what it ran.
    let watched = without(of("three", &["members", "state", "status"]), "node3");
    has(
        &vault(&watched, &[]).unwrap(),
        r#""node3": { "cluster": "vault", "health": "stopped" }"#,
    );
}

#[test]
fn members_of_whom_it_is_not_sure_that_they_are_unsealed_are_asked_for() {
    let sources = of("three", &["members", "state", "status"]);
    let ill = sources[1]
        .text
        .replace("\"Healthy\": true", "\"Healthy\": false");
    let ill = [
        sources[0].clone(),
        Source::new("x", ill),
        sources[2].clone(),
    ];
    let found = vault(&ill, &[]).expect_err("nobody is healthy");
    assert_eq!(found.list.len(), 3, "{found:?}");
    assert!(
        found.list[0].message.contains("as autopilot sees it"),
        "{found:?}"
    );
    loaded(&vault(&ill, &[("health", "unsealed")]).unwrap());

    let unheard = replaced(
        three(),
        0,
        r#""last_echo": "2024-03-04T08:05:48.403148-05:00""#,
        r#""last_echo": null"#,
    );
    assert!(diagnosis(vault(&unheard, &[])).starts_with("I0004 `node2` has never been heard from"));
}

#[test]
fn what_no_output_tells_is_asked_for() {
    let missing = |files: &[&str]| diagnosis(vault(&of("three", files), &[]));
    assert!(missing(&["peers", "status"]).starts_with("I0004 no list of members is given"));
    assert!(missing(&["members", "peers"]).starts_with("I0004 no status is given"));
    assert!(missing(&["members", "status"]).starts_with("I0004 no list of raft peers is given"));

    // Before 1.11.
    let older = three()[0]
        .text
        .replace("\"version\": \"1.17.0\"", "\"more\": 0");
    let mut sources = three();
    sources[0] = Source::new("x", older);
    let found = vault(&sources, &[]).expect_err("no version is told");
    assert_eq!(found.list.len(), 3, "{found:?}");
    loaded(&vault(&sources, &[("version", "1.17.0")]).unwrap());
}

#[test]
fn outputs_of_two_clusters_or_of_two_times_are_refused() {
    let wrong = |place, old, new| diagnosis(vault(&replaced(three(), place, old, new), &[]));
    assert!(
        wrong(2, "https://10.0.0.2:8201", "https://10.0.0.3:8201")
            .starts_with("I0002 the status is of another cluster")
    );
    assert!(
        wrong(1, "10.0.0.2:8201", "10.0.0.9:8201")
            .starts_with("I0002 the raft peers are of another cluster")
    );
    assert!(
        wrong(2, r#""version": "1.17.0""#, r#""version": "1.18.0""#)
            .contains("no member runs that")
    );
    assert!(
        wrong(0, "\"active_node\": true", "\"active_node\": false")
            .contains("none of the members is active")
    );
    assert!(
        wrong(0, "\"active_node\": false", "\"active_node\": true")
            .contains("two members are active")
    );
    assert!(
        wrong(0, "https://10.0.0.3:8201", "https://10.0.0.2:8201")
            .contains("two members have the address")
    );
    let fourth = replaced(three(), 0, "https://10.0.0.3:8201", "https://10.0.0.9:8201");
    assert!(
        diagnosis(vault(&fourth, &[("version", "1.17.0")]))
            .starts_with("I0002 `node2` is a member, and not among")
    );
}

#[test]
fn what_the_rules_do_not_cover_is_refused() {
    let wrong = |place, old, new| diagnosis(vault(&replaced(three(), place, old, new), &[]));
    assert_eq!(
        wrong(0, r#""version": "1.17.0""#, r#""version": "1.17.0-rc1""#),
        "I0003 `1.17.0-rc1` is no release of Vault or OpenBao at x:11:18"
    );
    assert!(wrong(2, "\"sealed\": false", "\"sealed\": true").contains("a sealed node"));
    assert!(
        wrong(2, "\"ha_enabled\": true", "\"ha_enabled\": false")
            .contains("not in high availability")
    );
    assert!(
        wrong(1, "\"voter\": true", "\"voter\": false")
            .starts_with("I0002 2 of the raft peers vote")
    );
    assert!(
        wrong(0, "\"active_node\": true", "\"active_node\": 1")
            .contains("`true` or `false` was expected")
    );
    assert!(wrong(1, "\"node_id\"", "\"id\"").contains("the key `node_id` is missing"));
    let state = of("three", &["members", "state", "status"]);
    let state = replaced(state, 1, "\"Status\": \"voter\"", "\"Status\": \"elector\"");
    assert!(diagnosis(vault(&state, &[])).contains("`elector` is no status"));
    let empty = [Source::new("x", "{\"Nodes\": []}"), three()[2].clone()];
    assert!(diagnosis(vault(&empty, &[])).contains("this list is empty"));
}

#[test]
fn what_is_no_output_of_vault_is_refused() {
    for text in [
        "{}",
        "[]",
        "3",
        r#"{"data": {"keys": []}}"#,
        r#"{"rules": "vault"}"#,
    ] {
        assert_eq!(
            diagnosis(vault(&[Source::new("x", text)], &[])),
            "I0002 this is nothing that is read of Vault at x:1:1",
            "{text}"
        );
    }
    for text in [
        "",
        "Key    Value\n---    -----",
        "No raft cluster configuration found",
    ] {
        assert!(vault(&[Source::new("x", text)], &[]).is_err(), "{text}");
    }
    let twice = [three(), of("consul", &["status"])].concat();
    assert!(diagnosis(vault(&twice, &[])).starts_with("I0002 the status is given twice"));
    let with = |name, value| diagnosis(vault(&three(), &[(name, value)]));
    assert!(with("autopilot", "false").contains("nothing asks for `autopilot`"));
    assert!(with("node1.version", "1.17.0").contains("nothing asks for"));
}

#[test]
fn outputs_that_were_cut_off_anywhere_are_refused() {
    for place in 0..3 {
        let whole = three()[place].text.trim_end().to_owned();
        for end in 0..whole.len() {
            let mut sources = three();
            sources[place] = Source::new("cut", &whole[..end]);
            assert!(vault(&sources, &[]).is_err(), "{place}, {end}");
        }
    }
}

#[test]
fn members_without_a_usable_name_get_another() {
    let odd = replaced(
        three(),
        0,
        r#""hostname": "node2""#,
        r#""hostname": "it's""#,
    );
    let imported = vault(&odd, &[]).unwrap();
    assert_eq!(imported.notes.len(), 1, "{:?}", imported.notes);
    loaded(&imported);
    // A node may have the name that the cluster would get.
    let same = replaced(
        three(),
        0,
        r#""hostname": "node2""#,
        r#""hostname": "vault""#,
    );
    has(&vault(&same, &[]).unwrap(), r#""cluster": "vault-2""#);
}
