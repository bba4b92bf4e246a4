//! Each construct of the grammar, read as the page of the language says.

use super::{action, expr, items, rules, show, template};
use crate::language::parse::{parse_expression, parse_step};
use crate::language::source::{Source, Span};
use crate::language::syntax::{Activation, ExprKind, Item, Promise, TransitionClass, TypeExprKind};

#[test]
fn operators_bind_as_the_grammar_says() {
    for (text, tree) in [
        ("a or b and c", "(a or (b and c))"),
        ("a and b or c", "((a and b) or c)"),
        ("a implies b implies c", "(a implies (b implies c))"),
        ("a or b implies c", "((a or b) implies c)"),
        ("not a == b", "(not (a == b))"),
        ("not a and b", "((not a) and b)"),
        ("not not a", "(not (not a))"),
        ("a + b - c", "((a + b) - c)"),
        ("a + 1 == b - -2", "((a + 1) == (b - -2))"),
        ("a in b + c", "(a in (b + c))"),
        ("a not in b and c", "((not (a in b)) and c)"),
        ("(a or b) and c", "((a or b) and c)"),
    ] {
        assert_eq!(expr(text), tree);
    }
}

#[test]
fn quantifiers_and_if_extend_as_far_right_as_they_can() {
    for (text, tree) in [
        (
            "a and all n in node: b or c",
            "(a and (all n in node: (b or c)))",
        ),
        (
            "some a, b in e.owners where a != b: a.up",
            "(some a, b in e.owners where (a != b): a.up)",
        ),
        (
            "1 + if a then b else c + d",
            "(1 + (if a then b else (c + d)))",
        ),
        (
            "if a then b else if c then d else e",
            "(if a then b else (if c then d else e))",
        ),
        ("(all n in node: a) and b", "((all n in node: a) and b)"),
    ] {
        assert_eq!(expr(text), tree);
    }
}

#[test]
fn operands_of_every_form() {
    for text in [
        "true",
        "false",
        "none",
        "-7",
        "'web-1.eu'.host",
        "Build.sp1",
        "hosts(a, b.c)",
        "f()",
        "old(e.stamp)",
        "count(n in node where n.up)",
        "count(node)",
        "count(e.owners)",
        "{}",
        "{a, b.c}",
        "{n in node where n.up}",
        "{a, b in node}",
    ] {
        assert_eq!(expr(text), text);
    }
}

#[test]
fn an_expression_stands_where_its_span_says_parentheses_not_included() {
    let source = Source::new("x", "(a or b) and (c)");
    let (tree, _) = parse_expression(&source, Span::new(0, 16));
    assert_eq!(source.slice(tree.span), "(a or b) and (c)");
    let ExprKind::Binary(_, left, right) = tree.kind else {
        panic!("an `and`");
    };
    assert_eq!(source.slice(left.span), "a or b");
    assert_eq!(source.slice(right.span), "c");
}

