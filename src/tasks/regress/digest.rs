//! What came out of a case, as far as a suite can expect it: names, numbers and texts. Small enough to be remembered from run
//! to run, where a whole answer is not.

use serde::{Deserialize, Serialize};

use crate::language::codes::Code;
use crate::search::budget::Stop;

use crate::tasks::exposure::findings::{Blamed, Exposure};
use crate::tasks::outcome::{Answer, Property, Reason, Verdict};
use crate::tasks::request::ASSUMPTION;

/// The digest of an answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Digest {
    /// Of the whole case.
    pub verdict: Verdict,
    /// In the order of the report.
    pub properties: Vec<Judged>,
    /// Steps of the shortest run to the goal.
    pub witness_steps: Option<u64>,
    /// Distinct states.
    pub states: u64,
    /// Enabled ground transitions over all states.
    pub transitions: u64,
    /// Breadth-first levels after the first.
    pub depth: u64,
    /// The plan that was found.
    pub plan: Option<Length>,
    /// The texts of the assumptions that fail.
    pub assumptions: Vec<String>,
    /// The windows of exposure in words, where that was asked for.
    pub windows: Option<Vec<String>>,
    /// The limit that ended the search early.
    pub stopped: Option<Stop>,
}

/// What was found of a property.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Judged {
    /// Its name.
    pub name: String,
    /// What was established.
    pub verdict: Verdict,
    /// How many states (or transitions) are against it.
    pub count: Option<u64>,
    /// Steps of the shortest trace that were taken; a refused one is tried only.
    pub steps: Option<u64>,
    /// The message of the refusal that the trace ends with.
    pub refused: Option<String>,
    /// Everything that the counterexample says of why it is one.
    pub why: Vec<String>,
}

/// How long a plan is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Length {
    /// Sum of the costs.
    pub cost: u64,
    /// How many steps.
    pub steps: u64,
}

impl Digest {
    /// The digest of an answer.
    #[must_use]
    pub fn of(answer: &Answer) -> Self {
        let witness = answer.properties.iter().find(|p| p.name == "reachable");
        let assumptions = answer.warnings.iter();
        Self {
            verdict: answer.verdict,
            properties: answer.properties.iter().map(Judged::of).collect(),
            witness_steps: witness
                .and_then(|p| p.witness.as_ref())
                .map(|trace| trace.steps.len() as u64),
            states: answer.search.states,
            transitions: answer.search.transitions,
            depth: u64::from(answer.search.depth),
            plan: answer.plan.as_ref().map(|plan| Length {
                cost: u64::from(plan.cost),
                steps: plan.steps as u64,
            }),
            assumptions: assumptions
                .filter(|warning| warning.code == Code::AssumptionFails)
                .map(|warning| warning.message.trim_start_matches(ASSUMPTION).to_owned())
                .collect(),
            windows: answer.exposure.as_ref().map(windows),
            stopped: answer
                .search
                .stopped
                .or_else(|| answer.exposure.as_ref().and_then(|found| found.stopped)),
        }
    }

    /// What was found of a property.
    #[must_use]
    pub fn property(&self, name: &str) -> Option<&Judged> {
        self.properties.iter().find(|p| p.name == name)
    }

    /// Whether another run would come to the same: it does not depend on the clock, the memory or the keyboard.
    #[must_use]
    pub const fn is_repeatable(&self) -> bool {
        matches!(self.stopped, None | Some(Stop::States))
    }
}

impl Judged {
    fn of(property: &Property) -> Self {
        let against = property.counterexample.as_ref();
        let taken = against.map(|c| c.trace.steps.iter().filter(|s| s.refused.is_none()).count());
        Self {
            name: property.name.clone(),
            verdict: property.verdict,
            count: property.count,
            steps: taken.map(|steps| steps as u64),
            refused: against.and_then(|c| match &c.reason {
                Reason::Refused { message, .. } => Some(message.clone()),
                _ => None,
            }),
            why: why(property),
        }
    }
}

fn why(property: &Property) -> Vec<String> {
    let Some(counterexample) = &property.counterexample else {
        return Vec::new();
    };
    let mut parts = Vec::new();
    match &counterexample.reason {
        Reason::Stuck { waiting } | Reason::Cycle { waiting, .. } => {
            parts.extend(
                waiting
                    .iter()
                    .map(|(step, until)| format!("{step} waits for {until}")),
            );
        }
        Reason::Refused { message, .. } => parts.push(message.clone()),
        Reason::Undefined { place, what } => parts.push(format!("{place}: {what}")),
        Reason::Doomed { step, .. } => parts.extend(step.clone()),
        Reason::Unkept {
            bindings, wanted, ..
        } => {
            parts.push(format!("never {wanted}"));
            let bindings = bindings.iter();
            parts.extend(bindings.map(|(name, value)| format!("{name} = {value}")));
        }
        Reason::False { .. } | Reason::Unreachable { .. } | Reason::GoalFalse { .. } => {}
    }
    if let Some(explanation) = &counterexample.explanation {
        parts.push(explanation.conjunct.clone());
        parts.extend(
            explanation
                .bindings
                .iter()
                .map(|(name, value)| format!("{name} = {value}")),
        );
        for reading in &explanation.values {
            parts.push(format!("{} is {}", reading.ground, reading.value));
        }
    }
    parts
}

/// `4, 5 crash(Node1): no_mismatched_failover, EVS1 out`: positions, strikes and whom they hurt, the worst window first.
/// `surely` stands before what comes in every fair run.
fn windows(found: &Exposure) -> Vec<String> {
    let window = |cells: &[usize]| {
        let positions: Vec<&str> = cells
            .iter()
            .map(|cell| found.positions[found.cells[*cell].position].name.as_str())
            .collect();
        let cell = &found.cells[cells[0]];
        let surely = |blamed: &Blamed, words: String| {
            if blamed.certain {
                format!("surely {words}")
            } else {
                words
            }
        };
        let broken = cell.harm.broken.iter().map(|b| surely(b, b.name.clone()));
        let out = cell.harm.out.iter();
        let mut harm: Vec<String> = broken
            .chain(out.map(|b| surely(b, format!("{} out", b.name))))
            .collect();
        if cell.harm.surely && !cell.harm.broken.iter().any(|b| b.certain) {
            harm.insert(0, "surely one of".to_owned());
        }
        if let Some(blamed) = &cell.harm.unrecoverable {
            harm.push(surely(blamed, format!("{} lost", blamed.name)));
        }
        format!(
            "{} {}: {}",
            positions.join(", "),
            cell.strikes.join(" + "),
            harm.join(", ")
        )
    };
    found
        .windows
        .iter()
        .map(|each| window(&each.cells))
        .collect()
}
