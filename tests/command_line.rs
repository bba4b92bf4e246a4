//! The program from outside: exit status, what goes where, and input that nobody would write on purpose.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

fn rollproof(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rollproof"));
    command.args(arguments).stdin(Stdio::null());
    command.env("ROLLPROOF_CACHE", "");
    command
}

fn run(arguments: &[&str]) -> Output {
    rollproof(arguments).output().expect("the program starts")
}

fn status(output: &Output) -> i32 {
    output.status.code().expect("no signal ended the program")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("everything printed is UTF-8")
}

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).expect("standard output is JSON and nothing else")
}

/// A fresh folder of this test's own.
fn folder(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("command_line")
        .join(name);
    let _ = std::fs::remove_dir_all(&path);
    std::fs::create_dir_all(&path).expect("the target folder is writable");
    path
}

fn file(folder: &Path, name: &str, content: impl AsRef<[u8]>) -> String {
    let path = folder.join(name);
    std::fs::write(&path, content).expect("the target folder is writable");
    path.to_str()
        .expect("the target folder has a name in UTF-8")
        .to_owned()
}

const CLUSTER: &str = r#"{ "rules": "exchange-core", "objects": {
    "node": { "Node[1-2]": {} }, "evs": { "EVS1": { "host": "Node1" } } } }"#;

/// Large enough that nobody waits for its end.
const LARGE: &str = r#"{ "rules": "exchange-core", "objects": {
    "node": { "Node[1-9]": {} }, "evs": { "EVS[1-5]": { "host": "Node[1-5]" } } } }"#;

#[test]
fn the_exit_status_is_that_of_the_verdict() {
    let cases: [(&[&str], i32); 12] = [
        (&["check", "exchange-core/n2-m1", "--policy", "drain=on"], 0),
        (
            &["check", "exchange-core/n2-m1", "--policy", "drain=off"],
            1,
        ),
        (&["verify", "exchange-2003/two-node"], 0),
        (&["verify", "exchange-2003/waits-for-ever"], 1),
        (&["plan", "exchange-core/n2-m1"], 0),
        (&["plan", "exchange-core/n3-m3"], 1),
        (&["plan", "exchange-core/n2-m1", "--max-states", "3"], 3),
        (&["check", "exchange-core/n2-m1", "--max-states", "5"], 3),
        (
            &[
                "check",
                "exchange-core/n4-m2",
                "--policy",
                "drain=on",
                "--timeout",
                "1ms",
            ],
            3,
        ),
        (&["check", "exchange-core/n2-m1", "--max-memory", "1K"], 3),
        (&["models"], 0),
        (&["explain", "c0004"], 0),
    ];
    for (arguments, expected) in cases {
        let output = run(arguments);
        assert_eq!(status(&output), expected, "{arguments:?}");
        assert_eq!(text(&output.stderr), "", "{arguments:?}");
    }
}

#[test]
fn a_violation_before_a_limit_is_a_violation_and_the_rest_stays_open() {
    let output = run(&[
        "check",
        "exchange-core/n2-m1",
        "--policy",
        "drain=off",
        "--max-states",
        "300",
        "--no-reduce",
        "--format",
        "json",
    ]);
    assert_eq!(status(&output), 1);
    let json = json(&output);
    let verdicts: Vec<&str> = json["properties"]
        .as_array()
        .unwrap()
        .iter()
        .map(|p| p["verdict"].as_str().unwrap())
        .collect();
    assert_eq!(verdicts[0], "violated");
    assert!(verdicts[1..].contains(&"inconclusive"));
    assert_eq!(json["search"]["stopped_by"], "--max-states");
}

#[test]
fn wrong_usage_is_status_2_and_silent_on_standard_output() {
    let cases: [&[&str]; 11] = [
        &[],
        &["chekc", "x"],
        &["check"],
        &["check", "exchange-core/n2-m1", "--max-states", "0"],
        &["check", "exchange-core/n2-m1", "--timeout", "soon"],
        &["check", "exchange-core/n2-m1", "--policy", "drain=perhaps"],
        &["check", "exchange-core/n2-m1", "--property", "no_such"],
        &["plan", "exchange-2003/two-node", "--faults", "1"],
        &["verify", "exchange-2003/two-node", "--trace", "4"],
        &[
            "verify",
            "exchange-2003/two-node",
            "--trace",
            "1 no_such(Node1)",
        ],
        &["explain", "X9999"],
    ];
    for arguments in cases {
        let output = run(arguments);
        assert_eq!(status(&output), 2, "{arguments:?}");
        assert_eq!(text(&output.stdout), "", "{arguments:?}");
        assert_ne!(text(&output.stderr), "", "{arguments:?}");
    }
}

