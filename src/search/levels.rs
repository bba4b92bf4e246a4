//! Breadth-first exploration of packed states, level by level, on one or more threads. Which states a level has, and what is
//! counted, does not depend on the number of threads; the order within a level does, and nothing is derived from it.
//!
//! No parents and no edges are stored: what goes backwards ([`super::backward`]) finds them again by expanding.

use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use crate::engine::packed::{Edge, Marks, Packed};
use crate::engine::store::{Batch, Table};

use super::budget::{Budget, Progress, Stop};

/// States that a thread takes at a time.
pub(super) const CHUNK: usize = 32;
/// A level with fewer states is not worth a second thread.
pub(super) const SHARED: usize = 512;

/// What was explored.
pub struct Levels<const W: usize> {
    /// All states.
    pub table: Table<W>,
    /// All states, level by level.
    pub states: Vec<[u64; W]>,
    /// Where each level begins in `states`, and where the last one ends.
    pub borders: Vec<usize>,
    /// What was counted.
    pub tally: Tally,
    /// The last level that was expanded, or begun.
    pub depth: usize,
    /// Why it ended early, if it did: then some states were not expanded, and nothing may be called impossible.
    pub stopped: Option<Stop>,
}

/// What is counted of the states that were expanded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// One for each state and transition offered.
    pub transitions: u64,
    /// For each invariant (transition invariants too) what breaks it.
    pub broken: Vec<Seen>,
    /// States in which something undefined was evaluated, transitions out of them included.
    pub undefined: Seen,
    /// The same without transition invariants.
    pub undefined_at: Seen,
    /// Transitions on which a transition invariant is undefined.
    pub undefined_between: Seen,
    /// States in which the goal holds.
    pub goals: Seen,
    /// States and transitions that break something, or on which something is undefined.
    pub unclean: u64,
    /// States that can be part of a run without a violation.
    pub clean: u64,
    /// Whether a successor did not fit the words of a state.
    pub overflow: bool,
}

/// How often something was seen, and in which level first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// How often.
    pub count: u64,
    /// The first level.
    pub first: Option<usize>,
}

impl Seen {
    fn note(&mut self, level: usize) {
        self.count += 1;
        self.first = Some(self.first.map_or(level, |first| first.min(level)));
    }

    fn add(&mut self, other: Self) {
        self.count += other.count;
        self.first = self.first.into_iter().chain(other.first).min();
    }
}

impl Tally {
    fn note(&mut self, level: usize, marks: &Marks, edges: Marks) {
        if !marks.is_clean() || !edges.is_clean() {
            self.unclean += 1;
            self.note_unclean(level, marks, edges);
        }
        self.clean += u64::from(marks.is_clean());
        if marks.goal {
            self.goals.note(level);
        }
        self.overflow |= marks.overflow;
    }

    #[cold]
    fn note_unclean(&mut self, level: usize, marks: &Marks, edges: Marks) {
        self.note_broken(level, marks.broken);
        if marks.undefined || edges.undefined {
            self.undefined.note(level);
        }
        if marks.undefined {
            self.undefined_at.note(level);
        }
        if edges.undefined {
            self.undefined_between.note(level);
        }
    }

    fn note_broken(&mut self, level: usize, broken: u128) {
        let mut left = broken;
        while left != 0 {
            let number = left.trailing_zeros() as usize;
            left &= left - 1;
            if self.broken.len() <= number {
                self.broken.resize(number + 1, Seen::default());
            }
            self.broken[number].note(level);
        }
    }

    fn add(&mut self, other: &Self) {
        self.transitions += other.transitions;
        for (number, seen) in other.broken.iter().enumerate() {
            if self.broken.len() <= number {
                self.broken.resize(number + 1, Seen::default());
            }
            self.broken[number].add(*seen);
        }
        self.undefined.add(other.undefined);
        self.undefined_at.add(other.undefined_at);
        self.undefined_between.add(other.undefined_between);
        self.goals.add(other.goals);
        self.unclean += other.unclean;
        self.clean += other.clean;
        self.overflow |= other.overflow;
    }

    /// Counts a transition; `edges` gathers what those of one state come to.
    fn edge<const W: usize>(&mut self, level: usize, edges: &mut Marks, edge: &Edge<W>) {
        self.transitions += 1;
        if !edge.is_clean() {
            // Counted once for each transition, unlike what is undefined.
            self.note_broken(level, edge.broken);
            edges.broken |= edge.broken;
            edges.undefined |= edge.undefined;
        }
    }

