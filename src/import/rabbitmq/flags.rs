//! Feature flags: which series requires which, and few objects for many flags.
//!
//! For an upgrade it matters of a flag only whether it is enabled, and which series does not start without it. Flags that have
//! both in common become one object.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::import::answers::{self, Answers};
use crate::import::cluster_file::Objects;
use crate::import::found::Read;
use crate::import::names::Names;
use crate::language::codes::Code;
use crate::language::diagnostic::Diagnostic;

use super::outputs::Flag;
use super::series::Series;

/// The series that requires a flag. Sources: the table in rabbitmq.com/docs/feature-flags; where it is silent, what 4.0.5 and
/// 4.3.6 say themselves (`rabbitmqctl list_feature_flags name stability`), and its sentences "4.2 requires feature flags
/// introduced in the 3.13 series" and "4.3 will require all feature flags from 4.2".
const REQUIRED: [(&str, &[&str]); 5] = [
    (
        "3.11",
        &[
            "implicit_default_bindings",
            "maintenance_mode_status",
            "quorum_queue",
            "user_limits",
            "virtual_host_metadata",
        ],
    ),
    (
        "3.12",
        &[
            "classic_mirrored_queue_version",
            "classic_queue_type_delivery_support",
            "direct_exchange_routing_v2",
            "drop_unroutable_metric",
            "empty_basic_get_metric",
            "feature_flags_v2",
            "listener_records_in_ets",
            "stream_queue",
            "stream_single_active_consumer",
            "tracking_records_in_ets",
        ],
    ),
    (
        "4.0",
        &[
            "delete_ra_cluster_mqtt_node",
            "message_containers",
            "mqtt_v5",
            "rabbit_mqtt_qos0_queue",
            "restart_streams",
            "stream_filtering",
            "stream_sac_coordinator_unblock_group",
            "stream_update_config_command",
        ],
    ),
    (
        "4.2",
        &[
            "detailed_queues_endpoint",
            "message_containers_deaths_v2",
            "quorum_queue_non_voters",
        ],
    ),
    (
        "4.3",
        &[
            "rabbit_exchange_type_local_random",
            "rabbitmq_4.0.0",
            "rabbitmq_4.1.0",
            "rabbitmq_4.2.0",
        ],
    ),
];

/// The one that puts Khepri in the place of Mnesia.
const KHEPRI: &str = "khepri_db";

/// The series on the way.
pub struct Way {
    /// The lowest that a node runs.
    pub lowest: Series,
    /// The highest.
    pub highest: Series,
    /// What each round installs, in their order; the last is the target.
    pub rounds: Vec<Series>,
}

impl Way {
    /// What the first round installs.
    pub fn first(&self) -> Series {
        self.rounds.first().copied().unwrap_or(self.lowest)
    }

    /// What all nodes are to run.
    pub fn target(&self) -> Series {
        self.rounds.last().copied().unwrap_or(self.lowest)
    }
}

