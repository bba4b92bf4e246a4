//! What pods ask for and nodes have: pods, CPU and memory, in the quantities of the API.

use std::ops::{Add, Sub};

use crate::import::found::{Found, Read};
use crate::model::json::JsonKind;

/// An amount of each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Resources {
    /// Pods.
    pub pods: i128,
    /// Thousandths of a CPU.
    pub cpu: i128,
    /// Thousandths of a byte.
    pub memory: i128,
}

impl Resources {
    /// What an object with the keys `cpu`, `memory` and `pods` says. What is not there is none.
    pub fn of(found: Found<'_>) -> Read<Self> {
        let amount = |key: &str| found.get(key).map_or(Ok(0), quantity);
        Ok(Self {
            pods: amount("pods")? / 1000,
            cpu: amount("cpu")?,
            memory: amount("memory")?,
        })
    }

    /// The larger of each.
    pub fn max(self, other: Self) -> Self {
        Self {
            pods: self.pods.max(other.pods),
            cpu: self.cpu.max(other.cpu),
            memory: self.memory.max(other.memory),
        }
    }

    /// The first of which there is less than is asked for, in words.
    pub fn short_of(self, wanted: Self) -> Option<String> {
        let cpus =
            |thousandths: i128| format!("{}.{} CPU", thousandths / 1000, thousandths % 1000 / 100);
        let bytes = |thousandths: i128| format!("{} MiB of memory", (thousandths / 1000) >> 20);
        let words = |wanted: String, has: String| format!("they need {wanted}, and {has} is free");
        if self.pods < wanted.pods {
            let pods = |number: i128| format!("room for {number} pods");
            Some(words(pods(wanted.pods), pods(self.pods)))
        } else if self.cpu < wanted.cpu {
            Some(words(cpus(wanted.cpu), cpus(self.cpu)))
        } else if self.memory < wanted.memory {
            Some(words(bytes(wanted.memory), bytes(self.memory)))
        } else {
            None
        }
    }
}

impl Add for Resources {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            pods: self.pods + other.pods,
            cpu: self.cpu + other.cpu,
            memory: self.memory + other.memory,
        }
    }
}

impl Sub for Resources {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self {
            pods: self.pods - other.pods,
            cpu: self.cpu - other.cpu,
            memory: self.memory - other.memory,
        }
    }
}

/// A quantity in thousandths, rounded up: `2`, `250m`, `1.5`, `64Mi`, `1e3`.
fn quantity(at: Found<'_>) -> Read<i128> {
    let text = match &at.json.kind {
        JsonKind::Number(digits) => digits.as_str(),
        _ => at.text()?,
    };
    thousandths(text).ok_or_else(|| at.other("a quantity such as `500m` or `64Mi`"))
}

fn thousandths(text: &str) -> Option<i128> {
    let end = text
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let (whole, part) = number.split_once('.').unwrap_or((number, ""));
    let digits = format!("{whole}{part}");
    // As many digits as every real quantity has; more would not fit below.
    if digits.is_empty() || digits.len() > 18 || part.contains('.') {
        return None;
    }
    let digits: i128 = digits.parse().ok()?;
    let places = u32::try_from(part.len()).ok()?;
    // In billionths, so that `n` is a whole number, too.
    const TEN: i128 = 10;
    let factor = match unit {
        "n" => 1,
        "u" => TEN.pow(3),
        "m" => TEN.pow(6),
        "" => TEN.pow(9),
        "k" => TEN.pow(12),
        "M" => TEN.pow(15),
        "G" => TEN.pow(18),
        "Ki" => TEN.pow(9) << 10,
        "Mi" => TEN.pow(9) << 20,
        "Gi" => TEN.pow(9) << 30,
        "Ti" => TEN.pow(9) << 40,
        "T" => TEN.pow(21),
        _ => {
            let exponent: u32 = unit.strip_prefix(['e', 'E'])?.parse().ok()?;
            (exponent <= 12).then(|| TEN.pow(9 + exponent))?
        }
    };
    let billionths = digits.checked_mul(factor)?;
    let scale = TEN.pow(places).checked_mul(TEN.pow(6))?;
    Some(billionths / scale + i128::from(billionths % scale != 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_are_read_as_the_api_writes_them() {
        for (text, wanted) in [
            ("2", Some(2_000)),
            ("250m", Some(250)),
            ("1.5", Some(1_500)),
            ("0.1", Some(100)),
            ("1n", Some(1)),
            ("1k", Some(1_000_000)),
            ("64Mi", Some(67_108_864_000)),
            ("1e3", Some(1_000_000)),
            ("16393244Ki", Some(16_786_681_856_000)),
            ("999999999999999999Ti", None),
            ("", None),
            ("m", None),
            ("1.2.3", None),
            ("5x", None),
            ("-1", None),
            ("1e99", None),
        ] {
            assert_eq!(thousandths(text), wanted, "{text}");
        }
    }
}
