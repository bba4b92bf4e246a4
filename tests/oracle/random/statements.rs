//! Random guards and effects.

use super::expressions::{Names, Ty, bare_value, kind_name};
use super::tape::Tape;

/// A field and a value that some action gives it: goals are made of these.
#[derive(Clone, Debug)]
pub struct Aim {
    pub kind: usize,
    pub field: String,
    pub value: String,
}

/// The usual step of a life cycle: where a field has one value, it gets another.
pub fn advance(
    names: &mut Names,
    tape: &mut Tape<'_>,
    aims: &mut Vec<Aim>,
) -> Option<(String, String)> {
    let mut targets = Vec::new();
    for (variable, ty) in &names.variables {
        let Ty::Object(kind) = ty else { continue };
        for field in names.kinds[*kind].iter().filter(|f| !f.fixed) {
            if matches!(field.ty, Ty::Bool | Ty::Range(..) | Ty::Enum(_)) {
                targets.push((variable.clone(), *kind, field.clone()));
            }
        }
    }
    let (variable, kind, field) = tape.one(&targets)?.clone();
    let path = format!("{variable}.{}", field.name);
    if let Ty::Range(_, high) = field.ty
        && tape.percent(60)
    {
        aims.push(Aim {
            kind,
            field: field.name.clone(),
            value: high.to_string(),
        });
        // Without the guard it leaves its range in the end.
        let guarded = if tape.percent(80) { "<" } else { "<=" };
        let step = format!("  {path} = {path} + 1\n");
        return Some((format!("{path} {guarded} {high}"), step));
    }
    let values: Vec<String> = match field.ty {
        Ty::Range(low, high) => (low..=high).map(|i| i.to_string()).collect(),
        Ty::Enum(number) => (0..names.enums[number].0)
            .map(|v| bare_value(number, v))
            .collect(),
        _ => vec!["false".to_owned(), "true".to_owned()],
    };
    let first = values.iter().position(|value| *value == field.default);
    let any = tape.below(values.len());
    let from = first.filter(|_| tape.percent(70)).unwrap_or(any);
    let far = if tape.percent(25) {
        tape.between(1, values.len() - 1)
    } else {
        1
    };
    let to = (from + far) % values.len();
    aims.push(Aim {
        kind,
        field: field.name.clone(),
        value: values[to].clone(),
    });
    Some((
        format!("{path} == {}", values[from]),
        format!("  {path} = {}\n", values[to]),
    ))
}

/// Some statements that change something, indented.
pub fn effects(
    names: &mut Names,
    tape: &mut Tape<'_>,
    aims: &mut Vec<Aim>,
    depth: usize,
    indent: usize,
) -> String {
    let mut text = String::new();
    for _ in 0..tape.between(1, 2) {
        text += &effect(names, tape, aims, depth, indent);
    }
    text
}

fn effect(
    names: &mut Names,
    tape: &mut Tape<'_>,
    aims: &mut Vec<Aim>,
    depth: usize,
    indent: usize,
) -> String {
    let pad = "  ".repeat(indent);
    let choice = if depth == 0 { 0 } else { tape.below(10) };
    match choice {
        8 => {
            let condition = names.condition(tape, 1);
            let then = effects(names, tape, aims, depth - 1, indent + 1);
            let mut text = format!("{pad}if {condition} {{\n{then}{pad}}}");
            if tape.percent(40) {
                let otherwise = effects(names, tape, aims, depth - 1, indent + 1);
                text += &format!(" else {{\n{otherwise}{pad}}}");
            }
            text + "\n"
        }
        9 => loop_over(names, tape, aims, depth, indent),
        _ => assignment(names, tape, aims, &pad)
            .unwrap_or_else(|| loop_over(names, tape, aims, depth, indent)),
    }
}

fn loop_over(
    names: &mut Names,
    tape: &mut Tape<'_>,
    aims: &mut Vec<Aim>,
    depth: usize,
    indent: usize,
) -> String {
    let pad = "  ".repeat(indent);
    let kind = tape.below(names.kinds.len());
    let variable = names.bind(Ty::Object(kind));
    let filter = if tape.percent(60) {
        format!(" where {}", names.condition(tape, 1))
    } else {
        String::new()
    };
    let body = match assignment(names, tape, aims, &"  ".repeat(indent + 1)) {
        Some(first) if depth > 0 && tape.percent(20) => {
            first + &effects(names, tape, aims, depth - 1, indent + 1)
        }
        Some(first) => first,
        None => String::new(),
    };
    names.variables.pop();
    format!(
        "{pad}for {variable} in {}{filter} {{\n{body}{pad}}}\n",
        kind_name(kind)
    )
}

/// A field gets a value; none where no object with a field that changes is at hand.
fn assignment(
    names: &mut Names,
    tape: &mut Tape<'_>,
    aims: &mut Vec<Aim>,
    pad: &str,
) -> Option<String> {
    let mut targets = Vec::new();
    for kind in 0..names.kinds.len() {
        let objects = names.paths(tape, |ty| ty == Ty::Object(kind));
        for object in objects {
            for field in names.kinds[kind].iter().filter(|f| !f.fixed) {
                targets.push((object.clone(), kind, field.clone()));
            }
        }
    }
    let direct: Vec<_> = targets
        .iter()
        .filter(|(o, ..)| !o.contains('.'))
        .cloned()
        .collect();
    let pool = if direct.is_empty() || tape.percent(25) {
        targets
    } else {
        direct
    };
    let (object, kind, field) = tape.one(&pool)?.clone();
    let path = format!("{object}.{}", field.name);
    let value = match field.ty {
        Ty::Bool if tape.percent(25) => format!("not {path}"),
        Ty::Range(low, high) if tape.percent(40) => {
            let more = if tape.percent(40) { "- 1" } else { "+ 1" };
            if tape.percent(78) {
                aims.push(Aim {
                    kind,
                    field: field.name.clone(),
                    value: high.to_string(),
                });
                let (compared, limit) = if more == "+ 1" {
                    ("<", high)
                } else {
                    (">", low)
                };
                return Some(format!(
                    "{pad}if {path} {compared} {limit} {{\n{pad}  {path} = {path} {more}\n{pad}}}\n"
                ));
            }
            format!("{path} {more}")
        }
        Ty::Enum(number) if tape.percent(75) => {
            let value = bare_value(number, tape.below(names.enums[number].0));
            aims.push(Aim {
                kind,
                field: field.name.clone(),
                value: value.clone(),
            });
            value
        }
        Ty::Range(..) | Ty::Bool if tape.percent(75) => {
            let value = names.constant(tape, field.ty)?;
            aims.push(Aim {
                kind,
                field: field.name.clone(),
                value: value.clone(),
            });
            value
        }
        // An integer of any size: a constant outside the range would be a mistake, a path is not.
        Ty::Range(..) => {
            let paths = names.paths(tape, |t| matches!(t, Ty::Range(..)));
            tape.one(&paths)?.clone()
        }
        ty => names.expression(tape, ty, 1)?,
    };
    Some(format!("{pad}{path} = {value}\n"))
}
