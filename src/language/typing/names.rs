//! What a name means where a value is expected: a variable, an object, a param, a let, or an enum value by its expected
//! type; and what may follow a name: fields, and the arguments of a let.

use crate::language::codes::Code;
use crate::language::rules::{EnumId, Expr, ExprKind, KindId, LetId, Type};
use crate::language::source::Span;
use crate::language::syntax::{self, Name};

use super::declared::ParameterShape;
use super::expressions::{Checker, Hint, enum_value, object, typed, variable};
use super::types::{TypeNames, field_type_name, quoted};

impl Checker<'_> {
    /// Whether a bare name is a value whatever type is expected.
    pub(super) fn is_known_value(&self, name: &str) -> bool {
        self.scope.find(name).is_some()
            || self.objects.is_some_and(|o| o.find(name).is_some())
            || self.declared.params.contains_key(name)
            || self.declared.lets.contains_key(name)
    }

    /// A bare name.
    pub(super) fn name(&mut self, name: &str, span: Span, hint: Hint) -> Option<Expr> {
        if let Some(binding) = self.scope.find(name) {
            return Some(variable(binding.slot, binding.ty?.into(), span));
        }
        if let Some((place, kind)) = self.objects.and_then(|o| o.find(name)) {
            return Some(object(place, kind, span));
        }
        if let Some((id, shape)) = self.declared.param(name) {
            return Some(typed(ExprKind::Param(id), shape.ty?.into(), span));
        }
        if let Some((id, shape)) = self.declared.let_(name) {
            if shape.parameters.is_empty() {
                return Some(typed(ExprKind::Call(id, Vec::new()), shape.result?, span));
            }
            self.wrong_count(name, span, id, 0);
            return None;
        }
        if let Hint::Type(Type::Enum(id)) = hint
            && let Some(place) = self.declared.value(id, name)
        {
            return Some(enum_value(id, place, span));
        }
        self.no_value(name, span, hint);
        None
    }

    /// Tells why a bare name is no value here.
    fn no_value(&mut self, name: &str, span: Span, hint: Hint) {
        let declared = self.declared;
        if declared.kind_id(name).is_some() {
            self.report.error(
                Code::WrongType,
                span,
                format!("`{name}` is a kind, not an object"),
                "a kind is no value",
                format!("bind an object of it first, as in `all x in {name}: …`; `count({name})` is their number"),
            );
        } else if let Some(id) = declared.enum_id(name) {
            let value = declared.value_names(id).first().copied().unwrap_or("…");
            self.report.error(
                Code::WrongType,
                span,
                format!("`{name}` is an enum, not a value"),
                "an enum is no value",
                format!("name one of its values, as in `{name}.{value}`"),
            );
        } else if let Some(&owner) = declared.owners(name).first() {
            self.misplaced_value(name, span, hint, owner);
        } else {
            self.unknown_name(name, span, hint);
        }
    }

    /// Tells why the name of an enum value does not do here.
    fn misplaced_value(&mut self, name: &str, span: Span, hint: Hint, owner: EnumId) {
        let owner_name = self.declared.enum_name(owner);
        match hint {
            Hint::Any => {}
            Hint::Unknown => {
                let all: Vec<String> = self.declared.owners(name)[..]
                    .iter()
                    .take(8)
                    .map(|&id| format!("`{}.{name}`", self.declared.enum_name(id)))
                    .collect();
                self.report.error(
                    Code::AmbiguousEnumValue,
                    span,
                    format!("nothing tells of which enum this `{name}` is a value"),
                    "the enum cannot be told here",
                    format!("write {}", all.join(" or ")),
                );
            }
            Hint::Type(expected) => {
                let help = match expected {
                    Type::Enum(id) => {
                        let values = self.declared.value_names(id);
                        let what = format!("values of `{}`", self.declared.enum_name(id));
                        self.report
                            .suggest(name, &what, values, "give the enum this value")
                    }
                    _ => format!(
                        "write something that is {} here",
                        quoted(self.declared, expected)
                    ),
                };
                self.report.error(
                    Code::WrongType,
                    span,
                    format!(
                        "expected {}, found `{name}`, a value of `{owner_name}`",
                        quoted(self.declared, expected)
                    ),
                    format!("this is a value of `{owner_name}`"),
                    help,
                );
            }
        }
    }

    fn unknown_name(&mut self, name: &str, span: Span, hint: Hint) {
        let (label, values) = match hint {
            Hint::Type(Type::Enum(id)) => (
                format!(
                    "neither a value of `{}` nor a name in scope",
                    self.declared.enum_name(id)
                ),
                self.declared.value_names(id),
            ),
            _ => ("not found in scope".to_owned(), Vec::new()),
        };
        if let Some((_, shape)) = self.declared.transition(name) {
            let class = class_word(shape.class);
            self.report.error(
                Code::UnknownName,
                span,
                format!("`{name}` is {class}, which has no value"),
                label,
                "only variables, params, lets and enum values stand in expressions",
            );
            return;
        }
        let objects = match self.objects {
            Some(objects) => objects.names(),
            None => Vec::new(),
        };
        let candidates = values
            .into_iter()
            .chain(self.scope.names())
            .chain(objects.iter().map(String::as_str))
            .chain(self.declared.params.keys().map(String::as_str))
            .chain(self.declared.lets.keys().map(String::as_str));
        let help = self
            .report
            .suggest(name, "names in scope", candidates, "declare it first");
        self.report.error(
            Code::UnknownName,
            span,
            format!("unknown name `{name}`"),
            label,
            help,
        );
    }

    /// A name in single quotes.
    pub(super) fn quoted_object(&mut self, name: &str, span: Span) -> Option<Expr> {
        let Some(objects) = self.objects else {
            self.report.error(
                Code::UnknownName,
                span,
                "rules know no object by name",
                "an object of some cluster",
                "take it as a parameter, or describe it with a field and a quantifier",
            );
            return None;
        };
        if let Some((place, kind)) = objects.find(name) {
            return Some(object(place, kind, span));
        }
        let names = objects.names();
        let help = self.report.suggest(
            name,
            "objects",
            names.iter().map(String::as_str),
            "the cluster has no objects",
        );
        self.report.error(
            Code::UnknownObject,
            span,
            format!("the cluster has no object `{name}`"),
            "not an object",
            help,
        );
        None
    }

    /// `e.host`, or `Build.sp1`, which is always the enum value.
    pub(super) fn field(&mut self, base: &syntax::Expr, field: &Name, span: Span) -> Option<Expr> {
        if let syntax::ExprKind::Name(name) = &base.kind
            && self.scope.find(name).is_none()
            && let Some(id) = self.declared.enum_id(name)
        {
            return self.qualified(id, name, field, span);
        }
        let object = self.infer(base, Hint::Unknown)?;
        let (Type::Object(kind) | Type::Optional(kind)) = object.ty else {
            let ty = quoted(self.declared, object.ty);
            self.report.error(
                Code::WrongType,
                object.span,
                format!("{ty} has no fields"),
                format!("this is {ty}"),
                "only objects have fields; a member of a set is bound with a quantifier",
            );
            return None;
        };
        let Some((id, shape)) = self.declared.field(kind, &field.text) else {
            self.unknown_field(kind, field);
            return None;
        };
        let ty = shape.ty?.into();
        Some(typed(ExprKind::Field(Box::new(object), kind, id), ty, span))
    }

    fn unknown_field(&mut self, kind: KindId, field: &Name) {
        let kind_name = self.declared.kind_name(kind);
        let help = self.report.suggest(
            &field.text,
            &format!("fields of `{kind_name}`"),
            self.declared.field_names(kind),
            "the kind has no fields",
        );
        self.report.error(
            Code::UnknownField,
            field.span,
            format!("`{kind_name}` has no field `{}`", field.text),
            "unknown field",
            help,
        );
    }

    fn qualified(&mut self, id: EnumId, name: &str, value: &Name, span: Span) -> Option<Expr> {
        if let Some(place) = self.declared.value(id, &value.text) {
            return Some(enum_value(id, place, span));
        }
        let help = self.report.suggest(
            &value.text,
            &format!("values of `{name}`"),
            self.declared.value_names(id),
            "the enum has no values",
        );
        self.report.error(
            Code::UnknownName,
            value.span,
            format!("`{name}` has no value `{}`", value.text),
            "unknown value",
            help,
        );
        None
    }

    /// A let with its arguments.
    pub(super) fn call(
        &mut self,
        name: &Name,
        arguments: &[syntax::Expr],
        span: Span,
    ) -> Option<Expr> {
        let declared = self.declared;
        let Some((id, shape)) = declared.let_(&name.text) else {
            self.not_a_let(name);
            for argument in arguments {
                self.infer(argument, Hint::Any);
            }
            return None;
        };
        if arguments.len() != shape.parameters.len() {
            self.wrong_count(&name.text, span, id, arguments.len());
            for argument in arguments {
                self.infer(argument, Hint::Any);
            }
            return None;
        }
        let values: Vec<Option<Expr>> = arguments
            .iter()
            .zip(&shape.parameters)
            .map(|(argument, parameter)| self.argument(argument, parameter))
            .collect();
        let values = values.into_iter().collect::<Option<_>>()?;
        Some(typed(ExprKind::Call(id, values), shape.result?, span))
    }

    fn argument(&mut self, argument: &syntax::Expr, parameter: &ParameterShape) -> Option<Expr> {
        let Some(ty) = parameter.ty else {
            self.infer(argument, Hint::Any);
            return None;
        };
        let value = self.check(argument, ty.into())?;
        self.in_range(&value, ty, &parameter.name).then_some(value)
    }

    fn not_a_let(&mut self, name: &Name) {
        let text = &name.text;
        let declared = self.declared;
        if let Some((_, shape)) = declared.transition(text) {
            let class = class_word(shape.class);
            self.report.error(
                Code::UnknownName,
                name.span,
                format!("`{text}` is {class}, and only a let can be called"),
                "not a let",
                "write what must hold of the objects instead",
            );
        } else if self.is_known_value(text) {
            self.report.error(
                Code::WrongArguments,
                name.span,
                format!("`{text}` takes no arguments: it is not a let"),
                "not a let",
                format!("write `{text}` alone"),
            );
        } else {
            let lets = declared.lets.keys().map(String::as_str);
            let help = self
                .report
                .suggest(text, "lets", lets, "declare it: `let NAME(…) = …`");
            self.report.error(
                Code::UnknownName,
                name.span,
                format!("unknown let `{text}`"),
                "not found",
                help,
            );
        }
    }

    /// Tells that a let is given another number of arguments than it has parameters.
    fn wrong_count(&mut self, name: &str, span: Span, id: LetId, given: usize) {
        let Some((_, shape)) = self.declared.lets.get_index(id.index()) else {
            return;
        };
        let count = shape.parameters.len();
        let help = format!(
            "write `{}`",
            signature(self.declared, name, &shape.parameters)
        );
        let declared_at = shape.span;
        self.report.error(
            Code::WrongArguments,
            span,
            wrong_count_message(name, count, given),
            arguments_word(given),
            help,
        );
        self.report.also(declared_at, "declared here");
    }
}

/// `move takes 2 arguments, 1 given`
pub(super) fn wrong_count_message(name: &str, count: usize, given: usize) -> String {
    format!("`{name}` takes {}, {given} given", arguments_word(count))
}

/// A number of arguments in words.
pub(super) fn arguments_word(count: usize) -> String {
    match count {
        0 => "no arguments".to_owned(),
        1 => "1 argument".to_owned(),
        n => format!("{n} arguments"),
    }
}

/// A name with its parameters as they were declared: `move(e: evs, to: node)`.
pub(super) fn signature(
    names: &impl TypeNames,
    name: &str,
    parameters: &[ParameterShape],
) -> String {
    if parameters.is_empty() {
        return name.to_owned();
    }
    let list: Vec<String> = parameters
        .iter()
        .map(|p| match p.ty {
            Some(ty) => format!("{}: {}", p.name, field_type_name(names, ty)),
            None => p.name.clone(),
        })
        .collect();
    format!("{name}({})", list.join(", "))
}

/// What a transition is called.
pub(super) const fn class_word(class: syntax::TransitionClass) -> &'static str {
    match class {
        syntax::TransitionClass::Action => "an action",
        syntax::TransitionClass::Event => "an event",
        syntax::TransitionClass::Fault => "a fault",
    }
}
