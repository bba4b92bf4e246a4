//! Answers built by hand, for the tests of this room.

use crate::language::codes::Code;
use crate::language::diagnostic::Diagnostic;
use crate::language::source::{Source, Span};
use crate::search::budget::Stop;
use crate::semantics::{Explanation, Reading};
use crate::tasks::outcome::{
    Actor, Answer, Change, Counterexample, Downtime, FoundPlan, ModelSummary, PlanItem, Property,
    PropertyKind, Reason, SearchStats, Task, Timeline, TimelineEntry, TimelineItem, Trace,
    TraceStep, Verdict,
};

pub(super) fn step(actor: Actor, name: &str, text: &str, changes: &[&str]) -> TraceStep {
    let change = |text: &&str| {
        let mut words = text.split(' ');
        let mut next = || words.next().unwrap().to_owned();
        Change {
            object: next(),
            field: next(),
            from: next(),
            to: next(),
        }
    };
    TraceStep {
        actor,
        name: name.to_owned(),
        text: text.to_owned(),
        lane: String::new(),
        changes: changes.iter().map(change).collect(),
        refused: None,
    }
}

pub(super) fn property(kind: PropertyKind, name: &str, verdict: Verdict) -> Property {
    Property {
        name: name.to_owned(),
        kind,
        verdict,
        count: None,
        counterexample: None,
        witness: None,
    }
}

pub(super) fn violated(
    kind: PropertyKind,
    name: &str,
    steps: Vec<TraceStep>,
    reason: Reason,
) -> Property {
    Property {
        counterexample: Some(Counterexample {
            trace: Trace { steps, cycle: None },
            reason,
            explanation: None,
        }),
        ..property(kind, name, Verdict::Violated)
    }
}

pub(super) fn answer(task: Task, properties: Vec<Property>) -> Answer {
    let any = |v| properties.iter().any(|p| p.verdict == v);
    Answer {
        task,
        subject: "two-node".to_owned(),
        whereabouts: None,
        model: ModelSummary {
            rules: "exchange-core".to_owned(),
            objects: vec![("node".to_owned(), 2), ("evs".to_owned(), 1)],
            policies: vec!["one_offline".to_owned()],
            params: vec![("limit".to_owned(), "0".to_owned())],
            faults: "0".to_owned(),
            goal: Some("upgraded".to_owned()),
        },
        verdict: if any(Verdict::Violated) {
            Verdict::Violated
        } else if any(Verdict::Inconclusive) {
            Verdict::Inconclusive
        } else {
            Verdict::Holds
        },
        properties,
        warnings: Vec::new(),
        search: SearchStats {
            states: 368,
            transitions: 1_218,
            depth: 18,
            ..SearchStats::default()
        },
        plan: None,
        timeline: None,
        exposure: None,
        furthest: None,
        alternatives: None,
        remedies: None,
        optimum: None,
        relaxed: None,
        scheduled: None,
    }
}

/// A mismatched failover in three steps, a doc comment, values, and a rule that never mattered.
pub(super) fn mismatched() -> Answer {
    let steps = vec![
        step(
            Actor::Operator,
            "install_sp1(Node2)",
            "Install SP1 on Node2",
            &["Node2 build rtm sp1", "Node2 pending false true"],
        ),
        step(
            Actor::Operator,
            "reboot(Node1)",
            "Reboot Node1",
            &["Node1 power up rebooting"],
        ),
        step(
            Actor::Environment,
            "failover(EVS1, Node2)",
            "",
            &["EVS1 host Node1 Node2"],
        ),
    ];
    let mut broken = violated(
        PropertyKind::Invariant,
        "no_mismatched_failover",
        steps,
        Reason::False {
            invariant: "no_mismatched_failover".to_owned(),
            doc: "An online EVS runs only on a node of its own build.".to_owned(),
        },
    );
    broken.count = Some(44);
    if let Some(evidence) = &mut broken.counterexample {
        evidence.explanation = Some(Explanation {
            bindings: vec![("e".to_owned(), "EVS1".to_owned())],
            conjunct: "e.build == e.host.build".to_owned(),
            values: vec![
                reading("e.build", "EVS1.build", "rtm"),
                reading("e.host.build", "EVS1.host.build", "sp1"),
            ],
        });
    }
    let mut reachable = property(PropertyKind::Reachable, "reachable", Verdict::Holds);
    reachable.witness = Some(Trace {
        steps: vec![step(
            Actor::Operator,
            "apply_hotfix(Node1)",
            "Apply the hotfix to Node1",
            &["Node1 hotfix false true"],
        )],
        cycle: None,
    });
    let mut answer = answer(
        Task::Check,
        vec![
            broken,
            property(PropertyKind::WellDefined, "well_defined", Verdict::Holds),
            reachable,
        ],
    );
    let rules = Source::new("core.rules", "rules core\n\nevent boot() {}\n");
    answer.warnings = vec![
        Diagnostic::warning(
            Code::NeverEnabled,
            "`boot` can never happen in this cluster",
        )
        .at(&rules, Span::new(18, 22), ""),
    ];
    answer
}

