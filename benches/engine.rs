//! The time of `check` on the engine, on the core model and its fleets: `cargo bench --bench engine`. To be read beside
//! `--bench by_hand` and `--bench store`, in ratios, see `docs/performance.md`.

use std::path::Path;
use std::time::Duration;

use criterion::measurement::WallTime;
use criterion::{
    BenchmarkGroup, BenchmarkId, Criterion, SamplingMode, Throughput, criterion_group,
    criterion_main,
};

use rollproof::model::ground::Model;
use rollproof::model::loader::Loader;
use rollproof::model::settings::Overrides;
use rollproof::search::budget::Unlimited;
use rollproof::tasks::check::check;
use rollproof::tasks::effort::{Effort, Reductions};
use rollproof::tasks::outcome::Verdict;
use rollproof::tasks::request::Asked;

const SYMMETRY: Reductions = Reductions {
    symmetry: true,
    ..Reductions::NONE
};

/// One invariant of states, and nothing else.
const INVARIANT: &[&str] = &["no_mismatched_failover"];
/// All invariants, whether everything is defined, and the goal.
const EVERYTHING: &[&str] = &[];

/// States of core 5/3.
const STATES: u64 = 8_402_880;

/// The core model with so many nodes and EVSs, no faults and `drain`.
fn core(nodes: usize, evs: usize) -> Model {
    cluster(nodes, evs, &["drain"], 0)
}

/// The same where two nodes may be worked on at a time, and one EVS be offline.
fn fleet(nodes: usize) -> Model {
    cluster(nodes, nodes / 2, &["drain", "one_offline"], 2)
}

fn cluster(nodes: usize, evs: usize, policies: &[&str], limit: usize) -> Model {
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("core-{nodes}-{evs}.json"));
    let text = format!(
        r#"{{ "rules": "exchange-core", "objects": {{ "node": {{ "Node[1-{nodes}]": {{}} }},
            "evs": {{ "EVS[1-{evs}]": {{ "host": "Node[1-{evs}]" }} }} }} }}"#
    );
    std::fs::write(&file, text)
        .unwrap_or_else(|error| unreachable!("the folder is Cargo's: {error}"));
    let overrides = Overrides {
        policies: policies.iter().map(|&p| (p.to_owned(), true)).collect(),
        params: vec![("limit".to_owned(), limit.to_string())],
        ..Overrides::default()
    };
    let name = file.display().to_string();
    let (model, diagnostics) = Loader::default().load_cluster(&name, &overrides);
    model.unwrap_or_else(|| unreachable!("the cluster is sound: {diagnostics:?}"))
}

/// Checks that all holds, and that so many states were stored.
fn holds(model: &Model, properties: &[&str], reductions: Reductions, threads: usize, states: u64) {
    let asked = Asked {
        exposure: None,
        properties: properties.iter().map(|&name| name.to_owned()).collect(),
        effort: Effort {
            threads,
            reductions,
            ..Effort::default()
        },
    };
    let answer = check(model, &asked, &mut Unlimited)
        .unwrap_or_else(|error| unreachable!("what is asked for exists: {error:?}"));
    assert_eq!(answer.search.states, states);
    assert_eq!(answer.verdict, Verdict::Holds);
}

fn group<'c>(c: &'c mut Criterion, name: &str) -> BenchmarkGroup<'c, WallTime> {
    let mut group = c.benchmark_group(name);
    group
        .sample_size(10)
        .sampling_mode(SamplingMode::Flat)
        .warm_up_time(Duration::from_millis(1));
    group
}

/// Every state of core 5/3: for the invariant alone, and with all that goes backwards.
fn all_states(c: &mut Criterion) {
    let model = core(5, 3);
    let mut group = group(c, "engine, core 5/3 without reductions");
    group.throughput(Throughput::Elements(STATES));
    for (name, properties) in [("invariant", INVARIANT), ("everything", EVERYTHING)] {
        for threads in [1, 2] {
            group.bench_function(format!("{name}, threads: {threads}"), |b| {
                b.iter(|| holds(&model, properties, Reductions::NONE, threads, STATES));
            });
        }
    }
    group.finish();
}

/// One state for each orbit.
fn orbits(c: &mut Criterion) {
    let mut group = group(c, "engine, orbits");
    for (nodes, evs, orbits) in [(5, 3, 15_918), (8, 4, 685_734)] {
        let model = core(nodes, evs);
        group.throughput(Throughput::Elements(orbits));
        for threads in [1, 2] {
            group.bench_function(format!("core {nodes}/{evs}, threads: {threads}"), |b| {
                b.iter(|| holds(&model, INVARIANT, SYMMETRY, threads, orbits));
            });
        }
    }
    group.finish();
}

/// The largest: two threads only.
fn many_orbits(c: &mut Criterion) {
    const ORBITS: u64 = 6_145_524;
    let model = core(10, 5);
    let mut group = group(c, "engine, many orbits");
    group.throughput(Throughput::Elements(ORBITS));
    group.bench_function("core 10/5, threads: 2", |b| {
        b.iter(|| holds(&model, INVARIANT, SYMMETRY, 2, ORBITS));
    });
    group.finish();
}

/// Equal records as one with a count, but for the smallest fleet, which has too few ground transitions for it. All properties.
fn fleets(c: &mut Criterion) {
    let mut group = group(c, "engine, fleets");
    for (nodes, orbits) in [(10, 6_009), (20, 26_009), (50, 169_709), (100, 688_209)] {
        let model = fleet(nodes);
        group.throughput(Throughput::Elements(orbits));
        group.bench_with_input(BenchmarkId::from_parameter(nodes), &model, |b, model| {
            b.iter(|| holds(model, EVERYTHING, SYMMETRY, 2, orbits));
        });
    }
    group.finish();
}

criterion_group!(benches, all_states, orbits, many_orbits, fleets);
criterion_main!(benches);