/// Whether Khepri is enabled.
pub fn khepri(flags: &[Flag<'_>]) -> bool {
    let found = flags.iter().find(|flag| flag.name == KHEPRI);
    found.is_some_and(|flag| flag.state == "enabled")
}

/// Objects for the flags that the cluster has, and for those that come with each series on the way.
pub fn objects(
    flags: &[Flag<'_>],
    way: &Way,
    answers: &mut Answers,
    names: &mut Names,
    notes: &mut Vec<String>,
) -> Read<Objects> {
    let mut objects = Vec::new();
    let mut disabled: BTreeMap<Series, Vec<&str>> = BTreeMap::new();
    let mut enabled = Vec::new();
    for flag in flags {
        let experiment = flag.stability == Some("experimental");
        match flag.state {
            "unavailable" => unavailable(flag, way)?,
            _ if flag.name == KHEPRI => objects.extend(khepri_object(flag, way, names, notes)),
            "enabled" if experiment => {
                objects.push(experiment_object(flag, way, answers, names, notes)?);
            }
            "enabled" => enabled.push(flag.name),
            _ if experiment => notes.push(format!(
                "the feature flag `{}` is an experiment, and disabled: it is left out, and should stay so",
                flag.name
            )),
            _ => {
                let required = required(flag.name).unwrap_or_else(|| {
                    notes.push(format!(
                        "which series requires the feature flag `{}` is not known: it is taken to be {}, the next one",
                        flag.name,
                        way.first().text()
                    ));
                    way.first()
                });
                // A series that runs without it does not require it.
                let after = way.lowest.next().unwrap_or(way.lowest);
                disabled.entry(required.max(after)).or_default().push(flag.name);
            }
        }
    }
    for (required, group) in &disabled {
        let name = names.own(&format!("flags-for-{}", required.text()));
        notes.push(stands_for(&name, group));
        let required = if way.lowest == Series::LAST {
            later()
        } else {
            required.name().into()
        };
        objects.push((name, fields(&way.lowest, &way.lowest, required)));
    }
    if !enabled.is_empty() {
        let name = names.own("enabled-flags");
        notes.push(format!(
            "`{name}` stands for the {} feature flags that are enabled",
            enabled.len()
        ));
        let required = way.lowest.next().map_or_else(later, |s| s.name().into());
        let mut all = fields(&way.lowest, &way.lowest, required);
        all.insert("enabled".to_owned(), true.into());
        objects.push((name, all));
    }
    for round in way.rounds.iter().filter(|round| **round > way.lowest) {
        let name = names.own(&format!("flags-of-{}", round.text()));
        let required = next_to_require(*round).map_or_else(later, |s| s.name().into());
        objects.push((name, fields(round, round, required)));
    }
    Ok(objects)
}

fn required(name: &str) -> Option<Series> {
    let (series, _) = REQUIRED.iter().find(|(_, flags)| flags.contains(&name))?;
    Series::read(series)
}

/// The first series after one that requires more than it does.
fn next_to_require(series: Series) -> Option<Series> {
    let mut all = REQUIRED.iter().filter_map(|(text, _)| Series::read(text));
    all.find(|required| *required > series)
}

fn later() -> Value {
    "later".into()
}

fn fields(since: &Series, stable: &Series, required: Value) -> Map<String, Value> {
    [
        ("since", since.name().into()),
        ("stable", stable.name().into()),
        ("required", required),
    ]
    .into_iter()
    .map(|(key, value)| (key.to_owned(), value))
    .collect()
}

fn stands_for(name: &str, flags: &[&str]) -> String {
    let flags: Vec<String> = flags.iter().map(|flag| format!("`{flag}`")).collect();
    format!(
        "`{name}` stands for {} feature flag{} to be enabled: {}",
        flags.len(),
        if flags.len() == 1 { "" } else { "s" },
        flags.join(", ")
    )
}

/// Not all nodes know it: in the middle of an upgrade it is one of the new series; otherwise the nodes are not alike.
fn unavailable(flag: &Flag<'_>, way: &Way) -> Read<()> {
    if way.highest > way.lowest {
        return Ok(());
    }
    let message = format!("some node does not know the feature flag `{}`", flag.name);
    Err(Box::new(
        Diagnostic::error(Code::OtherOutput, message)
            .at(flag.found.source, flag.found.place(), "unavailable")
            .help("bring all nodes to the same release, with the same plugins, and record again"),
    ))
}

/// Khepri is an experiment in 3.13, left to the operator from 4.0 on, and required by 4.3.
fn khepri_object(
    flag: &Flag<'_>,
    way: &Way,
    names: &mut Names,
    notes: &mut Vec<String>,
) -> Option<(String, Map<String, Value>)> {
    let enabled = flag.state == "enabled";
    let needed = way.target() == Series::LAST && way.lowest < Series::LAST;
    if !enabled && !needed {
        notes.push(format!(
            "`{KHEPRI}` is disabled, and is left out: it stays so on the way to {}",
            way.target().text()
        ));
        return None;
    }
    let mut all = fields(
        &way.lowest,
        &Series::FIRST_WITH_KHEPRI.max(way.lowest),
        Series::LAST.name().into(),
    );
    if enabled {
        all.insert("enabled".to_owned(), true.into());
    }
    if enabled && way.lowest < Series::FIRST_WITH_KHEPRI {
        all.insert("early".to_owned(), true.into());
        notes.push(format!(
            "`{KHEPRI}` was enabled under {}: there is no upgrade in place to 4.0 and later with it",
            way.lowest.text()
        ));
    }
    Some((names.own(KHEPRI), all))
}

/// An experiment of which the rules know nothing may keep nodes from starting with the next series.
fn experiment_object(
    flag: &Flag<'_>,
    way: &Way,
    answers: &mut Answers,
    names: &mut Names,
    notes: &mut Vec<String>,
) -> Read<(String, Map<String, Value>)> {
    let name = names.give(flag.name, "experiment", notes);
    let early = match answers.of_one(&name, "early") {
        Some((key, value)) => answers::flag(&key, &value)?,
        None => {
            notes.push(format!(
                "`{name}` is an experiment, and enabled: it is taken to keep nodes from starting with {}; say `--set {name}.early=false` where the release notes say otherwise",
                way.first().text()
            ));
            true
        }
    };
    let mut all = fields(&way.lowest, &way.first(), later());
    all.insert("enabled".to_owned(), true.into());
    if early {
        all.insert("early".to_owned(), true.into());
    }
    Ok((name, all))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_flag_is_required_by_one_series_that_is_covered() {
        let mut seen = Vec::new();
        for (series, flags) in REQUIRED {
            assert!(Series::read(series).is_some(), "{series}");
            for flag in flags {
                assert!(!seen.contains(flag), "{flag} stands twice");
                seen.push(flag);
            }
        }
    }

    #[test]
    fn the_flags_of_a_series_are_required_by_one_that_comes_after_it() {
        let next = |text: &str| next_to_require(Series::read(text)?).map(Series::text);
        assert_eq!(next("3.11").as_deref(), Some("3.12"));
        assert_eq!(next("3.12").as_deref(), Some("4.0"));
        assert_eq!(next("4.1").as_deref(), Some("4.2"));
        assert_eq!(next("4.2").as_deref(), Some("4.3"));
        assert_eq!(next("4.3"), None);
    }
}
