//! What the book says to do after strikes, and how to give up, is what the oracle says: as cheap, valid, and told apart.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use rollproof::model::ground::Model;
use rollproof::model::plan::Plan;
use rollproof::search::budget::Unlimited;
use rollproof::tasks::exposure;
use rollproof::tasks::exposure::findings::{Branch, BranchWay, Exposure, Sight};
use rollproof::tasks::exposure::strikes::Limits;

use crate::cases::{for_all, same};
use crate::exposure::plan_for;
use crate::oracle::evaluate::State;
use crate::oracle::exposure::contingency::{Costs, ends};
use crate::oracle::exposure::positions::{Node, beginnings, name, without_faults};
use crate::oracle::exposure::recovery::Recovery;
use crate::oracle::exposure::runs::{Budget, Runs};
use crate::oracle::exposure::world::World;
use crate::oracle::random::calm::calm;
use crate::oracle::random::hazards::{abort, back, hazards, repairs};
use crate::oracle::random::tape::Tape;
use crate::oracle::random::{Question, question};
use crate::oracle::target::Target;
use crate::oracle::way::is_valid_from;
use crate::oracle::words;

/// How many questions are asked: each one asks for many ways.
const CASES: u32 = 400;
/// How many nodes, places and states a question may have; larger ones are passed over.
const LARGEST: usize = 200;
/// How many sets of states a way may be looked for in; what is larger is passed over.
const MAX_SETS: usize = 150;

/// What turned up somewhere in a question.
type Bites = BTreeSet<&'static str>;

/// A question with strikes that bite, and a plan.
struct Asked {
    question: Question,
    model: Model,
    text: String,
    plan: Plan,
    budget: Budget,
}

impl Asked {
    fn from(tape: &mut Tape<'_>) -> Result<Self, String> {
        let mut question = if tape.percent(70) {
            calm(tape)
        } else {
            question(tape, "obj_")?
        };
        let first = question.model()?;
        question.rules += &hazards(tape, &first);
        question.rules += &repairs(tape, &first);
        question.rules += &abort(tape, &first);
        // Where the goal is far away there is mostly no way that is valid whatever happens.
        if tape.percent(50) {
            question.rules += &back(tape, &first);
            question.cluster = question
                .cluster
                .replace("\"goal\": \"reached\"", "\"goal\": \"back\"");
        }
        let model = question.model()?;
        let (mut text, mut plan) = plan_for(tape, &model)?;
        // Plans of one step have little to strike at.
        for _ in 0..3 {
            if beginnings(&plan.items).len() < 2 {
                (text, plan) = plan_for(tape, &model)?;
            }
        }
        let budget = Budget {
            faults: [1, 1, 2, 0][tape.below(4)],
            slips: [0, 0, 1, 0][tape.below(4)],
        };
        Ok(Self {
            question,
            model,
            text,
            plan,
            budget,
        })
    }

    fn about(&self, complaint: &str) -> String {
        let Question { rules, cluster } = &self.question;
        let Budget { faults, slips } = self.budget;
        let text = &self.text;
        format!("{complaint}\n\nfaults {faults}, slips {slips}\n{rules}\n{cluster}\n{text}\n")
    }

    fn program(&self) -> Result<Exposure, String> {
        let count = |number: usize| u32::try_from(number).map_err(|e| e.to_string());
        let asked = exposure::Question {
            limits: Limits {
                faults: count(self.budget.faults)?,
                slips: count(self.budget.slips)?,
            },
            book: true,
            ..exposure::Question::default()
        };
        exposure::exposure(&self.model, &self.plan, &asked, &mut Unlimited)
            .map_err(|error| format!("{error:?}"))
    }

    /// What turned up where all agree; none where some of it is too large.
    fn judge(&self) -> Result<Option<Bites>, String> {
        let mut world = World::new(&self.model);
        let items = &self.plan.items;
        let Some(positions) = without_faults(&mut world, items, LARGEST) else {
            return Ok(None);
        };
        let positions: BTreeMap<String, BTreeSet<Node>> = positions
            .into_iter()
            .map(|(numbers, nodes)| (name(&numbers), nodes))
            .collect();
        let mut all = BTreeMap::new();
        for (name, nodes) in &positions {
            let Some(runs) = Runs::from(&mut world, items, nodes, self.budget, LARGEST) else {
                return Ok(None);
            };
            all.insert(name, runs);
        }
        let found = self.program()?;
        let mut judge = Judge {
            costs: Costs::towards(Target::goal(&self.model)),
            world,
            bites: Bites::from(["judged"]),
        };
        for cell in &found.cells {
            let position = &found.positions[cell.position].name;
            let what = format!("{} at position {position}", cell.strikes.join(", "));
            if cell.harm.is_none() {
                same(&what, true, cell.contingency.is_empty())?;
                continue;
            }
            let Some(runs) = all.get(position) else {
                return Err(format!("{what}: no such position"));
            };
            let states = after(runs, &cell.strikes);
            if judge.branches(&what, &states, &cell.contingency)?.is_none() {
                return Ok(None);
            }
        }
        let aborted = judge.abort(&self.model, &found, &positions)?;
        Ok(aborted.map(|()| judge.bites))
    }
}

