//! All clusters up to a size, as texts: the initial values that known clusters use, in every combination, with every placement of
//! references that have no default, and every choice of some policies.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::{Map, Value as Json};

use crate::language::codes::Code;
use crate::language::diagnostic::Diagnostic;
use crate::language::rules::{FieldType, KindId, Rules};
use crate::language::source::Source;
use crate::language::suggest;

use super::ground::Model;
use super::value::Value;

/// More clusters than this are not made: whoever asks for them does not want to wait for them.
pub const MOST: usize = 5_000;

/// Up to which size.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sizes {
    /// Kinds with the most objects.
    pub kinds: Vec<(String, u32)>,
    /// Policies that are on and off.
    pub policies: Vec<String>,
}

/// A cluster that was made.
#[derive(Clone, Debug)]
pub struct Made {
    /// `node=2, evs=1, drain on`
    pub name: String,
    /// As a cluster file has it.
    pub source: Arc<Source>,
}

/// What a sweep starts from: the text of a cluster, which gives the settings and the objects of kinds that are not swept, and the
/// models whose initial values are used.
pub struct Base<'m> {
    /// The text.
    pub source: Arc<Source>,
    /// The models.
    pub models: Vec<&'m Model>,
}

/// All clusters, smallest first.
///
/// # Errors
/// Where a kind or a policy does not exist, where a field has no value that is known, or where there are too many.
pub fn clusters(base: &Base<'_>, rules: &Rules, sizes: &Sizes) -> Result<Vec<Made>, Diagnostic> {
    let mut kinds = Vec::new();
    for (name, most) in &sizes.kinds {
        let id = rules.kind(name).ok_or_else(|| {
            let known = rules.kinds.iter().map(|k| k.name.as_str());
            unknown("kind", "kinds", name, &rules.name, known)
        })?;
        kinds.push((id, *most));
    }
    for name in &sizes.policies {
        if rules.policy(name).is_none() {
            let known = rules.policies.iter().map(|p| p.name.as_str());
            return Err(unknown("policy", "policies", name, &rules.name, known));
        }
    }
    kinds.sort();
    let mut counts: Vec<Vec<u32>> = vec![Vec::new()];
    for (_, most) in &kinds {
        let longer = counts.iter().flat_map(|counts| {
            (1..=*most).map(move |count| {
                let mut longer = counts.clone();
                longer.push(count);
                longer
            })
        });
        counts = longer.take(MOST + 1).collect();
    }
    counts.sort_by_key(|counts| (counts.iter().sum::<u32>(), counts.clone()));
    let whole: Json = serde_json::from_str(&base.source.text).unwrap_or_default();
    let mut made = Vec::new();
    for counts in counts {
        let sized: Vec<(KindId, u32)> = kinds.iter().map(|(id, _)| *id).zip(counts).collect();
        for objects in all_objects(base, rules, &sized)? {
            for choice in 0..1_usize << sizes.policies.len().min(16) {
                if made.len() >= MOST {
                    return Err(Diagnostic::error(
                        Code::BadOption,
                        format!("there are more than {MOST} clusters up to that size"),
                    )
                    .help("ask for smaller ones, or for fewer policies"));
                }
                made.push(cluster(&whole, rules, (&sized, &objects), (sizes, choice)));
            }
        }
    }
    Ok(made)
}

fn unknown<'n>(
    what: &str,
    plural: &str,
    name: &str,
    rules: &str,
    known: impl Iterator<Item = &'n str> + Clone,
) -> Diagnostic {
    let message = format!("the rules `{rules}` have no {what} `{name}` to try sizes of");
    let mut diagnostic = Diagnostic::error(Code::BadOption, message);
    let help = suggest::help(name, &format!("{plural} of `{rules}`"), known);
    diagnostic.help.extend(help);
    diagnostic
}

/// The objects of one kind, as a cluster file has them.
type Objects = Vec<(String, Map<String, Json>)>;

/// Every choice of the objects of the swept kinds. Objects of one kind are in no order, so each choice comes once only.
fn all_objects(
    base: &Base<'_>,
    rules: &Rules,
    sized: &[(KindId, u32)],
) -> Result<Vec<Vec<Objects>>, Diagnostic> {
    let names: Vec<Vec<String>> = sized
        .iter()
        .map(|(kind, count)| names(base, rules, *kind, *count))
        .collect();
    let of_kind = |kind: KindId| -> Vec<String> {
        match sized.iter().position(|(id, _)| *id == kind) {
            Some(place) => names[place].clone(),
            None => base.models.first().map_or_else(Vec::new, |model| {
                let objects = model.objects_of(kind);
                objects
                    .map(|id| model.objects[id.index()].name.clone())
                    .collect()
            }),
        }
    };
    let mut found: Vec<Vec<Objects>> = vec![Vec::new()];
    for ((kind, count), names) in sized.iter().zip(&names) {
        let forms = forms(base, rules, *kind, &of_kind)?;
        let mut longer = Vec::new();
        for chosen in multisets(forms.len(), *count as usize) {
            let objects = names.iter().zip(&chosen);
            let objects: Objects = objects
                .map(|(name, form)| (name.clone(), forms[*form].clone()))
                .collect();
            for before in &found {
                let mut all = before.clone();
                all.push(objects.clone());
                longer.push(all);
                if longer.len() > MOST {
                    return Ok(longer);
                }
            }
        }
        found = longer;
    }
    Ok(found)
}

