//! What `kafka-metadata-quorum.sh`, `kafka-features.sh` and `kafka-topics.sh` print, told apart line by line and read.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::import::found::Read;
use crate::language::codes::Code;
use crate::language::diagnostic::{Diagnostic, Diagnostics};
use crate::language::source::Source;

use super::lines::{Fields, Piece};
use super::release::{COVERED, level};

/// The commands whose outputs are read.
pub const TOPICS: &str = "kafka-topics.sh --bootstrap-server HOST:9092 --describe";
pub const FEATURES: &str = "kafka-features.sh --bootstrap-server HOST:9092 describe";
pub const STATUS: &str = "kafka-metadata-quorum.sh --bootstrap-server HOST:9092 describe --status";
pub const REPLICATION: &str =
    "kafka-metadata-quorum.sh --bootstrap-server HOST:9092 describe --replication";

const TOPIC_KEYS: [&str; 13] = [
    "Topic:",
    "TopicId:",
    "PartitionCount:",
    "ReplicationFactor:",
    "Configs:",
    "Partition:",
    "Leader:",
    "Adding Replicas:",
    "Removing Replicas:",
    "Replicas:",
    "Isr:",
    "LastKnownElr:",
    "Elr:",
];
const FEATURE_KEYS: [&str; 5] = [
    "Feature:",
    "SupportedMinVersion:",
    "SupportedMaxVersion:",
    "FinalizedVersionLevel:",
    "Epoch:",
];
const STATUS_KEYS: [&str; 8] = [
    "ClusterId:",
    "LeaderId:",
    "LeaderEpoch:",
    "HighWatermark:",
    "MaxFollowerLag:",
    "MaxFollowerLagTimeMs:",
    "CurrentVoters:",
    "CurrentObservers:",
];

/// What the quorum says of itself.
pub struct Status<'a> {
    /// Where it begins.
    pub at: Piece<'a>,
    pub cluster: &'a str,
    pub voters: BTreeSet<u32>,
    pub observers: BTreeSet<u32>,
    /// How far the slowest voter is behind, in milliseconds; negative where that is not known.
    pub lag: i64,
}

/// Who fetches from the leader, with the time at which it last did; negative where it never did.
pub struct Replication {
    pub fetched: BTreeMap<u32, i64>,
    /// When the leader answered.
    pub now: i64,
}

/// What the node that answered supports of `metadata.version`, and what is finalized.
pub struct Supported<'a> {
    pub at: Piece<'a>,
    pub newest: u32,
    pub finalized: u32,
    pub finalized_at: Piece<'a>,
    pub newest_at: Piece<'a>,
}

/// A partition with its copies.
pub struct Partition<'a> {
    pub topic: &'a str,
    pub number: u32,
    pub replicas: BTreeSet<u32>,
    pub isr: BTreeSet<u32>,
    /// min.insync.replicas of its topic.
    pub min: u32,
    pub at: Piece<'a>,
}

/// All outputs.
pub struct Outputs<'a> {
    pub status: Status<'a>,
    pub replication: Option<Replication>,
    /// One for each time that the features were asked for.
    pub supported: Vec<Supported<'a>>,
    pub partitions: Vec<Partition<'a>>,
}

/// A topic with what is there of it.
struct Topic<'a> {
    count: usize,
    min: u32,
    at: Piece<'a>,
    seen: BTreeSet<u32>,
}

/// What has been read so far.
#[derive(Default)]
struct Reader<'a> {
    statuses: Vec<BTreeMap<&'static str, Piece<'a>>>,
    tables: Vec<(Piece<'a>, Vec<Piece<'a>>)>,
    supported: Vec<Supported<'a>>,
    topics: BTreeMap<&'a str, Topic<'a>>,
    partitions: Vec<Partition<'a>>,
}

impl<'a> Outputs<'a> {
    /// Reads all lines, whatever their order and the number of files.
    ///
    /// # Errors
    /// Where a line is something else, or something is missing.
    pub fn read(sources: &'a [Arc<Source>]) -> Result<Self, Diagnostics> {
        let mut all = Diagnostics::default();
        let mut reader = Reader::default();
        for source in sources {
            match Piece::lines(source) {
                Ok(lines) => {
                    for line in lines {
                        if let Err(diagnostic) = reader.line(line) {
                            all.push(*diagnostic);
                            // The rest is likely to be as wrong.
                            break;
                        }
                    }
                }
                Err(diagnostic) => all.push(*diagnostic),
            }
        }
        if all.has_errors() {
            return Err(all);
        }
        reader.whole().map_err(|diagnostic| {
            all.push(*diagnostic);
            all
        })
    }
}

