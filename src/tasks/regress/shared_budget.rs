//! One budget for many searches at the same time: whoever finds it busy need not look, for somebody is looking.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU8, Ordering};

use crate::model::suite::Case;
use crate::search::budget::{Budget, Progress, Stop};

/// The budget of the run.
pub(crate) struct SharedBudget<'b> {
    max_states: usize,
    /// What it said last: 0 for go on.
    said: AtomicU8,
    whole: Mutex<&'b mut (dyn Budget + Send)>,
}

const STOPS: [Stop; 6] = [
    Stop::States,
    Stop::Memory,
    Stop::Time,
    Stop::Interrupted,
    Stop::NodeSize,
    Stop::ModelSize,
];

impl<'b> SharedBudget<'b> {
    pub(crate) fn new(whole: &'b mut (dyn Budget + Send)) -> Self {
        Self {
            max_states: whole.max_states(),
            said: AtomicU8::new(0),
            whole: Mutex::new(whole),
        }
    }

    pub(crate) const fn max_states(&self) -> usize {
        self.max_states
    }

    fn spend(&self, progress: Progress) -> Option<Stop> {
        if let Ok(mut whole) = self.whole.try_lock() {
            let stop = whole.spend(progress);
            let code = stop.and_then(|stop| STOPS.iter().position(|s| *s == stop));
            let code = code.and_then(|code| u8::try_from(code + 1).ok());
            if let Some(code) = code {
                self.said.store(code, Ordering::SeqCst);
            }
            return stop;
        }
        let code = usize::from(self.said.load(Ordering::SeqCst));
        code.checked_sub(1).map(|code| STOPS[code])
    }
}

/// The budget of the run, with a limit of one's own on states.
pub(crate) struct Share<'a, 'b> {
    most: usize,
    whole: &'a SharedBudget<'b>,
}

impl<'a, 'b> Share<'a, 'b> {
    pub(crate) const fn new(whole: &'a SharedBudget<'b>) -> Self {
        Self {
            most: usize::MAX,
            whole,
        }
    }

    /// With the limit of a case.
    pub(crate) fn of_case(case: &Case, whole: &'a SharedBudget<'b>) -> Self {
        let most = case.max_states.as_ref();
        let most = most.and_then(|most| usize::try_from(most.value).ok());
        Self {
            most: most.unwrap_or(usize::MAX),
            whole,
        }
    }
}

impl Budget for Share<'_, '_> {
    fn max_states(&self) -> usize {
        self.most.min(self.whole.max_states)
    }

    fn spend(&mut self, progress: Progress) -> Option<Stop> {
        self.whole.spend(progress)
    }
}
