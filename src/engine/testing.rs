//! Small models from text, for the tests of this room.

use std::sync::Arc;

use crate::language::read_rules;
use crate::language::source::Source;
use crate::model::cluster::read_cluster;
use crate::model::ground::Model;
use crate::model::settings::Overrides;

/// The ground model of two texts without mistakes.
pub(super) fn model(rules: &str, cluster: &str) -> Model {
    let source = Source::new("test.rules", rules);
    let (rules, diagnostics) = read_rules(&source);
    assert!(!diagnostics.has_errors(), "{:#?}", diagnostics.list);
    let rules = Arc::new(rules.expect("a text without errors becomes rules"));
    let source = Source::new("test.json", cluster);
    let (model, diagnostics) = read_cluster(&source, "test", &rules, &Overrides::default());
    assert!(!diagnostics.has_errors(), "{:#?}", diagnostics.list);
    model.expect("a cluster without errors becomes a model")
}

/// The ground model of `exchange-core` and a cluster given as text.
pub(super) fn core(cluster: &str) -> Model {
    model(
        include_str!("../../models/exchange-core/exchange-core.rules"),
        cluster,
    )
}
