//! The stable codes of diagnostics, with the long text that `rollproof explain CODE` prints.
//!
//! Codes are never reused. `R` codes are about rules, `C` about clusters, `P` about plans, `S` about suites and
//! `F` about files and the command line.

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
    UnexpectedCharacter = "R0001", "a character that the language does not use", "";
    UnterminatedText = "R0002", "a quoted text that does not end on its line", "";
    NumberTooLarge = "R0003", "a number beyond what the language counts to", "";
    UnexpectedToken = "R0004", "something stands where something else was expected", "";
    NestedTooDeeply = "R0005", "an expression or block nested too deeply", "";
    MixedComparison = "R0006", "comparisons in a row", "";
    UnknownName = "R0010", "a name that nothing declares", "";
    NameTaken = "R0011", "a name declared twice", "";
    WrongType = "R0012", "a value of another type was expected", "";
    AmbiguousEnumValue = "R0013", "an enum value whose enum cannot be told", "";
    UnknownField = "R0014", "a field that the kind does not have", "";
    WrongArguments = "R0015", "arguments that do not fit the parameters", "";
    CyclicLet = "R0016", "lets that need each other", "";
    OutOfRange = "R0017", "a constant outside its range", "";
    FixedField = "R0018", "an assignment to a field that never changes", "";
    NotOrdered = "R0019", "an order asked of values that have none", "";
    MisplacedStatement = "R0020", "a statement that does not belong here", "";
    DuplicateStatement = "R0021", "a statement given twice", "";
    MisplacedOld = "R0022", "`old` outside a transition invariant", "";
    EmptyDeclaration = "R0023", "a declaration with nothing in it", "";
    NotConstant = "R0024", "a constant was expected", "";
    NoRulesHeader = "R0025", "the `rules NAME` line is missing", "";
    ReservedName = "R0026", "a name that the language or the report uses itself", "";
    SeveralDefaultGoals = "R0027", "more than one default goal", "";
    BadTemplate = "R0028", "a text whose braces do not match", "";
    FileNotRead = "F0001", "a file that cannot be read", "";
    NotText = "F0002", "a file that is not text", "";
    EmptyFile = "F0003", "a file with nothing in it", "";
    UnknownModel = "F0004", "a name that the library does not have", "";
    BadOption = "F0005", "an option that cannot be followed", "";
    JsonSyntax = "F0006", "a file that is not JSON", "";
    DuplicateKey = "F0007", "a key given twice in one JSON object", "";
    FileTooLarge = "F0008", "a file beyond the size that is read", "";
    NotWritten = "F0009", "a file that cannot be written", "";
    UnknownKey = "C0001", "a key that nothing reads", "";
    MissingKey = "C0002", "a key that is needed", "";
    WrongJsonType = "C0003", "a JSON value of another type was expected", "";
    UnknownObject = "C0004", "an object that the cluster does not have", "";
    DuplicateObject = "C0005", "an object given twice", "";
    BadHostList = "C0006", "a host list that cannot be read", "";
    TooManyObjects = "C0007", "more objects than can be handled", "";
    ZipLength = "C0008", "two host lists of different lengths", "";
    ValueOutOfRange = "C0009", "a value outside its range", "";
    MissingValue = "C0010", "a field without a value", "";
    UnknownKind = "C0011", "a kind, parameter, policy, fault or goal that the rules do not have", "";
    AssumptionFails = "C0012", "the cluster is not what the rules assume", "";
    TooManyInstances = "C0013", "more ground transitions than can be handled", "";
    BadStep = "P0001", "a step that is not an action with its arguments", "";
    UnknownAction = "P0002", "an action that the rules do not have", "";
    BadAwait = "P0003", "an await that is not a condition", "";
    PlanShape = "P0004", "a plan step that is neither a step, an await nor lanes", "";
    SuiteShape = "S0001", "a case of a suite that cannot be read", "";
    NeverEnabled = "W0001", "a transition that can never happen here", "";
    NeverRefused = "W0002", "a require that never refuses anything here", "";
    PolicyNeverBinds = "W0003", "a policy that never forbids anything here", "";
}
