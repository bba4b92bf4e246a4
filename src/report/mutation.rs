//! Which rules does nobody test, for people: the score, and each change of the rules that no case notices, with its place.

use crate::language::mutation::Mutant;
use crate::tasks::outcome::Verdict;
use crate::tasks::regress::mutation::{Fate, Score, Tried};
use crate::tasks::regress::suggestion::Suggestion;

use super::paint::Paint;
use super::trace;
use super::words::{count, stop, visible};

/// The whole report.
#[must_use]
pub fn render(score: &Score, all: bool, paint: Paint) -> String {
    let title = format!("regress {} --mutate", visible(&score.subject));
    let mut text = format!("{}\n\n", paint.strong(&title));
    if !score.unexpected.is_empty() {
        text.push_str(
            "the suite is not as expected with the rules as they are, so nothing was changed:\n",
        );
        for name in &score.unexpected {
            text.push_str(&format!("  {} {}\n", paint.bad("✗"), visible(name)));
        }
        return text;
    }
    let mut told = false;
    for tried in &score.mutants {
        if all || !matches!(tried.fate, Fate::Noticed(_)) {
            text.push_str(&one(tried, paint));
            told = true;
        }
    }
    if told {
        text.push('\n');
    }
    format!("{text}{}\n", last_line(score, paint))
}

/// `move: the require is dropped`
pub(super) fn described(mutant: &Mutant) -> String {
    format!("{}: {}", mutant.rule, mutant.change)
}

fn one(tried: &Tried, paint: Paint) -> String {
    let (source, span) = tried.place();
    let (line, column) = source.position(span.start);
    let mark = match &tried.fate {
        Fate::Noticed(_) => paint.good("✓"),
        Fate::Survives(_) => paint.bad("✗"),
        Fate::Equivalent => "=".to_owned(),
        Fate::Open(_) => paint.open("?"),
    };
    let words = source.slice(span).split_whitespace();
    let words = words.collect::<Vec<_>>().join(" ");
    let mut text = format!(
        "  {mark} {}:{line}:{column}  {}\n      {}\n",
        visible(&source.name),
        visible(&described(&tried.mutant)),
        visible(&shortened(&words))
    );
    match &tried.fate {
        Fate::Noticed(case) => text.push_str(&format!("      noticed by {}\n", visible(case))),
        Fate::Survives(Some(suggestion)) => text.push_str(&suggested(suggestion, paint)),
        Fate::Survives(None) => {}
        Fate::Equivalent => {
            text.push_str("      makes no difference on any cluster up to the size\n");
        }
        Fate::Open(limit) => {
            text.push_str(&format!("      not tried to the end: {}\n", stop(*limit)));
        }
    }
    text
}

/// A text of at most one line.
fn shortened(words: &str) -> String {
    const MOST: usize = 90;
    if words.chars().count() <= MOST {
        return words.to_owned();
    }
    let start: String = words.chars().take(MOST - 1).collect();
    format!("{start}…")
}

fn suggested(suggestion: &Suggestion, paint: Paint) -> String {
    let finding = &suggestion.finding;
    let mut text = format!(
        "      on {}: {} {}\n",
        visible(&suggestion.cluster),
        finding.sort.text(),
        visible(&finding.what)
    );
    if let Some(run) = &finding.run {
        text.push_str(&trace::steps(run, paint));
    }
    for (word, json) in [("plan", &suggestion.plan), ("case", &suggestion.case)] {
        if let Some(json) = json {
            text.push_str(&format!("      {word}: {json}\n"));
        }
    }
    text
}

pub(super) fn last_line(score: &Score, paint: Paint) -> String {
    let (noticed, counted) = (score.noticed(), score.counted());
    let changes = count(counted as u64, "change");
    let words = format!("{noticed} of {changes} noticed, {} %", score.percent());
    let word = match score.verdict {
        Verdict::Holds => paint.good("enough"),
        Verdict::Violated => paint.bad("not enough"),
        Verdict::Inconclusive => paint.open("inconclusive"),
    };
    let wanted = format!("{} % are wanted", score.at_least);
    let same = score.mutants.len() - counted;
    let same = if same == 0 {
        String::new()
    } else {
        format!("; {} not counted", count(same as u64, "change"))
    };
    format!("{word}: {words}{same}; {wanted}")
}
