//! Small rules and helpers that the tests of this room share. Knows nothing that is compiled into the program.

use crate::language::diagnostic::{Diagnostic, Diagnostics};
use crate::language::read_rules;
use crate::language::rules::Rules;
use crate::language::source::Source;

/// What a diagnostic underlines; empty where it has no place.
pub(super) fn underlined(diagnostic: &Diagnostic) -> String {
    diagnostic
        .primary
        .as_ref()
        .map(|label| label.source.slice(label.span).to_owned())
        .unwrap_or_default()
}

/// Message and underlined text of each diagnostic.
pub(super) fn findings(diagnostics: &Diagnostics) -> Vec<(String, String)> {
    diagnostics
        .list
        .iter()
        .map(|d| (d.message.clone(), underlined(d)))
        .collect()
}

/// Nodes with one field of each scalar type, EVSs with one field of each type of reference.
const SMALL: &str = "rules small
enum Build ordered { rtm, sp1 }
param limit: 0..1000 = 0
kind node { build: Build = rtm; pending: bool = false; level: 0..7 = 3 }
kind evs { host: node; spare: node? = none; owners: set of node = {} }
action move(e: evs, to: node) { e.host = to }
event boot(n: node) { n.pending = false }
fault crash(n: node) { n.pending = true }
policy drain { before move(e, _) require e.host.pending else \"no\" }
policy calm on by default { before move(e, _) require e.host.pending else \"no\" }
default goal upgraded { all n in node: n.build == sp1 }
goal backed_up { all n in node: not n.pending }
";

/// The rules that the tests of this room share.
pub(super) fn small_rules() -> Rules {
    let (rules, diagnostics) = read_rules(&Source::new("small.rules", SMALL));
    assert!(diagnostics.list.is_empty(), "{:?}", findings(&diagnostics));
    rules.expect("the rules have no mistakes")
}
