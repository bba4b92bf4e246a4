//! The table of a suite: each case with what came out, and in detail only what is not as expected.

use crate::tasks::outcome::{CaseAnswer, SuiteAnswer, Task, Verdict};

use super::paint::Paint;
use super::words::{count, grouped, stop, visible};

/// The whole report: all cases, or those that are not as expected.
#[must_use]
pub fn render(answer: &SuiteAnswer, all: bool, paint: Paint) -> String {
    let told: Vec<&CaseAnswer> = answer
        .cases
        .iter()
        .filter(|case| all || !case.differences.is_empty())
        .collect();
    let width = |text: fn(&CaseAnswer) -> &str| {
        let widths = told.iter().map(|c| text(c).chars().count());
        widths.max().unwrap_or(0)
    };
    let (name, subject) = (width(|c| &c.name), width(|c| &c.subject));
    let title = format!("regress {}", visible(&answer.subject));
    let mut text = format!("{}\n\n", paint.strong(&title));
    for case in &told {
        text.push_str(&format!(
            "  {} {:name$}  {:6} {:subject$}  {}\n",
            mark(case, paint),
            visible(&case.name),
            case.task.key(),
            visible(&case.subject),
            found(case),
        ));
        for difference in &case.differences {
            text.push_str(&format!(
                "      {}: expected {}, found {}\n",
                visible(&difference.what),
                paint.good(&visible(&difference.expected)),
                paint.bad(&visible(&difference.found)),
            ));
        }
    }
    if !told.is_empty() {
        text.push('\n');
    }
    format!("{text}{}\n", last_line(answer, paint))
}

/// A mark for a case. One that a limit ended too early is not known to be otherwise.
fn mark(case: &CaseAnswer, paint: Paint) -> String {
    if case.differences.is_empty() {
        paint.good("✓")
    } else if case.is_open() {
        paint.open("?")
    } else {
        paint.bad("✗")
    }
}

/// What came out, in a few words.
pub(super) fn found(case: &CaseAnswer) -> String {
    let digest = &case.digest;
    match (case.task, digest.verdict, &digest.plan) {
        (Task::Plan, Verdict::Holds, Some(plan)) => format!("cost {}", plan.cost),
        (Task::Plan, Verdict::Violated, _) => "no plan exists".to_owned(),
        (_, verdict @ (Verdict::Holds | Verdict::Inconclusive), _) => verdict.text().to_owned(),
        (_, Verdict::Violated, _) => {
            let names: Vec<&str> = digest
                .properties
                .iter()
                .filter(|p| p.verdict == Verdict::Violated)
                .map(|p| p.name.as_str())
                .collect();
            format!("violated: {}", visible(&names.join(", ")))
        }
    }
}

pub(super) fn last_line(answer: &SuiteAnswer, paint: Paint) -> String {
    let all = count(answer.cases.len() as u64, "case");
    let open = answer.cases.iter().filter(|c| c.is_open()).count();
    let different = answer.cases.iter().filter(|c| c.is_different()).count();
    let (open, different) = (grouped(open as u64), grouped(different as u64));
    let line = match answer.verdict {
        Verdict::Holds => format!("{}: {all}", paint.good("as expected")),
        Verdict::Violated => format!("{}: {different} of {all}", paint.bad("not as expected")),
        Verdict::Inconclusive => {
            format!(
                "{}: a limit ended {open} of {all} too early",
                paint.open("inconclusive")
            )
        }
    };
    match answer.not_run {
        0 => line,
        cases => format!("{line}; {}", not_run(answer, cases)),
    }
}

/// `12 cases were not run: stopped by Ctrl-C`; what ended the last case that was run kept the others from running.
fn not_run(answer: &SuiteAnswer, cases: usize) -> String {
    let were = if cases == 1 { "was" } else { "were" };
    let cases = count(cases as u64, "case");
    let last = answer.cases.last();
    match last.and_then(|case| case.digest.stopped) {
        Some(limit) => format!("{cases} {were} not run: stopped by {}", stop(limit)),
        None => format!("{cases} {were} not run"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::source::{Source, Span};
    use crate::model::suite::rewritten::Edit;
    use crate::tasks::outcome::{Difference, Evidence};
    use crate::tasks::regress::digest::Digest;

    fn case(name: &str, differences: Vec<Difference>) -> CaseAnswer {
        let answer = crate::report::testing::stopped();
        CaseAnswer {
            name: name.to_owned(),
            task: Task::Verify,
            subject: format!("plans/{name}"),
            place: Span::default(),
            digest: Digest::of(&answer),
            evidence: Evidence::Fresh(Box::new(answer)),
            key: String::new(),
            differences,
            rule: None,
        }
    }

    fn answer() -> SuiteAnswer {
        let difference = Difference {
            what: "complete".to_owned(),
            expected: "violated".to_owned(),
            found: "holds".to_owned(),
            edit: Edit {
                span: Span::default(),
                value: None,
            },
        };
        SuiteAnswer {
            subject: "core".to_owned(),
            verdict: Verdict::Inconclusive,
            cases: vec![case("good", Vec::new()), case("other", vec![difference])],
            not_run: 12,
            names_not_run: Vec::new(),
            source: Source::new("suite.json", ""),
        }
    }

    #[test]
    fn only_differences_are_told_in_detail() {
        assert_eq!(
            render(&answer(), true, Paint::PLAIN),
            "\
regress core

  ✓ good   verify plans/good   inconclusive
  ? other  verify plans/other  inconclusive
      complete: expected violated, found holds

inconclusive: a limit ended 1 of 2 cases too early; 12 cases were not run: stopped by --max-states
"
        );
    }

    #[test]
    fn what_is_as_expected_is_told_where_it_is_wanted() {
        let text = render(&answer(), false, Paint::PLAIN);
        assert!(!text.contains("good") && text.contains("? other"), "{text}");
        let mut answer = answer();
        answer.cases.truncate(1);
        answer.not_run = 0;
        answer.verdict = Verdict::Holds;
        assert_eq!(
            render(&answer, false, Paint::PLAIN),
            "regress core\n\nas expected: 1 case\n"
        );
    }
}
