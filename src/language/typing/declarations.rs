//! The first look at a file: which names it declares, and of which types fields and parameters are. Reads no expression,
//! because expressions may use what is declared below them.

use std::sync::Arc;

use indexmap::IndexMap;

use crate::language::codes::Code;
use crate::language::diagnostic::Diagnostics;
use crate::language::rules::{FieldType, KindId, Type};
use crate::language::source::{Source, Span};
use crate::language::syntax::{
    self, EnumValue, Item, Name, RulesFile, Statement, TypeExpr, TypeExprKind,
};

use super::declared::{
    Declared, EnumShape, FieldShape, KindShape, LetShape, ParamShape, ParameterShape,
    TransitionShape, ValueShape,
};
use super::failures;
use super::names::class_word;
use super::report::Reporter;
use super::types::quoted;

/// How many entries a table may have.
const MOST_ENTRIES: usize = u16::MAX as usize;
/// How many parameters a declaration may have.
const MOST_PARAMETERS: usize = 255;
/// Both ends of a range stay within this distance of 0.
const FARTHEST: i64 = 1 << 31;

/// The tables of a file.
pub(super) struct Collected {
    /// What its names mean; lets have no type yet.
    pub(super) declared: Declared,
    /// For each declaration of the file its parameters.
    pub(super) parameters: Vec<Vec<ParameterShape>>,
    /// What was found wrong.
    pub(super) diagnostics: Diagnostics,
}

/// Collects what a file declares.
pub(super) fn collect(file: &RulesFile, source: &Arc<Source>) -> Collected {
    let mut collector = Collector {
        declared: Declared::default(),
        report: Reporter::new(source),
    };
    for declaration in &file.declarations {
        collector.type_name(&declaration.item);
    }
    let parameters = file
        .declarations
        .iter()
        .map(|declaration| collector.value_name(&declaration.item))
        .collect();
    for declaration in &file.declarations {
        if let Item::Outage { parameter, .. } = &declaration.item {
            collector.outage(parameter);
        }
    }
    Collected {
        declared: collector.declared,
        parameters,
        diagnostics: collector.report.diagnostics,
    }
}

struct Collector<'a> {
    declared: Declared,
    report: Reporter<'a>,
}

