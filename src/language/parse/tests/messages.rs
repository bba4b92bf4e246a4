//! What is said about the mistakes that people make: one message each, at the place to mend.

use super::{action, diagnostics, errors, expr_errors, rules};
use crate::language::codes::Code;
use crate::language::parse::parse_step;
use crate::language::source::{Source, Span};

/// Lines of an action, and the one thing that is said about them.
#[track_caller]
fn says(lines: &str, message: &str) {
    assert_eq!(action(lines).1, [message], "{lines}");
}

#[track_caller]
fn says_of_file(text: &str, message: &str) {
    assert_eq!(errors(text), [message], "{text}");
}

#[track_caller]
fn helps(text: &str, help: &str) {
    let told = diagnostics(text);
    assert_eq!(told.len(), 1, "{told:#?}");
    assert!(told[0].help.iter().any(|h| h.contains(help)), "{told:#?}");
}

#[test]
fn one_equals_sign_for_two_and_two_for_one() {
    says("await e.a = 1", "`=` assigns, it does not compare @ =");
    says(
        "if e.a = 1 { e.b = 2 }",
        "`=` assigns, it does not compare @ =",
    );
    says("e.a == 1", "`==` compares, it does not assign @ ==");
    says_of_file("let a == 1", "`==` compares, it does not define @ ==");
    says_of_file("goal g { a = b }", "`=` assigns, it does not compare @ =");
}

#[test]
fn operators_of_other_languages() {
    let told = |sign: &str| format!("`{sign}` is not an operator of this language @ {sign}");
    says("await a && b", &told("&&"));
    says("await a || b", &told("||"));
    says("await !a", &told("!"));
    says("await a => b", &told("=>"));
    says("await a ≤ b", &told("≤"));
    says("e.a := 1", &told(":="));
    says("e.a += 1", &told("+="));
    assert_eq!(action("await !a && b").1.len(), 2);
    assert_eq!(action("await !a && b").0, "await ((not a) and b)");
}

#[test]
fn a_require_without_its_message() {
    let message = "a `require` without the message of its refusal @ require e.a^";
    says("require e.a", message);
    says("require e.a\nawait e.b", message);
    says("require e.a\n  \"no\"", message);
    says(
        "require e.a \"no\"",
        "expected `else` before the message, found a text @ \"no\"",
    );
    says(
        "require e.a else",
        "expected a text in double quotes, found `}` @ require e.a else^",
    );
    says(
        "await e.a else \"no\"",
        "`await` refuses nothing, and has no `else` @ else",
    );
}

#[test]
fn comparisons_in_a_row() {
    says("await 1 < a < 3 < 4", "comparisons do not chain @ <");
    let told = diagnostics("goal g { 1 < e.a < 3 }");
    assert_eq!(told[0].code, Code::MixedComparison);
    assert_eq!(told[0].help, ["write `1 < e.a and e.a < 3`"]);
}

#[test]
fn else_if_in_one_word() {
    let message = "`elif` is written as two words @ elif";
    says("if a { e.b = 1 } elif c { e.b = 2 }", message);
    says(
        "if a {\n e.b = 1\n}\nelif c {\n e.b = 2\n} else { e.b = 3 }",
        message,
    );
    says("e.b = if a then 1 elif c then 2 else 3", message);
}

#[test]
fn braces_that_do_not_match() {
    let text = "action f() {\n if a {\n  e.b = 1\n}\nkind node { }";
    says_of_file(text, "a block is not closed @ }^");
    let told = diagnostics(text);
    assert_eq!(told[0].secondary[0].span, Span::new(19, 20));
    says_of_file("goal g {\n a", "a block is not closed @ a^");
    says_of_file("goal g { a }\n}\nkind node { }", "`}` closes nothing @ }");
    says_of_file(
        "action f() {\n e.a = 1\n}\n e.b = 2\n}\n",
        "expected a declaration, found `e` @ e",
    );
    says_of_file(
        "goal g\n{\n a\n}",
        "`{` stands at the end of the line before it @ {",
    );
}

#[test]
fn parentheses_that_do_not_match() {
    says(
        "await (a and b\nawait c",
        "expected `)`, found `await` @ await (a and b^",
    );
    says("await f(a b)", "expected `)`, found `b` @ b");
    says("await a)", "expected the end of the line, found `)` @ )");
    let told = diagnostics("goal g { (a and b ]) }");
    assert_eq!(told.len(), 1);
    let told = diagnostics("goal g { f(a b) }");
    assert_eq!(told[0].secondary[0].text, "opened here");
}

#[test]
fn keywords_as_names_are_told_once() {
    let message = "`text` is a word of the language and cannot be a name @ text";
    says_of_file(
        "kind a {\n text: bool\n}\ngoal g { all x in a: x.text\n text }",
        message,
    );
    says_of_file(
        "enum E { a, set }",
        "`set` is a word of the language and cannot be a name @ set",
    );
    helps("goal g { a == event }", "cannot be a name");
}

