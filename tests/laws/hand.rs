//! Models written by hand where the engine is clever: it agrees with the oracle, with every combination of reductions.

use rollproof::tasks::effort::Reductions;

use crate::answers::{asking, asking_with, program_checks, property};
use crate::cases::Case;
use crate::check::{agree, reductions_agree};
use crate::oracle::check::check;
use crate::oracle::random::Question;

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

/// Rings of several lengths: refinement alone tells no two objects apart, and looking for the least state is cut short before
/// it is found. From a state of the orbit other representatives are met than from the one that was stored.
#[test]
fn runs_are_found_where_representatives_are_not_those_of_whole_orbits() -> Result<(), String> {
    const NEXT: [usize; 30] = [
        16, 7, 10, 5, 26, 1, 24, 3, 19, 29, 9, 23, 17, 4, 0, 18, 20, 28, 21, 22, 27, 15, 25, 8, 12,
        11, 13, 14, 6, 2,
    ];
    let rules = "rules hand
        kind node { next: node; mark: 0..1 = 0 }
        action mark(n: node) { require n.mark == 0 and count(m in node where m.mark == 1) < 2 else \"no\"; n.mark = 1 }
        action turn(n: node) { require n.mark == 1 and n.next != n else \"no\"; n.next = n }
        invariant few { count(n in node where n.next == n) < 2 }
";
    // By name, as the cluster that this was found with: its order matters.
    let order = [
        0, 1, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 2, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 3,
        4, 5, 6, 7, 8, 9,
    ];
    let objects = order.map(|n| format!(r#""X{n}": {{ "next": "X{}" }}"#, NEXT[n]));
    let objects = objects.join(", ");
    let cluster = format!(r#"{{ "rules": "hand", "objects": {{ "node": {{ {objects} }} }} }}"#);
    let question = Question {
        rules: rules.to_owned(),
        cluster,
    };
    let model = question.model()?;
    let symmetry = Reductions {
        symmetry: true,
        ..Reductions::NONE
    };
    let answer = program_checks(&model, &asking_with(&["few"], symmetry, 1))?;
    let left_out = &answer.search.reductions[0].left_out;
    assert!(left_out.contains("cut short"), "{left_out}");
    let few = property(&answer, "few")?;
    let steps = few.counterexample.as_ref().map(|c| c.trace.steps.len());
    assert_eq!(steps, Some(4));
    Ok(())
}
