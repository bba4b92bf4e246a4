//! What `after` waits for: labels and steps by their names, and whether waiting for them makes sense. Says nothing of states.

use std::collections::HashMap;

use crate::language::codes::Code;
use crate::language::diagnostic::Diagnostic;
use crate::language::parse::parse_step;
use crate::language::source::Span;
use crate::language::suggest;
use crate::language::typing;
use crate::model::plan::Item;

use super::super::json::{Json, JsonKind};
use super::Reader;

/// An element with a label.
pub(super) struct Labelled {
    label: String,
    /// Where the label is written.
    span: Span,
    /// The number of the element.
    element: usize,
}

/// What an `after` names.
pub(super) enum Sought {
    /// A label.
    Label(String),
    /// A ground action.
    Step(usize),
    /// Something that could not be read; there is a diagnostic.
    Broken,
}

impl Reader<'_> {
    /// Notes the label of the element that comes next.
    pub(super) fn label(&mut self, json: &Json, owner: &str) {
        let Some(text) = self.shape.text("`label`", json) else {
            return;
        };
        if !matches!(owner, "step" | "await") {
            let message = format!("`{owner}` cannot have a label");
            let help = "only a step or an await has one, for `after`".to_owned();
            self.shape
                .push(Code::BadLabel, message, json.span, "this label", Some(help));
            return;
        }
        let label = text.trim();
        if label.is_empty()
            || label
                .chars()
                .any(|c| matches!(c, '(' | ')') || c.is_control())
        {
            let message = "a label is a text without parentheses and control characters";
            let help = "write a few words, such as `\"second reboot\"`".to_owned();
            self.shape.push(
                Code::BadLabel,
                message,
                json.span,
                "not a label",
                Some(help),
            );
            return;
        }
        if let Some(other) = self.labels.iter().find(|other| other.label == label) {
            let diagnostic = Diagnostic::error(
                Code::BadLabel,
                format!("the label `{label}` is given twice"),
            )
            .at(self.shape.source, json.span, "given again")
            .also(self.shape.source, other.span, "first given here")
            .help("give each its own, so that `after` says which one it waits for");
            self.shape.diagnostics.push(diagnostic);
            return;
        }
        self.labels.push(Labelled {
            label: label.to_owned(),
            span: json.span,
            element: self.elements,
        });
    }

    /// Reads an `after`. Which element it names is known when all are read.
    pub(super) fn after(&mut self, span: Span, json: &Json) -> Option<Item> {
        let JsonKind::String(text) = &json.kind else {
            let message = format!(
                "`after` must be a step or a label in quotes, not {}",
                json.describe()
            );
            let help = "write `{ \"after\": \"reboot(Node1)\" }`; for several steps, one `after` behind the other"
                .to_owned();
            self.shape.push(
                Code::BadAfter,
                message,
                json.span,
                "expected a step or a label",
                Some(help),
            );
            return None;
        };
        let written = text.text.trim();
        let sought = if written.contains('(') {
            let place = self.content(json.span, text, Code::BadAfter);
            place
                .and_then(|place| {
                    let (step, found) = parse_step(&self.text, place);
                    let sound = self.adopt(found, json.span, text.verbatim);
                    let step = step.filter(|_| sound)?;
                    let action = self.action(&step, json.span, text.verbatim)?;
                    let (arguments, found) = typing::check_arguments(
                        &self.model.rules,
                        &self.objects,
                        action,
                        &step,
                        &self.text,
                    );
                    let sound = self.adopt(found, json.span, text.verbatim);
                    self.instance(action, &arguments.filter(|_| sound)?, &step, json.span)
                })
                .map_or(Sought::Broken, Sought::Step)
        } else {
            Sought::Label(written.to_owned())
        };
        let place = self.sought.len();
        self.sought.push(sought);
        Some(Item::After {
            // Until it is resolved: which of the texts sought it is.
            element: place,
            text: written.to_owned(),
            span,
        })
    }

    /// Finds the elements that are waited for, and says where waiting makes no sense.
    pub(super) fn resolve(&mut self, items: &mut [Item]) {
        if self.sought.is_empty() || self.shape.diagnostics.has_errors() {
            return;
        }
        let mut places = Places::default();
        places.collect(items, &mut Vec::new());
        self.link(items, &places, &mut Vec::new());
        if !self.shape.diagnostics.has_errors() {
            self.never_in_a_circle(items);
        }
    }

    fn link(&mut self, items: &mut [Item], places: &Places, path: &mut Vec<usize>) {
        for (place, item) in items.iter_mut().enumerate() {
            path.push(place);
            match item {
                Item::After {
                    element,
                    text,
                    span,
                } => {
                    if let Some(found) = self.find(*element, text, *span, places) {
                        self.in_another_lane(path, &places.paths[found], text, *span);
                        *element = found;
                    }
                }
                Item::Parallel { lanes, .. } => {
                    for (number, lane) in lanes.iter_mut().enumerate() {
                        path.push(number);
                        self.link(lane, places, path);
                        path.pop();
                    }
                }
                Item::Step { .. } | Item::Await { .. } | Item::AwaitSettled { .. } => {}
            }
            path.pop();
        }
    }

    fn find(&mut self, sought: usize, text: &str, span: Span, places: &Places) -> Option<usize> {
        match &self.sought[sought] {
            Sought::Broken => None,
            Sought::Label(label) => {
                let found = self.labels.iter().find(|known| known.label == *label);
                if found.is_none() {
                    let message = format!("no step has the label `{label}`");
                    let labels = self.labels.iter().map(|known| known.label.as_str());
                    let help = suggest::help(label, "labels", labels).unwrap_or_else(|| {
                        "name the step itself, `{ \"after\": \"reboot(Node1)\" }`, or give it a label: `{ \"step\": \"reboot(Node1)\", \"label\": \"second reboot\" }`".to_owned()
                    });
                    self.shape
                        .push(Code::BadAfter, message, span, "not known", Some(help));
                }
                found.map(|known| known.element)
            }
            Sought::Step(instance) => match places.steps.get(instance).map_or(&[][..], |s| s) {
                [] => {
                    let message = format!("the plan never takes the step `{text}`");
                    let label = "nothing to wait for";
                    self.shape.error(Code::BadAfter, message, span, label);
                    None
                }
                [(element, _)] => Some(*element),
                several => {
                    let message =
                        format!("the plan takes the step `{text}` {} times", several.len());
                    let mut diagnostic = Diagnostic::error(Code::BadAfter, message).at(
                        self.shape.source,
                        span,
                        "which one is meant?",
                    );
                    for (_, step) in several {
                        diagnostic = diagnostic.also(self.shape.source, *step, "taken here");
                    }
                    let diagnostic = diagnostic.help(format!(
                        "give the one that is meant a label, `{{ \"step\": \"{text}\", \"label\": \"first\" }}`, and name it: `{{ \"after\": \"first\" }}`"
                    ));
                    self.shape.diagnostics.push(diagnostic);
                    None
                }
            },
        }
    }

    /// Places that are ordered anyway: the first step of their paths that differs is a place in the same sequence.
    fn in_another_lane(&mut self, here: &[usize], there: &[usize], text: &str, span: Span) {
        let differs = here.iter().zip(there).position(|(a, b)| a != b);
        let Some(level) = differs.filter(|level| level % 2 == 0) else {
            return;
        };
        let (message, help) = if there[level] < here[level] {
            (
                format!("`{text}` is done anyway before this is reached"),
                "leave the `after` out: elements of a sequence come one after the other",
            )
        } else {
            (
                format!("`{text}` comes only after this, which would wait for it for ever"),
                "name a step of another lane of the same `parallel`",
            )
        };
        self.shape.push(
            Code::BadAfter,
            message,
            span,
            "in the same sequence",
            Some(help.to_owned()),
        );
    }

    /// Lets everything be done that waits for nothing undone: what is left goes round.
    fn never_in_a_circle(&mut self, items: &[Item]) {
        let mut graph = Graph::default();
        graph.sequence(items, None);
        let Some(mut circle) = graph.circle() else {
            return;
        };
        circle.sort_by_key(|(span, _)| span.start);
        let names: Vec<String> = circle.iter().map(|(_, text)| format!("`{text}`")).collect();
        let message = format!(
            "waiting for {} goes round: none of them is ever done",
            names.join(" and ")
        );
        let mut places = circle.iter();
        let mut diagnostic = Diagnostic::error(Code::BadAfter, message);
        if let Some((span, _)) = places.next() {
            diagnostic = diagnostic.at(self.shape.source, *span, "waits for ever");
        }
        for (span, _) in places {
            diagnostic = diagnostic.also(self.shape.source, *span, "and so does this");
        }
        self.shape
            .diagnostics
            .push(diagnostic.help("leave one of them out"));
    }
}

