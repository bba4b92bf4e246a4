//! The variables of one declaration and their slots. Knows no type rule; what may be shadowed is decided elsewhere.

use crate::language::rules::{FieldType, Slot};
use crate::language::source::Span;
use crate::language::syntax::Name;

/// A variable that is in scope.
pub(super) struct Binding {
    /// Its name.
    pub(super) name: String,
    /// Its slot.
    pub(super) slot: Slot,
    /// Its type; none where its declaration had an error.
    pub(super) ty: Option<FieldType>,
    /// Where it is declared.
    pub(super) span: Span,
}

/// Variables come and go; their slots stay their own.
#[derive(Default)]
pub(super) struct Scope {
    bindings: Vec<Binding>,
    types: Vec<Option<FieldType>>,
}

impl Scope {
    /// The innermost variable of that name.
    pub(super) fn find(&self, name: &str) -> Option<&Binding> {
        self.bindings.iter().rev().find(|b| b.name == name)
    }

    /// The names in scope, outermost first.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.bindings.iter().map(|b| b.name.as_str())
    }

    /// Brings a variable into scope, in a slot of its own.
    pub(super) fn bind(&mut self, name: &Name, ty: Option<FieldType>) -> Slot {
        let slot = self.skip(ty);
        self.bindings.push(Binding {
            name: name.text.clone(),
            slot,
            ty,
            span: name.span,
        });
        slot
    }

    /// Brings a variable back into scope in the slot that it had.
    pub(super) fn again(&mut self, name: &str, slot: Slot, span: Span) {
        self.bindings.push(Binding {
            name: name.to_owned(),
            slot,
            ty: self.type_of(slot),
            span,
        });
    }

    /// Takes a slot for an argument without a name. Beyond the last number the slots repeat; [`Self::slots`] tells.
    pub(super) fn skip(&mut self, ty: Option<FieldType>) -> Slot {
        let slot = u16::try_from(self.types.len()).unwrap_or(u16::MAX);
        self.types.push(ty);
        Slot(slot)
    }

    /// What is in scope now, for [`Self::release`].
    pub(super) fn mark(&self) -> usize {
        self.bindings.len()
    }

    /// Forgets the variables that came after the mark.
    pub(super) fn release(&mut self, mark: usize) {
        self.bindings.truncate(mark);
    }

    /// The type of the variable in a slot.
    pub(super) fn type_of(&self, slot: Slot) -> Option<FieldType> {
        self.types.get(slot.index()).copied().flatten()
    }

    /// How many slots were taken.
    pub(super) fn slots(&self) -> usize {
        self.types.len()
    }
}
