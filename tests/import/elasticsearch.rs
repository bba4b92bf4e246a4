//! Elasticsearch and OpenSearch. No process of either could be had for recordings. The fixtures follow what is published:
//! the columns and the roles `cdfhilmrstw` of `_cat/nodes`, and the flat settings, elastic.co/docs/api (cat nodes, cluster
//! settings); `dimr`, `node.roles` and `cluster_manager`, docs.opensearch.org/latest/api-reference/cat/cat-nodes; the states of
//! `_cat/shards`, elastic.co/guide/en/elasticsearch/reference/8.18/cat-shards.html; the node of a relocating shard as
//! `RestShardsAction.java` writes it, `node-def456 -> 123.123.123.123 bDke_wlKn4Lk node-abc123`.

use std::sync::Arc;

use rollproof::import::Imported;
use rollproof::language::diagnostic::Diagnostics;
use rollproof::language::source::Source;

use crate::reading::{diagnosis, loaded, read, recording};

fn elasticsearch(
    sources: &[Arc<Source>],
    answers: &[(&str, &str)],
) -> Result<Imported, Diagnostics> {
    read("elasticsearch", sources, answers)
}

fn all(folder: &str) -> Vec<Arc<Source>> {
    ["nodes.json", "shards.json", "settings.json"]
        .map(|file| recording(&format!("elasticsearch/{folder}/{file}")))
        .to_vec()
}

/// Nodes with a version and roles, the first of them the master; copies `index shard prirep state node`; and settings.
fn made(nodes: &[(&str, &str, &str)], copies: &[&str], settings: &str) -> Vec<Arc<Source>> {
    let nodes = nodes.iter().enumerate().map(|(place, (name, version, roles))| {
        let master = if place == 0 { "*" } else { "-" };
        format!(
            r#"{{"name":"{name}","version":"{version}","node.role":"{roles}","master":"{master}"}}"#
        )
    });
    let copies = copies.iter().map(|row| {
        let cells: Vec<&str> = row.splitn(5, ' ').collect();
        let node = cells
            .get(4)
            .map_or("null".to_owned(), |node| format!("\"{node}\""));
        format!(
            r#"{{"index":"{}","shard":"{}","prirep":"{}","state":"{}","node":{node}}}"#,
            cells[0], cells[1], cells[2], cells[3]
        )
    });
    let list = |rows: Vec<String>| format!("[{}]", rows.join(",\n"));
    vec![
        Source::new("nodes", list(nodes.collect())),
        Source::new("shards", list(copies.collect())),
        Source::new("settings", settings),
    ]
}

const NOTHING_SET: &str = r#"{"persistent":{},"transient":{}}"#;

fn three(version: &'static str) -> [(&'static str, &'static str, &'static str); 3] {
    ["a", "b", "c"].map(|name| (name, version, "cdfhilmrstw"))
}

fn has(imported: &Imported, wanted: &str) {
    assert!(
        imported.text.contains(wanted),
        "{wanted} is not in:\n{}",
        imported.text
    );
}

fn noted(imported: &Imported, wanted: &str) {
    let notes = imported.notes.join("\n");
    assert!(notes.contains(wanted), "{wanted} is not in:\n{notes}");
}

#[test]
fn three_nodes_with_all_roles_become_a_cluster_file() {
    let imported = elasticsearch(&all("three"), &[]).unwrap();
    let expected = r#"{
  "description": "Imported from elasticsearch/three/nodes.json, elasticsearch/three/settings.json and elasticsearch/three/shards.json.",
  "rules": "elasticsearch",
  "params": { "from": "v8_15", "to": "v8_19", "major_step": false },
  "objects": {
    "node": {
      "es1": { "version": "v8_15" },
      "es2": { "version": "v8_15" },
      "es3": { "version": "v8_15" }
    },
    "cluster": {
      "cluster": { "master": "es2" }
    },
    "shard": {
      ".kibana_1/0": { "primary": "es1", "replica": "es3" },
      "logs-2026.11.24/0": { "primary": "es1", "replica": "es2" },
      "logs-2026.11.24/1": { "primary": "es2", "replica": "es3" },
      "logs-2026.11.25/0": { "primary": "es3", "replica": "es1" },
      "orders/0": { "primary": "es2", "replica": "es1" }
    }
  }
}
"#;
    assert_eq!(imported.text, expected);
    noted(&imported, "--set target=8.19.0");
    noted(&imported, "6 shards are 5 objects");
    loaded(&imported);
}

