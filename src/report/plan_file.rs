//! A found plan as a plan file that `verify` reads. Knows the shape of plan files, not where they go.

use serde::Serialize;
use serde_json::{Map, Value};

use crate::model::cluster::Overrides;
use crate::tasks::outcome::FoundPlan;

use super::json::Item;

/// The whole file. It holds for the cluster as it was overridden, so the overrides go into it.
#[must_use]
pub fn text(plan: &FoundPlan, cluster: &str, overrides: &Overrides) -> String {
    #[derive(Serialize)]
    struct File<'a> {
        cluster: &'a str,
        #[serde(skip_serializing_if = "Map::is_empty")]
        params: Map<String, Value>,
        #[serde(skip_serializing_if = "Map::is_empty")]
        policies: Map<String, Value>,
        #[serde(skip_serializing_if = "Option::is_none")]
        goal: Option<&'a str>,
        steps: Vec<Item<'a>>,
    }
    let params = overrides.params.iter();
    let policies = overrides.policies.iter();
    super::json::text(&File {
        cluster,
        params: params
            .map(|(n, v)| (n.clone(), super::json::scalar(v)))
            .collect(),
        policies: policies
            .map(|(n, on)| (n.clone(), Value::Bool(*on)))
            .collect(),
        goal: overrides.goal.as_deref(),
        steps: plan.items.iter().map(Item::of).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tasks::outcome::PlanItem;

    #[test]
    fn a_plan_file_says_what_it_was_found_for() {
        let plan = FoundPlan {
            items: vec![
                PlanItem::Step("take_offline(EVS1)".to_owned()),
                PlanItem::AwaitSettled,
            ],
            cost: 1,
            steps: 1,
            cluster: "two-node".to_owned(),
        };
        let overrides = Overrides {
            policies: vec![("drain".to_owned(), false)],
            params: vec![
                ("limit".to_owned(), "2".to_owned()),
                ("first".to_owned(), "sp1".to_owned()),
            ],
            goal: Some("complete".to_owned()),
            ..Overrides::default()
        };
        let json: Value = serde_json::from_str(&text(&plan, "./c.json", &overrides)).unwrap();
        assert_eq!(
            json,
            serde_json::json!({
                "cluster": "./c.json",
                "params": { "limit": 2, "first": "sp1" },
                "policies": { "drain": false },
                "goal": "complete",
                "steps": ["take_offline(EVS1)", { "await": "settled" }]
            })
        );
    }
}