#[test]
fn misspelt_words() {
    says_of_file(
        "acton f() { }",
        "`acton` does not begin a declaration @ acton",
    );
    says_of_file(
        "knid node { a: bool }",
        "`knid` does not begin a declaration @ knid",
    );
    says(
        "requier a else \"b\"",
        "`requier` does not begin a statement @ requier",
    );
    says("awiat (a)", "`awiat` does not begin a statement @ awiat");
    says(
        "await a adn b",
        "expected the end of the line, found `adn` @ adn",
    );
    helps("goal g { a adn b }", "did you mean `and`?");
    helps("goal g { forall n in node: n.up }", "did you mean `all`?");
    assert_eq!(
        rules("ruels x\nkind node { }").1,
        ["`ruels` does not begin a rules file @ ruels"]
    );
    says_of_file(
        "policy p { befor f(a) await a }",
        "`befor` does not begin a clause of a policy @ befor",
    );
}

#[test]
fn the_header() {
    assert_eq!(rules("").1, ["the `rules NAME` line is missing @ ^"]);
    assert_eq!(
        rules("kind node { }").1,
        ["the `rules NAME` line is missing @ kind"]
    );
    assert_eq!(
        rules("rules a-b\nkind node { }").1,
        ["`a-b` cannot be a name @ a-b"]
    );
    assert_eq!(
        rules("rules\nkind node { }").1,
        ["expected the name of the rules, found the end of the line @ rules^"]
    );
}

#[test]
fn names_that_are_none() {
    says_of_file("kind 5node { }", "`5node` cannot be a name @ 5node");
    says_of_file("kind my-node { }", "`my-node` cannot be a name @ my-node");
    says_of_file(
        "enum E { a, 1, b }",
        "expected the name of a value, found `1` @ 1",
    );
}

#[test]
fn quotes() {
    says(
        "text 'move it'",
        "a text stands in double quotes @ 'move it'",
    );
    says("text 'can't do'", "a text stands in double quotes @ 'can'");
    says(
        "text “move it”",
        "typographic quotes do not begin a text @ “move it”",
    );
    says(
        "text \"move it",
        "a text ends on the line on which it begins @ \"move it",
    );
    says(
        "await e.a == \"b\"",
        "expected an expression, found a text @ \"b\"",
    );
}

#[test]
fn characters_that_mean_nothing() {
    says("await a @ b", "`@` means nothing in this language @ @");
    says("await [a]", "`[` means nothing in this language @ [");
    says("await\u{a0}a", "an unusual blank, U+00A0 @ \u{a0}");
    says_of_file(
        "# a comment\nkind node { }",
        "`#` means nothing in this language @ #",
    );
    assert_eq!(errors("\u{1}\u{1} \u{2}\nkind node { }").len(), 1);
}

#[test]
fn durations() {
    says("takes 2", "a duration without its unit @ takes 2^");
    says(
        "takes 2 minutes",
        "`minutes` is not a unit of time @ minutes",
    );
    says(
        "takes min",
        "expected a duration such as `2 min`, found `min` @ min",
    );
    says(
        "takes 999999999999 h",
        "a duration of more than 100 years @ 999999999999",
    );
    says("takes 2 s e", "expected the end of the line, found `e` @ e");
}

#[test]
fn numbers_too_large() {
    let large = "99999999999999999999";
    says(
        &format!("e.a = {large}"),
        &format!("the number `{large}` is too large @ {large}"),
    );
    says(
        &format!("takes {large} min"),
        &format!("the number `{large}` is too large @ {large}"),
    );
    assert_eq!(
        errors("param a: -9223372036854775807..9223372036854775807"),
        [""; 0]
    );
}

#[test]
fn statements_that_are_none() {
    says("e.a", "`e.a` alone is no statement @ e.a");
    says("hosts(e)", "`hosts(e)` alone is no statement @ hosts(e)");
    says(
        "hosts(e) = 1",
        "`hosts(e)` cannot be assigned to @ hosts(e)",
    );
    says("not e.a", "expected a statement, found `not` @ not");
    says(
        "frobnicate e",
        "expected a statement, found `frobnicate` @ frobnicate",
    );
    says("else { e.a = 1 }", "`else` without an `if` @ else");
    says(
        "e.a = 1 e.b = 2",
        "expected the end of the line, found `e` @ e",
    );
    says("e.a\n= 1", "expected `=`, found the end of the line @ e.a^");
}

#[test]
fn expressions_that_stop_or_go_astray() {
    says(
        "await",
        "expected an expression, found the end of the line @ await^",
    );
    says(
        "await\ne.a = 1",
        "expected an expression, found the end of the line @ await^",
    );
    says("e.a = ", "expected an expression, found `}` @ e.a =^");
    says(
        "e.b = a == not b",
        "`not` stands here only in parentheses @ not",
    );
    says("await all node: a", "expected `in`, found `:` @ :");
    says(
        "await e.",
        "expected the name of a field, found the end of the line @ await e.^",
    );
    says("e.a = -b", "expected a number after `-`, found `b` @ b");
}