#[test]
fn help_and_version_are_no_errors() {
    for arguments in [
        &["--help"][..],
        &["--version"],
        &["plan", "--help"],
        &["help", "verify"],
    ] {
        let output = run(arguments);
        assert_eq!(status(&output), 0);
        assert!(text(&output.stdout).contains("rollproof"));
    }
}

#[test]
fn hostile_files_are_diagnosed_in_words_and_in_json() {
    let folder = folder("hostile");
    let deep = "[".repeat(100_000);
    let long = format!("{{ \"rules\": \"{}\u{1b}[2J", "x".repeat(1_000_000));
    let plan = r#"{ "cluster": "exchange-core/n2-m1", "steps": ["reboot(Node7)"] }"#;
    let cases = [
        ("check", "missing.json".to_owned()),
        ("check", folder.to_str().unwrap().to_owned() + "/"),
        ("check", format!("{}/.json", folder.to_str().unwrap())),
        ("check", file(&folder, "empty.json", "")),
        (
            "check",
            file(
                &folder,
                "binary.json",
                [0x7f, b'E', b'L', b'F', 0, 0xff, 0xfe],
            ),
        ),
        ("check", file(&folder, "truncated.json", &CLUSTER[..60])),
        ("check", file(&folder, "deep.json", deep)),
        ("check", file(&folder, "long.json", long)),
        ("check", file(&folder, "list.json", "[]")),
        (
            "check",
            file(&folder, "bad.rules", "rules \u{1b}]0;x\u{7}\nkind {{{{"),
        ),
        ("verify", file(&folder, "plan.json", plan)),
        ("verify", file(&folder, "cluster.json", CLUSTER)),
        ("plan", "no-such-model/two-node".to_owned()),
        ("regress", file(&folder, "suite.json", "{ \"cases\": 3 }")),
    ];
    for (command, subject) in cases {
        let output = run(&[command, &subject]);
        let message = text(&output.stderr);
        assert_eq!(status(&output), 2, "{subject}: {message}");
        assert_eq!(text(&output.stdout), "", "{subject}");
        assert!(message.starts_with("error["), "{subject}: {message}");
        assert!(message.len() < 20_000, "{subject}");
        assert!(
            message.chars().all(|c| c == '\n' || !c.is_control()),
            "{subject}: {message:?}"
        );

        let output = run(&[command, &subject, "--format", "json"]);
        assert_eq!(status(&output), 2, "{subject}");
        assert_eq!(text(&output.stderr), "", "{subject}");
        let json = json(&output);
        assert_eq!(json["verdict"], "input_error", "{subject}");
        assert_eq!(json["command"], command);
        assert!(json["diagnostics"][0]["code"].is_string(), "{subject}");
    }
}

