//! `INFO`: what an instance says of itself.

use crate::import::found::Read;
use crate::import::version::Version;
use crate::language::codes::Code;

use super::lines::Line;
use super::release::{COVERED, Release};

/// The sections that are needed, and the last one, without which the text may be cut off.
const SECTIONS: [&str; 3] = ["# Persistence", "# Replication", "# Keyspace"];

/// An instance.
pub struct Info<'a> {
    /// Its address, where `redis-cli --cluster call` tells it.
    pub address: Option<Line<'a>>,
    /// Where it begins.
    pub line: Line<'a>,
    /// Whether a Sentinel told it, which may be old.
    pub cached: bool,
    /// Whether it is a node of a cluster.
    pub in_cluster: bool,
    /// What it runs.
    pub release: Release,
    /// Its number, new with each start.
    pub run_id: Line<'a>,
    /// Whom it follows; nobody where it is a primary.
    pub follows: Option<Follows<'a>>,
    /// Whether it writes all commands to a file.
    pub appends: bool,
    /// Whether it saves snapshots, where `CONFIG GET save` was asked.
    pub saves: Option<bool>,
    /// The first module.
    pub module: Option<Line<'a>>,
}

/// What a replica says.
#[derive(Clone, Copy)]
pub struct Follows<'a> {
    /// The host of its primary.
    pub host: Line<'a>,
    /// And the port.
    pub port: Line<'a>,
    /// Whether the link is up, and no synchronisation under way.
    pub linked: bool,
    /// How much it is preferred: the lowest most, and 0 never.
    pub priority: u32,
}

impl<'a> Info<'a> {
    /// Reads an INFO from its first line on, and says how many lines it has. Nothing comes of a Sentinel, which is no instance.
    pub fn read(
        address: Option<Line<'a>>,
        lines: &[Line<'a>],
        cached: bool,
    ) -> Read<(Option<Self>, usize)> {
        let line = lines[0];
        let length = 1 + lines[1..].iter().take_while(|line| belongs(**line)).count();
        let fields = Fields {
            line,
            lines: &lines[1..length],
        };
        let of_sentinel = ["redis_mode", "server_mode"]
            .iter()
            .any(|key| fields.get(key).is_some_and(|mode| mode.text == "sentinel"));
        if of_sentinel {
            return Ok((None, length));
        }
        let mut info = Self {
            address,
            line,
            cached,
            in_cluster: false,
            release: fields.release()?,
            run_id: fields.need("run_id")?,
            follows: None,
            appends: false,
            saves: None,
            module: fields.get("module"),
        };
        for section in SECTIONS {
            if !lines[1..length].iter().any(|line| line.text == section) {
                let section = section.trim_start_matches("# ");
                let message = format!("this INFO has no section {section}");
                return Err(Box::new(line.wrong(message).help(
                    "give all that `redis-cli INFO` prints, without a section and not cut off",
                )));
            }
        }
        let mode = fields
            .get("server_mode")
            .map_or_else(|| fields.need("redis_mode"), Ok)?;
        info.in_cluster = match mode.text {
            "cluster" => true,
            "standalone" => false,
            _ => {
                return Err(Box::new(
                    mode.wrong("`standalone` or `cluster` was expected"),
                ));
            }
        };
        let role = fields.need("role")?;
        info.follows = match role.text {
            "master" => None,
            "slave" => Some(fields.follows()?),
            _ => return Err(Box::new(role.wrong("`master` or `slave` was expected"))),
        };
        info.appends = fields.flag("aof_enabled")?;
        Ok((Some(info), length))
    }
}

/// Whether a line is one of an INFO: a key with a value, the title of a section, or nothing.
fn belongs(line: Line<'_>) -> bool {
    let text = line.text;
    let title = text.starts_with("# ") && text != "# Server" && !text.contains(':');
    let key = text.split_once(':').is_some_and(|(key, value)| {
        !key.is_empty() && !key.contains(char::is_whitespace) && !value.ends_with(": # Server")
    });
    let headed = text.ends_with(": # Server") || text.ends_with(": save");
    text.is_empty() || title || (key && !headed)
}

/// The keys of an INFO.
struct Fields<'a, 'b> {
    line: Line<'a>,
    lines: &'b [Line<'a>],
}

impl<'a> Fields<'a, '_> {
    fn get(&self, key: &str) -> Option<Line<'a>> {
        let found = |line: &Line<'a>| line.after(key).and_then(|rest| rest.after(":"));
        self.lines.iter().find_map(found)
    }

    fn need(&self, key: &str) -> Read<Line<'a>> {
        self.get(key).ok_or_else(|| {
            let message = format!("this INFO has no `{key}`");
            Box::new(
                self.line.wrong(message).help(
                    "give all that `redis-cli INFO` prints, without a section and not cut off",
                ),
            )
        })
    }

    fn flag(&self, key: &str) -> Read<bool> {
        let value = self.need(key)?;
        match value.text {
            "0" => Ok(false),
            "1" => Ok(true),
            _ => Err(Box::new(value.wrong("0 or 1 was expected"))),
        }
    }

    /// Other products print an INFO as well, with a version of Redis that is not theirs.
    fn release(&self) -> Read<Release> {
        let valkey = self.get("valkey_version");
        let version = valkey.map_or_else(|| self.need("redis_version"), Ok)?;
        let server = self.get("server_name");
        let other = server
            .filter(|server| !matches!(server.text, "valkey" | "redis"))
            .or_else(|| self.get("dragonfly_version"))
            .or_else(|| {
                self.get("valkey_release_stage")
                    .filter(|stage| stage.text != "ga")
            });
        if let Some(other) = other {
            let message = format!("`{}` is not covered: {COVERED}", other.text);
            return Err(Box::new(other.told(Code::UnknownVersion, message)));
        }
        let product = if valkey.is_some() { "Valkey" } else { "Redis" };
        Version::read(version.text)
            .and_then(|version| Release::of(valkey.is_some(), version))
            .ok_or_else(|| {
                let message = format!("{product} {} is not covered: {COVERED}", version.text);
                Box::new(version.told(Code::UnknownVersion, message))
            })
    }

    fn follows(&self) -> Read<Follows<'a>> {
        let link = self.need("master_link_status")?;
        let linked = match link.text {
            "up" => true,
            "down" => false,
            _ => return Err(Box::new(link.wrong("`up` or `down` was expected"))),
        };
        Ok(Follows {
            host: self.need("master_host")?,
            port: self.need("master_port")?,
            linked: linked && !self.flag("master_sync_in_progress")?,
            priority: self.need("slave_priority")?.number()?,
        })
    }
}
