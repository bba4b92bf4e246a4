//! What can go wrong with a question, and which properties it is about.

use std::sync::Arc;

use crate::language::codes::Code;
use crate::language::diagnostic::{Diagnostic, Diagnostics};
use crate::language::source::Source;
use crate::language::suggest;
use crate::model::ground::{FaultBudget, Model};
use crate::semantics::{Interpreter, ReplayError, Undefined};

use super::effort::Effort;
use super::exposure;
use super::outcome::ModelSummary;

/// Which properties are asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// Their names; empty for all.
    pub properties: Vec<String>,
    /// How the answer is searched for.
    pub effort: Effort,
    /// What `verify` is asked about faults; none for nothing.
    pub exposure: Option<exposure::Question>,
}

/// Why there is no answer.
#[derive(Clone, Debug)]
pub enum TaskError {
    /// The question cannot be asked.
    Input(Diagnostics),
    /// A check of our own work failed; whatever was found must not be shown.
    Internal(String),
}

impl From<ReplayError> for TaskError {
    fn from(error: ReplayError) -> Self {
        Self::Internal(format!("a trace does not replay: {error:?}"))
    }
}

impl From<Diagnostic> for TaskError {
    fn from(diagnostic: Diagnostic) -> Self {
        Self::Input(Diagnostics {
            list: vec![diagnostic],
        })
    }
}

impl Asked {
    /// Whether a property is asked for.
    #[must_use]
    pub fn wants(&self, name: &str) -> bool {
        self.properties.is_empty() || self.properties.iter().any(|p| p == name)
    }

    /// Whether every name is one of `known`.
    ///
    /// # Errors
    /// A diagnostic for each name that is not.
    pub fn check_names(&self, known: &[String]) -> Result<(), TaskError> {
        let mut diagnostics = Diagnostics::default();
        for name in &self.properties {
            if !known.contains(name) {
                let mut unknown = Diagnostic::error(
                    Code::BadOption,
                    format!("there is no property `{name}` to judge here"),
                );
                let names = known.iter().map(String::as_str);
                unknown
                    .help
                    .extend(suggest::help(name, "properties", names));
                diagnostics.push(unknown);
            }
        }
        if diagnostics.has_errors() {
            return Err(TaskError::Input(diagnostics));
        }
        Ok(())
    }
}

/// What a claim is about, in the words of a report's head.
#[must_use]
pub fn summary(interpreter: &Interpreter<'_>) -> ModelSummary {
    let model = interpreter.model();
    let rules = &model.rules;
    ModelSummary {
        rules: rules.name.clone(),
        objects: rules
            .kinds
            .iter()
            .zip(&model.of_kind)
            .map(|(kind, objects)| (kind.name.clone(), objects.len()))
            .collect(),
        policies: rules
            .policies
            .iter()
            .zip(&model.policies)
            .filter(|(_, on)| **on)
            .map(|(policy, _)| policy.name.clone())
            .collect(),
        params: rules
            .params
            .iter()
            .zip(&model.params)
            .map(|(param, value)| (param.name.clone(), interpreter.show(value)))
            .collect(),
        faults: faults_in_words(model),
        goal: model
            .goal
            .map(|goal| rules.goals[goal.index()].name.clone()),
    }
}

fn faults_in_words(model: &Model) -> String {
    match &model.faults {
        FaultBudget::Total(n) => n.to_string(),
        FaultBudget::Each(budgets) => {
            let each: Vec<String> = model
                .rules
                .transitions
                .iter()
                .zip(budgets)
                .filter(|(_, budget)| **budget > 0)
                .map(|(transition, budget)| format!("{} {budget}", transition.name))
                .collect();
            if each.is_empty() {
                "0".to_owned()
            } else {
                each.join(", ")
            }
        }
    }
}

/// How the message of a warning about an assumption begins; its text follows.
pub const ASSUMPTION: &str = "the rules assume: ";

/// A warning for each assumption of the rules that the initial state does not meet.
#[must_use]
pub fn failing_assumptions(interpreter: &Interpreter<'_>) -> Vec<Diagnostic> {
    let rules = &interpreter.model().rules;
    let initial = interpreter.initial();
    interpreter
        .assumptions(&initial)
        .into_iter()
        .filter(|(_, holds)| *holds != Ok(true))
        .filter_map(|(place, _)| rules.assumptions.get(place))
        .map(|assumption| {
            Diagnostic::warning(
                Code::AssumptionFails,
                format!(
                    "{ASSUMPTION}{}",
                    interpreter.render(&initial, &assumption.text, &[])
                ),
            )
            .at(
                &Arc::clone(&rules.source),
                assumption.span,
                "not so in this cluster",
            )
        })
        .collect()
}

/// What to know about a cluster before anything is said of it: assumptions that fail, and that there is nothing in it.
#[must_use]
pub fn remarks(interpreter: &Interpreter<'_>) -> Vec<Diagnostic> {
    let mut remarks = failing_assumptions(interpreter);
    if interpreter.model().objects.is_empty() {
        remarks.push(
            Diagnostic::warning(
                Code::EmptyCluster,
                "the cluster has no objects: whatever is said of all of them holds",
            )
            .help("list them in the cluster, under `objects`"),
        );
    }
    remarks
}

/// An undefined value in words: what was evaluated, on which line, and why it has no value.
#[must_use]
pub fn undefined_in_words(source: &Source, undefined: &Undefined) -> String {
    let written = source.slice(undefined.span);
    let folded = written.split_whitespace().collect::<Vec<_>>().join(" ");
    let (line, _) = source.position(undefined.span.start);
    format!(
        "`{folded}` in {}, line {line}: {}",
        source.name, undefined.reason
    )
}
