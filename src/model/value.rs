//! Values of fields, parameters and expressions in a ground model.

use crate::language::rules::EnumId;

/// An object of the cluster, by its place in [`super::ground::Model::objects`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectId(pub u32);

impl ObjectId {
    /// As an index into the table of objects.
    #[must_use]
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// The value of an expression. The order is arbitrary, for sorted collections only.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Value {
    /// `true`, `false`
    Bool(bool),
    /// An integer.
    Int(i64),
    /// A value of an enum, by its place.
    Enum(EnumId, u16),
    /// An object.
    Object(ObjectId),
    /// No object.
    None,
    /// Objects, without doubles, in the order of the cluster.
    Set(Vec<ObjectId>),
}
