//! How far a search has come, in one line. Knows no terminal.

use std::time::Duration;

use crate::search::budget::Progress;

use super::words::{bytes, count, grouped};

/// `12,345 states, 24,000/s, depth 14, 1,200 to expand, 85 MB`
#[must_use]
pub fn line(progress: Progress, elapsed: Duration, memory: Option<u64>) -> String {
    let states = progress.states as u64;
    let millis = u64::try_from(elapsed.as_millis())
        .unwrap_or(u64::MAX)
        .max(1);
    let mut pieces = vec![
        count(states, "state"),
        format!("{}/s", grouped(states.saturating_mul(1_000) / millis)),
        format!("depth {}", progress.depth),
        format!("{} to expand", grouped(progress.frontier as u64)),
    ];
    pieces.extend(memory.map(bytes));
    pieces.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_tells_states_rate_depth_frontier_and_memory() {
        let progress = Progress {
            states: 12_345,
            frontier: 1_200,
            transitions: 50_000,
            depth: 14,
        };
        assert_eq!(
            line(progress, Duration::from_millis(500), Some(85_000_000)),
            "12,345 states, 24,690/s, depth 14, 1,200 to expand, 85 MB"
        );
        assert_eq!(
            line(Progress::default(), Duration::ZERO, None),
            "0 states, 0/s, depth 0, 0 to expand"
        );
    }
}
