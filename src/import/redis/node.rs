//! `CLUSTER NODES`: what a node of a cluster knows of all.

use crate::import::found::Read;

use super::lines::Line;

/// How many slots a cluster has.
pub const SLOTS: usize = 16384;

/// A node.
pub struct Node<'a> {
    /// Where it stands.
    pub line: Line<'a>,
    /// Its number.
    pub id: &'a str,
    /// `10.0.0.1:6379`
    pub address: &'a str,
    /// `cache1:6379`, where it has a host name.
    pub host: Option<String>,
    /// Whether it is a primary.
    pub primary: bool,
    /// The number of the primary that it follows; none for a primary.
    pub follows: Option<&'a str>,
    /// Whether it never takes over by itself.
    pub never: bool,
    /// The first and the last slot of each piece.
    pub slots: Vec<(usize, usize)>,
}

impl<'a> Node<'a> {
    /// Whether a line may be one.
    pub fn begins(text: &str) -> bool {
        let id = text.split(' ').next().unwrap_or("");
        id.len() == 40 && id.bytes().all(|b| b.is_ascii_hexdigit())
    }

    /// Reads a line.
    pub fn read(line: Line<'a>) -> Read<Self> {
        let words: Vec<&'a str> = line.text.split(' ').collect();
        let [id, place, flags, follows, _, _, _, link, slots @ ..] = words.as_slice() else {
            return Err(Box::new(line.wrong(
                "this line of CLUSTER NODES is cut off: it has fewer than eight words",
            )));
        };
        let mut places = place.split(',');
        let address = places
            .next()
            .and_then(|place| place.split_once('@'))
            .map(|(address, _)| address)
            .filter(|address| {
                address
                    .rsplit_once(':')
                    .is_some_and(|(host, port)| !host.is_empty() && port != "0")
            });
        let flags: Vec<&str> = flags.split(',').collect();
        let has = |flag: &str| flags.contains(&flag);
        if has("handshake") || has("noaddr") || address.is_none() {
            return Err(Box::new(
                line.wrong("this node has no address, or is about to join")
                    .help("wait until it has joined, or leave it out of the cluster: `redis-cli --cluster call HOST:PORT CLUSTER FORGET ID`"),
            ));
        }
        let address = address.unwrap_or("");
        let port = address.rsplit_once(':').map_or("", |(_, port)| port);
        let (primary, replica) = (has("master"), has("slave"));
        if primary == replica {
            return Err(Box::new(line.wrong("a node is either `master` or `slave`")));
        }
        if !matches!(*link, "connected" | "disconnected") {
            return Err(Box::new(line.wrong(
                "the eighth word of CLUSTER NODES is `connected` or `disconnected`",
            )));
        }
        Ok(Self {
            line,
            id,
            address,
            host: places
                .next()
                .filter(|host| !host.is_empty() && !host.contains('='))
                .map(|host| format!("{host}:{port}")),
            primary,
            follows: Some(*follows).filter(|follows| *follows != "-"),
            never: has("nofailover"),
            slots: slots
                .iter()
                .map(|slots| piece(line, slots))
                .collect::<Read<_>>()?,
        })
    }
}

fn piece(line: Line<'_>, text: &str) -> Read<(usize, usize)> {
    if text.starts_with('[') {
        return Err(Box::new(
            line.wrong(format!("slots are on the move: `{text}`"))
                .help("upgrade when all slots are where they belong: `redis-cli --cluster check HOST:PORT`"),
        ));
    }
    let number = |text: &str| text.parse().ok().filter(|slot| *slot < SLOTS);
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    number(first)
        .zip(number(last))
        .filter(|(first, last)| first <= last)
        .ok_or_else(|| Box::new(line.wrong(format!("`{text}` is no range of slots"))))
}
