//! Defaults of fields and params: constants of their type. Knows no cluster, and so no object.

use crate::language::codes::Code;
use crate::language::rules::{Constant, ExprKind, Field, FieldType, Kind, Param};
use crate::language::source::Span;
use crate::language::syntax::{self, Name};

use super::declared::FieldShape;
use super::expressions::{Checker, Hint};
use super::types::field_type_name;

impl Checker<'_> {
    /// A param with its default.
    pub(super) fn param(
        &mut self,
        doc: &str,
        name: &Name,
        default: Option<&syntax::Expr>,
    ) -> Option<Param> {
        let ty = self
            .declared
            .params
            .get(&name.text)
            .filter(|shape| shape.span == Some(name.span))
            .and_then(|shape| shape.ty);
        let default = self.default(default, ty, &name.text)?;
        Some(Param {
            name: name.text.clone(),
            doc: doc.to_owned(),
            ty: ty?,
            default,
            span: name.span,
        })
    }

    /// A kind with the defaults of its fields.
    pub(super) fn kind(
        &mut self,
        doc: &str,
        name: &Name,
        fields: &[syntax::Field],
    ) -> Option<Kind> {
        let shape = self
            .declared
            .kinds
            .get(&name.text)
            .filter(|shape| shape.span == Some(name.span));
        let fields: Vec<Option<Field>> = fields
            .iter()
            .map(|field| {
                let known = shape.and_then(|shape| shape.fields.get(&field.name.text).copied());
                self.kind_field(field, known)
            })
            .collect();
        Some(Kind {
            name: name.text.clone(),
            doc: doc.to_owned(),
            fields: fields.into_iter().collect::<Option<_>>()?,
        })
    }

    fn kind_field(&mut self, field: &syntax::Field, known: Option<FieldShape>) -> Option<Field> {
        let ty = known.and_then(|shape| shape.ty);
        let default = self.default(field.default.as_ref(), ty, &field.name.text)?;
        Some(Field {
            name: field.name.text.clone(),
            doc: field.doc.clone(),
            fixed: field.fixed,
            ty: ty?,
            default,
        })
    }

    /// A default, where there is one; none where it has an error.
    #[expect(
        clippy::option_option,
        reason = "no default and a wrong default are different things"
    )]
    fn default(
        &mut self,
        default: Option<&syntax::Expr>,
        ty: Option<FieldType>,
        target: &str,
    ) -> Option<Option<Constant>> {
        let Some(default) = default else {
            return Some(None);
        };
        let Some(ty) = ty else {
            self.infer(default, Hint::Any);
            return None;
        };
        if matches!(ty, FieldType::Object(_)) {
            if default.kind != syntax::ExprKind::Broken {
                self.report.error(
                    Code::NotConstant,
                    default.span,
                    format!(
                        "`{target}` cannot have a default: rules know no `{}` by name",
                        field_type_name(self.declared, ty)
                    ),
                    "no object is known here",
                    "leave the default out: each cluster says which object it is",
                );
            }
            return None;
        }
        let told = self.report.diagnostics.list.len();
        let Some(value) = self.check(default, ty.into()) else {
            self.no_condition(told, default.span, ty);
            return None;
        };
        if !self.in_range(&value, ty, target) {
            return None;
        }
        if let ExprKind::Constant(constant) = value.kind {
            return Some(Some(constant));
        }
        self.report.error(
            Code::NotConstant,
            value.span,
            format!("the default of `{target}` is not a constant"),
            "this has to be worked out",
            constant_help(ty),
        );
        None
    }

    /// A default is a constant: what was told of it since then does not ask for a condition.
    fn no_condition(&mut self, told: usize, default: Span, ty: FieldType) {
        let since = self.report.diagnostics.list.iter_mut().skip(told);
        let of_default = since.filter(|d| {
            d.code == Code::WrongType && d.primary.as_ref().is_some_and(|p| p.span == default)
        });
        if matches!(ty, FieldType::Bool) {
            for diagnostic in of_default {
                diagnostic.help = vec![constant_help(ty).to_owned()];
            }
        }
    }
}

/// Which constants a type has.
fn constant_help(ty: FieldType) -> &'static str {
    match ty {
        FieldType::Bool => "write `true` or `false`",
        FieldType::Range(..) => "write a number",
        FieldType::Enum(_) => "write a value of the enum",
        FieldType::Object(_) | FieldType::Optional(_) => {
            "write `none`: only the cluster knows objects"
        }
        FieldType::Set(_) => "write `{}`: only the cluster knows objects",
    }
}
