//! Which pods matter: those under a budget, as far as the search can bear them.
//!
//! A budget that allows an eviction holds up no drain for ever where pods find room elsewhere: one goes after the other, each
//! when the one before is ready again. A budget that allows none does, with any one of its pods. So the latter are kept, in
//! short, and of the former only what makes the states no more than a small cluster has.

use std::collections::BTreeMap;

use crate::import::answers::{self, Answers};
use crate::import::found::Read;
use crate::language::codes::Code;
use crate::language::diagnostic::Diagnostic;

use super::budget::Budget;
use super::pod::Pod;

/// An application of the cluster file.
pub struct App<'a> {
    /// The name of its budget.
    pub name: String,
    /// How many of its pods must be ready.
    pub min_available: usize,
    /// Its pods.
    pub pods: Vec<&'a Pod<'a>>,
}

/// How many budgets that allow no eviction are kept: one is enough that there is no plan.
const BLOCKING: usize = 3;

/// In how many ways the pods that move may be spread over the workers, at most.
const SPREADS: usize = 1000;

/// Sorts the pods by their budgets, and says which are kept.
pub fn kept<'a>(
    budgets: &[Budget<'_>],
    pods: &'a [Pod<'a>],
    workers: usize,
    answers: &mut Answers,
    notes: &mut Vec<String>,
) -> Read<Vec<App<'a>>> {
    let mut groups: BTreeMap<Vec<usize>, Vec<&Pod<'_>>> = BTreeMap::new();
    for pod in pods
        .iter()
        .filter(|pod| pod.is_evicted() && pod.node.is_some())
    {
        let own = (0..budgets.len()).filter(|place| budgets[*place].selects(pod));
        groups.entry(own.collect()).or_default().push(pod);
    }
    let mut apps = Vec::new();
    for (place, budget) in budgets.iter().enumerate() {
        let single = groups.get(&vec![place]).map_or(&[][..], Vec::as_slice);
        let shared = groups
            .iter()
            .filter(|(own, _)| own.len() > 1 && own.contains(&place))
            .flat_map(|(_, pods)| pods);
        let shared: Vec<&&Pod<'_>> = shared.collect();
        if single.is_empty() {
            continue;
        }
        let all = single.len() + shared.len();
        let wanted = budget.must_be_ready(all as u64, notes);
        // Those that share it with another budget stay where they are.
        let stay = shared.iter().filter(|pod| pod.ready).count();
        let wanted = usize::try_from(wanted).unwrap_or(usize::MAX);
        let app = App {
            name: budget.full_name(),
            min_available: wanted.saturating_sub(stay),
            pods: single.to_vec(),
        };
        if let Some(app) = sound(app, budget, answers, notes)? {
            apps.push(app);
        }
    }
    for (own, pods) in &groups {
        if own.len() > 1 {
            let names: Vec<String> = own
                .iter()
                .map(|place| budgets[*place].full_name())
                .collect();
            notes.push(format!(
                "under more than one budget, `{}`: {}, of which the API server evicts none",
                names.join("` and `"),
                counted(pods.len(), "pod")
            ));
            apps.push(App {
                name: names.join("-and-"),
                min_available: pods.len(),
                pods: pods.clone(),
            });
        }
    }
    chosen(apps, workers, answers, notes)
}

/// The application with the pods that are ready. What is not ready need never become so.
fn sound<'a>(
    mut app: App<'a>,
    budget: &Budget<'_>,
    answers: &mut Answers,
    notes: &mut Vec<String>,
) -> Read<Option<App<'a>>> {
    if let Some(alone) = app.pods.iter().find(|pod| pod.controller.is_none()) {
        if told_to_keep(&app.name, answers)? == Some(false) {
            return Ok(None);
        }
        let message = format!(
            "`{}` is under the budget `{}`, and has no controller: nobody creates it anew when it is evicted",
            alone.full_name(),
            app.name
        );
        return Err(Box::new(
            Diagnostic::error(Code::OtherOutput, message)
                .at(alone.found.source, alone.found.place(), "this pod")
                .help("the rules are about pods that are created anew: give it a controller, such as a Deployment")
                .help(format!("or see to the drain of it yourself: `--set {}.keep=false`", app.name)),
        ));
    }
    let all = app.pods.len();
    app.pods.retain(|pod| pod.ready && pod.node.is_some());
    let ready = app.pods.len();
    if ready < app.min_available {
        if told_to_keep(&app.name, answers)? == Some(false) {
            return Ok(None);
        }
        let message = format!(
            "the budget `{}` asks for {} ready pods, and {ready} of {all} are: no eviction is allowed before that is mended",
            app.name, app.min_available
        );
        return Err(Box::new(
            Diagnostic::error(Code::OtherOutput, message)
                .at(budget.found.source, budget.found.place(), "this budget")
                .help("wait until its pods are ready, and record the outputs again")
                .help(format!(
                    "or see to the drain of them yourself: `--set {}.keep=false`",
                    app.name
                )),
        ));
    }
    if ready < all {
        notes.push(format!(
            "left out as not ready, and as if never ready again: {} of `{}`",
            counted(all - ready, "pod"),
            app.name
        ));
    }
    Ok(Some(app).filter(|app| !app.pods.is_empty()))
}

