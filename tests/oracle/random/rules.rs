//! Random rulebooks.

use super::expressions::{Field, Helper, Names, Ty, bare_value, kind_name};
use super::statements::{Aim, advance, effects};
use super::tape::Tape;

/// A rulebook with what a cluster of it has to know.
#[derive(Clone, Debug, Default)]
pub struct Rulebook {
    /// Everything but the properties.
    pub text: String,
    /// Invariants and transition invariants to choose from.
    pub invariants: Vec<String>,
    /// Goals to choose from: what a goal says.
    pub goals: Vec<String>,
    pub names: Names,
    /// Names of policies.
    pub policies: Vec<String>,
    /// Names of faults.
    pub faults: Vec<String>,
    /// Actions with their parameters.
    pub actions: Vec<(String, Vec<Ty>)>,
    /// Whether it is about longer ways: few conditions, many objects of one kind.
    pub lively: bool,
    /// Fields with values that something gives them.
    pub aims: Vec<Aim>,
}

/// A rulebook.
pub fn rulebook(tape: &mut Tape<'_>) -> Rulebook {
    let mut book = Rulebook {
        text: "rules random\n\n".to_owned(),
        ..Rulebook::default()
    };
    book.lively = tape.percent(30);
    enums(&mut book, tape);
    kinds(&mut book, tape);
    params(&mut book, tape);
    lets(&mut book, tape);
    for number in 0..tape.between(1, 6) {
        transition(&mut book, tape, "action", number);
    }
    for number in 0..tape.between(0, 3) {
        transition(&mut book, tape, "event", number);
    }
    for number in 0..tape.between(0, 4).saturating_sub(2) {
        transition(&mut book, tape, "fault", number);
    }
    policies(&mut book, tape);
    invariants(&mut book, tape);
    goals(&mut book, tape);
    book
}

fn enums(book: &mut Rulebook, tape: &mut Tape<'_>) {
    for number in 0..2 {
        let size = if book.lively { 3 } else { tape.between(2, 3) };
        let ordered = number == 0;
        book.names.enums.push((size, ordered));
        let values: Vec<String> = (0..size).map(|place| bare_value(number, place)).collect();
        let word = if ordered { " ordered" } else { "" };
        book.text += &format!("enum E{number}{word} {{ {} }}\n", values.join(", "));
    }
}

fn kinds(book: &mut Rulebook, tape: &mut Tape<'_>) {
    let count = if book.lively { 1 } else { tape.between(1, 3) };
    for kind in 0..count {
        book.text += &format!("kind {} {{\n", kind_name(kind));
        let mut fields = Vec::new();
        for place in 0..tape.between(1, 3) {
            let ty = match if book.lively {
                tape.between(2, 6)
            } else {
                tape.below(10)
            } {
                0 | 1 => Ty::Bool,
                2 => Ty::Range(0, 2),
                3 => Ty::Range(-1, 1),
                4 | 5 => Ty::Enum(0),
                6 => Ty::Enum(1),
                7 => Ty::Object(tape.below(count)),
                8 => Ty::Optional(tape.below(count)),
                _ => Ty::Set(tape.below(count)),
            };
            let fixed = tape.percent(8);
            let name = format!("f{place}");
            let default = match ty {
                Ty::Object(_) => String::new(),
                Ty::Enum(number) => bare_value(number, tape.below(book.names.enums[number].0)),
                _ => book.names.constant(tape, ty).unwrap_or_default(),
            };
            let word = if fixed { "fixed " } else { "" };
            let is = if default.is_empty() { "" } else { " = " };
            book.text += &format!("  {word}{name}: {}{is}{default}\n", type_name(ty));
            fields.push(Field {
                name,
                ty,
                fixed,
                default,
            });
        }
        book.names.kinds.push(fields);
        book.text += "}\n";
    }
}

fn params(book: &mut Rulebook, tape: &mut Tape<'_>) {
    for number in 0..tape.between(0, 2) {
        let ty = [Ty::Range(0, 3), Ty::Bool, Ty::Enum(0)][tape.below(3)];
        let name = format!("p{number}");
        let default = book.names.constant(tape, ty).unwrap_or_default();
        book.text += &format!("param {name}: {} = {default}\n", type_name(ty));
        book.names.params.push((name, ty));
    }
}

