//! Actions, events and faults: which statements belong where, and what they mean.

use crate::language::codes::Code;
use crate::language::rules::{
    Effect, Expr, ExprKind, FieldId, Guard, GuardKind, Interrupt, KindId, Template, Transition,
    Type, Variable,
};
use crate::language::source::Span;
use crate::language::syntax::{self, Name, Statement, StatementKind, TransitionClass};

use super::expressions::{Checker, Hint};
use super::failures::{self, Failure};
use super::names::class_word;
use super::types::quoted;

/// What is known of a body so far.
#[derive(Default)]
struct Body {
    guards: Vec<Guard>,
    effects: Vec<Effect>,
    text: Option<Template>,
    then: Vec<Template>,
    takes: u64,
    cost: Option<u32>,
    interrupts: Vec<Interrupt>,
    failures: Vec<Failure>,
    /// Where the statements stand that may be there once.
    text_at: Option<Span>,
    takes_at: Option<Span>,
    cost_at: Option<Span>,
    first_effect: Option<Span>,
    /// Whether a statement had an error.
    broken: bool,
}

/// A transition as written.
pub(super) struct Written<'a> {
    /// Its doc comment.
    pub(super) doc: &'a str,
    /// Which of the three.
    pub(super) class: TransitionClass,
    /// Its name.
    pub(super) name: &'a Name,
    /// Where `fair` stands; the parser lets it stand on events only.
    pub(super) fair: Option<Span>,
    /// Its statements.
    pub(super) body: &'a [Statement],
}