fn told_to_keep(name: &str, answers: &mut Answers) -> Read<Option<bool>> {
    let told = answers.of_one(name, "keep");
    told.map(|(key, value)| answers::flag(&key, &value))
        .transpose()
}

fn chosen<'a>(
    apps: Vec<App<'a>>,
    workers: usize,
    answers: &mut Answers,
    notes: &mut Vec<String>,
) -> Read<Vec<App<'a>>> {
    let mut kept = Vec::new();
    let mut left: Vec<App<'a>> = Vec::new();
    let (mut movable, mut blocking) = (Vec::new(), Vec::new());
    for app in apps {
        let told = told_to_keep(&app.name, answers)?;
        let blocks = app.pods.len() <= app.min_available;
        match (told, blocks) {
            (Some(false), true) => notes.push(format!(
                "`{}` is left out, as told: no eviction of its pods is allowed, so see to them yourself",
                app.name
            )),
            (Some(false), false) => left.push(app),
            (_, true) => blocking.push(app),
            (Some(true), false) => kept.push(app),
            (None, false) => movable.push(app),
        }
    }
    let more = blocking.split_off(blocking.len().min(BLOCKING));
    kept.extend(
        blocking
            .into_iter()
            .map(|app| in_short(app, workers, notes)),
    );
    if !more.is_empty() {
        let names: Vec<&str> = more.iter().map(|app| app.name.as_str()).collect();
        notes.push(format!(
            "left out: {} more with no eviction allowed either, for those above are in the way already: `{}`",
            counted(more.len(), "budget"),
            names.join("`, `")
        ));
    }
    // The smallest first: of these the most are kept.
    movable.sort_by(|a, b| (a.pods.len(), &a.name).cmp(&(b.pods.len(), &b.name)));
    let mut moving = 0;
    for app in movable {
        if spreads(workers, moving + app.pods.len()) <= SPREADS {
            moving += app.pods.len();
            kept.push(app);
        } else {
            left.push(app);
        }
    }
    kept.sort_by(|a, b| a.name.cmp(&b.name));
    if !left.is_empty() {
        left.sort_by(|a, b| a.name.cmp(&b.name));
        let pods = left.iter().map(|app| app.pods.len()).sum();
        let names: Vec<String> = left
            .iter()
            .take(3)
            .map(|app| {
                let (ready, may) = (app.pods.len(), app.pods.len() - app.min_available);
                format!("`{}` {may} of {ready}", app.name)
            })
            .collect();
        let more = if left.len() > 3 { ", …" } else { "" };
        notes.push(format!(
            "left out: {} of {} with an eviction allowed ({}{more}), so that no drain waits for ever; `--set {}.keep=true` keeps one",
            counted(pods, "pod"),
            counted(left.len(), "budget"),
            names.join(", "),
            left[0].name
        ));
    }
    Ok(kept)
}

/// `workers` to the power of `pods`, or more than enough.
fn spreads(workers: usize, pods: usize) -> usize {
    u32::try_from(pods)
        .ok()
        .and_then(|pods| workers.checked_pow(pods))
        .unwrap_or(usize::MAX)
}

/// Where no pod may go, one on each node holds it up as well as all; where even these would be too many for a search that lets
/// them go, one.
fn in_short<'a>(mut app: App<'a>, workers: usize, notes: &mut Vec<String>) -> App<'a> {
    let all = app.pods.len();
    let mut nodes: Vec<&str> = Vec::new();
    app.pods.retain(|pod| {
        let node = pod.node_name().unwrap_or_default();
        let first = !nodes.contains(&node);
        if first {
            nodes.push(node);
        }
        first
    });
    let few = spreads(workers, app.pods.len()) <= SPREADS;
    if !few {
        app.pods.truncate(1);
    }
    app.min_available = app.pods.len();
    let short = if app.pods.len() < all {
        format!(
            "; {} of its pods stands for all",
            if few { "one on each node" } else { "one" }
        )
    } else {
        String::new()
    };
    let (some, more) = nodes.split_at(nodes.len().min(3));
    notes.push(format!(
        "`{}` allows no eviction ({all} of {all} must be ready): a drain of `{}`{} waits for ever until it is scaled up, or its budget is changed{short}",
        app.name,
        some.join("`, `"),
        if more.is_empty() { String::new() } else { format!(" or {} more", more.len()) },
    ));
    app
}

/// `1 pod`, `2 pods`.
pub fn counted(number: usize, what: &str) -> String {
    if number == 1 {
        format!("1 {what}")
    } else {
        format!("{number} {what}s")
    }
}
