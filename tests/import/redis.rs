//! Redis and Valkey. The recordings in `tests/import/redis` are of real processes, made by `record-redis.sh`: three instances
//! with three Sentinels, and a cluster of six, of Redis 7.0.15 and 8.0.2, Valkey 8.1.1 and 9.1.2.

use std::sync::Arc;

use rollproof::import::Imported;
use rollproof::language::diagnostic::Diagnostics;
use rollproof::language::source::Source;

use crate::reading::{diagnosis, loaded, read, recording};

fn files(release: &str, names: &[&str]) -> Vec<Arc<Source>> {
    names
        .iter()
        .map(|name| recording(&format!("redis/{release}/{name}.txt")))
        .collect()
}

fn watched(release: &str) -> Vec<Arc<Source>> {
    let names = [
        "sentinel/instances",
        "sentinel/masters",
        "sentinel/replicas",
    ];
    files(release, &names)
}

fn cluster(release: &str) -> Vec<Arc<Source>> {
    files(release, &["cluster/info", "cluster/nodes"])
}

fn redis(sources: &[Arc<Source>], answers: &[(&str, &str)]) -> Result<Imported, Diagnostics> {
    read("redis", sources, answers)
}

/// The sources with one of them changed in its first place.
fn with(sources: &[Arc<Source>], which: usize, old: &str, new: &str) -> Vec<Arc<Source>> {
    let mut sources = sources.to_vec();
    let text = &sources[which].text;
    assert!(text.contains(old), "{old}");
    sources[which] = Source::new("x", text.replacen(old, new, 1));
    sources
}

/// What an instance says of itself, in the lines that are needed.
fn info(run_id: &str, version: &str, role: &str) -> String {
    format!(
        "# Server\r\n{version}\r\nredis_mode:standalone\r\nrun_id:{run_id}\r\n\r\n# Persistence\r\naof_enabled:1\r\n\r\n\
         # Replication\r\n{role}\r\n\r\n# Keyspace\r\n"
    )
}

fn replica(primary: &str, link: &str, priority: u32) -> String {
    let (host, port) = primary.rsplit_once(':').unwrap();
    format!(
        "role:slave\r\nmaster_host:{host}\r\nmaster_port:{port}\r\nmaster_link_status:{link}\r\nmaster_sync_in_progress:0\r\n\
         slave_priority:{priority}"
    )
}

/// An entry of `SENTINEL MASTERS`.
fn entry(name: &str, port: u32, run_id: &str, flags: &str, replicas: usize) -> String {
    format!(
        "name\n{name}\nip\n10.0.0.1\nport\n{port}\nrunid\n{run_id}\nflags\n{flags}\nnum-slaves\n{replicas}\nparallel-syncs\n1\n"
    )
}

/// An entry of `SENTINEL REPLICAS`.
fn follower(port: u32, run_id: &str, flags: &str, primary: u32) -> String {
    format!(
        "name\n10.0.0.1:{port}\nip\n10.0.0.1\nport\n{port}\nrunid\n{run_id}\nflags\n{flags}\nmaster-host\n10.0.0.1\n\
         master-port\n{primary}\nslave-priority\n100\nreplica-announced\n1\n"
    )
}

/// A primary, and a replica with what is said of it.
fn pair(own: &str, flags: &str) -> Vec<Arc<Source>> {
    vec![Source::new(
        "x",
        [
            entry("cache", 1, "aa", "master", 1),
            follower(2, "bb", flags, 1),
            info("aa", "redis_version:7.0.15", "role:master"),
            own.to_owned(),
        ]
        .concat(),
    )]
}

