//! The first values of the objects' fields: what one key gives to all the objects that it stands for.

use crate::language::codes::Code;
use crate::language::rules::{Field, FieldType, KindId, Rules};
use crate::language::source::Span;
use crate::language::suggest;

use super::host_list::HostList;
use super::json::{Json, JsonKind, Text};
use super::objects::{self, Group, Objects};
use super::scalar;
use super::shape::Shape;
use super::value::{ObjectId, Value};

/// How many values the fields of all objects may hold, the members of sets included.
const MAX_VALUES: u64 = 8_000_000;

/// Fills in the values of all objects; where a diagnostic is an error, not all of them.
pub(super) fn fill(shape: &mut Shape<'_>, rules: &Rules, objects: &mut Objects<'_>) {
    let groups = std::mem::take(&mut objects.groups);
    let mut filling = Filling {
        shape,
        rules,
        objects,
        left: MAX_VALUES,
    };
    for group in &groups {
        if filling.group(group).is_none() {
            break;
        }
    }
}

/// What a field gives to the objects of a group.
enum Given {
    /// All the same.
    Same(Value),
    /// One each, in order.
    Zipped(Vec<Value>),
}

struct Filling<'a, 's, 'j> {
    shape: &'a mut Shape<'s>,
    rules: &'a Rules,
    objects: &'a mut Objects<'j>,
    /// How many values may still come.
    left: u64,
}

