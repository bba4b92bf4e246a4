//! PodDisruptionBudgets: which pods they select, and how many of them must stay ready.

use crate::import::found::{Found, Read};
use crate::model::json::JsonKind;

use super::pod::{Labels, Pod};

/// A PodDisruptionBudget.
pub struct Budget<'a> {
    /// Its namespace: it selects pods of this one only.
    pub namespace: &'a str,
    /// Its name.
    pub name: &'a str,
    /// What pods must fulfil. None selects no pod.
    selector: Option<Vec<Requirement<'a>>>,
    wanted: Wanted,
    /// How many pods there should be, as its controller last saw it.
    expected: Option<u64>,
    /// How many it last asked for.
    desired: Option<u64>,
    /// Where it stands.
    pub found: Found<'a>,
}

enum Requirement<'a> {
    In(&'a str, Vec<&'a str>),
    NotIn(&'a str, Vec<&'a str>),
    Exists(&'a str),
    DoesNotExist(&'a str),
}

/// What a budget asks for.
#[derive(Clone, Copy)]
enum Wanted {
    Available(Share),
    Unavailable(Share),
    Nothing,
}

#[derive(Clone, Copy)]
enum Share {
    Pods(u64),
    Percent(u64),
}

impl Share {
    /// Kubernetes rounds percentages up, whichever of both they are of ("Specifying a Disruption Budget for your
    /// Application").
    const fn of(self, all: u64) -> u64 {
        match self {
            Self::Pods(number) => number,
            Self::Percent(percent) => all.saturating_mul(percent).div_ceil(100),
        }
    }
}

impl<'a> Budget<'a> {
    /// Reads a budget.
    pub fn read(found: Found<'a>) -> Read<Self> {
        let metadata = found.need("metadata")?;
        let spec = found.need("spec")?;
        // A status of another generation is of what the budget was before.
        let status = found.get("status");
        let generation =
            |of: Option<Found<'a>>, key| of.and_then(|of| of.get(key)).map(Found::number);
        let of = generation(Some(metadata), "generation").transpose()?;
        let seen = generation(status, "observedGeneration").transpose()?;
        let status = status.filter(|_| seen.is_some() && (of.is_none() || seen == of));
        let number = |key: &str| {
            let value = status.and_then(|status| status.get(key));
            value.map(Found::number).transpose()
        };
        let wanted = match (spec.get("maxUnavailable"), spec.get("minAvailable")) {
            (Some(at), _) => Wanted::Unavailable(share(at)?),
            (None, Some(at)) => Wanted::Available(share(at)?),
            (None, None) => Wanted::Nothing,
        };
        Ok(Self {
            namespace: metadata.need("namespace")?.text()?,
            name: metadata.need("name")?.text()?,
            selector: spec.get("selector").map(requirements).transpose()?,
            wanted,
            expected: number("expectedPods")?,
            desired: number("desiredHealthy")?,
            found,
        })
    }

    /// As people write it.
    pub fn full_name(&self) -> String {
        format!("{}/{}", self.namespace, self.name)
    }

    /// Whether a pod counts.
    pub fn selects(&self, pod: &Pod<'_>) -> bool {
        self.namespace == pod.namespace
            && self
                .selector
                .as_ref()
                .is_some_and(|all| all.iter().all(|one| one.holds(pod.labels)))
    }

    /// How many of so many pods must stay ready. Where that is not what the API server last said, the larger of both counts.
    pub fn must_be_ready(&self, pods: u64, notes: &mut Vec<String>) -> u64 {
        let all = self.expected.unwrap_or(pods);
        let own = match self.wanted {
            Wanted::Available(share) => share.of(all),
            Wanted::Unavailable(share) => all.saturating_sub(share.of(all)),
            Wanted::Nothing => 0,
        };
        match self.desired {
            Some(desired) if desired != own => {
                notes.push(format!(
                    "the budget `{}` asks for {own} ready pods, and its status says {desired}: the larger number is taken",
                    self.full_name()
                ));
                own.max(desired)
            }
            _ => own,
        }
    }
}

impl Requirement<'_> {
    fn holds(&self, labels: Labels<'_>) -> bool {
        match self {
            Self::In(key, values) => labels.get(key).is_some_and(|value| values.contains(&value)),
            Self::NotIn(key, values) => {
                labels.get(key).is_none_or(|value| !values.contains(&value))
            }
            Self::Exists(key) => labels.get(key).is_some(),
            Self::DoesNotExist(key) => labels.get(key).is_none(),
        }
    }
}

fn requirements(selector: Found<'_>) -> Read<Vec<Requirement<'_>>> {
    let mut all = Vec::new();
    if let Some(labels) = selector.get("matchLabels") {
        let JsonKind::Object(members) = &labels.json.kind else {
            return Err(labels.other("an object `{…}`"));
        };
        for (key, json) in members {
            let value = Found { json, ..labels }.text()?;
            all.push(Requirement::In(&key.text, vec![value]));
        }
    }
    let Some(expressions) = selector.get("matchExpressions") else {
        return Ok(all);
    };
    for expression in expressions.items()? {
        let key = expression.need("key")?.text()?;
        let operator = expression.need("operator")?;
        let values = || -> Read<Vec<&str>> {
            expression
                .need("values")?
                .items()?
                .map(Found::text)
                .collect()
        };
        all.push(match operator.text()? {
            "In" => Requirement::In(key, values()?),
            "NotIn" => Requirement::NotIn(key, values()?),
            "Exists" => Requirement::Exists(key),
            "DoesNotExist" => Requirement::DoesNotExist(key),
            _ => return Err(operator.other("`In`, `NotIn`, `Exists` or `DoesNotExist`")),
        });
    }
    Ok(all)
}

/// A number of pods, or a percentage in quotes.
fn share(at: Found<'_>) -> Read<Share> {
    if let Some(text) = at.json.text() {
        let digits = text.strip_suffix('%').filter(|digits| digits.len() <= 3);
        let percent = digits.and_then(|digits| digits.parse().ok());
        return percent
            .filter(|percent| *percent <= 100)
            .map(Share::Percent)
            .ok_or_else(|| at.other("a number, or a percentage such as `\"50%\"`"));
    }
    let number = at.number()?;
    if number > 1_000_000 {
        return Err(at.other("a number of pods"));
    }
    Ok(Share::Pods(number))
}
