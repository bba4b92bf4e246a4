//! The stable codes of diagnostics, with the long text that `rollproof explain CODE` prints.
//!
//! Codes are never reused. `R` codes are about rules, `C` about clusters, `P` about plans, `S` about suites, `I` about
//! what is imported, and `F` about files and the command line.

macro_rules! codes {
    ($($name:ident = $text:literal, $title:literal, $explanation:literal;)*) => {
        /// A stable code of a diagnostic.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code {
            $(#[doc = $title] $name,)*
        }

        impl Code {
            /// Every code, in order.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The code as the user sees it, `R0001`.
            #[must_use]
            pub const fn text(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }

            /// One line on what it is about.
            #[must_use]
            pub const fn title(self) -> &'static str {
                match self { $(Self::$name => $title,)* }
            }

            /// The explanation at length: what it means, an example that is wrong, and the same mended.
            #[must_use]
            pub const fn explanation(self) -> &'static str {
                match self { $(Self::$name => $explanation,)* }
            }
        }
    };
}

codes! {
    UnexpectedCharacter = "R0001", "a character that the language does not use",
        r#"The text has a character that the language does not use: often an operator of another language, a typographic
quote or an unusual blank from a word processor. Operators are words here: `and`, `or`, `not`, `implies`.

Wrong:

    goal patched {
      all n in node: n.hotfix && n.power == up
    }

Mended:

    goal patched {
      all n in node: n.hotfix and n.power == up
    }"#;
    UnterminatedText = "R0002", "a quoted text that does not end on its line",
        r#"A text begins and ends on one line, between double quotes. A quote inside it is written `\"`.

Wrong:

    action patch(n: node) {
      text "Patch {n}
      n.hotfix = true
    }

Mended:

    action patch(n: node) {
      text "Patch {n}"
      n.hotfix = true
    }"#;
    NumberTooLarge = "R0003", "a number beyond what the language counts to",
        r#"Numbers have at most 64 bits, and a duration is at most 100 years.

Wrong:

    param limit: 0..99999999999999999999

Mended:

    param limit: 0..1000"#;
    UnexpectedToken = "R0004", "something stands where something else was expected",
        r#"The line was understood up to the underlined place, where the grammar wants something else. Common reasons: `=` where
`==` compares (and the reverse where `=` assigns), a `require` without its `else "…"`, a brace that is not closed, a word
of the language used as a name.

Wrong:

    action patch(n: node) {
      require n.power == up
      n.hotfix = true
    }

Mended:

    action patch(n: node) {
      require n.power == up else "{n} is not up"
      n.hotfix = true
    }"#;
    NestedTooDeeply = "R0005", "an expression or block nested too deeply",
        r#"Parentheses, blocks, `not`, `if` and their like stand inside each other at most 200 levels deep, and an expression is a
chain of at most 1000 operators. Rules that people write stay far below; a program that writes rules should name the
parts with `let`, or go over objects with `all`, `some` and `count` instead of listing them."#;
    MixedComparison = "R0006", "comparisons in a row",
        r#"`a < b < c` would compare the outcome of `a < b` with `c`. Write both comparisons, joined by `and`.

Wrong:

    goal balanced {
      all n in node: 1 < n.load < 5
    }

Mended:

    goal balanced {
      all n in node: 1 < n.load and n.load < 5
    }"#;
    UnknownName = "R0010", "a name that nothing declares",
        r#"Nothing in the file declares this name, or it is not known at this place: parameters and the names after `all`, `some`,
`count` and `for` are known only inside of what declares them.

Wrong:

    goal patched {
      all n in node: m.hotfix
    }

Mended:

    goal patched {
      all n in node: n.hotfix
    }"#;
    NameTaken = "R0011", "a name declared twice",
        r#"Two declarations of the same name, so that nobody could tell which is meant. A parameter or the name after `all` cannot
hide a declaration either.

Wrong:

    kind disk {
      size: 0..7
      size: bool
    }

Mended:

    kind disk {
      size: 0..7
      full: bool
    }"#;
    WrongType = "R0012", "a value of another type was expected",
        r#"A value of one type stands where another is expected. Conditions are `bool`; values are compared with values of their
own type; a reference that may be `none` is no object yet.

Wrong:

    goal running {
      all n in node: n.power
    }

Mended:

    goal running {
      all n in node: n.power == up
    }"#;
    AmbiguousEnumValue = "R0013", "an enum value whose enum cannot be told",
        r#"An enum value is written by its name alone where its enum is known from what it is compared with or assigned to. Where
nothing tells, its enum stands before it.

Wrong:

    let newest = sp1

Mended:

    let newest = Build.sp1"#;
    UnknownField = "R0014", "a field that the kind does not have",
        r#"The object on the left of the dot is of a kind that declares no such field.

Wrong:

    goal upgraded {
      all n in node: n.biuld == sp1
    }

Mended:

    goal upgraded {
      all n in node: n.build == sp1
    }"#;
    WrongArguments = "R0015", "arguments that do not fit the parameters",
        r#"A let or an action is given more or fewer arguments than it has parameters, or something that has none is called. A
clause of a policy names every argument of its action; `_` stands for one that does not matter.

Wrong:

    let patched(n: node) = n.hotfix
    goal g {
      all n in node: patched(n, n)
    }

Mended:

    let patched(n: node) = n.hotfix
    goal g {
      all n in node: patched(n)
    }"#;
    CyclicLet = "R0016", "lets that need each other",
        r#"A let stands for its expression, so it cannot need itself, not even by way of others.

Wrong:

    let busy = not idle
    let idle = not busy

Mended:

    let busy = some n in node: n.load > 0
    let idle = not busy"#;
    OutOfRange = "R0017", "a constant outside its range",
        r#"A number outside the range that is declared for the field or parameter that it goes to; or a range whose lower end is
above its upper end; or a comparison that is always the same because of the range.

Wrong:

    action fill(n: node) {
      n.load = 10           // load: 0..9
    }

Mended:

    action fill(n: node) {
      n.load = 9
    }"#;
    FixedField = "R0018", "an assignment to a field that never changes",
        r#"A field declared `fixed` keeps the value that the cluster gives it. Leave `fixed` out if it changes.

Wrong:

    action promote(n: node) {
      n.rank = 1            // fixed rank: 0..9
    }

Mended:

    action promote(n: node) {
      n.load = 1            // load: 0..9
    }"#;
    NotOrdered = "R0019", "an order asked of values that have none",
        r#"`<`, `<=`, `>` and `>=` need an order. Integers have one, and enums that are declared `ordered`, from the least value to
the greatest.

Wrong:

    enum Phase { old_schema, mixed, new_schema }
    kind shard { phase: Phase = old_schema }
    goal moved {
      all s in shard: s.phase > mixed
    }

Mended:

    enum Phase ordered { old_schema, mixed, new_schema }
    kind shard { phase: Phase = old_schema }
    goal moved {
      all s in shard: s.phase > mixed
    }"#;
    MisplacedStatement = "R0020", "a statement that does not belong here",
        r#"Operators wait (`await`) and are refused (`require`): these belong in actions and policies. Events and faults happen
where `when` says. What is told and asked, and how an action `may fail`, stands before the first effect, not in inner blocks;
only actions fail. Declarations stand outside.

Wrong:

    event boot(n: node) {
      await n.power == down
      n.power = up
    }

Mended:

    event boot(n: node) {
      when n.power == down
      n.power = up
    }"#;
    DuplicateStatement = "R0021", "a statement given twice",
        r#"`text`, `takes` and `cost` say one thing about a step, so they stand at most once.

Wrong:

    action patch(n: node) {
      takes 2 min
      takes 3 min
      n.hotfix = true
    }

Mended:

    action patch(n: node) {
      takes 5 min
      n.hotfix = true
    }"#;
    MisplacedOld = "R0022", "`old` outside a transition invariant",
        r#"`old(…)` is the value before a step. Only a transition invariant looks at two states, so it has a meaning only there, and
only with a field inside.

Wrong:

    invariant no_downgrade(n: node) {
      old(n.build) <= n.build
    }

Mended:

    transition invariant no_downgrade(n: node) {
      old(n.build) <= n.build
    }"#;
    EmptyDeclaration = "R0023", "a declaration with nothing in it",
        r#"A property or an enum with nothing in it says nothing; most likely it was to be filled in later.

Wrong:

    goal upgraded { }

Mended:

    goal upgraded {
      all n in node: n.build == sp1
    }"#;
    NotConstant = "R0024", "a constant was expected",
        r#"Defaults are constants: a number, `true`, `false`, an enum value, `none` or `{}`. Whether a policy is on may also depend
on params and on the numbers of objects, but not on the state.

Wrong:

    param low: 0..7 = 1
    param high: 0..7 = low

Mended:

    param low: 0..7 = 1
    param high: 0..7 = 1"#;
    NoRulesHeader = "R0025", "the `rules NAME` line is missing",
        r#"A rules file begins with its name, which clusters and reports use.

Wrong:

    kind disk { size: 0..7 }

Mended:

    rules storage
    kind disk { size: 0..7 }"#;
    ReservedName = "R0026", "a name that the language or the report uses itself",
        r#"Reports use this name for a property of their own (`well_defined`, `recoverable`, …), so that an
invariant of that name could not be told from it.

Wrong:

    invariant recoverable {
      all n in node: n.hotfix
    }

Mended:

    invariant repaired {
      all n in node: n.hotfix
    }"#;
    SeveralDefaultGoals = "R0027", "more than one default goal",
        r#"`default` marks the goal that is asked for where nobody names one. Clusters, plans and `--goal` name the others.

Wrong:

    default goal patched { all n in node: n.hotfix }
    default goal running { all n in node: n.power == up }

Mended:

    default goal patched { all n in node: n.hotfix }
    goal running { all n in node: n.power == up }"#;
    BadTemplate = "R0028", "a text whose braces do not match",
        r#"In a text, `{…}` inserts the value of an expression. A brace as it is is written twice: `{{` and `}}`.

Wrong:

    action patch(n: node) {
      text "Patch {n"
      n.hotfix = true
    }

Mended:

    action patch(n: node) {
      text "Patch {n}"
      n.hotfix = true
    }"#;
    MisplacedTemporal = "R0029", "a temporal operator where none can stand",
        r#"`eventually`, `always eventually` and `leads to` speak of whole runs. They stand once, at the top of a `property`, and what
they take are conditions on one state: operators are not nested, and nothing else has them inside. A property with parameters
must hold for each choice of them.

Wrong:

    invariant repaired {
      all n in node: eventually n.power == up
    }

Mended:

    property repaired(n: node) {
      eventually n.power == up
    }"#;
    NoTemporal = "R0030", "a property that does not make exactly one promise",
        r#"A `property` makes one promise about every fair run: `eventually P`, `always eventually P` or `P leads to Q`. What must be
true in every state is an `invariant`.

Wrong:

    property repaired(n: node) {
      n.power == up
    }

Mended:

    property repaired(n: node) {
      n.power != up leads to n.power == up
    }"#;
    FileNotRead = "F0001", "a file that cannot be read",
r#"The file is not there, is a directory, or may not be read.

    rollproof check ./two-nodes.json
    error[F0001]: `./two-nodes.json` cannot be read: there is no such file

A word with `/`, `./` or `../` at its start, or with the ending `.json` or `.rules`, is always a file; every other word is a name of the library. Mended:

    rollproof check ./two-node.json"#;
    NotText = "F0002", "a file that is not text",
r#"rollproof reads UTF-8 text. A file with other bytes in it, or with a zero byte, is a program, an archive, or text in another encoding.

    rollproof check two-node.json.gz
    rollproof check two-node-utf16.json

Mended: unpack it, or save it as UTF-8.

    gunzip -c two-node.json.gz | rollproof check -
    iconv -f utf-16 -t utf-8 two-node-utf16.json | rollproof check -"#;
    EmptyFile = "F0003", "a file with nothing in it",
r#"The file, or standard input, has nothing in it but blanks. Often the program that should have written it failed.

    inventory --broken-option | rollproof check -

Mended:

    inventory --format json | rollproof check -"#;
    UnknownModel = "F0004", "a name that the library does not have",
r#"A name is neither that of a file nearby nor in the library. A name inside a file is looked up as the kind of file that its key asks for: beside that file, in the sibling folder (`clusters/`, `plans/`; rules one folder up), then in the library.

    rollproof plan exchange-2003/twonode

Mended (`rollproof models` lists the library, and a file is written with its ending or with `./`):

    rollproof plan exchange-2003/two-node
    rollproof plan ./twonode.json"#;
    BadOption = "F0005", "an option that cannot be followed",
r#"An option names something that the rules or the cluster do not have, or gives it a value that it cannot have.

    rollproof check exchange-core/two-node --policy drian=on
    rollproof check exchange-core/two-node --param limit=many

Mended:

    rollproof check exchange-core/two-node --policy drain=on
    rollproof check exchange-core/two-node --param limit=2"#;
    JsonSyntax = "F0006", "a file that is not JSON",
r#"The file is not JSON: a comma or a quote is missing, something stands after the last brace, the file stops in the middle, or lists and objects are nested more than 64 levels deep. JSON has no comments.

    { "rules": "exchange-core", // the bare one
      "objects": {}, }

Mended:

    { "rules": "exchange-core", "description": "the bare one",
      "objects": {} }"#;
    DuplicateKey = "F0007", "a key given twice in one JSON object",
r#"One JSON object has the same key twice. Most programs silently take the last one; here it is an error, because one of the two is not what was meant.

    "node": { "Node1": { "build": "sp1" }, "Node1": {} }

Mended:

    "node": { "Node1": { "build": "sp1" }, "Node2": {} }"#;
    FileTooLarge = "F0008", "a file beyond the size that is read",
r#"Files are read up to 64 MiB, and up to 2,000,000 JSON values: far more than any cluster that could be checked.

    rollproof check /dev/zero
    rollproof check everything-we-own.json

Mended: take the cluster that is to be upgraded.

    rollproof check mail-cluster.json"#;
    NotWritten = "F0009", "a file that cannot be written",
r#"The answer could not be written where it should go: the folder is missing, or may not be written to. `rollproof new` writes over nothing, and so refuses a folder that has something in it.

    rollproof plan exchange-2003/two-node -o plans/new/two-node.json

Mended:

    mkdir -p plans/new
    rollproof plan exchange-2003/two-node -o plans/new/two-node.json"#;
    UnknownKey = "C0001", "a key that nothing reads",
r#"A key that nothing reads is usually a slip of the pen, and a field that was meant to be set is not.

    "node": { "Node1": { "biuld": "sp1" } }

Mended (what is only for people goes under `"description"`):

    "node": { "Node1": { "build": "sp1" } }"#;
    MissingKey = "C0002", "a key that is needed",
r#"A cluster needs `rules` and `objects`, a plan `cluster` and `steps`, a suite `cases`, a case `name`, what it asks, and `expect`.

    { "objects": { "node": { "Node1": {} } } }

Mended:

    { "rules": "exchange-core", "objects": { "node": { "Node1": {} } } }"#;
    WrongJsonType = "C0003", "a JSON value of another type was expected",
r#"The value is of another type than its place asks for: a text for a number, a number with a fraction for an integer, a list for one name. It also means that a file is of another kind, such as a plan where a cluster was expected.

    "params": { "limit": "2" },
    "policies": { "drain": "on" }

Mended:

    "params": { "limit": 2 },
    "policies": { "drain": true }"#;
    UnknownObject = "C0004", "an object that the cluster does not have",
r#"A reference names an object that the cluster does not have, or one of another kind.

    "node": { "Node[1-2]": {} },
    "evs":  { "EVS1": { "host": "Node3" } }

Mended:

    "node": { "Node[1-2]": {} },
    "evs":  { "EVS1": { "host": "Node2" } }"#;
    DuplicateObject = "C0005", "an object given twice",
r#"A name stands for one object in the whole cluster, whatever its kind. Host lists that overlap give the same object twice.

    "node": { "Node[1-3]": {}, "Node[3-4]": { "build": "sp1" } }

Mended:

    "node": { "Node[1-2]": {}, "Node[3-4]": { "build": "sp1" } }"#;
    BadHostList = "C0006", "a name or a host list that cannot be read",
r#"A host list is a name with numbers and upward ranges in brackets, without blanks. Leading zeros are kept. A name has 1 to 255 characters that can be seen, none of them a bracket or an apostrophe: plan steps write names between apostrophes.

    "Node[1-3": {}, "Node[1, 2]": {}, "Node[9-1]": {}

Mended:

    "Node[1-3]": {}, "Node[4,5]": {}, "rack[1-2]-node[01-09]": {}"#;
    TooManyObjects = "C0007", "more objects than can be handled",
r#"A cluster has at most 100,000 objects, and at most 8,000,000 field values, the members of sets included. The bound is checked before anything is expanded.

    "node": { "Node[1-1000000000]": {} }

Mended:

    "node": { "Node[1-100]": {} }"#;
    ZipLength = "C0008", "two host lists of different lengths",
r#"The host list of a reference is zipped with the host list of its key: the first object gets the first name, and so on. One name is given to all. Any other length is an error.

    "evs": { "EVS[1-3]": { "host": "Node[1-2]" } }

Mended:

    "evs": { "EVS[1-3]": { "host": "Node[1-3]" } }"#;
    ValueOutOfRange = "C0009", "a value outside its range",
r#"The value is outside the range of its field or parameter, or is no value of its enum.

    enum Build ordered { rtm, sp1 }
    "node": { "Node1": { "build": "sp2" } }

Mended:

    "node": { "Node1": { "build": "sp1" } }"#;
    MissingValue = "C0010", "a field without a value",
r#"A field or parameter whose rules give no default has no value in the cluster.

    kind evs { host: node }
    "evs": { "EVS1": {} }

Mended (an optional reference takes `null`):

    "evs": { "EVS1": { "host": "Node1" } }"#;
    UnknownKind = "C0011", "a kind, parameter, policy, fault or goal that the rules do not have",
r#"The cluster, plan or case names a kind, parameter, policy, fault or goal that its rules do not declare.

    "policies": { "drian": true },
    "objects": { "nodes": {} }

Mended:

    "policies": { "drain": true },
    "objects": { "node": {} }"#;
    AssumptionFails = "C0012", "the cluster is not what the rules assume",
r#"The rules say what they assume of a cluster (`assume "…" { … }`), and this one is not like that. The answer stands for the rules as they are written, but perhaps not for the product; with `--strict` it is an error.

    assume "at most n-1 EVSs on n nodes" { count(evs) < count(node) }
    "node": { "Node[1-2]": {} }, "evs": { "EVS[1-2]": { "host": "Node[1-2]" } }

Mended:

    "node": { "Node[1-3]": {} }, "evs": { "EVS[1-2]": { "host": "Node[1-2]" } }"#;
    TooManyInstances = "C0013", "more ground transitions than can be handled",
r#"Every action, event and fault is possible with every choice of its arguments. More than 4,000,000 of these ground transitions are not built.

    action swap(a: node, b: node, c: node) { … }      with 200 nodes: 8,000,000

Mended: a cluster with fewer objects (what can go wrong usually goes wrong with few), or a transition with fewer parameters.

    action swap(a: node, b: node) { … }               with 200 nodes: 40,000"#;
    OtherCluster = "C0014", "an observed cluster that is not the cluster of the plan",
        r#"`verify --at STEP --observed CLUSTER` compares a cluster as it is now with what the plan expects there. Both need the same
rules and the same objects, under the same names; only values may differ. The params, policies, faults and goal of the observed
cluster do not count: they are those of the plan.

    verify plan.json --at 3 --observed now.json
    "node": { "Node[1-2]": {} }                              the cluster of the plan
    "node": { "Node1": { "build": "sp1" } }                  now.json

Mended: a copy of the plan's cluster, with the values as they are now.

    "node": { "Node1": { "build": "sp1" }, "Node2": {} }     now.json"#;
    BadStep = "P0001", "a step that is not an action with its arguments",
r#"A step of a plan is one line: an action with its arguments in parentheses. The arguments are objects and other constants.

    "steps": [ "move EVS1 Node2", "move(EVS1,\nNode2)" ]

Mended:

    "steps": [ "move(EVS1, Node2)" ]"#;
    UnknownAction = "P0002", "an action that the rules do not have",
r#"The rules have no action of that name. Events and faults happen by themselves: a plan cannot do them, only await what they lead to.

    "steps": [ "reboot(Node1)", "boot(Node1)" ]

Mended:

    "steps": [ "reboot(Node1)", { "await": "Node1.power == up" } ]"#;
    BadAwait = "P0003", "an await that is not a condition",
r#"An await is `"settled"` or a condition in quotes.

    { "await": true }

Mended:

    { "await": "settled" }
    { "await": "Node1.power == up and Node2.power == up" }"#;
    PlanShape = "P0004", "a plan step that is neither a step, an await nor lanes",
r#"An element of `steps` is a step in quotes, `{ "step": …, "label": … }`, `{ "await": … }`, `{ "after": … }`, or `{ "parallel": [ … ] }` with lanes, each of them a list of steps. A plan has at most 10,000 steps and lanes.

    { "parallel": [ "reboot(Node3)", "reboot(Node4)" ] }

Mended:

    { "parallel": [ ["reboot(Node3)"], ["reboot(Node4)"] ] }"#;
    BadAfter = "P0005", "an `after` that waits for nothing that another lane does",
r#"`{ "after": … }` stands in a lane and waits until a step of another lane has been done: it names that step, or the label of a step or an await. It must be clear which one is meant, it must not be done anyway before (a step that stands before it in the same sequence), and it must not wait, by way of others or not, for the `after` itself.

    { "parallel": [ ["patch(Node1)", "reboot(Node1)"], ["patch(Node2)", { "after": "patch(Node2)" }, "reboot(Node2)"] ] }

Mended:

    { "parallel": [ ["patch(Node1)", "reboot(Node1)"], ["patch(Node2)", { "after": "reboot(Node1)" }, "reboot(Node2)"] ] }

Where a plan takes the same step twice, a label says which one is meant:

    { "step": "reboot(Node1)", "label": "second reboot" }
    { "after": "second reboot" }"#;
    BadLabel = "P0006", "a label that cannot be told from another, or from a step",
r#"A label names one step or one await of the plan for `after`. It is unique in the plan, not empty, and has no parentheses, which are for steps.

    { "step": "reboot(Node1)", "label": "reboot(Node1)" }

Mended:

    { "step": "reboot(Node1)", "label": "second reboot" }"#;
    SuiteShape = "S0001", "a case of a suite that cannot be read",
r#"A case has a name of its own, asks one thing (`check`, `verify` or `plan`), and expects something that this can tell.

    { "name": "two nodes", "check": "two-node", "plan": "two-node", "expect": { "cost": 12 } }

Mended:

    { "name": "two nodes", "plan": "two-node", "expect": { "verdict": "holds", "cost": 12 } }"#;
    UnknownProduct = "I0001", "a product that nothing is imported of",
r#"`rollproof import` reads what the tools of some products print. For all others a cluster file is written by hand: `docs/clusters.md` and the page of the product in `docs/library` say how.

    rollproof import ectd status.json members.json

Mended:

    rollproof import etcd status.json members.json"#;
    OtherOutput = "I0002", "an output that is not what is imported",
r#"The file is not what the product's tool prints, or the tool was asked for something else, or it prints another form of JSON.

    etcdctl endpoint health -w json > status.json
    rollproof import etcd status.json members.json

Mended:

    etcdctl endpoint status --cluster -w json > status.json
    rollproof import etcd status.json members.json"#;
    UnknownVersion = "I0003", "a version that the rules do not cover",
r#"The rules of the library are for certain versions of the product, and say nothing about others: neither for what is installed, nor for what is to be installed.

    "version": "3.4.23"                          rules etcd: 3.5.1 to 3.7

Mended: come to a version that is covered first, by the product's own documents. A version can also be misspelt:

    rollproof import etcd status.json members.json --set target=3.66
    rollproof import etcd status.json members.json --set target=3.6.6"#;
    NotTold = "I0004", "something that the output does not tell",
r#"The rules need to know something that is not in the output: another output has it, or the operator knows it.

    rollproof import etcd status.json
    error[I0004]: no member list is given: `endpoint status` does not tell the names of the members

Mended:

    etcdctl member list -w json > members.json
    rollproof import etcd status.json members.json

What only the operator knows is given with `--set NAME=VALUE`; the message names it:

    rollproof import etcd status.json members.json --set infra3.release=3.5.21"#;
    NeverEnabled = "W0001", "a transition that can never happen here",
r#"Everything that the rules allow on this cluster was explored, and this action or event was possible in none of the states. Usually a guard asks for something that never comes true: a value nobody assigns, or two conditions that never hold together. What the cluster itself switched off (no objects of a kind, no faults) is passed over in silence.

    event boot(n: node) fair {
      when n.power == down            nothing ever makes a node `down`: `reboot` makes it `rebooting`
      n.power = up
    }

Mended:

      when n.power == rebooting"#;
    NeverRefused = "W0002", "a require that never refuses anything here",
r#"Everything that the rules allow on this cluster was explored, and whenever this `require` was asked, it held. Perhaps something before it says the same, or it was meant the other way round. Requires that read parameters or numbers of objects are passed over: the cluster may be what makes them idle.

    require n.build < sp1     else "already upgraded"
    require n.build != sp1    else "SP1 is applied already"      the first refuses all that this one would

Mended: leave the second one out."#;
    PolicyNeverBinds = "W0003", "a policy that never forbids anything here",
r#"The policy is on, everything that the rules allow on this cluster was explored, and none of the awaits and requires of the policy was ever false when it was asked. Either the cluster is too small for it to matter, or its condition is not the one that was meant.

    policy drain { before reboot(n) require hosts(n) or not hosts(n) else "not empty" }

Mended:

    policy drain { before reboot(n) require not hosts(n) else "not empty" }"#;
    OperatorOwesNothing = "W0005", "a temporal property that waits for operators",
r#"In `check` operators owe nothing: they may stop working at any time. The property is violated because a run stays, or goes round, where only an action could bring what is promised. That is true of every cluster that nobody touches, and hardly what was meant.

    property upgraded { eventually all n in node: n.build == sp1 }

Ask whether a plan brings it about (there a step that stays possible is taken), or whether it can still be reached from everywhere:

    rollproof verify my-plan.json --property upgraded
    goal upgraded { all n in node: n.build == sp1 }
    rollproof check my-cluster.json --property recoverable

Promises about what happens by itself belong into `check`:

    property comes_back(n: node) { n.power == rebooting leads to n.power == up }"#;
    EmptyCluster = "W0004", "a cluster without objects",
r#"Nothing is in the cluster, so nothing can go wrong in it, and an invariant or a goal about all nodes holds. That is hardly what was meant.

    { "rules": "exchange-core", "objects": {} }

Mended:

    { "rules": "exchange-core", "objects": { "node": { "Node[1-2]": {} }, "evs": { "EVS1": { "host": "Node1" } } } }"#;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_of_files_clusters_plans_and_suites_have_an_example_and_how_it_is_mended() {
        let others = Code::ALL
            .iter()
            .filter(|code| !code.text().starts_with(['R', 'W']));
        for code in others {
            let text = code.explanation();
            assert!(
                text.contains("\n\n    ") && text.contains("Mended"),
                "{}",
                code.text()
            );
        }
    }

    #[test]
    fn no_two_codes_look_alike() {
        let mut texts: Vec<&str> = Code::ALL.iter().map(|code| code.text()).collect();
        texts.sort_unstable();
        texts.dedup();
        assert_eq!(texts.len(), Code::ALL.len());
    }
}
