//! The answer of `check`, `verify` and `plan` in the JSON report.

use indexmap::IndexMap;
use serde::Serialize;
use serde_json::Value;

use crate::report::{Loaded, words};
use crate::semantics::Explanation;
use crate::tasks::outcome::{
    Alternative, Answer, Counterexample, ModelSummary, NotUsed, Property, PropertyKind, Reason,
    Reduction, SearchStats,
};

use super::diagnostics::{self, Diagnostic};
use super::exposure::Exposed;
use super::lanes::{Lanes, LessOrder};
use super::observed::Position;
use super::optimum::Best;
use super::promise::{Fair, FellDue, Unkept};
use super::remedies::Remedied;
use super::run::{Clock, Found, Run};
use super::{Head, Volatile, inputs, scalar};

#[derive(Serialize)]
pub(super) struct Report<'a> {
    #[serde(flatten)]
    head: Head<'a>,
    #[serde(flatten)]
    body: Body<'a>,
}

impl<'a> Report<'a> {
    pub(super) fn of(answer: &'a Answer, loaded: Loaded<'a>, volatile: Volatile) -> Self {
        let mut body = Body::of(answer, Some(volatile));
        body.inputs = Some(inputs(loaded));
        body.diagnostics = diagnostics::all(loaded.warnings.iter().chain(&answer.warnings));
        Self {
            head: Head::of(answer.task.key()),
            body,
        }
    }
}

/// All of an answer; also what a case of a suite has.
#[derive(Serialize)]
pub(super) struct Body<'a> {
    subject: &'a str,
    verdict: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    inputs: Option<Vec<super::Read>>,
    model: Model<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    position: Option<Position<'a>>,
    properties: Vec<Judged<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    plan: Option<Found<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    optimum: Option<Best<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    timeline: Option<Clock<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    exposure: Option<Exposed<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    alternatives: Option<Others<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    furthest: Option<Nearest<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    remedies: Option<Remedied<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    relaxed: Option<LessOrder<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lanes: Option<Lanes>,
    search: Search<'a>,
    diagnostics: Vec<Diagnostic<'a>>,
}

impl<'a> Body<'a> {
    pub(super) fn of(answer: &'a Answer, volatile: Option<Volatile>) -> Self {
        let goal = answer.model.goal.as_deref();
        Self {
            subject: &answer.subject,
            verdict: answer.verdict.text(),
            inputs: None,
            model: Model::of(&answer.model),
            position: answer.whereabouts.as_ref().map(Position::of),
            properties: answer
                .properties
                .iter()
                .map(|p| Judged::of(p, goal))
                .collect(),
            plan: answer.plan.as_ref().map(Found::of),
            optimum: answer.optimum.as_ref().map(Best::of),
            timeline: answer.timeline.as_ref().map(Clock::of),
            exposure: answer.exposure.as_ref().map(Exposed::of),
            alternatives: answer.alternatives.as_ref().map(|found| Others {
                plans: found.plans.iter().map(Other::of).collect(),
                cut_short: found.cut_short,
            }),
            furthest: answer.furthest.as_ref().map(|furthest| Nearest {
                steps: &furthest.steps,
                left: furthest.left,
            }),
            remedies: answer.remedies.as_ref().map(Remedied::of),
            relaxed: answer.relaxed.as_ref().map(LessOrder::of),
            lanes: Lanes::of(answer),
            search: Search::of(&answer.search, volatile),
            diagnostics: diagnostics::all(&answer.warnings),
        }
    }
}

/// The next best plans.
#[derive(Serialize)]
struct Others<'a> {
    plans: Vec<Other<'a>>,
    cut_short: bool,
}

#[derive(Serialize)]
struct Other<'a> {
    plan: Found<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    timeline: Option<Clock<'a>>,
}

impl<'a> Other<'a> {
    fn of(alternative: &'a Alternative) -> Self {
        Self {
            plan: Found::of(&alternative.plan),
            timeline: alternative.timeline.as_ref().map(Clock::of),
        }
    }
}

/// How near to the goal a valid plan comes.
#[derive(Serialize)]
struct Nearest<'a> {
    steps: &'a [String],
    left: u32,
}

