//! Where the questions of the laws come from: the same ones on every run, unless a longer hunt is asked for.

use std::env;

use proptest::collection::vec;
use proptest::prelude::any;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};
use rollproof::model::ground::Model;

use crate::oracle::check::{Graph, explore};
use crate::oracle::random::tape::Tape;
use crate::oracle::random::{Question, question, temporal_question};

/// How many states a question may have; larger ones are passed over.
pub const MAX_STATES: usize = 600;
/// How many questions each law is tried on.
pub const CASES: u32 = 300;

/// Tries a law on random questions. What breaks it is made smaller first. `LAW_CASES` and `LAW_SEED` ask for more and for
/// other questions.
pub fn for_all(cases: u32, law: impl Fn(&mut Tape<'_>) -> Result<(), String>) {
    let number = |name: &str| {
        env::var(name)
            .ok()
            .and_then(|text| text.parse::<u32>().ok())
    };
    let config = Config {
        cases: number("LAW_CASES").unwrap_or(cases),
        failure_persistence: None,
        max_shrink_iters: number("PROPTEST_MAX_SHRINK_ITERS").unwrap_or(3000),
        ..Config::default()
    };
    let mut seed = [0; 32];
    seed[..4].copy_from_slice(&number("LAW_SEED").unwrap_or(0).to_le_bytes());
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &seed);
    let numbers = vec(any::<u32>(), 400..1500);
    let found = TestRunner::new_with_rng(config, rng).run(&numbers, |numbers| {
        law(&mut Tape::new(&numbers)).map_err(TestCaseError::fail)
    });
    if let Err(TestError::Fail(reason, _)) = &found {
        assert!(found.is_ok(), "{reason}");
    }
    assert!(found.is_ok(), "{found:?}");
}

/// A question that is small enough, with the oracle's graph.
pub struct Case {
    pub question: Question,
    pub model: Model,
    pub graph: Graph,
}

impl Case {
    /// The question of a tape; none where it is too large.
    pub fn from(tape: &mut Tape<'_>) -> Result<Option<Self>, String> {
        Self::of(question(tape, "obj_")?)
    }

    /// The same with temporal properties.
    pub fn temporal(tape: &mut Tape<'_>, prefix: &str) -> Result<Option<Self>, String> {
        Self::of(temporal_question(tape, prefix)?)
    }

    fn of(question: Question) -> Result<Option<Self>, String> {
        let model = question.model()?;
        let graph = explore(&model, MAX_STATES);
        Ok(graph.map(|graph| Self {
            question,
            model,
            graph,
        }))
    }

    /// A question that somebody wrote.
    pub fn written(rules: &str, cluster: &str) -> Result<Self, String> {
        let question = Question {
            rules: rules.to_owned(),
            cluster: cluster.to_owned(),
        };
        let model = question.model()?;
        let graph = explore(&model, 20_000).ok_or("too many states for the oracle")?;
        Ok(Self {
            question,
            model,
            graph,
        })
    }

    /// A complaint with the texts that it is about.
    pub fn about(&self, plan: &str, complaint: impl AsRef<str>) -> String {
        let Question { rules, cluster } = &self.question;
        format!("{}\n\n{rules}\n{cluster}\n{plan}\n", complaint.as_ref())
    }
}

/// Both must be the same.
#[expect(
    clippy::needless_pass_by_value,
    reason = "most are numbers and verdicts, and are written without a mark"
)]
pub fn same<T: PartialEq + std::fmt::Debug>(
    what: &str,
    oracle: T,
    program: T,
) -> Result<(), String> {
    if oracle == program {
        return Ok(());
    }
    Err(format!(
        "{what}: the oracle says {oracle:?}, the program {program:?}"
    ))
}
