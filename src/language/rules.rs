//! Typed rules: what a rules file means once every name is looked up and every type agrees. Knows no concrete object.
//!
//! Everything refers to everything else by dense ids, so that later rooms index instead of searching by name.

use std::sync::Arc;

use super::source::{Source, Span};
pub use super::syntax::{BinaryOp, Promise, TransitionClass};

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident)*) => {
        $($(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub u16);

        impl $name {
            /// As an index into the table that it numbers.
            #[must_use]
            pub const fn index(self) -> usize { self.0 as usize }
        })*
    };
}

ids! {
    /// Numbers [`Rules::enums`].
    EnumId
    /// Numbers [`Rules::kinds`].
    KindId
    /// Numbers [`Kind::fields`] of one kind.
    FieldId
    /// Numbers [`Rules::params`].
    ParamId
    /// Numbers [`Rules::lets`].
    LetId
    /// Numbers [`Rules::transitions`].
    TransitionId
    /// Numbers [`Rules::policies`].
    PolicyId
    /// Numbers [`Rules::invariants`].
    InvariantId
    /// Numbers [`Rules::temporal`].
    TemporalId
    /// Numbers [`Rules::goals`].
    GoalId
    /// A variable of a declaration: parameters first, then what quantifiers and loops bind, each with a number of its own.
    Slot
}

/// Rules whose names are resolved and whose types agree.
#[derive(Clone, Debug)]
pub struct Rules {
    /// The name after `rules`.
    pub name: String,
    /// What the file says about itself.
    pub doc: String,
    /// The text that all spans point into.
    pub source: Arc<Source>,
    /// In order of declaration, as all the others.
    pub enums: Vec<Enum>,
    /// Kinds of objects.
    pub kinds: Vec<Kind>,
    /// Parameters of the rules, given by the cluster.
    pub params: Vec<Param>,
    /// Named expressions.
    pub lets: Vec<Let>,
    /// Actions, events and faults.
    pub transitions: Vec<Transition>,
    /// Rules of the site.
    pub policies: Vec<Policy>,
    /// Conditions on clusters.
    pub assumptions: Vec<Assumption>,
    /// Invariants and transition invariants.
    pub invariants: Vec<Invariant>,
    /// Temporal properties.
    pub temporal: Vec<Temporal>,
    /// Goals.
    pub goals: Vec<Goal>,
    /// The goal asked for where nobody names one: the one declared `default`, or the only one.
    pub default_goal: Option<GoalId>,
    /// At most one for a kind.
    pub outages: Vec<Outage>,
}

/// `enum Build ordered { rtm, sp1 }`
#[derive(Clone, Debug)]
pub struct Enum {
    /// Its name.
    pub name: String,
    /// Whether `<` is defined.
    pub ordered: bool,
    /// Its values in order.
    pub values: Vec<String>,
    /// What texts call each of them: the words that are declared for it, otherwise its name.
    pub words: Vec<String>,
}

/// `kind node { … }`
#[derive(Clone, Debug)]
pub struct Kind {
    /// Its name.
    pub name: String,
    /// Its doc comment.
    pub doc: String,
    /// Its fields in order of declaration.
    pub fields: Vec<Field>,
}

/// A field of a kind.
#[derive(Clone, Debug)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// Its doc comment.
    pub doc: String,
    /// Whether it never changes.
    pub fixed: bool,
    /// Its type.
    pub ty: FieldType,
    /// Its value where the cluster gives none.
    pub default: Option<Constant>,
}

/// Types of fields, parameters and variables.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FieldType {
    /// `bool`
    Bool,
    /// `0..7`, both ends included.
    Range(i64, i64),
    /// An enum.
    Enum(EnumId),
    /// A reference to an object of a kind.
    Object(KindId),
    /// The same, or `none`.
    Optional(KindId),
    /// A set of objects of a kind.
    Set(KindId),
}

/// Types of expressions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Type {
    /// `bool`
    Bool,
    /// An integer without bounds (64 bits; beyond them the value is undefined).
    Int,
    /// An enum.
    Enum(EnumId),
    /// An object of a kind.
    Object(KindId),
    /// An object of a kind, or `none`.
    Optional(KindId),
    /// A set of objects of a kind.
    Set(KindId),
}