    /// What was seen of an invariant.
    #[must_use]
    pub fn of(&self, invariant: usize) -> Seen {
        self.broken.get(invariant).copied().unwrap_or_default()
    }
}

/// One thread's part of the work.
struct Worker<const W: usize, P: Packed<W>> {
    scratch: P::Scratch,
    batch: Batch<W, ()>,
    found: Vec<[u64; W]>,
    tally: Tally,
    /// What is left of the states that it took last.
    taken: Range<usize>,
}

/// What the threads share while they work on a level.
struct Level<'a, const W: usize> {
    table: &'a Table<W>,
    states: &'a [[u64; W]],
    number: usize,
    /// The first state that no thread has taken.
    next: &'a AtomicUsize,
    stop: &'a AtomicBool,
}

impl<const W: usize> Levels<W> {
    /// Explores everything that can be reached, on so many threads. A limit on states is kept exactly, on one thread.
    pub fn explore<P: Packed<W>>(system: &P, threads: usize, budget: &mut dyn Budget) -> Self {
        let mut found = Self::new(system.initial());
        if budget.max_states() < usize::MAX {
            found.limited(system, budget);
            return found;
        }
        let mut workers: Vec<Worker<W, P>> =
            (0..threads.max(1)).map(|_| Worker::new(system)).collect();
        while found.stopped.is_none() {
            found.stopped = found.level(system, &mut workers, budget);
            let end = found.states.len();
            for worker in &mut workers {
                found.states.append(&mut worker.found);
            }
            if found.states.len() == end {
                break;
            }
            found.borders.push(found.states.len());
        }
        for worker in workers {
            found.tally.add(&worker.tally);
            system.absorb(worker.scratch);
        }
        found
    }

    fn new(initial: [u64; W]) -> Self {
        let table = Table::new();
        table.put(Table::hash(&initial), &initial);
        Self {
            table,
            states: vec![initial],
            borders: vec![0, 1],
            tally: Tally::default(),
            depth: 0,
            stopped: None,
        }
    }

    /// The last level that has states; they may not be expanded where the exploration ended early.
    #[must_use]
    pub fn last(&self) -> usize {
        self.borders.len().saturating_sub(2)
    }

    /// The states of a level.
    #[must_use]
    pub fn level_states(&self, level: usize) -> &[[u64; W]] {
        match (self.borders.get(level), self.borders.get(level + 1)) {
            (Some(&from), Some(&to)) => &self.states[from..to],
            _ => &[],
        }
    }

    /// Expands the last level. The threads meet wherever the table has to grow.
    fn level<P: Packed<W>>(
        &mut self,
        system: &P,
        workers: &mut [Worker<W, P>],
        budget: &mut dyn Budget,
    ) -> Option<Stop> {
        let number = self.last();
        self.depth = number;
        let begin = self.borders[number];
        let size = self.states.len() - begin;
        let next = AtomicUsize::new(0);
        let stop = AtomicBool::new(false);
        let sharing = if size >= SHARED { workers.len() } else { 1 };
        loop {
            let pending: usize = workers.iter().map(|worker| worker.batch.len()).sum();
            while !self.table.has_room_for(pending) {
                if self.table.grow().is_err() {
                    return Some(Stop::Memory);
                }
            }
            // While nobody else fills the table: there is room for what is pending now, and perhaps not later.
            for worker in &mut *workers {
                flush(&mut worker.batch, &self.table, &mut worker.found);
            }
            let level = Level {
                table: &self.table,
                states: &self.states[begin..],
                number,
                next: &next,
                stop: &stop,
            };
            let before = self.table.len();
            let mut ask = |transitions: u64| {
                let taken = next.load(Ordering::Relaxed).min(size);
                let states = level.table.len();
                budget.spend(Progress {
                    states,
                    frontier: states - before + size - taken,
                    transitions,
                    depth: u32::try_from(number).unwrap_or(u32::MAX),
                })
            };
            let mut stopped = None;
            std::thread::scope(|scope| {
                let (first, others) = workers.split_at_mut(1);
                for worker in others.iter_mut().take(sharing - 1) {
                    let level = &level;
                    scope.spawn(move || worker.work(system, level, &mut |_| true));
                }
                first[0].work(system, &level, &mut |transitions| {
                    stopped = ask(transitions);
                    stopped.is_none()
                });
            });
            if stopped.is_some() {
                return stopped;
            }
            let through = next.load(Ordering::Relaxed) >= size;
            let idle = |worker: &Worker<W, P>| worker.batch.is_empty() && worker.taken.is_empty();
            if through && workers.iter().all(idle) {
                return None;
            }
        }
    }

