//! What differs between two versions of rules, for people: on each cluster by sorts, the shortest run for each; the cases of the
//! suite that come out otherwise; and where nothing differs, on which clusters.

use crate::tasks::difference::findings::{Compared, Finding, OnCase, OnCluster, Sort};
use crate::tasks::difference::sizes::Tried;
use crate::tasks::outcome::{ModelSummary, Trace, Verdict};

use super::paint::Paint;
use super::trace;
use super::words::{count, flow, stop, visible};

/// The whole report. Runs of more than one step are shown in full.
#[must_use]
pub fn render(found: &Compared, paint: Paint) -> String {
    let title = format!("regress {} → {}", visible(&found.old), visible(&found.new));
    let mut text = format!("{}\n\n", paint.strong(&title));
    for cluster in found.clusters.iter().filter(|c| !c.findings.is_empty()) {
        text.push_str(&on_cluster(cluster, paint));
        text.push('\n');
    }
    let changed: Vec<&OnCase> = found
        .cases
        .iter()
        .filter(|case| !case.changes.is_empty())
        .collect();
    for case in &changed {
        text.push_str(&on_case(case, paint));
    }
    if !changed.is_empty() {
        text.push('\n');
    }
    let same: Vec<&OnCluster> = found.clusters.iter().filter(|c| c.is_same()).collect();
    if let [cluster] = same[..] {
        let line = format!("{} on {}", paint.good("no difference"), described(cluster));
        text.push_str(&format!("{line}\n"));
    } else if !same.is_empty() {
        text.push_str(&format!("{} on\n", paint.good("no difference")));
        for cluster in &same {
            text.push_str(&format!("  {}\n", described(cluster)));
        }
    }
    for cluster in &found.clusters {
        if let Some(stopped) = cluster.stopped {
            let words = format!("not compared to the end, {} ended it", stop(stopped));
            let line = format!("{} {}: {words}", paint.open("?"), described(cluster));
            text.push_str(&format!("{line}\n"));
        }
        for field in &cluster.apart {
            let line = format!("{field}: states were compared without it");
            text.push_str(&format!("{} {}\n", paint.open("!"), visible(&line)));
        }
    }
    for case in found.cases.iter().filter(|case| case.stopped.is_some()) {
        let line = format!(
            "{} {}: a limit ended it",
            paint.open("?"),
            visible(&case.name)
        );
        text.push_str(&format!("{line}\n"));
    }
    if let Some(tried) = &found.sizes {
        text.push_str(&sizes(tried, paint));
    }
    format!("{text}{}\n", last_line(found, paint))
}

/// What came of trying sizes: the smallest cluster that differs, or that there is none.
fn sizes(tried: &Tried, paint: Paint) -> String {
    let up_to = visible(&tried.up_to);
    let clusters = count(tried.clusters as u64, "cluster");
    match (&tried.found, tried.stopped) {
        (Some(cluster), _) => format!(
            "the smallest cluster up to {up_to} that differs, after {clusters}:\n{}\n",
            on_cluster(cluster, paint)
        ),
        (None, Some(limit)) => format!(
            "{} {clusters} up to {up_to}: {} ended it\n",
            paint.open("?"),
            stop(limit)
        ),
        (None, None) => format!(
            "{} on any cluster up to {up_to}: {clusters}, up to names\n",
            paint.good("no difference")
        ),
    }
}

pub(super) fn last_line(found: &Compared, paint: Paint) -> String {
    let clusters = found.clusters.iter();
    let differing = clusters.filter(|c| !c.findings.is_empty()).count();
    let larger = found.sizes.as_ref();
    let differing = differing + usize::from(larger.is_some_and(|tried| tried.found.is_some()));
    let number = found.clusters.len() + larger.map_or(0, |tried| tried.clusters);
    let all = count(number as u64, "cluster");
    let changed = found.cases.iter().filter(|c| !c.changes.is_empty()).count();
    let cases = count(found.cases.len() as u64, "case");
    let of_cases = if found.cases.is_empty() {
        String::new()
    } else {
        format!(", {changed} of {cases} come out otherwise")
    };
    match found.verdict {
        Verdict::Holds => format!("{} on {all}{of_cases}", paint.good("no difference")),
        Verdict::Violated => {
            let word = paint.bad("different");
            format!("{word}: on {differing} of {all}{of_cases}")
        }
        Verdict::Inconclusive => {
            let word = paint.open("inconclusive");
            format!("{word}: no difference so far on {all}{of_cases}")
        }
    }
}

