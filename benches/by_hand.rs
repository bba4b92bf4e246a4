//! The time of a plain breadth-first loop over the core model, 5 nodes and 3 servers, by a program written by hand for it:
//! `cargo bench --bench by_hand`. The engine is compared with it, in ratios. As a program: `cargo run --release --example by_hand`.

use std::hint::black_box;
use std::time::Duration;

use criterion::{Criterion, SamplingMode, Throughput, criterion_group, criterion_main};

#[path = "by_hand/core_model.rs"]
mod core_model;

use core_model::{RACED, RACED_COUNTS, check_known_rows};

fn by_hand(c: &mut Criterion) {
    check_known_rows();
    let mut group = c.benchmark_group("by_hand");
    group
        .sample_size(10)
        .sampling_mode(SamplingMode::Flat)
        .warm_up_time(Duration::from_millis(1))
        .throughput(Throughput::Elements(RACED_COUNTS.states));
    group.bench_function("core 5/3, standard set", |b| {
        b.iter(|| assert_eq!(black_box(RACED).explore(), RACED_COUNTS));
    });
    group.finish();
}

criterion_group!(benches, by_hand);
criterion_main!(benches);
