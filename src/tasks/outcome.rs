//! Answers: what was asked, what was established, and the evidence. Data only; the report room puts it into words.

use std::sync::Arc;

use super::exposure::findings::Exposure;
use super::observed::Whereabouts;
use super::optimal::Optimum;
use super::regress::digest::Digest;
use super::remedies::findings::Remedies;
use crate::language::diagnostic::Diagnostic;
use crate::language::source::{Source, Span};
use crate::model::suite::rewritten::Edit;
pub use crate::model::suite::{Task, Verdict};
use crate::search::budget::Stop;
use crate::semantics::Explanation;

/// The answer of `check`, `verify` or `plan`.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The command.
    pub task: Task,
    /// The cluster or plan that was asked about, as the user named it.
    pub subject: String,
    /// Where the plan is, where only the rest of it was verified; its runs begin there, or come by there.
    pub whereabouts: Option<Whereabouts>,
    /// The cluster's model in a few words: name of the rules, and how many objects of each kind.
    pub model: ModelSummary,
    /// Violated where anything asked is; else inconclusive where anything is; else holds. For `plan`: whether there is one.
    pub verdict: Verdict,
    /// One for each thing asked, in the order of the report.
    pub properties: Vec<Property>,
    /// Assumptions that fail, and rules that never mattered.
    pub warnings: Vec<Diagnostic>,
    /// What was searched.
    pub search: SearchStats,
    /// The plan that was found (`plan`).
    pub plan: Option<FoundPlan>,
    /// The plan on the clock (`verify` and `plan`), where every step is taken when the clock runs.
    pub timeline: Option<Timeline>,
    /// What faults do at each position of the plan (`verify`, where asked for).
    pub exposure: Option<Exposure>,
    /// How near to the goal a valid plan can come (`plan`, where none comes to it).
    pub furthest: Option<Furthest>,
    /// The next best plans (`plan`, where they were asked for).
    pub alternatives: Option<Alternatives>,
    /// What would let a plan exist (`plan`, where none does and that was asked for).
    pub remedies: Option<Remedies>,
    /// What the plan is best by, or the best plans where there are several (`plan`, where asked for).
    pub optimum: Option<Optimum>,
    /// The plan in lanes with as little order as it can do with (where asked for, and where the plan is valid).
    pub relaxed: Option<Relaxed>,
    /// For how many operators a plan was looked for (`plan --lanes`).
    pub scheduled: Option<Scheduled>,
}

/// Plans that differ from the best one, and from each other, by more than the names of interchangeable objects and the order
/// of independent steps.
#[derive(Clone, Debug)]
pub struct Alternatives {
    /// The cheapest first.
    pub plans: Vec<Alternative>,
    /// Whether the search came to its own limit: there may be others as cheap.
    pub cut_short: bool,
}

/// One of them.
#[derive(Clone, Debug)]
pub struct Alternative {
    /// The plan.
    pub plan: FoundPlan,
    /// On the clock.
    pub timeline: Option<Timeline>,
}

/// Steps after which less is left to do than after any others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Furthest {
    /// The steps; the operator waits after each until the cluster has settled.
    pub steps: Vec<String>,
    /// What is left to do then costs at least so much, by the estimate.
    pub left: u32,
}

/// What was asked about, for the head of a report; a claim holds for this and nothing else.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ModelSummary {
    /// The name after `rules`.
    pub rules: String,
    /// Kinds with the number of their objects, in order of declaration.
    pub objects: Vec<(String, usize)>,
    /// Policies that are on.
    pub policies: Vec<String>,
    /// Parameters with their values.
    pub params: Vec<(String, String)>,
    /// The fault budget in words: `0`, `2`, or `crash 1, cut 0`.
    pub faults: String,
    /// The goal that was asked for.
    pub goal: Option<String>,
}

/// Something that was asked.
#[derive(Clone, Debug)]
pub struct Property {
    /// Its name: an invariant's, or a built-in one's.
    pub name: String,
    /// What kind of claim it is.
    pub kind: PropertyKind,
    /// What was established.
    pub verdict: Verdict,
    /// In how many states (transitions, for transition invariants) it is violated; for `recoverable` the doomed states.
    pub count: Option<u64>,
    /// The evidence against it, where it is violated.
    pub counterexample: Option<Counterexample>,
    /// The shortest run that reaches the goal (`reachable`, where it holds).
    pub witness: Option<Trace>,
}

