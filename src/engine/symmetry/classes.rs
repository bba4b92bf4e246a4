//! Which objects are interchangeable: permutations of them that keep all fixed fields are automorphisms of the transition
//! relation. Knows fixed fields and what is named, and no state.
//!
//! First values of changing fields do not matter: they are one state among others. Objects that somebody names keep their
//! places, and so do all objects of a kind whose order the rules depend on ([`super::order`]).
//!
//! Two readings of fixed references:
//! - [`classes`]: objects of one class have the same fixed values, and no fixed field refers to any of them. Then every
//!   permutation within classes is an automorphism. Left out: racks that change places together with their nodes.
//! - [`linked`]: objects of one class look alike from wherever fixed references lead, in both directions (the coarsest
//!   stable colouring). Then only permutations that keep the fixed references are automorphisms, and it takes a forest to
//!   know that objects of one class can really change places ([`super::forest`] checks that).

use std::collections::{BTreeMap, BTreeSet};

use super::order::{Ordered, ordered_kinds};
use crate::engine::definedness::Definedness;
use crate::language::rules::{Expr, ExprKind, FieldId, KindId};
use crate::language::visit;
use crate::model::ground::Model;
use crate::model::value::{ObjectId, Value};

/// Objects that can change places, at least two.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Class {
    /// Their kind.
    pub kind: KindId,
    /// In the order of the cluster; where they refer to objects that move with them, those with the same references
    /// side by side.
    pub objects: Vec<ObjectId>,
    /// How many objects have the same fixed references, and can change places without moving anything else: all of them,
    /// or a part of so many, side by side.
    pub block: usize,
}

/// The classes of a model.
#[derive(Clone, Debug, Default)]
pub struct Classes {
    /// In the order of their first objects.
    pub list: Vec<Class>,
    /// Kinds none of whose objects is interchangeable, with the reason.
    pub split: Vec<(KindId, Ordered)>,
}

impl Classes {
    /// The number of permutations, as a power of ten: that many times fewer orbits than states, at most.
    #[must_use]
    pub fn log10_permutations(&self) -> f64 {
        let factorial = |n: usize| (2..=n).map(|i| (i as f64).log10()).sum::<f64>();
        self.list
            .iter()
            .map(|class| (class.objects.len() / class.block.max(1)) as f64 * factorial(class.block))
            .sum()
    }

    /// For each object the number of its class in the list; none where it keeps its place.
    #[must_use]
    pub fn by_object(&self, objects: usize) -> Vec<Option<usize>> {
        let mut found = vec![None; objects];
        for (number, class) in self.list.iter().enumerate() {
            for object in &class.objects {
                found[object.index()] = Some(number);
            }
        }
        found
    }
}

/// Whether a field never changes, and is no part of states.
pub type Constant<'a> = &'a dyn Fn(KindId, FieldId) -> bool;

/// Adds the objects that an expression of a plan or an option names, and all objects of the kinds on whose order it depends.
pub fn add_named(model: &Model, expr: &Expr, named: &mut BTreeSet<ObjectId>) {
    let mut look = Definedness::new(model);
    look.may_be_undefined(expr, &[]);
    for &kind in look.ordered() {
        named.extend(model.objects_of(kind));
    }
    let mut open = vec![expr];
    while let Some(expr) = open.pop() {
        if let ExprKind::Object(place) = expr.kind {
            named.insert(ObjectId(place));
        }
        open.extend(visit::children(expr));
    }
}

/// The objects that can change places one by one.
#[must_use]
pub fn classes(model: &Model, named: &BTreeSet<ObjectId>, constant: Constant<'_>) -> Classes {
    let (mut still, split) = pinned(model, named);
    for (id, _) in objects(model) {
        still.extend(fixed(model, id, constant).flat_map(|(_, value)| references(value)));
    }
    let mut alike: BTreeMap<(KindId, Vec<&Value>), Vec<ObjectId>> = BTreeMap::new();
    for (id, kind) in objects(model) {
        if !still.contains(&id) {
            let values = fixed(model, id, constant).map(|(_, value)| value).collect();
            alike.entry((kind, values)).or_default().push(id);
        }
    }
    let list = alike.into_iter().map(|((kind, _), objects)| Class {
        kind,
        block: objects.len(),
        objects,
    });
    Classes::sorted(list.collect(), split)
}

