//! SQL Server on failover clusters. No Windows could be had: `three` and what is made here follow the published output of the
//! cmdlets (`Get-ClusterNode`, `Get-ClusterGroup`, `Get-ClusterOwnerNode` in the module FailoverClusters, with the properties of
//! the WMI classes `MSCluster_Node` and `MSCluster_ResourceGroup`) in the form of `ConvertTo-Json`: enums as numbers, a single
//! object without a list around it, objects at some depth as their names.

use std::sync::Arc;

use rollproof::import::Imported;
use rollproof::language::diagnostic::Diagnostics;
use rollproof::language::source::Source;

use crate::reading::{diagnosis, loaded, read, recording};

const FROM: (&str, &str) = ("from", "2019");

fn sql(sources: &[Arc<Source>], answers: &[(&str, &str)]) -> Result<Imported, Diagnostics> {
    read("sql-server-fci", sources, answers)
}

fn three() -> Vec<Arc<Source>> {
    ["nodes", "groups", "owners"]
        .map(|file| recording(&format!("sql-server-fci/three/{file}.json")))
        .to_vec()
}

/// The recordings with a text replaced in one of them.
fn replaced(place: usize, old: &str, new: &str) -> Vec<Arc<Source>> {
    let mut all = three();
    assert!(all[place].text.contains(old), "{old}");
    all[place] = Source::new("x", all[place].text.replacen(old, new, 1));
    all
}

/// Outputs as short as they may be: states in words, and objects that became their names.
fn short(groups: &[(&str, &str)]) -> Vec<Arc<Source>> {
    let groups: Vec<String> = groups
        .iter()
        .map(|(name, owner)| {
            format!(r#"{{"Name":"{name}","OwnerNode":"{owner}","State":"Online"}}"#)
        })
        .collect();
    vec![
        Source::new(
            "nodes",
            r#"[{"Name":"N1","State":"Up"},{"Name":"N2","State":"Up"}]"#,
        ),
        Source::new("groups", format!("[{}]", groups.join(",\n"))),
    ]
}

#[test]
fn three_nodes_with_an_instance_become_a_cluster_file() {
    let imported = sql(&three(), &[FROM]).unwrap();
    let expected = r#"{
  "description": "Imported from sql-server-fci/three/groups.json and sql-server-fci/three/nodes.json and sql-server-fci/three/owners.json.",
  "rules": "sql-server-fci",
  "params": { "from": "sql2019", "to": "sql2022" },
  "objects": {
    "node": {
      "SQLNODE1": {},
      "SQLNODE2": {},
      "SQLNODE3": {}
    },
    "instance": {
      "MSSQLSERVER": { "nodes": ["SQLNODE1","SQLNODE2","SQLNODE3"], "owners": ["SQLNODE1","SQLNODE2","SQLNODE3"], "owner": "SQLNODE1" }
    }
  }
}
"#;
    assert_eq!(imported.text, expected);
    let notes = imported.notes.join("\n");
    assert_eq!(imported.notes.len(), 2, "{notes}");
    assert!(
        notes.contains("--set to=") && notes.contains("MSSQLSERVER.upgraded="),
        "{notes}"
    );
    loaded(&imported);
}

