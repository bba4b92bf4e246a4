//! Kafka. No process of it could be had for recordings. The fixtures follow what its tools print in apache/kafka
//! (`TopicCommand.java`, `FeatureCommand.java`, `MetadataQuorumCommand.java`, `ToolsUtils.prettyPrintTable`) and samples that are
//! published: `three-and-three/replication.txt` that of Strimzi's blog on dynamic quorums, and the topics with `Elr: N/A` as
//! the tools of 3.9 print them; `one-is-down` a lab on Kafka 4.3 with a stopped combined node; `combined-3.8` a chart's page
//! with lists of plain numbers and tabs turned into spaces; `twelve` is made, at random.

use std::sync::Arc;

use rollproof::import::Imported;
use rollproof::language::diagnostic::Diagnostics;
use rollproof::language::source::Source;

use crate::reading::{diagnosis, loaded, read, recording};

fn kafka(sources: &[Arc<Source>], answers: &[(&str, &str)]) -> Result<Imported, Diagnostics> {
    read("kafka", sources, answers)
}

fn files(folder: &str, names: &[&str]) -> Vec<Arc<Source>> {
    let file = |name: &&str| recording(&format!("kafka/{folder}/{name}.txt"));
    names.iter().map(file).collect()
}

fn three() -> Vec<Arc<Source>> {
    files(
        "three-and-three",
        &["topics", "features", "status", "replication"],
    )
}

/// The texts with a piece of one replaced.
fn changed(which: usize, old: &str, new: &str) -> Vec<Arc<Source>> {
    let mut sources = three();
    assert!(sources[which].text.contains(old), "{old}");
    sources[which] = Source::new("x", sources[which].text.replace(old, new));
    sources
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
fn three_controllers_and_three_brokers_become_a_cluster_file() {
    let imported = kafka(&three(), &[]).unwrap();
    let expected = r#"{
  "description": "Imported from kafka/three-and-three/features.txt, kafka/three-and-three/replication.txt, kafka/three-and-three/status.txt and kafka/three-and-three/topics.txt.",
  "rules": "kafka",
  "params": { "from": "v3_9", "to": "v4_3" },
  "objects": {
    "node": {
      "broker0": { "broker": true, "release": "v3_9", "registered": "v3_9" },
      "broker1": { "broker": true, "release": "v3_9", "registered": "v3_9" },
      "broker2": { "broker": true, "release": "v3_9", "registered": "v3_9" },
      "controller3": { "controller": true, "voter": true, "release": "v3_9", "registered": "v3_9" },
      "controller4": { "controller": true, "voter": true, "release": "v3_9", "registered": "v3_9" },
      "controller5": { "controller": true, "voter": true, "release": "v3_9", "registered": "v3_9" }
    },
    "metadata": {
      "cluster": { "finalized": "v3_9" }
    },
    "partition": {
      "__consumer_offsets-0": { "replicas": ["broker0","broker1","broker2"], "min_insync_replicas": 2, "isr": ["broker0","broker1","broker2"] }
    }
  }
}
"#;
    assert_eq!(imported.text, expected);
    for wanted in [
        "broker0.release",
        "target=4.3",
        "9 partitions are 1 object",
        "zk_migration",
    ] {
        noted(&imported, wanted);
    }
    loaded(&imported);
}

#[test]
fn the_order_of_the_outputs_and_the_number_of_files_do_not_matter() {
    let sources = three();
    let one = |order: [usize; 4]| {
        let text: String = order.map(|place| sources[place].text.as_str()).concat();
        kafka(&[Source::new("<stdin>", text)], &[]).unwrap()
    };
    assert_eq!(one([0, 1, 2, 3]), one([3, 2, 1, 0]));
    let reversed: Vec<Arc<Source>> = sources.iter().rev().cloned().collect();
    assert_eq!(
        kafka(&reversed, &[]).unwrap(),
        kafka(&sources, &[]).unwrap()
    );
}