impl Checker<'_> {
    /// A transition whose parameters are in scope, and behind an action the faults that are its failures.
    pub(super) fn transition(
        &mut self,
        written: &Written<'_>,
        parameters: Option<Vec<Variable>>,
    ) -> Vec<Transition> {
        let mut body = Body::default();
        for statement in written.body {
            if self
                .statement(statement, written.class, &mut body)
                .is_none()
            {
                body.broken = true;
            }
        }
        let slots = self.slots(written.name.span);
        let Some(parameters) = parameters.filter(|_| !body.broken) else {
            return Vec::new();
        };
        let transition = Transition {
            name: written.name.text.clone(),
            doc: written.doc.to_owned(),
            class: written.class,
            fair: written.fair.is_some(),
            parameters,
            failure_of: None,
            guards: body.guards,
            effects: body.effects,
            text: body.text,
            then: body.then,
            takes: body.takes,
            interrupts: body.interrupts,
            cost: body.cost.unwrap_or(1),
            slots,
            span: written.name.span,
        };
        let mut failures = Vec::new();
        if let Some((id, _)) = self.declared.transition(&transition.name) {
            let found = body.failures.into_iter().enumerate();
            failures.extend(found.map(|(number, failure)| failure.of(id, &transition, number)));
        }
        failures.insert(0, transition);
        failures
    }

    fn statement(
        &mut self,
        statement: &Statement,
        class: TransitionClass,
        body: &mut Body,
    ) -> Option<()> {
        let span = statement.span;
        if is_effect(statement) {
            body.first_effect.get_or_insert(span);
            let effects = self.effect(statement)?;
            body.effects.push(effects);
            return Some(());
        }
        if body.first_effect.is_some() {
            self.after_effects(statement, body.first_effect);
        }
        match &statement.kind {
            StatementKind::Text(text) => {
                self.once(&mut body.text_at, span, "text");
                body.text = Some(self.template(text)?);
            }
            StatementKind::Then(text) => body.then.push(self.template(text)?),
            StatementKind::Takes(duration) => {
                self.once(&mut body.takes_at, span, "takes");
                body.takes = duration.seconds;
            }
            StatementKind::Cost(cost) => {
                self.once(&mut body.cost_at, span, "cost");
                body.cost = Some(self.cost(*cost, span, class)?);
            }
            StatementKind::Interrupts(object, duration) => {
                let object = self.interrupted(object)?;
                let seconds = duration.seconds;
                body.interrupts.push(Interrupt { object, seconds });
            }
            StatementKind::MayFail(text, effects) if class == TransitionClass::Action => {
                body.failures
                    .push(self.failure(text.as_ref(), effects, span)?);
            }
            _ => body.guards.push(self.guard(statement, Some(class))?),
        }
        Some(())
    }

    fn after_effects(&mut self, statement: &Statement, first_effect: Option<Span>) {
        let word = keyword(&statement.kind);
        self.report.error(
            Code::MisplacedStatement,
            statement.span,
            format!("`{word}` stands below the first effect"),
            "too late",
            "move it up: what is asked and told comes before what is changed",
        );
        self.report.also(first_effect, "the first effect");
    }

    fn once(&mut self, earlier: &mut Option<Span>, span: Span, word: &str) {
        match *earlier {
            None => *earlier = Some(span),
            Some(first) => {
                self.report.error(
                    Code::DuplicateStatement,
                    span,
                    format!("`{word}` is given twice"),
                    "the second one",
                    "leave one of them out",
                );
                self.report.also(Some(first), "the first one");
            }
        }
    }

    fn cost(&mut self, cost: i64, span: Span, class: TransitionClass) -> Option<u32> {
        if class != TransitionClass::Action {
            self.report.error(
                Code::MisplacedStatement,
                span,
                format!("{} costs nothing", class_word(class)),
                "only actions have a cost",
                "leave it out: plans are made of actions",
            );
            return None;
        }
        match u32::try_from(cost) {
            Ok(cost) if cost >= 1 => Some(cost),
            _ => {
                self.report.error(
                    Code::OutOfRange,
                    span,
                    format!("a step cannot cost {cost}"),
                    "outside the range",
                    format!("a cost is a number from 1 to {}", u32::MAX),
                );
                None
            }
        }
    }

    fn interrupted(&mut self, object: &syntax::Expr) -> Option<Expr> {
        let object = self.whole_of_any_type(object)?;
        let (Type::Object(kind) | Type::Optional(kind)) = object.ty else {
            let ty = quoted(self.declared, object.ty);
            self.report.error(
                Code::WrongType,
                object.span,
                format!("expected an object after `interrupts`, found {ty}"),
                format!("this is {ty}"),
                "name the object whose service is interrupted",
            );
            return None;
        };
        let (name, shape) = self.declared.kinds.get_index(kind.index())?;
        if shape.outage {
            return Some(object);
        }
        self.report.error(
            Code::WrongType,
            object.span,
            format!("`{name}` has no outage, so nothing can interrupt it"),
            format!("this is `{name}`"),
            format!("say when it gives no service: `outage(x: {name}) {{ … }}`"),
        );
        None
    }

    /// An `await`, `require` or `when`; `class` is what it stands in, none for a policy.
    pub(super) fn guard(
        &mut self,
        statement: &Statement,
        class: Option<TransitionClass>,
    ) -> Option<Guard> {
        let acts = class.is_none_or(|class| class == TransitionClass::Action);
        let (condition, kind, fits) = match &statement.kind {
            StatementKind::Await(condition) => {
                let condition = self.whole(condition, Type::Bool);
                (condition, Some(GuardKind::Await), acts)
            }
            StatementKind::Require(condition, text) => {
                let typed = self.whole(condition, Type::Bool);
                let text = self.refusal(condition, typed.as_ref(), text);
                (typed, text.map(GuardKind::Require), acts)
            }
            StatementKind::When(condition) => {
                let condition = self.whole(condition, Type::Bool);
                (condition, Some(GuardKind::When), !acts)
            }
            _ => (None, None, false),
        };
        if !fits {
            self.misplaced_guard(statement, class);
            return None;
        }
        Some(Guard {
            kind: kind?,
            condition: condition?,
            span: statement.span,
        })
    }

    /// The text of a `require`: it may name those for whom the condition does not hold.
    fn refusal(
        &mut self,
        written: &syntax::Expr,
        typed: Option<&Expr>,
        text: &syntax::Template,
    ) -> Option<Template> {
        let mark = self.scope.mark();
        match typed {
            Some(condition) => {
                for (binder, _) in condition.quantifiers_at_the_end() {
                    self.scope.again(&binder.name, binder.slot, written.span);
                }
            }
            // The names mean something all the same: what is wrong with them was told.
            None => {
                for name in written.names_at_the_end() {
                    self.scope.bind(name, None);
                }
            }
        }
        let text = self.template(text);
        self.scope.release(mark);
        text
    }

    fn misplaced_guard(&mut self, statement: &Statement, class: Option<TransitionClass>) {
        let word = keyword(&statement.kind);
        let place = class.map_or("a policy", class_word);
        let (label, help) = match class {
            Some(TransitionClass::Event | TransitionClass::Fault)
                if failures::is_failure(statement) =>
            {
                (
                    "only what an operator does can fail half-way",
                    "declare a fault that does what is left of it: `fault name(…) { when …; … }`",
                )
            }
            Some(TransitionClass::Event | TransitionClass::Fault) => (
                "nobody waits here and nobody is refused",
                "write `when …`: it happens only where that holds",
            ),
            Some(TransitionClass::Action) => (
                "only events and faults have `when`",
                "write `await …` where the operator waits, or `require … else \"…\"` where the product refuses",
            ),
            None => (
                "policies only add guards",
                "a policy adds `await …` and `require … else \"…\"`",
            ),
        };
        self.report.error(
            Code::MisplacedStatement,
            statement.span,
            format!("`{word}` does not belong in {place}"),
            label,
            help,
        );
    }

    /// The statements of an inner block.
    pub(super) fn effects(&mut self, statements: &[Statement]) -> Option<Vec<Effect>> {
        let effects: Vec<Option<Effect>> = statements.iter().map(|s| self.effect(s)).collect();
        effects.into_iter().collect()
    }

    fn effect(&mut self, statement: &Statement) -> Option<Effect> {
        match &statement.kind {
            StatementKind::Assign(target, value) => self.assign(target, value, statement.span),
            StatementKind::If(condition, then, otherwise) => {
                let condition = self.whole(condition, Type::Bool);
                let then = self.effects(then);
                let otherwise = self.effects(otherwise);
                Some(Effect::If {
                    condition: condition?,
                    then: then?,
                    otherwise: otherwise?,
                })
            }
            StatementKind::For(binder, body) => self.each(binder, body),
            _ => {
                let word = keyword(&statement.kind);
                let condition = if failures::is_failure(statement) {
                    "what is left of it may stand in an `if`"
                } else {
                    "a condition on it is written with `implies`"
                };
                self.report.error(
                    Code::MisplacedStatement,
                    statement.span,
                    format!("`{word}` does not belong in an inner block"),
                    "only assignments, `if` and `for` stand here",
                    format!("move it up to the first lines of the body; {condition}"),
                );
                None
            }
        }
    }

    fn each(&mut self, binder: &syntax::Binder, body: &[Statement]) -> Option<Effect> {
        let bound = self.bind(binder);
        let body = self.effects(body);
        self.scope.release(bound.mark);
        let mut body = body?;
        for binder in bound.binders?.into_iter().rev() {
            body = vec![Effect::For { binder, body }];
        }
        body.pop()
    }

    fn assign(
        &mut self,
        target: &syntax::Expr,
        value: &syntax::Expr,
        span: Span,
    ) -> Option<Effect> {
        let target = self.target(target);
        let (object, kind, field) = match target {
            Some(target) => target,
            None => {
                self.infer(value, Hint::Any);
                return None;
            }
        };
        let (field_name, shape) = {
            let (_, kind) = self.declared.kinds.get_index(kind.index())?;
            kind.fields.get_index(field.index())?
        };
        let Some(ty) = shape.ty else {
            self.infer(value, Hint::Any);
            return None;
        };
        let value = self.whole(value, ty.into());
        if shape.fixed {
            self.report.error(
                Code::FixedField,
                span,
                format!("`{field_name}` is fixed and cannot be assigned"),
                "an assignment to a fixed field",
                "leave `fixed` out where the field is declared, or leave the field alone",
            );
            self.report.also(shape.span, "declared `fixed` here");
            return None;
        }
        let value = value?;
        self.in_range(&value, ty, field_name)
            .then_some(Effect::Assign {
                object,
                kind,
                field,
                value,
                span,
            })
    }

    /// What is assigned: a field of an object.
    fn target(&mut self, target: &syntax::Expr) -> Option<(Expr, KindId, FieldId)> {
        if let syntax::ExprKind::Name(name) = &target.kind
            && !self.is_known_value(name)
        {
            // A name that means nothing is told as such.
            return self.infer(target, Hint::Unknown).and(None);
        }
        let path = self.whole_of_any_type(target)?;
        if let ExprKind::Field(object, kind, field) = path.kind {
            return Some((*object, kind, field));
        }
        let words = self.report.words(target.span);
        self.report.error(
            Code::WrongType,
            target.span,
            format!("{words} cannot be assigned: only fields change"),
            "not a field",
            "assign to a field of an object, as in `e.host = to`",
        );
        None
    }
}

const fn is_effect(statement: &Statement) -> bool {
    matches!(
        statement.kind,
        StatementKind::Assign(..) | StatementKind::If(..) | StatementKind::For(..)
    )
}

/// The word that a statement begins with.
const fn keyword(statement: &StatementKind) -> &'static str {
    match statement {
        StatementKind::Text(_) => "text",
        StatementKind::Then(_) => "then",
        StatementKind::Takes(_) => "takes",
        StatementKind::Cost(_) => "cost",
        StatementKind::Interrupts(..) => "interrupts",
        StatementKind::Await(_) => "await",
        StatementKind::Require(..) => "require",
        StatementKind::When(_) => "when",
        StatementKind::MayFail(..) => "may fail",
        StatementKind::Assign(..) => "=",
        StatementKind::If(..) => "if",
        StatementKind::For(..) => "for",
    }
}