#[test]
fn three_instances_and_their_sentinels_become_a_cluster_file() {
    let imported = redis(&watched("redis-7.0.15"), &[]).unwrap();
    let expected = r#"{
  "description": "Imported from redis/redis-7.0.15/sentinel/instances.txt and redis/redis-7.0.15/sentinel/masters.txt and redis/redis-7.0.15/sentinel/replicas.txt.",
  "rules": "redis",
  "params": { "target": "redis_7_4", "copies": 2 },
  "objects": {
    "shard": {
      "mymaster": { "size": 3 }
    },
    "instance": {
      "127.0.0.1:27201": { "shard": "mymaster", "release": "redis_7_0", "primary": true },
      "127.0.0.1:27202": { "shard": "mymaster", "release": "redis_7_0" },
      "127.0.0.1:27203": { "shard": "mymaster", "release": "redis_7_0" }
    }
  }
}
"#;
    assert_eq!(imported.text, expected);
    let notes = imported.notes.join("\n");
    for wanted in [
        "--set target=",
        "--set copies=1",
        "--set 127.0.0.1:27201.priority=0",
    ] {
        assert!(notes.contains(wanted), "{wanted} is not in:\n{notes}");
    }
    assert_eq!(imported.notes.len(), 3, "{notes}");
    loaded(&imported);
}

#[test]
fn a_cluster_of_six_becomes_three_shards() {
    let answers = [("target", "valkey-8.1.1"), ("persistent", "true")];
    let imported = redis(&cluster("redis-7.0.15"), &answers).unwrap();
    let objects = r#"    "shard": {
      "shard1": { "mode": "cluster" },
      "shard2": { "mode": "cluster" },
      "shard3": { "mode": "cluster" }
    },
    "instance": {
      "127.0.0.1:27221": { "shard": "shard1", "release": "redis_7_0", "primary": true },
      "127.0.0.1:27226": { "shard": "shard1", "release": "redis_7_0" },
      "127.0.0.1:27222": { "shard": "shard2", "release": "redis_7_0", "primary": true },
      "127.0.0.1:27224": { "shard": "shard2", "release": "redis_7_0" },
      "127.0.0.1:27223": { "shard": "shard3", "release": "redis_7_0", "primary": true },
      "127.0.0.1:27225": { "shard": "shard3", "release": "redis_7_0" }
    }
"#;
    assert!(imported.text.contains(objects), "{}", imported.text);
    assert!(
        imported
            .text
            .contains(r#""params": { "target": "valkey_7_2" }"#)
    );
    assert_eq!(imported.notes, Vec::<String>::new());
    loaded(&imported);
}

#[test]
fn all_recorded_releases_load() {
    let releases = [
        ("redis-7.0.15", "redis_7_0", "redis-8.0"),
        ("redis-8.0.2", "redis_7_4", ""),
        ("valkey-8.1.1", "valkey_7_2", "valkey-9.1"),
        ("valkey-9.1.2", "valkey_9_0", ""),
    ];
    for (release, class, target) in releases {
        for sources in [watched(release), cluster(release)] {
            if target.is_empty() {
                let told = diagnosis(redis(&sources, &[]));
                assert!(told.starts_with("I0004 all instances run "), "{told}");
                continue;
            }
            let imported = redis(&sources, &[("target", target)]).unwrap();
            assert!(imported.text.contains(class), "{}", imported.text);
            assert_eq!(imported, redis(&sources, &[("target", target)]).unwrap());
            loaded(&imported);
        }
    }
}

#[test]
fn the_order_of_the_outputs_the_number_of_files_and_the_form_do_not_matter() {
    let objects = |sources: &[Arc<Source>]| {
        let imported = redis(sources, &[("persistent", "true")]).unwrap();
        let (_, rest) = imported.text.split_once("\"rules\"").unwrap();
        (rest.to_owned(), imported.notes)
    };
    let files_of = |names: &[&str]| files("redis-7.0.15", names);
    let usual = objects(&watched("redis-7.0.15"));
    let [instances, masters, replicas] = watched("redis-7.0.15").try_into().unwrap();
    for order in [
        [&instances, &masters, &replicas],
        [&masters, &instances, &replicas],
        [&replicas, &masters, &instances],
        [&masters, &replicas, &instances],
    ] {
        let text: String = order.iter().map(|source| source.text.as_str()).collect();
        assert_eq!(objects(&[Source::new("<stdin>", text)]), usual);
        let sources: Vec<Arc<Source>> = order.into_iter().cloned().collect();
        assert_eq!(objects(&sources), usual);
    }
    for names in [
        [
            "sentinel/info-cache",
            "sentinel/masters",
            "sentinel/replicas",
        ],
        [
            "sentinel/info-cache",
            "sentinel/masters-tty",
            "sentinel/replicas-tty",
        ],
        [
            "sentinel/masters-tty",
            "sentinel/instances",
            "sentinel/replicas-tty",
        ],
    ] {
        let sources = files_of(&names);
        assert_eq!(objects(&sources), usual);
        let text: String = sources.iter().map(|source| source.text.as_str()).collect();
        assert_eq!(objects(&[Source::new("<stdin>", text)]), usual, "{names:?}");
    }
    // What Sentinels say of themselves is of no use, and no harm.
    let mut more = watched("redis-7.0.15");
    more.extend(files_of(&["sentinel/sentinel-info", "sentinel/info-cache"]));
    assert_eq!(objects(&more), usual);
    let [info, nodes] = cluster("redis-7.0.15").try_into().unwrap();
    let text = format!("{}{}", nodes.text, info.text);
    let of_cluster = objects(&[info, nodes]);
    assert_eq!(objects(&[Source::new("<stdin>", text)]), of_cluster);
}

