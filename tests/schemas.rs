//! The generated JSON Schemas: every file of the library and of the rule shapes fits them, and slips of the pen do not.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use std::fs;
use std::path::{Path, PathBuf};

use rollproof::language::read_rules;
use rollproof::language::rules::Rules;
use rollproof::language::source::Source;
use rollproof::model::schema;
use serde_json::{Value, json};

/// The part of JSON Schema that the generated ones use. An unknown keyword is a failure of the test.
fn fits(root: &Value, schema: &Value, value: &Value) -> Result<(), String> {
    if schema.is_null() {
        return Ok(());
    }
    for (keyword, argument) in schema.as_object().unwrap() {
        match keyword.as_str() {
            "$schema" | "title" | "description" | "default" | "$defs" | "properties" => {}
            "type" => {
                let types = argument
                    .as_array()
                    .cloned()
                    .unwrap_or(vec![argument.clone()]);
                if !types.iter().any(|t| is(value, t.as_str().unwrap())) {
                    return Err(format!("{value} is not {argument}"));
                }
            }
            "enum" if !argument.as_array().unwrap().contains(value) => {
                return Err(format!("{value} is none of {argument}"));
            }
            "minimum"
                if value
                    .as_i64()
                    .is_some_and(|n| n < argument.as_i64().unwrap()) =>
            {
                return Err(format!("{value} is too small"));
            }
            "maximum"
                if value
                    .as_i64()
                    .is_some_and(|n| n > argument.as_i64().unwrap()) =>
            {
                return Err(format!("{value} is too large"));
            }
            "minItems" if value.as_array().is_some_and(Vec::is_empty) => {
                return Err(format!("{value} has nothing in it"));
            }
            "enum" | "minimum" | "maximum" | "minItems" => {}
            "required" => {
                for key in argument.as_array().unwrap() {
                    if value.is_object() && value.get(key.as_str().unwrap()).is_none() {
                        return Err(format!("{key} is missing"));
                    }
                }
            }
            "additionalProperties" => members(root, schema, argument, value)?,
            "items" => {
                for element in value.as_array().into_iter().flatten() {
                    fits(root, argument, element)?;
                }
            }
            "anyOf" => {
                let forms = argument.as_array().unwrap();
                if !forms.iter().any(|form| fits(root, form, value).is_ok()) {
                    return Err(format!("{value} fits no form"));
                }
            }
            "$ref" => fits(root, &root["$defs"]["lane"], value)?,
            "pattern" => {
                let name = argument.as_str().unwrap().trim_start_matches("^\\s*");
                let name = name.split('\\').next().unwrap();
                let text = value.as_str().unwrap_or_default().trim();
                if !(text.starts_with(&format!("{name}(")) && text.ends_with(')')) {
                    return Err(format!("{value} is no `{name}`"));
                }
            }
            other => panic!("the validator of this test does not know `{other}`"),
        }
    }
    Ok(())
}

fn is(value: &Value, ty: &str) -> bool {
    match ty {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64(),
        "null" => value.is_null(),
        other => panic!("{other}"),
    }
}

fn members(root: &Value, schema: &Value, rest: &Value, value: &Value) -> Result<(), String> {
    for (key, member) in value.as_object().into_iter().flatten() {
        match (schema.get("properties").and_then(|p| p.get(key)), rest) {
            (Some(known), _) => fits(root, known, member).map_err(|why| format!("{key}: {why}"))?,
            (None, Value::Bool(false)) => return Err(format!("{key} is not known")),
            (None, rest) => fits(root, rest, member).map_err(|why| format!("{key}: {why}"))?,
        }
    }
    Ok(())
}

fn check(schema: &Value, value: &Value) -> Result<(), String> {
    fits(schema, schema, value)
}

fn json(path: &Path) -> Value {
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|e| e.unwrap().path())
        .collect();
    found.retain(|path| path.extension().is_some_and(|e| e == "json"));
    found.sort();
    found
}

/// Each folder with a rulebook in it, with its rules.
fn rulebooks() -> Vec<(PathBuf, Rules)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    for folder in ["models", "tests/shapes"] {
        for entry in fs::read_dir(root.join(folder)).unwrap() {
            let folder = entry.unwrap().path();
            let name = folder.file_name().unwrap().to_str().unwrap().to_owned();
            if let Ok(text) = fs::read_to_string(folder.join(format!("{name}.rules"))) {
                let (rules, diagnostics) = read_rules(&Source::new(name, text));
                found.push((folder, rules.unwrap_or_else(|| panic!("{diagnostics:?}"))));
            }
        }
    }
    found
}

#[test]
fn every_shipped_file_fits_the_schema_of_its_rules() {
    let mut checked = 0;
    for (folder, rules) in rulebooks() {
        for (inside, schema) in [
            ("clusters", schema::of_clusters(&rules)),
            ("plans", schema::of_plans(&rules)),
        ] {
            for path in files(&folder.join(inside)) {
                check(&schema, &json(&path))
                    .unwrap_or_else(|why| panic!("{}: {why}", path.display()));
                checked += 1;
            }
        }
        let path = folder.join("suite.json");
        check(&schema::of_suites(), &json(&path))
            .unwrap_or_else(|why| panic!("{}: {why}", path.display()));
        checked += 1;
    }
    assert!(checked > 60, "only {checked} files were checked");
}

#[test]
fn slips_of_the_pen_do_not_fit() {
    let (_, rules) = rulebooks()
        .into_iter()
        .find(|(folder, _)| folder.ends_with("exchange-core"))
        .unwrap();
    let clusters = schema::of_clusters(&rules);
    let with = |objects: Value| json!({ "rules": "exchange-core", "objects": objects });
    assert_eq!(
        check(
            &clusters,
            &with(json!({ "node": { "N1": { "build": "sp1" } } }))
        ),
        Ok(())
    );
    for (wrong, why) in [
        (with(json!({ "nodes": {} })), "nodes is not known"),
        (
            with(json!({ "node": { "N1": { "build": "sp2" } } })),
            "is none of",
        ),
        (with(json!({ "evs": { "E1": {} } })), "\"host\" is missing"),
        (json!({ "objects": {} }), "\"rules\" is missing"),
        (
            json!({ "rules": "r", "objects": {}, "params": { "limit": 1001 } }),
            "too large",
        ),
    ] {
        let found = check(&clusters, &wrong).unwrap_err();
        assert!(found.contains(why), "{found}");
    }
    assert!(check(&schema::of_suites(), &json!({ "cases": [] })).is_err());
    let plans = schema::of_plans(&rules);
    let steps = |steps: Value| json!({ "cluster": "n2-m1", "steps": steps });
    assert_eq!(
        check(
            &plans,
            &steps(json!(["reboot(Node1)", { "parallel": [
                ["reboot(Node2)", { "await": "settled", "label": "calm" }],
                [{ "after": "calm" }, { "step": "reboot(Node1)", "label": "second" }]] }]))
        ),
        Ok(())
    );
    for wrong in [
        json!(["boot(Node1)"]),
        json!([{ "wait": "settled" }]),
        json!([{ "step": "boot(Node1)", "label": "x" }]),
        json!([{ "after": 3 }]),
        json!([{ "after": "x", "label": "y" }]),
        json!("reboot(Node1)"),
    ] {
        assert!(check(&plans, &steps(wrong.clone())).is_err(), "{wrong}");
    }
}