/// Where the elements of a plan stand.
#[derive(Default)]
struct Places {
    /// For each step or wait its path: place in the sequence, lane, place in the lane, …
    paths: Vec<Vec<usize>>,
    /// For each ground action its steps by number and place in the text.
    steps: HashMap<usize, Vec<(usize, Span)>>,
}

impl Places {
    fn collect(&mut self, items: &[Item], path: &mut Vec<usize>) {
        for (place, item) in items.iter().enumerate() {
            path.push(place);
            match item {
                Item::Step { instance, span } => {
                    let number = self.paths.len();
                    self.steps
                        .entry(*instance)
                        .or_default()
                        .push((number, *span));
                    self.paths.push(path.clone());
                }
                Item::Await { .. } | Item::AwaitSettled { .. } => self.paths.push(path.clone()),
                Item::After { .. } => {}
                Item::Parallel { lanes, .. } => {
                    for (number, lane) in lanes.iter().enumerate() {
                        path.push(number);
                        self.collect(lane, path);
                        path.pop();
                    }
                }
            }
            path.pop();
        }
    }
}

/// What must be done before what.
#[derive(Default)]
struct Graph {
    /// For each node what must be done before it.
    before: Vec<Vec<usize>>,
    /// The nodes of steps and waits, by number.
    elements: Vec<usize>,
    /// The nodes of `after` elements: node, element that is waited for, place, text.
    after: Vec<(usize, usize, Span, String)>,
}

