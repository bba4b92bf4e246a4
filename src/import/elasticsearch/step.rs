//! The step that is planned: from what the nodes run to what some of them run already, or to the target.

use crate::import::answers::Answers;
use crate::import::found::Read;
use crate::language::codes::Code;
use crate::language::diagnostic::Diagnostic;

use super::outputs::Node;
use super::release::{COVERED, Release};

/// Two versions.
pub struct Step {
    /// What is replaced.
    pub from: Release,
    /// What replaces it.
    pub to: Release,
}

impl Step {
    /// What the nodes run, and what they are to run.
    pub fn read(nodes: &[Node<'_>], answers: &mut Answers, notes: &mut Vec<String>) -> Read<Self> {
        let (from, begun) = running(nodes)?;
        let given = answers.of("target");
        let to = target(from, begun.map(|node| node.release), given.as_deref())?;
        if let Some(node) = begun
            && to != node.release
        {
            let message = format!(
                "an upgrade to {} has begun, and the target is {}",
                node.release.text(),
                to.text()
            );
            return Err(Box::new(
                Diagnostic::error(Code::BadOption, message)
                    .at(node.found.source, node.found.place(), "this node runs it")
                    .help(format!(
                        "finish that first: `--set target={}`",
                        node.release.text()
                    )),
            ));
        }
        if to <= from || to.opensearch() != from.opensearch() {
            let message = format!(
                "{} is no later version of what runs, {}",
                to.text(),
                from.text()
            );
            return Err(Box::new(Diagnostic::error(Code::BadOption, message).help(
                "nodes cannot be downgraded; another patch is written in full: `--set target=8.19.9`",
            )));
        }
        if let Some(first) = from.first_to(to) {
            let message = format!(
                "from {} to {} is more than one step",
                from.text(),
                to.text()
            );
            return Err(Box::new(Diagnostic::error(Code::BadOption, message).help(
                format!("go to {0} first: `--set target={0}.0`", first.minor()),
            )));
        }
        if given.is_none() && begun.is_none() {
            notes.push(format!(
                "the target is {0}: another one is given with `--set target={0}.0`",
                to.minor()
            ));
        }
        if from.same_minor(to) {
            notes.push(format!(
                "`older` is {}, and `newer` is {}",
                from.text(),
                to.text()
            ));
        }
        Ok(Self { from, to })
    }

    /// What the rules call a version. They know minors, so that two patches of one need other names.
    pub fn name(&self, release: Release) -> String {
        if !self.from.same_minor(self.to) {
            return release.name();
        }
        let name = if release == self.from {
            "older"
        } else {
            "newer"
        };
        name.to_owned()
    }
}

/// What runs, and a node that has something newer.
fn running<'n, 'a>(nodes: &'n [Node<'a>]) -> Read<(Release, Option<&'n Node<'a>>)> {
    let (Some(oldest), Some(newest)) = (
        nodes.iter().min_by_key(|node| node.release),
        nodes.iter().max_by_key(|node| node.release),
    ) else {
        let message = "there is no node";
        return Err(Box::new(Diagnostic::error(Code::OtherOutput, message)));
    };
    let (from, to) = (oldest.release, newest.release);
    let third = nodes
        .iter()
        .find(|node| node.release != from && node.release != to);
    let mixed = (from.opensearch() != to.opensearch()).then_some(newest);
    if let Some(third) = third.or(mixed) {
        let message =
            "the nodes have more versions than an upgrade has: the rules are about two at a time";
        return Err(Box::new(
            Diagnostic::error(Code::OtherOutput, message)
                .at(
                    third.found.source,
                    third.found.place(),
                    format!("{} here", third.release.text()),
                )
                .also(
                    oldest.found.source,
                    oldest.found.place(),
                    format!("{} here", from.text()),
                )
                .help("first bring all nodes to one of these versions"),
        ));
    }
    Ok((from, (to > from).then_some(newest)))
}

/// What is given, what some nodes run already, or the last minor.
fn target(from: Release, begun: Option<Release>, given: Option<&str>) -> Read<Release> {
    match (given, begun) {
        (Some(value), _) => {
            let to = Release::read(value).ok_or_else(|| {
                let message = format!(
                    "`--set target={value}` names a version that is not covered: {COVERED}"
                );
                Box::new(
                    Diagnostic::error(Code::UnknownVersion, message)
                        .help("write a version such as `--set target=9.4.2`"),
                )
            })?;
            // Who writes a minor means the patch that some nodes have already.
            Ok(begun.filter(|begun| begun.same_minor(to)).unwrap_or(to))
        }
        (None, Some(begun)) => Ok(begun),
        (None, None) => from.next().ok_or_else(|| {
            let message = format!(
                "what the nodes are to run is not known: all run {}",
                from.text()
            );
            let help = format!("give it by name: `--set target={}.9`", from.minor());
            Box::new(Diagnostic::error(Code::NotTold, message).help(help))
        }),
    }
}
