//! The counted states of small rulebooks against all their states one by one, as the reference interpreter sees them.

use std::collections::BTreeSet;

use crate::engine::question::Question;
use crate::engine::symmetry::classes::{Classes, classes};
use crate::model::ground::Model;
use crate::model::value::ObjectId;

/// All that can be asked.
pub(super) fn everything(model: &Model) -> Question {
    Question {
        invariants: vec![true; model.rules.invariants.len()],
        goal: true,
        definedness: true,
    }
}

/// The objects that can change places one by one where these keep theirs.
pub(super) fn one_by_one(model: &Model, named: &[ObjectId]) -> Classes {
    let named: BTreeSet<ObjectId> = named.iter().copied().collect();
    classes(model, &named, &|kind, field| {
        model.rules.kinds[kind.index()].fields[field.index()].fixed
    })
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

    use super::super::{Concrete, Counted};
    use super::{Classes, everything, one_by_one};
    use crate::engine::packed::{Edge, Marks, Packed};
    use crate::engine::symmetry::classes::Class;
    use crate::engine::testing::{core, model};
    use crate::language::rules::{FieldId, InvariantId};
    use crate::model::ground::{FaultBudget, Model};
    use crate::model::value::{ObjectId, Value};
    use crate::semantics::{Assessment, Fired, Interpreter, State};

    const W: usize = 4;

    struct Comparison<'m> {
        model: &'m Model,
        interpreter: Interpreter<'m>,
        counted: Counted<'m>,
    }

    impl Comparison<'_> {
        /// The values of all fields and the faults left.
        fn values(&self, state: &State) -> Values {
            let objects = (0u32..).map(ObjectId).zip(&self.model.objects);
            let values = objects.map(|(id, object)| {
                let fields = (0u16..).map(FieldId).take(object.values.len());
                fields
                    .map(|field| self.interpreter.value(state, id, field))
                    .collect()
            });
            (values.collect(), self.interpreter.faults_left(state))
        }

        /// A cluster that begins in the state.
        fn beginning(&self, state: &State) -> Concrete {
            let mut model = self.model.clone();
            let (values, faults) = self.values(state);
            for (object, values) in model.objects.iter_mut().zip(values) {
                object.values = values;
            }
            model.faults = match model.faults {
                FaultBudget::Total(_) => FaultBudget::Total(faults[0]),
                FaultBudget::Each(_) => FaultBudget::Each(faults),
            };
            self.counted.described_by(&model)
        }

        fn words(&self, concrete: &Concrete) -> [u64; W] {
            let mut words = [0; W];
            let mut scratch = Packed::<W>::scratch(&self.counted);
            assert!(self.counted.encode(&mut scratch, concrete, &mut words));
            words
        }

        /// What the interpreter says of a state.
        fn marks(&self, state: &State) -> Marks {
            let mut marks = Marks::default();
            for (place, invariant) in self.model.rules.invariants.iter().enumerate() {
                if !invariant.transition {
                    let id = InvariantId(u16::try_from(place).unwrap());
                    let judgement = self.interpreter.judge(state, id);
                    marks.broken |= u128::from(judgement.false_for.is_some()) << place;
                    marks.undefined |= judgement.undefined.is_some();
                }
            }
            match self.interpreter.goal(state, self.model.goal.unwrap()) {
                Ok(holds) => marks.goal = holds,
                Err(_) => marks.undefined = true,
            }
            for instance in 0..self.model.instances.len() {
                let fired = self.interpreter.fire(state, instance);
                marks.undefined |= matches!(fired, Fired::Undefined(_));
                let assessed = self.interpreter.assess(state, instance);
                assert!(
                    matches!(fired, Fired::Undefined(_))
                        || !matches!(assessed, Assessment::Undefined(_))
                );
            }
            marks
        }

        /// What the interpreter says of a transition to a state of these words.
        fn edge(&self, before: &State, after: &State, to: [u64; W]) -> Edge<W> {
            let (mut broken, mut undefined) = (0, false);
            for (place, invariant) in self.model.rules.invariants.iter().enumerate() {
                if invariant.transition {
                    let id = InvariantId(u16::try_from(place).unwrap());
                    let judgement = self.interpreter.judge_between(before, after, id);
                    broken |= u128::from(judgement.false_for.is_some()) << place;
                    undefined |= judgement.undefined.is_some();
                }
            }
            Edge {
                to,
                broken,
                undefined,
            }
        }
    }

    /// All permutations of the objects that stay within the classes, for small classes.
    fn permutations(model: &Model, classes: &Classes) -> Vec<Vec<ObjectId>> {
        let identity: Vec<ObjectId> = (0u32..).map(ObjectId).take(model.objects.len()).collect();
        let mut all = vec![identity];
        for class in classes.list.iter().map(|class| &class.objects) {
            for place in 1..class.len() {
                let swapped = all.iter().flat_map(|permutation| {
                    (0..place).map(|other| {
                        let mut permutation = permutation.clone();
                        permutation.swap(class[place].index(), class[other].index());
                        permutation
                    })
                });
                let swapped: Vec<_> = swapped.collect();
                all.extend(swapped);
            }
        }
        all
    }

    fn image(values: &[Vec<Value>], permutation: &[ObjectId]) -> Vec<Vec<Value>> {
        let mut image = vec![Vec::new(); values.len()];
        for (place, fields) in values.iter().enumerate() {
            let renamed = fields.iter().map(|value| match value {
                Value::Object(object) => Value::Object(permutation[object.index()]),
                Value::Set(members) => {
                    let mut members: Vec<_> =
                        members.iter().map(|m| permutation[m.index()]).collect();
                    members.sort_unstable();
                    Value::Set(members)
                }
                other => other.clone(),
            });
            image[permutation[place].index()] = renamed.collect();
        }
        image
    }

    /// What was seen on the way, so that a comparison of nothing fails.
    #[derive(Debug, Default)]
    struct Seen {
        states: usize,
        orbits: usize,
        broken: u128,
        edges_broken: u128,
        undefined: usize,
        edges_undefined: usize,
        goals: usize,
    }

    /// The values of all objects, and the faults left.
    type Values = (Vec<Vec<Value>>, Vec<u32>);
    type OfEdge = ([u64; W], u128, bool);

    /// How many states are looked at.
    const LOOKED_AT: usize = 700;

    /// Compares everything that is offered with what the interpreter says of the states, taken from here and there among those
    /// that are known, so that deep ones are among them.
    fn compare(model: &Model, classes: &Classes) -> Seen {
        let comparison = Comparison {
            model,
            interpreter: Interpreter::new(model),
            counted: Counted::new(model, classes, &everything(model)).unwrap(),
        };
        let permutations = permutations(model, classes);
        let first = comparison.interpreter.initial();
        let mut words_of = HashMap::from([(
            first.clone(),
            comparison.words(&comparison.beginning(&first)),
        )]);
        let mut queue = vec![first];
        let mut orbit_of: BTreeMap<[u64; W], Values> = BTreeMap::new();
        let mut orbits = HashSet::new();
        let mut seen = Seen::default();
        let mut scratch = Packed::<W>::scratch(&comparison.counted);
        while seen.states < LOOKED_AT && !queue.is_empty() {
            let place = (seen.states * 7919) % queue.len();
            let state = queue.swap_remove(place);
            let words = words_of[&state];
            let (values, faults) = comparison.values(&state);
            let least = permutations
                .iter()
                .map(|p| image(&values, p))
                .min()
                .unwrap();
            orbits.insert((least.clone(), faults.clone()));
            let known = orbit_of
                .entry(words)
                .or_insert((least.clone(), faults.clone()));
            assert_eq!(*known, (least, faults), "one form, two orbits");

            let mut expected: BTreeMap<OfEdge, usize> = BTreeMap::new();
            for instance in 0..model.instances.len() {
                if let Fired::Successor(next) = comparison.interpreter.fire(&state, instance) {
                    let to = *words_of.entry(next.clone()).or_insert_with(|| {
                        queue.push(next.clone());
                        comparison.words(&comparison.beginning(&next))
                    });
                    let edge = comparison.edge(&state, &next, to);
                    seen.edges_broken |= edge.broken;
                    seen.edges_undefined += usize::from(edge.undefined);
                    expected
                        .entry((to, edge.broken, edge.undefined))
                        .or_insert(instance);
                }
            }
            let mut offered = BTreeSet::new();
            let marks = comparison
                .counted
                .expand(&mut scratch, &words, &mut |edge| {
                    offered.insert((edge.to, edge.broken, edge.undefined));
                });
            assert_eq!(marks, comparison.marks(&state), "{values:?}");
            assert!(offered.iter().eq(expected.keys()), "{values:?}");
            seen.states += 1;
            seen.broken |= marks.broken;
            seen.undefined += usize::from(marks.undefined);
            seen.goals += usize::from(marks.goal);
            steps_agree(&comparison, &state, &expected);
        }
        assert_eq!(orbits.len(), orbit_of.len(), "one orbit, two forms");
        seen.orbits = orbits.len();
        seen
    }

    /// A step with real names is the least ground transition to the state that is wanted, and leads where that leads.
    fn steps_agree(comparison: &Comparison<'_>, state: &State, expected: &BTreeMap<OfEdge, usize>) {
        let mut scratch = Packed::<W>::scratch(&comparison.counted);
        let at = comparison.beginning(state);
        let mut least: BTreeMap<([u64; W], bool), usize> = BTreeMap::new();
        for ((to, broken, undefined), &instance) in expected {
            let breaks = *broken != 0 || *undefined;
            let least = least.entry((*to, breaks)).or_insert(instance);
            *least = instance.min(*least);
        }
        for ((to, breaks), instance) in least {
            let found = comparison
                .counted
                .step(&mut scratch, &at, &mut |edge: &Edge<W>| {
                    edge.to == to && edge.is_clean() != breaks
                });
            let (chosen, after) = found.unwrap();
            assert_eq!(chosen, instance);
            let next = comparison.interpreter.apply(state, instance).unwrap();
            assert_eq!(after, comparison.beginning(&next));
        }
    }

    fn objects(model: &Model, names: &[&str]) -> Vec<ObjectId> {
        names
            .iter()
            .map(|name| model.object(name).unwrap())
            .collect()
    }

    #[test]
    fn the_core_model_agrees_with_and_without_names() {
        for (policies, faults) in [("true", 0), ("false", 0), ("true", 1)] {
            let model = core(&format!(
                r#"{{ "rules": "exchange-core", "faults": {faults}, "policies": {{ "drain": {policies} }}, "objects": {{
                "node": {{ "N[1-3]": {{}} }}, "evs": {{ "E[1-2]": {{ "host": "N[1-2]" }} }} }} }}"#
            ));
            for named in [&[][..], &["N1"], &["E1", "E2"], &["N1", "N2", "N3"]] {
                let seen = compare(&model, &one_by_one(&model, &objects(&model, named)));
                assert!(seen.orbits < seen.states, "{seen:?}");
            }
        }
    }

    const LEVELS: &str = r#"
        rules levels
        enum Mode ordered { low, mid, high }
        kind zone { open: bool = true; load: 0..2 = 0 }
        kind rack { fixed size: 1..3 = 2; cooled: bool = true; zones: set of zone = {} }
        kind node { on: bool = false; mode: Mode = low; rack: rack?; zone: zone? = none }
        kind disk { full: bool = false; node: node? }
        kind boss { leader: node? = none; deputy: boss? = none; tired: bool = false }
        let mates(d: disk) = {e in disk where e.node == d.node and e != d}
        let crowd(s: set of disk, n: node) = count(e in s where e.node == n)
        let busy = {n in node where n.on}
        let housed = {n in node where n.rack != none}
        let next(i: 0..2) = i + 1
        action start(n: node) {
          require not n.on else "on"
          await n.rack != none and n.rack.cooled
          n.on = true
          for d in disk where d.node == n { d.full = true }
        }
        action attach(d: disk, to: node?) {
          require d.node != to else "there"
          require to == none or count(mates(d)) < 2 else "no"
          d.node = to
        }
        action shift(n: node, r: rack) {
          require n.rack != r and n in housed else "there"
          require count(m in housed - busy where m.rack == r) < r.size else "full"
          n.rack = r
          if n.on { n.mode = high } else { n.mode = mid }
        }
        action mark(r: rack, z: zone) {
          require z not in r.zones and count(r.zones) < 1 else "marked"
          r.zones = r.zones + {z}
          z.load = next(z.load)
        }
        action elect(b: boss, n: node) {
          require b.leader != n and n in busy else "no"
          b.leader = n
          b.tired = b.deputy != none
        }
        action drop(b: boss, hard: bool) {
          require b.leader != none else "no"
          if hard { b.leader.on = false }
          b.leader = none
          b.deputy = b
        }
        event heat(r: rack) fair {
          when r.cooled and some n in node: n.rack == r and n.on
          r.cooled = false
          for n in node where n.rack == r and n.on { n.on = false; n.zone = none }
        }
        event look(b: boss) { when b.leader.mode == high; b.tired = true; b.leader.mode = low }
        fault lose(n: node) { when n.on; n.rack = none; n.on = false }
        fault fill(d: disk) { when not d.full; d.full = true }
        invariant cool(n: node) { n.on implies n.rack.cooled }
        invariant few(d: disk, e: disk) { d != e and d.full and e.full implies d.node != e.node }
        invariant even(a: rack, b: rack) { count(n in node where n.rack == a) <= count(n in node where n.rack == b) + 1 }
        invariant sets(n: node) { busy - {n} != housed or n.mode == low }
        invariant crowds(n: node, m: Mode) { crowd({d in disk where d.full}, n) < 2 or n.mode == m }
        transition invariant steady(n: node) { old(n.rack) == n.rack or not old(n.on) }
        transition invariant kept(d: disk) { old(d.full) implies d.full and old(d.node) == d.node }
        transition invariant led(b: boss) { b.leader != none implies b.leader.on == old(b.leader.on) }
        transition invariant old_boss(b: boss) { old(b.leader) == none or old(b.leader.on) and count(n in node where n.on) >= old(count(n in node where n.on)) }
        goal done { all n in node: n.on and n.rack != none; count(busy) == count(node) }
    "#;

    fn levels(faults: &str, racks: u32, nodes: u32, disks: u32) -> Model {
        model(
            LEVELS,
            &format!(
                r#"{{ "rules": "test", "faults": {faults}, "objects": {{ "zone": {{ "Z": {{}} }}, "rack": {{ "R[1-{racks}]": {{}} }},
                "node": {{ "N[1-{nodes}]": {{ "rack": "R1" }} }}, "disk": {{ "D[1-{disks}]": {{ "node": "N1" }} }},
                "boss": {{ "B": {{}} }} }} }}"#
            ),
        )
    }

    #[test]
    fn forests_of_three_levels_agree() {
        for faults in ["0", r#"{ "lose": 1, "fill": 1 }"#] {
            let model = levels(faults, 2, 2, 2);
            for named in [&[][..], &["R1", "R2"], &["N1", "N2"]] {
                let seen = compare(&model, &one_by_one(&model, &objects(&model, named)));
                assert!(seen.orbits < seen.states, "{seen:?}");
                assert!(
                    seen.undefined > 0 && seen.broken != 0 && seen.edges_broken != 0,
                    "{seen:?}"
                );
            }
        }
    }

    const SETS: &str = r#"
        rules sets
        enum Colour { red, blue }
        kind zone { near: set of zone = {}; fixed far: set of zone = {}; level: -2..1 = 0; best: zone? = none }
        kind pool { fixed members: set of node; closed: bool = false }
        kind node { fixed colour: Colour = red; fixed homes: set of zone = {}; seen: set of zone = {}; up: bool = true; pool: pool? = none }
        kind job { at: node; backup: pool }
        let members(p: pool) = {n in p.members where n.up}
        let common(n: node, m: node) = n.homes + n.seen - m.seen
        let either(b: bool, p: pool) = if b then members(p) else p.members - members(p)
        action visit(n: node, z: zone) {
          require z in n.homes + z.far and z not in n.seen else "no"
          n.seen = n.seen + {z} - {y in zone where y.level < 0 and y != z}
          z.level = z.level + 1
        }
        action link(z: zone, y: zone?) {
          require y != none and y not in z.near and z != y else "no"
          z.near = {z, y}
          z.best = y
          z.level = z.level - 1
        }
        action run(j: job, n: node, keep: bool) {
          require j.at != n and n in j.backup.members else "no"
          require count(common(n, j.at)) > 0 or keep else "no"
          j.at = n
          if not keep { n.pool = j.backup }
        }
        action close(p: pool, c: Colour) {
          require not p.closed and count(either(c == red, p)) > 1 else "no"
          p.closed = true
          for n in p.members where n.up and n.colour == c { n.up = false; n.pool = p }
        }
        action chain(z: zone) { require z.best.best != z else "no"; z.level = 0 - z.level }
        event wake(n: node) { when not n.up and some m in n.pool.members: m.up; n.up = true }
        fault fall(n: node) { when n.up; n.up = false }
        invariant seen(n: node) { n.up or n.seen != n.homes }
        invariant up(p: pool, q: pool) { members(p) == members(q) or count(members(p) + members(q)) > count(members(p)) }
        invariant ring(z: zone) { z.near == {} or z.best in z.near and z not in z.best.near }
        transition invariant grows(n: node) { old(count(n.seen)) <= count(n.seen) and old(n.seen) - n.seen == {} }
        transition invariant pools(p: pool) { old(count({n in node where n.pool == p})) <= count({n in node where n.pool == p}) }
        goal all_seen { all n in node: count(n.seen) > 0 and n in {m in node where m.up} }
    "#;

    #[test]
    fn sets_agree() {
        let model = model(
            SETS,
            r#"{ "rules": "test", "faults": { "fall": 1 }, "objects": {
            "zone": { "Y": { "far": ["Z"] }, "Z": { "far": ["Y"] } },
            "pool": { "P": { "members": ["N1", "N2", "N3"] }, "Q": { "members": ["N1", "N2", "N3", "M"] } },
            "node": { "N[1-3]": { "homes": ["Y", "Z"] }, "M": { "colour": "blue" } },
            "job": { "J[1-2]": { "at": "N1", "backup": "P" }, "K": { "at": "M", "backup": "Q" } } } }"#,
        );
        // More than those that are derived: whoever is in a fixed set keeps its place there.
        let class = |names: &[&str]| {
            let objects = objects(&model, names);
            Class {
                kind: model.objects[objects[0].index()].kind,
                block: objects.len(),
                objects,
            }
        };
        for list in [
            vec![class(&["N1", "N2", "N3"]), class(&["J1", "J2"])],
            vec![class(&["N2", "N1", "N3"])],
            vec![class(&["J1", "J2"])],
        ] {
            let split = Vec::new();
            let classes = Classes { list, split };
            let seen = compare(&model, &classes);
            assert!(seen.orbits < seen.states, "{seen:?}");
            assert!(
                seen.undefined > 0 && seen.broken != 0 && seen.edges_broken != 0,
                "{seen:?}"
            );
        }
    }

    #[test]
    fn what_is_no_forest_is_left_to_others() {
        let text = "rules no
            kind node { up: bool = true; next: node? = none }
            kind pair { a: node; b: node }
            goal g { all n in node: n.up }";
        let cluster = r#"{ "rules": "test", "objects": { "node": { "N[1-2]": {} }, "pair": { "P[1-2]": { "a": "N1", "b": "N1" } } } }"#;
        let model = model(text, cluster);
        let new = |named: &[&str]| {
            let classes = one_by_one(&model, &objects(&model, named));
            Counted::new(&model, &classes, &everything(&model)).is_some()
        };
        assert!(!new(&[]), "nodes stand under nodes");
        assert!(new(&["N1", "N2"]), "nobody refers to pairs");
        assert!(new(&["N1", "N2", "P1"]));
    }
}