fn reading(text: &str, ground: &str, value: &str) -> Reading {
    Reading {
        text: text.to_owned(),
        ground: ground.to_owned(),
        value: value.to_owned(),
    }
}

/// A plan of two lanes, of which the last step waits for ever while a service goes round.
pub(super) fn goes_round() -> Answer {
    let mut moved = step(
        Actor::Operator,
        "move(EVS1, Node2)",
        "Move EVS1 to Node2",
        &["EVS1 host Node1 Node2"],
    );
    moved.lane = "2.1".to_owned();
    let back = step(
        Actor::Environment,
        "failover(EVS1, Node1)",
        "",
        &["EVS1 host Node2 Node1"],
    );
    let forth = step(
        Actor::Environment,
        "failover(EVS1, Node2)",
        "",
        &["EVS1 host Node1 Node2"],
    );
    let mut complete = violated(
        PropertyKind::Complete,
        "complete",
        vec![moved, back, forth],
        Reason::Cycle {
            goal: None,
            waiting: vec![(
                "await settled".to_owned(),
                "nothing moves by itself".to_owned(),
            )],
        },
    );
    if let Some(evidence) = &mut complete.counterexample {
        evidence.trace.cycle = Some(1);
    }
    let mut refused = step(
        Actor::Operator,
        "move(EVS1, Node1)",
        "Move EVS1 to Node1",
        &[],
    );
    refused.refused = Some("Error ID: 5018 (0000139a)".to_owned());
    answer(
        Task::Verify,
        vec![
            property(PropertyKind::Safe, "safe", Verdict::Holds),
            violated(
                PropertyKind::NeverRefused,
                "never_refused",
                vec![refused],
                Reason::Refused {
                    step: "move(EVS1, Node1)".to_owned(),
                    message: "Error ID: 5018 (0000139a)".to_owned(),
                },
            ),
            complete,
        ],
    )
}

/// A plan of two steps with a wait, on the clock.
pub(super) fn runbook() -> Answer {
    let mut answer = answer(Task::Plan, Vec::new());
    answer.plan = Some(FoundPlan {
        items: vec![
            PlanItem::Step("reboot(Node1)".to_owned()),
            PlanItem::AwaitSettled,
            PlanItem::Step("move(EVS1, Node1)".to_owned()),
        ],
        cost: 2,
        steps: 2,
        cluster: "two-node".to_owned(),
    });
    let entry = |start, end, what| TimelineEntry {
        start,
        end,
        lane: String::new(),
        what,
    };
    answer.timeline = Some(Timeline {
        entries: vec![
            entry(
                0,
                60,
                TimelineItem::Step {
                    name: "reboot(Node1)".to_owned(),
                    text: "Reboot Node1".to_owned(),
                    then: Vec::new(),
                },
            ),
            entry(
                60,
                360,
                TimelineItem::Wait {
                    until: "settled".to_owned(),
                    events: vec!["Node1 comes up".to_owned()],
                },
            ),
            entry(
                360,
                480,
                TimelineItem::Step {
                    name: "move(EVS1, Node1)".to_owned(),
                    text: "Move EVS1 to Node1".to_owned(),
                    then: vec!["Check the Application log for errors".to_owned()],
                },
            ),
        ],
        duration: 480,
        downtime: vec![Downtime {
            service: "EVS1".to_owned(),
            seconds: 120,
        }],
        broken_off: false,
    });
    answer
}

/// A search that a limit ended before anything was established.
pub(super) fn stopped() -> Answer {
    let mut answer = answer(
        Task::Check,
        vec![property(
            PropertyKind::WellDefined,
            "well_defined",
            Verdict::Inconclusive,
        )],
    );
    answer.search.stopped = Some(Stop::States);
    answer.search.states = 5_000;
    answer
}
