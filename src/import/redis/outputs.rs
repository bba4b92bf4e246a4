//! What redis-cli prints, told apart: `INFO`, `CONFIG GET save`, `SENTINEL MASTERS` and `REPLICAS`, and `CLUSTER NODES`.
//!
//! Outputs have no end of their own. Each begins with a line that no other one has, and what is needed of it is all there or
//! an error.

use std::sync::Arc;

use crate::import::found::Read;
use crate::import::only;
use crate::language::codes::Code;
use crate::language::diagnostic::{Diagnostic, Diagnostics};
use crate::language::source::Source;

use super::info::Info;
use super::lines::Line;
use super::node::Node;
use super::watched::Watched;

/// All outputs.
#[derive(Default)]
pub struct Outputs<'a> {
    /// One for each instance that told of itself.
    pub infos: Vec<Info<'a>>,
    /// What a Sentinel knows.
    pub watched: Vec<Watched<'a>>,
    /// What a node of a cluster knows.
    pub nodes: Vec<Node<'a>>,
}

impl<'a> Outputs<'a> {
    /// Tells the outputs apart, whatever their order, and reads them.
    ///
    /// # Errors
    /// Where one is something else, or ends too early.
    pub fn read(sources: &'a [Arc<Source>]) -> Result<Self, Diagnostics> {
        let mut all = Diagnostics::default();
        let mut outputs = Self::default();
        for source in sources {
            let read = Line::all(source).and_then(|lines| outputs.add(&lines));
            if let Err(diagnostic) = read {
                all.push(*diagnostic);
            }
        }
        if all.has_errors() {
            Err(all)
        } else {
            Ok(outputs)
        }
    }

    fn add(&mut self, lines: &[Line<'a>]) -> Read<()> {
        // Whose `CONFIG GET save` it is: that of the INFO before it.
        let mut last: Option<usize> = None;
        let mut cached = false;
        let mut at = 0;
        while let Some(&line) = lines.get(at) {
            let text = line.text;
            if is_nothing(text) {
                at += 1;
            } else if let Some(address) = before(line, "# Server") {
                let (info, length) = Info::read(address, &lines[at..], cached)?;
                at += length;
                cached = false;
                // The INFO of a Sentinel tells nothing that is needed.
                last = info.map(|info| self.known(info));
            } else if let Some(address) = before(line, "save") {
                let value = *lines.get(at + 1).ok_or_else(|| {
                    Box::new(line.wrong("the value of `save` is missing: the text is cut off"))
                })?;
                self.persistence(line, address, value, last)?;
                at += 2;
            } else if text == "name" {
                let (watched, length) = Watched::read(&lines[at..])?;
                at += length;
                self.watched.extend(watched);
            } else if Node::begins(text) {
                self.node(Node::read(line)?)?;
                at += 1;
            } else if line.is_number() {
                // `SENTINEL INFO-CACHE` tells the age first.
                cached = true;
                at += 1;
            } else if lines.get(at + 1).is_some_and(|next| next.is_number()) {
                // And before that, the name of what is watched.
                at += 1;
            } else {
                return Err(Box::new(none(line)));
            }
        }
        Ok(())
    }

    /// An instance may have told of itself twice, as by itself and by a Sentinel: what it says itself is newer.
    fn known(&mut self, info: Info<'a>) -> usize {
        let earlier = |known: &Info<'a>| known.run_id.text == info.run_id.text;
        match self.infos.iter().position(earlier) {
            Some(place) => {
                if self.infos[place].cached && !info.cached {
                    self.infos[place] = info;
                }
                place
            }
            None => {
                self.infos.push(info);
                self.infos.len() - 1
            }
        }
    }

    fn persistence(
        &mut self,
        line: Line<'a>,
        address: Option<Line<'a>>,
        value: Line<'a>,
        last: Option<usize>,
    ) -> Read<()> {
        let place = match address {
            Some(address) => self
                .infos
                .iter()
                .position(|info| info.address.is_some_and(|known| known.text == address.text)),
            None => last,
        };
        let Some(place) = place else {
            return Err(Box::new(
                line.wrong("no INFO before this tells whose configuration it is")
                    .help("ask each instance for INFO first, and then for CONFIG GET save"),
            ));
        };
        self.infos[place].saves = Some(!value.text.is_empty());
        Ok(())
    }

    fn node(&mut self, node: Node<'a>) -> Read<()> {
        if let Some(first) = self.nodes.iter().find(|known| known.id == node.id) {
            let message = "a node is told of twice";
            return Err(Box::new(
                node.line
                    .wrong(message)
                    .also(first.line.source, first.line.span(), "first told here")
                    .help("name what one node prints: `redis-cli CLUSTER NODES`"),
            ));
        }
        self.nodes.push(node);
        Ok(())
    }
}

/// What stands before `wanted` in a line of `redis-cli --cluster call`, if anything does: `10.0.0.1:6379: # Server`.
fn before<'a>(line: Line<'a>, wanted: &str) -> Option<Option<Line<'a>>> {
    let address = line.text.strip_suffix(wanted)?;
    if address.is_empty() {
        return Some(None);
    }
    let address = address.strip_suffix(": ")?;
    let (host, port) = address.rsplit_once(':')?;
    let fits = !host.is_empty()
        && !address.contains(char::is_whitespace)
        && port.bytes().all(|b| b.is_ascii_digit());
    fits.then(|| Some(line.part(0, address.len())))
}

/// What redis-cli says beside the outputs.
fn is_nothing(text: &str) -> bool {
    text.is_empty()
        || text.contains(">>> Calling")
        || text.starts_with("Warning: Using a password")
        || text == "(empty array)"
}

fn none(line: Line<'_>) -> Diagnostic {
    let text = line.text;
    let refusals = [
        "(error)",
        "ERR ",
        "NOAUTH",
        "NOPERM",
        "WRONGPASS",
        "AUTH failed",
        "Could not connect",
        "Error:",
        "LOADING",
    ];
    if refusals.iter().any(|refusal| text.starts_with(refusal)) {
        return line
            .wrong("redis-cli was refused, or reached nobody")
            .help("ask again, with `-h`, `-p`, `--user`, `--tls` and REDISCLI_AUTH as needed");
    }
    if text.starts_with("# Server\\r\\n") {
        return line
            .wrong("this was printed for a terminal, all in one line")
            .help("send it through a pipe or into a file, without `--no-raw`");
    }
    if text.starts_with("# ") {
        return line
            .wrong("this is a piece of an INFO without its beginning")
            .help("ask for all of it: `redis-cli INFO`, without a section");
    }
    Diagnostic {
        help: vec![
            "`redis-cli INFO` begins with `# Server`".to_owned(),
            "`redis-cli -p 26379 SENTINEL MASTERS` and `SENTINEL REPLICAS NAME` begin with `name`"
                .to_owned(),
            "`redis-cli CLUSTER NODES` has a line for each node, which begins with its id"
                .to_owned(),
        ],
        ..line.wrong("this is no output of redis-cli that tells of a cluster")
    }
}

/// What is missing to tell anything.
pub fn missing(message: &str, help: &[&str]) -> Diagnostics {
    let diagnostic = Diagnostic::error(Code::NotTold, message);
    only(help.iter().fold(diagnostic, |it, help| it.help(*help)))
}
