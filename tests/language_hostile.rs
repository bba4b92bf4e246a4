//! Whatever a rules file says, it is read to its end: mutated texts never panic, all places lie inside the text, and what
//! has no mistakes is read from its pieces as it was read from the whole.

#[path = "language_hostile/corpus.rs"]
mod corpus;
#[path = "language_hostile/exprs.rs"]
mod exprs;

use std::sync::Arc;

use corpus::{FOREIGN, RICH, SAMPLE};
use exprs::Exprs;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use rollproof::language::diagnostic::Diagnostics;
use rollproof::language::parse::{parse_expression, parse_rules, parse_step};
use rollproof::language::read_rules;
use rollproof::language::source::{Source, Span};
use rollproof::language::syntax::ExprKind;

fn length(source: &Source) -> u32 {
    u32::try_from(source.text.len()).unwrap_or(u32::MAX)
}

fn inside(source: &Source, span: Span) {
    assert!(
        span.start <= span.end && span.end <= length(source),
        "{span:?}"
    );
    assert!(
        source.text.is_char_boundary(span.start as usize),
        "{span:?}"
    );
    assert!(source.text.is_char_boundary(span.end as usize), "{span:?}");
}

fn places_are_inside(source: &Source, told: &Diagnostics) {
    for diagnostic in &told.list {
        assert!(
            !diagnostic.message.contains('\n'),
            "{:?}",
            diagnostic.message
        );
        for label in diagnostic.primary.iter().chain(&diagnostic.secondary) {
            inside(source, label.span);
        }
    }
}

/// What must be true of every text; whether it has no mistakes.
fn is_read(text: String) -> bool {
    let source = Source::new("hostile.rules", text);
    let (file, told) = parse_rules(&source);
    places_are_inside(&source, &told);
    places_are_inside(&source, &read_rules(&source).1);
    for declaration in &file.declarations {
        inside(&source, declaration.span);
    }
    let exprs = Exprs::of(&file).all;
    for expr in &exprs {
        inside(&source, expr.span);
        let broken = matches!(expr.kind, ExprKind::Broken);
        assert!(!broken || !told.list.is_empty(), "broken in silence");
    }
    if !told.list.is_empty() {
        return false;
    }
    assert_eq!(parse_rules(&source).0, file);
    for (index, expr) in exprs.iter().copied().enumerate() {
        // `a not in b` is written in one piece, and is two expressions.
        let within_not_in = index > 0
            && matches!(exprs[index - 1].kind, ExprKind::Not(_))
            && exprs[index - 1].span == expr.span;
        if within_not_in {
            continue;
        }
        let (again, told) = parse_expression(&source, expr.span);
        assert!(
            told.list.is_empty(),
            "{:?}: {:?}",
            source.slice(expr.span),
            told.list
        );
        assert_eq!(&again, expr);
    }
    true
}

/// Cuts a text into words, blanks and signs.
fn pieces(text: &str) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    let mut last = None;
    for c in text.chars() {
        let class = (c.is_alphanumeric() || c == '_', c.is_whitespace());
        match all.last_mut() {
            Some(word) if last == Some(class) && class != (false, false) => word.push(c),
            _ => all.push(c.to_string()),
        }
        last = Some(class);
    }
    all
}

#[derive(Clone, Debug)]
enum Change {
    Delete(Index),
    Double(Index),
    Swap(Index, Index),
    Insert(Index, String),
    Cut(Index),
}

fn change() -> impl Strategy<Value = Change> {
    let index = any::<Index>;
    let bytes = prop::collection::vec(any::<u8>(), 1..6);
    let garbage = bytes.prop_map(|b| String::from_utf8_lossy(&b).into_owned());
    prop_oneof![
        3 => index().prop_map(Change::Delete),
        2 => index().prop_map(Change::Double),
        2 => (index(), index()).prop_map(|(a, b)| Change::Swap(a, b)),
        4 => (index(), select(FOREIGN)).prop_map(|(at, piece)| Change::Insert(at, format!(" {piece} "))),
        2 => (index(), garbage).prop_map(|(at, garbage)| Change::Insert(at, garbage)),
        1 => index().prop_map(Change::Cut),
    ]
}

fn apply(pieces: &mut Vec<String>, change: Change) {
    let count = pieces.len();
    if count == 0 {
        return;
    }
    match change {
        Change::Delete(at) => {
            pieces.remove(at.index(count));
        }
        Change::Double(at) => {
            let at = at.index(count);
            pieces.insert(at, pieces[at].clone());
        }
        Change::Swap(a, b) => pieces.swap(a.index(count), b.index(count)),
        Change::Insert(at, piece) => pieces.insert(at.index(count), piece),
        Change::Cut(at) => pieces.truncate(at.index(count)),
    }
}

#[test]
fn the_corpus_has_no_mistakes() {
    assert!(is_read(SAMPLE.to_owned()));
    assert!(is_read(RICH.to_owned()));
}

#[test]
fn every_beginning_of_a_text_is_read() {
    for text in [SAMPLE, RICH] {
        for (end, _) in text.char_indices() {
            is_read(text[..end].to_owned());
        }
    }
}

#[test]
fn every_text_with_one_piece_less_is_read() {
    for text in [SAMPLE, RICH] {
        let all = pieces(text);
        for without in 0..all.len() {
            let mut fewer = all.clone();
            fewer.remove(without);
            is_read(fewer.concat());
        }
    }
}

/// A mistake may cost its declaration, not the file: one piece less leads to few messages.
#[test]
fn one_piece_less_never_leads_to_a_cascade() {
    for text in [SAMPLE, RICH] {
        let all = pieces(text);
        for without in 0..all.len() {
            let mut fewer = all.clone();
            let piece = fewer.remove(without);
            let (_, told) = parse_rules(&Source::new("fewer.rules", fewer.concat()));
            let messages: Vec<_> = told.list.iter().map(|d| &d.message).collect();
            assert!(
                messages.len() <= 2,
                "without {piece:?} ({without}): {messages:#?}"
            );
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn changed_texts_are_read(
        text in select(&[SAMPLE, RICH][..]),
        changes in prop::collection::vec(change(), 1..12),
    ) {
        let mut changed = pieces(text);
        for change in changes {
            apply(&mut changed, change);
        }
        is_read(changed.concat());
    }

    #[test]
    fn heaps_of_pieces_are_read(words in prop::collection::vec(select(FOREIGN), 0..60)) {
        is_read(words.join(" "));
        is_read(format!("rules x\naction f(e: evs) {{\n{}\n}}", words.concat()));
    }

    #[test]
    fn pieces_of_texts_keep_their_places(
        words in prop::collection::vec(select(FOREIGN), 0..20),
        from in 0..40_u32,
        to in 0..60_u32,
    ) {
        let source: Arc<Source> = Source::new("piece", words.join(" "));
        let span = Span::new(from, to);
        places_are_inside(&source, &parse_expression(&source, span).1);
        places_are_inside(&source, &parse_step(&source, span).1);
    }
}