/// The states right after the last of the strikes, and what events make of them before anything else strikes.
fn after(runs: &Runs, strikes: &[String]) -> BTreeSet<usize> {
    let sorted = |mut names: Vec<String>| {
        names.sort();
        names
    };
    let wanted = sorted(strikes.to_vec());
    let places = runs.places.iter().filter(|place| {
        let struck = place.struck.iter().map(|(_, name)| name.clone());
        sorted(struck.collect()) == wanted
    });
    places.map(|place| place.node.0).collect()
}

struct Judge {
    world: World,
    costs: Costs,
    bites: Bites,
}

impl Judge {
    fn bite(&mut self, what: &'static str, is: bool) {
        if is {
            self.bites.insert(what);
        }
    }

    /// Whether the branches are right for all that events make of some states; none where that is too large.
    fn branches(
        &mut self,
        what: &str,
        states: &BTreeSet<usize>,
        branches: &[Branch],
    ) -> Result<Option<()>, String> {
        let mut ours: BTreeMap<Option<u32>, usize> = BTreeMap::new();
        let mut costs = Vec::new();
        for end in ends(&mut self.world, states) {
            let Some(cost) = self.costs.from(&self.world, end, MAX_SETS) else {
                return Ok(None);
            };
            *ours.entry(cost).or_default() += 1;
            costs.push((end, cost));
        }
        let mut theirs: BTreeMap<Option<u32>, usize> = BTreeMap::new();
        for branch in branches {
            *theirs.entry(cost(what, branch)?).or_default() += branch.ends;
        }
        same(&format!("{what}: ends by cost"), &ours, &theirs)?;
        let mut covered = vec![0; costs.len()];
        for branch in branches {
            let covers = self.covers(what, branch, &costs)?;
            if branches.len() == 1 {
                same(&format!("{what}: sights"), true, branch.when.is_empty())?;
            }
            for place in covers {
                covered[place] += 1;
            }
        }
        if covered.iter().any(|times| *times != 1) {
            return Err(format!("{what}: ends are covered {covered:?} times"));
        }
        self.note(&costs, branches);
        Ok(Some(()))
    }

    /// The places of the ends that a branch tells to be its own, once it was found to serve them.
    fn covers(
        &self,
        what: &str,
        branch: &Branch,
        ends: &[(usize, Option<u32>)],
    ) -> Result<Vec<usize>, String> {
        let model = &self.world.model;
        let steps = steps(model, &branch.way)?;
        let promised = cost(what, branch)?;
        let mut covers = Vec::new();
        for (place, (end, cost)) in ends.iter().enumerate() {
            let state = self.world.state(*end);
            let fits = |sights: &Vec<Sight>| sights.iter().all(|sight| sees(model, state, sight));
            if !branch.when.is_empty() && !branch.when.iter().any(fits) {
                continue;
            }
            same(&format!("{what}: cost from {state:?}"), *cost, promised)?;
            let target = &self.costs.target;
            if promised.is_some() && !is_valid_from(model, &steps, state, target) {
                let way = branch.way.steps();
                return Err(format!("{what}: {way:?} is not valid from {state:?}"));
            }
            covers.push(place);
        }
        same(
            &format!("{what}: ends of a branch"),
            covers.len(),
            branch.ends,
        )?;
        Ok(covers)
    }

    fn note(&mut self, ends: &[(usize, Option<u32>)], branches: &[Branch]) {
        let of_target = |goal, given_up| match self.costs.target {
            Target::Aborted => given_up,
            Target::Goal(_) => goal,
        };
        let plan = of_target("a way", "a way back to the first values");
        self.bite(plan, ends.iter().any(|(_, cost)| cost.is_some()));
        self.bite("several branches", branches.len() > 1);
        self.bite(
            "several ends of a branch",
            branches.iter().any(|b| b.ends > 1),
        );
        self.bite("several ways", {
            let found = branches.iter().filter(|b| !b.way.steps().is_empty());
            found.count() > 1
        });
        self.bite("no way", ends.iter().any(|(_, cost)| cost.is_none()));
        self.bite(
            "nothing to do",
            ends.iter().any(|(_, cost)| *cost == Some(0)),
        );
        self.bite(
            "dear",
            ends.iter().any(|(_, cost)| cost.is_some_and(|c| c > 1)),
        );
        let waits = |branch: &Branch| branch.way.steps().contains(&None);
        self.bite("waits", branches.iter().any(waits));
        for (end, cost) in ends {
            let facts = self.world.facts(*end);
            let stands = !facts.false_for.is_empty();
            self.bite("standing", stands && cost.is_some());
            self.bite("repaired", stands && cost.is_some_and(|cost| cost > 0));
            self.bite("unsettled end", !facts.settled());
            self.bite("way from unsettled end", !facts.settled() && cost.is_some());
        }
    }

