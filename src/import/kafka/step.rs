//! The step that is planned: from the release that runs to a later one, and the `metadata.version` after it.

use crate::import::answers::Answers;
use crate::import::found::Read;
use crate::language::codes::Code;
use crate::language::diagnostic::Diagnostic;

use super::nodes::{Node, covered};
use super::outputs::{Outputs, Supported};
use super::release::{COVERED, OLDEST_FOR_4, Release};

/// Two releases, and what is finalized.
pub struct Step {
    pub from: Release,
    pub to: Release,
    /// The first release that supports what is finalized.
    pub finalized: Release,
}

impl Step {
    /// What the nodes run, and what they are to run.
    pub fn read(
        outputs: &Outputs<'_>,
        nodes: &[Node],
        answers: &mut Answers,
        notes: &mut Vec<String>,
    ) -> Read<Self> {
        let (at, finalized) = finalized(&outputs.supported, notes)?;
        let releases = || nodes.iter().map(|node| node.release);
        let (Some(lowest), Some(highest)) = (releases().min(), releases().max()) else {
            let message = "there is no node";
            return Err(Box::new(Diagnostic::error(Code::OtherOutput, message)));
        };
        let cannot = nodes
            .iter()
            .find(|node| node.running && node.release < finalized);
        if let Some(node) = cannot {
            let message = format!(
                "`{}` cannot run {}: `{}` is finalized, which takes {}",
                node.name,
                node.release.text(),
                at.finalized_at.text,
                finalized.text()
            );
            return Err(Box::new(Diagnostic::error(Code::OtherOutput, message).at(
                at.finalized_at.source,
                at.finalized_at.span(),
                "finalized",
            )));
        }
        let to = target((lowest, highest), finalized, answers, notes)?;
        // Where all have the new release, what is left is to finalize it.
        let from = if lowest < to { lowest } else { finalized };
        if to < highest || from >= to {
            let message = format!(
                "{} is no later release than what runs and is finalized: {}",
                to.text(),
                highest.text()
            );
            return Err(Box::new(Diagnostic::error(Code::BadOption, message).help(
                format!("give a later one with `--set target=…`: {COVERED}"),
            )));
        }
        if to >= Release::V4_0 && at.finalized < OLDEST_FOR_4 {
            let message = format!(
                "{} does not support metadata.version {}: it takes 3.3-IV3 or later",
                to.text(),
                at.finalized_at.text
            );
            return Err(Box::new(
                Diagnostic::error(Code::BadOption, message)
                    .at(at.finalized_at.source, at.finalized_at.span(), "finalized")
                    .help(
                        "finalize what runs first: `kafka-features.sh upgrade --release-version`",
                    ),
            ));
        }
        Ok(Self {
            from,
            to,
            finalized,
        })
    }
}

/// What is given; otherwise an upgrade that has begun, or is not finalized, goes on.
fn target(
    (lowest, highest): (Release, Release),
    finalized: Release,
    answers: &mut Answers,
    notes: &mut Vec<String>,
) -> Read<Release> {
    if let Some(value) = answers.of("target") {
        return covered("target", &value);
    }
    if lowest < highest {
        return Ok(highest);
    }
    let newest = Release::NEWEST.text();
    if finalized < lowest {
        notes.push(format!(
            "all run {}, and to finalize it is what is left; another target is given with `--set target={newest}`",
            lowest.text()
        ));
        return Ok(lowest);
    }
    notes.push(format!(
        "the target is {newest}: another one is given with `--set target={newest}`"
    ));
    Ok(Release::NEWEST)
}

/// What is finalized, as all that were asked say.
fn finalized<'s, 'a>(
    supported: &'s [Supported<'a>],
    notes: &mut Vec<String>,
) -> Read<(&'s Supported<'a>, Release)> {
    let first = &supported[0];
    if let Some(other) = supported
        .iter()
        .find(|other| other.finalized != first.finalized)
    {
        let message =
            "the outputs differ in what is finalized: they are of two clusters, or of two times";
        return Err(Box::new(
            Diagnostic::error(Code::OtherOutput, message)
                .at(other.finalized_at.source, other.finalized_at.span(), "here")
                .also(
                    first.finalized_at.source,
                    first.finalized_at.span(),
                    "and here",
                ),
        ));
    }
    let Some(release) = Release::supporting(first.finalized) else {
        let message = format!(
            "metadata.version `{}` is not covered: {COVERED}",
            first.finalized_at.text
        );
        return Err(Box::new(
            Diagnostic::error(Code::UnknownVersion, message).at(
                first.finalized_at.source,
                first.finalized_at.span(),
                "",
            ),
        ));
    };
    if release.newest_level() != first.finalized {
        notes.push(format!(
            "metadata.version {} is taken for that of {}, which the same releases support",
            first.finalized_at.text,
            release.text()
        ));
    }
    Ok((first, release))
}
