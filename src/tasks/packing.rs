//! Packs a ground model for a question: how wide its states are, which reductions are sound, on how many threads. Says what
//! was searched, and what never mattered.

use std::collections::BTreeSet;

use crate::engine::compiled::Compiled;
use crate::engine::counted::Counted;
use crate::engine::ground::Ground;
use crate::engine::grounding::Uncompiled;
use crate::engine::layout::Layout;
use crate::engine::question::Question;
use crate::engine::slice::Slice;
use crate::engine::stubborn::Stubborn;
use crate::engine::symmetry::Symmetry;
use crate::engine::symmetry::classes::{Classes, classes};
use crate::engine::watch::{Observed, Watch};
use crate::language::diagnostic::Diagnostic;
use crate::language::rules::{FieldId, KindId};
use crate::model::ground::Model;
use crate::model::value::ObjectId;
use crate::search::budget::{Budget, Pilot, Progress, Stop};
use crate::search::levels::Levels;
use crate::semantics::Interpreter;

use super::effort::{Effort, Reductions};
use super::explored::{Explored, Wanted, explored};
use super::mattering::Mattering;
use super::outcome::{NotUsed, Reduction, SearchStats};
use super::request::Asked;

/// Looking at so many states takes a few milliseconds, unless each of them has very many transitions.
const PILOT: usize = 2_000;
/// So many ground transitions are tried to see what to watch, or whether something is of use.
const PILOT_TRIES: usize = 2_000_000;

/// The answer of a search in numbers and runs.
pub struct Packed {
    /// What came out.
    pub found: Explored,
    /// What was searched.
    pub search: SearchStats,
    /// What never mattered, where everything was explored and nothing was left out.
    pub warnings: Vec<Diagnostic>,
}

/// A model that is about to be packed.
struct Packing<'a> {
    model: &'a Model,
    question: &'a Question,
    wanted: &'a Wanted<'a>,
    effort: Effort,
    watched: bool,
    layout: Layout,
    symmetry: Option<Symmetry>,
    reductions: Vec<Reduction>,
    not_used: Vec<NotUsed>,
    observed: Observed,
}

/// Asks a question of a ground model.
pub fn packed(
    interpreter: &Interpreter<'_>,
    question: &Question,
    wanted: &Wanted<'_>,
    asked: &Asked,
    budget: &mut dyn Budget,
) -> Packed {
    let model = interpreter.model();
    let mut packing = Packing {
        model,
        question,
        wanted,
        effort: asked.effort,
        // What is asked for by name is answered, and nothing else.
        watched: asked.properties.is_empty(),
        layout: Layout::new(model, &|_, _| true),
        symmetry: None,
        reductions: Vec::new(),
        not_used: Vec::new(),
        observed: Observed::default(),
    };
    let found = packing.explored(budget);
    let mut warnings = Vec::new();
    if packing.watched && found.stopped.is_none() {
        let mut mattering = Mattering::new(interpreter);
        mattering.observed(&packing.observed);
        warnings = mattering.warnings();
    }
    Packed {
        search: packing.stats(&found),
        found,
        warnings,
    }
}

