//! `SENTINEL MASTERS` and `SENTINEL REPLICAS`: what a Sentinel knows.

use crate::import::found::Read;

use super::lines::Line;

/// A primary or a replica that a Sentinel watches.
pub struct Watched<'a> {
    /// Where it begins.
    pub line: Line<'a>,
    /// The name of the shard, or the address of the replica.
    pub name: Line<'a>,
    /// `10.0.0.1:6379`
    pub address: String,
    /// What it runs as; nothing where the Sentinel never reached it.
    pub run_id: &'a str,
    /// Whether it is held to be down.
    pub down: bool,
    /// What it is.
    pub role: Role<'a>,
}

/// What a Sentinel takes it for.
pub enum Role<'a> {
    /// A primary, with the number of its replicas.
    Primary {
        /// How many replicas there are to be told of.
        replicas: Line<'a>,
    },
    /// A replica.
    Replica {
        /// The address of its primary.
        follows: String,
        /// How much it is preferred.
        priority: u32,
    },
}

impl<'a> Watched<'a> {
    /// Reads one from its line `name` on, and says how many lines it has. Nothing comes of another Sentinel.
    pub fn read(lines: &[Line<'a>]) -> Read<(Option<Self>, usize)> {
        let line = lines[0];
        let (fields, at) = fields(lines)?;
        let get = |key: &str| {
            fields
                .iter()
                .find(|(known, _)| *known == key)
                .map(|(_, v)| *v)
        };
        let need = |key: &str| {
            get(key).ok_or_else(|| {
                let message = format!("a Sentinel tells no `{key}` of this: the text is cut off");
                Box::new(line.wrong(message))
            })
        };
        let flags = need("flags")?;
        let has = |flag: &str| flags.text.split(',').any(|known| known == flag);
        let address = |host, port| -> Read<String> {
            Ok(format!("{}:{}", need(host)?.text, need(port)?.number()?))
        };
        let role = if has("sentinel") {
            return Ok((None, at));
        } else if has("master") {
            if has("failover_in_progress") {
                return Err(Box::new(
                    flags
                        .wrong("a failover is under way")
                        .help("wait until it is done, and record all outputs again"),
                ));
            }
            let replicas = need("num-slaves")?;
            replicas.number()?;
            Role::Primary { replicas }
        } else if has("slave") {
            Role::Replica {
                follows: format!(
                    "{}:{}",
                    need("master-host")?.text,
                    need("master-port")?.text
                ),
                priority: need("slave-priority")?.number()?,
            }
        } else {
            return Err(Box::new(flags.wrong("`master` or `slave` was expected")));
        };
        let watched = Self {
            line,
            name: lines.get(1).copied().unwrap_or(line),
            address: address("ip", "port")?,
            run_id: need("runid")?.text,
            down: ["s_down", "o_down", "disconnected"]
                .iter()
                .any(|flag| has(flag)),
            role,
        };
        Ok((Some(watched), at))
    }
}

/// The keys of an entry with their values, and how many lines that are.
fn fields<'a>(lines: &[Line<'a>]) -> Read<(Vec<(&'a str, Line<'a>)>, usize)> {
    let mut fields: Vec<(&'a str, Line<'a>)> = Vec::new();
    let mut at = 0;
    while let Some(&key) = lines.get(at) {
        if !is_key(&lines[at..]) || (at > 0 && key.text == "name") {
            break;
        }
        let Some(&value) = lines.get(at + 1) else {
            let message = format!(
                "the value of `{}` is missing: the text is cut off",
                key.text
            );
            return Err(Box::new(key.wrong(message)));
        };
        if fields.iter().any(|(known, _)| *known == key.text) {
            let message = format!("`{}` is told twice of the same instance", key.text);
            return Err(Box::new(key.wrong(message)));
        }
        fields.push((key.text, value));
        at += 2;
    }
    Ok((fields, at))
}

/// What may be told last of an entry.
const LAST: [&str; 4] = [
    "parallel-syncs",
    "slave-priority",
    "slave-repl-offset",
    "replica-announced",
];

/// Whether an entry goes on: with another key, and not with `CONFIG GET save` or `SENTINEL INFO-CACHE`, which tells a name and an
/// age before each INFO.
fn is_key(lines: &[Line<'_>]) -> bool {
    let key = lines[0].text;
    let usual = !key.is_empty() && key.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
    let cache = lines.get(1).is_some_and(|age| age.is_number())
        && lines.get(2).is_some_and(|next| next.text == "# Server")
        && !LAST.contains(&key);
    usual && key != "save" && !cache
}
