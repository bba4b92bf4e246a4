//! Lets: typed in the order of need, so that each knows the types of those it calls.

use std::collections::HashMap;
use std::sync::Arc;

use crate::language::codes::Code;
use crate::language::diagnostic::Diagnostics;
use crate::language::rules::Let;
use crate::language::source::Source;
use crate::language::syntax::{self, Item, Name, RulesFile};

use super::cycles;
use super::declarations::Collected;
use super::declared::ParameterShape;
use super::expressions::Checker;
use super::report::Reporter;
use super::walk;

/// A circle longer than this is not named in full.
const LONGEST_CIRCLE: usize = 8;

/// A let of the file.
struct Written<'a> {
    name: &'a Name,
    parameters: &'a [syntax::Parameter],
    body: &'a syntax::Expr,
    /// Its place among the declarations of the file.
    declaration: usize,
}

/// Types all lets and enters their types into the tables. The lets come back in order of declaration, those with errors
/// left out.
pub(super) fn check_lets(
    file: &RulesFile,
    source: &Arc<Source>,
    collected: &mut Collected,
) -> (Vec<Let>, Diagnostics) {
    let written: Vec<Written<'_>> = file
        .declarations
        .iter()
        .enumerate()
        .filter_map(|(declaration, d)| match &d.item {
            Item::Let {
                name,
                parameters,
                body,
            } => Some(Written {
                name,
                parameters,
                body,
                declaration,
            }),
            _ => None,
        })
        .collect();
    let needs = needs(&written);
    let cycles::Order { order, circles } = cycles::order(&needs);
    let mut report = Reporter::new(source);
    let mut circular = vec![false; written.len()];
    for circle in &circles {
        tell_circle(&mut report, &written, circle);
        for &member in circle {
            circular[member] = true;
        }
    }
    let mut diagnostics = report.diagnostics;
    let mut lets: Vec<Option<Let>> = written.iter().map(|_| None).collect();
    for index in order {
        let one = &written[index];
        let parameters = &collected.parameters[one.declaration];
        let mut checker = Checker::new(&collected.declared, source);
        let typed = check_let(&mut checker, one, parameters);
        diagnostics.extend(checker.report.diagnostics);
        let Some(typed) = typed.filter(|_| !circular[index]) else {
            continue;
        };
        let depth = walk::depth(&typed.body, &collected.declared);
        let size = walk::size(&typed.body, &collected.declared);
        let reads_state = walk::reads_state(&typed.body, &collected.declared);
        if let Some(shape) = collected.declared.lets.get_mut(&one.name.text)
            && shape.span == Some(one.name.span)
        {
            shape.result = Some(typed.body.ty);
            shape.depth = depth;
            shape.size = size;
            shape.reads_state = reads_state;
        }
        lets[index] = Some(typed);
    }
    (lets.into_iter().flatten().collect(), diagnostics)
}

fn check_let(
    checker: &mut Checker<'_>,
    written: &Written<'_>,
    parameters: &[ParameterShape],
) -> Option<Let> {
    let parameters = checker.enter(written.parameters, parameters);
    let body = checker.whole_of_any_type(written.body);
    let slots = checker.slots(written.name.span);
    Some(Let {
        name: written.name.text.clone(),
        parameters: parameters?,
        body: body?,
        slots,
    })
}

/// For each let the lets that its body names.
fn needs(written: &[Written<'_>]) -> Vec<Vec<usize>> {
    let mut places: HashMap<&str, usize> = HashMap::new();
    for (place, one) in written.iter().enumerate() {
        places.entry(&one.name.text).or_insert(place);
    }
    written
        .iter()
        .map(|one| {
            let mut names = Vec::new();
            cycles::names_used(one.body, &mut names);
            let own = |name: &str| one.parameters.iter().any(|p| p.name.text == name);
            let mut needs: Vec<usize> = names
                .into_iter()
                .filter_map(|name| places.get(name).copied().filter(|_| !own(name)))
                .collect();
            needs.sort_unstable();
            needs.dedup();
            needs
        })
        .collect()
}

fn tell_circle(report: &mut Reporter<'_>, written: &[Written<'_>], circle: &[usize]) {
    let Some(&first) = circle.first() else {
        return;
    };
    let names: Vec<String> = circle
        .iter()
        .chain([&first])
        .map(|&member| format!("`{}`", written[member].name.text))
        .collect();
    let way = if circle.len() > LONGEST_CIRCLE {
        let last = &names[names.len() - 2];
        format!(
            "{}, … {last}, `{}`",
            names[..3].join(", "),
            written[first].name.text
        )
    } else {
        names.join(" needs ")
    };
    let name = written[first].name;
    let message = if circle.len() == 1 {
        format!("`{}` needs itself", name.text)
    } else {
        format!("lets need each other in a circle: {way}")
    };
    report.error(
        Code::CyclicLet,
        name.span,
        message,
        "the circle begins here",
        "break the circle: a let can only need lets that do not need it",
    );
    for &member in circle.iter().skip(1).take(LONGEST_CIRCLE) {
        report.also(Some(written[member].name.span), "and goes through here");
    }
}
