//! Whether there is a plan at all that no crash can hurt, found or ruled out by trying every order of steps. The search here
//! is a plain one over states, not the program's: only the meaning of the rules is shared.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use std::collections::{BTreeSet, HashMap, HashSet, VecDeque};

use rollproof::engine::symmetry::Symmetry;
use rollproof::language::rules::{InvariantId, TransitionClass};
use rollproof::language::source::Source;
use rollproof::model::ground::Model;
use rollproof::model::loader::Loader;
use rollproof::model::plan::Plan;
use rollproof::model::plan_file::read_plan;
use rollproof::model::settings::Overrides;
use rollproof::search::budget::Unlimited;
use rollproof::semantics::{Fired, Interpreter, State};
use rollproof::tasks::exposure::strikes::Limits;
use rollproof::tasks::exposure::{Question, exposure, without_budget};
use rollproof::tasks::plan_system::of_class;
use rollproof::tasks::words::Words;

fn cluster(name: &str) -> Model {
    let overrides = Overrides {
        policies: vec![("drain".to_owned(), true)],
        ..Overrides::default()
    };
    let (found, diagnostics) = Loader::default().load_cluster(name, &overrides);
    without_budget(&found.unwrap_or_else(|| panic!("{diagnostics:?}")))
}

/// What a plan must keep away from.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Avoid {
    /// States in which one crash, and what happens by itself after it, can break an invariant.
    CrashesThatBreak,
    /// The same, and states in which a service is out.
    OutagesToo,
}

struct Search<'m> {
    interpreter: &'m Interpreter<'m>,
    words: Words,
    symmetry: Option<Symmetry>,
    actions: Vec<usize>,
    events: Vec<usize>,
    faults: Vec<usize>,
    avoid: Avoid,
    /// By orbit: whether a state is to be avoided.
    known: HashMap<Vec<u64>, bool>,
    broken: HashMap<Vec<u64>, bool>,
}

impl<'m> Search<'m> {
    fn new(interpreter: &'m Interpreter<'m>, avoid: Avoid) -> Self {
        let model = interpreter.model();
        let words = Words::new(model);
        Self {
            symmetry: Symmetry::new(model, &words.layout, &BTreeSet::new()),
            words,
            actions: actions(interpreter),
            events: of_class(interpreter, TransitionClass::Event),
            faults: of_class(interpreter, TransitionClass::Fault),
            interpreter,
            avoid,
            known: HashMap::new(),
            broken: HashMap::new(),
        }
    }

    fn orbit(&self, state: &State) -> Vec<u64> {
        let mut words = self.words.packed(self.interpreter, state);
        if let Some(symmetry) = &self.symmetry {
            symmetry.canonical(&mut symmetry.scratch(), &mut words);
        }
        words
    }

    fn after(&self, state: &State, instances: &[usize]) -> Vec<(usize, State)> {
        let fire = |&instance: &usize| match self.interpreter.fire(state, instance) {
            Fired::Successor(next) => Some((instance, next)),
            _ => None,
        };
        instances.iter().filter_map(fire).collect()
    }

    /// Whether an invariant is false in a state or in what events make of it.
    fn breaks(&mut self, state: State) -> bool {
        let first = self.orbit(&state);
        if let Some(known) = self.broken.get(&first) {
            return *known;
        }
        let mut met = HashSet::from([first.clone()]);
        let mut open = vec![state];
        let mut found = false;
        while let Some(here) = open.pop() {
            let invariants = self.interpreter.model().rules.invariants.len();
            let mut all = (0u16..).map(InvariantId).take(invariants);
            if !all.all(|id| self.interpreter.judge(&here, id).holds()) {
                found = true;
                break;
            }
            for (_, next) in self.after(&here, &self.events) {
                if met.insert(self.orbit(&next)) {
                    open.push(next);
                }
            }
        }
        self.broken.insert(first, found);
        found
    }

