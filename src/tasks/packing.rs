//! Packs a ground model for a question: how wide its states are, which reductions are sound, on how many threads. Says what
//! was searched, and what never mattered.

use std::collections::BTreeSet;

use crate::engine::compiled::{Compiled, Uncompiled};
use crate::engine::ground::Ground;
use crate::engine::layout::Layout;
use crate::engine::question::Question;
use crate::engine::symmetry::Symmetry;
use crate::engine::watch::{Observed, Watch};
use crate::language::diagnostic::Diagnostic;
use crate::model::ground::Model;
use crate::search::budget::{Budget, MaxStates, Progress, Stop};
use crate::search::levels::Levels;
use crate::semantics::Interpreter;

use super::explored::{Explored, Wanted, explored};
use super::mattering::Mattering;
use super::outcome::{Reduction, SearchStats};
use super::request::Asked;

/// Looking at so many states takes a few milliseconds.
const PILOT: usize = 2_000;

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
    threads: usize,
    watched: bool,
    layout: Layout,
    symmetry: Option<Symmetry>,
    observed: Observed,
    bound_hits: u64,
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
    let layout = Layout::new(model, &|_, _| true);
    let symmetry = asked
        .effort
        .reductions
        .symmetry
        .then(|| Symmetry::new(model, &layout, &BTreeSet::new()))
        .flatten();
    let mut packing = Packing {
        model,
        question,
        wanted,
        threads: asked.effort.threads(),
        // What is asked for by name is answered, and nothing else.
        watched: asked.properties.is_empty(),
        layout,
        symmetry,
        observed: Observed::default(),
        bound_hits: 0,
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
        let mut stopped = None;
        let mut may_go_on = || {
            stopped = stopped.or_else(|| budget.spend(Progress::default()));
            stopped.is_none()
        };
        let compiled = Compiled::new(
            self.model,
            &self.layout,
            &|_| true,
            self.question,
            &mut may_go_on,
        );
        match compiled {
            Ok(compiled) => self.in_words(compiled, budget),
            Err(Uncompiled::TooLarge) => unexplored(Stop::ModelSize),
            Err(Uncompiled::Interrupted) => unexplored(stopped.unwrap_or(Stop::Interrupted)),
        }
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
            system = system.reduced(self.model, &self.layout, symmetry.clone());
        }
        if self.watched {
            self.watch(&mut system, &mut compiled);
        }
        drop(compiled);
        let found = explored(&system, self.wanted, self.threads, budget);
        self.bound_hits = system.bound_hits();
        self.observed = system.observed();
        found
    }

    /// Watches the rules for as many states as are looked at in no time, and after that only what was not seen yet: watching
    /// a guard costs something in every state.
    fn watch<const W: usize>(&self, system: &mut Ground<W>, compiled: &mut Compiled) {
        let Compiled {
            terms, transitions, ..
        } = compiled;
        let all = Watch::new(terms, self.model, transitions, &Observed::default());
        system.watch(all);
        let pilot = Levels::explore(system, 1, &mut MaxStates(PILOT));
        let rest = pilot
            .stopped
            .and_then(|_| Watch::new(terms, self.model, transitions, &system.observed()));
        system.watch(rest);
    }

    fn stats(&self, found: &Explored) -> SearchStats {
        let mut reductions = Vec::new();
        let mut canonical_forms = 0;
        if let Some(symmetry) = &self.symmetry {
            canonical_forms = found.transitions + 1;
            reductions.push(Reduction {
                name: "symmetry".to_owned(),
                left_out: self.interchangeable(symmetry),
            });
        }
        SearchStats {
            states: found.states,
            transitions: found.transitions,
            depth: found.depth,
            stopped: found.stopped.or(found.goal.stopped),
            reductions,
            canonical_forms,
            threads: Some(self.threads),
            table_bytes: Some(found.bytes),
        }
    }

    /// What symmetry left out: `states equal up to the names of 4 nodes and 2 evs`.
    fn interchangeable(&self, symmetry: &Symmetry) -> String {
        let classes = symmetry.classes().list.iter();
        let classes: Vec<String> = classes
            .map(|class| {
                let kind = &self.model.rules.kinds[class.kind.index()].name;
                format!("{} {kind}", class.objects.len())
            })
            .collect();
        let mut text = format!(
            "states that are equal up to the names of interchangeable objects ({})",
            classes.join(", ")
        );
        if self.bound_hits > 0 {
            text += &format!(
                "; {} times the search for a common form was cut short, and more states were kept than needed",
                self.bound_hits
            );
        }
        text
    }
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
