//! The texts that are mutated. Together they use every construct of the grammar.

/// The sample of the design.
pub const SAMPLE: &str = r#"rules exchange_core

/// Service packs for Exchange Server 2003 on clusters of the Microsoft Cluster Service: the bare state machine.

enum Build ordered { rtm, sp1 }
enum Power { up, rebooting, down }

param limit: 0..1000 = 0                    // 0: none

kind node {
  build:   Build = rtm
  hotfix:  bool  = false                    // 831464
  pending: bool  = false                    // a reboot is due
  power:   Power = up
}

kind evs {
  build:  Build = rtm                       // what Active Directory says
  online: bool  = true
  host:   node
}

let crowded = count(node) > 2
let hosts(n: node) = some e in evs: e.host == n

action move(e: evs, to: node) {
  text    "Move {e} from {e.host} to {to}"
  then    "Check the Application log for errors"
  takes   2 min
  require e.host != to                    else "{e} is already on {to}"
  await   e.host.power == up
  await   to.power == up
  require not (crowded and hosts(to))     else "Error ID: 5018 (0000139a)"
  require e.online implies e.build == to.build and not to.pending
          else "Version of Exchange on this machine does not match the version of Exchange server {e}."
  e.host = to
}

event boot(n: node) fair {
  takes 5 min
  when n.power == rebooting
  n.power = up
}

fault crash(n: node) {
  when n.power == up
  n.power = down
}

/// A node is emptied before it is rebooted.
policy drain {
  before reboot(n) require not hosts(n) else "{n} still hosts an EVS"
}

/// An online EVS runs only on a node of its own build.
invariant no_mismatched_failover(e: evs) {
  e.online and e.host.power == up implies e.build == e.host.build
}

outage(e: evs) { not (e.online and e.host.power == up and e.build == e.host.build) }

default goal upgraded {
  all n in node: n.build == sp1 and not n.pending and n.power == up
  all e in evs: e.build == sp1 and e.online
}
"#;

/// What the sample leaves out.
pub const RICH: &str = r#"/// A file about brokers.
rules brokers
enum Level { old_level,
  new_level
  newest, }
param skew: -2..2 = -1; param strict: bool
kind zone { }
kind broker {
  /// Where it is.
  fixed zone: zone
  leader: broker?
  replicas: set of broker = {}
  load: 0..100 = 0; fixed fixed: bool = true
}
let in_sync(b: broker, c: broker) = b in c.replicas and c not in b.replicas
let most() = count(b in broker where b.load > 3 + skew - 1) >= count(broker)
let pick(b: broker) = if b.leader == none then 1 else if b.load < 3
  then 2
  else 3
action elect(b: broker, console: broker?) {
  text "Elect {b} {{by hand}} of {count({b})} \"now\" \\"
  cost 3
  interrupts b for 90 s
  await all c, d in b.replicas where c != d: c.load + d.load
    <= 100
  require {b, console.leader} == {c in broker where c.load == 0} else "no"
  if b.load == 0 { b.load = 1 } else if b.load == 1 {
    b.load = 2; b.leader = none
  }
  else { b.replicas = b.replicas + {b} - {} }
  for c in b.replicas where c.load > 0 { c.load = c.load - 1 }
}
policy calm on by default { before elect(b, _) { await b.load == 0; require true else "x" } }
policy loud on where strict and count(broker) > 2 { before elect(b, c) await not c.fixed
}
assume "at least two" { count(broker) > 1 }
transition invariant grows(b: broker) { old(b.load) <= b.load or
  b.leader != old(b.leader) }
property calms(b: broker) { b.load > 3
  leads to
  b.load == 0 }
property elects { always eventually
  some b in broker: b.leader != none }
property ends { eventually most() }
goal quiet { all b in broker: (b.load == 0) implies some c in broker: c == b
  not not most() ; -1 < skew }
"#;

/// What is put where it does not belong.
pub const FOREIGN: &[&str] = &[
    "{",
    "}",
    "(",
    ")",
    "\n",
    ";",
    ",",
    ":",
    "=",
    "==",
    "..",
    ".",
    "\"",
    "'",
    "and",
    "not",
    "in",
    "if",
    "then",
    "else",
    "for",
    "all",
    "count",
    "action",
    "kind",
    "let",
    "require",
    "await",
    "-",
    "&&",
    "!",
    "=>",
    "é",
    "\u{feff}",
    "\u{0}",
    "//",
    "///",
    "“",
    "\\",
    "99999999999999999999",
    "x",
    "elif",
    "default",
    "transition",
    "property",
    "eventually",
    "always",
    "leads",
    "leads to",
    "before",
    "\r\n",
    "{{",
    "?",
    "\u{a0}",
    "‘",
];
