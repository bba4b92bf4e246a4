//! Random rulebooks in which nothing happens by itself: what is declared on top of one says most of what it does.

use super::Question;
use super::tape::Tape;

/// Two or three services, perhaps with hosts that they run on.
pub fn calm(tape: &mut Tape<'_>) -> Question {
    let hosts = tape.percent(50);
    let trips = tape.percent(40);
    let mut fields = "  up: bool = true\n  level: 0..2 = 0\n".to_owned();
    if trips || tape.percent(40) {
        fields += "  phase: Phase = idle\n";
    }
    let mut rules = "rules random\nenum Phase { idle, begun, done }\n".to_owned();
    let mut objects = format!(
        "\"service\": {{ \"obj_s[1-{}]\": {{}} }}",
        tape.between(1, 2)
    );
    if hosts {
        rules += "kind host {\n  up: bool = true\n}\n";
        objects += ", \"host\": { \"obj_h[1-2]\": {} }";
        fields += "  on: host? = none\n";
    }
    rules += &format!("kind service {{\n{fields}}}\n");
    rules += "action raise(x: service) {\n  x.level = if x.level == 2 then 2 else x.level + 1\n}\n";
    if hosts && tape.percent(60) {
        rules += "action place(x: service, to: host) {\n  x.on = to\n}\n";
    }
    if trips {
        rules += &trip(tape);
    }
    let mut goal = "x.level == 2".to_owned();
    if tape.percent(50) {
        goal += " and x.up";
    }
    if trips && tape.percent(60) {
        goal += " and x.phase == Phase.idle";
    }
    rules += &format!("default goal reached {{ all x in service: {goal} }}\n");
    Question {
        rules,
        cluster: format!(
            "{{ \"rules\": \"random\",\n  \"goal\": \"reached\",\n  \"objects\": {{ {objects} }} }}\n"
        ),
    }
}

/// A fault that events make one of several things of, which take as many ways to repair.
fn trip(tape: &mut Tape<'_>) -> String {
    let mut text = "fault trip(x: service) {\n  when x.up\n  x.up = false\n}\n\
         invariant untripped(x: service) { x.up }\n"
        .to_owned();
    for number in 0..tape.between(1, 3) {
        let fair = if tape.percent(20) { "" } else { " fair" };
        let made = [
            "x.level = 0",
            "x.level = 1",
            "x.phase = Phase.begun",
            "x.phase = Phase.done",
        ];
        let up = if tape.percent(75) {
            "  x.up = true\n"
        } else {
            ""
        };
        let made = made[tape.below(4)];
        let unmade = made.replace(" = ", " != ");
        text += &format!(
            "event lands{number}(x: service){fair} {{\n  when not x.up\n  when {unmade}\n{up}  {made}\n}}\n"
        );
    }
    if tape.percent(30) {
        text += "transition invariant never_left(x: service) { not old(x.phase == Phase.begun) or x.phase != Phase.idle }\n";
    }
    let cost = tape.between(1, 3);
    // What is started is up at once, or after a while, and then something is left to be done.
    let start = if tape.percent(50) {
        "  await x.phase == Phase.idle\n  x.phase = Phase.begun\n}\n\
         event starts(x: service) fair {\n  when x.phase == Phase.begun and not x.up\n  x.phase = Phase.done\n  x.up = true\n}\n"
    } else {
        "  x.up = true\n}\n"
    };
    text + &format!(
        "action reset(x: service) {{\n  cost {cost}\n  require x.up else \"down\"\n  x.phase = Phase.idle\n}}\n\
         action start(x: service) {{\n{start}"
    )
}
