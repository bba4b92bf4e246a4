//! The bare loop: nothing but the find-or-puts of an exhaustive search of the core model with 5 nodes and 3 servers, 66,010,800
//! over 8,402,880 distinct keys, with keys out of a counter in place of a model. It is the least that a search on this table
//! can cost.
//!
//! Growth is as in the engine: threads take chunks of operations, ask between chunks whether the table is full, and where it
//! is, all of them wait until one has doubled it. The table begins at its smallest size.

use std::ops::Range;
use std::sync::RwLock;
use std::sync::atomic::{AtomicU64, Ordering};

use rollproof::engine::store::{Batch, Table};

/// Find-or-puts, as many as core 5/3 has edges.
pub const OPERATIONS: u64 = 66_010_800;

/// Distinct keys, as many as core 5/3 has states.
pub const KEYS: u64 = 8_402_880;

/// Operations between two questions whether the table is full. Two threads overshoot by twice this at most, which the
/// smallest table has room for.
const CHUNK: u64 = 1024;

/// In which order the keys are asked for. Either way each is asked for 7.86 times on average.
#[derive(Clone, Copy, Debug)]
pub enum Order {
    /// As in the breadth-first search, as measured in core 5/3: new keys keep coming at an even rate (from the first to the last
    /// tenth of the search it falls from one in 7.0 to one in 10.8 only). Of the repeats, 44 % are of keys that are up to
    /// 2^16 keys old, every power of two as often as another (siblings, and the same way taken in another order a moment
    /// ago), and the others lie anywhere in the latest fifth of the keys (two levels back, this level and the next).
    BreadthFirst,
    /// Every key anywhere: repeats come late, so that the cache does not help. All keys are known after the first quarter.
    Shuffled,
}

/// Keys of some of the operations, in order.
pub fn keys(order: Order, operations: Range<u64>, mut each: impl FnMut(u64)) {
    match order {
        Order::BreadthFirst => {
            // The next key is new at the operation where `due` runs over: first at the first of all.
            let progress = operations.start * KEYS + (OPERATIONS - KEYS);
            let mut known = progress / OPERATIONS;
            let mut due = progress % OPERATIONS;
            for operation in operations {
                due = due.wrapping_add(KEYS);
                let new = due >= OPERATIONS;
                known = known.wrapping_add(u64::from(new));
                due = due.wrapping_sub(if new { OPERATIONS } else { 0 });
                let age = if new { 0 } else { age(operation, known) };
                each(key(known.wrapping_sub(1).wrapping_sub(age)));
            }
        }
        Order::Shuffled => {
            // A prime near the golden section of the operations: its multiples visit each once, and near ones late.
            const STEP: u64 = 40_796_921;
            let mut place = operations.start * STEP % OPERATIONS;
            for _ in operations {
                each(key(place % KEYS));
                place = place.wrapping_add(STEP);
                place = place.wrapping_sub(if place >= OPERATIONS { OPERATIONS } else { 0 });
            }
        }
    }
}

/// How many keys ago the key of this operation was new: see [`Order::BreadthFirst`].
#[inline]
fn age(operation: u64, known: u64) -> u64 {
    let random = operation.wrapping_mul(0xD134_2543_DE82_EF95);
    let random = (random ^ (random >> 32)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let power = 1_u64.wrapping_shl((random >> 60) as u32);
    let near = power | ((random >> 8) & power.wrapping_sub(1));
    let far = ((random & 0xFFFF_FFFF).wrapping_mul(known / 5)) >> 32;
    let age = if (random >> 56) & 15 < 7 { near } else { far };
    age.min(known.wrapping_sub(1))
}

/// Key number `number`: one state of one word, distinct for distinct numbers.
#[inline]
fn key(number: u64) -> u64 {
    number.wrapping_mul(0xF135_7AEA_2E62_A9C5)
}

/// Runs all operations on a table that begins empty.
pub fn run(order: Order, threads: usize) -> Table<1> {
    let table = RwLock::new(Table::new());
    let next = AtomicU64::new(0);
    std::thread::scope(|scope| {
        for _ in 1..threads {
            scope.spawn(|| work(order, &table, &next));
        }
        work(order, &table, &next);
    });
    table
        .into_inner()
        .unwrap_or_else(|_| unreachable!("no thread panics while it grows the table"))
}

fn work(order: Order, shared: &RwLock<Table<1>>, next: &AtomicU64) {
    let mut batch = Batch::new();
    loop {
        let start = next.fetch_add(CHUNK, Ordering::Relaxed);
        if start >= OPERATIONS {
            return;
        }
        if shared.read().is_ok_and(|table| table.is_full()) {
            grow(shared);
        }
        let Ok(table) = shared.read() else { return };
        let end = (start + CHUNK).min(OPERATIONS);
        keys(order, start..end, |key| {
            batch.push(&table, [key], ());
            if batch.is_full() {
                batch.flush(&table, |_, (), _, _| {});
            }
        });
        batch.flush(&table, |_, (), _, _| {});
    }
}

/// Waits for all threads to end their chunks, and doubles the table unless another thread has done it meanwhile.
fn grow(shared: &RwLock<Table<1>>) {
    if let Ok(mut table) = shared.write()
        && table.is_full()
    {
        table
            .grow()
            .unwrap_or_else(|error| unreachable!("128 MiB are to be had: {error}"));
    }
}
