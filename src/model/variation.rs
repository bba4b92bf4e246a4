//! Ground models that differ from one by a little: an object more, a policy off, a parameter flipped, a guard dropped. What
//! the cluster settled stays settled: a policy that is on under a condition on numbers or parameters is not asked again.

use std::collections::HashSet;
use std::sync::Arc;

use crate::language::rules::{KindId, ParamId, PolicyId};
use crate::language::source::Span;

use super::ground::{Model, Object};
use super::instances::instances;
use super::objects::MAX_OBJECTS;
use super::scalar;
use super::value::{ObjectId, Value};

/// An object that a cluster does not have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Addition {
    /// Its name, after that of the last object of its kind: `Node4` after `Node3`.
    pub name: String,
    /// The object whose values it takes where its kind has no defaults; none where it has all.
    pub like: Option<String>,
}

impl Model {
    /// The model with one more object of a kind, after the others of its kind. Its fields have their defaults; one without a
    /// default has the value of the last object of the kind. None where there is no such object, or no room.
    #[must_use]
    pub fn with_another(&self, kind: KindId) -> Option<(Self, Addition)> {
        let last = self.objects_of(kind).last();
        let like = last.and_then(|id| self.objects.get(id.index()));
        let described = self.rules.kinds.get(kind.index())?;
        let mut copied = false;
        let mut values = Vec::with_capacity(described.fields.len());
        for (place, field) in described.fields.iter().enumerate() {
            values.push(match field.default {
                Some(constant) => scalar::from_constant(constant),
                None => {
                    copied = true;
                    like?.values.get(place)?.clone()
                }
            });
        }
        let addition = Addition {
            name: self.fresh_name(like.map_or(described.name.as_str(), |o| &o.name)),
            like: like.filter(|_| copied).map(|o| o.name.clone()),
        };
        if self.objects.len() as u64 >= MAX_OBJECTS {
            return None;
        }
        let at = self.of_kind.get(kind.index())?.end;
        let mut model = self.clone();
        let object = Object {
            name: addition.name.clone(),
            kind,
            values,
        };
        model.objects.insert(at as usize, object);
        for object in &mut model.objects {
            for value in &mut object.values {
                make_room(value, at);
            }
        }
        for (place, range) in model.of_kind.iter_mut().enumerate() {
            let moved = u32::from(place > kind.index());
            let grown = u32::from(place >= kind.index());
            *range = range.start + moved..range.end + grown;
        }
        model.instances = instances(&model.rules, &model.of_kind).ok()?;
        Some((model, addition))
    }

    /// `Node4` after `Node3`, or the first number after that which is free.
    fn fresh_name(&self, last: &str) -> String {
        let taken: HashSet<&str> = self.objects.iter().map(|o| o.name.as_str()).collect();
        let stem = last.trim_end_matches(|c: char| c.is_ascii_digit());
        let digits = &last[stem.len()..];
        let number: u64 = digits.parse().unwrap_or(0);
        // As many names as there are objects, and one more: one of them is free.
        (number.saturating_add(1)..)
            .take(taken.len() + 1)
            .map(|number| format!("{stem}{number:0width$}", width = digits.len()))
            .find(|name| !taken.contains(name.as_str()))
            .unwrap_or_else(|| format!("{last}_1"))
    }

    /// The model with a policy off.
    #[must_use]
    pub fn without_policy(&self, policy: PolicyId) -> Self {
        let mut model = self.clone();
        if let Some(on) = model.policies.get_mut(policy.index()) {
            *on = false;
        }
        model
    }

    /// The model with the other value of a parameter that is true or false; none of other parameters.
    #[must_use]
    pub fn with_flipped(&self, param: ParamId) -> Option<Self> {
        let mut model = self.clone();
        match model.params.get_mut(param.index())? {
            Value::Bool(value) => *value = !*value,
            _ => return None,
        }
        Some(model)
    }

