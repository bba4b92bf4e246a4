//! Two versions of rules on one cluster, matched by names: objects, fields, transitions with their arguments, invariants, goals.

use std::collections::BTreeMap;

use indexmap::IndexMap;

use crate::engine::symmetry::Symmetry;
use crate::language::rules::{
    FieldId, FieldType, GoalId, InvariantId, KindId, Rules, TransitionId,
};
use crate::model::ground::Model;
use crate::model::value::ObjectId;
use crate::semantics::{Interpreter, State};
use crate::tasks::words::Words;

use super::wording::Wording;

/// Both versions, by names.
pub(super) struct Matched<'m> {
    pub(super) old: Interpreter<'m>,
    pub(super) new: Interpreter<'m>,
    /// Whether states of both are laid out alike, so that one state is a state of both.
    pub(super) aligned: bool,
    /// The changing fields that both have.
    fields: Vec<[(ObjectId, FieldId); 2]>,
    /// Those that only one has.
    pub(super) apart: Vec<String>,
    pub(super) steps: Vec<Step>,
    pub(super) invariants: Vec<Named<InvariantId>>,
    pub(super) goals: Vec<Named<GoalId>>,
    /// Objects whose kind has an outage in one of them, and whether both say the same of it.
    pub(super) services: Vec<(ObjectId, ObjectId, bool)>,
    /// Temporal properties that are not word by word the same, or are in one version only.
    pub(super) promises: Vec<String>,
}

/// A ground transition of one version or both.
pub(super) struct Step {
    pub(super) old: Option<usize>,
    pub(super) new: Option<usize>,
    /// Whether both say the same of it, word by word.
    pub(super) same: bool,
}

/// A declaration of one version or both.
pub(super) struct Named<Id> {
    pub(super) name: String,
    pub(super) old: Option<Id>,
    pub(super) new: Option<Id>,
    /// Whether both say the same of it, word by word.
    pub(super) same: bool,
}

impl<'m> Matched<'m> {
    pub(super) fn new(old: &'m Model, new: &'m Model) -> Self {
        let (old, new) = (Interpreter::new(old), Interpreter::new(new));
        let aligned = aligned(old.model(), new.model());
        let (fields, apart) = fields(old.model(), new.model());
        let wordings = (Wording::new(&old), Wording::new(&new));
        let steps = steps((&old, &new), &wordings, aligned);
        let invariants = invariants((old.model(), new.model()), &wordings, aligned);
        let goals = goals((old.model(), new.model()), &wordings, aligned);
        let services = services((old.model(), new.model()), &wordings, aligned);
        let promises = promises((old.model(), new.model()), &wordings, aligned);
        Self {
            aligned,
            fields,
            apart,
            steps,
            invariants,
            goals,
            services,
            promises,
            old,
            new,
        }
    }

    /// Whether the two say the same, word by word, from the same first state on: then nothing has to be explored.
    pub(super) fn says_the_same(&self) -> bool {
        self.aligned
            && self.promises.is_empty()
            && self.steps.iter().all(|step| step.same)
            && self.invariants.iter().all(|invariant| invariant.same)
            && self.goals.iter().all(|goal| goal.same)
            && self.services.iter().all(|(.., same)| *same)
            && self.old.initial() == self.new.initial()
    }

    /// Whether two states agree on all fields that both versions have.
    pub(super) fn agree(&self, old: &State, new: &State) -> bool {
        if self.aligned {
            return old == new;
        }
        self.fields.iter().all(|[a, b]| {
            let old = self.old.show(&self.old.value(old, a.0, a.1));
            old == self.new.show(&self.new.value(new, b.0, b.1))
        })
    }

    /// The fields that both have and that differ between two states, with their values.
    pub(super) fn differing(&self, old: &State, new: &State) -> Vec<(String, String, String)> {
        let fields = self.fields.iter().filter_map(|[a, b]| {
            let old = self.old.show(&self.old.value(old, a.0, a.1));
            let new = self.new.show(&self.new.value(new, b.0, b.1));
            let model = self.old.model();
            let kind = model.objects[a.0.index()].kind;
            let field = &model.rules.kinds[kind.index()].fields[a.1.index()].name;
            let name = format!("{}.{field}", self.old.object_name(a.0));
            (old != new).then_some((name, old, new))
        });
        fields.collect()
    }

    /// The symmetry of both; none where they have none, or not the same, and none where a representative may not be that of its
    /// whole orbit: runs are found again by representatives.
    pub(super) fn symmetry(&self) -> Option<(Words, Symmetry)> {
        if !self.aligned {
            return None;
        }
        let of = |model: &Model| {
            let words = Words::new(model);
            let found = Symmetry::new(model, &words.layout, &std::collections::BTreeSet::new());
            Some((words, found?))
        };
        let (words, symmetry) = of(self.old.model())?;
        let (_, other) = of(self.new.model())?;
        let lists = [&symmetry, &other].map(|found| format!("{:?}", found.classes().list));
        (lists[0] == lists[1] && symmetry.exact()).then_some((words, symmetry))
    }
}

