//! The examples of the explanations that `rollproof explain` prints: the wrong ones are told so, the mended ones are not.

use crate::language::codes::Code;
use crate::language::diagnostic::Severity;
use crate::language::read_rules;
use crate::language::source::Source;

/// What the examples speak of.
const BASE: &str = "enum Build ordered { rtm, sp1 }
enum Power { up, down }
kind node {
  build: Build = rtm
  hotfix: bool = false
  power: Power = up
  load: 0..9 = 0
  fixed rank: 0..9 = 0
}
";

/// The example below that heading.
fn example(code: Code, heading: &str) -> Option<String> {
    let (_, below) = code.explanation().split_once(heading)?;
    let lines = below
        .trim_start_matches('\n')
        .lines()
        .map_while(|line| line.strip_prefix("    "))
        .collect::<Vec<_>>();
    Some(lines.join("\n"))
}

/// The codes that are told of an example, errors only.
fn told(code: Code, example: &str) -> Vec<Code> {
    let text = match code {
        Code::NoRulesHeader => example.to_owned(),
        _ => format!("rules example\n{BASE}{example}\n"),
    };
    let (_, diagnostics) = read_rules(&Source::new("example.rules", text));
    let errors = diagnostics
        .list
        .iter()
        .filter(|d| d.severity == Severity::Error);
    errors.map(|d| d.code).collect()
}

#[test]
fn every_wrong_example_produces_its_code_and_every_mended_one_nothing() {
    let about_rules = Code::ALL.iter().filter(|code| code.text().starts_with('R'));
    for &code in about_rules.filter(|&&code| code != Code::NestedTooDeeply) {
        let wrong = example(code, "\nWrong:\n").unwrap_or_default();
        let right = example(code, "\nMended:\n").unwrap_or_default();
        assert!(!wrong.is_empty() && !right.is_empty(), "{}", code.text());
        assert_eq!(told(code, &wrong), [code], "{}: {wrong}", code.text());
        assert_eq!(told(code, &right), [], "{}: {right}", code.text());
    }
}
