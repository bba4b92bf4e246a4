//! `plan --keep`: how the steps are written that a plan has to keep.

use rollproof::language::codes::Code;
use rollproof::language::diagnostic::Diagnostic;
use rollproof::language::source::Source;
use rollproof::model::ground::Model;
use rollproof::model::plan::Item;
use rollproof::model::plan_file::read_plan;
use rollproof::tasks::planning::kept::{Element, Kept};

use super::exit::Failure;
use super::session::Session;

/// What stands for any steps.
const HOLES: [&str; 2] = ["...", "…"];

/// Reads what has to be kept: steps with commas between them. Where no hole is written, there may be other steps anywhere.
pub fn kept(session: &mut Session, model: &Model, text: &str) -> Result<Kept, Failure> {
    let parts = parts(text);
    if parts.is_empty() {
        return Err(Diagnostic::error(Code::BadOption, "`--keep` names no step")
            .help("write steps as in a plan, with commas between them: `--keep \"take_offline(EVS1), move(EVS1, Node4)\"`")
            .into());
    }
    let anywhere = !parts.iter().any(|part| HOLES.contains(&part.as_str()));
    let mut elements = Vec::new();
    for part in &parts {
        if anywhere {
            elements.push(Element::Hole);
        }
        if HOLES.contains(&part.as_str()) {
            elements.push(Element::Hole);
        } else {
            elements.push(Element::Step(step(session, model, part)?));
        }
    }
    if anywhere {
        elements.push(Element::Hole);
    }
    Ok(Kept::new(elements))
}

/// The ground action that a step names.
fn step(session: &mut Session, model: &Model, text: &str) -> Result<usize, Failure> {
    let quoted = serde_json::Value::from(text);
    let json = format!("{{ \"cluster\": \"it\", \"steps\": [{quoted}] }}");
    let found = read_plan(&Source::new("--keep", json), "--keep", model);
    let plan = session.loaded(found)?;
    match plan.items.as_slice() {
        [Item::Step { instance, .. }] => Ok(*instance),
        _ => Err(Diagnostic::error(
            Code::BadOption,
            format!("`--keep` takes steps, and `{text}` is none"),
        )
        .into()),
    }
}

/// What stands between commas that are in no parentheses and no quotes.
fn parts(text: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut depth = 0usize;
    let mut quoted = false;
    for c in text.chars() {
        match c {
            '\'' => quoted = !quoted,
            '(' if !quoted => depth += 1,
            ')' if !quoted => depth = depth.saturating_sub(1),
            _ => {}
        }
        if c == ',' && depth == 0 && !quoted {
            parts.push(String::new());
        } else if let Some(part) = parts.last_mut() {
            part.push(c);
        }
    }
    let trimmed = parts.iter().map(|part| part.trim().to_owned());
    trimmed.filter(|part| !part.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commas_in_parentheses_and_quotes_are_no_ends() {
        let found = parts("a(x, y), … ,b('p,q', z),");
        assert_eq!(found, ["a(x, y)", "…", "b('p,q', z)"]);
        assert!(parts(" , ").is_empty());
    }
}
