//! JSON Schemas of clusters and plans for given rules, and of suites, so that editors complete and check them. They say what
//! the readers of this room say, as far as a schema can: that names exist and lists match is for the readers alone.

use serde_json::{Map, Value as Json, json};

use crate::language::rules::{
    Constant, Field, FieldType, Kind, Param, Rules, Transition, TransitionClass,
};

use super::suite;

const DRAFT: &str = "https://json-schema.org/draft/2020-12/schema";

/// The schema of clusters for these rules.
#[must_use]
pub fn of_clusters(rules: &Rules) -> Json {
    let mut properties = settings(rules);
    properties.insert("rules".to_owned(), text("The rules, by name or path"));
    let kinds = rules
        .kinds
        .iter()
        .map(|kind| (kind.name.clone(), objects(rules, kind)));
    properties.insert("objects".to_owned(), object(kinds.collect(), &[]));
    document(
        &format!("A cluster for {}", rules.name),
        properties,
        &["rules", "objects"],
    )
}

/// The schema of plans for these rules.
#[must_use]
pub fn of_plans(rules: &Rules) -> Json {
    let mut properties = settings(rules);
    properties.remove("faults");
    properties.insert("cluster".to_owned(), text("The cluster, by name or path"));
    properties.insert("steps".to_owned(), json!({ "$ref": "#/$defs/lane" }));
    let mut schema = document(
        &format!("A plan for {}", rules.name),
        properties,
        &["cluster", "steps"],
    );
    let action = |t: &&Transition| t.class == TransitionClass::Action;
    let steps: Vec<Json> = rules.transitions.iter().filter(action).map(step).collect();
    let label = || text("What `after` calls it; without parentheses");
    let labelled = [("step", json!({ "anyOf": steps })), ("label", label())];
    let mut forms = steps;
    forms.push(object(fields(labelled), &["step"]));
    forms.push(object(
        fields([
            (
                "await",
                text("`settled`, or a condition: the operator waits until it holds"),
            ),
            ("label", label()),
        ]),
        &["await"],
    ));
    forms.push(object(
        fields([(
            "after",
            text("A step of another lane, or a label: this lane waits until it is done"),
        )]),
        &["after"],
    ));
    let lanes = json!({ "type": "array", "items": { "$ref": "#/$defs/lane" } });
    forms.push(object(fields([("parallel", lanes)]), &["parallel"]));
    schema["$defs"] = json!({ "lane": { "type": "array", "items": { "anyOf": forms } } });
    schema
}

/// The schema of suites.
#[must_use]
pub fn of_suites() -> Json {
    let mut case = fields([
        ("name", text("Its name, unique in the suite")),
        ("params", json!({ "type": "object" })),
        (
            "policies",
            json!({ "type": "object", "additionalProperties": { "type": "boolean" } }),
        ),
        ("faults", faults(None)),
        ("goal", text("The goal that is asked for")),
        ("max_states", json!({ "type": "integer", "minimum": 1 })),
        ("expect", object(expectations(), &[])),
        ("description", text("For people; not read")),
    ]);
    for task in suite::Task::ALL {
        case.insert(task.key().to_owned(), text("What the case is asked of"));
    }
    let cases =
        json!({ "type": "array", "minItems": 1, "items": object(case, &["name", "expect"]) });
    document("A suite of cases", fields([("cases", cases)]), &["cases"])
}

fn expectations() -> Map<String, Json> {
    let verdict = || json!({ "enum": suite::Verdict::ALL.map(suite::Verdict::text) });
    let number = || json!({ "type": "integer", "minimum": 0 });
    let each = |value: Json| json!({ "type": "object", "additionalProperties": value });
    suite::EXPECTATIONS
        .iter()
        .map(|(key, _)| {
            let value = match *key {
                "verdict" => verdict(),
                "properties" => each(verdict()),
                "trace_steps" | "violating_states" => each(number()),
                "because" => each(text("")),
                "refused" => text("The message of the refusal"),
                "warnings" | "exposure" => {
                    json!({ "type": "array", "items": { "type": "string" } })
                }
                _ => number(),
            };
            ((*key).to_owned(), value)
        })
        .collect()
}

