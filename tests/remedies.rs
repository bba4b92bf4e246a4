//! Where no plan exists: what would let one exist, worked out by hand for small rules, and what is said where a limit came first.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use std::fs;
use std::path::{Path, PathBuf};

use rollproof::language::rules::{KindId, ParamId, PolicyId, TransitionClass};
use rollproof::model::ground::Model;
use rollproof::model::loader::Loader;
use rollproof::model::settings::Overrides;
use rollproof::search::budget::{Budget, MaxStates, Progress, Stop, Unlimited};
use rollproof::tasks::effort::Effort;
use rollproof::tasks::outcome::{FoundPlan, PlanItem, Verdict};
use rollproof::tasks::plan::plan;
use rollproof::tasks::remedies::findings::{Change, End, Remedies};
use rollproof::tasks::remedies::{plan_or_remedies, remedies};
use rollproof::tasks::request::Asked;
use rollproof::tasks::verify::verify;

fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("remedies")
        .join(name);
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn loaded(subject: &str) -> Model {
    let (model, diagnostics) = Loader::default().load_cluster(subject, &Overrides::default());
    model.unwrap_or_else(|| panic!("{diagnostics:?}"))
}

fn model(name: &str, rules: &str) -> Model {
    let folder = folder(name);
    fs::write(folder.join("r.rules"), rules).unwrap();
    let cluster = folder.join("cluster.json");
    let text = r#"{ "rules": "r", "objects": { "node": { "N[1-2]": {} } } }"#;
    fs::write(&cluster, text).unwrap();
    loaded(cluster.to_str().unwrap())
}

fn found(model: &Model) -> Remedies {
    let answer = plan_or_remedies(model, &Effort::default(), &mut Unlimited).unwrap();
    assert_eq!((answer.verdict, &answer.plan), (Verdict::Violated, &None));
    answer.remedies.unwrap()
}

/// The changes in short, with the lengths of their plans.
fn told(remedies: &Remedies) -> Vec<(Vec<String>, usize)> {
    let word = |change: &Change| match change {
        Change::Object { name, .. } => name.clone(),
        Change::Policy { name, .. } => format!("policy {name}"),
        Change::Param { name, value, .. } => format!("{name} = {value}"),
        Change::Requirement {
            word,
            condition,
            place,
            ..
        } => format!("{word} {condition} in line {}", place.line),
    };
    let each = remedies.found.iter().map(|remedy| {
        let words = remedy.changes.iter().map(word).collect();
        (words, remedy.plan.steps)
    });
    each.collect()
}

/// Two nodes; `more` stands in their upgrade, and before the goal.
fn rules(guards: &str, more: &str) -> String {
    format!(
        "rules r
kind node {{ new: bool = false; free: bool = false; licence: bool = false }}
{more}
action upgrade(n: node) {{
  require not n.new else \"{{n}} is new\"
  {guards}
  n.new = true
}}
goal done {{ all n in node: n.new }}
"
    )
}

#[test]
fn a_node_is_missing_and_the_plan_with_it_is_valid_in_the_cluster_that_has_it() {
    let remedies = found(&loaded("exchange-core/n3-m3"));
    assert_eq!(told(&remedies), [(vec!["Node4".to_owned()], 28)]);
    assert_eq!((remedies.best, remedies.ended), (Some(0), None));
    assert!(remedies.unknown.is_empty() && !remedies.pairs);
    assert_valid("exchange-core/n4-m3", &remedies.found[0].plan);
}

/// Read as any plan file, for a cluster that somebody wrote by hand.
fn assert_valid(cluster: &str, plan: &FoundPlan) {
    let items: Vec<String> = plan
        .items
        .iter()
        .map(|item| match item {
            PlanItem::Step(name) => format!("{name:?}"),
            PlanItem::AwaitSettled => r#"{ "await": "settled" }"#.to_owned(),
            lanes => panic!("{lanes:?} in a plan for one operator"),
        })
        .collect();
    let path = folder("valid").join("plan.json");
    let text = format!(
        r#"{{ "cluster": "{cluster}", "steps": [{}] }}"#,
        items.join(", ")
    );
    fs::write(&path, text).unwrap();
    let (read, diagnostics) =
        Loader::default().load_plan(path.to_str().unwrap(), &Overrides::default());
    let (model, plan) = read.unwrap_or_else(|| panic!("{diagnostics:?}"));
    let answer = verify(&model, &plan, &Asked::default(), &mut Unlimited).unwrap();
    assert_eq!(answer.verdict, Verdict::Holds);
}

#[test]
fn a_policy_stands_in_the_way() {
    let more = "/// Nobody touches a node at work.
policy idle on by default { before upgrade(n) require n.free else \"{n} is at work\" }";
    let remedies = found(&model("policy", &rules("", more)));
    assert_eq!(told(&remedies), [(vec!["policy idle".to_owned()], 2)]);
    let [remedy] = remedies.found.as_slice() else {
        panic!("one remedy")
    };
    let Change::Policy { doc, place, .. } = &remedy.changes[0] else {
        panic!("a policy")
    };
    assert_eq!(
        (doc.as_str(), place.line),
        ("Nobody touches a node at work.", 4)
    );
    assert!(place.file.ends_with("r.rules"));
}

#[test]
fn of_a_policy_with_several_requirements_each_is_tried_beside_the_whole() {
    let more = "policy idle on by default {
  before upgrade(n) require n.free or n.licence else \"{n} is at work\"
  before upgrade(n) await not n.new
}";
    let remedies = found(&model("clauses", &rules("", more)));
    let expected = [
        (vec!["policy idle".to_owned()], 2),
        (vec!["require n.free or n.licence in line 4".to_owned()], 2),
    ];
    assert_eq!(told(&remedies), expected);
}

