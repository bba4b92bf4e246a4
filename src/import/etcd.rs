//! etcd: `etcdctl endpoint status` and `etcdctl member list`, as a cluster for the rules `etcd`.
//!
//! What neither tells is taken for the worse of what may be: a plan that holds then holds for what is.

mod outputs;
mod release;

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::{Map, Value};

use crate::language::codes::Code;
use crate::language::diagnostic::{Diagnostic, Diagnostics};
use crate::language::source::Source;

use super::answers::{self, Answers};
use super::cluster_file::ClusterFile;
use super::found::Read;
use super::json_outputs::JsonOutputs;
use super::names::Names;
use super::version::Version;
use super::{Imported, only};
use outputs::{Listed, Outputs, Status};
use release::{COVERED, Release};

/// A member as the cluster file has it.
struct Member {
    name: String,
    release: Release,
    storage: u32,
    learner: bool,
    leader: bool,
    up: bool,
}

/// Reads both outputs.
pub fn read(sources: &[Arc<Source>], answers: &mut Answers) -> Result<Imported, Diagnostics> {
    let values = JsonOutputs::read(sources)?;
    let outputs = Outputs::read(&values.found())?;
    let mut notes = Vec::new();
    let mut names = Names::default();
    let members = members(&outputs, answers, &mut names, &mut notes)?;
    written(&outputs, &members, answers, &mut names, &mut notes)
        .map(|file| Imported {
            text: file.text(),
            notes,
        })
        .map_err(|diagnostic| only(*diagnostic))
}

fn members(
    outputs: &Outputs<'_>,
    answers: &mut Answers,
    names: &mut Names,
    notes: &mut Vec<String>,
) -> Result<Vec<Member>, Diagnostics> {
    let mut all = Diagnostics::default();
    for status in &outputs.statuses {
        if outputs.listed.iter().all(|listed| listed.id != status.id) {
            let message = "this member is not in the member list";
            all.push(
                Diagnostic::error(Code::OtherOutput, message)
                    .at(status.found.source, status.found.place(), format!("member {:x}", status.id))
                    .help("record both outputs one after the other, while nobody adds or removes members"),
            );
        }
    }
    let leader = leader(&outputs.statuses);
    let mut members = Vec::new();
    for listed in &outputs.listed {
        let status = outputs
            .statuses
            .iter()
            .find(|status| status.id == listed.id);
        let name = match name(listed, &outputs.listed, names, notes) {
            Ok(name) => name,
            Err(diagnostic) => {
                all.push(*diagnostic);
                continue;
            }
        };
        match member(name, listed, status, answers, notes) {
            Ok(member) => members.push(Member {
                leader: leader == Some(listed.id) && member.up && !member.learner,
                ..member
            }),
            Err(diagnostic) => all.push(*diagnostic),
        }
    }
    if all.has_errors() {
        return Err(all);
    }
    if !members.iter().any(|member| member.leader) {
        notes
            .push("no member that answered is the leader: the cluster elects one first".to_owned());
    }
    members.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(members)
}

