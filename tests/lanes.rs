//! Plans for several operators at once: known answers for the core model.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use rollproof::model::ground::Model;
use rollproof::model::loader::Loader;
use rollproof::model::settings::Overrides;
use rollproof::search::budget::Unlimited;
use rollproof::tasks::effort::Effort;
use rollproof::tasks::lanes::plan::plan_in_lanes;
use rollproof::tasks::lanes::relax::relaxed_found;
use rollproof::tasks::outcome::Verdict;
use rollproof::tasks::plan::plan;

fn cluster(name: &str, limit: u32) -> Model {
    let overrides = Overrides {
        params: vec![("limit".to_owned(), limit.to_string())],
        ..Overrides::default()
    };
    let name = format!("exchange-core/{name}");
    Loader::default().load_cluster(&name, &overrides).0.unwrap()
}

/// Minutes until the goal holds, and steps.
fn soonest(model: &Model, lanes: usize) -> (u64, usize) {
    let answer = plan_in_lanes(model, lanes, &Effort::default(), &mut Unlimited).unwrap();
    assert_eq!(answer.verdict, Verdict::Holds);
    let minutes = answer.timeline.unwrap().duration / 60;
    assert_eq!(answer.scheduled.unwrap().at_least / 60, minutes);
    (minutes, answer.plan.unwrap().steps)
}

#[test]
fn two_nodes_take_as_long_as_one_after_the_other_is_upgraded() {
    let model = cluster("n2-m1", 0);
    // Node2 takes 67 minutes (two reboots with 5 minutes each among them), EVS1 is moved to it in 2, and then Node1 takes 57,
    // which has its hotfix already.
    assert_eq!(soonest(&model, 2), (67 + 2 + 57, 12));
    // Alone the operator does in between what can be done while a node comes back.
    assert_eq!(soonest(&model, 1), (136, 12));
}

#[test]
#[ignore = "looks at a million moments"]
fn four_nodes_are_upgraded_two_and_two() {
    assert_eq!(soonest(&cluster("n4-m2", 0), 2), (135, 24));
}

#[test]
fn less_order_makes_a_plan_for_one_operator_one_for_several() {
    for (name, lanes, before, after) in [
        ("n2-m1", None, 151, 126),
        ("n2-m1", Some(1), 151, 151),
        ("n4-m2", Some(2), 295, 195),
    ] {
        let model = cluster(name, 0);
        let found = plan(&model, &Effort::default(), &mut Unlimited).unwrap();
        let found = found.plan.unwrap();
        let relaxed = relaxed_found(&model, &found, lanes, &mut Unlimited);
        let relaxed = relaxed.unwrap().unwrap();
        assert!(relaxed.stopped.is_none());
        assert_eq!(relaxed.before.map(|seconds| seconds / 60), Some(before));
        assert_eq!(relaxed.timeline.duration / 60, after, "{name} {lanes:?}");
        assert!(lanes.is_none_or(|most| relaxed.lanes <= most));
    }
}
