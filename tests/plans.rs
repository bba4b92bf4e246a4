//! Plans where the events make it hard: where to wait, where not to, and when to give up.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use std::fs;
use std::path::Path;

use rollproof::model::ground::Model;
use rollproof::model::loader::Loader;
use rollproof::model::settings::Overrides;
use rollproof::search::budget::{Stop, Unlimited};
use rollproof::tasks::effort::{Effort, Reductions};
use rollproof::tasks::outcome::{PlanItem, Reason, TimelineItem, Verdict};
use rollproof::tasks::plan::plan;
use rollproof::tasks::request::Asked;
use rollproof::tasks::verify::verify;

fn model(name: &str, rules: &str, objects: &str) -> Model {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("plans")
        .join(name);
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("r.rules"), rules).unwrap();
    let cluster = folder.join("cluster.json");
    fs::write(
        &cluster,
        format!(r#"{{ "rules": "r", "objects": {objects} }}"#),
    )
    .unwrap();
    let (model, diagnostics) =
        Loader::default().load_cluster(cluster.to_str().unwrap(), &Overrides::default());
    model.unwrap_or_else(|| panic!("{diagnostics:?}"))
}

const REBOOTS: &str = "
rules reboots
kind node { up: bool = true; new: bool = false }
action upgrade(n: node) {
  require not n.new else \"{n} is new already\"
  n.new = true
  n.up  = false
}
event boot(n: node) fair {
  when not n.up
  n.up = true
}
invariant served { some n in node: n.up }
goal done { all n in node: n.new and n.up }
";