#[test]
fn the_order_of_the_outputs_and_the_number_of_files_do_not_matter() {
    let sources = all("three");
    let one = |order: [usize; 3]| {
        let texts = order.map(|place| sources[place].text.as_str());
        elasticsearch(&[Source::new("<stdin>", texts.concat())], &[]).unwrap()
    };
    assert_eq!(one([0, 1, 2]), one([2, 1, 0]));
    let reversed: Vec<Arc<Source>> = sources.iter().rev().cloned().collect();
    assert_eq!(
        elasticsearch(&reversed, &[]).unwrap(),
        elasticsearch(&sources, &[]).unwrap()
    );
}

#[test]
fn opensearch_is_told_by_its_versions_and_named_by_its_root() {
    let mut sources = all("opensearch");
    sources.push(recording("elasticsearch/opensearch/root.json"));
    let imported = elasticsearch(&sources, &[]).unwrap();
    has(
        &imported,
        r#""params": { "from": "opensearch_2_18", "to": "opensearch_2_19", "opensearch": true, "major_step": false }"#,
    );
    // The settings are nested there.
    has(
        &imported,
        r#""opensearch-cluster": { "master": "opensearch-node1", "only_primaries": true }"#,
    );
    loaded(&imported);
}

#[test]
fn hundreds_of_shards_on_nodes_that_are_alike_are_one_object() {
    let imported = elasticsearch(&all("tiers"), &[]).unwrap();
    assert_eq!(imported.text.matches("\"primary\"").count(), 1);
    has(
        &imported,
        r#""ingest-0": { "master_eligible": false, "data": false, "version": "v8_19" }"#,
    );
    noted(&imported, "500 shards are 1 object: ");
    // A setting that is empty says nothing.
    assert!(!imported.notes.join("\n").contains("exclude"));
    loaded(&imported);

    let apart = elasticsearch(&all("tiers"), &[("shards", "all")]).unwrap();
    assert!(
        apart.text.matches("\"primary\"").count() > 20,
        "{}",
        apart.text
    );
    loaded(&apart);
}

