//! The objects of a cluster: which there are, by what names. Decides nothing about their fields.

use std::collections::HashMap;
use std::ops::Range;

use crate::language::codes::Code;
use crate::language::rules::{KindId, Rules};
use crate::language::source::Span;

use super::ground::Object;
use super::host_list::{self, Flaw, HostList, Malformed};
use super::json::{self, Json, Key};
use super::shape::Shape;

/// How many objects a cluster may have.
pub(super) const MAX_OBJECTS: u64 = 100_000;

/// All objects by name, and where they were written.
pub(super) struct Objects<'j> {
    /// Kinds in order of declaration, objects in the order of the cluster; no values yet.
    pub(super) list: Vec<Object>,
    /// For each kind its objects.
    pub(super) of_kind: Vec<Range<u32>>,
    /// The keys of the cluster, each with the objects that it stands for.
    pub(super) groups: Vec<Group<'j>>,
    names: HashMap<String, u32>,
}

/// `"Node[1-2]": { … }`
pub(super) struct Group<'j> {
    pub(super) kind: KindId,
    pub(super) objects: Range<u32>,
    pub(super) key: &'j Key,
    pub(super) fields: &'j Json,
}

impl<'j> Objects<'j> {
    /// Reads the value of the key `objects`.
    pub(super) fn read(shape: &mut Shape<'_>, rules: &Rules, json: Option<&'j Json>) -> Self {
        let mut objects = Self {
            list: Vec::new(),
            of_kind: Vec::new(),
            groups: Vec::new(),
            names: HashMap::new(),
        };
        let members = json
            .and_then(|json| shape.object("`objects`", json))
            .unwrap_or_default();
        let known: Vec<&str> = rules.kinds.iter().map(|k| k.name.as_str()).collect();
        for (key, _) in members
            .iter()
            .filter(|(key, _)| !known.contains(&key.text.as_str()))
        {
            let message = format!("the rules `{}` have no kind `{}`", rules.name, key.text);
            shape.unknown(
                Code::UnknownKind,
                &message,
                key.span,
                &key.text,
                "kinds",
                &known,
            );
        }
        for (place, kind) in (0..).zip(&rules.kinds) {
            let from = objects.next();
            if let Some((_, value)) = members.iter().find(|(key, _)| key.text == kind.name) {
                let groups = shape.object(&format!("the objects of `{}`", kind.name), value);
                for (key, fields) in groups.unwrap_or_default() {
                    objects.add(shape, KindId(place), key, fields);
                }
            }
            objects.of_kind.push(from..objects.next());
        }
        objects
    }

    /// The object of that name.
    pub(super) fn find(&self, name: &str) -> Option<u32> {
        self.names.get(name).copied()
    }

    /// The kind of an object.
    pub(super) fn kind(&self, object: u32) -> Option<KindId> {
        self.list.get(object as usize).map(|o| o.kind)
    }

    fn next(&self) -> u32 {
        u32::try_from(self.list.len()).unwrap_or(u32::MAX)
    }

    fn add(&mut self, shape: &mut Shape<'_>, kind: KindId, key: &'j Key, fields: &'j Json) {
        let list = match HostList::parse(&key.text) {
            Ok(list) => list,
            Err(malformed) => {
                return bad_host_list(shape, &key.text, key.span, key.verbatim, &malformed);
            }
        };
        let total = list.count().saturating_add(u64::from(self.next()));
        if total > MAX_OBJECTS {
            let message = format!("a cluster has at most {MAX_OBJECTS} objects");
            let label = format!("{} with these", count_text(total));
            return shape.error(Code::TooManyObjects, message, key.span, label);
        }
        let from = self.next();
        for name in list.names() {
            let id = self.next();
            if let Some(earlier) = self.names.get(&name) {
                let first = self
                    .groups
                    .iter()
                    .find(|g| g.objects.contains(earlier))
                    .map_or(key.span, |g| g.key.span);
                duplicate(shape, &name, key.span, first);
                continue;
            }
            self.names.insert(name.clone(), id);
            self.list.push(Object {
                name,
                kind,
                values: Vec::new(),
            });
        }
        let objects = from..self.next();
        self.groups.push(Group {
            kind,
            objects,
            key,
            fields,
        });
    }
}

fn count_text(count: u64) -> String {
    if count == u64::MAX {
        "beyond counting".to_owned()
    } else {
        count.to_string()
    }
}

fn duplicate(shape: &mut Shape<'_>, name: &str, again: Span, first: Span) {
    let message = format!("the object `{name}` is given twice");
    shape.error(Code::DuplicateObject, message, again, "given again");
    if first != again
        && let Some(diagnostic) = shape.diagnostics.list.pop()
    {
        let diagnostic = diagnostic.also(shape.source, first, "first given here");
        shape.diagnostics.push(diagnostic);
    }
}

/// Says what is wrong with a name or a host list, pointing into it.
pub(super) fn bad_host_list(
    shape: &mut Shape<'_>,
    text: &str,
    span: Span,
    verbatim: bool,
    malformed: &Malformed,
) {
    let (problem, shown) = (malformed.problem, shortened(text));
    let message = match malformed.flaw {
        Flaw::Brackets => format!("the host list `{shown}` cannot be read: {problem}"),
        Flaw::Name if text.is_empty() => problem.to_owned(),
        Flaw::Name => format!("`{shown}` cannot be a name: {problem}"),
    };
    let help = match malformed.flaw {
        Flaw::Brackets => "a host list is a name with numbers in brackets: `Node[1-3,7]`",
        Flaw::Name => {
            "a name has 1 to 255 characters that can be seen, none of them `'`, `[` or `]`"
        }
    };
    let place = json::inside(span, verbatim, &malformed.range);
    let found = &text[malformed.range.clone()];
    let label = match found.chars().next() {
        Some(c) if malformed.flaw == Flaw::Name && found.len() == c.len_utf8() && c != '\'' => {
            format!("this is U+{:04X}", u32::from(c))
        }
        _ => problem.to_owned(),
    };
    shape.push(
        Code::BadHostList,
        message,
        place,
        label,
        Some(help.to_owned()),
    );
}

/// Messages are one line that can be read.
fn shortened(text: &str) -> String {
    let clean: String = text
        .chars()
        .map(|c| if host_list::is_seen(c) { c } else { ' ' })
        .collect();
    match clean.char_indices().nth(60) {
        Some((at, _)) => format!("{}…", &clean[..at]),
        None => clean,
    }
}
