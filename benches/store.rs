//! The time of the find-or-puts of a search alone, see `store/bare_loop.rs`: `cargo bench --bench store`. The engine is
//! compared with the breadth-first order on as many threads, in ratios. The time of the keys alone says how much of it is not
//! the table's.

use std::hint::black_box;
use std::time::Duration;

use criterion::{Criterion, SamplingMode, Throughput, criterion_group, criterion_main};

#[path = "store/bare_loop.rs"]
mod bare_loop;

use bare_loop::{KEYS, OPERATIONS, Order, keys, run};

fn store(c: &mut Criterion) {
    let mut group = c.benchmark_group("store");
    group
        .sample_size(10)
        .sampling_mode(SamplingMode::Flat)
        .warm_up_time(Duration::from_millis(1))
        .throughput(Throughput::Elements(OPERATIONS));
    for (name, order) in [
        ("breadth-first", Order::BreadthFirst),
        ("shuffled", Order::Shuffled),
    ] {
        for threads in [1, 2] {
            group.bench_function(format!("{name}, threads: {threads}"), |b| {
                b.iter(|| {
                    let table = run(black_box(order), threads);
                    assert_eq!(table.len() as u64, KEYS);
                });
            });
        }
        group.bench_function(format!("{name}, keys alone"), |b| {
            b.iter(|| {
                let mut sum = 0_u64;
                keys(black_box(order), 0..OPERATIONS, |key| {
                    sum = sum.wrapping_add(key);
                });
                sum
            });
        });
    }
    group.finish();
}

criterion_group!(benches, store);
criterion_main!(benches);
