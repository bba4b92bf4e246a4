//! What a random rulebook is given on top where strikes are asked about: faults that reach what properties look at, events
//! that go on from there, outages, and properties that hold until something strikes.

use rollproof::language::rules::FieldType;
use rollproof::model::ground::Model;

use super::super::words;
use super::tape::Tape;

/// A field that a hazard may be about, with its values as rules write them.
#[derive(Clone, Debug)]
struct Target {
    kind: String,
    field: String,
    values: Vec<String>,
    /// The kind of the objects that it may refer to, and a condition on the object that it does: it has no value for `none`.
    refers: Option<(String, Option<String>)>,
    first: String,
}

/// Declarations to be added to a rulebook.
pub fn hazards(tape: &mut Tape<'_>, model: &Model) -> String {
    let targets = targets(model);
    // What faults and events bring about: where other hazards begin.
    let mut aims: Vec<(Target, String)> = Vec::new();
    let mut text = String::new();
    for number in 0..tape.between(1, 2) {
        text += &transition(tape, &targets, &mut aims, &format!("fault hit{number}"), "");
    }
    for number in 0..tape.between(0, 3) {
        let fair = if tape.percent(80) { " fair" } else { "" };
        text += &transition(
            tape,
            &targets,
            &mut aims,
            &format!("event go{number}"),
            fair,
        );
    }
    for number in 0..tape.between(0, 2) {
        text += &action(tape, &targets, number);
    }
    if tape.percent(25) {
        text += &fork(tape, &targets);
    }
    for kind in &model.rules.kinds {
        let about: Vec<Target> = targets
            .iter()
            .filter(|t| t.kind == kind.name)
            .cloned()
            .collect();
        if tape.percent(70)
            && let Some(condition) = condition(tape, &about, &aims)
        {
            text += &format!("outage(x: {}) {{ {condition} }}\n", kind.name);
        }
    }
    for number in 0..tape.between(1, 3) {
        text += &property(tape, &targets, &aims, number);
    }
    text
}

/// Actions that bring back what strikes take away, and begin what events go on with; some only where something else is so.
pub fn repairs(tape: &mut Tape<'_>, model: &Model) -> String {
    let targets = targets(model);
    let mut text = String::new();
    for number in 0..tape.between(0, 4) {
        let Some(Target {
            kind,
            field,
            first,
            values,
            ..
        }) = tape.one(&targets).cloned()
        else {
            continue;
        };
        let back = !values.contains(&first) || tape.percent(40);
        let value = if back { None } else { tape.one(&values) };
        let Some(value) = value.or_else(|| values.iter().find(|v| **v == first)) else {
            continue;
        };
        let about: Vec<Target> = targets.iter().filter(|t| t.kind == kind).cloned().collect();
        let mut body = String::new();
        if tape.percent(40) {
            body += &format!("  cost {}\n", tape.between(2, 4));
        }
        if tape.percent(50)
            && let Some(condition) = condition(tape, &about, &[])
        {
            body += &if tape.percent(30) {
                format!("  await {condition}\n")
            } else {
                format!("  require {condition} else \"not yet\"\n")
            };
        }
        text += &format!("action mend{number}(x: {kind}) {{\n{body}  x.{field} = {value}\n}}\n");
    }
    text
}

/// A goal `back` that is mostly not far away. Sometimes it takes a step, what an event makes of it, and another step.
pub fn back(tape: &mut Tape<'_>, model: &Model) -> String {
    let targets = targets(model);
    let mut pairs = Vec::new();
    for begun in targets.iter().filter(|t| t.values.len() > 1) {
        for done in targets.iter().filter(|t| !t.values.is_empty()) {
            if begun.kind == done.kind && begun.field != done.field {
                pairs.push((begun, done));
            }
        }
    }
    if tape.percent(40)
        && let Some((begun, done)) = tape.one(&pairs)
    {
        let place = tape.below(begun.values.len());
        let value = &begun.values[place];
        let other = &begun.values[(place + 1) % begun.values.len()];
        let kind = &begun.kind;
        let (begun, made) = (&begun.field, &done.values[tape.below(done.values.len())]);
        let done = &done.field;
        let fair = if tape.percent(15) { "" } else { " fair" };
        return format!(
            "action begin(x: {kind}) {{\n  x.{begun} = {value}\n}}\n\
             event goes(x: {kind}){fair} {{\n  when x.{begun} == {value}\n  when x.{done} != {made}\n  x.{done} = {made}\n}}\n\
             action finish(x: {kind}) {{\n  require x.{begun} == {value} and x.{done} == {made} else \"early\"\n  x.{begun} = {other}\n}}\n\
             goal back {{ count(x in {kind} where x.{begun} == {other} and x.{done} == {made}) > 0 }}\n"
        );
    }
    let mut lines = String::new();
    for _ in 0..tape.between(1, 2) {
        if let Some(target) = tape.one(&targets)
            && let Some(value) = tape.one(&target.values)
        {
            let Target { kind, field, .. } = target;
            lines += &format!("  count(x in {kind} where x.{field} == {value}) > 0\n");
        }
    }
    format!("goal back {{\n  true\n{lines}}}\n")
}