/// What those say who are in the newest term.
fn leader(statuses: &[Status<'_>]) -> Option<u64> {
    let newest = statuses.iter().max_by_key(|status| status.term)?;
    Some(newest.leader).filter(|leader| *leader != 0)
}

/// Members whose name is no name of objects, or that of several, get their number to it.
fn name(
    listed: &Listed<'_>,
    all: &[Listed<'_>],
    names: &mut Names,
    notes: &mut Vec<String>,
) -> Read<String> {
    let Some(name) = listed.name else {
        let message = format!(
            "the member {:x} has no name: it was added, and has never been started",
            listed.id
        );
        return Err(Box::new(
            Diagnostic::error(Code::NotTold, message)
                .at(listed.found.source, listed.found.place(), "")
                .help(format!(
                    "start it, or take it out with `etcdctl member remove {:x}`, and record both outputs again",
                    listed.id
                )),
        ));
    };
    if all.iter().filter(|other| other.name == Some(name)).count() > 1 {
        let own = names.own(&format!("{name}-{:x}", listed.id));
        notes.push(format!(
            "several members have the name `{name}`: this one is called `{own}`"
        ));
        return Ok(own);
    }
    Ok(names.give(name, &format!("member-{:x}", listed.id), notes))
}

fn member(
    name: String,
    listed: &Listed<'_>,
    status: Option<&Status<'_>>,
    answers: &mut Answers,
    notes: &mut Vec<String>,
) -> Read<Member> {
    let told = if status.is_some() {
        None
    } else {
        answers.of_one(&name, "release")
    };
    let release = match (status, told) {
        (Some(status), _) => status.release,
        (None, Some((key, value))) => {
            notes.push(format!(
                "`{name}` did not answer: it is taken to be stopped, with {value} installed"
            ));
            covered(&key, &value)?
        }
        (None, None) => {
            let message =
                format!("`{name}` is in the member list, and no endpoint status tells of it");
            return Err(Box::new(
                Diagnostic::error(Code::NotTold, message)
                    .at(listed.found.source, listed.found.place(), "this member")
                    .help("ask all members: `etcdctl endpoint status --cluster -w json`")
                    .help(format!(
                        "where it is down, say which release is installed: `--set {name}.release=3.5.21`"
                    )),
            ));
        }
    };
    let storage = match (release.minor(), status.and_then(|status| status.storage)) {
        (5, _) => 5,
        (_, Some(storage)) => storage,
        (_, None) => {
            let Some((key, value)) = answers.of_one(&name, "storage") else {
                let place = status.map_or(listed.found, |status| status.found);
                let message = format!("the storage version of `{name}` is not told");
                return Err(Box::new(
                    Diagnostic::error(Code::NotTold, message)
                        .at(
                            place.source,
                            place.place(),
                            "`storageVersion` was expected in here",
                        )
                        .help("the etcdctl of etcd 3.6 and later prints it")
                        .help(format!(
                            "or say what it is: `--set {name}.storage=3.{}`",
                            release.minor()
                        )),
                ));
            };
            minor(&key, &value)?
        }
    };
    for complaint in status.iter().flat_map(|status| &status.errors) {
        notes.push(format!("`{name}` complains: {complaint}"));
    }
    Ok(Member {
        name,
        release,
        storage,
        learner: listed.learner,
        leader: false,
        up: status.is_some(),
    })
}

/// The cluster file of members that are known.
fn written(
    outputs: &Outputs<'_>,
    members: &[Member],
    answers: &mut Answers,
    names: &mut Names,
    notes: &mut Vec<String>,
) -> Read<ClusterFile> {
    let downgrade = outputs.statuses.iter().find_map(|status| status.downgrade);
    let version = version(members, downgrade, answers, notes)?;
    let target = target(members, downgrade, answers, notes)?;
    let via = via(members, target, answers, notes)?;
    let size = size(members, answers, notes)?;
    let name = names.own("etcd");
    let mut cluster = fields(&[("version", version.into())]);
    if let Some(to) = downgrade {
        cluster.extend(fields(&[
            ("downgrading", true.into()),
            ("downgrade_target", to.into()),
        ]));
    }
    let mut unknown = Unknown::default();
    let mut objects = Vec::new();
    for member in members {
        let mut all = fields(&[
            ("cluster", name.as_str().into()),
            ("release", member.release.name().into()),
        ]);
        let mut add = |key: &str, value: Value| drop(all.insert(key.to_owned(), value));
        if member.leader {
            add("leader", true.into());
        }
        if member.learner {
            add("learner", true.into());
        }
        if !member.up {
            add("health", "stopped".into());
        }
        if member.storage != 5 {
            add("storage", member.storage.into());
        }
        unknown.add(member, target, answers, &mut all)?;
        objects.push((member.name.clone(), all));
    }
    notes.extend(unknown.notes());
    let listed = outputs.listed.iter().map(|listed| listed.found);
    let statuses = outputs.statuses.iter().map(|status| status.found);
    let files: BTreeSet<&str> = listed
        .chain(statuses)
        .map(|found| found.source.name.as_str())
        .collect();
    let files: Vec<&str> = files.into_iter().collect();
    Ok(ClusterFile {
        description: format!("Imported from {}.", files.join(" and ")),
        rules: "etcd",
        params: fields(&[
            ("target", target.name().into()),
            ("via", via.name().into()),
            ("size", size.into()),
        ]),
        objects: vec![
            ("cluster", vec![(name.clone(), cluster)]),
            ("member", objects),
            (
                "snapshot",
                vec![(names.own("backup.db"), fields(&[("cluster", name.into())]))],
            ),
        ],
    })
}

fn fields(list: &[(&str, Value)]) -> Map<String, Value> {
    list.iter()
        .map(|(key, value)| ((*key).to_owned(), value.clone()))
        .collect()
}

/// The minor of the cluster version. It rises by itself to the lowest of all members, so long as all answer and no
/// downgrade is enabled.
fn version(
    members: &[Member],
    downgrade: Option<u32>,
    answers: &mut Answers,
    notes: &mut Vec<String>,
) -> Read<u32> {
    if let Some(value) = answers.of("version") {
        return minor("version", &value);
    }
    let lowest = members.iter().map(|m| m.release.minor()).min().unwrap_or(5);
    let why = if downgrade.is_some() {
        "a downgrade is enabled"
    } else if lowest > 5 && members.iter().any(|member| !member.up) {
        "one member does not answer"
    } else {
        if lowest > 5 {
            notes.push(format!(
                "the cluster version is taken to be 3.{lowest}, to which it rises by itself when all members run that"
            ));
        }
        return Ok(lowest);
    };
    let message = format!(
        "the cluster version is not told, and {why}: it need not be the lowest version of the members"
    );
    Err(Box::new(
        Diagnostic::error(Code::NotTold, message).help(format!(
            "ask a member, `curl http://HOST:2379/version`, and give the minor of `etcdcluster`: `--set version=3.{lowest}`"
        )),
    ))
}

/// Where the upgrade goes: to the newest that any member runs already, or to the next minor.
fn target(
    members: &[Member],
    downgrade: Option<u32>,
    answers: &mut Answers,
    notes: &mut Vec<String>,
) -> Read<Release> {
    let minors = || members.iter().map(|m| m.release.minor());
    let (lowest, highest) = (minors().min().unwrap_or(5), minors().max().unwrap_or(5));
    if let Some(value) = answers.of("target") {
        let target = covered("target", &value)?;
        class("target", &value, target, notes);
        if target.minor() > lowest + 1 {
            let message = format!(
                "`--set target={value}` is more than one minor above 3.{lowest}, which a member runs"
            );
            let next = Release::newest(lowest + 1).unwrap_or(target);
            return Err(Box::new(Diagnostic::error(Code::BadOption, message).help(
                format!(
                    "etcd goes one minor at a time: `--set target={}` first",
                    next.first()
                ),
            )));
        }
        return Ok(target);
    }
    let running = members
        .iter()
        .map(|m| m.release)
        .max()
        .filter(|_| highest > lowest);
    match running
        .or_else(|| Release::newest(lowest + 1))
        .filter(|_| downgrade.is_none())
    {
        Some(target) => {
            notes.push(format!(
                "the target is {} (and later): another one is given with `--set target=3.{}.0`",
                target.first(),
                target.minor()
            ));
            Ok(target)
        }
        None => {
            let why = if downgrade.is_some() {
                "a downgrade is enabled"
            } else {
                "all members run 3.7"
            };
            let message = format!("what the members are to run is not known: {why}");
            let example = downgrade
                .and_then(Release::newest)
                .unwrap_or(Release::LAST_OF_3_6);
            Err(Box::new(Diagnostic::error(Code::NotTold, message).help(
                format!("give it by name: `--set target={}`", example.first()),
            )))
        }
    }
}

/// What members run on the way: the patch that all need before the first one gets the next minor.
fn via(
    members: &[Member],
    target: Release,
    answers: &mut Answers,
    notes: &mut Vec<String>,
) -> Read<Release> {
    if let Some(value) = answers.of("via") {
        let via = covered("via", &value)?;
        class("via", &value, via, notes);
        return Ok(via);
    }
    for minimum in [Release::LAST_OF_3_5, Release::LAST_OF_3_6] {
        let older = |m: &Member| m.release.minor() == minimum.minor() && m.release < minimum;
        if target.minor() > minimum.minor() && members.iter().any(older) {
            notes.push(format!(
                "all members need {} before the first one gets 3.{}: they are planned to run it on the way",
                minimum.first(),
                target.minor()
            ));
            return Ok(minimum);
        }
    }
    Ok(target)
}

/// How many voters there are when all is done.
fn size(members: &[Member], answers: &mut Answers, notes: &mut Vec<String>) -> Read<usize> {
    let voters = members.iter().filter(|member| !member.learner).count();
    let given = answers.of("size");
    if let Some(value) = given {
        return value
            .parse()
            .ok()
            .filter(|size| (1..=9).contains(size))
            .ok_or_else(|| {
                let diagnostic = answers::refused("size", &value, "the number of voters");
                Box::new(diagnostic.help("write a whole number from 1 to 9"))
            });
    }
    if !(1..=9).contains(&voters) {
        let message = format!("{voters} members vote, and the rules are about 1 to 9");
        return Err(Box::new(Diagnostic::error(Code::OtherOutput, message)));
    }
    if let Some(learner) = members.iter().find(|member| member.learner) {
        notes.push(format!(
            "`{}` is a learner: there are to be {voters} voters when all is done, as now; say `--set size={}` where it is to be one more",
            learner.name,
            voters + 1
        ));
    }
    Ok(voters)
}

/// What no output tells, and what of it had to be taken for the worse.
#[derive(Default)]
struct Unknown {
    mislabelled: bool,
    zombies: bool,
    removed_flags: bool,
}

impl Unknown {
    fn add(
        &mut self,
        member: &Member,
        target: Release,
        answers: &mut Answers,
        fields: &mut Map<String, Value>,
    ) -> Read<()> {
        if member.release < Release::REPAIRS_SNAPSHOTS {
            let value = match answers.of_one(&member.name, "mislabelled") {
                Some((key, value)) => value.parse().ok().filter(|n| *n <= 2).ok_or_else(|| {
                    let diagnostic =
                        answers::refused(&key, &value, "the number of promoted members");
                    Box::new(diagnostic.help("write 0, 1, or 2 for two and more"))
                })?,
                None => {
                    self.mislabelled = true;
                    2
                }
            };
            put(fields, "mislabelled", value.into(), value != 0);
        }
        if member.release < Release::LAST_OF_3_5 {
            let value = flag(member, "zombies", answers, &mut self.zombies)?;
            put(fields, "zombies", value.into(), value);
        }
        if target.minor() >= 7 && member.release.minor() < 7 {
            let value = flag(member, "removed_flags", answers, &mut self.removed_flags)?;
            put(fields, "removed_flags", value.into(), value);
        }
        Ok(())
    }

    fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        if self.mislabelled {
            notes.push(
                "whether members were promoted from learners under 3.5.1 to 3.5.19 is not told: two are taken to have been, the worse; \
                 say `--set mislabelled=0` where none was"
                    .to_owned(),
            );
        }
        if self.zombies {
            notes.push(
                "whether the v3store has members that were removed long ago is not told: it is taken to have; \
                 say `--set zombies=false` where none was ever removed"
                    .to_owned(),
            );
        }
        if self.removed_flags {
            notes.push(
                "whether the configuration has --experimental flags is not told: it is taken to have; \
                 say `--set removed_flags=false` where it has none"
                    .to_owned(),
            );
        }
        notes
    }
}

/// The answer, or the worse.
fn flag(member: &Member, key: &str, answers: &mut Answers, unknown: &mut bool) -> Read<bool> {
    if let Some((key, value)) = answers.of_one(&member.name, key) {
        return answers::flag(&key, &value);
    }
    *unknown = true;
    Ok(true)
}

/// Defaults of the rules are left out.
fn put(fields: &mut Map<String, Value>, key: &str, value: Value, wanted: bool) {
    if wanted {
        fields.insert(key.to_owned(), value);
    }
}

/// Says as what a plan tells a release that is not the first of its class.
fn class(key: &str, value: &str, release: Release, notes: &mut Vec<String>) {
    let plain = |text: &str| text.trim_start_matches('v').replace('_', ".");
    if plain(value) != release.first() {
        notes.push(format!(
            "`{key}` {value} is told as {0} in plans, which stands for {0} and later",
            release.first()
        ));
    }
}

/// A release that the operator gives.
fn covered(key: &str, value: &str) -> Read<Release> {
    Release::read(value).ok_or_else(|| {
        let message =
            format!("`--set {key}={value}` names a release that is not covered: {COVERED}");
        Box::new(
            Diagnostic::error(Code::UnknownVersion, message)
                .help(format!("write a release such as `--set {key}=3.6.11`")),
        )
    })
}

/// A minor that the operator gives: `3.6`.
fn minor(key: &str, value: &str) -> Read<u32> {
    let version = Version::read(value).filter(|v| v.major == 3 && (5..=7).contains(&v.minor));
    version.map(|v| v.minor).ok_or_else(|| {
        let message =
            format!("`--set {key}={value}` names a version that is not covered: {COVERED}");
        Box::new(
            Diagnostic::error(Code::UnknownVersion, message)
                .help(format!("write a minor such as `--set {key}=3.6`")),
        )
    })
}
