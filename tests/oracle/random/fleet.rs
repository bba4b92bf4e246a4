//! Random rulebooks about nodes that are patched and come back by themselves: there is much to be done side by side, and
//! something that must not be.

use super::Question;
use super::tape::Tape;

/// So many nodes, with so many kinds of things to be done to each at most.
pub fn fleet(tape: &mut Tape<'_>, nodes: usize, most: usize) -> Question {
    let mut fields = "  done: bool = false\n  power: Power = up\n".to_owned();
    let mut actions = String::new();
    let mut goal = "n.done and n.power == Power.up".to_owned();
    let mut left = most.saturating_sub(1);
    let mut piece = |tape: &mut Tape<'_>, weight: u32| {
        let taken = left > 0 && tape.percent(weight);
        left -= usize::from(taken);
        taken
    };
    let restarts = piece(tape, 70);
    let drains = piece(tape, 50);
    let finishes = piece(tape, 40);
    actions += &format!(
        "action patch(n: node) {{\n{}{}  require not n.done else \"done\"\n{}  n.done = true\n{}}}\n",
        minutes(tape),
        up(tape),
        if drains && tape.percent(60) {
            "  require n.drained else \"in use\"\n"
        } else {
            ""
        },
        if restarts { "  n.pending = true\n" } else { "" },
    );
    if restarts {
        fields += "  pending: bool = false\n";
        goal += " and not n.pending";
        actions += &format!(
            "action reboot(n: node) {{\n{}{}{}{}  n.power = Power.rebooting\n  n.pending = false\n}}\n\
             event boot(n: node) fair {{\n{}  when n.power == Power.rebooting\n  n.power = Power.up\n}}\n",
            minutes(tape),
            up(tape),
            if tape.percent(60) {
                "  require n.pending else \"no reason\"\n"
            } else {
                ""
            },
            few(tape, "m.power != Power.up"),
            minutes(tape),
        );
    }
    if drains {
        fields += "  drained: bool = false\n";
        goal += " and not n.drained";
        actions += &format!(
            "action drain(n: node) {{\n{}{}  require not n.drained else \"drained\"\n  n.drained = true\n}}\n\
             action fill(n: node) {{\n{}{}  require n.drained else \"in use\"\n  n.drained = false\n}}\n",
            minutes(tape),
            few(tape, "m.drained"),
            minutes(tape),
            up(tape),
        );
    }
    if finishes {
        // Something that has to be waited for, and that may be refused where nobody waits.
        fields += "  synced: bool = false\n  final: bool = false\n";
        goal += " and n.final";
        actions += &finish(tape);
    }
    let invariants = invariants(tape, restarts, drains);
    Question {
        rules: format!(
            "rules random\nenum Power {{ up, rebooting }}\nkind node {{\n{fields}}}\n{actions}{invariants}\
             default goal patched {{ all n in node: {goal} }}\n"
        ),
        cluster: format!(
            "{{ \"rules\": \"random\",\n  \"objects\": {{ \"node\": {{ \"N[1-{nodes}]\": {{}} }} }} }}\n"
        ),
    }
}

/// What must not happen to several nodes at once.
fn invariants(tape: &mut Tape<'_>, restarts: bool, drains: bool) -> String {
    let mut invariants = String::new();
    if restarts && tape.percent(50) {
        invariants += "invariant some_up { some n in node: n.power == Power.up }\n";
    }
    if drains && tape.percent(40) {
        invariants += "invariant some_use { count(n in node where n.drained) < 2 }\n";
    }
    if restarts && drains && tape.percent(30) {
        invariants += "invariant drained_first(n: node) { n.power == Power.up or n.drained }\n";
    }
    if restarts && tape.percent(15) {
        invariants += "event flicker(n: node) {\n  when n.pending\n  n.pending = false\n}\n";
    }
    invariants
}

/// What an event makes possible.
fn finish(tape: &mut Tape<'_>) -> String {
    let word = if tape.percent(50) {
        "require n.synced else \"not synced\""
    } else {
        "await n.synced"
    };
    format!(
        "event sync(n: node) fair {{\n{}  when n.done and not n.synced\n  n.synced = true\n}}\n\
         action finish(n: node) {{\n{}  {word}\n  n.final = true\n}}\n",
        minutes(tape),
        minutes(tape),
    )
}

fn minutes(tape: &mut Tape<'_>) -> String {
    format!("  takes {} min\n", tape.below(4))
}

fn up(tape: &mut Tape<'_>) -> &'static str {
    match tape.below(4) {
        0 => "",
        1 => "  require n.power == Power.up else \"down\"\n",
        _ => "  await n.power == Power.up\n",
    }
}

/// How many may be under way at once.
fn few(tape: &mut Tape<'_>, what: &str) -> String {
    match tape.below(6) {
        0 => format!("  await count(m in node where {what}) < 1\n"),
        1 => format!("  require count(m in node where {what}) < 1 else \"too many\"\n"),
        _ => String::new(),
    }
}