#[test]
fn a_parameter_a_require_and_an_await_stand_in_the_way() {
    let more = "param strict: bool = true";
    let remedies = found(&model(
        "param",
        &rules("require not strict else \"no\"", more),
    ));
    let expected = [
        (vec!["strict = false".to_owned()], 2),
        (vec!["require not strict in line 6".to_owned()], 2),
    ];
    assert_eq!(told(&remedies), expected);
    let remedies = found(&model("await", &rules("await n.free", "")));
    assert_eq!(
        told(&remedies),
        [(vec!["await n.free in line 6".to_owned()], 2)]
    );
}

#[test]
fn two_requirements_stand_in_the_way_together_and_no_third_with_them() {
    let guards = "require n.free else \"at work\"; require n.licence else \"{n} has none\"";
    let remedies = found(&model("pair", &rules(guards, "")));
    let pair = ["n.free", "n.licence"].map(|c| format!("require {c} in line 6"));
    assert_eq!(told(&remedies), [(pair.to_vec(), 2)]);
    let Change::Requirement { message, .. } = &remedies.found[0].changes[1] else {
        panic!("a requirement")
    };
    assert_eq!(message.as_deref(), Some("{n} has none"));
    assert!(remedies.pairs);
}

#[test]
fn two_spares_may_be_missing() {
    let rules = "rules r
kind node { new: bool = false }
action upgrade(n: node) {
  require count(node) > 3 and not n.new else \"too few\"
  n.new = true
}
goal done { count(n in node where n.new) > 3 }
";
    let remedies = found(&model("spares", rules));
    let pair = vec!["N3".to_owned(), "N4".to_owned()];
    assert_eq!(told(&remedies), [(pair, 4)]);
}

#[test]
fn where_nothing_helps_that_is_said_and_all_of_it_was_tried() {
    let rules = rules("", "").replace("all n in node: n.new", "all n in node: n.licence");
    let remedies = found(&model("nothing", &rules));
    assert!(remedies.found.is_empty() && remedies.unknown.is_empty());
    assert_eq!((remedies.best, remedies.ended), (None, None));
    // A node more, and without the require; then two nodes more, and both together.
    assert_eq!((remedies.useless, remedies.pairs), (4, true));
}

#[test]
fn what_is_said_to_help_or_not_is_what_the_planner_says_of_each_changed_cluster() {
    let own = model("each", &rules("require n.free else \"at work\"", ""));
    for model in [loaded("exchange-2000/three-node-full"), own] {
        let remedies = found(&model);
        assert!(remedies.unknown.is_empty() && !remedies.pairs);
        let kinds = (0u16..).map(KindId).take(model.rules.kinds.len());
        let mut changed: Vec<Model> = kinds
            .filter_map(|kind| Some(model.with_another(kind)?.0))
            .collect();
        let policies = (0u16..).map(PolicyId).zip(&model.policies);
        changed.extend(
            policies
                .filter(|(_, on)| **on)
                .map(|(id, _)| model.without_policy(id)),
        );
        let params = (0u16..).map(ParamId).take(model.params.len());
        changed.extend(params.filter_map(|id| model.with_flipped(id)));
        for action in &model.rules.transitions {
            if action.class == TransitionClass::Action {
                let guards = action.guards.iter();
                changed.extend(guards.map(|guard| model.without_guard(guard.span)));
            }
        }
        let helps = |model: &&Model| {
            let answer = plan(model, &Effort::default(), &mut Unlimited).unwrap();
            assert_ne!(answer.verdict, Verdict::Inconclusive);
            answer.verdict == Verdict::Holds
        };
        let helpful = changed.iter().filter(helps).count();
        assert_eq!(helpful, remedies.found.len(), "{}", model.name);
        assert_eq!(changed.len() - helpful, remedies.useless, "{}", model.name);
    }
}

/// Says stop from the beginning.
struct Late;

impl Budget for Late {
    fn max_states(&self) -> usize {
        usize::MAX
    }

    fn spend(&mut self, _: Progress) -> Option<Stop> {
        Some(Stop::Time)
    }
}

#[test]
fn what_a_limit_cut_short_is_never_said_not_to_help() {
    let model = model("limits", &rules("require n.free else \"at work\"", ""));
    let late = remedies(&model, &Effort::default(), &mut Late).unwrap();
    let nothing = Remedies {
        ended: Some(End::Limit(Stop::Time)),
        ..Remedies::default()
    };
    assert_eq!(late, nothing);
    let few = remedies(&model, &Effort::default(), &mut MaxStates(1)).unwrap();
    assert!(few.found.is_empty());
    // Where the first position is the only one there is nothing left to look at.
    let unknown: Vec<usize> = few.unknown.iter().map(Vec::len).collect();
    assert_eq!(unknown, [1]);
}

#[test]
fn nobody_looks_where_there_is_a_plan_or_the_search_was_cut_short() {
    let there_is = plan_or_remedies(
        &loaded("exchange-core/n2-m1"),
        &Effort::default(),
        &mut Unlimited,
    )
    .unwrap();
    assert_eq!(there_is.remedies, None);
    let cut = plan_or_remedies(
        &loaded("exchange-core/n3-m3"),
        &Effort::default(),
        &mut MaxStates(5),
    )
    .unwrap();
    assert_eq!(cut.verdict, Verdict::Inconclusive);
    assert_eq!(cut.remedies, None);
}