#[derive(Serialize)]
pub(super) struct Model<'a> {
    rules: &'a str,
    objects: IndexMap<&'a str, usize>,
    policies: &'a [String],
    params: IndexMap<&'a str, Value>,
    faults: Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    goal: Option<&'a str>,
}

impl<'a> Model<'a> {
    pub(super) fn of(model: &'a ModelSummary) -> Self {
        let params = model.params.iter().map(|(n, v)| (n.as_str(), scalar(v)));
        let objects = model.objects.iter().map(|(kind, n)| (kind.as_str(), *n));
        Self {
            rules: &model.rules,
            objects: objects.collect(),
            policies: &model.policies,
            params: params.collect(),
            faults: faults(&model.faults),
            goal: model.goal.as_deref(),
        }
    }
}

/// A fault budget as a cluster file would have it: a number, or a number for each fault.
fn faults(words: &str) -> Value {
    if words.parse::<u64>().is_ok() {
        return scalar(words);
    }
    let each = words.split(", ").filter_map(|each| each.rsplit_once(' '));
    Value::Object(
        each.map(|(name, number)| (name.to_owned(), scalar(number)))
            .collect(),
    )
}

#[derive(Serialize)]
struct Judged<'a> {
    name: &'a str,
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    goal: Option<&'a str>,
    verdict: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    violating_states: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    violating_transitions: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    doomed_states: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<Why<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    explanation: Option<Explained<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    trace: Option<Run<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    witness: Option<Run<'a>>,
}

impl<'a> Judged<'a> {
    fn of(property: &'a Property, goal: Option<&'a str>) -> Self {
        use PropertyKind as K;
        let count_of = |kinds: &[K]| property.count.filter(|_| kinds.contains(&property.kind));
        let evidence = property.counterexample.as_ref();
        let explanation = evidence.and_then(|e: &Counterexample| e.explanation.as_ref());
        Self {
            name: &property.name,
            kind: kind(property.kind),
            goal: goal
                .filter(|_| matches!(property.kind, K::Reachable | K::Recoverable | K::Complete)),
            verdict: property.verdict.text(),
            violating_states: count_of(&[K::Invariant, K::WellDefined, K::Safe]),
            violating_transitions: count_of(&[K::TransitionInvariant]),
            doomed_states: count_of(&[K::Recoverable]),
            reason: evidence.map(|e| Why::of(&e.reason)),
            explanation: explanation.map(Explained::of),
            trace: evidence.map(|e| Run::of(&e.trace)),
            witness: property.witness.as_ref().map(Run::of),
        }
    }
}

const fn kind(kind: PropertyKind) -> &'static str {
    match kind {
        PropertyKind::Invariant => "invariant",
        PropertyKind::TransitionInvariant => "transition_invariant",
        PropertyKind::Temporal => "temporal",
        PropertyKind::WellDefined => "well_defined",
        PropertyKind::Reachable => "reachable",
        PropertyKind::Recoverable => "recoverable",
        PropertyKind::Safe => "safe",
        PropertyKind::NeverRefused => "never_refused",
        PropertyKind::Complete => "complete",
        PropertyKind::Exposure => "exposure",
    }
}

/// Why a run is a counterexample; `type` says which keys are there.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Why<'a> {
    False {
        invariant: &'a str,
        doc: &'a str,
    },
    Undefined {
        place: &'a str,
        what: &'a str,
    },
    Unreachable {
        goal: &'a str,
    },
    Doomed {
        goal: &'a str,
        step: Option<&'a str>,
    },
    Refused {
        step: &'a str,
        message: &'a str,
    },
    Stuck {
        waiting: Vec<Waiting<'a>>,
    },
    GoalFalse {
        goal: &'a str,
    },
    Cycle {
        goal: Option<&'a str>,
        waiting: Vec<Waiting<'a>>,
    },
    Unkept(Unkept<'a>),
}

#[derive(Serialize)]
pub(super) struct Waiting<'a> {
    step: &'a str,
    until: &'a str,
}

