//! What a search may spend: states, memory, time, and the patience of whoever presses Ctrl-C. Shows progress on the way.

use std::io::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use rollproof::report::progress;
use rollproof::search::budget::{Budget, Progress, Stop};

use super::arguments::Search;

/// The clock is read at one of so many calls at most: a call may be as cheap as a state of a packed engine.
const CLOCK_EVERY: u32 = 16;
/// While this much time or more passes between two looks at the clock, it is read at every call: a call may also be as dear
/// as dozens of states with thousands of transitions each.
const SLOW: Duration = Duration::from_millis(1);
/// Memory is read this often: on some systems it means opening a file.
const MEMORY_EVERY: Duration = Duration::from_millis(20);
/// Progress is shown this often.
const SHOW_EVERY: Duration = Duration::from_millis(500);

/// The limits of one run of the program; a suite shares them between its cases.
pub struct Limits {
    max_states: usize,
    max_memory: Option<u64>,
    deadline: Option<Instant>,
    interrupted: Arc<AtomicBool>,
    watched: bool,
    begun: Instant,
    /// The clock is read at one of so many calls now.
    every: u32,
    /// So many calls are still to come before that.
    wait: u32,
    looked: Instant,
    memory_read: Option<Instant>,
    memory: u64,
    peak: u64,
    shown: Instant,
    line_open: bool,
}

impl Limits {
    /// Limits as asked for. Progress is shown where somebody watches.
    pub fn new(search: &Search, interrupted: Arc<AtomicBool>, watched: bool) -> Self {
        let begun = Instant::now();
        Self {
            max_states: search
                .max_states
                .map_or(usize::MAX, |n| usize::try_from(n).unwrap_or(usize::MAX)),
            max_memory: search.max_memory,
            deadline: search.timeout.and_then(|time| begun.checked_add(time)),
            interrupted,
            watched,
            begun,
            every: 1,
            wait: 0,
            looked: begun,
            memory_read: None,
            memory: 0,
            peak: 0,
            shown: begun,
            line_open: false,
        }
    }

    /// How long it took so far.
    pub fn elapsed(&self) -> Duration {
        self.begun.elapsed()
    }

    /// The most memory that was seen.
    pub fn peak(&mut self) -> u64 {
        self.read_memory(Instant::now());
        self.peak
    }

    /// Takes the progress line away.
    pub fn finish(&mut self) {
        if self.line_open {
            self.line_open = false;
            let _ = write!(std::io::stderr(), "\r\u{1b}[2K");
        }
    }

    fn read_memory(&mut self, now: Instant) {
        if let Some(stats) = memory_stats::memory_stats() {
            self.memory = stats.physical_mem as u64;
            self.peak = self.peak.max(self.memory);
        }
        self.memory_read = Some(now);
    }

    fn look(&mut self, now: Instant) -> Option<Stop> {
        if self.deadline.is_some_and(|deadline| now >= deadline) {
            return Some(Stop::Time);
        }
        let stale = |then: Instant| now.duration_since(then) >= MEMORY_EVERY;
        if self.memory_read.is_none_or(stale) {
            self.read_memory(now);
        }
        (self.max_memory.is_some_and(|most| self.memory > most)).then_some(Stop::Memory)
    }

    fn show(&mut self, now: Instant, progress: Progress) {
        if !self.watched || now.duration_since(self.shown) < SHOW_EVERY {
            return;
        }
        self.shown = now;
        self.line_open = true;
        let memory = (self.memory > 0).then_some(self.memory);
        let line = progress::line(progress, now.duration_since(self.begun), memory);
        let _ = write!(std::io::stderr(), "\r\u{1b}[2K{line}");
    }
}

impl Drop for Limits {
    fn drop(&mut self) {
        self.finish();
    }
}

impl Budget for Limits {
    fn announce(&mut self, text: &str) {
        if self.watched {
            self.finish();
            let _ = writeln!(std::io::stderr(), "{text}");
        }
    }

    fn max_states(&self) -> usize {
        self.max_states
    }

    fn spend(&mut self, progress: Progress) -> Option<Stop> {
        if self.interrupted.load(Ordering::Relaxed) {
            return Some(Stop::Interrupted);
        }
        if self.wait > 0 {
            self.wait -= 1;
            return None;
        }
        let now = Instant::now();
        self.every = if now.duration_since(self.looked) >= SLOW {
            1
        } else {
            self.every.saturating_mul(2).min(CLOCK_EVERY)
        };
        self.wait = self.every - 1;
        self.looked = now;
        let stop = self.look(now);
        self.show(now, progress);
        stop
    }
}

/// A flag that the first Ctrl-C (or a request to end) raises. The second one ends the program at once.
pub fn interruption() -> Arc<AtomicBool> {
    let flag = Arc::new(AtomicBool::new(false));
    let raised = flag.clone();
    // Where no handler can be set, Ctrl-C ends the program at once, as it does everywhere.
    let _ = ctrlc::set_handler(move || {
        if raised.swap(true, Ordering::Relaxed) {
            std::process::exit(130);
        }
    });
    flag
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits(search: &Search) -> Limits {
        Limits::new(search, Arc::default(), false)
    }

    const NONE: Search = Search {
        max_states: None,
        max_memory: None,
        timeout: None,
        threads: None,
        reduce: None,
        no_reduce: false,
    };

    #[test]
    fn without_limits_nothing_stops() {
        let mut limits = limits(&NONE);
        assert!((0..1_000).all(|_| limits.spend(Progress::default()).is_none()));
        assert_eq!(limits.max_states(), usize::MAX);
    }

    #[test]
    fn each_limit_stops_by_its_name() {
        let timeout = Some(Duration::ZERO);
        let mut late = limits(&Search { timeout, ..NONE });
        assert_eq!(late.spend(Progress::default()), Some(Stop::Time));
        let max_memory = Some(1);
        let mut large = limits(&Search { max_memory, ..NONE });
        assert_eq!(large.spend(Progress::default()), Some(Stop::Memory));
        let max_states = Some(7);
        assert_eq!(limits(&Search { max_states, ..NONE }).max_states(), 7);
    }

    #[test]
    fn the_clock_is_read_at_every_call_where_calls_are_slow() {
        let timeout = Some(Duration::from_millis(30));
        let mut limits = limits(&Search { timeout, ..NONE });
        let fast = (0..100).find_map(|_| limits.spend(Progress::default()));
        assert_eq!(fast, None);
        // At most as many calls as were cheap enough not to look, then one that is too late.
        let slow = (0..2 * CLOCK_EVERY).find_map(|_| {
            std::thread::sleep(Duration::from_millis(3));
            limits.spend(Progress::default())
        });
        assert_eq!(slow, Some(Stop::Time));
    }

    #[test]
    fn an_interruption_is_seen_at_the_next_call() {
        let flag = Arc::new(AtomicBool::new(false));
        let mut limits = Limits::new(&NONE, flag.clone(), false);
        assert_eq!(limits.spend(Progress::default()), None);
        flag.store(true, Ordering::Relaxed);
        assert_eq!(limits.spend(Progress::default()), Some(Stop::Interrupted));
    }

    #[test]
    fn two_threads_that_begin_at_once_both_read_the_memory() {
        let read = || limits(&NONE).peak();
        let peaks = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..8).map(|_| scope.spawn(read)).collect();
            threads
                .into_iter()
                .map(|t| t.join().unwrap())
                .collect::<Vec<u64>>()
        });
        assert!(peaks.iter().all(|peak| *peak > 0), "{peaks:?}");
    }

    #[test]
    fn the_most_memory_is_remembered() {
        assert!(limits(&NONE).peak() > 0);
    }
}
