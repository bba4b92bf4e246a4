//! Random clusters of a random rulebook.

use super::expressions::{Ty, bare_value, kind_name};
use super::rules::Rulebook;
use super::tape::Tape;

/// A cluster, as text.
pub fn cluster(tape: &mut Tape<'_>, book: &Rulebook, prefix: &str) -> String {
    let sizes: Vec<usize> = book
        .names
        .kinds
        .iter()
        .map(|_| {
            if book.lively {
                3
            } else {
                [1, 2, 3, 2, 3][tape.below(5)]
            }
        })
        .collect();
    let mut parts = vec!["\"rules\": \"random\"".to_owned()];
    parts.extend(settings(tape, book));
    let mut kinds = Vec::new();
    for (kind, fields) in book.names.kinds.iter().enumerate() {
        let mut objects = Vec::new();
        for place in 0..sizes[kind] {
            let mut values = Vec::new();
            for field in fields {
                let needed = matches!(field.ty, Ty::Object(_));
                if needed || tape.percent(15) {
                    let value = value(tape, book, field.ty, &sizes, prefix);
                    values.push(format!("\"{}\": {value}", field.name));
                }
            }
            let name = object_name(prefix, kind, place);
            objects.push(format!("      \"{name}\": {{ {} }}", values.join(", ")));
        }
        kinds.push(format!(
            "    \"{}\": {{\n{}\n    }}",
            kind_name(kind),
            objects.join(",\n")
        ));
    }
    parts.push(format!("\"objects\": {{\n{}\n  }}", kinds.join(",\n")));
    format!("{{ {} }}\n", parts.join(",\n  "))
}

/// The name of an object; those of the third kind have to be quoted.
fn object_name(prefix: &str, kind: usize, place: usize) -> String {
    let mark = if kind == 2 { "-" } else { "_" };
    format!("{prefix}{}{mark}{}", kind_name(kind), place + 1)
}

fn settings(tape: &mut Tape<'_>, book: &Rulebook) -> Vec<String> {
    let mut parts = Vec::new();
    let mut params = Vec::new();
    for (name, ty) in &book.names.params {
        if tape.percent(40) {
            let value = value(tape, book, *ty, &[], "");
            params.push(format!("\"{name}\": {value}"));
        }
    }
    parts.push(format!("\"params\": {{ {} }}", params.join(", ")));
    let mut policies = Vec::new();
    for name in &book.policies {
        if tape.percent(40) {
            policies.push(format!("\"{name}\": {}", tape.percent(50)));
        }
    }
    parts.push(format!("\"policies\": {{ {} }}", policies.join(", ")));
    if !book.faults.is_empty() {
        if tape.percent(40) {
            let each: Vec<String> = book
                .faults
                .iter()
                .map(|f| format!("\"{f}\": {}", tape.below(3)))
                .collect();
            parts.push(format!("\"faults\": {{ {} }}", each.join(", ")));
        } else {
            parts.push(format!("\"faults\": {}", tape.below(3)));
        }
    }
    parts.push("\"goal\": \"reached\"".to_owned());
    parts
}

fn value(tape: &mut Tape<'_>, book: &Rulebook, ty: Ty, sizes: &[usize], prefix: &str) -> String {
    let mut object = |kind: usize| {
        let place = tape.below(sizes[kind]);
        format!("\"{}\"", object_name(prefix, kind, place))
    };
    match ty {
        Ty::Object(kind) => object(kind),
        Ty::Optional(kind) => {
            let name = object(kind);
            if tape.percent(70) {
                name
            } else {
                "null".to_owned()
            }
        }
        Ty::Set(kind) => {
            let members: Vec<String> = (0..sizes[kind])
                .filter(|_| tape.percent(50))
                .map(|place| format!("\"{}\"", object_name(prefix, kind, place)))
                .collect();
            format!("[{}]", members.join(", "))
        }
        Ty::Enum(number) => {
            format!(
                "\"{}\"",
                bare_value(number, tape.below(book.names.enums[number].0))
            )
        }
        ty => book.names.constant(tape, ty).unwrap_or_default(),
    }
}