/// The names that the first cluster has, and as many more as are needed.
fn names(base: &Base<'_>, rules: &Rules, kind: KindId, count: u32) -> Vec<String> {
    let mut names: Vec<String> = base.models.first().map_or_else(Vec::new, |model| {
        let objects = model.objects_of(kind).take(count as usize);
        objects
            .map(|id| model.objects[id.index()].name.clone())
            .collect()
    });
    let mut number = 1;
    while names.len() < count as usize {
        let name = format!("{}{number}", rules.kinds[kind.index()].name);
        if !names.contains(&name) {
            names.push(name);
        }
        number += 1;
    }
    names
}

/// What an object of a kind can be at first: the values that known clusters use, with every placement.
fn forms(
    base: &Base<'_>,
    rules: &Rules,
    kind: KindId,
    of_kind: &dyn Fn(KindId) -> Vec<String>,
) -> Result<Vec<Map<String, Json>>, Diagnostic> {
    let fields = &rules.kinds[kind.index()].fields;
    let placed = |ty: FieldType, has_default: bool| match ty {
        FieldType::Object(of) if !has_default => Some(of),
        _ => None,
    };
    let mut records: BTreeSet<String> = BTreeSet::new();
    for model in &base.models {
        // Another rulebook may number its kinds otherwise.
        let Some(id) = model.rules.kind(&rules.kinds[kind.index()].name) else {
            continue;
        };
        for object in model.objects_of(id) {
            let values = &model.objects[object.index()].values;
            let mut record = Map::new();
            for (field, value) in model.rules.kinds[id.index()].fields.iter().zip(values) {
                if let Some(json) = plain(&model.rules, value) {
                    record.insert(field.name.clone(), json);
                }
            }
            records.insert(Json::Object(record).to_string());
        }
    }
    let mut forms: Vec<Map<String, Json>> = records
        .iter()
        .filter_map(|record| match serde_json::from_str(record) {
            Ok(Json::Object(record)) => Some(record),
            _ => None,
        })
        .collect();
    if forms.is_empty() {
        forms.push(Map::new());
    }
    for field in fields {
        let Some(of) = placed(field.ty, field.default.is_some()) else {
            continue;
        };
        let targets = of_kind(of);
        let placements = forms.iter().flat_map(|form| {
            targets.iter().map(|target| {
                let mut form = form.clone();
                form.insert(field.name.clone(), target.as_str().into());
                form
            })
        });
        forms = placements.take(MOST + 1).collect();
    }
    for field in fields {
        let known = |form: &Map<String, Json>| form.contains_key(&field.name);
        if field.default.is_none() && !forms.iter().all(known) {
            return Err(Diagnostic::error(
                Code::BadOption,
                format!(
                    "sizes cannot be tried: `{}.{}` has no default, and no cluster gives a value that can be used elsewhere",
                    rules.kinds[kind.index()].name,
                    field.name
                ),
            )
            .help("give the field a default in the rules"));
        }
    }
    Ok(forms)
}

/// A value that can be used in another cluster; references and sets cannot.
fn plain(rules: &Rules, value: &Value) -> Option<Json> {
    match value {
        Value::Bool(truth) => Some((*truth).into()),
        Value::Int(number) => Some((*number).into()),
        Value::Enum(id, place) => {
            let values = &rules.enums[id.index()].values;
            Some(values[usize::from(*place)].as_str().into())
        }
        Value::Object(_) | Value::None | Value::Set(_) => None,
    }
}

/// All choices of so many out of some, in no order, each perhaps several times.
fn multisets(of: usize, count: usize) -> Vec<Vec<usize>> {
    let mut found: Vec<Vec<usize>> = vec![Vec::new()];
    for _ in 0..count {
        let longer = found.iter().flat_map(|chosen| {
            let first = chosen.last().copied().unwrap_or(0);
            (first..of).map(move |next| {
                let mut longer = chosen.clone();
                longer.push(next);
                longer
            })
        });
        found = longer.take(MOST + 1).collect();
    }
    found
}

