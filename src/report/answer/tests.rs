//! Answers by hand, as people see them.

use super::*;
use crate::report::testing::{self, property, step, violated};
use crate::tasks::outcome::{Actor, PropertyKind, TimelineEntry, TimelineItem};

fn view(paint: Paint, witness: bool) -> View<'static> {
    View {
        loaded: Loaded::default(),
        paint,
        witness,
    }
}

fn plain(answer: &Answer) -> String {
    let paint = Paint::PLAIN;
    render(answer, view(paint, false))
}

#[test]
fn a_violation_is_told_with_its_run_its_meaning_and_its_values() {
    assert_eq!(
        plain(&testing::mismatched()),
        "\
check two-node
  rules exchange-core · 2 × node · 1 × evs · faults 0 · goal upgraded
  policies on: one_offline · limit = 0

  ✗ violated      no_mismatched_failover  in 44 states
  ✓ holds         well_defined
  ✓ holds         reachable               goal upgraded, shortest run 1 step

✗ no_mismatched_failover, after 3 steps
      1  operator    Install SP1 on Node2
                     install_sp1(Node2)  Node2.build: rtm → sp1  Node2.pending: false → true
      2  operator    Reboot Node1
                     reboot(Node1)  Node1.power: up → rebooting
      3  by itself   failover(EVS1, Node2)
                     EVS1.host: Node1 → Node2

    no_mismatched_failover: An online EVS runs only on a node of its own build.
    for e = EVS1: e.build is rtm, e.host.build is sp1
    false: e.build == e.host.build

warning[W0001]: core.rules:3:7: `boot` can never happen in this cluster

violated: 1 of 3 properties
  for this cluster only: 2 × node, 1 × evs, faults 0; 368 states, 1,218 transitions, depth 18
"
    );
}

#[test]
fn a_refusal_shows_its_message_and_a_lasso_where_it_goes_round() {
    let text = plain(&testing::goes_round());
    let evidence = &text[text.find("✗ never_refused,").unwrap()..];
    assert_eq!(
        evidence,
        "\
✗ never_refused, at step 1
      1  operator    Move EVS1 to Node1
                     move(EVS1, Node1)
                     refused: Error ID: 5018 (0000139a)

✗ complete, after 3 steps
      1  lane 2.1    Move EVS1 to Node2
                     move(EVS1, Node2)  EVS1.host: Node1 → Node2
      ╭─ from here on for ever
      2  by itself   failover(EVS1, Node1)
                     EVS1.host: Node2 → Node1
      3  by itself   failover(EVS1, Node2)
                     EVS1.host: Node1 → Node2
      ╰─ and again from step 2

    While this goes round:
      `await settled` waits for ever.

violated: 2 of 3 properties; the plan is not valid
  for this cluster only: 2 × node, 1 × evs, no faults; 368 states, 1,218 transitions, depth 18
"
    );
}

#[test]
fn a_plan_is_a_runbook_with_times_waits_and_what_to_look_at() {
    let text = plain(&testing::runbook());
    let steps = &text[text.find("     1  0:00").unwrap()..];
    assert_eq!(
        steps,
        "     \
1  0:00  Reboot Node1 (1 min)
              reboot(Node1)
        0:01  wait until nothing moves by itself (5 min): Node1 comes up
     2  0:06  Move EVS1 to Node1 (2 min)
              move(EVS1, Node1)
              then: Check the Application log for errors
        0:08  done: the goal upgraded holds

  total time  8 min in one run, by the times in the rules
  downtime    EVS1 2 min in that run

plan: 2 steps, cost 2, optimal
  for this cluster only: 2 × node, 1 × evs, no faults; 368 states, 1,218 transitions, depth 18
"
    );
}

#[test]
fn what_a_limit_ended_is_never_said_to_hold() {
    let text = plain(&testing::stopped());
    assert!(text.contains(
        "inconclusive: stopped by --max-states after 5,000 states; nothing violated so far"
    ));
    assert!(!text.contains("holds"));
    let mut answer = testing::stopped();
    answer.task = Task::Plan;
    assert!(plain(&answer).contains("inconclusive: stopped by --max-states"));
    assert!(!plain(&answer).contains("no plan exists"));
}

#[test]
fn a_violation_before_a_limit_says_what_is_still_open() {
    let mut answer = testing::goes_round();
    answer.properties[0].verdict = Verdict::Inconclusive;
    answer.search.stopped = Some(crate::search::budget::Stop::Time);
    assert!(plain(&answer).contains(
            "violated: 2 of 3 properties; the plan is not valid; 1 not established, stopped by --timeout after 368 states"
        ));
}

#[test]
fn no_plan_is_proved_and_says_so() {
    let mut answer = testing::runbook();
    (answer.plan, answer.timeline, answer.verdict) = (None, None, Verdict::Violated);
    assert!(plain(&answer).contains("no plan exists: every order of steps was tried"));
}

#[test]
fn every_wait_of_a_plan_is_shown_and_the_last_one_is_for_the_goal() {
    let mut answer = testing::runbook();
    if let Some(timeline) = &mut answer.timeline {
        for (at, until) in [(480, "settled"), (480, "goal upgraded")] {
            timeline.entries.push(TimelineEntry {
                start: at,
                end: if until == "settled" { at } else { 525 },
                lane: String::new(),
                what: TimelineItem::Wait {
                    until: until.to_owned(),
                    events: Vec::new(),
                },
            });
        }
        timeline.duration = 525;
    }
    assert!(plain(&answer).contains(
        "
        0:08:00  wait until nothing moves by itself
        0:08:00  wait until the goal upgraded holds (45 s)
        0:08:45  done: the goal upgraded holds

"
    ));
}