#[test]
fn shards_are_kept_apart_where_their_nodes_differ() {
    let mut nodes = vec![("m", "8.19.1", "m")];
    for name in ["old1", "old2", "old3"] {
        nodes.push((name, "8.19.1", "d"));
    }
    for name in ["new1", "new2", "new3"] {
        nodes.push((name, "9.4.0", "d"));
    }
    let copies = [
        "i 0 p STARTED old1",
        "i 0 r STARTED old2",
        "i 1 p STARTED old2",
        "i 1 r STARTED old3",
        "i 2 p STARTED old3",
        "i 2 r STARTED new1",
        "i 3 p STARTED new2",
        "i 3 r STARTED new3",
        "i 4 p STARTED new1",
        "i 4 r UNASSIGNED",
        "i 5 p STARTED old1",
        "i 5 r STARTED new2",
    ];
    let imported = elasticsearch(&made(&nodes, &copies, NOTHING_SET), &[]).unwrap();
    // On old and old, on old and new, on new and new, on new and nowhere.
    assert_eq!(
        imported.text.matches("\"primary\"").count(),
        4,
        "{}",
        imported.text
    );
    has(&imported, r#""i/4": { "primary": "new1" }"#);
    noted(&imported, "1 replica is not assigned");
    loaded(&imported);

    // Those without a replica are not like others, and have to be moved from each node.
    let bare = [
        "b 0 p STARTED old1",
        "b 1 p STARTED old2",
        "b 2 p STARTED old2",
    ];
    let more: Vec<&str> = copies.into_iter().chain(bare).collect();
    let imported = elasticsearch(&made(&nodes, &more, NOTHING_SET), &[]).unwrap();
    assert_eq!(
        imported.text.matches("\"replicas\": 0").count(),
        2,
        "{}",
        imported.text
    );
    noted(&imported, "--set leave_out=b");
    loaded(&imported);
    let without = elasticsearch(&made(&nodes, &more, NOTHING_SET), &[("leave_out", "b*")]).unwrap();
    assert!(!without.text.contains("replicas"), "{}", without.text);
    noted(&without, "3 shards of `b` left out");
}

#[test]
fn what_is_on_its_way_is_at_both_ends_and_what_is_not_there_yet_is_missing() {
    let copies = [
        "x 0 p RELOCATING a -> 10.0.0.2 bDke_wlKn4Lk b",
        "x 0 r STARTED c",
        "y 0 p STARTED a",
        "y 0 r INITIALIZING b",
        "z 0 p STARTED b",
        "z 0 r STARTED c",
        "z 0 r STARTED a",
    ];
    let imported = elasticsearch(&made(&three("8.19.1"), &copies, NOTHING_SET), &[]).unwrap();
    has(&imported, r#""x/0": { "primary": "a", "replica": "c" }"#);
    has(&imported, r#""x/0-2": { "primary": "b", "replica": "c" }"#);
    has(&imported, r#""y/0": { "primary": "a" }"#);
    has(&imported, r#""z/0": { "primary": "b", "replica": "a" }"#);
    noted(&imported, "1 shard is being moved");
    noted(&imported, "1 shard has more than one replica");
    loaded(&imported);

    let red = ["x 0 p UNASSIGNED", "x 0 r UNASSIGNED"];
    assert_eq!(
        diagnosis(elasticsearch(
            &made(&three("8.19.1"), &red, NOTHING_SET),
            &[]
        )),
        "I0002 the shard `x/0` is red: nobody serves its primary at shards:1:2"
    );
}

#[test]
fn the_step_goes_to_what_some_nodes_run_or_to_the_target() {
    let step = |versions: [&'static str; 3], answers: &[(&str, &str)]| {
        let nodes: Vec<(&str, &str, &str)> = ["a", "b", "c"]
            .into_iter()
            .zip(versions)
            .map(|(n, v)| (n, v, "dm"))
            .collect();
        elasticsearch(&made(&nodes, &[], NOTHING_SET), answers)
    };
    let params = |versions, answers: &[(&str, &str)]| {
        let imported = step(versions, answers).unwrap();
        loaded(&imported);
        let line = imported
            .text
            .lines()
            .find(|line| line.contains("params"))
            .unwrap();
        line.trim().to_owned()
    };
    let expect =
        |from: &str, to: &str| format!(r#""params": {{ "from": "{from}", "to": "{to}" }},"#);
    assert_eq!(params(["8.19.4"; 3], &[]), expect("v8_19", "v9_4"));
    assert_eq!(
        params(["7.17.9", "8.2.0", "7.17.9"], &[]),
        expect("v7_17", "v8_2")
    );
    assert_eq!(
        params(["8.19.4", "9.1.3", "8.19.4"], &[("target", "9.1")]),
        expect("v8_19", "v9_1")
    );
    assert!(
        params(["8.19.4"; 3], &[("target", "8.19.9")])
            .contains(r#""from": "older", "to": "newer""#)
    );
    assert!(params(["9.4.1", "9.4.2", "9.4.1"], &[]).contains(r#""from": "older", "to": "newer""#));

    let wrong = |versions, answers: &[(&str, &str)]| diagnosis(step(versions, answers));
    assert_eq!(
        wrong(["9.4.1"; 3], &[]),
        "I0004 what the nodes are to run is not known: all run 9.4.1"
    );
    assert!(
        wrong(["8.15.0"; 3], &[("target", "9.4.0")])
            .contains("from 8.15.0 to 9.4.0 is more than one step")
    );
    assert!(wrong(["8.15.0"; 3], &[("target", "8.14.0")]).contains("no later version"));
    assert!(wrong(["8.15.0"; 3], &[("target", "2.19.0")]).contains("no later version"));
    assert!(wrong(["8.15.0"; 3], &[("target", "9.9")]).contains("not covered"));
    assert!(
        wrong(["8.15.0", "8.16.0", "8.17.0"], &[]).contains("more versions than an upgrade has")
    );
    assert!(
        wrong(["8.15.0", "8.16.0", "8.15.0"], &[("target", "8.19.0")])
            .contains("an upgrade to 8.16.0 has begun")
    );
    assert_eq!(
        wrong(["8.19.1", "8.19.1", "6.8.23"], &[]),
        "I0003 version 6.8.23 is not covered: the rules are about Elasticsearch 7.0 to 9.4 and OpenSearch 1.0 to 3.8 at nodes:3:23"
    );
}

#[test]
fn settings_decide_flat_and_nested_and_transient_before_persistent() {
    let with = |settings: &str| elasticsearch(&made(&three("8.19.1"), &[], settings), &[]);
    let flat = r#"{"persistent":{"cluster.routing.allocation.enable":"primaries"},"transient":{}}"#;
    has(&with(flat).unwrap(), r#""only_primaries": true"#);
    let over = r#"{"persistent":{"cluster.routing.allocation.enable":"primaries"},"transient":{"cluster":{"routing":{"allocation":{"enable":"all"}}}}}"#;
    assert!(!with(over).unwrap().text.contains("only_primaries"));
    let none = r#"{"persistent":{"cluster.routing.allocation.enable":"none"},"transient":{}}"#;
    assert!(diagnosis(with(none)).contains("is `none`"));
    let more = r#"{"persistent":{"cluster.routing.allocation.awareness.attributes":"zone","cluster.routing.allocation.exclude._ip":""},"transient":{}}"#;
    let imported = with(more).unwrap();
    noted(
        &imported,
        "`cluster.routing.allocation.awareness.attributes` is not covered",
    );
}

#[test]
fn voting_only_nodes_are_taken_for_ordinary_ones_where_that_is_no_better() {
    let nodes = [
        ("a", "8.19.1", "dm"),
        ("b", "8.19.1", "dm"),
        ("v", "8.19.1", "mv"),
    ];
    let imported = elasticsearch(&made(&nodes, &[], NOTHING_SET), &[]).unwrap();
    noted(&imported, "voting-only");
    loaded(&imported);
    let nodes = [
        ("a", "8.19.1", "dm"),
        ("u", "8.19.1", "mv"),
        ("v", "8.19.1", "mv"),
    ];
    let found = diagnosis(elasticsearch(&made(&nodes, &[], NOTHING_SET), &[]));
    assert!(
        found.contains("most voters are voting-only nodes"),
        "{found}"
    );
}

#[test]
fn outputs_that_are_missing_or_something_else_are_refused() {
    let [nodes, shards, settings] = all("three").try_into().unwrap();
    let without = |some: &[&Arc<Source>]| {
        let some: Vec<Arc<Source>> = some.iter().map(|source| Arc::clone(source)).collect();
        diagnosis(elasticsearch(&some, &[]))
    };
    assert!(without(&[&shards, &settings]).starts_with("I0004 no answer of `_cat/nodes`"));
    assert!(without(&[&nodes, &settings]).starts_with("I0004 no answer of `_cat/shards`"));
    assert!(without(&[&nodes, &shards]).starts_with("I0004 no answer of `_cluster/settings`"));
    assert!(without(&[&nodes, &shards, &settings, &nodes]).contains("twice"));
    let other = |text: &str| diagnosis(elasticsearch(&[Source::new("x", text)], &[]));
    for text in [
        "{}",
        "3",
        "[[]]",
        r#"[{"health":"green"}]"#,
        r#"{"rules":"elasticsearch"}"#,
    ] {
        assert!(other(text).starts_with("I0002 this is no answer"), "{text}");
    }
    let allocation = r#"[{"shards":"5","disk.indices":"1gb","disk.avail":"3gb","node":"es1"}]"#;
    assert!(other(allocation).contains("`_cat/allocation`"));
    let refused = r#"{"error":{"type":"security_exception","reason":"missing authentication credentials"},"status":401}"#;
    assert!(other(refused).contains("an error: missing authentication credentials"));
    for text in [
        "",
        " \n",
        "ip heap.percent ram.percent cpu",
        "curl: (7) Failed",
    ] {
        assert!(
            elasticsearch(&[Source::new("x", text)], &[]).is_err(),
            "{text}"
        );
    }
}

#[test]
fn columns_that_are_missing_and_values_of_another_form_are_refused() {
    let [nodes, shards, settings] = all("three").try_into().unwrap();
    let with = |which: usize, old: &str, new: &str| {
        let mut sources = [nodes.clone(), shards.clone(), settings.clone()];
        assert!(sources[which].text.contains(old), "{old}");
        sources[which] = Source::new("x", sources[which].text.replacen(old, new, 1));
        let found = elasticsearch(&sources, &[]).expect_err(new);
        assert!(found.list[0].primary.is_some(), "{found:?}");
        found.list[0].message.clone()
    };
    let cases = [
        (
            0,
            "\"version\":\"8.15.3\",",
            "",
            "the column `version` is missing",
        ),
        (0, "\"8.15.3\"", "8", "a text was expected, not a number"),
        (
            0,
            "\"*\"",
            "\"+\"",
            "`*` for the elected master, or `-` was expected",
        ),
        (0, "cdfhilmrstw", "cdx", "the roles `cdx` are not known"),
        (0, "\"es1\"", "\"es2\"", "two nodes have the name `es2`"),
        (
            0,
            "\"es1\"",
            "\"es9\"",
            "a shard is on `es1`, which `_cat/nodes` does not list",
        ),
        (
            0,
            "\"node.role\":\"cdfhilmrstw\"",
            "\"node.role\":\"m\"",
            "which has no role that holds data",
        ),
        (1, "\"STARTED\"", "\"DONE\"", "`STARTED`, `RELOCATING`"),
        (1, "\"prirep\":\"p\"", "\"prirep\":\"r\"", "has no primary"),
        (
            1,
            "\"prirep\":\"r\"",
            "\"prirep\":\"p\"",
            "has two primaries",
        ),
        (
            1,
            "\"STARTED\"",
            "\"RELOCATING\"",
            "`NODE -> IP ID NODE` was expected",
        ),
        (1, "\"STARTED\"", "\"INITIALIZING\"", "is red"),
        (
            1,
            "\"node\":\"es1\"",
            "\"node\":null",
            "the column `node` is missing",
        ),
        (
            2,
            "{\"indices.recovery.max_bytes_per_sec\":\"50mb\"}",
            "7",
            "an object `{…}` was expected",
        ),
    ];
    for (which, old, new, message) in cases {
        let found = with(which, old, new);
        assert!(found.contains(message), "{message}: {found}");
    }
}

#[test]
fn outputs_that_were_cut_off_anywhere_are_refused() {
    let sources = all("three");
    for which in 0..3 {
        let whole = sources[which].text.trim_end();
        for end in 0..whole.len() {
            let mut cut = sources.clone();
            cut[which] = Source::new("cut", &whole[..end]);
            assert!(elasticsearch(&cut, &[]).is_err(), "{which} {end}");
        }
    }
}

#[test]
fn answers_that_nothing_asks_for_or_that_make_no_sense_are_refused() {
    let with = |name: &str, value: &str| diagnosis(elasticsearch(&all("three"), &[(name, value)]));
    assert!(with("taget", "9.4.0").contains("nothing asks for `taget`"));
    assert!(with("shards", "some").contains("`--set shards=some`"));
    assert!(with("leave_out", "order").contains("names no index that is there"));
}
