//! Speed of the reference interpreter under its searches, on shipped models: `cargo bench`.
//!
//! These are the figures that the engine will be compared with, in the same run.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};

use rollproof::model::ground::Model;
use rollproof::model::loader::Loader;
use rollproof::model::settings::Overrides;
use rollproof::search::budget::Unlimited;
use rollproof::tasks::check::check;
use rollproof::tasks::plan::plan;
use rollproof::tasks::request::Asked;

fn cluster(name: &str) -> Model {
    let overrides = Overrides {
        policies: if name.starts_with("exchange-core/") {
            vec![("drain".to_owned(), true)]
        } else {
            Vec::new()
        },
        ..Overrides::default()
    };
    let (model, diagnostics) = Loader::default().load_cluster(name, &overrides);
    model.unwrap_or_else(|| unreachable!("the library is sound: {diagnostics:?}"))
}

fn interpreter(c: &mut Criterion) {
    let mut group = c.benchmark_group("check");
    group.sample_size(10);
    for (name, states) in [
        ("exchange-core/n2-m1", 176),
        ("exchange-core/n3-m2", 6816),
        ("exchange-2003/two-node", 3776),
    ] {
        let model = cluster(name);
        group.throughput(Throughput::Elements(states));
        group.bench_function(name, |b| {
            b.iter(|| {
                check(&model, &Asked::default(), &mut Unlimited).map(|answer| answer.search.states)
            });
        });
    }
    group.finish();

    let mut group = c.benchmark_group("plan");
    group.sample_size(10);
    for name in [
        "exchange-2003/two-node",
        "exchange-2003/four-node",
        "exchange-core/n4-m2",
    ] {
        let model = cluster(name);
        group.bench_function(name, |b| {
            b.iter(|| plan(&model, &mut Unlimited).map(|answer| answer.search.states));
        });
    }
    group.finish();
}

criterion_group!(benches, interpreter);
criterion_main!(benches);