    /// The model without the guard that is written at a place of the rules, in an action or a policy; failures of that
    /// action lose it, too.
    #[must_use]
    pub fn without_guard(&self, place: Span) -> Self {
        let mut rules = (*self.rules).clone();
        for transition in &mut rules.transitions {
            transition.guards.retain(|guard| guard.span != place);
        }
        for clause in rules.policies.iter_mut().flat_map(|p| &mut p.clauses) {
            clause.guards.retain(|guard| guard.span != place);
        }
        Self {
            rules: Arc::new(rules),
            ..self.clone()
        }
    }
}

/// Objects from a place on have moved by one.
fn make_room(value: &mut Value, at: u32) {
    let moved = |id: &mut ObjectId| id.0 += u32::from(id.0 >= at);
    match value {
        Value::Object(id) => moved(id),
        Value::Set(members) => members.iter_mut().for_each(moved),
        Value::Bool(_) | Value::Int(_) | Value::Enum(..) | Value::None => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::source::Source;
    use crate::model::cluster::read_cluster;
    use crate::model::settings::Overrides;
    use crate::model::testing::small_rules;

    fn model(objects: &str) -> Model {
        let text = format!(r#"{{ "rules": "small", "objects": {objects} }}"#);
        let rules = Arc::new(small_rules());
        let source = Source::new("c.json", text);
        let (model, found) = read_cluster(&source, "c", &rules, &Overrides::default());
        assert!(!found.has_errors());
        model.unwrap()
    }

    const PAIR: &str = r#"{ "node": { "N[1-2]": { "build": "sp1" } },
        "evs": { "E09": { "host": "N2", "spare": "N1", "owners": ["N1", "N2"] } } }"#;

    #[test]
    fn an_added_object_has_defaults_and_nothing_else_changes_but_numbers() {
        let (larger, addition) = model(PAIR).with_another(KindId(0)).unwrap();
        let by_hand = r#"{ "node": { "N[1-2]": { "build": "sp1" }, "N3": {} },
            "evs": { "E09": { "host": "N2", "spare": "N1", "owners": ["N1", "N2"] } } }"#;
        let by_hand = model(by_hand);
        assert_eq!((addition.name.as_str(), addition.like), ("N3", None));
        assert_eq!(larger.objects, by_hand.objects);
        assert_eq!(larger.of_kind, by_hand.of_kind);
        assert_eq!(larger.instances, by_hand.instances);
    }

    #[test]
    fn where_there_is_no_default_the_last_object_is_the_example() {
        let (larger, addition) = model(PAIR).with_another(KindId(1)).unwrap();
        assert_eq!(addition.name, "E10");
        assert_eq!(addition.like.as_deref(), Some("E09"));
        let (old, new) = (&larger.objects[2], &larger.objects[3]);
        assert_eq!(old.values[0], new.values[0]);
        assert_eq!(new.values[1..], [Value::None, Value::Set(Vec::new())]);
        let without = model(r#"{ "node": { "N1": {} } }"#);
        assert!(without.with_another(KindId(1)).is_none());
    }

    #[test]
    fn a_name_that_is_taken_is_passed_over() {
        let taken = model(r#"{ "node": { "A": {}, "B7": {} }, "evs": { "B8": { "host": "A" } } }"#);
        assert_eq!(taken.with_another(KindId(0)).unwrap().1.name, "B9");
        let unnumbered = model(r#"{ "node": { "A": {} } }"#);
        assert_eq!(unnumbered.with_another(KindId(0)).unwrap().1.name, "A1");
    }

    #[test]
    fn policies_and_guards_can_be_left_out_and_only_flags_flipped() {
        let all = model(PAIR);
        let calm = all.rules.policy("calm").unwrap();
        assert!(all.policies[calm.index()] && !all.without_policy(calm).policies[calm.index()]);
        assert!(all.with_flipped(ParamId(0)).is_none());
        let guard = all.rules.policies[calm.index()].clauses[0].guards[0].span;
        let without = all.without_guard(guard);
        assert!(
            without.rules.policies[calm.index()].clauses[0]
                .guards
                .is_empty()
        );
        assert_eq!(without.rules.policies[0].clauses[0].guards.len(), 1);
    }
}