impl From<FieldType> for Type {
    fn from(ty: FieldType) -> Self {
        match ty {
            FieldType::Bool => Self::Bool,
            FieldType::Range(..) => Self::Int,
            FieldType::Enum(id) => Self::Enum(id),
            FieldType::Object(kind) => Self::Object(kind),
            FieldType::Optional(kind) => Self::Optional(kind),
            FieldType::Set(kind) => Self::Set(kind),
        }
    }
}

/// A value that rules can name: no object among them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Constant {
    /// `true`, `false`
    Bool(bool),
    /// An integer.
    Int(i64),
    /// A value of an enum, by its place.
    Enum(EnumId, u16),
    /// `none`
    None,
    /// `{}`
    EmptySet,
}

/// `param limit: 0..1000 = 0`
#[derive(Clone, Debug)]
pub struct Param {
    /// Its name.
    pub name: String,
    /// Its doc comment.
    pub doc: String,
    /// `bool`, a range or an enum.
    pub ty: FieldType,
    /// Its value where the cluster gives none.
    pub default: Option<Constant>,
    /// The name in the text.
    pub span: Span,
}

/// A variable that a declaration takes. The parameters of a declaration have the slots 0, 1, 2, …
#[derive(Clone, Debug)]
pub struct Variable {
    /// Its name.
    pub name: String,
    /// Its type.
    pub ty: FieldType,
}

/// `let hosts(n: node) = …`. Lets never need each other in a circle.
#[derive(Clone, Debug)]
pub struct Let {
    /// Its name.
    pub name: String,
    /// Its parameters.
    pub parameters: Vec<Variable>,
    /// Its value.
    pub body: Expr,
    /// How many slots its body uses, parameters included.
    pub slots: usize,
}

/// An action, event or fault.
#[derive(Clone, Debug)]
pub struct Transition {
    /// Its name.
    pub name: String,
    /// Its doc comment.
    pub doc: String,
    /// Who makes it happen.
    pub class: TransitionClass,
    /// Whether it happens sooner or later where it stays possible; only events are.
    pub fair: bool,
    /// Its parameters: never sets.
    pub parameters: Vec<Variable>,
    /// The action of which this fault is a failure (`may fail`): it strikes while that very action, with the same arguments,
    /// is attempted. None for everything else.
    pub failure_of: Option<TransitionId>,
    /// In source order: `await` and `require` of actions, `when` of events and faults. A failure has the guards of its action;
    /// as nobody waits for it and nobody refuses it, it just cannot happen where one of them does not hold.
    pub guards: Vec<Guard>,
    /// In source order.
    pub effects: Vec<Effect>,
    /// The step in the rules' own words.
    pub text: Option<Template>,
    /// What to look at afterwards.
    pub then: Vec<Template>,
    /// How long it takes, in seconds.
    pub takes: u64,
    /// Short outages that have no state of their own.
    pub interrupts: Vec<Interrupt>,
    /// What a step costs in a plan; at least 1.
    pub cost: u32,
    /// How many slots it uses, parameters included.
    pub slots: usize,
    /// The name in the text.
    pub span: Span,
}

/// A condition for a transition.
#[derive(Clone, Debug)]
pub struct Guard {
    /// What it is when it does not hold.
    pub kind: GuardKind,
    /// The condition.
    pub condition: Expr,
    /// The whole statement.
    pub span: Span,
}

/// What it means that a guard does not hold.
#[derive(Clone, Debug)]
pub enum GuardKind {
    /// The operator waits.
    Await,
    /// The product (or the site) says no, with this message.
    Require(Template),
    /// The event or fault cannot happen now.
    When,
}

/// `interrupts e for 2 min`
#[derive(Clone, Debug)]
pub struct Interrupt {
    /// The service.
    pub object: Expr,
    /// For how many seconds.
    pub seconds: u64,
}

/// What a transition changes.
#[derive(Clone, Debug)]
pub enum Effect {
    /// `e.host = to`
    Assign {
        /// The object, of kind `kind` (or an optional reference to one).
        object: Expr,
        /// Its kind.
        kind: KindId,
        /// The field, never a fixed one.
        field: FieldId,
        /// The new value.
        value: Expr,
        /// The whole statement.
        span: Span,
    },
    /// `if … { … } else { … }`
    If {
        /// The condition.
        condition: Expr,
        /// Where it holds.
        then: Vec<Effect>,
        /// Where it does not.
        otherwise: Vec<Effect>,
    },
    /// `for n in node where … { … }`: the objects are chosen before the first pass.
    For {
        /// What is passed over.
        binder: Binder,
        /// For each object, in the order of the cluster.
        body: Vec<Effect>,
    },
}