#[test]
fn tabs_may_have_become_spaces_and_standard_error_may_be_between() {
    let sources = files("combined-3.8", &["all"]);
    let imported = kafka(&sources, &[]).unwrap();
    // All run it, and finalizing is what is left.
    has(&imported, r#""params": { "from": "v3_7", "to": "v3_8" }"#);
    has(
        &imported,
        r#""node0": { "broker": true, "controller": true, "voter": true, "release": "v3_8""#,
    );
    loaded(&imported);
    let logged = format!(
        "[2024-08-13 00:12:27,203] WARN [AdminClient clientId=adminclient-1] The DescribeTopicPartitions API is not supported\n{}",
        sources[0].text
    );
    assert_eq!(
        kafka(&[Source::new("kafka/combined-3.8/all.txt", logged)], &[]).unwrap(),
        imported
    );
}

#[test]
fn who_is_down_is_told_by_the_replication_and_its_release_is_asked_for() {
    let all = files(
        "one-is-down",
        &["topics", "features", "status", "replication"],
    );
    assert_eq!(
        diagnosis(kafka(&all[..3], &[])),
        "I0004 a controller is behind, and it is not told which one at kafka/one-is-down/status.txt:1:25"
    );
    assert_eq!(
        diagnosis(kafka(&all, &[])),
        "I0004 `node3` does not run, and which release is installed is not told at kafka/one-is-down/features.txt:4:1"
    );
    let imported = kafka(&all, &[("node3.release", "4.3.1")]).unwrap();
    has(
        &imported,
        r#""release": "v4_3", "registered": "v4_3", "state": "stopped" }"#,
    );
    has(&imported, r#""isr": ["node1","node2"]"#);
    loaded(&imported);
}

#[test]
fn hundreds_of_partitions_on_sets_of_brokers_that_overlap_are_one_object() {
    let all = files("twelve", &["topics", "features", "status"]);
    let imported = kafka(&all, &[]).unwrap();
    assert_eq!(
        imported.text.matches("\"isr\"").count(),
        1,
        "{}",
        imported.text
    );
    has(&imported, r#""min_insync_replicas": 11"#);
    noted(&imported, "480 partitions are 1 object");
    loaded(&imported);
    let apart = kafka(&all, &[("partitions", "all")]).unwrap();
    assert!(
        apart.text.matches("\"isr\"").count() > 100,
        "{}",
        apart.text
    );
    loaded(&apart);
}

#[test]
fn partitions_of_the_same_brokers_are_one_with_the_stricter_promise() {
    // What is not told is Kafka's default, one in sync.
    let imported = kafka(
        &changed(0, "Configs: min.insync.replicas=2\n", "Configs: \n"),
        &[],
    )
    .unwrap();
    has(&imported, r#""min_insync_replicas": 2"#);
    assert_eq!(imported.text.matches("\"isr\"").count(), 1);
    let imported = kafka(&changed(0, "min.insync.replicas=2", "x=1"), &[]).unwrap();
    has(&imported, r#""min_insync_replicas": 1"#);
    // Others are in sync: not the same.
    let behind = changed(
        0,
        "Replicas: 1,2,0\tIsr: 1,2,0",
        "Replicas: 1,2,0\tIsr: 1,2",
    );
    let imported = kafka(&behind, &[]).unwrap();
    has(&imported, r#""isr": ["broker1","broker2"]"#);
    loaded(&imported);
}

#[test]
fn topics_that_take_no_writes_while_a_broker_is_down_are_asked_for() {
    let strict = changed(
        0,
        "Configs: min.insync.replicas=2\n",
        "Configs: min.insync.replicas=3\n",
    );
    let found = kafka(&strict, &[]).expect_err("no broker may be down");
    assert!(
        found.list[0]
            .message
            .contains("`orders` takes no writes while one of its brokers is down"),
        "{found:?}"
    );
    assert!(
        found.list[0].help[1].contains("--set leave_out=orders"),
        "{found:?}"
    );
    let imported = kafka(&strict, &[("leave_out", "orders")]).unwrap();
    noted(&imported, "`orders`");
    loaded(&imported);
    let nothing = diagnosis(kafka(&three(), &[("leave_out", "order")]));
    assert!(
        nothing.contains("names no topic that is there"),
        "{nothing}"
    );
}

#[test]
fn the_step_goes_to_what_some_nodes_run_or_to_the_target() {
    let params = |sources: &[Arc<Source>], answers: &[(&str, &str)]| {
        let imported = kafka(sources, answers).unwrap();
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
    assert_eq!(
        params(&three(), &[("target", "4.0")]),
        expect("v3_9", "v4_0")
    );
    assert_eq!(
        params(&three(), &[("broker1.release", "4.1")]),
        expect("v3_9", "v4_1")
    );
    let newer = changed(
        1,
        "SupportedMaxVersion: 3.9-IV0",
        "SupportedMaxVersion: UNKNOWN 27",
    );
    assert_eq!(params(&newer, &[]), expect("v3_9", "v4_1"));
    assert_eq!(params(&newer, &[("target", "4.2")]), expect("v4_1", "v4_2"));
    let migrating = params(&three(), &[("zk_migration", "true")]);
    assert!(migrating.contains(r#""zk_migration": true"#), "{migrating}");
    // What a release between has as its own is read by the same ones as its newest.
    let between = changed(
        1,
        "FinalizedVersionLevel: 3.9-IV0",
        "FinalizedVersionLevel: 3.6-IV2",
    );
    let imported = kafka(&between, &[("target", "4.0")]).unwrap();
    has(&imported, r#""cluster": { "finalized": "v3_7" }"#);
    noted(
        &imported,
        "metadata.version 3.6-IV2 is taken for that of 3.7",
    );

    let wrong =
        |sources: &[Arc<Source>], answers: &[(&str, &str)]| diagnosis(kafka(sources, answers));
    assert!(wrong(&three(), &[("target", "3.8")]).contains("3.8 is no later release"));
    assert!(wrong(&three(), &[("target", "3.9")]).contains("3.9 is no later release"));
    assert!(wrong(&three(), &[("target", "5.0")]).contains("not covered"));
    assert!(wrong(&three(), &[("release", "3.8")]).contains("`broker0` cannot run 3.8"));
    let old = changed(
        1,
        "FinalizedVersionLevel: 3.9-IV0",
        "FinalizedVersionLevel: 3.3-IV2",
    );
    assert!(
        wrong(&old, &[("target", "4.3")]).contains("4.3 does not support metadata.version 3.3-IV2")
    );
    // What runs is to be finalized first.
    assert_eq!(params(&old, &[]), expect("v3_7", "v3_9"));
}

#[test]
fn releases_that_no_feature_tells_are_asked_for() {
    let mut two = three();
    two.push(Source::new(
        "other",
        two[1].text.replace(
            "SupportedMaxVersion: 3.9-IV0",
            "SupportedMaxVersion: 4.0-IV3",
        ),
    ));
    let found = diagnosis(kafka(&two, &[]));
    assert!(
        found.starts_with("I0004 which release `broker0` runs is not told"),
        "{found}"
    );
    let imported = kafka(&two, &[("release", "3.9"), ("broker2.release", "4.0")]).unwrap();
    assert_eq!(imported.text.matches("\"release\": \"v4_0\"").count(), 1);
    assert!(!imported.notes.join("\n").contains("asked for its features"));
    loaded(&imported);

    let early = changed(
        1,
        "SupportedMaxVersion: 3.9-IV0",
        "SupportedMaxVersion: 4.1-IV0",
    );
    let found = diagnosis(kafka(&early, &[]));
    assert!(
        found.starts_with("I0003 no release that is covered supports up to `4.1-IV0`"),
        "{found}"
    );
    let unknown = changed(
        1,
        "SupportedMaxVersion: 3.9-IV0",
        "SupportedMaxVersion: 4.4-IV2",
    );
    assert!(
        diagnosis(kafka(&unknown, &[]))
            .starts_with("I0003 metadata.version `4.4-IV2` is not known")
    );
}

#[test]
fn nodes_without_a_partition_or_a_vote_have_a_role_by_name() {
    let more = |old: &str, new: &str| {
        let mut sources = changed(2, old, new);
        sources.truncate(3);
        sources
    };
    let observers = "{\"id\": 2, \"directoryId\": \"ZGVp_10gzC6Pe5Its9-LFg\"}]";
    let nine = more(
        observers,
        &format!("{}, {{\"id\": 9}}]", observers.trim_end_matches(']')),
    );
    let imported = kafka(&nine, &[]).unwrap();
    has(&imported, r#""broker9": { "broker": true, "#);
    noted(&imported, "`broker9` has no partition and no vote");
    let imported = kafka(&nine, &[("broker9.role", "controller")]).unwrap();
    has(&imported, r#""broker9": { "controller": true, "release""#);
    loaded(&imported);
    // Another one holds partitions, and is not there.
    let gone = more(&format!(", {observers}"), "]");
    let found = kafka(&gone, &[]).expect_err("2 is in the ISR");
    assert!(
        found.list.iter().any(|d| d
            .message
            .contains("node 2 is in the ISR, and the quorum does not see it")),
        "{found:?}"
    );
}

#[test]
fn outputs_that_are_missing_or_something_else_are_refused() {
    let sources = three();
    let without = |place: usize| {
        let mut some = sources.clone();
        some.remove(place);
        diagnosis(kafka(&some, &[]))
    };
    assert!(without(0).starts_with("I0004 what `kafka-topics.sh` prints is not given"));
    assert!(without(1).starts_with("I0004 what `kafka-features.sh` prints is not given"));
    assert!(without(2).starts_with("I0004 what `kafka-metadata-quorum.sh` prints is not given"));
    loaded(&kafka(&sources[..3], &[]).unwrap());
    let other = |text: &str| diagnosis(kafka(&[Source::new("x", text)], &[]));
    for text in [
        "{}\n",
        "orders\n",
        "Error while executing topic command : no\n",
        "3 875 0\n",
    ] {
        assert!(
            other(text).starts_with("I0002 this line is none of those"),
            "{text}"
        );
    }
    let versions = "broker1:9092 (id: 1 rack: null) -> (\n";
    assert!(other(versions).contains("`kafka-broker-api-versions.sh`"));
    for text in ["", "\n"] {
        assert!(kafka(&[Source::new("x", text)], &[]).is_err());
    }
    let twice = [sources.clone(), vec![Arc::clone(&sources[2])]].concat();
    assert!(diagnosis(kafka(&twice, &[])).contains("status of the quorum is given twice"));
    let two = Source::new("x", sources[2].text.replace("4acc7529", "5bcc7529"));
    let two = [sources.clone(), vec![two]].concat();
    assert!(diagnosis(kafka(&two, &[])).contains("the outputs are of two clusters"));
    let twice = [sources.clone(), vec![Arc::clone(&sources[0])]].concat();
    assert!(diagnosis(kafka(&twice, &[])).contains("is described twice"));
}

/// In which text what is replaced by what, and what is said of it.
const WRONG: &[(usize, &str, &str, &str)] = &[
    (
        0,
        "\tReplicas: 0,1,2\t",
        "\tReplicas: 0,1,x\t",
        "is no list of node ids",
    ),
    (
        0,
        "Isr: 0,1,2",
        "Isr: 0,1,7",
        "who is in the ISR is no replica",
    ),
    (0, "Isr: 0,1,2", "Isr: ", "has nobody in sync"),
    (
        0,
        "Isr: 0,1,2",
        "Insync: 0,1,2",
        "`Insync:` is no key of this line",
    ),
    (0, "Partition: 1\t", "Partition: 0\t", "is there twice"),
    (
        0,
        "PartitionCount: 3",
        "PartitionCount: 4",
        "3 of 4 partitions of `orders` are here",
    ),
    (
        0,
        "min.insync.replicas=2",
        "min.insync.replicas=x",
        "is no number",
    ),
    (
        0,
        "\tElr: N/A",
        "\tAdding Replicas: 4\tRemoving Replicas: 0\tElr: N/A",
        "is being moved",
    ),
    (
        0,
        "Topic: orders\tTopicId",
        "Topic: other\tTopicId",
        "without the line of its topic",
    ),
    (
        1,
        "FinalizedVersionLevel: 3.9-IV0",
        "FinalizedVersionLevel: UNKNOWN 0",
        "is not known",
    ),
    (1, "metadata.version", "metadata", "is not given"),
    (
        1,
        "FinalizedVersionLevel: 3.9-IV0",
        "",
        "`FinalizedVersionLevel:` is missing",
    ),
    (
        2,
        "MaxFollowerLagTimeMs:   0",
        "MaxFollowerLagTimeMs:   x",
        "`x` is no number",
    ),
    (
        2,
        "CurrentVoters:          [",
        "CurrentVoters:          ",
        "this is no list of nodes",
    ),
    (2, "{\"id\": 5", "{\"id\": x", "this is no list of nodes"),
    (
        2,
        "{\"id\": 5",
        "{\"id\": 6",
        "is in one of `--status` and `--replication`",
    ),
    (
        3,
        "1760635201884",
        "1760635201884 ms ago",
        "7 columns were expected here",
    ),
    (3, "Leader  ", "Follower", "no node is the leader"),
    (
        3,
        "LastFetchTimestamp",
        "LastFetch",
        "the column `LastFetchTimestamp` is missing",
    ),
];

#[test]
fn lines_of_another_form_and_outputs_that_do_not_fit_together_are_refused() {
    for (which, old, new, message) in WRONG {
        let found = kafka(&changed(*which, old, new), &[]).expect_err(message);
        assert!(
            found.list[0].message.contains(message),
            "{message}: {found:?}"
        );
        assert!(
            found.list[0].primary.is_some() || *message == "is not given",
            "{found:?}"
        );
    }
}

/// A text may end after each line of its own; that a topic is missing as a whole nothing tells.
#[test]
fn outputs_that_were_cut_off_are_refused() {
    let sources = three();
    for which in 0..4 {
        let whole = &sources[which].text;
        let harmless = |end: usize| match which {
            0 => whole[end..].starts_with("Topic: "),
            1 => whole[..end].contains("metadata.version") && whole[..end].ends_with('\n'),
            3 => end == 0,
            _ => false,
        };
        for end in (0..whole.len()).filter(|end| !harmless(*end)) {
            let mut cut = sources.clone();
            cut[which] = Source::new("cut", &whole[..end]);
            assert!(kafka(&cut, &[]).is_err(), "{which} {end}");
        }
    }
}

#[test]
fn answers_that_nothing_asks_for_or_that_make_no_sense_are_refused() {
    let with = |name: &str, value: &str| diagnosis(kafka(&three(), &[(name, value)]));
    assert!(with("taget", "4.0").contains("nothing asks for `taget`"));
    assert!(with("broker9.release", "4.0").contains("nothing asks for"));
    assert!(with("partitions", "some").contains("`--set partitions=some`"));
    assert!(with("zk_migration", "no").contains("`--set zk_migration=no`"));
    assert!(with("broker1.release", "2.8").contains("not covered"));
}

#[test]
fn whatever_stands_in_a_text_nothing_panics() {
    let sources = three();
    for which in 0..4 {
        let text = &sources[which].text;
        for (at, letter) in text.char_indices() {
            for other in ["", "é", ":", "\n", "["] {
                let mut some = sources.clone();
                let after = &text[at + letter.len_utf8()..];
                some[which] = Source::new("x", format!("{}{other}{after}", &text[..at]));
                drop(kafka(&some, &[]));
            }
        }
    }
}