    fn is_bad(&mut self, state: &State) -> bool {
        let orbit = self.orbit(state);
        if let Some(known) = self.known.get(&orbit) {
            return *known;
        }
        let out = || {
            let mut services = self.interpreter.services().into_iter();
            services.any(|service| self.interpreter.outage(state, service) != Ok(false))
        };
        let bad = self.avoid == Avoid::OutagesToo && out() || {
            let is_crash = |fault: &usize| self.interpreter.name(*fault).starts_with("crash(");
            let crashes: Vec<usize> = self.faults.iter().copied().filter(is_crash).collect();
            let strike = |&fault: &usize| match self.interpreter.strike(state, fault) {
                Fired::Successor(next) => Some(next),
                _ => None,
            };
            let struck: Vec<State> = crashes.iter().filter_map(strike).collect();
            struck.into_iter().any(|next| self.breaks(next))
        };
        self.known.insert(orbit, bad);
        bad
    }

    /// The settled state that events lead to, where nothing on any way there is bad; the events of these models without
    /// faults end in one state.
    fn settled(&mut self, state: State) -> Option<State> {
        let mut met = HashSet::from([state.clone()]);
        let mut open = vec![state];
        let mut end = None;
        while let Some(here) = open.pop() {
            if self.is_bad(&here) {
                return None;
            }
            let next = self.after(&here, &self.events);
            if next.is_empty() {
                assert!(end.replace(here).is_none(), "events end in one state");
                continue;
            }
            for (_, next) in next {
                if met.insert(next.clone()) {
                    open.push(next);
                }
            }
        }
        end
    }

    /// The steps of a shortest plan that waits after each step and keeps away from what is bad.
    fn plan(&mut self) -> Option<Vec<String>> {
        let goal = self.interpreter.model().goal.unwrap();
        let start = self.settled(self.interpreter.initial())?;
        let mut met = HashSet::from([self.orbit(&start)]);
        let mut open = VecDeque::from([(start, Vec::new())]);
        while let Some((here, steps)) = open.pop_front() {
            if self.interpreter.goal(&here, goal) == Ok(true) {
                return Some(steps);
            }
            for (action, next) in self.after(&here, &self.actions) {
                if let Some(next) = self.settled(next)
                    && met.insert(self.orbit(&next))
                {
                    let mut steps = steps.clone();
                    steps.push(self.interpreter.name(action));
                    open.push_back((next, steps));
                }
            }
        }
        None
    }

    /// Whether the goal can be reached at all without a bad state, whatever helps: steps and events in any order.
    fn is_possible(&mut self) -> bool {
        let goal = self.interpreter.model().goal.unwrap();
        let first = self.interpreter.initial();
        let mut met = HashSet::from([self.orbit(&first)]);
        let mut open = vec![first];
        while let Some(here) = open.pop() {
            if self.is_bad(&here) {
                continue;
            }
            if self.interpreter.goal(&here, goal) == Ok(true) {
                return true;
            }
            let mut next = self.after(&here, &self.actions);
            next.extend(self.after(&here, &self.events));
            for (_, next) in next {
                if met.insert(self.orbit(&next)) {
                    open.push(next);
                }
            }
        }
        false
    }
}

/// All actions but those that change nothing that a crash, an invariant or the goal looks at: backups. Nor taking the base
/// of a group offline, after which all that an EVS can do is what it could do before.
fn actions(interpreter: &Interpreter<'_>) -> Vec<usize> {
    let mut actions = of_class(interpreter, TransitionClass::Action);
    actions.retain(|action| {
        let name = interpreter.name(*action);
        let spared = ["backup_", "take_group_offline", "bring_base_online"];
        !spared.iter().any(|prefix| name.starts_with(prefix))
    });
    actions
}

fn plan_of(model: &Model, steps: &[String]) -> Plan {
    let mut items = Vec::new();
    for step in steps {
        items.push(format!("\"{step}\""));
        items.push("{ \"await\": \"settled\" }".to_owned());
    }
    let text = format!(
        "{{ \"cluster\": \"c\", \"steps\": [ {} ] }}",
        items.join(", ")
    );
    let (plan, diagnostics) = read_plan(&Source::new("plan.json", text), "plan", model);
    plan.unwrap_or_else(|| panic!("{diagnostics:?}"))
}

