//! Suite files: cases with the verdicts that are expected of them. Knows what may be expected, not how it is found out.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::language::codes::Code;
use crate::language::diagnostic::Diagnostics;
use crate::language::source::{Source, Span};

use super::json::{self, Json, JsonKind, Key};
use super::lookup::Location;
use super::settings::Settings;
use super::shape::Shape;

pub mod rewritten;

/// The largest count that is expected of anything: numbers of JSON that every program can hold.
const MAX_COUNT: u64 = 1 << 53;

/// A suite of cases.
#[derive(Clone, Debug)]
pub struct Suite {
    /// The name it was read by.
    pub name: String,
    /// The text that the spans point into.
    pub source: Arc<Source>,
    /// Where that text is: the targets of cases are looked up from there.
    pub location: Location,
    /// The cases in order.
    pub cases: Vec<Case>,
}

/// A value with its place in the suite.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// Where it is written.
    pub span: Span,
}

/// What is asked, of what, and what is expected.
#[derive(Clone, Debug)]
pub struct Case {
    /// Its name, unique in the suite.
    pub name: Spanned<String>,
    /// What is asked.
    pub task: Task,
    /// The cluster or plan that it is asked of, by its name or path.
    pub target: Spanned<String>,
    /// What the case changes about the cluster.
    pub settings: Settings,
    /// How many states the search may store.
    pub max_states: Option<Spanned<u64>>,
    /// What should come out.
    pub expect: Expect,
    /// The whole case.
    pub span: Span,
}

/// What a case asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Task {
    /// `"check": CLUSTER`
    Check,
    /// `"verify": PLAN`
    Verify,
    /// `"plan": CLUSTER`
    Plan,
}

impl Task {
    pub(super) const ALL: [Self; 3] = [Self::Check, Self::Verify, Self::Plan];

    /// The key of the case, which is the command of that name as well.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Check => "check",
            Self::Verify => "verify",
            Self::Plan => "plan",
        }
    }
}

/// The verdict that is expected of a case or of one property.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// `holds`
    Holds,
    /// `violated`
    Violated,
    /// `inconclusive`
    Inconclusive,
}

impl Verdict {
    pub(super) const ALL: [Self; 3] = [Self::Holds, Self::Violated, Self::Inconclusive];

    /// The word in suites and reports.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::Holds => "holds",
            Self::Violated => "violated",
            Self::Inconclusive => "inconclusive",
        }
    }
}

impl std::fmt::Display for Verdict {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.text())
    }
}

/// Something expected of properties, by their names, in the order of the suite.
pub type ByProperty<T> = Vec<(Spanned<String>, Spanned<T>)>;

/// What should come out of a case; what is absent is not compared.
#[derive(Clone, Debug, Default)]
pub struct Expect {
    /// The verdict of the whole case; of `plan`, `violated` means that no plan exists.
    pub verdict: Option<Spanned<Verdict>>,
    /// The verdicts of properties.
    pub properties: ByProperty<Verdict>,
    /// The message of the refusal at the end of the shortest trace.
    pub refused: Option<Spanned<String>>,
    /// The number of steps of the shortest trace of a property.
    pub trace_steps: ByProperty<u64>,
    /// What the explanation of a property's false conjunct contains.
    pub because: ByProperty<String>,
    /// Distinct states.
    pub states: Option<Spanned<u64>>,
    /// Enabled ground transitions over all states.
    pub transitions: Option<Spanned<u64>>,
    /// Breadth-first levels after the first.
    pub depth: Option<Spanned<u64>>,
    /// The number of states that violate a property.
    pub violating_states: ByProperty<u64>,
    /// The number of states from which the goal cannot be reached any more.
    pub doomed_states: Option<Spanned<u64>>,
    /// The number of steps of the shortest run to the goal.
    pub witness_steps: Option<Spanned<u64>>,
    /// What the plan costs.
    pub cost: Option<Spanned<u64>>,
    /// The number of actions in the plan.
    pub steps: Option<Spanned<u64>>,
    /// The texts of the assumptions that fail, all of them.
    pub warnings: Option<Spanned<Vec<Spanned<String>>>>,
    /// The windows of exposure, all of them.
    pub exposure: Option<Spanned<Vec<Spanned<String>>>>,
    /// The whole expectation.
    pub span: Span,
}