/// Mostly nothing; else a goal that says what it is to give up.
pub fn abort(tape: &mut Tape<'_>, model: &Model) -> String {
    let targets = targets(model);
    if !tape.percent(35) {
        return String::new();
    }
    let Some(Target { kind, .. }) = tape.one(&targets).cloned() else {
        return String::new();
    };
    let about: Vec<Target> = targets.into_iter().filter(|t| t.kind == kind).collect();
    let Some(condition) = condition(tape, &about, &[]) else {
        return String::new();
    };
    let wanted = ["> 0", "== 1", "== 0"][tape.below(3)];
    format!("goal abort {{ count(x in {kind} where {condition}) {wanted} }}\n")
}

fn targets(model: &Model) -> Vec<Target> {
    let rules = &model.rules;
    let mut all = Vec::new();
    for (number, kind) in rules.kinds.iter().enumerate() {
        let object = model.objects.iter().find(|o| o.kind.index() == number);
        for (place, field) in kind.fields.iter().enumerate().filter(|(_, f)| !f.fixed) {
            let mut refers = None;
            let values: Vec<String> = match field.ty {
                FieldType::Bool => vec!["false".to_owned(), "true".to_owned()],
                FieldType::Range(low, high) => (low..=high).map(|i| i.to_string()).collect(),
                FieldType::Enum(id) => {
                    let of = &rules.enums[id.index()];
                    let value = |value| format!("{}.{value}", of.name);
                    of.values.iter().map(value).collect()
                }
                FieldType::Object(to) => {
                    refers = Some((rules.kinds[to.index()].name.clone(), None));
                    Vec::new()
                }
                FieldType::Optional(to) => {
                    let flag = rules.kinds[to.index()]
                        .fields
                        .iter()
                        .find(|f| f.ty == FieldType::Bool)
                        .map(|f| format!("x.{}.{}", field.name, f.name));
                    refers = Some((rules.kinds[to.index()].name.clone(), flag));
                    vec!["none".to_owned()]
                }
                FieldType::Set(_) => continue,
            };
            let first = object.map(|o| &o.values[place]);
            all.push(Target {
                kind: kind.name.clone(),
                field: field.name.clone(),
                first: match field.ty {
                    FieldType::Enum(id) => {
                        let of = &rules.enums[id.index()].name;
                        first.map_or_else(String::new, |v| {
                            format!("{of}.{}", words::value(model, v))
                        })
                    }
                    _ => first.map_or_else(String::new, |v| words::value(model, v)),
                },
                values,
                refers,
            });
        }
    }
    all
}

/// A fault or an event: where a field has some value, one of its object's fields gets another.
fn transition(
    tape: &mut Tape<'_>,
    targets: &[Target],
    aims: &mut Vec<(Target, String)>,
    head: &str,
    fair: &str,
) -> String {
    let begun = if head.starts_with("event") && tape.percent(75) {
        tape.one(aims).cloned()
    } else {
        None
    };
    let pool: Vec<Target> = targets
        .iter()
        .filter(|t| begun.as_ref().is_none_or(|(from, _)| from.kind == t.kind))
        .cloned()
        .collect();
    let Some(target) = tape.one(&pool).cloned() else {
        return String::new();
    };
    let path = format!("x.{}", target.field);
    let mut guards = String::new();
    if let Some((from, value)) = &begun {
        guards += &format!("  when x.{} == {value}\n", from.field);
    }
    let near: Vec<Target> = pool
        .iter()
        .filter(|t| t.kind == target.kind)
        .cloned()
        .collect();
    if tape.percent(15)
        && let Some(condition) = condition(tape, &near, aims)
    {
        guards += &format!("  when {condition}\n");
    }
    // References go elsewhere, as a failover does.
    if let Some((kind, _)) = &target.refers
        && (target.values.is_empty() || tape.percent(50))
    {
        return format!(
            "{head}(x: {}, to: {kind}){fair} {{\n{guards}  when {path} != to\n  {path} = to\n}}\n",
            target.kind
        );
    }
    let others: Vec<String> = target
        .values
        .iter()
        .filter(|value| begun.is_some() || **value != target.first)
        .cloned()
        .collect();
    let Some(value) = tape.one(&others).cloned() else {
        return String::new();
    };
    let number = value.parse::<i64>().is_ok();
    let effect = if number && tape.percent(20) {
        // Out of its range in the end.
        format!("{path} + 1")
    } else {
        guards += &format!("  when {path} != {value}\n");
        value.clone()
    };
    let kind = target.kind.clone();
    aims.push((target, value));
    format!("{head}(x: {kind}){fair} {{\n{guards}  {path} = {effect}\n}}\n")
}

