//! The table against the standard library's set.

use std::collections::{HashMap, HashSet};
use std::sync::Barrier;
use std::sync::atomic::{AtomicUsize, Ordering};

use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, any, prop_oneof};
use proptest::{prop_assert_eq, proptest};

use super::{Batch, FEWEST_SLOTS, Marks, Put, Table};

/// Words that collide often, in part or whole, and both ends of the range.
fn word() -> impl Strategy<Value = u64> {
    prop_oneof![
        Just(0),
        Just(u64::MAX),
        0..4_u64,
        (0..4_u64).prop_map(|high| high << 62),
        any::<u64>(),
    ]
}

/// States of `W` words, many of them several times.
fn states<const W: usize>() -> impl Strategy<Value = Vec<[u64; W]>> {
    vec(vec(word(), W), 0..400).prop_map(|states| {
        states
            .into_iter()
            .map(|state| std::array::from_fn(|place| state[place]))
            .collect()
    })
}

/// What the table must have said, had each state been put in turn.
fn agrees_with_the_standard_set<const W: usize>(
    states: &[[u64; W]],
) -> Result<(), proptest::test_runner::TestCaseError> {
    let mut table = Table::new();
    let mut twin = HashMap::new();
    for state in states {
        let hash = Table::hash(state);
        prop_assert_eq!(table.find(hash, state), twin.get(state).copied());
        match table.put(hash, state) {
            Put::New(slot) => prop_assert_eq!(twin.insert(*state, slot), None),
            Put::Seen(slot) => prop_assert_eq!(twin.get(state), Some(&slot)),
        }
        prop_assert_eq!(table.len(), twin.len());
    }
    let slots: HashSet<_> = twin.values().copied().collect();
    prop_assert_eq!(slots.len(), twin.len(), "two states share a slot");
    for slot in 0..table.slot_count() {
        let state = table.state(slot);
        prop_assert_eq!(state.is_some(), slots.contains(&slot));
        prop_assert_eq!(
            state.map(|state| twin.get(&state).copied()),
            state.map(|_| Some(slot))
        );
    }
    table.clear();
    prop_assert_eq!(table.len(), 0);
    for state in states {
        prop_assert_eq!(table.find(Table::hash(state), state), None);
    }
    Ok(())
}

proptest! {
    #[test]
    fn a_table_of_one_word_agrees_with_the_standard_set(states in states::<1>()) {
        agrees_with_the_standard_set(&states)?;
    }

    #[test]
    fn a_table_of_two_words_agrees_with_the_standard_set(states in states::<2>()) {
        agrees_with_the_standard_set(&states)?;
    }

    #[test]
    fn a_table_of_three_words_agrees_with_the_standard_set(states in states::<3>()) {
        agrees_with_the_standard_set(&states)?;
    }
}

/// States that share their home slot and, for several words, the whole header, so that only the words tell them apart.
fn with_one_hash<const W: usize>() {
    for hash in [0, 3, u64::MAX] {
        let table = Table::<W>::new();
        for i in 1..=300_u64 {
            let state = [i; W];
            assert_eq!(table.find(hash, &state), None);
            assert!(matches!(table.put(hash, &state), Put::New(_)));
        }
        let slots: HashSet<_> = (1..=300_u64)
            .map(|i| match table.put(hash, &[i; W]) {
                Put::Seen(slot) => slot,
                Put::New(slot) => panic!("{i} was forgotten, and put at {slot}"),
            })
            .collect();
        assert_eq!(slots.len(), 300);
        assert_eq!(table.find(hash, &[301; W]), None);
        assert_eq!(table.len(), 300);
    }
}

#[test]
fn states_with_one_hash_are_told_apart_and_probing_goes_round_the_end() {
    with_one_hash::<1>();
    with_one_hash::<2>();
    with_one_hash::<3>();
}

/// State number `i`: distinct for distinct numbers, the first word often the same as another's.
fn numbered<const W: usize>(i: usize) -> [u64; W] {
    let i = i as u64;
    std::array::from_fn(|place| if place + 1 == W { i } else { i % 5 })
}

fn growth_keeps_all<const W: usize>() {
    let mut table = Table::<W>::new();
    let mut growths = 0;
    for i in 0..100_000 {
        let state = numbered(i);
        if table.is_full() {
            assert!(table.len() * 10 > table.slots() * 7 - 70, "not before 70 %");
            table.grow().expect("a small table may grow");
            growths += 1;
        }
        assert!(matches!(
            table.put(Table::hash(&state), &state),
            Put::New(_)
        ));
        assert!(table.len() < table.slots());
    }
    assert_eq!(growths, 4, "100,000 states fill 70 % of 2^17 slots");
    assert_eq!(table.slots(), FEWEST_SLOTS << growths);
    assert_eq!(table.len(), 100_000);
    let slots: HashSet<_> = (0..100_000)
        .filter_map(|i| {
            let state = numbered(i);
            let slot = table.find(Table::hash(&state), &state)?;
            assert_eq!(table.state(slot), Some(state));
            Some(slot)
        })
        .collect();
    assert_eq!(slots.len(), 100_000);
    let unknown = numbered(100_000);
    assert_eq!(table.find(Table::hash(&unknown), &unknown), None);
}

