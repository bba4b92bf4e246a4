//! Packs a ground model for a question: how wide its states are, which reductions are sound, on how many threads. Says what
//! was searched, and what never mattered.

use crate::engine::ground::Ground;
use crate::engine::layout::Layout;
use crate::engine::question::Question;
use crate::engine::watch::Observed;
use crate::language::diagnostic::Diagnostic;
use crate::search::budget::{Budget, Stop};
use crate::semantics::Interpreter;

use super::explored::{Explored, Wanted, explored};
use super::mattering::Mattering;
use super::outcome::SearchStats;
use super::request::Asked;

/// The answer of a search in numbers and runs.
pub struct Packed {
    /// What came out.
    pub found: Explored,
    /// What was searched.
    pub search: SearchStats,
    /// What never mattered, where everything was explored and nothing was left out.
    pub warnings: Vec<Diagnostic>,
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
    let threads = asked.effort.threads();
    // What is asked for by name is answered and nothing else.
    let watched = asked.properties.is_empty();
    let mut observed = None;
    let found = match layout.words() {
        0..=1 => ground::<1>(
            interpreter,
            &layout,
            question,
            wanted,
            watched,
            threads,
            budget,
            &mut observed,
        ),
        2 => ground::<2>(
            interpreter,
            &layout,
            question,
            wanted,
            watched,
            threads,
            budget,
            &mut observed,
        ),
        3..=4 => ground::<4>(
            interpreter,
            &layout,
            question,
            wanted,
            watched,
            threads,
            budget,
            &mut observed,
        ),
        5..=8 => ground::<8>(
            interpreter,
            &layout,
            question,
            wanted,
            watched,
            threads,
            budget,
            &mut observed,
        ),
        9..=16 => ground::<16>(
            interpreter,
            &layout,
            question,
            wanted,
            watched,
            threads,
            budget,
            &mut observed,
        ),
        17..=32 => ground::<32>(
            interpreter,
            &layout,
            question,
            wanted,
            watched,
            threads,
            budget,
            &mut observed,
        ),
        33..=128 => ground::<128>(
            interpreter,
            &layout,
            question,
            wanted,
            watched,
            threads,
            budget,
            &mut observed,
        ),
        _ => Explored {
            stopped: Some(Stop::NodeSize),
            ..Explored::default()
        },
    };
    let warnings = match observed {
        Some(observed) if found.stopped.is_none() => {
            let mut mattering = Mattering::new(interpreter);
            mattering.observed(&observed);
            mattering.warnings()
        }
        _ => Vec::new(),
    };
    let search = SearchStats {
        states: found.states,
        transitions: found.transitions,
        depth: found.depth,
        stopped: found.stopped.or(found.goal.stopped),
        ..SearchStats::default()
    };
    Packed {
        found,
        search,
        warnings,
    }
}

#[expect(clippy::too_many_arguments, reason = "draft")]
fn ground<const W: usize>(
    interpreter: &Interpreter<'_>,
    layout: &Layout,
    question: &Question,
    wanted: &Wanted<'_>,
    watched: bool,
    threads: usize,
    budget: &mut dyn Budget,
    observed: &mut Option<Observed>,
) -> Explored {
    let model = interpreter.model();
    let Some(system) = Ground::<W>::new(model, layout, &|_| true, question, watched) else {
        return Explored {
            stopped: Some(Stop::NodeSize),
            ..Explored::default()
        };
    };
    let found = explored(&system, wanted, threads, budget);
    if watched {
        *observed = Some(system.observed());
    }
    found
}