impl<'a> Why<'a> {
    pub(super) fn of(reason: &'a Reason) -> Self {
        let all = |waiting: &'a [(String, String)]| {
            let one = |(step, until): &'a (String, String)| Waiting { step, until };
            waiting.iter().map(one).collect()
        };
        match reason {
            Reason::False { invariant, doc } => Self::False { invariant, doc },
            Reason::Undefined { place, what } => Self::Undefined { place, what },
            Reason::Unreachable { goal } => Self::Unreachable { goal },
            Reason::Doomed { goal, step } => Self::Doomed {
                goal,
                step: step.as_deref(),
            },
            Reason::Refused { step, message } => Self::Refused { step, message },
            Reason::Stuck { waiting } => Self::Stuck {
                waiting: all(waiting),
            },
            Reason::GoalFalse { goal } => Self::GoalFalse { goal },
            Reason::Cycle { goal, waiting } => Self::Cycle {
                goal: goal.as_deref(),
                waiting: all(waiting),
            },
            Reason::Unkept {
                property,
                doc,
                formula,
                bindings,
                due,
                wanted,
                fair,
            } => Self::Unkept(Unkept {
                property,
                doc,
                formula,
                bindings: bindings
                    .iter()
                    .map(|(n, v)| (n.as_str(), v.as_str()))
                    .collect(),
                due: due.as_ref().map(FellDue::of),
                wanted,
                fair: fair.iter().map(Fair::of).collect(),
            }),
        }
    }
}

#[derive(Serialize)]
pub(super) struct Explained<'a> {
    bindings: IndexMap<&'a str, &'a str>,
    conjunct: &'a str,
    values: Vec<Read<'a>>,
}

#[derive(Serialize)]
struct Read<'a> {
    text: &'a str,
    ground: &'a str,
    value: &'a str,
}

impl<'a> Explained<'a> {
    pub(super) fn of(explanation: &'a Explanation) -> Self {
        let bindings = explanation.bindings.iter();
        let values = explanation.values.iter().map(|reading| Read {
            text: &reading.text,
            ground: &reading.ground,
            value: &reading.value,
        });
        Self {
            bindings: bindings.map(|(n, v)| (n.as_str(), v.as_str())).collect(),
            conjunct: &explanation.conjunct,
            values: values.collect(),
        }
    }
}

#[derive(Serialize)]
struct Search<'a> {
    states: u64,
    transitions: u64,
    depth: u32,
    reductions: Vec<Reduced<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    not_used: Vec<Unused>,
    #[serde(skip_serializing_if = "Option::is_none")]
    canonical_forms: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    by_name: Option<ByName>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stopped_by: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    volatile: Option<Measured>,
}

/// What was searched by the names of all objects, for temporal properties.
#[derive(Serialize)]
struct ByName {
    states: u64,
    transitions: u64,
    depth: u32,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    not_used: Vec<Unused>,
}

impl ByName {
    fn of(search: &SearchStats) -> Self {
        Self {
            states: search.states,
            transitions: search.transitions,
            depth: search.depth,
            not_used: search.not_used.iter().map(Unused::of).collect(),
        }
    }
}

/// What differs from run to run, or from machine to machine.
#[derive(Serialize)]
struct Measured {
    #[serde(flatten)]
    run: Volatile,
    #[serde(skip_serializing_if = "Option::is_none")]
    threads: Option<usize>,
    /// Of the table of states, empty slots included.
    #[serde(skip_serializing_if = "Option::is_none")]
    bytes_per_state: Option<f64>,
}

#[derive(Serialize)]
struct Reduced<'a> {
    name: &'a str,
    left_out: &'a str,
}

impl<'a> Reduced<'a> {
    fn of(reduction: &'a Reduction) -> Self {
        Self {
            name: &reduction.name,
            left_out: &reduction.left_out,
        }
    }
}

#[derive(Serialize)]
struct Unused {
    name: &'static str,
    why: &'static str,
}

impl Unused {
    const fn of(reduction: &NotUsed) -> Self {
        Self {
            name: reduction.name,
            why: reduction.why,
        }
    }
}