#[test]
fn growth_keeps_all_states() {
    growth_keeps_all::<1>();
    growth_keeps_all::<2>();
    growth_keeps_all::<3>();
}

#[test]
fn a_state_of_one_word_costs_no_more_than_its_slot() {
    let mut table = Table::<1>::new();
    assert_eq!(table.bytes(), table.slots() * 8);
    table.grow().expect("a small table may grow");
    assert_eq!(table.bytes(), table.slots() * 8);
    assert_eq!(Table::<2>::new().bytes(), FEWEST_SLOTS * 24);
}

#[test]
fn memory_that_is_not_to_be_had_is_an_error_and_changes_nothing() {
    assert!(super::Memory::<1>::new(1 << (usize::BITS - 4)).is_err());
    assert!(super::Memory::<3>::new(1 << (usize::BITS - 1)).is_err());
}

#[test]
fn a_batch_says_of_each_state_in_turn_whether_it_is_new() {
    let table = Table::<2>::new();
    let mut batch = Batch::new();
    let mut twin = HashSet::new();
    let mut tags = 0..;
    for i in 0..5_000 {
        batch.push(&table, numbered(i % 700), i);
        if batch.is_full() || i == 4_999 {
            batch.flush(&table, |state, tag, slot, new| {
                assert_eq!(Some(tag), tags.next());
                assert_eq!(*state, numbered(tag % 700));
                assert_eq!(new, twin.insert(*state));
                assert_eq!(table.state(slot), Some(*state));
            });
            assert!(batch.is_empty());
        }
    }
    assert_eq!(tags.next(), Some(5_000));
    assert_eq!(table.len(), 700);
}

/// Threads put overlapping parts of the same states, so that each state is put by two or more at nearly the same time.
fn each_is_new_once<const W: usize>(threads: usize) {
    const STATES: usize = 40_000;
    for round in 0..8 {
        let mut table = Table::<W>::new();
        while table.slots() < 1 << 16 {
            table.grow().expect("a small table may grow");
        }
        let news = Marks::new(STATES);
        let told = AtomicUsize::new(0);
        let start = Barrier::new(threads);
        std::thread::scope(|scope| {
            for thread in 0..threads {
                let (table, news, told, start) = (&table, &news, &told, &start);
                scope.spawn(move || {
                    let mut batch = Batch::new();
                    let flush = |batch: &mut Batch<W, usize>| {
                        batch.flush(table, |_, i, slot, new| {
                            assert_eq!(table.state(slot), Some(numbered(i)));
                            if new {
                                told.fetch_add(1, Ordering::Relaxed);
                                assert!(news.set(i), "{i} was new twice");
                            }
                        });
                    };
                    start.wait();
                    for i in thread * STATES / (2 * threads)..STATES {
                        batch.push(table, numbered(i ^ round), i ^ round);
                        if batch.is_full() {
                            flush(&mut batch);
                        }
                    }
                    flush(&mut batch);
                });
            }
        });
        assert_eq!(told.into_inner(), STATES);
        assert_eq!(news.count(), STATES);
        assert_eq!(table.len(), STATES);
        assert!((0..STATES).all(|i| {
            let state = numbered(i);
            table.find(Table::hash(&state), &state).is_some()
        }));
    }
}

#[test]
fn of_several_threads_exactly_one_is_told_that_a_state_is_new() {
    for threads in [2, 3, 8] {
        each_is_new_once::<1>(threads);
        each_is_new_once::<2>(threads);
        each_is_new_once::<3>(threads);
    }
}

#[test]
fn marks_are_set_once_and_counted() {
    let marks = Marks::new(130);
    assert_eq!(marks.count(), 0);
    for slot in [0, 63, 64, 129] {
        assert!(!marks.get(slot));
        assert!(marks.set(slot));
        assert!(!marks.set(slot));
        assert!(marks.get(slot));
    }
    assert!(!marks.get(1) && !marks.get(65) && !marks.get(128));
    assert_eq!(marks.count(), 4);
}

#[test]
fn of_several_threads_exactly_one_sets_a_mark() {
    let marks = Marks::new(10_000);
    let set: usize = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..4)
            .map(|_| scope.spawn(|| (0..10_000).filter(|slot| marks.set(*slot)).count()))
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().expect("marking does not panic"))
            .sum()
    });
    assert_eq!(set, 10_000);
    assert_eq!(marks.count(), 10_000);
}
