//! Whether the reductions that somebody names can be used for the properties that somebody names.

use rollproof::language::codes::Code;
use rollproof::language::diagnostic::Diagnostic;
use rollproof::model::ground::Model;

use super::arguments::{Asked, Search};
use super::exit::Failure;

/// Temporal properties are judged without reductions. By default none is used for them, and the report says so; to ask for both
/// by name is to ask for what would be wrong.
pub(super) fn refuse_reductions(
    model: &Model,
    asked: &Asked,
    search: &Search,
) -> Result<(), Failure> {
    let names_reductions = search
        .reduce
        .as_ref()
        .is_some_and(|names| !names.is_empty());
    let temporal = &model.rules.temporal;
    let named = asked
        .properties
        .iter()
        .find(|name| temporal.iter().any(|t| t.name == **name));
    match named {
        Some(name) if names_reductions => Err(Diagnostic::error(
            Code::BadOption,
            format!("no reduction is sound for `{name}`, a temporal property: which runs are fair depends on every transition of every object by its name"),
        )
        .help("leave `--reduce` out: temporal properties are judged without reductions, and the report says so")
        .into()),
        _ => Ok(()),
    }
}
