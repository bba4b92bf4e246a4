//! What a plan is the best by, and the best plans where there are several, in the JSON report.

use serde::Serialize;

use crate::tasks::optimal::Optimum;
use crate::tasks::optimal::Point;
use crate::tasks::optimal::measure::{Measure, Objective};

use super::run::Found;

#[derive(Serialize)]
pub(super) struct Best<'a> {
    /// `minimize` or `pareto`.
    by: &'static str,
    measures: Vec<&'static str>,
    points: Vec<Reached<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    point: Option<usize>,
}

#[derive(Serialize)]
struct Reached<'a> {
    cost: u64,
    steps: u32,
    waits: u32,
    duration_seconds: u64,
    downtime_seconds: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    exposed_seconds: Option<u64>,
    plan: Found<'a>,
}

impl<'a> Best<'a> {
    pub(super) fn of(optimum: &'a Optimum) -> Self {
        let is_front = matches!(optimum.objective, Objective::Front(_));
        let measures = optimum.objective.measures();
        let with_exposure = is_front || measures.contains(&Measure::Exposure);
        let reached = |point: &'a Point| Reached {
            cost: point.figures.cost,
            steps: point.figures.steps,
            waits: point.figures.waits,
            duration_seconds: point.figures.duration,
            downtime_seconds: point.figures.downtime,
            exposed_seconds: with_exposure.then_some(point.figures.exposure),
            plan: Found::of(&point.plan),
        };
        Self {
            by: if is_front { "pareto" } else { "minimize" },
            measures: measures.iter().map(|measure| measure.name()).collect(),
            points: optimum.points.iter().map(reached).collect(),
            point: optimum.chosen.filter(|_| is_front).map(|place| place + 1),
        }
    }
}
