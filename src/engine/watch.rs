//! Watches over a whole search which transitions happen and which guards stop one: the first guard that does not hold stops
//! it. Rules that never do anything are told from that.

use std::collections::BTreeSet;

use crate::language::rules::TransitionId;
use crate::model::ground::Model;

use super::conditions::Conditions;
use super::program::Registers;
use super::term::{TermId, Terms};
use super::transitions::GroundTransition;

/// What is watched. For each ground transition there is a row of conditions, each of which implies the one before: there is
/// budget for it, its first guard holds too, its second too, …, it can be taken. A guard stops a transition where one holds
/// and the next does not.
pub struct Watch {
    conditions: Conditions,
    /// For each condition what it means that it holds and the next one does not; where both numbers are the same, that the
    /// transition happened.
    meaning: Vec<Meaning>,
}

#[derive(Clone, Copy)]
enum Meaning {
    Nothing,
    Stopped(TransitionId, usize),
    Happened(TransitionId),
}

/// What was seen.
#[derive(Clone, Debug, Default)]
pub struct Observed {
    /// Conditions that held where the next one did not, as bits.
    stops: Vec<u64>,
    /// Conditions that held.
    held: Vec<u64>,
    /// Transitions that were taken.
    pub happened: BTreeSet<TransitionId>,
    /// Guards that were the first that did not hold, by their places in the order of judgement.
    pub stopped: BTreeSet<(TransitionId, usize)>,
}

impl Observed {
    /// Whether a transition with so many guards happened, and each of them stopped it.
    fn knows(&self, transition: TransitionId, guards: usize) -> bool {
        let stopped = self.stopped.range((transition, 0)..(transition, guards));
        self.happened.contains(&transition) && stopped.count() == guards
    }
}

impl Watch {
    /// Watches all guards of some ground transitions, but for those of which everything is known; none where all is.
    #[must_use]
    pub fn new(
        terms: &mut Terms,
        model: &Model,
        transitions: &[GroundTransition],
        known: &Observed,
    ) -> Option<Self> {
        let mut list: Vec<TermId> = Vec::new();
        let mut meaning = Vec::new();
        for ground in transitions {
            let transition = model.instances[ground.instance].transition;
            if known.knows(transition, ground.guards.len()) {
                continue;
            }
            let mut so_far = ground.budget;
            list.push(so_far);
            meaning.push(Meaning::Nothing);
            for (place, (holds, defined)) in ground.guards.iter().enumerate() {
                if list.last() != Some(&so_far) {
                    list.push(so_far);
                    meaning.push(Meaning::Nothing);
                }
                if let Some(last) = meaning.last_mut() {
                    *last = Meaning::Stopped(transition, place);
                }
                // An undefined guard does not stop a transition; it is reported by itself.
                let undefined = terms.not(*defined);
                let open = terms.or(*holds, undefined);
                list.push(terms.and(so_far, open));
                meaning.push(Meaning::Nothing);
                let both = terms.and(*holds, *defined);
                so_far = terms.and(so_far, both);
            }
            list.push(ground.enabled);
            meaning.push(Meaning::Happened(transition));
        }
        (!list.is_empty()).then(|| Self {
            conditions: Conditions::new(terms, &list),
            meaning,
        })
    }

    /// Looks at a state.
    pub fn observe(
        &self,
        registers: &mut Registers,
        answers: &mut Vec<u64>,
        state: &[u64],
        seen: &mut Observed,
    ) {
        self.conditions.answer(registers, state, answers);
        seen.stops.resize(answers.len(), 0);
        seen.held.resize(answers.len(), 0);
        for (place, answer) in answers.iter().enumerate() {
            let next = answers.get(place + 1).map_or(0, |next| next << 63);
            seen.stops[place] |= answer & !(answer >> 1 | next);
            seen.held[place] |= answer;
        }
    }

    /// Adds what one thread saw.
    pub fn gather(&self, seen: &Observed, all: &mut Observed) {
        let bit = |bits: &[u64], place: usize| {
            bits.get(place / 64)
                .is_some_and(|word| word >> (place % 64) & 1 == 1)
        };
        for (place, meaning) in self.meaning.iter().enumerate() {
            match meaning {
                Meaning::Stopped(transition, guard) if bit(&seen.stops, place) => {
                    all.stopped.insert((*transition, *guard));
                }
                Meaning::Happened(transition) if bit(&seen.held, place) => {
                    all.happened.insert(*transition);
                }
                _ => {}
            }
        }
    }
}
