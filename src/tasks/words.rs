//! States of the interpreter as words of the engine, and back: so that a task that goes by the interpreter can ask the engine.

use crate::engine::layout::{Layout, code};
use crate::language::rules::{FieldId, FieldType};
use crate::model::ground::Model;
use crate::model::value::{ObjectId, Value};
use crate::semantics::{Interpreter, State};

/// The layout of all fields that can change.
pub struct Words {
    /// Where each field is.
    pub layout: Layout,
}

impl Words {
    /// For the states of a model.
    #[must_use]
    pub fn new(model: &Model) -> Self {
        Self {
            layout: Layout::new(model, &|_, _| true),
        }
    }

    /// A state as words; faults left are not among them.
    #[must_use]
    pub fn packed(&self, interpreter: &Interpreter<'_>, state: &State) -> Vec<u64> {
        let model = interpreter.model();
        let mut words = vec![0; self.layout.words()];
        each_field(model, |object, field, ty| {
            let value = interpreter.value(state, object, field);
            if let (FieldType::Set(of), Value::Set(members)) = (ty, &value) {
                let first = model.of_kind[of.index()].start;
                for member in members {
                    if let Some(cell) = self.layout.member(object, field, member.0 - first) {
                        cell.put(&mut words, 1);
                    }
                }
            } else if let (Some(cell), Some(code)) =
                (self.layout.cell(object, field), code(model, ty, &value))
            {
                cell.put(&mut words, code);
            }
        });
        words
    }

    /// A state with the fields of another; faults left are not among them.
    #[must_use]
    pub fn unpacked(&self, interpreter: &Interpreter<'_>, state: &State, words: &[u64]) -> State {
        let model = interpreter.model();
        let mut found = state.clone();
        each_field(model, |object, field, _| {
            let value = self.layout.value(model, words, object, field);
            if interpreter.value(&found, object, field) != value {
                found = interpreter.with_value(&found, object, field, &value);
            }
        });
        found
    }
}

/// All fields that can change.
fn each_field(model: &Model, mut each: impl FnMut(ObjectId, FieldId, FieldType)) {
    for (object, described) in (0u32..).map(ObjectId).zip(&model.objects) {
        let fields = &model.rules.kinds[described.kind.index()].fields;
        for (field, declared) in (0u16..).map(FieldId).zip(fields) {
            if !declared.fixed {
                each(object, field, declared.ty);
            }
        }
    }
}
