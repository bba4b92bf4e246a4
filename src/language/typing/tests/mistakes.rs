//! Each mistake by itself: one diagnostic with its code, message, place and help, and no other.

use crate::language::codes::Code;
use crate::language::source::Source;

use super::{read, told};

/// Rules text after the base, and what is told about it: `CODE message @ underlined @ help`.
const MISTAKES: &[(&str, &str)] = &[
    // Names
    (
        "goal g { all n in node: m.hotfix }",
        "R0010 unknown name `m` @ m @ names in scope: `n`, `limit`, `hosts`",
    ),
    (
        "goal g { all n in nod: n.hotfix }",
        "R0010 unknown kind or set `nod` @ nod @ did you mean `node`?",
    ),
    (
        "goal g { all n in node: n.build == sp2 }",
        "R0010 unknown name `sp2` @ sp2 @ did you mean `sp1`?",
    ),
    (
        "goal g { all n in node: n.build == Build.sp3 }",
        "R0010 `Build` has no value `sp3` @ sp3 @ did you mean `sp1`?",
    ),
    (
        "goal g { all n in node: host(n) }",
        "R0010 unknown let `host` @ host @ did you mean `hosts`?",
    ),
    (
        "goal g { all n in node: reboot(n) }",
        "R0010 `reboot` is an action, and only a let can be called @ reboot @ write what must hold of the objects instead",
    ),
    (
        "goal g { boot }",
        "R0010 `boot` is an event, which has no value @ boot @ only variables, params, lets and enum values stand in expressions",
    ),
    (
        "goal g { all n in node: n == 'Node1' }",
        "R0010 rules know no object by name @ 'Node1' @ take it as a parameter, or describe it with a field and a quantifier",
    ),
    (
        "kind disk { build: Biuld }",
        "R0010 unknown type `Biuld` @ Biuld @ did you mean `Build`?",
    ),
    (
        "policy p { before rebot(n) await n.hotfix }",
        "R0010 unknown action `rebot` @ rebot @ did you mean `reboot`?",
    ),
    (
        "policy p { before boot(n) await n.hotfix }",
        "R0010 `boot` is an event, and policies restrict actions only @ boot @ restrict the action that leads to it",
    ),
    (
        "action f(n: node) { m.hotfix = true }",
        "R0010 unknown name `m` @ m @ names in scope: `n`, `limit`, `hosts`",
    ),
    // Names taken
    (
        "enum node { a }",
        "R0011 `node` is already a kind @ node @ choose another name",
    ),
    (
        "enum Colour { red, red }",
        "R0011 `red` is already a value of `Colour` @ red @ choose another name",
    ),
    (
        "kind disk {\n size: 0..7\n size: bool\n}",
        "R0011 `size` is already a field of `disk` @ size @ choose another name",
    ),
    (
        "param sp1: bool",
        "R0011 `sp1` is already a value of `Build` @ sp1 @ choose another name",
    ),
    (
        "let limit = 7",
        "R0011 `limit` is already a param @ limit @ choose another name",
    ),
    (
        "goal g { all limit in node: limit.hotfix }",
        "R0011 `limit` is already a param @ limit @ choose another name",
    ),
    (
        "goal g { all n in node: some n in node: n.hotfix }",
        "R0011 `n` is already a variable here @ n @ choose another name",
    ),
    (
        "action patch(evs: node) { evs.hotfix = true }",
        "R0011 `evs` is already a kind @ evs @ choose another name",
    ),
    (
        "fault reboot(n: node) { n.hotfix = true }",
        "R0011 `reboot` is already an action @ reboot @ choose another name",
    ),
    (
        "policy p { before reboot(n) await n.hotfix }\npolicy p { before reboot(n) await n.hotfix }",
        "R0011 `p` is already a policy @ p @ choose another name",
    ),
    (
        "invariant g { limit > 0 }\ngoal g { limit > 0 }",
        "R0011 `g` is already an invariant @ g @ choose another name",
    ),
    (
        "outage(e: evs) { not e.online }\noutage(x: evs) { not x.online }",
        "R0011 `evs` has an outage already @ x: evs @ join the two by `or` in one outage",
    ),
    // Types
    (
        "goal g { all n in node: n.power }",
        "R0012 expected `bool`, found `Power` @ n.power @ a condition belongs here: compare it, as in `n.power == …`",
    ),
    (
        "goal g { limit }",
        "R0012 expected `bool`, found an integer @ limit @ a condition belongs here: compare it, as in `limit == …`",
    ),
    (
        "goal g { all e in evs: e.standby }",
        "R0012 expected `bool`, found `node?` @ e.standby @ a condition belongs here: compare it, as in `e.standby != none`",
    ),
    (
        "goal g { all e in evs: e.owners }",
        "R0012 expected `bool`, found `set of node` @ e.owners @ a condition belongs here, such as `count(e.owners) > 0`",
    ),
    (
        "goal g { all n in node: n.build == up }",
        "R0012 expected `Build`, found `up`, a value of `Power` @ up @ values of `Build`: `rtm`, `sp1`",
    ),
    (
        "goal g { all n in node: n.hotfix == sp1 }",
        "R0012 expected `bool`, found `sp1`, a value of `Build` @ sp1 @ write something that is `bool` here",
    ),
    (
        "goal g { all n in node: n.build == n.power }",
        "R0012 `Build` and `Power` cannot be compared @ n.power @ compare values of one type",
    ),
    (
        "goal g { all e in evs: e.host == e.owners }",
        "R0012 `node` and `set of node` cannot be compared @ e.owners @ ask whether it is a member: `e.host in …`",
    ),
    (
        "action f(e: evs) { e.host = e.standby }",
        "R0012 expected `node`, found `node?` @ e.standby @ it may be `none`: declare the target as `node?`, or bind the object first with `n in node where n == e.standby`",
    ),
    (
        "goal g { all e in evs: hosts(e.standby) }",
        "R0012 expected `node`, found `node?` @ e.standby @ it may be `none`: declare the target as `node?`, or bind the object first with `n in node where n == e.standby`",
    ),
    (
        "action f(e: evs) { e.host = none }",
        "R0012 expected `node`, found `none` @ none @ declare it as `node?` where there can be none",
    ),
    (
        "action f(e: evs, n: node) { e.owners = n }",
        "R0012 expected `set of node`, found `node` @ n @ write `{n}` for the set with just this member",
    ),
    (
        "action f(e: evs, n: node) { e.owners = e.owners + n }",
        "R0012 `+` cannot join `set of node` and `node` @ n @ write `{n}` for the set with just this member",
    ),
    (
        "goal g { all n in node: limit + n.hotfix > 1 }",
        "R0012 `+` cannot join an integer and `bool` @ n.hotfix @ a condition counts as `if n.hotfix then 1 else 0`",
    ),
    (
        "goal g { all n in node: n.build in {rtm, sp1} }",
        "R0012 expected an object, found `Build` @ rtm @ sets hold objects of one kind; compare with `or` where values are meant",
    ),
    (
        "goal g { all e in evs: e.host in node }",
        "R0012 `node` is a kind, and every object of it would be in it @ node @ quantify instead, as in `some x in node: …`, or name a field of type `set of node`",
    ),
    (
        "goal g { all e in evs: e.host in e.standby }",
        "R0012 expected a set after `in`, found `node?` @ e.standby @ compare with `==`, or write `{e.standby}` for a set",
    ),
    (
        "goal g { all e in evs: e in e.owners }",
        "R0012 expected `node`, found `evs` @ e @ write something that is `node` here",
    ),
    (
        "goal g { all b in Build: b == sp1 }",
        "R0012 `Build` is an enum, and only kinds and sets can be ranged over @ Build @ name the values one by one, joined by `and` or `or`",
    ),
    (
        "goal g { all b in limit: true }",
        "R0012 expected a kind or a set, found an integer @ limit @ range over a kind, as in `n in node`, or over a field of type `set of node`",
    ),
    (
        "goal g { node.hotfix }",
        "R0012 `node` is a kind, not an object @ node @ bind an object of it first, as in `all x in node: …`; `count(node)` is their number",
    ),
    (
        "goal g { limit.hotfix }",
        "R0012 an integer has no fields @ limit @ only objects have fields; a member of a set is bound with a quantifier",
    ),
    (
        "let nobody = none",
        "R0012 nothing tells of which kind this `none` is @ none @ write `none` where an optional reference is expected, as in `e.standby == none`",
    ),
    (
        "let nothing = {}",
        "R0012 nothing tells of which kind this empty set is @ {} @ write `{}` where a set is expected, as in `s.owners == {}`",
    ),
    (
        "let x(n: node) = if n.hotfix then 1 else n.build",
        "R0012 the branches of this `if` differ: an integer after `then`, `Build` after `else` @ n.build @ write values of one type in both branches",
    ),
    (
        "param p: node",
        "R0012 a param cannot be `node` @ node @ a param is `bool`, a range such as `0..7`, or an enum",
    ),
    (
        "action f(s: set of node) { }",
        "R0012 an action cannot take a set @ set of node @ take one object, or read the set from a field",
    ),
    (
        "kind disk { build: Build? }",
        "R0012 `Build` is not a kind: only objects can be optional or in sets @ Build @ give the enum a value for the case that there is none",
    ),
    (
        "action f(n: node) {\n interrupts n for 2 min\n}",
        "R0012 `node` has no outage, so nothing can interrupt it @ n @ say when it gives no service: `outage(x: node) { … }`",
    ),
    (
        "action f(n: node) { n = n }",
        "R0012 `n` cannot be assigned: only fields change @ n @ assign to a field of an object, as in `e.host = to`",
    ),
    (
        "outage(e: Build) { true }",
        "R0012 only objects of a kind can be out of service @ Build @ take an object, as in `outage(e: evs) { … }`",
    ),
    (
        "goal g { all e in evs: e.host != none }",
        "W R0012 `e.host` is a `node`, which is never `none` @ e.host != none @ declare it as `node?` where it can be `none`",
    ),
    // Enum values without an enum
    (
        "goal g { rtm == sp1 }",
        "R0013 nothing tells of which enum this `rtm` is a value @ rtm @ write `Build.rtm`",
    ),
    (
        "let lit = up",
        "R0013 nothing tells of which enum this `up` is a value @ up @ write `Power.up` or `Light.up`",
    ),
    // Fields
    (
        "goal g { all n in node: n.biuld == sp1 }",
        "R0014 `node` has no field `biuld` @ biuld @ did you mean `build`?",
    ),
    // Arguments
    (
        "goal g { all n in node: hosts(n, n) }",
        "R0015 `hosts` takes 1 argument, 2 given @ hosts(n, n) @ write `hosts(n: node)`",
    ),
    (
        "goal g { hosts }",
        "R0015 `hosts` takes 1 argument, 0 given @ hosts @ write `hosts(n: node)`",
    ),
    (
        "goal g { limit(3) > 0 }",
        "R0015 `limit` takes no arguments: it is not a let @ limit @ write `limit` alone",
    ),
    (
        "policy p { before reboot(n, m) await n.hotfix }",
        "R0015 `reboot` takes 1 argument, 2 given @ reboot @ the action is `reboot(n: node)`; `_` stands for an argument that does not matter",
    ),
    (
        "goal g { count(a, b in node) > 0 }",
        "R0015 `count` goes over one name, 2 given @ b @ ask for the second inside: `count(a in … where some b in …: …)`",
    ),
    (
        "goal g { all e in evs: e.owners == {a, b in node} }",
        "R0015 a set goes over one name, 2 given @ b @ ask for the second inside: `{a in … where some b in …: …}`",
    ),
    // Lets in a circle
    (
        "let a = a",
        "R0016 `a` needs itself @ a @ break the circle: a let can only need lets that do not need it",
    ),
    (
        "let a = b\nlet b = c and true\nlet c = not a\ngoal g { a and c }",
        "R0016 lets need each other in a circle: `a` needs `b` needs `c` needs `a` @ a @ break the circle: a let can only need lets that do not need it",
    ),
    // Ranges
    (
        "action f(n: node) { n.stamp = 10 }",
        "R0017 10 is outside `0..9`, the range of `stamp` @ 10 @ write a number of the range, such as 9, or widen it where it is declared",
    ),
    (
        "action f(n: node) { n.stamp = if n.hotfix then -1 else 0 }",
        "R0017 -1 is outside `0..9`, the range of `stamp` @ -1 @ write a number of the range, such as 0, or widen it where it is declared",
    ),
    (
        "kind disk { size: 0..7 = 8 }",
        "R0017 8 is outside `0..7`, the range of `size` @ 8 @ write a number of the range, such as 7, or widen it where it is declared",
    ),
    (
        "let f(x: 0..3) = x > 0\ngoal g { f(4) }",
        "R0017 4 is outside `0..3`, the range of `x` @ 4 @ write a number of the range, such as 3, or widen it where it is declared",
    ),
    (
        "kind disk { size: 7..0 }",
        "R0017 the range `7..0` has nothing in it @ 7..0 @ write the lower end first: `0..7`",
    ),
    (
        "kind disk { size: 0..3000000000 }",
        "R0017 the range `0..3000000000` goes beyond 2147483648 @ 0..3000000000 @ both ends must be within -2147483648 and 2147483648",
    ),
    (
        "action f(n: node) {\n cost 0\n n.hotfix = true\n}",
        "R0017 a step cannot cost 0 @ cost 0 @ a cost is a number from 1 to 4294967295",
    ),
    (
        "goal g { all n in node: n.stamp == 10 }",
        "W R0017 `n.stamp` is 0..9, so this comparison is always false @ 10 @ compare with a number of the range, or widen the range where it is declared",
    ),
    (
        "goal g { 11 > limit }",
        "W R0017 `limit` is 0..10, so this comparison is always true @ 11 @ compare with a number of the range, or widen the range where it is declared",
    ),
    // Told by the parser, and not again
    (
        "fault f(n: node) fair {\n n.hotfix = false\n}",
        "R0004 only events are `fair` @ fair @ leave `fair` out, or make it an `event`",
    ),
    // Fixed fields
    (
        "action f(n: node) { n.rank = 1 }",
        "R0018 `rank` is fixed and cannot be assigned @ n.rank = 1 @ leave `fixed` out where the field is declared, or leave the field alone",
    ),
    // Order
    (
        "goal g { all n in node: n.power < up }",
        "R0019 values of `Power` have no order @ n.power < up @ declare the order: `enum Power ordered { … }`, least first",
    ),
    (
        "goal g { all n in node: n.hotfix > false }",
        "R0019 values of `bool` have no order @ n.hotfix > false @ only integers and enums declared `ordered` have an order; use `==` or `!=`",
    ),
    (
        "goal g { all e in evs: e.owners <= {e.host} }",
        "R0019 values of `set of node` have no order @ e.owners <= {e.host} @ compare how many there are: `count(…) < count(…)`",
    ),
    // Statements out of place
    (
        "action f(n: node) {\n when n.hotfix\n n.hotfix = false\n}",
        "R0020 `when` does not belong in an action @ when n.hotfix @ write `await …` where the operator waits, or `require … else \"…\"` where the product refuses",
    ),
    (
        "event f(n: node) {\n await n.hotfix\n n.hotfix = false\n}",
        "R0020 `await` does not belong in an event @ await n.hotfix @ write `when …`: it happens only where that holds",
    ),
    (
        "fault f(n: node) {\n cost 2\n n.hotfix = false\n}",
        "R0020 a fault costs nothing @ cost 2 @ leave it out: plans are made of actions",
    ),
    (
        "policy p { before reboot(n) when n.hotfix }",
        "R0020 `when` does not belong in a policy @ when n.hotfix @ a policy adds `await …` and `require … else \"…\"`",
    ),
    (
        "event f(n: node) {\n may fail { n.hotfix = true }\n n.hotfix = false\n}",
        "R0020 `may fail` does not belong in an event @ may fail { n.hotfix = true } @ declare a fault that does what is left of it: `fault name(…) { when …; … }`",
    ),
    (
        "policy p { before reboot(n) { may fail { } } }",
        "R0020 `may fail` does not belong in a policy @ may fail { } @ a policy adds `await …` and `require … else \"…\"`",
    ),
    (
        "action f(n: node) {\n n.hotfix = false\n may fail { }\n}",
        "R0020 `may fail` stands below the first effect @ may fail { } @ move it up: what is asked and told comes before what is changed",
    ),
    (
        "action f(n: node) {\n may fail { may fail { } }\n}",
        "R0020 `may fail` does not belong in an inner block @ may fail { } @ move it up to the first lines of the body; what is left of it may stand in an `if`",
    ),
    (
        "action f(n: node) {\n may fail { await n.hotfix }\n}",
        "R0020 `await` does not belong in an inner block @ await n.hotfix @ move it up to the first lines of the body; a condition on it is written with `implies`",
    ),
    (
        "action f(n: node) {\n may fail \"{m}\" { n.hotfix = true }\n}",
        "R0010 unknown name `m` @ m @ names in scope: `n`, `limit`, `hosts`",
    ),
    (
        "action f(n: node) {\n n.hotfix = false\n await n.hotfix\n}",
        "R0020 `await` stands below the first effect @ await n.hotfix @ move it up: what is asked and told comes before what is changed",
    ),
    (
        "action f(n: node) {\n if n.hotfix {\n await n.power == up\n }\n}",
        "R0020 `await` does not belong in an inner block @ await n.power == up @ move it up to the first lines of the body; a condition on it is written with `implies`",
    ),
    (
        "action f(n: node) {\n takes 2 min\n takes 3 min\n n.hotfix = false\n}",
        "R0021 `takes` is given twice @ takes 3 min @ leave one of them out",
    ),
    // `old`
    (
        "invariant i { all n in node: old(n.stamp) == 0 }",
        "R0022 `old` has a meaning only in a transition invariant, and not inside another `old` @ old(n.stamp) @ write the condition as `transition invariant NAME { … }`, or leave `old` out",
    ),
    (
        "let before(n: node) = old(n.stamp)\ntransition invariant i { all n in node: before(n) == 0 }",
        "R0022 `old` has a meaning only in a transition invariant, and not inside another `old` @ old(n.stamp) @ write the condition as `transition invariant NAME { … }`, or leave `old` out",
    ),
    (
        "transition invariant i { all n in node: old(old(n.stamp)) == 0 }",
        "R0022 `old` has a meaning only in a transition invariant, and not inside another `old` @ old(n.stamp) @ write the condition as `transition invariant NAME { … }`, or leave `old` out",
    ),
    (
        "transition invariant i { all n in node: old(n).stamp <= n.stamp }",
        "R0022 `old` changes nothing here: no field is read inside it, so `n` is the same before and after @ old(n) @ put the whole path inside: `old(e.build)`, not `old(e).build`",
    ),
    // Nothing in it
    (
        "goal g { }",
        "R0023 the goal `g` says nothing @ g @ write at least one condition: `goal NAME { … }`",
    ),
    (
        "invariant i { }",
        "R0023 the invariant `i` says nothing @ i @ write at least one condition: `invariant NAME { … }`",
    ),
    (
        "outage(e: evs) { }",
        "R0023 this outage says nothing @ e: evs @ write at least one condition: `outage(x: KIND) { … }`",
    ),
    (
        "assume \"some nodes\" { }",
        "R0023 this assumption says nothing @ \"some nodes\" @ write at least one condition: `assume \"…\" { … }`",
    ),
    // Constants
    (
        "param p: 0..7 = limit",
        "R0024 the default of `p` is not a constant @ limit @ write a number",
    ),
    (
        "param p: bool = 3",
        "R0012 expected `bool`, found an integer @ 3 @ write `true` or `false`",
    ),
    (
        "kind disk { at: node = none }",
        "R0024 `at` cannot have a default: rules know no `node` by name @ none @ leave the default out: each cluster says which object it is",
    ),
    (
        "let any = some n in node: n.hotfix\npolicy p on where any { before reboot(n) await n.hotfix }",
        "R0024 whether a policy is on cannot depend on the state @ any @ use params and numbers of objects only, as in `on where limit > 0`",
    ),
    (
        "policy p on where count(n in node) > 2 { before reboot(n) await n.hotfix }",
        "R0024 whether a policy is on cannot depend on the state @ count(n in node) @ use params and numbers of objects only, as in `on where limit > 0`",
    ),
    // Properties
    (
        "invariant safe { limit > 0 }",
        "R0026 `safe` is the name of a built-in property @ safe @ choose another name; reports use this one themselves",
    ),
    (
        "property complete { eventually limit > 0 }",
        "R0026 `complete` is the name of a built-in property @ complete @ choose another name; reports use this one themselves",
    ),
    (
        "property p { }",
        "R0023 the property `p` says nothing @ p @ write what it promises: `property NAME { eventually … }`",
    ),
    (
        "property p(n: node) { eventually n.hotfix\n n.hotfix leads to n.build == sp1 }",
        "R0030 a property makes one promise @ n.hotfix leads to n.build == sp1 @ make it a property of its own; conditions are joined by `and`",
    ),
    (
        "property p(n: node) { n.hotfix leads to count(node) }",
        "R0012 expected `bool`, found an integer @ count(node) @ a condition belongs here: compare it, as in `count(node) == …`",
    ),
    (
        "property p(n: node) { eventually old(n.hotfix) }",
        "R0022 `old` has a meaning only in a transition invariant, and not inside another `old` @ old(n.hotfix) @ write the condition as `transition invariant NAME { … }`, or leave `old` out",
    ),
    (
        "property p { eventually limit > 0 }\ninvariant p { limit > 0 }",
        "R0011 `p` is already a property @ p @ choose another name",
    ),
    (
        "property p(s: set of node) { eventually limit > 0 }",
        "R0012 a property cannot take a set @ set of node @ take one object, or read the set from a field",
    ),
    (
        "default goal g { limit > 0 }\ndefault goal h { limit > 0 }",
        "R0027 `h` is a second default goal @ h @ leave `default` out of all but one; clusters and plans name the others",
    ),
    // Depth
    (
        "goal g { all a, b, c, d, e, f, g, h, i in node: true }",
        "R0005 more than 8 names are bound at once @ i @ write one quantifier inside the other, or name the set with a `let`",
    ),
    (
        "goal g { all a, b in {n in node where n.hotfix}: a == b }",
        "R0005 several names range over a set that is itself written with a binder @ b @ write one quantifier inside the other, or name the set with a `let`",
    ),
];