/// A text with values in it.
#[derive(Clone, Debug, Default)]
pub struct Template {
    /// Its parts in order.
    pub parts: Vec<TemplatePart>,
}

/// A part of a [`Template`].
#[derive(Clone, Debug)]
pub enum TemplatePart {
    /// As written.
    Text(String),
    /// The value of an expression.
    Expr(Expr),
}

/// A rule of the site.
#[derive(Clone, Debug)]
pub struct Policy {
    /// Its name.
    pub name: String,
    /// Its doc comment.
    pub doc: String,
    /// When it is on if the cluster says nothing.
    pub activation: Activation,
    /// What it adds to actions, in order, and after each the same for each failure of that action.
    pub clauses: Vec<Clause>,
    /// The name in the text.
    pub span: Span,
}

/// When a policy is on if the cluster says nothing.
#[derive(Clone, Debug)]
pub enum Activation {
    /// Off.
    Off,
    /// On.
    On,
    /// On where a condition on parameters and numbers of objects holds (it reads no field).
    Where(Expr),
}

/// Awaits and requires that a policy adds to one action.
#[derive(Clone, Debug)]
pub struct Clause {
    /// The action, or a failure of it.
    pub action: TransitionId,
    /// The names given to the action's arguments; their slots are 0, 1, 2, … as in the action.
    pub arguments: Vec<Variable>,
    /// `await` and `require` only, in order.
    pub guards: Vec<Guard>,
    /// How many slots the guards use, arguments included.
    pub slots: usize,
}

/// `assume "text" { … }`
#[derive(Clone, Debug)]
pub struct Assumption {
    /// What is told where it does not hold.
    pub text: Template,
    /// Its condition.
    pub condition: Expr,
    /// How many slots it uses.
    pub slots: usize,
    /// The whole declaration.
    pub span: Span,
}

/// `invariant` or `transition invariant`.
#[derive(Clone, Debug)]
pub struct Invariant {
    /// Its name.
    pub name: String,
    /// Its doc comment.
    pub doc: String,
    /// Whether it is judged between a state and its successor (`old(..)` is the former).
    pub transition: bool,
    /// It must hold for every choice of these.
    pub parameters: Vec<Variable>,
    /// The lines of its block, one `and` after the other.
    pub condition: Expr,
    /// How many slots it uses, parameters included.
    pub slots: usize,
}

/// `property comes_back(n: node) { not n.up leads to n.up }`
#[derive(Clone, Debug)]
pub struct Temporal {
    /// Its name.
    pub name: String,
    /// Its doc comment.
    pub doc: String,
    /// It must hold for every choice of these.
    pub parameters: Vec<Variable>,
    /// What is promised of every fair run.
    pub promise: Promise<Expr>,
    /// How many slots it uses, parameters included.
    pub slots: usize,
    /// The name in the text.
    pub span: Span,
    /// The promise as it stands in the text.
    pub formula: Span,
}

/// What "upgraded" means.
#[derive(Clone, Debug)]
pub struct Goal {
    /// Its name.
    pub name: String,
    /// Its doc comment.
    pub doc: String,
    /// The lines of its block, one `and` after the other.
    pub condition: Expr,
    /// How many slots it uses.
    pub slots: usize,
}

/// When an object of a kind gives no service.
#[derive(Clone, Debug)]
pub struct Outage {
    /// The kind.
    pub kind: KindId,
    /// The object, slot 0.
    pub parameter: Variable,
    /// The lines of its block, one `and` after the other.
    pub condition: Expr,
    /// How many slots it uses.
    pub slots: usize,
}

/// `n in node where …`, one name each (several names become several binders, one inside the other).
#[derive(Clone, Debug)]
pub struct Binder {
    /// The variable.
    pub slot: Slot,
    /// Its name.
    pub name: String,
    /// What it ranges over.
    pub domain: Domain,
    /// After `where`; sees the variable.
    pub filter: Option<Box<Expr>>,
}