/// `two-node (policies on: drain; faults 1)`
pub(super) fn described(cluster: &OnCluster) -> String {
    let settings = settings(&cluster.model);
    let name = visible(&cluster.subject);
    if settings.is_empty() {
        name.into_owned()
    } else {
        format!("{name} ({})", settings.join("; "))
    }
}

fn settings(model: &ModelSummary) -> Vec<String> {
    let mut pieces = Vec::new();
    if !model.policies.is_empty() {
        pieces.push(format!("with {}", visible(&model.policies.join(", "))));
    }
    for (name, value) in &model.params {
        pieces.push(format!("{} = {}", visible(name), visible(value)));
    }
    if model.faults != "0" {
        pieces.push(format!("faults {}", visible(&model.faults)));
    }
    if let Some(goal) = &model.goal {
        pieces.push(format!("goal {}", visible(goal)));
    }
    pieces
}

fn on_cluster(cluster: &OnCluster, paint: Paint) -> String {
    let mut text = format!("{}\n", paint.strong(&described(cluster)));
    for sort in Sort::ALL {
        let findings = cluster.findings.iter().filter(|f| f.sort == sort);
        let findings: Vec<&Finding> = findings.collect();
        if findings.is_empty() {
            continue;
        }
        text.push_str(&format!("  {}\n", coloured(sort, paint)));
        for finding in findings {
            text.push_str(&one(finding, cluster.up_to_names, paint));
        }
    }
    if let Some(cost) = cluster.plan_as_before {
        text.push_str(&format!("  best plan: cost {cost} with both\n"));
    }
    text
}

fn coloured(sort: Sort, paint: Paint) -> String {
    match sort {
        Sort::StartChanged
        | Sort::NewlyViolated
        | Sort::GoalUnreachable
        | Sort::PlanGone
        | Sort::NewlyUndefined
        | Sort::PlanLonger => paint.bad(sort.text()),
        Sort::PlanShorter
        | Sort::PlanFound
        | Sort::GoalReachable
        | Sort::NewlyDefined
        | Sort::NewlySafe => paint.good(sort.text()),
        _ => paint.open(sort.text()),
    }
}

fn one(finding: &Finding, up_to_names: bool, paint: Paint) -> String {
    let mut text = format!("    {}", visible(&finding.what));
    if let Some(states) = finding.states {
        let names = if up_to_names { " up to names" } else { "" };
        text.push_str(&format!("  in {}{names}", count(states, "state")));
    }
    text.push('\n');
    let said = |word: &str, what: &str| {
        let pieces: Vec<String> = what.split(", ").map(|p| visible(p).into_owned()).collect();
        format!("      {word}  {}\n", flow(&pieces, ", ", 11))
    };
    text.push_str(&said("old", &finding.old));
    text.push_str(&said("new", &finding.new));
    if let Some(run) = &finding.run {
        text.push_str(&after(run, paint));
    }
    text
}

fn after(run: &Trace, paint: Paint) -> String {
    match run.steps.len() {
        0 => "      in the first state\n".to_owned(),
        steps => format!(
            "      after {}\n{}",
            count(steps as u64, "step"),
            trace::steps(run, paint)
        ),
    }
}

fn on_case(case: &OnCase, paint: Paint) -> String {
    let mut text = format!(
        "  {} {}  {} {}\n",
        paint.bad("≠"),
        visible(&case.name),
        case.task.key(),
        visible(&case.subject)
    );
    for change in &case.changes {
        text.push_str(&format!(
            "      {}: {} → {}\n",
            visible(&change.what),
            visible(&change.expected),
            visible(&change.found)
        ));
    }
    for (name, new, run) in &case.runs {
        let version = if *new { "new" } else { "old" };
        text.push_str(&format!(
            "      {} with the {version} rules\n{}",
            visible(name),
            trace::steps(run, paint)
        ));
    }
    text
}
