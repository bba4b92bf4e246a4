//! The arguments of a step of a plan: constants and objects, nothing that has to be worked out.

use crate::language::codes::Code;
use crate::language::rules::{Constant, Expr, FieldType, KindId, Type};
use crate::language::source::Span;
use crate::language::syntax;

use super::declared::{ParameterShape, TransitionShape};
use super::expressions::{Checker, constant, enum_value, object};
use super::names::{arguments_word, signature, wrong_count_message};
use super::types::{TypeNames, quoted};

impl Checker<'_> {
    /// The arguments of a step that takes the action `name`.
    pub(super) fn arguments(
        &mut self,
        name: &str,
        shape: &TransitionShape,
        step: &syntax::Step,
    ) -> Option<Vec<Expr>> {
        let (count, given) = (shape.parameters.len(), step.arguments.len());
        let values: Vec<Option<Expr>> = step
            .arguments
            .iter()
            .zip(&shape.parameters)
            .map(|(argument, parameter)| self.step_argument(argument, parameter))
            .collect();
        if count != given {
            self.report.error(
                Code::WrongArguments,
                step.span,
                wrong_count_message(name, count, given),
                arguments_word(given),
                format!(
                    "the action is `{}`",
                    signature(self.declared, name, &shape.parameters)
                ),
            );
            return None;
        }
        values.into_iter().collect()
    }

    fn step_argument(
        &mut self,
        argument: &syntax::Expr,
        parameter: &ParameterShape,
    ) -> Option<Expr> {
        use syntax::ExprKind as Written;
        let ty = parameter.ty?;
        let span = argument.span;
        match (&argument.kind, ty) {
            (Written::Broken, _) => None,
            (Written::None, FieldType::Optional(kind)) => {
                Some(constant(Constant::None, Type::Optional(kind), span))
            }
            (Written::Bool(value), FieldType::Bool) => {
                Some(constant(Constant::Bool(*value), Type::Bool, span))
            }
            (Written::Int(value), FieldType::Range(..)) => {
                let value = constant(Constant::Int(*value), Type::Int, span);
                self.in_range(&value, ty, &parameter.name).then_some(value)
            }
            (Written::Name(name), FieldType::Enum(id))
                if self.declared.value(id, name).is_some() =>
            {
                let place = self.declared.value(id, name)?;
                Some(enum_value(id, place, span))
            }
            (Written::Field(base, _), FieldType::Enum(_)) if matches!(&base.kind, Written::Name(name) if self.declared.enum_id(name).is_some()) => {
                self.check(argument, ty.into())
            }
            (
                Written::Name(name) | Written::Quoted(name),
                FieldType::Object(kind) | FieldType::Optional(kind),
            ) => self.step_object(name, span, kind),
            _ => {
                self.no_argument(span, parameter, ty);
                None
            }
        }
    }

    fn step_object(&mut self, name: &str, span: Span, kind: KindId) -> Option<Expr> {
        let objects = self.objects?;
        match objects.find(name) {
            Some((place, found)) if found == kind => Some(object(place, kind, span)),
            Some((_, found)) => {
                self.mismatch_of_objects(name, span, kind, found);
                None
            }
            None => {
                let kind_name = self.declared.kind_name(kind);
                let names = self.objects_of(kind);
                let help = self.report.suggest(
                    name,
                    &format!("objects of kind `{kind_name}`"),
                    names.iter().map(String::as_str),
                    "the cluster has none of this kind",
                );
                self.report.error(
                    Code::UnknownObject,
                    span,
                    format!("the cluster has no `{kind_name}` called `{name}`"),
                    "not an object",
                    help,
                );
                None
            }
        }
    }

    fn mismatch_of_objects(&mut self, name: &str, span: Span, kind: KindId, found: KindId) {
        let kind_name = self.declared.kind_name(kind);
        let names = self.objects_of(kind);
        let help = self.report.suggest(
            name,
            &format!("objects of kind `{kind_name}`"),
            names.iter().map(String::as_str),
            "the cluster has none of this kind",
        );
        let found = quoted(self.declared, Type::Object(found));
        self.report.error(
            Code::WrongType,
            span,
            format!("expected `{kind_name}`, but `{name}` is {found}"),
            format!("this is {found}"),
            help,
        );
    }

    fn objects_of(&self, kind: KindId) -> Vec<String> {
        let Some(objects) = self.objects else {
            return Vec::new();
        };
        let mut names = objects.names();
        names.retain(|name| objects.find(name).is_some_and(|(_, k)| k == kind));
        names
    }

    fn no_argument(&mut self, span: Span, parameter: &ParameterShape, ty: FieldType) {
        let what = match ty {
            FieldType::Bool => "`true` or `false`".to_owned(),
            FieldType::Range(low, high) => format!("a number from {low} to {high}"),
            FieldType::Enum(id) => {
                let values = self.declared.value_names(id);
                let shown: Vec<String> = values.iter().take(8).map(|v| format!("`{v}`")).collect();
                let more = if values.len() > 8 { ", …" } else { "" };
                format!(
                    "a value of `{}` ({}{more})",
                    self.declared.enum_name(id),
                    shown.join(", ")
                )
            }
            FieldType::Object(kind) => {
                format!("the name of a `{}`", self.declared.kind_name(kind))
            }
            FieldType::Optional(kind) => {
                format!(
                    "the name of a `{}`, or `none`",
                    self.declared.kind_name(kind)
                )
            }
            FieldType::Set(_) => "nothing".to_owned(),
        };
        let words = self.report.words(span);
        self.report.error(
            Code::BadStep,
            span,
            format!("{words} cannot be the argument `{}`", parameter.name),
            format!("not {what}"),
            format!("write {what}"),
        );
    }
}