fn cluster(
    whole: &Json,
    rules: &Rules,
    (sized, objects): (&[(KindId, u32)], &[Objects]),
    (sizes, choice): (&Sizes, usize),
) -> Made {
    let mut json = whole.clone();
    let mut pieces = Vec::new();
    for ((kind, count), objects) in sized.iter().zip(objects) {
        let name = &rules.kinds[kind.index()].name;
        pieces.push(format!("{name}={count}"));
        let objects = objects.iter();
        let objects: Map<String, Json> = objects
            .map(|(name, values)| (name.clone(), Json::Object(values.clone())))
            .collect();
        json["objects"][name.as_str()] = Json::Object(objects);
    }
    for (place, policy) in sizes.policies.iter().enumerate() {
        let on = choice >> place & 1 == 1;
        json["policies"][policy.as_str()] = on.into();
        pieces.push(format!("{policy} {}", if on { "on" } else { "off" }));
    }
    let name = pieces.join(", ");
    Made {
        source: Source::new(name.clone(), json.to_string()),
        name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::read_rules;
    use crate::model::cluster::read_cluster;
    use crate::model::settings::Overrides;

    const RULES: &str = "rules m\nkind node { up: bool = true }\nkind evs { host: node; build: 0..3 = 0 }\n\
        policy calm { before stop(n) require n.up else \"no\" }\naction stop(n: node) { n.up = false }\n";
    const CLUSTER: &str = r#"{ "rules": "m", "objects": { "node": { "N1": {}, "N2": { "up": false } }, "evs": { "E1": { "host": "N1", "build": 2 } } } }"#;

    fn made(sizes: &Sizes) -> Result<Vec<Made>, Diagnostic> {
        let (rules, _) = read_rules(&Source::new("m.rules", RULES));
        let rules = Arc::new(rules.unwrap());
        let source = Source::new("c.json", CLUSTER);
        let (model, _) = read_cluster(&source, "c", &rules, &Overrides::default());
        let model = model.unwrap();
        let base = Base {
            source,
            models: vec![&model],
        };
        let made = clusters(&base, &rules, sizes)?;
        for cluster in &made {
            let found = read_cluster(&cluster.source, "c", &rules, &Overrides::default());
            assert!(found.0.is_some(), "{}: {:?}", cluster.source.text, found.1);
        }
        Ok(made)
    }

    fn sizes(kinds: &[(&str, u32)], policies: &[&str]) -> Sizes {
        Sizes {
            kinds: kinds
                .iter()
                .map(|(kind, n)| ((*kind).to_owned(), *n))
                .collect(),
            policies: policies.iter().map(|p| (*p).to_owned()).collect(),
        }
    }

    #[test]
    fn every_combination_comes_once_and_the_smallest_first() {
        let made = made(&sizes(&[("evs", 2), ("node", 2)], &[])).unwrap();
        // One node: up or down, its EVS on it; two nodes: both up, both down, one of each, and the placements.
        let of = |name: &str| made.iter().filter(|m| m.name == name).count();
        assert_eq!(of("node=1, evs=1"), 2);
        assert_eq!(of("node=2, evs=1"), 3 * 2);
        assert_eq!(of("node=2, evs=2"), 3 * 3);
        let objects: Vec<usize> = made
            .iter()
            .map(|m| {
                m.name
                    .matches(|c: char| c.is_ascii_digit())
                    .map(|d| d.parse::<usize>().unwrap())
                    .sum()
            })
            .collect();
        assert!(objects.is_sorted(), "{objects:?}");
    }

    #[test]
    fn policies_are_on_and_off() {
        let made = made(&sizes(&[("node", 1), ("evs", 1)], &["calm"])).unwrap();
        let names: Vec<&str> = made.iter().map(|m| m.name.as_str()).collect();
        assert_eq!(
            names[..2],
            ["node=1, evs=1, calm off", "node=1, evs=1, calm on"]
        );
        assert_eq!(made.len(), 4);
    }

    #[test]
    fn what_does_not_exist_and_what_is_too_much_is_said() {
        let error = |sizes: &Sizes| made(sizes).err().map(|d| (d.message, d.help));
        let (message, help) = error(&sizes(&[("nod", 2)], &[])).unwrap();
        assert_eq!(message, "the rules `m` have no kind `nod` to try sizes of");
        assert!(help[0].contains("node"), "{help:?}");
        assert!(
            error(&sizes(&[("node", 1)], &["clam"]))
                .unwrap()
                .0
                .contains("policy `clam`")
        );
        let (message, _) = error(&sizes(&[("node", 90), ("evs", 90)], &[])).unwrap();
        assert!(message.contains("more than 5000"), "{message}");
    }
}
