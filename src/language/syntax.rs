//! The syntax tree: what was written, before any name is looked up. Parsing always yields a tree, with diagnostics beside it.

use super::source::Span;

/// A word with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// The word; a quoted object name without its quotes.
    pub text: String,
    /// Where it stands.
    pub span: Span,
}

/// A whole rules file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RulesFile {
    /// The name after `rules`; none where the header is missing (a diagnostic was given).
    pub name: Option<Name>,
    /// Doc comment of the file: the first `///` block after the header that is followed by an empty line, or before the header.
    pub doc: String,
    /// The declarations in source order.
    pub declarations: Vec<Declaration>,
}

/// A declaration with its doc comment.
#[derive(Clone, Debug, PartialEq)]
pub struct Declaration {
    /// The `///` lines directly above, joined by newlines, without the slashes.
    pub doc: String,
    /// From its first word to its end.
    pub span: Span,
    /// What is declared.
    pub item: Item,
}

/// What can be declared.
#[derive(Clone, Debug, PartialEq)]
pub enum Item {
    /// `enum Build ordered { rtm, sp1 }`
    Enum {
        /// Its name.
        name: Name,
        /// Whether `<` is defined.
        ordered: bool,
        /// Values in order.
        values: Vec<EnumValue>,
    },
    /// `param limit: 0..1000 = 0`
    Param {
        /// Its name.
        name: Name,
        /// Its type.
        ty: TypeExpr,
        /// Its default.
        default: Option<Expr>,
    },
    /// `kind node { … }`
    Kind {
        /// Its name.
        name: Name,
        /// Its fields in order.
        fields: Vec<Field>,
    },
    /// `let hosts(n: node) = …`
    Let {
        /// Its name.
        name: Name,
        /// Its parameters.
        parameters: Vec<Parameter>,
        /// Its value.
        body: Expr,
    },
    /// `action`, `event` or `fault`.
    Transition {
        /// Which of the three.
        class: TransitionClass,
        /// Its name.
        name: Name,
        /// Its parameters.
        parameters: Vec<Parameter>,
        /// `fair`, with its place.
        fair: Option<Span>,
        /// Its statements in order.
        body: Vec<Statement>,
    },
    /// `policy drain on by default { … }`
    Policy {
        /// Its name.
        name: Name,
        /// When it is on if the cluster says nothing.
        activation: Activation,
        /// Its clauses in order.
        clauses: Vec<Clause>,
    },
    /// `assume "text" { … }`
    Assume {
        /// What is told where it does not hold.
        text: Template,
        /// Its conditions, a conjunction.
        conditions: Vec<Expr>,
    },
    /// `invariant` or `transition invariant`.
    Invariant {
        /// Whether it is judged between a state and its successor.
        transition: bool,
        /// Its name.
        name: Name,
        /// Its parameters: it must hold for each choice.
        parameters: Vec<Parameter>,
        /// Its conditions, a conjunction.
        conditions: Vec<Expr>,
    },
    /// `property comes_back(n: node) { not n.up leads to n.up }`
    Property {
        /// Its name.
        name: Name,
        /// Its parameters: it must hold for each choice.
        parameters: Vec<Parameter>,
        /// What stands in its block, a line each: one where all is well.
        formulas: Vec<Formula>,
    },
    /// `goal` or `default goal`.
    Goal {
        /// Whether it is the default.
        default: bool,
        /// Its name.
        name: Name,
        /// Its conditions, a conjunction.
        conditions: Vec<Expr>,
    },
    /// `outage(e: evs) { … }`
    Outage {
        /// The service.
        parameter: Parameter,
        /// When it is out: a conjunction.
        conditions: Vec<Expr>,
    },
}

/// A line of a temporal property.
#[derive(Clone, Debug, PartialEq)]
pub struct Formula {
    /// What is promised; none where that could not be read (a diagnostic was given).
    pub promise: Option<Promise<Expr>>,
    /// The whole line.
    pub span: Span,
}

