//! Versions of Vault and OpenBao, of which the rules know two: the current one, and the next.

use crate::import::answers::Answers;
use crate::import::found::{Found, Read};
use crate::import::version::Version;
use crate::language::codes::Code;
use crate::language::diagnostic::Diagnostic;

/// A version of an output. What stands behind a `+` tells the edition and not the release: `1.17.3+ent`.
pub fn read(found: Found<'_>) -> Read<Version> {
    let text = found.text()?;
    release(text).ok_or_else(|| {
        let message = format!("`{text}` is no release of Vault or OpenBao");
        Box::new(
            Diagnostic::error(Code::UnknownVersion, message)
                .at(found.source, found.place(), "")
                .help("releases are such as 1.17.3; pre-releases are not covered"),
        )
    })
}

/// A version that the operator gives.
pub fn given(key: &str, value: &str) -> Read<Version> {
    release(value).ok_or_else(|| {
        let message = format!("`--set {key}={value}` names no release of Vault or OpenBao");
        Box::new(
            Diagnostic::error(Code::UnknownVersion, message)
                .help(format!("write one such as `--set {key}=1.17.3`")),
        )
    })
}

fn release(text: &str) -> Option<Version> {
    Version::read(text.split_once('+').map_or(text, |(release, _)| release))
}

/// The version that nodes run now, and the one that is to come where it is known.
pub struct Versions {
    /// What all nodes ran.
    pub current: Version,
    /// What all are to run.
    pub next: Option<Version>,
}

impl Versions {
    /// Which of them a node runs, as the rules call it.
    pub fn name(&self, version: Version) -> &'static str {
        if self.next == Some(version) {
            "next"
        } else {
            "current"
        }
    }

    /// From what all nodes run, and from what the operator wants.
    pub fn of(running: &[Version], answers: &mut Answers, notes: &mut Vec<String>) -> Read<Self> {
        let mut all = running.to_vec();
        all.sort_unstable();
        all.dedup();
        let listed = || {
            let texts: Vec<String> = all.iter().map(ToString::to_string).collect();
            texts.join(", ")
        };
        let given = answers.of("target").map(|value| given("target", &value));
        let given = given.transpose()?;
        let other = |message: String, help: &str| {
            Err(Box::new(
                Diagnostic::error(Code::UnknownVersion, message).help(help),
            ))
        };
        let [current, .., newest] = all[..] else {
            let [only] = all[..] else {
                let message = "no node tells what it runs".to_owned();
                return other(message, "give it by name: `--set version=1.17.3`");
            };
            if let Some(target) = given.filter(|target| *target < only) {
                let message =
                    format!("`--set target={target}` is older than {only}, which all nodes run");
                return other(
                    message,
                    "the rules are about upgrades: a way back needs the data of before",
                );
            }
            return Ok(Self {
                current: only,
                next: given,
            });
        };
        if all.len() > 2 {
            let message = format!(
                "the nodes run {}, and the rules know two versions",
                listed()
            );
            return other(message, "finish the upgrade that was begun first");
        }
        if let Some(target) = given.filter(|target| *target != newest) {
            let message = format!(
                "`--set target={target}` is a third version: the nodes run {}",
                listed()
            );
            return other(message, "finish the upgrade that was begun first");
        }
        notes.push(format!(
            "some nodes run {newest} already: that is the next version, and {current} the current one"
        ));
        Ok(Self {
            current,
            next: Some(newest),
        })
    }
}