/// What the program says of a plan: at how many positions one crash may break something.
fn breaking(model: &Model, steps: &[String]) -> usize {
    let question = Question {
        limits: Limits {
            faults: 1,
            slips: 0,
        },
        ..Question::default()
    };
    let plan = plan_of(model, steps);
    let found = exposure(model, &plan, &question, &mut Unlimited).unwrap();
    assert_eq!(found.stopped, None);
    found.figures.breaking.0
}

/// With EVS1 offline while its node and the others have different builds nothing that fails over runs on a wrong one. It costs
/// no step more than the shortest plan. But then EVS1 is out, and without that there is no way.
#[test]
fn three_nodes_with_one_evs_need_it_offline_to_be_safe_from_any_crash() {
    let model = cluster("exchange-core/n3-m1");
    let interpreter = Interpreter::new(&model);
    let steps = Search::new(&interpreter, Avoid::CrashesThatBreak)
        .plan()
        .unwrap();
    assert_eq!(steps.len(), 16);
    assert!(steps.contains(&"take_offline(EVS1)".to_owned()));
    assert_eq!(breaking(&model, &steps), 0);
    assert!(!Search::new(&interpreter, Avoid::OutagesToo).is_possible());
}

/// On the bare core failover goes to any node that is up. With two EVSs on four nodes one crash can put both on one node
/// before the first step is taken, so that no plan is safe from it.
#[test]
fn four_nodes_with_two_evss_are_exposed_before_the_first_step_on_the_core() {
    let model = cluster("exchange-core/n4-m2");
    let interpreter = Interpreter::new(&model);
    let mut search = Search::new(&interpreter, Avoid::CrashesThatBreak);
    assert!(search.is_bad(&interpreter.initial()));
    assert!(!search.is_possible());
}

/// From the article's point of departure on `exchange-2003` it is the same, though failover prefers empty nodes there: EVS1 is
/// at SP1, and two of the three empty nodes are not.
#[test]
fn four_nodes_with_two_evss_are_exposed_at_the_articles_point_of_departure() {
    let model = cluster("exchange-2003/four-node");
    let interpreter = Interpreter::new(&model);
    let mut search = Search::new(&interpreter, Avoid::CrashesThatBreak);
    assert!(search.is_bad(&interpreter.initial()));
    assert!(!search.is_possible());
}

/// Where four nodes and two EVSs all begin with the old build, nothing is exposed at first, and there is a plan that no crash
/// can hurt: both EVSs are offline while nodes of both builds are up. Without anything out there is none.
#[test]
fn four_nodes_with_two_evss_need_both_offline_to_be_safe_from_any_crash() {
    let model = all_old();
    let interpreter = Interpreter::new(&model);
    let steps = Search::new(&interpreter, Avoid::CrashesThatBreak).plan();
    let steps = steps.unwrap();
    assert_eq!(steps.len(), 24, "as many as without any crash to fear");
    assert!(steps.contains(&"take_offline(EVS1)".to_owned()));
    assert!(steps.contains(&"take_offline(EVS2)".to_owned()));
    assert_eq!(breaking(&model, &steps), 0);
    assert!(!Search::new(&interpreter, Avoid::OutagesToo).is_possible());
}

/// Four nodes and two EVSs at RTM, where failover prefers empty nodes.
fn all_old() -> Model {
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("safest");
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("all-old.json");
    let text = r#"{ "rules": "exchange-2003", "objects": { "node": { "Node[1-4]": {} },
        "evs": { "EVS[1-2]": { "host": "Node[1-2]" } } } }"#;
    std::fs::write(&file, text).unwrap();
    let name = file.to_str().unwrap();
    let (found, diagnostics) = Loader::default().load_cluster(name, &Overrides::default());
    without_budget(&found.unwrap_or_else(|| panic!("{diagnostics:?}")))
}