impl Packing<'_> {
    fn explored(&mut self, budget: &mut dyn Budget) -> Explored {
        if let Some(found) = self.counted(budget) {
            return found;
        }
        let mut stopped = None;
        let mut may_go_on = || {
            stopped = stopped.or_else(|| budget.spend(Progress::default()));
            stopped.is_none()
        };
        match self.compiled(&mut may_go_on) {
            Ok(compiled) => self.in_words(compiled, budget),
            Err(Uncompiled::TooLarge) => unexplored(Stop::ModelSize),
            Err(Uncompiled::Interrupted) => unexplored(stopped.unwrap_or(Stop::Interrupted)),
        }
    }

    /// Explores a fleet by counts of equal records; none where it is no fleet, or its references do not allow it.
    fn counted(&mut self, budget: &mut dyn Budget) -> Option<Explored> {
        let model = self.model;
        if !self.effort.reductions.symmetry || model.instances.len() < self.effort.fleet {
            return None;
        }
        let is_fixed = |kind: KindId, field: FieldId| {
            model.rules.kinds[kind.index()].fields[field.index()].fixed
        };
        let classes = classes(model, &BTreeSet::new(), &is_fixed);
        let wherever_it_can_be = self.effort.fleet == 0;
        let worth_it = wherever_it_can_be || self.as_much_as_with_references(&classes);
        if classes.list.is_empty() || !worth_it {
            return None;
        }
        let system = Counted::new(model, &classes, self.question)?;
        budget.announce(&self.expected(&classes));
        let found = match system.words_needed() {
            0..=2 => self.wide_enough::<4>(&system, budget),
            3..=8 => self.wide_enough::<16>(&system, budget),
            9..=64 => self.wide_enough::<64>(&system, budget),
            _ => return None,
        };
        let text =
            self.interchangeable(&classes, 0) + "; equal records are kept as one with a count";
        self.left_out("symmetry", text);
        let Reductions {
            slice, stubborn, ..
        } = self.effort.reductions;
        for (name, allowed) in [("slice", slice), ("stubborn", stubborn)] {
            if allowed {
                self.off(name, "equal records are counted");
            }
        }
        // What never mattered is not watched there.
        self.watched = false;
        Some(found)
    }

    /// Whether the objects of a fleet can change places with as many as they can where those that refer to each other move
    /// together. Shards that fixed references hold in their places are no fleet, however many there are.
    fn as_much_as_with_references(&self, fleet: &Classes) -> bool {
        let Some(symmetry) = Symmetry::new(self.model, &self.layout, &BTreeSet::new()) else {
            return true;
        };
        let together = |object: &ObjectId| {
            let mut classes = fleet.list.iter();
            let own = classes.find(|class| class.objects.contains(object));
            own.map_or(1, |class| class.objects.len())
        };
        let mut classes = symmetry.classes().list.iter();
        classes.all(|class| {
            let size = class.objects.len();
            class.objects.iter().all(|object| together(object) >= size)
        })
    }

    /// Explores in states of so many words, or of more where these do not suffice.
    fn wide_enough<const W: usize>(
        &self,
        system: &Counted<'_>,
        budget: &mut dyn Budget,
    ) -> Explored {
        let threads = self.effort.threads();
        let found = explored::<W, _>(system, self.wanted, threads, budget);
        if !found.overflow {
            return found;
        }
        let found = explored::<64, _>(system, self.wanted, threads, budget);
        if !found.overflow {
            return found;
        }
        let found = explored::<256, _>(system, self.wanted, threads, budget);
        if found.overflow {
            return unexplored(Stop::ModelSize);
        }
        found
    }

    /// The terms of what matters, with the layout and the symmetry that belong to them.
    fn compiled(&mut self, may_go_on: &mut dyn FnMut() -> bool) -> Result<Compiled, Uncompiled> {
        let Self {
            model, question, ..
        } = *self;
        let mut compiled = Compiled::new(model, &self.layout, &|_| true, question, may_go_on)?;
        if self.effort.reductions.slice && !compiled.between.is_empty() {
            self.off(
                "slice",
                "a transition invariant is judged, on every transition",
            );
        } else if self.effort.reductions.slice {
            let slice = Slice::new(model, &self.layout, &compiled, question.definedness);
            let (fields, transitions) = slice.left_out(model);
            if !fields.is_empty() || !transitions.is_empty() {
                self.layout =
                    Layout::new(model, &|kind, field| slice.fields.contains(&(kind, field)));
                let is_kept = |instance: usize| {
                    let transition = model.instances[instance].transition;
                    slice.transitions.contains(&transition)
                };
                compiled = Compiled::new(model, &self.layout, &is_kept, question, may_go_on)?;
                self.left_out("slice", listed(&fields, &transitions));
            } else {
                self.off("slice", "everything can influence what is asked");
            }
        }
        if self.effort.reductions.symmetry {
            self.symmetry = Symmetry::new(model, &self.layout, &BTreeSet::new());
            if self.symmetry.is_none() {
                self.off("symmetry", "no two objects are interchangeable");
            }
        }
        Ok(compiled)
    }

    fn off(&mut self, name: &'static str, why: &'static str) {
        self.not_used.push(NotUsed { name, why });
    }

    fn left_out(&mut self, name: &str, left_out: String) {
        // Nobody learns what never mattered from a search that left something out; symmetry leaves out only copies.
        self.watched &= name == "symmetry";
        self.reductions.push(Reduction {
            name: name.to_owned(),
            left_out,
        });
    }

    fn in_words(&mut self, compiled: Compiled, budget: &mut dyn Budget) -> Explored {
        match self.layout.words() {
            0..=1 => self.ground::<1>(compiled, budget),
            2 => self.ground::<2>(compiled, budget),
            3..=4 => self.ground::<4>(compiled, budget),
            5..=8 => self.ground::<8>(compiled, budget),
            9..=16 => self.ground::<16>(compiled, budget),
            17..=32 => self.ground::<32>(compiled, budget),
            33..=64 => self.ground::<64>(compiled, budget),
            65..=256 => self.ground::<256>(compiled, budget),
            _ => unexplored(Stop::ModelSize),
        }
    }

    fn ground<const W: usize>(
        &mut self,
        mut compiled: Compiled,
        budget: &mut dyn Budget,
    ) -> Explored {
        let system = Ground::<W>::new(self.model, &self.layout, &mut compiled, self.question);
        let Some(mut system) = system else {
            return unexplored(Stop::ModelSize);
        };
        if let Some(symmetry) = &self.symmetry {
            budget.announce(&self.expected(symmetry.classes()));
            system = system.reduced(self.model, &self.layout, symmetry.clone());
        }
        let stubborn = self.stubborn(&mut system, &compiled, budget);
        if self.watched {
            self.watch(&mut system, &mut compiled, budget);
        }
        drop(compiled);
        let threads = self.effort.threads();
        let mut found = explored(&system, self.wanted, threads, budget);
        let is_broken = |found: &Explored| found.invariants.iter().any(|(count, _)| *count > 0);
        if stubborn && is_broken(&found) {
            // The shortest way, and all states that break something, are not in what is left. Where a limit ends the second
            // search before it comes to them, what the first one found is told.
            system.stubborn(None);
            let again = explored(&system, self.wanted, threads, budget);
            if again.stopped.is_none() || is_broken(&again) {
                found = again;
            } else {
                found.stopped = again.stopped;
            }
            self.off("stubborn", "it keeps no shortest ways, and a way was found");
        } else if stubborn {
            let left_out = format!(
                "{} transitions whose order does not matter",
                system.left_out()
            );
            self.left_out("stubborn", left_out);
        }
        if let Some(symmetry) = self.symmetry.take() {
            let text = self.interchangeable(symmetry.classes(), system.bound_hits());
            self.left_out("symmetry", text);
            self.symmetry = Some(symmetry);
        }
        self.observed = system.observed();
        found
    }

    /// Uses stubborn sets where they are sound for what is asked, and where they turn out to be of use: whether they are used.
    /// They keep what invariants of states say, and neither lengths nor what can still be reached.
    fn stubborn<const W: usize>(
        &mut self,
        system: &mut Ground<W>,
        compiled: &Compiled,
        budget: &mut dyn Budget,
    ) -> bool {
        let Question {
            goal, definedness, ..
        } = self.question;
        if !self.effort.reductions.stubborn {
            return false;
        }
        if *goal || *definedness || !compiled.between.is_empty() {
            self.off(
                "stubborn",
                "it keeps what invariants of states say and nothing else",
            );
            return false;
        }
        let Some(stubborn) = Stubborn::new(compiled) else {
            self.off("stubborn", "no transition may always go first");
            return false;
        };
        system.stubborn(Some(stubborn));
        let pilot = Levels::explore(system, 1, &mut pilot(compiled, budget));
        let is_of_use = system.left_out() * 10 > pilot.tally.transitions;
        if is_of_use {
            system.count_anew();
        } else {
            system.stubborn(None);
            self.off(
                "stubborn",
                "the first states showed that it leaves out little",
            );
        }
        is_of_use
    }

    /// Watches the rules for as many states as are looked at in no time, and after that only what was not seen yet: watching
    /// a guard costs something in every state.
    fn watch<const W: usize>(
        &self,
        system: &mut Ground<W>,
        compiled: &mut Compiled,
        budget: &mut dyn Budget,
    ) {
        let pilot = &mut pilot(compiled, budget);
        let Compiled {
            terms, transitions, ..
        } = compiled;
        let all = Watch::new(terms, self.model, transitions, &Observed::default());
        system.watch(all);
        let pilot = Levels::explore(system, 1, pilot);
        let rest = pilot
            .stopped
            .and_then(|_| Watch::new(terms, self.model, transitions, &system.observed()));
        system.watch(rest);
    }

    fn stats(&self, found: &Explored) -> SearchStats {
        SearchStats {
            states: found.states,
            transitions: found.transitions,
            depth: found.depth,
            stopped: found.stopped.or(found.goal.stopped),
            reductions: self.reductions.clone(),
            not_used: self.not_used.clone(),
            canonical_forms: if self.reductions.iter().any(|r| r.name == "symmetry") {
                found.transitions + 1
            } else {
                0
            },
            threads: Some(self.effort.threads()),
            table_bytes: Some(found.bytes),
            by_name: None,
        }
    }

    /// What to expect of symmetry, before the search.
    fn expected(&self, classes: &Classes) -> String {
        let power = classes.log10_permutations();
        let fewer = if power < 6.0 {
            format!("{:.0}", 10f64.powf(power))
        } else {
            format!("10^{power:.0}")
        };
        format!(
            "interchangeable: {}; up to {fewer} times fewer states",
            self.members(classes)
        )
    }

    /// `2 × node, 3 × evs`
    fn members(&self, classes: &Classes) -> String {
        let classes = classes.list.iter().map(|class| {
            let kind = &self.model.rules.kinds[class.kind.index()].name;
            format!("{} × {kind}", class.objects.len())
        });
        classes.collect::<Vec<_>>().join(", ")
    }

    /// What symmetry left out.
    fn interchangeable(&self, classes: &Classes, bound_hits: u64) -> String {
        let mut text = format!(
            "states that are equal up to the names of interchangeable objects ({})",
            self.members(classes)
        );
        if bound_hits > 0 {
            text += &format!(
                "; {} times the search for a common form was cut short, and more states were kept than needed",
                bound_hits
            );
        }
        text
    }
}

/// What may be spent on a look ahead.
fn pilot<'b>(compiled: &Compiled, budget: &'b mut dyn Budget) -> Pilot<'b> {
    let affordable = PILOT_TRIES / compiled.transitions.len().max(1);
    Pilot {
        states: affordable.clamp(1, PILOT),
        within: budget,
    }
}

/// `evs.backup, node.backup; the transitions backup_evs, backup_node`
fn listed(fields: &[String], transitions: &[String]) -> String {
    let mut parts = Vec::new();
    if !fields.is_empty() {
        parts.push(format!("the fields {}", fields.join(", ")));
    }
    if !transitions.is_empty() {
        parts.push(format!("the transitions {}", transitions.join(", ")));
    }
    parts.join("; ")
}

/// Nothing is known.
fn unexplored(stop: Stop) -> Explored {
    let mut found = Explored {
        stopped: Some(stop),
        ..Explored::default()
    };
    found.goal.stopped = Some(stop);
    found
}