impl Case {
    /// How many faults may strike at one step of the plan, where that is asked: named, or meant where windows are expected.
    #[must_use]
    pub fn faults_along_the_plan(&self) -> Option<u32> {
        if self.task != Task::Verify {
            return None;
        }
        let meant = self.expect.exposure.as_ref().map(|_| 1);
        self.settings.total_faults().or(meant).filter(|n| *n > 0)
    }
}

impl Expect {
    /// Whether numbers of states or transitions are expected.
    #[must_use]
    pub fn counts(&self) -> bool {
        let all = [
            &self.states,
            &self.transitions,
            &self.depth,
            &self.doomed_states,
        ];
        all.iter().any(|number| number.is_some()) || !self.violating_states.is_empty()
    }

    /// The properties of which something is expected, each as often as it is named.
    #[must_use]
    pub fn property_names(&self) -> Vec<&Spanned<String>> {
        let mut all: Vec<&Spanned<String>> = Vec::new();
        all.extend(self.properties.iter().map(|(name, _)| name));
        all.extend(self.trace_steps.iter().map(|(name, _)| name));
        all.extend(self.because.iter().map(|(name, _)| name));
        all.extend(self.violating_states.iter().map(|(name, _)| name));
        all
    }
}

/// The keys of `expect`, with the tasks that can answer them.
pub(super) const EXPECTATIONS: &[(&str, &[Task])] = &[
    ("verdict", &Task::ALL),
    ("properties", &[Task::Check, Task::Verify]),
    ("refused", &[Task::Verify]),
    ("trace_steps", &[Task::Check, Task::Verify]),
    ("because", &[Task::Check, Task::Verify]),
    ("states", &[Task::Check, Task::Verify]),
    ("transitions", &[Task::Check, Task::Verify]),
    ("depth", &[Task::Check, Task::Verify]),
    ("violating_states", &[Task::Check, Task::Verify]),
    ("doomed_states", &[Task::Check]),
    ("witness_steps", &[Task::Check]),
    ("cost", &[Task::Plan]),
    ("steps", &[Task::Plan]),
    ("warnings", &Task::ALL),
    ("exposure", &[Task::Verify]),
];

/// Reads a suite. It is complete where no diagnostic is an error; the targets of its cases are not looked at.
#[must_use]
pub fn read_suite(
    source: &Arc<Source>,
    name: &str,
    location: Location,
) -> (Option<Suite>, Diagnostics) {
    let (json, mut diagnostics) = json::read(source, "a suite");
    let Some(json) = json else {
        return (None, diagnostics);
    };
    let mut reader = Reader {
        shape: Shape::new(source),
    };
    let cases = reader.cases(&json);
    diagnostics.extend(reader.shape.diagnostics);
    let suite = cases.map(|cases| Suite {
        name: name.to_owned(),
        source: source.clone(),
        location,
        cases,
    });
    (suite.filter(|_| !diagnostics.has_errors()), diagnostics)
}

struct Reader<'a> {
    shape: Shape<'a>,
}