#[test]
fn each_mistake_is_told_once_with_its_place_and_its_help() {
    let mut wrong = Vec::new();
    for (text, expected) in MISTAKES {
        let (rules, found) = read(text);
        let all: Vec<String> = found.list.iter().map(told).collect();
        let [one] = found.list.as_slice() else {
            wrong.push(format!(
                "{text}\n  tells {} things:\n{}",
                all.len(),
                all.join("\n")
            ));
            continue;
        };
        let primary = one.primary.as_ref().map_or(("", ""), |label| {
            (label.source.slice(label.span), label.text.as_str())
        });
        let is_error = found.has_errors();
        let line = format!(
            "{}{} {} @ {} @ {}",
            if is_error { "" } else { "W " },
            one.code.text(),
            one.message,
            primary.0,
            one.help.join("; ")
        );
        if line != *expected {
            wrong.push(format!("{text}\n  expected {expected}\n  told     {line}"));
        } else if primary.1.is_empty() || rules.is_none() != is_error {
            wrong.push(format!(
                "{text}\n  has no label, or its rules are not as the severity says"
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn a_refusal_names_only_those_at_the_end_of_its_condition() {
    let all = |condition: &str, text: &str| {
        let rules = format!("action f(n: node) {{\n  require {condition} else \"{text}\"\n}}\n");
        let (_, found) = read(&rules);
        let messages = found.list.iter().map(|d| d.message.clone());
        messages.collect::<Vec<_>>()
    };
    assert!(all("n.hotfix implies all x in node: x.hotfix", "{x} {x.hotfix}").is_empty());
    assert_eq!(
        all("n.hotfix and all x in node: x.hotfix", "{x}"),
        ["unknown name `x`"]
    );
    assert_eq!(
        all("not some x in node: x.hotfix", "{x}"),
        ["unknown name `x`"]
    );
    assert_eq!(
        all(
            "all x in node where some y in node: y.hotfix: x.hotfix",
            "{y}"
        ),
        ["unknown name `y`"]
    );
    // What is wrong with the condition is one mistake.
    assert_eq!(
        all("all x in node: x.hotfox", "{x} {x.hotfix}"),
        ["`node` has no field `hotfox`"]
    );
}

#[test]
fn all_mistakes_of_a_file_are_told_in_one_run_in_the_order_of_the_file() {
    let (rules, found) = read(
        "action f(n: node, d: disk) {\n  require n.biuld == sp1 else \"{m}\"\n  d.size = 7\n  n.hotfix = 3\n}\n\
         let odd = undeclared and true\n\
         goal g { odd and odd == 7 }\n",
    );
    assert!(rules.is_none());
    let lines: Vec<String> = found
        .list
        .iter()
        .map(|d| format!("{} {}", d.code.text(), d.message))
        .collect();
    assert_eq!(
        lines,
        [
            "R0010 unknown type `disk`",
            "R0014 `node` has no field `biuld`",
            "R0010 unknown name `m`",
            "R0012 expected `bool`, found an integer",
            "R0010 unknown name `undeclared`",
        ]
    );
}

#[test]
fn an_earlier_declaration_is_pointed_at() {
    let (_, found) = read("action reboot(e: evs) { e.online = false }");
    let place = found.list[0].secondary.first().map(|label| {
        let (line, _) = label.source.position(label.span.start);
        (label.source.slice(label.span).to_owned(), line)
    });
    assert_eq!(place, Some(("reboot".to_owned(), 27)));
}

#[test]
fn lets_may_not_nest_beyond_the_stack() {
    use std::fmt::Write as _;
    let mut text = String::from("let l0 = limit > 0\n");
    for i in 1..3_000 {
        writeln!(text, "let l{i} = not l{}", i - 1).expect("a string takes all");
    }
    let (_, found) = read(&text);
    let codes: Vec<&str> = found.list.iter().map(|d| d.code.text()).collect();
    assert_eq!(codes, ["R0005"], "told once, not for each let above");
}

#[test]
fn a_block_of_very_many_lines_nests_only_a_few_levels() {
    let text = format!("goal g {{\n{}}}\n", "limit > 0\n".repeat(20_000));
    let (rules, found) = read(&text);
    assert!(rules.is_some(), "{:?}", found.list.first().map(told));
}

#[test]
fn a_file_that_stops_anywhere_is_told_about_and_nothing_panics() {
    let whole = format!(
        "{}goal g {{ all n in node: n.build == sp1 }}\npolicy p on where limit > 0 {{ before reboot(n) await n.hotfix }}\n",
        super::BASE
    );
    for (end, _) in whole.char_indices() {
        for text in [&whole[..end], &whole[end..]] {
            let source = Source::new("sample.rules", text);
            let (rules, found) = crate::language::read_rules(&source);
            assert_eq!(rules.is_none(), found.has_errors(), "{text}");
        }
    }
}

#[test]
fn the_deepest_expressions_that_are_read_are_typed_within_the_stack() {
    let texts = [
        format!("goal g {{ limit{} > 0 }}", " + 1".repeat(990)),
        format!("goal g {{ true{} }}", " and true".repeat(990)),
        format!("goal g {{ {}true }}", "not ".repeat(190)),
        format!(
            "goal g {{ {}limit{} > 0 }}",
            "(".repeat(190),
            " - 1)".repeat(190)
        ),
        format!(
            "goal g {{ {}true }}",
            "all n in node where count(e in evs) > 0: ".repeat(90)
        ),
        format!(
            "goal g {{ 0 < limit{} }}",
            " + if true then 1 else limit".repeat(90)
        ),
        format!(
            "kind c {{ next: c }}\ngoal g {{ all x in c: x{} == x }}",
            ".next".repeat(990)
        ),
    ];
    for text in texts {
        let (_, found) = read(&text);
        let odd: Vec<String> = found
            .list
            .iter()
            .filter(|d| d.code != Code::NameTaken)
            .map(told)
            .collect();
        assert!(odd.is_empty(), "{}", odd.join("\n"));
    }
}

#[test]
fn lets_that_call_each_other_twice_are_too_large_long_before_they_take_for_ever() {
    let mut text = String::from("rules r\nkind k { a: bool = true }\nlet l0 = some x in k: x.a\n");
    for i in 1..60 {
        text += &format!("let l{i} = l{} and l{}\n", i - 1, i - 1);
    }
    text += "goal g { l59 }\n";
    let (rules, diagnostics) = crate::language::read_rules(&Source::new("r.rules", text));
    assert!(rules.is_none());
    let [only] = diagnostics.list.as_slice() else {
        panic!("{diagnostics:?}");
    };
    assert_eq!(only.code, Code::NestedTooDeeply);
    assert!(only.message.contains("100000 parts"), "{}", only.message);
}

#[test]
fn more_parameters_than_can_be_numbered_are_told() {
    let list: Vec<String> = (0..256).map(|i| format!("p{i}: bool")).collect();
    let (_, found) = read(&format!("let f({}) = p0", list.join(", ")));
    assert_eq!(
        told(&found.list[0]),
        "error R0003 more than 255 parameters\n  at p255: one too many\n  split the rules, or ask whether they were generated as intended"
    );
}