fn lets(book: &mut Rulebook, tape: &mut Tape<'_>) {
    for number in 0..tape.between(0, 3) {
        let name = format!("l{number}");
        let kind = tape.below(book.names.kinds.len());
        let mut parameters = Vec::new();
        if tape.percent(70) {
            parameters.push(Ty::Object(kind));
        }
        if tape.percent(30) {
            parameters.push([Ty::Range(0, 2), Ty::Bool, Ty::Optional(kind)][tape.below(3)]);
        }
        let ty = [Ty::Bool, Ty::Range(0, 9), Ty::Set(kind), Ty::Bool][tape.below(4)];
        let names = &mut book.names;
        let header = parameter_list(names, &parameters);
        let body = match ty {
            Ty::Set(_) => {
                let variable = names.bind(Ty::Object(kind));
                let condition = names.condition(tape, 1);
                format!("{{{variable} in {} where {condition}}}", kind_name(kind))
            }
            ty => names
                .expression(tape, ty, 2)
                .unwrap_or_else(|| "true".to_owned()),
        };
        names.variables.clear();
        let header = if parameters.is_empty() {
            String::new()
        } else {
            format!("({header})")
        };
        book.text += &format!("let {name}{header} = {body}\n");
        names.helpers.push(Helper {
            name,
            parameters,
            ty,
        });
    }
}

/// Binds variables of these types and writes them as parameters.
pub fn parameter_list(names: &mut Names, types: &[Ty]) -> String {
    let all: Vec<String> = types
        .iter()
        .map(|ty| format!("{}: {}", names.bind(*ty), type_name(*ty)))
        .collect();
    all.join(", ")
}

fn parameter_types(tape: &mut Tape<'_>, kinds: usize) -> Vec<Ty> {
    let mut types = Vec::new();
    if !tape.percent(15) {
        types.push(Ty::Object(tape.below(kinds)));
    }
    if tape.percent(35) {
        let more = [
            Ty::Object(tape.below(kinds)),
            Ty::Optional(tape.below(kinds)),
            Ty::Bool,
        ];
        let scalar = [Ty::Enum(0), Ty::Range(0, 1)];
        types.push(if tape.percent(70) {
            more[tape.below(3)]
        } else {
            scalar[tape.below(2)]
        });
    }
    types
}

fn transition(book: &mut Rulebook, tape: &mut Tape<'_>, class: &str, number: usize) {
    let name = format!("{}{number}", &class[..3]);
    let types = parameter_types(tape, book.names.kinds.len());
    let parameters = parameter_list(&mut book.names, &types);
    let fair = if class == "event" && !tape.percent(25) {
        " fair"
    } else {
        ""
    };
    let mut body = String::new();
    if class == "action" && tape.percent(25) {
        body += &format!("  cost {}\n", tape.between(1, 3));
    }
    let mut aims = Vec::new();
    let advance = if book.lively || tape.percent(70) {
        advance(&mut book.names, tape, &mut aims)
    } else {
        None
    };
    let most = tape
        .between(0, 2)
        .min(tape.between(0, 2))
        .max(usize::from(class != "action" && advance.is_none()));
    let mut conditions: Vec<String> = advance
        .iter()
        .map(|(condition, _)| condition.clone())
        .collect();
    for _ in 0..most {
        let depth = tape.below(2);
        conditions.push(book.names.condition(tape, depth));
    }
    for (place, condition) in conditions.iter().enumerate() {
        body += &match class {
            "action" if tape.percent(45) => format!("  await {condition}\n"),
            "action" => format!("  require {condition} else \"no {place}\"\n"),
            _ => format!("  when {condition}\n"),
        };
    }
    let mut changes = String::new();
    if let Some((_, effect)) = &advance {
        changes += effect;
    }
    if advance.is_none() || tape.percent(if book.lively { 10 } else { 30 }) {
        changes += &effects(&mut book.names, tape, &mut aims, 2, 1);
    }
    if class == "action" {
        for number in 0..tape.between(0, 8).saturating_sub(6) {
            body += &failure(book, tape, number);
            let again = if number == 0 { "" } else { " (2)" };
            book.faults.push(format!("{name} fails{again}"));
        }
    }
    body += &changes;
    if class != "fault" {
        book.aims.extend(aims);
    }
    book.names.variables.clear();
    book.text += &format!("{class} {name}({parameters}){fair} {{\n{body}}}\n");
    match class {
        "action" => book.actions.push((name, types)),
        "fault" => book.faults.push(name),
        _ => {}
    }
}