impl<'a> Search<'a> {
    fn of(search: &'a SearchStats, volatile: Option<Volatile>) -> Self {
        Self {
            states: search.states,
            transitions: search.transitions,
            depth: search.depth,
            reductions: search.reductions.iter().map(Reduced::of).collect(),
            not_used: search.not_used.iter().map(Unused::of).collect(),
            canonical_forms: Some(search.canonical_forms).filter(|forms| *forms > 0),
            by_name: search.by_name.as_deref().map(ByName::of),
            stopped_by: search.stopped.map(words::stop),
            volatile: volatile.map(|run| Measured {
                run,
                threads: search.threads,
                bytes_per_state: search
                    .table_bytes
                    .filter(|_| search.states > 0)
                    .map(|bytes| (bytes as f64 / search.states as f64 * 100.0).round() / 100.0),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::report::json::{Volatile, answer};
    use crate::report::{Loaded, testing};
    use crate::tasks::outcome::Answer;
    use serde_json::{Value, json};

    fn read(of: &Answer) -> Value {
        let volatile = Volatile {
            seconds: 0.5,
            peak_bytes: 7,
        };
        serde_json::from_str(&answer(of, Loaded::default(), volatile)).unwrap()
    }

    #[test]
    fn a_report_begins_with_tool_version_schema_and_command() {
        let json = read(&testing::mismatched());
        let keys: Vec<&String> = json.as_object().unwrap().keys().collect();
        let expected = [
            "tool",
            "version",
            "schema",
            "command",
            "subject",
            "verdict",
            "inputs",
            "model",
            "properties",
            "search",
            "diagnostics",
        ];
        assert_eq!(keys, expected);
        assert_eq!(json["schema"], 1);
        assert_eq!(json["command"], "check");
    }

    #[test]
    fn a_violated_invariant_has_its_count_its_run_and_its_values() {
        let json = read(&testing::mismatched());
        let property = &json["properties"][0];
        assert_eq!(property["name"], "no_mismatched_failover");
        assert_eq!(property["kind"], "invariant");
        assert_eq!(property["verdict"], "violated");
        assert_eq!(property["violating_states"], 44);
        assert_eq!(property["reason"]["type"], "false");
        assert_eq!(property["explanation"]["bindings"], json!({ "e": "EVS1" }));
        assert_eq!(
            property["explanation"]["values"][0],
            json!({ "text": "e.build", "ground": "EVS1.build", "value": "rtm" })
        );
        assert_eq!(
            property["trace"]["steps"][1],
            json!({
                "actor": "operator", "name": "reboot(Node1)", "text": "Reboot Node1",
                "changes": [{ "field": "Node1.power", "from": "up", "to": "rebooting" }]
            })
        );
        assert_eq!(property["trace"]["steps"][2]["actor"], "environment");
    }

    #[test]
    fn a_lasso_says_where_it_goes_round_and_a_refusal_its_message() {
        let json = read(&testing::goes_round());
        let [_, refused, complete] = json["properties"].as_array().unwrap().as_slice() else {
            panic!("three properties");
        };
        assert_eq!(complete["trace"]["cycle_start"], 1);
        assert_eq!(complete["trace"]["steps"][0]["lane"], "2.1");
        assert_eq!(
            refused["trace"]["steps"][0]["refused"],
            "Error ID: 5018 (0000139a)"
        );
        assert_eq!(refused["reason"]["message"], "Error ID: 5018 (0000139a)");
    }

    #[test]
    fn a_plan_has_its_steps_as_in_a_plan_file() {
        let json = read(&testing::runbook());
        assert_eq!(
            json["plan"],
            json!({
                "cluster": "two-node",
                "steps": ["reboot(Node1)", { "await": "settled" }, "move(EVS1, Node1)"],
                "cost": 2
            })
        );
        assert_eq!(json["timeline"]["downtime"]["EVS1"], 120);
    }

    #[test]
    fn what_ended_the_search_is_named() {
        let json = read(&testing::stopped());
        assert_eq!(json["verdict"], "inconclusive");
        assert_eq!(json["search"]["stopped_by"], "--max-states");
        assert_eq!(
            json["search"]["volatile"],
            json!({ "seconds": 0.5, "peak_bytes": 7 })
        );
    }

    #[test]
    fn numbers_are_numbers_and_fault_budgets_are_as_in_cluster_files() {
        let mut answer = testing::stopped();
        assert_eq!(read(&answer)["model"]["faults"], 0);
        assert_eq!(read(&answer)["model"]["params"], json!({ "limit": 0 }));
        answer.model.faults = "crash 1, cut 2".to_owned();
        assert_eq!(
            read(&answer)["model"]["faults"],
            json!({ "crash": 1, "cut": 2 })
        );
    }
}
