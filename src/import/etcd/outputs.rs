//! What `etcdctl endpoint status` and `etcdctl member list` print as JSON, told apart and read.

use crate::import::found::{Found, Read};
use crate::import::only;
use crate::import::version::Version;
use crate::language::codes::Code;
use crate::language::diagnostic::{Diagnostic, Diagnostics};

use super::release::{COVERED, Release};

/// The commands whose outputs are read.
const STATUS: &str = "etcdctl endpoint status --cluster -w json";
const LIST: &str = "etcdctl member list -w json";

/// An entry of the member list.
pub struct Listed<'a> {
    /// Its number.
    pub id: u64,
    /// Its name; none where it has never been started.
    pub name: Option<&'a str>,
    /// Whether it has no vote.
    pub learner: bool,
    /// Where it stands.
    pub found: Found<'a>,
}

/// What a member says of itself.
pub struct Status<'a> {
    /// Its number.
    pub id: u64,
    /// What it runs.
    pub release: Release,
    /// The number of the leader that it follows; 0 for none.
    pub leader: u64,
    /// The raft term in which it does.
    pub term: u64,
    /// The minor of its storage version, where it tells one.
    pub storage: Option<u32>,
    /// The minor to which a downgrade is enabled.
    pub downgrade: Option<u32>,
    /// What it complains of.
    pub errors: Vec<&'a str>,
    /// Where it stands.
    pub found: Found<'a>,
}

/// Both outputs.
pub struct Outputs<'a> {
    /// The member list.
    pub listed: Vec<Listed<'a>>,
    /// One for each member that answered.
    pub statuses: Vec<Status<'a>>,
}

