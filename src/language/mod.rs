//! Text to typed rules: grammar, types, diagnostics. Knows no cluster and no file system.

pub mod codes;
pub mod diagnostic;
mod lexer;
pub mod mutation;
pub mod parse;
pub mod rules;
pub mod source;
pub mod suggest;
pub mod syntax;
mod token;
pub mod typing;
pub mod visit;

use std::sync::Arc;

use diagnostic::Diagnostics;
use rules::Rules;
use source::Source;

/// Reads a rules file: parses it and types it, whatever was wrong with its syntax, and tells everything in the order of the
/// file. There are rules only where nothing is an error.
#[must_use]
pub fn read_rules(source: &Arc<Source>) -> (Option<Rules>, Diagnostics) {
    let (file, mut diagnostics) = parse::parse_rules(source);
    let (rules, found) = typing::check_rules(&file, source);
    diagnostics.extend(found);
    let place = |d: &diagnostic::Diagnostic| d.primary.as_ref().map(|label| label.span.start);
    diagnostics.list.sort_by_key(place);
    let rules = (!diagnostics.has_errors()).then_some(rules);
    (rules, diagnostics)
}
