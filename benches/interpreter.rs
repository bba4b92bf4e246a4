//! Speed of the reference interpreter under its searches, `verify` (with exposure) and `plan`, on shipped models: `cargo bench
//! --bench interpreter`. `check` runs on the engine, see `benches/engine.rs`.

use criterion::{Criterion, criterion_group, criterion_main};

use rollproof::model::ground::Model;
use rollproof::model::loader::Loader;
use rollproof::model::settings::Overrides;
use rollproof::search::budget::Unlimited;
use rollproof::tasks::effort::Effort;
use rollproof::tasks::exposure::strikes::Limits;
use rollproof::tasks::exposure::{Question, exposure};
use rollproof::tasks::plan::plan;
use rollproof::tasks::request::Asked;
use rollproof::tasks::verify::verify;

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
    let mut group = c.benchmark_group("verify");
    group.sample_size(10);
    for name in ["exchange-2003/two-node", "exchange-2003/four-node"] {
        let (found, diagnostics) = Loader::default().load_plan(name, &Overrides::default());
        let (model, plan) =
            found.unwrap_or_else(|| unreachable!("the library is sound: {diagnostics:?}"));
        group.bench_function(name, |b| {
            b.iter(|| {
                verify(&model, &plan, &Asked::default(), &mut Unlimited)
                    .map(|answer| answer.search.states)
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
            b.iter(|| {
                plan(&model, &Effort::default(), &mut Unlimited).map(|answer| answer.search.states)
            });
        });
    }
    group.finish();
}

/// What one fault does at each step, with whether the goal can still be reached.
fn exposed(c: &mut Criterion) {
    let mut group = c.benchmark_group("exposure");
    group.sample_size(10);
    for name in [
        "exchange-2003/four-node-onto-node4",
        "exchange-core/n30-m15",
    ] {
        let (found, diagnostics) = Loader::default().load_plan(name, &Overrides::default());
        let (model, plan) =
            found.unwrap_or_else(|| unreachable!("the library is sound: {diagnostics:?}"));
        let question = Question {
            limits: Limits {
                faults: 1,
                slips: 0,
            },
            ..Question::default()
        };
        group.bench_function(name, |b| {
            b.iter(|| exposure(&model, &plan, &question, &mut Unlimited).map(|found| found.tried));
        });
    }
    group.finish();
}

criterion_group!(benches, interpreter, exposed);
criterion_main!(benches);
