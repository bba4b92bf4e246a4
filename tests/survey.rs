//! survey
mod oracle;
use oracle::random::{question, tape::Tape};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::*;

#[test]
fn survey() {
    let mut runner = TestRunner::new_with_rng(
        Config::default(),
        TestRng::deterministic_rng(RngAlgorithm::ChaCha),
    );
    let strategy = proptest::collection::vec(any::<u32>(), 400..1500);
    let (mut bad, mut big) = (0, 0);
    let mut shown = 0;
    let mut sizes = vec![];
    let mut used = vec![];
    let mut stats = std::collections::BTreeMap::<&str, u32>::new();
    let t = std::time::Instant::now();
    for i in 0..300 {
        let numbers = strategy.new_tree(&mut runner).unwrap().current();
        let mut tape = Tape::new(&numbers);
        let q = match question(&mut tape, "obj_") {
            Ok(q) => q,
            Err(e) => {
                bad += 1;
                if shown < 6 {
                    shown += 1;
                    println!("{e}\n------------");
                }
                continue;
            }
        };
        if i < 2 {
            println!("{}\n{}", q.rules, q.cluster);
        }
        match q.model() {
            Err(e) => {
                bad += 1;
                if shown < 6 {
                    shown += 1;
                    println!("{e}\n----------------");
                }
            }
            Ok(m) => {
                let t = std::time::Instant::now();
                match oracle::check::explore(&m, 1500) {
                    None => {
                        big += 1;
                        let e = t.elapsed();
                        if e.as_millis() > 100 {
                            println!("slow big {e:?}");
                        }
                    }
                    Some(g) => {
                        let c = oracle::check::check(&m, &g);
                        sizes.push(c.states);
                        used.push(tape.used());
                        let mut add = |n| *stats.entry(n).or_default() += 1;
                        if c.wrong_at_once {
                            add("wrong at once");
                        }
                        if c.witness.is_some() {
                            add("reachable");
                        }
                        if c.witness > Some(5) {
                            add("long witness");
                        }
                        if c.doomed.count > 0 {
                            add("doomed");
                        }
                        if c.doomed.count > 0 && c.witness.is_some() {
                            add("some doomed");
                        }
                        if c.well_defined.count > 0 {
                            add("undefined");
                        }
                        if c.well_defined.count > 0 && !c.wrong_at_once {
                            add("undefined later");
                        }
                        for (i, v) in c.invariants.iter().enumerate() {
                            if v.count > 0 {
                                add(if m.rules.invariants[i].transition {
                                    "TI"
                                } else {
                                    "INV"
                                });
                                if v.shortest > Some(5) {
                                    add("long");
                                }
                                if v.shortest > Some(0) {
                                    add("inv later");
                                }
                            }
                        }
                        let t = std::time::Instant::now();
                        let p = oracle::plan::cheapest(&m, 300);
                        let e = t.elapsed();
                        if e.as_millis() > 100 {
                            println!("slow plan {e:?} {}", c.states);
                        }
                        match p {
                            oracle::plan::Planned::None => add("no plan"),
                            oracle::plan::Planned::TooLarge => add("plan too large"),
                            oracle::plan::Planned::Cheapest { cost, .. } => add(if cost == 0 {
                                "plan 0"
                            } else if cost < 3 {
                                "plan 1-2"
                            } else {
                                "plan 3+"
                            }),
                        }
                        for _ in 0..3 {
                            let text = oracle::random::plans::plan(&mut tape, &m);
                            match oracle::random::plan(&m, &text) {
                                Err(e) => {
                                    add("bad plan");
                                    println!("{e}");
                                }
                                Ok(p) => match oracle::verify::verify(&m, &p, 1500) {
                                    None => add("verify too large"),
                                    Some(v) => {
                                        if v.valid() {
                                            add("valid");
                                            if p.items.len() > 1 {
                                                add("valid 2+");
                                            }
                                        }
                                        if !v.safe() {
                                            add("unsafe")
                                        }
                                        if v.refused.count > 0 {
                                            add("refused")
                                        }
                                        if v.lasso {
                                            add("lasso")
                                        }
                                        if v.stuck {
                                            add("stuck")
                                        }
                                        if !v.complete {
                                            add("incomplete")
                                        }
                                    }
                                },
                            }
                        }
                    }
                }
            }
        }
    }
    sizes.sort();
    used.sort();
    println!("{used:?}");
    println!("bad {bad} big {big} sizes {sizes:?} {:?}", t.elapsed());
    println!("{stats:#?}");
}
