//! Shards and instances, as the cluster file will have them.

use crate::import::answers::{self, Answers};
use crate::import::found::Read;
use crate::language::codes::Code;
use crate::language::diagnostic::Diagnostic;

use super::info::Info;
use super::lines::Line;
use super::release::{COVERED, Release};

/// A primary with its replicas.
pub struct Shard<'a> {
    /// Its name.
    pub name: String,
    /// Where it is told of.
    pub line: Line<'a>,
    /// Its instances.
    pub instances: Vec<Instance>,
}

/// An instance.
#[derive(Clone, PartialEq, Eq)]
pub struct Instance {
    /// Its name.
    pub name: String,
    /// What it runs, or is installed where it is down.
    pub release: Release,
    /// Whether it runs.
    pub up: bool,
    /// Whether it is the primary.
    pub primary: bool,
    /// Whether it has the data.
    pub data: bool,
    /// Whether it follows its primary.
    pub linked: bool,
    /// How much it is preferred, where that is told.
    pub priority: Option<u32>,
    /// Whether it has its data after a restart, where that is told.
    pub persistent: Option<bool>,
    /// Whether it has modules.
    pub modules: bool,
}

/// What the others say of an instance.
pub struct Listed<'a> {
    /// Its name in the cluster file.
    pub name: String,
    /// Where they say it.
    pub line: Line<'a>,
    /// Whether it is a primary.
    pub primary: bool,
    /// The address of its primary.
    pub follows: Option<String>,
    /// Whether it is held to be down.
    pub down: bool,
    /// How much it is preferred, where they say that.
    pub priority: Option<u32>,
    /// The command that asks the instance itself.
    pub ask: &'static str,
}

impl Instance {
    /// What the others and the instance itself say together.
    ///
    /// # Errors
    /// Where they contradict each other, or something has to be asked.
    pub fn of(
        listed: Listed<'_>,
        info: Option<&Info<'_>>,
        answers: &mut Answers,
        notes: &mut Vec<String>,
    ) -> Read<Self> {
        // What a Sentinel heard from it before it went down is old.
        let up = info.is_some_and(|info| !(info.cached && listed.down));
        if let Some(info) = info {
            agree(&listed, info)?;
        }
        if listed.primary && !up {
            let message = format!("`{}` is the primary, and does not answer", listed.name);
            let help = format!(
                "where it is down, wait for the failover and record again; otherwise ask it: {}",
                listed.ask
            );
            return Err(Box::new(
                listed.line.told(Code::NotTold, message).help(help),
            ));
        }
        let release = release(&listed, info, up, answers, notes)?;
        let follows = info.and_then(|info| info.follows);
        let linked = up
            && follows.is_none_or(|follows| {
                let address = format!("{}:{}", follows.host.text, follows.port.text);
                follows.linked && listed.follows.is_none_or(|wanted| wanted == address)
            });
        let data = linked || data(&listed.name, answers, notes)?;
        let told = follows.map(|follows| follows.priority);
        Ok(Self {
            release,
            up,
            primary: listed.primary,
            data,
            linked,
            priority: told.or(listed.priority),
            persistent: info.and_then(|info| {
                let appends = Some(true).filter(|_| info.appends);
                appends.or(info.saves)
            }),
            modules: info.is_some_and(|info| info.module.is_some()),
            name: listed.name,
        })
    }
}

/// A failover changes what everybody is.
fn agree(listed: &Listed<'_>, info: &Info<'_>) -> Read<()> {
    if info.follows.is_none() == listed.primary {
        return Ok(());
    }
    let (is, says) = if listed.primary {
        ("the primary", "a replica")
    } else {
        ("a replica", "a primary")
    };
    let message = format!("`{}` is {is} here, and says that it is {says}", listed.name);
    Err(Box::new(
        info.line
            .wrong(message)
            .also(listed.line.source, listed.line.span(), format!("{is} here"))
            .help("record all outputs one after the other, while there is no failover"),
    ))
}

fn release(
    listed: &Listed<'_>,
    info: Option<&Info<'_>>,
    up: bool,
    answers: &mut Answers,
    notes: &mut Vec<String>,
) -> Read<Release> {
    let name = &listed.name;
    if let Some(info) = info.filter(|_| up) {
        return Ok(info.release);
    }
    if let Some((key, value)) = answers.of_one(name, "release") {
        notes.push(format!(
            "`{name}` does not answer: it is taken to be stopped, with {value} installed"
        ));
        return covered(&key, &value);
    }
    if let Some(info) = info {
        notes.push(format!(
            "`{name}` is down: what it ran is taken to be installed, {}; say `--set {name}.release={}` where it is something else",
            info.release.told(),
            info.release.given()
        ));
        return Ok(info.release);
    }
    let message = format!("no INFO tells of `{name}`");
    Err(Box::new(
        listed
            .line
            .told(Code::NotTold, message)
            .help(format!("ask it: {}", listed.ask))
            .help(format!(
                "where it is down, say which release is installed: `--set {name}.release=redis-7.0.15`"
            )),
    ))
}

/// Whether an instance without a link has the data: the worse is that it has none.
fn data(name: &str, answers: &mut Answers, notes: &mut Vec<String>) -> Read<bool> {
    if let Some((key, value)) = answers.of_one(name, "data") {
        return answers::flag(&key, &value);
    }
    notes.push(format!(
        "`{name}` does not follow its primary: it is taken to have none of the data; say `--set {name}.data=true` where it has"
    ));
    Ok(false)
}

/// A release that the operator gives.
pub fn covered(key: &str, value: &str) -> Read<Release> {
    Release::read(value).ok_or_else(|| {
        let message =
            format!("`--set {key}={value}` names a release that is not covered: {COVERED}");
        Box::new(
            Diagnostic::error(Code::UnknownVersion, message).help(format!(
                "write the product with it, such as `--set {key}=valkey-8.1.1` or `--set {key}=redis-7.2`"
            )),
        )
    })
}