/// `params`, `policies`, `faults` and `goal`.
fn settings(rules: &Rules) -> Map<String, Json> {
    let params = rules
        .params
        .iter()
        .map(|p| (p.name.clone(), param(rules, p)));
    let policies = rules.policies.iter().map(|policy| {
        let value = json!({ "type": "boolean", "description": policy.doc });
        (policy.name.clone(), value)
    });
    let goals: Vec<&str> = rules.goals.iter().map(|goal| goal.name.as_str()).collect();
    fields([
        ("params", object(params.collect(), &[])),
        ("policies", object(policies.collect(), &[])),
        ("faults", faults(Some(rules))),
        ("goal", json!({ "enum": goals })),
    ])
}

fn faults(rules: Option<&Rules>) -> Json {
    let number = json!({ "type": "integer", "minimum": 0 });
    let each = match rules {
        None => json!({ "type": "object", "additionalProperties": number }),
        Some(rules) => {
            let faults = rules
                .transitions
                .iter()
                .filter(|t| t.class == TransitionClass::Fault);
            object(
                faults.map(|t| (t.name.clone(), number.clone())).collect(),
                &[],
            )
        }
    };
    json!({ "anyOf": [number, each] })
}

fn param(rules: &Rules, param: &Param) -> Json {
    let mut schema = of_type(rules, param.ty, false);
    describe(rules, &mut schema, &param.doc, param.default);
    schema
}

/// Objects of a kind, by host lists.
fn objects(rules: &Rules, kind: &Kind) -> Json {
    let properties = kind
        .fields
        .iter()
        .map(|f| (f.name.clone(), field(rules, f)))
        .collect();
    let needed: Vec<&str> = kind
        .fields
        .iter()
        .filter(|field| field.default.is_none())
        .map(|field| field.name.as_str())
        .collect();
    json!({
        "type": "object",
        "description": kind.doc,
        "additionalProperties": object(properties, &needed),
    })
}

fn field(rules: &Rules, field: &Field) -> Json {
    let mut schema = of_type(rules, field.ty, true);
    describe(rules, &mut schema, &field.doc, field.default);
    schema
}

fn describe(rules: &Rules, schema: &mut Json, doc: &str, default: Option<Constant>) {
    if !doc.is_empty() {
        schema["description"] = json!(doc);
    }
    if let Some(default) = default {
        schema["default"] = match default {
            Constant::Bool(value) => json!(value),
            Constant::Int(value) => json!(value),
            Constant::Enum(id, place) => json!(rules.enums[id.index()].values[usize::from(place)]),
            Constant::None => Json::Null,
            Constant::EmptySet => json!([]),
        };
    }
}

/// Values of a type; names of objects are any text here.
fn of_type(rules: &Rules, ty: FieldType, references: bool) -> Json {
    match ty {
        FieldType::Bool => json!({ "type": "boolean" }),
        FieldType::Range(low, high) => {
            json!({ "type": "integer", "minimum": low, "maximum": high })
        }
        FieldType::Enum(id) => json!({ "enum": rules.enums[id.index()].values }),
        FieldType::Object(_) => json!({ "type": "string" }),
        FieldType::Optional(_) if references => json!({ "type": ["string", "null"] }),
        FieldType::Optional(_) => Json::Null,
        FieldType::Set(_) => json!({ "type": "array", "items": { "type": "string" } }),
    }
}

/// `move(EVS1, Node2)`: the name of an action and something in parentheses.
fn step(action: &Transition) -> Json {
    let parameters: Vec<&str> = action.parameters.iter().map(|p| p.name.as_str()).collect();
    json!({
        "type": "string",
        "pattern": format!("^\\s*{}\\s*\\(.*\\)\\s*$", action.name),
        "description": format!("{}({})", action.name, parameters.join(", ")),
    })
}

fn document(title: &str, mut properties: Map<String, Json>, needed: &[&str]) -> Json {
    properties.insert(
        "$schema".to_owned(),
        text("Which schema this is checked by; not read"),
    );
    properties.insert("description".to_owned(), text("For people; not read"));
    let mut schema = object(properties, needed);
    schema["$schema"] = json!(DRAFT);
    schema["title"] = json!(title);
    schema
}

fn object(properties: Map<String, Json>, needed: &[&str]) -> Json {
    json!({
        "type": "object",
        "properties": Json::Object(properties),
        "required": needed,
        "additionalProperties": false,
    })
}

fn fields<const N: usize>(list: [(&str, Json); N]) -> Map<String, Json> {
    list.map(|(name, value)| (name.to_owned(), value))
        .into_iter()
        .collect()
}

fn text(description: &str) -> Json {
    json!({ "type": "string", "description": description })
}