impl<'a> Outputs<'a> {
    /// Tells the outputs apart, whatever their order, and reads them.
    ///
    /// # Errors
    /// Where one is something else, or missing, or they are of different clusters.
    pub fn read(outputs: &[Found<'a>]) -> Result<Self, Diagnostics> {
        let mut all = Diagnostics::default();
        let mut list: Option<Found<'a>> = None;
        let mut answers: Vec<Found<'a>> = Vec::new();
        for output in outputs {
            if output.get("members").is_some() {
                if let Some(first) = list {
                    let message = "the member list is given twice";
                    all.push(
                        Diagnostic::error(Code::OtherOutput, message)
                            .at(output.source, output.place(), "given again")
                            .also(first.source, first.place(), "first given here")
                            .help("name the newer one only"),
                    );
                }
                list.get_or_insert(*output);
            } else if let Some(found) = answers_of(*output) {
                answers.extend(found);
            } else {
                all.push(neither(*output));
            }
        }
        if all.has_errors() {
            return Err(all);
        }
        let Some(list) = list else {
            let message =
                "no member list is given: `endpoint status` does not tell the names of the members";
            return Err(only(
                Diagnostic::error(Code::NotTold, message).help(format!("add what `{LIST}` prints")),
            ));
        };
        if answers.is_empty() {
            let message =
                "no endpoint status is given: the member list does not tell what the members run";
            return Err(only(
                Diagnostic::error(Code::NotTold, message)
                    .help(format!("add what `{STATUS}` prints")),
            ));
        }
        let mut clusters = Vec::new();
        let listed = members(list).unwrap_or_else(|found| {
            all.extend(found);
            Vec::new()
        });
        match list.need("header").and_then(|h| h.need("cluster_id")) {
            Ok(found) => clusters.push(found),
            Err(diagnostic) => all.push(*diagnostic),
        }
        let mut statuses: Vec<Status<'a>> = Vec::new();
        for answer in answers {
            match status(answer) {
                Ok((status, cluster)) => {
                    clusters.push(cluster);
                    // A member may be reached by several endpoints.
                    if statuses.iter().all(|known| known.id != status.id) {
                        statuses.push(status);
                    }
                }
                Err(diagnostic) => all.push(*diagnostic),
            }
        }
        if let Err(diagnostic) = one_cluster(&clusters) {
            all.push(*diagnostic);
        }
        if all.has_errors() {
            return Err(all);
        }
        Ok(Self { listed, statuses })
    }
}

/// The answers of an endpoint status: a list of endpoints, each with its status.
fn answers_of(output: Found<'_>) -> Option<Vec<Found<'_>>> {
    let items: Vec<Found<'_>> = output.items().ok()?.collect();
    let fits = items.first()?.get("Endpoint").is_some();
    fits.then_some(items)
}

fn neither(output: Found<'_>) -> Diagnostic {
    let first = output.items().ok().and_then(|mut items| items.next());
    let of_health = first.is_some_and(|item| item.get("health").is_some());
    let message = if of_health {
        "this is what `etcdctl endpoint health` prints: it does not tell what the members run"
    } else {
        "this is neither an endpoint status nor a member list of etcd"
    };
    Diagnostic::error(Code::OtherOutput, message)
        .at(output.source, output.place(), "")
        .help(format!(
            "`{STATUS}` prints a list `[{{\"Endpoint\": …, \"Status\": …}}, …]`"
        ))
        .help(format!("`{LIST}` prints an object with the key `members`"))
}

fn members(list: Found<'_>) -> Result<Vec<Listed<'_>>, Diagnostics> {
    let items = list.need("members").and_then(Found::items);
    let mut all = Diagnostics::default();
    let mut members: Vec<Listed<'_>> = Vec::new();
    for item in items.map_err(|diagnostic| only(*diagnostic))? {
        match member(item) {
            Ok(member) => {
                if let Some(first) = members.iter().find(|known| known.id == member.id) {
                    let message = "a member is listed twice";
                    all.push(
                        Diagnostic::error(Code::OtherOutput, message)
                            .at(item.source, item.place(), "listed again")
                            .also(first.found.source, first.found.place(), "first listed here"),
                    );
                }
                members.push(member);
            }
            Err(diagnostic) => all.push(*diagnostic),
        }
    }
    if members.is_empty() && !all.has_errors() {
        let message = "the member list is empty";
        all.push(Diagnostic::error(Code::OtherOutput, message).at(list.source, list.place(), ""));
    }
    if all.has_errors() {
        Err(all)
    } else {
        Ok(members)
    }
}

fn member(item: Found<'_>) -> Read<Listed<'_>> {
    let name = item.get("name").map(Found::text).transpose()?;
    Ok(Listed {
        id: id(item.need("ID")?)?,
        name: name.filter(|name| !name.is_empty()),
        learner: is_learner(item)?,
        found: item,
    })
}

/// A status, and where it says of which cluster it is.
fn status(answer: Found<'_>) -> Read<(Status<'_>, Found<'_>)> {
    let status = answer.need("Status")?;
    let header = status.need("header")?;
    let at = status.need("version")?;
    let version = at.text()?;
    let Some(release) = Release::read(version) else {
        let message = format!("etcd {version} is not covered: {COVERED}");
        return Err(Box::new(
            Diagnostic::error(Code::UnknownVersion, message).at(at.source, at.place(), ""),
        ));
    };
    let downgrade = match status.get("downgradeInfo") {
        Some(info) if info.get("enabled").map_or(Ok(false), Found::flag)? => {
            Some(minor(info.need("targetVersion")?)?)
        }
        _ => None,
    };
    let errors = match status.get("errors") {
        Some(errors) => errors.items()?.map(Found::text).collect::<Read<_>>()?,
        None => Vec::new(),
    };
    let storage = status.get("storageVersion");
    let found = Status {
        id: id(header.need("member_id")?)?,
        release,
        leader: status.get("leader").map_or(Ok(0), id)?,
        term: status.get("raftTerm").map_or(Ok(0), id)?,
        storage: match storage {
            Some(at) if at.json.text() != Some("") => Some(minor(at)?),
            _ => None,
        },
        downgrade,
        errors,
        found: answer,
    };
    Ok((found, header.need("cluster_id")?))
}

fn is_learner(item: Found<'_>) -> Read<bool> {
    item.get("isLearner").map_or(Ok(false), Found::flag)
}

fn id(found: Found<'_>) -> Read<u64> {
    found.number().map_err(|diagnostic| {
        if found.json.text().is_some() {
            Box::new(diagnostic.help("numbers become texts with `--hex`: leave it out"))
        } else {
            diagnostic
        }
    })
}

/// The minor of a version of storage: 5 to 7.
fn minor(at: Found<'_>) -> Read<u32> {
    let text = at.text()?;
    let version = Version::read(text).filter(|v| v.major == 3 && (5..=7).contains(&v.minor));
    version.map(|v| v.minor).ok_or_else(|| {
        let message = format!("version {text} is not covered: {COVERED}");
        Box::new(Diagnostic::error(Code::UnknownVersion, message).at(at.source, at.place(), ""))
    })
}

/// Outputs of two clusters make no cluster.
fn one_cluster(found: &[Found<'_>]) -> Read<()> {
    let Some(first) = found.first() else {
        return Ok(());
    };
    let wanted = id(*first)?;
    for other in &found[1..] {
        if id(*other)? != wanted {
            let message = "the outputs are of two clusters";
            return Err(Box::new(
                Diagnostic::error(Code::OtherOutput, message)
                    .at(other.source, other.place(), "of this one")
                    .also(first.source, first.place(), "and of this one"),
            ));
        }
    }
    Ok(())
}