    /// Whether it is right whether one can give up, and how; none where that is too large.
    fn abort(
        &mut self,
        model: &Model,
        found: &Exposure,
        positions: &BTreeMap<String, BTreeSet<Node>>,
    ) -> Result<Option<()>, String> {
        let Some(target) = Target::aborted(model) else {
            same("abort", true, found.abort.is_none())?;
            return Ok(Some(()));
        };
        let Some(abort) = &found.abort else {
            return Err(format!(
                "nothing is said about giving up, which is {target:?}"
            ));
        };
        let mut recovery = Recovery::towards(target.clone());
        self.costs = Costs::towards(target);
        same(
            "positions to give up",
            positions.len(),
            abort.possible.len(),
        )?;
        let ways: BTreeMap<usize, &Vec<Branch>> = abort
            .ways
            .iter()
            .map(|(place, ways)| (*place, ways))
            .collect();
        for (place, position) in found.positions.iter().enumerate() {
            let what = format!("giving up at position {}", position.name);
            let Some(nodes) = positions.get(&position.name) else {
                return Err(format!("{what}: no such position"));
            };
            let states: BTreeSet<usize> = nodes.iter().map(|(state, _)| *state).collect();
            let possible = recovery.is_possible_from_some(&mut self.world, &states, 20 * LARGEST);
            let Some(possible) = possible else {
                return Ok(None);
            };
            same(&what, Some(possible), abort.possible[place])?;
            self.bite("no giving up", !possible);
            self.bite("giving up", possible);
            same(&what, possible, ways.contains_key(&place))?;
            if let Some(branches) = ways.get(&place)
                && self.branches(&what, &states, branches)?.is_none()
            {
                return Ok(None);
            }
        }
        Ok(Some(()))
    }
}

/// What a branch costs; none where there is no way.
fn cost(what: &str, branch: &Branch) -> Result<Option<u32>, String> {
    match &branch.way {
        BranchWay::Plan { cost, .. } => Ok(Some(*cost)),
        BranchWay::None => Ok(None),
        BranchWay::Unknown(stop) => Err(format!("{what}: not known, {stop:?}")),
    }
}

/// The steps and waits of a way, as ground transitions.
fn steps(model: &Model, way: &BranchWay) -> Result<Vec<Option<usize>>, String> {
    let instance = |step: &String| {
        let mut all = 0..model.instances.len();
        let found = all.find(|instance| words::instance(model, *instance) == *step);
        found.ok_or_else(|| format!("there is no step {step}"))
    };
    let steps = way.steps().iter();
    steps
        .map(|step| step.as_ref().map(instance).transpose())
        .collect()
}

/// Whether something is to be seen in a state.
fn sees(model: &Model, state: &State, sight: &Sight) -> bool {
    model
        .objects
        .iter()
        .zip(&state.fields)
        .any(|(object, values)| {
            let fields = &model.rules.kinds[object.kind.index()].fields;
            fields.iter().zip(values).any(|(field, value)| {
                sight.field == format!("{}.{}", object.name, field.name)
                    && sight.value == words::plain(model, value)
            })
        })
}

#[test]
fn contingency_agrees_with_the_oracle() {
    let shares: RefCell<BTreeMap<&str, u32>> = RefCell::default();
    for_all(CASES, |tape| {
        let asked = Asked::from(tape)?;
        let bites = asked.judge().map_err(|complaint| asked.about(&complaint))?;
        for what in bites.into_iter().flatten() {
            *shares.borrow_mut().entry(what).or_default() += 1;
        }
        Ok(())
    });
    let shares = shares.into_inner();
    // A law about questions that nothing happens in would say little.
    let share = |what: &str| shares.get(what).copied().unwrap_or(0);
    let enough = |what: &str, of_a_hundred: u32| {
        let all = share("judged");
        assert!(
            100 * share(what) >= of_a_hundred * all && all > 0,
            "{what}: {shares:?}"
        );
    };
    enough("a way", 30);
    enough("a way back to the first values", 10);
    enough("dear", 10);
    enough("giving up", 30);
    enough("no giving up", 30);
    enough("no way", 30);
    enough("repaired", 10);
    enough("several branches", 12);
    enough("several ways", 1);
    enough("standing", 20);
    enough("unsettled end", 10);
    enough("waits", 1);
    enough("way from unsettled end", 1);
}