/// What kind of claim a property is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PropertyKind {
    /// Holds in every reachable state.
    Invariant,
    /// Holds between every reachable state and its successors.
    TransitionInvariant,
    /// Every fair run keeps a promise: `eventually`, `always eventually`, `leads to`.
    Temporal,
    /// Nothing undefined is ever evaluated.
    WellDefined,
    /// The goal can be reached without a violation.
    Reachable,
    /// From every state reached without a violation the goal can still be reached without one.
    Recoverable,
    /// A plan violates nothing.
    Safe,
    /// No step of a plan is refused.
    NeverRefused,
    /// All steps of a plan are taken, and the goal holds from some point on.
    Complete,
    /// No fault does harm at any position of a plan.
    Exposure,
}

/// The evidence against a property.
#[derive(Clone, Debug)]
pub struct Counterexample {
    /// The shortest run that shows it; of temporal properties a short one.
    pub trace: Trace,
    /// Why it is one.
    pub reason: Reason,
    /// Which values make it one, where a condition is false.
    pub explanation: Option<Explanation>,
}

/// Why a run is a counterexample.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The condition of this invariant is false after the last step (or in the first state, where there is none).
    False {
        /// The invariant.
        invariant: String,
        /// Its doc comment.
        doc: String,
    },
    /// Something undefined was evaluated.
    Undefined {
        /// Where: the name of the ground transition, property or step.
        place: String,
        /// What, in words.
        what: String,
    },
    /// There is no run that reaches the goal without a violation.
    Unreachable {
        /// The goal.
        goal: String,
    },
    /// After the last step the goal cannot be reached any more.
    Doomed {
        /// The goal.
        goal: String,
        /// The step that doomed it; none where it was doomed from the beginning.
        step: Option<String>,
    },
    /// The product refuses the next step of the plan.
    Refused {
        /// The step.
        step: String,
        /// The message.
        message: String,
    },
    /// The next step of each of these waits for something that nothing makes true.
    Stuck {
        /// The steps that wait, with the await that is false in the rules' words; one for each lane that has not ended.
        waiting: Vec<(String, String)>,
    },
    /// All steps were taken, and the goal is false for ever.
    GoalFalse {
        /// The goal.
        goal: String,
    },
    /// The run goes round for ever (the cycle of the trace) and never gets done.
    Cycle {
        /// The goal, where all steps were taken and it fails again and again; none where a step waits for ever.
        goal: Option<String>,
        /// The steps that wait for ever with their awaits.
        waiting: Vec<(String, String)>,
    },
    /// The run goes round for ever, or stays in its last state (then the cycle of the trace begins at its end), and a temporal
    /// property is not kept.
    Unkept {
        /// The property.
        property: String,
        /// Its doc comment.
        doc: String,
        /// What it promises, as written.
        formula: String,
        /// The choice of its parameters.
        bindings: Vec<(String, String)>,
        /// Where it fell due (`leads to`).
        due: Option<Due>,
        /// What never comes, as written.
        wanted: String,
        /// Everything fair that is possible where the run goes round; empty where nothing is.
        fair: Vec<Treated>,
    },
}

/// Where a promise fell due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    /// After so many steps.
    pub step: usize,
    /// What holds there, as written.
    pub condition: String,
}

/// Something fair that is possible where a run goes round, and why the run may go on all the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Treated {
    /// `boot(Node1)`; a wait of a plan is `await EXPR`.
    pub name: String,
    /// Why it is not being cheated.
    pub how: Treatment,
}

/// Why something fair is not being cheated by a run that goes round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Treatment {
    /// It happens each time round.
    Taken {
        /// The step, counted from 1.
        step: usize,
    },
    /// It does not stay possible.
    Impossible {
        /// After so many steps it is not.
        after: usize,
    },
}

/// A run from the initial state. It was replayed by the reference interpreter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trace {
    /// Its steps in order.
    pub steps: Vec<TraceStep>,
    /// Where a run that goes round comes back to: the number of steps before the cycle begins. All of them, where it stays in its
    /// last state.
    pub cycle: Option<usize>,
}

