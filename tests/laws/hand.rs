//! Models written by hand where the engine is clever: it agrees with the oracle, with every combination of reductions.

use crate::answers::{asking, program_checks};
use crate::cases::Case;
use crate::check::{agree, reductions_agree};
use crate::oracle::check::check;

/// The program and the oracle say the same of a rulebook (without its first line) and of the objects of a cluster.
fn same(rules: &str, cluster: &str) -> Result<(), String> {
    let rules = format!("rules hand\n{rules}\n");
    let cluster = format!(r#"{{ "rules": "hand", {cluster} }}"#);
    let case = Case::written(&rules, &cluster)?;
    let ours = check(&case.model, &case.graph);
    let answer = program_checks(&case.model, &asking(&[]))?;
    agree(&case, &ours, &answer).map_err(|e| case.about("", e))?;
    reductions_agree(&case)
}

#[test]
fn what_an_effect_wrote_is_read_by_the_next_where_the_field_is_left_out() -> Result<(), String> {
    let rules = "
        kind node { x: bool = false; y: bool = true; z: bool = false; peers: set of node = {}; n: 0..3 = 0 }
        let marked(n: node) = n.x
        action plain(n: node) { n.x = n.y; n.z = n.x }
        action called(n: node) { n.x = n.y; n.z = marked(n) }
        action members(n: node) { n.peers = {n}; n.n = count(n.peers) }
        action looped(n: node) { for m in node { m.x = m.y }; for m in node where m.x { m.n = 2 } }
        invariant plain { all n in node: not n.z }
        invariant members { all n in node: n.n != 1 }
        invariant looped { all n in node: n.n != 2 }
        goal moved { all n in node: n.z }";
    same(rules, r#""objects": { "node": { "N[1-2]": {} } }"#)
}
