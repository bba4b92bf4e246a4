//! Which pods a budget selects, how many of them it wants, and what becomes of them.

use rollproof::import::Imported;
use rollproof::language::source::Source;

use crate::reading::{diagnosis, loaded, recording};

use super::made::Made;
use super::{cost, kubernetes, three};

/// How many ready pods a budget asks for, of so many, by what the file says.
fn min_available(wanted: &str, pods: usize) -> usize {
    let mut made = Made::new(1, 1, "v1.35.0");
    made.app("web", pods, 1);
    made.node("worker02", "v1.35.0", "", "", "True");
    made.budget_of("web", wanted);
    let imported = made.import(&[("keep", "true")]).unwrap();
    loaded(&imported);
    let (_, rest) = imported.text.split_once("\"min_available\": ").unwrap();
    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().unwrap()
}

#[test]
fn budgets_are_numbers_or_percentages_that_are_rounded_up() {
    for (wanted, pods, expected) in [
        (r#""minAvailable":2"#, 3, 2),
        (r#""minAvailable":"50%""#, 7, 4),
        (r#""minAvailable":"50%""#, 8, 4),
        (r#""minAvailable":"1%""#, 3, 1),
        (r#""minAvailable":"0%""#, 3, 0),
        (r#""maxUnavailable":1"#, 3, 2),
        (r#""maxUnavailable":5"#, 3, 0),
        (r#""maxUnavailable":"30%""#, 7, 4),
        (r#""maxUnavailable":"25%""#, 4, 3),
        (r#""maxUnavailable":"100%""#, 4, 0),
        // Where no eviction is allowed, one pod on the node stands for all.
        (r#""maxUnavailable":0"#, 3, 1),
        (r#""minAvailable":"100%""#, 3, 1),
    ] {
        assert_eq!(min_available(wanted, pods), expected, "{wanted} of {pods}");
    }
    let mut made = Made::new(1, 2, "v1.35.0");
    made.app("web", 2, 2);
    for wanted in [
        r#""minAvailable":"two""#,
        r#""minAvailable":"101%""#,
        r#""minAvailable":-1"#,
        r#""maxUnavailable":true"#,
    ] {
        let mut made = made.clone();
        made.budget_of("web", wanted);
        assert!(
            diagnosis(made.import(&[])).contains("was expected"),
            "{wanted}"
        );
    }
}

#[test]
fn a_status_that_is_up_to_date_knows_how_many_pods_there_should_be() {
    let mut made = Made::new(1, 3, "v1.35.0");
    made.app("web", 3, 3);
    let budget = |seen: u32, expected: u32, desired: u32| {
        let mut made = made.clone();
        made.items.push(format!(
            r#"{{"apiVersion":"policy/v1","kind":"PodDisruptionBudget","metadata":{{"name":"web","namespace":"shop","generation":2}},
"spec":{{"minAvailable":"50%","selector":{{"matchLabels":{{"app":"web"}}}}}},"status":{{"observedGeneration":{seen},"expectedPods":{expected},"desiredHealthy":{desired}}}}}"#
        ));
        made.import(&[]).unwrap()
    };
    let wanted = |imported: &Imported, number: u32| {
        imported
            .text
            .contains(&format!("\"min_available\": {number}"))
    };
    assert!(wanted(&budget(2, 4, 2), 2));
    assert!(
        wanted(&budget(1, 6, 3), 2),
        "this status is of the budget before"
    );
    let other = budget(2, 2, 2);
    assert!(wanted(&other, 2));
    assert!(
        other
            .notes
            .iter()
            .any(|note| note.contains("its status says 2")),
        "{:?}",
        other.notes
    );
    // kubectl without a server writes a status of zeros.
    let by_kubectl = recording("kubernetes/budget-by-kubectl.json");
    let by_kubectl = by_kubectl.text.replace(
        "\"name\": \"web\"",
        "\"name\": \"web\", \"namespace\": \"shop\"",
    );
    let imported = kubernetes(&[made.source(), Source::new("b", by_kubectl)], &[]).unwrap();
    assert!(wanted(&imported, 2));
}

#[test]
fn selectors_select_as_in_kubernetes() {
    for (selector, selected) in [
        (r#"{"matchLabels":{"app":"web"}}"#, true),
        (r#"{"matchLabels":{"app":"web","tier":"back"}}"#, false),
        (
            r#"{"matchExpressions":[{"key":"app","operator":"In","values":["x","web"]}]}"#,
            true,
        ),
        (
            r#"{"matchExpressions":[{"key":"app","operator":"In","values":["x"]}]}"#,
            false,
        ),
        (
            r#"{"matchExpressions":[{"key":"app","operator":"NotIn","values":["web"]}]}"#,
            false,
        ),
        (
            r#"{"matchExpressions":[{"key":"none","operator":"NotIn","values":["web"]}]}"#,
            true,
        ),
        (
            r#"{"matchExpressions":[{"key":"tier","operator":"Exists"}]}"#,
            true,
        ),
        (
            r#"{"matchExpressions":[{"key":"tier","operator":"DoesNotExist"}]}"#,
            false,
        ),
        (
            r#"{"matchLabels":{"app":"web"},"matchExpressions":[{"key":"tier","operator":"In","values":["back"]}]}"#,
            false,
        ),
        // Empty selects all of the namespace, and none selects nothing.
        ("{}", true),
        ("null", false),
    ] {
        let mut made = Made::new(1, 2, "v1.35.0");
        made.app("web", 2, 2);
        made.budget("b", &format!(r#""minAvailable":1,"selector":{selector}"#));
        let imported = made.import(&[]).unwrap();
        assert_eq!(imported.text.contains("shop/b"), selected, "{selector}");
        loaded(&imported);
    }
    let mut made = Made::new(1, 2, "v1.35.0");
    made.app("web", 2, 2);
    made.budget("b", r#""minAvailable":1,"selector":{"matchExpressions":[{"key":"app","operator":"Gt","values":["1"]}]}"#);
    assert!(diagnosis(made.import(&[])).contains("`In`, `NotIn`, `Exists` or `DoesNotExist`"));
}

#[test]
fn pods_that_a_drain_leaves_alone_do_not_count() {
    let text = three().text.clone();
    // The same budget over everything in the namespace: the finished pod of a job is not evicted.
    let all = text.replace(
        r#""matchLabels": {
                        "app": "web"
                    }"#,
        "",
    );
    assert_ne!(all, text);
    let imported = kubernetes(&[Source::new("x", all)], &[]).unwrap();
    assert!(!imported.text.contains("migrate"), "{}", imported.text);
    let mut made = Made::new(1, 2, "v1.35.0");
    made.app("web", 2, 2);
    made.pod("shop", "log-1", "worker01", "web", "DaemonSet", true);
    made.budget_of("web", r#""minAvailable":1"#);
    let imported = made.import(&[]).unwrap();
    assert!(!imported.text.contains("log-1"), "{}", imported.text);
    assert!(imported.text.contains("shop/web-1"));
}

#[test]
fn a_budget_that_allows_no_eviction_is_kept_and_told() {
    let mut made = Made::new(3, 3, "v1.35.0");
    made.app("web", 6, 3);
    made.budget_of("web", r#""maxUnavailable":0"#);
    let imported = made.import(&[]).unwrap();
    let note = "`shop/web` allows no eviction (6 of 6 must be ready): a drain of `worker01`, `worker02`, `worker03` waits for ever";
    assert!(
        imported.notes.iter().any(|n| n.starts_with(note)),
        "{:?}",
        imported.notes
    );
    assert_eq!(imported.text.matches("\"app\": \"shop/web\"").count(), 3);
    assert_eq!(cost(&imported), None);
    // What the operator sees to himself.
    let told = made.import(&[("shop/web.keep", "false")]).unwrap();
    assert!(!told.text.contains("shop/web"));
    assert_eq!(cost(&told), Some(24));
}

#[test]
fn pods_under_two_budgets_are_never_evicted() {
    let mut made = Made::new(1, 2, "v1.35.0");
    made.app("web", 2, 2);
    made.pod("shop", "other", "worker01", "other", "ReplicaSet", true);
    made.budget_of("web", r#""minAvailable":1"#);
    made.budget("all", r#""minAvailable":1,"selector":{}"#);
    let imported = made.import(&[]).unwrap();
    let note = "under more than one budget, `shop/web` and `shop/all`: 2 pods, of which the API server evicts none";
    assert!(
        imported.notes.contains(&note.to_owned()),
        "{:?}",
        imported.notes
    );
    assert!(
        imported
            .text
            .contains(r#""shop/web-and-shop/all": { "min_available": 2 }"#),
        "{}",
        imported.text
    );
    // Two of the three of the other one stay, which is enough for it.
    assert!(
        imported
            .text
            .contains(r#""shop/all": { "min_available": 0 }"#),
        "{}",
        imported.text
    );
    assert_eq!(cost(&imported), None);
}

#[test]
fn pods_that_are_not_ready_are_no_help() {
    let mut made = Made::new(1, 3, "v1.35.0");
    made.app("web", 2, 2);
    made.pod("shop", "web-9", "worker03", "web", "ReplicaSet", false);
    let mut enough = made.clone();
    enough.budget_of("web", r#""minAvailable":1"#);
    let imported = enough.import(&[]).unwrap();
    assert!(!imported.text.contains("web-9"), "{}", imported.text);
    assert!(
        imported
            .notes
            .iter()
            .any(|n| n.contains("not ready") && n.ends_with("1 pod of `shop/web`")),
        "{:?}",
        imported.notes
    );
    // With two that must be ready none may go.
    let mut short = made.clone();
    short.budget_of("web", r#""minAvailable":2"#);
    assert_eq!(cost(&short.import(&[]).unwrap()), None);
    made.budget_of("web", r#""minAvailable":3"#);
    assert!(diagnosis(made.import(&[])).starts_with(
        "I0002 the budget `shop/web` asks for 3 ready pods, and 2 of 3 are: no eviction is allowed"
    ));
}

#[test]
fn a_pod_without_a_controller_comes_back_nowhere() {
    let mut made = Made::new(1, 2, "v1.35.0");
    made.pod("shop", "alone", "worker01", "alone", "", true);
    let imported = made.import(&[]).unwrap();
    let notes = imported.notes.join("\n");
    assert!(
        notes.contains("`--force`") && notes.contains("`shop/alone`"),
        "{notes}"
    );
    made.budget_of("alone", r#""minAvailable":0"#);
    assert!(
        diagnosis(made.import(&[])).starts_with(
            "I0002 `shop/alone` is under the budget `shop/alone`, and has no controller"
        )
    );
    loaded(&made.import(&[("shop/alone.keep", "false")]).unwrap());
}