/// Who takes a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Actor {
    /// The operator.
    Operator,
    /// The environment.
    Environment,
    /// The environment, spending a fault.
    Fault,
}

/// A step of a trace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TraceStep {
    /// Who.
    pub actor: Actor,
    /// `move(EVS1, Node2)`; a wait of a plan is `await settled` or `await EXPR`.
    pub name: String,
    /// In the rules' words.
    pub text: String,
    /// Which lane of the plan takes it, `1`, or `2.1` for a lane inside a lane; empty outside lanes.
    pub lane: String,
    /// What it changes.
    pub changes: Vec<Change>,
    /// The message, where the product refuses it; only the last step of a trace.
    pub refused: Option<String>,
}

/// A changed field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// `Node1`
    pub object: String,
    /// `power`
    pub field: String,
    /// Value before.
    pub from: String,
    /// Value after.
    pub to: String,
}

/// What was searched.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SearchStats {
    /// Distinct states stored.
    pub states: u64,
    /// One for each state and enabled ground transition.
    pub transitions: u64,
    /// Breadth-first levels after the first.
    pub depth: u32,
    /// Reductions that were used, with what each left out.
    pub reductions: Vec<Reduction>,
    /// Reductions that might have been used and were not, with the reason.
    pub not_used: Vec<NotUsed>,
    /// How many canonical forms were computed, where symmetry was used.
    pub canonical_forms: u64,
    /// On how many threads, where the engine searched.
    pub threads: Option<usize>,
    /// Bytes of the table of states, empty slots included, where the engine searched.
    pub table_bytes: Option<u64>,
    /// What was searched besides, by the names of all objects, for temporal properties.
    pub by_name: Option<Box<SearchStats>>,
    /// The limit that ended the search early.
    pub stopped: Option<Stop>,
}

/// A reduction that was used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reduction {
    /// `symmetry`
    pub name: String,
    /// What it left out, in words.
    pub left_out: String,
}

/// A reduction that was allowed and not used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotUsed {
    /// `stubborn`
    pub name: &'static str,
    /// Why it would not be sound for what is asked, or of no use.
    pub why: &'static str,
}

/// The cheapest plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundPlan {
    /// Steps and waits as in a plan file.
    pub items: Vec<PlanItem>,
    /// Sum of the costs.
    pub cost: u32,
    /// How many of the items are steps.
    pub steps: usize,
    /// The cluster's name, for the plan file.
    pub cluster: String,
}

/// An item of a found plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PlanItem {
    /// `move(EVS1, Node2)`
    Step(String),
    /// `{ "await": "settled" }`
    AwaitSettled,
    /// `{ "await": "Node1.power == up" }`
    Await(String),
    /// `{ "after": "reboot(Node1)" }`
    After(String),
    /// A step or a wait that `after` names by a label.
    Labelled {
        /// The label.
        label: String,
        /// The step or wait.
        item: Box<PlanItem>,
    },
    /// Lanes that go on independently.
    Parallel(Vec<Vec<PlanItem>>),
}

/// A search for a plan for several operators.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Scheduled {
    /// How many operators.
    pub lanes: usize,
    /// No plan takes less time than that, in seconds, as far as the search came.
    pub at_least: u64,
    /// Whether schedules were left out: with events that go round in no time, or with steps that end together where it
    /// matters which is first.
    pub left_out: bool,
    /// Whether it is proved that there is no plan for one operator; then not many schedules are looked at.
    pub none_for_one: bool,
}

/// A plan with as little order as it can do with.
#[derive(Clone, Debug)]
pub struct Relaxed {
    /// The plan.
    pub plan: FoundPlan,
    /// How many operators can work at once.
    pub lanes: usize,
    /// How many it was relaxed for; none for as many as there can be.
    pub most_lanes: Option<usize>,
    /// How long the plan took, in seconds, where the clock could tell.
    pub before: Option<u64>,
    /// The relaxed plan on the clock.
    pub timeline: Timeline,
    /// How many pairs of steps and waits were ordered, and how many are.
    pub pairs: (usize, usize),
    /// How many waits there were, and how many there are.
    pub waits: (usize, usize),
    /// What `verify` says of it.
    pub properties: Vec<Property>,
    /// The limit that kept it open whether some pair or wait can be dropped.
    pub stopped: Option<Stop>,
}