impl<'a> Reader<'a> {
    fn line(&mut self, line: Piece<'a>) -> Read<()> {
        let mut words = line.words();
        let first = words.next().map_or("", |word| word.text);
        let in_table = line.text.starts_with(|c: char| c.is_ascii_digit());
        match first {
            "Topic:" => self.topic(line),
            "Feature:" => self.feature(line),
            "NodeId" => {
                self.tables.push((line, Vec::new()));
                Ok(())
            }
            _ if STATUS_KEYS.contains(&first) => self.status(line),
            _ if in_table && !self.tables.is_empty() => {
                if let Some((_, rows)) = self.tables.last_mut() {
                    rows.push(line);
                }
                Ok(())
            }
            _ => Err(neither(line)),
        }
    }

    fn status(&mut self, line: Piece<'a>) -> Read<()> {
        // Endpoints have colons as well.
        let first = line.words().next().unwrap_or(line).text;
        let last = if first.starts_with("Current") {
            first
        } else {
            ""
        };
        let fields = line.fields(&STATUS_KEYS, last)?;
        for key in STATUS_KEYS {
            let Some(value) = fields.get(key) else {
                continue;
            };
            let begins = self
                .statuses
                .last()
                .is_none_or(|known| known.contains_key(key));
            if begins {
                self.statuses.push(BTreeMap::new());
            }
            if let Some(known) = self.statuses.last_mut() {
                known.insert(key, value);
            }
        }
        Ok(())
    }

    fn feature(&mut self, line: Piece<'a>) -> Read<()> {
        let fields = line.fields(&FEATURE_KEYS, "Epoch:")?;
        if fields.need("Feature:")?.text != "metadata.version" {
            return Ok(());
        }
        let newest_at = fields.need("SupportedMaxVersion:")?;
        let finalized_at = fields.need("FinalizedVersionLevel:")?;
        self.supported.push(Supported {
            at: line,
            newest: known_level(newest_at)?,
            finalized: known_level(finalized_at)?,
            finalized_at,
            newest_at,
        });
        Ok(())
    }

    fn topic(&mut self, line: Piece<'a>) -> Read<()> {
        let fields = line.fields(&TOPIC_KEYS, "Configs:")?;
        let name = fields.need("Topic:")?.text;
        if fields.get("Partition:").is_some() {
            return self.partition(&fields, name);
        }
        let topic = Topic {
            count: fields.need("PartitionCount:")?.number()?,
            min: min_insync_replicas(fields.need("Configs:")?)?,
            at: line,
            seen: BTreeSet::new(),
        };
        if let Some(first) = self.topics.insert(name, topic) {
            let message = format!("the topic `{name}` is described twice");
            return Err(Box::new(
                Diagnostic::error(Code::OtherOutput, message)
                    .at(line.source, line.span(), "described again")
                    .also(first.at.source, first.at.span(), "first described here")
                    .help("name the newer output only"),
            ));
        }
        Ok(())
    }

