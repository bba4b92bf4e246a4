//! Texts that nobody writes: nested, long and large ones end with one message, in linear time and on little stack.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use super::{action, errors, expr_errors, rules};
use crate::language::codes::Code;
use crate::language::parse::parse_expression;
use crate::language::source::Source;

const MANY: usize = 1_000_000;

#[track_caller]
fn too_deep_once(messages: &[String]) {
    let deep = messages
        .iter()
        .filter(|m| m.starts_with("nested more than 200"));
    assert_eq!(
        deep.count(),
        1,
        "{} messages: {:?}",
        messages.len(),
        messages.first()
    );
}

#[test]
fn deep_nesting_is_told_once() {
    let after = "\nawait e.z";
    for text in [
        format!("await {}", "(".repeat(MANY)),
        format!("await {}a{}", "(".repeat(MANY), ")".repeat(MANY)),
        format!("await {}a", "not ".repeat(MANY)),
        format!("await {}a", "if a then ".repeat(MANY)),
        format!("await {}a", "if a then a else ".repeat(MANY)),
        format!("await {}a", "a implies ".repeat(MANY)),
        format!("await {}a", "all n in n: ".repeat(MANY)),
        format!("await {}", "f(".repeat(MANY)),
        format!("await {}", "count(".repeat(MANY)),
        format!("text \"{{{}a}}\"", "(".repeat(MANY)),
    ] {
        let (shown, messages) = action(&format!("{text}{after}"));
        too_deep_once(&messages);
        assert_eq!(messages.len(), 1, "{:?}", &messages[1..]);
        assert!(shown.ends_with("await e.z"), "{}", &text[..30]);
    }
}

#[test]
fn deep_blocks_are_told_once() {
    for text in [
        format!("{}{}", "if a {\n".repeat(MANY / 4), "}\n".repeat(MANY / 4)),
        format!("await {}", "{".repeat(MANY)),
        format!("{}{}", "if a { ".repeat(MANY / 4), "} ".repeat(MANY / 4)),
        format!("{} {{ }}", "if a { } else ".repeat(MANY / 4)),
        "if a {\n".repeat(MANY / 4),
        "for a in b { ".repeat(MANY / 4),
    ] {
        let (_, messages) = action(&text);
        too_deep_once(&messages);
        assert!(messages.len() <= 2, "{messages:?}");
    }
}

#[test]
fn declarations_nested_in_each_other_end() {
    let mut text = String::new();
    for level in 0..2_000 {
        let _ = writeln!(text, "{}action f() {{", " ".repeat(level));
    }
    assert!(!errors(&text).is_empty());
}

#[test]
fn two_hundred_levels_are_fine_and_one_more_is_not() {
    let nested = |levels| format!("{}a{}", "(".repeat(levels), ")".repeat(levels));
    assert_eq!(expr_errors(&nested(200)), [""; 0]);
    assert_eq!(expr_errors(&nested(201)).len(), 1);
}

#[test]
fn long_chains_are_told_and_make_no_deep_tree() {
    for operator in [" and a", " or a", " + a", ".a"] {
        let fine = format!("a{}", operator.repeat(990));
        assert_eq!(expr_errors(&fine), [""; 0]);
        let long = format!("a{}", operator.repeat(100_000));
        let source = Source::new("x", long.as_str());
        let (_, told) = parse_expression(&source, super::whole(&source));
        assert_eq!(told.list.len(), 1);
        assert_eq!(told.list[0].code, Code::NestedTooDeeply);
    }
}

#[test]
fn chains_inside_parentheses_add_up() {
    let mut text = "a".to_owned();
    for _ in 0..50 {
        text = format!("({text}{})", " + a".repeat(100));
    }
    assert_eq!(expr_errors(&text).len(), 1);
}

#[test]
fn large_files_take_linear_time() {
    let start = Instant::now();
    let mut text = "rules x\naction f() {\n".to_owned();
    for line in 0..100_000 {
        // Mistakes of all kinds among the lines; none may look far ahead again and again.
        text.push_str(match line % 8 {
            0 => "await (a and f(b, c)) or not d\n",
            1 => "require (a b else \"c\"\n",
            2 => "x in {a, {{{ b\n",
            3 => "e.f = {a b\n",
            4 => "await ((((a\n",
            _ => "e.f = e.g + 1\n",
        });
    }
    let (_, messages) = rules(&text);
    assert!(messages.len() > 10_000);
    let elapsed = start.elapsed();
    assert!(elapsed < Duration::from_secs(20), "{elapsed:?}");
}

#[test]
fn a_line_of_a_million_braces_takes_linear_time() {
    let start = Instant::now();
    let (_, messages) = action(&format!("a b {}", "{ ".repeat(MANY / 10)));
    assert!(!messages.is_empty());
    assert!(start.elapsed() < Duration::from_secs(20));
}
