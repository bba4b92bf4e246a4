//! Random temporal properties.

use super::expressions::Ty;
use super::rules::{Rulebook, parameter_list};
use super::tape::Tape;

/// Some properties, most of them about values that something gives to a field.
pub fn promises(book: &mut Rulebook, tape: &mut Tape<'_>) -> String {
    let mut text = String::new();
    for number in 0..tape.between(1, 4) {
        let kind = match tape.one(&book.aims) {
            Some(aim) => aim.kind,
            None => tape.below(book.names.kinds.len()),
        };
        let types = if tape.percent(60) {
            vec![Ty::Object(kind)]
        } else {
            Vec::new()
        };
        let parameters = parameter_list(&mut book.names, &types);
        let variable = parameters.split(':').next().unwrap_or_default().to_owned();
        let wanted = condition(book, tape, kind, &variable);
        let promise = match tape.below(4) {
            0 => format!("eventually {wanted}"),
            1 => format!("always eventually {wanted}"),
            _ => format!(
                "{} leads to {wanted}",
                condition(book, tape, kind, &variable)
            ),
        };
        book.names.variables.clear();
        let parameters = if types.is_empty() {
            String::new()
        } else {
            format!("({parameters})")
        };
        text += &format!("property promise{number}{parameters} {{ {promise} }}\n");
    }
    text
}

fn condition(book: &mut Rulebook, tape: &mut Tape<'_>, kind: usize, variable: &str) -> String {
    let of_kind: Vec<_> = book.aims.iter().filter(|aim| aim.kind == kind).collect();
    let aim = tape.one(&of_kind).map(|aim| (*aim).clone());
    match aim {
        Some(aim) if !tape.percent(25) => {
            let sign = if tape.percent(30) { "!=" } else { "==" };
            if variable.is_empty() {
                let kind = super::expressions::kind_name(kind);
                let word = if tape.percent(50) { "all" } else { "some" };
                format!(
                    "({word} aimed in {kind}: aimed.{} {sign} {})",
                    aim.field, aim.value
                )
            } else {
                format!("({variable}.{} {sign} {})", aim.field, aim.value)
            }
        }
        _ => book.names.condition(tape, 1),
    }
}