#[test]
fn a_wait_that_safety_needs_stays_in_the_plan() {
    let model = model("waits", REBOOTS, r#"{ "node": { "N[1-3]": {} } }"#);
    let answer = plan(&model, &Effort::default(), &mut Unlimited).unwrap();
    let found = answer.plan.unwrap();
    assert_eq!((found.cost, found.steps), (3, 3));
    // Two may be down together, the third may not: one wait is enough, and it is as late as it may be.
    let step = |n: u8| PlanItem::Step(format!("upgrade(N{n})"));
    assert_eq!(
        found.items,
        [step(1), PlanItem::AwaitSettled, step(2), step(3)]
    );
    assert_eq!(answer.verdict, Verdict::Holds);
}

#[test]
fn where_events_never_settle_the_plan_does_not_wait_and_is_valid_all_the_same() {
    let rules = "
rules flapping
kind link { up: bool = true }
kind node { new: bool = false }
event drop(l: link) fair {
  when l.up
  l.up = false
}
event back(l: link) fair {
  when not l.up
  l.up = true
}
action upgrade(n: node) {
  await all l in link: l.up
  n.new = true
}
goal done { all n in node: n.new }
";
    // With one link the step is possible again and again but never stays so: no fairness takes it.
    let never = model(
        "flapping",
        rules,
        r#"{ "link": { "L1": {} }, "node": { "N1": {} } }"#,
    );
    assert_eq!(
        plan(&never, &Effort::default(), &mut Unlimited)
            .unwrap()
            .verdict,
        Verdict::Violated
    );
    let always = rules.replace(
        "await all l in link: l.up",
        "await some l in link: l.up or not l.up",
    );
    let always = model(
        "flapping-always",
        &always,
        r#"{ "link": { "L1": {} }, "node": { "N1": {} } }"#,
    );
    let found = plan(&always, &Effort::default(), &mut Unlimited)
        .unwrap()
        .plan
        .unwrap();
    assert_eq!(found.items, [PlanItem::Step("upgrade(N1)".to_owned())]);
}

#[test]
fn a_cluster_that_is_upgraded_already_needs_no_step() {
    let model = model(
        "done",
        REBOOTS,
        r#"{ "node": { "N[1-2]": { "new": true } } }"#,
    );
    let found = plan(&model, &Effort::default(), &mut Unlimited)
        .unwrap()
        .plan
        .unwrap();
    assert_eq!((found.cost, found.items.len()), (0, 0));
}

#[test]
fn an_initial_state_that_violates_something_has_no_plan() {
    let model = model(
        "violated",
        REBOOTS,
        r#"{ "node": { "N[1-2]": { "up": false } } }"#,
    );
    let answer = plan(&model, &Effort::default(), &mut Unlimited).unwrap();
    assert!(answer.plan.is_none());
    assert_eq!(
        (answer.verdict, answer.search.stopped),
        (Verdict::Violated, None)
    );
}

#[test]
fn a_declared_cost_counts_more_than_the_number_of_steps() {
    let rules = "
rules costs
kind node { level: 0..2 = 0 }
action leap(n: node) {
  cost 5
  n.level = 2
}
action climb(n: node) {
  require n.level < 2 else \"{n} is at the top\"
  n.level = n.level + 1
}
goal done { all n in node: n.level == 2 }
";
    let found = plan(
        &model("costs", rules, r#"{ "node": { "N1": {} } }"#),
        &Effort::default(),
        &mut Unlimited,
    )
    .unwrap()
    .plan
    .unwrap();
    assert_eq!((found.cost, found.steps), (2, 2));
}

#[test]
fn events_that_lead_to_too_many_states_are_no_proof_that_there_is_no_plan() {
    let rules = "
rules many
kind toggle { on: bool = false }
kind node { new: bool = false }
event flip(t: toggle) { t.on = not t.on }
action upgrade(n: node) { n.new = true }
goal done { all n in node: n.new }
";
    let model = model(
        "many",
        rules,
        r#"{ "toggle": { "T[1-18]": {} }, "node": { "N1": {} } }"#,
    );
    let answer = plan(&model, &Effort::default(), &mut Unlimited).unwrap();
    assert!(answer.plan.is_none());
    assert_eq!(answer.verdict, Verdict::Inconclusive);
    assert_eq!(answer.search.stopped, Some(Stop::NodeSize));
}

#[test]
fn the_runbook_shows_every_wait_of_the_plan_however_short() {
    let model = model("short-waits", REBOOTS, r#"{ "node": { "N[1-3]": {} } }"#);
    let answer = plan(&model, &Effort::default(), &mut Unlimited).unwrap();
    let entries = answer.timeline.unwrap().entries;
    let told: Vec<String> = entries
        .into_iter()
        .map(|entry| match entry.what {
            TimelineItem::Step { name, .. } => name,
            TimelineItem::Wait { until, .. } => format!("wait until {until}"),
        })
        .collect();
    assert_eq!(
        told,
        [
            "upgrade(N1)",
            "wait until settled",
            "upgrade(N2)",
            "upgrade(N3)"
        ]
    );
}

#[test]
fn a_step_that_is_possible_now_and_then_is_told_to_wait_not_to_be_taken() {
    let rules = "
rules flapping
kind link { up: bool = true; done: bool = false }
event drop(l: link) fair {
  when l.up
  l.up = false
}
event back(l: link) fair {
  when not l.up
  l.up = true
}
action work(l: link) {
  await l.up
  l.done = true
}
goal done { all l in link: l.done }
";
    model("lasso", rules, r#"{ "link": { "L1": {} } }"#);
    let plan = Path::new(env!("CARGO_TARGET_TMPDIR")).join("plans/lasso/p.json");
    fs::write(
        &plan,
        r#"{ "cluster": "./cluster.json", "steps": ["work(L1)"] }"#,
    )
    .unwrap();
    let (loaded, diagnostics) =
        Loader::default().load_plan(plan.to_str().unwrap(), &Overrides::default());
    let (model, plan) = loaded.unwrap_or_else(|| panic!("{diagnostics:?}"));
    let answer = verify(&model, &plan, &Asked::default(), &mut Unlimited).unwrap();
    let complete = answer
        .properties
        .iter()
        .find(|p| p.name == "complete")
        .unwrap();
    let counterexample = complete.counterexample.as_ref().unwrap();
    assert_eq!(counterexample.trace.cycle, Some(0));
    assert_eq!(counterexample.trace.steps.len(), 2);
    let Reason::Cycle { goal, waiting } = &counterexample.reason else {
        panic!("{:?}", counterexample.reason);
    };
    assert_eq!(*goal, None);
    assert_eq!(
        waiting,
        &[("work(L1)".to_owned(), "l.up (L1.up is false)".to_owned())]
    );
}

#[test]
fn events_that_go_round_in_no_time_keep_no_step_from_being_taken_by_the_clock() {
    let rules = "
rules blinking
kind node { lamp: bool = false; new: bool = false }
event blink(n: node) fair { n.lamp = not n.lamp }
action upgrade(n: node) {
  takes 2 min
  n.new = true
}
goal done { all n in node: n.new }
";
    let model = model("blinking", rules, r#"{ "node": { "N[1-2]": {} } }"#);
    let answer = plan(&model, &Effort::default(), &mut Unlimited).unwrap();
    let timeline = answer.timeline.unwrap();
    assert_eq!((timeline.broken_off, timeline.duration), (false, 240));
}

/// Nothing that has settled stays so for sure: an event that is not fair may stir it up, once. All the same every fair run lets
/// the operator see everything settled, and from there on nothing is cold any more.
#[test]
fn the_operator_waits_for_what_may_be_unsettled_again() {
    let rules = "rules stirred
enum Phase { cold, calm, stirred, rested }
kind node { phase: Phase = cold; done: bool = false }
event warm(n: node) fair { when n.phase == cold; n.phase = calm }
event stir(n: node) { when n.phase == calm; n.phase = stirred }
event rest(n: node) fair { when n.phase == stirred; n.phase = rested }
action finish(n: node) {
  require n.phase != cold else \"{n} is cold\"
  require not n.done else \"{n} is done\"
  n.done = true
}
goal all_done { all n in node: n.done }
";
    let model = model("stirred", rules, r#"{ "node": { "N[1-2]": {} } }"#);
    for reductions in [Reductions::default(), Reductions::NONE] {
        let effort = Effort {
            reductions,
            ..Effort::default()
        };
        let found = plan(&model, &effort, &mut Unlimited).unwrap().plan.unwrap();
        let steps = ["finish(N1)", "finish(N2)"].map(|step| PlanItem::Step(step.to_owned()));
        let [first, second] = steps;
        assert_eq!(found.items, [PlanItem::AwaitSettled, first, second]);
    }
}
