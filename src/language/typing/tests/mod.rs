//! Typing from the text of rules: what each mistake is told as, and what correct rules become.

mod mistakes;
mod plans;
mod shapes;

use crate::language::diagnostic::{Diagnostic, Diagnostics, Severity};
use crate::language::read_rules;
use crate::language::rules::Rules;
use crate::language::source::Source;

/// What most of the tests stand on.
const BASE: &str = "rules sample

enum Build ordered { rtm, sp1 }
enum Power { up, rebooting, down }
enum Light { up, dim }

param limit: 0..10 = 0

kind node {
  fixed rank: 0..7 = 0
  build: Build = rtm
  power: Power = up
  hotfix: bool = false
  stamp: 0..9 = 0
}

kind evs {
  build: Build = rtm
  online: bool = true
  host: node
  standby: node?
  owners: set of node = {}
}

let hosts(n: node) = some e in evs: e.host == n

action reboot(n: node) {
  n.power = rebooting
}

event boot(n: node) fair {
  n.power = up
}

";

/// The rules and what was found wrong with [`BASE`] and a text after it.
fn read(text: &str) -> (Option<Rules>, Diagnostics) {
    read_rules(&Source::new("sample.rules", format!("{BASE}{text}")))
}

/// The rules of a text after [`BASE`] that must be correct.
fn rules(text: &str) -> Rules {
    let (rules, found) = read(text);
    let told: Vec<String> = found.list.iter().map(told).collect();
    assert!(told.is_empty(), "{text}\n{}", told.join("\n"));
    rules.expect("rules without a diagnostic are usable")
}

/// A diagnostic on a few lines: code, message, what is underlined, label and help.
fn told(diagnostic: &Diagnostic) -> String {
    let (underlined, label) = match &diagnostic.primary {
        Some(label) => (label.source.slice(label.span), label.text.as_str()),
        None => ("nowhere", ""),
    };
    let severity = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    format!(
        "{severity} {} {}\n  at {underlined}: {label}\n  {}",
        diagnostic.code.text(),
        diagnostic.message,
        diagnostic.help.join("; ")
    )
}