#[test]
fn texts_whose_braces_do_not_match() {
    says("text \"a {e\"", "`{` is not closed in this text @ {");
    says("text \"a } b\"", "`}` without a `{` before it @ }");
    says("text \"a {} b\"", "nothing between the braces @ {}");
    says(
        "text \"a {e +} b\"",
        "expected an expression, found the end @ text \"a {e +^",
    );
    says(
        "text \"a {b c d} \"",
        "expected the end of the expression, found `c` @ c",
    );
    says("text \"a \\n\"", "`\\n` is not known in a text @ \\n");
}

#[test]
fn words_for_values_are_fixed() {
    says_of_file(
        "enum a { b \"of {c}\", d }",
        "the words for a value are always the same @ \"of {c}\"",
    );
    says_of_file(
        "enum a { b \"\" }",
        "the words for a value are missing @ \"\"",
    );
    says_of_file(
        "enum a { b 'c', d }",
        "a text stands in double quotes @ 'c'",
    );
}

#[test]
fn conditions_carry_no_words_and_fields_no_commas() {
    says_of_file(
        "goal g {\n require a else \"b\"\n}",
        "a condition stands here without `require` @ require",
    );
    says_of_file(
        "kind a { b: bool, c: bool }",
        "fields are not separated by commas @ ,",
    );
    says_of_file("enum E { a b }", "expected `,`, found `b` @ b");
    says_of_file("action f() fair { }", "only events are `fair` @ fair");
    says_of_file(
        "policy p on default { }",
        "expected `by default` or `where` and a condition, found `default` @ default",
    );
    says_of_file(
        "outage(e: evs, n: node) { a }",
        "an outage has one parameter: the service @ (e: evs, n: node)",
    );
    says_of_file(
        "enum A { a } enum B { b }",
        "expected the end of the line, found `enum` @ enum",
    );
    says_of_file(
        "policy p { before f(a: node) await a }",
        "the arguments of a clause have no types: the action declares them @ : node",
    );
}

#[test]
fn what_a_piece_lacks_is_missing_at_its_end() {
    assert_eq!(
        expr_errors("a =="),
        ["expected an expression, found the end @ a ==^"]
    );
    assert_eq!(
        expr_errors("a == b c"),
        ["expected the end of the expression, found `c` @ c"]
    );
    assert_eq!(
        expr_errors(""),
        ["expected an expression, found the end @ ^"]
    );
    let source = Source::new("x", "[\"move(a, b  \"]");
    let (step, told) = parse_step(&source, Span::new(2, 13));
    assert!(step.is_none());
    assert_eq!(
        told.list[0].primary.as_ref().unwrap().span,
        Span::new(13, 13)
    );
    for (text, message) in [
        ("move", "expected `(`, found the end"),
        ("move a b", "expected `(`, found `a`"),
        ("move(a) b", "expected the end of the step, found `b`"),
        ("", "expected an action, found the end"),
    ] {
        let source = Source::new("x", text);
        let (step, told) = parse_step(&source, super::whole(&source));
        assert!(step.is_none(), "{text}");
        assert_eq!(told.list.len(), 1, "{text}");
        assert_eq!(told.list[0].message, message);
    }
}

#[test]
fn temporal_operators_out_of_place() {
    let once = |word: &str| format!("`{word}` stands only at the top of a property, once @ {word}");
    says_of_file(
        "property p { eventually (always eventually a) }",
        &once("always"),
    );
    says_of_file("property p { a leads to b leads to c }", &once("leads to"));
    says_of_file("property p { (a leads to b) }", &once("leads to"));
    says_of_file("property p { not eventually a }", &once("eventually"));
    says_of_file(
        "property p { all n in node: eventually n.a }",
        &once("eventually"),
    );
    says_of_file(
        "property p { eventually eventually a }",
        &once("eventually"),
    );
    says_of_file("invariant p { eventually a }", &once("eventually"));
    says_of_file("goal p { a leads to b }", &once("leads to"));
    says("await always a", &once("always"));
}

#[test]
fn properties_without_a_promise() {
    says_of_file(
        "property p { a and b }",
        "a property says when its condition holds @ a and b",
    );
    says_of_file(
        "property p { always a }",
        "what is always true is an invariant @ always",
    );
    says_of_file(
        "property p { always (eventually a) }",
        "what is always true is an invariant @ always",
    );
    says_of_file(
        "property p { eventually }",
        "expected a condition, found `}` @ }",
    );
    says_of_file(
        "property p { a leads to }",
        "expected a condition, found `}` @ }",
    );
    says_of_file(
        "property p { leads to a }",
        "expected `leads to`, found `to` @ to",
    );
    says_of_file(
        "propery p { eventually a }",
        "`propery` does not begin a declaration @ propery",
    );
}

#[test]
fn may_without_fail_and_fail_without_its_block() {
    says(
        "may fial { e.x = 1 }",
        "expected `fail`, found `fial` @ fial",
    );
    says(
        "mya fail { e.x = 1 }",
        "`mya` does not begin a statement @ mya",
    );
    says(
        "may fail \"no\"",
        "expected `{`, found the end of the line @ may fail \"no\"^",
    );
    says(
        "may fail 'no' { e.x = 1 }",
        "a text stands in double quotes @ 'no'",
    );
}