impl Graph {
    fn node(&mut self, before: impl IntoIterator<Item = usize>) -> usize {
        self.before.push(before.into_iter().collect());
        self.before.len() - 1
    }

    /// Adds a sequence behind a node; the node of its end.
    fn sequence(&mut self, items: &[Item], behind: Option<usize>) -> Option<usize> {
        let mut last = behind;
        for item in items {
            last = match item {
                Item::Step { .. } | Item::Await { .. } | Item::AwaitSettled { .. } => {
                    let node = self.node(last);
                    self.elements.push(node);
                    Some(node)
                }
                Item::After {
                    element,
                    text,
                    span,
                } => {
                    let node = self.node(last);
                    self.after.push((node, *element, *span, text.clone()));
                    Some(node)
                }
                Item::Parallel { lanes, .. } => {
                    let ends: Vec<usize> = lanes
                        .iter()
                        .filter_map(|lane| self.sequence(lane, last))
                        .chain(last)
                        .collect();
                    Some(self.node(ends))
                }
            };
        }
        last
    }

    /// The places and texts of the `after` elements of one circle, where there is any.
    fn circle(mut self) -> Option<Vec<(Span, String)>> {
        for (node, element, ..) in &self.after {
            self.before[*node].push(self.elements[*element]);
        }
        let mut missing: Vec<usize> = self.before.iter().map(Vec::len).collect();
        let mut behind: Vec<Vec<usize>> = vec![Vec::new(); self.before.len()];
        for (node, before) in self.before.iter().enumerate() {
            for other in before {
                behind[*other].push(node);
            }
        }
        let mut open: Vec<usize> = (0..missing.len()).filter(|n| missing[*n] == 0).collect();
        while let Some(node) = open.pop() {
            for &next in &behind[node] {
                missing[next] -= 1;
                if missing[next] == 0 {
                    open.push(next);
                }
            }
        }
        // From anything that is left a way back stays in what is left, and comes round.
        let mut here = missing.iter().position(|m| *m > 0)?;
        let mut way = Vec::new();
        let mut met = vec![None; missing.len()];
        let from = loop {
            if let Some(place) = met[here] {
                break place;
            }
            met[here] = Some(way.len());
            way.push(here);
            here = *self.before[here].iter().find(|n| missing[**n] > 0)?;
        };
        let circle = &way[from..];
        let afters = self.after.into_iter();
        Some(
            afters
                .filter(|(node, ..)| circle.contains(node))
                .map(|(_, _, span, text)| (span, text))
                .collect(),
        )
    }
}