/// The objects that look alike along fixed references.
#[must_use]
pub fn linked(model: &Model, named: &BTreeSet<ObjectId>, constant: Constant<'_>) -> Classes {
    let (still, split) = pinned(model, named);
    let mut colours =
        renumbered(objects(model).map(|(id, kind)| (kind, still.contains(&id).then_some(id))));
    loop {
        let next = refined(model, &colours, constant);
        let done = count(&next) == count(&colours);
        colours = next;
        if done {
            break;
        }
    }
    let mut alike: BTreeMap<usize, Vec<ObjectId>> = BTreeMap::new();
    for (id, _) in objects(model) {
        alike.entry(colours[id.index()]).or_default().push(id);
    }
    let list = alike.into_values().map(|mut objects| {
        let links = |id: ObjectId| -> Vec<ObjectId> {
            fixed(model, id, constant)
                .flat_map(|(_, value)| references(value))
                .collect()
        };
        objects.sort_by_cached_key(|&id| (links(id), id));
        let first = links(objects[0]);
        Class {
            kind: model.objects[objects[0].index()].kind,
            block: objects.iter().take_while(|&&id| links(id) == first).count(),
            objects,
        }
    });
    Classes::sorted(list.collect(), split)
}

impl Classes {
    fn sorted(mut list: Vec<Class>, split: Vec<(KindId, Ordered)>) -> Self {
        list.retain(|class| class.objects.len() > 1);
        list.sort_by_key(|class| class.objects.iter().min().copied());
        Self { list, split }
    }
}

/// The objects that keep their places whatever their fields are, and the kinds of which none moves.
fn pinned(
    model: &Model,
    named: &BTreeSet<ObjectId>,
) -> (BTreeSet<ObjectId>, Vec<(KindId, Ordered)>) {
    let split: Vec<_> = ordered_kinds(model).into_iter().collect();
    let mut still = named.clone();
    for &(kind, _) in &split {
        still.extend(model.objects_of(kind));
    }
    (still, split)
}

fn objects(model: &Model) -> impl Iterator<Item = (ObjectId, KindId)> {
    (0u32..)
        .map(ObjectId)
        .zip(&model.objects)
        .map(|(id, object)| (id, object.kind))
}

/// The fields of an object that never change.
fn fixed<'m>(
    model: &'m Model,
    id: ObjectId,
    constant: Constant<'_>,
) -> impl Iterator<Item = (FieldId, &'m Value)> {
    let object = &model.objects[id.index()];
    (0u16..)
        .map(FieldId)
        .zip(&object.values)
        .filter(move |(field, _)| constant(object.kind, *field))
}

/// The objects that a value refers to.
fn references(value: &Value) -> Vec<ObjectId> {
    match value {
        Value::Object(id) => vec![*id],
        Value::Set(members) => members.clone(),
        _ => Vec::new(),
    }
}

/// A fixed value, seen by somebody who knows objects only by their colours.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Seen<'m> {
    Plain(&'m Value),
    Objects(Vec<usize>),
}

/// Colours that tell apart what differs in what it refers to, or in what refers to it.
fn refined(model: &Model, colours: &[usize], constant: Constant<'_>) -> Vec<usize> {
    let mut out: Vec<Vec<Seen<'_>>> = vec![Vec::new(); colours.len()];
    let mut into: Vec<Vec<(FieldId, usize)>> = vec![Vec::new(); colours.len()];
    for (id, _) in objects(model) {
        for (field, value) in fixed(model, id, constant) {
            let targets = references(value);
            out[id.index()].push(match value {
                Value::Object(_) | Value::Set(_) => {
                    let mut seen: Vec<usize> = targets.iter().map(|t| colours[t.index()]).collect();
                    seen.sort_unstable();
                    Seen::Objects(seen)
                }
                _ => Seen::Plain(value),
            });
            for target in targets {
                into[target.index()].push((field, colours[id.index()]));
            }
        }
    }
    for list in &mut into {
        list.sort_unstable();
    }
    renumbered((0..colours.len()).map(|o| (colours[o], &out[o], &into[o])))
}

/// Numbers in the order of what is numbered.
fn renumbered<T: Ord>(items: impl Iterator<Item = T>) -> Vec<usize> {
    let items: Vec<T> = items.collect();
    let sorted: BTreeSet<&T> = items.iter().collect();
    let numbers: BTreeMap<&T, usize> = sorted.into_iter().zip(0..).collect();
    items.iter().map(|item| numbers[item]).collect()
}

fn count(colours: &[usize]) -> usize {
    colours.iter().collect::<BTreeSet<_>>().len()
}

#[cfg(test)]
mod tests {
    use super::super::testing::{constant, named};
    use super::*;
    use crate::engine::testing::model;

    const RULES: &str = "rules classes
        kind rack { fixed size: 0..1 = 0; up: bool = true }
        kind node { fixed rack: rack; fixed peers: set of node = {}; build: 0..1 = 0; next: node? = none; home: rack? = none }
        action reset(n: node) { n.build = 0 }";