#[test]
fn a_plan_without_steps_does_not_say_that_nothing_will_happen() {
    let mut answer = testing::runbook();
    if let Some(plan) = &mut answer.plan {
        (plan.items, plan.steps, plan.cost) = (Vec::new(), 0, 0);
    }
    if let Some(timeline) = &mut answer.timeline {
        timeline.entries.clear();
    }
    let text = plain(&answer);
    assert!(text.contains("  no step is needed: the goal holds, or comes about by itself\n"));
    assert!(!text.contains("done: "));
}

#[test]
fn a_clock_that_goes_round_under_a_valid_plan_does_not_say_that_the_plan_is_stuck() {
    let mut answer = testing::runbook();
    if let Some(timeline) = &mut answer.timeline {
        timeline.broken_off = true;
    }
    let text = plain(&answer);
    assert!(text.contains("\n  times are not known: events go round for ever\n"));
    assert!(!text.contains("the plan goes no further"));
    let mut stuck = testing::goes_round();
    stuck.timeline = answer.timeline;
    assert!(plain(&stuck).contains("the plan goes no further"));
}

#[test]
fn where_the_cluster_is_violated_at_once_no_plan_is_looked_for() {
    let mut answer = testing::mismatched();
    (answer.task, answer.plan) = (Task::Plan, None);
    let text = plain(&answer);
    assert!(text.contains("✗ no_mismatched_failover, after 3 steps"));
    let last = "no plan exists: the cluster violates something before any step\n";
    assert!(text.contains(last) && !text.contains("every order of steps"));
}

#[test]
fn what_holds_says_in_how_many_states_and_for_which_cluster() {
    let kinds = [
        (PropertyKind::Safe, "safe"),
        (PropertyKind::NeverRefused, "never_refused"),
        (PropertyKind::Complete, "complete"),
    ];
    let all = kinds.map(|(kind, name)| property(kind, name, Verdict::Holds));
    let text = plain(&testing::answer(Task::Verify, all.to_vec()));
    assert!(text.contains(
        "holds: the plan is valid: safe, never refused, complete, in every one of 368 states"
    ));
    let text = plain(&testing::answer(Task::Verify, all[..2].to_vec()));
    assert!(text.contains("holds: all 2 properties, in every one of 368 states"));
    let text = plain(&testing::answer(Task::Check, all[..1].to_vec()));
    assert!(text.contains("holds: the property that was asked for, in every one of 368 states"));
}

#[test]
fn the_same_run_is_shown_once() {
    let run = || {
        vec![step(
            Actor::Fault,
            "crash(Node1)",
            "",
            &["Node1 power up down"],
        )]
    };
    let doomed = |name| {
        let reason = Reason::Doomed {
            goal: "upgraded".to_owned(),
            step: Some("crash(Node1)".to_owned()),
        };
        violated(PropertyKind::Recoverable, name, run(), reason)
    };
    let text = plain(&testing::answer(
        Task::Check,
        vec![doomed("a"), doomed("b")],
    ));
    assert_eq!(text.matches("Node1.power: up → down").count(), 1);
    assert!(text.contains("the same run as for a"));
}

#[test]
fn a_long_run_is_shown_in_full_only_at_its_end() {
    let run = (1..=100)
        .map(|i| step(Actor::Operator, &format!("s({i})"), "Go on", &["a b c d"]))
        .collect();
    let reason = Reason::GoalFalse {
        goal: "upgraded".to_owned(),
    };
    let text = plain(&testing::answer(
        Task::Verify,
        vec![violated(PropertyKind::Complete, "complete", run, reason)],
    ));
    assert_eq!(text.matches("Go on").count(), 100);
    assert_eq!(text.matches("a.b: c → d").count(), 10);
    assert!(text.contains("only the last 10 of 100 steps are shown with what they change"));
}

#[test]
fn the_witness_is_shown_where_it_is_asked_for() {
    let answer = testing::mismatched();
    let paint = Paint::PLAIN;
    let text = render(&answer, view(paint, true));
    assert!(
        text.contains("✓ reachable, in 1 step\n      1  operator    Apply the hotfix to Node1")
    );
    assert!(!plain(&answer).contains("Apply the hotfix"));
}

#[test]
fn names_from_the_input_never_drive_the_terminal() {
    let mut answer = testing::mismatched();
    answer.subject = "\u{1b}[2J".to_owned();
    answer.model.rules = "\u{9b}1m".to_owned();
    if let Some(evidence) = &mut answer.properties[0].counterexample {
        evidence.trace.steps[0].text = "a\rb".to_owned();
        evidence.trace.steps[0].changes[0].to = "\u{202e}".to_owned();
    }
    let text = plain(&answer);
    assert!(
        text.chars()
            .all(|c| c == '\n' || crate::report::words::shown(c) == c)
    );
}

#[test]
fn colours_change_no_word() {
    for answer in [
        testing::mismatched(),
        testing::goes_round(),
        testing::runbook(),
    ] {
        let paint = Paint::new(true);
        let coloured = render(&answer, view(paint, true));
        let stripped = anstream::adapter::strip_str(&coloured).to_string();
        let paint = Paint::PLAIN;
        assert_eq!(stripped, render(&answer, view(paint, true)));
    }
}