/// A plan on the clock: one schedule, in which every event takes its `takes` and the operators lose no time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Timeline {
    /// In order of their beginnings.
    pub entries: Vec<TimelineEntry>,
    /// From the first step to the last effect, in seconds.
    pub duration: u64,
    /// For each service how long it is out, in the order of the cluster.
    pub downtime: Vec<Downtime>,
    /// Whether the schedule got stuck or was refused before the end; then it says nothing about the rest.
    pub broken_off: bool,
}

/// Something with a beginning and an end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimelineEntry {
    /// Seconds from the beginning of the plan.
    pub start: u64,
    /// Seconds from the beginning of the plan.
    pub end: u64,
    /// Which lane, as in [`TraceStep::lane`].
    pub lane: String,
    /// What happens.
    pub what: TimelineItem,
}

/// What happens at a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TimelineItem {
    /// A step of the operator.
    Step {
        /// `move(EVS1, Node2)`
        name: String,
        /// In the rules' words.
        text: String,
        /// What to look at afterwards.
        then: Vec<String>,
    },
    /// The operator waits; left out where nothing has to be waited for.
    Wait {
        /// The step or plan item that waits: what it waits for, in words (`Node2.power == up`, `settled`).
        until: String,
        /// The events that end the wait, in the rules' words.
        events: Vec<String>,
    },
}

/// How long a service is out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Downtime {
    /// The service.
    pub service: String,
    /// Seconds in `outage`, plus interruptions.
    pub seconds: u64,
}

/// The answer of `regress`.
#[derive(Clone, Debug)]
pub struct SuiteAnswer {
    /// The suite, as the user named it.
    pub subject: String,
    /// Holds where every case is as expected.
    pub verdict: Verdict,
    /// In the order of the suite.
    pub cases: Vec<CaseAnswer>,
    /// How many of the last cases were not run, because a limit was reached.
    pub not_run: usize,
    /// Their names.
    pub names_not_run: Vec<String>,
    /// The text of the suite.
    pub source: Arc<Source>,
}

/// How a case came out.
#[derive(Clone, Debug)]
pub struct CaseAnswer {
    /// Its name.
    pub name: String,
    /// The command.
    pub task: Task,
    /// The cluster or plan.
    pub subject: String,
    /// Where the case stands in its suite.
    pub place: Span,
    /// What came out, in short.
    pub digest: Digest,
    /// What came out.
    pub evidence: Evidence,
    /// The fingerprint of everything that it depends on.
    pub key: String,
    /// What is not as expected: what, expected, found. Empty where all is.
    pub differences: Vec<Difference>,
    /// The invariant in the rules that is violated and was not expected to be, or the other way round.
    pub rule: Option<(Arc<Source>, Span)>,
}

/// What a case found, at length.
#[derive(Clone, Debug)]
pub enum Evidence {
    /// Found now.
    Fresh(Box<Answer>),
    /// Found by an earlier run, as its JSON report tells it.
    Remembered(String),
}

/// Something that is not as expected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// What: `verdict`, `states`, `safe`, …
    pub what: String,
    /// As the suite says.
    pub expected: String,
    /// As it came out.
    pub found: String,
    /// What the suite should say instead.
    pub edit: Edit,
}

impl SuiteAnswer {
    /// How many cases were found by an earlier run.
    #[must_use]
    pub fn remembered(&self) -> usize {
        let earlier = |case: &&CaseAnswer| matches!(case.evidence, Evidence::Remembered(_));
        self.cases.iter().filter(earlier).count()
    }
}

impl CaseAnswer {
    /// Whether a limit ended the case before it was known whether it is as expected.
    #[must_use]
    pub fn is_open(&self) -> bool {
        !self.differences.is_empty() && self.digest.stopped.is_some()
    }

    /// Whether it is known not to be as expected.
    #[must_use]
    pub fn is_different(&self) -> bool {
        !self.differences.is_empty() && self.digest.stopped.is_none()
    }
}