impl Reader<'_> {
    fn cases(&mut self, json: &Json) -> Option<Vec<Case>> {
        let members = self.shape.object("a suite", json)?;
        if self.shape.is_another_kind(json, "suite", "cases") {
            return None;
        }
        self.shape.only_keys("a suite", members, &["cases"]);
        let list = self.shape.required("the suite", json, "cases")?;
        let elements = self.shape.array("`cases`", list)?;
        let cases: Vec<Case> = elements.iter().filter_map(|case| self.case(case)).collect();
        self.names_differ(&cases);
        if elements.is_empty() {
            let help = "add a case: `{ \"name\": …, \"check\": CLUSTER, \"expect\": { \"verdict\": \"holds\" } }`";
            self.shape.push(
                Code::SuiteShape,
                "the suite has no cases",
                list.span,
                "nothing in here",
                Some(help.to_owned()),
            );
        }
        Some(cases)
    }

    fn names_differ(&mut self, cases: &[Case]) {
        let mut names: Vec<&Spanned<String>> = cases.iter().map(|case| &case.name).collect();
        names.sort_by(|a, b| a.value.cmp(&b.value).then(a.span.start.cmp(&b.span.start)));
        for (first, again) in names
            .iter()
            .zip(names.iter().skip(1))
            .filter(|(a, b)| a.value == b.value)
        {
            let message = format!("two cases are named `{}`", again.value);
            self.shape
                .error(Code::SuiteShape, message, again.span, "named again");
            if let Some(diagnostic) = self.shape.diagnostics.list.pop() {
                let diagnostic = diagnostic.also(self.shape.source, first.span, "first named here");
                self.shape.diagnostics.push(diagnostic);
            }
        }
    }

    fn case(&mut self, json: &Json) -> Option<Case> {
        let members = self.shape.object("a case", json)?;
        let [params, policies, faults, goal] = Settings::KEYS;
        let keys = [
            "name",
            "check",
            "verify",
            "plan",
            params,
            policies,
            faults,
            goal,
            "max_states",
            "expect",
        ];
        self.shape.only_keys("a case", members, &keys);
        let name = self
            .shape
            .required("the case", json, "name")
            .and_then(|n| self.text("`name`", n));
        let task = self.task(json);
        let settings = Settings::read(&mut self.shape, json);
        let max_states = json.get("max_states").and_then(|n| self.max_states(n));
        let expected = self.shape.required("the case", json, "expect");
        let (task, target) = task?;
        self.faults_fit(task, members);
        let expect = self.expect(task, expected?)?;
        Some(Case {
            name: name?,
            task,
            target,
            settings,
            max_states,
            expect,
            span: json.span,
        })
    }

    /// A case says nothing that is without effect: `plan` lets no fault strike, and `verify` so many of any kind.
    fn faults_fit(&mut self, task: Task, members: &[(Key, Json)]) {
        let Some((key, faults)) = members.iter().find(|(key, _)| key.text == "faults") else {
            return;
        };
        let (message, span, label, help) = match task {
            Task::Plan => (
                "`plan` lets no fault strike: what it says is about runs without any",
                key.span,
                "without effect here",
                "leave it out, or ask `\"check\": CLUSTER`",
            ),
            Task::Verify if matches!(faults.kind, JsonKind::Object(_)) => (
                "`verify` counts faults of all kinds together",
                faults.span,
                "expected a number",
                "write how many may strike at one step, such as `\"faults\": 1`",
            ),
            Task::Verify | Task::Check => return,
        };
        let help = Some(help.to_owned());
        self.shape
            .push(Code::SuiteShape, message, span, label, help);
    }

    fn max_states(&mut self, json: &Json) -> Option<Spanned<u64>> {
        let found = self.count("`max_states`", json)?;
        if found.value == 0 {
            let message = "`max_states` must be at least 1: a search stores its first state";
            self.shape
                .error(Code::ValueOutOfRange, message, found.span, "out of range");
            return None;
        }
        Some(found)
    }

    fn task(&mut self, json: &Json) -> Option<(Task, Spanned<String>)> {
        let asked: Vec<(Task, &Json)> = Task::ALL
            .into_iter()
            .filter_map(|task| Some((task, json.get(task.key())?)))
            .collect();
        match asked[..] {
            [(task, target)] => Some((task, self.text(&format!("`{}`", task.key()), target)?)),
            [] => {
                let start = Span::new(json.span.start, json.span.start + 1);
                let help = "add `\"check\": CLUSTER`, `\"verify\": PLAN` or `\"plan\": CLUSTER`"
                    .to_owned();
                self.shape.push(
                    Code::SuiteShape,
                    "the case asks nothing",
                    start,
                    "in here",
                    Some(help),
                );
                None
            }
            [_, (_, second), ..] => {
                let message = "the case asks more than one thing";
                let help = Some("write a case for each of them".to_owned());
                self.shape.push(
                    Code::SuiteShape,
                    message,
                    second.span,
                    "asked as well",
                    help,
                );
                None
            }
        }
    }

    fn expect(&mut self, task: Task, json: &Json) -> Option<Expect> {
        let members = self.shape.object("`expect`", json)?;
        if members.is_empty() {
            let help = Some("add at least `\"verdict\": \"holds\"`".to_owned());
            self.shape.push(
                Code::SuiteShape,
                "the case expects nothing",
                json.span,
                "nothing in here",
                help,
            );
        }
        let known: Vec<&str> = EXPECTATIONS.iter().map(|(key, _)| *key).collect();
        self.shape.only_keys("`expect`", members, &known);
        for (key, _) in members {
            let tasks = EXPECTATIONS
                .iter()
                .find(|(name, _)| *name == key.text)
                .map(|(_, tasks)| *tasks);
            if tasks.is_some_and(|tasks| !tasks.contains(&task)) {
                let message = format!("`{}` cannot tell `{}`", task.key(), key.text);
                self.shape.error(
                    Code::SuiteShape,
                    message,
                    key.span,
                    "not part of its answer",
                );
            }
        }
        Some(Expect {
            verdict: json
                .get("verdict")
                .and_then(|v| self.verdict("`verdict`", v)),
            properties: self.by_property(json, "properties", Self::verdict),
            refused: json.get("refused").and_then(|v| self.text("`refused`", v)),
            trace_steps: self.by_property(json, "trace_steps", Self::count),
            because: self.by_property(json, "because", Self::text),
            states: self.number(json, "states"),
            transitions: self.number(json, "transitions"),
            depth: self.number(json, "depth"),
            violating_states: self.by_property(json, "violating_states", Self::count),
            doomed_states: self.number(json, "doomed_states"),
            witness_steps: self.number(json, "witness_steps"),
            cost: self.number(json, "cost"),
            steps: self.number(json, "steps"),
            warnings: json
                .get("warnings")
                .and_then(|v| self.texts("`warnings`", "a warning", v)),
            exposure: json
                .get("exposure")
                .and_then(|v| self.texts("`exposure`", "a window", v)),
            span: json.span,
        })
    }

    fn by_property<T>(
        &mut self,
        json: &Json,
        key: &str,
        read: impl Fn(&mut Self, &str, &Json) -> Option<Spanned<T>>,
    ) -> ByProperty<T> {
        let members = json
            .get(key)
            .and_then(|json| self.shape.object(&format!("`{key}`"), json));
        let mut found = Vec::new();
        for (name, value) in members.unwrap_or_default() {
            if let Some(value) = read(self, &format!("`{}`", name.text), value) {
                found.push((
                    Spanned {
                        value: name.text.clone(),
                        span: name.span,
                    },
                    value,
                ));
            }
        }
        found
    }

    fn verdict(&mut self, what: &str, json: &Json) -> Option<Spanned<Verdict>> {
        let text = self.shape.text(what, json)?;
        let found = Verdict::ALL
            .into_iter()
            .find(|verdict| verdict.text() == text);
        if found.is_none() {
            let message = format!("`{text}` is not a verdict");
            let words = Verdict::ALL.map(Verdict::text);
            self.shape.unknown(
                Code::SuiteShape,
                &message,
                json.span,
                text,
                "verdicts",
                &words,
            );
        }
        found.map(|value| Spanned {
            value,
            span: json.span,
        })
    }

    fn text(&mut self, what: &str, json: &Json) -> Option<Spanned<String>> {
        let value = self.shape.text(what, json)?.to_owned();
        Some(Spanned {
            value,
            span: json.span,
        })
    }

    fn count(&mut self, what: &str, json: &Json) -> Option<Spanned<u64>> {
        let value = self.shape.count(what, json, MAX_COUNT)?;
        Some(Spanned {
            value,
            span: json.span,
        })
    }

    fn number(&mut self, json: &Json, key: &str) -> Option<Spanned<u64>> {
        self.count(&format!("`{key}`"), json.get(key)?)
    }

    fn texts(
        &mut self,
        list: &str,
        what: &str,
        json: &Json,
    ) -> Option<Spanned<Vec<Spanned<String>>>> {
        let elements = self.shape.array(list, json)?;
        let value = elements.iter().filter_map(|e| self.text(what, e)).collect();
        Some(Spanned {
            value,
            span: json.span,
        })
    }
}

#[cfg(test)]
mod tests;