    fn partition(&mut self, fields: &Fields<'a>, name: &'a str) -> Read<()> {
        let line = fields.line;
        let Some(topic) = self.topics.get_mut(name) else {
            let message = "a partition without the line of its topic before it";
            return Err(Box::new(
                Diagnostic::error(Code::OtherOutput, message)
                    .at(line.source, line.span(), "")
                    .help(format!("ask for all of them: `{TOPICS}`")),
            ));
        };
        let number = fields.need("Partition:")?.number()?;
        if !topic.seen.insert(number) {
            return Err(line.wrong(format!("partition {number} of `{name}` is there twice")));
        }
        if let Some(moved) = fields
            .get("Adding Replicas:")
            .or(fields.get("Removing Replicas:"))
        {
            let message = format!("partition {number} of `{name}` is being moved to other brokers");
            return Err(Box::new(
                Diagnostic::error(Code::OtherOutput, message)
                    .at(moved.source, moved.span(), "")
                    .help("let the reassignment end, and ask again: the rules move no replicas"),
            ));
        }
        let replicas_at = fields.need("Replicas:")?;
        let replicas: BTreeSet<u32> = replicas_at.numbers()?.into_iter().collect();
        let isr_at = fields.need("Isr:")?;
        let isr: BTreeSet<u32> = isr_at.numbers()?.into_iter().collect();
        if replicas.is_empty() {
            return Err(line.wrong("the partition has no replicas".to_owned()));
        }
        if !isr.is_subset(&replicas) {
            return Err(isr_at.wrong("who is in the ISR is no replica".to_owned()));
        }
        // With an ELR, an ISR can be empty. What the rules know has a last member.
        if isr.is_empty() {
            let diagnostic =
                isr_at.wrong(format!("partition {number} of `{name}` has nobody in sync"));
            return Err(Box::new(diagnostic.help(
                "bring back its brokers first, and ask again; or leave its topic out",
            )));
        }
        self.partitions.push(Partition {
            topic: name,
            number,
            replicas,
            isr,
            min: topic.min,
            at: line,
        });
        Ok(())
    }

    /// All together, if nothing is missing.
    fn whole(mut self) -> Read<Outputs<'a>> {
        let missing = |what: &str, why: &str, command: &str| {
            let message = format!("what `{what}` prints is not given: it is not told {why}");
            Box::new(
                Diagnostic::error(Code::NotTold, message)
                    .help(format!("add what `{command}` prints")),
            )
        };
        let Some(status) = self.statuses.pop() else {
            return Err(missing(
                "kafka-metadata-quorum.sh",
                "which nodes there are",
                STATUS,
            ));
        };
        let status = whole_status(&status)?;
        if let Some(other) = self.statuses.first() {
            let other = whole_status(other)?;
            let message = if other.cluster == status.cluster {
                "the status of the quorum is given twice"
            } else {
                "the outputs are of two clusters"
            };
            return Err(Box::new(
                Diagnostic::error(Code::OtherOutput, message)
                    .at(status.at.source, status.at.span(), "")
                    .also(other.at.source, other.at.span(), "here is another one"),
            ));
        }
        if self.supported.is_empty() {
            return Err(missing("kafka-features.sh", "what is finalized", FEATURES));
        }
        if self.topics.is_empty() {
            return Err(missing(
                "kafka-topics.sh",
                "where the partitions are",
                TOPICS,
            ));
        }
        for (name, topic) in &self.topics {
            if topic.seen.len() != topic.count {
                let message = format!(
                    "{} of {} partitions of `{name}` are here: the text was cut off, or it was not asked for all",
                    topic.seen.len(),
                    topic.count
                );
                return Err(Box::new(
                    Diagnostic::error(Code::OtherOutput, message)
                        .at(topic.at.source, topic.at.span(), "this topic")
                        .help(format!("ask for all of them: `{TOPICS}`")),
                ));
            }
        }
        let replication = self
            .tables
            .iter()
            .map(|(head, rows)| table(*head, rows, &status));
        let replication = replication.collect::<Read<Vec<_>>>()?.pop();
        Ok(Outputs {
            status,
            replication,
            supported: self.supported,
            partitions: self.partitions,
        })
    }
}

/// The default of Kafka is 1; a topic tells all that is set, for itself or for its broker.
fn min_insync_replicas(configs: Piece<'_>) -> Read<u32> {
    const KEY: &str = "min.insync.replicas=";
    let value = configs
        .text
        .split(',')
        .find_map(|config| config.strip_prefix(KEY));
    match value {
        None => Ok(1),
        Some(value) => value
            .parse()
            .map_err(|_| configs.wrong(format!("`{KEY}{value}` is no number"))),
    }
}

fn known_level(at: Piece<'_>) -> Read<u32> {
    level(at.text).ok_or_else(|| {
        let message = format!("metadata.version `{}` is not known: {COVERED}", at.text);
        Box::new(Diagnostic::error(Code::UnknownVersion, message).at(at.source, at.span(), ""))
    })
}