/// A temporal operator with its operands, which are conditions on one state.
#[derive(Clone, Debug, PartialEq)]
pub enum Promise<E> {
    /// `eventually P`: every fair run meets P.
    Eventually(E),
    /// `always eventually P`: every fair run meets P again and again.
    AlwaysEventually(E),
    /// `P leads to Q`: whenever P holds, Q holds then or later.
    LeadsTo(E, E),
}

impl<E> Promise<E> {
    /// Its conditions, as they are written.
    pub fn operands(&self) -> Vec<&E> {
        match self {
            Self::Eventually(wanted) | Self::AlwaysEventually(wanted) => vec![wanted],
            Self::LeadsTo(due, wanted) => vec![due, wanted],
        }
    }

    /// What has to come.
    pub const fn wanted(&self) -> &E {
        match self {
            Self::Eventually(wanted)
            | Self::AlwaysEventually(wanted)
            | Self::LeadsTo(_, wanted) => wanted,
        }
    }
}

/// Who makes a transition happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TransitionClass {
    /// The operator.
    Action,
    /// The environment.
    Event,
    /// The environment, at the cost of the fault budget.
    Fault,
}

/// A field of a kind.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    /// Its doc comment.
    pub doc: String,
    /// Whether it never changes.
    pub fixed: bool,
    /// Its name.
    pub name: Name,
    /// Its type.
    pub ty: TypeExpr,
    /// Its default.
    pub default: Option<Expr>,
}

/// A parameter of a let, a transition, an invariant or an outage.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameter {
    /// Its name.
    pub name: Name,
    /// Its type.
    pub ty: TypeExpr,
}

/// A type as written.
#[derive(Clone, Debug, PartialEq)]
pub struct TypeExpr {
    /// Which one.
    pub kind: TypeExprKind,
    /// Where.
    pub span: Span,
}

/// The forms of types.
#[derive(Clone, Debug, PartialEq)]
pub enum TypeExprKind {
    /// `0..7`, both ends included; a minus sign may stand before each.
    Range(i64, i64),
    /// `bool`, an enum or a kind.
    Named(Name),
    /// `node?`
    Optional(Name),
    /// `set of node`
    Set(Name),
    /// Could not be parsed; a diagnostic was given.
    Broken,
}

/// A statement in the body of an action, event or fault.
#[derive(Clone, Debug, PartialEq)]
pub struct Statement {
    /// Which one.
    pub kind: StatementKind,
    /// The whole statement.
    pub span: Span,
}

/// The forms of statements.
#[derive(Clone, Debug, PartialEq)]
pub enum StatementKind {
    /// `text "…"`
    Text(Template),
    /// `then "…"`
    Then(Template),
    /// `takes 2 min`
    Takes(Duration),
    /// `cost 3`
    Cost(i64),
    /// `interrupts e for 2 min`
    Interrupts(Expr, Duration),
    /// `await …`
    Await(Expr),
    /// `require … else "…"`
    Require(Expr, Template),
    /// `when …`
    When(Expr),
    /// `may fail "…" { … }`: the text may be left out.
    MayFail(Option<Template>, Vec<Statement>),
    /// `e.host = to`: the target must be a path that ends in a field.
    Assign(Expr, Expr),
    /// `if … { … } else { … }`; `else if` is an `else` with one `if` in it.
    If(Expr, Vec<Statement>, Vec<Statement>),
    /// `for n in node where … { … }`
    For(Binder, Vec<Statement>),
}

/// A length of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Duration {
    /// In seconds (`s`, `min`, `h` are the units).
    pub seconds: u64,
    /// Where.
    pub span: Span,
}

/// When a policy is on if the cluster says nothing.
#[derive(Clone, Debug, PartialEq)]
pub enum Activation {
    /// Off.
    Off,
    /// `on by default`
    On,
    /// `on where EXPR`: a condition on parameters and on the numbers of objects.
    Where(Expr),
}

/// `before reboot(n) require …`
#[derive(Clone, Debug, PartialEq)]
pub struct Clause {
    /// The action that is restricted.
    pub action: Name,
    /// Names for its arguments, `_` for those that do not matter.
    pub arguments: Vec<Name>,
    /// `await` and `require` statements; anything else is a diagnostic of the type checker.
    pub guards: Vec<Statement>,
    /// The whole clause.
    pub span: Span,
}