/// What a variable ranges over, in the order of the cluster.
#[derive(Clone, Debug)]
pub enum Domain {
    /// All objects of a kind.
    Kind(KindId),
    /// The members of a set.
    Set(Box<Expr>),
}

/// An expression with its type.
#[derive(Clone, Debug)]
pub struct Expr {
    /// Which one.
    pub kind: ExprKind,
    /// Its type.
    pub ty: Type,
    /// Where it stands; in [`Rules::source`], or in the text of the plan or the option that it came from.
    pub span: Span,
}

/// The forms of typed expressions.
#[derive(Clone, Debug)]
pub enum ExprKind {
    /// A constant.
    Constant(Constant),
    /// A variable of the declaration.
    Variable(Slot),
    /// An object by its place in the cluster; only in the expressions of plans and options.
    Object(u32),
    /// A parameter of the rules.
    Param(ParamId),
    /// A field of an object. Undefined where the object is `none`.
    Field(Box<Expr>, KindId, FieldId),
    /// A let. Undefined where its body is.
    Call(LetId, Vec<Expr>),
    /// The value in the state before; only in transition invariants.
    Old(Box<Expr>),
    /// `not`
    Not(Box<Expr>),
    /// Two operands. `and`, `or` and `implies` evaluate left to right and stop early.
    Binary(BinaryOp, Box<Expr>, Box<Expr>),
    /// `if … then … else …`
    If(Box<Expr>, Box<Expr>, Box<Expr>),
    /// For all members; stops at the first that fails.
    All(Binder, Box<Expr>),
    /// For some member; stops at the first that holds.
    Some(Binder, Box<Expr>),
    /// How many members; an integer.
    Count(Binder),
    /// The number of objects of a kind.
    CountKind(KindId),
    /// The number of members of a set.
    CountSet(Box<Expr>),
    /// A set by its members, each an object (`none` makes it undefined).
    Set(Vec<Expr>),
    /// The members that meet the filter.
    SetOf(Binder),
}

impl Expr {
    /// The quantifiers with which a condition ends, with what they say of each object: an `all` behind any `or` and
    /// `implies`, and the `all` directly inside it. Where the condition does not hold, neither does what they say.
    #[must_use]
    pub fn quantifiers_at_the_end(&self) -> Vec<(&Binder, &Self)> {
        let mut found = Vec::new();
        let mut rest = self;
        loop {
            rest = match &rest.kind {
                ExprKind::Binary(BinaryOp::Or | BinaryOp::Implies, _, right) => right,
                ExprKind::All(binder, body) => {
                    found.push((binder, &**body));
                    body
                }
                _ => return found,
            };
        }
    }
}

impl Rules {
    /// The transition of that name.
    #[must_use]
    pub fn transition(&self, name: &str) -> Option<TransitionId> {
        position(&self.transitions, |t| t.name == name).map(TransitionId)
    }

    /// The kind of that name.
    #[must_use]
    pub fn kind(&self, name: &str) -> Option<KindId> {
        position(&self.kinds, |k| k.name == name).map(KindId)
    }

    /// The parameter of that name.
    #[must_use]
    pub fn param(&self, name: &str) -> Option<ParamId> {
        position(&self.params, |p| p.name == name).map(ParamId)
    }

    /// The policy of that name.
    #[must_use]
    pub fn policy(&self, name: &str) -> Option<PolicyId> {
        position(&self.policies, |p| p.name == name).map(PolicyId)
    }

    /// The goal of that name.
    #[must_use]
    pub fn goal(&self, name: &str) -> Option<GoalId> {
        position(&self.goals, |g| g.name == name).map(GoalId)
    }

    /// The invariant of that name.
    #[must_use]
    pub fn invariant(&self, name: &str) -> Option<InvariantId> {
        position(&self.invariants, |i| i.name == name).map(InvariantId)
    }

    /// The outage of a kind, where one is declared.
    #[must_use]
    pub fn outage(&self, kind: KindId) -> Option<&Outage> {
        self.outages.iter().find(|o| o.kind == kind)
    }
}

fn position<T>(items: &[T], found: impl Fn(&T) -> bool) -> Option<u16> {
    items
        .iter()
        .position(found)
        .and_then(|i| u16::try_from(i).ok())
}