#[test]
fn outputs_that_were_cut_off_anywhere_are_refused_or_nothing_of_them_was_needed() {
    let mut sources = watched("redis-7.0.15");
    sources.extend(files("redis-7.0.15", &["sentinel/info-cache"]));
    for (sources, which) in [
        (watched("redis-7.0.15"), vec![0, 1, 2]),
        (sources[1..].to_vec(), vec![2]),
        (
            files(
                "redis-7.0.15",
                &[
                    "sentinel/instances",
                    "sentinel/masters-tty",
                    "sentinel/replicas-tty",
                ],
            ),
            vec![1, 2],
        ),
        (cluster("redis-7.0.15"), vec![0, 1]),
    ] {
        let answers = [("persistent", "true")];
        let whole = redis(&sources, &answers).unwrap();
        for which in which {
            let text = &sources[which].text;
            let name = &sources[which].name;
            let mut refused = 0;
            // Whole lines, and each place within those of the second half that are short of it.
            let ends = text
                .char_indices()
                .map(|(end, _)| end)
                .filter(|end| text[..*end].ends_with('\n') || end % 7 == 0);
            for end in ends {
                let mut cut = sources.clone();
                cut[which] = Source::new(name.as_str(), &text[..end]);
                match redis(&cut, &answers) {
                    Ok(imported) => assert_eq!(imported, whole, "{name} {end}"),
                    Err(found) => {
                        assert!(found.has_errors());
                        refused += 1;
                    }
                }
            }
            assert!(refused > 10, "{name}: {refused}");
        }
    }
}

#[test]
fn what_no_output_tells_is_asked_for_by_name() {
    let [instances, masters, replicas] = watched("redis-7.0.15").try_into().unwrap();
    let told = |sources: &[&Arc<Source>]| {
        let sources: Vec<Arc<Source>> = sources.iter().map(|source| Arc::clone(source)).collect();
        diagnosis(redis(&sources, &[]))
    };
    assert_eq!(
        told(&[&instances]),
        "I0004 nothing tells which instances make a shard, and what it is called"
    );
    assert_eq!(
        told(&[&masters, &replicas]),
        "I0004 no INFO tells what the instances run"
    );
    assert_eq!(
        told(&[&instances, &replicas]),
        "I0004 no Sentinel tells the names of what it watches"
    );
    let without_replicas = redis(&[instances, masters], &[]).expect_err("replicas are missing");
    assert!(
        without_replicas.list[0]
            .message
            .contains("has 2 replicas by SENTINEL MASTERS, and 0 are told of"),
        "{without_replicas:?}"
    );
    let [info, nodes] = cluster("redis-7.0.15").try_into().unwrap();
    assert_eq!(
        told(&[&info]),
        "I0004 nothing tells which nodes make a shard"
    );
    assert_eq!(
        told(&[&nodes]),
        "I0004 no INFO tells what the instances run"
    );
    let sentinel = &files("redis-7.0.15", &["sentinel/sentinel-info"])[0];
    assert_eq!(
        told(&[sentinel]),
        "I0004 a Sentinel's own INFO does not tell of the instances"
    );
}