    /// The names of the objects of each class: one by one, and along fixed references.
    fn both(rules: &str, objects: &str, names: &[&str]) -> [Vec<String>; 2] {
        let model = model(
            rules,
            &format!(r#"{{ "rules": "classes", "objects": {{ {objects} }} }}"#),
        );
        let named = named(&model, names);
        let constant = constant(&model);
        [
            classes(&model, &named, &constant),
            linked(&model, &named, &constant),
        ]
        .map(|classes| {
            let each = classes.list.iter().map(|class| {
                let names = class.objects.iter();
                let names: Vec<&str> = names
                    .map(|id| model.objects[id.index()].name.as_str())
                    .collect();
                format!("{} by {}", names.join(" "), class.block)
            });
            each.collect()
        })
    }

    #[test]
    fn first_values_split_nothing_and_fixed_ones_do() {
        let objects = r#""rack": { "R[1-3]": {}, "L[1-2]": { "size": 1 } },
            "node": { "N[1-2]": { "rack": "R1" }, "N3": { "rack": "R1", "build": 1, "next": "N1", "home": "R3" } }"#;
        let [one_by_one, linked] = both(RULES, objects, &[]);
        assert_eq!(one_by_one, ["R2 R3 by 2", "L1 L2 by 2", "N1 N2 N3 by 3"]);
        assert_eq!(linked, one_by_one);
    }

    #[test]
    fn what_is_named_keeps_its_place_and_what_a_fixed_field_of_it_refers_to() {
        let objects = r#""rack": { "R[1-4]": {} }, "node": { "N[1-4]": { "rack": "R[1-4]" } }"#;
        let [one_by_one, linked] = both(RULES, objects, &["N2"]);
        assert!(one_by_one.is_empty(), "each node has a rack of its own");
        assert_eq!(linked, ["R1 R3 R4 by 3", "N1 N3 N4 by 1"]);
    }

    #[test]
    fn fixed_sets_count_in_both_directions() {
        let objects = r#""rack": { "R1": {} }, "node": { "N[1-4]": { "rack": "R1" },
            "M": { "rack": "R1", "peers": ["N1", "N2"] } }"#;
        let [one_by_one, linked] = both(RULES, objects, &[]);
        assert_eq!(one_by_one, ["N3 N4 by 2"]);
        assert_eq!(linked, ["N1 N2 by 2", "N3 N4 by 2"]);
    }

    #[test]
    fn racks_look_alike_where_their_nodes_do() {
        let objects = r#""rack": { "R[1-3]": {} }, "node": { "A[1-3]": { "rack": "R[1-3]" }, "B[1-3]": { "rack": "R[1-3]" } }"#;
        let [_, linked] = both(RULES, objects, &[]);
        assert_eq!(linked, ["R1 R2 R3 by 3", "A1 B1 A2 B2 A3 B3 by 2"]);
        let [_, linked] = both(RULES, objects, &["B2"]);
        assert_eq!(linked, ["R1 R3 by 2", "A1 B1 A3 B3 by 2"]);
    }

    #[test]
    fn kinds_whose_order_matters_are_split_and_others_are_not() {
        let rules = format!("{RULES}\ninvariant early {{ all n in node: n.next.build == 0 }}");
        let objects = r#""rack": { "R[1-3]": {} }, "node": { "N[1-3]": { "rack": "R1" } }"#;
        let [one_by_one, _] = both(&rules, objects, &[]);
        assert_eq!(one_by_one, ["R2 R3 by 2"]);
        let model = model(
            &rules,
            &format!(r#"{{ "rules": "classes", "objects": {{ {objects} }} }}"#),
        );
        let found = classes(&model, &BTreeSet::new(), &constant(&model));
        assert_eq!(found.split, [(KindId(1), Ordered::Quantifier)]);
    }

    #[test]
    fn an_expression_names_objects_and_the_kinds_whose_order_it_needs() {
        let rules = format!(
            "{RULES}\ninvariant calm {{ all n in node: n.build == 0 }}\ninvariant early {{ some n in node: n.next.build == 0 }}"
        );
        let objects = r#""rack": { "R1": {} }, "node": { "N[1-2]": { "rack": "R1" } }"#;
        let model = model(
            &rules,
            &format!(r#"{{ "rules": "classes", "objects": {{ {objects} }} }}"#),
        );
        let found = [0, 1].map(|place: usize| {
            let mut named = BTreeSet::new();
            add_named(&model, &model.rules.invariants[place].condition, &mut named);
            named.len()
        });
        assert_eq!(found, [0, 2]);
        let mut named = BTreeSet::new();
        let mut object = model.rules.invariants[0].condition.clone();
        object.kind = ExprKind::Not(Box::new(Expr {
            kind: ExprKind::Object(2),
            ..object.clone()
        }));
        add_named(&model, &object, &mut named);
        assert_eq!(named, BTreeSet::from([ObjectId(2)]));
    }

    #[test]
    fn the_number_of_permutations_is_that_of_all_orders() {
        let objects = r#""rack": { "R[1-3]": {} }, "node": { "N[1-4]": { "rack": "R1" } }"#;
        let model = model(
            RULES,
            &format!(r#"{{ "rules": "classes", "objects": {{ {objects} }} }}"#),
        );
        let found = classes(&model, &BTreeSet::new(), &constant(&model));
        assert!((found.log10_permutations() - 48f64.log10()).abs() < 1e-9);
    }
}
