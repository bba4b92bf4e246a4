//! Promises on small graphs, the published mistakes among them.

use super::*;

/// Rows of (label, target); capital labels are fair.
struct Puzzle {
    rows: Vec<Vec<(char, u32)>>,
    graph: Graph,
}

fn puzzle(rows: &[&[(char, u32)]]) -> Puzzle {
    let mut graph = Graph::default();
    for row in rows {
        for &(_, to) in *row {
            graph.push(StateId(to));
        }
        graph.end_row();
    }
    Puzzle {
        rows: rows.iter().map(|row| row.to_vec()).collect(),
        graph,
    }
}

/// The stem and the cycle of the run that breaks a promise.
type Lasso = Option<(Vec<u32>, Vec<u32>)>;

impl Puzzle {
    fn steps(&self, id: StateId) -> Vec<FairStep<char>> {
        let row = self.rows.get(id.index());
        row.into_iter()
            .flatten()
            .filter(|(label, _)| label.is_uppercase())
            .map(|&(label, to)| FairStep {
                label,
                to: StateId(to),
            })
            .collect()
    }

    fn broken(&self, due: &[u32], kept: &[u32]) -> Lasso {
        let states = self.rows.len();
        let marks = |of: &[u32]| (0..states as u32).map(|id| of.contains(&id)).collect();
        let (due, kept): (Vec<bool>, Vec<bool>) = (marks(due), marks(kept));
        let live = Live {
            graph: &self.graph,
            states,
            steps: |id| self.steps(id),
        };
        let promised = Promised {
            due: &due,
            kept: &kept,
        };
        let broken = live.broken(promised)?;
        let cycle = live.cycle(&broken).iter().map(|hop| hop.to.0).collect();
        Some((broken.stem.iter().map(|id| id.0).collect(), cycle))
    }

    fn eventually(&self, kept: &[u32]) -> Lasso {
        self.broken(&[0], kept)
    }
}

/// Two ways join, and only one of them has kept the promise: a search that marks states as visited and carries the promise
/// along its paths takes the join for kept (the documented gap of `eventually` in stateright).
#[test]
fn a_join_reached_by_a_way_that_kept_the_promise_does_not_hide_the_way_that_did_not() {
    let joined = puzzle(&[&[('A', 1), ('B', 2)], &[('C', 3)], &[('D', 3)], &[]]);
    assert_eq!(joined.eventually(&[1]), Some((vec![0, 2, 3], vec![])));
    assert_eq!(joined.eventually(&[1, 2]), None);
    assert_eq!(joined.eventually(&[3]), None);
}

/// The same gap on a ring: no state of it is terminal, so that whoever looks at terminal states only sees nothing.
#[test]
fn a_ring_that_never_keeps_the_promise_breaks_it() {
    let ring = puzzle(&[&[('A', 1)], &[('B', 2), ('c', 3)], &[('C', 1)], &[]]);
    assert_eq!(ring.eventually(&[3]), Some((vec![0, 1], vec![2, 1])));
    assert_eq!(ring.eventually(&[2]), Some((vec![0, 1, 3], vec![])));
    assert_eq!(ring.eventually(&[2, 3]), None);
}

#[test]
fn a_loop_on_one_state_is_no_way_to_put_off_what_is_owed() {
    let owed = puzzle(&[&[('a', 0), ('B', 1)], &[]]);
    assert_eq!(owed.eventually(&[1]), None);
    let unowed = puzzle(&[&[('a', 0), ('b', 1)], &[]]);
    assert_eq!(unowed.eventually(&[1]), Some((vec![0], vec![])));
    let fair_loop = puzzle(&[&[('A', 0), ('b', 1)], &[]]);
    assert_eq!(fair_loop.eventually(&[1]), Some((vec![0], vec![0])));
}

#[test]
fn the_last_state_of_a_run_lasts_for_ever() {
    let chain = puzzle(&[&[('A', 1)], &[('B', 2)], &[]]);
    let all = [0, 1, 2];
    assert_eq!(chain.broken(&all, &[2]), None, "always eventually");
    assert_eq!(chain.broken(&all, &[1]), Some((vec![0, 1, 2], vec![])));
}

#[test]
fn a_promise_may_be_kept_several_times_before_it_is_broken() {
    // 0 is due and kept in 1; then 2 is due and never kept.
    let twice = puzzle(&[&[('A', 1)], &[('B', 2)], &[('C', 3)], &[('D', 2)]]);
    assert_eq!(
        twice.broken(&[0, 2], &[1]),
        Some((vec![0, 1, 2], vec![3, 2]))
    );
    assert_eq!(twice.broken(&[0], &[1]), None);
}

#[test]
fn a_promise_that_is_kept_where_it_falls_due_is_kept() {
    let here = puzzle(&[&[('A', 1)], &[]]);
    assert_eq!(here.broken(&[1], &[1]), None);
    assert_eq!(here.broken(&[1], &[0]), Some((vec![0, 1], vec![])));
}

#[test]
fn what_comes_and_goes_may_be_missed_for_ever_and_what_stays_may_not() {
    let comes_and_goes = puzzle(&[&[('a', 1), ('X', 2)], &[('b', 0)], &[]]);
    // A run may stay in 1, where nothing fair is possible.
    assert_eq!(comes_and_goes.eventually(&[2]), Some((vec![0, 1], vec![])));
    let goes_round = puzzle(&[&[('A', 1), ('X', 2)], &[('B', 0)], &[]]);
    assert_eq!(goes_round.eventually(&[2]), Some((vec![0], vec![1, 0])));
    let stays = puzzle(&[&[('A', 1), ('X', 2)], &[('B', 0), ('X', 2)], &[]]);
    assert_eq!(stays.eventually(&[2]), None);
}

/// One process of two alike is starved. Among orbits the two states with one process at work are one state with a loop on it,
/// on which both seem to be served again and again (TLC and Rumur leave symmetry to the user, who gets a wrong answer).
#[test]
fn a_process_that_is_starved_is_seen_by_its_name() {
    // 0: both idle; 1: the first works; 2: the second works. `A` and `B` begin, `a` and `b` end.
    let by_name = puzzle(&[&[('a', 1), ('b', 2)], &[('A', 0)], &[('B', 0)]]);
    assert_eq!(by_name.broken(&[0, 1, 2], &[2]), Some((vec![0], vec![])));
    // Where somebody always works, the first can still go on for ever without the second.
    let busy = puzzle(&[&[('A', 1), ('B', 2)], &[('C', 0)], &[('D', 0)]]);
    let (stem, cycle) = busy.broken(&[0, 1, 2], &[2]).unwrap();
    assert_eq!((stem, cycle), (vec![0], vec![1, 0]));
}

#[test]
fn what_was_not_expanded_is_no_place_to_stay() {
    let mut cut_short = puzzle(&[&[('A', 1)]]);
    cut_short.rows.push(Vec::new());
    assert_eq!(cut_short.eventually(&[]), None);
}

/// A run that comes back to the first state after it has kept `eventually` has kept it.
#[test]
fn eventually_is_due_once() {
    let ring = puzzle(&[&[('A', 1)], &[('B', 2)], &[('C', 0), ('d', 3)], &[]]);
    assert_eq!(ring.eventually(&[1]), None);
}