fn whole_status<'a>(known: &BTreeMap<&'static str, Piece<'a>>) -> Read<Status<'a>> {
    let some = known.values().next().copied();
    let need = |key: &str| {
        known.get(key).copied().ok_or_else(|| {
            let message = format!("the status of the quorum has no `{key}`: it was cut off");
            let diagnostic = Diagnostic::error(Code::OtherOutput, message);
            Box::new(match some {
                Some(at) => diagnostic.at(at.source, at.span(), "of this one"),
                None => diagnostic,
            })
        })
    };
    let at = need("ClusterId:")?;
    Ok(Status {
        at,
        cluster: at.text,
        lag: need("MaxFollowerLagTimeMs:")?.number()?,
        voters: ids(need("CurrentVoters:")?)?,
        observers: ids(need("CurrentObservers:")?)?,
    })
}

/// `[1,2,3]`, or since 3.9 `[{"id": 1, "directoryId": "…", "endpoints": ["…"]}, …]`.
fn ids(list: Piece<'_>) -> Read<BTreeSet<u32>> {
    let wrong = || list.wrong("this is no list of nodes".to_owned());
    let inner = list
        .text
        .strip_prefix('[')
        .and_then(|text| text.strip_suffix(']'));
    let inner = inner.ok_or_else(wrong)?;
    let ids: Option<Vec<u32>> = if inner.contains('{') {
        inner
            .split("{\"id\":")
            .skip(1)
            .map(|node| {
                let digits = node.trim_start();
                let end = digits
                    .find(|c: char| !c.is_ascii_digit())
                    .unwrap_or(digits.len());
                digits[..end].parse().ok()
            })
            .collect()
    } else {
        let list = inner
            .split(',')
            .map(str::trim)
            .filter(|text| !text.is_empty());
        list.map(|text| text.parse().ok()).collect()
    };
    ids.map(|ids| ids.into_iter().collect()).ok_or_else(wrong)
}

/// `describe --replication`, which must be of the nodes of the status.
fn table(head: Piece<'_>, rows: &[Piece<'_>], status: &Status<'_>) -> Read<Replication> {
    let columns: Vec<&str> = head.words().map(|word| word.text).collect();
    let Some(place) = columns
        .iter()
        .position(|column| *column == "LastFetchTimestamp")
    else {
        return Err(head.wrong("the column `LastFetchTimestamp` is missing".to_owned()));
    };
    let mut fetched = BTreeMap::new();
    let mut now = None;
    for row in rows {
        let cells: Vec<Piece<'_>> = row.words().collect();
        if cells.len() != columns.len() {
            let diagnostic = row.wrong(format!("{} columns were expected here", columns.len()));
            return Err(Box::new(
                diagnostic.help(format!("without `--human-readable`: `{REPLICATION}`")),
            ));
        }
        let time: i64 = cells[place].number()?;
        if cells.last().is_some_and(|cell| cell.text == "Leader") {
            now = Some(time);
        }
        fetched.insert(cells[0].number()?, time);
    }
    let Some(now) = now else {
        return Err(head.wrong("no node is the leader".to_owned()));
    };
    let of_status: BTreeSet<u32> = status.voters.union(&status.observers).copied().collect();
    let here: BTreeSet<u32> = fetched.keys().copied().collect();
    if let Some(other) = here.symmetric_difference(&of_status).next() {
        let message = format!(
            "node {other} is in one of `--status` and `--replication`, and not in the other"
        );
        return Err(Box::new(
            Diagnostic::error(Code::OtherOutput, message)
                .at(head.source, head.span(), "this one")
                .also(status.at.source, status.at.span(), "and this one")
                .help("record both one after the other, of the same cluster"),
        ));
    }
    Ok(Replication { fetched, now })
}

fn neither(line: Piece<'_>) -> Box<Diagnostic> {
    let message = if line.text.contains("(id: ") && line.text.contains("-> (") {
        "this is what `kafka-broker-api-versions.sh` prints: it tells no release, leave it out"
    } else {
        "this line is none of those that Kafka's tools print"
    };
    let mut diagnostic = line.wrong(message.to_owned());
    for command in [TOPICS, FEATURES, STATUS, REPLICATION] {
        diagnostic = Box::new(diagnostic.help(format!("`{command}` is read")));
    }
    diagnostic
}