#[test]
fn a_replica_that_does_not_answer_is_stopped_and_has_no_data() {
    assert_eq!(
        diagnosis(redis(&pair("", "slave,s_down"), &[])),
        "I0004 no INFO tells of `10.0.0.1:2` at x:15:1"
    );
    let answers = [("10.0.0.1:2.release", "redis-6.2.7")];
    let imported = redis(&pair("", "slave,s_down"), &answers).unwrap();
    let line = r#""10.0.0.1:2": { "shard": "cache", "release": "redis_6_2", "up": false, "data": false, "link": "down" }"#;
    assert!(imported.text.contains(line), "{}", imported.text);
    let notes = imported.notes.join("\n");
    for wanted in [
        "--set 10.0.0.1:2.data=true",
        "SENTINEL RESET cache",
        "to be stopped",
    ] {
        assert!(notes.contains(wanted), "{wanted} is not in:\n{notes}");
    }
    loaded(&imported);

    // A Sentinel still knows what it said before it went down; what it says itself counts more.
    let own = info(
        "bb",
        "redis_version:6.2.1",
        &replica("10.0.0.1:1", "up", 100),
    );
    let cached = redis(&pair(&format!("123\n{own}"), "slave,s_down"), &[]).unwrap();
    assert!(
        cached
            .text
            .contains(r#""release": "redis_6_2", "up": false"#),
        "{}",
        cached.text
    );
    let direct = redis(&pair(&own, "slave,s_down"), &[]).unwrap();
    assert!(!direct.text.contains("\"up\""), "{}", direct.text);
    let both = format!(
        "123\n{}{own}",
        info(
            "bb",
            "redis_version:6.2.1",
            &replica("10.0.0.1:1", "down", 0)
        )
    );
    assert_eq!(redis(&pair(&both, "slave"), &[]).unwrap().text, direct.text);
}

#[test]
fn a_link_that_is_down_a_priority_and_no_persistence_are_told() {
    let own = |link, priority| {
        info(
            "bb",
            "redis_version:7.0.1",
            &replica("10.0.0.1:1", link, priority),
        )
    };
    let imported = redis(&pair(&own("down", 0), "slave"), &[]).unwrap();
    let line = r#""10.0.0.1:2": { "shard": "cache", "release": "redis_7_0", "priority": 0, "data": false, "link": "down" }"#;
    assert!(imported.text.contains(line), "{}", imported.text);
    loaded(&imported);
    let with_data = redis(&pair(&own("down", 0), "slave"), &[("data", "true")]).unwrap();
    assert!(!with_data.text.contains("data"), "{}", with_data.text);
    // It follows somebody else than the Sentinel says.
    let elsewhere = info(
        "bb",
        "redis_version:7.0.1",
        &replica("10.0.0.9:1", "up", 100),
    );
    let imported = redis(&pair(&elsewhere, "slave"), &[]).unwrap();
    assert!(
        imported.text.contains(r#""link": "down""#),
        "{}",
        imported.text
    );

    let sources = pair(&own("up", 100), "slave");
    assert!(
        redis(&sources, &[])
            .unwrap()
            .text
            .contains(r#""cache": {}"#)
    );
    let none = with(&sources, 0, "aof_enabled:1", "aof_enabled:0");
    let imported = redis(&none, &[]).unwrap();
    assert!(
        imported
            .text
            .contains(r#""cache": { "persistent": false }"#),
        "{}",
        imported.text
    );
    assert!(
        imported
            .notes
            .iter()
            .any(|note| note.contains("--set persistent=true"))
    );
    let said = redis(&none, &[("cache.persistent", "true")]).unwrap();
    assert!(said.text.contains(r#""cache": {}"#), "{}", said.text);
    // The configuration of an instance is told after its INFO, and whoever says something else is wrong.
    for (save, persistent) in [("3600 1", true), ("", false)] {
        let asked = with(
            &none,
            0,
            "# Keyspace\r\n",
            &format!("# Keyspace\r\nsave\n{save}\n"),
        );
        let imported = redis(&asked, &[("persistent", "true")]).unwrap();
        assert_eq!(
            imported.text.contains(r#""cache": {}"#),
            persistent,
            "{}",
            imported.text
        );
    }
}

#[test]
fn shards_may_differ_in_size_and_a_lonely_primary_is_none() {
    let lonely = Source::new(
        "x",
        entry("cache", 1, "aa", "master", 0)
            + "\n"
            + &info("aa", "redis_version:7.0.15", "role:master"),
    );
    assert_eq!(
        diagnosis(redis(&[lonely], &[])),
        "I0002 `cache` has no replica: nobody serves it while its primary is upgraded at x:1:1"
    );
    let mut text = entry("a", 1, "a1", "master", 1) + &entry("b", 2, "b1", "master", 2);
    text += &info("a1", "redis_version:7.0.15", "role:master");
    text += &info("b1", "redis_version:7.0.15", "role:master");
    for (port, id, primary) in [(3, "a2", 1), (4, "b2", 2), (5, "b3", 2)] {
        text += &follower(port, id, "slave", primary);
        text += &info(
            id,
            "redis_version:7.0.15",
            &replica(&format!("10.0.0.1:{primary}"), "up", 100),
        );
    }
    let imported = redis(&[Source::new("x", text.as_str())], &[]).unwrap();
    assert!(
        imported
            .text
            .contains("\"a\": {},\n      \"b\": { \"size\": 3 }"),
        "{}",
        imported.text
    );
    assert!(!imported.text.contains("copies"), "{}", imported.text);
    loaded(&imported);
    let astray = text.replacen("master-port\n1\n", "master-port\n9\n", 1);
    let found = redis(&[Source::new("x", astray)], &[]).expect_err("it follows nobody");
    assert!(
        found
            .list
            .iter()
            .any(|d| d.message.contains("which is no primary here")),
        "{found:?}"
    );
}

#[test]
fn modules_and_nodes_that_never_take_over_are_told() {
    let changed = with(
        &watched("redis-7.0.15"),
        0,
        "# Modules\r\n",
        "# Modules\r\nmodule:name=ReJSON,ver=20606\r\n",
    );
    let notes = redis(&changed, &[]).unwrap().notes.join("\n");
    assert!(notes.contains("`127.0.0.1:27201` has modules"), "{notes}");
    let never = with(
        &cluster("redis-7.0.15"),
        1,
        "@37226 slave ",
        "@37226 slave,nofailover ",
    );
    let imported = redis(&never, &[]).unwrap();
    assert!(
        imported.text.contains(
            r#""127.0.0.1:27226": { "shard": "shard1", "release": "redis_7_0", "priority": 0 }"#
        ),
        "{}",
        imported.text
    );
}

#[test]
fn nodes_have_their_host_names_and_the_first_one_may_be_called_by_another() {
    let sources = with(
        &cluster("redis-7.0.15"),
        1,
        "27221@37221 ",
        "27221@37221,cache1.example ",
    );
    let imported = redis(&sources, &[]).unwrap();
    assert!(
        imported.text.contains("\"cache1.example:27221\": {"),
        "{}",
        imported.text
    );
    let plain = redis(&cluster("redis-7.0.15"), &[]).unwrap();
    let called = with(
        &cluster("redis-7.0.15"),
        0,
        "127.0.0.1:27221: # Server",
        "localhost:27221: # Server",
    );
    assert_eq!(
        redis(&called, &[])
            .unwrap()
            .text
            .split_once("\"rules\"")
            .map(|(_, rest)| rest),
        plain.text.split_once("\"rules\"").map(|(_, rest)| rest)
    );
    let other = with(
        &cluster("redis-7.0.15"),
        0,
        "127.0.0.1:27221: # Server",
        "127.0.0.1:27229: # Server",
    );
    assert_eq!(
        diagnosis(redis(&other, &[])),
        "I0002 no node of the cluster has the address 127.0.0.1:27229 at x:2:1"
    );
    let nameless = with(
        &cluster("redis-7.0.15"),
        0,
        "127.0.0.1:27221: # Server",
        "# Server",
    );
    assert_eq!(
        diagnosis(redis(&nameless, &[])),
        "I0004 nothing tells which node of the cluster this is at x:2:1"
    );
}

/// Outputs, and a part of what is wrong with them, which has a place but for an answer that the rules cannot hold.
fn refused(cases: Vec<(Vec<Arc<Source>>, &str)>) {
    for (sources, message) in cases {
        let found = redis(&sources, &[]).expect_err(message);
        assert!(
            found.list.iter().any(|d| d.message.contains(message)),
            "{message}: {found:?}"
        );
        let places = found.list.iter().filter(|d| d.primary.is_none());
        assert!(
            message.contains("priority") || places.count() == 0,
            "{found:?}"
        );
    }
}

#[test]
fn what_sentinels_and_instances_tell_must_fit_together() {
    let three = watched("redis-7.0.15");
    refused(vec![
        (
            with(&three, 0, "run_id:1561", "run_id:2561"),
            "no Sentinel knows this instance",
        ),
        (
            with(&three, 1, "1561a7", "2561a7"),
            "is the primary, and does not answer",
        ),
        (
            with(
                &three,
                1,
                "flags\nmaster",
                "flags\nmaster,failover_in_progress",
            ),
            "a failover is under way",
        ),
        (
            with(&three, 1, "flags\nmaster", "flags\nslave"),
            "a Sentinel tells no `master-host`",
        ),
        (
            with(&three, 1, "num-slaves\n2", "num-slaves\n3"),
            "has 3 replicas by SENTINEL MASTERS, and 2 are told of",
        ),
        (
            with(&three, 0, "role:master", "role:slave"),
            "this INFO has no `master_link_status`",
        ),
        (
            with(&three, 0, "role:slave", "role:master"),
            "is a replica here, and says that it is a primary",
        ),
        (
            with(&three, 0, "role:master", "role:boss"),
            "`master` or `slave` was expected",
        ),
        (
            with(&three, 0, "redis_mode:standalone", "redis_mode:cluster"),
            "is a node of a cluster",
        ),
        (
            with(&three, 0, "aof_enabled:0", "aof_enabled:no"),
            "0 or 1 was expected",
        ),
        (
            with(&three, 0, "slave_priority:100", "slave_priority:-1"),
            "a whole number was expected",
        ),
        (
            with(&three, 0, "slave_priority:100", "slave_priority:5000"),
            "has the priority 5000",
        ),
        (
            with(&three, 0, "master_link_status:up", "master_link_status:?"),
            "`up` or `down` was expected",
        ),
        (
            with(&three, 0, "# Replication", "# Other"),
            "this INFO has no section Replication",
        ),
    ]);
}

#[test]
fn what_the_nodes_of_a_cluster_tell_must_fit_together() {
    let six = cluster("redis-7.0.15");
    let id = "f7e3eb0f2ac4cf2a7299519386a4e5aa25b4ab9e";
    assert!(six[1].text.contains(id));
    refused(vec![
        (
            with(&six, 1, "10923-16383", "10923-16382"),
            "no primary has slot 16383",
        ),
        (
            with(&six, 1, "10923-16383", "10922-16383"),
            "slot 10922 has two primaries",
        ),
        (
            with(&six, 1, "10923-16383", "10923-16383 [93->-abc]"),
            "slots are on the move",
        ),
        (
            with(&six, 1, "10923-16383", "10923-x"),
            "`10923-x` is no range of slots",
        ),
        (
            with(&six, 1, &format!("slave {id}"), "slave f00"),
            "the primary of this replica is not told of",
        ),
        (
            with(&six, 1, "slave ", "slave,noaddr "),
            "has no address, or is about to join",
        ),
        (
            with(&six, 1, " connected", " gone"),
            "`connected` or `disconnected`",
        ),
        (
            with(&six, 0, "redis_mode:cluster", "redis_mode:standalone"),
            "is no node of a cluster",
        ),
        (
            with(&six, 0, "role:master", "role:slave"),
            "this INFO has no `master_link_status`",
        ),
    ]);
}

#[test]
fn nothing_is_told_twice_and_of_two_clusters() {
    let (three, six) = (watched("redis-7.0.15"), cluster("redis-7.0.15"));
    refused(vec![
        (
            [three.clone(), vec![six[1].clone()]].concat(),
            "these are two clusters",
        ),
        (
            [six.clone(), vec![six[1].clone()]].concat(),
            "a node is told of twice",
        ),
        (
            [three.clone(), vec![three[1].clone()]].concat(),
            "`mymaster` is told of twice",
        ),
    ]);
}

#[test]
fn versions_that_the_rules_do_not_cover_are_errors_with_their_line() {
    for (version, message) in [
        ("redis_version:6.0.16", "Redis 6.0.16 is not covered"),
        ("redis_version:8.2.0", "Redis 8.2.0 is not covered"),
        (
            "redis_version:7.0.15-rc1",
            "Redis 7.0.15-rc1 is not covered",
        ),
        (
            "redis_version:7.2.4\r\nserver_name:valkey\r\nvalkey_version:10.0.0",
            "Valkey 10.0.0 is not covered",
        ),
        (
            "redis_version:7.2.4\r\nserver_name:valkey\r\nvalkey_version:9.0.0\r\nvalkey_release_stage:rc1",
            "`rc1` is not covered",
        ),
        (
            "redis_version:7.4.0\r\ndragonfly_version:df-v1.2",
            "`df-v1.2` is not covered",
        ),
        (
            "redis_version:7.0.0\r\nserver_name:other",
            "`other` is not covered",
        ),
    ] {
        let changed = with(&watched("redis-7.0.15"), 0, "redis_version:7.0.15", version);
        let told = diagnosis(redis(&changed, &[]));
        assert!(
            told.starts_with("I0003") && told.contains(message),
            "{told}"
        );
        assert!(told.contains(" at x:"), "{told}");
    }
}

#[test]
fn what_redis_cli_does_not_print_of_a_cluster_is_refused() {
    let told = |text: &str| diagnosis(redis(&[Source::new("x", text)], &[]));
    for text in [
        "PONG\n",
        "{}\n",
        "role:master\n",
        "mymaster\n",
        "a b c\n",
        "1) \"PONG\"\n",
    ] {
        assert!(
            told(text).contains("this is no output of redis-cli that tells of a cluster"),
            "{text}"
        );
    }
    for text in [
        "(error) NOAUTH Authentication required.\n",
        "NOAUTH Authentication required.\n",
        "Could not connect to Redis at 127.0.0.1:1: Connection refused\n",
        "ERR No such master with that name\n",
    ] {
        assert!(
            told(text).contains("redis-cli was refused, or reached nobody"),
            "{text}"
        );
    }
    assert!(
        told("# Replication\r\nrole:master\r\n")
            .contains("a piece of an INFO without its beginning")
    );
    assert!(told("save\n3600 1\n").contains("no INFO before this tells whose"));
    assert!(
        told("1) \"# Server\\r\\nredis_version:7.0.15\\r\\n\"\n")
            .contains("printed for a terminal")
    );
    for text in ["", " \n"] {
        assert!(redis(&[Source::new("x", text)], &[]).is_err());
    }
}

#[test]
fn answers_that_nothing_asks_for_or_that_make_no_sense_are_refused() {
    let with =
        |name: &str, value: &str| diagnosis(redis(&watched("redis-7.0.15"), &[(name, value)]));
    assert!(with("copy", "1").contains("nothing asks for `copy`"));
    assert!(with("127.0.0.1:27202.release", "redis-7.0").contains("nothing asks for"));
    assert!(with("copies", "0").contains("`--set copies=0`"));
    assert!(
        with("127.0.0.1:27201.priority", "2000").contains("`--set 127.0.0.1:27201.priority=2000`")
    );
    assert!(with("target", "8.1.1").contains("not covered"));
    assert!(with("target", "valkey-8.2").contains("not covered"));
    assert!(with("target", "redis-7.0.15").contains("all instances run Redis 7.0 already"));
    assert!(with("target", "redis-6.2").contains("the target, is before it"));
    let eight = |target: &str| diagnosis(redis(&watched("redis-8.0.2"), &[("target", target)]));
    assert!(eight("valkey-9.0").contains("the target, cannot read its data: RDB format 12"));
    assert!(eight("valkey-8.1").contains("the target, is before it"));
}

#[test]
fn an_upgrade_that_has_begun_goes_on_to_what_it_began() {
    let own = info(
        "bb",
        "redis_version:7.2.4\r\nserver_name:valkey\r\nvalkey_version:8.1.1",
        &replica("10.0.0.1:1", "up", 100),
    );
    let imported = redis(&pair(&own, "slave"), &[]).unwrap();
    assert!(
        imported
            .text
            .contains(r#""params": { "target": "valkey_7_2" }"#),
        "{}",
        imported.text
    );
    loaded(&imported);
}
