//! Why a run breaks a temporal property, in words: what never comes, and why the run is fair all the same.

use crate::tasks::outcome::{Due, Reason, Trace, Treated, Treatment};

use super::words::grouped;

/// Lines for a reader; none for reasons of another kind.
pub(super) fn unkept(reason: &Reason, run: &Trace) -> Vec<String> {
    let Reason::Unkept {
        property,
        doc,
        formula,
        bindings,
        due,
        wanted,
        fair,
    } = reason
    else {
        return Vec::new();
    };
    let mut lines = vec![match doc.trim() {
        "" => format!("{property}: {formula}"),
        doc => format!("{property}: {doc}"),
    }];
    let bound: Vec<String> = bindings.iter().map(|(n, v)| format!("{n} = {v}")).collect();
    let bound = match bound.as_slice() {
        [] => String::new(),
        bound => format!("For {}: ", bound.join(", ")),
    };
    lines.push(match due {
        Some(Due { step, condition }) => {
            format!(
                "{bound}`{condition}` holds {}, and `{wanted}` never from then on.",
                after(*step)
            )
        }
        None if formula.starts_with("always") => {
            format!("{bound}`{wanted}` never holds from some point on.")
        }
        None => format!("{bound}`{wanted}` never holds."),
    });
    let stays = run.cycle == Some(run.steps.len());
    if stays {
        lines
            .push("No fair event is possible any more: it may stay like this for ever.".to_owned());
    } else if fair.is_empty() {
        lines.push("No fair event is possible where it goes round.".to_owned());
    } else {
        lines.push("Nothing fair is put off for ever:".to_owned());
        lines.extend(fair.iter().map(treated));
    }
    lines
}

fn treated(Treated { name, how }: &Treated) -> String {
    match how {
        Treatment::Taken { step } => format!("  `{name}` happens each time round, at step {step}."),
        Treatment::Impossible { after: steps } => {
            format!("  `{name}` is not possible {}.", after(*steps))
        }
    }
}

fn after(steps: usize) -> String {
    match steps {
        0 => "in the first state".to_owned(),
        n => format!("after step {}", grouped(n as u64)),
    }
}