#[test]
fn a_piece_of_a_text_keeps_the_places_of_the_whole() {
    let source = Source::new("x", r#"{ "await": "a.b == c", "step": "move(e, 'n 1')" }"#);
    let (tree, told) = parse_expression(&source, Span::new(12, 20));
    assert!(told.list.is_empty());
    assert_eq!(
        (show(&tree).as_str(), tree.span),
        ("(a.b == c)", Span::new(12, 20))
    );
    let (step, told) = parse_step(&source, Span::new(32, 46));
    assert!(told.list.is_empty());
    let step = step.unwrap();
    assert_eq!(source.slice(step.span), "move(e, 'n 1')");
    assert_eq!(source.slice(step.action.span), "move");
    assert_eq!(source.slice(step.arguments[1].span), "'n 1'");
    assert_eq!(show(&step.arguments[1]), "'n 1'");
}

#[test]
fn statements_of_every_form() {
    let (shown, messages) = action(
        "text \"Move {e}\"\nthen \"look\"\ntakes 2 min; cost 3\ninterrupts e for 1 h\nawait e.up\n\
         require e.a else \"no\"\nwhen e.b\ne.cost = 1\nif e.c { e.d = 1 } else if e.f { e.d = 2 } else { e.d = 3 }\n\
         for n in node where n.up { n.up = false }",
    );
    assert_eq!(messages, [""; 0]);
    assert_eq!(
        shown,
        "text Move <e>; then look; takes 120; cost 3; interrupts e 3600; await e.up; require e.a else no; \
         when e.b; e.cost = 1; if e.c {e.d = 1} else {if e.f {e.d = 2} else {e.d = 3}}; \
         for n in node where n.up {n.up = false}"
    );
}

#[test]
fn a_line_goes_on_where_the_page_says_so() {
    for lines in [
        "await e.a\n  and e.b",
        "await e.a and\n  e.b",
        "await (e.a\n and\n e.b)",
    ] {
        assert_eq!(action(lines), ("await (e.a and e.b)".to_owned(), vec![]));
    }
    for (lines, shown) in [
        ("e.x = 1\n + 2", "e.x = (1 + 2)"),
        ("e.x =\n 1 -\n 2", "e.x = (1 - 2)"),
        ("e\n.x = e\n.y", "e.x = e.y"),
        ("await a\n not in b", "await (not (a in b))"),
        ("await a in {\n b,\n c\n}", "await (a in {b, c})"),
        ("e.x = if a\n then b\n else c", "e.x = (if a then b else c)"),
        ("require e.a\n else \"no\"", "require e.a else no"),
        ("require e.a else\n \"no\"", "require e.a else no"),
        ("await all n in node:\n n.up", "await (all n in node: n.up)"),
        (
            "if e.a {\n}\nelse {\n e.b = 1 }",
            "if e.a {} else {e.b = 1}",
        ),
    ] {
        assert_eq!(action(lines), (shown.to_owned(), vec![]), "{lines}");
    }
}

#[test]
fn a_condition_that_begins_with_not_is_a_line_of_its_own() {
    let all = items("goal g {\n a\n not b\n -1 == c; d\n}");
    let Item::Goal { conditions, .. } = &all[0] else {
        panic!("a goal");
    };
    let shown: Vec<_> = conditions.iter().map(show).collect();
    assert_eq!(shown, ["a", "(not b)", "(-1 == c)", "d"]);
}

#[test]
fn enums_params_and_kinds() {
    let all = items(
        "enum Build ordered { rtm, sp1 \"Service Pack 1\", }\nenum Power {\n up\n down }\nparam limit: -5..1000 = 0\nkind node {\n\
         fixed site: bool\n fixed: 0..1; on: set of node = {}\n}",
    );
    let Item::Enum {
        ordered: true,
        values,
        ..
    } = &all[0]
    else {
        panic!("an ordered enum");
    };
    let words: Vec<_> = values.iter().map(|v| v.words.as_deref()).collect();
    assert_eq!(words, [None, Some("Service Pack 1")]);
    assert!(
        matches!(&all[1], Item::Enum { ordered: false, values, .. } if values[1].name.text == "down")
    );
    assert!(matches!(&all[2], Item::Param { ty, .. } if ty.kind == TypeExprKind::Range(-5, 1000)));
    let Item::Kind { fields, .. } = &all[3] else {
        panic!("a kind");
    };
    let named: Vec<_> = fields
        .iter()
        .map(|f| (f.name.text.as_str(), f.fixed))
        .collect();
    assert_eq!(named, [("site", true), ("fixed", false), ("on", false)]);
    assert!(matches!(&fields[2].ty.kind, TypeExprKind::Set(kind) if kind.text == "node"));
}

#[test]
fn transitions_and_policies() {
    let all = items(
        "action move(e: evs, to: node?) { }\nevent boot(n: node) fair { }\nfault crash() { }\n\
         policy p on by default { before move(e, _) await e.up }\npolicy q on where limit > 0 { }\npolicy r {\n\
         before move(e, to) { await a; require b else \"c\" }\n}",
    );
    assert!(matches!(&all[0], Item::Transition { parameters, .. }
        if matches!(&parameters[1].ty.kind, TypeExprKind::Optional(kind) if kind.text == "node")));
    assert!(matches!(
        &all[1],
        Item::Transition {
            class: TransitionClass::Event,
            fair: Some(_),
            ..
        }
    ));
    assert!(matches!(
        &all[2],
        Item::Transition {
            class: TransitionClass::Fault,
            fair: None,
            ..
        }
    ));
    assert!(
        matches!(&all[3], Item::Policy { activation: Activation::On, clauses, .. }
        if clauses[0].arguments[1].text == "_")
    );
    assert!(matches!(
        &all[4],
        Item::Policy {
            activation: Activation::Where(_),
            ..
        }
    ));
    assert!(
        matches!(&all[5], Item::Policy { activation: Activation::Off, clauses, .. }
        if clauses[0].guards.len() == 2)
    );
}

#[test]
fn lets_and_properties() {
    let all = items(
        "let crowded = a > 2\nlet f() = true\nassume \"small\" { count(node) < 3 }\ninvariant i(e: evs) { a }\n\
         transition invariant t { old(a) }\ndefault goal g { a }\ngoal h { a\n b }\noutage(e: evs) { a }",
    );
    assert!(matches!(&all[0], Item::Let { body, .. } if show(body) == "(a > 2)"));
    assert!(matches!(&all[2], Item::Assume { text, .. } if template(text) == "small"));
    assert!(
        matches!(&all[3], Item::Invariant { transition: false, parameters, .. } if parameters.len() == 1)
    );
    assert!(matches!(
        &all[4],
        Item::Invariant {
            transition: true,
            ..
        }
    ));
    assert!(matches!(&all[5], Item::Goal { default: true, .. }));
    assert!(
        matches!(&all[6], Item::Goal { default: false, conditions, .. } if conditions.len() == 2)
    );
    assert!(matches!(&all[7], Item::Outage { parameter, .. } if parameter.name.text == "e"));
}

#[test]
fn promises_and_their_words() {
    let all = items(
        "property a { eventually x and y }\nproperty b(e: evs) { always\n  eventually\n  e.x }\n\
         property c { all n in node: n.x\n  leads to\n  y\n  or z }",
    );
    let promise = |place: usize| match &all[place] {
        Item::Property { formulas, .. } => {
            assert_eq!(formulas.len(), 1);
            formulas[0].promise.as_ref().unwrap()
        }
        other => panic!("no property: {other:?}"),
    };
    assert!(matches!(promise(0), Promise::Eventually(p) if show(p) == "(x and y)"));
    assert!(matches!(promise(1), Promise::AlwaysEventually(p) if show(p) == "e.x"));
    assert!(matches!(
        promise(2),
        Promise::LeadsTo(p, q) if show(p) == "(all n in node: n.x)" && show(q) == "(y or z)"
    ));
}

#[test]
fn the_words_of_promises_may_be_names() {
    let all = items(
        "kind node { leads: bool; to: bool; always: bool; eventually: bool }\n\
         let always(to: node) = to.leads\nproperty p(to: node) { always(to) leads to to.to }\n\
         property q(eventually: node) { eventually eventually.eventually }\n\
         property r(leads: node) { leads.leads leads to leads.to }",
    );
    let formulas: Vec<String> = all[2..]
        .iter()
        .map(|item| match item {
            Item::Property { formulas, .. } => {
                let promise = formulas[0].promise.as_ref().unwrap();
                let operands: Vec<String> = promise
                    .operands()
                    .iter()
                    .map(|operand| show(operand))
                    .collect();
                operands.join(" ; ")
            }
            other => panic!("no property: {other:?}"),
        })
        .collect();
    assert_eq!(
        formulas,
        [
            "always(to) ; to.to",
            "eventually.eventually",
            "leads.leads ; leads.to"
        ]
    );
}

#[test]
fn words_that_mean_something_only_where_they_stand_may_be_names() {
    items(
        "kind fair { on: bool; by: bool; before: bool; cost: 0..1; fixed fixed: bool; transition: bool }",
    );
    assert_eq!(action("cost.min = s.h").0, "cost.min = s.h");
}

#[test]
fn texts_insert_expressions_and_escape_braces_and_quotes() {
    let (shown, messages) = action(r#"text "{{a}} {count({x, y})}{e.b} \"q\" \\ }}""#);
    assert_eq!(messages, [""; 0]);
    assert_eq!(shown, r#"text {a} <count({x, y})><e.b> "q" \ }"#);
}

#[test]
fn doc_comments_belong_to_what_is_below_them() {
    let (file, messages) = rules(
        "rules x\n\n/// The file,\n///  twice.\n\n/// lost\n\n/// A kind.\nkind node {\n /// A field.\n a: bool // not a doc\n b: bool\n}\n//// no doc\nenum E { a }\n",
    );
    assert_eq!(messages, [""; 0]);
    assert_eq!(file.doc, "The file,\n twice.");
    assert_eq!(file.declarations[0].doc, "A kind.");
    let Item::Kind { fields, .. } = &file.declarations[0].item else {
        panic!("a kind");
    };
    assert_eq!(
        (fields[0].doc.as_str(), fields[1].doc.as_str()),
        ("A field.", "")
    );
    assert_eq!(file.declarations[1].doc, "");
}

#[test]
fn a_doc_comment_directly_above_the_first_declaration_is_not_the_files() {
    let (file, _) = rules("rules x\n/// A kind.\nkind node { }\n");
    assert_eq!(
        (file.doc.as_str(), file.declarations[0].doc.as_str()),
        ("", "A kind.")
    );
    let (file, _) = rules("/// The file.\nrules x\n/// A kind.\nkind node { }\n");
    assert_eq!(
        (file.doc.as_str(), file.declarations[0].doc.as_str()),
        ("The file.", "A kind.")
    );
}

#[test]
fn tabs_carriage_returns_and_a_byte_order_mark_change_nothing() {
    let (plain, _) = rules("rules x\nkind node {\n a: bool\n}\n");
    let (odd, messages) = rules("\u{feff}rules x\r\nkind node {\r\n\ta: bool\r\n}\r\n");
    assert_eq!(messages, [""; 0]);
    assert_eq!(plain.declarations.len(), odd.declarations.len());
}

#[test]
fn a_declaration_spans_from_its_first_word_to_its_end() {
    let source = Source::new("x", "rules x\n/// doc\nkind node { a: bool } // end\n");
    let (file, _) = crate::language::parse::parse_rules(&source);
    assert_eq!(
        source.slice(file.declarations[0].span),
        "kind node { a: bool }"
    );
}

#[test]
fn sums_of_sets_can_be_counted_and_ranged_over() {
    assert_eq!(expr("count(a - b)"), "count((a - b))");
    assert_eq!(expr("all n in a + b: x"), expr("all n in (a + b): x"));
}

#[test]
fn actions_may_fail_and_may_and_fail_are_still_names() {
    assert_eq!(
        action("may fail \"{e} breaks\" {\n e.x = 1\n if a { e.y = 2 }\n}\nmay fail { }\nmay fail\n{ }\ne.x = 2").0,
        "may fail <e> breaks {e.x = 1; if a {e.y = 2} else {}}; may fail  {}; may fail  {}; e.x = 2"
    );
    assert_eq!(
        action("await may and fail\nmay.fail = fail\nfail.may = 1").0,
        "await (may and fail); may.fail = fail; fail.may = 1"
    );
}