/// An action that always changes something, so that plans get longer, and may have no value after a strike.
fn action(tape: &mut Tape<'_>, targets: &[Target], number: usize) -> String {
    let Some(target) = tape.one(targets) else {
        return String::new();
    };
    let Target { kind, field, .. } = target;
    let Some(value) = tape.one(&target.values) else {
        return String::new();
    };
    if let Some((_, Some(flag))) = &target.refers {
        return format!(
            "action use{number}(x: {kind}) {{\n  require {flag} or true else \"no\"\n  x.{field} = x.{field}\n}}\n"
        );
    }
    let value = if value.parse::<i64>().is_ok() && tape.percent(60) {
        format!("x.{field} + 1")
    } else {
        value.clone()
    };
    let word = if tape.percent(50) {
        format!("await x.{field} != {value}")
    } else {
        format!("require x.{field} != {value} else \"no\"")
    };
    format!("action set{number}(x: {kind}) {{\n  {word}\n  x.{field} = {value}\n}}\n")
}

/// A fault after which the events go one way or the other, each with something of its own that it breaks: none of it is
/// certain, and yet something is.
fn fork(tape: &mut Tape<'_>, targets: &[Target]) -> String {
    let others = |target: &Target| -> Vec<String> {
        let first = |value: &&String| **value != target.first;
        target.values.iter().filter(first).cloned().collect()
    };
    for target in targets {
        for other in targets {
            let (left, right) = (others(target), others(other));
            if target.kind == other.kind && target.field != other.field && left.len() > 1 {
                let Some(right) = tape.one(&right) else {
                    continue;
                };
                let Target {
                    kind, field, first, ..
                } = target;
                let (begun, left) = (&left[0], &left[1]);
                let other = &other.field;
                return format!(
                    "fault fork(x: {kind}) {{\n  when x.{field} == {first}\n  x.{field} = {begun}\n}}\n\
                     event left(x: {kind}) fair {{\n  when x.{field} == {begun}\n  x.{field} = {left}\n}}\n\
                     event right(x: {kind}) fair {{\n  when x.{field} == {begun}\n  x.{field} = {first}\n  x.{other} = {right}\n}}\n\
                     invariant not_left(x: {kind}) {{ x.{field} != {left} }}\n\
                     invariant not_right(x: {kind}) {{ x.{other} != {right} }}\n"
                );
            }
        }
    }
    String::new()
}

/// A condition on `x`, mostly about what some hazard brings about.
fn condition(tape: &mut Tape<'_>, targets: &[Target], aims: &[(Target, String)]) -> Option<String> {
    let kind = &targets.first()?.kind;
    let near: Vec<&(Target, String)> = aims.iter().filter(|(t, _)| t.kind == *kind).collect();
    let one = |tape: &mut Tape<'_>| {
        if tape.percent(75)
            && let Some((target, value)) = tape.one(&near)
        {
            return Some(format!("x.{} == {value}", target.field));
        }
        let target = tape.one(targets)?;
        if let Some((_, Some(flag))) = &target.refers
            && tape.percent(40)
        {
            return Some(flag.clone());
        }
        let value = tape.one(&target.values)?;
        let compared = if tape.percent(50) { "==" } else { "!=" };
        Some(format!("x.{} {compared} {value}", target.field))
    };
    let first = one(tape)?;
    if tape.percent(35)
        && let Some(second) = one(tape)
    {
        let word = if tape.percent(60) { "and" } else { "or" };
        return Some(format!("{first} {word} {second}"));
    }
    Some(first)
}

/// An invariant that is false of what hazards bring about, or a transition invariant that they break.
fn property(
    tape: &mut Tape<'_>,
    targets: &[Target],
    aims: &[(Target, String)],
    number: usize,
) -> String {
    let Some(target) = tape.one(targets) else {
        return String::new();
    };
    let kind = match tape.one(aims) {
        Some((aim, _)) if tape.percent(80) => aim.kind.clone(),
        _ => target.kind.clone(),
    };
    let about: Vec<Target> = targets.iter().filter(|t| t.kind == kind).cloned().collect();
    let Some(bad) = condition(tape, &about, aims) else {
        return String::new();
    };
    if tape.percent(25)
        && let Some(before) = condition(tape, &about, aims)
    {
        return format!(
            "transition invariant kept{number}(x: {kind}) {{ not old({before}) or not ({bad}) }}\n"
        );
    }
    if tape.percent(30) {
        return format!("invariant kept{number} {{ count(x in {kind} where {bad}) < 2 }}\n");
    }
    format!("invariant kept{number}(x: {kind}) {{ not ({bad}) }}\n")
}