#[test]
fn all_forms_of_convert_to_json_are_read() {
    let whole = sql(&three(), &[FROM]).unwrap();
    let body = |imported: &Imported| imported.text.split_once("\"rules\"").unwrap().1.to_owned();
    // In any order, and behind each other.
    let text = [2, 0, 1].map(|place| three()[place].text.clone());
    let one = sql(&[Source::new("-", text.join("\n"))], &[FROM]).unwrap();
    assert_eq!(body(&one), body(&whole));
    // As older PowerShells wrap lists.
    let mut wrapped = three();
    wrapped[0] = Source::new("x", format!(r#"{{"value":{},"Count":3}}"#, three()[0].text));
    assert_eq!(body(&sql(&wrapped, &[FROM]).unwrap()), body(&whole));
    // Too deep: names in one text, or each.
    for owners in [
        r#"{"ClusterObject":"SQL Server","OwnerNodes":"SQLNODE1 sqlnode2 SQLNODE3"}"#,
        r#"[{"ClusterObject":"SQL Server","OwnerNodes":["SQLNODE1","SQLNODE2","SQLNODE3"]}]"#,
        r#"{"ClusterObject":{"Name":"Renamed","OwnerGroup":{"Name":"SQL Server (MSSQLSERVER)"}},"OwnerNodes":["SQLNODE1","SQLNODE2","SQLNODE3"]}"#,
    ] {
        let mut all = three();
        all[2] = Source::new("x", owners);
        assert_eq!(body(&sql(&all, &[FROM]).unwrap()), body(&whole), "{owners}");
    }
}

#[test]
fn short_outputs_and_what_the_operator_knows_are_enough() {
    let outputs = short(&[
        ("SQL Server (A)", "n1"),
        ("SQL Server (B)", "N2"),
        ("Cluster Group", "N1"),
        ("Files", "N1"),
    ]);
    let imported = sql(
        &outputs,
        &[
            ("from", "15.0.4430.1"),
            ("to", "16"),
            ("owners", "all"),
            ("A.upgraded", "N2"),
            ("A.owners", "N1"),
            ("upgraded", "none"),
        ],
    )
    .unwrap();
    assert!(
        imported.text.contains(
            r#""A": { "nodes": ["N1","N2"], "upgraded": ["N2"], "owners": ["N1"], "owner": "N1" }"#
        ),
        "{}",
        imported.text
    );
    assert!(
        imported
            .text
            .contains(r#""B": { "nodes": ["N1","N2"], "owners": ["N1","N2"], "owner": "N2" }"#),
        "{}",
        imported.text
    );
    assert_eq!(
        imported.notes,
        ["`Files` is left out: it is no instance of SQL Server"]
    );
    loaded(&imported);
}

#[test]
fn an_owner_that_is_upgraded_has_started_the_databases() {
    let outputs = short(&[("SQL Server (A)", "N2")]);
    let imported = sql(
        &outputs,
        &[FROM, ("owners", "N2"), ("upgraded", "N2"), ("nodes", "all")],
    )
    .unwrap();
    assert!(
        imported.text.contains(r#""database_new": true"#),
        "{}",
        imported.text
    );
    loaded(&imported);
}

#[test]
fn groups_with_other_names_are_found_by_their_resources() {
    let mut outputs = short(&[("PROD", "N1"), ("AG", "N2")]);
    assert!(
        diagnosis(sql(&outputs, &[FROM, ("owners", "all")]))
            .starts_with("I0004 no group of the outputs is an instance")
    );
    outputs.push(Source::new("resources", r#"[
        {"Name":"SQL Server (P1)","ResourceType":{"Name":"SQL Server"},"OwnerGroup":{"Name":"PROD"},"OwnerNode":"N1","State":2},
        {"Name":"SQL Server Agent (P1)","ResourceType":"SQL Server Agent","OwnerGroup":"PROD","State":2},
        {"Name":"AG","ResourceType":"SQL Server Availability Group","OwnerGroup":"AG","State":2}]"#));
    outputs.push(Source::new(
        "owners",
        r#"{"ClusterObject":"SQL Server (P1)","OwnerNodes":["N1","N2"]}"#,
    ));
    let imported = sql(&outputs, &[FROM]).unwrap();
    assert!(
        imported.text.contains(r#""P1": { "nodes": ["N1","N2"]"#),
        "{}",
        imported.text
    );
    assert!(
        imported
            .notes
            .iter()
            .any(|n| n.contains("availability group")),
        "{:?}",
        imported.notes
    );
    loaded(&imported);
}

#[test]
fn what_a_failover_cluster_does_not_know_is_asked_for() {
    assert_eq!(
        diagnosis(sql(&three(), &[])),
        "I0004 which release of SQL Server is upgraded is not told: a failover cluster does not know it"
    );
    assert_eq!(
        diagnosis(sql(&three()[..2], &[FROM])),
        "I0004 the possible owners of `MSSQLSERVER` are not told at sql-server-fci/three/groups.json:110:5"
    );
    assert!(
        diagnosis(sql(&three()[..1], &[FROM]))
            .contains("no output of `Get-ClusterGroup | ConvertTo-Json`")
    );
    assert!(
        diagnosis(sql(&three()[1..], &[FROM]))
            .contains("no output of `Get-ClusterNode | ConvertTo-Json`")
    );
    let mut two = three();
    two[2] = Source::new(
        "x",
        r#"{"ClusterObject":"SQL Server","OwnerNodes":["SQLNODE1","SQLNODE2"]}"#,
    );
    assert!(diagnosis(sql(&two, &[FROM])).starts_with(
        "I0004 `SQLNODE3` is no possible owner of `MSSQLSERVER`: whether it is not installed there, or was upgraded there already, is not told"
    ));
    let here = sql(&two, &[FROM, ("nodes", "SQLNODE1,SQLNODE2")]).unwrap();
    assert!(
        here.text.contains(r#""nodes": ["SQLNODE1","SQLNODE2"]"#),
        "{}",
        here.text
    );
    let upgraded = sql(&two, &[FROM, ("upgraded", "sqlnode3")]).unwrap();
    assert!(
        upgraded.text.contains(r#""upgraded": ["SQLNODE3"]"#),
        "{}",
        upgraded.text
    );
    loaded(&upgraded);
    assert!(
        diagnosis(sql(&two, &[FROM, ("nodes", "SQLNODE1")]))
            .contains("`SQLNODE2` is among the owners")
    );
}

#[test]
fn releases_that_the_rules_do_not_cover_are_errors() {
    for (from, to) in [("2014", "2022"), ("2019", "2025"), ("sql2019x", "2022")] {
        assert!(
            diagnosis(sql(&three(), &[("from", from), ("to", to)])).starts_with("I0003"),
            "{from} {to}"
        );
    }
    assert!(
        diagnosis(sql(&three(), &[("from", "2022")]))
            .contains("from SQL Server 2022 to 2022 is no upgrade")
    );
}

#[test]
fn what_does_not_run_is_refused_and_nodes_that_are_down_are_told() {
    // The nodes stand in the order of their names.
    let down = three()[0]
        .text
        .replacen("\"State\": 0", "\"State\": 9", 2)
        .replacen("\"State\": 9", "\"State\": 0", 1)
        .replace("\"State\": 9", "\"State\": 1");
    let mut all = three();
    all[0] = Source::new("x", down.clone());
    let imported = sql(&all, &[FROM]).unwrap();
    assert!(
        imported.text.contains(r#""SQLNODE2": { "up": false }"#),
        "{}",
        imported.text
    );
    loaded(&imported);
    all[0] = Source::new("x", down.replace("\"State\": 1", "\"State\": 2"));
    assert!(diagnosis(sql(&all, &[FROM])).starts_with("I0002 `SQLNODE2` is paused"));
    all[0] = Source::new(
        "x",
        three()[0].text.replacen("\"State\": 0", "\"State\": 1", 1),
    );
    assert!(diagnosis(sql(&all, &[FROM])).contains("is on `SQLNODE1`, which is down"));
    let of_group = |state: &str| {
        let outputs = short(&[("SQL Server (A)", "N1")]);
        let text = outputs[1].text.replace("\"Online\"", state);
        sql(
            &[outputs[0].clone(), Source::new("x", text)],
            &[FROM, ("owners", "all")],
        )
    };
    for (state, words) in [
        ("1", "is Offline"),
        ("\"Failed\"", "is Failed"),
        ("4", "is Pending"),
        ("-1", "is Unknown"),
    ] {
        assert!(diagnosis(of_group(state)).contains(words), "{state}");
    }
    let partly = of_group("3").unwrap().notes;
    assert!(
        partly.iter().any(|n| n.contains("PartialOnline")),
        "{partly:?}"
    );
    for state in ["5", "\"Fine\"", "true", "-2", "1.5"] {
        assert!(
            diagnosis(of_group(state)).contains("a state (0 to 4"),
            "{state}"
        );
    }
}

#[test]
fn preferred_owners_of_a_group_are_not_its_possible_owners() {
    let mut all = three();
    all[2] = Source::new(
        "x",
        r#"{"ClusterObject":{"Name":"SQL Server (MSSQLSERVER)","IsCoreGroup":false},"OwnerNodes":["SQLNODE1"]}"#,
    );
    assert!(diagnosis(sql(&all, &[FROM])).contains("the preferred owners of a group"));
}

#[test]
fn what_is_no_output_or_does_not_fit_together_is_refused() {
    for text in [
        "{}",
        "3",
        "[{}]",
        r#"{"rules":"sql-server-fci"}"#,
        r#"{"Name":"x"}"#,
    ] {
        assert!(
            diagnosis(sql(&[Source::new("x", text)], &[]))
                .starts_with("I0002 this is neither a node"),
            "{text}"
        );
    }
    for text in ["", "Name State\n---- -----", "#TYPE Microsoft"] {
        assert!(sql(&[Source::new("x", text)], &[]).is_err(), "{text}");
    }
    let message = |sources: &[Arc<Source>]| diagnosis(sql(sources, &[FROM]));
    let mut twice = three();
    twice.push(three()[0].clone());
    assert!(message(&twice).contains("the node `SQLNODE1` is there twice"));
    assert!(message(&replaced(0, "\"SQLCLU\"", "\"OTHER\"")).contains("of two clusters"));
    assert!(
        message(&replaced(
            0,
            "\"Name\": \"SQLNODE3\"",
            "\"Name\": \"SQLNODE4\""
        ))
        .contains("`SQLNODE3` is no node of the outputs")
    );
    assert!(
        message(&replaced(
            1,
            "\"Name\": \"Available Storage\"",
            "\"Name\": 1"
        ))
        .contains("a text was expected, not a number")
    );
    let owners = replaced(2, "\"Name\": \"SQLNODE1\"", "\"Name\": \"SQLNODE2\"");
    assert!(message(&owners).contains("`SQLNODE1` is no possible owner"));
    assert!(
        diagnosis(sql(&owners, &[FROM, ("nodes", "all")]))
            .contains("and is none of its possible owners")
    );
}

#[test]
fn outputs_that_were_cut_off_anywhere_are_refused() {
    let [nodes, groups, owners] = three().try_into().unwrap();
    for end in 0..owners.text.trim_end().len() {
        let cut = Source::new("cut", &owners.text[..end]);
        let all = [nodes.clone(), groups.clone(), cut];
        assert!(sql(&all, &[FROM]).is_err(), "{end}");
    }
}

#[test]
fn answers_that_nothing_asks_for_or_that_make_no_sense_are_refused() {
    let with = |name: &str, value: &str| diagnosis(sql(&three(), &[FROM, (name, value)]));
    assert!(with("upgradet", "SQLNODE1").contains("nothing asks for `upgradet`"));
    assert!(with("SQL1.owners", "all").contains("nothing asks for"));
    assert!(with("owners", "SQLNODE9").contains("`--set owners=SQLNODE9`"));
    assert!(with("nodes", "").contains("`--set nodes=`"));
}