/// A text with expressions in braces: `"{n} still hosts {e}"`. `{{` and `}}` stand for braces.
#[derive(Clone, Debug, PartialEq)]
pub struct Template {
    /// Its parts in order.
    pub parts: Vec<TemplatePart>,
    /// Where, quotes included.
    pub span: Span,
}

/// A value of an enum: `v3_6 "3.6"`.
#[derive(Clone, Debug, PartialEq)]
pub struct EnumValue {
    /// Its name.
    pub name: Name,
    /// What texts call it; its name where there is nothing.
    pub words: Option<String>,
}

/// A part of a [`Template`].
#[derive(Clone, Debug, PartialEq)]
pub enum TemplatePart {
    /// As written.
    Text(String),
    /// The value of an expression.
    Expr(Expr),
}

/// `n in node where …`: what quantifiers, counts, set comprehensions and `for` range over.
#[derive(Clone, Debug, PartialEq)]
pub struct Binder {
    /// The names bound, one after the other (`all a, b in node: …`).
    pub names: Vec<Name>,
    /// A kind or a set.
    pub domain: Box<Expr>,
    /// After `where`.
    pub filter: Option<Box<Expr>>,
}

/// An expression.
#[derive(Clone, Debug, PartialEq)]
pub struct Expr {
    /// Which one.
    pub kind: ExprKind,
    /// Where, parentheses not included.
    pub span: Span,
}

/// The forms of expressions.
#[derive(Clone, Debug, PartialEq)]
pub enum ExprKind {
    /// `true`, `false`
    Bool(bool),
    /// `7`, `-7`
    Int(i64),
    /// `none`
    None,
    /// A variable, parameter, let, enum value, kind or object.
    Name(String),
    /// `'web-1.eu'`: always an object.
    Quoted(String),
    /// `e.host`, and `Build.sp1`.
    Field(Box<Expr>, Name),
    /// `hosts(n)`
    Call(Name, Vec<Expr>),
    /// `old(e.stamp)`
    Old(Box<Expr>),
    /// `not …`
    Not(Box<Expr>),
    /// Two operands.
    Binary(BinaryOp, Box<Expr>, Box<Expr>),
    /// `if … then … else …`
    If(Box<Expr>, Box<Expr>, Box<Expr>),
    /// `all n in node where …: …`
    All(Binder, Box<Expr>),
    /// `some n in node where …: …`
    Some(Binder, Box<Expr>),
    /// `count(n in node where …)`
    Count(Binder),
    /// `count(node)`, `count(e.owners)`
    CountAll(Box<Expr>),
    /// `{a, b}`, `{}`
    Set(Vec<Expr>),
    /// `{n in node where …}`
    SetOf(Binder),
    /// Could not be parsed; a diagnostic was given.
    Broken,
}

/// Operators with two operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BinaryOp {
    /// `and`
    And,
    /// `or`
    Or,
    /// `implies`
    Implies,
    /// `==`
    Eq,
    /// `!=`
    Ne,
    /// `<`
    Lt,
    /// `<=`
    Le,
    /// `>`
    Gt,
    /// `>=`
    Ge,
    /// `+`: of integers, or the union of sets.
    Add,
    /// `-`: of integers, or the difference of sets.
    Sub,
    /// `in`
    In,
}

/// A step of a plan: `move(EVS2, Node2)`.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// The action.
    pub action: Name,
    /// Its arguments.
    pub arguments: Vec<Expr>,
    /// The whole step.
    pub span: Span,
}

impl Expr {
    /// What the quantifiers bind with which a condition ends (`rules::Expr::quantifiers_at_the_end`).
    pub fn names_at_the_end(&self) -> Vec<&Name> {
        let mut found = Vec::new();
        let mut rest = self;
        loop {
            rest = match &rest.kind {
                ExprKind::Binary(BinaryOp::Or | BinaryOp::Implies, _, right) => right,
                ExprKind::All(binder, body) => {
                    found.extend(&binder.names);
                    body
                }
                _ => return found,
            };
        }
    }
}