impl Filling<'_, '_, '_> {
    /// None where the cluster is too large.
    fn group(&mut self, group: &Group<'_>) -> Option<()> {
        let kind = &self.rules.kinds[group.kind.index()];
        let what = format!("`{}`", group.key.text);
        let Some(members) = self.shape.object(&what, group.fields) else {
            return Some(());
        };
        let count = u64::from(group.objects.end - group.objects.start);
        self.spend(
            count.saturating_mul(kind.fields.len() as u64),
            group.key.span,
        )?;
        let known: Vec<&str> = kind.fields.iter().map(|f| f.name.as_str()).collect();
        for (key, _) in members
            .iter()
            .filter(|(key, _)| !known.contains(&key.text.as_str()))
        {
            let message = format!("`{}` has no field `{}`", kind.name, key.text);
            let fields = format!("fields of `{}`", kind.name);
            self.shape.unknown(
                Code::UnknownKey,
                &message,
                key.span,
                &key.text,
                &fields,
                &known,
            );
        }
        for field in &kind.fields {
            let given = match group.fields.get(&field.name) {
                Some(json) => self.given(group, field, json),
                None => self.default(group, field),
            };
            self.store(group, given, count)?;
        }
        Some(())
    }

    fn store(&mut self, group: &Group<'_>, given: Option<Given>, count: u64) -> Option<()> {
        let places = group.objects.start as usize..group.objects.end as usize;
        if let Some(Given::Same(Value::Set(members))) = &given {
            self.spend(count.saturating_mul(members.len() as u64), group.key.span)?;
        }
        let targets = self.objects.list.get_mut(places).unwrap_or_default();
        match given {
            // With a diagnostic there is no model; the place is kept for the fields behind it.
            None => targets.iter_mut().for_each(|o| o.values.push(Value::None)),
            Some(Given::Same(value)) => targets
                .iter_mut()
                .for_each(|o| o.values.push(value.clone())),
            Some(Given::Zipped(values)) => {
                targets
                    .iter_mut()
                    .zip(values)
                    .for_each(|(o, value)| o.values.push(value));
            }
        }
        Some(())
    }

    fn spend(&mut self, values: u64, span: Span) -> Option<()> {
        let left = self.left.checked_sub(values);
        if left.is_none() {
            let message = format!(
                "a cluster has at most {MAX_VALUES} field values, members of sets included"
            );
            self.shape
                .error(Code::TooManyObjects, message, span, "too many with these");
        }
        self.left = left?;
        Some(())
    }

    fn default(&mut self, group: &Group<'_>, field: &Field) -> Option<Given> {
        if let Some(constant) = field.default {
            return Some(Given::Same(scalar::from_constant(constant)));
        }
        let message = format!("`{}` has no value for `{}`", group.key.text, field.name);
        let label = format!("`{}` is missing", field.name);
        let expected = scalar::expected(self.rules, field.ty);
        let help = format!("add `\"{}\"`: {expected}", field.name);
        self.shape.push(
            Code::MissingValue,
            message,
            group.key.span,
            label,
            Some(help),
        );
        None
    }

    fn given(&mut self, group: &Group<'_>, field: &Field, json: &Json) -> Option<Given> {
        let what = format!("the field `{}`", field.name);
        match (field.ty, &json.kind) {
            (FieldType::Object(kind) | FieldType::Optional(kind), JsonKind::String(text)) => {
                self.references(group, kind, json.span, text)
            }
            (FieldType::Optional(_), JsonKind::Null) => Some(Given::Same(Value::None)),
            (FieldType::Set(kind), JsonKind::Array(elements)) => self.set(&what, kind, elements),
            (ty, _) => match scalar::from_json(self.rules, ty, &what, json) {
                Ok(value) => Some(Given::Same(value)),
                Err(misfit) => {
                    self.shape.push(
                        misfit.code,
                        misfit.message,
                        json.span,
                        misfit.label,
                        misfit.help,
                    );
                    None
                }
            },
        }
    }

    fn references(
        &mut self,
        group: &Group<'_>,
        kind: KindId,
        span: Span,
        text: &Text,
    ) -> Option<Given> {
        let list = self.host_list(span, text)?;
        let wanted = u64::from(group.objects.end - group.objects.start);
        let count = list.count();
        if count != 1 && count != wanted {
            let message = format!(
                "`{}` names {count} objects for the {wanted} of `{}`",
                text.text, group.key.text
            );
            self.shape.push(
                Code::ZipLength,
                message,
                span,
                format!("{count} names"),
                Some("give as many names as the key has, or one for all".to_owned()),
            );
            if let Some(diagnostic) = self.shape.diagnostics.list.pop() {
                let label = format!("{wanted} objects");
                let diagnostic = diagnostic.also(self.shape.source, group.key.span, label);
                self.shape.diagnostics.push(diagnostic);
            }
            return None;
        }
        let mut values: Vec<Value> = self
            .resolve(kind, &list.names(), span)?
            .into_iter()
            .map(|id| Value::Object(ObjectId(id)))
            .collect();
        if count == 1 && wanted != 1 {
            return values.pop().map(Given::Same);
        }
        Some(Given::Zipped(values))
    }

    fn set(&mut self, what: &str, kind: KindId, elements: &[Json]) -> Option<Given> {
        let mut members = Vec::new();
        let mut sound = true;
        for element in elements {
            let JsonKind::String(text) = &element.kind else {
                self.shape
                    .wrong_type(&format!("a member of {what}"), element, "a name");
                sound = false;
                continue;
            };
            let Some(list) = self.host_list(element.span, text) else {
                sound = false;
                continue;
            };
            self.spend(list.count(), element.span)?;
            match self.resolve(kind, &list.names(), element.span) {
                Some(found) => members.extend(found),
                None => sound = false,
            }
        }
        members.sort_unstable();
        members.dedup();
        let members = members.into_iter().map(ObjectId).collect();
        sound.then_some(Given::Same(Value::Set(members)))
    }

    fn host_list<'t>(&mut self, span: Span, text: &'t Text) -> Option<HostList<'t>> {
        match HostList::parse(&text.text) {
            Ok(list) => Some(list),
            Err(malformed) => {
                objects::bad_host_list(self.shape, &text.text, span, text.verbatim, &malformed);
                None
            }
        }
    }

    /// The objects of these names, which must be of the kind; the first that is not is reported.
    fn resolve(&mut self, kind: KindId, names: &[String], span: Span) -> Option<Vec<u32>> {
        let mut found = Vec::with_capacity(names.len());
        for name in names {
            match self.objects.find(name) {
                Some(id) if self.objects.kind(id) == Some(kind) => found.push(id),
                other => {
                    self.unknown(kind, name, other, span);
                    return None;
                }
            }
        }
        Some(found)
    }

    fn unknown(&mut self, kind: KindId, name: &str, other: Option<u32>, span: Span) {
        let kind_name = &self.rules.kinds[kind.index()].name;
        let range = self
            .objects
            .of_kind
            .get(kind.index())
            .cloned()
            .unwrap_or(0..0);
        let same_kind = self
            .objects
            .list
            .get(range.start as usize..range.end as usize)
            .unwrap_or_default();
        let known = same_kind.iter().map(|o| o.name.as_str());
        let help = suggest::help(name, &format!("objects of `{kind_name}`"), known);
        let other_kind = other
            .and_then(|id| self.objects.kind(id))
            .map(|k| &self.rules.kinds[k.index()].name);
        let (message, label) = match other_kind {
            Some(other) => (
                format!("`{name}` is a `{other}`, not a `{kind_name}`"),
                format!("expected a `{kind_name}`"),
            ),
            None => (
                format!("the cluster has no `{kind_name}` named `{name}`"),
                "not known".to_owned(),
            ),
        };
        self.shape
            .push(Code::UnknownObject, message, span, label, help);
    }
}