/// What is left of an action that breaks off: something else, or nothing.
fn failure(book: &mut Rulebook, tape: &mut Tape<'_>, number: usize) -> String {
    let text = if tape.percent(50) {
        format!(" \"breaks off {number}\"")
    } else {
        String::new()
    };
    if tape.percent(15) {
        return format!("  may fail{text} {{}}\n");
    }
    let left = effects(&mut book.names, tape, &mut Vec::new(), 1, 2);
    format!("  may fail{text} {{\n{left}  }}\n")
}

fn policies(book: &mut Rulebook, tape: &mut Tape<'_>) {
    for number in 0..tape.between(0, 2) {
        let name = format!("policy{number}");
        let kind = kind_name(tape.below(book.names.kinds.len()));
        let where_param = book
            .names
            .params
            .iter()
            .find(|(_, ty)| matches!(ty, Ty::Range(..)))
            .map_or_else(|| "1".to_owned(), |(name, _)| name.clone());
        let activation = match tape.below(4) {
            0 => "",
            1 => " on by default",
            2 => &format!(" on where count({kind}) > {where_param}"),
            _ => &format!(" on where {where_param} + 1 < count({kind})"),
        };
        let mut clauses = String::new();
        for _ in 0..tape.between(1, 2) {
            let (action, types) = book.actions[tape.below(book.actions.len())].clone();
            let mut arguments = Vec::new();
            for ty in types {
                let ignored = tape.percent(20);
                arguments.push(if ignored {
                    "_".to_owned()
                } else {
                    book.names.bind(ty)
                });
            }
            let condition = book.names.condition(tape, 1);
            book.names.variables.clear();
            let guard = if tape.percent(40) {
                format!("await {condition}")
            } else {
                format!("require {condition} else \"policy {number}\"")
            };
            clauses += &format!("  before {action}({}) {guard}\n", arguments.join(", "));
        }
        book.text += &format!("policy {name}{activation} {{\n{clauses}}}\n");
        book.policies.push(name);
    }
}

fn invariants(book: &mut Rulebook, tape: &mut Tape<'_>) {
    for number in 0..tape.between(1, 9) {
        let transition = tape.percent(40);
        let kind = tape.below(book.names.kinds.len());
        let types: Vec<Ty> = if tape.percent(60) {
            vec![Ty::Object(kind)]
        } else {
            Vec::new()
        };
        let parameters = parameter_list(&mut book.names, &types);
        let parameters = if types.is_empty() {
            String::new()
        } else {
            format!("({parameters})")
        };
        let mut lines = String::new();
        for _ in 0..tape.between(1, 2) {
            book.names.old = transition;
            let line = if tape.percent(70) {
                let premise = book.names.condition(tape, 1);
                format!("{premise} implies {}", book.names.condition(tape, 1))
            } else {
                book.names.condition(tape, 2)
            };
            book.names.old = false;
            lines += &format!("  {line}\n");
        }
        book.names.variables.clear();
        let word = if transition {
            "transition invariant"
        } else {
            "invariant"
        };
        book.invariants
            .push(format!("{word} inv{number}{parameters} {{\n{lines}}}\n"));
    }
}

fn goals(book: &mut Rulebook, tape: &mut Tape<'_>) {
    for _ in 0..tape.between(1, 7) {
        let mut lines = String::new();
        let least = if book.lively { 2 } else { 1 };
        for _ in 0..tape.between(least, 3) {
            let aim = tape.one(&book.aims).cloned();
            lines += &match aim {
                Some(aim) if !tape.percent(20) => {
                    let word = if !book.lively && tape.percent(20) {
                        "some"
                    } else {
                        "all"
                    };
                    let variable = book.names.bind(Ty::Object(aim.kind));
                    book.names.variables.clear();
                    let kind = kind_name(aim.kind);
                    format!(
                        "  {word} {variable} in {kind}: {variable}.{} == {}\n",
                        aim.field, aim.value
                    )
                }
                _ => format!("  {}\n", book.names.condition(tape, 2)),
            };
        }
        book.goals.push(lines);
    }
}

/// A type as rules write it.
pub fn type_name(ty: Ty) -> String {
    match ty {
        Ty::Bool => "bool".to_owned(),
        Ty::Range(low, high) => format!("{low}..{high}"),
        Ty::Enum(number) => format!("E{number}"),
        Ty::Object(kind) => kind_name(kind),
        Ty::Optional(kind) => format!("{}?", kind_name(kind)),
        Ty::Set(kind) => format!("set of {}", kind_name(kind)),
    }
}