#[test]
fn standard_input_is_read_where_a_dash_stands() {
    let mut child = rollproof(&["check", "-", "--no-reduce", "--format", "json"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(CLUSTER.as_bytes())
        .unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(json(&output)["search"]["states"], 368);
    assert_eq!(status(&output), 1);
}

#[test]
fn nothing_but_what_is_volatile_differs_between_two_runs() {
    let mut reports = [(); 2].map(|()| {
        json(&run(&[
            "plan",
            "exchange-2003/two-node",
            "--format",
            "json",
        ]))
    });
    for report in &mut reports {
        let volatile = report["search"]["volatile"].take();
        assert!(volatile["seconds"].is_number() && volatile["peak_bytes"].is_u64());
    }
    assert_eq!(reports[0].to_string(), reports[1].to_string());
}

#[test]
fn a_plan_that_was_written_verifies_from_where_it_lies() {
    let folder = folder("written");
    std::fs::create_dir_all(folder.join("clusters")).unwrap();
    std::fs::create_dir_all(folder.join("out")).unwrap();
    let cluster = file(&folder, "clusters/mine.json", CLUSTER);
    for subject in [cluster.as_str(), "exchange-core/n2-m1"] {
        let plan = folder.join("out/plan.json");
        let plan = plan.to_str().unwrap();
        assert_eq!(status(&run(&["plan", subject, "-o", plan])), 0);
        let verified = run(&["verify", plan, "--format", "json"]);
        assert_eq!(status(&verified), 0, "{}", text(&verified.stdout));
        assert_eq!(json(&verified)["verdict"], "holds");
    }
}

#[test]
fn a_plan_keeps_what_the_command_line_changed() {
    let folder = folder("changed");
    let plan = folder.join("plan.json");
    let plan = plan.to_str().unwrap();
    assert_eq!(
        status(&run(&[
            "plan",
            "exchange-core/n2-m1",
            "--policy",
            "drain=on",
            "-o",
            plan
        ])),
        0
    );
    let report = json(&run(&["verify", plan, "--format", "json"]));
    assert_eq!(report["model"]["policies"], serde_json::json!(["drain"]));
}

#[test]
fn a_plan_that_cannot_be_written_is_status_2_and_told_all_the_same() {
    let folder = folder("unwritable");
    let plan = folder.join("no/such/folder/plan.json");
    let output = run(&["plan", "exchange-core/n2-m1", "-o", plan.to_str().unwrap()]);
    assert_eq!(status(&output), 2);
    assert!(text(&output.stdout).contains("plan: 12 steps"));
    assert!(text(&output.stderr).contains("cannot be written"));
}

#[test]
fn a_failing_assumption_is_an_error_only_where_asked_for() {
    let strict = run(&["plan", "exchange-2003/three-node-full", "--strict"]);
    assert_eq!(status(&strict), 2);
    assert!(text(&strict.stderr).contains("error[C0012]"));
    let lenient = run(&[
        "plan",
        "exchange-2003/three-node-full",
        "--max-states",
        "10",
    ]);
    assert_eq!(status(&lenient), 3);
    assert!(text(&lenient.stdout).contains("warning[C0012]"));
}

#[test]
fn colours_appear_only_where_they_are_asked_for() {
    let call = ["check", "exchange-core/n2-m1"];
    assert!(!text(&run(&call).stdout).contains('\u{1b}'));
    let always = run(&[call[0], call[1], "--color", "always"]);
    assert!(text(&always.stdout).contains('\u{1b}'));
    let json = run(&[call[0], call[1], "--color", "always", "--format", "json"]);
    assert!(!text(&json.stdout).contains('\u{1b}'));
    let wrong = run(&["check", "missing.json", "--color", "always"]);
    assert!(text(&wrong.stderr).contains('\u{1b}'));
}

#[test]
fn a_reader_who_has_left_is_no_error() {
    for arguments in [
        &["check", "exchange-core/n2-m1", "--policy", "drain=off"][..],
        &[
            "check",
            "exchange-core/n2-m1",
            "--policy",
            "drain=off",
            "--format",
            "json",
        ],
    ] {
        let mut child = rollproof(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert_eq!(status(&output), 1, "the status is the verdict's");
        assert_eq!(text(&output.stderr), "");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_an_error() {
    for arguments in [
        &["check", "exchange-core/n2-m1", "--policy", "drain=on"][..],
        &["check", "exchange-core/n2-m1", "--format", "json"],
        &["check", "missing.json", "--format", "json"],
        &["models"],
        &["--help"],
    ] {
        let full = std::fs::File::options()
            .write(true)
            .open("/dev/full")
            .unwrap();
        let output = rollproof(arguments).stdout(full).output().unwrap();
        assert_eq!(status(&output), 2, "{arguments:?}");
    }
    let output = run(&["plan", "exchange-core/n2-m1", "-o", "/dev/full"]);
    assert_eq!(status(&output), 2);
    assert!(text(&output.stderr).contains("error[F0009]"));
}

#[cfg(unix)]
#[test]
fn an_interruption_ends_the_search_with_what_is_known() {
    let cluster = file(&folder("interrupted"), "large.json", LARGE);
    let child = rollproof(&["check", &cluster, "--format", "json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // Long enough for the program to start on a busy machine; far too short for the search to end.
    std::thread::sleep(std::time::Duration::from_secs(2));
    let killed = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status()
        .unwrap();
    assert!(killed.success());
    let output = child.wait_with_output().unwrap();
    let json = json(&output);
    assert_eq!(json["search"]["stopped_by"], "Ctrl-C");
    assert!(json["search"]["states"].as_u64().unwrap() > 0);
    assert!(matches!(status(&output), 1 | 3));
}