/// A type by names, so that it can be compared between versions.
fn type_name(rules: &Rules, ty: FieldType) -> String {
    let kind = |id: KindId| &rules.kinds[id.index()].name;
    match ty {
        FieldType::Bool => "bool".to_owned(),
        FieldType::Range(low, high) => format!("{low}..{high}"),
        FieldType::Enum(id) => {
            let found = &rules.enums[id.index()];
            format!("{} {{{}}}", found.name, found.values.join(","))
        }
        FieldType::Object(id) => kind(id).clone(),
        FieldType::Optional(id) => format!("{}?", kind(id)),
        FieldType::Set(id) => format!("set of {}", kind(id)),
    }
}

/// Whether states of both models are laid out alike, and what never changes is the same.
fn aligned(old: &Model, new: &Model) -> bool {
    let kinds = |model: &Model| -> Vec<String> {
        let rules = &model.rules;
        let field = |field: &crate::language::rules::Field| {
            let ty = type_name(rules, field.ty);
            format!("{} {} {ty}", field.name, field.fixed)
        };
        rules
            .kinds
            .iter()
            .map(|kind| {
                let fields: Vec<String> = kind.fields.iter().map(field).collect();
                format!("{} {}", kind.name, fields.join(";"))
            })
            .collect()
    };
    let fixed = |model: &Model| -> Vec<String> {
        let objects = model.objects.iter().map(|object| {
            let fields = &model.rules.kinds[object.kind.index()].fields;
            let values = fields.iter().zip(&object.values);
            let values: Vec<_> = values
                .filter_map(|(field, value)| field.fixed.then_some(value))
                .collect();
            format!("{} {:?} {values:?}", object.name, object.kind)
        });
        objects.collect()
    };
    // Places of enum values are part of states, whatever the enum is called.
    let enums = |model: &Model| -> Vec<String> {
        let enums = model.rules.enums.iter();
        enums
            .map(|found| format!("{} {} {:?}", found.name, found.ordered, found.values))
            .collect()
    };
    kinds(old) == kinds(new)
        && enums(old) == enums(new)
        && fixed(old) == fixed(new)
        && old.faults == new.faults
}

/// The changing fields of all objects that both have, and the names of those that only one has.
fn fields(old: &Model, new: &Model) -> (Vec<[(ObjectId, FieldId); 2]>, Vec<String>) {
    let all = |model: &Model| {
        let mut found: IndexMap<(String, String), (String, ObjectId, FieldId)> = IndexMap::new();
        for (object, described) in (0u32..).map(ObjectId).zip(&model.objects) {
            let kind = &model.rules.kinds[described.kind.index()];
            for (id, field) in (0u16..).map(FieldId).zip(&kind.fields) {
                // A field that never changes is part of what the rules say.
                if !field.fixed {
                    let ty = type_name(&model.rules, field.ty);
                    let what = format!("{}.{}: {ty}", kind.name, field.name);
                    found.insert((described.name.clone(), what.clone()), (what, object, id));
                }
            }
        }
        found
    };
    let (left, right) = (all(old), all(new));
    let mut common = Vec::new();
    let mut apart: BTreeMap<String, &str> = BTreeMap::new();
    for (key, (what, object, field)) in &left {
        match right.get(key) {
            Some((_, other, its)) => common.push([(*object, *field), (*other, *its)]),
            None => _ = apart.insert(what.clone(), "old"),
        }
    }
    for (key, (what, ..)) in &right {
        if !left.contains_key(key) {
            apart.insert(what.clone(), "new");
        }
    }
    let apart = apart.iter();
    let apart = apart.map(|(what, version)| format!("`{what}` is only in the {version} rules"));
    (common, apart.collect())
}

type Wordings<'a, 'm> = (Wording<'a, 'm>, Wording<'a, 'm>);

