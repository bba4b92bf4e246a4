//! Random rulebooks about time: several ways to do the same thing, some quick, some that spare the users, some that leave nothing
//! for a fault to hurt; and events that take their time.

use super::Question;
use super::tape::Tape;

/// One or two items that go through one or two phases.
pub fn timed(tape: &mut Tape<'_>) -> Question {
    let items = tape.between(1, 2);
    let phases = if items == 2 { 1 } else { tape.between(1, 2) };
    let mut rules = format!(
        "rules random\nkind item {{\n  phase: 0..{phases} = 0\n  out: bool = false\n  weak: bool = {}\n  busy: bool = false\n}}\n",
        tape.percent(30)
    );
    let mut number = 0;
    for phase in 0..phases {
        for _ in 0..tape.between(1, 3) {
            rules += &way(tape, number, phase);
            number += 1;
        }
    }
    if tape.percent(60) {
        let takes = takes(tape);
        let guard = guard(tape);
        rules += &format!(
            "action mend(x: item) {{\n{takes}  require x.out else \"no\"\n{guard}  x.out = false\n}}\n"
        );
    }
    if tape.percent(60) {
        let takes = takes(tape);
        let guard = guard(tape);
        let back = if tape.percent(20) {
            "  x.phase = 0\n"
        } else {
            ""
        };
        rules += &format!(
            "action harden(x: item) {{\n{takes}  require x.weak else \"no\"\n{guard}  x.weak = false\n{back}}}\n"
        );
    }
    rules += &events(tape);
    rules += &faults(tape, phases);
    if items == 2 && tape.percent(40) {
        rules += "invariant served { some x in item: not x.out }\n";
    }
    if tape.percent(30) {
        rules += "invariant calm(x: item) { not (x.busy and x.weak) }\n";
    }
    if tape.percent(20) {
        rules += "transition invariant forwards(x: item) { x.phase >= old(x.phase) }\n";
    }
    rules += "outage(x: item) { x.out }\n";
    let mut goal = format!("x.phase == {phases}");
    for (weight, more) in [
        (60, " and not x.out"),
        (40, " and not x.busy"),
        (30, " and not x.weak"),
    ] {
        if tape.percent(weight) {
            goal += more;
        }
    }
    rules += &format!("default goal reached {{ all x in item: {goal} }}\n");
    Question {
        rules,
        cluster: format!(
            "{{ \"rules\": \"random\", \"objects\": {{ \"item\": {{ \"obj_[1-{items}]\": {{}} }} }} }}\n"
        ),
    }
}

fn takes(tape: &mut Tape<'_>) -> String {
    let seconds = [60, 120, 0, 300, 90, 60][tape.below(6)];
    format!("  takes {seconds} s\n")
}

fn guard(tape: &mut Tape<'_>) -> &'static str {
    [
        "  await not x.busy\n",
        "",
        "  require not x.busy else \"busy\"\n",
        "  await not x.busy or x.weak\n",
        "",
        "  await all y in item: not y.busy\n",
    ][tape.below(6)]
}

/// A way from one phase to the next.
fn way(tape: &mut Tape<'_>, number: usize, phase: usize) -> String {
    let mut text = format!("action way{number}(x: item) {{\n{}", takes(tape));
    if tape.percent(30) {
        text += &format!("  interrupts x for {} s\n", [30, 60, 200][tape.below(3)]);
    }
    if tape.percent(20) {
        text += &format!("  cost {}\n", tape.between(2, 3));
    }
    text += guard(tape);
    text += &format!("  require x.phase == {phase} else \"no\"\n");
    if tape.percent(25) {
        text += [
            "  require x.out else \"in use\"\n",
            "  require not x.weak else \"weak\"\n",
        ][tape.below(2)];
    }
    if tape.percent(20) {
        text += "  may fail { x.weak = true; x.out = true }\n";
    }
    text += &format!("  x.phase = {}\n", phase + 1);
    for (weight, effect) in [
        (35, "  x.out = true\n"),
        (10, "  x.out = false\n"),
        (35, "  x.weak = true\n"),
        (15, "  x.weak = false\n"),
        (45, "  x.busy = true\n"),
    ] {
        if tape.percent(weight) {
            text += effect;
        }
    }
    text + "}\n"
}

fn events(tape: &mut Tape<'_>) -> String {
    let mut text = String::new();
    let ends = [
        "  x.out = false\n",
        "",
        "  x.weak = false\n",
        "  x.weak = true\n",
    ];
    for number in 0..tape.between(1, 2) {
        let fair = if tape.percent(15) { "" } else { " fair" };
        let end = ends[tape.below(4)];
        text += &format!(
            "event settle{number}(x: item){fair} {{\n{}  when x.busy\n  x.busy = false\n{end}}}\n",
            takes(tape)
        );
    }
    if tape.percent(40) {
        let fair = if tape.percent(50) { "" } else { " fair" };
        let (when, effect) = [
            ("x.weak and not x.busy", "x.busy = true"),
            ("x.out", "x.out = false"),
            ("x.out and x.weak", "x.weak = false"),
            ("x.weak", "x.weak = false; x.busy = true"),
        ][tape.below(4)];
        text += &format!(
            "event drift(x: item){fair} {{\n{}  when {when}\n  {effect}\n}}\n",
            takes(tape)
        );
    }
    text
}

fn faults(tape: &mut Tape<'_>, phases: usize) -> String {
    let mut text = String::new();
    for number in 0..tape.between(0, 2) {
        let when = [
            "x.weak",
            "x.busy",
            "not x.out",
            "x.weak and x.phase == 0",
            "x.phase > 0 and x.busy",
        ][tape.below(5)];
        let effect = [
            "x.out = true".to_owned(),
            "x.weak = true".to_owned(),
            format!("x.phase = {phases}; x.out = true"),
            "x.phase = 0".to_owned(),
        ][tape.below(4)]
        .clone();
        text += &format!("fault crack{number}(x: item) {{\n  when {when}\n  {effect}\n}}\n");
    }
    text
}
