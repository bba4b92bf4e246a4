//! Who pays for an action: one object at most, chosen alike for objects that are alike.

use super::renaming::Renaming;
use crate::language::rules::{Expr, ExprKind, Transition, TransitionClass};
use crate::language::visit;
use crate::model::ground::{Instance, Model};
use crate::model::value::{ObjectId, Value};

/// The rule of a ground transition.
pub(super) fn transition<'m>(model: &'m Model, instance: &Instance) -> &'m Transition {
    &model.rules.transitions[instance.transition.index()]
}

/// For each object the ground transitions whose effects may touch it, in order. Faults are none: plans have none.
pub(super) fn writers(model: &Model) -> Vec<Vec<usize>> {
    let mut writers = vec![Vec::new(); model.objects.len()];
    for (place, instance) in model.instances.iter().enumerate() {
        let transition = transition(model, instance);
        if transition.class == TransitionClass::Fault {
            continue;
        }
        for (target, kind) in visit::targets(&transition.effects) {
            match certain(target, instance) {
                Some(&Value::Object(object)) => note(&mut writers[object.index()], place),
                Some(_) => {}
                None => {
                    for object in model.objects_of(kind) {
                        note(&mut writers[object.index()], place);
                    }
                }
            }
        }
    }
    writers
}

fn note(writers: &mut Vec<usize>, place: usize) {
    if writers.last() != Some(&place) {
        writers.push(place);
    }
}

/// The object that a target certainly is: a parameter of the transition.
fn certain<'i>(target: &Expr, instance: &'i Instance) -> Option<&'i Value> {
    match target.kind {
        ExprKind::Variable(slot) => instance.arguments.get(slot.index()),
        _ => None,
    }
}

/// For each ground action its owner: the first of its arguments that it may change; otherwise the first object that it may
/// change and that no other can change places with. So objects that can change places own alike.
pub(super) fn owners(
    model: &Model,
    writers: &[Vec<usize>],
    renaming: &Renaming,
) -> Vec<Option<ObjectId>> {
    let mut owners = vec![None; model.instances.len()];
    for (object, written) in (0u32..).map(ObjectId).zip(writers) {
        if renaming.keeps_its_name(object) {
            for &place in written {
                owners[place] = owners[place].or(Some(object));
            }
        }
    }
    for (place, instance) in model.instances.iter().enumerate() {
        if transition(model, instance).class != TransitionClass::Action {
            owners[place] = None;
            continue;
        }
        let mut arguments = instance
            .arguments
            .iter()
            .filter_map(|argument| match argument {
                Value::Object(object) => Some(*object),
                _ => None,
            });
        let changed = |object: &ObjectId| writers[object.index()].binary_search(&place).is_ok();
        owners[place] = arguments.find(changed).or(owners[place]);
    }
    owners
}