fn steps<'m>(
    (old, new): (&Interpreter<'m>, &Interpreter<'m>),
    (said, says): &Wordings<'_, '_>,
    aligned: bool,
) -> Vec<Step> {
    let words = |wording: &Wording<'_, '_>, model: &Model| -> Vec<String> {
        (0u16..)
            .map(TransitionId)
            .zip(&model.rules.transitions)
            .map(|(id, _)| wording.transition(id))
            .collect()
    };
    let (said, says) = (words(said, old.model()), words(says, new.model()));
    let name = |interpreter: &Interpreter<'_>, place: usize| {
        let transition = interpreter.model().instances[place].transition;
        let declared = &interpreter.model().rules.transitions[transition.index()];
        // The failure of an action has its name and another meaning.
        (declared.name.clone(), interpreter.name(place))
    };
    let mut found: IndexMap<(String, String), [Option<usize>; 2]> = IndexMap::new();
    for (side, interpreter) in [new, old].into_iter().enumerate() {
        for place in 0..interpreter.model().instances.len() {
            found.entry(name(interpreter, place)).or_default()[1 - side] = Some(place);
        }
    }
    let wording = |model: &Model, words: &[String], place: usize| {
        words[model.instances[place].transition.index()].clone()
    };
    found
        .values()
        .map(|[a, b]| Step {
            old: *a,
            new: *b,
            same: aligned
                && a.zip(*b).is_some_and(|(a, b)| {
                    wording(old.model(), &said, a) == wording(new.model(), &says, b)
                }),
        })
        .collect()
}

fn named<Id: Copy>(
    old: Vec<(String, Id, String)>,
    new: Vec<(String, Id, String)>,
    aligned: bool,
) -> Vec<Named<Id>> {
    let mut found: IndexMap<String, [Option<(Id, String)>; 2]> = IndexMap::new();
    for (side, list) in [new, old].into_iter().enumerate() {
        for (name, id, words) in list {
            found.entry(name).or_insert([None, None])[1 - side] = Some((id, words));
        }
    }
    found
        .into_iter()
        .map(|(name, [old, new])| Named {
            name,
            same: aligned
                && match (&old, &new) {
                    (Some((_, old)), Some((_, new))) => old == new,
                    _ => false,
                },
            old: old.map(|(id, _)| id),
            new: new.map(|(id, _)| id),
        })
        .collect()
}

fn invariants(
    (old, new): (&Model, &Model),
    (said, says): &Wordings<'_, '_>,
    aligned: bool,
) -> Vec<Named<InvariantId>> {
    let all = |model: &Model, wording: &Wording<'_, '_>| {
        let declared = (0u16..).map(InvariantId).zip(&model.rules.invariants);
        declared
            .map(|(id, invariant)| {
                let types = invariant.parameters.iter().map(|p| &p.ty);
                let words = wording.condition(types, &invariant.condition);
                let words = format!("{} {words}", invariant.transition);
                (invariant.name.clone(), id, words)
            })
            .collect()
    };
    named(all(old, said), all(new, says), aligned)
}

fn goals(
    (old, new): (&Model, &Model),
    (said, says): &Wordings<'_, '_>,
    aligned: bool,
) -> Vec<Named<GoalId>> {
    let all = |model: &Model, wording: &Wording<'_, '_>| {
        let declared = (0u16..).map(GoalId).zip(&model.rules.goals);
        declared
            .map(|(id, goal)| {
                let words = wording.condition(std::iter::empty(), &goal.condition);
                // Which one is asked for is part of what is said.
                let words = format!("{} {words}", model.goal == Some(id));
                (goal.name.clone(), id, words)
            })
            .collect()
    };
    named(all(old, said), all(new, says), aligned)
}

fn services(
    (old, new): (&Model, &Model),
    (said, says): &Wordings<'_, '_>,
    aligned: bool,
) -> Vec<(ObjectId, ObjectId, bool)> {
    let words = |model: &Model, wording: &Wording<'_, '_>, object: ObjectId| {
        let kind = model.objects[object.index()].kind;
        let outage = model.rules.outage(kind)?;
        Some(wording.condition(std::iter::empty(), &outage.condition))
    };
    let objects = (0u32..).map(ObjectId).zip(&old.objects);
    objects
        .filter_map(|(object, described)| {
            let other = new.object(&described.name)?;
            let (a, b) = (words(old, said, object), words(new, says, other));
            (a.is_some() || b.is_some()).then_some((object, other, aligned && a == b))
        })
        .collect()
}

fn promises(
    (old, new): (&Model, &Model),
    (said, says): &Wordings<'_, '_>,
    aligned: bool,
) -> Vec<String> {
    let all = |model: &Model, wording: &Wording<'_, '_>| -> Vec<(String, usize, String)> {
        let declared = model.rules.temporal.iter().enumerate();
        declared
            .map(|(place, property)| {
                let operands = property.promise.operands();
                let words: Vec<String> = operands
                    .iter()
                    .map(|operand| {
                        let types = property.parameters.iter().map(|p| &p.ty);
                        wording.condition(types, operand)
                    })
                    .collect();
                let form = std::mem::discriminant(&property.promise);
                (property.name.clone(), place, format!("{form:?} {words:?}"))
            })
            .collect()
    };
    let matched = named(all(old, said), all(new, says), aligned);
    let other = matched.into_iter().filter(|property| !property.same);
    other.map(|property| property.name).collect()
}
