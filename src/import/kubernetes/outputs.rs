//! What `kubectl get … -o json` prints, sorted by the kinds of its objects.

use std::collections::BTreeMap;

use crate::import::found::{Found, Read};
use crate::language::codes::Code;
use crate::language::diagnostic::{Diagnostic, Diagnostics};

/// The command whose output is read.
pub const COMMAND: &str = "kubectl get nodes,pods,pdb -A -o json";

/// The objects that the rules know, each of them once.
#[derive(Default)]
pub struct Outputs<'a> {
    /// Nodes.
    pub nodes: Vec<Found<'a>>,
    /// Pods.
    pub pods: Vec<Found<'a>>,
    /// PodDisruptionBudgets.
    pub budgets: Vec<Found<'a>>,
    /// How many objects of other kinds there are.
    others: BTreeMap<&'a str, usize>,
}

impl<'a> Outputs<'a> {
    /// Sorts what there is: lists of one kind, of several, and single objects.
    ///
    /// # Errors
    /// Where something else is there, a list is not all of it, or an object is there twice.
    pub fn read(outputs: &[Found<'a>], notes: &mut Vec<String>) -> Result<Self, Diagnostics> {
        let mut all = Diagnostics::default();
        let mut found = Self::default();
        for output in outputs {
            if let Err(diagnostic) = found.add(*output) {
                all.push(*diagnostic);
            }
        }
        if !all.has_errors() {
            found.complete(&mut all);
        }
        for list in [&found.nodes, &found.pods, &found.budgets] {
            each_once(list, &mut all);
        }
        if all.has_errors() {
            return Err(all);
        }
        for (kind, number) in &found.others {
            notes.push(format!(
                "the rules need no {kind}: {number} of the outputs left out"
            ));
        }
        Ok(found)
    }

    fn add(&mut self, output: Found<'a>) -> Read<()> {
        let Some(kind) = output.get("kind").and_then(|kind| kind.json.text()) else {
            return Err(neither(output, "this is no object of Kubernetes"));
        };
        if kind == "Status" {
            let words = output.get("message").and_then(|words| words.json.text());
            let message = format!(
                "this is an error of the API server: {}",
                words.unwrap_or("it does not say which")
            );
            return Err(neither(output, &message));
        }
        let Some(of_one) = kind.strip_suffix("List") else {
            if !matches!(kind, "Node" | "Pod" | "PodDisruptionBudget") {
                return Err(neither(
                    output,
                    &format!("this is a {kind}, and no list of nodes, pods or budgets"),
                ));
            }
            return self.sort(kind, output, output);
        };
        let more = output
            .get("metadata")
            .and_then(|metadata| metadata.get("continue"));
        if let Some(more) = more
            && more.json.text() != Some("")
        {
            let message = "this list is not all there is: it was asked for in parts";
            return Err(Box::new(
                Diagnostic::error(Code::OtherOutput, message)
                    .at(more.source, more.place(), "it goes on from here")
                    .help(format!("`{COMMAND}` prints all of it")),
            ));
        }
        for item in output.need("items")?.items()? {
            let (kind, typed) = if of_one.is_empty() {
                (item.need("kind")?.text()?, item)
            } else {
                (of_one, output)
            };
            self.sort(kind, item, typed)?;
        }
        Ok(())
    }

    /// `typed` is what tells the version of the API.
    fn sort(&mut self, kind: &'a str, item: Found<'a>, typed: Found<'a>) -> Read<()> {
        let (list, wanted) = match kind {
            "Node" => (&mut self.nodes, "v1"),
            "Pod" => (&mut self.pods, "v1"),
            "PodDisruptionBudget" => (&mut self.budgets, "policy/v1"),
            _ => {
                *self.others.entry(kind).or_default() += 1;
                return Ok(());
            }
        };
        let at = typed.need("apiVersion")?;
        if at.text()? != wanted {
            let message = format!("{kind} is read as {wanted} only");
            return Err(Box::new(
                Diagnostic::error(Code::OtherOutput, message)
                    .at(at.source, at.place(), "of another version")
                    .help(format!(
                        "`{COMMAND}` prints {wanted} where the API server has it"
                    )),
            ));
        }
        list.push(item);
        Ok(())
    }

    fn complete(&self, all: &mut Diagnostics) {
        for (list, kind) in [(&self.nodes, "node"), (&self.pods, "pod")] {
            if list.is_empty() {
                let message = format!("no {kind} is in the outputs");
                all.push(
                    Diagnostic::error(Code::NotTold, message)
                        .help(format!("record `{COMMAND}` as somebody who may see all")),
                );
            }
        }
    }
}

/// The same object twice is the same output twice, or two clusters.
fn each_once(list: &[Found<'_>], all: &mut Diagnostics) {
    let mut known: BTreeMap<(Option<&str>, Option<&str>), Found<'_>> = BTreeMap::new();
    for item in list {
        let text = |key| {
            let metadata = item.get("metadata")?;
            metadata.get(key)?.json.text()
        };
        let key = (text("namespace"), text("name"));
        if let Some(first) = known.get(&key) {
            let name = key.1.unwrap_or_default();
            let name = key
                .0
                .map_or_else(|| name.to_owned(), |space| format!("{space}/{name}"));
            let message = format!("`{name}` is there twice");
            all.push(
                Diagnostic::error(Code::OtherOutput, message)
                    .at(item.source, item.place(), "again")
                    .also(first.source, first.place(), "first here")
                    .help("name each output once, and those of one cluster only"),
            );
            return;
        }
        known.insert(key, *item);
    }
}

fn neither(output: Found<'_>, message: &str) -> Box<Diagnostic> {
    Box::new(
        Diagnostic::error(Code::OtherOutput, message)
            .at(output.source, output.place(), "")
            .help(format!("`{COMMAND}` prints an object of the kind `List`")),
    )
}