impl Collector<'_> {
    /// Enums and kinds come first: types of fields and parameters need them.
    fn type_name(&mut self, item: &Item) {
        match item {
            Item::Enum {
                name,
                ordered,
                values,
            } => {
                let values = self.enum_values(name, values);
                let full = self.declared.enums.len();
                if self.type_is_free(name) && self.has_room(full, name.span, "enums") {
                    let shape = EnumShape {
                        ordered: *ordered,
                        values,
                        span: Some(name.span),
                    };
                    self.declared.add_enum(&name.text, shape);
                }
            }
            Item::Kind { name, .. } => {
                let full = self.declared.kinds.len();
                if self.type_is_free(name) && self.has_room(full, name.span, "kinds") {
                    let shape = KindShape {
                        fields: IndexMap::new(),
                        outage: false,
                        span: Some(name.span),
                    };
                    self.declared.kinds.insert(name.text.clone(), shape);
                }
            }
            _ => {}
        }
    }

    fn enum_values(&mut self, name: &Name, values: &[EnumValue]) -> IndexMap<String, ValueShape> {
        if values.is_empty() {
            self.report.error(
                Code::EmptyDeclaration,
                name.span,
                format!("the enum `{}` has no values", name.text),
                "no values",
                format!(
                    "name at least one: `enum {} {{ first, second }}`",
                    name.text
                ),
            );
        }
        let mut table: IndexMap<String, ValueShape> = IndexMap::new();
        for EnumValue { name: value, words } in values {
            if let Some(earlier) = table.get(&value.text).map(|earlier| earlier.span) {
                let taken = format!("a value of `{}`", name.text);
                self.report
                    .name_taken(&value.text, value.span, &taken, earlier);
            } else if self.has_room(table.len(), value.span, "values in one enum") {
                let shape = ValueShape {
                    span: Some(value.span),
                    words: words.clone().unwrap_or_else(|| value.text.clone()),
                };
                table.insert(value.text.clone(), shape);
            } else {
                break;
            }
        }
        table
    }

    fn type_is_free(&mut self, name: &Name) -> bool {
        let declared = &self.declared;
        let earlier = match (
            declared.enums.get(&name.text),
            declared.kinds.get(&name.text),
        ) {
            (Some(shape), _) => ("an enum", shape.span),
            (None, Some(shape)) => ("a kind", shape.span),
            (None, None) => return true,
        };
        self.report
            .name_taken(&name.text, name.span, earlier.0, earlier.1);
        false
    }

    fn has_room(&mut self, entries: usize, span: Span, what: &str) -> bool {
        if entries == MOST_ENTRIES {
            self.report.too_many(span, what, MOST_ENTRIES);
        }
        entries < MOST_ENTRIES
    }

    /// Everything else that has a name or a type. Gives the parameters of the declaration.
    fn value_name(&mut self, item: &Item) -> Vec<ParameterShape> {
        match item {
            Item::Kind { name, fields } => {
                self.fields(name, fields);
                Vec::new()
            }
            Item::Param { name, ty, .. } => {
                let ty = self.param_type(ty);
                let full = self.declared.params.len();
                if self.value_is_free(name) && self.has_room(full, name.span, "params") {
                    let shape = ParamShape {
                        ty,
                        span: Some(name.span),
                    };
                    self.declared.params.insert(name.text.clone(), shape);
                }
                Vec::new()
            }
            Item::Let {
                name, parameters, ..
            } => {
                let parameters = self.parameters(parameters, None);
                let full = self.declared.lets.len();
                if self.value_is_free(name) && self.has_room(full, name.span, "lets") {
                    let shape = LetShape {
                        parameters: parameters.clone(),
                        result: None,
                        reads_state: false,
                        depth: 0,
                        size: 0,
                        span: Some(name.span),
                    };
                    self.declared.lets.insert(name.text.clone(), shape);
                }
                parameters
            }
            Item::Transition {
                class,
                name,
                parameters,
                body,
                ..
            } => {
                let parameters = self.parameters(parameters, Some(class_word(*class)));
                self.transition(*class, name, &parameters);
                if *class == syntax::TransitionClass::Action {
                    self.failures(name, &parameters, body);
                }
                parameters
            }
            Item::Invariant { parameters, .. } => self.parameters(parameters, Some("an invariant")),
            Item::Property { parameters, .. } => self.parameters(parameters, Some("a property")),
            Item::Outage { parameter, .. } => {
                self.parameters(std::slice::from_ref(parameter), Some("an outage"))
            }
            Item::Enum { .. } | Item::Policy { .. } | Item::Assume { .. } | Item::Goal { .. } => {
                Vec::new()
            }
        }
    }

    fn transition(
        &mut self,
        class: syntax::TransitionClass,
        name: &Name,
        parameters: &[ParameterShape],
    ) {
        if let Some(earlier) = self.declared.transitions.get(&name.text) {
            let (taken, span) = (class_word(earlier.class), earlier.span);
            self.report.name_taken(&name.text, name.span, taken, span);
            return;
        }
        let full = self.declared.transitions.len();
        if self.has_room(full, name.span, "actions, events and faults") {
            let shape = TransitionShape {
                class,
                parameters: parameters.to_vec(),
                span: Some(name.span),
            };
            self.declared.transitions.insert(name.text.clone(), shape);
        }
    }

    /// Each `may fail` of an action is a fault of its own, directly after the action.
    fn failures(&mut self, action: &Name, parameters: &[ParameterShape], body: &[Statement]) {
        let is_first = |shape: &TransitionShape| shape.span == Some(action.span);
        if !self
            .declared
            .transitions
            .get(&action.text)
            .is_some_and(is_first)
        {
            return;
        }
        let failures = body.iter().filter(|s| failures::is_failure(s));
        for (number, failure) in failures.enumerate() {
            let full = self.declared.transitions.len();
            if !self.has_room(full, failure.span, "actions, events and faults") {
                return;
            }
            let shape = TransitionShape {
                class: syntax::TransitionClass::Fault,
                parameters: parameters.to_vec(),
                span: Some(failure.span),
            };
            let name = failures::name(&action.text, number);
            self.declared.transitions.insert(name, shape);
        }
    }

    /// A param or a let may not have a name that means something else where a value is expected.
    fn value_is_free(&mut self, name: &Name) -> bool {
        let Some((taken, earlier)) = self.declared.taken(&name.text) else {
            return true;
        };
        self.report
            .name_taken(&name.text, name.span, &taken, earlier);
        false
    }

    fn fields(&mut self, kind: &Name, fields: &[syntax::Field]) {
        let mut table: IndexMap<String, FieldShape> = IndexMap::new();
        for field in fields {
            let ty = self.resolve(&field.ty);
            if let Some(earlier) = table.get(&field.name.text) {
                let taken = format!("a field of `{}`", kind.text);
                let earlier = earlier.span;
                self.report
                    .name_taken(&field.name.text, field.name.span, &taken, earlier);
            } else if self.has_room(table.len(), field.name.span, "fields in one kind") {
                let shape = FieldShape {
                    ty,
                    fixed: field.fixed,
                    span: Some(field.name.span),
                };
                table.insert(field.name.text.clone(), shape);
            }
        }
        // A kind declared twice keeps the fields of the first.
        if let Some(shape) = self.declared.kinds.get_mut(&kind.text)
            && shape.span == Some(kind.span)
        {
            shape.fields = table;
        }
    }

    /// Parameters with their types; `of` is what has them where it must not take sets.
    fn parameters(
        &mut self,
        parameters: &[syntax::Parameter],
        of: Option<&str>,
    ) -> Vec<ParameterShape> {
        if let Some(first) = parameters.get(MOST_PARAMETERS) {
            self.report
                .too_many(first.name.span, "parameters", MOST_PARAMETERS);
        }
        parameters
            .iter()
            .take(MOST_PARAMETERS)
            .map(|parameter| {
                let mut ty = self.resolve(&parameter.ty);
                if let (Some(of), Some(FieldType::Set(_))) = (of, ty) {
                    self.report.error(
                        Code::WrongType,
                        parameter.ty.span,
                        format!("{of} cannot take a set"),
                        "a set",
                        "take one object, or read the set from a field",
                    );
                    ty = None;
                }
                ParameterShape {
                    name: parameter.name.text.clone(),
                    ty,
                }
            })
            .collect()
    }

    fn outage(&mut self, parameter: &syntax::Parameter) {
        if let TypeExprKind::Named(name) = &parameter.ty.kind
            && let Some(kind) = self.declared.kinds.get_mut(&name.text)
        {
            kind.outage = true;
        }
    }

    /// Params are given by the cluster before it has objects.
    fn param_type(&mut self, ty: &TypeExpr) -> Option<FieldType> {
        match self.resolve(ty)? {
            resolved @ (FieldType::Object(_) | FieldType::Optional(_) | FieldType::Set(_)) => {
                let words = quoted(&self.declared, Type::from(resolved));
                self.report.error(
                    Code::WrongType,
                    ty.span,
                    format!("a param cannot be {words}"),
                    "this is about objects",
                    "a param is `bool`, a range such as `0..7`, or an enum",
                );
                None
            }
            resolved => Some(resolved),
        }
    }

    /// A type as written.
    fn resolve(&mut self, ty: &TypeExpr) -> Option<FieldType> {
        match &ty.kind {
            TypeExprKind::Range(low, high) => self.range(*low, *high, ty.span),
            TypeExprKind::Named(name) if name.text == "bool" => Some(FieldType::Bool),
            TypeExprKind::Named(name) => {
                if let Some(id) = self.declared.enum_id(&name.text) {
                    return Some(FieldType::Enum(id));
                }
                match self.declared.kind_id(&name.text) {
                    Some(kind) => Some(FieldType::Object(kind)),
                    None => {
                        self.unknown_type(name);
                        None
                    }
                }
            }
            TypeExprKind::Optional(name) => self.kind_named(name).map(FieldType::Optional),
            TypeExprKind::Set(name) => self.kind_named(name).map(FieldType::Set),
            TypeExprKind::Broken => None,
        }
    }

    fn range(&mut self, low: i64, high: i64, span: Span) -> Option<FieldType> {
        let (message, help) = if low > high {
            (
                format!("the range `{low}..{high}` has nothing in it"),
                format!("write the lower end first: `{high}..{low}`"),
            )
        } else if low < -FARTHEST || high > FARTHEST {
            (
                format!("the range `{low}..{high}` goes beyond {FARTHEST}"),
                format!("both ends must be within {} and {FARTHEST}", -FARTHEST),
            )
        } else {
            return Some(FieldType::Range(low, high));
        };
        self.report
            .error(Code::OutOfRange, span, message, "not a range", help);
        None
    }

    fn kind_named(&mut self, name: &Name) -> Option<KindId> {
        if let Some(kind) = self.declared.kind_id(&name.text) {
            return Some(kind);
        }
        if name.text == "bool" || self.declared.enums.contains_key(&name.text) {
            self.report.error(
                Code::WrongType,
                name.span,
                format!(
                    "`{}` is not a kind: only objects can be optional or in sets",
                    name.text
                ),
                "not a kind",
                "give the enum a value for the case that there is none",
            );
        } else {
            self.unknown_type(name);
        }
        None
    }

    fn unknown_type(&mut self, name: &Name) {
        let help = self.report.suggest(
            &name.text,
            "types",
            self.declared.type_names(),
            "declare it as a kind or an enum",
        );
        self.report.error(
            Code::UnknownName,
            name.span,
            format!("unknown type `{}`", name.text),
            "neither a kind nor an enum",
            help,
        );
    }
}