    /// The same on one thread, state by state, until there is no room for another one.
    fn limited<P: Packed<W>>(&mut self, system: &P, budget: &mut dyn Budget) {
        let most = budget.max_states();
        let mut scratch = system.observer();
        let mut offered = Vec::new();
        let mut here = 0;
        while self.stopped.is_none() && here < self.states.len() {
            let level = self.last();
            if here == self.borders[level + 1] {
                self.borders.push(self.states.len());
                continue;
            }
            self.stopped = budget.spend(Progress {
                states: self.states.len(),
                frontier: self.states.len() - here,
                transitions: self.tally.transitions,
                depth: u32::try_from(level).unwrap_or(u32::MAX),
            });
            if self.stopped.is_some() {
                break;
            }
            let state = self.states[here];
            let marks = system.expand(&mut scratch, &state, &mut |edge| offered.push(edge));
            let mut edges = Marks::default();
            for edge in offered.drain(..) {
                self.stopped = self.stopped.or_else(|| self.admit(&edge.to, most));
                if self.stopped.is_none() {
                    self.tally.edge(level, &mut edges, &edge);
                }
            }
            self.tally.note(level, &marks, edges);
            self.depth = level;
            here += 1;
        }
        let level = self.last();
        let stored = self.borders[level + 1];
        if self.states.len() > stored {
            self.borders.push(self.states.len());
        }
        // What was stored and not expanded can still be judged.
        if self.stopped == Some(Stop::States) {
            for place in here..self.states.len() {
                let progress = Progress {
                    states: self.states.len(),
                    frontier: self.states.len() - place,
                    transitions: self.tally.transitions,
                    depth: u32::try_from(level).unwrap_or(u32::MAX),
                };
                if budget.spend(progress).is_some() {
                    break;
                }
                let state = self.states[place];
                let marks = system.expand(&mut scratch, &state, &mut |_| {});
                let level = level + usize::from(place >= stored);
                self.tally.note(level, &marks, Marks::default());
            }
        }
        system.absorb(scratch);
    }

    /// Stores a state where there is room; else why there is none.
    fn admit(&mut self, state: &[u64; W], most: usize) -> Option<Stop> {
        let hash = Table::hash(state);
        if self.table.find(hash, state).is_some() {
            return None;
        }
        if self.states.len() >= most {
            return Some(Stop::States);
        }
        if !self.table.has_room_for(1) && self.table.grow().is_err() {
            return Some(Stop::Memory);
        }
        self.table.put(hash, state);
        self.states.push(*state);
        None
    }
}

impl<const W: usize, P: Packed<W>> Worker<W, P> {
    fn new(system: &P) -> Self {
        Self {
            scratch: system.observer(),
            batch: Batch::new(),
            found: Vec::new(),
            tally: Tally::default(),
            taken: 0..0,
        }
    }

    /// Expands states until the level is through, the table is full or `go_on`, told how many transitions there were, says no.
    fn work(&mut self, system: &P, level: &Level<'_, W>, go_on: &mut dyn FnMut(u64) -> bool) {
        loop {
            if level.stop.load(Ordering::Relaxed) {
                return;
            }
            if level.table.is_full() {
                return;
            }
            if self.taken.is_empty() {
                if !go_on(self.tally.transitions) {
                    level.stop.store(true, Ordering::Relaxed);
                    return;
                }
                let from = level.next.fetch_add(CHUNK, Ordering::Relaxed);
                if from >= level.states.len() {
                    flush(&mut self.batch, level.table, &mut self.found);
                    return;
                }
                self.taken = from..(from + CHUNK).min(level.states.len());
            }
            let here = self.taken.start;
            self.taken.start += 1;
            self.expand(system, level, &level.states[here]);
        }
    }

    fn expand(&mut self, system: &P, level: &Level<'_, W>, state: &[u64; W]) {
        let Self {
            scratch,
            batch,
            found,
            tally,
            ..
        } = self;
        let mut edges = Marks::default();
        let marks = system.expand(scratch, state, &mut |edge| {
            tally.edge(level.number, &mut edges, &edge);
            batch.push(level.table, edge.to, ());
            if batch.is_full() && !level.table.is_full() {
                flush(batch, level.table, found);
            }
        });
        tally.note(level.number, &marks, edges);
    }
}

/// Stores what is pending.
fn flush<const W: usize>(batch: &mut Batch<W, ()>, table: &Table<W>, found: &mut Vec<[u64; W]>) {
    batch.flush(table, |state, (), _, new| {
        if new {
            found.push(*state);
        }
    });
}
